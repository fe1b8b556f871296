"""What every database of the state offers: transactions on one thread, behind an async interface."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from concurrent.futures import Future

    from .worker import Worker

T = TypeVar("T")

# The lane of the ledger, and of whatever must not change beside it.
STATE = "state"


class Rows(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""
        ...

    def fetchone(self) -> Any:
        """The next row as a tuple, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """The rows that are left, as tuples."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Transaction(Protocol):
    """What a function given to :meth:`Store.write` or :meth:`Store.read` works on.

    The SQL is the part that SQLite and PostgreSQL share: ``?`` for values, ``ON CONFLICT``, ``RETURNING``; no
    ``INSERT OR``, no ``rowid``, no ``PRAGMA``. Integers, floats, text and bytes come back as such from both. A
    statement that fails ends the transaction: let its exception through.
    """

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement; ``values`` stand for its ``?``."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each row of values, in one round trip."""
        ...

    def now(self) -> float:
        """Epoch seconds by the database server's clock; by the machine's where there is no server."""
        ...


class Store(Protocol):
    """An open state database.

    A function given to it may run twice: on PostgreSQL a connection that is lost before the COMMIT is made anew.
    So it only reads and writes the database and what it returns.
    """

    directory: Path
    """Folder of the state key and the sandbox's data: the file's own; with PostgreSQL the user's state folder."""

    async def write(self, fn: Callable[[Transaction], T], *, lane: str = STATE, durable: bool = True) -> T:
        """Run a function in a transaction of its own.

        Args:
            fn: gets the transaction; must neither commit nor await; any exception rolls everything back.
            lane: writes of one lane wait for each other, across processes.
            durable: wait until the COMMIT is on disk; without it a crash of the machine may undo the last writes.

        Returns:
            What ``fn`` returns, after the COMMIT. Once called it is carried out, also when the caller is cancelled.

        Raises:
            InvalidArgument: the database cannot be used. Of kind ``state_unusable``: nothing was written;
                of kind ``state_uncertain``: it went away during the COMMIT, so all or nothing was written.
            RuntimeError: the store is closed.
        """
        ...

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """Run a function on one consistent snapshot; writing in it fails.

        Args:
            fn: gets the transaction.

        Returns:
            What ``fn`` returns.

        Raises:
            InvalidArgument: the database cannot be used.
            RuntimeError: the store is closed.
        """
        ...

    def submit(self, fn: Callable[[Transaction], T], *, lane: str = STATE, durable: bool = True) -> Future[T]:
        """Queue a write without waiting for it; it runs after what was queued before. As :meth:`write` otherwise."""
        ...

    async def close(self) -> None:
        """Finish what is queued and close. Closing twice is fine."""
        ...


class ThreadStore:
    """A store whose connection belongs to one dedicated thread, so that any event loop may use it.

    Attributes:
        directory: see :class:`Store`.
    """

    def __init__(self, directory: Path, worker: Worker) -> None:
        """Args: the folder, and the thread that has opened the connection."""
        self.directory = directory
        self._worker = worker
        self._closed = False

    async def write(self, fn: Callable[[Transaction], T], *, lane: str = STATE, durable: bool = True) -> T:
        """See :meth:`Store.write`."""
        asked = time.monotonic()
        # Kept although its caller may be cancelled: a settlement that waits in the queue must not be withdrawn.
        return await self._run(lambda: self._write(fn, lane, durable, asked), keep=True)

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """See :meth:`Store.read`."""
        asked = time.monotonic()
        return await self._run(lambda: self._read(fn, asked), keep=False)

    def submit(self, fn: Callable[[Transaction], T], *, lane: str = STATE, durable: bool = True) -> Future[T]:
        """See :meth:`Store.submit`."""
        asked = time.monotonic()
        self._opened()
        return self._worker.submit(lambda: self._write(fn, lane, durable, asked))

    async def close(self) -> None:
        """See :meth:`Store.close`."""
        import asyncio

        if self._closed:
            return
        self._closed = True
        future = self._worker.submit(self._disconnect)
        self._worker.leave()
        await asyncio.shield(asyncio.wrap_future(future))

    def abandon(self) -> None:
        """Close from the store's own thread, when opening it was cancelled."""
        self._closed = True
        self._disconnect()

    def _opened(self) -> None:
        if self._closed:
            raise RuntimeError("the store is closed")

    async def _run(self, job: Callable[[], T], *, keep: bool) -> T:
        """Run a job on the store's thread; without ``keep`` it is left out when its caller is gone by then."""
        import asyncio

        # A call has some ten of these, and what asyncio makes of a thread's future costs as much as a statement.
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if answer.done():
                return
            if error is None:
                answer.set_result(cast("T", result))
            else:
                answer.set_exception(error)

        def run() -> None:
            if not keep and answer.cancelled():
                return
            result, error = None, None
            try:
                result = job()
            except BaseException as raised:
                error = raised
            # A loop that has ended has nobody who waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, result, error)
            del result, error  # a traceback would keep this frame, and this frame the traceback

        self._opened()
        self._worker.put(run)
        return await answer

    # On the store's thread; ``asked`` is when the call was made, by time.monotonic.

    def _write(self, fn: Callable[[Transaction], T], lane: str, durable: bool, asked: float, /) -> T:
        raise NotImplementedError

    def _read(self, fn: Callable[[Transaction], T], asked: float, /) -> T:
        raise NotImplementedError

    def _disconnect(self) -> None:
        raise NotImplementedError
