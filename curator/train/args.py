"""What a run is told, what it reports while it goes, and what it leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from curator.config import EvaluateSettings, TrainSettings
from curator.records import Frozen, Kind, Published

ADAPTER = "adapter"
CHECKPOINTS = "checkpoints"
EVENTS = "events.jsonl"
LOG = "train.log"
PREFLIGHT = "preflight.json"
REPLAY = "replay"
RESULT = "result.json"
RUN = "run.json"

INTERRUPTED = 130

Weight = Annotated[float, Field(gt=0, le=100)]
EventKind = Literal[
    "started",
    "step",
    "validation",
    "early_stop",
    "checkpoint",
    "smaller",
    "warning",
    "error",
    "stopped",
    "finished",
]


class Part(Published):
    """Another export that a run learns from."""

    name: str
    """What its rows' ids begin with."""
    path: str
    """The exported folder."""
    sha256: dict[str, str]
    """Name of each file that is read to the SHA-256 of its bytes."""
    kind: Kind
    """Kind of its rows."""
    labels: tuple[str, ...] = ()
    """Its closed list of labels."""
    system: str = ""
    """System prompt put before its rows that have none of their own."""
    weight: Weight = 1.0
    """How often its training rows are drawn in one pass."""


class Replay(Published):
    """Where the general examples of a run come from."""

    path: str = ""
    """The file of rows; empty for the texts that come with Curator."""
    sha256: str
    """SHA-256 of its bytes."""
    labels: tuple[str, ...] = ()
    """The closed list of labels of its classification rows, where it is known."""
    system: str = ""
    """System prompt put before its rows that have none of their own."""


class RunSpec(Published):
    """run.json: everything that decides what a run does; never changed once written."""

    schema_version: int = 1
    """Changes when a key changes its meaning."""
    name: str
    """Name of the run."""
    created: str
    """When the run was asked for, ISO 8601 with its zone."""
    kind: Kind
    """Kind of the rows."""
    labels: tuple[str, ...] = ()
    """The closed list of labels."""
    system: str = ""
    """System prompt put before every row that has none of its own."""
    model: str
    """The base model as the user named it."""
    model_path: str
    """The folder or hub id that the name stood for."""
    export_path: str
    """The exported folder."""
    export_sha256: dict[str, str]
    """Name of each exported file to the SHA-256 of its bytes."""
    weight: Weight = 1.0
    """How often the export's training rows are drawn in one pass."""
    parts: tuple[Part, ...] = ()
    """Other exports that are learned too."""
    replay: Replay | None = None
    """The general examples that are learned too; how many, `train.replay` says."""
    train: TrainSettings
    """How the model is tuned."""
    evaluate: EvaluateSettings
    """How the run is scored."""

    @property
    def coded_labels(self) -> tuple[str, ...]:
        """The labels, where they are learned as codes."""
        return self.labels if self.kind == "classification" and self.train.label_codes else ()


class DroppedRow(Published):
    """A row that was left out because it is longer than the limit."""

    id: str
    """The row's id."""
    length: int
    """Its length in tokens."""


class Sample(Frozen):
    """A training row as the model sees it."""

    id: str
    """The row's id."""
    given: str
    """The part that is not learned, control tokens included."""
    learned: str
    """The part that is learned, control tokens included."""


class Origin(Frozen):
    """What of the training rows comes from one place."""

    name: str
    """Name of the export, or `replay` for general examples."""
    rows: int
    """Rows of one pass, as they are drawn."""
    learned: int
    """Those of their tokens that are learned."""


class Proof(Frozen):
    """What a loaded model has shown before its first step, and how it is made."""

    parameters: int
    """Weights of the model, adapter included."""
    trainable: int
    """Weights that are trained."""
    adapted: int
    """Layers that carry an adapter."""
    quantised: int
    """Layers whose weights are quantised."""
    rows: int
    """Training rows that it was tried on."""
    batch_difference: float
    """Largest difference of a row's loss alone and among others, nats per token."""
    packed_difference: float | None
    """Largest difference of a row's loss in a line of its own and in a shared one; None where none was shared."""
    packs: bool
    """Whether rows may share lines: they do not change each other."""
    attention: str = ""
    """How attention is computed, as transformers names it."""
    held_bytes: int = 0
    """Memory of the weights, gradients and optimizer states: what is held all the time."""


class Event(Frozen):
    """One line of events.jsonl. Steps logged after the step that a later `started` resumes from are void."""

    event: EventKind
    """What happened."""
    time: float
    """Seconds since 1970."""
    process: int
    """Id of the trainer's process; a resumed run has several."""
    step: int = 0
    """Optimizer steps done; for `started` the step that it goes on from."""
    steps: int = 0
    """Optimizer steps of the whole run."""
    epoch: float = 0.0
    """Passes over the training rows done."""
    loss: float | None = None
    """Mean loss per trained token, in nats: of the step, or over the validation rows."""
    best: bool = False
    """This validation loss is the lowest so far."""
    gradient_norm: float | None = None
    """Length of the step's gradient before clipping."""
    learning_rate: float | None = None
    """Learning rate of the step."""
    tokens: int = 0
    """Real (unpadded) tokens of the step."""
    tokens_per_second: float | None = None
    """Real tokens per second since this process began to train."""
    seconds_left: float | None = None
    """Expected seconds to the end."""
    rows: int = 0
    """Training rows that are used."""
    dropped: int = 0
    """Rows left out for their length, training and validation."""
    micro_batch: int = 0
    """For `smaller`: rows in one forward pass from here on, because more did not fit into memory."""
    checkpointing: bool = False
    """For `smaller`: activations are computed once more on the way back from here on."""
    problem: str = ""
    """What went wrong."""
    remedy: str = ""
    """What to do about it, or for `warning` what comes of it."""
    row_ids: tuple[str, ...] = ()
    """For a `warning` about a step: its rows, that of the highest loss first."""


class Quality(Frozen):
    """The losses that a run ended with."""

    train_loss: float | None
    """Mean training loss over the last tenth of the steps."""
    validation_loss: float | None = None
    """Validation loss of the weights that were kept."""
    best_step: int | None = None
    """The step after which the kept weights were saved, if validation chose it."""


class RunResult(Frozen):
    """result.json: what a finished run did."""

    schema_version: int = 1
    """Changes when a key changes its meaning."""
    finished: str
    """When, ISO 8601 with its zone."""
    steps: int
    """Optimizer steps."""
    stopped_early: bool = False
    """There would have been more: the validation loss had not got lower for `train.patience` times."""
    seconds: float
    """Time spent, interruptions left out."""
    rows: int
    """Training rows used."""
    tokens: int
    """Real tokens that went through the model, all epochs."""
    dropped: tuple[DroppedRow, ...] = ()
    """Rows left out for their length."""
    quality: Quality
    """Losses."""
    learning_rate: float
    """Peak learning rate."""
    micro_batch_size: int | None = None
    """Rows in one forward pass at the end: fewer than were asked for if they did not fit into memory."""
    gradient_checkpointing: bool | None = None
    """Whether activations were computed once more on the way back."""
    parameters: int
    """Weights of the model, adapter included."""
    trainable_parameters: int
    """Weights that were trained."""
    processes: int = 1
    """Processes that trained together, the last time it was gone on with."""
    peak_memory_bytes: int
    """Most memory held: of a GPU, or of a process on a CPU."""
    device: str
    """Where it ran."""
    dtype: str
    """Type of the base weights that are not quantised."""
    quantisation: str | None
    """How the base was quantised (nf4, int8)."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Library to version."""

    @property
    def trainable_share(self) -> float:
        """Trained weights as a share of all."""
        return self.trainable_parameters / max(self.parameters, 1)


class RunState(Frozen):
    """How far a run has come, as its folder shows it."""

    phase: Literal["created", "unfinished", "finished"]
    """`unfinished` runs can be resumed."""
    last: Event | None
    """The last event."""
    folder: Path
    """The run's folder."""
