"""Sending: what is repeated, what is never repeated, and what each failure becomes."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import anyio
import httpx2
import pytest

from sales_zoominfo.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    RateLimited,
    SalesZoomInfoError,
    UpstreamUnavailable,
)
from sales_zoominfo.zoominfo.limiter import LocalLimiter, default_rates
from sales_zoominfo.zoominfo.messages import Token
from sales_zoominfo.zoominfo.operations import OPERATIONS, Generation
from sales_zoominfo.zoominfo.transport import Request, Transport, parse_problem, refusal

pytestmark = pytest.mark.anyio
EPOCH = 1_800_000_000.0
SECRET = "tok-3f9a1c-SECRET"
PERSON = "ada.lovelace@example.com"
Handler = Callable[[httpx2.Request], Any]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wall(self) -> float:
        return EPOCH + self.now - 1000.0

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


class Tokens:
    """A source that counts, with one value after another."""

    def __init__(self) -> None:
        self.number = 1
        self.refreshed = 0

    async def token(self) -> Token:
        return Token(f"{SECRET}{self.number}", EPOCH + 3600, self.number)

    async def refresh(self, stale: Token) -> Token:
        if stale.generation == self.number:
            self.number += 1
            self.refreshed += 1
        return await self.token()


class Upstream:
    """Answers from a script; the last entry repeats."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.requests: list[httpx2.Request] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        step = self.script[min(len(self.requests), len(self.script)) - 1]
        if isinstance(step, type) and issubclass(step, Exception):
            raise step(f"{request.url} {request.headers.get('authorization')} {request.content!r}")
        if callable(step):
            step = await step(request)
        return step


class Body(httpx2.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, error: type[Exception] = httpx2.ReadError) -> None:
        self.error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"data": [{"email": "' + PERSON.encode()
        raise self.error(f"peer closed {SECRET}")


def ok(data: object = None, **kwargs: Any) -> httpx2.Response:
    return httpx2.Response(200, json={"data": []} if data is None else data, **kwargs)


def status(code: int, body: object = None, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    if body is None:
        return httpx2.Response(code, text=f"<html>{PERSON}</html>", headers=headers)
    return httpx2.Response(code, json=body, headers=headers)


def truncated(error: type[Exception] = httpx2.ReadError) -> Callable[[httpx2.Request], Any]:
    async def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=Body(error))

    return answer


def make(
    upstream: Handler, clock: Clock | None = None, *, timeout: float = 60.0, base_url: str = "http://zi.test"
) -> Transport:
    clock = clock or Clock()
    limiter = LocalLimiter(default_rates(25.0), clock=clock, sleep=clock.sleep, wall=clock.wall)
    return Transport(
        base_url=base_url,
        limiter=limiter,
        timeout=timeout,
        http_transport=httpx2.MockTransport(upstream),
        clock=clock,
        wall=clock.wall,
        sleep=clock.sleep,
    )


def ask(name: str = "search_contacts", generation: Generation = "gtm", **values: Any) -> Request:
    operation = OPERATIONS[name]
    route = operation.route(generation)
    assert route is not None
    values.setdefault("json", {"data": {"attributes": {"emailAddress": PERSON}}} if route.method == "POST" else None)
    return Request(operation, generation, values.pop("method", route.method), values.pop("path", route.path), **values)


SEARCH = ask()
BUY = ask("enrich_contacts", credits=7)
WRITE = ask("create_webhook", "enterprise", json={"url": "https://hooks.example"})


async def failing(transport: Transport, request: Request, tokens: Any = None) -> SalesZoomInfoError:
    with pytest.raises(SalesZoomInfoError) as caught:
        await transport.send(request, tokens if tokens is not None else Tokens())
    clean(caught.value)
    return caught.value


def clean(error: BaseException) -> None:
    """Nothing secret or personal hangs on an error, also not through its causes."""
    text = "".join(traceback.format_exception(error))
    chain: list[BaseException] = [error]
    while (following := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(following)
    for item in chain:
        text += repr(item) + str(item) + repr(getattr(item, "details", ""))
    for forbidden in (SECRET, PERSON, "Bearer", "hunter2", "<html>"):
        assert forbidden not in text


# What is sent


async def test_a_gtm_request_on_the_wire() -> None:
    upstream = Upstream(ok({"data": [1], "é": None}, headers={"X-ZoomInfo-Sandbox": "1", "X-Other": "a"}))
    transport = make(upstream, base_url="http://zi.test/prefix/")
    body = {"data": {"type": "ContactSearch", "attributes": {"lastName": "Müller, 李"}}}
    answer = await transport.send(ask(params={"page[number]": "2", "sort": "-a,b c"}, json=body), Tokens())
    sent = upstream.requests[0]
    assert str(sent.url) == ("http://zi.test/prefix/gtm/data/v1/contacts/search?page%5Bnumber%5D=2&sort=-a%2Cb%20c")
    assert sent.headers["accept"] == sent.headers["content-type"] == "application/vnd.api+json"
    assert sent.headers["authorization"] == f"Bearer {SECRET}1"
    assert sent.headers["user-agent"].startswith("sales-zoominfo/")
    assert sent.content == '{"data":{"type":"ContactSearch","attributes":{"lastName":"Müller, 李"}}}'.encode()
    assert (answer.status, answer.sandbox, answer.data["data"], answer.headers["x-OTHER"]) == (200, True, [1], "a")
    assert PERSON not in repr(SEARCH)
    assert "prefix" not in repr(transport)


async def test_an_enterprise_request_without_body_or_token() -> None:
    upstream = Upstream(ok([]))
    answer = await make(upstream).send(ask("usage", "enterprise"), None)
    sent = upstream.requests[0]
    assert sent.headers["accept"] == sent.headers["content-type"] == "application/json"
    assert "authorization" not in sent.headers
    assert sent.content == b""
    assert answer.data == []
    assert answer.sandbox is False


async def test_half_characters_in_the_input_do_not_break_the_encoding() -> None:
    upstream = Upstream(ok())
    await make(upstream).send(ask(json={"a": "x\ud800"}, params={"q": "\ud800"}), None)
    assert upstream.requests[0].content == b'{"a":"x?"}'


async def test_a_deletion_may_be_answered_with_nothing() -> None:
    for code in (200, 204):
        upstream = Upstream(httpx2.Response(code))
        answer = await make(upstream).send(ask("delete_webhook", "enterprise", path="/webhooks/7"), Tokens())
        assert (answer.status, answer.data) == (code, None)


async def test_requests_wait_in_the_lane_of_their_route() -> None:
    clock = Clock()
    transport = make(Upstream(ok()), clock)
    for _ in range(3):
        await transport.send(SEARCH, Tokens())
    await transport.send(ask("bulk_job_status", "enterprise"), Tokens())
    assert clock.now - 1000.0 == pytest.approx(2 / (0.99 * 25))


async def test_what_is_written_down_before_a_request_makes_none_late() -> None:
    clock, left = Clock(), list[float]()

    async def answer(_request: httpx2.Request) -> httpx2.Response:
        left.append(clock.now)
        return ok()

    async def write_down() -> None:
        await clock.sleep(0.010)

    transport = make(Upstream(answer), clock)
    for _ in range(31):
        await transport.send(BUY, Tokens(), before_send=write_down)
    # The first ones tell how long it takes; then each leaves in its own slot.
    assert left[0] - 1000.0 == pytest.approx(0.010)
    assert left[-1] - 1000.0 == pytest.approx(30 / (0.99 * 25))


# What is repeated


@pytest.mark.parametrize("request_", [SEARCH, BUY, WRITE], ids=["search", "buy", "write"])
async def test_a_rate_refusal_is_always_repeated(request_: Request) -> None:
    upstream = Upstream(status(429, headers={"X-RateLimit-Rejected-Bucket": "second", "Retry-After": "1"}), ok())
    clock = Clock()
    await make(upstream, clock).send(request_, Tokens())
    assert len(upstream.requests) == 2
    assert clock.now - 1000.0 < 0.1


@pytest.mark.parametrize(
    "headers", [{"Retry-After": "30"}, {"X-RateLimit-Reset": str(int(EPOCH) + 30)}], ids=["delay", "epoch"]
)
async def test_a_longer_rate_refusal_is_waited_out_when_it_fits(headers: dict[str, str]) -> None:
    upstream = Upstream(status(429, {"error": {"code": "ZI0004"}}, headers), ok())
    clock = Clock()
    await make(upstream, clock).send(BUY, Tokens())
    assert clock.now - 1000.0 == pytest.approx(30)


@pytest.mark.parametrize("bucket", ["hour", "day"])
async def test_a_rate_refusal_past_the_deadline_fails_at_once(bucket: str) -> None:
    upstream = Upstream(status(429, headers={"X-RateLimit-Rejected-Bucket": bucket, "Retry-After": "4000"}))
    clock = Clock()
    error = await failing(make(upstream, clock), BUY)
    assert isinstance(error, RateLimited)
    assert error.details["bucket"] == bucket
    assert error.details["seconds"] == 4000
    assert clock.now == 1000.0
    assert len(upstream.requests) == 1


async def test_a_storm_of_unexplained_refusals_slows_down_and_ends() -> None:
    upstream = Upstream(status(429))
    error = await failing(make(upstream, Clock(), timeout=20), SEARCH)
    assert isinstance(error, RateLimited)
    assert 8 < len(upstream.requests) < 30


async def test_a_rate_refusal_in_a_validation_body_counts() -> None:
    upstream = Upstream(status(400, {"errors": [{"id": "1", "code": "ZI0004", "status": "429"}]}), ok())
    await make(upstream).send(SEARCH, Tokens())
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("request_", [SEARCH, BUY, WRITE], ids=["search", "buy", "write"])
async def test_a_refused_token_is_renewed_once(request_: Request) -> None:
    upstream, tokens = Upstream(status(401), ok()), Tokens()
    await make(upstream).send(request_, tokens)
    assert [r.headers["authorization"][-1] for r in upstream.requests] == ["1", "2"]
    upstream, tokens = Upstream(status(401, {"error": {"code": "ZI0001", "requestId": "req_1"}})), Tokens()
    error = await failing(make(upstream), request_, tokens)
    assert (error.kind, len(upstream.requests), tokens.refreshed) == ("token_refused", 2, 1)


async def test_concurrent_refusals_renew_once() -> None:
    async def answer(request: httpx2.Request) -> httpx2.Response:
        return ok() if request.headers["authorization"].endswith("2") else status(401)

    transport, tokens = make(answer), Tokens()
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(transport.send, SEARCH, tokens)
    assert tokens.refreshed == 1


@pytest.mark.parametrize("code", [500, 502, 503, 504, 408, 522])
async def test_a_failing_service_is_asked_three_times(code: int) -> None:
    upstream = Upstream(status(code), status(code), ok())
    clock = Clock()
    await make(upstream, clock).send(SEARCH, Tokens())
    assert len(upstream.requests) == 3
    assert len([s for s in clock.sleeps if s > 0.1]) == 2
    upstream = Upstream(status(code, {"errors": [{"id": "e-1", "code": "PFAPI0007", "detail": PERSON}]}))
    error = await failing(make(upstream), SEARCH)
    assert (error.kind, len(upstream.requests)) == ("upstream_failed", 3)
    assert error.details == {
        "kind": "upstream_failed",
        "status": code,
        "code": "PFAPI0007",
        "requestId": "e-1",
        "attempts": 3,
    }


async def test_a_service_that_says_when_is_believed() -> None:
    clock = Clock()
    await make(Upstream(status(503, headers={"Retry-After": "9"}), ok()), clock).send(SEARCH, Tokens())
    assert clock.now - 1000.0 >= 9
    upstream = Upstream(status(503, headers={"Retry-After": "900"}))
    assert (await failing(make(upstream), SEARCH)).kind == "upstream_failed"
    assert len(upstream.requests) == 1


LOST = [httpx2.ReadError, httpx2.WriteError, httpx2.ReadTimeout, httpx2.RemoteProtocolError, httpx2.CloseError]
UNSENT = [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError]


@pytest.mark.parametrize("fault", LOST + UNSENT)
async def test_a_broken_line_is_tried_three_times_for_free_reads(fault: type[Exception]) -> None:
    upstream = Upstream(fault, fault, ok())
    await make(upstream).send(SEARCH, Tokens())
    assert len(upstream.requests) == 3
    upstream = Upstream(fault)
    error = await failing(make(upstream), SEARCH)
    assert (error.kind, len(upstream.requests)) == ("upstream_unreachable", 3)


async def test_a_request_that_cannot_be_formed_is_tried_once() -> None:
    upstream = Upstream(httpx2.LocalProtocolError)
    assert (await failing(make(upstream), BUY)).kind == "upstream_unreachable"
    assert len(upstream.requests) == 1


# What is never repeated


@pytest.mark.parametrize("fault", [*LOST, status(500), status(503), status(504), status(520), status(408)])
async def test_a_spending_call_whose_answer_is_lost_is_not_repeated(fault: Any) -> None:
    upstream = Upstream(fault, ok())
    error = await failing(make(upstream), BUY)
    assert isinstance(error, OutcomeUnknown)
    assert error.details["credits"] == 7
    assert "7 credits" in error.message
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("fault", [httpx2.ReadError, status(500)])
async def test_a_write_whose_answer_is_lost_is_not_repeated(fault: Any) -> None:
    upstream = Upstream(fault, ok())
    error = await failing(make(upstream), WRITE)
    assert error.kind == "write_unknown"
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("fault", UNSENT)
async def test_a_spending_call_that_was_never_sent_is_repeated(fault: type[Exception]) -> None:
    upstream = Upstream(fault, fault, ok())
    await make(upstream).send(BUY, Tokens())
    assert len(upstream.requests) == 3
    assert (await failing(make(Upstream(fault)), BUY)).kind == "upstream_unreachable"


async def test_spending_is_told_by_the_generation_and_by_the_caller() -> None:
    assert ask("enrich_news").spends
    assert not ask("search_contacts", "enterprise").spends
    assert ask("search_contacts", credits=1).spends
    assert not ask("identify_visitors", "enterprise").spends
    assert ask("identify_visitors", "gtm").spends


@pytest.mark.parametrize("fault", [truncated(), truncated(httpx2.RemoteProtocolError), truncated(httpx2.DecodingError)])
async def test_a_truncated_answer(fault: Any) -> None:
    upstream = Upstream(fault, ok())
    await make(upstream).send(SEARCH, Tokens())
    assert len(upstream.requests) == 2
    upstream = Upstream(fault)
    assert (await failing(make(upstream), SEARCH)).kind == "upstream_unreadable"
    assert len(upstream.requests) == 2
    upstream = Upstream(fault)
    assert isinstance(await failing(make(upstream), BUY), OutcomeUnknown)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("text", ["", "<html>sign in</html>", '{"data": [', "null", "[" * 100_000, "\udcff"])
async def test_an_answer_that_is_no_json(text: str) -> None:
    answer = httpx2.Response(200, content=text.encode("utf-8", "surrogateescape"))
    upstream = Upstream(answer)
    assert (await failing(make(upstream), SEARCH)).kind == "upstream_unreadable"
    assert len(upstream.requests) == 2
    assert isinstance(await failing(make(Upstream(answer)), BUY), OutcomeUnknown)


async def test_a_refusal_whose_body_breaks_off_is_still_a_refusal() -> None:
    async def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(402, stream=Body())

    assert (await failing(make(Upstream(answer)), BUY)).kind == "credits_exhausted"


# Deadline


async def hang(_request: httpx2.Request) -> httpx2.Response:
    await anyio.sleep(30)
    raise AssertionError


async def test_a_hanging_service_meets_the_deadline() -> None:
    for request, kind in ((SEARCH, "deadline"), (BUY, "outcome_unknown"), (WRITE, "write_unknown")):
        with anyio.fail_after(2):
            error = await failing(make(Upstream(hang), timeout=0.05), request)
        assert error.kind == kind
        assert "0.05 s" in error.message


async def test_a_body_that_never_ends_meets_the_deadline() -> None:
    class Slow(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await anyio.sleep(0.01)

    async def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=Slow())

    with anyio.fail_after(2):
        assert (await failing(make(answer, timeout=0.1), BUY)).kind == "outcome_unknown"


async def test_a_sign_in_that_hangs_is_no_unknown_outcome() -> None:
    class Hanging(Tokens):
        async def token(self) -> Token:
            await anyio.sleep(30)
            raise AssertionError

    upstream = Upstream(ok())
    assert (await failing(make(upstream, timeout=0.05), BUY, Hanging())).kind == "deadline"
    assert upstream.requests == []


async def test_backing_off_stops_at_the_deadline() -> None:
    clock = Clock()

    async def slow(_request: httpx2.Request) -> httpx2.Response:
        clock.now += 9.9
        return status(503)

    upstream = Upstream(slow)
    assert (await failing(make(upstream, clock, timeout=10), SEARCH)).kind == "upstream_failed"
    assert len(upstream.requests) == 1


async def test_a_deadline_while_connecting_is_no_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    async def connect(*_args: object, **_kwargs: object) -> None:
        await anyio.sleep(30)

    import httpcore2

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect)
    clock = Clock()
    limiter = LocalLimiter(default_rates(25.0))
    transport = Transport(base_url="http://192.0.2.1", limiter=limiter, timeout=0.1, clock=clock)
    assert (await failing(transport, BUY)).kind == "deadline"
    await transport.aclose()


async def test_cancelling_a_call_reaches_its_caller() -> None:
    with anyio.move_on_after(0.05) as scope:
        await make(Upstream(hang)).send(BUY, Tokens())
    assert scope.cancelled_caught


# The table of failures

PF_FIELD = {"source": {"pointer": "/data/attributes/jobTitle"}}


def gateway(code: str, message: str = "") -> dict[str, object]:
    return {"error": {"code": code, "message": message, "status": 0, "requestId": "req_0001", "retryable": False}}


def product(code: str, detail: str = "", **more: object) -> dict[str, object]:
    error = {"id": "e-0001", "code": code, "detail": detail, "status": "400", **more}
    return {"title": "Bad Request", "errors": [error]}


def legacy(message: str, code: int = 400, **more: object) -> dict[str, object]:
    return {"success": False, "statusCode": code, "error": message, **more}


def master(message: str, **more: object) -> dict[str, object]:
    return {"responseCode": 400, "message": message, **more}


TABLE: list[tuple[int, object, str, str]] = [
    # GTM gateway
    (401, gateway("ZI0001", "The token provided is invalid."), "token_refused", "GTM API"),
    (403, gateway("ZI0002", "This application does not have the required scope"), "plan_endpoint", "contact search"),
    (403, gateway("ZI0003", "You do not have access to this endpoint."), "plan_endpoint", "contact search"),
    (403, gateway("ZI0003", "You do not have permission to access the ZoomInfo API."), "plan_endpoint", "ZoomInfo API"),
    (404, gateway("ZI9998", "No static resource data/v1/x"), "upstream_no_route", "ZOOMINFO_BASE_URL"),
    # GTM products
    (400, product("PFAPI0001", "Disallowed field 'mobilePhone' requested in query"), "plan_field", "'mobilePhone'"),
    (400, product("PFAPI0001", "Something new"), "plan_field", "one of the fields"),
    (400, product("PFAPI0002", "One or more fields have validation errors", **PF_FIELD), "upstream_rejected", "'job"),
    (400, product("PFAPI0002", "Required request parameters are missing: fieldName"), "upstream_rejected", "'fieldNa"),
    (400, product("PFAPI0002", "Page number cannot be greater than max value 100"), "past_window", "first 2500"),
    (400, product("PFAPI0003", "Invalid request body"), "upstream_rejected", "wrong form"),
    (400, product("PFAPI0004", "There is not sufficient info for your request."), "upstream_rejected", "too little"),
    (
        400,
        product("PFAPI0004", "Page number (page) requested is greater than the available results"),
        "past_end",
        "Page 101",
    ),
    (400, product("PFAPI0005", "Invalid field requested: email"), "upstream_rejected", "at 'email'"),
    (400, product("PFAPI0006", "Input parameter 'topics' is invalid - x"), "upstream_rejected", "at 'topics'"),
    (400, product("PFAPI0006", "'revenueMin' cannot be greater than 'revenueMax'"), "upstream_rejected", "lower bound"),
    (
        400,
        product("PFAPI0006", "Total record pagination is over max allowed value (10000)"),
        "past_window",
        "first 10000",
    ),
    (400, product("PFAPI0007", "Internal Server Error"), "upstream_failed", "status 400"),
    (400, product("PFAPI0010", "Gateway Timeout Exception"), "upstream_failed", "status 400"),
    (400, product("PFAPI0008", "Invalid field type", **PF_FIELD), "upstream_rejected", "wrong type"),
    (400, product("PFAPI0009", "Invalid field 'faxNumber' requested in query"), "upstream_rejected", "'faxNumber'"),
    (400, product("PFAPI0009", "OutputFields invalid or disallowed"), "upstream_rejected", "not in the plan"),
    (400, product("PFAPI0011", "Credit Limit Reached"), "credits_exhausted", "no credits left"),
    # Enterprise messages
    (400, legacy("Exceeded the max limit to enrich new Contacts or Companies"), "credits_exhausted", "no credits"),
    (400, legacy("Missing outputFields parameter"), "upstream_rejected", "no outputFields"),
    (400, legacy("No roles found for login"), "plan_endpoint", "this user"),
    (400, legacy("Page number (page) is not a number"), "upstream_rejected", "page is not"),
    (400, legacy("Page number (page) requested is greater than the available results"), "past_end", "Page 101"),
    (400, legacy("Request body has malformed JSON"), "upstream_rejected", "not valid JSON"),
    (400, legacy("Results per page (rpp) is not a number"), "upstream_rejected", "page size is not"),
    (400, legacy("Results per page (rpp) is over max allowed value (100)"), "upstream_rejected", "over 100"),
    (400, legacy("The parameter passed for sortBy is invalid"), "upstream_rejected", "sorted"),
    (
        400,
        legacy("OutputFields invalid or disallowed.", invalidOutputFields=["mobilePhone", "a b"]),
        "upstream_rejected",
        "at 'mobilePhone': a field is unknown",
    ),
    (400, legacy("There are invalid fields in your request", invalidInputFields=["x.y"]), "upstream_rejected", "'x.y'"),
    (
        400,
        master("There are invalid fields in your request.", invalidOutputFields=["foo"]),
        "upstream_rejected",
        "at 'foo'",
    ),
    (400, legacy("There is insufficient information for this request"), "upstream_rejected", "too little"),
    (400, legacy("Total record pagination is over max allowed value (1000)"), "past_window", "first 10000"),
    (401, legacy("Authentication failed", 401), "token_refused", "access token"),
    (403, legacy("There are fields that are not allowed under your subscription", 403), "plan_field", "one of the"),
    (403, legacy("You do not have access to the enrich endpoint", 403), "plan_endpoint", "contact search"),
    (403, legacy("You do not have access to this endpoint", 403), "plan_endpoint", "contact search"),
    (403, legacy("You have used up all of your allowed request limit", 403), "usage_limit", "request budget"),
    (403, legacy("You have used up all of your allowed record limit", 403), "usage_limit", "record budget"),
    (
        403,
        legacy("You have used up all of your allowed record limit for WebSights API", 403),
        "usage_limit",
        "record budget",
    ),
    (403, {"message": "You do not have permission to access the ZoomInfo API"}, "plan_endpoint", "ZoomInfo API"),
    # nothing but a status
    (400, None, "upstream_rejected", "no reason"),
    (400, {"message": f"odd {PERSON}"}, "upstream_rejected", "no reason"),
    (401, None, "token_refused", "access token"),
    (402, None, "credits_exhausted", "no credits"),
    (403, None, "upstream_blocked", "Something before ZoomInfo"),
    (403, {"message": "?"}, "plan_endpoint", "contact search"),
    (404, None, "upstream_no_route", "status 404"),
    (404, {"message": "no Route matched"}, "upstream_no_route", "status 404"),
    (405, None, "upstream_no_route", "status 405"),
    (302, None, "upstream_no_route", "status 302"),
    (406, None, "upstream_rejected", "media type"),
    (413, None, "upstream_rejected", "too large"),
    (415, None, "upstream_rejected", "media type"),
    (422, None, "upstream_rejected", "not enough"),
    (418, None, "upstream_rejected", "no reason"),
]


@pytest.mark.parametrize(("code", "body", "kind", "says"), TABLE)
async def test_each_documented_failure_has_a_kind(code: int, body: object, kind: str, says: str) -> None:
    upstream = Upstream(status(code, body))
    request = ask(params={"page[number]": "101", "page[size]": "25"})
    error = await failing(make(upstream), request)
    assert error.kind == kind
    assert says in str(error)
    assert error.details["status"] == code
    if isinstance(body, dict) and "errors" in body:
        assert error.details["requestId"] == "e-0001"
        assert str(error.details["code"]).startswith("PFAPI")
    assert len(upstream.requests) == (2 if code == 401 else 1)
    # A refusal is final for what spends too: nothing was bought.
    if code != 401:
        assert (await failing(make(Upstream(status(code, body))), BUY)).kind == kind


async def test_the_window_is_the_generation_s() -> None:
    message = legacy("Total record pagination is over max allowed value (1000)")
    request = ask("search_contacts", "enterprise", json={"page": 11, "rpp": 100})
    error = await failing(make(Upstream(status(400, message))), request)
    assert error.details | {"kind": ""} == {"kind": "", "status": 400, "page": 11, "pageSize": 100, "window": 1000}


async def test_a_missing_thing_is_not_a_wrong_address() -> None:
    body = {"errors": [{"id": "1", "code": "X", "status": "404"}]}
    missing = ask("account_summary", path="/gtm/copilot/v1/companies/-5/account-summary")
    assert (await failing(make(Upstream(status(404, body))), missing)).kind == "upstream_missing"
    assert (await failing(make(Upstream(status(404))), missing)).kind == "upstream_no_route"
    assert (await failing(make(Upstream(status(404, gateway("ZI9998")))), missing)).kind == "upstream_no_route"
    quick = ask("get_contact", "enterprise", method="GET", path="/lookup/contact/7", json=None)
    assert (await failing(make(Upstream(status(404, {"message": "no"}))), quick)).kind == "upstream_missing"


def test_only_plain_names_and_ids_are_taken_from_a_body() -> None:
    problem = parse_problem(
        {
            "error": {"code": PERSON, "message": f"Invalid field requested: {PERSON}", "requestId": f"Bearer {SECRET}"},
            "errors": [
                {"code": "PFAPI0006", "source": {"parameter": "page[number]"}},
                {"code": "PFAPI0001", "source": {"pointer": "/data/attributes/matchPersonInput/0/emailAddress"}},
                {"source": {"pointer": f"/{PERSON}"}},
                {"detail": "'Ada' is not a company of 'Acme'"},
                "text",
                None,
            ],
            "invalidOutputFields": ["ok_1", "no way", 5, "x" * 65],
        }
    )
    assert problem.fields == ("page.number", "matchPersonInput.0.emailAddress", "ok_1")
    assert (problem.code, problem.request_id) == ("PFAPI0006", None)
    assert PERSON not in repr(problem)
    for odd in (None, 5, "text", [], [1], {}, {"errors": 5}, {"error": []}, {"error": {"code": 7}}):
        assert parse_problem(odd).code is None


def test_oauth_codes_are_known_ones() -> None:
    assert parse_problem({"error": "invalid_grant", "error_description": PERSON}).oauth == "invalid_grant"
    assert parse_problem({"error": PERSON}).oauth is None


def test_the_request_id_header_is_used_when_the_body_has_none() -> None:
    error = refusal(SEARCH, 400, parse_problem({}), httpx2.Headers({"x-request-id": "abc-1"}))
    assert error.details["requestId"] == "abc-1"
    error = refusal(SEARCH, 400, parse_problem({}), httpx2.Headers({"x-request-id": PERSON}))
    assert "requestId" not in error.details


# Logs, pool


async def test_logs_hold_neither_address_nor_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for script in (ok(), status(500), httpx2.ReadError, status(400, legacy(PERSON))):
        try:
            await make(Upstream(script)).send(ask(params={"emailAddress": PERSON, "q": "marker"}), Tokens())
        except SalesZoomInfoError as error:
            clean(error)
    assert SECRET not in caplog.text
    assert "marker" not in caplog.text
    # Other users of the HTTP library keep their logs.
    logging.getLogger("httpx2").info("theirs")
    assert "theirs" in caplog.text


async def test_warming_opens_connections_without_a_token() -> None:
    upstream = Upstream(status(404))
    await make(upstream, base_url="http://zi.test/p").warm(5)
    assert [str(r.url) for r in upstream.requests] == ["http://zi.test/p/"] * 5
    assert not any("authorization" in r.headers for r in upstream.requests)
    for fault in (httpx2.ConnectError, truncated(), status(500)):
        await make(Upstream(fault)).warm(2)
    await make(Upstream(hang), timeout=0.05).warm(2)
    upstream = Upstream(ok())
    await make(upstream).warm(1000)
    assert len(upstream.requests) == 32


async def test_warm_connections_are_used_again() -> None:
    connections = 0
    body = b'{"data": []}'

    async def serve(stream: anyio.abc.SocketStream) -> None:
        nonlocal connections
        connections += 1
        async with stream:
            try:
                while True:
                    received = b""
                    while b"\r\n\r\n" not in received:
                        received += await stream.receive()
                    head, _, rest = received.partition(b"\r\n\r\n")
                    length = [h for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")]
                    missing = (int(length[0].split(b":")[1]) if length else 0) - len(rest)
                    while missing > 0:
                        missing -= len(await stream.receive())
                    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                pass

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        limiter = LocalLimiter(default_rates(1000.0))
        transport = Transport(base_url=f"http://127.0.0.1:{port}", limiter=limiter, timeout=5)
        await transport.warm(4)
        assert connections == 4
        async with anyio.create_task_group() as calls:
            for _ in range(4):
                calls.start_soon(transport.send, SEARCH, Tokens())
        assert connections == 4
        await transport.aclose()
        await transport.aclose()
        group.cancel_scope.cancel()


# The lower level that sign-ins use


async def test_exchange_answers_with_any_status_and_repeats_what_is_safe() -> None:
    upstream = Upstream(status(503), httpx2.ReadError, status(401, {"error": "invalid_client"}))
    answer = await make(upstream).exchange("/authenticate", headers={"Accept": "application/json"}, content=b"x")
    assert (answer.status, answer.data) == (401, {"error": "invalid_client"})
    assert [(r.method, str(r.url), r.content) for r in upstream.requests] == [
        ("POST", "http://zi.test/authenticate", b"x")
    ] * 3
    answer = await make(Upstream(status(400))).exchange("http://other.test/token", headers={})
    assert answer.data is None


@pytest.mark.parametrize("fault", [status(503), httpx2.ReadError, truncated()])
async def test_exchange_does_not_repeat_what_is_single_use(fault: Any) -> None:
    upstream = Upstream(fault)
    with pytest.raises(UpstreamUnavailable):
        await make(upstream).exchange("/t", headers={"Authorization": SECRET}, content=b"r1", repeatable=False)
    assert len(upstream.requests) == 1
    upstream = Upstream(httpx2.ConnectError, status(429), ok({"a": 1}))
    answer = await make(upstream).exchange("/t", headers={"Authorization": SECRET}, content=b"r1", repeatable=False)
    assert answer.data == {"a": 1}


async def test_exchange_has_a_deadline_and_the_lane_of_sign_ins() -> None:
    with anyio.fail_after(2), pytest.raises(UpstreamUnavailable) as caught:
        await make(Upstream(hang), timeout=0.05).exchange("/t", headers={})
    assert caught.value.kind == "deadline"
    clock = Clock()
    transport = make(Upstream(ok({})), clock)
    for _ in range(2):
        await transport.exchange("/t", headers={})
    assert clock.now - 1000.0 == pytest.approx(1 / 0.99)


async def test_the_body_is_valid_json() -> None:
    upstream = Upstream(ok())
    await make(upstream).send(SEARCH, Tokens())
    assert json.loads(upstream.requests[0].content) == SEARCH.json


async def test_a_refused_sign_in_ends_the_call() -> None:
    class Refused(Tokens):
        async def token(self) -> Token:
            from sales_zoominfo.errors import fail

            raise fail("session_lost")

    assert isinstance(await failing(make(Upstream(ok())), SEARCH, Refused()), AuthenticationFailed)
