"""gguf."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curator.cli.output import State, emit_json, json_option, say
from curator.cli.run_options import named_run

if TYPE_CHECKING:
    from curator.release.gguf_file import Precision


@click.command("gguf")
@click.argument("run", metavar="[RUN]", required=False, default="")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The file to write; by default runs/RUN/RUN.gguf.",
)
@click.option(
    "--type",
    "precision",
    type=click.Choice(["f16", "f32", "q8_0"]),
    default="f16",
    show_default=True,
    help="How weights are stored: 16 bits, 32 bits, or blocks of 8 bits.",
)
@json_option
@click.pass_obj
def gguf_command(state: State, run: str, out: Path | None, precision: Precision, as_json: bool) -> None:
    """Write the tuned model as one GGUF file for llama.cpp, with a Modelfile for Ollama beside it.

    \b
    Example:
      curator gguf first --type q8_0 --out ~/models/tickets.gguf
      ollama create tickets -f ~/models/tickets.Modelfile
    """
    from curator import tuning

    tuning.require_libraries("gguf")
    from curator.release import llama_cpp

    folder = named_run(state.project(), run)
    target = (out or folder / f"{folder.name}.gguf").expanduser().absolute()
    found = llama_cpp.write(folder, target, precision)
    if as_json:
        emit_json(found.model_dump(mode="json"))
        return
    say(f"Wrote {found.path} ({found.precision}, {found.tensors:,} tensors, {found.bytes:,} bytes).")
    say(f"For Ollama: ollama create {folder.name} -f {found.modelfile}")
    if not found.has_template:
        say("Careful: the model's chat template has no form in a Modelfile; see the words in that file.")
