"""Test records that share a long run of words with what the model learns from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from curator.checks.base import Check, Context
from curator.records import input_text, target_text
from curator.store.findings import Finding

COMMON = 10
"""An instruction that more records than this give word for word is a form, and no answer given away."""
_FORMS = ("system", "instruction")
"""The fields in which a form can stand."""


class _Placed(NamedTuple):
    """What is looked at of a record; whole records of a large test set would take too much room."""

    id: int
    split: str | None
    fields: Mapping[str, Any]


def _find_contaminated(context: Context) -> Iterator[Finding]:
    from curator.contamination import RUN, overlaps

    forms: Counter[int] = Counter()
    held_out: list[_Placed] = []
    for record in context.records():
        if context.kind == "instruction":
            forms.update(hash(str(record.fields.get(name))) for name in _FORMS)
        if record.split in ("test", "blocks"):
            held_out.append(_Placed(record.id, record.split, record.fields))
    asked = [_parts(context, record, forms).get("test", "") for record in held_out]
    learned_from: list[int] = []
    for overlap in overlaps(asked, _learned(context, forms, learned_from)):
        other = learned_from[overlap.train]
        yield Finding(
            check_id=CONTAMINATED.id,
            record_id=held_out[overlap.held_out].id,
            severity=CONTAMINATED.severity,
            message=f"shares {RUN} words in a row with record {other} in train",
            related=other,
        )


def _learned(context: Context, forms: Counter[int], ids: list[int]) -> Iterator[str]:
    """The texts of train, one after the other; `ids` takes the records that they are from."""
    for record in context.records():
        if text := _parts(context, _Placed(record.id, record.split, record.fields), forms).get("train"):
            ids.append(record.id)
            yield text


def _parts(context: Context, record: _Placed, forms: Counter[int]) -> Mapping[str, str]:
    """What a record brings to each side: to test its input, to train its input and target."""
    if record.split == "blocks":
        return context.parts(str(record.fields.get("text", "")))
    if record.split not in ("train", "test"):
        return {}
    asked = input_text(context.kind, _without_forms(record.fields, forms))
    given = target_text(context.kind, record.fields) if record.split == "train" else ""
    return {record.split: f"{asked}\n{given}"}


def _without_forms(fields: Mapping[str, Any], forms: Counter[int]) -> dict[str, Any]:
    return {
        name: value
        for name, value in fields.items()
        if name not in _FORMS or forms[hash(str(value))] <= COMMON
    }


CONTAMINATED = Check(
    id="contaminated",
    title="Test input with 13 words in a row that train has too",
    harm="Part of the test was learned by heart; a citation both sides share does less harm than a copied answer.",
    severity="warning",
    find=_find_contaminated,
)

CHECKS = (CONTAMINATED,)
