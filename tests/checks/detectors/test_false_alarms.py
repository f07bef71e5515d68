"""On clean real data no detector finds something in more than one row of a hundred."""

from __future__ import annotations

import pytest

from tests.benchmarks.detectors import DETECTORS, finder, language_finder, sets
from tests.shared_data import needs_shared_data

CLEAN = ("gsm8k", "rucola", "shakespeare", "ruslit")


@pytest.fixture(scope="module")
def rows():
    return {name: rows for name, rows in sets().items() if name in CLEAN}


@needs_shared_data
@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize("detector", [*DETECTORS, "language"])
def test_false_alarms_are_rare(rows, detector, name):
    some = rows[name][::10]
    find = language_finder(rows[name]) if detector == "language" else finder(detector)
    assert sum(map(find, some)) <= 0.01 * len(some)
