"""How two runs were made: the settings that differ, and what each cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from curator.records import Frozen
from curator.train.args import RunResult, RunSpec

_NO_SETTINGS = ("schema_version", "name", "created", "model_path", "export_path")
"""What tells runs apart without changing what they learn."""


class Setting(NamedTuple):
    """A setting that is not the same in both."""

    name: str
    """Its key with dots, as in run.json."""
    first: Any
    """Its value in the first run; None where it has none."""
    second: Any
    """Its value in the second run."""


class Cost(Frozen):
    """What a run cost."""

    seconds: float
    """Time spent on tuning."""
    tokens: int
    """Real tokens that went through the model, all passes over the data together."""
    rows: int
    """Training rows used."""
    steps: int
    """Optimizer steps."""
    peak_memory_bytes: int
    """Most memory held."""
    trainable_parameters: int
    """Weights that were trained."""
    device: str
    """Where it ran: times on different machines are not comparable."""
    money: float | None
    """At the run's own price of an hour, where it has one."""


def differing(first: RunSpec, second: RunSpec) -> tuple[Setting, ...]:
    """The settings that differ, in the order of run.json."""
    one, other = (
        dict(_flat(spec.model_dump(mode="json", exclude=set(_NO_SETTINGS)))) for spec in (first, second)
    )
    return tuple(
        Setting(name, one.get(name), other.get(name))
        for name in dict.fromkeys((*one, *other))
        if one.get(name) != other.get(name)
    )


def cost(spec: RunSpec, result: RunResult) -> Cost:
    """What a finished run cost."""
    price = spec.train.price_per_hour
    return Cost(
        seconds=result.seconds,
        tokens=result.tokens,
        rows=result.rows,
        steps=result.steps,
        peak_memory_bytes=result.peak_memory_bytes,
        trainable_parameters=result.trainable_parameters,
        device=result.device,
        money=None if price is None else result.seconds / 3600 * price,
    )


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value
