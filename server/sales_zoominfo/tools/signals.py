"""Toolset ``signals``: what companies research (intent), what happens at them (scoops), and the news about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..zoominfo.fields import FILTERS, SEARCH_ROW
from ..zoominfo.signal_fields import SIGNAL_ENRICH, SIGNAL_ENRICH_ROW, SIGNAL_SORTS
from .companies import COMPANY, about
from .contract import Envelope
from .search import filter_schemas, only, search, search_properties, shown_fields
from .spec import DETAIL, MAX_CREDITS, PAGE, PAGE_SIZE, Arguments, Call, Schema, Tool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..account.gate import About
    from ..zoominfo.fields import Output
    from ..zoominfo.operations import Signal
    from ..zoominfo.records import Row

_PEOPLE = "findRecommendedContacts"
_PEOPLE_FIELD = "recommendedContacts"


async def search_intent(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await search("intent", call, await _without_people(call, arguments))


async def search_scoops(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await search("scoop", call, arguments)


async def search_news(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await search("news", call, arguments)


async def enrich_intent(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _enrich("intent", "enrich_intent", call, _asked_people(SIGNAL_ENRICH_ROW["intent"], arguments))


async def enrich_scoops(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _enrich("scoop", "enrich_scoops", call, arguments)


async def enrich_news(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _enrich("news", "enrich_news", call, arguments)


async def _enrich(signal: Signal, operation: str, call: Call, arguments: Arguments) -> Envelope:
    shown = shown_fields(SIGNAL_ENRICH_ROW[signal], arguments, where=f"{signal} enrich")

    def show(told: About) -> tuple[list[Row], list[str]]:
        if told.answer.rows or told.answer.total:
            return only(told.answer.rows, shown), []
        return [], ["ZoomInfo has nothing about this company that fits; other dates or fewer filters may."]

    return await about(operation, call, arguments, show=show)


def _wants_people(arguments: Arguments) -> bool:
    return _PEOPLE_FIELD in str(arguments.get("outputFields")) or arguments.get("detail") == "full"


def _asked_people(specs: Mapping[str, Output], arguments: Arguments) -> Arguments:
    """The arguments, with people where they are asked for and without where they would not be shown."""
    if _wants_people(arguments):
        return arguments
    if _PEOPLE not in arguments:
        # Looking for them makes ZoomInfo slow.
        return {**arguments, _PEOPLE: False}
    if arguments[_PEOPLE] is not True or arguments.get("outputFields") is not None:
        return arguments
    concise = [spec.name for spec in specs.values() if spec.concise]
    return {**arguments, "outputFields": [*concise, _PEOPLE_FIELD]}


async def _without_people(call: Call, arguments: Arguments) -> Arguments:
    asked = _asked_people(SEARCH_ROW["intent"], arguments)
    if asked is arguments or _PEOPLE in arguments:
        return asked
    # The filter is of the GTM API alone and must not decide which API answers.
    account = await call.runtime.account()
    specs = FILTERS["intent"]
    fits = all(specs[name].gtm is not None for name in arguments if name in specs) and "moreFilters" not in arguments
    return asked if fits and "gtm" in account.generations else arguments


# --- tools -----------------------------------------------------------------------------------------------------


# What the schema of an enrich names; it takes every other one as well.
_SHOWN: dict[Signal, tuple[str, ...]] = {
    "intent": ("topics", "signalStartDate", "signalEndDate"),
    "scoop": ("scoopTopic", "publishedStartDate", "publishedEndDate"),
    "news": ("categories", "pageDateMin", "pageDateMax"),
}
_SHORT = {
    "topics": "1 to 50 subscribed topics; see `lookup` 'intent-topics'.",
    "signalScoreMin": "60..100.",
    "signalScoreMax": "60..100.",
    "audienceStrengthMin": "E smallest to A largest.",
    "signalStartDate": "YYYY-MM-DD.",
    "signalEndDate": "YYYY-MM-DD.",
    "scoopTopic": "Topics, names or ids.",
    "scoopType": "Kinds of event, names or ids.",
    "publishedStartDate": "YYYY-MM-DD.",
    "publishedEndDate": "YYYY-MM-DD.",
    "pageDateMin": "YYYY-MM-DD.",
    "pageDateMax": "YYYY-MM-DD.",
    "industryCodes": "Names or ids.",
}


def _enrich_properties(signal: Signal) -> dict[str, Schema]:
    return {
        **COMPANY,
        **filter_schemas({name: SIGNAL_ENRICH[signal][name] for name in _SHOWN[signal]}, _SHORT),
        "page": PAGE,
        "pageSize": PAGE_SIZE,
        "detail": DETAIL,
        "maxCredits": MAX_CREDITS,
    }


_REST = ("outputFields", "all", "maxRows")


def _also(signal: Signal) -> tuple[str, ...]:
    """What an enrich takes beyond its schema."""
    return (*SIGNAL_ENRICH[signal], *(("sort",) if SIGNAL_SORTS[signal] else ()), "outputFields")


TOOLS = (
    Tool(
        "search_intent",
        "Search intent",
        "signals",
        "Find companies that research given topics now, with score (60..100), audience strength (A largest to E) and "
        "date. Free. Covers the topics of the account's subscription only; `lookup` 'intent-topics' lists them. One "
        "company: enrich_intent.",
        search_properties("intent", _SHORT),
        search_intent,
        required=("topics",),
        operations=("search_intent", "lookup"),
        entity="intent",
        also=("sort", *_REST),
    ),
    Tool(
        "enrich_intent",
        "Enrich intent",
        "signals",
        "Get the intent signals of one company: topics, scores, dates, places. SPENDS at most 1 credit; none for a "
        "company bought in the last 12 months. search_intent finds companies by topic, free.",
        _enrich_properties("intent"),
        enrich_intent,
        operations=("enrich_intent", "search_companies", "lookup"),
        also=_also("intent"),
    ),
    Tool(
        "search_scoops",
        "Search scoops",
        "signals",
        "Find scoops, ZoomInfo's findings on what companies do: projects, leadership moves, funding, layoffs, pain "
        "points. Free. One company: enrich_scoops. Press articles: search_news.",
        search_properties("scoop", _SHORT),
        search_scoops,
        operations=("search_scoops", "lookup"),
        entity="scoop",
        also=("sort", *_REST),
    ),
    Tool(
        "enrich_scoops",
        "Enrich scoops",
        "signals",
        "Get the scoops of one company. SPENDS at most 1 credit; none for a company bought in the last 12 months. "
        "search_scoops finds scoops of many companies, free.",
        _enrich_properties("scoop"),
        enrich_scoops,
        operations=("enrich_scoops", "search_companies", "lookup"),
        also=_also("scoop"),
    ),
    Tool(
        "search_news",
        "Search news",
        "signals",
        "Find news articles on companies by category, URL and date. Free. One company: enrich_news. ZoomInfo's own "
        "findings: search_scoops.",
        search_properties("news", _SHORT),
        search_news,
        operations=("search_news", "lookup"),
        entity="news",
        also=_REST,
    ),
    Tool(
        "enrich_news",
        "Enrich news",
        "signals",
        "Get the news articles on one company. SPENDS at most 1 credit; none for a company bought in the last 12 "
        "months. search_news finds articles by category, free.",
        _enrich_properties("news"),
        enrich_news,
        operations=("enrich_news", "search_companies", "lookup"),
        also=_also("news"),
    ),
)
