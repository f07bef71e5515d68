"""An endpoint on the test rows: told what the project tells its own model, and scored without likelihoods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from curator.evaluate.answers.agreement import agreement
from curator.evaluate.endpoint.address import Endpoint, Reply
from curator.evaluate.endpoint.asking import Progress, Question, ask_all, usage
from curator.evaluate.endpoint.kept_replies import KeptReplies
from curator.evaluate.scores import RowScore, Scored
from curator.export.shapes import conversation
from curator.records import ClassificationRow, InstructionRow, Row
from curator.text import digest, normalised
from curator.train.args import RunSpec

_LABEL_TOKENS = 64
"""Longest answer where a label is asked for."""
_SHOWN = 500
"""Letters of an answer that is no label."""
_AROUND = " \t\n.,;:!?\"'`*_()[]{}<>«»“”„’"
"""What models put around a label."""


def name_of(endpoint: Endpoint) -> str:
    """System name of an endpoint."""
    return f"endpoint:{endpoint.model}"


def answer_rows(
    endpoint: Endpoint,
    spec: RunSpec,
    rows: Sequence[Row],
    kept: KeptReplies,
    progress: Progress | None = None,
) -> Scored:
    """Ask an endpoint every test row.

    An answer that is no label, or that the endpoint refuses to give, is wrong.

    Raises:
        CuratorError: the endpoint cannot be asked.
    """
    questions = [_question(row, spec) for row in rows]
    replies = ask_all(endpoint, questions, kept, progress)
    labels = {_bare(label): label for label in spec.labels}
    scores = [_scored(row, reply, labels) for row, reply in zip(rows, replies, strict=True)]
    made = digest(endpoint.identity, *(str(question) for question in questions))
    facts = {"made_by": made, "usage": usage(endpoint, replies)}
    return Scored(scores=tuple(scores), title=endpoint.title, facts=facts)


def _question(row: Row, spec: RunSpec) -> Question:
    if not isinstance(row, ClassificationRow):
        return Question(row.id, conversation(row, spec.system), spec.evaluate.max_new_tokens)
    listed = "\n".join(f"- {label}" for label in spec.labels)
    told = f"Answer with exactly one of these labels, and nothing else:\n{listed}"
    system = f"{spec.system.strip()}\n\n{told}".strip()
    return Question(row.id, conversation(row, system), _LABEL_TOKENS)


def _scored(row: Row, reply: Reply, labels: Mapping[str, str]) -> RowScore:
    if isinstance(row, ClassificationRow):
        label = labels.get(_bare(reply.text))
        answer = reply.text[:_SHOWN] if label is None else label
        values = {"correct": float(label == row.label), "off_list": float(label is None)}
        return RowScore(id=row.id, group=row.group, answer=answer, values=values, said=reply.text[:_SHOWN])
    assert isinstance(row, InstructionRow)
    values = {**agreement(reply.text, row.answer), "cut": float(reply.cut)}
    return RowScore(id=row.id, group=row.group, answer=reply.text, values=values)


def _bare(label: str) -> str:
    """A label without what models put around it: quotes, stars, a full stop."""
    found = normalised(label)
    return found.strip(_AROUND) or found
