"""A model that cannot be used is told by the file that is at fault, and by what to do."""

from __future__ import annotations

import json
import shutil

import pytest

from curator.errors import CuratorError
from curator.train import runs
from curator.train.estimates.memory_estimate import blank
from curator.train.models.model import load_base
from curator.train.models.model_config import text_config
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.render import Renderer


@pytest.fixture
def model(tiny, tmp_path):
    """A copy of a tiny model, to be spoilt."""
    return shutil.copytree(tiny, tmp_path / "spoilt")


def refusal(load, *given) -> CuratorError:
    with pytest.raises(CuratorError) as caught:
        load(*given)
    return caught.value


def changed(path, **values) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize("text", ["[]", "null", '{"a": ', "\x00"])
@pytest.mark.parametrize("load", [text_config, load_tokenizer])
def test_a_damaged_config_is_named_whoever_reads_it(model, text, load):
    (model / "config.json").write_text(text)
    error = refusal(load, str(model))
    assert error.problem.startswith(f"The model of {model} could not be loaded: config.json cannot be read: ")
    assert "Copy that file again" in error.remedy


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("tokenizer.json", "{}", "tokenizer.json is no tokenizer: Model missing"),
        ("tokenizer.json", "[]", "tokenizer.json cannot be read: it is a list"),
        ("tokenizer.json", '{"version": "1', "tokenizer.json cannot be read: Unterminated string"),
        ("tokenizer_config.json", "{", "tokenizer_config.json cannot be read: Expecting"),
        ("tokenizer_config.json", "[]", "tokenizer_config.json cannot be read: it is a list"),
    ],
)
def test_a_damaged_tokenizer_is_named(model, name, text, why):
    (model / name).write_text(text)
    assert why in refusal(load_tokenizer, str(model)).problem


def test_a_config_with_a_wrong_value_is_told_in_one_line(model):
    changed(model / "config.json", hidden_size="many")
    problem = refusal(text_config, str(model)).problem
    assert "hidden_size" in problem
    assert "\n" not in problem


def test_an_unknown_type_is_no_matter_of_the_network(model):
    changed(model / "config.json", model_type="foobar")
    error = refusal(text_config, str(model))
    assert "knows no models of the type foobar" in error.problem
    assert "git" not in f"{error}"
    (model / "config.json").write_text("{}")
    assert "names no model_type" in refusal(text_config, str(model)).problem


def test_a_model_that_does_not_go_on_with_a_text_is_refused_in_a_line(make_run, model):
    spec = runs.load(make_run(model=model))
    (model / "config.json").write_text('{"model_type": "t5", "vocab_size": 400, "d_model": 64}')
    for load in (load_base, blank):
        error = refusal(load, spec)
        assert error.problem.startswith("t5 is not a causal language model")
        assert len(error.problem.splitlines()) == 1


def test_weights_that_are_cut_off_are_named(make_run, model):
    spec = runs.load(make_run(model=model))
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert "could not be loaded: model.safetensors: " in refusal(load_base, spec).problem


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (
            "{{ bos_token }}\n{% for m in messages %}\n{{ m.content }\n{% endfor %}",
            " in line 3: unexpected '}'",
        ),
        ("{% for m in messages %}{{ nothing.here }}{% endfor %}", ": 'nothing' is undefined"),
    ],
)
def test_a_fault_of_a_chat_template_is_shown_where_it_stands(model, template, why):
    path = model / "chat_template.jinja"
    path.write_text(template)
    error = refusal(Renderer, load_tokenizer(str(model)), "classification", "")
    assert error.problem == f"The model's chat template has a fault{why}"
    assert error.remedy == f"Mend it in {path}."
    path.unlink()
    changed(model / "tokenizer_config.json", chat_template=template)
    error = refusal(Renderer, load_tokenizer(str(model)), "classification", "")
    assert "tokenizer_config.json" in error.remedy
