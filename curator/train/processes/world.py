"""The processes that train one run together: what they do as one, what they tell each other, how gradients add up.

Gradients are added up here, once a step, and not by the wrapper of torch (DistributedDataParallel): that one counts on
every process going through its forward method equally often, while our loss calls the body of the model itself, and a
process may have more passes in a step than another, or none. For an adapter there is little to send.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar, cast

import torch
from accelerate.utils import check_cuda_p2p_ib_support
from torch import distributed
from torch.distributed.device_mesh import DeviceMesh

from curator.errors import CuratorError
from curator.train.failure import in_words, is_out_of_memory
from curator.train.models.sharding import settle
from curator.train.processes.launching import Place

_PATIENCE = timedelta(hours=2)
"""How long a process waits for another, which may be saving a large model."""
_BUCKET = 2**25
"""Numbers that are sent at once: 128 MiB in single precision."""

Result = TypeVar("Result")


class _Told(NamedTuple):
    """What a process tells the others after something that all of them had to do."""

    value: Any
    problem: str = ""
    remedy: str = ""
    lacks_memory: bool = False


class Apart(CuratorError):
    """What ended this process in the middle of a pass: the others wait for its weights, and cannot be told."""


class World:
    """All processes of a run, seen from one of them; they must ask it for the same things in the same order."""

    def __init__(self, place: Place | None = None) -> None:
        """Where there is one process alone, nothing is ever sent."""
        self._place = place or Place()
        self.rank, self.size = self._place.rank, self._place.size
        self.is_divided = False
        """Whether each process holds but a part of the weights, so that all must go through their layers together."""
        self._mesh: DeviceMesh | None = None
        self._known: BaseException | None = None

    @property
    def is_first(self) -> bool:
        """Whether this process writes what is written once."""
        return self.rank == 0

    def knows(self, error: BaseException) -> bool:
        """Whether all processes have been told of an error, so that all can go on from it."""
        return self.size == 1 or error is self._known

    def forget(self) -> None:
        """Let go of the last error, and of what it holds."""
        self._known = None

    def everywhere(self, action: Callable[[], Result]) -> Result:
        """Do something on every process; where it fails on one it fails on all, with that error."""
        if self.size == 1:
            return action()
        made: list[Result] = []
        self._agree(lambda: made.append(action()))
        return made[0]

    def gathered(self, action: Callable[[], Result]) -> list[Result]:
        """Do something on every process; what came of it, in the order of the processes."""
        return [action()] if self.size == 1 else self._agree(action)

    def first(self, action: Callable[[], Result]) -> Result:
        """Do something on the first process alone; all are told what came of it."""
        if self.size == 1:
            return action()
        return cast(Result, self._agree(lambda: action() if self.is_first else None)[0])

    def in_turn(self, action: Callable[[], Result]) -> Result:
        """Do something on every process, on each machine one after another: it takes more memory than what is kept."""

        def at(turn: int) -> Callable[[], list[Result]]:
            return lambda: [action()] if turn == self._place.local_rank else []

        made: list[Result] = []
        for turn in range(max(self.gathered(lambda: self._place.local_size))):
            made += self.everywhere(at(turn))
        return made[0]

    @contextmanager
    def passing(self, model: Any) -> Iterator[None]:
        """Inside the block a model goes forth and back; as often on every process, where its weights are divided.

        Raises:
            Apart: something fails there, and weights are divided: it ends this process, and so the run.
        """
        if not self.is_divided:
            yield
            return
        try:
            yield
        except Exception as error:
            raise _apart(error) from error
        settle(model)

    def mesh(self) -> DeviceMesh:
        """The processes as torch divides weights over them, with connections that nothing else is sent by."""
        if self._mesh is None:
            has_gpu = torch.cuda.is_available()
            group = distributed.new_group(timeout=_PATIENCE, backend="nccl" if has_gpu else "gloo")
            self._mesh = DeviceMesh.from_group(group, "cuda" if has_gpu else "cpu")
        return self._mesh

    def add_up(self, weights: Iterable[torch.nn.Parameter]) -> None:
        """Put the sum over all processes in place of the gradients; who has none adds nothing."""
        if self.size == 1:
            return
        trained = [weight for weight in weights if weight.requires_grad]
        reached = torch.tensor([weight.grad is not None for weight in trained], dtype=torch.int32)
        reached = reached.to(trained[0].device)
        distributed.all_reduce(reached, op=distributed.ReduceOp.MAX)
        # A weight that no process reaches keeps no gradient, as with one process.
        used = [weight for weight, one in zip(trained, reached.tolist(), strict=True) if one]
        for bucket in _buckets(used):
            gradients = [torch.zeros_like(one) if one.grad is None else one.grad for one in bucket]
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            distributed.all_reduce(flat)
            pieces = flat.split([one.numel() for one in bucket])
            for weight, piece in zip(bucket, pieces, strict=True):
                weight.grad = piece.view_as(weight)

    def share_weights(self, weights: Iterable[torch.nn.Parameter]) -> None:
        """Begin everywhere with the trained weights of the first process."""
        if self.size > 1:
            for weight in weights:
                if weight.requires_grad:
                    distributed.broadcast(weight.data, 0)

    def _agree(self, action: Callable[[], Any]) -> list[Any]:
        mine: Exception | None = None
        try:
            told = _Told(action())
        except Apart:
            raise
        except Exception as error:
            mine, words = error, in_words(error)
            told = _Told(None, words.problem, words.remedy, is_out_of_memory(error))
        everyone: list[Any] = [None] * self.size
        distributed.all_gather_object(everyone, told)
        failed = [rank for rank, one in enumerate(everyone) if one.problem]
        if failed:
            # What cannot be mended by doing less at once goes before what can be.
            decisive = min(failed, key=lambda rank: (everyone[rank].lacks_memory, rank))
            self._known = _stand_in(everyone[decisive]) if decisive != self.rank or mine is None else mine
            raise self._known
        return [one.value for one in everyone]


def join(place: Place) -> World:
    """Take one's place among the processes of a run, and one's GPU.

    Raises:
        CuratorError: there are fewer GPUs than processes, or the others cannot be found.
    """
    if place.size == 1:
        return World()
    backend = "gloo"
    if torch.cuda.is_available():
        if torch.cuda.device_count() < place.local_size:
            raise CuratorError(
                f"{place.local_size} processes need as many GPUs, and there are {torch.cuda.device_count()}.",
                f"Take --processes {torch.cuda.device_count()}.",
            )
        torch.cuda.set_device(place.local_rank)
        if not check_cuda_p2p_ib_support():
            # Cards that cannot reach each other's memory; the library refuses them unless it is told so.
            os.environ.setdefault("NCCL_P2P_DISABLE", "1")
            os.environ.setdefault("NCCL_IB_DISABLE", "1")
        backend = "cpu:gloo,cuda:nccl"
    try:
        distributed.init_process_group(backend, timeout=_PATIENCE)
    except (RuntimeError, ValueError) as error:
        raise CuratorError(
            f"Process {place.rank} of {place.size} does not find the others: {error}",
            "Start all of them, with the same address to meet at.",
        ) from error
    return World(place)


def leave() -> None:
    """Let go of the others, when all is done."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def _apart(error: Exception) -> Apart:
    words = in_words(error)
    if is_out_of_memory(error):
        return Apart(
            "The run does not fit into memory.",
            "Start one with a lower train.micro_batch_size, or with train.gradient_checkpointing=true.",
        )
    return Apart(words.problem, words.remedy)


def _stand_in(told: _Told) -> Exception:
    return MemoryError(told.problem) if told.lacks_memory else CuratorError(told.problem, told.remedy)


def _buckets(weights: Iterable[torch.nn.Parameter]) -> Iterator[list[torch.nn.Parameter]]:
    """Weights of one type, in pieces that are worth sending and leave room."""
    bucket: list[torch.nn.Parameter] = []
    held = 0
    for weight in weights:
        if bucket and (weight.dtype != bucket[0].dtype or held + weight.numel() > _BUCKET):
            yield bucket
            bucket, held = [], 0
        bucket.append(weight)
        held += weight.numel()
    if bucket:
        yield bucket
