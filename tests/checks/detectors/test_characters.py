"""Damage in the characters of a text: encoding, controls, invisible and turned text, normal form, look-alikes."""

from __future__ import annotations

import pytest

from curator.checks.detectors import bidi, controls, invisible, lookalikes, mojibake, unicode_form

CLEAN = (
    "The café opens at 9 – “really”, 20 °C, £4.50 & naïve coöperation.",
    "Счёт №5 за апрель: «дважды» — пересчитайте, пожалуйста… 20 °C, 5 €.",
    "布洛芬（英语：Ibuprofen），是一种“非类固醇”消炎药《NSAID》——常用来止痛。",
    "Größe, façade, Ænima, Łódź, smörgåsbord, ¿qué?",
    "line one\r\nline two\ttabbed\n",
    "",
)


def words(detector, text):
    return [text[span.start : span.end] for span in detector.spans(text)]


@pytest.mark.parametrize("detector", [mojibake, controls, invisible, bidi, unicode_form, lookalikes])
@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_has_nothing_and_comes_back_as_it_is(detector, text):
    assert list(detector.spans(text)) == []
    assert detector.repaired(text) is text


@pytest.mark.parametrize(
    "clean", ["The café déjà vu", "Интернет пропал утром, почините линию.", "你好，世界。今天天气很好"]
)
@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
def test_utf8_that_was_read_as_a_western_encoding_is_found_and_read_again(clean, wrong):
    text = clean.encode("utf-8").decode(wrong, "ignore" if wrong == "cp1252" else "strict")
    assert {span.what for span in mojibake.spans(text)} <= {"wrong encoding", "lost characters"}
    assert words(mojibake, text)
    if wrong == "latin-1":
        assert mojibake.repaired(text) == clean


def test_russian_that_was_read_as_windows_1251_is_found_and_read_again():
    clean = "Когда придёт мастер? Жду с утра."
    text = clean.encode("utf-8").decode("cp1251", "replace").replace("\ufffd", "")
    assert words(mojibake, text)
    plain = "Добро и тепло"
    assert mojibake.repaired(plain.encode("utf-8").decode("cp1251")) == plain


def test_only_the_damaged_words_are_shown():
    text = "The set-top box at CafÃ© AmÃ©lie shows a fault."
    assert words(mojibake, text) == ["CafÃ©", "AmÃ©lie"]
    assert mojibake.repaired(text) == "The set-top box at Café Amélie shows a fault."


def test_chinese_read_as_gbk_and_lost_characters_are_told_but_not_touched():
    text = "今天的天气很好，我们的朋友也来了。".encode().decode("gbk", "ignore")
    assert {span.what for span in mojibake.spans(text)} == {"UTF-8 read as GBK"}
    assert mojibake.repaired(text) == text
    for lost in ("The caf\ufffd is open", "Счёт \ufffd\ufffd за май", "锟斤拷锟斤拷"):
        assert [span.what for span in mojibake.spans(lost)] == ["lost characters"]
        assert mojibake.repaired(lost) == lost


@pytest.mark.parametrize(
    ("text", "found", "repaired"),
    [
        ("My account\0 number\x07", ["\0", "\x07"], "My account number"),
        ("Мой счёт\b", ["\b"], "Мой счёт"),
        ("账号\x01错误", ["\x01"], "账号错误"),
        ("\x1b[31mLINE DOWN\x1b[0m", ["\x1b[31m", "\x1b[0m"], "LINE DOWN"),
        ("页\x1b]52;c;ZmFrZQ==\x07尾", ["\x1b]52;c;ZmFrZQ==\x07"], "页尾"),
        ("a\x1b]8;;http://x.y\x1b\\link", ["\x1b]8;;http://x.y\x1b\\"], "alink"),
        ("a\x1bMary", ["\x1b"], "aMary"),
        ("one\x0cДва\x0b三", ["\x0c", "\x0b"], "one\nДва\n三"),
        (
            "\\( \x0crac{1}{2} \x08eta \x07lpha \x0bec{x} \\)",
            ["\x0c", "\x08", "\x07", "\x0b"],
            "\\( \\frac{1}{2} \\beta \\alpha \\vec{x} \\)",
        ),
        ("half \ud83d", ["\ud83d"], "half "),
        ("a\x9b31mb", ["\x9b31m"], "ab"),
    ],
)
def test_control_characters_and_escape_sequences_are_cut_out(text, found, repaired):
    assert words(controls, text) == found
    assert controls.repaired(text) == repaired


def test_controls_that_mojibake_can_still_read_are_left_to_it():
    clean = "Починили быстро"
    text = clean.encode().decode("latin-1")
    assert words(controls, text) == []
    assert mojibake.repaired(controls.repaired(text + "\0")) == clean
    assert words(controls, "a\x81b") == ["\x81"]


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("can\u200bcel the \ufeffcard", "cancel the card"),
        ("от\u00adмените услугу\u200b", "отмените услугу"),
        ("取消\u200b第二张\u2060卡", "取消第二张卡"),
        ("a\u200db", "ab"),
        ("hi\U000e0069\U000e0067", "hi"),
        ("x\ufe0f\ufe0e\ufe01", "x"),
        ("👍\ufe0f\ufe0f", "👍\ufe0f"),
    ],
)
def test_invisible_characters_are_cut_out(text, repaired):
    assert words(invisible, text)
    assert invisible.repaired(text) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d👧 👩🏽\u200d⚕\ufe0f ❤\ufe0f\u200d🔥 1\ufe0f\u20e3 ☎\ufe0f",
        "می\u200cخواهم",
        "क\u094d\u200dष",
        "ภาษา\u200bไทย",
        "葛\U000e0100城",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    ],
)
def test_invisible_characters_stay_where_a_script_or_an_emoji_needs_them(text):
    assert words(invisible, text) == []
    assert invisible.repaired(text) is text


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("bill_\u202efdp.exe\u202c came", "bill_fdp.exe came"),
        ("счёт_\u202efdp.exe", "счёт_fdp.exe"),
        ("账单\u202dabc\u202c", "账单abc"),
        ("Next\u200e Steps \u2068name\u2069", "Next Steps name"),
        ("שלום \u2067עולם", "שלום עולם"),
        ("שלום\u202c", "שלום"),
        ("\u2067שלום\n\u2069", "שלום\n"),
    ],
)
def test_overrides_and_marks_without_a_purpose_are_cut_out(text, repaired):
    assert words(bidi, text)
    assert bidi.repaired(text) == repaired


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("bill_\u202efdp\u202c", ["overridden reading direction"] * 2),
        ("שלום \u2067עולם", ["direction mark without its partner"]),
        ("Next\u200e Steps", ["direction mark without right-to-left text"]),
    ],
)
def test_it_is_told_what_is_wrong_with_a_mark(text, what):
    assert [span.what for span in bidi.spans(text)] == what


@pytest.mark.parametrize(
    "text", ["\u2067שלום\u2069 means peace", "\u202bسلام\u202c", "שלום\u200f (hello)\u200e", "שלום"]
)
def test_balanced_marks_around_right_to_left_text_stay(text):
    assert words(bidi, text) == []
    assert bidi.repaired(text) is text


@pytest.mark.parametrize(
    ("text", "found", "repaired"),
    [
        ("The Cafe\u0301 sign", ["Cafe\u0301"], "The Café sign"),
        ("Мои\u0306 договор", ["Мои\u0306"], "Мой договор"),
        ("寒い、か\u3099です", ["寒い、か\u3099です"], "寒い、がです"),
        ("5 Å\u212b", ["Å\u212b"], "5 ÅÅ"),
        ("a =\u0338 b", ["\u0338"], "a ≠ b"),
    ],
)
def test_words_out_of_normal_form_are_composed(text, found, repaired):
    assert words(unicode_form, text) in (found, [text])
    assert unicode_form.repaired(text) == repaired


@pytest.mark.parametrize(
    ("text", "found", "repaired"),
    [
        ("Почему cчёт за рoуминг пришёл", ["cчёт", "рoуминг"], "Почему счёт за роуминг пришёл"),
        ("как будто ждали, что нe будет", ["нe"], "как будто ждали, что не будет"),
        ("Log in to pаypal nоw", ["pаypal", "nоw"], "Log in to paypal now"),
        ("我的 раypal 账号", ["раypal"], "我的 paypal 账号"),
        ("The соm domain", [], "The соm domain"),
        ("Рiвне — мiсто, їжа", ["Рiвне", "мiсто"], "Рівне — місто, їжа"),
    ],
)
def test_lookalikes_are_put_into_the_script_of_the_word(text, found, repaired):
    if "соm" in text:
        found, repaired = ["соm"], "The com domain"
    assert words(lookalikes, text) == found
    assert lookalikes.repaired(text) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "SMS-ка из IT-отдела",
        "Позвали PRщика, TOPовый GPSом",
        "через Googleа и WhatsAppе",
        "кабель 5 мA",
        "тариф X5 и А4",
        "中文 и English вместе",
        "Wi-Fi роутер",
    ],
)
def test_words_that_mix_scripts_on_purpose_stay(text):
    assert words(lookalikes, text) == []
    assert lookalikes.repaired(text) is text
