"""Which label of a list is meant by what a model wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from curator.text import normalised

_AROUND = " \t\n.,;:!?\"'`*_()[]{}<>«»“”„’"
"""What models put around a label."""


class LabelReader:
    """Reads answers: as they stand, else without what models put around a label, else without regard to case."""

    def __init__(self, labels: Sequence[str]) -> None:
        """Take the closed list."""
        self._labels: list[dict[str, list[str]]] = []
        for form in _FORMS:
            alike = defaultdict(list)
            for label in labels:
                alike[form(label)].append(label)
            self._labels.append(dict(alike))

    def __call__(self, answer: str) -> str | None:
        """The label that is meant; None where none is, or it could be one of several."""
        for form, alike in zip(_FORMS, self._labels, strict=True):
            if found := alike.get(form(answer)):
                return found[0] if len(found) == 1 else None
        return None


def _unmarked(text: str) -> str:
    return text.strip(_AROUND) or text.strip()


def _bare(text: str) -> str:
    found = normalised(text)
    return found.strip(_AROUND) or found


_FORMS: tuple[Callable[[str], str], ...] = (str.strip, _unmarked, _bare)
"""The strictest first."""
