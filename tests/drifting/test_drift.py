"""Planted changes of the inputs are found, each by the test that is meant for it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from curator.drifting import gathering, two_sample
from curator.drifting.drift import drift
from curator.drifting.gathering import Text
from curator.drifting.shares import shift
from curator.errors import CuratorError
from curator.importing import Options
from tests.drifting.pools import MEDICINE, RUSSIAN, SETTINGS, TOPICS, drawn, sentence, side
from tests.tiny import rows_of


@pytest.fixture(scope="module")
def train():
    return side(drawn(np.random.default_rng(0), 400))


def compared(train, texts, settings=SETTINGS):
    return drift(settings, train, side(texts))


def alarm(found, test):
    return next(one for one in found.alarms if one.test == test)


def test_more_of_the_same_is_no_drift(train):
    found = compared(train, drawn(np.random.default_rng(1), 200))
    assert found.outcome == "no evidence"
    assert found.sentence.startswith("No evidence of drift in 200 new rows")
    assert not any(one.found for one in found.alarms)


def test_another_language_is_found(train):
    rng = np.random.default_rng(2)
    foreign = [Text(f"new.csv:{n}", sentence(rng, RUSSIAN, 40), "") for n in range(60)]
    found = compared(train, [*drawn(rng, 140), *foreign])
    assert alarm(found, "languages").large
    assert "Russian" in [share.name for share in found.languages]
    assert alarm(found, "out of domain").large
    assert found.outcome == "drift"
    assert "label some 200 of the new rows" in found.sentence


def test_a_new_topic_is_found_with_its_words_and_rows(train):
    rng = np.random.default_rng(3)
    topic = {**TOPICS, "health": MEDICINE}
    shares = {"delivery": 0.4, "refund": 0.2, "account": 0.1, "health": 0.3}
    texts = drawn(rng, 200, shares, topic, labelled=False)
    found = compared(train, texts)
    assert alarm(found, "vocabulary").large
    assert {word for word, _ in found.vocabulary.words} <= set(MEDICINE.split())
    assert set(found.told_apart.of_new[:5]) <= set(MEDICINE.split())
    strange = {one.place for one in found.strangers}
    healthy = {text.place for text in texts if set(text.text.split()) & set(MEDICINE.split())}
    assert len(strange) > 10
    assert strange <= healthy


def test_another_mix_of_given_labels_is_found(train):
    shares = {"delivery": 0.2, "refund": 0.3, "account": 0.5}
    found = compared(train, drawn(np.random.default_rng(4), 200, shares))
    assert alarm(found, "labels").large
    assert found.labels.source == "given"
    assert found.labels.shares[0].name in ("delivery", "account")


def test_another_mix_of_labels_is_seen_by_a_classifier_and_its_errors_are_corrected(train):
    shares = {"delivery": 0.15, "refund": 0.25, "account": 0.6}
    found = compared(train, drawn(np.random.default_rng(5), 400, shares, labelled=False))
    assert alarm(found, "labels").large
    assert found.labels.source == "predicted"
    assert found.labels.accuracy > 0.8
    seen = {share.name: share.new for share in found.labels.shares}
    assert seen == {name: pytest.approx(share, abs=0.06) for name, share in shares.items()}


def test_longer_texts_are_found(train):
    found = compared(train, drawn(np.random.default_rng(6), 200, longer=2.0))
    assert alarm(found, "lengths").large
    assert found.lengths.unit == "words"
    assert found.lengths.new == pytest.approx(2 * found.lengths.train, rel=0.25)


def test_lengths_are_tokens_where_the_model_is_at_hand(train):
    settings = SETTINGS.model_copy(
        update={"model": "bundled", "train": SETTINGS.train.model_copy(update={"max_length": 64})}
    )
    found = compared(train, drawn(np.random.default_rng(6), 100, longer=6.0), settings)
    assert (found.lengths.unit, found.lengths.limit) == ("tokens", 64)
    assert found.lengths.beyond_new > 0.5 > found.lengths.beyond_train
    assert "longer than the 64 of train.max_length" in alarm(found, "lengths").sentence


def test_a_small_difference_is_told_and_not_acted_upon(train):
    large = side(drawn(np.random.default_rng(0), 4000))
    shares = {"delivery": 0.46, "refund": 0.32, "account": 0.22}
    found = compared(large, drawn(np.random.default_rng(9), 4000, shares))
    assert alarm(found, "labels").found
    assert found.outcome == "some drift"
    assert "no need to tune again yet" in found.sentence


def test_labels_that_cannot_be_told_from_words_are_not_guessed_at():
    rng = np.random.default_rng(7)
    noise = [text._replace(label=str(rng.integers(3))) for text in drawn(rng, 200)]
    assert compared(side(noise), drawn(rng, 100, labelled=False)).labels is None


def test_the_area_is_that_of_sklearn():
    rng = np.random.default_rng(8)
    values, sides = (
        rng.integers(0, 30, (80, 3)).astype(np.float32),
        rng.integers(0, 2, (80, 3)).astype(np.float32),
    )
    found = two_sample._areas(values, sides)
    assert found.tolist() == pytest.approx([roc_auc_score(sides[:, n], values[:, n]) for n in range(3)])


def test_chance_alone_makes_no_distance():
    same = shift(["a"] * 500 + ["b"] * 500, ["a"] * 50 + ["b"] * 50, 0)
    assert (same.distance, same.p) == (0.0, 1.0)
    assert shift(["a"] * 500, ["b"] * 500, 0).distance == pytest.approx(1, abs=0.05)


def test_a_split_project_compares_with_its_train_side(make_project, tmp_path):
    project = make_project(
        [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 100)]
    )
    assert gathering.training(project, 0).found == 100
    assert gathering.training(project, 0).whole
    project.split()
    side_of_train = gathering.training(project, 0)
    assert side_of_train.found == len(project.ids("split:train")) < 100
    assert not side_of_train.whole


def test_new_rows_are_read_as_an_import_reads_them_and_nothing_is_stored(make_project, tmp_path):
    project = make_project([{"text": f"text {n}", "label": "x"} for n in range(30)])
    path = tmp_path / "new.csv"
    path.write_text("message,category\n" + "".join(f"ask {n},y\n" for n in range(25)) + ",y\n", "utf-8")
    found = gathering.new(project, [str(path)], Options(mapping={"text": "message", "label": "category"}), 0)
    assert (found.found, found.passed_over) == (25, 1)
    assert found.texts[0] == Text("new.csv:2", "ask 0", "y")
    assert len(project.ids("")) == 30
    assert project.rejects() == []


def test_too_few_rows_say_nothing(make_project, tmp_path):
    project = make_project([{"text": f"text {n}", "label": "x"} for n in range(30)])
    path = tmp_path / "new.txt"
    path.write_text("one\ntwo\n", "utf-8")
    with pytest.raises(CuratorError, match="There are 2 new rows with a text; from 20 on"):
        gathering.new(project, [str(path)], Options(), 0)


def test_questions_are_compared_without_their_system_prompts(make_project):
    rows = [{"instruction": f"ask {n}", "answer": "x", "system": "You are kind."} for n in range(30)]
    texts = gathering.training(make_project(rows, "instruction"), 0).texts
    assert texts[0].text == "ask 0"
