"""A record in full, as the panes beside lists show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.content import Content

from curator.records import FIELD_ORDER, Kind
from curator.store.findings import Finding
from curator.store.records import StoredRecord

from ..display import block, line
from ..language import _
from ..marks import sign

LONGEST = 20_000
"""Characters of a field that are shown; the editor shows all."""
Parts = list[Content | str | tuple[str, str]]


def described(kind: Kind, record: StoredRecord, findings: Sequence[Finding]) -> Content:
    """Where it comes from, what it says, and what was found in it."""
    head = f"{_('record')} {record.id}  {sign(record.status)} {_(record.status)}  {record.split or _('no split')}"
    parts: Parts = [
        (head + "\n", "bold"),
        Content.styled(line(f"{record.source}:{record.line}", 100).plain, "dim"),
    ]
    if record.tags:
        parts += ["\n# ", line(", ".join(record.tags), 200)]
    parts.append("\n\n")
    parts += told_findings(findings)
    parts += fields_of(kind, record.fields)
    for name, value in record.meta.items():
        parts += [(line(name, 40).plain, "dim"), " ", line(str(value), 200), "\n"]
    return Content.assemble(*parts)


def told_findings(findings: Sequence[Finding]) -> Parts:
    """A line for each finding."""
    parts: Parts = []
    for finding in findings:
        told = line(f"{finding.check_id}: {finding.message}", 300)
        parts += [(f"{sign(finding.severity)} ", "bold $text-warning"), told, "\n"]
    return [*parts, "\n"] if parts else parts


def fields_of(kind: Kind, fields: dict[str, Any]) -> Parts:
    """Every field under its name, in the order in which a model reads them; fields of no use to it come last."""
    order = [name for name in FIELD_ORDER[kind] if name in fields]
    parts: Parts = []
    for name in [*order, *(name for name in fields if name not in order)]:
        value = fields[name]
        parts += [(f"{line(name, 40).plain}\n", "dim")]
        parts += turns_of(value) if isinstance(value, list) else text_of(value)
        parts.append("\n\n")
    return parts


def text_of(value: Any) -> Parts:
    """The beginning of a text, and how much more there is."""
    text = str(value)
    if len(text) <= LONGEST:
        return [block(text)]
    more = _("… {n} more characters").format(n=f"{len(text) - LONGEST:,}")
    return [block(text[:LONGEST]), "\n", Content.styled(more, "dim")]


def turns_of(turns: Sequence[Any]) -> Parts:
    """Who said what, turn by turn."""
    parts: Parts = []
    for turn in turns:
        if isinstance(turn, dict):
            said = block(str(turn.get("content", ""))[:LONGEST])
            parts += [(f"{line(str(turn.get('role', '?')), 20).plain}: ", "italic"), said, "\n"]
        else:
            parts += [block(str(turn)[:LONGEST]), "\n"]
    return parts
