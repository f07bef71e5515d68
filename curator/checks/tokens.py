"""Records as the project's model gets them: too long, with nothing to learn, or in tokens that it hardly knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from curator.checks.base import Check, Context, Inspector, Profile, Tokens
from curator.checks.item import Item
from curator.checks.lengths import Usual, usual
from curator.records import KINDS, Kind
from curator.store.findings import Finding, Severity

_ANSWERING: tuple[Kind, ...] = ("instruction", "classification")
_LAYOUT = ("model", "system", "train.label_codes", "labels")
Judge = Callable[[Context, Profile, Item, Tokens], tuple[str, float] | None]
"""What is to be said of a record, and how strong it is; None for nothing."""


def _check(
    check_id: str,
    title: str,
    harm: str,
    severity: Severity,
    judge: Judge,
    kinds: tuple[Kind, ...] = _ANSWERING,
    settings: tuple[str, ...] = (),
    profile: Callable[[Context], Profile] | None = None,
    place: str = "",
) -> Check:
    def inspect(context: Context, learned: Profile) -> Inspector:
        def look(item: Item) -> Iterable[Finding]:
            tokens = _of(context, item)
            said = None if tokens is None else judge(context, learned, item, tokens)
            if said is not None:
                yield check.finding(item, said[0], place, score=said[1])

        return look

    check = Check(
        check_id,
        title,
        harm,
        severity,
        inspect,
        profile=profile,
        kinds=kinds,
        settings=(*_LAYOUT, *settings),
        needs="tokenizer",
    )
    return check


def _of(context: Context, item: Item) -> Tokens | None:
    """The lengths of a record, worked out once for all checks."""
    if "tokens" not in item.notes:
        item.notes["tokens"] = context.tokens([item])[0]
    found: Tokens | None = item.notes["tokens"]
    return found


def _too_long(context: Context, _: Profile, __: Item, tokens: Tokens) -> tuple[str, float] | None:
    limit, length = context.limit(), tokens.prompt + tokens.learned
    over = length - limit
    if over <= 0:
        return None
    lost = min(over, tokens.learned)
    told = (
        f"{length:,} tokens, {over:,} more than the {limit:,} of a row: it is left out of training. A trainer that "
        f"cuts would lose {'all' if lost == tokens.learned else f'{lost:,} of the'} {tokens.learned:,} tokens of its "
        "answer"
    )
    return told, float(over)


def _empty(_: Context, __: Profile, ___: Item, tokens: Tokens) -> tuple[str, float] | None:
    if tokens.learned > 1:
        return None
    return "nothing but the end token is learned from it", 1.0


def _unknown(context: Context, _: Profile, __: Item, tokens: Tokens) -> tuple[str, float] | None:
    if tokens.unknown < context.settings.unknown_tokens:
        return None
    told = f"the model spells {tokens.unknown:.0%} of it in single bytes or unknown tokens"
    return told, round(tokens.unknown, 4)


def _answer_lengths(context: Context) -> Profile:
    found = context.tokens(context.sample())
    return usual([tokens.learned for tokens in found if tokens is not None])


def _odd_answer(context: Context, profile: Profile, _: Item, tokens: Tokens) -> tuple[str, float] | None:
    if profile is None:
        return None
    deviation = Usual(*profile).deviation(tokens.learned)
    if abs(deviation) < context.settings.length:
        return None
    short = "short" if deviation < 0 else "long"
    return f"a very {short} answer: {tokens.learned:,} tokens", round(abs(deviation), 2)


NOTHING_TO_LEARN = _check(
    "nothing-to-learn",
    "No token of the answer is learned",
    "The row costs time and teaches nothing but to stop.",
    "error",
    _empty,
    place="answer",
)
TOO_LONG = _check(
    "over-length",
    "Longer than the longest row in tokens",
    "The row is left out; other trainers cut its answer without a word.",
    "warning",
    _too_long,
    settings=("train.max_length",),
)
UNKNOWN_TOKENS = _check(
    "unknown-tokens",
    "Text that the model's vocabulary hardly covers",
    "Many tokens for few words: slow to train, quick to fill the context, and weakly known to the model.",
    "info",
    _unknown,
    KINDS,
    ("checks.unknown_tokens",),
)
ANSWER_LENGTH = _check(
    "answer-length",
    "An answer much shorter or longer than the others",
    "Often cut, empty in all but name, or a paste of something else.",
    "info",
    _odd_answer,
    ("instruction",),
    ("checks.length",),
    _answer_lengths,
    place="answer",
)

CHECKS = (NOTHING_TO_LEARN, TOO_LONG, UNKNOWN_TOKENS, ANSWER_LENGTH)
