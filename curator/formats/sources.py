"""Everything through which bytes arrive: files, folders, packed files, archives, standard input, the hub."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from curator.errors import CuratorError, explained, from_os_error
from curator.formats import archives, arrow, folders, hub, magic, names, packed, parquet, sheets
from curator.formats.base import Source
from curator.formats.left_out import LeftOut
from curator.formats.packed import Opener
from curator.formats.spool import Spooled, named, standard_input
from curator.text import storable

STDIN = "-"
_DEEPEST = 3
"""How many times over data may be packed."""


class _Stream(NamedTuple):
    """Bytes of which is not yet known what they are."""

    name: str
    """As in `Source`."""
    path: str
    """As in `Source`."""
    open: Opener
    constants: Mapping[str, str]
    label: str
    """What errors call it: its name with the suffixes of its packing."""
    asked_for: bool
    """The user named it, so what cannot be imported is an error; otherwise it is left out."""
    on_disk: bool = True
    """Whether seeking in it costs nothing."""
    depth: int = 0
    """How many times over it was packed."""


def expand(paths: Sequence[str]) -> tuple[list[Source], tuple[str, ...]]:
    """The sources behind some paths, and what was passed over, each with the reason.

    A path is a file, a folder, a packed file or archive, `-` for standard input, or the id of a data set on the hub
    (`hub:owner/name`, `owner/name@config`). Folders and archives are gone through in order of names.

    Raises:
        CuratorError: a path does not exist, or what it names cannot be imported.
    """
    expansion = _Expansion()
    for path in paths:
        expansion.add(path)
    return expansion.sources, expansion.left_out.told()


class _Expansion:
    """What has been found so far."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self.left_out = LeftOut()
        self._seen: set[str] = set()
        self._repeated = 0

    def add(self, path: str) -> None:
        """Add whatever a path names."""
        if path == STDIN:
            self._add_standard_input()
        elif path.startswith(hub.PREFIX):
            self._add_from_hub(path)
        elif Path(path).is_dir() and path:
            self._add_folder(Path(path))
        elif os.path.lexists(path) or not hub.is_id(path):
            self._add_file(path)
        else:
            try:
                self._add_from_hub(hub.PREFIX + path)
            except CuratorError as error:
                raise CuratorError(f"There is no file {path}. {error.problem}", error.remedy) from error

    def _add_standard_input(self) -> None:
        if self._is_new(STDIN, "stdin"):
            self._take(_Stream("stdin", STDIN, standard_input().open, {}, "stdin", True))

    def _add_from_hub(self, path: str) -> None:
        if not self._is_new(path, path):
            return
        for shard in hub.shards(path):
            name = shard.name
            opener = _file_opener(shard.file, name)
            self._take(_Stream(name, name, opener, {"@split": shard.split}, name, True))

    def _add_file(self, path: str) -> None:
        if not path:
            raise CuratorError("There is no file without a name.", "Name a file or folder.")
        try:
            status = os.stat(path)
        except FileNotFoundError as error:
            raise CuratorError(f"There is no file or folder {path}.", "Check the path.") from error
        except (OSError, ValueError) as error:
            raise _unreachable(error, path) from error
        if not stat.S_ISREG(status.st_mode):
            raise CuratorError(
                f"{path} is a pipe or a device, not a file.",
                "Let it be read as standard input, with - as the path.",
            )
        self._take_file(Path(path), storable(Path(path).name), {}, True)

    def _add_folder(self, folder: Path) -> None:
        before = len(self.sources), self._repeated
        for found in folders.walk(folder):
            if found.reason:
                self.left_out.add(found.inside, found.reason)
            else:
                constants = {"@split": found.split} if found.split else {}
                name = found.name or storable(found.path.name)
                self._take_file(found.path, name, constants, False, found.inside)
        if (len(self.sources), self._repeated) == before:
            passed = self.left_out.told()
            raise CuratorError(
                f"The folder {folder} holds nothing to import.",
                f"Passed over: {', '.join(passed[:10])}{', …' if len(passed) > 10 else ''}."
                if passed
                else "",
            )

    def _take_file(
        self, path: Path, name: str, constants: Mapping[str, str], asked_for: bool, label: str = ""
    ) -> None:
        full = os.path.abspath(path)
        if self._is_new(full, name):
            here = _constants(Path(full).parent.name, path.name)
            opener = _file_opener(path, name)
            self._take(_Stream(name, storable(full), opener, {**here, **constants}, label or name, asked_for))

    def _is_new(self, path: str, name: str) -> bool:
        if path in self._seen:
            self.left_out.add(name, "named twice")
            self._repeated += 1
            return False
        self._seen.add(path)
        return True

    def _take(self, stream: _Stream) -> None:
        try:
            self._open_up(stream)
        except magic.Foreign as error:
            if stream.asked_for:
                raise
            self.left_out.add(stream.label, error.what)

    def _open_up(self, stream: _Stream) -> None:
        """Add what a stream holds, once everything that it is packed in is off."""
        with stream.open() as opened, explained("read", stream.label):
            head = opened.read(magic.HEAD_BYTES)
        if stream.depth > _DEEPEST:
            raise CuratorError(
                f"{stream.label} is packed more than {_DEEPEST} times over.", "Unpack it yourself."
            )
        if how := packed.packing(head):
            opener = packed.opener(stream.label, stream.open, how)
            inner = stream._replace(name=names.unpacked(stream.name), open=opener)
            self._open_up(inner._replace(on_disk=False, depth=stream.depth + 1))
            return
        kind = archives.kind_of(head)
        office = kind == "zip" and magic.office(
            archives.zip_names(stream.label, stream.open), head, stream.label
        )
        if kind and not office:
            self._add_members(stream, kind)
        elif table := office or _table(head, stream):
            self._add_table(stream, table)
        else:
            self.sources.append(Source(stream.name, stream.path, stream.open, stream.constants))

    def _add_members(self, stream: _Stream, kind: str) -> None:
        before = len(self.sources)
        for member in archives.members(stream.label, stream.open, kind):
            label = f"{stream.label}/{member.name}"
            if reason := member.unusual or names.reason_to_pass_over(member.name):
                self.left_out.add(label, reason)
                continue
            inside = PurePosixPath(member.name)
            constants = _constants(inside.parent.name or names.bare(stream.name), inside.name)
            path = f"{stream.path}/{member.name}"
            self._take(_Stream(label, path, member.open, constants, label, False, False, stream.depth + 1))
        if len(self.sources) == before:
            raise magic.Foreign(stream.label, "an archive with nothing to import", "Look at what is in it.")

    def _add_table(self, stream: _Stream, table: str) -> None:
        opener = stream.open
        if not stream.on_disk:
            with stream.open() as opened:
                opener = Spooled(opened, stream.label).open
        source = Source(stream.name, stream.path, opener, stream.constants)
        if table == magic.SHEET:
            self._add_sheets(source)
            return
        columns = parquet.columns(source) if table == magic.PARQUET else arrow.columns(source)
        arrow.some(stream.label, columns.usable)
        for column in columns.unusable:
            self.left_out.add(f"{source.name}: column {column}", "images, audio or other bytes")
        self.sources.append(source)

    def _add_sheets(self, source: Source) -> None:
        choice = sheets.choose(source)
        for name, reason in choice.left_out:
            self.left_out.add(f"{source.name}/{name}", reason)
        for sheet in choice.taken:
            below = f"/{sheet}" if len(choice.taken) > 1 else ""
            constants = {**source.constants, "@sheet": sheet}
            self.sources.append(Source(source.name + below, source.path + below, source.open, constants))


def _table(head: bytes, stream: _Stream) -> str:
    """The format of a binary table; empty for text, and for what may be some once the user names its encoding."""
    try:
        return magic.known(head, stream.label)
    except magic.Binary:
        if not stream.asked_for:
            raise
        return ""


def _constants(folder: str, file: str) -> dict[str, str]:
    found = {"@folder": folder, "@file": names.bare(file), "@suffix": names.own_suffix(file)}
    return {name: storable(value) for name, value in found.items() if value}


def _file_opener(path: Path, name: str) -> Opener:
    def opener() -> IO[bytes]:
        with explained("read", path):
            return named(path, name)

    return opener


def _unreachable(error: Exception, path: str) -> CuratorError:
    if isinstance(error, OSError):
        return from_os_error(error, "read", path)
    return CuratorError(f"There is no file of the name {path!r}: {error}.", "Check the path.")
