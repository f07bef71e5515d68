"""Train the small bundled base model from freely licensed English and Russian text, or measure it."""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from corpus import BOS, END, MARKS, PAD, ROLES, SPECIAL, Document, documents
from tasks import exercises
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoTokenizer,
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

# One line and no blanks: a prompt must stay a string prefix of the same chat with its answer.
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] not in ['system', 'user', 'assistant'] %}"
    "{{ raise_exception('Unknown role: ' + message['role']) }}{% endif %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
VOCABULARY, WINDOW, LONG_WINDOW, CONTEXT, BATCH_TOKENS = 4096, 512, 1024, 2048, 4096
LONG_FROM, WARM_UP, PEAK_RATE, FINAL_SHARE = 0.85, 0.02, 2e-3, 0.02
TASKS_FROM, TASK_SHARE = 0.65, 0.6
RUSSIAN_SHARE, LOG_SECONDS, CHECKPOINT_SECONDS = 0.4, 30, 300


def make_tokenizer(training: list[Document], folder: Path) -> None:
    """Train a byte-level BPE tokenizer, save it; Russian counts three times, as there is less of it."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False, initial_alphabet=alphabet
    )
    repeats = {"en": 1, "ru": 3}
    texts = [MARKS.sub("\n", item.text) for item in training for _ in range(repeats[item.language])]
    backend.train_from_iterator(texts, trainer)
    names = {"bos_token": BOS, "eos_token": END, "pad_token": PAD, "additional_special_tokens": ROLES}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, model_max_length=CONTEXT, **names)
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    tidy_config(folder / "tokenizer_config.json")


def tidy_config(path: Path) -> None:
    """Use the class name that older releases know too, and drop what only describes this machine."""
    settings = json.loads(path.read_text())
    kept = {name: settings[name] for name in settings.keys() - {"backend", "is_local", "local_files_only"}}
    kept |= {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")


def new_model(tokenizer: PreTrainedTokenizerBase) -> LlamaForCausalLM:
    """The architecture with a random start, the same one every time."""
    torch.manual_seed(0)
    shape = {"hidden_size": 192, "intermediate_size": 512, "num_hidden_layers": 6, "num_attention_heads": 6}
    ends = {name: getattr(tokenizer, name) for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
    common = {"vocab_size": VOCABULARY, "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-5}
    model = LlamaForCausalLM(LlamaConfig(**shape, **common, **ends, tie_word_embeddings=True))
    model.generation_config = GenerationConfig(do_sample=False, **ends)
    return model


class Stream:
    """Packed windows of training tokens, shuffled anew for every epoch."""

    def __init__(self, training: list[Document], tokenizer: PreTrainedTokenizerBase) -> None:
        """Encode the documents and find how often the Russian ones must be repeated."""
        encoded = tokenizer([item.text for item in training], add_special_tokens=False, verbose=False)
        self.items = [
            (torch.tensor(ids), item.language == "ru")
            for item, ids in zip(training, encoded["input_ids"], strict=True)
        ]
        russian = sum(len(ids) for ids, is_russian in self.items if is_russian)
        english = sum(len(ids) for ids, is_russian in self.items if not is_russian)
        self.repeat = max(1.0, RUSSIAN_SHARE / (1 - RUSSIAN_SHARE) * english / russian)
        print(f"tokens: en {english}, ru {russian}, repeated {self.repeat:.2f} times", flush=True)
        self.seek(0, 0)

    def seek(self, epoch: int, position: int) -> None:
        """Go to a place; an epoch's order, and which Russian texts come once more, depend on its number."""
        draw = random.Random(epoch)
        chosen: list[torch.Tensor] = []
        for ids, is_russian in self.items:
            chosen += [ids] * (int(self.repeat + draw.random()) if is_russian else 1)
        draw.shuffle(chosen)
        self.epoch, self.position, self.tokens = epoch, position, torch.cat(chosen)

    def batch(self, window: int) -> torch.Tensor:
        """The next BATCH_TOKENS tokens as rows of `window`."""
        if self.position + BATCH_TOKENS > len(self.tokens):
            self.seek(self.epoch + 1, 0)
        self.position += BATCH_TOKENS
        return self.tokens[self.position - BATCH_TOKENS : self.position].view(-1, window)


def rate(progress: float) -> float:
    """Learning rate at a share of the time: warm-up, then cosine."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return PEAK_RATE * min(1.0, (progress + 1e-3) / WARM_UP) * (FINAL_SHARE + (1 - FINAL_SHARE) * cosine)


class Run:
    """A training run that ends after a given time, whatever the machine's speed."""

    def __init__(
        self, model: LlamaForCausalLM, streams: list[Stream], seconds: float, checkpoint: Path
    ) -> None:
        """Set the optimizer up; the streams are text and exercises."""
        self.model, self.streams, self.budget, self.checkpoint = model, streams, seconds, checkpoint
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.95), weight_decay=0.1, fused=True
        )
        self.steps, self.seconds = 0, 0.0

    def keep(self) -> None:
        """Write the checkpoint; the renaming makes sure that it is never half a file."""
        places = [(stream.epoch, stream.position) for stream in self.streams]
        state = {"steps": self.steps, "seconds": self.seconds, "places": places}
        state |= {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.checkpoint)

    def resume(self) -> None:
        """Go back to the checkpoint."""
        state = torch.load(self.checkpoint)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps, self.seconds = state["steps"], state["seconds"]
        for stream, place in zip(self.streams, state["places"], strict=True):
            stream.seek(*place)

    def step(self, progress: float) -> float:
        """One optimizer step; returns the loss."""
        # Drawn by the step's number, so that a resumed run goes on as it would have.
        exercise = progress >= TASKS_FROM and random.Random(self.steps).random() < TASK_SHARE
        ids = self.streams[exercise].batch(LONG_WINDOW if progress >= LONG_FROM else WINDOW)
        for group in self.optimizer.param_groups:
            group["lr"] = rate(progress)
        with torch.autocast("cpu", torch.bfloat16):
            loss = self.model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.steps += 1
        return float(loss.detach())

    def train(self) -> None:
        """Steps until the time is used up."""
        begun = time.monotonic() - self.seconds
        logged = kept = self.seconds
        losses: list[float] = []
        while self.seconds < self.budget:
            losses.append(self.step(self.seconds / self.budget))
            self.seconds = time.monotonic() - begun
            if self.seconds - logged >= LOG_SECONDS:
                mean = sum(losses) / len(losses)
                print(f"{self.seconds:6.0f} s, step {self.steps}, loss {mean:.4f}", flush=True)
                logged, losses = self.seconds, []
            if self.seconds - kept >= CHECKPOINT_SECONDS:
                self.keep()
                kept = self.seconds


def pretrain(data: Path, out: Path, minutes: float, resume: bool) -> None:
    """Train for the given time and write model, tokenizer and figures to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    training, _ = documents(data)
    # A tokenizer that is already there is kept: others may have built on it.
    if not (out / "tokenizer.json").exists():
        make_tokenizer(training, out)
    tokenizer = AutoTokenizer.from_pretrained(out)
    model = new_model(tokenizer)
    streams = [Stream(training, tokenizer), Stream(exercises(data), tokenizer)]
    run = Run(model, streams, minutes * 60, out / "checkpoint.pt")
    if resume and run.checkpoint.exists():
        run.resume()
    run.train()
    model.to(torch.bfloat16).save_pretrained(out)
    made = {"parameters": model.num_parameters(), "tokens_seen": run.steps * BATCH_TOKENS, "steps": run.steps}
    figures = {**made, "minutes": round(run.seconds / 60, 1), **measure(out, data)}
    (out / "pretraining.json").write_text(json.dumps(figures, indent=2) + "\n")
    run.checkpoint.unlink(missing_ok=True)


def bits(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerBase, texts: Iterable[str]) -> float:
    """Bits the model needs for the documents, their role and end tokens included."""
    total = 0.0
    for text in texts:
        ids = torch.tensor([tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]])
        # Pieces overlap by one token, so that every token but the first is predicted exactly once.
        for start in range(0, ids.shape[1] - 1, LONG_WINDOW):
            part = ids[:, start : start + LONG_WINDOW + 1]
            with torch.inference_mode():
                total += float(model(input_ids=part, labels=part).loss) * (part.shape[1] - 1)
    return total / math.log(2)


def entropy(data: bytes) -> float:
    """Bits per byte of the best code that looks at single bytes only."""
    return -sum(count / len(data) * math.log2(count / len(data)) for count in Counter(data).values())


def measure(folder: Path, data: Path) -> dict[str, Any]:
    """Bits per UTF-8 byte of the held-out documents, by language."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    trained = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    subjects = {"trained": trained.eval(), "random": new_model(tokenizer).eval()}
    figures: dict[str, dict[str, float]] = {name: {} for name in (*subjects, "byte_unigram")}
    counts: dict[str, dict[str, int]] = {"held_out_documents": {}, "held_out_bytes": {}}
    _, held_out = documents(data)
    for code in ("en", "ru"):
        texts = [item.text for item in held_out if item.language == code]
        content = "".join(MARKS.sub("", text) for text in texts).encode()
        for name, model in subjects.items():
            figures[name][code] = round(bits(model, tokenizer, texts) / len(content), 4)
        figures["byte_unigram"][code] = round(entropy(content), 4)
        counts["held_out_documents"][code], counts["held_out_bytes"][code] = len(texts), len(content)
    return {"bits_per_byte": figures, **counts}


def main() -> None:
    """Read the command line and train or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the text sources")
    parser.add_argument("--out", type=Path, help="folder to write the model to")
    parser.add_argument("--minutes", type=float, default=75, help="training time")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--measure", type=Path, metavar="MODEL_DIR", help="print this model's figures")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, chosen.data), indent=2))
    elif chosen.out:
        pretrain(chosen.data, chosen.out, chosen.minutes, chosen.resume)
    else:
        parser.error("give --out to train or --measure to measure")


if __name__ == "__main__":
    main()
