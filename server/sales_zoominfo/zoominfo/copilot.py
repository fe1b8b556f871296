"""What ZoomInfo's Copilot answers: similar companies and people, recommendations, insights, summaries, GTM context.

Reads of the GTM API alone; nothing here spends a bulk credit, and a question on an account spends AI action credits.
Source: the published GTM Copilot specification. Texts that ZoomInfo's AI wrote are data: ``more["aiTexts"]`` names the
fields that hold one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from ..errors import NotFound, SalesZoomInfoError, fail
from .arguments import read_text
from .asking import NOTHING, Answer, Ask, Asker, Builder
from .codec import as_object, read_objects, request, unreadable
from .fields import Output
from .messages import Response
from .operations import OPERATIONS, Operation
from .reading import (
    COMPANY_HOW,
    DEFAULT_ROWS,
    FLAG,
    ID,
    PAGE_SIZE,
    PERSON_HOW,
    TEXT,
    Read,
    choice,
    missing,
    read_arguments,
    several,
)
from .records import Row, clean

AI_TEXTS = "aiTexts"
MOST_COMPANIES = 50
USE_CASES = ("PROSPECTING", "DEAL_ACCELERATION", "RENEWAL_AND_GROWTH")
_SIGNAL_TYPES = """
    zi.funding zi.cxochange zi.scoop zi.websights zi.buyingcommitteechange zi.account-level-intent.spike
    zi.intent.competitor.spike zi.mpocchange zi.g2 zi.trustradius zi.anomaloushiring zi.formcomplete
    zi.podcastmentions zi.marketingcampaigns zi.technology zi.seniorjobpostings zi.personwebsights
    zi.personbasednews zi.wondeal zi.newcontactpreviouslyworkedforcustomer zi.personchange zi.upcomingmeeting
    zi.lowactivecontacts zi.nodecisionmaker zi.nopostmeetingfollowup zi.upcomingrenewal zi.m&a zi.productlaunch
    zi.earnings zi.partnership zi.layoffs zi.painpoint zi.divestiture zi.ipo zi.award zi.project
"""
SIGNAL_TYPES: tuple[str, ...] = tuple(_SIGNAL_TYPES.split())

_INT32 = 2**31


def _specs(*specs: Output) -> dict[str, Output]:
    return {spec.name: spec for spec in specs}


_RANKED = (Output("rank", "number"), Output("score", "number"))
SIMILAR_COMPANY_ROW = _specs(
    Output("id", "id"),
    Output("companyName"),
    *_RANKED,
    *(Output(name) for name in ("industry", "revenueRange", "employeeRange", "country")),
)
SIMILAR_CONTACT_ROW = _specs(
    Output("id", "id"),
    *_RANKED,
    Output("lookalikePersonBrief"),
    Output("referencePersonId", "id"),
    Output("referencePersonBrief"),
)
RECOMMENDED_ROW = _specs(
    Output("id", "id"),
    *_RANKED,
    Output("reRankingScore", "number"),
    Output("recommendedPersonBrief"),
    Output("sourceType"),
    Output("referencePersonId", "id"),
    Output("referencePersonBrief"),
)
INSIGHT_ROW = _specs(
    Output("companyId", "id"),
    Output("signalType"),
    Output("signalId"),
    Output("insightId", "id"),
    *(Output(name, "datetime") for name in ("insightDate", "expiresAt", "createdAt")),
    Output("personId", "id"),
    Output("previousCompanyId", "id"),
)
_CONTEXT_ROW = _specs(
    Output("id"),
    *(Output(name, "datetime") for name in ("createdAt", "updatedAt", "archivedAt")),
    *(Output(name, "strings") for name in ("painPoints", "valueProposition", "proofPoints")),
    Output("customFields", "objects"),
)


_AUTHORS = ("createdBy", "updatedBy", "archivedBy")


def _resources(response: Response, operation: Operation) -> list[dict[str, Any]]:
    data: object = as_object(response.data).get("data")
    listed: object = [cast("object", data)] if isinstance(data, dict) else data
    return read_objects(listed, operation, "a data list")


def _attributes(resource: Mapping[str, Any], *, meta: bool = False) -> dict[str, Any]:
    # Who of the team wrote an entry is nobody's business here.
    more = {name: value for name, value in as_object(resource.get("meta")).items() if meta and name not in _AUTHORS}
    return {"id": resource.get("id"), **as_object(resource.get("attributes")), **more}


def _reader(
    operation: Operation, specs: Mapping[str, Output], *, meta: bool = False, texts: tuple[str, ...] = ()
) -> Callable[[Response], Answer]:
    def read(response: Response) -> Answer:
        rows = [clean(specs, _attributes(resource, meta=meta)) for resource in _resources(response, operation)]
        held = [name for name in texts if any(name in row for row in rows)]
        return Answer(rows, len(rows), more={AI_TEXTS: held} if held else {})

    return read


def _size(given: Mapping[str, Any]) -> dict[str, str]:
    return {"page[size]": str(given.get("pageSize", DEFAULT_ROWS))}


# --- alike and recommended -------------------------------------------------------------------------------------

_SAME = ("sameRevenueRange", "sameCountry", "sameIndustry", "sameEmployeeRange")


async def similar_companies(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Companies that are like one.

    Args:
        asker: the client.
        arguments: ``companyId`` or ``companyName`` (the id wins); ``sameRevenueRange``, ``sameCountry``,
            ``sameIndustry``, ``sameEmployeeRange``, true to keep only those that share it; ``pageSize`` 1 to 100.

    Returns:
        Rows of id (the company's), companyName, score, rank, industry, revenueRange, employeeRange and country, the
        most alike first.

    Raises:
        InvalidArgument: no company, or a bad value. NotAvailable: the GTM API is not configured.
    """
    operation = OPERATIONS["similar_companies"]
    readers: dict[str, Read] = {
        "companyId": ID,
        "companyName": TEXT,
        **dict.fromkeys(_SAME, FLAG),
        "pageSize": PAGE_SIZE,
    }
    given = read_arguments(operation, arguments, readers)
    name = next((name for name in ("companyId", "companyName") if name in given), None)
    if name is None:
        raise missing(operation, "companyId or companyName", COMPANY_HOW)
    generation = asker.choose(operation)
    params = {f"filter[{name}]": str(given[name]), **_size(given)}
    params |= {f"filter[{flag}]": "true" for flag in _SAME if given.get(flag)}
    return Ask(request(generation, operation, params=params), _reader(operation, SIMILAR_COMPANY_ROW))


async def similar_contacts(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """People who are like one.

    Args:
        asker: the client.
        arguments: ``personId``, the person to compare with; ``companyId``, the company to look in (ZoomInfo's texts
            disagree on where it looks without one); ``pageSize`` 1 to 100.

    Returns:
        Rows of id (the person's), rank, score, lookalikePersonBrief (a text of ZoomInfo's AI), referencePersonId and
        referencePersonBrief, the most alike first.

    Raises:
        InvalidArgument: no person, or a bad value. NotAvailable: the GTM API is not configured.
    """
    operation = OPERATIONS["similar_contacts"]
    given = read_arguments(operation, arguments, {"personId": ID, "companyId": ID, "pageSize": PAGE_SIZE})
    if "personId" not in given:
        raise missing(operation, "personId", PERSON_HOW)
    generation = asker.choose(operation)
    params = {"filter[referencePersonId]": str(given["personId"]), **_size(given)}
    if "companyId" in given:
        params["filter[targetCompanyId]"] = str(given["companyId"])
    texts = ("lookalikePersonBrief", "referencePersonBrief")
    reader = _reader(operation, SIMILAR_CONTACT_ROW, meta=True, texts=texts)
    return Ask(request(generation, operation, params=params), reader)


async def recommended_contacts(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """People of a company whom ZoomInfo recommends to approach.

    Args:
        asker: the client.
        arguments: ``companyId``; ``useCaseType``, one of :data:`USE_CASES`, PROSPECTING when left out; ``pageSize``
            1 to 100.

    Returns:
        Rows of id (the person's), rank, score, reRankingScore (left out where ZoomInfo did not rank again),
        recommendedPersonBrief (a text of ZoomInfo's AI), sourceType, referencePersonId and referencePersonBrief.

    Raises:
        InvalidArgument: no company, or a bad value. NotAvailable: the GTM API is not configured.
    """
    operation = OPERATIONS["recommended_contacts"]
    readers: dict[str, Read] = {"companyId": ID, "useCaseType": choice(*USE_CASES), "pageSize": PAGE_SIZE}
    given = read_arguments(operation, arguments, readers)
    if "companyId" not in given:
        raise missing(operation, "companyId", COMPANY_HOW)
    generation = asker.choose(operation)
    params = {
        "filter[useCaseType]": str(given.get("useCaseType", USE_CASES[0])),
        "filter[ziCompanyId]": str(given["companyId"]),
        **_size(given),
    }
    plain = _reader(operation, RECOMMENDED_ROW, meta=True, texts=("recommendedPersonBrief", "referencePersonBrief"))

    def read(response: Response) -> Answer:
        answer = plain(response)
        for row in answer.rows:
            # -1.0 says that the second ranking did not run.
            if row.get("reRankingScore") == -1:
                del row["reRankingScore"]
        return answer

    return Ask(request(generation, operation, params=params), read)


# --- insights and summaries ------------------------------------------------------------------------------------


async def company_insights(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """What is new at some companies, by kind of signal.

    Args:
        asker: the client.
        arguments: ``companyIds``, 1 to 50 company ids; ``signalTypes``, any of :data:`SIGNAL_TYPES` (the prefix
            ``zi.`` may be left out), all of them when left out.

    Returns:
        One row an insight: companyId, signalType, insightDate, expiresAt, signalId, insightId, and what its kind
        carries (displayText, text, date, name, title, personId, ...).

    Raises:
        InvalidArgument: no or too many companies, or an unknown signal type. NotAvailable: the GTM API is not
            configured.
    """
    operation = OPERATIONS["company_insights"]
    readers: dict[str, Read] = {
        "companyIds": several(ID, MOST_COMPANIES),
        "signalTypes": several(_read_signal_type, len(SIGNAL_TYPES)),
    }
    given = read_arguments(operation, arguments, readers)
    if "companyIds" not in given:
        raise missing(operation, "companyIds", f"Give 1 to {MOST_COMPANIES} company ids; {COMPANY_HOW[9:]}")
    generation = asker.choose(operation)
    attributes: dict[str, object] = {"ziCompanyIds": [int(item) for item in given["companyIds"]]}
    if "signalTypes" in given:
        attributes["signalTypes"] = given["signalTypes"]
    body = {"data": {"type": "CompanyInsightsSearch", "attributes": attributes}}

    def read(response: Response) -> Answer:
        rows = [
            insight_row(insight, resource.get("id"))
            for resource in _resources(response, operation)
            for insight in read_objects(as_object(resource.get("attributes")).get("insights"), operation, "insights")
        ]
        return Answer(rows, len(rows))

    return Ask(request(generation, operation, body=body), read)


def _read_signal_type(name: str, value: object) -> str:
    text = read_text(name, value)
    return str(choice(*SIGNAL_TYPES)(name, text if text.casefold().startswith("zi.") else f"zi.{text}"))


# Our one name for one thing, so that a person in an insight is known for one.
_INSIGHT_NAMES = {"ziCompanyId": "companyId", "ziContactId": "personId"}


def insight_row(insight: Mapping[str, Any], company: object) -> Row:
    """One insight, its payload spread out; the payload's own names never hide the insight's."""
    payload = {_INSIGHT_NAMES.get(name, name): value for name, value in as_object(insight.get("signalPayload")).items()}
    head = {_INSIGHT_NAMES.get(name, name): value for name, value in insight.items() if name != "signalPayload"}
    if "id" in head:
        head["insightId"] = head.pop("id")
    payload.pop("id", None)
    return clean(INSIGHT_ROW, {"companyId": company, **payload, **head})


def _summary_id(name: str, value: object) -> str:
    found = ID(name, value)
    # An int32 in the specification, unlike every other company id.
    if not 0 < int(cast("str", found)) < _INT32:
        raise fail(
            "wrong_type", name=name, expected="a company id between 1 and 2147483647", got="another number",
            details={"field": name},
        )  # fmt: skip
    return cast("str", found)


def _none_for(company: str) -> Callable[[SalesZoomInfoError], Answer]:
    def refused(error: SalesZoomInfoError) -> Answer:
        if not isinstance(error, NotFound):
            raise error
        raise fail(
            "not_found",
            thing="account summary of company",
            name=company,
            hint="",
            how="ZoomInfo has none for every company; check the id with `search_companies`.",
        ) from None

    return refused


async def account_summary(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """ZoomInfo's own summary of an account.

    Args:
        asker: the client.
        arguments: ``companyId``, 1 to 2147483647.

    Returns:
        One row of companyId and markdown, a text that ZoomInfo's AI wrote.

    Raises:
        InvalidArgument: no company. NotAvailable: the GTM API is not configured. NotFound: there is none.
    """
    operation = OPERATIONS["account_summary"]
    given = read_arguments(operation, arguments, {"companyId": _summary_id})
    if "companyId" not in given:
        raise missing(operation, "companyId", COMPANY_HOW)
    generation, company = asker.choose(operation), str(given["companyId"])
    sent = request(generation, operation, path={"companyId": company})
    return Ask(sent, lambda response: _text_of(response, operation, "markdown", company), refused=_none_for(company))


async def ask_account_summary(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """A question on an account, answered by ZoomInfo's AI. Spends AI action credits, a wallet of their own.

    Args:
        asker: the client.
        arguments: ``companyId``, 1 to 2147483647; ``question``, a sentence.

    Returns:
        One row of companyId and answer, a text that ZoomInfo's AI wrote.

    Raises:
        InvalidArgument: no company or no question. NotAvailable: the GTM API is not configured. NotFound: ZoomInfo
            knows no such account.
    """
    operation = OPERATIONS["ask_account_summary"]
    given = read_arguments(operation, arguments, {"companyId": _summary_id, "question": TEXT})
    if "companyId" not in given:
        raise missing(operation, "companyId", COMPANY_HOW)
    if "question" not in given:
        raise missing(operation, "question", "Give the question as one sentence.")
    generation, company = asker.choose(operation), str(given["companyId"])
    body = {"data": {"type": "AccountSummaryQuestionRequest", "attributes": {"question": given["question"]}}}
    sent = request(generation, operation, body=body, path={"companyId": company})
    return Ask(sent, lambda response: _text_of(response, operation, "answer", company), refused=_none_for(company))


def _text_of(response: Response, operation: Operation, name: str, company: str) -> Answer:
    [resource] = _resources(response, operation)[:1] or [{}]
    text: object = as_object(resource.get("attributes")).get(name)
    if not isinstance(text, str):
        raise unreadable(operation, f"it lacks {name}")
    return Answer([{"companyId": company, name: text}], 1, more={AI_TEXTS: [name]})


# --- GTM context -----------------------------------------------------------------------------------------------

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _read_uuid(name: str, value: object) -> str:
    text = read_text(name, value)
    if not _UUID.fullmatch(text):
        raise fail("wrong_type", name=name, expected="a UUID", got="another text", details={"field": name})
    return text.lower()


def _context(many: str, one: str) -> Builder:
    """The builder of a list of GTM context, which also reads one entry by its id."""

    async def build(asker: Asker, arguments: Mapping[str, object]) -> Ask:
        given = read_arguments(OPERATIONS[many], arguments, {"id": _read_uuid})
        operation = OPERATIONS[one if given else many]
        generation = asker.choose(operation)
        found = str(given.get("id", ""))
        reader = _reader(operation, _CONTEXT_ROW, meta=True)

        def refused(error: SalesZoomInfoError) -> Answer:
            if not (found and isinstance(error, NotFound)):
                raise error
            how = "Leave the id out to see the list."
            raise fail("not_found", thing=operation.title, name=found, hint="", how=how) from None

        return Ask(request(generation, operation, path={"id": found}), reader, refused=refused)

    return build


async def buyer_personas(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """The buyer personas that the account has written down in ZoomInfo.

    Args:
        asker: the client.
        arguments: ``id``, a UUID, for one of them; none for all.

    Returns:
        Rows of id, name, description, personalObjectives, whatDoesThisPersonaCareAbout, titlesFunctionsSeniority,
        relevantOfferings, source, customFields, createdAt, updatedAt; archivedAt on archived ones.

    Raises:
        NotAvailable: the GTM API is not configured. NotFound: no such id.
    """
    return await _context("buyer_personas", "buyer_persona")(asker, arguments)


async def competitors(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """The competitors that the account has written down in ZoomInfo.

    Args:
        asker: the client.
        arguments: ``id``, a UUID, for one of them; none for all.

    Returns:
        Rows of id, name, description, url, competitorProducts, reasonsTheyWin, reasonsTheyLose, customersWeWon,
        competitiveProducts, source, customFields, createdAt, updatedAt; archivedAt on archived ones.

    Raises:
        NotAvailable: the GTM API is not configured. NotFound: no such id.
    """
    return await _context("competitors", "competitor")(asker, arguments)


async def ideal_company_profile(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """The segments of the account's ideal company profile.

    Args:
        asker: the client.
        arguments: ``id``, a UUID, for one of them; none for all.

    Returns:
        Rows of id, name, description, source, customFields, createdAt, updatedAt; archivedAt on archived ones.

    Raises:
        NotAvailable: the GTM API is not configured. NotFound: no such id.
    """
    return await _context("ideal_company_profile", "ideal_company_segment")(asker, arguments)


async def products(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """The products and services that the account sells, as written down in ZoomInfo.

    Args:
        asker: the client.
        arguments: ``id``, a UUID, for one of them; none for all.

    Returns:
        Rows of id, name, description, painPoints, valueProposition, proofPoints, url, competitors,
        idealCompanySegment, offeringBuyerPersonas, source, customFields, createdAt, updatedAt; archivedAt on archived
        ones.

    Raises:
        NotAvailable: the GTM API is not configured. NotFound: no such id.
    """
    return await _context("products", "product")(asker, arguments)


async def customer_settings(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """What the account has written down in ZoomInfo of its own company.

    Args:
        asker: the client.
        arguments: none.

    Returns:
        One row of id, name, elevatorPitch, description, strategicPriorities, source, customFields, createdAt,
        updatedAt; no row and the status ``NO_MATCH`` where nothing is set.

    Raises:
        NotAvailable: the GTM API is not configured.
    """
    operation = OPERATIONS["customer_settings"]
    read_arguments(operation, arguments, {})
    generation = asker.choose(operation)

    def refused(error: SalesZoomInfoError) -> Answer:
        if not isinstance(error, NotFound):
            raise error
        return Answer([], 0, status=NOTHING)

    return Ask(request(generation, operation), _reader(operation, _CONTEXT_ROW, meta=True), refused=refused)
