"""What all pages have in common: keys in the user's language, and the way to the other pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar, cast

from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widgets import Footer

from curator.errors import CuratorError

from .language import _
from .widgets.nav_bar import NavBar
from .widgets.run_line import RunLine

Result = TypeVar("Result")


class Host(Protocol):
    """What the app does for its pages."""

    @property
    def project_root(self) -> Path | None:
        """The folder of the project that is open, if one is."""

    def going_on(self) -> str:
        """What else goes on in the background, in a few words."""

    def show_page(self, name: str) -> None:
        """Go to another page of the project by its name in `pages.PAGES`."""

    def show_records(self, query: str) -> None:
        """Go to the list of records, and show those that a query fits."""

    def open_project(self, root: str) -> None:
        """Leave the project that is open, and open another one."""


class Page(Screen[Result]):
    """A full screen of the app."""

    NAME: ClassVar[str] = ""
    """Its name in `pages.PAGES`; pages of no project have none."""

    def on_mount(self) -> None:
        """Put the line with the other pages on top."""
        root = self.host.project_root
        if self.NAME and root is not None:
            self.mount(NavBar(root.name, self.NAME))
            if self.NAME != "train":
                self.mount(RunLine(root, self.host.going_on), before=self.query_one(Footer))

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that do something now, described in the language of the interface."""
        found = {key: translated(active) for key, active in super().active_bindings.items()}
        # Where the line of keys is too short for all, help has to be seen; tab people know.
        order = sorted(found, key=lambda key: (found[key].binding.id != "app.help", key == "tab"))
        return {key: found[key] for key in order}

    @property
    def host(self) -> Host:
        """The app."""
        return cast(Host, self.app)

    def complain(self, error: CuratorError) -> None:
        """Tell what went wrong and what to do about it."""
        self.notify(f"{error.problem} {error.remedy}".strip(), severity="error", markup=False, timeout=10)

    def tell(self, words: str) -> None:
        """Tell that something has been done."""
        self.notify(words, markup=False)


def translated(active: ActiveBinding) -> ActiveBinding:
    """A key with its description in the language of the interface."""
    binding = replace(
        active.binding, description=_(active.binding.description), tooltip=_(active.binding.tooltip)
    )
    return active._replace(binding=binding, tooltip=_(active.tooltip))
