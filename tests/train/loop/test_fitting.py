"""What is tried next when memory runs out is always less than what was tried before."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from curator.train.loop.fitting import Fit, pass_tokens, smaller

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def ladder(fit: Fit, longest: int, device: torch.device) -> list[Fit]:
    tried = []
    less = smaller(fit, longest, device)
    while less is not None:
        tried.append(less)
        less = smaller(less, longest, device)
    return tried


@pytest.mark.parametrize("device", [CPU, GPU])
@pytest.mark.parametrize("longest", [10, 500, 2048, 5000])
def test_each_attempt_holds_fewer_tokens_or_keeps_less(device, longest):
    fit = Fit(16, False)
    tried = [fit, *ladder(fit, longest, device)]
    for before, after in pairwise(tried):
        fewer = pass_tokens(after, longest, device) < pass_tokens(before, longest, device)
        assert fewer or (after.checkpointing and not before.checkpointing)
    assert tried[-1].checkpointing
    assert pass_tokens(tried[-1], longest, device) == longest


def test_where_a_pass_of_a_processor_is_capped_rows_that_change_nothing_are_not_tried():
    assert [fit.rows for fit in ladder(Fit(16, False), 500, CPU)] == [4, 2, 1, 1]
    assert [fit.rows for fit in ladder(Fit(16, False), 500, GPU)] == [8, 4, 2, 1, 1]
    assert [fit.rows for fit in ladder(Fit(16, False), 5000, CPU)] == [16]
