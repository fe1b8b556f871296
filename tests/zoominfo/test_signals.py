"""Intent, scoops and news: what is sent, what comes back, and what is refused before anything is sent."""

from __future__ import annotations

import contextlib
import json
from typing import Any, cast

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales_zoominfo.errors import (
    InvalidArgument,
    OutcomeUnknown,
    SalesZoomInfoError,
    UpstreamUnavailable,
    WindowExceeded,
)
from sales_zoominfo.zoominfo.asks import ASKS
from sales_zoominfo.zoominfo.client import Client, Side
from sales_zoominfo.zoominfo.codec import Codec
from sales_zoominfo.zoominfo.enterprise import EnterpriseCodec
from sales_zoominfo.zoominfo.fields import FILTERS, SIGNALS, SORTS
from sales_zoominfo.zoominfo.gtm import GtmCodec
from sales_zoominfo.zoominfo.messages import Request, Response
from sales_zoominfo.zoominfo.operations import Generation, Signal
from sales_zoominfo.zoominfo.signal_fields import SIGNAL_ENRICH, SIGNAL_ENRICH_SORTS, SIGNAL_SHOWN

pytestmark = pytest.mark.anyio

GENERATIONS: tuple[Generation, ...] = ("gtm", "enterprise")
CODECS: dict[Generation, Codec] = {"gtm": GtmCodec(), "enterprise": EnterpriseCodec()}
TITLES: dict[Signal, str] = {"intent": "enrich_intent", "scoop": "enrich_scoops", "news": "enrich_news"}

TOPICS = [f"Topic {number:02}" for number in range(1, 61)] + ["Cloud Applications", "Cloud Computing"]
TAXONOMIES: dict[str, list[tuple[str, str]]] = {
    "intent-topics": [(name, name) for name in TOPICS],
    "intent/topics": [(name, name) for name in TOPICS],
    "scoop-topics": [("5", "Award"), ("117", "Funding")],
    "scooptopic": [("5", "Award"), ("117", "Funding")],
    "scoop-types": [("6", "Award"), ("5", "Divestiture")],
    "scooptype": [("6", "Award"), ("5", "Divestiture")],
    "scoop-departments": [("5", "Sales"), ("1", "Finance")],
    "scoopdepartment": [("5", "Sales"), ("1", "Finance")],
    "news-categories": [("FUNDING", "FUNDING"), ("PERSON", "PERSON")],
    "news/categories": [("FUNDING", "FUNDING"), ("PERSON", "PERSON")],
}

# One row of each in the documented shapes, with invented values.
GTM_ROWS: dict[Signal, dict[str, Any]] = {
    "intent": {
        "id": "9f#900001#20261115",
        "type": "Intent",
        "attributes": {
            "category": "Cloud",
            "topic": "Cloud Applications",
            "signalScore": 88,
            "audienceStrength": "B",
            "signalDate": "2026-11-15T00:00:00Z",
            "spikesInDateRange": 3,
            "company": {
                "id": "900001",
                "name": "Example Works",
                "website": "www.works.example",
                "hasOtherTopicConsumption": False,
            },
            "recommendedContacts": [
                {
                    "id": "-7000001",
                    "firstName": "Ada",
                    "lastName": "Sample",
                    "jobTitle": "Director, Data",
                    "companyName": "Example Works",
                    "jobFunctions": [{"name": "Cloud / Mobility", "department": "Information Technology"}],
                }
            ],
        },
    },
    "scoop": {
        "id": "40001",
        "type": "Scoop",
        "attributes": {
            "id": "40001",
            "publishedDate": "2026-11-02T09:00:00Z",
            "originalPublishedDate": "2026-10-30T09:00:00Z",
            "linkText": "Example Works",
            "link": "https://news.example/1",
            "description": "Example Works won an award.",
            "topics": [{"id": "5", "topic": "Award"}],
            "types": [{"id": "6", "type": "Award"}],
            "company": {"id": "900001", "name": "Example Works"},
            "contacts": [{"id": 7000001, "firstName": "Ada", "lastName": "Sample", "jobTitle": "Director, Data"}],
        },
    },
    "news": {
        "id": "n1",
        "type": "News",
        "attributes": {
            "domain": "news.example",
            "title": "Example Works raises money",
            "url": "https://news.example/2",
            "pageDate": "2026-11-03T00:00:00Z",
            "categories": ["FUNDING"],
            "description": "A round.",
            "company": [{"id": 900001, "name": "Example Works"}],
        },
    },
}
ENTERPRISE_ROWS: dict[Signal, dict[str, Any]] = {
    "intent": {
        "id": "5b6c0000-0000-4000-8000-000000000001",
        "category": "Cloud",
        "topic": "Cloud Applications",
        "signalScore": 88,
        "audienceStrength": "B",
        "newSignal": True,
        "signalDate": "11/15/2026 12:00 AM",
        "trend": 2,
        "recommendedContacts": [
            {
                "id": -7000001,
                "firstName": "Ada",
                "lastName": "Sample",
                "jobTitle": "Director, Data",
                "jobFunction": [{"name": "Cloud / Mobility", "department": "Information Technology"}],
            }
        ],
        "company": {
            "id": 900001,
            "name": "Example Works",
            "website": "www.works.example",
            "hasOtherTopicConsumption": False,
        },
    },
    "scoop": {
        "id": 40001,
        "publishedDate": "11/2/2026 9:00 AM",
        "originalPublishedDate": "10/30/2026 9:00 AM",
        "linkText": "Example Works",
        "link": "https://news.example/1",
        "description": "Example Works won an award.",
        "topics": [{"id": 5, "topic": "Award"}],
        "updateText": "",
        "types": [{"id": 6, "type": "Award"}],
        "contacts": [],
        "company": {"id": 900001, "name": "Example Works"},
    },
    "news": {
        "domain": "news.example",
        "title": "Example Works raises money",
        "url": "https://news.example/2",
        "imageUrl": "",
        "pageDate": "2026-11-03T00:00:00.000Z",
        "categories": ["FUNDING"],
        "company": [{"id": 900001, "name": "Example Works"}],
    },
}
ROWS: dict[Generation, dict[Signal, dict[str, Any]]] = {"gtm": GTM_ROWS, "enterprise": ENTERPRISE_ROWS}
# What both generations tell alike, as our rows have it.
ALIKE: dict[Signal, dict[str, Any]] = {
    "intent": {
        "category": "Cloud",
        "topic": "Cloud Applications",
        "signalScore": 88,
        "audienceStrength": "B",
        "signalDate": "2026-11-15T00:00:00Z",
        "companyId": "900001",
        "companyName": "Example Works",
        "companyWebsite": "www.works.example",
        "companyHasOtherTopicConsumption": False,
    },
    "scoop": {
        "id": "40001",
        "publishedDate": "2026-11-02T09:00:00Z",
        "originalPublishedDate": "2026-10-30T09:00:00Z",
        "linkText": "Example Works",
        "link": "https://news.example/1",
        "description": "Example Works won an award.",
        "topics": [{"id": "5", "topic": "Award"}],
        "types": [{"id": "6", "type": "Award"}],
        "companyId": "900001",
        "companyName": "Example Works",
    },
    "news": {
        "domain": "news.example",
        "title": "Example Works raises money",
        "url": "https://news.example/2",
        "pageDate": "2026-11-03T00:00:00Z",
        "categories": ["FUNDING"],
        "companyId": "900001",
        "companyName": "Example Works",
    },
}


def listed(generation: Generation, rows: list[dict[str, Any]], total: int = 41) -> dict[str, Any]:
    """A list answer; the Enterprise API has its two counts the wrong way round."""
    if generation == "gtm":
        return {"data": rows, "meta": {"totalResults": total, "page": {"number": 1, "total": len(rows)}}}
    return {"maxResults": total, "totalResults": len(rows), "currentPage": 1, "data": rows}


class Line:
    """A connection that answers taxonomies, company searches, and one prepared body to everything else."""

    def __init__(self, generation: Generation, body: object = None) -> None:
        self.generation: Generation = generation
        self.body = body
        self.sent: list[Request] = []
        self.companies: list[dict[str, Any]] = []
        self.taxonomies = TAXONOMIES

    async def send(self, request: Request, tokens: object, **_: object) -> Response:
        name = request.path.rpartition("/lookup/")[2]
        if request.operation.name == "lookup":
            return Response(200, httpx2.Headers(), self._lookup(self.taxonomies[name]))
        self.sent.append(request)
        if request.operation.name == "search_companies":
            rows: list[dict[str, Any]] = self.companies
            if self.generation == "gtm":
                rows = [{"id": row["id"], "type": "Company", "attributes": {"name": row["name"]}} for row in rows]
            return Response(200, httpx2.Headers(), listed(self.generation, rows, len(rows)))
        return Response(200, httpx2.Headers(), self.body)

    def _lookup(self, values: list[tuple[str, str]]) -> Any:
        if self.generation == "enterprise":
            return [{"Id": key, "Name": name} for key, name in values]
        return {"data": [{"id": key, "type": "Any", "attributes": {"name": name}} for key, name in values]}


def client_on(*lines: Line) -> Client:
    sides: dict[Generation, Side] = {line.generation: Side(CODECS[line.generation], None, line) for line in lines}  # type: ignore[arg-type]
    return Client(sides)


def attributes(request: Request) -> dict[str, Any]:
    body = cast("dict[str, Any]", request.json)
    return body["data"]["attributes"] if request.generation == "gtm" else body


async def refusal(made: Client, signal: Signal, **filters: object) -> SalesZoomInfoError:
    with pytest.raises(SalesZoomInfoError) as caught:
        await made.search(signal, filters)
    return caught.value


async def unprepared(made: Client, signal: Signal, **arguments: object) -> SalesZoomInfoError:
    with pytest.raises(SalesZoomInfoError) as caught:
        await made.prepare(TITLES[signal], arguments)
    return caught.value


# --- search ----------------------------------------------------------------------------------------------------

SEARCHES: dict[Signal, dict[str, object]] = {
    "intent": {
        "topics": "Cloud Applications",
        "signalScoreMin": "80",
        "country": "Chile",
        "signalStartDate": "2026-10-01",
    },
    "scoop": {"scoopTopic": ["Award", "Funding"], "publishedStartDate": "2026-10-01"},
    "news": {"categories": ["funding"], "url": "news.example"},
}
SENT: dict[Signal, dict[str, object]] = {
    "intent": {
        "topics": ["Cloud Applications"],
        "signalScoreMin": 80,
        "country": "chile",
        "signalStartDate": "2026-10-01",
    },
    "scoop": {"scoopTopic": "5,117", "publishedStartDate": "2026-10-01"},
    "news": {"categories": ["FUNDING"], "url": ["news.example"]},
}


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("signal", SIGNALS)
async def test_a_search_travels_as_documented_and_its_rows_are_flat(signal: Signal, generation: Generation) -> None:
    row = ROWS[generation][signal]
    line = Line(generation, listed(generation, [row] * 2))
    line.taxonomies = {**TAXONOMIES, "countries": [("chile", "Chile")], "country": [("chile", "Chile")]}
    page = await client_on(line).search(signal, SEARCHES[signal], page=2, size=2)
    (sent,) = line.sent
    if generation == "gtm":
        kind = {"intent": "IntentSearch", "scoop": "ScoopSearch", "news": "NewsSearch"}[signal]
        assert sent.json == {"data": {"type": kind, "attributes": SENT[signal]}}
        assert sent.params == {"page[number]": "2", "page[size]": "2"}
    else:
        assert sent.json == {**SENT[signal], "page": 2, "rpp": 2}
    assert sent.credits == 0
    assert (page.total, page.page, page.next_page, len(page.rows)) == (41, 2, 3, 2)
    assert ALIKE[signal].items() <= page.rows[0].items()
    assert "company" not in page.rows[0]


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_people_and_their_ids_come_alike_from_both(generation: Generation) -> None:
    line = Line(generation, listed(generation, [ROWS[generation]["intent"]]))
    [row] = (await client_on(line).search("intent", {"topics": "Cloud Computing"})).rows
    [person] = row["recommendedContacts"]
    assert person["id"] == "-7000001"
    assert person["jobFunction"] == [{"name": "Cloud / Mobility", "department": "Information Technology"}]


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_an_article_about_several_companies_names_each(generation: Generation) -> None:
    both = [{"id": 900001, "name": "Example Works"}, {"id": -900002, "name": "Sample, Inc."}]
    row = json.loads(json.dumps(ROWS[generation]["news"]))
    (row["attributes"] if generation == "gtm" else row)["company"] = both
    line = Line(generation, listed(generation, [row]))
    [told] = (await client_on(line).search("news", {"url": "news.example"})).rows
    assert told["companies"] == [{"id": "900001", "name": "Example Works"}, {"id": "-900002", "name": "Sample, Inc."}]
    assert "companyId" not in told


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("signal", SIGNALS)
async def test_each_sort_field_travels_by_the_generation_s_name(signal: Signal, generation: Generation) -> None:
    line = Line(generation, listed(generation, []))
    made = client_on(line)
    names: list[Any] = []
    for field in SORTS[signal]:
        await made.search(signal, SEARCHES[signal] if signal != "intent" else {"topics": "Topic 01"}, sort=f"-{field}")
        sent = line.sent[-1]
        names.append(sent.params["sort"] if generation == "gtm" else attributes(sent)["sortBy"])  # type: ignore[index]
    if generation == "gtm":
        assert names == [f"-{field}" for field in SORTS[signal]]
    elif signal == "scoop":
        assert names == ["scoopId", "originalPublishedDate", "description", "url", "urlText"]
    else:
        assert names == list(SORTS[signal])
    if signal == "news":
        error = await refusal_of_sort(made)
        assert error.kind == "no_order"


async def refusal_of_sort(made: Client) -> SalesZoomInfoError:
    with pytest.raises(InvalidArgument) as caught:
        await made.search("news", {"url": "news.example"}, sort="pageDate")
    return caught.value


async def test_the_enterprise_search_of_scoops_says_how_far_back_it_reaches() -> None:
    line = Line("enterprise", listed("enterprise", []))
    made = client_on(line)
    [warning] = (await made.search("scoop", {"description": "award"})).warnings
    assert "30 days" in warning
    for dated in ({"publishedStartDate": "2026-01-01"}, {"publishedEndDate": "2026-01-01"}, {"scoopId": "7"}):
        assert (await made.search("scoop", dated)).warnings == ()
    told = client_on(Line("gtm", listed("gtm", [])))
    assert (await told.search("scoop", {"description": "award"})).warnings == ()


async def test_a_filter_of_one_generation_chooses_it() -> None:
    gtm, enterprise = Line("gtm", listed("gtm", [])), Line("enterprise", listed("enterprise", []))
    made = client_on(gtm, enterprise)
    for signal, name, value, home in (
        ("intent", "businessModel", "B2B", gtm),
        ("intent", "findRecommendedContacts", False, gtm),
        ("intent", "excludeDefunctCompanies", True, enterprise),
        ("intent", "certified", 1, enterprise),
        ("scoop", "exactJobTitle", "CFO", gtm),
        ("scoop", "companyId", "900001", enterprise),
        ("scoop", "companyName", "Acme, Inc.", enterprise),
    ):
        more = {"topics": "Topic 01"} if signal == "intent" else {}
        await made.search(cast("Signal", signal), {name: value, **more})
        assert name in attributes(home.sent[-1])
        home.sent.clear()
    error = await refusal(made, "intent", topics="Topic 01", businessModel="B2B", certified=1)
    assert error.kind == "filters_together"
    assert {"businessModel", "certified"} <= set(error.message.split())
    alone = await refusal(client_on(gtm), "intent", topics="Topic 01", certified=1)
    assert alone.kind == "wrong_generation"
    assert "Enterprise" in alone.message


@pytest.mark.parametrize(
    ("signal", "filters", "kind", "words"),
    [
        ("intent", {"country": "Chile"}, "missing_argument", "topics"),
        ("intent", {}, "no_criteria", "topics"),
        ("news", {}, "no_criteria", "categories"),
        ("intent", {"topic": "Cloud Applications"}, "unknown_argument", "did you mean 'topics'"),
        ("scoop", {"scoopTopics": "Award"}, "unknown_argument", "did you mean 'scoopTopic'"),
        ("news", {"category": "FUNDING"}, "unknown_argument", "did you mean 'categories'"),
        ("intent", {"topics": TOPICS[:51]}, "out_of_range", "number of topics=51"),
        ("intent", {"topics": ",".join(TOPICS[:51])}, "out_of_range", "number of topics=51"),
        ("intent", {"topics": "Topic 01", "signalScoreMin": 59}, "out_of_range", "60..100"),
        ("intent", {"topics": "Topic 01", "signalScoreMax": 101}, "out_of_range", "60..100"),
        ("intent", {"topics": "Topic 01", "signalScoreMin": 90, "signalScoreMax": 80}, "swapped_bounds", "signalScore"),
        ("intent", {"topics": "Topic 01", "audienceStrengthMin": "F"}, "not_a_choice", "E, D, C, B, A"),
        (
            "intent",
            {"topics": "Topic 01", "audienceStrengthMin": "A", "audienceStrengthMax": "C"},
            "swapped_bounds",
            "audienceStrengthMin=A is above audienceStrengthMax=C",
        ),
        (
            "intent",
            {"topics": "Topic 01", "signalStartDate": "2026-11-02", "signalEndDate": "2026-11-01"},
            "swapped_bounds",
            "signalStartDate",
        ),
        ("intent", {"topics": "Topic 01", "signalStartDate": "11/02/2026"}, "wrong_type", "YYYY-MM-DD"),
        ("intent", {"topics": "Topic 01", "primaryIndustriesOnly": True}, "filter_needs", "industryCodes"),
        ("scoop", {"department": ["Sales", "Finance"]}, "one_value_only", "department"),
        ("scoop", {"scoopId": "seven"}, "wrong_type", "ZoomInfo id"),
        ("news", {"url": "a.b"}, "too_short", "at least 5 characters"),
        ("news", {"pageDateMin": "2026-11-02", "pageDateMax": "2026-11-01"}, "swapped_bounds", "pageDateMin"),
        ("news", {"country": "Chile"}, "unknown_argument", "categories, url, pageDateMin, pageDateMax"),
    ],
)
async def test_a_wrong_filter_is_named_before_anything_is_sent(
    signal: Signal, filters: dict[str, object], kind: str, words: str
) -> None:
    for generation in GENERATIONS:
        line = Line(generation)
        error = await refusal(client_on(line), signal, **filters)
        assert error.kind == kind
        assert words in f"{error.message} {error.next_step}"
        assert not line.sent


@pytest.mark.parametrize(
    ("wanted", "gone"),
    [
        ({"managementLevel": ["Director"]}, {"excludeManagementLevel": ["Director", "Manager"]}),
        ({"jobTitle": "CFO"}, {"excludeJobTitle": "cfo"}),
        ({"exactJobTitle": ["CFO", "CEO"]}, {"excludeJobTitle": ["CEO", "CFO"]}),
        ({"state": "California"}, {"excludedRegions": "usa.california"}),
    ],
)
async def test_what_is_asked_for_and_left_out_is_refused(wanted: dict[str, object], gone: dict[str, object]) -> None:
    line = Line("gtm", listed("gtm", []))
    levels = [(name, name) for name in ("Director", "Manager", "Non Manager")]
    line.taxonomies = {**TAXONOMIES, "management-levels": levels, "states": [("usa.california", "California")]}
    made = client_on(line)
    error = await refusal(made, "scoop", **wanted, **gone)
    assert error.kind == "filters_together"
    assert {*wanted, *gone} <= set(error.message.split())
    assert not line.sent
    # One that is left is enough.
    await made.search("scoop", {**gone, "managementLevel": ["Director", "Non Manager"]})
    assert line.sent


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("name", ["companyId", "companyName", "companyWebsite"])
async def test_a_search_that_takes_no_company_names_the_tool_that_does(signal: Signal, name: str) -> None:
    error = await refusal(client_on(Line("gtm")), signal, topics="Topic 01", **{name: "900001"})
    assert error.kind == "not_by_company"
    assert TITLES[signal] in error.next_step


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_topic_outside_the_subscription_names_those_that_come_near(generation: Generation) -> None:
    line = Line(generation)
    made = client_on(line)
    for given_topics in ("Cloud Aplications Suite", ["Topic 01", "Cloud Aplications Suite"]):
        error = await refusal(made, "intent", topics=given_topics)
        assert error.kind == "topic_not_subscribed"
        assert "'Cloud Aplications Suite'" in error.message
        assert "62 intent topics" in error.message
        assert "Cloud Applications" in error.next_step
        assert "'intent-topics'" in error.next_step
        assert "Cloud Applications" in cast("list[str]", error.details["nearest"])
    error = await unprepared(made, "intent", companyId="7", topics="Quantum Basket Weaving")
    assert error.kind == "topic_not_subscribed"
    line.taxonomies = {**TAXONOMIES, "intent-topics": [], "intent/topics": []}
    assert (await refusal(client_on(line), "intent", topics="Topic 01")).kind == "no_topics"
    assert (await unprepared(client_on(line), "intent", companyId="7")).kind == "no_topics"
    assert not line.sent


# --- enrich ----------------------------------------------------------------------------------------------------

ENRICHES: dict[Signal, dict[str, object]] = {
    "intent": {
        "companyId": 900001,
        "topics": ["cloud applications"],
        "signalStartDate": "2026-09-01",
        "signalEndDate": "2026-11-20",
        "signalScoreMin": 70,
        "signalScoreMax": 90,
        "audienceStrengthMin": "d",
        "audienceStrengthMax": "A",
        "findRecommendedContacts": "no",
        "sort": "-signalScore",
    },
    "scoop": {
        "companyId": "900001",
        "scoopType": "Award",
        "scoopTopic": "5",
        "department": "Sales",
        "description": "new office",
        "scoopId": [40001, "40002"],
        "publishedStartDate": "2026-09-01",
        "publishedEndDate": "2026-11-20",
        "updatedSinceCreation": True,
        "sort": "link",
    },
    "news": {
        "companyId": "900001",
        "categories": "FUNDING",
        "url": "news.example",
        "pageDateMin": "2026-09-01",
        "pageDateMax": "2026-11-20",
    },
}
# By type in the documents: an id of a scoop's company is text.
ENRICH_SENT: dict[Signal, dict[str, object]] = {
    "intent": {
        "companyId": 900001,
        "topics": ["Cloud Applications"],
        "signalStartDate": "2026-09-01",
        "signalEndDate": "2026-11-20",
        "signalScoreMin": 70,
        "signalScoreMax": 90,
        "audienceStrengthMin": "D",
        "audienceStrengthMax": "A",
        "findRecommendedContacts": False,
    },
    "scoop": {
        "companyId": "900001",
        "scoopType": "6",
        "scoopTopic": "5",
        "department": "5",
        "description": "new office",
        "scoopId": "40001,40002",
        "publishedStartDate": "2026-09-01",
        "publishedEndDate": "2026-11-20",
        "updatedSinceCreation": True,
    },
    "news": {
        "companyId": 900001,
        "categories": ["FUNDING"],
        "url": ["news.example"],
        "pageDateMin": "2026-09-01",
        "pageDateMax": "2026-11-20",
    },
}
SORT_SENT = {
    ("gtm", "intent"): {"sort": "-signalscore"},
    ("gtm", "scoop"): {"sort": "link"},
    ("enterprise", "intent"): {"sortBy": "signalScore", "sortOrder": "desc"},
    ("enterprise", "scoop"): {"sortBy": "link", "sortOrder": "asc"},
}


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("signal", SIGNALS)
async def test_an_enrich_travels_as_documented_and_answers_flat_rows(signal: Signal, generation: Generation) -> None:
    assert {*SIGNAL_ENRICH[signal], "companyId"} == ENRICH_SENT[signal].keys(), "every documented argument is here"
    line = Line(generation, listed(generation, [ROWS[generation][signal]] * 2))
    made = client_on(line)
    ask = await made.prepare(TITLES[signal], {**ENRICHES[signal], "page": 2, "pageSize": 2})
    answer = await made.answer(ask)
    (sent,) = line.sent
    order = SORT_SENT.get((generation, signal), {})
    if generation == "gtm":
        kind = {"intent": "IntentEnrich", "scoop": "ScoopEnrich", "news": "NewsEnrich"}[signal]
        assert sent.json == {"data": {"type": kind, "attributes": ENRICH_SENT[signal]}}
        assert sent.params == {"page[number]": "2", "page[size]": "2", **order}
    else:
        size = "limit" if signal == "news" else "rpp"
        assert sent.json == {**ENRICH_SENT[signal], "page": 2, size: 2, **order}
    assert sent.credits == 1
    assert ask.company == {"companyId": "900001"}
    assert (answer.total, answer.page, answer.size, answer.next_page) == (41, 2, 2, 3)
    assert (answer.company_id, answer.status) == ("900001", "FULL_MATCH")
    assert ALIKE[signal].items() <= answer.rows[0].items()


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_no_topics_means_all_that_are_subscribed(generation: Generation) -> None:
    line = Line(generation, listed(generation, []))
    ask = await client_on(line).prepare("enrich_intent", {"companyWebsite": "works.example", "topics": []})
    expected = sorted(TOPICS, key=str.casefold)[:50]
    assert attributes(ask.request)["topics"] == expected
    assert ask.company == {"companyWebsite": "works.example"}
    [warning] = ask.warnings
    assert "first 50 of 62" in warning
    line.taxonomies = {
        **TAXONOMIES,
        "intent-topics": [("a", "a"), ("B", "B")],
        "intent/topics": [("a", "a"), ("B", "B")],
    }
    few = await client_on(line).prepare("enrich_intent", {"companyName": "Acme, Inc."})
    assert attributes(few.request)["topics"] == ["a", "B"]
    assert "all 2" in few.warnings[0]


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_the_surest_of_several_keys_names_the_company(generation: Generation) -> None:
    made = client_on(Line(generation))
    ask = await made.prepare(
        "enrich_scoops", {"companyName": "Acme", "companyWebsite": "acme.example", "companyId": "-7", "scoopId": "1"}
    )
    assert ask.company == {"companyId": "-7"}
    assert attributes(ask.request)["companyId"] == "-7"
    assert "companyName" not in attributes(ask.request)
    assert "companyWebsite and companyName left out" in ask.warnings[0]


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_news_find_the_company_s_id_first(generation: Generation) -> None:
    line = Line(generation, listed(generation, []))
    made = client_on(line)
    line.companies = [{"id": 900001, "name": "Acme"}, {"id": 900002, "name": "Acme Toys"}]
    ask = await made.prepare("enrich_news", {"companyName": "acme"})
    assert ask.company == {"companyId": "900001"}
    assert attributes(ask.request)["companyId"] == 900001
    several = await unprepared(made, "news", companyWebsite="acme.example")
    assert several.kind == "several_values"
    assert "Acme (900001); Acme Toys (900002)" in several.next_step
    line.companies = []
    nothing = await unprepared(made, "news", companyName="acme")
    assert nothing.kind == "not_found"
    assert [sent.operation.name for sent in line.sent] == ["search_companies"] * 3, "nothing that costs"


@pytest.mark.parametrize(
    ("signal", "arguments", "kind", "words"),
    [
        ("intent", {}, "missing_argument", "companyId, companyWebsite or companyName"),
        ("scoop", {"companyId": " "}, "missing_argument", "companyId"),
        ("news", {"companyId": "acme"}, "wrong_type", "ZoomInfo id"),
        ("intent", {"companyId": "7", "topic": "x"}, "unknown_argument", "did you mean 'topics'"),
        ("intent", {"companyId": "7", "country": "x"}, "unknown_argument", "companyId"),
        ("intent", {"companyId": "7", "topics": TOPICS[:51]}, "out_of_range", "number of topics"),
        ("intent", {"companyId": "7", "sort": "companyName"}, "not_a_choice", "signalDate"),
        ("news", {"companyId": "7", "sort": "pageDate"}, "no_order", "Leave sort out"),
        ("news", {"companyId": "7", "pageSize": 101}, "out_of_range", "pageSize"),
        ("news", {"companyId": "7", "page": 0}, "too_low", "page"),
        ("news", {"companyId": "7", "page": 101, "pageSize": 100}, "past_window", "101"),
        ("news", {"companyId": "7", "url": "a"}, "too_short", "5"),
        ("scoop", {"companyId": "7", "publishedStartDate": "yesterday"}, "wrong_type", "YYYY-MM-DD"),
    ],
)
async def test_a_wrong_argument_is_named_before_anything_is_sent(
    signal: Signal, arguments: dict[str, object], kind: str, words: str
) -> None:
    for generation in GENERATIONS:
        line = Line(generation)
        error = await unprepared(client_on(line), signal, **arguments)
        assert error.kind == kind
        assert words in f"{error.message} {error.next_step}"
        assert not line.sent


async def test_the_enterprise_enrich_of_intent_takes_90_days() -> None:
    made = client_on(Line("enterprise"))
    days = {"companyId": "7", "topics": "Topic 01", "signalStartDate": "2026-08-01"}
    await made.prepare("enrich_intent", {**days, "signalEndDate": "2026-10-30"})
    error = await unprepared(made, "intent", **days, signalEndDate="2026-10-31")
    assert error.kind == "span_too_long"
    assert "91 days" in error.message
    await client_on(Line("gtm")).prepare("enrich_intent", {**days, "signalEndDate": "2026-10-31"})


@pytest.mark.parametrize("signal", SIGNALS)
async def test_an_unknown_company_is_a_miss_and_no_row(signal: Signal) -> None:
    nobody = {"id": "0", "type": "NoMatch", "meta": {"matchStatus": "NO_MATCH", "input": {"companyId": 7}}}
    line = Line("gtm", {"data": [nobody]})
    made = client_on(line)
    answer = await made.answer(
        await made.prepare(
            TITLES[signal], {"companyId": "7", "topics": "Topic 01"} if signal == "intent" else {"companyId": "7"}
        )
    )
    assert (answer.rows, answer.total, answer.status, answer.company_id) == ([], 0, "NO_MATCH", None)


@pytest.mark.parametrize("signal", SIGNALS)
async def test_rows_without_a_count_are_not_lost(signal: Signal) -> None:
    """The specification has the count as optional; what was paid for is handed over."""
    line = Line("gtm", {"data": [GTM_ROWS[signal]]})
    made = client_on(line)
    answer = await made.answer(await made.prepare(TITLES[signal], ENRICHES[signal]))
    assert (len(answer.rows), answer.total, answer.next_page) == (1, 1, None)


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("body", [None, [], {}, {"data": None}, {"data": ["x"]}, {"data": {"result": []}}])
async def test_an_answer_of_another_shape_may_have_been_paid_for(
    signal: Signal, generation: Generation, body: object
) -> None:
    made = client_on(Line(generation, body))
    ask = await made.prepare(TITLES[signal], ENRICHES[signal])
    with pytest.raises(OutcomeUnknown) as caught:
        await made.answer(ask)
    assert caught.value.details["credits"] == 1


_NAMES = st.sampled_from(
    ["data", "meta", "totalResults", "maxResults", "attributes", "company", "id", "recommendedContacts", "jobFunctions"]
)
_BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=15,
)


@given(body=_BODIES, signal=st.sampled_from(SIGNALS), generation=st.sampled_from(GENERATIONS))
def test_no_answer_breaks_a_codec(body: Any, signal: Signal, generation: Generation) -> None:
    for data in (
        body,
        listed(generation, [body]),
        listed(generation, [{"id": "1", "attributes": body, "company": body}]),
    ):
        with contextlib.suppress(UpstreamUnavailable):
            json.dumps(CODECS[generation].page(signal, Response(200, httpx2.Headers(), data), 1, 25).rows)


def test_the_tables_of_enrich_hang_together() -> None:
    for signal in SIGNALS:
        assert TITLES[signal] in ASKS
        specs = SIGNAL_ENRICH[signal]
        assert set(specs) <= set(FILTERS[signal])
        assert all(spec.gtm and spec.enterprise for spec in specs.values())
        assert set(SIGNAL_ENRICH_SORTS[signal]) <= set(SORTS[signal])
        assert len(SIGNAL_SHOWN[signal]) <= 25
        assert set(SIGNAL_SHOWN[signal]) <= set(FILTERS[signal])


@pytest.mark.parametrize(("generation", "last"), [("gtm", 100), ("enterprise", 10)])
@pytest.mark.parametrize("signal", SIGNALS)
async def test_the_window_ends_the_pages_of_search_and_enrich(
    signal: Signal, generation: Generation, last: int
) -> None:
    line = Line(generation, listed(generation, [ROWS[generation][signal]] * 100, 1_000_000))
    line.taxonomies = {**TAXONOMIES, "countries": [("chile", "Chile")], "country": [("chile", "Chile")]}
    made = client_on(line)
    page = await made.search(signal, SEARCHES[signal], page=last, size=100)
    assert page.total == 1_000_000
    assert page.next_page is None
    ask = await made.prepare(TITLES[signal], {**ENRICHES[signal], "page": last, "pageSize": 100})
    assert (await made.answer(ask)).next_page is None
    line.sent.clear()
    with pytest.raises(WindowExceeded):
        await made.search(signal, SEARCHES[signal], page=last + 1, size=100)
    with pytest.raises(WindowExceeded):
        await made.prepare(TITLES[signal], {**ENRICHES[signal], "page": last + 1, "pageSize": 100})
    assert not line.sent
