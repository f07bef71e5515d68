"""How much of its training text a model reproduces word for word when it goes on from texts that it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from curator.contamination import contaminated, overlaps
from curator.evaluate.answers.words import words_at
from curator.evaluate.asked import asked
from curator.records import Frozen, Row
from curator.text import plural


class Reproduced(Frozen):
    """The longest run of words of the training text in the greedy continuations of one system."""

    words: int
    """Words in a row; in scripts without spaces, characters."""
    characters: int
    """Characters of that run."""
    text: str = ""
    """The run; text from the model, and so from the data."""
    test_id: str = ""
    """The test row that was gone on with."""
    train_id: str = ""
    """A train row that holds the run."""


class Memorisation(Frozen):
    """Greedy continuations of test windows, held against the training text."""

    windows: int
    """Test windows that were gone on with."""
    tokens: int
    """Longest continuation, in tokens."""
    base: Reproduced
    """The base model."""
    tuned: Reproduced
    """The tuned model."""
    reference: Reproduced
    """How the test windows really go on: what any text of this kind shares with the training text."""

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        runs = [
            f"{plural(run.words, 'word')} ({plural(run.characters, 'character')})"
            for run in (self.tuned, self.base)
        ]
        return (
            f"Going on from {plural(self.windows, 'test window')}, the tuned model reproduced at most {runs[0]} in a "
            f"row of its training text, the base model {runs[1]}; the real continuations {self.reference.words:,}."
        )


class Continued(NamedTuple):
    """The texts that follow on the same prompts."""

    ids: Sequence[str]
    """The test rows that the prompts were cut from."""
    base: Sequence[str]
    """What the base model wrote."""
    tuned: Sequence[str]
    """What the tuned model wrote."""
    reference: Sequence[str]
    """How the rows really go on."""
    tokens: int
    """Longest continuation, in tokens."""


def memorisation(continued: Continued, train: Iterable[Row]) -> Memorisation | None:
    """The longest runs of words of the train rows in each system's continuations; None without any.

    The words of the train rows are hashed afresh for every length that is tried, block by block: memory does not grow
    with the training text (see `curator.contamination`).
    """
    rows = list(train)
    if not continued.ids or not rows:
        return None
    base, tuned, reference = (_longest(texts, continued.ids, rows) for texts in continued[1:4])
    return Memorisation(
        windows=len(continued.ids), tokens=continued.tokens, base=base, tuned=tuned, reference=reference
    )


def _longest(texts: Sequence[str], ids: Sequence[str], train: Sequence[Row]) -> Reproduced:
    """The longest run: whoever shares a run of n words shares one of n - 1, so its length is found by halving."""
    spans = [words_at(text) for text in texts]
    low, high, shared = 0, max(map(len, spans), default=0), None
    while low < high:
        middle = (low + high + 1) // 2
        hits = overlaps(texts, (asked(row) for row in train), middle)
        low, high, shared = (middle, high, hits[0]) if hits else (low, middle - 1, shared)
    if shared is None:
        return Reproduced(words=0, characters=0)
    place = shared.held_out
    run = _run(texts[place], spans[place], asked(train[shared.train]), low)
    return Reproduced(
        words=low, characters=len(run), text=run, test_id=ids[place], train_id=train[shared.train].id
    )


def _run(text: str, spans: Sequence[tuple[int, int]], taught: str, words: int) -> str:
    """The first run of so many words of a text that is in what was taught."""
    runs = [text[spans[place][0] : spans[place + words - 1][1]] for place in range(len(spans) - words + 1)]
    return next((run for run, hit in zip(runs, contaminated(runs, [taught], words), strict=True) if hit), "")
