"""The workflows that ZoomInfo publishes as skills, replayed as the tool calls that an assistant makes.

Each is told what its user would say, and completes in the sandbox with what that user came for. None of them needs an
id or a code that the user would have to know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mcp import Client
from mcp_clients import Connect, call, run

Answer = dict[str, Any]
Workflow = Callable[[Client], Awaitable[None]]
WORKFLOWS: dict[str, Workflow] = {}


def workflow(name: str) -> Callable[[Workflow], Workflow]:
    def keep(function: Workflow) -> Workflow:
        WORKFLOWS[name] = function
        return function

    return keep


async def rows(client: Client, tool: str, **arguments: Any) -> list[dict[str, Any]]:
    return (await call(client, tool, arguments))["data"]


async def spent(client: Client) -> int:
    return (await call(client, "get_usage", {}))["meta"]["budget"]["daySpent"]


async def software_company(client: Client) -> dict[str, Any]:
    found = await rows(
        client, "search_companies", industryCodes="Software", employeeRangeMin=200, sort="-employeeCount"
    )
    return found[0]


@workflow("build a list: VPs of marketing at US software companies of 200 people or more")
async def build_list(client: Client) -> None:
    wanted = {
        "managementLevel": "VP",
        "department": "Marketing",
        "industryCodes": "Software",
        "country": "US",
        "employeeRangeMin": 200,
    }
    page = await call(client, "search_contacts", {**wanted, "pageSize": 10})
    assert page["meta"]["resolved"]["managementLevel"] == "VP Level Exec"
    people = [row["id"] for row in page["data"] if row.get("hasEmail")][:3]
    estimate = await call(client, "estimate_credits", {"contacts": [{"personId": key} for key in people]})
    cost = estimate["meta"]["estimate"]["credits"]
    assert cost == len(people)
    bought = await call(
        client,
        "enrich_contacts",
        {"contacts": [{"personId": key} for key in people], "outputFields": ["email", "phone"], "maxCredits": cost},
    )
    assert bought["meta"]["matched"] == len(people)
    assert all(row["email"] for row in bought["data"])
    assert bought["meta"]["credits"]["spent"] == cost == await spent(client)


@workflow("enrich a company that is known by its website")
async def enrich_company(client: Client) -> None:
    site = (await software_company(client))["website"]
    [row] = await rows(client, "enrich_companies", companies=[{"companyWebsite": site}], maxCredits=1)
    assert row["matchStatus"] == "FULL_MATCH"
    assert row["employeeCount"] > 0
    assert await spent(client) == 1


@workflow("enrich a contact that is known by name and employer")
async def enrich_contact(client: Client) -> None:
    person = (await rows(client, "search_contacts", jobTitle="Director", pageSize=1))[0]
    given = {key: person[key] for key in ("firstName", "lastName", "companyName")}
    [row] = await rows(client, "enrich_contacts", contacts=[given], maxCredits=1)
    assert row["matchStatus"] == "FULL_MATCH"
    assert row["lastName"] == person["lastName"]


@workflow("find companies like the best customer, then people like its champion at another one")
async def find_similar(client: Client) -> None:
    company = await software_company(client)
    alike = await rows(client, "find_similar_companies", companyId=company["id"], sameIndustry=True, pageSize=5)
    assert alike
    assert company["id"] not in {row["id"] for row in alike}
    assert [row["rank"] for row in alike] == sorted(row["rank"] for row in alike)
    champion = (await rows(client, "search_contacts", companyId=company["id"], pageSize=1))[0]
    twins = await rows(client, "find_similar_contacts", personId=champion["id"], pageSize=5)
    assert champion["id"] not in {row["id"] for row in twins}
    assert await spent(client) == 0


@workflow("recommend contacts at an account, for prospecting")
async def recommend_contacts(client: Client) -> None:
    company = await software_company(client)
    found = await rows(client, "get_recommended_contacts", companyId=company["id"], useCase="PROSPECTING")
    named = await rows(client, "search_contacts", personId=[row["id"] for row in found[:5]])
    assert {row["companyId"] for row in named} == {company["id"]}
    assert await spent(client) == 0


@workflow("size a market: how many software companies of 50 to 200 people there are, by state")
async def size_market(client: Client) -> None:
    wanted = {"industryCodes": "Software", "employeeRangeMin": 50, "employeeRangeMax": 200, "country": "United States"}
    total = (await call(client, "search_companies", {**wanted, "pageSize": 1}))["meta"]["totalResults"]
    states = [row["id"] for row in await rows(client, "lookup", field="states", query="California")][:1]
    there = await call(
        client,
        "search_companies",
        {**{k: v for k, v in wanted.items() if k != "country"}, "state": states, "pageSize": 1},
    )
    assert total > there["meta"]["totalResults"] > 0
    assert await spent(client) == 0


@workflow("score accounts: by fit and by what they research now")
async def score_accounts(client: Client) -> None:
    signals = await call(client, "search_intent", {"topics": ["Cloud Applications"], "signalScoreMin": 70})
    assert signals["data"]
    by_company: dict[str, int] = {}
    for row in signals["data"]:
        by_company[row["companyId"]] = max(by_company.get(row["companyId"], 0), row["signalScore"])
    fit = await rows(client, "search_companies", companyId=list(by_company), employeeRangeMin=50, pageSize=100)
    ranked = sorted(fit, key=lambda row: -by_company[row["id"]])
    assert ranked
    assert by_company[ranked[0]["id"]] >= 70
    assert await spent(client) == 0


@workflow("score leads: inbound e-mails by level, department and size of company")
async def score_leads(client: Client) -> None:
    known = (await rows(client, "search_contacts", jobTitle="Manager", pageSize=2))[0]
    [first] = await rows(client, "enrich_contacts", contacts=[{"personId": known["id"]}], outputFields=["email"])
    leads = [{"emailAddress": first["email"]}, {"emailAddress": "nobody@nowhere.example"}]
    fields = ["jobTitle", "managementLevel", "companyEmployeeCount"]
    answer = await call(client, "enrich_contacts", {"contacts": leads, "outputFields": fields, "maxCredits": 2})
    assert [row["matchStatus"] for row in answer["data"]] == ["FULL_MATCH", "NO_MATCH"]
    assert answer["data"][0]["managementLevel"]
    assert answer["meta"]["credits"]["spent"] == 0, "the lead is the person who was bought before"


@workflow("map the buying committee of one account")
async def buying_committee(client: Client) -> None:
    company = await software_company(client)
    people: dict[str, str] = {}
    for level in ("C-Level", "VP", "Director"):
        for row in await rows(client, "search_contacts", companyId=company["id"], managementLevel=level, pageSize=25):
            people[row["id"]] = row["jobTitle"]
    chart = await call(client, "get_org_chart", {"companyId": company["id"], "department": ["Sales"], "maxCredits": 1})
    assert people
    assert {row["department"] for row in chart["data"]} == {"Sales"}
    assert [row["orgChartTier"] for row in chart["data"]]
    assert await spent(client) == 1


@workflow("the technology stack of one company, in one call")
async def tech_stack(client: Client) -> None:
    company = await software_company(client)
    answer = await call(client, "get_technologies", {"companyId": company["id"], "maxCredits": 1})
    products = [product for row in answer["data"] for product in row["products"]]
    assert len(products) == answer["meta"]["totalResults"] > 3
    assert all(row["category"] for row in answer["data"])
    assert answer["meta"]["credits"]["spent"] == 1


@workflow("compare two competitors")
async def competitor_analysis(client: Client) -> None:
    company = await software_company(client)
    other = (await rows(client, "find_similar_companies", companyId=company["id"], pageSize=1))[0]
    both = [company["id"], other["id"]]
    profiles = await rows(client, "enrich_companies", companies=[{"companyId": key} for key in both], maxCredits=2)
    assert [row["matchStatus"] for row in profiles] == ["FULL_MATCH"] * 2
    stacks = [await rows(client, "get_technologies", companyId=key, maxCredits=0) for key in both]
    products = [{product for row in stack for product in row["products"]} for stack in stacks]
    assert products[0] != products[1]
    assert await spent(client) == 2, "what is bought once answers every further question"


@workflow("research an account")
async def account_research(client: Client) -> None:
    company = await software_company(client)
    answer = await call(client, "account_research", {"companyWebsite": company["website"]})
    assert {row["section"] for row in answer["data"]} >= {"profile", "people", "technologies"}
    assert answer["meta"]["credits"]["spent"] == 1


@workflow("prepare a meeting with a person")
async def meeting_preparation(client: Client) -> None:
    person = (await rows(client, "search_contacts", managementLevel="VP", pageSize=1))[0]
    answer = await call(client, "contact_research", {"personId": person["id"], "focus": "priorities of this year"})
    assert answer["meta"]["subject"]["personId"] == person["id"]
    assert answer["meta"]["credits"]["spent"] <= 2
    assert all(row["sources"] for row in answer["data"] if row["section"] != "zoominfoSummary")


@workflow("write a personal e-mail: what our product does, and why now for this account")
async def personalised_email(client: Client) -> None:
    ours = await rows(client, "get_gtm_context", sections=["company", "products"])
    signal = (await rows(client, "search_scoops", country="United States", pageSize=1))[0]
    person = (await rows(client, "search_contacts", companyId=signal["companyId"], pageSize=1))[0]
    check = await call(client, "check_compliance", {"people": [{"personId": person["id"]}]})
    [bought] = await rows(
        client, "enrich_contacts", contacts=[{"personId": person["id"]}], outputFields=["email"], maxCredits=1
    )
    assert ours
    assert signal["description"]
    assert check["data"]
    assert bought["matchStatus"] == "FULL_MATCH"


@pytest.mark.parametrize("name", list(WORKFLOWS))
def test_a_published_workflow_completes(connect: Connect, name: str) -> None:
    async def visit() -> None:
        async with connect("2026-07-28", toolsets="all") as client:
            await WORKFLOWS[name](client)

    run(visit)
