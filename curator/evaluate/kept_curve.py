"""A learning curve as it is kept, `curves/NAME.json` of a project, and the one that tells of a run."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from curator.evaluate.learning_curve import Estimate, PowerLaw
from curator.records import Frozen
from curator.train.args import RunSpec

CURVES = "curves"
MORE = 2
"""How many times the rows are asked about."""


class Point(Frozen):
    """The runs of one size."""

    percent: int
    """Share of the training rows."""
    rows: int
    """Training rows, the mean over its runs."""
    runs: tuple[str, ...]
    """Names of the runs."""
    values: tuple[float, ...]
    """The metric that decides, run by run."""
    value: float
    """Their mean."""
    low: float
    """Lower end of its 95 % interval over the test rows."""
    high: float
    """Upper end."""


class LearningCurve(Frozen):
    """What the runs of a curve show."""

    model: str
    """The base model of its runs."""
    method: str
    """How they were tuned: qlora, lora or full."""
    test_sha256: str
    """Of the test rows that all were scored on."""
    metric: str
    """The metric that decides; all figures but `law` are in its units."""
    n: int
    """Test rows, the same for all."""
    points: tuple[Point, ...]
    """The smallest first."""
    base: float
    """The model before tuning."""
    law: PowerLaw | None
    """The power law that fits best, of the error (1 - accuracy, or bits per byte); None for two points."""
    run_noise: float
    """Standard deviation between runs of one size that was reckoned with."""
    noise_measured: bool
    """Whether it was measured from several runs, or assumed."""
    backtest: Estimate | None
    """What the smaller parts foretold for the largest; None with fewer than three."""
    now: Estimate
    """A further run with all rows of the largest part."""
    more: Estimate
    """A run with twice as many."""
    gain: Estimate
    """How much better twice the rows are, apart from the noise between runs; positive is better."""
    sentence: str
    """What more labels would bring."""
    caveats: tuple[str, ...]
    """What this curve cannot say."""


def path_of(root: Path, name: str) -> Path:
    """The file of a curve."""
    return root / CURVES / f"{name}.json"


def curve_of(run_dir: Path, spec: RunSpec) -> LearningCurve | None:
    """The newest curve of the same model, tuned in the same way and scored on the same test rows, if there is one."""
    files = sorted((run_dir.parent.parent / CURVES).glob("*.json"), key=lambda path: -path.stat().st_mtime_ns)
    wanted = (spec.model, spec.train.method, spec.export_sha256.get("test.jsonl"))
    return next(
        (
            curve
            for path in files
            if (curve := _read(path)) is not None and (curve.model, curve.method, curve.test_sha256) == wanted
        ),
        None,
    )


def _read(path: Path) -> LearningCurve | None:
    """A curve; nothing for a file that is none, or one of another time: the same command makes it anew."""
    try:
        return LearningCurve.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
