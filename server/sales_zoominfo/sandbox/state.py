"""Account state on disk: tokens, sessions, codes, purchases and usage, shared by all processes."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from .faults import Mischarge
from .model import Charge, Entity, Generation

Limit: TypeAlias = Literal[
    "requestLimit",
    "recordLimit",
    "uniqueIdLimit",
    "webSightsApiRequestLimit",
    "webSightsApiRecordLimit",
    "aiCredits",
]
TokenState: TypeAlias = Literal["live", "expired", "unknown"]

MANAGED_FOR: Final = 365 * 86_400
FILE: Final = "state-v1.sqlite"
_SCHEMA: Final = """
PRAGMA journal_mode=WAL;
CREATE TABLE usage (account TEXT, kind TEXT, used INTEGER, PRIMARY KEY (account, kind)) WITHOUT ROWID;
CREATE TABLE purchase (account TEXT, entity TEXT, id INTEGER, at REAL, PRIMARY KEY (account, entity, id)) WITHOUT ROWID;
CREATE TABLE token (hash TEXT PRIMARY KEY, account TEXT, generation TEXT, expires REAL, scope TEXT, session TEXT)
  WITHOUT ROWID;
CREATE TABLE session (id TEXT PRIMARY KEY, account TEXT) WITHOUT ROWID;
CREATE TABLE refresh (hash TEXT PRIMARY KEY, session TEXT, scope TEXT, spent INTEGER) WITHOUT ROWID;
CREATE TABLE rate (key TEXT PRIMARY KEY, start REAL, used INTEGER, before INTEGER) WITHOUT ROWID;
"""
# What came later; the version of the file counts these steps.
_ADDED: Final = (
    """
    ALTER TABLE session ADD COLUMN client TEXT NOT NULL DEFAULT '';
    CREATE TABLE rate_log (key TEXT PRIMARY KEY, times BLOB) WITHOUT ROWID;
    CREATE TABLE seeded (account TEXT PRIMARY KEY, at REAL) WITHOUT ROWID;
    CREATE TABLE approval (id TEXT PRIMARY KEY, client TEXT, redirect TEXT, challenge TEXT, scope TEXT, state TEXT,
      expires REAL) WITHOUT ROWID;
    CREATE TABLE code (hash TEXT PRIMARY KEY, account TEXT, client TEXT, redirect TEXT, challenge TEXT, scope TEXT,
      expires REAL, session TEXT) WITHOUT ROWID;
    CREATE TABLE setting (name TEXT PRIMARY KEY, value REAL) WITHOUT ROWID;
    CREATE TABLE fault (id INTEGER PRIMARY KEY, source TEXT, rule TEXT, seen INTEGER, fired INTEGER);
    CREATE TABLE call (id INTEGER PRIMARY KEY, at REAL, method TEXT, path TEXT, account TEXT, status INTEGER,
      credits INTEGER, records INTEGER, ms REAL, refused TEXT, fault TEXT, process INTEGER);
    CREATE TABLE job (id TEXT PRIMARY KEY, account TEXT, entity TEXT, kind TEXT, created REAL, pages INTEGER,
      records INTEGER, request TEXT, failed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
    CREATE TABLE job_page (job TEXT, page INTEGER, result TEXT, PRIMARY KEY (job, page)) WITHOUT ROWID;
    """,
    """
    CREATE TABLE webhook (id TEXT PRIMARY KEY, account TEXT, created REAL, body TEXT, token TEXT) WITHOUT ROWID;
    """,
    """
    CREATE TABLE opt_out (account TEXT, email TEXT, at REAL, PRIMARY KEY (account, email)) WITHOUT ROWID;
    """,
)


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token stands for."""

    account: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sale:
    """A record about to be handed out."""

    entity: Entity
    zi_id: int
    match_input: dict[str, object]


@dataclass(frozen=True, slots=True)
class Sold:
    """The outcome of a sale.

    Args:
        handed_out: For each record whether it was handed out.
        credits: Credits charged.
    """

    handed_out: list[bool]
    credits: int


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _create(path: Path) -> None:
    """Make the file under a lock and a temporary name: opening a new WAL file from two processes races."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        if path.exists():
            return
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.unlink(missing_ok=True)
        connection = sqlite3.connect(draft)
        connection.executescript(_SCHEMA)
        connection.close()
        draft.replace(path)


class State:
    """The state file of a directory."""

    def __init__(self, state_dir: Path) -> None:
        path = state_dir / FILE
        if not path.exists():
            _create(path)
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        self.db.executescript("PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000")
        self._upgrade()

    def _upgrade(self) -> None:
        if self._version() >= len(_ADDED):
            return
        with self.transaction():
            for step in _ADDED[self._version() :]:
                for statement in step.split(";"):
                    self.db.execute(statement)
            self.db.execute(f"PRAGMA user_version={len(_ADDED)}")

    def _version(self) -> int:
        return self.db.execute("PRAGMA user_version").fetchone()[0]

    @classmethod
    @contextmanager
    def opened(cls, state_dir: Path) -> Generator["State"]:
        """Open the state for a block and close it afterwards."""
        state = cls(state_dir)
        try:
            yield state
        finally:
            state.close()

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Run a block as one write that other processes see whole or not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def issue_token(
        self, account: str, generation: Generation, token: str, expires: float, scopes: Sequence[str], session: str = ""
    ) -> None:
        """Make `token` valid until `expires` (seconds since the Unix epoch)."""
        self.db.execute(
            "INSERT OR REPLACE INTO token VALUES (?,?,?,?,?,?)",
            (digest(token), account, generation, expires, " ".join(scopes), session),
        )

    def check_token(self, token: str, generation: Generation, now: float) -> tuple[TokenState, Token | None]:
        """Say whether a token is live, and whose it is."""
        row = self.db.execute(
            "SELECT account, expires, scope FROM token WHERE hash=? AND generation=?", (digest(token), generation)
        ).fetchone()
        if row is None:
            return "unknown", None
        if row[1] <= now:
            return "expired", None
        return "live", Token(row[0], frozenset(row[2].split()))

    def owner(self, token: str) -> str:
        """Return the account of an access token, live or not; empty when it is not known."""
        row = self.db.execute("SELECT account FROM token WHERE hash=?", (digest(token),)).fetchone()
        return row[0] if row else ""

    def revoke_tokens(self, account: str) -> int:
        """Delete every access token of an account; returns how many there were."""
        return self.db.execute("DELETE FROM token WHERE account=?", (account,)).rowcount

    def usage(self, account: str) -> dict[str, int]:
        """Return how much of each limit an account has used."""
        rows = self.db.execute("SELECT kind, used FROM usage WHERE account=?", (account,))
        return dict(rows.fetchall())

    def add_usage(self, account: str, kind: Limit, amount: int) -> None:
        """Add to what an account has used of a limit."""
        if amount:
            self.db.execute(
                "INSERT INTO usage VALUES (?,?,?) ON CONFLICT DO UPDATE SET used=used+excluded.used",
                (account, kind, amount),
            )

    def purchased(self, account: str, entity: Entity, ids: Sequence[int], now: float) -> dict[int, float]:
        """Return the purchase times of those records that are under management now."""
        marks = ",".join("?" * len(ids))
        rows = self.db.execute(
            f"SELECT id, at FROM purchase WHERE account=? AND entity=? AND at>? AND id IN ({marks})",  # noqa: S608
            (account, entity, now - MANAGED_FOR, *ids),
        )
        return dict(rows.fetchall())

    def sell(
        self,
        account: str,
        sales: Sequence[Sale],
        *,
        credits: int,
        now: float,
        whole: bool,
        on_charge: Callable[[Charge], None] | None,
        charge: Mischarge = "",
        unmatched: Sequence[tuple[Entity, dict[str, Any]]] = (),
    ) -> Sold:
        """Hand out records, charging a credit for each that is not under management.

        Args:
            account: Who buys.
            sales: The records, in the order of the call.
            credits: Unique ids that the contract holds.
            now: Seconds since the Unix epoch.
            whole: Sell nothing when one record cannot be sold.
            on_charge: Called before each credit; an exception undoes the whole call.
            charge: How the charge differs from the documents.
            unmatched: Inputs that found nothing; they cost only when the charge says so.

        Returns:
            Which records were handed out, and for how many credits.
        """
        with self.transaction():
            used = self.usage(account).get("uniqueIdLimit", 0)
            sold: list[bool] = []
            bought: list[Sale] = []
            owned: set[tuple[str, int]] = set()
            for sale in sales:
                key = (sale.entity, sale.zi_id)
                managed = charge != "again" and bool(self.purchased(account, sale.entity, [sale.zi_id], now))
                free = key in owned or managed
                if not free and used + len(bought) >= credits:
                    sold.append(False)
                    continue
                if not free:
                    bought.append(sale)
                    owned.add(key)
                sold.append(True)
            if whole and not all(sold):
                return Sold([False] * len(sales), 0)
            each = {"double": 2, "free": 0}.get(charge, 1)
            hook = on_charge or _no_hook
            for sale in bought:
                for _ in range(each):
                    hook(Charge(account, sale.entity, sale.zi_id, sale.match_input, now))
                self.buy(account, sale.entity, sale.zi_id, now)
            wrongly = unmatched if charge == "no_match" else ()
            for entity, given in wrongly:
                hook(Charge(account, entity, 0, given, now))
            cost = each * len(bought) + len(wrongly)
            self.add_usage(account, "uniqueIdLimit", cost)
            self.add_usage(account, "recordLimit", sum(sold))
            return Sold(sold, cost)

    def buy(self, account: str, entity: Entity, zi_id: int, at: float) -> None:
        """Put a record under management from a moment on."""
        self.db.execute("INSERT OR REPLACE INTO purchase VALUES (?,?,?,?)", (account, entity, zi_id, at))

    def seed(self, account: str, records: Sequence[tuple[Entity, int, float]], now: float) -> None:
        """Put records of colleagues under management and count their credits, once in the life of an account."""
        with self.transaction():
            fresh = self.db.execute("INSERT OR IGNORE INTO seeded VALUES (?,?)", (account, now)).rowcount
            if not fresh:
                return
            for entity, zi_id, at in records:
                self.buy(account, entity, zi_id, at)
            self.add_usage(account, "uniqueIdLimit", len(records))
            self.add_usage(account, "recordLimit", len(records))

    def is_seeded(self, account: str) -> bool:
        """Say whether the purchases of colleagues are on disk."""
        return bool(self.db.execute("SELECT 1 FROM seeded WHERE account=?", (account,)).fetchone())

    def purchases(self, account: str, limit: int) -> list[tuple[Entity, int, float]]:
        """Return kind, id and time of the latest purchases."""
        rows = self.db.execute(
            "SELECT entity, id, at FROM purchase WHERE account=? ORDER BY at DESC, entity, id LIMIT ?", (account, limit)
        )
        return rows.fetchall()

    def under_management(self, account: str, now: float) -> tuple[int, float | None]:
        """Return how many records are under management, and when the first was bought."""
        sql = "SELECT count(*), min(at) FROM purchase WHERE account=? AND at>?"
        return self.db.execute(sql, (account, now - MANAGED_FOR)).fetchone()

    def reset(self, account: str) -> None:
        """Forget purchases, use, tokens, sessions, jobs and rate windows of an account."""
        with self.transaction():
            sessions = "(SELECT id FROM session WHERE account=?)"
            self.db.execute(f"DELETE FROM refresh WHERE session IN {sessions}", (account,))  # noqa: S608
            self.db.execute("DELETE FROM job_page WHERE job IN (SELECT id FROM job WHERE account=?)", (account,))
            for table in ("usage", "purchase", "token", "session", "seeded", "code", "job", "webhook", "opt_out"):
                self.db.execute(f"DELETE FROM {table} WHERE account=?", (account,))  # noqa: S608
            for table in ("rate", "rate_log"):
                for prefix in (f"{account}:", f"sign-in:{account}:"):
                    sql = f"DELETE FROM {table} WHERE substr(key, 1, ?)=?"  # noqa: S608
                    self.db.execute(sql, (len(prefix), prefix))


def _no_hook(_charge: Charge) -> None:
    return None
