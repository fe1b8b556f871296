"""The ledger's rows: charges and their states, what inputs have matched, and what is under management.

All functions run inside a transaction of the ledger. What is asked before the first answer is read travels to a server
in one message, hence the functions that only ask.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..store import Rows, Transaction
from ..zoominfo.operations import Entity
from .ledger_types import DAY, SAME_TERM, TERM, Purchase, Reservation


class Charge(NamedTuple):
    """A row of table charge."""

    id: int
    reservation: str
    idx: int
    caller: str
    call_id: str
    entity: Entity
    key: bytes | None
    zi_id: str | None
    credits: int
    state: str
    at: float
    superseded_by: int | None
    job: str | None


_CHARGE = "id, reservation, idx, caller, call_id, entity, key, zi_id, credits, state, at, superseded_by, job"


class Insert(NamedTuple):
    """How rows are inserted.

    Attributes:
        into: the table and its columns.
        row: what stands for a row, with a ``?`` for each of its values.
        over: what happens to those that are there; no two rows of one statement may be the same one then.
    """

    into: str
    row: str
    over: str = ""


PUT_CHARGE = Insert(
    "charge (account, reservation, idx, caller, call_id, operation, entity, key, zi_id, credits, reserved_at, at, job,"
    " state, live)",
    "(?,?,?,?,?,?,?,?,?,?,?,?,?,'reserved',1)",
)
NOTE_MATCH = Insert(
    "match_key (account, entity, key, zi_id, seen_at)",
    "(?,?,?,?,?)",
    "ON CONFLICT (account, entity, key) DO UPDATE SET zi_id = excluded.zi_id, seen_at = excluded.seen_at",
)
PUT_PURCHASE = Insert(
    "purchase (account, entity, zi_id, bought_at, confirmed, caller, call_id)",
    "(?,?,?,?,?,?,?)",
    "ON CONFLICT (account, entity, zi_id) DO UPDATE SET bought_at = excluded.bought_at,"
    " confirmed = excluded.confirmed, caller = excluded.caller, call_id = excluded.call_id",
)
# Rows of one statement; a call has no more.
_AT_ONCE = 100


def insert(c: Transaction, what: Insert, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows, many by one statement, which takes both databases half as long as one by one."""
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        c.execute(
            f"INSERT INTO {what.into} VALUES {','.join([what.row] * len(part))} {what.over}",  # noqa: S608
            [value for row in part for value in row],
        )


def marks(values: Collection[object]) -> str:
    """As many ``?`` as there are values."""
    return ",".join("?" * len(values))


def midnight(now: float) -> float:
    """The beginning of a moment's UTC day."""
    return now // DAY * DAY


def end_of_yesterday(now: float) -> float:
    """The last moment of yesterday."""
    return math.nextafter(midnight(now), 0.0)


def charges_where(c: Transaction, where: str, *values: object) -> list[Charge]:
    """The charges that a condition of this package holds for."""
    # ``where`` is a constant of this module; every value is bound.
    return [Charge(*row) for row in ask_charges(c, where, *values)]


def ask_charges(c: Transaction, where: str, *values: object) -> Rows:
    """:func:`charges_where`, not read yet."""
    return c.execute(f"SELECT {_CHARGE} FROM charge WHERE {where}", values)  # noqa: S608


def close_charge(c: Transaction, charge: int, state: str, credits: int) -> None:
    """Give a charge its last state, with the credits that it counts for good; spent ones also go into the tally."""
    c.execute("UPDATE charge SET state = ?, credits = ?, live = 0 WHERE id = ?", (state, credits, charge))


def unlink(c: Transaction, row: Charge) -> None:
    """Let the charge that ``row`` supersedes be superseded by ``row``'s own successor, if it has one."""
    if row.state == "superseded":
        c.execute(
            "UPDATE charge SET superseded_by = ? WHERE superseded_by = ? AND state = 'superseded'",
            (row.superseded_by, row.id),
        )


def release_charge(c: Transaction, row: Charge) -> None:
    """Free a charge that was not billed; what it superseded is in doubt again."""
    if row.state not in ("reserved", "sent", "in_doubt", "superseded"):
        return
    unlink(c, row)
    restore_replaced(c, row)
    close_charge(c, row.id, "released", 0)


def restore_replaced(c: Transaction, row: Charge) -> None:
    """Put in doubt again what ``row`` had superseded."""
    c.execute(
        "UPDATE charge SET state = 'in_doubt', superseded_by = NULL WHERE superseded_by = ? AND state = 'superseded'",
        (row.id,),
    )


def own_charges(c: Transaction, account: str, reservation: Reservation, indexes: Sequence[int]) -> Iterator[Charge]:
    """The charges of a call, each read when it is its turn: settling one may change the next."""
    for index in indexes:
        rows = charges_where(c, "reservation = ? AND idx = ? AND account = ?", reservation.id, index, account)
        if not rows:
            raise ValueError(f"reservation {reservation.id} of this account has no input {index}")
        yield rows[0]


def ask_own(c: Transaction, account: str, reservation: Reservation) -> Rows:
    """The charges of a call, for :func:`all_own`."""
    return c.execute(
        "SELECT id, idx, key, zi_id, credits, state, at, superseded_by FROM charge"
        " WHERE reservation = ? AND account = ?",
        (reservation.id, account),
    )


def all_own(asked: Rows, reservation: Reservation, indexes: Sequence[int]) -> list[Charge]:
    """The charges of a call as they are now, in the order of the indexes."""
    # What all have in common is known, so it was not read 25 times.
    call, entity, who = reservation.id, reservation.entity, reservation.caller
    found = {
        idx: Charge(
            id, call, idx, who.name, who.call_id, entity, key, zi_id, credits, state, at, superseded_by, who.job
        )
        for id, idx, key, zi_id, credits, state, at, superseded_by in asked
    }
    for index in indexes:
        if index not in found:
            raise ValueError(f"reservation {reservation.id} of this account has no input {index}")
    return [found[index] for index in indexes]


class Sums(NamedTuple):
    """What some charges of a call come to.

    Attributes:
        charges: how many there are.
        reserved, sent: how many of them are in these states.
        credits: of all.
        stake: of those that are reserved.
        at: the latest of their moments, epoch seconds.
    """

    charges: int
    reserved: int
    sent: int
    credits: int
    stake: int
    at: float


def _these(reservation: Reservation, indexes: Sequence[int]) -> tuple[str, tuple[object, ...]]:
    """The condition on charges of a call with these indexes, which nearly always are all; and its values."""
    if len(set(indexes)) == len(reservation.estimate.items):
        return "reservation = ?", (reservation.id,)
    return f"reservation = ? AND idx IN ({marks(indexes)})", (reservation.id, *indexes)


def ask_sums(c: Transaction, account: str, reservation: Reservation, indexes: Sequence[int]) -> Rows:
    """The row of :class:`Sums`, for :func:`sums_of`."""
    these, values = _these(reservation, indexes)
    return c.execute(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'reserved' THEN 1 END), 0),"  # noqa: S608 - only marks put in
        " COALESCE(SUM(CASE WHEN state = 'sent' THEN 1 END), 0), COALESCE(SUM(credits), 0),"
        " COALESCE(SUM(CASE WHEN state = 'reserved' THEN credits END), 0), COALESCE(MAX(at), 0)"
        f" FROM charge WHERE {these} AND account = ?",
        (*values, account),
    )


def sums_of(asked: Rows, reservation: Reservation, indexes: Sequence[int]) -> Sums:
    """What the charges of a call with these indexes come to."""
    sums = Sums(*asked.fetchone())
    if sums.charges < len(set(indexes)):
        raise ValueError(f"reservation {reservation.id} of this account has not all of the inputs {list(indexes)}")
    return sums


def mark_charges(
    c: Transaction, reservation: Reservation, indexes: Sequence[int], change: str, *values: object
) -> None:
    """Change the charges of a call with these indexes."""
    these, own = _these(reservation, indexes)
    # ``change`` is a constant of this package; every value is bound.
    c.execute(f"UPDATE charge SET {change} WHERE {these}", (*values, *own))  # noqa: S608


def unsettled(c: Transaction, account: str, entity: Entity, zi_id: str | None, key: bytes | None) -> list[Charge]:
    """Live charges of one record, by its id, by one input, and by the inputs that have matched it."""
    scope = "account = ? AND entity = ? AND live = 1 AND "
    found: dict[int, Charge] = {}
    if key is not None:
        found |= {row.id: row for row in charges_where(c, scope + "key = ?", account, entity, key)}
    if zi_id is not None:
        found |= {row.id: row for row in charges_where(c, scope + "zi_id = ?", account, entity, zi_id)}
        for (other,) in c.execute(
            "SELECT key FROM match_key WHERE account = ? AND entity = ? AND zi_id = ?",
            (account, entity, zi_id),
        ).fetchall():
            found |= {row.id: row for row in charges_where(c, scope + "key = ?", account, entity, other)}
    return list(found.values())


def doubts_of(c: Transaction, account: str, entity: Entity, zi_id: str, key: bytes | None, at: float) -> list[Charge]:
    """The charges of a record that may have been billed for the term of a moment, without an answer that says so."""
    live = unsettled(c, account, entity, zi_id, key)
    since = at - SAME_TERM
    return [row for row in live if row.state in ("in_doubt", "superseded") and row.credits and row.at > since]


def ask_uneasy(c: Transaction, account: str) -> Rows:
    """A row where the account has a credit in doubt, or one that another charge has taken the place of."""
    return c.execute(
        "SELECT 1 FROM charge WHERE account = ? AND live = 1 AND state IN ('in_doubt', 'superseded') AND credits > 0"
        " LIMIT 1",
        (account,),
    )


def ask_matches(c: Transaction, account: str, entity: Entity, keys: Collection[bytes]) -> Iterable[tuple[bytes, str]]:
    """The record that each input has matched, where it has."""
    if not keys:
        return ()
    return c.execute(
        "SELECT key, zi_id FROM match_key WHERE account = ? AND entity = ?"  # noqa: S608 - only marks are put in
        f" AND key IN ({marks(keys)})",
        (account, entity, *keys),
    )


def purchases_of(
    c: Transaction, account: str, entity: Entity, records: Collection[str], now: float
) -> dict[str, Purchase]:
    """Which of some records are under management."""
    if not records:
        return {}
    # No condition on the date: SQLite would walk through all that is under management by it.
    rows = c.execute(
        "SELECT zi_id, bought_at, confirmed, caller, call_id FROM purchase"  # noqa: S608 - only marks are put in
        f" WHERE account = ? AND entity = ? AND zi_id IN ({marks(records)})",
        (account, entity, *records),
    )
    lapsed = now - TERM
    return {row[0]: Purchase(entity, row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows if row[1] > lapsed}


def purchase_of(c: Transaction, account: str, entity: Entity, zi_id: str, now: float) -> Purchase | None:
    """The purchase of one record, when it is under management."""
    return purchases_of(c, account, entity, [zi_id], now).get(zi_id)


def put_purchase(c: Transaction, account: str, purchase: Purchase) -> None:
    """Write a purchase, in place of what was known of the record."""
    row = (
        *(account, purchase.entity, purchase.zi_id, purchase.bought_at),
        *(int(purchase.confirmed), purchase.caller, purchase.call_id),
    )
    insert(c, PUT_PURCHASE, [row])
