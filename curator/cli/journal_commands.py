"""undo, redo, log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from curator.cli.output import State, emit_json, emit_table, json_option, say

if TYPE_CHECKING:
    from curator.project import Project
    from curator.store.journal import Step

SCREENFUL = 50


@click.command("undo")
@click.argument("steps", metavar="[N]", type=click.IntRange(min=1), default=1)
@json_option
@click.pass_obj
def undo_command(state: State, steps: int, as_json: bool) -> None:
    """Take back the last N steps (1 when left out); a bulk edit or an import is one step.

    \b
    Example:
      curator undo 3
    """
    project = state.project()
    _tell_steps(project, project.editor.undo(steps), "Nothing to undo.", as_json)


@click.command("redo")
@click.argument("steps", metavar="[N]", type=click.IntRange(min=1), default=1)
@json_option
@click.pass_obj
def redo_command(state: State, steps: int, as_json: bool) -> None:
    """Do the last N undone steps again.

    \b
    Example:
      curator redo
    """
    project = state.project()
    _tell_steps(project, project.editor.redo(steps), "Nothing to redo.", as_json)


@click.command("log")
@click.option(
    "--limit", type=click.IntRange(min=1), default=SCREENFUL, help="At most so many steps, newest first."
)
@json_option
@click.pass_obj
def log_command(state: State, limit: int, as_json: bool) -> None:
    """Show the journal: who did what, when, to how many records.

    \b
    Example:
      curator log --limit 10
    """
    steps = state.project().log(limit)
    if as_json:
        emit_json([step.model_dump() for step in steps])
        return
    rows = [(s.id, s.at[:19].replace("T", " "), s.actor, s.verb, s.count, s.summary) for s in steps]
    emit_table(("step", "when (UTC)", "who", "verb", "records", "what"), rows)


def _tell_steps(project: Project, steps: Sequence[Step], nothing: str, as_json: bool) -> None:
    from curator.edits import describe
    from curator.text import plural

    say(describe(steps) or nothing)
    if steps and (leaks := project.leaks()):
        say(f"Careful: {plural(leaks, 'input')} on two sides of the split now; `curator check` names them.")
    if as_json:
        emit_json([step.model_dump() for step in steps])
