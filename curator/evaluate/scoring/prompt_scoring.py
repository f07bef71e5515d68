"""The base model's answers under other prompts, scored by the rule of the base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from curator.errors import CuratorError
from curator.evaluate.rivals.prompted import OF_EXAMPLES, Place, Prompted, Wanted, prompted
from curator.evaluate.scores import Rivals, Scored
from curator.evaluate.scoring.scorers import context, score
from curator.records import Row
from curator.train import runs
from curator.train.args import RunSpec
from curator.train.models.model import load_base, load_run_tokenizer
from curator.train.rows.render import Renderer

Progress = Callable[[int, int], None]


class PromptScoring:
    """Scores the rivals that are prompts, once it is given the base model; `found` holds what came of it.

    `left_out` says of rivals that show examples why the model cannot be shown any.
    """

    def __init__(
        self,
        spec: RunSpec,
        wanted: Wanted,
        sides: tuple[Sequence[Row], Sequence[Row]],
        progress: Progress | None = None,
    ) -> None:
        """`sides` are the train and the test rows; progress runs over all rows of all rivals."""
        self._spec = spec
        self._wanted = wanted
        self._train, self._test = sides
        self._progress = progress
        self.found: dict[str, Scored] = {}
        self.left_out: dict[str, str] = {}

    def __call__(self, base: Any, renderer: Renderer) -> None:
        """Score all of them.

        Raises:
            CuratorError: a prompt is too long for the model, or the model's template refuses it.
        """
        place = Place(renderer, self._spec, self._train, self._test, context(base))
        for rival in prompted(self._wanted, place):
            if problem := self._problem(rival):
                self.left_out[rival.name] = problem
            else:
                self.found[rival.name] = self._scored(base, rival)

    def _problem(self, rival: Prompted) -> str:
        """Why a model cannot be shown examples: some templates refuse earlier turns, or render them anew."""
        if rival.name not in OF_EXAMPLES:
            return ""
        try:
            rival.renderer.render(self._test[0])
        except CuratorError as error:
            return error.problem
        return ""

    def _scored(self, base: Any, rival: Prompted) -> Scored:
        before, each = len(self.found) * len(self._test), len(self._test)
        total = each * len(self._wanted.fingerprints())

        def counted(done: int, _: int) -> None:
            if self._progress:
                self._progress(before + done, total)

        # How often answers are no label says something of base and tuned; of each prompt it would take too long.
        quick = self._spec.evaluate.model_copy(update={"free_answers": False})
        spec = self._spec.model_copy(update={"evaluate": quick})
        scores = score(base, rival.renderer, self._test, spec, progress=counted)
        told = rival.told()
        made = self._wanted.fingerprints()[rival.name]
        return Scored(scores=tuple(scores), title=told.pop("title"), facts={**told, "made_by": made})


def score_prompts(run_dir: Path, scoring: PromptScoring) -> Rivals:
    """The rivals alone, on the base model of a run, fresh from disk.

    Raises:
        CuratorError: the model cannot be loaded, a prompt is too long for it, or its template refuses it.
    """
    spec = runs.load(run_dir)
    renderer = Renderer.of_run(load_run_tokenizer(run_dir), spec)
    scoring(load_base(spec), renderer)
    return scoring.found
