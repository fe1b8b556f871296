"""Reads records and renders the output fields of either generation."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from . import taxonomies
from .encoding import DAY, email_digests
from .model import Generation
from .places import CONTINENTS, COUNTRIES
from .tables import Output

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment, in seconds since the Unix epoch, whose spelling depends on the field and the generation."""

    at: int


@dataclass(frozen=True, slots=True)
class Subject:
    """A record being rendered.

    Args:
        id: ZoomInfo id of the person or company.
        person: The person, None for a company.
        company: The company, or the person's employer; None for a partial profile.
        company_id: Its id.
        base: What the times of the data set count from, seconds since the Unix epoch.
        location: The address inputs that matched, for `locationMatch`.
    """

    id: int
    person: Doc | None
    company: Doc | None
    company_id: int | None
    base: int
    location: Doc | None = None


class Reader:
    """Loads records by id.

    Args:
        connection: The data set, opened read-only.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def people(self, ids: Sequence[int]) -> dict[int, Doc]:
        return self._load("person_doc", ids)

    def companies(self, ids: Sequence[int]) -> dict[int, Doc]:
        return self._load("company_doc", ids)

    def _load(self, table: str, ids: Sequence[int]) -> dict[int, Doc]:
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(f"SELECT id, doc FROM {table} WHERE id IN ({marks})", list(ids))  # noqa: S608
        return {key: json.loads(doc) for key, doc in rows}

    def names(self, ids: Sequence[int]) -> dict[int, str]:
        """Return names of companies, without reading the whole records."""
        marks = ",".join("?" * len(ids))
        return dict(self._db.execute(f"SELECT id, name FROM company WHERE id IN ({marks})", list(ids)))  # noqa: S608

    def subjects(self, ids: Sequence[int], base: int) -> list[Subject]:
        """Load people with their employers, in the order given."""
        people = self.people(ids)
        employers = self.companies(list({doc["company"] for doc in people.values() if doc["company"] is not None}))
        return [
            Subject(key, people[key], employers.get(people[key]["company"]), people[key]["company"], base)
            for key in ids
        ]


_TWO: Final = tuple(f"{number:02}" for number in range(60))


@lru_cache(maxsize=8192)
def _day(number: int) -> str:
    return datetime.fromtimestamp(number * DAY, UTC).strftime("%Y-%m-%d")


def iso(at: int) -> str:
    """Return a moment as `2026-01-04T10:00:00Z`."""
    day, second = divmod(int(at), DAY)
    return f"{_day(day)}T{_TWO[second // 3600]}:{_TWO[second // 60 % 60]}:{_TWO[second % 60]}Z"


def iso_date(at: int) -> str:
    """Return the day of a moment as `2026-01-04`."""
    return _day(at // DAY)


def us_stamp(at: int) -> str:
    """Return a moment as the Enterprise API spells it: `1/5/2020 2:59 PM`."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M %p}"


def _us_date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%m/%d/%Y")


_STAMPS: Final[dict[str, Callable[[int], str]]] = {
    "datetime": iso,
    "date": iso_date,
    "M/D/YYYY h:mm AM": us_stamp,
    "MM/DD/YYYY": _us_date,
}


def _spell(value: Any, kind: str) -> Any:
    if isinstance(value, Stamp):
        return _STAMPS[kind](value.at)
    if kind == "string" and isinstance(value, bool):
        return str(value).lower()
    if kind == "string" and isinstance(value, int):
        return f"{value}.0"
    if kind.startswith("array<") and isinstance(value, dict):
        return [value]
    return value


def render(
    subject: Subject,
    names: Sequence[str],
    table: Mapping[str, Output],
    generation: Generation,
    values: Mapping[str, Callable[[Subject], Any]],
) -> Doc:
    """Render output fields.

    Args:
        subject: The record.
        names: Output fields asked for; all must be in `table`.
        table: Outputs of the entity.
        generation: Whose types and empty values: GTM leaves empty ones out, Enterprise sends "" and [].
        values: How each output is computed.

    Returns:
        The attributes, company fields nested under `company`.
    """
    rendered: Doc = {}
    for name in names:
        spec = table[name]
        kind = (spec.gtm if generation == "gtm" else spec.enterprise) or spec.enterprise or "string"
        value = values[name](subject)
        if value is None or value == "" or value == [] or value == {}:
            value = None if generation == "gtm" else _blank(kind)
        if value is None:
            continue
        head, _, tail = spec.path.partition(".")
        target = rendered.setdefault(head, {}) if tail else rendered
        target[tail or head] = _spell(value, kind)
    return rendered


def _blank(kind: str) -> Any:
    if kind.startswith("array"):
        return []
    return "" if kind in {"string", "enum"} or kind in _STAMPS else None


def _codes(ids: Sequence[str], names: Callable[[str], str]) -> list[Doc]:
    return [{"id": key, "name": names(key)} for key in ids]


def _industry_name(key: str) -> str:
    return taxonomies.INDUSTRIES[key].name


def _top(doc: Doc) -> list[str]:
    return [key for key in doc["primary"] if "." not in key]


def _sub(doc: Doc) -> list[str]:
    return [key for key in doc["primary"] if "." in key]


def country_name(key: str) -> str:
    return COUNTRIES[key].name if key else ""


def _continent(key: str) -> str:
    return CONTINENTS[COUNTRIES[key].continent] if key else ""


def _revenue_words(thousands: int) -> str:
    if thousands >= 1_000_000:
        return f"${thousands / 1_000_000:.1f} Billion"
    if thousands >= 1_000:
        return f"${thousands / 1_000:.1f} Million"
    return f"${thousands} Thousand"


def _growth(doc: Doc) -> Doc:
    growth = doc["growth"]
    return {
        "oneYearGrowthRate": str(growth["one"]),
        "twoYearGrowthRate": str(growth["two"]),
        "employeeGrowthDataPoints": [{"label": label, "employeeCount": count} for label, count in growth["points"]],
    }


def _social(doc: Doc) -> list[Doc]:
    slug = doc["domain"].removesuffix(".example")
    hosts = (("LINKED_IN", "linkedin.com/company"), ("TWITTER", "twitter.com"), ("FACEBOOK", "facebook.com"))
    return [
        {"type": kind, "url": f"https://www.{host}/sandbox-{slug}", "followerCount": doc["followers"]}
        for kind, host in hosts
    ]


def _funding(doc: Doc, base: int) -> list[Doc]:
    return [
        {
            "date": iso_date(base + day * DAY),
            "type": taxonomies.FUNDING_ROUNDS[kind],
            "amount": amount,
            "investors": investors,
        }
        for day, kind, amount, investors in doc["rounds"]
    ]


def _engagements(doc: Doc, base: int) -> list[Doc]:
    return [{"engagementDate": iso(base + at), "engagementType": kind} for at, kind in doc["engagements"]]


def _tech(doc: Doc) -> list[Doc]:
    return [
        {"id": item.id, "name": item.name, "vendor": item.vendor, "category": item.category, "attribute": item.tag}
        for item in (taxonomies.PRODUCTS[key] for key in doc["tech"])
    ]


def _hashtags(doc: Doc) -> list[Doc]:
    return [{"tag": key, "displayLabel": taxonomies.HASHTAGS[key].label} for key in doc["hashtags"]]


_BUDGETS: Final = ("marketingBudget", "financialBudget", "itBudget", "hrBudget")

# Values of a company by the name they have in the answer.
_COMPANY: Final[dict[str, Callable[[Doc, Subject], Any]]] = {
    "alternateLogos": lambda doc, _: [f"https://logos.sandbox.example/{doc['domain']}/alt.png"],
    "businessModel": lambda doc, _: doc["models"],
    "certificationDate": lambda doc, s: Stamp(s.base + doc["certified_at"]) if doc["certified"] else None,
    "certified": lambda doc, _: doc["certified"],
    "city": lambda doc, _: doc["city"],
    "companyFunding": lambda doc, s: _funding(doc, s.base),
    "companyStatus": lambda doc, _: doc["status"],
    "companyStatusDate": lambda doc, s: Stamp(s.base + doc["status_at"]),
    "competitors": lambda doc, _: [
        {"id": key, "name": name, "rank": rank, "website": website, "employeeCount": employees}
        for rank, (key, name, website, employees) in enumerate(doc["rivals"], start=1)
    ],
    "continent": lambda doc, _: _continent(doc["country"]),
    "country": lambda doc, _: country_name(doc["country"]),
    "createdDate": lambda doc, s: Stamp(s.base + doc["created"]),
    "departmentBudgets": lambda doc, _: dict(zip(_BUDGETS, doc["budgets"], strict=True)),
    "description": lambda doc, _: doc["description"],
    "descriptionList": lambda doc, _: [{"description": doc["description"]}] if doc["description"] else [],
    "domainList": lambda doc, _: [doc["domain"]],
    "employeeCount": lambda doc, _: doc["employees"],
    "employeeCountByDepartment": lambda doc, _: doc["departments"],
    "employeeGrowth": lambda doc, _: _growth(doc),
    "employeeRange": lambda doc, _: taxonomies.employee_range(doc["employees"]),
    "engagements": lambda doc, s: _engagements(doc, s.base),
    "fax": lambda doc, _: doc["fax"],
    "foundedYear": lambda doc, _: doc["founded"],
    "hashtags": lambda doc, _: _hashtags(doc),
    "id": lambda _, s: s.company_id,
    "industries": lambda doc, _: [_industry_name(key) for key in doc["industries"]],
    "industryCodes": lambda doc, _: _codes(doc["industries"], _industry_name),
    "isDefunct": lambda doc, _: doc["defunct"],
    "lastUpdatedDate": lambda doc, s: Stamp(s.base + doc["updated"]),
    "locationCount": lambda doc, _: doc["locations"],
    "locationMatch": lambda _, s: s.location,
    "logo": lambda doc, _: f"https://logos.sandbox.example/{doc['domain']}.png",
    "metroArea": lambda doc, _: doc["metro"],
    "naicsCodes": lambda doc, _: _codes(doc["naics"], lambda key: taxonomies.NAICS[key]),
    "name": lambda doc, _: doc["name"],
    "numberOfContactsInZoomInfo": lambda doc, _: doc["contacts"],
    "parentId": lambda doc, _: doc["parent"] or 0,
    "parentName": lambda doc, _: doc["parent_name"],
    "phone": lambda doc, _: doc["phone"],
    "primaryIndustry": lambda doc, _: [_industry_name(key) for key in _top(doc)],
    "primaryIndustryCode": lambda doc, _: _codes(_top(doc), _industry_name),
    "primarySubIndustryCode": lambda doc, _: _codes(_sub(doc), _industry_name),
    "products": lambda doc, _: doc["products"],
    "ranking": lambda doc, _: [taxonomies.COMPANY_RANKINGS[key] for key in doc["rankings"]],
    "recentFundingAmount": lambda doc, _: doc["rounds"][-1][2] if doc["rounds"] else None,
    "recentFundingDate": lambda doc, s: Stamp(s.base + doc["rounds"][-1][0] * DAY) if doc["rounds"] else None,
    "revenue": lambda doc, _: doc["revenue"],
    "revenueNumeric": lambda doc, _: doc["revenue"] * 1000,
    "revenueRange": lambda doc, _: taxonomies.revenue_range(doc["revenue"]),
    "sicCodes": lambda doc, _: _codes(doc["sic"], lambda key: taxonomies.SIC[key]),
    "socialMediaUrls": lambda doc, _: _social(doc),
    "state": lambda doc, _: doc["state"],
    "street": lambda doc, _: doc["street"],
    "subUnitCodes": lambda doc, _: [doc["sub_unit"]],
    "subUnitIndustries": lambda doc, _: [_industry_name(key) for key in _sub(doc)] if doc["parent"] else [],
    "subUnitType": lambda doc, _: doc["sub_unit"],
    "techAttributes": lambda doc, _: _tech(doc),
    "ticker": lambda doc, _: doc["ticker"],
    "totalFundingAmount": lambda doc, _: sum(item[2] for item in doc["rounds"]) or None,
    "type": lambda doc, _: doc["type"].upper(),
    "ultimateParentEmployees": lambda doc, _: doc["ultimate_employees"] or None,
    "ultimateParentId": lambda doc, _: doc["ultimate"],
    "ultimateParentName": lambda doc, _: doc["ultimate_name"],
    "ultimateParentRevenue": lambda doc, _: doc["ultimate_revenue"] or None,
    "website": lambda doc, _: f"www.{doc['domain']}",
    "zipCode": lambda doc, _: doc["zip"],
    # Deprecated by ZoomInfo in 2023; the name is still accepted and no value comes back.
    "alexaRank": lambda _doc, _subject: None,
}


def _of_company(name: str) -> Callable[[Subject], Any]:
    rule = _COMPANY[name]
    return lambda subject: None if subject.company is None else rule(subject.company, subject)


COMPANY_VALUES: Final[dict[str, Callable[[Subject], Any]]] = {
    name: _of_company(name) for name in _COMPANY if name not in {"ranking", "revenueNumeric"}
}

_PLAIN: Final = {
    "city": "city",
    "directPhoneDoNotCall": "phone_dnc",
    "email": "email",
    "firstName": "first",
    "jobTitle": "title",
    "lastName": "last",
    "metroArea": "metro",
    "middleName": "middle",
    "mobilePhone": "mobile",
    "mobilePhoneDoNotCall": "mobile_dnc",
    "personHasMoved": "moved",
    "phone": "phone",
    "region": "state",
    "salutation": "salutation",
    "state": "state",
    "street": "street",
    "suffix": "suffix",
    "supplementalEmail": "email2",
    "yearsOfExperience": "experience",
    "zipCode": "zip",
    "contactAccuracyScore": "accuracy",
}


def _of_person(rule: Callable[[Doc, Subject], Any]) -> Callable[[Subject], Any]:
    return lambda subject: None if subject.person is None else rule(subject.person, subject)


def _plain(key: str) -> Callable[[Subject], Any]:
    return _of_person(lambda doc, _: doc[key])


def _sourced(key: str) -> Callable[[Subject], Any]:
    return _of_person(lambda doc, _: [{"value": value, "source": "waterfall"} for value in doc[key]])


def _function(doc: Doc, _subject: Subject) -> Doc:
    key: str = doc["function"]
    department = taxonomies.DEPARTMENTS[key.split(".")[0]]
    return {"name": taxonomies.JOB_FUNCTIONS[key], "department": department}


def _education(doc: Doc, _subject: Subject) -> list[Doc]:
    return [
        {"school": school, "educationDegree": {"degree": degree, "areaOfStudy": area}}
        for school, degree, area in doc["education"]
    ]


def _employment(doc: Doc, subject: Subject) -> list[Doc]:
    return [
        {
            "jobTitle": title,
            "managementLevel": [taxonomies.MANAGEMENT_OUTPUT[level]],
            "fromDate": iso_date(subject.base + begin * DAY),
            "toDate": iso_date(subject.base + end * DAY),
            "company": {"companyId": key, "companyName": name, "companyPhone": phone, "companyWebsite": website},
        }
        for title, level, begin, end, key, name, phone, website in doc["history"]
    ]


def _hashes(doc: Doc, _subject: Subject) -> list[str]:
    return [email_digests(address)[0] for address in (doc["email"], doc["email2"]) if address]


def _within_eu(doc: Doc, _subject: Subject) -> bool:
    return bool(doc["country"]) and COUNTRIES[doc["country"]].eu


def _levels(doc: Doc) -> list[str]:
    return [taxonomies.MANAGEMENT_OUTPUT[level] for level in doc["levels"]]


def _california(doc: Doc, _subject: Subject) -> bool:
    return doc["state"] == "California"


def _canada(doc: Doc, _subject: Subject) -> bool:
    return doc["country"] == "canada"


def _notice(doc: Doc, subject: Subject) -> Stamp | None:
    return None if doc["noticed"] is None else Stamp(subject.base + doc["noticed"] * DAY)


def _contact_values() -> dict[str, Callable[[Subject], Any]]:
    values: dict[str, Callable[[Subject], Any]] = {name: _plain(key) for name, key in _PLAIN.items()}
    values |= {f"company{name[0].upper()}{name[1:]}": _of_company(name) for name in _COMPANY}
    values |= {
        "companyRevenue": lambda subject: _revenue_words(subject.company["revenue"]) if subject.company else None,
        "companyDivision": _of_person(lambda doc, s: f"{_function(doc, s)['department']} Division"),
        "id": lambda subject: subject.id,
        "continent": _of_person(lambda doc, _: _continent(doc["country"])),
        "country": _of_person(lambda doc, _: country_name(doc["country"])),
        "directPhoneAlt": _sourced("phone_alts"),
        "mobilePhoneAlt": _sourced("mobile_alts"),
        "emailAlt": _sourced("email_alts"),
        "education": _of_person(_education),
        "employmentHistory": _of_person(_employment),
        "engagements": _of_person(lambda doc, s: _engagements(doc, s.base)),
        "externalUrls": _of_person(lambda doc, _: [{"type": kind, "url": url} for kind, url in doc["urls"]]),
        "hasCanadianEmail": lambda s: (
            bool(s.person and s.person["email"] and s.company) and (s.company or {})["country"] == "canada"
        ),
        "hashedEmails": _of_person(_hashes),
        "isCalifornia": _of_person(_california),
        "withinCalifornia": _of_person(_california),
        "isCanada": _of_person(_canada),
        "withinCanada": _of_person(_canada),
        "withinEu": _of_person(_within_eu),
        "isDefunct": lambda subject: bool(subject.company and subject.company["defunct"]),
        "jobFunction": _of_person(_function),
        "lastUpdatedDate": _of_person(lambda doc, s: Stamp(s.base + doc["updated"])),
        "validDate": _of_person(lambda doc, s: Stamp(s.base + doc["valid"])),
        "positionStartDate": _of_person(lambda doc, s: Stamp(s.base + doc["started"] * DAY)),
        "noticeProvidedDate": _of_person(_notice),
        "locationCompanyId": lambda subject: subject.company_id + 1 if subject.company_id is not None else None,
        "managementLevel": _of_person(lambda doc, _: _levels(doc)),
        "picture": lambda subject: f"https://pictures.sandbox.example/{subject.id}.jpg",
        "techSkills": _of_person(lambda doc, _: _codes(doc["skills"], lambda key: taxonomies.TECH_SKILLS[key])),
    }
    return values


CONTACT_VALUES: Final = _contact_values()
