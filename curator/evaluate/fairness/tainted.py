"""Test rows that the training rows give away, and the score without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from curator.config import EvaluateSettings
from curator.contamination import overlaps
from curator.evaluate.asked import asked, own_words
from curator.evaluate.comparing import gain_over_base
from curator.evaluate.statistics import Estimator, point
from curator.evaluate.verdict import Gain
from curator.near_duplicates import Index
from curator.records import Frozen, Row
from curator.text import normalised

Tie = Literal["the same", "near duplicate", "shared words"]


class TaintedRow(Frozen):
    """A test row that is contained in, or nearly the same as, a train row."""

    id: str
    """The test row."""
    train_id: str
    """The train row that gives it away."""
    tie: Tie
    """the same input; near duplicate; or shared words: a run of 13 words that both have."""
    similarity: float | None = None
    """Of near duplicates: the share of their word shingles that both have, 0 to 1."""


class Contamination(Frozen):
    """The test rows that the training data gives away."""

    rows: tuple[TaintedRow, ...]
    """Those rows, in the order of the file."""
    clean: int
    """Test rows that are left without them."""
    systems: dict[str, float]
    """System to its value of the headline metric on the rows that are left; empty where none are, or all."""
    gain: Gain | None = None
    """Tuned minus base on the rows that are left, where they are at least two and not all."""


def how_held_out(found: Contamination | None) -> str:
    """What is known of the test rows and the training data: `none of them given away by training rows`."""
    if found is None:
        return "held out of the training"
    given_away = f"{len(found.rows):,}" if found.rows else "none"
    return f"{given_away} of them given away by training rows"


def contamination(
    train: Sequence[Row],
    test: Sequence[Row],
    answers: Sequence[str],
    estimators: Callable[[Sequence[int]], Mapping[str, Estimator]],
    metric: str,
    settings: EvaluateSettings,
) -> Contamination | None:
    """Which test rows the train rows give away, and the metric that decides without them; None without train rows.

    Args:
        train: The train rows.
        test: The test rows.
        answers: What the train rows answer.
        estimators: From the places of test rows to that metric of every system on them.
        metric: Its name.
        settings: Resamples and seed.
    """
    if not train:
        return None
    found = tainted(train, test, answers)
    names = {row.id for row in found}
    clean = [place for place, row in enumerate(test) if row.id not in names]
    if not found or not clean:
        return Contamination(rows=tuple(found), clean=len(clean), systems={})
    left = estimators(clean)
    groups = [test[place].group for place in clean]
    return Contamination(
        rows=tuple(found),
        clean=len(clean),
        systems={name: point(estimator) for name, estimator in left.items()},
        gain=gain_over_base(metric, left, groups, settings) if len(clean) > 1 else None,
    )


def tainted(train: Sequence[Row], test: Sequence[Row], answers: Sequence[str]) -> list[TaintedRow]:
    """The test rows that a train row gives away, each with the strongest tie.

    Runs of words are looked for in what is asked in the test row, and in what is asked and answered in the train rows:
    the 13-gram rule of Brown et al. 2020, appendix C.

    Args:
        train: The train rows.
        test: The test rows.
        answers: What the train rows answer.
    """
    own = own_words([*train, *test])
    taught, wanted = own[: len(train)], own[len(train) :]
    whole = [f"{text}\n{answer}" for text, answer in zip(taught, answers, strict=True)]
    runs = {found.held_out: found.train for found in overlaps(wanted, whole)}
    same: dict[str, int] = {}
    for place, row in enumerate(train):
        same.setdefault(normalised(asked(row)), place)
    near = Index(taught)
    found = []
    for place, row in enumerate(test):
        tie = _tie(same.get(normalised(asked(row))), near.near(wanted[place]), runs.get(place))
        if tie is not None:
            found.append(
                TaintedRow(id=row.id, train_id=train[tie.place].id, tie=tie.tie, similarity=tie.similarity)
            )
    return found


class _Tied(NamedTuple):
    place: int
    tie: Tie
    similarity: float | None = None


def _tie(same: int | None, near: Sequence[tuple[int, float]], run: int | None) -> _Tied | None:
    """The strongest tie of a test row: the same input, a near duplicate, or a shared run of words."""
    if same is not None:
        return _Tied(same, "the same")
    if near:
        return _Tied(near[0][0], "near duplicate", near[0][1])
    return None if run is None else _Tied(run, "shared words")
