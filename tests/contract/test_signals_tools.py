"""Intent, scoops and news through a real client: found free, told of one company for its credit, refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_clients import UNHURRIED, Connect, call, refusal, run

from sales_zoominfo.sandbox import SandboxAccount, create_app, default_account
from sales_zoominfo.tools.registry import TOOLS
from sales_zoominfo.zoominfo.fields import FILTERS, SEARCH_ROW
from sales_zoominfo.zoominfo.signal_fields import SIGNAL_ENRICH

ACCOUNT = default_account()
ENTERPRISE = {"api": "enterprise", "username": ACCOUNT.username, "password": ACCOUNT.password}
GTM = {"api": "gtm", "client_id": ACCOUNT.client_id, "client_secret": ACCOUNT.client_secret}
GENERATIONS = {"both": {}, "enterprise": ENTERPRISE, "gtm": GTM}
TOPIC = "Cloud Applications"
SIGNALS = {
    "intent": ("search_intent", {"topics": TOPIC}, "enrich_intent"),
    "scoop": ("search_scoops", {"country": "United States"}, "enrich_scoops"),
    "news": ("search_news", {"categories": "FUNDING"}, "enrich_news"),
}


def spent(answer: dict[str, Any]) -> int:
    return int(answer["meta"]["credits"]["spent"])


def visit(connect: Connect, test: Any, **settings: object) -> None:
    async def inside() -> None:
        async with connect("2026-07-28", **settings) as client:
            await test(client)

    run(inside)


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("signal", SIGNALS)
def test_found_free_then_told_of_one_company_for_one_credit(connect: Connect, signal: str, generation: str) -> None:
    search, filters, enrich = SIGNALS[signal]

    async def test(client: Client) -> None:
        found = await call(client, search, {**filters, "pageSize": 5})
        assert spent(found) == 0
        assert len(found["data"]) == 5
        assert found["meta"]["totalResults"] > 5
        assert found["meta"]["nextPage"] == 2
        concise = {name for name, spec in SEARCH_ROW[signal].items() if spec.concise}  # type: ignore[index]
        assert set().union(*found["data"]) <= concise
        company = next(row["companyId"] for row in found["data"] if row.get("companyId"))
        told = await call(client, enrich, {"companyId": company, "pageSize": 10})
        assert spent(told) == 1
        assert told["data"]
        assert {row["companyId"] for row in told["data"] if "companyId" in row} == {company}
        # The company is bought: whatever else is asked about it is free.
        again = await call(client, enrich, {"companyId": company, "pageSize": 10, "maxCredits": 0})
        assert (spent(again), again["data"]) == (0, told["data"])

    visit(connect, test, **GENERATIONS[generation])


def test_every_filter_of_a_search_is_taken_by_its_name_or_as_more(connect: Connect) -> None:
    async def test(client: Client) -> None:
        plain = await call(client, "search_scoops", {"state": "California", "pageSize": 3})
        more = {"moreFilters": [{"name": "state", "value": "California"}], "pageSize": 3}
        assert (await call(client, "search_scoops", more))["data"] == plain["data"]
        url = plain["data"][0]
        assert url["companyName"]
        news = await call(client, "search_news", {"url": "industrychronicle", "pageSize": 3})
        assert all("industrychronicle" in row["url"] for row in news["data"])
        # Nothing that ZoomInfo documents is out of reach of a tool.
        for signal, (search, _, enrich) in SIGNALS.items():
            TOOLS[search].check(dict.fromkeys(FILTERS[signal], "x"))  # type: ignore[index]
            TOOLS[enrich].check(dict.fromkeys(SIGNAL_ENRICH[signal], "x"))  # type: ignore[index]

    visit(connect, test)


def test_a_search_sorts_and_shows_what_is_asked_for(connect: Connect) -> None:
    async def test(client: Client) -> None:
        asked = {"topics": TOPIC, "sort": "-signalScore", "outputFields": ["signalScore", "companyName"], "pageSize": 9}
        rows = (await call(client, "search_intent", asked))["data"]
        scores = [row["signalScore"] for row in rows]
        assert scores == sorted(scores, reverse=True)
        assert set().union(*rows) == {"id", "signalScore", "companyName"}
        assert "did you mean 'signalScore'" in await refusal(
            client, "search_intent", {"topics": TOPIC, "outputFields": ["score"]}
        )
        # With nothing to order by there is no such argument.
        assert "has no argument 'sort'" in await refusal(client, "search_news", {"categories": "IPO", "sort": "title"})

    visit(connect, test)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_people_to_talk_to_are_told_when_they_are_asked_for(connect: Connect, generation: str) -> None:
    async def test(client: Client) -> None:
        company = (await call(client, "search_intent", {"topics": TOPIC, "pageSize": 1}))["data"][0]["companyId"]
        asked = {"companyId": company, "topics": TOPIC}
        plain = await call(client, "enrich_intent", asked)
        assert not any("recommendedContacts" in row for row in plain["data"])
        whole = await call(client, "enrich_intent", {**asked, "detail": "full"})
        named = await call(client, "enrich_intent", {**asked, "findRecommendedContacts": True})
        people = [row.get("recommendedContacts", []) for row in whole["data"]]
        assert [row.get("recommendedContacts", []) for row in named["data"]] == people
        assert any(people), "somebody is recommended"

    visit(connect, test, **GENERATIONS[generation])


def test_a_company_is_named_by_website_or_name_too(connect: Connect) -> None:
    async def test(client: Client) -> None:
        row = (await call(client, "search_intent", {"topics": TOPIC, "pageSize": 1}))["data"][0]
        byid = await call(client, "enrich_news", {"companyId": row["companyId"]})
        for name in ("companyName", "companyWebsite"):
            again = await call(client, "enrich_news", {name: row[name], "maxCredits": 0})
            assert again["data"] == byid["data"]
        nobody = await refusal(client, "enrich_scoops", {"companyName": "Qqzx Nowhere"})
        assert nobody.startswith("NOT_FOUND: ")
        assert "nothing was charged" in nobody
        assert "companyId" in await refusal(client, "enrich_scoops", {})

    visit(connect, test)


REFUSED: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("search_intent", {}, ("INVALID_ARGUMENT", "topics")),
    ("search_intent", {"topics": "Quantum Knitting"}, ("UNKNOWN_VALUE", "Quantum Knitting", "intent-topics")),
    ("search_intent", {"topics": [f"{TOPIC} {n}" for n in range(51)]}, ("INVALID_ARGUMENT", "topics", "50")),
    ("search_intent", {"topics": TOPIC, "signalScoreMin": 40}, ("INVALID_ARGUMENT", "signalScoreMin", "60..100")),
    (
        "search_intent",
        {"topics": TOPIC, "signalStartDate": "2026-11-10", "signalEndDate": "2026-11-01"},
        ("INVALID_ARGUMENT", "signalStartDate", "signalEndDate"),
    ),
    (
        "search_intent",
        {"topics": TOPIC, "audienceStrengthMin": "A", "audienceStrengthMax": "D"},
        ("INVALID_ARGUMENT", "audienceStrengthMin"),
    ),
    ("search_intent", {"topics": TOPIC, "companyId": "900001"}, ("INVALID_ARGUMENT", "companyId", "enrich_intent")),
    ("search_news", {"categories": "Knitting"}, ("UNKNOWN_VALUE", "categories")),
    ("search_news", {"categories": "IPO", "url": "x.y"}, ("INVALID_ARGUMENT", "url", "5 characters")),
    ("search_news", {"categories": "IPO", "companyName": "Acme"}, ("INVALID_ARGUMENT", "enrich_news")),
    ("search_scoops", {"scoopTopics": "x"}, ("INVALID_ARGUMENT", "did you mean 'scoopTopic'")),
    ("search_scoops", {"scoopType": "Levitation"}, ("UNKNOWN_VALUE", "scoopType")),
    ("enrich_intent", {"companyId": "900001", "topic": TOPIC}, ("INVALID_ARGUMENT", "did you mean 'topics'")),
    ("enrich_intent", {"companyId": "900001", "topics": "Quantum Knitting"}, ("UNKNOWN_VALUE", "intent-topics")),
    ("enrich_intent", {"companyId": "900001", "topics": TOPIC, "maxCredits": 0}, ("CREDIT_APPROVAL", "maxCredits=0")),
    ("enrich_scoops", {"companyId": "nine"}, ("INVALID_ARGUMENT", "companyId")),
    ("enrich_news", {"companyId": "900001", "sort": "title"}, ("INVALID_ARGUMENT", "sort")),
]


def test_wrong_arguments_are_named_and_nothing_is_spent(connect: Connect) -> None:
    async def test(client: Client) -> None:
        wrong: list[str] = []
        for name, arguments, named in REFUSED:
            text = await refusal(client, name, arguments)
            if [part for part in named if part not in text]:
                wrong.append(f"{name} {str(arguments)[:60]} -> {text[:300]}")
        assert not wrong, "\n".join(wrong)
        usage = await call(client, "get_usage")
        assert usage["meta"]["budget"]["daySpent"] == 0

    visit(connect, test)


def test_a_span_over_ninety_days_is_refused_where_zoominfo_refuses_it(connect: Connect) -> None:
    asked = {"companyId": "900001", "topics": TOPIC, "signalStartDate": "2026-01-01", "signalEndDate": "2026-11-01"}

    async def test(client: Client) -> None:
        text = await refusal(client, "enrich_intent", asked)
        assert "90 at most" in text

    visit(connect, test, **ENTERPRISE)


def test_an_account_without_topics_is_told_so(connect: Connect, sandbox_dir: Path) -> None:
    network = create_app(sandbox_dir, switches=UNHURRIED, accounts=(SandboxAccount(intent_topics=()),))

    async def test(client: Client) -> None:
        for name, arguments in (
            ("search_intent", {"topics": TOPIC}),
            ("enrich_intent", {"companyId": "900001"}),
        ):
            text = await refusal(client, name, arguments)
            assert text.startswith("PLAN_DOES_NOT_INCLUDE: "), text
            assert "intent topics" in text

    visit(connect, test, network=network)
