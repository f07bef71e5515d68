"""The card of a model: what the hub reads in its head, code that asks as in training, and data that cannot act."""

from __future__ import annotations

import ast
import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from curator.evaluate.merging import merge_run
from curator.evaluate.reporting import model_card
from curator.export.push import PLACE, Place
from curator.files import write_atomically
from curator.records import ClassificationRow, InstructionRow, WindowRow
from curator.train import runs, session
from curator.train.args import ADAPTER, RUN, Part, Replay
from curator.train.models.model import load_run_tokenizer, load_tuned
from curator.train.progress import EventLog
from curator.train.rows.render import Renderer
from tests.run_folders import finish, score
from tests.tiny import make_tokenizer, rows_of

HOSTILE = [
    'a: b\n---\nlicense: "x"\ntags: [evil]',
    "*x* [y](http://evil) <script>alert(1)</script> | `z`",
    "{{ 7*7 }}{% raw %}",
    "```\nimport os\n```",
    "\x1b[31m\u202e",
]


def done(make_run, kind="classification", template=True, name="run", **changes) -> Path:
    """A finished run whose tokenizer was saved with it."""
    run_dir = make_run(kind, method="lora", name=name)
    spec = runs.load(run_dir).model_copy(update=changes)
    write_atomically(run_dir / RUN, spec.model_dump_json(), "write the run")
    finish(run_dir)
    tokenizer = make_tokenizer() if template else make_tokenizer(None)
    tokenizer.save_pretrained(str(run_dir / ADAPTER))
    (run_dir / ADAPTER / "adapter_config.json").write_text("{}")
    return run_dir


def card_of(run_dir: Path) -> ModelCard:
    return ModelCard(model_card.render(run_dir, run_dir / ADAPTER))


def code_in(text: str) -> str:
    found = re.search(r"```python\n(.*?)\n```\n", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_head_says_what_it_is_to_the_hub(make_run):
    run_dir = done(make_run, model="org/base-1B", model_path="org/base-1B")
    data = card_of(run_dir).data
    assert data.base_model == "org/base-1B"
    assert data.to_dict()["base_model_relation"] == "adapter"
    assert data.library_name == "peft"
    assert set(data.tags or ()) == {"curator", "sft", "classification", "lora"}
    assert data.language is None
    assert data.datasets is None


def test_a_base_that_is_a_folder_is_not_named_to_the_hub(make_run):
    assert card_of(done(make_run)).data.base_model is None


@pytest.mark.parametrize(("private", "expected"), [(False, ["me/tickets"]), (True, None)])
def test_the_data_set_is_named_where_everybody_can_see_it(make_run, private, expected):
    run_dir = done(make_run)
    place = Place(endpoint="https://huggingface.co", repo_id="me/tickets", private=private)
    (Path(runs.load(run_dir).export_path) / PLACE).write_text(place.model_dump_json())
    assert card_of(run_dir).data.datasets == expected


def test_it_tells_the_data_the_settings_and_the_verdict(make_run):
    run_dir = done(make_run)
    text = model_card.render(run_dir, run_dir / ADAPTER)
    assert "It has not been scored." in text
    found = score(run_dir)
    text = model_card.render(run_dir, run_dir / ADAPTER)
    for name, digest in runs.load(run_dir).export_sha256.items():
        used = "learning | 24" if name.startswith("train") else "the figures below | 6"
        assert f"| {name} | {used} | {digest} |" in text
    assert found.verdict.sentence.split(":")[0] in text
    assert "6 held-out rows" in text
    assert "rank 4, alpha 64" in text
    assert "| learning rate | 0.001, cosine |" in text
    assert re.search(r"\| accuracy \| .*points", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_texts_do_not_act(make_run, text):
    run_dir = done(
        make_run, model=text, labels=("delivery", "refund", "praise", text), system=text, model_path="nowhere"
    )
    made = model_card.render(run_dir, run_dir / ADAPTER)
    data = ModelCard(made).data.to_dict()
    assert set(data) == {"library_name", "pipeline_tag", "tags"}
    body = made.replace(code_in(made), "")
    assert not re.search(r"<script|(?<!\\)\]\(http|\x1b|\u202e|^import os", body, re.MULTILINE)
    assert body.count("```") == 2
    assert "49" not in [word.strip("*_") for word in body.split()]
    ast.parse(code_in(made))
    assert "\u202e" not in made


def said(code: str, folder: Path, question: str) -> str:
    """What the code of a card prints."""
    code = code.replace('place = "."', f"place = {str(folder)!r}").replace('"…"', repr(question))
    shown = io.StringIO()
    with redirect_stdout(shown):
        exec(compile(code, "card", "exec"), {})
    return shown.getvalue().strip()


def expected(run_dir: Path, row, tokens: int = 64) -> str:
    import torch

    renderer = Renderer.of_run(load_run_tokenizer(run_dir), runs.load(run_dir))
    ids = renderer.text_ids(row.text) if isinstance(row, WindowRow) else renderer.prompt_ids(row)
    given = torch.tensor([ids])
    found = load_tuned(run_dir).generate(
        input_ids=given,
        attention_mask=torch.ones_like(given),
        do_sample=False,
        max_new_tokens=tokens,
        eos_token_id=sorted(renderer.end_ids),
        pad_token_id=renderer.tokenizer.pad_token_id,
    )
    return renderer.tokenizer.decode(found[0, len(ids) :], skip_special_tokens=True).strip()


@pytest.mark.parametrize("base", ["tiny", "plain"])
@pytest.mark.parametrize("kind", ["classification", "instruction", "text"])
def test_its_code_asks_as_in_training(make_run, request, base, kind):
    run_dir = make_run(
        kind,
        model=request.getfixturevalue(base),
        method="lora",
        epochs=2,
        learning_rate=1e-2,
        test=rows_of(kind, 3, 70),
    )
    spec = runs.load(run_dir).model_copy(update={"system": 'Be "brief".\nAlways.'})
    write_atomically(run_dir / RUN, spec.model_dump_json(), "write the run")
    session.run(run_dir, False, EventLog(run_dir))
    question = "where is my parcel"
    row = {
        "classification": ClassificationRow(id="1", text=question, label="delivery"),
        "instruction": InstructionRow(id="1", instruction=question, answer="?"),
        "text": WindowRow(id="1", text=question),
    }[kind]
    folder = run_dir / ADAPTER
    assert said(code_in(model_card.write(run_dir, folder).read_text()), folder, question) == expected(
        run_dir, row
    )


def test_its_code_lists_the_codes_of_labels(make_run):
    run_dir = make_run(
        "classification", method="lora", label_codes=True, test=rows_of("classification", 3, 70)
    )
    session.run(run_dir, False, EventLog(run_dir))
    question, folder = "where is my parcel", run_dir / ADAPTER
    text = model_card.write(run_dir, folder).read_text()
    row = ClassificationRow(id="1", text=question, label="delivery")
    assert said(code_in(text), folder, question) == expected(run_dir, row)
    assert "code of a label" in text


def test_a_merged_model_has_a_card_of_its_own(make_run, tmp_path):
    run_dir = make_run("instruction", method="lora", test=rows_of("instruction", 3, 70))
    session.run(run_dir, False, EventLog(run_dir))
    found = merge_run(run_dir, tmp_path / "merged")
    card = ModelCard((found.path / "README.md").read_text())
    assert card.data.library_name == "transformers"
    assert "merged into the base" in card.text
    question = "where is my parcel"
    assert said(code_in(card.content), found.path, question) != ""


def test_what_else_was_learned_is_told(make_run):
    part = Part(name="faq", path="/faq", sha256={}, kind="instruction", weight=2)
    replay = Replay(path="/home/me/general.jsonl", sha256="")
    settings = runs.load(done(make_run)).train.model_copy(update={"replay": 0.25})
    text = card_of(done(make_run, name="mixed", parts=(part,), replay=replay, train=settings)).text
    assert "the export faq (instruction), drawn 2 times in a pass" in text
    assert "25% of the training rows: general.jsonl" in text
