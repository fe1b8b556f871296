"""Answers of each endpoint have the documented shapes."""

from __future__ import annotations

from typing import Any

import pytest

from sales_zoominfo.sandbox import tables

from . import shapes
from .conftest import JSON_API, Driver

PEOPLE_OF_NOTE = [{"personId": 7000001}, {"personId": 7000004}, {"personId": 7000007}]


def gtm_outputs(entity: str) -> list[str]:
    table = tables.CONTACT_OUTPUTS if entity == "contact" else tables.COMPANY_OUTPUTS
    return [name for name, spec in table.items() if spec.gtm is not None]


def enterprise_outputs(entity: str) -> list[str]:
    table = tables.CONTACT_OUTPUTS if entity == "contact" else tables.COMPANY_OUTPUTS
    return [name for name, spec in table.items() if spec.enterprise is not None]


def people(box: Driver, count: int) -> list[str]:
    return [row["id"] for row in box.find("contact", {"country": "usa"}, size=count).json()["data"]]


def companies(box: Driver, count: int) -> list[str]:
    return [row["id"] for row in box.find("company", {}, size=count).json()["data"]]


@pytest.mark.parametrize(
    ("entity", "shape"), [("contact", shapes.GTM_CONTACT_SEARCH), ("company", shapes.GTM_COMPANY_SEARCH)]
)
def test_gtm_search(shared: Driver, entity: str, shape: Any) -> None:
    answer = shared.find(entity, {"country": "usa", "underManagement": True}, size=100)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == JSON_API
    assert answer.headers["x-zoominfo-sandbox"] == "sales-zoominfo"
    assert shapes.problems(answer.json(), shape) == []
    assert {row["type"] for row in answer.json()["data"]} == {entity.capitalize()}


def test_gtm_search_never_shows_an_address_or_number(shared: Driver) -> None:
    text = shared.find("contact", {"country": "usa"}, size=100).text
    assert "@" not in text
    assert "555-01" not in text


@pytest.mark.parametrize(
    ("entity", "shape", "key"),
    [("contact", shapes.GTM_CONTACT, "personId"), ("company", shapes.GTM_COMPANY, "companyId")],
)
def test_gtm_enrich_of_every_output(box: Driver, entity: str, shape: Any, key: str) -> None:
    outputs = gtm_outputs(entity)
    seen: set[str] = set()
    ids = people(box, 100) if entity == "contact" else companies(box, 100)
    for start in range(0, 100, 25):
        inputs: list[Any] = [{key: int(found)} for found in ids[start : start + 25]]
        if entity == "company":
            inputs[0] = {"companyName": "Acme, Inc.", "companyCity": "San Francisco"}
        answer = box.enrich(entity, inputs, outputs)
        assert answer.status_code == 200, answer.text
        for row, given in zip(answer.json()["data"], inputs, strict=True):
            assert row["type"] == entity.capitalize()
            assert row["meta"] == {"matchStatus": "FULL_MATCH", "input": given}
            assert shapes.problems(row["attributes"], shape) == []
            assert all(value not in ("", [], None) for value in row["attributes"].values())
            seen |= row["attributes"].keys()
    paths = {spec.path.partition(".")[0] for name, spec in _table(entity).items() if name in outputs}
    assert seen == paths - {"id"}


def _table(entity: str) -> dict[str, tables.Output]:
    return tables.CONTACT_OUTPUTS if entity == "contact" else tables.COMPANY_OUTPUTS


@pytest.mark.parametrize(
    ("entity", "shape", "key"),
    [("contact", shapes.ENTERPRISE_CONTACT, "personId"), ("company", shapes.ENTERPRISE_COMPANY, "companyId")],
)
def test_enterprise_enrich_of_every_output(box: Driver, entity: str, shape: Any, key: str) -> None:
    outputs = enterprise_outputs(entity)
    ids = people(box, 25) if entity == "contact" else companies(box, 25)
    answer = box.ent_enrich(entity, [{key: int(found)} for found in ids], outputs)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    body = answer.json()
    assert body["success"] is True
    assert body["data"]["outputFields"] == [[name.lower() for name in outputs]]
    assert "requiredFields" not in body["data"]
    for result, found in zip(body["data"]["result"], ids, strict=True):
        assert result["matchStatus"] == "FULL_MATCH"
        assert result["input"] == {key.lower(): int(found)}
        (record,) = result["data"]
        assert record["id"] == int(found)
        assert shapes.problems(record, shape) == []


def test_types_that_differ_between_the_generations(box: Driver) -> None:
    asked = ["id", "contactAccuracyScore", "hasCanadianEmail", "lastUpdatedDate", "jobFunction", "managementLevel"]
    gtm = box.enrich("contact", [{"personId": 7000001}], asked).json()["data"][0]
    assert gtm["id"] == "7000001"
    assert gtm["attributes"]["contactAccuracyScore"] == "95.0"
    assert gtm["attributes"]["hasCanadianEmail"] is False
    assert gtm["attributes"]["jobFunction"] == {"name": "Procurement", "department": "Operations"}
    assert gtm["attributes"]["managementLevel"] == ["Manager"]
    assert "id" not in gtm["attributes"]
    old = box.ent_enrich("contact", [{"personId": 7000001}], asked).json()["data"]["result"][0]["data"][0]
    assert old["id"] == 7000001
    assert old["contactAccuracyScore"] == 95
    assert old["hasCanadianEmail"] == "false"
    assert old["jobFunction"] == [{"name": "Procurement", "department": "Operations"}]


def test_revenue_units(box: Driver) -> None:
    company = box.enrich("company", [{"companyName": "Acme, Inc."}], ["revenue", "revenueRange", "employeeRange"])
    assert company.json()["data"][0]["attributes"] == {
        "revenue": 260_000,
        "revenueRange": "$250 mil. - $500 mil.",
        "employeeRange": "1,000 - 5,000",
    }
    person = box.enrich("contact", [{"personId": 7000001}], ["companyRevenue", "companyRevenueNumeric"])
    assert person.json()["data"][0]["attributes"]["company"] == {
        "id": 900001,
        "revenue": "$260.0 Million",
        "revenueNumeric": 260_000_000,
    }
    row = box.find("company", {"companyId": "900001"}).json()["data"][0]
    assert row["attributes"]["revenue"] == "260000"


def test_enterprise_echoes_are_lower_case_and_the_company_id_is_implied(box: Driver) -> None:
    answer = box.ent_enrich(
        "contact",
        [{"emailAddress": "Ada.Sample@Acme.example"}, {"emailAddress": "nobody@example.com"}],
        ["id", "email", "companyName"],
        requiredFields=["email"],
    )
    data = answer.json()["data"]
    assert data["outputFields"] == [["id", "email", "companyname", "companyId"]]
    assert data["requiredFields"] == ["email"]
    assert data["result"][0]["input"] == {"emailaddress": "ada.sample@acme.example"}
    assert data["result"][0]["data"][0]["company"] == {"id": 900001, "name": "Acme, Inc."}
    assert data["result"][1] == {"input": {"emailaddress": "nobody@example.com"}, "data": [], "matchStatus": "NO_MATCH"}


def test_enterprise_search_rows(shared: Driver) -> None:
    answer = shared.ent("/search/contact", {"managementLevel": "directors", "rpp": 100})
    assert shapes.problems(answer.json(), shapes.enterprise_list(shapes.ENTERPRISE_CONTACT_ROW)) == []
    answer = shared.ent("/search/company", {"country": "usa", "rpp": 10, "page": 2})
    assert shapes.problems(answer.json(), shapes.enterprise_list({"id!": "int", "name!": "string"})) == []
    body = answer.json()
    assert body["totalResults"] == len(body["data"]) == 10
    assert body["maxResults"] > 100
    assert body["currentPage"] == 2


def test_enterprise_search_output_fields(shared: Driver) -> None:
    body = {
        "managementLevel": "Director",
        "outputFields": ["id", "jobTitle", "companyName", "managementLevel"],
        "rpp": 1,
    }
    row = shared.ent("/search/contact", body).json()["data"][0]
    assert set(row) == {"id", "jobTitle", "company", "managementLevel"}
    assert set(row["company"]) == {"name"}


def test_gtm_no_match(box: Driver) -> None:
    row = box.enrich("contact", [{"emailAddress": "nobody@example.com"}], ["email"]).json()["data"][0]
    assert row == {
        "id": "0",
        "type": "NoMatch",
        "meta": {"matchStatus": "NO_MATCH", "input": {"emailAddress": "nobody@example.com"}},
    }


@pytest.mark.parametrize("name", sorted(tables.GTM_LOOKUPS))
def test_gtm_lookups(shared: Driver, name: str) -> None:
    answer = shared.gtm_get(f"/lookup/{name}")
    assert answer.status_code == 200
    rows = answer.json()["data"]
    assert rows
    assert {row["type"] for row in rows} == {tables.GTM_LOOKUPS[name]}
    for row in rows:
        assert set(row) == {"id", "type", "attributes"}
        assert isinstance(row["id"], str)
        assert ("categories" if name == "tech-categories" else "name") in row["attributes"]
    assert len({row["id"] for row in rows}) == len(rows)


ATTESTED = [
    ("management-levels", "VP Level Exec", "VP Level Execs"),
    ("departments", "5", "Information Technology"),
    ("employee-count", "1to4", "1 - 5"),
    ("revenue-ranges", "under500k", "500"),
    ("company-rankings", "private500", "America's Largest"),
    ("metro-regions", "usa.california.sanfrancisco", "CA - San Francisco"),
    ("metro-regions", "usa.alabama.birmingham", "AL - Birmingham"),
    ("states", "usa.alaska", "Alaska"),
    ("countries", "bahamas", "Bahamas"),
    ("continents", "africa", "Africa"),
    ("industries", "agriculture.animals", "Animals & Livestock"),
    ("industries", "software.bi", "Business Intelligence (BI) Software"),
    ("job-functions", "4.11", "Project Development"),
    ("naics-codes", "11111", "Soybean Farming"),
    ("sic-codes", "0112", "Rice"),
    ("scoop-departments", "5", "Sales"),
    ("scoop-topics", "5", "Award"),
    ("scoop-types", "5", "Divestiture"),
    ("tech-products", "24617", "Skype for Business"),
    ("tech-products", "713", "Salesforce"),
    ("tech-products", "172", "Marketo"),
    ("tech-products", "248", "HubSpot"),
    ("tech-skills", "1000", "talentReef"),
    ("hashtags", "#250_plus_doctors", "250+ Doctors"),
    ("intent-topics", "Cloud Applications", "Cloud Applications"),
    ("job-titles", "vp", "VP-Level"),
    ("years-of-experience", "4-5", "4-5"),
    ("sub-unit-types", "UNSPECIFIED", "UNSPECIFIED"),
]


@pytest.mark.parametrize(("lookup", "key", "name"), ATTESTED)
def test_attested_values(shared: Driver, lookup: str, key: str, name: str) -> None:
    rows = {row["id"]: row["attributes"] for row in shared.gtm_get(f"/lookup/{lookup}").json()["data"]}
    assert rows[key]["name"] == name


def test_tech_lookup_filters_and_attribute(shared: Driver) -> None:
    rows = shared.gtm_get("/lookup/tech-products", **{"filter[vendor]": "microsoft corporation"}).json()["data"]
    found = {row["id"]: row["attributes"] for row in rows}
    assert found["24617"]["attribute"] == "333.202.28.24617"
    assert "713" not in found


def test_buying_groups(shared: Driver) -> None:
    rows = {row["id"]: row["attributes"] for row in shared.gtm_get("/lookup/buying-groups").json()["data"]}
    group = rows["1913024"]
    assert group["accessLevel"] in {"private", "public"}
    assert group["isDefault"] is True
    assert group["personas"][0]["managementLevels"]
    assert group["personas"][0]["titles"] is None


@pytest.mark.parametrize(
    "path", [path for _, path in sorted(tables.PATHS) if path.startswith("/lookup/") and "fields" not in path]
)
def test_enterprise_lookups(shared: Driver, path: str) -> None:
    answer = shared.ent_get(path)
    assert answer.status_code == 200
    if path == "/lookup/usage":
        (usage,) = answer.json().values()
        assert {"limitType", "description", "limit", "currentUsage", "usageRemaining"} == set(usage[0])
        return
    rows = answer.json()
    assert rows
    if path == "/lookup/news/categories":
        assert "MERGER_OR_ACQUISTION" in rows
    elif path == "/lookup/intent/topics":
        assert set(rows[0]) == {"Name", "Category", "Department", "JobFunction", "Description"}
        assert "Cloud Applications" in {row["Name"] for row in rows}
    else:
        assert {"Id"} <= set(rows[0])
    assert not any(name.lower().startswith("x-usage") for name in answer.headers)


@pytest.mark.parametrize("entity", ["contact", "company"])
@pytest.mark.parametrize("operation", ["search", "enrich"])
@pytest.mark.parametrize("side", ["input", "output"])
def test_field_lookups(shared: Driver, entity: str, operation: str, side: str) -> None:
    query = {"filter[entity]": entity, "filter[fieldType]": side}
    rows = shared.gtm_get(f"/lookup/{operation}", **query).json()["data"]
    assert {row["type"] for row in rows} == {f"{entity.capitalize()}{operation.capitalize()}{side.capitalize()}"}
    for row in rows:
        assert {"fieldName", "description"} <= set(row["attributes"])
        assert row["attributes"]["accessGranted"] is True
        assert ("fieldType" in row["attributes"]) == (side == "input")
    old = shared.ent_get(f"/lookup/{side}fields/{entity}/{operation}").json()
    assert {"fieldName", "description"} <= set(old[0])
    expected = {
        ("contact", "search", "input"): (88, 88),
        ("company", "search", "input"): (62, 62),
        ("contact", "enrich", "output"): (78, 74),
        ("company", "enrich", "output"): (60, 62),
    }.get((entity, operation, side))
    if expected:
        known = {row["attributes"]["fieldName"] for row in rows}
        assert len(known - {"companyDescriptionList", "alexaRank", "descriptionList", "hashtags"}) == expected[0]
        assert len(old) == expected[1]


def test_gtm_usage(shared: Driver) -> None:
    body = shared.gtm_get("/users/usage").json()
    (resource,) = body["data"]
    assert resource["type"] == "UserUsage"
    rows = resource["attributes"]["usage"]
    assert {"limitType", "description", "totalLimit", "currentUsage", "usageRemaining"} == set(rows[0])
    assert {"requestLimit", "recordLimit", "uniqueIdLimit"} <= {row["limitType"] for row in rows}


def test_enterprise_headers(box: Driver, make: Any) -> None:
    metered = make(switches={"package": "standard"})
    answer = metered.ent("/search/company", {"country": "usa"})
    assert answer.headers["X-RateLimit-Limit"] == "1500"
    assert answer.headers["X-RateLimit-Remaining"] == "1499"
    assert int(answer.headers["X-RateLimit-Reset"]) > metered.clock()
    for name in ("Request-Limit", "Record-Limit", "Unique-Id-Limit", "Websights-Api-Request-Limit"):
        assert f"X-Usage-{name}-Limit" in answer.headers
        assert f"X-Usage-{name}-Remaining" in answer.headers
    assert answer.headers["X-Usage-Record-Limit-Remaining"] == str(1_000_000 - 25)
    body = {"username": box.account.username, "password": box.account.password}
    signed_in = metered.call("POST", "/authenticate", json=body)
    assert set(signed_in.json()) == {"jwt"}
    assert not any(name.lower().startswith("x-ratelimit") for name in signed_in.headers)


def test_gtm_headers(make: Any) -> None:
    answer = make(switches={"package": "builder"}).find("company", {})
    assert answer.headers["X-RateLimit-Limit-Second"] == "5"
    assert answer.headers["X-RateLimit-Remaining-Second"] == "4"
    assert answer.headers["X-RateLimit-Limit-Hour"] == "10800"
    assert answer.headers["X-RateLimit-Limit-Day"] == "129600"
    assert answer.headers["X-RateLimit-Limit"] == "5"
    assert "Retry-After" not in answer.headers
    assert not any(name.lower().startswith("x-usage") for name in answer.headers)


def test_enterprise_result_switches(make: Any) -> None:
    def result(**switches: Any) -> dict[str, Any]:
        box: Driver = make(switches=switches)
        return box.ent_enrich("contact", [{"personId": 7000001}], ["id"]).json()["data"]["result"][0]

    assert "matchStatus" not in result(enterprise_match_status=False)
    assert result(enterprise_result_data="object")["data"] == {"id": 7000001}


def test_enterprise_usage_switch(make: Any) -> None:
    row = make(switches={"enterprise_usage_limit_key": "totalLimit"}).ent_get("/lookup/usage").json()["usage"][0]
    assert "totalLimit" in row
    assert "limit" not in row
