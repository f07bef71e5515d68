"""A record as the model will see it, from a process that keeps the tokenizer."""

from __future__ import annotations

from curator.tui.links.tokens import Tokens

from curator.config import checked


def test_given_and_learned_are_told_apart_and_problems_are_told():
    tokens = Tokens(checked({"kind": "classification", "labels": ["refund"]}))
    try:
        told = tokens.ask({"text": "Деньги назад", "label": "refund"})
        assert told is not None
        assert "refund" in told.learned
        assert "refund" not in told.given
        assert told.learned_tokens >= 2
        wrong = tokens.ask({"text": "x"})
        assert wrong is not None
        assert "label" in wrong.problem
    finally:
        tokens.close()


def test_a_model_that_is_not_there_is_said_not_to_be():
    tokens = Tokens(checked({"kind": "text", "model": "./nowhere"}))
    try:
        told = tokens.ask({"text": "x"})
        assert told is not None
        assert "no model" in told.problem
    finally:
        tokens.close()
