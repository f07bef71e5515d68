"""Changes of records as a terminal shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from curator.cli.output import emit_text, styled


def show_change(record_id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """The changes of one record, what goes in red and what comes in green."""
    from curator.diffs import pieces, told_apart
    from curator.text import revealed

    for name in {**before, **after}:
        old, new = _as_texts(before.get(name, ""), after.get(name, ""))
        emit_text(f"record {record_id}  {name}")
        for piece in pieces(old, new):
            left, right = (revealed(part).replace("\n", "⏎") for part in (piece.before, piece.after))
            removed = told_apart(piece.removed, piece.added)
            gone = styled(f"[-{_shortened(removed)}-]", "red") if removed else ""
            come = styled(f"{{+{_shortened(piece.added)}+}}", "green") if piece.added else ""
            click.echo(f"  {left}{gone}{come}{right}")


def _as_texts(old: Any, new: Any) -> tuple[str, str]:
    """Both values as text; where one is something else, as JSON, which tells 7 from "7"."""
    import json

    if isinstance(old, str) and isinstance(new, str):
        return old, new
    return json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)


def _shortened(text: str) -> str:
    from curator.text import revealed

    shown = revealed(text if len(text) <= 400 else f"{text[:200]}…{text[-200:]}")
    return shown.replace("\n", "⏎")
