"""Base and tuned model on parts of the test: by label, language, length and source."""

from __future__ import annotations

from typing import Literal

from curator.evaluate.verdict import Gain
from curator.records import Frozen

By = Literal["label", "language", "length", "source"]


class Slice(Frozen):
    """The test rows that have something in common."""

    by: By
    """What they have in common."""
    value: str
    """Which label, language, length (`12 to 80 characters`) or source; text from the data."""
    rows: int
    """How many rows."""
    base: float
    """The base model's value of the gain's metric on them."""
    tuned: float
    """The tuned model's value."""
    gain: Gain
    """Tuned minus base on them; `p_adjusted` is corrected over all slices (Holm)."""

    @property
    def worse(self) -> bool:
        """Whether the tuning provably made the model worse on these rows."""
        return self.gain.disproven
