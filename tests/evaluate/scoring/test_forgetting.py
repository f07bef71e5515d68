"""What a tune costs elsewhere."""

from __future__ import annotations

import pytest

from curator.config import EvaluateSettings
from curator.evaluate.scores import RowScore
from curator.evaluate.scoring.forgetting import compare, halved, passages

SETTINGS = EvaluateSettings(resamples=500)


def scores(bits_per_byte: float, wobble: float = 0.0) -> list[RowScore]:
    return [
        RowScore(
            id=str(n), answer="", values={"bits": (bits_per_byte + wobble * (-1) ** n) * 100, "bytes": 100.0}
        )
        for n in range(24)
    ]


def test_the_general_text_is_in_two_languages_and_no_passage_stands_twice():
    texts = [row.text for row in passages()]
    assert len(texts) == len(set(texts)) == 24
    assert sum(text.isascii() for text in texts) == 12
    assert all(200 < len(text) < 500 for text in texts)


def test_passages_are_cut_until_a_model_can_see_them():
    cut = halved(passages(), lambda row: len(row.text) < 100)
    assert all(len(row.text) < 100 for row in cut)
    assert " ".join(row.text for row in cut) == " ".join(row.text for row in passages())
    assert len({row.id for row in cut}) == len(cut)


@pytest.mark.parametrize(
    ("before", "after", "change"), [(2.0, 2.5, "worse"), (2.0, 1.5, "better"), (2.0, 2.001, "same")]
)
def test_a_change_is_told_where_the_interval_confirms_it(before, after, change):
    found = compare(scores(before, 0.1), scores(after, 0.1), SETTINGS)
    assert found.change == change
    assert found.low <= found.tuned - found.base <= found.high
    assert found.share == pytest.approx((after - before) / before)
    assert f"{before:.3f} to {after:.3f}" in found.sentence


def test_a_change_within_chance_is_none():
    tuned = [row.model_copy(update={"values": {"bits": 200.0 + 80 * (-1) ** n + 6, "bytes": 100.0}})
             for n, row in enumerate(scores(2.0))]  # fmt: skip
    assert compare(scores(2.0), tuned, SETTINGS).change == "same"


def test_a_model_tuned_on_one_language_forgets(make_run):
    from curator.evaluate.evaluating import evaluate_run
    from curator.evaluate.keeping import load, write
    from curator.train import session
    from curator.train.progress import EventLog
    from tests.tiny import rows_of

    run_dir = make_run(epochs=3, learning_rate=3e-2, test=rows_of("classification", 6, 70))
    session.run(run_dir, False, EventLog(run_dir))
    found = evaluate_run(run_dir)
    assert found.general is not None
    assert found.general.change == "worse"
    write(found, run_dir)
    assert load(run_dir).general == found.general
