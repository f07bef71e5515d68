"""Walking through a JSON text of any length: values one by one, with their bytes and lines, broken ones too."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from typing import IO, NamedTuple

from curator.formats.base import UTF8, Layout

_CHUNK = 1 << 18
_MOST = 1 << 24
"""Bytes of a value after which the beginning of the next one is looked for, since its own end may never come."""

_STRING = rb'"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+'
_PLAIN = rb'[^"\[\]{}]++|%b"|' % _STRING
# Its last alternative, nothing, never fails: Python before 3.11.5 takes up what a failed last turn of `(?:...)*+` has
# read (https://github.com/python/cpython/issues/106052), here a string that the text breaks off in.
_spaces = re.compile(rb"[ \t\r\n]*+").match
_outside_brackets = re.compile(rb"(?:%b)*+" % _PLAIN).match
_element = re.compile(
    rb"[ \t\r\n]*+([\[{](?:%b|[\[{](?:%b|[\[{](?:%b)*+[\]}])*+[\]}])*+[\]}])[ \t\r\n]*+," % ((_PLAIN,) * 3)
).match
_opened_string = re.compile(_STRING).match
_bare = re.compile(rb"[^\s,\[\]{}\"]*+").match
_first_key = re.compile(rb'\{[ \t\r\n]*+%b"' % _STRING).match
_BLANK = b" \t\r\n"
_NEAR = 256
_RUN = 64
"""Elements that are told at once."""
_foreign = re.compile("([\udc00-\udcff]+)")


class Piece(NamedTuple):
    """A stretch of the text: a value, or something that is none."""

    line: int
    """Where it begins, from 1."""
    raw: bytes
    """As UTF-8; `Scanner.original` gives the bytes of the file."""


class Scanner:
    """A place in a JSON text that moves from the beginning to the end; what lies behind it is forgotten."""

    def __init__(self, stream: IO[bytes], layout: Layout) -> None:
        self._encoding = layout.encoding
        self._line_end = layout.line_end.encode()
        self._chunks = _utf8(stream, layout.encoding)
        self._text = next(self._chunks, b"").removeprefix(codecs.BOM_UTF8)
        self._place = 0
        self._line = 1
        self._behind_run = 0

    @property
    def line(self) -> int:
        """The line of the place, from 1."""
        return self._line

    def peek(self) -> bytes:
        """The next byte that is not white space, where the place then is; empty at the end."""
        while True:
            self._move(_end(_spaces, self._text, self._place))
            if byte := self._text[self._place : self._place + 1]:
                return byte
            if not self._more():
                return b""

    def take(self) -> Piece:
        """The value that begins at the next byte, whole or broken; a byte that begins none, by itself."""
        first = self.peek()
        if first in (b"{", b"["):
            return self._cut(self._brackets())
        if first == b'"':
            length, closed = self._string(0)
            return self._cut(length if closed else self._trimmed(length))
        return self._cut(max(self._bare(), 1))

    def run(self) -> list[Piece]:
        """Objects and arrays from here on that have a comma behind them, as far as they are easily told; not taken."""
        pieces: list[Piece] = []
        place, line, text, end = self._place, self._line, self._text, self._line_end
        while len(pieces) < _RUN and (found := _element(text, place)):
            start = found.start(1)
            line += text.count(end, place, start)
            pieces.append(Piece(line, found[1]))
            place = found.end()
            line += text.count(end, start, place)
        self._behind_run = place
        return pieces

    def pass_run(self) -> None:
        """Take what `run` has told."""
        self._move(self._behind_run)

    def skip(self) -> None:
        """Pass over the value that begins at the next byte, keeping none of it."""
        if self.peek() in (b"{", b"["):
            rest = self._brackets(keep=False)
            self._move(self._place + rest)
        else:
            self.take()

    def step(self) -> Piece:
        """The next byte: a bracket, a comma, a colon."""
        self.peek()
        return self._cut(1)

    def original(self, raw: bytes) -> bytes:
        """The bytes of the file that a piece was read from."""
        return raw if self._encoding == UTF8 else _restored(raw, self._encoding)

    def _cut(self, length: int) -> Piece:
        end = self._place + length
        piece = Piece(self._line, self._text[self._place : end])
        self._move(end)
        return piece

    def _move(self, place: int) -> None:
        self._line += self._text.count(self._line_end, self._place, place)
        self._place = place

    def _more(self) -> bool:
        """Read on, at least as much as is kept, so that a long value does not take quadratic time."""
        kept = self._text[self._place :]
        parts = [kept]
        read = 0
        while read <= len(kept) and (chunk := next(self._chunks, b"")):
            parts.append(chunk)
            read += len(chunk)
        self._text = b"".join(parts)
        self._place = 0
        return read > 0

    def _string(self, at: int) -> tuple[int, bool]:
        """Where the string that opens `at` bytes from here ends, and whether with a quotation mark or with the line."""
        while True:
            end = _end(_opened_string, self._text, self._place + at)
            if self._text[end : end + 1] == b'"':
                return end + 1 - self._place, True
            if end < len(self._text) - 1 or not self._more():
                return end - self._place, False

    def _bare(self) -> int:
        while True:
            end = _end(_bare, self._text, self._place)
            if end < len(self._text) or not self._more():
                return end - self._place

    def _brackets(self, keep: bool = True) -> int:
        """Where the array or object that begins here ends: at the bracket that closes it, or where it breaks off.

        Without `keep` the place moves along, and what is returned is the rest of the way.
        """
        nesting = _Nesting()
        at = 0
        while True:
            if not keep:
                self._move(self._place + at)
                at = 0
            at = _end(_outside_brackets, self._text, self._place + at) - self._place
            byte = self._text[self._place + at : self._place + at + 1]
            if not byte:
                if at > _MOST and (cut := self._next_one(at)):
                    return cut
                if not self._more():
                    return self._next_one(at) or at
            elif byte == b'"':
                at, closed = self._string(at)
                nesting.broken |= not closed
            elif not nesting.take(byte, self._before(at) if byte == b"{" else b""):
                return self._trimmed(at)
            else:
                at += 1
                if nesting.done:
                    return (nesting.broken and self._next_one(at)) or at

    def _before(self, at: int) -> bytes:
        """What stands before a byte, white space aside."""
        here = self._place + at
        return self._text[max(0, here - _NEAR) : here].rstrip(_BLANK)[-1:]

    def _next_one(self, at: int) -> int:
        """Where within the next bytes another object begins as this one does; 0 where none does."""
        first = _first_key(self._text, self._place)
        found = self._place
        while first and (found := self._text.find(first.group(), found + 1, self._place + at)) >= 0:
            if self._before(found - self._place) in (b",", b"}"):
                return self._trimmed(found - self._place)
        return 0

    def _trimmed(self, at: int) -> int:
        return len(self._text[self._place : self._place + at].rstrip(_BLANK + b","))


class _Nesting:
    """The brackets that are open."""

    def __init__(self) -> None:
        self._opened = bytearray()
        self.broken = False
        """Whether a bracket was closed by another's partner, or a string by a line end."""

    @property
    def done(self) -> bool:
        return not self._opened

    def take(self, bracket: bytes, before: bytes) -> bool:
        """Open or close one; False where it cannot belong here but must begin or end something outside."""
        if bracket in b"{[":
            if bracket == b"{" and self._opened[-1:] == b"{" and before not in (b":", b""):
                return False
            self._opened += bracket
            return True
        opener = b"{" if bracket == b"}" else b"["
        if opener not in self._opened:
            return False
        self.broken |= self._opened[-1:] != opener
        del self._opened[self._opened.rindex(opener) :]
        return True


def _end(match: Callable[[bytes, int], re.Match[bytes] | None], text: bytes, place: int) -> int:
    """How far a pattern reaches that may be empty."""
    found = match(text, place)
    return found.end() if found else place


def _utf8(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """A stream as UTF-8; each byte that does not fit its encoding as a lone surrogate, U+DC00 and the byte."""
    if encoding == UTF8:
        yield from iter(partial(stream.read, _CHUNK), b"")
        return
    decoder = codecs.getincrementaldecoder(encoding)(_KEEP)
    final = False
    while not final:
        final = not (chunk := stream.read(_CHUNK))
        if text := decoder.decode(chunk, final):
            yield text.encode("utf-8", "surrogatepass")


def _restored(raw: bytes, encoding: str) -> bytes:
    pieces = _foreign.split(raw.decode("utf-8", "surrogatepass"))
    return b"".join(
        bytes(ord(char) - 0xDC00 for char in piece) if odd else piece.encode(encoding, "surrogatepass")
        for odd, piece in zip(cycle((False, True)), pieces, strict=False)
    )


def _keep(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


_KEEP = "curator.keep"
codecs.register_error(_KEEP, _keep)
