"""Data sets of the Hugging Face hub, loaded by the library `datasets` into its cache of Arrow files."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from curator.errors import CuratorError
from curator.formats.names import is_usual

PREFIX = "hub:"
_ID = re.compile(r"(?P<name>\w[\w.-]*(?:/\w[\w.-]*)?)(?:@(?P<config>[\w.-]+))?")
_DOWNLOAD = "Download its files and import those."
_PATIENCE = 10.0
"""Seconds."""
_LOGGERS = ("datasets", "huggingface_hub", "fsspec", "httpx", "filelock")


class Shard(NamedTuple):
    """One Arrow file of a data set in the cache."""

    name: str
    """`hub:owner/name/train`, with a number behind it when the split has several files."""
    file: Path
    split: str


class _Id(NamedTuple):
    name: str
    config: str


def is_id(path: str) -> bool:
    """Whether a path that does not exist looks like `owner/name` of a data set, rather than like a mistyped file."""
    match = _ID.fullmatch(path)
    if not match or "/" not in match["name"] or is_usual(match["name"]):
        return False
    return not Path(path.partition("/")[0]).exists()


def shards(path: str) -> list[Shard]:
    """The files of a data set, after they have been downloaded and prepared.

    Args:
        path: `hub:owner/name`, or `hub:owner/name@config`.

    Raises:
        CuratorError: it does not exist, is gated, cannot be reached or loaded.
    """
    match = _ID.fullmatch(path.removeprefix(PREFIX))
    if not match:
        raise CuratorError(
            f"{path} is no id of a data set.", "Write hub:owner/name or hub:owner/name@config."
        )
    wanted = _Id(match["name"], match["config"] or "")
    loaded = _loaded(wanted)
    return [shard for split, dataset in loaded.items() for shard in _shards(path, str(split), dataset)]


def _shards(path: str, split: str, dataset: Any) -> Iterator[Shard]:
    files = [file["filename"] for file in dataset.cache_files]
    for number, file in enumerate(files, start=1):
        part = f"/{number}" if len(files) > 1 else ""
        yield Shard(f"{path}/{split}{part}", Path(file), split)


def _loaded(wanted: _Id) -> Any:
    import datasets

    with _quiet(), _offline_unless(_is_reachable(wanted.name)):
        try:
            # The prefix keeps a folder of the same name in the current folder out of it.
            return datasets.load_dataset(f"hf://datasets/{wanted.name}", wanted.config or None)
        except Exception as error:
            raise _explained(error, wanted) from error


def _is_reachable(name: str) -> bool:
    """Ask the hub once: the libraries try for half a minute before they give up and look into the cache."""
    from datasets import config
    from huggingface_hub import get_session

    if config.HF_HUB_OFFLINE:
        return False
    try:
        get_session().head(f"{config.HF_ENDPOINT}/api/datasets/{name}", timeout=_PATIENCE)
    except Exception as error:
        return not _is_of_network(error)
    return True


@contextmanager
def _offline_unless(reachable: bool) -> Iterator[None]:
    """Let the library look into its cache alone when the hub cannot be reached."""
    from datasets import config

    before = config.HF_HUB_OFFLINE
    config.HF_HUB_OFFLINE = not reachable
    try:
        yield
    finally:
        config.HF_HUB_OFFLINE = before


def _explained(error: Exception, wanted: _Id) -> CuratorError:
    from datasets import exceptions

    text = str(error)
    if isinstance(error, exceptions.DatasetNotFoundError):
        return _not_found(text, wanted.name)
    if any(_is_of_network(cause) for cause in _causes(error)):
        return CuratorError(
            f"The hub could not be reached for the data set {wanted.name}.",
            "Check the network and the variables HF_ENDPOINT and HF_HUB_OFFLINE.",
        )
    if isinstance(error, ValueError) and (
        configs := re.search(r"(?:available configs|Available): \[(.*?)\]", text)
    ):
        known = configs[1].replace("'", "")
        problem = f"has no configuration {wanted.config}" if wanted.config else "has several configurations"
        return CuratorError(
            f"The data set {wanted.name} {problem}.", f"Name one as {PREFIX}{wanted.name}@CONFIG: {known}."
        )
    if "scripts are no longer supported" in text:
        return CuratorError(f"The data set {wanted.name} comes as a program, which is not run.", _DOWNLOAD)
    if isinstance(error, exceptions.DataFilesNotFoundError) or type(error).__name__ == "EmptyDatasetError":
        return CuratorError(
            f"The data set {wanted.name} holds no data files.", "Look at its page on the hub."
        )
    return CuratorError(f"The data set {wanted.name} cannot be loaded: {_reason(error)}.", _DOWNLOAD)


def _not_found(text: str, name: str) -> CuratorError:
    if "gated" in text:
        return CuratorError(
            f"The data set {name} is gated.",
            "Accept its terms on its page on the hub and sign in: hf auth login",
        )
    return CuratorError(
        f"The hub has no data set {name}, or it is private.",
        "Check the name; to a private one sign in: hf auth login",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, down to the first."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__


def _is_of_network(error: BaseException) -> bool:
    """Whether a connection failed; the hub's client has its own copy of httpx, whose errors are known by their home."""
    is_answer = hasattr(error, "response")
    return isinstance(error, ConnectionError) or (
        type(error).__module__.startswith("httpx") and not is_answer
    )


def _reason(error: BaseException) -> str:
    """The first line of what went wrong at the bottom."""
    *_, first = _causes(error)
    return str(first).strip().partition("\n")[0].rstrip(".") or type(first).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries from writing progress bars, log lines and warnings between ours."""
    # By their full names: the packages have classes of the same name.
    modules = [import_module(name) for name in ("datasets.utils.tqdm", "huggingface_hub.utils.tqdm")]
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    bars = [module for module in modules if not module.are_progress_bars_disabled()]
    with warnings.catch_warnings(action="ignore"):
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        for module in bars:
            module.disable_progress_bars()
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
            for module in bars:
                module.enable_progress_bars()
