"""The language of a text, and the texts of a set whose language is odd there."""

from __future__ import annotations

import pytest

from curator.checks.detectors.language import Languages, language, name

ENGLISH = [
    f"Where is parcel {i}? It should have been here since last week, please look it up." for i in range(80)
]
RUSSIAN = [
    f"Где посылка {i}? Она должна была прийти на прошлой неделе, проверьте, пожалуйста." for i in range(80)
]
CHINESE = [f"包裹{i}在哪里？上周就应该到了，请帮我查一下，谢谢您的帮助和耐心。" for i in range(80)]
OTHERS = {
    "fi": "Asentaja kävi eilen, mutta netti ei toimi vieläkään olohuoneessa.",
    "de": "Der Techniker war gestern hier, aber das Internet geht noch immer nicht.",
    "fr": "Le technicien est venu hier, mais la connexion ne marche toujours pas.",
    "es": "El técnico vino ayer, pero la conexión todavía no funciona en la sala.",
    "uk": "Майстер приходив учора, але інтернет досі не працює у вітальні.",
    "ja": "昨日技術者が来ましたが、居間のインターネットはまだ使えません。",
    "ko": "어제 기사님이 오셨지만 거실 인터넷은 아직도 되지 않습니다.",
    "el": "Ο τεχνικός ήρθε χθες, αλλά το διαδίκτυο δεν λειτουργεί ακόμα.",
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, code) for code, text in OTHERS.items()),
        (ENGLISH[0], "en"),
        (RUSSIAN[0], "ru"),
        (CHINESE[0], "zh"),
    ],
)
def test_languages_are_told(text, code):
    guess = language(text)
    assert guess.language == code
    assert guess.confidence > 0.6


@pytest.mark.parametrize(
    "text", ["", "ok", "123 456 789 012 345 678", "https://example.com/some/long/path", "请帮我", "Привет!"]
)
def test_of_short_texts_nothing_is_said(text):
    assert language(text) == ("", 0.0)


@pytest.mark.parametrize("texts", [ENGLISH, RUSSIAN, CHINESE, ENGLISH + RUSSIAN, ENGLISH + CHINESE])
def test_one_text_in_another_language_is_odd_and_the_rest_is_not(texts):
    for code, other in OTHERS.items():
        languages = Languages([*texts, other])
        assert [languages.odd(text) for text in texts] == [None] * len(texts)
        assert (odd := languages.odd(other)) is not None
        assert odd.language == code
        assert languages.odd(other[:5]) is None


def test_a_language_with_a_share_of_its_own_is_not_odd():
    languages = Languages(ENGLISH * 5 + [OTHERS["de"]] * 40)
    assert languages.common == {"en", "de"}
    assert languages.odd(OTHERS["de"]) is None
    assert languages.odd(OTHERS["fi"]) is not None


def test_in_a_set_of_many_languages_none_is_odd():
    languages = Languages([*OTHERS.values(), ENGLISH[0], ENGLISH[1]])
    assert [languages.odd(text) for text in OTHERS.values()] == [None] * len(OTHERS)


def test_a_set_without_words_has_no_odd_texts():
    assert Languages([]).odd(ENGLISH[0]) is None
    assert Languages(["1", "2"]).odd(ENGLISH[0]) is None


def test_languages_have_names():
    assert (name("fi"), name("ru"), name("xx")) == ("Finnish", "Russian", "xx")
