"""Sums of what counts as spent, kept beside the charges in the same transaction.

A charge that counts as spent never changes again, so that its credits are added once, when it comes to that. All
functions run inside a transaction of the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..store import Transaction
from .charges import Charge, midnight

# Spans that an hour is put together from; what of it begins within one is read from the charges. Seconds.
SLICE = 10.0

_ADD = (
    "INSERT INTO tally (account, span, start, name, credits) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (account, span, start, name) DO UPDATE SET credits = tally.credits + excluded.credits"
)


def add(c: Transaction, account: str, charges: Iterable[tuple[Charge, int]]) -> None:
    """Add charges that have just come to count as spent.

    Args:
        c, account: where and whose.
        charges: as they were before, each with the credits that it counts for good.
    """
    sums = Counter[tuple[str, float, str]]()
    for row, credits in charges:
        if not credits:
            continue
        sums["day", midnight(row.at), row.caller] += credits
        sums["slice", row.at // SLICE * SLICE, row.caller] += credits
        sums["ever", 0.0, ""] += credits
        if row.job is not None:
            sums["job", 0.0, row.job] += credits
    if sums:
        # In one order, so that two connections never wait for each other's rows.
        c.executemany(_ADD, [(account, *key, credits) for key, credits in sorted(sums.items())])


def today(c: Transaction, account: str, now: float) -> int:
    """Credits of this UTC day and of later ones, which a clock that was set back leaves behind."""
    (credits,) = c.execute(
        "SELECT COALESCE(SUM(credits), 0) FROM tally WHERE account = ? AND span = 'day' AND start >= ?",
        (account, midnight(now)),
    ).fetchone()
    return credits


def today_of(c: Transaction, account: str, caller: str, now: float) -> int:
    """A caller's part of :func:`today`."""
    (credits,) = c.execute(
        "SELECT COALESCE(SUM(credits), 0) FROM tally WHERE account = ? AND span = 'day' AND start >= ? AND name = ?",
        (account, midnight(now), caller),
    ).fetchone()
    return credits


def since(c: Transaction, account: str, caller: str, moment: float) -> int:
    """Credits of a caller that were sent after a moment."""
    edge = (moment // SLICE + 1) * SLICE
    (credits,) = c.execute(
        "SELECT (SELECT COALESCE(SUM(credits), 0) FROM tally"
        " WHERE account = ? AND span = 'slice' AND start >= ? AND name = ?)"
        " + (SELECT COALESCE(SUM(credits), 0) FROM charge"
        " WHERE account = ? AND state = 'spent' AND at > ? AND at < ? AND caller = ?)",
        (account, edge, caller, account, moment, edge, caller),
    ).fetchone()
    return credits


def of_job(c: Transaction, account: str, job: str) -> int:
    """Credits of a job."""
    return _one(c, account, "job", job)


def ever(c: Transaction, account: str) -> int:
    """All credits of the account."""
    return _one(c, account, "ever", "")


def _one(c: Transaction, account: str, span: str, name: str) -> int:
    row = c.execute(
        "SELECT credits FROM tally WHERE account = ? AND span = ? AND start = 0 AND name = ?", (account, span, name)
    ).fetchone()
    return 0 if row is None else row[0]
