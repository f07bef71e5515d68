"""The number that an answer comes to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from curator.evaluate.answers.agreement import agreement
from curator.evaluate.answers.numbers import final_number, last_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3 + 4 = 7 apples.\n#### 1,234", "1234"),
        (r"so it is \boxed{-5}.", "-5"),
        ("x = 3,5", "3.5"),
        ("1 234,56 руб.", "1234.56"),
        ("1\u202f234 €", "1234"),
        ("2.000,50", "2000.50"),
        ("about .5", "0.5"),
        ("between 10-12", "12"),
        ("−7 °C", "-7"),
        ("12.", "12"),
        ("in 2019 100 people", "100"),
    ],
)
def test_numbers_as_people_write_them(text, number):
    assert final_number(text) == Decimal(number)


def test_a_reference_ends_in_its_number_or_has_none():
    assert final_number("It took 3 days.\nThen it was over.") is None
    assert final_number("After 30 days the claim lapses and the owner may sell.") is None
    assert final_number("The room has 12 square metres.") == 12
    assert last_number("It took 3 days.\nThen it was over.") == 3
    assert final_number("none at all") is None
    assert final_number("9" * 500) is None


def test_numbers_are_equal_by_value():
    assert agreement("I think it is 42.0", "#### 42")["numeric_match"] == 1.0
    assert agreement("I think it is 41", "#### 42")["numeric_match"] == 0.0
    assert agreement("no idea", "#### 42")["numeric_match"] == 0.0
    assert "numeric_match" not in agreement("42", "forty-two")
