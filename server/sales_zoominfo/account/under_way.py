"""Credits that are open: reserved, sent, or in doubt. Added up anew each time, since few are open at once.

All functions run inside a transaction of the ledger.
"""

from __future__ import annotations

from typing import NamedTuple

from ..store import Rows, Transaction
from .charges import midnight
from .ledger_types import HOUR

# A sending without an answer may still be carried out for so long. Seconds.
LATE = 120.0

_SUMS = (
    "state = 'reserved' THEN credits",
    "state = 'sent' THEN credits",
    "state = 'in_doubt' THEN credits",
    "state = 'in_doubt' AND at >= ? THEN credits",
    "state = 'in_doubt' AND at > ? THEN credits",
    "state = 'in_doubt' AND at <= ? AND credits > 0 THEN 1",
    "state IN ('sent', 'in_doubt', 'superseded') AND credits > 0 THEN 1",
    "state IN ('in_doubt', 'superseded') AND credits > 0 THEN 1",
    "state IN ('reserved', 'sent') AND caller = ? THEN credits",
    "state = 'in_doubt' AND at >= ? AND caller = ? THEN credits",
    "state = 'in_doubt' AND at > ? AND caller = ? THEN credits",
)
_QUERY = (
    f"SELECT {', '.join(f'COALESCE(SUM(CASE WHEN {each} END), 0)' for each in _SUMS)} FROM charge"  # noqa: S608
    " WHERE account = ? AND live = 1"
)


class Open(NamedTuple):
    """What is open on an account, in credits.

    Attributes:
        reserved, sent: by state.
        in_doubt: of whatever day.
        doubt_today: in doubt, and sent on this UTC day or a later one.
        doubt_young: in doubt, and so young that it may still be carried out.
        doubts: how many charges in doubt are past that.
        unanswered: how many charges with a credit are sent, in doubt or superseded.
        uneasy: how many of these are not just sent.
        mine: the caller's, reserved or sent.
        mine_doubt_today, mine_doubt_hour: the caller's, in doubt, of the UTC day and of the last hour.
    """

    reserved: int
    sent: int
    in_doubt: int
    doubt_today: int
    doubt_young: int
    doubts: int
    unanswered: int
    uneasy: int
    mine: int
    mine_doubt_today: int
    mine_doubt_hour: int

    @property
    def at_stake(self) -> int:
        """Credits in sendings that may still be carried out. What is asked for again is billed once at most."""
        return self.sent + self.doubt_young

    @property
    def today(self) -> int:
        """Credits that count against the UTC day."""
        return self.reserved + self.sent + self.doubt_today

    @property
    def ever(self) -> int:
        """Credits that count whenever they were sent."""
        return self.reserved + self.sent + self.in_doubt

    @property
    def mine_today(self) -> int:
        """The caller's part of :attr:`today`."""
        return self.mine + self.mine_doubt_today

    @property
    def mine_this_hour(self) -> int:
        """The caller's credits that count against the hour."""
        return self.mine + self.mine_doubt_hour


def open_now(c: Transaction, account: str, now: float) -> Open:
    """What is open at a moment."""
    return Open(*ask_open(c, account, now).fetchone())


def ask_open(c: Transaction, account: str, now: float, caller: str = "") -> Rows:
    """The row of an :class:`Open`.

    Args:
        c, account: where and whose.
        now: epoch seconds.
        caller: whose part is told apart.
    """
    day, hour, late = midnight(now), now - HOUR, now - LATE
    values = (day, late, late, caller, day, caller, hour, caller, account)
    return c.execute(_QUERY, values)
