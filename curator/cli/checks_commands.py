"""check, fix, suppress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

from curator.cli.changes import show_change
from curator.cli.output import (
    NAMED,
    RECORD_ID,
    State,
    emit_json,
    emit_table,
    json_option,
    progress_steps,
    say,
    tell_leaks,
)

if TYPE_CHECKING:
    from curator.checking import CheckReport
    from curator.project import Project

EXAMPLES = 3
SHOWN = 10
_EXCERPT = 70
"""Characters of evidence beside an example."""


@click.command("check")
@click.option("--only", multiple=True, metavar="CHECK", help="Run this check; may be repeated.")
@click.option("--quick", is_flag=True, help="Leave out the checks that load a tokenizer or fit a classifier.")
@click.option(
    "--fail-on", type=click.Choice(("error", "warning")), help="Exit with 3 on findings this bad or worse."
)
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=EXAMPLES,
    show_default=True,
    help="Examples of each check.",
)
@json_option
@click.pass_obj
def check_command(
    state: State, only: tuple[str, ...], quick: bool, fail_on: str | None, examples: int, as_json: bool
) -> None:
    """Find what would harm a fine-tune, the worst first; only what has changed is looked at again.

    \b
    Example:
      curator check --fail-on error
      curator check --only exact-duplicate --only conflicting-target
      curator list issue:mojibake
    """
    project = state.project()
    with progress_steps() as progress:
        reports = project.check(only, quick, progress)
    if as_json:
        found = project.found([report.id for report in reports])
        emit_json(
            {
                "checks": [report.model_dump() for report in reports],
                "findings": [finding.as_dict() for finding in found],
            }
        )
    else:
        _show(project, reports, examples)
    _close_gate(reports, fail_on)


def _show(project: Project, reports: Sequence[CheckReport], examples: int) -> None:
    """The table, then what the checks found and what can be done about it."""
    from curator.text import plural

    rows = [(r.id, r.severity, r.count, round(r.seconds, 2), _title(r)) for r in _shown(reports)]
    emit_table(("check", "severity", "findings", "seconds", "what it looks for"), rows)
    for report in reports:
        if report.count:
            _explain(project, report, examples)
    if not project.records(limit=1):
        say("The project is empty: `curator import FILE` brings records in.")
        return
    quiet = [report.id for report in reports if not report.count and not report.skipped]
    total = sum(report.count for report in reports)
    say("")
    if quiet:
        named = f": {', '.join(quiet)}" if len(quiet) <= NAMED else ""
        say(f"{plural(len(quiet), 'check')} found nothing{named}.")
    for report in reports:
        if report.skipped:
            say(f"{report.id} could not run: {report.skipped}")
    say(f"{plural(total, 'finding')}." + (" See them with `curator list issue:CHECK`." if total else ""))


def _shown(reports: Sequence[CheckReport]) -> list[CheckReport]:
    """On a terminal those that have something to say, for a pipe all."""
    import sys

    whole = not sys.stdout.isatty()
    return [r for r in reports if whole or r.count or r.suppressed or r.skipped]


def _title(report: CheckReport) -> str:
    notes = [f"{report.suppressed:,} suppressed"] if report.suppressed else []
    notes += ["not run"] if report.skipped else []
    return report.title + (f" ({', '.join(notes)})" if notes else "")


def _explain(project: Project, report: CheckReport, examples: int) -> None:
    from curator.text import visible_line

    say("")
    say(f": {report.harm}", title=report.id)
    for finding in islice((f for f in project.found([report.id], examples) if not f.suppressed), examples):
        if finding.record_id is None:
            say(f"  {visible_line(finding.message, 400)}")
            continue
        place = f" {finding.field}" if finding.field else ""
        say(f"  record {finding.record_id}{place}: {visible_line(finding.message, 400)}")
        if finding.start is not None:
            say(
                f"    {_evidence(project, finding.record_id, finding.field, finding.start, finding.end or 0)}"
            )
    if report.fix:
        say(f"  repair: {report.fix} (`curator fix {report.id} --dry-run`)")


def _evidence(project: Project, record_id: int, field: str, start: int, end: int) -> str:
    """The place in the text, with what stands around it."""
    from curator.text import revealed_line

    text = project.text_at(record_id, field)
    left = max(0, start - (_EXCERPT - min(end - start, _EXCERPT)) // 2)
    cut = text[left : left + _EXCERPT]
    return f"{'…' if left else ''}{revealed_line(cut)}{'…' if left + _EXCERPT < len(text) else ''}"


def _close_gate(reports: Sequence[CheckReport], fail_on: str | None) -> None:
    from curator.errors import CuratorError, GateClosed

    bad = {"error": ("error",), "warning": ("error", "warning"), None: ()}[fail_on]
    for report in reports:
        if report.skipped and report.severity in bad:
            raise CuratorError(
                f"The gate --fail-on {fail_on} cannot be judged: {report.id} could not run.", report.skipped
            )
    stopping = [report.id for report in reports if report.count and report.severity in bad]
    if stopping:
        raise GateClosed(
            f"The gate --fail-on {fail_on} is closed by: {', '.join(stopping)}.",
            "Repair or reject those records, or say with `curator suppress` why they are right.",
        )


@click.command("fix")
@click.argument("checks", metavar="CHECK...", nargs=-1, required=True)
@click.option("--query", "-q", "text", help="Only the records that this query fits.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=SHOWN, show_default=True, help="Records that are shown."
)
@json_option
@click.pass_obj
def fix_command(
    state: State, checks: tuple[str, ...], text: str | None, dry_run: bool, limit: int, as_json: bool
) -> None:
    """Repair what some checks find, where that is safe: one step, which `curator undo` takes back.

    \b
    Example:
      curator fix mojibake invisible-characters --dry-run
      curator fix personal-data --query 'split:train'
    """
    from curator.text import plural

    project = state.project()
    with progress_steps() as progress:
        fixer = project.fixer(checks, progress)
    among = None if text is None else project.ids(text)
    repairs = list(fixer.preview(among))
    changed = len(repairs) if dry_run else fixer.apply(project.editor, among)
    if changed and not dry_run:
        tell_leaks(project.leaks_of([repair.record_id for repair in repairs]))
    if as_json:
        shown = [
            {"id": repair.record_id, "before": repair.before, "after": repair.after} for repair in repairs
        ]
        emit_json({"changed": changed, "preview": shown, "dry_run": dry_run})
        return
    for repair in repairs[:limit]:
        show_change(repair.record_id, repair.before, repair.after)
    more = f" ({limit} shown)" if len(repairs) > limit else ""
    would, then = (
        ("would change", "Nothing was changed.") if dry_run else ("changed", "`curator undo` takes it back.")
    )
    say(f"{plural(changed, 'record')} {would}{more}. {then if changed else ''}".strip())


def _hits(project: Project, check: str, chosen: Sequence[int] | None) -> Iterator[bool]:
    """Whether a check has found something in these records, or at all."""
    if chosen is None:
        yield from (True for _ in project.found([check], 1))
    else:
        yield from (f.check_id == check for record_id in chosen for f in project.findings(record_id))


@click.command("suppress")
@click.argument("check", metavar="CHECK")
@click.argument("record_ids", metavar="[ID]...", nargs=-1, type=RECORD_ID)
@click.option("--query", "-q", "text", help="All records that this query fits, as one step.")
@click.option("--reason", default="", help="Why it is no fault; kept in the journal and shown in the card.")
@click.option("--lift", is_flag=True, help="Let it count again.")
@json_option
@click.pass_obj
def suppress_command(
    state: State,
    check: str,
    record_ids: tuple[int, ...],
    text: str | None,
    reason: str,
    lift: bool,
    as_json: bool,
) -> None:
    """Say that what a check finds is no fault: in some records, or, without any, in the whole project.

    \b
    Example:
      curator suppress personal-data 17 42 --reason "our own hotline"
      curator suppress bracket-markup --reason "forum posts keep their markup"
      curator suppress bracket-markup --lift
    """
    from curator.text import plural

    if bool(reason.strip()) == lift:
        raise click.UsageError("Give a reason with --reason, or take an earlier one back with --lift.")
    if text is not None and record_ids:
        raise click.UsageError("Name records by number or by --query, not both.")
    project = state.project()
    chosen = project.ids(text) if text is not None else list(record_ids) or None
    changed = project.suppress(check, chosen, reason.strip())
    if changed and not lift and not any(_hits(project, check, chosen)):
        say("Nothing was found there yet; if it ever is, it will not count.")
    if as_json:
        emit_json({"changed": changed})
        return
    what = f"{check} in {plural(changed, 'record')}" if chosen is not None else f"{check} as a whole"
    done = ("counts again" if lift else "does not count any more") if changed else "is as it was"
    say(f"{what} {done}." + (" `curator undo` takes it back." if changed else ""))
