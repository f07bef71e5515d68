"""Fixtures that every part of the tests shares."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curator.config import Config, checked
from curator.importing import Options
from curator.project import Project
from curator.store.records import dump

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1", COLUMNS="120")

pytest_plugins = ["tests.tiny"]

MakeProject = Callable[..., Project]

TICKETS = [
    {"text": "Where is my parcel?", "label": "delivery"},
    {"text": "The parcel never came.", "label": "delivery"},
    {"text": "I want my money back.", "label": "refund"},
    {"text": "Верните деньги за заказ.", "label": "refund"},
    {"text": "Thank you, all is well.", "label": "praise"},
    {"text": "Спасибо, всё отлично!", "label": "praise"},
]


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[MakeProject]:
    """Makes projects, filled with rows when there are any, and closes them."""
    opened: list[Project] = []

    def make(
        rows: list[dict[str, object]] | None = None, kind: str = "classification", **settings: object
    ) -> Project:
        config: Config = checked({"kind": kind, **settings})
        project = Project.create(tmp_path / f"project-{len(opened)}", config)
        opened.append(project)
        if rows is not None:
            path = tmp_path / f"rows-{len(opened)}.jsonl"
            path.write_text("".join(dump(row) + "\n" for row in rows), encoding="utf-8")
            project.import_files([str(path)], Options(), lambda *_: None)
        return project

    yield make
    for project in opened:
        project.close()


@pytest.fixture
def tickets(make_project: MakeProject) -> Project:
    """Six support tickets under three labels."""
    return make_project(TICKETS)
