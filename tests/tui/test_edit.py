"""Stories of people who change what a record says."""

from __future__ import annotations

import stat
from contextlib import nullcontext

import pytest
from curator.tui import editor
from curator.tui.links.tokens import Shown
from curator.tui.screens.edit import EditScreen
from curator.tui.widgets.field_editor import FieldEditor

from curator.errors import CuratorError
from tests.tui.driving import drive, press, shown

ODD = "one\r\ntwo\u2028three\x0bfour\n"


@pytest.fixture(autouse=True)
def no_tokenizer(monkeypatch):
    """Loading one takes seconds; a test of its own asks the real one."""
    monkeypatch.setattr(
        "curator.tui.links.tokens.Tokens.ask", lambda *_: Shown("given [/b]", "learned", 2, 1, "")
    )


def test_a_change_is_saved_shown_and_undone(tickets):
    async def story(app, pilot):
        await press(pilot, "e")
        assert isinstance(app.screen, EditScreen)
        await press(pilot, "end", *" Please!")
        assert "{+ Please!+}" in shown(app, "#changes")
        assert "2 tokens given, 1 learned" in shown(app, "#laid")
        await press(pilot, "ctrl+s")
        assert tickets.record(1).fields["text"] == "Where is my parcel? Please!"
        await press(pilot, "u")
        assert tickets.record(1).fields["text"] == "Where is my parcel?"

    drive(tickets, story)


def test_what_was_not_touched_is_not_normalised(make_project):
    project = make_project([{"text": ODD, "label": "a"}, {"text": "b", "label": "a"}], labels=["a", "b"])

    async def story(app, pilot):
        await press(pilot, "e", "ctrl+l", "b", "enter", "ctrl+s")

    drive(project, story)
    assert project.record(1).fields == {"text": ODD, "label": "b"}


def test_control_characters_are_shown_as_signs_and_cannot_be_typed_over(make_project):
    project = make_project([{"text": "bell \x07 \x1b]52;c;AA", "label": "a"}], labels=["a"])

    async def story(app, pilot):
        await press(pilot, "e", *"zzz")
        area = app.screen.query(FieldEditor).first().area
        assert "\x1b" not in area.text
        assert "zzz" not in area.text
        assert "control characters" in str(app.screen.query(".note").first().render())

    drive(project, story)


def test_leaving_with_changes_asks_first(tickets):
    async def story(app, pilot):
        await press(pilot, "e", "z", "escape", "n")
        assert isinstance(app.screen, EditScreen)
        await press(pilot, "escape", "y")
        assert not isinstance(app.screen, EditScreen)

    drive(tickets, story)
    assert tickets.record(1).fields["text"] == "Where is my parcel?"


def test_what_is_wrong_is_said_while_typing_and_refused_on_saving(tickets):
    async def story(app, pilot):
        await press(pilot, "e", "tab", "end", *"zz")
        assert "'deliveryzz' is not in the list" in shown(app, "#changes")
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, EditScreen)

    drive(tickets, story)
    assert tickets.record(1).fields["label"] == "delivery"


def test_turns_of_a_conversation_are_added_changed_and_removed(make_project):
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    project = make_project([{"instruction": "Why?", "answer": "So.", "history": turns}], "instruction")

    async def story(app, pilot):
        await press(pilot, "e")
        assert [editor.field for editor in app.screen.query(FieldEditor)] == [
            "system",
            "history",
            "history",
            "instruction",
            "input",
            "answer",
        ]
        await press(pilot, "tab", "ctrl+k", "ctrl+n", *"Bye", "ctrl+r", "ctrl+s")

    drive(project, story)
    fields = project.record(1).fields
    assert fields["history"] == [
        {"role": "assistant", "content": "Hello"},
        {"role": "assistant", "content": "Bye"},
    ]
    assert "system" not in fields
    assert "input" not in fields


@pytest.mark.parametrize("text", ["plain", "ends\n", "two\r\nlines", "\x07bell", "no end"])
def test_the_users_editor_gives_back_what_it_was_given(monkeypatch, tmp_path, text):
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)
    assert editor.edited(text, nullcontext) == text
    script = tmp_path / "adds"
    script.write_text('#!/bin/sh\nprintf "new\\n" > "$1"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("EDITOR", str(script))
    assert editor.edited(text, nullcontext) == ("new\n" if text.endswith("\n") else "new")


@pytest.mark.parametrize("command", ["false", "no-such-editor-anywhere"])
def test_an_editor_that_fails_changes_nothing(monkeypatch, command):
    monkeypatch.setenv("EDITOR", command)
    monkeypatch.delenv("VISUAL", raising=False)
    with pytest.raises(CuratorError):
        editor.edited("text", nullcontext)


def test_without_a_terminal_the_editor_says_so(tickets):
    async def story(app, pilot):
        await press(pilot, "e", "ctrl+o")
        assert any("no terminal" in str(note.message) for note in app._notifications)

    drive(tickets, story)


def test_a_document_is_edited_too(make_project):
    project = make_project([{"text": "one\ntwo"}], "text")

    async def story(app, pilot):
        await press(pilot, "e", *"Zero ", "ctrl+s")

    drive(project, story)
    assert project.record(1).fields == {"text": "Zero one\ntwo"}


def test_of_a_very_long_line_the_beginning_is_shown_and_all_of_it_kept(make_project):
    long = "word " * 200_000
    project = make_project([{"text": long, "label": "a"}], labels=["a", "b"])

    async def story(app, pilot):
        await press(pilot, "e")
        editor = app.screen.query(FieldEditor).first()
        assert len(editor.area.text) < 10_000
        assert "only the beginning" in str(app.screen.query(".note").first().render())
        await press(pilot, "z", "ctrl+l", "b", "enter", "ctrl+s")

    drive(project, story)
    assert project.record(1).fields == {"text": long, "label": "b"}
