"""Where the tests find real public data that is too large or not ours to ship; they are skipped without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("CURATOR_DATA", Path(__file__).parents[2] / "shared" / "data"))
"""A folder of public data sets, one folder each; named by CURATOR_DATA."""

needs_shared_data = pytest.mark.skipif(
    not (SHARED / "INDEX.md").is_file(), reason="the public data sets are not on this machine"
)
