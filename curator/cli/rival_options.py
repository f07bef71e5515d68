"""Which rivals the command line asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from curator.cli.numbers import FiniteRange
from curator.cli.output import say

if TYPE_CHECKING:
    from curator.evaluate.endpoint.address import Online
    from curator.evaluate.evaluation import Evaluation
    from curator.evaluate.rivals.prompted import Wanted

_Function = TypeVar("_Function", bound=Callable[..., Any])

_EXAMPLES = click.IntRange(min=0, max=100)


class _Price(click.ParamType[tuple[float, float]]):
    """Two prices with a comma between them."""

    name = "IN,OUT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Two numbers that are not negative."""
        try:
            read, written = map(float, value.split(","))
        except ValueError:
            read = written = -1.0
        if not (0 <= read < float("inf") and 0 <= written < float("inf")):
            self.fail(f"{value!r} is not two prices such as 0.15,0.60.", param, ctx)
        return read, written


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
        click.option(
            "--endpoint",
            "url",
            metavar="URL",
            help="Also ask a model behind an OpenAI-compatible server, such as http://localhost:8000/v1; "
            "the key stands in CURATOR_API_KEY or OPENAI_API_KEY.",
        ),
        click.option("--model", metavar="NAME", help="The model's name at the endpoint."),
        click.option(
            "--endpoint-price",
            "price",
            type=_Price(),
            help="What a million tokens cost there, read and written, so that the cost is told.",
        ),
        click.option(
            "--requests-per-minute",
            "pace",
            type=FiniteRange(min=0, min_open=True),
            metavar="N",
            help="Ask the endpoint no faster.",
        ),
        click.option(
            "--judge",
            is_flag=True,
            help="Let the endpoint's model compare the answers of base and tuned, in both orders.",
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


def online(
    url: str | None,
    model: str | None,
    price: tuple[float, float] | None,
    pace: float | None,
    judge: bool,
) -> Online | None:
    """The endpoint that was asked for.

    Raises:
        click.UsageError: options of an endpoint without one.
        CuratorError: the address is none.
    """
    if not url and (model or price or pace or judge):
        raise click.UsageError(
            "--model, --endpoint-price, --requests-per-minute and --judge need --endpoint URL."
        )
    if not url:
        return None
    if not model:
        raise click.UsageError("--endpoint needs --model NAME: the model's name at the endpoint.")
    from curator.evaluate.endpoint.address import Online, endpoint_at

    return Online(endpoint=endpoint_at(url, model, pace, price), judge=judge)


def tell_rivals(found: Evaluation) -> None:
    """What is to be known about the rivals beside their figures."""
    from curator.evaluate.reporting.asked import about_rivals

    for words in about_rivals(found):
        say(words)
    for name, system in found.systems.items():
        if "usage" in system:
            say(f"{name}: {_usage(system['usage'])}.")
    if found.judged is not None:
        say(found.judged.sentence)
        say(f"Judging took {_usage(found.judged.usage)}.")


def tell_dropped(before: Evaluation, found: Evaluation) -> None:
    """Which rivals and judge of an earlier evaluation are not in the new one, and what brings them back."""
    from curator.text import visible_line

    by_option = {
        option: [name for name in before.systems if name.startswith(start) and name not in found.systems]
        for option, start in (("--prompt", "prompt:"), ("--endpoint", "endpoint:"))
    }
    by_option["--judge"] = ["the judge"] if before.judged and not found.judged else []
    gone = [visible_line(name) for names in by_option.values() for name in names]
    if gone:
        options = " and ".join(option for option, names in by_option.items() if names)
        kept = (
            ""
            if gone == by_option["--prompt"]
            else "; replies of an endpoint are kept, and none is paid for twice"
        )
        say(f"Dropped by --again: {', '.join(gone)}. Ask for them with {options}{kept}.")


def _usage(usage: dict[str, Any]) -> str:
    """`338 answers, 52,114 tokens read and 1,204 written, for 0.0312`."""
    from curator.text import plural

    told = plural(usage["requests"], "answer")
    if "prompt_tokens" not in usage:
        return f"{told}, tokens not told"
    told += f", {usage['prompt_tokens']:,} tokens read and {usage['completion_tokens']:,} written"
    return told + (f", for {usage['cost']:.4f}" if "cost" in usage else "")
