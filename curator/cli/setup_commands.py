"""doctor, schema, demo."""

from __future__ import annotations

from pathlib import Path

import click

from curator.cli.output import State, emit_json, emit_table, json_option, say


@click.command("doctor")
@json_option
def doctor_command(as_json: bool) -> None:
    """Show what this machine has: versions, device, memory, disk, the bundled model.

    \b
    Example:
      curator doctor --json
    """
    from curator.doctor import examine

    report = examine()
    if as_json:
        emit_json(report.model_dump())
        return
    emit_table(
        ("what", "good", "found"),
        [(item.name, "yes" if item.good else "no", item.found) for item in report.items],
    )
    for item in report.items:
        if item.remedy:
            say(f"{item.name}: {item.remedy}")


@click.command("schema")
@click.argument("name", required=False, default="")
def schema_command(name: str) -> None:
    """Print a JSON Schema; without a name, list them.

    \b
    Example:
      curator schema config
    """
    from curator.schema import MODELS, render

    click.echo(render(name) if name else "\n".join(MODELS), nl=not name)


@click.command("demo")
@click.option(
    "--kind",
    type=click.Choice(("classification", "instruction", "text", "all")),
    default="classification",
    help="Which of the three kinds to show.",
)
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("curator-demo"), help="Where to work."
)
@json_option
@click.pass_obj
def demo_command(state: State, kind: str, folder: Path, as_json: bool) -> None:
    """Walk the whole way on the bundled samples: import, check, split, export, train, verdict.

    Everything runs offline, with the small model that comes with Curator; each command is
    printed before it runs, as you would type it.

    \b
    Example:
      curator demo
      curator demo --kind all --dir try-it
    """
    from curator.demo import STORIES, walk

    chosen = [story for story in STORIES if kind in (story.kind, "all")]
    results = {story.kind: walk(story, folder, say) for story in chosen}
    if as_json:
        emit_json(results)
