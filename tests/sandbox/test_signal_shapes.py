"""Answers about intent, scoops and news held against the documented shapes of both generations."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sales_zoominfo.sandbox import signal_tables

from . import shapes
from .conftest import Driver

TOPICS = ["Cloud Applications", "Cloud Computing", "Cloud Infrastructure", "Java", "Video Conferencing"]
SINCE = "2025-12-01"
FUNCTION = [{"name!": "string", "department!": "string"}]

GTM_RECOMMENDED = {
    "id!": "string",
    "firstName": "string",
    "lastName": "string",
    "jobTitle": "string",
    "companyName": "string",
    "jobFunctions": FUNCTION,
}
GTM_INTENT = {
    "category!": "string",
    "topic!": "string",
    "signalScore!": "int",
    "audienceStrength!": "string",
    "signalDate!": "datetime",
    "company!": {"id!": "string", "name!": "string", "website!": "string", "hasOtherTopicConsumption!": "boolean"},
    "recommendedContacts": [GTM_RECOMMENDED],
    "spikesInDateRange!": "int",
}
GTM_INTENT_ENRICHED = GTM_INTENT | {"topSignalLocations": [{"city": "string", "state": "string", "country": "string"}]}
GTM_SCOOP = {
    "id!": "string",
    "publishedDate!": "datetime",
    "originalPublishedDate!": "datetime",
    "linkText!": "string",
    "link!": "string",
    "description!": "string",
    "topics!": [{"id!": "string", "topic!": "string"}],
    "updateText": "string",
    "types!": [{"id!": "string", "type!": "string"}],
    "company!": {"id!": "string", "name!": "string"},
    "contacts": [
        {"id!": "int", "firstName": "string", "lastName": "string", "jobTitle": "string", "jobFunction": FUNCTION}
    ],
}
GTM_NEWS = {
    "domain!": "string",
    "title!": "string",
    "url!": "string",
    "imageUrl": "string",
    "pageDate!": "datetime",
    "categories!": ["string"],
    "description!": "string",
    "company!": [{"id!": "int", "name!": "string"}],
}
OLD_PERSON = {
    "id!": "int",
    "firstName!": "string",
    "lastName!": "string",
    "jobTitle!": "string",
    "jobFunction!": FUNCTION,
}
OLD_INTENT = {
    "id!": "string",
    "category!": "string",
    "topic!": "string",
    "signalScore!": "int",
    "audienceStrength!": "string",
    "newSignal!": "boolean",
    "signalDate!": "us-stamp",
    "trend!": "int",
    "recommendedContacts!": [OLD_PERSON],
    "company!": {"id!": "int", "name!": "string", "website!": "string", "hasOtherTopicConsumption!": "boolean"},
}
OLD_INTENT_ENRICHED = OLD_INTENT | {"topSignalLocations!": [{"city": "string", "state": "string", "country": "string"}]}
OLD_SCOOP = {
    "id!": "int",
    "publishedDate!": "us-stamp",
    "originalPublishedDate!": "us-stamp",
    "linkText!": "string",
    "link!": "string",
    "description!": "string",
    "topics!": [{"id!": "int", "topic!": "string"}],
    "updateText!": "string",
    "types!": [{"id!": "int", "type!": "string"}],
    "contacts!": [OLD_PERSON],
    "company!": {"id!": "int", "name!": "string"},
}
OLD_NEWS = {
    "domain!": "string",
    "title!": "string",
    "url!": "string",
    "imageUrl": "string",
    "pageDate!": "datetime",
    "categories!": ["string"],
    "company!": [{"id!": "int", "name!": "string"}],
}
OLD_NEWS_ENRICHED = OLD_NEWS | {"description!": "string"}

# Path, request type, attributes, type of the rows, shape of their attributes.
GTM: list[tuple[str, str, dict[str, Any], str, dict[str, Any]]] = [
    ("/intent/search", "IntentSearch", {"topics": TOPICS}, "Intent", GTM_INTENT),
    ("/intent/enrich", "IntentEnrich", {"topics": TOPICS, "companyId": 900001}, "Intent", GTM_INTENT_ENRICHED),
    ("/scoops/search", "ScoopSearch", {}, "Scoop", GTM_SCOOP),
    ("/scoops/enrich", "ScoopEnrich", {"companyId": "900001"}, "Scoop", GTM_SCOOP),
    ("/news/search", "NewsSearch", {"pageDateMin": SINCE}, "News", GTM_NEWS),
    ("/news/enrich", "NewsEnrich", {"companyId": 900001}, "News", GTM_NEWS),
]
OLD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("/search/intent", {"topics": TOPICS, "rpp": 100}, OLD_INTENT),
    ("/enrich/intent", {"topics": TOPICS, "companyId": 900001, "rpp": 100}, OLD_INTENT_ENRICHED),
    ("/search/scoop", {"publishedStartDate": SINCE, "rpp": 100}, OLD_SCOOP),
    ("/enrich/scoop", {"companyId": "900001", "publishedStartDate": SINCE, "rpp": 100}, OLD_SCOOP),
    ("/search/news", {"pageDateMin": SINCE, "rpp": 100}, OLD_NEWS),
    ("/enrich/news", {"companyId": 900001, "limit": 100}, OLD_NEWS_ENRICHED),
]


@pytest.mark.parametrize(("path", "kind", "attributes", "row", "shape"), GTM, ids=[case[0] for case in GTM])
def test_gtm_rows(
    shared: Driver, path: str, kind: str, attributes: dict[str, Any], row: str, shape: dict[str, Any]
) -> None:
    answer = shared.gtm(path, kind, attributes, size=100)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert shapes.problems(body, shapes.listed(row, shape)) == []
    assert body["data"]
    assert {item["type"] for item in body["data"]} == {row}
    seen = {name for item in body["data"] for name in item["attributes"]}
    assert seen == {name.rstrip("!") for name in shape}, "some member is never there"
    assert all(item["attributes"].values() for item in body["data"] if row != "Intent"), "GTM leaves out what is empty"
    assert body["links"]["first"] == f"/data/v1{path}?page[number]=1&page[size]=100"
    assert body["meta"]["page"] == {"number": 1, "total": len(body["data"])}


@pytest.mark.parametrize(("path", "asked", "shape"), OLD, ids=[case[0] for case in OLD])
def test_enterprise_rows(shared: Driver, path: str, asked: dict[str, Any], shape: dict[str, Any]) -> None:
    answer = shared.ent(path, asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert shapes.problems(body, shapes.enterprise_list(shape)) == []
    assert body["totalResults"] == len(body["data"]) > 0
    assert body["maxResults"] >= body["totalResults"]
    assert {name for item in body["data"] for name in item} == {name.rstrip("!") for name in shape}


def test_ids_of_signals(shared: Driver) -> None:
    found = shared.gtm("/intent/search", "IntentSearch", {"topics": TOPICS}, size=100).json()["data"]
    for row in found:
        company, day = row["attributes"]["company"]["id"], row["attributes"]["signalDate"][:10].replace("-", "")
        assert re.fullmatch(rf"[0-9a-f]+#{company}#{day}", row["id"])
    assert len({row["id"] for row in found}) == len(found)
    enriched = shared.gtm("/intent/enrich", "IntentEnrich", {"topics": TOPICS, "companyId": 900001}).json()["data"]
    assert {row["id"] for row in enriched} == {"900001"}
    old = shared.ent("/search/intent", {"topics": TOPICS, "rpp": 100}).json()["data"]
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", row["id"]) for row in old)
    assert len({row["id"] for row in old}) == len(old)


# Published numbers of inputs of each endpoint, GTM and Enterprise with its paging and sorting.
COUNTS = {
    ("intent", "search"): (48, 51),
    ("scoop", "search"): (74, 81),
    ("news", "search"): (4, 6),
    ("intent", "enrich"): (11, 15),
    ("scoop", "enrich"): (11, 15),
    ("news", "enrich"): (5, 7),
}


@pytest.mark.parametrize(("kind", "operation"), COUNTS)
def test_field_lookups(shared: Driver, kind: signal_tables.Kind, operation: signal_tables.Operation) -> None:
    for side in ("input", "output"):
        query = {"filter[entity]": kind, "filter[fieldType]": side}
        rows = shared.gtm_get(f"/lookup/{operation}", **query).json()["data"]
        assert {row["type"] for row in rows} == {f"{kind.capitalize()}{operation.capitalize()}{side.capitalize()}"}
        attributes = [row["attributes"] for row in rows]
        assert all({"fieldName", "description", "accessGranted"} <= set(row) for row in attributes)
        assert all(("fieldType" in row) == (side == "input") for row in attributes)
        old = shared.ent_get(f"/lookup/{side}fields/{kind}/{operation}").json()
        members = {"fieldName", "description", "fieldType"} if side == "input" else {"fieldName", "description"}
        assert all(set(row) == members for row in old)
        if side == "input":
            assert (len(rows), len(old)) == COUNTS[kind, operation]
    types = {row["fieldName"]: row["fieldType"] for row in shared.ent_get(f"/lookup/inputfields/{kind}/search").json()}
    assert types["page"] == "Integer"


def test_the_plan_decides_what_is_granted(make: Any) -> None:
    box: Driver = make(
        switches={"disallowed_fields": frozenset({"recommendedContacts"}), "disallowed_filters": frozenset({"topics"})}
    )

    def denied(side: str) -> set[str]:
        query = {"filter[entity]": "intent", "filter[fieldType]": side}
        rows = [row["attributes"] for row in box.gtm_get("/lookup/search", **query).json()["data"]]
        return {row["fieldName"] for row in rows if not row["accessGranted"]}

    assert denied("output") == {"recommendedContacts"}
    assert denied("input") == {"topics"}
