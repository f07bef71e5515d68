"""The form that answers are declared to have: a JSON Schema, a regular expression, or both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curator.config import EvaluateSettings
from curator.errors import CuratorError, explained

_SECONDS = 1.0
"""Longest look of one expression at one answer; some take for ever."""
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class Form:
    """A declared form, which answers keep or do not."""

    def __init__(self, validator: Any, pattern: Any) -> None:
        self._validator = validator
        self._pattern = pattern

    @classmethod
    def of(cls, settings: EvaluateSettings, root: Path) -> Form | None:
        """The form that settings declare, None without one; the schema's path starts at the project `root`.

        Raises:
            CuratorError: the schema is missing or none, or the expression is none.
        """
        if not settings.answer_schema and not settings.answer_pattern:
            return None
        validator = _validator(root / settings.answer_schema) if settings.answer_schema else None
        return cls(validator, _compiled(settings.answer_pattern) if settings.answer_pattern else None)

    def kept(self, answer: str) -> bool:
        """Whether all of an answer, apart from white space around it, is of the form."""
        answer = answer.strip()
        return self._matches(answer) and self._validates(answer)

    def _matches(self, answer: str) -> bool:
        if self._pattern is None:
            return True
        try:
            return self._pattern.fullmatch(answer, timeout=_SECONDS) is not None
        except TimeoutError:
            return False

    def _validates(self, answer: str) -> bool:
        if self._validator is None:
            return True
        try:
            return bool(self._validator.is_valid(json.loads(answer, parse_constant=_refuse)))
        # What is nested too deeply, or takes an expression of the schema too long, is not what was asked for either.
        except (ValueError, RecursionError, TimeoutError):
            return False


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _compiled(pattern: str, where: str = "evaluate.answer_pattern") -> Any:
    import regex

    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise CuratorError(
            f"{where}: {pattern!r} is no regular expression ({error}).", "Mend it, or leave it out."
        ) from error


def _validator(path: Path) -> Any:
    """What checks values against the schema of a file; it reads no other file and nothing from the network."""
    from jsonschema import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry

    schema = _schema(path)
    made = _bounded(validator_for(schema, default=Draft202012Validator))
    try:
        made.check_schema(schema)
    except SchemaError as error:
        raise CuratorError(
            f"{path} is no JSON Schema: {error.message} ({error.json_path}).",
            "Mend the file that evaluate.answer_schema names.",
        ) from error
    _check_references(path, schema)
    for pattern in _strings_under("pattern", schema):
        _compiled(pattern, str(path))
    return made(schema, registry=Registry())


def _schema(path: Path) -> Any:
    with explained("read the schema of answers", path):
        raw = path.read_bytes()
    try:
        schema = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CuratorError(
            f"{path} is not JSON: {error}.", "Mend the file that evaluate.answer_schema names."
        ) from error
    if not isinstance(schema, dict | bool):
        raise CuratorError(f"{path} is no JSON Schema.", "A schema is a JSON object.")
    return schema


def _check_references(path: Path, schema: Any) -> None:
    """Every reference leads to a place in the schema itself."""
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    if not isinstance(schema, dict):
        return
    resource = DRAFT202012.create_resource(schema)
    resolver = Registry().with_resource("", resource).resolver()
    for reference in (found for name in _REFERENCES for found in _strings_under(name, schema)):
        try:
            if not reference.startswith("#"):
                raise LookupError
            resolver.lookup(reference)
        except (Unresolvable, LookupError) as error:
            raise CuratorError(
                f"{path} refers to {reference}, which is not in the file.",
                "Put what it refers to under $defs of the same file.",
            ) from error


def _strings_under(name: str, node: Any) -> Iterator[str]:
    """Every text that stands under a key of this name, at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get(name), str):
            yield node[name]
        for value in node.values():
            yield from _strings_under(name, value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings_under(name, value)


def _bounded(base: Any) -> Any:
    """A validator whose expressions give up in time."""
    from jsonschema.validators import extend

    made: Any = extend
    keywords = {"pattern": _pattern, "patternProperties": _named, "additionalProperties": _others}
    return made(base, keywords)


def _found(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text, timeout=_SECONDS) is not None


def _pattern(validator: Any, wanted: str, instance: Any, _: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(instance, "string") and not _found(wanted, instance):
        yield ValidationError(f"{instance!r} does not match {wanted!r}")


def _named(validator: Any, patterns: Any, instance: Any, _: Any) -> Iterator[Any]:
    """The members whose names match an expression."""
    if validator.is_type(instance, "object"):
        for pattern, schema in patterns.items():
            for name in [name for name in instance if _found(pattern, name)]:
                yield from validator.descend(instance[name], schema, path=name)


def _others(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """The members that are neither named nor matched."""
    from jsonschema import ValidationError

    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties", {})
    unnamed = [name for name in instance if name not in schema.get("properties", {})]
    for name in [name for name in unnamed if not any(_found(pattern, name) for pattern in patterns)]:
        if wanted is False:
            yield ValidationError(f"{name!r} is not allowed")
        else:
            yield from validator.descend(instance[name], wanted, path=name)
