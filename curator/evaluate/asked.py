"""What is asked in a row, for looking at the rows themselves: without system prompts and forms of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from curator.checks.contaminated import COMMON
from curator.records import InstructionRow, Row


def asked(row: Row) -> str:
    """The instruction with its material and what was said before, or the text."""
    return "\n".join(_parts(row))


def own_words(rows: Sequence[Row]) -> list[str]:
    """The same without instructions that more than 10 of the rows give word for word: those are forms."""
    given = Counter(row.instruction for row in rows if isinstance(row, InstructionRow))
    forms = {instruction for instruction, count in given.items() if count > COMMON}
    return ["\n".join(part for part in _parts(row) if part not in forms) for row in rows]


def _parts(row: Row) -> list[str]:
    if not isinstance(row, InstructionRow):
        return [row.text]
    said = [turn.content for turn in row.history if turn.role != "system"]
    return [*said, row.instruction, *([row.input] if row.input else [])]
