"""tag, replace, suggest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curator.cli.changes import show_change
from curator.cli.output import State, chosen_ids, emit_json, json_option, query_arguments, say, tell_leaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curator.store.journal import Change

SHOWN = 10


@click.command("tag")
@query_arguments
@click.option("--add", multiple=True, metavar="TAG", help="Put this mark on them; may be repeated.")
@click.option("--remove", multiple=True, metavar="TAG", help="Take this mark off; may be repeated.")
@json_option
@click.pass_obj
def tag_command(
    state: State,
    record_ids: tuple[int, ...],
    text: str | None,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    as_json: bool,
) -> None:
    """Put free marks on records, or take them off; queries find them with tag:NAME.

    \b
    Example:
      curator tag 3 4 --add "ask the lawyer"
      curator tag --query label:refund --remove draft
    """
    from curator.text import plural

    if not add and not remove:
        raise click.UsageError("Say which mark: --add TAG or --remove TAG.")
    project = state.project()
    changed = project.editor.tag(chosen_ids(project, record_ids, text), add, remove)
    say(f"{plural(changed, 'record')} changed." if changed else "Nothing changed: it was so already.")
    if as_json:
        emit_json({"changed": changed})


@click.command("replace")
@click.argument("find")
@click.argument("put", metavar="REPLACEMENT")
@click.option("--query", "-q", "text", default="", help="Only in the records that this query fits.")
@click.option("--field", default="", help="Only in this field.")
@click.option("--regex", is_flag=True, help=r"FIND is a regular expression; \1 in REPLACEMENT names a group.")
@click.option("--ignore-case", is_flag=True, help="Upper and lower case are the same.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@json_option
@click.pass_obj
def replace_command(
    state: State,
    find: str,
    put: str,
    text: str,
    field: str,
    regex: bool,
    ignore_case: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Find and replace in the texts of records: one step, which `curator undo` takes back.

    \b
    Example:
      curator replace "Acme Ltd." "the company" --dry-run
      curator replace --regex '\\s+$' '' --query source:tickets.csv
    """
    from curator.replacing import Replacement
    from curator.text import plural

    project = state.project()
    wanted = Replacement(find=find, put=put, regex=regex, ignore_case=ignore_case, field=field)
    replacer = project.replacer(wanted)
    ids = project.ids(text)
    swaps = list(replacer.preview(ids))
    changed = len(swaps) if dry_run else replacer.apply(project.editor, ids)
    if changed and not dry_run:
        tell_leaks(project.leaks_of([swap.record_id for swap in swaps]))
    if as_json:
        emit_json({"changed": changed, "preview": [_as_dict(swap) for swap in swaps], "dry_run": dry_run})
        return
    _show(swaps)
    would = "would change. Nothing was changed." if dry_run else "changed."
    say(
        f"{plural(changed, 'record')} {would}"
        + (" `curator undo` takes it back." if changed and not dry_run else "")
    )


@click.command("suggest")
@json_option
@click.pass_obj
def suggest_command(state: State, as_json: bool) -> None:
    """Learn from the accepted records, and suggest a label for each undecided one; the terminal UI shows it.

    \b
    Example:
      curator suggest
    """
    from curator.text import plural

    learned = state.project().suggest()
    if as_json:
        emit_json(learned._asdict())
        return
    say(
        f"Learned from {plural(learned.decided, 'decision')}; {plural(learned.suggested, 'record')} got a suggestion."
    )


def _as_dict(swap: Change) -> dict[str, object]:
    return {"id": swap.record_id, "before": swap.before, "after": swap.after}


def _show(swaps: Sequence[Change]) -> None:
    for swap in swaps[:SHOWN]:
        show_change(swap.record_id, swap.before, swap.after)
    if len(swaps) > SHOWN:
        say(f"… and {len(swaps) - SHOWN:,} more.")
