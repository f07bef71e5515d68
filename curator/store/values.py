"""The values that are in use: file names, tags."""

from __future__ import annotations

import sqlite3

_MOST = 500
"""Values that are told, the most frequent first where that is known."""


def sources(connection: sqlite3.Connection) -> list[str]:
    """Names of the files that records came from."""
    rows = connection.execute("SELECT DISTINCT name FROM sources ORDER BY name LIMIT ?", (_MOST,))
    return [name for (name,) in rows]


def tags(connection: sqlite3.Connection) -> list[str]:
    """Marks on records, the most frequent first."""
    rows = connection.execute(
        """SELECT value FROM records, json_each(tags) WHERE tags != '[]' AND hidden = 0
           GROUP BY value ORDER BY count(*) DESC, value LIMIT ?""",
        (_MOST,),
    )
    return [value for (value,) in rows]
