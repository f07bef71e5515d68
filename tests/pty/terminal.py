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
from pathlib import Path

_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[@-Z\\-_])", re.DOTALL
)


class Terminal:
    """`python -m curator` in a pseudo-terminal of 100 by 30."""

    def __init__(self, folder: Path, code: str = "") -> None:
        """`code` is Python to be run in the place of the command."""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.chdir(folder)
            os.environ.update(TERM="xterm-256color", TEXTUAL_ANIMATIONS="none", COLUMNS="100", LINES="30")
            os.execv(sys.executable, [sys.executable, *(["-c", code] if code else ["-m", "curator"])])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.raw = b""
        self.closed = False

    def read(self, seconds: float = 0.05) -> None:
        """Take in what comes within some time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([] if self.closed else [self.fd], [], [], left)
            if ready:
                try:
                    self.raw += os.read(self.fd, 1 << 16)
                except OSError:
                    return

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
