"""How long records are in tokens of the project's model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from curator.checks.base import Tokens
from curator.checks.item import Item
from curator.config import Config
from curator.errors import CuratorError
from curator.records import ROWS

if TYPE_CHECKING:
    from curator.train.rows.render import Renderer


class Tokenizing:
    """Lays records out as the trainer does; the tokenizer is loaded when it is first needed."""

    def __init__(self, config: Config) -> None:
        """The settings name the model and the system prompt."""
        self._config = config
        self._covers: dict[int, bool] = {}

    def tokens(self, items: Sequence[Item]) -> list[Tokens | None]:
        """The lengths of some records; None for those that cannot be laid out.

        Raises:
            CuratorError: the model's tokenizer cannot be loaded.
        """
        return [self._measured(item) for item in items]

    @cached_property
    def limit(self) -> int:
        """The longest row that is trained on."""
        from curator.train.models.model_config import context_limit
        from curator.train.runs import resolve_model

        longest = self._config.train.max_length
        return min(longest, context_limit(resolve_model(self._config.model)) or longest)

    @cached_property
    def _renderer(self) -> Renderer:
        from curator.train.rows.render import renderer_of

        config = self._config
        return renderer_of(config.model, config.kind, config.system, config.coded_labels)

    def _measured(self, item: Item) -> Tokens | None:
        renderer = self._renderer
        values: dict[str, Any] = {**item.fields, "id": str(item.id)}
        try:
            rendered = renderer.render(ROWS[item.kind].model_validate(values))
        except (ValidationError, CuratorError):
            return None
        ids = rendered.ids
        unknown = sum(1 for index in ids if not self._is_covered(index))
        learned = len(ids) - rendered.prompt_length
        return Tokens(rendered.prompt_length, learned, unknown / max(len(ids), 1))

    def _is_covered(self, index: int) -> bool:
        """Whether a token stands for text: not for the unknown, and not for one byte of a longer character."""
        if index not in self._covers:
            tokenizer = self._renderer.tokenizer
            name = str(tokenizer.convert_ids_to_tokens(index))
            byte = name.startswith("<0x") and name.endswith(">")
            broken = "\ufffd" in str(tokenizer.decode([index]))
            self._covers[index] = index != tokenizer.unk_token_id and not byte and not broken
        return self._covers[index]
