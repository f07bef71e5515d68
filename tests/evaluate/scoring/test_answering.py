from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.evaluate.scoring.answering import Answerer
from curator.evaluate.scoring.scorers import score_systems
from curator.records import Message
from curator.train import runs, session
from curator.train.progress import EventLog
from curator.train.rows.data import read_rows
from tests.tiny import LABELS


def trained(make_run, kind: str, **settings):
    run_dir = make_run(kind, **settings)
    session.run(run_dir, False, EventLog(run_dir))
    return run_dir


def test_a_label_with_its_probabilities(make_run):
    run_dir = trained(make_run, "classification", epochs=12, learning_rate=5e-3)
    tuned, base = (
        Answerer(run_dir).answer("refund please 9"),
        Answerer(run_dir, "base").answer("refund please 9"),
    )
    assert tuned.text == "refund"
    assert list(tuned.probabilities) == list(LABELS)
    assert sum(tuned.probabilities.values()) == pytest.approx(1)
    assert base.probabilities != tuned.probabilities


def test_instructions_and_texts(make_run):
    answerer = Answerer(trained(make_run, "instruction"))
    history = (Message(role="user", content="thank you"), Message(role="assistant", content="all is well"))
    assert isinstance(
        answerer.answer("where", 3, material="parcel", system="be kind", history=history).text, str
    )
    with pytest.raises(CuratorError, match="nothing to answer"):
        answerer.answer("  ")
    assert Answerer(trained(make_run, "text", name="texts")).answer("the parcel", 4).cut


@pytest.mark.parametrize("method", ["lora", "full"])
def test_both_systems_of_a_run(make_run, method):
    run_dir = trained(make_run, "classification", method=method, epochs=3, learning_rate=3e-3)
    spec = runs.load(run_dir)
    rows = read_rows(run_dir.parent.parent / "run-export", spec.kind, "test")
    seen: list[tuple[int, int]] = []
    found = score_systems(run_dir, rows, lambda *done: seen.append(done))
    assert list(found) == ["base", "tuned"]
    assert seen[-1] == (12, 12)
    losses = {name: sum(score.values["log_loss"] for score in scores) for name, scores in found.items()}
    assert losses["tuned"] < losses["base"]


def test_an_unfinished_run_is_not_asked(make_run):
    with pytest.raises(CuratorError, match="not finished"):
        Answerer(make_run())
