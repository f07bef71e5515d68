"""A code of one token for each label: quick to score, and no label is likelier only because it is shorter.

Letters first, then numbers of two digits, small letters and pairs of letters; of these, those that the tokenizer writes
as one token in the place after a prompt, each as another one. The prompt lists which code means which label.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from curator.errors import CuratorError

_TEXT_INSTEAD = "Leave train.label_codes off: labels can be learned as they are written."


class Codes(NamedTuple):
    """The codes of a closed list of labels."""

    by_label: dict[str, str]
    """Label to code."""
    place: int
    """Which token of an answer is the code; those before it are the template's, the same in all answers."""

    @property
    def legend(self) -> str:
        """`A = delivery`, a line for each label."""
        return "\n".join(f"{code} = {' '.join(label.split())}" for label, code in self.by_label.items())

    def code(self, label: str) -> str:
        """What a label is learned as.

        Raises:
            CuratorError: the label is not on the list.
        """
        if label not in self.by_label:
            raise CuratorError(f"The label {label!r} is none of the project's.", "Mend it.")
        return self.by_label[label]

    def label(self, code: str) -> str:
        """What a code stands for; a text that is no code is given back."""
        return next((label for label, other in self.by_label.items() if other == code), code)


def assign(
    labels: Sequence[str],
    answer: Callable[[str], tuple[int, ...]],
    decode: Callable[[tuple[int, ...]], str],
) -> Codes:
    """Give each label a code, in the order of the list.

    Args:
        labels: The closed list.
        answer: The tokens of an answer, as they follow a prompt.
        decode: The answer in such tokens.

    Raises:
        CuratorError: the tokenizer has too few codes of one token.
    """
    first, second = answer("A"), answer("B")
    places = [place for place, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]]
    if len(first) != len(second) or len(places) != 1:
        raise CuratorError(
            "The model's tokenizer does not write a letter as one token after a prompt.", _TEXT_INSTEAD
        )
    place = places[0]
    found: dict[int, str] = {}
    for code in _candidates():
        ids = answer(code)
        same_frame = ids[:place] == first[:place] and ids[place + 1 :] == first[place + 1 :]
        if same_frame and ids[place] not in found and decode(ids) == code:
            found[ids[place]] = code
        if len(found) == len(labels):
            return Codes(dict(zip(labels, found.values(), strict=True)), place)
    raise CuratorError(
        f"The model's tokenizer writes only {len(found):,} codes as one token; there are {len(labels):,} labels.",
        _TEXT_INSTEAD,
    )


def _candidates() -> Iterator[str]:
    yield from string.ascii_uppercase
    yield from map(str, range(10, 100))
    yield from string.ascii_lowercase
    yield from map("".join, product(string.ascii_uppercase, repeat=2))
