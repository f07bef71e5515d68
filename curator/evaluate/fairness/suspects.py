"""Test rows whose label is likely wrong: a right answer counts as wrong there."""

from __future__ import annotations

from curator.records import Frozen


class Suspect(Frozen):
    """A test row whose label models that have not seen it do not believe."""

    id: str
    """The test row."""
    label: str
    """The label that it has."""
    likelier: str
    """The label that it reads like."""
    probability: float
    """Of the likelier label, 0 to 1."""
    own: float
    """Of the label that it has, 0 to 1."""
    tuned: str = ""
    """What the tuned model answers."""
