"""Signs that say what colour alone must not say, with a plain form for terminals that have ASCII only."""

from __future__ import annotations

_SIGNS = {
    "accepted": ("✓", "+"),
    "rejected": ("✗", "x"),
    "flagged": ("⚑", "?"),
    "deleted": ("–", "-"),
    "new": (" ", " "),
    "error": ("✗", "x"),
    "warning": ("!", "!"),
    "info": ("i", "i"),
    "picked": ("●", "*"),
    "cut": ("…", "~"),
    "repair": ("⚒", "(r)"),
    "bar": ("█", "#"),
    "track": ("░", "."),
    "right": ("→", "->"),
    "between": ("·", "|"),
    "begin": ("⟦", "[["),
    "end": ("⟧", "]]"),
    "up": ("▲", "^"),
    "down": ("▼", "v"),
}
_plain = False


def use_ascii(plain: bool) -> None:
    """Show plain forms from here on, or the full ones again."""
    global _plain
    _plain = plain


def is_ascii() -> bool:
    """Whether the terminal is to get ASCII only."""
    return _plain


def sign(name: str) -> str:
    """The sign of something."""
    return _SIGNS[name][_plain]


def bar(share: float, width: int) -> str:
    """A bar that is filled to a share of its width."""
    filled = max(0, min(width, round(share * width)))
    return sign("bar") * filled + sign("track") * (width - filled)
