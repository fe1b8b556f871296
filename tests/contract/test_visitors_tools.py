"""Who visited, through a real client: free with WebSights, for credits without, and never for a private address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from mcp import Client
from mcp_clients import UNHURRIED, Connect, call, refusal
from test_signals_tools import ENTERPRISE, GTM, spent, visit

from sales_zoominfo.account.gate import Told
from sales_zoominfo.account.visitors import MOST_ADDRESSES, identify, read_addresses
from sales_zoominfo.errors import InvalidArgument, UpstreamUnavailable, fail
from sales_zoominfo.sandbox import SandboxAccount, create_app
from sales_zoominfo.zoominfo.asking import NOTHING, Answer

# A company, a provider, and one of no company.
COMPANY, PROVIDER, UNKNOWN = "192.0.2.7", "203.0.113.250", "2001:4860:4860::8888"
PRIVATE = [
    "10.0.0.1", "172.16.5.4", "192.168.1.1", "127.0.0.1", "169.254.7.7", "100.64.0.9", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
]  # fmt: skip


def test_websights_tells_companies_and_providers_without_a_credit(connect: Connect) -> None:
    async def test(client: Client) -> None:
        asked = {"ipAddresses": [COMPANY, PROVIDER, COMPANY, "[192.0.2.7]"], "maxCredits": 0}
        told = await call(client, "identify_visitors", asked)
        first, second = told["data"]
        assert (first["ipAddress"], first["visitor"]) == (COMPANY, "company")
        assert first["companyName"]
        assert first["companyId"]
        assert (second["visitor"], "companyId" in second) == ("isp", False)
        assert second["ispName"]
        assert told["meta"]["matched"] == 2
        assert spent(told) == 0
        usage = await call(client, "get_usage")
        assert next(row for row in usage["data"] if row.get("credits"))["currentUsage"] == 0

    for settings in ({}, ENTERPRISE):
        visit(connect, test, toolsets="all", **settings)


def test_the_gtm_api_enriches_by_address_and_spends_within_the_cap(connect: Connect) -> None:
    async def test(client: Client) -> None:
        asked = {"ipAddresses": [COMPANY, UNKNOWN]}
        text = await refusal(client, "identify_visitors", {**asked, "maxCredits": 1})
        assert text.startswith("CREDIT_APPROVAL_REQUIRED: ")
        told = await call(client, "identify_visitors", {**asked, "maxCredits": 2})
        assert spent(told) == 1, "an address that matches nobody is free"
        first, second = told["data"]
        assert (first["ipAddress"], first["visitor"], first["matchStatus"]) == (COMPANY, "company", "FULL_MATCH")
        assert first["companyName"]
        assert (second["ipAddress"], second["matchStatus"]) == (UNKNOWN, "NO_MATCH")
        assert "nobody behind the address" in second["reason"]
        again = await call(client, "identify_visitors", {"ipAddresses": [COMPANY], "maxCredits": 0})
        assert (spent(again), again["data"][0]["companyId"]) == (0, first["companyId"])

    visit(connect, test, toolsets="all", **GTM)


def test_both_ways_name_the_same_company(connect: Connect) -> None:
    names: list[str] = []

    async def test(client: Client) -> None:
        names.append((await call(client, "identify_visitors", {"ipAddresses": [COMPANY]}))["data"][0]["companyName"])

    visit(connect, test, toolsets="all", **ENTERPRISE)
    visit(connect, test, toolsets="all", **GTM)
    assert names[0] == names[1]


def test_private_and_reserved_addresses_are_refused_each_by_name(connect: Connect) -> None:
    async def test(client: Client) -> None:
        for settings in (PRIVATE, [COMPANY, PRIVATE[0], PROVIDER, PRIVATE[3]]):
            text = await refusal(client, "identify_visitors", {"ipAddresses": settings})
            assert text.startswith("INVALID_ARGUMENT: ")
            wrong = [index for index, address in enumerate(settings) if address in PRIVATE]
            assert all(f"ipAddresses[{index}] (" in text for index in wrong)
            assert text.count("ipAddresses[") == len(wrong)
            assert "Nothing was sent" in text
        for value, named in (
            ([], "1..25"),
            ([f"192.0.2.{number}" for number in range(26)], "26"),
            (["192.0.2.300"], "ipAddresses[0]"),
            (["www.acme.example"], "IPv4 or IPv6"),
            ([7], "ipAddresses[0]"),
        ):
            assert named in await refusal(client, "identify_visitors", {"ipAddresses": value})
        assert "maxCredits" in await refusal(client, "identify_visitors", {"ipAddresses": [COMPANY], "maxCredits": -1})
        usage = await call(client, "get_usage")
        assert all(row["currentUsage"] == 0 for row in usage["data"] if "webSights" in row["limitType"])

    visit(connect, test, toolsets="all")


def test_addresses_are_read_once_in_their_short_form() -> None:
    assert read_addresses("192.0.2.1") == ["192.0.2.1"]
    assert read_addresses([" 198.51.100.2 ", "198.51.100.2", "2001:4860:4860:0:0:0:0:8888"]) == [
        "198.51.100.2",
        "2001:4860:4860::8888",
    ]
    with pytest.raises(InvalidArgument):
        read_addresses(["192.0.2.1"] * (MOST_ADDRESSES + 1))


def test_a_plan_without_websights_falls_back_to_the_gtm_api_and_says_so(connect: Connect, sandbox_dir: Path) -> None:
    account = SandboxAccount(switches={"disallowed_endpoints": frozenset({"/enrich/ip"})})
    network = create_app(sandbox_dir, switches=UNHURRIED, accounts=(account,))

    async def test(client: Client) -> None:
        told = await call(client, "identify_visitors", {"ipAddresses": [COMPANY]})
        assert spent(told) == 1
        assert "GTM API was asked, which spends" in told["meta"]["warnings"][0]

    async def alone(client: Client) -> None:
        text = await refusal(client, "identify_visitors", {"ipAddresses": [COMPANY]})
        assert text.startswith("PLAN_DOES_NOT_INCLUDE: ")

    visit(connect, test, toolsets="all", network=network)
    visit(connect, alone, toolsets="all", network=network, **ENTERPRISE)


class Flaky:
    """An account whose ZoomInfo fails on some addresses."""

    generations = ("enterprise",)

    def __init__(self, failing: set[str]) -> None:
        self.failing = failing

    def limits(self, max_credits: object) -> None:
        assert max_credits is None

    async def tell(self, name: str, arguments: dict[str, str], *, caller: str) -> Told:
        assert (name, caller) == ("identify_visitors", "tests")
        if arguments["ipAddress"] in self.failing:
            raise fail("upstream_failed", operation="WebSights", status=503, attempts="")
        if arguments["ipAddress"] == UNKNOWN:
            return Told(Answer([], 0, status=NOTHING), cast("Any", None), [])
        if arguments["ipAddress"] == COMPANY:
            # Found, and taken out by the screen.
            return Told(Answer([], 1), cast("Any", None), ["withheld"])
        row = {"ipAddress": arguments["ipAddress"], "visitor": "isp"}
        return Told(Answer([row], 1), cast("Any", None), [])


@pytest.mark.anyio
async def test_an_address_that_fails_does_not_lose_the_others() -> None:
    wanted = [f"192.0.2.{number}" for number in range(101, 108)]
    found = await identify(cast("Any", Flaky(set())), [UNKNOWN, COMPANY, PROVIDER], caller="tests")
    assert [row["matchStatus"] for row in found.rows] == ["NO_MATCH", "SUPPRESSED", "FULL_MATCH"]
    assert found.warnings == ["withheld"]
    for failing in (wanted[:1], wanted[3:5]):
        found = await identify(cast("Any", Flaky(set(failing))), wanted, caller="tests")
        assert [row["ipAddress"] for row in found.rows] == wanted
        assert [row["ipAddress"] for row in found.rows if row["matchStatus"] == "SERVICE_ERROR"] == failing
        assert f"{len(failing)} of 7 addresses were not answered" in found.warnings[0]
    with pytest.raises(UpstreamUnavailable):
        await identify(cast("Any", Flaky(set(wanted))), wanted, caller="tests")
    with pytest.raises(UpstreamUnavailable):
        await identify(cast("Any", Flaky({wanted[0]})), wanted[:1], caller="tests")


def test_the_published_quick_reference_lists_the_visitors_of_a_time(connect: Connect, sandbox_dir: Path) -> None:
    network = create_app(sandbox_dir, switches=replace(UNHURRIED, quick_reference=True))
    days = {"startDate": "2026-11-01", "endDate": "2026-11-20"}

    async def by_time(client: Client) -> None:
        told = await call(client, "identify_visitors", {**days, "pageSize": 5})
        assert len(told["data"]) == 5
        assert told["meta"]["nextPage"] == 2
        assert spent(told) == 0
        assert "startDate" in await refusal(client, "identify_visitors", {"ipAddresses": [COMPANY]})

    visit(connect, by_time, toolsets="all", network=network, paths="quick-reference", **ENTERPRISE)

    async def elsewhere(client: Client) -> None:
        assert "ipAddress" in await refusal(client, "identify_visitors", dict(days))
        assert "ipAddresses" in await refusal(client, "identify_visitors", {})

    visit(connect, elsewhere, toolsets="all")
