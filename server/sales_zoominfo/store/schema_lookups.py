"""Table of what ZoomInfo tells of an account and seldom changes: taxonomies and field rights. No records, no people."""

from __future__ import annotations

TABLES: tuple[str, ...] = (
    # `name`: the API generation and the list; `body`: compressed JSON; `at`: when ZoomInfo told it, epoch seconds.
    """CREATE TABLE kept_list (
        account TEXT NOT NULL,
        name TEXT NOT NULL,
        at REAL NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (account, name)
    )""",
)
