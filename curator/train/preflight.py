"""What is checked on the tokens themselves before the first step, and the record of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from curator.errors import CuratorError
from curator.files import write_atomically
from curator.records import Frozen, Row, WindowRow, all_text, input_text, kind_of
from curator.text import digest, normalised
from curator.train.args import PREFLIGHT, REPLAY, DroppedRow, Origin, Proof, Sample
from curator.train.models.tokenizer import special_ids
from curator.train.rows.batch import Item, Rows
from curator.train.rows.render import Renderer

_SAMPLES = 3
_NAMED = 5

_LEAK_WORDS = 13
"""Windows that are shorter are alike by nature; 13 words in a row are hardly ever (the rule of GPT-3's authors)."""


class Side(Frozen):
    """Counts of one file."""

    rows: int
    """Rows used."""
    tokens: int
    """Their tokens."""
    learned: int
    """Those of their tokens that are learned."""
    longest: int
    """Tokens of the longest row."""
    dropped: tuple[DroppedRow, ...]
    """Rows left out for their length."""


class Preflight(Frozen):
    """preflight.json: what is going to be trained on."""

    limit: int
    """Longest row that is used, in tokens."""
    train: Side
    """The training rows."""
    validation: Side
    """The validation rows."""
    control_tokens: tuple[str, ...]
    """Training rows whose own text spells one of the model's control tokens, which it will be taken for."""
    samples: tuple[Sample, ...]
    """The first training rows, rendered; of each further place that they come from, one."""
    origins: tuple[Origin, ...] = ()
    """Where the training rows come from."""
    replay: tuple[str, ...] = ()
    """Ids of the general examples among them: their lines in the file that they come from."""
    codes: dict[str, str] = {}
    """Label to the code that it is learned as."""
    model: Proof | None = None
    """What the loaded model has shown; not known before it is loaded."""


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


def write(run_dir: Path, found: Preflight) -> None:
    """Write preflight.json.

    Raises:
        CuratorError: the disk does not want it.
    """
    write_atomically(
        run_dir / PREFLIGHT, found.model_dump_json(indent=2) + "\n", "write the pre-flight record"
    )


def add_proof(run_dir: Path, proof: Proof) -> None:
    """Note in preflight.json what the loaded model has shown.

    Raises:
        CuratorError: the disk does not want it.
    """
    path = run_dir / PREFLIGHT
    found = Preflight.model_validate_json(path.read_bytes()).model_copy(update={"model": proof})
    write_atomically(path, found.model_dump_json(indent=2) + "\n", "write the pre-flight record")


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
