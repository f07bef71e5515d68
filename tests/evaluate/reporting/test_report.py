from __future__ import annotations

from curator.config import EvaluateSettings, TrainSettings
from curator.evaluate.evaluation import Evaluation, Names, evaluate_scores
from curator.evaluate.reporting import report
from curator.evaluate.scores import RowScore
from curator.records import ClassificationRow, InstructionRow, WindowRow
from curator.train import runs
from curator.train.args import Quality, RunResult, RunSpec

QUICK = EvaluateSettings(resamples=200)
HOSTILE = "a|b `c`\n# <script>x</script> [l](http://evil) \x1b[31m![i](j) \\| *bold* \u202egnp"


def row(number: int, text: str, label: str) -> ClassificationRow:
    return ClassificationRow(id=str(number), text=text, label=label)


def score(rows: list[ClassificationRow], answers: list[str], loss: float = 1.0) -> list[RowScore]:
    return [
        RowScore(
            id=r.id, answer=a, values={"correct": float(a == r.label), "log_loss": loss + int(r.id) / 10}
        )
        for r, a in zip(rows, answers, strict=True)
    ]


def sample(
    labels: tuple[str, ...] = ("x", "y"), text: str = "some text"
) -> tuple[Evaluation, list[ClassificationRow]]:
    rows = [row(i, f"{text} {i}", labels[i % len(labels)]) for i in range(20)]
    base = [r.label if i in (3, 5) else labels[(i + 1) % len(labels)] for i, r in enumerate(rows)]
    tuned = [labels[0] if i in (3, 7) else r.label for i, r in enumerate(rows)]
    systems = {"base": score(rows, base, 2.0), "tuned": score(rows, tuned)}
    names = Names(run="first", model="bundled")
    return evaluate_scores("classification", labels, rows, rows, systems, QUICK, names=names), rows


def test_the_report_opens_with_the_verdict_and_holds_every_system():
    found, rows = sample()
    text = report.render(found, rows, {"model": "bundled", "seed": "0"})
    assert text.startswith(f"# Evaluation of first\n\n**{found.verdict.sentence[:20]}")
    assert "| base | 10.0 % (" in text
    assert "| tuned | 90.0 % (" in text
    assert "| TF-IDF + logistic regression |" in text
    assert "| model | bundled |\n| seed | 0 |" in text


def test_every_table_is_a_block_of_its_own():
    found, rows = sample()
    lines = report.render(found, rows, {"seed": "0"}).splitlines()
    heads = [i for i, line in enumerate(lines) if line.startswith("|---")]
    assert len(heads) == 8
    for head in heads:
        assert lines[head - 2] == ""
        end = next((i for i in range(head, len(lines)) if not lines[i].startswith("|")), len(lines))
        assert end == len(lines) or lines[end] == ""


def test_rows_that_got_worse_and_rows_still_wrong_are_ranked():
    found, rows = sample()
    assert [r.id for r in report.rows(found, rows, "regressed")] == ["3"]
    assert [r.id for r in report.rows(found, rows, "wrong")] == ["7", "3"]
    (worst,) = report.rows(found, rows, "wrong", 1)
    assert (worst.reference, worst.base, worst.tuned) == ("y", "x", "x")
    assert worst.after < worst.before


def test_rows_that_gained_and_all_rows_are_ranked_too():
    found, rows = sample()
    gained = report.rows(found, rows, "gained", 99)
    assert {r.turned for r in gained} == {"better"}
    assert len(gained) == 17
    everything = report.rows(found, rows, "all", 99)
    assert len(everything) == 20
    turned = {r.id: (r.turned, r.right) for r in everything}
    assert [turned[row] for row in ("3", "5", "7", "0")] == [
        ("worse", False),
        ("same", True),
        ("same", False),
        ("better", True),
    ]


def test_text_from_the_data_cannot_act_as_markup():
    found, rows = sample(labels=(f"one {HOSTILE}", "two"), text=HOSTILE)
    text = report.render(found, rows, {"model": HOSTILE})
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script" not in text
    assert "`c`" not in text.replace("\\`", "")
    assert "http://" not in text
    assert "](" not in text.replace("\\]", "")
    for table in (block for block in text.split("\n\n") if block.startswith("|")):
        borders = {line.replace("\\\\", "").replace("\\|", "").count("|") for line in table.splitlines()}
        assert len(borders) == 1


def test_many_labels_show_their_worst_confusions_instead_of_a_matrix():
    found, rows = sample(labels=tuple(f"label {i}" for i in range(13)))
    text = report.render(found, rows, {})
    assert "| reference | answer | rows |" in text
    assert "| label 7 | label 0 | 1 |" in text
    assert "Made with" not in text


def test_an_instruction_report_shows_lengths_and_answers():
    rows = [
        InstructionRow(id=str(i), instruction=f"ask {i}", input="more", answer="z" * (i + 1))
        for i in range(9)
    ]

    def scores(bits: float) -> list[RowScore]:
        return [
            RowScore(
                id=r.id, answer="said",
                values={"bits": bits * len(r.answer), "bytes": float(len(r.answer)), "exact_match": 0.0, "chrf": 1.0},
            )
            for r in rows
        ]  # fmt: skip

    found = evaluate_scores("instruction", (), rows, rows, {"base": scores(3.0), "tuned": scores(2.0)}, QUICK)
    text = report.render(found, rows, {})
    assert "| 1 to 3 bytes | 3 | 3.000 | 2.000 |" in text
    assert "No row got worse." in text
    assert "| ask 0 more | z | said | said | 3.000 | 2.000 |" in text


def test_a_window_without_target_is_ranked_by_its_bits():
    rows = [WindowRow(id=str(i), text=f"window {i}") for i in range(4)]

    def scores(extra: float) -> list[RowScore]:
        return [RowScore(id=r.id, values={"bits": 8.0 + extra * int(r.id), "bytes": 8.0}) for r in rows]

    found = evaluate_scores("text", (), rows, rows, {"base": scores(1.0), "tuned": scores(2.0)}, QUICK)
    assert "## Hardest rows" in report.render(found, rows, {})
    assert [r.id for r in report.rows(found, rows, "regressed")] == ["3", "2", "1"]


def test_a_window_with_a_target_shows_what_stands_before_it():
    rows = [WindowRow(id="1", text="a " * 200 + "before end", target="end")]
    values = {"bits": 8.0, "bytes": 3.0, "last_unit": 0.0}
    scored = [RowScore(id="1", answer="ant", values=values)]
    found = evaluate_scores("text", (), rows, rows, {"base": scored, "tuned": scored}, QUICK)
    (wrong,) = report.rows(found, rows, "wrong")
    assert wrong.text.endswith("a before ")
    assert (wrong.reference, wrong.tuned) == ("end", "ant")


def test_the_report_is_written_into_the_run(tmp_path):
    found, rows = sample()
    path = report.write(found, rows, {}, tmp_path)
    assert path.read_text(encoding="utf-8") == report.render(found, rows, {})


def test_the_report_says_what_the_run_was_made_with(tmp_path):
    spec = RunSpec(
        name="first", created="2026-11-21T08:00:00+00:00", kind="classification", labels=("x", "y"), model="bundled",
        model_path="/models/base", export_path="/exports/data-1", export_sha256={"train.jsonl": "ab" * 32},
        train=TrainSettings(seed=7), evaluate=QUICK,
    )  # fmt: skip
    runs.create(tmp_path, spec)
    result = RunResult(
        finished="2026-11-21T08:01:00+00:00", steps=40, seconds=61.4, rows=1200, tokens=9000,
        quality=Quality(train_loss=0.1), learning_rate=1e-3, parameters=260_000, trainable_parameters=40_000,
        peak_memory_bytes=2**29, device="cpu", dtype="float32", quantisation="nf4", versions={"torch": "2.13"},
    )  # fmt: skip
    (tmp_path / "result.json").write_text(result.model_dump_json())
    found = report.facts(tmp_path)
    assert found["train.jsonl SHA-256"] == "ab" * 32
    assert found["seed"] == "7"
    assert found["cost"] == "61 seconds, 512 MiB at most"
    assert found["training"].startswith("method qlora, epochs 3.0, batch size 16")
    assert found["machine"] == "cpu, float32, nf4"
    evaluated, rows = sample()
    assert f"| training | {found['training']} |" in report.render(evaluated, rows, found).replace("\\_", "_")
