"""What other programs left in a text: HTML, brackets, fences, holes of templates, special tokens, formulas."""

from __future__ import annotations

import pytest

from curator.checks.detectors import (
    bracket_markup,
    end_markers,
    fences,
    formula,
    html_remains,
    placeholders,
)


def words(detector, text, *more):
    return [text[span.start : span.end] for span in detector.spans(text, *more)]


CLEAN = (
    "If a < b > c then x<y, and R&D; AT&T costs < 5 & > 3.",
    "Если a < b, то счёт [1] пуст {как-то так}; см. п. [2, с. 5].",
    "若 a < b，则《注》【重要】成立 {x}。",
    "- one\n- two\n\n= 5 + 3\n+7 916 123-45-67",
    "",
)


@pytest.mark.parametrize(
    "detector", [html_remains, bracket_markup, fences, placeholders, end_markers, formula]
)
@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_has_nothing(detector, text):
    assert words(detector, text) == []
    if hasattr(detector, "repaired"):
        assert detector.repaired(text) is text


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (
            '<p>Hello,&nbsp;my bill &amp; the reminder<br/>crossed.</p><div class="sig">',
            "Hello, my bill & the reminder\ncrossed.",
        ),
        ("<b>Важно</b>: счёт &laquo;дважды&raquo; &#8212; проверьте", "Важно: счёт «дважды» — проверьте"),
        ("<div>你好<br>世界&hellip;</div>", "你好\n世界…"),
        ("<td>a</td><td>b</td>", "a  b"),
        ("one<!-- hidden -->two", "onetwo"),
        ("<P>one\n</P>\n<p>two", "one\n\ntwo"),
    ],
)
def test_tags_are_dropped_and_entities_decoded(text, repaired):
    assert words(html_remains, text)
    assert html_remains.repaired(text).strip(" ") == repaired


@pytest.mark.parametrize(
    "text",
    [
        "70 m<sup>2</sup>",
        "10<sup>3</sup> &times; 2",
        "&amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;",
        "Write &lt;br&gt; for a line &amp; more",
        "see <a href='https://example.com'>here</a>",
        "<img alt='diagram'>",
    ],
)
def test_what_tags_say_beyond_the_text_is_left_to_people(text):
    assert words(html_remains, text)
    assert html_remains.repaired(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "```html\n<p>Hello &amp; bye</p>\n```",
        "Use `<br>` to break and `&nbsp;` to join.",
        "A List<I> of Map<K, V> and vector<i>",
        "| a<br>b | c |",
        "<!DOCTYPE html>\n<html><body><p>Hi</p></body></html>",
        "Das HTML-Tag <b> macht fett.</b>",
        "Тег <b>b</b> делает текст жирным",
        "标签 <b>粗体</b>",
        "write to <anna@example.com> &c; &unknown;",
    ],
)
def test_code_generics_and_texts_about_html_stay(text):
    assert words(html_remains, text) == []
    assert html_remains.repaired(text) is text


def test_html_that_was_asked_for_stays():
    answer, prompt = "<p>Hi</p>", "Write a web page that says hi."
    assert words(html_remains, answer)
    assert words(html_remains, answer, prompt) == []
    assert html_remains.repaired(answer, prompt) is answer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I see [/foo] [@click=app.bell]x[/]", ["[/foo]", "[@click=app.bell]", "[/]"]),
        ("[b]Срочно[/b] звоните", ["[/b]"]),
        ("[url=http://x.y]链接[/url]", ["[url=http://x.y]", "[/url]"]),
        ("see [/docs](http://x) and `[/b]`", []),
    ],
)
def test_markup_in_square_brackets(text, found):
    assert words(bracket_markup, text) == found


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (
            "Router log:\n```\n07:14 PPP timeout\n07:15 retry",
            "Router log:\n```\n07:14 PPP timeout\n07:15 retry\n```",
        ),
        ("Код:\n~~~~python\nprint(1)\n", "Код:\n~~~~python\nprint(1)\n~~~~"),
        ("代码：\n  ```js\n  f();", "代码：\n  ```js\n  f();\n  ```"),
        ("```a\n```\ntext\n```b\nc", "```a\n```\ntext\n```b\nc\n```"),
    ],
)
def test_a_fence_that_is_never_closed_is_closed_at_the_end(text, repaired):
    assert len(words(fences, text)) == 1
    assert fences.repaired(text) == repaired
    assert words(fences, repaired) == []


@pytest.mark.parametrize(
    "text",
    [
        "Run:\n```\nls\n\nThis lists all the files of the folder that you are in now.",
        "Запусти:\n```\nls\n\nЭта команда показывает все файлы текущей папки на экране.",
        "运行：\n```\nls\n\n这个命令会列出当前文件夹中的所有文件和目录。",
        "the end\n```",
    ],
)
def test_a_fence_with_prose_or_nothing_behind_it_is_told_but_not_closed(text):
    assert len(words(fences, text)) == 1
    assert fences.repaired(text) is text


@pytest.mark.parametrize(
    "text", ["```\na\n```  ", "```\na\n```", "use ```x``` here", "````\n```\n````", "~~~\n```\n~~~"]
)
def test_closed_and_inline_fences_are_well(text):
    assert words(fences, text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dear {{name}}, I end my contract on [insert date].", ["{{name}}", "[insert date]"]),
        ("Hi {first_name}, your {product} is here", ["{first_name}", "{product}"]),
        (
            "Меня зовут {{ имя }}, [ваше имя], [вставьте дату], [укажите номер договора]",
            ["{{ имя }}", "[ваше имя]", "[вставьте дату]", "[укажите номер договора]"],
        ),
        (
            "我是{{姓名}}，[您的姓名]，【公司名称】，[插入日期]",
            ["{{姓名}}", "[您的姓名]", "【公司名称】", "[插入日期]"],
        ),
        ("<noinput>", ["<noinput>"]),
        ("<No input>", ["<No input>"]),
        ("Sincerely,\n[Your Name]", ["[Your Name]"]),
        ("Lorem ipsum dolor sit amet", ["Lorem ipsum"]),
        ("TODO: write the answer", ["TODO"]),
        ("The end is near [text continues]", ["[text continues]"]),
        ("Дальше [текст продолжается]", ["[текст продолжается]"]),
        ("[object Object]", ["[object Object]"]),
        ("#REF!", ["#REF!"]),
    ],
)
def test_holes_of_templates(text, found):
    assert words(placeholders, text) == found


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{{a}}{{b}} and $x_{name}$ and \textbf{name}",
        "print(f'Hello {name}')",
        'url = "/users/{user}".format(user=1)',
        "`{{name}}` is a variable of Jinja",
        "```\n{{name}}\n```",
        "my TODO list app",
        "[sic] he said [laughs], [1], [a link](http://x)",
        "она сказала [смеётся] и ушла",
        "他说【笑】然后走了",
        "body { margin: 0 }",
    ],
)
def test_code_formulas_and_remarks_are_no_holes(text):
    assert words(placeholders, text) == []


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("The answer is 4.</s>", "The answer is 4."),
        ("Ответ: 4<|im_end|>\n", "Ответ: 4"),
        ("答案是4。<|endoftext|><|endoftext|>", "答案是4。"),
        ("<s>[INST] Hi", "Hi"),
        ("### Response:\nYes", "Yes"),
        ("### Ответ:\nДа<｜end▁of▁sentence｜>", "Да"),
        ("<start_of_turn>model\n是的<end_of_turn>", "是的"),
        ("<|eot_id|>", ""),
    ],
)
def test_markers_at_the_ends_are_cut_off(text, repaired):
    assert words(end_markers, text)
    assert end_markers.repaired(text) == repaired


def test_markers_between_two_turns_are_told_but_stay():
    text = "Yes.<|im_end|>\n<|im_start|>user\nAnd then?"
    assert words(end_markers, text) == ["<|im_end|>", "<|im_start|>"]
    assert end_markers.repaired(text) is text


@pytest.mark.parametrize(
    "text", ["the token `<|endoftext|>` ends it", "it was <s>bad</s> good", "```\n</s>\n```"]
)
def test_markers_that_a_text_speaks_of_and_struck_words_stay(text):
    assert words(end_markers, text) == []


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","Счёт")',
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "+cmd|'/C'!A0",
        "=A1+B2",
        "-2+3+cmd|' /C calc'!A0",
        "＝SUM(A1)",
        ' =WEBSERVICE("http://x")',
    ],
)
def test_formulas(text):
    assert len(words(formula, text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "- item (one)",
        "+1 for this",
        "@anna thanks",
        "= 12 apples",
        "--- title",
        "=> so",
        "- Счёт",
        "-是的",
    ],
)
def test_signs_before_words_and_numbers_are_no_formulas(text):
    assert words(formula, text) == []
