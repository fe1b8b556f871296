"""Intent, scoops and news: checks, charges, pages, orders, people, determinism and the clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.sandbox import dataset as data_files
from sales_zoominfo.sandbox import default_account
from sales_zoominfo.sandbox.signal_streams import WEEK, Streams
from sales_zoominfo.sandbox.vocabulary import fold

from . import shapes
from .conftest import Driver
from .test_checks import detail, validation

ACME = 900001
TOPICS = list(default_account().intent_topics)
SINCE = "2025-11-01"
KINDS = {"intent": ("intent", {"topics": TOPICS}), "scoop": ("scoops", {}), "news": ("news", {"pageDateMin": SINCE})}
DAY = 86_400.0


def find(box: Driver, kind: str, attributes: dict[str, Any] | None = None, **query: Any) -> Any:
    path, usual = KINDS[kind]
    asked = usual if attributes is None else attributes
    return box.gtm(f"/{path}/search", f"{kind.capitalize()}Search", asked, **query)


def about(box: Driver, kind: str, attributes: dict[str, Any], **query: Any) -> Any:
    more = {"topics": TOPICS} if kind == "intent" else {}
    return box.gtm(f"/{KINDS[kind][0]}/enrich", f"{kind.capitalize()}Enrich", more | attributes, **query)


def old(box: Driver, operation: str, kind: str, body: dict[str, Any]) -> Any:
    more = {"topics": TOPICS} if kind == "intent" else {}
    return box.ent(f"/{operation}/{kind}", more | body)


def old_error(answer: Any) -> tuple[int, str, list[str]]:
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []
    body = answer.json()
    return answer.status_code, body["error"], body.get("invalidInputFields", [])


def company_key(kind: str, key: int) -> dict[str, Any]:
    return {"companyId": str(key) if kind == "scoop" else key}


# --- Topics ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topics", "code", "text"),
    [
        (None, "PFAPI0002", "Required request parameters are missing: topics"),
        ([], "PFAPI0002", "missing: topics"),
        (["Underwater Basketry"], "PFAPI0006", "Input parameter 'topics' is invalid - unknown value"),
        (["cloud applications"], "PFAPI0006", "'topics' is invalid"),
        (["Java", "Hours of Work"], "PFAPI0006", "'topics' is invalid - topic 'Hours of Work' is not in your"),
        (["Java"] * 51, "PFAPI0006", "at most 50"),
        ("Java", "PFAPI0008", "Invalid field type: topics"),
    ],
)
@pytest.mark.parametrize("operation", ["search", "enrich"])
def test_topics_on_gtm(shared: Driver, operation: str, topics: Any, code: str, text: str) -> None:
    given = {"topics": topics} | ({"companyId": ACME} if operation == "enrich" else {})
    answer = shared.gtm(f"/intent/{operation}", f"Intent{operation.capitalize()}", given)
    assert validation(answer) == (400, code)
    assert text in detail(answer)


@pytest.mark.parametrize("operation", ["search", "enrich"])
def test_topics_on_enterprise(shared: Driver, operation: str) -> None:
    key = {"companyId": ACME} if operation == "enrich" else {}
    missing = shared.ent(f"/{operation}/intent", {**key, "signalScoreMin": 60})
    assert old_error(missing) == (400, "There is insufficient information for this request", [])
    for wrong in (["Underwater Basketry"], ["Hours of Work"], ["Java"] * 51):
        answer = shared.ent(f"/{operation}/intent", {**key, "topics": wrong})
        assert old_error(answer) == (400, "There are invalid fields in your request.", ["topics"])


def test_topics_joined_by_words(box: Driver) -> None:
    """A text with bars between topics finds any of them, one with AND only companies that show all of them."""
    rows = old(box, "search", "intent", {"rpp": 100}).json()["data"]
    shown: dict[int, set[str]] = {}
    for row in rows:
        shown.setdefault(row["company"]["id"], set()).add(row["topic"])
    company = next(key for key, topics in shown.items() if len(topics) > 1)
    both = sorted(shown[company])[:2]
    absent = next(topic for topic in TOPICS if not asked(box, company, topic))
    assert asked(box, company, "|".join([*both, absent])) == set(both)
    assert asked(box, company, " AND ".join(both)) == set(both)
    assert asked(box, company, " AND ".join([*both, absent])) == set()
    many = old(box, "enrich", "intent", {"companyId": company, "topics": " AND ".join(["Java"] * 13)})
    assert old_error(many)[2] == ["topics"]


def asked(box: Driver, company: int, topics: str) -> set[str]:
    answer = old(box, "enrich", "intent", {"companyId": company, "topics": topics})
    return {row["topic"] for row in answer.json()["data"]}


# --- Values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "attributes", "code", "field"),
    [
        ("intent", {"topics": ["Java"], "signalScoreMin": 59}, "PFAPI0006", "signalScoreMin"),
        ("intent", {"topics": ["Java"], "signalScoreMax": 101}, "PFAPI0006", "signalScoreMax"),
        ("intent", {"topics": ["Java"], "signalScoreMin": "80"}, "PFAPI0008", "signalScoreMin"),
        ("intent", {"topics": ["Java"], "audienceStrengthMin": "F"}, "PFAPI0006", "audienceStrengthMin"),
        ("intent", {"topics": ["Java"], "signalScoreMin": 90, "signalScoreMax": 80}, "PFAPI0006", "signalScoreMin"),
        (
            "intent",
            {"topics": ["Java"], "audienceStrengthMin": "A", "audienceStrengthMax": "C"},
            "PFAPI0006",
            "audienceStrengthMin",
        ),
        (
            "intent",
            {"topics": ["Java"], "signalStartDate": "2026-11-02", "signalEndDate": "2026-11-01"},
            "PFAPI0006",
            "signalStartDate",
        ),
        ("intent", {"topics": ["Java"], "signalStartDate": "last week"}, "PFAPI0006", "signalStartDate"),
        ("intent", {"topics": ["Java"], "companyId": "900001"}, "PFAPI0005", "companyId"),
        ("intent", {"topics": ["Java"], "certified": 1}, "PFAPI0005", "certified"),
        ("scoop", {"companyWebsite": "acme.example"}, "PFAPI0005", "companyWebsite"),
        ("scoop", {"scoopType": "New Hire"}, "PFAPI0006", "scoopType"),
        ("scoop", {"scoopTopic": "999"}, "PFAPI0006", "scoopTopic"),
        ("scoop", {"department": "Sales"}, "PFAPI0006", "department"),
        ("scoop", {"scoopId": "abc"}, "PFAPI0006", "scoopId"),
        ("scoop", {"updatedSinceCreation": "true"}, "PFAPI0008", "updatedSinceCreation"),
        ("news", {"categories": ["SPORTS"]}, "PFAPI0006", "categories"),
        ("news", {"categories": "PERSON"}, "PFAPI0008", "categories"),
        ("news", {"url": ["abcd"]}, "PFAPI0006", "url"),
        ("news", {"pageDateMin": "2026-11-02", "pageDateMax": "2026-11-01"}, "PFAPI0006", "pageDateMin"),
        ("news", {"companyId": "900001"}, "PFAPI0005", "companyId"),
    ],
)
def test_bad_values_on_gtm(shared: Driver, kind: str, attributes: dict[str, Any], code: str, field: str) -> None:
    answer = find(shared, kind, attributes)
    assert validation(answer) == (400, code)
    assert field in answer.json()["errors"][0]["source"]["pointer"]


@pytest.mark.parametrize(
    ("operation", "kind", "body", "fields"),
    [
        ("search", "intent", {"companyId": "900001"}, ["companyId"]),
        ("search", "intent", {"businessModel": ["B2B"]}, ["businessModel"]),
        ("search", "intent", {"findRecommendedContacts": False}, ["findRecommendedContacts"]),
        ("search", "scoop", {"exactJobTitle": "Director"}, ["exactJobTitle"]),
        ("search", "news", {"sortBy": "title"}, ["sortBy"]),
        ("search", "news", {"url": ["abcd"]}, ["url"]),
        ("enrich", "news", {"companyId": ACME, "rpp": 10}, ["rpp"]),
        ("enrich", "news", {"companyName": "Acme, Inc."}, ["companyName"]),
        ("enrich", "scoop", {"companyId": "x"}, ["companyId"]),
    ],
)
def test_bad_members_on_enterprise(
    shared: Driver, operation: str, kind: str, body: dict[str, Any], fields: list[str]
) -> None:
    assert old_error(old(shared, operation, kind, body)) == (400, "There are invalid fields in your request.", fields)


def test_an_empty_search(shared: Driver) -> None:
    assert validation(find(shared, "news", {})) == (400, "PFAPI0004")
    assert find(shared, "scoop", {}).status_code == 200
    for kind in ("scoop", "news"):
        assert old_error(old(shared, "search", kind, {}))[1] == "There is insufficient information for this request"


@pytest.mark.parametrize("kind", KINDS)
def test_no_company(shared: Driver, kind: str) -> None:
    answer = about(shared, kind, {})
    assert validation(answer) == (400, "PFAPI0004")
    names = "companyId" if kind == "news" else "companyId, companyName, companyWebsite"
    assert detail(answer) == f"Missing required inputs, please provide a value for at least one of [{names}]"
    assert old_error(old(shared, "enrich", kind, {}))[1] == "There is insufficient information for this request"


def test_intent_of_enterprise_spans_ninety_days(shared: Driver) -> None:
    def answer(**dates: str) -> Any:
        return old(shared, "enrich", "intent", {"companyId": ACME, **dates})

    assert answer(signalStartDate="2026-08-20", signalEndDate="2026-11-18").status_code == 200
    wide = answer(signalStartDate="2026-08-20", signalEndDate="2026-11-19")
    assert old_error(wide)[2] == ["signalStartDate", "signalEndDate"]
    assert old_error(answer(signalStartDate="2026-08-20"))[0] == 400, "without an end it ends today"
    wide = about(shared, "intent", {"companyId": ACME, "signalStartDate": "2026-05-20", "signalEndDate": "2026-11-19"})
    assert wide.status_code == 200, "GTM documents no such limit"


def test_undated_scoops_of_enterprise_are_those_of_thirty_days(shared: Driver) -> None:
    usual = old(shared, "search", "scoop", {"excludeDefunctCompanies": False}).json()["maxResults"]
    month = old(shared, "search", "scoop", {"publishedStartDate": "2026-10-22"}).json()["maxResults"]
    year = old(shared, "search", "scoop", {"publishedStartDate": SINCE}).json()["maxResults"]
    assert usual == month < year
    assert find(shared, "scoop", {}).json()["meta"]["totalResults"] == year, "GTM documents no usual window"
    one = old(shared, "search", "scoop", {"publishedStartDate": SINCE, "rpp": 1, "sortOrder": "asc"}).json()["data"][0]
    assert old(shared, "search", "scoop", {"scoopId": str(one["id"])}).json()["maxResults"] == 1


# --- Pages and orders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_pages(shared: Driver, kind: str) -> None:
    first, second, both = (find(shared, kind, size=size, number=page).json()
                           for page, size in ((1, 5), (2, 5), (1, 10)))  # fmt: skip
    assert first["data"] + second["data"] == both["data"]
    assert {"first", "last", "next"} == set(first["links"])
    total = first["meta"]["totalResults"]
    end = find(shared, kind, number=-(-total // 50) + 1, size=50)
    assert validation(end) == (400, "PFAPI0004")
    assert "greater than the available results" in detail(end)
    assert validation(find(shared, kind, number=101, size=100)) == (400, "PFAPI0006")
    assert validation(find(shared, kind, number=1, size=101)) == (400, "PFAPI0002")
    name = {"news": {"pageDateMin": SINCE}, "scoop": {"publishedStartDate": SINCE}}.get(kind, {})
    for wrong, text in (
        ({"rpp": 101}, "Results per page (rpp) is over max allowed value (100)"),
        ({"page": 11, "rpp": 100}, "Total record pagination is over max allowed value (1000)"),
        ({"page": 999, "rpp": 1}, "Page number (page) requested is greater than the available results"),
    ):
        assert old_error(old(shared, "search", kind, name | wrong))[1] == text


def test_articles_of_a_company_have_a_limit_of_their_own(shared: Driver) -> None:
    def answer(**body: int) -> Any:
        return old(shared, "enrich", "news", {"companyId": ACME, **body})

    whole = answer(limit=100).json()
    assert whole["totalResults"] == whole["maxResults"] > 10
    assert answer().json()["data"] == whole["data"][:10]
    second = answer(limit=4, page=2).json()
    assert (second["data"], second["currentPage"]) == (whole["data"][4:8], 2)
    assert old_error(answer(limit=101))[1] == "Results per page (rpp) is over max allowed value (100)"


INTENT_ORDERS = {
    "signalDate": lambda row: row["signalDate"],
    "companyName": lambda row: row["company"]["name"].lower(),
    "signalScore": lambda row: row["signalScore"],
    "category": lambda row: row["category"],
    "topic": lambda row: row["topic"],
    "audienceStrength": lambda row: -ord(row["audienceStrength"]),
}
SCOOP_ORDERS = {
    "scoopId": lambda row: row["id"],
    "originalPublishedDate": lambda row: row["originalPublishedDate"],
    "description": lambda row: row["description"],
    "link": lambda row: row["link"],
    "linkText": lambda row: row["linkText"],
}


@pytest.mark.parametrize(
    ("kind", "name", "key"),
    [("intent", name, key) for name, key in INTENT_ORDERS.items() if name != "companyName"]
    + [("scoop", name, key) for name, key in SCOOP_ORDERS.items()],
)
def test_orders(shared: Driver, kind: str, name: str, key: Callable[[dict[str, Any]], Any]) -> None:
    for sort, backwards in ((name, False), (f"-{name}", True)):
        rows = [row["attributes"] for row in find(shared, kind, sort=sort, size=100).json()["data"]]
        assert rows == sorted(rows, key=key, reverse=backwards)
        assert len({key(row) for row in rows}) > 1 or name in {"topic", "category", "signalScore", "audienceStrength"}
    names = {"link": "url", "linkText": "urlText"}
    new = find(shared, kind, sort=name, size=20).json()["data"]
    body = {"sortBy": names.get(name, name), "sortOrder": "ascending", "rpp": 20, "publishedStartDate": SINCE}
    body = body if kind == "scoop" else {key: value for key, value in body.items() if key != "publishedStartDate"}
    same = old(shared, "search", kind, body).json()["data"]
    assert [row["company"]["id"] for row in same] == [int(row["attributes"]["company"]["id"]) for row in new]


def test_order_by_company_and_the_usual_ones(shared: Driver) -> None:
    def companies(sort: str) -> list[str]:
        rows = find(shared, "intent", sort=sort, size=100).json()["data"]
        return [row["attributes"]["company"]["name"] for row in rows]

    names = companies("companyName")
    assert names == sorted(names, key=fold)
    assert fold(names[-1]) < fold(companies("-companyName")[0])
    topics = [row["attributes"]["topic"] for row in find(shared, "intent", size=100).json()["data"]]
    assert topics == sorted(topics, reverse=True), "by topic, backwards"
    for kind, name in (("scoop", "originalPublishedDate"), ("news", "pageDate")):
        dates = [row["attributes"][name] for row in find(shared, kind, size=100).json()["data"]]
        assert dates == sorted(dates, reverse=True)


def test_unknown_orders(shared: Driver) -> None:
    for kind, sort in (("intent", "surgescore"), ("scoop", "publishedDate"), ("scoop", "url")):
        answer = find(shared, kind, sort=sort)
        assert validation(answer) == (400, "PFAPI0006")
        assert answer.json()["errors"][0]["source"] == {"parameter": "sort"}
    for sort in ("issuedate", "-companybname", "surgescore"):
        assert about(shared, "intent", {"companyId": ACME}, sort=sort).status_code == 200
    assert validation(about(shared, "intent", {"companyId": ACME}, sort="signalDate")) == (400, "PFAPI0006")
    text = "The parameter passed for sortBy is invalid"
    for body in ({"sortBy": "link"}, {"sortBy": "description", "sortOrder": "up"}):
        assert old_error(old(shared, "search", "scoop", {"country": "usa", **body}))[1] == text
    assert old(shared, "enrich", "intent", {"companyId": ACME, "sortBy": "issueDate"}).status_code == 200
    assert old_error(old(shared, "enrich", "intent", {"companyId": ACME, "sortBy": "companyName"}))[1] == text


# --- People ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def people(dataset: Path) -> dict[int, tuple[int, int]]:
    """Company of each person, and whether they have opted out."""
    with sqlite3.connect(dataset) as connection:
        rows = connection.execute("SELECT id, company, opted_out FROM person").fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def pages(box: Driver, kind: str, attributes: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        body = find(box, kind, attributes, number=len(found) // 100 + 1, size=100).json()
        found += [row["attributes"] for row in body["data"]]
        if len(found) >= body["meta"]["totalResults"]:
            return found


def test_named_people_work_there_and_nobody_has_opted_out(shared: Driver, people: dict[int, tuple[int, int]]) -> None:
    rows = [(row, row.get("recommendedContacts", [])) for row in pages(shared, "intent")]
    rows += [(row, row.get("contacts", [])) for row in pages(shared, "scoop")]
    named = [(int(row["company"]["id"]), int(person["id"])) for row, found in rows for person in found]
    assert len(named) > 500
    for company, person in named:
        assert people[person] == (company, 0)
    gone = {company for company, opted_out in people.values() if opted_out}
    assert gone & {company for company, _ in named}, "some of those companies have people who opted out"


def test_recommended_contacts_fit_the_topic_and_can_be_left_out(shared: Driver) -> None:
    lookup = {
        row["id"]: row["attributes"]["department"] for row in shared.gtm_get("/lookup/intent-topics").json()["data"]
    }
    rows = pages(shared, "intent")
    departments = [
        {function["department"] for person in row["recommendedContacts"] for function in person["jobFunctions"]}
        for row in rows
        if row.get("recommendedContacts")
    ]
    wanted = [lookup[row["topic"]] for row in rows if row.get("recommendedContacts")]
    assert all(found in ({topic}, {"C-Suite"}) for found, topic in zip(departments, wanted, strict=True))
    assert len({tuple(found) for found in departments}) > 2
    bare = pages(shared, "intent", {"topics": TOPICS, "findRecommendedContacts": False})
    assert bare == [{name: value for name, value in row.items() if name != "recommendedContacts"} for row in rows]
    answer = old(shared, "enrich", "intent", {"companyId": ACME, "findRecommendedContacts": False})
    assert {len(row["recommendedContacts"]) for row in answer.json()["data"]} == {0}


# --- The same for everybody, and time ----------------------------------------------------------------------


def test_another_process_says_the_same(make: Callable[..., Driver]) -> None:
    one, two = make(), make()
    for kind in KINDS:
        assert find(one, kind, size=100).json() == find(two, kind, size=100).json()


def test_more_companies_change_nothing_about_the_first() -> None:
    few, many = Streams(300), Streams(3000)
    for week in (2960, 2968):
        for name in ("scoops", "articles"):
            small, large = getattr(few, name)(week), getattr(many, name)(week)
            count = len(small.numbers)
            assert count
            assert list(large.numbers[:count]) == list(small.numbers)
            assert large.data.startswith(small.data)
        small, large = few.signals("Java", week), many.signals("Java", week)
        assert list(large.numbers[: len(small.numbers)]) == list(small.numbers)
        assert large.data.startswith(small.data)


@pytest.mark.parametrize("kind", KINDS)
def test_time_brings_news_and_takes_none_back(make: Callable[..., Driver], kind: str) -> None:
    box = make()
    date = {"intent": "signalDate", "scoop": "originalPublishedDate", "news": "pageDate"}[kind]

    def seen() -> dict[str, dict[str, Any]]:
        box.bearer = ""
        rows: dict[str, dict[str, Any]] = {}
        for page in range(1, 100):
            body = find(box, kind, number=page, size=100).json()
            rows |= {row["id"]: row["attributes"] for row in body["data"]}
            if page * 100 >= body["meta"]["totalResults"]:
                return rows
        raise AssertionError("no end")

    before, then = seen(), iso_day(box.clock.now)
    box.clock.now += 10 * DAY
    after = seen()
    fresh = [row for key, row in after.items() if key not in before]
    assert fresh
    assert all(row[date] <= then for row in before.values()), "nothing is known before its time"
    if kind == "intent":
        # A row is the newest signal of a company about a topic.
        newest = {(row["company"]["id"], row["topic"]): row[date] for row in after.values()}
        kept = [row for row in before.values() if row[date] > iso_day(box.clock.now - 26 * WEEK)]
        assert all(newest[row["company"]["id"], row["topic"]] >= row[date] for row in kept)
        return
    assert all(row[date] > then for row in fresh)
    horizon = iso_day(box.clock.now - 52 * WEEK)
    assert {key for key, row in before.items() if row[date] > horizon} <= after.keys()
    if kind == "scoop":
        changed = [key for key in before.keys() & after.keys() if before[key] != after[key]]
        assert changed, "some scoops are updated meanwhile"
        assert all("updateText" in after[key] and "updateText" not in before[key] for key in changed)


def iso_day(now: float) -> str:
    from sales_zoominfo.sandbox.records import iso

    return iso(int(now))


@pytest.mark.parametrize("days", [0, 45, 400, 4000])
def test_there_is_something_at_any_time(make: Callable[..., Driver], days: int) -> None:
    box = make()
    box.clock.now = data_files.ANCHOR + days * DAY
    for kind in KINDS:
        rows = find(
            box, kind, {"topics": TOPICS} if kind == "intent" else {"url": ["example"]} if kind == "news" else {}
        )
        assert rows.json()["meta"]["totalResults"] > 100
    assert old(box, "search", "scoop", {"country": "usa"}).json()["maxResults"] > 5
