"""What people see on every page: small and large, dark and light, in English and Russian."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from curator.tui.links import projects
from curator.tui.links.runs import Outlook, Runs
from curator.tui.links.tokens import Shown

from curator.config import checked
from curator.importing import Options
from curator.project import Project
from curator.store.records import dump
from curator.train.processes import jobs
from tests.estimates import NEEDS
from tests.run_folders import begin, finish, score
from tests.tui.driving import press, shown
from tests.tui.snapshots import LOOKS, Camera, Look, shoot
from tests.tui.waiting import until

DAY = 1_767_323_045.0
QUESTIONS = {
    "delivery": [
        "Where is my parcel",
        "The parcel never came",
        "When will the courier come",
        "Посылка не пришла",
    ],
    "refund": [
        "I want my money back",
        "Please refund the order",
        "You charged me twice",
        "Верните деньги за заказ",
    ],
    "praise": [
        "Thank you, all is well",
        "Great service, as ever",
        "The café was lovely",
        "Спасибо, всё отлично",
    ],
}
FAULTS = [
    {"text": "The cafÃ© is open, but my parcel is not here.", "label": "delivery"},
    {"text": "  I   want my money back\u200b now  ", "label": "refund"},
    {"text": "<p>Thank&nbsp;you <b>very</b> much</p>", "label": "praise"},
    {"text": "Is it [urgent] 🙂? 您好, 信息", "label": ""},
]
POEMS = [
    "The woods are lovely, dark and deep,\nBut I have promises to keep,\nAnd miles to go before I sleep.",
    "Tyger Tyger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\nCould frame it?",
    "Мороз и солнце; день чудесный!\nЕщё ты дремлешь, друг прелестный —\nПора, красавица, проснись.",
]
TICKETS_CSV = (
    'message,category,id\nWhere is it?,delivery,1\n"Money, back!",refund,2\n"Спасибо за помощь",praise,3\n'
    "late again,delivery,4\n"
)
PLAN = {
    "model": "m", "method": "lora", "rows": 27, "validation": 4, "dropped": ({"id": "7", "length": 2000},),
    "limit": 1024, "longest": 900, "tokens": 3000, "learned": 90, "control_tokens": ("9",), "steps": 160,
    "device": "CPU", "free_memory_bytes": 3 << 30, "samples": (), "proof": None,
}  # fmt: skip


def tickets() -> list[dict[str, str]]:
    """Sixty sound tickets, then those with faults."""
    sound = [
        {"text": f"{text}, order {1000 + 17 * turn}?", "label": label}
        for turn in range(5)
        for label, texts in QUESTIONS.items()
        for text in texts
    ]
    return [*sound, *FAULTS]


def made(root: Path, rows: list[dict[str, str]], kind: str = "classification", **settings: object) -> Project:
    """A project with some records."""
    project = Project.create(root, checked({"kind": kind, **settings}))
    path = root.parent / f"{root.name}.jsonl"
    path.write_text("".join(dump(row) + "\n" for row in rows), encoding="utf-8")
    project.import_files([str(path)], Options(), lambda *_: None)
    return project


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """The folder that all projects lie in; its name has the same length in every run."""
    folder = Path(tempfile.mkdtemp(prefix="", dir="/tmp")).resolve()
    train = {"method": "lora", "batch_size": 8, "epochs": 12, "lora_rank": 4, "warmup": 0.0}
    labels = list(QUESTIONS)
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr("curator.edits._login", lambda: "ada")
    with closing(made(folder / "tickets", tickets(), labels=labels, train=train)) as project:
        project.editor.label([2], "delivery")
        project.editor.set_status([3], "rejected")
        project.editor.set_status([4], "flagged")
        project.check(quick=True)
    with closing(made(folder / "runs", tickets()[:60], labels=labels, train=train)) as project:
        project.split()
        for name, worse in (("first", (0, 2, 3, 4, 5)), ("second", (0,))):
            finish(run := begin(project, name))
            score(run, worse)
        begin(project, "third", steps=40, done=18)
    made(folder / "poems", [{"text": poem} for poem in POEMS], "text").close()
    pairs = [
        {"instruction": "Who may vote?", "answer": "All adults may."},
        {"instruction": "Why?", "answer": "So."},
    ]
    made(folder / "answers", pairs, "instruction").close()
    (folder / "more.csv").write_text(TICKETS_CSV, encoding="utf-8")
    (folder / "empty").mkdir()
    kept = folder / "kept"
    for name in ("tickets", "runs", "poems", "answers"):
        shutil.copytree(folder / name, kept / name)
    yield folder
    monkeypatch.undo()
    shutil.rmtree(folder)


@pytest.fixture
def projects_in(place) -> Path:
    """The folder with all projects as they were in the beginning."""
    for name in ("tickets", "runs", "poems", "answers"):
        shutil.rmtree(place / name)
        shutil.copytree(place / "kept" / name, place / name)
    return place


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    """What differs from machine to machine."""
    monkeypatch.setattr(projects, "_changed", lambda root: DAY - 4000 * len(root.name))
    monkeypatch.setattr(
        "curator.tui.links.tokens.Tokens.ask", lambda *_: Shown("[INST] given ", "learned", 12, 3, "")
    )
    monkeypatch.setattr("curator.tui.app.CuratorApp.going_on", lambda _: "")
    monkeypatch.setattr(Runs, "estimate", lambda *_: Outlook.model_validate({**PLAN, **NEEDS}))


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def look(request) -> Look:
    """How the terminal is."""
    return request.param


async def type_path(camera: Camera, path: Path) -> None:
    """Look into a file on the page of imports."""
    await press(camera.pilot, "slash")
    camera.app.screen.query_one("#path").value = str(path)
    await press(camera.pilot, "enter")


async def known(camera: Camera) -> None:
    """Wait until the page has looked at the run, and offers what can be done with it."""
    words = ("step", "шаг")
    await until(camera.pilot, lambda: any(word in shown(camera.app, "#run-state") for word in words))
    await until(camera.pilot, lambda: {"x", "r"} & set(camera.app.screen.active_bindings))


def test_someone_new_finds_the_way_to_a_project(projects_in, look, monkeypatch):
    monkeypatch.setenv("CURATOR_LANGUAGE", look.language)

    async def empty(camera):
        await camera.take("home-empty")
        await press(camera.pilot, "n")
        await camera.take("new-project")

    async def some(camera):
        await camera.take("home")

    shoot(None, projects_in / "empty", look, empty)
    shoot(None, projects_in, look, some)


def test_someone_looks_through_records_and_changes_some(projects_in, look):
    async def story(camera):
        pilot = camera.pilot
        await camera.take("records")
        await press(pilot, "slash", *"label:delivery parcel", "enter", "space", "space")
        await camera.take("records-picked")
        await press(pilot, "b")
        await camera.take("records-menu")
        await press(pilot, "escape", "R", *"parcel", "tab", *"package")
        await camera.take("records-replace")
        await press(pilot, "escape", "x")
        await camera.take("records-confirm")
        await press(pilot, "n", "question_mark")
        await camera.take("records-help")
        await press(pilot, "escape", "slash", *" nokey:1")
        await camera.take("records-problem")
        await press(pilot, "escape", "escape", "escape", "down", "h")
        await camera.take("record-history")

    shoot(projects_in / "tickets", projects_in, look, story)


def test_someone_labels_and_edits(projects_in, look):
    async def story(camera):
        pilot = camera.pilot
        await press(pilot, "f3")
        await camera.take("label")
        await press(pilot, "1")
        await camera.take("label-saved")
        await press(pilot, "slash", *"re")
        await camera.take("label-pick")
        await press(pilot, "escape", "e", "end", *" Now!")
        await camera.take("edit")

    async def answers(camera):
        await press(camera.pilot, "f3")
        await camera.take("label-answer")

    shoot(projects_in / "tickets", projects_in, look, story)
    shoot(projects_in / "answers", projects_in, look, answers)


def test_someone_brings_more_in(projects_in, look):
    async def story(camera):
        await press(camera.pilot, "f10")
        await type_path(camera, projects_in / "more.csv")
        await camera.take("import")
        await press(camera.pilot, "i")
        await camera.take("import-done")
        await press(camera.pilot, "r")
        await camera.take("rejects-none")

    shoot(projects_in / "tickets", projects_in, look, story)


def test_someone_checks_and_repairs(projects_in, look):
    async def story(camera):
        pilot = camera.pilot
        await press(pilot, "f4")
        await camera.take("checks")
        listed = camera.app.screen.query_one("#checks")
        names = [listed.get_option_at_index(place).id for place in range(listed.option_count)]
        listed.highlighted = names.index("mojibake")
        await press(pilot, "r")
        await camera.take("checks-repair")
        await press(pilot, "s")
        await camera.take("checks-suppress")

    shoot(projects_in / "tickets", projects_in, look, story)


def test_someone_divides_and_writes_files(projects_in, look):
    async def story(camera):
        pilot = camera.pilot
        await press(pilot, "f5")
        await camera.take("split-none")
        await press(pilot, "s")
        await camera.take("split")
        await press(pilot, "f")
        await camera.take("split-freeze")
        await press(pilot, "n", "e")
        await camera.take("export")
        await press(pilot, *"first", "ctrl+s")
        await camera.take("export-done")

    async def poems(camera):
        await press(camera.pilot, "f5", "w")
        await camera.take("windows")

    shoot(projects_in / "tickets", projects_in, look, story)
    shoot(projects_in / "poems", projects_in, look, poems)


def test_someone_tunes_and_judges(projects_in, look):
    async def story(camera):
        pilot = camera.pilot
        await press(pilot, "f6")
        await known(camera)
        await camera.take("run")
        await press(pilot, "n")
        await camera.take("train")
        await press(pilot, "ctrl+t")
        await camera.take("train-estimate")
        await press(pilot, "f7", "down")
        await camera.take("results")
        await press(pilot, "2")
        await camera.take("results-confusions")
        await press(pilot, "3")
        await camera.take("results-rows")

    async def going(camera):
        with jobs.holding(projects_in / "runs" / "runs" / "third"):
            await press(camera.pilot, "f6")
            await known(camera)
            await camera.take("run-going")

    shoot(projects_in / "runs", projects_in, look, story)
    shoot(projects_in / "runs", projects_in, look, going)


@pytest.mark.parametrize(
    "look",
    [
        Look("80x24-en-ascii", (80, 24), "en", "textual-dark", ascii=True),
        Look("80x24-en-contrast-dark", (80, 24), "en", "high-contrast-dark"),
        Look("80x24-en-contrast-light", (80, 24), "en", "high-contrast-light"),
    ],
    ids=lambda look: look.name,
)
def test_plain_and_high_contrast_lists(projects_in, look):
    async def story(camera):
        await press(camera.pilot, "space")
        await camera.take("records")

    shoot(projects_in / "tickets", projects_in, look, story)
