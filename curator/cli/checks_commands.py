"""check."""

from __future__ import annotations

import click

from curator.cli.output import State, emit_json, emit_table, json_option, say


@click.command("check")
@click.option("--only", multiple=True, metavar="CHECK", help="Run this check; may be repeated.")
@click.option(
    "--fail-on", type=click.Choice(("error", "warning")), help="Exit with 3 on findings this bad or worse."
)
@json_option
@click.pass_obj
def check_command(state: State, only: tuple[str, ...], fail_on: str | None, as_json: bool) -> None:
    """Find what would harm a fine-tune; `curator list issue:CHECK` then shows the records.

    \b
    Example:
      curator check --fail-on error
      curator check --only exact-duplicate --only conflicting-target
    """
    from curator.errors import GateClosed
    from curator.text import plural

    reports, found = state.project().check(only)
    if as_json:
        emit_json(
            {
                "checks": [report.model_dump() for report in reports],
                "findings": [finding.model_dump() for finding in found],
            }
        )
    else:
        rows = [(r.id, r.severity, r.count, r.title) for r in reports]
        emit_table(("check", "severity", "records", "what it looks for"), rows)
    for report in reports:
        if report.count:
            say(f"{report.id}: {report.harm}")
    total = sum(report.count for report in reports)
    say(f"{plural(total, 'finding')}." + (" See them with `curator list issue:CHECK`." if total else ""))
    bad = {"error": ("error",), "warning": ("error", "warning"), None: ()}[fail_on]
    stopping = [report.id for report in reports if report.count and report.severity in bad]
    if stopping:
        raise GateClosed(
            f"The gate --fail-on {fail_on} is closed by: {', '.join(stopping)}.",
            "Repair or reject those records.",
        )
