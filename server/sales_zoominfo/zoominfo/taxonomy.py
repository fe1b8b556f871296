"""Text to legal value: names and ids of ZoomInfo's taxonomies, and the nearest ones when nothing fits."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

from ..errors import fail
from .fields import Filter
from .operations import Generation
from .records import Value

# The taxonomies of the GTM lookup and where the Enterprise API serves the same, None where it does not.
LOOKUPS: dict[str, str | None] = {
    "board-members": "boardMember",
    "buying-groups": "buyinggroups",
    "company-rankings": "companyranking",
    "company-types": "companytype",
    "continents": "continent",
    "countries": "country",
    "departments": "department",
    "employee-count": "employeecount",
    "funding-round-types": None,
    "hashtags": "hashtag",
    "industries": "industry",
    "intent-topics": "intent/topics",
    "job-functions": "jobfunction",
    "job-titles": "jobtitlehierarchy",
    "management-levels": "managementLevel",
    "metro-regions": "metroarea",
    "naics-codes": "naicscode",
    "news-categories": "news/categories",
    "revenue-ranges": "revenuerange",
    "scoop-departments": "scoopdepartment",
    "scoop-topics": "scooptopic",
    "scoop-types": "scooptype",
    "sic-codes": "siccode",
    "states": "state",
    "sub-unit-types": "subunittypes",
    "tech-categories": "tech/category",
    "tech-products": "tech/product",
    "tech-skills": "tech-skills",
    "tech-vendors": "tech/vendor",
    "years-of-experience": "years-of-experience",
}

# Lookups that may be narrowed, by the GTM query parameter and the Enterprise one.
LOOKUP_FILTERS = ("vendor", "category", "parentCategory", "subCategory")

# Everyday names that no lookup lists.
_SPOKEN = {
    "us": "united states",
    "usa": "united states",
    "u.s.": "united states",
    "united states of america": "united states",
    "america": "united states",
    "uk": "united kingdom",
    "great britain": "united kingdom",
    "holland": "netherlands",
    "czechia": "czech republic",
}

WHOLE_LIST = 20

LookupCall = Callable[[str], Awaitable[list[Value]]]


def fold(text: str) -> str:
    """Letter case, white space and plural endings removed, so that "VP Level Execs" meets "VP Level Exec"."""
    words = " ".join(text.casefold().replace("(s)", "s").split())
    return words[:-1] if len(words) > 3 and words.endswith("s") and not words.endswith("ss") else words


def nearest(text: str, values: list[Value], count: int = 5) -> list[Value]:
    """The values whose name or id is closest to a text, best first."""
    import difflib

    wanted = fold(text)
    tokens = set(wanted.split())
    # The matcher keeps what it learnt of its second sequence, so the text is that one.
    matcher = difflib.SequenceMatcher(None, b=wanted)

    def likeness(name: str) -> float:
        matcher.set_seq1(name)
        shared = len(tokens & set(name.replace(".", " ").split())) / max(1, len(tokens))
        # A bound that is cheap to have: long lists hold few names that come near.
        spelt = matcher.ratio() if matcher.real_quick_ratio() > 0.5 and matcher.quick_ratio() > 0.5 else 0.0
        return spelt + shared + (wanted in name)

    scored = [(max(likeness(fold(name)) for name in {value.name, value.id}), value) for value in values]
    ranked = sorted((pair for pair in scored if pair[0] > 0.5), key=lambda pair: -pair[0])
    return [value for _, value in ranked[:count]]


def show(value: Value) -> str:
    """A value as a person reads it."""
    return value.id if value.id == value.name else f"{value.name} ({value.id})"


def find(name: str, text: str, values: list[Value], *, lookup: str) -> Value:
    """The one value that a text means.

    Args:
        name: the filter, for the error.
        text: an id or a name.
        values: the whole taxonomy.
        lookup: the taxonomy's name, for the error.

    Raises:
        UnknownValue: none fits, or several do; the legal or nearest ones are named.
    """
    for value in values:
        if value.id == text:
            return value
    wanted = _meant(text, lookup)
    folded = fold(wanted)
    fits = [value for value in values if folded in (fold(value.name), fold(value.id))]
    fits = [value for value in fits if value.name.casefold() == wanted.casefold()] or fits
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise fail(
            "several_values",
            name=name,
            value=text[:60],
            choices="; ".join(show(value) for value in fits),
            details={"field": name, "candidates": [value.id for value in fits]},
        )
    close = nearest(text, values)
    if len(values) <= WHOLE_LIST:
        choices = "Legal values: " + "; ".join(show(value) for value in values) + "."
    elif close:
        choices = "Nearest: " + "; ".join(show(value) for value in close)
        choices += f". Call `lookup` with field '{lookup}' and query '{text[:40]}' to see more."
    else:
        choices = f"Call `lookup` with field '{lookup}' to see the legal values."
    legal = values if len(values) <= WHOLE_LIST else close
    raise fail(
        "unknown_value",
        name=name,
        value=text[:60],
        choices=choices,
        details={"field": name, "nearest": [value.id for value in legal]},
    )


def _passes(spec: Filter, generation: Generation, text: str) -> bool:
    # Legal as they are, without asking the taxonomy: product ids or dotted tags, two-letter states, plain codes.
    if spec.lookup == "tech-products":
        return bool((_TAG if generation == "enterprise" else _PRODUCT).fullmatch(text))
    if spec.lookup == "states":
        return bool(_US_STATE.fullmatch(text))
    return spec.lookup in ("sic-codes", "naics-codes") and text.isascii() and text.isdigit()


_PRODUCT = re.compile(r"[0-9]+")
_TAG = re.compile(r"[0-9]+(?:\.(?:[0-9]+|\*)){1,3}")
_US_STATE = re.compile(r"[A-Z]{2}")


def _wire_value(spec: Filter, generation: Generation, value: Value) -> str:
    # The Enterprise API filters technologies by dotted tags, the GTM API by product ids.
    if spec.lookup == "tech-products" and generation == "enterprise":
        return str(value.more.get("attribute", value.id))
    return value.id


async def resolve(
    specs: Mapping[str, Filter], generation: Generation, values: dict[str, list[object]], lookup: LookupCall
) -> dict[str, str]:
    """Replace names by legal values, in place, in every filter that has a taxonomy.

    Args:
        specs: the filters' table.
        generation: the API that will be asked.
        values: canonical values by filter.
        lookup: fetches a taxonomy (cached by the caller).

    Returns:
        What was replaced: the legal values by filter, with commas.

    Raises:
        UnknownValue: see :func:`find`.
    """
    resolved: dict[str, str] = {}
    for name, items in values.items():
        spec = specs[name]
        if spec.lookup is None:
            continue
        legal: list[object] = []
        for item in items:
            legal += await _resolve_one(spec, spec.lookup, generation, str(item), lookup)
        if legal != items:
            resolved[name] = ",".join(str(item) for item in legal)
        values[name] = list(dict.fromkeys(legal))
    return resolved


async def _resolve_one(spec: Filter, field: str, generation: Generation, text: str, lookup: LookupCall) -> list[str]:
    if _passes(spec, generation, text):
        return [text]
    if field == "tech-products" and " AND " in text:
        terms = [await _resolve_one(spec, field, generation, part.strip(), lookup) for part in text.split(" AND ")]
        return [" AND ".join(term[0] for term in terms)]
    values = await lookup(field)
    if "," in text and all(fold(text) not in (fold(value.name), fold(value.id)) for value in values):
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if spec.joining(generation) != "one":
            return [item for part in parts for item in await _resolve_one(spec, field, generation, part, lookup)]
        if len(parts) > 1 and all(_known(part, values, field) for part in parts):
            raise fail("one_value_only", name=spec.name, count=len(parts), details={"field": spec.name})
    if field == "tech-products":
        # The other generation's spelling of a product means the same one.
        for value in values:
            if value.more.get("attribute") == text:
                return [_wire_value(spec, generation, value)]
    return [_wire_value(spec, generation, find(spec.name, text, values, lookup=field))]


def _known(text: str, values: list[Value], lookup: str) -> bool:
    folded = fold(_meant(text, lookup))
    return any(folded in (fold(value.name), fold(value.id)) for value in values)


def _meant(text: str, lookup: str) -> str:
    return _SPOKEN.get(text.casefold().strip(), text) if lookup == "countries" else text
