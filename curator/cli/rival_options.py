"""Which rivals the command line asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from curator.cli.output import say

if TYPE_CHECKING:
    from curator.evaluate.evaluation import Evaluation
    from curator.evaluate.rivals.prompted import Wanted

_Function = TypeVar("_Function", bound=Callable[..., Any])

_EXAMPLES = click.IntRange(min=0, max=100)


def rival_options(function: _Function) -> _Function:
    """Ways to ask the base model that the tuned one has to beat."""
    options = (
        click.option(
            "--prompt",
            "prompts",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Also ask the base model with this prompt of yours; may be given several times.",
        ),
        click.option(
            "--few-shot",
            type=_EXAMPLES,
            metavar="K",
            help="Show the base model K examples from train, the same for every row; 0 for none.",
        ),
        click.option(
            "--retrieved",
            type=_EXAMPLES,
            metavar="K",
            help="Show the base model the K examples that are most like each row; 0 for none.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def wanted(prompts: tuple[Path, ...], few_shot: int | None, retrieved: int | None) -> Wanted | None:
    """What was asked for; nothing where the settings decide.

    Raises:
        CuratorError: a prompt cannot be used.
    """
    if not prompts and few_shot is None and retrieved is None:
        return None
    from curator.evaluate.rivals import own_prompts
    from curator.evaluate.rivals.prompted import Wanted

    return Wanted(prompts=own_prompts.read(prompts), few_shot=few_shot, retrieved=retrieved)


def tell_rivals(found: Evaluation) -> None:
    """What is to be known about the rivals beside their figures."""
    for name, system in found.systems.items():
        if "examples" in system:
            say(f"{name}: {system['examples']:.3g} examples fitted before a row, on average.")
        if system.get("cut_rows"):
            say(f"{name}: before {system['cut_rows']:,} of {found.n:,} rows its beginning was cut: too long.")
    for name, problem in found.left_out.items():
        say(f"{name} was left out: {problem}")
