"""Instruction prompts that a user wrote: what careful words alone get out of the base model.

The text of the file stands where the project's system prompt stood, and before the system prompt of a row that has one
of its own. A text that says where the row goes (`{text}`; `{instruction}`, `{input}`) is the user's turn instead.
`{labels}` is the closed list in both. Other braces stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from curator.errors import CuratorError, explained
from curator.export.shapes import conversation
from curator.records import ClassificationRow, Frozen, InstructionRow
from curator.text import digest, visible_line

Turns = Sequence[dict[str, str]]

MOST_BYTES = 1 << 20
"""No model sees a longer prompt; a file of that size is something else."""


class OwnPrompt(Frozen):
    """A prompt file."""

    name: str
    """The file's name without its suffix."""
    text: str
    """What it says."""

    @property
    def fingerprint(self) -> str:
        """Changes with the text."""
        return digest("own prompt", self.text)

    def turns(self, row: InstructionRow | ClassificationRow, labels: str, legend: str = "") -> Turns:
        """The conversation before a row's answer.

        Args:
            row: What is asked.
            labels: The closed list, as `{labels}` shows it.
            legend: Which code stands for which label, where labels are learned as codes: shown in any case.

        Raises:
            CuratorError: nothing of the row would be shown.
        """
        fields = _fields(row)
        shown = [name for name in fields if f"{{{name}}}" in self.text]
        if shown:
            if not any(fields[name].strip() for name in shown):
                raise _nothing_shown(self.name, row.id)
            user = _filled(self.text, {**self._joined(fields), "labels": legend or labels})
            listed = not legend or "{labels}" in self.text
            user = user if listed else f"{user}\n\n{legend}"
            return [*conversation(row, "")[:-1], {"role": "user", "content": user}]
        system = _filled(self.text, {"labels": labels})
        own = conversation(row, "")
        if own[0]["role"] == "system":
            system, own = f"{system}\n\n{own[0]['content']}", own[1:]
        if legend:
            own[-1]["content"] += f"\n\n{legend}"
        return [{"role": "system", "content": system}, *own]

    def _joined(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields; material without a place of its own stands below the instruction, as in training."""
        if "{input}" in self.text or not fields.get("input", "").strip():
            return dict(fields)
        return {**fields, "instruction": f"{fields['instruction']}\n\n{fields['input']}"}


def read(paths: Sequence[Path]) -> tuple[OwnPrompt, ...]:
    """Read prompt files, each called after its file.

    Raises:
        CuratorError: a file is missing, empty, not text or too long; or two have one name.
    """
    found: dict[str, OwnPrompt] = {}
    for path in paths:
        name = path.stem
        if name in found:
            raise CuratorError(
                f"Two prompts are called {name}: results are named after the files.", "Rename one of them."
            )
        found[name] = OwnPrompt(name=name, text=_text(path))
    return tuple(found.values())


def _text(path: Path) -> str:
    with explained("read the prompt", path), path.open("rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise CuratorError(f"{path} is longer than 1 MiB: no model sees such a prompt.", "Shorten it.")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").strip()
    except UnicodeDecodeError as error:
        raise CuratorError(
            f"{path}: is not UTF-8 (byte {error.start}).", "Save the file as UTF-8."
        ) from error
    if not text:
        raise CuratorError(f"The prompt {path} is empty.", "Write into it what the model shall be told.")
    return text


def _fields(row: InstructionRow | ClassificationRow) -> dict[str, str]:
    if isinstance(row, ClassificationRow):
        return {"text": row.text}
    return {"instruction": row.instruction, "input": row.input or ""}


def _nothing_shown(name: str, row: str) -> CuratorError:
    return CuratorError(
        f"The prompt {visible_line(name)} shows nothing of row {row}, which has no input.",
        "Say where the instruction goes, too: {instruction}.",
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Every place filled once: what a row says is not looked at again."""
    names = "|".join(map(re.escape, values))
    return re.sub(rf"\{{({names})\}}", lambda place: values[place[1]], text)
