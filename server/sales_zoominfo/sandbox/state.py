"""Account state on disk: tokens, sessions, rate windows, purchases and usage, shared by all processes."""

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from .model import Charge, Entity, Generation

Limit: TypeAlias = Literal["requestLimit", "recordLimit", "uniqueIdLimit"]
TokenState: TypeAlias = Literal["live", "expired", "unknown"]

Carry: TypeAlias = Literal["none", "sliding", "full"]

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


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token stands for."""

    account: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Window:
    """A rate window.

    Args:
        name: `second`, `minute`, `hour` or `day`.
        seconds: Its length.
        limit: Requests in it.
        previous: Share of the window before that still counts: `none`, `sliding` or `full`.
    """

    name: str
    seconds: int
    limit: int
    previous: Carry


@dataclass(frozen=True, slots=True)
class Count:
    """State of a rate window after a request.

    Args:
        window: Which.
        remaining: Requests left in it.
        reset: When the next request fits in if it is full, seconds since the Unix epoch.
    """

    window: Window
    remaining: int
    reset: float


class RateExceeded(Exception):
    """A request did not fit into a rate window."""

    def __init__(self, window: Window, reset: float, counts: list[Count]) -> None:
        super().__init__(window.name)
        self.window = window
        self.reset = reset
        self.counts = counts


@dataclass(frozen=True, slots=True)
class Sale:
    """A record about to be handed out."""

    entity: Entity
    zi_id: int
    match_input: dict[str, object]


def _digest(token: str) -> str:
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
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        self._db.executescript("PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000")

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
        self._db.close()

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def issue_token(
        self, account: str, generation: Generation, token: str, expires: float, scopes: Sequence[str], session: str = ""
    ) -> None:
        """Make `token` valid until `expires` (seconds since the Unix epoch)."""
        self._db.execute(
            "INSERT OR REPLACE INTO token VALUES (?,?,?,?,?,?)",
            (_digest(token), account, generation, expires, " ".join(scopes), session),
        )

    def check_token(self, token: str, generation: Generation, now: float) -> tuple[TokenState, Token | None]:
        """Say whether a token is live, and whose it is."""
        row = self._db.execute(
            "SELECT account, expires, scope FROM token WHERE hash=? AND generation=?", (_digest(token), generation)
        ).fetchone()
        if row is None:
            return "unknown", None
        if row[1] <= now:
            return "expired", None
        return "live", Token(row[0], frozenset(row[2].split()))

    def revoke_tokens(self, account: str) -> int:
        """Delete every access token of an account; returns how many there were."""
        return self._db.execute("DELETE FROM token WHERE account=?", (account,)).rowcount

    def register_refresh(self, account: str, token: str, scopes: Sequence[str]) -> None:
        """Make an account's first refresh token known; one that is known already stays as it is."""
        with self._transaction():
            known = self._db.execute("SELECT 1 FROM refresh WHERE hash=?", (_digest(token),)).fetchone()
            if known is None:
                self._start(account, token, scopes)

    def _start(self, account: str, token: str, scopes: Sequence[str]) -> None:
        session = secrets.token_hex(8)
        self._db.execute("INSERT INTO session VALUES (?,?)", (session, account))
        self._db.execute("INSERT INTO refresh VALUES (?,?,?,0)", (_digest(token), session, " ".join(scopes)))

    def start_session(self, account: str, scopes: Sequence[str] = ()) -> str:
        """Start a session; returns its first refresh token. No scopes means those of the account."""
        token = f"sandbox-refresh-{secrets.token_urlsafe(24)}"
        with self._transaction():
            self._start(account, token, scopes)
        return token

    def use_refresh(self, token: str, account: str, *, rotate: bool) -> tuple[str, str, list[str]] | None:
        """Spend a refresh token.

        Args:
            token: The refresh token.
            account: Whose client asks.
            rotate: Replace the token by a new one, and end the session when a spent one comes back.

        Returns:
            Session, next refresh token and scopes; None when the token is not good.
        """
        key = _digest(token)
        with self._transaction():
            row = self._db.execute(
                "SELECT r.session, r.scope, r.spent, s.account FROM refresh r JOIN session s ON s.id=r.session "
                "WHERE r.hash=?",
                (key,),
            ).fetchone()
            if row is None or row[3] != account:
                return None
            session, scope, spent, _ = row
            if not rotate:
                return session, token, scope.split()
            if spent:
                self._end(session)
                return None
            successor = f"sandbox-refresh-{secrets.token_urlsafe(24)}"
            self._db.execute("UPDATE refresh SET spent=1 WHERE hash=?", (key,))
            self._db.execute("INSERT INTO refresh VALUES (?,?,?,0)", (_digest(successor), session, scope))
            return session, successor, scope.split()

    def _end(self, session: str) -> None:
        self._db.execute("DELETE FROM token WHERE session=?", (session,))
        self._db.execute("DELETE FROM session WHERE id=?", (session,))

    def admit(self, key: str, windows: Sequence[Window], now: float) -> list[Count]:
        """Count a request against its rate windows.

        Args:
            key: Whose windows, and of which API.
            windows: Tested together; a request that does not fit into all of them uses none.
            now: Seconds since the Unix epoch.

        Returns:
            The windows after the request, in the order given.

        Raises:
            RateExceeded: A window is full.
        """
        if not windows:
            return []
        with self._transaction():
            read = [(window, *self._counted(f"{key}:{window.name}", window, now)) for window in windows]
            left = [window.limit - used - _carried(window, before, now - start) for window, start, used, before in read]
            full = next((place for place, free in enumerate(left) if free < 1), None)
            taken = 1 if full is None else 0
            counts = [
                Count(window, max(0, int(free - taken)), _free_at(window, start, used, before))
                for (window, start, used, before), free in zip(read, left, strict=True)
            ]
            if full is None:
                self._db.executemany(
                    "INSERT OR REPLACE INTO rate VALUES (?,?,?,?)",
                    [(f"{key}:{window.name}", start, used + 1, before) for window, start, used, before in read],
                )
        if full is not None:
            raise RateExceeded(counts[full].window, counts[full].reset, counts)
        return counts

    def _counted(self, key: str, window: Window, now: float) -> tuple[float, int, int]:
        start = now - now % window.seconds
        row = self._db.execute("SELECT start, used, before FROM rate WHERE key=?", (key,)).fetchone()
        if row is None or row[0] > start or row[0] + window.seconds < start:
            return start, 0, 0
        if row[0] == start:
            return start, row[1], row[2]
        return start, 0, row[1]

    def usage(self, account: str) -> dict[str, int]:
        """Return how much of each limit an account has used."""
        rows = self._db.execute("SELECT kind, used FROM usage WHERE account=?", (account,))
        return dict(rows.fetchall())

    def add_usage(self, account: str, kind: Limit, amount: int) -> None:
        """Add to what an account has used of a limit."""
        if amount:
            self._db.execute(
                "INSERT INTO usage VALUES (?,?,?) ON CONFLICT DO UPDATE SET used=used+excluded.used",
                (account, kind, amount),
            )

    def purchased(self, account: str, entity: Entity, ids: Sequence[int], now: float) -> dict[int, float]:
        """Return the purchase times of those records that are under management now."""
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(
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
    ) -> list[bool]:
        """Hand out records, charging a credit for each that is not under management.

        Args:
            account: Who buys.
            sales: The records, in the order of the call.
            credits: Unique ids that the contract holds.
            now: Seconds since the Unix epoch.
            whole: Sell nothing when one record cannot be sold.
            on_charge: Called before each credit; an exception undoes the whole call.

        Returns:
            For each record whether it was handed out.
        """
        with self._transaction():
            used = self.usage(account).get("uniqueIdLimit", 0)
            sold: list[bool] = []
            bought: list[Sale] = []
            owned: set[tuple[str, int]] = set()
            for sale in sales:
                key = (sale.entity, sale.zi_id)
                free = key in owned or bool(self.purchased(account, sale.entity, [sale.zi_id], now))
                if not free and used + len(bought) >= credits:
                    sold.append(False)
                    continue
                if not free:
                    bought.append(sale)
                    owned.add(key)
                sold.append(True)
            if whole and not all(sold):
                return [False] * len(sales)
            for sale in bought:
                self._buy(account, sale, now, on_charge)
            self.add_usage(account, "uniqueIdLimit", len(bought))
            self.add_usage(account, "recordLimit", sum(sold))
            return sold

    def _buy(self, account: str, sale: Sale, now: float, on_charge: Callable[[Charge], None] | None) -> None:
        if on_charge is not None:
            on_charge(Charge(account, sale.entity, sale.zi_id, sale.match_input, now))
        self._db.execute("INSERT OR REPLACE INTO purchase VALUES (?,?,?,?)", (account, sale.entity, sale.zi_id, now))


def _carried(window: Window, before: int, elapsed: float) -> float:
    if window.previous == "none":
        return 0
    if window.previous == "full":
        return before
    return before * (1 - elapsed / window.seconds)


def _free_at(window: Window, start: float, used: int, before: int) -> float:
    """Return when the next request fits into a window that is full."""
    end = start + window.seconds
    if window.previous == "none":
        return end
    if window.previous == "full":
        return end if used < window.limit else end + window.seconds
    if used < window.limit:
        share = (window.limit - used - 1) / before if before else 1
        return start + window.seconds * max(0.0, 1 - share)
    return end + window.seconds * max(0.0, 1 - (window.limit - 1) / used)
