"""The house stands: imports go down, never round, and the core stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS = {
    1: ("errors", "text", "dates", "shingles", "diffs"),
    2: ("records", "label_names", "files", "similarity", "contamination", "label_quality"),
    3: ("query", "config", "near_duplicates"),
    4: ("dynamics", "store", "formats", "splitting", "windows", "validation"),
    5: ("edits", "settings_file", "checks", "export", "train"),
    6: (
        "importing",
        "replacing",
        "suggesting",
        "dividing",
        "checking",
        "evaluate",
        "exporting",
        "mixing",
        "schema",
        "doctor",
    ),
    7: ("project", "release"),
    8: ("tuning", "demo", "checkup", "indexing", "drifting"),
    9: ("tui", "curves"),
    10: ("cli",),
    11: ("__main__",),
}
"""The same table as in docs/architecture.md."""
FLOOR_OF = {unit: floor for floor, units in FLOORS.items() for unit in units}

HEAVY = ("click", "rich", "textual", "torch", "transformers", "pandas", "datasets", "sklearn")


def modules():
    for folder, package in ((ROOT / "curator", "curator"), (ROOT / "tui", "curator.tui")):
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            yield ".".join((package, *parts)).removesuffix(".__init__"), path


def imports(path: Path, name: str) -> set[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            up = package.rsplit(".", node.level - 1)[0] + "." if node.level else ""
            base = up + (node.module or "")
            found |= {base.rstrip("."), *(f"{base.rstrip('.')}.{alias.name}" for alias in node.names)}
    return {module for module in found if module.startswith("curator.")}


MODULES = dict(modules())
GRAPH = {
    name: {m for m in imports(path, name) if m in MODULES and m != name} for name, path in MODULES.items()
}


def unit(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def test_every_module_has_a_floor():
    assert {unit(name) for name in MODULES if unit(name)} <= set(FLOOR_OF)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_go_down(name):
    for imported in GRAPH[name]:
        if unit(name) and unit(imported) and unit(imported) != unit(name):
            assert FLOOR_OF[unit(imported)] < FLOOR_OF[unit(name)], f"{name} imports {imported}"


def test_there_is_no_circle():
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path, name))
        if name not in done:
            for imported in GRAPH[name]:
                if imported != name.rpartition(".")[0]:
                    visit(imported, (*path, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


def loaded(code: str) -> set[str]:
    shown = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in shown.stdout.split()}


def test_the_core_is_light():
    assert not loaded("import curator.project, curator.tuning, curator.train.runs") & set(HEAVY)


def test_help_imports_nothing_heavy():
    quiet = "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()): run(['--help'])"
    assert not loaded(f"from curator.cli.main import run\n{quiet}") & (
        set(HEAVY) - {"click"} | {"pydantic", "numpy"}
    )


def test_every_folder_of_code_is_packaged():
    import tomllib

    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    assert folders | {"curator.schemas", "curator.samples"} == set(packages)


def test_the_documented_floors_are_these():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for floor, units in FLOORS.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| {floor} |"))
        for name in units:
            assert f"`{name}" in line, f"{name} is not on floor {floor} in docs/architecture.md"


def test_files_and_functions_stay_small():
    for name, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400, f"{name} has outgrown one file"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 60, f"{name}.{node.name} has {length} lines"
