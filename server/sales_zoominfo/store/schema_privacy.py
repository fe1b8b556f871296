"""Tables of the vault, the opt-out list and the local copies. Digests are keyed, values are encrypted."""

from __future__ import annotations

TABLES: tuple[str, ...] = (
    """CREATE TABLE vault_key (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        fingerprint BLOB NOT NULL,
        made_at REAL NOT NULL
    )""",
    # An entry of the list. `place` tells whose ids an id is: the sandbox's are not ZoomInfo's.
    """CREATE TABLE opt_out (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('email', 'domain', 'phone', 'person', 'company')),
        digest BLOB NOT NULL UNIQUE,
        place TEXT NOT NULL,
        sealed BLOB NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('own', 'zoominfo')),
        permanent INTEGER NOT NULL,
        from_at REAL NOT NULL,
        until_at REAL,
        added_at REAL NOT NULL
    )""",
    # Other digests that an entry is found by: the ids that it was resolved to, other spellings of a number.
    """CREATE TABLE opt_out_alias (
        digest BLOB NOT NULL,
        opt_out INTEGER NOT NULL,
        PRIMARY KEY (digest, opt_out)
    )""",
    "CREATE INDEX opt_out_alias_owner ON opt_out_alias (opt_out)",
    # The hashes that ZoomInfo takes in place of an e-mail address; 63 bits of the digest of each.
    """CREATE TABLE opt_out_hash (
        id INTEGER PRIMARY KEY,
        opt_out INTEGER NOT NULL
    )""",
    # When an entry was last looked for among the records of a place, and how many it stands for there.
    """CREATE TABLE opt_out_lookup (
        place TEXT NOT NULL,
        opt_out INTEGER NOT NULL,
        found INTEGER NOT NULL,
        tried_at REAL NOT NULL,
        PRIMARY KEY (place, opt_out)
    )""",
    "CREATE INDEX opt_out_lookup_due ON opt_out_lookup (place, found, tried_at)",
    # Up to which number every entry has been looked for at a place.
    """CREATE TABLE opt_out_progress (
        place TEXT PRIMARY KEY,
        upto INTEGER NOT NULL
    )""",
    # Local copies of bought records, where they are switched on.
    """CREATE TABLE kept_record (
        digest BLOB PRIMARY KEY,
        sealed BLOB NOT NULL,
        at REAL NOT NULL
    )""",
    "CREATE INDEX kept_record_at ON kept_record (at)",
)

# A step of its own: companies among a million people are found without reading through them.
INDEXES: tuple[str, ...] = ("CREATE INDEX opt_out_companies ON opt_out (id) WHERE kind IN ('company', 'domain')",)
