"""The text sources of the bundled base model: read, rendered, without repeats, split by content hash."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

BOS, END, PAD = "<|begin|>", "<|end|>", "<|pad|>"
ROLES = [f"<|{role}|>" for role in ("system", "user", "assistant")]
SPECIAL = [PAD, BOS, END, *ROLES]
MARKS = re.compile("|".join(map(re.escape, SPECIAL)))
SPEAKERS = {"human": "user", "gpt": "assistant", "system": "system", "user": "user", "char": "assistant"}
HELD_OUT_ONE_IN, PIECE_CHARS = 50, 2000
FLAT = (
    "gsm8k_alpaca/gsm_8k_train.json",
    "gpteacher_toolformer_dedup/toolformer-similarity-0.7-dataset.json",
    "llamafactory_alpaca/alpaca_en_demo.json",
    "rulm_ru_answers/gen_example.json",
    "rulm_ru_answers/gen100.jsonl",
)


class Document(NamedTuple):
    """One rendered text with its language."""

    text: str
    language: str


def digest(text: str) -> int:
    """A number that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])


def chat(turns: Iterable[tuple[str, str]]) -> str:
    """Turns (role, content) as the chat template writes them."""
    return BOS + "".join(f"<|{role}|>{content.strip()}{END}" for role, content in turns)


def raw(text: str) -> str:
    """A plain document."""
    return BOS + text.strip() + END


def short(text: str) -> str:
    """A short text: by its hash either plain or as a user's turn, so that both are known."""
    return raw(text) if digest(text) // 64 % 2 else chat([("user", text)])


def pair(row: dict[str, Any]) -> str:
    """An instruction row as one exchange."""
    parts = (row["instruction"].strip(), (row.get("input") or "").strip())
    question = "\n\n".join(part for part in parts if part)
    return chat([("user", question), ("assistant", str(row["output"]))])


def read(path: Path) -> str:
    """Text of a file whose encoding is UTF-8 or an old one-byte code page."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251" if "ruslit" in str(path) else "cp1252", errors="ignore")


def rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSON or JSON-lines file."""
    if path.suffix == ".json":
        return list(json.loads(read(path)))
    return [json.loads(line) for line in read(path).split("\n") if line.strip()]


def pieces(text: str) -> Iterator[str]:
    """A long text cut at line ends into passages of about PIECE_CHARS characters."""
    kept: list[str] = []
    for line in text.replace("\r", "").split("\n"):
        kept.append(line.rstrip())
        if sum(map(len, kept)) >= PIECE_CHARS:
            yield "\n".join(kept)
            kept = []
    yield "\n".join(kept)


def instruction_texts(data: Path) -> Iterator[str]:
    """Rows with an instruction and an answer."""
    for name in FLAT:
        yield from map(pair, rows(data / name))
    for name in ("self_instruct/seed_tasks.jsonl", "rulm_ru_seed/ru_alpaca_seed_tasks.jsonl"):
        for row in rows(data / name):
            yield from (
                pair({"instruction": row["instruction"], **instance}) for instance in row["instances"]
            )


def chat_texts(data: Path) -> Iterator[str]:
    """Conversations; those with tool calls are left out."""
    for row in rows(data / "llamafactory_sharegpt/glaive_toolcall_en_demo.json"):
        if all(turn["from"] in SPEAKERS for turn in row["conversations"]):
            yield chat((SPEAKERS[turn["from"]], turn["value"]) for turn in row["conversations"])
    for row in rows(data / "llamafactory_preference/dpo_en_demo.json"):
        yield chat((SPEAKERS[turn["from"]], turn["value"]) for turn in [*row["conversations"], row["chosen"]])
    for name in ("ru_chargen_seed.jsonl", "en_chargen_seed.jsonl"):
        for row in rows(data / "rulm_ru_seed" / name):
            turns = [(SPEAKERS[turn["role"]], turn["content"]) for turn in row["example_dialogue"]]
            yield chat([("system", row["context"]), *turns])


def short_texts(data: Path) -> Iterator[str]:
    """Single sentences and messages, without their labels."""
    intents = json.loads(read(data / "clinc150/data_full.json"))
    yield from (text for name in ("train", "oos_train") for text, _ in intents[name])
    with (data / "sms_spam/spam.csv").open(encoding="latin-1", newline="") as file:
        yield from (row[1] for row in list(csv.reader(file))[1:])
    with (data / "rucola/in_domain_train.csv").open(encoding="utf-8", newline="") as file:
        yield from (row["sentence"] for row in csv.DictReader(file))
    for pattern in ("custrev.*", "subj.*"):
        for path in sorted((data / "polarity_filepairs").glob(pattern)):
            yield from read(path).split("\n")
    for path in sorted((data / "prodigy_raw").glob("*.jsonl")):
        yield from (row["text"] for row in rows(path))


def raw_texts(data: Path) -> Iterator[str]:
    """Books, speeches and web pages, in passages."""
    books = [data / "tinyshakespeare/input.txt", *sorted((data / "nltk_inaugural").rglob("*.txt"))]
    books += [data / "nltk_udhr2/unpacked/udhr2/eng.txt", data / "nltk_udhr2/unpacked/udhr2/rus.txt"]
    books += [
        path for part in ("poems", "prose") for path in sorted((data / "ruslit_a" / part).rglob("*.txt"))
    ]
    for path in books:
        if not path.name.isupper():
            yield from pieces(read(path))
    for row in rows(data / "llamafactory_pretrain/c4_demo.jsonl"):
        yield from pieces(row["text"])
    for row in rows(data / "prodigy_textcat/annotated_reddit-INSULT-textcat.jsonl"):
        # Comments marked as insults would only teach a demonstration model to be rude.
        if row["answer"] == "reject":
            yield row["text"]


def language(text: str) -> str:
    """Russian if Cyrillic letters outnumber Latin ones."""
    return "ru" if len(re.findall("[а-яё]", text, re.I)) > len(re.findall("[a-z]", text, re.I)) else "en"


def documents(data: Path) -> tuple[list[Document], list[Document]]:
    """All documents once each, split by content hash into (training, held out)."""
    texts = [*instruction_texts(data), *chat_texts(data)]
    texts += [short(text) for text in short_texts(data)] + [raw(text) for text in raw_texts(data)]
    unique = dict.fromkeys(text for text in texts if MARKS.sub("", text).strip())
    # A few rows are Chinese or Japanese: too few to learn from, enough to waste the vocabulary.
    kept = [text for text in unique if not re.search("[\u3040-\u30ff\u4e00-\u9fff]", text)]
    found = [Document(text, language(MARKS.sub("", text))) for text in kept]
    held_out = [document for document in found if digest(document.text) % HELD_OUT_ONE_IN == 0]
    training = [document for document in found if digest(document.text) % HELD_OUT_ONE_IN]
    return training, held_out
