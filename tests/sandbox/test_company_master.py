"""The company master of the Enterprise API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sales_zoominfo.sandbox import Charge, company_master

from . import shapes
from .conftest import Driver

ACME = 900001
REASONS = shapes.each(
    "string",
    "zi_match_name! zi_match_reason_building_name! zi_match_reason_building_number! zi_match_reason_business_type! "
    "zi_match_reason_city! zi_match_reason_company_phone! zi_match_reason_country! zi_match_reason_directional! "
    "zi_match_reason_name! zi_match_reason_road_name! zi_match_reason_road_type! zi_match_reason_state! "
    "zi_match_reason_unit! zi_match_reason_website! zi_match_reason_zip! zi_match_score!",
)
FOUND = {
    **shapes.each(
        "string",
        "zi_es_location_id zi_c_is_hq zi_c_tier_grade zi_c_name zi_c_name_display zi_c_url zi_c_street zi_c_city "
        "zi_c_state zi_c_zip zi_c_country",
    ),
    **shapes.each("int", "zi_c_location_id zi_es_ecid"),
    "zi_match_reason": REASONS,
}


def ask(box: Driver, *inputs: Any, outputs: Any = ("zi_c_company_id", "zi_c_name")) -> Any:
    body = {"matchCompanyInput": list(inputs), "outputFields": list(outputs)}
    return box.ent("/enrich/company-master", body)


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["result"]


def test_documented_example_fields_have_the_shape(box: Driver) -> None:
    outputs = list(FOUND)
    ids = [int(row["id"]) for row in box.find("company", {}, size=25).json()["data"]]
    answer = ask(box, *({"zi_es_ecid": _ecid(box, key)} for key in ids), outputs=outputs)
    body = answer.json()
    assert body["success"] is True
    assert body["data"]["outputFields"] == outputs
    for row in rows(answer):
        assert row["statusCode"] == 200
        assert shapes.problems(row["data"], {f"{name}!": kind for name, kind in FOUND.items()}) == []


def _ecid(box: Driver, company: int) -> int:
    name = box.enrich("company", [{"companyId": company}], ["website"]).json()["data"][0]["attributes"]["website"]
    return rows(ask(box, {"zi_c_url": name}, outputs=["zi_es_ecid"]))[0]["data"]["zi_es_ecid"]


def test_all_two_hundred_fields(box: Driver) -> None:
    assert len(set(company_master.OUTPUTS)) == 200
    filled: set[str] = set()
    keys = [int(row["id"]) for row in box.find("company", {}, size=100).json()["data"]]
    sites = box.enrich("company", [{"companyId": key} for key in keys[:25]], ["website"]).json()["data"]
    inputs = [{"zi_c_url": row["attributes"]["website"]} for row in sites]
    for row in rows(ask(box, *inputs, outputs=company_master.OUTPUTS)):
        assert list(row["data"]) == list(company_master.OUTPUTS)
        filled |= {name for name, value in row["data"].items() if value != ""}
    never = set(company_master.OUTPUTS) - filled
    # No company of the sandbox is a franchise, and some details nobody has.
    unknown = {"zi_c_yelp_url", "zi_c_alexa_rank", "zi_c_names_other", "zi_c_urls_alt", "zi_c_ein", "zi_c_tickers_alt"}
    assert {name for name in never if "franchisor" not in name and not name.endswith(("street_2", "county"))} <= unknown


@pytest.mark.parametrize(
    "given",
    [
        {"zi_c_url": "https://www.acme.example/about"},
        {"zi_c_name": "ACME Inc"},
        {"email": "someone@acme.example"},
        {"zi_c_location_id": ACME + 1},
        {"zi_es_location_id": f"L{ACME + 1}"},
        {"phone": {"zi_c_phone": "(900) 555-0100", "zi_c_country": "USA"}},
        {"address": {"zi_c_street": "226 Washington Rd", "zi_c_city": "San Francisco"}},
    ],
)
def test_ways_to_ask(box: Driver, given: Any) -> None:
    (row,) = rows(ask(box, given))
    assert row["data"] == {"zi_c_company_id": ACME, "zi_c_name": "Acme, Inc."}


def test_one_location_of_several(box: Driver) -> None:
    places = box.ent("/enrich/location", {"companyId": str(ACME)}).json()["data"]
    outputs = ["zi_c_company_id", "zi_c_is_hq", "zi_c_city", "zi_c_company_city"]
    found = rows(ask(box, *({"zi_c_location_id": place["company"]["id"]} for place in places), outputs=outputs))
    assert [row["data"]["zi_c_city"] for row in found] == [place["city"] for place in places]
    assert [row["data"]["zi_c_is_hq"] for row in found] == ["true", *["false"] * (len(places) - 1)]
    assert {row["data"]["zi_c_company_city"] for row in found} == {"San Francisco"}
    assert {row["data"]["zi_c_company_id"] for row in found} == {ACME}


def test_some_records_fail_alone(box: Driver) -> None:
    answer = ask(box, {"zi_c_name": "Acme, Inc."}, {"address": {"zi_c_city": "Nowhere"}}, {"zi_c_name": "No Such Firm"})
    assert answer.json()["success"] is False
    good, little, none = rows(answer)
    assert (good["statusCode"], good["input"]) == (200, {"zi_c_name": "acme, inc."})
    assert little["statusCode"] == 400
    assert set(little["data"]) == {"errorMessage"}
    assert (none["statusCode"], none["data"]) == (200, {})


def test_match_reasons_narrow(box: Driver) -> None:
    given = {"zi_c_name": "Acme Inc", "zi_c_url": "acme.example"}
    (row,) = rows(ask(box, given, outputs=["zi_match_reason"]))
    reasons = row["data"]["zi_match_reason"]
    assert (reasons["zi_match_reason_name"], reasons["zi_match_reason_website"]) == ("F", "E")
    assert reasons["zi_match_reason_city"] == "M"
    strict = rows(ask(box, {**given, "match_reasons": [{"zi_c_name": "E"}]}))[0]
    assert strict["data"] == {}
    either = rows(ask(box, {**given, "match_reasons": [{"zi_c_name": "E"}, {"zi_c_url": "E", "match_score": 90}]}))[0]
    assert either["data"]["zi_c_company_id"] == ACME


def test_a_company_costs_once(make: Callable[..., Driver]) -> None:
    charges: list[Charge] = []
    box = make(on_charge=charges.append)
    ask(box, {"zi_c_name": "Acme, Inc."}, {"zi_c_url": "acme.example"}, {"zi_c_name": "Nobody"}, {})
    ask(box, {"zi_c_name": "Acme Inc", "match_reasons": [{"zi_c_name": "E"}]})
    assert [(charge.entity, charge.zi_id) for charge in charges] == [("company", ACME)]
    used = box.used()
    assert (used["uniqueIdLimit"], used["recordLimit"]) == (1, 2)


def test_without_credits(make: Callable[..., Driver]) -> None:
    box = make(switches={"credits": 0})
    whole = ask(box, {"zi_c_name": "Acme, Inc."})
    assert (whole.status_code, whole.json()["error"][:22]) == (400, "Exceeded the max limit")
    found = rows(ask(box, {"zi_c_name": "Acme, Inc."}, {"zi_c_name": "Inkwell Cloud, Inc."}))
    assert [row["statusCode"] for row in found] == [400, 400]


def test_an_unknown_output_is_told_in_its_own_shape(shared: Driver) -> None:
    answer = ask(shared, {"zi_c_name": "Acme, Inc."}, outputs=["zi_c_name", "name"])
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "responseCode": 400,
            "message": "There are invalid fields in your request.",
            "invalidOutputFields": ["name"],
        },
    )


@pytest.mark.parametrize(
    "body",
    [
        {"matchCompanyInput": [{"zi_c_name": "x"}]},
        {"matchCompanyInput": [], "outputFields": ["zi_c_name"]},
        {"matchCompanyInput": [{"zi_c_name": "x"}] * 26, "outputFields": ["zi_c_name"]},
        {"matchCompanyInput": ["x"], "outputFields": ["zi_c_name"]},
        {"matchCompanyInput": [{"companyName": "x"}], "outputFields": ["zi_c_name"]},
        {"matchCompanyInput": [{"zi_c_name": 7}], "outputFields": ["zi_c_name"]},
        {"matchCompanyInput": [{"zi_es_ecid": "x"}], "outputFields": ["zi_c_name"]},
        {"matchCompanyInput": [{"phone": "x"}], "outputFields": ["zi_c_name"]},
        {"matchCompanyInput": [{"address": {"city": "x"}}], "outputFields": ["zi_c_name"]},
        {"matchCompanyInput": [{"email": "x@y.z", "match_reasons": [{"zi_c_url": "Z"}]}], "outputFields": ["zi_c_ein"]},
        {"matchCompanyInput": [{"zi_c_name": "x", "match_reasons": "E"}], "outputFields": ["zi_c_name"]},
        {"companies": []},
    ],
)  # fmt: skip
def test_refusals(shared: Driver, body: Any) -> None:
    answer = shared.ent("/enrich/company-master", body)
    assert answer.status_code == 400
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []


def test_field_lookups(shared: Driver) -> None:
    inputs = shared.ent_get("/lookup/inputfields/company-master/enrich").json()
    assert {row["fieldName"]: row["fieldType"] for row in inputs} == {
        "zi_c_location_id": "Long",
        "zi_es_ecid": "Long",
        "zi_es_location_id": "String",
        "zi_c_url": "String",
        "zi_c_name": "String",
        "phone": "Object",
        "address": "Object",
        "email": "String",
        "match_reasons": "ArrayList",
    }
    assert len(shared.ent_get("/lookup/outputfields/company-master/enrich").json()) == 200
