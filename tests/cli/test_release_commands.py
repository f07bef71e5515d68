"""gguf, and push of a model, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from curator.cli.main import run
from tests.hub import serving
from tests.run_folders import whole
from tests.tiny import make_model, make_tokenizer


@pytest.fixture
def project(make_project, monkeypatch) -> Path:
    """With one finished run, which is called mine."""
    made = make_project(None, "instruction")
    monkeypatch.chdir(made.root)
    tokenizer = make_tokenizer()
    whole(made.root, make_model(len(tokenizer)), tokenizer, name="mine", system="Be brief.")
    return made.root


@pytest.fixture
def hub(monkeypatch):
    with serving(monkeypatch) as made:
        yield made


def test_gguf_writes_beside_the_run_what_llama_cpp_and_ollama_read(project, ask):
    code, told = ask("gguf", "mine", "--type", "q8_0")
    assert code == 0
    assert Path(told["path"]) == project / "runs/mine/mine.gguf"
    assert Path(told["path"]).read_bytes()[:4] == b"GGUF"
    assert (told["precision"], told["bytes"]) == ("q8_0", Path(told["path"]).stat().st_size)
    assert 'SYSTEM """Be brief."""' in Path(told["modelfile"]).read_text()


def test_gguf_says_what_to_do_next_and_never_overwrites(project, capsys, tmp_path):
    place = tmp_path / "models" / "tickets.gguf"
    assert run(["gguf", "--out", str(place)]) == 0
    told = capsys.readouterr().err
    assert "Wrote" in told
    assert f"ollama create mine -f {place.with_suffix('.Modelfile')}" in told
    assert run(["gguf", "--out", str(place)]) == 1
    assert "is there already" in capsys.readouterr().err


def test_gguf_without_its_library_says_how_to_get_it(project, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "gguf" else object())
    assert run(["gguf", "mine"]) == 1
    assert "pip install 'curator-sft[train]'" in capsys.readouterr().err


def test_push_says_where_the_model_of_a_run_goes_and_sends_it(project, hub, capsys):
    arguments = ["push", "mine", "me/tickets", "--model", "adapter", "--private", "--endpoint", hub.url]
    assert run(arguments) == 2
    assert not hub.calls
    assert run([*arguments, "--yes"]) == 0
    told = capsys.readouterr()
    assert f"goes to {hub.url}/me/tickets (private if it is new)" in told.err
    assert told.out.strip() == f"{hub.url}/me/tickets"
    assert "model.safetensors" in hub.files


def test_push_tells_of_a_run_that_is_not_merged(project, hub, capsys):
    assert run(["push", "mine", "me/x", "--model", "merged", "--endpoint", hub.url, "--yes"]) == 1
    assert "no merged model" in capsys.readouterr().err
    assert run(["push", "nobody", "me/x", "--model", "adapter", "--endpoint", hub.url, "--yes"]) == 1
    assert "no run nobody" in capsys.readouterr().err
