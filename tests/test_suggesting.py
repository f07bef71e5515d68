"""Labels suggested from decisions."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError


def test_suggestions_follow_what_was_decided_and_the_least_sure_come_first(make_project):
    words = {
        "refund": "I want my money back",
        "delivery": "Where is my parcel",
        "praise": "Спасибо всё отлично",
    }
    rows = [{"text": f"{text} {n}", "label": label} for n in range(12) for label, text in words.items()]
    project = make_project([*rows, {"text": "money parcel", "label": "praise"}])
    project.editor.set_status(list(range(1, 31)), "accepted")
    learned = project.suggest()
    assert learned == (30, 7)
    assert {project.suggestion(i).label == rows[i - 1]["label"] for i in range(31, 37)} == {True}
    assert project.suggestion(1) is None
    assert project.queue("", "uncertain")[0] == 37
    project.editor.label([37], "refund")
    assert 37 not in project.queue("", "uncertain")


def test_too_few_decisions_are_said_to_be_too_few(tickets):
    with pytest.raises(CuratorError, match="too few to learn from"):
        tickets.suggest()
