"""The evaluation of a run: an endpoint is asked first, what is kept is not scored again, a judge comes last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from curator.evaluate.answers.adherence import Form
from curator.evaluate.endpoint.address import Online
from curator.evaluate.endpoint.kept_replies import KeptReplies
from curator.evaluate.evaluation import Evaluation, Names, evaluate_scores, reference, require_scorable
from curator.evaluate.examining import Studied
from curator.evaluate.rivals.gathering import Gathered, gather, kept_from
from curator.evaluate.rivals.prompted import Wanted, chosen
from curator.evaluate.scores import Rivals
from curator.evaluate.scoring import forgetting
from curator.evaluate.sources import sources_of
from curator.records import SPLITS, Row
from curator.train.args import RunSpec

if TYPE_CHECKING:
    from curator.evaluate.scoring.studies import Studies

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""


class _Run(NamedTuple):
    """A finished run whose data is as it was."""

    folder: Path
    spec: RunSpec
    form: Form | None
    """The form that answers are declared to have."""
    train: Sequence[Row]
    validation: Sequence[Row]
    test: Sequence[Row]


def evaluate_run(
    run_dir: Path,
    progress: Progress | None = None,
    wanted: Wanted | None = None,
    kept: Evaluation | None = None,
    online: Online | None = None,
    keep: Callable[[Evaluation], None] = lambda _: None,
) -> Evaluation:
    """Score base and tuned model on the run's test rows, the tuned one read afresh from disk, and compare them.

    Args:
        run_dir: A finished run.
        progress: Told how many rows are done.
        wanted: Rivals that are prompts; by default those of `kept`, or else of the run's settings.
        kept: An earlier evaluation of this run, whose scores are not made again.
        online: An endpoint that answers the test rows, too, before a model is loaded here.
        keep: Given what there is before a judge is asked, who may fail.

    Raises:
        CuratorError: the run is not finished, its data changed, there are no test rows, a prompt cannot be used, or
            the endpoint cannot be asked.
    """
    from curator.evaluate.scoring.studies import Studies

    run = _read(run_dir)
    answers = _answers(run, online, progress) if online else {}
    before = kept_from(kept.scores, kept.systems, kept.titles) if kept else None
    studies = Studies(run.spec, run.validation, run.test)
    asked = settled(wanted, run.spec, kept)
    made = gather(run_dir, run.spec, (run.train, run.test), asked, before, progress, studies)
    made = made._replace(rivals={**made.rivals, **answers})
    found = _compared(run, made, studies, kept)
    if online is None or not online.judge:
        return found
    keep(found)
    return _judged(run, made, studies, found, online, progress)


def settled(wanted: Wanted | None, spec: RunSpec, kept: Evaluation | None) -> Wanted:
    """What is asked of the base model: what is wanted now, else what an evaluation was made with, else the settings.

    Raises:
        CuratorError: the run's kind asks its model nothing, and something was wanted.
    """
    before = chosen(kept.systems, kept.left_out) if kept else Wanted()
    return (wanted or Wanted()).settled(spec, before)


def _read(run_dir: Path) -> _Run:
    from curator.train import runs
    from curator.train.rows.data import read_rows

    spec = runs.load(run_dir)
    runs.load_result(run_dir)
    runs.verify_export(spec)
    form = Form.of(spec.evaluate, run_dir.parent.parent)
    run = _Run(run_dir, spec, form, *(read_rows(Path(spec.export_path), spec.kind, side) for side in SPLITS))
    require_scorable(spec.kind, spec.labels, run.test)
    return run


def _answers(run: _Run, online: Online, progress: Progress | None) -> Rivals:
    """The endpoint on the test rows; whatever is wrong with it shows before anything is scored here."""
    from curator.evaluate.endpoint.answering_rows import answer_rows, name_of

    online.require_fitting(run.spec.kind)
    endpoint = online.endpoint
    return {name_of(endpoint): answer_rows(endpoint, run.spec, run.test, KeptReplies(run.folder), progress)}


def _judged(
    run: _Run,
    made: Gathered,
    studies: Studies,
    found: Evaluation,
    online: Online,
    progress: Progress | None,
) -> Evaluation:
    """The same with what the endpoint's model says of base and tuned."""
    from curator.evaluate.endpoint.judging import judge_rows

    pair, kept = (made.systems["base"], made.systems["tuned"]), KeptReplies(run.folder)
    judged, base, tuned = judge_rows(online.endpoint, run.spec.system, run.test, pair, kept, progress)
    made = made._replace(systems={**made.systems, "base": base, "tuned": tuned})
    return _compared(run, made, studies, found).model_copy(update={"judged": judged})


def _compared(run: _Run, made: Gathered, studies: Studies, kept: Evaluation | None) -> Evaluation:
    """The evaluation of what was scored; what was looked at beside the scores before is kept."""
    spec, export, systems = run.spec, Path(run.spec.export_path), dict(made.systems)
    general = kept.general if kept else None
    if "base general" in systems:
        general = forgetting.compare(systems.pop("base general"), systems.pop("tuned general"), spec.evaluate)
    validation = ([reference(row) for row in studies.rows], studies.scores)
    found = evaluate_scores(
        *(spec.kind, spec.labels, run.train, run.test, systems, spec.evaluate),
        names=Names(run=spec.name, model=spec.model, export=export.name),
        general=general,
        rivals=made.rivals,
        form=run.form,
        studied=Studied(validation, studies.continued, sources_of(export, run.test)),
    )
    again = {name: getattr(kept, name) for name in ("temperature", "memorisation", "judged")} if kept else {}
    return found.model_copy(update={"left_out": dict(made.left_out), **again})
