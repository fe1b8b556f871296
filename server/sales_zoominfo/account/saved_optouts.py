"""Forgetting the rows of saved searches that belong to people and companies on the opt-out list."""

# Only our own constants are put into the SQL.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..store.base import Store, Transaction

LANE = "saved"


async def drop_opted_out(store: Store, clock: Callable[[], float] | None = None) -> int:
    """Forget the rows of people and companies that are on the opt-out list, after it has grown.

    Args:
        store: holds both.
        clock: Unix seconds, None for the database's.

    Returns:
        How many went.
    """

    def any_row(transaction: Transaction) -> bool:
        return transaction.execute("SELECT 1 FROM saved_row LIMIT 1").fetchone() is not None

    def job(transaction: Transaction) -> int:
        return drop_listed(transaction, transaction.now() if clock is None else clock())

    return await store.write(job, lane=LANE) if await store.read(any_row) else 0


def drop_listed(transaction: Transaction, now: float, search: str | None = None) -> int:
    """:func:`drop_opted_out` within a transaction, perhaps of one search alone."""
    own = "SELECT 1 FROM opt_out o WHERE o.digest = saved_row."
    alias = "SELECT 1 FROM opt_out_alias a JOIN opt_out o ON o.id = a.opt_out WHERE a.digest = saved_row."
    where, values = ("", ()) if search is None else ("search = ? AND ", (search,))
    gone = 0
    for column in ("person", "company"):
        for listed in (own, alias):
            # Row by row, since the list may be far longer than what was seen.
            sql = (
                f"DELETE FROM saved_row WHERE {where}{column} IS NOT NULL AND EXISTS ({listed}{column} "
                "AND o.from_at <= ? AND (o.until_at IS NULL OR o.until_at > ?))"
            )
            gone += transaction.execute(sql, (*values, now, now)).rowcount
    return gone
