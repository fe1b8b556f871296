"""Text to legal value: what is accepted, and what is said when nothing or too much fits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from sales_zoominfo.errors import InvalidArgument, SalesZoomInfoError, UnknownValue
from sales_zoominfo.zoominfo.arguments import read_filters, to_wire
from sales_zoominfo.zoominfo.bands import spread
from sales_zoominfo.zoominfo.fields import FILTERS
from sales_zoominfo.zoominfo.operations import Entity, Generation
from sales_zoominfo.zoominfo.records import Value
from sales_zoominfo.zoominfo.taxonomy import find, fold, nearest, resolve

pytestmark = pytest.mark.anyio


def values(**names: str) -> list[Value]:
    return [Value(key, name) for key, name in names.items()]


TAXONOMIES: dict[str, list[Value]] = {
    "countries": [
        Value("usa", "United States"),
        Value("germany", "Germany"),
        Value("uk", "United Kingdom"),
        Value("korea.south", "Korea, Republic of"),
    ],
    "states": [Value("usa.texas", "Texas"), Value("usa.ohio", "Ohio"), Value("canada.ontario", "Ontario")],
    "industries": [
        Value("software", "Software"),
        Value("software.security", "Security Software"),
        Value("hospitality.food", "Restaurants, Bars & Cafes"),
        *(Value(f"industry.{number}", f"Industry {number}") for number in range(30)),
    ],
    "metro-regions": [
        Value("usa.oregon.portland", "Portland"),
        Value("usa.maine.portland", "Portland"),
        Value("usa.texas.austin", "TX - Austin"),
        Value("usa.florida.orlando", "FL - Orlando"),
        *(Value(f"metro.{number}", f"XX - Town {number}") for number in range(30)),
    ],
    "management-levels": [
        Value("C Level Exec", "C Level Execs"),
        Value("VP Level Exec", "VP Level Execs"),
        Value("Director", "Directors"),
    ],
    "departments": [
        Value("5", "Information Technology"),
        Value("4", "Sales"),
        Value("6", "Engineering & Technical"),
    ],
    "tech-products": [
        Value("11", "Skywave", {"attribute": "3.2.1.11"}),
        Value("12", "Skywave Cloud", {"attribute": "3.2.1.12"}),
    ],
}


async def resolved(entity: Entity, generation: Generation, **raw: object) -> tuple[dict[str, Any], dict[str, str]]:
    asked: list[str] = []

    async def lookup(field: str, narrow: Mapping[str, str] | None = None) -> list[Value]:
        asked.append(field)
        found = TAXONOMIES.get(field, [])
        return [value for value in found if value.more.get("vendor") == narrow["vendor"]] if narrow else found

    chosen = read_filters(entity, generation, raw)
    told = await resolve(FILTERS[entity], generation, chosen, lookup)
    return {name: to_wire(FILTERS[entity][name], generation, items) for name, items in chosen.items()}, told


async def refused(entity: Entity, **raw: object) -> SalesZoomInfoError:
    with pytest.raises(SalesZoomInfoError) as caught:
        await resolved(entity, "gtm", **raw)
    return caught.value


@pytest.mark.parametrize(
    ("name", "given", "legal"),
    [
        ("country", "usa", "usa"),
        ("country", "USA", "usa"),
        ("country", "U.S.", "usa"),
        ("country", "america", "usa"),
        ("country", "united  states", "usa"),
        ("country", "Great Britain", "uk"),
        ("country", "Korea, Republic of", "korea.south"),
        ("state", "Texas", "usa.texas"),
        ("state", "TX", "usa.texas"),
        ("state", "tx", "usa.texas"),
        ("state", "on", "canada.ontario"),
        ("metroRegion", "Austin", "usa.texas.austin"),
        ("metroRegion", "Austin, TX", "usa.texas.austin"),
        ("managementLevel", "VP", "VP Level Exec"),
        ("managementLevel", "vice president", "VP Level Exec"),
        ("managementLevel", "C-Suite", "C Level Exec"),
        ("managementLevel", ["CXO", "executive", "C-Level"], "C Level Exec"),
        ("department", "IT", "5"),
        ("department", "R&D", "6"),
        ("department", "engineering", "6"),
        ("industryCodes", "Software", "software"),
        ("industryCodes", ["Software", "software"], "software"),
        ("industryCodes", "Software, Security Software", "software,software.security"),
        ("industryCodes", "Restaurants, Bars & Cafes", "hospitality.food"),
        ("managementLevel", "VP Level Execs", "VP Level Exec"),
        ("managementLevel", ["directors", "C Level Exec"], "Director,C Level Exec"),
        ("department", 5, "5"),
        ("department", "sales", "4"),
        ("sicCodes", [7372, "0112"], "7372,0112"),
    ],
)
async def test_names_and_ids_are_accepted(name: str, given: object, legal: str) -> None:
    entity: Entity = "contact"
    wire, told = await resolved(entity, "gtm", **{name: given})
    assert wire[name] == legal
    assert (name in told) == (given != legal and not isinstance(given, int) and name != "sicCodes")


async def test_a_filter_without_taxonomy_is_left_alone() -> None:
    wire, told = await resolved("contact", "gtm", jobTitle="Directors", companyName="United States")
    assert wire == {"jobTitle": "Directors", "companyName": "United States"}
    assert told == {}


async def test_an_unknown_value_of_a_short_list_gets_the_whole_list() -> None:
    error = await refused("contact", managementLevel="Boss")
    assert isinstance(error, UnknownValue)
    assert "Boss" in error.message
    assert error.next_step == (
        "Legal values: C Level Execs (C Level Exec); VP Level Execs (VP Level Exec); Directors (Director)."
    )
    assert error.details["nearest"] == ["C Level Exec", "VP Level Exec", "Director"]


async def test_an_unknown_value_of_a_long_list_gets_the_nearest_and_where_to_look() -> None:
    error = await refused("company", industryCodes="Securty Software")
    assert error.kind == "unknown_value"
    assert error.next_step.startswith("Nearest: Security Software (software.security)")
    assert "`lookup` with field 'industries' and query 'Securty Software'" in error.next_step
    lost = await refused("company", industryCodes="qqqq zzzz")
    assert lost.next_step.startswith("Call `lookup` with field 'industries' to see the legal values.")


@pytest.mark.parametrize("code", ["ZZ", "NV", "12"])
async def test_two_letters_are_a_state_only_when_the_taxonomy_has_it(code: str) -> None:
    error = await refused("company", state=code)
    assert error.kind == "unknown_value"
    assert "`country` covers the rest" in error.next_step


async def test_a_value_that_the_taxonomy_cannot_have_says_where_it_belongs() -> None:
    abroad = await refused("company", metroRegion="London")
    assert abroad.kind == "value_lies_in"
    assert "country='uk'" in abroad.next_step
    lost = await refused("company", metroRegion="Timbuktu")
    assert "Orlando" not in lost.next_step
    assert "US and Canada" in lost.next_step
    assert "industryKeywords" in (await refused("company", industryCodes="SaaS")).next_step


async def test_several_candidates_are_named_and_none_is_chosen() -> None:
    error = await refused("company", metroRegion="Portland")
    assert error.kind == "several_values"
    assert "Portland (usa.oregon.portland); Portland (usa.maine.portland)" in error.next_step
    assert error.details["candidates"] == ["usa.oregon.portland", "usa.maine.portland"]
    wire, _ = await resolved("company", "gtm", metroRegion=["usa.maine.portland", "usa.oregon.portland"])
    assert wire["metroRegion"] == "usa.maine.portland,usa.oregon.portland"


@pytest.mark.parametrize("given", [["usa", "germany"], "usa, germany", "United States,Germany"])
async def test_two_countries_are_two_calls(given: object) -> None:
    error = await refused("company", country=given)
    assert isinstance(error, InvalidArgument)
    assert error.kind == "one_value_only"


async def test_a_list_with_one_unknown_value_names_that_one() -> None:
    error = await refused("company", industryCodes="Software, Nonsense Industry Of Sorts")
    assert error.kind == "unknown_value"
    assert "'Nonsense Industry Of Sorts'" in error.message


@pytest.mark.parametrize(
    ("given", "gtm", "enterprise"),
    [
        ("Skywave", "11", "3.2.1.11"),
        ("11", "11", "3.2.1.11"),
        (11, "11", "3.2.1.11"),
        ("3.2.1.11", "11", "3.2.1.11"),
        (["Skywave", "12"], "11,12", "3.2.1.11 OR 3.2.1.12"),
        ("Skywave AND Skywave Cloud", "11 AND 12", "3.2.1.11 AND 3.2.1.12"),
    ],
)
async def test_a_technology_travels_in_each_generation_s_spelling(given: object, gtm: str, enterprise: str) -> None:
    assert (await resolved("company", "gtm", techAttributeTagList=given))[0]["techAttributeTagList"] == gtm
    assert (await resolved("company", "enterprise", techAttributeTagList=given))[0][
        "techAttributeTagList"
    ] == enterprise


async def test_wildcard_tags_are_the_enterprise_api_s_alone() -> None:
    assert (await resolved("company", "enterprise", techAttributeTagList="3.2.*"))[0]["techAttributeTagList"] == "3.2.*"
    assert (await refused("company", techAttributeTagList="3.2.*")).kind == "unknown_value"


def test_folding_meets_case_spaces_and_plurals() -> None:
    assert fold("  VP  Level Execs ") == fold("vp level exec")
    assert fold("Director(s)") == fold("directors") == fold("Director")
    assert fold("Business") != fold("Busines")


def test_an_exact_name_wins_over_a_folded_one() -> None:
    both = [Value("a", "Sales"), Value("b", "sale")]
    assert find("f", "Sales", both, lookup="x").id == "a"
    assert find("f", "a", both, lookup="x").id == "a"
    with pytest.raises(UnknownValue):
        find("f", "sALes'", both, lookup="x")


def test_the_nearest_of_a_large_taxonomy_takes_no_noticeable_time() -> None:
    many = [Value(f"group{number % 50}.{number}", f"Speciality number {number}") for number in range(5000)]
    start = time.perf_counter()
    assert nearest("Specialty number 4711", many)[0].id == "group11.4711"
    assert time.perf_counter() - start < 1.5


async def test_a_name_of_a_country_and_of_a_state_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TAXONOMIES, "countries", [*TAXONOMIES["countries"], Value("georgia", "Georgia")])
    monkeypatch.setitem(TAXONOMIES, "states", [*TAXONOMIES["states"], Value("usa.georgia", "Georgia")])
    error = await refused("company", country="Georgia")
    assert error.kind == "several_values"
    assert error.details["candidates"] == ["country=georgia", "state=usa.georgia"]
    assert (await resolved("company", "gtm", country="georgia"))[0] == {"country": "georgia"}
    assert (await resolved("company", "gtm", state="Georgia"))[0] == {"state": "usa.georgia"}


async def test_a_label_of_several_taxonomies_names_them_all() -> None:
    lists = {
        "metro-regions": [Value("m", "XX - Elsewhere")],
        "states": [Value("usa.springland", "Springland")],
        "countries": [Value("springland", "Springland")],
    }

    async def lookup(field: str, narrow: object = None) -> list[Value]:
        return lists.get(field, [])

    specs = FILTERS["company"]
    with pytest.raises(UnknownValue) as caught:
        await resolve(specs, "gtm", {"metroRegion": ["Springland"]}, lookup)
    assert caught.value.details["elsewhere"] == [
        {"filter": "state", "value": "usa.springland"},
        {"filter": "country", "value": "springland"},
    ]
    assert "state='usa.springland' (Springland) or country='springland'" in caught.value.next_step


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"employeeRangeMin": "50-200 people", "employeeRangeMax": 500}, "states employeeRangeMax=200 already"),
        ({"revenueMin": "200 employees"}, "employeeRangeMin='200'"),
        ({"revenueMin": "10-50"}, "revenueMin=10000 and revenueMax=50000 (millions of USD)"),
        ({"revenueMin": "€5m"}, "in EUR"),
        ({"employeeRangeMin": "$10-50M"}, "revenueMin='10000' or revenueMax='50000'. Both go together."),
        ({"employeeRangeMin": "enterprise"}, "employeeRangeMin=10000"),
        ({"employeeRangeMin": "200-50"}, "must be a whole number"),
    ],
)
def test_sizes_that_contradict_or_have_another_unit(given: dict[str, object], said: str) -> None:
    with pytest.raises(SalesZoomInfoError) as caught:
        read_filters("company", "gtm", spread(FILTERS["company"], given)[0])
    assert said in f"{caught.value.message} {caught.value.next_step}"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"employeeRangeMin": "50-200 people", "employeeRangeMax": "50-200 people"}, {"Min": 50, "Max": 200}),
        ({"employeeRangeMin": 50, "employeeRangeMax": "200"}, {"Min": 50, "Max": "200"}),
        ({"employeeRangeMin": ["50-200"]}, {"Min": "50", "Max": "200"}),
        ({"employeeRangeMax": "1,000+"}, {"Min": "1000"}),
    ],
)
def test_sizes_beside_each_other(given: dict[str, object], read: dict[str, object]) -> None:
    values, _ = spread(FILTERS["company"], given)
    assert {name: str(value) for name, value in values.items()} == {
        f"employeeRange{bound}": str(value) for bound, value in read.items()
    }
