"""Tools that are not listed: found by their words, called where they only read, and never where they spend or write."""

from __future__ import annotations

import pytest
from mcp import Client
from mcp_clients import Connect, call, refusal
from test_signals_tools import spent, visit

from sales_zoominfo.tools.registry import DEFAULT_TOOLSETS, TOOLS

HIDDEN = [tool for tool in TOOLS.values() if tool.toolset not in DEFAULT_TOOLSETS]
ASKED = {
    "show me companies like this one": "find_similar_companies",
    "webhooks": "list_webhooks",
    "whom does ZoomInfo recommend to approach": "get_recommended_contacts",
    "show my saved searches": "list_saved_searches",
    "org chart of a company": "get_org_chart",
    "who visited our website": "identify_visitors",
    "who are Acme's subsidiaries": "get_corporate_hierarchy",
    "who owns Acme": "get_corporate_hierarchy",
    "lookalike accounts": "find_similar_companies",
    "notify our CRM when contacts change": "create_webhook",
    "who reports to the CTO": "get_org_chart",
    "office addresses": "get_locations",
}


def test_what_is_not_listed_is_found_by_its_words(connect: Connect) -> None:
    async def test(client: Client) -> None:
        listed = {tool.name for tool in (await client.list_tools()).tools}
        every = await call(client, "find_tools")
        assert {row["name"] for row in every["data"]} == set(TOOLS) - listed
        for query, name in ASKED.items():
            found = await call(client, "find_tools", {"query": query})
            assert found["data"][0]["name"] == name, query
            assert len(found["data"]) <= 5
        for row in every["data"]:
            tool = TOOLS[row["name"]]
            assert row["description"] == tool.text
            assert ("inputSchema" in row) is tool.read_only
            assert row.get("needs") == (None if tool.read_only else f"--toolsets {tool.toolset}")
        nothing = await call(client, "find_tools", {"query": "qqzx"})
        assert nothing["data"] == []
        assert "get_org_chart" in nothing["meta"]["warnings"][0]
        # Tools are found by English words; the names alone are told, without their schemas.
        chinese = await call(client, "find_tools", {"query": "子公司"})
        assert chinese["data"] == []
        assert "get_corporate_hierarchy" in chinese["meta"]["warnings"][0]

    visit(connect, test)


@pytest.mark.parametrize("mode", ["", "read_only", "free_only"])
def test_what_reads_is_called_by_either_name_and_nothing_else_is(connect: Connect, mode: str) -> None:
    async def test(client: Client) -> None:
        company = (await call(client, "search_companies", {"country": "usa", "pageSize": 1}))["data"][0]["id"]
        asked = {"companyId": company, "pageSize": 2}
        told = await call(client, "call_read_tool", {"name": "find_similar_companies", "arguments": asked})
        assert len(told["data"]) == 2
        assert spent(told) == 0
        as_text = {"name": "find_similar_companies", "arguments": f'{{"companyId": "{company}", "pageSize": 2}}'}
        assert (await call(client, "call_read_tool", as_text))["data"] == told["data"]
        assert (await call(client, "find_similar_companies", asked))["data"] == told["data"]
        for tool in TOOLS.values():
            if tool.read_only:
                continue
            text = await refusal(client, "call_read_tool", {"name": tool.name, "arguments": asked})
            assert text.startswith("INVALID_ARGUMENT: "), text
            assert f"'{tool.toolset}'" in text
        for tool in HIDDEN:
            if not tool.read_only:
                text = await refusal(client, tool.name, {})
                assert text.startswith(("NOT_FOUND: ", "MODE_FORBIDS: "))
        usage = await call(client, "get_usage")
        assert usage["meta"]["budget"]["daySpent"] == 0

    visit(connect, test, **({mode: True} if mode else {}))


def test_wrong_calls_are_told_what_is_wrong(connect: Connect) -> None:
    async def test(client: Client) -> None:
        for arguments, named in (
            ({"name": "find_similar_company"}, ("NOT_FOUND", "did you mean 'find_similar_companies'")),
            ({"name": "find_similar_companies", "arguments": {"pageSise": 2}}, ("did you mean 'pageSize'",)),
            ({"name": "find_similar_contacts"}, ("INVALID_ARGUMENT", "personId")),
            ({"name": "list_webhooks", "arguments": ["types"]}, ("INVALID_ARGUMENT", "arguments")),
            ({"name": "call_read_tool", "arguments": {"name": "call_read_tool"}}, ("INVALID_ARGUMENT",)),
            ({}, ("INVALID_ARGUMENT", "name")),
        ):
            text = await refusal(client, "call_read_tool", arguments)
            assert not [part for part in named if part not in text], text

    visit(connect, test)


def test_a_chosen_list_of_toolsets_is_all_that_there_is(connect: Connect) -> None:
    async def test(client: Client) -> None:
        for name in ("find_tools", "call_read_tool", "list_webhooks", "find_similar_companies"):
            assert (await refusal(client, name, {"companyId": "900001"})).startswith("NOT_FOUND: ")

    visit(connect, test, toolsets="search,knowledge")
