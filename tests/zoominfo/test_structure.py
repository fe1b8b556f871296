"""What one company is made of: each builder against the documented shapes, and over the sandbox."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offline import BOTH, ENTERPRISE, GTM, Offline, told

from sales_zoominfo.errors import (
    InvalidArgument,
    NotAvailable,
    SalesZoomInfoError,
    UnknownValue,
    UpstreamUnavailable,
    WindowExceeded,
)
from sales_zoominfo.zoominfo.company_master import CONCISE, OUTPUTS
from sales_zoominfo.zoominfo.operations import Generation
from sales_zoominfo.zoominfo.structure import hierarchy_rows
from support import GENERATIONS, Served, client

pytestmark = pytest.mark.anyio

# --- org chart -------------------------------------------------------------------------------------------------

PERSON: dict[str, Any] = {
    "firstName": "Ada",
    "middleName": "",
    "lastName": "Sample",
    "lastUpdatedDate": "1/5/2026 2:59 PM",
    "title": "Director, Data",
    "hasEmail": True,
    "hasDirectPhone": False,
    "department": "Sales",
    "jobFunction": "Sales Operations",
    "orgChartTier": 3,
    "orgChartSubTier": 1,
}
FLAT: dict[str, Any] = {
    "id": "-7000001",
    "firstName": "Ada",
    "lastName": "Sample",
    "lastUpdatedDate": "2026-01-05T14:59:00Z",
    "title": "Director, Data",
    "hasEmail": True,
    "hasDirectPhone": False,
    "department": "Sales",
    "jobFunction": "Sales Operations",
    "orgChartTier": 3,
    "orgChartSubTier": 1,
    "contactAccuracyScore": 95,
    "companyId": "900001",
    "companyName": "Example Works",
}


async def test_an_org_chart_is_asked_as_each_generation_documents_it() -> None:
    arguments = {
        "companyId": "900001",
        "department": ["Sales", "IT"],
        "contactAccuracyScoreMin": 80,
        "page": 2,
        "pageSize": 10,
        "sort": "-lastName",
    }
    gtm = await GTM.prepare("org_chart", arguments)
    assert (gtm.request.method, gtm.request.path) == ("POST", "/gtm/data/v1/companies/org-chart/enrich")
    assert gtm.request.params == {"page[number]": "2", "page[size]": "10", "sort": "-lastName"}
    # Texts all of them, also the id.
    attributes = {"companyId": "900001", "department": "3,5", "contactAccuracyScoreMin": "80"}
    assert gtm.request.json == {"data": {"type": "OrgChartEnrich", "attributes": attributes}}
    assert (gtm.company, gtm.request.credits, gtm.resolved) == ({"companyId": "900001"}, 1, {"department": "3,5"})
    enterprise = await ENTERPRISE.prepare(
        "org_chart", {"companyId": 900001, "department": "3, engineering & technical"}
    )
    assert enterprise.request.path == "/enrich/orgchart"
    assert enterprise.request.json == {"companyId": "900001", "department": "3,6"}


async def test_without_a_department_all_of_them_are_asked_for() -> None:
    ask = await ENTERPRISE.prepare("org_chart", {"companyId": "1"})
    assert ask.request.json == {"companyId": "1", "department": "0,3,5,6"}
    assert ask.resolved == {}


async def test_both_org_charts_give_the_same_rows() -> None:
    gtm = await GTM.prepare("org_chart", {"companyId": "900001", "pageSize": 1})
    attributes = {**PERSON, "contactAccuracyScore": 95.0, "companyId": "900001", "companyName": "Example Works"}
    body = {
        "data": [{"id": "-7000001", "type": "OrgChart", "attributes": attributes}],
        "meta": {"totalResults": 3, "page": {"total": 1, "number": 1}},
    }
    answer = told(gtm, body)
    assert answer.rows == [FLAT]
    assert (answer.total, answer.page, answer.size, answer.next_page) == (3, 1, 1, 2)
    assert answer.company_id == "900001"
    enterprise = await ENTERPRISE.prepare("org_chart", {"companyId": "900001"})
    row = {"id": -7000001, **PERSON, "contactAccuracyScore": 95, "company": {"id": 900001, "name": "Example Works"}}
    answer = told(enterprise, {"maxResults": 1, "totalResults": 1, "currentPage": 1, "data": [row]})
    assert answer.rows == [FLAT]
    assert answer.next_page is None


async def test_what_only_gtm_can_do_goes_there_or_is_refused() -> None:
    for arguments in ({"page": 2}, {"sort": "lastName"}, {"contactAccuracyScoreMax": 90}):
        ask = await BOTH.prepare("org_chart", {"companyId": "1", **arguments})
        assert ask.generation == "gtm"
        with pytest.raises(NotAvailable, match=next(iter(arguments))):
            await ENTERPRISE.prepare("org_chart", {"companyId": "1", **arguments})


@pytest.mark.parametrize(
    ("arguments", "error", "complaint"),
    [
        ({}, InvalidArgument, "companyId"),
        ({"companyId": "x"}, InvalidArgument, "companyId"),
        ({"companyId": "1", "department": "Astrology"}, UnknownValue, "Astrology"),
        ({"companyId": "1", "departments": "Sales"}, InvalidArgument, "did you mean 'department'"),
        ({"companyId": "1", "pageSize": 101}, InvalidArgument, "pageSize"),
        ({"companyId": "1", "page": 101}, WindowExceeded, "101"),
        ({"companyId": "1", "sort": "title"}, InvalidArgument, "contactAccuracyScore, lastName"),
        ({"companyId": "1", "contactAccuracyScoreMin": 60}, InvalidArgument, "70"),
        (
            {"companyId": "1", "contactAccuracyScoreMin": 90, "contactAccuracyScoreMax": 80},
            InvalidArgument,
            "contactAccuracyScoreMin=90",
        ),
    ],
)
async def test_a_bad_org_chart_argument_is_named(
    arguments: dict[str, object], error: type[SalesZoomInfoError], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        await GTM.prepare("org_chart", arguments)


# --- technologies, hashtags, locations -------------------------------------------------------------------------


async def test_lists_about_a_company_are_asked_as_each_generation_documents_them() -> None:
    for name, path, kind, old in (
        ("technologies", "/gtm/data/v1/companies/technologies/enrich", "TechnologyEnrich", "/enrich/tech"),
        ("hashtags", "/gtm/data/v1/companies/hashtags/enrich", "HashtagEnrich", "/enrich/hashtag"),
    ):
        gtm = await GTM.prepare(name, {"companyId": "-5"})
        assert gtm.request.path == path
        assert gtm.request.json == {"data": {"type": kind, "attributes": {"companyId": -5}}}
        enterprise = await ENTERPRISE.prepare(name, {"companyId": "-5"})
        assert (enterprise.request.path, enterprise.request.json) == (old, {"companyId": "-5"})
        assert enterprise.company == gtm.company == {"companyId": "-5"}
        assert enterprise.request.credits == gtm.request.credits == 1
    locations = await BOTH.prepare("locations", {"companyId": "5"})
    assert (locations.request.path, locations.request.json) == ("/enrich/location", {"companyId": "5"})
    with pytest.raises(NotAvailable, match="Enterprise"):
        await GTM.prepare("locations", {"companyId": "5"})


async def test_a_name_or_a_website_becomes_an_id_by_a_free_search() -> None:
    asker = Offline("gtm")
    ask = await asker.prepare("technologies", {"companyWebsite": "www.works.example", "companyName": "Example Works"})
    assert ask.company == {"companyId": "900001"}
    assert asker.searches == [{"companyWebsite": "www.works.example"}]


async def test_technologies_have_days_in_both_generations() -> None:
    same = {
        "categoryParent": "Development",
        "category": "Languages",
        "vendor": "Acme",
        "product": "Acme.js",
        "attribute": "338.222.123.30126",
        "website": "www.acme.example",
        "description": "A language.",
    }
    flat = {**same, "createdDate": "2016-08-11", "modifiedDate": "2026-01-24"}
    gtm = await GTM.prepare("technologies", {"companyId": "1"})
    resource = {"id": "30126", "type": "Technology", "attributes": {**flat}}
    answer = told(gtm, {"data": [resource], "meta": {"totalResults": 2}})
    assert answer.rows == [{"id": "30126", **flat}]
    # The documented example reports more than it hands over.
    assert (answer.total, answer.next_page, answer.company_id) == (2, None, "1")
    enterprise = await ENTERPRISE.prepare("technologies", {"companyId": "1"})
    row = {**same, "tag": "30126", "logo": None, "domain": None}
    row |= {"createdTime": "8/11/16 14:14", "modifiedTime": "1/24/26 9:00"}
    assert told(enterprise, {"maxResults": 2, "totalResults": 1, "data": [row]}).rows == [{"tag": "30126", **flat}]


async def test_hashtags_and_locations_are_flat() -> None:
    hashtags = await ENTERPRISE.prepare("hashtags", {"companyId": "1"})
    row = {"tag": "#fast", "searchString": "fast", "displayScore": "", "hidden": "false", "categorizedFlag": True}
    assert told(hashtags, {"maxResults": 1, "data": [row]}).rows == [
        {"tag": "#fast", "searchString": "fast", "hidden": False, "categorizedFlag": True}
    ]
    locations = await ENTERPRISE.prepare("locations", {"companyId": "1"})
    place = {"id": 12, "addressStatus": "CURRENT", "subUnitType": "LOCATION"}
    place |= {"locationName": "Works, Ulm", "locationEmployeeCount": 0}
    row = {"phone": "1", "fax": "", "street": "Main 1", "city": "Ulm", "zipCode": 89073, "company": place}
    assert told(locations, {"maxResults": 1, "data": [row]}).rows == [
        {
            "phone": "1",
            "street": "Main 1",
            "city": "Ulm",
            "zipCode": "89073",
            "companyId": "12",
            "companyAddressStatus": "CURRENT",
            "companySubUnitType": "LOCATION",
            "locationName": "Works, Ulm",
            "locationEmployeeCount": 0,
        }
    ]


async def test_an_answer_without_rows_names_no_company() -> None:
    # Neither generation tells an unknown company from one of which nothing is known.
    for asker, body in ((GTM, {"data": [], "meta": {"totalResults": 0}}), (ENTERPRISE, {"data": [], "maxResults": 0})):
        answer = told(await asker.prepare("hashtags", {"companyId": "1"}), body)
        assert (answer.rows, answer.total, answer.company_id) == ([], 0, None)
    none = {"data": [{"id": "0", "type": "NoMatch", "meta": {"matchStatus": "LIMIT_EXCEEDED"}}]}
    assert told(await GTM.prepare("hashtags", {"companyId": "1"}), none).status == "LIMIT_EXCEEDED"


# --- corporate hierarchy ---------------------------------------------------------------------------------------


def node(number: int, name: str, *below: dict[str, Any], kind: tuple[int, str] | None = None) -> dict[str, Any]:
    more = {"subUnitTypeInfo": {"typeId": kind[0], "typeDescription": kind[1]}} if kind else {}
    return {"companyId": number, "name": name, "city": "Ulm", "state": "", **more, "familyNodes": list(below)}


TREE = node(
    1,
    "Holding",
    node(2, "Left", node(3, "Leaf", kind=(1, "Location")), kind=(4, "Subsidiary")),
    node(4, "Right", kind=(5, "Acquisition")),
)
PARENT = {"companyId": "2", "companyName": "Left", "city": "Ulm", "subUnitDesc": "Subsidiary"}
OUTSIDE = {"companyId": "9", "companyName": "Old Owner", "subUnitType": "5", "acquiredByDate": "2020-02-01"}
RECORD = {"companyId": 3, "parentage": [OUTSIDE, {**PARENT, "acquiredByDate": "2021-03-04"}], "familyTree": [TREE]}


def test_a_family_is_read_from_the_top_down() -> None:
    rows = hierarchy_rows(RECORD, "3")
    assert [(row["companyId"], row.get("depth"), row.get("order"), row.get("parentId")) for row in rows] == [
        ("9", None, None, None),
        ("1", 0, 1, None),
        ("2", 1, 2, "1"),
        ("3", 2, 3, "2"),
        ("4", 1, 4, "1"),
    ]
    assert [row.get("relation") for row in rows] == ["parent", None, "parent", "self", None]
    assert [row.get("subUnitType") for row in rows] == ["5", None, "Subsidiary", "Location", "Acquisition"]
    assert rows[2]["acquiredByDate"] == "2021-03-04"
    assert rows[0]["name"] == "Old Owner"


async def test_a_hierarchy_of_either_generation() -> None:
    gtm = await GTM.prepare("corporate_hierarchy", {"companyId": "3", "outputFields": "parentage"})
    assert gtm.request.json == {
        "data": {
            "type": "CorporateHierarchyEnrich",
            "attributes": {"outputFields": ["companyId", "parentage"], "matchCompanyInput": [{"companyId": 3}]},
        }
    }
    meta = {"matchStatus": "FULL_MATCH", "input": {"companyId": 3}}
    body = {"data": [{"id": "3", "type": "CorporateHierarchy", "attributes": RECORD, "meta": meta}]}
    answer = told(gtm, body)
    assert (answer.company_id, answer.status, answer.total) == ("3", "FULL_MATCH", 5)
    arguments = {"companyName": "Leaf", "companyWebsite": "leaf.example"}
    enterprise = await ENTERPRISE.prepare("corporate_hierarchy", arguments)
    assert enterprise.company == {"companyWebsite": "leaf.example"}
    assert enterprise.request.json == {
        "outputFields": ["companyId", "parentage", "familyTree"],
        "matchCompanyInput": [{"companyWebsite": "leaf.example"}],
    }
    for data in ([RECORD], RECORD):
        body = {"success": True, "data": {"result": [{"input": {"companywebsite": "leaf.example"}, "data": data}]}}
        answer = told(enterprise, body)
        assert (answer.company_id, answer.status) == ("3", "FULL_MATCH")
        assert answer.rows == hierarchy_rows(RECORD, "3")


async def test_a_company_that_is_not_matched_costs_nothing_and_says_so() -> None:
    gtm = await GTM.prepare("corporate_hierarchy", {"companyName": "No"})
    none = {"data": [{"id": "0", "type": "NoMatch", "meta": {"matchStatus": "NO_MATCH", "input": {}}}]}
    assert told(gtm, none).status == "NO_MATCH"
    enterprise = await ENTERPRISE.prepare("corporate_hierarchy", {"companyName": "No"})
    for result in ({"data": []}, {"data": [], "matchStatus": "LIMIT_EXCEEDED"}):
        answer = told(enterprise, {"data": {"result": [result]}})
        assert answer.rows == []
        assert answer.company_id is None
        assert answer.status == result.get("matchStatus", "NO_MATCH")


def test_a_deep_family_needs_no_deep_stack() -> None:
    tree: dict[str, Any] = node(5000, "Leaf")
    for number in range(4999, 0, -1):
        tree = node(number, "n", tree)
    rows = hierarchy_rows({"familyTree": tree}, None)
    assert len(rows) == 5000
    assert rows[-1]["depth"] == 4999


async def test_a_hierarchy_needs_a_company_and_known_fields() -> None:
    with pytest.raises(InvalidArgument, match="companyId, companyWebsite or companyName"):
        await GTM.prepare("corporate_hierarchy", {"companyName": " "})
    with pytest.raises(InvalidArgument, match="parentage, familyTree"):
        await GTM.prepare("corporate_hierarchy", {"companyId": "1", "outputFields": ["children"]})


# --- company master --------------------------------------------------------------------------------------------


async def test_a_company_master_is_asked_with_zoominfos_keys() -> None:
    arguments = {
        "companyName": "Example Works",
        "companyPhone": "555",
        "companyCity": "Ulm",
        "companyCountry": "Germany",
        "ecid": "77",
        "outputFields": ["zi_c_name", "zi_match_reason"],
    }
    ask = await BOTH.prepare("company_master", arguments)
    assert (ask.request.path, ask.request.credits) == ("/enrich/company-master", 1)
    assert ask.request.json == {
        "matchCompanyInput": [
            {
                "zi_es_ecid": 77,
                "zi_c_name": "Example Works",
                "phone": {"zi_c_phone": "555", "zi_c_country": "Germany"},
                "address": {"zi_c_city": "Ulm", "zi_c_country": "Germany"},
            }
        ],
        # The company's id tells whose credit was spent.
        "outputFields": ["zi_c_name", "zi_match_reason", "zi_c_company_id"],
    }


async def test_a_company_master_answer_and_its_refusal_in_a_record() -> None:
    ask = await ENTERPRISE.prepare("company_master", {"companyWebsite": "works.example"})
    data = {"zi_c_location_id": 12, "zi_c_company_id": 900001, "zi_c_name": "Example Works", "zi_c_is_hq": "1"}
    answer = told(ask, {"success": True, "data": {"result": [{"statusCode": 200, "input": {}, "data": data}]}})
    assert answer.rows == [{**data, "zi_c_location_id": "12", "zi_c_company_id": "900001"}]
    assert (answer.company_id, answer.status) == ("900001", "FULL_MATCH")
    refused = {"statusCode": 400, "input": {}, "data": {"errorMessage": "Insufficient input: ada@works.example"}}
    answer = told(ask, {"success": False, "data": {"result": [refused]}})
    assert (answer.rows, answer.status, answer.more) == ([], "INVALID_INPUT", {"statusCode": 400})
    assert told(ask, {"data": {"result": [{"statusCode": 200, "data": {}}]}}).status == "NO_MATCH"


async def test_a_company_master_needs_enough_and_known_fields() -> None:
    assert len(OUTPUTS) == len(set(OUTPUTS)) == 200
    assert set(CONCISE) < set(OUTPUTS)
    for arguments, complaint in (
        ({}, "companyName"),
        ({"companyCity": "Ulm"}, "companyName"),
        ({"locationId": "x"}, "locationId"),
        ({"companyName": "A", "outputFields": "zi_c_nam"}, "did you mean 'zi_c_name'"),
    ):
        with pytest.raises(InvalidArgument, match=complaint):
            await ENTERPRISE.prepare("company_master", arguments)
    with pytest.raises(NotAvailable, match="Enterprise"):
        await GTM.prepare("company_master", {"companyName": "A"})


# --- all of them -----------------------------------------------------------------------------------------------

ONES = ("org_chart", "corporate_hierarchy", "technologies", "hashtags", "locations", "company_master")
_NAMES = st.sampled_from(
    [
        "data",
        "result",
        "meta",
        "attributes",
        "id",
        "type",
        "company",
        "familyTree",
        "familyNodes",
        "parentage",
        "totalResults",
        "maxResults",
        "companyId",
        "statusCode",
        "matchStatus",
        "subUnitTypeInfo",
    ],
)
_BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("NoMatch"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=25,
)


@given(body=_BODIES)
async def test_no_answer_breaks_a_reader(body: Any) -> None:
    for name in ONES:
        arguments = {"companyName": "A"} if name == "company_master" else {"companyId": "1"}
        for asker in (GTM, ENTERPRISE):
            with contextlib.suppress(NotAvailable, UpstreamUnavailable):
                told(await asker.prepare(name, arguments), body)


async def employer(one: Any, least: int = 500) -> str:
    page = await one.search("company", {"employeeRangeMin": least}, size=1)
    return str(page.rows[0]["id"])


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_the_sandbox_answers_every_structure_call(served_sandbox: Served, generation: Generation) -> None:
    one = client(served_sandbox, generation)
    try:
        company = await employer(one)
        charges = len(served_sandbox.sandbox.charges)
        chart = await one.answer(await one.prepare("org_chart", {"companyId": company, "department": "Sales"}))
        assert chart.rows
        assert {row["department"] for row in chart.rows} == {"Sales"}
        assert {row["companyId"] for row in chart.rows} == {company}
        family = await one.answer(await one.prepare("corporate_hierarchy", {"companyId": company}))
        assert [row["companyId"] for row in family.rows if row.get("relation") == "self"] == [company]
        assert {row["parentId"] for row in family.rows if "parentId" in row} <= {r["companyId"] for r in family.rows}
        stack = await one.answer(await one.prepare("technologies", {"companyId": company}))
        assert stack.total == len(stack.rows)
        assert all({"product", "vendor", "category", "categoryParent"} <= row.keys() for row in stack.rows)
        await one.answer(await one.prepare("hashtags", {"companyId": company}))
        # One company, bought once, whatever is asked about it.
        assert len(served_sandbox.sandbox.charges) - charges <= 1
        if generation == "enterprise":
            places = await one.answer(await one.prepare("locations", {"companyId": company}))
            assert places.rows
            assert all("country" in row for row in places.rows)
    finally:
        await one.aclose()


async def test_the_sandbox_says_the_same_in_both_generations(served_sandbox: Served) -> None:
    gtm, enterprise = client(served_sandbox, "gtm"), client(served_sandbox, "enterprise")
    try:
        company = await employer(gtm)
        for name in ("corporate_hierarchy", "technologies", "hashtags"):
            asks = [await one.prepare(name, {"companyId": company}) for one in (gtm, enterprise)]
            first, second = [await one.answer(ask) for one, ask in zip((gtm, enterprise), asks, strict=True)]
            differ = ("id", "tag", "priority", "scoreUnit")
            rows = [[{k: v for k, v in row.items() if k not in differ} for row in a.rows] for a in (first, second)]
            assert rows[0] == rows[1], name
    finally:
        await gtm.aclose()
        await enterprise.aclose()


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_the_sandbox_charges_nothing_for_a_company_that_it_has_not(
    served_sandbox: Served, generation: Generation
) -> None:
    one = client(served_sandbox, generation)
    try:
        charges = len(served_sandbox.sandbox.charges)
        for name in ("org_chart", "corporate_hierarchy", "technologies", "hashtags"):
            answer = await one.answer(await one.prepare(name, {"companyId": "999999999"}))
            assert (answer.rows, answer.company_id) == ([], None)
        assert len(served_sandbox.sandbox.charges) == charges
    finally:
        await one.aclose()


async def test_the_sandbox_has_a_company_master(served_sandbox: Served) -> None:
    one = client(served_sandbox, "enterprise")
    try:
        page = await one.search("company", {"employeeRangeMin": 500}, size=1)
        name, company = page.rows[0]["name"], page.rows[0]["id"]
        answer = await one.answer(await one.prepare("company_master", {"companyName": name}))
        assert answer.status == "FULL_MATCH"
        [row] = answer.rows
        assert answer.company_id == row["zi_c_company_id"] == company
        nobody = await one.answer(await one.prepare("company_master", {"companyName": "No Such Company At All"}))
        assert nobody.rows == []
        assert nobody.status != "FULL_MATCH"
    finally:
        await one.aclose()
