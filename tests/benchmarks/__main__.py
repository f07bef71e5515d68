"""`make bench` runs every measurement in this folder, one after the other."""

from __future__ import annotations

import runpy
from pathlib import Path

for script in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    print(f"\n== {script.stem}")
    runpy.run_path(str(script), run_name="__main__")
