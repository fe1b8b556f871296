"""Toolset ``enrich``: e-mails, phones and full profiles. Each new record costs a credit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..zoominfo.arguments import read_id
from ..zoominfo.fields import INPUTS, MATCH_KEYS
from ..zoominfo.operations import Entity
from .contract import Envelope, credits_meta, envelope
from .spec import DETAIL, MAX_CREDITS, Arguments, Call, Schema, Tool, text, texts, whole

if TYPE_CHECKING:
    from ..account.gate import Enriched
    from ..zoominfo.records import Row

# What a match status means to the person who asked.
REASONS = {
    "NO_MATCH": "No record fits the input. Free.",
    "NON_MATCH_BY_REQUIRED_FIELDS": "The record lacks a field of requiredFields. Free; try without requiredFields.",
    "NON_MATCH_BY_LAST_UPDATED_DATE": "The record is older than lastUpdatedDateAfter. Free.",
    "NON_MATCH_BY_VALID_DATE": "The record is older than validDateAfter. Free.",
    "NON_MATCH_BY_CONTACT_ACCURACY_MIN": "The record's accuracy is below contactAccuracyScoreMin. Free.",
    "COMPANY_ONLY_MATCH": "The company is known, the person is not.",
    "CONTACT_ONLY_MATCH": "The person is known, but not at this company.",
    "SEVERAL_MATCHES": "Several records fit, so none was taken; ask again by the id of the right one of candidates.",
    "OPT_OUT": "The person has opted out; nothing is handed over. Free.",
    "LIMIT_EXCEEDED": "The account has no credits left for a new record. Free.",
    "INVALID_INPUT": "ZoomInfo could not use the input. Free.",
    "SERVICE_ERROR": "ZoomInfo failed on this input; try it again.",
    "NOT_SENT": "Not sent, because an earlier part of the call failed. Free.",
    "SUPPRESSED": "On your own opt-out list; nothing is handed over.",
    "OUTCOME_UNKNOWN": "Sent, but no answer came; counted as spent. Repeat it: a record bought is free for 12 months.",
}


def match_schema(entity: Entity) -> Schema:
    """The schema of the list of match inputs."""
    kinds = {"integer": "integer"}
    return {
        "type": "array",
        "description": "What to match, 1 to 100; any key that identifies the record.",
        "minItems": 1,
        "maxItems": 100,
        "items": {
            "type": "object",
            "properties": {
                key.name: {"type": kinds.get(key.kind, "string"), "description": key.text}
                for key in MATCH_KEYS[entity].values()
            },
            "additionalProperties": False,
        },
    }


def enriched_rows(found: Enriched) -> list[Row]:
    """One row per input: the input, the match status, the reason when it is no full match, and the record."""
    rows: list[Row] = []
    for item, match in zip(found.inputs, found.matches, strict=True):
        row: Row = {"input": item, "matchStatus": match.status}
        if match.status != "FULL_MATCH":
            row["reason"] = REASONS.get(match.status, "ZoomInfo gives no reason.")
        if match.warnings:
            row["warnings"] = list(match.warnings)
        rows.append({**row, **match.row})
    return rows


async def _enrich(entity: Entity, call: Call, arguments: Arguments) -> Envelope:
    account = await call.runtime.account()
    found = await account.enrich(
        entity,
        arguments[INPUTS[entity]],
        caller=call.caller,
        outputs=arguments.get("outputFields"),
        required=arguments.get("requiredFields"),
        detail=arguments.get("detail", "concise"),
        max_credits=arguments.get("maxCredits"),
        max_age=arguments.get("maxAge"),
        consent=call.consent,
        progress=call.progress,
    )
    matched = sum(match.matched for match in found.matches)
    return envelope(
        enriched_rows(found),
        totalResults=len(found.matches),
        matched=matched,
        credits=credits_meta(found.credits),
        warnings=found.warnings,
        sandbox=account.sandbox,
    )


async def _get(entity: Entity, key: str, call: Call, arguments: Arguments) -> Envelope:
    # Read here, so that an error names the argument and not the match input that the gate makes of it.
    record_id = read_id(key, arguments[key])
    account = await call.runtime.account()
    found = await account.get(
        entity,
        record_id,
        caller=call.caller,
        outputs=arguments.get("outputFields"),
        detail=arguments.get("detail", "full"),
        max_credits=arguments.get("maxCredits"),
        max_age=arguments.get("maxAge"),
        consent=call.consent,
    )
    return envelope(
        [found.matches[0].row],
        credits=credits_meta(found.credits),
        warnings=found.warnings,
        sandbox=account.sandbox,
    )


async def enrich_contacts(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _enrich("contact", call, arguments)


async def enrich_companies(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _enrich("company", call, arguments)


async def get_contact(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _get("contact", "personId", call, arguments)


async def get_company(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _get("company", "companyId", call, arguments)


def _outputs(entity: Entity) -> Schema:
    return texts(f"Fields to return; `lookup` with field '{entity}-fields' lists them.")


_REQUIRED = texts("A record lacking one of these is no match, and free.")
_MAX_AGE = whole("Take a copy kept here, free, if it is at most so many days old.", 0)

TOOLS = (
    Tool(
        "enrich_contacts",
        "Enrich contacts",
        "enrich",
        "Get e-mails, phone numbers (with do-not-call flags) and profiles of up to 100 people, of which at most 25 new "
        "ones by default. SPENDS at most 1 credit for each new person; none for one bought in the last 12 months, and "
        "none without a match. Call estimate_credits first and set maxCredits. Use search_contacts to find people, "
        "get_contact for one id.",
        {
            "contacts": match_schema("contact"),
            "outputFields": _outputs("contact"),
            "requiredFields": _REQUIRED,
            "detail": DETAIL,
            "maxCredits": MAX_CREDITS,
            "maxAge": _MAX_AGE,
        },
        enrich_contacts,
        required=("contacts",),
        operations=("enrich_contacts",),
    ),
    Tool(
        "enrich_companies",
        "Enrich companies",
        "enrich",
        "Get profiles of up to 100 companies, of which at most 25 new ones by default: revenue (thousands of USD), "
        "headcount, industry, funding, parents. "
        "SPENDS at most 1 credit for each new company; none for one bought in the last 12 months, and none without a "
        "match. A website matches better than a name. Call estimate_credits first and set maxCredits.",
        {
            "companies": match_schema("company"),
            "outputFields": _outputs("company"),
            "requiredFields": _REQUIRED,
            "detail": DETAIL,
            "maxCredits": MAX_CREDITS,
            "maxAge": _MAX_AGE,
        },
        enrich_companies,
        required=("companies",),
        operations=("enrich_companies",),
    ),
    Tool(
        "get_contact",
        "Get one contact",
        "enrich",
        "Get one person by ZoomInfo id, with every field. SPENDS at most 1 credit, none if bought in the last 12 "
        "months. Use enrich_contacts to match by e-mail or name, or for several.",
        {
            "personId": text("ZoomInfo person id, as search_contacts gives it; may be negative."),
            "outputFields": _outputs("contact"),
            "detail": {**DETAIL, "default": "full"},
            "maxCredits": MAX_CREDITS,
            "maxAge": _MAX_AGE,
        },
        get_contact,
        required=("personId",),
        operations=("get_contact",),
    ),
    Tool(
        "get_company",
        "Get one company",
        "enrich",
        "Get one company by ZoomInfo id, with every field. SPENDS at most 1 credit, none if bought in the last 12 "
        "months. Use enrich_companies to match by website or name, or for several.",
        {
            "companyId": text("ZoomInfo company id, as search_companies gives it."),
            "outputFields": _outputs("company"),
            "detail": {**DETAIL, "default": "full"},
            "maxCredits": MAX_CREDITS,
            "maxAge": _MAX_AGE,
        },
        get_company,
        required=("companyId",),
        operations=("get_company",),
    ),
)
