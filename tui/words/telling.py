"""What came of an import, in words; and what would come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.content import Content

from .. import marks
from ..display import line
from ..language import _, counted

if TYPE_CHECKING:
    from curator.importing import ImportReport
    from curator.importing.sampling import Sample, SampledReject, SampledSource

_VALUE = 300
_RAW = 120
_ROWS = 8
_REJECTS = 5
_LABELS = 20

Part = Content | tuple[str, str] | str


def previewed(sample: Sample, shapes: Sequence[str]) -> Content:
    """The first records and rejects of a sample, and how much was looked at.

    `shapes` are the things that a column may hold beside the fields of a record.
    """
    first = sample.sources[0]
    parts: list[Part] = [*_counts(first)]
    if first.problem:
        parts += [line(first.problem, 1000), "\n"]
    for field, column in first.mapping.items():
        if field in shapes:
            parts += [line(f"{field} ← {column}", _VALUE), "\n"]
    for reject in first.rejects[:_REJECTS]:
        parts += _reject(first.name, reject)
    for number, record in enumerate(first.preview[:_ROWS], start=1):
        parts += ["\n", *_fields(number, record)]
    others = len(sample.sources) - 1 + sample.more
    if others:
        words = counted(
            "and {n} more file, read like this one", "and {n} more files, each looked into", others
        )
        parts += ["\n", (words, "dim")]
    if sample.left_out:
        parts += ["\n", (_("Left out:"), "dim"), " ", line(", ".join(sample.left_out[:20]), 1000)]
    return Content.assemble(*parts)


def imported(report: ImportReport, new_labels: Sequence[str]) -> Content:
    """What an import did."""
    parts: list[Part] = [
        (
            f"{marks.sign('accepted')} {counted('{n} record added', '{n} records added', report.added)}\n",
            "bold",
        ),
        f"  {counted('{n} row was there already', '{n} rows were there already', report.duplicates)}\n",
        f"  {counted('{n} row could not be read', '{n} rows could not be read', report.rejected)}",
        (_("   r lists them with the reason\n") if report.rejected else "\n", "bold"),
    ]
    if report.unsound:
        words = counted(
            "{n} record is held back until mended", "{n} records are held back until mended", report.unsound
        )
        parts += [f"  {words}", (_("   f4 says why\n"), "bold")]
    notes: Counter[str] = Counter()
    for source in report.sources:
        notes.update(source.notes)
    for note, number in notes.items():
        parts += ["  ", line(f"{number:,} × {note}", _VALUE), "\n"]
    if new_labels:
        more = " …" if len(new_labels) > _LABELS else ""
        listed = ", ".join(new_labels[:_LABELS]) + more
        parts += ["\n", (_("Labels taken from the data:"), "bold"), " ", line(listed, 1000), "\n"]
    if report.added:
        parts += ["\n", _("u takes the import back.")]
    return Content.assemble(*parts)


def _counts(source: SampledSource) -> list[Part]:
    if not source.read:
        return []
    rows = counted("{n} row", "{n} rows", source.read)
    if source.complete:
        told = _("{rows} in all, {bad} not readable").format(rows=rows, bad=f"{source.rejected:,}")
    else:
        told = _("of the first {rows} {bad} not readable").format(rows=rows, bad=f"{source.rejected:,}")
    sure = source.layout.confidence
    unsure = _("; encoding {share} sure").format(share=f"{sure:.0%}") if sure < 1 else ""
    layout = source.layout
    how = [layout.format, layout.encoding, *([layout.table] if layout.table else [])]
    how += [] if layout.header else [_("no header")]
    return [line(", ".join(how), 80), ": ", (told + unsure, "bold"), "\n"]


def _fields(number: int, record: dict[str, Any]) -> list[Part]:
    parts: list[Part] = []
    width = max(map(len, record), default=0)
    for place, (name, value) in enumerate(record.items()):
        parts += [(f"{'' if place else number:>2} ", "bold"), (f"{name:{width}}  ", "dim")]
        parts += [line(str(value), _VALUE), "\n"]
    return parts


def _reject(name: str, reject: SampledReject) -> list[Part]:
    raw = reject.raw[: 4 * _RAW].decode("utf-8", "backslashreplace")
    return [
        "  ", line(f"{name}:{reject.line}", 80), "  ", line(reject.reason, _VALUE), "\n",
        "    ", line(raw, _RAW).stylize("dim"), "\n",
    ]  # fmt: skip
