"""Tables of the audit, and the index that its reports need."""

from __future__ import annotations

TABLES: tuple[str, ...] = (
    # One row for each call that reached the gate; digest chains it to the row before.
    """CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        account TEXT NOT NULL,
        caller TEXT NOT NULL,
        operation TEXT NOT NULL,
        entity TEXT,
        generation TEXT,
        result TEXT NOT NULL,
        credits INTEGER NOT NULL,
        records INTEGER NOT NULL,
        reserved INTEGER NOT NULL,
        call_id TEXT NOT NULL,
        job TEXT,
        note TEXT NOT NULL,
        previous BLOB NOT NULL,
        digest BLOB NOT NULL
    )""",
    "CREATE INDEX audit_at ON audit (at)",
    # Where the chain begins and ends, under a seal; one row.
    """CREATE TABLE audit_head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        chain TEXT NOT NULL,
        base_seq INTEGER NOT NULL,
        base_digest BLOB NOT NULL,
        seq INTEGER NOT NULL,
        digest BLOB NOT NULL,
        seal BLOB NOT NULL
    )""",
    # What lapses when is counted over all purchases.
    "CREATE INDEX purchase_lapse ON purchase (account, entity, bought_at)",
)
