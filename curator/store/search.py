"""A parsed query as an SQL condition."""

from __future__ import annotations

from curator.errors import CuratorError
from curator.query import Query, Term
from curator.records import KINDS, SPLITS, field_names
from curator.store.derived import dump
from curator.text import nearest

Condition = tuple[str, list[str | int]]

STATUSES = ("new", "accepted", "rejected", "flagged", "deleted")
LIVE, DELETED, WITHDRAWN = 0, 1, 2
"""The column `hidden`: shown; deleted by the user; gone because its import was undone."""

NOTHING = "none"
_SYNTAX = '"\\{}[]:,'
_NAMES = " ".join(
    ("role", "content", "system", "user", "assistant", *(n for kind in KINDS for n in field_names(kind)))
)
"""Words of the JSON that are no text; a search for a part of one has to look closer."""
_NUMBERS = {"id": "id", "line": "line", "len": "length"}


def condition(query: Query) -> Condition:
    """The WHERE clause for a query over `records`; deleted records show only when asked for by name."""
    wants_deleted = any(t.key == "status" and "deleted" in t.values and not t.negated for t in query.terms)
    clauses = [f"hidden != {WITHDRAWN}" if wants_deleted else f"hidden = {LIVE}"]
    parameters: list[str | int] = []
    for term in query.terms:
        clause, values = _clause(term)
        clauses.append(f"NOT ({clause})" if term.negated else f"({clause})")
        parameters += values
    return " AND ".join(clauses), parameters


def _clause(term: Term) -> Condition:
    if term.key in _NUMBERS and term.operator == ":":
        marks = ", ".join("?" * len(term.values))
        return f"{_NUMBERS[term.key]} IN ({marks})", [int(value) for value in term.values]
    parts = [_single(term, value) for value in term.values]
    return " OR ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]


def _single(term: Term, value: str) -> Condition:
    match term.key:
        case "text":
            return _text(value.casefold())
        case "id" | "line" | "len":
            return f"{_NUMBERS[term.key]} {term.operator} ?", [int(value)]
        case "status":
            _known(value, STATUSES, "status")
            return ("hidden = 1", []) if value == "deleted" else ("(status = ? AND hidden = 0)", [value])
        case "split":
            _known(value, (*SPLITS, "blocks", NOTHING), "split")
            return ("split IS NULL", []) if value == NOTHING else ("split IS ?", [value])
        case "label":
            unset = value == NOTHING and not term.literal
            return ("label IS NULL", []) if unset else ("label IS ?", [value])
        case "issue":
            return _issue(value)
        case "tag":
            return "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", [value]
        case _:
            return "source_id IN (SELECT id FROM sources WHERE name = ? OR path = ?)", [value, value]


def _text(wanted: str) -> Condition:
    """Records in plain ASCII have no text of their own for searches: they are searched in the JSON of their fields.

    LIKE knows the cases of ASCII, and is four times as fast as `instr` on lowered text. What could also stand between
    the values (a quotation mark, the name of a field) is looked for in each value of the records that it hits.
    """
    if not wanted.isascii():
        return "instr(search, ?) > 0", [wanted]
    if wanted.isprintable() and not any(sign in wanted for sign in _SYNTAX) and wanted not in _NAMES:
        return "(fields LIKE ? ESCAPE '\\' OR (search != '' AND instr(search, ?) > 0))", [
            _anywhere(wanted),
            wanted,
        ]
    sql = """CASE WHEN search != '' THEN instr(search, ?) > 0
        ELSE fields LIKE ? ESCAPE '\\' AND EXISTS
            (SELECT 1 FROM json_tree(fields)
             WHERE atom IS NOT NULL AND key IS NOT 'role' AND atom LIKE ? ESCAPE '\\') END"""
    return sql, [wanted, _anywhere(dump(wanted)[1:-1]), _anywhere(wanted)]


def _anywhere(wanted: str) -> str:
    for sign in "\\%_":
        wanted = wanted.replace(sign, "\\" + sign)
    return f"%{wanted}%"


def _issue(value: str) -> Condition:
    found = "EXISTS (SELECT 1 FROM findings WHERE record_id = records.id AND NOT suppressed{})"
    if value in (NOTHING, "any"):
        return ("NOT " if value == NOTHING else "") + found.format(""), []
    return found.format(" AND check_id = ?"), [value]


def _known(value: str, options: tuple[str, ...], key: str) -> None:
    if value not in options:
        raise CuratorError(f"Query: there is no {key} {value!r}.", nearest(value, options))
