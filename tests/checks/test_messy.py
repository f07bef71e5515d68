"""samples/messy: every planted defect is found, and no clean row is flagged at warning or above.

Precision and recall of each check are 1 against the table of the sample's README; `EXPECTED` is that table.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from curator.checks import registry
from curator.importing import Options
from curator.project import Project

MESSY = Path(__file__).parents[2] / "samples" / "messy"
LABELS = ["outage", "billing", "television", "roaming", "installation", "account", "cancellation", "praise"]
REJECTED = {7, 9, 11, 13, 15, 17, 19}
"""Lines that the import keeps as rejects."""
EXPECTED = {
    "wrong-type": {20, 27, 28},
    "missing-field": {22},
    "no-target": {23, 24},
    "empty-field": {29, 30},
    "unknown-label": {32, 33},
    "exact-duplicate": {35, 36},
    "conflicting-target": {37},
    "near-duplicate": {38},
    "mojibake": {41, 42},
    "control-characters": {20, 44, 45, 46},
    "invisible-characters": {48},
    "bidi": {49},
    "unicode-form": {50},
    "lookalike-letters": {52},
    "html-remains": {53},
    "open-fence": {54},
    "placeholder": {55},
    "bracket-markup": {56},
    "repetition": {58},
    "personal-data": {59},
    "secret": {61},
    "formula": {62},
    "language": {64},
    "over-length": {65},
    "length": {34, 38, 58, 63, 65},
    "unknown-tokens": {42},
}
"""Lines in which a check finds something; `length` also tells the two rows that are four times as long as usual."""


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, set[int]]:
    from curator.config import checked as config_of

    root = tmp_path_factory.mktemp("messy") / "project"
    project = Project.create(root, config_of({"kind": "classification", "labels": LABELS}))
    report = project.import_files([str(MESSY / "messy.jsonl")], Options(), lambda *_: None)
    assert report.rejected == len(REJECTED)
    reports = project.check()
    assert not [report.id for report in reports if report.skipped]
    lines = {record.id: record.line for record in project.records()}
    found: dict[str, set[int]] = {report.id: set() for report in reports}
    for finding in project.found([report.id for report in reports]):
        if finding.record_id is not None:
            found[finding.check_id].add(lines[finding.record_id])
    project.close()
    return found


def clean_lines() -> set[int]:
    listed = re.search(r"Clean lines: ([\d, ]+)", (MESSY / "README.md").read_text(encoding="utf-8"))
    assert listed
    return {int(number) for number in listed[1].split(",")}


def planted_lines() -> set[int]:
    rows = re.findall(
        r"^\| (\d+) \| (.*?) \|$", (MESSY / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    harmless = ("blank line", "extra fields")
    return {int(line) for line, defect in rows if not defect.startswith(harmless)}


@pytest.mark.parametrize("check_id", [check.id for check in registry.ALL if "classification" in check.kinds])
def test_a_check_finds_what_was_planted_for_it_and_nothing_else(found, check_id):
    wanted = EXPECTED.get(check_id, set())
    right = found[check_id] & wanted
    precision = len(right) / len(found[check_id]) if found[check_id] else 1.0
    recall = len(right) / len(wanted) if wanted else 1.0
    assert (precision, recall) == (1.0, 1.0), f"found {sorted(found[check_id])}, planted {sorted(wanted)}"


def test_every_planted_defect_is_found_or_rejected(found):
    assert planted_lines() - set().union(*found.values()) - REJECTED == set()


def test_no_clean_row_is_flagged_at_warning_or_above(found):
    harmful = [check.id for check in registry.ALL if check.severity != "info" and check.id in found]
    assert {line for check_id in harmful for line in found[check_id]} & clean_lines() == set()
