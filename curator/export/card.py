"""README.md of an export: a dataset card whose head the hub understands."""

from __future__ import annotations

from curator.export.manifest import Manifest

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


def render(manifest: Manifest) -> str:
    """The card of an export."""
    return "\n".join([*_head(manifest), *_body(manifest), *_labels(manifest), *_held_back(manifest), ""])


def _head(manifest: Manifest) -> list[str]:
    files = [
        line
        for name in manifest.files
        for line in (f"  - split: {name.removesuffix('.jsonl')}", f"    path: {name}")
    ]
    return [
        "---",
        f"pretty_name: {manifest.name}",
        f"task_categories:\n- {_TASKS[manifest.kind]}",
        "configs:",
        "- config_name: default",
        "  data_files:",
        *files,
        "---",
    ]


def _body(manifest: Manifest) -> list[str]:
    split = manifest.split
    return [
        f"# {manifest.name}",
        "",
        "Each line is one JSON object: `id`, `group` (rows of one group belong together), "
        f"and {_ROWS[manifest.kind]}.",
        "",
        "| file | rows | SHA-256 |",
        "|---|---:|---|",
        *(f"| {name} | {entry.rows:,} | `{entry.sha256}` |" for name, entry in manifest.files.items()),
        "",
        f"Split: {split.test:.0%} test and {split.validation:.0%} validation, seed {split.seed}"
        + (f", grouped by `{split.group}`" if split.group else "")
        + "; equal inputs stand on one side only.",
        f"Chosen by the query `{manifest.query}`."
        if manifest.query
        else "Every usable record of the project.",
        f"Written by {manifest.tool}.",
    ]


def _labels(manifest: Manifest) -> list[str]:
    if not manifest.labels:
        return []
    names = list(manifest.files)
    rows = [
        f"| {_cell(label)} | "
        + " | ".join(str(manifest.files[name].labels.get(label, 0)) for name in names)
        + " |"
        for label in manifest.labels
    ]
    return ["", f"| label | {' | '.join(names)} |", "|---|" + "---:|" * len(names), *rows]


def _held_back(manifest: Manifest) -> list[str]:
    if not manifest.held_back:
        return []
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in manifest.held_back.items())
    return ["", f"Held back: {reasons}."]


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
