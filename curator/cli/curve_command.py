"""curve: what more labels would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from curator.cli.output import ExitCode, State, emit_json, emit_table, json_option, say
from curator.cli.run_options import assigned, run_options

if TYPE_CHECKING:
    from curator.curves.parts import Part, Plan
    from curator.evaluate.kept_curve import LearningCurve
    from curator.project import Project
    from curator.tuning import Outlook


class _Parts(click.ParamType[tuple[int, ...]]):
    """Percentages with commas between them."""

    name = "A,B,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """At least two different ones from 1 to 100."""
        if isinstance(value, tuple):
            return value
        try:
            found = tuple(sorted({int(part.strip().removesuffix("%")) for part in value.split(",")}))
        except ValueError:
            found = ()
        if len(found) < 2 or not 1 <= found[0] <= found[-1] <= 100:
            self.fail(f"{value!r} is not two or more percentages such as 25,50,100.", param, ctx)
        return found


@click.command("curve")
@run_options
@click.option(
    "--parts",
    "percents",
    type=_Parts(),
    default="25,50,100",
    show_default=True,
    help="Shares of the training rows in percent.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1, max=20),
    default=1,
    show_default=True,
    help="Runs for each share, each with other rows: measures the noise between runs.",
)
@click.option("--name", default="curve", show_default=True, help="What the names of the runs begin with.")
@click.option("--dry-run", is_flag=True, help="Only tell the runs, their time and cost; train nothing.")
@json_option
@click.pass_obj
def curve_command(
    state: State,
    method: str | None,
    model: str | None,
    pairs: tuple[str, ...],
    mix: tuple[str, ...],
    percents: tuple[int, ...],
    seeds: int,
    name: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Tune on parts of the training rows, score all on the same test rows, and say what twice the labels would bring.

    The parts are nested, with the same labels and as many epochs. Each is an ordinary run (curve-25, …); what is done
    is not done again, so after Ctrl-C the same command goes on.

    \b
    Example:
      curator curve --dry-run
      curator curve --parts 12,25,50,100 --seeds 3
      curator curve --name short --set train.epochs=1
    """
    from curator.curves import parts as planning
    from curator.export.folder import check_name

    check_name(name)
    assignments = assigned(pairs, method, model, mix)
    project = state.project()
    plan = planning.plan(project, name, percents, seeds, assignments)
    missing = [part for part in plan.parts if part.state in ("new", "unfinished")]
    outlook = _outlook(project, plan) if missing else None
    _tell_plan(plan, outlook)
    if dry_run:
        if as_json:
            emit_json(_plan_json(plan, outlook))
        return ExitCode.DONE
    for part in plan.parts:
        code = _run(project, part, plan)
        if code != ExitCode.DONE:
            say("What is done is kept: the same command goes on with the rest.")
            return code
    _finish(project, plan, name, as_json)
    return ExitCode.DONE


def _outlook(project: Project, plan: Plan) -> Outlook:
    """What a run on all training rows would need."""
    from curator import tuning

    say("Measuring how long a step takes …")
    return tuning.estimate(project, plan.assignments)


def _seconds(part: Part, outlook: Outlook) -> float | None:
    """What a part takes: the steps fall with its rows, everything else stays."""
    if outlook.time is None:
        return None
    time = outlook.time
    return time.total_seconds - time.training_seconds * (1 - part.percent / 100)


def _total(plan: Plan, outlook: Outlook | None) -> float | None:
    """The time of everything that is not tuned yet; a run that was stopped counts in full."""
    if outlook is None:
        return 0.0
    times = [_seconds(part, outlook) for part in plan.parts if part.state in ("new", "unfinished")]
    known = [time for time in times if time is not None]
    return sum(known) if len(known) == len(times) else None


def _tell_plan(plan: Plan, outlook: Outlook | None) -> None:
    from curator.cli.estimate_command import clock

    rows = []
    for part in plan.parts:
        seconds = None if outlook is None else _seconds(part, outlook)
        is_open = part.state in ("new", "unfinished")
        rows.append((part.name, part.rows, part.state, clock(seconds) if is_open and seconds else "–"))
    for title, count, so_far, time in rows:
        say(f"  {title}: {count:,} training rows, {so_far}" + (f", about {time}" if time != "–" else ""))
    total = _total(plan, outlook)
    if total is None:
        say("The time is not known: the run does not fit into the memory that is free now.")
    elif total:
        cost = _cost(total, outlook)
        money = "" if cost is None else f", for {cost:.2f}"
        say(f"Tuning takes about {clock(total)} in all{money}; scoring comes on top.")


def _cost(seconds: float | None, outlook: Outlook | None) -> float | None:
    if seconds is None or outlook is None or outlook.price_per_hour is None:
        return None
    return seconds / 3600 * outlook.price_per_hour


def _plan_json(plan: Plan, outlook: Outlook | None) -> dict[str, Any]:
    seconds = _total(plan, outlook)
    parts = [
        {
            "name": part.name,
            "percent": part.percent,
            "rows": part.rows,
            "state": part.state,
            "seconds": None if outlook is None else _seconds(part, outlook),
        }
        for part in plan.parts
    ]
    return {"parts": parts, "seconds": seconds, "cost": _cost(seconds, outlook)}


def _run(project: Project, part: Part, plan: Plan) -> int:
    """Tune and score a part, as far as that is not done."""
    from curator.cli.evaluation_commands import score
    from curator.cli.training_commands import tune
    from curator.curves import parts as planning
    from curator.train.processes import jobs

    was = part.state
    if was == "scored":
        return ExitCode.DONE
    say(f"{part.name}: {part.rows:,} training rows.")
    folder = planning.prepare(project, part, plan)
    with jobs.holding(folder):
        if was in ("new", "unfinished"):
            code = tune(folder, was == "unfinished", 0)
            if code != ExitCode.DONE:
                return code
        score(folder)
    return ExitCode.DONE


def _finish(project: Project, plan: Plan, name: str, as_json: bool) -> None:
    """Fit the curve, keep it and show it."""
    from curator.curves.measured import learning_curve
    from curator.evaluate.kept_curve import path_of
    from curator.evaluate.reporting.report import report_run
    from curator.files import write_atomically

    found = learning_curve(plan.parts, plan.config.kind, plan.config.evaluate)
    path = path_of(project.root, name)
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, found.model_dump_json(indent=2) + "\n", "write the curve")
    written = report_run(plan.parts[-1].folder)
    if as_json:
        emit_json({**found.model_dump(mode="json"), "path": str(path)})
    else:
        tell_curve(found)
        say(f"The report of {plan.parts[-1].name} shows it: {written.page}")


def tell_curve(found: LearningCurve) -> None:
    """The points, the chart, and what more labels would bring."""
    from curator.cli.curve_chart import chart
    from curator.evaluate.reporting import more

    head, *rows = more.table(found)
    emit_table(head, rows)
    say("")
    say(chart(found))
    sentence, *others = more.about(found)
    for line in (*others, sentence):
        say(line)
