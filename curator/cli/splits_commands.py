"""split and export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curator.cli.output import State, counted, emit_json, emit_table, json_option, say

if TYPE_CHECKING:
    from curator.config import SplitSettings
    from curator.dividing import SplitReport


@click.command("split")
@click.option("--test", type=float, help="Share of the test set.")
@click.option("--validation", type=float, help="Share of the validation set.")
@click.option("--seed", type=int, help="Another seed draws another split.")
@click.option("--group", help="A column whose equal values stay on one side.")
@click.option("--fresh", is_flag=True, help="Forget the split there is and draw a new one.")
@click.option("--freeze", is_flag=True, help="From now on nothing comes into the test set or leaves it.")
@json_option
@click.pass_obj
def split_command(
    state: State,
    test: float | None,
    validation: float | None,
    seed: int | None,
    group: str | None,
    fresh: bool,
    freeze: bool,
    as_json: bool,
) -> None:
    """Divide the records into train, validation and test.

    A record that has a side keeps it when others are added. Equal inputs and records of
    one group never stand on two sides. Options are kept in curator.toml.

    \b
    Example:
      curator split --test .2 --validation .1 --group customer
    """
    project = state.project()
    options = {"split.test": test, "split.validation": validation, "split.seed": seed, "split.group": group}
    project.change_settings({key: value for key, value in options.items() if value is not None})
    report = project.split(fresh=fresh, freeze=freeze)
    if as_json:
        emit_json(report.model_dump())
    else:
        _show(report)
    _tell_split(report, project.config.split)


@click.command("export")
@click.argument("name", required=False, default="")
@click.option("--query", "-q", "text", default="", help="Only the records that this query fits.")
@json_option
@click.pass_obj
def export_command(state: State, name: str, text: str, as_json: bool) -> None:
    """Write train, validation and test with a manifest and a dataset card.

    Without a name the export is called after its content: the same records give the same export.

    \b
    Example:
      curator export
      curator export reviewed --query status:accepted
    """
    from curator.text import plural

    project = state.project()
    export = project.export(name, text)
    if leaks := project.leaks():
        say(
            f"Careful: {plural(leaks, 'input')} on two sides of the split; see `curator check --only split-leak`."
        )
    files = export.manifest.files
    held = counted(export.manifest.held_back)
    say(f"Wrote {export.path}" + (f"; held back: {held}." if held else "."))
    if as_json:
        emit_json(
            {
                "path": str(export.path),
                "name": export.manifest.name,
                "files": list(files),
                "counts": {file_name: entry.rows for file_name, entry in files.items()},
                "sha256": {file_name: entry.sha256 for file_name, entry in files.items()},
                "held_back": export.manifest.held_back,
            }
        )
    else:
        emit_table(("file", "rows", "sha256"), [(n, e.rows, e.sha256) for n, e in files.items()])


def _tell_split(report: SplitReport, settings: SplitSettings) -> None:
    from curator.text import plural

    held = counted(report.held_back)
    say(
        f"{report.changed:,} records changed sides; {report.leaks} leaks."
        + (f" Held back: {held}." if held else "")
    )
    if report.leaks:
        say(
            "Equal inputs or groups stand on two sides since an edit or a new group column: --fresh draws a new split."
        )
    if report.ungrouped:
        say(
            f"{plural(report.ungrouped, 'record')} without a value in {settings.group!r}: each is a group of its own."
        )
    for side, share in (("validation", settings.validation), ("test", settings.test)):
        if share and report.counts and not report.counts.get(side) and not report.counts.get("blocks"):
            say(f"No record came into {side}: there are too few for a share of {share:.0%}.")


def _show(report: SplitReport) -> None:
    sides = [side for side in ("train", "validation", "test", "blocks") if report.counts.get(side)]
    rows: list[tuple[str | int, ...]] = [
        (label, *(counts.get(side, 0) for side in sides)) for label, counts in report.labels.items()
    ]
    rows.append(("all", *(report.counts[side] for side in sides)))
    emit_table(("label", *sides), rows)
