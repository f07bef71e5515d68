"""Tuning beside TRL's SFTTrainer: time, memory and final loss, with the same model, adapter, rows, rate and batch.

`python -m tests.benchmarks.train [ROWS [MODEL [SET]]]` takes so many training rows of each set, eight times as many for
stories260K, and one model and one set where they are named. On a GPU it takes random weights in the shape of a 1B and
an 8B Llama instead, in 4 bits, and tells the share of the chip's bf16 peak too. Times are by the clock and by the
processor: where the machine does other work too, only the second can be compared.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean
from typing import Any

from curator.records import ClassificationRow, InstructionRow
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.render import Renderer
from curator.train.runs import resolve_model
from tests.benchmarks._train_systems import DEFAULTS, PEERS
from tests.shared_data import SHARED

SEEDS = (0, 1, 2)
STORIES = str(SHARED / "models" / "stories260K" / "hf")
HELD_OUT = 64
LONGEST = 512
PEAK_BF16 = {"H200": 989e12, "H100": 989e12, "A100": 312e12}
"""Dense bf16 operations per second, by the makers' data sheets."""
_SHAPES = {
    "30M": {"hidden_size": 384, "intermediate_size": 1024, "num_hidden_layers": 8, "num_attention_heads": 6},
    "1B": {
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
    },
    "8B": {
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
    },
}
_CLOCKS = ("seconds", "processor")
_Row = ClassificationRow | InstructionRow


def tickets() -> list[_Row]:
    """The English tickets that come with the program."""
    path = Path(__file__).parents[2] / "samples" / "tickets" / "english.csv"
    with path.open(encoding="utf-8") as stream:
        return [
            ClassificationRow(id=row["ticket_id"], text=row["message"], label=row["category"])
            for row in csv.DictReader(stream)
        ]


def instructions(path: str) -> list[_Row]:
    """Instructions in Alpaca's form."""
    rows = json.loads((SHARED / path).read_text(encoding="utf-8"))
    return [
        InstructionRow(
            id=str(n), instruction=row["instruction"], input=row["input"] or None, answer=row["output"]
        )
        for n, row in enumerate(rows)
        if row["instruction"].strip() and row["output"].strip()
    ]


SETS = {
    "tickets": tickets,
    "gsm8k_alpaca": lambda: instructions("gsm8k_alpaca/gsm_8k_train.json"),
    "stanford_alpaca_5000": lambda: instructions("stanford_alpaca_5000/alpaca_5000.json"),
}


def random_llama(folder: Path, shape: str) -> str:
    """Random weights in a shape, with the tokenizer that comes with the program and a usual vocabulary."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=32_000, max_position_embeddings=2048, **_SHAPES[shape])
    dtype = torch.float32 if shape == "30M" else torch.bfloat16
    place = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.device(place):
        LlamaForCausalLM(config).to(dtype).save_pretrained(folder / shape)
    load_tokenizer(resolve_model("bundled")).save_pretrained(folder / shape)
    return str(folder / shape)


def rendered(rows: list[_Row], model: str, count: int) -> dict[str, list[Any]]:
    """Training and validation rows as tokens, with the number of those that are given."""
    kind = "classification" if isinstance(rows[0], ClassificationRow) else "instruction"
    renderer = Renderer(load_tokenizer(model), kind, "")
    random.Random(0).shuffle(rows)
    found = [(list(one.ids), one.prompt_length) for one in map(renderer.render, rows)]
    short = [row for row in found if len(row[0]) <= LONGEST][: count + HELD_OUT]
    return {"train": short[HELD_OUT:], "validation": short[:HELD_OUT]}


def ran(system: str, case: dict[str, Any], folder: Path) -> dict[str, float]:
    """A run in a process of its own."""
    path = folder / "case.json"
    path.write_text(json.dumps(case))
    command = [sys.executable, "-m", "tests.benchmarks._train_run", system, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{system}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def compare(name: str, model: str, case: dict[str, Any], folder: Path) -> None:
    """All systems on one case, in turn for each seed, so that a busy machine is busy for all of them.

    A way of TRL's that took twice as long as its best with the first seed is not tried with the others.
    """
    figures: dict[str, list[dict[str, float]]] = {system: [] for system in ("curator", *PEERS)}
    for seed in SEEDS:
        best = min(
            (told[0]["seconds"] for system, told in figures.items() if system in PEERS and told), default=0
        )
        for system, told in figures.items():
            if not told or system in ("curator", DEFAULTS) or told[0]["seconds"] < 2 * best:
                told.append(ran(system, {**case, "seed": seed}, folder))
    ours = figures["curator"]
    tokens = ours[0]["tokens"]
    print(
        f"\n{name}, {model}: {len(case['train'])} rows, {tokens:,.0f} tokens, {ours[0]['trained']:,.0f} learned"
    )
    for system, told in figures.items():
        seconds, memory = mean(f["seconds"] for f in told), mean(f["peak"] for f in told)
        time, work = (mean(f[name] for f in ours) / mean(f[name] for f in told) for name in _CLOCKS)
        room = mean(f["peak"] for f in ours) / memory
        losses = " ".join(f"{f['loss']:.4f}" for f in told)
        print(
            f"  {system:28} {seconds:7.1f} s  {tokens / seconds:8,.0f} tokens/s  {memory:7,.0f} MiB"
            f"   ours/theirs {time:.2f} time {work:.2f} processor time {room:.2f} memory"
            f"   validation {losses}{_share(model, tokens / seconds)}"
        )


def _share(shape: str, speed: float) -> str:
    """The share of the chip's peak: six operations a weight and token, four with a frozen base."""
    import torch

    if not torch.cuda.is_available() or shape not in ("1B", "8B"):
        return ""
    name = torch.cuda.get_device_name()
    peak = next((peak for chip, peak in PEAK_BF16.items() if chip in name), 0.0)
    weights = {"1B": 1.1e9, "8B": 7.0e9}[shape]
    return f"   {4 * weights * speed / peak:.1%} of {name}'s bf16 peak" if peak else ""


def main(count: int, only: str = "", only_set: str = "") -> None:
    """Every set with every model, or one."""
    import torch

    cuda = torch.cuda.is_available()
    case = {"epochs": 1, "rate": 1e-3, "batch": 16, "micro": 8, "method": "qlora" if cuda else "lora"}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for label in ("1B", "8B") if cuda else ("stories260K", "30M"):
            if only not in ("", label):
                continue
            model = STORIES if label == "stories260K" else random_llama(folder, label)
            for name, read in SETS.items():
                if only_set not in ("", name):
                    continue
                rows = rendered(read(), model, count * (8 if label == "stories260K" else 1))
                compare(name, label, {**case, **rows, "model": model}, folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 96, *sys.argv[2:4])
