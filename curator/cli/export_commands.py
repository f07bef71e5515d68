"""export and push."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from curator.cli.output import (
    ExitCode,
    State,
    counted,
    emit_json,
    emit_table,
    json_option,
    progress_rows,
    say,
)
from curator.cli.run_options import named_run
from curator.export.formats import FORMATS

if TYPE_CHECKING:
    from curator.export.folder import Export
    from curator.export.push import Upload
    from curator.project import Project


_FORMATS = "\b\nFormats:\n" + "\n".join(f"  {name:23} {format_.about}" for name, format_ in FORMATS.items())


@click.command("export", epilog=_FORMATS)
@click.argument("name", required=False, default="")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    metavar="FORMAT",
    default="jsonl",
    show_default=True,
    help="One of those below.",
)
@click.option("--query", "-q", "text", default="", help="Only the records that this query fits.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False, resolve_path=True),
    help="Write this folder instead of exports/NAME.",
)
@json_option
@click.pass_obj
def export_command(
    state: State, name: str, format_name: str, text: str, out: Path | None, as_json: bool
) -> None:
    """Write train, validation and test with a manifest and a dataset card.

    Without a name the export is called after its content: the same records give the same export.

    \b
    Example:
      curator export
      curator export reviewed --query status:accepted
      curator export --format openai --out ../for-openai
    """
    project = state.project()
    with progress_rows("Exporting") as progress:
        export = project.export(name, text, format_name, out, progress)
    _tell(project, export)
    files = export.manifest.files
    if as_json:
        emit_json(_document(export))
    else:
        emit_table(("file", "rows", "sha256"), [(n, e.rows, e.sha256) for n, e in files.items()])


@click.command("push")
@click.argument("name")
@click.argument("repo_id", metavar="OWNER/NAME")
@click.option(
    "--model",
    "part",
    type=click.Choice(["adapter", "merged"]),
    default=None,
    help="NAME is a run: upload what it tuned, or what `merge` made of it, as a model.",
)
@click.option("--private", is_flag=True, help="Make a new repository private.")
@click.option("--endpoint", default="", help="Another hub than the one of HF_ENDPOINT.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def push_command(
    state: State,
    name: str,
    repo_id: str,
    part: Literal["adapter", "merged"] | None,
    private: bool,
    endpoint: str,
    yes: bool,
    as_json: bool,
) -> int:
    """Upload an export, or the model of a run, to a repository of the Hugging Face hub.

    The repository is made if there is none. The token is the one of `hf auth login` or HF_TOKEN.

    \b
    Example:
      curator export reviewed --format parquet
      curator push reviewed me/tickets --private
      curator push run-1 me/tickets-adapter --model adapter
    """
    from curator.export import push

    project = state.project()
    export = None if part else project.load_export(name)
    if export is not None:
        upload = push.prepare(export, repo_id, private, endpoint)
    else:
        upload = _model_upload(project, name, part or "adapter", repo_id, private, endpoint)
    _tell_upload(upload, export)
    if not yes and not _agreed():
        say("Nothing was uploaded.")
        return ExitCode.ERROR
    pushed = push.send(upload)
    if export is not None:
        push.remember(export, upload)
    say(f"Uploaded as commit {pushed.commit[:12]}.")
    if as_json:
        emit_json({"url": pushed.url, "commit": pushed.commit, "files": upload.files})
    else:
        click.echo(pushed.url)
    return ExitCode.DONE


def _tell(project: Project, export: Export) -> None:
    """Where it is, and everything that is not in it or not as it was."""
    from curator.text import plural

    if leaks := project.leaks():
        say(
            f"Careful: {plural(leaks, 'input')} on two sides of the split; see `curator check --only split-leak`."
        )
    held = counted(export.manifest.held_back)
    say(f"Wrote {export.path}" + (f"; held back: {held}." if held else "."))
    if adapted := counted(export.manifest.adapted):
        say(f"The format {export.manifest.format} does not hold everything: {adapted}.")


def _document(export: Export) -> dict[str, object]:
    manifest = export.manifest
    return {
        "path": str(export.path),
        "name": manifest.name,
        "format": manifest.format,
        "files": list(manifest.files),
        "counts": {name: entry.rows for name, entry in manifest.files.items()},
        "sha256": {name: entry.sha256 for name, entry in manifest.files.items()},
        "held_back": manifest.held_back,
        "adapted": manifest.adapted,
    }


def _model_upload(
    project: Project,
    name: str,
    part: Literal["adapter", "merged"],
    repo_id: str,
    private: bool,
    endpoint: str,
) -> Upload:
    from curator.release import upload

    prepared = upload.prepare(named_run(project, name), part, repo_id, private, endpoint)
    if base := upload.unreachable_base(prepared.folder):
        say(f"Careful: the adapter names its base as {base}; whoever loads it must have that folder.")
    return prepared


def _tell_upload(upload: Upload, export: Export | None) -> None:
    from curator.text import plural

    seen = "private if it is new" if upload.private else "public if it is new: everybody can read it"
    size = sum(upload.files.values())
    say(f"{upload.folder} goes to {upload.url} ({seen}):")
    rows = "" if export is None else f"{plural(sum(f.rows for f in export.manifest.files.values()), 'row')}, "
    say(f"  {rows}{plural(len(upload.files), 'file')}, {size:,} bytes.")
    for name, bytes_ in upload.files.items():
        say(f"  {name}  {bytes_:,}")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here: say --yes to upload.")
    return click.confirm("Upload it?", err=True)
