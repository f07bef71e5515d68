"""Themes of our own beside those of Textual."""

from __future__ import annotations

from textual.theme import Theme

HIGH_CONTRAST = (
    Theme(
        name="high-contrast-dark",
        primary="#ffff00",
        secondary="#00ffff",
        accent="#ffff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#303030",
        success="#00ff00",
        warning="#ffb000",
        error="#ff8080",
        dark=True,
        variables={"block-cursor-foreground": "#000000", "text-muted": "#e0e0e0"},
    ),
    Theme(
        name="high-contrast-light",
        primary="#0000a0",
        secondary="#005050",
        accent="#0000a0",
        foreground="#000000",
        background="#ffffff",
        surface="#ffffff",
        panel="#d8d8d8",
        success="#005000",
        warning="#804000",
        error="#a00000",
        dark=False,
        variables={"block-cursor-foreground": "#ffffff", "text-muted": "#202020"},
    ),
)
