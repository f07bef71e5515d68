"""The link between the form for a new project and the core that makes it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from curator.config import BUNDLED_MODEL, FILE_NAME, new
from curator.errors import CuratorError
from curator.project import Project

from ..language import _

__all__ = ["BUNDLED_MODEL", "Wish", "make", "problem"]


class Wish(NamedTuple):
    """What stands in the form."""

    start: Path
    folder: str
    kind: str
    labels: str
    model: str

    @property
    def root(self) -> Path:
        """Where the project is to be."""
        try:
            return self.start / Path(self.folder.strip()).expanduser()
        except RuntimeError:
            return self.start / self.folder.strip()


def problem(wish: Wish) -> str:
    """What is wrong with a wish; nothing if it can be fulfilled."""
    if not wish.folder.strip():
        return _("The project needs a folder: type a name for it.")
    try:
        return _in_the_way(wish.root) or _of_settings(wish)
    except (OSError, ValueError):
        return _("A folder cannot have this name.")


def make(wish: Wish) -> Path:
    """Make the project; returns its folder.

    Raises:
        CuratorError: something is wrong with the wish, or the folder may not be written.
    """
    if wrong := problem(wish):
        raise CuratorError(wrong)
    Project.create(wish.root, new(wish.kind, wish.labels, wish.model)).close()
    return wish.root


def _in_the_way(root: Path) -> str:
    if (root / FILE_NAME).exists():
        return _("There is a project in this folder already: leave this page and open it.")
    inside = next((folder for folder in (root, *root.parents) if folder.exists()), root)
    return "" if inside.is_dir() else _("{path} is a file, not a folder.").format(path=inside)


def _of_settings(wish: Wish) -> str:
    from curator.train.runs import resolve_model

    try:
        new(wish.kind, wish.labels, wish.model)
        resolve_model(wish.model.strip() or BUNDLED_MODEL)
    except CuratorError as error:
        return f"{error.problem} {error.remedy}".strip()
    return ""
