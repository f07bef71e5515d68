"""What `train --dry-run` says: what would be learned from, what the model has shown, and three rows with their mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curator.cli.output import emit_json, emit_table, emit_text, styled
from curator.text import visible, visible_line

if TYPE_CHECKING:
    from curator.train.args import Proof
    from curator.train.planning import Plan

_Row = tuple[str, object]


def tell_plan(plan: Plan, as_json: bool) -> None:
    """Print a plan."""
    if as_json:
        emit_json(plan.model_dump(mode="json"))
        return
    free = plan.free_memory_bytes
    emit_table(
        ("what", "how much"),
        [
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
            ("free memory", "unknown" if free is None else f"{free / 2**30:.1f} GiB"),
            *(_shown(plan.proof) if plan.proof is not None else ()),
        ],
    )
    emit_text("\nThe first rows; what is learned stands between [[ and ]]:")
    for sample in plan.samples:
        learned = styled("[[", "bold") + visible(sample.learned) + styled("]]", "bold")
        emit_text(f"{visible(sample.id)}: {visible(sample.given)}{learned}")


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
