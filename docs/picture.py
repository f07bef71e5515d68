"""Draws docs/demo.svg from a captured screen of `curator demo`.

tmux new -d -s demo -x 104 -y 90 'curator demo; sleep 9'; tmux capture-pane -p -e -t demo > screen.txt
python docs/picture.py screen.txt
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 104


def main() -> None:
    """Draw the screen as it was, colours included."""
    screen = Path(sys.argv[1]).read_text(encoding="utf-8").strip("\n")
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for line in screen.splitlines():
        console.print(Text.from_ansi(line.rstrip()), soft_wrap=True)
    console.save_svg(str(Path(__file__).with_name("demo.svg")), title="curator demo")


if __name__ == "__main__":
    main()
