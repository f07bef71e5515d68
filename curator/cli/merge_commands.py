"""merge."""

from __future__ import annotations

from pathlib import Path

import click

from curator.cli.output import State, emit_json, json_option, say
from curator.cli.run_options import named_run

ENOUGH = 0.9
"""Share of equal answers below which the user is warned."""


@click.command("merge")
@click.argument("run", metavar="[RUN]", required=False, default="")
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="Where to; by default runs/RUN/merged."
)
@json_option
@click.pass_obj
def merge_command(state: State, run: str, out: Path | None, as_json: bool) -> None:
    """Merge the adapter of a run into its base: one 16-bit model, checked on test rows against the adapter.

    \b
    Example:
      curator merge first --out ~/models/tickets
    """
    from curator import tuning
    from curator.evaluate.merging import merge_run
    from curator.text import plural

    tuning.require_libraries()
    folder = named_run(state.project(), run)
    found = merge_run(folder, (out or folder / "merged").expanduser().absolute())
    if as_json:
        emit_json(found.model_dump(mode="json"))
        return
    say(f"Wrote {found.path} ({found.dtype}).")
    if not found.rows:
        say("There are no test rows to check it on.")
        return
    say(
        f"On {plural(found.rows, 'test row')} it answers {found.same_answers:.0%} as the adapter does; the largest "
        f"difference of a row's cost is {found.largest:.3g}."
    )
    if found.same_answers < ENOUGH:
        say(
            "Careful: that is another model than the one that was scored. Tune with --method lora to merge exactly."
        )
