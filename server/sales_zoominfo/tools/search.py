"""Toolset ``search``: find people and companies and the legal values of filters. Nothing here costs a credit."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..errors import fail
from ..zoominfo.arguments import read_choice, read_flag, read_names, read_number, read_text
from ..zoominfo.fields import FILTERS, OUTPUTS, SEARCH_ROW, SHOWN, SORTS
from ..zoominfo.operations import Subject
from .all_pages import ARGUMENTS, read_all, refuse_alone
from .contract import Envelope, balance_meta, envelope
from .spec import DETAIL, PAGE, PAGE_SIZE, Arguments, Call, Schema, Tool, filter_schema, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..account.walking import Walked
    from ..zoominfo.fields import Filter, Output
    from ..zoominfo.records import Page, Row

_PAGING = ("page", "pageSize", "sort", "outputFields", "detail", "moreFilters", "all", "maxRows")


def search_properties(subject: Subject, texts_of: Mapping[str, str] | None = None) -> dict[str, Schema]:
    """The arguments of a search tool: the filters of :data:`SHOWN`, the way to the others, and paging.

    Args:
        subject: what is searched.
        texts_of: shorter descriptions, by filter.
    """
    specs, names = FILTERS[subject], SHOWN[subject]
    more: dict[str, Schema] = {
        "moreFilters": {
            "type": "array",
            "description": f"Other filters; `lookup` '{subject}-filters' lists them.",
            "items": {
                "type": "object",
                "properties": {
                    "name": text("Its name."),
                    "value": {"description": "Value or list."},
                },
                "required": ["name", "value"],
                "additionalProperties": False,
            },
        },
    }
    # Accepted by every search; told where they are used most.
    rest: dict[str, Schema] = {
        "sort": text(f"{', '.join(SORTS[subject])}; -name descends."),
        "outputFields": texts("Only these fields."),
        **ARGUMENTS,
    }
    return {
        **filter_schemas({name: specs[name] for name in names}, texts_of or {}),
        # Of news, one filter is left: the part of a URL, which the search takes by its name.
        **(more if len(specs) > len(names) + 1 else {}),
        "page": PAGE,
        "pageSize": PAGE_SIZE,
        "detail": DETAIL,
        **(rest if subject in ("contact", "company") else {}),
    }


def filter_schemas(specs: Mapping[str, Filter], texts_of: Mapping[str, str]) -> dict[str, Schema]:
    """The schemas of filters, with shorter descriptions where there are any."""
    return {
        name: {**filter_schema(spec), **({"description": texts_of[name]} if name in texts_of else {})}
        for name, spec in specs.items()
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


async def search(subject: Subject, call: Call, arguments: Arguments) -> Envelope:
    """One page of a search of any subject.

    Args:
        subject: what is searched.
        call: who asks, and on what.
        arguments: filters and :func:`search_properties`.

    Returns:
        The page's rows with the fields that were asked for, and paging, warnings and the resolved names beside them.

    Raises:
        SalesZoomInfoError: what the gate refused.
    """
    outputs = arguments.get("outputFields")
    shown = shown_fields(SEARCH_ROW[subject], arguments, where=f"{subject} search")
    account = await call.runtime.account()
    filters = _filters(arguments)
    if read_flag("all", arguments.get("all") or False):
        walked, meta, warnings = await read_all(subject, call, filters, arguments)
        warnings += _filter_warnings(subject, filters, walked)
        warnings += _field_warning(subject, [] if outputs is None else shown or (), walked)
        credits = {"spent": 0, **balance_meta(account.balance)}
        return envelope(
            _short(walked.rows, shown, arguments), **meta, credits=credits, warnings=warnings, sandbox=account.sandbox
        )
    refuse_alone(arguments)
    page = await account.search(
        subject,
        filters,
        caller=call.caller,
        page=arguments.get("page", 1),
        size=arguments.get("pageSize", 25),
        sort=arguments.get("sort"),
    )
    return envelope(
        _short(page.rows, shown, arguments),
        totalResults=page.total,
        page=page.page,
        pageSize=page.size,
        nextPage=page.next_page,
        resolved=page.resolved,
        credits={"spent": 0, **balance_meta(account.balance)},
        warnings=[
            *page.warnings,
            *_window_warning(page),
            *_filter_warnings(subject, filters, page),
            *_field_warning(subject, [] if outputs is None else shown or (), page),
        ],
        sandbox=account.sandbox,
    )


def shown_fields(specs: Mapping[str, Output], arguments: Arguments, *, where: str) -> set[str] | None:
    """The row fields to show by ``outputFields`` and ``detail``; None for all.

    Args:
        specs: what the rows can hold.
        arguments: of the tool.
        where: what is answered, for errors.

    Raises:
        InvalidArgument: a field that such rows never have, or no such detail.
    """
    outputs = arguments.get("outputFields")
    detail = read_choice("detail", arguments.get("detail", "concise"), ("concise", "full"))
    if outputs is not None:
        return {"id", *read_names(outputs, specs, where=where)}
    return None if detail == "full" else {spec.name for spec in specs.values() if spec.concise}


def only(rows: list[Row], shown: set[str] | None) -> list[Row]:
    """Rows with no other fields than these."""
    return rows if shown is None else [{key: value for key, value in row.items() if key in shown} for row in rows]


def _short(rows: list[Row], shown: set[str] | None, arguments: Arguments) -> list[Row]:
    """Rows as they are shown; in a table that nobody chose the columns of, a flag is there or it is false."""
    rows = only(rows, shown)
    if shown is None or arguments.get("outputFields") is not None:
        return rows
    return [{name: value for name, value in row.items() if value is not False} for row in rows]


def _window_warning(page: Page) -> list[str]:
    if page.total > page.widest:
        return [
            f"{page.total:,} records match and only the first {page.widest:,} can be read. "
            "Split the set by a filter such as state or employeeRangeMin and employeeRangeMax; all: true counts parts."
        ]
    if page.rows and page.next_page is None and page.page * page.size < page.total:
        # The window holds them all, but page numbers end first.
        return [f"This is the last page at pageSize {page.size}; pageSize 100 reads all {page.total:,} records."]
    return []


# How closely a kind of filter cuts: what names single records first, ranges and flags last.
_NARROW = ("id", "history", "text", "date", "lookup", "choice")
# Of those with a list, what each record has one of cuts least.
_BROAD = frozenset(("countries", "states", "continents", "departments", "management-levels", "company-types"))
BILLIONS = 10_000_000


def _filter_warnings(subject: Subject, filters: Arguments, page: Page | Walked) -> list[str]:
    told: list[str] = []
    lowest = filters.get("revenueMin")
    # A sum in words says its unit.
    if lowest is not None and page.resolved.keys().isdisjoint(("revenueMin", "revenueMax")):
        given = cast("list[object]", lowest)[0] if isinstance(lowest, list) else lowest
        floor = read_number("revenueMin", given, whole=True, low=0, high=None)
        if floor >= BILLIONS:
            told.append(f"revenueMin counts thousands of USD: this is ${floor / 1_000_000:,g} billion or more.")
    if page.total == 0:
        specs = FILTERS[subject]
        names = sorted(
            filters,
            key=lambda name: (specs[name].lookup in _BROAD, (*_NARROW, specs[name].kind).index(specs[name].kind)),
        )
        if len(names) == 1:
            told.append(f"Nothing matches {names[0]}; try another value or another filter.")
        else:
            drop = " or ".join(names[:2])
            told.append(f"Nothing matches {', '.join(filters)} together. Leave out the narrowest first: {drop}.")
        told += _why_nothing(filters, page.resolved)
    return told


def _why_nothing(filters: Arguments, resolved: Mapping[str, str]) -> list[str]:
    """What of these filters can match nothing, as far as it can be told."""
    state, country = resolved.get("state", ""), resolved.get("country", "")
    told: list[str] = []
    if country and state.startswith(("usa.", "canada.")) and state.split(".")[0] != country:
        told.append(f"state was read as {state}, which is not in {country}.")
    foreign = [name for name, value in filters.items() if name in _WORDS and not _latin(value)]
    if foreign:
        told.append(f"Most of ZoomInfo's records are in English: try {' and '.join(foreign)} in English.")
    return told


# Filters that take any words; those with a list of values refuse a word that is not in it.
_WORDS = frozenset(("jobTitle", "exactJobTitle", "companyDescription", "industryKeywords", "description", "school"))


def _latin(value: object) -> bool:
    return all(ord(letter) < _LATIN_ENDS for letter in str(value) if letter.isalpha())


# Latin letters with their accents end here.
_LATIN_ENDS = 0x250


def _field_warning(subject: Subject, names: Iterable[str], page: Page | Walked) -> list[str]:
    absent = sorted(name for name in names if not SEARCH_ROW[subject][name].known(page.generation))
    if not absent:
        return []
    api = "Enterprise" if page.generation == "enterprise" else "GTM"
    more = ""
    if subject in ("contact", "company") and set(absent) & OUTPUTS[subject].keys():
        more = f"; {'enrich_contacts' if subject == 'contact' else 'enrich_companies'} tells it"
    return [f"Rows of the {api} search never hold {', '.join(absent)}{more}."]


async def search_contacts(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await search("contact", call, arguments)


async def search_companies(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await search("company", call, arguments)


TOOLS = (
    Tool(
        "search_contacts",
        "Search contacts",
        "search",
        "Find people by title, level, department, company, place or industry. Free. Tells who they are; hasEmail, "
        "hasDirectPhone, hasMobilePhone only where true: enrich_contacts has the values. Takes names of industries, "
        "levels, places.",
        search_properties("contact"),
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
        search_properties("company"),
        search_companies,
        operations=("search_companies", "lookup"),
        entity="company",
    ),
)
