"""What a search, a lookup and an estimate tell beside their rows."""

from __future__ import annotations

from typing import Any

from mcp_clients import Connect, call, run

from sales_zoominfo.sandbox import default_account

ERA = "2026-07-28"


def ask(connect: Connect, *calls: tuple[str, dict[str, Any]], **settings: object) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []

    async def visit() -> None:
        async with connect(ERA, **settings) as client:
            for name, arguments in calls:
                told.append(await call(client, name, arguments))

    run(visit)
    return told


def warnings(answer: dict[str, Any]) -> str:
    return " ".join(answer["meta"]["warnings"])


def test_nothing_found_names_the_filters_and_billions_are_spelt_out(connect: Connect) -> None:
    both, one, rich, plain = ask(
        connect,
        ("search_companies", {"companyName": "Qqzx", "state": "ca"}),
        ("search_companies", {"companyName": "Qqzx"}),
        ("search_companies", {"revenueMin": 10_000_000}),
        ("search_companies", {"revenueMin": 10_000}),
    )
    assert both["meta"]["totalResults"] == 0
    assert "companyName, state together" in warnings(both)
    assert "narrowest first: companyName" in warnings(both)
    assert both["meta"]["resolved"] == {"state": "usa.california"}
    assert "Nothing matches companyName" in warnings(one)
    assert "$10 billion or more" in warnings(rich)
    assert warnings(plain) == ""


def test_small_pages_warn_at_their_last_page_only(connect: Connect) -> None:
    wanted: dict[str, Any] = {"country": "usa", "pageSize": 3}
    first, last = ask(
        connect, ("search_companies", wanted), ("search_companies", {**wanted, "page": 100}), api="sandbox"
    )
    assert first["meta"]["totalResults"] > 300
    assert warnings(first) == ""
    assert "nextPage" not in last["meta"]
    assert "pageSize 100 reads all" in warnings(last)


def test_a_field_that_enterprise_rows_lack_is_said(connect: Connect) -> None:
    account = default_account()
    [answer] = ask(
        connect,
        ("search_companies", {"country": "usa", "outputFields": ["name", "revenue"]}),
        api="enterprise",
        username=account.username,
        password=account.password,
    )
    assert "never hold revenue; enrich_companies tells it" in warnings(answer)


def test_lookup_counts_what_matches(connect: Connect) -> None:
    some, none, dates, code = ask(
        connect,
        ("lookup", {"field": "states", "query": "carolina"}),
        ("lookup", {"field": "industries", "query": "qqqq zzzz"}),
        ("lookup", {"field": "contact-filters", "query": "start date"}),
        ("lookup", {"field": "management-levels", "query": "cxo"}),
    )
    assert some["meta"]["totalResults"] == len(some["data"]) < 10
    assert (none["data"], none["meta"]["totalResults"]) == ([], 0)
    assert "Nothing resembles 'qqqq zzzz'" in warnings(none)
    assert "positionStartDateMin" in {row["name"] for row in dates["data"]}
    assert code["data"][0]["id"] == "C Level Exec"


def test_an_estimate_says_what_limits_it(connect: Connect) -> None:
    people = [{"personId": str(number)} for number in range(1, 21)]
    firms = [{"companyId": str(number)} for number in range(1, 21)]
    both, many = ask(
        connect,
        ("estimate_credits", {"contacts": people, "companies": firms}),
        ("estimate_credits", {"contacts": [{"personId": str(number)} for number in range(1, 31)]}),
    )
    assert both["meta"]["estimate"]["credits"] == 40
    assert both["meta"]["budget"]["fits"] is True, "each list is a call of its own"
    assert many["meta"]["budget"]["fits"] is False
    assert many["meta"]["budget"]["limitedBy"] == ["call"]
