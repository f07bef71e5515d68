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
_SMALL = 2000
"""Records up to which a check learns anew about the set whenever something has changed."""
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
    learned: changes.Moment
    """When that was."""


class Planner:
    """Makes the plans of a run out of what the checks have seen before."""

    def __init__(
        self, connection: sqlite3.Connection, config: Config, frozen: FrozenTest | None, trained: str
    ) -> None:
        """`frozen` is the test set as it was frozen, `trained` names the last training run."""
        self._connection = connection
        self._config = config
        self._frozen = frozen
        self._trained = trained
        self._now = changes.now(connection)
        self._known: dict[tuple[Any, ...], set[int] | None] = {}

    def plan(self, check: Check) -> Plan:
        """What one check has to do."""
        signature = self._signature(check)
        stale = findings.stale(self._connection, check.id)
        state = check_states.of(self._connection, check.id)
        if state is None or state.signature != signature:
            return Plan(check, signature, None, stale, None, self._now)
        limit = self._limit(check)
        changed = self._changed(state.moment, check, limit)
        chosen = None if changed is None or len(changed | stale) > limit else changed | stale
        if (
            chosen
            and check.inspect is not None
            and check.profile is not None
            and self._drifted(state.learned, check)
        ):
            chosen = None
        return Plan(
            check, signature, chosen, stale, state.profile, self._now if chosen is None else state.learned
        )

    def _drifted(self, learned: changes.Moment, check: Check) -> bool:
        """Whether the set may be another one than the check has learned about: always, where it is small."""
        if self._now.record_id <= _SMALL:
            return True
        return self._changed(learned, check, int(_SHARE * self._now.record_id)) is None

    def _changed(self, moment: changes.Moment, check: Check, limit: int) -> set[int] | None:
        key = (moment, check.reads, limit)
        if key not in self._known:
            self._known[key] = changes.since(self._connection, *key)
        return self._known[key]

    def _limit(self, check: Check) -> int:
        if check.inspect is not None:
            return max(_LEAST, int(_SHARE * self._now.record_id))
        return _COMPARED if check.update is not None else 0

    def _signature(self, check: Check) -> str:
        values: dict[str, Any] = {name: self._value(name) for name in check.settings}
        values |= {"version": check.version, "severity": self._config.checks.severity.get(check.id)}
        return digest(json.dumps(values, sort_keys=True))

    def _value(self, name: str) -> Any:
        if name == "frozen":
            return self._frozen and self._frozen.at
        if name == "trained":
            return self._trained
        return setting(self._config, name)
