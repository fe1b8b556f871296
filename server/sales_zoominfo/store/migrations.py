"""The schema, as an ordered list of steps. Step *n* leads from ``user_version`` *n* to *n + 1*.

A step that has shipped is never edited; a change is a new step at the end. Each step is a tuple of single
statements, because ``executescript`` would commit the transaction that the steps run in.
"""

from __future__ import annotations

from . import (
    schema_audit,
    schema_jobs,
    schema_ledger,
    schema_limits,
    schema_lookups,
    schema_privacy,
    schema_saved,
    schema_tokens,
)

# "szoo": tells our file from another program's database.
APPLICATION_ID = 0x737A6F6F

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # Real accounts that this machine has used; the sandbox is never among them.
        """CREATE TABLE account (
            name TEXT NOT NULL,
            generation TEXT NOT NULL,
            first_seen REAL NOT NULL,
            PRIMARY KEY (name, generation)
        ) WITHOUT ROWID""",
        # What is under management: bought when, and when known by whom and for which call.
        """CREATE TABLE purchase (
            account TEXT NOT NULL,
            entity TEXT NOT NULL,
            zi_id TEXT NOT NULL,
            bought_at REAL NOT NULL,
            confirmed INTEGER NOT NULL,
            caller TEXT,
            call_id TEXT,
            PRIMARY KEY (account, entity, zi_id)
        ) WITHOUT ROWID""",
        # Which record an input matched; the input only as an HMAC.
        """CREATE TABLE match_key (
            account TEXT NOT NULL,
            entity TEXT NOT NULL,
            key BLOB NOT NULL,
            zi_id TEXT NOT NULL,
            seen_at REAL NOT NULL,
            PRIMARY KEY (account, entity, key)
        ) WITHOUT ROWID""",
        "CREATE INDEX match_key_record ON match_key (account, entity, zi_id)",
        # One row per input of a call. live = 1 while the state can still change.
        """CREATE TABLE charge (
            id INTEGER PRIMARY KEY,
            account TEXT NOT NULL,
            reservation TEXT NOT NULL,
            idx INTEGER NOT NULL,
            caller TEXT NOT NULL,
            call_id TEXT NOT NULL,
            operation TEXT NOT NULL,
            entity TEXT NOT NULL,
            key BLOB,
            zi_id TEXT,
            credits INTEGER NOT NULL,
            state TEXT NOT NULL CHECK
                (state IN ('reserved', 'sent', 'in_doubt', 'superseded', 'spent', 'free', 'released')),
            live INTEGER NOT NULL,
            reserved_at REAL NOT NULL,
            at REAL NOT NULL,
            superseded_by INTEGER,
            UNIQUE (reservation, idx)
        )""",
        "CREATE INDEX charge_budget ON charge (account, state, at, caller, credits)",
        "CREATE INDEX charge_key ON charge (account, entity, key) WHERE live = 1",
        "CREATE INDEX charge_record ON charge (account, entity, zi_id) WHERE live = 1",
        "CREATE INDEX charge_superseded ON charge (superseded_by) WHERE superseded_by IS NOT NULL",
    ),
    (
        *schema_ledger.TABLES,
        *schema_privacy.TABLES,
        *schema_audit.TABLES,
        *schema_limits.TABLES,
        *schema_tokens.TABLES,
    ),
    (*schema_saved.TABLES,),
    (*schema_lookups.TABLES,),
    (*schema_jobs.TABLES,),
    (*schema_privacy.INDEXES,),
    (*schema_ledger.TALLY,),
    (*schema_jobs.WRITTEN,),
    (*schema_jobs.LOST,),
    (*schema_ledger.SPENT,),
)
