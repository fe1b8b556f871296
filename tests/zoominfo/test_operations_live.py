"""Every operation of the client over a real socket, on both API generations."""

from __future__ import annotations

from typing import Any

import pytest

from sales_zoominfo.errors import InvalidArgument, NotAvailable, OutcomeUnknown, UpstreamUnavailable, WindowExceeded
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.zoominfo.client import Client
from sales_zoominfo.zoominfo.fields import OUTPUTS, SEARCH_ROW, SORTS
from sales_zoominfo.zoominfo.operations import Entity, Generation
from sales_zoominfo.zoominfo.records import Match, Page, Row
from sales_zoominfo.zoominfo.taxonomy import LOOKUPS
from support import GENERATIONS, GRANTS, Served, client

pytestmark = pytest.mark.anyio
ENTITIES: tuple[Entity, ...] = ("contact", "company")
# Rows of an Enterprise search in ZoomInfo's documented example; its lookup lists two more that the example lacks.
SHOWN_BY_BOTH: dict[Entity, set[str]] = {
    "contact": {name for name, spec in SEARCH_ROW["contact"].items() if spec.enterprise and spec.gtm}
    - {"managementLevel", "school"},
    "company": {"id", "name"},
}
# The two generations document opposite defaults for board members, so they are asked for.
EVERYBODY = {"boardMember": "include"}


def ids(page: Page) -> list[str]:
    return [row["id"] for row in page.rows]


def projected(rows: list[Row], names: set[str]) -> list[Row]:
    return [{name: to_minute(value) for name, value in row.items() if name in names} for row in rows]


def to_minute(value: Any) -> Any:
    """A time of day without its seconds, which the Enterprise API does not tell."""
    told = isinstance(value, str) and len(value) == 20 and value[10] == "T" and value.endswith("Z")
    return f"{value[:17]}00Z" if told else value


def facts(matches: list[Match]) -> list[Any]:
    """Matches without what one generation alone tells: seconds and warning codes."""
    return [(match.status, match.record_id, projected([match.row], set(match.row))) for match in matches]


async def all_pages(made: Client, entity: Entity, filters: dict[str, object], size: int) -> tuple[list[str], Page]:
    found: list[str] = []
    number: int | None = 1
    while True:
        page = await made.search(entity, filters, page=number, size=size)
        found += ids(page)
        if page.next_page is None:
            return found, page
        assert page.next_page == page.page + 1
        number = page.next_page


# --- sign-in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grant", GRANTS)
async def test_each_way_to_sign_in_opens_the_api(served_sandbox: Served, grant: str) -> None:
    made = client(served_sandbox, GRANTS[grant], grant=grant)
    assert await made.authenticate() == (GRANTS[grant],)
    found = await made.search("company", {"companyName": "Acme, Inc."})
    assert "Acme, Inc." in [row["name"] for row in found.rows]
    assert made.sandbox, "the header of a served sandbox says that its records are invented"
    await made.aclose()


# --- search ----------------------------------------------------------------------------------------------------

CONTACT_SEARCHES: list[dict[str, object]] = [
    {"companyName": "Acme, Inc."},
    {"jobTitle": "Manager, Purchasing"},
    {"jobTitle": ["Chief Financial Officer", "Director OR Head"], "country": "germany"},
    {"managementLevel": ["VP Level Execs", "Director"], "department": "Sales", "state": "Texas"},
    {"lastName": "Müller"},
    {"companyWebsite": "acme.example", "requiredFields": ["email", "directPhone"]},
    {"contactAccuracyScoreMin": 98, "excludeJobTitle": "Manager", "metroRegion": "usa.texas.austin"},
    {"yearsOfExperience": "6-10", "employeeRangeMin": "1,000", "employeeRangeMax": 20_000, "state": "CA"},
    {"lastUpdatedInMonths": 1, "executivesOnly": True},
    {"jobFunction": "Accounting", "positionStartDateMin": "2026-01-01"},
    {"industryCodes": "Software", "excludeManagementLevel": "Non Manager"},
]
COMPANY_SEARCHES: list[dict[str, object]] = [
    {"companyName": "Acme, Inc."},
    {"industryCodes": ["Software"], "employeeRangeMin": 500, "employeeRangeMax": 5000},
    {"revenueMin": 1_000_000, "companyType": ["public"]},
    {"country": "Germany"},
    {"state": "usa.ohio", "primaryIndustriesOnly": True, "industryCodes": "Manufacturing"},
    {"techAttributeTagList": "Salesforce", "continent": "Europe"},
    {"sicCodes": "7372"},
    {"fundingAmountMin": 1000, "fundingStartDate": "2024-01-01", "fundingEndDate": "2026-06-30"},
    {"employeeCount": "1to4"},
    {"oneYearEmployeeGrowthRateMin": 12.5, "businessModel": ["B2B", "B2G"]},
    {"companyRanking": "Fortune 500"},
    {"companyWebsite": "http://www.acme.example, example.example"},
    {"industryKeywords": "software AND security OR retail"},
    {"certified": 1, "excludeDefunctCompanies": True, "itDepartmentBudgetMin": 500},
    {"zipCode": "78701", "zipCodeRadiusMiles": 50},
]


@pytest.mark.parametrize("filters", CONTACT_SEARCHES, ids=lambda filters: " ".join(filters))
async def test_both_generations_find_the_same_people(
    gtm: Client, enterprise: Client, filters: dict[str, object]
) -> None:
    new = await gtm.search("contact", {**EVERYBODY, **filters}, size=50, sort="lastName")
    old = await enterprise.search("contact", {**EVERYBODY, **filters}, size=50, sort="lastName")
    assert new.total == old.total > 0
    assert projected(new.rows, SHOWN_BY_BOTH["contact"]) == projected(old.rows, SHOWN_BY_BOTH["contact"])
    assert (new.window, old.window) == (5_000, 1_000)


@pytest.mark.parametrize("filters", COMPANY_SEARCHES, ids=lambda filters: " ".join(filters))
async def test_both_generations_find_the_same_companies(
    gtm: Client, enterprise: Client, filters: dict[str, object]
) -> None:
    new = await gtm.search("company", filters, size=50, sort="name")
    old = await enterprise.search("company", filters, size=50, sort="name")
    assert new.total == old.total > 0
    assert projected(new.rows, SHOWN_BY_BOTH["company"]) == projected(old.rows, SHOWN_BY_BOTH["company"])


@pytest.mark.parametrize("entity", ENTITIES)
async def test_search_rows_carry_typed_values(one: Client, entity: Entity) -> None:
    page = await one.search(entity, {"country": "United States"}, size=100)
    specs = SEARCH_ROW[entity]
    types: dict[str, Any] = {"id": str, "string": str, "number": int, "boolean": bool, "datetime": str, "strings": list}
    for row in page.rows:
        assert set(row) <= set(specs)
        for name, value in row.items():
            assert type(value) is types[specs[name].type], (name, value)
            assert specs[name].type != "datetime" or value[4::3] == "--T::Z"[: len(value[4::3])], (name, value)


def stepped(values: list[Any], descending: bool) -> bool:
    return values == sorted(values, reverse=descending)


@pytest.mark.parametrize("way", ["", "-"])
async def test_each_sort_field_reaches_either_generation(gtm: Client, enterprise: Client, way: str) -> None:
    for entity in ENTITIES:
        filters: dict[str, object] = {"state": "Texas", **(EVERYBODY if entity == "contact" else {})}
        for field in SORTS[entity]:
            new = await gtm.search(entity, filters, size=40, sort=way + field)
            old = await enterprise.search(entity, filters, size=40, sort=way + field)
            assert ids(new) == ids(old), (entity, field)
            if field in ("contactAccuracyScore", "employeeCount", "revenue"):
                values = [row[field] for row in new.rows]
                assert stepped(values, way == "-"), (field, values)


async def test_no_order_is_the_service_s_own(gtm: Client) -> None:
    free = await gtm.search("company", {"state": "Texas"})
    assert ids(free) == ids(await gtm.search("company", {"state": "Texas"}, sort="-revenue"))


# --- pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", ENTITIES)
async def test_every_page_is_read_once_and_the_last_one_ends_it(one: Client, entity: Entity) -> None:
    filters: dict[str, object] = {"country": "Germany", "employeeRangeMin": 200}
    whole, first = await all_pages(one, entity, filters, 100)
    assert len(whole) == len(set(whole)) == first.total
    again, last = await all_pages(one, entity, filters, 30)
    assert again == whole
    assert last.page == -(-first.total // 30)


async def test_a_last_page_that_is_full_has_no_next(one: Client) -> None:
    total = (await one.search("company", {"country": "Germany"})).total
    size = next(size for size in range(2, 101) if total % size == 0)
    page = await one.search("company", {"country": "Germany"}, page=total // size, size=size)
    assert len(page.rows) == size
    assert page.next_page is None
    with pytest.raises(WindowExceeded) as caught:
        await one.search("company", {"country": "Germany"}, page=total // size + 1, size=size)
    assert caught.value.kind == "past_end"


@pytest.mark.parametrize(
    ("generation", "size", "last"),
    [("enterprise", 100, 10), ("enterprise", 30, 33), ("gtm", 100, 100), ("gtm", 1, 100)],
)
async def test_the_window_ends_the_pages(served_sandbox: Served, generation: Generation, size: int, last: int) -> None:
    made = client(served_sandbox, generation)
    page = await made.search("contact", EVERYBODY, page=last, size=size)
    assert len(page.rows) == size
    assert page.total > page.window >= size * last
    assert page.next_page is None, "the next page is one that ZoomInfo refuses"
    before = await made.search("contact", EVERYBODY, page=last - 1, size=size)
    assert before.next_page == last
    sent = len(served_sandbox.sandbox.requests)
    with pytest.raises(WindowExceeded) as caught:
        await made.search("contact", EVERYBODY, page=last + 1, size=size)
    if (generation, size) == ("gtm", 1):
        assert caught.value.kind == "past_pages"
        assert "at pageSize 1 the first 100 can be read" in caught.value.message
        assert "pageSize 100 reads 10,000" in caught.value.next_step
    else:
        assert caught.value.kind == "past_window"
    assert len(served_sandbox.sandbox.requests) == sent, "nothing was sent"
    await made.aclose()


async def test_enterprise_drops_a_country_that_its_state_lies_in(enterprise: Client) -> None:
    alone = await enterprise.search("company", {"state": "California"})
    both_given = await enterprise.search("company", {"state": "ca", "country": "USA"})
    assert (both_given.total, ids(both_given)) == (alone.total, ids(alone))
    assert both_given.resolved["state"] == "usa.california"
    assert "country was left out" in both_given.warnings[0]
    with pytest.raises(InvalidArgument) as caught:
        await enterprise.search("company", {"state": "California", "country": "Germany"})
    assert caught.value.kind == "filters_together"


# --- enrich ----------------------------------------------------------------------------------------------------


def comparable(entity: Entity) -> list[str]:
    return [name for name, spec in OUTPUTS[entity].items() if spec.gtm and spec.enterprise]


async def both(
    gtm: Client, enterprise: Client, entity: Entity, inputs: list[dict[str, object]]
) -> tuple[list[Match], list[Match]]:
    names = comparable(entity)
    return await gtm.enrich(entity, "gtm", inputs, names), await enterprise.enrich(entity, "enterprise", inputs, names)


async def test_both_generations_hand_over_the_same_people(gtm: Client, enterprise: Client) -> None:
    for page in (1, 4):
        rows = (await gtm.search("contact", {**EVERYBODY, "country": "France"}, size=25, page=page)).rows
        new, old = await both(gtm, enterprise, "contact", [{"personId": row["id"]} for row in rows])
        assert [match.record_id for match in new] == [row["id"] for row in rows]
        assert facts(new) == facts(old)
        seen = {name for match in new for name in match.row}
        assert len(seen) > 60, sorted(set(comparable("contact")) - seen)


async def test_both_generations_hand_over_the_same_companies(gtm: Client, enterprise: Client) -> None:
    for filters in ({"companyType": "public"}, {"country": "Japan"}, {"companyName": "Acme, Inc."}):
        rows = (await gtm.search("company", filters, size=25)).rows
        new, old = await both(gtm, enterprise, "company", [{"companyId": row["id"]} for row in rows])
        assert [match.record_id for match in new] == [row["id"] for row in rows]
        assert facts(new) == facts(old)


async def test_enriched_values_have_the_types_of_the_table(gtm: Client, enterprise: Client) -> None:
    types: dict[str, tuple[type, ...]] = {
        "id": (str,), "string": (str,), "number": (int, float), "boolean": (bool,), "date": (str,), "datetime": (str,),
        "strings": (list,), "objects": (list,), "object": (dict,),
    }  # fmt: skip
    for entity in ENTITIES:
        rows = (await gtm.search(entity, {"country": "Canada"}, size=25)).rows
        key = "personId" if entity == "contact" else "companyId"
        inputs: list[dict[str, object]] = [{key: row["id"]} for row in rows]
        for made, generation in ((gtm, "gtm"), (enterprise, "enterprise")):
            every = [name for name, spec in OUTPUTS[entity].items() if spec.known(generation)]  # type: ignore[arg-type]
            for match in await made.enrich(entity, generation, inputs, every):  # type: ignore[arg-type]
                assert set(match.row) <= set(every), "company fields of a person are flat and carry their prefix"
                for name, value in match.row.items():
                    assert isinstance(value, types[OUTPUTS[entity][name].type]), (generation, name, value)


MIXED: list[dict[str, object]] = [
    {"emailAddress": "nobody@nowhere.example"},
    {"firstName": "Nobody", "lastName": "Atall", "companyName": "Acme, Inc."},
    {"externalURL": "https://www.linkedin.com/in/somebody"},
    {"fullName": "Nobody Atall", "companyName": "No Such Company"},
]


async def test_both_generations_agree_on_who_does_not_match(gtm: Client, enterprise: Client) -> None:
    found = (await gtm.search("contact", {"companyName": "Acme, Inc."}, size=1)).rows
    inputs = [*MIXED, {"personId": found[0]["id"]}, {"personId": found[0]["id"], "companyName": "Ørsund Analytics AB"}]
    new, old = await both(gtm, enterprise, "contact", inputs)
    assert [match.status for match in new] == [
        "NO_MATCH", "COMPANY_ONLY_MATCH", "INVALID_INPUT", "NO_MATCH", "FULL_MATCH", "CONTACT_ONLY_MATCH",
    ]  # fmt: skip
    assert facts(new) == facts(old)
    assert [match.matched for match in new] == [False, True, False, False, True, True]
    company_only = new[1]
    assert company_only.record_id is None, "a company's id must not pass for a person's"
    assert "id" not in company_only.row
    assert company_only.row["companyName"] == "Acme, Inc."


async def test_the_id_alone_is_a_record(one: Client) -> None:
    row = (await one.search("contact", {"companyName": "Acme, Inc."}, size=1)).rows[0]
    [match] = await one.enrich("contact", one.generations[0], [{"personId": row["id"]}], ["id"])
    assert match == Match("FULL_MATCH", {"id": row["id"]}, row["id"])
    assert match.matched


async def test_get_by_id_is_the_enriched_record(one: Client) -> None:
    generation = one.generations[0]
    for entity, filters in (("contact", EVERYBODY), ("company", {"country": "Italy"})):
        row = (await one.search(entity, filters, size=1)).rows[0]  # type: ignore[arg-type]
        _, names = one.enrich_fields(entity, None, "full")  # type: ignore[arg-type]
        match = await one.get(entity, generation, row["id"], names)  # type: ignore[arg-type]
        assert match.status == "FULL_MATCH"
        assert match.row["id"] == row["id"]
        missing = await one.get(entity, generation, "123456789012345", names)  # type: ignore[arg-type]
        assert (missing.status, missing.row, missing.record_id) == ("NO_MATCH", {}, None)


async def test_negative_and_64_bit_ids_survive_both_ways(gtm: Client, enterprise: Client) -> None:
    low, high = str(-(2**63)), str(2**63 - 1)
    people = (await gtm.search("contact", {**EVERYBODY, "state": "California"}, size=100)).rows
    negative = next(row["id"] for row in people if row["id"].startswith("-"))
    long = next(row["id"] for row in people if abs(int(row["id"])) >= 2**32)
    for made in (gtm, enterprise):
        page = await made.search("contact", {**EVERYBODY, "personId": [negative, long, low, high]})
        assert set(ids(page)) == {negative, long}
        found = await made.enrich(
            "contact",
            made.generations[0],
            [{"personId": number} for number in (negative, low, long, high)],
            ["id", "firstName"],
        )
        assert [match.record_id for match in found] == [negative, None, long, None]


async def test_non_ascii_names_survive_both_ways(one: Client) -> None:
    companies = [*(await one.search("company", {"country": "Germany"}, size=100)).rows]
    companies += (await one.search("company", {"country": "Sweden"}, size=100)).rows
    names = [row["name"] for row in companies if not row["name"].isascii()][:3]
    assert names, "the data set has companies with such names"
    for name in names:
        assert name in [row["name"] for row in (await one.search("company", {"companyName": name}, size=100)).rows]
        [match] = await one.enrich("company", one.generations[0], [{"companyName": name}], ["id", "name"])
        assert match.row["name"] == name
    [person] = (await one.search("contact", {"lastName": "Müller"}, size=1)).rows
    assert person["lastName"] == "Müller"


@pytest.mark.parametrize("switches", [{}, {"enterprise_match_status": False}, {"enterprise_result_data": "object"}])
async def test_both_reported_forms_of_enterprise_results_are_read(
    served_sandbox: Served, gtm: Client, switches: dict[str, Any]
) -> None:
    made = client(served_sandbox, "enterprise", app=served_sandbox.sandbox.open(**switches))
    row = (await gtm.search("contact", {"companyName": "Acme, Inc."}, size=1)).rows[0]
    inputs: list[dict[str, object]] = [{"personId": row["id"]}, *MIXED[:2]]
    found = await made.enrich("contact", "enterprise", inputs, ["id", "firstName", "companyName"])
    assert [match.status for match in found] == ["FULL_MATCH", "NO_MATCH", "COMPANY_ONLY_MATCH"]
    assert [match.matched for match in found] == [True, False, True]
    assert found[0].row["firstName"] == row["firstName"]
    assert found[2].record_id is None
    await made.aclose()


@pytest.mark.parametrize(
    ("generation", "switches"),
    [
        ("gtm", {"gtm_page_total": "page_count"}),
        ("gtm", {"gtm_links_style": "uri="}),
        ("gtm", {"gtm_links_style": "absent"}),
        ("gtm", {"gtm_numeric_string_ids": "reject"}),
        ("gtm", {"gtm_output_enum": "strict"}),
        ("enterprise", {"enterprise_usage_limit_key": "totalLimit"}),
        ("enterprise", {"enterprise_error_shape": "responseCode"}),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(f"{k}={v}" for k, v in value.items()),
)
async def test_what_is_not_settled_about_the_service_makes_no_difference(
    served_sandbox: Served, generation: Generation, switches: dict[str, Any]
) -> None:
    usual = client(served_sandbox, generation)
    made = client(served_sandbox, generation, app=served_sandbox.sandbox.open(**switches))
    filters: dict[str, object] = {"country": "Germany", "employeeRangeMin": 200}
    assert await all_pages(made, "company", filters, 30) == await all_pages(usual, "company", filters, 30)
    with pytest.raises(WindowExceeded) as caught:
        await made.search("company", filters, page=30)
    assert caught.value.kind == "past_end"
    row = (await made.search("contact", EVERYBODY, size=1)).rows[0]
    for entity, item in (("contact", {"personId": row["id"]}), ("company", {"companyId": row["companyId"]})):
        _, names = made.enrich_fields(entity, None, "full")  # type: ignore[arg-type]
        new = await made.enrich(entity, generation, [item], names)  # type: ignore[arg-type, list-item]
        assert facts(new) == facts(await usual.enrich(entity, generation, [item], names))  # type: ignore[arg-type, list-item]
        assert new[0].matched
    assert [limit.total for limit in await made.usage()] == [limit.total for limit in await usual.usage()]
    await made.aclose()
    await usual.aclose()


# --- lookups, rights, usage ------------------------------------------------------------------------------------


async def test_every_taxonomy_reads_the_same_on_both(gtm: Client, enterprise: Client) -> None:
    assert len(LOOKUPS) == 30
    for field, path in LOOKUPS.items():
        new = await gtm.lookup(field)
        assert new, field
        assert all(value.id and value.name for value in new)
        if path is None:
            with pytest.raises(NotAvailable):
                await enterprise.lookup(field)
            continue
        old = await enterprise.lookup(field)
        if field == "news-categories":
            # The Enterprise lookup misspells one of them.
            assert len(new) == len(old)
            assert len({value.id for value in new} ^ {value.id for value in old}) <= 2
        else:
            assert [value.id for value in old] == [value.id for value in new], field
            assert [value.name for value in old] == [value.name for value in new], field


async def test_a_narrowed_lookup_is_another_list(one: Client) -> None:
    everything = await one.lookup("tech-products")
    vendor = str(everything[0].more.get("vendor") or "Salesforce")
    fewer = await one.lookup("tech-products", {"vendor": vendor})
    assert 0 < len(fewer) < len(everything)
    assert len(await one.lookup("tech-products")) == len(everything)
    with pytest.raises(InvalidArgument, match="vendor, category"):
        await one.lookup("tech-products", {"colour": "red"})


@pytest.mark.parametrize("entity", ENTITIES)
async def test_field_rights_name_the_documented_fields(one: Client, entity: Entity) -> None:
    generation = one.generations[0]
    outputs = {right.name: right for right in await one.field_rights(entity, "enrich", "output")}
    table = {name for name, spec in OUTPUTS[entity].items() if spec.known(generation)}
    assert table - set(outputs) <= {"hashtags", "subUnitCodes", "techAttributes"}, "these are in one document only"
    inputs = await one.field_rights(entity, "search", "input")
    assert "companyId" in {right.name for right in inputs}
    assert all(right.granted in (True, None) for right in inputs)
    assert await one.field_rights(entity, "search", "output")
    assert await one.field_rights(entity, "enrich", "input")


async def test_usage_tells_the_credits_apart_from_the_volumes(gtm: Client, enterprise: Client) -> None:
    for made in (gtm, enterprise):
        limits = {limit.type: limit for limit in await made.usage()}
        credits = limits["uniqueIdLimit"]
        assert credits.total - credits.used == credits.remaining
        assert made.balance is not None
        assert made.balance.credits == credits.remaining
        assert limits["webSightsApiRequestLimit"].metered


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_total_of_0_is_not_an_exhausted_limit(served_sandbox: Served, generation: Generation) -> None:
    made = client(served_sandbox, generation, app=served_sandbox.sandbox.open(websights_request_budget=0))
    limit = next(limit for limit in await made.usage() if limit.type == "webSightsApiRequestLimit")
    assert (limit.total, limit.metered) == (0, False)
    await made.aclose()


async def test_the_enterprise_headers_tell_the_balance(enterprise: Client) -> None:
    assert enterprise.balance is None
    await enterprise.search("company", {"country": "Italy"}, size=1)
    assert enterprise.balance is not None
    assert enterprise.balance.credits == next(
        limit.remaining for limit in await enterprise.usage() if limit.type == "uniqueIdLimit"
    )


# --- failures over the wire ------------------------------------------------------------------------------------


@pytest.fixture
def broken(served_sandbox: Served) -> Any:
    def arm(part: str, fault: Fault) -> None:
        served_sandbox.sandbox.plan = lambda _method, path: fault if part in path else None

    yield arm
    served_sandbox.sandbox.plan = None


async def test_a_free_call_that_fails_once_is_repeated(one: Client, served_sandbox: Served) -> None:
    left = [Fault(status=500), Fault(reset=True)]
    served_sandbox.sandbox.plan = lambda _method, path: left.pop() if "search" in path and left else None
    try:
        assert (await one.search("company", {"country": "Italy"}, size=1)).total > 0
    finally:
        served_sandbox.sandbox.plan = None
    assert not left


async def test_a_cut_answer_is_unreadable_to_a_search_and_unknown_to_an_enrich(one: Client, broken: Any) -> None:
    await one.lookup("countries")
    broken("search", Fault(truncate=True))
    with pytest.raises(UpstreamUnavailable):
        await one.search("company", {"country": "Italy"}, size=1)
    broken("enrich", Fault(truncate=True))
    with pytest.raises(OutcomeUnknown):
        await one.enrich("company", one.generations[0], [{"companyName": "Acme, Inc."}], ["id"])


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_hang_ends_at_the_deadline(served_sandbox: Served, generation: Generation, broken: Any) -> None:
    made = client(served_sandbox, generation, timeout=0.4)
    await made.authenticate()
    broken("search/", Fault(hang=5))
    broken("search", Fault(hang=5))
    with pytest.raises(UpstreamUnavailable) as caught:
        await made.search("company", {"companyName": "Acme, Inc."}, size=1)
    assert caught.value.kind == "deadline"
    broken("enrich", Fault(hang=5))
    with pytest.raises(OutcomeUnknown):
        await made.enrich("company", generation, [{"companyName": "Acme, Inc."}], ["id"])
    await made.aclose()
