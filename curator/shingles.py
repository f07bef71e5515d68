"""Word shingles of many texts at once, as 64-bit hashes.

A word is a run of letters, digits and underscores with the combining marks that follow them. Scripts that are
written without spaces, or whose spaces do not part words (ideographs, kana, hangul, Thai, Lao, Khmer, Myanmar),
have one word for each character and its marks. Words are compared in lower case.

A word of up to eight UTF-8 bytes has a hash of its own; any other two words, and any two different shingles, share
one with a chance of about 2^-64. Text can be made up so that it collides: two texts then look more alike than they are.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import compress, islice, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SHINGLE = 3
"""Words in a shingle."""

_BLOCK = 1 << 18
"""Characters worked on at once: what numpy holds of them stays in the cache of a core."""
_TEXTS = 1 << 13
"""Texts read at once."""
_LONG_WORD = 64
"""Words of more bytes are hashed one by one."""

_PADDING = "\0" * 8
_FOLD = bytes(ord(chr(c).lower()) if c < 128 and (chr(c).isalnum() or c == 95) else 0 for c in range(256))
_HEAD = np.array([(1 << 8 * width) - 1 for width in range(9)], np.uint64)
"""Masks that leave the first 0 to 8 bytes of a little-endian number."""
_FACTOR = np.uint64(0x9E3779B97F4A7C13)

_OUTSIDE, _LETTER, _ALONE, _MARK, _LEAD = range(5)
_BYTES = bytes([_LETTER if c else _OUTSIDE for c in _FOLD[:128]] + 64 * [_MARK] + 64 * [_LEAD])
"""Kinds of UTF-8 bytes: those that continue a character stay with its first one."""
_JOINERS = (0x200C, 0x200D)
_MARK_RANGES = ((0x300, 0x3400), (0xA000, 0xAC00), (0xFB00, 0x1F000))
"""Where combining marks are found in the first planes, without the large ranges that have none."""
_SELECTORS = slice(0xE0100, 0xE01F0)
"""The marks beyond: variation selectors."""
_LAST = 0x40000
"""There are no letters from here on."""
_ALONE_RANGES = (
    (0x0E00, 0x0F00),  # Thai, Lao
    (0x1000, 0x10A0),  # Myanmar
    (0x1100, 0x1200),  # hangul letters
    (0x1780, 0x1800),  # Khmer
    (0x3005, 0x3008),  # ideographic iteration mark, closing mark and zero
    (0x3040, 0x3190),  # kana, bopomofo, hangul letters
    (0x31A0, 0x3200),  # bopomofo, kana
    (0x3400, 0x4DC0),  # ideographs
    (0x4E00, 0xA000),
    (0xA960, 0xA980),  # hangul letters
    (0xA9E0, 0xAA00),  # Myanmar
    (0xAA60, 0xAA80),
    (0xAC00, 0xD800),  # hangul
    (0xF900, 0xFB00),  # ideographs
    (0xFF66, 0xFFDD),  # half-width kana and hangul
    (0x1AFF0, 0x1B170),  # kana
    (0x20000, 0x40000),  # ideographs
)


class Block(NamedTuple):
    """The words, or the runs of words, of some texts, one text after the other."""

    positions: NDArray[np.int32]
    """Which text; texts without a word are not here."""
    counts: NDArray[np.int64]
    """How many it has, a repeated one counted each time."""
    hashes: NDArray[np.uint64]


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Change `values` in place so that every bit depends on every bit (finaliser of SplitMix64), and return them."""
    values ^= values >> np.uint64(30)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


@cache
def _kinds() -> NDArray[np.uint8]:
    """For each code point: outside words, a letter, a word alone, or a mark that stays with its base."""
    kinds = np.zeros(0x110000, np.uint8)
    everything = np.arange(_LAST, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    for word in re.finditer(r"\w+", everything):
        kinds[word.start() : word.end()] = _LETTER
    for start, stop in _MARK_RANGES:
        for code in (np.flatnonzero(kinds[start:stop] == _OUTSIDE) + start).tolist():
            if code in _JOINERS or unicodedata.category(everything[code])[0] == "M":
                kinds[code] = _MARK
    kinds[_SELECTORS] = _MARK
    for start, stop in _ALONE_RANGES:
        part = kinds[start:stop]
        part[part == _LETTER] = _ALONE
    return kinds


def _word_hashes(data: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The hash of each word data[start:end]; `data` goes on for eight bytes after the last."""
    eight = np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))
    sizes = ends - starts
    hashes = mixed(eight[starts] & _HEAD[np.minimum(sizes, 8)])
    rest = np.flatnonzero(sizes > 8)
    for word in rest[sizes[rest] > _LONG_WORD].tolist():
        digest = hashlib.blake2b(data[starts[word] : ends[word]], digest_size=8).digest()
        hashes[word] = int.from_bytes(digest, "little")
    rest = rest[sizes[rest] <= _LONG_WORD]
    for done in range(8, _LONG_WORD, 8):
        rest = rest[sizes[rest] > done]
        part = eight[starts[rest] + done] & _HEAD[np.minimum(sizes[rest] - done, 8)]
        hashes[rest] = mixed(hashes[rest] * _FACTOR + part)
    return hashes


def _ascii_words(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The hashes of the words of ASCII texts, and how many words each text has."""
    data = "\0".join(["", *texts, _PADDING]).encode("ascii").translate(_FOLD)
    inside = np.frombuffer(data, np.uint8) != 0
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts = edges[0::2]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return _word_hashes(data, starts, edges[1::2]), _counts(starts, lengths)


def _unicode_words(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The same for any texts; lone surrogates are no letters."""
    encoded = [text.lower().encode("utf-8", "surrogatepass") for text in texts]
    data = b"\0".join([b"", *encoded, _PADDING.encode()])
    kinds = np.frombuffer(bytearray(data.translate(_BYTES)), np.uint8)
    leads = np.flatnonzero(kinds == _LEAD)
    kinds[leads] = _kinds().take(_code_points(np.frombuffer(data, np.uint8), leads))
    bases = np.flatnonzero(kinds != _MARK)
    kinds = kinds[bases]
    inside = kinds != _OUTSIDE
    parted = (kinds[1:] != _LETTER) | (kinds[:-1] != _LETTER)
    starts = bases[np.flatnonzero(inside[1:] & parted) + 1]
    ends = bases[np.flatnonzero(inside[:-1] & parted) + 1]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    return _word_hashes(data, starts, ends), _counts(starts, lengths)


def _code_points(data: NDArray[np.uint8], leads: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The code points of the characters of two to four UTF-8 bytes that begin at `leads`."""
    first = data[leads].astype(np.uint32)
    second, third, fourth = (data[leads + place].astype(np.uint32) & 0x3F for place in (1, 2, 3))
    two = (first & 0x1F) << 6 | second
    three = (first & 0x0F) << 12 | second << 6 | third
    four = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
    return np.where(first < 0xE0, two, np.where(first < 0xF0, three, four))


def _counts(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many word starts fall into each of the texts of these lengths, joined by one character each."""
    firsts = np.searchsorted(starts, np.cumsum(lengths + 1) - lengths)
    return np.diff(firsts, append=len(starts))


def in_runs(words: Block, width: int) -> Block:
    """Every run of `width` words of each text of a block of words; texts of fewer words are left out."""
    stops = np.cumsum(words.counts)
    inside = np.ones(len(words.hashes), bool)
    for back in range(1, width):
        inside[stops - np.minimum(back, words.counts)] = False
    inside = inside[: max(len(inside) - width + 1, 0)]
    long = words.counts >= width
    return Block(words.positions[long], words.counts[long] - width + 1, _windows(words.hashes, width)[inside])


def _windows(words: NDArray[np.uint64], width: int) -> NDArray[np.uint64]:
    """The hash of `width` words from each word on: a polynomial in their hashes, put together from halves."""
    if width == 1:
        return words.copy()
    half = width // 2
    first = _windows(words, half)
    hashes = first[: max(len(words) - 2 * half + 1, 0)] * np.uint64(pow(int(_FACTOR), half, 1 << 64))
    hashes += first[half:]
    if width % 2:
        hashes = hashes[: max(len(words) - width + 1, 0)]
        hashes *= _FACTOR
        hashes += words[width - 1 :]
    return hashes


def shingled(words: Block) -> Block:
    """The shingles of each text of a block of words; a text of fewer words is one shingle."""
    long, short = in_runs(words, SHINGLE), words.counts < SHINGLE
    if not short.any():
        return long
    stops, counts = np.cumsum(words.counts)[short], words.counts[short]
    whole = words.hashes[stops - counts] + words.hashes[stops - 1] * _FACTOR + counts.astype(np.uint64)
    return Block(
        np.concatenate([long.positions, words.positions[short]]),
        np.concatenate([long.counts, np.ones_like(counts)]),
        np.concatenate([long.hashes, mixed(whole)]),
    )


def _cut(texts: Iterable[str]) -> Iterator[tuple[NDArray[np.int64], list[str]]]:
    """Positions and texts, block by block; texts beyond ASCII go into blocks of their own."""
    rest, before = iter(texts), 0
    while some := list(islice(rest, _TEXTS)):
        plain = np.fromiter(map(str.isascii, some), bool, len(some))
        for kind in (plain, ~plain):
            block = list(compress(some, kind.tolist()))
            positions = before + np.flatnonzero(kind)
            ends = np.cumsum(np.fromiter(map(len, block), np.int64, len(block)) + 1)
            edges = [0, *(np.flatnonzero(np.diff(ends // _BLOCK)) + 1).tolist(), len(block)]
            for start, stop in pairwise(edges):
                if stop > start:
                    yield positions[start:stop], block[start:stop]
        before += len(some)


def words(texts: Iterable[str]) -> Iterator[Block]:
    """The words of the texts, block by block; texts without a word are left out."""
    for positions, block in _cut(texts):
        hashes, counts = (_ascii_words if block[0].isascii() else _unicode_words)(block)
        filled = counts > 0
        yield Block(positions[filled].astype(np.int32), counts[filled], hashes)


def shingles(texts: Iterable[str]) -> Iterator[Block]:
    """The shingles of the texts, block by block; a text of fewer words is one shingle.

    Positions count the texts from 0; the blocks do not follow their order.
    """
    return map(shingled, words(texts))


def runs(texts: Iterable[str], width: int) -> Iterator[Block]:
    """Every run of `width` words of the texts, likewise; texts of fewer words are left out."""
    return (in_runs(block, width) for block in words(texts))
