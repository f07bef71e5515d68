"""Finished runs without any training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.run_folders import whole


@pytest.fixture
def whole_run(tmp_path: Path) -> Callable[..., Path]:
    """Makes the folder of a run out of a model and its tokenizer."""
    return partial(whole, tmp_path)
