"""Leases: what only one process of all that share the store may do at a time.

A lease is taken inside a transaction, so that taking it and reading what it protects are one step. Its holder needs
no heartbeat: the life given to it covers the work, and whoever dies in between is succeeded at its end.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..store import Transaction


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that is held.

    Attributes:
        name: of what.
        holder: by whom.
        generation: rises each time it is taken, so that a holder that was succeeded releases nothing.
    """

    name: str
    holder: str
    generation: int


def take(transaction: Transaction, name: str, holder: str, life: float) -> Lease | None:
    """Take a lease that is free, over, or one's own already.

    Args:
        transaction: a writing one.
        name: of what.
        holder: a name that no other process has.
        life: seconds after which others may take it.

    Returns:
        The lease; None when somebody else holds it.
    """
    now = transaction.now()
    row = transaction.execute(
        "INSERT INTO lease (name, holder, generation, expires) VALUES (?, ?, 1, ?) "
        "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, generation = lease.generation + 1, "
        "expires = excluded.expires "
        "WHERE lease.holder = excluded.holder OR lease.expires <= ? OR lease.expires > ? RETURNING generation",
        # An end further off than any life comes from a clock that was put back since.
        (name, holder, now + life, now, now + 2 * life),
    ).fetchone()
    return None if row is None else Lease(name, holder, int(row[0]))


def held_by_another(transaction: Transaction, name: str, holder: str, life: float) -> bool:
    """Whether :func:`take` would be in vain now."""
    now = transaction.now()
    row = transaction.execute("SELECT holder, expires FROM lease WHERE name = ?", (name,)).fetchone()
    return row is not None and row[0] != holder and now < row[1] <= now + 2 * life


def release(transaction: Transaction, lease: Lease) -> bool:
    """Let a lease go.

    Returns:
        Whether it was still held; not when somebody has taken it over.
    """
    return (
        transaction.execute(
            "UPDATE lease SET expires = 0 WHERE name = ? AND holder = ? AND generation = ?",
            (lease.name, lease.holder, lease.generation),
        ).rowcount
        > 0
    )
