"""Stories of people who decide about one record after the other."""

from __future__ import annotations

from curator.tui.links.suggesting import EVERY, Learner
from curator.tui.screens.browse import BrowseScreen

from tests.tui.driving import drive, press, shown

MANY = [f"label number {n}" for n in range(100)]


def test_a_label_among_a_hundred_is_found_by_typing(make_project):
    project = make_project([{"text": "x", "label": MANY[0]}, {"text": "y", "label": MANY[0]}], labels=MANY)

    async def story(app, pilot):
        await press(pilot, "l")
        assert "/ finds" in shown(app, "#labels")
        await press(pilot, "slash", *"er 87", "enter")
        assert "2/2" in shown(app, "#state")

    drive(project, story, (80, 24))
    assert project.record(1).fields["label"] == "label number 87"
    assert project.record(1).status == "accepted"


def test_what_is_suggested_is_taken_with_one_key(make_project):
    words = {"refund": "I want my money back", "delivery": "Where is my parcel"}
    rows = [{"text": f"{text} {n}", "label": label} for n in range(8) for label, text in words.items()]
    project = make_project([*rows, {"text": "my money, back, please", "label": "delivery"}])
    project.editor.set_status(list(range(1, 17)), "accepted")
    project.suggest()

    async def story(app, pilot):
        await press(pilot, "slash", *"id:17", "enter", "l")
        assert ". takes: refund" in shown(app, "#labels")
        await press(pilot, "full_stop")

    drive(project, story)
    assert project.record(17).fields["label"] == "refund"


def test_the_classifier_learns_after_some_decisions_in_a_process_of_its_own(make_project):
    words = {"refund": "I want my money back", "delivery": "Where is my parcel"}
    rows = [{"text": f"{text} {n}", "label": label} for n in range(12) for label, text in words.items()]
    project = make_project(rows)
    project.editor.set_status(list(range(1, 21)), "accepted")
    learner = Learner(project.root)
    for _ in range(EVERY - 1):
        learner.decided()
    assert not learner.busy
    learner.decided()
    assert learner.busy
    assert learner._process is not None
    learner._process.wait()
    assert learner.finished()
    assert {project.suggestion(n).label for n in (21, 23)} == {"refund"}


def test_a_text_is_trimmed_and_accepted_in_one_step(make_project):
    project = make_project([{"text": "  first  \n second \n\n"}], "text")

    async def story(app, pilot):
        await press(pilot, "l", "t")
        assert project.record(1).fields["text"] == "first\n second"
        assert project.record(1).status == "accepted"
        await press(pilot, "u")
        assert project.record(1).fields["text"] == "  first  \n second \n\n"
        assert project.record(1).status == "new"

    drive(project, story)


def test_keys_of_labels_do_nothing_where_there_are_no_labels(make_project):
    project = make_project([{"text": "a story"}], "text")

    async def story(app, pilot):
        await press(pilot, "l", "1", "slash", "full_stop")
        assert "1/1" in shown(app, "#state")
        await press(pilot, "escape")
        assert isinstance(app.screen, BrowseScreen)

    drive(project, story)
    assert project.record(1).status == "new"


def test_a_long_text_scrolls_and_the_next_one_begins_at_its_top(make_project):
    project = make_project(
        [{"text": "line\n" * 200, "label": "a"}, {"text": "short", "label": "a"}], labels=["a"]
    )

    async def story(app, pilot):
        await press(pilot, "l")
        page = app.screen.query_one("#page")
        page.scroll_end(animate=False)
        await press(pilot, "right")
        assert page.scroll_y == 0
        assert "short" in shown(app, "#text")
        await press(pilot, "left")
        assert page.max_scroll_y > 0

    drive(project, story)
