"""Switches that show by a sign, not by colour alone, whether they are on."""

from __future__ import annotations

from textual.widgets import Checkbox, RadioButton

from ..marks import sign


def _show(button: Checkbox | RadioButton, on: str) -> None:
    button.BUTTON_INNER = sign(on) if button.value else " "


class Check(Checkbox):
    """Something that is so or not."""

    def on_mount(self) -> None:
        """Show how it is."""
        _show(self, "accepted")

    def watch_value(self) -> None:
        """Show how it is now."""
        _show(self, "accepted")
        super().watch_value()


class Radio(RadioButton):
    """One of several choices."""

    def on_mount(self) -> None:
        """Show how it is."""
        _show(self, "picked")

    def watch_value(self) -> None:
        """Show how it is now."""
        _show(self, "picked")
        super().watch_value()
