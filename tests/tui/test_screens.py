"""Stories of people who look, label and clean in the terminal."""

from __future__ import annotations

import pytest
from curator.tui.screens.browse import BrowseScreen
from curator.tui.screens.label import LabelScreen
from curator.tui.widgets.record_grid import RecordGrid

from tests.tui.driving import drive, press, shown

HOSTILE = [
    "a [/foo] b",
    "[@click=app.bell]x[/]",
    "\x1b]52;c;AAAA\x07 esc",
    "\u202eabc\u202c",
    "nul \x00 c1 \x9b31m",
    "сообщение 信息 👩\u200d💻",
    "line\nbreak\r\nand\ttab",
    "long " * 20_000,
]


def labels_of(project) -> list[tuple[str, str]]:
    return [(str(record.fields["label"]), record.status) for record in project.records()]


def test_a_key_labels_saves_and_goes_on(tickets):
    async def story(app, pilot):
        await press(pilot, "l")
        assert isinstance(app.screen, LabelScreen)
        assert "1/6" in shown(app, "#state")
        await press(pilot, "3", "1", "x", "enter", "f", "space")
        assert "This was the last one." in shown(app, "#text")

    drive(tickets, story)
    assert tickets.config.labels == ("delivery", "praise", "refund")
    assert labels_of(tickets) == [
        ("refund", "accepted"),
        ("delivery", "accepted"),
        ("refund", "rejected"),
        ("refund", "accepted"),
        ("praise", "flagged"),
        ("praise", "new"),
    ]


def test_keys_that_come_faster_than_the_screen_are_all_honoured_in_order(make_project):
    rows = [{"text": f"message number {n}", "label": "a"} for n in range(60)]
    project = make_project(rows, labels=["a", "b", "c"])
    keys = [str(1 + (n * 7) % 3) for n in range(60)]

    async def story(app, pilot):
        await press(pilot, "l")
        await press(pilot, *keys)

    drive(project, story)
    assert [label for label, _ in labels_of(project)] == ["abc"[int(key) - 1] for key in keys]


def test_undo_and_redo_show_the_record_that_they_changed_and_survive_a_restart(tickets):
    async def first(app, pilot):
        await press(pilot, "l", "3", "3")
        assert "saved ✓" in shown(app, "#state")

    async def second(app, pilot):
        await press(pilot, "l", "u")
        assert "undone: label refund" in shown(app, "#state")
        assert "parcel never came" in shown(app, "#text")
        await press(pilot, "u", "U")
        assert "Where is my parcel?" in shown(app, "#text")

    drive(tickets, first)
    drive(tickets, second)
    assert labels_of(tickets)[:2] == [("refund", "accepted"), ("delivery", "new")]


def test_looking_ahead_and_back_decides_nothing(tickets):
    async def story(app, pilot):
        await press(pilot, "l", "right", "right", "left")
        assert "2/6" in shown(app, "#state")

    drive(tickets, story)
    assert {status for _, status in labels_of(tickets)} == {"new"}


def test_a_filter_narrows_the_list_while_it_is_typed_and_says_what_is_wrong(tickets):
    async def story(app, pilot):
        await press(pilot, "slash", *"label:refund")
        assert "2 records" in shown(app, "#problem")
        await press(pilot, "enter", "l")
        assert "1/2" in shown(app, "#state")
        await press(pilot, "escape", "slash", "end", *" nokey:1")
        assert "there is no key 'nokey'" in shown(app, "#problem")
        assert app.screen.query_one("#problem").has_class("-bad")

    drive(tickets, story)


def test_the_list_decides_too(tickets):
    async def story(app, pilot):
        await press(pilot, "down", "x", "a", "u")
        assert "undone" in shown(app, "#problem")

    drive(tickets, story)
    assert [status for _, status in labels_of(tickets)[:3]] == ["new", "rejected", "new"]


def test_checks_lead_to_their_records_and_repair_after_a_preview(make_project):
    rows = [{"text": "The cafÃ© is open.", "label": "a"}, {"text": "All is well here.", "label": "a"}]
    project = make_project(rows, labels=["a"])

    async def story(app, pilot):
        await press(pilot, "c")
        names = [app.screen.query_one("#checks").get_option_at_index(n).id for n in range(2)]
        assert "mojibake" in names
        app.screen.query_one("#checks").highlighted = names.index("mojibake")
        await press(pilot, "r")
        assert "1 record would change" in shown(app, "#detail")
        assert "café" in shown(app, "#detail")
        assert project.record(1).fields["text"] == "The cafÃ© is open."
        await press(pilot, "r")
        assert project.record(1).fields["text"] == "The café is open."
        await press(pilot, "u")
        assert project.record(1).fields["text"] == "The cafÃ© is open."
        app.screen.query_one("#checks").highlighted = names.index("mojibake")
        await press(pilot, "enter")
        assert isinstance(app.screen, BrowseScreen)
        assert "1 record" in shown(app, "#problem")

    drive(project, story)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(make_project, text, size):
    project = make_project([{"text": text, "label": text[:30]}, {"text": "fine", "label": "a"}])
    project.check(quick=True)

    async def story(app, pilot):
        grid = app.screen.query_one(RecordGrid)
        painted = "".join(segment.text for y in range(grid.size.height) for segment in grid.render_line(y))
        await press(pilot, "enter")
        painted += shown(app, "#text") + shown(app, "#labels") + shown(app, "#state") + shown(app, "#found")
        await press(pilot, "escape", "c")
        painted += shown(app, "#detail")
        assert not set(painted) & {chr(code) for code in (*range(9), *range(11, 32), 127, *range(128, 160))}
        assert "\u202e" not in painted

    drive(project, story, size)


def test_an_empty_project_says_what_to_do(make_project):
    async def story(app, pilot):
        assert "F10 imports files" in shown(app, "#problem")
        await press(pilot, "l")
        assert "There is no record in this order." in shown(app, "#text")

    drive(make_project(labels=["a"]), story)


def test_an_instruction_is_accepted_or_rejected(make_project):
    rows = [{"instruction": "Why?", "answer": "Because."}, {"instruction": "How?", "answer": "So."}]
    project = make_project(rows, "instruction")

    async def story(app, pilot):
        await press(pilot, "l")
        assert "Because." in shown(app, "#text")
        await press(pilot, "1", "enter", "x")

    drive(project, story)
    assert [record.status for record in project.records()] == ["accepted", "rejected"]


def test_keys_of_the_settings_count(make_project):
    project = make_project(
        [{"text": "x", "label": "a"}], labels=["a", "b"], keys={"m": "b"}, keymap={"label.reject": "d"}
    )

    async def story(app, pilot):
        await press(pilot, "l", "m", "left", "d")

    drive(project, story)
    assert labels_of(project) == [("b", "rejected")]
