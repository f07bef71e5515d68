"""What a trainer does, on stderr while it does it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator

from curator.cli.output import say
from curator.train.args import Event

_LINES = 10

Opening = Callable[[], Iterable[str]]
"""Makes what is told when the first step is due."""


def show(events: Iterable[Event], opening: Opening = tuple) -> None:
    """Follow a trainer to its end; a bar on a terminal, a few lines elsewhere.

    Args:
        events: What it does.
        opening: What is to be told when its first step is due.
    """
    if sys.stderr.isatty():
        _bar(events, opening)
    else:
        _lines(events, opening)


def _lines(events: Iterable[Event], opening: Opening) -> None:
    for event in _opened(events, opening, say):
        if event.event == "step" and event.step % max(1, event.steps // _LINES) == 0:
            say(f"  step {event.step}/{event.steps}  {_figures(event)}")
        _tell(event, say)


def _opened(events: Iterable[Event], opening: Opening, write: Callable[[str], None]) -> Iterator[Event]:
    """The events, with the opening told before the first step; a trainer begins again when memory runs out."""
    for event in events:
        if event.event == "started":
            for words in opening():
                write(words)
            opening = tuple
        yield event


def _bar(events: Iterable[Event], opening: Opening) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.text import Text

    columns = (
        TextColumn("step {task.completed}/{task.total}"),
        BarColumn(bar_width=None),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("loading the model", total=None)

        def write(words: str) -> None:
            # Through the bar's own console, which writes above the bar instead of into it.
            progress.console.print(Text(words))

        for event in _opened(events, opening, write):
            if event.event in ("started", "step"):
                progress.update(task, completed=event.step, total=event.steps, description=_figures(event))
            _tell(event, write)


def _figures(event: Event) -> str:
    if event.loss is None:
        return "warming up"
    speed = f"  {event.tokens_per_second:,.0f} tokens/s" if event.tokens_per_second else ""
    left = f"  {_clock(event.seconds_left)} left" if event.seconds_left is not None else ""
    return f"loss {event.loss:.4f}{speed}{left}"


def _tell(event: Event, write: Callable[[str], None]) -> None:
    if event.event == "validation" and event.loss is not None:
        write(
            f"  epoch {event.epoch:.1f}: validation loss {event.loss:.4f}"
            + (", the best so far" if event.best else "")
        )
    if event.event == "early_stop":
        write(f"  epoch {event.epoch:.1f}: the validation loss does not get lower, training ends")
    if event.event == "warning":
        write(f"  warning: {event.problem} {event.remedy}")
    if event.event == "smaller":
        again = ", and computes activations twice" if event.checkpointing else ""
        write(
            f"  out of memory: goes on with {event.micro_batch} rows in one pass{again}; steps stay what they are"
        )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
