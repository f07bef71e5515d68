"""import and rejects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curator.cli.output import State, emit_json, emit_table, json_option, progress_share, say

if TYPE_CHECKING:
    from curator.importing import ImportReport, SourcePlan
    from curator.store.sources import StoredReject

MOST_TOLD = 12
"""Plans of this many kinds of source are told one by one."""


@click.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--format", "file_format", default="", help="Overrules detection: see below.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds a field; FIELD= where none does.",
)
@click.option("--encoding", default="", help="Overrules detection: cp1251, latin-1, utf-16, …")
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
    """Read files, folders, archives, hub data sets or - (standard input) into the project.

    Format, encoding and columns are found by looking into the files, and told before anything
    is written. A repeated import adds nothing twice; what cannot be read is kept, see
    `curator rejects`; `curator undo` takes an import back.

    \b
    Formats: jsonl, json, csv, parquet, arrow, sheet, document, lines, labelled, html;
    packed as gz, bz2, xz, zst, zip or tar.

    \b
    Example:
      curator import tickets.csv --map text=message --map label=category
      curator import letters/ --map label=@folder
      curator import hub:owner/name
      cat more.jsonl | curator import -
    """
    from curator.formats.mapping import parse_assignments
    from curator.importing import Options

    options = Options(format=file_format, encoding=encoding, mapping=parse_assignments(pairs))
    project = state.project()
    had_labels = bool(project.config.labels)
    with progress_share("Importing") as progress:
        report = project.import_files(paths, options, progress, dry_run, tell_plans)
    _tell_import(report, dry_run)
    if project.config.labels and not had_labels:
        labels = project.config.labels
        more = f" and {len(labels) - 20:,} more" if len(labels) > 20 else ""
        say(f"Labels taken from the data, now in curator.toml: {', '.join(labels[:20])}{more}")
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
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write them to a file as they came in, a line each, to be mended and imported.",
)
@json_option
@click.pass_obj
def rejects_command(
    state: State, retry: bool, pairs: tuple[str, ...], out: Path | None, as_json: bool
) -> None:
    """Show the rows that could not become records, with place and reason.

    \b
    Example:
      curator rejects
      curator rejects --retry --map text=body
      curator rejects --out to-mend.jsonl
    """
    from curator.formats.mapping import parse_assignments
    from curator.text import plural

    project = state.project()
    if pairs and not retry:
        raise click.UsageError("--map only works together with --retry.")
    if retry:
        added, left = project.retry_rejects(parse_assignments(pairs))
        say(f"{plural(added, 'record')} could be read now; {plural(left, 'row')} still rejected.")
    rejects = project.rejects()
    if out is not None:
        _write_out(state.directory / out, rejects, project.reject_header())
    if as_json:
        emit_json([_as_json(reject) for reject in rejects])
    elif out is None:
        rows = [(r.place, r.reason, r.raw[:400].decode("utf-8", "backslashreplace")) for r in rejects]
        emit_table(("place", "reason", "raw"), rows)
    if not rejects:
        say("No rejects: everything that was imported could be read.")


def _as_json(reject: StoredReject) -> dict[str, object]:
    raw = reject.raw.decode("utf-8", "backslashreplace")
    return {"source": reject.source, "place": reject.place, "reason": reject.reason, "raw": raw}


def _write_out(path: Path, rejects: Sequence[StoredReject], header: bytes) -> None:
    from curator.files import write_atomically
    from curator.text import plural

    rows = b"".join(reject.raw + b"\n" for reject in rejects)
    write_atomically(path, header + rows, "write the rejects")
    say(f"Wrote {plural(len(rejects), 'reject')} to {path}.")


def tell_plans(plans: Sequence[SourcePlan]) -> None:
    """How the sources are going to be read; those that are read alike are told together."""
    groups = [list(group) for _, group in groupby(plans, key=_way)]
    for group in groups[:MOST_TOLD]:
        first, several = group[0], len(group) - 1
        say(f"{first.name}{f' and {several:,} more' if several else ''}: {_way(first)}")
        if first.preview:
            say("  first: " + _excerpt(first.preview[0].items()))
    if len(groups) > MOST_TOLD:
        say(f"… and {sum(map(len, groups[MOST_TOLD:])):,} more files.")


def _way(plan: SourcePlan) -> str:
    layout = plan.layout
    parts = [layout.format, *([layout.table] if layout.table else []), layout.encoding]
    if layout.confidence < 1.0:
        parts[-1] += f" ({layout.confidence:.0%} sure; --encoding overrules)"
    if not layout.header:
        parts.append("no header")
    columns = ", ".join(f"{field} ← {column}" for field, column in plan.mapping.items())
    return ", ".join(parts) + (f"; {columns}" if columns else "; no rows")


def _excerpt(fields: Iterable[tuple[str, object]]) -> str:
    from curator.text import visible_line

    return ", ".join(f"{name}: {visible_line(str(value), 60)!r}" for name, value in list(fields)[:4])


def _tell_import(report: ImportReport, dry_run: bool) -> None:
    from collections import Counter

    notes: Counter[str] = Counter()
    for source in report.sources:
        notes.update(source.notes)
    for note, count in notes.items():
        say(f"{count:,} × {note}")
    if report.left_out:
        listed = ", ".join(report.left_out[:10]) + (", …" if len(report.left_out) > 10 else "")
        say(f"Left out (name a file to import it): {listed}")
    verb = "Would add" if dry_run else "Added"
    say(
        f"{verb} {report.added:,} of {report.read:,} rows; {report.duplicates:,} were there already, "
        f"{report.rejected:,} rejected ({report.seconds:.1f} s)."
    )
    if report.unsound:
        say(f"{report.unsound:,} of them are held back until they are mended: `curator check` says why.")
    if report.rejected and not dry_run:
        say("See the rejects with `curator rejects`.")
