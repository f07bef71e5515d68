"""The process of one training run: `python -m tests.benchmarks._train_run SYSTEM CASE.json`; prints figures as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from curator.train.lean import leave_out_unused

if __name__ == "__main__":
    if sys.argv[1] == "curator":
        # As the process of a run does, and as early.
        leave_out_unused()
    from tests.benchmarks._train_systems import main

    print(json.dumps(main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text()))))
