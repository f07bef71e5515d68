"""The losses of a run, drawn while it goes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual_plotext import PlotextPlot

from .. import marks
from ..language import _
from ..links.following import Points

_TICKS = 5


class LossCurve(Vertical):
    """Training loss as a line, validation loss as points on it, and below what is what."""

    DEFAULT_CSS = """
    LossCurve { height: 1fr; min-height: 6; }
    LossCurve > Static { height: 1; padding: 0 1; }
    """

    def __init__(self, trained: Points, validated: Points) -> None:
        """Begin with these points."""
        super().__init__()
        self._first = (trained, validated)

    def compose(self) -> ComposeResult:
        """The picture and its legend."""
        yield PlotextPlot(id="plot")
        yield Static(id="legend")

    def on_mount(self) -> None:
        """Draw the first points."""
        self.show(*self._first)

    def show(self, trained: Points, validated: Points) -> None:
        """Draw other points."""
        widget = self.query_one(PlotextPlot)
        plot, plain = widget.plt, marks.is_ascii()
        plot.clear_figure()
        plot.frame(not plain)
        if trained[0]:
            plot.plot(*trained, marker="." if plain else "braille", color=self._colour("primary"))
        if validated[0]:
            plot.scatter(*validated, marker="o" if plain else "●", color=self._colour("warning"))
        steps = [*trained[0], *validated[0]]
        if steps:
            ticks = _ticks(int(min(steps)), int(max(steps)))
            plot.xticks(ticks, [f"{tick:,}" for tick in ticks])
        widget.refresh()
        self.query_one("#legend", Static).update(_legend(trained, validated, plain))

    def _colour(self, name: str) -> tuple[int, int, int]:
        """A colour of the theme, for the library that draws."""
        return Color.parse(self.app.theme_variables[name]).rgb


def _legend(trained: Points, validated: Points, plain: bool) -> Content:
    parts: list[Content | str | tuple[str, str]] = [("..." if plain else "⠤⠤⠤", "bold $primary")]
    parts += [" ", _("training loss"), " ", (_figure(trained), "bold"), "    "]
    parts += [
        ("o" if plain else "●", "bold $warning"),
        " ",
        _("validation loss"),
        " ",
        (_figure(validated), "bold"),
    ]
    return Content.assemble(*parts)


def _figure(points: Points) -> str:
    return f"{points[1][-1]:.4f}" if points[1] else "-"


def _ticks(first: int, last: int) -> list[int]:
    """A few whole steps, evenly spread."""
    return sorted({first + (last - first) * n // (_TICKS - 1) for n in range(_TICKS)})
