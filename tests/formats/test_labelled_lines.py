from __future__ import annotations

import pytest

from tests.formats.reading import layout_of, read, rejects, values
from tests.shared_data import SHARED, needs_shared_data


def test_fasttext_lines():
    data = b"__label__a one two\n__label__b three\n__label__a __label__b four\n"
    assert values(read(data, "train.txt")) == [
        {"text": "one two", "label": "a"},
        {"text": "three", "label": "b"},
        {"text": "four", "label": ["a", "b"]},
    ]


def test_fine_and_coarse_labels():
    data = b"NUM:dist How far is it ?\nHUM:ind Who was it ?\n" * 3
    assert values(read(data, "TREC.test"))[0] == {
        "text": "How far is it ?",
        "label": "NUM:dist",
        "coarse_label": "NUM",
    }


def test_numbers_as_labels():
    assert values(read(b"1 good film\n0 bad film\n" * 3, "rt.txt"))[1] == {"text": "bad film", "label": "0"}


@pytest.mark.parametrize(
    "data",
    [
        b"1 first of all\n2 then\n3 last\n",
        b"John: hello\nMary: hello yourself\nJohn: bye\n",
        b"12:30 lunch\n13:30 work\n14:30 sleep\n",
        b"plain text\nand more\n",
    ],
)
def test_other_beginnings_are_no_labels(data):
    assert layout_of(data, "a.txt").format == "lines"


def test_other_kinds_of_project_keep_the_lines():
    data = b"__label__a one two\n__label__b three\n"
    assert layout_of(data, "a.txt", "instruction").format == "lines"
    assert layout_of(data, "a.txt", "text").format == "document"


def test_a_line_without_a_label_is_rejected():
    found = read(b"__label__a one\n" * 40 + b"no label\n" + b"__label__b two\n", "a.txt")
    assert (len(values(found)), rejects(found)[0].line) == (41, 41)
    assert rejects(found)[0].reason == "does not begin with a label"


@needs_shared_data
def test_real_questions():
    for name, count in (("TREC.train", 5452), ("TREC.test", 500), ("TREC.train.all", 5452)):
        found = read((SHARED / "trec" / name).read_bytes(), name)
        assert (len(values(found)), len(rejects(found))) == (count, 0)
    labels = {
        row["label"] for row in values(read((SHARED / "trec" / "TREC.train").read_bytes(), "TREC.train"))
    }
    assert len(labels) == 50
