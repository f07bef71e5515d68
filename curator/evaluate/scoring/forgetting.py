"""What a tune costs elsewhere: bits per byte on a small general text, before and after.

The text is bundled: short passages in English and Russian about nothing in particular. Likelihood on plain text moves
with the general ability of a model, needs no generation, and has little variance between passages of one kind
(Kirkpatrick et al. 2017 measure forgetting in the same way: the loss on the old task after the new one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from typing import Literal

from curator.config import EvaluateSettings
from curator.evaluate import statistics
from curator.evaluate.scores import RowScore
from curator.records import Frozen, WindowRow

_TEXT = "general.txt"
_NOTABLE = 0.02
"""A relative change below which nobody needs to be told that something was forgotten."""


class Forgetting(Frozen):
    """General text before and after."""

    passages: int
    """Passages that both models read."""
    base: float
    """Bits per byte of the base model."""
    tuned: float
    """Bits per byte of the tuned model."""
    low: float
    """Lower end of the 95 % interval of tuned minus base."""
    high: float
    """Upper end."""

    @property
    def share(self) -> float:
        """How much worse the tuned model reads, as a share of the base's bits."""
        return (self.tuned - self.base) / self.base if self.base else 0.0

    @property
    def change(self) -> Literal["worse", "better", "same"]:
        """What became of it: a notable change that the interval confirms, or none."""
        if self.low > 0 and self.share >= _NOTABLE:
            return "worse"
        return "better" if self.high < 0 and -self.share >= _NOTABLE else "same"

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        figures = f"{self.base:.3f} to {self.tuned:.3f} bits per byte on {self.passages} passages"
        words = {
            "worse": f"General text became {100 * self.share:.1f} % harder for it ({figures}): it forgot something.",
            "better": f"General text became {-100 * self.share:.1f} % easier for it ({figures}).",
            "same": f"General text is as it was ({figures}).",
        }
        return words[self.change]


def passages() -> list[WindowRow]:
    """The general text, passage by passage."""
    text = (files("curator.evaluate.scoring") / _TEXT).read_text(encoding="utf-8")
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return [WindowRow(id=f"general:{number}", text=part) for number, part in enumerate(parts, 1)]


def halved(rows: Iterable[WindowRow], fits: Callable[[WindowRow], bool]) -> list[WindowRow]:
    """The passages, those that a model cannot see at once cut between two words until it can."""
    found: list[WindowRow] = []
    for row in rows:
        middle = row.text.rfind(" ", 1, len(row.text) // 2 + 1)
        if fits(row) or middle < 1:
            found.append(row)
            continue
        parts = ((f"{row.id}a", row.text[:middle]), (f"{row.id}b", row.text[middle + 1 :]))
        found += halved([WindowRow(id=part_id, text=text) for part_id, text in parts], fits)
    return found


def compare(base: Sequence[RowScore], tuned: Sequence[RowScore], settings: EvaluateSettings) -> Forgetting:
    """Both models on the same passages; the interval is that of a paired bootstrap over passages."""
    estimators = {
        name: statistics.ratio_of([row.values["bits"] for row in rows], [row.values["bytes"] for row in rows])
        for name, rows in (("base", base), ("tuned", tuned))
    }
    found = statistics.bootstrap(estimators, [""] * len(base), settings.resamples, settings.seed)
    low, high = statistics.interval(found["tuned"] - found["base"], len(base))
    before, after = (statistics.point(estimators[name]) for name in ("base", "tuned"))
    return Forgetting(passages=len(base), base=before, tuned=after, low=low, high=high)
