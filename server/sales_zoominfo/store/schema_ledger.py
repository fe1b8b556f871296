"""Tables of the ledger, as single statements of the second migration step."""

from __future__ import annotations

TABLES: tuple[str, ...] = (
    # The job that a charge belongs to, the API generation it went through, and which sending of the account it was.
    "ALTER TABLE charge ADD COLUMN job TEXT",
    "ALTER TABLE charge ADD COLUMN via TEXT",
    "ALTER TABLE charge ADD COLUMN turn INTEGER",
    "CREATE INDEX charge_job ON charge (account, job, state, credits) WHERE job IS NOT NULL",
    "CREATE INDEX charge_turn ON charge (account, turn, credits) WHERE turn IS NOT NULL",
    # Whether an account may spend. turns and staked count all sendings ever made, and the credits at stake in them.
    """CREATE TABLE standing (
        account TEXT NOT NULL PRIMARY KEY,
        turns INTEGER NOT NULL,
        staked INTEGER NOT NULL,
        proven_at REAL,
        stopped_at REAL,
        stopped_fell INTEGER,
        stopped_counted INTEGER,
        resumed_at REAL,
        resumed_by TEXT,
        exhausted_at REAL,
        exhausted_what TEXT
    )""",
    # The account's own figure as ZoomInfo last told it. Only sendings past `staked` can still lower it; exact when
    # none of them can be in it. After `quiet_turns` sendings nothing was under way or in doubt: `quiet_balance`.
    """CREATE TABLE reading (
        account TEXT NOT NULL,
        generation TEXT NOT NULL,
        balance INTEGER NOT NULL,
        at REAL NOT NULL,
        staked INTEGER NOT NULL,
        exact INTEGER NOT NULL,
        carry INTEGER NOT NULL,
        excesses INTEGER NOT NULL,
        fell INTEGER NOT NULL,
        counted INTEGER NOT NULL,
        suspect INTEGER NOT NULL,
        header INTEGER,
        quiet_balance INTEGER,
        quiet_turns INTEGER,
        PRIMARY KEY (account, generation)
    )""",
    # What a person has agreed to, so that one consent pays for one call.
    """CREATE TABLE approval (
        account TEXT NOT NULL,
        id TEXT NOT NULL,
        caller TEXT NOT NULL,
        credits INTEGER NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (account, id)
    )""",
)
