"""Tables of saved searches. Names, filters and ids are encrypted; digests are keyed."""

from __future__ import annotations

TABLES: tuple[str, ...] = (
    # A search of an account. `run` is the number of its last run, 0 before the first; a search that is defined anew
    # gets a new id, so that a run of the old one that is still under way finds nothing to write to.
    """CREATE TABLE saved_search (
        id TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        name_digest BLOB NOT NULL,
        subject TEXT NOT NULL,
        sealed BLOB NOT NULL,
        run INTEGER NOT NULL,
        made_at REAL NOT NULL,
        UNIQUE (account, name_digest)
    )""",
    """CREATE TABLE saved_run (
        search TEXT NOT NULL,
        run INTEGER NOT NULL,
        at REAL NOT NULL,
        generation TEXT NOT NULL,
        total INTEGER NOT NULL,
        compared INTEGER NOT NULL,
        complete INTEGER NOT NULL,
        fresh INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        gone INTEGER NOT NULL,
        PRIMARY KEY (search, run)
    )""",
    # A row that a run has seen: since which run it is there, and the run that missed it. `person` and `company` are
    # the digests that the opt-out list keeps of these ids.
    """CREATE TABLE saved_row (
        search TEXT NOT NULL,
        digest BLOB NOT NULL,
        since_run INTEGER NOT NULL,
        gone_run INTEGER,
        person BLOB,
        company BLOB,
        sealed BLOB NOT NULL,
        PRIMARY KEY (search, digest)
    )""",
)
