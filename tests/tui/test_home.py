"""Stories of people who choose a project, or begin one."""

from __future__ import annotations

import asyncio
import json

import pytest
from curator.tui.app import CuratorApp
from curator.tui.links import recent
from curator.tui.screens.browse import BrowseScreen
from curator.tui.screens.home import HomeScreen
from curator.tui.screens.import_ import ImportScreen
from curator.tui.screens.new_project import NewProjectScreen
from textual.widgets import OptionList

from curator.config import new
from curator.project import Project
from tests.tui.driving import drive, press, settled, shown
from tests.tui.test_screens import HOSTILE


def begin(start, story, size=(120, 40)):
    """Open the app in a folder without a project."""

    async def run():
        app = CuratorApp(None, start)
        try:
            async with app.run_test(size=size) as pilot:
                await settled(pilot)
                await story(app, pilot)
            return app
        finally:
            if app.session is not None:
                app.session.close()

    return asyncio.run(run())


def rows_of(app) -> list[str]:
    listed = app.screen.query_one("#projects", OptionList)
    return [str(listed.get_option_at_index(n).prompt) for n in range(listed.option_count)]


@pytest.fixture
def start(tmp_path):
    folder = tmp_path / "start"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_an_empty_folder_is_met_with_three_lines(start, size):
    async def story(app, pilot):
        assert isinstance(app.screen, HomeScreen)
        words = shown(app, "#home-state")
        assert len(words.splitlines()) == 3
        assert "Press n" in words
        await press(pilot, "enter")
        assert isinstance(app.screen, HomeScreen)
        await press(pilot, "q")

    assert begin(start, story, size).return_code == 0


def test_projects_here_are_listed_with_how_far_they_are(start, tickets):
    tickets.editor.set_status([1, 2], "accepted")
    recent.note(tickets.root)
    Project.create(start / "poems", new("text")).close()

    async def story(app, pilot):
        rows = rows_of(app)
        assert len(rows) == 2
        mine = next(row for row in rows if str(tickets.root) in row)
        assert "classification" in mine
        assert mine.split()[2:4] == ["6", "2"]
        assert any("poems" in row and "text" in row for row in rows)

    begin(start, story)


def test_enter_opens_a_project_and_f8_comes_back(start):
    Project.create(start / "poems", new("text")).close()

    async def story(app, pilot):
        await press(pilot, "enter")
        assert isinstance(app.screen, BrowseScreen)
        assert app.session.root == start / "poems"
        assert list(recent.load()) == [start / "poems"]
        await press(pilot, "f8")
        assert isinstance(app.screen, HomeScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, BrowseScreen)

    begin(start, story)


def test_from_within_a_project_its_neighbours_are_listed_and_new_ones_are_made_beside_it(start):
    for name in ("one", "two"):
        Project.create(start / name, new("text")).close()
    (start / "one" / "exports").mkdir()

    async def story(app, pilot):
        assert len(rows_of(app)) == 2
        await press(pilot, "n")
        assert f"in {start / 'my-project'}" in shown(app, "#verdict")

    begin(start / "one" / "exports", story)


def test_a_broken_project_is_shown_and_does_not_open(start):
    (start / "broken").mkdir()
    (start / "broken" / "curator.toml").write_text("kind =", encoding="utf-8")

    async def story(app, pilot):
        assert "cannot be opened" in rows_of(app)[0]
        await press(pilot, "enter")
        assert isinstance(app.screen, HomeScreen)
        assert app.session is None

    begin(start, story)


def test_a_project_can_be_forgotten_and_opened_by_its_path(start, tickets):
    recent.note(tickets.root)

    async def story(app, pilot):
        await press(pilot, "delete")
        assert rows_of(app) == []
        assert recent.load() == {}
        await press(pilot, "o")
        app.screen.query_one("#answer").value = str(tickets.root)
        await press(pilot, "enter")
        assert isinstance(app.screen, BrowseScreen)

    begin(start, story)


@pytest.mark.parametrize("content", ["", "[1]", '{"a": "b"}', '{"a": [1]}', "{", "\x00", '{"/gone": 1.0}'])
def test_a_broken_list_of_recent_projects_is_no_trouble(start, content):
    recent.path().parent.mkdir(parents=True)
    recent.path().write_text(content, encoding="utf-8")

    async def story(app, pilot):
        assert rows_of(app) == []

    begin(start, story)
    recent.note(start)
    assert start.resolve() in recent.load()


def test_only_the_newest_projects_are_remembered(tmp_path):
    for n in range(recent.MOST + 5):
        recent.note(tmp_path / f"p{n}")
    kept = json.loads(recent.path().read_text(encoding="utf-8"))
    assert len(kept) == recent.MOST
    assert next(iter(recent.load())).name == f"p{recent.MOST + 4}"


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_a_new_project_is_made_opened_and_goes_on_to_the_import(start, size):
    async def story(app, pilot):
        await press(pilot, "n")
        assert isinstance(app.screen, NewProjectScreen)
        app.screen.query_one("#folder").value = "tickets"
        app.screen.query_one("#labels").value = "refund, delivery"
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ImportScreen)
        assert app.session.root == start / "tickets"
        assert app.session.config.labels == ("refund", "delivery")

    begin(start, story, size)


def test_the_form_says_at_once_what_is_wrong(start):
    Project.create(start / "there", new("text")).close()
    (start / "file").write_text("x", encoding="utf-8")

    async def story(app, pilot):
        await press(pilot, "n")
        for field, value, problem in (
            ("folder", "", "needs a folder"),
            ("folder", "there", "There is a project in this folder already"),
            ("folder", "file/inner", "is a file, not a folder"),
            ("folder", "fine", ""),
            ("labels", "a, b, a", "stands twice"),
            ("labels", "", ""),
            ("model", "no such model", "There is no model"),
        ):
            app.screen.query_one(f"#{field}").value = value
            await pilot.pause()
            assert problem in shown(app, "#verdict")
            assert app.screen.query_one("#make").disabled == bool(problem)
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, NewProjectScreen)
        assert not (start / "fine").exists()

    begin(start, story)


def test_a_kind_without_labels_asks_for_none(start):
    async def story(app, pilot):
        await press(pilot, "n", "tab", "down", "space")
        assert "instruction" in shown(app, "#verdict")
        assert not app.screen.query_one("#labels").display
        await press(pilot, "ctrl+s")
        assert app.session.config.kind == "instruction"

    begin(start, story)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_and_do_nothing(start, text, size):
    name = text[:60].replace("/", "∕").replace("\x00", "\x01")
    Project.create(start / name, new("text")).close()

    async def story(app, pilot):
        painted = "".join(rows_of(app))
        await press(pilot, "n")
        app.screen.query_one("#folder").value = text[:200]
        await pilot.pause()
        painted += shown(app, "#verdict")
        assert not set(painted) & {chr(code) for code in (*range(9), *range(11, 32), 127, *range(128, 160))}
        assert "\u202e" not in painted
        await press(pilot, "escape", "enter")
        assert isinstance(app.screen, BrowseScreen)

    begin(start, story, size)


def test_the_project_that_is_open_stays_open_while_one_looks_at_others(tickets):
    async def story(app, pilot):
        await press(pilot, "f8", "n", "escape", "escape")
        assert isinstance(app.screen, BrowseScreen)
        assert app.session.root == tickets.root

    drive(tickets, story)
