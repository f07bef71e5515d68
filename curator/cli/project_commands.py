"""init, import, rejects, stats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curator.cli.output import State, emit_json, emit_table, json_option, progress_rows, say

if TYPE_CHECKING:
    from curator.importing import ImportReport

KINDS = ("classification", "instruction", "text")


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What a record is.")
@click.option(
    "--labels", default="", help="The closed list of labels: a,b,c. Left out: the first import brings them."
)
@click.option("--model", default="", help="The base model: a folder or a hub id.")
@click.option("--system", default="", help="System prompt put before every record.")
@json_option
@click.pass_obj
def init_command(
    state: State, folder: Path, kind: str, labels: str, model: str, system: str, as_json: bool
) -> None:
    """Make a new project.

    \b
    Example:
      curator init tickets --kind classification --labels refund,delivery,praise
      curator init law --kind instruction --system "Answer by the law of Mirelia."
    """
    from curator.config import checked
    from curator.project import Project

    if labels and kind != "classification":
        raise click.UsageError(f"A project of kind {kind} has no labels: leave --labels out.")
    given = {name: value for name, value in (("model", model), ("system", system)) if value}
    named = [label.strip() for label in labels.split(",") if label.strip()]
    project = Project.create(state.directory / folder, checked({"kind": kind, "labels": named, **given}))
    say(f"Made the project {folder}. Next: curator -C {folder} import FILE")
    if as_json:
        emit_json({"path": str(project.root.resolve()), **project.config.model_dump()})


@click.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--format", "file_format", default="", help="jsonl, csv, document or lines; detected when left out."
)
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field.")
@click.option("--encoding", default="", help="Such as cp1251; UTF-8 and UTF-16 are detected.")
@click.option("--dry-run", is_flag=True, help="Read and count everything, write nothing.")
@json_option
@click.pass_obj
def import_command(
    state: State,
    paths: tuple[str, ...],
    file_format: str,
    pairs: tuple[str, ...],
    encoding: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read files, folders or - (standard input) into the project.

    A repeated import adds nothing twice. What cannot be read is kept: see `curator rejects`.

    \b
    Example:
      curator import tickets.csv --map text=message --map label=category
      cat more.jsonl | curator import -
    """
    from curator.formats.mapping import parse_assignments
    from curator.importing import Options

    options = Options(format=file_format, encoding=encoding, mapping=parse_assignments(pairs))
    project = state.project()
    had_labels = bool(project.config.labels)
    with progress_rows("Importing") as progress:
        report = project.import_files(paths, options, progress, dry_run)
    _tell_import(report, dry_run)
    if project.config.labels and not had_labels:
        say(f"Labels taken from the data, now in curator.toml: {', '.join(project.config.labels[:20])}")
    unlisted = 0 if dry_run else project.unlisted()
    if unlisted:
        say(
            f"{unlisted:,} records have a label that is not in the list of curator.toml: `curator check` names them."
        )
    if as_json:
        emit_json({**report.model_dump(mode="json"), "dry_run": dry_run})


@click.command("rejects")
@click.option("--retry", is_flag=True, help="Try to read them again.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="With --retry: another mapping.")
@json_option
@click.pass_obj
def rejects_command(state: State, retry: bool, pairs: tuple[str, ...], as_json: bool) -> None:
    """Show the rows that could not become records, with place and reason.

    \b
    Example:
      curator rejects
      curator rejects --retry --map text=body
    """
    from curator.formats.mapping import parse_assignments

    project = state.project()
    if pairs and not retry:
        raise click.UsageError("--map only works together with --retry.")
    if retry:
        added, left = project.retry_rejects(parse_assignments(pairs))
        say(f"{added} of them could be read now; {left} are still rejected.")
    rejects = project.rejects()
    if as_json:
        emit_json(
            [
                {
                    "source": r.source,
                    "place": r.place,
                    "reason": r.reason,
                    "raw": r.raw.decode("utf-8", "backslashreplace"),
                }
                for r in rejects
            ]
        )
        return
    rows = [(r.place, r.reason, r.raw[:400].decode("utf-8", "backslashreplace")) for r in rejects]
    emit_table(("place", "reason", "raw"), rows)
    if not rejects:
        say("No rejects: everything that was imported could be read.")


@click.command("stats")
@json_option
@click.pass_obj
def stats_command(state: State, as_json: bool) -> None:
    """Count the records by status, split, label and finding.

    \b
    Example:
      curator stats --json
    """
    stats = state.project().stats()
    if as_json:
        emit_json(stats.model_dump())
        return
    rows: list[tuple[str, str, int]] = [("records", "", stats.records)]
    for group, counts in (
        ("status", stats.status),
        ("split", stats.split),
        ("label", stats.label),
        ("issue", stats.issues),
    ):
        rows += [(group, name, count) for name, count in counts.items()]
    emit_table(("what", "which", "records"), [*rows, ("rejects", "", stats.rejects)])


def _tell_import(report: ImportReport, dry_run: bool) -> None:
    from curator.text import visible

    for source in report.sources:
        columns = ", ".join(f"{field} ← {column}" for field, column in source.mapping.items())
        say(visible(f"{source.name}: {source.layout.format}, {source.layout.encoding}; {columns}"))
    if report.left_out:
        say(f"Left out (name a file to import it): {', '.join(report.left_out)}")
    verb = "Would add" if dry_run else "Added"
    say(
        f"{verb} {report.added:,} of {report.read:,} rows; {report.duplicates:,} were there already, "
        f"{report.rejected:,} rejected ({report.seconds:.1f} s)."
    )
    if report.rejected and not dry_run:
        say("See the rejects with `curator rejects`.")
