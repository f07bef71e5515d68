"""Writing curator.toml: made with a comment for each key, changed without losing the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import BaseModel
from tomlkit.container import Container
from tomlkit.items import Table

from curator.config import FILE_NAME, Config, checked, load
from curator.errors import CuratorError, explained
from curator.files import write_atomically

_HEAD = (
    "What this project is, and how it splits, trains and scores. Lines that begin with # show the defaults."
)


def create(folder: Path, config: Config) -> None:
    """Write a new curator.toml that shows every key; those with their default value are commented out.

    Raises:
        CuratorError: the folder may not be written, or is a project already.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise CuratorError(f"{folder} is a project already.", "Choose another folder, or work in this one.")
    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    _fill(document, config)
    write_atomically(path, tomlkit.dumps(document), "create the project")


def change(folder: Path, values: Mapping[str, Any]) -> Config:
    """Set some dotted keys (`split.seed`) and leave every other line of the file as it is.

    Raises:
        CuratorError: the file cannot be read or written, or would no longer be valid.
    """
    path = folder / FILE_NAME
    with explained("read the project's settings", path):
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
    for key, value in values.items():
        *tables, last = key.split(".")
        target: Any = document
        for name in tables:
            target = target.setdefault(name, tomlkit.table())
        target[last] = list(value) if isinstance(value, tuple) else value
    checked(document.unwrap())
    write_atomically(path, tomlkit.dumps(document), "change the project's settings")
    return load(path)


def _fill(container: tomlkit.TOMLDocument | Container | Table, model: BaseModel) -> None:
    tables = []
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, (BaseModel, dict)):
            tables.append((name, value))
            continue
        container.add(tomlkit.comment(f"{field.description}"))
        if not field.is_required() and value == field.default:
            container.add(
                tomlkit.comment(f"{name} = {_toml(value)}" if value is not None else f"{name} is not set")
            )
        else:
            container.add(name, list(value) if isinstance(value, tuple) else value)
        container.add(tomlkit.nl())
    for name, value in tables:
        table = tomlkit.table()
        if isinstance(value, BaseModel):
            _fill(table, value)
        else:
            table.update(value)
        container.add(name, table)


def _toml(value: Any) -> str:
    return str(tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string())
