"""Sums of what counts as spent, kept beside the charges in the same transaction.

A charge that counts as spent never changes again, so that its credits are added once, when it comes to that. All
functions run inside a transaction of the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..store import Rows, Transaction
from .charges import Charge, Insert, insert, midnight

# Spans that an hour is put together from; what of it begins within one is read from the charges. Seconds.
SLICE = 10.0

_ADD = Insert(
    "tally (account, span, start, name, credits)",
    "(?,?,?,?,?)",
    "ON CONFLICT (account, span, start, name) DO UPDATE SET credits = tally.credits + excluded.credits",
)


def add(c: Transaction, account: str, charges: Iterable[tuple[Charge, int]]) -> None:
    """Add charges that have just come to count as spent.

    Args:
        c, account: where and whose.
        charges: as they were before, each with the credits that it counts for good.
    """
    # The charges of one call, which are most of what comes together, have all of these in common.
    alike = Counter[tuple[float, str, str | None]]()
    for row, credits in charges:
        alike[row.at, row.caller, row.job] += credits
    sums = Counter[tuple[str, float, str]]()
    for (at, caller, job), credits in alike.items():
        if not credits:
            continue
        sums["day", midnight(at), caller] += credits
        sums["slice", at // SLICE * SLICE, caller] += credits
        sums["ever", 0.0, ""] += credits
        if job is not None:
            sums["job", 0.0, job] += credits
    if sums:
        # In one order, so that two connections never wait for each other's rows.
        insert(c, _ADD, [(account, *key, credits) for key, credits in sorted(sums.items())])


class Used(NamedTuple):
    """Credits that count as spent.

    Attributes:
        today: of the UTC day and of later ones, which a clock that was set back leaves behind.
        mine_today: the caller's part of it.
        mine_since: the caller's, sent after a moment.
        job: of a job.
        ever: all of the account.
    """

    today: int
    mine_today: int
    mine_since: int
    job: int
    ever: int


_SUM = "(SELECT COALESCE(SUM(credits), 0) FROM"
_SQL = {
    "today": f"{_SUM} tally WHERE account = ? AND span = 'day' AND start >= ?)",
    "mine_today": f"{_SUM} tally WHERE account = ? AND span = 'day' AND start >= ? AND name = ?)",
    "mine_since": f"{_SUM} tally WHERE account = ? AND span = 'slice' AND start >= ? AND name = ?)"
    f" + {_SUM} charge WHERE account = ? AND state = 'spent' AND at > ? AND at < ? AND caller = ?)",
    "job": f"{_SUM} tally WHERE account = ? AND span = 'job' AND start = 0 AND name = ?)",
    "ever": f"{_SUM} tally WHERE account = ? AND span = 'ever' AND start = 0 AND name = '')",
}


def ask(
    c: Transaction,
    wanted: Sequence[str],
    account: str,
    now: float,
    *,
    caller: str = "",
    job: str | None = None,
    since: float = 0.0,
) -> Rows:
    """A row of sums that count as spent.

    Args:
        c, account: where and whose.
        wanted: which, of the fields of :class:`Used`.
        now: epoch seconds, within the day.
        caller, job: whose part is told apart.
        since: epoch seconds, where the caller's span begins.
    """
    day, edge = midnight(now), (since // SLICE + 1) * SLICE
    values: dict[str, tuple[object, ...]] = {
        "today": (account, day),
        "mine_today": (account, day, caller),
        "mine_since": (account, edge, caller, account, since, edge, caller),
        "job": (account, job or ""),
        "ever": (account,),
    }
    sums = ", ".join(_SQL[name] for name in wanted)
    return c.execute(f"SELECT {sums}", [value for name in wanted for value in values[name]])
