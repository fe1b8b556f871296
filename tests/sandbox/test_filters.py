"""Every filter of both generations finds the record that its value was taken from, and leaves others out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.sandbox import dataset as data_files
from sales_zoominfo.sandbox import tables, taxonomies
from sales_zoominfo.sandbox.encoding import email_digests
from sales_zoominfo.sandbox.places import COUNTRIES

from .conftest import Driver

Row = dict[str, Any]
Case = Callable[[Row, Row], Any]
BASE = data_files.ANCHOR


def day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def tags(row: Row, column: str) -> list[str]:
    return [item for item in row[column].split("|") if item]


def band(bands: dict[str, tuple[int, int]], value: int) -> str:
    return next(key for key, (low, high) in bands.items() if low <= value < high)


def industry(row: Row) -> str:
    return tags(row, "industries")[-1]


def first_round(doc: Row) -> Any:
    return doc["rounds"][-1] if doc["rounds"] else None


def combined(condition: Any, **filters: Any) -> dict[str, Any] | None:
    return filters if condition else None


# Each case gives the filter's value from a company's columns and document; a dict adds the filters it works with.
COMPANY: dict[str, Case] = {
    "address": lambda c, d: f"{d['street']} {d['city']}",
    "allFundingRoundTypes": lambda _, d: [d["rounds"][0][1]] if d["rounds"] else None,
    "companyDescription": lambda _, d: f"{d['topics'][0]} focus" if d["description"] else None,
    "companyId": lambda c, _: f"{c['id']},1",
    "companyName": lambda _, d: d["name"],
    "companyRanking": lambda c, _: ",".join(tags(c, "rankings")),
    "companyStructureIncludedSubUnitTypes": lambda c, _: c["sub_unit"] if c["parent"] else None,
    "companyTicker": lambda c, _: [c["ticker"]] if c["ticker"] else None,
    "companyType": lambda c, _: c["type"] if c["type"] != "private" else None,
    "companyWebsite": lambda _, d: f"http://www.{d['domain']},other.example",
    "continent": lambda c, _: c["continent"],
    "country": lambda c, _: c["country"],
    "employeeCount": lambda c, _: band(taxonomies.EMPLOYEE_BANDS, c["employees"]),
    "employeeRangeMax": lambda c, _: str(c["employees"]),
    "employeeRangeMin": lambda c, _: str(c["employees"]),
    "engagementStartDate": lambda _, d: day(BASE + d["engagements"][0][0]) if d["engagements"] else None,
    "engagementEndDate": lambda _, d: combined(
        d["engagements"],
        engagementStartDate="2020-01-01",
        engagementEndDate=day(BASE + d["engagements"][0][0]) if d["engagements"] else "",
    ),
    "engagementType": lambda _, d: [d["engagements"][0][1]] if d["engagements"] else None,
    "excludedRegions": lambda c, _: "usa.california" if c["state_id"] != "usa.california" else None,
    "excludeTechAttributeTagList": lambda c, _: "713 AND 248, 172" if len(c["products"]) == 1 else None,
    "fundingAmountMax": lambda _, d: first_round(d) and first_round(d)[2],
    "fundingAmountMin": lambda _, d: first_round(d) and first_round(d)[2],
    "fundingEndDate": lambda _, d: first_round(d) and day(BASE + first_round(d)[0] * 86_400),
    "fundingStartDate": lambda _, d: first_round(d) and day(BASE + first_round(d)[0] * 86_400),
    "hashTagString": lambda c, _: ",".join(tags(c, "hashtags")),
    "industryCodes": lambda c, _: industry(c),
    "industryKeywords": lambda c, d: (
        f"{taxonomies.INDUSTRIES[industry(c)].name} AND {d['topics'][0]}" if d["description"] else None
    ),
    "locationSearchType": lambda c, _: combined(True, country=c["country"], locationSearchType="HQ"),
    "metroRegion": lambda c, _: c["metro"] or None,
    "naicsCodes": lambda c, _: ",".join(tags(c, "naics")),
    "oneYearEmployeeGrowthRateMax": lambda c, _: str(c["growth1"]),
    "oneYearEmployeeGrowthRateMin": lambda c, _: str(c["growth1"]),
    "parentId": lambda c, _: str(c["parent"]) if c["parent"] else None,
    "primaryIndustriesOnly": lambda c, _: combined(True, industryCodes=industry(c), primaryIndustriesOnly=True),
    "recentFundingRoundTypes": lambda c, _: [c["recent_round"]] if c["recent_round"] else None,
    "revenue": lambda c, _: band(taxonomies.REVENUE_BANDS, c["revenue"]),
    "revenueMax": lambda c, _: c["revenue"],
    "revenueMin": lambda c, _: c["revenue"],
    "sicCodes": lambda c, _: ",".join(tags(c, "sic")),
    "state": lambda c, _: c["state_id"] or None,
    "street": lambda _, d: d["street"],
    "subUnitTypes": lambda c, _: c["sub_unit"] if c["parent"] else None,
    "techAttributeTagList": lambda c, _: ",".join(tags(c, "products")[:2]),
    "twoYearEmployeeGrowthRateMax": lambda c, _: str(c["growth2"]),
    "twoYearEmployeeGrowthRateMin": lambda c, _: str(c["growth2"]),
    "ultimateParentId": lambda c, _: str(c["ultimate"]) if c["ultimate"] else None,
    "zipCode": lambda c, _: c["zip"] or None,
    "zipCodeRadiusMiles": lambda c, _: combined(c["country"] == "usa", zipCode=c["zip"], zipCodeRadiusMiles=25),
    "zoominfoContactsMax": lambda c, _: str(c["contacts"]),
    "zoominfoContactsMin": lambda c, _: str(c["contacts"]) if c["contacts"] else None,
    "businessModel": lambda c, _: tags(c, "models")[-1:] if tags(c, "models") != ["B2B"] else None,
    "certified": lambda c, _: c["certified"],
    "excludeDefunctCompanies": lambda c, _: True if not c["defunct"] else None,
    "financeDepartmentBudgetMax": lambda c, _: c["finance_budget"],
    "financeDepartmentBudgetMin": lambda c, _: c["finance_budget"],
    "hrDepartmentBudgetMax": lambda c, _: c["hr_budget"],
    "hrDepartmentBudgetMin": lambda c, _: c["hr_budget"],
    "itDepartmentBudgetMax": lambda c, _: c["it_budget"],
    "itDepartmentBudgetMin": lambda c, _: c["it_budget"],
    "marketingDepartmentBudgetMax": lambda c, _: c["marketing_budget"],
    "marketingDepartmentBudgetMin": lambda c, _: c["marketing_budget"],
}
CONTACT: dict[str, Case] = {
    "boardMember": lambda p, _: "only" if p["board"] else None,
    "buyingGroup": lambda p, _: (
        ["1913024"] if p["department"] == "3" and set(tags(p, "levels")) & {"Director", "VP Level Exec"} else None
    ),
    "companyPastOrPresent": lambda _, d: combined(
        d["history"], companyPastOrPresent="past", companyId=str(d["history"][0][4]) if d["history"] else ""
    ),
    "contactAccuracyScoreMax": lambda p, _: str(p["accuracy"]) if p["accuracy"] < 90 else None,
    "contactAccuracyScoreMin": lambda p, _: str(p["accuracy"]) if p["accuracy"] > 85 else None,
    "degree": lambda _, d: d["education"] and d["education"][0][2],
    "department": lambda p, _: taxonomies.DEPARTMENTS[p["department"]],
    "emailAddress": lambda p, _: p["email"] and p["email"].upper(),
    "employmentHistory": lambda _, d: (
        [{"companyName": d["history"][0][5], "jobTitle": d["history"][0][0]}] if d["history"] else None
    ),
    "exactJobTitle": lambda _, d: f"Nobody at All OR {d['title']}",
    "excludeJobTitle": lambda p, _: "Manager" if "manager" not in p["title"] else None,
    "excludeManagementLevel": lambda p, _: "Non Manager,Director" if p["hierarchy"] not in (1, 3) else None,
    "excludePartialProfiles": lambda p, _: True if p["company"] else None,
    "executivesOnly": lambda p, _: True if set(tags(p, "levels")) & {"C Level Exec", "VP Level Exec"} else None,
    "filterByBuyingCommittee": lambda p, _: (
        True if p["department"] == "3" and set(tags(p, "levels")) & {"Director", "VP Level Exec"} else None
    ),
    "firstName": lambda _, d: d["first"],
    "fullName": lambda _, d: f"{d['first']} {d['middle']} {d['last']}",
    "hasBeenNotified": lambda p, _: "only" if p["notified"] else None,
    "hashedEmail": lambda p, _: p["email"] and email_digests(p["email"])[2],
    "jobFunction": lambda p, _: p["function"],
    "jobTitle": lambda _, d: f"{d['title']} OR Zookeeper",
    "lastName": lambda _, d: d["last"],
    "lastUpdatedDateAfter": lambda p, _: day(BASE + p["updated"] - 86_400) if p["updated"] > -200 * 86_400 else None,
    "lastUpdatedInMonths": lambda p, _: 3 if p["updated"] > -50 * 86_400 else None,
    "locationCompanyId": lambda p, _: p["location"] and [p["location"]],
    "managementLevel": lambda p, _: tags(p, "levels")[0] if not p["board"] else None,
    "middleInitial": lambda _, d: d["middle"],
    "personId": lambda p, _: f"{p['id']},5",
    "phone": lambda _, d: d["mobile"] and [d["mobile"]],
    "positionStartDateMax": lambda p, _: day(BASE + p["started"] * 86_400),
    "positionStartDateMin": lambda p, _: day(BASE + p["started"] * 86_400),
    "requiredFields": lambda p, _: (
        "email,directPhone,mobilePhone" if p["email"] and p["direct"] and p["mobile"] else None
    ),
    "school": lambda _, d: d["education"] and d["education"][0][0],
    "supplementalEmail": lambda p, _: p["email2"] and [p["email2"]],
    "techSkills": lambda p, _: tags(p, "skills"),
    "validDateAfter": lambda p, _: day(BASE + p["valid"] - 86_400) if p["valid"] > -200 * 86_400 else None,
    "webReferences": lambda p, _: tags(p, "refs"),
    "yearsOfExperience": lambda p, _: p["experience"],
    "locationSearchType": lambda p, _: combined(p["country"], country=p["country"] or "", locationSearchType="Person"),
}
# It marks rows and narrows nothing; `test_under_management` has it.
MARKS = {"underManagement"}


@dataclass
class Records:
    companies: list[tuple[Row, Row]]
    people: list[tuple[Row, Row, Row]]


@pytest.fixture(scope="module")
def records(dataset: Path, wide: Path) -> Iterator[Records]:
    with sqlite3.connect(wide) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("ATTACH ? AS data", (str(dataset),))
        docs = {row["id"]: json.loads(row["doc"]) for row in connection.execute("SELECT * FROM company_doc")}
        companies = {row["id"]: dict(row) for row in connection.execute("SELECT * FROM company")}
        people = [dict(row) for row in connection.execute("SELECT * FROM person WHERE opted_out=0")]
        person_docs = {row["id"]: json.loads(row["doc"]) for row in connection.execute("SELECT * FROM person_doc")}
    connection.close()
    yield Records(
        [(row, docs[key]) for key, row in companies.items()],
        [(row, person_docs[row["id"]], companies.get(row["company"], {})) for row in people],
    )


def enterprise_value(name: str, value: Any) -> Any:
    """Respell what the older API spells differently."""
    if name == "techAttributeTagList":
        return " OR ".join(taxonomies.PRODUCTS[key].tag for key in value.split(","))
    if name == "zipCodeRadiusMiles":
        return str(value)
    return value


def pick(name: str, sources: list[tuple[Any, ...]], case: Case) -> tuple[int, dict[str, Any]]:
    for source in sources[7:] + sources[:7]:
        value = case(*source[:2])
        if value or value == 0:
            found: dict[str, Any] = value if isinstance(value, dict) else {name: value}  # pyright: ignore[reportUnknownVariableType]
            return source[0]["id"], found
    raise AssertionError(f"no record has a value for {name}")


def total_of(driver: Driver, entity: str, generation: str, criteria: dict[str, Any]) -> int:
    if generation == "gtm":
        answer = driver.find(entity, criteria, size=1)
        assert answer.status_code == 200, answer.text
        return answer.json()["meta"]["totalResults"]
    body = {name: enterprise_value(name, value) for name, value in criteria.items()}
    answer = driver.ent(f"/search/{entity}", {**body, "rpp": 1})
    assert answer.status_code == 200, answer.text
    return answer.json()["maxResults"]


def check(driver: Driver, entity: str, generation: str, key: int, criteria: dict[str, Any], everything: int) -> None:
    """The filter leaves somebody out, and together with the record's id finds exactly the record."""
    assert 0 < total_of(driver, entity, generation, criteria) < everything
    own = {"personId": str(key)} if entity == "contact" else {"companyId": str(key)}
    assert total_of(driver, entity, generation, own | criteria) == 1


def served(table: dict[str, tables.Filter]) -> list[tuple[str, str]]:
    """Every filter that narrows, with each generation that has it."""
    return [
        (name, generation)
        for name in sorted(table.keys() - MARKS)
        for generation in ("gtm", "enterprise")
        if getattr(table[name], generation) is not None
    ]


@pytest.mark.parametrize(("name", "generation"), served(tables.COMPANY_FILTERS))
def test_company_filter(shared: Driver, records: Records, name: str, generation: str) -> None:
    key, criteria = pick(name, list(records.companies), COMPANY[name])
    check(shared, "company", generation, key, criteria, len(records.companies))


@pytest.mark.parametrize(("name", "generation"), served(tables.CONTACT_FILTERS))
def test_contact_filter(shared: Driver, records: Records, name: str, generation: str) -> None:
    people = [source for source in records.people if not source[0]["board"] or name == "boardMember"]
    if name in CONTACT:
        key, criteria = pick(name, list(people), CONTACT[name])
    elif name.startswith("engagement"):
        key, criteria = pick(name, list(people), COMPANY[name])
    else:
        employers = {row["id"]: (row, doc) for row, doc in records.companies}
        employed = [source for source in people if source[0]["company"]]
        sources = [employers[source[0]["company"]] for source in employed]
        company, criteria = pick(name, list(sources), COMPANY[name])
        key = next(source[0]["id"] for source in employed if source[0]["company"] == company)
    check(shared, "contact", generation, key, criteria, len(records.people))


def test_every_filter_has_a_case() -> None:
    assert COMPANY.keys() == tables.COMPANY_FILTERS.keys() - MARKS
    assert CONTACT.keys() | COMPANY.keys() >= tables.CONTACT_FILTERS.keys() - MARKS


def titles(answer: Any) -> list[str]:
    return [row["attributes"]["jobTitle"] for row in answer.json()["data"]]


def test_a_comma_survives_in_a_title_and_a_company_name(shared: Driver) -> None:
    found = titles(shared.find("contact", {"jobTitle": "Manager, Purchasing"}, size=100))
    assert "Manager, Purchasing" in found
    assert all("purchas" in title.lower() and "manager" in title.lower() for title in found)
    assert set(titles(shared.find("contact", {"exactJobTitle": "Manager, Purchasing"}, size=100))) == {
        "Manager, Purchasing"
    }
    rows = shared.find("company", {"companyName": "Acme, Inc."}).json()["data"]
    assert {row["attributes"]["name"] for row in rows} == {"Acme, Inc.", "Acme Widgets LLC"}
    assert (
        shared.find("contact", {"companyName": "Acme, Inc.", "lastName": "Sample"}).json()["meta"]["totalResults"] == 2
    )


def test_a_comma_splits_an_excluded_title(shared: Driver) -> None:
    found = titles(shared.find("contact", {"country": "usa", "excludeJobTitle": "Manager, Purchasing"}, size=100))
    assert not any("manager" in title.lower() or "purchasing" in title.lower() for title in found)


def test_damaged_entities_are_found(shared: Driver, records: Records) -> None:
    damaged = next(doc["title"] for _, doc, _ in records.people if "& Amp;" in doc["title"])
    assert damaged in titles(shared.find("contact", {"jobTitle": damaged.replace("& Amp;", "&")}, size=100))


def test_names_without_accents(shared: Driver) -> None:
    for criteria in (
        {"fullName": "Zoe Angstrom"},
        {"firstName": "ŁUKASZ", "lastName": "Wisniewski"},
        {"lastName": "李"},
    ):
        assert shared.find("contact", criteria).json()["meta"]["totalResults"] >= 1


def test_or_between_titles(shared: Driver) -> None:
    def total(title: str) -> int:
        return shared.find("contact", {"jobTitle": title}).json()["meta"]["totalResults"]

    one, two = total("Accountant"), total("Recruiter")
    assert one
    assert two
    assert total("Accountant OR Recruiter") == one + two


def test_keyword_operators(shared: Driver) -> None:
    def total(text: str) -> int:
        return shared.find("company", {"industryKeywords": text}).json()["meta"]["totalResults"]

    assert total("software AND security") < total("software") < total("software OR security")


def test_enterprise_company_name_operators(shared: Driver) -> None:
    def total(text: str) -> int:
        return shared.ent("/search/contact", {"companyName": text}).json()["maxResults"]

    both, widgets = total("Acme"), total("Acme Widgets")
    assert total("Acme NOT Widgets") == both - widgets
    assert total("Acme OR Inkwell") > both


def test_enterprise_technology_wildcards(shared: Driver) -> None:
    def total(tag: str) -> int:
        return shared.ent("/search/company", {"techAttributeTagList": tag}).json()["maxResults"]

    product = total("333.202.28.24617")
    assert product
    assert total("333.202.28") >= product
    assert total("333.202.*") >= total("333.202.28")
    assert total("*.*.28.*") > product


def test_enterprise_ors_state_and_country(shared: Driver) -> None:
    def old(**criteria: str) -> int:
        return shared.ent("/search/company", criteria).json()["maxResults"]

    country, state = old(country="germany"), old(state="California")
    assert old(country="germany", state="California") == country + state
    gtm = shared.find("company", {"country": "germany", "state": "California"}).json()["meta"]["totalResults"]
    assert gtm == 0


def test_country_and_state_spellings(shared: Driver) -> None:
    def total(**criteria: str) -> int:
        return shared.find("company", criteria).json()["meta"]["totalResults"]

    assert total(country="usa") == total(country="United States") == total(country="US") > 0
    assert total(state="usa.california") == total(state="CA") == total(state="california") > 0
    assert total(country="korea, south") == total(country="south korea")
    assert COUNTRIES["south korea"].name == "Korea, South"


def test_revenue_filter_is_in_thousands(make: Callable[..., Driver], shared: Driver) -> None:
    criteria = {"companyName": "Acme, Inc.", "revenueMin": 260_000, "revenueMax": 260_000}
    assert shared.find("company", criteria).json()["meta"]["totalResults"] == 1
    assert shared.ent("/search/company", criteria).json()["maxResults"] == 1
    dollars = make(switches={"enterprise_revenue_unit": "dollars"})
    whole = {"companyName": "Acme, Inc.", "revenueMin": 260_000_000, "revenueMax": 260_000_000}
    assert dollars.ent("/search/company", whole).json()["maxResults"] == 1


def test_board_members_by_default(shared: Driver) -> None:
    query = {"managementLevel": "Board Member", "jobTitle": "Board"}
    assert shared.find("contact", query).json()["meta"]["totalResults"] == 0
    included = shared.find("contact", query | {"boardMember": "include"}).json()["meta"]["totalResults"]
    assert included > 0
    assert shared.ent("/search/contact", query).json()["maxResults"] == included


def test_enterprise_is_lax_about_spelling_and_types(shared: Driver) -> None:
    def total(**criteria: Any) -> int:
        return shared.ent("/search/contact", criteria).json()["maxResults"]

    assert total(managementLevel="directors") == total(managementLevel="Director")
    assert total(companyId=900001) == total(companyId="900001") > 0
    assert total(country="usa", revenueMin="1000") == total(country="usa", revenueMin=1000)


def test_opted_out_people_are_in_no_search(shared: Driver, dataset: Path) -> None:
    with sqlite3.connect(dataset) as connection:
        rows = connection.execute("SELECT id, email, first, last FROM person WHERE opted_out=1").fetchall()
    connection.close()
    assert len(rows) > 10
    for key, email, first, last in rows:
        for criteria in (
            {"personId": str(key)},
            {"emailAddress": email} if email else {"lastName": last, "firstName": first},
        ):
            found = shared.find("contact", criteria | {"boardMember": "include"}, size=100).json()["data"]
            assert str(key) not in {row["id"] for row in found}
    assert shared.ent("/search/contact", {"lastName": "Optout"}).json()["maxResults"] == 0


def test_gtm_pages_to_the_end(shared: Driver) -> None:
    seen: list[str] = []
    number, total = 1, 0
    while True:
        answer = shared.find("contact", {"country": "usa"}, number=number, size=100).json()
        total = answer["meta"]["totalResults"]
        seen += [row["id"] for row in answer["data"]]
        assert answer["meta"]["page"] == {"number": number, "total": len(answer["data"])}
        assert ("prev" in answer["links"]) == (number > 1)
        if "next" not in answer["links"]:
            break
        assert answer["links"]["next"] == f"/data/v1/contacts/search?page[number]={number + 1}&page[size]=100"
        number += 1
    assert len(seen) == len(set(seen)) == total
    assert (
        shared.find("contact", {"country": "usa"}, number=number + 1, size=100).json()["errors"][0]["code"]
        == "PFAPI0004"
    )


def test_enterprise_pages_to_the_end_of_the_window(shared: Driver) -> None:
    seen: list[int] = []
    for page in range(1, 11):
        answer = shared.ent("/search/contact", {"country": "usa", "rpp": 100, "page": page}).json()
        seen += [row["id"] for row in answer["data"]]
        assert answer["maxResults"] > 1000
    assert len(seen) == len(set(seen)) == 1000
    assert shared.ent("/search/contact", {"country": "usa", "rpp": 100, "page": 11}).status_code == 400


@pytest.mark.parametrize("style", ["plain", "uri=", "absent"])
@pytest.mark.parametrize("meaning", ["rows_on_page", "page_count"])
def test_page_switches(make: Callable[..., Driver], style: str, meaning: str) -> None:
    box = make(switches={"gtm_links_style": style, "gtm_page_total": meaning})
    answer = box.find("company", {}, size=2).json()
    assert answer["meta"]["page"]["total"] == (2 if meaning == "rows_on_page" else 150)
    if style == "absent":
        assert "links" not in answer
    else:
        assert answer["links"]["first"].startswith("uri=/data" if style == "uri=" else "/data/v1/companies/search?")


@pytest.mark.parametrize("entity", ["contact", "company"])
def test_sorting(shared: Driver, entity: str) -> None:
    for field in tables.CONTACT_SORTS if entity == "contact" else tables.COMPANY_SORTS:
        for sign in ("", "-"):
            rows = shared.find(entity, {"country": "usa"}, size=100, sort=f"{sign}{field}").json()["data"]
            assert len(rows) == 100
            order = "descending" if sign else "asc"
            old = shared.ent(
                f"/search/{entity}",
                {"country": "usa", "boardMember": "exclude", "rpp": 100, "sortBy": field, "sortOrder": order}
                if entity == "contact"
                else {"country": "usa", "rpp": 100, "sortBy": field, "sortOrder": order},
            )
            assert [str(row["id"]) for row in old.json()["data"]] == [row["id"] for row in rows]
    scores = [
        row["attributes"].get("contactAccuracyScore")
        for row in shared.find("contact", {"country": "usa"}, sort="-contactAccuracyScore").json()["data"]
    ]
    assert scores == sorted(scores, reverse=True)
    revenues = [int(row["attributes"]["revenue"]) for row in shared.find("company", {}).json()["data"]]
    assert revenues == sorted(revenues, reverse=True)


def test_few_and_many_hits_have_the_same_order(shared: Driver) -> None:
    everyone = shared.find("contact", {"boardMember": "include"}, size=100, sort="lastName").json()["data"]
    last = [row["attributes"]["lastName"].lower() for row in everyone if row["attributes"]["lastName"].isascii()]
    assert last == sorted(last)


def test_under_management(make: Callable[..., Driver]) -> None:
    box = make()
    criteria = {"companyId": "900001,900008", "underManagement": True}
    before = [row["attributes"]["managementStatus"] for row in box.find("company", criteria).json()["data"]]
    assert before == [{"underManagement": False}] * 2
    box.enrich("company", [{"companyId": 900001}], ["name"])
    after = {row["id"]: row["attributes"]["managementStatus"] for row in box.find("company", criteria).json()["data"]}
    assert after["900001"] == {"underManagement": True, "purchaseDate": "2026-11-21T00:00:00Z"}
    assert after["900008"] == {"underManagement": False}
    assert "managementStatus" not in box.find("company", {"companyId": "900001"}).text
    assert box.find("company", criteria | {"underManagement": False}).text.count("managementStatus") == 0
