"""A brief through a real client: dated, cited, within its credits, and honest about what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client
from mcp_clients import UNHURRIED, Connect, call, refusal, run

from sales_zoominfo.sandbox import SandboxAccount, create_app

GTM = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret-not-a-secret"}
SECTIONS = {"profile", "people", "intent", "scoops", "news", "technologies"}


async def a_company(client: Client) -> str:
    """A company with signals of every kind."""
    found = await call(client, "search_scoops", {"country": "United States"})
    return str(found["data"][0]["companyId"])


async def balance(client: Client) -> int:
    usage = await call(client, "get_usage", {})
    row: dict[str, Any] = next(row for row in usage["data"] if row["limitType"] == "uniqueIdLimit")
    return int(row["usageRemaining"])


def test_a_brief_costs_one_credit_once_and_cites_each_statement(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            company = await a_company(client)
            before = await balance(client)
            told = await call(client, "account_research", {"companyId": company})
            assert told["meta"]["credits"]["spent"] == 1
            assert told["meta"]["subject"]["companyId"] == company
            assert await balance(client) == before - 1
            again = await call(client, "account_research", {"companyId": company, "maxCredits": 0})
            assert again["meta"]["credits"]["spent"] == 0
            assert await balance(client) == before - 1
            assert [row["statement"] for row in again["data"]] == [row["statement"] for row in told["data"]]
        statements = [row for row in told["data"] if row["section"] != "zoominfoSummary"]
        assert {"profile", "people", "scoops", "technologies"} <= {row["section"] for row in statements}
        assert all(source["operation"] for row in statements for source in row["sources"])
        assert all(row["sources"] for row in statements)
        assert all("date" in row for row in statements if row["section"] in ("scoops", "news", "intent"))
        assert len({row["statement"] for row in statements}) == len(statements)
        # What is not told is named.
        assert {row["section"] for row in statements} | set(told["meta"].get("missing", {})) >= SECTIONS
        assert sum(told["meta"]["found"].values()) >= len(statements)

    run(visit)


def test_without_credits_the_free_searches_are_used_and_the_rest_is_named(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            company = await a_company(client)
            before = await balance(client)
            told = await call(client, "account_research", {"companyId": company, "maxCredits": 0})
            assert told["meta"]["credits"]["spent"] == 0
            assert await balance(client) == before
        missing = told["meta"]["missing"]
        assert "costs 1 credit" in missing["technologies"]
        assert any(row["section"] == "scoops" for row in told["data"])
        assert {source["operation"] for row in told["data"] for source in row.get("sources", [])} <= {
            "search_companies",
            "search_contacts",
            "search_scoops",
            "search_intent",
        }

    run(visit)


def test_sections_focus_and_length_are_the_readers(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            company = await a_company(client)
            given = {"companyId": company, "sections": ["scoops", "technologies"], "maxStatements": 3}
            told = await call(client, "account_research", given)
            rows = [row for row in told["data"] if row["section"] != "zoominfoSummary"]
            assert {row["section"] for row in rows} <= {"scoops", "technologies"}
            assert len(rows) <= 3
            assert "NOT" not in str(told["meta"]["warnings"])
            wrong = await refusal(client, "account_research", {"companyId": company, "sections": ["gossip"]})
            assert "sections" in wrong
            assert "scoops" in wrong

    run(visit)


def test_the_vendors_own_summary_stands_beside_it_labelled(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            told = await call(client, "account_research", {"companyId": await a_company(client)})
        summary = [row for row in told["data"] if row["section"] == "zoominfoSummary"]
        assert len(summary) == 1
        assert "AI" in summary[0]["label"]
        assert "sources" not in summary[0]

    run(visit)


def test_a_plan_without_scoops_takes_nothing_from_the_rest(sandbox_dir: Any, tmp_path: Any, connect: Connect) -> None:
    scopes = ("api:data:company", "api:data:contact", "api:data:lookup", "api:data:news")
    network = create_app(sandbox_dir, switches=UNHURRIED, accounts=(SandboxAccount(scopes=scopes),))

    async def visit() -> None:
        async with connect("2026-07-28", toolsets="all", network=network, **GTM) as client:
            found = (await call(client, "search_companies", {"industryCodes": "Software", "pageSize": 1}))["data"][0]
            told = await call(client, "account_research", {"companyId": found["id"]})
        assert {"intent", "scoops"} <= set(told["meta"]["missing"])
        assert any(row["section"] == "profile" for row in told["data"])
        assert not any(row["section"] == "zoominfoSummary" for row in told["data"])

    run(visit)


def test_a_person_and_their_company_cost_two(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            person = (await call(client, "search_contacts", {"jobTitle": "Director", "pageSize": 1}))["data"][0]
            told = await call(client, "contact_research", {"personId": person["id"]})
            assert told["meta"]["credits"]["spent"] == 2
            assert told["meta"]["subject"]["personId"] == person["id"]
            name = f"{person['firstName']} {person['lastName']}"
            assert told["meta"]["subject"]["name"] == name
            assert any(row["section"] == "profile" and name in row["statement"] for row in told["data"])
            assert "@" not in str(told["data"])
            once = await call(client, "contact_research", {"personId": person["id"], "maxCredits": 0})
            assert once["meta"]["credits"]["spent"] == 0

    run(visit)


def test_nobody_there_is_said_so_and_costs_nothing(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            before = await balance(client)
            assert "search_companies" in await refusal(client, "account_research", {"companyId": "123456789123"})
            assert "search_contacts" in await refusal(client, "contact_research", {"personId": "123456789123"})
            assert "companyId" in await refusal(client, "account_research", {"focus": "hiring"})
            assert "companyName" in await refusal(client, "contact_research", {"fullName": "Ada Nobody"})
            assert await balance(client) == before

    run(visit)


def test_our_own_context_is_read_by_section(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            told = await call(client, "get_gtm_context", {})
            sections = {row["section"] for row in told["data"]} | set(told["meta"].get("missing", {}))
            assert sections == {"company", "products", "personas", "competitors", "idealCustomers"}
            one = await call(client, "get_gtm_context", {"sections": ["competitors"]})
            assert {row["section"] for row in one["data"]} <= {"competitors"}

    run(visit)


@pytest.mark.parametrize("tool", ["account_research", "contact_research"])
def test_a_mode_that_forbids_spending_leaves_research_out(connect: Connect, tool: str) -> None:
    async def visit() -> None:
        async with connect("2026-07-28", toolsets="all", free_only=True) as client:
            assert tool not in {item.name for item in (await client.list_tools()).tools}
            assert "free-only" in await refusal(client, tool, {})

    run(visit)
