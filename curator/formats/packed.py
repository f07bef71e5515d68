"""Streams packed with gzip, bzip2, xz or Zstandard, known by their first bytes and unpacked as they are read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, NamedTuple, Protocol

from curator.errors import CuratorError, from_os_error

Opener = Callable[[], IO[bytes]]

RATIO_LIMIT = 200
"""Unpacked bytes for one packed byte; real tables and texts stay below 100."""
FREE_BYTES = 256 * 1024 * 1024
"""What may be unpacked before the ratio counts."""

SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zstd")
_BUFFER = 1 << 18

_MARKS = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "bzip2": re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    "Zstandard": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
}


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class Begun(NamedTuple):
    """Unpacking under way."""

    stream: _Readable
    consumed: Callable[[], int]
    """How many packed bytes have been read so far."""
    close: Callable[[], None]


class Unpacked(io.RawIOBase):
    """What comes out, with damage told in words and an end to what a bomb can do; seeking back begins anew."""

    def __init__(self, name: str, begin: Callable[[], Begun]) -> None:
        self.name = name
        self._begin = begin
        self._position = 0
        self._now = self._begun()

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always, though going back is slow."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill the buffer with the next unpacked bytes.

        Raises:
            CuratorError: the packed data is damaged, cut off, protected, or a bomb.
        """
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def tell(self) -> int:
        """How many bytes have come out."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a place by unpacking up to it, from the beginning when it lies behind."""
        if whence == io.SEEK_END:
            while self._read(_BUFFER):
                pass
        target = offset + (0 if whence == io.SEEK_SET else self._position)
        if target < self._position:
            self._now.close()
            self._position = 0
            self._now = self._begun()
        while self._position < target and self._read(min(_BUFFER, target - self._position)):
            pass
        return self._position

    def close(self) -> None:
        """Close the packed stream too."""
        if not self.closed:
            self._now.close()
        super().close()

    def _begun(self) -> Begun:
        try:
            return self._begin()
        except _DAMAGE as error:
            raise _explained(error, self.name) from error

    def _read(self, size: int) -> bytes:
        try:
            data = self._now.stream.read(size)
        except _DAMAGE as error:
            raise _explained(error, self.name) from error
        self._position += len(data)
        check_ratio(self.name, self._position, self._now.consumed)
        return data


def packing(head: bytes) -> str:
    """How a stream that begins with `head` is packed: "gzip", "bzip2", "xz", "Zstandard" or ""."""
    return next((name for name, mark in _MARKS.items() if mark.match(head)), "")


def unpacked(name: str, begin: Callable[[], Begun]) -> IO[bytes]:
    """A buffered, seekable stream of what `begin` unpacks."""
    return io.BufferedReader(Unpacked(name, begin), _BUFFER)


def opener(name: str, source: Opener, how: str) -> Opener:
    """Opens the unpacked content of a packed stream."""
    return lambda: unpacked(name, lambda: _begin(source, how))


def check_ratio(name: str, size: int, packed_size: Callable[[], int]) -> None:
    """Stop before a small file fills the disk.

    Raises:
        CuratorError: far more came out than real data could have been packed into so little.
    """
    if size > FREE_BYTES and size > RATIO_LIMIT * packed_size():
        raise CuratorError(
            f"{name} looks like a decompression bomb: it unpacks to more than {FREE_BYTES // 2**20} MiB "
            f"and {RATIO_LIMIT} times its size.",
            "If it is sound, unpack it yourself and import the result.",
        )


def _begin(source: Opener, how: str) -> Begun:
    raw = source()
    stream = _unpacker(raw, how)

    def close() -> None:
        stream.close()
        raw.close()

    return Begun(stream, raw.tell, close)


def _unpacker(raw: IO[bytes], how: str) -> _Readable:
    if how == "gzip":
        return gzip.GzipFile(fileobj=raw, mode="rb")
    if how == "bzip2":
        return bz2.BZ2File(raw)
    if how == "xz":
        return lzma.LZMAFile(raw)
    import pyarrow as pa

    stream: _Readable = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return stream


_DAMAGE = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    RuntimeError,  # zipfile: a password is required
    ValueError,  # zipfile: fields that contradict each other
)


def _explained(error: Exception, name: str) -> CuratorError:
    if isinstance(error, OSError) and error.errno:
        return from_os_error(error, "read", name)
    if isinstance(error, NotImplementedError):
        return CuratorError(
            f"{name} is packed by a method that cannot be read here: {error}.", "Unpack it yourself."
        )
    if isinstance(error, RuntimeError) and ("encrypted" in str(error) or "password" in str(error)):
        return protected(name)
    if isinstance(error, EOFError) or "Truncated" in str(error) or "unexpected end" in str(error):
        return CuratorError(
            f"{name} is cut off: its packed data ends too early.", "Copy or download it again."
        )
    return CuratorError(f"{name} is damaged: {error}.", "Copy or download it again.")


def protected(name: str) -> CuratorError:
    """The error for what only a password opens."""
    return CuratorError(
        f"{name} is protected by a password.", "Unpack it with the password, then import the files."
    )
