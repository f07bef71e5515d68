from __future__ import annotations

import json
import subprocess
import sys

from curator.train import runs
from tests.tiny import rows_of


def test_a_trainer_loads_nothing_that_it_has_no_use_for(make_run):
    run_dir = make_run(rows=rows_of("classification", 4), epochs=1)
    lines = (
        "import json, sys",
        "from curator.train.__main__ import main",
        "code = main()",
        "heavy = ('datasets', 'scipy', 'sklearn')",
        "print(json.dumps([code, [name for name in heavy if name in sys.modules]]))",
    )
    command = [sys.executable, "-c", "\n".join(lines), str(run_dir)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    assert json.loads(done.stdout) == [0, []]
    assert runs.state(run_dir).phase == "finished"
