"""How much memory a run needs, reckoned from the model's config and the lengths of its rows.

    weights      parameters x bytes: 4 (full; lora on a CPU), 2 (lora on a GPU); qlora: NF4 for the linear layers, or 1
    gradients    4 x trained parameters
    optimizer    8 x trained parameters (AdamW keeps two numbers for each)
    activations  what lives beside those at the worst moment of the widest batch

The last is found by going through the model forth and back with tensors that have a shape and a type but no memory
(`FakeTensorMode` of torch), and noting what lives at a time. So it holds for any model that transformers can build:
nothing is assumed about its layers. No weights are loaded.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Literal, NamedTuple

import torch
from peft import get_peft_model
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.checkpoint import checkpoint
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

from curator.errors import CuratorError
from curator.train.args import RunSpec
from curator.train.estimates.memory import Need
from curator.train.loop.fitting import Fit, first_fit, pass_tokens, smaller
from curator.train.loop.loss import LOGITS_AT_ONCE, splits_head
from curator.train.models.last_layer import Places, last_layer
from curator.train.models.model import adapter_settings, compute_dtype, device
from curator.train.models.model_config import in_words_of, loaded
from curator.train.models.row_attention import let_rows_share, told
from curator.train.models.sharding import divisible, layers_of
from curator.train.processes.process import resident_bytes
from curator.train.rows.batch import IGNORED, EpochSampler, Rows
from curator.train.rows.packing import dealt, packed, shares_of

NF4_BYTES = 1 / 2 + 1 / 64 + 4 / (64 * 256)
"""Of a weight in 4 bits: itself, an 8-bit scale for each 64, and a 32-bit scale for each 256 of those (Dettmers et al.,
"QLoRA", 2023, section 3)."""
_FIRST_STEPS = 40
"""Steps whose widest batch is noted, for comparison with measured ones."""
_CANDIDATES = 8
"""Batches that are laid out to find the widest."""


class Shape(NamedTuple):
    """A batch as the model gets it."""

    lines: int
    width: int
    """Places in a line."""
    learned: int
    """Tokens that are learned."""
    row_lengths: tuple[int, ...] = ()
    """Places of each row, where they share a single line."""
    learned_of_rows: tuple[int, ...] = ()
    """Tokens that are learned of each of those."""

    @property
    def places(self) -> int:
        """Tokens and fillings."""
        return self.lines * self.width


def need(spec: RunSpec, rows: Rows, pad_id: int) -> Need:
    """The memory of a run over these rows.

    Raises:
        CuratorError: the model's config cannot be loaded.
    """
    process = resident_bytes() if device().type == "cpu" else 0
    fit = first_fit(spec.train, ())
    widest = _widest(rows, [one for passes in _steps(rows, spec, fit) for one in passes], pad_id)
    # As they are measured: in one process.
    steps = _steps(rows, spec, fit, processes=1)[:_FIRST_STEPS]
    first = [_widest(rows, passes, pad_id).places for passes in steps]
    model = blank(spec)
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    gradients = sum(weight.nbytes for weight in model.parameters() if weight.requires_grad)
    activations = _activations(
        model, spec, widest, fit.checkpointing, repeats=fit.rows < spec.train.batch_size
    )
    layers = _layers_bytes(model, spec)
    most = widest.places if spec.train.processes > 1 else None
    return Need(
        process_bytes=process,
        weights_bytes=weights_bytes(model, spec.train.bits if spec.train.method == "qlora" else None),
        quantised_bytes=weights_bytes(model, 4),
        gradients_bytes=gradients,
        optimizer_bytes=2 * gradients,
        activations_bytes=activations,
        divided_bytes=sum(layers),
        layer_bytes=max(layers, default=0),
        smaller=_smaller(fit, max(rows.lengths), activations, most),
        widest=tuple(first),
        places=widest.places,
        parameters=sum(weight.numel() for weight in model.parameters()),
        trained=trained,
        has_gaps=device().type == "cpu",
    )


def blank(spec: RunSpec) -> Any:
    """The model of a run with what shall be trained, on the device `meta`: shapes without memory.

    Raises:
        CuratorError: the model's config cannot be loaded.
    """
    config = loaded(AutoConfig.from_pretrained, spec.model_path)
    dtype = torch.float32 if spec.train.method == "full" else compute_dtype()
    with in_words_of(spec.model_path), torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    let_rows_share(model.train())
    if spec.train.method == "full":
        return model
    model.requires_grad_(False)
    return get_peft_model(model, adapter_settings(spec), low_cpu_mem_usage=True).train()


def weights_bytes(model: Any, bits: Literal[4, 8] | None) -> int:
    """What the weights hold, those that are tied once; quantised are the frozen linear layers but the head.

    In 8 bits each row of a weight has a 32-bit scale (Dettmers et al., "LLM.int8()", 2022).
    """
    small = _linear_weights(model) if bits else set()

    def held(weight: Any) -> int:
        if id(weight) not in small:
            return int(weight.nbytes)
        return int(weight.numel() * NF4_BYTES) if bits == 4 else int(weight.numel() + 4 * weight.shape[0])

    return sum(held(weight) for weight in (*model.parameters(), *model.buffers()))


def _layers_bytes(model: Any, spec: RunSpec) -> list[int]:
    """What of each layer can be divided over processes, as it is held; nothing where all weights are trained."""
    if spec.train.method == "full":
        return []
    small = _linear_weights(model) if spec.train.method == "qlora" else set()
    try:
        layers = layers_of(model.get_base_model())
    except CuratorError:
        if spec.train.shard:
            raise
        return []

    def held(weight: Any) -> int:
        # The scales of a quantised weight stay whole.
        return int(weight.numel() * spec.train.bits // 8) if id(weight) in small else int(weight.nbytes)

    return [sum(held(weight) for weight in divisible(layer)) for layer in layers]


def _linear_weights(model: Any) -> set[int]:
    """The weights that are quantised when they are loaded, by identity."""
    kept = {id(model.get_output_embeddings().weight), id(model.get_input_embeddings().weight)}
    adapter = {id(weight) for name, weight in model.named_parameters() if "lora_" in name}
    layers = (module for module in model.modules() if isinstance(module, (nn.Linear, Conv1D)))
    return {id(layer.weight) for layer in layers} - kept - adapter


def _steps(rows: Rows, spec: RunSpec, fit: Fit, processes: int = 0) -> list[list[list[int]]]:
    """The forward passes of each step of the first pass over the rows, by row numbers, in all processes."""
    lengths, size = rows.lengths, spec.train.batch_size
    order = list(EpochSampler(len(rows), spec.train.seed))
    tokens = pass_tokens(fit, max(lengths), device())
    steps = []
    for start in range(0, len(order), size):
        numbers = order[start : start + size]
        hands = dealt([lengths[number] for number in numbers], processes or spec.train.processes)
        held = [[numbers[place] for place in hand] for hand in hands]
        steps.append(
            [
                [mine[place] for place in share]
                for mine in held
                for share in shares_of([lengths[number] for number in mine], tokens)
            ]
        )
    return steps


def _widest(rows: Rows, batches: Sequence[Sequence[int]], pad_id: int) -> Shape:
    """The batch with the most places; those with the longest rows are tried."""
    lengths = rows.lengths
    most = sorted(batches, key=lambda batch: -sum(lengths[number] for number in batch))
    laid_out = ([rows.items[number].rendered for number in batch] for batch in most[:_CANDIDATES])
    return max((shape_of(packed(rendered, pad_id)) for rendered in laid_out), key=lambda shape: shape.places)


def shape_of(batch: dict[str, torch.Tensor]) -> Shape:
    """The shape of a batch as `packed` makes it."""
    lines, width = batch["input_ids"].shape
    is_learned = batch["labels"] != IGNORED
    learned = int(is_learned[:, 1:].sum())
    if "position_ids" not in batch:
        return Shape(lines, width, learned)
    places, wanted = batch["owners"].flatten().bincount(), batch["owners"][is_learned].bincount()
    return Shape(lines, width, learned, tuple(places.tolist()), tuple(wanted.tolist()))


def _activations(model: Any, spec: RunSpec, shape: Shape, checkpointing: bool, repeats: bool) -> int:
    """What lives at the worst moment beside weights, gradients and optimizer."""
    largest = max((weight.numel() for weight in _frozen_linear(model)), default=0)
    # A quantised layer is unpacked while it is used.
    unpacked = largest * compute_dtype().itemsize if spec.train.method == "qlora" else 0
    gradients = sum(weight.nbytes for weight in model.parameters() if weight.requires_grad)
    return max(0, peak_bytes(model, shape, checkpointing, repeats) - gradients) + unpacked


def _smaller(fit: Fit, longest: int, activations: int, most: int | None) -> dict[int, int]:
    """Activations with fewer rows in one forward pass: they go with the tokens of a pass.

    Of several processes each has but `most` tokens in one, so that it may have fewer rows than it could.
    """
    whole, found = min(pass_tokens(fit, longest, device()), most or sys.maxsize), {}
    less = smaller(fit, longest, device())
    while less is not None and less.rows < fit.rows and less.rows not in found:
        found[less.rows] = activations * min(whole, pass_tokens(less, longest, device())) // whole
        less = smaller(less, longest, device())
    return found


def _frozen_linear(model: Any) -> list[Any]:
    wanted = _linear_weights(model)
    return [weight for weight in model.parameters() if id(weight) in wanted]


def peak_bytes(model: Any, shape: Shape, checkpointing: bool = False, repeats: bool = True) -> int:
    """The most that lives at a time, without weights and buffers, while a batch goes forth and back.

    Args:
        model: On the device `meta`; it holds fake tensors afterwards.
        shape: Of the batch.
        checkpointing: Whether activations are computed once more on the way back.
        repeats: Whether another batch of the same step went before, so that gradients are there from the beginning.
    """
    half = compute_dtype() == torch.bfloat16
    with FakeTensorMode(allow_non_fake_inputs=True), torch.random.fork_rng(devices=[]):
        _fill(model)
        if checkpointing:
            model.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
        living = Living((*model.parameters(), *model.buffers()))
        with living, _attention(bool(shape.row_lengths)), torch.autocast("cpu", torch.bfloat16, enabled=half):
            for _ in range(1 + repeats):
                living.most = living.now
                _loss(model, shape).backward()
    return living.most


class _Wanted(Places):
    """As many places as are learned, evenly on all lines: where they are is not known."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.most = -(-shape.learned // shape.lines)

    def index(self) -> torch.Tensor:
        """Some places of each line."""
        return torch.zeros(self._shape.lines, self.most, dtype=torch.long)

    def of_rows(self, row_lengths: Sequence[int]) -> list[int]:
        """As many as are learned of each."""
        return list(self._shape.learned_of_rows)

    def of_all(self, states: torch.Tensor) -> torch.Tensor:
        """As many as there are."""
        return states.flatten(0, 1)[: self._shape.learned] * 1

    of_chosen = of_all


def _loss(model: Any, shape: Shape) -> torch.Tensor:
    """As `TokenLoss` computes it, for tensors whose values are not known."""
    causal = model.get_base_model() if hasattr(model, "peft_config") else model
    ids = torch.zeros(shape.lines, shape.width, dtype=torch.long)
    places: dict[str, Any] = {}
    if shape.row_lengths:
        places = {"position_ids": torch.zeros_like(ids), **told(shape.row_lengths, ids.device)}
    body, head = (
        (causal.get_decoder(), causal.get_output_embeddings()) if splits_head(causal) else (causal, None)
    )
    wanted = _Wanted(shape)
    last = None if head is None else last_layer(body)
    with nullcontext() if last is None else last.only(wanted):
        out = body(input_ids=ids, use_cache=False, **places)
    found = out.logits if head is None else out.last_hidden_state
    learned = wanted.of_all(found) if last is None else found[0]
    size = max(1, LOGITS_AT_ONCE // (found.shape[-1] if head is None else head.weight.shape[0]))

    def nll(states: torch.Tensor) -> torch.Tensor:
        logits = states if head is None else head(states.to(head.weight.dtype))
        targets = torch.zeros(len(states), dtype=torch.long)
        return functional.cross_entropy(logits.float(), targets, reduction="none").sum()

    total = torch.zeros(())
    for states in learned.split(size):
        total = total + (
            checkpoint(nll, states, use_reentrant=False) if shape.learned > size else nll(states)
        )
    return total


def _fill(model: Any) -> None:
    """Put a fake tensor in the place of every weight and buffer; those that are tied stay so."""
    made: dict[int, Any] = {}
    for module in model.modules():
        for table in (module._parameters, module._buffers):
            for name, old in table.items():
                if old is None:
                    continue
                if id(old) not in made:
                    new = torch.empty(old.shape, dtype=old.dtype)
                    made[id(old)] = (
                        nn.Parameter(new, old.requires_grad) if table is module._parameters else new
                    )
                table[name] = made[id(old)]


class Living(TorchDispatchMode):
    """Counts the bytes that live, and the most that ever did."""

    def __init__(self, before: Iterable[torch.Tensor]) -> None:
        """`before` are tensors that are not counted."""
        super().__init__()
        self._sizes = {tensor.untyped_storage()._cdata: 0 for tensor in before}
        self.now = self.most = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do it, and note what came of it."""
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, torch.Tensor):
                self._note(leaf.untyped_storage())
        return out

    def _note(self, storage: Any) -> None:
        key = storage._cdata
        if key in self._sizes:
            return
        self._sizes[key] = storage.nbytes()
        self.now += storage.nbytes()
        self.most = max(self.most, self.now)
        weakref.finalize(storage, self._forget, key)

    def _forget(self, key: int) -> None:
        self.now -= self._sizes.pop(key)


@contextmanager
def _attention(is_masked: bool) -> Iterator[None]:
    """Where rows have lines of their own no mask is made; the library makes one while it cannot see the values."""
    function = functional.scaled_dot_product_attention

    def unmasked(*args: Any, **given: Any) -> Any:
        return function(*args, **{**given, "attn_mask": None, "is_causal": True})

    setattr(functional, function.__name__, function if is_masked else unmasked)
    try:
        yield
    finally:
        setattr(functional, function.__name__, function)
