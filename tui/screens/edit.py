"""Every field of a record, to be changed, beside what has changed and what the model will see."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Static

from curator.errors import CuratorError
from curator.records import FIELD_ORDER, MODELS
from curator.validation import problems

from ..dialogs.asking import ConfirmDialog
from ..dialogs.picking import Choice, PickDialog
from ..display import block, line
from ..editor import edited
from ..language import N_, _
from ..links.session import Session
from ..links.tokens import Shown
from ..marks import sign
from ..page import Page
from ..widgets.diff_view import changes_of
from ..widgets.field_editor import FieldEditor

_WIDE = 100
_PAUSE = 0.3
"""Seconds after the last key in which the tokens are counted."""
_ROLES = ("user", "assistant", "system")


class Laid(Message):
    """The record as the model will see it."""

    def __init__(self, shown: Shown | None) -> None:
        self.shown = shown
        super().__init__()


class EditScreen(Page[bool]):
    """Change what one record says."""

    NAME = "edit"
    CSS_PATH = "edit.tcss"
    HELP = N_("""\
# Edit

`tab` goes from field to field, `ctrl+s` saves, `escape` leaves. Beside the fields stand what has changed against the
record as it came in, what is wrong with it, and how the model will see it: the part that is learned is marked.

`ctrl+o` opens the field in your own editor (`$EDITOR`). What you do not touch stays exactly as it is.
In conversations `ctrl+n` adds a turn, `ctrl+k` removes one, `ctrl+r` changes who speaks. `ctrl+l` picks a label.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", N_("Save"), id="edit.save", tooltip=N_("Save and leave."), priority=True),
        Binding("ctrl+o", "external", N_("$EDITOR"), id="edit.external", tooltip=N_("Your own editor.")),
        Binding("ctrl+l", "pick_label", N_("Pick label"), id="edit.label", priority=True),
        Binding("ctrl+n", "add_turn", N_("Add turn"), id="edit.addturn", priority=True),
        Binding("ctrl+k", "remove_turn", N_("Remove turn"), id="edit.removeturn", priority=True),
        Binding("ctrl+r", "role", N_("Who speaks"), id="edit.role", priority=True),
        Binding("escape", "leave", N_("Leave"), id="edit.leave", tooltip=N_("Without saving.")),
    ]
    fields = getters.query_one("#fields", VerticalScroll)
    beside = getters.query_one("#changes", Static)
    laid = getters.query_one("#laid", Static)

    def __init__(self, session: Session, record_id: int) -> None:
        super().__init__()
        self._session = session
        self._record = session.record(record_id)
        self._roles: dict[FieldEditor, str] = {}
        self._kind = session.config.kind

    def compose(self) -> ComposeResult:
        """The fields; beside them what has changed, and the tokens."""
        yield Static(line(self._head(), 200), id="state")
        with Horizontal(id="both"):
            with VerticalScroll(id="fields", can_focus=False):
                yield from self._editors()
            with VerticalScroll(id="beside", can_focus=False):
                yield Static(id="changes")
                yield Static(id="laid")
        yield Footer(compact=True, show_command_palette=False)

    def _head(self) -> str:
        record = self._record
        return f"{_('record')} {record.id}  {sign(record.status)} {_(record.status)}  {record.source}:{record.line}"

    def _editors(self) -> ComposeResult:
        for name in filter(None, FIELD_ORDER[self._kind]):
            value = self._record.fields.get(name)
            if name == "history":
                yield from (self._turn(turn) for turn in value or () if isinstance(turn, dict))
            else:
                known = "" if value is None else str(value)
                yield FieldEditor(name, self._title(name), known, missing=value is None)

    def _turn(self, turn: dict[str, Any]) -> FieldEditor:
        role = str(turn.get("role", "user"))
        editor = FieldEditor("history", self._turn_title(role), str(turn.get("content", "")))
        self._roles[editor] = role
        return editor

    @staticmethod
    def _turn_title(role: str) -> str:
        return _("earlier turn: {role}").format(role=line(role, 20).plain)

    def _title(self, name: str) -> str:
        optional = not MODELS[self._kind].model_fields[name].is_required()
        return f"{name} {_('(may stay empty)')}" if optional else name

    def on_mount(self) -> None:
        """Begin in the first field."""
        self.query(FieldEditor).first().area.focus()
        self._tell()
        self._lay()

    def on_resize(self, event: events.Resize) -> None:
        """One below the other where there is no room for both."""
        self.set_class(event.size.width < _WIDE, "-narrow")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Turns are for conversations, labels for classification."""
        if action in ("add_turn", "remove_turn", "role"):
            return self._kind == "instruction"
        return self._kind == "classification" if action == "pick_label" else True

    def values(self) -> dict[str, Any]:
        """The fields as they would be saved."""
        now: dict[str, Any] = dict(self._record.fields)
        turns: list[dict[str, Any]] = []
        for editor in self.query(FieldEditor):
            value = editor.value
            if editor.field == "history":
                turns.append({"role": self._roles[editor], "content": value or ""})
            elif value is not None:
                now[editor.field] = value
                if not value and not MODELS[self._kind].model_fields[editor.field].is_required():
                    now.pop(editor.field)
        if self._kind == "instruction" and (turns or now.get("history")):
            now["history"] = turns
        return now

    def changed(self) -> dict[str, Any]:
        """What saving would set; None takes a field away."""
        before, after = self._record.fields, self.values()
        return {name: after.get(name) for name in {**before, **after} if before.get(name) != after.get(name)}

    @on(FieldEditor.Changed)
    def show_changes(self, message: FieldEditor.Changed) -> None:
        """Say at once what has changed and what is wrong; count tokens when the typing pauses."""
        message.stop()
        self._tell()
        self.set_timer(_PAUSE, self._lay)

    def _tell(self) -> None:
        values = self.values()
        parts: list[Content | str | tuple[str, str]] = []
        for problem in problems(self._kind, self._session.config.labels, values):
            parts += [(f"{sign('error')} ", "bold $text-error"), line(problem.message, 200), "\n"]
        original = self._record.original
        for name in {**self._record.fields, **values}:
            came = original.get(name, self._record.fields.get(name))
            if came != values.get(name):
                parts += [(f"{name}: ", "dim"), changes_of(came, values.get(name)), "\n"]
        nothing = Content.styled(_("Nothing differs from how it came in."), "dim")
        self.beside.update(Content.assemble(*parts) if parts else nothing)

    @work(thread=True, exclusive=True, group="tokens", exit_on_error=False)
    def _lay(self) -> None:
        self.post_message(Laid(self._session.tokens.ask(self.app.call_from_thread(self.values))))

    @on(Laid)
    def show_laid(self, message: Laid) -> None:
        """The text that is trained on, the learned part marked."""
        message.stop()
        told = message.shown
        if told is None or told.problem:
            why = _("The tokenizer does not answer.") if told is None else told.problem
            self.laid.update(Content.styled(line(why, 300).plain, "dim"))
            return
        count = _("{given} tokens given, {learned} learned").format(
            given=f"{told.given_tokens:,}", learned=f"{told.learned_tokens:,}"
        )
        learned = block(told.learned).stylize("bold underline")
        marked = (sign("begin"), learned, sign("end"))
        self.laid.update(Content.assemble("\n", (count, "bold"), "\n", block(told.given), *marked))

    def action_save(self) -> None:
        """Save what has changed, and leave."""
        changed = self.changed()
        if changed:
            try:
                leaks = self._session.set_fields(self._record.id, changed)
            except CuratorError as error:
                self.complain(error)
                return
            for finding in leaks[:3]:
                words = _("Careful: record {id} {what}.").format(id=finding.record_id, what=finding.message)
                self.notify(line(words, 300).plain, severity="warning", markup=False)
            self.tell(_("saved ✓"))
        self.dismiss(bool(changed))

    def action_leave(self) -> None:
        """Leave; changes are given up only after a question."""
        if self.changed():
            question = _("Leave without saving? What you changed here is lost.")
            self.app.push_screen(ConfirmDialog(question), self._left)
        else:
            self.dismiss(False)

    def _left(self, yes: bool | None) -> None:
        if yes:
            self.dismiss(False)

    def _focused(self) -> FieldEditor | None:
        if self.focused is None:
            return None
        return next((node for node in self.focused.ancestors if isinstance(node, FieldEditor)), None)

    def action_external(self) -> None:
        """The field in the user's own editor."""
        editor = self._focused()
        if editor is None:
            return
        before = editor.value or ""
        try:
            after = edited(before, self.app.suspend)
        except SuspendNotSupported:
            self.tell(_("There is no terminal here that an editor could use."))
            return
        except CuratorError as error:
            self.complain(error)
            return
        if after != before:
            editor.replace(after)

    def action_pick_label(self) -> None:
        """Pick the label from the list."""
        choices = [Choice(label, label) for label in self._session.config.labels]
        self.app.push_screen(PickDialog(_("Put under a label"), choices), self._picked_label)

    def _picked_label(self, label: str | None) -> None:
        if label is not None:
            next(editor for editor in self.query(FieldEditor) if editor.field == "label").replace(label)

    async def action_add_turn(self) -> None:
        """A new turn behind the one that is focused, or in front of the question."""
        here = self._focused()
        editor = self._turn({"role": "user", "content": ""})
        if here is not None and here.field == "history":
            await self.fields.mount(editor, after=here)
        else:
            question = next(other for other in self.query(FieldEditor) if other.field == "instruction")
            await self.fields.mount(editor, before=question)
        editor.area.focus()
        self._tell()

    async def action_remove_turn(self) -> None:
        """Take the focused turn out."""
        here = self._focused()
        if here is not None and here.field == "history":
            self._roles.pop(here)
            await here.remove()
            self._tell()
            self._lay()

    def action_role(self) -> None:
        """Let somebody else say the focused turn."""
        here = self._focused()
        if here is not None and here.field == "history":
            known = self._roles[here]
            role = _ROLES[(_ROLES.index(known) + 1) % len(_ROLES)] if known in _ROLES else _ROLES[0]
            self._roles[here] = role
            here.title = self._turn_title(role)
            self._tell()
            self._lay()
