"""What public data sets become, file by file."""

from __future__ import annotations

import csv
import json

import pytest

from curator.errors import CuratorError
from curator.formats.mapping import Example, converter, resolve
from tests.shared_data import SHARED, needs_shared_data

pytestmark = needs_shared_data

ALPACA = {"instruction": "instruction", "answer": "output", "input": "input"}
TASKS = {"instruction": "instruction", "instances": "instances"}
CARD = {"system": "context", "messages": "example_dialogue"}


def rows_of(name):
    path = SHARED / name
    if path.suffix == ".csv":
        encoding = "latin-1" if name.startswith("sms_spam") else "utf-8"
        with path.open(encoding=encoding, newline="") as stream:
            head, *rows = csv.reader(stream)
        return [
            dict(zip((n or f"column_{i}" for i, n in enumerate(head, 1)), row, strict=False)) for row in rows
        ]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    found = json.loads(text)
    return (
        [{"column_1": a, "column_2": b} for part in found.values() for a, b in part]
        if isinstance(found, dict)
        else found
    )


@pytest.mark.parametrize(
    ("kind", "name", "mapping", "examples", "refused"),
    [
        ("instruction", "stanford_alpaca_5000/alpaca_5000.json", ALPACA, 5000, 0),
        ("instruction", "llamafactory_alpaca/identity.json", ALPACA, 91, 0),
        ("instruction", "oaast_sft_zh/oaast_sft_zh.json", {**ALPACA, "history": "history"}, 689, 0),
        ("instruction", "rulm_ru_answers/gen100.jsonl", ALPACA, 103, 0),
        ("instruction", "self_instruct/seed_tasks.jsonl", TASKS, 175, 0),
        ("instruction", "rulm_ru_seed/ru_alpaca_seed_tasks.jsonl", TASKS, 137, 0),
        ("instruction", "rulm_ru_seed/ru_chargen_seed.jsonl", CARD, 15, 0),
        ("instruction", "rulm_ru_seed/en_chargen_seed.jsonl", CARD, 15, 0),
        ("instruction", "self_instruct_predictions/davinci-self-instruct_predictions.jsonl",
         {"instruction": "instruction", "answer": "target", "input": "input"}, 252, 0),
        ("instruction", "openai_toy_chat/toy_chat_fine_tuning.jsonl", {"messages": "messages"}, 4, 1),
        ("instruction", "llamafactory_sharegpt/glaive_toolcall_en_demo.json",
         {"messages": "conversations", "tools": "tools"}, 147, 153),
        ("instruction", "llamafactory_preference/dpo_en_demo.json",
         {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"}, 300, 0),
        ("classification", "banking77/test.csv", {"text": "text", "label": "category"}, 3080, 0),
        ("classification", "clinc150/data_full.json", {"text": "column_1", "label": "column_2"}, 23700, 0),
        ("classification", "sms_spam/spam.csv", {"text": "v2", "label": "v1"}, 5575, 0),
        ("classification", "rucola/in_domain_train.csv", {"text": "sentence", "label": "acceptable"}, 7869, 0),
        ("classification", "prodigy_textcat/annotated_reddit-INSULT-textcat.jsonl",
         {"text": "text", "label": "label", "verdict": "answer"}, 500, 0),
        ("text", "prodigy_raw/plot_summaries.jsonl", {"text": "text"}, 200, 0),
    ],
)  # fmt: skip
def test_a_public_file_is_read_without_being_told(kind, name, mapping, examples, refused):
    rows = rows_of(name)
    found = resolve(kind, list(dict.fromkeys(key for row in rows[:200] for key in row)), {}, name, rows[:200])
    assert found == mapping
    convert = converter(kind, found)
    outcomes = [outcome for row in rows for outcome in convert(row)]
    good = sum(isinstance(outcome, Example) for outcome in outcomes)
    assert (good, len(outcomes) - good) == (examples, refused)


def test_only_accepted_labels_of_an_annotation_are_labels():
    rows = rows_of("prodigy_textcat/annotated_reddit-INSULT-textcat.jsonl")
    convert = converter("classification", {"text": "text", "label": "label", "verdict": "answer"})
    made = [convert(row)[0] for row in rows]
    assert sum("label" in one.fields for one in made) == sum(row["answer"] == "accept" for row in rows) == 90
    assert all(one.fields["text"] for one in made)


@pytest.mark.parametrize("kind", ["classification", "text"])
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("llamafactory_preference/dpo_en_demo.json", "preference pairs"),
        ("llamafactory_sharegpt/glaive_toolcall_en_demo.json", "conversations"),
        ("self_instruct/seed_tasks.jsonl", "instruction rows"),
        ("gsm8k_alpaca/gsm_8k_train.json", "instruction rows"),
    ],
)
def test_a_public_file_of_another_kind_is_told_as_what_it_is(kind, name, rows):
    found = rows_of(name)[:200]
    with pytest.raises(CuratorError, match=f"these look like {rows}"):
        resolve(kind, list(found[0]), {}, name, found)
