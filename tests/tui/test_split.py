"""Stories of people who hold a test set out, and write files."""

from __future__ import annotations

import json

import pytest
from curator.tui.screens.export import ExportScreen
from curator.tui.screens.windows import WindowsScreen
from textual.widgets import OptionList, Select

from curator.config import load
from tests.tui.driving import drive, press, settled, shown
from tests.tui.test_screens import HOSTILE

LABELS = ("delivery", "refund")
ROWS = [{"text": f"message {n} of {n * 7} about {n}", "label": LABELS[n % 2]} for n in range(40)]


async def go(pilot, *keys):
    """Press keys; what they start starts more."""
    await press(pilot, *keys)
    await settled(pilot)
    await settled(pilot)


async def choose(app, pilot, name, value):
    widget = app.screen.query_one(f"#{name}")
    widget.value = value
    await pilot.pause()
    await go(pilot)


def counts_of(project) -> dict[str, int]:
    return project.stats().split


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_a_split_is_made_shown_and_undone(make_project, size):
    project = make_project(ROWS)

    async def story(app, pilot):
        await go(pilot, "f5")
        assert "No record has a side yet. s deals them out" in shown(app, "#split-state")
        await go(pilot, "s")
        told = shown(app, "#sides")
        assert "no input stands on two sides" in told
        assert "40 records changed sides" in told
        rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line.strip()}
        assert rows["train"][0] == str(counts_of(project)["train"])
        assert rows["test"][0] == str(counts_of(project)["test"])
        assert "█" in "".join(rows["train"])
        assert rows["delivery"][-3:] == ["14", "2", "4"]
        assert "Every record has its side" in shown(app, "#split-state")
        await go(pilot, "u")
        assert "No record has a side yet" in shown(app, "#split-state")

    drive(project, story, size)
    assert counts_of(project) == {"none": 40}


def test_settings_are_judged_as_they_are_typed_and_kept_with_the_split(make_project):
    project = make_project(ROWS)

    async def story(app, pilot):
        await go(pilot, "f5")
        for value in ("x", "0.95", "-1"):
            await choose(app, pilot, "split-test", value)
            assert str(app.screen.query_one(".problem").render())
            assert app.screen.query_one("#split-state").has_class("-bad")
        await go(pilot, "s")
        assert counts_of(project) == {"none": 40}
        await choose(app, pilot, "split-test", "0.5")
        await choose(app, pilot, "split-seed", "7")
        assert not str(app.screen.query_one(".problem").render())
        await go(pilot, "s")
        assert app.session.config.split.test == 0.5

    drive(project, story)
    assert counts_of(project)["test"] == 20
    kept = load(project.root / "curator.toml").split
    assert (kept.test, kept.seed) == (0.5, 7)


def test_a_column_that_is_not_there_is_told_and_nothing_is_divided(make_project):
    project = make_project(ROWS)

    async def story(app, pilot):
        await go(pilot, "f5")
        await choose(app, pilot, "split-group", "customer")
        await go(pilot, "s")
        assert "No record has a value in the column 'customer'" in shown(app, "#split-state")

    drive(project, story)
    assert counts_of(project) == {"none": 40}
    assert load(project.root / "curator.toml").split.group == ""


def test_a_new_split_and_a_freeze_are_asked_for_first(make_project):
    project = make_project(ROWS)

    async def story(app, pilot):
        await go(pilot, "f5", "s")
        before = project.ids("split:test")
        await choose(app, pilot, "split-seed", "5")
        await go(pilot, "n", "n")
        assert project.ids("split:test") == before
        await go(pilot, "n", "y")
        assert project.ids("split:test") != before
        await go(pilot, "f", "n")
        assert "f freezes it" in shown(app, "#sides")
        await go(pilot, "f", "y")
        assert "the test set is frozen since" in shown(app, "#sides")
        frozen = project.ids("split:test")
        await choose(app, pilot, "split-seed", "6")
        await go(pilot, "n", "y")
        assert project.ids("split:test") == frozen

    drive(project, story)


def test_leaks_are_counted(make_project):
    project = make_project(ROWS)
    project.split()
    test, train = project.ids("split:test")[0], project.ids("split:train")[0]
    project.editor.set_fields([test], {"text": project.record(train).fields["text"]})

    async def story(app, pilot):
        await go(pilot, "f5")
        assert "1 input stands on two sides" in shown(app, "#sides")

    drive(project, story)


def test_an_empty_project_says_what_to_do(make_project):
    async def story(app, pilot):
        await go(pilot, "f5")
        assert "f10 brings some in" in shown(app, "#split-state")
        await go(pilot, "s", "f", "y")
        assert "There is no test set to freeze" in shown(app, "#split-state")
        await go(pilot, "e", "ctrl+s")
        assert "Import records first" in shown(app, "#export-state")

    drive(make_project(labels=["a"]), story)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_files_are_written_and_listed(make_project, size):
    project = make_project(ROWS)
    project.split()

    async def story(app, pilot):
        await go(pilot, "f5", "e")
        assert isinstance(app.screen, ExportScreen)
        await choose(app, pilot, "export-name", "first")
        await choose(app, pilot, "export-query", "label:refund")
        formats = app.screen.query_one("#formats", OptionList)
        formats.highlighted = formats.get_option_index("openai")
        await go(pilot, "ctrl+s")
        told = shown(app, "#exported")
        assert str(project.root / "exports" / "first") in told
        assert "train.jsonl" in told
        assert "14 rows" in told

    drive(project, story, size)
    rows = (project.root / "exports" / "first" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 14
    assert "messages" in json.loads(rows[0])


def test_an_export_goes_where_it_is_told_and_says_what_is_wrong(make_project, tmp_path):
    project = make_project(ROWS)
    project.split()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine", encoding="utf-8")

    async def story(app, pilot):
        await go(pilot, "f5", "e")
        await choose(app, pilot, "export-name", "no/name")
        assert "cannot be a name" in shown(app, "#export-state")
        await go(pilot, "ctrl+s")
        assert not shown(app, "#exported")
        await choose(app, pilot, "export-name", "")
        await choose(app, pilot, "export-query", "nokey:1")
        assert "there is no key 'nokey'" in shown(app, "#export-state")
        await choose(app, pilot, "export-query", "")
        await choose(app, pilot, "export-out", str(tmp_path / "taken"))
        await go(pilot, "ctrl+s")
        assert "exists already and is no export" in shown(app, "#export-state")
        await choose(app, pilot, "export-out", str(tmp_path / "free"))
        await go(pilot, "ctrl+s")
        assert str(tmp_path / "free") in shown(app, "#exported")

    drive(project, story)
    assert (tmp_path / "free" / "train.jsonl").is_file()
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["file"]


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_windows_show_context_and_target_while_the_settings_change(make_project, size):
    rows = [{"text": "one two three four five six"}, {"text": "seven eight nine ten"}]
    project = make_project(rows, kind="text")

    async def story(app, pilot):
        await go(pilot, "f5", "w")
        assert isinstance(app.screen, WindowsScreen)
        assert "document 1 of 2" in shown(app, "#windows-state")
        assert "one two three four five six" in shown(app, "#pieces")
        await choose(app, pilot, "windows-size", "3")
        assert "four five six" in shown(app, "#pieces")
        app.screen.query_one("#windows-target", Select).value = "last"
        await go(pilot)
        assert "one two → three" in shown(app, "#pieces")
        await go(pilot, "right")
        assert "seven eight → nine" in shown(app, "#pieces")
        await choose(app, pilot, "windows-size", "0")
        assert app.screen.query_one("#windows-state").has_class("-bad")
        await choose(app, pilot, "windows-size", "2")
        assert project.config.windows.size == 128
        await go(pilot, "s")
        assert "s keeps this" not in shown(app, "#windows-state")

    drive(project, story, size)
    kept = load(project.root / "curator.toml").windows
    assert (kept.size, kept.target) == (2, "last")


def test_windows_are_for_documents_alone(make_project):
    async def story(app, pilot):
        screen = app.screen
        await go(pilot, "f5", "w")
        assert not isinstance(app.screen, WindowsScreen)
        assert app.screen is not screen

    drive(make_project(ROWS), story)


CONTROLS = {chr(code) for code in (*range(9), *range(11, 32), 127, *range(128, 160), 0x202E)}


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_hostile_text_is_shown_and_does_nothing(make_project, size):
    rows = [{"text": f"{text} {n} {n * 13}", "label": text[:30]} for n in range(5) for text in HOSTILE]
    project = make_project(rows, labels=[text[:30] for text in HOSTILE])

    async def story(app, pilot):
        await go(pilot, "f5", "s")
        painted = shown(app, "#sides")
        assert "[/foo]" in painted
        for text in HOSTILE:
            await choose(app, pilot, "split-group", text[:50])
            await go(pilot, "s")
            painted += shown(app, "#split-state") + str(app.screen.query_one(".problem").render())
        await go(pilot, "e")
        for text in HOSTILE:
            await choose(app, pilot, "export-query", text[:50])
            painted += shown(app, "#export-state")
        assert not set(painted) & CONTROLS

    drive(project, story, size)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_hostile_documents_are_cut_and_do_nothing(make_project, size):
    rows = [{"text": f"{text} end"} for text in HOSTILE]
    project = make_project(rows, kind="text", windows={"size": 2, "target": "last"})

    async def story(app, pilot):
        await go(pilot, "f5", "w")
        painted = ""
        for _ in HOSTILE:
            painted += shown(app, "#pieces") + shown(app, "#windows-state")
            await press(pilot, "right")
        assert "[/foo]" in painted
        assert not set(painted) & CONTROLS

    drive(project, story, size)
