"""Asking the model of a run, laid out exactly as it was trained."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from curator.errors import CuratorError
from curator.evaluate.scoring.generation import generate
from curator.evaluate.scoring.scorers import label_probabilities
from curator.records import ClassificationRow, Frozen, InstructionRow, Message
from curator.train import runs
from curator.train.models.model import System, load_run_tokenizer, load_system
from curator.train.rows.render import Renderer


class Answer(Frozen):
    """What a model said."""

    text: str
    """The answer, the label, or the continuation."""
    cut: bool = False
    """It ran into the length limit."""
    probabilities: dict[str, float] = Field(default_factory=dict)
    """Classification: the probability of each label."""


class Answerer:
    """The base or the tuned model of a finished run, ready to be asked."""

    def __init__(self, run_dir: Path, system: System = "tuned") -> None:
        """Load the model once.

        Raises:
            CuratorError: the run is not finished, or its model cannot be loaded.
        """
        self._spec = runs.load(run_dir)
        runs.load_result(run_dir)
        tokenizer = load_run_tokenizer(run_dir)
        self._renderer = Renderer.of_run(tokenizer, self._spec)
        self._model = load_system(run_dir, system)

    def answer(
        self,
        prompt: str,
        max_new_tokens: int | None = None,
        *,
        material: str | None = None,
        system: str | None = None,
        history: tuple[Message, ...] = (),
    ) -> Answer:
        """Answer a prompt.

        Args:
            prompt: The instruction, the text to classify, or the text to go on with.
            max_new_tokens: Longest answer; by default that of the run's settings.
            material: What an instruction is about.
            system: Another system prompt than the project's.
            history: Earlier turns of the conversation.

        Raises:
            CuratorError: the prompt is empty, or the model's template refuses it.
        """
        if not prompt.strip():
            raise CuratorError("There is nothing to answer.", "Give a prompt that is not blank.")
        if self._spec.kind == "classification":
            return self._label(prompt)
        row = InstructionRow(
            id="prompt", instruction=prompt, answer="?", input=material, system=system, history=history
        )
        text = self._spec.kind == "text"
        ids = self._renderer.text_ids(prompt) if text else self._renderer.prompt_ids(row)
        most = max_new_tokens or self._spec.evaluate.max_new_tokens
        found = generate(self._model, self._renderer, [ids], most)[0]
        return Answer(text=found.text, cut=found.cut)

    def _label(self, text: str) -> Answer:
        row = ClassificationRow(id="prompt", text=text, label=self._spec.labels[0])
        found = label_probabilities(self._model, self._renderer, row, self._spec)
        return Answer(text=max(found, key=found.__getitem__), probabilities=found)
