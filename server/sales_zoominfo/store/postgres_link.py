"""A connection to PostgreSQL on which statements travel together: one round trip where an answer is looked at.

psycopg connects, converts values and reads rows; its cursors write each statement to the socket for itself, also in
pipeline mode, and for statements as short as the state's that is most of what they cost.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from .postgres_server import Connection

if TYPE_CHECKING:
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult

# Statements that the server keeps for a connection: those with lists of values come in many lengths.
_MOST_PREPARED = 300
_GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.PIPELINE_SYNC)


class Answer:
    """The result of a statement, waited for when it is looked at.

    Attributes:
        at: when it came, by time.monotonic.
    """

    __slots__ = ("_link", "_result", "_rows", "at")

    def __init__(self, link: Link) -> None:
        self.at = 0.0
        self._link = link
        self._result: PGresult | None = None
        self._rows: Iterator[Any] | None = None

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed or found."""
        return self._answered().command_tuples or 0

    def fetchone(self) -> Any:
        """The next row as a tuple, or None."""
        return next(iter(self), None)

    def fetchall(self) -> list[Any]:
        """The rows that are left, as tuples."""
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        if self._rows is None:
            self._rows = iter(self._link.rows(self._answered()))
        return self._rows

    def take(self, result: PGresult, at: float) -> None:
        """Be answered."""
        self._result, self.at = result, at

    def _answered(self) -> PGresult:
        if self._result is None:
            self._link.wait()
        if self._result is None:
            raise psycopg.errors.InFailedSqlTransaction("skipped, since a statement before it has failed")
        return self._result


class Link:
    """A connection of its own, in pipeline mode.

    A statement that fails makes the server skip those that travel with it and follow; the next wait raises its error.
    """

    def __init__(self, connection: Connection) -> None:
        """Args: a connection in autocommit, not to be used otherwise from now on."""
        self._connection = connection
        self._wire = connection.pgconn
        self._wire.enter_pipeline_mode()
        self._values = Transformer(connection)
        # Names of prepared statements by their text and the types of their values.
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        # After a failure: which of them the server has come to prepare is not known.
        self._doubtful = False
        # Who gets the results that are to come, in the order of the statements; None where only success counts.
        self._awaited: list[Answer | None] = []

    @property
    def closed(self) -> bool:
        """Whether the connection is lost or closed."""
        return self._connection.closed

    def send(self, query: bytes, values: Sequence[Any] = ()) -> Answer:
        """Hand in a statement; it leaves with the next :meth:`wait` or :meth:`sync`.

        Args:
            query: with ``$1``, ``$2`` … for the values.
            values: of Python.
        """
        answer = Answer(self)
        dumped = self._values.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types = self._values.types or ()
        name = self._names.get((query, types))
        if name is None:
            name = self._names[query, types] = b"s%d" % len(self._names)
            self._wire.send_prepare(name, query, param_types=types)
            self._awaited.append(None)
        self._wire.send_query_prepared(name, dumped, param_formats=self._values.formats)
        self._awaited.append(answer)
        return answer

    def control(self, query: bytes) -> None:
        """Hand in a statement without values and rows, such as BEGIN; it is not prepared."""
        self._wire.send_query_params(query, None)
        self._awaited.append(None)

    def wait(self) -> None:
        """Send what was handed in, and wait until all of it is answered.

        Raises:
            psycopg.Error: of the first statement that failed; or the connection is lost.
        """
        self.sync()
        awaited, self._awaited = self._awaited, []
        failed: PGresult | None = None
        try:
            results = self._connection.wait(self._results(len(awaited)))
        except BaseException:
            self.close()  # what is still to come would be taken for other answers
            raise
        at = time.monotonic()
        for answer, result in zip(awaited, results, strict=True):
            if result.status not in _GOOD:
                failed = failed or result
            elif answer is not None:
                answer.take(result, at)
        if failed is not None:
            self._doubtful = True
            raise error_from_result(failed)

    def sync(self) -> None:
        """Send what was handed in, and wait for nothing."""
        # And no Flush: only after a Sync does the server count the time for which a transaction lies idle.
        self._wire.pipeline_sync()
        self._awaited.append(None)

    def leave(self) -> None:
        """End a transaction that has only read; nothing is waited for unless an answer is missing."""
        missing = bool(self._awaited)
        self.control(b"COMMIT")
        if missing:
            self.wait()
        else:
            self.sync()

    def roll_back(self) -> None:
        """Undo the transaction that is open, whatever has failed in it."""
        with suppress(psycopg.Error):
            self.wait()  # for what was handed in and not waited for
        self.control(b"ROLLBACK")
        self.wait()

    def refresh(self) -> None:
        """Forget prepared statements where that is due; before a transaction."""
        if self._doubtful or len(self._names) >= _MOST_PREPARED:
            self._doubtful = False
            self._names.clear()
            self.control(b"DEALLOCATE ALL")
            # A transaction's characteristics cannot be set after a statement that no Sync has ended.
            self.sync()

    def rows(self, result: PGresult) -> list[Any]:
        """The rows of a result as tuples of Python's values."""
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)

    def close(self) -> None:
        """Close the connection, whatever is under way."""
        self._connection.close()

    def _results(self, count: int) -> PQGen[list[PGresult]]:
        yield from generators.send(self._wire)
        found: list[PGresult] = []
        while len(found) < count:
            results = yield from generators.fetch_many(self._wire)
            if not results:
                raise psycopg.OperationalError("the connection ended before all was answered")
            found.append(results[-1])
        return found
