"""What runs are said to need, beside what they need: eight runs on the CPU, each in a process of its own.

    python -m tests.benchmarks.estimate [NAME ...]

Time is that of the whole trainer process, from its start to its end; memory is its peak as the system counts it. The
bars: time within 25 %, memory within 15 %.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from curator.config import EvaluateSettings, TrainSettings
from curator.train import runs
from curator.train.args import RunSpec
from curator.train.estimates.estimate import estimate
from tests.shared_data import SHARED

_STORIES = SHARED / "models" / "stories260K" / "hf"
_WORDS = (
    "the",
    "cat",
    "sat",
    "on",
    "a",
    "mat",
    "and",
    "saw",
    "big",
    "red",
    "ball",
    "little",
    "house",
    "where",
    "mom",
)
_TIME, _MEMORY = 0.25, 0.15


class Case(NamedTuple):
    """One run."""

    model: str
    method: str
    rows: int
    words: int
    """Of a usual row; rows have from a third of it to twice as many."""
    rows_at_once: int
    epochs: int

    @property
    def name(self) -> str:
        """How it is called on the command line."""
        return f"{self.model}-{self.method}"


CASES = (
    Case("stories", "lora", 256, 40, 8, 3),
    Case("stories", "qlora", 192, 100, 4, 2),
    Case("bundled", "full", 128, 100, 8, 2),
    Case("bundled", "lora", 192, 40, 16, 2),
    Case("bundled", "qlora", 96, 60, 8, 2),
    Case("thirty", "full", 48, 60, 4, 1),
    Case("thirty", "lora", 64, 90, 8, 1),
    Case("thirty", "qlora", 48, 40, 2, 1),
)


def main(names: list[str]) -> None:
    """Measure and print."""
    print(
        f"{'run':15} {'seconds':>8} {'said':>8} {'ratio':>6} {'MiB':>7} {'said':>7} {'ratio':>6} {'formula':>8}"
    )
    missed = []
    with TemporaryDirectory() as folder:
        for case in CASES:
            if not names or case.name in names:
                missed += _measure(case, Path(folder))
    print("All within the bars." if not missed else f"Outside of the bars: {', '.join(missed)}")


def _measure(case: Case, folder: Path) -> list[str]:
    spec = _spec(case, folder)
    trial, real = folder / f"{case.name}-trial", folder / f"{case.name}-real"
    for run_dir in (trial, real):
        runs.create(run_dir, spec)
    said = estimate(spec, trial)
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "curator.train", str(real)], check=True)
    seconds = time.monotonic() - began
    peak = runs.load_result(real).peak_memory_bytes
    assert said.time is not None
    times, memories = said.time.total_seconds / seconds, said.memory.total_bytes / peak
    formula = (said.memory.total_bytes - said.memory.heap_bytes) / peak
    print(
        f"{case.name:15} {seconds:8.1f} {said.time.total_seconds:8.1f} {times:6.2f} {peak / 2**20:7.0f} "
        f"{said.memory.total_bytes / 2**20:7.0f} {memories:6.2f} {formula:8.2f}",
        flush=True,
    )
    shutil.rmtree(real)
    bad = (("time", times, _TIME), ("memory", memories, _MEMORY))
    return [f"{case.name} {what}" for what, ratio, bar in bad if abs(ratio - 1) > bar]


def _spec(case: Case, folder: Path) -> RunSpec:
    export = folder / f"{case.name}-export"
    export.mkdir()
    drawn = random.Random(case.name)
    for side, count in (("train", case.rows), ("validation", case.rows // 8), ("test", 4)):
        lines = (json.dumps(_row(drawn, f"{side}{number}", case.words)) for number in range(count))
        (export / f"{side}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    model = {"stories": str(_STORIES), "bundled": "bundled", "thirty": str(folder / "thirty")}[case.model]
    if case.model == "thirty" and not Path(model).is_dir():
        subprocess.run([sys.executable, "-c", _MAKE, model, str(_STORIES)], check=True)
    settings: dict[str, Any] = {
        "method": case.method,
        "micro_batch_size": case.rows_at_once,
        "epochs": case.epochs,
    }
    return RunSpec(
        name=case.name,
        created="2026-01-01T00:00:00+00:00",
        kind="instruction",
        model=model,
        model_path=runs.resolve_model(model),
        export_path=str(export),
        export_sha256=runs.hash_export(export),
        train=TrainSettings.model_validate(settings),
        evaluate=EvaluateSettings(),
    )


def _row(drawn: random.Random, name: str, words: int) -> dict[str, str]:
    length = drawn.randint(words // 3, 2 * words)
    asked, answered = (" ".join(drawn.choices(_WORDS, k=count)) for count in (length, max(4, length // 3)))
    return {"id": name, "instruction": f"{name}: {asked}", "answer": answered}


_MAKE = """
import sys
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
config = LlamaConfig(
    vocab_size=32000, hidden_size=384, intermediate_size=1024, num_hidden_layers=4, num_attention_heads=6,
    num_key_value_heads=2, max_position_embeddings=2048, tie_word_embeddings=False, pad_token_id=0,
)
LlamaForCausalLM(config).save_pretrained(sys.argv[1])
AutoTokenizer.from_pretrained(sys.argv[2]).save_pretrained(sys.argv[1])
"""
"""A process of its own: this one shall stay small, for a child's peak is counted from its parent's size on."""


if __name__ == "__main__":
    main(sys.argv[1:])
