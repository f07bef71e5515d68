"""A tokenizer as llama.cpp wants it: tokens with their types, and what says which of them are joined first.

llama.cpp has tokenizers of its own. Two of them are meant here: `gpt2` joins bytes by a list of merges, after a
division of the text that it knows by name; `llama` does as SentencePiece does and joins what has the highest score
(https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp). A tokenizer that is neither is refused: it
would cut texts otherwise than in training, without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from gguf import TokenType

from curator.errors import CuratorError
from curator.train.models.tokenizer import special_ids
from curator.train.rows.render import Renderer

_BYTE = re.compile("<0x[0-9A-F]{2}>")
_BLANK = "\u2581"
"""What stands for a blank in SentencePiece."""
_PLAIN_BLANK = {"String": " "}
"""A step's pattern for a blank that nothing stands for yet."""
_LAST = -1e9
"""Score of a token that no merge makes."""

_GPT2 = ("ByteLevel", False, True)
_BYTES = ("ByteLevel", False, False)
_LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_QWEN2 = _LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
_DIVISIONS: Mapping[tuple[Any, ...], str] = {
    (False, _GPT2): "gpt-2",
    (False, ("Digits", True), _GPT2): "smollm",
    (True, ("Split", _LLAMA3, "Isolated", False), _BYTES): "llama-bpe",
    (False, ("Split", _QWEN2, "Isolated", False), _BYTES): "qwen2",
}
"""Whether whole words of the vocabulary go before merges, and the steps that divide a text, to llama.cpp's name."""
_FACTS = {
    "ByteLevel": ("add_prefix_space", "use_regex"),
    "Digits": ("individual_digits",),
    "Split": ("pattern", "behavior", "invert"),
}


class Vocabulary(NamedTuple):
    """The tokens of a model and how texts are cut into them."""

    model: str
    """llama.cpp's tokenizer: `gpt2` or `llama`."""
    division: str
    """Its name for how a text is divided before tokens are joined; `default` for `llama`."""
    tokens: tuple[str, ...]
    """By id, as many as the model has embeddings."""
    types: tuple[int, ...]
    """gguf.TokenType of each."""
    merges: tuple[str, ...] = ()
    """Pairs to join, the first first; only of `gpt2`."""
    scores: tuple[float, ...] = ()
    """Tokens with higher ones are made first; only of `llama`."""


def vocabulary_of(tokenizer: Any, size: int) -> Vocabulary:
    """The vocabulary of a tokenizer, filled up to `size` tokens, the rows of the model's embedding.

    Raises:
        CuratorError: llama.cpp has no tokenizer that does the same, or the model has fewer embeddings than tokens.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise _other("it has no tokenizer.json")
    found = json.loads(tokenizer.backend_tokenizer.to_str())
    if found["model"]["type"] != "BPE":
        raise _other(f"it is of the type {found['model']['type']}")
    if len(tokenizer) > size:
        raise CuratorError(
            f"The tokenizer has {len(tokenizer):,} tokens, the model {size:,}.",
            "Use the tokenizer that belongs to the model.",
        )
    tokens = _tokens(tokenizer, size)
    types = tuple(_types(tokenizer, tokens))
    if found["model"]["byte_fallback"]:
        return _by_scores(found, tokens, types)
    return _by_merges(found, tokens, types)


def begins_with_blank(renderer: Renderer) -> bool:
    """Whether a blank is put before the first word of a prompt, as SentencePiece does."""
    tokenizer = renderer.tokenizer
    text = "x" if renderer.kind == "text" else renderer.prompt_text([{"role": "user", "content": "x"}])
    control = special_ids(tokenizer)
    ids = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    while ids and ids[0] in control:
        text = text.removeprefix(tokenizer.convert_ids_to_tokens(ids[0]))
        ids = ids[1:]
    first = tokenizer.convert_ids_to_tokens(ids[:1])
    return bool(first and first[0].startswith(_BLANK) and not text.startswith(" "))


def _tokens(tokenizer: Any, size: int) -> tuple[str, ...]:
    named = {index: token for token, index in tokenizer.get_vocab().items()}
    return tuple(named.get(index, f"[PAD{index}]") for index in range(size))


def _types(tokenizer: Any, tokens: tuple[str, ...]) -> list[int]:
    known, control, added = set(tokenizer.get_vocab()), special_ids(tokenizer), tokenizer.added_tokens_decoder
    found = []
    for index, token in enumerate(tokens):
        if token not in known:
            kind = TokenType.UNUSED
        elif token == tokenizer.unk_token:
            kind = TokenType.UNKNOWN
        elif index in control:
            kind = TokenType.CONTROL
        elif index in added:
            kind = TokenType.USER_DEFINED
        else:
            kind = TokenType.BYTE if _BYTE.fullmatch(token) else TokenType.NORMAL
        found.append(int(kind))
    return found


def _by_merges(found: Mapping[str, Any], tokens: tuple[str, ...], types: tuple[int, ...]) -> Vocabulary:
    steps = tuple(_step(step) for step in _flat(found["pre_tokenizer"], "pretokenizers"))
    division = _DIVISIONS.get((bool(found["model"]["ignore_merges"]), *steps))
    if division is None:
        raise _other("it divides texts in a way of its own")
    # Texts that are not composed already are rare; llama.cpp's own converter leaves this step out as well.
    if any(step["type"] != "NFC" for step in _flat(found["normalizer"], "normalizers")):
        raise _other("it rewrites texts before it cuts them")
    merges = tuple(" ".join(pair) for pair in found["model"]["merges"])
    return Vocabulary("gpt2", division, tokens, types, merges=merges)


def _by_scores(found: Mapping[str, Any], tokens: tuple[str, ...], types: tuple[int, ...]) -> Vocabulary:
    """The score of a token is how late the list of merges makes it: both orders are the same then."""
    rewriting = _flat(found["normalizer"], "normalizers")
    dividing = _flat(found["pre_tokenizer"], "pretokenizers")
    if any(step["type"] == "Replace" for step in rewriting):
        # Gemma divides at blanks of which none is left by then.
        dividing = [step for step in dividing if step.get("pattern") != _PLAIN_BLANK]
    steps = [*rewriting, *dividing]
    if not steps or not all(_marks_blanks(step) for step in steps):
        raise _other("it rewrites or divides texts in a way of its own")
    made: dict[str, int] = {}
    for rank, pair in enumerate(found["model"]["merges"]):
        made.setdefault("".join(pair), rank)
    scores = tuple(-float(made[token]) if token in made else _LAST for token in tokens)
    return Vocabulary("llama", "default", tokens, types, scores=scores)


def _marks_blanks(step: Mapping[str, Any]) -> bool:
    if step["type"] == "Replace":
        return bool(step["pattern"] == _PLAIN_BLANK and step["content"] == _BLANK)
    if step["type"] == "Metaspace":
        return bool(step["replacement"] == _BLANK and not step.get("split"))
    return bool(step["type"] == "Prepend" and step["prepend"] == _BLANK)


def _flat(step: Mapping[str, Any] | None, inner: str) -> list[Mapping[str, Any]]:
    if step is None:
        return []
    return (
        [part for one in step[inner] for part in _flat(one, inner)] if step["type"] == "Sequence" else [step]
    )


def _step(step: Mapping[str, Any]) -> tuple[Any, ...]:
    facts = [step.get(name) for name in _FACTS.get(step["type"], ())]
    return (step["type"], *(next(iter(fact.values())) if isinstance(fact, dict) else fact for fact in facts))


def _other(reason: str) -> CuratorError:
    return CuratorError(
        f"llama.cpp has no tokenizer that does as this model's does: {reason}.",
        "Try llama.cpp's own converter: curator merge, then python convert_hf_to_gguf.py MERGED_FOLDER.",
    )
