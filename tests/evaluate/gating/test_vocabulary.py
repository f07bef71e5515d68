from __future__ import annotations

import pytest

from curator.evaluate.gating import gate
from curator.evaluate.gating.expression import GateUnclear
from curator.evaluate.gating.vocabulary import expected


def test_a_system_is_told_from_one_whose_name_its_own_begins_with():
    there = expected("classification", ["prompt:v1", "prompt:v1.1"])
    gate.prepare("'prompt:v1.1'.accuracy > base - 1 and 'prompt:v1'.accuracy.low > base", there)
    with pytest.raises(GateUnclear, match=r"no figure prompt:v1\.2\.accuracy"):
        gate.prepare("'prompt:v1.2'.accuracy > base", there)
