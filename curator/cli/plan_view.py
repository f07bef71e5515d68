"""What is told before the first step: what is learned from, the machine, and what the model has shown.

`train --dry-run` shows it as a table, with three rows and their mask; `train` in short when the model is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from curator.cli.output import emit_json, emit_table, emit_text, say, styled
from curator.text import visible, visible_line

if TYPE_CHECKING:
    from curator.train.args import Proof
    from curator.train.estimates.memory import Memory
    from curator.train.planning import Plan

_Row = tuple[str, object]
_LESS = (
    "Take a smaller model, or less at once: train.micro_batch_size=1, train.gradient_checkpointing=true, "
    "--method qlora."
)


def tell_plan(plan: Plan, as_json: bool) -> None:
    """Print a plan."""
    if as_json:
        emit_json(plan.model_dump(mode="json"))
        return
    emit_table(("what", "how much"), _rows(plan))
    if plan.memory is not None and plan.memory.fits is False:
        say(too_large(plan.memory))
    emit_text("\nThe first rows; what is learned stands between [[ and ]]:")
    for sample in plan.samples:
        learned = styled("[[", "bold") + visible(sample.learned) + styled("]]", "bold")
        emit_text(f"{visible(sample.id)}: {visible(sample.given)}{learned}")


def in_short(run_dir: Path) -> Iterator[str]:
    """The same of a run whose model is loaded, line by line, without the rows.

    Raises:
        CuratorError: its record cannot be read.
    """
    from curator.train import planning, runs

    plan = planning.planned(runs.load(run_dir), run_dir)
    rows = _rows(plan)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield f"  {name:<{width}}  {f'{value:,}' if isinstance(value, int) else value}"
    free = plan.free_memory_bytes
    if plan.proof is not None and free is not None and plan.proof.held_bytes > free:
        yield f"Careful: it holds more than is free. {_LESS}"


def too_large(memory: Memory) -> str:
    """What to do about a run that needs more memory than there is."""
    instead = " or ".join(f"--set {one}" for one in memory.instead)
    return (
        f"By the estimate it needs {size(memory.total_bytes)}{_each(memory)}, and {size(memory.free_bytes or 0)} is "
        f"free: it does not fit. {f'It would with {instead}.' if instead else _LESS}"
    )


def size(count: int) -> str:
    """`1.25 GiB`."""
    return f"{count / 2**30:.2f} GiB"


def _each(memory: Memory) -> str:
    return f" in each of {memory.processes} processes" if memory.processes > 1 else ""


def _rows(plan: Plan) -> list[_Row]:
    free = plan.free_memory_bytes
    return [
        ("training rows", plan.rows),
        *(_origins(plan) if len(plan.origins) > 1 else ()),
        ("validation rows", plan.validation),
        (f"rows over {plan.limit:,} tokens, left out", len(plan.dropped)),
        ("longest row in tokens", plan.longest),
        ("tokens of one pass", plan.tokens),
        ("learned tokens of one pass", plan.learned),
        ("rows that spell control tokens", len(plan.control_tokens)),
        ("steps", plan.steps),
        ("device", _machine(plan)),
        *_needed(plan),
        ("free memory", "unknown" if free is None else size(free)),
        *(_shown(plan.proof) if plan.proof is not None else ()),
    ]


def _needed(plan: Plan) -> list[_Row]:
    """All of the memory where it was reckoned, else what is known of a loaded model."""
    if plan.memory is not None:
        return [(f"memory by the estimate{_each(plan.memory)}", size(plan.memory.total_bytes))]
    if plan.proof is not None:
        return [("memory of weights, gradients and optimizer", size(plan.proof.held_bytes))]
    return []


def _machine(plan: Plan) -> str:
    return f"{plan.device}, attention {plan.proof.attention}" if plan.proof is not None else plan.device


def _origins(plan: Plan) -> list[_Row]:
    """How many rows come from each place, and how much of what is learned."""
    every = max(plan.learned, 1)
    return [
        (
            f"of {visible_line(origin.name, 40)}",
            f"{origin.rows:,}, {origin.learned / every:.0%} of the learned tokens",
        )
        for origin in plan.origins
    ]


def _shown(proof: Proof) -> list[_Row]:
    """What the loaded model has shown."""
    apart = "not tried" if proof.packed_difference is None else f"{proof.packed_difference:.1e} nats a token"
    return [
        ("weights", proof.parameters),
        ("trained weights", f"{proof.trainable:,} ({proof.trainable / proof.parameters:.2%})"),
        ("layers with an adapter, each reached by the gradient", proof.adapted),
        ("quantised layers", proof.quantised),
        ("what a row's loss owes to others in its batch", f"{proof.batch_difference:.1e} nats a token"),
        ("to others in its line", apart),
        ("rows share lines", "yes" if proof.packs else "no"),
    ]
