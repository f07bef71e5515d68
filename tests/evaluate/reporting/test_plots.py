from __future__ import annotations

import math

import pytest

from curator.evaluate.reporting import plots
from curator.evaluate.reporting.axes import Axis, around
from curator.evaluate.reporting.made import Loss, Made
from tests.evaluations import MADE, full, gain, sample


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        (Axis(0, 1), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (Axis(0, 64), ["0", "10", "20", "30", "40", "50", "60"]),
        (Axis(-0.03, 0.11), ["-0.02", "0.00", "0.02", "0.04", "0.06", "0.08", "0.10"]),
        (Axis(0, 12_000), ["0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"]),
    ],
)
def test_an_axis_has_round_ticks(axis, expected):
    assert [tick.text for tick in axis.ticks()] == expected
    assert all(0 <= tick.at <= 100 for tick in axis.ticks())


@pytest.mark.parametrize("values", [[1.0], [0.0, 0.0], [-3.0, -3.0], [1e-9, 2e-9], [5, 1e6]])
def test_an_axis_holds_its_values_with_room_at_the_ends(values):
    axis = around(values)
    assert all(0 < axis.place(value) < 100 for value in values)
    assert axis.ticks()


def test_an_interval_without_ends_reaches_over_the_whole_axis():
    axis = around([-math.inf, 0.0, 0.5, math.inf])
    assert (axis.place(-math.inf), axis.place(math.inf)) == (0.0, 100.0)
    few, _ = sample(count=4)
    spans = [span for forest in plots.differences(few) for span in forest.spans]
    assert {(span.low, span.high) for span in spans} == {(0.0, 100.0)}
    assert "(-∞ to ∞), within chance" in spans[0].text


def test_every_system_is_drawn_with_its_interval():
    found, _ = sample()
    (forest,) = plots.systems(found)
    assert [span.name for span in forest.spans][:2] == ["base", "tuned"]
    assert len(forest.spans) == len(found.systems)
    tuned = forest.spans[1]
    assert tuned.at == 90.0
    assert tuned.low < tuned.at < tuned.high
    assert tuned.text.startswith("90.0 % (")


def test_differences_are_drawn_around_no_difference_and_named_in_words():
    found, _ = sample()
    worse = gain(-0.2, -0.3, -0.1, p_adjusted=0.01)
    even = gain(0.1, -0.1, 0.3, p=0.4)
    (forest,) = plots.differences(found.model_copy(update={"gains_over": {"majority": worse, "tfidf": even}}))
    base, lost, chance = forest.spans
    assert forest.zero is not None
    assert base.low > forest.zero > lost.high
    assert chance.low < forest.zero < chance.high
    assert [span.tone for span in forest.spans] == ["better", "worse", "even"]
    assert lost.text == "-20.0 (-30.0 to -10.0), worse"
    assert chance.text.endswith("within chance")
    assert "right of the line" in forest.title


def test_losses_are_drawn_from_first_to_last_step():
    chart = plots.losses(MADE)
    assert chart is not None
    training, validation = chart.series
    assert training.points[-1][0] == 100.0
    assert [y for _, y in training.points] == sorted(y for _, y in training.points)
    assert [x for x, _ in validation.points] == [50.0, 100.0]
    assert chart.marker is not None
    assert chart.marker.at == 100.0
    assert all(0 <= place <= 100 for line in chart.series for point in line.points for place in point)


def test_a_curve_of_many_steps_is_thinned_to_means():
    made = Made(training=tuple(Loss(step=step, loss=float(step % 2)) for step in range(1, 10_001)))
    chart = plots.losses(made)
    assert chart is not None
    assert len(chart.series[0].points) <= 240
    assert len({y for _, y in chart.series[0].points}) == 1


def test_nothing_is_drawn_of_nothing():
    assert plots.losses(Made()) is None
    assert plots.reliability(sample()[0].model_copy(update={"reliability": {}})) is None


def test_sureness_is_drawn_against_accuracy_with_and_without_temperature():
    chart = plots.reliability(full()[0])
    assert chart is not None
    assert [line.name for line in chart.series] == ["as it is", "with temperature 1.70"]
    assert chart.series[0].points == ((50.0, 75.0), (95.0, 25.0))
    assert chart.series[0].path == "50,75 95,25"
