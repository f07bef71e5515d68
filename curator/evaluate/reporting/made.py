"""What a run was made with, what it cost, and how its losses went: read from the files of the trainer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from curator.evaluate.kept_curve import LearningCurve, curve_of
from curator.evaluate.reporting.tables import Table
from curator.records import Frozen
from curator.text import plural
from curator.train import runs
from curator.train.args import RunResult, RunSpec

_LINES = 20


class Loss(Frozen):
    """A loss that the trainer wrote down."""

    step: int
    """Optimizer steps done."""
    loss: float
    """Mean loss per trained token, in nats."""


class Made(Frozen):
    """The making of a run."""

    facts: Mapping[str, str] = {}
    """Model, data, settings, machine and versions, each in words."""
    cost: Mapping[str, str] = {}
    """Time, tokens, memory and money of the tuning, each in words."""
    training: tuple[Loss, ...] = ()
    """Loss of each step."""
    validation: tuple[Loss, ...] = ()
    """Loss over the validation rows, whenever it was measured."""
    kept: int | None = None
    """The step whose weights were kept, where validation chose it."""
    stopped_early: int | None = None
    """The step after which it ended, where that was early for lack of a lower validation loss."""
    curve: LearningCurve | None = None
    """What runs like this one showed on parts of the training rows."""


def read(run_dir: Path) -> Made:
    """The making of a finished run.

    Raises:
        CuratorError: there is no such run, or it has not finished.
    """
    spec, result = runs.load(run_dir), runs.load_result(run_dir)
    events = runs.effective(runs.read_events(run_dir))
    losses = {
        kind: tuple(Loss(step=e.step, loss=e.loss) for e in events if e.event == kind and e.loss is not None)
        for kind in ("step", "validation")
    }
    return Made(
        facts=_facts(spec, result),
        cost=_cost(spec, result),
        training=losses["step"],
        validation=losses["validation"],
        kept=result.quality.best_step,
        stopped_early=result.steps if result.stopped_early else None,
        curve=curve_of(run_dir, spec),
    )


def thinned(losses: Sequence[Loss], most: int) -> list[Loss]:
    """At most `most` losses: means of equally many steps each, where there are more."""
    size = -(-len(losses) // most) or 1
    parts = [losses[start : start + size] for start in range(0, len(losses), size)]
    return [Loss(step=part[-1].step, loss=sum(one.loss for one in part) / len(part)) for part in parts]


def losses_table(made: Made) -> Table:
    """Training and validation loss as the run went on; empty for a run that wrote too few down."""
    if len(made.training) < 2:
        return []
    table = [["up to step", "training loss", "validation loss"]]
    measured = made.validation or thinned(made.training, _LINES)
    before = 0
    for one in measured[-_LINES:]:
        steps = [loss.loss for loss in made.training if before < loss.step <= one.step]
        mean = f"{sum(steps) / len(steps):.3f}" if steps else "–"
        table.append([f"{one.step:,}", mean, f"{one.loss:.3f}" if made.validation else "–"])
        before = one.step
    return table


def two_columns(named: Mapping[str, str]) -> Table:
    """Names and what they are, under an empty head; empty where nothing is named."""
    return [["", ""], *([name, value] for name, value in named.items())] if named else []


def _facts(spec: RunSpec, result: RunResult) -> dict[str, str]:
    hashes = {f"{name} SHA-256": sha for name, sha in spec.export_sha256.items()}
    quantised = f", {result.quantisation}" if result.quantisation else ""
    system = {"system prompt": spec.system} if spec.system.strip() else {}
    return {
        "model": spec.model,
        **system,
        **hashes,
        "training": _settings(spec.train),
        "scoring": _settings(spec.evaluate),
        "seed": str(spec.train.seed),
        "trained": f"{result.rows:,} rows, {result.steps:,} steps, {result.tokens:,} tokens",
        "left out": plural(len(result.dropped), "row"),
        "weights": f"{result.trainable_parameters:,} of {result.parameters:,} trained",
        "machine": f"{result.device}, {result.dtype}{quantised}",
        "versions": ", ".join(f"{name} {version}" for name, version in result.versions.items()),
        "finished": result.finished,
    }


def _cost(spec: RunSpec, result: RunResult) -> dict[str, str]:
    processes = f" in each of {result.processes} processes" if result.processes > 1 else ""
    cost = {
        "time": time_shown(result.seconds),
        "tokens": f"{result.tokens:,}, all passes over the data together",
        "memory": f"{result.peak_memory_bytes / 2**20:,.0f} MiB at most{processes}",
    }
    price = spec.train.price_per_hour
    if price is not None:
        cost["money"] = f"{result.seconds / 3600 * price:,.2f}, at {price:g} an hour"
    return cost


def time_shown(seconds: float) -> str:
    """`61 seconds`, `12 min 5 s`, `3 h 20 min`."""
    whole = round(seconds)
    if whole < 120:
        return plural(whole, "second")
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def _settings(settings: Frozen) -> str:
    """The settings that are set: `method qlora, epochs 3.0, …`."""
    values = settings.model_dump(mode="json", exclude_none=True)
    return ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in values.items() if value not in ([], "")
    )
