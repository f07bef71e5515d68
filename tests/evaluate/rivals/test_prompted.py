from __future__ import annotations

from pathlib import Path

import pytest

from curator.errors import CuratorError
from curator.evaluate.rivals.own_prompts import OwnPrompt
from curator.evaluate.rivals.prompted import Place, Wanted, prompted
from curator.records import ClassificationRow, InstructionRow, Message
from curator.train import runs
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.data import read_rows
from curator.train.rows.render import Renderer
from tests.tiny import CHAT


def place(run_dir: Path, limit: int = 256, system: str = "", coded: tuple[str, ...] = ()) -> Place:
    spec = runs.load(run_dir)
    train, test = (read_rows(Path(spec.export_path), spec.kind, side) for side in ("train", "test"))
    renderer = Renderer(load_tokenizer(spec.model_path), spec.kind, system, coded)
    return Place(renderer, spec, train, test, limit)


def asked(at: Place, row, **wanted) -> list[tuple[str, str]]:
    (rival,) = prompted(Wanted(**{"few_shot": 0, "retrieved": 0} | wanted), at)
    return [(turn["role"], turn["content"]) for turn in rival.renderer.turns(row)]


def test_every_row_is_shown_the_same_examples_after_the_system_prompt(make_run):
    at = place(make_run(), system="Sort it.")
    first, second = (asked(at, row, few_shot=3) for row in at.test[:2])
    assert first[:-1] == second[:-1]
    assert [role for role, _ in first] == ["system", *["user", "assistant"] * 3, "user"]
    assert {text for role, text in first if role == "assistant"} == set(at.spec.labels)
    assert first[-1][1] == at.test[0].text


def test_examples_stand_before_the_rows_own_conversation(make_run):
    at = place(make_run("instruction"))
    said = (Message(role="system", content="Be kind."), Message(role="user", content="hi"))
    found = asked(at, at.test[0].model_copy(update={"history": said}), few_shot=1)
    assert [role for role, _ in found] == ["system", "user", "assistant", "user", "user"]
    assert found[3] == ("user", "hi")


def test_codes_are_answered_in_examples_and_explained_in_the_question(make_run):
    at = place(make_run(), coded=("delivery", "refund", "praise"))
    found = asked(at, at.test[0], few_shot=3)
    assert {text for role, text in found if role == "assistant"} == {"A", "B", "C"}
    assert found[-1][1].endswith("C = praise")


def test_an_example_that_does_not_fit_is_left_out_the_furthest_first_and_the_row_stays_whole(make_run):
    whole = place(make_run())
    row, examples = whole.test[0], asked(whole, whole.test[0], retrieved=4)
    own = len(whole.renderer.prompt_ids(row)) + whole.room(row)
    (rival,) = prompted(Wanted(few_shot=0, retrieved=4), whole)
    needed = len(rival.renderer.prompt_ids(row)) + whole.room(row)
    for limit in (needed, needed - 1, own, own - 1):
        at = whole._replace(limit=limit, test=whole.test[:1])
        (rival,) = prompted(Wanted(few_shot=0, retrieved=4), at)
        turns = [(turn["role"], turn["content"]) for turn in rival.renderer.turns(row)]
        assert turns == examples[len(examples) - len(turns) :]
        shown = (len(turns) - 1) // 2
        assert shown == {needed: 4, needed - 1: 3}.get(limit, 0)
        assert rival.told()["examples"] == shown


def test_an_own_prompt_that_leaves_no_room_is_refused_by_name(make_run):
    at = place(make_run())
    long = OwnPrompt(name="long", text="very " * 300)
    with pytest.raises(CuratorError, match="The prompt long leaves no room"):
        list(prompted(Wanted(prompts=(long,)), at))


def test_a_model_without_system_prompts_wants_a_prompt_that_lays_out_the_turn(make_run):
    at = place(make_run())
    at.renderer.tokenizer.chat_template = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHAT
    )
    prompt = OwnPrompt(name="p", text="Sort it.")
    with pytest.raises(CuratorError, match=r"The prompt p cannot be used: .*no system") as error:
        list(prompted(Wanted(prompts=(prompt,), few_shot=0, retrieved=0), at))
    assert "{text}" in error.value.remedy
    laid_out = OwnPrompt(name="p", text="Sort {text}")
    assert list(prompted(Wanted(prompts=(laid_out,), few_shot=0, retrieved=0), at))


def test_rows_before_which_a_prompt_is_cut_are_counted(make_run):
    at = place(make_run())
    rows = [
        ClassificationRow(id="short", text="hi", label="praise"),
        ClassificationRow(id="long", text="very " * 90, label="praise"),
    ]
    longish = OwnPrompt(name="longish", text="very " * 40)
    (rival,) = prompted(Wanted(prompts=(longish,), few_shot=0, retrieved=0), at._replace(test=rows))
    assert rival.told()["cut_rows"] == 1


def test_room_is_kept_for_the_answer_that_is_scored_and_the_one_that_is_given(make_run):
    at = place(make_run("instruction"))
    long = InstructionRow(id="1", instruction="x", answer="very " * 60)
    assert at.room(long) == len(at.renderer.answer_ids(long.answer))
    assert at.room(long.model_copy(update={"answer": "y"})) == at.spec.evaluate.max_new_tokens


def test_windows_are_asked_nothing(make_run):
    spec = runs.load(make_run("text"))
    assert Wanted().settled(spec, Wanted()).fingerprints() == {}
    with pytest.raises(CuratorError, match="asks its model nothing"):
        Wanted(few_shot=2).settled(spec, Wanted())


def test_the_settings_decide_where_nothing_is_said(make_run):
    spec = runs.load(make_run())
    assert set(Wanted().settled(spec, Wanted()).fingerprints()) == {"few_shot", "retrieved"}
    assert set(Wanted(retrieved=0).settled(spec, Wanted()).fingerprints()) == {"few_shot"}
    assert Wanted(few_shot=2).fingerprints()["few_shot"] != Wanted(few_shot=3).fingerprints()["few_shot"]
