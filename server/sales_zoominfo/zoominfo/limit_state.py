"""Where the lanes of the limiter are kept: in memory, in the state database, or in Redis.

Each offers one thing: apply a function to the text of a lane, alone among all processes that share it. When it cannot,
the step fails and nothing may be sent: pacing for oneself beside others would go past the account's limit.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio

from ..errors import fail

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ..store import Store, Transaction

T = TypeVar("T")

# Gets the lane's text, None when it is new, and epoch seconds; returns the new text and a result. May run twice.
Step = Callable[[str | None, float], tuple[str, T]]

FILE_NAME = "limits.sqlite"


class State(Protocol):
    """Keeps lanes by name."""

    async def step(self, name: str, fn: Step[T]) -> T:
        """Change a lane.

        Args:
            name: of the lane.
            fn: what to do; must not await.

        Returns:
            The second thing that ``fn`` returned.

        Raises:
            InvalidArgument, UpstreamUnavailable: the state cannot be used.
        """
        ...

    async def close(self) -> None:
        """Let go of files and connections. Closing twice is fine."""
        ...


class LocalState:
    """Lanes in memory, for one process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Args: seconds from any moment."""
        self._clock = clock
        self._texts: dict[str, str] = {}

    async def step(self, name: str, fn: Step[T]) -> T:
        """See :meth:`State.step`."""
        self._texts[name], result = fn(self._texts.get(name), self._clock())
        return result

    async def close(self) -> None:
        """See :meth:`State.close`."""


class StoreState:
    """Lanes in a state database, opened at the first call.

    With SQLite it is a file of its own, so that a slot waits neither for the ledger's transactions nor for its disk;
    with PostgreSQL a connection of its own to the same database.
    """

    def __init__(self, url: str | None, directory: Path) -> None:
        """Args:
        url: of the state database; None for SQLite in ``directory``.
        directory: the state's folder.
        """
        served = url is not None and not url.casefold().startswith("sqlite:")
        self._url = url if served else f"sqlite://{_slashed(directory / FILE_NAME)}"
        self._directory = directory
        self._opening = anyio.Lock()
        self._store: Store | None = None

    async def step(self, name: str, fn: Step[T]) -> T:
        """See :meth:`State.step`."""
        store = self._store or await self._open()

        def job(tx: Transaction) -> T:
            row = tx.execute("SELECT state FROM rate WHERE name = ?", (name,)).fetchone()
            text, result = fn(None if row is None else row[0], tx.now())
            tx.execute(
                "INSERT INTO rate (name, state) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state",
                (name, text),
            )
            return result

        return await store.write(job, lane=f"rate:{name}", durable=False)

    async def _open(self) -> Store:
        from ..store import open_store

        async with self._opening:
            if self._store is None:
                self._store = await open_store(self._url, directory=self._directory)
            return self._store

    async def close(self) -> None:
        """See :meth:`State.close`."""
        store, self._store = self._store, None
        if store is not None:
            await store.close()


def _slashed(path: Path) -> str:
    from urllib.parse import quote

    text = quote(path.absolute().as_posix())
    return text if text.startswith("/") else f"/{text}"


def open_state(url: str | None, directory: Path, redis_url: SecretStr | None) -> State:
    """The state that the settings name; nothing is opened before the first call.

    Args:
        url: ``ZOOMINFO_STATE_URL``.
        directory: the state's folder.
        redis_url: ``ZOOMINFO_REDIS_URL``, None for the state database.

    Raises:
        InvalidArgument: Redis is named and its package is missing, or the address is none of Redis.
    """
    if redis_url is None:
        return StoreState(url, directory)
    try:
        from .redis_state import RedisState
    except ImportError:
        raise fail(
            "setting_invalid",
            name="ZOOMINFO_REDIS_URL",
            reason="it names Redis, and the package is not installed",
            how="Install it with `pip install 'sales-zoominfo[redis]'`, or unset it to share limits by the state.",
        ) from None
    return RedisState(redis_url.get_secret_value())
