"""Tables that are too wide go on below, and keep what tells their lines apart."""

from __future__ import annotations

from curator.tui.words.tables import stacked, table
from rich.cells import cell_len

HEAD = ["system", "accuracy", "macro F1", "log loss", "calibration error", "answers off the list"]
ROWS = [
    ["base model", "15.6 %", "4.7 %", "6.383", "67.4 %", "100.0 %"],
    ["few-shot prompting, most similar examples", "13.3 %", "3.3 %", "6.164", "68.7 %", "-"],
    ["经过调整的模型", "12.2 %", "9.1 %", "2.283", "10.3 %", "0.0 %"],
]


def test_no_line_is_wider_than_the_page_and_no_figure_is_lost():
    for width in (60, 78, 100, 118):
        shown = stacked(HEAD, ROWS, width).plain
        assert max(cell_len(line) for line in shown.splitlines()) <= width
        for row in ROWS:
            assert all(figure in shown for figure in row[1:])
        assert "few-shot prompting" in shown


def test_what_fits_is_one_table():
    assert stacked(HEAD, ROWS, 118).plain == table(HEAD, ROWS, 118).plain
