"""README.md of a tuned model: what it was tuned on and how, whether that was worth it, and how to ask it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curator.errors import NotFound
from curator.evaluate import keeping
from curator.evaluate.evaluation import Evaluation
from curator.evaluate.fairness.tainted import how_held_out
from curator.evaluate.reporting import tables, trust
from curator.evaluate.reporting.markdown import filled
from curator.evaluate.reporting.tables import Table
from curator.export.push import place_of
from curator.files import write_atomically
from curator.records import Kind
from curator.text import plural
from curator.train import runs
from curator.train.args import ADAPTER, RunResult, RunSpec
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.render import Renderer

FILE_NAME = "README.md"

_ANSWER_TOKENS = 64
_LABELS_SHOWN = 50
_USED_FOR = {"train": "learning", "validation": "choosing the best weights", "test": "the figures below"}
_WHAT: dict[Kind, str] = {
    "classification": "to answer a text with its label",
    "instruction": "to answer instructions",
    "text": "to go on with texts",
}


def write(run_dir: Path, folder: Path) -> Path:
    """Write the card of a finished run into the folder of its adapter or merged model.

    Raises:
        CuratorError: there is no such run, it has not finished, or the folder may not be written.
    """
    path = folder / FILE_NAME
    write_atomically(path, render(run_dir, folder), "write the model card")
    return path


def render(run_dir: Path, folder: Path) -> str:
    """The card; no text from names or data can act as markup, or break out of the head that the hub reads.

    Raises:
        CuratorError: there is no such run, or it has not finished.
    """
    spec, result = runs.load(run_dir), runs.load_result(run_dir)
    is_adapter = (folder / "adapter_config.json").is_file()
    try:
        found = keeping.load(run_dir)
    except NotFound:
        found = None
    renderer = Renderer.of_run(load_tokenizer(str(run_dir / ADAPTER)), spec)
    return filled(
        "model_card.md.jinja",
        head=_head(spec, is_adapter),
        title=spec.name,
        summary=f"{spec.model}, tuned with Curator {_WHAT[spec.kind]}.",
        data=_data(spec),
        about_data=_about_data(spec),
        settings=_settings(spec, result, is_adapter),
        verdict="" if found is None else found.verdict.sentence,
        n="" if found is None else f"{found.n:,}",
        held_out="" if found is None else how_held_out(found.contamination),
        systems=[] if found is None else tables.systems_table(found),
        gains=[] if found is None else tables.gains_over_base(found),
        rivals=[] if found is None else tables.gains_over_rivals(found),
        trusted=[] if found is None else list(_trusted(found)),
        forgotten=_forgotten(found),
        code=_code(spec, renderer, is_adapter),
        limits=list(_limits(spec, result, renderer, found)),
    )


def _head(spec: RunSpec, is_adapter: bool) -> str:
    import yaml  # type: ignore[import-untyped]

    method = [spec.train.method] if spec.train.method != "full" else []
    head: dict[str, Any] = {
        "library_name": "peft" if is_adapter else "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["curator", "sft", spec.kind, *method],
    }
    # The name of a folder means nothing to the hub, which would refuse the card.
    if spec.model == spec.model_path and re.fullmatch(runs.HUB_ID, spec.model):
        head["base_model"] = spec.model
        head["base_model_relation"] = "adapter" if is_adapter else "finetune"
    place = place_of(Path(spec.export_path))
    if place is not None and not place.private:
        head["datasets"] = [place.repo_id]
    return str(yaml.safe_dump(head, sort_keys=False, allow_unicode=True))


def _data(spec: RunSpec) -> Table:
    lines = [["file", "used for", "rows", "SHA-256"]]
    for name, digest in spec.export_sha256.items():
        path = Path(spec.export_path) / name
        counted = f"{_lines(path):,}" if path.is_file() else "–"
        lines.append([name, _USED_FOR.get(path.stem, "learning"), counted, digest])
    return lines


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(1 for line in stream if line.strip())


def _about_data(spec: RunSpec) -> Iterator[str]:
    if spec.labels:
        shown = ", ".join(spec.labels[:_LABELS_SHOWN])
        more = len(spec.labels) - _LABELS_SHOWN
        yield f"Labels: {shown}" + (f" and {more:,} more." if more > 0 else ".")
    for part in spec.parts:
        yield f"Learned too: the export {part.name} ({part.kind}), drawn {part.weight:g} times in a pass."
    if spec.replay is not None:
        source = Path(spec.replay.path).name or "texts that come with Curator"
        yield f"General examples are {spec.train.replay:.0%} of the training rows: {source}."
    if spec.system.strip() and spec.kind != "text":
        yield f"System prompt before every row that has none of its own: {spec.system}"


def _settings(spec: RunSpec, result: RunResult, is_adapter: bool) -> Table:
    train = spec.train
    method = {"lora": "LoRA", "qlora": "QLoRA", "full": "every weight"}[train.method]
    merged = "" if is_adapter or train.method == "full" else ", merged into the base"
    rows = [["", ""], ["method", method + merged]]
    if train.method != "full":
        rows.append(["adapter", f"rank {train.lora_rank}, alpha {train.lora_alpha}, on every linear layer"])
    if result.quantisation:
        rows.append(["base in tuning", f"4 bits, {result.quantisation}"])
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    rows += [
        ["learning rate", f"{result.learning_rate:g}, {train.schedule}"],
        ["epochs", f"{train.epochs:g}"],
        ["rows of a step", f"{train.batch_size:,}"],
        ["trained", f"{plural(result.rows, 'row')}, {result.steps:,} steps, {result.tokens:,} tokens"],
        ["trained weights", f"{result.trainable_parameters:,} of {result.parameters:,}"],
        ["seed", str(train.seed)],
        ["machine", f"{result.device}, {result.dtype}, {result.seconds:,.0f} seconds"],
        ["versions", versions or "unknown"],
    ]
    return rows


def _trusted(found: Evaluation) -> Iterator[str]:
    """What else was looked at, a sentence each."""
    yield from tables.about_slices(found)
    yield from trust.about_contamination(found)
    yield from trust.about_calibration(found)
    if found.memorisation is not None:
        yield found.memorisation.sentence


def _forgotten(found: Evaluation | None) -> str:
    if found is None or found.general is None:
        return "It was not looked at what became of general text."
    return found.general.sentence


def _code(spec: RunSpec, renderer: Renderer, is_adapter: bool) -> str:
    """Python that asks the model exactly as it was trained to be asked."""
    if is_adapter:
        library, loader = "from peft import AutoPeftModelForCausalLM", "AutoPeftModelForCausalLM"
        imports = [library, "from transformers import AutoTokenizer"]
    else:
        loader = "AutoModelForCausalLM"
        imports = ["from transformers import AutoModelForCausalLM, AutoTokenizer"]
    lines = [
        *imports,
        "",
        'place = "."  # this folder, or its name on the hub',
        "tokenizer = AutoTokenizer.from_pretrained(place)",
        f"model = {loader}.from_pretrained(place)",
        "",
        *_prompt(spec, renderer),
        'inputs = tokenizer(prompt, add_special_tokens=False, return_tensors="pt").to(model.device)',
        f"options = {{'max_new_tokens': {_ANSWER_TOKENS}, 'do_sample': False}}",
        f"found = model.generate(**inputs, **options, eos_token_id={sorted(renderer.end_ids)})",
        'print(tokenizer.decode(found[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True))',
    ]
    return "\n".join(lines)


def _prompt(spec: RunSpec, renderer: Renderer) -> list[str]:
    first = "tokenizer.bos_token + " if renderer.begins_with_bos else ""
    if spec.kind == "text":
        return [f'prompt = {first}"…"']
    legend = "" if renderer.codes is None else f" + {_literal(f'{chr(10)}{chr(10)}{renderer.codes.legend}')}"
    question = [f'question = "…"{legend}']
    if not renderer.tokenizer.chat_template:
        before = f"{_literal(spec.system + chr(10) * 2)} + " if spec.system.strip() else ""
        return [*question, f'prompt = {first}{before}f"User: {{question}}\\n\\nAssistant:\\n"']
    system = f'{{"role": "system", "content": {_literal(spec.system)}}}, ' if spec.system.strip() else ""
    begun = renderer.prompt_text([{"role": "user", "content": "?"}]).startswith(
        renderer.tokenizer.bos_token or "\0"
    )
    return [
        *question,
        f'turns = [{system}{{"role": "user", "content": question}}]',
        "options = {'add_generation_prompt': True, 'enable_thinking': False}",
        f"prompt = {'' if begun else first}tokenizer.apply_chat_template(turns, tokenize=False, **options)",
    ]


def _literal(text: str) -> str:
    """A text as a string of Python, on one line; what nobody sees is written out."""
    return json.dumps(text, ensure_ascii=not text.replace("\n", "").isprintable())


def _limits(spec: RunSpec, result: RunResult, renderer: Renderer, found: Evaluation | None) -> Iterator[str]:
    yield "What the base model cannot do, or gets wrong, holds for this one too, and so does its licence."
    if found is not None:
        yield (
            f"The figures hold for texts like the {found.n:,} that were held out: from the same source, of the same "
            "time. Elsewhere it may do worse."
        )
    if spec.kind == "classification":
        yield f"It was tuned to answer with one of {plural(len(spec.labels), 'label')}, whatever it is asked."
    if renderer.codes is not None:
        yield "It answers with the code of a label; which code means which label stands in the prompt above."
    if result.dropped:
        yield f"{plural(len(result.dropped), 'row')} longer than {spec.train.max_length:,} tokens were left out."
    if spec.kind != "text":
        yield "Asked in another layout than the one above it answers otherwise than it was scored."
