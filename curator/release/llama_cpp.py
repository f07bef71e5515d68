"""A finished run for llama.cpp and Ollama: a GGUF file, and the Modelfile beside it."""

from __future__ import annotations

from pathlib import Path

from curator.errors import CuratorError
from curator.files import write_atomically
from curator.records import Frozen
from curator.release.gguf_file import Precision, write_model
from curator.release.modelfile import modelfile
from curator.train import runs
from curator.train.models.model import load_run_tokenizer
from curator.train.rows.render import Renderer


class Written(Frozen):
    """What was written."""

    path: Path
    """The GGUF file."""
    modelfile: Path
    """The Modelfile beside it."""
    precision: Precision
    """How matrices are stored in it."""
    tensors: int
    """How many tensors it holds."""
    bytes: int
    """Its size."""
    has_template: bool
    """Whether the Modelfile says how conversations are laid out."""


def write(run_dir: Path, out: Path, precision: Precision) -> Written:
    """Write the tuned model of a finished run.

    Raises:
        CuratorError: the run is not finished, the model or its tokenizer has no form that llama.cpp knows, the place
            is taken, or the disk does not want it.
    """
    spec = runs.load(run_dir)
    runs.load_result(run_dir)
    if out.exists():
        raise CuratorError(f"{out} is there already.", "Choose another place with --out, or remove it.")
    renderer = Renderer.of_run(load_run_tokenizer(run_dir), spec)
    beside = out.with_suffix(".Modelfile")
    text = modelfile(renderer, spec.system, out.name)
    tensors = write_model(run_dir, out, precision, renderer)
    write_atomically(beside, text, "write the Modelfile")
    return Written(
        path=out,
        modelfile=beside,
        precision=precision,
        tensors=tensors,
        bytes=out.stat().st_size,
        has_template="\nTEMPLATE " in text,
    )
