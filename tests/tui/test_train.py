"""Stories of people who tune a model, go away, and come back."""

from __future__ import annotations

import os
import signal

import pytest
from curator.tui.dialogs.asking import ConfirmDialog
from curator.tui.links.runs import Outlook, Runs, going_on
from curator.tui.screens.train import TrainScreen

from curator.errors import CuratorError
from curator.evaluate.overview import overview
from curator.train import runs
from curator.train.processes import jobs
from curator.train.progress import EventLog
from tests.estimates import MEMORY, NEEDS
from tests.run_folders import begin, finish, score
from tests.tiny import LABELS, rows_of
from tests.tui.driving import drive, press, shown
from tests.tui.test_screens import HOSTILE
from tests.tui.waiting import until

QUICK = {"method": "lora", "batch_size": 8, "epochs": 12, "lora_rank": 4, "warmup": 0.0}


@pytest.fixture
def project(make_project):
    """Forty tickets, not split yet, that are learned in small steps."""
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 40)]
    return make_project(rows, labels=list(LABELS), train=QUICK)


@pytest.fixture
def split(project):
    """The same on three sides."""
    project.split()
    return project


@pytest.fixture
def started(monkeypatch):
    """What would have been started, instead of starting it."""
    asked: list[list[str]] = []
    monkeypatch.setattr(jobs, "start", lambda root, run_dir, arguments: asked.append(arguments))
    return asked


def field(app, name: str):
    return app.screen.query_one(f"#set-{name}")


def test_a_run_is_started_left_found_again_stopped_resumed_and_scored(project):
    folder = project.root / "runs" / "run-1"

    async def start_and_quit(app, pilot):
        await press(pilot, "f6")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: runs.steps_done(folder)[0] >= 2)
        await until(pilot, lambda: "step" in shown(app, "#run-state"))
        await press(pilot, "escape")
        assert not isinstance(app.screen, TrainScreen)

    async def come_back_and_stop(app, pilot):
        assert going_on(project.root).startswith("training run-1: step ")
        await press(pilot, "f6")
        await until(pilot, lambda: "training, step" in shown(app, "#run-state"))
        assert "tokens/s" in shown(app, "#run-figures")
        assert len(app.screen._run.trained[0]) >= 2
        await press(pilot, "x")
        await press(pilot, "y")
        assert "stopping" in shown(app, "#run-state") or "stopped" in shown(app, "#run-state")
        await until(pilot, lambda: "stopped after step" in shown(app, "#run-state"))
        assert "r goes on" in shown(app, "#run-end")

    async def resume(app, pilot):
        await press(pilot, "f6")
        assert "stopped after step" in shown(app, "#run-state")
        await press(pilot, "r")
        await until(pilot, lambda: "trained and scored" in shown(app, "#run-state"))
        assert "F7" in shown(app, "#run-end")
        await press(pilot, "f7")
        assert "tuned model" in shown(app, "#figures-text")

    drive(project, start_and_quit)
    assert jobs.is_going(folder)
    drive(project, come_back_and_stop)
    assert overview(folder).state == "unfinished"
    stopped = runs.newest_event(folder)
    assert stopped.event == "stopped"
    assert 2 <= stopped.step < stopped.steps
    drive(project, resume, (80, 24))
    assert [e.step for e in runs.read_events(folder) if e.event == "started"] == [0, stopped.step]
    assert overview(folder).state == "scored"
    assert (folder / "report.md").is_file()
    assert not jobs.is_going(folder)


def test_keys_go_to_the_run_even_if_the_form_asked_for_them_last(split):
    with jobs.holding(begin(split, "one", steps=9, done=4)):

        async def story(app, pilot):
            await press(pilot, "f6")
            await until(pilot, lambda: "step 4" in shown(app, "#run-state"))
            app.screen.form.go_to("name")
            await press(pilot, "x")
            assert isinstance(app.screen, ConfirmDialog)

        drive(split, story)


def test_a_trainer_that_is_killed_is_not_taken_for_one_that_goes_on(split):
    folder = begin(split, "one", steps=9, done=4)
    child = os.fork()
    if not child:
        with jobs.holding(folder):
            signal.pause()
    try:

        async def story(app, pilot):
            await until(pilot, lambda: jobs.is_going(folder))
            await press(pilot, "f6")
            await until(pilot, lambda: "training, step 4 of 9" in shown(app, "#run-state"))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            await until(pilot, lambda: "stopped after step 4 of 9" in shown(app, "#run-state"))

        drive(split, story)
    finally:
        if jobs.is_going(folder):
            os.kill(child, signal.SIGKILL)


def test_the_form_holds_the_settings_and_explains_the_one_under_the_cursor(split, started):
    async def story(app, pilot):
        await press(pilot, "f6")
        assert field(app, "name").value == "run-1"
        assert field(app, "epochs").value == "12"
        assert "How the run is called" in shown(app, "#field-help")
        field(app, "epochs").focus()
        await press(pilot, "end")
        assert "Passes over the training rows." in shown(app, "#field-help")
        assert "By default 3." in shown(app, "#field-help")
        assert "about 48" in shown(app, "#estimate")
        await press(pilot, "backspace", "backspace", "2")
        assert "about 8" in shown(app, "#estimate")
        await press(pilot, "x")
        assert "should be a valid number" in shown(app, "#field-help")
        assert app.screen.query_one("#row-epochs").has_class("-bad")
        field(app, "name").focus()
        await press(pilot, "ctrl+s")
        assert started == []
        assert app.focused is field(app, "epochs")
        await press(pilot, "2", "enter", *"0.01")
        await press(pilot, "ctrl+s")

    drive(split, story)
    assert started == [["train", "run-1", "--set", "train.epochs=2.0", "--set", "train.learning_rate=0.01"]]


def test_a_switch_is_answered_with_yes_or_no(split, started):
    async def story(app, pilot):
        await press(pilot, "f6")
        field(app, "label_codes").focus()
        await press(pilot, "enter", "down", "enter")
        assert field(app, "label_codes").value == "yes"
        assert "By default no." in shown(app, "#field-help")
        await press(pilot, "ctrl+s")

    drive(split, story)
    assert started == [["train", "run-1", "--set", "train.label_codes=true"]]


def test_a_choice_is_picked_from_a_list(split, started):
    async def story(app, pilot):
        await press(pilot, "f6")
        field(app, "method").focus()
        await press(pilot, "enter", "up", "enter")
        assert field(app, "method").value == "qlora"
        await press(pilot, "ctrl+s")

    drive(split, story)
    assert started[0][-1] == 'train.method="qlora"'


def test_records_that_are_not_split_are_told_of(project):
    async def story(app, pilot):
        await press(pilot, "f6")
        assert "not split yet" in shown(app, "#estimate")

    drive(project, story)


def test_the_estimate_tells_what_would_be_trained(split, monkeypatch):
    dropped = ({"id": "7", "length": 2000},)
    facts = {"model": "m", "method": "lora", "rows": 27, "validation": 4, "dropped": dropped, "limit": 1024}
    facts |= {"longest": 900, "tokens": 3000, "learned": 90, "control_tokens": ("9",), "steps": 160}
    facts |= {"samples": (), "proof": None}
    origins = [{"name": name, "rows": rows, "learned": 9} for name, rows in (("data-1", 20), (HOSTILE[2], 7))]
    facts |= {"origins": origins}
    found = Outlook.model_validate({**facts, **NEEDS, "device": "CPU", "free_memory_bytes": 3 << 30})
    monkeypatch.setattr(Runs, "estimate", lambda *_: found)

    async def story(app, pilot):
        await press(pilot, "f6", "ctrl+t")
        text = shown(app, "#estimate")
        for words in (
            "1 left out: 7",
            "900 of 1,024",
            "3,000 tokens",
            "1.7 of 3.0 GiB",
            "spelled in rows 9",
            "48",
        ):
            assert words in text
        assert "from elsewhere   7 of" in text
        assert "smallest gain    21.0 points" in text
        field(app, "epochs").value = "1"
        await press(pilot, "tab")
        assert "steps            4" in shown(app, "#estimate")
        # 20 s to begin, and 4 of the 160 steps that took 660.
        assert "time             0:36" in shown(app, "#estimate")
        assert "tells it anew" not in shown(app, "#estimate")
        field(app, "replay").value = "0.2"
        await press(pilot, "tab")
        assert "ctrl+t tells it anew" in shown(app, "#estimate")

    drive(split, story, (80, 24))


def test_what_does_not_fit_is_told_with_what_would_and_a_price_makes_a_cost(split, monkeypatch):
    facts = {"model": "m", "method": "lora", "rows": 27, "validation": 4, "dropped": (), "limit": 1024}
    facts |= {"longest": 900, "tokens": 3000, "learned": 90, "control_tokens": (), "steps": 48, "samples": ()}
    facts |= NEEDS | {"proof": None, "device": "CPU", "free_memory_bytes": 1 << 30}
    short = MEMORY | {"free_bytes": 1 << 30, "fits": False, "instead": ("train.micro_batch_size=2",)}
    answers = [
        Outlook.model_validate(facts | {"memory": short, "time": None}),
        Outlook.model_validate(facts | {"price_per_hour": 3.6, "cost": 0.68}),
    ]
    monkeypatch.setattr(Runs, "estimate", lambda *_: answers.pop(0))

    async def story(app, pilot):
        await press(pilot, "f6", "ctrl+t")
        assert "would fit        train.micro_batch_size=2" in shown(app, "#estimate")
        assert "not measured" in shown(app, "#estimate")
        await press(pilot, "ctrl+t")
        assert "11:20" in shown(app, "#estimate")
        assert "cost             0.68" in shown(app, "#estimate")

    drive(split, story)


def test_an_estimate_that_fails_says_why(split, monkeypatch):
    def fail(*_):
        raise CuratorError("There is no model [/x].", "Name a folder.")

    monkeypatch.setattr(Runs, "estimate", fail)

    async def story(app, pilot):
        await press(pilot, "f6", "ctrl+t")
        assert "There is no model [/x]." in shown(app, "#estimate")

    drive(split, story)


def test_a_run_that_cannot_begin_is_explained_and_leads_back_to_the_form(split):
    async def story(app, pilot):
        await press(pilot, "f6")
        field(app, "model").value = "missing-folder"
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "There is no model missing-folder." in shown(app, "#run-end"))
        assert "could not be begun" in shown(app, "#run-state")
        await press(pilot, "n")
        assert field(app, "name").value == "run-1"
        assert not app.screen.has_class("-running")

    drive(split, story)


def test_an_error_of_the_trainer_is_shown_with_its_remedy(split):
    folder = begin(split, "one", steps=9, done=4)
    EventLog(folder).write("error", problem="The loss is not finite.", remedy="Lower the learning rate.")

    async def story(app, pilot):
        await press(pilot, "f6")
        assert "The loss is not finite." in shown(app, "#run-end")
        assert "Lower the learning rate." in shown(app, "#run-end")
        await press(pilot, "x")
        assert isinstance(app.screen, TrainScreen)

    drive(split, story)


def test_a_finished_project_shows_the_form_for_the_next_run(split):
    folder = begin(split, "run-1")
    finish(folder)
    score(folder)

    async def story(app, pilot):
        await press(pilot, "f6")
        assert field(app, "name").value == "run-2"
        assert "Start" in " ".join(b.binding.description for b in app.screen.active_bindings.values())

    drive(split, story)


def test_scoring_is_shown_after_training(split):
    folder = begin(split, "one", steps=6)
    finish(folder)
    (folder / jobs.LOG).write_text("  scored 3 of 16 rows\n")

    async def story(app, pilot):
        with jobs.holding(folder):
            await press(pilot, "f6")
            assert "scoring" in shown(app, "#run-state")
            assert "scored 3 of 16 rows" in shown(app, "#run-log")

    drive(split, story)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_hostile_words_are_shown_and_do_nothing(split, size):
    split.change_settings({"model": "".join(text[:30] for text in HOSTILE)})
    folder = begin(split, "one", steps=9, done=4)
    EventLog(folder).write("error", problem=" ".join(text[:999] for text in HOSTILE), remedy=HOSTILE[0])
    (folder / jobs.LOG).write_text("\n".join(text[:999] for text in reversed(HOSTILE)), encoding="utf-8")

    async def story(app, pilot):
        await press(pilot, "f6")
        painted = shown(app, "#run-end") + shown(app, "#run-log") + shown(app, "#run-state")
        await press(pilot, "n")
        painted += field(app, "model").value
        field(app, "report_to").value = HOSTILE[2]
        await press(pilot, "tab")
        strips = app.screen._compositor.render_strips()
        painted += "".join(segment.text for strip in strips for segment in strip)
        assert not set(painted) & {chr(code) for code in (*range(9), *range(11, 32), 127, *range(128, 160))}
        assert "\u202e" not in painted

    drive(split, story, size)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_the_curve_has_a_plain_form(make_project, size):
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 40)]
    made = make_project(rows, labels=list(LABELS), interface={"ascii": True})
    made.split()
    begin(made, "one", steps=60, done=40)

    async def story(app, pilot):
        await press(pilot, "f6")
        plot = app.screen.query_one("LossCurve").region
        strips = app.screen._compositor.render_strips()[plot.y : plot.bottom]
        painted = "".join(segment.text for strip in strips for segment in strip)
        assert painted.isascii()
        assert "o" in painted
        assert "40" in painted

    drive(made, story, size)
