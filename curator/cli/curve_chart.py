"""A learning curve in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curator.evaluate.kept_curve import LearningCurve

_WIDTH, _HEIGHT = 64, 14


def chart(found: LearningCurve) -> str:
    """Points with their intervals, and the one that is foretold; plain characters without colours."""
    import plotext as plt

    from curator.evaluate.figures import METRICS
    from curator.evaluate.kept_curve import MORE

    share = 100.0 if METRICS[found.metric].unit == "percent" else 1.0
    plt.clear_figure()
    plt.theme("clear")
    plt.plotsize(_WIDTH, _HEIGHT)
    rows = [point.rows for point in found.points]
    for point in found.points:
        plt.plot([point.rows] * 2, [share * point.low, share * point.high], marker="|")
    plt.plot(rows, [share * point.value for point in found.points], marker="·")
    plt.scatter(rows, [share * point.value for point in found.points], marker="●")
    more = MORE * rows[-1]
    plt.plot([more] * 2, [share * found.more.low, share * found.more.high], marker=":")
    plt.scatter([more], [share * found.more.value], marker="○")
    plt.xlabel("training rows")
    plt.title(METRICS[found.metric].title + (" in percent" if share > 1 else "") + " (○ foretold)")
    text: str = plt.uncolorize(plt.build())
    plt.clear_figure()
    return text.rstrip()
