"""What an evaluation found, laid out for the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.content import Content

from curator.evaluate.figures import METRICS, shown, shown_difference, unit_of_difference
from curator.evaluate.scores import HEADLINE
from curator.evaluate.verdict import Gain, p_shown

from .. import marks
from ..display import block, line
from ..language import NC_, _, counted, spoken
from ..links.runs import RESUMABLE, Overview
from ..links.scored import Filter, confusions
from .tables import fitted, natural_width, row_of, stacked, table

if TYPE_CHECKING:
    from curator.evaluate.evaluation import Evaluation
    from curator.evaluate.reporting.ranking import RankedRow
    from curator.evaluate.scoring.forgetting import Forgetting

_WIDE = 100
_ID, _LABEL, _COST = 8, 24, 14
_CELL = 7
"""Cells of a column of the confusion matrix; longer labels are cut."""
_HEAD = 16
_PAIRS = 100
_LONG = 4000
"""Characters of a text that are shown below the list; its record has it whole."""
_TURNS = {"worse": "down", "better": "up", "same": "new"}
_Part = Content | str | tuple[str, str]


def run_head(width: int) -> Content:
    """What the columns of the list of runs are."""
    name, state = _sizes(width)
    return row_of(
        [(_("run"), name), (_("state"), state), (_("before and after, gain (95 % interval)"), 0)], width
    )


def run_line(run: Overview, width: int) -> Content:
    """A run in the list."""
    name, state = _sizes(width)
    return row_of([(run.name, name), (_state(run), state), (_worth(run, width >= _WIDE), 0)], width)


def _sizes(width: int) -> tuple[int, int]:
    """Cells for the name and the state of a run."""
    return (20, 22) if width >= _WIDE else (12, 16)


def _state(run: Overview) -> str:
    if run.state == "training" and run.steps:
        return _("training {step}/{steps}").format(step=f"{run.step:,}", steps=f"{run.steps:,}")
    if run.score is not None:
        signs = {"worth it": "accepted", "not worth it": "rejected"}
        return f"{marks.sign(signs.get(run.score.outcome, 'flagged'))} {_(run.score.outcome)}"
    if run.problem:
        return f"{marks.sign('error')} {_('failed')}"
    return {
        "preparing": _("being prepared"),
        "training": _("loading the model"),
        "scoring": _("being scored"),
        "created": _("not begun"),
        "unfinished": _("stopped"),
        "finished": _("not scored"),
    }.get(run.state, run.state)


def _worth(run: Overview, is_wide: bool) -> str:
    if run.score is None:
        return ""
    gain = run.score.gain
    before, after = shown(gain.metric, run.score.base), shown(gain.metric, run.score.tuned)
    low, high = (shown_difference(gain.metric, end) for end in (gain.low, gain.high))
    interval = _("{low} to {high}").format(low=low, high=high)
    change = f"{before} {marks.sign('right')} {after}  {_signed(gain, is_wide)} ({interval})"
    return f"{METRICS[gain.metric].title} {change}" if is_wide else change


def unscored_words(run: Overview, log: Sequence[str]) -> Content:
    """What to do with a run that has no score yet."""
    words = {
        "preparing": _("This run is being prepared. F6 shows it."),
        "training": _("This run is being trained. F6 shows it; it is scored as soon as it has ended."),
        "scoring": _(
            "The base and the tuned model answer the test rows. The result is shown here when it is done."
        ),
        "finished": _("This run has been trained, but not scored. e scores it on the test rows."),
    }
    told = _("This run has not been trained to its end. F6 goes on with it.")
    parts: list[_Part] = [(words.get(run.state, told), "bold"), "\n\n"]
    if run.problem:
        parts += [f"{marks.sign('error')} ", block(run.problem), "\n", block(run.remedy), "\n\n"]
    if run.state not in RESUMABLE:
        parts += [Content.styled(line(words_, 300).plain + "\n", "dim") for words_ in log]
    return Content.assemble(*parts)


def figures(found: Evaluation, width: int) -> Content:
    """The verdict, all systems with their metrics, and the tuned model against each of them."""
    signs = {"worth it": "accepted", "not worth it": "rejected"}
    sign = marks.sign(signs.get(found.verdict.outcome, "flagged"))
    parts: list[_Part] = [(f"{sign} ", "bold"), block(_sentence(found)).stylize("bold"), "\n\n"]
    if found.general is not None:
        parts += [_general(found.general), "\n\n"]
    rows = counted("{n} test row", "{n} test rows", found.n)
    parts += [(_("All systems on the same {rows}").format(rows=rows) + "\n", "bold")]
    parts += [_systems(found, width), "\n\n", (_("The tuned model against the others") + "\n", "bold")]
    return Content.assemble(*parts, _gains(found, width))


def _general(general: Forgetting) -> str:
    """What became of general text."""
    words = {
        "worse": _(
            "General text became {share} harder for it ({base} to {tuned} bits per byte): it forgot something."
        ),
        "better": _("General text became {share} easier for it ({base} to {tuned} bits per byte)."),
        "same": _("General text is as it was ({base} to {tuned} bits per byte)."),
    }
    figures_ = {"base": f"{general.base:.3f}", "tuned": f"{general.tuned:.3f}"}
    return words[general.change].format(share=f"{abs(general.share):.1%}", **figures_)


def _sentence(found: Evaluation) -> str:
    """The verdict in a sentence; the one that is kept with the run is English."""
    if spoken() == "en":
        return found.verdict.sentence
    gain = found.gain
    values = {name: shown(gain.metric, found.systems[name][gain.metric]) for name in ("base", "tuned")}
    low, high = (shown_difference(gain.metric, end) for end in (gain.low, gain.high))
    told = _(
        "{outcome}: {metric} was {base} before and is {tuned} after, on {rows} "
        "(difference {difference}, 95 % interval {low} to {high}, {p})"
    ).format(
        outcome=_(found.verdict.outcome).capitalize(),
        metric=METRICS[gain.metric].title,
        rows=counted("{n} test row", "{n} test rows", found.n),
        difference=_signed(gain),
        low=low,
        high=high,
        p=p_shown(gain.p),
        **values,
    )
    return "; ".join([told, *_equals(found)]) + "."


def _equals(found: Evaluation) -> list[str]:
    """The cheaper systems that the tuned model is not proven better than."""
    metric, told = found.gain.metric, []
    for name, gain in found.gains_over.items():
        if gain.metric == metric and not gain.proven:
            words = _("{system} is better") if gain.disproven else _("no difference proven from {system}")
            told.append(
                f"{words.format(system=_title(found, name))} ({shown(metric, found.systems[name][metric])})"
            )
    return told


def _systems(found: Evaluation, width: int) -> Content:
    names = [name for name in METRICS if any(name in figures_ for figures_ in found.systems.values())]
    order = ["base", *(name for name in found.systems if name not in ("base", "tuned")), "tuned"]
    head = [_("system"), *(METRICS[name].title for name in names)]
    headline = HEADLINE[found.kind][0]
    for with_interval in (names, [headline], []):
        rows = [
            [
                _title(found, system),
                *(_value(name, found.systems[system], name in with_interval) for name in names),
            ]
            for system in order
        ]
        if natural_width(head, rows) <= width:
            break
    return stacked(head, rows, width)


def _value(metric: str, system: Mapping[str, Any], with_interval: bool) -> str:
    if metric not in system:
        return "-"
    ends = system["intervals"].get(metric) if with_interval else None
    told = f" ({' – '.join(shown_difference(metric, end) for end in ends)})" if ends else ""
    return shown(metric, system[metric]) + told.replace("–", marks.sign("deleted"))


def _gains(found: Evaluation, width: int) -> Content:
    head = [_("against"), _("gain"), _("95 % interval"), "p", ""]
    rows = [
        _gain_cells(f"{METRICS[name].title}: {_title(found, 'base')}", gain)
        for name, gain in found.gains.items()
    ]
    for name, gain in found.gains_over.items():
        rows.append(_gain_cells(f"{METRICS[gain.metric].title}: {_title(found, name)}", gain))
    shown_ = table(head, rows, width)
    if not any(gain.p_adjusted is not None for gain in found.gains_over.values()):
        return shown_
    note = _("The p of several rivals are corrected for their number (Holm).")
    return Content.assemble(shown_, "\n", (note, "dim"))


def _gain_cells(name: str, gain: Gain) -> list[str]:
    low, high = (shown_difference(gain.metric, end) for end in (gain.low, gain.high))
    sign = "up" if gain.proven else "down" if gain.disproven else "between"
    word = _("better") if gain.proven else _("worse") if gain.disproven else _("chance")
    interval = _("{low} to {high}").format(low=low, high=high)
    return [
        name,
        _signed(gain),
        interval,
        p_shown(gain.evidence).removeprefix("p ").removeprefix("= "),
        f"{marks.sign(sign)} {word}",
    ]


def _signed(gain: Gain, with_unit: bool = True) -> str:
    amount = shown_difference(gain.metric, gain.difference)
    plus = "+" if gain.difference > 0 else ""
    return f"{plus}{amount}{_unit(gain.metric) if with_unit else ''}"


def _unit(metric: str) -> str:
    return " " + _(unit_of_difference(metric).strip())


def _title(found: Evaluation, system: str) -> str:
    """How a system is called; prompts after their files, endpoints after model and host."""
    named = {
        "base": _("base model"),
        "tuned": _("tuned model"),
        "majority": _("always the most frequent label"),
        "tfidf_logreg": _("TF-IDF + logistic regression"),
        "nearest_answer": _("the answer of the nearest training question"),
        "byte_bigram": _("a byte-bigram model"),
        "few_shot": _("few-shot prompting"),
        "retrieved": _("few-shot prompting, most similar examples"),
    }
    kind, _colon, name = system.partition(":")
    if kind == "prompt" and name:
        return _("base model, prompt {name}").format(name=name)
    return named.get(system) or found.title(system)


def confusion(found: Evaluation, width: int) -> Content:
    """The whole matrix where it fits, else the most frequent confusions."""
    labels, matrix = found.labels, found.systems["tuned"].get("confusion")
    if not matrix:
        return Content(_("Only runs that give labels have confusions."))
    parts: list[_Part] = []
    if _HEAD + _CELL * len(labels) <= width:
        parts += [(_("Lines: what is right. Columns: what the tuned model said.") + "\n\n", "dim")]
        parts += [_matrix(labels, matrix), "\n\n"]
    pairs = confusions(labels, matrix)
    if not pairs:
        return Content.assemble(*parts, _("No label was taken for another one."))
    head = [_("right is"), _("the tuned model said"), _("rows")]
    rows = [[there, said, f"{count:,}"] for count, there, said in pairs[:_PAIRS]]
    return Content.assemble(
        *parts, (_("Most frequent confusions") + "\n", "bold"), table(head, rows, width, left=2)
    )


def _matrix(labels: Sequence[str], matrix: Sequence[Sequence[int]]) -> Content:
    head = fitted(_("right is"), _HEAD) + "".join(f"{fitted(label, _CELL - 1):>{_CELL}}" for label in labels)
    parts: list[_Part] = [(head, "dim")]
    for there, counts in enumerate(matrix):
        parts.append("\n" + fitted(labels[there], _HEAD - 1) + " ")
        for said, count in enumerate(counts):
            cell = f"{count or marks.sign('between'):>{_CELL}}"
            parts.append((cell, "bold $success" if there == said else "bold $error" if count else "dim"))
    return Content.assemble(*parts)


def rows_head(shown_rows: int, chosen: Filter) -> Content:
    """Which rows are listed."""
    words = {
        "regressed": NC_(
            "{n} row that the tuning made worse", "{n} rows that the tuning made worse, the worst first"
        ),
        "gained": NC_(
            "{n} row that the tuning made better", "{n} rows that the tuning made better, the best first"
        ),
        "wrong": NC_(
            "{n} row that the tuned model still gets wrong",
            "{n} rows that the tuned model still gets wrong, the worst first",
        ),
        "all": NC_("{n} row in all", "{n} rows in all, the worst change first"),
    }
    told = counted(*words[chosen], shown_rows)
    return Content.assemble((told, "bold"), ("   " + _("f shows others"), "dim"))


def row_line(row: RankedRow, is_labelled: bool, width: int) -> Content:
    """A test row in the list: what became of it, whether it is right, what was said, and its text."""
    arrow = marks.sign("right")
    right = {True: "accepted", False: "rejected", None: "between"}[row.right]
    said = f"{row.reference} {arrow} {row.tuned}" if row.right is False else row.reference
    cells = [
        (marks.sign(_TURNS[row.turned]), 1),
        (marks.sign(right), 1),
        (row.id, _ID),
        (f"{row.before:.2f} {arrow} {row.after:.2f}", _COST),
        *([(said, _LABEL)] if is_labelled else []),
        (row.text, 0),
    ]
    return row_of(cells, width)


def whole(text: str) -> Content:
    """A text as it stands; one that would take long to lay out is cut."""
    return block(text if len(text) <= _LONG else text[:_LONG] + marks.sign("cut"))


def answer(title: str, text: str) -> Content:
    """What a system said about a row, under its name."""
    said = whole(text) if text else Content.styled(_("(nothing)"), "dim")
    return Content.assemble((title + "\n", "bold"), said)
