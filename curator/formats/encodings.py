"""Which encoding a text file is in: by its byte order mark, by being UTF-8 throughout, else by statistics."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import IO, NamedTuple

from curator.errors import CuratorError
from curator.formats.base import UTF8, Source
from curator.formats.wording import scripts_of, share_of_words

_CHUNK = 1 << 20
_HEAD = 1 << 16
_SAMPLE = 200_000
_WORDS = 5_000
"""Characters of the sample whose words are looked at."""
_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXT = ("idna", "punycode", "raw-unicode-escape")
_WIDE = ("utf-16", "utf-32")
_USUAL = (
    "cp1252", "cp1251", "koi8-r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "gb18030", "shift_jis", "euc_jp", "euc_kr", "big5",
)  # fmt: skip
"""What is considered where there is too little for statistics, the likeliest first."""
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-15": "cp1252", "cp1252": "iso8859-1", "iso8859-6": "cp1256",
    "iso8859-7": "cp1253", "iso8859-8": "cp1255", "iso8859-9": "cp1254", "tis-620": "cp874", "koi8-r": "koi8-u",
    "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
"""Encodings that read nearly the same bytes and some more."""
_ENOUGH = 6
"""From so many bytes beyond ASCII on, statistics are trusted: right 97 times in 100 on single words."""
_JSON_LOOKED_AT = 32 * 1024 * 1024
"""JSON is UTF-8 by its standard (RFC 8259, 8.1): so much of it decides, and a later row that is not is a reject."""
_FAR_BETTER = 0.3
_HIGH = bytes(range(0x80, 0x100))
_DECLARATION = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


class Encoding(NamedTuple):
    """An encoding and how sure it is."""

    name: str
    """As Python calls it, with the byte order named: `utf-16-le`, never `utf-16`."""
    confidence: float = 1.0
    """From 0 to 1; 1 when the user or a byte order mark names it, or all bytes are UTF-8."""


class _Census(NamedTuple):
    """The bytes of a file that is not UTF-8 throughout."""

    good: int
    """Sequences of more than one byte that are UTF-8."""
    broken: int
    """Bytes that belong to no sequence."""
    sample: bytes
    """Lines that are not ASCII."""


def find(source: Source, wanted: str = "") -> Encoding:
    """The encoding of a source: as the user says, or a byte order mark; UTF-8 if all of it is; else the likeliest.

    A file with too few foreign bytes to tell counts as UTF-8: its rows are rejected then, not garbled.

    Raises:
        CuratorError: `wanted` is no encoding.
    """
    with source.open() as stream:
        head = stream.read(_HEAD)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if wanted or marked:
        return Encoding(_named(wanted, marked, head) if wanted else marked)
    if wide := _wide(head):
        return Encoding(wide, 0.9)
    with source.open() as stream:
        valid, escaped = _is_utf8(stream, _JSON_LOOKED_AT if head.lstrip()[:1] in (b"{", b"[") else None)
    if not valid:
        return _guess(source)
    return _stateful(escaped)


def canonical(name: str) -> str:
    """Python's name of a text encoding in which lines can be told apart.

    Raises:
        CuratorError: there is no such encoding.
    """
    try:
        found = codecs.lookup(name).name.removesuffix("-sig")
        if found in _WIDE:
            return found
        if found in _NO_TEXT or len("\n".encode(found)) != len("a".encode(found)):
            raise LookupError(name)
    except (LookupError, UnicodeError, ValueError) as error:
        raise CuratorError(
            f"There is no encoding {name!r}.", "Try utf-8, utf-16, cp1251 or latin-1."
        ) from error
    return found


def _named(wanted: str, marked: str, head: bytes) -> str:
    """What the user says; UTF-16 and UTF-32 with the byte order that the file has."""
    name = canonical(wanted)
    if name not in _WIDE:
        return name
    return next((found for found in (marked, _wide(head)) if found.startswith(name)), f"{name}-le")


def _wide(head: bytes) -> str:
    """UTF-16 or UTF-32 without a byte order mark, by its zero bytes; empty when it is neither."""
    if b"\x00" not in head:
        return ""
    whole = head[: len(head) // 4 * 4] if len(head) == _HEAD else head
    likeliest = next(iter(_statistics(whole)), "")
    return likeliest if likeliest.startswith(_WIDE) else ""


def _is_utf8(stream: IO[bytes], limit: int | None) -> tuple[bool, bytes]:
    """Whether a stream is UTF-8, all of it or as many bytes as `limit` says.

    With it comes the first piece that escapes into East Asian letters.
    """
    decoder = codecs.getincrementaldecoder(UTF8)()
    escaped = b""
    try:
        while (limit is None or stream.tell() < limit) and (chunk := stream.read(_CHUNK)):
            if not escaped and (b"\x1b$" in chunk or b"~{" in chunk):
                escaped = chunk[:_SAMPLE]
            if decoder.getstate()[0] or not chunk.isascii():
                decoder.decode(chunk)
        decoder.decode(b"", final=limit is None)
    except UnicodeDecodeError:
        return False, b""
    return True, escaped


def _stateful(escaped: bytes) -> Encoding:
    """UTF-8, or ISO-2022 or HZ if that is what the escapes are for."""
    likeliest = next(iter(_statistics(escaped)), "") if escaped else ""
    if likeliest.startswith(("iso2022", "hz")) and _read(escaped, likeliest) is not None:
        return Encoding(likeliest, 0.9)
    return Encoding(UTF8)


def _guess(source: Source) -> Encoding:
    with source.open() as stream:
        census = _census(stream)
    if census.good >= census.broken:
        return Encoding(UTF8, census.good / (census.good + census.broken))
    sample = census.sample
    count = len(sample) - len(sample.translate(None, _HIGH))
    name = _of_much(sample) if count >= _ENOUGH else _of_little(sample) or _declared(source, sample)
    if not name:
        return Encoding(UTF8, 0.0)
    name = _wide_enough(source, _plainest(sample, name))
    share = share_of_words((_read(sample, name) or "")[:_WORDS])
    return Encoding(name, round(share * count / (count + 4), 2))


def _census(stream: IO[bytes]) -> _Census:
    decoder = codecs.getincrementaldecoder(UTF8)("ignore")
    good = broken = 0
    sample = bytearray()
    carried = b""
    while chunk := stream.read(_CHUNK):
        text = decoder.decode(chunk)
        good += len(text) - len(chunk.translate(None, _HIGH))
        broken += len(chunk) - len(text.encode())
        if len(sample) < _SAMPLE:
            *lines, carried = (carried + chunk).splitlines(keepends=True)
            sample += b"".join(line for line in lines if not line.isascii())
            if len(carried) > _SAMPLE:
                sample, carried = sample + carried, b""
    if not carried.isascii():
        sample += carried
    return _Census(max(good, 0), max(broken, 0), bytes(sample[:_SAMPLE]))


def _of_much(sample: bytes) -> str:
    """What the statistics say; of equals, or against their word, what makes better words."""
    scores = {name: score for name, score in _statistics(sample).items() if _read(sample, name) is not None}
    best = max(scores.values(), default=0.0)
    # The Windows encoding is by far the most frequent of the Western ones, so that nearly equal will do.
    equals = [name for name, score in scores.items() if score >= best * (0.99 if name == "cp1252" else 1.0)]
    shares = _shares(sample, equals or ["iso8859-1"])
    name = max(shares, key=lambda name: (round(shares[name], 2), name == "cp1252"))
    if shares[name] < 1 - _FAR_BETTER:
        others = _shares(sample, [*scores, *_USUAL])
        rival = max(others, key=others.__getitem__)
        return rival if others[rival] > shares[name] + _FAR_BETTER else name
    return name


def _of_little(sample: bytes) -> str:
    """The likeliest encoding in which all looks like words; empty when they do so in several scripts, or in none."""
    ranked = list(_statistics(sample))
    for names in (_USUAL, ranked):
        shares = _shares(sample, names)
        likely = [name for name in shares if shares[name] == 1.0]
        if likely:
            scripts = {scripts_of(_read(sample, name) or "") for name in likely}
            return next((name for name in ranked if name in likely), likely[0]) if len(scripts) == 1 else ""
    return ""


def _declared(source: Source, sample: bytes) -> str:
    """What HTML or XML says of itself, if it is true."""
    with source.open() as stream:
        match = _DECLARATION.search(stream.read(_HEAD))
    with suppress(CuratorError):
        name = canonical(match[1].decode()) if match else ""
        return name if name and _read(sample, name) is not None else ""
    return ""


def _plainest(sample: bytes, name: str) -> str:
    """The most usual encoding in which the sample reads the same; no text has the control codes of Latin-1."""
    if name == "iso8859-1" and _read(sample, "cp1252") is not None:
        return "cp1252"
    text = _read(sample, name)
    return next((usual for usual in _USUAL if _read(sample, usual) == text), name)


def _shares(sample: bytes, names: Iterable[str]) -> dict[str, float]:
    """How much of the beginning is words, by encoding; those that cannot decode the sample are left out."""
    texts = {name: _read(sample, name) for name in dict.fromkeys(names)}
    return {name: share_of_words(text[:_WORDS]) for name, text in texts.items() if text is not None}


def _statistics(sample: bytes) -> dict[str, float]:
    """Encodings and how likely they are by `chardet`, the likeliest first."""
    import chardet

    found = chardet.detect_all(sample, compat_names=False, max_bytes=_SAMPLE)
    return {canonical(result["encoding"]): result["confidence"] for result in found if result["encoding"]}


def _read(sample: bytes, name: str) -> str | None:
    """The sample decoded, but for a letter that its end cuts in two; None when it is in another encoding."""
    try:
        return codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError:
        return None


def _wide_enough(source: Source, name: str) -> str:
    """The encoding itself if it reads all of the source, else its wider relative if that one does."""
    for candidate in filter(None, (name, _WIDER.get(name))):
        with source.open() as stream:
            if _reads(iter(partial(stream.read, _CHUNK), b""), candidate):
                return candidate
    return name


def _reads(chunks: Iterator[bytes], name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
