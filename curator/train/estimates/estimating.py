"""The processes in which an estimate is made.

Asked for by `python -m curator.train.estimates.estimating memory|time RUN_DIR [saving]`.

The answer is one JSON document on standard output; an error is one on standard error, in words.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

_BEGAN = time.monotonic()


def main(what: str, run_dir: Path, *more: str) -> int:
    """Answer; a failure is told in words."""
    from curator.train.failure import in_words
    from curator.train.lean import leave_out_unused

    try:
        leave_out_unused()
        print(_memory(run_dir) if what == "memory" else _time(run_dir, "saving" in more))
    except Exception as error:
        known = in_words(error)
        print(f"Error: {known.problem}\n  {known.remedy}", file=sys.stderr)
        return 1
    return 0


def _memory(run_dir: Path) -> str:
    from curator.train import runs
    from curator.train.estimates.estimate import Found
    from curator.train.estimates.memory_estimate import need
    from curator.train.planning import planned
    from curator.train.session import prepare

    spec = runs.load(run_dir)
    prepared = prepare(spec, run_dir)
    found = need(spec, prepared.train, prepared.tokenizer.pad_token_id)
    plan = planned(spec, run_dir)
    return Found(plan=plan, validation_tokens=sum(prepared.validation.lengths), need=found).model_dump_json()


def _time(run_dir: Path, can_save: bool) -> str:
    from curator.train.estimates.timing import measure

    return measure(run_dir, _BEGAN, can_save).model_dump_json()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
