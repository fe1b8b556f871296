"""What ZoomInfo tells of an account and seldom changes, kept for a day: taxonomies and field rights.

Lists are kept in memory and, where there is a store, in it, so that the processes of one account ask once a day. When
ZoomInfo cannot be reached, an older list serves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import anyio

from ..errors import AuthenticationFailed, RateLimited, SalesZoomInfoError, UpstreamUnavailable
from .records import FieldRight, Value

if TYPE_CHECKING:
    from ..store.base import Store, Transaction

T = TypeVar("T")

# A list is asked for again after so many seconds, and after so many when that failed.
FRESH = 86_400.0
RETRY = 300.0
_LANE = "lists"


class Kept(NamedTuple, Generic[T]):
    """A list and when ZoomInfo told it, in Unix seconds."""

    items: list[T]
    at: float


class Kind(NamedTuple, Generic[T]):
    """How items of a list are written down and read again, as JSON."""

    pack: Callable[[T], Any]
    unpack: Callable[[Any], T]


def _value(item: Any) -> Value:
    return Value(*item)


def _right(item: Any) -> FieldRight:
    return FieldRight(*item)


def _pack_value(value: Value) -> Any:
    return [value.id, value.name, value.more]


def _pack_right(right: FieldRight) -> Any:
    return [right.name, right.description, right.granted]


VALUES: Kind[Value] = Kind(_pack_value, _value)
RIGHTS: Kind[FieldRight] = Kind(_pack_right, _right)


class Shelf:
    """The lists of one account.

    Args:
        store: shared by the account's processes, None to keep lists in memory alone.
        account: whose lists they are.
        clock: Unix seconds.
    """

    def __init__(self, store: Store | None = None, account: str = "", clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._account = account
        self._clock = clock
        self._kept: dict[str, Kept[Any]] = {}
        self._failed: dict[str, tuple[float, SalesZoomInfoError]] = {}
        self._asking: dict[str, anyio.Lock] = {}

    async def get(self, name: str, kind: Kind[T], ask: Callable[[], Awaitable[list[T]]]) -> Kept[T]:
        """A list, asked for when the kept one is older than a day.

        Args:
            name: which list.
            kind: its items.
            ask: asks ZoomInfo.

        Raises:
            SalesZoomInfoError: ZoomInfo refused, or cannot be reached and nothing is kept.
        """
        known: Kept[T] | None = self._kept.get(name)
        if known is not None and self._fresh(known):
            return known
        async with self._asking.setdefault(name, anyio.Lock()):
            known = self._kept.get(name) or await self._read(name, kind)
            if known is not None:
                self._kept[name] = known
                if self._fresh(known):
                    return known
            when, error = self._failed.get(name, (0.0, None))
            if known is not None and error is not None and 0 <= self._clock() - when < RETRY:
                return known
            try:
                found = Kept(await ask(), self._clock())
            except (UpstreamUnavailable, RateLimited, AuthenticationFailed) as failure:
                if known is None:
                    raise
                self._failed[name] = (self._clock(), failure)
                return known
            self._failed.pop(name, None)
            self._kept[name] = found
            await self._write(name, kind, found)
            return found

    def told(self, name: str) -> float | None:
        """When ZoomInfo told a list that has been asked for here, in Unix seconds."""
        known = self._kept.get(name)
        return None if known is None else known.at

    def _fresh(self, kept: Kept[Any]) -> bool:
        # A list of the future is one of a clock that has been set back.
        return 0 <= self._clock() - kept.at < FRESH

    async def _read(self, name: str, kind: Kind[T]) -> Kept[T] | None:
        if self._store is None:
            return None

        def read(tx: Transaction) -> Any:
            sql = "SELECT at, body FROM kept_list WHERE account = ? AND name = ?"
            return tx.execute(sql, (self._account, name)).fetchone()

        # What is kept only saves a question, so a store that fails must not stand in its way.
        with suppress(SalesZoomInfoError):
            row = await self._store.read(read)
            if row is not None:
                with suppress(ValueError, TypeError, LookupError, OSError):
                    return Kept([kind.unpack(item) for item in _unpacked(bytes(row[1]))], float(row[0]))
        return None

    async def _write(self, name: str, kind: Kind[T], kept: Kept[T]) -> None:
        if self._store is None or not kept.items:
            return
        body = _packed([kind.pack(item) for item in kept.items])

        def write(tx: Transaction) -> None:
            tx.execute(
                "INSERT INTO kept_list (account, name, at, body) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (account, name) DO UPDATE SET at = excluded.at, body = excluded.body",
                (self._account, name, kept.at, body),
            )

        with suppress(SalesZoomInfoError):
            await self._store.write(write, lane=_LANE, durable=False)


def _packed(items: Sequence[Any]) -> bytes:
    import zlib

    return zlib.compress(json.dumps(items, separators=(",", ":")).encode())


def _unpacked(body: bytes) -> list[Any]:
    import zlib

    try:
        items = json.loads(zlib.decompress(body))
    except zlib.error as error:
        raise ValueError from error
    if not isinstance(items, list):
        raise TypeError
    return items  # pyright: ignore[reportUnknownVariableType]
