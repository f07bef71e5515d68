"""preflight.json: what is known of a run before its first step; free of torch, so that others can show it."""

from __future__ import annotations

from pathlib import Path

from curator.errors import explained
from curator.files import write_atomically
from curator.records import Frozen
from curator.train.args import PREFLIGHT, DroppedRow, Origin, Proof, Sample


class Side(Frozen):
    """Counts of one file."""

    rows: int
    """Rows used."""
    tokens: int
    """Their tokens."""
    learned: int
    """Those of their tokens that are learned."""
    longest: int
    """Tokens of the longest row."""
    dropped: tuple[DroppedRow, ...]
    """Rows left out for their length."""


class Preflight(Frozen):
    """preflight.json: what is going to be trained on."""

    limit: int
    """Longest row that is used, in tokens."""
    train: Side
    """The training rows."""
    validation: Side
    """The validation rows."""
    control_tokens: tuple[str, ...]
    """Training rows whose own text spells one of the model's control tokens, which it will be taken for."""
    samples: tuple[Sample, ...]
    """The first training rows, rendered; of each further place that they come from, one."""
    origins: tuple[Origin, ...] = ()
    """Where the training rows come from."""
    replay: tuple[str, ...] = ()
    """Ids of the general examples among them: their lines in the file that they come from."""
    codes: dict[str, str] = {}
    """Label to the code that it is learned as."""
    device: str = ""
    """Where the run goes."""
    free_memory_bytes: int | None = None
    """Memory that was free for it there before the model was loaded, if it can be told."""
    model: Proof | None = None
    """What the loaded model has shown; not known before it is loaded."""


def write(run_dir: Path, found: Preflight) -> None:
    """Write preflight.json.

    Raises:
        CuratorError: the disk does not want it.
    """
    write_atomically(
        run_dir / PREFLIGHT, found.model_dump_json(indent=2) + "\n", "write the pre-flight record"
    )


def add_proof(run_dir: Path, proof: Proof) -> None:
    """Note in preflight.json what the loaded model has shown.

    Raises:
        CuratorError: the disk does not want it.
    """
    write(run_dir, load(run_dir).model_copy(update={"model": proof}))


def load(run_dir: Path) -> Preflight:
    """Read preflight.json.

    Raises:
        CuratorError: it cannot be read.
    """
    with explained("read", run_dir / PREFLIGHT):
        return Preflight.model_validate_json((run_dir / PREFLIGHT).read_bytes())
