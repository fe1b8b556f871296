"""The Copilot reads of the GTM API."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.sandbox import Charge

from . import shapes
from .conftest import Driver

ACME, ADA, ORLA = 900001, 7000001, 7000013
COMPANY = {"filter[companyId]": str(ACME)}
LOOKALIKE = {
    **shapes.each("string", "companyName! industry! revenueRange! employeeRange! country!"),
    "score!": "number",
    "rank!": "int",
}
SIMILAR_PERSON = {"rank!": "int", "score!": "number", "lookalikePersonBrief!": "string"}
REFERENCE = {"referencePersonId!": "int", "referencePersonBrief!": "string"}
RECOMMENDED = {"rank!": "int", "score!": "number", "reRankingScore!": "number", "recommendedPersonBrief": "string"}
EXPLAINED = {"sourceType": "string", "referencePersonId": "int", "referencePersonBrief": "string"}
_PERSON = {
    **shapes.each("int", "ziCompanyId! ziContactId!"),
    "name!": "string",
    "title": "string",
    **shapes.each("boolean", "isPersonOfInterest isCLevel inBuyingGroup"),
}
_CHANGE = {
    **_PERSON,
    "changeType!": "string",
    "previousCompanyId": "int",
    "previousTitle": "string",
    "previousCompanyName": "string",
}
_TEXT = {"text!": "string"}
_ENGAGED = {"engagedContactsCount!": "int", "lastEngagementDate!": "datetime"}
_DATED = {"displayText!": "string", "date!": "datetime"}
PAYLOADS: dict[str, dict[str, Any]] = {
    "zi.funding": {"type!": "string", "amount!": "string", "investors!": ["string"]},
    "zi.cxochange": _CHANGE,
    "zi.scoop": _TEXT,
    "zi.websights": shapes.each("string", "strength! url! signalId!"),
    "zi.buyingcommitteechange": _CHANGE,
    "zi.account-level-intent.spike": {
        "clusterName!": "string",
        "score!": "int",
        "scoreChange!": "string",
        "topics": ["string"],
        "topLocations": [{"location!": "string", "buyersCount!": "int"}],
    },
    "zi.intent.competitor.spike": {
        "competitor!": {**_DATED, "ziCompanyId!": "int", "name!": "string", "productsOrServices": "string"}
    },
    "zi.mpocchange": _CHANGE,
    "zi.g2": shapes.each("string", "type! subject!"),
    "zi.trustradius": {
        **shapes.each("string", "activityLabel! activitySource! activityType! text! vendor name type"),
        **shapes.each("string", "vendorB nameB typeB"),
        "activityLocationInfo!": shapes.each(
            "string", "locationCity locationState locationStateCode locationCountry locationCountryCode"
        ),
    },
    "zi.anomaloushiring": {**_TEXT, "department": "string"},
    "zi.formcomplete": {**_PERSON, "formName!": "string", "formStatus!": "status"},
    "zi.podcastmentions": {**_TEXT, **shapes.each("int", "ziCompanyId! ziContactId!"), "externalUrl": "string"},
    "zi.marketingcampaigns": {
        **shapes.each("string", "description! campaignName! campaignAudienceCompanyName!"),
        **shapes.each("int", "ziCompanyId! clicks! impressions!"),
    },
    "zi.technology": shapes.each("string", "category! subCategory! vendor! text! changeType!"),
    "zi.seniorjobpostings": {**_TEXT, "department": "string"},
    "zi.personwebsights": {**_PERSON, "url!": "string", "intentLevel!": "string"},
    "zi.personbasednews": {**_PERSON, "description!": "string", "source!": "string"},
    "zi.wondeal": shapes.each(
        "string", "signalId! companyName! opportunityName! type! closeDate! amount! opportunityOwner!"
    ),
    "zi.newcontactpreviouslyworkedforcustomer": _CHANGE,
    "zi.personchange": _CHANGE,
    "zi.upcomingmeeting": {
        **shapes.each("string", "meetingSubject! meetingBrief! meetingStartTime!"),
        "externalParticipants!": ["string"],
    },
    "zi.lowactivecontacts": _ENGAGED,
    "zi.nodecisionmaker": _ENGAGED,
    "zi.nopostmeetingfollowup": {
        **_PERSON,
        "subject!": "string",
        "meetingSource": "string",
        "numberOfParticipants!": "int",
    },
    "zi.upcomingrenewal": {"renewalDate!": "datetime", "signalId!": "string"},
    **dict.fromkeys(
        [
            f"zi.{name}"
            for name in ("m&a", "productlaunch", "earnings", "partnership", "layoffs", "painpoint", "divestiture")
        ]
        + ["zi.ipo", "zi.award", "zi.project"],
        _TEXT,
    ),
}
INSIGHT = {
    "id": "int",
    "ziCompanyId!": "int",
    "signalId!": "string",
    "signalType!": "string",
    **shapes.each("datetime", "insightDate expiresAt createdAt"),
}
AUDIT = {
    **shapes.each("datetime", "createdAt updatedAt archivedAt"),
    **shapes.each("string", "createdBy updatedBy archivedBy"),
}
CUSTOM = [{"title!": "string", "description": "string", "value!": "string"}]
CONFIG: dict[str, tuple[str, dict[str, Any]]] = {
    "customer-buyer-personas": (
        "CustomerBuyerPersona",
        shapes.each(
            "string",
            "name description personalObjectives whatDoesThisPersonaCareAbout titlesFunctionsSeniority "
            "relevantOfferings source",
        ),
    ),
    "customer-competitors": (
        "CustomerCompetitor",
        shapes.each(
            "string",
            "name description url competitorProducts reasonsTheyWin reasonsTheyLose customersWeWon "
            "competitiveProducts source",
        ),
    ),
    "ideal-company-profile": ("IdealCompanySegment", shapes.each("string", "name description source")),
    "products": (
        "OrganizationOffering",
        {
            **shapes.each(
                "string", "name description url competitors idealCompanySegment offeringBuyerPersonas source"
            ),
            **{name: ["string"] for name in ("painPoints", "valueProposition", "proofPoints")},
        },
    ),
}


def get(box: Driver, path: str, **params: Any) -> Any:
    return box.call("GET", f"/gtm/copilot/v1{path}", headers=box.gtm_headers(), params=params)


def post(box: Driver, path: str, kind: str, given: Any) -> Any:
    body = {"data": {"type": kind, "attributes": given}}
    return box.call("POST", f"/gtm/copilot/v1{path}", headers=box.gtm_headers(), json=body)


def insights(box: Driver, companies: Any, **more: Any) -> Any:
    return post(box, "/companies/insights", "CompanyInsightsSearch", {"ziCompanyIds": companies, **more})


def ask(box: Driver, question: Any, company: int = ACME) -> Any:
    path = f"/companies/{company}/account-summary/actions/ask"
    return post(box, path, "AccountSummaryQuestionRequest", {"question": question})


def row(kind: dict[str, Any], meta: dict[str, Any] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"id!": "string", "type!": "string", "attributes!": kind}
    return {"data!": [found | ({"meta": meta} if meta is not None else {})]}


@pytest.fixture(scope="module")
def opted_out(dataset: Path) -> Iterator[list[tuple[int, str, int]]]:
    db = sqlite3.connect(dataset)
    yield db.execute("SELECT id, last, company FROM person WHERE opted_out=1 AND company IS NOT NULL").fetchall()
    db.close()


def test_similar_companies(shared: Driver) -> None:
    answer = get(shared, "/companies/lookalikes", **COMPANY, **{"page[size]": 100}).json()
    assert shapes.problems(answer, row(LOOKALIKE)) == []
    rows = answer["data"]
    assert len(rows) == 100
    assert str(ACME) not in {row["id"] for row in rows}
    assert [row["attributes"]["rank"] for row in rows] == list(range(1, 101))
    scores = [row["attributes"]["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert len(get(shared, "/companies/lookalikes", **COMPANY).json()["data"]) == 25
    by_name = get(shared, "/companies/lookalikes", **{"filter[companyName]": "ACME Inc", "page[size]": 100}).json()
    assert by_name == answer


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        ("sameCountry", "country", "United States"),
        ("sameRevenueRange", "revenueRange", "$250 mil. - $500 mil."),
        ("sameEmployeeRange", "employeeRange", "1,000 - 5,000"),
    ],
)
def test_similar_companies_can_be_narrowed(shared: Driver, name: str, member: str, value: str) -> None:
    answer = get(shared, "/companies/lookalikes", **COMPANY, **{f"filter[{name}]": "true", "page[size]": 100})
    rows = answer.json()["data"]
    assert rows
    assert {row["attributes"][member] for row in rows} == {value}


def test_without_a_company_it_is_422(shared: Driver) -> None:
    answer = get(shared, "/companies/lookalikes")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["status"] == "422"
    assert get(shared, "/companies/lookalikes", **{"filter[companyId]": "5"}).json() == {"data": []}


def test_similar_people(shared: Driver) -> None:
    answer = get(shared, "/contacts/lookalikes", **{"filter[referencePersonId]": ADA, "page[size]": 30}).json()
    assert shapes.problems(answer, row(SIMILAR_PERSON, REFERENCE)) == []
    assert len(answer["data"]) == 30
    assert str(ADA) not in {row["id"] for row in answer["data"]}
    assert len({row["attributes"]["lookalikePersonBrief"].split(" at ")[-1] for row in answer["data"]}) > 1
    there = get(shared, "/contacts/lookalikes", **{"filter[referencePersonId]": ADA, "filter[targetCompanyId]": ACME})
    known = shared.find("contact", {"companyId": str(ACME)}, size=100).json()["data"]
    assert {row["id"] for row in there.json()["data"]} <= {row["id"] for row in known}


def test_recommended_people(make: Callable[..., Driver]) -> None:
    box = make()
    params = {"filter[useCaseType]": "PROSPECTING", "filter[ziCompanyId]": ACME}
    cold = get(box, "/contacts/recommendations", **params).json()
    assert shapes.problems(cold, row(RECOMMENDED, EXPLAINED)) == []
    assert {row["meta"]["sourceType"] for row in cold["data"]} == {"COLD_START_CONTACTS"}
    assert {row["attributes"]["reRankingScore"] for row in cold["data"]} == {-1.0}
    box.enrich("contact", [{"personId": ADA}], ["firstName"])
    warm = get(box, "/contacts/recommendations", **params).json()
    assert shapes.problems(warm, row(RECOMMENDED, EXPLAINED)) == []
    assert {row["meta"]["referencePersonId"] for row in warm["data"]} == {ADA}
    assert all(row["attributes"]["reRankingScore"] > 0 for row in warm["data"])
    others = [
        get(box, "/contacts/recommendations", **params | {"filter[useCaseType]": case}).json()["data"]
        for case in ("DEAL_ACCELERATION", "RENEWAL_AND_GROWTH")
    ]
    assert [row["id"] for row in others[0]] != [row["id"] for row in others[1]]


def test_insights_of_every_documented_type(shared: Driver) -> None:
    seen: set[str] = set()
    companies = [int(row["id"]) for row in shared.find("company", {}, size=100).json()["data"]]
    for at in (0, 50):
        answer = insights(shared, companies[at : at + 50]).json()
        assert [int(row["id"]) for row in answer["data"]] == companies[at : at + 50]
        for company in answer["data"]:
            assert company["type"] == "CompanyInsights"
            for found in company["attributes"]["insights"]:
                shape = {**INSIGHT, "signalPayload!": {**_DATED, **PAYLOADS[found["signalType"]]}}
                assert shapes.problems(found, shape) == []
                assert found["ziCompanyId"] == int(company["id"])
                seen.add(found["signalType"])
    assert seen == set(PAYLOADS)


def test_insights_of_some_types(shared: Driver) -> None:
    companies = [int(row["id"]) for row in shared.find("company", {}, size=50).json()["data"]]
    answer = insights(shared, [*companies[:-1], 5], signalTypes=["zi.technology", "zi.m&a"]).json()
    kinds = {found["signalType"] for row in answer["data"] for found in row["attributes"]["insights"]}
    assert kinds == {"zi.technology", "zi.m&a"}
    assert "5" not in {row["id"] for row in answer["data"]}
    assert insights(shared, companies[:3]).json() == insights(shared, companies[:3]).json()


@pytest.mark.parametrize(
    ("companies", "more", "code"),
    [
        ([], {}, "PFAPI0002"),
        (list(range(51)), {}, "PFAPI0006"),
        (["900001"], {}, "PFAPI0008"),
        ("900001", {}, "PFAPI0008"),
        ([ACME], {"signalTypes": ["zi.rumour"]}, "PFAPI0006"),
        ([ACME], {"kinds": []}, "PFAPI0005"),
    ],
)
def test_refusals_of_insights(shared: Driver, companies: Any, more: Any, code: str) -> None:
    answer = insights(shared, companies, **more)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("/contacts/lookalikes", {}, "PFAPI0002"),
        ("/contacts/lookalikes", {"filter[referencePersonId]": "ada"}, "PFAPI0006"),
        ("/contacts/recommendations", {"filter[ziCompanyId]": "1"}, "PFAPI0002"),
        ("/contacts/recommendations", {"filter[ziCompanyId]": "1", "filter[useCaseType]": "SPAM"}, "PFAPI0006"),
        ("/companies/lookalikes", {**COMPANY, "page[size]": "101"}, "PFAPI0002"),
        ("/companies/lookalikes", {**COMPANY, "page[size]": "0"}, "PFAPI0002"),
        ("/companies/lookalikes", {**COMPANY, "filter[sameCountry]": "yes"}, "PFAPI0006"),
        ("/companies/lookalikes", {"filter[companyId]": "acme"}, "PFAPI0006"),
        ("/products/first", {}, "PFAPI0006"),
        ("/companies/acme/account-summary", {}, "PFAPI0006"),
    ],
)
def test_refusals(shared: Driver, path: str, params: Any, code: str) -> None:
    answer = get(shared, path, **params)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_account_summary_and_questions(make: Callable[..., Driver]) -> None:
    box = make(switches={"ai_credits": 2})
    answer = get(box, f"/companies/{ACME}/account-summary").json()
    assert (
        shapes.problems(answer, {"data!": {"id!": "string", "type!": "string", "attributes!": {"markdown!": "string"}}})
        == []
    )
    assert answer["data"]["attributes"]["markdown"].startswith("# Acme, Inc.")
    assert get(box, "/companies/5/account-summary").status_code == 404
    assert ask(box, "Who?", company=5).status_code == 404
    assert ask(box, "").json()["errors"][0]["code"] == "PFAPI0002"
    first = ask(box, "How many employees are there?").json()
    assert first["data"]["type"] == "AccountSummaryQuestion"
    assert "1,250" in first["data"]["attributes"]["answer"]
    assert "does not say" in ask(box, "What is the weather?").json()["data"]["attributes"]["answer"]
    assert ask(box, "And the revenue?").json()["errors"][0]["code"] == "PFAPI0011"


@pytest.mark.parametrize("name", CONFIG)
def test_configuration(shared: Driver, name: str) -> None:
    kind, attributes = CONFIG[name]
    answer = get(shared, f"/{name}").json()
    assert shapes.problems(answer, row({**attributes, "customFields": CUSTOM}, AUDIT)) == []
    assert {item["type"] for item in answer["data"]} == {kind}
    for item in answer["data"]:
        assert get(shared, f"/{name}/{item['id']}").json() == {"data": item}
    assert get(shared, f"/{name}/00000000-0000-4000-8000-000000000000").status_code == 404


def test_settings_and_an_account_without_configuration(make: Callable[..., Driver]) -> None:
    names = shapes.each("string", "name elevatorPitch description strategicPriorities source")
    full = make()
    found = get(full, "/customer-settings").json()
    shape = {"id!": "string", "type!": "string", "attributes!": {**names, "customFields": CUSTOM}, "meta": AUDIT}
    assert shapes.problems(found, {"data!": shape}) == []
    empty = make(switches={"gtm_config": "empty"})
    assert get(empty, "/customer-settings").status_code == 404
    assert get(empty, "/products").json() == {"data": []}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("name", [*CONFIG, "customer-settings"])
def test_configuration_writes_are_unknown_routes(shared: Driver, name: str, method: str) -> None:
    answer = shared.call(method, f"/gtm/copilot/v1/{name}", headers=shared.gtm_headers(), json={"data": {}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ZI9998")


@pytest.mark.parametrize(
    ("scope", "paths"),
    [
        ("api:recommendations:read", {"/companies/lookalikes", "/contacts/lookalikes", "/contacts/recommendations"}),
        ("api:gtm-config:read", {f"/{name}" for name in CONFIG} | {"/customer-settings"}),
        ("api:account-summary:read", {f"/companies/{ACME}/account-summary"}),
        ("api:insights:read", {"/companies/insights"}),
    ],
)
def test_scopes(make: Callable[..., Driver], scope: str, paths: set[str]) -> None:
    box = make()
    box.bearer = box.token(scope=scope).json()["access_token"]
    for path in (
        "/companies/lookalikes",
        "/contacts/lookalikes",
        "/contacts/recommendations",
        *(f"/{name}" for name in CONFIG),
        "/customer-settings",
        f"/companies/{ACME}/account-summary",
    ):
        assert (get(box, path).status_code == 403) is (path not in paths)
    assert (insights(box, [ACME]).status_code == 200) is ("/companies/insights" in paths)
    # A Copilot scope opens neither lookups nor usage.
    assert box.gtm_get("/lookup/countries").status_code == 403
    assert box.gtm_get("/users/usage").status_code == 403


def test_a_plan_without_copilot(make: Callable[..., Driver]) -> None:
    box = make(switches={"disallowed_endpoints": frozenset({"/gtm/copilot/v1/*"})})
    for answer in (get(box, "/products"), get(box, f"/companies/{ACME}/account-summary"), insights(box, [ACME])):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ZI0003")
    assert box.find("company", {}).status_code == 200


def test_reads_cost_neither_credits_nor_records(make: Callable[..., Driver]) -> None:
    charges: list[Charge] = []
    box = make(on_charge=charges.append)
    before = box.used()
    get(box, "/companies/lookalikes", **COMPANY)
    get(box, "/contacts/recommendations", **{"filter[useCaseType]": "PROSPECTING", "filter[ziCompanyId]": ACME})
    insights(box, [ACME])
    ask(box, "How big is it?")
    get(box, "/products")
    after = box.used()
    assert charges == []
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"requestLimit": 6}


def test_nobody_who_opted_out_appears(make: Callable[..., Driver], opted_out: list[tuple[int, str, int]]) -> None:
    box = make()
    assert len(opted_out) > 20
    gone = {str(key) for key, _, _ in opted_out}
    companies = list(dict.fromkeys(company for _, _, company in opted_out))
    assert get(box, "/contacts/lookalikes", **{"filter[referencePersonId]": opted_out[0][0]}).json() == {"data": []}
    for company in companies:
        wanted = {"filter[useCaseType]": "PROSPECTING", "filter[ziCompanyId]": company}
        likened = {"filter[referencePersonId]": ADA, "filter[targetCompanyId]": company}
        for path, params in (("recommendations", wanted), ("lookalikes", likened)):
            answer = get(box, f"/contacts/{path}", **params, **{"page[size]": 100})
            assert not {row["id"] for row in answer.json()["data"]} & gone
    for at in range(0, len(companies), 50):
        for company in insights(box, companies[at : at + 50]).json()["data"]:
            named = {str(item["signalPayload"].get("ziContactId")) for item in company["attributes"]["insights"]}
            assert not named & gone
    assert "Optout" not in get(box, f"/companies/{ACME}/account-summary").text
