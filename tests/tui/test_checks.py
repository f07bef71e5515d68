"""Stories of people who clean a set by what the checks found."""

from __future__ import annotations

from pathlib import Path

import pytest
from curator.tui.links import checking

from curator.errors import CuratorError
from tests.tui.driving import drive, press, shown


@pytest.fixture
def project(make_project):
    rows = [{"text": "The cafÃ© is open.", "label": "a"}, {"text": "Write to ann@example.com", "label": "a"}]
    return make_project(rows, labels=["a"])


def names(app) -> list[str]:
    listed = app.screen.query_one("#checks")
    return [listed.get_option_at_index(place).id for place in range(listed.option_count)]


def test_the_checks_run_in_a_process_of_their_own(project, real_checks):
    told = []
    reports = checking.run(project.root, lambda *step: told.append(step), lambda: False)
    assert {report.id for report in reports if report.count} >= {"mojibake", "personal-data"}
    assert ("loading the tokenizer", 0, 0) in told


def test_a_run_that_nobody_wants_any_more_ends(project, real_checks):
    assert checking.run(project.root, lambda *_: None, lambda: True) is None


def test_what_keeps_the_checks_from_running_is_told(tmp_path, real_checks):
    with pytest.raises(CuratorError, match="is no project"):
        checking.run(Path(tmp_path), lambda *_: None, lambda: False)


def test_a_check_is_suppressed_with_a_reason_and_counts_again_without(project):
    async def story(app, pilot):
        await press(pilot, "c")
        app.screen.query_one("#checks").highlighted = names(app).index("personal-data")
        await press(pilot, "s", *"ours", "enter")
        app.screen.query_one("#checks").highlighted = names(app).index("personal-data")
        await press(pilot)
        assert "It does not count here: ours" in shown(app, "#detail")
        await press(pilot, "s", *["backspace"] * 4, "enter")
        app.screen.query_one("#checks").highlighted = names(app).index("personal-data")
        await press(pilot)
        assert "does not count" not in shown(app, "#detail")

    drive(project, story)


def test_a_check_without_a_safe_repair_says_so(project):
    async def story(app, pilot):
        await press(pilot, "c")
        app.screen.query_one("#checks").highlighted = names(app).index("few-records")
        await press(pilot, "r")
        assert any("no safe repair" in note.message for note in app._notifications)

    drive(project, story)
