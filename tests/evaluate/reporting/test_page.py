from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from curator.config import EvaluateSettings
from curator.evaluate.evaluation import evaluate_scores
from curator.evaluate.reporting import explorer, page
from curator.evaluate.reporting.made import Made
from curator.evaluate.scores import RowScore
from curator.records import InstructionRow, Row, WindowRow
from tests.evaluations import HOSTILE, MADE, bare, full, sample

VOID = {"meta", "link", "input", "br", "line", "circle", "rect", "path", "polyline"}
URLS = {"src", "href", "action", "data", "srcset", "poster", "xlink:href"}


class Page(HTMLParser):
    """A page taken apart: open elements must close in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self) -> str:
        return " ".join("".join(data for tag, data in self.words if tag not in ("style", "script")).split())


def instructed() -> tuple[object, list[Row]]:
    rows: list[Row] = [
        InstructionRow(id=str(i), instruction=f"ask {i}", answer="z" * (i + 1)) for i in range(9)
    ]
    return evaluate_scores("instruction", (), rows, rows, scored(rows), EvaluateSettings(resamples=200)), rows


def windows() -> tuple[object, list[Row]]:
    rows: list[Row] = [WindowRow(id=str(i), text=f"window {i}") for i in range(4)]
    return evaluate_scores("text", (), rows, rows, scored(rows), EvaluateSettings(resamples=200)), rows


def scored(rows):
    def scores(bits: float) -> list[RowScore]:
        values = {"bits": 8.0 * bits, "bytes": 8.0}
        more = {"exact_match": 0.0, "chrf": 10.0} if isinstance(rows[0], InstructionRow) else {}
        return [RowScore(id=r.id, answer="said", values=values | more) for r in rows]

    return {"base": scores(3.0), "tuned": scores(2.0)}


CASES = {
    "labels": lambda: (*sample(), MADE),
    "everything": lambda: (*full(), MADE),
    "hostile": lambda: (*full(HOSTILE), Made(facts={HOSTILE: HOSTILE}, cost={HOSTILE: HOSTILE})),
    "many labels": lambda: (*sample(labels=tuple(f"label {i}" for i in range(30))), Made()),
    "instruction": lambda: (*instructed(), MADE),
    "windows": lambda: (*windows(), Made()),
}


@pytest.fixture(params=CASES)
def text(request) -> str:
    return page.render(*CASES[request.param]())


def test_every_element_closes_and_every_id_is_one(text):
    found = Page(text)
    ids = [a["id"] for _, a in found.elements if "id" in a]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in found.all("a")]
    assert links
    assert {link.removeprefix("#") for link in links if link} <= set(ids)


def test_nothing_is_asked_of_the_network(text):
    found = Page(text)
    assert {a["href"] for a in found.all("link")} == {"data:,"}
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp|sendBeacon|WebSocket|EventSource", text)
    for tag, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in URLS & attributes.keys():
            assert (attributes[name] or "").startswith(("#", "data:,")), (tag, name)
    assert {"script", "style"} & {tag for tag, _ in found.elements} == {"script", "style"}
    assert not {"img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in found.elements}


def test_the_policy_lets_only_its_own_style_and_script_pass(text):
    (policy,) = [a["content"] for a in Page(text).all("meta") if "http-equiv" in a]
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"


def test_tables_have_captions_and_scopes(text):
    found = Page(text)
    assert len(found.all("table")) == len(found.all("caption"))
    assert all("scope" in a for a in found.all("th"))


def test_headings_go_down_one_by_one(text):
    levels = [int(tag[1]) for tag, _ in Page(text).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_are_there_and_drawings_have_words(text):
    found = Page(text)
    for tag in ("header", "main", "nav", "footer"):
        assert len(found.all(tag)) == 1
    assert all(a.get("aria-label") for a in found.all("div") if a.get("role") in ("img", "region"))
    assert found.all("html") == [{"lang": "en"}]


def test_the_verdict_comes_first_in_words_and_by_a_sign():
    found, rows = sample()
    words = Page(page.render(found, rows, Made())).text()
    lead, _, sentence = found.verdict.sentence.partition(": ")
    assert words.index(lead) < words.index(sentence[1:]) < words.index("Before, after and rivals")
    assert "✓" in words or "✗" in words or "?" in words


def test_hostile_text_is_text():
    made = page.render(*CASES["hostile"]())
    found = Page(made)
    assert len(found.all("script")) == 1
    assert not found.all("img")
    assert "\x1b" not in made
    assert "\u202e" not in made
    assert "\x00" not in made
    words = found.text()
    assert "<script>x</script>" in words
    assert "{{ 7*7 }}" in words
    assert "&lt;&amp;" in words
    made.encode("utf-8")


def test_all_rows_are_there_without_any_script():
    found, rows = sample()
    parsed = Page(page.render(found, rows, Made()))
    turns = [a["data-turn"] for a in parsed.all("tr") if "data-turn" in a]
    assert sorted(turns) == ["better"] * 17 + ["same"] * 2 + ["worse"]
    for row in rows:
        assert f" {row.text} " in parsed.text() or row.text in parsed.text()


def test_figures_that_were_found_are_shown():
    words = Page(page.render(*full(), MADE)).text()
    for part in (
        "with temperature 1.70",
        "brings the error to 5.0 points",
        "1 test row of 20",
        "source: some text",
        "33.3 % harder",
        "61 seconds",
        "kept: step 12",
    ):
        assert part in words


def test_parts_that_are_empty_are_not_shown():
    text = page.render(*bare(), Made())
    for name in ("slices", "contamination", "suspects", "memorised", "cost", "losses", "made"):
        assert f'id="{name}"' not in text


def test_a_matrix_is_coloured_up_to_25_labels():
    assert 'class="matrix"' in page.render(*sample(labels=tuple(f"l{i}" for i in range(20))), Made())
    text = page.render(*CASES["many labels"]())
    assert 'class="matrix"' not in text
    assert "The most frequent confusions" in text


def test_shades_are_shares_of_a_line():
    assert page.shades([["", "a", "b"], ["a", "9", "0"], ["b", "1", "8"], ["c", "0", "0"]]) == [
        [9, 0],
        [1, 8],
        [0, 0],
    ]


def test_columns_of_numbers_are_known():
    table = [
        ["", "rows", "p", "label", ""],
        ["a", "1,200", "p < 0.0001", "x1", "3"],
        ["b", "–", "p = 0.5", "2", "4"],
    ]
    assert page.numeric(table) == {1, 2}


def test_long_texts_are_folded_and_huge_ones_cut():
    short, long, huge = (explorer.folded(text) for text in ("a b", "word " * 100, "x" * 1_000_000))
    assert short == explorer.Text("a b")
    assert long.whole == "word " * 100
    assert long.whole.startswith(long.beginning)
    assert len(long.beginning) <= explorer.FOLDED
    assert len(huge.whole) == explorer.LONGEST
    assert huge.missing == 1_000_000 - explorer.LONGEST


def test_a_page_of_huge_rows_stays_small_and_says_what_is_missing():
    found, rows = sample(text="й" * (2 * explorer.LONGEST))
    text = page.render(found, rows, Made())
    assert len(text) < 20 * 1.2 * explorer.LONGEST + 100_000
    assert "more characters, which stand in the exported file" in text


def test_rows_beyond_the_room_of_a_page_are_said_to_be_elsewhere(monkeypatch):
    monkeypatch.setattr(explorer, "ROWS", 5)
    found, rows = sample()
    words = Page(page.render(found, rows, Made())).text()
    assert "The 5 rows that the tuning made worst, of 20; all of them are in scores.parquet." in words
    monkeypatch.setattr(explorer, "CHARACTERS", 30)
    assert len(explorer.explore(found, rows).lines) < 5


def test_figures_break_only_before_their_interval():
    text = page.render(*sample(), Made())
    assert re.search(r">90\.0\u00a0% \(\d+\.\d\u00a0to\u00a0\d+\.\d\)</td>", text)
