"""Whatever a user names becomes sources, or is refused by name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curator.errors import CuratorError
from curator.formats import packed, sources
from tests.formats.office import xlsx

CSV = b"text,label\nfoo,a\n"


def put(path, data=CSV):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(path)


def zipped(**members) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def tarred(members) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def parquet(table=None) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table or pa.table({"text": ["a"]}), stream)
    return stream.getvalue()


def content(source) -> bytes:
    with source.open() as stream:
        return stream.read()


def expand(*paths):
    found, left_out = sources.expand([str(path) for path in paths])
    return {source.name: source for source in found}, left_out


def refused(*paths) -> CuratorError:
    with pytest.raises(CuratorError) as caught:
        sources.expand([str(path) for path in paths])
    return caught.value


def test_a_file_is_a_source_with_its_full_path(tmp_path, monkeypatch):
    put(tmp_path / "in" / "tickets.csv")
    monkeypatch.chdir(tmp_path)
    (source,), left_out = sources.expand(["in/tickets.csv"])
    assert (source.name, source.path) == ("tickets.csv", str(tmp_path / "in/tickets.csv"))
    assert [content(source), content(source)] == [CSV, CSV]
    assert left_out == ()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("suffix", [".gz", ".csv", ""])
def test_packed_files_are_known_by_content_and_unpacked(tmp_path, pack, suffix):
    path = put(tmp_path / f"tickets{suffix}", pack(CSV))
    (source,), _ = sources.expand([path])
    assert source.name == "tickets" + suffix.removesuffix(".gz")
    assert (source.path, content(source), content(source)) == (path, CSV, CSV)


def test_members_of_archives_are_sources_and_what_is_no_data_is_named(tmp_path):
    members = {
        "pos/good.csv": CSV,
        "neg/bad.csv.gz": gzip.compress(CSV),
        "README.md": b"about",
        "a.png": b"\x89PNG",
    }
    members |= {"__MACOSX/._x": b"x", "empty.csv": b"", "scan.txt": b"%PDF-1.7"}
    for name, data in (
        ("b.zip", zipped(**members)),
        ("b.tar", tarred(members)),
        ("b.tar.gz", gzip.compress(tarred(members))),
    ):
        path = put(tmp_path / name, data)
        found, left_out = expand(path)
        assert {n: content(s) for n, s in found.items()} == {
            f"{name}/pos/good.csv": CSV,
            f"{name}/neg/bad.csv": CSV,
        }
        assert found[f"{name}/pos/good.csv"].path == f"{path}/pos/good.csv"
        assert set(left_out) == {
            f"{name}/README.md (about the data)", f"{name}/a.png (an image)", f"{name}/__MACOSX/._x (hidden)",
            f"{name}/empty.csv (empty)", f"{name}/scan.txt (a PDF document)",
        }  # fmt: skip


@pytest.mark.parametrize("name", ["../../evil.jsonl", "..\\evil.jsonl"])
def test_a_member_that_leads_out_of_its_archive_is_left_out_for_that_reason(tmp_path, name):
    found, left_out = expand(put(tmp_path / "a.zip", zipped(**{"good.csv": CSV, name: b"{}"})))
    shown = name.replace("\\", "/")
    assert list(found) == ["a.zip/good.csv"]
    assert left_out == (f"a.zip/{shown} (a path that leads out of the archive)",)


def test_archives_in_archives_are_opened_too_but_not_for_ever(tmp_path):
    inner = zipped(**{"deep.csv": CSV})
    path = put(tmp_path / "a.zip", zipped(**{"b.zip": zipped(**{"c.zip": inner})}))
    found, _ = expand(path)
    assert {name: content(source) for name, source in found.items()} == {"a.zip/b.zip/c.zip/deep.csv": CSV}
    data = CSV
    for _ in range(5):
        data = gzip.compress(data)
    assert "packed more than 3 times over" in refused(put(tmp_path / "x.gz", data)).problem


def test_an_archive_without_data_is_refused(tmp_path):
    error = refused(put(tmp_path / "a.zip", zipped(**{"README.md": b"x"})))
    assert error.problem == "a.zip is an archive with nothing to import."


def test_a_folder_is_searched_by_content_and_name(tmp_path):
    folder = tmp_path / "data"
    for name in ("b.csv", "a/z.jsonl", "a/notes.txt", "reviews.neg", "noext", "t.csv.gz"):
        put(folder / name, gzip.compress(CSV) if name.endswith("gz") else CSV)
    put(folder / "book.bin", parquet())
    for name in ("README.md", "LICENSE", "manifest.json", "dataset_info.json", "card.yaml", ".hidden.csv", ".git/x.csv",
                 "run.py", "c.png"):  # fmt: skip
        put(folder / name)
    put(folder / "empty.csv", b"")
    put(folder / "picture", b"\xff\xd8\xff\xe0\x00\x10JFIF")
    found, left_out = sources.expand([str(folder)])
    assert [source.name for source in found] == [
        "notes.txt", "z.jsonl", "b.csv", "book.bin", "noext", "reviews.neg", "t.csv",
    ]  # fmt: skip
    assert left_out == (
        ".git/ (hidden)", ".hidden.csv (hidden)", "LICENSE (about the data)", "README.md (about the data)",
        "c.png (an image)", "card.yaml (configuration)", "dataset_info.json (bookkeeping)", "empty.csv (empty)",
        "manifest.json (bookkeeping)", "picture (an image)", "run.py (a program)",
    )  # fmt: skip


def test_many_files_that_are_left_out_make_one_line(tmp_path):
    put(tmp_path / "x.csv")
    for number in range(30):
        put(tmp_path / f"photos/{number}.png")
    assert sources.expand([str(tmp_path)])[1] == ("photos/*.png (30 files: an image)",)


def test_a_folder_without_data_says_what_it_passed_over(tmp_path):
    put(tmp_path / "data" / "a.png")
    error = refused(tmp_path / "data")
    assert "holds nothing to import" in error.problem
    assert error.remedy == "Passed over: a.png (an image)."


def test_labels_can_be_taken_from_where_a_file_stands(tmp_path):
    for name in ("pos/1.txt", "neg/v1.2.txt.gz", "reviews.neg", "b.zip"):
        data = zipped(**{"spam/x.csv": CSV, "y.csv": CSV}) if name == "b.zip" else CSV
        put(tmp_path / "set" / name, gzip.compress(data) if name.endswith("gz") else data)
    found, _ = expand(tmp_path / "set")
    assert {name: dict(source.constants) for name, source in found.items()} == {
        "1.txt": {"@folder": "pos", "@file": "1"},
        "v1.2.txt": {"@folder": "neg", "@file": "v1.2"},
        "reviews.neg": {"@folder": "set", "@file": "reviews.neg", "@suffix": "neg"},
        "b.zip/spam/x.csv": {"@folder": "spam", "@file": "x"},
        "b.zip/y.csv": {"@folder": "b", "@file": "y"},
    }


def test_a_file_that_is_named_twice_is_imported_once(tmp_path):
    path = put(tmp_path / "a.csv")
    found, left_out = sources.expand([path, str(tmp_path)])
    assert [source.path for source in found] == [path]
    assert left_out == ("a.csv (named twice)",)


def test_files_of_the_same_name_in_two_folders_are_two_sources(tmp_path):
    paths = [put(tmp_path / folder / "1.txt") for folder in ("neg", "pos")]
    found, _ = sources.expand([str(tmp_path)])
    assert [(source.name, source.path) for source in found] == [("1.txt", path) for path in paths]


def test_sheets_with_the_same_columns_are_sources_of_their_own(tmp_path):
    rows = [["text", "label"], ["a", "x"]]
    path = put(tmp_path / "book.xlsx", xlsx({"Jan": rows, "Feb": rows, "Other": [["remark"], ["r"]]}))
    found, left_out = expand(path)
    assert {name: (s.path, s.constants["@sheet"]) for name, s in found.items()} == {
        "book.xlsx/Jan": (f"{path}/Jan", "Jan"),
        "book.xlsx/Feb": (f"{path}/Feb", "Feb"),
    }
    assert left_out == ("book.xlsx/Other (a sheet with other columns)",)
    found, _ = expand(put(tmp_path / "one.xlsx", xlsx({"Jan": rows})))
    assert [(name, source.constants["@sheet"]) for name, source in found.items()] == [("one.xlsx", "Jan")]


def test_columns_of_images_are_named(tmp_path):
    table = pa.table({"text": ["a"], "image": [{"bytes": b"\xff", "path": "a.png"}]})
    _, left_out = expand(put(tmp_path / "photos.parquet", parquet(table)))
    assert left_out == ("photos.parquet: column image (images, audio or other bytes)",)


def test_tables_without_anything_to_import_do_not_stop_their_folder(tmp_path):
    put(tmp_path / "a.csv")
    put(tmp_path / "b.xlsx", xlsx({"S": []}))
    put(tmp_path / "c.parquet", parquet(pa.table({"image": [{"bytes": b"\xff", "path": "a.png"}]})))
    found, left_out = expand(tmp_path)
    assert list(found) == ["a.csv"]
    assert left_out == (
        "b.xlsx (a workbook with nothing but empty sheets)",
        "c.parquet (a table without a column of text or numbers)",
    )


@pytest.mark.parametrize("name", ["t.parquet.gz", "t.zip"])
def test_tables_in_packed_files_are_unpacked_once_and_can_be_sought(tmp_path, name):
    data = gzip.compress(parquet()) if name.endswith("gz") else zipped(**{"t.parquet": parquet()})
    path = put(tmp_path / name, data)
    (source,), _ = sources.expand([path])
    os.remove(path)
    for _ in range(2):
        with source.open() as stream:
            assert stream.seek(-4, io.SEEK_END)
            assert stream.read() == b"PAR1"


@pytest.mark.parametrize(
    ("name", "data", "problem", "remedy"),
    [
        ("empty.csv", b"", "empty.csv is empty.", "nothing in it"),
        ("t.csv", b"version https://git-lfs.github.com/spec/v1\n", "holds a Git LFS pointer", "git lfs pull"),
        ("t.7z", b"7z\xbc\xaf\x27\x1c\x00\x04", "t.7z is a 7z archive.", "Unpack it"),
        ("t.parquet", b"PAR1" + bytes(50), "t.parquet is damaged or cut off", "Copy or download"),
        ("t.zip", zipped(**{"a.csv": CSV})[:-30], "t.zip is a damaged ZIP archive", "Copy or download"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_imported_are_refused_by_name(tmp_path, name, data, problem, remedy):
    error = refused(put(tmp_path / name, data))
    assert problem in error.problem
    assert remedy in error.remedy


def test_a_packed_file_that_is_cut_off_ends_in_an_error_with_its_name(tmp_path):
    (source,), _ = sources.expand([put(tmp_path / "t.csv.gz", gzip.compress(CSV * 100_000)[:-200])])
    with pytest.raises(CuratorError, match=r"t\.csv\.gz is cut off"):
        content(source)


def test_a_pointer_to_data_that_was_not_fetched_is_an_error_in_a_folder_too(tmp_path):
    put(tmp_path / "a.csv")
    put(tmp_path / "b.csv", b"version https://git-lfs.github.com/spec/v1\noid\n")
    assert "b.csv holds a Git LFS pointer" in refused(tmp_path).problem


def test_bytes_that_may_be_text_in_some_encoding_are_left_to_the_user(tmp_path):
    path = put(tmp_path / "ebcdic.txt", b"\x01\x02\x03\x05\x06 binary?" * 10)
    assert [source.name for source in sources.expand([path])[0]] == ["ebcdic.txt"]
    put(tmp_path / "a.csv")
    assert sources.expand([str(tmp_path)])[1] == ("ebcdic.txt (a binary file, not text)",)


def test_bombs_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "FREE_BYTES", 1 << 20)
    (source,), _ = sources.expand([put(tmp_path / "a.csv.gz", gzip.compress(b"a,b\n" * 5_000_000))])
    with pytest.raises(CuratorError, match=r"a\.csv\.gz looks like a decompression bomb"):
        content(source)


@pytest.mark.parametrize("name", ["gone.csv", "gone/owner.csv", "", "a\0b"])
def test_paths_that_lead_nowhere(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert "There is no file" in refused(name).problem


def test_pipes_and_devices_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/null"):
        error = refused(path)
        assert "is a pipe or a device, not a file" in error.problem
        assert "standard input" in error.remedy
    put(tmp_path / "a.csv")
    assert sources.expand([str(tmp_path)])[1] == ("pipe (no plain file)",)


def test_links_are_followed_but_not_in_circles(tmp_path):
    put(tmp_path / "elsewhere" / "a.csv")
    folder = tmp_path / "data"
    put(folder / "b.csv")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "self").symlink_to(folder)
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "broken.csv").symlink_to(folder / "gone.csv")
    found, left_out = sources.expand([str(folder)])
    assert [source.name for source in found] == ["b.csv", "a.csv"]
    assert set(left_out) == {
        "self (a link in a circle)", "up (a link in a circle)", "loop (a broken link)", "broken.csv (a broken link)",
    }  # fmt: skip
    assert "Could not read" in refused(folder / "loop").problem
    assert "There is no file" in refused(folder / "broken.csv").problem


def test_a_file_that_may_not_be_read_is_an_error(tmp_path, monkeypatch):
    path = put(tmp_path / "secret.csv")

    def denied(*_):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(sources, "named", denied)
    for given in (path, tmp_path):
        assert refused(given).problem == f"Could not read {path}: permission denied."


def test_names_that_are_no_utf8_are_written_as_escapes(tmp_path):
    path = os.fsencode(tmp_path) + b"/bad\xff.csv"
    with open(path, "wb") as stream:
        stream.write(CSV)
    for given in (os.fsdecode(path), str(tmp_path)):
        (source,), _ = sources.expand([given])
        assert (source.name, content(source)) == ("bad\\udcff.csv", CSV)
        assert source.constants["@file"] == "bad\\udcff"


class Input:
    """Standard input, of which every byte comes once."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("data", [CSV, gzip.compress(CSV, mtime=0), bz2.compress(CSV)])
def test_standard_input_can_be_opened_again_and_again(monkeypatch, data):
    monkeypatch.setattr("sys.stdin", Input(data))
    for _ in range(2):
        (source,), _ = sources.expand(["-"])
        assert (source.name, source.path, dict(source.constants)) == ("stdin", "-", {})
        assert [content(source), content(source)] == [CSV, CSV]


def test_standard_input_may_be_an_archive_a_table_or_nothing(monkeypatch):
    monkeypatch.setattr("sys.stdin", Input(zipped(**{"a/b.csv": CSV})))
    assert {name: content(source) for name, source in expand("-")[0].items()} == {"stdin/a/b.csv": CSV}
    monkeypatch.setattr("sys.stdin", Input(parquet()))
    assert list(expand("-")[0]) == ["stdin"]
    monkeypatch.setattr("sys.stdin", Input(b""))
    assert refused("-").problem == "stdin is empty."
