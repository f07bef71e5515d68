"""Which shape the rows of a file have, told from the names of their columns and their first values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curator.formats.aliases import ALIASES, SHAPE_ALIASES
from curator.formats.chats import has_answer, has_question, is_labelled
from curator.formats.columns import Columns, Fits
from curator.formats.guessing import guess_labels, guess_text, is_lone
from curator.formats.turns import is_chat, parsed
from curator.formats.verdicts import is_truth, is_word
from curator.records import Kind

Mapped = dict[str, str]
"""Field or pseudo-field to column."""

_QUESTIONS = ("instruction", "messages", "instances")
_ANSWERS = ("answer", "chosen", "messages", "instances")


def by_name(kind: Kind, columns: Columns, wanted: Mapping[str, str]) -> Mapped:
    """What the user wants, and columns of usual names whose values fit."""
    mapping = dict(wanted)
    if kind == "instruction":
        _add_instruction(columns, mapping)
    elif kind == "classification":
        _add_classification(columns, mapping)
    else:
        _add_main(columns, mapping, "text", ALIASES["text"]["text"])
    return mapping


def by_values(kind: Kind, columns: Columns, mapping: Mapped) -> Mapped:
    """The same with columns of unusual names whose values leave no other reading, or as it was."""
    if kind == "instruction" or "messages" in mapping:
        return mapping
    text = mapping.get("text") or guess_text(columns, mapping)
    if not text or kind == "text" or "label" in mapping:
        return {**mapping, "text": text} if text else mapping
    found = {**mapping, "text": text}
    labels = guess_labels(columns, found)
    if "text" not in mapping and len(labels) > 1:
        return mapping
    sure = bool(labels) and ("text" not in mapping or is_lone(columns, labels[0], found))
    return {**found, "label": labels[0]} if sure else found


def is_mapped(kind: Kind, columns: Columns, mapping: Mapping[str, str]) -> bool:
    """Whether the mapping says what a record is about."""
    if kind != "instruction":
        return "text" in mapping or "messages" in mapping
    return any(field in mapping for field in _QUESTIONS) or _chosen_is_whole(columns, mapping)


def looks_like(kind: Kind, columns: Columns) -> str:
    """A description of the rows, if by their names they are questions with answers or texts with labels; else empty."""
    found = by_name(kind, columns, {})
    if not is_mapped(kind, columns, found):
        return ""
    named = ", ".join(name for name in columns.names if name in found.values())
    if kind == "classification":
        return f"classification rows ({named})" if "label" in found else ""
    if "chosen" in found:
        return f"preference pairs ({named})"
    if "messages" in found:
        return f"conversations ({named})"
    return f"instruction rows ({named})" if any(field in found for field in _ANSWERS) else ""


def _add_instruction(columns: Columns, mapping: Mapped) -> None:
    _add_verdict(columns, mapping)
    _add_pair(columns, mapping)
    if not is_mapped("instruction", columns, mapping):
        _add_question(columns, mapping)
    _add_system(columns, mapping)
    if "messages" in mapping:
        chats = columns.values(mapping["messages"])
        if "chosen" not in mapping and chats and not any(map(has_answer, chats)):
            _add_main(columns, mapping, "answer", ALIASES["instruction"]["answer"])
        _add(columns, mapping, "media", SHAPE_ALIASES["media"], _is_anything)
    elif "instances" not in mapping:
        if "chosen" not in mapping:
            _add_main(columns, mapping, "answer", ALIASES["instruction"]["answer"])
        if "instruction" in mapping:
            _add(columns, mapping, "input", ALIASES["instruction"]["input"], _is_plain)
            _add(columns, mapping, "history", ALIASES["instruction"]["history"], _is_list)
    _add(columns, mapping, "tools", SHAPE_ALIASES["tools"], _is_list)


def _add_question(columns: Columns, mapping: Mapped) -> None:
    """A whole chat, a task with instances, or a question."""
    _put(mapping, "messages", _chat_column(columns, mapping))
    if "messages" in mapping:
        return
    answers = ALIASES["instruction"]["answer"]
    known = {"answer", "chosen", "rejected"} & mapping.keys()
    if not known and not columns.named(answers, mapping, _is_plain):
        _add(columns, mapping, "instances", SHAPE_ALIASES["instances"], _is_list)
    _add_main(columns, mapping, "instruction", ALIASES["instruction"]["instruction"])


def _add_classification(columns: Columns, mapping: Mapped) -> None:
    aliases = ALIASES["classification"]
    if "messages" not in mapping:
        _add(columns, mapping, "text", aliases["text"], _is_plain)
        if "text" not in mapping and "label" not in mapping and not _is_judged(columns):
            _put(mapping, "messages", _labelled_chats(columns, mapping))
    if "messages" in mapping:
        _add_label_beside(columns, mapping)
        return
    _add_main(columns, mapping, "text", aliases["text"])
    _add(columns, mapping, "label", aliases["label"], _is_no_object)
    if "verdict" not in mapping and "label" in mapping:
        _put(mapping, "verdict", _all_fit(columns, ("answer", "verdict"), mapping, is_word))


def _labelled_chats(columns: Columns, mapping: Mapped) -> str:
    """A column of chats if most of them are a text with a label, or without."""
    chats = _chat_column(columns, mapping)
    return chats if chats and columns.fit(chats, is_labelled) else ""


def _add_label_beside(columns: Columns, mapping: Mapped) -> None:
    """The labels of chats that hold none themselves."""
    chats = columns.values(mapping["messages"])
    if chats and not any(map(has_answer, chats)):
        labels = (*ALIASES["classification"]["label"], *ALIASES["instruction"]["answer"])
        _add(columns, mapping, "label", labels, _is_anything)


def _is_judged(columns: Columns) -> bool:
    """Whether the rows say which answer is better or good: such answers are no labels."""
    found: Mapped = {}
    _add_verdict(columns, found)
    _add_pair(columns, found)
    return bool(found)


def _add_verdict(columns: Columns, mapping: Mapped) -> None:
    if "verdict" in mapping:
        return
    column = columns.named(("kto_tag",), mapping, is_truth)
    column = column or _all_fit(columns, ("label", "desirable"), mapping, is_truth)
    _put(mapping, "verdict", column or _all_fit(columns, ("answer", "verdict"), mapping, is_word))


def _add_pair(columns: Columns, mapping: Mapped) -> None:
    """A better answer and a worse one; either alone where that is all there is."""
    if "instances" in mapping:
        return
    chosen = mapping.get("chosen") or columns.named(SHAPE_ALIASES["chosen"], mapping, _is_answer)
    rejected = mapping.get("rejected") or columns.named(SHAPE_ALIASES["rejected"], mapping, _is_answer)
    if chosen or columns.values(rejected):
        _put(mapping, "rejected", rejected)
    alone = not columns.named(ALIASES["instruction"]["answer"], mapping, _is_anything)
    if "answer" not in mapping and ("rejected" in mapping or alone):
        _put(mapping, "chosen", chosen)


def _add_system(columns: Columns, mapping: Mapped) -> None:
    _add(columns, mapping, "system", ALIASES["instruction"]["system"], _is_plain)
    if "messages" in mapping and columns.named(("greeting",), mapping, _is_plain):
        # A character card: who the assistant plays stands beside an example of how it talks.
        _add(columns, mapping, "system", ("context", "personality", "persona"), _is_plain)


def _chosen_is_whole(columns: Columns, mapping: Mapping[str, str]) -> bool:
    """Whether the chosen answers bring their questions along."""
    chosen = mapping.get("chosen", "")
    return bool(columns.values(chosen)) and columns.fit(chosen, has_question)


def _chat_column(columns: Columns, mapping: Mapped) -> str:
    """A column of chats: by its name, by the name of a question, or because it is the only one that holds any."""
    aliases = ALIASES["instruction"]
    named = columns.named(SHAPE_ALIASES["messages"], mapping, _is_list)
    if asked := named or _all_fit(columns, aliases["instruction"], mapping, is_chat):
        return asked
    question = columns.named(aliases["instruction"], mapping, _is_plain)
    if question and columns.named(aliases["answer"], {**mapping, "": question}, _is_plain):
        return ""
    # Beside a question, turns are what was said before it.
    earlier = columns.named(aliases["history"], mapping, is_chat) if question else ""
    chats = [
        name for name in columns.names if name != earlier and _all_fit(columns, (name,), mapping, is_chat)
    ]
    return chats[0] if len(chats) == 1 else ""


def _all_fit(columns: Columns, names: tuple[str, ...], mapping: Mapped, fits: Fits) -> str:
    """The first free column of these names that has values, and none that does not fit."""
    column = columns.named(names, mapping, fits)
    values = columns.values(column) if column else []
    return column if values and all(map(fits, values)) else ""


def _add(columns: Columns, mapping: Mapped, field: str, aliases: tuple[str, ...], fits: Fits) -> None:
    if field not in mapping:
        _put(mapping, field, columns.named(aliases, mapping, fits))


def _add_main(columns: Columns, mapping: Mapped, field: str, aliases: tuple[str, ...]) -> None:
    """A field whose values may be faulty: they are shown by the checks."""
    if field not in mapping:
        _put(mapping, field, columns.best_named(aliases, mapping, _is_plain))


def _put(mapping: Mapped, field: str, column: str) -> None:
    if column:
        mapping[field] = column


def _is_anything(value: Any) -> bool:
    return True


def _is_plain(value: Any) -> bool:
    return not isinstance(value, (list, dict))


def _is_no_object(value: Any) -> bool:
    return not isinstance(value, dict)


def _is_answer(value: Any) -> bool:
    return isinstance(value, (str, list, dict))


def _is_list(value: Any) -> bool:
    """A list or object, or one written as JSON in a text."""
    return isinstance(parsed(value) if isinstance(value, str) else value, (list, dict))
