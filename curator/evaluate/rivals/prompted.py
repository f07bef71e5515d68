"""The base model asked in other ways than it is tuned: a user's own prompt, examples, the most similar examples.

Each is scored as the base is, by the same rule; only the words before a row's answer differ. Examples are earlier turns
of the conversation (Brown et al. 2020); retrieved ones are those whose questions are most like the row's own (Liu et
al. 2022, kNN-augmented in-context learning).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from curator.errors import CuratorError
from curator.evaluate.rivals.examples import Asked, most_similar, spread
from curator.evaluate.rivals.own_prompts import OwnPrompt
from curator.records import ClassificationRow, Frozen, InstructionRow, Row
from curator.text import digest, plural, visible_line
from curator.train.args import RunSpec
from curator.train.rows.render import Renderer, Turns

FEW_SHOT = "few_shot"
RETRIEVED = "retrieved"
OF_EXAMPLES = (FEW_SHOT, RETRIEVED)
"""Rivals that are shown a number of examples, none of which means without them."""


class Wanted(Frozen):
    """Which of these rivals are wanted."""

    prompts: tuple[OwnPrompt, ...] = ()
    """Prompts of the user's own."""
    few_shot: int | None = None
    """Examples that every row is shown; by default as many as before, or what the settings say."""
    retrieved: int | None = None
    """Most similar examples that each row is shown; by default as many as before, or what the settings say."""

    def settled(self, spec: RunSpec, before: Wanted) -> Wanted:
        """With what was chosen before, and the defaults of a run.

        Raises:
            CuratorError: the run's kind asks its model nothing, and something was wanted.
        """
        if spec.kind == "text":
            if self.prompts or self.few_shot or self.retrieved:
                raise CuratorError(
                    "A text project asks its model nothing, so it has no rivals that are prompts.",
                    "Leave --prompt, --few-shot and --retrieved out.",
                )
            return Wanted(few_shot=0, retrieved=0)
        few = (self.few_shot, before.few_shot, spec.evaluate.few_shot)
        similar = (self.retrieved, before.retrieved, spec.evaluate.retrieved)
        return Wanted(prompts=self.prompts, few_shot=_first(few), retrieved=_first(similar))

    def without(self, names: Collection[str]) -> Wanted:
        """Those that are not among `names`."""
        return Wanted(
            prompts=tuple(prompt for prompt in self.prompts if name_of(prompt) not in names),
            few_shot=0 if FEW_SHOT in names else self.few_shot,
            retrieved=0 if RETRIEVED in names else self.retrieved,
        )

    def fingerprints(self) -> dict[str, str]:
        """System to what tells it from one of that name that was made otherwise."""
        found = {name_of(prompt): prompt.fingerprint for prompt in self.prompts}
        shown = {FEW_SHOT: self.few_shot, RETRIEVED: self.retrieved}
        return {name: digest(name, str(k)) for name, k in shown.items() if k} | found


def chosen(systems: Mapping[str, Mapping[str, Any]], left_out: Collection[str]) -> Wanted:
    """The numbers of examples that an evaluation was made with; open where a model could not be shown any."""
    counts = {
        name: None if name in left_out else int(systems.get(name, {}).get("examples_wanted", 0))
        for name in OF_EXAMPLES
    }
    return Wanted(few_shot=counts[FEW_SHOT], retrieved=counts[RETRIEVED])


def _first(counts: Iterable[int | None]) -> int | None:
    return next((count for count in counts if count is not None), None)


class Prompted(NamedTuple):
    """A way to ask the base model."""

    name: str
    """System name."""
    renderer: Renderer
    """Lays the rows out with these words."""
    told: Callable[[], dict[str, Any]]
    """After all rows were laid out: the title, and what else is to be known."""


class Place(NamedTuple):
    """What a run is scored on, for those who lay out its rows."""

    renderer: Renderer
    """Lays rows out as in training."""
    spec: RunSpec
    """Labels and settings."""
    train: Sequence[Row]
    """Where examples come from."""
    test: Sequence[Row]
    """What is asked."""
    limit: int
    """Tokens that the model can see."""

    def room(self, row: Asked) -> int:
        """Tokens to be kept free for a row's answer."""
        if isinstance(row, ClassificationRow):
            return max(len(self.renderer.label_ids(label)) for label in self.spec.labels)
        most = min(self.spec.evaluate.max_new_tokens, self.limit // 2)
        return max(most, len(self.renderer.answer_ids(row.answer)))

    def fits(self, row: Asked, turns: Turns) -> bool:
        """Whether the model can see a conversation and the row's answer."""
        return len(self.renderer.turns_ids(turns)) + self.room(row) <= self.limit


def prompted(wanted: Wanted, place: Place) -> Iterator[Prompted]:
    """Each rival that is wanted; none where a project asks nothing.

    Raises:
        CuratorError: a prompt is longer than the model can see, or the model's template refuses the turns.
    """
    test, train = _asked(place.test), _asked(place.train)
    if not test:
        return
    for prompt in wanted.prompts:
        yield _own(prompt, place, test)
    if wanted.few_shot and train:
        fixed = spread(train, wanted.few_shot, place.spec.evaluate.seed)
        yield _with_examples(FEW_SHOT, "", place, wanted.few_shot, lambda _: fixed)
    if wanted.retrieved and train:
        similar = most_similar(train, test, wanted.retrieved)
        yield _with_examples(
            RETRIEVED, " most like the question", place, wanted.retrieved, lambda row: similar[row.id]
        )


def name_of(prompt: OwnPrompt) -> str:
    """System name of a prompt."""
    return f"prompt:{prompt.name}"


def _own(prompt: OwnPrompt, place: Place, rows: Sequence[Asked]) -> Prompted:
    codes = place.renderer.codes
    labels, legend = ", ".join(place.spec.labels), codes.legend if codes else ""

    def turns(row: Asked) -> Turns:
        return prompt.turns(row, labels, legend)

    _try(prompt, place, turns(rows[0]))
    cut = sum(not place.fits(row, turns(row)) for row in rows)
    if cut == len(rows):
        raise CuratorError(
            f"The prompt {visible_line(prompt.name)} leaves no room for any test row: {place.spec.model} sees "
            f"{plural(place.limit, 'token')} at once.",
            "Shorten the prompt, or take a model with a longer context.",
        )
    told = {"title": f"the base model with the prompt {visible_line(prompt.name)}", "cut_rows": cut}
    return Prompted(name_of(prompt), place.renderer.worded(turns), lambda: told)


def _try(prompt: OwnPrompt, place: Place, turns: Turns) -> None:
    try:
        place.renderer.turns_ids(turns)
    except CuratorError as error:
        raise CuratorError(
            f"The prompt {visible_line(prompt.name)} cannot be used: {error.problem}",
            "If the model knows no system prompt, say where the row goes: "
            + ("{text}." if place.spec.kind == "classification" else "{instruction} and {input}."),
        ) from error


def _with_examples(
    name: str, words: str, place: Place, wanted: int, examples: Callable[[Asked], Sequence[Asked]]
) -> Prompted:
    """As many examples as the model can see before a row; the first of them are left out first."""
    fitted: dict[str, int] = {}

    def turns(row: Asked) -> Turns:
        own, shown = place.renderer.turns(row), examples(row)
        if row.id not in fitted:
            counts = range(len(shown), 0, -1)
            fits = (k for k in counts if place.fits(row, _joined(own, shown[-k:], place.renderer)))
            fitted[row.id] = next(fits, 0)
        count = fitted[row.id]
        return _joined(own, shown[len(shown) - count :], place.renderer)

    def told() -> dict[str, Any]:
        mean = sum(fitted.values()) / max(len(fitted), 1)
        title = f"few-shot prompting with {mean:.3g} examples{words}"
        return {"title": title, "examples": mean, "examples_wanted": wanted}

    return Prompted(name, place.renderer.worded(turns), told)


def _joined(own: Turns, examples: Sequence[Asked], renderer: Renderer) -> Turns:
    """The examples as earlier turns, after the system prompt."""
    first = next((place for place, turn in enumerate(own) if turn["role"] != "system"), len(own))
    shown = [turn for row in examples for turn in _example(row, renderer)]
    return [*own[:first], *shown, *own[first:]]


def _example(row: Asked, renderer: Renderer) -> Turns:
    """A train row as question and answer; what was said before it in its own conversation is left out."""
    if isinstance(row, ClassificationRow):
        question, answer = row.text, renderer.written(row.label)
    else:
        material = row.input or ""
        question = f"{row.instruction}\n\n{material}" if material.strip() else row.instruction
        answer = row.answer
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def _asked(rows: Sequence[Row]) -> list[Asked]:
    return [row for row in rows if isinstance(row, (InstructionRow, ClassificationRow))]
