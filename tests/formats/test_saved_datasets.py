"""Folders that the library `datasets` saved are read as what they are."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from curator.errors import CuratorError
from curator.formats import arrow, sources


def save(folder, *shards, split=None, **state):
    """A folder as `Dataset.save_to_disk` leaves it."""
    folder.mkdir(parents=True)
    names = [f"data-{number:05}-of-{len(shards):05}.arrow" for number in range(len(shards))]
    for name, texts in zip(names, shards, strict=True):
        table = pa.table({"text": texts})
        with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    files = [{"filename": name} for name in names]
    (folder / "state.json").write_text(json.dumps({"_data_files": files, "_split": split, **state}))
    (folder / "dataset_info.json").write_text("{}")


def save_dictionary(folder, **splits):
    for name, texts in splits.items():
        save(folder / name, texts)
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": list(splits)}))


def texts_of(source):
    with source.open() as stream:
        return [row.values["text"] for row in arrow.read(stream, arrow.layout(source))]


def told(path):
    found, left_out = sources.expand([str(path)])
    return {source.name: (source.constants.get("@split"), texts_of(source)) for source in found}, left_out


def test_a_saved_data_set_is_one_source_called_like_its_folder(tmp_path):
    save(tmp_path / "reviews", ["a", "b"])
    assert told(tmp_path / "reviews") == ({"reviews": (None, ["a", "b"])}, ())


def test_shards_come_in_the_order_of_their_rows(tmp_path):
    save(tmp_path / "reviews", ["a"], ["b"], split="train")
    assert told(tmp_path / "reviews") == (
        {
            "reviews/data-00000-of-00002.arrow": ("train", ["a"]),
            "reviews/data-00001-of-00002.arrow": ("train", ["b"]),
        },
        (),
    )


def test_the_splits_of_a_dictionary_are_told(tmp_path):
    save_dictionary(tmp_path / "reviews", train=["a"], test=["b"])
    expected = {"reviews/test": ("test", ["b"]), "reviews/train": ("train", ["a"])}
    assert told(tmp_path / "reviews") == (expected, ())


def test_a_saved_data_set_deeper_down_is_known_too(tmp_path):
    save_dictionary(tmp_path / "all" / "reviews", train=["a"])
    (tmp_path / "all" / "more.csv").write_text("text\n")
    found, left_out = sources.expand([str(tmp_path / "all")])
    assert [(s.name, s.constants.get("@split")) for s in found] == [
        ("more.csv", None),
        ("all/reviews/train", "train"),
    ]
    assert left_out == ()


def test_files_that_are_no_part_of_the_data_set_are_treated_like_others(tmp_path):
    save(tmp_path / "reviews", ["a"])
    (tmp_path / "reviews" / "README.md").write_text("about")
    assert told(tmp_path / "reviews")[1] == ("README.md (about the data)",)


def test_what_the_library_itself_saves_is_read(tmp_path):
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
    )
    made = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [1, 0]}, features=features)
    datasets.disable_progress_bars()
    datasets.DatasetDict({"train": made}).save_to_disk(str(tmp_path / "saved"))
    (source,), left_out = sources.expand([str(tmp_path / "saved")])
    with source.open() as stream:
        rows = [dict(row.values) for row in arrow.read(stream, arrow.layout(source))]
    assert rows == [{"text": "a", "label": "yes"}, {"text": "b", "label": "no"}]
    assert (source.name, source.constants["@split"], left_out) == ("saved/train", "train", ())


def break_shard(folder):
    (folder / "train" / "data-00000-of-00001.arrow").unlink()


def break_split(folder):
    (folder / "train" / "state.json").unlink()


def break_dictionary(folder):
    (folder / "dataset_dict.json").write_text('{"splits": [')


def pick_rows(folder):
    state = json.loads((folder / "train" / "state.json").read_text())
    (folder / "train" / "state.json").write_text(
        json.dumps(state | {"_indices_data_files": [{"filename": "i"}]})
    )


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (break_shard, "lacks its file data-00000-of-00001.arrow"),
        (break_split, "has no split 'train', which it lists"),
        (break_dictionary, "dataset_dict.json is damaged"),
        (pick_rows, "picks rows of its files"),
    ],
)
def test_a_data_set_that_is_not_whole_is_refused(tmp_path, harm, problem):
    save_dictionary(tmp_path / "reviews", train=["a"])
    harm(tmp_path / "reviews")
    with pytest.raises(CuratorError, match=problem):
        sources.expand([str(tmp_path / "reviews")])
