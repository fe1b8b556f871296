"""Answers that were too long to show: encrypted files in the state folder, for a week."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread

if TYPE_CHECKING:
    from ..store.vault import Vault

# How many seconds a kept answer stays.
KEPT_FOR = 7 * 86_400
_PURPOSE = "answer"
_NAME = re.compile(r"([a-z_]+)-([0-9a-f]{16})\.sealed")
_TOKEN = re.compile(r"[0-9a-f]{16}")


class KeptAnswers:
    """The folder of long answers.

    Args:
        folder: tells where they are; made when the first one is kept.
        vault: opens the vault.
        clock: Unix seconds.
    """

    def __init__(
        self,
        folder: Callable[[], Path],
        vault: Callable[[], Awaitable[Vault]],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._vault = vault
        self._clock = clock

    async def put(self, tool: str, text: str) -> str:
        """Keep an answer.

        Args:
            tool: whose answer, letters and underscores.
            text: the answer.

        Returns:
            Its token, 16 hexadecimal digits.

        Raises:
            OSError: the folder cannot be written.
            InvalidArgument: the vault cannot be opened.
        """
        vault = await self._vault()
        token = secrets.token_hex(8)
        sealed = vault.encrypt(f"{_PURPOSE} {token}", text.encode())
        await anyio.to_thread.run_sync(self._write, f"{tool}-{token}.sealed", sealed)
        return token

    def _write(self, name: str, data: bytes) -> None:
        # A server may run longer than they stay.
        self.purge_now()
        write_private(self._folder(), name, data)

    async def get(self, token: str, tool: str | None = None) -> str | None:
        """An answer that was kept.

        Args:
            token: as :meth:`put` gave it.
            tool: whose answer; None for whichever.

        Returns:
            The text; None when there is none, or its time is over.

        Raises:
            InvalidArgument: it cannot be decrypted.
        """
        if not _TOKEN.fullmatch(token):
            return None
        data = await anyio.to_thread.run_sync(self._read, token, tool)
        if data is None:
            return None
        vault = await self._vault()
        return vault.decrypt(f"{_PURPOSE} {token}", data).decode()

    def _read(self, token: str, tool: str | None) -> bytes | None:
        self.purge_now()
        for file in self._folder().glob(f"{tool or '*'}-{token}.sealed"):
            if _NAME.fullmatch(file.name):
                with suppress(OSError):
                    return file.read_bytes()
        return None

    async def purge(self, *, everything: bool = False) -> int:
        """Delete answers whose days are over, and files in clear of earlier versions.

        Args:
            everything: delete all of them.

        Returns:
            How many files went.
        """
        return await anyio.to_thread.run_sync(self.purge_now, everything)

    def purge_now(self, everything: bool = False) -> int:
        """:meth:`purge`, blocking."""
        gone = 0
        oldest, folder = self._clock() - KEPT_FOR, self._folder()
        for file in (*folder.glob("*.sealed"), *folder.glob("*.json")):
            # Another program of the same user may delete them at the same time.
            with suppress(OSError):
                if everything or file.suffix == ".json" or file.stat().st_mtime < oldest:
                    file.unlink()
                    gone += 1
        return gone


def write_private(folder: Path, name: str, data: bytes) -> Path:
    """Write a file that only its owner can read.

    Returns:
        Its absolute path.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except OSError:
        # Half an answer must not be taken for the whole.
        path.unlink(missing_ok=True)
        raise
    return path
