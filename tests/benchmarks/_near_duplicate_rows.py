"""Rows to look for near-duplicates in: real examples, and copies of them with few or many words changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.shared_data import SHARED

ROOT = Path(__file__).parents[2]
REAL = (
    "stanford_alpaca_5000/*.json",
    "gsm8k_alpaca/*.json",
    "gpteacher_toolformer_dedup/toolformer-dedupe-only-dataset.json",
    "llamafactory_alpaca/*.json",
    "oaast_sft_zh/*.json",
    "rulm_ru_answers/*.json*",
)
LIGHT, HEAVY = 0.06, 0.55
"""The largest share of words changed in a light copy, and the share changed in a heavy one."""
NEAR = 50
"""New words come from texts at most about this far away, most of them of the same kind and language."""


def real() -> list[str]:
    """The texts of real examples, each once; the lines of the bundled samples where the public data is missing."""
    paths = [path for pattern in REAL for path in sorted(SHARED.glob(pattern))]
    found = [text for path in paths for text in texts(path)] or list(sample_lines())
    return list(dict.fromkeys(text for text in found if text.strip()))


def sample_lines() -> Iterator[str]:
    for path in sorted((ROOT / "samples").glob("*/*.*")):
        if path.suffix in (".txt", ".csv", ".jsonl"):
            yield from path.read_text(encoding="utf-8", errors="replace").splitlines()


def texts(path: Path) -> Iterator[str]:
    content = path.read_text(encoding="utf-8")
    rows = json.loads(content) if path.suffix == ".json" else map(json.loads, content.splitlines())
    for row in rows:
        yield "\n".join(value for value in row.values() if isinstance(value, str))


def light(words: list[str], pool: list[str], random: np.random.Generator) -> str:
    """A copy with up to 6 % of its words replaced, left out or doubled, or in other case or punctuation."""
    copy = list(words)
    for place in random.integers(0, len(words), int(random.uniform(0, LIGHT) * len(words) + 0.5)).tolist():
        word = copy[place]
        copy[place] = (pool[random.integers(len(pool))], "", f"{word} {word}")[random.integers(3)]
    text = " ".join(copy)
    return (text, text.upper(), text.replace(",", ""), text + "!")[random.integers(4)]


def heavy(words: list[str], pool: list[str], random: np.random.Generator) -> str:
    """A copy with 55 % of its words replaced: the same subject, another text."""
    changed = random.random(len(words)) < HEAVY
    others = random.integers(0, len(pool), len(words)).tolist()
    return " ".join(
        pool[other] if new else word for word, other, new in zip(words, others, changed.tolist(), strict=True)
    )


def rows(count: int, seed: int = 1) -> list[str]:
    """`count` texts: the real ones, then copies of each in turn, two light ones to seven heavy ones."""
    random = np.random.default_rng(seed)
    found = real()
    split = [text.split() for text in found]
    pools = [
        [word for words in split[max(0, n - NEAR) : n + NEAR] for word in words]
        for n in range(0, len(split), NEAR)
    ]
    found = found[:count]
    makers = (heavy, heavy, heavy, light, heavy, heavy, light, heavy, heavy)
    turn = 0
    while len(found) < count:
        for number, words in enumerate(split[: count - len(found)]):
            found.append(makers[(turn + number) % len(makers)](words, pools[number // NEAR], random))
        turn += 1
    return [found[place] for place in random.permutation(count).tolist()]
