"""What the tests of drift promise, over many made-up files of which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from curator.drifting.drift import drift
from curator.drifting.shares import shift
from curator.drifting.two_sample import two_sample
from curator.drifting.words_of import words_of
from tests.drifting.pools import SETTINGS, drawn, side

DRAWS = 200


@pytest.mark.parametrize("labelled", [True, False])
def test_without_drift_at_most_one_file_in_twenty_gives_an_alarm(labelled):
    rng, alarms = np.random.default_rng(5), 0
    for _ in range(DRAWS // 2):
        found = drift(SETTINGS, side(drawn(rng, 120)), side(drawn(rng, 60, labelled=labelled)))
        alarms += found.outcome != "no evidence"
    assert alarms <= 0.05 * DRAWS / 2


def test_the_p_of_the_classifier_is_right_at_its_level():
    rng = np.random.default_rng(1)
    found = []
    for seed in range(DRAWS):
        one, other = ([text.text for text in drawn(rng, count)] for count in (60, 40))
        found.append(two_sample(words_of(one, other), seed).p)
    assert np.mean(np.array(found) <= 0.05) <= 0.08
    assert 0.4 < np.mean(found) < 0.6


def test_the_p_of_shares_is_right_for_rare_kinds_too():
    rng, names = np.random.default_rng(2), [str(number) for number in range(40)]
    weights = rng.dirichlet(np.full(40, 0.3))
    found = [
        shift(rng.choice(names, 100, p=weights).tolist(), rng.choice(names, 50, p=weights).tolist(), seed).p
        for seed in range(DRAWS)
    ]
    assert np.mean(np.array(found) <= 0.05) <= 0.08
    assert 0.4 < np.mean(found) < 0.6
