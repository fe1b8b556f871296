"""Things that go wrong on demand."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import pytest

from sales_zoominfo.sandbox import Fault

from . import shapes
from .conftest import Driver

ADA = [{"personId": 7000001}]


def once(fault: Fault, path: str) -> Callable[[str, str], Fault | None]:
    left = [fault]

    def hook(method: str, asked: str) -> Fault | None:
        return left.pop() if left and (method, asked) == ("POST", path) else None

    return hook


ENRICH = "/gtm/data/v1/contacts/enrich"


@pytest.mark.parametrize("status", [500, 503])
def test_server_errors(make: Callable[..., Driver], status: int) -> None:
    box = make(switches={"fault": once(Fault(status=status), ENRICH)})
    answer = box.enrich("contact", ADA, ["email"])
    assert answer.status_code == status
    assert answer.headers["x-zoominfo-sandbox"] == "sales-zoominfo"
    assert shapes.problems(answer.json(), shapes.VALIDATION) == []
    assert box.used()["uniqueIdLimit"] == 0
    assert box.enrich("contact", ADA, ["email"]).status_code == 200


def test_gateway_timeout_after_the_charge(make: Callable[..., Driver]) -> None:
    box = make(switches={"fault": once(Fault(status=504, after=True), ENRICH)})
    answer = box.enrich("contact", ADA, ["email"])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (504, "PFAPI0010")
    assert box.used()["uniqueIdLimit"] == 1


def test_enterprise_server_error(make: Callable[..., Driver]) -> None:
    box = make(switches={"fault": once(Fault(status=503), "/search/company")})
    answer = box.ent("/search/company", {"country": "usa"})
    assert answer.status_code == 503
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []


def test_rate_limit_storm(make: Callable[..., Driver]) -> None:
    box = make(switches={"fault": once(Fault(status=429), ENRICH)})
    answer = box.enrich("contact", ADA, ["email"])
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1"


def test_truncated_json(make: Callable[..., Driver]) -> None:
    box = make(switches={"fault": once(Fault(truncate=True), ENRICH)})
    answer = box.enrich("contact", ADA, ["email"])
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert box.used()["uniqueIdLimit"] == 1


@pytest.mark.parametrize(("after", "charged"), [(False, 0), (True, 1)])
def test_connection_reset(make: Callable[..., Driver], after: bool, charged: int) -> None:
    box = make(switches={"fault": once(Fault(reset=True, after=after), ENRICH)})
    with pytest.raises(httpx2.ReadError):
        box.enrich("contact", ADA, ["email"])
    assert box.used()["uniqueIdLimit"] == charged


@pytest.mark.parametrize(("after", "charged"), [(False, 0), (True, 1)])
def test_a_server_that_hangs(make: Callable[..., Driver], after: bool, charged: int) -> None:
    box = make(switches={"fault": once(Fault(hang=30, after=after), ENRICH)})
    box.gtm_headers()

    async def impatient() -> None:
        transport = httpx2.ASGITransport(app=box.app)
        async with httpx2.AsyncClient(transport=transport, base_url="https://api.zoominfo.com") as client:
            body = {
                "data": {"type": "ContactEnrich", "attributes": {"matchPersonInput": ADA, "outputFields": ["email"]}}
            }
            with anyio.fail_after(0.05):
                await client.post(ENRICH, headers=box.gtm_headers(), json=body)

    with pytest.raises(TimeoutError):
        anyio.run(impatient)
    assert box.used()["uniqueIdLimit"] == charged


def test_a_slow_answer_comes_in_the_end(make: Callable[..., Driver]) -> None:
    box = make(switches={"fault": once(Fault(hang=0.05), ENRICH)})
    start = time.perf_counter()
    assert box.enrich("contact", ADA, ["email"]).status_code == 200
    assert time.perf_counter() - start >= 0.05


def test_lifespan_and_other_scopes(box: Driver) -> None:
    async def run() -> list[str]:
        incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent: list[str] = []

        async def receive() -> dict[str, Any]:
            return incoming.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await box.app({"type": "lifespan"}, receive, send)
        with pytest.raises(ValueError, match="websocket"):
            await box.app({"type": "websocket"}, receive, send)
        return sent

    assert anyio.run(run) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
