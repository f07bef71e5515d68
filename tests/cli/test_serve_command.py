"""serve: the terminal UI in a browser on this machine."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import aiohttp
import pytest

from curator.cli.main import run


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def server(tickets, port, tmp_path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "curator", "-C", str(tickets.root), "serve", "--port", str(port)]
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path / "state")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_page_is_there_for_its_own_origin_alone_and_shows_the_records(server, port):
    assert f"Curator is at http://127.0.0.1:{port}" in server.stderr.readline()
    address, socket_ = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/ws?width=100&height=30"

    async def browse() -> None:
        async with aiohttp.ClientSession() as session:
            async with session.get(address) as page:
                assert page.status == 200
                assert "Curator" in await page.text()
            async with session.get(address, headers={"Host": f"evil.example:{port}"}) as page:
                assert page.status == 403
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(socket_, origin="http://evil.example")
            async with asyncio.timeout(60), session.ws_connect(socket_, origin=address) as browser:
                seen = ""
                while "Where is my parcel?" not in seen:
                    message = await browser.receive()
                    seen += message.data.decode("utf-8", "replace") if isinstance(message.data, bytes) else ""

    asyncio.run(browse())
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=60) == 0
    assert "everything is saved" in server.stderr.read()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_other_hosts_are_refused_with_the_way_to_go(host, capsys):
    assert run(["serve", "--host", host]) == 2
    told = capsys.readouterr().err
    assert "no login" in told
    assert "ssh -L 8000:127.0.0.1:8000" in told


def test_a_port_that_is_taken_is_told(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["serve", "--port", str(taken.getsockname()[1])]) == 1
    assert "Choose another one with --port" in capsys.readouterr().err
