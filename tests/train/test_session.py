from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from curator.dynamics import dynamics, read
from curator.errors import CuratorError
from curator.evaluate.scoring.scorers import score
from curator.records import KINDS
from curator.train import runs, session
from curator.train.args import ADAPTER, CHECKPOINTS, RESULT
from curator.train.loop.trainer import TuningTrainer
from curator.train.models.model import load_tuned
from curator.train.models.tokenizer import load_tokenizer
from curator.train.preflight_record import Preflight
from curator.train.progress import EventLog
from curator.train.rows.data import read_rows
from curator.train.rows.render import Renderer
from tests.tiny import rows_of
from tests.train.broken_off import Interrupting


def train(run_dir: Path, resume: bool = False):
    return session.run(run_dir, resume, EventLog(run_dir))


def losses(run_dir: Path) -> dict[int, float]:
    return {e.step: e.loss for e in runs.effective(runs.read_events(run_dir)) if e.event == "step"}


def validations(run_dir: Path) -> dict[int, float]:
    return {e.step: e.loss for e in runs.effective(runs.read_events(run_dir)) if e.event == "validation"}


def weights(run_dir: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(next((run_dir / ADAPTER).glob("*.safetensors")))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["qlora", "lora", "full"])
def test_every_kind_with_every_method(make_run, kind, method):
    run_dir = make_run(kind, method=method, epochs=2, learning_rate=3e-3)
    result = train(run_dir)
    assert result.steps == 6
    assert result.rows == 24
    assert result.quantisation == ("nf4" if method == "qlora" else None)
    assert (result.trainable_share == 1.0) == (method == "full")
    assert losses(run_dir)[6] < losses(run_dir)[1]
    assert runs.load_result(run_dir) == result
    assert runs.state(run_dir).phase == "finished"
    assert result.tokens == 2 * json.loads((run_dir / "preflight.json").read_text())["train"]["tokens"]
    assert not (run_dir / CHECKPOINTS).exists()
    with pytest.raises(CuratorError, match="finished already"):
        train(run_dir, resume=True)


def test_batches_of_one_and_of_eight_make_the_same_step(make_run):
    settings = {"epochs": 1, "warmup": 0.0, "learning_rate": 1e-3, "batch_size": 8}
    one = make_run(name="one", micro_batch_size=1, **settings)
    eight = make_run(name="eight", micro_batch_size=8, **settings)
    for run_dir in (one, eight):
        train(run_dir)
    assert losses(one) == pytest.approx(losses(eight), abs=1e-5)
    assert all(
        torch.allclose(weights(one)[name], tensor, atol=1e-5) for name, tensor in weights(eight).items()
    )


@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_stopped_run_goes_on_as_if_it_had_never_stopped(make_run, step):
    settings = {"epochs": 2, "rows": rows_of("classification", 24), "lora_dropout": 0.2}
    settings |= {"validation": rows_of("classification", 5, 50)}
    whole, halves = make_run(name="whole", **settings), make_run(name="halves", **settings)
    train(whole)
    with pytest.raises(session.Stopped):
        session.run(halves, False, Interrupting(halves, step))
    assert runs.state(halves).phase == "unfinished"
    assert runs.read_events(halves)[-1].event == "stopped"
    assert runs.read_events(halves)[-1].step == step + 1
    with pytest.raises(CuratorError, match="--resume"):
        train(halves)
    train(halves, resume=True)
    assert losses(halves) == pytest.approx(losses(whole), abs=1e-6)
    assert validations(halves) == pytest.approx(validations(whole), abs=1e-6)
    assert [row[:3] for row in read(halves)] == [row[:3] for row in read(whole)]
    assert [row[3].loss for row in read(halves)] == pytest.approx(
        [row[3].loss for row in read(whole)], abs=1e-5
    )
    assert all(torch.equal(weights(whole)[name], tensor) for name, tensor in weights(halves).items())


def test_a_checkpoint_that_a_crash_left_half_written_is_not_used(make_run, monkeypatch):
    run_dir = make_run(epochs=2, save_steps=2)
    write = EventLog.write

    def crash(self, kind, **fields) -> None:
        write(self, kind, **fields)
        if kind == "step" and fields["step"] == 5:
            raise RuntimeError("power cut")

    monkeypatch.setattr(EventLog, "write", crash)
    with pytest.raises(RuntimeError, match="power cut"):
        train(run_dir)
    monkeypatch.setattr(EventLog, "write", write)
    half = run_dir / CHECKPOINTS / "checkpoint-5"
    half.mkdir()
    train(run_dir, resume=True)
    assert not half.exists()
    assert [e.step for e in runs.read_events(run_dir) if e.event == "started"] == [0, 4]
    assert sorted(losses(run_dir)) == [1, 2, 3, 4, 5, 6]


def test_the_best_epoch_is_kept(make_run):
    # So large a rate makes the later epochs worse than the first.
    run_dir = make_run(epochs=3, learning_rate=0.3, validation=rows_of("classification", 5, 50), warmup=0.0)
    result = train(run_dir)
    seen = validations(run_dir)
    assert result.quality.validation_loss == min(seen.values())
    assert seen[result.quality.best_step] == min(seen.values())
    assert sorted(seen) == [3, 6, 9]


def test_the_reloaded_model_scores_exactly_as_the_one_in_memory(make_run, monkeypatch):
    run_dir = make_run(method="qlora", learning_rate=3e-3)
    held: list[TuningTrainer] = []
    begin = TuningTrainer.train
    monkeypatch.setattr(TuningTrainer, "train", lambda self, **args: (held.append(self), begin(self, **args)))
    train(run_dir)
    spec = runs.load(run_dir)
    rows = read_rows(Path(spec.export_path), spec.kind, "test")
    renderer = Renderer(load_tokenizer(str(run_dir / ADAPTER)), spec.kind, spec.system)
    assert score(held[0].model, renderer, rows, spec) == score(load_tuned(run_dir), renderer, rows, spec)


def test_a_loss_that_is_no_number_names_its_rows(make_run, monkeypatch):
    run_dir = make_run(micro_batch_size=2)
    from curator.train.loop.loss import TokenLoss

    summed = TokenLoss.summed

    def spoiled(self, batch):
        found = summed(self, batch)
        worse = float("nan") if len(runs.read_events(run_dir)) == 3 else 1.0
        return found._replace(total=found.total * worse)

    monkeypatch.setattr(TokenLoss, "summed", spoiled)
    with pytest.raises(CuratorError, match=r"loss is not a finite number at step 3, rows \d+, \d+\."):
        train(run_dir)
    assert not (run_dir / ADAPTER).exists()


def test_a_planted_wrong_label_is_learned_last_or_never(make_run):
    rows = [{"text": f"{word} {n}", "label": word} for n in range(10) for word in ("refund", "praise")]
    rows.append({"text": "refund 99", "label": "praise"})
    run_dir = make_run(
        rows=[{"id": str(n), **row} for n, row in enumerate(rows)], epochs=8, learning_rate=3e-3
    )
    train(run_dir)
    found = dynamics(run_dir)
    assert len(found) == len(rows)
    assert {row.passes for row in found} == {8}
    assert min(found, key=lambda row: row.confidence).id == "20"


def test_long_rows_are_left_out_and_listed(make_run):
    rows = [*rows_of("classification", 9), {"id": "long", "text": "very " * 90, "label": "praise"}]
    result = train(make_run(rows=rows, max_length=60))
    assert [row.id for row in result.dropped] == ["long"]
    assert result.rows == 9


def test_a_leak_is_refused_with_its_ids(make_run):
    leak = [{"id": "t7", "text": "Delivery WHERE is my  parcel 0 much", "label": "refund"}]
    with pytest.raises(CuratorError, match="test = train: t7 = 0"):
        train(make_run(test=leak))


def test_changed_data_is_refused(make_run):
    run_dir = make_run()
    path = Path(runs.load(run_dir).export_path) / "train.jsonl"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(CuratorError, match=r"train.jsonl is not the file that the run run was made for"):
        train(run_dir, resume=True)


def test_the_preflight_shows_what_is_learned(make_run):
    rows = [*rows_of("classification", 3), {"id": "odd", "text": "a </s> inside", "label": "praise"}]
    run_dir = make_run(rows=rows)
    session.prepare(runs.load(run_dir), run_dir)
    found = Preflight.model_validate_json((run_dir / "preflight.json").read_bytes())
    assert found.limit == 256
    assert found.control_tokens == ("odd",)
    assert found.samples[0].given.startswith("<s><|user|>delivery where is my parcel 0")
    assert found.samples[0].learned == "delivery</s>"
    assert found.train.rows == 4


def test_two_trainers_do_not_share_a_run(make_run):
    run_dir = make_run()
    with session._alone(run_dir), pytest.raises(CuratorError, match="being trained already"):
        train(run_dir)


def test_a_full_disk_is_explained(make_run, monkeypatch):
    import errno

    from curator.train.loop import checkpoints

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    run_dir = make_run()
    monkeypatch.setattr(checkpoints, "save_weights", full)
    with pytest.raises(CuratorError, match="disk is full"):
        train(run_dir)
    assert not (run_dir / RESULT).exists()


def _too_much(monkeypatch, most: int, after: int) -> None:
    """From some forward pass on, more tokens than `most` do not fit into memory."""
    from curator.train.loop.loss import TokenLoss

    summed, passes = TokenLoss.summed, []

    def limited(self, batch):
        if torch.is_grad_enabled():
            passes.append(None)
            if len(passes) > after and batch["input_ids"].numel() > most:
                raise torch.OutOfMemoryError("CUDA out of memory")
        return summed(self, batch)

    monkeypatch.setattr(TokenLoss, "summed", limited)


def test_what_does_not_fit_is_done_in_smaller_pieces_with_the_same_steps(make_run, monkeypatch):
    settings = {"epochs": 2, "micro_batch_size": 8, "warmup": 0.0}
    whole = make_run(name="whole", **settings)
    train(whole)
    longest = json.loads((whole / "preflight.json").read_text())["train"]["longest"]
    # One of them is the trial before the first step, three are the first epoch.
    _too_much(monkeypatch, most=2 * longest, after=4)
    pieces = make_run(name="pieces", **settings)
    result = train(pieces)
    assert [e.micro_batch for e in runs.read_events(pieces) if e.event == "smaller"] == [4, 2]
    assert (result.micro_batch_size, result.gradient_checkpointing) == (2, False)
    assert losses(pieces) == pytest.approx(losses(whole), abs=1e-5)
    assert [e.step for e in runs.read_events(pieces) if e.event == "started"] == [0, 3, 3]


def test_a_row_that_does_not_fit_by_itself_is_an_error_that_says_so(make_run, monkeypatch):
    _too_much(monkeypatch, most=0, after=1)
    run_dir = make_run(micro_batch_size=2)
    with pytest.raises(CuratorError, match="does not fit into memory, even with one row"):
        train(run_dir)
    tried = [(e.micro_batch, e.checkpointing) for e in runs.read_events(run_dir) if e.event == "smaller"]
    assert tried == [(1, False), (1, True)]


@pytest.mark.filterwarnings("error:`gradient_checkpointing:FutureWarning")
def test_gradient_checkpointing_changes_no_loss(make_run):
    kept, anew = (make_run(name=str(on), epochs=2, gradient_checkpointing=on) for on in (False, True))
    for run_dir in (kept, anew):
        train(run_dir)
    assert losses(kept) == pytest.approx(losses(anew), abs=1e-6)


def test_a_run_that_was_told_something_else_since_is_not_gone_on_with(make_run):
    run_dir = make_run(epochs=2, save_steps=1)
    with pytest.raises(session.Stopped):
        session.run(run_dir, False, Interrupting(run_dir, 2))
    path = run_dir / "run.json"
    before = path.read_text()
    path.write_text(before.replace('"epochs": 2.0', '"epochs": 4.0'))
    assert path.read_text() != before
    with pytest.raises(CuratorError, match="not what its checkpoint was trained by"):
        train(run_dir, resume=True)
    path.write_text(before)
    assert train(run_dir, resume=True).steps == 6


def test_a_model_that_is_larger_than_what_is_free_is_not_loaded_to_be_told_of(make_run, monkeypatch):
    from curator.train import machine, planning

    run_dir = make_run()
    monkeypatch.setattr(machine, "free_memory_bytes", lambda: 1 << 20)
    monkeypatch.setattr(session, "load_for_training", lambda *_: pytest.fail("loaded"))
    plan = planning.plan(runs.load(run_dir), run_dir)
    assert plan.proof is None
    assert plan.memory.fits is False
    assert plan.rows == 24
