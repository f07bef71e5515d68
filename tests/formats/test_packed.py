"""Packed streams read like the files that they were made of, and their damage is told in words."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.errors import CuratorError
from curator.formats import packed


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


PACK = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "Zstandard": zstd}
TEXT = b"".join(b"row %d, some text\n" % number for number in range(20_000))


def opened(data: bytes, how: str):
    return packed.opener("rows.csv.gz", lambda: io.BytesIO(data), how)()


@pytest.mark.parametrize("how", PACK)
def test_each_packing_is_known_and_unpacked(how):
    data = PACK[how](TEXT)
    assert packed.packing(data[:16]) == how
    with opened(data, how) as stream:
        assert list(stream) == TEXT.splitlines(keepends=True)


def test_text_that_begins_like_a_packing_is_text():
    assert packed.packing(b"BZhang, writes") == ""
    assert packed.packing(b"") == ""


@pytest.mark.parametrize("how", PACK)
def test_packed_parts_one_after_the_other_are_one_stream(how):
    with opened(PACK[how](b"a\n") + PACK[how](b"b\n"), how) as stream:
        assert stream.read() == b"a\nb\n"


@pytest.mark.parametrize("how", PACK)
@settings(max_examples=15, deadline=None)
@given(
    data=st.binary(max_size=3000),
    places=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 100)), max_size=6),
)
def test_seeking_is_like_seeking_in_the_unpacked_file(how, data, places):
    with opened(PACK[how](data), how) as stream:
        for place, size in places:
            stream.seek(min(place, len(data)))
            assert stream.read(size) == data[min(place, len(data)) :][:size]
        assert stream.seek(0, io.SEEK_END) == len(data)
        stream.seek(0)
        assert stream.read() == data


def read_all(stream) -> int:
    """How many bytes came before the error."""
    read = 0
    while part := stream.read(1000):
        assert part == TEXT[read : read + len(part)]
        read += len(part)
    return read


@pytest.mark.parametrize("how", PACK)
def test_what_is_cut_off_ends_in_an_error(how):
    with opened(PACK[how](TEXT)[:-12], how) as stream, pytest.raises(CuratorError) as caught:
        read_all(stream)
    assert caught.value.problem == "rows.csv.gz is cut off: its packed data ends too early."


@pytest.mark.parametrize("how", PACK)
def test_damage_is_told_with_the_name(how):
    data = bytearray(PACK[how](TEXT))
    data[10:50] = b"\x55" * 40
    with opened(bytes(data), how) as stream, pytest.raises(CuratorError, match=r"rows\.csv\.gz is damaged: "):
        stream.read()


@pytest.mark.parametrize("how", PACK)
def test_a_bomb_goes_off_early(monkeypatch, how):
    monkeypatch.setattr(packed, "FREE_BYTES", 1 << 20)
    bomb = PACK[how](bytes(24 << 20))
    with opened(bomb, how) as stream:
        with pytest.raises(CuratorError, match=r"rows\.csv\.gz looks like a decompression bomb"):
            stream.read()
        assert stream.tell() < 16 << 20


def test_repetitive_data_of_an_honest_size_is_no_bomb():
    with opened(gzip.compress(bytes(20 << 20)), "gzip") as stream:
        assert len(stream.read()) == 20 << 20
