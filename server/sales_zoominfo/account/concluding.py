"""What an answer, or a free reading, says about charges: which are counted, and what was bought.

All functions run inside a transaction of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..store import Rows, Transaction
from ..zoominfo.operations import Entity
from . import tally
from .charges import (
    NOTE_MATCH,
    PUT_PURCHASE,
    Charge,
    all_own,
    charges_where,
    close_charge,
    doubts_of,
    insert,
    marks,
    midnight,
    own_charges,
    purchase_of,
    purchases_of,
    put_purchase,
    release_charge,
    restore_replaced,
    unlink,
    unsettled,
)
from .ledger_types import DAY, RACE, SLACK, TERM, Outcome, Purchase, Reservation
from .match_key import canonical_id
from .standing import Fall
from .under_way import LATE


class Answered(NamedTuple):
    """What has been asked about a call whose answer came: its charges, and whether anything is in doubt."""

    own: Rows
    uneasy: Rows


def settle_all(
    c: Transaction, account: str, reservation: Reservation, asked: Answered, outcomes: Sequence[Outcome], now: float
) -> int:
    """Record what ZoomInfo answered to inputs of a call; returns the credits that count as spent by them."""
    told = {outcome.index: outcome for outcome in outcomes}
    order = sorted(told)
    if asked.uneasy.fetchone() is None:
        rows = all_own(asked.own, reservation, order)
        same_day = all(row.at >= midnight(now) for row in rows)
        if same_day and (spent := _settle_plainly(c, account, rows, told, reservation.mapped, now)) is not None:
            return spent
    return sum(_settle(c, account, row, told[row.idx], now) for row in own_charges(c, account, reservation, order))


def _settle_plainly(
    c: Transaction,
    account: str,
    rows: Sequence[Charge],
    told: Mapping[int, Outcome],
    mapped: frozenset[int],
    now: float,
) -> int | None:
    """:meth:`_settle` for many charges at once, where none of them bears on another; None where one may."""
    entity = rows[0].entity if rows else "contact"
    records: dict[int, str] = {}
    for row in rows:
        outcome = told[row.idx]
        if row.state not in ("reserved", "sent") or outcome.confirmed_at is not None:
            return None
        if outcome.matched and outcome.zi_id is not None:
            records[row.id] = canonical_id(outcome.zi_id)
    if len(set(records.values())) < len(records):
        return None
    # Of one call, so all were sent at about the same time.
    known = purchases_of(c, account, entity, set(records.values()), max((row.at for row in rows), default=now))
    closed: dict[tuple[str, int | None], list[int]] = {}
    spent: list[tuple[Charge, int]] = []
    named: list[tuple[str, int]] = []
    matches: dict[bytes, tuple[object, ...]] = {}
    bought: list[tuple[object, ...]] = []
    for row in rows:
        outcome, record = told[row.idx], records.get(row.id)
        if not outcome.matched:
            closed.setdefault(("released", 0 if row.credits else None), []).append(row.id)
            continue
        earlier = known.get(record or "")
        pays = _pays(row, outcome.charged, None, earlier)
        if pays and not row.credits:
            return None
        # What stays as it is, is not written: there are indexes over it.
        credits = None if row.credits == int(pays) else int(pays)
        closed.setdefault(("spent" if pays else "free", credits), []).append(row.id)
        if pays:
            spent.append((row, 1))
        if record is None:
            continue
        if record != row.zi_id:
            named.append((record, row.id))
        # Random keys fall on as many pages as there are rows, so what is known is not written again.
        if row.key is not None and (record != row.zi_id or row.idx not in mapped):
            matches[row.key] = (account, entity, row.key, record, now)
        if pays:
            date, confirmed = row.at, outcome.charged is True
            if outcome.charged is None and earlier is not None:
                date, confirmed = earlier.bought_at, earlier.confirmed
            bought.append((account, entity, record, date, int(confirmed), row.caller, row.call_id))
    for (state, credits), ids in closed.items():
        change, values = ("", ()) if credits is None else (", credits = ?", (credits,))
        c.execute(
            f"UPDATE charge SET state = ?, live = 0{change} WHERE id IN ({marks(ids)})",  # noqa: S608
            (state, *values, *ids),
        )
    if named:
        c.executemany("UPDATE charge SET zi_id = ? WHERE id = ?", named)
    if matches:
        insert(c, NOTE_MATCH, list(matches.values()))
    if bought:
        insert(c, PUT_PURCHASE, bought)
    tally.add(c, account, spent)
    return len(spent)


def _settle(c: Transaction, account: str, row: Charge, outcome: Outcome, now: float) -> int:
    if row.state in ("spent", "free"):
        return 0
    if not outcome.matched:
        release_charge(c, row)
        return 0
    record = None if outcome.zi_id is None else canonical_id(outcome.zi_id)
    told = outcome.confirmed_at
    if told is not None:
        told = min(told, now) if told > row.at - TERM else None
    known = None if record is None else purchase_of(c, account, row.entity, record, row.at)
    pays = _pays(row, outcome.charged, told, known)
    if pays and record is not None and outcome.charged is None and _later(c, account, row, record, told):
        return _leave(c, account, row, record, now)
    _count(c, account, row, record, pays)
    if record is None:
        if pays:
            c.execute("UPDATE charge SET credits = 0 WHERE superseded_by = ? AND state = 'superseded'", (row.id,))
    else:
        _note_match(c, account, row, record, now)
        if pays:
            _note_bought(c, account, row, record, outcome.charged, told, known)
        else:
            _note_owned(c, account, row, record, told, known)
    restore_replaced(c, row)  # what it superseded and this answer does not explain
    return int(pays)


def _later(c: Transaction, account: str, row: Charge, record: str, told: float | None) -> bool:
    """Whether a charge that was sent on a later day, and is still open, may have bought the record instead."""
    if row.state == "released":
        return False
    tomorrow = midnight(row.at) + DAY
    return any(
        other.state in ("sent", "in_doubt", "superseded") and other.credits and other.at >= tomorrow
        for other in unsettled(c, account, row.entity, record, row.key)
        if told is None or told >= other.at - SLACK
    )


def _leave(c: Transaction, account: str, row: Charge, record: str, now: float) -> int:
    """Keep a matched charge open, so that neither day is given back a credit that it may have cost."""
    _note_match(c, account, row, record, now)
    c.execute(
        "UPDATE charge SET zi_id = ?, state = CASE WHEN state = 'superseded' THEN state ELSE 'in_doubt' END"
        " WHERE id = ?",
        (record, row.id),
    )
    return 0 if row.state == "superseded" else row.credits


def _note_match(c: Transaction, account: str, row: Charge, record: str, now: float) -> None:
    if row.key is not None:
        insert(c, NOTE_MATCH, [(account, row.entity, row.key, record, now)])


def _note_bought(
    c: Transaction,
    account: str,
    row: Charge,
    record: str,
    charged: bool | None,
    told: float | None,
    known: Purchase | None,
) -> None:
    """Record the purchase of a charge that counts as the buyer."""
    doubts = doubts_of(c, account, row.entity, record, row.key, row.at)
    _resolve_doubts(c, account, doubts, None)
    date, confirmed = row.at, charged is True
    if told is not None and told >= row.at - SLACK:
        date, confirmed = told, True
    elif charged is None and known is not None:
        date, confirmed = known.bought_at, known.confirmed
    elif charged is None:
        # A charge in doubt may have been the buyer, and the earlier date lapses first.
        date = min([row.at, *(doubt.at for doubt in doubts)])
    put_purchase(c, account, Purchase(row.entity, record, date, confirmed, row.caller, row.call_id))


def _note_owned(
    c: Transaction, account: str, row: Charge, record: str, told: float | None, known: Purchase | None
) -> None:
    """Record what a free match tells about who had bought it."""
    if known is not None and known.call_id is not None:
        paid_before = None
    elif told is not None:
        paid_before = told
    else:
        paid_before = row.at if known is None else known.bought_at
    doubts = doubts_of(c, account, row.entity, record, row.key, row.at)
    payer = _resolve_doubts(c, account, doubts, paid_before)
    if told is not None:
        known = _with_date(row.entity, record, known, told)
    elif known is None and payer is not None:
        known = Purchase(row.entity, record, min(doubt.at for doubt in doubts), False)
    if known is None:
        return
    if payer is not None:
        known = replace(known, caller=payer.caller, call_id=payer.call_id)
    put_purchase(c, account, known)


def _count(c: Transaction, account: str, row: Charge, record: str | None, pays: bool) -> None:
    """Close a matched charge, and take its credit from the charges that stood for the same purchase."""
    unlink(c, row)
    c.execute(
        "UPDATE charge SET state = ?, credits = ?, live = 0, zi_id = COALESCE(?, zi_id) WHERE id = ?",
        ("spent" if pays else "free", int(pays), record, row.id),
    )
    if not pays:
        return
    tally.add(c, account, [(row, 1)])
    heir = row.superseded_by if row.state == "superseded" else None
    while heir is not None:  # its late answer came: whatever replaced it is a repeat, hence free
        (newer,) = charges_where(c, "id = ?", heir)
        if newer.state in ("reserved", "sent"):
            c.execute("UPDATE charge SET credits = 0 WHERE id = ?", (newer.id,))
        heir = newer.superseded_by if newer.state == "superseded" else None
    if not row.credits:
        for twin in unsettled(c, account, row.entity, record, row.key):
            if twin.reservation == row.reservation and twin.state in ("reserved", "sent"):
                c.execute("UPDATE charge SET credits = 0 WHERE id = ?", (twin.id,))


def _resolve_doubts(c: Transaction, account: str, doubts: Sequence[Charge], paid_before: float | None) -> Charge | None:
    """Close the charges in doubt of a record that is known to be owned.

    ``paid_before`` is its purchase date, None when another charge of ours has been counted for it. If a
    charge in doubt may have been the buyer, the latest one is counted and returned.
    """
    suspects = [] if paid_before is None else [row for row in doubts if paid_before >= row.at - SLACK]
    payer = max(suspects, key=lambda row: (row.at, row.id), default=None)
    for row in doubts:
        if payer is not None and row.id == payer.id:
            _spend_charge(c, account, row, 1)
        else:
            close_charge(c, row.id, "released", 0)
    for row in doubts:
        restore_replaced(c, row)  # what it stood for in an earlier term
    return payer


def confirm(c: Transaction, account: str, entity: Entity, record: str, purchased_at: float, now: float) -> None:
    """Take note of a purchase date that ZoomInfo told outside a spending call."""
    if purchased_at <= now - TERM:
        return
    known = purchase_of(c, account, entity, record, now)
    told = min(purchased_at, now)
    put_purchase(c, account, _with_date(entity, record, known, told))
    doubts = doubts_of(c, account, entity, record, None, told)
    if known is None or known.call_id is None:
        payer = _resolve_doubts(c, account, doubts, told)
        if payer is not None:
            put_purchase(c, account, Purchase(entity, record, told, True, payer.caller, payer.call_id))
    else:
        _resolve_doubts(c, account, doubts, None)


def deny(c: Transaction, account: str, entity: Entity, record: str, asked_at: float) -> None:
    """Take note that a record is not under management; see :meth:`.ledger.Ledger.note_management`."""
    before = asked_at - LATE
    for row in doubts_of(c, account, entity, record, None, asked_at):
        if row.state == "in_doubt" and row.at <= before:
            release_charge(c, row)
    c.execute(
        "DELETE FROM purchase WHERE account = ? AND entity = ? AND zi_id = ?"
        " AND ((confirmed = 0 AND bought_at <= ?) OR bought_at <= ?)",
        (account, entity, record, before, asked_at - SLACK),
    )


def close_by_fall(c: Transaction, account: str, fall: Fall) -> int:
    """Close all charges in doubt by the fall of the account's figure; returns the credits that it counts."""
    billed = 0
    # Releasing one puts what it had superseded in doubt again.
    while rows := charges_where(c, "account = ? AND state = 'in_doubt' AND live = 1 AND credits > 0", account):
        # Which of them it was is not known, so none is recorded as owned: asking again is free at worst.
        # The latest count, so that no day's budget is given back what that day has cost.
        for row in sorted(rows, key=lambda row: (row.at, row.id), reverse=True):
            if billed < fall.unexplained(midnight(row.at)):
                billed += row.credits
                _spend_charge(c, account, row, row.credits)
            else:
                release_charge(c, row)
    # What a counted one had superseded stood for the same purchase.
    while c.execute(
        "UPDATE charge SET state = 'released', credits = 0, live = 0 WHERE account = ? AND live = 1"
        " AND state = 'superseded' AND superseded_by IN"
        " (SELECT heir.id FROM charge AS heir WHERE heir.account = ? AND heir.live = 0)",
        (account, account),
    ).rowcount:
        pass
    return billed


def _spend_charge(c: Transaction, account: str, row: Charge, credits: int) -> None:
    """Count a charge as spent for good."""
    close_charge(c, row.id, "spent", credits)
    tally.add(c, account, [(row, credits)])


def _pays(row: Charge, charged: bool | None, told: float | None, known: Purchase | None) -> bool:
    """Whether a matched charge counts as the buyer of its record."""
    if charged is not None:
        return charged
    if told is not None and told < row.at - SLACK:
        return False
    if known is None:
        return True
    if not known.confirmed:
        # Made while this call was on its way it is this purchase; else it may have lapsed.
        return row.credits > 0 and known.bought_at < row.at - RACE
    # A purchase that nobody of ours made, dated about now and learnt during the call, is this call's.
    ours = known.call_id is not None
    return not (ours or known.bought_at < row.at - SLACK or row.credits == 0)


def _with_date(entity: Entity, zi_id: str, known: Purchase | None, told: float) -> Purchase:
    """A known purchase with the date that ZoomInfo tells; the later one if both are ZoomInfo's."""
    if known is None:
        return Purchase(entity, zi_id, told, True)
    date = max(told, known.bought_at) if known.confirmed else told
    return Purchase(entity, zi_id, date, True, known.caller, known.call_id)
