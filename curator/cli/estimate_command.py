"""estimate: what a run would need and cost, before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curator.cli.numbers import FiniteRange
from curator.cli.output import ExitCode, State, emit_json, emit_table, json_option, say
from curator.cli.plan_view import size, too_large
from curator.cli.run_options import assigned, run_options

if TYPE_CHECKING:
    from curator.evaluate.power import SmallestGain
    from curator.train.estimates.estimate import Duration
    from curator.train.estimates.memory import Memory
    from curator.tuning import Outlook

_Row = tuple[str, object]
_NAMED = 5


@click.command("estimate")
@run_options
@click.option(
    "--price-per-hour",
    type=FiniteRange(min=0),
    help="What an hour costs here; by default train.price_per_hour.",
)
@json_option
@click.pass_obj
def estimate_command(
    state: State,
    method: str | None,
    model: str | None,
    pairs: tuple[str, ...],
    mix: tuple[str, ...],
    price_per_hour: float | None,
    as_json: bool,
) -> int:
    """Tell tokens, steps, memory, time and cost of a run, and the smallest gain that its test can show.

    Memory is reckoned from the model's config, time from a few steps that are really done, in a process of their own
    and on a copy: nothing of the project changes.

    \b
    Example:
      curator estimate
      curator estimate --method full --set train.epochs=2
      curator estimate --price-per-hour 2.50 --json
    """
    from curator import tuning

    found = tuning.estimate(state.project(), assigned(pairs, method, model, mix), price_per_hour)
    if as_json:
        emit_json(found.model_dump(mode="json"))
        return ExitCode.DONE
    emit_table(("what", "how much"), [*_data(found), *_memory(found.memory), *_time(found), *_test(found)])
    _remarks(found)
    return ExitCode.DONE


def _data(found: Outlook) -> list[_Row]:
    cut = ", ".join(row.id for row in found.dropped[:_NAMED]) + (" …" if len(found.dropped) > _NAMED else "")
    return [
        ("training rows", found.rows),
        (
            f"rows over {found.limit:,} tokens, left out",
            f"{len(found.dropped)}" + (f": {cut}" if cut else ""),
        ),
        ("tokens of one pass", found.tokens),
        ("of them learned", found.learned),
        ("steps", found.steps),
    ]


def _memory(memory: Memory) -> list[_Row]:
    parts = (
        ("libraries and data", memory.process_bytes),
        ("weights", memory.weights_bytes),
        ("layers that are gathered", memory.gathered_bytes),
        ("gradients", memory.gradients_bytes),
        ("optimizer", memory.optimizer_bytes),
        ("activations and logits", memory.activations_bytes),
        ("gaps in the heap", memory.heap_bytes),
    )
    several = f" of each of {memory.processes} processes" if memory.processes > 1 else ""
    return [
        (f"memory{several}", size(memory.total_bytes)),
        *((f"  {name}", size(count)) for name, count in parts if count),
        ("free memory", "unknown" if memory.free_bytes is None else size(memory.free_bytes)),
    ]


def _time(found: Outlook) -> list[_Row]:
    time = found.time
    if time is None:
        too_large = "it does not fit" if found.memory.fits is False else "one process cannot hold all of it"
        return [("time", f"not measured, for {too_large}")]
    parts = (
        ("start", time.startup_seconds),
        ("steps", time.training_seconds),
        ("validation", time.validation_seconds),
        ("saving", time.saving_seconds or 0.0),
    )
    cost = [] if found.cost is None else [(f"cost at {found.price_per_hour:g} an hour", f"{found.cost:.2f}")]
    return [
        ("time", clock(time.total_seconds)),
        *((f"  {name}", clock(seconds)) for name, seconds in parts if seconds),
        ("tokens per second", f"{time.tokens_per_second:,.0f}"),
        *cost,
    ]


def _test(found: Outlook) -> list[_Row]:
    return [
        ("test rows", found.test_rows),
        ("smallest gain that they can show", gain_words(found.smallest_gain)),
    ]


def gain_words(smallest: SmallestGain) -> str:
    """`12.3 points of accuracy`, or why it cannot be told."""
    from curator.evaluate.figures import METRICS, shown_difference, unit_of_difference

    if smallest.gain is None:
        return (
            "none, there are too few"
            if smallest.discordant is not None
            else "not known before the first scored run"
        )
    amount = shown_difference(smallest.metric, smallest.gain) + unit_of_difference(smallest.metric)
    title = METRICS[smallest.metric].title
    return amount if title in amount else f"{amount} of {title}"


def _remarks(found: Outlook) -> None:
    memory, time, smallest = found.memory, found.time, found.smallest_gain
    if memory.fits is False:
        say(too_large(memory))
    if time is not None:
        say(f"From {_measured(time)}. On top come {' and '.join(time.not_counted)}.")
    if smallest.discordant is not None:
        say(
            f"The smallest gain is what McNemar's test finds in 4 of 5 cases, if {smallest.discordant:.0%} of the rows "
            "are answered rightly by only one of base and tuned model."
        )
    elif smallest.learned_from:
        say(f"The smallest gain is reckoned from the spread of {smallest.learned_from}.")


def _measured(time: Duration) -> str:
    from curator.text import plural

    return f"{plural(time.measured_steps, 'measured step')} of {time.step_seconds:.2g} s"


def clock(seconds: float) -> str:
    """`0:47`, `2:03:10`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
