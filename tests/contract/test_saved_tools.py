"""Saved searches and `all: true` through a real MCP client: what a model sees, and what it cannot do."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest
from mcp_clients import Connect, call, refusal

from editing import Edited
from sales_zoominfo.sandbox import ASGIApp
from sales_zoominfo.tools.contract import MAX_CHARS, to_json
from sales_zoominfo.tools.registry import TOOLS
from support import DEMO

pytestmark = pytest.mark.anyio
SMITHS = [{"name": "lastName", "value": "Smith"}, {"name": "managementLevel", "value": ["Manager"]}]
SAVE = {"name": "Smiths", "subject": "contact", "filters": SMITHS}
TOOLSETS = {"toolsets": "default,saved"}
ENTERPRISE = {"username": DEMO.username, "password": DEMO.password, "base_url": "http://zoominfo.test"}


@pytest.fixture
def network(sandbox: ASGIApp) -> Edited:
    return Edited(sandbox)


async def test_a_search_is_saved_run_and_tells_its_news(connect: Connect, network: Edited, era: str) -> None:
    async with connect(era, network=network, **TOOLSETS) as client:
        saved = await call(client, "save_search", SAVE)
        assert saved["meta"]["outcome"] == "saved"
        assert saved["meta"]["totalResults"] > 5
        network.rows = lambda rows: rows[1:]
        first = await call(client, "run_saved_search", {"name": "Smiths"})
        assert first["data"] == []
        assert "no earlier run" in first["meta"]["warnings"][0]
        assert first["meta"]["sandbox"] is True
        network.rows = None
        peeked = await call(client, "run_saved_search", {"name": "smiths", "peek": True})
        told = await call(client, "run_saved_search", {"name": "Smiths"})
        assert peeked["data"] == told["data"]
        assert [row["change"] for row in told["data"]] == ["new"]
        assert {"id", "lastName", "jobTitle", "companyName"} <= told["data"][0].keys()
        assert told["meta"]["counts"] == {"new": 1, "changed": 0, "gone": 0}
        assert ("run" in peeked["meta"], told["meta"]["run"], told["meta"]["since"]["run"]) == (False, 2, 1)
        assert (await call(client, "run_saved_search", {"name": "Smiths"}))["data"] == []
        again = await call(client, "run_saved_search", {"name": "Smiths", "sinceRun": 1})
        assert again["data"] == told["data"]
        listed = await call(client, "list_saved_searches")
        assert [(row["name"], row["runs"], row["lastRun"]["new"]) for row in listed["data"]] == [("Smiths", 4, 1)]
        await call(client, "delete_saved_search", {"name": "Smiths"})
        assert "no saved search 'Smiths'" in await refusal(client, "run_saved_search", {"name": "Smiths"})


@pytest.mark.parametrize(
    "filters",
    [
        SMITHS,
        {"lastName": "Smith", "managementLevel": "Manager"},
        {"lastName": "Smith", "moreFilters": [{"name": "managementLevel", "value": "Manager"}]},
        {"lastName": "Smith", "moreFilters": {"managementLevel": "Manager"}},
    ],
)
async def test_filters_in_every_shape_that_the_search_tools_take(connect: Connect, filters: Any) -> None:
    async with connect("2026-07-28", **TOOLSETS) as client:
        saved = await call(client, "save_search", {**SAVE, "filters": filters})
        expected = await call(client, "search_contacts", {"lastName": "Smith", "managementLevel": "Manager"})
        assert saved["meta"]["totalResults"] == expected["meta"]["totalResults"]
        assert set(saved["data"][0]["filters"]) == {"lastName", "managementLevel"}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"filters": "lastName=Smith"}, "filters must be an object of filters by name"),
        ({"filters": [{"name": "lastName"}]}, "filters must be an object of filters by name"),
        ({"filters": [*SMITHS, SMITHS[0]]}, "lastName and the same filter again"),
        ({"filters": {"lastname": "Smith"}}, "did you mean 'lastName'"),
        ({"filters": []}, "at least one filter"),
        ({"subject": "companies"}, "subject cannot be 'companies', did you mean 'company'"),
        ({"name": "  "}, "save_search"),
        ({"limit": 0}, "limit=0"),
        ({"every": "24h"}, "save_search has no argument 'every'"),
    ],
)
async def test_bad_input_names_the_field_and_saves_nothing(
    connect: Connect, arguments: dict[str, Any], problem: str
) -> None:
    async with connect("2026-07-28", **TOOLSETS) as client:
        text = await refusal(client, "save_search", {**SAVE, **arguments})
        assert problem in text or (problem == "save_search" and "name must be" in text)
        assert (await call(client, "list_saved_searches"))["data"] == []


async def test_modes_and_hints(connect: Connect) -> None:
    hints = {
        name: (TOOLS[name].read_only, TOOLS[name].destructive, TOOLS[name].spends) for name in TOOLS if "saved" in name
    }
    assert hints == {
        "list_saved_searches": (True, False, False),
        "run_saved_search": (False, False, False),
        "delete_saved_search": (False, True, False),
    }
    assert TOOLS["save_search"].destructive, "other filters make it forget what it has seen"
    async with connect("2026-07-28", toolsets="saved", read_only=True) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["list_saved_searches"]
        assert "read-only" in await refusal(client, "run_saved_search", {"name": "Smiths"})
    async with connect("2026-07-28", toolsets="saved", free_only=True) as client:
        assert len((await client.list_tools()).tools) == 4


async def test_who_opts_out_stands_in_no_answer(connect: Connect, network: Edited) -> None:
    async with connect("2026-07-28", network=network, **TOOLSETS) as client:
        await call(client, "save_search", SAVE)
        await call(client, "run_saved_search", {"name": "Smiths"})
        found = await call(client, "search_contacts", {"lastName": "Smith", "managementLevel": "Manager"})
        person = found["data"][0]["id"]
        await call(client, "save_search", {**SAVE, "name": "One", "filters": {"personId": person}})
        entry = {"kind": "person", "value": person}
        await call(client, "update_opt_outs", {"action": "add", "entries": [entry]})
        for name, arguments in (
            ("run_saved_search", {"name": "Smiths", "sinceRun": 1}),
            ("run_saved_search", {"name": "Smiths"}),
            ("list_saved_searches", {}),
            ("search_contacts", {"lastName": "Smith", "all": True}),
        ):
            answer = await call(client, name, arguments)
            assert person not in json.dumps(answer), name
        assert person not in await refusal(client, "run_saved_search", {"name": "One"})


async def test_a_name_may_hold_a_person_and_no_error_gives_a_listed_one_away(connect: Connect) -> None:
    async with connect("2026-07-28", **TOOLSETS) as client:
        entry = {"kind": "email", "value": "eve.planted@acme.example"}
        await call(client, "update_opt_outs", {"action": "add", "entries": [entry]})
        assert "eve.planted" not in await refusal(client, "run_saved_search", {"name": "eve.planted@acme.example"})


# --- all: true -------------------------------------------------------------------------------------------------


async def test_all_answers_every_row_and_a_long_answer_is_kept_whole(connect: Connect, era: str) -> None:
    async with connect(era) as client:
        page = await call(client, "search_contacts", {"lastName": "Smith", "pageSize": 1})
        total = page["meta"]["totalResults"]
        assert total > 100
        told: list[tuple[float, float | None]] = []

        async def progress(done: float, of: float | None, message: str | None) -> None:
            told.append((done, of))

        result = await client.call_tool(
            "search_contacts", {"lastName": "Smith", "all": True, "detail": "full"}, progress_callback=progress
        )
        answer = result.structured_content
        assert answer is not None
        meta = answer["meta"]
        assert (meta["totalResults"], meta["read"], meta["complete"]) == (total, total, True)
        assert told[-1] == (total, total)
        assert len(to_json(answer)) <= MAX_CHARS
        whole = json.loads((await client.read_resource(meta["whole"]["resource"])).contents[0].text)  # type: ignore[union-attr]
        assert len({row["id"] for row in whole["data"]}) == total
        short = await call(client, "search_contacts", {"lastName": "Smith", "all": True, "maxRows": 120})
        assert short["meta"]["read"] == 120
        assert f"maxRows {total} reads them all" in short["meta"]["warnings"][-1]


@pytest.mark.parametrize(
    "tool", ["search_contacts", "search_companies", "search_intent", "search_scoops", "search_news"]
)
async def test_every_search_takes_all(connect: Connect, tool: str) -> None:
    async with connect("2026-07-28", toolsets="all") as client:
        filters: dict[str, Any] = {
            "search_contacts": {"lastName": "Smith"},
            "search_companies": {"companyName": "Acme"},
            "search_intent": {"topics": ["Cloud Applications"]},
            "search_scoops": {"publishedStartDate": "2020-01-01"},
            "search_news": {"pageDateMin": "2020-01-01"},
        }[tool]
        answer = await call(client, tool, {**filters, "all": True, "maxRows": 30})
        assert 0 < answer["meta"]["read"] <= 30
        assert answer["meta"]["read"] == len(answer["data"]) or "whole" in answer["meta"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"all": True, "page": 2}, "all and page cannot be used together"),
        ({"all": True, "pageSize": 10}, "all and pageSize cannot be used together"),
        ({"maxRows": 10}, "maxRows works only together with all: true"),
        ({"all": True, "maxRows": 10_001}, "maxRows=10001 is outside 1..10000"),
        ({"all": "perhaps"}, "all must be true or false"),
    ],
)
async def test_arguments_that_do_not_go_together(connect: Connect, arguments: dict[str, Any], problem: str) -> None:
    async with connect("2026-07-28") as client:
        assert problem in await refusal(client, "search_contacts", {"lastName": "Smith", **arguments})


async def test_all_on_ten_million_hits_is_refused_with_the_cost(connect: Connect, network: Edited) -> None:
    async with connect("2026-07-28", network=network, **ENTERPRISE) as client:
        network.total = 10_000_000
        text = await refusal(client, "search_contacts", {"jobTitle": "Manager", "all": True})
        assert text.startswith("WINDOW_EXCEEDED: 10,000,000 records match")
        assert "100,000 calls and 10,000,000 records of the contract" in text
        assert len(network.searches) == 1


async def test_over_the_window_the_parts_are_told_and_can_be_asked_for(connect: Connect, network: Edited) -> None:
    async with connect("2026-07-28", network=network, **ENTERPRISE) as client:
        filters = {"country": "United States"}
        answer = await call(client, "search_companies", {**filters, "all": True})
        meta = answer["meta"]
        assert meta["totalResults"] > meta["read"] == 1_000
        assert meta["records"] == 1_000
        assert meta["split"]["fits"]
        assert "meta.split cuts it into" in " ".join(meta["warnings"])
        for part in meta["split"]["parts"]:
            counted = await call(client, "search_companies", {**filters, **part["filters"], "pageSize": 1})
            assert counted["meta"]["totalResults"] == part["totalResults"] <= 1_000


async def test_a_call_that_is_cancelled_ends_the_walk(connect: Connect, network: Edited) -> None:
    async with connect("2026-07-28", network=network) as client:
        with anyio.move_on_after(30) as scope:

            async def stop(done: float, of: float | None, message: str | None) -> None:
                scope.cancel()

            await client.call_tool("search_contacts", {"jobTitle": "Manager", "all": True}, progress_callback=stop)
        assert scope.cancelled_caught
        asked = len(network.searches)
        assert asked < 11
        # The server goes on, and nothing of the walk does.
        await call(client, "search_contacts", {"lastName": "Smith", "pageSize": 1})
        await anyio.sleep(0.2)
        assert len(network.searches) <= asked + 2
