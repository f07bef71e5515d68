"""What the project's tokenizer and template make of a record."""

from __future__ import annotations

import pytest

from curator.records import InstructionRow
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.render import Renderer
from curator.train.runs import resolve_model
from tests.findings import checked


def test_a_row_over_the_limit_tells_what_a_trainer_that_cuts_would_lose(make_project):
    prompt, answer = "word " * 60, "Because it is so."
    rows = [{"instruction": prompt, "answer": answer}, {"instruction": "Why?", "answer": answer}]
    project = make_project(rows, "instruction", train={"max_length": 40})
    rendered = Renderer(load_tokenizer(resolve_model("bundled")), "instruction", "").render(
        InstructionRow(id="1", instruction=prompt, answer=answer)
    )
    learned = len(rendered.ids) - rendered.prompt_length
    (finding,) = checked(project, "over-length")
    assert finding.record_id == 1
    assert finding.score == len(rendered.ids) - 40
    assert f"{len(rendered.ids):,} tokens" in finding.message
    assert f"lose all {learned} tokens of its answer" in finding.message


def test_a_longer_limit_looks_again(make_project):
    project = make_project([{"text": "word " * 60, "label": "a"}], labels=["a"], train={"max_length": 40})
    assert len(checked(project, "over-length")) == 1
    project.change_settings({"train.max_length": 500})
    assert checked(project, "over-length") == []


def test_scripts_that_the_vocabulary_lacks_are_told(make_project):
    rows = [{"text": text, "label": "a"} for text in ("Hello there, my friend.", "ສະບາຍດີ ຂ້ອຍສະບາຍດີ ຂອບໃຈ")]
    (finding,) = checked(make_project(rows, labels=["a"]), "unknown-tokens")
    assert finding.record_id == 2
    assert finding.score > 0.5


def test_answers_of_odd_length_are_told(make_project):
    rows = [
        {"instruction": f"Question {n}?", "answer": f"The answer to it is number {n}."} for n in range(40)
    ]
    rows.append({"instruction": "Question?", "answer": "Because of many words. " * 100})
    assert [f.record_id for f in checked(make_project(rows, "instruction"), "answer-length")] == [41]


@pytest.mark.parametrize("check_id", ["over-length", "nothing-to-learn"])
def test_a_model_that_is_not_there_leaves_its_checks_out_and_says_why(make_project, check_id):
    project = make_project([{"text": "x", "label": "a"}], labels=["a"], model="no/such-model")
    reports = {report.id: report for report in project.check()}
    assert "no/such-model" in reports[check_id].skipped
    assert reports["few-records"].count == 1


def test_quick_leaves_out_what_loads_a_model(tickets):
    ids = {report.id for report in tickets.check(quick=True)}
    assert ids.isdisjoint({"over-length", "unknown-tokens", "label-error", "outlier"})
    assert "mojibake" in ids
