"""compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from curator.cli.output import State, emit_json, emit_table, json_option, say

if TYPE_CHECKING:
    from curator.evaluate.slices import Slice
    from curator.evaluate.two_runs.compared import RunsCompared

_SHOWN = 10
_WIDEST = 60
"""Characters of a value of a setting, or of an answer."""


@click.command("compare")
@click.argument("first", metavar="RUN_A")
@click.argument("second", metavar="RUN_B")
@click.option(
    "--rows",
    "limit",
    type=click.IntRange(min=0),
    default=_SHOWN,
    show_default=True,
    help="Rows with different answers that are shown; --json has all.",
)
@json_option
@click.pass_obj
def compare_command(state: State, first: str, second: str, limit: int, as_json: bool) -> None:
    """Compare two tuned models on the test rows that both were scored on: figures, rows, settings, costs.

    Differences are RUN_B minus RUN_A, paired row by row, with intervals and tests as for base and tuned.

    \b
    Example:
      curator compare first careful
      curator compare march april --json
    """
    from curator import tuning
    from curator.evaluate.two_runs.compared import compare_runs

    project = state.project()
    found = compare_runs(tuning.folder_of(project, first), tuning.folder_of(project, second))
    if as_json:
        document = found.model_dump(mode="json")
        document["settings"] = [setting._asdict() for setting in found.settings]
        emit_json(document)
        return
    _figures(found)
    _made(found)
    _slices(found)
    _rows(found, limit)
    _fairness(found)
    say("")
    say(found.verdict)


def _figures(found: RunsCompared) -> None:
    from curator.evaluate.figures import METRICS, shown, shown_difference, unit_of_difference
    from curator.evaluate.verdict import p_shown

    rows: list[tuple[str, ...]] = []
    for metric, gain in found.gains.items():
        values = (shown(metric, found.systems[run][metric]) for run in (found.first, found.second))
        low, high, apart = (
            shown_difference(metric, value) for value in (gain.low, gain.high, gain.difference)
        )
        evidence = (f"{apart}{unit_of_difference(metric)}", f"{low} to {high}", p_shown(gain.p))
        rows.append((METRICS[metric].title, *values, *evidence))
    if found.general is not None:
        one, other = (found.general[run] for run in (found.first, found.second))
        apart = f"{other - one:.3f} bits per byte"
        rows.append(("general text", f"{one:.3f}", f"{other:.3f}", apart, "–", "–"))
    head = (f"{found.n:,} test rows", found.first, found.second, "difference", "95 % interval", "p")
    emit_table(head, rows)


def _made(found: RunsCompared) -> None:
    """Settings that differ, and costs."""
    from curator.evaluate.reporting.made import time_shown

    say("")
    say("" if found.settings else ": the same settings and data", title="Made with")
    for setting in found.settings:
        say(f"  {setting.name}: {_value(setting.first)} | {_value(setting.second)}")
    for run, cost in found.costs.items():
        money = "" if cost.money is None else f", for {cost.money:,.2f}"
        say(
            f"  {run} took {time_shown(cost.seconds)} on {cost.device}{money}: {cost.rows:,} rows, "
            f"{cost.steps:,} steps, {cost.tokens:,} tokens, {cost.trainable_parameters:,} trained weights, "
            f"{cost.peak_memory_bytes / 2**20:,.0f} MiB at most"
        )


def _slices(found: RunsCompared) -> None:
    proven = [part for part in found.slices if part.gain.proven or part.gain.disproven]
    if proven:
        say("")
        say(f" (proven after correction for {len(found.slices):,} parts)", title="Where they differ")
    for part in proven:
        say(f"  {_slice(part)}")


def _slice(part: Slice) -> str:
    from curator.evaluate.figures import shown
    from curator.evaluate.verdict import interval_shown
    from curator.text import visible_line

    before, after = (shown(part.gain.metric, value) for value in (part.base, part.tuned))
    name = f"{part.by} {visible_line(part.value, _WIDEST)}"
    return f"{name}, {part.rows:,} rows: {before} | {after} ({interval_shown(part.gain)})"


def _rows(found: RunsCompared, limit: int) -> None:
    """The rows with another answer: what got worst, then what got best."""
    from curator.evaluate.reporting.ranking import cost_title
    from curator.text import plural, visible_line

    counts = {turn: sum(row.turned == turn for row in found.changed) for turn in ("worse", "better", "same")}
    say("")
    say(
        f": {plural(len(found.changed), 'row')} of {found.n:,}; for {found.second} {counts['better']:,} better, "
        f"{counts['worse']:,} worse, {counts['same']:,} neither",
        title="Other answers",
    )
    ends = [*found.changed[: -(-limit // 2)], *found.changed[len(found.changed) - limit // 2 :]]
    chosen = ends if limit < len(found.changed) else found.changed
    for row in chosen:
        say(f"  row {row.id}: {visible_line(row.text, 100)}")
        answers = (visible_line(text, _WIDEST) for text in (row.first, row.second, row.reference))
        one, other, right = answers
        say(
            f"    {one} | {other} (right: {right}; {cost_title(found.kind)} {row.before:.3g} | {row.after:.3g})"
        )


def _fairness(found: RunsCompared) -> None:
    from curator.text import plural

    if found.same_test:
        return
    say("")
    one, other = found.left_out
    say(
        f"The test sets differ: compared on the {plural(found.n, 'row')} of both; left out are {one:,} of "
        f"{found.first} and {other:,} of {found.second}."
    )
    if found.answered_anew:
        say(f"{plural(found.answered_anew, 'row')} of these have another right answer in {found.second}.")


def _value(value: Any) -> str:
    from curator.text import visible_line

    return "–" if value in (None, "", [], ()) else visible_line(str(value), _WIDEST)
