"""Runs searches: each filter becomes the set of records that pass it, and the sets are joined."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from . import bitmaps, taxonomies
from .bitmaps import Runs
from .catalogue import DAYS, ROUNDS, spans_of
from .criteria import Criteria, Expression
from .dataset import DOMAIN
from .encoding import DAY, hash_prefix
from .indexing import LONGEST_RUN, common_from
from .model import Entity
from .places import COUNTRIES, STATES_BY_CODE
from .postings import Cache, Postings
from .tables import ENGAGEMENT_TYPES
from .vocabulary import fold, name_words, title_words, words

_COUNTRY_ALIASES: Final = {"us": "usa", "united states of america": "usa", "u.s.": "usa", "uk": "united kingdom",
                           "great britain": "united kingdom", "england": "united kingdom"}  # fmt: skip
_COUNTRY_CODES: Final = {country.iso.lower(): key for key, country in COUNTRIES.items()}
_LOCATION_NAMES: Final = frozenset(
    {"address", "street", "state", "zipCode", "zipCodeRadiusMiles", "country", "continent", "metroRegion"}
)
_ENGAGEMENT_NAMES: Final = frozenset({"engagementStartDate", "engagementEndDate", "engagementType"})
_EARTH_MILES: Final = 3958.8
_MONTH: Final = 30.44 * DAY
# Of so many circles the postcodes are kept.
_AROUND: Final = 64


@dataclass(frozen=True, slots=True)
class Moment:
    """When a search runs.

    Args:
        now: Seconds since the Unix epoch.
        base: What the times of the data set count from.
    """

    now: float
    base: int

    def relative(self, at: float) -> int:
        """Return an absolute time as the data set counts it."""
        return int(at) - self.base


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs between the generations.

    Args:
        board_default: Whether board members are found by default.
        either_region: `state` and `country` are ORed (documented Enterprise behaviour).
        revenue_unit: Dollars in one unit of revenueMin and revenueMax.
        dotted_tags: Technologies are dotted tags with wildcards, not product ids.
    """

    board_default: str
    either_region: bool
    revenue_unit: int
    dotted_tags: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search: all hits, and the ids of the page."""

    total: int
    ids: list[int]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What filters leave of companies and people, None where none speaks of them.

    Args:
        companies: By what the companies are, not by where.
        people: By what the people are, not by where or for whom they work.
        offices: Companies in the place that is asked for.
        homes: People in that place.
    """

    companies: int | None
    people: int | None
    offices: int | None
    homes: int | None


def domain_of(website: str) -> str:
    """Return the bare domain of a website in any spelling."""
    return website.lower().split("://")[-1].split("/")[0].removeprefix("www.")


def country_id(text: str) -> str:
    """Return the id of a country given by id, name or code; folded text that matches none otherwise."""
    plain = fold(text.strip())
    if plain in COUNTRIES:
        return plain
    names = taxonomies.by_name("countries")
    return names.get(plain) or _COUNTRY_CODES.get(plain) or _COUNTRY_ALIASES.get(plain, plain)


class Engine:
    """Searches over one data set.

    Args:
        connection: The data set, opened read-only.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        self.cache = Cache()
        self.companies = Postings(connection, "company", self.cache)
        self.people = Postings(connection, "person", self.cache)
        self.past = Postings(connection, "past", self.cache)
        self._staff: Runs | None = None
        self._left: Runs | None = None
        self._places: dict[str, tuple[float, float]] | None = None
        self._areas: Counter[str] = Counter()
        self._around: dict[tuple[str, float], tuple[list[str], list[str]]] = {}

    def search(
        self, entity: Entity, criteria: Criteria, rules: Rules, moment: Moment, order: str, page: int, size: int
    ) -> Found:
        """Run a search.

        Args:
            entity: What to search.
            criteria: Checked filters.
            rules: Those of the generation.
            moment: When it runs.
            order: A sort field, `-` in front for descending.
            page: From 1.
            size: Rows of a page.

        Returns:
            Total hits and the ids of the page, in order.
        """
        search = _Search(self, rules, moment)
        records, find = (
            (self.people, search.contacts) if entity == "contact" else (self.companies, search.companies_alone)
        )
        when = (moment.base, moment.now if "lastUpdatedInMonths" in criteria else 0)
        key = (entity, repr(criteria), rules, when)
        found = self.cache.get(key, lambda: find(criteria))
        total = found.bit_count()
        return Found(total, records.page(found, key, total, _order(entity, order), (page - 1) * size, size))

    def narrowed(self, criteria: Criteria, rules: Rules, moment: Moment) -> Narrowed:
        """Return what filters about companies and about people leave, for what is told of either.

        Args:
            criteria: Checked filters, without those of the thing itself.
            rules: Those of the generation.
            moment: When the search runs.
        """
        return _Search(self, rules, moment).narrowed(criteria)

    def staff(self, companies: int) -> int:
        """Return the people who work at some companies."""
        if self._staff is None:
            self._staff = self.people.runs()
        staff = self._staff
        return self.cache.get(("staff", companies), lambda: staff.records(companies))

    def past_jobs(self, companies: int) -> int:
        """Return the former employments at some companies."""
        if self._left is None:
            self._left = self.past.runs()
        return self._left.records(companies)

    def who_had(self, jobs: int) -> int:
        """Return the people of some former employments."""
        person = self.past.listing("person")
        numbers = [person[job] for job in bitmaps.members(jobs)]
        make = bitmaps.of_many if len(numbers) > 20_000 else bitmaps.of
        return make(numbers, self.people.size)

    def near(self, postcode: str, miles: float) -> list[str]:
        """Return the postcodes within a distance of one; only itself when its position is not known."""
        places = self._known_places()
        centre = places.get(postcode)
        if centre is None:
            return [postcode]
        # A degree of latitude is 69 miles: most places are out of reach at a glance.
        reach = miles / 69
        close = ((key, spot) for key, spot in places.items() if abs(spot[0] - centre[0]) <= reach)
        return [key for key, spot in close if _miles(centre, spot) <= miles]

    def areas_near(self, postcode: str, miles: float) -> tuple[list[str], list[str]]:
        """Return what lies within a distance: areas of which all postcodes do, and the postcodes of the others."""
        key = (postcode, miles)
        found = self._around.get(key)
        if found is None:
            if len(self._around) >= _AROUND:
                self._around.clear()
            found = self._around[key] = self._areas_near(postcode, miles)
        return found

    def _areas_near(self, postcode: str, miles: float) -> tuple[list[str], list[str]]:
        groups: dict[str, list[str]] = {}
        for code in self.near(postcode, miles):
            groups.setdefault(code[:3], []).append(code)
        if not self._areas:
            self._areas = Counter(code[:3] for code in self._known_places())
        areas = [area for area, codes in groups.items() if len(codes) == self._areas[area]]
        return areas, [code for area, codes in groups.items() if area not in areas for code in codes]

    def _known_places(self) -> dict[str, tuple[float, float]]:
        if self._places is None:
            rows = self.db.execute("SELECT zip, latitude, longitude FROM place").fetchall()
            self._places = {row[0]: (row[1], row[2]) for row in rows}
        return self._places


_ORDERS: Final[dict[str, dict[str, str]]] = {
    "contact": {
        "contactAccuracyScore": "accuracy",
        "lastName": "last",
        "companyName": "company",
        "hierarchy": "hierarchy",
        "sourceCount": "sources",
        "lastMentioned": "mentioned",
    },
    "company": {"name": "name", "employeeCount": "employees"},
}
# These two are kept best first.
_RANKED: Final = ("relevance", "revenue")


def _order(entity: Entity, order: str) -> str:
    """Return the name of an order of the index, `-` in front for backwards."""
    name = order.removeprefix("-")
    backwards = order.startswith("-")
    if name in _RANKED:
        return name if backwards else f"-{name}"
    return f"-{_ORDERS[entity][name]}" if backwards else _ORDERS[entity][name]


def _miles(one: tuple[float, float], two: tuple[float, float]) -> float:
    a, b = math.radians(one[0]), math.radians(two[0])
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(two[1] - one[1]) / 2) ** 2
    return 2 * _EARTH_MILES * math.asin(math.sqrt(half))


class _Search:
    """Finds the records that pass the filters of one search."""

    def __init__(self, engine: Engine, rules: Rules, moment: Moment) -> None:
        self.engine = engine
        self.rules = rules
        self.moment = moment
        self.companies = engine.companies
        self.people = engine.people

    def companies_alone(self, criteria: Criteria) -> int:
        """Return the companies of a company search."""
        found = self._companies(criteria, _COMPANY_RULES | _COMPANY_ONLY)
        if found is None:
            found = self.companies.all
        location = self._located(self.companies, criteria)
        if location is not None:
            found &= location
        return found & self._engaged(self.companies, criteria)

    def narrowed(self, criteria: Criteria) -> Narrowed:
        """Return what filters about companies and about people leave."""
        return Narrowed(
            self._companies(criteria, _COMPANY_RULES | _COMPANY_ONLY),
            self._people(criteria) if _PERSON_RULES.keys() & criteria.keys() else None,
            self._located(self.companies, criteria),
            self._located(self.people, criteria),
        )

    def _people(self, criteria: Criteria) -> int:
        found = self.people.all ^ self.people.one("flag", "opted_out")
        for name, value in ({"boardMember": self.rules.board_default} | criteria).items():
            rule = _PERSON_RULES.get(name)
            if rule is not None:
                found &= rule(self, value)
        return found

    def contacts(self, criteria: Criteria) -> int:
        """Return the people of a contact search."""
        found = self._people(criteria)
        employer = self._companies(criteria, _COMPANY_RULES)
        tense = criteria.get("companyPastOrPresent", "present")
        if employer is not None or tense == "past":
            found &= self._employed(self.companies.all if employer is None else employer, tense)
        if _LOCATION_NAMES & criteria.keys():
            found &= self._somewhere(criteria)
        return found & self._engaged(self.people, criteria)

    def _employed(self, companies: int, tense: str) -> int:
        if tense == "present":
            return self.engine.staff(companies)
        key = ("past", companies)
        past = self.engine.cache.get(key, lambda: self.engine.who_had(self.engine.past_jobs(companies)))
        return past if tense == "past" else past | self.engine.staff(companies)

    def _somewhere(self, criteria: Criteria) -> int:
        mode = criteria.get("locationSearchType", "PersonOrHQ")
        home, offices = self._located(self.people, criteria), self._located(self.companies, criteria)
        if home is None or offices is None:
            return self.people.all
        if mode == "Person":
            return home
        office = self.engine.staff(offices)
        if mode == "HQ":
            return office
        if mode == "PersonThenHQ":
            placed = self.engine.cache.get(
                "placed", lambda: self.people.either("continent", self.people.known("continent"))
            )
            return (placed & home) | (office & (self.people.all ^ placed))
        return home & office if mode == "PersonAndHQ" else home | office

    def _located(self, records: Postings, criteria: Criteria) -> int | None:
        """Return the records in a place; None where no filter names one."""
        found: list[int] = []
        region: list[int] = []
        for name, value in criteria.items():
            if name == "address" or name == "street":
                whole = name == "street" or records is self.companies
                found.append(records.every(name, words(value)) if whole else _addressed(records, words(value)))
            elif name == "state":
                region.append(_state(records, value))
            elif name == "country":
                region.append(records.one("country", country_id(value)))
            elif name == "continent":
                found.append(records.one("continent", value))
            elif name == "metroRegion":
                found.append(records.either("metro", value))
            elif name == "zipCode":
                radius = criteria.get("zipCodeRadiusMiles")
                found.append(
                    self._around(records, value.upper(), radius) if radius else records.one("zip", value.upper())
                )
        if region:
            found.append(_any(region) if self.rules.either_region else _all(region, records.all))
        return _all(found, records.all) if found else None

    def _around(self, records: Postings, postcode: str, miles: float) -> int:
        areas, rest = self.engine.areas_near(postcode, miles)
        return records.either("area", areas) | records.either("zip", rest)

    def _engaged(self, records: Postings, criteria: Criteria) -> int:
        if not _ENGAGEMENT_NAMES & criteria.keys():
            return records.all
        first, end = 0, DAYS
        if "engagementStartDate" in criteria:
            first = DAYS + math.ceil(self.moment.relative(criteria["engagementStartDate"]) / DAY)
        if "engagementEndDate" in criteria:
            end = DAYS + math.ceil((self.moment.relative(criteria["engagementEndDate"]) + DAY) / DAY)
        spans = spans_of(max(0, first), min(end, DAYS))
        kinds = criteria.get("engagementType", ENGAGEMENT_TYPES)
        return records.either("engaged", [f"{kind}:{level}:{block}" for kind in kinds for level, block in spans])

    def _companies(self, criteria: Criteria, rules: dict[str, Rule]) -> int | None:
        """Return the companies that pass the filters about companies; None where there is no such filter."""
        found: list[int] = []
        funded = self._funded(criteria)
        if funded is not None:
            found.append(funded)
        for name, value in criteria.items():
            if name == "industryCodes":
                field = "primary_industries" if criteria.get("primaryIndustriesOnly") else "industries"
                found.append(self.companies.either(field, value))
            elif name in rules:
                found.append(rules[name](self, value))
        return _all(found, self.companies.all) if found else None

    def _funded(self, criteria: Criteria) -> int | None:
        day = {name: (criteria[name] - self.moment.base) // DAY for name in _FUNDING_DAYS if name in criteria}
        bounds = day | {name: int(criteria[name]) for name in _FUNDING_AMOUNTS if name in criteria}
        if not bounds:
            return None
        found = 0
        for turn in range(ROUNDS):
            rounds = self.companies.one("round", str(turn))
            for name, value in bounds.items():
                field = f"round{turn}_{'day' if name in _FUNDING_DAYS else 'amount'}"
                least = name in {"fundingStartDate", "fundingAmountMin"}
                rounds &= self.companies.at_least(field, value) if least else self.companies.at_most(field, value)
            found |= rounds
        return found

    def companies_by(self, column: str, values: Sequence[Any]) -> int:
        """Return the companies that have one of some values in a column of their table."""
        marks = ",".join("?" * len(values))
        rows = self.engine.db.execute(f"SELECT id FROM company WHERE {column} IN ({marks})", list(values))  # noqa: S608
        return self.companies.by_ids(row[0] for row in rows)

    def people_by(self, sql: str, values: Sequence[Any]) -> int:
        """Return the people whose ids a query gives; `?s` in it stands for all values."""
        marks = ",".join("?" * len(values))
        rows = self.engine.db.execute(sql.replace("?s", marks), list(values) * sql.count("?s"))
        return self.people.by_ids(row[0] for row in rows)


Rule: TypeAlias = "Callable[[_Search, Any], int]"

_FUNDING_DAYS: Final = ("fundingStartDate", "fundingEndDate")
_FUNDING_AMOUNTS: Final = ("fundingAmountMin", "fundingAmountMax")


def _any(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def _all(sets: Iterable[int], everything: int) -> int:
    for one in sets:
        everything &= one
    return everything


def _state(records: Postings, text: str) -> int:
    code = STATES_BY_CODE.get(text.strip().upper())
    if code is not None:
        return records.one("state_id", code[0])
    return records.one("state_id", text.strip().lower()) | records.one("state", fold(text.strip()))


def _addressed(records: Postings, found: Sequence[str]) -> int:
    # A person's address is kept in two parts, of which the second repeats much.
    return _all(
        (records.one("street", word) | records.one("rest", word) for word in found), records.all if found else 0
    )


def _expressed(alternatives: Expression, term: Callable[[str], int], everything: int) -> int:
    return _any(
        _all((everything ^ term(text) if negated else term(text) for negated, text in terms), everything)
        for terms in alternatives
    )


def _bands(search: _Search, field: str, bands: dict[str, tuple[int, int]], keys: Sequence[str]) -> int:
    records = search.companies
    return _any(
        records.at_least(field, low) & (records.all ^ records.at_least(field, end))
        for low, end in (bands[key] for key in keys)
    )


def _tagged(field: str) -> Rule:
    return lambda search, value: search.companies.either(field, value)


def _least(field: str) -> Rule:
    return lambda search, value: search.companies.at_least(field, value)


def _most(field: str) -> Rule:
    return lambda search, value: search.companies.at_most(field, value)


def _revenue(search: _Search, value: float) -> float:
    return value * search.rules.revenue_unit / 1000


def _technology(search: _Search, value: Any) -> int:
    if not search.rules.dotted_tags:
        alternatives: Expression = [[(False, key)] for key in value] if isinstance(value[0], str) else value
        return _expressed(alternatives, lambda key: search.companies.one("products", key), search.companies.all)
    return _expressed(
        value, lambda pattern: search.companies.either("products", _products(pattern)), search.companies.all
    )


def _products(pattern: str) -> list[str]:
    """Return the products that a dotted tag stands for; `*` is any one level, levels left out at the end are any."""
    parts = pattern.split(".")
    return [
        product.id
        for product in taxonomies.PRODUCTS.values()
        if all(want in ("*", have) for want, have in zip(parts, product.tag.split("."), strict=False))
    ]


def _company_name(search: _Search, value: Any) -> int:
    alternatives: Expression = [[(False, value)]] if isinstance(value, str) else value
    return _expressed(alternatives, lambda text: search.companies.every("name", name_words(text)), search.companies.all)


def _phrase(search: _Search, text: str) -> int:
    """Return the companies whose keywords hold some words in a row."""
    records, found = search.companies, words(text)
    if len(found) < 2:
        return records.every("keywords", found)
    least = common_from(records.size)
    if len(found) <= LONGEST_RUN and all(records.one("keywords", word).bit_count() >= least for word in found):
        return records.one("keywords", " ".join(found))
    return search.engine.cache.get(("phrase", tuple(found)), lambda: _read_through(search, found, least))


def _read_through(search: _Search, found: list[str], least: int) -> int:
    records = search.companies
    candidates = records.every("keywords", found)
    runs = [found[at : at + LONGEST_RUN] for at in range(len(found) - LONGEST_RUN + 1)]
    for run in runs:
        if all(records.one("keywords", word).bit_count() >= least for word in run):
            candidates &= records.one("keywords", " ".join(run))
    ids = records.listing("id")
    numbers = bitmaps.members(candidates)
    wanted, kept = f" {' '.join(found)} ", list[int]()
    for at in range(0, len(numbers), 500):
        asked = {ids[number]: number for number in numbers[at : at + 500]}
        marks = ",".join("?" * len(asked))
        sql = f"SELECT id FROM company WHERE id IN ({marks}) AND instr(keywords, ?)"  # noqa: S608
        kept += [asked[row[0]] for row in search.engine.db.execute(sql, [*asked, wanted])]
    return bitmaps.of(kept, records.size)


def _regions(search: _Search, value: Sequence[str]) -> int:
    records = search.companies
    return records.all ^ (records.either("state_id", value) | records.either("metro", value))


def _websites(search: _Search, value: Sequence[str]) -> int:
    domains = [domain_of(item) for item in value]
    # A site is known by its domain and with "www." before it.
    return search.companies_by(DOMAIN, [*domains, *(item.removeprefix("www.") for item in domains)])


_COMPANY_RULES: Final[dict[str, Rule]] = {
    "allFundingRoundTypes": _tagged("rounds"),
    "recentFundingRoundTypes": _tagged("recent_round"),
    "companyDescription": lambda search, value: search.companies.every("description", words(value)),
    "companyId": lambda search, value: search.companies.by_ids(value),
    "companyName": _company_name,
    "companyRanking": _tagged("rankings"),
    "companyStructureIncludedSubUnitTypes": _tagged("sub_unit"),
    "subUnitTypes": _tagged("sub_unit"),
    "companyTicker": lambda search, value: search.companies_by("ticker", [item.upper() for item in value]),
    "companyType": _tagged("type"),
    "companyWebsite": _websites,
    "employeeCount": lambda search, value: _bands(search, "employees", taxonomies.EMPLOYEE_BANDS, value),
    "employeeRangeMin": _least("employees"),
    "employeeRangeMax": _most("employees"),
    "excludedRegions": _regions,
    "hashTagString": _tagged("hashtags"),
    "industryKeywords": lambda search, value: _expressed(
        value, lambda text: _phrase(search, text), search.companies.all
    ),
    "naicsCodes": _tagged("naics"),
    "sicCodes": _tagged("sic"),
    "oneYearEmployeeGrowthRateMin": _least("growth1"),
    "oneYearEmployeeGrowthRateMax": _most("growth1"),
    "twoYearEmployeeGrowthRateMin": _least("growth2"),
    "twoYearEmployeeGrowthRateMax": _most("growth2"),
    "parentId": lambda search, value: search.companies_by("parent", [value]),
    "ultimateParentId": lambda search, value: search.companies_by("ultimate", [value]),
    "revenue": lambda search, value: _bands(search, "revenue", taxonomies.REVENUE_BANDS, value),
    "revenueMin": lambda search, value: search.companies.at_least("revenue", _revenue(search, value)),
    "revenueMax": lambda search, value: search.companies.at_most("revenue", _revenue(search, value)),
    "techAttributeTagList": _technology,
    "excludeTechAttributeTagList": lambda search, value: search.companies.all ^ _technology(search, value),
    "zoominfoContactsMin": _least("contacts"),
    "zoominfoContactsMax": _most("contacts"),
}
_COMPANY_ONLY: Final[dict[str, Rule]] = {
    "businessModel": _tagged("models"),
    "certified": lambda search, value: search.companies.one("certified", f"{value:g}"),
    "excludeDefunctCompanies": lambda search, value: (
        search.companies.one("defunct", "0") if value else search.companies.all
    ),
    **{
        f"{name}DepartmentBudget{end}": rule(f"{name}_budget")
        for name in ("marketing", "finance", "it", "hr")
        for end, rule in (("Min", _least), ("Max", _most))
    },
}


def _titles(search: _Search, texts: Sequence[str]) -> int:
    return _any(search.people.every("title", title_words(text)) for text in texts)


def _terms(value: Expression) -> list[str]:
    return [text for terms in value for _, text in terms]


def _mode(flag: str) -> Rule:
    def rule(search: _Search, value: str) -> int:
        if value == "include":
            return search.people.all
        found = search.people.one("flag", flag)
        return found if value == "only" else search.people.all ^ found

    return rule


def _of_person(field: str) -> Rule:
    return lambda search, value: search.people.either(field, value)


def _full_name(search: _Search, text: str) -> int:
    # No name of the data set has a space in it: of more words the first and the last count.
    parts = fold(text).split()
    return search.people.one("first", parts[0]) & search.people.one("last", parts[-1]) if parts else 0


def _buying_group(search: _Search, keys: Sequence[str]) -> int:
    departments = taxonomies.by_name("departments")
    return _any(
        search.people.either("department", [departments[name.lower()] for name in persona.functions])
        & search.people.either("levels", [taxonomies.PERSONA_LEVELS[level] for level in persona.levels])
        for key in keys
        for persona in taxonomies.BUYING_GROUPS[key].personas
    )


def _default_group(search: _Search, value: bool) -> int:
    defaults = [key for key, group in taxonomies.BUYING_GROUPS.items() if group.default]
    return _buying_group(search, defaults) if value else search.people.all


def _history(search: _Search, pairs: Sequence[tuple[str, str]]) -> int:
    engine = search.engine
    jobs = 0
    for company, title in pairs:
        employers = search.companies.every("key", name_words(company))
        jobs |= engine.past.every("title", title_words(title)) & engine.past_jobs(employers)
    return engine.who_had(jobs)


def _exact_title(search: _Search, value: Expression) -> int:
    return search.people.either("exact_title", [" ".join(title_words(text)) for text in _terms(value)])


def _since(search: _Search, field: str, day: float) -> int:
    return search.people.at_least(field, search.moment.relative(day) + DAY)


def _in_months(search: _Search, value: float) -> int:
    moment = search.moment
    return search.people.at_least("updated", moment.relative(moment.now - value * _MONTH))


def _started(search: _Search, day: float) -> int:
    return search.moment.relative(day) // DAY


def _works_at(search: _Search, value: Sequence[int]) -> int:
    # An office has the id after its company's.
    return search.engine.staff(search.companies.by_ids(key - 1 for key in value))


def _required(search: _Search, value: Sequence[str]) -> int:
    return _all((search.people.one("flag", _REQUIRED[name]) for name in value), search.people.all)


_REQUIRED: Final = {
    "email": "email",
    "phone": "reachable",
    "directPhone": "direct",
    "personalEmail": "email2",
    "mobilePhone": "mobile",
}
_EXECUTIVES: Final = ("C Level Exec", "VP Level Exec")
_BY_EMAIL: Final = "SELECT id FROM person WHERE email IN (?s) UNION SELECT id FROM person WHERE email2 IN (?s)"
_PERSON_RULES: Final[dict[str, Rule]] = {
    "boardMember": _mode("board"),
    "hasBeenNotified": _mode("notified"),
    "buyingGroup": _buying_group,
    "filterByBuyingCommittee": _default_group,
    "contactAccuracyScoreMin": lambda search, value: search.people.at_least("accuracy", value),
    "contactAccuracyScoreMax": lambda search, value: search.people.at_most("accuracy", value),
    "degree": lambda search, value: search.people.every("degree", words(value)),
    "school": lambda search, value: search.people.every("school", words(value)),
    "department": _of_person("department"),
    "jobFunction": _of_person("function"),
    "emailAddress": lambda search, value: search.people_by(_BY_EMAIL, [value]),
    "supplementalEmail": lambda search, value: search.people_by("SELECT id FROM person WHERE email2 IN (?s)", value),
    "employmentHistory": _history,
    "exactJobTitle": _exact_title,
    "jobTitle": lambda search, value: _titles(search, _terms(value)),
    "excludeJobTitle": lambda search, value: search.people.all ^ _titles(search, value),
    "managementLevel": _of_person("levels"),
    "excludeManagementLevel": lambda search, value: search.people.all ^ search.people.either("levels", value),
    "excludePartialProfiles": lambda search, value: (
        search.people.one("flag", "employed") if value else search.people.all
    ),
    "executivesOnly": lambda search, value: search.people.either("levels", _EXECUTIVES) if value else search.people.all,
    "firstName": lambda search, value: search.people.one("first", fold(value)),
    "lastName": lambda search, value: search.people.one("last", fold(value)),
    "fullName": _full_name,
    "middleInitial": lambda search, value: search.people.one("initial", fold(value)[:1]),
    "hashedEmail": lambda search, value: search.people_by(
        "SELECT person FROM email_hash WHERE prefix IN (?s)", [hash_prefix(value)]
    ),
    "lastUpdatedDateAfter": lambda search, value: _since(search, "updated", value),
    "validDateAfter": lambda search, value: _since(search, "valid", value),
    "lastUpdatedInMonths": _in_months,
    "locationCompanyId": _works_at,
    "personId": lambda search, value: search.people.by_ids(value),
    "phone": lambda search, value: search.people_by("SELECT person FROM phone WHERE digits IN (?s)", value),
    "positionStartDateMin": lambda search, value: search.people.at_least("started", _started(search, value)),
    "positionStartDateMax": lambda search, value: search.people.at_most("started", _started(search, value)),
    "requiredFields": _required,
    "techSkills": _of_person("skills"),
    "webReferences": _of_person("refs"),
    "yearsOfExperience": _of_person("experience"),
}
