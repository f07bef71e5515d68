"""What a test can show is told before it is made, and holds."""

from __future__ import annotations

import numpy as np
import pytest

from curator.evaluate.power import ASSUMED_DISCORDANT, smallest_gain
from curator.evaluate.statistics import mcnemar, smallest_paired_difference
from tests.run_folders import begin, finish, score
from tests.tiny import LABELS, rows_of


@pytest.mark.parametrize(("rows", "discordant"), [(100, 0.3), (400, 0.15)])
def test_the_test_finds_the_smallest_gain_in_four_of_five_cases(rows, discordant):
    gain = smallest_paired_difference(rows, discordant)
    drawn = np.random.default_rng(0)
    worse = (discordant - gain) / 2
    found = 0
    for _ in range(400):
        fate = drawn.choice(3, rows, p=[1 - discordant, discordant - worse, worse])
        found += mcnemar(np.where(fate == 1, 1.0, 0.0), np.where(fate == 2, 1.0, 0.0)) < 0.05
    # The exact test is stricter than the normal approximation that the formula is made of.
    assert 0.68 < found / 400 < 0.86


def test_more_rows_show_less_and_too_few_show_nothing():
    gains = [smallest_paired_difference(rows, 0.3) for rows in (50, 100, 1000, 10_000)]
    assert gains == sorted(gains, reverse=True)
    assert smallest_paired_difference(19, 0.3) is None
    assert smallest_paired_difference(10, 1.0) == pytest.approx(0.6, abs=0.2)


def test_a_scored_run_tells_more_than_an_assumption(make_project):
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 60)]
    project = make_project(rows, labels=list(LABELS))
    project.split()
    assumed = smallest_gain(project.root, "classification", 100)
    assert assumed.discordant == ASSUMED_DISCORDANT
    assert assumed.gain == smallest_paired_difference(100, ASSUMED_DISCORDANT)
    run_dir = begin(project, "first")
    finish(run_dir)
    scored = score(run_dir)
    learned = smallest_gain(project.root, "classification", 4 * scored.n)
    assert learned.learned_from == "first"
    assert learned.gain == pytest.approx(scored.gain.detectable / 2)


def test_bits_per_byte_wait_for_a_scored_run(make_project):
    project = make_project([{"text": "A first line of a text."}], kind="text")
    assert smallest_gain(project.root, "text", 100).gain is None
