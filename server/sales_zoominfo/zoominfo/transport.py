"""Sending: pacing, retries where they are safe, one refresh on 401, and every failure as one of our errors.

Bodies of failures are parsed, never echoed. Sources: ZoomInfo's published error pages (gateway codes ``ZI*``,
product codes ``PFAPI*``), the Enterprise documentation's list of messages, and integrators' reports for the shapes
that neither documents.
"""

from __future__ import annotations

import json
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import anyio
import httpx2

from .. import __version__
from ..errors import SalesZoomInfoError, fail
from .limiter import Limiter, Slot, is_bulk, retry_after
from .messages import Request, Response, TokenSource
from .operations import OPERATIONS, Operation
from .refusals import details_of, parse_problem, refusal

GTM_MEDIA_TYPE = "application/vnd.api+json"
CONNECTIONS = 32
_ATTEMPTS = 3
_CONNECT_TIMEOUT = 10.0
# A sign-in that takes longer than this is lost; it also bounds how long a shielded refresh can hold a caller.
_EXCHANGE_TIMEOUT = 30.0
_WARM_TIMEOUT = 5.0
# Shorter than the idle time-out of common gateways, so that a call rarely meets a connection just closed.
_KEEP_ALIVE = 20.0


@dataclass(slots=True)
class _Progress:
    """Whether a request may be at the service, for the moment its deadline cuts it short; and its slot."""

    sent: bool = False
    slot: Slot | None = None


class _Answer(NamedTuple):
    status: int
    headers: httpx2.Headers
    content: bytes | None  # None: the body broke off


class _Trouble(NamedTuple):
    reason: str
    sent: bool
    repeatable: bool = True


class Transport:
    """The only thing that talks HTTP to ZoomInfo: one pooled HTTP/1.1 client, one limiter.

    A transport and its limiter belong to one account and one API generation's limits.
    """

    def __init__(
        self,
        *,
        base_url: str,
        limiter: Limiter,
        timeout: float,
        http_transport: httpx2.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        """Args:
        base_url: where the API is, with or without a path.
        limiter: paces the requests.
        timeout: deadline of one operation with its retries, seconds.
        http_transport: replaces the network, for an in-process service.
        clock, wall, sleep: monotonic seconds, epoch seconds, a wait; for tests.
        """
        self.base_url = base_url.rstrip("/")
        self._limiter = limiter
        self._timeout = timeout
        self._http_transport = http_transport
        self._clock = clock
        self._wall = wall
        self._sleep = sleep
        self._client: httpx2.AsyncClient | None = None
        # Seconds that `before_send` takes of late: a slot is asked for so much earlier, that it is not used late.
        self._lead = 0.0

    def __repr__(self) -> str:
        return "Transport()"

    async def aclose(self) -> None:
        """Close the pooled connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def warm(self, connections: int) -> None:
        """Open pooled connections, so that the first calls are not late together and refused for it.

        Args:
            connections: how many; at most the size of the pool. They carry no token, answers are ignored.
        """
        url = f"{self.base_url}/"

        async def touch() -> None:
            with anyio.move_on_after(min(self._timeout, _WARM_TIMEOUT)):
                await self._once("GET", url, {"Accept": "*/*"}, None, _WARM_TIMEOUT, _Progress())

        async with anyio.create_task_group() as group:
            for _ in range(min(connections, CONNECTIONS)):
                group.start_soon(touch)

    async def send(
        self,
        request: Request,
        tokens: TokenSource | None,
        *,
        before_send: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        """Send one operation: slot, token, request, and again where that is safe.

        A refusal for rate (429) and one refused token (401) are always repeated, nothing was done then. Failures
        of the service or the line are repeated up to 3 times, but only for what neither spends nor writes.

        Args:
            request: what to send.
            tokens: where the bearer token comes from; None sends without one.
            before_send: awaited before each sending, once its slot is near; what it raises ends the call unsent.

        Returns:
            The 2xx answer.

        Raises:
            RateLimited: the window frees after the deadline.
            OutcomeUnknown: a call that spends or writes was sent and its answer did not arrive.
            UpstreamUnavailable: the service failed, was not reached, or the deadline passed.
            AuthenticationFailed, PlanDoesNotInclude, CreditsExhausted, UsageLimitReached, WindowExceeded,
            InvalidArgument, NotFound, NotAvailable: as ZoomInfo's answer says.
        """
        progress = _Progress()
        with anyio.move_on_after(self._timeout):
            return await self._send(request, tokens, before_send, self._clock() + self._timeout, progress)
        # Raised here and not in a handler, so that no exception of the HTTP library hangs on to ours.
        if progress.sent:
            raise self._lost(request, f"no answer within {_seconds(self._timeout)} s")
        raise self._late(request.operation)

    async def exchange(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes = b"",
        repeatable: bool = True,
    ) -> Response:
        """Post to a sign-in endpoint, in the auth lane and without a token.

        Args:
            url: absolute, or a path after the base URL.
            headers: all request headers but User-Agent.
            content: the encoded body.
            repeatable: whether a lost answer may be asked for again (a single-use refresh token must not).

        Returns:
            The answer of any status below 500 except 429; ``data`` is None when it is not JSON.

        Raises:
            RateLimited, UpstreamUnavailable: as for :meth:`send`.
        """
        target = url if "://" in url else f"{self.base_url}{url}"
        operation = OPERATIONS["authenticate"]
        timeout = min(self._timeout, _EXCHANGE_TIMEOUT)
        with anyio.move_on_after(timeout):
            return await self._exchange(target, headers, content, repeatable, self._clock() + timeout)
        raise self._late(operation, timeout)

    async def _exchange(
        self, url: str, headers: Mapping[str, str], content: bytes, repeatable: bool, deadline: float
    ) -> Response:
        operation = OPERATIONS["authenticate"]
        failures = refusals = 0
        while True:
            slot = await self._limiter.acquire("auth", max_wait=deadline - self._clock())
            progress = _Progress(slot=slot)
            answer = await self._once("POST", url, headers, content, deadline - self._clock(), progress)
            if isinstance(answer, _Answer):
                await self._limiter.feedback("auth", answer.status, answer.headers)
                if answer.status == 429:
                    refusals += 1
                    await self._pause_refused(refusals, deadline)
                    continue
                if answer.status < 500 and (answer.content is not None or answer.status >= 300):
                    return _response(answer, _parse(answer.content or b""))
            failures += 1
            unsent = isinstance(answer, _Trouble) and not answer.sent
            again = (repeatable or unsent) and (not isinstance(answer, _Trouble) or answer.repeatable)
            if again and failures < _ATTEMPTS and await self._pause_failed(failures, answer, deadline):
                continue
            raise _unavailable(operation, answer, failures)

    async def _send(
        self,
        request: Request,
        tokens: TokenSource | None,
        before_send: Callable[[], Awaitable[None]] | None,
        deadline: float,
        progress: _Progress,
    ) -> Response:
        url, headers, content = self._encode(request)
        careful = request.spends or request.operation.writes
        failures = refusals = unreadable = 0
        refreshed = False
        while True:
            if tokens is not None:
                # Before queueing: callers that wait for a sign-in with a slot in hand would all send at once.
                await tokens.token()
            slot = progress.slot = await self._limiter.acquire(
                request.lane,
                max_wait=deadline - self._clock(),
                bulk=is_bulk(),
                lead=0.0 if before_send is None else self._lead,
            )
            token = await tokens.token() if tokens is not None else None
            if token is not None:
                headers["Authorization"] = f"Bearer {token.value}"
            if before_send is not None:
                began = self._clock()
                await before_send()
                took = self._clock() - began
                # Up at once and down slowly: to be early costs nothing, to be late costs the slots behind it.
                self._lead += (took - self._lead) * (0.5 if took > self._lead else 0.05)
                await slot.due()
            answer = await self._once(request.method, url, headers, content, deadline - self._clock(), progress)
            if isinstance(answer, _Answer):
                await self._limiter.feedback(request.lane, answer.status, answer.headers)
                if 200 <= answer.status < 300:
                    data = _parse(answer.content) if answer.content else None
                    if data is not None or _may_be_empty(request, answer):
                        return _response(answer, data)
                    reason = "it broke off" if answer.content is None else "it is not JSON"
                    if careful:
                        raise self._lost(request, f"the answer could not be read, {reason}")
                    unreadable += 1
                    if unreadable < 2 and await self._pause_failed(1, answer, deadline):
                        continue
                    raise fail("upstream_unreadable", operation=request.operation.title, reason=reason)
                problem = parse_problem(_parse(answer.content or b""))
                if answer.status == 429 or problem.code == "ZI0004":
                    refusals += 1
                    await self._pause_refused(refusals, deadline)
                    continue
                if answer.status == 401 and tokens is not None and token is not None and not refreshed:
                    refreshed = True
                    await tokens.refresh(token)
                    continue
                if answer.status < 500 and answer.status != 408:
                    raise refusal(request, answer.status, problem, answer.headers)
            unsent = isinstance(answer, _Trouble) and not answer.sent
            if careful and not unsent:
                reason = answer.reason if isinstance(answer, _Trouble) else f"status {answer.status}"
                raise self._lost(request, reason)
            failures += 1
            again = not isinstance(answer, _Trouble) or answer.repeatable
            if again and failures < _ATTEMPTS and await self._pause_failed(failures, answer, deadline):
                continue
            raise _unavailable(request.operation, answer, failures)

    def _encode(self, request: Request) -> tuple[str, dict[str, str], bytes | None]:
        url = f"{self.base_url}{request.path}"
        if request.params:
            # Brackets and commas percent-encoded: raw brackets are refused by gateways on the way.
            url += ("&" if "?" in request.path else "?") + urlencode(
                request.params, quote_via=quote, safe="", encoding="utf-8", errors="replace"
            )
        media = GTM_MEDIA_TYPE if request.generation == "gtm" else "application/json"
        content: bytes | None = None
        if request.json is not None:
            content = json.dumps(request.json, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return url, {"Accept": media, "Content-Type": media}, content

    async def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        remaining: float,
        progress: _Progress,
    ) -> _Answer | _Trouble:
        """One request over the wire; ``progress.sent`` is true while it may have reached the service."""

        async def trace(event: str, _info: Mapping[str, object]) -> None:
            # Tells connecting from sending, so that a deadline during a connect is not an unknown outcome.
            if event.endswith("send_request_headers.started"):
                progress.sent = True
                if progress.slot is not None:
                    progress.slot.used()
            elif event.startswith("connection.connect") and event.endswith(".started"):
                progress.sent = False

        timeout = httpx2.Timeout(None, connect=max(0.001, min(_CONNECT_TIMEOUT, remaining)))
        answer: _Answer | _Trouble
        # Replaced transports report no events, so there every request counts as sent from the start.
        progress.sent = self._http_transport is not None
        with _quiet():
            client = self._client or self._open()
            try:
                request = client.build_request(
                    method,
                    url if "?" in url else _parsed(url),
                    headers=dict(headers),
                    content=content,
                    timeout=timeout,
                    extensions={"trace": trace},
                )
                response = await client.send(request, stream=True, follow_redirects=False)
                try:
                    body = await _read(response)
                finally:
                    await response.aclose()
                answer = _Answer(response.status_code, response.headers, body)
            except (httpx2.RequestError, httpx2.InvalidURL) as error:
                answer = _trouble(error)
        progress.sent = False
        return answer

    def _open(self) -> httpx2.AsyncClient:
        self._client = httpx2.AsyncClient(
            headers={"User-Agent": f"sales-zoominfo/{__version__}"},
            limits=httpx2.Limits(
                max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=_KEEP_ALIVE
            ),
            transport=self._http_transport,
        )
        return self._client

    async def _pause_refused(self, refusals: int, deadline: float) -> None:
        # The limiter already waits for windows that named their end; this slows down for those that did not.
        if refusals < 2:
            return
        pause = min(2.0, 0.1 * 2 ** (refusals - 2)) * _jitter()
        if self._clock() + pause > deadline:
            seconds = math.ceil(pause)
            raise fail(
                "rate_limited", bucket="second", seconds=seconds, details={"bucket": "second", "seconds": seconds}
            )
        await self._sleep(pause)

    async def _pause_failed(self, failures: int, answer: _Answer | _Trouble, deadline: float) -> bool:
        """Back off; False when that would pass the deadline."""
        pause = 0.25 * 2 ** (failures - 1) * _jitter()
        if isinstance(answer, _Answer):
            pause = max(pause, retry_after(answer.headers, self._wall()) or 0.0)
        if self._clock() + pause >= deadline:
            return False
        await self._sleep(pause)
        return True

    def _late(self, operation: Operation, timeout: float | None = None) -> SalesZoomInfoError:
        seconds = _seconds(self._timeout if timeout is None else timeout)
        return fail("deadline", operation=operation.title, seconds=seconds)

    def _lost(self, request: Request, reason: str) -> SalesZoomInfoError:
        if request.spends:
            return outcome_unknown(request, reason)
        if request.operation.writes:
            return fail("write_unknown", operation=request.operation.title, reason=reason)
        return self._late(request.operation)


def outcome_unknown(request: Request, reason: str) -> SalesZoomInfoError:
    """The error of a spending request whose answer never came, or says nothing.

    Args:
        request: what was sent.
        reason: why its outcome is not known.
    """
    operation, credits = request.operation.title, request.credits
    if not credits:
        return fail("answer_lost", operation=operation, reason=reason, details={"credits": 0})
    return fail("outcome_unknown", operation=operation, reason=reason, credits=credits, details={"credits": credits})


@lru_cache(maxsize=64)
def _parsed(url: str) -> httpx2.URL:
    """An address without a query, which would tell what was asked; of these there are few."""
    return httpx2.URL(url)


async def _read(response: httpx2.Response) -> bytes | None:
    try:
        return await response.aread()
    except httpx2.RequestError:
        return None


def _trouble(error: Exception) -> _Trouble:
    """What a failed attempt means, from the exception's type alone: its text carries the URL."""
    match error:
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return _Trouble("connecting took too long", sent=False)
        case httpx2.ConnectError() | httpx2.ProxyError():
            return _Trouble("no connection", sent=False)
        case httpx2.UnsupportedProtocol() | httpx2.LocalProtocolError() | httpx2.InvalidURL():
            return _Trouble("the request could not be formed", sent=False, repeatable=False)
        case httpx2.TimeoutException():
            return _Trouble("the answer took too long", sent=True)
        case _:
            return _Trouble("the connection was lost", sent=True)


def _unavailable(operation: Operation, answer: _Answer | _Trouble, attempts: int) -> SalesZoomInfoError:
    if isinstance(answer, _Trouble):
        return fail(
            "upstream_unreachable",
            operation=operation.title,
            reason=answer.reason,
            details={"attempts": attempts, "sent": answer.sent},
        )
    if answer.status < 500 and answer.status != 408:
        return fail("upstream_unreadable", operation=operation.title, reason="it broke off")
    problem = parse_problem(_parse(answer.content or b""))
    return fail(
        "upstream_failed",
        status=answer.status,
        operation=operation.title,
        attempts=f" after {attempts} attempts" if attempts > 1 else "",
        details=details_of(answer.status, problem, answer.headers) | {"attempts": attempts},
    )


def _response(answer: _Answer, data: Any) -> Response:
    return Response(answer.status, answer.headers, data, "x-zoominfo-sandbox" in answer.headers)


def _may_be_empty(request: Request, answer: _Answer) -> bool:
    return answer.content == b"" and (answer.status in (202, 204) or request.operation.writes)


def _parse(content: bytes) -> Any:
    """JSON, or None when it is none (a JSON null is of no use either)."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _seconds(value: float) -> str:
    return f"{value:g}"


def _jitter() -> float:
    return 0.5 + random.random()  # noqa: S311 - spreads retries, no secret


# The HTTP library logs each URL with its query (names, e-mails) and each header; ours are kept out, others' stay.
_OURS: ContextVar[bool] = ContextVar("sales_zoominfo_request", default=False)


def _not_ours(_record: logging.LogRecord) -> bool:
    return not _OURS.get()


for _name in ("httpx2", *(f"httpcore2.{part}" for part in ("connection", "http11", "http2", "proxy", "socks"))):
    logging.getLogger(_name).addFilter(_not_ours)


@contextmanager
def _quiet() -> Generator[None]:
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)
