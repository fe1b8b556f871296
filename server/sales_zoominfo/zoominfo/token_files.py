"""Sign-ins that earlier releases kept in files, to be taken over into the store once."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

log = logging.getLogger(__name__)


class OldSession(NamedTuple):
    """What a file holds: the identity it belongs to, and its content."""

    identity: str
    content: dict[str, Any]


def of_chain(identity: str, origin: str) -> str:
    """The identity of a rotating chain: that of its app, told apart by the token it began with.

    Args:
        identity: of generation, address, user and secret.
        origin: fingerprint of the first refresh token; empty for grants that do not rotate.
    """
    return hashlib.sha256(f"{identity}\n{origin}".encode()).hexdigest() if origin else identity


def read_old(folder: Path) -> list[OldSession]:
    """The sessions in a folder. A file that others can read, that is somebody else's or that is a link is left out."""
    found: list[OldSession] = []
    for path in sorted(folder.glob("*.json")):
        content = _read(path)
        if content is not None:
            origin = content.pop("origin", "")
            found.append(OldSession(of_chain(path.stem, str(origin)), content))
    return found


def remove_old(folder: Path) -> None:
    """Delete the folder and what this program put into it."""
    for pattern in ("*.json", "*.lock", ".*"):
        for path in folder.glob(pattern):
            with suppress(OSError):
                path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        if os.name == "posix":
            status = os.fstat(handle)
            if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
                log.warning("a token file that others can read was not taken over")
                return None
        try:
            content: object = json.loads(file.read(65_536))
        except (ValueError, OSError):
            return None
    return content if isinstance(content, dict) else None  # pyright: ignore[reportUnknownVariableType]
