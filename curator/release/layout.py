"""How a model lays out conversations, as fixed pieces between the turns, found by asking it.

A chat template is a program, and no other program than Jinja runs it. Most of them come down to a few fixed strings
before and after each turn. These are found by laying out conversations of marked words and cutting at the marks; then
other conversations are put together from the pieces, and unless each is what the template makes of it, there are none.
"""

from __future__ import annotations

from typing import NamedTuple

from curator.errors import CuratorError
from curator.train.rows.render import Renderer

_SYSTEM, _FIRST, _ANSWER, _SECOND = (
    f"curator{word}probe" for word in ("system", "first", "answer", "second")
)
_PROOFS = (
    ("user",),
    ("user", "assistant", "user"),
    ("user", "assistant", "user", "assistant", "user"),
)


class Pieces(NamedTuple):
    """What stands around the texts of a conversation."""

    lead: str
    """Before everything, where there is no system prompt."""
    system: tuple[str, str] | None
    """Before and after a system prompt, with which a conversation begins; None where none stands there."""
    user: tuple[str, str]
    """Before and after what the user says."""
    assistant: tuple[str, str]
    """Before and after an answer."""
    next: str
    """What leads to the next answer."""
    within: tuple[str, str] | None = None
    """Before and after a system prompt that stands within the user's first turn; None where none stands there."""

    def laid_out(self, turns: list[dict[str, str]]) -> str:
        """A conversation up to where the next answer begins."""
        if self.within is not None and turns[0]["role"] == "system":
            before, after = self.within
            first = f"{before}{turns[0]['content']}{after}{turns[1]['content']}"
            turns = [{**turns[1], "content": first}, *turns[2:]]
        begun = "" if turns[0]["role"] == "system" else self.lead
        around = {"system": self.system or ("", ""), "user": self.user, "assistant": self.assistant}
        texts = [around[turn["role"]][0] + turn["content"] + around[turn["role"]][1] for turn in turns]
        return begun + "".join(texts) + self.next


def pieces_of(renderer: Renderer) -> Pieces | None:
    """The pieces that a model's conversations are made of; None if there are no such pieces."""
    try:
        pieces = _with_system(renderer, _without_system(renderer))
        return pieces if _proven(pieces, renderer) else None
    except (CuratorError, _Otherwise):
        return None


class _Otherwise(Exception):
    """The template is more than pieces."""


def _without_system(renderer: Renderer) -> Pieces:
    first, answer, second = _turn("user", _FIRST), _turn("assistant", _ANSWER), _turn("user", _SECOND)
    before, after = _cut(renderer.history_text([first]), _FIRST)
    following = _after(renderer.prompt_text([first]), renderer.history_text([first]))
    closed = _cut(renderer.history_text([first, answer]), _FIRST, _ANSWER)[-1]
    _, to_answer, to_second, _ = _cut(
        renderer.history_text([first, answer, second]), _FIRST, _ANSWER, _SECOND
    )
    opening = _after(to_second, closed)
    return Pieces(
        lead=_until(before, opening),
        system=None,
        user=(opening, after),
        assistant=(_after(to_answer, after), closed),
        next=following,
    )


def _with_system(renderer: Renderer, plain: Pieces) -> Pieces:
    try:
        text = renderer.history_text([_turn("system", _SYSTEM), _turn("user", _FIRST)])
    except CuratorError:
        # The template takes no system prompt.
        return plain
    before, between, _ = _cut(text, _SYSTEM, _FIRST)
    opening = plain.user[0]
    if between.endswith(opening):
        return plain._replace(system=(before, _until(between, opening)))
    return plain._replace(within=(_after(before, plain.lead + opening), between))


def _proven(pieces: Pieces, renderer: Renderer) -> bool:
    begun: list[list[dict[str, str]]] = [[]]
    if pieces.system is not None or pieces.within is not None:
        begun.append([_turn("system", "Be brief:\n{{ no more }}")])
    for start in begun:
        for roles in _PROOFS:
            said = [_turn(role, f"word {place}\nof \\ '{role}'") for place, role in enumerate(roles)]
            if pieces.laid_out([*start, *said]) != renderer.prompt_text([*start, *said]):
                return False
    return True


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _cut(text: str, *marks: str) -> list[str]:
    parts = []
    for mark in marks:
        part, found, text = text.partition(mark)
        if not found or mark in text:
            raise _Otherwise
        parts.append(part)
    return [*parts, text]


def _after(text: str, start: str) -> str:
    if not text.startswith(start):
        raise _Otherwise
    return text[len(start) :]


def _until(text: str, end: str) -> str:
    if not text.endswith(end):
        raise _Otherwise
    return text[: len(text) - len(end)]
