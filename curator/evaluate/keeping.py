"""The files of an evaluation: scores.parquet, a line per system and row, and metrics.json."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from curator.config import explain
from curator.errors import CuratorError, NotFound, explained
from curator.evaluate.evaluation import Evaluation, Names
from curator.evaluate.scores import METRICS, SCORES
from curator.files import write_atomically
from curator.text import digest, visible_line

_MARK = b"evaluation"
"""Where scores.parquet says which figures it belongs to; one that says nothing is taken to belong."""


def write(evaluation: Evaluation, run_dir: Path) -> None:
    """Write scores.parquet (one line per system and row) and metrics.json, each wholly or not at all.

    Raises:
        CuratorError: the disk is full, or the folder may not be written.
    """
    found = evaluation.to_json()
    text = json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False)
    write_atomically(run_dir / SCORES, _parquet(evaluation, _mark(found)), "write the scores")
    write_atomically(run_dir / METRICS, text + "\n", "write the metrics")


def load(run_dir: Path) -> Evaluation:
    """Read an evaluation back.

    Raises:
        NotFound: the run was not evaluated.
        CuratorError: the files are damaged, or are not of one evaluation.
    """
    if not (run_dir / METRICS).is_file() or not (run_dir / SCORES).is_file():
        raise NotFound(
            f"Run {run_dir.name} has no evaluation.", f"Make it with `curator evaluate {run_dir.name}`."
        )
    with explained("read the evaluation", run_dir):
        raw, table = (run_dir / METRICS).read_bytes(), (run_dir / SCORES).read_bytes()
    try:
        return _read(raw, table)
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise CuratorError(
            f"The evaluation of run {run_dir.name} is damaged: {_fault(error)}.",
            f"Make it again with `curator evaluate {run_dir.name} --again`.",
        ) from error


def _read(raw: bytes, table: bytes) -> Evaluation:
    """The evaluation that both files hold.

    Raises:
        ValueError: a file cannot be read, or they are not of one evaluation.
    """
    found = json.loads(raw)
    mark = _mark(found)
    references, scores, written = _from_parquet(table)
    if written not in (None, mark) or set(scores) != set(found["systems"]):
        raise ValueError(f"{SCORES} and {METRICS} are not of one evaluation")
    verdict = {"outcome": found.pop("outcome"), "sentence": found.pop("verdict")}
    names = {name: found.pop(name) for name in Names.model_fields}
    parts = {"names": names, "verdict": verdict, "references": references, "scores": scores}
    return Evaluation.model_validate({**found, **parts})


def _mark(found: Any) -> str:
    """Tells the figures of one evaluation from those of another, however they are laid out."""
    return digest(json.dumps(found, sort_keys=True))


def _fault(error: Exception) -> str:
    """What is wrong with the files, in one line."""
    if isinstance(error, ValidationError):
        return explain(error, Evaluation).rstrip(".")
    if isinstance(error, KeyError):
        return f"there is no {error.args[0]}"
    return visible_line(str(error), 200).rstrip(".")


def _parquet(evaluation: Evaluation, mark: str) -> bytes:
    """One line per system and row, with the mark of the figures that they belong to."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = [
        (system, row, expected)
        for system, rows in evaluation.scores.items()
        for row, expected in zip(rows, evaluation.references, strict=True)
    ]
    names = sorted({name for _, row, _ in lines for name in row.values})
    columns = {
        "system": pa.array([system for system, _, _ in lines], pa.string()),
        "id": pa.array([row.id for _, row, _ in lines], pa.string()),
        "group": pa.array([row.group for _, row, _ in lines], pa.string()),
        "answer": pa.array([row.answer for _, row, _ in lines], pa.string()),
        "reference": pa.array([expected for _, _, expected in lines], pa.string()),
        "said": pa.array([row.said for _, row, _ in lines], pa.string()),
        **{name: pa.array([row.values.get(name) for _, row, _ in lines], pa.float64()) for name in names},
        "probabilities": pa.array([list(row.probabilities) for _, row, _ in lines], pa.list_(pa.float64())),
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns).replace_schema_metadata({_MARK: mark}), stream)
    return stream.getvalue()


def _from_parquet(table: bytes) -> tuple[list[str], dict[str, list[dict[str, Any]]], str | None]:
    """The references, each system's row scores, and the mark of their figures if there is one."""
    import pyarrow.parquet as pq

    references: dict[str, list[str]] = {}
    scores: dict[str, list[dict[str, Any]]] = {}
    lines = pq.read_table(io.BytesIO(table))
    mark = (lines.schema.metadata or {}).get(_MARK)
    for line in lines.to_pylist():
        system = line.pop("system")
        references.setdefault(system, []).append(line.pop("reference"))
        row = {name: line.pop(name) for name in ("id", "group", "answer", "probabilities")}
        row["said"] = line.pop("said", "")
        values = {name: value for name, value in line.items() if value is not None}
        scores.setdefault(system, []).append({**row, "values": values})
    return references["tuned"], scores, None if mark is None else mark.decode("ascii", "replace")
