"""The link between the pages that divide and export, and the core that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from curator.config import Config, setting, with_settings
from curator.errors import CuratorError
from curator.project import Project
from curator.windows import Window, cut

from .session import Session

# What divides and exports takes its time to load: the threads that need it do that.
if TYPE_CHECKING:
    from curator.dividing.overview import Overview
    from curator.dividing.report import SplitReport
    from curator.export.folder import Export

Values = Mapping[str, Any]
"""Dotted key of a setting to its value."""


def look(session: Session) -> Overview:
    """How the project is divided now; for threads."""
    from curator.dividing.overview import overview

    return session.elsewhere(lambda project: overview(project.connection, project.kind))


def split(session: Session, fresh: bool, freeze: bool, settings: Values) -> SplitReport:
    """Divide the records; settings are kept once it is done. For threads.

    Raises:
        CuratorError: a column does not exist, a date cannot be read, or there is no test set to freeze.
    """
    return session.elsewhere(lambda project: project.split(fresh, freeze, settings))


def problem(config: Config, settings: Values) -> str:
    """What is wrong with some settings; nothing if they can be used."""
    try:
        with_settings(config, settings)
    except CuratorError as error:
        return error.problem
    return ""


class Cut(NamedTuple):
    """A document as it is cut into windows."""

    record_id: int
    place: str
    """Where it comes from."""
    side: str
    """Its side of the split; `train` while it has none."""
    windows: list[Window]
    more: bool
    """Whether there are more windows than these."""


def windows_of(session: Session, record_id: int, settings: Values, most: int) -> Cut:
    """The first windows of a document, as some settings cut it; for threads.

    Raises:
        CuratorError: a setting is wrong, or tokens are asked for and the model has none here.
    """
    from curator.export.rows import shares
    from curator.exporting import Cutter

    config = with_settings(session.config, settings)
    record = session.elsewhere(lambda project: project.record(record_id))
    side = record.split or "train"
    text = str(record.fields.get("text", ""))
    found = cut(text, Cutter(config).units, config.windows, side, shares(config.split))
    first = list(islice(found, most + 1))
    return Cut(record_id, f"{record.source}:{record.line}", side, first[:most], len(first) > most)


class Order(NamedTuple):
    """What stands in the form of an export."""

    name: str
    out: str
    format_name: str
    query: str


def formats(session: Session) -> dict[str, str]:
    """The formats that can hold this project's records, with what they are for; for threads."""
    from curator.export.formats import FORMATS, require

    found = {}
    for name, format_ in FORMATS.items():
        with suppress(CuratorError):
            require(name, session.config.kind, session.config.system)
            found[name] = format_.about
    return found


def out_of(session: Session, order: Order) -> Path | None:
    """The folder that an order names; None for the project's own folder of exports."""
    typed = order.out.strip()
    if not typed:
        return None
    with suppress(RuntimeError):
        typed = str(Path(typed).expanduser())
    return (session.root / typed).absolute()


def refusal(session: Session, order: Order) -> str:
    """What is wrong with an order for an export; nothing if it can be written. For threads."""
    from curator.export.folder import check_name

    try:
        check_name(order.name.strip())
        session.elsewhere(lambda project: project.ids(order.query))
    except CuratorError as error:
        return f"{error.problem} {error.remedy}".strip()
    return ""


def export(session: Session, order: Order, progress: Callable[[int], None]) -> tuple[Export, int]:
    """Write an export; returns it with the number of leaks of the split. For threads.

    What `progress` raises ends it, and nothing is written.

    Raises:
        CuratorError: there is nothing to export, or the place is taken by something else.
    """
    out = out_of(session, order)

    def write(project: Project) -> tuple[Export, int]:
        made = project.export(order.name.strip(), order.query, order.format_name, out, progress)
        return made, project.leaks()

    return session.elsewhere(write)


def changed(config: Config, settings: Values) -> bool:
    """Whether some settings differ from those that the project has."""
    return any(setting(config, key) != value for key, value in settings.items())


def keep(session: Session, settings: Values) -> None:
    """Write settings into curator.toml.

    Raises:
        CuratorError: the file cannot be written.
    """
    session.project.change_settings(settings)
