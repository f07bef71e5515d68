"""What a model makes of held-out rows, row by row, by one rule for base and tuned."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from sacrebleu import sentence_chrf

from curator.errors import CuratorError
from curator.evaluate.scores import RowScore
from curator.evaluate.scoring.forgetting import halved
from curator.evaluate.scoring.generation import Generated, generate
from curator.evaluate.scoring.label_tree import LabelTrie
from curator.evaluate.scoring.label_trie import (
    common_beginning,
    label_log_likelihoods,
    plain_log_likelihoods,
    trie_is_exact,
)
from curator.records import ClassificationRow, InstructionRow, Row, WindowRow
from curator.text import normalised
from curator.train import runs
from curator.train.args import RunSpec
from curator.train.loop.loss import TokenLoss
from curator.train.models.model import base_view, load_base, load_run_tokenizer, load_tuned
from curator.train.rows.batch import collate, to_device
from curator.train.rows.render import Rendered, Renderer

__all__ = ["base_view", "score", "score_systems"]

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""


def score_systems(
    run_dir: Path,
    rows: Sequence[Row],
    progress: Progress | None = None,
    general: Sequence[WindowRow] = (),
    also: Callable[[Any, Renderer], None] | None = None,
    each: Callable[[str, Any, Renderer], None] | None = None,
) -> dict[str, list[RowScore]]:
    """`base` and `tuned` of a finished run on the same rows, both fresh from disk; progress runs over both.

    With passages of `general` text, `base general` and `tuned general` are what the models make of those. `also` is
    given the base model and the renderer while they are at hand, `each` the name of either model before them.

    Raises:
        CuratorError: the run is not finished, or a row cannot be scored.
    """
    spec = runs.load(run_dir)
    renderer = Renderer.of_run(load_run_tokenizer(run_dir), spec)
    plain = Renderer(renderer.tokenizer, "text", "")
    tuned = load_tuned(run_dir)
    room = context(tuned)
    general = halved(general, lambda row: len(plain.text_ids(row.text)) < room)

    def counted(offset: int) -> Progress:
        return lambda done, of: progress(offset + done, 2 * of) if progress else None

    def both(name: str, model: Any, offset: int) -> dict[str, list[RowScore]]:
        found = {name: score(model, renderer, rows, spec, progress=counted(offset))}
        if each:
            each(name, model, renderer)
        if also and name == "base":
            also(model, renderer)
        return found | ({f"{name} general": score(model, plain, general, spec)} if general else {})

    scores = both("tuned", tuned, 0)
    if spec.train.method == "full":
        tuned = None
        return both("base", load_base(spec), len(rows)) | scores
    with base_view(tuned) as view:
        return both("base", view, len(rows)) | scores


def score(
    model: Any,
    renderer: Renderer,
    rows: Sequence[Row],
    spec: RunSpec,
    *,
    progress: Progress | None = None,
) -> list[RowScore]:
    """Score every row, in the order given.

    Args:
        model: Any causal model, with or without adapter.
        renderer: Lays out the rows as in training.
        rows: Rows of the run's kind.
        spec: Labels and settings.
        progress: Told how many rows are done.

    Raises:
        CuratorError: a row is too long for the model, or a figure is not a finite number.
    """
    if not rows:
        return []
    judge = _Judge(model, renderer, spec)
    scores: dict[str, RowScore] = {}
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            for batch in judge.batches(rows):
                scores |= {found.id: found for found in judge.score(batch)}
                if progress:
                    progress(len(scores), len(rows))
    finally:
        model.train(training)
    return [_finite(scores[row.id]) for row in rows]


class _Judge:
    """Scores batches of rows with one model."""

    def __init__(self, model: Any, renderer: Renderer, spec: RunSpec) -> None:
        self._model = model
        self._renderer = renderer
        self._spec = spec
        self._loss = TokenLoss(model)
        self._pad_id = int(renderer.tokenizer.pad_token_id)
        self._limit = context(model)
        self._labels = [renderer.label_ids(label) for label in spec.labels]
        self._trie: LabelTrie | None = None
        self._trie_tried = False
        self._shares = False

    def batches(self, rows: Sequence[Row]) -> Iterator[list[Row]]:
        """Rows of like length together, the longest first, so that a lack of memory shows at once.

        Where rows are longer than those of the training, so many fewer are taken at once.
        """
        most = self._spec.evaluate.batch_size
        lengths = {row.id: len(self._renderer.prompt_ids(row)) for row in rows}
        order = sorted(rows, key=lambda row: lengths[row.id], reverse=True)
        while order:
            seen = min(lengths[order[0].id], self._limit)
            size = max(1, min(most, most * self._spec.train.max_length // max(seen, 1)))
            yield order[:size]
            del order[:size]

    def score(self, rows: Sequence[Row]) -> list[RowScore]:
        """Score a batch."""
        if isinstance(rows[0], ClassificationRow):
            return self._classify([row for row in rows if isinstance(row, ClassificationRow)])
        if isinstance(rows[0], InstructionRow):
            return self._instruct([row for row in rows if isinstance(row, InstructionRow)])
        return self._read([row for row in rows if isinstance(row, WindowRow)])

    def label_log_likelihoods(self, prompts: Sequence[tuple[int, ...]]) -> torch.Tensor:
        """Log-likelihood of each label after each prompt."""
        device = self._model.device
        if not self._trie_tried:
            self._try_trie(prompts)
        if self._trie is not None:
            shared = common_beginning(prompts) if self._shares else 0
            return label_log_likelihoods(self._loss, prompts, self._trie, self._pad_id, device, shared)
        size = self._spec.evaluate.batch_size
        each = [
            plain_log_likelihoods(self._loss, prompt, self._labels, self._pad_id, device, size)
            for prompt in prompts
        ]
        return torch.stack(each)

    def _try_trie(self, prompts: Sequence[tuple[int, ...]]) -> None:
        """Quick ways are taken only where they give what the slow one gives."""
        self._trie_tried = True
        shared = common_beginning(prompts[:2])
        for beginning in (shared, 0) if shared else (0,):
            if trie_is_exact(self._loss, prompts, self._labels, self._pad_id, self._model.device, beginning):
                self._trie, self._shares = LabelTrie(self._labels), beginning > 0
                return

    def prompt(self, row: Row, room: int) -> tuple[int, ...]:
        """A row's prompt with room for an answer; of one that is too long for the model, the end."""
        ids = self._renderer.prompt_ids(row)
        return _shortened(ids, self._limit - room, self._renderer.bos_id)

    def _classify(self, rows: Sequence[ClassificationRow]) -> list[RowScore]:
        room = max(map(len, self._labels))
        prompts = [self.prompt(row, room) for row in rows]
        found = self.label_log_likelihoods(prompts)
        scores = [self._label_score(row, logs) for row, logs in zip(rows, found, strict=True)]
        if not self._spec.evaluate.free_answers:
            return scores
        said = generate(self._model, self._renderer, prompts, room)
        return [self._with_free(score, answer.text) for score, answer in zip(scores, said, strict=True)]

    def _with_free(self, score: RowScore, said: str) -> RowScore:
        """The score with what the model wrote by itself, in the tokens of the longest label."""
        strange = normalised(said) not in map(normalised, self._spec.labels)
        return score.model_copy(update={"said": said, "values": {**score.values, "off_list": float(strange)}})

    def _label_score(self, row: ClassificationRow, scores: torch.Tensor) -> RowScore:
        logs = torch.log_softmax(scores, -1)
        answer = self._spec.labels[int(logs.argmax())]
        if row.label not in self._spec.labels:
            raise CuratorError(
                f"Row {row.id} has the label {row.label}, which is none of the project's.", "Mend it."
            )
        truth = float(logs[self._spec.labels.index(row.label)])
        return RowScore(
            id=row.id,
            group=row.group,
            answer=answer,
            values={"correct": float(answer == row.label), "log_loss": -truth},
            probabilities=tuple(logs.exp().tolist()),
        )

    def _instruct(self, rows: Sequence[InstructionRow]) -> list[RowScore]:
        rendered = [self._fitted(row) for row in rows]
        bits = self._bits(rendered)[0]
        most = min(self._spec.evaluate.max_new_tokens, self._limit // 2)
        prompts = [self.prompt(row, most) for row in rows]
        answers = generate(self._model, self._renderer, prompts, most)
        return [_answer_score(row, bit, answer) for row, bit, answer in zip(rows, bits, answers, strict=True)]

    def _read(self, rows: Sequence[WindowRow]) -> list[RowScore]:
        rendered = [self._fitted(row) for row in rows]
        bits, hits, choices = self._bits(rendered)
        return [
            RowScore(
                id=row.id,
                group=row.group,
                answer=self._renderer.decode(choice) if row.target else "",
                values={
                    "bits": bit,
                    "bytes": float(len(shown.learned.encode())),
                    "tokens": float(len(choice)),
                }
                | ({"last_unit": float(hit)} if row.target else {}),
            )
            for row, shown, bit, hit, choice in zip(rows, rendered, bits, hits, choices, strict=True)
        ]

    def _fitted(self, row: Row) -> Rendered:
        """The row as in training; where it is too long for the model, the beginning of its prompt is left out."""
        rendered = self._renderer.render(row)
        learned = rendered.ids[rendered.prompt_length :]
        if len(learned) >= self._limit:
            raise CuratorError(
                f"Row {row.id} has {len(learned):,} tokens to be scored, more than the model can see "
                f"({self._limit:,}).",
                "Shorten the record, or take a model with a longer context.",
            )
        given = rendered.ids[: rendered.prompt_length]
        given = _shortened(given, self._limit - len(learned), self._renderer.bos_id)
        return Rendered(given + learned, len(given), rendered.learned)

    def _bits(self, rendered: Sequence[Rendered]) -> tuple[list[float], list[bool], list[list[int]]]:
        """Bits of each row's learned part, whether all of it was the first choice, and those choices."""
        batch = to_device(collate(rendered, self._pad_id), self._model.device)
        learned = self._loss.learned(batch)
        bits, hits, choices = [], [], []
        for number in range(len(rendered)):
            mine = learned.row == number
            bits.append(float(learned.nll[mine].double().sum()) / math.log(2))
            hits.append(bool(learned.hit[mine].all()))
            choices.append(learned.choice[mine].tolist())
        return bits, hits, choices


def context(model: Any) -> int:
    """The tokens that a model can see."""
    limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return int(limit) if limit else 2**31


def label_probabilities(
    model: Any, renderer: Renderer, row: ClassificationRow, spec: RunSpec
) -> dict[str, float]:
    """The probability of each of the project's labels for one text."""
    judge = _Judge(model.eval(), renderer, spec)
    with torch.inference_mode():
        room = max(len(renderer.label_ids(label)) for label in spec.labels)
        scores = judge.label_log_likelihoods([judge.prompt(row, room)])[0]
    return dict(zip(spec.labels, torch.softmax(scores, -1).tolist(), strict=True))


def _answer_score(row: InstructionRow, bits: float, generated: Generated) -> RowScore:
    same = normalised(generated.text) == normalised(row.answer)
    values = {
        "bits": bits,
        "bytes": float(len(row.answer.encode())),
        "exact_match": float(same),
        "chrf": float(sentence_chrf(generated.text, [row.answer]).score),
        "cut": float(generated.cut),
    }
    return RowScore(id=row.id, group=row.group, answer=generated.text, values=values)


def _shortened(ids: tuple[int, ...], room: int, bos_id: int | None) -> tuple[int, ...]:
    if len(ids) <= room:
        return ids
    if ids[:1] == (bos_id,) and room > 1:
        return ids[:1] + ids[len(ids) - room + 1 :]
    return ids[len(ids) - room :]


def _finite(found: RowScore) -> RowScore:
    if not all(math.isfinite(value) for value in found.values.values()):
        raise CuratorError(
            f"Row {found.id} has a score that is not a finite number.",
            "The tuned model is broken: train again with a lower learning rate.",
        )
    return found
