"""Intent, scoops and news: what they cost, how a company is named, what scopes and plans allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sales_zoominfo.sandbox import Charge, default_account
from sales_zoominfo.sandbox.plans import named_account

from .conftest import Driver
from .test_checks import gateway, validation
from .test_signals import ACME, DAY, KINDS, SINCE, TOPICS, about, company_key, find, old, old_error


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
def test_a_company_costs_a_credit_once_and_each_row_is_a_record(
    make: Callable[..., Driver], kind: str, generation: str
) -> None:
    charged: list[Charge] = []
    box = make(on_charge=charged.append)

    def buy(key: int) -> int:
        if generation == "gtm":
            return len(about(box, kind, company_key(kind, key)).json()["data"])
        return old(box, "enrich", kind, company_key(kind, key)).json()["totalResults"]

    before = box.used()
    rows = buy(ACME)
    used = box.used()
    assert rows > 0
    assert used["uniqueIdLimit"] - before["uniqueIdLimit"] == 1
    assert used["recordLimit"] - before["recordLimit"] == rows
    assert [(charge.entity, charge.zi_id) for charge in charged] == [("company", ACME)]
    assert buy(ACME) == rows
    again = box.used()
    assert again["uniqueIdLimit"] == used["uniqueIdLimit"], "it is under management"
    assert again["recordLimit"] - used["recordLimit"] == rows
    box.clock.now += 366 * DAY
    box.bearer = box.session = ""
    buy(ACME)
    assert len(charged) == 2, "the twelve months are over"


@pytest.mark.parametrize("kind", KINDS)
def test_searches_and_unknown_companies_cost_nothing(make: Callable[..., Driver], kind: str) -> None:
    def refuse(charge: Charge) -> None:
        raise AssertionError(charge)

    box = make(on_charge=refuse)
    before = box.used()["recordLimit"]
    rows = len(find(box, kind, size=30).json()["data"])
    assert box.used()["recordLimit"] - before == rows == 30
    answer = about(box, kind, company_key(kind, 5))
    assert (answer.status_code, answer.json()["data"], answer.json()["meta"]["totalResults"]) == (200, [], 0)
    body = old(box, "enrich", kind, company_key(kind, 5)).json()
    assert (body["maxResults"], body["totalResults"], body["data"]) == (0, 0, [])
    assert validation(about(box, kind, company_key(kind, ACME), number=90)) == (400, "PFAPI0004")
    assert box.used()["recordLimit"] - before == rows


def test_a_company_without_news_is_charged_like_any_other(box: Driver) -> None:
    told = {row["attributes"]["company"][0]["id"] for page in range(1, 4)
            for row in find(box, "news", size=100, number=page).json()["data"]}  # fmt: skip
    quiet = next(
        key
        for key in (int(row["id"]) for row in box.find("company", {}, size=100).json()["data"])
        if key not in told and not about(box, "news", {"companyId": key}).json()["data"]
    )
    before = box.used()
    assert about(box, "scoop", {"companyId": str(quiet), "scoopId": "1"}).json()["data"] == []
    assert box.used()["uniqueIdLimit"] == before["uniqueIdLimit"], "the news call bought it"
    assert box.used()["recordLimit"] == before["recordLimit"]


def test_two_companies_cost_two(make: Callable[..., Driver]) -> None:
    charged: list[int] = []
    box = make(on_charge=lambda charge: charged.append(charge.zi_id))
    rows = find(box, "scoop", size=100).json()["data"]
    keys = list(dict.fromkeys(row["attributes"]["company"]["id"] for row in rows))[:2]
    found = about(box, "scoop", {"companyId": ",".join([*keys, "17"])}, size=100).json()["data"]
    assert {row["attributes"]["company"]["id"] for row in found} == set(keys)
    assert sorted(charged) == sorted(map(int, keys))
    assert box.used()["recordLimit"] == 100 + len(found)


@pytest.mark.parametrize("policy", ["auto", "per_record"])
@pytest.mark.parametrize("kind", KINDS)
def test_exhausted_credits(make: Callable[..., Driver], kind: str, policy: str) -> None:
    """A list of what happened has no status by record, so the call is refused whichever way the account has."""
    box = make(switches={"credits": 0, "credit_exhausted": policy})
    assert validation(about(box, kind, company_key(kind, ACME))) == (400, "PFAPI0011")
    refused = old(box, "enrich", kind, company_key(kind, ACME))
    assert old_error(refused)[1] == "Exceeded the max limit to enrich new Contacts or Companies"
    assert (box.used()["uniqueIdLimit"], box.used()["recordLimit"]) == (0, 0)
    assert find(box, kind).status_code == 200


WAYS: list[dict[str, Any]] = [
    {"companyId": ACME},
    {"companyName": "acme"},
    {"companyWebsite": "https://www.acme.example/about"},
    {"companyWebsite": "nothing.example,acme.example"},
]


@pytest.mark.parametrize("given", WAYS)
@pytest.mark.parametrize("kind", ["intent", "scoop"])
def test_ways_to_name_a_company(shared: Driver, kind: str, given: dict[str, Any]) -> None:
    given = {name: str(value) if kind == "scoop" else value for name, value in given.items()}
    new = about(shared, kind, given).json()["data"]
    assert {row["attributes"]["company"]["id"] for row in new} == {str(ACME)}
    rows = old(shared, "enrich", kind, given).json()["data"]
    assert {row["company"]["id"] for row in rows} == {ACME}


# --- Rights ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "scope"), [("intent", "intent"), ("scoop", "scoops"), ("news", "news")])
def test_scopes(make: Callable[..., Driver], kind: str, scope: str) -> None:
    lacking = tuple(item for item in default_account().scopes if item != f"api:data:{scope}")
    box = make(accounts=(named_account("narrow", scopes=lacking),))
    assert gateway(find(box, kind)) == (403, "ZI0002")
    assert gateway(about(box, kind, company_key(kind, ACME))) == (403, "ZI0002")
    other = next(name for name in KINDS if name != kind)
    assert find(box, other, None if other != "intent" else {"topics": ["Java"]}).status_code == 200


def test_the_subscription_is_the_accounts_own(make: Callable[..., Driver]) -> None:
    box = make(accounts=(named_account("readers", intent_topics=("Legal",)),))
    assert find(box, "intent", {"topics": ["Legal"]}).json()["meta"]["totalResults"] > 0
    assert validation(find(box, "intent", {"topics": ["Java"]})) == (400, "PFAPI0006")


def test_what_a_plan_lacks(make: Callable[..., Driver]) -> None:
    box = make(
        switches={
            "disallowed_endpoints": frozenset({"/gtm/data/v1/news/enrich", "/enrich/news", "/search/news"}),
            "disallowed_filters": frozenset({"signalScoreMin", "companyWebsite"}),
            "disallowed_fields": frozenset({"recommendedContacts", "companyWebsite", "description"}),
        }
    )
    assert gateway(about(box, "news", {"companyId": ACME})) == (403, "ZI0003")
    for operation in ("search", "enrich"):
        answer = old(box, operation, "news", {"companyId": ACME})
        assert old_error(answer)[:2] == (403, f"You do not have access to the {operation} endpoint")
    assert validation(find(box, "intent", {"topics": TOPICS, "signalScoreMin": 80})) == (400, "PFAPI0001")
    assert validation(about(box, "scoop", {"companyWebsite": "acme.example"})) == (400, "PFAPI0001")
    denied = old(box, "search", "intent", {"signalScoreMin": 80})
    assert old_error(denied)[0] == 403
    for row in (*find(box, "intent").json()["data"], *about(box, "intent", {"companyId": ACME}).json()["data"]):
        assert "recommendedContacts" not in row["attributes"]
        assert set(row["attributes"]["company"]) == {"id", "name", "hasOtherTopicConsumption"}
    for row in old(box, "search", "scoop", {"publishedStartDate": SINCE}).json()["data"]:
        assert "description" not in row
    wrong = old(box, "search", "scoop", {"publishedStartDate": SINCE, "outputFields": ["id", "description"]})
    assert wrong.json()["invalidOutputFields"] == ["description"]


def test_the_fields_of_an_enterprise_search_can_be_chosen(shared: Driver) -> None:
    row = old(shared, "search", "intent", {"outputFields": ["topic", "companyName"], "rpp": 1}).json()["data"][0]
    assert {name: set(value) if name == "company" else None for name, value in row.items()} == {
        "topic": None,
        "company": {"name"},
    }
    body = {"pageDateMin": SINCE, "outputFields": ["url", "companyId"], "rpp": 1}
    row = old(shared, "search", "news", body).json()["data"][0]
    assert (set(row), set(row["company"][0])) == ({"url", "company"}, {"id"})


def test_usage_headers(make: Callable[..., Driver]) -> None:
    box = make(switches={"package": "standard"})
    answer = old(box, "enrich", "news", {"companyId": ACME, "limit": 3})
    assert answer.headers["X-Usage-Unique-Id-Limit-Remaining"] == "9999"
    assert answer.headers["X-Usage-Record-Limit-Remaining"] == str(1_000_000 - 3)
    assert answer.headers["X-RateLimit-Limit"] == "1500"
