"""Which run a command is about: the options of a new one, or a name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from curator.cli.output import say

if TYPE_CHECKING:
    from curator.project import Project

_Function = TypeVar("_Function", bound=Callable[..., Any])


def run_options(function: _Function) -> _Function:
    """How a new run is tuned, where that is not what the project says."""
    options = (
        click.option(
            "--method",
            type=click.Choice(("qlora", "lora", "full")),
            help="4-bit adapter, adapter, or every weight.",
        ),
        click.option("--model", help="The base model: a folder or a hub id."),
        click.option(
            "--set",
            "pairs",
            multiple=True,
            metavar="KEY=VALUE",
            help="A setting for this run, such as train.epochs=2.",
        ),
        click.option(
            "--mix",
            multiple=True,
            metavar="EXPORT[=WEIGHT]",
            help="Learn another export too: its name, or a folder of another project.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def assigned(
    pairs: tuple[str, ...], method: str | None, model: str | None, mix: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Those options as dotted keys with values.

    Raises:
        click.UsageError: --set has no value.
    """
    found = []
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign:
            raise click.UsageError(f"Cannot read --set {pair}: write --set train.epochs=2.")
        found.append((key, value))
    mixed = json.dumps(mix, ensure_ascii=False) if mix else None
    given = (("train.method", method), ("model", model), ("train.mix", mixed))
    return found + [(key, value) for key, value in given if value is not None]


def named_run(project: Project, name: str) -> Path:
    """The folder of a run that is there; without a name of the newest, and what is passed over is told.

    Raises:
        NotFound: there is no such run, or none at all.
    """
    from curator import tuning

    folder = tuning.folder_of(project, name)
    if not name and (passed_over := tuning.unreadable(project)):
        say(f"Passed over, for run.json cannot be read: {', '.join(passed_over)}. Taken: {folder.name}.")
    return folder
