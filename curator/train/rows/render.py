"""From a row to token ids: the only place that knows how a prompt is laid out.

A tokenizer with a chat template is asked to lay out every conversation. For any other the layout is ours:

    SYSTEM                      (if there is one)

    User: EARLIER TURN          (one block per earlier turn)

    Assistant: EARLIER ANSWER

    User: INSTRUCTION

    INPUT                       (if there is one)

    Assistant:
    ANSWER<end>

A text to classify is the whole user turn, and its label the answer. Where labels are learned as codes, their list
stands below the text, where a prompt that is shortened keeps it, and a code is the answer (`curator.train.rows.codes`).

Prompt and answer are tokenised apart and joined, so that no token straddles the two and the trained part is known by
its length alone.

A window of a text project is laid out as it stands. It has no end token: it is cut out of a longer document, and a
model that learned to stop there would learn something false.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError

from curator.errors import CuratorError
from curator.records import ClassificationRow, InstructionRow, Kind, Row, WindowRow
from curator.train.args import RunSpec
from curator.train.models.faults import template_place
from curator.train.models.tokenizer import load_tokenizer, special_ids
from curator.train.rows.codes import Codes, assign
from curator.train.runs import resolve_model

Turns = Sequence[dict[str, str]]
Asked = InstructionRow | ClassificationRow

PLAIN_TEMPLATE = (
    "{% for turn in messages %}{{ {'system': '', 'user': 'User: ', 'assistant': 'Assistant: '}[turn['role']] }}"
    "{{ turn['content'] }}{{ '\\n\\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:\\n' }}{% endif %}"
)
"""The layout of this module for programs that want a template; never given to a tokenizer of ours."""

_PROBE = "curatorprobe"
_ASKED: Turns = ({"role": "user", "content": "?"},)


class Rendered(NamedTuple):
    """A row as the model sees it."""

    ids: tuple[int, ...]
    """Prompt and learned part."""
    prompt_length: int
    """How many of the tokens are given and not learned; at least 1."""
    learned: str
    """The text of the learned part, without its end token."""


class _Layout(Protocol):
    """How a conversation becomes a string."""

    end_id: int
    lead: str
    closed: bool

    def prompt(self, turns: Turns) -> str: ...

    def answer(self, turns: Turns, text: str) -> str: ...

    def history(self, turns: Turns) -> str: ...


class _ChatLayout:
    """The model's own template."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        turns: Turns = [{"role": "user", "content": "?"}]
        suffix = self._suffix(turns, _PROBE)
        self.lead, found, self._tail = suffix.partition(_PROBE)
        if not found:
            raise CuratorError(
                "The model's chat template does not show the assistant's answer.", _OTHER_MODEL
            )
        control = special_ids(tokenizer)
        tail_ids = tokenizer(self._tail, add_special_tokens=False, verbose=False)["input_ids"]
        end = next((index for index in tail_ids if index in control), None)
        self.closed = end is not None
        self.end_id = int(tokenizer.eos_token_id if end is None else end)
        self._end = self._tail_up_to(end)

    def prompt(self, turns: Turns) -> str:
        return self._render(turns, generate=True)

    def answer(self, turns: Turns, text: str) -> str:
        """What comes after the prompt, up to the end token; white space that a template puts after it is no answer."""
        suffix = self._suffix(turns, text)
        if not suffix.endswith(self._tail):
            raise _unstable(self.prompt(turns), suffix)
        return suffix[: len(suffix) - len(self._tail)] + self._end

    def history(self, turns: Turns) -> str:
        return self._render(turns, generate=False)

    def _suffix(self, turns: Turns, text: str) -> str:
        prompt = self.prompt(turns)
        whole = self._render([*turns, {"role": "assistant", "content": text}], generate=False)
        if not whole.startswith(prompt):
            raise _unstable(prompt, whole)
        return whole[len(prompt) :]

    def _render(self, turns: Turns, *, generate: bool) -> str:
        try:
            return str(
                self._tokenizer.apply_chat_template(
                    list(turns), tokenize=False, add_generation_prompt=generate, enable_thinking=False
                )
            )
        except (TemplateSyntaxError, UndefinedError) as error:
            raise self._faulty(error) from error
        except (TemplateError, ValueError, TypeError) as error:
            roles = ", ".join(turn["role"] for turn in turns)
            raise CuratorError(
                f"The model's chat template refuses a conversation of {roles}: {error}",
                "Leave out the system prompt or mend the order of the turns, or take another model.",
            ) from error

    def _faulty(self, error: TemplateError) -> CuratorError:
        line = f" in line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        place = template_place(str(self._tokenizer.name_or_path))
        return CuratorError(
            f"The model's chat template has a fault{line}: {error.message}", f"Mend it in {place}."
        )

    def _tail_up_to(self, end: int | None) -> str:
        if end is None:
            return ""
        token = str(self._tokenizer.convert_ids_to_tokens(end))
        return self._tail[: self._tail.index(token) + len(token)]


class _PlainLayout:
    """The layout of this module's docstring."""

    lead = ""
    closed = False

    def __init__(self, tokenizer: Any) -> None:
        self.end_id = int(tokenizer.eos_token_id)

    def prompt(self, turns: Turns) -> str:
        return self.history(turns) + "Assistant:\n"

    def answer(self, turns: Turns, text: str) -> str:
        return text

    def history(self, turns: Turns) -> str:
        names = {"system": "", "user": "User: ", "assistant": "Assistant: "}
        return "".join(f"{names[turn['role']]}{turn['content']}\n\n" for turn in turns)


class Renderer:
    """Lays out the rows of one data set for one tokenizer."""

    def __init__(self, tokenizer: Any, kind: Kind, system: str, coded: Sequence[str] = ()) -> None:
        """Look at the template once; `coded` are the labels, where they are learned as codes.

        Raises:
            CuratorError: the template is not prefix-stable, or hides the answer; or labels find no code.
        """
        self.tokenizer = tokenizer
        self.kind = kind
        self._system = system
        chat = bool(tokenizer.chat_template) and kind != "text"
        self._layout: _Layout = _ChatLayout(tokenizer) if chat else _PlainLayout(tokenizer)
        bos = tokenizer.bos_token_id
        # A template says itself whether it begins with BOS, unless the tokenizer insists on one.
        wanted = bos is not None and (not chat or tokenizer("x", verbose=False)["input_ids"][:1] == [bos])
        self.bos_id: int | None = bos
        self._prefix: tuple[int, ...] = (bos,) if wanted else ()
        self._cached_answer = lru_cache(maxsize=1024)(self._answer)
        self._conversation: Callable[[Asked], Turns] = self._turns
        self.codes: Codes | None = assign(coded, self._answer, self._decoded) if coded else None

    @classmethod
    def of_run(cls, tokenizer: Any, spec: RunSpec) -> Renderer:
        """For the rows of a run's own export.

        Raises:
            CuratorError: the template is not prefix-stable, or hides the answer; or labels find no code.
        """
        return cls(tokenizer, spec.kind, spec.system, spec.coded_labels)

    def worded(self, turns: Callable[[Asked], Turns]) -> Renderer:
        """The same layout for other words: `turns` says what is said before a row's answer, system prompt included."""
        other = copy(self)
        other._conversation = turns
        return other

    @property
    def end_ids(self) -> frozenset[int]:
        """Tokens that end an answer."""
        return frozenset({self._layout.end_id, int(self.tokenizer.eos_token_id)})

    @property
    def begins_with_bos(self) -> bool:
        """Whether every prompt begins with the token that begins texts."""
        return self.bos_id is not None and self._begun(self._encode(self._layout.prompt(_ASKED)))[:1] == (
            self.bos_id,
        )

    @property
    def template(self) -> str | None:
        """The layout as a Jinja template, for other programs; windows have none."""
        if self.kind == "text":
            return None
        return str(self.tokenizer.get_chat_template()) if self.tokenizer.chat_template else PLAIN_TEMPLATE

    def prompt_text(self, turns: Turns) -> str:
        """A conversation up to where the next answer begins, as a string.

        Raises:
            CuratorError: the template refuses it.
        """
        return self._layout.prompt(turns)

    def history_text(self, turns: Turns) -> str:
        """The same without what leads to the next answer.

        Raises:
            CuratorError: the template refuses it.
        """
        return self._layout.history(turns)

    def render(self, row: Row) -> Rendered:
        """A row with its answer.

        Raises:
            CuratorError: the template refuses the row or is not prefix-stable on it; or its label has no code.
        """
        if isinstance(row, WindowRow):
            return self._window(row)
        turns = self._conversation(row)
        answer = row.answer if isinstance(row, InstructionRow) else self.written(row.label)
        prompt = self.turns_ids(turns)
        ids = self._closed(self._encode(self._layout.answer(turns, answer)))
        return Rendered(prompt + ids, len(prompt), answer)

    def prompt_ids(self, row: Row) -> tuple[int, ...]:
        """A row without its answer: what the model is given when it shall go on by itself."""
        if isinstance(row, WindowRow):
            rendered = self._window(row)
            return rendered.ids[: rendered.prompt_length]
        return self.turns_ids(self._conversation(row))

    def turns(self, row: Asked) -> Turns:
        """What is said before a row's answer."""
        return self._conversation(row)

    def turns_ids(self, turns: Turns) -> tuple[int, ...]:
        """A conversation up to where the next answer begins.

        Raises:
            CuratorError: the template refuses it.
        """
        return self._begun(self._encode(self._layout.prompt(turns)))

    def written(self, label: str) -> str:
        """A label as it is answered: its code where labels are learned as codes.

        Raises:
            CuratorError: labels are learned as codes, and this one has none.
        """
        return label if self.codes is None else self.codes.code(label)

    def text_ids(self, text: str) -> tuple[int, ...]:
        """A text for a model to go on with, as a window begins."""
        return self._begun(self._encode(text))

    def answer_ids(self, text: str) -> tuple[int, ...]:
        """A candidate answer with its end token, as it would follow any prompt."""
        return self._cached_answer(text)

    def label_ids(self, label: str) -> tuple[int, ...]:
        """The tokens that decide for a label: its code, or all of it with its end token.

        Raises:
            CuratorError: labels are learned as codes, and this one has none.
        """
        ids = self.answer_ids(self.written(label))
        return ids if self.codes is None else ids[: self.codes.place + 1]

    def decode(self, ids: Sequence[int]) -> str:
        """The answer in some generated tokens: up to the end token, without what the template leads in with.

        A code is read as the label that it stands for.
        """
        text = self._decoded(ids)
        return text if self.codes is None else self.codes.label(text)

    def _decoded(self, ids: Sequence[int]) -> str:
        stop = next((place for place, index in enumerate(ids) if index in self.end_ids), len(ids))
        text = str(self.tokenizer.decode(list(ids[:stop]), skip_special_tokens=True))
        return text.strip().removeprefix(self._layout.lead.strip()).strip()

    def _answer(self, text: str) -> tuple[int, ...]:
        turns: Turns = [{"role": "user", "content": "?"}]
        return self._closed(self._encode(self._layout.answer(turns, text)))

    def _turns(self, row: Asked) -> Turns:
        if isinstance(row, ClassificationRow):
            listed = row.text if self.codes is None else f"{row.text}\n\n{self.codes.legend}"
            return [*_system_turn(self._system), {"role": "user", "content": listed}]
        history = [{"role": turn.role, "content": turn.content} for turn in row.history]
        own_system = any(turn["role"] == "system" for turn in history)
        system = row.system if row.system is not None else "" if own_system else self._system
        user = f"{row.instruction}\n\n{row.input}" if row.input and row.input.strip() else row.instruction
        return [*_system_turn(system), *history, {"role": "user", "content": user}]

    def _window(self, row: WindowRow) -> Rendered:
        if row.target:
            return self._last_unit(row.text, row.target)
        ids = self.text_ids(row.text)
        if self._prefix:
            return Rendered(ids, 1, row.text)
        # Nothing predicts the first token, so it is given and its text does not count.
        first = str(self.tokenizer.decode(ids[:1]))
        return Rendered(ids, 1, row.text.removeprefix(first))

    def _last_unit(self, text: str, target: str) -> Rendered:
        """The blank before the unit is learned with it: tokenizers join the two, and that is how models know words."""
        context = text.removesuffix(target).rstrip()
        given, learned = self._divided(text, len(context))
        given = self._begun(given)
        if not given:
            given, learned = learned[:1], learned[1:]
        return Rendered(given + learned, len(given), text[len(context) :])

    def _divided(self, text: str, place: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        if self.tokenizer.is_fast:
            whole = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
            ids, offsets = tuple(whole["input_ids"]), whole["offset_mapping"]
            cut = next((index for index, (_, end) in enumerate(offsets) if end > place), len(ids))
            if cut < len(ids) and offsets[cut][0] >= place:
                return ids[:cut], ids[cut:]
        return self._encode(text[:place]), self._encode(text[place:])

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def _begun(self, ids: tuple[int, ...]) -> tuple[int, ...]:
        return ids if ids[:1] == (self.bos_id,) else self._prefix + ids

    def _closed(self, ids: tuple[int, ...]) -> tuple[int, ...]:
        return ids if self._layout.closed else (*ids, self._layout.end_id)


def renderer_of(model: str, kind: Kind, system: str, coded: Sequence[str] = ()) -> Renderer:
    """Lays out rows for a model by its name: a folder, a hub id, or `bundled`; `coded` labels as codes.

    Raises:
        CuratorError: there is no such model, or its tokenizer or template cannot be used.
    """
    return Renderer(load_tokenizer(resolve_model(model)), kind, system, coded)


_OTHER_MODEL = "Take another model, or mend its chat_template.jinja."


def _system_turn(system: str) -> Turns:
    return [{"role": "system", "content": system}] if system.strip() else []


def _unstable(prompt: str, whole: str) -> CuratorError:
    return CuratorError(
        "The model's chat template is not prefix-stable: the prompt is not how the whole conversation begins, so what "
        f"would be trained is not what would be asked.\nprompt: {prompt!r}\nwhole:  {whole!r}",
        _OTHER_MODEL,
    )
