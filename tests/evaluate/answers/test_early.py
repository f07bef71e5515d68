"""A form of answers that cannot be used is refused before anything is trained."""

from __future__ import annotations

import pytest

from curator import tuning
from curator.errors import CuratorError


def test_a_missing_schema_is_refused_before_the_run_is_made(make_project):
    rows = [{"instruction": f"question {n}", "answer": f"answer {n}"} for n in range(20)]
    project = make_project(rows, kind="instruction")
    project.split()
    export = project.export()
    with pytest.raises(CuratorError, match=r"gone\.json"):
        tuning.prepare(project, "first", export, [("evaluate.answer_schema", "gone.json")])
    with pytest.raises(CuratorError, match="is no regular expression"):
        tuning.prepare(project, "first", export, [("evaluate.answer_pattern", "(")])
    assert not (project.root / "runs" / "first").exists()
