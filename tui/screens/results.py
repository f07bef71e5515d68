"""Whether the tuning was worth it: runs compared, their figures, and every row that stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, Footer, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from curator.errors import CuratorError

from ..display import block
from ..language import N_, _
from ..links.runs import GOING, Overview, Runs
from ..links.scored import FILTERS, Filter, Scored, load, record_of
from ..links.session import Session
from ..page import Page
from ..words import verdicts

_BEAT = 1.0
"""Seconds between two looks at runs that are going on."""
_MOST_ROWS = 500
"""Rows listed at once; filters find the others."""
_SHEETS = {"figures": N_("Figures"), "confusions": N_("Confusions"), "rows": N_("Rows")}


class Listed(Message):
    """The runs have been looked at."""

    def __init__(self, runs: list[Overview]) -> None:
        self.runs = runs
        super().__init__()


class Loaded(Message):
    """The scores of a run are there, or what is known without them."""

    def __init__(
        self, name: str, scored: Scored | None, log: Sequence[str], error: CuratorError | None
    ) -> None:
        self.name, self.scored, self.log, self.error = name, scored, log, error
        super().__init__()


class ResultsScreen(Page[None]):
    """The runs of the project and what each was worth."""

    NAME = "results"
    CSS_PATH = "results.tcss"
    HELP = N_("""\
# Results

Every run is judged on test rows that it has never seen, beside the model before tuning and beside cheap rivals.
A gain counts when its 95 % interval leaves out zero; what is within chance proves nothing.

- the list above holds the runs; the one under the cursor is shown below
- `1` figures, `2` confusions, `3` rows
- in the rows, `f` goes from regressions to gains, to wrong ones, to all
- `enter` or `o` opens the record of a row, so that its label can be put right; it stays in the test set
- `e` scores a run that was trained but not scored
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key, f"sheet('{name}')", title, id=f"results.{name}", show=False)
            for key, (name, title) in zip("123", _SHEETS.items(), strict=True)
        ),
        Binding(
            "f", "filter", N_("Filter"), id="results.filter", tooltip=N_("Regressions, gains, wrong, all.")
        ),
        Binding("o", "open", N_("Record"), id="results.open", tooltip=N_("Put its label right.")),
        Binding("e", "evaluate", N_("Score"), id="results.evaluate", tooltip=N_("On the test rows.")),
        Binding("escape", "app.pop_screen", N_("Leave"), id="results.leave", tooltip=N_("Back to the list.")),
    ]
    listed = getters.query_one("#runs", OptionList)
    sheets = getters.query_one(ContentSwitcher)
    row_list = getters.query_one("#row-list", OptionList)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._runs = Runs(session.root)
        self._found: list[Overview] = []
        self._scored: Scored | None = None
        self._shown = ""
        self._filter: Filter = FILTERS[0]
        self._looking = False

    def compose(self) -> ComposeResult:
        """Runs above; below the sheets of the one under the cursor."""
        yield Static(id="runs-head")
        yield OptionList(id="runs")
        yield Static(id="result-tabs")
        with ContentSwitcher(initial="figures"):
            with VerticalScroll(id="figures", classes="sheet"):
                yield Static(id="figures-text")
            with VerticalScroll(id="confusions", classes="sheet"):
                yield Static(id="confusions-text")
            with Vertical(id="rows"):
                yield Static(id="rows-head")
                yield OptionList(id="row-list")
                with VerticalScroll(id="row-detail"):
                    yield Static(id="row-text")
                    with Horizontal(id="answers"):
                        yield Static(id="row-base")
                        yield Static(id="row-tuned")
                        yield Static(id="row-reference")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Read the runs, and those that are going on again and again."""
        self.listed.focus()
        self._tell_tabs()
        self._beat()
        self.set_interval(_BEAT, self._watch)

    def _watch(self) -> None:
        if any(run.state in GOING for run in self._found):
            self._beat()

    def _beat(self) -> None:
        if not self._looking:
            self._looking = True
            self._look()

    @work(thread=True, group="runs", exit_on_error=False)
    def _look(self) -> None:
        try:
            self.post_message(Listed(self._runs.all()))
        except CuratorError as error:
            self.app.call_from_thread(self.complain, error)

    @on(Listed)
    def show_runs(self, message: Listed) -> None:
        """Show the runs, with the cursor where it was."""
        message.stop()
        self._looking = False
        if message.runs == self._found and self._found:
            if self._current is not None and self._current.state in GOING:
                self._show(self._current)
            return
        name = self._current.name if self._current is not None else ""
        self._found = message.runs
        self.set_class(not self._found, "-empty")
        if not self._found:
            self.query_one("#figures-text", Static).update(_nothing())
            return
        self._fill_runs(name)
        if self._current is not None:
            self._show(self._current)

    def _fill_runs(self, name: str) -> None:
        width = max(self.size.width - 4, 20)
        self.query_one("#runs-head", Static).update(verdicts.run_head(width))
        with self.prevent(OptionList.OptionHighlighted):
            self.listed.clear_options()
            self.listed.add_options(Option(verdicts.run_line(run, width)) for run in self._found)
            names = [run.name for run in self._found]
            self.listed.highlighted = names.index(name) if name in names else 0

    @property
    def _current(self) -> Overview | None:
        place = self.listed.highlighted
        return self._found[place] if place is not None and place < len(self._found) else None

    @on(OptionList.OptionHighlighted, "#runs")
    def choose(self, event: OptionList.OptionHighlighted) -> None:
        """Show the run under the cursor."""
        event.stop()
        if self._current is not None:
            self._show(self._current)

    def _show(self, run: Overview) -> None:
        self.refresh_bindings()
        self._load(run)

    @work(thread=True, exclusive=True, group="scores", exit_on_error=False)
    def _load(self, run: Overview) -> None:
        worker = get_current_worker()
        scored, error = None, None
        try:
            if run.state == "scored":
                scored = load(self._runs.folder(run.name))
        except CuratorError as problem:
            error = problem
        if not worker.is_cancelled:
            self.post_message(Loaded(run.name, scored, self._runs.log(run.name), error))

    @on(Loaded)
    def show_scores(self, message: Loaded) -> None:
        """Fill the sheets."""
        message.stop()
        run = self._current
        if run is None or run.name != message.name:
            return
        self._scored = message.scored
        self._fill_sheets(run, message)
        self._fill_rows()
        self.refresh_bindings()

    def _fill_sheets(self, run: Overview, message: Loaded) -> None:
        width = max(self.size.width - 4, 40)
        if message.scored is not None:
            found = message.scored.evaluation
            about, confused = verdicts.figures(found, width), verdicts.confusion(found, width)
        elif message.error is not None:
            about = Content.assemble(block(message.error.problem), "\n", block(message.error.remedy))
            confused = about
        else:
            about = confused = verdicts.unscored_words(run, message.log)
        self.query_one("#figures-text", Static).update(about)
        self.query_one("#confusions-text", Static).update(confused)

    def on_resize(self) -> None:
        """Lay everything out for another width."""
        if self._current is not None:
            self._fill_runs(self._current.name)
            self._load(self._current)

    def _fill_rows(self) -> None:
        self.row_list.clear_options()
        for part in ("text", "base", "tuned", "reference"):
            self.query_one(f"#row-{part}", Static).update(Content(""))
        head = self.query_one("#rows-head", Static)
        if self._scored is None:
            head.update(Content(_("There are no rows: this run has not been scored.")))
        elif self._scored.problem:
            head.update(Content(_("The test rows cannot be read any more.")))
            words = Content.assemble(block(self._scored.problem), "\n", block(self._scored.remedy))
            self.query_one("#row-text", Static).update(words)
        else:
            self._list_rows(self._scored, head)

    def _list_rows(self, scored: Scored, head: Static) -> None:
        rows, width = scored.rows[self._filter], max(self.size.width - 4, 40)
        labelled = scored.evaluation.kind == "classification"
        head.update(verdicts.rows_head(len(rows), self._filter))
        options = [Option(verdicts.row_line(row, labelled, width)) for row in rows[:_MOST_ROWS]]
        if len(rows) > _MOST_ROWS:
            more = _("… and {n} more").format(n=f"{len(rows) - _MOST_ROWS:,}")
            options.append(Option(Content(more), disabled=True))
        self.row_list.add_options(options)
        self.row_list.highlighted = 0 if rows else None

    @on(OptionList.OptionHighlighted, "#row-list")
    def show_row(self, event: OptionList.OptionHighlighted) -> None:
        """What was asked, and what base and tuned model made of it."""
        event.stop()
        place = event.option_index
        rows = self._scored.rows.get(self._filter, []) if self._scored is not None else []
        if place >= len(rows):
            return
        row = rows[place]
        self.query_one("#row-text", Static).update(verdicts.whole(row.text))
        told = {"base": (_("base said"), row.base), "tuned": (_("tuned said"), row.tuned)}
        told["reference"] = (_("right is"), row.reference)
        for part, (title, text) in told.items():
            self.query_one(f"#row-{part}", Static).update(verdicts.answer(title, text))
        self.query_one("#row-detail", VerticalScroll).scroll_home(animate=False)

    @on(OptionList.OptionSelected, "#row-list")
    def open_row(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the record."""
        event.stop()
        self.action_open()

    @on(OptionList.OptionSelected, "#runs")
    def go_down(self, event: OptionList.OptionSelected) -> None:
        """Enter goes from a run to its rows."""
        event.stop()
        self.action_sheet("rows")

    def action_sheet(self, name: str) -> None:
        """Show another sheet of the run."""
        self.sheets.current = name
        self._tell_tabs()
        self.refresh_bindings()
        (self.row_list if name == "rows" else self.query_one(f"#{name}", VerticalScroll)).focus()

    def action_filter(self) -> None:
        """The next filter of the rows."""
        self._filter = FILTERS[(FILTERS.index(self._filter) + 1) % len(FILTERS)]
        if self._scored is not None:
            self._fill_rows()

    def action_open(self) -> None:
        """Go to the record of the row under the cursor."""
        place = self.row_list.highlighted
        rows = self._scored.rows.get(self._filter, []) if self._scored is not None else []
        if place is not None and place < len(rows):
            self.host.show_records(f"id:{record_of(rows[place].id)}")

    def action_evaluate(self) -> None:
        """Score the run under the cursor, in a process of its own."""
        run = self._current
        if run is None:
            return
        try:
            self._runs.evaluate(run.name)
        except CuratorError as error:
            self.complain(error)
        self._beat()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        if action in ("filter", "open"):
            return self.is_mounted and self.sheets.current == "rows" and self._scored is not None
        if action == "evaluate":
            return self.is_mounted and self._current is not None and self._current.state == "finished"
        if action == "sheet":
            return bool(self._found)
        return True

    def _tell_tabs(self) -> None:
        current = self.sheets.current
        parts: list[Content | str | tuple[str, str]] = []
        for number, (name, title) in enumerate(_SHEETS.items(), 1):
            style = "bold reverse" if name == current else ""
            parts += [(f"{number} ", "dim"), Content.styled(f" {_(title)} ", style), "   "]
        self.query_one("#result-tabs", Static).update(Content.assemble(*parts))


def _nothing() -> Content:
    """How to get a result."""
    return Content.assemble(
        (_("There is no run yet.") + "\n\n", "bold"),
        _("A run tunes the model on your records and scores it on those that it has never seen.") + "\n",
        _("F6 leads to the page that starts one; its result is shown here."),
    )
