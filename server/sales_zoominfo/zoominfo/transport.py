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
import re
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard
from urllib.parse import quote, urlencode

import anyio
import httpx2

from .. import __version__
from ..errors import SalesZoomInfoError, fail
from .limiter import Limiter, retry_after
from .operations import OPERATIONS, Generation, Lane, Operation

if TYPE_CHECKING:
    from .auth import TokenSource

GTM_MEDIA_TYPE = "application/vnd.api+json"
CONNECTIONS = 32
_ATTEMPTS = 3
_CONNECT_TIMEOUT = 10.0
# A sign-in that takes longer than this is lost; it also bounds how long a shielded refresh can hold a caller.
_EXCHANGE_TIMEOUT = 30.0
_WARM_TIMEOUT = 5.0
# Shorter than the idle time-out of common gateways, so that a call rarely meets a connection just closed.
_KEEP_ALIVE = 20.0
# ZoomInfo's windows: Enterprise 1,000 results, GTM 10,000.
_WINDOW: dict[Generation, int] = {"enterprise": 1_000, "gtm": 10_000}


@dataclass(frozen=True, slots=True)
class Request:
    """One call of an operation.

    Attributes:
        operation: what is asked for.
        generation: the API generation that serves it.
        method: HTTP method.
        path: path after the base URL, placeholders filled in and encoded.
        params: query, unencoded.
        json: body, None for no body.
        credits: upper bound of what is at stake, for OUTCOME_UNKNOWN.
    """

    operation: Operation
    generation: Generation
    method: str
    path: str = field(repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    json: object | None = field(default=None, repr=False)
    credits: int = 0

    @property
    def spends(self) -> bool:
        """Whether this call can cost a credit: by the table for this generation, or because its caller says so."""
        route = self.operation.route(self.generation)
        listed = self.operation.spends if route is None else route.cost.credits != "none"
        return listed or self.credits > 0

    @property
    def lane(self) -> Lane:
        """The rate class of the route."""
        route = self.operation.route(self.generation)
        return "standard" if route is None else route.lane


@dataclass(frozen=True, slots=True)
class Response:
    """An answer.

    Attributes:
        status: HTTP status; 2xx from :meth:`Transport.send`.
        headers: case-insensitive.
        data: parsed JSON; None for an empty 204 (or, from :meth:`Transport.exchange`, for what is not JSON).
        sandbox: the answer comes from a simulated ZoomInfo.
    """

    status: int
    headers: httpx2.Headers = field(repr=False)
    data: Any = field(repr=False)
    sandbox: bool = False


@dataclass(slots=True)
class _Progress:
    """Whether a request may be at the service, for the moment its deadline cuts it short."""

    sent: bool = False


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

    async def send(self, request: Request, tokens: TokenSource | None) -> Response:
        """Send one operation: slot, token, request, and again where that is safe.

        A refusal for rate (429) and one refused token (401) are always repeated, nothing was done then. Failures
        of the service or the line are repeated up to 3 times, but only for what neither spends nor writes.

        Args:
            request: what to send.
            tokens: where the bearer token comes from; None sends without one.

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
            return await self._send(request, tokens, self._clock() + self._timeout, progress)
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
            await self._limiter.acquire("auth", max_wait=deadline - self._clock())
            answer = await self._once("POST", url, headers, content, deadline - self._clock(), _Progress())
            if isinstance(answer, _Answer):
                self._limiter.feedback("auth", answer.status, answer.headers)
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
        self, request: Request, tokens: TokenSource | None, deadline: float, progress: _Progress
    ) -> Response:
        url, headers, content = self._encode(request)
        careful = request.spends or request.operation.writes
        failures = refusals = unreadable = 0
        refreshed = False
        while True:
            if tokens is not None:
                # Before queueing: callers that wait for a sign-in with a slot in hand would all send at once.
                await tokens.token()
            await self._limiter.acquire(request.lane, max_wait=deadline - self._clock())
            token = await tokens.token() if tokens is not None else None
            if token is not None:
                headers["Authorization"] = f"Bearer {token.value}"
            answer = await self._once(request.method, url, headers, content, deadline - self._clock(), progress)
            if isinstance(answer, _Answer):
                self._limiter.feedback(request.lane, answer.status, answer.headers)
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
                    method, url, headers=dict(headers), content=content, timeout=timeout, extensions={"trace": trace}
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
            return fail(
                "outcome_unknown",
                operation=request.operation.title,
                reason=reason,
                credits=request.credits,
                details={"credits": request.credits},
            )
        if request.operation.writes:
            return fail("write_unknown", operation=request.operation.title, reason=reason)
        return self._late(request.operation)


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
            details={"attempts": attempts},
        )
    if answer.status < 500 and answer.status != 408:
        return fail("upstream_unreadable", operation=operation.title, reason="it broke off")
    problem = parse_problem(_parse(answer.content or b""))
    return fail(
        "upstream_failed",
        status=answer.status,
        operation=operation.title,
        attempts=f" after {attempts} attempts" if attempts > 1 else "",
        details=_details(answer.status, problem, answer.headers) | {"attempts": attempts},
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


# What failed answers say ------------------------------------------------------------------------------------------

_CODE = re.compile(r"^(?:ZI|PFAPI)\d{4}$")
_NAME = re.compile(r"^[A-Za-z0-9_.]{1,64}$")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_.:-]{1,64}$")
# Only the documented texts that quote a field's name; any other quotation could be a value that somebody sent.
_QUOTED_NAMES = (
    re.compile(r"(?i)^disallowed field '([^']+)' requested in query"),
    re.compile(r"(?i)^invalid field '([^']+)' requested in query"),
    re.compile(r"(?i)^required request parameters are missing: (\S+?)\.?$"),
    re.compile(r"(?i)^input parameter '([^']+)' is invalid"),
    re.compile(r"(?i)^'([^']+)' cannot be greater than '([^']+)'"),
    re.compile(r"(?i)^invalid field requested: (\S+)$"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a failed answer says, without its words.

    Attributes:
        code: ``ZI*`` or ``PFAPI*``, None when there is none.
        oauth: the ``error`` of an OAuth answer, one of the codes of RFC 6749; else None.
        fields: names it complains about, made of letters, digits, dots and underscores.
        request_id: its correlation id when that is a plain identifier.
        parsed: it was JSON.
        text: the words, lower case, for matching only; kept out of ``repr``.
    """

    code: str | None = None
    oauth: str | None = None
    fields: tuple[str, ...] = ()
    request_id: str | None = None
    parsed: bool = False
    text: str = field(default="", repr=False)


_OAUTH_CODES = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)


def parse_problem(body: object) -> Problem:
    """Read the body of a failed answer, in any of the shapes that ZoomInfo uses.

    Args:
        body: parsed JSON; None (no JSON) gives an empty problem.

    Returns:
        Its code, the fields it names and its correlation id.
    """
    if not is_object(body):
        return Problem(parsed=body is not None)
    codes: list[str] = []
    texts: list[str] = []
    names: list[str] = []
    ids: list[object] = []
    oauth: str | None = None
    error = body.get("error")
    if is_object(error):  # gateway
        _collect(error.get("code"), codes)
        _collect(error.get("message"), texts)
        ids.append(error.get("requestId"))
    elif isinstance(error, str):  # Enterprise, or OAuth
        texts.append(error)
        oauth = error if error in _OAUTH_CODES else None
    for item in _items(body.get("errors")):  # validation
        if not is_object(item):
            continue
        _collect(item.get("code"), codes)
        _collect(item.get("detail"), texts)
        _collect(item.get("title"), texts)
        ids.append(item.get("id"))
        source = item.get("source")
        if is_object(source):
            names += [_plain(source[key]) for key in ("pointer", "parameter") if isinstance(source.get(key), str)]
    for key in ("detail", "message", "title"):
        _collect(body.get(key), texts)
    for key in ("invalidOutputFields", "invalidInputFields"):  # Enterprise
        names += [name for name in _items(body.get(key)) if isinstance(name, str)]
    names += [name for text in texts for pattern in _QUOTED_NAMES if (m := pattern.match(text)) for name in m.groups()]
    ids += [body.get("requestId"), body.get("errorId")]
    return Problem(
        code=next((code for code in codes if _CODE.match(code)), None),
        oauth=oauth,
        fields=tuple(dict.fromkeys(name for name in names if _NAME.match(name))),
        request_id=next((i for i in ids if isinstance(i, str) and _REQUEST_ID.match(i)), None),
        parsed=True,
        text="\n".join(texts).lower(),
    )


def _collect(value: object, into: list[str]) -> None:
    if isinstance(value, str):
        into.append(value)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether parsed JSON is an object."""
    return isinstance(value, dict)


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def _plain(pointer: str) -> str:
    """A JSON pointer or bracketed parameter as a dotted name."""
    name = pointer.removeprefix("/data/attributes/").removeprefix("/")
    return name.replace("/", ".").replace("[", ".").replace("]", "")


class _Row(NamedTuple):
    """A documented failure: its code or a piece of its text, and what it is for us (kind, reason)."""

    kind: str
    reason: str = ""
    code: str | None = None
    text: str | None = None


# First match wins: precise texts before their codes. Texts are compared in lower case.
_ROWS = (
    _Row("past_end", text="is greater than the available results"),
    _Row("past_window", text="page number cannot be greater than max value"),
    _Row("past_window", text="total record pagination is over max allowed value"),
    _Row("credits_exhausted", code="PFAPI0011"),
    _Row("credits_exhausted", text="exceeded the max limit to enrich new contacts or companies"),
    _Row("credits_exhausted", text="credit limit reached"),
    _Row("usage_limit", "request", text="used up all of your allowed request limit"),
    _Row("usage_limit", "record", text="used up all of your allowed record limit"),
    _Row("token_refused", code="ZI0001"),
    _Row("plan_endpoint", "access to the ZoomInfo API", text="permission to access the zoominfo api"),
    _Row("plan_endpoint", "access to the API for this user", text="no roles found for login"),
    _Row("plan_endpoint", code="ZI0002"),
    _Row("plan_endpoint", code="ZI0003"),
    _Row("plan_endpoint", text="you do not have access to"),
    _Row("plan_field", code="PFAPI0001"),
    _Row("plan_field", text="not allowed under your subscription"),
    _Row("upstream_no_route", code="ZI9998"),
    _Row("upstream_failed", code="PFAPI0007"),
    _Row("upstream_failed", code="PFAPI0010"),
    _Row("upstream_rejected", "a required parameter is missing", text="required request parameters are missing"),
    _Row("upstream_rejected", "no outputFields were sent", text="missing outputfields parameter"),
    _Row("upstream_rejected", "the page is not a number", text="page number (page) is not a number"),
    _Row("upstream_rejected", "the page size is not a number", text="results per page (rpp) is not a number"),
    _Row("upstream_rejected", "the page size is over 100", text="results per page (rpp) is over max"),
    _Row("upstream_rejected", "the results cannot be sorted by that field", text="parameter passed for sortby"),
    _Row("upstream_rejected", "the body is not valid JSON", text="malformed json"),
    _Row("upstream_rejected", "too little was given to go on", text="insufficient information for this request"),
    _Row("upstream_rejected", "a field is unknown or not in the plan", text="outputfields invalid or disallowed"),
    _Row("upstream_rejected", "a field is unknown or not in the plan", text="there are invalid fields"),
    _Row("upstream_rejected", "the lower bound is above the upper one", text="cannot be greater than"),
    _Row("upstream_rejected", "a field failed validation", code="PFAPI0002"),
    _Row("upstream_rejected", "the body or a field in it has the wrong form", code="PFAPI0003"),
    _Row("upstream_rejected", "too little was given to go on", code="PFAPI0004"),
    _Row("upstream_rejected", "ZoomInfo does not know the field here", code="PFAPI0005"),
    _Row("upstream_rejected", "the value is not a legal one", code="PFAPI0006"),
    _Row("upstream_rejected", "the value has the wrong type", code="PFAPI0008"),
    _Row("upstream_rejected", "a field is unknown or not in the plan", code="PFAPI0009"),
)

_BY_STATUS = {
    400: _Row("upstream_rejected", "it gave no reason that we know"),
    401: _Row("token_refused"),
    402: _Row("credits_exhausted"),
    403: _Row("plan_endpoint"),
    404: _Row("upstream_no_route"),
    405: _Row("upstream_no_route"),
    406: _Row("upstream_rejected", "the media type was refused, which a proxy on the way can cause"),
    413: _Row("upstream_rejected", "the request is too large"),
    415: _Row("upstream_rejected", "the media type was refused, which a proxy on the way can cause"),
    422: _Row("upstream_rejected", "what was given does not go together or is not enough"),
}


def refusal(request: Request, status: int, problem: Problem, headers: Mapping[str, str]) -> SalesZoomInfoError:
    """The error for an answer that refuses a request.

    Args:
        request: what was sent.
        status: HTTP status, 300 to 499.
        problem: its parsed body.
        headers: its headers.

    Returns:
        The exception; ``details`` has status, code, fields and requestId where known.
    """
    row = next((row for row in _ROWS if _matches(row, problem)), None) or _by_status(request, status, problem)
    details = _details(status, problem, headers)
    title = request.operation.title
    match row.kind:
        case "token_refused":
            name = "GTM" if request.generation == "gtm" else "Enterprise"
            return fail(row.kind, generation=name, details=details)
        case "plan_endpoint":
            return fail(row.kind, operation=row.reason or title, details=details)
        case "plan_field":
            return fail(row.kind, fields=_quoted(problem.fields) or "one of the fields asked for", details=details)
        case "credits_exhausted":
            return fail(row.kind, details=details)
        case "usage_limit":
            details |= {"budget": row.reason, "websights": "websights" in problem.text}
            return fail(row.kind, budget=row.reason, details=details)
        case "past_end" | "past_window":
            page, size = _page(request)
            # A page number above 100 is the same limit as seen through a smaller page.
            narrow = "page number cannot" in problem.text and isinstance(size, int)
            window = 100 * size if narrow and isinstance(size, int) else _WINDOW[request.generation]
            details |= {"page": page, "pageSize": size, "window": window}
            return fail(row.kind, page=page, size=size, window=window, details=details)
        case "upstream_failed":
            return fail(row.kind, status=status, operation=title, attempts="", details=details)
        case "upstream_rejected":
            names = _quoted(problem.fields)
            return fail(row.kind, field=f" at {names}" if names else "", reason=row.reason, details=details)
        case _:
            return fail(row.kind, operation=title, status=status, details=details)


def _matches(row: _Row, problem: Problem) -> bool:
    if row.code is not None:
        return row.code == problem.code
    return row.text is not None and row.text in problem.text


def _by_status(request: Request, status: int, problem: Problem) -> _Row:
    route = request.operation.route(request.generation)
    template = route.path if route is not None else ""
    if route is None or route.method != request.method:
        template = request.operation.quick_reference or ""
    if status == 404 and problem.parsed and "{" in template:
        # An id is part of the address, so the address may be right and the thing missing.
        return _Row("upstream_missing")
    if status == 403 and not problem.parsed:
        return _Row("upstream_blocked")
    if 300 <= status < 400:
        return _Row("upstream_no_route")
    return _BY_STATUS.get(status, _BY_STATUS[400])


def _quoted(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown


def _page(request: Request) -> tuple[int | str, int | str]:
    """Page and page size as they were sent; '?' where the request has none."""
    body: dict[str, Any] = request.json if is_object(request.json) else {}
    params = request.params or {}

    def number(*values: object) -> int | str:
        return next((int(str(value)) for value in values if value is not None and str(value).isdecimal()), "?")

    return (
        number(params.get("page[number]"), params.get("page"), body.get("page")),
        number(params.get("page[size]"), params.get("rpp"), body.get("rpp")),
    )


def _details(status: int, problem: Problem, headers: Mapping[str, str]) -> dict[str, object]:
    details: dict[str, object] = {"status": status}
    if problem.code is not None:
        details["code"] = problem.code
    if problem.fields:
        details["fields"] = list(problem.fields)
    header_id = headers.get("x-request-id", "")
    request_id = problem.request_id or (header_id if _REQUEST_ID.match(header_id) else None)
    if request_id is not None:
        details["requestId"] = request_id
    return details
