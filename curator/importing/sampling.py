"""The beginning of an import, read as all of it will be: a preview that is there at once, however large the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from curator.errors import CuratorError
from curator.formats import reading, sources
from curator.formats.base import Row, Source, Unreadable
from curator.formats.outcomes import Example
from curator.importing.opening import Opened, decodable, look, with_mapping
from curator.importing.plans import Options, SourcePlan
from curator.records import Frozen, Kind
from curator.store.derived import encoded

ROWS = 1000
"""Rows that are read of a source."""
SOURCES = 5
"""Sources that are read into; of more only the number is told."""
SHOWN = 20
"""Records and rejects that are kept of a source."""


class SampledReject(Frozen):
    """A row that could not become a record."""

    line: int
    reason: str
    raw: bytes


class SampledSource(SourcePlan):
    """The beginning of one source; `preview` holds as many of its first records as are worth a look."""

    choices: tuple[str, ...]
    """The columns that a field may be taken from, those among them that stand for the place of the file."""
    read: int
    """Rows that were read; a row that holds several examples counts as so many."""
    rejected: int
    rejects: tuple[SampledReject, ...]
    """The first of them."""
    complete: bool
    """Whether there are no more rows than those."""
    problem: str = ""
    """Why no record can be made of it as things stand: no column is known to hold the main field."""


class Sample(Frozen):
    """The beginning of everything that an import would read."""

    sources: tuple[SampledSource, ...]
    more: int
    """Sources that were not looked into."""
    left_out: tuple[str, ...]
    """Files of a folder or archive that are passed over."""


def sample(kind: Kind, paths: Sequence[str], options: Options) -> Sample:
    """Read the beginning of some files; nothing is written.

    Raises:
        CuratorError: a path cannot be read.
    """
    found, left_out = sources.expand(paths)
    sampled = tuple(_sampled(source, kind, options) for source in found[:SOURCES])
    return Sample(sources=sampled, more=max(0, len(found) - SOURCES), left_out=left_out)


def _sampled(source: Source, kind: Kind, options: Options) -> SampledSource:
    seen = look(source, kind, options)
    choices = (*seen.columns, *source.constants)
    try:
        opened = with_mapping(source, kind, options, seen)
    except CuratorError as error:
        given = {field: column for field, column in options.mapping.items() if column in choices}
        plan = SourcePlan(
            name=source.name, layout=seen.layout, columns=seen.columns, mapping=given, preview=()
        )
        return _of(plan, choices, problem=f"{error.problem} {error.remedy}")
    return _read(opened, choices)


def _read(opened: Opened, choices: tuple[str, ...]) -> SampledSource:
    """What the first rows become."""
    shown: list[dict[str, Any]] = []
    rejects: list[SampledReject] = []
    read = rejected = 0
    with decodable(opened.plan.name), opened.source.open() as stream:
        rows = reading.rows(stream, opened.plan.layout)
        for row in islice(rows, ROWS):
            for outcome in _outcomes(opened, row):
                read += 1
                if isinstance(outcome, SampledReject):
                    rejected += 1
                    rejects += [outcome] if len(rejects) < SHOWN else []
                elif len(shown) < SHOWN:
                    shown.append(outcome.fields)
        complete = next(rows, None) is None
    plan = opened.plan.model_copy(update={"preview": tuple(shown)})
    return _of(plan, choices, read, rejected, tuple(rejects), complete)


def _outcomes(opened: Opened, row: Row | Unreadable) -> Iterator[Example | SampledReject]:
    if isinstance(row, Unreadable):
        yield SampledReject(line=row.line, reason=row.reason, raw=row.raw)
        return
    for made in opened.convert({**opened.constants, **row.values}):
        if isinstance(made, Example):
            yield made
        else:
            raw = row.raw if made.part is None else encoded(made.part)
            yield SampledReject(line=row.line, reason=made.reason, raw=raw)


def _of(
    plan: SourcePlan,
    choices: tuple[str, ...],
    read: int = 0,
    rejected: int = 0,
    rejects: tuple[SampledReject, ...] = (),
    complete: bool = False,
    problem: str = "",
) -> SampledSource:
    return SampledSource(
        **dict(plan),
        choices=choices,
        read=read,
        rejected=rejected,
        rejects=rejects,
        complete=complete,
        problem=problem,
    )
