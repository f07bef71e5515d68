"""init and stats."""

from __future__ import annotations

from pathlib import Path

import click

from curator.cli.output import State, emit_json, emit_table, json_option, say

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
    from curator.config import new
    from curator.project import Project

    if labels and kind != "classification":
        raise click.UsageError(f"A project of kind {kind} has no labels: leave --labels out.")
    project = Project.create(state.directory / folder, new(kind, labels, model, system))
    say(f"Made the project {folder}. Next: curator -C {folder} import FILE")
    if as_json:
        emit_json({"path": str(project.root.resolve()), **project.config.model_dump()})


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
