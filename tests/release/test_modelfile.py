"""Ollama asks a model exactly as it was trained to be asked, or is told nothing at all."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.records import ClassificationRow
from curator.release.modelfile import modelfile, template_of
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.render import Renderer
from curator.train.runs import resolve_model
from tests import ollama
from tests.tiny import CHAT, make_tokenizer

CHATML = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helper.<|im_end|>\n' }}{% endif %}"
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA3 = (
    "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' }}"
    "{{ m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
THINKING = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' }}"
    "{% if m['role'] == 'assistant' and loop.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{{ m['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\n' }}{% if not enable_thinking %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"
)
NO_SYSTEM = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}"
    "{{ '[' + m['role'] + '] ' + m['content'] + eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '[assistant] ' }}{% endif %}"
)
INST = (
    "{{ bos_token }}{% set system = messages[0]['content'] + '\n\n' if messages[0]['role'] == 'system' else '' %}"
    "{% for m in messages if m['role'] != 'system' %}{% if m['role'] == 'user' %}"
    "{{ '[INST] ' + (system if loop.first else '') + m['content'] + ' [/INST]' }}"
    "{% else %}{{ ' ' + m['content'] + eos_token }}{% endif %}{% endfor %}"
)
GEMMA3 = (
    "{{ bos_token }}{% set system = messages[0]['content'] + '\n\n' if messages[0]['role'] == 'system' else '' %}"
    "{% for m in messages if m['role'] != 'system' %}"
    "{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\n' }}"
    "{{ (system if loop.first else '') + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
LAST = (
    "{{ bos_token }}{% set system = messages[0]['content'] + '\n\n' if messages[0]['role'] == 'system' else '' %}"
    "{% for m in messages if m['role'] != 'system' %}{% if m['role'] == 'user' %}"
    "{{ '[INST] ' + (system if loop.last else '') + m['content'] + ' [/INST]' }}"
    "{% else %}{{ ' ' + m['content'] + eos_token }}{% endif %}{% endfor %}"
)
EACH = INST.removeprefix("{{ bos_token }}").replace("'[INST] ' +", "bos_token + '[INST] ' +")
TALKS = [
    [("user", "Where is my parcel?")],
    [("system", "Be brief."), ("user", "Hi {{ .Content }}")],
    [("user", "a\nb"), ("assistant", "c"), ("user", "d")],
    [
        ("system", 'S "s"'),
        ("user", "a"),
        ("assistant", "b"),
        ("user", "c"),
        ("assistant", "d"),
        ("user", "e"),
    ],
]


def renderer(template, kind="instruction"):
    return Renderer(make_tokenizer(template), kind, "")


def asked_by_ollama(made: Renderer, turns) -> str:
    """With the token that the GGUF file says stands before everything."""
    text = ollama.rendered(dict(ollama.commands(modelfile(made, "", "x.gguf")))["template"], turns)
    return (made.tokenizer.bos_token if made.begins_with_bos else "") + text


def asked_in_training(made: Renderer, turns) -> str:
    text = made.prompt_text(turns)
    bos = made.tokenizer.bos_token
    return bos + text if made.begins_with_bos and not text.startswith(bos) else text


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: "-".join(role[0] for role, _ in talk))
@pytest.mark.parametrize(
    "template",
    [None, CHAT, CHATML, LLAMA3, THINKING, NO_SYSTEM, INST, GEMMA3],
    ids=["plain", "chat", "chatml", "llama3", "thinking", "no-system", "inst", "gemma3"],
)
def test_a_conversation_is_laid_out_as_in_training(template, talk):
    made, turns = renderer(template), [{"role": role, "content": text} for role, text in talk]
    if template == NO_SYSTEM and talk[0][0] == "system":
        with pytest.raises(CuratorError):
            made.prompt_text(turns)
        return
    assert asked_by_ollama(made, turns) == asked_in_training(made, turns)


def test_the_bundled_model_is_asked_as_in_training():
    made = Renderer(load_tokenizer(resolve_model("bundled")), "classification", "")
    turns = [{"role": "user", "content": "Where is my parcel?"}]
    assert asked_by_ollama(made, turns) == asked_in_training(made, turns) != ""
    assert ("stop", "<|end|>") in ollama.commands(modelfile(made, "", "x.gguf"))


def test_signs_that_mean_something_to_go_or_to_ollama_stay_signs():
    odd = """'{' + '{x}' + '}\"\"\"\"\u3000\u200b\t\\\\'"""
    made = renderer(
        "{% for m in messages %}{{ m['role'] + " + odd + " + m['content'] + eos_token }}{% endfor %}"
        "{% if add_generation_prompt %}{{ 'assistant' + " + odd + " }}{% endif %}"
    )
    turns = [{"role": "user", "content": "hi"}]
    assert "\u200b" in made.prompt_text(turns)
    assert asked_by_ollama(made, turns) == asked_in_training(made, turns)


@pytest.mark.parametrize("template", [LAST, EACH], ids=["last", "each"])
def test_a_template_that_cannot_be_said_gets_no_template_but_words(template):
    made = renderer(template)
    assert template_of(made) is None
    text = modelfile(made, "Be brief.", "x.gguf")
    names = [name for name, _ in ollama.commands(text)]
    assert "template" not in names
    assert "system" not in names
    assert "Ollama must be told" in text


def test_the_list_of_codes_stands_below_a_text_as_in_training():
    labels = ["delivery", 'refund "now"', "praise {{ }}"]
    made = Renderer(make_tokenizer(CHAT), "classification", "", labels)
    row = ClassificationRow(id="1", text="Where is my parcel?", label="delivery")
    asked = made.tokenizer.decode(made.prompt_ids(row))
    assert asked_by_ollama(made, [{"role": "user", "content": row.text}]) == asked
    assert "answers are codes" in modelfile(made, "", "x.gguf")


def test_windows_are_gone_on_with_as_they_stand():
    made = renderer(CHAT, "text")
    assert template_of(made) == "{{ .Prompt }}"
    assert "system" not in dict(ollama.commands(modelfile(made, "Be brief.", "x.gguf")))


def test_every_end_of_an_answer_stops_it_and_nothing_is_drawn_by_lot():
    found = ollama.commands(modelfile(renderer(CHATML), "", "my model.gguf"))
    assert ("from", "./my model.gguf") in found
    assert {value for name, value in found if name == "stop"} == {"</s>"}
    assert ("temperature", "0") in found


@pytest.mark.parametrize("system", ["Be brief.", 'Say "yes"\n\tor "no"', "Отвечай кратко: {{ .System }}"])
def test_the_system_prompt_of_the_project_is_that_of_the_model(system):
    assert ("system", system) in ollama.commands(modelfile(renderer(CHAT), system, "x.gguf"))


@pytest.mark.parametrize("system", ['a """ b', "a\u200bb", "a\x00b"])
def test_a_system_prompt_that_a_modelfile_cannot_hold_is_told(system):
    text = modelfile(renderer(CHAT), system, "x.gguf")
    assert "system" not in dict(ollama.commands(text))
    assert "cannot hold" in text


@pytest.mark.parametrize("name", ['a"b.gguf', "a\nb.gguf"])
def test_a_file_that_no_modelfile_can_name_is_refused(name):
    with pytest.raises(CuratorError, match="cannot name"):
        modelfile(renderer(CHAT), "", name)


def test_the_layout_for_models_without_template_is_the_same_as_a_template():
    plain = renderer(None)
    told = make_tokenizer(plain.template)
    for talk in TALKS:
        turns = [{"role": role, "content": text} for role, text in talk]
        assert told.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=True
        ) == plain.prompt_text(turns)
