"""Answers keep to the declared form, or do not; a form that is none is refused at once."""

from __future__ import annotations

import json

import pytest

from curator.config import EvaluateSettings
from curator.errors import CuratorError
from curator.evaluate.answers import adherence
from curator.evaluate.answers.adherence import Form
from curator.evaluate.answers.filling import filled
from curator.evaluate.scores import RowScore

TICKET = {
    "type": "object",
    "required": ["kind", "urgent"],
    "properties": {"kind": {"$ref": "#/$defs/kind"}, "urgent": {"type": "boolean"}},
    "$defs": {"kind": {"type": "string", "pattern": "^[a-z]+$"}},
}


def declared(tmp_path, schema: object = TICKET, pattern: str = "") -> Form:
    (tmp_path / "answer.json").write_text(schema if isinstance(schema, str) else json.dumps(schema))
    form = Form.of(EvaluateSettings(answer_schema="answer.json", answer_pattern=pattern), tmp_path)
    assert form is not None
    return form


def test_without_a_declaration_there_is_no_form(tmp_path):
    assert Form.of(EvaluateSettings(), tmp_path) is None


def test_an_answer_must_be_json_of_the_schema(tmp_path):
    form = declared(tmp_path)
    assert form.kept(' {"kind": "refund", "urgent": true}\n')
    assert not form.kept('{"kind": "refund"}')
    assert not form.kept('{"kind": "Refund 1", "urgent": true}')
    assert not form.kept('```json\n{"kind": "refund", "urgent": true}\n```')
    assert not form.kept("")


def test_hostile_answers_are_not_of_the_form_and_do_no_harm(tmp_path):
    form = declared(tmp_path, True)
    assert not form.kept("[" * 100_000)
    assert not form.kept("NaN")


def test_the_whole_answer_must_match_the_expression():
    form = Form.of(EvaluateSettings(answer_pattern=r"(yes|no)\. .+"), None)
    assert form.kept(" yes. because ")
    assert not form.kept("yes")
    assert not form.kept("well, yes. because")


def test_an_expression_that_takes_for_ever_gives_up(tmp_path, monkeypatch):
    monkeypatch.setattr(adherence, "_SECONDS", 0.05)
    slow = "(a|aa|a?a)*[^a]$"
    form = Form.of(EvaluateSettings(answer_pattern=slow), tmp_path)
    assert not form.kept("a" * 5_000)
    assert not declared(tmp_path, {"pattern": slow}).kept(json.dumps("a" * 5_000))


def test_members_are_told_by_expressions_too(tmp_path, monkeypatch):
    whole = {"patternProperties": {"^n_": {"type": "number"}}, "properties": {"id": {}}}
    closed = declared(tmp_path, {**whole, "additionalProperties": False})
    assert closed.kept('{"n_1": 1, "id": "x"}')
    assert not closed.kept('{"n_1": "one"}')
    assert not closed.kept('{"other": 1}')
    typed = declared(tmp_path, {**whole, "additionalProperties": {"type": "string"}})
    assert typed.kept('{"other": "text"}')
    assert not typed.kept('{"other": 1}')
    monkeypatch.setattr(adherence, "_SECONDS", 0.05)
    slow = declared(
        tmp_path, {"patternProperties": {"(a|aa|a?a)*[^a]$": True}, "additionalProperties": False}
    )
    assert not slow.kept(json.dumps({"a" * 5_000: 1}))


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ("{", "is not JSON"),
        ('"text"', "is no JSON Schema"),
        ({"type": "nonsense"}, "is no JSON Schema"),
        ({"$ref": "#/$defs/gone"}, "refers to #/\\$defs/gone"),
        ({"$ref": "https://example.org/schema.json"}, "which is not in the file"),
        ({"items": {"pattern": "("}}, "is not a 'regex'"),
    ],
)
def test_a_schema_that_is_none_is_refused(tmp_path, schema, problem):
    with pytest.raises(CuratorError, match=problem):
        declared(tmp_path, schema)


def test_a_missing_schema_and_a_broken_expression_are_refused(tmp_path):
    with pytest.raises(CuratorError, match=r"nowhere\.json"):
        Form.of(EvaluateSettings(answer_schema="nowhere.json"), tmp_path)
    with pytest.raises(CuratorError, match=r"evaluate\.answer_pattern: '\(' is no regular expression"):
        Form.of(EvaluateSettings(answer_pattern="("), tmp_path)


def test_every_system_is_told_whether_its_answers_keep_the_form(tmp_path):
    scores = {
        "base": [RowScore(id="1", answer="yes", values={}), RowScore(id="2", answer="so so", values={})]
    }
    form = Form.of(EvaluateSettings(answer_pattern="yes|no"), tmp_path)
    assert [row.values["valid"] for row in filled(scores, ["no", "no"], form)["base"]] == [1.0, 0.0]
