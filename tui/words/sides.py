"""The sides of a split as bars and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from curator.config import SplitSettings

from .. import marks
from ..display import line
from ..language import N_, NC_, _, counted

if TYPE_CHECKING:
    from curator.dividing.overview import Overview
    from curator.dividing.report import SplitReport

Part = Content | tuple[str, str] | str

_SIDES = ("train", "validation", "test", "blocks")
_ABOUT = {
    "train": N_("teaches"),
    "validation": N_("chooses"),
    "test": N_("judges"),
    "blocks": N_("all of it"),
}
_NAME, _COUNT = 12, 8
_MOST_LABELS = 200
_NAMED = 5
_NARROW = 12
"""Cells of a bar beside which there is no room for words."""
_FREE = 40
"""Cells that stand beside a bar of a side."""
_FREE_OF_LABELS = _NAME + 3 * _COUNT + 1


def divided(found: Overview, width: int) -> Content:
    """How many records stand where, whether something leaks, and whether the test set is closed."""
    parts: list[Part] = [*_bars(found, max(_NARROW, min(40, width - _FREE)))]
    if found.counts.get("blocks"):
        words = _("each document is cut inside: its first part teaches, its last part judges")
        parts += ["\n", f"{marks.sign('between')} {words}"]
    if found.counts:
        parts += ["\n", *_leaks(found.leaks), *_frozen(found.frozen_at)]
    if found.labels:
        parts += ["\n", *_labels(found.labels, max(4, min(30, width - _FREE_OF_LABELS)))]
    return Content.assemble(*parts)


def result(report: SplitReport, settings: SplitSettings) -> Content:
    """What a split has done, and what it could not do."""
    parts: list[Part] = [(_("What was done"), "bold"), "\n"]
    parts += [counted("{n} record changed sides\n", "{n} records changed sides\n", report.changed)]
    parts += [counted("{n} group kept whole, ", "{n} groups kept whole, ", report.clusters)]
    parts += [counted("with {n} near-duplicate pair\n", "with {n} near-duplicate pairs\n", report.near_pairs)]
    if report.held_back:
        reasons = ", ".join(f"{number:,} {_(reason)}" for reason, number in report.held_back.items())
        parts += [_("held back:"), " ", line(reasons, 300), "\n"]
    if report.ungrouped:
        words = NC_(
            "{n} record without a value in the group column",
            "{n} records without a value in the group column",
        )
        parts += [counted(*words, report.ungrouped), "\n"]
    for side, (first, last) in report.periods.items():
        parts += [line(_("{side}: {first} to {last}").format(side=side, first=first, last=last), 200), "\n"]
    parts += _careful(report, settings)
    return Content.assemble(*parts)


def _careful(report: SplitReport, settings: SplitSettings) -> list[Part]:
    """What the user asked for and did not get."""
    told: list[str] = []
    if report.leaks:
        told.append(_("Since an edit, records that belong together stand on two sides: n draws a new split."))
    if report.out_of_period:
        words = NC_(
            "{n} group stands on a side of another time: n draws a new split.",
            "{n} groups stand on a side of another time: n draws a new split.",
        )
        told.append(counted(*words, report.out_of_period))
    whole = report.counts and not report.counts.get("blocks")
    for side, share in (("validation", settings.validation), ("test", settings.test)):
        if share and whole and not report.counts.get(side):
            told.append(_("No record came into {side}: there are too few.").format(side=side))
    worst = report.deviation[0] if report.deviation else None
    if worst and worst.beyond_rounding:
        what = _("everything together") if worst.label is None else worst.label
        told.append(
            _("Furthest from its share: {what} has {got} in {side} instead of {wanted}.").format(
                what=what, got=f"{worst.got:.1%}", side=worst.side, wanted=f"{worst.wanted:.1%}"
            )
        )
    told += [_missing(side, report.labels) for side in ("train", "test") if report.counts.get(side)]
    return [part for words in told if words for part in (f"{marks.sign('warning')} ", line(words, 400), "\n")]


def _missing(side: str, labels: Mapping[str, Mapping[str, int]]) -> str:
    missing = [label for label, counts in labels.items() if not counts.get(side)]
    if not missing:
        return ""
    more = _(" and {n} more").format(n=len(missing) - _NAMED) if len(missing) > _NAMED else ""
    return _("No record in {side} has the label {labels}.").format(
        side=side, labels=", ".join(missing[:_NAMED]) + more
    )


def _bars(found: Overview, width: int) -> list[Part]:
    total = sum(found.counts.values())
    parts: list[Part] = []
    for side in _SIDES:
        number = found.counts.get(side, 0)
        if not number and (side == "blocks" or found.counts.get("blocks")):
            continue
        share = number / total if total else 0.0
        numbers = f"{number:>{_COUNT},} {share:>4.0%}  "
        parts += [(f"{side:{_NAME}}", "bold"), numbers, (marks.bar(share, width), "$primary")]
        about = f" {_(_ABOUT[side])}" if width > _NARROW else ""
        parts += [(about, "dim"), "\n"]
    return [*parts, (f"{_('no side'):{_NAME}}", "bold"), f"{found.undivided:>{_COUNT},}", "\n"]


def _leaks(leaks: int) -> list[Part]:
    if not leaks:
        return [f"{marks.sign('accepted')} ", _("no input stands on two sides"), "\n"]
    words = counted("{n} input stands on two sides", "{n} inputs stand on two sides", leaks)
    return [
        (f"{marks.sign('error')} {words}", "bold $text-error"),
        _(": f4 names them, n draws a new split"),
        "\n",
    ]


def _frozen(frozen_at: str) -> list[Part]:
    if not frozen_at:
        return [f"{marks.sign('between')} ", _("the test set is open: f freezes it"), "\n"]
    return [
        f"{marks.sign('accepted')} ",
        _("the test set is frozen since {day}").format(day=frozen_at[:10]),
        "\n",
    ]


def _labels(labels: Mapping[str, Mapping[str, int]], width: int) -> list[Part]:
    sides = [side for side in _SIDES if any(counts.get(side) for counts in labels.values())]
    largest = max(sum(counts.values()) for counts in labels.values())
    heading = f"{_('label'):{_NAME}}{'':{width}}" + _numbers([_short(side) for side in sides]) + "\n"
    parts: list[Part] = [(heading, "bold")]
    for label, counts in list(labels.items())[:_MOST_LABELS]:
        name = line(label, _NAME - 1)
        padded = name.pad_right(max(0, _NAME - name.cell_length))
        filled = marks.bar(sum(counts.values()) / largest, width)
        parts += [
            padded,
            (filled, "$primary"),
            _numbers([f"{counts.get(side, 0):,}" for side in sides]),
            "\n",
        ]
    if len(labels) > _MOST_LABELS:
        parts += [(_("… and {n} more").format(n=len(labels) - _MOST_LABELS), "dim"), "\n"]
    return parts


def _short(side: str) -> str:
    """A side in a column of numbers."""
    return _("valid.") if side == "validation" else side


def _numbers(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>{_COUNT}}" for cell in cells)
