"""The pages of a project, and the keys that lead to them from everywhere."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from .language import N_

if TYPE_CHECKING:
    from textual.screen import Screen

    from .links.session import Session


class Entry(NamedTuple):
    """A page that is imported when it is first opened."""

    module: str
    screen: str
    title: str
    help: str
    key: str


PAGES = {
    "records": Entry("browse", "BrowseScreen", N_("Records"), N_("Look through all records."), "f2"),
    "import": Entry("import_", "ImportScreen", N_("Import"), N_("Bring examples in from files."), "f10"),
    "label": Entry("label", "LabelScreen", N_("Label"), N_("Decide about records one by one."), "f3"),
    "checks": Entry("checks", "ChecksScreen", N_("Checks"), N_("What would harm a fine-tune."), "f4"),
    "split": Entry("split", "SplitScreen", N_("Split"), N_("Hold a test set out, write files."), "f5"),
    "train": Entry("train", "TrainScreen", N_("Train"), N_("Tune the model on the exported records."), "f6"),
    "results": Entry("results", "ResultsScreen", N_("Results"), N_("Whether the tuning was worth it."), "f7"),
}

LATER = (*(f"{__package__}.screens.{entry.module}" for entry in PAGES.values()), "numpy", "textual_plotext")
"""What the pages will need, loaded before somebody waits for it."""


def make(name: str, session: Session, *arguments: Any) -> Screen[Any]:
    """A new page of the project."""
    entry = PAGES[name]
    module = import_module(f"{__package__}.screens.{entry.module}")
    screen: Screen[Any] = getattr(module, entry.screen)(session, *arguments)
    return screen
