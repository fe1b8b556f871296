"""Text to legal value: names and ids of ZoomInfo's taxonomies, and the nearest ones when nothing fits."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from ..errors import SalesZoomInfoError, fail
from .fields import Filter
from .lookups import LOOKUP_FILTERS, LOOKUPS
from .operations import Generation
from .records import Value
from .words import fold, parts, squash, without

__all__ = ["LOOKUPS", "LOOKUP_FILTERS", "find", "fold", "meant", "nearest", "resolve", "show"]

# Taxonomies whose names are made of parts, one of which is enough where no other name has it.
_PARTED = frozenset(
    (
        "buying-groups", "departments", "industries", "intent-topics", "job-functions", "metro-regions",
        "scoop-departments", "scoop-topics", "scoop-types",
    )
)  # fmt: skip

# What to do about a value that a taxonomy cannot have.
# Latin letters with their accents end here.
_LATIN_ENDS = 0x250
_ELSEWHERE = {
    "industries": " For a word that is no industry, such as SaaS, use industryKeywords.",
    "states": " States cover the US and Canada; `country` covers the rest.",
    "metro-regions": " Metro regions cover the US and Canada; `country` covers the rest.",
    "intent-topics": " Only topics of the account's subscription can be used, at most 50 a call.",
}

# Filters among which people mix up values, by the taxonomy that was asked: where else to look.
_SIBLINGS: dict[str, tuple[str, ...]] = {
    "countries": ("state", "continent", "metroRegion"),
    "states": ("country", "continent", "metroRegion"),
    "metro-regions": ("state", "country", "continent"),
    "continents": ("country", "state"),
    "departments": ("managementLevel", "jobFunction"),
    "job-functions": ("managementLevel", "department"),
    "management-levels": ("department", "jobFunction"),
    "industries": ("companyType", "naicsCodes", "sicCodes"),
    "company-types": ("subUnitTypes", "companyRanking", "industryCodes"),
    "company-rankings": ("companyType",),
    "employee-count": ("revenue",),
    "revenue-ranges": ("employeeCount",),
    "scoop-types": ("scoopTopic",),
    "scoop-topics": ("scoopType", "department"),
    "scoop-departments": ("scoopTopic", "jobFunction"),
}

WHOLE_LIST = 20
# Below this share of letters, a name is another one: London is no misspelt Orlando.
_ALIKE = 0.6
# More values than these that hold a word are no help to name.
_MOST_NAMED = 15

LookupCall = Callable[..., Awaitable[list[Value]]]
"""Fetches a taxonomy by its name, narrowed by a mapping where one is given."""


class _Index:
    """A taxonomy by what people may write for its values."""

    def __init__(self, values: list[Value], lookup: str) -> None:
        self.values = values
        self.by_id = {value.id: value for value in reversed(values)}
        self.by_name: dict[str, dict[str, Value]] = {}
        self.by_squash: dict[str, dict[str, Value]] = {}
        self.by_part: dict[str, dict[str, Value]] = {}
        for value in values:
            # Names of revenue bands are bare figures, which mean something else to people.
            names = {value.id} if lookup == "revenue-ranges" else {value.id, value.name}
            for folded in {fold(name) for name in names}:
                self.by_name.setdefault(folded, {})[value.id] = value
                self.by_squash.setdefault(squash(folded), {})[value.id] = value
            if lookup in _PARTED:
                for part in parts(value.name):
                    # Two letters of a metro's name are its state.
                    if not (lookup == "metro-regions" and len(part) == 2):
                        self.by_part.setdefault(part, {})[value.id] = value

    def named(self, folded: str) -> list[Value]:
        """The values of a folded name."""
        found = self.by_name.get(folded) or self.by_squash.get(squash(folded)) or self.by_part.get(folded) or {}
        return list(found.values())


# The taxonomies last used, so that a search of many names folds each taxonomy once.
_INDEXES: OrderedDict[tuple[int, str], _Index] = OrderedDict()
_KEPT = 60


def _index(values: list[Value], lookup: str) -> _Index:
    key = (id(values), lookup)
    found = _INDEXES.get(key)
    if found is None or found.values is not values or len(found.by_id) > len(values):
        found = _INDEXES[key] = _Index(values, lookup)
        if len(_INDEXES) > _KEPT:
            _INDEXES.popitem(last=False)
    else:
        _INDEXES.move_to_end(key)
    return found


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
    fits = _fits(text, values, lookup) or _holding(text, values, lookup)
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise _several(name, text, fits)
    raise _unknown(name, text, values, lookup)


def _several(name: str, text: str, fits: list[Value], note: str = "") -> SalesZoomInfoError:
    named = "; ".join(show(value) for value in fits[:_MOST_NAMED])
    return fail(
        "several_values",
        name=name,
        value=text[:60],
        choices=named + note,
        details={"field": name, "candidates": [value.id for value in fits]},
    )


def _unknown(name: str, text: str, values: list[Value], lookup: str) -> SalesZoomInfoError:
    close = nearest(meant(text, lookup), values)
    if len(values) <= WHOLE_LIST:
        choices = "Legal values: " + "; ".join(show(value) for value in values) + "."
    elif close:
        choices = "Nearest: " + "; ".join(show(value) for value in close)
        choices += f". Call `lookup` with field '{lookup}' and query '{text[:40]}' to see more."
    else:
        choices = f"Call `lookup` with field '{lookup}' to see the legal values."
    choices += _ELSEWHERE.get(lookup, "")
    if any(letter.isalpha() and ord(letter) >= _LATIN_ENDS for letter in text):
        choices += " ZoomInfo's names are in English: translate it."
    legal = [*close, *(value for value in values if value not in close)] if len(values) <= WHOLE_LIST else close
    return fail(
        "unknown_value",
        name=name,
        value=text[:60],
        choices=choices,
        details={"field": name, "nearest": [value.id for value in legal]},
    )


# --- what a text names in one taxonomy -----------------------------------------------------------------------------


def _fits(text: str, values: list[Value], lookup: str) -> list[Value]:
    """The values that a text names: by id, by name, as people say it, by a part of the name; several are candidates."""
    index = _index(values, lookup)
    exact = index.by_id.get(text)
    if exact is not None:
        return [exact]
    folded = fold(text)
    if not folded:
        return []
    same = list(index.by_name.get(folded, {}).values())
    if same:
        return [value for value in same if value.name.casefold() == text.strip().casefold()] or same
    said = _said(text, folded, index, lookup)
    if said:
        return said
    found = index.named(folded)
    if found:
        return found
    from .spoken import NOISE

    bare = without(folded, NOISE.get(lookup, frozenset()))
    if bare and bare != folded:
        return _said(bare, bare, index, lookup) or index.named(bare)
    return []


def _said(text: str, folded: str, index: _Index, lookup: str) -> list[Value]:
    """The values of an everyday name, a code or a name in another language."""
    from .spoken import meanings

    found: dict[str, Value] = {}
    for meaning in meanings(lookup).get(folded, ()):
        for names in meaning.targets:
            fits = next((fits for name in names if (fits := index.named(name))), list[Value]())
            found |= {value.id: value for value in fits}
    if lookup in _PLACES and not found:
        from . import places

        for name in places.nicknamed(text, lookup):
            found |= {value.id: value for value in index.named(fold(name))}
        if lookup == "countries" and not found:
            found = {value.id: value for value in places.countries(sorted(places.country_codes(text)), index.values)}
    return list(found.values())


# Names of a country and of a state; an id says which, and the filter `state` takes states alone.
_TWOFOLD = frozenset(("georgia",))
_PLACES = frozenset(("countries", "states", "metro-regions", "continents"))


def _holding(text: str, values: list[Value], lookup: str) -> list[Value]:
    """Several values whose names hold every word of a text, which are worth naming; one alone is only near."""
    if lookup in ("naics-codes", "sic-codes", "countries"):
        return []
    from .spoken import NOISE

    words = set(without(fold(text), NOISE.get(lookup, frozenset())).split())
    if not words:
        return []
    found = [value for value in values if words <= set(fold(value.name).split())]
    return found if 1 < len(found) <= _MOST_NAMED else []


def meant(text: str, lookup: str) -> str:
    """A value's own name for what people call otherwise, or the text as it is."""
    from .spoken import meanings

    found = meanings(lookup).get(fold(text), ())
    if len(found) == 1 and len(found[0].targets) == 1:
        return found[0].targets[0][0]
    if lookup in _PLACES:
        from . import places

        names = places.nicknamed(text, lookup)
        if len(names) == 1:
            return names[0]
        if lookup == "countries":
            codes = places.country_codes(text)
            if len(codes) == 1:
                return places.english(next(iter(codes)))
    return text


# --- what a text means for a filter --------------------------------------------------------------------------------


def passes(spec: Filter, generation: Generation, text: str) -> bool:
    """Whether a text is legal as it is, without asking the taxonomy."""
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
        UnknownValue: a value is none, could be several, or belongs to another filter; what to use is named.
        InvalidArgument: it names several values of a filter that takes one a call.
    """
    resolved: dict[str, str] = {}
    for name, items in values.items():
        spec = specs[name]
        if spec.lookup is None:
            continue
        reader = _Reader(specs, spec, spec.lookup, generation, lookup)
        legal: list[object] = []
        for item in items:
            legal += await reader.read(str(item))
        if legal != items:
            resolved[name] = ",".join(dict.fromkeys(str(item) for item in legal))
        unique = list(dict.fromkeys(legal))
        if len(unique) > 1 and (spec.most == 1 or spec.joining(generation) == "one"):
            raise fail("one_value_only", name=name, count=len(unique), details={"field": name})
        values[name] = unique
    return resolved


_LISTED = re.compile(r"\s*[;,]\s*|\s+(?:and|or|und|oder|et|ou|y|o)\s+|\s*/\s*|\s+&\s+|\s*\+\s+", re.IGNORECASE)
_ABOVE = re.compile(r"(.+?)\s*(?:\+|plus|(?:and|or) (?:above|up|higher|over|more senior))", re.IGNORECASE)
_BELOW = re.compile(r"(.+?)\s*(?:(?:and|or) (?:below|lower|under|down|more junior))", re.IGNORECASE)
_LADDER = ("Non Manager", "Manager", "Director", "VP Level Exec", "C Level Exec")


class _Reader:
    """Reads the values of one filter."""

    def __init__(
        self, specs: Mapping[str, Filter], spec: Filter, field: str, generation: Generation, lookup: LookupCall
    ) -> None:
        self._specs = specs
        self._spec = spec
        self._field = field
        self._generation: Generation = generation
        self._lookup = lookup

    async def read(self, text: str) -> list[str]:
        """The legal values that a text means; raises as :func:`resolve`."""
        if passes(self._spec, self._generation, text):
            return [text]
        if self._field == "tech-products":
            from .technologies import read_technology

            return await read_technology(self._spec, self._generation, text, self._lookup, self._one)
        values = await self._lookup(self._field)
        if fold(text) in _TWOFOLD and not any(value.id == text for value in values):
            await self._ask_which(text, values)
        return [_wire_value(self._spec, self._generation, value) for value in await self._read(text, values)]

    async def _ask_which(self, text: str, values: list[Value]) -> None:
        """Refuse a country's name that is also a state's, where both lists have it."""
        states = self._specs.get("state")
        if self._field != "countries" or states is None or not (countries := _fits(text, values, self._field)):
            return
        found: list[Value] = []
        with suppress(SalesZoomInfoError):
            found = _fits(text, await self._lookup("states"), "states")
        if found:
            names = [*(f"country={value.id}" for value in countries), *(f"state={value.id}" for value in found)]
            raise fail(
                "several_values",
                name=self._spec.name,
                value=text[:60],
                choices="; ".join(names),
                details={"field": self._spec.name, "candidates": names},
            )

    async def _read(self, text: str, values: list[Value]) -> list[Value]:
        spec, field = self._spec, self._field
        fits = self._known(text, values)
        if fits:
            return fits
        if field == "management-levels" and (levels := _levels(text, values)):
            return levels
        pieces = [piece for piece in _LISTED.split(text) if piece]
        if len(pieces) > 1:
            each = [self._known(piece, values) for piece in pieces]
            if all(each):
                found = list({value.id: value for one in each for value in one}.values())
                if spec.joining(self._generation) == "one" and len(found) > 1:
                    raise fail("one_value_only", name=spec.name, count=len(found), details={"field": spec.name})
                return found
        await self._refuse_elsewhere(text, values)
        if "," in text and spec.joining(self._generation) != "one":
            listed = [part.strip() for part in text.split(",") if part.strip()]
            if len(listed) > 1:
                return [value for part in listed for value in await self._read(part, values)]
        return [find(spec.name, text, values, lookup=field)]

    def _known(self, text: str, values: list[Value]) -> list[Value]:
        """The value of a text, or the bands of a size; raises when several could be meant."""
        from .bands import BANDS, pick

        spec, field = self._spec, self._field
        if field in _PLACES:
            self._ask_about_place(text, values)
        fits = _fits(text, values, field)
        if not fits and field in BANDS:
            return pick(self._specs, spec.name, field, text, values) or []
        if len(fits) > 1:
            note = " (or `jobTitle` for the words themselves)" if field == "management-levels" else ""
            raise _several(spec.name, text, fits, note)
        return fits

    def _ask_about_place(self, text: str, values: list[Value]) -> None:
        """Refuse a name that stands for several places."""
        from . import places

        spec, field = self._spec, self._field
        union = places.union_codes(text) if field in ("countries", "continents") else []
        if union:
            members = places.countries(union, values) if field == "countries" else []
            candidates = ["continent=europe", *(f"country={value.id}" for value in members)]
            if not members:
                candidates.append("one member of the union a call by `country`")
            raise fail(
                "several_values",
                name=spec.name,
                value=text[:60],
                choices="continent='europe', which has more countries than the union, or one member of the union "
                "a call" + (": " + ", ".join(value.id for value in members) if members else " by `country`"),
                details={"field": spec.name, "candidates": candidates},
            )
        names = places.region_continents(text) if field == "continents" else []
        found = [value for value in values if fold(value.name) in {fold(name) for name in names}]
        if found:
            raise _several(spec.name, text, found, ": it is no continent, so call once for each that is meant")
        if field == "states":
            named = {fold(name) for name in places.state_group(text)}
            found = [value for value in values if fold(value.name) in named]
        elif field == "countries":
            found = places.countries(places.group_codes(text), values)
        if len(found) > 1:
            raise fail(
                "group_of_values",
                name=spec.name,
                value=text[:60],
                count=len(found),
                choices=", ".join(value.id for value in found),
                details={"field": spec.name, "each": [value.id for value in found]},
            )

    async def _refuse_elsewhere(self, text: str, values: list[Value]) -> None:
        """Refuse a value that belongs to another filter, which is named."""
        from .bands import elsewhere
        from .spoken import NOISE, meanings

        spec, field = self._spec, self._field
        folded = fold(text)
        said = meanings(field).get(folded) or meanings(field).get(without(folded, NOISE.get(field, frozenset()))) or ()
        found: list[tuple[str, str, str]] = []
        for meaning in said:
            home = self._specs.get(meaning.filter)
            if home is None or not home.wire(self._generation):
                continue
            value, label = meaning.value or text, ""
            if meaning.value and home.lookup:
                with suppress(SalesZoomInfoError):
                    legal = _fits(value, await self._lookup(home.lookup), home.lookup)
                    value, label = (legal[0].id, legal[0].name) if len(legal) == 1 else (value, label)
            found.append((home.name, value, label))
        if not found:
            found = await self._siblings(text)
        if found:
            raise elsewhere(spec.name, text, found)
        if field in ("countries", "states", "metro-regions"):
            await self._refuse_part(text, values)

    async def _siblings(self, text: str) -> list[tuple[str, str, str]]:
        from . import places

        found: list[tuple[str, str, str]] = []
        for name in _SIBLINGS.get(self._field, ()):
            home = self._specs.get(name)
            if home is None or home.lookup is None or not home.wire(self._generation) or home.name == self._spec.name:
                continue
            if home.lookup in ("naics-codes", "sic-codes"):
                digits = {"naics-codes": (5, 6), "sic-codes": (4,)}[home.lookup]
                if text.isascii() and text.isdigit() and len(text) in digits:
                    found.append((name, text, ""))
                continue
            if home.lookup == "states" and len(text.strip()) == 2 and self._field == "countries":
                continue
            with suppress(SalesZoomInfoError):
                values = await self._lookup(home.lookup)
                found += [(name, value.id, value.name) for value in _fits(text, values, home.lookup)]
                if home.lookup == "continents":
                    wider = [fold(each) for each in places.region_continents(text)]
                    found += [(name, value.id, value.name) for value in values if fold(value.name) in wider]
        return found

    async def _refuse_part(self, text: str, values: list[Value]) -> None:
        """Refuse a city or a part of a country that no list has, naming the country."""
        from . import places

        code = places.lies_in(text)
        home = self._specs.get("country")
        if code is None or home is None:
            return
        if self._field != "countries":
            values = []
            with suppress(SalesZoomInfoError):
                values = await self._lookup("countries")
        for value in places.countries([code], values):
            raise fail(
                "value_lies_in",
                name=self._spec.name,
                value=text[:60],
                whole=value.name,
                choices=f"country='{value.id}'",
                details={"field": self._spec.name, "elsewhere": [{"filter": "country", "value": value.id}]},
            )

    def _one(self, text: str, values: list[Value]) -> list[Value]:
        fits = _fits(text, values, self._field)
        if len(fits) > 1:
            raise _several(self._spec.name, text, fits)
        return fits


def _levels(text: str, values: list[Value]) -> list[Value]:
    """The levels from one upwards or downwards, without the board."""
    for pattern, upwards in ((_ABOVE, True), (_BELOW, False)):
        match = pattern.fullmatch(text.strip())
        fits = _fits(match[1], values, "management-levels") if match else []
        ranks = [level for level in _LADDER if len(fits) == 1 and fold(level) in (fold(fits[0].id), fold(fits[0].name))]
        if ranks:
            place = _LADDER.index(ranks[0])
            wanted = _LADDER[place:] if upwards else tuple(reversed(_LADDER[: place + 1]))
            by_id = {fold(value.id): value for value in values}
            return [by_id[fold(level)] for level in wanted if fold(level) in by_id]
    return []
