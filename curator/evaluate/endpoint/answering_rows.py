"""An endpoint on the test rows: told what the project tells its own model, and scored without likelihoods."""

from __future__ import annotations

from collections.abc import Sequence

from curator.evaluate.answers.agreement import agreement
from curator.evaluate.endpoint.address import Endpoint, Reply
from curator.evaluate.endpoint.asking import Progress, Question, ask_all, ask_for_words, usage
from curator.evaluate.endpoint.client import Turns
from curator.evaluate.endpoint.kept_replies import KeptReplies
from curator.evaluate.endpoint.reading_labels import LabelReader
from curator.evaluate.scores import RowScore, Scored
from curator.export.shapes import conversation
from curator.records import ClassificationRow, InstructionRow, Row
from curator.text import digest
from curator.train.args import RunSpec

_SHOWN = 500
"""Letters of an answer that is no label."""


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
    turns = [(row.id, _turns(row, spec)) for row in rows]
    if spec.kind == "classification":
        replies, taken = ask_for_words(endpoint, turns, kept, progress)
    else:
        questions = [Question(*asked, spec.evaluate.max_new_tokens) for asked in turns]
        replies = ask_all(endpoint, questions, kept, progress)
        taken = usage(endpoint, [*zip(questions, replies, strict=True)])
    read = LabelReader(spec.labels)
    scores = [_scored(row, reply, read) for row, reply in zip(rows, replies, strict=True)]
    made = digest(endpoint.identity, *(str(asked) for asked in turns))
    return Scored(scores=tuple(scores), title=endpoint.title, facts={"made_by": made, "usage": taken})


def _turns(row: Row, spec: RunSpec) -> Turns:
    if not isinstance(row, ClassificationRow):
        return conversation(row, spec.system)
    listed = "\n".join(f"- {label}" for label in spec.labels)
    told = f"Answer with exactly one of these labels, and nothing else:\n{listed}"
    return conversation(row, f"{spec.system.strip()}\n\n{told}".strip())


def _scored(row: Row, reply: Reply, read: LabelReader) -> RowScore:
    if isinstance(row, ClassificationRow):
        label = read(reply.text)
        answer = reply.text[:_SHOWN] if label is None else label
        values = {
            "correct": float(label == row.label),
            "off_list": float(label is None),
            "cut": float(reply.cut),
        }
        return RowScore(id=row.id, group=row.group, answer=answer, values=values, said=reply.text[:_SHOWN])
    assert isinstance(row, InstructionRow)
    values = {**agreement(reply.text, row.answer), "cut": float(reply.cut)}
    return RowScore(id=row.id, group=row.group, answer=reply.text, values=values)
