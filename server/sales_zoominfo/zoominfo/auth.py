"""Access tokens: signing in, with each of the grants that ZoomInfo has.

Sources: ZoomInfo's official Enterprise client (claims of the key assertion, 60-minute tokens, refresh at 55) and
its GTM sign-in documentation (form-encoded, HTTP Basic, refresh tokens that rotate and are single-use).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..errors import SalesZoomInfoError, fail
from .keys import key_bytes, load_private_key
from .messages import Response
from .operations import OPERATIONS, Generation
from .refusals import is_object, parse_problem
from .renewal import Tokens
from .token_cache import TOKEN_TEXT, Session, TokenCache
from .transport import Transport

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_ENTERPRISE_LIFE = 3600.0
_ENTERPRISE_REFRESH = 3300.0
_GTM_LIFE = 3600.0
_REFRESH_SHARE = 0.8


class EnterpriseTokens(Tokens):
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
        cache: where tokens survive a restart and are shared.
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
            return no_sign_in(answer)
        problem = parse_problem(answer.data)
        if "permission to access the zoominfo api" in problem.text or "no roles found" in problem.text:
            return fail("plan_endpoint", operation="access to the API for this user", details={"status": answer.status})
        reason = f" (status {answer.status})"
        if self._password is not None:
            return login_refused("password", reason, "ZOOMINFO_USERNAME and ZOOMINFO_PASSWORD", answer)
        check = (
            "that ZOOMINFO_USERNAME, ZOOMINFO_CLIENT_ID and ZOOMINFO_PRIVATE_KEY belong together, "
            "that the key is still active, and this machine's clock"
        )
        return login_refused("key", reason, check, answer)


class GtmTokens(Tokens):
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
        sign_in: str | None = None,
        cache: TokenCache | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Args:
        transport: how to reach ZoomInfo.
        client_id, client_secret: of the app.
        refresh_token: the first one of a chain; without it the client-credentials grant is used.
        token_url: absolute, when it is not ``<base>/gtm/oauth/v1/token``.
        sign_in: name of a sign-in that ``login`` has put into the cache, which is used then; or else
        cache: where the chain survives a restart; without one a rotated token lives in memory only.
        wall: epoch seconds.
        """
        super().__init__(transport, cache, wall)
        self._client = GtmClient(transport, client_id, client_secret, token_url)
        self._refresh_token = refresh_token
        self._stored = sign_in

    def identity(self) -> str:
        """See :meth:`Tokens.identity`; a stored sign-in has a name of its own."""
        return self._stored or super().identity()

    def _secret(self) -> tuple[str, bytes]:
        return self._client.client_id, self._client.secret

    def _rotates(self) -> bool:
        return self._stored is not None or self._refresh_token is not None

    def _first(self) -> Session | None:
        return None if self._stored or self._refresh_token is None else Session("", 0, 0, self._refresh_token)

    def _origin(self) -> str:
        if self._refresh_token is None:
            return ""
        return hmac.new(
            self._client.secret, self._refresh_token.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()

    async def _sign_in(self, previous: Session | None) -> Session:
        # No scope: naming one that the app lacks fails the whole call, naming none grants all it has.
        form, current = {"grant_type": "client_credentials"}, None
        if self._rotates():
            current = (previous.refresh_token if previous is not None else None) or self._refresh_token
            if current is None:
                raise fail("signed_out")
            form = {"grant_type": "refresh_token", "refresh_token": current}
        # A second copy of a refresh that is still under way would kill the session.
        answer = await self._client.ask(form, repeatable=not self._rotates())
        if answer.status != 200:
            raise self._refused(answer)
        session = gtm_session(answer, self._wall())
        return replace(session, refresh_token=(session.refresh_token or current) if self._rotates() else None)

    def _refused(self, answer: Response) -> SalesZoomInfoError:
        if answer.status not in (400, 401, 403):
            return no_sign_in(answer)
        oauth = parse_problem(answer.data).oauth
        reason = f" ({oauth})" if oauth else f" (status {answer.status})"
        if self._rotates():
            if oauth == "invalid_grant":
                return fail("session_lost", details={"status": answer.status, "error": oauth})
            check = "ZOOMINFO_CLIENT_ID, ZOOMINFO_CLIENT_SECRET and that the refresh token was made for that app"
            return login_refused("refresh token", reason, check, answer)
        if oauth == "unauthorized_client":
            return fail("client_credentials_off", details={"status": answer.status, "error": oauth})
        return login_refused("client credentials", reason, "ZOOMINFO_CLIENT_ID and ZOOMINFO_CLIENT_SECRET", answer)


class GtmClient:
    """An app at the token endpoint."""

    def __init__(self, transport: Transport, client_id: str, client_secret: str, token_url: str | None = None) -> None:
        """Args: as for :class:`GtmTokens`."""
        self._transport = transport
        self.client_id = client_id
        self._client_secret = client_secret
        path = OPERATIONS["authenticate"].gtm
        self._url = token_url or (path.path if path is not None else "/gtm/oauth/v1/token")

    @property
    def secret(self) -> bytes:
        """The client secret, as bytes to make digests with."""
        return self._client_secret.encode("utf-8", "surrogatepass")

    async def ask(self, form: Mapping[str, str], *, repeatable: bool) -> Response:
        """Ask for tokens.

        Args:
            form: the grant.
            repeatable: whether a lost answer may be asked for again.

        Returns:
            The answer, refusals too.

        Raises:
            RateLimited, UpstreamUnavailable: it could not be asked, or the answer was lost.
        """
        basic = base64.b64encode(f"{self.client_id}:{self._client_secret}".encode("utf-8", "replace")).decode()
        return await self._transport.exchange(
            self._url,
            headers={
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": f"Basic {basic}",
            },
            content=urlencode(form, errors="replace").encode(),
            repeatable=repeatable,
        )


def gtm_session(answer: Response, now: float) -> Session:
    """The session in an answer of the token endpoint.

    Args:
        answer: of status 200.
        now: epoch seconds.

    Raises:
        UpstreamUnavailable: it holds no usable access token.
    """
    value = _text(answer.data, "access_token")
    rotated: object = answer.data.get("refresh_token")
    life = _seconds(answer.data.get("expires_in")) or _GTM_LIFE
    refresh_token = rotated if isinstance(rotated, str) and rotated else None
    return Session(value, now + life, now + _REFRESH_SHARE * life, refresh_token)


def login_refused(method: str, reason: str, check: str, answer: Response) -> SalesZoomInfoError:
    return fail("login_refused", method=method, reason=reason, check=check, details={"status": answer.status})


def no_sign_in(answer: Response) -> SalesZoomInfoError:
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
