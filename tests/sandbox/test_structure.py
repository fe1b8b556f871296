"""Org charts, corporate hierarchies, technologies, hashtags and locations of companies, on both APIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sales_zoominfo.sandbox import Charge, default_account

from . import shapes
from .conftest import Driver

ACME = 900001
DEPARTMENTS = ",".join(str(number) for number in range(11))
PLACED = {
    "firstName": "string",
    "middleName": "string",
    "lastName": "string",
    "lastUpdatedDate": "us-stamp",
    "title": "string",
    "hasEmail": "boolean",
    "hasDirectPhone": "boolean",
    "department": "string",
    "jobFunction": "string",
    "orgChartTier": "int",
    "orgChartSubTier": "int",
    "contactAccuracyScore": "number",
}
GTM_CHART = shapes.listed("OrgChart", {**PLACED, "companyId": "string", "companyName": "string"})
ENTERPRISE_CHART = {
    "id!": "int",
    **{f"{name}!": kind for name, kind in PLACED.items()},
    "company!": {"id!": "int", "name!": "string"},
}
PARENTAGE = {
    **shapes.each("string", "companyId companyName city state subUnitType subUnitDesc"),
    "acquiredByDate": "date",
}
UNIT = {"typeId!": "int", "typeDescription!": "string"}
NODE: dict[str, Any] = {"companyId": "int", "name": "string", "city": "string", "state": "string"}
LEAF = {**NODE, "subUnitTypeInfo!": UNIT}
LEAF["familyNodes"] = [LEAF]
TREE = {**NODE, "familyNodes": [LEAF]}
GTM_HIERARCHY = {"companyId": "int", "parentage": [PARENTAGE], "familyTree": [TREE]}
TECHNOLOGY = {
    **shapes.each("string", "categoryParent category vendor product attribute website logo domain description"),
    "createdDate": "date",
    "modifiedDate": "date",
}
HASHTAG = {
    **shapes.each("string", "searchString displayLabel description group parentCategory displayScore label"),
    "priority": "int",
    "hidden": "boolean",
    "categorizedFlag": "boolean",
}
LOCATION = {
    **shapes.each("string", "phone! fax! street! city! state! zipCode! country!"),
    "company!": {
        "id!": "int",
        "addressStatus!": "status",
        "subUnitType!": "status",
        "locationName!": "string",
        "locationEmployeeCount!": "int",
    },
}


def unpaged(attributes: dict[str, Any]) -> dict[str, Any]:
    row = {"id!": "string", "type!": "string", "attributes!": attributes}
    return {"data!": [row], "meta!": {"totalResults!": "int"}}


def chart(box: Driver, company: int = ACME, department: str = DEPARTMENTS, **more: Any) -> Any:
    given = {"companyId": str(company), "department": department}
    return box.gtm("/companies/org-chart/enrich", "OrgChartEnrich", given, **more)


def hierarchy(box: Driver, *inputs: dict[str, Any]) -> Any:
    names = ["companyId", "parentage", "familyTree"]
    given = {"matchCompanyInput": list(inputs), "outputFields": names}
    return box.gtm("/companies/corporate-hierarchy/enrich", "CorporateHierarchyEnrich", given)


def companies(box: Driver, count: int) -> list[int]:
    return [int(row["id"]) for row in box.find("company", {}, size=count).json()["data"]]


def test_org_charts_have_the_shape_and_hold_the_people_of_a_search(box: Driver) -> None:
    for company in companies(box, 20):
        answer = chart(box, company, size=100)
        assert shapes.problems(answer.json(), GTM_CHART) == []
        found = box.find("contact", {"companyId": str(company), "department": DEPARTMENTS}, size=100).json()
        assert {row["id"] for row in answer.json()["data"]} == {row["id"] for row in found["data"]}
        old = box.ent("/enrich/orgchart", {"companyId": str(company), "department": DEPARTMENTS}).json()
        assert shapes.problems(old, shapes.enterprise_list(ENTERPRISE_CHART)) == []
        assert {str(row["id"]) for row in old["data"]} >= {row["id"] for row in found["data"]}
        assert old["maxResults"] == len(old["data"]) == answer.json()["meta"]["totalResults"]
        tiers = [row["orgChartTier"] for row in old["data"]]
        assert tiers == sorted(tiers)


def test_nobody_who_opted_out_is_in_a_chart(box: Driver) -> None:
    text = box.ent("/enrich/orgchart", {"companyId": ACME, "department": DEPARTMENTS}).text
    assert "Ada" in text
    assert "Optout" not in text
    assert "@" not in text


def test_a_chart_can_be_narrowed_sorted_and_paged(box: Driver) -> None:
    sales = chart(box, department="Sales, Human Resources").json()["data"]
    assert {row["attributes"]["department"] for row in sales} <= {"Sales", "Human Resources"}
    names = [row["attributes"]["lastName"] for row in chart(box, sort="lastName", size=100).json()["data"]]
    assert names[0] <= names[-1]
    given = {"companyId": str(ACME), "department": DEPARTMENTS, "contactAccuracyScoreMin": "95"}
    best = box.gtm("/companies/org-chart/enrich", "OrgChartEnrich", given).json()["data"]
    assert best
    assert all(row["attributes"]["contactAccuracyScore"] >= 95 for row in best)
    one, two = (chart(box, size=2, number=number).json() for number in (1, 2))
    assert not {row["id"] for row in one["data"]} & {row["id"] for row in two["data"]}
    beyond = chart(box, size=100, number=90)
    assert (beyond.status_code, beyond.json()["errors"][0]["code"]) == (400, "PFAPI0004")


def test_families_hang_together(box: Driver) -> None:
    keys = companies(box, 100)
    rows: list[Any] = []
    for at in range(0, 100, 25):
        rows += hierarchy(box, *({"companyId": key} for key in keys[at : at + 25])).json()["data"]
    parents = box.enrich("company", [{"companyId": key} for key in keys[:25]], ["parentId", "ultimateParentId"])
    known = {row["id"]: row["attributes"] for row in parents.json()["data"]}
    children = 0
    for row in rows:
        assert shapes.problems(row["attributes"], GTM_HIERARCHY) == []
        (tree,) = row["attributes"]["familyTree"]
        above = [parent["companyId"] for parent in row["attributes"].get("parentage", [])]
        assert tree["companyId"] == int(above[-1] if above else row["id"])
        members = set(flattened(tree))
        assert {int(row["id"]), *map(int, above)} <= members
        children += bool(above)
        if row["id"] in known and above:
            assert known[row["id"]]["parentId"] == int(above[0])
            assert known[row["id"]]["ultimateParentId"] == int(above[-1])
    assert children


def flattened(node: dict[str, Any]) -> list[int]:
    return [node["companyId"], *(key for child in node["familyNodes"] for key in flattened(child))]


def test_hierarchy_of_several_inputs(box: Driver) -> None:
    answer = hierarchy(box, {"companyName": "Acme, Inc."}, {"companyWebsite": "nobody.example"}, {})
    found, none, empty = answer.json()["data"]
    assert (found["id"], found["type"], found["meta"]["matchStatus"]) == (str(ACME), "CorporateHierarchy", "FULL_MATCH")
    assert (none["id"], none["type"], none["meta"]["matchStatus"]) == ("0", "NoMatch", "NO_MATCH")
    assert empty["meta"]["matchStatus"] == "INVALID_INPUT"
    old = box.ent(
        "/enrich/corporatehierarchy",
        {"matchCompanyInput": [{"companyName": "Acme, Inc."}, {"companyId": 5}], "outputFields": ["familyTree"]},
    ).json()
    assert old["data"]["outputFields"] == [["familytree"]]
    first, second = old["data"]["result"]
    assert shapes.problems(first["data"], [{"familyTree!": [TREE]}]) == []
    assert first["input"] == {"companyname": "acme, inc."}
    assert (second["data"], second["matchStatus"]) == ([], "NO_MATCH")


def test_technologies_and_hashtags(box: Driver) -> None:
    seen: set[str] = set()
    for company in companies(box, 15):
        for path, kind, shape, old in (
            ("technologies", "Technology", TECHNOLOGY, "tech"),
            ("hashtags", "Hashtag", HASHTAG, "hashtag"),
        ):
            answer = box.gtm(f"/companies/{path}/enrich", f"{kind}Enrich", {"companyId": company}).json()
            assert shapes.problems(answer, unpaged(shape)) == []
            assert answer["meta"]["totalResults"] == len(answer["data"])
            assert {row["type"] for row in answer["data"]} <= {kind}
            rows = box.ent(f"/enrich/{old}", {"companyId": str(company)}).json()
            assert rows["maxResults"] == rows["totalResults"] == len(rows["data"])
            assert [row["tag"] for row in rows["data"]] == [row["id"] for row in answer["data"]]
            seen.update(*(row["attributes"] for row in answer["data"]))
    assert seen >= {"attribute", "vendor", "logo", "displayLabel"}
    row = box.ent("/enrich/tech", {"companyId": ACME}).json()["data"][0]
    assert set(row) == {"tag", *TECHNOLOGY, "createdTime", "modifiedTime"} - {"createdDate", "modifiedDate"}
    tags = box.ent("/enrich/hashtag", {"companyId": ACME}).json()["data"]
    assert set(tags[0]) == {"tag", *HASHTAG, "scoreUnit"} - {"priority"}


def test_locations(box: Driver) -> None:
    for company in companies(box, 15):
        answer = box.ent("/enrich/location", {"companyId": str(company)}).json()
        assert shapes.problems(answer, shapes.enterprise_list(LOCATION)) == []
        outputs = ["locationCount", "street", "city", "zipCode"]
        known = box.enrich("company", [{"companyId": company}], outputs).json()["data"][0]["attributes"]
        assert len(answer["data"]) == known.pop("locationCount")
        assert {name: answer["data"][0][name] for name in known} == known


def test_a_company_costs_one_credit_and_one_record_however_often_it_is_asked(make: Callable[..., Driver]) -> None:
    charges: list[Charge] = []
    box = make(on_charge=charges.append)
    chart(box, size=100)
    box.gtm("/companies/technologies/enrich", "TechnologyEnrich", {"companyId": ACME})
    box.gtm("/companies/hashtags/enrich", "HashtagEnrich", {"companyId": ACME})
    hierarchy(box, {"companyId": ACME})
    for path, more in (("orgchart", {"department": "3"}), ("tech", {}), ("hashtag", {}), ("location", {})):
        assert box.ent(f"/enrich/{path}", {"companyId": ACME, **more}).status_code == 200
    assert [(charge.entity, charge.zi_id) for charge in charges] == [("company", ACME)]
    used = box.used()
    assert (used["uniqueIdLimit"], used["recordLimit"]) == (1, 8)
    box.clock.now += 366 * 86_400
    box.bearer = ""
    box.gtm("/companies/hashtags/enrich", "HashtagEnrich", {"companyId": ACME})
    assert len(charges) == 2


def test_what_costs_nothing(make: Callable[..., Driver]) -> None:
    charges: list[Charge] = []
    box = make(on_charge=charges.append)
    assert box.gtm("/companies/technologies/enrich", "TechnologyEnrich", {"companyId": 5}).json()["data"] == []
    assert chart(box, 5).json()["data"] == []
    assert box.ent("/enrich/location", {"companyId": "5"}).json()["data"] == []
    assert chart(box, department="Nonsense").status_code == 400
    assert chart(box, number=99, size=100).status_code == 400
    hierarchy(box, {"companyId": 5}, {})
    assert charges == []
    assert box.used()["recordLimit"] == 0


@pytest.mark.parametrize("policy", ["auto", "per_record"])
def test_without_credits(make: Callable[..., Driver], policy: str) -> None:
    box = make(switches={"credits": 0, "credit_exhausted": policy})
    answer = box.gtm("/companies/technologies/enrich", "TechnologyEnrich", {"companyId": ACME})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "PFAPI0011")
    assert box.ent("/enrich/tech", {"companyId": ACME}).json()["error"].startswith("Exceeded the max limit")
    rows = hierarchy(box, {"companyId": ACME}, {"companyId": ACME + 7}).json()["data"]
    assert [row["meta"]["matchStatus"] for row in rows] == ["LIMIT_EXCEEDED"] * 2


@pytest.mark.parametrize(
    ("path", "kind", "given", "code"),
    [
        ("org-chart", "OrgChartEnrich", {"companyId": "900001"}, "PFAPI0002"),
        ("org-chart", "OrgChartEnrich", {"department": "3"}, "PFAPI0002"),
        ("org-chart", "OrgChartEnrich", {"companyId": 900001, "department": "3"}, "PFAPI0008"),
        ("org-chart", "OrgChartEnrich", {"companyId": "x", "department": "3"}, "PFAPI0006"),
        ("org-chart", "OrgChartEnrich", {"companyId": "1", "department": "3", "title": "x"}, "PFAPI0005"),
        ("org-chart", "TechnologyEnrich", {"companyId": "900001", "department": "3"}, "PFAPI0003"),
        ("technologies", "TechnologyEnrich", {}, "PFAPI0002"),
        ("technologies", "TechnologyEnrich", {"companyId": "acme"}, "PFAPI0008"),
        ("hashtags", "HashtagEnrich", {"companyName": "Acme"}, "PFAPI0005"),
        ("corporate-hierarchy", "CorporateHierarchyEnrich", {"matchCompanyInput": [{"companyId": 1}]}, "PFAPI0002"),
        (
            "corporate-hierarchy",
            "CorporateHierarchyEnrich",
            {"matchCompanyInput": [{"companyId": 1}], "outputFields": ["name"]},
            "PFAPI0009",
        ),
    ],
)
def test_gtm_refusals(shared: Driver, path: str, kind: str, given: Any, code: str) -> None:
    answer = shared.gtm(f"/companies/{path}/enrich", kind, given)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("orgchart", {"companyId": "900001"}, "insufficient information"),
        ("orgchart", {"companyId": "900001", "department": "Nonsense"}, "invalid fields"),
        ("tech", {}, "insufficient information"),
        ("hashtag", {"companyId": "acme"}, "invalid fields"),
        ("location", {"parentId": "900001"}, "invalid fields"),
        ("corporatehierarchy", {"matchCompanyInput": [{"companyId": 1}]}, "Missing outputFields"),
    ],
)
def test_enterprise_refusals(shared: Driver, path: str, body: Any, text: str) -> None:
    answer = shared.ent(f"/enrich/{path}", body)
    assert answer.status_code == 400
    assert text in answer.json()["error"]
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []


def test_the_department_may_be_left_out_where_the_example_holds(make: Callable[..., Driver]) -> None:
    box = make(switches={"gtm_org_chart_department": "optional"})
    answer = box.gtm("/companies/org-chart/enrich", "OrgChartEnrich", {"companyId": str(ACME)})
    assert len({row["attributes"]["department"] for row in answer.json()["data"]}) > 1


def test_scopes(make: Callable[..., Driver]) -> None:
    box = make()
    box.bearer = box.token(scope="api:data:company").json()["access_token"]
    assert chart(box).json()["error"]["code"] == "ZI0002"
    assert hierarchy(box, {"companyId": ACME}).status_code == 200
    box.bearer = box.token(scope="api:data:contact").json()["access_token"]
    assert chart(box).status_code == 200
    tech = box.gtm("/companies/technologies/enrich", "TechnologyEnrich", {"companyId": ACME})
    assert tech.json()["error"]["code"] == "ZI0002"


def test_a_plan_may_lack_an_endpoint(make: Callable[..., Driver]) -> None:
    box = make(switches={"disallowed_endpoints": frozenset({"/enrich/orgchart", "/gtm/data/v1/companies/*"})})
    answer = box.ent("/enrich/orgchart", {"companyId": "900001", "department": "3"})
    assert (answer.status_code, answer.json()["error"]) == (403, "You do not have access to the enrich endpoint")
    assert chart(box).json()["error"]["code"] == "ZI0003"
    assert box.find("contact", {"companyId": str(ACME)}).status_code == 200


@pytest.mark.parametrize("entity", ["technology", "hashtag", "orgChart", "corporate-hierarchy"])
def test_gtm_field_rights(make: Callable[..., Driver], entity: str) -> None:
    denied = {"technology": "vendor", "hashtag": "group", "orgChart": "title", "corporate-hierarchy": "parentage"}
    box = make(switches={"disallowed_fields": frozenset({denied[entity]})})
    prefix = "".join(part[0].upper() + part[1:] for part in entity.split("-"))
    for side in ("input", "output"):
        params = {"filter[entity]": entity, "filter[fieldType]": side}
        rows = box.gtm_get("/lookup/enrich", **params).json()["data"]
        assert {row["type"] for row in rows} == {f"{prefix}Enrich{side.capitalize()}"}
        granted = {row["id"]: row["attributes"]["accessGranted"] for row in rows}
        lacking = {name for name, may in granted.items() if not may}
        assert lacking == ({denied[entity]} if side == "output" else set())


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("inputfields/orgchart", {"companyId": "String", "department": "String"}),
        (
            "inputfields/corporatehierarchy",
            {"companyId": "Integer", "companyName": "String", "companyWebsite": "String"},
        ),
        ("inputfields/location", {"parentId": "String"}),
        ("inputfields/tech", {"companyId": "String"}),
        ("inputfields/hashtag", {"companyId": "String"}),
    ],
)
def test_enterprise_input_lookups(shared: Driver, path: str, names: dict[str, str]) -> None:
    rows = shared.ent_get(f"/lookup/{path}/enrich").json()
    assert {row["fieldName"]: row["fieldType"] for row in rows} == names


def test_enterprise_output_lookups(shared: Driver) -> None:
    counts = {"orgchart": 15, "corporatehierarchy": 3, "location": 10}
    for entity, count in counts.items():
        rows = shared.ent_get(f"/lookup/outputfields/{entity}/enrich").json()
        assert shapes.problems(rows, [{"fieldName!": "string", "description!": "string"}]) == []
        assert len(rows) == count
    for entity in ("tech", "hashtag"):
        assert shared.ent_get(f"/lookup/outputfields/{entity}/enrich").status_code == 404


def test_two_processes_say_the_same(make: Callable[..., Driver]) -> None:
    one, two = make(), make()
    for path, kind in (("technologies", "TechnologyEnrich"), ("hashtags", "HashtagEnrich")):
        answers = [box.gtm(f"/companies/{path}/enrich", kind, {"companyId": ACME}).json() for box in (one, two)]
        assert answers[0] == answers[1]
    assert chart(one).json() == chart(two).json()
    assert default_account().scopes == tuple(sorted(default_account().scopes))
