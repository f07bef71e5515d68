"""Answers that teach the wrong thing, and conversations out of order, in three scripts."""

from __future__ import annotations

import pytest

from curator.checks.turns import faults
from tests.findings import checked

FAULTY = {
    "refusal": (
        ("Who won?", "As an AI language model, I cannot answer this question."),
        ("Кто победил?", "Как языковая модель, я не могу ответить на этот вопрос."),
        ("谁赢了？", "作为一个人工智能语言模型，我无法回答这个问题。"),
    ),
    "echo": (
        ("Name three rivers that flow through Germany.", "Name three rivers that flow through Germany."),
        ("Назови три реки, протекающие через Германию.", "Назови три реки, протекающие через Германию."),
        ("请说出流经德国的三条河流的名字。", "请说出流经德国的三条河流的名字。"),
    ),
    "cut-off": (
        (
            "Why?",
            "The first reason is the weather. The second is the price of the fuel that everybody has to pay. "
            "There is a third one as well. The last of the reasons that people usually give for it, although the",
        ),
        (
            "Почему?",
            "Первая причина в погоде, она меняется каждый день. Вторая в цене на топливо, которую платят все. "
            "Есть и третья причина. Последняя причина, которую обычно называют люди, состоит в том, что они и",
        ),
        (
            "为什么？",
            "第一个原因是天气，它每天都在变化，没有人能够预测。第二个原因是燃料的价格，每个人都必须支付。"
            "第三个原因也很重要，大家都知道。最后一个原因是人们通常会说的，但是",
        ),
    ),
}  # fmt: skip
CLEAN = (
    ("Name a river.", "The Elbe."),
    ("Назови реку.", "Эльба течёт через Дрезден и Гамбург."),
    ("说出一条河的名字。", "易北河流经德累斯顿和汉堡。"),
)


@pytest.mark.parametrize("language", range(3), ids=["en", "ru", "zh"])
@pytest.mark.parametrize("check_id", FAULTY)
def test_a_bad_answer_is_found(make_project, check_id, language):
    rows = [FAULTY[check_id][language], *CLEAN]
    project = make_project([{"instruction": q, "answer": a} for q, a in rows], kind="instruction")
    (finding,) = checked(project, check_id)
    assert (finding.record_id, finding.field) == (1, "answer")
    assert finding.end > finding.start >= 0


def test_good_answers_are_left_alone(make_project):
    project = make_project([{"instruction": q, "answer": a} for q, a in CLEAN], kind="instruction")
    assert checked(project, *FAULTY) == []


@pytest.mark.parametrize(
    ("roles", "wrong"),
    [
        (["user", "assistant"], []),
        (["system", "user", "assistant"], []),
        ([], []),
        (["assistant", "user", "assistant"], [0]),
        (["user", "user", "assistant"], [1]),
        (["user", "assistant", "system", "user", "assistant"], [2]),
        (["user", "assistant", "user"], [2]),
        (["user", "assistant", "assistant"], [2]),
    ],
)
def test_turns_take_their_turn(roles, wrong):
    assert [number for number, _ in faults([{"role": role} for role in roles])] == wrong


def test_a_second_system_prompt_is_told():
    assert [told for _, told in faults([{"role": "system"}], has_system=True)] == ["a second system prompt"]


def test_roles_out_of_order_are_found(make_project):
    turns = [{"role": "user", "content": "x"}, {"role": "user", "content": "y"}]
    project = make_project([{"instruction": "z", "answer": "w", "history": turns}], kind="instruction")
    (finding,) = checked(project, "role-order")
    assert (finding.field, finding.message) == ("history.1", "the user speaks twice in a row")
