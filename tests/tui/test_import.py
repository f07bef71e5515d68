"""Stories of people who bring examples in."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
from curator.tui import handing
from curator.tui.links import bringing
from curator.tui.screens import import_
from curator.tui.screens.import_ import ImportScreen
from curator.tui.screens.rejects import RejectsScreen
from curator.tui.widgets.file_list import FileList
from textual.widgets import Select
from textual.worker import get_current_worker

from curator.importing import Options
from tests.tui.driving import drive, press, settled, shown
from tests.tui.test_screens import HOSTILE

TICKETS = 'message,category,id\nWhere is it?,delivery,1\n"Money, back!",refund,2\n'
BROKEN = '{"text": "fine", "label": "a"}\n{"text":\n{"text": "fine too", "label": "b"}\n'


def beside(project, name, text):
    path = project.root.parent / name
    path.write_text(text, encoding="utf-8")
    return path


async def look_at(app, pilot, path):
    """Open the page and type a path."""
    if not isinstance(app.screen, ImportScreen):
        await press(pilot, "f10")
    await press(pilot, "slash")
    app.screen.query_one("#path").value = str(path)
    await press(pilot, "enter")
    await settled(pilot)


@pytest.fixture
def handed(monkeypatch):
    """Set once the thread of an import has handed over what it did; a stopped worker does not wait for it."""
    event = threading.Event()

    def hand_over(*arguments):
        try:
            handing.hand_over(*arguments)
        finally:
            event.set()

    monkeypatch.setattr(import_, "hand_over", hand_over)
    return event


async def say(app, pilot, name, value):
    app.screen.query_one(f"#{name}", Select).value = value
    await pilot.pause()
    await settled(pilot)
    await settled(pilot)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_a_file_is_picked_seen_imported_and_taken_back(make_project, size):
    project = make_project()
    beside(project, "tickets.csv", TICKETS)

    async def story(app, pilot):
        await press(pilot, "f10")
        await settled(pilot)
        assert "Pick a file of examples" in shown(app, "#import-state")
        files = app.screen.query_one(FileList)
        names = [str(files.get_option_at_index(n).prompt) for n in range(files.option_count)]
        files.highlighted = next(n for n, name in enumerate(names) if name.startswith("tickets.csv"))
        await press(pilot, "enter")
        await settled(pilot)
        assert app.screen.query_one("#path").value.endswith("tickets.csv")
        told = shown(app, "#preview")
        assert "csv, utf-8: 2 rows in all, 0 not readable" in told
        assert "Money, back!" in told
        assert app.screen.query_one("#field-text", Select).value == "message"
        assert app.screen.query_one("#field-label", Select).value == "category"
        assert project.stats().records == 0
        await press(pilot, "i")
        await settled(pilot)
        assert "2 records added" in shown(app, "#preview")
        assert "delivery, refund" in shown(app, "#preview")
        assert app.session.config.labels == ("delivery", "refund")
        assert project.stats().records == 2
        await press(pilot, "u")
        await settled(pilot)
        assert "undone: import tickets.csv" in shown(app, "#import-state")
        assert project.stats().records == 0

    drive(project, story, size)


def test_a_column_can_be_chosen_or_taken_away(make_project):
    project = make_project()
    path = beside(project, "tickets.csv", TICKETS)

    async def story(app, pilot):
        await look_at(app, pilot, path)
        await say(app, pilot, "field-label", "id")
        assert "label  1" in shown(app, "#preview")
        await say(app, pilot, "field-label", "")
        assert "label" not in shown(app, "#preview")
        await press(pilot, "i")
        await settled(pilot)

    drive(project, story)
    assert [record.fields for record in project.records()] == [
        {"text": "Where is it?"},
        {"text": "Money, back!"},
    ]


def test_format_and_encoding_can_be_said(make_project):
    project = make_project(kind="text")
    path = project.root.parent / "old.txt"
    path.write_bytes("Привет, мир".encode("cp866"))

    async def story(app, pilot):
        await look_at(app, pilot, path)
        await say(app, pilot, "encoding", "cp866")
        await say(app, pilot, "format", "lines")
        assert "Привет, мир" in shown(app, "#preview")
        assert "lines, cp866" in shown(app, "#preview")

    drive(project, story)


def test_columns_of_unknown_names_are_asked_for(make_project):
    project = make_project(kind="instruction")
    path = beside(project, "odd.csv", "x1,x2\n1,2\n3,4\n")

    async def story(app, pilot):
        await look_at(app, pilot, path)
        assert "Say which column holds the field instruction" in shown(app, "#import-state")
        await press(pilot, "i")
        assert "nothing to import yet" in shown(app, "#import-state")
        await say(app, pilot, "field-instruction", "x1")
        await say(app, pilot, "field-answer", "x2")
        await press(pilot, "i")
        await settled(pilot)

    drive(project, story)
    assert [record.fields for record in project.records()] == [
        {"instruction": "1", "answer": "2"},
        {"instruction": "3", "answer": "4"},
    ]


def test_rejects_are_seen_before_and_after_and_tried_again(make_project):
    project = make_project()
    path = beside(project, "rows.jsonl", BROKEN)

    async def story(app, pilot):
        await look_at(app, pilot, path)
        assert "1 not readable" in shown(app, "#preview")
        assert "rows.jsonl:2" in shown(app, "#preview")
        await press(pilot, "i")
        await settled(pilot)
        assert "1 row could not be read" in shown(app, "#preview")
        await press(pilot, "r")
        assert isinstance(app.screen, RejectsScreen)
        assert "1 row could not be read" in shown(app, "#rejects-state")
        assert '{"text":' in shown(app, "#reject")
        await press(pilot, "t")
        assert "0 records could be read now." in shown(app, "#rejects-state")
        await press(pilot, "escape", "escape")

    drive(project, story)


def test_rejects_can_be_tried_with_another_column(make_project):
    project = make_project(kind="text")
    project.import_files(
        [str(beside(project, "rows.jsonl", '{"text": "fine"}\n{"body": "elsewhere"}\n'))],
        Options(),
        lambda *_: None,
    )
    assert len(project.rejects()) == 1

    async def story(app, pilot):
        await press(pilot, "f10", "r", "m")
        app.screen.query_one("#answer").value = "nonsense"
        await press(pilot, "enter")
        assert "Write FIELD=COLUMN" in shown(app, "#refusal")
        app.screen.query_one("#answer").value = "text=body"
        await press(pilot, "enter")
        await settled(pilot)
        assert "There are no rejects" in shown(app, "#rejects-state")

    drive(project, story)
    assert [record.fields["text"] for record in project.records()] == ["fine", "elsewhere"]


def test_what_cannot_be_read_is_told_and_nothing_is_imported(make_project):
    project = make_project()
    path = beside(project, "empty.csv", "")

    async def story(app, pilot):
        await press(pilot, "f10", "i")
        assert "pick a file first" in shown(app, "#import-state")
        await look_at(app, pilot, "~/there is no such file")
        assert "There is no file" in shown(app, "#import-state")
        await look_at(app, pilot, path)
        assert "empty" in shown(app, "#import-state")
        assert app.screen.query_one("#import-state").has_class("-bad")

    drive(project, story)


def test_a_stopped_import_leaves_nothing(make_project, monkeypatch, handed):
    project = make_project()
    rows = "".join(json.dumps({"text": f"row {n}", "label": "a"}) + "\n" for n in range(10_000))
    path = beside(project, "many.jsonl", rows)
    bring = bringing.bring

    async def story(app, pilot):
        screen = app.screen

        def stopped(session, path, options, progress):
            """As if Escape came while the second batch is read."""

            def told(rows, share):
                if rows > 2000:
                    app.call_from_thread(screen.action_leave)
                progress(rows, share)

            return bring(session, path, options, told)

        monkeypatch.setattr(bringing, "bring", stopped)
        await look_at(app, pilot, path)
        screen = app.screen
        await press(pilot, "i")
        await asyncio.to_thread(handed.wait, 30)
        await settled(pilot)
        assert app.screen is screen
        assert "Stopped" in shown(app, "#import-state")

    drive(project, story)
    assert project.stats().records == 0


def test_going_to_another_page_stops_the_import_and_says_so(make_project, monkeypatch, handed):
    project = make_project()
    rows = "".join(json.dumps({"text": f"row {n}", "label": "a"}) + "\n" for n in range(10_000))
    path = beside(project, "many.jsonl", rows)
    bring = bringing.bring

    said = []

    async def story(app, pilot):
        monkeypatch.setattr(app, "notify", lambda words, **_: said.append(words))

        def stopped(session, path, options, progress):
            def told(rows, share):
                if rows == 4000:
                    app.call_from_thread(app.show_page, "records")
                    while not get_current_worker().is_cancelled:
                        pass
                progress(rows, share)

            return bring(session, path, options, told)

        monkeypatch.setattr(bringing, "bring", stopped)
        await look_at(app, pilot, path)
        await press(pilot, "i")
        await asyncio.to_thread(handed.wait, 30)
        await settled(pilot)
        assert not isinstance(app.screen, ImportScreen)
        assert said == ["The import was stopped: nothing of it was brought in."]

    drive(project, story)
    assert project.stats().records == 0


def test_the_list_of_files_goes_up_and_down_and_takes_folders(make_project):
    project = make_project(kind="text")
    letters = project.root.parent / "letters"
    letters.mkdir()
    for n in range(3):
        (letters / f"{n}.txt").write_text(f"Dear {n}", encoding="utf-8")

    async def story(app, pilot):
        await press(pilot, "f10")
        await settled(pilot)
        files = app.screen.query_one(FileList)
        while "letters" not in str(files.get_option_at_index(files.highlighted).prompt):
            await press(pilot, "down")
        await press(pilot, "enter")
        await settled(pilot)
        assert files.folder == letters
        assert files.option_count == 4
        await press(pilot, "backspace")
        await settled(pilot)
        assert files.folder == letters.parent
        await press(pilot, "space")
        await settled(pilot)
        assert "and 2 more files" in shown(app, "#preview")
        await press(pilot, "i")
        await settled(pilot)

    drive(project, story)
    assert project.stats().records == 3


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(make_project, text, size):
    project = make_project()
    name = text[:60].replace("/", "∕").replace("\x00", "\x01") + ".jsonl"
    row = {"text": text, "label": text[:30], text[:50]: "column"}
    path = beside(project, name, json.dumps(row) + "\n" + text.replace("\n", " ") + "\n")

    async def story(app, pilot):
        await look_at(app, pilot, path)
        painted = shown(app, "#preview") + shown(app, "#import-state")
        painted += "".join(str(option.prompt) for option in app.screen.query_one(FileList).options)
        await press(pilot, "i")
        await settled(pilot)
        painted += shown(app, "#preview")
        await press(pilot, "r")
        painted += shown(app, "#reject") + shown(app, "#rejects-state")
        assert not set(painted) & {chr(code) for code in (*range(9), *range(11, 32), 127, *range(128, 160))}
        assert "\u202e" not in painted

    drive(project, story, size)
    assert project.stats().records == 1
