"""The state in PostgreSQL, shared by several machines: the same transactions, over a connection that may be lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from ..errors import SalesZoomInfoError, fail
from .base import Rows, ThreadStore, Transaction
from .dialect import placeholders

try:
    import psycopg

    from .postgres_link import Answer, Link
    from .postgres_server import (
        Connection,
        Timeouts,
        address,
        away,
        collided,
        connect,
        explain,
        gone,
        lock_key,
    )
except ImportError:
    raise fail(
        "setting_invalid",
        name="ZOOMINFO_STATE_URL",
        reason="it names PostgreSQL, and the driver is not installed",
        how="Install it with `pip install 'sales-zoominfo[postgres]'`.",
    ) from None

if TYPE_CHECKING:
    from .worker import Worker

T = TypeVar("T")

_BEGIN = b"BEGIN ISOLATION LEVEL READ COMMITTED"
_BEGIN_READING = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_LAZY = b"SET LOCAL synchronous_commit = off"
_CLOCK = b"SELECT extract(epoch FROM clock_timestamp())::float8"
# The lock comes in a statement of its own, so that those that follow see what its last holder has committed. What is
# in FROM is called first, so the clock is read when the lock is ours.
_LOCK_AND_CLOCK = _CLOCK + b" FROM pg_advisory_xact_lock($1)"
# Fails outside of a transaction.
_INSIDE = b"LOCK TABLE sales_zoominfo_writer IN ACCESS SHARE MODE"
# The row is there if the COMMIT was carried out, and only then.
_NUMBER = (
    b"INSERT INTO sales_zoominfo_writer VALUES ($1, $2, clock_timestamp()) ON CONFLICT (id)"
    b" DO UPDATE SET number = excluded.number, seen = excluded.seen"
)
_NUMBERED = b"SELECT number FROM sales_zoominfo_writer WHERE id = $1"
_LEAVE = b"DELETE FROM sales_zoominfo_writer WHERE id = $1"
# Every so many writes it is looked for tables that have grown and that the server has no statistics of.
_LOOK_EVERY = 64
_UNKNOWN = (
    b"SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relpages = 0"
    b" AND relnamespace = current_schema()::regnamespace AND pg_relation_size(oid) >= 4 * 8192"
)


class _Transaction:
    """A PostgreSQL transaction in the store's terms."""

    def __init__(self, link: Link, clock: Answer) -> None:
        self._link = link
        self._clock = clock
        self._began: float | None = None

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        return self._link.send(placeholders(sql), values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        query = placeholders(sql)
        for values in rows:
            self._link.send(query, values)

    def now(self) -> float:
        # The server's clock when the lock was ours, and what has passed since.
        if self._began is None:
            (clock,) = self._clock.fetchone()
            self._began = float(clock) - self._clock.at
        return self._began + time.monotonic()


class PostgresStore(ThreadStore):
    """An open state database on a server.

    A connection that is lost is made anew and the transaction run again, until ``patience`` seconds after it was
    asked for. Whether a COMMIT that nobody has confirmed was carried out is read from a row of this store's own,
    which every transaction numbers.
    """

    def __init__(
        self,
        given: dict[str, Any],
        connected: tuple[Connection, str],
        timeouts: Timeouts,
        directory: Path,
        worker: Worker,
    ) -> None:
        """Use :func:`~sales_zoominfo.store.open_store`."""
        super().__init__(directory, worker)
        self._given = given
        self._timeouts = timeouts
        self._link: Link | None = Link(connected[0])
        self._schema = connected[1]
        self._id = uuid4().hex
        self._number = 0

    def _write(self, fn: Callable[[Transaction], T], lane: str, durable: bool, asked: float, /) -> T:
        self._number += 1
        number = self._number
        key = lock_key(self._schema, lane)
        unconfirmed: list[T] = []  # what the job returned before a COMMIT that got no answer

        def attempt(link: Link) -> T:
            link.refresh()
            link.control(_BEGIN)
            if not durable:
                link.control(_LAZY)
            transaction = _Transaction(link, link.send(_LOCK_AND_CLOCK, (key,)))
            # On its way; the server works off the job's statements after it, and none of them if there is no BEGIN.
            link.sync()
            link.control(_INSIDE)
            if unconfirmed:
                if self._committed(link, number):
                    link.roll_back()
                    return unconfirmed[0]
                unconfirmed.clear()
            result = fn(transaction)
            unconfirmed.append(result)
            try:
                link.send(_NUMBER, (self._id, number))
                link.control(b"COMMIT")
                link.wait()
            except psycopg.Error as error:
                if not self._lost(error):
                    unconfirmed.clear()  # the server says that it did not
                raise
            return result

        try:
            result = self._insist(attempt, asked)
        except SalesZoomInfoError as error:
            if unconfirmed and error.kind == "state_unusable":
                raise fail("state_uncertain") from None
            raise
        if number % _LOOK_EVERY == 0:
            self._analyse()
        return result

    def _read(self, fn: Callable[[Transaction], T], asked: float, /) -> T:
        def attempt(link: Link) -> T:
            link.refresh()
            link.control(_BEGIN_READING)
            result = fn(_Transaction(link, link.send(_CLOCK)))
            link.leave()
            return result

        return self._insist(attempt, asked)

    def _disconnect(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            with suppress(psycopg.Error):
                link.send(_LEAVE, (self._id,))
                link.wait()
            link.close()

    def _committed(self, link: Link, number: int) -> bool:
        # Under the lane's lock, hence after the lost connection's transaction has ended either way.
        row = link.send(_NUMBERED, (self._id,)).fetchone()
        return row is not None and row[0] == number

    def _analyse(self) -> None:
        """Tell the server what is in tables that it has not come to itself yet, or it makes poor plans for them."""
        link = self._link
        if link is None:
            return
        # What was written is written; a connection that is lost here is made anew by the next transaction.
        with suppress(psycopg.Error):
            if unknown := link.send(_UNKNOWN).fetchall():
                link.control(f"ANALYZE (SKIP_LOCKED) {', '.join(name for (name,) in unknown)}".encode())
                link.wait()

    def _lost(self, error: psycopg.Error) -> bool:
        return gone(error) or self._link is None or self._link.closed

    def _insist(self, attempt: Callable[[Link], T], asked: float) -> T:
        """Run a transaction, and run it again while the connection is lost and time is left."""
        deadline = asked + self._timeouts.patience
        last = False
        while True:
            try:
                if self._link is None:
                    connection, self._schema = connect(self._given, self._timeouts, deadline)
                    self._link = Link(connection)
                return attempt(self._link)
            except psycopg.Error as error:
                lost = self._lost(error)
                self._end(drop=lost)
                if not lost and not collided(error):
                    raise explain(error) from error
                # Even a call that has waited in the queue tries a new connection once.
                if last:
                    raise away(self._timeouts.patience) from None
                last = time.monotonic() >= deadline
            except BaseException:
                self._end(drop=False)
                raise

    def _end(self, *, drop: bool) -> None:
        """Undo what is open; a connection that cannot even do that is dropped."""
        link = self._link
        if link is None:
            return
        if not drop and not link.closed:
            with suppress(psycopg.Error):
                link.roll_back()
                return
        self._link = None
        link.close()


def open_server(url: str, directory: Path, worker: Worker, timeouts: tuple[float, float, float]) -> PostgresStore:
    """Connect on the calling thread, which must be the worker's, and migrate where that is due.

    Args:
        url: ``postgresql://…`` as libpq reads it.
        directory: folder of keys and tokens.
        worker: the store's thread.
        timeouts: seconds to wait for another process's migration, for another transaction, and for a server that
            is away.

    Raises:
        InvalidArgument: the URL cannot be read, or the database cannot be used.
    """
    given, limits = address(url), Timeouts(*timeouts)
    deadline = time.monotonic() + limits.patience
    while True:
        try:
            return PostgresStore(given, connect(given, limits, deadline), limits, directory, worker)
        except psycopg.Error as error:
            if not gone(error):
                raise
            if time.monotonic() >= deadline:
                raise away(limits.patience) from None
