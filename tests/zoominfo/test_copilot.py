"""Copilot reads: each builder against the published shapes, and over the sandbox."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offline import BOTH, ENTERPRISE, GTM, told

from sales_zoominfo.errors import InvalidArgument, NotAvailable, NotFound, UpstreamUnavailable, fail
from sales_zoominfo.zoominfo.copilot import SIGNAL_TYPES
from support import Served, client

pytestmark = pytest.mark.anyio

UUID = "0a1b2c3d-0000-4000-8000-00000000000a"
CONTEXT = {
    "buyer_personas": "customer-buyer-personas",
    "competitors": "customer-competitors",
    "ideal_company_profile": "ideal-company-profile",
    "products": "products",
}


def resource(key: str, attributes: dict[str, Any], **meta: Any) -> dict[str, Any]:
    return {"id": key, "type": "Thing", "attributes": attributes, **({"meta": meta} if meta else {})}


async def test_lookalikes_and_recommendations_are_asked_by_query() -> None:
    ask = await GTM.prepare(
        "similar_companies", {"companyId": "5", "companyName": "A", "sameCountry": True, "sameIndustry": "no"}
    )
    assert (ask.request.method, ask.request.path) == ("GET", "/gtm/copilot/v1/companies/lookalikes")
    assert ask.request.params == {"filter[companyId]": "5", "page[size]": "25", "filter[sameCountry]": "true"}
    ask = await GTM.prepare("similar_companies", {"companyName": "Example Works", "pageSize": 3})
    assert ask.request.params == {"filter[companyName]": "Example Works", "page[size]": "3"}
    ask = await GTM.prepare("similar_contacts", {"personId": "-7", "companyId": "5"})
    assert ask.request.params == {
        "filter[referencePersonId]": "-7",
        "page[size]": "25",
        "filter[targetCompanyId]": "5",
    }
    ask = await GTM.prepare("recommended_contacts", {"companyId": "5", "useCaseType": "deal_acceleration"})
    assert ask.request.path == "/gtm/copilot/v1/contacts/recommendations"
    assert ask.request.params == {
        "filter[useCaseType]": "DEAL_ACCELERATION",
        "filter[ziCompanyId]": "5",
        "page[size]": "25",
    }
    assert not ask.request.spends
    assert ask.company is None


async def test_rows_are_flat_and_the_ais_texts_are_labelled() -> None:
    ask = await GTM.prepare("similar_companies", {"companyId": "5"})
    attributes = {"companyName": "Alike", "score": 0.91, "rank": 1, "industry": "Software", "country": "Germany"}
    assert told(ask, {"data": [resource("6", attributes)]}).rows == [{"id": "6", **attributes}]
    ask = await GTM.prepare("similar_contacts", {"personId": "7"})
    brief = {"rank": 1, "score": 0.9, "lookalikePersonBrief": "Bo, Director"}
    meta = {"referencePersonId": 7, "referencePersonBrief": "Ada, Director"}
    answer = told(ask, {"data": [resource("8", brief, **meta)]})
    assert answer.rows == [{"id": "8", **brief, "referencePersonId": "7", "referencePersonBrief": "Ada, Director"}]
    assert answer.more == {"aiTexts": ["lookalikePersonBrief", "referencePersonBrief"]}
    ask = await GTM.prepare("recommended_contacts", {"companyId": "5"})
    first = {"rank": 1, "score": 0.9, "reRankingScore": -1.0, "recommendedPersonBrief": "Bo"}
    second = {"rank": 2, "score": 0.8, "reRankingScore": 0.5}
    listed = [resource("8", first, sourceType="COLD_START_CONTACTS"), resource("9", second)]
    answer = told(ask, {"data": listed})
    # -1 says that nothing was ranked again.
    assert "reRankingScore" not in answer.rows[0]
    assert answer.rows[0]["sourceType"] == "COLD_START_CONTACTS"
    assert answer.rows[1]["reRankingScore"] == 0.5
    assert answer.more == {"aiTexts": ["recommendedPersonBrief"]}


async def test_insights_are_one_row_each_in_our_names() -> None:
    ask = await GTM.prepare("company_insights", {"companyIds": "5,6", "signalTypes": ["funding", "ZI.M&A"]})
    attributes = {"ziCompanyIds": [5, 6], "signalTypes": ["zi.funding", "zi.m&a"]}
    assert ask.request.json == {"data": {"type": "CompanyInsightsSearch", "attributes": attributes}}
    insight = {
        "id": 44,
        "ziCompanyId": 5,
        "signalId": "s1",
        "signalType": "zi.cxochange",
        "insightDate": "2026-11-01T00:00:00Z",
        "signalPayload": {
            "displayText": "Ada joined.",
            "date": "2026-10-31",
            "ziCompanyId": 5,
            "ziContactId": -70,
            "name": "Ada Sample",
            "previousCompanyId": 12,
            "isCLevel": False,
        },
    }
    answer = told(ask, {"data": [resource("5", {"insights": [insight]}), resource("6", {"insights": []})]})
    assert answer.rows == [
        {
            "companyId": "5",
            "displayText": "Ada joined.",
            "date": "2026-10-31",
            "personId": "-70",
            "name": "Ada Sample",
            "previousCompanyId": "12",
            "isCLevel": False,
            "insightId": "44",
            "signalId": "s1",
            "signalType": "zi.cxochange",
            "insightDate": "2026-11-01T00:00:00Z",
        }
    ]
    assert (await GTM.prepare("company_insights", {"companyIds": [5]})).request.json == {
        "data": {"type": "CompanyInsightsSearch", "attributes": {"ziCompanyIds": [5]}}
    }


async def test_a_summary_and_an_answer_are_the_ais_words() -> None:
    ask = await GTM.prepare("account_summary", {"companyId": "5"})
    assert (ask.request.method, ask.request.path) == ("GET", "/gtm/copilot/v1/companies/5/account-summary")
    answer = told(ask, {"data": resource("5", {"markdown": "# Works\n\nThey build."})})
    assert answer.rows == [{"companyId": "5", "markdown": "# Works\n\nThey build."}]
    assert answer.more == {"aiTexts": ["markdown"]}
    ask = await GTM.prepare("ask_account_summary", {"companyId": "5", "question": "What do they build?"})
    assert ask.request.path.endswith("/companies/5/account-summary/actions/ask")
    assert ask.request.json == {
        "data": {"type": "AccountSummaryQuestionRequest", "attributes": {"question": "What do they build?"}}
    }
    # AI credits are another wallet, but what was sent is not sent twice.
    assert ask.request.spends
    assert ask.request.credits == 0
    assert told(ask, {"data": resource("5", {"answer": "Bridges."})}).rows == [{"companyId": "5", "answer": "Bridges."}]
    with pytest.raises(UpstreamUnavailable):
        told(ask, {"data": resource("5", {})})


@pytest.mark.parametrize(("name", "path"), CONTEXT.items())
async def test_gtm_context_is_a_list_or_one_entry(name: str, path: str) -> None:
    ask = await GTM.prepare(name, {})
    assert (ask.request.method, ask.request.path) == ("GET", f"/gtm/copilot/v1/{path}")
    attributes = {
        "name": "One",
        "description": "",
        "source": "manual",
        "customFields": [{"title": "Rank", "value": "1"}],
    }
    meta = {"createdAt": "2026-01-02T00:00:00Z", "updatedBy": "boss@works.example", "createdBy": "boss@works.example"}
    row = {
        "id": UUID,
        "name": "One",
        "source": "manual",
        "customFields": [{"title": "Rank", "value": "1"}],
        "createdAt": "2026-01-02T00:00:00Z",
    }
    # Who of the team wrote it stays behind.
    assert told(ask, {"data": [resource(UUID, attributes, **meta)]}).rows == [row]
    one = await GTM.prepare(name, {"id": UUID.upper()})
    assert one.request.path == f"/gtm/copilot/v1/{path}/{UUID}"
    assert told(one, {"data": resource(UUID, attributes, **meta)}).rows == [row]
    with pytest.raises(InvalidArgument, match="a UUID"):
        await GTM.prepare(name, {"id": "../products"})


async def test_customer_settings_that_nobody_wrote_are_an_answer() -> None:
    ask = await GTM.prepare("customer_settings", {})
    assert told(ask, {"data": resource("1", {"name": "Us", "elevatorPitch": "We sell."})}).rows == [
        {"id": "1", "name": "Us", "elevatorPitch": "We sell."}
    ]
    assert ask.refused is not None
    answer = ask.refused(fail("upstream_missing", operation="x"))
    assert (answer.rows, answer.status) == ([], "NO_MATCH")
    other = fail("plan_endpoint", operation="x")
    with pytest.raises(type(other)):
        ask.refused(other)


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("similar_companies", {}, "companyId or companyName"),
        ("similar_companies", {"companyId": "1", "pageSize": 101}, "pageSize"),
        ("similar_companies", {"companyId": "1", "sameCountry": "maybe"}, "sameCountry"),
        ("similar_contacts", {"companyId": "1"}, "personId"),
        ("recommended_contacts", {"companyId": "1", "useCaseType": "CHURN"}, "PROSPECTING"),
        ("recommended_contacts", {}, "companyId"),
        ("company_insights", {}, "companyIds"),
        ("company_insights", {"companyIds": list(range(1, 52))}, "51 is outside 1..50"),
        ("company_insights", {"companyIds": ["1"], "signalTypes": ["zi.weather"]}, "zi.funding"),
        ("account_summary", {"companyId": "-5"}, "between 1 and 2147483647"),
        ("account_summary", {"companyId": str(2**31)}, "between 1 and 2147483647"),
        ("ask_account_summary", {"companyId": "1", "question": "  "}, "question"),
        ("customer_settings", {"id": "1"}, "no argument 'id'"),
    ],
)
async def test_a_bad_argument_is_named(name: str, arguments: dict[str, object], complaint: str) -> None:
    with pytest.raises(InvalidArgument, match=complaint):
        await GTM.prepare(name, arguments)


def test_the_signal_types_are_the_published_ones() -> None:
    assert len(SIGNAL_TYPES) == len(set(SIGNAL_TYPES)) == 36


ARGUMENTS: dict[str, dict[str, object]] = {
    "similar_companies": {"companyId": "1"},
    "similar_contacts": {"personId": "1"},
    "recommended_contacts": {"companyId": "1"},
    "company_insights": {"companyIds": ["1"]},
    "account_summary": {"companyId": "1"},
    "ask_account_summary": {"companyId": "1", "question": "Why?"},
    "customer_settings": {},
    **{name: {} for name in CONTEXT},
}


@pytest.mark.parametrize(("name", "arguments"), ARGUMENTS.items())
async def test_the_enterprise_api_has_none_of_it(name: str, arguments: dict[str, object]) -> None:
    assert (await BOTH.prepare(name, arguments)).generation == "gtm"
    with pytest.raises(NotAvailable, match="GTM"):
        await ENTERPRISE.prepare(name, arguments)


_KEYS = st.sampled_from(
    ["data", "attributes", "meta", "id", "insights", "signalPayload", "markdown", "answer", "reRankingScore", "rank"],
)
_BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(body=_BODIES)
async def test_no_answer_breaks_a_reader(body: Any) -> None:
    for name, arguments in ARGUMENTS.items():
        with contextlib.suppress(UpstreamUnavailable):
            told(await GTM.prepare(name, arguments), body)


async def test_the_sandbox_answers_every_copilot_read(served_sandbox: Served) -> None:
    one = client(served_sandbox, "gtm")
    try:
        company = (await one.search("company", {"employeeRangeMin": 500}, size=1)).rows[0]["id"]
        person = (await one.search("contact", {"companyId": company}, size=1)).rows[0]["id"]
        charges = len(served_sandbox.sandbox.charges)

        async def ask(name: str, **arguments: object) -> Any:
            return await one.answer(await one.prepare(name, arguments))

        alike = await ask("similar_companies", companyId=company, pageSize=5)
        scores = [row["score"] for row in alike.rows]
        assert len(scores) == 5
        assert scores == sorted(scores, reverse=True)
        assert company not in {row["id"] for row in alike.rows}
        people = await ask("similar_contacts", personId=person, pageSize=4)
        assert len(people.rows) == 4
        assert person not in {row["id"] for row in people.rows}
        assert {row["rank"] for row in (await ask("recommended_contacts", companyId=company)).rows} >= {1}
        insights = await ask("company_insights", companyIds=[company])
        assert {row["companyId"] for row in insights.rows} == {company}
        kinds = {row["signalType"] for row in insights.rows}
        assert kinds <= set(SIGNAL_TYPES)
        kind = min(kinds)
        some = await ask("company_insights", companyIds=[company], signalTypes=[kind])
        assert {row["signalType"] for row in some.rows} == {kind}
        summary = await ask("account_summary", companyId=company)
        assert summary.rows[0]["markdown"]
        assert (await ask("ask_account_summary", companyId=company, question="What do they do?")).rows[0]["answer"]
        for name in CONTEXT:
            listed = (await ask(name)).rows
            assert listed, name
            assert (await ask(name, id=listed[0]["id"])).rows == listed[:1]
            with pytest.raises(NotFound, match="Leave the id out"):
                await ask(name, id=UUID)
        assert (await ask("customer_settings")).total in (0, 1)
        with pytest.raises(NotFound, match="account summary of company '999999999'"):
            await ask("account_summary", companyId="999999999")
        assert len(served_sandbox.sandbox.charges) == charges
    finally:
        await one.aclose()
