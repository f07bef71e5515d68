"""The link between the pages that bring examples in and the import of the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from curator.config import FILE_NAME, load
from curator.formats.aliases import SHAPE_FIELDS
from curator.project import Project
from curator.records import field_names
from curator.store.journal import Step
from curator.store.sources import StoredReject
from curator.text import as_typed, visible

from .session import Session

# What reads files takes its time to load: the threads that need it do that.
if TYPE_CHECKING:
    from curator.importing import ImportReport, Options
    from curator.importing.sampling import Sample

ENCODINGS = (
    "utf-8", "utf-16", "cp1251", "cp1252", "latin-1", "koi8-r", "cp866", "gb18030", "shift_jis", "big5", "euc_kr",
)  # fmt: skip
"""Those that are offered; detection and the command line know more."""

Progress = Callable[[int, float], None]


class Said(NamedTuple):
    """What somebody said about a file; what is empty is found out by looking into it."""

    format: str = ""
    encoding: str = ""
    mapping: Mapping[str, str] = MappingProxyType({})
    """Field to column, or to nothing where no column holds it."""

    def options(self) -> Options:
        """The same for the core."""
        from curator.importing import Options

        return Options(format=self.format, encoding=self.encoding, mapping=dict(self.mapping))


def formats() -> tuple[str, ...]:
    """The formats that can be named, once a file has been looked into."""
    from curator.formats.detect import READERS

    return tuple(READERS)


def assignments(typed: str) -> dict[str, str]:
    """Fields with their columns as somebody types them, `text=body label=kind`.

    Raises:
        CuratorError: there is no equals sign.
    """
    from curator.formats.mapping import parse_assignments

    return parse_assignments(typed.split())


def path_of(typed: str, folder: Path) -> str:
    """A path as somebody types it, `~` for the home folder, relative to a folder.

    A line shows control characters of a name as signs: a name that looks like what was typed is meant.
    """
    try:
        path = folder / Path(typed.strip()).expanduser()
        if path.exists():
            return str(path)
        alike = (other for other in path.parent.iterdir() if as_typed(other.name) == path.name)
        return str(next(alike, path))
    except OSError:
        return str(path)
    except RuntimeError:
        return typed.strip()


def fields(session: Session) -> tuple[str, ...]:
    """What a record of the project consists of, the required fields first."""
    return field_names(session.config.kind)


def shapes(session: Session) -> tuple[str, ...]:
    """What a column may hold beside the fields: whole chats, pairs of answers, verdicts."""
    return SHAPE_FIELDS[session.config.kind]


def preview(session: Session, path: str, said: Said) -> Sample:
    """The beginning of a file or folder as it will be read; for threads.

    Raises:
        CuratorError: it cannot be read.
    """
    from curator.importing.sampling import sample

    config = session.config
    wanted = said._replace(mapping={**config.fields, **said.mapping})
    return sample(config.kind, [path], wanted.options())


def bring(session: Session, path: str, said: Said, progress: Progress) -> ImportReport:
    """Import a file or folder; for threads. What `progress` raises takes everything back.

    Raises:
        CuratorError: it cannot be read.
    """
    return session.elsewhere(lambda project: project.import_files([path], said.options(), progress))


def caught_up(session: Session) -> None:
    """An import may have brought labels into the settings, and has brought new sources."""
    session.project.config = load(session.root / FILE_NAME)
    session.forget_values()


def undo(session: Session) -> Step | None:
    """Take the newest step back; for threads."""
    return session.elsewhere(lambda project: next(iter(project.editor.undo()), None))


def rejects(session: Session, most: int) -> tuple[list[StoredReject], int]:
    """Rows that could not become records, and how many there are; for threads."""

    def read(project: Project) -> tuple[list[StoredReject], int]:
        found = project.rejects()
        return found[:most], len(found)

    return session.elsewhere(read)


def retry(session: Session, mapping: Mapping[str, str]) -> tuple[int, int]:
    """Read the rejects again, with another mapping perhaps; (records added, rows left). For threads.

    Raises:
        CuratorError: the mapping names a field that there is not.
    """
    return session.elsewhere(lambda project: project.retry_rejects(mapping))


def shown_path(path: Path) -> str:
    """A path for the line in which one can be typed: no control characters."""
    return visible(str(path))
