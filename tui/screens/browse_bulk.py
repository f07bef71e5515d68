"""What can be done with the picked records of the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on, work
from textual.message import Message

from curator.errors import CuratorError
from curator.project import Project
from curator.replacing import Replacement
from curator.store.findings import Finding

from ..bulk import (
    Bulk,
    decision,
    deletion,
    labelling,
    menu,
    question,
    replacement,
    restoring,
    suppressing,
    tagging,
)
from ..dialogs.asking import AskDialog, ConfirmDialog
from ..dialogs.picking import Choice, PickDialog
from ..dialogs.replacing import ReplaceDialog
from ..display import line
from ..language import _, counted
from ..links.session import Session
from ..turning import TurningPage
from ..widgets.record_grid import RecordGrid


class Changed(Message):
    """A bulk change has been made."""

    def __init__(self, title: str, count: int, leaks: list[Finding]) -> None:
        self.title, self.count, self.leaks = title, count, leaks
        super().__init__()


class BulkChanges(TurningPage):
    """The part of the list's page that changes records."""

    _session: Session
    grid: RecordGrid
    say: Callable[[str], None]
    renewed: Callable[[], None]

    def chosen(self) -> list[int]:
        """The records that are picked; without any, the one under the cursor."""
        here = [] if self.grid.record_id is None else [self.grid.record_id]
        return self.grid.picked or here

    def make(self, bulk: Bulk) -> None:
        """Make a change: of one record at once, of several after a look at what it will do."""
        ids = self.chosen()
        if len(ids) == 1:
            self._apply(bulk, ids)
        elif ids:
            dialog = ConfirmDialog(*question(self._session, bulk, ids))

            def answered(yes: bool | None) -> None:
                if yes:
                    self._apply(bulk, ids)

            self.app.push_screen(dialog, answered)

    @work(thread=True, group="bulk", exit_on_error=False)
    def _apply(self, bulk: Bulk, ids: list[int]) -> None:
        def change(project: Project) -> Changed:
            count = bulk.apply(project.editor, ids)
            leaks = project.leaks_of(ids, bulk.texts_change) if count else []
            return Changed(bulk.title, count, leaks)

        try:
            self.post_message(self._session.elsewhere(change))
        except CuratorError as error:
            self.app.call_from_thread(self.complain, error)

    @on(Changed)
    def show_changed(self, message: Changed) -> None:
        """Say what was done."""
        message.stop()
        self._session.forget_values()
        told = counted(
            "{what}: {n} record changed", "{what}: {n} records changed", message.count, what=message.title
        )
        self.say(told)
        for finding in message.leaks[:3]:
            words = _("Careful: record {id} {what}.").format(id=finding.record_id, what=finding.message)
            self.notify(line(words, 300).plain, severity="warning", markup=False)
        if message.count > 1:
            self.grid.let_go()
        self.grid.renew()

    def action_decide(self, status: str) -> None:
        """Accept, reject or flag; one record is decided at once, and the cursor goes on."""
        ids = self.chosen()
        if len(ids) != 1 or self.grid.picked:
            self.make(decision(status))
            return
        self._session.decide(ids[0], status)
        self.say(_("saved ✓"))
        self.grid.renew()
        self.grid.action_move(1)

    def action_menu(self) -> None:
        """Everything that can be done with these records."""
        ids = self.chosen()
        if ids:
            title = counted("With {n} record", "With {n} records", len(ids))
            choices = menu(self._session.config.kind, len(ids) == 1)
            self.app.push_screen(PickDialog(title, choices), self._chosen_from_menu)

    def _chosen_from_menu(self, action: str | None) -> None:
        doing: dict[str, Callable[[], Any]] = {
            "label": self.action_put_label,
            "tag": self.action_tag,
            "untag": self._untag,
            "replace": self.action_replace,
            "suppress": self._suppress,
            "delete": self.action_delete,
            "restore": lambda: self.make(restoring()),
            "edit": lambda: self.call_later(self.run_action, "edit"),
            "history": lambda: self.call_later(self.run_action, "history"),
        }
        if action in ("accepted", "rejected", "flagged", "new"):
            self.make(decision(action))
        elif action is not None:
            doing[action]()

    def action_put_label(self) -> None:
        """Put these records under a label."""
        if self._session.config.kind != "classification":
            self.say(_("This project has no labels."))
            return
        choices = [Choice(label, label) for label in self._session.config.labels]
        self.app.push_screen(PickDialog(_("Put under a label"), choices), self._put_label)

    def _put_label(self, label: str | None) -> None:
        if label is not None:
            self.make(labelling(label))

    def action_tag(self) -> None:
        """Put a mark on these records."""
        self.app.push_screen(AskDialog(_("Tag"), placeholder=_("a word of your own")), self._tag)

    def _tag(self, name: str | None) -> None:
        if name and name.strip():
            self.make(tagging(name.strip(), remove=False))

    def _untag(self) -> None:
        tags = [Choice(name, name) for name in self._session.values("tag")]
        self.app.push_screen(
            PickDialog(_("Take a tag off"), tags),
            lambda name: None if name is None else self.make(tagging(name, remove=True)),
        )

    def action_replace(self) -> None:
        """Find and replace in the texts of these records."""
        ids = self.chosen()
        if ids:
            self.app.push_screen(ReplaceDialog(self._session, ids), self._replace)

    def _replace(self, wanted: Replacement | None) -> None:
        # The dialog has shown how many records will change, and how.
        if wanted is not None:
            self._apply(replacement(wanted, self._session), self.chosen())

    def action_delete(self) -> None:
        """Take these records out of sight."""
        self.make(deletion())

    def _suppress(self) -> None:
        ids = self.chosen()
        found = {
            finding.check_id for record_id in ids[:1000] for finding in self._session.findings(record_id)
        }
        if not found:
            self.say(_("Nothing was found in these records."))
            return
        choices = [Choice(check_id, check_id) for check_id in sorted(found)]
        self.app.push_screen(PickDialog(_("Which finding is no fault?"), choices), self._ask_reason)

    def _ask_reason(self, check_id: str | None) -> None:
        if check_id is None:
            return
        dialog = AskDialog(_("Why is it no fault? The reason is kept."), refuse=_needed)
        self.app.push_screen(
            dialog, lambda reason: self.make(suppressing(check_id, reason.strip())) if reason else None
        )


def _needed(reason: str) -> str:
    return "" if reason.strip() else _("A reason is needed.")
