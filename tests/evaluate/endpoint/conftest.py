"""A server to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.endpoint import Server, serving


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    """A stand-in that answers what a test wants."""
    with serving(monkeypatch) as made:
        yield made
