"""Tables of bulk jobs. They stand in a database file of their own beside the state; see :mod:`sales_zoominfo.jobs`."""

from __future__ import annotations

TABLES: tuple[str, ...] = (
    # A file that is being enriched. `request` is the digest that tells the same request again, `scope` the account
    # that pays, `machine` where its files are; `sealed` holds paths and choices. Counts are of rows by status.
    """CREATE TABLE job (
        id TEXT PRIMARY KEY,
        request BLOB NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        scope TEXT NOT NULL,
        machine TEXT NOT NULL,
        caller TEXT NOT NULL,
        entity TEXT NOT NULL,
        state TEXT NOT NULL CHECK
            (state IN ('loading', 'queued', 'running', 'paused', 'done', 'cancelled', 'failed')),
        why TEXT,
        sealed BLOB NOT NULL,
        turn INTEGER NOT NULL,
        loader TEXT,
        total_rows INTEGER NOT NULL,
        units INTEGER NOT NULL,
        batches INTEGER NOT NULL,
        left_batches INTEGER NOT NULL,
        done_units INTEGER NOT NULL,
        counts TEXT NOT NULL,
        budget INTEGER,
        reserved INTEGER NOT NULL,
        spent INTEGER NOT NULL,
        marks TEXT NOT NULL,
        sandbox INTEGER NOT NULL,
        made_at REAL NOT NULL,
        changed_at REAL NOT NULL,
        ended_at REAL,
        busy REAL NOT NULL,
        deliverer TEXT,
        delivered_at REAL,
        purged_at REAL,
        report BLOB
    )""",
    "CREATE INDEX job_state ON job (state, made_at)",
    # So many batches that one workflow runs them; `run` tells its workflows apart.
    """CREATE TABLE job_shard (
        job TEXT NOT NULL,
        shard INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'done')),
        run INTEGER NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (job, shard)
    )""",
    "CREATE INDEX job_shard_waiting ON job_shard (job, shard) WHERE state = 'waiting'",
    "CREATE INDEX job_shard_queued ON job_shard (at) WHERE state = 'queued'",
    # The rows of a file from one row on, with up to 25 records to ask for. `token` tells who has the batch now.
    """CREATE TABLE job_batch (
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        batch INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done')),
        owner TEXT,
        token INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        units INTEGER NOT NULL,
        credits INTEGER NOT NULL,
        redo INTEGER NOT NULL,
        counts TEXT NOT NULL,
        sealed BLOB NOT NULL,
        result BLOB,
        UNIQUE (job, batch)
    )""",
    # Rows that repeat an earlier one: how many share the result of a record.
    """CREATE TABLE job_twin (
        job TEXT NOT NULL,
        batch INTEGER NOT NULL,
        unit INTEGER NOT NULL,
        twins INTEGER NOT NULL,
        PRIMARY KEY (job, batch, unit)
    )""",
    # A process that runs jobs. One that has not been seen for a while is dead, and its work is anybody's.
    """CREATE TABLE job_worker (
        id TEXT PRIMARY KEY,
        machine TEXT NOT NULL,
        host TEXT NOT NULL,
        pid INTEGER NOT NULL,
        scope TEXT NOT NULL,
        started_at REAL NOT NULL,
        seen_at REAL NOT NULL
    )""",
    # The dead whose workflows have not been resumed yet.
    """CREATE TABLE job_grave (
        worker TEXT PRIMARY KEY,
        at REAL NOT NULL
    )""",
    """CREATE TABLE job_schedule (
        id TEXT PRIMARY KEY,
        scope TEXT NOT NULL,
        machine TEXT NOT NULL,
        caller TEXT NOT NULL,
        every REAL NOT NULL,
        next_at REAL NOT NULL,
        last_job TEXT,
        why TEXT,
        sealed BLOB NOT NULL,
        made_at REAL NOT NULL
    )""",
)

# What tells the files that a job has written from others that stand at their paths later.
WRITTEN: tuple[str, ...] = ("ALTER TABLE job ADD COLUMN written TEXT",)

# How often a batch was sent without an answer, which is not how often it was taken up.
LOST: tuple[str, ...] = ("ALTER TABLE job_batch ADD COLUMN lost INTEGER NOT NULL DEFAULT 0",)
