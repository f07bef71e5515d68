"""Members of archives are streams of their own; whatever they are called, they are only names."""

from __future__ import annotations

import io
import random
import struct
import tarfile
import zipfile

import pytest

from curator.errors import CuratorError
from curator.formats import archives, packed


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(members, mode="w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def members(data: bytes):
    kind = archives.kind_of(data[:512])
    return list(archives.members("a.zip", lambda: io.BytesIO(data), kind))


def content(member) -> bytes:
    with member.open() as stream:
        return stream.read()


FILES = [("b/x.csv", b"text\n" * 1000), ("a.csv", b"label\n"), ("b/empty", b"")]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_members_come_in_their_order_and_open_as_often_as_wanted(pack):
    found = members(pack(FILES))
    assert [member.name for member in found] == ["b/x.csv", "a.csv", "b/empty"]
    for _ in range(2):
        assert [content(member) for member in found] == [data for _, data in FILES]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_members_can_be_read_at_the_same_time_and_sought(pack):
    first, second, _ = members(pack(FILES))
    with first.open() as one, second.open() as other:
        assert one.readline() == b"text\n"
        assert other.readline() == b"label\n"
        assert one.readline() == b"text\n"
        one.seek(0)
        assert one.read() == FILES[0][1]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_lead_nowhere_and_hide_nothing(pack):
    names = [
        "../../etc/passwd",
        "/abs.csv",
        "dir\\win.csv",
        "a\x1b[31mred.csv",
        "line\nbreak.csv",
        "a\u202etxt.csv",
    ]
    found = members(pack([(name, b"x") for name in names]))
    assert [member.name for member in found] == [
        "../../etc/passwd", "/abs.csv", "dir/win.csv", "a␛[31mred.csv", "line␊break.csv", "a\ufffdtxt.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_the_same_name_are_both_there(pack):
    found = members(pack([("x.csv", b"one"), ("x.csv", b"two")]))
    assert [(member.name, content(member)) for member in found] == [("x.csv", b"one"), ("x.csv (2)", b"two")]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("отзывы/хорошие.csv", "cp866"), ("отзывы/1.csv", "utf-8"), ("caf\u00e9.csv", "cp437")],
)
def test_names_without_the_flag_for_utf8_are_read_as_they_were_meant(name, encoding):
    raw = name.encode(encoding)
    data = zipped([("x" * len(raw), b"1")]).replace(b"x" * len(raw), raw)
    assert [member.name for member in members(data)] == [name]


def test_links_and_devices_are_told():
    link = tarfile.TarInfo("link.csv")
    link.type, link.linkname = tarfile.SYMTYPE, "x.csv"
    pipe = tarfile.TarInfo("pipe")
    pipe.type = tarfile.FIFOTYPE
    found = members(tarred([("x.csv", b"1"), (link, b""), (pipe, b"")]))
    assert [member.unusual for member in found] == ["", "a link", "not a plain file"]
    info = zipfile.ZipInfo("link.csv")
    info.external_attr = 0o120777 << 16
    assert [member.unusual for member in members(zipped([(info, "x.csv")]))] == ["a link"]


def test_a_password_is_told():
    data = bytearray(zipped([("x.csv", b"1")], zipfile.ZIP_STORED))
    central = data.index(b"PK\x01\x02")
    for place in (6, central + 8):
        data[place : place + 2] = struct.pack("<H", 1)
    with pytest.raises(CuratorError, match=r"a\.zip is protected by a password"):
        members(bytes(data))


def test_a_method_that_is_not_known_is_told():
    data = bytearray(zipped([("x.csv", b"1")], zipfile.ZIP_STORED))
    central = data.index(b"PK\x01\x02")
    for place in (8, central + 10):
        data[place : place + 2] = struct.pack("<H", 97)
    (member,) = members(bytes(data))
    with pytest.raises(CuratorError, match=r"a\.zip/x\.csv is packed by a method"):
        content(member)


def test_damaged_content_is_told_with_the_name_of_the_member():
    data = zipped([("x.csv", b"some text")], zipfile.ZIP_STORED).replace(b"some text", b"some tixt")
    (member,) = members(data)
    with pytest.raises(CuratorError, match=r"a\.zip/x\.csv is damaged: Bad CRC-32"):
        content(member)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_archives_that_are_cut_off_are_refused(pack):
    data = pack(FILES)
    cut = data[: len(data) - 100] if pack is zipped else data[:2000]
    with pytest.raises(CuratorError, match=r"a\.zip is a damaged (ZIP|tar) archive"):
        members(cut)


def test_a_bomb_is_refused_by_what_it_says_of_itself(monkeypatch):
    monkeypatch.setattr(packed, "FREE_BYTES", 1 << 20)
    with pytest.raises(CuratorError, match=r"a\.zip looks like a decompression bomb"):
        members(zipped([("x.csv", bytes(4 << 20))]))


def test_members_that_share_their_bytes_are_a_bomb(monkeypatch):
    monkeypatch.setattr(packed, "FREE_BYTES", 1 << 20)
    data = zipped([("x.csv", random.Random(1).randbytes(40_000))])
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry, count = data[start:end], 2000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, start, 0)
    with pytest.raises(CuratorError, match="decompression bomb"):
        members(data[:start] + entry * count + tail)
