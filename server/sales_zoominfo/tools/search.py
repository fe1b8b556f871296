"""Toolset ``search``: find people and companies and the legal values of filters. Nothing here costs a credit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from ..errors import fail, near
from ..zoominfo.arguments import read_choice, read_names, read_number, read_text
from ..zoominfo.fields import FILTERS, OUTPUTS, SEARCH_ROW, SHOWN, SORTS
from ..zoominfo.operations import Entity
from ..zoominfo.taxonomy import LOOKUP_FILTERS, LOOKUPS, fold, meant, nearest
from .contract import Envelope, balance_meta, envelope
from .spec import DETAIL, Arguments, Call, Schema, Tool, choice, filter_schema, text, texts, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..zoominfo.records import Page, Row

_PAGING = ("page", "pageSize", "sort", "outputFields", "detail", "moreFilters")


def _properties(entity: Entity) -> dict[str, Schema]:
    specs = FILTERS[entity]
    return {
        **{name: filter_schema(specs[name]) for name in SHOWN[entity]},
        "moreFilters": {
            "type": "array",
            "description": f"Other filters; `lookup` '{entity}-filters' lists them.",
            "items": {
                "type": "object",
                "properties": {
                    "name": text("Filter name."),
                    "value": {"description": "One value or a list."},
                },
                "required": ["name", "value"],
                "additionalProperties": False,
            },
        },
        "page": whole("Page, from 1.", 1, default=1),
        "pageSize": whole("Rows a page.", 1, 100, default=25),
        "sort": text(f"{', '.join(SORTS[entity])}; - in front: descending."),
        "outputFields": texts("Only these row fields."),
        "detail": DETAIL,
    }


def _filters(arguments: Arguments) -> dict[str, object]:
    filters = {name: value for name, value in arguments.items() if name not in _PAGING and value is not None}
    more = arguments.get("moreFilters")
    if more is None:
        return filters
    if isinstance(more, dict):
        # {"sicCodes": "7372"} is what a model writes when it forgets the pairs.
        more = [{"name": name, "value": value} for name, value in cast("dict[str, object]", more).items()]
    shape = "a list of {name, value}"
    if not isinstance(more, list):
        raise fail("wrong_type", name="moreFilters", expected=shape, got="something else")
    for item in cast("list[object]", more):
        pair = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        if set(pair) != {"name", "value"}:
            raise fail("wrong_type", name="moreFilters", expected=shape, got="something else")
        name = read_text("moreFilters.name", pair["name"])
        if name in filters:
            raise fail("filters_together", first=name, second="the same filter again", reason="one value wins.")
        filters[name] = pair["value"]
    return filters


async def _search(entity: Entity, call: Call, arguments: Arguments) -> Envelope:
    specs = SEARCH_ROW[entity]
    outputs = arguments.get("outputFields")
    detail = read_choice("detail", arguments.get("detail", "concise"), ("concise", "full"))
    shown = None if outputs is None else {"id", *read_names(outputs, specs, where=f"{entity} search")}
    if shown is None and detail == "concise":
        shown = {spec.name for spec in specs.values() if spec.concise}
    account = await call.runtime.account()
    filters = _filters(arguments)
    page = await account.search(
        entity,
        filters,
        caller=call.caller,
        page=arguments.get("page", 1),
        size=arguments.get("pageSize", 25),
        sort=arguments.get("sort"),
    )
    rows = page.rows if shown is None else [{k: v for k, v in row.items() if k in shown} for row in page.rows]
    return envelope(
        rows,
        totalResults=page.total,
        page=page.page,
        pageSize=page.size,
        nextPage=page.next_page,
        resolved=page.resolved,
        credits={"spent": 0, **balance_meta(account.balance)},
        warnings=[
            *page.warnings,
            *_window_warning(page),
            *_filter_warnings(entity, filters, page),
            *_field_warning(entity, [] if outputs is None else shown or (), page),
        ],
        sandbox=account.sandbox,
    )


def _window_warning(page: Page) -> list[str]:
    if page.total > page.widest:
        return [
            f"{page.total:,} records match and only the first {page.widest:,} can be read. "
            "Split the set by a filter such as state or employeeRangeMin and employeeRangeMax."
        ]
    if page.rows and page.next_page is None and page.page * page.size < page.total:
        # The window holds them all, but page numbers end first.
        return [f"This is the last page at pageSize {page.size}; pageSize 100 reads all {page.total:,} records."]
    return []


# How closely a kind of filter cuts: what names single records first, ranges and flags last.
_NARROW = ("id", "history", "text", "date", "lookup", "choice")
BILLIONS = 10_000_000


def _filter_warnings(entity: Entity, filters: Arguments, page: Page) -> list[str]:
    told: list[str] = []
    lowest = filters.get("revenueMin")
    if lowest is not None:
        given = cast("list[object]", lowest)[0] if isinstance(lowest, list) else lowest
        floor = read_number("revenueMin", given, whole=True, low=0, high=None)
        if floor >= BILLIONS:
            told.append(f"revenueMin counts thousands of USD: this is ${floor / 1_000_000:,g} billion or more.")
    if page.total == 0:
        specs = FILTERS[entity]
        names = sorted(filters, key=lambda name: (*_NARROW, specs[name].kind).index(specs[name].kind))
        if len(names) == 1:
            told.append(f"Nothing matches {names[0]}; try another value or another filter.")
        else:
            drop = " or ".join(names[:2])
            told.append(f"Nothing matches {', '.join(filters)} together. Leave out the narrowest first: {drop}.")
    return told


def _field_warning(entity: Entity, names: Iterable[str], page: Page) -> list[str]:
    absent = sorted(name for name in names if not SEARCH_ROW[entity][name].known(page.generation))
    if not absent:
        return []
    tool = "enrich_contacts" if entity == "contact" else "enrich_companies"
    more = f"; {tool} tells it" if set(absent) & OUTPUTS[entity].keys() else ""
    return [f"Rows of the Enterprise search never hold {', '.join(absent)}{more}."]


async def search_contacts(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _search("contact", call, arguments)


async def search_companies(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _search("company", call, arguments)


_TABLES = ("contact-filters", "company-filters", "contact-fields", "company-fields")
_LOOKUP_FIELDS = (*LOOKUPS, *_TABLES)


async def lookup(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    name = read_text("field", arguments["field"])
    if name not in _LOOKUP_FIELDS:
        how = "Legal names: " + ", ".join(_LOOKUP_FIELDS) + "."
        raise fail("not_found", thing="lookup field", name=name[:60], hint=near(name, _LOOKUP_FIELDS), how=how)
    limit = int(read_number("limit", arguments.get("limit", 50), whole=True, low=1, high=500))
    query = read_text("query", arguments.get("query") or "")
    account = await call.runtime.account()
    if name in _TABLES:
        every = await _table(call, name)
        rows = [row for row in every if _tells(row, query)]
        known = len(every)
    else:
        narrow = {key: read_text(key, arguments[key]) for key in LOOKUP_FILTERS if arguments.get(key)}
        values = await account.lookup(name, narrow)
        known = len(values)
        found = nearest(meant(query, name), values, known) if query else values
        rows = [{"id": value.id, "name": value.name, **value.more} for value in found]
    warnings: list[str] = []
    if not rows and query:
        warnings.append(f"Nothing resembles '{query[:60]}'; leave query out to see all {known:,}.")
    elif len(rows) > limit:
        warnings.append(f"{len(rows) - limit:,} more; give a {'narrower ' if query else ''}query or a higher limit.")
    return envelope(rows[:limit], totalResults=len(rows), field=name, warnings=warnings, sandbox=account.sandbox)


_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def _tells(row: Row, query: str) -> bool:
    # "start date" is in positionStartDateMin, and "revenu" in revenueMin.
    text = f"{row['name']} {row.get('text', '')}"
    if query.casefold() in text.casefold():
        return True
    words = [word.casefold() for word in _WORDS.findall(text)]
    sought = [fold(word) for word in _WORDS.findall(query.casefold())]
    return bool(sought) and all(any(word.startswith(part) for word in words) for part in sought)


async def _table(call: Call, name: str) -> list[Row]:
    account = await call.runtime.account()
    entity: Entity = "contact" if name.startswith("contact") else "company"
    if name.endswith("-filters"):
        rights = await account.field_rights(entity, "search", "input")
        rows: list[Row] = [
            {
                "name": spec.name,
                "text": spec.text,
                "lookup": spec.lookup,
                "values": list(spec.choices),
                "apis": [api for api in ("gtm", "enterprise") if spec.wire(api)],
            }
            for spec in FILTERS[entity].values()
        ]
    else:
        rights = await account.field_rights(entity, "enrich", "output")
        rows = [
            {
                "name": spec.name,
                "text": spec.text,
                "type": spec.type,
                "unit": spec.unit,
                "apis": [api for api in ("gtm", "enterprise") if spec.known(api)],
            }
            for spec in OUTPUTS[entity].values()
        ]
    granted = {right.name: right.granted for right in rights}
    rows = [{**row, "granted": granted.get(row["name"])} for row in rows]
    return [{key: value for key, value in row.items() if value not in (None, "", [])} for row in rows]


TOOLS = (
    Tool(
        "search_contacts",
        "Search contacts",
        "search",
        "Find people by title, level, department, company, place or industry. Free. Tells who they are and whether an "
        "e-mail or phone exists; the e-mails and numbers themselves come from enrich_contacts. Names of industries, "
        "levels and places are accepted.",
        _properties("contact"),
        search_contacts,
        operations=("search_contacts", "lookup"),
        entity="contact",
    ),
    Tool(
        "search_companies",
        "Search companies",
        "search",
        "Find companies by industry, size, revenue, place, technology or funding. Free. Answers ids "
        "and names (with the GTM API also place, revenue and headcount); use enrich_companies for a full profile. "
        "revenueMin and revenueMax are thousands of USD.",
        _properties("company"),
        search_companies,
        operations=("search_companies", "lookup"),
        entity="company",
    ),
    Tool(
        "lookup",
        "Look up legal values",
        "search",
        "List the legal values of a filter (ids and names), or every filter and output field with the account's "
        "rights. Free. Needed only when a search refuses a value; searches accept names themselves. tech-products "
        "and hashtags may need vendor or category.",
        {
            "field": choice("What to list.", _LOOKUP_FIELDS),
            "query": text("Show the values nearest to this text."),
            "vendor": text("Technology vendor, to narrow tech-products."),
            "category": text("Category, to narrow technologies or hashtags."),
            "parentCategory": text("Parent category, likewise."),
            "subCategory": text("Sub-category, likewise."),
            "limit": whole("Rows at most.", 1, 500, 50),
        },
        lookup,
        required=("field",),
        operations=("lookup", "search_fields", "enrich_fields"),
    ),
)
