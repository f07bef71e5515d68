"""The published schemas are those of the models, and real files keep to them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from curator.schema import MODELS, render

SCHEMAS = Path(__file__).parent.parent / "schemas"


@pytest.mark.parametrize("name", list(MODELS))
def test_the_published_schema_is_current(name):
    assert (SCHEMAS / f"{name}.json").read_text(encoding="utf-8") == render(name), "run `make schemas`"


def test_no_schema_is_left_over():
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(MODELS)


def test_real_files_keep_to_their_schemas(tickets):
    tickets.split()
    export = tickets.export()
    files = {
        "config": tomllib.loads((tickets.root / "curator.toml").read_text(encoding="utf-8")),
        "export-manifest": json.loads((export.path / "manifest.json").read_text(encoding="utf-8")),
        "classification-row": json.loads(
            (export.path / "train.jsonl").read_text(encoding="utf-8").splitlines()[0]
        ),
    }
    for name, document in files.items():
        jsonschema.validate(document, json.loads(render(name)))


def test_every_field_is_explained():
    def fields(node):
        yield from node.get("properties", {}).items()
        for definition in node.get("$defs", {}).values():
            yield from fields(definition)

    for name, model in MODELS.items():
        missing = [
            field
            for field, inner in fields(model.model_json_schema())
            if not inner.keys() & {"description", "$ref"}
        ]
        assert not missing, f"{name}: {missing}"
