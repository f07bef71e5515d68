"""Texts as sparse vectors of words, pairs of words and the letters within words.

Letters are counted as the `char_wb` n-grams of scikit-learn are, but once for each distinct word and not for each text,
and told apart by hashes (feature hashing, Weinberger et al. 2009): quick, and without a vocabulary in memory.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Scripts without spaces between words (Thai to Khmer, kana, Han): each letter is taken for a word."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_SPACED = re.compile(r"\S+")
_GRAMS = range(2, 5)
"""Lengths of the letter n-grams; a space at either end of a word counts as a letter."""
_BUCKET_BITS = 22
_MIX = np.uint64(0x9E3779B97F4A7C15)
_LETTERS = 12_000_000
"""Characters whose n-grams are counted in all: of longer texts the first part, which bounds memory."""
_LEAST_LETTERS = 100


class Counts(NamedTuple):
    """How often each text has each term: sparse float32 matrices (texts, terms)."""

    words: csr_array
    """Words and pairs of neighbouring words."""
    letters: csr_array
    """Two to four letters in a row within words; only those of two texts or more."""


def counts(texts: Sequence[str]) -> Counts:
    """The terms of each text, in lower case. A text without any has empty rows."""
    return Counts(words(texts), _letters(texts))


def binary(matrix: csr_array) -> csr_array:
    """1 where a text has a term; the positions are shared with `matrix`."""
    from scipy.sparse import csr_array

    return csr_array((np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)


def tfidf(matrix: csr_array) -> csr_array:
    """Sublinear TF-IDF with smoothed idf, rows of length 1 (or 0); the positions are shared with `matrix`."""
    from scipy.sparse import csr_array

    rows, terms = matrix.shape
    df = np.bincount(matrix.indices, minlength=terms)
    idf = (np.log((1 + rows) / (1 + df)) + 1).astype(np.float32)
    weights = (np.log(matrix.data) + np.float32(1)) * idf[matrix.indices]
    weighted = csr_array((weights, matrix.indices, matrix.indptr), shape=matrix.shape)
    norms = np.sqrt(weighted.power(2).sum(axis=1))
    weighted.data /= np.repeat(np.maximum(norms, np.float32(1e-12)), np.diff(matrix.indptr))
    return weighted


def counted(rows: NDArray[np.integer], columns: NDArray[np.integer], shape: tuple[int, int]) -> csr_array:
    """How often each pair of a row and a column is there, as a sparse float32 matrix."""
    from scipy.sparse import coo_array

    places = (rows.astype(np.int32), columns.astype(np.int32))
    return coo_array((np.ones(len(rows), np.float32), places), shape=shape).tocsr()


class _Tokens(NamedTuple):
    """The tokens of all texts, one text after the other."""

    ids: NDArray[np.int64]
    rows: NDArray[np.int64]
    """The text of each token."""
    distinct: list[str]


def _tokens(texts: Iterator[str], pattern: re.Pattern[str]) -> _Tokens:
    known: dict[str, int] = {}
    ids, lengths = array("i"), array("i")
    for text in texts:
        found = pattern.findall(text)
        ids.extend([known.setdefault(token, len(known)) for token in found])
        lengths.append(len(found))
    rows = np.repeat(np.arange(len(lengths)), np.asarray(lengths, dtype=np.int64))
    return _Tokens(np.asarray(ids, dtype=np.int64), rows, list(known))


def words(texts: Sequence[str]) -> csr_array:
    """Only the words and pairs of neighbouring words of `counts`."""
    from scipy.sparse import hstack

    tokens = _tokens((text.lower() for text in texts), _WORD)
    single = counted(tokens.rows, tokens.ids, (len(texts), len(tokens.distinct)))
    together = tokens.rows[1:] == tokens.rows[:-1]
    keys = tokens.ids[:-1][together] * len(tokens.distinct) + tokens.ids[1:][together]
    known, columns = np.unique(keys, return_inverse=True)
    pairs = counted(tokens.rows[1:][together], columns, (len(texts), len(known)))
    both: csr_array = hstack([single, pairs], format="csr")
    return both


def _letters(texts: Sequence[str]) -> csr_array:
    most = max(_LEAST_LETTERS, _LETTERS // max(1, len(texts)))
    tokens = _tokens((text[:most].lower() for text in texts), _SPACED)
    used = counted(tokens.rows, tokens.ids, (len(texts), len(tokens.distinct)))
    found = used @ _spelling(tokens.distinct)
    shared = np.flatnonzero(np.bincount(found.indices, minlength=found.shape[1]) > 1)
    kept: csr_array = found[:, shared]
    return kept


def _spelling(tokens: list[str]) -> csr_array:
    """How often each token has each n-gram of letters: (tokens, buckets)."""
    padded = "".join([f" {token} " for token in tokens])
    codes = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.array([len(token) + 2 for token in tokens], np.int64)
    owners = np.repeat(np.arange(len(tokens)), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(codes))
    hashes, rows, columns = codes.copy(), [], []
    for length in _GRAMS:
        hashes = hashes[:-1] * _MIX + codes[length - 1 :]
        whole = left[: len(hashes)] >= length
        rows.append(owners[: len(hashes)][whole])
        columns.append((hashes[whole] * _MIX >> np.uint64(64 - _BUCKET_BITS)).astype(np.int64))
    return counted(np.concatenate(rows), np.concatenate(columns), (len(tokens), 1 << _BUCKET_BITS))
