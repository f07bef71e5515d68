"""The link between the pages that bring examples in and the import of the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from curator.config import FILE_NAME, load
from curator.formats.aliases import SHAPE_FIELDS
from curator.formats.detect import READERS
from curator.formats.mapping import parse_assignments
from curator.importing import ImportReport, Options
from curator.importing.sampling import Sample, sample
from curator.project import Project
from curator.records import field_names
from curator.store.journal import Step
from curator.store.sources import StoredReject
from curator.text import visible

from .session import Session

__all__ = ["ENCODINGS", "READERS", "Options", "parse_assignments"]

ENCODINGS = (
    "utf-8", "utf-16", "cp1251", "cp1252", "latin-1", "koi8-r", "cp866", "gb18030", "shift_jis", "big5", "euc_kr",
)  # fmt: skip
"""Those that are offered; detection and the command line know more."""

Progress = Callable[[int, float], None]


def path_of(typed: str, folder: Path) -> str:
    """A path as somebody types it, `~` for the home folder, relative to a folder."""
    try:
        return str(folder / Path(typed.strip()).expanduser())
    except RuntimeError:
        return typed.strip()


def fields(session: Session) -> tuple[str, ...]:
    """What a record of the project consists of, the required fields first."""
    return field_names(session.config.kind)


def shapes(session: Session) -> tuple[str, ...]:
    """What a column may hold beside the fields: whole chats, pairs of answers, verdicts."""
    return SHAPE_FIELDS[session.config.kind]


def preview(session: Session, path: str, options: Options) -> Sample:
    """The beginning of a file or folder as it will be read; for threads.

    Raises:
        CuratorError: it cannot be read.
    """
    config = session.config
    wanted = options.model_copy(update={"mapping": {**config.fields, **options.mapping}})
    return sample(config.kind, [path], wanted)


def bring(session: Session, path: str, options: Options, progress: Progress) -> ImportReport:
    """Import a file or folder; for threads. What `progress` raises takes everything back.

    Raises:
        CuratorError: it cannot be read.
    """
    return session.elsewhere(lambda project: project.import_files([path], options, progress))


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
