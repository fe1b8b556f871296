"""Sign-ins on disk: readable by their owner alone, written whole or not at all."""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import anyio

from ..errors import fail
from .operations import OPERATIONS

log = logging.getLogger(__name__)

_LOCK_TIMEOUT = 45.0
_LOCK_POLL = 0.05
TOKEN_TEXT = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Session:
    """What is kept of a sign-in; times in epoch seconds.

    Attributes:
        value: the access token.
        expires_at, refresh_at: end of its life; when to get the next one.
        origin: fingerprint of the grant the chain began with, so that a new refresh token starts a new chain.
        refresh_token: the next one of a rotating chain, else None.
    """

    value: str = field(repr=False)
    expires_at: float
    refresh_at: float
    origin: str = field(default="", repr=False)
    refresh_token: str | None = field(default=None, repr=False)


class TokenCache:
    """Sessions on disk, so that a restart does not sign in again (sign-ins are limited to one a second).

    One JSON file per identity, mode 0600 in a folder of mode 0700, replaced atomically. A file that others can read,
    that belongs to somebody else or that is a link is ignored and written anew.
    """

    def __init__(self, directory: Path) -> None:
        """Args:
        directory: folder of its own; made when it is missing.
        """
        self._directory = directory

    def __repr__(self) -> str:
        return "TokenCache()"

    def path(self, identity: str) -> Path:
        """The file of an identity (a hex digest)."""
        return self._directory / f"{identity}.json"

    def read(self, identity: str) -> Session | None:
        """The kept session, or None when there is none that can be trusted."""
        try:
            handle = os.open(self.path(identity), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            return None
        with os.fdopen(handle, "rb") as file:
            if os.name == "posix":
                status = os.fstat(handle)
                if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
                    log.warning("a token file that others can read was ignored; a new one will be written")
                    return None
            try:
                return _session(json.loads(file.read(65_536)))
            except (ValueError, OSError):
                return None

    def write(self, identity: str, session: Session) -> None:
        """Keep a session, on disk for good when this returns.

        Raises:
            OSError: it cannot be written.
        """
        self._prepare()
        for leftover in self._directory.glob(f".{identity}.*"):  # of a crash; writers hold the lock
            leftover.unlink(missing_ok=True)
        temporary = self._directory / f".{identity}.{secrets.token_hex(6)}"
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(session), file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path(identity))
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        if os.name == "posix":
            folder = os.open(self._directory, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def check(self, identity: str) -> None:
        """See that a session could be kept, before a single-use token is spent on getting it.

        Raises:
            OSError: it could not.
        """
        self._prepare()
        probe = self._directory / f".{identity}.{secrets.token_hex(6)}"
        try:
            probe.write_bytes(b"\0" * 4096)
        finally:
            probe.unlink(missing_ok=True)

    @asynccontextmanager
    async def lock(self, identity: str) -> AsyncGenerator[None]:
        """Hold an identity against other processes.

        Raises:
            UpstreamUnavailable: another process holds it for longer than a sign-in can take.
            OSError: the folder cannot be used.
        """
        from filelock import FileLock, Timeout

        self._prepare()
        # The lock is released by the system when its holder dies, so a crash blocks nobody.
        lock = FileLock(self._directory / f"{identity}.lock", mode=0o600)
        waited = 0.0
        held = False
        while not held:
            try:
                lock.acquire(timeout=0)
                held = True
            except Timeout:
                pass
            if not held:
                if waited >= _LOCK_TIMEOUT:
                    raise fail("deadline", operation=OPERATIONS["authenticate"].title, seconds=f"{_LOCK_TIMEOUT:g}")
                await anyio.sleep(_LOCK_POLL)
                waited += _LOCK_POLL
        try:
            yield
        finally:
            lock.release()

    def _prepare(self) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            status = self._directory.stat()
            mode = stat.S_IMODE(status.st_mode)
            # A sticky folder such as /tmp is shared on purpose; closing it would break others.
            if mode & 0o077 and status.st_uid == os.getuid() and not mode & stat.S_ISVTX:
                self._directory.chmod(0o700)


def _session(data: Any) -> Session | None:
    match data:
        case {
            "value": str(value),
            "expires_at": int() | float() as expires_at,
            "refresh_at": int() | float() as refresh_at,
            "origin": str(origin),
            "refresh_token": (str() | None) as refresh_token,
        } if TOKEN_TEXT.fullmatch(value):
            return Session(value, float(expires_at), float(refresh_at), origin, refresh_token)
        case _:
            return None
