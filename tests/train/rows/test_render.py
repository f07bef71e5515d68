from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.records import ClassificationRow, InstructionRow, Message, WindowRow
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.batch import IGNORED
from curator.train.rows.packing import packed
from curator.train.rows.render import Renderer
from tests.tiny import CHAT, make_tokenizer

# Qwen3 in short: an empty think block stands in the answer, or in the prompt when thinking is switched off.
THINKING = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>' }}"
    "{% if m['role'] == 'assistant' %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{{ m['content'] + '</s>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}"
    "{% if enable_thinking is defined and not enable_thinking and SWITCH %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{% endif %}"
)
ROW = InstructionRow(
    id="1",
    system="be kind",
    history=(Message(role="user", content="thank you"), Message(role="assistant", content="all is well")),
    instruction="where is it",
    input="my parcel",
    answer="in my house",
)


def shown(renderer: Renderer, row) -> tuple[str, str]:
    ids, length, _ = renderer.render(row)
    return renderer.tokenizer.decode(list(ids[:length])), renderer.tokenizer.decode(list(ids[length:]))


def test_golden_ids_with_template():
    tokenizer = make_tokenizer()
    row = ClassificationRow(id="1", text="my parcel", label="refund")
    ids, length, learned = Renderer(tokenizer, "classification", "").render(row)
    assert ids == (1, 4, 82, 94, 287, 2, 204, 5, 311, 317, 2)
    assert tokenizer.convert_ids_to_tokens(ids) == (
        ["<s>", "<|user|>", "m", "y", "Ġparcel", "</s>", "Ċ", "<|assistant|>", "ref", "und", "</s>"]
    )
    assert length == 8
    assert learned == "refund"


GOLDEN = {
    "chat": (
        CHAT,
        36,
        (
            1, 3, 71, 74, 226, 80, 78, 305, 2, 204, 4, 335, 331, 2, 204, 5, 70, 303, 280, 340, 2, 204, 4, 344,
            280, 226, 78, 89, 204, 204, 82, 94, 287, 2, 204, 5, 78, 83, 271, 350, 2,
        ),
    ),
    "thinking": (
        THINKING.replace("SWITCH", "true"),
        69,
        (
            3, 71, 74, 226, 80, 78, 305, 2, 204, 4, 335, 331, 2, 204, 5, 33, 268, 78, 83, 80, 35, 204, 204, 33,
            20, 268, 78, 83, 80, 35, 204, 204, 70, 303, 280, 340, 2, 204, 4, 344, 280, 226, 78, 89, 204, 204,
            82, 94, 287, 2, 204, 5, 33, 268, 78, 83, 80, 35, 204, 204, 33, 20, 268, 78, 83, 80, 35, 204, 204,
            78, 83, 271, 350, 2,
        ),
    ),
    "plain": (
        None,
        44,
        (
            1, 71, 74, 226, 80, 78, 305, 204, 204, 289, 262, 31, 226, 335, 331, 204, 204, 357, 31, 338, 280,
            340, 204, 204, 289, 262, 31, 279, 300, 74, 280, 226, 78, 89, 204, 204, 82, 94, 287, 204, 204, 357,
            31, 204, 78, 83, 271, 350, 2,
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_ids_of_a_conversation_with_system_prompt_and_earlier_turns(name):
    template, given, ids = GOLDEN[name]
    rendered = Renderer(make_tokenizer(template), "instruction", "unused").render(ROW)
    assert rendered.ids == ids
    assert rendered.prompt_length == given
    assert packed([rendered], 0)["labels"][0].tolist() == [IGNORED] * given + list(ids[given:])


def test_template_with_system_history_and_input():
    given, learned = shown(Renderer(make_tokenizer(), "instruction", "unused"), ROW)
    assert given == (
        "<s><|system|>be kind</s>\n<|user|>thank you</s>\n<|assistant|>all is well</s>\n"
        "<|user|>where is it\n\nmy parcel</s>\n<|assistant|>"
    )
    assert learned == "in my house</s>"


def test_the_plain_layout():
    given, learned = shown(Renderer(make_tokenizer(None), "instruction", "unused"), ROW)
    assert given == (
        "<s>be kind\n\nUser: thank you\n\nAssistant: all is well\n\nUser: where is it\n\nmy parcel\n\nAssistant:\n"
    )
    assert learned == "in my house</s>"


def test_the_projects_system_prompt_serves_rows_without_one():
    renderer = Renderer(make_tokenizer(), "classification", "name the label")
    assert shown(renderer, ClassificationRow(id="1", text="x", label="refund"))[0].startswith(
        "<s><|system|>name the label</s>"
    )


@pytest.mark.parametrize("switch", ["true", "false"])
def test_thinking_templates(switch):
    tokenizer = make_tokenizer(THINKING.replace("SWITCH", switch))
    renderer = Renderer(tokenizer, "instruction", "")
    given, learned = shown(renderer, InstructionRow(id="1", instruction="hi", answer="well"))
    assert given + learned == "<|user|>hi</s>\n<|assistant|><think>\n\n</think>\n\nwell</s>"
    assert ("<think>" in given) == (switch == "true")
    assert renderer.decode(renderer.answer_ids("well")) == "well"


def test_a_template_without_end_token_gets_one():
    tokenizer = make_tokenizer(CHAT.replace("+ eos_token", ""))
    assert Renderer(tokenizer, "instruction", "").render(ROW).ids[-1] == tokenizer.eos_token_id


def test_a_template_that_is_not_prefix_stable_is_refused():
    template = "{% if add_generation_prompt %}{{ 'now: ' }}{% endif %}" + CHAT
    with pytest.raises(CuratorError, match=r"not prefix-stable.*\nprompt: 'now: .*\nwhole:  '<s>"):
        Renderer(make_tokenizer(template), "instruction", "")


def test_a_template_that_refuses_a_role_is_explained():
    template = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHAT
    with pytest.raises(CuratorError, match="refuses a conversation of system, user"):
        Renderer(make_tokenizer(template), "instruction", "").render(ROW.model_copy(update={"history": ()}))


def test_bos_stands_once_whether_the_template_writes_it_or_the_tokenizer():
    from tokenizers.processors import TemplateProcessing

    for template in (CHAT, CHAT.replace("{{ bos_token }}", "")):
        tokenizer = make_tokenizer(template)
        tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
            single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 1)]
        )
        ids = Renderer(tokenizer, "instruction", "").render(ROW).ids
        assert ids[0] == 1
        assert ids.count(1) == 1


def test_windows_learn_everything_and_do_not_end():
    tokenizer = make_tokenizer(None)
    rendered = Renderer(tokenizer, "text", "").render(WindowRow(id="1", text="the parcel came"))
    assert rendered.ids == (1, *tokenizer("the parcel came", add_special_tokens=False)["input_ids"])
    assert rendered.prompt_length == 1
    assert rendered.learned == "the parcel came"


def test_windows_without_bos_cannot_learn_their_first_token():
    tokenizer = make_tokenizer(None, bos_token="")
    rendered = Renderer(tokenizer, "text", "").render(WindowRow(id="1", text="the parcel came"))
    assert rendered.prompt_length == 1
    assert tokenizer.decode(list(rendered.ids[:1])) + rendered.learned == "the parcel came"


def test_a_windows_last_unit_is_tokenised_as_in_running_text():
    tokenizer = make_tokenizer(None)
    rendered = Renderer(tokenizer, "text", "").render(
        WindowRow(id="1", text="where is my parcel", target="parcel")
    )
    whole = tokenizer("where is my parcel", add_special_tokens=False)["input_ids"]
    assert rendered.ids == (1, *whole)
    assert tokenizer.decode(list(rendered.ids[rendered.prompt_length :])) == rendered.learned == " parcel"


def test_a_target_inside_a_token_is_cut_apart():
    tokenizer = make_tokenizer(None)
    rendered = Renderer(tokenizer, "text", "").render(WindowRow(id="1", text="my parcel", target="el"))
    assert tokenizer.decode(list(rendered.ids[rendered.prompt_length :])) == "el"


@pytest.mark.parametrize(("given", "chosen"), [("", "<pad>"), ("</s>", "</s>")])
def test_a_pad_token_is_chosen_among_those_there_are(tmp_path, given, chosen):
    tokenizer = make_tokenizer(None, pad_token=given)
    tokenizer.save_pretrained(tmp_path)
    loaded = load_tokenizer(str(tmp_path))
    assert loaded.pad_token == chosen
    assert len(loaded) == len(tokenizer)


def test_the_bundled_model_can_be_rendered():
    from curator.train.runs import resolve_model

    renderer = Renderer(load_tokenizer(resolve_model("bundled")), "instruction", "")
    given, learned = shown(renderer, InstructionRow(id="1", instruction="Say hi", answer="hi"))
    assert given == "<|begin|><|user|>Say hi<|end|><|assistant|>"
    assert learned == "hi<|end|>"
