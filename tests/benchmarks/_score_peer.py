"""`_score_peer.py CASE`: lm-evaluation-harness scores every label after every prompt; the case becomes the result.

Its own model class is given the tokens of a multiple-choice request, so that no other layout of the text comes between.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from lm_eval.models.huggingface import HFLM


def main(path: Path) -> None:
    """Score a case."""
    case = json.loads(path.read_text(encoding="utf-8"))
    model = HFLM(case["model"], device="cpu", dtype="float32", batch_size=case["at_once"])
    requests = [
        ((str(row), str(label)), prompt, ids)
        for row, prompt in enumerate(case["prompts"])
        for label, ids in enumerate(case["labels"])
    ]
    began = time.perf_counter(), time.process_time()
    found = [score for score, _ in model._loglikelihood_tokens(requests, disable_tqdm=True)]
    took = time.perf_counter() - began[0], time.process_time() - began[1]
    size = len(case["labels"])
    lines = [found[start : start + size] for start in range(0, len(found), size)]
    told = {"found": lines, "seconds": took[0], "processor": took[1]}
    path.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
