"""What one training step costs on a machine whose cores are busy, with torch's threads spinning or sleeping."""

from __future__ import annotations

import os
import subprocess
import sys

STEP = """
import time, torch
from transformers import LlamaConfig, LlamaForCausalLM
torch.manual_seed(0)
shape = dict(hidden_size=192, intermediate_size=512, num_hidden_layers=6, num_attention_heads=6)
config = LlamaConfig(vocab_size=4096, **shape)
model = LlamaForCausalLM(config)
ids = torch.randint(0, 4096, (8, 48))
times = []
for _ in range(8):
    begun = time.perf_counter()
    model(input_ids=ids, labels=ids).loss.backward()
    times.append(time.perf_counter() - begun)
print(sorted(times)[len(times) // 2])
"""
BUSY = "while True: pass"
POLICIES = {"spinning": "ACTIVE", "sleeping": "PASSIVE"}


def median_step(policy: str) -> float:
    environment = {**os.environ, "OMP_WAIT_POLICY": policy, "OMP_NUM_THREADS": str(os.cpu_count() or 1)}
    done = subprocess.run(
        [sys.executable, "-c", STEP], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> None:
    for load in (0, (os.cpu_count() or 1)):
        others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(load)]
        try:
            taken = {name: median_step(policy) for name, policy in POLICIES.items()}
        finally:
            for process in others:
                process.kill()
        ratio = taken["spinning"] / taken["sleeping"]
        figures = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in taken.items())
        print(f"{load} other processes: {figures} a step, spinning / sleeping = {ratio:.1f}")


if __name__ == "__main__":
    main()
