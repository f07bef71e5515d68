"""A look into a project that is not open."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.project import DATABASE
from curator.store import glance


def test_records_are_counted_while_the_project_is_open_elsewhere(tickets):
    tickets.editor.set_status([1, 2], "accepted")
    assert glance.statuses(tickets.root / DATABASE) == {"accepted": 2, "new": 4}


def test_another_file_is_no_database(tmp_path):
    path = tmp_path / "project.db"
    path.write_bytes(b"not a database, whatever it is called" * 100)
    with pytest.raises(CuratorError, match="not a database"):
        glance.statuses(path)
