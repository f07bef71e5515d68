"""The test set as it was frozen: which records it had, and what they said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from curator.text import digest

RECORDS = "frozen_test_records"
"""Name of the fact that holds the records of the frozen test set."""
_DIGITS = 16


class FrozenTest(NamedTuple):
    """A frozen test set."""

    at: str
    """When it was frozen, ISO 8601."""
    records: Mapping[int, str]
    """Record to the key of its content."""

    @property
    def day(self) -> str:
        """The date of `at`."""
        return self.at[:10]

    def difference(self, record_id: int, content: str, in_test: bool) -> str:
        """What happened to a record since; empty when nothing did.

        Args:
            record_id: Any record of the project.
            content: The key of its content now.
            in_test: Whether it stands in the test set and can be used.
        """
        then = self.records.get(record_id)
        if then is None:
            return f"came into the test set after it was frozen on {self.day}" if in_test else ""
        if not in_test:
            return f"left the test set after it was frozen on {self.day}"
        return "" if then == content else f"changed since the test set was frozen on {self.day}"


def content_key(asked: str, given: str) -> str:
    """Equal for records with the same input and target, to the letter."""
    return digest(asked, given)[:_DIGITS]


def dump(records: Mapping[int, str]) -> str:
    """Records and content keys as the text of a fact."""
    return json.dumps({str(number): key for number, key in records.items()}, separators=(",", ":"))


def load(at: str, text: str) -> FrozenTest:
    """A frozen test set from its time and the text of the fact."""
    return FrozenTest(at, {int(number): key for number, key in json.loads(text).items()})
