"""curator.toml: what a project is, and how it splits, trains and scores."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from curator.errors import CuratorError, explained
from curator.records import Kind, Published
from curator.text import nearest

FILE_NAME = "curator.toml"
BUNDLED_MODEL = "bundled"


def _usable_similarity(value: float) -> float:
    """Below a half most texts of one kind are alike, and nearly all records would have to stay together."""
    if value and not 0.5 <= value <= 1.0:
        raise ValueError(f"{value} is neither 0 nor between 0.5 and 1")
    return value


Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[int, Field(gt=0)]
Similarity = Annotated[float, Field(ge=0.0, le=1.0), AfterValidator(_usable_similarity)]


class Settings(Published):
    """Base of all settings: a number is one that can be counted with, and that a file of JSON can hold."""

    model_config = ConfigDict(allow_inf_nan=False)


class SplitSettings(Settings):
    """How records are divided."""

    test: Share = 0.2
    """Share of the records that is held out for the verdict."""
    validation: Share = 0.1
    """Share that chooses the best checkpoint; cut from what would be train."""
    seed: int = 0
    """Another seed draws another split."""
    group: str = ""
    """A column whose equal values stay on one side (a customer, a document, an author)."""
    near_duplicates: Similarity = 0.8
    """Texts at least this alike (Jaccard similarity of their runs of three words) stay on one side; 0 for none."""
    date: str = ""
    """A column with dates: the oldest records go to train, then validation, the newest to test."""

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> SplitSettings:
        if self.test + self.validation >= 1.0:
            raise ValueError(
                f"test ({self.test}) and validation ({self.validation}) leave nothing to train on"
            )
        return self


class WindowSettings(Settings):
    """How documents of a text project are cut."""

    unit: Literal["word", "token"] = "word"
    """What is counted: words, or tokens of the project's model."""
    size: Positive = 128
    """Units in a window."""
    stride: Positive | None = None
    """Units from one window's start to the next; by default windows do not overlap."""
    target: Literal["all", "last"] = "all"
    """Learn every next token, or only the window's last unit."""


class TrainSettings(Settings):
    """How a model is tuned."""

    method: Literal["qlora", "lora", "full"] = "qlora"
    """qlora: adapter on a quantised base; lora: adapter on the base as it is; full: every weight."""
    epochs: Annotated[float, Field(gt=0)] = 3.0
    """Passes over the training rows."""
    learning_rate: Annotated[float, Field(gt=0)] | None = None
    """By default 1e-3 for models under 100 million parameters, else 2e-4; a tenth of it for full."""
    batch_size: Positive = 16
    """Rows per optimizer step, over all devices."""
    processes: Positive = 1
    """Processes of one machine that train together, one for each GPU, or on the CPU with a part of its cores each."""
    shard: bool = False
    """Each process keeps only its part of the frozen weights, and fetches a layer from the others while it computes:
    for models that fit on no single GPU, slower than without. For lora and qlora."""
    micro_batch_size: Positive = 8
    """Rows of the greatest length in one forward pass, and of shorter ones as many as have as many tokens. Several
    passes make up batch_size; fewer rows are taken if they do not fit into memory."""
    gradient_checkpointing: bool = False
    """Compute activations once more on the way back instead of keeping them: a third slower, much less memory. Turned
    on by itself where one row at a time does not fit."""
    max_length: Positive = 1024
    """Longest row in tokens; a longer one is left out and listed, an answer is never cut."""
    bits: Literal[4, 8] = 4
    """Bits of a weight of a quantised base: 4 (NF4, its scales quantised once more) or 8 (LLM.int8), twice as large and
    closer to the base as it is. With 8 a row's loss owes a little to the others in its batch."""
    lora_rank: Positive = 32
    """Rank of the adapter."""
    lora_alpha: Positive = 64
    """Scale of the adapter."""
    lora_dropout: Share = 0.0
    """Dropout inside the adapter."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Decay of the trained weights."""
    warmup: Share = 0.05
    """Share of the steps over which the learning rate rises."""
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    """How the learning rate goes on after the warm-up."""
    save_steps: Positive | None = None
    """A checkpoint every so many steps; by default once an epoch."""
    patience: Annotated[int, Field(ge=0)] = 0
    """After so many passes in a row without a lower validation loss training stops; 0 for never."""
    seed: int = 0
    """Order of the rows and start of the adapter."""
    mix: tuple[str, ...] = ()
    """Other exports that are learned too, each with how often in a pass: faq=2, ../law/exports/v1=0.5."""
    replay: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Share of the training rows that are general examples, so that the model forgets less."""
    replay_from: str = ""
    """Where those come from: an export or a JSONL file; by default texts that come with Curator."""
    label_codes: bool = False
    """Learn each label as a code of one token; the prompt lists which code means which label."""
    price_per_hour: Annotated[float, Field(ge=0)] | None = None
    """What an hour of the machine costs, so that estimates and finished runs can tell what they cost."""
    report_to: tuple[str, ...] = ()
    """Trackers that follow the run: tensorboard, wandb, trackio."""

    @model_validator(mode="after")
    def _has_frozen_weights_to_shard(self) -> TrainSettings:
        if self.shard and self.method == "full":
            raise ValueError("shard is about frozen weights, and full trains all; take lora or qlora")
        return self


class CheckSettings(Settings):
    """What the checks take for odd."""

    near_duplicates: Annotated[float, Field(gt=0.5, le=1.0)] = 0.8
    """Texts at least this alike (Jaccard similarity of their runs of three words) are near duplicates."""
    languages: tuple[str, ...] = ()
    """Languages that belong (ISO 639-1: en, ru); by default those that a hundredth of the texts or more is in."""
    few_records: Positive = 500
    """A set with fewer usable records is small for its task."""
    few_examples: Positive = 10
    """A label with fewer records is rare."""
    imbalance: Annotated[float, Field(gt=1)] = 50.0
    """A label with so many times more records than another is too frequent."""
    length: Annotated[float, Field(gt=0)] = 5.0
    """Robust deviations of the logarithm of its length from which on a text is short or long for its set."""
    unknown_tokens: Annotated[float, Field(gt=0, le=1)] = 0.3
    """Share of a record's tokens that its model may spell in single bytes, or not at all."""
    shared_words: Positive = 13
    """Words in a row that a test record may not share with train."""
    severity: dict[str, Literal["error", "warning", "info"]] = Field(default_factory=dict)
    """Severity of a check in this project: {personal-data = "error"}."""


class InterfaceSettings(Settings):
    """How the terminal UI looks and speaks."""

    language: Literal["", "en", "ru"] = ""
    """Language of the interface; by default that of the locale."""
    theme: str = ""
    """Colours: high-contrast-dark, high-contrast-light, or another theme that the command palette lists."""
    ascii: bool = False
    """Signs and frames of ASCII only, for terminals without others."""


class EvaluateSettings(Settings):
    """How a run is scored."""

    batch_size: Positive = 16
    """Rows in one forward pass."""
    max_new_tokens: Positive = 128
    """Longest generated answer."""
    resamples: Annotated[int, Field(ge=100)] = 10_000
    """Bootstrap resamples behind every interval."""
    seed: int = 0
    """Seed of the resamples, and of the examples that are drawn."""
    few_shot: Annotated[int, Field(ge=0, le=100)] = 4
    """Examples from train that the base model is shown before each test row, the same for all; 0 for no such rival."""
    retrieved: Annotated[int, Field(ge=0, le=100)] = 4
    """The same with the train rows that are most like the test row."""
    answer_schema: str = ""
    """JSON Schema that every answer of an instruction project shall satisfy: a file, seen from the project's folder."""
    answer_pattern: str = ""
    """Regular expression that every answer of an instruction project shall match as a whole."""
    free_answers: bool = True
    """Classification: also let the models answer freely, to count the answers that are no label."""
    memorisation_windows: Annotated[int, Field(ge=0)] = 20
    """Text: how many test windows are gone on with to see what training text is reproduced; 0 for none."""


class Config(Settings):
    """Everything that curator.toml may hold."""

    kind: Kind
    """What a record is: instruction, classification or text."""
    labels: tuple[str, ...] = ()
    """The closed list of labels of a classification project."""
    model: str = BUNDLED_MODEL
    """The base model: a folder, a hub id, or "bundled" for the small one that comes with Curator."""
    system: str = ""
    """System prompt put before every record that has none of its own."""
    fields: dict[str, str] = Field(default_factory=dict)
    """Which column of a file holds which field, as `--map` does: {text = "message"}."""
    split: SplitSettings = SplitSettings()
    """How records are divided."""
    windows: WindowSettings = WindowSettings()
    """How documents of a text project are cut."""
    train: TrainSettings = TrainSettings()
    """How the model is tuned."""
    evaluate: EvaluateSettings = EvaluateSettings()
    """How a run is scored."""
    checks: CheckSettings = CheckSettings()
    """What the checks take for odd."""
    filters: dict[str, str] = Field(default_factory=dict)
    """Queries that were given a name in the terminal UI: {unsure = "status:flagged label:refund"}."""
    interface: InterfaceSettings = InterfaceSettings()
    """How the terminal UI looks and speaks."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Key of the terminal UI to the label that it picks: {r = "refund"}."""
    keymap: dict[str, str] = Field(default_factory=dict)
    """Action of the terminal UI to its keys: {"label.reject" = "d,delete"}."""

    @property
    def coded_labels(self) -> tuple[str, ...]:
        """The labels, where they are learned as codes."""
        return self.labels if self.kind == "classification" and self.train.label_codes else ()

    @field_validator("labels")
    @classmethod
    def _labels_are_distinct(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        for label in labels:
            if not label.strip():
                raise ValueError("a label is empty")
            if labels.count(label) > 1:
                raise ValueError(f"label {label!r} stands twice")
        return labels


def load(path: Path) -> Config:
    """Read curator.toml.

    Raises:
        CuratorError: the file is missing or not TOML, or a key or value is wrong; its nearest kin is named.
    """
    with explained("read the project's settings", path):
        raw = path.read_bytes()
    try:
        return Config.model_validate(tomllib.loads(raw.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise CuratorError(
            f"{path}: is not UTF-8 (byte {error.start}).", "Save the file as UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise CuratorError(
            f"{path}: {error}.", "Mend the file; its syntax is described at toml.io."
        ) from error
    except ValidationError as error:
        raise CuratorError(f"{path}: {explain(error, Config)}", "Mend that line of the file.") from error


def with_values(config: Config, assignments: Iterable[tuple[str, str]]) -> Config:
    """The config with some keys set from text, `train.epochs=2` as ("train.epochs", "2"); nothing for the default.

    A list may be written as words with commas between them.

    Raises:
        CuratorError: a key does not exist or its value is wrong.
    """
    return with_settings(config, {key: _given(config, key, text) for key, text in assignments})


def _given(config: Config, key: str, text: str) -> Any:
    if not text:
        return _default(key)
    value = _parsed(text)
    is_list = key in setting_names(Config) and isinstance(setting(config, key), tuple)
    if is_list and isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def with_settings(config: Config, settings: Mapping[str, Any]) -> Config:
    """The config with some dotted keys set.

    Raises:
        CuratorError: a key does not exist or its value is wrong.
    """
    values = config.model_dump()
    for key, value in settings.items():
        *path, last = key.split(".")
        table: Any = values
        for part in path:
            table = table.get(part) if isinstance(table, dict) else None
        if not isinstance(table, dict) or last not in table:
            raise CuratorError(f"There is no setting {key}.", nearest(key, setting_names(Config)))
        table[last] = value
    return checked(values)


def setting(config: Config, key: str) -> Any:
    """The value of a dotted key, in plain Python.

    Raises:
        KeyError: there is no such key.
    """
    found: Any = config.model_dump()
    for part in key.split("."):
        found = found[part]
    return found


def checked(values: Mapping[str, Any]) -> Config:
    """A config from plain values, as the command line gives them.

    Raises:
        CuratorError: a key does not exist or its value is wrong.
    """
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise CuratorError(
            explain(error, Config), "See `curator schema config` for what it may hold."
        ) from error


def new(kind: str, labels: str = "", model: str = "", system: str = "") -> Config:
    """The settings of a new project from what a person typed; labels have commas between them.

    Raises:
        CuratorError: a value is wrong.
    """
    given = {name: value.strip() for name, value in (("model", model), ("system", system)) if value.strip()}
    named = [label.strip() for label in labels.split(",") if label.strip()]
    return checked({"kind": kind, "labels": named, **given})


def setting_names(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Every dotted key of a settings model."""
    names: list[str] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            names += setting_names(inner, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """The first error of a validation in words: `epocs: no such setting. Did you mean train.epochs?`."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{key}: no such setting. {nearest(key, setting_names(model))}"
    if first["type"] == "missing":
        return f"{key} is missing."
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{key}: {message}." if key else f"{message}."


def _default(key: str) -> Any:
    """What a dotted key holds when nobody sets it; nothing for a key that does not exist or has no default."""
    model: Any = Config
    for part in key.split(".")[:-1]:
        field = getattr(model, "model_fields", {}).get(part)
        model = None if field is None else field.annotation
    last = getattr(model, "model_fields", {}).get(key.rpartition(".")[2])
    return "" if last is None or last.is_required() else last.get_default(call_default_factory=True)


def _parsed(text: str) -> Any:
    """A value as TOML would read it; anything else is a plain string."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
