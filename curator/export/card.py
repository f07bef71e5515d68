"""README.md of an export: a dataset card whose head the hub understands."""

from __future__ import annotations

import re
from typing import Any

from curator.export.columns import features
from curator.export.formats import Format, named
from curator.export.manifest import CANONICAL, Manifest
from curator.text import visible_line

_TASKS = {
    "classification": "text-classification",
    "instruction": "text-generation",
    "text": "text-generation",
}
_ROWS = {
    "classification": "`text` and its `label`",
    "instruction": "`instruction` and `answer`, with `input`, `system` and `history` where there are any",
    "text": "`text`, one window of a document; `target` is its last unit where only that is learned",
}
_POWERS = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#|!&~$])")
_SHOWN = 500
"""Characters of a label or query that a card shows."""


def render(manifest: Manifest) -> str:
    """The card of an export."""
    chosen = named(manifest.format)
    body = [*_body(manifest, chosen), *_labels(manifest), *_left_out(manifest), *_checks(manifest)]
    return "\n".join([f"---\n{_head(manifest, chosen)}---", *body, ""])


def size_category(rows: int) -> str:
    """How the hub calls data sets of so many rows."""
    for place, power in enumerate(_POWERS):
        if rows < 1000 * 10**place:
            return f"{_POWERS[place - 1]}<n<{power}" if place else f"n<{power}"
    return f"n>{_POWERS[-1]}"


def _head(manifest: Manifest, chosen: Format) -> str:
    import yaml  # type: ignore[import-untyped]

    files = [{"split": entry.split, "path": name} for name, entry in manifest.files.items()]
    head: dict[str, Any] = {
        "pretty_name": manifest.name,
        "task_categories": [_TASKS[manifest.kind]],
        "size_categories": [size_category(sum(entry.rows for entry in manifest.files.values()))],
        "dataset_info": {"features": features(chosen.columns[manifest.kind])},
        "configs": [{"config_name": "default", "data_files": files, **chosen.options}],
    }
    return str(yaml.safe_dump(head, sort_keys=False, allow_unicode=True))


def _body(manifest: Manifest, chosen: Format) -> list[str]:
    split = manifest.split
    return [
        f"# {_plain(manifest.name)}",
        "",
        _rows(manifest, chosen),
        "",
        "| file | rows | SHA-256 |",
        "|---|---:|---|",
        *(f"| {name} | {entry.rows:,} | `{entry.sha256}` |" for name, entry in manifest.files.items()),
        "",
        f"Split: {split.test:.0%} test and {split.validation:.0%} validation, seed {split.seed}"
        + (f", grouped by {_plain(split.group)}" if split.group else "")
        + "; equal inputs stand on one side only.",
        f"Chosen by the query: {_plain(manifest.query)}"
        if manifest.query
        else "Every usable record of the project.",
        f"Written by {manifest.tool}.",
    ]


def _rows(manifest: Manifest, chosen: Format) -> str:
    if chosen.columns[manifest.kind].keys() >= {"id", "group"}:
        what = f"Each row has `id`, `group` (rows of one group belong together), and {_ROWS[manifest.kind]}."
    else:
        names = ", ".join(f"`{name}`" for name in chosen.columns[manifest.kind])
        what = f"Each row has {names}."
    return what if manifest.format == CANONICAL else f"Format {manifest.format}: {chosen.about} {what}"


def _labels(manifest: Manifest) -> list[str]:
    if not manifest.labels:
        return []
    sides = [entry.split for entry in manifest.files.values()]
    rows = [
        f"| {_plain(label)} | "
        + " | ".join(str(entry.labels.get(label, 0)) for entry in manifest.files.values())
        + " |"
        for label in manifest.labels
    ]
    return ["", f"| label | {' | '.join(sides)} |", "|---|" + "---:|" * len(sides), *rows]


def _left_out(manifest: Manifest) -> list[str]:
    told = (("Held back", manifest.held_back), ("Adapted", manifest.adapted))
    return [
        line
        for title, counts in told
        if counts
        for line in ("", f"{title}: {', '.join(f'{count:,} {reason}' for reason, count in counts.items())}.")
    ]


def _checks(manifest: Manifest) -> list[str]:
    """What the checks found, what was called no fault and why, and what was not looked for."""
    checks = manifest.checks
    if checks is None:
        return []
    lines = ["", "## Checks", "", f"{checks.total} checks have seen these records as they are."]
    if checks.found:
        lines += ["", "| check | severity | found | suppressed |", "|---|---|---:|---:|"]
        lines += [
            f"| {name} | {entry.severity} | {entry.found:,} | {entry.suppressed:,} |"
            for name, entry in checks.found.items()
        ]
    reasons = [
        f"- {name}: {_plain(reason)}" for name, entry in checks.found.items() for reason in entry.reasons
    ]
    if reasons:
        lines += ["", "Called no fault, for these reasons:", "", *reasons]
    if checks.not_run:
        lines += ["", f"Not run on these records as they are: {', '.join(checks.not_run)}."]
    return lines


def _plain(text: str) -> str:
    """Text from data as one line that Markdown shows as it is, and never obeys."""
    return _MARKUP.sub(r"\\\1", visible_line(text, _SHOWN))
