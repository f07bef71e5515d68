"""Small evaluations of classifiers, plain and with everything that an evaluation can find."""

from __future__ import annotations

from curator.config import EvaluateSettings
from curator.evaluate.calibration import Bin, Temperature
from curator.evaluate.evaluation import Evaluation, Names, evaluate_scores
from curator.evaluate.fairness.suspects import Suspect
from curator.evaluate.fairness.tainted import Contamination, TaintedRow
from curator.evaluate.memorisation import Memorisation, Reproduced
from curator.evaluate.reporting.made import Loss, Made
from curator.evaluate.scores import RowScore
from curator.evaluate.scoring.forgetting import Forgetting
from curator.evaluate.slices import Slice
from curator.evaluate.verdict import Gain
from curator.records import ClassificationRow

QUICK = EvaluateSettings(resamples=200)
HOSTILE = (
    "a|b `c`\n# <script>x</script> [l](http://evil) \x1b[31m![i](j) \\| *bold* \u202egnp\"'><img src=x onerror=y> "
    "</table> \x00{{ 7*7 }}&lt;&amp; javascript:alert(1)"
)
MADE = Made(
    facts={"model": "bundled", "seed": "0"},
    cost={"time": "61 seconds", "memory": "512 MiB at most"},
    training=tuple(Loss(step=step, loss=3.0 / step) for step in range(1, 13)),
    validation=(Loss(step=6, loss=1.0), Loss(step=12, loss=0.75)),
    kept=12,
)


def row(number: int, text: str, label: str) -> ClassificationRow:
    return ClassificationRow(id=str(number), text=text, label=label)


def score(rows: list[ClassificationRow], answers: list[str], loss: float = 1.0) -> list[RowScore]:
    return [
        RowScore(
            id=r.id, answer=a, values={"correct": float(a == r.label), "log_loss": loss + int(r.id) / 10}
        )
        for r, a in zip(rows, answers, strict=True)
    ]


def sample(
    labels: tuple[str, ...] = ("x", "y"), text: str = "some text", run: str = "first", count: int = 20
) -> tuple[Evaluation, list[ClassificationRow]]:
    """Some rows: the base is right on rows 3 and 5, the tuned model wrong on rows 3 and 7."""
    rows = [row(i, f"{text} {i}", labels[i % len(labels)]) for i in range(count)]
    base = [r.label if i in (3, 5) else labels[(i + 1) % len(labels)] for i, r in enumerate(rows)]
    tuned = [labels[0] if i in (3, 7) else r.label for i, r in enumerate(rows)]
    systems = {"base": score(rows, base, 2.0), "tuned": score(rows, tuned)}
    names = Names(run=run, model="bundled")
    return evaluate_scores("classification", labels, rows, rows, systems, QUICK, names=names), rows


def bare() -> tuple[Evaluation, list[ClassificationRow]]:
    """The sample as it is when nothing but scores was looked at."""
    found, rows = sample()
    empty = {"reliability": {}, "temperature": None, "slices": (), "suspects": ()}
    return found.model_copy(update={**empty, "contamination": None, "memorisation": None}), rows


def gain(difference: float, low: float, high: float, **changes: object) -> Gain:
    """A difference in accuracy."""
    return Gain.model_validate(
        {
            "metric": "accuracy",
            "difference": difference,
            "low": low,
            "high": high,
            "p": 0.01,
            "better": "higher",
        }
        | changes
    )


def full(text: str = "some text", **changes: object) -> tuple[Evaluation, list[ClassificationRow]]:
    """The sample with every part filled; `text` stands wherever data does."""
    found, rows = sample((f"one {text}", "two"), text, text)
    bins = (
        Bin(low=0.4, high=0.6, rows=8, confidence=0.5, accuracy=0.25),
        Bin(low=0.8, high=1.0, rows=12, confidence=0.95, accuracy=0.75),
    )
    worse = gain(-0.2, -0.3, -0.1, p_adjusted=0.02)
    run = Reproduced(words=9, characters=40, text=text, test_id="3", train_id=text)
    return found.model_copy(
        update={
            "general": Forgetting(passages=24, base=1.5, tuned=2.0, low=0.4, high=0.6),
            "reliability": {"tuned": bins},
            "temperature": Temperature(
                value=1.7,
                fitted_on=40,
                log_loss_before=0.9,
                log_loss=0.6,
                ece_before=0.2,
                ece=0.05,
                bins=bins,
            ),
            "slices": (
                Slice(by="language", value="en", rows=12, base=0.1, tuned=0.9, gain=gain(0.8, 0.6, 0.9)),
                Slice(by="source", value=text, rows=8, base=0.5, tuned=0.3, gain=worse, worse=True),
            ),
            "contamination": Contamination(
                rows=(TaintedRow(id="4", train_id=text, tie="near duplicate", similarity=0.875),),
                clean=19,
                systems={"base": 0.1, "tuned": 0.8},
                gain=gain(0.7, 0.5, 0.9),
            ),
            "suspects": (Suspect(id="7", label="two", likelier=text, probability=0.9, own=0.05, tuned=text),),
            "memorisation": Memorisation(windows=5, tokens=64, base=run, tuned=run, reference=run),
            **changes,
        }
    ), rows
