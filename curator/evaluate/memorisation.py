"""How much of its training text a model reproduces word for word when it goes on from texts that it does not know."""

from __future__ import annotations

from curator.records import Frozen


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
        runs = [f"{run.words:,} words ({run.characters:,} characters)" for run in (self.tuned, self.base)]
        return (
            f"Going on from {self.windows:,} test windows, the tuned model reproduced at most {runs[0]} in a row of "
            f"its training text, the base model {runs[1]}; the true continuations share {self.reference.words:,}."
        )
