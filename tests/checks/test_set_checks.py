"""Checks that compare records with each other, or look at the set as a whole."""

from __future__ import annotations

import pytest

from tests.findings import checked, counted

LONG = "since you replaced the cabinet at the corner our connection drops every evening between eight and {}"
RUSSIAN = (
    "после замены шкафа на углу связь пропадает, роутер мигает красным, и так каждый вечер с восьми до {}"
)
CHINESE = "自从你们更换了街角的机柜以后，我们的网络连接每天晚上八点到{}点之间都会断开，路由器亮红灯"


def labelled(*rows: tuple[str, str]) -> list[dict[str, object]]:
    return [{"text": text, "label": label} for text, label in rows]


def asked(*rows: tuple[str, str]) -> list[dict[str, object]]:
    return [{"instruction": prompt, "answer": answer} for prompt, answer in rows]


@pytest.mark.parametrize("text", [LONG, RUSSIAN, CHINESE])
def test_near_duplicates_name_the_earlier_record_and_how_near_it_is(make_project, text):
    project = make_project(
        labelled((text.format("ten"), "a"), ("x", "a"), (text.format("nine"), "a")), labels=["a"]
    )
    (finding,) = checked(project, "near-duplicate")
    assert (finding.record_id, finding.related) == (3, 1)
    assert 0.8 <= finding.score < 1


def test_an_exact_copy_is_no_near_duplicate(make_project):
    rows = labelled((LONG.format("ten"), "a"), (LONG.format("ten").upper(), "a"))
    assert {k: v for k, v in counted(make_project(rows, labels=["a"])).items() if "duplicate" in k} == {
        "exact-duplicate": 1, "near-duplicate": 0, "conflicting-near-duplicate": 0,
    }  # fmt: skip


def test_near_texts_under_two_labels_are_a_conflict(make_project):
    rows = labelled((LONG.format("ten"), "a"), (LONG.format("nine"), "b"))
    project = make_project(rows, labels=["a", "b"])
    assert [(f.record_id, f.related) for f in checked(project, "conflicting-near-duplicate")] == [(2, 1)]
    assert checked(project, "near-duplicate") == []


def test_rejected_records_are_near_to_nothing(make_project):
    project = make_project(labelled((LONG.format("ten"), "a"), (LONG.format("nine"), "a")), labels=["a"])
    project.editor.set_status([1], "rejected")
    assert checked(project, "near-duplicate") == []


def test_a_prompt_with_two_answers_is_worth_a_look(make_project):
    rows = asked(("Capital?", "Paris"), ("capital? ", "Lyon"), ("Capital?", "paris"))
    assert [
        (f.record_id, f.severity) for f in checked(make_project(rows, "instruction"), "several-answers")
    ] == [(2, "info")]


def test_an_answer_that_is_missing_for_one_of_many_is_told(make_project):
    rows = [
        *asked(("Capital?", "Paris"), ("Other?", "Yes")),
        {"instruction": "capital?"},
        {"instruction": "New?"},
    ]
    assert [
        (f.record_id, f.related) for f in checked(make_project(rows, "instruction"), "answer-missing")
    ] == [(3, 1)]


def test_labels_are_counted_against_the_list(make_project):
    rows = labelled(*((f"text number {n}", "many") for n in range(60)), ("only one", "few"))
    project = make_project(rows, labels=["many", "few", "never"])
    assert [f.message for f in checked(project, "rare-label")] == [
        "'few' has 1 record; 10 are the least to learn and test it"
    ]
    assert [f.message for f in checked(project, "unused-label")] == ["'never' has no record"]
    assert [f.score for f in checked(project, "imbalance")] == [60.0]
    assert all(f.record_id is None for f in checked(project, "rare-label", "unused-label", "imbalance"))


def test_a_label_on_one_side_of_the_split_is_told(make_project):
    rows = labelled(*((f"text {n}", "ab"[n % 2]) for n in range(12)), ("odd", "c"))
    project = make_project(rows, labels=["a", "b", "c"])
    assert checked(project, "one-sided-label") == []
    project.editor.assign_splits({n + 1: "test" if n < 4 else "train" for n in range(13)})
    assert [f.message for f in checked(project, "one-sided-label")] == [
        "'c' has no record in test: it is never tested"
    ]


def test_a_small_set_is_told_what_it_risks(make_project):
    (finding,) = checked(make_project(labelled(("x", "a")), labels=["a"]), "few-records")
    assert "tasks usually take 500 to 1,000" in finding.message
    project = make_project(
        labelled(*((f"t{n}", "a") for n in range(6))), labels=["a"], checks={"few_records": 5}
    )
    assert checked(project, "few-records") == []


def test_lengths_far_from_the_usual_are_told(make_project):
    usual = [f"this is message number {n} about something quite ordinary" for n in range(40)]
    project = make_project(labelled(*((t, "a") for t in (*usual, "ok", "word " * 400))), labels=["a"])
    found = {f.record_id: f.message for f in checked(project, "length")}
    assert found == {
        41: "very short: 2 characters where 56 are usual",
        42: "very long: 2,000 characters where 56 are usual",
    }


def test_line_breaks_are_odd_only_among_single_lines(make_project):
    lines = [(f"one line number {n}", "a") for n in range(20)]
    project = make_project(labelled(*lines, ("broken\r\n in two", "a")), labels=["a"])
    (finding,) = checked(project, "line-breaks")
    assert (finding.record_id, finding.start, finding.end) == (21, 6, 9)
    project.fixer(["line-breaks"]).apply(project.editor, None)
    assert project.record(21).fields["text"] == "broken in two"
    poems = make_project(labelled(*((f"two\nlines {n}", "a") for n in range(20))), labels=["a"])
    assert checked(poems, "line-breaks") == []


def test_numbers_become_text_and_slips_become_labels(make_project):
    rows = [
        {"text": 48213077, "label": "billing"},
        *labelled(("x", " Billing "), ("y", "biling"), ("z", "other")),
    ]
    project = make_project(rows, labels=["billing", "outage"])
    fixer = project.fixer(["wrong-type", "unknown-label"])
    assert fixer.apply(project.editor, None) == 3
    assert project.record(1).fields["text"] == "48213077"
    assert [r.fields["label"] for r in project.records()] == ["billing", "billing", "billing", "other"]


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("невиновен", "виновен"),
        ("inactive", "active"),
        ("dissatisfied", "satisfied"),
        ("class_10", "class_1"),
        ("2021-05", "2021-04"),
        ("amoral", "moral"),
        ("clause", "cause"),
    ],
)
def test_another_word_is_no_slip(make_project, typed, listed):
    project = make_project(labelled(("x", typed)), labels=[listed, "something else"])
    assert list(project.fixer(["unknown-label"]).preview(None)) == []


@pytest.mark.parametrize("typed", ["biling", "BILLING", " billing", "bililng"])
def test_slips_of_case_space_and_letters_are(make_project, typed):
    project = make_project(labelled(("x", typed)), labels=["billing", "outage"])
    assert [repair.after["label"] for repair in project.fixer(["unknown-label"]).preview(None)] == ["billing"]


def test_a_slip_that_could_be_two_labels_is_left_to_people(make_project):
    project = make_project(labelled(("x", "biling")), labels=["billing", "bilingg"])
    assert list(project.fixer(["unknown-label"]).preview(None)) == []
