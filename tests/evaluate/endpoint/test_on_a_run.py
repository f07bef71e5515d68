"""`curator evaluate --endpoint` on a run that has been scored, from the command line to the files."""

from __future__ import annotations

import json

import pytest

from curator.cli.main import run
from curator.evaluate import keeping
from tests import run_folders
from tests.endpoint import KEY, completion, refusal

ONLY = ("--few-shot", "0", "--retrieved", "0")
TICKETS = [
    {"text": f"no {n} {'even' if n % 2 else 'odd'}", "label": "b" if n % 2 else "a"} for n in range(60)
]
LAW = [{"instruction": f"What is rule {n}?", "answer": f"It says {n}."} for n in range(60)]
PAGES = [{"text": f"page {n} has so many words and no others. " * 20} for n in range(60)]
ROWS = {"classification": TICKETS, "instruction": LAW, "text": PAGES}


@pytest.fixture
def scored(make_project):
    """The arguments that evaluate a scored run, and its folder; its tuned model is gone."""

    def make(kind: str = "classification"):
        project = make_project(
            ROWS[kind], kind, **({"labels": ["a", "b"]} if kind == "classification" else {})
        )
        project.split()
        folder = run_folders.begin(project, "first")
        run_folders.finish(folder)
        run_folders.score(folder)
        return ["-C", str(project.root), "evaluate", "first"], folder

    return make


def test_an_endpoint_is_one_more_column_that_can_beat_the_tune(scored, server, capsys):
    arguments, folder = scored()
    server.answer = lambda body: "b" if "even" in body["messages"][-1]["content"] else "a"
    asking = [*arguments, "--endpoint", server.url, "--model", "big", "--endpoint-price", "1,10", *ONLY]
    assert run([*asking, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    system = shown["systems"]["endpoint:big"]
    assert (system["accuracy"], system["off_list"]) == (1.0, 0.0)
    n = shown["n"]
    assert system["usage"] == {
        "requests": n, "refused": 0, "prompt_tokens": 10 * n, "completion_tokens": 2 * n,
        "cost": pytest.approx(30 * n / 1e6),
    }  # fmt: skip
    assert shown["gains_over"]["endpoint:big"]["metric"] == "accuracy"
    assert shown["titles"]["endpoint:big"].startswith("big at 127.0.0.1:")
    assert len(server.asked) == n
    assert run(asking) == 0
    assert len(server.asked) == n
    assert f"endpoint:big: {n} answers" in capsys.readouterr().err
    for path in folder.rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes()


def test_a_judge_compares_the_kept_answers(scored, server, capsys):
    arguments, folder = scored("instruction")

    def answer(body):
        shown = body["messages"][-1]["content"]
        if "Which answer is better" not in shown:
            return "It says nothing."
        a = shown.split("<a-")[1].split("</a-")[0]
        return "B" if "something else" in a else "A"

    server.answer = answer
    asking = [*arguments, "--endpoint", server.url, "--model", "big", "--judge", *ONLY]
    assert run(asking) == 0
    told = capsys.readouterr().err
    assert "prefers the tuned answer on 10 of 12 rows (83.3 %, 95 % interval 55.2 to 95.3)" in told
    found = keeping.load(folder)
    assert found.judged is not None
    assert (found.judged.wins, found.judged.losses, found.judged.same) == (10, 1, 1)
    assert found.gains["preferred"].difference == pytest.approx(9 / 12)
    assert found.gains_over["endpoint:big"].metric == "chrf"
    assert "bits_per_byte" not in found.systems["endpoint:big"]
    assert run([*arguments, "--endpoint", server.url, "--model", "big", *ONLY]) == 0
    assert keeping.load(folder).judged == found.judged


def test_what_the_endpoint_says_cannot_act_on_the_terminal(scored, server, capsys):
    arguments, _ = scored()
    server.answer = lambda _: completion("\x1b]0;owned\x07")
    assert run([*arguments, "--endpoint", server.url, "--model", "big\x1b[31m", *ONLY]) == 0
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err


def test_failures_are_told_in_one_line_and_leave_the_evaluation_as_it_was(scored, server, capsys):
    arguments, folder = scored()
    before = (folder / "metrics.json").read_bytes()
    server.first = [refusal(401, "who are you")] * 50
    assert run([*arguments, "--endpoint", server.url, "--model", "big", *ONLY]) == 1
    told = capsys.readouterr().err
    assert "does not let us in: who are you" in told
    assert "Traceback" not in told
    assert (folder / "metrics.json").read_bytes() == before


@pytest.fixture
def unscored(scored, monkeypatch):
    """The same for a run whose models must not be loaded, and which is to be scored anew."""
    from curator.evaluate.scoring import scorers

    monkeypatch.setattr(scorers, "score_systems", lambda *_: pytest.fail("was scored"))
    return lambda kind="classification": [*scored(kind)[0], "--again"]


def test_an_endpoint_is_asked_before_a_model_is_loaded(unscored, server, capsys):
    server.first = [refusal(401, "who are you")] * 50
    assert run([*unscored(), "--endpoint", server.url, "--model", "big"]) == 1
    assert "does not let us in: who are you" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [("classification", ["--judge"], "need no judge"), ("text", [], "no endpoint can answer")],
)
def test_what_no_endpoint_can_do_is_said_before_anything_is_asked(
    unscored, server, capsys, kind, options, words
):
    assert run([*unscored(kind), "--endpoint", server.url, "--model", "big", *options]) == 1
    assert words in capsys.readouterr().err
    assert not server.asked


def test_a_tuned_model_that_is_gone_is_needed_for_scoring_alone(scored, capsys):
    arguments, folder = scored()
    before = (folder / "metrics.json").read_bytes()
    assert run([*arguments, "--again"]) == 1
    told = capsys.readouterr().err
    assert "The tuned model of the run first is gone" in told
    assert "`curator train`" in told
    assert (folder / "metrics.json").read_bytes() == before


def test_what_was_scored_is_kept_when_the_judge_fails(scored, server, capsys):
    arguments, folder = scored("instruction")
    server.answer = lambda body: {"no": 1} if "Which answer is better" in str(body) else "It says nothing."
    assert run([*arguments, "--endpoint", server.url, "--model", "big", "--judge"]) == 1
    told = capsys.readouterr().err
    assert "no chat completion" in told
    assert "All scores but the judge's are kept: go on with the same command, without --again." in told
    found = keeping.load(folder)
    assert "endpoint:big" in found.systems
    assert found.judged is None


@pytest.fixture
def same_again(monkeypatch):
    """From now on models score as they did before in a run."""

    def patch(folder):
        from curator.evaluate.scoring import scorers

        before = keeping.load(folder).scores
        found = {name: list(before[name]) for name in ("base", "tuned")}
        monkeypatch.setattr(scorers, "score_systems", lambda *_: found)

    return patch


def test_what_is_dropped_by_scoring_again_is_told_with_what_brings_it_back(
    scored, server, capsys, same_again
):
    arguments, folder = scored("instruction")
    server.answer = lambda body: "A"
    assert run([*arguments, "--endpoint", server.url, "--model", "big", "--judge"]) == 0
    same_again(folder)
    assert run([*arguments, "--again"]) == 0
    told = capsys.readouterr().err
    assert (
        "Dropped by --again: endpoint:big, the judge. Ask for them with --endpoint and --judge; replies"
        in told
    )
    assert run([*arguments, "--again"]) == 0
    assert "Dropped" not in capsys.readouterr().err


def test_a_damaged_evaluation_is_mended_by_the_command_that_is_named(scored, capsys, same_again):
    arguments, folder = scored()
    same_again(folder)
    (folder / "metrics.json").write_text("{")
    assert run(arguments) == 1
    assert "`curator evaluate first --again`" in capsys.readouterr().err
    assert run([*arguments, "--again"]) == 0
    assert keeping.load(folder).systems


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--model", "big"], 2, "need --endpoint URL"),
        (["--judge"], 2, "need --endpoint URL"),
        (["--endpoint", "http://x.org"], 2, "needs --model NAME"),
        (["--endpoint", "x.org", "--model", "m"], 1, "no address"),
        (["--endpoint", "http://x.org", "--model", "m", "--endpoint-price", "1"], 2, "not two prices"),
        (["--endpoint", "http://x.org", "--model", "m", "--endpoint-price", "nan,1"], 2, "not two prices"),
        (["--endpoint", "http://x.org", "--model", "m", "--judge", *ONLY], 1, "need no judge"),
        (["--requests-per-minute", "0"], 2, "0"),
        (["--requests-per-minute", "nan"], 2, "not a finite number"),
        (["--prompt", "nowhere.txt"], 1, "no such file"),
        (["--few-shot", "-1"], 2, "-1"),
    ],
)
def test_wrong_options_are_told(scored, capsys, options, code, words):
    arguments, _ = scored()
    assert run([*arguments, *options]) == code
    assert words in capsys.readouterr().err
