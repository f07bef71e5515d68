"""evaluate and report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curator.cli.gate_options import check_gate, close_gate, gate_option, judged, require_current
from curator.cli.output import State, emit_json, emit_table, emit_text, json_option, say
from curator.cli.rival_options import online, rival_options, tell_dropped, tell_rivals, wanted
from curator.cli.run_options import named_run

if TYPE_CHECKING:
    from curator.evaluate.endpoint.address import Online
    from curator.evaluate.evaluation import Evaluation
    from curator.evaluate.gating.gate import Gate
    from curator.evaluate.rivals.prompted import Wanted


@click.command("evaluate")
@click.argument("run", metavar="[RUN]", required=False, default="")
@click.option("--again", is_flag=True, help="Score anew even if the run was scored before.")
@rival_options
@gate_option
@json_option
@click.pass_obj
def evaluate_command(
    state: State,
    run: str,
    again: bool,
    prompts: tuple[Path, ...],
    few_shot: int | None,
    retrieved: int | None,
    url: str | None,
    model: str | None,
    price: tuple[float, float] | None,
    pace: float | None,
    judge: bool,
    condition: str | None,
    as_json: bool,
) -> None:
    """Score base, rivals and tuned model on the held-out test set (the newest run when none is named).

    What a run was scored on before is kept; rivals that are new are scored beside it. --again begins with nothing.

    \b
    Example:
      curator evaluate
      curator evaluate first --again --json
      curator evaluate first --prompt careful.txt --prompt short.txt --few-shot 8
      curator evaluate first --endpoint http://localhost:8000/v1 --model qwen --judge
      curator evaluate first --fail-unless "accuracy > base + 0.05 and bpb_general < base * 1.02"
    """
    folder = named_run(state.project(), run)
    asked, endpoint = wanted(prompts, few_shot, retrieved), online(url, model, price, pace, judge)
    before = _before(folder, again)
    kept = None if again else before
    check_gate(condition, folder, asked, endpoint, kept)
    if kept is not None and asked is None and endpoint is None:
        require_current(folder, condition)
        found = kept
    else:
        found = score(folder, asked, kept, endpoint)
    if again and before is not None:
        tell_dropped(before, found)
    gate = judged(condition, found)
    tell(found, as_json, gate)
    close_gate(gate)


@click.command("report")
@click.argument("run", metavar="[RUN]", required=False, default="")
@click.option("--open", "opened", is_flag=True, help="Open report.html in the browser.")
@json_option
@click.pass_obj
def report_command(state: State, run: str, opened: bool, as_json: bool) -> None:
    """Write report.html and report.md of a scored run and show the latter; --json gives the metrics.

    report.html is one page that needs nothing else: open it offline, print it, send it on.

    \b
    Example:
      curator report first
      curator report first --open
    """
    from curator.evaluate import keeping
    from curator.evaluate.reporting.report import report_run

    folder = named_run(state.project(), run)
    found = keeping.load(folder)
    written = report_run(folder)
    say(f"Wrote {written.markdown}\n  and {written.page}")
    if as_json:
        emit_json({**found.to_json(), "path": str(written.markdown), "page": str(written.page)})
    else:
        emit_text(written.markdown.read_text(encoding="utf-8"))
    if opened:
        _open(written.page)


def _open(page: Path) -> None:
    """Show a page in the user's browser, or say that there is none."""
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        say(
            "No browser was found here. Copy report.html to a machine that has one: the file is all it needs."
        )


def _before(folder: Path, again: bool) -> Evaluation | None:
    """What a run was scored before, if it was.

    Raises:
        CuratorError: that is damaged, and not to be made `again`.
    """
    from curator.errors import CuratorError, NotFound
    from curator.evaluate import keeping

    try:
        return keeping.load(folder)
    except NotFound:
        return None
    except CuratorError:
        if again:
            return None
        raise


def score(
    folder: Path,
    asked: Wanted | None = None,
    kept: Evaluation | None = None,
    endpoint: Online | None = None,
) -> Evaluation:
    """Score a run on its test set, keep every row, and write the report; what is `kept` is not scored again."""
    from curator import tuning

    tuning.require_libraries()
    from curator.evaluate import evaluating
    from curator.train.processes import jobs

    if kept is None:
        say("Scoring base and tuned model on the test rows; the tuned one is loaded from disk.")
    with jobs.holding(folder):
        with _progress() as progress, _kept_before_judging(folder) as keep:
            found = evaluating.evaluate_run(folder, progress, asked, kept, endpoint, keep)
        _keep(found, folder)
    return found


@contextmanager
def _kept_before_judging(folder: Path) -> Iterator[Callable[[Evaluation], None]]:
    """Takes what there is before a judge is asked; if that fails, it is said that everything else is kept."""
    from curator.errors import CuratorError

    is_kept = False

    def keep(found: Evaluation) -> None:
        nonlocal is_kept
        _keep(found, folder)
        is_kept = True

    try:
        yield keep
    except CuratorError as error:
        if not is_kept:
            raise
        remedy = "All scores but the judge's are kept: go on with the same command, without --again."
        raise CuratorError(error.problem, f"{error.remedy} {remedy}".strip()) from error


def _keep(found: Evaluation, folder: Path) -> None:
    """Write the scores of a run, its report, and the card of its model where that is still there."""
    from curator.evaluate import keeping
    from curator.evaluate.reporting import model_card
    from curator.evaluate.reporting.report import report_run
    from curator.train.args import ADAPTER

    keeping.write(found, folder)
    report_run(folder)
    if (folder / ADAPTER).is_dir():
        model_card.write(folder, folder / ADAPTER)


def tell(found: Evaluation, as_json: bool, gate: Gate | None = None) -> None:
    """Show what an evaluation found: the table on stdout, the verdict last; as JSON with what came of a gate."""
    if as_json:
        emit_json(found.to_json() | ({"gate": gate.model_dump()} if gate else {}))
        return
    from curator.evaluate.figures import METRICS, shown

    names = [name for name in METRICS if any(name in system for system in found.systems.values())]
    order = ["base", *(name for name in found.systems if name not in ("base", "tuned")), "tuned"]
    rows = [(name, *(_figure(shown, metric, found.systems[name]) for metric in names)) for name in order]
    emit_table((f"{found.n} test rows", *(METRICS[name].title for name in names)), rows)
    tell_rivals(found)
    say("")
    say(found.verdict.sentence)
    if found.general is not None:
        say(found.general.sentence)


def _figure(shown: Any, metric: str, system: dict[str, Any]) -> str:
    return shown(metric, system[metric]) if metric in system else "–"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} rows"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("scoring", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines() -> Callable[[int, int], None]:
    """A line for every tenth of the rows, where there is no terminal to draw on."""
    told = 0

    def tell_tenth(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // total
        is_new, told = tenth > told, tenth
        if is_new:
            say(f"  scored {done:,} of {total:,} rows")

    return tell_tenth
