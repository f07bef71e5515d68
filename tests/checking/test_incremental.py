"""A check that looks only at what has changed finds what it would find in everything."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.checks import registry
from curator.config import checked as config_of
from curator.errors import CuratorError
from curator.importing import Options
from curator.project import Project
from curator.store.connection import transaction
from curator.store.records import dump
from tests.findings import checked

SENTENCE = "one two three four five six seven eight nine ten eleven twelve thirteen"
TEXTS = (
    SENTENCE, f"{SENTENCE} fourteen", SENTENCE.upper(), f"{SENTENCE} and something else that is long",
    "слово за словом", "Слово  за словом", "CafÃ© Ã©", "a\u200bb", "mail me at anna@example.com", "", "привет",
    "{{name}} hello", "一二三四五六",
)  # fmt: skip
LABELS = ("a", "b", "c", "A")
QUICK = [check for check in registry.ALL if not check.needs]

rows = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(LABELS)), min_size=2, max_size=9)
number = st.integers(0, 8)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("text"), number, st.sampled_from(TEXTS)),
        st.tuples(st.just("label"), number, st.sampled_from(("a", "b"))),
        st.tuples(st.just("status"), number, st.sampled_from(("rejected", "accepted", "flagged"))),
        st.tuples(st.just("delete"), number, st.just("")),
        st.tuples(st.just("restore"), number, st.just("")),
        st.tuples(st.just("side"), number, st.sampled_from(("train", "validation", "test"))),
        st.tuples(st.just("import"), number, st.sampled_from(TEXTS)),
        st.tuples(st.just("undo"), number, st.just("")),
        st.tuples(st.just("redo"), number, st.just("")),
        st.tuples(st.just("check"), number, st.just("")),
        st.tuples(st.just("divide"), number, st.sampled_from(("", "fresh", "freeze"))),
        st.tuples(st.just("group"), number, st.sampled_from(("", "label"))),
    ),
    max_size=8,
)


def bring(project: Project, kind: str, texts: list[tuple[str, str]]) -> None:
    path = project.root / "rows.jsonl"
    names = {"instruction": ("instruction", "answer")}.get(kind, ("text", "label"))
    shaped = [dict(zip(names, row, strict=True)) for row in texts]
    path.write_text("".join(dump(row) + "\n" for row in shaped), encoding="utf-8")
    project.import_files([str(path)], Options(), lambda *_: None)


def act(project: Project, kind: str, action: tuple[str, int, str]) -> None:
    verb, place, value = action
    asked, given = {"instruction": ("instruction", "answer")}.get(kind, ("text", "label"))
    live, gone = (
        [i for (i,) in project.connection.execute("SELECT id FROM records WHERE hidden = ?", (hidden,))]
        for hidden in (0, 1)
    )
    chosen = [live[place % len(live)]] if live else []
    editor = project.editor
    acts: dict[str, Callable[[], object]] = {
        "text": lambda: editor.set_fields(chosen, {asked: value or "-"}),
        "label": lambda: kind == "text" or editor.set_fields(chosen, {given: value}),
        "status": lambda: editor.set_status(chosen, value),
        "delete": lambda: editor.delete(chosen),
        "restore": lambda: editor.restore(gone[:1]),
        "side": lambda: editor.assign_splits(dict.fromkeys(chosen, value)),
        "import": lambda: bring(project, kind, [(f"{value} {place}", "a")]),
        "undo": editor.undo,
        "redo": editor.redo,
        "check": lambda: project.check(quick=True),
        "divide": lambda: project.split(fresh=value == "fresh", freeze=value == "freeze"),
        "group": lambda: project.change_settings({"split.group": value if kind == "classification" else ""}),
    }
    with suppress(CuratorError):
        acts[verb]()


def flagged(project: Project) -> set[tuple[str, int | None]]:
    project.check(quick=True)
    found = project.found([check.id for check in QUICK])
    return {(f.check_id, f.record_id) for f in found}


def forget(project: Project) -> None:
    with transaction(project.connection):
        for table in ("check_states", "findings", "stale", "words"):
            project.connection.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("kind", ["classification", "instruction", "text"])
@settings(deadline=None, max_examples=60)
@given(texts=rows, done=actions)
def test_what_has_changed_is_all_that_needs_a_look(kind, texts, done):
    config = {"kind": kind, **({"labels": ["a", "b"]} if kind == "classification" else {})}
    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(Path(folder), config_of(config))
        try:
            bring(project, kind, texts)
            project.check(quick=True)
            for action in done:
                act(project, kind, action)
            step_by_step = flagged(project)
            forget(project)
            assert step_by_step == flagged(project)
        finally:
            project.close()


def test_a_second_run_looks_at_nothing(tickets):
    assert any(report.seconds for report in tickets.check(quick=True))
    assert not any(report.seconds for report in tickets.check(quick=True))


def test_another_setting_makes_its_checks_look_again(tickets):
    tickets.check(quick=True)
    tickets.change_settings({"checks.few_examples": 2})
    looked = {report.id for report in tickets.check(quick=True) if report.seconds}
    assert looked == {"rare-label"}


def test_a_severity_of_the_project_counts(tickets):
    tickets.change_settings({"checks.severity": {"few-records": "error"}})
    (report,) = tickets.check(["few-records"])
    assert (report.severity, report.count) == ("error", 1)
    assert [finding.severity for finding in checked(tickets, "few-records")] == ["error"]


def test_an_edit_that_comes_while_a_check_runs_is_looked_at_by_the_next(make_project):
    project = make_project(
        [{"text": "anna@example.com", "label": "a"}, {"text": "x", "label": "a"}], labels=["a"]
    )
    edited = []

    def edit_meanwhile(what: str, done: int, total: int) -> None:
        if what == "looking at records" and not edited:
            edited.append(True)
            project.editor.set_fields([2], {"text": "boris@example.com"})

    project.check(["personal-data"], progress=edit_meanwhile)
    assert [finding.record_id for finding in checked(project, "personal-data")] == [1, 2]


def test_a_set_that_is_too_much_for_one_check_leaves_the_others_their_findings(make_project, monkeypatch):
    from curator.checks import label_errors

    monkeypatch.setattr(label_errors, "_MOST", 10)
    rows = [{"text": f"text {n} a@example.com", "label": "ab"[n % 2]} for n in range(120)]
    reports = {report.id: report for report in make_project(rows).check()}
    assert "more memory" in reports["label-error"].skipped
    assert reports["personal-data"].count == 120
