"""The scores of a run: base, tuned, and the rivals that are prompts; what is kept from before is not made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curator.evaluate.rivals import classical
from curator.evaluate.rivals.prompted import OF_EXAMPLES, Wanted
from curator.evaluate.scores import FACTS, Rivals, RowScore, Scored, SystemScores
from curator.evaluate.scoring import forgetting
from curator.records import Row
from curator.train.args import RunSpec

Progress = Callable[[int, int], None]
MODELS = ("base", "tuned")
_FROM_THE_ANSWER = ("exact_match", "token_f1", "rouge_l", "chrf", "numeric_match", "valid")
"""What follows from an answer and its reference: made anew, so that all systems are measured by one rule."""


class Kept(NamedTuple):
    """What an earlier evaluation of the same run scored."""

    systems: SystemScores
    """Base and tuned."""
    rivals: Rivals
    """Rivals other than the classical ones, which are made anew in no time."""

    def still_good(self, wanted: Wanted) -> dict[str, Scored]:
        """Those that are as they would be made now; prompts that are not named, and endpoints, are good for ever."""
        made = wanted.fingerprints()
        return {
            name: rival
            for name, rival in self.rivals.items()
            if (rival.facts.get("made_by") == made[name] if name in made else name not in OF_EXAMPLES)
        }


class Gathered(NamedTuple):
    """The scores of a run."""

    systems: SystemScores
    """Base and tuned, and each on general text; only those two where they were kept."""
    rivals: Rivals
    """The rivals that are prompts, and whatever else was kept."""
    left_out: Mapping[str, str]
    """Rival to why the model cannot be asked so."""


def kept_from(
    scores: Mapping[str, Sequence[RowScore]],
    systems: Mapping[str, Mapping[str, object]],
    titles: Mapping[str, str],
) -> Kept:
    """What an evaluation holds."""
    others = [name for name in scores if name not in (*MODELS, *classical.TITLES)]
    rivals = {
        name: Scored(
            scores=tuple(_measured(scores[name])),
            title=titles.get(name, ""),
            facts={fact: systems[name][fact] for fact in FACTS if fact in systems[name]},
        )
        for name in others
    }
    return Kept({name: _measured(scores[name]) for name in MODELS}, rivals)


def _measured(scores: Sequence[RowScore]) -> list[RowScore]:
    """Row scores with what a model was needed for."""
    return [
        score.model_copy(
            update={
                "values": {
                    name: value for name, value in score.values.items() if name not in _FROM_THE_ANSWER
                }
            }
        )
        for score in scores
    ]


def gather(
    run_dir: Path,
    spec: RunSpec,
    sides: tuple[Sequence[Row], Sequence[Row]],
    wanted: Wanted,
    kept: Kept | None = None,
    progress: Progress | None = None,
    each: Callable[[str, Any, Any], None] | None = None,
) -> Gathered:
    """Score what is wanted and not kept; `sides` are the train and the test rows.

    `each` is given name, model and renderer of base and tuned model where these are scored.

    Raises:
        CuratorError: a model cannot be loaded, a row cannot be scored, or a prompt is too long for the model.
    """
    from curator.evaluate.scoring.prompt_scoring import PromptScoring, score_prompts
    from curator.evaluate.scoring.scorers import score_systems

    good = kept.still_good(wanted) if kept else {}
    missing = wanted.without(good)
    before = 0 if kept else len(MODELS) * len(sides[1])
    total = before + len(missing.fingerprints()) * len(sides[1])

    def counted(done: int, _: int) -> None:
        if progress:
            progress(done, total)

    prompts = PromptScoring(spec, missing, sides, lambda done, of: counted(before + done, of))
    if kept is None:
        passages = forgetting.passages()
        systems: SystemScores = score_systems(run_dir, sides[1], counted, passages, prompts, each)
    else:
        systems = kept.systems
        if missing.fingerprints():
            score_prompts(run_dir, prompts)
    return Gathered(systems, {**good, **prompts.found}, prompts.left_out)
