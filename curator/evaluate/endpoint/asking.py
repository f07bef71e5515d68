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

_ROOM_FOR_THOUGHTS = 4096
"""Tokens for the answer of one word of a model that thinks before it answers."""

_WORD_TOKENS = 64
"""Longest answer of one word, such as a label."""
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


Answered = tuple[Question, Reply]


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


def ask_for_words(
    endpoint: Endpoint,
    turns: Sequence[tuple[str, Turns]],
    kept: KeptReplies,
    progress: Progress | None = None,
) -> tuple[list[Reply], dict[str, Any]]:
    """The reply to each question that wants one word, and what they took.

    Whoever has thought up to the limit and said nothing is asked again, with room for thoughts. `turns` are ids of rows
    with the conversations that are asked.

    Raises:
        CuratorError: the endpoint cannot be asked, or refuses every question.
    """
    questions = [Question(row, turn, _WORD_TOKENS) for row, turn in turns]
    replies = ask_all(endpoint, questions, kept, progress)
    taken = [*zip(questions, replies, strict=True)]
    thinking = [place for place, reply in enumerate(replies) if reply.cut and not reply.text]
    if thinking:
        again = [questions[place]._replace(max_tokens=_ROOM_FOR_THOUGHTS) for place in thinking]
        at_length = ask_all(endpoint, again, kept, progress)
        taken += zip(again, at_length, strict=True)
        for place, reply in zip(thinking, at_length, strict=True):
            replies[place] = reply
    return replies, usage(endpoint, taken)


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


def usage(endpoint: Endpoint, answered: Sequence[Answered]) -> dict[str, Any]:
    """What some replies took: answers, tokens, and what they cost where that is known; rows that were refused.

    Rows that ask the same are asked once.
    """
    paid = {
        key_of(endpoint, question.turns, question.max_tokens): reply
        for question, reply in answered
        if not reply.refused
    }.values()
    found: dict[str, Any] = {
        "requests": len(paid),
        "refused": sum(bool(reply.refused) for _, reply in answered),
    }
    read, written = (
        [getattr(reply, f"{what}_tokens") for reply in paid] for what in ("prompt", "completion")
    )
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
