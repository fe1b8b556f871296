"""Intent, scoops and news of one company, and what searching them shares with that.

Each enrich spends the company's credit when it was not bought in the last 12 months, and every row counts as a record.
Sources: the published GTM specification; the Enterprise documentation with its captured examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from ..errors import SalesZoomInfoError, UnknownValue, fail
from .arguments import read_by, read_id, read_text, to_wire
from .asking import FOUND, NOTHING, Answer, Ask, Asker
from .codec import as_object, read_objects, read_total, read_word, request
from .combinations import check_count, check_wanted
from .messages import Request, Response
from .operations import OPERATIONS, WINDOW, Generation, Operation, Signal, Subject
from .paging import read_order, read_page
from .reading import blank
from .records import Page, Row, Value, clean, flatten
from .signal_fields import (
    LONGEST_SPAN_DAYS,
    MOST_TOPICS,
    SIGNAL_ENRICH,
    SIGNAL_ENRICH_ROW,
    SIGNAL_ENRICH_SORTS,
)
from .specs import Filter
from .taxonomy import nearest, resolve, show

ENRICH_SIGNAL: dict[Signal, Operation] = {
    "intent": OPERATIONS["enrich_intent"],
    "scoop": OPERATIONS["enrich_scoops"],
    "news": OPERATIONS["enrich_news"],
}
_TYPE: dict[Signal, str] = {"intent": "IntentEnrich", "scoop": "ScoopEnrich", "news": "NewsEnrich"}

# The surest first.
_COMPANY = ("companyId", "companyWebsite", "companyName")
_PAGING = ("page", "pageSize", "sort")
_TOPICS = "intent-topics"


# --- what search and enrich share ------------------------------------------------------------------------------


def recent_only(subject: Subject, values: Mapping[str, object]) -> tuple[str, ...]:
    """What to tell of a search of scoops without dates, which the Enterprise API cuts to 30 days.

    Args:
        subject: what is searched or enriched.
        values: the filters.
    """
    if subject != "scoop" or {"publishedStartDate", "publishedEndDate", "scoopId"} & values.keys():
        return ()
    return ("No dates were given, so these are scoops of the last 30 days; publishedStartDate reaches further back.",)


async def resolve_values(
    asker: Asker, specs: Mapping[str, Filter], generation: Generation, values: dict[str, list[object]]
) -> dict[str, str]:
    """Replace names by legal values, in place; see :func:`~sales_zoominfo.zoominfo.taxonomy.resolve`.

    Args:
        asker: fetches taxonomies.
        specs: the filters' table.
        generation: the API that will be asked.
        values: canonical values by filter.

    Returns:
        What was replaced, by filter.

    Raises:
        UnknownValue: no legal value, or several; for a topic, which subscribed ones come near.
        InvalidArgument: one text named more values than the filter takes.
        PlanDoesNotInclude: the account subscribes to no topic.
    """

    async def lookup(field: str, narrow: Mapping[str, str] | None = None) -> list[Value]:
        return await asker.taxonomy(generation, field, narrow)

    topics = [str(topic) for topic in values.get("topics", ())] if "topics" in specs else []
    try:
        resolved = await resolve(specs, generation, values, lookup)
    except UnknownValue as error:
        if error.kind != "unknown_value" or error.details.get("field") != "topics":
            raise
        raise await _not_subscribed(specs, generation, topics, await lookup(_TOPICS)) from None
    for name, items in values.items():
        check_count(specs[name], items)
    check_wanted(values)
    return resolved


async def _not_subscribed(
    specs: Mapping[str, Filter], generation: Generation, topics: list[str], subscribed: list[Value]
) -> SalesZoomInfoError:
    if not subscribed:
        return fail("no_topics")

    async def lookup(_field: str) -> list[Value]:
        return subscribed

    parts = [part.strip() for topic in topics for part in (topic, *topic.split(",")) if part.strip()]
    refused = topics[0]
    for part in parts:
        try:
            await resolve(specs, generation, {"topics": [part]}, lookup)
        except UnknownValue:
            refused = part
    close = nearest(refused, subscribed)
    named = "; ".join(show(value) for value in close)
    return fail(
        "topic_not_subscribed",
        value=refused[:60],
        count=len(subscribed),
        nearest=f"Nearest: {named}. " if named else "",
        details={"field": "topics", "nearest": [value.id for value in close]},
    )


# --- builders --------------------------------------------------------------------------------------------------


async def enrich_intent(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Prepare what a company researches.

    Args:
        asker: the client.
        arguments: one of ``companyId`` (text), ``companyWebsite``, ``companyName``; ``topics`` (1 to 50 names; left
            out: all subscribed ones, the first 50 by name), ``signalStartDate`` and ``signalEndDate`` (YYYY-MM-DD; on
            Enterprise 90 days at most), ``signalScoreMin`` and ``signalScoreMax`` (60..100), ``audienceStrengthMin``
            and ``audienceStrengthMax`` (E smallest to A largest), ``findRecommendedContacts`` (left out: true),
            ``page`` (from 1), ``pageSize`` (1..100, left out: 25), ``sort`` (signalDate, signalScore, category,
            topic, audienceStrength; - in front: descending).

    Raises:
        InvalidArgument, UnknownValue, PlanDoesNotInclude, WindowExceeded: before anything is sent.
    """
    generation, company, given, said, warnings = await _prepare(asker, "intent", arguments)
    if blank(arguments.get("topics")):
        # ZoomInfo answers nothing without topics.
        subscribed = sorted(
            {topic.id: topic for topic in await asker.taxonomy(generation, _TOPICS)}.values(),
            key=lambda topic: topic.name.casefold(),
        )
        if not subscribed:
            raise fail("no_topics")
        given["topics"] = [topic.id for topic in subscribed[:MOST_TOPICS]]
        if len(subscribed) > MOST_TOPICS:
            warnings += (
                f"No topics were given: the first {MOST_TOPICS} of {len(subscribed)} subscribed ones by name were "
                "asked for; give topics for the others.",
            )
        else:
            warnings += (f"No topics were given: all {len(subscribed)} subscribed ones were asked for.",)
    if generation == "enterprise":
        _check_span(given, "signalStartDate", "signalEndDate")
    return await _ask(asker, "intent", generation, company, given, said, arguments, warnings)


async def enrich_scoops(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Prepare what happens at a company.

    Args:
        asker: the client.
        arguments: one of ``companyId`` (text), ``companyWebsite``, ``companyName``; ``scoopTopic`` and ``scoopType``
            (names or ids, several), ``department`` (a scoop department, one), ``description`` (words), ``scoopId``
            (ids), ``publishedStartDate`` and ``publishedEndDate`` (YYYY-MM-DD; on Enterprise left out: the last 30
            days), ``updatedSinceCreation`` (left out: false), ``page`` (from 1), ``pageSize`` (1..100, left out: 25),
            ``sort`` (scoopId, originalPublishedDate, description, link, linkText; - in front: descending).

    Raises:
        InvalidArgument, UnknownValue, WindowExceeded: before anything is sent.
    """
    generation, company, given, said, warnings = await _prepare(asker, "scoop", arguments)
    if generation == "enterprise":
        warnings += recent_only("scoop", given)
    return await _ask(asker, "scoop", generation, company, given, said, arguments, warnings)


async def enrich_news(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Prepare articles about a company.

    Args:
        asker: the client.
        arguments: one of ``companyId`` (text), ``companyWebsite``, ``companyName`` (the last two are turned into an
            id by a free search); ``categories`` (several), ``url`` (parts of the address, 5 characters or more),
            ``pageDateMin`` and ``pageDateMax`` (YYYY-MM-DD), ``page`` (from 1), ``pageSize`` (1..100, left out: 25).

    Raises:
        InvalidArgument, UnknownValue, NotFound, WindowExceeded: before anything is sent but free searches.
    """
    generation, company, given, said, warnings = await _prepare(asker, "news", arguments)
    if "companyId" not in company:
        # Both generations document the id alone for news.
        company = dict[str, object](companyId=await find_company(asker, company))
    return await _ask(asker, "news", generation, company, given, said, arguments, warnings)


async def find_company(asker: Asker, company: Mapping[str, object]) -> str:
    """The id of the one company that a website or a name means, by a free search.

    Args:
        asker: the client.
        company: a match input of one key, ``companyWebsite`` or ``companyName``.

    Raises:
        NotFound: nothing has it. UnknownValue: several have; their ids are named.
    """
    (name, wanted), *_ = company.items()
    page: Page = await asker.search("company", {name: wanted}, page=1, size=10)
    found = [row for row in page.rows if row.get("id")]
    exact = [row for row in found if str(row.get("name", "")).casefold() == str(wanted).casefold()]
    only = exact if name == "companyName" and len(exact) == 1 else found
    if len(only) == 1 and (page.total == len(found) or only is exact):
        return str(only[0]["id"])
    if not found:
        raise fail(
            "not_found",
            thing=f"company with {name}",
            name=str(wanted)[:60],
            hint="",
            how="Find it with `search_companies`, which is free, and give its companyId.",
        )
    raise fail(
        "several_values",
        name=name,
        value=str(wanted)[:60],
        choices="give companyId; " + "; ".join(f"{row.get('name', '')} ({row['id']})" for row in found[:5]),
        details={"field": name, "candidates": [str(row["id"]) for row in found]},
    )


async def _prepare(
    asker: Asker, signal: Signal, arguments: Mapping[str, object]
) -> tuple[Generation, dict[str, object], dict[str, list[object]], dict[str, str], tuple[str, ...]]:
    """The generation, the company's match input, the filters in canonical form, what was read, and warnings."""
    from .bands import spread

    operation, specs = ENRICH_SIGNAL[signal], SIGNAL_ENRICH[signal]
    filters = {
        name: value for name, value in arguments.items() if name not in (*_COMPANY, *_PAGING) and not blank(value)
    }
    filters, said = spread(specs, filters)
    generation = asker.choose(
        operation,
        [(name, [g for g in asker.generations if specs[name].wire(g)]) for name in filters if name in specs],
    )
    where = operation.title.capitalize()
    values = read_by(specs, generation, filters, where=where, legal=", ".join((*_COMPANY, *specs, *_PAGING)))
    given = [name for name in _COMPANY if not blank(arguments.get(name))]
    if not given:
        raise fail(
            "missing_argument",
            where=where,
            name="a company",
            how="Give companyId, companyWebsite or companyName; `search_companies` finds ids free of charge.",
            details={"field": "companyId"},
        )
    key = given[0]
    read = read_id if key == "companyId" else read_text
    warnings: tuple[str, ...] = ()
    if given[1:]:
        warnings = (f"{' and '.join(given[1:])} left out: {key} names the company.",)
    return generation, {key: read(key, arguments[key])}, values, said, warnings


def _check_span(values: Mapping[str, list[object]], start: str, end: str) -> None:
    if start not in values or end not in values:
        return
    first, last = (date.fromisoformat(str(values[name][0])) for name in (start, end))
    days = (last - first).days
    if days > LONGEST_SPAN_DAYS:
        raise fail(
            "span_too_long",
            start=start,
            first=first.isoformat(),
            end=end,
            last=last.isoformat(),
            days=days,
            most=LONGEST_SPAN_DAYS,
            details={"field": start},
        )


async def _ask(
    asker: Asker,
    signal: Signal,
    generation: Generation,
    company: dict[str, object],
    values: dict[str, list[object]],
    said: Mapping[str, str],
    arguments: Mapping[str, object],
    warnings: tuple[str, ...],
) -> Ask:
    operation, specs = ENRICH_SIGNAL[signal], SIGNAL_ENRICH[signal]
    raw_page = 1 if blank(arguments.get("page")) else arguments["page"]
    raw_size = 25 if blank(arguments.get("pageSize")) else arguments["pageSize"]
    raw_sort = None if blank(arguments.get("sort")) else arguments["sort"]
    page, size = read_page(generation, raw_page, raw_size)
    sorts = SIGNAL_ENRICH_SORTS[signal]
    order = read_order(tuple(sorts), raw_sort, where=operation.title)
    resolved = {**said, **await resolve_values(asker, specs, generation, values)}
    attributes = {name: to_wire(specs[name], generation, items) for name, items in values.items()}
    attributes |= _company(signal, company)
    make = _gtm if generation == "gtm" else _enterprise
    return Ask(
        make(signal, attributes, page, size, order),
        lambda response: _read(signal, generation, response, page, size, company),
        company=company,
        resolved=resolved,
        warnings=warnings,
    )


def _company(signal: Signal, company: Mapping[str, object]) -> dict[str, object]:
    # An id is a number in the documents of intent and news, and text in those of scoops, which take a list.
    if signal == "scoop" or "companyId" not in company:
        return dict(company)
    return {"companyId": int(cast("str", company["companyId"]))}


def _gtm(signal: Signal, attributes: Mapping[str, object], page: int, size: int, order: str | None) -> Request:
    params = {"page[number]": str(page), "page[size]": str(size)}
    if order:
        field = SIGNAL_ENRICH_SORTS[signal][order.removeprefix("-")][0]
        params["sort"] = f"-{field}" if order.startswith("-") else field
    body = {"data": {"type": _TYPE[signal], "attributes": dict(attributes)}}
    return request("gtm", ENRICH_SIGNAL[signal], body=body, params=params, credits=1)


def _enterprise(signal: Signal, attributes: Mapping[str, object], page: int, size: int, order: str | None) -> Request:
    # News alone calls its page size otherwise.
    body = {**attributes, "page": page, "limit" if signal == "news" else "rpp": size}
    if order:
        body["sortBy"] = SIGNAL_ENRICH_SORTS[signal][order.removeprefix("-")][1]
        body["sortOrder"] = "desc" if order.startswith("-") else "asc"
    return request("enterprise", ENRICH_SIGNAL[signal], body=body, credits=1)


def _read(
    signal: Signal, generation: Generation, response: Response, page: int, size: int, company: Mapping[str, object]
) -> Answer:
    operation = ENRICH_SIGNAL[signal]
    body = as_object(response.data)
    found = read_objects(body.get("data"), operation, "a data list")
    status = FOUND
    if generation == "gtm":
        total = as_object(body.get("meta")).get("totalResults")
        refused = [item for item in found if item.get("type") == "NoMatch"]
        if refused:
            status = read_word(as_object(refused[0].get("meta")).get("matchStatus")) or NOTHING
            found, total = [], 0
        records: list[dict[str, Any]] = [
            {"id": item.get("id"), **flatten(signal, as_object(item.get("attributes")))} for item in found
        ]
    else:
        # As in a search, maxResults counts all there are and totalResults the rows of the page.
        total = body.get("maxResults")
        records = [flatten(signal, item) for item in found]
    rows = [clean(SIGNAL_ENRICH_ROW[signal], record) for record in records]
    # The number of hits is optional in the specification, and its lack is no reason to lose what was paid for.
    count = (page - 1) * size + len(rows) if total is None else read_total(total, operation, "the number of hits")
    next_page = Page(rows, count, page, size, WINDOW[generation]).next_page
    return Answer(rows, count, page, size, next_page, _answered(rows, company), status)


def _answered(rows: list[Row], company: Mapping[str, object]) -> str | None:
    """The company that the rows are about."""
    asked = str(company.get("companyId", ""))
    told = [str(row["companyId"]) for row in rows if row.get("companyId")]
    for row in rows:
        # An article may be about several.
        told += [str(item["id"]) for item in cast("list[dict[str, Any]]", row.get("companies", [])) if item.get("id")]
    return asked if asked in told else told[0] if told else None
