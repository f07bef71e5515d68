"""The interface speaks the user's language, wholly."""

from __future__ import annotations

import string

import pytest
from curator.tui import language
from curator.tui.screens.browse import BrowseScreen

from tests import messages
from tests.tui.driving import drive, press, shown


@pytest.fixture(autouse=True)
def english_again():
    yield
    language.use("en")


@pytest.mark.parametrize("code", messages.LANGUAGES)
def test_everything_is_translated_and_compiled(code):
    catalogue = messages.known(code)
    there = {message.id for message in catalogue if message.id}
    wanted = {message.id for message in messages.gathered() if message.id}
    assert wanted <= there, "run `make messages`"
    assert not messages.missing(catalogue)
    assert messages.place(code, "mo").read_bytes() == messages.compiled(catalogue), "run `make messages`"


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", messages.LANGUAGES)
def test_translations_have_the_holes_of_what_they_translate(code):
    for message in messages.known(code):
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        translations = [message.string] if isinstance(message.string, str) else list(message.string)
        if any("{" in text for text in originals):
            for translation in translations:
                assert holes(translation) == holes(originals[-1]), message.id


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "ru_RU.UTF-8"}, "en"),
        ({"CURATOR_LANGUAGE": "ru", "LC_ALL": "en_GB"}, "ru"),
    ],
)
def test_the_locale_chooses(monkeypatch, environment, code):
    for name in ("CURATOR_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language.of_locale() == code


def test_the_setting_chooses_before_the_locale(make_project):
    rows = [{"text": f"{n}", "label": "a"} for n in range(5)]
    project = make_project(rows, labels=["a"], interface={"language": "ru"})

    async def story(app, pilot):
        assert isinstance(app.screen, BrowseScreen)
        assert "5 записей" in shown(app, "#problem")
        assert "Записи" in shown(app, "#nav")
        descriptions = {active.binding.description for active in app.screen.active_bindings.values()}
        assert "Принять" in descriptions
        await press(pilot, "space")
        assert "выбрана 1" in shown(app, "#problem")

    drive(project, story)
