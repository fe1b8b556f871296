"""The tool ``lookup``: several fields at once, what a search will use, rights, and how old a list is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from mcp_clients import Connect, call, run

from sales_zoominfo.tools.lookup import NAMES, TABLES

ERA = "2026-07-28"


def ask(connect: Connect, *calls: dict[str, Any], **settings: object) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []

    async def visit() -> None:
        async with connect(ERA, **settings) as client:
            for arguments in calls:
                told.append(await call(client, "lookup", arguments))

    run(visit)
    return told


def test_several_fields_each_with_its_own_words(connect: Connect) -> None:
    fields = ["countries", "metro-regions", "departments", "management-levels", "tech-products", "states"]
    queries = ["Deutschland", "SF Bay Area", "people team", "VP", "HubSpot", "Bavaria"]
    [answer] = ask(connect, {"field": fields, "query": queries, "limit": 3})
    told = {each["field"]: each for each in answer["meta"]["fields"]}
    assert {name: each.get("resolved") for name, each in told.items()} == {
        "countries": "germany",
        "metro-regions": "usa.california.sanfrancisco",
        "departments": "2",
        "management-levels": "VP Level Exec",
        "tech-products": "248",
        "states": None,
    }
    assert "country='germany'" in told["states"]["problem"]
    first = {row["field"]: row["id"] for row in reversed(answer["data"])}
    assert first["countries"] == "germany"
    assert first["departments"] == "2"
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each["readAt"]) for each in told.values())


def test_one_text_for_several_fields_and_several_texts_for_one(connect: Connect) -> None:
    both, many = ask(
        connect,
        {"field": ["countries", "states"], "query": "Georgia"},
        {"field": "industries", "query": ["Software", "SaaS"]},
    )
    assert [each.get("resolved") for each in both["meta"]["fields"]] == [None, "usa.georgia"]
    software, saas = many["meta"]["fields"]
    assert software["resolved"] == "software"
    assert "industryKeywords='SaaS'" in saas["problem"]


def test_candidates_of_an_ambiguous_word_come_first(connect: Connect) -> None:
    [answer] = ask(connect, {"field": "metro-regions", "query": "Bay Area"})
    assert [row["id"] for row in answer["data"][:2]] == ["usa.california.sanfrancisco", "usa.california.sanjose"]
    assert "several values" in answer["meta"]["problem"]


def test_the_filter_s_name_is_as_good_as_the_list_s(connect: Connect) -> None:
    one, other = ask(connect, {"field": "industryCodes", "query": "law"}, {"field": "industries", "query": "law"})
    assert one == other
    assert one["meta"]["field"] == "industries"


@pytest.mark.parametrize("api", ["gtm", "enterprise"])
def test_every_table_lists_its_fields(connect: Connect, api: str) -> None:
    told = ask(connect, *({"field": name, "limit": 500} for name in TABLES))
    for name, answer in zip(TABLES, told, strict=True):
        assert answer["data"], name
        rows = [row for row in answer["data"] if api in row["apis"]]
        assert all(row["name"] for row in rows), name
        # ZoomInfo's GTM API tells the rights of each; locations exist on Enterprise alone, which tells none for them.
        if name not in ("location-fields",):
            assert any(row.get("granted") is True for row in answer["data"]), name
    filters = dict(zip(TABLES, told, strict=True))["scoop-filters"]["data"]
    assert len(filters) >= 74


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"field": []}, "number of fields=0"),
        ({"field": ["states"] * 11}, "number of fields=11"),
        ({"field": ["states", "nonsense"]}, "no lookup field 'nonsense'"),
        ({"field": ["states", "countries"], "query": ["a", "b", "c"]}, "3 for 2 fields"),
        ({"field": "states", "query": ["a"] * 11}, "number of queries=11"),
        ({"field": "states", "limit": 0}, "limit"),
    ],
)
def test_what_cannot_be_looked_up_says_why(connect: Connect, arguments: dict[str, Any], said: str) -> None:
    told: list[str] = []

    async def visit() -> None:
        async with connect(ERA) as client:
            answer = await client.call_tool("lookup", arguments)
            assert answer.is_error
            told.append(str(answer.content))

    run(visit)
    assert said in told[0]


def test_no_name_means_two_things() -> None:
    assert len(set(NAMES)) == len(NAMES)
