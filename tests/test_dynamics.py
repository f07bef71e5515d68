"""What the losses of a run tell about its rows."""

from __future__ import annotations

import pytest

from curator.dynamics import ROWS, dynamics, fingerprint, read
from curator.errors import CuratorError
from curator.train.loop.memory import RowMemory

EASY, HARD = [0.1, 0.1, 0.1], [3.0, 2.5, 2.0]
LATE, LOST = [2.0, 2.0, 0.2], [2.0, 0.2, 1.5]


def remembered(folder, *losses) -> RowMemory:
    ids = [str(number + 1) for number in range(len(losses))]
    memory = RowMemory(folder, ids, [f"content {row_id}" for row_id in ids])
    for epoch in range(3):
        memory.note(epoch, range(len(losses)), [4 * row[epoch] for row in losses], [4] * len(losses))
    return memory


def test_rows_are_learned_never_late_or_forgotten_again(tmp_path):
    remembered(tmp_path, EASY, HARD, LATE, LOST).save()
    easy, hard, late, lost = dynamics(tmp_path)
    assert (easy.learned_in, easy.forgotten, easy.learned, easy.passes) == (0, 0, True, 3)
    assert (hard.learned_in, hard.learned) == (None, False)
    assert (late.learned_in, late.learned) == (2, True)
    assert (lost.learned_in, lost.forgotten, lost.learned) == (1, 1, False)
    assert easy.confidence > late.confidence > hard.confidence
    assert easy.variability == pytest.approx(0.0)
    assert [row.content for row in (easy, hard)] == ["content 1", "content 2"]


def test_a_run_that_goes_on_keeps_what_it_knew_and_counts_a_step_that_is_done_again_anew(tmp_path):
    remembered(tmp_path, EASY, HARD).save()
    again = RowMemory(tmp_path, ["1", "2"], ["content 1", "content 2"])
    again.note(2, [1], [4.0], [4])
    again.save()
    assert [seen.loss for row_id, _, _, seen in read(tmp_path) if row_id == "2"] == [3.0, 2.5, 1.0]


def test_a_damaged_file_is_said_to_be(tmp_path):
    (tmp_path / ROWS).write_bytes(b"no parquet")
    with pytest.raises(CuratorError, match="damaged"):
        read(tmp_path)
    assert read(tmp_path / "elsewhere") == []


def test_a_record_that_says_something_else_has_another_fingerprint():
    fields = {"text": "Where is  my parcel?", "label": "delivery"}
    assert fingerprint("classification", fields) == fingerprint(
        "classification", {**fields, "text": "where is my parcel?"}
    )
    assert fingerprint("classification", fields) != fingerprint(
        "classification", {**fields, "label": "refund"}
    )
