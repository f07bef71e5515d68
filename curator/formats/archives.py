"""Archives (ZIP, tar) as their members, each a stream that opens by itself."""

from __future__ import annotations

import re
import stat
import tarfile
import weakref
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple, TypeVar

from curator.errors import CuratorError
from curator.formats import packed
from curator.formats.packed import Begun, Opener
from curator.formats.spool import sought
from curator.text import storable, visible

_Archive = TypeVar("_Archive", zipfile.ZipFile, tarfile.TarFile)
_ZIP_MARK = re.compile(rb"PK(?:\x03\x04|\x05\x06)")
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_TAR_MARK = slice(257, 262)
_ONE_LINE = str.maketrans({"\n": "␊", "\t": "␉", "\\": "/"})


class Member(NamedTuple):
    """A file in an archive."""

    name: str
    """With its folders, as the archive says; only ever shown, never a path to write to."""
    open: Opener
    unusual: str = ""
    """What it is when it is no file: a link, a device."""


def kind_of(head: bytes) -> str:
    """The kind of archive that begins with `head`: "zip", "tar" or ""."""
    if _ZIP_MARK.match(head):
        return "zip"
    return "tar" if head[_TAR_MARK] == b"ustar" else ""


def zip_names(name: str, source: Opener) -> list[str]:
    """The names of all members of a ZIP archive.

    Raises:
        CuratorError: it is damaged.
    """
    with sought(source) as stream, _opened_zip(name, stream) as archive:
        return archive.namelist()


def members(name: str, source: Opener, kind: str) -> Iterator[Member]:
    """The members of an archive in their order, folders left aside.

    Raises:
        CuratorError: the archive is damaged, protected, or a bomb.
    """
    found = _zip_members(name, source) if kind == "zip" else _tar_members(name, source)
    times: Counter[str] = Counter()
    for member in found:
        times[member.name] += 1
        again = f" ({times[member.name]})" if times[member.name] > 1 else ""
        yield member._replace(name=member.name + again)


def check_zip(name: str, source: IO[bytes]) -> None:
    """Look at the sizes that a ZIP archive (or an office file) states before anything is unpacked.

    Raises:
        CuratorError: it is damaged or a bomb.
    """
    with _opened_zip(name, source) as archive:
        _check(name, archive)


def _zip_members(name: str, source: Opener) -> Iterator[Member]:
    # One handle for all members: opening the archive for each would read its directory as often.
    archive = _owning(_opened_zip, name, sought(source))
    _check(name, archive)
    for info in archive.infolist():
        if info.is_dir():
            continue
        if info.flag_bits & _ENCRYPTED:
            raise packed.protected(name)
        inside = _shown(_told_name(info))
        unusual = "a link" if stat.S_ISLNK(info.external_attr >> 16) else ""
        yield Member(inside, _zip_opener(f"{name}/{inside}", archive, info), unusual)


def _zip_opener(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Opener:
    def begin() -> Begun:
        stream = archive.open(info)
        return Begun(stream, lambda: info.compress_size, stream.close)

    return lambda: packed.unpacked(name, begin)


def _opened_zip(name: str, stream: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise _damaged(name, "ZIP", error) from error


_TAR_DAMAGE = (tarfile.TarError, EOFError, ValueError, OSError)


def _opened_tar(name: str, stream: IO[bytes]) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=stream, mode="r:")
    except _TAR_DAMAGE as error:
        raise _damaged(name, "tar", error) from error


def _owning(opened: Callable[[str, IO[bytes]], _Archive], name: str, stream: IO[bytes]) -> _Archive:
    """An archive that closes its stream when its last member is gone, or at once when it cannot be opened."""
    try:
        archive = opened(name, stream)
    except CuratorError:
        stream.close()
        raise
    weakref.finalize(archive, stream.close)
    return archive


def _damaged(name: str, kind: str, error: Exception) -> CuratorError:
    return CuratorError(f"{name} is a damaged {kind} archive: {error}.", "Copy or download it again.")


def _check(name: str, archive: zipfile.ZipFile) -> None:
    files = archive.infolist()
    packed.check_ratio(name, sum(f.file_size for f in files), lambda: _packed_size(archive))


def _packed_size(archive: zipfile.ZipFile) -> int:
    """No more than the archive itself: members of a bomb may share their bytes."""
    stated = sum(info.compress_size for info in archive.infolist())
    stream = archive.fp
    if stream is None:
        return stated
    return min(stated, stream.seek(0, 2))


def _told_name(info: zipfile.ZipInfo) -> str:
    """The name in its own encoding: without the flag for UTF-8, packers write that anyway, or the code page of DOS."""
    if info.flag_bits & _UTF8_NAME or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        russian = raw.decode("cp866")
        return russian if _is_russian(russian) else info.filename


def _shown(name: str) -> str:
    return visible(storable(name)).translate(_ONE_LINE)


def _is_russian(text: str) -> bool:
    """Whether what is not ASCII makes Cyrillic words, with no Latin letter in the same word."""
    return bool(_CYRILLIC_WORD.search(text)) and not _NOT_RUSSIAN.search(text)


_CYRILLIC_WORD = re.compile(r"[А-Яа-яЁё]{2}")
_NOT_RUSSIAN = re.compile(r"[^\x00-\x7fА-Яа-яЁё№]|[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")


def _tar_members(name: str, source: Opener) -> Iterator[Member]:
    archive = _owning(_opened_tar, name, sought(source))
    try:
        infos = archive.getmembers()
    except _TAR_DAMAGE as error:
        raise _damaged(name, "tar", error) from error
    for info in infos:
        if not info.isdir():
            inside = _shown(info.name)
            yield Member(inside, _tar_opener(f"{name}/{inside}", archive, info), _unusual(info))


def _tar_opener(name: str, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Opener:
    def begin() -> Begun:
        stream = archive.extractfile(info)
        if stream is None:
            raise CuratorError(f"{name} is not a plain file.", "Unpack the archive and import the file.")
        return Begun(stream, lambda: info.size, stream.close)

    return lambda: packed.unpacked(name, begin)


def _unusual(info: tarfile.TarInfo) -> str:
    if info.issym() or info.islnk():
        return "a link"
    return "" if info.isreg() and not info.issparse() else "not a plain file"
