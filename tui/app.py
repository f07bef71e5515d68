"""The terminal UI as a program."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual._context import active_message_pump
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.widget import MountError, Widget
from textual.worker import WorkerFailed

from curator.errors import CuratorError
from curator.text import visible_line

from . import language, marks
from .in_order import KeysInOrder
from .language import N_, _
from .links import fault, recent
from .links.session import Session
from .pages import LATER, PAGES, make
from .pauses import Pauses
from .terminal import guard
from .themes import HIGH_CONTRAST

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class CuratorApp(App[int]):
    """Look at, label, clean, split, train and judge: one project at a time."""

    TITLE = "Curator"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", N_("Help"), id="app.help", tooltip=N_("What can be done here.")),
        Binding("ctrl+q", "quit", N_("Quit"), id="app.quit", show=False, priority=True),
        Binding("f8", "projects", N_("Projects"), id="app.projects", show=False),
        Binding("f9", "jump", N_("Jump"), id="app.jump", show=False, tooltip=N_("Go to a part of the page.")),
        *(
            Binding(
                entry.key, f"page('{name}')", entry.title, id=f"app.{name}", show=False, tooltip=entry.help
            )
            for name, entry in PAGES.items()
        ),
    ]

    def __init__(self, session: Session | None, start: Path | None = None, debug: bool = False) -> None:
        """Work on a project that is open, or let one be chosen from a folder; `debug` shows tracebacks."""
        super().__init__()
        self._debug = debug
        self._keys_in_order = KeysInOrder(self, super().on_event)
        self._pauses = Pauses()
        self.session = session
        self._start = start or Path.cwd()
        self._begun = False
        for theme in HIGH_CONTRAST:
            self.register_theme(theme)

    async def on_event(self, event: Event) -> None:
        """Let keys that are typed faster than they are handled wait in line."""
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            self._pauses.typed()
            await self._keys_in_order.take(event)
        else:
            await super().on_event(event)

    def on_ready(self) -> None:
        """From now on what can wait is done in pauses."""
        self._pauses.begin()
        self.set_interval(1.0, self._pauses.look)
        self.run_worker(self._pauses.load(LATER), group="pauses", exit_on_error=False)

    def on_mount(self) -> None:
        """Open the first page, and end in good order when the terminal goes away."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._end, number)
        self._begin()

    def _begin(self) -> None:
        if self.session is None:
            language.use()
            self.action_projects()
            return
        settings = self.session.config.interface
        language.use(settings.language)
        marks.use_ascii(settings.ascii)
        self.set_class(settings.ascii, "-ascii")
        if settings.theme in self.available_themes and "TEXTUAL_THEME" not in os.environ:
            self.theme = settings.theme
        self.set_keymap(self.session.config.keymap)
        self.push_screen(make("records", self.session))
        self._begun = True

    def _end(self, number: signal.Signals) -> None:
        """Every decision was saved when it was made."""
        self.exit(return_code=128 + number)

    def _handle_exception(self, error: Exception) -> None:
        """A part that is being taken off the screen may find others gone before it; that is no fault."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        part = active_message_pump.get(None)
        seeks_another = isinstance(cause, (NoMatches, MountError))
        if not (seeks_another and isinstance(part, Widget) and self._is_gone(part)):
            super()._handle_exception(error)

    def _is_gone(self, part: Widget) -> bool:
        """Whether a part, or what it stands in, is being taken away."""
        above = part.ancestors_with_self
        is_shown = any(screen in above for screen in self.screen_stack)
        return not is_shown or any(node._pruning for node in above)

    def _fatal_error(self) -> None:
        """Something that nobody thought of: say so in words, and that nothing is lost."""
        if self._debug or self._exception is None:
            super()._fatal_error()
            return
        told = visible_line(f"{type(self._exception).__name__}: {self._exception}", 500)
        kept = fault.keep(self._exception)
        parts = [
            _("Something unexpected happened: {what}").format(what=told),
            _("Everything that was shown as saved is saved. This is a fault of Curator."),
            _("Where it happened stands in {path}; report that.").format(path=visible_line(str(kept), 500))
            if kept
            else _("Run `curator --debug` to see where it happened, and report what it prints."),
        ]
        self._exit_renderables[:] = [Text("\n".join(parts))]
        self._close_messages_no_wait()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The pages and what can be done on this one, before Textual's own commands."""
        if self.session is not None:
            for name, entry in PAGES.items():
                yield SystemCommand(_(entry.title), _(entry.help), lambda name=name: self.show_page(name))
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.description and active.enabled and active.node is screen:
                run = lambda action=binding.action: self.call_later(screen.run_action, action)  # noqa: E731
                yield SystemCommand(binding.description, active.tooltip or binding.description, run)
        yield SystemCommand(_("Projects"), _("Open another project, or begin one."), self.action_projects)
        yield from super().get_system_commands(screen)

    @property
    def project_root(self) -> Path | None:
        """The folder of the project that is open, if one is."""
        return self.session.root if self.session is not None else None

    def going_on(self) -> str:
        """What else goes on in the background, in a few words."""
        if self.session is None or not self.session.checking.is_going:
            return ""
        what, done, total = self.session.checking.step
        return _("checking") + (f" {done:,}/{total:,}" if total else f": {_(what)}" if what else "")

    def action_page(self, name: str) -> None:
        """Go to a page of the project."""
        self.show_page(name)

    def show_page(self, name: str) -> None:
        """Go to a page of the project; the list of records lies under all others."""
        if self.session is None or self.screen.is_modal:
            return
        self._to_records()
        if name != "records":
            self.push_screen(make(name, self.session))

    def show_records(self, query: str) -> None:
        """Go to the list of records, and show those that a query fits."""
        from .screens.browse import BrowseScreen

        if self.session is None:
            return
        self._to_records()
        assert isinstance(self.screen, BrowseScreen)
        self.screen.show_query(query)

    def _to_records(self) -> None:
        from .screens.browse import BrowseScreen

        while not isinstance(self.screen, BrowseScreen):
            self.pop_screen()

    def action_projects(self) -> None:
        """Choose a project, or begin one."""
        from .screens.home import HomeScreen

        if not isinstance(self.screen, HomeScreen) and not self.screen.is_modal:
            self.push_screen(HomeScreen(self._start))

    def open_project(self, root: str) -> None:
        """Leave the project that is open, and open another one."""
        try:
            session = Session(Path(root))
        except CuratorError as error:
            self.notify(f"{error.problem} {error.remedy}", severity="error", markup=False)
            return
        if self.session is not None:
            self.session.close()
        self.session = session
        recent.note(session.root)
        self._begun = False
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self._begin()

    def action_help_quit(self) -> None:
        """Ctrl+C leaves most programs; here it may stand for copying, so it only says how to leave."""
        self.notify(_("Everything is saved: ctrl+q leaves."), markup=False)

    def action_help(self) -> None:
        """What can be done on this page."""
        from .dialogs.help import HelpDialog

        if not isinstance(self.screen, HelpDialog):
            self.push_screen(HelpDialog(self.screen))

    def action_jump(self) -> None:
        """Letters over the parts of the page that take keys; one of them goes there."""
        from .dialogs.jump import JumpDialog

        if not self.screen.is_modal:
            self.push_screen(JumpDialog(self.screen))

    def watch_theme(self, theme: str) -> None:
        """A theme that was chosen is remembered with the project."""
        if self._begun and self.session is not None and self.session.config.interface.theme != theme:
            self.session.remember_theme(theme)


def run(root: Path | None, start: Path | None = None, debug: bool = False) -> int:
    """Open the project in a folder, or let the user choose one; returns the exit code when the user leaves.

    Raises:
        CuratorError: there is none, or it cannot be read.
    """
    app = CuratorApp(None if root is None else Session(root), start, debug)
    try:
        if root is not None:
            recent.note(root)
        guard()
        app.run()
        return app.return_code or 0
    finally:
        if app.session is not None:
            app.session.close()
