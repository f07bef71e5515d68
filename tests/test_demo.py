"""The walk through the samples, as a user takes it: real commands in processes of their own."""

from __future__ import annotations

import pytest

from curator import demo
from curator.errors import CuratorError


def test_the_whole_way_from_a_file_to_a_verdict(tmp_path):
    said: list[str] = []
    # Rivals that ask the base model a second and a third time have tests of their own.
    quick = ("train.epochs=0.05", "evaluate.few_shot=0", "evaluate.retrieved=0", "evaluate.resamples=1000")
    settings = tuple(part for setting in quick for part in ("--set", setting))
    story = demo.STORIES[0].model_copy(update={"train": settings})
    result = demo.walk(story, tmp_path, said.append)
    assert {"systems", "gain", "verdict", "n", "seconds"} <= set(result)
    assert {"base", "tuned", "majority", "tfidf_logreg"} <= set(result["systems"])
    assert {"metric", "difference", "low", "high", "p"} <= set(result["gain"])
    commands = [line.split()[2:] for line in said if line.strip().startswith("$ curator")]
    verbs = [
        word
        for command in commands
        for word in command
        if word in {"init", "import", "check", "split", "export", "train"}
    ]
    assert verbs == ["init", "import", "check", "split", "export", "train"]
    assert (
        (tmp_path / "tickets/runs/first/report.md")
        .read_text(encoding="utf-8")
        .startswith("# Evaluation of first")
    )


def test_a_folder_that_is_in_use_is_left_alone(tmp_path):
    (tmp_path / "tickets").mkdir()
    with pytest.raises(CuratorError, match="exists already"):
        demo.walk(demo.STORIES[0], tmp_path, lambda _: None)


def test_there_is_a_story_for_every_kind():
    assert [story.kind for story in demo.STORIES] == ["classification", "instruction", "text"]
