"""Stories of people who read what their runs were worth."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from curator.tui.screens.browse import BrowseScreen
from curator.tui.screens.results import ResultsScreen
from curator.tui.words import verdicts

from curator.evaluate.evaluation import evaluate_scores
from curator.evaluate.scores import Scored
from curator.train import runs
from curator.train.processes import jobs
from curator.train.rows.data import read_rows
from tests.run_folders import begin, finish, score
from tests.tui.driving import drive, press, shown
from tests.tui.test_screens import HOSTILE
from tests.tui.waiting import until


def listed(app, selector: str) -> list[str]:
    found = app.screen.query_one(selector)
    return [str(found.get_option_at_index(place).prompt) for place in range(found.option_count)]


def scored(project, name: str = "one"):
    folder = begin(project, name)
    finish(folder)
    return score(folder)


def test_without_a_run_the_page_says_how_to_get_one(project):
    async def story(app, pilot):
        await press(pilot, "f7")
        assert isinstance(app.screen, ResultsScreen)
        assert "no run yet" in shown(app, "#figures-text")
        assert "F6" in shown(app, "#figures-text")
        await press(pilot, "2", "3", "f", "o", "e", "enter")

    drive(project, story)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_the_verdict_stands_with_all_systems_and_gains(project, size):
    found = scored(project)

    async def story(app, pilot):
        await press(pilot, "f7")
        (run,) = listed(app, "#runs")
        assert run.startswith("one ")
        assert "→" in run
        text = shown(app, "#figures-text")
        assert found.verdict.sentence in text
        for name in ("base model", "tuned model", "TF-IDF", "always the most"):
            assert name in text
        assert "95 % interval" in text
        assert "0.0" in text

    drive(project, story, size)


def test_confusions_are_a_matrix_and_the_most_frequent_pairs(project):
    scored(project)

    async def story(app, pilot):
        await press(pilot, "f7", "2")
        text = shown(app, "#confusions-text")
        assert "deliv…" in text
        assert "Most frequent confusions" in text

    drive(project, story)


def test_rows_begin_with_regressions_and_lead_to_their_records(project):
    found = scored(project)
    first = found.scores["tuned"][0].id

    async def story(app, pilot):
        await press(pilot, "f7", "3")
        (row,) = listed(app, "#row-list")
        assert row.startswith("▼ ✗")
        assert first in row
        assert "made worse" in shown(app, "#rows-head")
        assert found.references[0] in shown(app, "#row-reference")
        assert found.scores["tuned"][0].answer in shown(app, "#row-tuned")
        await press(pilot, "f")
        assert len(listed(app, "#row-list")) == found.n - 2
        await press(pilot, "f")
        assert len(listed(app, "#row-list")) == 2
        await press(pilot, "f")
        assert len(listed(app, "#row-list")) == found.n
        await press(pilot, "enter")
        assert isinstance(app.screen, BrowseScreen)
        assert app.screen.query_one("#filter").value == f"id:{first}"

    drive(project, story)
    assert project.record(int(first)).split == "test"


def test_runs_are_compared_and_those_without_a_score_say_what_to_do(project):
    scored(project, "one")
    finish(begin(project, "two"))
    begin(project, "three", steps=9, done=2)

    async def story(app, pilot):
        await press(pilot, "f7")
        names = [line.split()[0] for line in listed(app, "#runs")]
        assert names == ["three", "two", "one"]
        assert "F6 goes on with it" in shown(app, "#figures-text")
        await press(pilot, "down")
        assert "e scores it" in shown(app, "#figures-text")
        await press(pilot, "3")
        assert "not been scored" in shown(app, "#rows-head")
        app.screen.query_one("#runs").focus()
        await press(pilot, "down", "1")
        assert "tuned model" in shown(app, "#figures-text")

    drive(project, story)


def test_a_run_that_goes_on_is_looked_at_again_until_it_is_scored(project):
    folder = begin(project, "one", steps=9, done=2)

    async def story(app, pilot):
        with jobs.holding(folder):
            await press(pilot, "f7")
            assert "training 2/9" in listed(app, "#runs")[0]
            finish(folder)
            await until(pilot, lambda: "being scored" in listed(app, "#runs")[0])
            (folder / jobs.LOG).write_text("  scored 8 of 16 rows\n")
            await until(pilot, lambda: "8 of 16" in shown(app, "#figures-text"))
            score(folder)
        await until(pilot, lambda: "tuned model" in shown(app, "#figures-text"))

    drive(project, story)


def test_a_run_is_scored_by_a_key(project, monkeypatch):
    folder = begin(project, "one")
    finish(folder)
    asked = []

    def start(root, run_dir, arguments):
        asked.append(arguments)
        score(folder)

    monkeypatch.setattr(jobs, "start", start)

    async def story(app, pilot):
        await press(pilot, "f7", "e")
        assert asked == [["evaluate", "one", "--again"]]
        await until(pilot, lambda: "tuned model" in shown(app, "#figures-text"))
        await press(pilot, "e")
        assert len(asked) == 1

    drive(project, story)


def test_rows_that_are_gone_and_damaged_scores_are_told(project):
    scored(project, "one")
    scored(project, "two")
    shutil.rmtree(project.root / "exports")
    (project.root / "runs" / "one" / "scores.parquet").write_bytes(b"no")

    async def story(app, pilot):
        await press(pilot, "f7", "3")
        assert "cannot be read any more" in shown(app, "#rows-head")
        assert "Export the data again" in shown(app, "#row-text")
        app.screen.query_one("#runs").focus()
        await press(pilot, "down", "1")
        assert "is damaged" in shown(app, "#figures-text")

    drive(project, story)


def test_answers_are_compared_for_instructions(make_project):
    rows = [{"instruction": f"Question {n} of many?", "answer": f"Answer {n} is {n * n}."} for n in range(40)]
    project = make_project(rows, "instruction")
    project.split()
    found = scored(project)

    async def story(app, pilot):
        await press(pilot, "f7", "2")
        assert "Only runs that give labels" in shown(app, "#confusions-text")
        await press(pilot, "3")
        assert found.references[0] in shown(app, "#row-reference")
        assert "something else" in shown(app, "#row-tuned")

    drive(project, story)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_hostile_text_is_shown_and_does_nothing(make_project, size):
    labels = [text[:30] for text in HOSTILE]
    rows = [{"text": f"{HOSTILE[n % 8]} {n}", "label": labels[n % 7]} for n in range(56)]
    project = make_project(rows, labels=labels)
    project.split()
    scored(project)

    async def story(app, pilot):
        painted = ""
        for key in ("f7", "2", "3", "f", "f", "f"):
            await press(pilot, key)
            strips = app.screen._compositor.render_strips()
            painted += "".join(segment.text for strip in strips for segment in strip)
            painted += "".join(shown(app, f"#row-{part}") for part in ("text", "tuned", "reference"))
            painted += shown(app, "#confusions-text") + shown(app, "#figures-text")
        assert not set(painted) & {chr(code) for code in (*range(9), *range(11, 32), 127, *range(128, 160))}
        assert "\u202e" not in painted

    drive(project, story, size)


def test_a_resumable_run_has_not_been_scored(project):
    folder = begin(project, "one", steps=9, done=2)
    assert runs.steps_done(folder) == (2, 9)
    (folder / jobs.LOG).write_text("Error: [/foo] broke.\n  Try [@click=app.bell]again[/].\n")

    async def story(app, pilot):
        await press(pilot, "f7")
        assert "✗ failed" in listed(app, "#runs")[0]
        assert "[/foo] broke." in shown(app, "#figures-text")

    drive(project, story)


def test_rivals_are_called_after_their_prompts_and_hosts_and_nothing_they_say_acts(project):
    found = scored(project)
    folder = project.root / "runs" / "one"
    scores = tuple(found.scores["base"])
    rivals = {
        "few_shot": Scored(scores=scores, facts={"examples": 4.0}),
        "prompt:careful\x1b[31m[bold]": Scored(scores=scores),
        "endpoint:big": Scored(scores=scores, title="big at api.example.com"),
    }
    spec = runs.load(folder)
    train, test = (read_rows(Path(spec.export_path), spec.kind, side) for side in ("train", "test"))
    systems = {name: found.scores[name] for name in ("base", "tuned")}
    more = evaluate_scores(spec.kind, spec.labels, train, test, systems, spec.evaluate, rivals=rivals)
    plain = verdicts.figures(more, 160).plain
    for title in ("few-shot prompting", "base model, prompt careful", "[bold]", "big at api.example.com"):
        assert plain.count(title) >= 2
    assert "\x1b" not in plain
