"""Keeping and renewing access tokens, common to all grants: one renewal at a time, whoever asks and wherever."""

from __future__ import annotations

import hashlib
import hmac
import logging
import random
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

import anyio

from ..errors import SalesZoomInfoError, fail
from ..scrub import remember
from .leases import Lease
from .messages import Token
from .operations import OPERATIONS, Generation
from .token_cache import Kept, Session, TokenCache, TokensNotKept
from .token_files import of_chain
from .transport import Transport

log = logging.getLogger(__name__)

# A live token is used on while a renewal fails; this long until the next try. Seconds.
_RETRY_REFRESH = 60.0
# With less life than this left, a caller waits for the renewal instead of sending the old token. Seconds.
_MARGIN = 10.0
# A renewal comes later by up to this share of what is left then, so that not all processes ask at once.
_JITTER = 0.25
# How soon a process looks again whether another one has renewed. Seconds.
_LOOK_AGAIN = 2.0
# A renewal whose holder died is taken over after this. Without rotation an early heir only signs in once more;
# with it, a request still under way would be sent twice, so it covers the longest request. Seconds.
LIFE = 15.0
LIFE_OF_CHAIN = 40.0
_PATIENCE = 45.0
_POLL, _LONGEST_POLL = 0.05, 0.5


class Tokens:
    """A source of tokens: in this process by a lock, across processes by a lease where there is a cache."""

    generation: Generation

    def __init__(self, transport: Transport, cache: TokenCache | None, wall: Callable[[], float] = time.time) -> None:
        """Args:
        transport: how to reach ZoomInfo.
        cache: where tokens survive a restart and are shared.
        wall: epoch seconds.
        """
        self._transport = transport
        self._cache = cache
        self._wall = wall
        self._lock = anyio.Lock()
        self._holder = secrets.token_hex(8)
        self._session: Session | None = None
        self._token: Token | None = None
        self._due = 0.0
        self._not_before = 0.0
        # A rotated session that could not be kept yet, and the generation it follows.
        self._unsaved: tuple[Session, int] | None = None
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

    def _first(self) -> Session | None:
        """What a rotating chain begins with; None when only the store knows."""
        return None

    def _rotates(self) -> bool:
        return False

    async def _sign_in(self, previous: Session | None) -> Session:
        raise NotImplementedError

    # Common:

    def identity(self) -> str:
        """Name of the session: a digest of generation, base URL, user, secret and the beginning of the chain.

        A changed password or key has another name, so it never meets a token of the old one.
        """
        who, secret = self._secret()
        proof = hmac.new(secret, b"sales-zoominfo token cache", hashlib.sha256).hexdigest()
        text = "\n".join((self.generation, self._transport.base_url, who, proof))
        return of_chain(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), self._origin())

    async def token(self) -> Token:
        """A token that is still good, signing in when there is none.

        Raises:
            AuthenticationFailed: ZoomInfo refused the sign-in, or a key cannot be read.
            UpstreamUnavailable, RateLimited: the sign-in could not be made now.
            InvalidArgument: a rotated refresh token cannot be kept.
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
                # The old token has life left: an early renewal that fails is no reason to fail a call.
                if self._unsaved or error.kind == "signed_out" or self._token is None or not self._alive():
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

    def _alive(self) -> bool:
        return self._session is not None and self._wall() < self._session.expires_at - _MARGIN

    def _good(self, *, waiting: bool) -> Token | None:
        """The current token, unless it is time for the next one and nobody is at it yet."""
        if self._session is None or self._unsaved:
            return None
        now = self._wall()
        if now < self._due or (now < self._not_before and self._alive()):
            return self._token
        # Somebody renews already, and the old one is good for now.
        return self._token if not waiting and self._alive() and self._lock.locked() else None

    def _share_failure(self, seen: int) -> None:
        """Fail like the sign-in that this caller queued behind, instead of sending a wrong password once more."""
        failure = self._failure
        if failure is not None and self._attempts != seen:
            raise type(failure)(failure.kind, failure.message, failure.next_step, dict(failure.details))

    async def _renew(self, refused: str | None) -> Token:
        # A cancelled attempt counts for nothing: whoever queued behind it makes the next one.
        try:
            token = await self._obtain(refused)
        except SalesZoomInfoError as error:
            self._failure = error
            self._attempts += 1
            raise
        self._failure = None
        self._attempts += 1
        return token

    async def _obtain(self, refused: str | None) -> Token:
        if self._cache is not None:
            try:
                return await self._obtain_shared(self._cache, refused)
            except TokensNotKept as trouble:
                if self._rotates():
                    raise trouble.error from None
                log.warning("tokens are not kept between runs: the state cannot be used (%s)", trouble.error.kind)
        with anyio.CancelScope(shield=self._rotates()):
            return self._adopt(await self._sign_in(self._session))
        raise AssertionError("nobody cancels that scope itself")

    async def _obtain_shared(self, cache: TokenCache, refused: str | None) -> Token:
        identity = self.identity()
        life = LIFE_OF_CHAIN if self._rotates() else LIFE
        waited, pause = 0.0, _POLL
        lease: Lease | None = None
        kept: Kept | None = None
        while lease is None:
            kept, busy = await cache.look(identity, self._holder, life)
            if (token := self._enough(kept, refused, busy=busy)) is not None:
                return token
            if not busy:
                # A cancelled caller must not leave a lease behind that it does not know of.
                with anyio.CancelScope(shield=True):
                    lease, kept = await cache.take(identity, self._holder, life)
            if lease is None:
                if waited >= _PATIENCE:
                    raise fail("deadline", operation=OPERATIONS["authenticate"].title, seconds=f"{_PATIENCE:g}")
                await anyio.sleep(pause)
                waited, pause = waited + pause, min(_LONGEST_POLL, pause * 1.5)
        try:
            # Somebody may have finished between looking and taking.
            if (token := self._enough(kept, refused, busy=False)) is not None:
                return token
            # A rotated refresh token on its way would be lost with a cancelled caller, and the session with it.
            with anyio.CancelScope(shield=self._rotates()):
                return await self._renew_alone(cache, identity, kept)
            raise AssertionError("nobody cancels that scope itself")
        finally:
            # What is not kept yet stays under the lease, since the kept refresh token is spent.
            if self._unsaved is None:
                with anyio.CancelScope(shield=True):
                    await _release(cache, lease)

    def _enough(self, kept: Kept | None, refused: str | None, *, busy: bool) -> Token | None:
        """The kept session's token, when it will do for now."""
        if self._unsaved or kept is None or kept.session.value in ("", refused):
            return None
        session, now = kept.session, self._wall()
        if now < session.refresh_at or (session == self._session and now < self._due):
            return self._adopt(session)
        # With a lost answer, the next try may end the session, so it waits until nothing else is left.
        in_doubt = self._rotates() and kept.sent_at is not None
        if (busy or in_doubt) and now < session.expires_at - _MARGIN:
            token = self._adopt(session)
            self._not_before = now + (_RETRY_REFRESH if in_doubt and not busy else _LOOK_AGAIN)
            return token
        return None

    async def _renew_alone(self, cache: TokenCache, identity: str, kept: Kept | None) -> Token:
        previous = None if kept is None else kept.session
        if not self._rotates():
            session = await self._sign_in(previous)
            try:
                await cache.write(identity, session)
            except TokensNotKept as trouble:
                log.warning("tokens are not kept between runs: the state cannot be used (%s)", trouble.error.kind)
            return self._adopt(session)
        if self._unsaved is None:
            self._unsaved = await self._rotate(cache, identity, kept)
        session, follows = self._unsaved
        # Before anybody can use it: the previous refresh token is dead from now on.
        saved = await cache.renewed(identity, session, follows)
        self._unsaved = None
        if saved:
            return self._adopt(session)
        # A COMMIT whose answer was lost, a new sign-in, or somebody who took over: what is kept counts.
        kept, _ = await cache.look(identity, self._holder, LIFE_OF_CHAIN)
        if kept is None or not kept.session.value:
            raise fail("signed_out")
        return self._adopt(kept.session)

    async def _rotate(self, cache: TokenCache, identity: str, kept: Kept | None) -> tuple[Session, int]:
        """Spend the refresh token, with a note before it goes out: who finds the note knows what may have happened."""
        if kept is not None and kept.damaged is not None:
            raise TokensNotKept(kept.damaged)
        lost_at = None if kept is None else kept.sent_at
        follows = await cache.mark_sent(identity, self._first())
        if follows is None:
            raise fail("signed_out")
        try:
            return await self._sign_in(None if kept is None else kept.session), follows
        except SalesZoomInfoError as error:
            if lost_at is None and not _perhaps_spent(error):
                with anyio.CancelScope(shield=True):
                    await cache.unmark(identity, follows)
            if lost_at is not None and error.kind == "session_lost":
                at = f"{datetime.fromtimestamp(lost_at, UTC):%Y-%m-%d %H:%M} UTC"
                raise fail("renewal_lost", at=at, details=error.details | {"kind": "renewal_lost"}) from None
            raise

    def _adopt(self, session: Session) -> Token:
        if session != self._session or self._token is None:
            number = 1 if self._token is None else self._token.generation + 1
            self._session = session
            remember(session.value, renewed=True)
            remember(session.refresh_token, renewed=True)
            self._token = Token(session.value, session.expires_at, number)
            self._due = session.refresh_at + _spread() * _JITTER * (session.expires_at - session.refresh_at)
        self._not_before = 0.0
        return self._token


async def _release(cache: TokenCache, lease: Lease) -> None:
    try:
        await cache.release(lease)
    except TokensNotKept as trouble:
        log.warning("a lease could not be released and lapses by itself (%s)", trouble.error.kind)


def _perhaps_spent(error: SalesZoomInfoError) -> bool:
    """Whether the service may have used up the refresh token of a request that failed."""
    match error.kind:
        case "deadline" | "upstream_unreadable":
            return True
        case "upstream_unreachable":
            return bool(error.details.get("sent", True))
        case "upstream_failed":
            status = error.details.get("status")
            return not isinstance(status, int) or status >= 500 or status == 408
        case _:
            return False


def _spread() -> float:
    return random.random()  # noqa: S311 - spreads renewals, no secret
