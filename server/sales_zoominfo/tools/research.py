"""Toolset ``research``: a brief on an account or a person, and the account's own go-to-market settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..errors import NotAvailable, NotFound, SalesZoomInfoError, fail
from ..zoominfo.arguments import read_choice, read_inputs, read_number, read_text
from ..zoominfo.fields import INPUTS
from ..zoominfo.operations import Entity
from .contract import Envelope, balance_meta, credits_meta, envelope
from .spec import MAX_CREDITS, Arguments, Call, Schema, Tool, text, whole

if TYPE_CHECKING:
    from ..account.research import Research, Wish
    from ..zoominfo.records import Row

_SECTIONS = ("profile", "people", "intent", "scoops", "news", "technologies")
_KEYS: dict[Entity, tuple[str, ...]] = {
    "company": ("companyId", "companyWebsite", "companyName"),
    "contact": ("personId", "emailAddress", "fullName", "companyName"),
}
_MOST = 40
# What ZoomInfo keeps about its customer's own go-to-market, by the name that we give it.
_CONTEXT = {
    "company": "customer_settings",
    "products": "products",
    "personas": "buyer_personas",
    "competitors": "competitors",
    "idealCustomers": "ideal_company_profile",
}


def _wish(call: Call, arguments: Arguments, entity: Entity) -> Wish:
    from ..account.research import DEFAULT_CAP, Wish

    asked = arguments.get("sections")
    given: list[object] = [] if asked is None else cast("list[object]", asked) if isinstance(asked, list) else [asked]
    sections = [read_choice("sections", item, _SECTIONS) for item in given] or list(_SECTIONS)
    cap = arguments.get("maxCredits", DEFAULT_CAP[entity])
    return Wish(
        caller=call.caller,
        sections=tuple(dict.fromkeys(sections)),  # pyright: ignore[reportArgumentType]
        cap=int(read_number("maxCredits", cap, whole=True, low=0, high=None)),
        focus=read_text("focus", arguments.get("focus") or ""),
        most=int(read_number("maxStatements", arguments.get("maxStatements", 25), whole=True, low=1, high=_MOST)),
        consent=call.consent,
    )


def _given(arguments: Arguments, entity: Entity) -> dict[str, object]:
    found = {name: arguments[name] for name in _KEYS[entity] if arguments.get(name) not in (None, "")}
    if not found:
        raise fail(
            "missing_argument",
            where="contact_research" if entity == "contact" else "account_research",
            name=_KEYS[entity][0],
            how=f"Give one of {', '.join(_KEYS[entity][:3])}.",
        )
    # The surest key alone: a name beside an id could only narrow it to nothing.
    first = next(iter(found))
    one = {first: found[first]} if entity == "company" or first in ("personId", "emailAddress") else found
    return read_inputs(entity, [one], where=INPUTS[entity])[0]


def _told(found: Research, account_sandbox: bool) -> Envelope:
    rows: list[Row] = [statement.row() for statement in found.statements]
    if found.summary:
        rows.append(
            {
                "section": "zoominfoSummary",
                "statement": found.summary,
                "label": "Written by ZoomInfo's own AI, without dates or sources; check it before you quote it.",
            }
        )
    key = "personId" if found.entity == "contact" else "companyId"
    credits = {"spent": 0} if found.credits is None else credits_meta(found.credits)
    return envelope(
        rows,
        subject={key: found.id, "name": found.name},
        totalResults=sum(found.counts.values()) + (found.summary is not None),
        found=found.counts,
        missing=found.missing,
        credits={**credits, "spent": found.spent, "cap": found.cap},
        warnings=list(dict.fromkeys(found.warnings)),
        sandbox=account_sandbox,
    )


async def account_research(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    from ..account.research import Researcher

    wish, given = _wish(call, arguments, "company"), _given(arguments, "company")
    account = await call.runtime.account()
    return _told(await Researcher(account).company(given, wish), account.sandbox)


async def contact_research(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    from ..account.research import Researcher

    wish, given = _wish(call, arguments, "contact"), _given(arguments, "contact")
    account = await call.runtime.account()
    return _told(await Researcher(account).person(given, wish), account.sandbox)


async def get_gtm_context(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    asked = arguments.get("sections")
    given: list[object] = [] if asked is None else cast("list[object]", asked) if isinstance(asked, list) else [asked]
    sections = list(dict.fromkeys(read_choice("sections", item, tuple(_CONTEXT)) for item in given)) or list(_CONTEXT)
    account = await call.runtime.account()
    told: dict[str, list[Row]] = {}
    missing: dict[str, str] = {}
    failed: list[SalesZoomInfoError] = []
    warnings: list[str] = []

    async def one(section: str) -> None:
        try:
            answer = await account.tell(_CONTEXT[section], {}, caller=call.caller)
        except NotFound:
            missing[section] = "Nothing is set."
        except NotAvailable:
            raise
        except SalesZoomInfoError as error:
            missing[section] = str(error)
            failed.append(error)
        else:
            told[section] = [{"section": section, **row} for row in answer.answer.rows]
            warnings.extend(answer.warnings)
            if not told[section]:
                missing[section] = "Nothing is set."

    # One after the other: a plan that lacks the first lacks the rest.
    for section in sections:
        await one(section)
        if failed and not told:
            raise failed[0]
    rows = [row for section in sections for row in told.get(section, [])]
    return envelope(
        rows,
        totalResults=len(rows),
        missing=missing,
        credits={"spent": 0, **balance_meta(account.balance)},
        warnings=list(dict.fromkeys(warnings)),
        sandbox=account.sandbox,
    )


def _sections(names: tuple[str, ...], description: str) -> Schema:
    return {"type": "array", "items": {"type": "string", "enum": list(names)}, "description": description}


_SHARED: dict[str, Schema] = {
    "focus": text("What matters to the reader, in words; ranks statements."),
    "sections": _sections(_SECTIONS, "All when left out."),
    "maxStatements": whole("Statements at most.", 1, _MOST, 25),
}

TOOLS = (
    Tool(
        "account_research",
        "Research an account",
        "research",
        "Write a brief on one company: profile, leaders, intent, scoops, news and technologies, each statement dated "
        "and citing its record, best first, with what is missing. SPENDS at most 1 credit, none if the company was "
        "bought in the last 12 months; maxCredits 0 uses free searches only. For one kind of record use the enrich_ "
        "and get_ tools.",
        {
            "companyId": text("ZoomInfo company id, the surest key."),
            "companyWebsite": text("Website or domain."),
            "companyName": text("Company name."),
            **_SHARED,
            "maxCredits": {**MAX_CREDITS, "default": 1},
        },
        account_research,
        operations=(
            "enrich_companies",
            "enrich_intent",
            "enrich_scoops",
            "enrich_news",
            "technologies",
            "org_chart",
            "account_summary",
            "search_companies",
            "search_contacts",
            "search_scoops",
            "search_intent",
        ),
    ),
    Tool(
        "contact_research",
        "Research a person",
        "research",
        "Write a brief on one person and their company, to prepare a meeting or an e-mail: each statement dated and "
        "citing its record. SPENDS at most 1 credit for the person and 1 for the company, none for what was bought in "
        "the last 12 months. Tells no e-mail or phone: use get_contact.",
        {
            "personId": text("ZoomInfo person id, the surest key."),
            "emailAddress": text("Business or personal e-mail."),
            "fullName": text("Full name; needs companyName."),
            "companyName": text("Where the person works, beside fullName."),
            **_SHARED,
            "maxCredits": {**MAX_CREDITS, "default": 2},
        },
        contact_research,
        operations=("enrich_contacts", "enrich_companies", "enrich_scoops", "account_summary", "search_contacts"),
    ),
    Tool(
        "get_gtm_context",
        "Get our go-to-market context",
        "research",
        "Read what your company has told ZoomInfo about itself: company, products, buyer personas, competitors, ideal "
        "customers. Free, GTM API with Copilot only. Use it to tailor messages and lists.",
        {"sections": _sections(tuple(_CONTEXT), "All when left out.")},
        get_gtm_context,
        operations=tuple(_CONTEXT.values()),
    ),
)
