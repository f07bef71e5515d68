"""Conversations whose turns are out of order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from curator.checks.base import Check, Context, Inspector, Profile
from curator.checks.item import Item
from curator.store.findings import Finding
from curator.text import visible_line


def faults(turns: Sequence[Mapping[str, Any]], has_system: bool = False) -> Iterator[tuple[int, str]]:
    """Turns (by number) that stand where they should not; the prompt and its answer come after the last one.

    Args:
        turns: The earlier turns of a conversation, each with its `role`.
        has_system: Whether the record has a system prompt of its own.
    """
    roles = [turn.get("role") if isinstance(turn, Mapping) else None for turn in turns]
    before: Any = "assistant"
    for number, role in enumerate(roles):
        if role == "system":
            if number:
                yield number, "a system prompt in the middle of the conversation"
            elif has_system:
                yield number, "a second system prompt"
            continue
        if role == before:
            yield (
                number,
                "begins with the assistant" if not number else f"{_named(role)} speaks twice in a row",
            )
        before = role
    if before == "user":
        yield len(roles) - 1, "the user asked before, and nobody answered"


def _named(role: Any) -> str:
    return f"the {visible_line(role, 40)}" if isinstance(role, str) else "somebody without a role"


def _inspect(_: Context, __: Profile) -> Inspector:
    def look(item: Item) -> Iterable[Finding]:
        turns = item.fields.get("history")
        if isinstance(turns, (list, tuple)) and turns:
            system = item.fields.get("system")
            found = list(faults(turns, isinstance(system, str) and bool(system.strip())))
            if found:
                number, message = found[0]
                yield ROLES.finding(item, message, f"history.{number}")

    return look


ROLES = Check(
    id="role-order",
    title="Turns of a conversation out of order",
    harm="Chat templates refuse the row, or the model learns to answer itself.",
    severity="warning",
    inspect=_inspect,
    kinds=("instruction",),
)

CHECKS = (ROLES,)
