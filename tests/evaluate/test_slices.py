"""Parts of the test: where the tuning helped and where it did harm."""

from __future__ import annotations

import pytest

from curator.config import EvaluateSettings
from curator.evaluate.scores import RowScore
from curator.evaluate.slices import slices
from curator.records import ClassificationRow, WindowRow

QUICK = EvaluateSettings(resamples=300)
LABELS = ("refund", "delivery", "rare")
ENGLISH = "please tell me where my parcel is, it should have come last week already"
RUSSIAN = "скажите пожалуйста, где моя посылка, она должна была прийти ещё на прошлой неделе"


def tickets() -> list[ClassificationRow]:
    rows = []
    for number in range(90):
        text = RUSSIAN if number % 3 == 0 else ENGLISH
        label = "rare" if number < 5 else LABELS[number % 2]
        rows.append(ClassificationRow(id=str(number), text=text + "!" * (number // 10), label=label))
    return rows


def scored(rows: list[ClassificationRow], right: list[bool]) -> list[RowScore]:
    return [
        RowScore(id=row.id, answer=row.label if hit else "rare", values={"correct": float(hit)})
        for row, hit in zip(rows, right, strict=True)
    ]


def cut(base: list[bool], tuned: list[bool], sources: dict[str, str] | None = None):
    rows = tickets()
    systems = {"base": scored(rows, base), "tuned": scored(rows, tuned)}
    return slices("classification", LABELS, rows, [row.label for row in rows], systems, QUICK, sources)


def test_a_language_that_got_worse_is_named_though_the_whole_got_better():
    russian = [number % 3 == 0 for number in range(90)]
    found = cut(base=russian, tuned=[not one for one in russian])
    worse = [(one.by, one.value) for one in found if one.worse]
    assert ("language", "Russian") in worse
    assert ("language", "English") not in worse
    by = {(one.by, one.value): one for one in found}
    assert by["language", "English"].rows == 60
    assert (by["language", "Russian"].base, by["language", "Russian"].tuned) == (1.0, 0.0)


def test_slices_of_fewer_than_ten_rows_and_of_the_whole_test_are_left_out():
    found = cut([True] * 90, [True] * 90, {str(number): "all.csv" for number in range(90)})
    assert {one.value for one in found if one.by == "label"} == {"refund", "delivery"}
    assert [one for one in found if one.by == "source"] == []


def test_the_p_of_slices_is_corrected_over_all_of_them():
    found = cut([True] * 90, [number % 2 == 0 for number in range(90)])
    assert len(found) > 3
    for one in found:
        assert one.gain.p_adjusted is not None
        assert one.gain.p <= one.gain.p_adjusted <= 1.0


def test_lengths_are_cut_into_thirds_and_equal_lengths_stay_together():
    found = [one for one in cut([True] * 90, [True] * 90) if one.by == "length"]
    assert sum(one.rows for one in found) == 90
    assert len(found) == 3
    assert [int(one.value.split()[0]) for one in found] == sorted(int(one.value.split()[0]) for one in found)


def test_sources_are_told_apart_where_they_are_known():
    sources = {str(number): "web.csv" if number < 40 else "mail.csv" for number in range(90)}
    found = {one.value: one.rows for one in cut([True] * 90, [True] * 90, sources) if one.by == "source"}
    assert found == {"mail.csv": 50, "web.csv": 40}


def test_windows_are_compared_by_bits_per_byte():
    rows = [WindowRow(id=str(number), text="word " * (number + 1)) for number in range(60)]
    systems = {
        name: [
            RowScore(id=row.id, values={"bits": bits * len(row.text), "bytes": float(len(row.text))})
            for row in rows
        ]
        for name, bits in (("base", 2.0), ("tuned", 1.5))
    }
    found = slices("text", (), rows, [""] * 60, systems, QUICK)
    assert [one.by for one in found].count("length") == 3
    assert all(
        one.gain.metric == "bits_per_byte" and one.gain.difference == pytest.approx(-0.5) for one in found
    )
