"""Tables that processes coordinate by: the state of each rate lane, and leases."""

from __future__ import annotations

TABLES: tuple[str, ...] = (
    # One row per account, generation and rate class: what was reserved and learnt, as JSON of our own.
    "CREATE TABLE rate (name TEXT PRIMARY KEY, state TEXT NOT NULL)",
    # Who may do a thing that only one process may do at a time; a lease past its end is free for the next.
    """CREATE TABLE lease (
        name TEXT PRIMARY KEY,
        holder TEXT,
        generation INTEGER,
        expires REAL
    )""",
)
