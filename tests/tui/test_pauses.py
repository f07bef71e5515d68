"""What waits for a pause waits, and is done in it."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from curator.tui.pauses import Pauses

pytestmark = pytest.mark.usefixtures("real_pauses")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
def collections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda: found.append("collected"))
    return found


def test_garbage_is_collected_in_a_pause_and_once_in_each(collections: list[str]):
    clock = Clock()
    pauses = Pauses(clock)
    pauses.typed()
    pauses.look()
    assert not collections
    clock.now += 5
    pauses.look()
    pauses.look()
    assert collections == ["collected"]
    pauses.typed()
    clock.now += 5
    pauses.look()
    assert len(collections) == 2


def test_whoever_only_looks_on_is_not_collected_for(collections: list[str]):
    clock = Clock()
    pauses = Pauses(clock)
    clock.now += 60
    pauses.look()
    assert not collections


def test_what_is_loaded_later_is_hidden_from_the_collector_too(monkeypatch: pytest.MonkeyPatch):
    pauses = Pauses(Clock())
    pauses.begin()
    hidden = gc.get_freeze_count()
    monkeypatch.setitem(sys.modules, "a_module_loaded_later", sys)
    kept = [[number] for number in range(1000)]
    pauses.look()
    assert gc.get_freeze_count() >= hidden + len(kept)


def test_modules_are_loaded_when_nobody_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "loaded_in_a_pause.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    clock = Clock()
    pauses = Pauses(clock)

    async def story() -> None:
        loading = asyncio.create_task(pauses.load(["loaded_in_a_pause"]))
        await asyncio.sleep(0)
        assert "loaded_in_a_pause" not in sys.modules
        clock.now += 1
        await loading

    asyncio.run(story())
    assert sys.modules.pop("loaded_in_a_pause", None) is not None
