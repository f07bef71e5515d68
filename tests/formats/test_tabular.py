from __future__ import annotations

import csv
import io
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.formats import tabular
from curator.formats.base import Layout
from tests.formats.reading import layout_of, read, read_as, rejects, values
from tests.shared_data import SHARED, needs_shared_data

TABLES = SHARED / "frictionless_tables"


def table(text: str, **options: str):
    return read(text.encode(), "t.csv", **options)


@needs_shared_data
@pytest.mark.parametrize(
    "path", sorted((SHARED / "csv_spectrum" / "csvs").glob("*.csv")), ids=lambda path: path.stem
)
def test_the_spectrum_of_quoting(path):
    answer = json.loads((SHARED / "csv_spectrum" / "json" / f"{path.stem}.json").read_text("utf-8"))
    found = read(path.read_bytes(), path.name)
    assert not rejects(found)
    assert values(found) == answer


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_by_rows_of_one_width(delimiter):
    rows = [["id", "text, with; marks"], ["1", "a, b"], ["2", "c; d"], ["3", "e | f, g"], ["4", "h\ti"]]
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    layout = layout_of(stream.getvalue().encode(), "t.csv")
    assert layout.delimiter == delimiter
    assert [list(row.values()) for row in values(read_as(stream.getvalue().encode(), layout))] == rows[1:]


def test_decimal_commas_are_no_delimiters():
    assert layout_of(b"a;b\n0,5;1,5\n2,5;3,5\n", "t.csv").columns == ("a", "b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text,label\n'a, b','x'\n'it''s','y'\n", ["a, b", "it's"]),
        ('text,label\n"say \\"hi\\", he said",x\n"C:\\\\new\\n",y\n', ['say "hi", he said', "C:\\new\\n"]),
        ('text, label\n"a, b", "x"\n"c", "y, z"\n', ["a, b", "c"]),
        ('text\tlabel\n"open\tx\nit\'s "so"\ty\n5" pipe\tz\n', ['"open', 'it\'s "so"', '5" pipe']),
        ('text,label\n"it\'s ""so""",x\n', ['it\'s "so"']),
    ],
)
def test_quoting_that_is_not_quite_usual(text, expected):
    found = table(text)
    assert not rejects(found)
    assert [row["text"] for row in values(found)] == expected


LETTER = "Dear Sir{} message {}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize(
    ("delimiter", "quote", "space", "inside"),
    [
        (",", '"', "", ","),
        (";", '"', "", ";"),
        ("\t", '"', "", "\t"),
        (",", '"', "", ', ""he said"",'),
        (",", '"', "", ",\n"),
        (",", '"', "", ", yours,\nin this,"),
        (",", "'", "", ","),
        (",", '"', " ", ","),
        ("\t", '"', "", ","),
        (";", '"', "", ", , ,"),
    ],
)
def test_a_delimiter_in_every_quoted_cell_makes_no_column(delimiter, quote, space, inside, header, encoding):
    gap = delimiter + space
    texts = [LETTER.format(inside, number) for number in range(300)]
    rows = [f"{number}{gap}{quote}{text}{quote}{gap}spam" for number, text in enumerate(texts)]
    for lines, names in (
        (rows, ["number", "text", "label"]),
        ([r.split(gap, 1)[1] for r in rows], ["text", "label"]),
    ):
        data = "\n".join([gap.join(names)] * header + lines).encode(encoding)
        layout = layout_of(data, "t.csv")
        assert (layout.delimiter, layout.quote, layout.header) == (delimiter, quote, header)
        assert len(layout.columns) == len(names)
        found = read_as(data, layout)
        assert not rejects(found)
        column = layout.columns[-2]
        assert [row[column] for row in values(found)] == [text.replace('""', '"') for text in texts]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"Dear Sir, say ""so"""', 'Dear Sir, say "so"'),
        ('"""Sir"", he said"', '"Sir", he said'),
        ('"Dear Sir, say \\"so\\""', 'Dear Sir, say "so"'),
    ],
)
def test_quotation_marks_beside_the_delimiter_of_every_quoted_cell_make_no_column(written, text):
    for header in ("text,label\n", ""):
        found = table(header + "".join(f"{written},{number}\n" for number in range(300)))
        assert [tuple(row.values()) for row in values(found)] == [(text, str(n)) for n in range(300)]


def test_a_delimiter_in_every_quoted_cell_of_a_lone_column_makes_no_other():
    found = table("text\n" + "".join(f'"Dear Sir, message {number}"\n' for number in range(9)))
    assert values(found) == [{"text": f"Dear Sir, message {number}"} for number in range(9)]


@pytest.mark.parametrize("text", ["Hello, you", "a, b, c, d"])
def test_a_mark_in_every_text_is_no_delimiter_where_the_header_has_another(text):
    layout = layout_of(("text;label\n" + f"{text};spam\n" * 300).encode(), "t.csv")
    assert (layout.delimiter, layout.columns) == (";", ("text", "label"))


def test_quotation_marks_that_open_without_closing_are_text():
    lines = [f'"so he began\tno {number}\n' for number in range(30)]
    layout = layout_of(("text\tlabel\n" + "".join(lines)).encode(), "t.tsv")
    assert (layout.quote, layout.columns) == ("", ("text", "label"))


@pytest.mark.parametrize(
    "text",
    [
        "text,label\nfoo,a\n",
        "Frage,Antwort\nwas,das\n",
        "id,name\n1,x\n",
        "a,b,c\n1,2,3\n",
        "v1,v2\nham,Ok lar... Joking wif u oni...\nspam,Free entry in 2 a wkly comp\nham,U dun say so\n",
        "value\n01\n002\n",
        "Отзыв о работе банка,Оценка\nВсё хорошо и даже лучше,5\n",
        "text,label\ntext,label\nfoo,a\n",
    ],
)
def test_a_first_row_of_names_is_the_header(text):
    layout = layout_of(text.encode(), "t.csv")
    assert layout.header
    assert layout.columns == tuple(text.splitlines()[0].split(","))


@pytest.mark.parametrize(
    "text",
    [
        "1,english\n2,german\n3,french\n",
        "ham,Ok lar... Joking wif u oni...\nspam,Free entry in 2 a wkly comp\nham,U dun say so early\n",
        "What is the answer to it all?,forty-two of course\nWho knows what it really is?,nobody at all does\n",
        "2019-01-01,x\n2019-01-02,y\n",
        "news,the text of the first one\nsports,another\nnews,a third\n",
        "7,x\n",
    ],
)
def test_without_names_columns_are_numbered(text):
    layout = layout_of(text.encode(), "t.csv")
    assert not layout.header
    assert layout.columns == ("column_1", "column_2")
    assert len(values(read_as(text.encode(), layout))) == len(text.splitlines())


def test_short_rows_are_kept_and_surplus_cells_are_rejected():
    found = table("a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n")
    assert values(found) == [
        {"a": "1", "b": "2", "c": "3"},
        {"a": "1", "b": "2"},
        {"a": "1", "b": "2", "c": "3"},
    ]
    assert [(row.line, row.reason) for row in rejects(found)] == [(4, "has 4 cells, but the header has 3")]


def test_rows_of_empty_cells_are_blank():
    assert values(table("a,b\n,\n1,2\n,\n,\n")) == [{"a": "1", "b": "2"}]
    assert values(table('text\n""\nx\n')) == [{"text": ""}, {"text": "x"}]


def test_rows_that_begin_with_a_name_give_it_a_column():
    assert layout_of(b"mpg,cyl\nMazda,21,6\nDatsun,22.8,4\n", "t.csv").columns == ("column_1", "mpg", "cyl")
    assert layout_of(b"a,b\n1,2,\n3,4,\n", "t.csv").columns == ("a", "b")


def test_a_title_above_the_header_is_rejected_by_itself():
    found = table("# made by hand\n\nid,text\n1,a\n2,b\n")
    assert [row["text"] for row in values(found)] == ["a", "b"]
    assert [(row.line, row.raw, row.reason) for row in rejects(found)] == [
        (1, b"# made by hand", "stands above the header")
    ]


def test_a_cell_with_line_breaks_keeps_its_first_line_and_bytes():
    found = table('id,text\r\n1,"a\r\nb\r\nc"\r\n2,d\r\n')
    assert [(row.line, row.raw) for row in found] == [(2, b'1,"a\r\nb\r\nc"'), (5, b"2,d")]
    assert values(found)[0]["text"] == "a\r\nb\r\nc"


@pytest.mark.parametrize("stray", ['9,"open,x', '9,"open" more,x', '9,"open'])
def test_a_stray_quotation_mark_swallows_no_other_row(stray):
    before, after = "".join(f"{i},a,x\n" for i in range(5)), "".join(f'{i},"b, c",y\n' for i in range(20))
    found = table(f"id,text,label\n{before}{stray}\n{after}")
    assert len(values(found)) == 25
    assert [(row.line, row.raw.decode()) for row in rejects(found)] == [(7, stray)]


def test_the_last_quotation_mark_of_a_file_swallows_no_other_row():
    found = table('id,text,label\n1,"a, b",x\n9,"open,x\n' + "".join(f"{i},b,y\n" for i in range(200)))
    assert (len(values(found)), len(rejects(found))) == (201, 1)


def test_lines_that_are_no_rows_stay_with_the_cell_that_never_closes():
    found = table('id,text,label\n1,a,x\n9,"Once upon a time\nthere was,\nand still is, they say,\na cat.')
    assert len(values(found)) == 1
    assert [(row.line, row.raw) for row in rejects(found)] == [
        (3, b'9,"Once upon a time\nthere was,\nand still is, they say,\na cat.')
    ]


def test_a_file_that_was_cut_off_in_a_cell_has_a_reason():
    found = table('text\n"a')
    assert rejects(found)[0].reason == "a quotation mark opens here and never closes"


def test_carriage_returns_alone_end_rows():
    found = read(b'text,label\ra,b\r"c\rd",e\r', "t.csv")
    assert values(found) == [{"text": "a", "label": "b"}, {"text": "c\rd", "label": "e"}]
    assert [row.line for row in found] == [2, 3]


def test_a_carriage_return_within_a_line_is_rejected_with_its_row():
    found = table("text,label\na,b\nc\rd,e\nf,g\n")
    assert [row["text"] for row in values(found)] == ["a", "f"]
    assert "carriage return" in rejects(found)[0].reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32-le", "cp1251", "utf-8-sig", "cp866"])
def test_rows_in_other_encodings(encoding):
    text = 'текст,метка\r\n"а\nб",да\r\nв,нет\r\n'
    data = text.encode(encoding)
    found = read(data, "t.csv", encoding=encoding)
    assert values(found) == [{"текст": "а\nб", "метка": "да"}, {"текст": "в", "метка": "нет"}]
    layout = layout_of(data, "t.csv", encoding=encoding)
    assert [row.raw.decode(layout.encoding) for row in found] == ['"а\nб",да', "в,нет"]
    assert values(tabular.read_bare(io.BytesIO(found[0].raw), layout)) == values(found)[:1]


def test_a_row_with_bytes_of_another_encoding_is_rejected_alone():
    found = read(b"text,label\n" + "где,a\n".encode() * 5 + b"\xe3,b\n" + "там,a\n".encode(), "t.csv")
    assert len(values(found)) == 6
    assert rejects(found)[0].reason.startswith("byte 0xe3 at character 1 is not utf-8")


@needs_shared_data
@pytest.mark.parametrize(
    ("name", "columns", "rows", "bad"),
    [
        ("accent.csv", 17, 2, 0),
        ("countries.csv", 4, 4, 2),
        ("country-2.csv", 4, 5, 1),
        ("doublequote.csv", 17, 5, 0),
        ("issue-1478/table.csv", 4, 10, 0),
        ("numeric-labels.csv", 0, 3, 0),
        ("table-with-accents.csv", 8, 638, 0),
        ("transpose.csv", 4, 2, 0),
        ("without-headers-extra.csv", 3, 3, 0),
        ("chunk2.headless.csv", 2, 1, 0),
        ("timezone.csv", 2, 4, 0),
    ],
)
def test_tables_found_in_the_wild(name, columns, rows, bad):
    data = (TABLES / name).read_bytes()
    found = read(data, name)
    assert columns in (0, len(layout_of(data, name).columns))
    assert (len(values(found)), len(rejects(found))) == (rows, bad)


@needs_shared_data
def test_every_message_of_the_spam_table_is_there():
    data = (SHARED / "sms_spam" / "spam.csv").read_bytes()
    found = read(data, "spam.csv")
    assert (len(values(found)), len(rejects(found))) == (5575, 0)
    assert sum(any(list(row.values())[2:]) for row in values(found)) == 50


CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8), st.sampled_from(",;\t|"))
def test_what_a_writer_wrote_is_read_again(rows, delimiter):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(
        [("text", "label", "more"), *rows]
    )
    layout = Layout(format="csv", delimiter=delimiter, columns=("text", "label", "more"))
    found = read_as(stream.getvalue().encode(), layout)
    assert not rejects(found)
    assert [tuple(row.values()) for row in values(found)] == [row for row in rows if any(row)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.data())
def test_no_damage_loses_anything(rows, data):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([("text", "label"), *rows])
    damaged = bytearray(stream.getvalue().encode())
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(11, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    found = read_as(bytes(damaged), Layout(format="csv", columns=("text", "label")))
    kept = Counter(b"".join(row.raw for row in found))
    left = Counter(bytes(damaged).removeprefix(b"text,label\n"))
    assert kept <= left
    assert set(left - kept) <= set(b'\r\n,"')
    assert not [row for row in found if not row.raw]


def test_a_long_table_is_not_kept_in_memory():
    import tracemalloc

    lines = iter([b"text,label\n", *[b"x" * 200 + b",a\n"] * 20_000])
    tracemalloc.start()
    count = sum(1 for _ in tabular.read(lines, Layout(format="csv", columns=("text", "label"))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 1_000_000
