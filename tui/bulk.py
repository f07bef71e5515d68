"""Changes of many records at once: asked for, shown with their number, made in one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.content import Content

from curator.edits import Editor
from curator.replacing import Replacement

from .dialogs.picking import Choice
from .display import line
from .language import N_, _, counted
from .links.session import Session

_SHOWN = 5
"""Records that are shown before many are changed."""


class Bulk(NamedTuple):
    """One change of many records."""

    title: str
    """What it does, in the language of the interface."""
    apply: Callable[[Editor, Sequence[int]], int]
    """Makes it; the number of records that changed."""
    texts_change: bool = False
    """Whether the records say something else afterwards, so that the split has to be looked at."""


VERBS = {
    "accepted": N_("Accept"),
    "rejected": N_("Reject"),
    "flagged": N_("Flag"),
    "new": N_("Undecide"),
}


def decision(status: str) -> Bulk:
    """Accept, reject, flag, or make undecided again."""
    return Bulk(_(VERBS[status]), lambda editor, ids: editor.set_status(ids, status))


def labelling(label: str) -> Bulk:
    """Put records under a label."""
    title = _("Put under {label}").format(label=line(label, 60).plain)
    return Bulk(title, lambda editor, ids: editor.label(ids, label), True)


def tagging(name: str, remove: bool) -> Bulk:
    """Put a mark on records, or take it off."""
    shown = line(name, 60).plain
    if remove:
        return Bulk(
            _("Take tag {tag} off").format(tag=shown), lambda editor, ids: editor.tag(ids, (), [name])
        )
    return Bulk(_("Tag as {tag}").format(tag=shown), lambda editor, ids: editor.tag(ids, [name]))


def deletion() -> Bulk:
    """Take records out of sight."""
    return Bulk(_("Delete"), lambda editor, ids: editor.delete(ids))


def restoring() -> Bulk:
    """Bring deleted records back."""
    return Bulk(_("Restore"), lambda editor, ids: editor.restore(ids), True)


def suppressing(check_id: str, reason: str) -> Bulk:
    """Say that what a check finds in records is no fault."""
    return Bulk(
        _("Suppress {check}").format(check=check_id),
        lambda editor, ids: editor.suppress(ids, check_id, reason),
    )


def question(session: Session, bulk: Bulk, ids: Sequence[int]) -> tuple[Content, Content]:
    """What is about to happen to how many records, and the first of them."""
    head = Content.styled(
        counted("{what}: {n} record?", "{what}: {n} records?", len(ids), what=bulk.title), "bold"
    )
    parts: list[Content | str] = [""]
    for record in session.rows(ids[:_SHOWN]):
        said = record.fields.get("text") or record.fields.get("instruction") or ""
        parts += [line(f"{record.id}  {said}", 76), "\n"]
    if len(ids) > _SHOWN:
        parts.append(counted("and {n} more", "and {n} more", len(ids) - _SHOWN))
    return head, Content.assemble(*parts)


def menu(kind: str, one: bool) -> list[Choice]:
    """What can be done with the picked records, or with the one under the cursor."""
    choices = [
        Choice("accepted", _("Accept"), "a"),
        Choice("rejected", _("Reject"), "x"),
        Choice("flagged", _("Flag for a second look"), "f"),
        Choice("new", _("Undecide: as if nobody had looked")),
        *([Choice("label", _("Put under a label"), "m")] if kind == "classification" else []),
        Choice("tag", _("Put a tag on"), "t"),
        Choice("untag", _("Take a tag off")),
        Choice("replace", _("Find and replace in their texts"), "R"),
        Choice("suppress", _("Say that a finding is no fault")),
        Choice("delete", _("Delete"), "delete"),
        Choice("restore", _("Restore deleted ones")),
    ]
    return (
        [*choices, Choice("edit", _("Edit"), "e"), Choice("history", _("History"), "h")] if one else choices
    )


def replacement(wanted: Replacement, session: Session) -> Bulk:
    """Find and replace; whoever applies it brings a project of its own thread."""
    title = _("Replace {find} by {put}").format(
        find=line(wanted.find, 30).plain, put=line(wanted.put, 30).plain
    )

    def apply(editor: Editor, ids: Sequence[int]) -> int:
        return session.elsewhere(lambda project: project.replacer(wanted).apply(editor, ids))

    return Bulk(title, apply, True)
