"""What can be changed while the sandbox runs, by any process: the clock and the faults."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from .faults import Fault, FaultRule, merged
from .state import State

Source: TypeAlias = Literal["file", "admin"]


@dataclass(frozen=True, slots=True)
class Planned:
    """A rule in force.

    Args:
        id: Key on disk; 0 for a rule set in code.
        source: Where it was set: `code`, `file` or `admin`.
        rule: The rule.
        seen: Requests that it concerned.
        fired: How often the fault happened.
    """

    id: int
    source: str
    rule: FaultRule
    seen: int
    fired: int

    def ended(self, now: float) -> bool:
        """Say whether it can happen no more."""
        rule = self.rule
        return bool(rule.times and self.fired >= rule.times) or (rule.until is not None and now >= rule.until)


@dataclass(slots=True)
class _Coded:
    rule: FaultRule
    seen: int = 0
    fired: int = 0


class Control:
    """Clock and faults.

    Args:
        state: The state file.
        coded: Rules set in code; they are counted by this process alone.
    """

    def __init__(self, state: State, coded: Sequence[FaultRule] = ()) -> None:
        self._state = state
        self._db = state.db
        self._coded = [_Coded(rule) for rule in coded]
        self._parsed: dict[str, FaultRule] = {}

    def offset(self) -> float:
        """Return how far the clock has been moved forward, in seconds."""
        row = self._db.execute("SELECT value FROM setting WHERE name='clock'").fetchone()
        return row[0] if row else 0.0

    def move_clock(self, seconds: float) -> float:
        """Move the clock forward; returns the whole offset in seconds."""
        sql = "INSERT INTO setting VALUES ('clock', ?) ON CONFLICT DO UPDATE SET value=value+excluded.value"
        self._db.execute(sql, (seconds,))
        return self.offset()

    def reset_clock(self) -> None:
        """Show the real time again."""
        self._db.execute("DELETE FROM setting WHERE name='clock'")

    def add(self, rule: FaultRule, source: Source) -> int:
        """Set a fault; returns its key."""
        sql = "INSERT INTO fault (source, rule, seen, fired) VALUES (?,?,0,0) RETURNING id"
        return self._db.execute(sql, (source, json.dumps(asdict(rule)))).fetchone()[0]

    def replace(self, rules: Sequence[FaultRule], source: Source) -> None:
        """Set the faults of a source in place of those it had."""
        with self._state.transaction():
            self._db.execute("DELETE FROM fault WHERE source=?", (source,))
            for rule in rules:
                self.add(rule, source)

    def clear(self, key: int | None = None) -> int:
        """Remove one fault, or all that were not set in code; returns how many."""
        if key is None:
            return self._db.execute("DELETE FROM fault").rowcount
        return self._db.execute("DELETE FROM fault WHERE id=?", (key,)).rowcount

    def planned(self) -> list[Planned]:
        """Return the rules in force and to come."""
        coded = [Planned(0, "code", item.rule, item.seen, item.fired) for item in self._coded]
        rows = self._db.execute("SELECT id, source, rule, seen, fired FROM fault ORDER BY id")
        return coded + [Planned(key, source, self._rule(text), *counts) for key, source, text, *counts in rows]

    def _rule(self, text: str) -> FaultRule:
        rule = self._parsed.get(text)
        if rule is None:
            rule = self._parsed[text] = FaultRule(**json.loads(text))
        return rule

    def take(self, method: str, path: str, account: str, now: float) -> tuple[Fault | None, str]:
        """Count a request against the rules.

        Args:
            method, path: Of the request.
            account: Whose it is; empty when nobody's.
            now: Seconds since the Unix epoch.

        Returns:
            What goes wrong with it, and the kinds of the rules that said so.
        """
        firing: list[FaultRule] = []
        for item in self._coded:
            if item.rule.concerns(method, path, account, now):
                item.seen += 1
                if item.rule.fires(item.seen, item.fired):
                    item.fired += 1
                    firing.append(item.rule)
        rows = self._db.execute("SELECT id, rule FROM fault ORDER BY id").fetchall()
        concerned = [(key, rule) for key, rule in ((key, self._rule(text)) for key, text in rows)
                     if rule.concerns(method, path, account, now)]  # fmt: skip
        if concerned:
            with self._state.transaction():
                firing += [rule for key, rule in concerned if self._counted(key, rule)]
        fault = merged([rule.fault() for rule in firing])
        return fault, ", ".join(rule.kind for rule in firing)

    def _counted(self, key: int, rule: FaultRule) -> bool:
        row = self._db.execute("UPDATE fault SET seen=seen+1 WHERE id=? RETURNING seen, fired", (key,)).fetchone()
        if row is None or not rule.fires(*row):
            return False
        self._db.execute("UPDATE fault SET fired=fired+1 WHERE id=?", (key,))
        return True
