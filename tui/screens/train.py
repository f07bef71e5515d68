"""Tuning: a form, what is known before, and the run while it goes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Static
from textual.worker import get_current_worker

from curator.config import TrainSettings
from curator.errors import CuratorError

from ..dialogs.asking import ConfirmDialog
from ..display import line
from ..language import N_, _
from ..links import runs
from ..links.following import Following
from ..links.runs import GOING, MODEL, RESUMABLE, Outlook, Runs
from ..links.session import Session
from ..page import Page
from ..widgets.model_form import ModelForm
from ..widgets.run_panel import RunPanel
from ..words.estimates import Known, estimate_words, field_words

_NAME = "name"
_ABOUT = N_(
    "A run learns from the training records and is scored on the test records. Tab goes down the form."
)
_AFTERWARDS = (_NAME, "epochs", "learning_rate", "weight_decay", "warmup", "schedule", "seed", "report_to")
"""Lines that an estimate does not hang on, or that are reckoned in when it is shown."""
_BEAT = 0.5
"""Seconds between two looks at a run."""


class Looked(Message):
    """The runs have been looked at."""

    def __init__(self, current: str, sides: dict[str, int], next_name: str) -> None:
        """`current` is the run to show instead of the form."""
        self.current, self.sides, self.next_name = current, sides, next_name
        super().__init__()


class Followed(Message):
    """What a run said has been read."""


class Planned(Message):
    """An estimate is there, or the reason why there is none."""

    def __init__(self, plan: Outlook | None, error: CuratorError | None) -> None:
        self.plan, self.error = plan, error
        super().__init__()


class TrainScreen(Page[None]):
    """Begin a run, or watch the one that is going on."""

    NAME = "train"
    CSS_PATH = "train.tcss"
    HELP = N_("""\
# Train

A run tunes the model on the training records, chooses the best state by the validation records, and is judged on
the test records that it has never seen. All of it happens in a process of its own: leave this page, label on, close
the program or lose the connection; it goes on, and this page shows it again.

- The form holds the settings of the project; what is changed here counts for this run alone. A setting that is
  left empty is its default.
- `ctrl+t` reads the records as the model will and tries a few steps on a copy. It tells tokens, rows that are too long,
  memory beside what is free, time, and the smallest gain that the test records can show.
- `ctrl+s` starts: split and export if needed, tune, score, report.
- `x` stops a run after its step; nothing is lost, `r` goes on from there.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,s", "start", N_("Start"), id="train.start", tooltip=N_("Tune, then score.")),
        Binding(
            "ctrl+t", "estimate", N_("Estimate"), id="train.estimate", tooltip=N_("Tokens, memory, time.")
        ),
        Binding("x", "stop", N_("Stop"), id="train.stop", tooltip=N_("Finish the step, save, end.")),
        Binding("r", "resume", N_("Resume"), id="train.resume", tooltip=N_("Go on where it stopped.")),
        Binding("n", "form", N_("New run"), id="train.form", tooltip=N_("Show the form for another run.")),
        Binding("escape", "leave", N_("Leave"), id="train.leave", tooltip=N_("A run goes on without you.")),
    ]
    form = getters.query_one(ModelForm)
    panel = getters.query_one(RunPanel)
    about = getters.query_one("#field-help", Static)
    estimate = getters.query_one("#estimate", Static)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._runs = Runs(session.root)
        self._run: Following | None = None
        self._field = _NAME
        self._known = Known()
        self._problems: dict[str, str] = {}
        self._looking = False
        self._stopping = False

    def compose(self) -> ComposeResult:
        """The form with its help and the estimate; in their place the run while it goes."""
        config = self._session.config
        yield Static(
            Content(_(_ABOUT)),
            id="train-head",
        )
        with Horizontal(id="train-form"):
            before = {_NAME: "", MODEL: config.model}
            yield ModelForm(TrainSettings, runs.texts_of(config), before, "fields")
            with VerticalScroll(id="train-side", can_focus=False):
                yield Static(id="field-help")
                yield Static(id="estimate")
        yield RunPanel()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Find out whether a run is going on."""
        self.form.go_to(_NAME)
        self._show_estimate()
        # Once it is painted: two that work at once would hold a key for twice as long.
        self.call_after_refresh(self._look)
        self.set_interval(_BEAT, self._beat)

    @work(thread=True, exclusive=True, group="runs", exit_on_error=False)
    def _look(self) -> None:
        # Here, for it would hold up the page: what a run is drawn with.
        import_module("textual_plotext")
        try:
            found = self._runs.all()
            self.post_message(Looked(_shown_first(found), self._runs.sides(), self._runs.next_name()))
        except CuratorError as error:
            self.app.call_from_thread(self.complain, error)

    @on(Looked)
    def show_first(self, message: Looked) -> None:
        """Show the run that is going on or was stopped, else the form."""
        message.stop()
        self._known = self._known._replace(sides=message.sides)
        self.form.set_text(_NAME, message.next_name)
        self._judge()
        if message.current:
            self._follow(message.current)

    def _follow(self, name: str) -> None:
        self._run = Following(self._runs, name)
        self._stopping = False
        self._show_form(False)
        self.set_focus(None)
        self._beat()

    def _show_form(self, yes: bool) -> None:
        """The form, or the run. A form that is not seen takes no keys, whoever asked for the focus before."""
        self.set_class(not yes, "-running")
        self.query_one("#train-form").disabled = not yes

    def _beat(self) -> None:
        """Look at the run again, if the last look is over."""
        if self._run is not None and not self._looking:
            self._looking = True
            self._read(self._run)

    @work(thread=True, group="follow", exit_on_error=False)
    def _read(self, run: Following) -> None:
        try:
            run.look()
        except CuratorError as error:
            self.app.call_from_thread(self.complain, error)
        finally:
            # Whatever went wrong: the next look is not held up by this one.
            self.post_message(Followed())

    @on(Followed)
    def show_run(self, message: Followed) -> None:
        """Show what is new."""
        message.stop()
        self._looking = False
        run = self._run
        if run is not None:
            if run.overview is None and not run.problem and not self._stopping:
                run.problem = _("The run ended without a word.")
            self.panel.show(run, self._stopping)
        self.refresh_bindings()

    @on(ModelForm.Focused)
    def explain(self, message: ModelForm.Focused) -> None:
        """Say what the line under the cursor is."""
        message.stop()
        self._field = message.field
        self._show_help()

    @on(ModelForm.Changed)
    def judge(self, message: ModelForm.Changed) -> None:
        """Say at once what is wrong, and what changes in the estimate."""
        message.stop()
        self._judge()

    def _judge(self) -> None:
        texts = self.form.texts
        self._problems = runs.problems(texts)
        if problem := self._runs.name_problem(texts[_NAME]):
            self._problems[_NAME] = problem
        if not texts[MODEL].strip():
            self._problems[MODEL] = _("The run needs a model.")
        self.form.show_problems(self._problems)
        self._known = self._known._replace(settings=runs.settings_of(texts), texts=_of_the_data(texts))
        self._show_help()
        self._show_estimate()

    def _show_help(self) -> None:
        name = self._field
        self.about.update(field_words(self.form, name, self._problems.get(name, "")))

    def _show_estimate(self) -> None:
        self.estimate.update(estimate_words(self._known, self._session.config.kind))

    def action_estimate(self) -> None:
        """Find out what the run will need, in a process of its own."""
        if self._problems:
            self._refuse()
            return
        self._known = self._known._replace(is_being_made=True, problem="", remedy="")
        self._show_estimate()
        self._plan(self._settings, _of_the_data(self.form.texts))

    @work(thread=True, exclusive=True, group="plan", exit_on_error=False)
    def _plan(self, settings: Mapping[str, str], texts: Mapping[str, str]) -> None:
        worker = get_current_worker()
        try:
            plan = self._runs.estimate(settings, lambda: worker.is_cancelled)
        except CuratorError as error:
            self.post_message(Planned(None, error))
            return
        if plan is not None:
            self._known = self._known._replace(planned_for=dict(texts))
            self.post_message(Planned(plan, None))

    @on(Planned)
    def show_plan(self, message: Planned) -> None:
        """Show the estimate, or why there is none."""
        message.stop()
        error = message.error
        self._known = self._known._replace(
            is_being_made=False,
            plan=message.plan,
            problem=error.problem if error is not None else "",
            remedy=error.remedy if error is not None else "",
        )
        self._show_estimate()

    @property
    def _settings(self) -> dict[str, str]:
        return {name: text for name, text in self.form.changed.items() if name != _NAME}

    def _refuse(self) -> None:
        name = next(iter(self._problems))
        if name:
            self.form.go_to(name)
        self.notify(f"{name}: {self._problems[name]}", severity="error", markup=False)

    def action_start(self) -> None:
        """Begin the run as the form says."""
        if self._problems:
            self._refuse()
            return
        name = self.form.texts[_NAME]
        self._begin(name, partial(self._runs.start, name, self._settings))

    def action_resume(self) -> None:
        """Go on with the run that is shown."""
        if self._run is not None:
            self._begin(self._run.name, partial(self._runs.resume, self._run.name))

    def _begin(self, name: str, begin: partial[None]) -> None:
        try:
            begin()
        except CuratorError as error:
            self.complain(error)
            return
        self.workers.cancel_group(self, "plan")
        self._follow(name)

    def action_stop(self) -> None:
        """Ask, then let the run end after its step."""
        run = self._run
        if run is None or not run.is_going:
            return
        question = Content.assemble(
            _("Stop the run?"),
            " ",
            line(run.name, 40),
            "\n\n",
            Content.styled(_("It finishes its step and saves; r goes on from there."), "dim"),
        )

        def answered(yes: bool | None) -> None:
            if yes and self._runs.stop(run.name):
                self._stopping = True
                self._beat()

        self.app.push_screen(ConfirmDialog(question), answered)

    def action_form(self) -> None:
        """Show the form for another run."""
        self._run = None
        self._show_form(True)
        self.form.set_text(_NAME, self._runs.next_name())
        self.form.go_to(_NAME)
        self.refresh_bindings()

    def action_leave(self) -> None:
        """Back to the list; a run goes on."""
        self.workers.cancel_group(self, "plan")
        self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        run = self._run
        if action in ("start", "estimate"):
            return run is None
        if action == "stop":
            return run is not None and run.is_going
        if action == "form":
            return run is not None and not run.is_going
        if action == "resume":
            return run is not None and run.overview is not None and run.overview.state in RESUMABLE
        return True


def _shown_first(found: list[runs.Overview]) -> str:
    """The run that is going on; else the newest, if it waits to be resumed."""
    going = next((run.name for run in found if run.state in GOING), "")
    waiting = found[0].name if found and found[0].state in RESUMABLE else ""
    return going or waiting


def _of_the_data(texts: Mapping[str, str]) -> dict[str, str]:
    """The lines that an estimate must be made anew for."""
    return {name: text for name, text in texts.items() if name not in _AFTERWARDS}
