"""Every format of an export by its name: what a row becomes in it, and what kind of file that goes into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from curator.errors import CuratorError
from curator.export import companions, shapes, sinks
from curator.export.columns import Columns
from curator.export.manifest import CANONICAL, Manifest
from curator.export.shapes import Shape
from curator.records import KINDS, ROWS, Kind
from curator.text import nearest

Mapped = Mapping[str, str]
"""Field to column."""

_ANSWERED: tuple[Kind, ...] = ("instruction", "classification")


class Format(NamedTuple):
    """How rows are written down."""

    about: str
    """Who reads it."""
    shape: Shape
    sink: type[sinks.Sink]
    file: str
    """Name of the file of a side, `{split}` standing for train, validation or test."""
    columns: Mapping[Kind, Columns]
    """The columns for each kind that it can hold."""
    mapping: Mapping[Kind, Mapped] = {}
    """Where an import finds the fields whose columns are called otherwise."""
    windows: Shape = shapes.text
    """What a window of a text project becomes."""
    places_system: bool = True
    """Whether the project's system prompt has a place."""
    escapes_formulas: bool = False
    options: Mapping[str, bool] = {}
    """How `datasets` has to read the files, where its defaults would change them."""
    finish: Callable[[Path, Manifest, Columns], None] = companions.nothing
    """Writes the further files that the reader asks for."""

    def shape_of(self, kind: Kind) -> Shape:
        """What makes a row of a kind into an object of this format."""
        return self.windows if kind == "text" else self.shape


def named(name: str) -> Format:
    """A format by its name.

    Raises:
        CuratorError: there is none of that name.
    """
    if name not in FORMATS:
        raise CuratorError(f"There is no export format {name!r}.", nearest(name, FORMATS))
    return FORMATS[name]


def require(name: str, kind: Kind, system: str) -> Format:
    """A format that can hold a project's records.

    Raises:
        CuratorError: it cannot, or there is none of that name.
    """
    chosen = named(name)
    if kind not in chosen.columns:
        fit = ", ".join(other for other, format_ in FORMATS.items() if kind in format_.columns)
        raise CuratorError(
            f"The format {name} cannot hold records of kind {kind}.", f"Formats that can: {fit}."
        )
    if system.strip() and not chosen.places_system and kind != "text":
        fit = ", ".join(
            other for other, format_ in FORMATS.items() if kind in format_.columns and format_.places_system
        )
        raise CuratorError(
            f"The format {name} has no place for the project's system prompt.", f"Formats that have: {fit}."
        )
    return chosen


def _own(kind: Kind) -> Columns:
    return {name: "turns" if name == "history" else "text" for name in ROWS[kind].model_fields}


def _cells(kind: Kind) -> Columns:
    return dict.fromkeys(ROWS[kind].model_fields, "text")


_OWN = {kind: _own(kind) for kind in KINDS}
_TEXT: Columns = {"text": "text"}
_ALPACA: Columns = {
    "instruction": "text",
    "input": "text",
    "output": "text",
    "system": "text",
    "history": "pairs",
}
_ALPACA_FIELDS: Mapping[Kind, Mapped] = {
    "instruction": {"answer": "output"},
    "classification": {"text": "instruction", "label": "output"},
}


def _for_answers(columns: Columns) -> dict[Kind, Columns]:
    return dict.fromkeys(_ANSWERED, columns)


FORMATS: dict[str, Format] = {
    CANONICAL: Format(
        about="Curator's own, which runs read: one JSON object a line.",
        shape=shapes.canonical,
        sink=sinks.JsonLines,
        file="{split}.jsonl",
        columns=_OWN,
        windows=shapes.canonical,
    ),
    "parquet": Format(
        about="The same rows as Parquet.",
        shape=shapes.canonical,
        sink=sinks.Parquet,
        file="{split}.parquet",
        columns=_OWN,
        windows=shapes.canonical,
    ),
    "csv": Format(
        about="The same rows for a spreadsheet.",
        shape=shapes.canonical,
        sink=sinks.Csv,
        file="{split}.csv",
        columns={kind: _cells(kind) for kind in KINDS},
        windows=shapes.canonical,
        escapes_formulas=True,
        options={"keep_default_na": False},
    ),
    "datasets": Format(
        about="The same rows as a DatasetDict for datasets.load_from_disk.",
        shape=shapes.canonical,
        sink=sinks.Arrow,
        file="{split}/" + companions.ARROW_FILE,
        columns=_OWN,
        windows=shapes.canonical,
        finish=companions.dataset_dict,
    ),
    "openai": Format(
        about="Turns as OpenAI's fine-tuning takes them.",
        shape=shapes.openai,
        sink=sinks.JsonLines,
        file="{split}.jsonl",
        columns=_for_answers({"messages": "weighted"}),
    ),
    "messages": Format(
        about="Turns for TRL and everything else that applies a chat template.",
        shape=shapes.messages,
        sink=sinks.JsonLines,
        file="{split}.jsonl",
        columns=_for_answers({"messages": "turns"}),
    ),
    "sharegpt": Format(
        about="Turns under `conversations`, tagged human and gpt.",
        shape=shapes.sharegpt,
        sink=sinks.JsonArray,
        file="{split}.json",
        columns=_for_answers({"conversations": "tagged"}),
    ),
    "alpaca": Format(
        about="instruction, input, output; system and history where there are any.",
        shape=shapes.alpaca,
        sink=sinks.JsonArray,
        file="{split}.json",
        columns=_for_answers(_ALPACA),
        mapping=_ALPACA_FIELDS,
    ),
    "prompt-completion": Format(
        about="Two texts, without turns or template.",
        shape=shapes.prompt_completion,
        sink=sinks.JsonLines,
        file="{split}.jsonl",
        columns=_for_answers({"prompt": "text", "completion": "text"}),
        mapping={
            "instruction": {"instruction": "prompt", "answer": "completion"},
            "classification": {"text": "prompt", "label": "completion"},
        },
        places_system=False,
    ),
    "prompt-completion-chat": Format(
        about="Prompt and completion as turns: TRL's loss is on the answer alone.",
        shape=shapes.prompt_completion_turns,
        sink=sinks.JsonLines,
        file="{split}.jsonl",
        columns=_for_answers({"prompt": "turns", "completion": "turns"}),
    ),
    "text": Format(
        about="One text a line, for pretraining.",
        shape=shapes.text,
        sink=sinks.JsonLines,
        file="{split}.jsonl",
        columns={"text": _TEXT},
    ),
    "llamafactory": Format(
        about="Alpaca's columns with the dataset_info.json that LLaMA-Factory looks them up in.",
        shape=shapes.alpaca_columns,
        sink=sinks.JsonArray,
        file="{split}.json",
        columns=_for_answers(_ALPACA) | {"text": _TEXT},
        mapping=_ALPACA_FIELDS,
        finish=companions.llamafactory,
    ),
    "axolotl": Format(
        about="Turns with the part of an axolotl configuration that reads them.",
        shape=shapes.axolotl,
        sink=sinks.JsonLines,
        file="{split}.jsonl",
        columns=_for_answers({"messages": "flagged"}) | {"text": _TEXT},
        finish=companions.axolotl,
    ),
}
"""A new format is a shape, perhaps a sink, and a line here."""
