"""The training run that checks can learn from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from curator.dynamics import ROWS
from curator.train.args import RESULT


def newest(runs: Path) -> Path | None:
    """The finished run that ended last and remembers its rows."""
    finished = [path.parent for path in runs.glob(f"*/{RESULT}") if (path.parent / ROWS).is_file()]
    return max(finished, key=lambda run: (run / RESULT).stat().st_mtime, default=None)


def named(run_dir: Path | None) -> str:
    """A run's name with the time at which it ended: another run of the same name is another one."""
    if run_dir is None:
        return ""
    ended = datetime.fromtimestamp((run_dir / RESULT).stat().st_mtime, UTC)
    return f"{run_dir.name} ({ended:%Y-%m-%d %H:%M})"
