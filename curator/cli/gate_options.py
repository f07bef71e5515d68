"""A gate on the figures of a run: `--fail-unless`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from curator.cli.output import say

if TYPE_CHECKING:
    from curator.evaluate.endpoint.address import Online
    from curator.evaluate.evaluation import Evaluation
    from curator.evaluate.gating.gate import Gate
    from curator.evaluate.rivals.prompted import Wanted

_Function = TypeVar("_Function", bound=Callable[..., Any])


def gate_option(function: _Function) -> _Function:
    """The gate."""
    return click.option(
        "--fail-unless",
        "condition",
        metavar="EXPR",
        help='Exit with 3 unless this holds, such as "accuracy > base + 0.05 and bpb_general < base * 1.02".',
    )(function)


def check_gate(
    condition: str | None, folder: Path, wanted: Wanted | None, online: Online | None, kept: Evaluation | None
) -> None:
    """Refuse a gate that cannot be judged, before anything is scored.

    Raises:
        click.UsageError: it cannot be read, or names what there will not be.
    """
    if condition is None:
        return
    from curator.evaluate.endpoint.answering_rows import name_of
    from curator.evaluate.evaluating import settled
    from curator.evaluate.gating import gate, vocabulary
    from curator.evaluate.rivals.prompted import OF_EXAMPLES
    from curator.train import runs

    spec = runs.load(folder)
    rivals = [*settled(wanted, spec, kept).fingerprints()]
    rivals += [name for name in (kept.systems if kept else ()) if name not in OF_EXAMPLES]
    rivals += [name_of(online.endpoint)] if online is not None else []
    with _as_usage():
        gate.prepare(condition, vocabulary.expected(spec.kind, rivals))


def require_current(folder: Path, condition: str | None) -> None:
    """Say that kept figures are of data that has changed since.

    Raises:
        CuratorError: a gate shall be judged by them.
    """
    from curator.errors import CuratorError
    from curator.train import runs

    try:
        runs.verify_export(runs.load(folder))
    except CuratorError as error:
        if condition is not None:
            raise
        say(f"{error.problem} The figures are those of the data as it was.")


def judged(condition: str | None, found: Evaluation) -> Gate | None:
    """What comes of the gate, if there is one.

    Raises:
        click.UsageError: it names a figure that the run does not have.
    """
    if condition is None:
        return None
    from curator.evaluate.gating import gate

    with _as_usage():
        return gate.judge(condition, found)


def close_gate(gate: Gate | None) -> None:
    """Tell each part of the gate.

    Raises:
        GateClosed: it is not met.
    """
    if gate is None:
        return
    from curator.errors import GateClosed

    say("")
    for part in gate.parts:
        say(f"  {'holds' if part.met else 'fails'}  {part.sentence}")
    if not gate.met:
        raise GateClosed(f"The gate is closed: {gate.expression} does not hold.")
    say("The gate is open.")


@contextmanager
def _as_usage() -> Iterator[None]:
    """What is wrong with an expression is wrong with the command."""
    from curator.evaluate.gating.expression import GateUnclear
    from curator.text import visible

    try:
        yield
    except GateUnclear as error:
        raise click.UsageError(visible(f"--fail-unless: {error.problem}\n{error.remedy}".strip())) from error
