"""The tool ``lookup`` of the toolset ``search``: legal values, and every filter and output field with its rights."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..errors import SalesZoomInfoError, UnknownValue, fail, near
from ..zoominfo.arguments import read_number, read_text
from ..zoominfo.fields import FILTERS, OUTPUTS, SEARCH_ROW, SIGNAL_ENRICH_ROW
from ..zoominfo.lookups import LOOKUP_FILTERS, LOOKUPS
from .contract import Envelope, envelope, stamp
from .spec import Arguments, Call, Tool, text, texts, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..account.gate import Account
    from ..zoominfo.codec import Direction, Use
    from ..zoominfo.fields import Output
    from ..zoominfo.records import FieldRight, Row

MOST_FIELDS = 10

# Tables of what is no taxonomy: the filters and rows of each search, and the fields of what is bought or asked about.
_FILTERS = tuple(f"{subject}-filters" for subject in FILTERS)
_FIELDS = (*(f"{subject}-fields" for subject in (*OUTPUTS, *SIGNAL_ENRICH_ROW)),)
_STRUCTURE = tuple(f"{name}-fields" for name in ("org-chart", "hierarchy", "technology", "hashtag", "location"))
_ROWS = tuple(f"{subject}-rows" for subject in SEARCH_ROW)
TABLES = (*_FILTERS, *_FIELDS, *_STRUCTURE, *_ROWS)
NAMES = (*LOOKUPS, *TABLES)


class _Found(NamedTuple):
    """What one field answered.

    Attributes:
        rows: all that fit the query, best first.
        known: how many there are without one.
        resolved: what a search would use for the query.
        problem: why a search would refuse it.
        at: when ZoomInfo told the list, Unix seconds.
    """

    rows: list[Row]
    known: int
    resolved: str | None = None
    problem: str | None = None
    at: float | None = None


async def lookup(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    fields, queries = _asked(arguments)
    limit = int(read_number("limit", arguments.get("limit", 50), whole=True, low=1, high=500))
    narrow = {key: read_text(key, arguments[key]) for key in LOOKUP_FILTERS if arguments.get(key)}
    account = await call.runtime.account()
    found = [await _one(account, *pair, narrow, call.caller) for pair in zip(fields, queries, strict=True)]
    warnings = [
        line for each in zip(fields, queries, found, strict=True) for line in _warnings(*each, limit, len(fields) > 1)
    ]
    if len(fields) == 1:
        one = found[0]
        return envelope(
            one.rows[:limit],
            totalResults=len(one.rows),
            field=fields[0],
            **_meta(one),
            warnings=warnings,
            sandbox=account.sandbox,
        )
    return envelope(
        [{"field": name, **row} for name, one in zip(fields, found, strict=True) for row in one.rows[:limit]],
        totalResults=sum(len(one.rows) for one in found),
        fields=[
            {"field": name, **({"query": query} if query else {}), "totalResults": len(one.rows), **_meta(one)}
            for name, query, one in zip(fields, queries, found, strict=True)
        ],
        warnings=warnings,
        sandbox=account.sandbox,
    )


def _asked(arguments: Arguments) -> tuple[list[str], list[str]]:
    given: object = arguments["field"]
    items = cast("list[object]", given) if isinstance(given, list) else [given]
    if not 1 <= len(items) <= MOST_FIELDS:
        raise fail(
            "out_of_range",
            name="the number of fields",
            value=len(items),
            low=1,
            high=MOST_FIELDS,
            details={"field": "field"},
        )
    fields = [_field(read_text("field", item)) for item in items]
    said: object = arguments.get("query") or ""
    texts = cast("list[object]", said) if isinstance(said, list) else [said]
    queries = ["" if item is None else read_text("query", item) for item in texts]
    if len(queries) == 1 and len(fields) > 1:
        queries *= len(fields)
    if len(queries) > 1 and len(fields) == 1:
        fields *= len(queries)
        if len(queries) > MOST_FIELDS:
            raise fail(
                "out_of_range",
                name="the number of queries",
                value=len(queries),
                low=1,
                high=MOST_FIELDS,
                details={"field": "query"},
            )
    if len(queries) != len(fields):
        raise fail(
            "wrong_type",
            name="query",
            expected="one text, or one for each field",
            got=f"{len(queries)} for {len(fields)} fields",
            details={"field": "query"},
        )
    return fields, queries


def _field(name: str) -> str:
    if name in NAMES:
        return name
    # The filter that takes the values is as good a name.
    for specs in FILTERS.values():
        spec = specs.get(name)
        if spec is not None and spec.lookup:
            return spec.lookup
    how = "Legal names: " + ", ".join(NAMES) + "; or a filter that takes one of these."
    raise fail("not_found", thing="lookup field", name=name[:60], hint=near(name, NAMES), how=how)


def _meta(found: _Found) -> dict[str, Any]:
    told: dict[str, Any] = {"resolved": found.resolved, "problem": found.problem}
    if found.at is not None:
        told["readAt"] = stamp(found.at)
    return {name: value for name, value in told.items() if value}


def _warnings(name: str, query: str, found: _Found, limit: int, several: bool) -> list[str]:
    where = f"{name}: " if several else ""
    if not found.rows and query:
        return [f"{where}Nothing resembles '{query[:60]}'; leave query out to see all {found.known:,}."]
    more = len(found.rows) - limit
    if more > 0:
        return [f"{where}{more:,} more; give a {'narrower ' if query else ''}query or a higher limit."]
    return []


async def _one(account: Account, name: str, query: str, narrow: Mapping[str, str], caller: str) -> _Found:
    if name in TABLES:
        every = await _table(account, name, caller)
        return _Found([row for row in every if _tells(row, query)], len(every))
    from ..zoominfo.taxonomy import meant, nearest

    chosen = dict(narrow) if name in ("tech-products", "tech-vendors", "tech-categories", "hashtags") else None
    values = await account.lookup(name, chosen, caller=caller)
    resolved = problem = None
    best: list[str] = []
    if query and not chosen:
        try:
            best = await account.meaning(name, query)
            resolved = ",".join(best)
        except SalesZoomInfoError as error:
            problem = f"{error.message} {error.next_step}"
            named = error.details.get("candidates") if isinstance(error, UnknownValue) else None
            best = [str(item) for item in cast("list[object]", named)] if isinstance(named, list) else []
    found = nearest(meant(query, name), values, len(values)) if query else values
    if best:
        # What a search would use comes first, also where its name does not look like the query.
        ids = set(best)
        first = [value for value in values if value.id in ids or value.more.get("attribute") in ids]
        found = [*first, *(value for value in found if value not in first)]
    rows = [{"id": value.id, "name": value.name, **value.more} for value in found]
    return _Found(rows, len(values), resolved, problem, account.told_at(name, chosen))


_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def _tells(row: Row, query: str) -> bool:
    from ..zoominfo.words import fold

    # "start date" is in positionStartDateMin, and "revenu" in revenueMin.
    said = f"{row['name']} {row.get('text', '')}"
    if query.casefold() in said.casefold():
        return True
    words = [word.casefold() for word in _WORDS.findall(said)]
    sought = [fold(word) for word in _WORDS.findall(query.casefold())]
    return bool(sought) and all(any(word.startswith(part) for word in words) for part in sought)


async def _table(account: Account, name: str, caller: str) -> list[Row]:
    about, _, kind = name.rpartition("-")
    rows: list[Row]
    if kind == "filters":
        rights = await _rights(account, about, "search", "input", caller)
        rows = [
            {
                "name": spec.name,
                "text": spec.text,
                "lookup": spec.lookup,
                "values": list(spec.choices),
                "apis": [api for api in ("gtm", "enterprise") if spec.wire(api)],
            }
            for spec in FILTERS[about].values()  # pyright: ignore[reportArgumentType]
        ]
    else:
        use: Use = "search" if kind == "rows" else "enrich"
        rights = await _rights(account, about, use, "output", caller)
        rows = [
            {
                "name": spec.name,
                "text": spec.text,
                "type": spec.type,
                "unit": spec.unit,
                "apis": [api for api in ("gtm", "enterprise") if spec.known(api)],
            }
            for spec in _outputs(about, kind).values()
        ]
    granted = {right.name: right.granted for right in rights}
    rows = [{**row, "granted": granted.get(row["name"])} for row in rows]
    return [{key: value for key, value in row.items() if value not in (None, "", [])} for row in rows]


def _outputs(about: str, kind: str) -> Mapping[str, Output]:
    subjects: Mapping[str, Mapping[str, Output]] = SEARCH_ROW if kind == "rows" else {**OUTPUTS, **SIGNAL_ENRICH_ROW}  # pyright: ignore[reportAssignmentType]
    if about in subjects:
        return subjects[about]
    from ..zoominfo import structure

    return {
        "org-chart": structure.ORG_CHART_ROW,
        "hierarchy": structure.HIERARCHY_ROW,
        "technology": structure.TECHNOLOGY_ROW,
        "hashtag": structure.HASHTAG_ROW,
        "location": structure.LOCATION_ROW,
    }[about]


_RIGHTS = {"org-chart": "org_chart", "hierarchy": "corporate_hierarchy"}


async def _rights(account: Account, about: str, use: Use, direction: Direction, caller: str) -> list[FieldRight]:
    name = _RIGHTS.get(about, about)
    if name in OUTPUTS:
        return await account.field_rights(name, use, direction, caller=caller)
    # Not every list is served for every account; a table without rights is still a table.
    with suppress(SalesZoomInfoError):
        return await account.field_rights(name, use, direction, caller=caller)
    return []


TOOLS = (
    Tool(
        "lookup",
        "Look up legal values",
        "search",
        "List legal values (ids and names), or every filter and output field with the account's rights. Up to 10 "
        "fields a call. meta.resolved is what a search would use for a query. Free. Needed only when a search refuses "
        "a value; searches accept names themselves. tech-products and hashtags may need vendor or category.",
        {
            "field": texts(
                f"{', '.join(LOOKUPS)}; or (contact|company|intent|scoop|news)-(filters|fields|rows); "
                "(org-chart|hierarchy|technology|hashtag|location)-fields."
            ),
            "query": texts("Any words for a value: one, or one for each field."),
            "vendor": text("Technology vendor, to narrow tech-products."),
            "category": text("Category, to narrow technologies or hashtags."),
            "limit": whole("Rows at most, of each field.", 1, 500, 50),
        },
        lookup,
        required=("field",),
        operations=("lookup", "search_fields", "enrich_fields"),
        also=("parentCategory", "subCategory"),
    ),
)
