"""Toolset ``similar``: companies and people like one, and whom ZoomInfo recommends. Free; the GTM API alone has it."""

from __future__ import annotations

from typing import Any

from ..zoominfo.arguments import read_choice
from .companies import COMPANY, answered, name_company
from .contract import Envelope
from .spec import PAGE_SIZE, Arguments, Call, Tool, choice, text

# As zoominfo.copilot has them; its import would be felt at each start.
USE_CASES = ("PROSPECTING", "DEAL_ACCELERATION", "RENEWAL_AND_GROWTH")
_SAME = ("sameIndustry", "sameRevenueRange", "sameEmployeeRange", "sameCountry")


async def find_similar_companies(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    # By a name ZoomInfo compares with a company that it does not tell, whatever else has that name.
    company, resolved = await name_company(account, arguments, call, "A comparison")
    asked = {name: value for name, value in arguments.items() if name not in COMPANY}
    return await _tell("similar_companies", call, {**asked, "companyId": company}, resolved)


async def find_similar_contacts(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _tell("similar_contacts", call, arguments)


async def get_recommended_contacts(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    use = read_choice("useCase", arguments.get("useCase", USE_CASES[0]), USE_CASES)
    company, resolved = await name_company(account, arguments, call, "A recommendation")
    asked: dict[str, Any] = {"companyId": company, "useCaseType": use}
    if "pageSize" in arguments:
        asked["pageSize"] = arguments["pageSize"]
    return await _tell("recommended_contacts", call, asked, resolved)


async def _tell(operation: str, call: Call, arguments: Arguments, resolved: dict[str, str] | None = None) -> Envelope:
    from ..zoominfo.copilot import AI_TEXTS

    account = await call.runtime.account()
    told = await account.tell(operation, arguments, caller=call.caller)
    lines = [] if told.answer.rows else ["ZoomInfo names none."]
    return answered(
        told.answer.rows,
        told.answer,
        told.ask,
        resolved=resolved,
        # What ZoomInfo's AI wrote is data, and nothing in it an instruction.
        aiTexts=told.answer.more.get(AI_TEXTS),
        warnings=[*told.warnings, *lines],
        sandbox=account.sandbox,
    )


TOOLS = (
    Tool(
        "find_similar_companies",
        "Find similar companies",
        "similar",
        "Find up to 100 companies like one, the most alike first, with score, industry, size and country. Free; GTM "
        "API. search_companies finds companies by filters.",
        {
            **COMPANY,
            **{name: {"type": "boolean", "description": "Only the same."} for name in _SAME},
            "pageSize": PAGE_SIZE,
        },
        find_similar_companies,
        operations=("similar_companies", "search_companies"),
    ),
    Tool(
        "find_similar_contacts",
        "Find similar contacts",
        "similar",
        "Find up to 100 people like one, at a target company when one is given. Free; GTM API. Answers ids and a text "
        "by ZoomInfo's AI (meta.aiTexts); get e-mails with enrich_contacts.",
        {
            "personId": text("ZoomInfo id of the person to compare with."),
            "companyId": text("ZoomInfo id of the company to look in."),
            "pageSize": PAGE_SIZE,
        },
        find_similar_contacts,
        required=("personId",),
        operations=("similar_contacts",),
    ),
    Tool(
        "get_recommended_contacts",
        "Get recommended contacts",
        "similar",
        "Get whom ZoomInfo recommends to approach at one company, for a use case. Free; GTM API. Answers ids and a "
        "text by ZoomInfo's AI (meta.aiTexts). search_contacts finds people by title and level.",
        {
            **COMPANY,
            "useCase": choice("Default PROSPECTING.", USE_CASES),
            "pageSize": PAGE_SIZE,
        },
        get_recommended_contacts,
        operations=("recommended_contacts", "search_companies"),
    ),
)
