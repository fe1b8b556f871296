"""Access tokens: signing in, keeping, refreshing one at a time.

Sources: ZoomInfo's official Enterprise client (claims of the key assertion, 60-minute tokens, refresh at 55) and
its GTM sign-in documentation (form-encoded, HTTP Basic, refresh tokens that rotate and are single-use).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import logging
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import anyio

from ..errors import SalesZoomInfoError, fail
from .keys import key_bytes, load_private_key
from .messages import Response, Token
from .operations import OPERATIONS, Generation
from .refusals import is_object, parse_problem
from .token_cache import TOKEN_TEXT, Session, TokenCache
from .transport import Transport

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
        return f"{self._username}\n{self._client_id}", key_bytes(self._key_text)

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
    if isinstance(value, str) and TOKEN_TEXT.fullmatch(value):
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
