"""The log of calls: the last ones, on disk, by all processes. Neither tokens nor bodies are kept."""

import os
from dataclasses import dataclass
from typing import Any, Final

from .faults import NO_FAULT, Fault
from .state import State

KEPT: Final = 1000


@dataclass(slots=True)
class Trace:
    """What becomes known of a call while it is answered.

    Args:
        account: Whose it is; empty when nobody's.
        credits: Credits charged.
        records: Records counted.
        refused: Name of the check that refused it; empty when none did.
        kinds: Kinds of the faults that it met.
        fault: What goes wrong with it.
    """

    account: str = ""
    credits: int = 0
    records: int = 0
    refused: str = ""
    kinds: str = ""
    fault: Fault = NO_FAULT


class Calls:
    """The log.

    Args:
        state: The state file.
        kept: How many calls it holds; 0 for none.
    """

    def __init__(self, state: State, kept: int = KEPT) -> None:
        self._db = state.db
        self._kept = kept
        self._process = os.getpid()

    def add(self, at: float, method: str, path: str, status: int, seconds: float, trace: Trace) -> None:
        """Log a call; the oldest one makes room.

        Args:
            at: Seconds since the Unix epoch.
            method, path: Of the request.
            status: HTTP status; 0 when no answer was sent.
            seconds: How long it took.
            trace: The rest.
        """
        if not self._kept:
            return
        row = (at, method, path[:200], trace.account, status, trace.credits, trace.records, seconds * 1000)
        more = (trace.refused, trace.kinds, self._process)
        self._db.execute("BEGIN IMMEDIATE")
        key = self._db.execute("INSERT INTO call VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?)", row + more).lastrowid or 0
        self._db.execute("DELETE FROM call WHERE id<=?", (key - self._kept,))
        self._db.execute("COMMIT")

    def latest(self, limit: int, account: str = "") -> list[dict[str, Any]]:
        """Return the latest calls, newest first.

        Args:
            limit: How many at most.
            account: Only those of this account; empty for all.
        """
        names = ("id", "at", "method", "path", "account", "status", "credits", "records", "ms", "refused", "fault",
                 "process")  # fmt: skip
        sql = f"SELECT {', '.join(names)} FROM call WHERE ?='' OR account=? ORDER BY id DESC LIMIT ?"  # noqa: S608
        return [dict(zip(names, row, strict=True)) for row in self._db.execute(sql, (account, account, limit))]

    def totals(self) -> dict[str, dict[str, int]]:
        """Return calls, refusals and credits by account, of the calls that are still in the log."""
        sql = (
            "SELECT account, count(*), sum(status>=400 OR status=0), sum(credits), sum(records) FROM call "
            "GROUP BY account"
        )
        names = ("calls", "failed", "credits", "records")
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in self._db.execute(sql)}

    def clear(self) -> None:
        """Empty the log."""
        self._db.execute("DELETE FROM call")
