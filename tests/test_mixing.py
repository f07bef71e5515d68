"""Which other exports and general examples the settings of a run name."""

from __future__ import annotations

import shutil

import pytest

from curator.config import TrainSettings
from curator.errors import CuratorError
from curator.mixing import mix_of
from curator.project import Project


@pytest.fixture
def own(make_project):
    rows = [{"text": f"ticket number {n}", "label": "ab"[n % 2]} for n in range(20)]
    project = make_project(rows, labels=["a", "b"])
    project.split()
    return project


@pytest.fixture
def faq(make_project):
    rows = [{"instruction": f"question {n}?", "answer": f"answer {n}"} for n in range(20)]
    project = make_project(rows, "instruction", system="be brief")
    project.split()
    project.export("v1")
    return project


def mix(project: Project, *entries: str, **settings: object):
    return mix_of(TrainSettings(mix=entries, **settings), project.root, project.export())


def test_nothing_is_mixed_unless_it_is_asked_for(own):
    assert mix(own) == (1.0, (), None)


def test_exports_are_found_by_name_folder_and_relative_path(own, faq, monkeypatch):
    own.export("hard", text="label:a")
    found = mix(own, "hard", f"{faq.root}/exports/v1=0.5")
    assert [(part.name, part.kind, part.weight) for part in found.parts] == [
        ("hard", "classification", 1.0),
        ("v1", "instruction", 0.5),
    ]
    assert (found.parts[0].labels, found.parts[1].system) == (("a", "b"), "be brief")
    assert mix(own, f"../{faq.root.name}/exports/v1").parts[0].path == str(faq.root / "exports" / "v1")
    monkeypatch.chdir(faq.root)
    assert mix(own, "exports/v1").parts[0].path == str(faq.root / "exports" / "v1")


def test_naming_the_runs_own_export_gives_it_a_weight(own):
    named = own.export("all")
    assert mix(own, "all=3") == (3.0, (), None)
    assert mix(own, f"{named.path}=0.5").weight == 0.5


def test_two_exports_of_one_name_get_different_ones(own, faq):
    own.export("v1", text="label:a")
    assert [part.name for part in mix(own, "v1", f"{faq.root}/exports/v1").parts] == ["v1", "v1-2"]


def test_what_is_no_mix_is_refused_in_words(own, faq):
    for entry, words in (("nothing", "no export nothing"), ("v1=0", "no weight"), ("v1=1e9", "no weight")):
        with pytest.raises(CuratorError, match=words):
            mix(own, entry)
    own.export("all")
    with pytest.raises(CuratorError, match="twice"):
        mix(own, "all", "all=2")
    with pytest.raises(CuratorError, match="twice"):
        mix(own, f"{faq.root}/exports/v1", f"{faq.root}/exports/v1=2")
    other = own.export("table", format_name="csv")
    with pytest.raises(CuratorError, match="in the format csv"):
        mix(own, other.path.name)
    (faq.root / "exports" / "v1" / "train.jsonl").write_text("")
    with pytest.raises(CuratorError, match="is not the file that was exported"):
        mix(own, f"{faq.root}/exports/v1")


def test_general_examples_come_along_or_from_an_export_or_a_file(own, faq, tmp_path):
    bundled = mix(own, replay=0.2).replay
    assert bundled is not None
    assert (bundled.path, len(bundled.sha256)) == ("", 64)
    export = mix(own, replay=0.2, replay_from=f"{faq.root}/exports/v1").replay
    assert export is not None
    assert (export.path, export.system) == (str(faq.root / "exports" / "v1" / "train.jsonl"), "be brief")
    shutil.copy(faq.root / "exports" / "v1" / "test.jsonl", own.root / "general.jsonl")
    assert mix(own, replay=0.2, replay_from="general.jsonl").replay.path == str(own.root / "general.jsonl")
    with pytest.raises(CuratorError, match="no general examples at missing"):
        mix(own, replay=0.2, replay_from="missing")
    with pytest.raises(CuratorError, match=r"train\.replay is 0"):
        mix(own, replay_from="general.jsonl")
