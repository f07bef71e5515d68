"""Runs as the trainer and the scorer leave them, written through the core's own models."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from curator.config import Config, EvaluateSettings, TrainSettings
from curator.evaluate import evaluation, keeping
from curator.evaluate.scores import RowScore
from curator.files import write_atomically
from curator.project import Project
from curator.records import Kind, Row
from curator.train import runs
from curator.train.args import ADAPTER, RESULT, Quality, RunResult, RunSpec
from curator.train.progress import EventLog
from curator.train.rows.data import read_rows

QUICK = EvaluateSettings(resamples=200)


def begin(project: Project, name: str, steps: int = 6, done: int = 6) -> Path:
    """A run of a split project that has done some steps."""
    export, config = project.export(), project.config
    folder = project.root / "runs" / name
    runs.create(folder, spec_of(config, name, export.path))
    events = EventLog(folder)
    events.write("started", steps=steps, rows=24)
    for step in range(1, done + 1):
        events.write(
            "step",
            step=step,
            steps=steps,
            epoch=step / 2,
            loss=3.0 / step,
            learning_rate=1e-3,
            tokens=100,
            tokens_per_second=250.0,
            seconds_left=float(steps - step),
        )
        if step % 2 == 0:
            events.write("validation", step=step, steps=steps, epoch=step / 2, loss=3.5 / step, best=True)
    return folder


def spec_of(config: Config, name: str, export: Path) -> RunSpec:
    """What a run of these settings is told."""
    return RunSpec(
        name=name,
        created=datetime.now(UTC).isoformat(),
        kind=config.kind,
        labels=config.labels,
        model=config.model,
        model_path="bundled",
        export_path=str(export),
        export_sha256=runs.hash_export(export),
        train=config.train,
        evaluate=QUICK,
    )


def finish(run_dir: Path) -> None:
    """The trainer is done."""
    result = RunResult(
        finished="2026-11-21T00:00:00+00:00",
        steps=6,
        seconds=12.0,
        rows=24,
        tokens=600,
        quality=Quality(train_loss=0.5, validation_loss=0.6, best_step=6),
        learning_rate=1e-3,
        parameters=1000,
        trainable_parameters=100,
        peak_memory_bytes=1 << 20,
        device="cpu",
        dtype="float32",
        quantisation=None,
    )
    write_atomically(run_dir / RESULT, result.model_dump_json(), "write the result")
    EventLog(run_dir).write("finished", step=6, steps=6)


def whole(
    root: Path, model: Any, tokenizer: Any, kind: Kind = "instruction", system: str = "", name: str = "run"
) -> Path:
    """A finished run that is said to have tuned every weight: a model and its tokenizer, as they are."""
    folder = root / "runs" / name
    adapter = folder / ADAPTER
    model.save_pretrained(str(adapter))
    tokenizer.save_pretrained(str(adapter))
    spec = RunSpec(
        name=name,
        created="2026-11-21T00:00:00+00:00",
        kind=kind,
        system=system,
        model=str(adapter),
        model_path=str(adapter),
        export_path=str(root),
        export_sha256={},
        train=TrainSettings(method="full"),
        evaluate=QUICK,
    )
    runs.create(folder, spec)
    finish(folder)
    return folder


def score(run_dir: Path, worse: tuple[int, ...] = (0,)) -> evaluation.Evaluation:
    """Score a run: the tuned model is right but in rows of `worse`, where the base was right; rows of 1 stay wrong."""
    spec = runs.load(run_dir)
    train, test = (read_rows(Path(spec.export_path), spec.kind, side) for side in ("train", "test"))
    systems = {
        "base": [_scored(row, spec, right=place in worse, loss=2.0) for place, row in enumerate(test)],
        "tuned": [
            _scored(row, spec, right=place not in (*worse, 1), loss=0.1 if place not in worse else 4.0)
            for place, row in enumerate(test)
        ],
    }
    names = evaluation.Names(run=spec.name, model=spec.model, export=Path(spec.export_path).name)
    found = evaluation.evaluate_scores(spec.kind, spec.labels, train, test, systems, QUICK, names=names)
    keeping.write(found, run_dir)
    return found


def _scored(row: Row, spec: RunSpec, right: bool, loss: float) -> RowScore:
    reference = evaluation.reference(row)
    if spec.kind != "classification":
        values = {
            "bits": 8.0 * loss,
            "bytes": 8.0,
            "exact_match": float(right),
            "chrf": 90.0 * right,
            "cut": 0.0,
        }
        return RowScore(id=row.id, answer=reference if right else "something else", values=values)
    others = [label for label in spec.labels if label != reference]
    return RowScore(
        id=row.id,
        answer=reference if right else others[0],
        values={"correct": float(right), "log_loss": loss},
    )
