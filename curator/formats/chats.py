"""Rows that hold a whole conversation, or a question with a better and a worse answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from curator.formats.conversation import PROPERTIES, conversation
from curator.formats.outcomes import Converter, Example, Outcome, Refused, Row, noted
from curator.formats.plain import label, plain
from curator.formats.turns import NoChat, Turn, is_chat, read_turns, transcript

REJECTED_ANSWER = "the rejected answer stays in the original row only; the chosen one is trained"
TOOL_DEFINITIONS = "tool definitions are kept as metadata, not trained"


def chat(mapping: Mapping[str, str]) -> Converter:
    """A converter for conversations, whole or with their last answer in a column of its own, into instructions."""
    prompt = mapping.get("messages", mapping.get("instruction"))
    reply = mapping.get("chosen", mapping.get("answer"))
    system, media, rejected = mapping.get("system"), mapping.get("media"), mapping.get("rejected")

    def convert(row: Row) -> list[Outcome]:
        if media and row.get(media):
            return [Refused(f"belongs to pictures, films or sounds ({media!r}); only text is trained")]
        try:
            turns, used = _turns(row, prompt, reply)
            made = conversation(turns)
        except NoChat as reason:
            return [Refused(str(reason))]
        fields: dict[str, Any] = {"instruction": made.instruction, "answer": made.answer}
        if made.system:
            fields["system"] = made.system
        elif system and row.get(system):
            fields["system"] = row[system]
            used |= {system}
        if made.history:
            fields["history"] = made.history
        return [Example(fields, _rest(row, used | {rejected}), made.notes)]

    return convert


def preference(mapping: Mapping[str, str]) -> Converter:
    """A converter for questions with a chosen and a rejected answer; what needs no turns keeps its other fields."""
    column, prompt = mapping["chosen"], mapping.get("instruction")
    texts = {field: name for field, name in mapping.items() if field not in ("chosen", "rejected")}
    as_text = plain("instruction", {**texts, "answer": column}, [mapping.get("rejected", column)])
    as_chat = chat(mapping)

    def convert(row: Row) -> list[Outcome]:
        chosen = row.get(column)
        if prompt is None or not _is_text(row.get(prompt)):
            return as_chat(row)
        if chosen is None or _is_text(chosen):
            return as_text(row)
        answer = _lone_answer(chosen)
        return as_chat(row) if answer is None else as_text({**row, column: answer})

    return convert


def labelled_chat(mapping: Mapping[str, str]) -> Converter:
    """A converter for conversations of one question and one answer, or a label beside it, into texts with labels."""
    column, beside = mapping["messages"], mapping.get("label")

    def convert(row: Row) -> list[Outcome]:
        given = None if beside is None else row.get(beside)
        in_turns = bool(given) and (isinstance(given, (list, dict)) or is_chat(given))
        try:
            turns, used = _turns(row, column, beside if in_turns else None)
        except NoChat as reason:
            return [Refused(str(reason))]
        system, asked, answered = _by_role(turns)
        if given not in (None, "", []) and not in_turns:
            answered = [*answered, label(given)]
        if len(asked) != 1 or len(answered) > 1:
            counts = f"{len(asked)} of the user and {len(answered)} of the assistant"
            return [Refused(f"needs one turn of the user and one of the assistant, its label; has {counts}")]
        fields: dict[str, Any] = {"text": asked[0]}
        if answered and answered[0]:
            fields["label"] = label(answered[0])
        meta = _rest(row, used | {beside})
        if system:
            meta[f"{column}.system"] = "\n\n".join(system)
        return [Example(fields, meta, () if all(turn.plain for turn in turns) else (PROPERTIES,))]

    return convert


def with_rejected(convert: Converter, column: str) -> Converter:
    """The same, with a note on the rows that have a rejected answer."""

    def convert_and_note(row: Row) -> list[Outcome]:
        return noted(convert(row), REJECTED_ANSWER) if row.get(column) else convert(row)

    return convert_and_note


def with_tools(convert: Converter, column: str) -> Converter:
    """The same, with a note on the rows that define tools."""

    def convert_and_note(row: Row) -> list[Outcome]:
        tools = row.get(column)
        none = not tools or (isinstance(tools, str) and tools.strip() in ("", "[]", "{}", "null"))
        return convert(row) if none else noted(convert(row), TOOL_DEFINITIONS)

    return convert_and_note


def has_answer(value: Any) -> bool:
    """Whether a chat ends with a turn of the assistant."""
    try:
        return read_turns(value)[-1].role == "assistant"
    except NoChat:
        return False


def has_question(value: Any) -> bool:
    """Whether a chosen answer comes with its question, as turns or as a transcript."""
    try:
        return any(turn.role == "user" for turn in _reply(value))
    except NoChat:
        return False


def is_labelled(value: Any) -> bool:
    """Whether a chat is one text of the user with a label, or without."""
    try:
        _, asked, answered = _by_role(read_turns(value))
    except NoChat:
        return False
    return len(asked) == 1 and len(answered) <= 1


def _by_role(turns: Sequence[Turn]) -> tuple[list[str], list[str], list[str]]:
    """What the system, the user and the assistant say."""
    system, user, assistant = (
        [turn.text for turn in turns if turn.role == role] for role in ("system", "user", "assistant")
    )
    return system, user, assistant


def _turns(row: Row, prompt: str | None, reply: str | None) -> tuple[list[Turn], Set[str | None]]:
    """The whole conversation of a row, and the columns that it stands in."""
    answer = None if reply is None else row.get(reply)
    replies = [] if answer is None else _reply(answer)
    if any(turn.role == "user" for turn in replies):
        return replies, {reply}
    question = None if prompt is None else row.get(prompt)
    if question is None and not replies:
        raise NoChat(f"has no {prompt or reply!r}, so there is nothing to make a record of")
    if question is None:
        turns = []
    elif replies and _is_text(question):
        turns = [Turn(1, "user", question)]
    else:
        turns = read_turns(question)
    return [*turns, *(turn._replace(number=turn.number + len(turns)) for turn in replies)], {prompt, reply}


def _reply(value: Any) -> list[Turn]:
    """An answer as turns: a text, a transcript, or what `read_turns` takes."""
    return (transcript(value) or [Turn(1, "assistant", value)]) if _is_text(value) else read_turns(value)


def _lone_answer(value: Any) -> str | None:
    """The text of an answer that is a single turn of the assistant and nothing more."""
    try:
        turns = read_turns(value)
    except NoChat:
        return None
    alone = len(turns) == 1 and turns[0].role == "assistant" and turns[0].trained and turns[0].plain
    return turns[0].text if alone else None


def _is_text(value: Any) -> bool:
    """A text that does not spell turns in JSON."""
    return isinstance(value, str) and not is_chat(value)


def _rest(row: Row, used: Set[str | None]) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column not in used}
