"""What is looked at beside the figures: calibration, slices, and whether the test is a fair one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from curator.config import EvaluateSettings
from curator.evaluate import calibration, metrics
from curator.evaluate.fairness.suspects import suspects
from curator.evaluate.fairness.tainted import contamination
from curator.evaluate.memorisation import Continued, memorisation
from curator.evaluate.scores import HEADLINE, RowScore, SystemScores
from curator.evaluate.slices import slices
from curator.evaluate.statistics import Estimator
from curator.records import Kind, Row


class Tested(NamedTuple):
    """The rows of a test, and what every system made of them."""

    kind: Kind
    """Kind of the rows."""
    labels: Sequence[str]
    """The closed list of labels."""
    train: Sequence[Row]
    """The train rows."""
    taught: Sequence[str]
    """What the train rows answer."""
    rows: Sequence[Row]
    """The test rows."""
    references: Sequence[str]
    """What should be answered on them."""
    systems: SystemScores
    """Every system's scores of them."""


class Studied(NamedTuple):
    """What is known beside the test rows; all of it may be missing."""

    validation: tuple[Sequence[str], Sequence[RowScore]] = ((), ())
    """References of validation rows, and what the tuned classifier makes of them."""
    continued: Continued | None = None
    """Halves of test windows that the models went on with."""
    sources: Mapping[str, str] = {}
    """Test row id to the file that it came from."""


def examine(tested: Tested, settings: EvaluateSettings, studied: Studied | None = None) -> dict[str, Any]:
    """The fields of `Evaluation` that say how far its figures can be trusted, and for which rows."""
    kind, labels, train, taught, rows, references, systems = tested
    known = studied or Studied()

    def headline(places: Sequence[int]) -> dict[str, Estimator]:
        return _headline(tested, places)

    found: dict[str, Any] = {
        "slices": slices(kind, labels, rows, references, systems, settings, known.sources),
        "contamination": contamination(train, rows, taught, headline, HEADLINE[kind][0], settings),
    }
    if known.continued is not None:
        found["memorisation"] = memorisation(known.continued, train)
    return found | (_classified(tested, known) if kind == "classification" else {})


def _classified(tested: Tested, known: Studied) -> dict[str, Any]:
    tuned = tested.systems["tuned"]
    bins = {name: calibration.reliability(scores) for name, scores in tested.systems.items()}
    found: dict[str, Any] = {
        "reliability": {name: some for name, some in bins.items() if some},
        "suspects": suspects(tested.labels, tested.train, tested.rows, [score.answer for score in tuned]),
    }
    if known.validation[1] and all(score.probabilities for score in tuned):
        test = (tested.references, tuned)
        found["temperature"] = calibration.temperature(tested.labels, known.validation, test)
    return found


def _headline(tested: Tested, places: Sequence[int]) -> dict[str, Estimator]:
    """The metric that decides on some of the rows, for every system that has it."""
    metric, references = HEADLINE[tested.kind][0], [tested.references[place] for place in places]
    found = {}
    for name, scores in tested.systems.items():
        some = [scores[place] for place in places]
        estimators = metrics.estimators(tested.kind, tested.labels, references, some)
        if metric in estimators:
            found[name] = estimators[metric]
    return found
