"""One question to an endpoint, and its reply; what comes back is trusted with nothing."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Sequence
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from curator.errors import CuratorError
from curator.evaluate.endpoint.address import Endpoint, Reply
from curator.evaluate.endpoint.patience import TRIES, Pace, retries
from curator.text import storable, visible_line

KEYS = ("CURATOR_API_KEY", "OPENAI_API_KEY")
"""Environment variables that may hold the key; the first one that is set is taken."""
PARALLEL = 4
"""Questions that are under way at once."""

_TIMEOUT = (10, 180)
"""Seconds to connect, and between two pieces of a reply."""
_MOST_BYTES = 8 << 20
_LETTERS_PER_TOKEN = 32
"""No tokenizer's tokens are longer on average: what is longer than the limit allows is cut."""
_BROKEN = 3
"""Tries of a reply that breaks off half-way."""
_REFUSED = (400, 413, 422)
"""What is said of a single question: too long, or against the rules of the house."""
_UNKNOWN = re.compile("unsupported|not support|unknown|unrecogni[sz]ed|unexpected", re.IGNORECASE)
"""How servers say that a parameter is none of theirs."""
_THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
"""What a model thinks before its answer; a limit may have cut the thoughts themselves."""

Turns = Sequence[dict[str, str]]


class Client:
    """Asks one endpoint; may be used from several threads."""

    def __init__(self, endpoint: Endpoint, stop: threading.Event) -> None:
        """Take the key from the environment.

        Raises:
            CuratorError: what stands there cannot be a key.
        """
        self.endpoint = endpoint
        self._key = _key()
        self._pace = Pace(endpoint.requests_per_minute, stop)
        self._unwanted: set[str] = set()
        self._session = requests.Session()
        adapter = HTTPAdapter(max_retries=retries(self._pace, stop), pool_maxsize=PARALLEL)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def ask(self, turns: Turns, max_tokens: int) -> Reply:
        """The most likely answer of at most so many tokens.

        Raises:
            CuratorError: the endpoint cannot be reached, does not let us in, or gives no usable reply.
            Stopped: somebody wants to stop.
        """
        wishes = {"temperature": 0, "max_tokens": max_tokens}
        body = {name: value for name, value in wishes.items() if name not in self._unwanted}
        status, raw = self._post({"model": self.endpoint.model, "messages": list(turns), **body})
        if status == 200:
            return self._read(raw, max_tokens)
        words = self._words(raw)
        if status not in _REFUSED:
            raise self._failure(status, words)
        # Models that think refuse a temperature, and a limit that would not leave room for thoughts.
        if named := {name for name in body if name in words and _UNKNOWN.search(words)}:
            self._unwanted |= named
            return self.ask(turns, max_tokens)
        return Reply(refused=words or f"status {status}")

    def _post(self, body: dict[str, Any]) -> tuple[int, bytes]:
        host = self.endpoint.host
        for _ in range(_BROKEN):
            self._pace.wait()
            try:
                with self._session.post(
                    self.endpoint.url,
                    json=body,
                    auth=self._signed,
                    timeout=_TIMEOUT,
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    raw = response.raw.read(_MOST_BYTES + 1, decode_content=True)
                    break
            except (urllib3.exceptions.ProtocolError, urllib3.exceptions.TimeoutError):
                continue
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise self._unreachable(error) from error
        else:
            raise CuratorError(f"{host} breaks off its replies.", _LATER)
        if len(raw) > _MOST_BYTES:
            raise CuratorError(f"{host} replied with more than 8 MiB.", _OTHER)
        return response.status_code, raw

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """With the key, or without any: the library would look into ~/.netrc."""
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def _read(self, raw: bytes, max_tokens: int) -> Reply:
        try:
            document = json.loads(raw)
            choice = document["choices"][0]
            text = _text(choice["message"].get("content"))
            usage = document.get("usage") or {}
            read, written = (_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
            finish = choice.get("finish_reason")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise CuratorError(
                f"{self.endpoint.host} replied with something that is no chat completion: "
                f"{self._clean(raw.decode('utf-8', 'replace'))}",
                _OTHER,
            ) from error
        most = _LETTERS_PER_TOKEN * max_tokens
        said = storable(_THOUGHTS.sub("", text).strip())
        return Reply(
            text=said[:most],
            cut=finish == "length" or len(said) > most,
            prompt_tokens=read,
            completion_tokens=written,
        )

    def _failure(self, status: int, words: str) -> CuratorError:
        host, said = self.endpoint.host, f": {words}" if words else "."
        if status in (401, 403):
            key = f"Check the key in {KEYS[0]} or {KEYS[1]}."
            lacking = f"Set the environment variable {KEYS[0]} to a key of that server."
            return CuratorError(f"{host} does not let us in{said}", key if self._key else lacking)
        if status == 404:
            return CuratorError(
                f"{host} has no model {visible_line(self.endpoint.model)}, or nothing at that address{said}",
                "Check --model, and --endpoint, which mostly ends in /v1.",
            )
        if status == 429:
            return CuratorError(
                f"{host} still gets too many requests after {TRIES + 1} tries{said}",
                f"{_LATER} --requests-per-minute slows it down; or the account is used up.",
            )
        if status >= 500:
            return CuratorError(f"{host} fails (status {status}) after {TRIES + 1} tries{said}", _LATER)
        return CuratorError(f"{host} refuses the request (status {status}){said}", _OTHER)

    def _unreachable(self, error: Exception) -> CuratorError:
        reasons = {
            "Connection refused": "nobody listens there",
            "Name or service not known": "there is no such host",
            "nodename nor servname": "there is no such host",
            "CERTIFICATE_VERIFY_FAILED": "its certificate cannot be verified",
            "timed out": "it does not answer",
        }
        told = str(error)
        reason = next((why for mark, why in reasons.items() if mark in told), self._clean(told))
        return CuratorError(f"Could not reach {self.endpoint.host}: {reason}.", f"Check --endpoint. {_LATER}")

    def _words(self, raw: bytes) -> str:
        """The server's own words about what is wrong."""
        text = raw.decode("utf-8", "replace")
        try:
            error = json.loads(text)["error"]
            text = error if isinstance(error, str) else str(error["message"])
        except (ValueError, LookupError, TypeError, RecursionError):
            pass
        return self._clean(text)

    def _clean(self, text: str) -> str:
        """One line that can be shown, and never holds the key."""
        return visible_line(text.replace(self._key, "…") if self._key else text, 300)


_LATER = "Run the command again later: the answers so far are kept, and none is asked for twice."
_OTHER = "Check --endpoint: it takes a server that speaks OpenAI's chat completions."


def _key() -> str:
    name = next((name for name in KEYS if os.environ.get(name, "").strip()), "")
    key = os.environ.get(name, "").strip() if name else ""
    if not (key.isascii() and (not key or key.isprintable())):
        raise CuratorError(f"What stands in {name} cannot be a key.", "Set it to the key alone.")
    return key


def _text(content: Any) -> str:
    """A text, the texts of its parts, or nothing where a model said nothing."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else str(content)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 1 << 40 else None
