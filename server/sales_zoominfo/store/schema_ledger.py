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

# Sums of what counts as spent, so that no budget adds up the charges anew; see account/tally.py. A span that begins at
# `start` is a day or a part of an hour of the caller `name`, a job of that name, or all that was ever spent. What was
# spent before there were sums stands at its own moment, which is as right: only where a span begins is compared.
TALLY: tuple[str, ...] = (
    """CREATE TABLE tally (
        account TEXT NOT NULL,
        span TEXT NOT NULL CHECK (span IN ('day', 'slice', 'job', 'ever')),
        start REAL NOT NULL,
        name TEXT NOT NULL,
        credits INTEGER NOT NULL,
        PRIMARY KEY (account, span, start, name)
    ) WITHOUT ROWID""",
    "INSERT INTO tally (account, span, start, name, credits) SELECT account, 'day', at, caller, SUM(credits)"
    " FROM charge WHERE state = 'spent' AND credits > 0 GROUP BY account, at, caller",
    "INSERT INTO tally (account, span, start, name, credits) SELECT account, 'slice', start, name, credits FROM tally",
    "INSERT INTO tally (account, span, start, name, credits) SELECT account, 'job', 0, job, SUM(credits)"
    " FROM charge WHERE state = 'spent' AND credits > 0 AND job IS NOT NULL GROUP BY account, job",
    "INSERT INTO tally (account, span, start, name, credits) SELECT account, 'ever', 0, '', SUM(credits)"
    " FROM charge WHERE state = 'spent' AND credits > 0 GROUP BY account",
    # What a job has open is found among all that is open.
    "DROP INDEX charge_job",
)

# What is open is found by the indexes over what is live, so that no index holds a charge's state; only what is spent,
# which stays so, is found by its moment.
SPENT: tuple[str, ...] = (
    "CREATE INDEX charge_spent ON charge (account, at, caller, credits) WHERE state = 'spent'",
    "DROP INDEX charge_budget",
)
