"""The state in a SQLite file: one thread, short transactions, plain errors."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import fail
from .base import Rows, ThreadStore, Transaction
from .files import PRIVATE_FILE, make_folder
from .migrations import APPLICATION_ID, MIGRATIONS

if TYPE_CHECKING:
    import sqlite3

    from .worker import Worker

T = TypeVar("T")

_MAGIC = b"SQLite format 3\x00"
# What is lost with a state file, said wherever one is advised to move it away.
_ANEW = (
    "move it away to start anew: purchases and the opt-out list are forgotten then, so import the opt-outs again from "
    "an export or the backup."
)
# Primary result codes of SQLite that speak of the file or the machine; any other is a bug of ours.
_CAUSES: dict[int, tuple[str, str]] = {
    3: ("access to {path} is denied", "Give yourself read and write access to {path}."),
    5: (
        "{path} stayed locked by another process",
        "Wait for the other process or end it, then try again; keep the file off network drives.",
    ),
    8: ("{path} is read-only", "Give yourself write access to {path} and its folder."),
    10: ("reading or writing {path} failed", "Check the disk that holds {path}."),
    11: ("{path} is corrupt", f"Restore {{path}} from a backup, or {_ANEW}"),
    13: ("the disk that holds {path} is full", "Free some space and try again."),
    14: ("{path} cannot be opened", "Give yourself read and write access to {path} and its folder."),
    23: ("access to {path} is denied", "Give yourself read and write access to {path}."),
    26: (
        "{path} is not a SQLite database",
        f"Restore {{path}} from a backup, point ZOOMINFO_STATE_URL at another file, or {_ANEW}",
    ),
}
# A file that cannot grow or be made is told as one of these, so the disk itself has to be asked, in bytes.
_FAILED = (10, 14)
_FULL = 13
_ROOM = 1024 * 1024


class _Read:
    """Rows that were read at once: a statement left open would hold on to what the file was when it began."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any]) -> None:
        self.rowcount = len(rows)
        self._rows = iter(rows)

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class _Transaction:
    """A SQLite transaction in the store's terms."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        cursor = self._connection.execute(sql, values)
        return cursor if cursor.description is None else _Read(cursor.fetchall())

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        self._connection.executemany(sql, rows)

    def now(self) -> float:
        return time.time()


class SqliteStore(ThreadStore):
    """An open state file.

    Attributes:
        path: the SQLite file.
        directory: its folder; tokens and the ledger's key live beside it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, worker: Worker) -> None:
        """Use :func:`~sales_zoominfo.store.open_store`."""
        super().__init__(path.parent, worker)
        self.path = path
        self._connection = connection
        self._transaction = _Transaction(connection)
        self._durable = True

    def _disconnect(self) -> None:
        self._connection.close()

    def _write(self, fn: Callable[[Transaction], T], _lane: str, durable: bool, _asked: float, /) -> T:
        import sqlite3

        connection = self._connection
        try:
            if durable != self._durable:
                connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            # One writer at a time, whatever the lane.
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = fn(self._transaction)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite may have rolled back by itself, as on a full disk
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise _explain(error, self.path) from error
        return result

    def _read(self, fn: Callable[[Transaction], T], _asked: float, /) -> T:
        import sqlite3

        connection = self._connection
        try:
            before = connection.total_changes
            connection.execute("BEGIN")
            try:
                result = fn(self._transaction)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise _explain(error, self.path) from error
        # Undone above. SQLite's own refusal is a setting, which costs more than most reads.
        if connection.total_changes != before:
            raise fail(
                "state_unusable", reason=_CAUSES[8][0].format(path=self.path), how=_CAUSES[8][1].format(path=self.path)
            )
        return result


def open_file(path: Path, worker: Worker, lock_timeout: float, busy_timeout: float) -> SqliteStore:
    """Open a state file on the calling thread, which must be the worker's.

    Args:
        path: absolute path; a folder that is missing is made with mode 0700, the file with mode 0600.
        worker: the store's thread.
        lock_timeout: seconds to wait while another process opens or migrates the same file.
        busy_timeout: seconds to wait for another process's transaction, now and later.

    Raises:
        InvalidArgument: the file cannot be used; then nothing in it has been changed.
    """
    return SqliteStore(path, _open(path, lock_timeout, busy_timeout), worker)


def _explain(error: sqlite3.Error, path: Path) -> Exception:
    """The error to raise instead of SQLite's: ours when the file is to blame, the same when we are."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else 0
    if primary in _FAILED and _is_full(path):
        primary = _FULL
    cause = _CAUSES.get(primary)
    if cause is None:
        return error
    return fail("state_unusable", reason=cause[0].format(path=path), how=cause[1].format(path=path))


def _is_full(path: Path) -> bool:
    """Whether the disk that holds a file has hardly any room."""
    import shutil

    try:
        return shutil.disk_usage(path.parent).free < _ROOM
    except OSError:
        return False


def _open(path: Path, lock_timeout: float, busy_timeout: float) -> sqlite3.Connection:
    """Open and migrate under a file lock: two processes switching a new file to WAL would collide."""
    import sqlite3

    from filelock import FileLock, Timeout

    make_folder(path.parent)
    if path.exists() and not path.is_file():
        raise fail(
            "state_unusable",
            reason=f"{path} is not a file",
            how="Point ZOOMINFO_STATE_URL at a file, as sqlite:///PATH/state.sqlite.",
        )
    try:
        with FileLock(f"{path}.lock", timeout=lock_timeout, mode=PRIVATE_FILE):
            _inspect(path)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
            return _connect(path, busy_timeout)
    except Timeout:
        raise fail(
            "state_unusable",
            reason=f"another process has been opening {path} for over {lock_timeout:g} s",
            how="Wait for the other process or end it, then try again.",
        ) from None
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            reason, how = (text.format(path=path) for text in _CAUSES[_FULL])
            raise fail("state_unusable", reason=reason, how=how) from None
        raise fail(
            "state_unusable",
            reason=f"{path} cannot be opened ({error.strerror or type(error).__name__})",
            how=f"Give yourself read and write access to {path} and its folder.",
        ) from None


def _inspect(path: Path) -> None:
    """Refuse by the file's first bytes what SQLite would have to open, and could alter, to refuse."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return
    if not head:
        return
    if not head.startswith(_MAGIC) or len(head) < 100:
        raise fail("state_unusable", reason=_CAUSES[26][0].format(path=path), how=_CAUSES[26][1].format(path=path))
    _refuse_newer(int.from_bytes(head[60:64], "big"), path)


def _refuse_newer(version: int, path: Path) -> None:
    if version > len(MIGRATIONS):
        raise fail(
            "state_unusable",
            reason=f"{path} was written by a newer release (schema {version}, this release knows {len(MIGRATIONS)})",
            how="Upgrade sales-zoominfo, or point ZOOMINFO_STATE_URL at another file.",
        )


def _connect(path: Path, busy_timeout: float) -> sqlite3.Connection:
    import sqlite3

    connection = sqlite3.connect(path, timeout=busy_timeout, isolation_level=None, cached_statements=256)
    try:
        # Before the switch to WAL, which writes to the file.
        _version(connection, path)
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise fail(
                "state_unusable",
                reason=f"the file system of {path} does not allow SQLite's write-ahead log",
                how="Point ZOOMINFO_STATE_URL at a file on a local disk.",
            )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE")  # also shows a read-only file now rather than at the first purchase
        try:
            version = _version(connection, path)
            for step in MIGRATIONS[version:]:
                for statement in step:
                    connection.execute(statement)
            if version < len(MIGRATIONS):
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(PRIVATE_FILE)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of a file that is ours or empty."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (application or version or tables):
        raise fail(
            "state_unusable",
            reason=f"{path} is the database of another program",
            how="Point ZOOMINFO_STATE_URL at a file of its own.",
        )
    _refuse_newer(version, path)
    return version
