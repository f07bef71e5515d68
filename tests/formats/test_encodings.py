from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.formats import encodings
from tests.formats.reading import source_of
from tests.shared_data import SHARED, needs_shared_data

PETS = {"iso-8859-7-greek": "iso8859-7", "windows-1251-russian": "cp1251", "windows-1255-hebrew": "cp1255"}
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n"
LANGUAGES = {
    "cp1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "cp866": RUSSIAN,
    "iso8859-5": RUSSIAN,
    "mac-cyrillic": RUSSIAN,
    "cp1250": "Příliš žluťoučký kůň úpěl ďábelské ódy, protože neměl co dělat.\n",
    "cp1252": "Portez ce vieux whisky au juge blond qui fume là-bas, près de l’été.\n",
    "cp1253": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, και πάλι από την αρχή.\n",
    "cp1254": "Pijamalı hasta yağız şoföre çabucak güvendi, öyle değil mi?\n",
    "cp1255": "דג סקרן שט בים מאוכזב ולפתע מצא חברה\n",
    "cp1256": "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر\n",
    "shift_jis": "いろはにほへと ちりぬるを 我が世誰ぞ 常ならむ\n",
    "euc_jp": "いろはにほへと ちりぬるを 我が世誰ぞ 常ならむ\n",
    "iso2022_jp": "いろはにほへと ちりぬるを 我が世誰ぞ 常ならむ\n",
    "gb18030": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心。\n",
    "big5": "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心。\n",
    "euc_kr": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.\n",
    "utf-16-le": RUSSIAN,
    "utf-16-be": RUSSIAN,
    "utf-32-le": RUSSIAN,
}


def find(data: bytes, wanted: str = ""):
    return encodings.find(source_of(data), wanted)


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_few_lines_are_enough_to_tell_the_encoding(name):
    data = (LANGUAGES[name] * 3).encode(name)
    found = find(data)
    assert data.decode(found.name) == data.decode(name)
    assert 0.5 < found.confidence < 1


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_believed(name):
    found = find(RUSSIAN.encode(name))
    assert RUSSIAN.encode(name).decode(found.name).removeprefix("\ufeff") == RUSSIAN
    assert found.confidence == 1


def test_foreign_letters_far_down_are_not_overlooked():
    ascii_lines = b"nothing but plain English text here\n" * 100_000
    assert find(ascii_lines).name == "utf-8"
    found = find(ascii_lines + RUSSIAN.encode("cp1251") + ascii_lines)
    assert found.name == "cp1251"


@pytest.mark.parametrize("damage", [b"\xcf", b" \xcf\xf0 ", b"\x8e"])
def test_what_nobody_can_know_is_not_guessed(damage):
    found = find(b"text,label\nfine,a\n" + damage + b",b\n")
    assert found == ("utf-8", 0.0)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"I don\x92t know", "I don’t know"),
        (b"a caf\xe9 in town", "a café in town"),
        (b"2,\xa9\n", "2,©\n"),
        (b"it costs \xa3825 today", "it costs £825 today"),
    ],
)
def test_single_western_letters_are_told_by_their_neighbours(data, text):
    found = find(data)
    assert data.decode(found.name) == text
    assert found.confidence < 0.5


def test_utf_8_with_a_few_broken_lines_stays_utf_8():
    found = find(RUSSIAN.encode() * 50 + RUSSIAN.encode("cp1251"))
    assert found.name == "utf-8"
    assert 0.9 < found.confidence < 1


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("latin-1", "iso8859-1"),
        ("CP1251", "cp1251"),
        ("utf8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("UTF-16", "utf-16-le"),
    ],
)
def test_the_user_overrules(wanted, name):
    assert find(RUSSIAN.encode("koi8-r"), wanted) == (name, 1.0)


def test_utf_16_is_read_in_the_order_of_its_bytes():
    assert find(RUSSIAN.encode("utf-16-be"), "utf-16").name == "utf-16-be"
    assert find(b"\xfe\xff" + RUSSIAN.encode("utf-16-be"), "utf_16").name == "utf-16-be"


@pytest.mark.parametrize("wanted", ["rot13", "nonsense", "idna", "unicode_escape", "undefined", "base64"])
def test_what_is_no_encoding_is_an_error(wanted):
    with pytest.raises(CuratorError, match=f"no encoding '{wanted}'") as caught:
        find(b"a", wanted)
    assert "utf-8" in caught.value.remedy


def test_a_page_that_tells_its_encoding_is_believed_when_nothing_else_decides():
    page = b'<meta charset="windows-1251">\n<p>\xcf</p>\n'
    assert find(page).name == "cp1251"
    assert find(page.replace(b"windows-1251", b"utf-8")).name == "utf-8"


def test_bytes_that_only_the_wider_encoding_has():
    data = ("모든 인간은 태어날 때부터 자유롭다.\n" * 9000).encode("euc_kr") + "똠방각하 펲시콜라\n".encode(
        "cp949"
    )
    assert data.decode(find(data).name).endswith("똠방각하 펲시콜라\n")


@needs_shared_data
def test_real_files_are_decoded_to_their_text():
    """The encoding is what their folder says; the byte order mark is no text."""
    wrong, total = [], 0
    for path in sorted((SHARED / "chardet_encodings").glob("*/*")):
        data, name = path.read_bytes(), PETS.get(path.parent.name, path.parent.name)
        total += 1
        if data.decode(find(data).name).removeprefix("\ufeff") != data.decode(name).removeprefix("\ufeff"):
            wrong.append(f"{name}/{path.name}")
    assert len(wrong) <= 0.05 * total, wrong
