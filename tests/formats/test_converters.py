"""Whatever a row holds, it becomes something, and nothing of it vanishes without a word."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from curator.errors import CuratorError
from curator.formats.aliases import ALIASES, SHAPE_ALIASES
from curator.formats.mapping import Example, Refused, converter, resolve
from curator.formats.turns import ROLE_KEYS, ROLES, TEXT_KEYS
from curator.records import KINDS

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
speakers = st.sampled_from(["user", "human", "assistant", "gpt", "system", "tool", "narrator"]) | scalars
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
parts = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url"])}, optional={"text": st.text(max_size=5)}
)
turns = st.dictionaries(
    st.sampled_from([*ROLE_KEYS[:3], *TEXT_KEYS[:3], "name", "weight", "tool_calls"]),
    anything | st.lists(parts, max_size=2),
) | st.builds(
    lambda keys, who, text, more: {keys[0]: who, keys[1]: text, **more},
    st.sampled_from([("role", "content"), ("from", "value")]),
    speakers,
    st.text(min_size=1, max_size=5),
    st.just({}) | st.fixed_dictionaries({"name": st.text(max_size=3)}),
)  # fmt: skip
chats = st.lists(
    turns | st.text(max_size=5) | st.lists(st.text(max_size=4), min_size=2, max_size=2), max_size=5
)
instances = st.lists(
    st.dictionaries(st.sampled_from(["input", "output", "instruction", "x"]), scalars) | scalars, max_size=3
)
values = anything | chats | instances | st.builds(json.dumps, chats | instances | anything)

NAMES = sorted(
    {alias for table in (*ALIASES.values(), SHAPE_ALIASES) for names in table.values() for alias in names[:4]}
)
rows = st.dictionaries(st.sampled_from([*NAMES, "x", "y"]), values, min_size=1, max_size=6)
MAPPINGS = [
    ("text", {"text": "text"}),
    ("classification", {"text": "text", "label": "label"}),
    ("classification", {"text": "text", "label": "label", "verdict": "answer"}),
    ("classification", {"messages": "messages", "verdict": "x"}),
    ("classification", {"messages": "messages", "label": "label"}),
    ("instruction", {"instruction": "prompt", "answer": "answer", "input": "input", "history": "history"}),
    ("instruction", {"messages": "messages", "system": "system", "tools": "tools", "media": "images"}),
    ("instruction", {"messages": "messages", "answer": "answer", "verdict": "label"}),
    ("instruction", {"instruction": "prompt", "input": "input", "chosen": "chosen", "rejected": "rejected"}),
    ("instruction", {"messages": "messages", "chosen": "chosen", "rejected": "rejected"}),
    ("instruction", {"instruction": "prompt", "system": "system", "instances": "instances"}),
]  # fmt: skip
rows_of_mappings = st.dictionaries(
    st.sampled_from(sorted({"y"}.union(*(mapping.values() for _, mapping in MAPPINGS)))),
    values,
    max_size=6,
)


def leaves(value):
    """Everything that is said in a value, in the spelling of JSON for what is no text."""
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            return {value.strip()}
        return leaves(inner) if isinstance(inner, (dict, list)) else {value.strip()}
    if isinstance(value, dict):
        return set().union(*map(leaves, value.values()))
    if isinstance(value, list):
        return set().union(*map(leaves, value))
    return set() if value is None else {json.dumps(value)}


def said(outcomes):
    found = [[*made.fields.values(), *made.meta.values()] for made in outcomes if isinstance(made, Example)]
    return "\n".join(leaf for values in found for leaf in sorted(leaves(values)))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MAPPINGS), rows_of_mappings)
def test_any_row_becomes_at_least_one_example_or_is_refused_with_a_reason(found, row):
    outcomes = converter(*found)(row)
    assert outcomes
    for made in outcomes:
        assert made.fields if isinstance(made, Example) else made.reason
        if isinstance(made, Refused) and made.part is not None:
            (again,) = converter(*found)(made.part)
            assert isinstance(again, Refused)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MAPPINGS), rows_of_mappings)
def test_what_a_row_says_is_in_its_fields_or_metadata_or_noted(found, row):
    outcomes = converter(*found)(row)
    silent = all(isinstance(made, Example) and not made.notes for made in outcomes)
    if silent:
        blank = {"", "[]", "{}", "null"} | set(ROLES) | {"text"}
        missing = {leaf for leaf in leaves(row) - blank if leaf not in said(outcomes)}
        assert not missing


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KINDS), st.lists(rows, min_size=1, max_size=5))
def test_a_mapping_is_found_or_refused_in_words_and_holds_for_all_rows(kind, sample):
    columns = list(dict.fromkeys(column for row in sample for column in row))
    try:
        found = resolve(kind, columns, {}, "f", sample)
    except CuratorError as error:
        assert error.problem
        assert error.remedy
        return
    assert set(found.values()) <= set(columns)
    assert json.loads(json.dumps(found)) == resolve(kind, columns, found, "f", sample) == found
    convert = converter(kind, found)
    assert all(convert(row) for row in sample)


def deep(depth):
    value = "x"
    for _ in range(depth):
        value = [value]
    return value


def test_deeply_nested_values_pass_through():
    for kind, mapping in MAPPINGS:
        row = {column: deep(900) for column in mapping.values()}
        assert converter(kind, mapping)(row)
        try:
            resolve(kind, list(row), {}, "f", [row] * 5)
        except CuratorError as error:
            assert error.remedy
