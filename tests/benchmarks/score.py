"""Scoring a closed list of labels: all of them behind one reading of the text, against each in full.

`python -m tests.benchmarks.score [ROWS]` scores the test rows of banking77 under its 77 labels with the bundled model:
by us; by us each label in full, after a copy of the text of its own; and, where `CURATOR_PEERS` names an interpreter
with lm-evaluation-harness (`pip install lm-eval torch transformers`), an eighth of them by that, in batches of 64 and
one by one (its default). Then a few rows under a prompt that names all labels, as one would ask a model without a tune.
Prints seconds of the clock and of the processor, how many times ours that is for a row, and how far log-likelihoods and
choices are apart. Fails where log-likelihoods are more than 1e-4 apart, a choice is another one, or the harness as it
is by default takes less than ten times as long.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import torch

from curator.config import EvaluateSettings, TrainSettings
from curator.evaluate.scoring.label_tree import LabelTrie
from curator.evaluate.scoring.label_trie import plain_log_likelihoods
from curator.evaluate.scoring.scorers import _Judge
from curator.records import ClassificationRow
from curator.train.args import RunSpec
from curator.train.loop.loss import TokenLoss
from curator.train.models.model import load_base
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.render import Renderer
from curator.train.runs import resolve_model
from tests.shared_data import SHARED

AT_ONCE = 64
"""Sequences in one forward pass where each label is scored in full."""
APART = 1e-4
"""How far log-likelihoods may be apart."""
TIMES = 10
"""How many times ours a row must take with the harness as it is by default."""
PEERS_SHARE = 8
"""The harness is given one of so many rows: one by one it takes hours for all of them."""
NAMED_SHARE = 200
"""One of so many rows is scored under a prompt that names all labels, where each label in full takes half a minute."""


class Timed(NamedTuple):
    """Log-likelihoods, [rows, labels], and what they took."""

    found: torch.Tensor
    seconds: float
    processor: float

    def times(self, other: Timed) -> tuple[float, float]:
        """How many times as long as another way a row took, by the clock and by the processor."""
        rows = len(other.found) / len(self.found)
        return rows * self.seconds / other.seconds, rows * self.processor / other.processor


def test_rows(count: int) -> list[ClassificationRow]:
    """Rows of banking77 that nobody learned."""
    path = SHARED / "banking77" / "test.csv"
    with path.open(encoding="utf-8") as stream:
        read = list(csv.DictReader(stream))[:count]
    return [
        ClassificationRow(id=str(n), text=row["text"], label=row["category"]) for n, row in enumerate(read)
    ]


def spec_of(labels: list[str]) -> RunSpec:
    """A run with the bundled model as it was published."""
    return RunSpec(
        name="bench",
        created="",
        kind="classification",
        labels=tuple(labels),
        model="bundled",
        model_path=resolve_model("bundled"),
        export_path="",
        export_sha256={},
        train=TrainSettings(method="lora"),
        evaluate=EvaluateSettings(free_answers=False),
    )


def timed(work: Callable[[], torch.Tensor]) -> Timed:
    """What a piece of work took."""
    began = time.perf_counter(), time.process_time()
    with torch.inference_mode():
        found = work()
    return Timed(found, time.perf_counter() - began[0], time.process_time() - began[1])


def together(model: Any, renderer: Renderer, rows: list[ClassificationRow], spec: RunSpec) -> torch.Tensor:
    """As an evaluation scores them."""
    judge = _Judge(model, renderer, spec)
    room = max(len(renderer.label_ids(label)) for label in spec.labels)
    found: dict[str, torch.Tensor] = {}
    for batch in judge.batches(rows):
        scores = judge.label_log_likelihoods([judge.prompt(row, room) for row in batch])
        found |= {row.id: score for row, score in zip(batch, scores, strict=True)}
    return torch.stack([found[row.id] for row in rows])


def in_full(model: Any, renderer: Renderer, rows: list[ClassificationRow], spec: RunSpec) -> torch.Tensor:
    """Each label after a copy of the text of its own."""
    loss, pad_id = TokenLoss(model), int(renderer.tokenizer.pad_token_id)
    labels = [renderer.label_ids(label) for label in spec.labels]
    prompts = [renderer.prompt_ids(row) for row in rows]
    return torch.stack(
        [plain_log_likelihoods(loss, prompt, labels, pad_id, "cpu", AT_ONCE) for prompt in prompts]
    )


def by_harness(
    renderer: Renderer, rows: list[ClassificationRow], spec: RunSpec, at_once: int
) -> Timed | None:
    """What lm-evaluation-harness makes of the same tokens, in an interpreter of its own."""
    python = os.environ.get("CURATOR_PEERS")
    if not python:
        return None
    case = {
        "model": spec.model_path,
        "prompts": [list(renderer.prompt_ids(row)) for row in rows],
        "labels": [list(renderer.label_ids(label)) for label in spec.labels],
        "at_once": at_once,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.json"
        path.write_text(json.dumps(case), encoding="utf-8")
        peer = str(Path(__file__).with_name("_score_peer.py"))
        subprocess.run([python, peer, str(path)], check=True, stdout=subprocess.DEVNULL)
        told = json.loads(path.read_text(encoding="utf-8"))
    return Timed(torch.tensor(told["found"], dtype=torch.double), told["seconds"], told["processor"])


def tell(name: str, ours: Timed, theirs: Timed, least: float = 0.0) -> bool:
    """One way to score beside ours; whether the same came of it, and it took so many times as long at least."""
    mine = ours.found[: len(theirs.found)]
    apart = float((mine - theirs.found).abs().max())
    same = int((mine.argmax(-1) == theirs.found.argmax(-1)).sum())
    clock, processor = theirs.times(ours)
    print(
        f"  {name:32} {theirs.seconds:7.1f} s  {theirs.processor:7.1f} s of the processor"
        f"   {clock:5.1f} and {processor:5.1f} times ours"
        f"   log-likelihoods at most {apart:.1e} apart, same choice in {same:,} of {len(mine):,} rows",
        flush=True,
    )
    return apart <= APART and same == len(mine) and clock >= least


def compare(
    name: str, model: Any, spec: RunSpec, system: str, rows: list[ClassificationRow], share: int
) -> bool:
    """All ways on some rows, the harness on one of `share`, under one system prompt; whether all is as it should be."""
    renderer = Renderer(load_tokenizer(spec.model_path), "classification", system)
    given = mean(len(renderer.prompt_ids(row)) for row in rows)
    labels = [renderer.label_ids(label) for label in spec.labels]
    print(
        f"{name}: {len(rows):,} rows, {given:.0f} tokens before the label, {len(labels)} labels of "
        f"{sum(map(len, labels)):,} tokens, {len(LabelTrie(labels).tokens):,} nodes",
        flush=True,
    )
    ours = timed(lambda: together(model, renderer, rows, spec))
    print(f"  {'ours':32} {ours.seconds:7.1f} s  {ours.processor:7.1f} s of the processor", flush=True)
    is_good = tell("ours, each label in full", ours, timed(lambda: in_full(model, renderer, rows, spec)))
    for at_once in (AT_ONCE, 1):
        harness = by_harness(renderer, rows[: max(1, len(rows) // share)], spec, at_once)
        if harness is None:
            print("  lm-evaluation-harness is not there: CURATOR_PEERS names no interpreter that has it")
            return is_good
        is_good &= tell(
            f"lm-evaluation-harness, {at_once} at once", ours, harness, TIMES if at_once == 1 else 0
        )
    return is_good


def main(count: int) -> bool:
    """All ways, under a prompt of the text alone and under one that names the labels."""
    every = test_rows(10**9)
    labels = sorted({row.label for row in every})
    spec = spec_of(labels)
    model = load_base(spec)
    is_good = compare("the text alone", model, spec, "", every[:count], PEERS_SHARE)
    named = "Say which of these the message is about: " + ", ".join(labels)
    few = max(1, min(count, len(every)) // NAMED_SHARE)
    return compare("all labels named before it", model, spec, named, every[:few], 1) and is_good


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 10**9))
