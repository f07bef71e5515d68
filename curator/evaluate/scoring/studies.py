"""What base and tuned model are asked beside the test rows, while they are in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from curator.evaluate.memorisation import Continued
from curator.evaluate.scores import RowScore
from curator.evaluate.scoring.generation import generate
from curator.evaluate.scoring.scorers import context, score
from curator.records import ClassificationRow, Row, WindowRow
from curator.train.args import RunSpec
from curator.train.rows.render import Renderer

_MOST = 2_000
"""Validation rows that a temperature is fitted on at most."""


class Studies:
    """Given each model in turn; keeps what it made of validation rows and of halves of test windows."""

    def __init__(self, spec: RunSpec, validation: Sequence[Row], test: Sequence[Row]) -> None:
        """Choose the rows.

        Args:
            spec: The run.
            validation: Its validation rows: the tuned classifier scores them, 2,000 at most.
            test: Its test rows; models go on from some of the windows among them.
        """
        settings = spec.evaluate
        self._spec = spec.model_copy(update={"evaluate": settings.model_copy(update={"free_answers": False})})
        labelled = [row for row in validation if isinstance(row, ClassificationRow)]
        order = np.random.default_rng(settings.seed).permutation(len(labelled))[:_MOST]
        self.rows = [labelled[place] for place in sorted(order.tolist())]
        """The validation rows that are scored."""
        self.scores: list[RowScore] = []
        """What the tuned model makes of them."""
        windows = [row for row in test if isinstance(row, WindowRow)]
        some = np.linspace(0, len(windows) - 1, min(len(windows), settings.memorisation_windows))
        self._windows = [windows[place] for place in some.round().astype(int).tolist()]
        self._texts: dict[str, list[str]] = {}
        self._tokens = 0

    def __call__(self, name: str, model: Any, renderer: Renderer) -> None:
        """Ask `base` or `tuned`."""
        if name == "tuned" and self.rows:
            self.scores = score(model, renderer, self.rows, self._spec)
        if self._windows:
            self._go_on(name, model, renderer)

    @property
    def continued(self) -> Continued | None:
        """How both models and the windows themselves go on, where that was asked."""
        if not self._windows or not {"base", "tuned"} <= self._texts.keys():
            return None
        return Continued(
            ids=[row.id for row in self._windows],
            base=self._texts["base"],
            tuned=self._texts["tuned"],
            reference=self._texts["reference"],
            tokens=self._tokens,
        )

    def _go_on(self, name: str, model: Any, renderer: Renderer) -> None:
        """Greedy continuations of the first half of each window, as long as the second."""
        halves = [_halves(renderer.text_ids(row.text), context(model)) for row in self._windows]
        most = min(self._spec.evaluate.max_new_tokens, max(1, *(len(rest) for _, rest in halves)))
        size, said = self._spec.evaluate.batch_size, []
        training = model.training
        model.eval()
        with torch.inference_mode():
            for start in range(0, len(halves), size):
                prompts = [first for first, _ in halves[start : start + size]]
                said += [answer.text for answer in generate(model, renderer, prompts, most)]
        model.train(training)
        self._tokens = most
        self._texts[name] = said
        self._texts["reference"] = [renderer.decode(rest[:most]) for _, rest in halves]


def _halves(ids: tuple[int, ...], limit: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A window's first half and its second, of the beginning that the model can see."""
    seen = ids[:limit]
    middle = max(1, len(seen) // 2)
    return seen[:middle], seen[middle:]
