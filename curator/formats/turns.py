"""The turns of a conversation, read from the usual dialects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from curator.formats.aliases import SHAPE_ALIASES, bare
from curator.text import visible_line

ROLES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "user", "human", "prompter", "question", "query", "prompt", "input", "instruction", "customer", "client",
            "пользователь", "человек", "клиент", "вопрос",
        ),
        "user",
    ),
    **dict.fromkeys(
        (
            "assistant", "gpt", "chatgpt", "gpt3", "gpt4", "bing", "bard", "claude", "gemini", "model", "bot", "ai",
            "chatbot", "char", "character", "agent", "operator", "answer", "output", "response", "reply",
            "ассистент", "бот", "модель", "оператор", "ответ",
        ),
        "assistant",
    ),
    **dict.fromkeys(("system", "developer", "systemprompt", "система"), "system"),
    **dict.fromkeys(
        (
            "tool", "tools", "function", "functioncall", "functionresponse", "observation", "toolcall", "toolcalls",
            "toolresponse", "toolresult", "ipython", "environment",
        ),
        "tool",
    ),
}  # fmt: skip
"""Who speaks, by every usual name as `bare` writes it; `tool` is no role of a record."""

ROLE_KEYS = ("role", "from", "speaker", "author", "sender")
TEXT_KEYS = ("content", "value", "text", "message", "utterance", "parts")

_TEXT_PARTS = ("text", "input_text", "output_text")
_TOOL_PARTS = ("tool_use", "tool_result", "tool_call", "function_call")
_TOOL_KEYS = ("tool_calls", "function_call")
_TRAINED_KEYS = ("weight", "train", "loss")
_TOOLS = "turn {} is a tool call or its result; conversations with tools are not trained"
_ORDER = ("system", "user", "assistant", "tool")
_SPEAKER = re.compile(r"(?:^|\n\n)(Human|Assistant): ?")


class NoChat(Exception):
    """A value that is no conversation, or none that makes an example; says why."""


class Turn(NamedTuple):
    """One turn in the terms of this program."""

    number: int
    """Its place in the conversation, from 1."""
    role: str
    """user, assistant or system."""
    text: str
    trained: bool = True
    """False when the file says that the model shall not learn it (`weight: 0`)."""
    plain: bool = True
    """Whether it holds nothing but a role and a text."""


def read_turns(value: Any) -> list[Turn]:
    """The turns of a chat, numbered from 1.

    It may be a list of turns, of texts by turns or of [question, answer] pairs, a lone turn, an object that holds one
    of these as its `messages`, or any of them as JSON in a text.

    Raises:
        NoChat: it is none of them, or a turn has no known role, no text, or more than text.
    """
    items, alone = _items(value)
    turns = _usual_turns(items)
    turns = turns or [_turn(number, *spoken) for number, spoken in enumerate(_spoken(items), start=1)]
    return turns if alone else [turns[0]._replace(plain=False), *turns[1:]]


def transcript(text: str) -> list[Turn]:
    r"""The turns of a text in which `\n\nHuman:` and `\n\nAssistant:` alternate; none when it is no such text."""
    pieces = _SPEAKER.split(text)
    if len(pieces) < 5 or pieces[0].strip() or pieces[1] != "Human":
        return []
    spoken = zip(pieces[1::2], pieces[2::2], strict=True)
    return [Turn(number, ROLES[bare(who)], said.strip()) for number, (who, said) in enumerate(spoken, 1)]


def parsed(value: str) -> Any:
    """A list or object that is written as JSON in a text; any other text as it is."""
    if value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, (list, dict)) else value


def is_chat(value: Any) -> bool:
    """Whether a value is a list of turns beyond doubt: objects that say who speaks."""
    try:
        items, _ = _items(value)
    except NoChat:
        return False
    return all(isinstance(item, dict) and _key(item, ROLE_KEYS) for item in items)


def _items(value: Any) -> tuple[Sequence[Any], bool]:
    """The list of turns in a value, and whether there is nothing beside it."""
    alone = True
    if isinstance(value, str):
        value = parsed(value)
    if isinstance(value, dict):
        key = next((key for key in SHAPE_ALIASES["messages"] if isinstance(value.get(key), list)), "")
        alone = not key or not any(other for name, other in value.items() if name != key)
        value = value[key] if key else [value]
    if not isinstance(value, (list, tuple)):
        raise NoChat("the conversation is no list of turns")
    if not value:
        raise NoChat("the conversation has no turns")
    return value, alone


def _usual_turns(items: Sequence[Any]) -> list[Turn]:
    """Turns as nearly all are, in a tenth of the time that the other dialects take; none when one is another."""
    turns: list[Turn] = []
    for number, item in enumerate(items, start=1):
        if item.__class__ is not dict or len(item) != 2:
            return []
        who, said = ("role", "content") if "content" in item else ("from", "value")
        speaker, text = item.get(who), item.get(said)
        role = ROLES.get(speaker) if speaker.__class__ is str else None
        if role is None or role == "tool" or text.__class__ is not str:
            return []
        turns.append(Turn(number, role, text))
    return turns


def _spoken(items: Sequence[Any]) -> Iterator[tuple[Any, Any, Mapping[str, Any]]]:
    """Who speaks, what is said, and the turn's other properties."""
    asks = True
    for item in items:
        if isinstance(item, str):
            yield ("user" if asks else "assistant"), item, {}
            asks = not asks
        elif isinstance(item, dict):
            role, text = _key(item, ROLE_KEYS), _key(item, TEXT_KEYS)
            named = [] if role else _named(item)
            yield from named or [
                (item.get(role), item.get(text), {k: v for k, v in item.items() if k not in (role, text)})
            ]
        elif isinstance(item, (list, tuple)) and len(item) == 2:
            yield "user", item[0], {}
            yield "assistant", item[1], {}
        else:
            yield None, None, {}


def _named(item: Mapping[str, Any]) -> list[tuple[Any, Any, Mapping[str, Any]]]:
    """`{"human": …, "assistant": …}` as the turns that it holds; none when a key is no speaker."""
    spoken = [(ROLES.get(bare(key), ""), said) for key, said in item.items() if said is not None]
    if not {"user", "assistant"} <= {role for role, _ in spoken} or any(not role for role, _ in spoken):
        return []
    return [(role, said, {}) for role, said in sorted(spoken, key=lambda pair: _ORDER.index(pair[0]))]


def _turn(number: int, speaker: Any, said: Any, more: Mapping[str, Any]) -> Turn:
    role = ROLES.get(bare(speaker)) if isinstance(speaker, str) else None
    if role == "tool" or any(more.get(key) for key in _TOOL_KEYS):
        raise NoChat(_TOOLS.format(number))
    if speaker is None:
        raise NoChat(f"turn {number} does not say who speaks")
    if role is None:
        raise NoChat(f"turn {number} has the unknown role {_shown(speaker)}")
    trained = not (more.get("weight") == 0 or more.get("train") is False or more.get("loss") is False)
    plain = not any(value for key, value in more.items() if key not in _TRAINED_KEYS)
    if isinstance(said, str):
        return Turn(number, role, said, trained, plain)
    parts = _parts(number, said)
    usual = all(isinstance(part, str) or part.keys() <= {"type", "text"} for part in parts)
    return Turn(number, role, "".join(_text(number, part) for part in parts), trained, plain and usual)


def _parts(number: int, said: Any) -> Sequence[Any]:
    """What a turn says in several parts; they are put together as they stand."""
    if isinstance(said, dict):
        said = said["parts"] if isinstance(said.get("parts"), list) else [said]
    if said is None:
        raise NoChat(f"turn {number} has no text")
    if not isinstance(said, (list, tuple)):
        raise NoChat(f"turn {number} holds {_shown(said)} where its text should be")
    return [part if isinstance(part, (str, dict)) else {"type": part} for part in said]


def _text(number: int, part: Any) -> str:
    if isinstance(part, str):
        return part
    kind, text = part.get("type", "text"), part.get("text")
    if kind in _TEXT_PARTS and isinstance(text, str):
        return text
    if kind in _TOOL_PARTS:
        raise NoChat(_TOOLS.format(number))
    raise NoChat(f"turn {number} has a part that is no text ({_shown(kind)}); only text is trained")


def _key(item: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first of some keys that has a value; empty when none has."""
    return next((key for key in keys if item.get(key) is not None), "")


def _shown(value: Any) -> str:
    return visible_line(str(value) if not isinstance(value, (list, dict)) else type(value).__name__, 30)
