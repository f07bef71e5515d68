"""split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curator.cli.output import State, counted, emit_json, emit_table, json_option, say

if TYPE_CHECKING:
    from curator.config import SplitSettings
    from curator.dividing.report import SplitReport
    from curator.splitting.deviation import Deviation

_NAMED = 5


@click.command("split")
@click.option("--test", type=float, help="Share of the test set.")
@click.option("--validation", type=float, help="Share of the validation set.")
@click.option("--seed", type=int, help="Another seed draws another split.")
@click.option("--group", help="A column whose equal values stay on one side.")
@click.option(
    "--near-duplicates",
    type=float,
    metavar="SIMILARITY",
    help="Texts at least this alike stay on one side, .5 to 1; 0 for none.",
)
@click.option("--date", metavar="COLUMN", help="Divide by date: the oldest to train, the newest to test.")
@click.option("--fresh", is_flag=True, help="Forget the split there is and draw a new one.")
@click.option("--freeze", is_flag=True, help="From now on nothing comes into the test set or leaves it.")
@json_option
@click.pass_obj
def split_command(
    state: State, /, fresh: bool, freeze: bool, as_json: bool, **options: str | float | None
) -> None:
    """Divide the records into train, validation and test.

    Equal inputs, near duplicates (of the input, and of input and target together) and records
    of one group never stand on two sides. A record that has a side keeps it when others are
    added; one that would leak wherever it went is held back. Options are kept in curator.toml.

    \b
    Example:
      curator split --test .2 --validation .1 --group customer
      curator split --date created_at --freeze
    """
    project = state.project()
    values = {f"split.{name}": value for name, value in options.items() if value is not None}
    report = project.split(fresh=fresh, freeze=freeze, settings=values)
    if as_json:
        emit_json(report.model_dump())
    else:
        _show(report)
    _tell_split(report, project.config.split)
    if freeze:
        say("The test set is frozen: nothing comes into it or leaves it from now on.")


def _tell_split(report: SplitReport, settings: SplitSettings) -> None:
    from curator.text import plural

    held = counted(report.held_back)
    say(
        f"{plural(report.changed, 'record')} changed sides; {plural(report.leaks, 'leak')}; "
        f"{plural(report.clusters, 'cluster')} kept whole, with {plural(report.near_pairs, 'near-duplicate pair')}."
        + (f" Held back: {held}." if held else "")
    )
    if report.leaks:
        say(
            "Since an edit or a change of settings, records that belong together stand on two sides: "
            "`curator check --only split-leak` names them, --fresh draws a new split."
        )
    if report.ungrouped:
        say(
            f"{plural(report.ungrouped, 'record')} without a value in {settings.group!r}: each is a group of its own."
        )
    for side, (first, last) in report.periods.items():
        say(f"{side}: {first} to {last}")
    if report.out_of_period:
        say(
            f"{plural(report.out_of_period, 'cluster')} on a side of another time since an edit: "
            "--fresh draws a new split."
        )
    _tell_shares(report, settings)


def _tell_shares(report: SplitReport, settings: SplitSettings) -> None:
    """What the user asked for and did not get."""
    from curator.text import visible_line

    for side, share in (("validation", settings.validation), ("test", settings.test)):
        if share and report.counts and not report.counts.get(side) and not report.counts.get("blocks"):
            say(f"No record came into {side}: there are too few for a share of {share:.0%}.")
    worst = report.deviation[0] if report.deviation else None
    if worst and worst.beyond_rounding:
        say(f"Furthest from its share: {_in_words(worst)}.")
    for side, wanted in (("train", True), ("test", bool(settings.test and report.counts.get("test")))):
        missing = [visible_line(label, 40) for label, counts in report.labels.items() if not counts.get(side)]
        if missing and wanted:
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            say(f"No record in {side} has the label {', '.join(missing[:_NAMED])}{more}.")


def _in_words(deviation: Deviation) -> str:
    from curator.text import visible_line

    what = "everything together" if deviation.label is None else visible_line(deviation.label, 40)
    return f"{what} has {deviation.got:.1%} in {deviation.side} instead of {deviation.wanted:.1%}"


def _show(report: SplitReport) -> None:
    sides = [side for side in ("train", "validation", "test", "blocks") if report.counts.get(side)]
    rows: list[tuple[str | int, ...]] = [
        (label, *(counts.get(side, 0) for side in sides)) for label, counts in report.labels.items()
    ]
    rows.append(("all", *(report.counts[side] for side in sides)))
    emit_table(("label", *sides), rows)
