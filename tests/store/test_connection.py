"""The database: clear errors, and transactions that are all or nothing."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

import pytest

from curator.errors import CuratorError
from curator.store import facts, migrations
from curator.store.connection import connect, transaction


def test_commits_are_durable_before_they_return(tmp_path):
    connection = connect(tmp_path / "project.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    connection = connect(tmp_path / "project.db")
    with suppress(KeyError), transaction(connection):
        facts.put(connection, "a", "1")
        raise KeyError
    assert facts.get(connection, "a") is None
    with transaction(connection):
        facts.put(connection, "a", "2")
    assert facts.get(connection, "a") == "2"


def test_migrations_run_once(tmp_path):
    connect(tmp_path / "project.db").close()
    connection = connect(tmp_path / "project.db")
    names = [name for (name,) in connection.execute("SELECT name FROM migrations")]
    assert names == ["m001_initial", "m002_checks", "m003_suggestions", "m004_grams"]
    migrations.apply(connection)


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "project.db"
    path.write_text("hello " * 1000)
    with pytest.raises(CuratorError, match="not a database of Curator"):
        connect(path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CuratorError, match="does not exist"):
        connect(tmp_path / "no" / "project.db")


def test_a_busy_database_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("curator.store.connection.BUSY_SECONDS", 0.05)
    one, two = connect(tmp_path / "project.db"), connect(tmp_path / "project.db")
    with transaction(one), pytest.raises(CuratorError, match="another program"), transaction(two):
        pass


def test_sqlite_knows_generated_columns_and_json():
    assert sqlite3.sqlite_version_info >= (3, 38)
