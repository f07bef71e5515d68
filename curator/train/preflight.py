"""What is checked on the tokens themselves before the first step, and what of it is put on record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any

from curator.errors import CuratorError
from curator.records import Row, WindowRow, all_text, input_text, kind_of
from curator.text import digest, normalised
from curator.train.args import REPLAY, Origin, Sample
from curator.train.models.tokenizer import special_ids
from curator.train.preflight_record import Preflight, Side
from curator.train.rows.batch import Item, Rows
from curator.train.rows.render import Renderer

_SAMPLES = 3
_NAMED = 5

_LEAK_WORDS = 13
"""Windows that are shorter are alike by nature; 13 words in a row are hardly ever (the rule of GPT-3's authors)."""


def check(train: Rows, validation: Rows, renderer: Renderer, vocabulary: int) -> None:
    """Every row that is used teaches what it should.

    Raises:
        CuratorError: a row has two BOS, no learned token, no learned end token, or a token unknown to the model.
    """
    items = (*train.items, *validation.items)
    bos = renderer.bos_id

    def doubled(item: Item) -> bool:
        return bos is not None and item.rendered.ids[:2] == (bos, bos)

    _refuse(
        items, doubled, "begin with two BOS tokens", "Mend the chat template, or the text that spells one."
    )
    _refuse(items, _teaches_nothing, "have no learned token", "Give them an answer, or remove them.")
    _refuse(
        items,
        lambda item: max(item.rendered.ids) >= vocabulary,
        f"have tokens beyond the {vocabulary:,} that the model knows",
        "Use the tokenizer that belongs to the model.",
    )
    if renderer.kind != "text":
        _refuse(
            items,
            lambda item: item.rendered.ids[-1] not in renderer.end_ids,
            "do not teach the model to stop",
            "Mend the chat template: an answer must close with an end token.",
        )


def refuse_leaks(learned: Iterable[Row], test: Iterable[Row], remedy: str) -> None:
    """No test row stands among the rows that are learned from or chosen by, whatever their kinds.

    Raises:
        CuratorError: one does; both ids are named.
    """
    known = {key: row.id for row in learned if (key := _leak_key(row))}
    pairs = [(row.id, known[key]) for row in test if (key := _leak_key(row)) in known]
    if pairs:
        named = ", ".join(f"{left} = {right}" for left, right in pairs[:_NAMED])
        raise CuratorError(
            f"{len(pairs)} test rows stand in the training data too (test = train: {named}); the score would be "
            "worth nothing.",
            remedy,
        )


def describe(
    rows: Sequence[Row],
    train: Rows,
    validation: Rows,
    renderer: Renderer,
    limit: int,
    origins: Sequence[Origin],
) -> Preflight:
    """What is known of the rows of a run before its model is loaded.

    Args:
        rows: The training rows that are used, as they were read.
        train: Those that fit, as often as they are drawn.
        validation: The validation rows that fit.
        renderer: Lays out the run's own rows.
        limit: Longest row that is used, in tokens.
        origins: Where the training rows come from.
    """
    return Preflight(
        limit=limit,
        train=_side(train),
        validation=_side(validation),
        control_tokens=tuple(_spelling_control_tokens(rows, renderer.tokenizer)),
        samples=tuple(_sample(item, renderer.tokenizer) for item in _first(train.items, origins)),
        origins=tuple(origins),
        replay=tuple(item.id for item in train.items if item.id.startswith(f"{REPLAY}-")),
        codes={} if renderer.codes is None else renderer.codes.by_label,
    )


def _refuse(items: Sequence[Item], wrong: Callable[[Item], bool], what: str, remedy: str) -> None:
    ids = [item.id for item in items if wrong(item)]
    if ids:
        more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
        raise CuratorError(f"Rows {', '.join(ids[:_NAMED])}{more} {what}.", remedy)


def _teaches_nothing(item: Item) -> bool:
    return item.rendered.prompt_length >= len(item.rendered.ids)


def _leak_key(row: Row) -> str:
    if isinstance(row, WindowRow):
        return digest(normalised(row.text)) if len(row.text.split()) >= _LEAK_WORDS else ""
    return digest(normalised(input_text(kind_of(row), row.model_dump())))


def _side(rows: Rows) -> Side:
    return Side(
        rows=len(rows),
        tokens=sum(rows.lengths),
        learned=rows.trained_tokens,
        longest=max(rows.lengths, default=0),
        dropped=rows.dropped,
    )


def _first(items: Sequence[Item], origins: Sequence[Origin]) -> list[Item]:
    """The first rows of the first place, and one of each other."""
    sizes = [origin.rows for origin in origins]
    starts = accumulate(sizes[:-1])
    own = sizes[0] if sizes else len(items)
    return [
        *items[: min(_SAMPLES, own)],
        *(items[start] for start, size in zip(starts, sizes[1:], strict=True) if size),
    ]


def _sample(item: Item, tokenizer: Any) -> Sample:
    ids, length = list(item.rendered.ids), item.rendered.prompt_length
    return Sample(id=item.id, given=tokenizer.decode(ids[:length]), learned=tokenizer.decode(ids[length:]))


def _spelling_control_tokens(rows: Sequence[Row], tokenizer: Any) -> list[str]:
    names = [re.escape(name) for name in tokenizer.convert_ids_to_tokens(sorted(special_ids(tokenizer)))]
    pattern = re.compile("|".join(names))
    return [row.id for row in rows if any(pattern.search(text) for text in all_text(row.model_dump()))]
