"""The wheel holds everything a user needs, puts nothing but curator into site-packages, and runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns(".*", "*.egg-info", "build", "demo", "__pycache__", "tests")
    shutil.copytree(ROOT, source, ignore=ignored)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_code_schemas_samples_and_templates(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "curator/cli/main.py",
        "curator/tui/display.py",
        "curator/schemas/config.json",
        "curator/samples/tickets/english.csv",
        "curator/samples/base-model/model.safetensors",
        "curator/samples/base-model/tokenizer.json",
        "curator/evaluate/reporting/report.md.jinja",
        "curator/evaluate/reporting/page.html.jinja",
        "curator/evaluate/reporting/page.css",
        "curator/evaluate/reporting/page.js",
        "curator/py.typed",
    ):
        assert name in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"curator"}


def test_the_wheel_runs_outside_the_checkout(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    code = "import curator; print(curator.__file__)"
    where = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=tmp_path,
    )
    assert str(tmp_path) in where.stdout
    for arguments in (["init", "p", "--kind", "classification"], ["-C", "p", "doctor", "--json"]):
        command = [sys.executable, "-m", "curator", *arguments]
        subprocess.run(command, check=True, capture_output=True, env=environment, cwd=tmp_path)
