"""Labels as codes of one token."""

from __future__ import annotations

import pytest

from curator.config import Config
from curator.errors import CuratorError
from curator.evaluate.scoring.answering import Answerer
from curator.evaluate.scoring.scorers import score
from curator.records import ClassificationRow
from curator.train import runs, session
from curator.train.models.model import load_tuned
from curator.train.models.tokenizer import load_tokenizer
from curator.train.progress import EventLog
from curator.train.rows.codes import assign
from curator.train.rows.data import read_rows
from curator.train.rows.render import Renderer
from curator.train.rows.showing import shown
from tests.tiny import CHAT, LABELS, make_tokenizer, rows_of

LED_IN = CHAT.replace("'|>' + m", "'|>' + (' so: ' if m['role'] == 'assistant' else '') + m")
"""A template that puts words of its own before an answer."""
ROW = ClassificationRow(id="1", text="my parcel", label="refund")


def test_golden_ids():
    tokenizer = make_tokenizer()
    ids, length, learned = Renderer(tokenizer, "classification", "", LABELS).render(ROW)
    assert tokenizer.decode(list(ids)) == (
        "<s><|user|>my parcel\n\nA = delivery\nB = refund\nC = praise</s>\n<|assistant|>B</s>"
    )
    assert ids[:5] == (1, 4, 82, 94, 287)
    assert ids[-5:] == (2, 204, 5, 39, 2)
    assert length == len(ids) - 2
    assert learned == "B"


def test_the_plain_layout():
    tokenizer = make_tokenizer(None)
    ids, length, _ = Renderer(tokenizer, "classification", "name the label", LABELS).render(ROW)
    assert tokenizer.decode(list(ids[:length])) == (
        "<s>name the label\n\nUser: my parcel\n\nA = delivery\nB = refund\nC = praise\n\nAssistant:\n"
    )
    assert tokenizer.decode(list(ids[length:])) == "B</s>"


@pytest.mark.parametrize("template", [CHAT, LED_IN, None])
@pytest.mark.parametrize("count", [1, 3, 26, 48])
def test_each_code_is_one_token_of_its_own_in_its_place(template, count):
    tokenizer = make_tokenizer(template)
    labels = [f"label {number}" for number in range(count)]
    renderer = Renderer(tokenizer, "classification", "", labels)
    decisive = [renderer.label_ids(label) for label in labels]
    assert len({ids[-1] for ids in decisive}) == count
    assert len({ids[:-1] for ids in decisive}) == 1
    row = ClassificationRow(id="1", text="x", label=labels[-1])
    ids, length, _ = renderer.render(row)
    assert ids[length:][: len(decisive[-1])] == decisive[-1]
    assert renderer.decode(ids[length:]) == labels[-1]


def test_two_digits_follow_the_letters_where_they_are_one_token():
    frame = {code: number for number, code in enumerate(["A", "B", *"CDEFGHIJKLMNOPQRSTUVWXYZ", "10", "12"])}

    def answer(code: str) -> tuple[int, ...]:
        return (900, frame[code], 901) if code in frame else (900, 800, 801, 901)

    found = assign([str(n) for n in range(28)], answer, lambda ids: list(frame)[ids[1]])
    assert list(found.by_label.values())[24:] == ["Y", "Z", "10", "12"]
    assert found.place == 1
    with pytest.raises(CuratorError, match="only 28 codes as one token; there are 29 labels"):
        assign([str(n) for n in range(29)], answer, lambda ids: list(frame)[ids[1]])


def test_a_tokenizer_without_letters_of_one_token_is_refused():
    with pytest.raises(CuratorError, match="does not write a letter as one token"):
        assign(LABELS, lambda code: (*code.encode(), *code.encode()), lambda ids: chr(ids[0]))


def test_a_label_that_is_not_on_the_list_is_said_to_be(tiny):
    renderer = Renderer(load_tokenizer(str(tiny)), "classification", "", LABELS)
    assert "'complaint' is none" in shown(renderer, {"text": "x", "label": "complaint"}).problem
    assert shown(renderer, {"text": "x", "label": "praise"}).learned == "C</s>"


def test_a_list_that_leaves_no_room_for_a_text_is_refused(make_run):
    run_dir = make_run(label_codes=True, max_length=20)
    with pytest.raises(CuratorError, match=r"The list of 3 labels and codes takes .* a row may have 20"):
        session.prepare(runs.load(run_dir), run_dir)


def test_only_classification_has_codes():
    assert Config(kind="classification", labels=LABELS, train={"label_codes": True}).coded_labels == LABELS
    assert Config(kind="classification", labels=LABELS).coded_labels == ()
    assert Config(kind="text", train={"label_codes": True}).coded_labels == ()


def test_a_model_learns_codes_and_answers_with_labels(make_run):
    run_dir = make_run(label_codes=True, epochs=8, learning_rate=5e-3, rows=rows_of("classification", 48))
    session.run(run_dir, False, EventLog(run_dir))
    spec = runs.load(run_dir)
    renderer = Renderer.of_run(load_tokenizer(spec.model_path), spec)
    rows = read_rows(run_dir.parent.parent / "run-export", spec.kind, "test")
    found = score(load_tuned(run_dir), renderer, rows, spec)
    assert {row.answer for row in found} <= set(LABELS)
    assert sum(row.values["correct"] for row in found) >= 5
    answer = Answerer(run_dir).answer("refund where is my parcel 7 much")
    assert answer.text == "refund"
    assert list(answer.probabilities) == list(LABELS)
    assert sum(answer.probabilities.values()) == pytest.approx(1)
