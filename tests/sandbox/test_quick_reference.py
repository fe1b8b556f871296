"""The paths of the published quick reference, which the service itself does not serve."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from sales_zoominfo.sandbox import Charge, quick_reference

from . import shapes
from .conftest import Driver

ADA, ORLA = 7000001, "orla.optout@acme.example"
USAGE = {**shapes.each("int", "creditsUsed! creditsRemaining! creditLimit!"), "billingPeriodEnd!": "date"}
VISIT = {
    "company!": {"id!": "int", "name!": "string", "website!": "string"},
    **shapes.each("int", "pagesViewed! sessions! timeOnSite!"),
    **shapes.each("datetime", "firstVisit! lastVisit!"),
}
OPT_OUT = {**shapes.each("string", "emailAddress! action!"), "optedOut!": "boolean"}


@pytest.fixture
def quick(make: Callable[..., Driver]) -> Iterator[Driver]:
    yield make(switches={"quick_reference": True})


def visits(box: Driver, **body: Any) -> Any:
    return box.ent("/websights/search", body)


@pytest.mark.parametrize(("method", "path"), sorted(quick_reference.PATHS))
def test_without_the_switch_they_are_unknown(shared: Driver, method: str, path: str) -> None:
    concrete = path.replace("{personId}", str(ADA)).replace("{companyId}", "900001")
    answer = shared.call(method, concrete, headers=shared.jwt_headers(), json={})
    assert (answer.status_code, answer.json()["error"]) == (404, "Not Found")


def test_one_record_by_id(make: Callable[..., Driver]) -> None:
    charges: list[Charge] = []
    box = make(on_charge=charges.append, switches={"quick_reference": True})
    person = box.ent_get(f"/lookup/contact/{ADA}").json()
    assert shapes.problems(person, shapes.ENTERPRISE_CONTACT) == []
    assert (person["id"], person["email"]) == (ADA, "ada.sample@acme.example")
    company = box.ent_get("/lookup/company/900001").json()
    assert shapes.problems(company, shapes.ENTERPRISE_COMPANY) == []
    assert company["name"] == "Acme, Inc."
    assert [(charge.entity, charge.zi_id) for charge in charges] == [("contact", ADA), ("company", 900001)]
    box.ent_get(f"/lookup/contact/{ADA}")
    assert len(charges) == 2


def test_unknown_and_opted_out_records_are_404(quick: Driver) -> None:
    rows = quick.ent_enrich("contact", [{"emailAddress": ORLA}], ["id"]).json()["data"]["result"]
    assert rows[0]["matchStatus"] == "OPT_OUT"
    for path in ("/lookup/contact/5", "/lookup/company/5", "/lookup/contact/7000013"):
        answer = quick.ent_get(path)
        assert answer.status_code == 404
        assert "Optout" not in answer.text
    assert quick.used()["uniqueIdLimit"] == 0


def test_without_credits(make: Callable[..., Driver]) -> None:
    box = make(switches={"quick_reference": True, "credits": 0})
    answer = box.ent_get(f"/lookup/contact/{ADA}")
    assert (answer.status_code, answer.json()["error"][:22]) == (400, "Exceeded the max limit")


@pytest.mark.parametrize("kind", ["contact", "Company"])
def test_bulk_is_polled_as_on_enterprise(quick: Driver, kind: str) -> None:
    given, name = {"contact": ({"personId": ADA}, "firstName"), "Company": ({"companyId": 900001}, "name")}[kind]
    body = {"inputType": kind, "matchInput": [given], "outputFields": [name], "callbackUrl": "https://x.example"}
    job = quick.ent("/bulk/enrich", body).json()["jobId"]
    quick.clock.now += 10
    assert quick.ent("/bulk/job/status", {"jobId": job}).json()["status"] == "COMPLETED"
    (row,) = quick.ent("/bulk/job/results", {"jobId": job, "page": 1}).json()["result"]
    assert row["data"][name] in {"Ada", "Acme, Inc."}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"matchInput": [{"personId": ADA}], "outputFields": ["id"]}, None),
        ({"inputType": "scoop", "matchInput": [{"personId": ADA}], "outputFields": ["id"]}, ["inputType"]),
        ({"inputType": "contact", "matchPersonInput": []}, ["matchPersonInput"]),
    ],
)
def test_refusals_of_bulk(quick: Driver, body: Any, names: list[str] | None) -> None:
    answer = quick.ent("/bulk/enrich", body)
    assert (answer.status_code, answer.json().get("invalidInputFields")) == (400, names)


def test_usage(quick: Driver) -> None:
    quick.ent_get(f"/lookup/contact/{ADA}")
    answer = quick.ent_get("/usage").json()
    assert shapes.problems(answer, USAGE) == []
    assert (answer["creditsUsed"], answer["creditsRemaining"], answer["creditLimit"]) == (1, 9_999, 10_000)


def test_visits(make: Callable[..., Driver]) -> None:
    box = make(switches={"quick_reference": True})
    answer = visits(box, startDate="2026-11-01", endDate="2026-11-14", rpp=100).json()
    assert shapes.problems(answer, shapes.enterprise_list(VISIT)) == []
    for row in answer["data"]:
        first, last = (date.fromisoformat(row[name][:10]) for name in ("firstVisit", "lastVisit"))
        assert date(2026, 11, 1) <= first <= last <= date(2026, 11, 14)
        assert row["pagesViewed"] >= row["sessions"] >= 1
    # The same days tell the same in another process, and within a longer time.
    again = visits(make(switches={"quick_reference": True}), startDate="2026-11-01", endDate="2026-11-14", rpp=100)
    assert again.json() == answer
    longer = visits(box, startDate="2026-10-20", endDate="2026-11-14", rpp=100).json()
    assert longer["maxResults"] >= answer["maxResults"]
    two = visits(box, startDate="2026-11-01", endDate="2026-11-14", rpp=10, page=2).json()
    assert two["data"] == answer["data"][10:20]
    assert box.used()["webSightsApiRequestLimit"] == 4


def test_visitors_are_those_of_the_documentation_addresses(quick: Driver) -> None:
    known: set[int] = set()
    for net in ("192.0.2", "198.51.100", "203.0.113"):
        rows = quick.enrich("company", [{"ipAddress": f"{net}.{4 * last}"} for last in range(25)], ["name"])
        known |= {int(row["id"]) for row in rows.json()["data"]}
    found = {row["company"]["id"] for row in visits(quick, rpp=100).json()["data"]}
    assert len(known & found) > 20


@pytest.mark.parametrize(
    "body",
    [
        {"startDate": "yesterday"},
        {"startDate": "2026-11-20", "endDate": "2026-11-10"},
        {"startDate": "2026-01-01", "endDate": "2026-11-10"},
        {"rpp": 101},
        {"page": 0},
        {"page": 10, "rpp": 100},
        {"ipAddress": "192.0.2.1"},
    ],
)
def test_refusals_of_visits(quick: Driver, body: Any) -> None:
    assert visits(quick, **body).status_code == 400


def test_opt_outs_are_kept(make: Callable[..., Driver]) -> None:
    box = make(switches={"quick_reference": True})

    def ask(action: str, address: str = "Someone@Vendor.example", driver: Driver = box) -> Any:
        answer = driver.ent("/compliance/optout", {"emailAddress": address, "action": action}).json()
        assert shapes.problems(answer, OPT_OUT) == []
        return answer["optedOut"]

    assert [ask("check"), ask("add"), ask("add"), ask("check", "someone@vendor.example")] == [False, True, True, True]
    assert ask("check", driver=make(switches={"quick_reference": True})) is True
    assert [ask("remove"), ask("check")] == [False, False]
    assert ask("check", ORLA) is True


@pytest.mark.parametrize(
    "body",
    [
        {"emailAddress": "a@b.example"},
        {"action": "add"},
        {"emailAddress": "nobody", "action": "add"},
        {"emailAddress": "a@b.example", "action": "forget"},
        {"email": "a@b.example", "action": "add"},
    ],
)
def test_refusals_of_opt_outs(quick: Driver, body: Any) -> None:
    assert quick.ent("/compliance/optout", body).status_code == 400
