"""Exports in the hands of those who read them."""

from __future__ import annotations

import json

import pytest

from curator.export.formats import FORMATS

ROWS = [
    {"instruction": f"question {i}", "answer": f"answer {i}"}
    | ({"input": "2024-01-01", "system": "be kind"} if i > 5 else {})
    | ({"history": [["u", "v"]]} if i > 20 else {})
    for i in range(40)
]


@pytest.fixture
def project(make_project):
    made = make_project(ROWS, "instruction")
    made.split()
    return made


@pytest.mark.parametrize("kind", ["instruction", "classification", "text"])
def test_datasets_loads_every_folder_by_its_card(kind, make_project, tmp_path):
    import datasets

    rows = {
        "instruction": ROWS,
        "classification": [
            {"text": f"2024-01-0{1 + i % 9} {'NA' * (i % 2)}", "label": "NA"} for i in range(40)
        ],
        "text": [{"text": " ".join(f"d{i}w{j}" for j in range(30))} for i in range(20)],
    }[kind]
    project = make_project(rows, kind, windows={"size": 10})
    project.split()
    for name, chosen in FORMATS.items():
        if kind not in chosen.columns:
            continue
        export = project.export(format_name=name)
        if name == "datasets":
            loaded = datasets.load_from_disk(str(export.path))
        else:
            loaded = datasets.load_dataset(str(export.path), cache_dir=str(tmp_path / name))
        sides = {entry.split: entry.rows for entry in export.manifest.files.values()}
        assert {side: len(rows) for side, rows in loaded.items()} == sides
        assert list(loaded["train"].features) == list(chosen.columns[kind])


def test_the_tables_hold_what_the_canonical_lines_hold(make_project, tmp_path):
    import datasets

    project = make_project([row | {"answer": "NA"} for row in ROWS], "instruction")
    project.split()
    export = project.export()
    lines = (export.path / "train.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    for name in ("parquet", "csv", "datasets"):
        path = str(project.export(format_name=name).path)
        loaded = (
            datasets.load_from_disk(path)
            if name == "datasets"
            else datasets.load_dataset(path, cache_dir=str(tmp_path / name))
        )
        found = [{key: value for key, value in row.items() if value} for row in loaded["train"]]
        if name == "csv":
            found = [
                row | ({"history": json.loads(row["history"])} if "history" in row else {}) for row in found
            ]
        assert found == wanted, name


def test_pandas_reads_the_parquet_files(project):
    import pandas

    export = project.export(format_name="parquet")
    frame = pandas.read_parquet(export.path / "train.parquet")
    assert len(frame) == export.manifest.files["train.parquet"].rows
    assert list(frame.columns) == ["id", "group", "instruction", "answer", "input", "system", "history"]


def learned(trainer, tokenizer):
    """The texts of one batch that the loss is taken on."""
    batch = next(iter(trainer.get_train_dataloader()))
    pairs = zip(batch["input_ids"], batch["labels"], strict=True)
    return [tokenizer.decode(ids[labels != -100]) for ids, labels in pairs]


@pytest.mark.parametrize("format_name", ["messages", "prompt-completion-chat", "prompt-completion"])
def test_trl_takes_a_step_on_it(format_name, make_project, tmp_path):
    trl = pytest.importorskip("trl")
    import datasets

    from tests.tiny import make_model, make_tokenizer

    plain = format_name == "prompt-completion"
    rows = [{k: v for k, v in row.items() if k in ("instruction", "answer") or not plain} for row in ROWS]
    project = make_project(rows, "instruction")
    project.split()
    export = project.export(format_name=format_name)
    loaded = datasets.load_dataset(str(export.path), cache_dir=str(tmp_path / "cache"))
    tokenizer = make_tokenizer()
    settings = trl.SFTConfig(
        output_dir=str(tmp_path / "out"),
        max_steps=1,
        per_device_train_batch_size=2,
        use_cpu=True,
        bf16=False,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
    )
    trainer = trl.SFTTrainer(
        model=make_model(len(tokenizer)),
        args=settings,
        train_dataset=loaded["train"],
        processing_class=tokenizer,
    )
    texts = learned(trainer, tokenizer)
    assert trainer.train().training_loss > 0
    if format_name == "messages":
        assert all("question" in text and "answer" in text for text in texts)
    else:
        assert all("answer" in text and "question" not in text and "v" not in text for text in texts)


def test_llamafactory_finds_its_columns(project):
    """Its loader looks a data set up by name, then takes file and columns from there."""
    export = project.export("mine", format_name="llamafactory")
    known = json.loads((export.path / "dataset_info.json").read_text(encoding="utf-8"))
    assert set(known) == {"mine_train", "mine_validation", "mine_test"}
    for entry in known.values():
        rows = json.loads((export.path / entry["file_name"]).read_text(encoding="utf-8"))
        for row in rows:
            assert set(entry["columns"].values()) == set(row)
            assert all(len(pair) == 2 for pair in row["history"])
            assert isinstance(row[entry["columns"]["response"]], str)


def test_axolotls_stanza_points_at_the_files(project):
    import yaml

    export = project.export(format_name="axolotl")
    stanza = yaml.safe_load((export.path / "axolotl.yaml").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in stanza["datasets"]] == ["train.jsonl"]
    assert [entry["path"] for entry in stanza["test_datasets"]] == ["validation.jsonl"]
    entry = stanza["datasets"][0]
    assert entry["type"] == "chat_template"
    lines = (export.path / entry["path"]).read_text(encoding="utf-8").splitlines()
    turns = [turn for line in lines for turn in json.loads(line)[entry["field_messages"]]]
    flag = entry["message_field_training"]
    assert {turn[flag] for turn in turns if flag in turn} == {False}
    assert all(turn["role"] == "assistant" for turn in turns if flag in turn)
