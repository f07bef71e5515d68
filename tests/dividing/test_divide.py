"""Who comes into which split, over the life of a project."""

from __future__ import annotations

import json
import random

import pytest

from curator.errors import CuratorError
from curator.importing import Options
from curator.text import plural
from tests.findings import checked


def sentence(number, words=20):
    """The same sentence for the same number; two of them have nothing in common."""
    return " ".join(f"w{number}x{i}" for i in range(words))


def nearly(text, place=0):
    """The text with one more word, which is near to it."""
    words = text.split()
    return " ".join([*words[:place], "besides", *words[place:]])


def add(project, rows, tmp_path):
    path = tmp_path / f"more-{random.random()}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    project.import_files([str(path)], Options(), lambda *_: None)


def sides(project):
    return {record.id: record.split for record in project.records()}


@pytest.fixture
def messages(make_project):
    rows = [{"text": f"message {i}", "label": f"l{i % 2}", "customer": f"c{i // 4}"} for i in range(60)]
    project = make_project(rows)
    project.split()
    return project


def test_a_record_keeps_its_side_while_it_cannot_be_used(messages):
    before = sides(messages)
    held_out = messages.ids("split:test")
    messages.editor.set_status(held_out, "flagged")
    assert messages.split().changed == 0
    messages.editor.set_status(held_out, "accepted")
    assert messages.split().changed == 0
    assert sides(messages) == before


def test_near_duplicates_of_the_input_stay_together(make_project):
    texts = [sentence(i, 30) for i in range(40)]
    rows = [{"text": text, "label": "a"} for text in [*texts, *(nearly(t, 5) for t in texts)]]
    project = make_project(rows)
    report = project.split()
    found = sides(project)
    assert all(found[i] == found[i + 40] for i in range(1, 41))
    assert (report.near_pairs, report.clusters, report.leaks) == (40, 40, 0)
    assert {"train", "test"} <= set(found.values())


def test_near_duplicates_of_question_and_answer_together_stay_together(make_project):
    rows = [
        {"instruction": f"{ask} {i} please", "output": sentence(i, 40)}
        for i in range(30)
        for ask in ("Say", "Tell")
    ]
    project = make_project(rows, kind="instruction")
    assert project.split().near_pairs == 30
    found = sides(project)
    assert all(found[i] == found[i + 1] for i in range(1, 61, 2))


def test_near_duplicates_can_be_left_alone(make_project):
    texts = [sentence(i) for i in range(40)]
    rows = [{"text": text, "label": "a"} for text in [*texts, *(nearly(t) for t in texts)]]
    project = make_project(rows, split={"near_duplicates": 0})
    report = project.split()
    found = sides(project)
    assert any(found[i] != found[i + 40] for i in range(1, 41))
    assert (report.near_pairs, report.clusters) == (0, 0)


def test_a_new_record_near_two_sides_is_held_back_and_is_no_leak(make_project, tmp_path):
    half, other = sentence(1, 30), sentence(2, 30)
    # Both are as near to the joined text as may be, but far from each other.
    joined = f"{half} {other}"
    first, second = " ".join(joined.split()[:52]), " ".join(joined.split()[8:])
    rows = [{"text": text, "label": "a"} for text in (first, second, *(sentence(i) for i in range(10, 40)))]
    project = make_project(rows)
    project.editor.assign_splits({1: "train", 2: "test"})
    add(project, [{"text": joined, "label": "a"}], tmp_path)
    report = project.split()
    assert sides(project)[33] is None
    assert (report.held_back, report.leaks) == ({"would leak": 1}, 0)
    assert checked(project, "split-leak") == []


def test_a_frozen_test_set_stays_whatever_is_asked(messages):
    messages.split(freeze=True)
    held_out = messages.ids("split:test")
    messages.change_settings({"split.seed": 9})
    messages.split(fresh=True)
    assert messages.ids("split:test") == held_out


def test_what_is_near_a_frozen_test_set_is_held_back(make_project, tmp_path):
    rows = [{"text": sentence(i, 30), "label": "a"} for i in range(40)]
    project = make_project(rows)
    project.split(freeze=True)
    frozen = project.ids("split:test")
    copies = [{"text": nearly(project.record(i).fields["text"], 10), "label": "a"} for i in frozen]
    add(project, [*copies, *({"text": sentence(i), "label": "a"} for i in range(50, 60))], tmp_path)
    report = project.split()
    assert project.ids("split:test") == frozen
    assert report.held_back == {"near the frozen test set": len(copies)}
    assert len(project.ids("split:none")) == len(copies)


def test_undoing_the_split_ends_the_freeze(make_project, tmp_path):
    project = make_project([{"text": f"m {i}", "label": "a"} for i in range(30)])
    project.split(freeze=True)
    project.editor.undo()
    assert checked(project, "frozen-test") == []
    assert project.split().counts["test"] == 6
    add(project, [{"text": f"n {i}", "label": "a"} for i in range(30)], tmp_path)
    assert project.split().counts["test"] == 12
    assert checked(project, "frozen-test") == []


def test_there_must_be_a_test_set_to_freeze(make_project):
    with pytest.raises(CuratorError, match="no test set to freeze"):
        make_project().split(freeze=True)


def test_a_group_that_comes_late_is_reported_as_a_leak_until_a_fresh_split(messages):
    messages.change_settings({"split.group": "customer"})
    assert messages.split().leaks > 0
    assert len(checked(messages, "split-leak")) > 0
    assert messages.split(fresh=True).leaks == 0
    assert len(checked(messages, "split-leak")) == 0


@pytest.mark.parametrize("option", ["group", "date"])
def test_a_column_that_does_not_exist_is_named(messages, option):
    messages.change_settings({f"split.{option}": "custmer"})
    with pytest.raises(CuratorError) as caught:
        messages.split()
    assert "Did you mean customer?" in caught.value.remedy


def test_a_rare_label_is_learned_and_the_deviation_told(make_project):
    rows = [{"text": f"m{i} n{i}", "label": f"l{i % 2}"} for i in range(40)]
    rows += [{"text": f"r{i} s{i} t", "label": "rare", "author": "one"} for i in range(9)]
    project = make_project(rows, split={"group": "author"})
    report = project.split()
    assert report.labels["rare"] == {"train": 9}
    assert (report.deviation[0].label, report.deviation[0].side, report.deviation[0].got) == (
        "rare",
        "train",
        1.0,
    )
    assert report.ungrouped == 40


@pytest.fixture
def letters(make_project):
    rows = [
        {"text": sentence(i), "label": "a", "sent": f"{1 + i % 28:02}.{1 + i // 28:02}.2021"}
        for i in range(100)
    ]
    return make_project(rows, split={"date": "sent"})


def test_the_newest_are_held_out(letters):
    report = letters.split()
    assert letters.ids("split:test") == list(range(81, 101))
    assert report.periods["train"] == ("2021-01-01", "2021-03-14")
    assert report.periods["test"] == ("2021-03-25", "2021-04-16")


def test_records_that_come_later_go_to_their_period(letters, tmp_path):
    letters.split()
    before = sides(letters)
    late = {"text": sentence(200), "label": "a", "sent": "2022-01-01"}
    early = {"text": sentence(201), "label": "a", "sent": "2021-02-02T10:00:00Z"}
    add(letters, [late, early], tmp_path)
    letters.split()
    assert sides(letters) == {**before, 101: "test", 102: "train"}


def test_later_records_stay_out_of_a_frozen_test_set(letters, tmp_path):
    letters.split(freeze=True)
    add(letters, [{"text": sentence(200), "label": "a", "sent": "2022-01-01"}], tmp_path)
    report = letters.split()
    assert report.held_back == {"newer than the test set": 1}
    assert report.changed == 0


def test_records_without_a_date_are_named_and_nothing_is_changed(letters, tmp_path):
    rows = [{"text": sentence(300 + i), "label": "a", "sent": "\x1b[31msoon"} for i in range(6)]
    add(letters, [*rows, {"text": sentence(400), "label": "a"}], tmp_path)
    with pytest.raises(CuratorError) as caught:
        letters.split()
    assert caught.value.problem.startswith(
        f"{plural(7, 'record')} without a date in 'sent': record 101 (more-"
    )
    assert "\x1b" not in caught.value.problem
    assert set(sides(letters).values()) == {None}
    letters.editor.set_status([*range(101, 108)], "rejected")
    assert letters.split().counts["test"] == 20


@pytest.mark.parametrize("count", [3, 8])
def test_documents_are_dealt_out_or_cut_inside_once_and_for_all(make_project, tmp_path, count):
    project = make_project(kind="text")

    def write(numbers):
        for i in numbers:
            (tmp_path / f"doc{i}.txt").write_text(" ".join(f"d{i}w{j}" for j in range(400)))
        project.import_files([str(tmp_path / f"doc{i}.txt") for i in numbers], Options(), lambda *_: None)

    write(range(count))
    project.split(freeze=True)
    before = sides(project)
    write(range(count, count + 9))
    project.split()
    assert {i: side for i, side in sides(project).items() if i in before} == before
    assert {side for i, side in sides(project).items() if i not in before} <= {"train", "validation"}
    project.editor.set_status(list(before)[:-1], "rejected")
    project.split()
    assert {i: side for i, side in sides(project).items() if i in before} == before
    assert ("blocks" in sides(project).values()) is (count == 3)


def test_near_duplicate_documents_go_to_one_side(make_project):
    documents = [sentence(i, 300) for i in range(20)]
    project = make_project(
        [{"text": text} for text in [*documents, *(nearly(t, 100) for t in documents)]], "text"
    )
    project.split()
    found = sides(project)
    assert all(found[i] == found[i + 20] for i in range(1, 21))


def test_of_near_duplicate_documents_only_one_is_cut_inside(make_project):
    documents = [sentence(i, 900) for i in range(3)]
    rows = [{"text": text} for text in [*documents, documents[0], " ".join(documents[1].split()[150:])]]
    project = make_project(rows, "text")
    report = project.split()
    found = sides(project)
    assert found[1] == found[4] == "blocks"
    assert sorted([found[2] or "", found[5] or ""]) == ["", "blocks"]
    assert report.held_back == {"would leak": 1}
    files = project.export().path
    words = {side: set() for side in ("train", "validation", "test")}
    for side, own in words.items():
        for line in (files / f"{side}.jsonl").read_text(encoding="utf-8").splitlines():
            own.update(json.loads(line)["text"].split())
    assert not words["train"] & words["test"]
    assert not words["validation"] & words["test"]
    assert not words["train"] & words["validation"]


def test_inputs_that_differ_in_the_place_of_white_space_alone_stay_together(make_project):
    texts = ["Да", "  Д а", "да", "Д  а"] + [sentence(i, 6) for i in range(30)]
    project = make_project([{"text": text, "label": "ab"[i % 2]} for i, text in enumerate(texts)])
    project.split()
    assert len({record.split for record in project.records()[:4]}) == 1
    assert checked(project, "split-leak") == []
