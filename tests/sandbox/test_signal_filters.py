"""Every filter of intent, scoops and news keeps what it should and leaves the rest out, on both generations.

What a filter about companies or people should keep is asked of the company and contact searches, which have tests of
their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sales_zoominfo.sandbox import default_account, signal_tables
from sales_zoominfo.sandbox.tables import COMPANY_FILTERS

from . import test_filters
from .conftest import Driver
from .test_filters import COMPANY, CONTACT, enterprise_value, pick

Row = dict[str, Any]
TOPICS = list(default_account().intent_topics)
SINCE = "2025-11-01"
PATHS = {"intent": "intent", "scoop": "scoops", "news": "news"}
PLACES = {
    *("address", "street", "state", "zipCode", "zipCodeRadiusMiles", "country", "continent", "metroRegion"),
}
OWN = {
    "intent": set(signal_tables.ENRICH_FILTERS["intent"]),
    "scoop": set(signal_tables.ENRICH_FILTERS["scoop"]),
    "news": set(signal_tables.ENRICH_FILTERS["news"]),
}
# `locationSearchType` and `companyPastOrPresent` have tests of their own.
APART = {"locationSearchType", "companyPastOrPresent"}
records = test_filters.records


def search(driver: Driver, kind: str, generation: str, criteria: dict[str, Any]) -> list[Row]:
    """All rows of a search, their company always under `company` with a text as id."""
    found: list[Row] = []
    for page in range(1, 100):
        if generation == "gtm":
            answer = driver.gtm(f"/{PATHS[kind]}/search", f"{kind.capitalize()}Search", criteria, number=page, size=100)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            rows, total = [row["attributes"] | {"key": row["id"]} for row in body["data"]], body["meta"]["totalResults"]
        else:
            spelt = {name: enterprise_value(name, value) for name, value in criteria.items()}
            answer = driver.ent(f"/search/{kind}", {**spelt, "page": page, "rpp": 100})
            assert answer.status_code == 200, answer.text
            rows, total = answer.json()["data"], answer.json()["maxResults"]
        found += rows
        if len(found) >= total:
            return found
    raise AssertionError("no end")


def ids(driver: Driver, entity: str, generation: str, criteria: dict[str, Any]) -> set[str]:
    """Ids of all records that a company or contact search finds."""
    found: set[str] = set()
    for page in range(1, 100):
        if generation == "gtm":
            body = driver.find(entity, criteria, number=page, size=100).json()
            total = body["meta"]["totalResults"]
        else:
            spelt = {name: enterprise_value(name, value) for name, value in criteria.items()}
            body = driver.ent(f"/search/{entity}", {**spelt, "page": page, "rpp": 100}).json()
            total = body["maxResults"]
        found |= {str(row["id"]) for row in body["data"]}
        if len(found) >= total:
            return found
    raise AssertionError("no end")


def company_of(row: Row) -> str:
    return str(row["company"]["id"])


def contacts_of(row: Row) -> set[str]:
    return {str(person["id"]) for person in row.get("contacts", [])}


@dataclass
class All:
    """Everything that a kind has, by generation, and what every search of it says."""

    rows: dict[str, list[Row]]
    base: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def intents(shared: Driver) -> All:
    base = {"topics": TOPICS}
    return All({g: search(shared, "intent", g, base) for g in ("gtm", "enterprise")}, {"gtm": base, "enterprise": base})


@pytest.fixture(scope="module")
def scoops(shared: Driver) -> Iterator[All]:
    base = {"publishedStartDate": SINCE}
    yield All({g: search(shared, "scoop", g, base) for g in ("gtm", "enterprise")}, {"gtm": base, "enterprise": base})


def served(kind: signal_tables.Kind) -> list[tuple[str, str]]:
    table = signal_tables.SEARCH_FILTERS[kind]
    return [
        (name, generation)
        for name in sorted(table.keys() - OWN[kind] - APART)
        for generation in ("gtm", "enterprise")
        if getattr(table[name], generation) is not None
    ]


def companies(driver: Driver, generation: str, criteria: dict[str, Any]) -> set[str]:
    """Ids of the companies that pass filters, some of which the company search of the generation may lack."""
    lacking = any(getattr(COMPANY_FILTERS[name], generation) is None for name in criteria)
    return ids(driver, "company", "gtm" if lacking else generation, criteria)


def chosen(records: test_filters.Records, rows: list[Row], name: str) -> dict[str, Any]:
    """A value of a filter, taken from a company that has something to be found."""
    present = {company_of(row) for row in rows}
    sources = [source for source in records.companies if str(source[0]["id"]) in present]
    return pick(name, list(sources), COMPANY[name])[1]


@pytest.mark.parametrize(("name", "generation"), served("intent"))
def test_intent_filter(shared: Driver, intents: All, records: test_filters.Records, name: str, generation: str) -> None:
    rows = intents.rows[generation]
    criteria = chosen(records, rows, name)
    wanted = companies(shared, generation, criteria)
    expected = [row["id"] if generation == "enterprise" else row["key"] for row in rows if company_of(row) in wanted]
    found = search(shared, "intent", generation, intents.base[generation] | criteria)
    assert [row["id"] if generation == "enterprise" else row["key"] for row in found] == expected
    assert 0 < len(found) < len(rows)


@pytest.mark.parametrize(("name", "generation"), served("scoop"))
def test_scoop_filter(shared: Driver, scoops: All, records: test_filters.Records, name: str, generation: str) -> None:
    rows = scoops.rows[generation]
    named = {person for row in rows for person in contacts_of(row)}
    by_ids = {"personId": ",".join(sorted(named))}
    if name in CONTACT:
        people = [source for source in records.people if str(source[0]["id"]) in named]
        criteria = pick(name, list(people), CONTACT[name])[1]
        wanted = ids(shared, "contact", generation, by_ids | criteria if name != "personId" else criteria)
        expected = [row["id"] for row in rows if contacts_of(row) & wanted]
    else:
        criteria = chosen(records, rows, name)
        inside = companies(shared, generation, criteria)
        homes = set[str]()
        if PLACES & criteria.keys():
            mode = {"locationSearchType": "Person", "boardMember": "include"}
            homes = ids(shared, "contact", generation, by_ids | criteria | mode)
        expected = [row["id"] for row in rows if company_of(row) in inside or contacts_of(row) & homes]
    found = [row["id"] for row in search(shared, "scoop", generation, scoops.base[generation] | criteria)]
    assert found == expected
    assert 0 < len(found) < len(rows)


def test_hashtags_of_scoops_are_alternatives_on_one_generation_only(
    shared: Driver, scoops: All, records: test_filters.Records
) -> None:
    present = {company_of(row) for row in scoops.rows["gtm"]}
    tagged = [test_filters.tags(row, "hashtags") for row, _ in records.companies if str(row["id"]) in present]
    both = next(found for found in tagged if len(found) > 1)
    inside = [companies(shared, "gtm", {"hashTagString": tag}) & present for tag in both]
    text = {"hashTagString": ",".join(both)}
    either = search(shared, "scoop", "gtm", scoops.base["gtm"] | text)
    every = search(shared, "scoop", "enterprise", scoops.base["enterprise"] | text)
    assert {company_of(row) for row in either} == set[str].union(*inside)
    assert {company_of(row) for row in every} == set[str].intersection(*inside)
    assert 0 < len(every) < len(either)


def test_every_filter_has_a_case() -> None:
    for kind in ("intent", "scoop"):
        known = COMPANY.keys() | (CONTACT.keys() if kind == "scoop" else set[str]()) | OWN[kind] | APART
        assert signal_tables.SEARCH_FILTERS[kind].keys() <= known
    assert signal_tables.SEARCH_FILTERS["news"].keys() == OWN["news"]


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
def test_where_the_company_is_or_its_people_are(shared: Driver, scoops: All, generation: str) -> None:
    base, place = scoops.base[generation], {"country": "usa"}

    def found(mode: str) -> set[str]:
        more = place | ({"locationSearchType": mode} if mode else {})
        return {row["id"] for row in search(shared, "scoop", generation, base | more)}

    office, home = found("HQ"), found("Person")
    inside = companies(shared, generation, place)
    assert office == {row["id"] for row in scoops.rows[generation] if company_of(row) in inside}
    assert home
    assert office - home
    assert found("PersonOrHQ") == found("") == office | home
    assert found("PersonAndHQ") == office & home
    nobody = {row["id"] for row in scoops.rows[generation] if not contacts_of(row)}
    assert found("PersonThenHQ") == home | (office & nobody)


def test_former_employers(shared: Driver, scoops: All, records: test_filters.Records) -> None:
    docs = {str(row["id"]): doc for row, doc, _ in records.people}
    rows = scoops.rows["enterprise"]
    past = {row["id"]: {job[4] for key in contacts_of(row) for job in docs[key]["history"]} for row in rows}
    company = next(key for keys in past.values() for key in keys)
    former = {key for key, employers in past.items() if company in employers}
    current = {row["id"] for row in rows if company_of(row) == str(company)}

    def found(tense: str) -> set[str]:
        criteria = {**scoops.base["enterprise"], "companyId": str(company), "companyPastOrPresent": tense}
        return {row["id"] for row in search(shared, "scoop", "enterprise", criteria)}

    assert found("past") == former
    assert found("present") == current
    assert found("pastAndPresent") == former | current


# --- What is the signals' own ------------------------------------------------------------------------------


def day(row: Row, name: str) -> str:
    """The day of a date of a row in either spelling."""
    text = row[name]
    if "T" in text:
        return text[:10]
    month, date, year = text.split(" ")[0].split("/")
    return f"{year}-{int(month):02}-{int(date):02}"


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
def test_intent_scores_and_strengths(shared: Driver, generation: str) -> None:
    base = {"topics": TOPICS}
    for criteria, holds in (
        ({"signalScoreMin": 90}, lambda row: row["signalScore"] >= 90),
        ({"signalScoreMax": 70}, lambda row: row["signalScore"] <= 70),
        ({"signalScoreMin": 75, "signalScoreMax": 80}, lambda row: 75 <= row["signalScore"] <= 80),
        ({"audienceStrengthMin": "B"}, lambda row: row["audienceStrength"] in "AB"),
        ({"audienceStrengthMax": "D"}, lambda row: row["audienceStrength"] in "DE"),
        ({"audienceStrengthMin": "D", "audienceStrengthMax": "B"}, lambda row: row["audienceStrength"] in "BCD"),
    ):
        found = search(shared, "intent", generation, base | criteria)
        assert found
        assert all(holds(row) for row in found), criteria


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
def test_intent_dates_and_topics(shared: Driver, intents: All, generation: str) -> None:
    span = {"signalStartDate": "2026-10-08", "signalEndDate": "2026-10-14"}
    found = search(shared, "intent", generation, {"topics": TOPICS} | span)
    assert {day(row, "signalDate") for row in found} == {f"2026-10-{date:02}" for date in range(8, 15)}
    if generation == "gtm":
        assert {row["spikesInDateRange"] for row in found} == {1}, "there is one signal a week"
    one = search(shared, "intent", generation, {"topics": ["Java"]})
    assert {row["topic"] for row in one} == {"Java"}
    assert len(one) == sum(row["topic"] == "Java" for row in intents.rows[generation])
    assert {row["topic"] for row in intents.rows[generation]} == set(TOPICS)


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
def test_scoops_by_what_they_tell(shared: Driver, scoops: All, generation: str) -> None:
    base, rows = scoops.base[generation], scoops.rows[generation]
    hiring = {"13", "15"}

    def keys(row: Row, name: str) -> set[str]:
        return {str(item["id"]) for item in row[name]}

    def found(**criteria: Any) -> list[Any]:
        return [row["id"] for row in search(shared, "scoop", generation, base | criteria)]

    assert found(scoopType="13,15") == [row["id"] for row in rows if keys(row, "types") & hiring] != []
    assert found(scoopTopic="41") == [row["id"] for row in rows if "41" in keys(row, "topics")] != []
    text = [row["id"] for row in rows if "acquired" in row["description"]]
    assert found(description="Acquired") == text != []
    assert set(found(description="acquired nothing-like-it")) == set()
    whole = {row["id"] for row in rows if row["company"]["name"] == "Acme, Inc."}
    assert set(found(description="acme")) >= whole != set()
    some = [str(row["id"]) for row in rows[3:5]]
    assert [str(key) for key in found(scoopId=",".join([*some, "17"]))] == some
    by_department = [set(found(department=str(key))) for key in range(1, 11)]
    assert set.union(*by_department) == {row["id"] for row in rows}
    assert sum(map(len, by_department)) == len(rows), "each scoop concerns one department"


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
def test_scoop_dates_and_updates(shared: Driver, scoops: All, generation: str) -> None:
    span = {"publishedStartDate": "2026-08-01", "publishedEndDate": "2026-09-30"}
    found = search(shared, "scoop", generation, span)
    assert all("2026-08-01" <= day(row, "publishedDate") <= "2026-09-30" for row in found)
    assert found
    updated = search(shared, "scoop", generation, scoops.base[generation] | {"updatedSinceCreation": True})
    assert [row["id"] for row in updated] == [row["id"] for row in scoops.rows[generation] if row.get("updateText")]
    assert all(row["publishedDate"] != row["originalPublishedDate"] for row in updated)
    assert 0 < len(updated) < len(scoops.rows[generation])


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
def test_news(shared: Driver, generation: str) -> None:
    whole = search(shared, "news", generation, {"pageDateMin": SINCE})
    span = search(shared, "news", generation, {"pageDateMin": "2026-08-01", "pageDateMax": "2026-08-31"})
    assert [row["url"] for row in span] == [row["url"] for row in whole if day(row, "pageDate").startswith("2026-08")]
    for wrong in ("MERGER_OR_ACQUISITION", "MERGER_OR_ACQUISTION"):
        mergers = search(shared, "news", generation, {"categories": [wrong, "PERSON"]})
        # Both spellings are taken; an answer spells it as the lookup of its generation does.
        shown = "MERGER_OR_ACQUISITION" if generation == "gtm" else "MERGER_OR_ACQUISTION"
        assert len(mergers) == sum(bool({shown, "PERSON"} & set(row["categories"])) for row in whole) > 0
        assert {shown, "PERSON"} <= {category for row in mergers for category in row["categories"]}
    for parts in (["acquisition"], ["northpost.example/2026", "wirefold"]):
        found = search(shared, "news", generation, {"url": parts})
        assert [row["url"] for row in found] == [row["url"] for row in whole if any(p in row["url"] for p in parts)]
        assert 0 < len(found) < len(whole)
