"""What a check has to look at: nothing, some records, or all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import Any, NamedTuple

from curator.checks.base import Check, Profile
from curator.config import Config, setting
from curator.splitting.frozen import FrozenTest
from curator.store import changes, check_states, findings
from curator.text import digest

_SHARE = 0.05
_LEAST = 1000
"""Of more changed records than this, and than a twentieth of all, a check looks at all."""
_COMPARED = 25
"""More changed records than this are not compared with all others one by one."""


class Plan(NamedTuple):
    """One check in one run."""

    check: Check
    signature: str
    """Equal as long as the same check with the same settings would find the same."""
    chosen: Collection[int] | None
    """The records that it has to look at; None for all."""
    stale: Collection[int]
    """Those of them that did not change themselves, but that have to do with one that did."""
    profile: Profile
    """What it learned about the set when it last looked at all."""


class Planner:
    """Makes the plans of a run out of what the checks have seen before."""

    def __init__(self, connection: sqlite3.Connection, config: Config, frozen: FrozenTest | None) -> None:
        self._connection = connection
        self._config = config
        self._frozen = frozen
        self._records = changes.now(connection).record_id
        self._known: dict[tuple[Any, ...], set[int] | None] = {}

    def plan(self, check: Check) -> Plan:
        """What one check has to do."""
        signature = self._signature(check)
        stale = findings.stale(self._connection, check.id)
        state = check_states.of(self._connection, check.id)
        if state is None or state.signature != signature:
            return Plan(check, signature, None, stale, None)
        changed = self._changed(state.moment, check)
        limit = self._limit(check)
        chosen = None if changed is None or len(changed | stale) > limit else changed | stale
        return Plan(check, signature, chosen, stale, state.profile)

    def _changed(self, moment: changes.Moment, check: Check) -> set[int] | None:
        key = (moment, check.reads, self._limit(check))
        if key not in self._known:
            self._known[key] = changes.since(self._connection, *key)
        return self._known[key]

    def _limit(self, check: Check) -> int:
        if check.inspect is not None:
            return max(_LEAST, int(_SHARE * self._records))
        return _COMPARED if check.update is not None else 0

    def _signature(self, check: Check) -> str:
        values: dict[str, Any] = {name: self._value(name) for name in check.settings}
        values |= {"version": check.version, "severity": self._config.checks.severity.get(check.id)}
        return digest(json.dumps(values, sort_keys=True))

    def _value(self, name: str) -> Any:
        if name == "frozen":
            return self._frozen and self._frozen.at
        return setting(self._config, name)
