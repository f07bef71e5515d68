"""The terminal UI."""

from __future__ import annotations

import os

# A key is answered when the next frame is painted; with twice the usual frames it waits half as long.
os.environ.setdefault("TEXTUAL_FPS", "120")
