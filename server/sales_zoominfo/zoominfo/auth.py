"""Access tokens: signing in, keeping, refreshing one at a time.

Sources: ZoomInfo's official Enterprise client (claims of the key assertion, 60-minute tokens, refresh at 55) and
its GTM sign-in documentation (form-encoded, HTTP Basic, refresh tokens that rotate and are single-use).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import logging
import math
import os
import re
import secrets
import stat
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

import anyio

from ..errors import SalesZoomInfoError, fail
from .operations import OPERATIONS, Generation
from .transport import Response, Transport, is_object, parse_problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

log = logging.getLogger(__name__)

_ENTERPRISE_LIFE = 3600.0
_ENTERPRISE_REFRESH = 3300.0
_GTM_LIFE = 3600.0
_REFRESH_SHARE = 0.8
# A live token is used on while a refresh fails; this long until the next try.
_RETRY_REFRESH = 60.0
# With less life than this left, a caller waits for the refresh instead of sending the old token.
_MARGIN = 10.0
_LOCK_TIMEOUT = 45.0
_LOCK_POLL = 0.05
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token.

    Attributes:
        value: what goes after ``Bearer``; never in ``repr``.
        expires_at: epoch seconds.
        generation: counts the tokens of one source, so that a refusal of an old one starts no refresh.
    """

    value: str = field(repr=False)
    expires_at: float
    generation: int


class TokenSource(Protocol):
    """Where a bearer token comes from."""

    async def token(self) -> Token:
        """A token that is still good, signing in when there is none.

        Raises:
            AuthenticationFailed: ZoomInfo refused the sign-in, or a key cannot be read.
            UpstreamUnavailable, RateLimited: the sign-in could not be made now.
        """
        ...

    async def refresh(self, stale: Token) -> Token:
        """A token other than one that ZoomInfo refused.

        Args:
            stale: the refused one; when it is no longer the current one, the current one is returned at once.

        Raises:
            As for :meth:`token`.
        """
        ...


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
        } if _TOKEN.fullmatch(value):
            return Session(value, float(expires_at), float(refresh_at), origin, refresh_token)
        case _:
            return None


class _Tokens:
    """Keeping and refreshing, common to all grants: one sign-in at a time in the process, and across processes
    where there is a cache."""

    generation: Generation

    def __init__(self, transport: Transport, cache: TokenCache | None, wall: Callable[[], float]) -> None:
        self._transport = transport
        self._cache = cache
        self._wall = wall
        self._lock = anyio.Lock()
        self._session: Session | None = None
        self._token: Token | None = None
        self._not_before = 0.0
        self._unsaved = False
        # What the last sign-in ended with, for those who queued behind it.
        self._attempts = 0
        self._failure: SalesZoomInfoError | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    # Of each grant:

    def _secret(self) -> tuple[str, bytes]:
        """Who signs in, and with what."""
        raise NotImplementedError

    def _origin(self) -> str:
        return ""

    def _rotates(self) -> bool:
        return False

    async def _sign_in(self, previous: Session | None) -> Session:
        raise NotImplementedError

    # Common:

    def identity(self) -> str:
        """Name of the cache file: a digest of generation, base URL, user and secret.

        A changed password or key has another name, so it never meets a token of the old one.
        """
        who, secret = self._secret()
        proof = hmac.new(secret, b"sales-zoominfo token cache", hashlib.sha256).hexdigest()
        text = "\n".join((self.generation, self._transport.base_url, who, proof))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    async def token(self) -> Token:
        """A token that is still good, signing in when there is none.

        Raises:
            AuthenticationFailed: ZoomInfo refused the sign-in, or a key cannot be read.
            UpstreamUnavailable, RateLimited: the sign-in could not be made now.
            InvalidArgument: a rotated refresh token cannot be kept on disk.
        """
        if (token := self._good(waiting=False)) is not None:
            return token
        seen = self._attempts
        async with self._lock:
            if (token := self._good(waiting=True)) is not None:
                return token
            try:
                self._share_failure(seen)
                return await self._renew(None)
            except SalesZoomInfoError as error:
                # The old token has life left: an early refresh that fails is no reason to fail a call.
                if self._unsaved or self._token is None or self._wall() >= self._token.expires_at - _MARGIN:
                    raise
                log.warning("the access token could not be renewed yet (%s); the old one is used on", error.code)
                self._not_before = self._wall() + _RETRY_REFRESH
                return self._token

    async def refresh(self, stale: Token) -> Token:
        """A token other than one that ZoomInfo refused.

        Args:
            stale: the refused one; when it is no longer the current one, the current one is returned at once.

        Raises:
            As for :meth:`token`.
        """
        seen = self._attempts
        async with self._lock:
            if self._token is not None and self._token.generation != stale.generation and not self._unsaved:
                return self._token
            self._share_failure(seen)
            return await self._renew(stale.value)

    def _good(self, *, waiting: bool) -> Token | None:
        """The current token, unless it is time for the next one and nobody is at it yet."""
        session, now = self._session, self._wall()
        if session is None or self._unsaved:
            return None
        if now < session.refresh_at or (now < self._not_before and now < session.expires_at - _MARGIN):
            return self._token
        # Somebody refreshes already, and the old one is good for now.
        if not waiting and now < session.expires_at - _MARGIN and self._lock.locked():
            return self._token
        return None

    def _share_failure(self, seen: int) -> None:
        """Fail like the sign-in that this caller queued behind, instead of sending a wrong password once more."""
        failure = self._failure
        if failure is not None and self._attempts != seen:
            raise type(failure)(failure.kind, failure.message, failure.next_step, dict(failure.details))

    async def _renew(self, refused: str | None) -> Token:
        # A rotated refresh token that is on its way would be lost with a cancelled caller, and the session with it.
        with anyio.CancelScope(shield=self._rotates()):
            return await self._attempt(refused)
        raise AssertionError("nobody cancels that scope itself")

    async def _attempt(self, refused: str | None) -> Token:
        # A cancelled attempt counts for nothing: whoever queued behind it makes the next one.
        try:
            session = await self._next(refused)
        except SalesZoomInfoError as error:
            self._failure = error
            self._attempts += 1
            raise
        self._failure = None
        self._attempts += 1
        return self._adopt(session)

    async def _next(self, refused: str | None) -> Session:
        if self._cache is None:
            return await self._sign_in(self._session)
        identity = self.identity()
        trouble: str
        try:
            async with self._cache.lock(identity):
                return await self._next_held(self._cache, identity, refused)
        except OSError as error:
            trouble = type(error).__name__
        if self._rotates():
            raise _unusable(trouble)
        log.warning("tokens are not kept between runs: the token folder cannot be used (%s)", trouble)
        return await self._sign_in(self._session)

    async def _next_held(self, cache: TokenCache, identity: str, refused: str | None) -> Session:
        kept = cache.read(identity)
        if kept is not None and kept.origin != self._origin():
            kept = None
        if self._unsaved and self._session is not None:
            kept = self._session
        elif kept is not None and kept.value != refused and self._wall() < kept.refresh_at:
            return kept
        elif self._rotates():
            cache.check(identity)
        session = kept if self._unsaved and kept is not None else await self._sign_in(kept or self._session)
        if self._rotates():
            # Before anybody can use it: the previous refresh token is dead from now on.
            self._session, self._unsaved = session, True
            cache.write(identity, session)
            self._unsaved = False
        else:
            with contextlib.suppress(OSError):
                cache.write(identity, session)
        return session

    def _adopt(self, session: Session) -> Token:
        number = 1 if self._token is None else self._token.generation + 1
        self._session = session
        self._token = Token(session.value, session.expires_at, number)
        self._not_before = 0.0
        return self._token


def _unusable(trouble: str) -> SalesZoomInfoError:
    return fail(
        "state_unusable",
        reason=f"the folder for tokens cannot be written ({trouble})",
        how="Make room or give the user that runs the server write access to its state folder; "
        "a refresh token that cannot be kept would end the session.",
    )


class EnterpriseTokens(_Tokens):
    """Sign-in of the Enterprise API, with a password or with a key."""

    generation: Generation = "enterprise"

    def __init__(
        self,
        transport: Transport,
        username: str,
        password: str | None = None,
        *,
        client_id: str | None = None,
        key: str | None = None,
        cache: TokenCache | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Args:
        transport: how to reach ZoomInfo.
        username: login name.
        password: for password mode; or else
        client_id, key: client id of the key, and the private key as PEM text or a path.
        cache: where tokens survive a restart.
        wall: epoch seconds.
        """
        super().__init__(transport, cache, wall)
        if (password is None) == (client_id is None or key is None):
            raise ValueError("give either a password or a client id with its key")
        self._username = username
        self._password = password
        self._client_id = client_id or ""
        self._key_text = key or ""
        self._key: RSAPrivateKey | None = None

    def _secret(self) -> tuple[str, bytes]:
        if self._password is not None:
            return f"{self._username}\npassword", self._password.encode("utf-8", "surrogatepass")
        # The bytes behind a path, so that a key replaced in place counts as another one.
        return f"{self._username}\n{self._client_id}", _key_bytes(self._key_text)

    def assertion(self) -> str:
        """The signed statement that a key sign-in sends as its bearer token.

        Returns:
            A compact RS256 JWT with the documented claims and no key id.

        Raises:
            AuthenticationFailed: the key cannot be read.
        """
        import jwt

        if self._key is None:
            # Once: parsing a key costs a hundred times as much as signing.
            self._key = load_private_key(self._key_text)
        # Back-dated as integrators do: a clock that is up to a minute fast would otherwise sign in the future.
        issued = int(self._wall()) - 60
        claims = {
            "aud": "enterprise_api",
            "iss": "api-client@zoominfo.com",
            "username": self._username,
            "client_id": self._client_id,
            "iat": issued,
            "exp": issued + 300,
        }
        return jwt.encode(claims, self._key, algorithm="RS256")

    async def _sign_in(self, previous: Session | None) -> Session:  # noqa: ARG002 - there is no chain to go on with
        headers = {"Accept": "application/json"}
        content = b""
        if self._password is None:
            headers["Authorization"] = f"Bearer {self.assertion()}"
        else:
            headers["Content-Type"] = "application/json"
            body = {"username": self._username, "password": self._password}
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        path = OPERATIONS["authenticate"].enterprise
        answer = await self._transport.exchange(
            path.path if path is not None else "/authenticate", headers=headers, content=content
        )
        if answer.status == 200:
            return self._accept(_text(answer.data, "jwt"))
        raise self._refused(answer)

    def _accept(self, value: str) -> Session:
        now = self._wall()
        life = _own_life(value, now)
        if life is None:
            return Session(value, now + _ENTERPRISE_LIFE, now + _ENTERPRISE_REFRESH)
        return Session(value, now + life, now + _REFRESH_SHARE * life)

    def _refused(self, answer: Response) -> SalesZoomInfoError:
        if answer.status not in (400, 401, 403):
            return _no_sign_in(answer)
        problem = parse_problem(answer.data)
        if "permission to access the zoominfo api" in problem.text or "no roles found" in problem.text:
            return fail("plan_endpoint", operation="access to the API for this user", details={"status": answer.status})
        reason = f" (status {answer.status})"
        if self._password is not None:
            return _login_refused("password", reason, "ZOOMINFO_USERNAME and ZOOMINFO_PASSWORD", answer)
        check = (
            "that ZOOMINFO_USERNAME, ZOOMINFO_CLIENT_ID and ZOOMINFO_PRIVATE_KEY belong together, "
            "that the key is still active, and this machine's clock"
        )
        return _login_refused("key", reason, check, answer)


class GtmTokens(_Tokens):
    """Sign-in of the GTM API, with client credentials or with a refresh token that rotates."""

    generation: Generation = "gtm"

    def __init__(
        self,
        transport: Transport,
        client_id: str,
        client_secret: str,
        refresh_token: str | None = None,
        token_url: str | None = None,
        *,
        cache: TokenCache | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Args:
        transport: how to reach ZoomInfo.
        client_id, client_secret: of the app.
        refresh_token: the first one of a chain; without it the client-credentials grant is used.
        token_url: absolute, when it is not ``<base>/gtm/oauth/v1/token``.
        cache: where the chain survives a restart; without one a rotated token lives in memory only.
        wall: epoch seconds.
        """
        super().__init__(transport, cache, wall)
        self._client_id = client_id
        self._client_secret = client_secret
        self._refresh_token = refresh_token
        path = OPERATIONS["authenticate"].gtm
        self._url = token_url or (path.path if path is not None else "/gtm/oauth/v1/token")

    def _secret(self) -> tuple[str, bytes]:
        return self._client_id, self._client_secret.encode("utf-8", "surrogatepass")

    def _rotates(self) -> bool:
        return self._refresh_token is not None

    def _origin(self) -> str:
        if self._refresh_token is None:
            return ""
        key = self._client_secret.encode("utf-8", "surrogatepass")
        return hmac.new(key, self._refresh_token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    async def _sign_in(self, previous: Session | None) -> Session:
        # No scope: naming one that the app lacks fails the whole call, naming none grants all it has.
        form = {"grant_type": "client_credentials"}
        current = self._refresh_token
        if current is not None:
            current = (previous.refresh_token if previous is not None else None) or current
            form = {"grant_type": "refresh_token", "refresh_token": current}
        basic = base64.b64encode(f"{self._client_id}:{self._client_secret}".encode("utf-8", "replace")).decode()
        answer = await self._transport.exchange(
            self._url,
            headers={
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": f"Basic {basic}",
            },
            content=urlencode(form, errors="replace").encode(),
            # A second copy of a refresh that is still under way would kill the session.
            repeatable=self._refresh_token is None,
        )
        if answer.status != 200:
            raise self._refused(answer)
        data: Any = answer.data
        value = _text(data, "access_token")
        rotated: object = data.get("refresh_token")
        now = self._wall()
        life = _seconds(data.get("expires_in")) or _GTM_LIFE
        return Session(
            value,
            now + life,
            now + _REFRESH_SHARE * life,
            self._origin(),
            (rotated if isinstance(rotated, str) and rotated else current) if self._rotates() else None,
        )

    def _refused(self, answer: Response) -> SalesZoomInfoError:
        if answer.status not in (400, 401, 403):
            return _no_sign_in(answer)
        oauth = parse_problem(answer.data).oauth
        reason = f" ({oauth})" if oauth else f" (status {answer.status})"
        if self._rotates():
            if oauth == "invalid_grant":
                return fail("session_lost", details={"status": answer.status, "error": oauth})
            check = "ZOOMINFO_CLIENT_ID, ZOOMINFO_CLIENT_SECRET and that the refresh token was made for that app"
            return _login_refused("refresh token", reason, check, answer)
        if oauth == "unauthorized_client":
            return fail("client_credentials_off", details={"status": answer.status, "error": oauth})
        return _login_refused("client credentials", reason, "ZOOMINFO_CLIENT_ID and ZOOMINFO_CLIENT_SECRET", answer)


def _login_refused(method: str, reason: str, check: str, answer: Response) -> SalesZoomInfoError:
    return fail("login_refused", method=method, reason=reason, check=check, details={"status": answer.status})


def _no_sign_in(answer: Response) -> SalesZoomInfoError:
    title, status = OPERATIONS["authenticate"].title, answer.status
    if status in (404, 405) or 300 <= status < 400:
        return fail("upstream_no_route", operation=title, status=status, details={"status": status})
    return fail("upstream_failed", operation=title, status=status, attempts="", details={"status": status})


def _text(data: Any, name: str) -> str:
    """A token from an answer; it must be able to travel in a header."""
    value: object = data.get(name) if is_object(data) else None
    if isinstance(value, str) and _TOKEN.fullmatch(value):
        return value
    raise fail("upstream_unreadable", operation=OPERATIONS["authenticate"].title, reason=f"it holds no usable '{name}'")


def _seconds(value: object) -> float | None:
    """A positive number of seconds, given as number or text; else None."""
    try:
        number = float(value) if isinstance(value, (int, float, str)) else 0.0
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def _own_life(value: str, now: float) -> float | None:
    """The life that a JWT claims for itself, seconds; None when it is opaque.

    ``exp`` minus ``iat``, which no clock of ours can falsify; without ``iat``, ``exp`` minus now.
    """
    parts = value.split(".")
    if len(parts) != 3:
        return None
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        end = float(claims["exp"])
        start = float(claims["iat"]) if "iat" in claims else now
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    life = end - start
    return life if math.isfinite(life) and 0 < life <= 30 * 86_400 else None


# Private keys ------------------------------------------------------------------------------------------------------

_LONGEST_KEY = 65_536
# Word processors turn the hyphens of the frame into dashes.
_DASH = "[-\u2010-\u2015]"
_BEGIN = re.compile(rf"{_DASH}+[ \t]*BEGIN ([A-Z0-9 ]+?)[ \t]*{_DASH}+")
_END = re.compile(rf"{_DASH}+[ \t]*END ([A-Z0-9 ]+?)[ \t]*{_DASH}+")
_SSH = ("ssh-", "ecdsa-")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_PEM_HEADER = re.compile(r"(?m)^[ \t]*[A-Za-z-]+:[^\n]*$")


def load_private_key(text: str) -> RSAPrivateKey:
    r"""Read an RSA private key as people paste it.

    Args:
        text: PEM (PKCS#8 or PKCS#1), also with literal ``\n``, on one line, indented, with CRLF, quoted, with a byte
            order mark, in base64 or without its frame; or the path of a file that holds one.

    Returns:
        The key.

    Raises:
        AuthenticationFailed: ``key_unreadable`` with what is wrong; the text itself is never part of it.
    """
    return _load_der(_der(_key_bytes(text)))


def _unreadable(reason: str) -> SalesZoomInfoError:
    return fail("key_unreadable", reason=reason)


def _key_bytes(text: str) -> bytes:
    """The key's bytes: the text itself, or what is in the file it names."""
    name = text.strip().strip("\ufeff\"'").strip()
    if not name:
        raise _unreadable("it is empty")
    if len(name) > _LONGEST_KEY:
        raise _unreadable("it is far too long for a key")
    # Base64 has slashes like a path, but is longer than one.
    packed = len(name) > 200 and _BASE64.fullmatch(name)
    if packed or name.startswith(_SSH) or any(part in name for part in ("BEGIN ", "END ", "\n", "\0")):
        return text.encode("utf-8", "replace")
    content: bytes | None = None
    trouble = ""
    path = Path(name)
    try:
        path = path.expanduser()
        if path.is_dir():
            trouble = "it names a folder"
        elif path.is_file():
            with path.open("rb") as file:
                content = file.read(_LONGEST_KEY + 1)
        elif "/" in name or "\\" in name or path.suffix.lower() in (".pem", ".key", ".p8", ".der", ".txt"):
            trouble = "the file that it names does not exist"
    except ValueError:  # no path that the system can encode
        content = None
    except (OSError, RuntimeError) as error:
        trouble = f"the file that it names cannot be read ({type(error).__name__})"
    if trouble:
        raise _unreadable(trouble)
    if content is None:
        return text.encode("utf-8", "replace")
    if not content.strip():
        raise _unreadable("the file is empty")
    if len(content) > _LONGEST_KEY:
        raise _unreadable("the file is far too long for a key")
    return content


def _der(raw: bytes, *, unwrapped: bool = False) -> bytes:
    """The binary form, from PEM in any state of repair."""
    if raw[:1] == b"\x30" and raw[1:2] in (b"\x81", b"\x82", b"\x83"):
        return raw
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = raw.decode(encoding, "replace").strip().strip("\ufeff\"'").strip()
    for literal, real in (("\\r", "\r"), ("\\n", "\n"), ("\\t", " "), ("\r", "\n")):
        text = text.replace(literal, real)
    begins = list(_BEGIN.finditer(text))
    if not begins:
        return _unframed(text, unwrapped)
    # A bundle may hold a certificate first.
    begin = next((match for match in begins if match[1].endswith("PRIVATE KEY")), begins[0])
    label = begin[1]
    wrong = _wrong_kind(label)
    if wrong is not None:
        raise _unreadable(wrong)
    end = _END.search(text, begin.end())
    if end is None:
        raise _unreadable("it is cut off, the END line is missing")
    body = text[begin.end() : end.start()]
    if "ENCRYPTED" in body:
        raise _unreadable("it is protected by a passphrase; export it without one")
    packed = "".join(_PEM_HEADER.sub("", body).split())
    return _whole(_decode(packed))


def _unframed(text: str, unwrapped: bool) -> bytes:
    if _END.search(text):
        raise _unreadable("it is cut off, the BEGIN line is missing")
    if _BEGIN.match(f"{text}-----"):
        raise _unreadable("it is cut off after its first line")
    packed = "".join(text.split())
    if len(packed) >= 200 and _BASE64.fullmatch(packed):
        content = _decode(packed)
        if content[:1] == b"\x30":
            return _whole(content)
        if not unwrapped and b"BEGIN" in content:
            return _der(content, unwrapped=True)
    if text.startswith(_SSH):
        raise _unreadable("it is a public key; the private one is needed")
    raise _unreadable("it is no PEM key, there is no BEGIN line")


def _wrong_kind(label: str) -> str | None:
    if label in ("PRIVATE KEY", "RSA PRIVATE KEY"):
        return None
    if "ENCRYPTED" in label:
        return "it is protected by a passphrase; export it without one"
    if label.startswith("OPENSSH"):
        return "it is an OpenSSH key; ZoomInfo's keys are RSA in PKCS#8 PEM"
    if "PUBLIC KEY" in label:
        return "it is a public key; the private one is needed"
    if label.startswith("CERTIFICATE"):
        return "it is a certificate; the private key is needed"
    if label in ("EC PRIVATE KEY", "DSA PRIVATE KEY", "EC PARAMETERS"):
        return f"it is a key of the type {label[:3].strip()}; ZoomInfo's keys are RSA"
    return "it holds something else than a private key"


def _decode(packed: str) -> bytes:
    stray = not _BASE64.fullmatch(packed) if packed else False
    content: bytes | None = None
    if packed and not stray:
        # Some exports drop the padding; a single left-over character means that something is missing.
        with contextlib.suppress(binascii.Error, ValueError):
            content = base64.b64decode(packed.rstrip("=") + "=" * (-len(packed.rstrip("=")) % 4))
    if stray:
        raise _unreadable("there are characters in it that do not belong into a key")
    if not content:
        raise _unreadable("it is cut off" if packed else "there is nothing between BEGIN and END")
    return content


def _whole(content: bytes) -> bytes:
    """Compare the length that the key states with what is there."""
    if content[:1] != b"\x30" or len(content) < 4:
        raise _unreadable("its content is damaged")
    size = content[1]
    start = 2
    if size & 0x80:
        start = 2 + (size & 0x7F)
        size = int.from_bytes(content[2:start])
    if start + size > len(content):
        raise _unreadable("it is cut off, part of the key is missing")
    return content[: start + size]


def _load_der(content: bytes) -> RSAPrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    key: object = None
    reason = "its content is damaged, or it is no private key"
    try:
        key = load_der_private_key(content, None)
    except TypeError:
        reason = "it is protected by a passphrase; export it without one"
    except UnsupportedAlgorithm:
        reason = "it is a key of another type; ZoomInfo's keys are RSA"
    except ValueError:
        pass
    if key is None:
        raise _unreadable(reason)
    if not isinstance(key, RSAPrivateKey):
        name = type(key).__name__.removesuffix("PrivateKey").lstrip("_").upper().replace("ELLIPTICCURVE", "EC")
        raise _unreadable(f"it is a key of the type {name}; ZoomInfo's keys are RSA")
    if key.key_size < 2048:
        raise _unreadable(f"it is an RSA key of {key.key_size} bits; at least 2048 are needed")
    return key
