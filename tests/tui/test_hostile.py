"""Every page and dialog with strings that break programs: nothing crashes, and nothing of them reaches a terminal."""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import suppress

import pytest
from curator.tui.app import CuratorApp
from curator.tui.links import recent
from curator.tui.links.tokens import Shown
from curator.tui.screens.browse import BrowseScreen
from textual.widgets import OptionList

from curator.config import new
from curator.errors import CuratorError
from curator.project import Project
from curator.train.processes import jobs
from curator.train.progress import EventLog
from tests.run_folders import begin, finish, score
from tests.shared_data import needs_shared_data
from tests.tui.driving import drive, press, settled
from tests.tui.hostile import OWN, look_at, naughty, texts_of

_BUNDLE = 15
"""Strings in one record beside the records that hold one each."""
STRINGS = [
    pytest.param("own", (80, 24), id="own-80x24"),
    pytest.param("blns", (200, 50), id="blns-200x50", marks=needs_shared_data),
]


@pytest.fixture
def strings(source) -> list[str]:
    """The strings of a source."""
    return OWN if source == "own" else naughty()


@pytest.fixture(autouse=True)
def _no_tokenizer(monkeypatch):
    """Loading one takes seconds; it gives back what it was given."""

    def ask(_self, _kind, fields, *_):
        text = str(fields.get("text", fields))
        return Shown(text, text, 2, 1, "")

    monkeypatch.setattr("curator.tui.links.tokens.Tokens.ask", ask)


def bundles(strings: list[str]) -> list[str]:
    """Many strings in one text, and the texts that hold one."""
    packed = ["\n".join(strings[at : at + _BUNDLE]) for at in range(0, len(strings), _BUNDLE)]
    return [*packed, *strings]


def some(strings: list[str]) -> list[str]:
    """Some of them, from everywhere: a line is typed into one string after the other."""
    return strings[:: max(1, len(strings) // 8)]


async def walk(app, pilot, *keys: str) -> None:
    """Press some keys, one after the other, and look at what each paints."""
    for key in keys:
        await press(pilot, key)
        look_at(app)
        texts_of(app)


async def fill(app, pilot, selector: str, text: str) -> None:
    """Put a text into a line, as pasting it does."""
    app.screen.query_one(selector).value = text
    await pilot.pause()
    look_at(app)


@pytest.fixture
def project(make_project, strings) -> Project:
    """Records whose texts, labels and further columns are those strings, with tags, findings and edits."""
    texts = bundles(strings)
    rows: list[dict[str, object]] = [
        {"text": text, "label": strings[place % len(strings)][:60], f"c {text[:40]}": text[:200]}
        for place, text in enumerate(texts)
    ]
    project = make_project(rows, labels=list(dict.fromkeys(text[:60].strip() for text in strings)))
    for place, text in enumerate(strings[:20], start=1):
        with suppress(CuratorError):
            project.editor.tag([place], add=[text[:40].strip()])
        project.editor.set_fields([place], {"text": texts[place - 1] + text})
    project.check(quick=True)
    found = project.connection.execute("SELECT rowid FROM findings").fetchall()
    told = [(strings[place % len(strings)], row[0]) for place, row in enumerate(found)]
    project.connection.executemany("UPDATE findings SET message = ? WHERE rowid = ?", told)
    project.connection.commit()
    return project


@pytest.mark.parametrize(("source", "size"), STRINGS)
def test_the_list_and_its_dialogs(project, strings, size):
    async def story(app, pilot):
        look_at(app)
        pages = len(project.records()) // (size[1] - 6) + 1
        await walk(app, pilot, *["pagedown"] * pages, "home")
        for dialog in ("h", "R", "t", "m", "b", "question_mark", "f9", "s"):
            await walk(app, pilot, dialog, "escape")
        await walk(app, pilot, "space", "space", "x", "n")
        await walk(app, pilot, "R")
        for text in some(strings):
            await fill(app, pilot, "#find", text)
            await fill(app, pilot, "#put", text)
        await walk(app, pilot, "escape")
        for text in some(strings):
            await fill(app, pilot, "#filter", text)
            await fill(app, pilot, "#filter", f'"{text}" label:"{text}"')
            await fill(app, pilot, "#filter", f"{text[:20]}:{text}")
        await fill(app, pilot, "#filter", "")

    drive(project, story, size)


@pytest.mark.parametrize(("source", "size"), STRINGS)
def test_saved_filters_and_tags(project, strings, size):
    for text in strings[:30]:
        with suppress(CuratorError):
            known = project.config.filters
            project.change_settings({"filters": {**known, text[:40].strip(): f'"{text[:60]}"'}})

    async def story(app, pilot):
        await walk(app, pilot, "F", "down", "escape", "b", *"take", "enter", "escape", "escape")

    drive(project, story, size)


@pytest.mark.parametrize(("source", "size"), STRINGS)
def test_labelling_and_editing(project, strings, size):
    many = len(bundles(strings)) - len(strings)

    async def story(app, pilot):
        await walk(
            app, pilot, "f3", *["right"] * min(many, 10), "slash", "a", "escape", "tab", "escape", "1", "u"
        )
        await walk(app, pilot, "f", "x", "enter", "u", "U", "escape")
        for _ in range(min(many, 2)):
            await walk(app, pilot, "e", "tab", "x", "ctrl+l", "escape", "escape", "y", "down")

    drive(project, story, size)


@pytest.mark.parametrize(("source", "size"), STRINGS)
def test_checks_split_and_export(project, strings, size):
    for check_id, text in zip(("few-records", "invisible-characters"), strings, strict=False):
        project.suppress(check_id, None, text)

    async def story(app, pilot):
        await walk(app, pilot, "f4")
        for _ in range(min(app.screen.query_one(OptionList).option_count, 8)):
            await walk(app, pilot, "r", "down")
        await walk(app, pilot, "s", "escape")
        await walk(app, pilot, "enter", "f5", "s", "n", "escape", "f", "escape")
        for text in some(strings):
            await fill(app, pilot, "#split-form Input", text)
        await walk(app, pilot, "e")
        for text in some(strings):
            for part in ("name", "out", "query"):
                app.screen.query_one(f"#export-{part}").value = text
            await fill(app, pilot, "#export-name", text)
        await walk(app, pilot, "ctrl+s")

    drive(project, story, size)


@pytest.mark.parametrize(("source", "size"), STRINGS)
def test_runs_and_results(make_project, strings, size):
    labels = list(dict.fromkeys(text[:40].strip() for text in strings[:: max(1, len(strings) // 40)]))
    rows = [{"text": f"{text} {n}", "label": label} for n, label in enumerate(labels) for text in strings[:4]]
    project = make_project(rows, labels=labels)
    project.split()
    folder = begin(project, "one")
    finish(folder)
    found = score(folder)
    scores = folder / "scores.parquet"
    assert scores.is_file()
    assert found.n
    going = begin(project, "two", steps=9, done=4)
    EventLog(going).write("error", problem=" ".join(strings[:40])[:2000], remedy=strings[0])
    (going / jobs.LOG).write_text("\n".join(strings), encoding="utf-8", errors="replace")
    stray = project.root / "runs" / strings[0].replace("/", "∕").replace("\0", "")[:50]
    stray.mkdir()
    (stray / "run.json").write_text("[/foo]", encoding="utf-8")

    async def story(app, pilot):
        await walk(app, pilot, "f6", "n")
        for text in some(strings):
            for part in ("name", "report_to"):
                app.screen.query_one(f"#set-{part}").value = text
            await fill(app, pilot, "#set-model", text)
        await walk(app, pilot, "ctrl+s", "ctrl+t", "f7", "down", "down", "up", "2", "3", "f", "f", "f")
        await walk(app, pilot, *["down"] * 4, "enter")
        assert isinstance(app.screen, BrowseScreen)

    drive(project, story, size)


@pytest.mark.parametrize(("source", "size"), STRINGS)
def test_files_that_are_brought_in(make_project, strings, size):
    project = make_project()
    here = project.root.parent / "here"
    here.mkdir()
    for text in strings[:200]:
        with suppress(OSError, ValueError):
            (here / (text[:60].replace("/", "∕").replace("\0", "") + ".jsonl")).write_text("{}\n")
    rows = [json.dumps({"text": text, "label": text[:30], text[:50]: text}) for text in strings[:60]]
    bad = [text.replace("\n", " ") for text in strings]
    file = here / "all [foo] [@click=app.bell]x.jsonl"
    file.write_text("\n".join([*rows, *bad]), encoding="utf-8", errors="replace")

    async def story(app, pilot):
        await walk(app, pilot, "f10")
        await fill(app, pilot, "#path", str(here))
        app.screen.query_one("#path").focus()
        await walk(app, pilot, "enter", *["pagedown"] * 4)
        for text in some(strings):
            await fill(app, pilot, "#path", text)
        await fill(app, pilot, "#path", str(file))
        app.screen.query_one("#path").focus()
        await walk(app, pilot, "enter", "i", "r", *["down"] * 6, "m", "escape")

    drive(project, story, size)


@pytest.mark.parametrize(("source", "size"), STRINGS)
@pytest.mark.parametrize("kind", ["text", "instruction"])
def test_documents_and_chats(make_project, kind, strings, size):
    texts = bundles(strings)
    turns = [{"role": "user", "content": texts[0]}, {"role": strings[0][:20], "content": strings[0]}]
    rows: list[dict[str, object]] = [{"text": text} for text in texts]
    if kind == "instruction":
        rows = [{"instruction": text, "answer": text, "system": text, "history": turns} for text in texts]
    project = make_project(rows, kind)

    async def story(app, pilot):
        await walk(app, pilot, "pagedown", "home", "f3", "right", "right", "e", "ctrl+n", "x", "escape", "y")
        await walk(app, pilot, "f2", "f5", "s")
        if kind == "text":
            await walk(app, pilot, "w", "right", "right")
            for text in some(strings):
                await fill(app, pilot, "#windows-form Input", text)

    drive(project, story, size)


@pytest.mark.parametrize(("source", "size"), STRINGS)
def test_projects_by_their_names(tmp_path, strings, size):
    start = tmp_path / "start"
    start.mkdir()
    made = 0
    for text in strings[:80]:
        root = start / (text[:60].replace("/", "∕").replace("\0", "") or "x")
        with suppress(OSError, ValueError, CuratorError):
            if made < 12:
                Project.create(root, new("text")).close()
                made += 1
            else:
                root.mkdir()
                (root / "curator.toml").write_text(f"# {text}\n[/foo]\n", encoding="utf-8", errors="replace")
            recent.note(root)

    async def run():
        app = CuratorApp(None, start)
        try:
            async with app.run_test(size=size) as pilot:
                await settled(pilot)
                await walk(app, pilot, *["pagedown"] * 4, "o")
                await fill(app, pilot, "#answer", strings[0])
                await walk(app, pilot, "enter", "n")
                for text in some(strings):
                    for part in ("folder", "labels"):
                        app.screen.query_one(f"#{part}").value = text
                    await fill(app, pilot, "#model", text)
                await walk(app, pilot, "escape", "home", "enter")
                if app.session is not None:
                    await walk(app, pilot, "f3", "f5", "f7", "f2", "f8")
        finally:
            if app.session is not None:
                app.session.close()

    asyncio.run(run())
    assert made


def test_a_megabyte_on_one_line_is_shown_without_delay(make_project):
    long = "x[/foo]\x1b]52;c;AAAA\x07 слово " * (1_000_000 // 28)
    project = make_project(
        [{"text": long, "label": long[:30]}, {"text": "short", "label": "a"}], labels=["a", "b"]
    )
    slowest = float(os.environ.get("CURATOR_SLOWEST_KEY", "10"))

    async def story(app, pilot):
        for key in (
            "down",
            "up",
            "f3",
            "right",
            "left",
            "1",
            "u",
            "escape",
            "e",
            "escape",
            "f4",
            "f5",
            "f2",
            "R",
            "x",
        ):
            began = time.monotonic()
            await walk(app, pilot, key)
            assert time.monotonic() - began < slowest, key

    drive(project, story)
