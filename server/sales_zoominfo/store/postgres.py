"""The state in PostgreSQL, shared by several machines: the same transactions, over a connection that may be lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar, cast
from uuid import uuid4

from ..errors import SalesZoomInfoError, fail
from .base import Rows, ThreadStore, Transaction
from .dialect import placeholders

try:
    import psycopg

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
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")

_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"
# The lock comes in a statement of its own, so that those that follow see what its last holder has committed.
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; {options}SELECT pg_advisory_xact_lock({key}); " + _CLOCK
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + _CLOCK
# In one message: the row is there if the COMMIT was carried out, and only then. The writer is of hexadecimal digits.
_COMMIT = (
    "INSERT INTO sales_zoominfo_writer VALUES ('{writer}', {number}, clock_timestamp()) ON CONFLICT (id)"
    " DO UPDATE SET number = excluded.number, seen = excluded.seen; COMMIT"
)
_LAZY = "SET LOCAL synchronous_commit = off; "


class _Transaction:
    """A PostgreSQL transaction in the store's terms."""

    def __init__(self, connection: Connection, now: float) -> None:
        self._connection = connection
        self._began = now - time.monotonic()

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        return self._connection.execute(_trusted(placeholders(sql)), values, prepare=True)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_trusted(placeholders(sql)), rows)

    def now(self) -> float:
        # The server's clock when the lock was ours, and what has passed since.
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
        executor: ThreadPoolExecutor,
    ) -> None:
        """Use :func:`~sales_zoominfo.store.open_store`."""
        super().__init__(directory, executor)
        self._given = given
        self._timeouts = timeouts
        self._connection: Connection | None = connected[0]
        self._schema = connected[1]
        self._id = uuid4().hex
        self._number = 0

    def _write(self, fn: Callable[[Transaction], T], lane: str, durable: bool, asked: float, /) -> T:
        self._number += 1
        number = self._number
        begin = _BEGIN.format(options="" if durable else _LAZY, key=lock_key(self._schema, lane))
        commit = _COMMIT.format(writer=self._id, number=number)
        unconfirmed: list[T] = []  # what the job returned before a COMMIT that got no answer

        def attempt(connection: Connection) -> T:
            transaction = _Transaction(connection, _begin(connection, begin))
            if unconfirmed:
                if self._committed(connection, number):
                    connection.execute("ROLLBACK")
                    return unconfirmed[0]
                unconfirmed.clear()
            result = fn(transaction)
            unconfirmed.append(result)
            connection.execute(_trusted(commit), prepare=False)
            return result

        try:
            return self._insist(attempt, asked)
        except SalesZoomInfoError as error:
            if unconfirmed and error.kind == "state_unusable":
                raise fail("state_uncertain") from None
            raise

    def _read(self, fn: Callable[[Transaction], T], asked: float, /) -> T:
        def attempt(connection: Connection) -> T:
            result = fn(_Transaction(connection, _begin(connection, _BEGIN_READING)))
            connection.execute("ROLLBACK")
            return result

        return self._insist(attempt, asked)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.execute("DELETE FROM sales_zoominfo_writer WHERE id = %s", (self._id,))
            connection.close()

    def _committed(self, connection: Connection, number: int) -> bool:
        # Under the lane's lock, hence after the lost connection's transaction has ended either way.
        row = connection.execute("SELECT number FROM sales_zoominfo_writer WHERE id = %s", (self._id,)).fetchone()
        return row is not None and row[0] == number

    def _insist(self, attempt: Callable[[Connection], T], asked: float) -> T:
        """Run a transaction, and run it again while the connection is lost and time is left."""
        deadline = asked + self._timeouts.patience
        last = False
        while True:
            try:
                if self._connection is None:
                    self._connection, self._schema = connect(self._given, self._timeouts, deadline)
                return attempt(self._connection)
            except psycopg.Error as error:
                lost = gone(error) or self._connection is None or self._connection.closed
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
        connection = self._connection
        if connection is None:
            return
        try:
            if not drop and not connection.closed:
                connection.execute("ROLLBACK")
                return
        except psycopg.Error:
            pass
        self._connection = None
        connection.close()


def open_server(
    url: str, directory: Path, executor: ThreadPoolExecutor, timeouts: tuple[float, float, float]
) -> PostgresStore:
    """Connect on the calling thread, which must be the executor's, and migrate where that is due.

    Args:
        url: ``postgresql://…`` as libpq reads it.
        directory: folder of keys and tokens.
        executor: of one thread.
        timeouts: seconds to wait for another process's migration, for another transaction, and for a server that
            is away.

    Raises:
        InvalidArgument: the URL cannot be read, or the database cannot be used.
    """
    given, limits = address(url), Timeouts(*timeouts)
    deadline = time.monotonic() + limits.patience
    while True:
        try:
            return PostgresStore(given, connect(given, limits, deadline), limits, directory, executor)
        except psycopg.Error as error:
            if not gone(error):
                raise
            if time.monotonic() >= deadline:
                raise away(limits.patience) from None


def _begin(connection: Connection, statements: str) -> float:
    """Begin a transaction; the server's clock in epoch seconds."""
    cursor = connection.execute(_trusted(statements), prepare=False)
    while cursor.nextset():
        pass
    row = cursor.fetchone()
    if row is None:
        raise psycopg.OperationalError("no clock")
    return row[0]


def _trusted(query: str) -> LiteralString:
    # Statements are constants of this package; every value is bound.
    return cast("LiteralString", query)
