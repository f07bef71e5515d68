"""How far the figures can be trusted, in words: calibration, a test that was given away, its labels, memorisation."""

from __future__ import annotations

from collections.abc import Iterator

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.figures import METRICS, shown
from curator.evaluate.memorisation import Reproduced
from curator.evaluate.reporting.tables import Table
from curator.evaluate.scores import HEADLINE
from curator.evaluate.verdict import interval_shown
from curator.text import plural

LISTED = 50
"""Rows of a list at most; scores.parquet and metrics.json have them all."""


def about_calibration(evaluation: Evaluation) -> Iterator[str]:
    """How far off the tuned model's probabilities are, and what a temperature does."""
    error = evaluation.systems["tuned"].get("ece")
    if error is not None:
        yield (
            f"The tuned model's probabilities are off by {100 * error:.1f} points on average "
            "(expected calibration error)."
        )
    found = evaluation.temperature
    if found is None:
        return
    fitted = f"a temperature of {found.value:.2f}, fitted on {plural(found.fitted_on, 'validation row')},"
    error = f"{100 * found.ece:.1f} points"
    if found.ece >= found.ece_before:
        yield f"{fitted[0].upper()}{fitted[1:]} does not help: with it the error is {error}."
        return
    which = "too sure of itself" if found.value > 1 else "not sure enough"
    yield f"It is {which}: {fitted} brings the error to {error}; its answers stay as they are."


def temperature(evaluation: Evaluation) -> Table:
    """Calibration error and log loss with and without the temperature; empty where none was fitted."""
    found = evaluation.temperature
    if found is None:
        return []
    return [
        ["", "calibration error", "log loss"],
        ["as it is", shown("ece", found.ece_before), shown("log_loss", found.log_loss_before)],
        [f"temperature {found.value:.2f}", shown("ece", found.ece), shown("log_loss", found.log_loss)],
    ]


def reliability(evaluation: Evaluation) -> Table:
    """How sure the tuned model was and how often it was right, bin by bin; empty where nothing is known."""
    table = [["probability of its answer", "rows", "mean probability", "right"]]
    for part in evaluation.reliability.get("tuned", ()):
        span = f"{100 * part.low:.0f} to {100 * part.high:.0f} %"
        shares = [shown("accuracy", share) for share in (part.confidence, part.accuracy)]
        table.append([span, f"{part.rows:,}", *shares])
    return table if len(table) > 1 else []


def about_contamination(evaluation: Evaluation) -> Iterator[str]:
    """Whether the training rows give test rows away, and the difference without those."""
    found = evaluation.contamination
    if found is None:
        return
    if not found.rows:
        yield "No test row is the same as, nearly the same as, or shares a run of 13 words with a training row."
        return
    yield f"{plural(len(found.rows), 'test row')} of {evaluation.n:,}: the training rows give them away."
    if found.gain is not None:
        title = METRICS[found.gain.metric].title
        yield (
            f"On the {plural(found.clean, 'row')} that are left, {title} of tuned minus base: "
            f"{interval_shown(found.gain)}."
        )


def clean_scores(evaluation: Evaluation) -> Table:
    """Each system on all rows and without those that were given away; empty where none were."""
    found = evaluation.contamination
    if found is None or not found.systems:
        return []
    metric = HEADLINE[evaluation.kind][0]
    given_away = plural(len(found.rows), "row")
    table = [["system", f"{METRICS[metric].title} on all rows", f"without the {given_away}"]]
    for system, value in found.systems.items():
        whole = evaluation.systems.get(system, {}).get(metric)
        before = "–" if whole is None else shown(metric, whole)
        table.append([evaluation.title(system), before, shown(metric, value)])
    return table


def tainted(evaluation: Evaluation) -> Table:
    """The first of the test rows that the training rows give away."""
    found = evaluation.contamination
    if found is None or not found.rows:
        return []
    table = [["test row", "training row", "what ties them", "alike"]]
    for row in found.rows[:LISTED]:
        alike = "–" if row.similarity is None else shown("accuracy", row.similarity)
        table.append([row.id, row.train_id, row.tie, alike])
    return _said_to_be_cut(table, len(found.rows))


def suspects(evaluation: Evaluation) -> Table:
    """The first of the test rows whose label is likely wrong."""
    table = [["test row", "its label", "it reads like", "so sure", "of its label", "tuned said"]]
    for row in evaluation.suspects[:LISTED]:
        shares = [shown("accuracy", share) for share in (row.probability, row.own)]
        table.append([row.id, row.label, row.likelier, *shares, row.tuned])
    return _said_to_be_cut(table, len(evaluation.suspects)) if len(table) > 1 else []


def memorised(evaluation: Evaluation) -> Table:
    """The longest run of the training text in the continuations of each model."""
    found = evaluation.memorisation
    if found is None:
        return []
    table = [["", "words in a row", "characters", "test row", "training row", "the words"]]
    named = {"tuned": found.tuned, "base": found.base, "the true continuation": found.reference}
    return [*table, *(_reproduced(name, run) for name, run in named.items())]


def _reproduced(name: str, run: Reproduced) -> list[str]:
    places = [run.test_id or "–", run.train_id or "–"]
    return [name, f"{run.words:,}", f"{run.characters:,}", *places, run.text or "–"]


def _said_to_be_cut(table: Table, whole: int) -> Table:
    """A last line that says how many are not listed."""
    more = whole - (len(table) - 1)
    return [*table, [f"and {more:,} more", *([""] * (len(table[0]) - 1))]] if more > 0 else table
