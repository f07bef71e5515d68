"""Where an endpoint is, what it costs, and what it replied."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from curator.errors import CuratorError
from curator.records import Frozen, Kind
from curator.text import visible_line

_PATH = "/chat/completions"


class Endpoint(Frozen):
    """A model of a server."""

    url: str
    """Where questions are sent."""
    model: str
    """The model's name there."""
    requests_per_minute: float | None = None
    """No more than so many."""
    price: tuple[float, float] | None = None
    """What a million tokens cost, read and written."""

    @property
    def host(self) -> str:
        """Host and port, to be shown."""
        return urlsplit(self.url).netloc

    @property
    def title(self) -> str:
        """How it is called in a sentence."""
        return f"{visible_line(self.model)} at {self.host}"

    @property
    def identity(self) -> str:
        """Decides its answers; what may stand in a query is left out, for it can be a secret."""
        return f"{self.url.partition('?')[0]} {self.model}"


class Online(Frozen):
    """What an endpoint is wanted for, beside answering the test rows itself."""

    endpoint: Endpoint
    """Who is asked."""
    judge: bool = False
    """Whether it also compares the answers of base and tuned."""

    def require_fitting(self, kind: Kind) -> None:
        """A project of this kind has something to ask, and to judge if that is wanted.

        Raises:
            CuratorError: it has not.
        """
        if kind == "text":
            raise CuratorError(
                "A text project asks nothing, so no endpoint can answer.", "Leave --endpoint out."
            )
        if self.judge and kind != "instruction":
            raise CuratorError("Labels are right or wrong: they need no judge.", "Leave --judge out.")


class Reply(Frozen):
    """What an endpoint said to one question."""

    text: str = ""
    """The answer, without the thoughts before it."""
    cut: bool = False
    """It ran into the length limit."""
    refused: str = ""
    """Why the endpoint did not answer this question, in its own words."""
    prompt_tokens: int | None = None
    """Tokens that it read, if it counts them."""
    completion_tokens: int | None = None
    """Tokens that it wrote, thoughts included."""


def endpoint_at(
    url: str,
    model: str,
    requests_per_minute: float | None = None,
    price: tuple[float, float] | None = None,
) -> Endpoint:
    """An endpoint by the address of its server (`http://localhost:8000`), of its API (`…/v1`) or of its chat.

    Raises:
        CuratorError: the address is none, or holds a password.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        raise CuratorError(
            f"{visible_line(url)} is no address of an endpoint.", "Give one like https://api.example.com/v1."
        )
    if parts.username or parts.password:
        raise CuratorError(
            "A password in the address of an endpoint would be written down.",
            "Put the key into the environment variable CURATOR_API_KEY instead.",
        )
    path = parts.path.rstrip("/")
    if not path.endswith(_PATH):
        path = (path or "/v1") + _PATH
    whole = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
    return Endpoint(url=whole, model=model, requests_per_minute=requests_per_minute, price=price)
