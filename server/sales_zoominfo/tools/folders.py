"""Which files a tool may touch: those in the folders that a person has named, here or in their client."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mcp import MCPError
from mcp.server.mcpserver import Context
from mcp.types import InputRequiredResult, ListRootsRequest, ListRootsResult

from ..errors import SalesZoomInfoError, fail
from .consent import ASKED_BY_ANSWER

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


def read_folders(setting: str | None) -> tuple[Path, ...]:
    """Folders from the setting, separated as in ``PATH``.

    Raises:
        InvalidArgument: one of them is no folder.
    """
    found: list[Path] = []
    for part in (setting or "").split(os.pathsep):
        if not part.strip():
            continue
        path = Path(part.strip()).expanduser()
        if not path.is_absolute() or not path.is_dir():
            reason = "one of its parts is no absolute path of a folder that is there"
            how = f"Give folders such as /home/me/exports, several with '{os.pathsep}' between them."
            raise fail("setting_invalid", name="ZOOMINFO_FILES", reason=reason, how=how)
        found.append(path.resolve())
    return tuple(dict.fromkeys(found))


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


def confined(name: str, given: object, folders: Sequence[Path]) -> Path:
    """A path that a tool may touch.

    Args:
        name: of the argument.
        given: a path; a relative one counts from the first folder.
        folders: the allowed ones.

    Returns:
        The path, made absolute, with no link in it that leads out.

    Raises:
        InvalidArgument: it is no path, or outside the folders, or none are allowed.
    """
    if not isinstance(given, str) or not given.strip() or "\0" in given:
        expected = "the path of a file"
        raise fail("wrong_type", name=name, expected=expected, got="something else", details={"field": name})
    if not folders:
        raise fail("no_folders", details={"field": name})
    path = Path(given.strip()).expanduser()
    path = path if path.is_absolute() else folders[0] / path
    try:
        # The last part too: a link within the folder can lead out of it.
        whole = path.resolve()
    except (OSError, RuntimeError, ValueError):
        raise _outside(name, folders) from None
    if not any(whole.is_relative_to(folder) for folder in folders):
        raise _outside(name, folders)
    # Of an output the link itself is refused, and not what it leads to.
    return path.parent.resolve() / path.name


def _outside(name: str, folders: Sequence[Path]) -> SalesZoomInfoError:
    allowed = ", ".join(str(folder) for folder in folders)
    return fail("outside_folders", name=name, folders=allowed, details={"field": name})
