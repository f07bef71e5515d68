"""A look into the database of a project that is not open: nothing is written, nothing is brought up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from curator.query import Query
from curator.store import connection, records


def statuses(path: Path) -> dict[str, int]:
    """Records by status.

    Raises:
        CuratorError: the file is no database of Curator, or cannot be read.
    """
    with connection.explained(path):
        opened = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, isolation_level=None)
        with closing(opened):
            return records.tally(opened, "status", Query())
