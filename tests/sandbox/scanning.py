"""A second search engine, to hold the sandbox's own against: plain SQL that looks at every row.

It shares no code with the engine that the sandbox serves: filters become conditions on the columns of tables that
`wide_tables` writes, one row per person, without an index.
"""

import math
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from sales_zoominfo.sandbox import taxonomies
from sales_zoominfo.sandbox.criteria import Criteria, Expression
from sales_zoominfo.sandbox.encoding import DAY, hash_prefix
from sales_zoominfo.sandbox.model import Entity
from sales_zoominfo.sandbox.places import STATES_BY_CODE
from sales_zoominfo.sandbox.query import Found, Moment, Rules, country_id, domain_of
from sales_zoominfo.sandbox.vocabulary import fold, name_words, title_words, words

Clause: TypeAlias = tuple[str, list[Any]]
_LOCATION_NAMES: Final = frozenset(
    {"address", "street", "state", "zipCode", "zipCodeRadiusMiles", "country", "continent", "metroRegion"}
)
_STREET_NAMES: Final = frozenset({"address", "street"})
_ENGAGEMENT_NAMES: Final = frozenset({"engagementStartDate", "engagementEndDate", "engagementType"})
_EARTH_MILES: Final = 3958.8
_MONTH: Final = 30.44 * DAY


def both(clauses: Sequence[Clause], word: str = "AND") -> Clause:
    """Join clauses with AND or OR; no clause is true."""
    if not clauses:
        return "1", []
    text = f" {word} ".join(sql for sql, _ in clauses)
    return f"({text})", [value for _, values in clauses for value in values]


def negate(clause: Clause) -> Clause:
    return f"NOT {clause[0]}", clause[1]


def _any_of(column: str, values: Sequence[Any]) -> Clause:
    return f"{column} IN ({','.join('?' * len(values))})", list(values)


def _tags(column: str, values: Sequence[str]) -> Clause:
    return both([(f"instr({column},?)>0", [f"|{value}|"]) for value in values], "OR")


def _prefixes(column: str, values: Sequence[str]) -> Clause:
    return both([(f"instr({column},?)>0", [f"|{value}"]) for value in values], "OR")


def _has_words(column: str, found: Sequence[str]) -> Clause:
    if not found:
        return "0", []
    return both([(f"instr({column},?)>0", [f" {word} "]) for word in found])


def _phrase(column: str, text: str) -> Clause:
    return f"instr({column},?)>0", [f" {' '.join(words(text))} "]


def _expressed(alternatives: Expression, term: Callable[[str], Clause]) -> Clause:
    return both(
        [both([negate(term(text)) if negated else term(text) for negated, text in terms]) for terms in alternatives],
        "OR",
    )


def _bands(column: str, bands: dict[str, tuple[int, int]], keys: Sequence[str]) -> Clause:
    return both([(f"({column}>=? AND {column}<?)", list(bands[key])) for key in keys], "OR")


def _country(prefix: str, text: str) -> Clause:
    return f"{prefix}country=?", [country_id(text)]


def _state(prefix: str, text: str) -> Clause:
    code = STATES_BY_CODE.get(text.strip().upper())
    if code is not None:
        return f"{prefix}state_id=?", [code[0]]
    return f"({prefix}state_id=? OR {prefix}state=?)", [text.strip().lower(), fold(text.strip())]


class ScanningEngine:
    """Answers as `query.Engine` has to.

    Args:
        connection: What `wide_tables` wrote.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._places: dict[str, tuple[float, float]] | None = None

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
        compiler = _Compiler(self, rules, moment)
        sql, values = compiler.contacts(criteria) if entity == "contact" else compiler.companies(criteria)
        table = "person p" if entity == "contact" else "company c"
        column, descending = _order(entity, order)
        total = int(self._db.execute(f"SELECT count(*) FROM {table} WHERE {sql}", values).fetchone()[0])
        way = "DESC" if descending else "ASC"
        rows = self._db.execute(
            f"SELECT id FROM {table} WHERE {sql} ORDER BY {column} {way}, id {way} LIMIT ? OFFSET ?",
            [*values, size, (page - 1) * size],
        )
        return Found(total, [row[0] for row in rows])

    def near(self, postcode: str, miles: float) -> list[str]:
        """Return the postcodes within a distance of one; only itself when its position is not known."""
        if self._places is None:
            rows = self._db.execute("SELECT zip, latitude, longitude FROM place").fetchall()
            self._places = {row[0]: (row[1], row[2]) for row in rows}
        centre = self._places.get(postcode)
        if centre is None:
            return [postcode]
        # A degree of latitude is 69 miles: most places are out of reach at a glance.
        reach = miles / 69
        close = ((key, spot) for key, spot in self._places.items() if abs(spot[0] - centre[0]) <= reach)
        return [key for key, spot in close if _miles(centre, spot) <= miles]


_ORDERS: Final[dict[str, dict[str, str]]] = {
    "contact": {
        "contactAccuracyScore": "p.accuracy",
        "lastName": "p.last_sort",
        "companyName": "p.company_sort",
        "hierarchy": "p.hierarchy",
        "sourceCount": "p.sources",
        "lastMentioned": "p.mentioned",
    },
    "company": {"name": "c.name_sort", "employeeCount": "c.employees"},
}
# These two are stored as ranks, best first.
_RANKED: Final = {"relevance": "p.relevance", "revenue": "c.by_revenue"}


def _order(entity: Entity, order: str) -> tuple[str, bool]:
    """Return the column to sort by, and whether downwards."""
    name = order.removeprefix("-")
    descending = order.startswith("-")
    if name in _RANKED:
        return _RANKED[name], not descending
    return _ORDERS[entity][name], descending


def _miles(one: tuple[float, float], two: tuple[float, float]) -> float:
    a, b = math.radians(one[0]), math.radians(two[0])
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(two[1] - one[1]) / 2) ** 2
    return 2 * _EARTH_MILES * math.asin(math.sqrt(half))


class _Compiler:
    """Compiles the filters of one search."""

    def __init__(self, engine: ScanningEngine, rules: Rules, moment: Moment) -> None:
        self._engine = engine
        self._rules = rules
        self._moment = moment

    def companies(self, criteria: Criteria) -> Clause:
        clauses = self._company_clauses(criteria)
        clauses += [rule(value) for name, value in criteria.items() if (rule := self._company_only(name)) is not None]
        location = self._location("c.", criteria)
        if location:
            clauses.append(both(location))
        clauses += self._engagements("c.id", "company", criteria)
        return both(clauses)

    def contacts(self, criteria: Criteria) -> Clause:
        clauses: list[Clause] = [("p.opted_out=0", [])]
        clauses += self._person_clauses({"boardMember": self._rules.board_default} | criteria)
        employer = self._company_clauses(criteria)
        tense = criteria.get("companyPastOrPresent", "present")
        if employer or tense == "past":
            clauses.append(_employed(both(employer), tense))
        location = self._located(criteria)
        if location is not None:
            clauses.append(location)
        clauses += self._engagements("p.id", "contact", criteria)
        return both(clauses)

    def _located(self, criteria: Criteria) -> Clause | None:
        home = self._location("p.", criteria)
        if not home:
            return None
        person = both(home)
        office = self._office(criteria)
        mode = criteria.get("locationSearchType", "PersonOrHQ")
        if mode == "Person":
            return person
        if mode == "HQ":
            return office
        if mode == "PersonThenHQ":
            sql = f"CASE WHEN p.country IS NOT NULL THEN {person[0]} ELSE {office[0]} END"
            return sql, person[1] + office[1]
        return both([person, office], "AND" if mode == "PersonAndHQ" else "OR")

    def _office(self, criteria: Criteria) -> Clause:
        # People carry the region of their employer, so that only a search by street asks the company.
        if not _STREET_NAMES & criteria.keys():
            return both(self._location("p.office_", criteria))
        sql, values = both(self._location("c.", criteria))
        return f"p.company IN (SELECT c.id FROM company c WHERE {sql})", values

    def _location(self, prefix: str, criteria: Criteria) -> list[Clause]:
        if not _LOCATION_NAMES & criteria.keys():
            return []
        clauses: list[Clause] = []
        region: list[Clause] = []
        for name, value in criteria.items():
            if name == "address" or name == "street":
                clauses.append(_has_words(f"{prefix}{name}", words(value)))
            elif name == "state":
                region.append(_state(prefix, value))
            elif name == "country":
                region.append(_country(prefix, value))
            elif name == "continent":
                clauses.append((f"{prefix}continent=?", [value]))
            elif name == "metroRegion":
                clauses.append(_any_of(f"{prefix}metro", value))
            elif name == "zipCode":
                radius = criteria.get("zipCodeRadiusMiles")
                codes = self._engine.near(value.upper(), radius) if radius else [value.upper()]
                clauses.append(_any_of(f"{prefix}zip", codes))
        if region:
            clauses.append(both(region, "OR" if self._rules.either_region else "AND"))
        return clauses

    def _engagements(self, column: str, kind: Entity, criteria: Criteria) -> list[Clause]:
        if not _ENGAGEMENT_NAMES & criteria.keys():
            return []
        clauses: list[Clause] = [("kind=?", [kind])]
        if "engagementStartDate" in criteria:
            clauses.append(("at>=?", [self._moment.relative(criteria["engagementStartDate"])]))
        if "engagementEndDate" in criteria:
            clauses.append(("at<?", [self._moment.relative(criteria["engagementEndDate"]) + DAY]))
        if "engagementType" in criteria:
            clauses.append(_any_of("type", criteria["engagementType"]))
        sql, values = both(clauses)
        return [(f"{column} IN (SELECT owner FROM engagement WHERE {sql})", values)]

    def _funding(self, criteria: Criteria) -> list[Clause]:
        bounds = {
            "fundingAmountMin": ("amount>=?", 1, 0),
            "fundingAmountMax": ("amount<=?", 1, 0),
            "fundingStartDate": ("day>=?", DAY, self._moment.base),
            "fundingEndDate": ("day<=?", DAY, self._moment.base),
        }
        clauses: list[Clause] = [
            (sql, [int(criteria[name] - base) // unit])
            for name, (sql, unit, base) in bounds.items()
            if name in criteria
        ]
        if not clauses:
            return []
        sql, values = both(clauses)
        return [(f"c.id IN (SELECT company FROM funding WHERE {sql})", values)]

    def _company_clauses(self, criteria: Criteria) -> list[Clause]:
        clauses = self._funding(criteria)
        for name, value in criteria.items():
            if name == "industryCodes":
                column = "c.primary_industries" if criteria.get("primaryIndustriesOnly") else "c.industries"
                clauses.append(_tags(column, value))
            elif name in {"techAttributeTagList", "excludeTechAttributeTagList"}:
                found = self._technology(value)
                clauses.append(negate(found) if name.startswith("exclude") else found)
            elif name in {"revenueMin", "revenueMax"}:
                sign = ">=" if name.endswith("Min") else "<="
                clauses.append((f"c.revenue{sign}?", [value * self._rules.revenue_unit / 1000]))
            elif name in _COMPANY_RULES:
                clauses.append(_COMPANY_RULES[name](value))
        return clauses

    def _technology(self, value: Any) -> Clause:
        if not self._rules.dotted_tags:
            alternatives: Expression = [[(False, key)] for key in value] if isinstance(value[0], str) else value
            return _expressed(alternatives, lambda key: _tags("c.products", [key]))
        return _expressed(value, _tag_pattern)

    def _company_only(self, name: str) -> Callable[[Any], Clause] | None:
        return _COMPANY_ONLY.get(name)

    def _person_clauses(self, criteria: Criteria) -> list[Clause]:
        clauses: list[Clause] = []
        for name, value in criteria.items():
            if name in _PERSON_RULES:
                clauses.append(_PERSON_RULES[name](value))
            elif name in {"lastUpdatedDateAfter", "validDateAfter"}:
                column = "p.updated" if name.startswith("last") else "p.valid"
                clauses.append((f"{column}>=?", [self._moment.relative(value) + DAY]))
            elif name == "lastUpdatedInMonths":
                clauses.append(("p.updated>=?", [self._moment.relative(self._moment.now - value * _MONTH)]))
            elif name in {"positionStartDateMin", "positionStartDateMax"}:
                sign = ">=" if name.endswith("Min") else "<="
                clauses.append((f"p.started{sign}?", [self._moment.relative(value) // DAY]))
        return clauses


def _employed(employer: Clause, tense: str) -> Clause:
    sql, values = employer
    present = f"p.company IN (SELECT c.id FROM company c WHERE {sql})", values
    past = (
        f"p.id IN (SELECT person FROM past WHERE company IN (SELECT c.id FROM company c WHERE {sql}))",
        values,
    )
    if tense == "present":
        return present
    return past if tense == "past" else both([present, past], "OR")


def _tag_pattern(pattern: str) -> Clause:
    parts = pattern.split(".")
    if "*" not in parts:
        tag = f"|{pattern}|" if len(parts) == 4 else f"|{pattern}."
        return "instr(c.tags,?)>0", [tag]
    # A wildcard stands for one level: expand it over the known products.
    matching = [
        product.id
        for product in taxonomies.PRODUCTS.values()
        if all(want in ("*", have) for want, have in zip(parts, product.tag.split("."), strict=False))
    ]
    return _tags("c.products", matching) if matching else ("0", [])


def _sub_unit(values: Sequence[str]) -> Clause:
    return _any_of("c.sub_unit", values)


def _regions(values: Sequence[str]) -> Clause:
    spots = both([_any_of("COALESCE(c.state_id,'')", values), _any_of("COALESCE(c.metro,'')", values)], "OR")
    return negate(spots)


def _company_name(value: Any) -> Clause:
    alternatives: Expression = [[(False, value)]] if isinstance(value, str) else value
    return _expressed(alternatives, lambda text: _has_words("c.name_words", name_words(text)))


def _bound(column: str, sign: str) -> Callable[[Any], Clause]:
    return lambda value: (f"{column}{sign}?", [value])


_COMPANY_RULES: Final[dict[str, Callable[[Any], Clause]]] = {
    "allFundingRoundTypes": lambda value: _tags("c.rounds", value),
    "recentFundingRoundTypes": lambda value: _any_of("c.recent_round", value),
    "companyDescription": lambda value: _has_words("c.description", words(value)),
    "companyId": lambda value: _any_of("c.id", value),
    "companyName": _company_name,
    "companyRanking": lambda value: _tags("c.rankings", value),
    "companyStructureIncludedSubUnitTypes": _sub_unit,
    "subUnitTypes": _sub_unit,
    "companyTicker": lambda value: _any_of("c.ticker", [item.upper() for item in value]),
    "companyType": lambda value: _any_of("c.type", value),
    "companyWebsite": lambda value: _tags("c.domains", [domain_of(item) for item in value]),
    "employeeCount": lambda value: _bands("c.employees", taxonomies.EMPLOYEE_BANDS, value),
    "employeeRangeMin": _bound("c.employees", ">="),
    "employeeRangeMax": _bound("c.employees", "<="),
    "excludedRegions": _regions,
    "hashTagString": lambda value: _tags("c.hashtags", value),
    "industryKeywords": lambda value: _expressed(value, lambda text: _phrase("c.keywords", text)),
    "naicsCodes": lambda value: _prefixes("c.naics", value),
    "sicCodes": lambda value: _prefixes("c.sic", value),
    "oneYearEmployeeGrowthRateMin": _bound("c.growth1", ">="),
    "oneYearEmployeeGrowthRateMax": _bound("c.growth1", "<="),
    "twoYearEmployeeGrowthRateMin": _bound("c.growth2", ">="),
    "twoYearEmployeeGrowthRateMax": _bound("c.growth2", "<="),
    "parentId": _bound("c.parent", "="),
    "ultimateParentId": _bound("c.ultimate", "="),
    "revenue": lambda value: _bands("c.revenue", taxonomies.REVENUE_BANDS, value),
    "zoominfoContactsMin": _bound("c.contacts", ">="),
    "zoominfoContactsMax": _bound("c.contacts", "<="),
}

_COMPANY_ONLY: Final[dict[str, Callable[[Any], Clause]]] = {
    "businessModel": lambda value: _tags("c.models", value),
    "certified": _bound("c.certified", "="),
    "excludeDefunctCompanies": lambda value: ("c.defunct=0", []) if value else ("1", []),
    **{
        f"{name}DepartmentBudget{end}": _bound(f"c.{column}_budget", sign)
        for name, column in (("marketing", "marketing"), ("finance", "finance"), ("it", "it"), ("hr", "hr"))
        for end, sign in (("Min", ">="), ("Max", "<="))
    },
}


def _titles(texts: Sequence[str]) -> Clause:
    alternatives = [" AND ".join(f'"{word}"' for word in found) for text in texts if (found := title_words(text))]
    if not alternatives:
        return "0", []
    matching = " OR ".join(f"({alternative})" for alternative in alternatives)
    return "p.id IN (SELECT rowid FROM title_words WHERE title_words MATCH ?)", [matching]


def _titles_scanned(texts: Sequence[str]) -> Clause:
    """The same by looking at each title: quicker than excluding most of the full-text index."""
    return both([_has_words("p.title", found) for text in texts if (found := title_words(text))] or [("0", [])], "OR")


def _terms(value: Expression) -> list[str]:
    return [text for terms in value for _, text in terms]


def _mode(column: str) -> Callable[[Any], Clause]:
    modes: dict[str, Clause] = {"exclude": (f"{column}=0", []), "only": (f"{column}=1", []), "include": ("1", [])}
    return lambda value: modes[value]


def _full_name(text: str) -> Clause:
    parts = fold(text).split()
    return "(p.full=? OR (p.first=? AND p.last=?))", [" ".join(parts), parts[0], parts[-1]]


def _buying_group(keys: Sequence[str]) -> Clause:
    departments = taxonomies.by_name("departments")
    personas = [persona for key in keys for persona in taxonomies.BUYING_GROUPS[key].personas]
    return both(
        [
            both(
                [
                    _any_of("p.department", [departments[name.lower()] for name in persona.functions]),
                    _tags("p.levels", [taxonomies.PERSONA_LEVELS[level] for level in persona.levels]),
                ]
            )
            for persona in personas
        ],
        "OR",
    )


def _default_group(value: bool) -> Clause:
    return (
        _buying_group([key for key, group in taxonomies.BUYING_GROUPS.items() if group.default]) if value else ("1", [])
    )


def _history(pairs: Sequence[tuple[str, str]]) -> Clause:
    found: list[Clause] = []
    for company, title in pairs:
        sql, values = both(
            [_has_words("company_words", name_words(company)), _has_words("title_words", title_words(title))]
        )
        found.append((f"p.id IN (SELECT person FROM past WHERE {sql})", values))
    return both(found, "OR")


_REQUIRED: Final = {
    "email": "p.email IS NOT NULL",
    "phone": "p.reachable=1",
    "directPhone": "p.direct=1",
    "personalEmail": "p.email2 IS NOT NULL",
    "mobilePhone": "p.mobile=1",
}

# The + keeps the accuracy index for sorting: most people pass such a filter, and a scan is quicker.
_PERSON_RULES: Final[dict[str, Callable[[Any], Clause]]] = {
    "boardMember": _mode("p.board"),
    "hasBeenNotified": _mode("p.notified"),
    "buyingGroup": _buying_group,
    "filterByBuyingCommittee": _default_group,
    "contactAccuracyScoreMin": _bound("+p.accuracy", ">="),
    "contactAccuracyScoreMax": _bound("+p.accuracy", "<="),
    "degree": lambda value: _has_words("p.degree", words(value)),
    "school": lambda value: _has_words("p.school", words(value)),
    "department": lambda value: _any_of("p.department", value),
    "jobFunction": lambda value: _any_of("p.function", value),
    "emailAddress": lambda value: ("(p.email=? OR p.email2=?)", [value, value]),
    "supplementalEmail": lambda value: _any_of("p.email2", value),
    "employmentHistory": _history,
    "exactJobTitle": lambda value: _any_of("p.title", [f" {' '.join(title_words(text))} " for text in _terms(value)]),
    "jobTitle": lambda value: _titles(_terms(value)),
    "excludeJobTitle": lambda value: negate(_titles_scanned(value)),
    "managementLevel": lambda value: _tags("p.levels", value),
    "excludeManagementLevel": lambda value: negate(_tags("p.levels", value)),
    "excludePartialProfiles": lambda value: ("p.company IS NOT NULL", []) if value else ("1", []),
    "executivesOnly": lambda value: _tags("p.levels", ["C Level Exec", "VP Level Exec"]) if value else ("1", []),
    "firstName": lambda value: ("p.first=?", [fold(value)]),
    "lastName": lambda value: ("p.last=?", [fold(value)]),
    "fullName": _full_name,
    "middleInitial": lambda value: ("p.initial=?", [fold(value)[:1]]),
    "hashedEmail": lambda value: ("p.id IN (SELECT person FROM email_hash WHERE prefix=?)", [hash_prefix(value)]),
    "locationCompanyId": lambda value: _any_of("p.location", value),
    "personId": lambda value: _any_of("p.id", value),
    "phone": lambda value: (
        f"p.id IN (SELECT person FROM phone WHERE digits IN ({','.join('?' * len(value))}))",
        list(value),
    ),
    "requiredFields": lambda value: both([(_REQUIRED[name], []) for name in value]),
    "techSkills": lambda value: _tags("p.skills", value),
    "webReferences": lambda value: _tags("p.refs", value),
    "yearsOfExperience": lambda value: _any_of("p.experience", value),
}
