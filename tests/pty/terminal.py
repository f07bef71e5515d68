"""A real terminal for a child process."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[@-Z\\-_])", re.DOTALL
)
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-?]*[ -/]*[@-~]")
"""Asked of terminals that know more keys than pyte, which would print a part of it."""


def _environment(folder: Path) -> dict[str, str]:
    """What the process is told; a size there would count more than that of the window."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    own = {"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", "CURATOR_LANGUAGE": "en"}
    return kept | own | {"XDG_STATE_HOME": str(folder.parent / "state")}


class Terminal:
    """`python -m curator` in a pseudo-terminal of 100 by 30."""

    def __init__(self, folder: Path, code: str = "", **environment: str) -> None:
        """`code` is Python to be run in the place of the command."""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.chdir(folder)
            arguments = [sys.executable, *(["-c", code] if code else ["-m", "curator"])]
            os.execve(sys.executable, arguments, _environment(folder) | environment)
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self._screen)
        self._tail = b""
        self.resize(100, 30)
        self.raw = b""
        self.closed = False

    def resize(self, columns: int, lines: int) -> None:
        """Make the window larger or smaller, and tell the process so."""
        self._screen.resize(lines, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds: float = 0.05) -> None:
        """Take in what comes within some time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([] if self.closed else [self.fd], [], [], left)
            if ready:
                try:
                    came = os.read(self.fd, 1 << 16)
                except OSError:
                    return
                self.raw += came
                self._paint(came)

    def settle(self, seconds: float, quiet: float = 0.2) -> None:
        """Take in what comes until nothing has come for a while, or for some time at most."""
        end = time.monotonic() + seconds
        length = -1
        while length < len(self.raw) and time.monotonic() < end:
            length = len(self.raw)
            self.read(quiet)

    def _paint(self, came: bytes) -> None:
        # A sequence may come in two parts: its beginning waits for the rest.
        whole = self._tail + came
        at = whole.rfind(b"\x1b", -32)
        cut = at if at >= 0 and not _ESCAPES.match(whole, at) else len(whole)
        self._tail = whole[cut:]
        self._stream.feed(_UNKNOWN.sub(b"", whole[:cut]))

    @property
    def screen(self) -> list[str]:
        """The lines as they stand on the screen now."""
        return [row.rstrip() for row in self._screen.display]

    @property
    def page(self) -> str:
        """The whole screen as it stands now."""
        return "\n".join(self.screen)

    @property
    def text(self) -> str:
        """All that was painted, without escape sequences."""
        return _ESCAPES.sub(b"", self.raw).decode("utf-8", "replace")

    def wait_for(self, words: str, seconds: float = 30.0, pause: float = 0.05) -> None:
        """Until some words were painted since the last `forget`; looks again after each pause."""
        end = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < end, self.text[-2000:]
            self.read(pause)

    def until(self, shown: str | Callable[[str], object], seconds: float = 30.0) -> str:
        """Until some words stand on the screen, or something else is true of it; the screen then."""
        wanted = (lambda page: shown in page) if isinstance(shown, str) else shown
        end = time.monotonic() + seconds
        while not wanted(self.page):
            assert time.monotonic() < end, f"{shown}\n{self.page}"
            self.read()
        return self.page

    def forget(self) -> None:
        """Let what was painted go."""
        self.raw = b""

    def type(self, keys: str) -> None:
        """Type as fast as the terminal takes it."""
        os.write(self.fd, keys.encode())

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def ended(self) -> int:
        """Wait for the end; the exit code, negative for a signal."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError("it did not end")

    def close(self) -> None:
        """Close the terminal, as a lost connection does."""
        self.closed = True
        os.close(self.fd)
