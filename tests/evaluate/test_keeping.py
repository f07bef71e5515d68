"""An evaluation in its files: read back as it was written, or refused with what mends it."""

from __future__ import annotations

import json

import pytest
from pyarrow import parquet

from curator.errors import CuratorError, NotFound
from curator.evaluate import keeping
from tests.evaluations import sample


@pytest.fixture
def written(tmp_path):
    found, _ = sample()
    keeping.write(found, tmp_path)


def test_an_evaluation_is_read_back_as_it_was_written(tmp_path):
    found, _ = sample()
    scored = [score.model_copy(update={"probabilities": (0.25, 0.75)}) for score in found.scores["tuned"]]
    found = found.model_copy(update={"scores": {**found.scores, "tuned": tuple(scored)}})
    keeping.write(found, tmp_path)
    assert keeping.load(tmp_path) == found
    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.json", "scores.parquet"]


@pytest.mark.usefixtures("written")
def test_an_evaluation_of_before_is_still_read(tmp_path):
    found = json.loads((tmp_path / "metrics.json").read_text())
    for name in ("reliability", "temperature", "slices", "contamination", "suspects", "memorisation"):
        del found[name]
    (tmp_path / "metrics.json").write_text(json.dumps(found))
    table = parquet.read_table(tmp_path / "scores.parquet").drop_columns(["said"])
    parquet.write_table(table.replace_schema_metadata(None), tmp_path / "scores.parquet")
    assert keeping.load(tmp_path).slices == ()


def test_a_run_without_an_evaluation_says_so(tmp_path):
    with pytest.raises(NotFound, match="has no evaluation"):
        keeping.load(tmp_path)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metrics.json", b"{"),
        ("metrics.json", b"[]"),
        ("metrics.json", b"\xff"),
        ("scores.parquet", b""),
        ("scores.parquet", None),
    ],
)
def test_a_damaged_one_says_what_mends_it(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-100] if content is None else content)
    with pytest.raises(CuratorError, match="damaged: ") as error:
        keeping.load(tmp_path)
    assert not error.value.problem.endswith("..")
    assert error.value.remedy == f"Make it again with `curator evaluate {tmp_path.name} --again`."


@pytest.mark.usefixtures("written")
def test_files_of_two_evaluations_are_no_evaluation(tmp_path):
    old = (tmp_path / "metrics.json").read_bytes()
    other, _ = sample(count=24)
    keeping.write(other, tmp_path)
    (tmp_path / "metrics.json").write_bytes(old)
    with pytest.raises(CuratorError, match="are not of one evaluation"):
        keeping.load(tmp_path)


@pytest.mark.usefixtures("written")
def test_files_of_before_that_tell_of_different_systems_are_no_evaluation(tmp_path):
    table = parquet.read_table(tmp_path / "scores.parquet").replace_schema_metadata(None)
    fewer = table.filter([system != "majority" for system in table["system"].to_pylist()])
    parquet.write_table(fewer, tmp_path / "scores.parquet")
    with pytest.raises(CuratorError, match="are not of one evaluation"):
        keeping.load(tmp_path)
