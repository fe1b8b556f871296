"""Toolset ``structure``: what one company is made of. Each call can cost the company's credit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..zoominfo.arguments import read_choice
from .companies import COMPANY, about
from .contract import Envelope
from .spec import DETAIL, MAX_CREDITS, PAGE, PAGE_SIZE, Arguments, Call, Schema, Tool, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..account.gate import About
    from ..zoominfo.records import Row

# What fits a table; `detail` full shows the rest.
_CONCISE: dict[str, tuple[str, ...]] = {
    "org_chart": (
        "id", "firstName", "lastName", "title", "department", "jobFunction", "orgChartTier", "orgChartSubTier",
        "hasEmail", "hasDirectPhone",
    ),
    "corporate_hierarchy": (
        "companyId", "name", "city", "state", "subUnitType", "relation", "parentId", "depth", "acquiredByDate",
    ),
    "hashtags": ("displayLabel", "description", "group", "displayScore", "searchString"),
    "locations": (
        "locationName", "street", "city", "state", "zipCode", "country", "phone", "locationEmployeeCount",
        "companySubUnitType",
    ),
}  # fmt: skip


async def get_org_chart(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _about("org_chart", call, arguments)


async def get_corporate_hierarchy(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _about("corporate_hierarchy", call, arguments)


async def get_technologies(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _about("technologies", call, arguments, shorten=by_category)


async def get_hashtags(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _about("hashtags", call, arguments)


async def get_locations(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    return await _about("locations", call, arguments)


async def _about(
    operation: str,
    call: Call,
    arguments: Arguments,
    *,
    shorten: Callable[[list[Row]], list[Row]] | None = None,
) -> Envelope:
    full = read_choice("detail", arguments.get("detail", "concise"), ("concise", "full")) == "full"

    def concise(rows: list[Row]) -> list[Row]:
        shown = _CONCISE[operation]
        # Told in this order, and not as ZoomInfo has it.
        return [{name: row[name] for name in shown if name in row} for row in rows]

    def show(told: About) -> tuple[list[Row], list[str]]:
        rows = told.answer.rows
        if not rows:
            return [], ["ZoomInfo has none for this company."]
        short = told.answer.total - len(rows)
        paged = told.answer.next_page is not None or told.answer.page > 1
        lines = [f"ZoomInfo counts {short:,} more than it hands over."] if short > 0 and not paged else []
        return (rows if full else (shorten or concise)(rows)), lines

    return await about(operation, call, arguments, show=show)


def by_category(rows: list[Row]) -> list[Row]:
    """One row a category with the products in it, each with its vendor unless its name tells that.

    Args:
        rows: one a technology.

    Returns:
        Rows of categoryParent, category and products, in the order of their first technology.
    """
    grouped: dict[tuple[Any, Any], dict[str, None]] = {}
    for row in rows:
        product, vendor = str(row.get("product", "")), str(row.get("vendor", ""))
        if not (product or vendor):
            continue
        apart = product and vendor and vendor.casefold() not in product.casefold()
        told = f"{product} ({vendor})" if apart else product
        products = grouped.setdefault((row.get("categoryParent"), row.get("category")), {})
        products[told or vendor] = None
    return [
        {
            **({"categoryParent": parent} if parent else {}),
            **({"category": category} if category else {}),
            "products": list(products),
        }
        for (parent, category), products in grouped.items()
    ]


# --- tools -----------------------------------------------------------------------------------------------------

_COST = "SPENDS at most 1 credit; none for a company bought in the last 12 months."


def _properties(**more: Schema) -> dict[str, Schema]:
    return {**COMPANY, **more, "detail": DETAIL, "maxCredits": MAX_CREDITS}


TOOLS = (
    Tool(
        "get_org_chart",
        "Get org chart",
        "structure",
        "Get who works in the departments of one company, each with department, function and tier (1 is the top). "
        f"{_COST} search_contacts finds people by title, free.",
        _properties(
            department=texts("Names or ids; default all."),
            page=PAGE,
            pageSize=PAGE_SIZE,
        ),
        get_org_chart,
        operations=("org_chart", "search_companies", "lookup"),
        also=("contactAccuracyScoreMin", "contactAccuracyScoreMax", "sort"),
    ),
    Tool(
        "get_corporate_hierarchy",
        "Get corporate hierarchy",
        "structure",
        f"Get the family of one company: parents, subsidiaries, acquisitions, each with its depth in the tree. {_COST} "
        "get_locations has its addresses.",
        _properties(),
        get_corporate_hierarchy,
        operations=("corporate_hierarchy", "search_companies"),
    ),
    Tool(
        "get_technologies",
        "Get technologies",
        "structure",
        f"Get the whole tech stack of one company in one call: products and vendors by category. {_COST} "
        "search_companies finds companies that use a technology, free.",
        _properties(),
        get_technologies,
        operations=("technologies", "search_companies"),
    ),
    Tool(
        "get_hashtags",
        "Get hashtags",
        "structure",
        f"Get ZoomInfo's hashtags of one company, short facts such as its growth or its customers. {_COST}",
        _properties(),
        get_hashtags,
        operations=("hashtags", "search_companies"),
    ),
    Tool(
        "get_locations",
        "Get locations",
        "structure",
        f"Get the places of one company: address, phone, headcount. Enterprise API only. {_COST} "
        "get_corporate_hierarchy has its subsidiaries.",
        _properties(),
        get_locations,
        operations=("locations", "search_companies"),
    ),
)
