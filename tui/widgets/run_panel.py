"""A run on the screen: how far it is, its losses, its last words, and what can be done now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from curator.train.args import Event

from .. import marks
from ..display import block, line
from ..language import _
from ..links.following import Following
from ..links.runs import RESUMABLE, Overview, clock

_LOG = 3
_Part = Content | str | tuple[str, str]


class RunPanel(Vertical):
    """One run, as `Following` knows it."""

    DEFAULT_CSS = """
    RunPanel { height: 1fr; }
    RunPanel #run-state { height: 1; padding: 0 1; text-style: bold; }
    RunPanel #run-figures, RunPanel #run-bar { height: 1; padding: 0 1; }
    RunPanel #run-end { height: auto; max-height: 6; padding: 1 1 0 1; }
    RunPanel #run-end.-bad { color: $text-error; }
    RunPanel #run-curve { height: 1fr; min-height: 6; }
    RunPanel #run-log { height: auto; max-height: 4; padding: 0 1; color: $text-muted; }
    """

    _shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """State, figures and bar above, the losses in the middle, words below."""
        yield Static(id="run-state")
        yield Static(id="run-figures")
        yield Static(id="run-bar")
        yield Static(id="run-end")
        yield Vertical(id="run-curve")
        yield Static(id="run-log")

    def show(self, run: Following, stopping: bool) -> None:
        """Show what is known now; nothing is drawn again that has not changed."""
        state = (run.name, run.overview, run.last, tuple(run.log), run.problem, stopping, self.size)
        if state == self._shown:
            return
        self._shown = state
        width = max(self.size.width - 2, 20)
        self.query_one("#run-state", Static).update(line(state_words(run, stopping), width))
        self.query_one("#run-figures", Static).update(line(_figures(run.last, run.is_going), width))
        self.query_one("#run-bar", Static).update(_bar(run.last, width))
        end = self.query_one("#run-end", Static)
        end.update(_end(run))
        end.set_class(bool(run.problem), "-bad")
        end.display = bool(end.content)
        self._draw(run)
        log = self.query_one("#run-log", Static)
        log.update(Content("\n").join(line(words, width) for words in run.log[-_LOG:]))

    def _draw(self, run: Following) -> None:
        """The library that draws is slow to load: a page that shows no run does without it."""
        from .loss_curve import LossCurve

        place = self.query_one("#run-curve", Vertical)
        drawn = place.query(LossCurve)
        if not drawn:
            place.mount(LossCurve(run.trained, run.validated))
        else:
            drawn.first().show(run.trained, run.validated)


def state_words(run: Following, stopping: bool) -> str:
    """What a run is doing."""
    found = run.overview
    if found is None:
        return _("{name}: could not be begun").format(name=run.name)
    if stopping and run.is_going:
        return _("{name}: stopping; the step is finished and saved …").format(name=run.name)
    return f"{run.name}: {_state(found)}"


def _state(found: Overview) -> str:
    if found.state == "training" and not found.steps:
        return _("loading the model …")
    return {
        "preparing": _("splitting and exporting the records …"),
        "training": _("training, step {step} of {steps}"),
        "scoring": _("scoring the base and the tuned model on the test set …"),
        "created": _("ended before its first step"),
        "unfinished": _("stopped after step {step} of {steps}"),
        "finished": _("trained, not scored yet"),
        "scored": _("trained and scored"),
    }[found.state].format(step=f"{found.step:,}", steps=f"{found.steps:,}")


def _figures(last: Event | None, is_going: bool) -> str:
    if last is None or last.loss is None:
        return ""
    parts = [_("loss {loss:.4f}").format(loss=last.loss)]
    if last.tokens_per_second is not None:
        parts.append(_("{speed:,.0f} tokens/s").format(speed=last.tokens_per_second))
    if is_going and last.seconds_left is not None:
        parts.append(_("{time} left").format(time=clock(last.seconds_left)))
    parts.append(_("pass {epoch:.1f}").format(epoch=last.epoch))
    if is_going and last.learning_rate is not None:
        parts.append(_("learning rate {rate:.1e}").format(rate=last.learning_rate))
    return f"  {marks.sign('between')}  ".join(parts)


def _bar(last: Event | None, width: int) -> Content:
    if last is None or not last.steps:
        return Content("")
    share = last.step / last.steps
    return Content(f"{marks.bar(share, width - 5)} {share:4.0%}")


def _end(run: Following) -> Content:
    """What came of it, and what to press."""
    if run.is_going:
        return Content.styled(_("It goes on without you: esc leaves this page, f6 comes back to it."), "dim")
    parts: list[_Part] = []
    if run.problem:
        parts += [(f"{marks.sign('error')} ", "bold"), block(run.problem), "\n", block(run.remedy), "\n"]
    parts.append((_next(run.overview), "bold"))
    return Content.assemble(*parts)


def _next(found: Overview | None) -> str:
    if found is None:
        return _("n goes back to the form.")
    if found.state in RESUMABLE:
        return _("r goes on where it stopped; n begins another run.")
    if found.state == "finished":
        return _("F7 leads to the results, where e scores it; n begins another run.")
    outcome = _(found.score.outcome).capitalize() if found.score is not None else ""
    return _("{outcome}: F7 shows why; n begins another run.").format(outcome=outcome)
