"""A tuned model as one file for llama.cpp: weights, vocabulary, special tokens and chat template in GGUF.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import gguf
import numpy as np
import torch
from gguf.quants import quant_shape_to_byte_shape
from numpy.typing import NDArray

from curator.errors import CuratorError, explained
from curator.evaluate.merging import whole_model
from curator.release.architectures.architecture import Architecture
from curator.release.architectures.known import architecture_of
from curator.release.vocabulary import Vocabulary, begins_with_blank, vocabulary_of
from curator.train import runs
from curator.train.models.model import load_run_tokenizer
from curator.train.models.model_config import text_config
from curator.train.rows.render import Renderer

Precision = Literal["f16", "f32", "q8_0"]

_TYPES: Mapping[Precision, tuple[gguf.GGMLQuantizationType, gguf.LlamaFileType]] = {
    "f16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "f32": (gguf.GGMLQuantizationType.F32, gguf.LlamaFileType.ALL_F32),
    "q8_0": (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
}
_CONVERTER = "Use llama.cpp's converter: `curator merge`, then `python convert_hf_to_gguf.py MERGED_FOLDER`."


class _Place(NamedTuple):
    """Where a tensor goes."""

    name: str
    """llama.cpp's name for it."""
    type: gguf.GGMLQuantizationType
    """How it is stored."""
    values: Callable[[], NDArray[np.float32]]
    """Its numbers, made when they are written: only one tensor at a time is held twice."""
    shape: tuple[int, ...]


def write_model(run_dir: Path, out: Path, precision: Precision, renderer: Renderer) -> int:
    """Write the tuned model of a finished run; an adapter is added to the base first. Gives the number of tensors.

    Raises:
        CuratorError: llama.cpp's form of the model is not known, a number does not fit, or the disk does not want it.
    """
    spec = runs.load(run_dir)
    config = text_config(spec.model_path)
    architecture = architecture_of(config, _remedy(run_dir))
    vocabulary = vocabulary_of(load_run_tokenizer(run_dir), config.vocab_size)
    model = whole_model(run_dir, torch.float32)
    with _beside(out) as draft:
        writer = gguf.GGUFWriter(draft, gguf.MODEL_ARCH_NAMES[architecture.id])
        try:
            writer.add_name(spec.name)
            architecture.describe(writer, config)
            _add_vocabulary(writer, vocabulary, renderer)
            writer.add_file_type(_TYPES[precision][1])
            places = tuple(_places(model, config, architecture, precision))
            _write(writer, places)
        finally:
            writer.close()
    return len(places)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A file that takes its place once it is whole, or is gone."""
    draft = out.with_name(f".{out.name}.{os.getpid()}.partial")
    with explained("write the GGUF file", out):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            with draft.open("rb") as stream:
                os.fsync(stream.fileno())
            draft.replace(out)
        finally:
            draft.unlink(missing_ok=True)


def _remedy(run_dir: Path) -> str:
    return (
        f"Use llama.cpp's converter: `curator merge {run_dir.name}`, then `python convert_hf_to_gguf.py "
        f"{run_dir / 'merged'} --outfile {run_dir.name}.gguf`."
    )


def _add_vocabulary(writer: gguf.GGUFWriter, vocabulary: Vocabulary, renderer: Renderer) -> None:
    tokenizer = renderer.tokenizer
    writer.add_tokenizer_model(vocabulary.model)
    writer.add_tokenizer_pre(vocabulary.division)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    if vocabulary.model == "llama":
        writer.add_token_scores(vocabulary.scores)
        writer.add_add_space_prefix(begins_with_blank(renderer))
    else:
        writer.add_token_merges(vocabulary.merges)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    for end in renderer.end_ids - {tokenizer.eos_token_id}:
        writer.add_eot_token_id(end)
    for index, add in (
        (tokenizer.bos_token_id, writer.add_bos_token_id),
        (tokenizer.unk_token_id, writer.add_unk_token_id),
        (tokenizer.pad_token_id, writer.add_pad_token_id),
    ):
        if index is not None:
            add(index)
    writer.add_add_bos_token(renderer.begins_with_bos)
    writer.add_add_eos_token(False)
    if renderer.template is not None:
        writer.add_chat_template(renderer.template)


def _places(model: Any, config: Any, architecture: Architecture, precision: Precision) -> Iterator[_Place]:
    names = gguf.get_tensor_name_map(architecture.id, config.num_hidden_layers)
    for extra, tensor in architecture.more(model, config).items():
        yield _Place(extra, gguf.GGMLQuantizationType.F32, partial(_numbers, tensor), tuple(tensor.shape))
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        known = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if known is None:
            raise CuratorError(f"llama.cpp has no place for the tensor {name}.", _CONVERTER)
        # Laid out without numbers: only the shape is wanted before a tensor is written.
        shape = tuple(architecture.laid(known, tensor.to("meta"), config).shape)
        values = partial(_laid, architecture, known, tensor, config)
        yield _Place(known, _type_of(shape, precision), values, shape)


def _laid(architecture: Architecture, name: str, tensor: torch.Tensor, config: Any) -> NDArray[np.float32]:
    return _numbers(architecture.laid(name, tensor.detach().to("cpu", torch.float32), config))


def _numbers(tensor: torch.Tensor) -> NDArray[np.float32]:
    values: NDArray[np.float32] = tensor.contiguous().numpy()
    return values


def _type_of(shape: tuple[int, ...], precision: Precision) -> gguf.GGMLQuantizationType:
    """Vectors stay as they are; a matrix whose rows are no whole blocks is not quantised."""
    if len(shape) < 2:
        return gguf.GGMLQuantizationType.F32
    block = gguf.GGML_QUANT_SIZES[_TYPES[precision][0]][0]
    return _TYPES[precision][0] if shape[-1] % block == 0 else gguf.GGMLQuantizationType.F16


def _write(writer: gguf.GGUFWriter, places: Sequence[_Place]) -> None:
    for place in places:
        size = int(np.prod(quant_shape_to_byte_shape(place.shape, place.type)))
        writer.add_tensor_info(place.name, place.shape, np.dtype(np.float32), size, place.type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for place in places:
        writer.write_tensor_data(_stored(place))


def _stored(place: _Place) -> NDArray[Any]:
    # A number that is too large for 16 bits is found by what became of it.
    with np.errstate(over="ignore", invalid="ignore"):
        stored: NDArray[Any] = gguf.quantize(place.values(), place.type)
        finite = np.isfinite(gguf.dequantize(stored, place.type)).all()
    if not finite:
        raise CuratorError(
            f"{place.name} has numbers that do not fit into {place.type.name}.", "Repeat it with --type f32."
        )
    return stored
