"""Figures that follow from what was answered, for every system by the same rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from curator.evaluate.answers.adherence import Form
from curator.evaluate.answers.agreement import agreement
from curator.evaluate.scores import RowScore


def filled(
    systems: Mapping[str, Sequence[RowScore]], references: Sequence[str], form: Form | None
) -> dict[str, Sequence[RowScore]]:
    """Row scores of instruction systems with every figure of their answers that they lack.

    `valid` is there where a form is declared.
    """
    return {
        name: [_filled(score, reference, form) for score, reference in zip(scores, references, strict=True)]
        for name, scores in systems.items()
    }


def _filled(score: RowScore, reference: str, form: Form | None) -> RowScore:
    more = agreement(score.answer, reference, known=score.values)
    if form is not None:
        more["valid"] = float(form.kept(score.answer))
    return score.model_copy(update={"values": {**score.values, **more}})
