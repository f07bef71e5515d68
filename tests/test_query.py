"""The query language, and that it finds what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.errors import CuratorError
from curator.query import Term, parse


def test_reads_every_form_of_the_contract():
    query = parse(
        'status:accepted label:refund split:test issue:near source:tickets.csv "free text" -negated len>400'
    )
    assert [(term.key, term.values, term.negated) for term in query.terms] == [
        ("status", ("accepted",), False),
        ("label", ("refund",), False),
        ("split", ("test",), False),
        ("issue", ("near",), False),
        ("source", ("tickets.csv",), False),
        ("text", ("free text",), False),
        ("text", ("negated",), True),
        ("len", ("400",), False),
    ]
    assert query.terms[-1].operator == ">"


def test_commas_mean_any_of_but_not_inside_quotes():
    assert parse("label:a,b").terms[0].values == ("a", "b")
    assert parse('label:"a,b"').terms[0].values == ("a,b",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("lable:x", "there is no key 'lable'"),
        ("len>many", "len needs a number"),
        ('"open', "character 1"),
        ("status>new", "cannot be compared"),
        ("http://example.com", "there is no key 'http'"),
    ],
)
def test_a_mistake_is_named(text, problem):
    with pytest.raises(CuratorError, match=problem):
        parse(text)


def test_a_mistyped_key_gets_its_nearest_kin():
    with pytest.raises(CuratorError) as caught:
        parse("lable:x")
    assert "Did you mean label?" in caught.value.remedy


@given(st.text(min_size=1).filter(lambda text: text.strip()))
def test_any_text_in_quotes_is_searched_literally(text):
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert parse(quoted).terms == (Term(key="text", values=(text,)),)


@given(st.text())
def test_never_fails_with_anything_but_a_clear_error(text):
    try:
        parse(text)
    except CuratorError as error:
        assert error.problem


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("label:refund", [3, 4]),
        ("label:refund,praise -id:3", [4, 5, 6]),
        ("СПАСИБО", [6]),
        ('"money back"', [3]),
        ("len>=33", [4, 6, 5]),
        ("parcel -never", [1]),
        ("status:accepted", []),
        ("split:none", [1, 2, 3, 4, 5, 6]),
        ("line<=2", [1, 2]),
    ],
)
def test_finds_the_records_it_describes(tickets, query, expected):
    found = tickets.ids(query)
    if query.startswith("len"):
        assert found == [r.id for r in tickets.records() if sum(map(len, r.fields.values())) >= 33]
    else:
        assert found == expected


def test_an_unknown_status_or_split_is_an_error(tickets):
    with pytest.raises(CuratorError, match="no status 'acepted'"):
        tickets.ids("status:acepted")


@pytest.mark.parametrize("text", ["label:,", "id:99999999999999999999"])
def test_values_that_cannot_be_are_refused(text):
    with pytest.raises(CuratorError):
        parse(text)


def test_thousands_of_ids_are_one_condition(tickets):
    assert tickets.ids("id:" + ",".join(str(i) for i in range(1, 5000))) == [1, 2, 3, 4, 5, 6]


def test_none_in_quotes_is_a_label(make_project):
    project = make_project([{"text": "a", "label": "none"}, {"text": "b"}], labels=["none"])
    assert project.ids('label:"none"') == [1]
    assert project.ids("label:none") == [2]
