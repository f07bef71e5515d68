"""Which encoding a text is in: Curator's detection beside the two libraries for it, where the encoding is known.

Files are web pages and feeds in folders named after their encoding; passages are 250 characters of one text in many
languages, written in the encodings of each. What decodes to the same text as in the known encoding is right.
"""

from __future__ import annotations

import codecs
import io
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec

from curator.errors import CuratorError
from curator.formats import encodings
from curator.formats.base import Source
from tests.shared_data import SHARED

FOLDERS = SHARED / "chardet_encodings"
PASSAGES = SHARED / "nltk_udhr2" / "unpacked" / "udhr2"
LANGUAGES = {
    "rus": "cp1251 koi8-r iso8859-5 cp866 mac-cyrillic utf-16-le",
    "bul": "cp1251 iso8859-5",
    "ukr": "cp1251 koi8-u",
    "ell_monotonic": "cp1253 iso8859-7",
    "heb": "cp1255 iso8859-8",
    "arb": "cp1256 iso8859-6",
    "tur": "cp1254 iso8859-9",
    "pol": "cp1250 iso8859-2",
    "ces": "cp1250 iso8859-2",
    "hun": "cp1250 iso8859-2",
    "lit": "cp1257",
    "vie": "cp1258",
    "tha": "tis-620",
    "jpn": "shift_jis euc-jp iso2022_jp utf-16-be",
    "kor": "euc-kr cp949 johab",
    "cmn_hans": "gb2312 gb18030 hz",
    "cmn_hant": "big5",
    "deu": "cp1252 cp850",
    "fra": "cp1252 iso8859-15 mac-roman",
    "spa": "cp1252 cp850",
    "swe": "cp1252 cp865",
}
LENGTH = 250

Detect = Callable[[bytes], str]


def by_curator(data: bytes) -> str:
    try:
        return encodings.find(Source("file", "file", lambda: io.BytesIO(data))).name
    except CuratorError:
        return ""


def by_chardet(data: bytes) -> str:
    import chardet

    return chardet.detect(data, compat_names=False)["encoding"] or ""


def by_charset_normalizer(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return best.encoding if best else ""


def text_of(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError):
        return None


def encoding_of(folder: str) -> str:
    """The encoding that a folder is named after: `iso-8859-2-polish`, `windows-1252`."""
    while folder:
        with suppress(LookupError):
            return codecs.lookup(folder).name
        folder = folder.rpartition("-")[0]
    return ""


def files() -> Iterator[tuple[bytes, str]]:
    for path in sorted(FOLDERS.glob("*/*")):
        yield path.read_bytes(), encoding_of(path.parent.name)


def passages() -> Iterator[tuple[bytes, str]]:
    for language, names in LANGUAGES.items():
        text = (PASSAGES / f"{language}.txt").read_text("utf-8")
        for name in names.split():
            # What the encoding cannot write is left out, so that it could be any text of the language.
            written = text.encode(name, "ignore").decode(name)
            for start in range(1000, 6000, 1000):
                passage = written[start : start + LENGTH]
                if not passage.isascii():
                    yield passage.encode(name), name


def run(title: str, cases: Callable[[], Iterator[tuple[bytes, str]]], name: str, detect: Detect) -> None:
    right = total = 0
    seconds = 0.0
    for data, encoding in cases():
        expected = text_of(data, encoding)
        if expected is None:
            continue
        started = time.perf_counter()
        found = detect(data)
        seconds += time.perf_counter() - started
        total += 1
        right += text_of(data, found) == expected
    print(f"{title:9} {name:19} {right}/{total} right ({right / total:.1%}) in {seconds:.2f} s")


def main() -> None:
    if not FOLDERS.is_dir() or not PASSAGES.is_dir():
        print("the texts of known encodings are not on this machine")
        return
    systems = {"curator": by_curator, "chardet": by_chardet}
    if find_spec("charset_normalizer"):
        systems["charset-normalizer"] = by_charset_normalizer
    for title, cases in (("files", files), ("passages", passages)):
        for name, detect in systems.items():
            run(title, cases, name, detect)


if __name__ == "__main__":
    main()
