from __future__ import annotations

from curator.evaluate.rivals.examples import most_similar, spread
from curator.records import ClassificationRow, InstructionRow


def ticket(number: int, text: str, label: str) -> ClassificationRow:
    return ClassificationRow(id=str(number), text=text, label=label)


TRAIN = [ticket(n, f"no {n}", "often" if n % 10 else ("rare", "rarer")[n % 20 == 0]) for n in range(60)]


def test_examples_are_spread_over_the_labels():
    assert {row.label for row in spread(TRAIN, 3, 0)} == {"often", "rare", "rarer"}
    assert sorted(row.label for row in spread(TRAIN, 6, 0)) == sorted(2 * ["often", "rare", "rarer"])


def test_a_seed_draws_the_same_examples_and_another_one_others():
    assert spread(TRAIN, 5, 1) == spread(TRAIN, 5, 1)
    assert spread(TRAIN, 5, 1) != spread(TRAIN, 5, 2)


def test_there_are_never_more_examples_than_rows():
    assert len(spread(TRAIN[:2], 8, 0)) == 2
    assert spread(TRAIN, 0, 0) == []


def test_the_most_similar_example_stands_closest_to_the_question():
    train = [
        InstructionRow(id="1", instruction="How many legs has a spider?", answer="8"),
        InstructionRow(id="2", instruction="What is the capital of France?", answer="Paris"),
        InstructionRow(id="3", instruction="How many legs has an ant?", answer="6"),
    ]
    asked = [InstructionRow(id="9", instruction="How many legs has the spider?", answer="8")]
    assert [row.id for row in most_similar(train, asked, 2)["9"]] == ["3", "1"]
    assert [row.id for row in most_similar(train, asked, 8)["9"]][1:] == ["3", "1"]
