"""Tables of kept sign-ins, as single statements of the second migration step."""

from __future__ import annotations

TABLES: tuple[str, ...] = (
    # One row per grant; what is secret is in `sealed`. `generation` rises with each change, so that whoever was
    # overtaken notices. `sent_at`: since when the refresh token in it is on its way or its answer lost.
    # `place` is set on what `login` made: a digest of account and address, to find it without credentials.
    """CREATE TABLE token (
        identity TEXT PRIMARY KEY,
        place TEXT,
        replaces TEXT,
        generation INTEGER NOT NULL,
        sealed BLOB NOT NULL,
        expires_at REAL NOT NULL,
        began_at REAL NOT NULL,
        sent_at REAL
    )""",
    "CREATE INDEX token_place ON token (place) WHERE place IS NOT NULL",
)
