"""Short exercises that teach the base model to say something about a message: its intent, or its rarest words."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpus import FLAT, MARKS, Document, chat, documents, language, raw_texts, read, rows, short_texts

WORD = re.compile(r"[^\W\d_]{3,}")
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
SHORTEST, LONGEST, COMMON, KEYWORDS = 40, 300, 4, 2


def labelled(data: Path) -> Iterator[tuple[str, str]]:
    """Messages with the intent, tone or kind that people gave them; training halves only."""
    for text, intent in json.loads(read(data / "clinc150/data_full.json"))["train"]:
        yield text, intent.replace("_", " ")
    with (data / "sms_spam/spam.csv").open(encoding="latin-1", newline="") as file:
        yield from ((row[1], row[0]) for row in list(csv.reader(file))[1:])
    for pattern, label in (("custrev.pos*", "positive"), ("custrev.neg*", "negative"), ("subj.*", "")):
        for path in sorted((data / "polarity_filepairs").glob(pattern)):
            yield from (
                (line, label or path.suffix.lstrip(".")) for line in read(path).split("\n") if line.strip()
            )


def sentences(data: Path) -> list[str]:
    """Every sentence of a handy length, once."""
    texts = [*raw_texts(data), *short_texts(data)]
    texts += [row["instruction"] for name in FLAT[:2] for row in rows(data / name)]
    cut = (piece.strip() for text in texts for piece in SENTENCE_END.split(text))
    return list(dict.fromkeys(piece for piece in cut if SHORTEST <= len(piece) <= LONGEST))


def keywords(found: list[str]) -> Iterator[tuple[str, str]]:
    """Sentences with their rarest words, as long as other sentences have them too."""
    counts = Counter(word for text in found for word in set(WORD.findall(text.lower())))
    for text in found:
        known = [word for word in dict.fromkeys(WORD.findall(text.lower())) if counts[word] >= COMMON]
        if len(known) > KEYWORDS:
            yield text, ", ".join(sorted(known, key=counts.__getitem__)[:KEYWORDS])


def hidden(data: Path) -> set[str]:
    """Every held-out text, whole and by sentence."""
    texts = [MARKS.sub("\n", document.text).strip() for document in documents(data)[1]]
    return {piece.strip() for text in texts for piece in (text, *SENTENCE_END.split(text))}


def exercises(data: Path) -> list[Document]:
    """All exercises as exchanges; those about a held-out text stay out."""
    secret = hidden(data)
    pairs = [*labelled(data), *keywords(sentences(data))]
    kept = [pair for pair in pairs if pair[0].strip() not in secret]
    return [Document(chat([("user", text), ("assistant", label)]), language(text)) for text, label in kept]
