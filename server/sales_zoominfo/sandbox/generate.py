"""Generates the data set: invented companies and people in proportions like the real market.

Each block of records has its own seed, so any block is reproducible alone and two builds are equal row for
row. Times count from `dataset.ANCHOR`, in seconds or days; the server shifts them so that the data stays fresh.
"""

import gc
import hashlib
import json
import marshal
import sqlite3
import tempfile
from array import array
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any, Final, Generic, TypeVar

from . import indexing, taxonomies, vocabulary
from .catalogue import Engagements, PeopleCatalogue, write_companies
from .dataset import DOMAIN
from .encoding import DAY, email_digests, hash_prefix, ip_number, tagged
from .places import COUNTRIES, METRO_PLACES, OTHER_PLACES, Place
from .vocabulary import LATIN, fold, name_words, title_words, words

FIRST_COMPANY_ID: Final = 900_001
FIRST_PERSON_ID: Final = 7_000_001
_BLOCK: Final = 500
# Larger sets draw on more names, so that no name becomes too common.
_COMMON_COMPANIES: Final = 2_000
_COMMON_PEOPLE: Final = 20_000
DIRECT, MOBILE, DIRECT_ALT, MOBILE_ALT, SWITCHBOARD, FAX = range(6)
_SERIALS: Final = (0, 40_000, 30_000, 62_000, 70_000, 75_000)
_UNEXTENDED: Final = (*[_COMMON_PEOPLE] * 4, *[_COMMON_COMPANIES] * 2)
_Item = TypeVar("_Item")
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_LEAVES: Final = tuple(item for item in taxonomies.INDUSTRIES.values() if item.weight)
_PLACES: Final = METRO_PLACES + OTHER_PLACES
_FUNCTIONS_OF: Final[dict[str, tuple[str, ...]]] = {
    department: tuple(key for key in taxonomies.JOB_FUNCTIONS if key.split(".")[0] == department)
    for department in taxonomies.DEPARTMENTS
}

# Rows are read from the front: columns that searches scan come first, long texts last.
SCHEMA: Final = """
CREATE TABLE company (
  id INTEGER PRIMARY KEY, by_revenue INTEGER, name TEXT, name_sort TEXT, name_words TEXT, name_key TEXT, ticker
  TEXT, type TEXT, domains TEXT, description TEXT, keywords TEXT, address TEXT, street TEXT, city TEXT, state TEXT,
  state_id TEXT, zip TEXT, country TEXT, continent TEXT, metro TEXT, phone TEXT, fax TEXT, employees INTEGER,
  revenue INTEGER, growth1 REAL, growth2 REAL, marketing_budget INTEGER, finance_budget INTEGER, it_budget INTEGER,
  hr_budget INTEGER, contacts INTEGER, certified INTEGER, defunct INTEGER, models TEXT, industries TEXT,
  primary_industries TEXT, sic TEXT, naics TEXT, rankings TEXT, hashtags TEXT, products TEXT, tags TEXT, sub_unit
  TEXT, parent INTEGER, ultimate INTEGER, recent_round TEXT, rounds TEXT);
CREATE TABLE company_doc (id INTEGER PRIMARY KEY, doc TEXT);
CREATE TABLE network (first INTEGER PRIMARY KEY, last INTEGER, company INTEGER) WITHOUT ROWID;
CREATE TABLE person (
  id INTEGER PRIMARY KEY, opted_out INTEGER, company INTEGER, accuracy INTEGER, updated INTEGER, valid INTEGER,
  email TEXT, email2 TEXT, first TEXT, last TEXT, title TEXT);
CREATE TABLE person_doc (id INTEGER PRIMARY KEY, doc TEXT);
CREATE TABLE phone (digits TEXT, person INTEGER);
CREATE TABLE email_hash (prefix INTEGER, person INTEGER);
CREATE TABLE past (person INTEGER, company INTEGER);
CREATE TABLE place (zip TEXT, latitude REAL, longitude REAL);
"""
INDICES: Final = f"""
CREATE INDEX company_key ON company(name_key);
CREATE INDEX company_domain ON company({DOMAIN});
CREATE INDEX company_ticker ON company(ticker);
CREATE INDEX company_street ON company(street);
CREATE INDEX company_parent ON company(parent);
CREATE INDEX company_ultimate ON company(ultimate);
CREATE INDEX company_phone ON company(phone);
CREATE INDEX company_fax ON company(fax);
CREATE INDEX person_name ON person(last, first, company);
CREATE INDEX person_email ON person(email);
CREATE INDEX person_email2 ON person(email2);
CREATE INDEX phone_digits ON phone(digits);
CREATE INDEX hash_prefix ON email_hash(prefix);
CREATE INDEX past_person ON past(person, company);
"""
_CONTENT: Final = (
    "company",
    "company_doc",
    "network",
    "person",
    "person_doc",
    "phone",
    "email_hash",
    "past",
    "place",
)


@dataclass(slots=True, eq=False)
class Company:
    """A company while the data set is being built."""

    index: int
    id: int
    name: str
    domain: str
    place: Place
    industries: tuple[str, ...]
    employees: int
    revenue: int
    type: str
    key: str
    street: str = ""
    zip: str = ""
    phone: str = ""
    parent: int = -1
    ultimate: int = -1
    contacts: int = 0
    sub_unit: str = "UNSPECIFIED"
    poor: bool = False


class Dice:
    """Seeded random choices; several times quicker than `Random`'s own, which matters for 20,000 people."""

    def __init__(self, kind: str, block: int) -> None:
        source = Random(f"sandbox:{kind}:{block}")  # noqa: S311
        self.random = source.random
        self.gauss = source.gauss
        self.lognormvariate = source.lognormvariate
        self.triangular = source.triangular

    def randrange(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low))

    def uniform(self, low: float, high: float) -> float:
        return low + self.random() * (high - low)

    def choice(self, items: Sequence[_Item]) -> _Item:
        return items[int(self.random() * len(items))]

    def sample(self, items: Sequence[_Item], count: int) -> list[_Item]:
        chosen: list[_Item] = []
        while len(chosen) < count:
            item = self.choice(items)
            if item not in chosen:
                chosen.append(item)
        return chosen


class _Picker(Generic[_Item]):
    """Weighted choice with the weights summed up once."""

    def __init__(self, items: Sequence[_Item], weights: Sequence[float]) -> None:
        self._items = items
        self._sums = list(accumulate(weights))

    def pick(self, rng: Dice) -> _Item:
        return self._items[min(bisect(self._sums, rng.random() * self._sums[-1]), len(self._items) - 1)]


_PLACE: Final = _Picker(_PLACES, [place.weight for place in _PLACES])
_LEAF: Final = _Picker(_LEAVES, [leaf.weight for leaf in _LEAVES])
_TYPE: Final = _Picker(("private", "public", "other"), (86, 9, 5))
_LEVEL: Final = _Picker(tuple(taxonomies.MANAGEMENT_LEVELS), (3, 6, 8, 14, 22, 47))
_DEPARTMENT: Final = _Picker([str(n) for n in range(1, 11)], (9, 6, 16, 18, 11, 14, 9, 4, 7, 6))
_PRODUCT_LIST: Final = tuple(taxonomies.PRODUCTS.values())
_HASHTAG_LIST: Final = tuple(taxonomies.HASHTAGS)
_SKILL_LIST: Final = tuple(taxonomies.TECH_SKILLS)


def phone_number(place: Place, serial: int) -> str:
    """Return a number in the 555-01xx range kept for fiction, different for each serial up to 80,000."""
    area, line = 200 + serial // 100 % 800, serial % 100
    dialling = COUNTRIES[place.country].dialling
    if dialling == "1":
        return f"({area}) 555-01{line:02d}"
    return f"+{dialling} {area} 555 01{line:02d}"


def _number(place: Place, kind: int, index: int) -> str:
    """Return a number that nobody else has: `kind` is that of the line, `index` its owner.

    The range kept for fiction is soon used up; from there on a number carries an extension.
    """
    if index < _UNEXTENDED[kind]:
        return phone_number(place, _SERIALS[kind] + index)
    return f"{phone_number(place, index)} #{100 + index // 80_000 * len(_SERIALS) + kind}"


def _zip(place: Place, offset: int) -> str:
    if place.country != "usa":
        return place.zip
    return f"{int(place.zip) + offset:05d}"


def _street(rng: Dice) -> str:
    return f"{rng.randrange(1, 990)} {rng.choice(vocabulary.STREETS)} {rng.choice(vocabulary.STREET_KINDS)}"


def _employees(rng: Dice) -> int:
    return max(1, int(rng.lognormvariate(4.0, 1.9)))


def _company_type(rng: Dice, industry: str) -> str:
    by_industry = {"education": "education", "government": "government", "nonprofit": "npo"}
    return by_industry.get(industry.split(".")[0]) or _TYPE.pick(rng)


def _company_name(rng: Dice, industry: str, place: Place, taken: set[str], heads: Sequence[str]) -> str:
    tails = vocabulary.COMPANY_TAILS[industry.split(".")[0]]
    while True:
        head, tail = rng.choice(heads), rng.choice(tails)
        if rng.random() < 0.15:
            head = f"{head} {rng.choice(heads)}"
        legal = rng.choice(vocabulary.LEGAL_BY_COUNTRY.get(place.country, ("",)))
        comma = "," if legal in {"Inc.", "LLC"} and rng.random() < 0.5 else ""
        name = f"{head} {tail}{comma} {legal}".strip()
        key = " ".join(name_words(name))
        if key not in taken:
            taken.add(key)
            return name


def _slug(name: str) -> str:
    return "".join(part for part in name_words(name) if part.isascii()) or f"company{len(name)}"


def _growth(rng: Dice, employees: int) -> dict[str, Any]:
    one = round(rng.gauss(4, 14), 1)
    two = round(one + rng.gauss(3, 12), 1)
    points = [
        [f"{year} - Q{quarter}", max(1, round(employees * (1 - one / 100 * (8 - step) / 8)))]
        for step, (year, quarter) in enumerate((y, q) for y in (25, 26) for q in (1, 2, 3, 4))
        if (year, quarter) <= (26, 3)
    ]
    return {"one": one, "two": two, "points": points}


def _rounds(rng: Dice, industry: str) -> list[tuple[int, str, int, list[str]]]:
    if rng.random() > (0.55 if industry.startswith("software") else 0.15):
        return []
    names = list(taxonomies.FUNDING_ROUNDS)
    first = rng.randrange(0, 3)
    rounds: list[tuple[int, str, int, list[str]]] = []
    for step in range(rng.randrange(1, 4)):
        day = -rng.randrange(20, 900) - 700 * (2 - step)
        amount = int(rng.lognormvariate(8.2 + step * 0.8, 0.9))
        investors: list[str] = rng.sample(vocabulary.INVESTORS, rng.randrange(1, 3))
        rounds.append((day, names[min(first + step * 2, len(names) - 1)], amount, investors))
    return sorted(rounds)


def _rankings(rng: Dice, kind: str, country: str, revenue: int) -> list[str]:
    found: list[str] = []
    if country == "usa" and kind == "public":
        if revenue > 3_000_000:
            found.append("fortune100")
        if revenue > 800_000:
            found.append("fortune500")
        if revenue > 200_000:
            found.append("fortune1000")
        found.append("russell3000")
    if revenue > 2_000_000:
        found.append("global500")
    if kind == "private" and revenue > 300_000 and rng.random() < 0.6:
        found.append("private500")
    return found


def _status(rng: Dice) -> tuple[str, bool]:
    roll = rng.random()
    if roll < 0.03:
        kinds = ("DOMAIN_DOWN", "DECLARATION", "MANUAL", "FORMER_NAME", "ACQUISITION")
        return f"DEFUNCT_{rng.choice(kinds)}", True
    return ("NEW" if roll < 0.06 else "ALIVE"), False


_DEPARTMENT_KEYS: Final = (
    "cSuite",
    "finance",
    "humanResources",
    "sales",
    "operations",
    "informationTechnology",
    "engineeringAndTechnical",
    "marketing",
    "legal",
    "medicalAndHealth",
)


def _headcount(rng: Dice, employees: int) -> dict[str, int]:
    shares = [rng.random() for _ in _DEPARTMENT_KEYS]
    whole = sum(shares) * 1.2
    return {key: int(employees * share / whole) for key, share in zip(_DEPARTMENT_KEYS, shares, strict=True)}


def _company_doc(rng: Dice, company: Company, name: str) -> dict[str, Any]:
    status, defunct = _status(rng)
    place, revenue = company.place, company.revenue
    leaf = taxonomies.INDUSTRIES[company.industries[-1]]
    topics = rng.sample(vocabulary.TOPICS_WORDS, 3)
    models = rng.choice((["B2B"], ["B2B"], ["B2C"], ["B2B", "B2C"], ["B2G"], ["B2B", "B2G"]))
    budget = [int(revenue * rng.uniform(0.002, 0.05)) for _ in range(4)]
    return {
        "street": _street(rng),
        "zip": _zip(place, rng.randrange(0, 40)),
        "ticker": f"{_slug(name)[:3].upper()}{company.index}" if company.type == "public" else "",
        "phone": _number(place, SWITCHBOARD, company.index),
        "fax": _number(place, FAX, company.index) if rng.random() < 0.3 else "",
        "description": f"{name} provides {leaf.name.lower()} with a focus on {topics[0]}, {topics[1]} and {topics[2]}.",
        "topics": topics,
        "products": [f"{name_words(name)[0].title()} {topic.title()}" for topic in topics[:2]],
        "models": models,
        "naics": list(leaf.naics),
        "sic": list(leaf.sic),
        "rankings": _rankings(rng, company.type, place.country, revenue),
        "hashtags": sorted(rng.sample(_HASHTAG_LIST, rng.randrange(0, 5))),
        "tech": sorted(item.id for item in rng.sample(_PRODUCT_LIST, min(rng.randrange(0, 14), 14))),
        "growth": _growth(rng, company.employees),
        "status": status,
        "defunct": defunct,
        "status_at": -rng.randrange(10, 900) * DAY,
        "founded": str(rng.randrange(1890, 2024)) if rng.random() < 0.85 else "",
        "budgets": budget,
        "departments": _headcount(rng, company.employees),
        "updated": -rng.randrange(0, 240) * DAY + rng.randrange(0, DAY),
        "created": -rng.randrange(900, 4000) * DAY,
        "certified": rng.random() < 0.4,
        "certified_at": -rng.randrange(1, 360) * DAY,
        "locations": 1 + int(company.employees**0.4 / 3),
        "followers": str(int(company.employees * rng.uniform(1, 30))),
        "engagements": _engagements(rng, 0.06),
        "sub_unit": "UNSPECIFIED",
    }


def _engagements(rng: Dice, share: float) -> list[tuple[int, str]]:
    if rng.random() > share:
        return []
    kinds = ("email", "phone", "online meeting")
    return sorted((-rng.randrange(1, 300) * DAY, rng.choice(kinds)) for _ in range(rng.randrange(1, 4)))


_FIXED: Final[dict[int, dict[str, Any]]] = {
    0: {"name": "Acme, Inc.", "industry": "software.bi", "metro": "usa.california.sanfrancisco", "employees": 1250,
        "revenue": 260_000, "type": "private"},
    1: {"name": "Acme Widgets LLC", "industry": "manufacturing.industrial", "metro": "usa.alabama.birmingham",
        "employees": 85, "revenue": 14_000, "type": "private"},
    2: {"name": "Inkwell Cloud, Inc.", "industry": "software.crm", "metro": "usa.newyork.newyork",
        "employees": 14_200, "revenue": 3_400_000, "type": "public"},
    3: {"name": "Ørsund Analytics AB", "industry": "software.bi", "city": "Göteborg", "employees": 320,
        "revenue": 48_000, "type": "private"},
}  # fmt: skip


def _place_named(name: str) -> Place:
    return next(place for place in _PLACES if name in (place.metro_id, place.city))


def _company(rng: Dice, index: int, taken: set[str], heads: Sequence[str]) -> tuple[Company, dict[str, Any]]:
    fixed = _FIXED.get(index, {})
    leaf = taxonomies.INDUSTRIES[fixed["industry"]] if fixed else _LEAF.pick(rng)
    place = _place_named(fixed.get("metro") or fixed["city"]) if fixed else _PLACE.pick(rng)
    name = fixed.get("name") or _company_name(rng, leaf.id, place, taken, heads)
    taken.add(" ".join(name_words(name)))
    employees = fixed.get("employees") or _employees(rng)
    revenue = fixed.get("revenue") or max(40, int(employees * rng.lognormvariate(5.0, 0.6)))
    top = leaf.id.split(".")[0]
    industries = (leaf.id,) if top == leaf.id else (top, leaf.id)
    if rng.random() < 0.3:
        other = _LEAF.pick(rng).id
        industries = tuple(dict.fromkeys((other.split(".")[0], other, *industries)))
    domain = f"{_slug(name)}.example"
    company = Company(
        index, FIRST_COMPANY_ID + index * 7, name, domain, place, industries, employees, revenue,
        fixed.get("type") or _company_type(rng, leaf.id), " ".join(name_words(name)),
    )  # fmt: skip
    doc = _company_doc(rng, company, name)
    company.street, company.zip, company.phone = doc["street"], doc["zip"], doc["phone"]
    return company, doc | {"rounds": _rounds(rng, leaf.id)}


class Drafts:
    """What is made of companies before their people and written after them, put aside on disk."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._ends = array("Q", [0])

    def add(self, doc: dict[str, Any]) -> None:
        self._file.write(marshal.dumps(doc))
        self._ends.append(self._file.tell())

    def __getitem__(self, place: int) -> dict[str, Any]:
        self._file.seek(self._ends[place])
        return marshal.loads(self._file.read(self._ends[place + 1] - self._ends[place]))  # noqa: S302


def make_companies(count: int, drafts: Drafts | None = None) -> list[Company]:
    """Make the companies of a data set.

    Args:
        count: How many.
        drafts: Takes the rest of what each company's record says.

    Returns:
        The companies, with what their people need.
    """
    taken: set[str] = set()
    companies: list[Company] = []
    domains: set[str] = set()
    heads = vocabulary.company_heads(wide=count > _COMMON_COMPANIES)
    for start in range(0, count, _BLOCK):
        rng = Dice("company", start)
        for index in range(start, min(start + _BLOCK, count)):
            company, draft = _company(rng, index, taken, heads)
            if company.domain in domains:
                company.domain = company.domain.replace(".example", f"{index}.example")
            domains.add(company.domain)
            companies.append(company)
            if drafts is not None:
                drafts.add(draft)
    _mark_duplicates(companies)
    _mark_families(companies)
    return companies


def _mark_duplicates(companies: list[Company]) -> None:
    """Give some companies a poorer second record, as every real database has."""
    for company in companies[len(_FIXED) + 20 :: 97]:
        original = companies[company.index - 7]
        company.name, company.key = original.name, original.key
        company.employees = max(1, original.employees // 3)
        company.phone = ""
        company.poor = True


def _mark_families(companies: list[Company]) -> None:
    rng = Dice("family", 0)
    large = [company for company in companies if company.employees > 800]
    kinds = ("SUBSIDIARY", "SUBSIDIARY", "DIVISION", "LOCATION", "ACQUISITION", "FORMER_NEW_NAME")
    for company in companies:
        if company.index in _FIXED or rng.random() > 0.12:
            continue
        parent = rng.choice(large)
        if parent.employees > company.employees and parent.index != company.index:
            company.parent = parent.index
            company.sub_unit = rng.choice(kinds)
    for company in companies:
        root = company
        while root.parent >= 0:
            root = companies[root.parent]
        company.ultimate = root.index if root is not company else -1


def _made_title(rng: Dice, level: str, department: str, function: str) -> str:
    name = taxonomies.JOB_FUNCTIONS[function]
    if name == "Procurement" and rng.random() < 0.6:
        name = "Purchasing"
    if "&" in name and rng.random() < 0.2:
        name = name.replace("&", "& Amp;")
    if level == "Board Member":
        return rng.choice(("Board Member", "Chairman of the Board", "Independent Director, Board"))
    if level == "C Level Exec":
        return rng.choice(vocabulary.CHIEFS[department])
    if level == "Non Manager":
        staff = vocabulary.STAFF[department]
        return rng.choice((*staff, *staff, f"Coordinator, {name}", f"Specialist, {name}"))
    shapes = {
        "VP Level Exec": (f"Vice President, {name}", f"Vice President, {name}", f"Senior Vice President, {name}",
                          f"VP of {name}"),
        "Director": (f"Director, {name}", f"Director, {name}", f"Senior Director, {name}", f"Director of {name}"),
        "Manager": (f"Manager, {name}", f"Manager, {name}", f"Senior Manager, {name}", f"{name} Manager"),
    }  # fmt: skip
    return rng.choice(shapes[level])


def person_id(index: int) -> int:
    """Return the id of a person: some are negative, some need more than 32, 53 bits."""
    if index % 11 == 5:
        return -(FIRST_PERSON_ID + index * 3)
    if index % 13 == 7:
        return 2**53 + 1 + index * 5
    if index % 17 == 3:
        return 2**33 + index * 3
    return FIRST_PERSON_ID + index * 3


_FIXED_PEOPLE: Final[dict[int, dict[str, Any]]] = {
    0: {"first": "Ada", "last": "Sample", "company": 0, "level": "Manager", "department": "4", "function": "4.7",
        "title": "Manager, Purchasing"},
    1: {"first": "Zoë", "last": "Ångström", "company": 3, "level": "Director", "department": "6",
        "function": "6.1", "title": "Director, Data Science"},
    2: {"first": "Łukasz", "last": "Wiśniewski", "company": 2, "level": "VP Level Exec", "department": "7",
        "function": "7.6", "title": "Vice President, Marketing"},
    3: {"first": "明", "last": "李", "company": 2, "level": "C Level Exec", "department": "6", "function": "6.3",
        "title": "Chief Technology Officer"},
    4: {"first": "Orla", "last": "Optout", "company": 0, "level": "Director", "department": "3",
        "function": "3.4", "title": "Director, Sales", "opted_out": True},
    5: {"first": "Miles", "last": "Moved", "company": 1, "level": "Manager", "department": "5",
        "function": "5.6", "title": "Manager, Information Technology", "past": 0},
    6: {"first": "Paula", "last": "Partial", "company": -1, "level": "Manager", "department": "7",
        "function": "7.6", "title": "Manager, Marketing"},
    7: {"first": "Ada", "last": "Sample", "company": 0, "level": "Manager", "department": "4", "function": "4.7",
        "title": "Purchasing Manager", "duplicate": True},
}  # fmt: skip


class People:
    """Makes people, block by block, for companies that exist already."""

    def __init__(self, companies: list[Company], count: int) -> None:
        self._companies = companies
        self._count = count
        self._employer = _Picker(range(len(companies)), [company.employees**0.55 for company in companies])
        self._wide = count > _COMMON_PEOPLE
        # How often each local part was given out at each domain: by both as one number, to stay small.
        self._locals: dict[str, int] = {}
        self._given: dict[int, int] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for start in range(0, self._count, _BLOCK):
            rng = Dice("person", start)
            previous: dict[str, Any] = {}
            for index in range(start, min(start + _BLOCK, self._count)):
                person = self._person(rng, index, previous)
                previous = person
                yield person

    def _person(self, rng: Dice, index: int, previous: dict[str, Any]) -> dict[str, Any]:
        fixed = dict(_FIXED_PEOPLE.get(index, {}))
        if not fixed and index % 151 == 150 and previous:
            fixed = {key: previous[key] for key in ("first", "last", "company", "level", "department", "function")}
            fixed["duplicate"] = True
        employer: int = fixed.get("company", -1 if rng.random() < 0.02 else self._employer.pick(rng))
        company = self._companies[employer] if employer >= 0 else None
        level: str = fixed.get("level") or _LEVEL.pick(rng)
        department: str = fixed.get("department") or ("0" if level == "Board Member" else _DEPARTMENT.pick(rng))
        if not fixed and level == "C Level Exec" and rng.random() < 0.35:
            department = "0"
        function: str = fixed.get("function") or rng.choice(_FUNCTIONS_OF[department])
        home = company.place if company and rng.random() < 0.72 else _PLACE.pick(rng)
        firsts, lasts = vocabulary.name_pool(home.country, wide=self._wide)
        title = fixed.get("title") or _made_title(rng, level, department, function)
        return {
            "id": person_id(index),
            "index": index,
            "company": employer,
            "first": fixed.get("first") or rng.choice(firsts),
            "middle": rng.choice("ABCDEFGHJKLMNPRSTW") if rng.random() < 0.25 else "",
            "last": fixed.get("last") or rng.choice(lasts),
            "level": level,
            "levels": [level, "Board Member"] if level == "C Level Exec" and rng.random() < 0.1 else [level],
            "department": department,
            "function": function,
            "title": title,
            "opted_out": bool(fixed.get("opted_out")) or (index not in _FIXED_PEOPLE and rng.random() < 0.01),
            **self._whereabouts(rng, company, home),
            **self._career(rng, employer, fixed),
            **self._reach(rng, index, fixed, company, home),
        }

    def _whereabouts(self, rng: Dice, company: Company | None, home: Place) -> dict[str, Any]:
        at_office = company is not None and home is company.place
        known = rng.random() < 0.93
        return {
            "place": home if known else None,
            "street": (company.street if at_office and company else _street(rng)) if known else "",
            "zip": (company.zip if at_office and company else _zip(home, rng.randrange(0, 40))) if known else "",
        }

    def _career(self, rng: Dice, employer: int, fixed: dict[str, Any]) -> dict[str, Any]:
        started = -rng.randrange(30, 3000)
        history: list[list[Any]] = []
        end = started
        past = [fixed["past"]] if "past" in fixed else [self._employer.pick(rng) for _ in range(rng.randrange(0, 3))]
        for former in past:
            if former == employer:
                continue
            begin = end - rng.randrange(200, 2000)
            level = _LEVEL.pick(rng)
            department = _DEPARTMENT.pick(rng)
            title = _made_title(rng, level, department, rng.choice(_FUNCTIONS_OF[department]))
            history.append([title, level, begin, end, former])
            end = begin
        years = max(0, -end // 365)
        band = next(band for band in taxonomies.YEARS_OF_EXPERIENCE if _in_band(years, band))
        moved = "Yes" if "past" in fixed or rng.random() < 0.04 else "Uncertain" if rng.random() < 0.03 else "No"
        return {"started": started, "history": history, "experience": band, "moved": moved}

    def _reach(
        self, rng: Dice, index: int, fixed: dict[str, Any], company: Company | None, home: Place
    ) -> dict[str, Any]:
        poor = bool(fixed.get("duplicate"))
        pinned = bool(fixed) and not poor
        updated = -rng.randrange(0, 500) * DAY + rng.randrange(0, DAY)
        education = [
            [school, *rng.choice(vocabulary.DEGREES)]
            for school in rng.sample(vocabulary.SCHOOLS, rng.choice((0, 1, 1, 2)))
        ]
        return {
            "has_email": pinned or (not poor and company is not None and rng.random() < 0.82),
            "has_email2": rng.random() < 0.22,
            "phone": _number(home, DIRECT, index) if pinned or (not poor and rng.random() < 0.55) else "",
            "mobile": _number(home, MOBILE, index) if not poor and rng.random() < 0.45 else "",
            "phone_dnc": rng.random() < 0.12,
            "mobile_dnc": rng.random() < 0.18,
            "accuracy": 95 if pinned else rng.randrange(70, 85) if poor else min(99, int(rng.triangular(70, 99, 93))),
            "updated": updated,
            "valid": updated - rng.randrange(0, 120) * DAY,
            "noticed": -rng.randrange(60, 1500) if rng.random() < 0.55 else None,
            "education": education,
            "skills": sorted(rng.sample(_SKILL_LIST, rng.choice((0, 0, 1, 2, 3)))),
            "alternates": rng.random() < 0.08,
            "linkedin": rng.random() < 0.7,
            "salutation": rng.choice(("Ms.", "Mr.", "Dr.")) if rng.random() < 0.3 else "",
            "suffix": rng.choice(("Jr.", "PhD", "CPA", "MBA")) if rng.random() < 0.06 else "",
            "engagements": _engagements(rng, 0.04),
            "sources": rng.randrange(1, 60),
            "mentioned": -rng.randrange(1, 900) * DAY,
            "shuffle": rng.random(),
        }

    def email(self, person: dict[str, Any], company: Company | None) -> str:
        """Return an address at the company's domain, without one at a private one, that nobody has yet."""
        local = f"{_latin(person['first'])}.{_latin(person['last'])}"
        place = company.index + 1 if company else 0
        key = self._locals.setdefault(local, len(self._locals)) << 24 | place
        number = self._given[key] = self._given.get(key, 0) + 1
        return f"{local}{number if number > 1 else ''}@{company.domain if company else _PRIVATE}"


_PRIVATE: Final = "mail.example"


def _in_band(years: int, band: str) -> bool:
    if band.endswith("+"):
        return years >= int(band[:-1])
    low, high = band.split("-")
    return int(low) <= years <= int(high)


def _latin(name: str) -> str:
    found = LATIN.get(name)
    return found if found is not None else "".join(words(name))


_HIERARCHY: Final = {level: rank for rank, level in enumerate(reversed(taxonomies.MANAGEMENT_LEVELS), start=1)}


def _employer(person: dict[str, Any], companies: list[Company]) -> Company | None:
    index: int = person["company"]
    return companies[index] if index >= 0 else None


def _company_at(index: int, companies: list[Company]) -> Company:
    return companies[index]


def _past_employer(index: int, companies: list[Company]) -> list[Any]:
    company = _company_at(index, companies)
    return [company.id, company.name, company.phone, f"www.{company.domain}"]


def _person_doc(person: dict[str, Any], companies: list[Company], email: str, email2: str) -> dict[str, Any]:
    place: Place | None = person["place"]
    company = _employer(person, companies)
    domain = company.domain if company else _PRIVATE
    urls = [["linkedin.com", f"https://www.linkedin.com/in/sandbox-{person['index']}"]] if person["linkedin"] else []
    alternate = person["alternates"]
    slug = f"{_latin(person['first'])}{_latin(person['last'])}"
    history = [
        [title, level, begin, end, *_past_employer(former, companies)]
        for title, level, begin, end, former in person["history"]
    ]
    keys = (
        "first middle last levels function title moved started experience phone mobile phone_dnc mobile_dnc accuracy "
        "updated valid noticed education skills salutation suffix engagements street zip opted_out"
    )
    return {
        **{key: person[key] for key in keys.split()},
        "city": place.city if place else "",
        "state": place.state if place else "",
        "country": place.country if place else "",
        "metro": place.metro if place else "",
        "company": company.id if company else None,
        "email": email,
        "email2": email2,
        "urls": urls,
        "history": history,
        "email_alts": [f"{slug}@{domain}"] if alternate and email else [],
        "phone_alts": [_number(place, DIRECT_ALT, person["index"])] if alternate and place else [],
        "mobile_alts": [_number(place, MOBILE_ALT, person["index"])] if alternate and place else [],
    }


class _Writer:
    """Collects rows and writes them table by table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._columns: dict[str, str] = {}

    def add(self, table: str, *values: Any) -> None:
        self._rows.setdefault(table, []).append(values)

    def add_named(self, table: str, row: dict[str, Any]) -> None:
        """Add a row whose columns are named; every row of the table must name the same ones in one order."""
        self._columns.setdefault(table, f"({','.join(row)})")
        self._rows.setdefault(table, []).append(tuple(row.values()))

    def flush(self) -> None:
        for table, rows in self._rows.items():
            marks = ",".join("?" * len(rows[0]))
            columns = self._columns.get(table, "")
            self._connection.executemany(f"INSERT INTO {table} {columns} VALUES ({marks})", rows)  # noqa: S608
        self._rows.clear()


def person_row(
    person: dict[str, Any], company: Company | None, email: str, email2: str, addresses: "Addresses"
) -> dict[str, Any]:
    """Return what searches and matches compare of a person, by name."""
    first, last = fold(person["first"]), fold(person["last"])
    school = person["education"][0] if person["education"] else ("", "", "")
    return {
        "id": person["id"],
        "opted_out": int(person["opted_out"]),
        "board": int(person["level"] == "Board Member"),
        "company": company.id if company else None,
        "accuracy": person["accuracy"],
        "department": person["department"],
        "levels": tagged(person["levels"]),
        "hierarchy": _HIERARCHY[person["level"]],
        "direct": int(bool(person["phone"])),
        "mobile": int(bool(person["mobile"])),
        "reachable": int(bool(person["phone"] or (company and company.phone))),
        "notified": int(person["noticed"] is not None),
        "updated": person["updated"],
        "valid": person["valid"],
        "started": person["started"],
        "experience": person["experience"],
        "function": person["function"],
        "sources": person["sources"],
        "mentioned": person["mentioned"],
        "email": email or None,
        "email2": email2 or None,
        "skills": tagged(person["skills"]),
        "refs": tagged([f"ref{person['index'] % 997}"] if person["linkedin"] else []),
        "first": first,
        "last": last,
        "initial": fold(person["middle"]),
        "title": _title(person["title"]),
        "school": _spaced(school[0]),
        "degree": _spaced(f"{school[1]} {school[2]}"),
        **addresses.of_person(person, company),
    }


_STORED: Final = (
    "id", "opted_out", "company", "accuracy", "updated", "valid", "email", "email2", "first", "last", "title"
)  # fmt: skip
_stored: Final = itemgetter(*_STORED)


def relevance(person: dict[str, Any]) -> float:
    """Return what puts better known people first: the lower, the earlier."""
    return -person["accuracy"] - 20 * person["shuffle"]


class _PeopleWriter:
    """Writes people, and notes what is indexed of them."""

    def __init__(self, out: _Writer, companies: list[Company], people: People) -> None:
        self._out = out
        self._companies = companies
        self._people = people
        self._addresses = Addresses()
        self.catalogue = PeopleCatalogue()

    def write(self, person: dict[str, Any]) -> None:
        out = self._out
        key: int = person["id"]
        company = _employer(person, self._companies)
        email = self._people.email(person, company) if person["has_email"] and company else ""
        email2 = self._people.email(person, None) if person["has_email2"] else ""
        row = person_row(person, company, email, email2, self._addresses)
        out.add("person", *_stored(row))
        out.add("person_doc", key, _encode(_person_doc(person, self._companies, email, email2)))
        for number in (person["phone"], person["mobile"]):
            if number:
                out.add("phone", vocabulary.digits(number), key)
        for address in (email, email2):
            if address:
                for hashed in email_digests(address):
                    out.add("email_hash", hash_prefix(hashed), key)
        record = self.catalogue.add(row, person["company"], relevance(person))
        for former_title, _, _, _, index in person["history"]:
            out.add("past", key, _company_at(index, self._companies).id)
            self.catalogue.add_past(record, index, _title(former_title))
        for at, kind in person["engagements"]:
            self.catalogue.engaged(record, at, kind)
        if company and not person["opted_out"]:
            company.contacts += 1


_ADDRESS: Final = ("address", "street", "city", "state", "state_id", "zip", "country", "continent", "metro")


def _address_columns(place: Place | None, street: str, postcode: str) -> dict[str, str | None]:
    if place is None:
        return dict.fromkeys(_ADDRESS)
    rest = _spaced(f"{place.city} {place.state} {postcode} {COUNTRIES[place.country].name}")
    line = _spaced(street)
    values = (
        f"{line.rstrip()}{rest}",
        line,
        fold(place.city),
        fold(place.state),
        place.state_id,
        postcode,
        place.country,
        COUNTRIES[place.country].continent,
        place.metro_id,
    )
    return dict(zip(_ADDRESS, values, strict=True))


@lru_cache(maxsize=20_000)
def _spaced(text: str) -> str:
    return f" {' '.join(words(text))} "


@lru_cache(maxsize=20_000)
def _title(text: str) -> str:
    return f" {' '.join(title_words(text))} "


class Addresses:
    """Where companies and people are, in the spelling that is searched."""

    def __init__(self) -> None:
        self._of_company = lru_cache(maxsize=8192)(_office)

    def of_person(self, person: dict[str, Any], company: Company | None) -> dict[str, str | None]:
        place: Place | None = person["place"]
        if company and place is company.place and person["street"] == company.street:
            return self._of_company(company)
        return _address_columns(place, person["street"], person["zip"])


def _office(company: Company) -> dict[str, str | None]:
    return _address_columns(company.place, company.street, company.zip)


def _write_company(out: _Writer, company: Company, companies: list[Company], rank: int, doc: dict[str, Any]) -> None:
    rounds: list[tuple[int, str, int, list[str]]] = doc.pop("rounds")
    doc |= {"phone": company.phone, "description": "" if company.poor else doc["description"]}
    doc["sub_unit"] = company.sub_unit
    primary = company.industries[-2:] if "." in company.industries[-1] else company.industries[-1:]
    names = [taxonomies.INDUSTRIES[key].name for key in company.industries]
    labels = [taxonomies.HASHTAGS[key].label for key in doc["hashtags"]]
    keywords = " ".join(words(" ".join([*names, *labels, *doc["products"], doc["description"]])))
    parent = companies[company.parent].id if company.parent >= 0 else None
    ultimate = companies[company.ultimate].id if company.ultimate >= 0 else None
    budgets = dict(zip(("marketing_budget", "finance_budget", "it_budget", "hr_budget"), doc["budgets"], strict=True))
    out.add_named(
        "company",
        {
            "id": company.id,
            "by_revenue": rank,
            "name": company.name,
            "name_sort": fold(company.name),
            "name_words": f" {' '.join(words(company.name))} ",
            "name_key": company.key,
            "ticker": doc["ticker"] or None,
            "type": company.type,
            "domains": tagged([company.domain, f"www.{company.domain}"]),
            "description": f" {' '.join(words(doc['description']))} ",
            "keywords": f" {keywords} ",
            **_office(company),
            "phone": vocabulary.digits(doc["phone"]) or None,
            "fax": vocabulary.digits(doc["fax"]) or None,
            "employees": company.employees,
            "revenue": company.revenue,
            "growth1": doc["growth"]["one"],
            "growth2": doc["growth"]["two"],
            **budgets,
            "contacts": company.contacts,
            "certified": int(doc["certified"]),
            "defunct": int(doc["defunct"]),
            "models": tagged(doc["models"]),
            "industries": tagged(company.industries),
            "primary_industries": tagged(primary),
            "sic": tagged(doc["sic"]),
            "naics": tagged(doc["naics"]),
            "rankings": tagged(doc["rankings"]),
            "hashtags": tagged(doc["hashtags"]),
            "products": tagged(doc["tech"]),
            "tags": tagged([taxonomies.PRODUCTS[key].tag for key in doc["tech"]]),
            "sub_unit": doc["sub_unit"],
            "parent": parent,
            "ultimate": ultimate,
            "recent_round": rounds[-1][1] if rounds else None,
            "rounds": tagged([item[1] for item in rounds]),
        },
    )
    more = {"rounds": rounds, "parent": parent, "ultimate": ultimate}
    out.add("company_doc", company.id, _company_json(company, companies, doc, primary, more))


def _company_json(
    company: Company, companies: list[Company], doc: dict[str, Any], primary: tuple[str, ...], more: dict[str, Any]
) -> str:
    rng = Dice("rivals", company.index)
    rivals = [companies[rng.randrange(0, len(companies))] for _ in range(3)]
    root = companies[company.ultimate] if company.ultimate >= 0 else None
    return _encode(
        {
            **doc,
            "name": company.name,
            "domain": company.domain,
            "type": company.type,
            "industries": company.industries,
            "primary": primary,
            "employees": company.employees,
            "revenue": company.revenue,
            "contacts": company.contacts,
            "city": company.place.city,
            "state": company.place.state,
            "country": company.place.country,
            "metro": company.place.metro,
            "rounds": more["rounds"],
            "parent": more["parent"],
            "parent_name": companies[company.parent].name if company.parent >= 0 else "",
            "ultimate": more["ultimate"],
            "ultimate_name": root.name if root else "",
            "ultimate_revenue": root.revenue if root else 0,
            "ultimate_employees": root.employees if root else 0,
            "rivals": [[rival.id, rival.name, f"www.{rival.domain}", rival.employees] for rival in rivals],
        }
    )


_NETWORKS: Final = ("192.0.2.0", "198.51.100.0", "203.0.113.0")


def _write_networks(out: _Writer, companies: list[Company]) -> None:
    rng = Dice("network", 0)
    for base in map(ip_number, _NETWORKS):
        for offset in range(0, 256, 4):
            first = offset == 0 and base == ip_number(_NETWORKS[0])
            if first or rng.random() < 0.85:
                owner = companies[0] if first else rng.choice(companies)
                out.add("network", base + offset, base + offset + 3, owner.id)


def _write_places(out: _Writer) -> None:
    for place in _PLACES:
        if place.country != "usa":
            out.add("place", place.zip, place.latitude, place.longitude)
            continue
        for offset in range(40):
            # Neighbouring postcodes lie on a spiral that leaves the centre by about one mile a step.
            step = offset * 0.0145
            sides = ((1, 0), (0, 1), (-1, 0), (0, -1))[offset % 4]
            out.add("place", _zip(place, offset), place.latitude + sides[0] * step, place.longitude + sides[1] * step)


def build(path: Path, companies: int, people: int, told: Callable[[float], None] = lambda _: None) -> None:
    """Write the data set into a new SQLite file.

    Args:
        path: File to create; it must not exist.
        companies: Number of companies, at least 100.
        people: Number of people, at least 1,000.
        told: Called now and then with the share that is done, 0 to 1.

    Raises:
        sqlite3.Error: The file cannot be written.
        OSError: The temporary directory is full.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    # Nothing here is cyclic, and the collector would walk every record again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        connection.executescript(
            f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=8192; {SCHEMA} {indexing.SCHEMA}"
        )
        connection.execute("BEGIN")
        _fill(connection, companies, people, told)
        connection.execute("COMMIT")
        for statement in filter(str.strip, f"{INDICES}{indexing.INDICES}".split(";")):
            connection.execute(statement)
        told(1.0)
    finally:
        if collecting:
            gc.enable()
        connection.close()


def _fill(connection: sqlite3.Connection, count: int, people: int, told: Callable[[float], None]) -> None:
    out, drafts = _Writer(connection), Drafts()
    companies = make_companies(count, drafts)
    made = People(companies, people)
    writer = _PeopleWriter(out, companies, made)
    for number, person in enumerate(made):
        writer.write(person)
        if number % _BLOCK == 0:
            out.flush()
            told(0.05 + 0.6 * number / people)
    engagements = Engagements()
    rounds = _write_companies(out, companies, drafts, engagements)
    _write_networks(out, companies)
    _write_places(out)
    out.flush()
    told(0.68)
    write_companies(connection, count, rounds, engagements)
    names = [fold(company.name) for company in companies]
    writer.catalogue.write(connection, names, lambda share: told(0.7 + 0.25 * share))


def _write_companies(
    out: _Writer, companies: list[Company], drafts: Drafts, engagements: Engagements
) -> list[tuple[int, list[tuple[int, int]]]]:
    by_revenue = sorted(companies, key=lambda company: (-company.revenue, company.id))
    ranks = {company.id: position for position, company in enumerate(by_revenue, start=1)}
    funded: list[tuple[int, list[tuple[int, int]]]] = []
    for company in companies:
        doc = drafts[company.index]
        if doc["rounds"]:
            funded.append((company.index, [(day, amount) for day, _, amount, _ in doc["rounds"]]))
        for at, kind in doc["engagements"]:
            engagements.add(company.index, at, kind)
        _write_company(out, company, companies, ranks[company.id], doc)
        if company.index % _BLOCK == 0:
            out.flush()
    return funded


def digest(path: Path) -> str:
    """Return a hash over every row of a data set, equal for two builds of the same size."""
    total = hashlib.sha256()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        for table in _CONTENT:
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):  # noqa: S608
                total.update(repr(row).encode())
    finally:
        connection.close()
    return total.hexdigest()
