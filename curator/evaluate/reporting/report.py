"""report.md and report.html: the verdict first, then the figures behind it and the rows to look at again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.keeping import load
from curator.evaluate.reporting import made as making
from curator.evaluate.reporting import page, ranking, sections
from curator.evaluate.reporting.made import Made
from curator.evaluate.reporting.markdown import filled
from curator.evaluate.reporting.ranking import RankedRow
from curator.evaluate.reporting.sections import Section
from curator.evaluate.reporting.tables import Table
from curator.files import write_atomically
from curator.records import Row

FILE_NAME = "report.md"
PAGE_NAME = "report.html"

_MATRIX_LABELS = 12
"""A matrix of more labels is too wide for a page of plain text."""


class Written(NamedTuple):
    """Where a report lies."""

    markdown: Path
    """report.md, to read in a terminal or to put into a repository."""
    page: Path
    """report.html, one file to open in a browser or to send on."""


def report_run(run_dir: Path) -> Written:
    """Write the report of a run that has been evaluated.

    Raises:
        CuratorError: there is no such run, it was not evaluated, or its test rows have changed.
    """
    from curator.train import runs
    from curator.train.rows.data import read_rows

    spec, evaluation = runs.load(run_dir), load(run_dir)
    runs.verify_export(spec)
    test_rows = read_rows(Path(spec.export_path), spec.kind, "test")
    return write(evaluation, test_rows, making.read(run_dir), run_dir)


def write(evaluation: Evaluation, test_rows: Sequence[Row], made: Made, run_dir: Path) -> Written:
    """Write both files into the run's folder, each wholly or not at all.

    Raises:
        CuratorError: the disk is full, or the folder may not be written.
    """
    paths = Written(run_dir / FILE_NAME, run_dir / PAGE_NAME)
    write_atomically(paths.markdown, render(evaluation, test_rows, made), "write the report")
    write_atomically(paths.page, page.render(evaluation, test_rows, made), "write the report")
    return paths


def render(evaluation: Evaluation, test_rows: Sequence[Row], made: Made) -> str:
    """The report as Markdown; no text from the data can act as markup."""
    return filled(
        "report.md.jinja",
        title=page.title_of(evaluation),
        sentence=evaluation.verdict.sentence,
        sections=[_narrow(section) for section in sections.of(evaluation, made)],
        regressed=_row_table(evaluation, ranking.rows(evaluation, test_rows, "regressed")),
        wrong_title="Rows that are still wrong" if ranking.marked(evaluation) else "Hardest rows",
        wrong=_row_table(evaluation, ranking.rows(evaluation, test_rows, "wrong")),
        facts=making.two_columns(made.facts),
    )


def _narrow(section: Section) -> Section:
    """The part without tables that plain text has no room for."""
    fitting = [one for one in section.tables if one.kind != "matrix" or len(one.lines) - 1 <= _MATRIX_LABELS]
    return section._replace(tables=tuple(fitting))


def _row_table(evaluation: Evaluation, ranked: Sequence[RankedRow]) -> Table:
    if not ranked:
        return []
    cost = ranking.cost_title(evaluation.kind)
    table = [["row", "text", "should be", "base said", "tuned said", f"{cost} before", "after"]]
    for row in ranked:
        costs = [f"{row.before:.3f}", f"{row.after:.3f}"]
        table.append([row.id, row.text, row.reference, row.base, row.tuned, *costs])
    return table
