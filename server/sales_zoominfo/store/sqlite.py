"""A SQLite file behind an async interface: one thread, short transactions, plain errors."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from ..errors import SalesZoomInfoError, fail
from .files import PRIVATE_FILE, default_state_dir, make_folder
from .migrations import APPLICATION_ID, MIGRATIONS

if TYPE_CHECKING:
    import sqlite3
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")

FILE_NAME = "state.sqlite"
# How long to wait for another process: to finish opening the file, or to finish a transaction. Seconds.
LOCK_TIMEOUT = 15.0
BUSY_TIMEOUT = 10.0

_MAGIC = b"SQLite format 3\x00"
# Primary result codes of SQLite that speak of the file or the machine; any other is a bug of ours.
_CAUSES: dict[int, tuple[str, str]] = {
    3: ("access to {path} is denied", "Give yourself read and write access to {path}."),
    5: (
        "{path} stayed locked by another process",
        "Wait for the other process or end it, then try again; keep the file off network drives.",
    ),
    8: ("{path} is read-only", "Give yourself write access to {path} and its folder."),
    10: ("reading or writing {path} failed", "Check the disk that holds {path}."),
    11: ("{path} is corrupt", "Restore {path} from a backup, or move it away to start anew (purchases are forgotten)."),
    13: ("the disk that holds {path} is full", "Free some space and try again."),
    14: ("{path} cannot be opened", "Give yourself read and write access to {path} and its folder."),
    23: ("access to {path} is denied", "Give yourself read and write access to {path}."),
    26: (
        "{path} is not a SQLite database",
        "Point ZOOMINFO_STATE_URL at another file, or move this one away.",
    ),
}


class Store:
    """An open state file.

    Every function given to :meth:`write` and :meth:`read` runs on one dedicated thread, in the order of the
    calls, so that nothing blocks the event loop and any loop may use the store. Once called, a write is
    carried out to its COMMIT or ROLLBACK, also when the awaiting task is cancelled.

    Attributes:
        path: the SQLite file.
        directory: its folder; tokens and the ledger's key live beside it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, executor: ThreadPoolExecutor) -> None:
        """Use :func:`open_store`."""
        self.path = path
        self.directory = path.parent
        self._connection = connection
        self._executor = executor
        self._closed = False

    async def write(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function in a transaction of its own (BEGIN IMMEDIATE … COMMIT).

        Args:
            fn: gets the connection; must neither commit nor await; any exception rolls everything back.

        Returns:
            What ``fn`` returns, after the COMMIT has reached the disk.

        Raises:
            InvalidArgument: the file is locked for too long, read-only, damaged, or the disk is full.
            RuntimeError: the store is closed.
        """
        import asyncio

        # Shielded: a cancelled caller must not withdraw a settlement that still waits in the queue.
        return await asyncio.shield(asyncio.wrap_future(self.submit(fn)))

    async def read(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function on one consistent snapshot; writing in it fails.

        Args:
            fn: gets the connection.

        Returns:
            What ``fn`` returns.

        Raises:
            InvalidArgument: the file cannot be read.
            RuntimeError: the store is closed.
        """
        import asyncio

        return await asyncio.wrap_future(self._enqueue(lambda: self._read(fn)))

    def submit(self, fn: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a write without waiting for it; it runs after the writes queued before.

        Args:
            fn: as in :meth:`write`.

        Returns:
            The future of its result.

        Raises:
            RuntimeError: the store is closed.
        """
        return self._enqueue(lambda: self._write(fn))

    async def close(self) -> None:
        """Finish what is queued and close the file. Closing twice is fine."""
        import asyncio

        if self._closed:
            return
        future = self._enqueue(self._connection.close)
        self._closed = True
        self._executor.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(future))

    def abandon(self) -> None:
        """Close the file from the store's own thread, when opening it was cancelled."""
        self._closed = True
        self._connection.close()

    def _enqueue(self, job: Callable[[], T]) -> Future[T]:
        if self._closed:
            raise RuntimeError("the store is closed")
        return self._executor.submit(job)

    def _write(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        import sqlite3

        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = fn(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite may have rolled back by itself, as on a full disk
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise _explain(error, self.path) from error
        return result

    def _read(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        import sqlite3

        connection = self._connection
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            try:
                return fn(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                connection.execute("PRAGMA query_only = OFF")
        except sqlite3.Error as error:
            raise _explain(error, self.path) from error


async def open_store(
    url: str | None = None, *, lock_timeout: float = LOCK_TIMEOUT, busy_timeout: float = BUSY_TIMEOUT
) -> Store:
    """Open the state file, make it when it is not there, and bring its schema up to date.

    Args:
        url: ``sqlite:///ABSOLUTE/PATH`` (percent escapes are decoded); None for ``state.sqlite`` in
            :func:`default_state_dir`. A folder that is missing is made with mode 0700; the file has mode 0600.
        lock_timeout: seconds to wait while another process opens or migrates the same file.
        busy_timeout: seconds to wait for another process's transaction, now and later.

    Returns:
        The store; close it after use.

    Raises:
        InvalidArgument: the URL is not one of SQLite, or the file cannot be used (a folder, read-only,
            corrupt, another program's, locked for too long, or written by a newer release); then nothing
            in it has been changed.
    """
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    given = None if url is None else _path_of(url)
    executor = ThreadPoolExecutor(1, thread_name_prefix="sales-zoominfo-store")

    def job() -> Store:
        path = given or default_state_dir() / FILE_NAME
        return Store(path, _open(path, lock_timeout, busy_timeout), executor)

    future = executor.submit(job)
    try:
        return await asyncio.wrap_future(future)
    except BaseException:
        executor.submit(_abandon, future)  # cancelled while opening: close what the thread still opens
        executor.shutdown(wait=False)
        raise


def _abandon(future: Future[Store]) -> None:
    if not future.cancelled() and future.exception() is None:
        future.result().abandon()


def directory_of(url: str | None) -> Path:
    """The folder of a state file, without opening the file.

    Args:
        url: as for :func:`open_store`.

    Raises:
        InvalidArgument: the address is not one of a state file.
    """
    return default_state_dir() if url is None else _path_of(url).parent


def _path_of(url: str) -> Path:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.casefold() != "sqlite":
        # Only the scheme is repeated: the rest of a database URL can hold a password.
        named = f"it names '{scheme}'" if separator and scheme.isalnum() else "it is not a URL"
        raise _bad_url(f"{named}, and this version keeps its state in SQLite only")
    if not rest.startswith("/"):
        raise _bad_url("the path is not absolute")
    if "?" in rest or "#" in rest:
        raise _bad_url("it has options after the path, and none are known")
    text = "/" + unquote(rest).lstrip("/")
    if len(text) > 2 and text[2] == ":":  # /C:/folder/file on Windows
        text = text[1:]
    if text == "/" or text.endswith(("/", ":memory:")) or "\x00" in text:
        raise _bad_url("it does not name a file")
    return Path(text)


def _bad_url(reason: str) -> SalesZoomInfoError:
    return fail(
        "setting_invalid",
        name="ZOOMINFO_STATE_URL",
        reason=reason,
        how="Give sqlite:///ABSOLUTE/PATH, or unset it to use the default state folder.",
    )


def _explain(error: sqlite3.Error, path: Path) -> Exception:
    """The error to raise instead of SQLite's: ours when the file is to blame, the same when we are."""
    code = getattr(error, "sqlite_errorcode", None)
    cause = _CAUSES.get(code & 0xFF) if isinstance(code, int) else None
    if cause is None:
        return error
    return fail("state_unusable", reason=cause[0].format(path=path), how=cause[1].format(path=path))


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
        raise fail("state_unusable", reason=_CAUSES[26][0].format(path=path), how=_CAUSES[26][1])
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
