"""What somebody who knows no taxonomy gets: answers about the company they meant, and hints instead of silence."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import PromptReference
from mcp_clients import Connect, call, refusal
from test_signals_tools import visit

from sales_zoominfo.tools.registry import TOOLS


def test_companies_like_one_are_of_the_one_that_was_meant(connect: Connect) -> None:
    async def test(client: Client) -> None:
        text = await refusal(client, "find_similar_companies", {"companyName": "Acme"})
        assert text.startswith("UNKNOWN_VALUE: ")
        assert "900001" in text
        assert "900008" in text
        by_id = await call(client, "find_similar_companies", {"companyId": "900001", "pageSize": 3})
        for key, value in (("companyName", "Acme, Inc."), ("companyWebsite", "https://www.acme.example/")):
            told = await call(client, "find_similar_companies", {key: value, "pageSize": 3})
            assert told["data"] == by_id["data"]
            assert told["meta"]["resolved"] == {key: "900001"}
        text = await refusal(client, "find_similar_companies", {"sameCountry": True})
        assert "companyWebsite" in text

    visit(connect, test, toolsets="all")


@pytest.mark.parametrize(
    ("filters", "hint"),
    [
        ({"jobTitle": ["首席财务官"]}, "try jobTitle in English"),
        ({"state": "CA", "country": "Canada"}, "usa.california, which is not in canada"),
        (
            {"managementLevel": "VP", "country": "USA", "techAttributeTagList": "Snowflake", "fullName": "No One"},
            "narrowest first: fullName or techAttributeTagList",
        ),
    ],
    ids=str,
)
def test_a_search_that_finds_nothing_tells_why(connect: Connect, filters: dict[str, Any], hint: str) -> None:
    async def test(client: Client) -> None:
        found = await call(client, "search_contacts", filters)
        assert found["data"] == []
        assert hint in " ".join(found["meta"]["warnings"])

    visit(connect, test)


def test_accents_are_no_foreign_letters(connect: Connect) -> None:
    async def test(client: Client) -> None:
        found = await call(client, "search_contacts", {"jobTitle": ["Geschäftsführer für nichts"], "country": "USA"})
        assert found["data"] == []
        assert "in English" not in " ".join(found["meta"]["warnings"])

    visit(connect, test)


def test_a_value_in_chinese_is_to_be_translated(connect: Connect) -> None:
    async def test(client: Client) -> None:
        assert "translate it" in await refusal(client, "search_companies", {"industryCodes": ["软件"]})
        assert "translate it" not in await refusal(client, "search_companies", {"industryCodes": ["zzqx"]})

    visit(connect, test)


@pytest.mark.parametrize(
    ("filters", "resolved"),
    [
        ({"employeeRangeMin": "50-200 people"}, {"employeeRangeMin": "50", "employeeRangeMax": "200"}),
        ({"employeeRangeMin": "50人以上"}, {"employeeRangeMin": "50"}),
        ({"employeeRangeMax": "不超过1万人"}, {"employeeRangeMax": "10000"}),
        ({"employeeRangeMin": "１００到５００人"}, {"employeeRangeMin": "100", "employeeRangeMax": "500"}),
        ({"revenueMin": "1000到5000万美元"}, {"revenueMin": "10000", "revenueMax": "50000"}),
        ({"revenueMin": "1.5亿美元以上"}, {"revenueMin": "150000"}),
    ],
    ids=str,
)
def test_sizes_are_taken_as_they_are_said(connect: Connect, filters: dict[str, str], resolved: dict[str, str]) -> None:
    async def test(client: Client) -> None:
        found = await call(client, "search_companies", {**filters, "pageSize": 1})
        assert found["meta"]["resolved"] == resolved

    visit(connect, test)


def test_a_size_that_is_none_is_answered_with_one_that_is(connect: Connect) -> None:
    async def test(client: Client) -> None:
        for name, value, hint in (
            ("employeeRangeMin", "quite a few", "'50-200 people'"),
            ("revenueMin", "lots", "'$10M-50M'"),
            ("revenueMin", "500万元", "CNY"),
        ):
            text = await refusal(client, "search_companies", {name: value})
            assert text.startswith("INVALID_ARGUMENT: ")
            assert hint in text

    visit(connect, test)


def test_schemas_of_sizes_let_words_through() -> None:
    for tool in TOOLS.values():
        for name in ("employeeRangeMin", "employeeRangeMax", "revenueMin", "revenueMax"):
            assert "type" not in tool.properties.get(name, {}), tool.name
    assert "50-200 people" in TOOLS["search_companies"].properties["employeeRangeMin"]["description"]


def test_scores_of_one_company_are_taken_as_they_are_said(connect: Connect) -> None:
    async def test(client: Client) -> None:
        found = await call(client, "enrich_intent", {"companyId": "900001", "signalScoreMin": "70 to 90"})
        assert found["data"]
        assert {row["signalScore"] for row in found["data"]} <= set(range(70, 91))
        assert found["meta"]["resolved"]["signalScoreMax"] == "90"

    visit(connect, test)


def test_no_legal_name_is_told_twice(connect: Connect) -> None:
    async def test(client: Client) -> None:
        for name, tool in TOOLS.items():
            if tool.entity is None and tool.also:
                text = await refusal(client, name, {"qqzx": 1})
                legal = text.partition("Legal names: ")[2].rstrip(".").split(", ")
                assert len(legal) == len(set(legal)), name

    visit(connect, test, toolsets="all")


def test_an_alert_that_would_never_ring_is_told(connect: Connect) -> None:
    async def test(client: Client) -> None:
        for title, silent in (("Zookeeper of Mars", True), ("CFO", False)):
            asked = {"name": title, "subject": "contact", "filters": [{"name": "jobTitle", "value": title}]}
            saved = await call(client, "save_search", asked)
            assert any("Nothing matches it now" in line for line in saved["meta"]["warnings"]) is silent

    visit(connect, test, toolsets="saved")


def test_free_questions_stand_in_the_audit_under_who_asked(connect: Connect, tmp_path: Path) -> None:
    async def test(client: Client) -> None:
        await call(client, "lookup", {"field": ["scoop-types", "contact-filters", "company-fields"]})
        await client.complete(
            ref=PromptReference(type="ref/prompt", name="find_prospects"), argument={"name": "industry", "value": "s"}
        )

    visit(connect, test, client="sales-desk")
    with sqlite3.connect(tmp_path / "state.sqlite") as state:
        rows = state.execute("SELECT caller, operation FROM audit").fetchall()
    callers = {caller.rpartition("/")[2] for caller, operation in rows if operation != "account"}
    assert {"sales-desk", "completion"} <= callers
    assert "local" not in callers
    assert {"lookup", "search_fields", "enrich_fields"} <= {operation for _, operation in rows}
