"""Conversations that the user asked to keep: encrypted files in the state folder, for 30 days."""

from __future__ import annotations

import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import anyio.to_thread

from ..agent.transcript import Conversation
from ..app import App
from ..errors import fail
from ..store import directory_of

KEPT_DAYS = 30
_FOLDER = "conversations"
_SUFFIX = ".sealed"
_ID = re.compile(r"[0-9a-f]{12}")


class Kept:
    """The folder of kept conversations.

    Args:
        app: whose state, key and opt-out list.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._folder = directory_of(app.settings.state_address) / _FOLDER

    async def put(self, conversation: Conversation) -> None:
        """Keep a conversation in place of its earlier state; the file is whole at any time.

        Raises:
            OSError: the folder cannot be written.
            InvalidArgument: the key of the state is unusable.
        """
        vault = (await self._app.screen()).list.vault
        sealed = vault.encrypt(_purpose(conversation.id), conversation.to_json().encode())
        await anyio.to_thread.run_sync(self._write, self._path(conversation.id), sealed)

    async def get(self, name: str | None) -> Conversation:
        """A kept conversation, without people who have objected since.

        Args:
            name: its id; None for the latest.

        Raises:
            NotFound: there is none, or its days are over.
            InvalidArgument: it is broken, of another version, or the key is not the one that it was kept with.
        """
        found = await anyio.to_thread.run_sync(self._find, name)
        if found is None:
            raise fail("conversation_missing", name=name or "to continue", days=KEPT_DAYS)
        screen = await self._app.screen()
        text = screen.list.vault.decrypt(_purpose(found.stem), found.read_bytes()).decode()
        conversation = Conversation.from_json(text)
        conversation.messages = [await self._screened(message) for message in conversation.messages]
        return conversation

    async def _screened(self, value: Any) -> Any:
        if isinstance(value, str):
            return await (await self._app.screen()).text(value)
        if isinstance(value, list):
            return [await self._screened(item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            pairs = cast("dict[str, Any]", value).items()
            return {name: await self._screened(item) for name, item in pairs}
        return value

    async def purge(self, *, everything: bool = False) -> int:
        """Delete conversations whose days are over, or all.

        Returns:
            How many were deleted.
        """
        return await anyio.to_thread.run_sync(self._purge, everything)

    def _find(self, name: str | None) -> Path | None:
        self._purge()
        if name is not None:
            path = self._path(name)
            return path if _ID.fullmatch(name) and path.is_file() else None
        return max(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, default=None)

    def _purge(self, everything: bool = False) -> int:
        oldest = time.time() - KEPT_DAYS * 86_400
        gone = 0
        for path in self._folder.glob("*"):
            # Another program of the same user may delete them at the same time.
            with suppress(OSError):
                if everything or path.stat().st_mtime < oldest:
                    path.unlink()
                    gone += path.suffix == _SUFFIX
        return gone

    def _write(self, path: Path, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"


def _purpose(name: str) -> str:
    return f"conversation {name}"
