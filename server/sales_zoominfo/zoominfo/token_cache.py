"""Sign-ins in the store: encrypted, shared by all processes and machines of one state, renewed by one at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import anyio.to_thread

from ..errors import InvalidArgument, SalesZoomInfoError, fail
from ..store import Store, Transaction
from . import leases

if TYPE_CHECKING:
    from ..store.vault import Vault

T = TypeVar("T")

TOKEN_TEXT = re.compile(r"[\x21-\x7e]+")
FOLDER_OF_OLD = "tokens"
_LANE = "token"
_PURPOSE = "token"


@dataclass(frozen=True, slots=True)
class Session:
    """What is kept of a sign-in; times in epoch seconds.

    Attributes:
        value: the access token; empty when there is none yet.
        expires_at, refresh_at: end of its life; when to get the next one.
        refresh_token: the next one of a rotating chain, else None.
    """

    value: str = field(repr=False)
    expires_at: float
    refresh_at: float
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as the store has it.

    Attributes:
        session: the session.
        generation: rises with each change.
        sent_at: since when its refresh token is on its way, or the answer lost; epoch seconds.
        damaged: why it cannot be read; the session is empty then.
    """

    session: Session
    generation: int
    sent_at: float | None = None
    damaged: SalesZoomInfoError | None = None


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """What may be told of a stored sign-in.

    Attributes:
        began_at: when the person signed in, epoch seconds.
        expires_at: end of the current access token's life, epoch seconds.
        in_doubt: the answer to the last renewal has not arrived.
        replaces: digest of the configured refresh token that it took the place of; empty for none.
    """

    began_at: float
    expires_at: float
    in_doubt: bool
    replaces: str


class TokensNotKept(Exception):
    """The store could not be used for tokens; ``error`` says why."""

    def __init__(self, error: SalesZoomInfoError) -> None:
        super().__init__(error.kind)
        self.error = error


class TokenCache:
    """Sessions in the store, so that neither a restart nor another machine signs in again.

    What is secret is encrypted, also on SQLite: the key is a file of its own, so that a copy of the database alone
    opens nothing. Rows are named by keyed digests.
    """

    def __init__(self, store: Store, vault: Callable[[], Awaitable[Vault]]) -> None:
        """Args:
        store: where sessions are kept.
        vault: opens the keys; called at the first use.
        """
        self._store = store
        self._open_vault = vault
        self._vault: Vault | None = None

    def __repr__(self) -> str:
        return "TokenCache()"

    async def look(self, identity: str, holder: str, life: float) -> tuple[Kept | None, bool]:
        """The kept session, and whether somebody else is renewing it.

        Args:
            identity: of the grant.
            holder: who asks.
            life: seconds that a renewal may take.

        Raises:
            TokensNotKept: the store cannot be read, or the key does not fit.
        """
        vault = await self._opened()
        name = _name(vault, identity)

        def read(transaction: Transaction) -> tuple[Any, bool]:
            return _row(transaction, name), leases.held_by_another(transaction, f"token {name}", holder, life)

        row, busy = await _kept(self._store.read(read))
        return _open(vault, identity, row), busy

    async def take(self, identity: str, holder: str, life: float) -> tuple[leases.Lease | None, Kept | None]:
        """Try to become the one who renews.

        Args:
            identity: of the grant.
            holder: who asks.
            life: seconds after which others may try.

        Returns:
            The lease, None while somebody else holds it; and the session as it is now.

        Raises:
            TokensNotKept: the store cannot be used, or the key does not fit.
        """
        vault = await self._opened()
        name = _name(vault, identity)

        def write(transaction: Transaction) -> tuple[leases.Lease | None, Any]:
            return leases.take(transaction, f"token {name}", holder, life), _row(transaction, name)

        lease, row = await _kept(self._store.write(write, lane=_LANE))
        return lease, _open(vault, identity, row)

    async def release(self, lease: leases.Lease) -> None:
        """Let others renew.

        Raises:
            TokensNotKept: the store cannot be written.
        """
        await _kept(self._store.write(lambda transaction: leases.release(transaction, lease), lane=_LANE))

    async def mark_sent(self, identity: str, first: Session | None) -> int | None:
        """Note, on disk for good, that the refresh token is about to be sent.

        Args:
            identity: of the grant.
            first: what to keep when nothing is kept yet.

        Returns:
            The generation to give to :meth:`renewed`; None when nothing is kept.

        Raises:
            TokensNotKept: the store cannot be written.
        """
        vault = await self._opened()
        name = _name(vault, identity)
        sealed = None if first is None else _seal(vault, identity, first)

        def write(transaction: Transaction) -> Any:
            now = transaction.now()
            if sealed is not None:
                transaction.execute(
                    "INSERT INTO token (identity, generation, sealed, expires_at, began_at) VALUES (?, 0, ?, 0, ?) "
                    "ON CONFLICT (identity) DO NOTHING",
                    (name, sealed, now),
                )
            return transaction.execute(
                "UPDATE token SET sent_at = COALESCE(sent_at, ?) WHERE identity = ? RETURNING generation", (now, name)
            ).fetchone()

        row = await _kept(self._store.write(write, lane=_LANE))
        return None if row is None else int(row[0])

    async def unmark(self, identity: str, generation: int) -> None:
        """Undo :meth:`mark_sent`: the refresh token was certainly not used.

        Raises:
            TokensNotKept: the store cannot be written.
        """
        name = _name(await self._opened(), identity)

        def write(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE token SET sent_at = NULL WHERE identity = ? AND generation = ?", (name, generation)
            )

        await _kept(self._store.write(write, lane=_LANE))

    async def renewed(self, identity: str, session: Session, generation: int) -> bool:
        """Keep the next session of a chain, on disk for good when this returns.

        Args:
            identity: of the grant.
            session: the next one.
            generation: of the one it follows.

        Returns:
            Whether it was kept; not when the kept one has changed meanwhile, or is gone.

        Raises:
            TokensNotKept: the store cannot be written.
        """
        vault = await self._opened()
        name, sealed = _name(vault, identity), _seal(vault, identity, session)

        def write(transaction: Transaction) -> bool:
            changed = transaction.execute(
                "UPDATE token SET generation = generation + 1, sealed = ?, expires_at = ?, sent_at = NULL "
                "WHERE identity = ? AND generation = ?",
                (sealed, session.expires_at, name, generation),
            )
            return changed.rowcount > 0

        return await _kept(self._store.write(write, lane=_LANE))

    async def write(self, identity: str, session: Session, *, place: str | None = None, replaces: str = "") -> None:
        """Keep a session in place of whatever is kept.

        Args:
            identity: of the grant.
            session: the session.
            place: for a sign-in of a person: where it counts, see :meth:`sign_ins`.
            replaces: digest of the configured refresh token that the sign-in takes the place of.

        Raises:
            TokensNotKept: the store cannot be written.
        """
        vault = await self._opened()
        name, sealed = _name(vault, identity), _seal(vault, identity, session)
        where = None if place is None else _name(vault, place)

        def write(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO token (identity, place, replaces, generation, sealed, expires_at, began_at) "
                "VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT (identity) DO UPDATE SET place = excluded.place, "
                "replaces = excluded.replaces, generation = token.generation + 1, sealed = excluded.sealed, "
                "expires_at = excluded.expires_at, began_at = excluded.began_at, sent_at = NULL",
                (name, where, replaces, sealed, session.expires_at, transaction.now()),
            )

        await _kept(self._store.write(write, lane=_LANE))

    async def sign_in(self, identity: str) -> SignInRecord | None:
        """What may be told of a stored sign-in; None when there is none.

        Raises:
            InvalidArgument: the store cannot be read.
        """
        name = _name(await self._open_vault(), identity)

        def read(transaction: Transaction) -> Any:
            return transaction.execute(
                "SELECT began_at, expires_at, sent_at, replaces FROM token WHERE identity = ?", (name,)
            ).fetchone()

        row = await self._store.read(read)
        return None if row is None else SignInRecord(row[0], row[1], row[2] is not None, row[3] or "")

    async def sign_ins(self, place: str) -> int:
        """How many sign-ins are stored for a place (an account at an address), whatever app they were made with.

        Raises:
            InvalidArgument: the store cannot be read.
        """
        name = _name(await self._open_vault(), place)

        def read(transaction: Transaction) -> Any:
            return transaction.execute("SELECT COUNT(*) FROM token WHERE place = ?", (name,)).fetchone()

        return int((await self._store.read(read))[0])

    async def forget(self, place: str) -> int:
        """Delete the sign-ins of a place.

        Returns:
            How many there were.

        Raises:
            InvalidArgument: the store cannot be written.
        """
        name = _name(await self._open_vault(), place)

        def write(transaction: Transaction) -> int:
            return transaction.execute("DELETE FROM token WHERE place = ?", (name,)).rowcount

        return await self._store.write(write, lane=_LANE)

    async def _opened(self) -> Vault:
        if self._vault is None:
            vault = await _kept(self._open_vault())
            await self._take_over(vault)
            self._vault = vault
        return self._vault

    async def _take_over(self, vault: Vault) -> None:
        """Move what earlier releases kept in files into the store."""
        folder = self._store.directory / FOLDER_OF_OLD
        if not await anyio.to_thread.run_sync(folder.is_dir):
            return
        from .token_files import read_old, remove_old

        rows: list[tuple[str, bytes, float]] = []
        for identity, content in await anyio.to_thread.run_sync(read_old, folder):
            session = _session(content)
            if session is not None:
                rows.append((_name(vault, identity), _seal(vault, identity, session), session.expires_at))

        def write(transaction: Transaction) -> None:
            now = transaction.now()
            transaction.executemany(
                "INSERT INTO token (identity, generation, sealed, expires_at, began_at) VALUES (?, 1, ?, ?, ?) "
                "ON CONFLICT (identity) DO NOTHING",
                [(*row, now) for row in rows],
            )

        if rows:
            await _kept(self._store.write(write, lane=_LANE))
        # Only now: until here a crash leaves the files, and they are taken over once more.
        await anyio.to_thread.run_sync(remove_old, folder)


async def _kept(work: Awaitable[T]) -> T:
    try:
        return await work
    except InvalidArgument as error:
        raise TokensNotKept(error) from None


def _name(vault: Vault, identity: str) -> str:
    # Keyed, since an identity is made from a password that may be guessed.
    return vault.digest("token name", identity).hex()


def _row(transaction: Transaction, name: str) -> Any:
    return transaction.execute("SELECT sealed, generation, sent_at FROM token WHERE identity = ?", (name,)).fetchone()


def _seal(vault: Vault, identity: str, session: Session) -> bytes:
    # With its name inside, so that a row moved under another name does not open there.
    return vault.encrypt(_PURPOSE, json.dumps({"identity": identity, **asdict(session)}).encode())


def _open(vault: Vault, identity: str, row: Any) -> Kept | None:
    if row is None:
        return None
    sealed, generation, sent_at = row
    try:
        content: Any = json.loads(vault.decrypt(_PURPOSE, bytes(sealed)))
        session = _session(content) if content.get("identity") == identity else None
        if session is None:
            raise fail("state_undecryptable")
    except InvalidArgument as error:
        return Kept(Session("", 0, 0), generation, sent_at, error)
    return Kept(session, generation, sent_at)


def _session(data: Any) -> Session | None:
    match data:
        case {
            "value": str(value),
            "expires_at": int() | float() as expires_at,
            "refresh_at": int() | float() as refresh_at,
            "refresh_token": (str() | None) as refresh_token,
        } if TOKEN_TEXT.fullmatch(value) or (not value and refresh_token):
            return Session(value, float(expires_at), float(refresh_at), refresh_token)
        case _:
            return None
