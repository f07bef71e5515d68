"""Whether a record's fields are what its kind demands; what keeps it from being used, if anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from curator.records import MODELS, Kind
from curator.text import nearest, visible_line

TARGETS: Mapping[Kind, str] = {"classification": "label", "instruction": "answer", "text": ""}
"""The field that may still be missing while people are labeling."""


_REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    kind: tuple(name for name, field in model.model_fields.items() if field.is_required())
    for kind, model in MODELS.items()
}


class Problem(NamedTuple):
    """One thing that keeps a record from being used."""

    check_id: str
    """missing-field, empty-field, wrong-type, unknown-label or no-target."""
    field: str
    message: str


def is_sound(kind: Kind, fields: Mapping[str, Any]) -> bool:
    """Whether fields are what their kind demands, a target that is still to come aside; quick, for every import."""
    if _is_plainly_sound(_REQUIRED[kind], fields):
        return True
    validator = MODELS[kind].__pydantic_validator__
    target = TARGETS[kind]
    return validator.isinstance_python(fields) or (
        bool(target) and target not in fields and validator.isinstance_python({**fields, target: "-"})
    )


def _is_plainly_sound(required: Sequence[str], fields: Mapping[str, Any]) -> bool:
    """What most records are: nothing but the required fields, or they and an input, in plain ASCII."""
    for name in required:
        value = fields.get(name)
        if value.__class__ is not str or not value.isascii() or not value or value.isspace():
            return False
    more = len(fields) - len(required)
    return not more or (more == 1 and fields.get("input").__class__ is str and fields["input"].isascii())


def problems(kind: Kind, labels: Sequence[str], fields: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything that keeps a record from being used; nothing when it can be."""
    try:
        MODELS[kind].model_validate(fields)
    except ValidationError as error:
        yield from (_problem(details, TARGETS[kind]) for details in error.errors())
    label = fields.get("label")
    if kind == "classification" and isinstance(label, str) and label.strip() and label not in labels:
        message = f"{visible_line(label, 40)!r} is not in the list. {nearest(label, labels)}"
        yield Problem("unknown-label", "label", message)


def _problem(details: ErrorDetails, target: str) -> Problem:
    field = str(details["loc"][0]) if details["loc"] else ""
    place = ".".join(visible_line(str(part), 40) for part in details["loc"])
    match details["type"]:
        case "missing" if field == target:
            return Problem("no-target", field, f"has no {field} yet")
        case "missing":
            return Problem("missing-field", field, f"{place} is missing")
        case "string_pattern_mismatch":
            return Problem("empty-field", field, f"{place} is empty")
        case "string_unicode":
            told = f"{place} holds half a character; `curator fix control-characters` takes it out"
            return Problem("wrong-type", field, told)
        case "string_type":
            shown = visible_line(repr(details["input"]), 40)
            return Problem("wrong-type", field, f"{place} is {shown}, which is no text")
        case "extra_forbidden":
            return Problem("wrong-type", field, f"{place} does not belong there")
        case "literal_error":
            shown = visible_line(repr(details["input"]), 40)
            return Problem("wrong-type", field, f"{place} is {shown}; it can be system, user or assistant")
        case "tuple_type" | "model_type" | "dataclass_type":
            told = f"{place} is no list of turns with a role and a content each"
            return Problem("wrong-type", field, told)
        case _:
            return Problem("wrong-type", field, f"{place}: {details['msg'].lower()}")
