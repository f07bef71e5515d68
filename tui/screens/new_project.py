"""A new project, step by step: where, what kind, which labels, which model."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Footer, Input, Label, RadioSet, Static

from curator.errors import CuratorError

from ..display import block
from ..language import N_, _
from ..links import beginning
from ..links.beginning import Wish
from ..page import Page
from ..widgets.text_line import TextLine
from ..widgets.toggles import Radio

_KINDS = {
    "classification": N_("a label for a text: “Where is my parcel?” → delivery"),
    "instruction": N_("an answer to a question: “Who may vote?” → “Adults.”"),
    "text": N_("documents that a model learns to go on writing: poems"),
}


class NewProjectScreen(Page[None]):
    """A form that becomes a project."""

    CSS_PATH = "new_project.tcss"
    HELP = N_("""\
# New project

A project is a folder. Say where it shall be and what your examples are; all but the kind can be changed later
in its file `curator.toml`.

- **classification**: a text and its label. The labels may be left out: the first import brings them.
- **instruction**: a question or task, and the answer that a model shall learn to give.
- **text**: documents as they are; a model learns to go on writing them.

`tab` goes to the next part, `ctrl+s` makes the project, `escape` leaves without making anything.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s", "make", N_("Make the project"), id="new.make", tooltip=N_("Then bring examples in.")
        ),
        Binding("tab", "app.focus_next", N_("Next part"), id="new.next", tooltip=N_("Go to the next part.")),
        Binding("escape", "leave", N_("Leave"), id="new.leave", tooltip=N_("Nothing is made.")),
    ]
    folder = getters.query_one("#folder", Input)
    kinds = getters.query_one("#kinds", RadioSet)
    labels = getters.query_one("#labels", Input)
    model = getters.query_one("#model", Input)
    verdict = getters.query_one("#verdict", Static)
    button = getters.query_one("#make", Button)

    def __init__(self, start: Path) -> None:
        """The folder is taken from the start folder on."""
        super().__init__()
        self._start = start

    def compose(self) -> ComposeResult:
        """The four questions, each with a word of help."""
        with VerticalScroll(id="form", can_focus=False):
            yield Static(Content(_("A project is a folder for your examples and all that is made of them.")))
            yield Label(Content(_("Name of the folder")))
            yield TextLine("my-project", id="folder", compact=True)
            yield Label(Content(_("What are your examples? Arrows move, space picks.")))
            with RadioSet(id="kinds", compact=True):
                for kind, about in _KINDS.items():
                    words = Content.assemble((f"{kind:15}", "bold"), " ", Content(_(about)))
                    yield Radio(words, id=kind, value=kind == "classification")
            yield Label(Content(_("Labels, with commas between")), classes="of-labels")
            hint = _("refund, delivery, praise – or nothing: they are taken from the data")
            yield TextLine(placeholder=hint, id="labels", compact=True, classes="of-labels")
            yield Label(Content(_("Model to tune")))
            yield TextLine(beginning.BUNDLED_MODEL, id="model", compact=True)
            about = _("bundled (small, comes with Curator), a folder, or owner/name on the hub")
            yield Static(Content.styled(about, "dim"))
            yield Static(id="verdict")
            yield Button(Content(_("Make the project")), id="make", compact=True)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with the name."""
        self.folder.focus()
        self._judge()

    @on(Input.Changed)
    @on(RadioSet.Changed)
    def judge(self) -> None:
        """Say at once what is wrong, or what will be made."""
        self.set_class(self._kind != "classification", "-unlabelled")
        self._judge()

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next part."""
        event.stop()
        self.focus_next()

    @on(Button.Pressed, "#make")
    def make(self) -> None:
        """Make the project."""
        self.action_make()

    def action_make(self) -> None:
        """Make the project, open it, and go on to bringing examples in."""
        try:
            root = beginning.make(self._wish)
        except CuratorError as error:
            self.complain(error)
            return
        self.host.open_project(str(root))
        self.host.show_page("import")

    def action_leave(self) -> None:
        """Back to the projects."""
        self.dismiss()

    @property
    def _kind(self) -> str:
        pressed = self.kinds.pressed_button
        return str(pressed.id) if pressed is not None else ""

    @property
    def _wish(self) -> Wish:
        labels = self.labels.value if self._kind == "classification" else ""
        return Wish(self._start, self.folder.value, self._kind, labels, self.model.value)

    def _judge(self) -> None:
        problem = beginning.problem(self._wish)
        self.button.disabled = bool(problem)
        self.verdict.set_class(bool(problem), "-bad")
        told = problem or _("Will be made: a {kind} project in {folder}").format(
            kind=self._kind, folder=self._wish.root
        )
        self.verdict.update(block(told))
