"""What a report says, part by part, in words and tables; report.md and report.html show the same parts."""

from __future__ import annotations

from typing import Literal, NamedTuple

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.fairness.tainted import how_held_out
from curator.evaluate.reporting import asked, more, tables, trust
from curator.evaluate.reporting.made import Made, losses_table, two_columns
from curator.evaluate.reporting.tables import Table
from curator.text import plural

MATRIX_LABELS = 25
"""Up to so many labels the confusion matrix is shown whole."""


class Captioned(NamedTuple):
    """A table with what it shows."""

    caption: str
    """What it shows."""
    lines: Table
    """Its lines, the head first."""
    kind: Literal["plain", "matrix", "detail"] = "plain"
    """A matrix is a table of counts, to be coloured; details are folded away where that can be done."""


class Section(NamedTuple):
    """A part of the report."""

    id: str
    """Its name in links."""
    title: str
    """Its heading."""
    notes: tuple[str, ...] = ()
    """Sentences below the heading."""
    tables: tuple[Captioned, ...] = ()
    """Tables below the sentences."""


def of(evaluation: Evaluation, made: Made) -> list[Section]:
    """Every part that has something to say."""
    found = [
        _systems(evaluation),
        _gains(evaluation),
        _rivals(evaluation),
        _judged(evaluation),
        _general(evaluation),
        _memorised(evaluation),
        _cost(evaluation, made),
        _more(made),
        _slices(evaluation),
        _labels(evaluation),
        _lengths(evaluation),
        _confusion(evaluation),
        _calibration(evaluation),
        _contamination(evaluation),
        _suspects(evaluation),
        _losses(made),
    ]
    return [section for section in found if section.notes or section.tables]


def _some(*captioned: Captioned) -> tuple[Captioned, ...]:
    """The tables that hold anything."""
    return tuple(one for one in captioned if len(one.lines) > 1)


def _systems(evaluation: Evaluation) -> Section:
    rows = plural(evaluation.n, "held-out row")
    held_out = how_held_out(evaluation.contamination)
    note = f"{rows}, the same for every system, {held_out}; in brackets the 95 % interval."
    table = Captioned("Every system with its figures", tables.systems_table(evaluation))
    return Section("systems", "Before, after and rivals", (note,), _some(table))


def _gains(evaluation: Evaluation) -> Section:
    note = (
        "The same rows under both models, compared row by row. Detectable is the smallest true difference that a "
        "test of this size finds in 4 of 5 cases."
    )
    table = Captioned("Tuned model minus base model", tables.gains_over_base(evaluation))
    return Section("gains", "Tuned against base", (note,), _some(table))


def _rivals(evaluation: Evaluation) -> Section:
    found = _some(Captioned("Tuned model minus each rival", tables.gains_over_rivals(evaluation)))
    note = "Cheaper ways to do the same. Where one of them is as good, it is the better buy."
    notes = [*([note] if found else []), *asked.about_rivals(evaluation)]
    return Section("rivals", "Tuned against the rivals", tuple(notes), found)


def _judged(evaluation: Evaluation) -> Section:
    notes = () if evaluation.judged is None else (evaluation.judged.sentence,)
    return Section("judged", "What a judge says", notes)


def _general(evaluation: Evaluation) -> Section:
    notes = (evaluation.general.sentence,) if evaluation.general is not None else ()
    table = Captioned("General text under both models", tables.forgetting(evaluation))
    return Section("general", "What was forgotten", notes, _some(table))


def _memorised(evaluation: Evaluation) -> Section:
    found = evaluation.memorisation
    notes = (found.sentence,) if found is not None else ()
    table = Captioned("The longest runs of the training text", trust.memorised(evaluation))
    return Section("memorised", "What was learned by heart", notes, _some(table))


def _cost(evaluation: Evaluation, made: Made) -> Section:
    found = _some(
        Captioned("The tuning", two_columns(made.cost)),
        Captioned("Servers that were asked", asked.usage(evaluation)),
    )
    return Section("cost", "What it cost", (), found)


def _more(made: Made) -> Section:
    curve = made.curve
    if curve is None:
        return Section("curve", "Would more labels help?")
    names = (
        f"Parts of the training rows, by the runs {curve.points[0].runs[0]} to {curve.points[-1].runs[-1]}"
    )
    return Section(
        "curve",
        "Would more labels help?",
        tuple(more.about(curve)),
        _some(Captioned(names, more.table(curve))),
    )


def _slices(evaluation: Evaluation) -> Section:
    notes = tuple(tables.about_slices(evaluation))
    table = Captioned("Base and tuned model on parts of the test", tables.slices(evaluation))
    return Section("slices", "Parts of the test", notes, _some(table))


def _labels(evaluation: Evaluation) -> Section:
    table = Captioned("Base and tuned model by label", tables.by_label(evaluation))
    return Section("labels", "By label", (), _some(table))


def _lengths(evaluation: Evaluation) -> Section:
    if any(part.by == "length" for part in evaluation.slices):
        return Section("lengths", "By length")
    table = Captioned("Bits per byte by the length of what was to be said", tables.by_length(evaluation))
    return Section("lengths", "By length", (), _some(table))


def _confusion(evaluation: Evaluation) -> Section:
    matrix = tables.confusion_matrix(evaluation, MATRIX_LABELS)
    found = _some(
        Captioned("Lines: the reference. Columns: the answer of the tuned model.", matrix, "matrix"),
        Captioned("The most frequent confusions", tables.confusions(evaluation)),
    )
    return Section("confusion", "What the tuned model takes for what", (), found)


def _calibration(evaluation: Evaluation) -> Section:
    found = _some(
        Captioned("Before and after the temperature", trust.temperature(evaluation)),
        Captioned("Sureness and accuracy", trust.reliability(evaluation), "detail"),
    )
    notes = tuple(trust.about_calibration(evaluation))
    return Section("calibration", "Is it as sure as it is right?", notes, found)


def _contamination(evaluation: Evaluation) -> Section:
    notes = tuple(trust.about_contamination(evaluation))
    found = _some(
        Captioned("The score on the rows that are left", trust.clean_scores(evaluation)),
        Captioned("Test rows that the training rows give away", trust.tainted(evaluation), "detail"),
    )
    return Section("contamination", "Was the test a fair one?", notes, found)


def _suspects(evaluation: Evaluation) -> Section:
    found = _some(Captioned("The most suspicious labels first", trust.suspects(evaluation)))
    note = (
        f"{plural(len(evaluation.suspects), 'label')} of the test may be wrong: models that have not seen these rows "
        "do not believe them. Where a label is wrong, a right answer was counted as wrong."
    )
    return Section("suspects", "Labels of the test that may be wrong", (note,) if found else (), found)


def _losses(made: Made) -> Section:
    found = _some(Captioned("Losses in nats per trained token", losses_table(made), "detail"))
    notes = []
    if found and made.kept is not None:
        notes.append(f"The weights of step {made.kept:,} were kept: there the validation loss was lowest.")
    if found and made.stopped_early is not None:
        notes.append(
            f"Training stopped early, after step {made.stopped_early:,}: the validation loss did not get lower for as "
            "many passes as train.patience allows."
        )
    return Section("losses", "How the tuning went", tuple(notes), found)
