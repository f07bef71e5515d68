from __future__ import annotations

import pytest

from curator.formats import html
from tests.formats.reading import layout_of, read, rejects, values


def text_of(body: str) -> str:
    return values(read(f"<!DOCTYPE html><html><body>{body}</body></html>".encode(), "a.html", "text"))[0][
        "text"
    ]


def test_a_page_is_its_visible_text_and_its_title():
    page = """<!doctype html><html><head><title>On cats
      &amp; dogs</title><style>p {color: red}</style><script>if (a < b) {}</script></head>
      <body><h1>Cats</h1><p>Cats   sleep,<br>dogs <b>bark</b>.</p></body></html>"""
    assert values(read(page.encode(), "a.html", "text")) == [
        {"text": "Cats\n\nCats sleep,\ndogs bark.", "title": "On cats & dogs"}
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<ul><li>a<li>b</ul>c", "a\nb\n\nc"),
        ("<table><tr><td>1<td>2<tr><th>3</th><th>4</th></table>", "1\t2\n3\t4"),
        ("<pre>def f():\n    return 1</pre>", "def f():\n    return 1"),
        ("<p>&lt;b&gt; caf&eacute; &#1078;</p>", "<b> café ж"),
        ("<div><div>a</div></div><div>b</div>", "a\nb"),
        ("a<!-- no -->b <script>no</script> c", "ab c"),
        ("<p>un<p>closed <i>tags</b> everywhere", "un\n\nclosed tags everywhere"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
    ],
)
def test_blocks_become_lines(body, text):
    assert text_of(body) == text


@pytest.mark.parametrize("kind", ["text", "classification", "instruction"])
@pytest.mark.parametrize("name", ["a.html", "a.txt", "a"])
def test_a_page_is_known_by_its_content(name, kind):
    assert layout_of(b"\n<!-- x --><HTML lang='en'><p>a", name, kind).format == "html"


def test_a_text_that_speaks_of_tags_is_no_page():
    assert not html.is_html("a.txt", "The <html> tag begins a page.")
    assert layout_of(b"plain text", "a.html", "text").format == "document"
    assert layout_of(b"<rss><title>x</title></rss>", "a.xml", "text").format == "document"


def test_a_page_without_text_is_rejected():
    assert (
        rejects(read(b"<html><script>x</script></html>", "a.html", "text"))[0].reason
        == "is a page without text"
    )


def test_a_page_in_another_encoding():
    page = "<html><meta charset='koi8-r'><p>Все счастливые семьи похожи друг на друга</html>".encode("koi8-r")
    assert values(read(page, "a.html", "text")) == [{"text": "Все счастливые семьи похожи друг на друга"}]
