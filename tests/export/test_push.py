"""Uploading an export: what is sent, to whom, and every way in which a hub says no."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.export import push
from tests.hub import serving


@pytest.fixture
def project(make_project):
    made = make_project([{"text": f"message number {i}", "label": f"l{i % 4}"} for i in range(40)])
    made.split()
    return made


@pytest.fixture
def hub(monkeypatch):
    with serving(monkeypatch) as made:
        yield made


def send(project, hub, format_name="jsonl", private=False):
    export = project.export("mine", format_name=format_name)
    return export, push.send(push.prepare(export, "me/tickets", private, hub.url))


@pytest.mark.parametrize("format_name", ["jsonl", "parquet", "datasets", "llamafactory"])
def test_every_file_of_the_export_arrives_in_one_commit(project, hub, format_name):
    export, pushed = send(project, hub, format_name)
    there = {str(path.relative_to(export.path)): path for path in export.path.rglob("*") if path.is_file()}
    assert hub.files == {name: path.read_bytes() for name, path in there.items()}
    assert hub.commits == ["Export mine (curator 0.1.0)"]
    assert pushed.url == f"{hub.url}/datasets/me/tickets"
    assert pushed.commit.startswith("abc")
    assert hub.tokens == {"Bearer hf_secret"}


@pytest.mark.parametrize(("private", "visibility"), [(True, "private"), (False, "public")])
def test_a_new_repository_is_as_private_as_was_asked(project, hub, private, visibility):
    send(project, hub, private=private)
    assert hub.created == [
        {"name": "tickets", "organization": "me", "visibility": visibility, "type": "dataset"}
    ]


def test_where_an_export_went_is_noted_beside_it(project, hub):
    export = project.export("mine")
    assert push.place_of(export.path) is None
    upload = push.prepare(export, "me/tickets", True, hub.url)
    push.remember(export, upload)
    assert push.place_of(export.path) == push.Place(endpoint=hub.url, repo_id="me/tickets", private=True)
    assert push.prepare(export, "me/tickets", True, hub.url).files == upload.files


def test_nothing_else_in_the_folder_is_sent(project, hub):
    export = project.export("mine")
    (export.path / "secrets.txt").write_text("x")
    push.send(push.prepare(export, "me/tickets", False, hub.url))
    assert "secrets.txt" not in hub.files


def test_a_repository_that_is_there_already_is_added_to(project, hub):
    hub.refuse["/api/repos/create"] = (409, "You already created this dataset repo")
    send(project, hub)
    assert set(hub.files) >= {"train.jsonl", "README.md", "manifest.json"}


@pytest.mark.parametrize(
    ("place", "status", "words", "problem", "remedy"),
    [
        ("/api/repos/create", 401, "Invalid credentials", "does not know you", "hf auth login"),
        (
            "/api/repos/create",
            403,
            "You don't have the rights",
            "may not write to me/tickets",
            "token that may write",
        ),
        ("/commit/main", 403, "Forbidden", "may not write to me/tickets", "token that may write"),
        ("/preupload/main", 404, "Not found", "has no place me/tickets", "owner's name"),
        ("/commit/main", 413, "Payload too large", "refused the upload", "reason above"),
    ],
)
def test_a_hub_that_says_no_is_quoted_in_one_line(project, hub, place, status, words, problem, remedy):
    hub.refuse[place] = (status, words)
    with pytest.raises(CuratorError, match=problem) as caught:
        send(project, hub)
    assert remedy in caught.value.remedy
    assert "\n" not in caught.value.problem
    assert not hub.files


def test_without_a_token_it_says_how_to_log_in(project, hub, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    hub.refuse["/api/repos/create"] = (401, "Invalid username or password.")
    with pytest.raises(CuratorError, match="does not know you"):
        send(project, hub)


def test_a_hub_that_is_not_there_is_told(project, hub):
    export = project.export("mine")
    with pytest.raises(CuratorError, match=r"http://127\.0\.0\.1:1 cannot be reached") as caught:
        push.send(push.prepare(export, "me/tickets", False, "http://127.0.0.1:1"))
    assert "network" in caught.value.remedy


def test_a_web_site_that_is_no_hub_is_told(project, hub):
    hub.garbled = True
    with pytest.raises(CuratorError, match="does not answer as a hub does"):
        send(project, hub)


def test_a_failed_upload_of_a_large_file_is_told(project, hub):
    hub.refuse["/upload"] = (400, "no room")
    with pytest.raises(CuratorError, match="refused the upload"):
        send(project, hub, "parquet")
    assert not hub.files


def test_offline_means_offline(project, hub, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CuratorError, match="HF_HUB_OFFLINE"):
        send(project, hub)
    assert not hub.calls


@pytest.mark.parametrize(
    "repo_id", ["tickets", "me/", "/tickets", "a/b/c", "me/ti ckets", "../x", "me/a..b", "me/a\n"]
)
def test_what_cannot_be_a_repository_is_refused(project, hub, repo_id):
    export = project.export("mine")
    with pytest.raises(CuratorError, match="cannot be a repository"):
        push.send(push.prepare(export, repo_id, False, hub.url))
    assert not hub.files


def test_a_changed_file_is_not_uploaded(project, hub):
    export = project.export("mine")
    with (export.path / "train.jsonl").open("ab") as stream:
        stream.write(b'{"id":"x","text":"y","label":"z"}\n')
    with pytest.raises(CuratorError, match="not the file that was exported"):
        push.prepare(export, "me/tickets", False, hub.url)
    with pytest.raises(CuratorError, match="no address of a hub"):
        push.prepare(project.export("other"), "me/tickets", False, "huggingface.co")
