"""Cutting a stream into lines in any encoding, so that every byte of it can be accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import IO, NamedTuple

from curator.formats.base import Layout

_CHUNK = 1 << 16
_KOREAN = b"\x1b$)C"
"""What ISO-2022-KR says once, at the beginning of a file, so that every line can be read."""


class Line(NamedTuple):
    """One line as it stands and as it reads."""

    raw: bytes
    """With its end."""
    text: str
    """With its end; bytes that do not fit the encoding are U+FFFD."""
    reason: str
    """Why it does not fit the encoding; empty when it does."""


def raw_lines(stream: IO[bytes], layout: Layout) -> Iterator[bytes]:
    """Lines with their ends, without the byte order mark."""
    end = layout.line_end.encode(layout.encoding)
    lines = iter(stream) if end == b"\n" else _cut(stream, end)
    first = next(lines, None)
    if first is None:
        return iter(())
    return chain((without_mark(first, layout.encoding),), lines)


def lines(stream: IO[bytes], layout: Layout) -> Iterator[Line]:
    """Lines, each decoded; a line that does not fit the encoding says why."""
    encoding, decoded = layout.encoding, decoder(layout.encoding)
    for raw in raw_lines(stream, layout):
        try:
            yield Line(raw, decoded(raw), "")
        except UnicodeDecodeError as error:
            yield Line(raw, raw.decode(encoding, "replace"), misfit(error, encoding))


def decoder(encoding: str) -> Callable[[bytes], str]:
    """What makes text of one line; it raises UnicodeDecodeError when the bytes do not fit the encoding."""
    if encoding == "iso2022_kr":
        return lambda raw: (raw if raw.startswith(_KOREAN) else _KOREAN + raw).decode(encoding)
    return partial(str, encoding=encoding)


def misfit(error: UnicodeDecodeError, encoding: str) -> str:
    """The first byte that does not fit, in words."""
    before = error.object[: error.start].decode(encoding, "replace")
    return (
        f"byte 0x{error.object[error.start]:02x} at character {len(before) + 1} is not {encoding}; "
        "name the encoding with --encoding"
    )


def ends_in_a_byte(encoding: str) -> bool:
    """Whether a line feed is the byte that it is in ASCII, as in all encodings but UTF-16, UTF-32 and EBCDIC."""
    return "\n".encode(encoding) == b"\n"


def stripped(raw: bytes, encoding: str) -> bytes:
    """A line without its end."""
    if ends_in_a_byte(encoding):
        return raw.rstrip(b"\r\n")
    return raw.removesuffix("\n".encode(encoding)).removesuffix("\r".encode(encoding))


def without_mark(beginning: bytes, encoding: str) -> bytes:
    """The first bytes of a file without their byte order mark."""
    try:
        return beginning.removeprefix("\ufeff".encode(encoding))
    except UnicodeEncodeError:
        return beginning


def _cut(stream: IO[bytes], end: bytes) -> Iterator[bytes]:
    """Pieces that finish with `end`, which is found only at multiples of its own length."""
    width = len(end)
    pending = b""
    searched = 0
    while chunk := stream.read(max(_CHUNK, len(pending))):
        pending += chunk
        start = 0
        while (found := pending.find(end, searched)) >= 0:
            searched = found + width if found % width == 0 else found + 1
            if found % width == 0:
                yield pending[start:searched]
                start = searched
        pending = pending[start:]
        searched = max(0, (len(pending) - width) // width * width)
    if pending:
        yield pending
