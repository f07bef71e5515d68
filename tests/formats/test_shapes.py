"""From rows as they are found in public data sets to records, without a word from the user."""

from __future__ import annotations

import pytest

from curator.formats.chats import REJECTED_ANSWER, TOOL_DEFINITIONS
from curator.formats.conversation import CONTEXT, PROPERTIES
from curator.formats.mapping import Example, Refused, converter, resolve
from curator.formats.verdicts import LABEL_IGNORED, LABEL_REJECTED

Q, A = {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}
HUMAN, GPT = {"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}
BAD = {"from": "gpt", "value": "Bah."}
RECORD = {"instruction": "Why?", "answer": "So."}
EARLIER = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


def outcomes(kind, row):
    return converter(kind, resolve(kind, list(row), {}, "f", [row]))(row)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # Alpaca, Dolly and their relatives
        ({"instruction": "Why?", "input": "x", "output": "So.", "text": "### Instruction: …"},
         Example({**RECORD, "input": "x"}, {"text": "### Instruction: …"})),
        ({"instruction": "Why?", "input": "", "output": "So.", "system": "s", "history": [["Hi", "Hello"]]},
         Example({**RECORD, "system": "s", "history": EARLIER}, {})),
        ({"instruction": "Why?", "answer": "So.", "history": EARLIER, "id": "7"},
         Example({**RECORD, "history": EARLIER}, {"id": "7"})),
        ({"question": "Why?", "history": EARLIER}, Example({"instruction": "Why?", "history": EARLIER}, {})),
        ({"chat_history": [*EARLIER, Q], "response": "So."}, Example({**RECORD, "history": EARLIER}, {}, (CONTEXT,))),
        ({"instruction": "Why?", "context": "x", "response": "So.", "category": "open_qa"},
         Example({**RECORD, "input": "x"}, {"category": "open_qa"})),
        ({"input": "Why?", "ideal": "So."}, Example(RECORD, {})),
        # conversations
        ({"messages": [Q, A], "id": 7}, Example(RECORD, {"id": 7})),
        ({"prompt": "Why?", "messages": [Q, A]}, Example(RECORD, {"prompt": "Why?"})),
        ({"conversations": [HUMAN, GPT], "system": "s"}, Example({**RECORD, "system": "s"}, {})),
        ({"conversations": [{"from": "system", "value": "own"}, HUMAN, GPT], "system": "s"},
         Example({**RECORD, "system": "own"}, {"system": "s"})),
        ({"conversation": [{"human": "Hi", "assistant": "Hello"}, {"human": "Why?", "assistant": "So."}]},
         Example({**RECORD, "history": EARLIER}, {}, (CONTEXT,))),
        ({"dialog": ["Why?", "So."]}, Example(RECORD, {})),
        ({"messages": '[{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]'},
         Example(RECORD, {})),
        ({"talk": [Q, A]}, Example(RECORD, {})),
        ({"prompt": "Hi", "talk": [Q, A]}, Example(RECORD, {"prompt": "Hi"})),
        ({"question": "Why?", "answer": "So.", "debate": [Q, A]}, Example(RECORD, {"debate": [Q, A]})),
        ({"messages": [{**Q, "name": "Ann"}, A]}, Example(RECORD, {}, (PROPERTIES,))),
        ({"messages": [Q, A], "response": "Bah."}, Example(RECORD, {"response": "Bah."})),
        ({"prompt": [Q], "completion": [A]}, Example(RECORD, {})),
        ({"prompt": [Q], "completion": "So."}, Example(RECORD, {})),
        ({"name": "Elf", "context": "An elf.", "greeting": "Hail!", "example_dialogue": [Q, {**A, "role": "char"}]},
         Example({**RECORD, "system": "An elf."}, {"name": "Elf", "greeting": "Hail!"})),
        ({"conversations": [HUMAN, GPT], "tools": '[{"name": "f"}]'},
         Example(RECORD, {"tools": '[{"name": "f"}]'}, (TOOL_DEFINITIONS,))),
        ({"conversations": [HUMAN, GPT], "tools": "[]"}, Example(RECORD, {"tools": "[]"})),
        ({"conversations": [HUMAN, GPT], "images": []}, Example(RECORD, {"images": []})),
        ({"conversations": [HUMAN, GPT], "images": ["1.jpg"]},
         Refused("belongs to pictures, films or sounds ('images'); only text is trained")),
        ({"messages": [Q]}, Refused("no turn of the assistant follows turn 1")),
        # preferences
        ({"prompt": "Why?", "chosen": "So.", "rejected": "Bah."}, Example(RECORD, {}, (REJECTED_ANSWER,))),
        ({"instruction": "Why?", "input": "x", "chosen": "So.", "rejected": "Bah."},
         Example({**RECORD, "input": "x"}, {}, (REJECTED_ANSWER,))),
        ({"conversations": [HUMAN], "chosen": GPT, "rejected": BAD}, Example(RECORD, {}, (REJECTED_ANSWER,))),
        ({"prompt": [Q], "chosen": [A], "rejected": [A]}, Example(RECORD, {}, (REJECTED_ANSWER,))),
        ({"chosen": [Q, A], "rejected": [Q, A], "margin": 2}, Example(RECORD, {"margin": 2}, (REJECTED_ANSWER,))),
        ({"prompt": "Why?", "chosen": [Q, A], "rejected": [Q, A]},
         Example(RECORD, {"prompt": "Why?"}, (REJECTED_ANSWER,))),
        ({"prompt": "Why?", "chosen": GPT, "rejected": BAD}, Example(RECORD, {}, (REJECTED_ANSWER,))),
        ({"prompt": "Why?", "chosen": {**GPT, "model": "m"}, "rejected": BAD},
         Example(RECORD, {}, (PROPERTIES, REJECTED_ANSWER))),
        ({"prompt": "Why?", "chosen": {**GPT, "weight": 0}, "rejected": BAD},
         Refused("the last answer, turn 2, is marked as not to be trained (weight 0)")),
        ({"chosen": "\n\nHuman: Why?\n\nAssistant: So.", "rejected": "\n\nHuman: Why?\n\nAssistant: Bah."},
         Example(RECORD, {}, (REJECTED_ANSWER,))),
        ({"input": {"messages": [Q]}, "preferred_output": [A], "non_preferred_output": [A]},
         Example(RECORD, {}, (REJECTED_ANSWER,))),
        ({"messages": [Q, A], "rejected_response": "Bah."}, Example(RECORD, {}, (REJECTED_ANSWER,))),
        ({"prompt": "Why?", "chosen": "So."}, Example(RECORD, {})),
        ({"prompt": "Why?", "answer": "So.", "chosen": "B"}, Example(RECORD, {"chosen": "B"})),
        ({"prompt": "Why?", "answer": "So.", "rejected": "Bah."}, Example(RECORD, {}, (REJECTED_ANSWER,))),
        ({"prompt": "Why?", "rejected": "Bah.", "instances": [{"output": "So."}]},
         Example({"instruction": "Why?"}, {"instances": [{"output": "So."}]}, (REJECTED_ANSWER,))),
        ({"prompt": "Why?", "answer": "So.", "rejected": None}, Example(RECORD, {"rejected": None})),
        ({"prompt": "Why?", "answer": "So.", "rejected": False}, Example(RECORD, {"rejected": False})),
        ({"prompt": "Why?", "chosen": None, "rejected": "Bah."},
         Example({"instruction": "Why?"}, {}, (REJECTED_ANSWER,))),
        ({"prompt": "[1, 2]", "chosen": "So.", "rejected": "Bah."},
         Example({**RECORD, "instruction": "[1, 2]"}, {}, (REJECTED_ANSWER,))),
        # answers marked as good or bad
        ({"messages": [Q, A], "label": True}, Example(RECORD, {"label": True})),
        ({"messages": [Q, A], "label": False}, Refused("is marked as a bad answer ('label')")),
        ({"prompt": "Why?", "completion": "So.", "label": True}, Example(RECORD, {"label": True})),
        ({"prompt": "Why?", "completion": "So.", "label": "false"}, Refused("is marked as a bad answer ('label')")),
        ({"instruction": "Why?", "output": "So.", "kto_tag": False}, Refused("is marked as a bad answer ('kto_tag')")),
        # tasks with instances
        ({"instruction": "Why?", "instances": [{"input": "", "output": "So."}], "name": "n"},
         Example(RECORD, {"name": "n"})),
        ({"instruction": "Why?", "output": "So.", "instances": [{"input": "", "output": "Bah."}]},
         Example(RECORD, {"instances": [{"input": "", "output": "Bah."}]})),
        ({"instruction": "Why?", "instances": [{"input": "<noinput>", "output": "So.", "level": 2}]},
         Example({**RECORD, "input": "<noinput>"}, {"instances.level": 2})),
    ],
)  # fmt: skip
def test_an_instruction_project_takes_it_as(row, expected):
    assert outcomes("instruction", row) == [expected]


LABELLED = {"text": "Why?", "label": "So."}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"text": "Why?", "label": 3, "label_text": "So."}, Example(LABELLED, {"label": 3})),
        ({"messages": [{"role": "system", "content": "s"}, Q, A], "id": 1},
         Example(LABELLED, {"id": 1, "messages.system": "s"})),
        ({"conversations": [HUMAN]}, Example({"text": "Why?"}, {})),
        ({"messages": [Q, A], "category": "x"}, Example(LABELLED, {"category": "x"})),
        ({"messages": [Q], "category": 3}, Example({"text": "Why?", "label": "3"}, {})),
        ({"messages": [Q], "category": ""}, Example({"text": "Why?"}, {})),
        ({"prompt": [Q], "completion": [A]}, Example(LABELLED, {})),
        ({"text": "Why?", "label": "So.", "answer": "accept"}, Example(LABELLED, {"answer": "accept"})),
        ({"text": "Why?", "label": "So.", "answer": "reject"},
         Example({"text": "Why?"}, {"label": "So.", "answer": "reject"}, (LABEL_REJECTED,))),
        ({"text": "Why?", "label": "So.", "answer": "ignore"},
         Example({"text": "Why?"}, {"label": "So.", "answer": "ignore"}, (LABEL_IGNORED,))),
        ({"text": "Why?", "options": [{"id": "So."}], "accept": ["So."], "answer": "accept"},
         Example(LABELLED, {"options": [{"id": "So."}], "answer": "accept"})),
        ({"text": "Why?", "answer": "ignore"}, Example({"text": "Why?"}, {"answer": "ignore"})),
    ],
)  # fmt: skip
def test_a_classification_project_takes_it_as(row, expected):
    assert outcomes("classification", row) == [expected]


@pytest.mark.parametrize("kind", ["instruction", "classification"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "has no 'm', so there is nothing to make a record of"),
        ("hello", "the conversation is no list of turns"),
        ([], "the conversation has no turns"),
        ([{"role": "narrator", "content": "x"}], "turn 1 has the unknown role narrator"),
    ],
)
def test_what_is_no_conversation_is_refused(kind, value, reason):
    assert converter(kind, {"messages": "m"})({"m": value, "x": 1}) == [Refused(reason)]


def test_a_longer_chat_is_no_text_with_a_label():
    convert = converter("classification", {"messages": "m"})
    assert convert({"m": [Q, A, Q, A]}) == [
        Refused(
            "needs one turn of the user and one of the assistant, its label; has 2 of the user and 2 of the assistant"
        )
    ]


def test_every_instance_becomes_a_record_and_a_broken_one_is_kept_by_itself():
    row = {
        "instruction": "Why?",
        "instances": [{"output": "a"}, 5, {"input": "x", "output": "b"}, {"level": 1}],
        "id": 1,
    }
    convert = converter("instruction", {"instruction": "instruction", "instances": "instances"})
    first, broken, second, unanswered = convert(row)
    assert [made.fields for made in (first, second, unanswered)] == [
        {"instruction": "Why?", "answer": "a"},
        {"instruction": "Why?", "answer": "b", "input": "x"},
        {"instruction": "Why?"},
    ]
    part = {"instruction": "Why?", "id": 1, "instances": [5]}
    assert broken == Refused("instance 2 is no object with named fields", part)
    assert convert(part) == [broken._replace(reason="instance 1 is no object with named fields")]


def test_an_instance_may_bring_its_own_instruction():
    convert = converter("instruction", {"instances": "instances"})
    assert convert({"instances": '[{"prompt": "Why?", "completion": "So."}]'}) == [Example(RECORD, {})]
    (refused,) = convert({"instances": [{"level": 1}], "id": 1})
    assert refused == Refused(
        "has no 'instruction', so there is nothing to make a record of",
        {"id": 1, "instances": [{"level": 1}]},
    )


@pytest.mark.parametrize("instances", [None, [], "none", 5, {}])
def test_a_task_without_instances_is_refused_whole(instances):
    (refused,) = converter("instruction", {"instruction": "i", "instances": "n"})(
        {"i": "Why?", "n": instances}
    )
    assert refused == Refused("has no list of instances in 'n'")


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (0, "is marked as a bad answer ('v')"),
        ("Bad", "is marked as a bad answer ('v')"),
        ("ignore", "was ignored in annotation ('v')"),
        ("maybe\x1b", "'v' should say whether the answer is good, but says maybe␛"),
        (["x"], "'v' should say whether the answer is good, but says ['x']"),
    ],
)
def test_only_good_answers_become_records(verdict, reason):
    convert = converter("instruction", {"instruction": "q", "answer": "a", "verdict": "v"})
    assert convert({"q": "Why?", "a": "So.", "v": verdict}) == [Refused(reason)]


@pytest.mark.parametrize("verdict", [True, 1, "accept", "good", None, ""])
def test_good_and_unjudged_answers_become_records(verdict):
    convert = converter("instruction", {"instruction": "q", "answer": "a", "verdict": "v"})
    assert convert({"q": "Why?", "a": "So.", "v": verdict}) == [Example(RECORD, {"v": verdict})]
