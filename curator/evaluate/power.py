"""What a test of some size can show, told before there is a score."""

from __future__ import annotations

import json
import math
from pathlib import Path

from curator.evaluate.overview import overviews
from curator.evaluate.scores import HEADLINE, METRICS
from curator.records import Frozen, Kind

ASSUMED_DISCORDANT = 0.3
"""Share of the test rows that only one of two models gets right, where no run of the project tells."""


class SmallestGain(Frozen):
    """The smallest true gain in the metric that decides which a test finds in 4 of 5 cases, at a level of 5 %."""

    metric: str
    """The metric."""
    gain: float | None
    """In units of the metric (a share for accuracy); nothing where it cannot be told, or no gain can be shown."""
    discordant: float | None = None
    """The share of rows that only one of the models gets right which was assumed for it."""
    learned_from: str = ""
    """The scored run whose spread it was learned from."""


def smallest_gain(root: Path, kind: Kind, rows: int) -> SmallestGain:
    """What so many test rows of a project can show: by the spread of its newest scored run, else by an assumption.

    A standard error shrinks with the root of the number of rows. Bits per byte have no spread that could be assumed:
    before the first scored run nothing is told of them.

    Raises:
        CuratorError: a file of a run cannot be read.
    """
    from curator.evaluate.statistics import smallest_paired_difference

    metric = HEADLINE[kind][0]
    for run in overviews(root):
        before = _rows_of(root / "runs" / run.name)
        if run.score is not None and run.score.gain.metric == metric and run.score.gain.detectable and before:
            gain = run.score.gain.detectable * math.sqrt(before / rows)
            return SmallestGain(metric=metric, gain=gain, learned_from=run.name)
    if metric != "accuracy":
        return SmallestGain(metric=metric, gain=None)
    assumed = smallest_paired_difference(rows, ASSUMED_DISCORDANT)
    return SmallestGain(metric=metric, gain=assumed, discordant=ASSUMED_DISCORDANT)


def _rows_of(run_dir: Path) -> int:
    """The rows that a run was scored on, 0 where it was not."""
    try:
        return int(json.loads((run_dir / METRICS).read_bytes())["n"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
