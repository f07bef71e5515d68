"""The files that test rows came from: an export does not say, the project that made it does."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from curator.records import Row
from curator.store import sources


def sources_of(export: Path, rows: Sequence[Row]) -> dict[str, str]:
    """Row id to the name of its source; nothing for an export that lies in no project.

    A record keeps its number and its source for good, so a project that has moved on tells no less.
    """
    database = export.parent.parent / "project.db"
    if not database.is_file():
        return {}
    numbers = {row.id: int(head) for row in rows if (head := row.id.partition(":")[0]).isdecimal()}
    try:
        connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
        try:
            found = sources.of_records(connection, numbers.values())
        finally:
            connection.close()
    except sqlite3.Error:
        return {}
    return {row_id: found[number] for row_id, number in numbers.items() if number in found}
