"""What a run remembers of its rows: the loss of each row in each pass, and what that tells about the row.

The loss is that of the training step itself, taken before the step changes the weights, so it costs nothing. From it
follow confidence and variability of a row (dataset cartography, Swayamdipta et al. 2020, arXiv 2009.10795) and whether
it was learned and forgotten again (Toneva et al. 2019, arXiv 1812.05159).
"""

from __future__ import annotations

import io
import math
import statistics
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from curator.errors import CuratorError, explained
from curator.records import Kind, input_text, target_text
from curator.text import digest, normalised

ROWS = "rows.parquet"
_LEARNED = math.log(2)
"""Nats per learned token below which a row counts as learned: each token is, in the mean, as likely as not."""


class Seen(NamedTuple):
    """A row in one pass."""

    loss: float
    """Nats per learned token, before the step."""
    tokens: int
    """Learned tokens."""


class Dynamics(NamedTuple):
    """A row over a whole run."""

    id: str
    """The row's id."""
    content: str
    """Fingerprint of what the row said (`fingerprint`)."""
    confidence: float
    """Mean over the passes of the (geometric mean) probability of its learned tokens."""
    variability: float
    """Standard deviation of the same."""
    learned_in: int | None
    """The first pass, from 0, in which it was learned; None for never."""
    forgotten: int
    """How often it was learned and then no longer."""
    learned: bool
    """Whether it was learned in the last pass."""
    passes: int
    """Passes in which it was seen."""


def read(run_dir: Path) -> list[tuple[str, str, int, Seen]]:
    """Id, fingerprint, pass and loss of every row that a run has seen; nothing for a run that kept none.

    Raises:
        CuratorError: the file is damaged.
    """
    path = run_dir / ROWS
    if not path.is_file():
        return []
    import pyarrow as pa
    import pyarrow.parquet as pq

    with explained("read", path):
        raw = path.read_bytes()
    try:
        columns = pq.read_table(io.BytesIO(raw)).to_pydict()
        rows = zip(*(columns[name] for name in ("id", "content", "epoch", "loss", "tokens")), strict=True)
        return [(row_id, content, epoch, Seen(loss, tokens)) for row_id, content, epoch, loss, tokens in rows]
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise CuratorError(
            f"{path} is damaged: {error}.", "Remove it; the run can be used without."
        ) from error


def dynamics(run_dir: Path) -> list[Dynamics]:
    """How each row of a run was learned, in the order of the file.

    Raises:
        CuratorError: the file is damaged.
    """
    passes: dict[tuple[str, str], dict[int, Seen]] = defaultdict(dict)
    for row_id, content, epoch, seen in read(run_dir):
        passes[row_id, content][epoch] = seen
    return [_over(row_id, content, seen) for (row_id, content), seen in passes.items()]


def _over(row_id: str, content: str, seen: Mapping[int, Seen]) -> Dynamics:
    epochs = sorted(seen)
    likely = [math.exp(-seen[epoch].loss) for epoch in epochs]
    learned = [seen[epoch].loss < _LEARNED for epoch in epochs]
    lost = sum(before and not after for before, after in pairwise(learned))
    return Dynamics(
        id=row_id,
        content=content,
        confidence=statistics.fmean(likely),
        variability=statistics.pstdev(likely),
        learned_in=next((epoch for epoch, yes in zip(epochs, learned, strict=True) if yes), None),
        forgotten=lost,
        learned=learned[-1],
        passes=len(epochs),
    )


def fingerprint(kind: Kind, fields: Mapping[str, object]) -> str:
    """What a row or record says, so that one that was edited since is not judged by what it said before."""
    return digest(normalised(input_text(kind, fields)), normalised(target_text(kind, fields)))
