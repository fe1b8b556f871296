"""What a call costs at most, by what the ledger knows of each input.

All functions that take a transaction run inside one of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..store import Transaction
from ..zoominfo.operations import Entity
from .charges import Charge, ask_matches, purchases_of, unsettled
from .ledger_types import ASSUMED, NEW, OWNED, SAME_TERM, Caller, Estimate, Item


class Asked(NamedTuple):
    """An input as the database knows it: the HMAC of what it identifies, the id that it names, its constraints."""

    key: bytes | None
    own: str
    constraints: tuple[tuple[str, str], ...]


class Line(NamedTuple):
    """An item with what the database needs of it; ``mapped`` when its input leads to the item's record already."""

    item: Item
    key: bytes | None
    mapped: bool


def matches_of(c: Transaction, account: str, entity: Entity, asked: Sequence[Asked]) -> Iterable[tuple[bytes, str]]:
    """What inputs have matched, for :func:`lines_of`."""
    return ask_matches(c, account, entity, {each.key for each in asked if each.key is not None})


def lines_of(
    c: Transaction,
    account: str,
    entity: Entity,
    asked: Sequence[Asked],
    matches: Iterable[tuple[bytes, str]],
    now: float,
) -> list[Line]:
    """What each input costs at most, in the order of the call."""
    # An input is asked for by the record under management that it has matched before, or by the id that it names:
    # an address can come to mean somebody else.
    matched = {bytes(key): record for key, record in matches}
    owned = purchases_of(c, account, entity, {*matched.values(), *(each.own for each in asked if each.own)}, now)
    first: dict[object, int] = {}  # where an input or a record first appears in the call
    lines: list[Line] = []
    for index, (key, own, limits) in enumerate(asked):
        earlier = None if key is None else matched.get(key)
        record = next((each for each in (earlier, own) if each and each in owned), own or None)
        purchase = owned.get(record or "")
        same: object = record or (key, limits)
        twin = first.setdefault(same, index) if key else index
        if twin != index:
            item = Item(0, f"duplicate of input {twin}", record, True, twin)
        elif purchase is None:
            item = Item(1, NEW, record)
        elif purchase.confirmed:
            item = Item(0, OWNED, record, True)
        else:
            # It may have been a colleague's, of unknown date, and have lapsed since.
            item = Item(1, ASSUMED, record)
        lines.append(Line(item, key, item.zi_id is not None and item.zi_id == (earlier or own)))
    return lines


def doubt_to_supersede(
    c: Transaction, account: str, caller: Caller, entity: Entity, line: Line, now: float
) -> Charge | None:
    """The caller's own charge in doubt that asking again resolves: of the two at most one is billed."""
    if not line.item.credits:
        return None
    doubts = [
        row
        for row in unsettled(c, account, entity, line.item.zi_id, line.key)
        if row.state == "in_doubt" and row.credits and row.caller == caller.name and row.at > now - SAME_TERM
    ]
    return max(doubts, key=lambda row: (row.at, row.id), default=None)


def sum_up(entity: Entity, lines: Sequence[Line]) -> Estimate:
    """The estimate of a whole call."""
    items = tuple(line.item for line in lines)
    credits = sum(item.credits for item in items)
    new = sum(item.why == NEW for item in items)
    assumed = sum(item.why == ASSUMED for item in items)
    if not new and not assumed:
        return Estimate(credits, True, "exact: ZoomInfo has confirmed the purchases", items)
    parts: list[str] = []
    if new:
        noun = "person" if entity == "contact" else "company"
        parts.append(
            f"{_plural(new, 'one input is', '{} inputs are')} new here; free where a colleague has bought the {noun}"
            " or nothing matches"
        )
    if assumed:
        parts.append(
            f"{_plural(assumed, 'one record', '{} records')} came with an earlier call, but ZoomInfo has not"
            " confirmed the purchase"
        )
    return Estimate(credits, False, "upper bound: " + "; ".join(parts), items)


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count)
