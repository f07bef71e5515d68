"""Many questions to an endpoint, a few at a time; stopped at any moment without losing what was answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, NamedTuple

from curator.errors import CuratorError
from curator.evaluate.endpoint.address import Endpoint, Reply
from curator.evaluate.endpoint.client import PARALLEL, Client, Turns
from curator.evaluate.endpoint.kept_replies import KeptReplies, key_of

Progress = Callable[[int, int], None]

_IN_VAIN = 3
"""Questions after which nothing more is asked of an endpoint that has refused them all."""
_MILLION = 1_000_000


class Question(NamedTuple):
    """What is asked about a row."""

    row: str
    """The row's id."""
    turns: Turns
    """The conversation."""
    max_tokens: int
    """Longest answer."""


def ask_all(
    endpoint: Endpoint,
    questions: Sequence[Question],
    kept: KeptReplies,
    progress: Progress | None = None,
) -> list[Reply]:
    """The reply to each question, in their order; those that are kept are not asked for.

    Raises:
        CuratorError: the endpoint cannot be asked, or refuses every question.
    """
    keys = [key_of(endpoint, question.turns, question.max_tokens) for question in questions]
    missing = {key: question for key, question in zip(keys, questions, strict=True) if key not in kept}
    refused: dict[str, Reply] = {}
    if missing:
        _ask(endpoint, missing, kept, refused, _counted(progress, keys, missing))
    elif progress:
        progress(len(keys), len(keys))
    return [refused[key] if key in refused else kept[key] for key in keys]


def _ask(
    endpoint: Endpoint,
    missing: dict[str, Question],
    kept: KeptReplies,
    refused: dict[str, Reply],
    tell: Callable[[int], None],
) -> None:
    stop = threading.Event()
    client = Client(endpoint, stop)

    def ask(key: str, question: Question) -> Reply:
        reply = client.ask(question.turns, question.max_tokens)
        if not reply.refused:
            kept.put(key, question.row, reply)
        return reply

    with kept.open(), ThreadPoolExecutor(PARALLEL) as pool:
        under_way = {pool.submit(ask, key, question): key for key, question in missing.items()}
        try:
            for done, future in enumerate(as_completed(under_way), 1):
                reply = future.result()
                if reply.refused:
                    refused[under_way[future]] = reply
                if len(refused) == done and done >= min(_IN_VAIN, len(missing)):
                    raise CuratorError(
                        f"{endpoint.host} refuses every question: {reply.refused}",
                        "Check --model, and whether it can hold so long a conversation.",
                    )
                tell(done)
        except BaseException:
            # What is under way is paid for already: it is waited for and kept.
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def usage(endpoint: Endpoint, replies: Sequence[Reply]) -> dict[str, Any]:
    """What some replies took: requests, tokens, and what they cost where that is known."""
    answered = [reply for reply in replies if not reply.refused]
    read, written = (
        [getattr(reply, name) for reply in answered] for name in ("prompt_tokens", "completion_tokens")
    )
    found: dict[str, Any] = {"requests": len(answered), "refused": len(replies) - len(answered)}
    if None in read or None in written:
        return found
    found |= {"prompt_tokens": sum(read), "completion_tokens": sum(written)}
    if endpoint.price is not None:
        dear = endpoint.price[0] * sum(read) + endpoint.price[1] * sum(written)
        found["cost"] = dear / _MILLION
    return found


def _counted(
    progress: Progress | None, keys: Sequence[str], missing: dict[str, Question]
) -> Callable[[int], None]:
    before = len(keys) - len(missing)
    return lambda done: progress(before + done, len(keys)) if progress else None
