"""Faults by schedule: every kind, every condition, and charges that differ from the documents."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sales_zoominfo.sandbox import Fault, FaultRule
from sales_zoominfo.sandbox.faults import KINDS

from . import shapes
from .conftest import Driver
from .test_credits import old_statuses, statuses

ADA = [{"personId": 7000001}]
ENRICH = "/gtm/data/v1/contacts/enrich"
OLD_ENRICH = "/enrich/contact"


def broken(make: Callable[..., Driver], *rules: FaultRule, **switches: Any) -> Driver:
    return make(switches={"faults": rules, **switches})


def codes(box: Driver, number: int) -> list[int]:
    return [box.find("company", {}).status_code for _ in range(number)]


# --- Kinds -------------------------------------------------------------------------------------------------


def test_every_kind_has_a_test() -> None:
    text = "\n".join(Path(__file__).read_text(encoding="utf-8").split("# --- Kinds")[1:])
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []


@pytest.mark.parametrize(("bucket", "length"), [("second", 1), ("hour", 3600), ("day", 86_400)])
@pytest.mark.parametrize("shape", ["gateway", "errors"])
def test_storm_of_a_bucket(make: Callable[..., Driver], bucket: Any, length: int, shape: str) -> None:
    rule = FaultRule("rate_limited", route="/gtm/data/*", bucket=bucket, times=3)
    box = broken(make, rule, package="standard", gtm_error_shape_429=shape)
    answers = [box.find("company", {}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    headers = answers[0].headers
    assert headers["X-RateLimit-Rejected-Bucket"] == bucket
    assert headers["Retry-After"] == str(length)
    assert headers[f"X-RateLimit-Remaining-{bucket.capitalize()}"] == "0"
    assert int(headers["X-RateLimit-Reset"]) == int(box.clock.now + length)
    assert shapes.problems(answers[0].json(), shapes.GATEWAY if shape == "gateway" else shapes.VALIDATION) == []
    assert answers[3].headers["X-RateLimit-Remaining-Day"] == "647999", "a storm uses no quota"


@pytest.mark.parametrize(("bucket", "length"), [("second", 1), ("minute", 60)])
def test_storm_of_enterprise(make: Callable[..., Driver], bucket: Any, length: int) -> None:
    box = broken(make, FaultRule("rate_limited", route="/search/*", bucket=bucket), package="standard")
    answer = box.ent("/search/company", {"country": "usa"})
    assert answer.status_code == 429
    assert "exceeded your API query rate limit" in answer.json()["error"]
    assert int(answer.headers["X-RateLimit-Reset"]) == int(box.clock.now + length)
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_the_wait_of_a_storm_can_be_given(make: Callable[..., Driver]) -> None:
    box = broken(make, FaultRule("rate_limited", bucket="hour", seconds=7, route="/gtm/data/*"))
    assert box.find("company", {}).headers["Retry-After"] == "7"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize(("after", "charged"), [(False, 0), (True, 1)])
def test_server_error(make: Callable[..., Driver], status: int, after: bool, charged: int) -> None:
    box = broken(make, FaultRule("server_error", route="*enrich*", status=status, after=after, times=2))
    answer = box.enrich("contact", ADA, ["email"])
    assert answer.status_code == status
    assert shapes.problems(answer.json(), shapes.VALIDATION) == []
    assert box.used()["uniqueIdLimit"] == charged
    old = box.ent_enrich("company", [{"companyId": 900001}], ["name"])
    assert old.status_code == status
    assert shapes.problems(old.json(), shapes.ENTERPRISE_ERROR) == []
    assert box.used()["uniqueIdLimit"] == 2 * charged


@pytest.mark.parametrize(
    ("kind", "more", "error", "charged"),
    [
        ("connection_reset", {}, httpx2.ReadError, 0),
        ("connection_reset", {"after": True}, httpx2.ReadError, 1),
        ("request_lost", {}, httpx2.ReadError, 0),
        ("answer_lost", {}, httpx2.ReadError, 1),
        ("connection_refused", {}, httpx2.ConnectError, 0),
    ],
)
def test_no_answer(
    make: Callable[..., Driver], kind: Any, more: dict[str, Any], error: type[Exception], charged: int
) -> None:
    box = broken(make, FaultRule(kind, route=ENRICH, times=1, **more))
    with pytest.raises(error):
        box.enrich("contact", ADA, ["email"])
    assert box.used()["uniqueIdLimit"] == charged
    assert statuses(box.enrich("contact", ADA, ["email"])) == ["FULL_MATCH"]
    assert box.used()["uniqueIdLimit"] == 1, "free within 12 months, whether the answer came or not"


@pytest.mark.parametrize("kind", ["slow_headers", "slow_body"])
def test_slow(make: Callable[..., Driver], kind: Any) -> None:
    box = broken(make, FaultRule(kind, route=ENRICH, seconds=0.1))
    box.gtm_headers()
    start = time.perf_counter()
    assert statuses(box.enrich("contact", ADA, ["email"])) == ["FULL_MATCH"]
    assert time.perf_counter() - start >= 0.1


def test_bodies(make: Callable[..., Driver]) -> None:
    box = broken(
        make,
        FaultRule("truncated_json", route=ENRICH, times=1),
        FaultRule("wrong_json", route=ENRICH, times=2),
        FaultRule("html", route=ENRICH, times=3),
        FaultRule("html", route=ENRICH, times=4, status=503),
    )
    cut = box.enrich("contact", ADA, ["email"])
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        cut.json()
    assert box.used()["uniqueIdLimit"] == 1
    assert box.enrich("contact", ADA, ["email"]).json() == {"unexpected": [True]}
    page = box.enrich("contact", ADA, ["email"])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text.startswith("<!doctype html>")
    assert box.enrich("contact", ADA, ["email"]).status_code == 503


def test_tokens_revoked_before_a_call(make: Callable[..., Driver]) -> None:
    box = broken(make, FaultRule("revoked_tokens", route=ENRICH, times=1))
    answer = box.enrich("contact", ADA, ["email"])
    assert answer.json()["error"]["code"] == "ZI0001"
    box.bearer = ""
    assert statuses(box.enrich("contact", ADA, ["email"])) == ["FULL_MATCH"]


def test_every_form_of_exhaustion(make: Callable[..., Driver]) -> None:
    def first(kind: Any, *, old: bool) -> Any:
        box = broken(make, FaultRule(kind, route="*enrich*", times=1))
        answer = box.ent_enrich("contact", ADA, ["email"]) if old else box.enrich("contact", ADA, ["email"])
        assert box.used()["uniqueIdLimit"] == 0
        return answer

    assert first("credits_exhausted", old=False).json()["errors"][0]["code"] == "PFAPI0011"
    old = first("credits_exhausted", old=True)
    assert (old.status_code, old.json()["error"]) == (400, "Exceeded the max limit to enrich new Contacts or Companies")
    payment = first("payment_required", old=False)
    assert payment.status_code == 402
    assert shapes.problems(payment.json(), shapes.VALIDATION) == []
    assert statuses(first("limit_exceeded", old=False)) == ["LIMIT_EXCEEDED"]
    assert old_statuses(first("limit_exceeded", old=True)) == ["LIMIT_EXCEEDED"]
    for kind, word in (("requests_exhausted", "request"), ("records_exhausted", "record")):
        old = first(kind, old=True)
        assert (old.status_code, old.json()["error"]) == (403, f"You have used up all of your allowed {word} limit")


@pytest.mark.parametrize("kind", ["requests_exhausted", "records_exhausted", "payment_required"])
def test_a_kind_of_one_api_neither_counts_nor_meets_requests_of_the_other(
    make: Callable[..., Driver], kind: Any
) -> None:
    box = broken(make, FaultRule(kind, times=1))
    only_gtm = kind == "payment_required"

    def call(*, gtm: bool) -> Any:
        return box.enrich("contact", ADA, ["email"]) if gtm else box.ent_enrich("contact", ADA, ["email"])

    assert call(gtm=not only_gtm).status_code == 200
    state = box.app.admin().state({})
    (listed,) = state["faults"]
    assert (listed["seen"], listed["fired"]) == (0, 0)
    assert listed["api"] == ("gtm" if only_gtm else "enterprise")
    assert "API alone" in listed["text"] and listed["text"] == state["kinds"][kind]["text"]


def test_headers_missing_or_unavailable(make: Callable[..., Driver]) -> None:
    box = broken(
        make,
        FaultRule("headers_unavailable", route="*search*", times=3),
        FaultRule("headers_missing", route="*search*", every=4),
        rate_second=1,
        rate_hour=2,
        rate_minute=1,
    )
    box.clock.now = float(int(box.clock.now))
    for _ in range(3):
        answer = box.find("company", {})
        assert answer.status_code == 200, "let through although the second is full"
        remaining = {name: value for name, value in answer.headers.items() if "remaining" in name}
        assert remaining
        assert set(remaining.values()) == {"-1"}
        assert answer.headers["X-RateLimit-Limit-Second"] == "1"
    box.clock.now += 5
    missing = box.ent("/search/company", {"country": "usa"})
    assert missing.status_code == 200
    assert not [name for name in missing.headers if name.startswith(("x-ratelimit", "x-usage"))]


# --- Charges that differ from the documents ------------------------------------------------------------------

BATCH = [{"personId": 7000001}, {"personId": 1}, {"emailAddress": "nobody@nowhere.example"}]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        (None, 1, 0),
        ("double_charge", 2, 0),
        ("charge_without_match", 3, 2),
        ("charge_again", 1, 1),
        ("no_charge", 0, 0),
    ],
)
@pytest.mark.parametrize("old", [False, True])
def test_mischarges(make: Callable[..., Driver], kind: Any, first: int, second: int, old: bool) -> None:
    charges: list[int] = []
    rules = () if kind is None else (FaultRule(kind, route="*enrich*"),)
    box = make(switches={"faults": rules}, on_charge=lambda charge: charges.append(charge.zi_id))

    def cost() -> int:
        before = box.used()["uniqueIdLimit"]
        answer = box.ent_enrich("contact", BATCH, ["id"]) if old else box.enrich("contact", BATCH, ["email"])
        found = old_statuses(answer) if old else statuses(answer)
        assert found == ["FULL_MATCH", "NO_MATCH", "NO_MATCH"]
        return box.used()["uniqueIdLimit"] - before

    assert [cost(), cost()] == [first, second]
    assert len(charges) == first + second
    assert {key for key in charges if key} <= {7000001}


def test_a_mischarge_by_schedule(make: Callable[..., Driver]) -> None:
    box = broken(make, FaultRule("double_charge", route="*companies/enrich", every=3, times=1))
    costs: list[int] = []
    found = box.find("company", {}, size=8).json()["data"]
    for key in (int(row["id"]) for row in found):
        before = box.used()["uniqueIdLimit"]
        box.enrich("company", [{"companyId": key}], ["name"])
        costs.append(box.used()["uniqueIdLimit"] - before)
    assert costs == [1, 1, 2, 1, 1, 1, 1, 1]


# --- Conditions --------------------------------------------------------------------------------------------


def test_every_nth_and_at_most(make: Callable[..., Driver]) -> None:
    box = broken(make, FaultRule("server_error", route="/gtm/data/*", every=3, times=2))
    assert codes(box, 10) == [200, 200, 500, 200, 200, 500, 200, 200, 200, 200]


def test_probability_by_a_seed(make: Callable[..., Driver]) -> None:
    def draw(seed: int) -> list[int]:
        return codes(broken(make, FaultRule("server_error", route="/gtm/data/*", probability=0.3, seed=seed)), 100)

    one = draw(1)
    assert one == draw(1)
    assert one != draw(2)
    assert 15 <= one.count(500) <= 45


def test_from_until_on_the_sandboxs_clock(make: Callable[..., Driver]) -> None:
    start = make().clock.now
    rule = FaultRule("server_error", route="/gtm/data/*", since=start + 10, until=start + 20)
    box = broken(make, rule)
    seen: list[int] = []
    for _ in range(4):
        seen += codes(box, 1)
        box.clock.now += 7
    assert seen == [200, 200, 500, 200]


def test_method_and_account(make: Callable[..., Driver]) -> None:
    box = broken(
        make,
        FaultRule("server_error", method="POST", account="sandbox-demo", route="/gtm/data/*"),
        FaultRule("server_error", method="GET", account="another"),
        FaultRule("server_error", method="POST", account="another"),
    )
    assert codes(box, 1) == [500]
    assert box.gtm_get("/lookup/countries").status_code == 200
    assert box.ent("/search/company", {"country": "usa"}).status_code == 200


def test_a_fault_at_sign_in_knows_the_account(make: Callable[..., Driver]) -> None:
    box = broken(make, FaultRule("server_error", account="sandbox-demo", route="/gtm/oauth/*"),
                 FaultRule("server_error", account="sandbox-demo", route="/authenticate"))  # fmt: skip
    assert box.token().status_code == 500
    body = {"username": box.account.username, "password": "wrong"}
    assert box.call("POST", "/authenticate", json=body).status_code == 500
    assert box.call("POST", "/authenticate", json=body | {"username": "nobody"}).status_code == 401


def test_rules_on_disk_are_counted_by_all_processes_together(make: Callable[..., Driver]) -> None:
    rule = FaultRule("server_error", route="/gtm/data/*", every=2, times=2)
    one, two = make(more={"faults": (rule,)}), make()
    seen = [box.find("company", {}).status_code for _ in range(3) for box in (one, two)]
    assert seen == [200, 500, 200, 500, 200, 200]
    make(more={"faults": ()})
    assert one.app.admin().state({})["faults"] == []


def test_what_touches_the_answer_and_what_touches_the_charge_go_together(make: Callable[..., Driver]) -> None:
    box = broken(make, FaultRule("double_charge"), FaultRule("answer_lost", route=ENRICH, times=1))
    with pytest.raises(httpx2.ReadError):
        box.enrich("contact", ADA, ["email"])
    assert box.used()["uniqueIdLimit"] == 2


def test_the_hook_wins(make: Callable[..., Driver]) -> None:
    rule = FaultRule("server_error", route="/gtm/data/*")
    box = make(
        switches={"faults": (rule,), "fault": lambda method, path: Fault(status=503) if method == "GET" else None}
    )
    assert box.gtm_get("/lookup/countries").status_code == 503
    assert codes(box, 1) == [500]
