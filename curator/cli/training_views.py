"""A record as training will see it: its tokens, or its windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curator.cli.output import emit_json, emit_text, say, styled

if TYPE_CHECKING:
    from curator.project import Project


def show_tokens(project: Project, record_id: int, as_json: bool) -> None:
    """What is given, what is learned, and how many tokens each has.

    Raises:
        CuratorError: the model's tokenizer cannot be loaded, or the record cannot be laid out.
    """
    from curator.errors import CuratorError
    from curator.text import visible
    from curator.train.rows.render import renderer_of
    from curator.train.rows.showing import shown

    config = project.config
    renderer = renderer_of(config.model, config.kind, config.system, config.coded_labels)
    told = shown(renderer, project.record(record_id).fields)
    if told.problem:
        raise CuratorError(f"Record {record_id} cannot be laid out: {told.problem}", "See `curator check`.")
    if as_json:
        emit_json(told.model_dump(exclude={"problem"}))
        return
    say(f"{told.given_tokens:,} tokens given, {told.learned_tokens:,} learned.")
    emit_text(f"{visible(told.given)}{styled('[[', 'bold')}{visible(told.learned)}{styled(']]', 'bold')}")


def show_windows(project: Project, record_id: int, as_json: bool) -> None:
    """The windows of a document, with what is learned of each.

    Raises:
        CuratorError: this is no text project, or tokens are asked for and the model has none here.
    """
    from curator.errors import CuratorError
    from curator.export.rows import shares
    from curator.exporting import Cutter
    from curator.windows import cut

    config = project.config
    if config.kind != "text":
        raise CuratorError(f"Records of a project of kind {config.kind} are not cut into windows.", "")
    record = project.record(record_id)
    units = Cutter(config).units
    found = list(
        cut(record.fields["text"], units, config.windows, record.split or "train", shares(config.split))
    )
    if as_json:
        emit_json([window._asdict() for window in found])
        return
    for window in found:
        context = window.text.removesuffix(window.target) if window.target else ""
        emit_text(f"{window.number}  {window.split}  {context}[[{window.target or window.text}]]")
