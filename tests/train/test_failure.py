"""A lack of memory is told from other failures, however torch and the system word it."""

from __future__ import annotations

import errno

import pytest
import torch

from curator.errors import CuratorError
from curator.train import runs
from curator.train.failure import in_words, is_out_of_memory
from curator.train.models.model import load_for_training

MORE_THAN_THERE_IS = 1 << 60


def refused() -> RuntimeError:
    """What torch says here when the system gives it no memory."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(MORE_THAN_THERE_IS, dtype=torch.uint8)
    return caught.value


def test_memory_that_the_system_does_not_give_is_known_as_such():
    error = refused()
    assert is_out_of_memory(error)
    assert in_words(error).problem == "The run does not fit into memory."


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 16 bytes."),
    ],
)
def test_every_wording_is_known(error):
    assert is_out_of_memory(error)
    assert "memory" in in_words(error).problem


def test_other_failures_are_not_taken_for_it():
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert in_words(OSError(errno.ENOSPC, "No space left on device")).problem.endswith("the disk is full.")


def test_an_adapter_that_is_too_large_is_no_matter_of_smaller_passes(make_run):
    spec = runs.load(make_run(lora_rank=1 << 40))
    with pytest.raises(CuratorError, match="does not fit into memory with an adapter of rank") as caught:
        load_for_training(spec)
    assert "train.lora_rank" in caught.value.remedy


def test_a_run_without_memory_goes_on_with_smaller_passes(make_run, monkeypatch):
    from curator.train import session
    from curator.train.loop.loss import TokenLoss
    from curator.train.progress import EventLog

    summed, refusals = TokenLoss.summed, []

    def tight(self, batch):
        if torch.is_grad_enabled() and len(batch.get("rows", ())) > 2:
            refusals.append(None)
            torch.empty(MORE_THAN_THERE_IS, dtype=torch.uint8)
        return summed(self, batch)

    monkeypatch.setattr(TokenLoss, "summed", tight)
    run_dir = make_run(micro_batch_size=8)
    result = session.run(run_dir, False, EventLog(run_dir))
    assert refusals
    assert result.micro_batch_size < 8
