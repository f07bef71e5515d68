"""A look at the first rows of a source, which decides how all of them are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, NamedTuple

from curator.errors import CuratorError, explained
from curator.formats import detect, mapping, reading
from curator.formats.base import UTF8, Layout, Row, Source
from curator.formats.outcomes import Converter, Example
from curator.formats.own_export import own_file
from curator.importing.plans import Options, SourcePlan
from curator.records import Kind
from curator.store.original import Told

SAMPLE = 200
"""Rows of a source that are looked at before its columns are mapped."""
_PREVIEWED = 5


class Opened(NamedTuple):
    """A source with its plan and what follows from it."""

    source: Source
    plan: SourcePlan
    convert: Converter
    told: Told
    constants: Mapping[str, str]
    """Its constants that the mapping uses, and its split."""

    @property
    def kept(self) -> dict[str, Any]:
        """What a later retry of its rejects, or a look at an original, has to know."""
        plan = self.plan
        return {"layout": plan.layout.model_dump(), "mapping": plan.mapping, "columns": plan.columns}


class Seen(NamedTuple):
    """The first rows of a source, before anybody says which column holds what."""

    layout: Layout
    columns: tuple[str, ...]
    named: Mapping[str, str]
    """Field to column, where an export of ours says so."""
    rows: Sequence[Mapping[str, Any]]


def look(source: Source, kind: Kind, options: Options) -> Seen:
    """Find out how a source is written, and which columns it has.

    Raises:
        CuratorError: it cannot be read.
    """
    with decodable(source.name):
        own = own_file(source.path)
        # What we wrote is UTF-8, however much its texts look like none.
        encoding = options.encoding or (UTF8 if own else "")
        layout = detect.layout_of(source, kind, options.format, encoding, is_ours=own is not None)
        if own and own.escaped_formulas:
            layout = layout.model_copy(update={"escaped_formulas": True})
        with source.open() as stream:
            rows = islice(reading.rows(stream, layout), SAMPLE)
            sample = [row.values for row in rows if isinstance(row, Row)]
    columns = tuple(dict.fromkeys((*layout.columns, *chain.from_iterable(sample))))
    named = {f: c for f, c in own.columns.items() if c in columns} if own else {}
    return Seen(layout, columns, named, sample)


def open_source(source: Source, kind: Kind, options: Options) -> Opened:
    """Decide how a source is to be read: layout, mapping, and the first records as they will be.

    Raises:
        CuratorError: it cannot be read, or its columns fit no field.
    """
    return with_mapping(source, kind, options, look(source, kind, options))


def with_mapping(source: Source, kind: Kind, options: Options, seen: Seen) -> Opened:
    """A source that was looked at, with a field for each column that fits one.

    Raises:
        CuratorError: they fit none.
    """
    wanted = {**seen.named, **options.mapping}
    opened = mapped_source(source, kind, seen.layout, seen.columns, wanted, seen.rows)
    examples = chain.from_iterable(opened.convert({**opened.constants, **row}) for row in seen.rows)
    first = (one for one in examples if isinstance(one, Example))
    preview = tuple(dict(example.fields) for example in islice(first, _PREVIEWED))
    return opened._replace(plan=opened.plan.model_copy(update={"preview": preview}))


def mapped_source(
    source: Source,
    kind: Kind,
    layout: Layout,
    columns: tuple[str, ...],
    wanted: Mapping[str, str],
    sample: Sequence[Mapping[str, Any]] = (),
) -> Opened:
    """A source of which the columns are known, with a field for each of them that fits one.

    Raises:
        CuratorError: they fit none.
    """
    everything = (*columns, *source.constants)
    found = mapping.resolve(kind, everything, wanted, source.name, sample) if columns else {}
    used = {k: v for k, v in source.constants.items() if k == "@split" or k in found.values()}
    columns = tuple(dict.fromkeys((*used, *columns)))
    plan = SourcePlan(name=source.name, layout=layout, columns=columns, mapping=found, preview=())
    return Opened(source, plan, mapping.converter(kind, found), Told(columns, found), used)


@contextmanager
def decodable(name: str) -> Iterator[None]:
    """Turn the errors of reading and decoding inside the block into errors that say what to do."""
    try:
        with explained("read", name):
            yield
    except (UnicodeError, LookupError) as error:
        raise CuratorError(
            f"{name} cannot be decoded: {error}.", "Name its encoding with --encoding."
        ) from error
