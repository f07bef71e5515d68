"""The losses of the training rows, kept while a run goes; `curator.dynamics` tells what they mean."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from curator.dynamics import ROWS, Seen, read
from curator.files import write_atomically


class RowMemory:
    """Collects the losses of a run; what is kept of an interrupted run is gone on from."""

    def __init__(self, run_dir: Path, ids: Sequence[str], contents: Sequence[str]) -> None:
        """`ids` and `contents` are those of the training rows, by their numbers."""
        self._path = run_dir / ROWS
        self._ids = ids
        self._contents = contents
        numbers = {row_id: number for number, row_id in enumerate(ids)}
        self._seen: dict[tuple[int, int], Seen] = {
            (numbers[row_id], epoch): seen for row_id, _, epoch, seen in read(run_dir) if row_id in numbers
        }

    def note(
        self, epoch: int, numbers: Iterable[int], losses: Iterable[float], tokens: Iterable[int]
    ) -> None:
        """The rows of a batch with their summed losses and learned tokens; a pass that is done again counts anew.

        Rows without content are no records of the project (general examples, other exports) and are not kept.
        """
        for number, loss, count in zip(numbers, losses, tokens, strict=True):
            if self._contents[number]:
                self._seen[number, epoch] = Seen(loss / max(count, 1), count)

    def save(self) -> None:
        """Write what is known so far.

        Raises:
            CuratorError: the disk does not want it.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        keys = sorted(self._seen)
        table = pa.table(
            {
                "id": pa.array([self._ids[number] for number, _ in keys], pa.string()),
                "content": pa.array([self._contents[number] for number, _ in keys], pa.string()),
                "epoch": pa.array([epoch for _, epoch in keys], pa.int32()),
                "loss": pa.array([self._seen[key].loss for key in keys], pa.float64()),
                "tokens": pa.array([self._seen[key].tokens for key in keys], pa.int32()),
            }
        )
        stream = io.BytesIO()
        pq.write_table(table, stream)
        write_atomically(self._path, stream.getvalue(), "keep the losses of the rows")
