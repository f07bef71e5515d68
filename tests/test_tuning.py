"""Runs of a project, found again by name or by age."""

from __future__ import annotations

import pytest

from curator import tuning
from curator.config import EvaluateSettings, TrainSettings
from curator.errors import CuratorError, NotFound
from curator.train import runs
from curator.train.args import RUN, RunSpec


def spec(name: str, created: str, **train: object) -> RunSpec:
    settings = TrainSettings.model_construct(**{**dict(TrainSettings()), **train})
    return RunSpec.model_construct(
        name=name,
        created=created,
        kind="text",
        model="bundled",
        model_path="bundled",
        export_path="",
        export_sha256={},
        train=settings,
        evaluate=EvaluateSettings(),
    )


@pytest.fixture
def project(make_project):
    """A project with two runs, the first by name being the newer."""
    made = make_project(kind="text")
    for name, created in (("a", "2026-11-22T00:00:00+00:00"), ("b", "2026-11-21T00:00:00+00:00")):
        runs.create(made.root / "runs" / name, spec(name, created))
    return made


def test_without_a_name_the_newest_run_is_meant(project):
    assert tuning.folder_of(project, "").name == "a"
    assert tuning.folder_of(project, "b").name == "b"
    with pytest.raises(NotFound, match=r"(?s)no run c.*Runs: a, b\."):
        tuning.folder_of(project, "c")


def test_a_run_that_cannot_be_read_is_in_nobodys_way(project):
    (project.root / "runs" / "a" / RUN).write_text("{")
    assert tuning.folder_of(project, "b").name == "b"
    assert tuning.folder_of(project, "").name == "b"
    assert tuning.unreadable(project) == ["a"]
    (project.root / "runs" / "b" / RUN).write_text("{}")
    with pytest.raises(NotFound, match=r"can be read: a, b"):
        tuning.folder_of(project, "")


def test_a_run_that_cannot_be_written_down_leaves_no_folder(project):
    folder = project.root / "runs" / "endless"
    with pytest.raises(CuratorError, match=r"endless cannot be made: train\.epochs"):
        runs.create(folder, spec("endless", "", epochs=float("inf")))
    assert not folder.exists()


def test_a_full_disk_leaves_no_folder_of_a_run(project, monkeypatch):
    def full(path, content, doing) -> None:
        path.parent.mkdir(parents=True)
        raise CuratorError("The disk is full.")

    monkeypatch.setattr(runs, "write_atomically", full)
    with pytest.raises(CuratorError, match="full"):
        runs.create(project.root / "runs" / "new", spec("new", ""))
    assert not (project.root / "runs" / "new").exists()


def test_patience_without_validation_is_refused_before_there_is_a_run(make_project):
    rows = [{"text": f"question {number} about the parcel"} for number in range(12)]
    project = make_project(rows, kind="text", split={"validation": 0.0})
    project.split()
    with pytest.raises(CuratorError, match="no validation row"):
        tuning.prepare(project, "new", project.export(), [("train.patience", "2")])
    assert not (project.root / "runs").exists()
