"""Who is behind an IP address, on the Enterprise API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sales_zoominfo.sandbox import Charge

from . import shapes
from .conftest import Driver

COMPANY = {
    **shapes.each("string", "ticker name website street city state zipCode country"),
    **shapes.each("int", "id revenue employeeCount"),
    "industries": ["string"],
    "confidenceScore": "number",
}
PLACE = {**shapes.each("number", "location_long! location_lat!"), **shapes.each("string", "country_code! province!")}
PROVIDER = shapes.each("string", "domain! ip_hi_string! ip_lo_string! name! type!")
ANSWER = {
    "success!": "boolean",
    "data!": {
        "outputFields!": [["string"]],
        "result!": [{"input!": ["string"], "data!": {"company": COMPANY, "geoLocation": PLACE, "ispInfo": PROVIDER}}],
    },
}


def look(box: Driver, address: Any, **more: Any) -> Any:
    return box.ent("/enrich/ip", {"ipAddress": address, **more})


def found(box: Driver, address: str) -> dict[str, Any]:
    answer = look(box, address)
    assert answer.status_code == 200, answer.text
    assert shapes.problems(answer.json(), ANSWER) == []
    (result,) = answer.json()["data"]["result"]
    assert result["input"] == [address.lower()]
    return result["data"]


def test_documentation_addresses_are_visitors(shared: Driver) -> None:
    first = found(shared, "192.0.2.1")
    assert (first["company"]["id"], first["company"]["name"]) == (900001, "Acme, Inc.")
    assert first["geoLocation"]["country_code"] == "US"
    same, hidden = 0, 0
    for net in ("192.0.2", "198.51.100", "203.0.113"):
        for last in range(0, 256, 4):
            data = found(shared, f"{net}.{last}")
            row = shared.enrich("company", [{"ipAddress": f"{net}.{last}"}], ["name"]).json()["data"][0]
            if "company" in data:
                assert data["company"]["confidenceScore"] >= 0.3
                assert data["company"]["name"] == row["attributes"]["name"]
                same += 1
            else:
                assert data["ispInfo"]["type"] == "isp"
                # A company may be known and still be hidden, since it is not sure enough.
                hidden += row["type"] == "Company"
    assert same > 100
    assert hidden > 5


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_other_addresses_have_a_provider(shared: Driver, address: str) -> None:
    data = found(shared, address)
    assert set(data) == {"geoLocation", "ispInfo"}
    assert data["ispInfo"]["domain"].endswith(".example")
    assert found(shared, address) == data


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "192.168.1.1", "fe80::1", "::1"])
def test_nobody_is_behind_private_addresses(shared: Driver, address: str) -> None:
    assert found(shared, address) == {}


def test_output_fields(shared: Driver) -> None:
    answer = look(shared, "192.0.2.1", outputFields=["id", "employeeCount"]).json()
    assert answer["data"]["outputFields"] == [["id", "employeecount"]]
    assert set(answer["data"]["result"][0]["data"]["company"]) == {"id", "employeeCount"}
    wrong = look(shared, "192.0.2.1", outputFields=["phone"]).json()
    assert (wrong["error"], wrong["invalidOutputFields"]) == ("OutputFields invalid or disallowed.", ["phone"])


@pytest.mark.parametrize(
    "body",
    [{}, {"ipAddress": ""}, {"ipAddress": "acme.example"}, {"ipAddress": 7}, {"ipAddress": ["192.0.2.1"]}, {"ip": "x"}],
)
def test_refusals(shared: Driver, body: Any) -> None:
    answer = shared.ent("/enrich/ip", body)
    assert answer.status_code == 400
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []


def test_budgets_of_its_own_and_no_credit(make: Callable[..., Driver]) -> None:
    charges: list[Charge] = []
    box = make(on_charge=charges.append, switches={"websights_request_budget": 4, "websights_record_budget": 2})
    assert found(box, "8.8.8.8")
    assert found(box, "192.0.2.1")
    used = box.used()
    names = ("webSightsApiRequestLimit", "webSightsApiRecordLimit", "uniqueIdLimit", "recordLimit")
    assert [used[name] for name in names] == [2, 1, 0, 0]
    answer = look(box, "192.0.2.1")
    assert answer.headers["X-Usage-Websights-Api-Record-Limit-Remaining"] == "0"
    full = look(box, "8.8.8.8")
    assert (full.status_code, full.json()["error"]) == (
        403,
        "You have used up all of your allowed record limit for WebSights API",
    )
    assert charges == []
    fresh = make(switches={"websights_request_budget": 3})
    assert "request limit for WebSights API" in look(fresh, "8.8.8.8").json()["error"]
    assert box.ent("/search/company", {"country": "usa"}).status_code == 200


def test_field_lookups(shared: Driver) -> None:
    inputs = shared.ent_get("/lookup/inputfields/ip/enrich").json()
    assert [(row["fieldName"], row["fieldType"]) for row in inputs] == [("ipAddress", "String")]
    outputs = shared.ent_get("/lookup/outputfields/ip/enrich").json()
    assert {row["fieldName"] for row in outputs} == set(COMPANY)
