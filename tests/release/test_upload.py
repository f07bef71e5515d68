"""Uploading a tuned model: what is sent, where to, and what stays here."""

from __future__ import annotations

import json

import pytest

from curator.errors import CuratorError
from curator.export import push
from curator.release import upload
from tests.hub import serving
from tests.tiny import make_model, make_tokenizer


@pytest.fixture
def hub(monkeypatch):
    with serving(monkeypatch) as made:
        yield made


@pytest.fixture
def run_dir(whole_run):
    tokenizer = make_tokenizer()
    return whole_run(make_model(len(tokenizer)), tokenizer)


def test_the_files_of_a_model_arrive_in_one_commit_in_a_model_repository(run_dir, hub):
    pushed = push.send(upload.prepare(run_dir, "adapter", "me/tickets", True, hub.url))
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md"} <= set(hub.files)
    folder = run_dir / "adapter"
    assert hub.files == {name: (folder / name).read_bytes() for name in hub.files}
    assert hub.commits == ["Run run (curator 0.1.0)"]
    [created] = hub.created
    assert (created["name"], created["organization"], created["visibility"]) == ("tickets", "me", "private")
    assert created.get("type", "model") == "model"
    assert pushed.url == f"{hub.url}/me/tickets"


def test_the_card_that_goes_is_ours_and_the_newest(run_dir, hub):
    (run_dir / "adapter" / "README.md").write_text("# Model Card for Model ID")
    push.send(upload.prepare(run_dir, "adapter", "me/tickets", False, hub.url))
    assert b"library_name: transformers" in hub.files["README.md"]
    assert b"Model ID" not in hub.files["README.md"]


def test_nothing_else_in_the_folder_goes(run_dir, hub):
    for name in ("secrets.txt", "optimizer.pt", ".env", "training_args.bin"):
        (run_dir / "adapter" / name).write_text("x")
    assert not {"secrets.txt", "optimizer.pt", ".env", "training_args.bin"} & set(
        upload.prepare(run_dir, "adapter", "me/tickets", False, hub.url).files
    )
    assert not hub.calls


def test_what_is_not_there_is_told(run_dir, hub, make_run):
    with pytest.raises(CuratorError, match="no merged model") as caught:
        upload.prepare(run_dir, "merged", "me/tickets", False, hub.url)
    assert "curator merge run" in caught.value.remedy
    with pytest.raises(CuratorError, match="has not finished"):
        upload.prepare(make_run("classification", name="begun"), "adapter", "me/tickets", False, hub.url)
    with pytest.raises(CuratorError, match="cannot be a repository"):
        upload.prepare(run_dir, "adapter", "tickets", False, hub.url)
    (run_dir / "adapter" / "model.safetensors").unlink()
    with pytest.raises(CuratorError, match="no weights"):
        upload.prepare(run_dir, "adapter", "me/tickets", False, hub.url)


@pytest.mark.parametrize(
    ("base", "told"), [("/home/me/base", "/home/me/base"), ("org/base", ""), (None, ""), ("", "")]
)
def test_a_base_that_only_this_machine_has_is_noticed(run_dir, base, told):
    folder = run_dir / "adapter"
    assert upload.unreachable_base(folder) == ""
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    assert upload.unreachable_base(folder) == told
