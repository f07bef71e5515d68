"""The two streams: data to stdout, words and progress to stderr; the only door for data text on this side."""

from __future__ import annotations

import json
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import JustifyMethod
    from rich.table import Table

    from curator.project import Project
    from curator.store.findings import Finding

_UNSAFE = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What JSON leaves as it is and a terminal would obey."""
NAMED = 5
"""Leaks that are told in full after a change of many records."""
_WIDEST = 36
"""Characters of a column that is not the last."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


class ExitCode(IntEnum):
    """What a script may rely on."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    GATE = 3
    INTERRUPTED = 130


@dataclass(frozen=True)
class State:
    """What was said before the command."""

    directory: Path
    debug: bool

    def project(self) -> Project:
        """The project here, or upwards from here."""
        from curator.project import Project

        return Project.find(self.directory.resolve())


RECORD_ID = click.IntRange(min=1, max=2**63 - 1)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def query_arguments(function: _Function) -> _Function:
    """Records by number, or by a query."""
    function = click.option("--query", "-q", "text", help="All records that this query fits, as one step.")(
        function
    )
    return click.argument("record_ids", metavar="[ID]...", nargs=-1, type=RECORD_ID)(function)


def chosen_ids(project: Project, record_ids: Sequence[int], text: str | None) -> list[int]:
    """The records that were named, by number or by a query.

    Raises:
        click.UsageError: none were named, or in both ways.
    """
    if bool(record_ids) == (text is not None) or (text is not None and not text.strip()):
        raise click.UsageError("Say which records: either their numbers, or --query QUERY.")
    return list(dict.fromkeys(record_ids)) if text is None else project.ids(text)


def joined_query(words: Sequence[str]) -> str:
    """The words of a query on the command line as one text; a mistyped option is not taken for a search.

    Raises:
        click.UsageError: a word looks like an option.
    """
    for word in words:
        if word.startswith("--"):
            raise click.UsageError(f"There is no option {word}.")
    return " ".join(words)


def counted(reasons: Mapping[str, int]) -> str:
    """`2 empty-field, 50 no split`."""
    return ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())


def say(text: str, title: str = "") -> None:
    """Words for people, on stderr, after a title in bold; whatever they quote cannot act on the terminal."""
    from curator.text import visible

    click.echo((styled(visible(title), "bold") if title else "") + visible(text), err=True)


def emit_json(value: Any) -> None:
    """One JSON document on stdout."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if not _encodable(text):
        text = json.dumps(value, indent=2)
    click.echo(_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def emit_text(text: str) -> None:
    """Text from data on stdout, with nothing in it that a terminal would obey."""
    from curator.text import visible

    click.echo(visible(text))


def emit_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows on stdout: aligned columns on a terminal, tab-separated values for a pipe."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(_cell(value, 10_000) for value in row))
        return
    from rich.console import Console

    console = Console()
    console.print(_table(columns, rows, console.width))


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]], line: int) -> Table:
    """Every column as wide as its content, up to a limit; the last one takes what is left of the line."""
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    left = line
    for place, name in enumerate(columns):
        cells = [row[place] for row in rows]
        numeric = bool(cells) and all(isinstance(cell, (int, float)) for cell in cells)
        widest = max([cell_len(name), *(cell_len(_cell(cell, 400)) for cell in cells)])
        width = min(widest, _WIDEST) if place < len(columns) - 1 else max(min(widest, left), cell_len(name))
        left -= width + 2
        justify: JustifyMethod = "right" if numeric else "left"
        table.add_column(name, justify=justify, overflow="ellipsis", no_wrap=True, width=width)
    for row in rows:
        table.add_row(*(Text(_cell(value, 400)) for value in row))
    return table


def tell_leaks(found: Sequence[Finding]) -> None:
    """What a change of records did to the split and to a frozen test set."""
    from curator.text import plural

    for finding in found[:NAMED]:
        say(f"Careful: record {finding.record_id} {finding.message}.")
    if len(found) > NAMED:
        say(f"And {plural(len(found) - NAMED, 'more', 'more')}: `curator check` lists them.")


def complain(error: Exception, debug: bool) -> int:
    """Say what went wrong and what to do; returns the exit code."""
    from curator.errors import CuratorError, GateClosed, from_os_error

    if debug:
        traceback.print_exception(error)
    known = error
    if isinstance(error, OSError):
        known = from_os_error(error, "finish the command")
    if isinstance(known, CuratorError):
        say(f"Error: {known.problem}" + (f"\n  {known.remedy}" if known.remedy else ""))
        return ExitCode.GATE if isinstance(known, GateClosed) else ExitCode.ERROR
    say(f"Error: something unexpected happened: {type(error).__name__}: {str(error)[:500]}")
    say(
        "  This is a fault of Curator. Run the command again with `curator --debug …` and report what it prints."
    )
    return ExitCode.ERROR


@contextmanager
def progress_rows(what: str) -> Iterator[Callable[[int], None]]:
    """A line on stderr that counts rows while they go by; silent when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,} rows"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count: bar.update(task, completed=count)


@contextmanager
def progress_share(what: str) -> Iterator[Callable[[int, float], None]]:
    """A bar on stderr with rows, rows a second and the time left; silent when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, rows="")

        def advance(rows: int, share: float) -> None:
            pace = rows / max(time.monotonic() - started, 1e-3)
            bar.update(
                task,
                total=1.0 if share else None,
                completed=share,
                rows=f"{rows:,} rows, {pace:,.0f} a second",
            )

        yield advance


@contextmanager
def progress_steps() -> Iterator[Callable[[str, int, int], None]]:
    """A line on stderr that says what is being done, and how far; silent when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total or None
        )


def styled(text: str, style: str) -> str:
    """Our own words in a colour or weight, where a terminal shows them and NO_COLOR does not forbid it."""
    import os

    if os.environ.get("NO_COLOR") or not sys.stdout.isatty() or not sys.stderr.isatty():
        return text
    return click.style(text, bold=True) if style == "bold" else click.style(text, fg=style)


def _cell(value: Any, width: int) -> str:
    from curator.text import visible_line

    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return visible_line(str(value), width).replace("\t", " ")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
