"""Finished runs that tuned every weight, without any training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curator.config import EvaluateSettings, TrainSettings
from curator.records import Kind
from curator.train import runs
from curator.train.args import ADAPTER, RunSpec
from tests.run_folders import finish

WholeRun = Callable[..., Path]


@pytest.fixture
def whole_run(tmp_path: Path) -> WholeRun:
    """Makes the folder of a run out of a model and its tokenizer, each a folder or an object."""

    def make(
        model: Any, tokenizer: Any, kind: Kind = "instruction", system: str = "", name: str = "run"
    ) -> Path:
        folder = tmp_path / "runs" / name
        adapter = folder / ADAPTER
        model.save_pretrained(str(adapter))
        tokenizer.save_pretrained(str(adapter))
        spec = RunSpec(
            name=name,
            created="2026-11-21T00:00:00+00:00",
            kind=kind,
            system=system,
            model=str(adapter),
            model_path=str(adapter),
            export_path=str(tmp_path),
            export_sha256={},
            train=TrainSettings(method="full"),
            evaluate=EvaluateSettings(),
        )
        runs.create(folder, spec)
        finish(folder)
        return folder

    return make
