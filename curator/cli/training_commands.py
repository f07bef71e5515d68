"""train and try."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curator.cli.output import ExitCode, State, emit_json, emit_table, emit_text, json_option, say
from curator.cli.plan_view import in_short, tell_plan
from curator.cli.run_options import assigned, named_run, run_options

if TYPE_CHECKING:
    from curator.cli.training_progress import Opening
    from curator.project import Project


@click.command("train")
@click.argument("name", metavar="[NAME]", required=False, default="")
@run_options
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with a run that was stopped, tuning or scoring (the newest when none is named).",
)
@click.option(
    "--dry-run", is_flag=True, help="Only tell what would be trained on, and how long; change nothing."
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    help="Train with so many processes, one for each GPU, or on parts of the CPU.",
)
@click.option("--shard", is_flag=True, help="Divide the frozen weights over those processes.")
@click.option(
    "--prepare",
    is_flag=True,
    help="Only make the run, to be started on several machines with `torchrun -m curator.train`.",
)
@click.option("--no-evaluate", is_flag=True, help="Only tune; `curator evaluate` scores later.")
@json_option
@click.pass_obj
def train_command(
    state: State,
    name: str,
    method: str | None,
    model: str | None,
    pairs: tuple[str, ...],
    mix: tuple[str, ...],
    resume: bool,
    dry_run: bool,
    processes: int | None,
    shard: bool,
    prepare: bool,
    no_evaluate: bool,
    as_json: bool,
) -> int:
    """Split and export if needed, tune, reload from disk, score on the test set, give the verdict.

    Ctrl-C saves a checkpoint and stops; --resume goes on from there.

    \b
    Example:
      curator train
      curator train careful --method lora --set train.epochs=2
      curator train both --mix faq=2 --mix ../law/exports/v1
      curator train careful --resume
      curator train wide --processes 4
      curator train large --processes 4 --shard
      curator train --dry-run --set train.epochs=2
    """
    from curator import tuning
    from curator.train import runs
    from curator.train.processes import jobs

    assignments = assigned(pairs, method, model, mix)
    project = state.project()
    assignments += [("train.shard", "true")] if shard else []
    if resume:
        _refuse_what_is_new(bool(assignments), dry_run or prepare)
    if processes is not None and not resume:
        assignments.append(("train.processes", str(processes)))
    if dry_run:
        tell_plan(tuning.plan(project, assignments), as_json)
        return ExitCode.DONE
    folder = named_run(project, name) if resume else _new_run(project, name, assignments)
    if prepare:
        if as_json:
            emit_json({**runs.load(folder).model_dump(mode="json"), "path": str(folder)})
        return ExitCode.DONE
    is_tuned = resume and _is_tuned(folder, no_evaluate)
    with jobs.holding(folder):
        opening = tuple if resume else partial(in_short, folder)
        code = ExitCode.DONE if is_tuned else tune(folder, resume, processes or 0, opening)
        if code != ExitCode.DONE:
            return code
        if not no_evaluate:
            _score(folder, as_json)
    if as_json:
        emit_json(_manifest(folder))
    return ExitCode.DONE


@click.command("try")
@click.argument("run", metavar="[RUN]", required=False, default="")
@click.option("--prompt", "-p", help="What to ask; without it, each line of standard input is asked.")
@click.option("--base", is_flag=True, help="Ask the base model instead of the tuned one.")
@json_option
@click.pass_obj
def try_command(state: State, run: str, prompt: str | None, base: bool, as_json: bool) -> None:
    """Ask the tuned model of a run, with the very template and tokenizer it was trained with.

    \b
    Example:
      curator try first --prompt "Where is my parcel?"
      curator try < questions.txt
    """
    from curator import tuning

    tuning.require_libraries()
    folder = named_run(state.project(), run)
    from curator.evaluate.scoring.answering import Answerer

    answerer = Answerer(folder, system="base" if base else "tuned")
    prompts = [prompt] if prompt is not None else [line.rstrip("\n") for line in sys.stdin if line.strip()]
    answers = [answerer.answer(text) for text in prompts]
    if as_json:
        emit_json([answer.model_dump() for answer in answers])
        return
    for answer in answers:
        emit_text(answer.text)
        best = sorted(answer.probabilities.items(), key=lambda item: -item[1])[:3]
        if best:
            emit_table(("label", "probability"), best)


def _refuse_what_is_new(is_changed: bool, is_new: bool) -> None:
    """A resumed run is there already, with its settings."""
    if is_changed:
        raise click.UsageError(
            "A resumed run keeps its settings: leave --set, --mix, --method, --model and --shard out."
        )
    if is_new:
        raise click.UsageError("--dry-run and --prepare are about a new run: leave --resume out.")


def _is_tuned(folder: Path, no_evaluate: bool) -> bool:
    """Whether a run only waits to be scored.

    Raises:
        CuratorError: nothing that was asked for is missing.
    """
    from curator.errors import CuratorError
    from curator.evaluate.overview import overview

    found = overview(folder)
    if found is not None and found.state == "scored":
        raise CuratorError(
            f"The run {folder.name} has finished already.",
            f"Score it again with `curator evaluate {folder.name} --again`, or start another.",
        )
    is_tuned = found is not None and found.state == "finished"
    if is_tuned and no_evaluate:
        raise CuratorError(
            f"The run {folder.name} is tuned already.", f"Score it with `curator evaluate {folder.name}`."
        )
    return is_tuned


def _score(folder: Path, is_told_as_json: bool) -> None:
    """Score a run, and tell what came of it unless its manifest will."""
    from curator.cli.evaluation_commands import score, tell

    found = score(folder)
    if not is_told_as_json:
        tell(found, as_json=False)


def _new_run(project: Project, name: str, assignments: list[tuple[str, str]]) -> Path:
    from curator import tuning

    tuning.require_usable(project, name, assignments)
    if not project.is_split():
        report = project.split()
        say(f"Split: {', '.join(f'{count:,} {side}' for side, count in report.counts.items())}.")
    export = project.export()
    rows = ", ".join(
        f"{entry.rows:,} {file.removesuffix('.jsonl')}" for file, entry in export.manifest.files.items()
    )
    say(f"Export {export.path.name}: {rows}.")
    folder = tuning.prepare(project, name, export, assignments)
    say(f"Run {folder.name}.")
    return folder


def tune(folder: Path, resume: bool, processes: int, opening: Opening = tuple) -> int:
    """Start the trainer, show how it goes, and tell what came of it; returns the exit code.

    Args:
        folder: The run's folder.
        resume: Go on from the last checkpoint.
        processes: How many shall train together, by default as many as the run was made for.
        opening: What is told when the first step is due.
    """
    from curator.cli.training_progress import show
    from curator.train import runs

    with _interrupts_passed_on() as trainers:
        process = runs.launch(folder, resume, processes)
        trainers.append(process)
        show(runs.follow(folder, process), opening)
    if runs.was_stopped(process):
        done, _ = runs.steps_done(folder)
        say(f"Stopped after step {done}; go on with: curator train {folder.name} --resume")
        return ExitCode.INTERRUPTED
    result = runs.load_result(folder)
    dropped, price = len(result.dropped), runs.load(folder).train.price_per_hour
    early = " (stopped early)" if result.stopped_early else ""
    cost = "" if price is None else f", for {result.seconds / 3600 * price:.2f}"
    say(
        f"Tuned in {result.seconds:.0f} s{cost}: {result.steps:,} steps{early}, {result.tokens:,} tokens, "
        f"{result.trainable_parameters:,} trained weights ({result.trainable_share:.1%})."
        + (f" {dropped} rows were too long and left out; see `{folder / 'result.json'}`." if dropped else "")
    )
    return ExitCode.DONE


@contextmanager
def _interrupts_passed_on() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Ctrl-C and a request to end go to the trainer, whatever this process is doing: it must not go on alone."""
    from curator.train import runs
    from curator.train.processes.signals import answered

    trainers: list[subprocess.Popen[bytes]] = []

    def pass_on() -> None:
        for trainer in trainers:
            runs.stop(trainer)

    with answered(pass_on):
        yield trainers


@click.command("stop")
@click.argument("name", metavar="RUN")
@json_option
@click.pass_obj
def stop_command(state: State, name: str, as_json: bool) -> None:
    """Let a run that is going on finish its step, save and end; `train RUN --resume` goes on from there.

    \b
    Example:
      curator stop run-1
    """
    from curator.errors import NotFound
    from curator.train.processes import jobs

    folder = state.project().root / "runs" / name
    if not folder.is_dir():
        raise NotFound(f"There is no run {name}.", "Start one with `curator train`.")
    stopped = jobs.stop(folder)
    say(f"{name} finishes its step, saves and ends." if stopped else f"Nobody works on {name} now.")
    if as_json:
        emit_json({"stopped": stopped})


def _manifest(folder: Path) -> dict[str, Any]:
    """What `train --json` prints: the run, its result, and its evaluation when there is one."""
    from curator.errors import NotFound
    from curator.evaluate import keeping
    from curator.train import runs

    found = {**runs.load(folder).model_dump(mode="json"), "path": str(folder)}
    found["result"] = runs.load_result(folder).model_dump(mode="json")
    try:
        found["evaluation"] = keeping.load(folder).to_json()
    except NotFound:
        found["evaluation"] = None
    return found
