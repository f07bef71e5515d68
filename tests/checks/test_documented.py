"""docs/checks.md lists every check as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from curator.checks.registry import ALL
from curator.records import KINDS

TEXT = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_a_check_is_documented(check):
    kinds = "all" if check.kinds == KINDS else ", ".join(check.kinds)
    assert f"| `{check.id}` | {check.severity} | {kinds} | {check.title} | {check.fix_title} |" in TEXT
    assert check.harm.endswith(".")
    assert (check.inspect is None) != (check.find is None)


def test_no_other_check_is_documented():
    assert TEXT.count("\n| `") == len(ALL)
