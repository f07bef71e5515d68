from __future__ import annotations

import warnings

import numpy as np
import pytest

from curator.label_quality.outliers import outliers

TICKETS = [
    f"{start} {thing} {state}{end}"
    for start in ("hello,", "please help,", "hi there,")
    for thing in ("my new card", "the parcel", "a transfer", "my account", "the app")
    for state in ("is lost", "has not come", "is blocked", "was charged twice")
    for end in ("", " today", " again")
]


@pytest.fixture(autouse=True)
def no_warning_leaks():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize(
    "text",
    [
        "photosynthesis turns light into chemical energy",
        "Истребитель накренился над лесом",
        "qwlekjh zmxncb asdkjh poqwie",
        "今天天气很好",
    ],
)
def test_a_text_unlike_all_others_is_far(text):
    found = outliers([*TICKETS, text])
    assert np.flatnonzero(found.far).tolist() == [len(TICKETS)]
    assert found.score.argmax() == len(TICKETS)
    assert 0.5 < found.score[-1] < 1


def test_texts_like_one_another_are_not_far():
    found = outliers(TICKETS)
    assert not found.far.any()
    assert ((found.score >= 0) & (found.score < 0.5)).all()


def test_a_text_with_one_rare_word_is_not_far():
    assert not outliers([*TICKETS, "hello, my new card is crumpled"]).far.any()


@pytest.mark.parametrize(
    "texts",
    [[], ["one"], [""] * 5, ["..."], ["the same"] * 50, ["a", "b", "c", "d"], [*TICKETS, "", "!"]],
)
def test_nothing_is_far_where_there_is_nothing_to_tell(texts):
    found = outliers(texts)
    assert len(found.score) == len(found.far) == len(texts)
    assert not found.far.any()


def test_texts_without_spaces_are_compared_by_letters():
    texts = [
        f"{one}{two}"
        for one in ("我的卡", "包裹", "这笔转账", "账户")
        for two in ("丢了", "还没到", "被冻结")
    ]
    found = outliers([*texts * 5, "photosynthesis turns light into energy"])
    assert np.flatnonzero(found.far).tolist() == [60]
