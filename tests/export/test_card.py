"""The card: what the hub reads in its head, and data that cannot break out of its body."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.config import SplitSettings
from curator.export import card
from curator.export.card import size_category
from curator.export.formats import FORMATS
from curator.export.manifest import FileEntry, Manifest

CASES = [(kind, name) for name, chosen in FORMATS.items() for kind in chosen.columns]


def manifest_of(kind, format_name, **values):
    entry = FileEntry(split="train", rows=3, bytes=1, sha256="0" * 64, labels={"a|b": 3})
    chosen = FORMATS[format_name]
    files = {
        chosen.file.format(split=split): entry.model_copy(update={"split": split})
        for split in ("train", "test")
    }
    return Manifest(
        kind=kind, format=format_name, files=files, split=SplitSettings(), **{"name": "x", **values}
    )


@pytest.mark.parametrize(("kind", "format_name"), CASES)
def test_the_hub_understands_the_head(kind, format_name):
    from datasets import Features
    from huggingface_hub import DatasetCard

    data = DatasetCard(card.render(manifest_of(kind, format_name))).data
    assert data.task_categories == ["text-classification" if kind == "classification" else "text-generation"]
    assert data.size_categories == ["n<1K"]
    assert [file["split"] for file in data.configs[0]["data_files"]] == ["train", "test"]
    features = Features._from_yaml_list(data.dataset_info["features"])
    assert list(features) == list(FORMATS[format_name].columns[kind])


@pytest.mark.parametrize("name", ["true", "null", "1.0", "1e5", "2024-01-01", "no", "0x1F", "a.b-c_d"])
def test_a_name_stays_a_name(name):
    from huggingface_hub import DatasetCard

    assert DatasetCard(card.render(manifest_of("text", "text", name=name))).data.pretty_name == name


@pytest.mark.parametrize(
    ("rows", "category"),
    [
        (1, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (10_000, "10K<n<100K"),
        (5_000_000, "1M<n<10M"),
        (10**13, "n>1T"),
    ],
)
def test_sizes_are_the_hubs(rows, category):
    assert size_category(rows) == category


@settings(max_examples=40)
@given(st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=30))
def test_no_label_query_or_column_breaks_out_of_its_line(label, query):
    from huggingface_hub import DatasetCard

    values = {"labels": (label, "a|b"), "query": query}
    manifest = manifest_of("classification", "jsonl").model_copy(update=values)
    plain = card.render(manifest_of("classification", "jsonl", labels=("x", "y"), query="z" if query else ""))
    text = card.render(manifest)
    assert len(text.split("\n")) == len(plain.split("\n"))
    assert DatasetCard(text).data.to_dict() == DatasetCard(plain).data.to_dict()
    assert not any(line.count("|") - line.count("\\|") not in (0, 4) for line in text.split("\n"))


def test_markup_and_control_bytes_of_data_are_shown_and_not_obeyed():
    hostile = "<script>a</script> [x](javascript:y) `b` \x1b[31m \u202e # h\n---\n| c |"
    manifest = manifest_of("classification", "jsonl").model_copy(
        update={"labels": (hostile,), "query": hostile}
    )
    body = card.render(manifest).split("---\n", 2)[2]
    assert "<script>" not in body.replace("\\<", "")
    assert "](" not in body
    assert "\x1b" not in body
    assert "\u202e" not in body
