"""list, show, edit, label, accept, reject, flag, reset, delete, restore."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from curator.cli.output import (
    RECORD_ID,
    State,
    chosen_ids,
    emit_json,
    emit_table,
    emit_text,
    joined_query,
    json_option,
    query_arguments,
    say,
    tell_leaks,
)

if TYPE_CHECKING:
    from curator.edits import Editor
    from curator.store.queues import Order
    from curator.store.records import StoredRecord

SCREENFUL = 50
ORDERS = (
    "file", "newest", "longest", "shortest", "label", "open", "findings", "label-errors", "uncertain", "training",
    "random",
)  # fmt: skip


@click.command("list", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("query", nargs=-1)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=None,
    help=f"At most so many; by default {SCREENFUL}, with --json all.",
)
@click.option(
    "--sort", "order", type=click.Choice(ORDERS), default="file", show_default=True, help="The order."
)
@json_option
@click.pass_context
def list_command(
    context: click.Context, query: tuple[str, ...], limit: int | None, order: Order, as_json: bool
) -> None:
    """List the records that a query fits, or all of them.

    \b
    Example:
      curator list status:new label:refund,invoice -split:test
      curator list 'issue:exact-duplicate len>400 "free text"'
    """
    if query == ("-h",):
        # Declared as an option it would swallow the h of every negated word.
        click.echo(context.get_help())
        return
    project = context.obj.project()
    text = joined_query(query)
    wanted = -1 if as_json and limit is None else SCREENFUL if limit is None else limit
    found = project.sorted_records(text, order, wanted) if order != "file" else project.records(text, wanted)
    if as_json:
        emit_json([_as_json(project.kind, record) for record in found])
        return
    rows = [
        (r.id, r.status, r.split or "", _main_field(r, "label"), ",".join(r.findings), _excerpt(r))
        for r in found
    ]
    emit_table(("id", "status", "split", "label", "findings", "text"), rows)
    total = len(project.ids(text))
    if total > len(found):
        say(f"{len(found)} of {total:,} records; --limit shows more.")
    elif not found:
        say("No record fits." if text else "The project is empty: `curator import FILE` brings records in.")


@click.command("show")
@click.argument("record_id", metavar="ID", type=RECORD_ID)
@click.option("--tokens", is_flag=True, help="How the model will see it, and which part of it is learned.")
@click.option("--windows", is_flag=True, help="The windows that a text is cut into.")
@json_option
@click.pass_obj
def show_command(state: State, record_id: int, tokens: bool, windows: bool, as_json: bool) -> None:
    """Show one record: fields, origin, findings, history.

    \b
    Example:
      curator show 17
      curator show 17 --tokens
    """
    project = state.project()
    if tokens or windows:
        from curator.cli import training_views

        show = training_views.show_tokens if tokens else training_views.show_windows
        show(project, record_id, as_json)
        return
    record = project.record(record_id)
    history = project.history(record_id)
    found = project.findings(record_id)
    if as_json:
        emit_json(
            {
                **_as_json(project.kind, record),
                "original": record.original,
                "suppressed": project.suppressed(record_id),
                "problems": [finding.as_dict() for finding in found],
                "history": [{**step.model_dump(), **change.model_dump()} for step, change in history],
            }
        )
        return
    emit_text(
        f"record {record.id}  {record.status}  {record.split or 'no split'}  {record.source}:{record.line}"
    )
    for name, value in {**record.fields, **{f"({k})": v for k, v in record.meta.items()}}.items():
        emit_text(f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    reasons = project.suppressed(record_id)
    for finding in found:
        mark = (
            f"(suppressed: {reasons.get(finding.check_id, '')})"
            if finding.suppressed
            else f"! {finding.severity}"
        )
        emit_text(f"{mark} {finding.check_id}: {finding.message}")
    for step, change in history:
        emit_text(f"  {step.at[:19]} {step.actor}: {step.verb} {_difference(change.before, change.after)}")


@click.command("edit")
@click.argument("record_id", metavar="ID", type=RECORD_ID)
@click.option(
    "--set",
    "pairs",
    multiple=True,
    required=True,
    metavar="FIELD=VALUE",
    help="history takes JSON; an empty value takes an optional field away.",
)
@json_option
@click.pass_obj
def edit_command(state: State, record_id: int, pairs: tuple[str, ...], as_json: bool) -> None:
    """Set fields of a record.

    \b
    Example:
      curator edit 17 --set label=refund --set "text=Where is my money?"
    """
    values = dict(_assignment(pair) for pair in pairs)
    _apply(state, [record_id], None, as_json, lambda editor, ids: editor.set_fields(ids, values), True)


@click.command("label")
@click.argument("words", metavar="[ID]... LABEL", nargs=-1, required=True)
@click.option("--query", "-q", "text", help="All records that this query fits, as one step.")
@json_option
@click.pass_obj
def label_command(state: State, words: tuple[str, ...], text: str | None, as_json: bool) -> None:
    """Put records under a label and accept them.

    \b
    Example:
      curator label 3 4 17 refund
      curator label --query 'status:new "money back"' refund
    """
    *numbers, label = words
    if not all(number.isascii() and number.isdecimal() and len(number) < 19 for number in numbers):
        raise click.UsageError("Write the records' numbers, then one label: curator label 3 4 refund")
    _apply(
        state, [int(n) for n in numbers], text, as_json, lambda editor, ids: editor.label(ids, label), True
    )


def _verb(
    name: str, words: str, example: str, change: Callable[[Editor, Sequence[int]], int]
) -> click.Command:
    @click.command(name, help=f"{words}\n\n\b\nExample:\n  {example}")
    @query_arguments
    @json_option
    @click.pass_obj
    def command(state: State, record_ids: tuple[int, ...], text: str | None, as_json: bool) -> None:
        _apply(state, record_ids, text, as_json, change, name == "restore")

    return command


accept_command = _verb(
    "accept",
    "Accept records.",
    "curator accept 3 4 --json",
    lambda editor, ids: editor.set_status(ids, "accepted"),
)
reject_command = _verb(
    "reject",
    "Reject records: they stay in the project, but are not split, checked or exported.",
    "curator reject --query issue:exact-duplicate",
    lambda editor, ids: editor.set_status(ids, "rejected"),
)
flag_command = _verb(
    "flag",
    "Set records aside for a second look; they are not exported until accepted.",
    "curator flag 12",
    lambda editor, ids: editor.set_status(ids, "flagged"),
)
reset_command = _verb(
    "reset",
    "Take decisions back: as if nobody had looked.",
    "curator reset --query status:flagged",
    lambda editor, ids: editor.set_status(ids, "new"),
)
delete_command = _verb(
    "delete",
    "Delete records; restore or undo brings them back.",
    "curator delete 5",
    lambda editor, ids: editor.delete(ids),
)
restore_command = _verb(
    "restore",
    "Bring deleted records back.",
    "curator restore --query status:deleted",
    lambda editor, ids: editor.restore(ids),
)


def _apply(
    state: State,
    record_ids: Sequence[int],
    text: str | None,
    as_json: bool,
    change: Callable[[Editor, Sequence[int]], int],
    texts_changed: bool = False,
) -> None:
    from curator.text import plural

    project = state.project()
    named = chosen_ids(project, record_ids, text)
    changed = change(project.editor, named)
    say(f"{plural(changed, 'record')} changed." if changed else "Nothing changed: it was so already.")
    tell_leaks(project.leaks_of(named, texts_changed) if changed else ())
    if as_json:
        emit_json({"changed": changed})


def _assignment(pair: str) -> tuple[str, Any]:
    name, sign, value = pair.partition("=")
    if not sign:
        raise click.UsageError(f"Cannot read --set {pair}: write --set field=value.")
    if name != "history":
        return name, value if value or name in ("text", "label", "instruction", "answer") else None
    try:
        return name, json.loads(value) if value else None
    except ValueError as error:
        raise click.UsageError(f"--set history takes a JSON list of messages: {error}") from error


def _as_json(kind: str, record: StoredRecord) -> dict[str, Any]:
    return {"kind": kind, **record.model_dump(exclude={"original"})}


def _main_field(record: StoredRecord, name: str) -> str:
    return str(record.fields.get(name, ""))


def _excerpt(record: StoredRecord) -> str:
    return str(record.fields.get("text") or record.fields.get("instruction") or "")


def _difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    parts = []
    for name, value in after.items():
        old, new = before.get(name), value
        if isinstance(old, dict) and isinstance(new, dict):
            changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
            parts += [f"{key}: {old.get(key)!r} → {new.get(key)!r}" for key in changed]
        else:
            parts.append(f"{name}: {old} → {new}")
    return "; ".join(parts)
