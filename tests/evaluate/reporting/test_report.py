from __future__ import annotations

from curator.evaluate.evaluation import evaluate_scores
from curator.evaluate.reporting import report
from curator.evaluate.reporting.made import Made
from curator.evaluate.scores import RowScore
from curator.records import InstructionRow, WindowRow
from tests.evaluations import HOSTILE, MADE, QUICK, bare, full, sample


def test_the_report_opens_with_the_verdict_and_holds_every_system():
    found, rows = sample()
    text = report.render(found, rows, Made(facts={"model": "bundled", "seed": "0"}))
    assert text.startswith(f"# Evaluation of first\n\n**{found.verdict.sentence[:20]}")
    assert "| base | 10.0 % (" in text
    assert "| tuned | 90.0 % (" in text
    assert "| TF-IDF + logistic regression |" in text
    assert "| model | bundled |\n| seed | 0 |" in text


def test_every_table_is_a_block_of_its_own():
    lines = report.render(*bare(), Made(facts={"seed": "0"})).splitlines()
    heads = [i for i, line in enumerate(lines) if line.startswith("|---")]
    assert len(heads) == 9
    for head in heads:
        assert lines[head - 2] == ""
        end = next((i for i in range(head, len(lines)) if not lines[i].startswith("|")), len(lines))
        assert end == len(lines) or lines[end] == ""


def test_text_from_the_data_cannot_act_as_markup():
    found, rows = full(HOSTILE)
    text = report.render(found, rows, Made(facts={"model": HOSTILE}))
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
    text = report.render(found, rows, Made())
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
    text = report.render(found, rows, Made())
    assert "| 1 to 3 bytes | 3 | 3.000 | 2.000 |" in text
    assert "No row got worse." in text
    assert "| ask 0 more | z | said | said | 3.000 | 2.000 |" in text


def test_the_report_is_written_into_the_run(tmp_path):
    found, rows = sample()
    written = report.write(found, rows, Made(), tmp_path)
    assert written.markdown.read_text(encoding="utf-8") == report.render(found, rows, Made())
    assert written.page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_windows_without_targets_have_hardest_rows_instead_of_wrong_ones():
    rows = [WindowRow(id=str(i), text=f"window {i}") for i in range(4)]
    scored = [RowScore(id=r.id, values={"bits": 8.0, "bytes": 8.0}) for r in rows]
    found = evaluate_scores("text", (), rows, rows, {"base": scored, "tuned": scored}, QUICK)
    assert "## Hardest rows" in report.render(found, rows, Made())


def test_every_part_that_was_looked_at_is_told():
    text = report.render(*full(), MADE)
    assert "| general text | 1.500 | 2.000 | 0.500 | 0.400 to 0.600 |" in text
    assert "brings the error to 5.0 points" in text
    assert "| source: some text | 8 | 50.0 % | 30.0 % | -20.0 | -30.0 to -10.0 | p = 0.020 | worse |" in text
    assert text.index("source: some text") < text.index("language: en")
    assert "1 test row of 20" in text
    assert "| tuned | 90.0 % | 80.0 % |" in text
    assert "| 4 | some text | near duplicate | 87.5 % |" in text
    assert "| 7 | two | some text | 90.0 % | 5.0 % | some text |" in text
    assert "reproduced at most 9 words" in text
    assert "| time | 61 seconds |" in text
    assert "| 12 | " in text


def test_parts_that_were_not_looked_at_are_left_out():
    text = report.render(*bare(), Made())
    for title in (
        "Parts of the test",
        "a fair one",
        "may be wrong",
        "by heart",
        "What it cost",
        "How the tuning",
    ):
        assert title not in text


def test_a_corrected_p_stands_beside_the_plain_one():
    found, rows = sample()
    over = {
        name: gain.model_copy(update={"p": 0.02, "p_adjusted": 0.04})
        for name, gain in found.gains_over.items()
    }
    text = report.render(found.model_copy(update={"gains_over": over}), rows, Made())
    assert "| p | p, corrected |" in text
    assert "| p = 0.020 | p = 0.040 |" in text
