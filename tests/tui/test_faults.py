"""A part that is gone is no fault; what is one is kept for the report."""

from __future__ import annotations

import asyncio

import pytest
from curator.tui.links import fault
from curator.tui.pages import PAGES
from textual.css.query import NoMatches

from tests.tui.driving import drive, settled

ROWS = [{"text": text, "label": text[:1]} for text in ("apples", "bananas", "apricots")]


@pytest.fixture
def project(make_project):
    return make_project(ROWS, labels=["a", "b"])


def test_a_page_may_be_left_at_any_moment_while_it_is_made(project):
    async def story(app, pilot):
        for moments in range(0, 48, 3):
            for name in PAGES:
                app.show_page(name)
                for _ in range(moments):
                    await asyncio.sleep(0)
                app.show_page("records")
        await settled(pilot)

    drive(project, story)


def failing(page):
    """Let a part ask for another that is not there, as the page is made."""

    def ask() -> None:
        page.query_one("#nowhere")

    page.call_later(ask)


def test_a_page_that_was_left_may_ask_for_parts_in_vain(project):
    async def story(app, pilot):
        app.show_page("label")
        await settled(pilot)
        page = app.screen
        failing(page)
        app.show_page("records")
        await settled(pilot)

    drive(project, story)


def test_a_page_that_is_shown_may_not_and_where_it_happened_is_kept(project, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    async def story(app, pilot):
        failing(app.screen)
        await pilot.pause()

    with pytest.raises(NoMatches):
        drive(project, story)
    kept = tmp_path / "state" / "curator" / "fault.txt"
    assert str(kept) in capsys.readouterr().err
    assert "page.query_one" in kept.read_text()


def test_a_fault_that_cannot_be_written_down_is_told_all_the_same(monkeypatch, tmp_path):
    (tmp_path / "state").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert fault.keep(ValueError("no")) is None
