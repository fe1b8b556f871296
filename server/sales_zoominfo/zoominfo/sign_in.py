"""Signing in as a person: authorization code with PKCE, kept in the store, forgotten on request.

Sources: ZoomInfo's GTM sign-in documentation (S256, exact redirect URI, a confidential client), RFC 6749, 7636 and
8252 for what it leaves open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from ..errors import SalesZoomInfoError, fail
from ..scrub import remember
from ..settings import Settings, env_name
from .credentials import GtmCredentials, fingerprint, place_of, read_credentials, sign_in_name
from .token_cache import Session, SignInRecord, TokenCache, TokensNotKept

if TYPE_CHECKING:
    import httpx2

    from .messages import Response

AUTHORIZE = "/gtm/oauth/v1/authorize"
# Registered once at ZoomInfo and compared there letter by letter, so it does not change between runs.
PORT = 8765
REDIRECT_URI = "http://127.0.0.1:{port}/callback"
# Names of OAuth errors; anything else in their place is not repeated.
_ERROR = re.compile(r"[a-z_]{1,40}")

Stray = Literal["place", "state", "used", "empty"]
_REASONS: dict[Stray, str] = {
    "place": "it came to another address than {uri}",
    "state": "its state is another one, so it is from an older page or from somebody else",
    "used": "it was used already",
    "empty": "it holds neither a code nor an error",
}


class Answer(NamedTuple):
    """What the browser brought back; its code is good once."""

    code: str

    def __repr__(self) -> str:
        return "Answer()"


class Attempt:
    """One try to sign in: the page to open, and the only answer that fits it.

    Attributes:
        url: the page to open.
        redirect_uri: where the answer comes to.
        verifier: proves to the token endpoint that the answer is ours.
    """

    def __init__(self, base_url: str, client_id: str, redirect_uri: str) -> None:
        """Args:
        base_url: where the API is.
        client_id: of the app.
        redirect_uri: exactly as it is registered.
        """
        self.redirect_uri = redirect_uri
        self.verifier = secrets.token_urlsafe(64)
        self._state = secrets.token_urlsafe(32)
        self._used = False
        challenge = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
            "state": self._state,
        }
        self.url = f"{base_url.rstrip('/')}{AUTHORIZE}?{urlencode(query)}"

    def __repr__(self) -> str:
        return "Attempt()"

    def read(self, url: str) -> Answer:
        """Read what the browser was sent back with; a second reading of the same is refused.

        Args:
            url: the whole address.

        Raises:
            AuthenticationFailed: it belongs to something else (``details["stray"]`` says how), was used before, or
                says that the person or ZoomInfo refused.
        """
        try:
            got, wanted = urlsplit(url.strip()), urlsplit(self.redirect_uri)
            query = parse_qs(got.query, max_num_fields=50)
            here = (got.scheme, got.netloc, got.path or "/") == (wanted.scheme, wanted.netloc, wanted.path or "/")
        except ValueError:
            raise self._stray("place") from None
        if not here:
            raise self._stray("place")
        states = query.get("state", [])
        if len(states) != 1 or not hmac.compare_digest(states[0].encode(), self._state.encode()):
            raise self._stray("state")
        if self._used:
            raise self._stray("used")
        codes, errors = query.get("code", []), query.get("error", [])
        if errors:
            self._used = True
            raise self._refused(errors[0])
        if len(codes) != 1:
            raise self._stray("empty")
        self._used = True
        return Answer(codes[0])

    def _stray(self, why: Stray) -> SalesZoomInfoError:
        return fail("sign_in_stray", reason=_REASONS[why].format(uri=self.redirect_uri), details={"stray": why})

    def _refused(self, error: str) -> SalesZoomInfoError:
        if error == "access_denied":
            return fail("sign_in_declined")
        return refused(error if _ERROR.fullmatch(error) else "", self.redirect_uri)


def refused(error: str, redirect_uri: str, status: int | None = None) -> SalesZoomInfoError:
    """The error of a sign-in that ZoomInfo refused.

    Args:
        error: its OAuth name, or empty.
        redirect_uri: what was asked with.
        status: HTTP status, when the token endpoint refused.
    """
    reason = f" ({error})" if error else f" (status {status})" if status else ""
    check = (
        f"{env_name('client_id')} and {env_name('client_secret')}, and that the app has exactly {redirect_uri} "
        "as redirect URI"
    )
    return fail("login_refused", method="browser", reason=reason, check=check, details={"error": error})


class SignIns:
    """The stored sign-ins of the configured account.

    Attributes:
        cache: where they are stored.
    """

    def __init__(
        self,
        settings: Settings,
        cache: TokenCache,
        http_transport: httpx2.AsyncBaseTransport | None = None,
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Args:
        settings: the environment.
        cache: where sign-ins are stored.
        http_transport: stands in for the network, for tests.
        wall: epoch seconds.
        """
        self._settings = settings
        self.cache = cache
        self._http_transport = http_transport
        self._wall = wall

    def begin(self, redirect_uri: str) -> Attempt:
        """Start a try; nothing is sent yet.

        Args:
            redirect_uri: exactly as it is registered.

        Raises:
            AuthenticationFailed: client id or secret are not set.
            InvalidArgument: ``ZOOMINFO_API`` keeps a GTM sign-in from being used.
        """
        return Attempt(self._settings.base_url, self._app(redirect_uri).client_id, redirect_uri)

    async def finish(self, attempt: Attempt, answer: Answer) -> Session:
        """Turn the answer into a sign-in, on disk for good when this returns.

        Args:
            attempt: the try.
            answer: what :meth:`Attempt.read` returned.

        Returns:
            The session; its tokens are secret.

        Raises:
            AuthenticationFailed: ZoomInfo refused the code.
            RateLimited, UpstreamUnavailable: it could not be asked, or answered nothing useful.
            InvalidArgument: the sign-in cannot be kept.
        """
        import anyio

        # Ctrl-C between answer and disk would leave a session that nobody can use.
        with anyio.CancelScope(shield=True):
            return await self._finish(attempt, answer)
        raise AssertionError("nobody cancels that scope itself")

    async def _finish(self, attempt: Attempt, answer: Answer) -> Session:
        from .auth import gtm_session, no_sign_in
        from .refusals import parse_problem

        app = self._app(attempt.redirect_uri)
        got = await self._exchange(app, attempt, answer)
        if got.status in (400, 401, 403):
            raise refused(parse_problem(got.data).oauth or "", attempt.redirect_uri, got.status)
        if got.status != 200:
            raise no_sign_in(got)
        session = gtm_session(got, self._wall())
        remember(session.value, renewed=True)
        remember(session.refresh_token, renewed=True)
        if session.refresh_token is None:
            raise fail("upstream_unreadable", operation="sign-in", reason="it holds no usable 'refresh_token'")
        configured = self._settings.secret("refresh_token")
        try:
            await self.cache.write(
                sign_in_name(self._settings, app.client_id),
                session,
                place=place_of(self._settings, sandbox=got.sandbox),
                replaces=fingerprint(configured) if configured else "",
            )
        except TokensNotKept as trouble:
            raise trouble.error from None
        return session

    async def _exchange(self, app: GtmCredentials, attempt: Attempt, answer: Answer) -> Response:
        from .auth import GtmClient
        from .limiter import LocalLimiter, default_rates
        from .transport import Transport

        network = Transport(
            base_url=self._settings.base_url,
            limiter=LocalLimiter(default_rates(self._settings.rate_limit)),
            timeout=self._settings.timeout,
            http_transport=self._http_transport,
        )
        form = {
            "grant_type": "authorization_code",
            "code": answer.code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        client = GtmClient(network, app.client_id, app.client_secret, self._settings.token_url)
        try:
            return await client.ask(form, repeatable=False)
        finally:
            await network.aclose()

    async def status(self) -> SignInRecord | None:
        """What may be told of the sign-in with the configured app; None when there is none.

        Raises:
            AuthenticationFailed: client id or secret are not set.
            InvalidArgument: the state cannot be read.
        """
        return await self.cache.sign_in(
            sign_in_name(self._settings, self._app(REDIRECT_URI.format(port=PORT)).client_id)
        )

    async def forget(self) -> int:
        """Delete the account's sign-ins at the configured address, whatever app they were made with.

        Returns:
            How many there were.

        Raises:
            InvalidArgument: the state cannot be written.
        """
        places = [place_of(self._settings, sandbox=sandbox) for sandbox in (False, True)]
        return sum([await self.cache.forget(place) for place in places])

    def _app(self, redirect_uri: str) -> GtmCredentials:
        settings = self._settings
        if settings.api in ("enterprise", "sandbox"):
            raise fail(
                "setting_invalid",
                name=env_name("api"),
                reason=f"with '{settings.api}' no GTM sign-in is used",
                how=f"Unset {env_name('api')} or set it to gtm.",
            )
        client_id = (settings.gtm_client_id or settings.client_id or "").strip()
        secret = settings.secret("client_secret")
        if not client_id or not secret:
            lacks = (("client_id", client_id), ("client_secret", secret))
            missing = " and ".join(env_name(name) for name, value in lacks if not value)
            raise fail("sign_in_needs", missing=missing, uri=redirect_uri, details={"missing": missing})
        # Half of another set is better known before the browser opens.
        return read_credentials(settings).gtm or GtmCredentials(client_id, secret)
