"""What a model reproduces of its training text."""

from __future__ import annotations

from curator.evaluate.memorisation import Continued, memorisation
from curator.records import WindowRow

TRAIN = [
    WindowRow(id="1", text="The cat sat on the mat, and the dog looked on without a word."),
    WindowRow(id="2", text="На дворе трава, на траве дрова; не руби дрова на траве двора."),
    WindowRow(id="3", text="春眠不覺曉處處聞啼鳥"),
]


def longest(tuned: list[str]):
    blank = [""] * len(tuned)
    ids = [f"t{number}" for number in range(len(tuned))]
    return memorisation(
        Continued(ids, base=blank, tuned=tuned, reference=["a dog looked on"] * len(tuned), tokens=9), TRAIN
    )


def test_the_longest_run_is_found_with_its_place():
    found = longest(["nothing of it", "so THE dog, looked on without — a sound", "on the mat"])
    assert found.tuned.words == 6
    assert found.tuned.text == "THE dog, looked on without — a"
    assert found.tuned.characters == len(found.tuned.text)
    assert (found.tuned.test_id, found.tuned.train_id) == ("t1", "1")
    assert found.base.words == 0
    assert found.reference.words == 3


def test_it_works_in_any_script():
    assert longest(["и вот на траве дрова; не"]).tuned.words == 4
    assert longest(["不知處處聞啼"]).tuned.text == "處處聞啼"


def test_it_is_told_in_words():
    sentence = longest(["the dog looked on without me"]).sentence
    assert sentence == (
        "Going on from 1 test window, the tuned model reproduced at most 5 words (25 characters) in a row of its "
        "training text, the base model 0 words (0 characters); the real continuations 3."
    )


def test_without_windows_or_training_text_there_is_nothing_to_say():
    assert memorisation(Continued([], [], [], [], 0), TRAIN) is None
    assert memorisation(Continued(["1"], ["x"], ["x"], ["x"], 1), []) is None
