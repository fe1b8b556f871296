"""The folders that a client works in, asked for in both eras of the protocol."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mcp import MCPError
from mcp.server.mcpserver import Context
from mcp.types import InputRequiredResult, ListRootsRequest, ListRootsResult

from .consent import ASKED_BY_ANSWER
from .folders import read_folders

KEY = "roots"


class RootsNeeded(Exception):
    """The client has to be asked by the answer to the call.

    Attributes:
        pending: that answer.
    """

    def __init__(self) -> None:
        super().__init__("the client is asked for its roots")
        self.pending = InputRequiredResult(input_requests={KEY: ListRootsRequest()})


class Folders:
    """The allowed folders of one connection.

    Args:
        setting: ``ZOOMINFO_FILES``; it wins over what the client says.
    """

    def __init__(self, setting: str | None) -> None:
        self._set = read_folders(setting)
        self._told: tuple[Path, ...] | None = None

    async def of(self, context: Context[Any, Any] | None, *, local: bool) -> tuple[Path, ...]:
        """The folders for a call.

        Args:
            context: of the call, None for one from this process.
            local: whether the client is on this machine; the folders of another say nothing here.

        Returns:
            Absolute folders without links; none when nobody has named any.

        Raises:
            RootsNeeded: the client has to be asked first.
        """
        if self._set or context is None or not local:
            return self._set
        capabilities = context.client_capabilities
        if capabilities is None or capabilities.roots is None:
            return ()
        if (context.protocol_version or "") >= ASKED_BY_ANSWER:
            answer = (context.input_responses or {}).get(KEY)
            if isinstance(answer, ListRootsResult):
                # A consent that is asked for next comes back without them.
                self._told = _of_client(answer)
            elif self._told is None:
                raise RootsNeeded
            return self._told or ()
        if not context.session.can_send_request:
            return ()
        try:
            with warnings.catch_warnings():
                # Deprecated for the newer revision, which is served above.
                warnings.simplefilter("ignore")
                return _of_client(await context.session.list_roots())  # pyright: ignore[reportDeprecated]
        except (ValueError, MCPError):
            return ()


def _of_client(told: ListRootsResult) -> tuple[Path, ...]:
    found: list[Path] = []
    for root in told.roots:
        address = urlsplit(str(root.uri))
        if address.scheme != "file" or address.netloc not in ("", "localhost"):
            continue
        text = unquote(address.path)
        # file:///C:/exports
        if os.name == "nt":
            text = text.lstrip("/")
        try:
            path = Path(text)
            if path.is_absolute() and path.is_dir():
                found.append(path.resolve())
        except (OSError, ValueError):
            continue
    return tuple(dict.fromkeys(found))
