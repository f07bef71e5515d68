"""The line to type into, whatever was pasted into it."""

from __future__ import annotations

from textual.widgets import Input

from curator.text import as_typed


class TextLine(Input):
    """An input that holds what can be seen: control characters become signs before they are painted."""

    def validate_value(self, value: str) -> str:
        """What is typed, pasted, or put in."""
        return as_typed(value)

    def validate__suggestion(self, value: str) -> str:
        """What is proposed behind the cursor."""
        return as_typed(value)
