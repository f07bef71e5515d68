"""curator.toml: what it may hold, and what is said when it is wrong."""

from __future__ import annotations

import pytest

from curator import settings_file
from curator.config import Config, checked, load, setting_names, with_values
from curator.errors import CuratorError


def test_a_written_project_reads_back_the_same(tmp_path):
    config = checked({"kind": "classification", "labels": ["a", "б"], "system": 'say "hi"'})
    settings_file.create(tmp_path, config)
    assert load(tmp_path / "curator.toml") == config


def test_the_file_shows_every_key(tmp_path):
    settings_file.create(tmp_path, Config(kind="text"))
    text = (tmp_path / "curator.toml").read_text()
    for name in setting_names(Config):
        assert name.split(".")[-1] in text


def test_a_change_keeps_the_users_comments(tmp_path):
    settings_file.create(tmp_path, Config(kind="text"))
    path = tmp_path / "curator.toml"
    path.write_text("# mine\n" + path.read_text())
    config = settings_file.change(tmp_path, {"split.seed": 7, "labels": ("x",)})
    assert config.split.seed == 7
    assert path.read_text().startswith("# mine\n")


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("kind = 'text'\n[train]\nepocs = 3\n", "no such setting", "Did you mean train.epochs"),
        ("kind = 'poem'\n", "kind:", ""),
        ("labels = ['a']\n", "kind is missing", ""),
        ("kind = \n", "curator.toml", ""),
        ("kind = 'classification'\nlabels = ['a', 'a']\n", "stands twice", ""),
        ("kind = 'text'\n[split]\ntest = 0.6\nvalidation = 0.5\n", "leave nothing to train on", ""),
    ],
)
def test_a_mistake_names_the_key(tmp_path, text, problem, remedy):
    path = tmp_path / "curator.toml"
    path.write_text(text)
    with pytest.raises(CuratorError) as caught:
        load(path)
    assert problem in caught.value.problem
    assert remedy in caught.value.problem + caught.value.remedy


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    path = tmp_path / "curator.toml"
    path.write_bytes("kind = 'текст'".encode("cp1251"))
    with pytest.raises(CuratorError, match="not UTF-8"):
        load(path)


def test_values_from_the_command_line_are_typed():
    config = with_values(
        Config(kind="text"), [("train.epochs", "2"), ("model", "org/name"), ("train.method", "lora")]
    )
    assert (config.train.epochs, config.model, config.train.method) == (2.0, "org/name", "lora")


@pytest.mark.parametrize("text", ["wandb, trackio", "wandb,trackio,", '["wandb", "trackio"]'])
def test_a_list_from_the_command_line_is_words_with_commas(text):
    config = with_values(Config(kind="text"), [("train.report_to", text)])
    assert config.train.report_to == ("wandb", "trackio")
    assert with_values(config, [("train.report_to", "")]).train.report_to == ()


@pytest.mark.parametrize(
    ("key", "value"), [("train.epocs", "2"), ("train", "2"), ("train.epochs", "-1"), ("kind", "x")]
)
def test_a_wrong_value_from_the_command_line_is_refused(key, value):
    with pytest.raises(CuratorError):
        with_values(Config(kind="text"), [(key, value)])


@pytest.mark.parametrize("key", ["train.epochs", "train.learning_rate", "checks.length", "checks.imbalance"])
@pytest.mark.parametrize("value", ["inf", "nan", "-inf"])
def test_a_number_without_end_is_refused_by_its_key(key, value):
    with pytest.raises(CuratorError, match=rf"{key}: Input should be"):
        with_values(Config(kind="text"), [(key, value)])
