"""From the turns of a conversation to the one example that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from curator.formats.turns import NoChat, Turn

CONTEXT = "earlier answers of a conversation are context; only the last one is trained"
TAIL = "turns after the last answer stay in the original row only"
OPENING = "what the assistant says before the first question stays in the original row only"
JOINED = "turns of one speaker in a row are joined with a blank line"
PROPERTIES = "properties of conversations and turns beside role and text stay in the original row only"


class Conversation(NamedTuple):
    """The last answer, and what stands before it."""

    system: str
    """Empty when there is none."""
    history: list[dict[str, str]]
    """Earlier turns as a record keeps them: the user's and the assistant's in turn."""
    instruction: str
    answer: str
    notes: tuple[str, ...]


def conversation(turns: Sequence[Turn]) -> Conversation:
    """The one example that some turns make.

    The user's turns in a row are joined; answers in a row are not, because nobody says which of them is meant.

    Raises:
        NoChat: there is no last answer to a question, or the turns are out of order.
    """
    lead = next((place for place, turn in enumerate(turns) if turn.role != "system"), len(turns))
    system, body = turns[:lead], turns[lead:]
    first, last = _ends(turns, body)
    kept = body[first : last + 1]
    _refuse_disorder(kept)
    merged = [_merged(role, list(group)) for role, group in groupby(kept, key=lambda turn: turn.role)]
    notes = {
        CONTEXT: len(merged) > 2,
        JOINED: len(merged) < len(kept) or sum(bool(turn.text) for turn in system) > 1,
        OPENING: first > 0,
        TAIL: last + 1 < len(body),
        PROPERTIES: not all(turn.plain for turn in turns),
    }
    return Conversation(
        system="\n\n".join(turn.text for turn in system if turn.text),
        history=merged[:-2],
        instruction=merged[-2]["content"],
        answer=merged[-1]["content"],
        notes=tuple(note for note, applies in notes.items() if applies),
    )


def _ends(turns: Sequence[Turn], body: Sequence[Turn]) -> tuple[int, int]:
    """Where the first question and the last answer stand in the body."""
    last = max((place for place, turn in enumerate(body) if turn.role == "assistant"), default=-1)
    if last < 0:
        raise NoChat(f"no turn of the assistant follows turn {turns[-1].number}")
    first = next((place for place, turn in enumerate(body) if turn.role == "user"), last)
    if first >= last:
        raise NoChat(f"no turn of the user stands before the answer in turn {body[last].number}")
    if not body[last].trained:
        raise NoChat(f"the last answer, turn {body[last].number}, is marked as not to be trained (weight 0)")
    return first, last


def _refuse_disorder(kept: Sequence[Turn]) -> None:
    for earlier, turn in pairwise(kept):
        if turn.role == "system":
            raise NoChat(f"turn {turn.number} is a system turn in the middle of the conversation")
        if turn.role == earlier.role == "assistant":
            raise NoChat(f"turns {earlier.number} and {turn.number} are both the assistant's")


def _merged(role: str, turns: Sequence[Turn]) -> dict[str, str]:
    return {"role": role, "content": "\n\n".join(turn.text for turn in turns if turn.text)}
