"""Data sets of the hub come through the real library, from a stand-in for the hub on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import ClassVar
from urllib.parse import unquote, urlparse

import pytest

from curator.errors import CuratorError
from curator.formats import hub, sources

COMMIT = "a" * 40
CARD = """---
dataset_info:
  features:
  - {name: text, dtype: string}
  - name: label
    dtype: {class_label: {names: {'0': refund, '1': praise}}}
---
"""
CONFIGS = "---\nconfigs:\n- {config_name: en, data_files: en.jsonl}\n- {config_name: ru, data_files: ru.jsonl}\n---\n"
DATASETS = {
    "me/tickets": {
        "README.md": CARD,
        "data/train.jsonl": '{"text": "money back", "label": 0}\n{"text": "thanks", "label": 1}\n',
        "data/test.jsonl": '{"text": "спасибо", "label": 1}\n',
    },
    "me/languages": {
        "README.md": CONFIGS,
        "en.jsonl": '{"text": "hello"}\n',
        "ru.jsonl": '{"text": "привет"}\n',
    },
    "me/broken": {"README.md": "", "data/train.jsonl": '{"text": "a"}\n{"text": \n'},
    "me/nothing": {"README.md": ""},
    "me/program": {"README.md": "", "program.py": "print('run')"},
}
DATASETS["you/tickets"] = DATASETS["me/tickets"]

IMPORT = """
import json, sys
from curator.errors import CuratorError
from curator.formats import arrow, sources
for path in sys.argv[1:]:
    try:
        found, _ = sources.expand([path])
    except CuratorError as error:
        print(json.dumps({"problem": error.problem, "remedy": error.remedy}))
        continue
    told = {}
    for source in found:
        with source.open() as stream:
            rows = [row.values for row in arrow.read(stream, arrow.layout(source))]
        told[source.name] = [source.path, source.constants["@split"], rows]
    print(json.dumps(told))
"""


class StandIn(BaseHTTPRequestHandler):
    """Answers what the libraries ask about a data set: its commit, the names of its files, their content."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = unquote(urlparse(self.path).path)
        if "/me/gated" in path:
            self.answer(401, **{"X-Error-Code": "GatedRepo"})
            return
        for name, files in DATASETS.items():
            if path.startswith(f"/datasets/{name}/resolve/"):
                self.send_file(files, path.split("/", 6)[6])
                return
            if path.startswith(f"/api/datasets/{name}"):
                self.send_listing(name, files, path.removeprefix(f"/api/datasets/{name}").strip("/"))
                return
        self.answer(401, **{"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET  # noqa: N815

    def send_file(self, files, name) -> None:
        if name not in files:
            self.answer(404, **{"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            return
        data = files[name].encode()
        self.answer(200, data, ETag=f'"{hashlib.sha1(data).hexdigest()}"', **{"X-Repo-Commit": COMMIT})

    def send_listing(self, name, files, asked) -> None:
        if not asked.startswith("tree/"):
            found = [{"rfilename": file} for file in files]
            self.answer(200, json.dumps({"id": name, "sha": COMMIT, "siblings": found}).encode())
            return
        folder = "/".join(asked.split("/")[2:])
        inside = [file.removeprefix(folder).strip("/") for file in files if file.startswith(folder)]
        entries = [
            self.entry(files, folder, part) for part in dict.fromkeys(file.split("/")[0] for file in inside)
        ]
        if entries:
            self.answer(200, json.dumps(entries).encode())
        else:
            self.answer(404, **{"X-Error-Code": "EntryNotFound"})

    def entry(self, files, folder, part):
        path = f"{folder}/{part}".strip("/")
        size = len(files.get(path, "").encode())
        return {"type": "file" if path in files else "directory", "path": path, "size": size, "oid": "b" * 40}

    def answer(self, status, body=b"", **headers) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


def run(home, endpoint, *paths, offline=False):
    """What each path becomes in a process of its own, where the libraries find no other hub."""
    settings = {
        "HF_HOME": str(home),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_OFFLINE": str(int(offline)),
        "NO_PROXY": "*",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, *paths],
        env=kept | settings,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


class HangingUp(BaseRequestHandler):
    """A hub behind a network that is down."""

    calls: ClassVar[list[object]] = []

    def handle(self) -> None:
        self.calls.append(self.client_address)


@contextmanager
def listening(handler):
    """The address at which a handler is reached."""
    server = ThreadingTCPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def endpoint():
    with listening(StandIn) as address:
        yield address


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("hub")


def test_a_data_set_comes_with_its_splits_and_the_names_of_its_classes(home, endpoint):
    (home / "me" / "languages").mkdir(parents=True)
    tickets, bare, russian = run(home, endpoint, "hub:me/tickets", "you/tickets", "hub:me/languages@ru")
    assert tickets == {
        "hub:me/tickets/train": [
            "hub:me/tickets/train", "train",
            [{"text": "money back", "label": "refund"}, {"text": "thanks", "label": "praise"}],
        ],
        "hub:me/tickets/test": ["hub:me/tickets/test", "test", [{"text": "спасибо", "label": "praise"}]],
    }  # fmt: skip
    assert list(bare) == ["hub:you/tickets/train", "hub:you/tickets/test"]
    assert russian == {
        "hub:me/languages@ru/train": ["hub:me/languages@ru/train", "train", [{"text": "привет"}]]
    }
    with listening(HangingUp) as broken:
        cached, unknown = run(home, broken, "hub:me/tickets", "hub:me/unknown")
    assert cached == tickets
    assert unknown["problem"] == "The hub could not be reached for the data set me/unknown."
    assert len(HangingUp.calls) == 2, "a hub that does not answer is asked once for each data set"


def test_what_cannot_be_loaded_is_told_in_one_line(home, endpoint):
    paths = ("gone", "gated", "languages", "languages@fr", "nothing", "program", "broken")
    told = run(home, endpoint, *(f"hub:me/{path}" for path in paths))
    assert [line["problem"] for line in told[:6]] == [
        "The hub has no data set me/gone, or it is private.",
        "The data set me/gated is gated.",
        "The data set me/languages has several configurations.",
        "The data set me/languages has no configuration fr.",
        "The data set me/nothing holds no data files.",
        "The data set me/program comes as a program, which is not run.",
    ]
    assert told[2]["remedy"] == told[3]["remedy"] == "Name one as hub:me/languages@CONFIG: en, ru."
    assert told[6]["problem"].startswith("The data set me/broken cannot be loaded: ")
    assert all("hf auth login" in line["remedy"] for line in told[:2])


def test_without_a_network_nothing_is_waited_for(home, endpoint):
    named, bare = run(home, endpoint, "hub:me/never", "you/never", offline=True)
    assert named["problem"] == "The hub could not be reached for the data set me/never."
    assert "HF_HUB_OFFLINE" in named["remedy"]
    assert (
        bare["problem"]
        == "There is no file you/never. The hub could not be reached for the data set you/never."
    )


@pytest.mark.parametrize(
    ("path", "is_id"),
    [
        ("owner/name", True),
        ("owner/name@config", True),
        ("owner/name-v1.5", True),
        ("owner/tickets.csv", False),
        ("name", False),
        ("a/b/c", False),
        ("./a/b", False),
        ("../name", False),
        ("/owner/name", False),
        ("here/name", False),
        ("owner/", False),
    ],
)
def test_ids_are_told_from_mistyped_paths(tmp_path, monkeypatch, path, is_id):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    assert hub.is_id(path) is is_id


@pytest.mark.parametrize("path", ["hub:", "hub:a/b/c", "hub:../x", "hub:a b"])
def test_ids_that_are_none_are_refused(path):
    with pytest.raises(CuratorError, match="is no id of a data set"):
        sources.expand([path])
