"""The options of every command that is about a new run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

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
