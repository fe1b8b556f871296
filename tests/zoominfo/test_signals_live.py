"""Intent, scoops and news over a real socket, on both API generations."""

from __future__ import annotations

from typing import Any

import pytest

from sales_zoominfo.errors import InvalidArgument, UnknownValue
from sales_zoominfo.zoominfo.client import Client
from sales_zoominfo.zoominfo.fields import FILTERS, SEARCH_ROW, SIGNALS, SORTS
from sales_zoominfo.zoominfo.operations import Generation, Signal
from sales_zoominfo.zoominfo.records import Page, Row
from sales_zoominfo.zoominfo.signal_fields import SIGNAL_ENRICH_ROW, SIGNAL_ENRICH_SORTS
from sales_zoominfo.zoominfo.specs import Filter
from support import Served

pytestmark = pytest.mark.anyio

ENRICH: dict[Signal, str] = {"intent": "enrich_intent", "scoop": "enrich_scoops", "news": "enrich_news"}
TOPIC = "Cloud Applications"
# What a search needs at least.
LEAST: dict[Signal, dict[str, object]] = {
    "intent": {"topics": TOPIC},
    "scoop": {"publishedStartDate": "2020-01-01"},
    "news": {"pageDateMin": "2020-01-01"},
}
# What both generations tell of a row; an Enterprise row of news has no id.
ALIKE: dict[Signal, tuple[str, ...]] = {
    "intent": ("companyId", "companyName", "companyWebsite", "topic", "category", "signalScore", "audienceStrength"),
    "scoop": ("id", "companyId", "companyName", "description", "link", "linkText", "topics", "types"),
    "news": ("companyId", "companyName", "title", "url", "domain", "categories"),
}


def told(rows: list[Row], signal: Signal) -> list[Row]:
    return [{name: row.get(name) for name in ALIKE[signal]} for row in rows]


def key(row: Row) -> str:
    return repr(sorted(row.items(), key=lambda pair: pair[0]))


async def dated(made: Client, signal: Signal) -> dict[str, object]:
    """A span with something in it, which both generations are told, since their defaults differ."""
    field, start, end = {
        "intent": ("signalDate", "signalStartDate", "signalEndDate"),
        "scoop": ("originalPublishedDate", "publishedStartDate", "publishedEndDate"),
        "news": ("pageDate", "pageDateMin", "pageDateMax"),
    }[signal]
    page = await made.search(signal, LEAST[signal], size=50)
    days = sorted(row[field][:10] for row in page.rows)
    return {**LEAST[signal], start: days[0], end: days[-1]}


@pytest.mark.parametrize("signal", SIGNALS)
async def test_both_generations_find_the_same(gtm: Client, enterprise: Client, signal: Signal) -> None:
    filters = await dated(gtm, signal)
    here = await gtm.search(signal, filters, size=100)
    there = await enterprise.search(signal, filters, size=100)
    assert here.rows
    assert here.total == there.total
    if here.total <= 100:
        assert sorted(map(key, told(here.rows, signal))) == sorted(map(key, told(there.rows, signal)))


@pytest.mark.parametrize("signal", SIGNALS)
async def test_rows_carry_typed_values_and_no_nesting(one: Client, signal: Signal) -> None:
    page = await one.search(signal, LEAST[signal], size=100)
    assert page.rows
    specs = SEARCH_ROW[signal]
    types: dict[str, type] = {"id": str, "string": str, "datetime": str, "number": int, "boolean": bool}
    for row in page.rows:
        assert row.keys() <= {name for name, spec in specs.items() if spec.known(one.generations[0])}
        for name, value in row.items():
            assert isinstance(value, types.get(specs[name].type, list)), (name, value)
            if specs[name].type == "datetime":
                assert value.endswith("Z"), value
        for person in (*row.get("recommendedContacts", ()), *row.get("contacts", ())):
            assert isinstance(person["id"], str)
            assert all(set(function) <= {"name", "department"} for function in person.get("jobFunction", ()))
    assert any("companyId" in row for row in page.rows)


async def legal(made: Client, generation: Generation, spec: Filter) -> object:
    """Some value that a filter takes."""
    if spec.lookup:
        values = await made.taxonomy(generation, spec.lookup)
        if spec.lookup == "tech-products" and generation == "enterprise":
            return values[0].more["attribute"]
        return values[0].id
    if spec.kind == "choice":
        return spec.choices[0]
    return {
        "text": "software",
        "id": "900001",
        "integer": spec.low or 5,
        "decimal": 5,
        "flag": True,
        "date": "2026-11-01",
    }[spec.kind]


TEXTS = {
    "emailAddress": "ada@works.example",
    "hashedEmail": "0" * 32,
    "zipCode": "94107",
    "excludedRegions": "usa.california",
    "hashTagString": "software",
}


@pytest.mark.parametrize("signal", SIGNALS)
async def test_every_filter_of_the_tables_is_accepted(one: Client, signal: Signal) -> None:
    """A name or a type that the documents have otherwise would be refused here."""
    (generation,) = one.generations
    specs = FILTERS[signal]
    tried = 0
    for name, spec in specs.items():
        if spec.wire(generation) is None or name == "hashTagString":
            continue
        filters = {
            **(LEAST[signal] if signal == "intent" else {}),
            name: TEXTS.get(name) or await legal(one, generation, spec),
        }
        if spec.needs:
            filters[spec.needs] = TEXTS.get(spec.needs) or await legal(one, generation, specs[spec.needs])
        page = await one.search(signal, filters, size=1)
        assert page.total >= 0
        tried += 1
    expected = {name for name, spec in specs.items() if spec.wire(generation)} - {"hashTagString"}
    assert tried == len(expected)


@pytest.mark.parametrize("signal", ["intent", "scoop"])
async def test_each_sort_field_is_known(one: Client, signal: Signal) -> None:
    for field in SORTS[signal]:
        up = await one.search(signal, LEAST[signal], size=25, sort=field)
        down = await one.search(signal, LEAST[signal], size=25, sort=f"-{field}")
        assert up.total == down.total
    scores: list[Any] = []
    if signal == "intent":
        page = await one.search(signal, LEAST[signal], size=50, sort="-signalScore")
        scores = [row["signalScore"] for row in page.rows]
    assert scores == sorted(scores, reverse=True)


async def test_a_score_and_an_audience_narrow_the_set(one: Client) -> None:
    everything = await one.search("intent", {"topics": TOPIC}, size=1)
    strong = {"topics": TOPIC, "signalScoreMin": 90, "audienceStrengthMin": "C", "audienceStrengthMax": "A"}
    page = await one.search("intent", strong, size=100)
    assert 0 < page.total < everything.total
    assert {row["audienceStrength"] for row in page.rows} <= set("ABC")
    assert min(row["signalScore"] for row in page.rows) >= 90


async def test_pages_of_a_search_meet_and_do_not_overlap(one: Client) -> None:
    filters = {"topics": TOPIC, "signalScoreMin": 70}
    first: Page = await one.search("intent", filters, size=20, sort="companyName")
    assert first.next_page == 2
    second = await one.search("intent", filters, size=20, page=2, sort="companyName")
    both = await one.search("intent", filters, size=40, sort="companyName")
    assert first.rows + second.rows == both.rows


@pytest.mark.parametrize("spelling", ["MERGER_OR_ACQUISITION", "MERGER_OR_ACQUISTION", "merger or acquisition"])
async def test_both_spellings_of_a_news_category_find_it(one: Client, spelling: str) -> None:
    page = await one.search("news", {"categories": spelling, "pageDateMin": "2020-01-01"}, size=10)
    assert page.rows
    assert all("MERGER_OR_ACQUISITION" in row["categories"] for row in page.rows)


async def test_without_recommended_contacts_none_come(gtm: Client) -> None:
    bare = await gtm.search("intent", {"topics": TOPIC, "findRecommendedContacts": False}, size=25)
    assert not any("recommendedContacts" in row for row in bare.rows)
    full = await gtm.search("intent", {"topics": TOPIC}, size=25)
    assert any("recommendedContacts" in row for row in full.rows)


async def test_a_topic_that_nobody_subscribed_to_names_its_neighbours(one: Client) -> None:
    with pytest.raises(UnknownValue) as caught:
        await one.search("intent", {"topics": "Cloud Aplications"})
    assert caught.value.kind in ("topic_not_subscribed", "unknown_value", "several_values")
    assert TOPIC in caught.value.next_step
    with pytest.raises(UnknownValue) as caught:
        await one.search("intent", {"topics": "Quantum Basket Weaving"})
    assert caught.value.kind == "topic_not_subscribed"


async def a_company(made: Client, signal: Signal) -> str:
    page = await made.search(signal, LEAST[signal], size=50)
    return next(row["companyId"] for row in page.rows if row.get("companyId"))


@pytest.mark.parametrize("signal", SIGNALS)
async def test_an_enrich_tells_what_the_search_told_of_the_company(one: Client, signal: Signal) -> None:
    wanted = await a_company(one, signal)
    more: dict[str, object] = {"topics": TOPIC} if signal == "intent" else dict(LEAST[signal])
    answer = await one.answer(await one.prepare(ENRICH[signal], {"companyId": wanted, "pageSize": 100, **more}))
    assert answer.rows
    assert (answer.company_id, answer.status) == (wanted, "FULL_MATCH")
    assert answer.total >= len(answer.rows)
    specs = SIGNAL_ENRICH_ROW[signal]
    for row in answer.rows:
        assert row.keys() <= {name for name, spec in specs.items() if spec.known(one.generations[0])}
        assert row["companyId"] == wanted
    for field in SIGNAL_ENRICH_SORTS[signal]:
        again = await one.answer(await one.prepare(ENRICH[signal], {"companyId": wanted, "sort": f"-{field}", **more}))
        assert again.total == answer.total


@pytest.mark.parametrize("signal", SIGNALS)
async def test_a_company_is_found_by_website_and_by_name(one: Client, signal: Signal) -> None:
    # Which company comes first depends on the hour, and some share their name with another.
    page = await one.search(signal, LEAST[signal], size=50)
    for wanted in dict.fromkeys(row["companyId"] for row in page.rows if row.get("companyId")):
        [row] = (await one.search("company", {"companyId": wanted})).rows
        namesakes = await one.search("company", {"companyName": row["name"]})
        if sum(each["name"] == row["name"] for each in namesakes.rows) == 1 == namesakes.total:
            break
    else:
        raise AssertionError("each company has a namesake")
    profile = await one.get("company", one.generations[0], wanted, ["id", "name", "website"])
    more: dict[str, object] = {"topics": TOPIC} if signal == "intent" else dict(LEAST[signal])
    by_site = await one.answer(await one.prepare(ENRICH[signal], {"companyWebsite": profile.row["website"], **more}))
    assert by_site.company_id == wanted
    by_name = await one.answer(await one.prepare(ENRICH[signal], {"companyName": row["name"], **more}))
    assert by_name.company_id == wanted


async def test_no_topics_asks_for_the_whole_subscription(one: Client) -> None:
    wanted = await a_company(one, "intent")
    ask = await one.prepare("enrich_intent", {"companyId": wanted})
    assert "all 8" in ask.warnings[0]
    answer = await one.answer(ask)
    assert TOPIC in {row["topic"] for row in answer.rows}


@pytest.mark.parametrize("signal", SIGNALS)
async def test_a_company_costs_its_credit_once(served_sandbox: Served, one: Client, signal: Signal) -> None:
    page = await one.search(signal, LEAST[signal], size=100, page=3)
    wanted = next(row["companyId"] for row in reversed(page.rows) if row.get("companyId"))
    charges = served_sandbox.sandbox.charges
    await one.answer(await one.prepare(ENRICH[signal], {"companyId": wanted, **LEAST[signal]}))
    before = len(charges)
    await one.answer(await one.prepare(ENRICH[signal], {"companyId": wanted, **LEAST[signal]}))
    assert len(charges) == before
    nobody = await one.answer(await one.prepare(ENRICH[signal], {"companyId": "1", **LEAST[signal]}))
    assert (nobody.rows, nobody.total, nobody.company_id) == ([], 0, None)
    assert len(charges) == before


async def test_a_refused_call_costs_nothing(served_sandbox: Served, one: Client) -> None:
    before = len(served_sandbox.sandbox.charges)
    for name, arguments in (
        ("enrich_intent", {"companyId": "7", "topics": "Quantum Basket Weaving"}),
        ("enrich_scoops", {"companyId": "7", "scoopType": "no such type"}),
        ("enrich_news", {"companyId": "7", "url": "abc"}),
        ("enrich_news", {}),
    ):
        with pytest.raises((InvalidArgument, UnknownValue)):
            await one.prepare(name, arguments)
    assert len(served_sandbox.sandbox.charges) == before
