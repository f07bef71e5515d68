"""What Ollama makes of a Modelfile: its parser, and as much of Go's templates as our Modelfiles use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ACTION = re.compile(r"\{\{ (.*?) \}\}", re.DOTALL)


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a Modelfile in lower case with their values, read as Ollama's parser does."""
    found, rest = [], text
    while rest := rest.lstrip():
        if rest.startswith("#"):
            rest = rest.partition("\n")[2]
            continue
        name, _, rest = rest.partition(" ")
        if name == "PARAMETER":
            name, _, rest = rest.partition(" ")
        value, rest = _value(rest.lstrip(" "))
        assert all(char.isprintable() or char in "\n\t" for char in value), "Ollama would leave it out"
        found.append((name.lower(), value))
    return found


def _value(text: str) -> tuple[str, str]:
    """Up to the end of the line, or to the closing quotation marks that white space follows."""
    for marks in ('"""', '"'):
        if text.startswith(marks):
            end = re.search(rf"{marks}(?=\s)", text[len(marks) :])
            assert end is not None
            inner = text[len(marks) :]
            return inner[: end.start()], inner[end.end() :]
    line, _, rest = text.partition("\n")
    return line, rest


def rendered(template: str, turns: Sequence[Mapping[str, str]]) -> str:
    """What Ollama asks a model with: the template filled with a conversation."""
    system = "\n\n".join(turn["content"] for turn in turns if turn["role"] == "system")
    messages = [{"Role": turn["role"], "Content": turn["content"]} for turn in turns]
    values = {"System": system, "Messages": messages, "Prompt": turns[-1]["content"]}
    return _filled(_nodes(iter(_tokens(template))), values, {"$": values})


def _tokens(template: str) -> Iterator[tuple[str, str]]:
    place = 0
    for found in _ACTION.finditer(template):
        yield "text", template[place : found.start()]
        yield "action", found[1]
        place = found.end()
    yield "text", template[place:]


def _nodes(tokens: Iterator[tuple[str, str]]) -> list[Any]:
    """Texts, values, and (words, nodes, nodes otherwise) up to the end of a block."""
    return _block(tokens)[0]


def _block(tokens: Iterator[tuple[str, str]]) -> tuple[list[Any], str]:
    nodes: list[Any] = []
    for kind, words in tokens:
        if kind == "action" and words.startswith(("if ", "range ")):
            nodes.append(_branch(words, tokens))
        elif kind == "action" and words.startswith(("end", "else")):
            return nodes, words
        else:
            nodes.append((kind, words))
    return nodes, ""


def _branch(words: str, tokens: Iterator[tuple[str, str]]) -> tuple[str, list[Any], list[Any]]:
    inner, closing = _block(tokens)
    if closing.startswith("else if"):
        return words, inner, [_branch(closing.removeprefix("else "), tokens)]
    return words, inner, _block(tokens)[0] if closing == "else" else []


def _filled(nodes: Sequence[Any], values: Mapping[str, Any], named: dict[str, Any]) -> str:
    text = ""
    for node in nodes:
        if len(node) == 2:
            text += node[1] if node[0] == "text" else _done(node[1], values, named)
        elif node[0].startswith("range "):
            for each in _valued(node[0].removeprefix("range "), values, named):
                text += _filled(node[1], each, named)
        else:
            chosen = node[1] if _valued(node[0].removeprefix("if "), values, named) else node[2]
            text += _filled(chosen, values, named)
    return text


def _done(words: str, values: Mapping[str, Any], named: dict[str, Any]) -> str:
    """What an action shows: nothing where it gives a variable a value."""
    given = re.fullmatch(r"(\$\w+) :?= (.*)", words)
    if given is None:
        return str(_valued(words, values, named))
    named[given[1]] = _valued(given[2], values, named)
    return ""


def _valued(words: str, values: Mapping[str, Any], named: Mapping[str, Any]) -> Any:
    if words.startswith("eq "):
        left, right = words.removeprefix("eq ").split(" ", 1)
        return _valued(left, values, named) == _valued(right, values, named)
    if words.startswith('"'):
        return re.sub(r"\\U([0-9a-f]{8})", lambda found: chr(int(found[1], 16)), words[1:-1])
    if words in ("true", "false"):
        return words == "true"
    if words.startswith("$."):
        return named["$"][words.removeprefix("$.")]
    return named[words] if words.startswith("$") else values[words.removeprefix(".")]
