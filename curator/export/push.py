"""A folder on its way to a repository of the Hugging Face hub: one commit, with everything or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from curator.errors import CuratorError, explained
from curator.export.folder import CARD, MANIFEST, Export, verify
from curator.files import write_atomically
from curator.records import Frozen
from curator.text import visible_line

PLACE = "pushed.json"
_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_LOG_IN = "Log in with `hf auth login`, or set HF_TOKEN to a token that may write."


class Upload(Frozen):
    """What goes where; nothing has been sent yet."""

    folder: Path
    """Where the files are."""
    repo_id: str
    """OWNER/NAME."""
    repo_type: Literal["dataset", "model"]
    """What the repository holds."""
    message: str
    """What the commit says."""
    private: bool
    """Whether a repository that does not exist yet is made private."""
    endpoint: str
    """The hub's address."""
    files: dict[str, int]
    """Path in the repository to its size in bytes."""

    @property
    def url(self) -> str:
        """Where the files will be."""
        place = f"datasets/{self.repo_id}" if self.repo_type == "dataset" else self.repo_id
        return f"{self.endpoint}/{place}"


class Place(Frozen):
    """pushed.json: where an export went last."""

    endpoint: str
    """The hub's address."""
    repo_id: str
    """OWNER/NAME."""
    private: bool
    """Whether it was asked to be private."""


class Pushed(Frozen):
    """A finished upload."""

    url: str
    commit: str
    """The commit's hash, hexadecimal."""


def prepare(export: Export, repo_id: str, private: bool, endpoint: str) -> Upload:
    """Look at what is to be sent of an export, without sending anything; without an endpoint to the library's.

    Raises:
        CuratorError: the files are not those that were exported, or the repository's name cannot be one.
    """
    names = [*export.manifest.files, *export.manifest.others, MANIFEST, CARD]
    message = f"Export {export.manifest.name} ({export.manifest.tool})"
    upload = upload_of(export.path, names, repo_id, "dataset", message, private, endpoint)
    with explained("read the export", export.path):
        verify(export)
    return upload


def upload_of(
    folder: Path,
    names: Sequence[str],
    repo_id: str,
    repo_type: Literal["dataset", "model"],
    message: str,
    private: bool,
    endpoint: str,
) -> Upload:
    """The upload of some files of a folder; without an endpoint it goes to the library's.

    Raises:
        CuratorError: a file is missing, or the repository's name cannot be one.
    """
    from huggingface_hub import constants

    if not _REPO.fullmatch(repo_id):
        raise CuratorError(f"{repo_id!r} cannot be a repository.", "Write OWNER/NAME.")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise CuratorError(f"{endpoint} is no address of a hub.", "Write it with https:// in front.")
    with explained("read", folder):
        sizes = {name: (folder / name).stat().st_size for name in names}
    return Upload(
        folder=folder,
        repo_id=repo_id,
        repo_type=repo_type,
        message=message,
        private=private,
        endpoint=(endpoint or constants.ENDPOINT).rstrip("/"),
        files=sizes,
    )


def send(upload: Upload) -> Pushed:
    """Make the repository if there is none, and commit the files to it; others that are there stay.

    Raises:
        CuratorError: the hub cannot be reached, does not know the user, or says no.
    """
    from huggingface_hub import CommitOperationAdd, HfApi

    api = HfApi(endpoint=upload.endpoint, library_name="curator")
    additions = [
        CommitOperationAdd(path_in_repo=name, path_or_fileobj=str(upload.folder / name))
        for name in upload.files
    ]

    def commit() -> Any:
        api.create_repo(upload.repo_id, repo_type=upload.repo_type, private=upload.private, exist_ok=True)
        return api.create_commit(
            upload.repo_id, additions, repo_type=upload.repo_type, commit_message=upload.message
        )

    info = _answered(commit, upload)
    return Pushed(url=upload.url, commit=str(info.oid))


def remember(export: Export, upload: Upload) -> None:
    """Note beside an export where it went, for the cards of models that are tuned on it.

    Raises:
        CuratorError: the folder may not be written.
    """
    place = Place(endpoint=upload.endpoint, repo_id=upload.repo_id, private=upload.private)
    write_atomically(export.path / PLACE, place.model_dump_json() + "\n", "note where the export went")


def place_of(folder: Path) -> Place | None:
    """Where the export in a folder went last, if it went anywhere."""
    try:
        return Place.model_validate_json((folder / PLACE).read_bytes())
    except (OSError, ValidationError):
        return None


def _answered(call: Callable[[], Any], upload: Upload) -> Any:
    """What the hub answers; its refusals and the network's failures in words."""
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalTokenNotFoundError,
        OfflineModeIsEnabled,
    )

    # Half-finished uploads come as a RuntimeError, answers in no known form as a missing key or as no JSON.
    failures: tuple[type[Exception], ...] = (HfHubHTTPError, RuntimeError, LookupError, ValueError)
    try:
        return call()
    except OfflineModeIsEnabled as error:
        raise CuratorError(
            "The hub is switched off by HF_HUB_OFFLINE.", "Unset the variable and repeat the command."
        ) from error
    except LocalTokenNotFoundError as error:
        raise CuratorError(f"{upload.endpoint} does not know you.", _LOG_IN) from error
    except HFValidationError as error:
        raise CuratorError(
            f"{upload.repo_id!r} cannot be a repository: {error}", "Write OWNER/NAME."
        ) from error
    except (*failures, *_connection_errors()) as error:
        raise _failure(error, upload) from error


def _failure(error: Exception, upload: Upload) -> CuratorError:
    from huggingface_hub.errors import HfHubHTTPError

    causes: list[BaseException] = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    for cause in causes:
        if isinstance(cause, HfHubHTTPError):
            return _refusal(cause, upload)
        if isinstance(cause, _connection_errors()):
            reason = str(causes[-1]) or type(cause).__name__
            return CuratorError(
                f"{upload.endpoint} cannot be reached: {reason}.", "Check the network and the address."
            )
    said = visible_line(f"{type(error).__name__}: {error}", 200)
    return CuratorError(f"{upload.endpoint} does not answer as a hub does ({said}).", "Check the address.")


def _refusal(error: Any, upload: Upload) -> CuratorError:
    status = getattr(error.response, "status_code", 0)
    if status == 401:
        return CuratorError(f"{upload.endpoint} does not know you.", _LOG_IN)
    if status == 403:
        return CuratorError(f"You may not write to {upload.repo_id}.", _LOG_IN)
    if status == 404:
        return CuratorError(
            f"{upload.endpoint} has no place {upload.repo_id}.", "Check the owner's name and the address."
        )
    said = visible_line(error.server_message or str(error), 200)
    return CuratorError(
        f"{upload.endpoint} refused the upload: {said} (HTTP {status}).", "See the reason above."
    )


def _connection_errors() -> tuple[type[Exception], ...]:
    import httpx2

    return httpx2.TransportError, httpx2.InvalidURL, ConnectionError, TimeoutError
