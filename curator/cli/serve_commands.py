"""serve."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from curator.cli.output import State, say

if TYPE_CHECKING:
    from pathlib import Path

LOCAL = "127.0.0.1"
_NAMES = (LOCAL, "localhost")


@click.command("serve")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on."
)
@click.option(
    "--host", default=LOCAL, show_default=True, help="An address of this machine; others are refused."
)
@click.pass_obj
def serve_command(state: State, port: int, host: str) -> None:
    """Show the terminal UI in a browser on this machine.

    Local only, and there is no login: it listens on 127.0.0.1, where other machines cannot reach
    it, but everybody with an account on this one can. From elsewhere, go through ssh.
    Ctrl+C ends it; editing in $EDITOR is not to be had in a browser.

    \b
    Example:
      curator serve
      curator -C tickets serve --port 8080
      ssh -L 8000:127.0.0.1:8000 my-server     (then open http://127.0.0.1:8000 here)
    """
    from curator.cli.serving import LocalServer
    from curator.errors import CuratorError

    if host not in _NAMES:
        raise click.UsageError(
            f"There is no login, so it is served on {LOCAL} alone, not on {host}. "
            f"From another machine: ssh -L {port}:{LOCAL}:{port} THIS-MACHINE."
        )
    try:
        LocalServer(command_of(state.directory), LOCAL, port, title="Curator").serve()
    except OSError as error:
        raise CuratorError(
            f"Could not listen on port {port}: {error.strerror or error}.",
            "Choose another one with --port.",
        ) from error
    say("Ended; everything is saved.")


def command_of(directory: Path) -> str:
    """The line that a shell runs for each page that is opened."""
    return shlex.join([sys.executable, "-m", "curator", "-C", str(directory.resolve())])
