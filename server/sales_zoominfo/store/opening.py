"""Opening the state database that ``ZOOMINFO_STATE_URL`` names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..errors import SalesZoomInfoError, fail
from .base import Store, ThreadStore
from .files import default_state_dir

if TYPE_CHECKING:
    from concurrent.futures import Future

FILE_NAME = "state.sqlite"
# How long to wait for another process: to finish opening the database, or to finish a transaction. Seconds.
LOCK_TIMEOUT = 15.0
BUSY_TIMEOUT = 10.0
# How long a call waits for a PostgreSQL server that is away. Seconds.
PATIENCE = 10.0

POSTGRES = ("postgresql", "postgres")


async def open_store(
    url: str | None = None,
    *,
    directory: Path | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
    busy_timeout: float = BUSY_TIMEOUT,
    patience: float = PATIENCE,
) -> Store:
    """Open the state database, make it when it is not there, and bring its schema up to date.

    Args:
        url: ``sqlite:///ABSOLUTE/PATH`` (percent escapes are decoded) or ``postgresql://…`` as libpq reads it; None
            for ``state.sqlite`` in :func:`default_state_dir`. A folder that is missing is made with mode 0700; the
            file has mode 0600. In PostgreSQL the tables are in the schema ``sales_zoominfo``, or in the first
            schema of the search path that the URL sets (``?options=-csearch_path%3DNAME``), which must exist.
        directory: folder of keys and tokens with PostgreSQL; :func:`default_state_dir` when None.
        lock_timeout: seconds to wait while another process opens or migrates the same database.
        busy_timeout: seconds to wait for another process's transaction, now and later.
        patience: seconds to wait for a PostgreSQL server that is away, now and later.

    Returns:
        The store; close it after use.

    Raises:
        InvalidArgument: the URL is of no known kind, or the database cannot be used (a folder, read-only, corrupt,
            another program's, locked for too long, away, or written by a newer release); then nothing in it has
            been changed.
    """
    import asyncio

    from .worker import Worker

    served = url is not None and _scheme(url) in POSTGRES
    given = None if url is None or served else _path_of(url)
    worker = Worker("sales-zoominfo-store")

    def job() -> ThreadStore:
        if url is not None and served:
            from .postgres import open_server

            return open_server(url, directory or default_state_dir(), worker, (lock_timeout, busy_timeout, patience))
        from .sqlite import open_file

        return open_file(given or default_state_dir() / FILE_NAME, worker, lock_timeout, busy_timeout)

    future = worker.submit(job)
    try:
        return await asyncio.wrap_future(future)
    except BaseException:
        worker.submit(lambda: _abandon(future))  # cancelled while opening: close what the thread still opens
        worker.leave()
        raise


def _abandon(future: Future[ThreadStore]) -> None:
    if not future.cancelled() and future.exception() is None:
        future.result().abandon()


def directory_of(url: str | None) -> Path:
    """The folder of keys, tokens and long answers, without opening the database.

    Args:
        url: as for :func:`open_store`.

    Raises:
        InvalidArgument: the address is not one of a state database.
    """
    return default_state_dir() if url is None or _scheme(url) in POSTGRES else _path_of(url).parent


def _scheme(url: str) -> str:
    return url.partition("://")[0].casefold()


def _path_of(url: str) -> Path:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.casefold() != "sqlite":
        # Only the scheme is repeated: the rest of a database URL can hold a password.
        named = f"it names '{scheme}'" if separator and scheme.isalnum() else "it is not a URL"
        raise _bad_url(f"{named}, and the state is kept in SQLite or PostgreSQL")
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
        how="Give sqlite:///ABSOLUTE/PATH or postgresql://USER@HOST/NAME, or unset it for the default folder.",
    )
