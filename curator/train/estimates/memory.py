"""The memory of a run, from what a formula or some steps have shown; free of torch."""

from __future__ import annotations

from itertools import islice

from curator.records import Frozen
from curator.train.args import RunSpec

_HEAP = 0.5
"""On a CPU, what the gaps between freed tensors come to, as a share of the activations, where no step was measured."""
_CHECKPOINTED = 0.5
"""Share of the activations that checkpointing saves at least: it keeps a layer's input, and one layer whole."""


class Need(Frozen):
    """Memory by the formula, in bytes."""

    process_bytes: int
    """Python with the libraries and the data; 0 on a GPU, whose free memory is told with the libraries loaded."""
    weights_bytes: int
    """The base model and the adapter, as they are held."""
    gradients_bytes: int
    """One number for each trained weight."""
    optimizer_bytes: int
    """Two numbers for each trained weight (AdamW)."""
    activations_bytes: int
    """The most that lives beside those while the largest batch goes forth and back, logits included."""
    smaller: dict[int, int]
    """The same with fewer rows in one forward pass: rows to bytes, the most rows first."""
    widest: tuple[int, ...]
    """Places (tokens and fillings) of the widest batch in each of the first steps."""
    places: int
    """Places of the widest batch of the first pass."""
    parameters: int
    """Weights in all."""
    trained: int
    """Weights that are trained."""
    quantised_bytes: int
    """What `weights_bytes` would be with the base in 4 bits."""
    divided_bytes: int = 0
    """What of `weights_bytes` can be divided over several processes."""
    layer_bytes: int = 0
    """The part of it that the largest layer has."""
    has_gaps: bool
    """Whether the memory is that of a CPU's heap."""

    @property
    def held_bytes(self) -> int:
        """Everything that is there for the whole run, where one process holds all of it."""
        return self.process_bytes + self.weights_bytes + self.gradients_bytes + self.optimizer_bytes

    @property
    def gathered_bytes(self) -> int:
        """Where weights are divided: a layer that computes, and the next one, which is fetched meanwhile."""
        return 2 * self.layer_bytes

    def spared_bytes(self, processes: int) -> int:
        """What each process holds less where weights are divided over so many, before layers are gathered."""
        return self.divided_bytes - -(-self.divided_bytes // processes)


class Measured(Frozen):
    """What some steps of a run really took."""

    startup_seconds: float
    """From the beginning of the process to the first step."""
    first_seconds: float
    """The first step, which warms up."""
    steps: int
    """Steps after it."""
    seconds: float
    """Their time."""
    tokens: int
    """Their tokens; with those of the first step where there was no other."""
    checkpoint_seconds: float | None
    """Saving a checkpoint, where one was saved."""
    peak_bytes: int
    """Most memory held: of the GPU, or of the process on a CPU."""


class Memory(Frozen):
    """The memory that a run needs at its peak, in bytes."""

    process_bytes: int
    """Python with the libraries and the data; 0 on a GPU, whose free memory is told with the libraries loaded."""
    weights_bytes: int
    """The base model and the adapter, as they are held: of what is divided, the part of one process."""
    gathered_bytes: int = 0
    """Layers of divided weights that are whole for a while."""
    gradients_bytes: int
    """Gradients of the trained weights."""
    optimizer_bytes: int
    """States of AdamW."""
    activations_bytes: int
    """Activations and logits of the widest batch, at the moment when most of them live."""
    heap_bytes: int
    """Gaps between them, which a CPU's heap does not give back: from measured steps, or else assumed."""
    total_bytes: int
    """All of it."""
    measured_bytes: int | None
    """The peak of the steps that were measured."""
    free_bytes: int | None
    """Memory that is free for it now, if it can be told."""
    processes: int
    """Processes that need as much each, out of the same memory; 1 on GPUs, for each has its own."""
    fits: bool | None
    """Whether it fits, if that can be told."""
    instead: tuple[str, ...]
    """Where it does not: settings that would make it fit, the mildest first."""


def memory(need: Need, free: int | None, spec: RunSpec, measured: Measured | None) -> Memory:
    """The peak: what is held all the time, and the activations with the gaps that were seen between them."""
    gaps = _gaps(need, measured)
    spared = need.spared_bytes(spec.train.processes) if is_divided(spec) else 0
    gathered = need.gathered_bytes if is_divided(spec) else 0
    total = need.held_bytes - spared + gathered + need.activations_bytes + gaps
    processes = spec.train.processes if need.has_gaps else 1
    excess = 0 if free is None else total - free // processes
    return Memory(
        **need.model_dump(include=set(Memory.model_fields) - {"weights_bytes"}),
        weights_bytes=need.weights_bytes - spared,
        gathered_bytes=gathered,
        heap_bytes=gaps,
        total_bytes=total,
        measured_bytes=None if measured is None else measured.peak_bytes,
        free_bytes=free,
        processes=processes,
        fits=None if free is None else excess <= 0,
        instead=_instead(need, spec, excess) if excess > 0 else (),
    )


def is_divided(spec: RunSpec) -> bool:
    """Whether each process holds a part of the frozen weights."""
    return spec.train.shard and spec.train.processes > 1


def _gaps(need: Need, measured: Measured | None) -> int:
    """Memory of the heap that freed tensors leave behind and others do not fill."""
    if not need.has_gaps:
        return 0
    if measured is None:
        return int(_HEAP * need.activations_bytes)
    seen = max(need.widest[: measured.steps + 1])
    beyond = (measured.peak_bytes - need.held_bytes) * need.places / seen
    return max(0, int(beyond) - need.activations_bytes)


def _instead(need: Need, spec: RunSpec, excess: int) -> tuple[str, ...]:
    """Settings by which a run would need so much less; the mildest first."""
    gap, whole = 1 + _HEAP * need.has_gaps, need.activations_bytes
    fewer = (rows for rows, held in need.smaller.items() if (whole - held) * gap >= excess)
    found = [f"train.micro_batch_size={rows}" for rows in islice(fewer, 1)]
    if not spec.train.gradient_checkpointing and whole * gap * _CHECKPOINTED >= excess:
        found.append("train.gradient_checkpointing=true")
    if spec.train.method == "full" and need.gradients_bytes + need.optimizer_bytes >= excess:
        found.append("train.method=lora")
    processes = spec.train.processes
    if not spec.train.shard and need.spared_bytes(processes) - need.gathered_bytes >= excess:
        found.append("train.shard=true")
    saved = (need.weights_bytes - need.quantised_bytes) // (processes if spec.train.shard else 1)
    trained = need.gradients_bytes + need.optimizer_bytes if spec.train.method == "full" else 0
    if spec.train.method != "qlora" and saved + trained >= excess:
        found.append("train.method=qlora")
    return tuple(found)
