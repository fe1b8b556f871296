"""What one company is made of: org chart, corporate hierarchy, technologies, hashtags, locations, company master.

Each spends the company's credit when that was not bought in the last 12 months. Sources: the published GTM
specification; the Enterprise documentation. Where a row differs between the two, it is told as the GTM API names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from ..errors import SalesZoomInfoError, fail
from .arguments import read_id, read_text, wrong_generation
from .asking import FOUND, NOTHING, Answer, Ask, Asker, Builder
from .codec import as_object, read_objects, read_total, read_word, request
from .fields import Output
from .messages import Request, Response
from .operations import OPERATIONS, WINDOW, Generation, Operation
from .paging import read_order, read_page
from .reading import (
    COMPANY_HOW,
    DEFAULT_ROWS,
    ID,
    PAGE,
    PAGE_SIZE,
    TEXT,
    Read,
    choice,
    items,
    missing,
    read_arguments,
    whole,
)
from .records import MATCHES, Page, Row, clean, flatten_company
from .signals import find_company
from .taxonomy import find

_ORG_CHART = OPERATIONS["org_chart"]
_HIERARCHY = OPERATIONS["corporate_hierarchy"]
_TECHNOLOGIES = OPERATIONS["technologies"]
_HASHTAGS = OPERATIONS["hashtags"]
_LOCATIONS = OPERATIONS["locations"]


def _specs(*outputs: Output) -> dict[str, Output]:
    return {output.name: output for output in outputs}


def _strings(*names: str) -> tuple[Output, ...]:
    return tuple(Output(name) for name in names)


ORG_CHART_ROW = _specs(
    Output("id", "id"),
    *_strings("firstName", "middleName", "lastName", "title", "department", "jobFunction", "companyName"),
    Output("lastUpdatedDate", "datetime"),
    Output("hasEmail", "boolean"),
    Output("hasDirectPhone", "boolean"),
    *(Output(name, "number") for name in ("orgChartTier", "orgChartSubTier", "contactAccuracyScore")),
    Output("companyId", "id"),
)
TECHNOLOGY_ROW = _specs(
    Output("id", "id"),
    *_strings("tag", "product", "vendor", "category", "categoryParent", "attribute", "website", "logo", "domain"),
    *_strings("description"),
    Output("createdDate", "date"),
    Output("modifiedDate", "date"),
)
HASHTAG_ROW = _specs(
    Output("id", "id"),
    *_strings("tag", "searchString", "displayLabel", "label", "description", "group", "parentCategory"),
    *_strings("displayScore", "scoreUnit"),
    Output("priority", "number"),
    Output("hidden", "boolean"),
    Output("categorizedFlag", "boolean"),
)
LOCATION_ROW = _specs(
    Output("companyId", "id"),
    *_strings("locationName", "street", "city", "state", "zipCode", "country", "phone", "fax"),
    *_strings("companyAddressStatus", "companySubUnitType"),
    Output("locationEmployeeCount", "number"),
)
HIERARCHY_ROW = _specs(
    Output("companyId", "id"),
    *_strings("name", "city", "state", "subUnitType", "relation"),
    Output("acquiredByDate", "date"),
    Output("depth", "number"),
    Output("order", "number"),
    Output("parentId", "id"),
)

# The Enterprise API's names of what the GTM API calls otherwise.
_TECHNOLOGY_NAMES = {"createdTime": "createdDate", "modifiedTime": "modifiedDate"}
_LOCATION_NAMES = {
    "companyLocationName": "locationName",
    "companyLocationEmployeeCount": "locationEmployeeCount",
}

_ANY_COMPANY: dict[str, Read] = {"companyId": ID, "companyName": TEXT, "companyWebsite": TEXT}


def _company(given: Mapping[str, Any], operation: Operation) -> dict[str, object]:
    """The canonical match input of the company, an id before anything else."""
    for name in ("companyId", "companyWebsite", "companyName"):
        if name in given:
            return {name: given[name]}
    raise missing(operation, "companyId, companyWebsite or companyName", COMPANY_HOW)


async def _company_id(asker: Asker, given: Mapping[str, Any], operation: Operation) -> str:
    """The company's id; a website or a name is looked up by a free search, since the wire takes ids alone."""
    company = _company(given, operation)
    return str(company["companyId"]) if "companyId" in company else await find_company(asker, company)


def _gtm_body(kind: str, attributes: Mapping[str, object]) -> dict[str, object]:
    return {"data": {"type": kind, "attributes": dict(attributes)}}


# --- lists about one company -----------------------------------------------------------------------------------


def _list_reader(
    operation: Operation,
    generation: Generation,
    specs: Mapping[str, Output],
    names: Mapping[str, str],
    asked: str,
    page: int = 0,
    size: int = 0,
) -> Callable[[Response], Answer]:
    """Reads a list of rows of either generation.

    Neither tells whether it knew the company. Rows prove it; without rows the answer names none.
    """

    def read(response: Response) -> Answer:
        body = as_object(response.data)
        found = read_objects(body.get("data"), operation, "a data list")
        if generation == "gtm" and any(item.get("type") == "NoMatch" for item in found):
            return Answer(
                [], 0, page, size, status=read_word(as_object(found[0].get("meta")).get("matchStatus")) or NOTHING
            )
        rows = [_flat(row, generation) for row in found]
        name, told = (
            ("meta.totalResults", as_object(body.get("meta")).get("totalResults"))
            if generation == "gtm"
            else ("maxResults", body.get("maxResults"))
        )
        total = read_total(told, operation, name)
        cleaned = [clean(specs, {names.get(key, key): value for key, value in row.items()}) for row in rows]
        next_page = Page(cleaned, total, page, size, WINDOW[generation]).next_page if page else None
        return Answer(cleaned, total, page, size, next_page, company_id=asked if rows else None)

    return read


def _flat(row: Mapping[str, Any], generation: Generation) -> dict[str, Any]:
    if generation == "gtm":
        row = {"id": row.get("id"), **as_object(row.get("attributes"))}
    return flatten_company(row)


def _simple(operation: Operation, kind: str, specs: Mapping[str, Output], names: Mapping[str, str]) -> Builder:
    async def build(asker: Asker, arguments: Mapping[str, object]) -> Ask:
        given = read_arguments(operation, arguments, _ANY_COMPANY)
        generation = asker.choose(operation)
        company = await _company_id(asker, given, operation)
        # A number in the one specification, text in the other's table and example.
        body: object = _gtm_body(kind, {"companyId": int(company)}) if generation == "gtm" else {"companyId": company}
        return Ask(
            request(generation, operation, body=body, credits=1),
            _list_reader(operation, generation, specs, names, company),
            {"companyId": company},
        )

    return build


async def technologies(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Which technologies a company uses, all of them in one answer.

    Args:
        asker: the client.
        arguments: one of ``companyId``, ``companyWebsite`` and ``companyName`` (the last two are turned into an id by
            a free search).

    Returns:
        Rows of product, vendor, category, categoryParent, attribute (the dotted tag of parent, category, vendor and
        product that the Enterprise API filters by), website, domain, description, createdDate and modifiedDate. The
        Enterprise API tells times of day, which are cut to days. ``total`` can be above the number of rows.

    Raises:
        InvalidArgument: no company. NotFound, UnknownValue: no company is so called, or several are.
    """
    return await _simple(_TECHNOLOGIES, "TechnologyEnrich", TECHNOLOGY_ROW, _TECHNOLOGY_NAMES)(asker, arguments)


async def hashtags(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """ZoomInfo's hashtags of a company, short facts such as its growth or its customers.

    Args:
        asker: the client.
        arguments: one of ``companyId``, ``companyWebsite`` and ``companyName`` (the last two are turned into an id by
            a free search).

    Returns:
        Rows of searchString (what the search filter hashTagString takes), displayLabel, label, description, group,
        parentCategory, displayScore, hidden and categorizedFlag; priority on the GTM API alone, tag and scoreUnit on
        the Enterprise API alone.

    Raises:
        InvalidArgument: no company. NotFound, UnknownValue: no company is so called, or several are.
    """
    return await _simple(_HASHTAGS, "HashtagEnrich", HASHTAG_ROW, {})(asker, arguments)


async def locations(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """The locations of a company; the Enterprise API alone has them.

    Args:
        asker: the client.
        arguments: one of ``companyId``, ``companyWebsite`` and ``companyName`` (the last two are turned into an id by
            a free search).

    Returns:
        Rows of locationName, street, city, state, zipCode, country, phone, fax, locationEmployeeCount,
        companyAddressStatus, companySubUnitType and companyId.

    Raises:
        InvalidArgument: no company. NotFound, UnknownValue: no company is so called, or several are.
        NotAvailable: the Enterprise API is not configured.
    """
    return await _simple(_LOCATIONS, "", LOCATION_ROW, _LOCATION_NAMES)(asker, arguments)


# --- org chart -------------------------------------------------------------------------------------------------

_SORTS = ("contactAccuracyScore", "lastName")


async def org_chart(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Who works in some departments of a company, with each person's tier.

    Args:
        asker: the client.
        arguments: one of ``companyId``, ``companyWebsite`` and ``companyName`` (the last two are turned into an id by
            a free search); ``department``, names or ids of departments, all of them when left out;
            ``contactAccuracyScoreMin`` and ``contactAccuracyScoreMax``, 70 to 99 (GTM); ``page`` from 1,
            ``pageSize`` 1 to 100, ``sort`` by contactAccuracyScore or lastName, descending with a leading minus
            (GTM; the Enterprise API answers everybody at once).

    Returns:
        Rows of id (the person's), names, title, department, jobFunction, orgChartTier and orgChartSubTier (the lower,
        the higher up), contactAccuracyScore, hasEmail, hasDirectPhone, lastUpdatedDate, companyId and companyName.

    Raises:
        InvalidArgument: no company, or a bad value. UnknownValue: no such department. NotFound: no such company.
        NotAvailable: only the other generation can do what is asked. WindowExceeded: no such page.
    """
    readers: dict[str, Read] = {
        **_ANY_COMPANY,
        "department": lambda name, value: [read_text(name, item) for item in items(value)],
        "contactAccuracyScoreMin": whole(70, 99),
        "contactAccuracyScoreMax": whole(70, 99),
        "page": PAGE,
        "pageSize": PAGE_SIZE,
        "sort": lambda _, value: read_order(_SORTS, value, where=_ORG_CHART.title),
    }
    given = read_arguments(_ORG_CHART, arguments, readers)
    _check_scores(given)
    scores = {
        name: str(given[name]) for name in ("contactAccuracyScoreMin", "contactAccuracyScoreMax") if name in given
    }
    only_gtm = [
        *scores,
        *(name for name in ("sort",) if name in given),
        *(["page"] if given.get("page", 1) > 1 else []),
    ]
    generation = asker.choose(_ORG_CHART, [(name, ("gtm",)) for name in only_gtm])
    if only_gtm and generation != "gtm":
        raise wrong_generation(f"The argument {only_gtm[0]} of an org chart", generation)
    page, size = read_page(generation, given.get("page", 1), given.get("pageSize", DEFAULT_ROWS))
    legal = await asker.taxonomy(generation, "departments")
    # Both documents call it required, one example leaves it out: naming them all is right by either.
    named = [find("department", text, legal, lookup="departments") for text in given.get("department", ())] or legal
    ids = ",".join(dict.fromkeys(value.id for value in named))
    resolved = {"department": ids} if "department" in given and ids != ",".join(given["department"]) else {}
    company = await _company_id(asker, given, _ORG_CHART)
    attributes: dict[str, object] = {"companyId": company, "department": ids, **scores}
    if generation == "enterprise":
        sent = request(generation, _ORG_CHART, body=attributes, credits=1)
        reader = _list_reader(_ORG_CHART, generation, ORG_CHART_ROW, {}, company)
        return Ask(sent, reader, {"companyId": company}, resolved)
    params = {"page[number]": str(page), "page[size]": str(size)}
    if "sort" in given:
        params["sort"] = given["sort"]
    sent = request(generation, _ORG_CHART, body=_gtm_body("OrgChartEnrich", attributes), params=params, credits=1)
    reader = _list_reader(_ORG_CHART, generation, ORG_CHART_ROW, {}, company, page, size)
    return Ask(sent, reader, {"companyId": company}, resolved)


def _check_scores(given: Mapping[str, Any]) -> None:
    low, high = given.get("contactAccuracyScoreMin"), given.get("contactAccuracyScoreMax")
    if low is not None and high is not None and low > high:
        raise fail(
            "swapped_bounds",
            low="contactAccuracyScoreMin",
            low_value=low,
            high="contactAccuracyScoreMax",
            high_value=high,
            details={"field": "contactAccuracyScoreMin"},
        )


# --- corporate hierarchy ---------------------------------------------------------------------------------------

_PARTS = ("parentage", "familyTree")


async def corporate_hierarchy(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """The family of a company: its parents, and the tree that it belongs to.

    Args:
        asker: the client.
        arguments: one of ``companyId``, ``companyWebsite`` and ``companyName`` (the first of these is used);
            ``outputFields``, ``parentage`` and ``familyTree`` or one of them, both when left out.

    Returns:
        One row a company, in the order in which the tree is read: a company, then all below it. ``order`` counts them
        from 1, ``depth`` is 0 at the top, ``parentId`` is the company right above. ``relation`` is ``self`` for the
        company asked for and ``parent`` for those that its parentage names. Beside it companyId, name, city, state,
        subUnitType (Location, Division, Subsidiary, Acquisition, in ZoomInfo's words) and acquiredByDate. Parents that
        the tree does not hold come first, without depth and order.

    Raises:
        InvalidArgument: no company is given, or a value is bad.
    """
    readers: dict[str, Read] = {
        **_ANY_COMPANY,
        "outputFields": lambda name, value: [choice(*_PARTS)(name, item) for item in items(value)],
    }
    given = read_arguments(_HIERARCHY, arguments, readers)
    company = _company(given, _HIERARCHY)
    generation = asker.choose(_HIERARCHY)
    outputs = ["companyId", *dict.fromkeys(given.get("outputFields") or _PARTS)]
    wanted = {name: int(cast("str", value)) if name == "companyId" else value for name, value in company.items()}
    attributes: dict[str, object] = {"outputFields": outputs, "matchCompanyInput": [wanted]}
    body: object = _gtm_body("CorporateHierarchyEnrich", attributes) if generation == "gtm" else attributes
    sent: Request = request(generation, _HIERARCHY, body=body, credits=1)
    asked = cast("str | None", company.get("companyId"))
    return Ask(sent, lambda response: _read_hierarchy(response, generation, asked), company)


def _read_hierarchy(response: Response, generation: Generation, asked: str | None) -> Answer:
    body = as_object(response.data)
    if generation == "gtm":
        results = read_objects(body.get("data"), _HIERARCHY, "a data list")
        first = results[0] if results else {}
        status = read_word(as_object(first.get("meta")).get("matchStatus"))
        record = {} if first.get("type") == "NoMatch" else as_object(first.get("attributes"))
        known = first.get("id")
    else:
        results = read_objects(as_object(body.get("data")).get("result"), _HIERARCHY, "data.result")
        first = results[0] if results else {}
        status = read_word(first.get("matchStatus"))
        data: object = first.get("data")
        # As with enrich answers, one record may come as an object.
        listed = cast("list[object]", data) if isinstance(data, list) else [data]
        record = as_object(listed[0] if listed else None)
        known = None
    if not record or (status is not None and status not in MATCHES):
        return Answer([], 0, status=status or NOTHING)
    company = _id(record.get("companyId")) or _id(known) or asked
    rows = hierarchy_rows(record, company)
    return Answer(rows, len(rows), company_id=company, status=status or FOUND)


def _id(value: object) -> str | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    try:
        found = read_id("companyId", text) if text else None
    except SalesZoomInfoError:
        # What is no id names no company.
        return None
    return None if found == "0" else found


def hierarchy_rows(record: Mapping[str, Any], company: str | None) -> list[Row]:
    """One row a company of a hierarchy record. See :func:`corporate_hierarchy`.

    Args:
        record: ``parentage`` and ``familyTree`` as either generation has them.
        company: the id of the company that was asked for, where it is known.
    """
    parentage = [(_id(entry.get("companyId")), entry) for entry in _objects(record.get("parentage"))]
    parents = {own: entry for own, entry in parentage if own}
    rows: list[dict[str, Any]] = []
    seen: set[str | None] = set()
    # A stack and no recursion, since nobody promises how deep a family is.
    left: list[tuple[dict[str, Any], int, str | None]] = [
        (node, 0, None) for node in reversed(_objects(record.get("familyTree")))
    ]
    while left:
        node, depth, above = left.pop()
        own = _id(node.get("companyId"))
        kind = as_object(node.get("subUnitTypeInfo")).get("typeDescription")
        rows.append(
            {
                "companyId": own,
                "name": node.get("name"),
                "city": node.get("city"),
                "state": node.get("state"),
                "subUnitType": kind,
                "relation": "self" if own and own == company else "parent" if own and own in parents else None,
                "acquiredByDate": parents.get(own, {}).get("acquiredByDate") if own else None,
                "parentId": above,
                "depth": depth,
                "order": len(rows) + 1,
            }
        )
        seen.add(own)
        left += [(below, depth + 1, own) for below in reversed(_objects(node.get("familyNodes")))]
    outside = [
        {
            "companyId": own,
            "name": entry.get("companyName"),
            "city": entry.get("city"),
            "state": entry.get("state"),
            "subUnitType": entry.get("subUnitDesc") or entry.get("subUnitType"),
            "relation": "self" if own and own == company else "parent",
            "acquiredByDate": entry.get("acquiredByDate"),
        }
        for own, entry in parentage
        if own is None or own not in seen
    ]
    return [clean(HIERARCHY_ROW, row) for row in (*outside, *rows)]


def _objects(value: object) -> list[dict[str, Any]]:
    # The tree's top may stand alone or in a list.
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    return [cast("dict[str, Any]", item) for item in listed if isinstance(item, dict)]
