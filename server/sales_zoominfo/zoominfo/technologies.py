"""Technologies as people name them: by product, by vendor, by either generation's id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..errors import InvalidArgument, NotFound, SalesZoomInfoError, fail
from .fields import Filter
from .operations import Generation
from .records import Value
from .words import fold, without

_MOST_NAMED = 20

LookupCall = Callable[..., Awaitable[list[Value]]]
Fits = Callable[[str, list[Value]], list[Value]]


async def read_technology(spec: Filter, generation: Generation, text: str, lookup: LookupCall, fits: Fits) -> list[str]:
    """The wire values of a technology: product ids of the GTM API, dotted tags of the Enterprise API.

    Args:
        spec: the filter.
        generation: the API that will be asked.
        text: a product, a vendor with one product, an id of either generation, several with commas or ``AND``.
        lookup: fetches a taxonomy, narrowed where a mapping is given.
        fits: the products that a text names, in a list.

    Raises:
        UnknownValue: nothing is named so, or a vendor has several products, which are named.
    """
    if " AND " in text:
        terms = [await read_technology(spec, generation, part.strip(), lookup, fits) for part in text.split(" AND ")]
        return [" AND ".join(term[0] for term in terms)]
    products = await _all(lookup)
    found = fits(text, products) or [value for value in products if value.more.get("attribute") == text]
    if not found and "," in text:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return [item for part in parts for item in await _part(spec, generation, part, lookup, fits)]
    if not found:
        found = await _of_vendor(spec.name, text, lookup) or _holding(spec.name, text, products)
    if not found:
        from .taxonomy import find

        found = [find(spec.name, text, products, lookup="tech-products")]
    return [_wire(generation, found[0])]


async def _part(spec: Filter, generation: Generation, part: str, lookup: LookupCall, fits: Fits) -> list[str]:
    from .taxonomy import passes

    return [part] if passes(spec, generation, part) else await read_technology(spec, generation, part, lookup, fits)


def _wire(generation: Generation, value: Value) -> str:
    return str(value.more.get("attribute", value.id)) if generation == "enterprise" else value.id


async def _all(lookup: LookupCall) -> list[Value]:
    try:
        return await lookup("tech-products")
    except (InvalidArgument, NotFound):
        # The Enterprise documentation wants a vendor or category with it; then products are found by their vendor.
        return []


async def _of_vendor(name: str, text: str, lookup: LookupCall) -> list[Value]:
    """The one product of a vendor; several are named."""
    from .spoken import NOISE, meanings

    try:
        vendors = await lookup("tech-vendors")
    except SalesZoomInfoError:
        return []
    noise = NOISE["tech-vendors"]
    wanted = without(fold(text), noise) or fold(text)
    named = {names[0] for meaning in meanings("tech-vendors").get(fold(text), ()) for names in meaning.targets}
    found = [
        vendor
        for vendor in vendors
        if fold(vendor.name) in named or (without(fold(vendor.name), noise) or fold(vendor.name)) == wanted
    ]
    products: dict[str, Value] = {}
    for vendor in found[:3]:
        products |= {value.id: value for value in await lookup("tech-products", {"vendor": vendor.id})}
    if len(products) > 1:
        raise _several(name, text, list(products.values()), f" (products of {', '.join(v.name for v in found[:3])})")
    return list(products.values())


def _holding(name: str, text: str, products: list[Value]) -> list[Value]:
    """Refuse a word that several products have in their name."""
    words = set(fold(text).split())
    found = [value for value in products if words and words <= set(fold(value.name).split())]
    if len(found) > 1:
        raise _several(name, text, found, "")
    return []


def _several(name: str, text: str, found: list[Value], note: str) -> SalesZoomInfoError:
    more = len(found) - _MOST_NAMED
    named = "; ".join(f"{value.name} ({value.id})" for value in found[:_MOST_NAMED])
    if more > 0:
        named += f" and {more} more: call `lookup` with field 'tech-products' and the vendor"
    return fail(
        "several_values",
        name=name,
        value=text[:60],
        choices=named + note,
        details={"field": name, "candidates": [value.id for value in found]},
    )
