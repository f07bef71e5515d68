"""A second process that reads a large file and makes its plain rows ready while this one writes them.

Reading takes longer than writing, and the interpreter does one of them at a time. The process is this module run by
itself; it gets a job as one line of JSON, and gives batches back as `marshal` writes them.
"""

from __future__ import annotations

import fcntl
import gc
import json
import marshal
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, Any, NamedTuple

from curator.errors import CuratorError
from curator.formats import jsonl, reading
from curator.formats.base import UTF8, Layout, Row, Unreadable
from curator.importing.fast_lane import lane
from curator.records import Kind
from curator.store.intake import NewRecord

BATCH = 2000
LARGE = 48 * 1024 * 1024
"""Bytes of a file for which a second process pays."""

_PREFIX = 8

Item = Row | Unreadable | NewRecord


class Batch(NamedTuple):
    """Some rows of a file, those in the fast lane made ready."""

    items: list[Item]
    position: int
    """Bytes of the file that are behind."""


class Job(NamedTuple):
    """What the other process has to know."""

    path: str
    layout: dict[str, Any]
    kind: Kind
    mapping: Mapping[str, str]
    columns: tuple[str, ...]
    """Rows with other columns come back as they are."""
    step_id: int
    source_id: int


def is_worthwhile(path: str, layout: Layout) -> bool:
    """Whether a source is a large file, a row a line, and there is a processor for it."""
    if layout.format != "jsonl" or layout.encoding != UTF8 or (os.cpu_count() or 1) < 2:
        return False
    with suppress(OSError, ValueError):
        return os.path.isfile(path) and os.path.getsize(path) >= LARGE
    return False


def batches(job: Job) -> Iterator[Batch]:
    """The rows of a file, read by another process that ends with this generator.

    Raises:
        CuratorError: the file cannot be read, or the process was killed.
    """
    command = [sys.executable, "-m", "curator.importing.read_ahead"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet) as process:
        try:
            assert process.stdin
            assert process.stdout
            with suppress(OSError, AttributeError):
                # Room for a batch, so that neither process waits for the other (Linux).
                fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
            process.stdin.write(json.dumps(job).encode("ascii") + b"\n")
            process.stdin.close()
            layout = Layout.model_validate(job.layout)
            while (given := _given(process.stdout, job.path)) is not None:
                yield Batch([_item(one, layout) for one in given["items"]], given["position"])
        finally:
            process.kill()


def _given(stream: IO[bytes], path: str) -> dict[str, Any] | None:
    size = int.from_bytes(stream.read(_PREFIX), "little")
    data = stream.read(size)
    if not size or len(data) < size:
        raise CuratorError(
            f"The process that was reading {path} was ended from outside.", "Run the import again."
        )
    given: dict[str, Any] | None = marshal.loads(data)
    if given is not None and "problem" in given:
        raise CuratorError(given["problem"], given["remedy"])
    return given


def _item(given: tuple[Any, ...], layout: Layout) -> Item:
    """What the other process wrote: a record, something unreadable, or a row for the general way."""
    if len(given) == len(NewRecord._fields):
        return tuple.__new__(NewRecord, given)
    if len(given) == len(Unreadable._fields):
        return Unreadable(*given)
    line, raw = given
    (row,) = reading.rows_of_reject(raw, layout)
    return row._replace(line=line)


def _read(job: Job, out: IO[bytes]) -> None:
    layout = Layout.model_validate(job.layout)
    quick = lane(job.kind, job.mapping, job.step_id, job.source_id, _as_it_is)
    seen, width = frozenset(job.columns), len(job.mapping)
    batch: list[tuple[Any, ...]] = []
    with open(job.path, "rb") as stream:
        for number, block, values in jsonl.blocks(stream, layout):
            if quick and values:
                for line, value in enumerate(values, start=number):
                    # A row with as many columns has nothing but mapped ones if the fast lane takes it.
                    known = len(value) == width or seen.issuperset(value)
                    batch.append(
                        (known and quick(line, value)) or (line, block[line - number].rstrip(b"\r\n"))
                    )
            else:
                batch += map(_as_read, jsonl.judged(number, block))
            if len(batch) >= BATCH:
                _give({"items": batch, "position": stream.tell()}, out)
                batch = []
        _give({"items": batch, "position": stream.tell()}, out)
    _give(None, out)


def _as_it_is(_: type[NewRecord], columns: tuple[Any, ...]) -> Any:
    """`marshal` takes plain tuples alone."""
    return columns


def _as_read(row: Row | Unreadable) -> tuple[Any, ...]:
    return tuple(row) if isinstance(row, Unreadable) else (row.line, row.raw)


def _give(value: dict[str, Any] | None, out: IO[bytes]) -> None:
    """A length and so many bytes: `marshal.load` would read each value of a batch by itself."""
    data = marshal.dumps(value)
    out.write(len(data).to_bytes(_PREFIX, "little"))
    out.write(data)
    out.flush()


def main() -> None:
    """Do the job that stands on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    job = Job(*json.loads(sys.stdin.readline()))
    out = sys.stdout.buffer
    try:
        _read(job, out)
    except CuratorError as error:
        _give({"problem": error.problem, "remedy": error.remedy}, out)
    except OSError as error:
        with suppress(OSError):
            problem = f"Could not read {job.path}: {error.strerror or error}."
            _give({"problem": problem, "remedy": "Check the file."}, out)


if __name__ == "__main__":
    main()
