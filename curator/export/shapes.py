"""What one row is in each format: pure functions from a row to a JSON object, or to the reason why it is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from curator.records import ClassificationRow, InstructionRow, Row, WindowRow

Turns = list[dict[str, Any]]

INPUT_JOINED = "input joined to the instruction"
TARGET_UNMARKED = "target not marked: a trainer learns the whole window"


class Shaped(NamedTuple):
    """A row as it is written."""

    value: dict[str, Any]
    changes: tuple[str, ...] = ()
    """What was done because the format cannot hold the row as it is."""


class Unfit(NamedTuple):
    """A row that the format cannot hold at all."""

    reason: str


Shape = Callable[[Row, str], Shaped | Unfit]
"""Takes a row and the project's system prompt."""


def canonical(row: Row, system: str) -> Shaped:
    """The row with its own field names; the project's system prompt stands in the manifest."""
    return Shaped(row.model_dump(exclude_defaults=True))


def messages(row: Row, system: str) -> Shaped:
    """The turns of a chat template: `{"messages": [{"role", "content"}, …]}`."""
    prompt = conversation(row, system)
    return Shaped({"messages": [*prompt, _turn("assistant", _answer(row))]}, _joined(row))


def openai(row: Row, system: str) -> Shaped:
    """The same; earlier answers have `"weight": 0`, for only the last one is learned here."""
    return _marked(messages(row, system), {"weight": 0})


def axolotl(row: Row, system: str) -> Shaped:
    """The same in axolotl's terms: earlier answers have `"train": false`."""
    return _marked(messages(row, system), {"train": False})


def sharegpt(row: Row, system: str) -> Shaped:
    """ShareGPT's turns: `{"conversations": [{"from", "value"}, …]}`."""
    names = {"system": "system", "user": "human", "assistant": "gpt"}
    turns = [*conversation(row, system), _turn("assistant", _answer(row))]
    tagged = [{"from": names[turn["role"]], "value": turn["content"]} for turn in turns]
    return Shaped({"conversations": tagged}, _joined(row))


def prompt_completion(row: Row, system: str) -> Shaped | Unfit:
    """Two texts without turns."""
    turns = conversation(row, system)
    if len(turns) > 1:
        return Unfit("no place for a system prompt or earlier turns")
    return Shaped({"prompt": turns[0]["content"], "completion": _answer(row)}, _joined(row))


def prompt_completion_turns(row: Row, system: str) -> Shaped:
    """The turns before the answer, and the answer as a turn of its own."""
    completion = [_turn("assistant", _answer(row))]
    return Shaped({"prompt": conversation(row, system), "completion": completion}, _joined(row))


def alpaca(row: Row, system: str) -> Shaped | Unfit:
    """Stanford's three columns; `system` and `history`, as LLaMA-Factory knows them, where there are any."""
    shaped = alpaca_columns(row, system)
    if isinstance(shaped, Unfit):
        return shaped
    optional = ("system", "history")
    kept = {name: value for name, value in shaped.value.items() if value or name not in optional}
    return shaped._replace(value=kept)


def alpaca_columns(row: Row, system: str) -> Shaped | Unfit:
    """The same with all five columns in every row, as a declared column has to be there."""
    turns = conversation(row, system)
    first = 1 if turns[0]["role"] == "system" else 0
    pairs = _pairs(turns[first:-1])
    if pairs is None:
        return Unfit("earlier turns are no pairs of question and answer")
    instruction, material = _asked(row)
    return Shaped(
        {
            "instruction": instruction,
            "input": material,
            "output": _answer(row),
            "system": turns[0]["content"] if first else "",
            "history": pairs,
        }
    )


def text(row: Row, system: str) -> Shaped:
    """One text: a window of a document."""
    assert isinstance(row, WindowRow)
    return Shaped({"text": row.text}, (TARGET_UNMARKED,) if row.target else ())


def conversation(row: Row, system: str) -> Turns:
    """The turns before the answer, as the trainer of this program shows them to the model."""
    if isinstance(row, ClassificationRow):
        return [*_system_turn(system), _turn("user", row.text)]
    assert isinstance(row, InstructionRow)
    history = [_turn(turn.role, turn.content) for turn in row.history]
    own = any(turn["role"] == "system" for turn in history)
    first = row.system if row.system is not None else "" if own else system
    instruction, material = _asked(row)
    user = f"{instruction}\n\n{material}" if material.strip() else instruction
    return [*_system_turn(first), *history, _turn("user", user)]


def _asked(row: Row) -> tuple[str, str]:
    """What is asked, and the material that it is about."""
    if isinstance(row, InstructionRow):
        return row.instruction, row.input or ""
    return row.text, ""


def _answer(row: Row) -> str:
    assert not isinstance(row, WindowRow)
    return row.answer if isinstance(row, InstructionRow) else row.label


def _joined(row: Row) -> tuple[str, ...]:
    return (INPUT_JOINED,) if _asked(row)[1].strip() else ()


def _pairs(turns: Turns) -> list[list[str]] | None:
    """Turns as [question, answer] pairs; nothing when they do not alternate that way."""
    roles = [turn["role"] for turn in turns]
    if roles != ["user", "assistant"] * (len(turns) // 2):
        return None
    return [[turns[i]["content"], turns[i + 1]["content"]] for i in range(0, len(turns), 2)]


def _system_turn(system: str) -> Turns:
    return [_turn("system", system)] if system.strip() else []


def _turn(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


def _marked(shaped: Shaped, mark: dict[str, Any]) -> Shaped:
    """Turns whose earlier answers carry a mark."""
    *prompt, answer = shaped.value["messages"]
    earlier = [turn | mark if turn["role"] == "assistant" else turn for turn in prompt]
    return shaped._replace(value={"messages": [*earlier, answer]})
