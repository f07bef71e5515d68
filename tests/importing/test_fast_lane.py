"""The quick way through an import gives what the general way gives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from curator.formats import mapping
from curator.formats.outcomes import Example
from curator.importing.fast_lane import lane
from curator.records import field_names
from curator.store.intake import prepared
from curator.store.original import Told, is_told
from curator.validation import is_sound

TEXTS = st.text(max_size=12) | st.sampled_from(["", " ", "Plain text.", "два слова", "a\ud800b", "a  b\n"])
VALUES = TEXTS | st.none() | st.integers() | st.lists(TEXTS, max_size=2)
COLUMNS = ("a", "b", "c", "d")


@st.composite
def cases(draw):
    kind = draw(st.sampled_from(["instruction", "classification", "text"]))
    fields = draw(st.lists(st.sampled_from(field_names(kind)), unique=True, max_size=4))
    columns = draw(st.permutations(COLUMNS))
    names = draw(st.lists(st.sampled_from(COLUMNS), unique=True))
    values = {name: draw(TEXTS if draw(st.booleans()) else VALUES) for name in names}
    return kind, dict(zip(fields, columns, strict=False)), values


@settings(max_examples=500)
@given(cases())
def test_both_ways_make_the_same_record(case):
    kind, columns, values = case
    quick = lane(kind, columns, 1, 2)
    record = quick(3, values) if quick else None
    if record is None:
        return
    (example,) = mapping.converter(kind, columns)(values)
    assert isinstance(example, Example)
    assert is_told(Told(COLUMNS, columns), values, example.fields, example.meta)
    assert is_sound(kind, example.fields)
    assert record == prepared(kind, 1, 2, 3, example.fields, example.meta, None)


def test_ordinary_rows_take_it():
    quick = lane("instruction", {"instruction": "q", "answer": "a", "input": "i"}, 1, 1)
    assert quick
    assert quick(1, {"q": "How?", "i": "", "a": "Так.", "id": 7})
    assert not quick(1, {"q": "How?", "i": "", "a": None})
    assert lane("instruction", {"messages": "m"}, 1, 1) is None
