"""What a run learns from: its own export, others with their weights, and general examples."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from curator.dynamics import read as remembered
from curator.errors import CuratorError
from curator.evaluate.scoring.forgetting import passages
from curator.records import InstructionRow, WindowRow
from curator.train import runs, session
from curator.train.args import REPLAY, RUN, Part, RunSpec
from curator.train.models.tokenizer import load_tokenizer
from curator.train.preflight_record import Preflight
from curator.train.progress import EventLog
from curator.train.rows import material, replay
from curator.train.rows.batch import Item
from curator.train.rows.drawing import filled, weighted
from curator.train.rows.render import Rendered
from tests.tiny import LABELS, rows_of


def item(row_id: str) -> Item:
    return Item(row_id, Rendered((1, 2), 1, ""), f"content of {row_id}")


def changed(run_dir: Path, **fields: object) -> RunSpec:
    """The run with other facts, written down again."""
    spec = runs.load(run_dir).model_copy(update=fields)
    (run_dir / RUN).write_text(spec.model_dump_json())
    return spec


def part(folder: Path, name: str, kind: str, train, test=(), weight: float = 1.0, **facts: object) -> Part:
    """Another export with these rows."""
    folder = folder / name
    folder.mkdir()
    for side, rows in (("train", train), ("test", test)):
        if rows:
            (folder / f"{side}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    hashes = runs.hash_export(folder)
    return Part(name=name, path=str(folder), sha256=hashes, kind=kind, weight=weight, **facts)


def gathered(spec: RunSpec) -> material.Material:
    return material.gather(spec, load_tokenizer(spec.model_path))


def runs_of_words(rows, width: int = 5) -> set[tuple[str, ...]]:
    words = [re.findall(r"\w+", row.text.lower()) for row in rows]
    return {tuple(found[at : at + width]) for found in words for at in range(len(found) - width + 1)}


def ids(found: material.Material) -> list[str]:
    return [row.id for row in found.train.items]


def test_rows_are_drawn_by_weight():
    rows = [item(str(number)) for number in range(8)]
    assert weighted(rows, 1.0, "0") == rows
    twice = weighted(rows, 2.0, "0")
    assert [row.id for row in twice] == [*map(str, range(8)), *(f"{number}*2" for number in range(8))]
    assert [bool(row.content) for row in twice] == [True] * 8 + [False] * 8
    half = weighted(rows, 0.5, "0")
    assert len({row.id for row in half}) == 4
    assert half == weighted(rows, 0.5, "0") != weighted(rows, 0.5, "1")
    assert len({row.id for row in weighted(rows, 2.5, "0")}) == 20
    assert len(weighted(rows[:1], 0.01, "0")) == 1


def test_general_examples_come_once_before_any_comes_again():
    assert [row.id for row in filled([item("a"), item("b")], 5)] == ["a", "b", "a*2", "b*2", "a*3"]


def test_the_bundled_texts_are_none_of_those_that_forgetting_is_measured_on():
    rows = replay.rows(replay.source(""), "run")
    assert len(rows) > 240
    assert len({row.id for row in rows}) == len(rows)
    assert sum("а" <= row.text[-3].lower() <= "я" for row in rows) > 80
    assert not runs_of_words(passages()) & runs_of_words(rows)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_replay_makes_up_its_share_of_the_training_rows_and_of_nothing_else(make_run, share):
    run_dir = make_run(replay=share, validation=rows_of("classification", 4, 50))
    found = gathered(changed(run_dir, replay=replay.source("")))
    general = [row for row in ids(found) if row.startswith(f"{REPLAY}-")]
    assert len(general) == pytest.approx(share * len(found.train), abs=0.5)
    assert tuple(general) == found.known.replay
    assert [(origin.name, origin.rows) for origin in found.known.origins] == [
        ("run-export", 24),
        ("replay", len(general)),
    ]
    assert not any(row.id.startswith(REPLAY) for row in found.validation.items)
    assert found.known.samples[-1].id in general


def test_replay_takes_rows_of_any_kind_from_a_file(make_run, tmp_path):
    lines = [
        {"text": "a line of running text"},
        {"id": "7", "group": "g", "text": "well done", "label": "praise"},
        {"instruction": "say hi", "answer": "hi", "history": [{"role": "user", "content": "hello"}]},
    ]
    path = tmp_path / "general.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    found = gathered(changed(make_run(replay=0.2), replay=replay.source(str(path))))
    assert sorted(ids(found)[24:]) == [
        "replay-1",
        "replay-1*2",
        "replay-2",
        "replay-2*2",
        "replay-3",
        "replay-3*2",
    ]
    path.write_text(json.dumps({"question": "?"}))
    with pytest.raises(CuratorError, match="not what the run run was made for"):
        gathered(runs.load(tmp_path / "runs" / "run"))
    with pytest.raises(CuratorError, match="line 1: text is missing"):
        replay.rows(replay.source(str(path)), "run")


def test_a_resumed_run_refuses_other_general_examples(make_run, tmp_path):
    path = tmp_path / "general.jsonl"
    path.write_text(json.dumps({"text": "a line of running text"}))
    run_dir = make_run(replay=0.1)
    changed(run_dir, replay=replay.source(str(path)))
    session.run(run_dir, False, EventLog(run_dir))
    (run_dir / "result.json").unlink()
    path.write_text(json.dumps({"text": "another line of running text"}))
    with pytest.raises(CuratorError, match=r"general\.jsonl is not what the run"):
        session.run(run_dir, True, EventLog(run_dir))


def test_nothing_is_remembered_of_general_examples_and_other_exports(make_run, tmp_path):
    run_dir = make_run(replay=0.2, epochs=2)
    other = part(tmp_path, "faq", "instruction", rows_of("instruction", 6, 200))
    changed(run_dir, replay=replay.source(""), parts=(other,), weight=2.0)
    result = session.run(run_dir, False, EventLog(run_dir))
    assert result.rows == round((48 + 6) / 0.8)
    rows = remembered(run_dir)
    assert {row[0] for row in rows} == {str(number) for number in range(24)}
    assert len(rows) == 48


def test_exports_of_three_kinds_are_laid_out_each_by_its_own_rules(make_run, tmp_path):
    parts = (
        part(tmp_path, "faq", "instruction", rows_of("instruction", 4, 200), system="be brief", weight=2.0),
        part(tmp_path, "book", "text", rows_of("text", 4, 300), weight=0.5),
        part(
            tmp_path,
            "mood",
            "classification",
            [{"id": "1", "text": "so so", "label": "bad"}],
            labels=("good", "bad"),
        ),
    )
    run_dir = make_run(label_codes=True)
    spec = changed(run_dir, parts=parts)
    found = gathered(spec)
    tokenizer = load_tokenizer(spec.model_path)
    shown = {row.id: tokenizer.decode(list(row.rendered.ids)) for row in found.train.items}
    assert [(origin.name, origin.rows) for origin in found.known.origins] == [
        ("run-export", 24),
        ("faq", 8),
        ("book", 2),
        ("mood", 1),
    ]
    assert len(set(shown)) == len(found.train) == 35
    assert "A = delivery\nB = refund\nC = praise" in shown["0"]
    assert shown["faq/200*2"].startswith("<s><|system|>be brief</s>")
    assert "A = good\nB = bad</s>\n<|assistant|>B</s>" in shown["mood/1"]
    session.prepare(spec, run_dir)
    kept = Preflight.model_validate_json((run_dir / "preflight.json").read_bytes())
    assert kept.codes == dict(zip(LABELS, "ABC", strict=True))
    assert [sample.id for sample in kept.samples][:4] == ["0", "1", "2", "faq/200"]


def test_leaks_are_found_across_exports_and_kinds(make_run, tmp_path):
    asked = InstructionRow(id="9", instruction="Where is my parcel?", answer="Here.").model_dump(
        exclude={"id"}
    )
    tested = [{"id": "100", "text": "where is  my parcel?", "label": "delivery"}]
    run_dir = make_run(test=tested)
    leaking = part(tmp_path, "faq", "instruction", [{**asked, "id": "9"}])
    with pytest.raises(CuratorError, match=r"100 = faq/9.*\nTake those rows out"):
        gathered(changed(run_dir, parts=(leaking,)))
    held_out = part(
        tmp_path, "held", "classification", rows_of("classification", 2, 400), rows_of("classification", 1, 3)
    )
    with pytest.raises(CuratorError, match="held/3 = 3"):
        gathered(changed(run_dir, parts=(held_out,)))
    path = tmp_path / "general.jsonl"
    path.write_text(json.dumps({"text": "Where is my parcel?", "label": "delivery"}))
    with pytest.raises(CuratorError, match="100 = replay-1"):
        gathered(changed(run_dir, parts=(), replay=replay.source(str(path))))


def test_another_export_that_has_changed_is_refused(make_run, tmp_path):
    other = part(tmp_path, "faq", "instruction", rows_of("instruction", 3, 200))
    spec = changed(make_run(), parts=(other,))
    (tmp_path / "faq" / "train.jsonl").write_text("")
    with pytest.raises(CuratorError, match=r"faq/train\.jsonl is not the file"):
        gathered(spec)


def test_runs_of_before_can_still_be_read(make_run):
    run_dir = make_run()
    kept = json.loads((run_dir / RUN).read_text())
    for name in ("weight", "parts", "replay"):
        del kept[name]
    for name in ("mix", "replay", "replay_from", "label_codes"):
        del kept["train"][name]
    (run_dir / RUN).write_text(json.dumps(kept))
    spec = runs.load(run_dir)
    assert (spec.weight, spec.parts, spec.replay, spec.coded_labels) == (1.0, (), None, ())
    assert len(gathered(spec).train) == 24


def test_general_examples_that_are_all_too_long_are_refused(make_run, tmp_path):
    path = tmp_path / "general.jsonl"
    path.write_text(WindowRow(id="1", text="very " * 60).model_dump_json())
    run_dir = make_run(replay=0.2, max_length=50)
    with pytest.raises(CuratorError, match="longer than 50 tokens; the shortest are replay-1"):
        gathered(changed(run_dir, replay=replay.source(str(path))))
