"""A brief from records: statements, each dated and citing the record that it rests on, ranked and without repeats.

Nothing is asked or sent here. A statement says what a record says; where it repeats ZoomInfo's own words (the text of a
scoop, the title of an article), they stand in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, cast

from ..zoominfo.records import Row

Section = Literal["profile", "people", "intent", "scoops", "news", "technologies"]
SECTIONS: Final[tuple[Section, ...]] = ("profile", "people", "intent", "scoops", "news", "technologies")

# How much a section matters at equal age, and after how many days half of that is left; a profile does not age so.
_WEIGHT: Final[dict[Section, tuple[float, float]]] = {
    "profile": (1.0, 100_000.0),
    "people": (0.7, 100_000.0),
    "intent": (0.9, 45.0),
    "scoops": (0.95, 60.0),
    "news": (0.7, 60.0),
    "technologies": (0.5, 100_000.0),
}
# Two texts of the same week with so many words in common tell of the same thing.
_SAME: Final = 0.6
_DAYS_APART: Final = 7
_MAX_TEXT: Final = 400
_LEADERS: Final = 12
_PRODUCTS: Final = 12


@dataclass(frozen=True, slots=True)
class Citation:
    """The record that a statement rests on.

    Attributes:
        operation: how it was read, by the name in the table of operations.
        id: its ZoomInfo id, where it has one.
        url: where it was published, where ZoomInfo tells.
    """

    operation: str
    id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is known.

    Attributes:
        section: what it is about.
        text: the statement, one sentence or two.
        date: the day that the record gives, None where it gives none.
        sources: the records that say so, best first.
        rank: what it is ordered by; higher is better.
    """

    section: Section
    text: str
    date: date | None
    sources: tuple[Citation, ...]
    rank: float = 0.0
    words: frozenset[str] = field(default_factory=frozenset[str], repr=False)

    def row(self) -> Row:
        """The statement as a row of an answer."""
        sources = [
            {name: value for name, value in (("operation", s.operation), ("id", s.id), ("url", s.url)) if value}
            for s in self.sources
        ]
        dated = {"date": self.date.isoformat()} if self.date else {}
        return {"section": self.section, "statement": self.text, **dated, "sources": sources}


# --- statements of records ---------------------------------------------------------------------------------------


def of_company(row: Row, operation: str) -> list[Statement]:
    """What a company's record says about it.

    Args:
        row: of a company enrich, or of a company search.
        operation: which of the two.
    """
    name = _text(row, "name") or "The company"
    seen = _day(row.get("lastUpdatedDate"))
    source = (Citation(operation, str(row.get("id", "")), _site(row)),)
    told: list[str] = []
    industry = _listed(row.get("primaryIndustry"), 2)
    place = ", ".join(part for part in (_text(row, "city"), _text(row, "state"), _text(row, "country")) if part)
    kind = _text(row, "type").lower()
    what = " ".join(
        part for part in (f"a {kind} company" if kind else "", f"in {industry}" if industry else "") if part
    )
    if what or place:
        told.append(_stop(f"{name} is {what or 'a company'}" + (f", headquartered in {place}" if place else "")))
    size = [
        _people(row["employeeCount"]) if isinstance(row.get("employeeCount"), int) else "",
        f"{dollars(row['revenue'])} revenue" if isinstance(row.get("revenue"), int | float) else "",
        f"founded {row['foundedYear']}" if row.get("foundedYear") else "",
    ]
    if any(size):
        told.append(f"Size: {', '.join(part for part in size if part)}.")
    if row.get("parentName") or row.get("ultimateParentName"):
        told.append(_stop(f"It belongs to {row.get('ultimateParentName') or row.get('parentName')}"))
    if row.get("companyStatus") not in (None, "ALIVE", "NEW"):
        told.append(f"ZoomInfo lists its status as {row['companyStatus']}.")
    # In the order in which a reader wants them: what it is, how large, whose.
    found = [Statement("profile", text, seen, source, 1 - index / 10) for index, text in enumerate(told)]
    if isinstance(row.get("recentFundingAmount"), int | float):
        when = _day(row.get("recentFundingDate"))
        found.append(Statement("profile", f"Latest funding: {dollars(row['recentFundingAmount'])}.", when, source))
    growth = cast("dict[str, Any]", row.get("employeeGrowth") or {})
    if growth.get("oneYearGrowthRate") not in (None, ""):
        rate = str(growth["oneYearGrowthRate"]).rstrip("%")
        found.append(Statement("profile", f"Headcount over one year: {rate} %.", seen, source))
    return found


def of_person(row: Row, operation: str) -> list[Statement]:
    """What a contact's record says about a person.

    Args:
        row: of a contact enrich or search.
        operation: which of the two.
    """
    name = _name(row) or "The person"
    seen = _day(row.get("lastUpdatedDate"))
    source = (Citation(operation, str(row.get("id", "")), ""),)
    title, company = _text(row, "jobTitle"), _text(row, "companyName")
    found: list[Statement] = []
    if title or company:
        since = _day(row.get("positionStartDate"))
        at = f" at {company}" if company else ""
        found.append(
            Statement(
                "profile",
                _stop(f"{name} is {title or 'employed'}{at}" + (f", since {since.isoformat()}" if since else "")),
                seen,
                source,
                1.0,
            )
        )
    places = [part for part in (_text(row, "city"), _text(row, "state"), _text(row, "country")) if part]
    if places:
        found.append(Statement("profile", f"{name} is located in {', '.join(places)}.", seen, source))
    for job in _objects(row.get("employmentHistory"))[:5]:
        employer = _text(cast("Row", job.get("company") or {}), "companyName") or _text(job, "companyName")
        if not employer or not _text(job, "jobTitle"):
            continue
        until = _day(job.get("toDate"))
        span = " to ".join(part for part in (_month(job.get("fromDate")), _month(job.get("toDate"))) if part)
        text = _stop(f"Earlier: {_text(job, 'jobTitle')} at {employer}" + (f" ({span})" if span else ""))
        found.append(Statement("profile", text, until, source))
    schools = [_text(item, "school") for item in _objects(row.get("education"))]
    if any(schools):
        found.append(Statement("profile", f"Education: {', '.join(s for s in schools if s)}.", None, source))
    return found


def of_intent(rows: Iterable[Row], operation: str) -> list[Statement]:
    """What intent signals say: the strongest of each topic."""
    best: dict[str, Row] = {}
    for row in rows:
        topic = _text(row, "topic")
        if topic and _number(row, "signalScore") >= _number(best.get(topic, {}), "signalScore"):
            best[topic] = row
    found: list[Statement] = []
    for topic, row in best.items():
        score = int(_number(row, "signalScore"))
        strength = _text(row, "audienceStrength")
        text = f"Researches {topic}: signal score {score} of 100" + (
            f", audience strength {strength} (A is the largest)." if strength else "."
        )
        found.append(
            Statement(
                "intent", text, _day(row.get("signalDate")), (Citation(operation, str(row.get("id", ""))),), score / 100
            )
        )
    return found


def of_scoops(rows: Iterable[Row], operation: str) -> list[Statement]:
    """What scoops say."""
    found: list[Statement] = []
    for row in rows:
        text = _text(row, "description")
        if not text:
            continue
        kinds = [_text(item, "type") for item in _objects(row.get("types"))]
        kind = ", ".join(part for part in kinds if part) or "Scoop"
        day = _day(row.get("originalPublishedDate")) or _day(row.get("publishedDate"))
        source = Citation(operation, str(row.get("id", "")), _text(row, "link"))
        found.append(Statement("scoops", f"{kind}: “{_short(text)}”", day, (source,)))
    return found


def of_news(rows: Iterable[Row], operation: str) -> list[Statement]:
    """What articles say."""
    found: list[Statement] = []
    for row in rows:
        title = _text(row, "title")
        if not title:
            continue
        paper = _text(row, "domain")
        text = f"“{_short(title)}”" + (f" ({paper})" if paper else "")
        source = Citation(operation, str(row.get("id", "")), _text(row, "url"))
        found.append(Statement("news", text, _day(row.get("pageDate")), (source,)))
    return found


def of_technologies(rows: Sequence[Row], operation: str, company_id: str) -> list[Statement]:
    """Which products a company uses, one statement for each group of categories."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        group = _text(row, "categoryParent") or _text(row, "category") or "Other"
        groups.setdefault(group, []).append(row)
    found: list[Statement] = []
    for group, members in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        names = list(dict.fromkeys(_product(row) for row in members if _product(row)))
        if not names:
            continue
        shown = ", ".join(names[:_PRODUCTS]) + (f" and {len(names) - _PRODUCTS} more" if len(names) > _PRODUCTS else "")
        days = [day for row in members if (day := _day(row.get("modifiedDate") or row.get("modifiedTime")))]
        source = Citation(operation, company_id)
        found.append(
            Statement("technologies", f"{group}: {shown}.", max(days, default=None), (source,), len(names) / 100)
        )
    return found


def of_people(rows: Sequence[Row], operation: str) -> list[Statement]:
    """Who leads, highest first."""
    ordered = sorted(rows, key=lambda row: (_number(row, "orgChartTier") or 99, _number(row, "orgChartSubTier") or 99))
    found: list[Statement] = []
    for row in ordered[:_LEADERS]:
        name, title = _name(row), _text(row, "title") or _text(row, "jobTitle")
        if name and title:
            department = _text(row, "department")
            text = f"{name}: {title}" + (f" ({department})." if department and department not in title else ".")
            source = Citation(operation, str(row.get("id", "")))
            found.append(Statement("people", text, _day(row.get("lastUpdatedDate")), (source,), 1 / (2 + len(found))))
    return found


# --- order ---------------------------------------------------------------------------------------------------------


def compose(
    statements: Iterable[Statement], *, focus: str = "", today: date, most: int
) -> tuple[list[Statement], dict[Section, int]]:
    """The statements that matter most, each once.

    Args:
        statements: of all sections.
        focus: what the reader is interested in, in words; empty for no preference.
        today: ages are counted to this day.
        most: how many at most.

    Returns:
        Best first, with the best of each section among them where there is room; repeats are one statement with all of
        their sources. And how many statements each section has.
    """
    wanted = _words(focus)
    ranked = sorted(
        (replace(item, rank=_rank(item, wanted, today), words=_words(item.text)) for item in statements),
        key=lambda item: (-item.rank, item.text),
    )
    kept: list[Statement] = []
    for item in ranked:
        twin = next((index for index, other in enumerate(kept) if _same(item, other)), None)
        if twin is None:
            kept.append(item)
        else:
            sources = dict.fromkeys((*kept[twin].sources, *item.sources))
            kept[twin] = replace(kept[twin], sources=tuple(sources))
    counts: dict[Section, int] = {}
    for item in kept:
        counts[item.section] = counts.get(item.section, 0) + 1
    first = {item.section: index for index, item in reversed(list(enumerate(kept)))}
    chosen = sorted(
        [*sorted(first.values()), *(index for index in range(len(kept)) if index not in first.values())][:most]
    )
    return [kept[index] for index in chosen], counts


def _rank(item: Statement, wanted: frozenset[str], today: date) -> float:
    weight, half = _WEIGHT[item.section]
    age = max(0, (today - item.date).days) if item.date else 180
    own = min(1.0, item.rank)
    fits = len(wanted & _words(item.text)) / len(wanted) if wanted else 0.0
    return weight * 0.5 ** (age / half) * (0.75 + own / 4) + fits


def _same(one: Statement, other: Statement) -> bool:
    if set(one.sources) & set(other.sources) and one.text == other.text:
        return True
    urls = {source.url for source in one.sources if source.url}
    if one.section == other.section == "news" and urls & {source.url for source in other.sources}:
        return True
    told = {"scoops", "news"}
    if one.section not in told or other.section not in told or one.date is None or other.date is None:
        return False
    if abs((one.date - other.date).days) > _DAYS_APART:
        return False
    shorter = min(len(one.words), len(other.words))
    return shorter > 3 and len(one.words & other.words) / shorter >= _SAME


# --- parts of records ----------------------------------------------------------------------------------------------

_WORD = re.compile(r"\w{3,}")


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.casefold()))


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _number(row: Mapping[str, Any], name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _objects(value: object) -> list[dict[str, Any]]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def _listed(value: object, most: int) -> str:
    if isinstance(value, str):
        return value
    items = cast("list[object]", value) if isinstance(value, list) else []
    return ", ".join(str(item) for item in items[:most])


def _name(row: Row) -> str:
    return " ".join(part for part in (_text(row, "firstName"), _text(row, "lastName")) if part)


def _product(row: Row) -> str:
    product, vendor = _text(row, "product"), _text(row, "vendor")
    return f"{product} ({vendor})" if product and vendor and vendor.casefold() not in product.casefold() else product


def _people(count: int) -> str:
    return "1 employee" if count == 1 else f"{count:,} employees"


def _site(row: Row) -> str:
    site = _text(row, "website")
    return site if not site or "://" in site else f"https://{site}"


def _stop(text: str) -> str:
    # "Acme, Inc." ends a sentence by itself.
    return text if text.endswith(".") else f"{text}."


def _short(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1].rsplit(" ", 1)[0] + "…"


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def _month(value: object) -> str:
    day = _day(value)
    return day.strftime("%Y-%m") if day else ""


def dollars(thousands: float) -> str:
    """An amount of thousands of USD as people write it."""
    amount = float(thousands) * 1_000
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if amount >= size:
            return f"${amount / size:,.1f}".removesuffix(".0") + unit
    return f"${amount:,.0f}"
