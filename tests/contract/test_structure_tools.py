"""What one company is made of, and what is like it, through a real client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client
from mcp_clients import Connect, call, refusal
from test_signals_tools import ENTERPRISE, GENERATIONS, GTM, spent, visit

from sales_zoominfo.tools.similar import USE_CASES
from sales_zoominfo.tools.structure import by_category
from sales_zoominfo.zoominfo import copilot

STRUCTURE = {
    "get_org_chart": {"title", "department", "orgChartTier"},
    "get_corporate_hierarchy": {"companyId", "name", "depth"},
    "get_technologies": {"category", "products"},
    "get_hashtags": {"displayLabel"},
    "get_locations": {"city", "country"},
}


async def company(client: Client) -> dict[str, Any]:
    """A company that is large enough to have everything."""
    found = await call(client, "search_companies", {"industryCodes": "Software", "state": "California", "pageSize": 1})
    return dict(found["data"][0])


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("name", STRUCTURE)
def test_one_company_for_one_credit(connect: Connect, name: str, generation: str) -> None:
    async def test(client: Client) -> None:
        one = await company(client)
        if name == "get_locations" and generation == "gtm":
            text = await refusal(client, name, {"companyId": one["id"]})
            assert text.startswith("NOT_AVAILABLE: ")
            assert "Enterprise" in text
            return
        told = await call(client, name, {"companyId": one["id"]})
        assert spent(told) == 1
        assert told["data"]
        assert STRUCTURE[name] <= set().union(*told["data"])
        # All of it, by name as well, now that the company is bought.
        whole = await call(client, name, {"companyName": one["name"], "detail": "full", "maxCredits": 0})
        assert spent(whole) == 0
        assert set().union(*whole["data"]) - set().union(*told["data"])
        assert whole["meta"]["resolved"]["companyName"] == one["id"]

    visit(connect, test, toolsets="all", **GENERATIONS[generation])


def test_the_whole_stack_in_one_call_for_few_tokens(connect: Connect) -> None:
    async def test(client: Client) -> None:
        found = await call(client, "search_companies", {"techAttributeTagList": "Salesforce", "pageSize": 25})
        sizes: list[float] = []
        for row in found["data"][:8]:
            short = await call(client, "get_technologies", {"companyId": row["id"]})
            whole = await call(client, "get_technologies", {"companyId": row["id"], "detail": "full"})
            assert "nextPage" not in short["meta"]
            assert short["meta"]["totalResults"] == whole["meta"]["totalResults"] == len(whole["data"])
            told = [product for group in short["data"] for product in group["products"]]
            assert len(told) == len({(row["product"], row["vendor"]) for row in whole["data"]})
            assert all(any(row["product"] in product for product in told) for row in whole["data"])
            sizes.append(len(json.dumps(short["data"])) / len(json.dumps(whole["data"])))
        assert max(sizes) <= 0.4

    visit(connect, test, toolsets="all", api="sandbox")


def test_products_are_grouped_and_vendors_told_once() -> None:
    rows = [
        {"product": "Trello", "vendor": "Atlassian", "category": "Tracking", "categoryParent": "Work"},
        {"product": "Atlassian Jira", "vendor": "Atlassian", "category": "Tracking", "categoryParent": "Work"},
        {"product": "Trello", "vendor": "Atlassian", "category": "Tracking", "categoryParent": "Work"},
        {"vendor": "Acme", "category": "Other"},
        {"product": "Loom"},
        {"category": "Nothing"},
    ]
    assert by_category(rows) == [
        {"categoryParent": "Work", "category": "Tracking", "products": ["Trello (Atlassian)", "Atlassian Jira"]},
        {"category": "Other", "products": ["Acme"]},
        {"products": ["Loom"]},
    ]


def test_departments_are_taken_by_name_and_paged(connect: Connect) -> None:
    async def test(client: Client) -> None:
        one = {"companyId": (await company(client))["id"]}
        whole = await call(client, "get_org_chart", {**one, "pageSize": 100})
        sales = await call(client, "get_org_chart", {**one, "department": ["Sales", "Finance"], "pageSize": 100})
        assert {row["department"] for row in sales["data"]} <= {"Sales", "Finance"}
        assert 0 < len(sales["data"]) < len(whole["data"])
        first = await call(client, "get_org_chart", {**one, "pageSize": 2})
        second = await call(client, "get_org_chart", {**one, "pageSize": 2, "page": first["meta"]["nextPage"]})
        assert first["data"] + second["data"] == whole["data"][:4]
        text = await refusal(client, "get_org_chart", {**one, "department": "Alchemy"})
        assert text.startswith("UNKNOWN_VALUE: ")

    visit(connect, test, toolsets="all", **GTM)


def test_a_name_that_fits_several_companies_is_asked_about(connect: Connect) -> None:
    async def test(client: Client) -> None:
        named = await call(client, "search_companies", {"companyName": "Cloud", "pageSize": 5})
        assert named["meta"]["totalResults"] > 1
        text = await refusal(client, "get_technologies", {"companyName": "Cloud"})
        assert text.startswith("UNKNOWN_VALUE: ")
        assert all(f"{row['id']} {row['name']}" in text for row in named["data"][:3])
        text = await refusal(client, "get_technologies", {"companyName": "Qqzx Nowhere"})
        assert text.startswith("NOT_FOUND: ")
        assert "get_technologies" not in await refusal(client, "get_technologies", {"companyId": "nine"})
        assert "companyWebsite" in await refusal(client, "get_hashtags", {})
        assert (await call(client, "get_usage"))["meta"]["budget"]["daySpent"] == 0

    visit(connect, test, toolsets="all")


# --- similar ---------------------------------------------------------------------------------------------------


def test_similar_companies_and_people_are_free(connect: Connect) -> None:
    async def test(client: Client) -> None:
        one = await company(client)
        like = await call(client, "find_similar_companies", {"companyId": one["id"], "pageSize": 5})
        assert len(like["data"]) == 5
        scores = [row["score"] for row in like["data"]]
        assert scores == sorted(scores, reverse=True)
        same = await call(client, "find_similar_companies", {"companyName": one["name"], "sameCountry": True})
        assert {row["country"] for row in same["data"]} == {one["country"]}
        person = (await call(client, "search_contacts", {"companyId": one["id"], "pageSize": 1}))["data"][0]
        people = await call(client, "find_similar_contacts", {"personId": person["id"], "pageSize": 3})
        assert len(people["data"]) == 3
        assert people["meta"]["aiTexts"]
        best = await call(
            client, "get_recommended_contacts", {"companyName": one["name"], "useCase": "RENEWAL_AND_GROWTH"}
        )
        assert best["meta"]["resolved"]["companyName"] == one["id"]
        assert best["data"]
        assert all(spent(answer) == 0 for answer in (like, same, people, best))
        assert "PROSPECTING" in await refusal(client, "get_recommended_contacts", {"companyId": "1", "useCase": "luck"})
        assert "companyId" in await refusal(client, "find_similar_companies", {})

    visit(connect, test, toolsets="all")


def test_without_the_gtm_api_they_are_not_available(connect: Connect) -> None:
    async def test(client: Client) -> None:
        for name, arguments in (
            ("find_similar_companies", {"companyId": "900001"}),
            ("find_similar_contacts", {"personId": "7000001"}),
            ("get_recommended_contacts", {"companyId": "900001"}),
        ):
            assert (await refusal(client, name, arguments)).startswith("NOT_AVAILABLE: ")

    visit(connect, test, toolsets="all", **ENTERPRISE)


def test_the_schema_names_the_use_cases_that_there_are() -> None:
    assert USE_CASES == copilot.USE_CASES
