"""Text to legal value: names and ids of ZoomInfo's taxonomies, and the nearest ones when nothing fits."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache

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

# Postal codes of states and provinces; the lookup has names and dotted ids only, and a search takes any two letters.
_POSTAL = """
AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,
DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,
LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,
NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,
OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,
UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,
AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NT Northwest Territories,
NS Nova Scotia,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon
"""

# Everyday names that no lookup lists: what they mean, and how people say it.
_SPOKEN: dict[str, dict[str, str]] = {
    "countries": {
        "united states": "us,usa,u.s.,united states of america,america",
        "united kingdom": "uk,u.k.,great britain",
        "netherlands": "holland",
        "czech republic": "czechia",
    },
    "management-levels": {
        "c level exec": "c level,cxo,c suite,executive",
        "vp level exec": "vp,vps,vp level,vice president",
        "board member": "board",
        "non manager": "staff,individual contributor",
    },
    "departments": {
        "information technology": "it",
        "human resources": "hr",
        "engineering & technical": "r&d,research and development",
        "operations": "ops",
        "c-suite": "executive",
    },
    "states": {name: code for code, _, name in (entry.strip().partition(" ") for entry in _POSTAL.strip().split(","))},
}

# Taxonomies whose names are made of parts, one of which is enough where no other name has it.
_PARTS = {"metro-regions": " - ", "departments": " & "}

# What to do about a value that a taxonomy cannot have.
_ELSEWHERE = {
    "industries": " For a word that is no industry, such as SaaS, use industryKeywords.",
    "states": " States cover the US and Canada; `country` covers the rest.",
    "metro-regions": " Metro regions cover the US and Canada; `country` covers the rest.",
}

WHOLE_LIST = 20
# Below this share of letters, a name is another one: London is no misspelt Orlando.
_ALIKE = 0.6

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
        spelt = matcher.ratio() if matcher.real_quick_ratio() > _ALIKE and matcher.quick_ratio() > _ALIKE else 0.0
        return spelt + shared + (wanted in name)

    scored = [(max(likeness(fold(name)) for name in {value.name, value.id}), value) for value in values]
    ranked = sorted((pair for pair in scored if pair[0] > _ALIKE), key=lambda pair: -pair[0])
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
    fits = _fits(text, values, lookup)
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
    close = nearest(meant(text, lookup), values)
    if len(values) <= WHOLE_LIST:
        choices = "Legal values: " + "; ".join(show(value) for value in values) + "."
    elif close:
        choices = "Nearest: " + "; ".join(show(value) for value in close)
        choices += f". Call `lookup` with field '{lookup}' and query '{text[:40]}' to see more."
    else:
        choices = f"Call `lookup` with field '{lookup}' to see the legal values."
    choices += _ELSEWHERE.get(lookup, "")
    legal = values if len(values) <= WHOLE_LIST else close
    raise fail(
        "unknown_value",
        name=name,
        value=text[:60],
        choices=choices,
        details={"field": name, "nearest": [value.id for value in legal]},
    )


def _passes(spec: Filter, generation: Generation, text: str) -> bool:
    # Legal as they are, without asking the taxonomy: product ids or dotted tags, plain codes.
    if spec.lookup == "tech-products":
        return bool((_TAG if generation == "enterprise" else _PRODUCT).fullmatch(text))
    return spec.lookup in ("sic-codes", "naics-codes") and text.isascii() and text.isdigit()


_PRODUCT = re.compile(r"[0-9]+")
_TAG = re.compile(r"[0-9]+(?:\.(?:[0-9]+|\*)){1,3}")


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
            resolved[name] = ",".join(dict.fromkeys(str(item) for item in legal))
        values[name] = list(dict.fromkeys(legal))
    return resolved


async def _resolve_one(spec: Filter, field: str, generation: Generation, text: str, lookup: LookupCall) -> list[str]:
    if _passes(spec, generation, text):
        return [text]
    if field == "tech-products" and " AND " in text:
        terms = [await _resolve_one(spec, field, generation, part.strip(), lookup) for part in text.split(" AND ")]
        return [" AND ".join(term[0] for term in terms)]
    values = await lookup(field)
    if "," in text and not _fits(text, values, field):
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if spec.joining(generation) != "one":
            return [item for part in parts for item in await _resolve_one(spec, field, generation, part, lookup)]
        if len(parts) > 1 and all(_fits(part, values, field) for part in parts):
            raise fail("one_value_only", name=spec.name, count=len(parts), details={"field": spec.name})
    if field == "tech-products":
        # The other generation's spelling of a product means the same one.
        for value in values:
            if value.more.get("attribute") == text:
                return [_wire_value(spec, generation, value)]
    return [_wire_value(spec, generation, find(spec.name, text, values, lookup=field))]


def _fits(text: str, values: list[Value], lookup: str) -> list[Value]:
    """The values that a text names: by id, then by name, then as people say it, then by a part of the name."""
    for value in values:
        if value.id == text:
            return [value]
    for wanted in dict.fromkeys((text, meant(text, lookup))):
        folded = fold(wanted)
        fits = [value for value in values if folded in (fold(value.name), fold(value.id))]
        if fits:
            return [value for value in fits if value.name.casefold() == wanted.casefold()] or fits
    mark = _PARTS.get(lookup)
    if mark is None or mark in text:
        return []
    folded = fold(text)
    return [value for value in values if folded in [fold(part) for part in value.name.split(mark)]]


_CITY = re.compile(r"(.+?),\s*([A-Za-z]{2})")


def meant(text: str, lookup: str) -> str:
    """A value's own name for what people call otherwise, or the text as it is."""
    city = _CITY.fullmatch(text.strip()) if lookup == "metro-regions" else None
    if city:
        return f"{city[2].upper()} - {city[1]}"
    return _meanings(lookup).get(fold(text.replace("-", " ")), text)


@cache
def _meanings(lookup: str) -> dict[str, str]:
    table = _SPOKEN.get(lookup, {})
    return {fold(word): name for name, words in table.items() for word in words.split(",")}
