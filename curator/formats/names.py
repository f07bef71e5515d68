"""What file names tell: which files are data, how they are packed, and what they are called without that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import PurePosixPath

from curator.formats.packed import SUFFIXES as PACKED

_ABOUT_THE_DATA = ("readme", "license", "licence", "changelog", "citation", "source.md")
_BOOKKEEPING = (
    *("manifest.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"),
    *("datapackage.json", "thumbs.db", "desktop.ini"),
)
_OTHER_TRADES = {
    "configuration": ".yaml .yml .toml .ini .cfg .conf .lock .env",
    "a program": ".py .ipynb .js .ts .sh .bat .ps1 .exe .dll .so .rb .pl .c .h .cpp .java .go .rs .r .php .sql .css",
    "markup": ".xml .xsd .svg .tex .bib .rst .adoc",
    "an image": ".png .jpg .jpeg .gif .bmp .tif .tiff .webp .ico .heic .psd",
    "audio": ".wav .mp3 .flac .ogg .m4a .opus",
    "a video": ".mp4 .avi .mov .mkv .webm",
    "a document": ".pdf .doc .docx .ppt .pptx .odt .odp .rtf .epub",
    "a checksum": ".md5 .sha1 .sha256 .sha512 .sig .asc .crc",
    "a log or a copy": ".log .bak .tmp .swp .orig",
    "model weights": ".safetensors .pt .pth .onnx .gguf .npy .npz .pkl .pickle .h5",
}
_TRADE_OF = {suffix: trade for trade, suffixes in _OTHER_TRADES.items() for suffix in suffixes.split()}
_DATA = (
    *(".csv", ".tsv", ".psv", ".tab", ".jsonl", ".ndjson", ".json", ".txt", ".text", ".md", ".markdown"),
    *(
        ".parquet",
        ".pq",
        ".arrow",
        ".feather",
        ".xlsx",
        ".xlsm",
        ".xlsb",
        ".xls",
        ".ods",
        ".zip",
        ".tar",
        ".tgz",
    ),
    *(".html", ".htm", ".xhtml"),
    *PACKED,
)


def reason_to_pass_over(inside: str) -> str:
    """Why a file at this place in a folder is no data, such as "hidden" or "an image"; empty when it may be some."""
    parts = PurePosixPath(inside).parts
    name = parts[-1].casefold() if parts else ""
    if _leads_out(parts):
        return "a path that leads out of the archive"
    if any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts):
        return "hidden"
    if name.startswith(_ABOUT_THE_DATA):
        return "about the data"
    if name in _BOOKKEEPING:
        return "bookkeeping"
    return _TRADE_OF.get(PurePosixPath(name).suffix, "")


def _leads_out(parts: Sequence[str]) -> bool:
    steps = (-1 if part == ".." else 1 for part in parts if part != "/")
    return any(depth < 0 for depth in accumulate(steps))


def unpacked(name: str) -> str:
    """The name without the suffix that says how the file is packed: `tickets.csv` of `tickets.csv.gz`."""
    suffix = PurePosixPath(name).suffix
    return name[: -len(suffix)] if suffix.lower() in PACKED else name


def bare(name: str) -> str:
    """The name without all suffixes that say how the file is packed or written: `tickets` of `tickets.csv.gz`."""
    while PurePosixPath(name).suffix.lower() in _DATA:
        name = PurePosixPath(name).stem
    return name


def own_suffix(name: str) -> str:
    """A last part that says something about the data, not its format: `neg` of `reviews.neg`, none of `tickets.csv`."""
    suffix = PurePosixPath(unpacked(name)).suffix
    return "" if is_usual(name) else suffix.removeprefix(".")


def is_usual(name: str) -> bool:
    """Whether a name ends as those of files of data, programs or documents do."""
    return PurePosixPath(unpacked(name)).suffix.lower() in (*_DATA, *_TRADE_OF)
