"""Rows with an instruction and a list of instances, each with an input and an output: a record for every one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from curator.formats.aliases import ALIASES
from curator.formats.columns import Columns
from curator.formats.outcomes import Converter, Outcome, Refused, Row
from curator.formats.plain import plain
from curator.formats.turns import parsed


def nested(mapping: Mapping[str, str]) -> Converter:
    """A converter for rows with instances (self-instruct); an instance's own instruction overrules the row's."""
    column = mapping["instances"]
    outer = {field: name for field, name in mapping.items() if field != "instances"}

    @lru_cache(maxsize=256)
    def converter_of(keys: tuple[str, ...]) -> Converter:
        return plain("instruction", {**outer, **_fields_of(keys, column)})

    def convert(row: Row) -> list[Outcome]:
        instances = row.get(column)
        if isinstance(instances, str):
            instances = parsed(instances)
        if not isinstance(instances, list) or not instances:
            return [Refused(f"has no list of instances in {column!r}")]
        around = {name: value for name, value in row.items() if name != column}
        outcomes: list[Outcome] = []
        for number, instance in enumerate(instances, start=1):
            part = {**around, column: [instance]}
            if not isinstance(instance, dict):
                outcomes.append(Refused(f"instance {number} is no object with named fields", part))
                continue
            inner = {f"{column}.{key}": value for key, value in instance.items()}
            made = converter_of(tuple(instance))({**around, **inner})
            outcomes += [o._replace(part=part) if isinstance(o, Refused) else o for o in made]
        return outcomes

    return convert


def _fields_of(keys: tuple[str, ...], column: str) -> dict[str, str]:
    """Field to the name under which an instance's value stands beside the row's own columns."""
    keys_of_instance, taken = Columns(keys, ()), dict[str, str]()
    aliases = ALIASES["instruction"]
    for field in ("answer", "input", "instruction"):
        if key := keys_of_instance.named(aliases[field], taken, _anything):
            taken[field] = key
    return {field: f"{column}.{key}" for field, key in taken.items()}


def _anything(value: Any) -> bool:
    return True
