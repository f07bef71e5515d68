"""What the detectors cost and how often they cry wolf: clean real data, every detector, microseconds a text."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import cycle, islice

from curator.checks.detectors import privacy, secrets
from curator.checks.detectors.language import Languages
from tests.shared_data import SHARED

DETECTORS = (
    "mojibake", "controls", "invisible", "bidi", "unicode_form", "lookalikes", "html_remains", "bracket_markup",
    "fences", "placeholders", "end_markers", "formula", "loops", "refusals", "injection", "privacy", "secrets",
    "cut_off", "echoes",
)  # fmt: skip
ROWS = 100_000
Row = tuple[str, ...]
"""The texts of a row; of an instruction its prompt, its input and its answer."""

PLAIN = [
    re.compile(pattern)
    for pattern in (
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
        r"\+[1-9](?:[ ().-]{0,2}\d){7,14}",
        r"\b[78][ -]?\(?[3489]\d\d\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d\b",
        r"(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b",
        r"\b1[3-9]\d[ -]?\d{4}[ -]?\d{4}\b",
        r"\b(?:\d{4}[ -]?){3}\d{1,7}\b",
        r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b",
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
        r"\b(?:[0-9a-fA-F]{1,4}:{1,2}){3,7}[0-9a-fA-F]{1,4}\b",
        r"\b\d{3}-\d{3}-\d{3}[ -]\d\d\b",
        r"\b\d\d ?\d\d[ №-]{0,3}\d{6}\b",
        r"\b[1-9]\d{16}[\dXx]\b",
        r"\b\d{3}-\d\d-\d{4}\b",
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}",
        r"\bsk-[A-Za-z0-9_-]{20,}|\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
        r"\bAIza[A-Za-z0-9_-]{35}",
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY",
        r"(?i)(?:api[ _-]?key|secret|token|passw(?:or)?d|пароль|ключ|密码|密钥)[\"']?\s*[:=：]\s*[\"']?\S{8,}",
    )
]


def _json_rows(path: str) -> list[Row]:
    rows = json.loads((SHARED / path).read_text(encoding="utf-8"))
    return [tuple(str(row.get(name) or "") for name in ("instruction", "input", "output")) for row in rows]


def _csv_rows(path: str, column: str) -> list[Row]:
    with (SHARED / path).open(encoding="utf-8", newline="") as file:
        return [(row[column],) for row in csv.DictReader(file)]


def _paragraphs(pattern: str) -> list[Row]:
    texts = (path.read_text(encoding="utf-8") for path in sorted(SHARED.glob(pattern)))
    return [(part,) for text in texts for part in re.split(r"\n\s*\n", text) if part.strip()]


def sets() -> dict[str, list[Row]]:
    """The clean sets by name."""
    return {
        "gsm8k": _json_rows("gsm8k_alpaca/gsm_8k_train.json"),
        "rucola": _csv_rows("rucola/in_domain_train.csv", "sentence"),
        "shakespeare": _paragraphs("tinyshakespeare/input.txt"),
        "ruslit": _paragraphs("ruslit_a/*/*/*.txt"),
        "banking77": _csv_rows("banking77/train.csv", "text"),
        "alpaca": _json_rows("stanford_alpaca_5000/alpaca_5000.json"),
        "oaast_zh": _json_rows("oaast_sft_zh/oaast_sft_zh.json"),
    }


def finder(name: str) -> Callable[[Row], bool]:
    """Whether a detector finds something in a row, given what it is meant to look at."""
    spans = import_module(f"curator.checks.detectors.{name}").spans
    if name == "cut_off":
        return lambda row: any(spans(row[-1]))
    if name == "echoes":
        return lambda row: len(row) == 3 and any(spans(row[2], f"{row[0]}\n{row[1]}".strip()))
    if name == "html_remains":
        return lambda row: any(
            any(spans(text, "\n".join(row[:index]))) for index, text in enumerate(row) if text
        )
    return lambda row: any(any(spans(text)) for text in row if text)


def measured(find: Callable[[Row], bool], rows: list[Row]) -> tuple[int, float]:
    """Rows found and the better of two times in seconds of processor time."""
    times = []
    for _ in range(2):
        started = time.process_time()
        found = sum(map(find, rows))
        times.append(time.process_time() - started)
    return found, min(times)


def language_finder(rows: list[Row]) -> Callable[[Row], bool]:
    """Whether a row is in a language that is odd in its set; the set is read when this is called."""
    languages = Languages("\n".join(row) for row in rows)
    return lambda row: languages.odd("\n".join(row)) is not None


def table(data: dict[str, list[Row]]) -> None:
    """Share of rows found and microseconds a row, detector by detector."""
    print(f"{'found % | µs a row':18}" + "".join(f"{name:>15}" for name in data))
    print(f"{'rows':18}" + "".join(f"{len(rows):>15,}" for rows in data.values()))
    size = {name: sum(len(text) for row in rows for text in row) / len(rows) for name, rows in data.items()}
    print(f"{'characters a row':18}" + "".join(f"{size[name]:>15.0f}" for name in data))
    total = dict.fromkeys(data, 0.0)
    for detector in (*DETECTORS, "language"):
        line = f"{detector:18}"
        for name, rows in data.items():
            find = language_finder(rows) if detector == "language" else finder(detector)
            found, seconds = measured(find, rows)
            total[name] += seconds / len(rows)
            line += f"{found / len(rows):>8.2%}{seconds / len(rows) * 1e6:>7.1f}"
        print(line, flush=True)
    print(f"{'all, µs a row':18}" + "".join(f"{total[name] * 1e6:>15.1f}" for name in data))


def mixed(data: dict[str, list[Row]]) -> Iterator[Row]:
    """Rows of all sets in turn, each set from its beginning when it ends."""
    return (row for group in zip(*(cycle(rows) for rows in data.values()), strict=True) for row in group)


def whole(data: dict[str, list[Row]]) -> None:
    """All detectors over 100,000 rows, and the anchored scan beside plain patterns."""
    rows = list(islice(mixed(data), ROWS))
    finders = [finder(name) for name in DETECTORS]
    started = time.process_time()
    for find in finders:
        sum(map(find, rows))
    sum(map(language_finder(rows), rows))
    megabytes = sum(len(text) for row in rows for text in row) / 1e6
    seconds = time.process_time() - started
    print(f"\n{len(finders) + 1} detectors, {ROWS:,} rows, {megabytes:.0f} M characters: {seconds:.1f} s")
    texts = [text for row in rows for text in row if text][:ROWS]
    _, anchored = measured(
        lambda row: bool(list(privacy.spans(row[0]))) | bool(list(secrets.spans(row[0]))),
        [(t,) for t in texts],
    )
    _, plain = measured(
        lambda row: sum(len(pattern.findall(row[0])) for pattern in PLAIN) > 0, [(t,) for t in texts]
    )
    print(
        f"privacy and secrets, {len(texts):,} texts: anchored {anchored:.2f} s, "
        f"{len(PLAIN)} plain patterns {plain:.2f} s, {plain / anchored:.1f} times as long"
    )


if __name__ == "__main__":
    if (SHARED / "INDEX.md").is_file():
        clean = sets()
        table(clean)
        whole(clean)
    else:
        print("needs the public data sets (CURATOR_DATA)")
