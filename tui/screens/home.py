"""The projects here and those opened last: open one, or begin one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from .. import marks
from ..dialogs.asking import AskDialog
from ..display import line
from ..language import N_, _, counted
from ..links import projects, recent
from ..links.projects import Known
from ..page import Page

_NAME, _KIND = 22, 14
"""Cells of the first columns."""
_WITHOUT_PROJECT = 2
"""Screens on the stack while no project is open: the empty one of the app, and this page."""

_WELCOME = N_("""\
Curator turns raw examples into a fine-tuned model with an honest score.
Bring a file of examples; label, clean, split, tune and judge it here.
There is no project here yet. Press n to begin one.""")


class Listed(Message):
    """The projects that there are."""

    def __init__(self, found: list[Known]) -> None:
        self.found = found
        super().__init__()


class LookedInto(Message):
    """One of the projects has been looked into."""

    def __init__(self, project: Known) -> None:
        self.project = project
        super().__init__()


class HomeScreen(Page[None]):
    """Choose a project, or begin one."""

    CSS_PATH = "home.tcss"
    HELP = N_("""\
# Projects

A project is a folder with your examples, your decisions, the exported files and the tuned models.

`enter` opens the project under the cursor, `n` begins a new one, `o` opens one that lies somewhere else.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "open", N_("Open"), id="home.open", tooltip=N_("Work on this project."), priority=True
        ),
        Binding("n", "new", N_("New project"), id="home.new", tooltip=N_("Begin a project, step by step.")),
        Binding(
            "o",
            "elsewhere",
            N_("Open a folder"),
            id="home.elsewhere",
            tooltip=N_("A project that is not listed."),
        ),
        Binding(
            "delete",
            "forget",
            N_("Forget"),
            id="home.forget",
            tooltip=N_("Take it off the list of projects opened last; its folder stays."),
            show=False,
        ),
        Binding("escape,q", "leave", N_("Leave"), id="home.leave", tooltip=N_("Back, or out of Curator.")),
    ]
    listed = getters.query_one("#projects", OptionList)
    state = getters.query_one("#home-state", Static)

    def __init__(self, start: Path) -> None:
        """List what lies in a folder and what was opened last."""
        super().__init__()
        self._start = projects.base(start)
        self._found: dict[str, Known] = {}

    def compose(self) -> ComposeResult:
        """The list under its heading."""
        yield Static(id="home-state")
        yield Static(Content(_heading()), id="home-head")
        yield OptionList(id="projects")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Look for projects."""
        self.listed.focus()
        self.state.update(Content(_("Looking for projects …")))
        self._look()

    @work(thread=True, exclusive=True, group="projects", exit_on_error=False)
    def _look(self) -> None:
        worker = get_current_worker()
        found = projects.known(self._start)
        self.post_message(Listed(found))
        for project in found:
            if worker.is_cancelled:
                return
            self.post_message(LookedInto(projects.looked_into(project)))

    @on(Listed)
    def show_list(self, message: Listed) -> None:
        """Fill the list; how far each project is comes later."""
        message.stop()
        self._found = {str(project.root): project for project in message.found}
        self.set_class(not message.found, "-empty")
        number = len(message.found)
        words = counted("{n} project here or opened before.", "{n} projects here or opened before.", number)
        self.state.update(Content(words if number else _(_WELCOME)))
        self.listed.clear_options()
        self.listed.add_options(Option(_row(project), id=root) for root, project in self._found.items())
        self.listed.highlighted = 0 if number else None

    @on(LookedInto)
    def show_project(self, message: LookedInto) -> None:
        """Say how far a project is."""
        message.stop()
        root = str(message.project.root)
        if root in self._found:
            self._found[root] = message.project
            self.listed.replace_option_prompt(root, _row(message.project))

    @on(OptionList.OptionSelected)
    def open_clicked(self, event: OptionList.OptionSelected) -> None:
        """A click opens a project too."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Work on the project under the cursor."""
        project = self._current()
        if project is None:
            self.tell(_("There is no project in the list: n begins one."))
        else:
            self.host.open_project(str(project.root))

    def action_elsewhere(self) -> None:
        """Open a project by its path."""
        question = AskDialog(_("The folder of the project"), str(self._start), "~/projects/tickets")
        self.app.push_screen(question, self._open_path)

    def _open_path(self, answer: str | None) -> None:
        if answer:
            self.host.open_project(str(Path(answer).expanduser()))

    def action_new(self) -> None:
        """Begin a project."""
        from .new_project import NewProjectScreen

        self.app.push_screen(NewProjectScreen(self._start))

    def action_forget(self) -> None:
        """Take a project off the list."""
        project = self._current()
        if project is not None:
            recent.forget(project.root)
            self._look()

    def action_leave(self) -> None:
        """Back to the project that is open, or out of Curator."""
        self.workers.cancel_group(self, "projects")
        if len(self.app.screen_stack) > _WITHOUT_PROJECT:
            self.dismiss()
        else:
            self.app.exit(0)

    def _current(self) -> Known | None:
        place = self.listed.highlighted
        return None if place is None else self._found.get(self.listed.get_option_at_index(place).id or "")


def _heading() -> str:
    return f"{_('project'):{_NAME}} {_('kind'):{_KIND}} {_('records'):>9} {_('decided'):>9}  {_('last used')}"


def _row(project: Known) -> Content:
    """Two lines: what it is and how far it is, then where it lies."""
    name = line(project.name, _NAME)
    padded = name.pad_right(max(0, _NAME - name.cell_length))
    place = line(str(project.root), 200)
    if project.problem:
        trouble = (f" {marks.sign('error')} {_('cannot be opened')}\n  ", "$text-error")
        return Content.assemble(padded.stylize("bold"), trouble, line(project.problem, 200))
    counts = f"{project.records:>9,} {project.decided:>9,}" if project.kind else f"{'…':>9} {'…':>9}"
    used = time.strftime("%Y-%m-%d %H:%M", time.localtime(project.used)) if project.used else ""
    facts = f" {project.kind:{_KIND}} {counts}  {used}"
    return Content.assemble(padded.stylize("bold"), facts, "\n  ", place.stylize("dim"))
