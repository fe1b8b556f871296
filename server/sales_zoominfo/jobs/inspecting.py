"""What a CRM export is like, told without an account and at no cost: how complete, how old, how often twice.

One pass over the file in bounded memory. Counts are exact; duplicates are estimated from a part of the keys once there
are more of them than are remembered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from ..zoominfo.operations import Entity
from . import values
from .columns import SAMPLE, Recognition, recognise_columns
from .files.model import BrokenRow
from .matching import Matching, Wanted
from .names import bare_company, read_company, read_person
from .values import Useless, clean

if TYPE_CHECKING:
    from .files.model import Source

# What a RevOps team misses most in an export, with the output field that fills it.
FILLS: dict[Entity, dict[str, str]] = {
    "contact": {
        "emailAddress": "email", "phone": "phone", "mobilePhone": "mobilePhone", "jobTitle": "jobTitle",
        "department": "jobFunction", "managementLevel": "managementLevel", "externalURL": "externalUrls",
        "companyName": "companyName", "companyWebsite": "companyWebsite", "companyPhone": "companyPhone",
        "city": "city", "state": "state", "country": "country", "industry": "companyPrimaryIndustry",
        "employees": "companyEmployeeCount", "revenue": "companyRevenueNumeric",
    },
    "company": {
        "companyWebsite": "website", "companyName": "name", "companyPhone": "phone", "companyFax": "fax",
        "companyStreet": "street", "companyCity": "city", "companyState": "state", "companyZipCode": "zipCode",
        "companyCountry": "country", "industry": "primaryIndustry", "employees": "employeeCount", "revenue": "revenue",
        "companyTicker": "ticker", "companyLinkedIn": "socialMediaUrls",
    },
}  # fmt: skip
AGES: tuple[tuple[str, int], ...] = (("90 days", 90), ("180 days", 180), ("1 year", 365), ("2 years", 730))
STALE_DAYS = 90
_READERS: dict[str, Callable[[str], str | Useless]] = {
    "emailAddress": values.read_email,
    "supplementalEmail": values.read_email,
    "hashedEmail": values.read_hash,
    "externalURL": values.read_profile,
    "phone": values.read_phone,
    "mobilePhone": values.read_phone,
    "companyPhone": values.read_phone,
    "companyFax": values.read_phone,
    "companyWebsite": values.read_domain,
    "personId": values.read_id,
    "companyId": values.read_id,
    "companyName": read_company,
    "fullName": read_person,
    "firstName": read_person,
    "lastName": read_person,
}
# So many keys of one kind are remembered; beyond it a part of them, chosen by their digests, stands for all.
_KEYS = 100_000
_EXAMPLES = 5


@dataclass(slots=True)
class ColumnProfile:
    """One column.

    Attributes:
        name, field, confidence, why: as recognised; the field is empty when nothing is known of it.
        used: whether rows are matched or filled by it.
        filled: rows with a value.
        fillers: rows with a filler such as "n/a" in place of one.
        unusable: of the filled ones, values that are not in a form that can be used (broken, test, shared mailbox).
    """

    name: str
    field: str
    confidence: float
    why: str
    used: bool
    filled: int = 0
    fillers: int = 0
    unusable: int = 0


@dataclass(slots=True)
class Duplicates:
    """Rows that seem to be the same record.

    Attributes:
        by: what they share.
        rows: how many rows there are beyond the first of each.
        groups: how many records stand more than once.
        estimated: whether the counts are extrapolated from a part of the keys.
        examples: numbers of rows that go together, from 1.
    """

    by: str
    rows: int
    groups: int
    estimated: bool
    examples: list[list[int]]


@dataclass(slots=True)
class Age:
    """How old the rows are, by one date column.

    Attributes:
        column, field: which.
        newest, oldest: days, as YYYY-MM-DD; empty when none could be read.
        counts: rows by age, ``unknown`` for those without a date that can be read.
        stale: rows older than 90 days.
        order: how a date such as 03/04/2026 was read: ``year first``, ``month first`` or ``day first``; ``guessed``
            behind it when no value decided.
    """

    column: str
    field: str
    newest: str
    oldest: str
    counts: dict[str, int]
    stale: int
    order: str


@dataclass(slots=True)
class Fill:
    """What an enrichment could fill.

    Attributes:
        field: ZoomInfo's output field.
        column: the file's heading; empty when the file has no such column.
        empty: rows without a value there.
        reachable: of them, rows that can be matched.
    """

    field: str
    column: str
    empty: int
    reachable: int


@dataclass(slots=True)
class Profile:
    """What a file is like.

    Attributes:
        file, format, details, notes: how it is written.
        entity: whose records were thought of; ``rows_are`` what its rows are.
        system: whose export it seems to be, empty when nothing tells.
        record_id: the column with the CRM's own id, empty for none.
        preset: the mapping that goes with the system, empty for none.
        rows, broken: of the file.
        matchable: rows that identify a record, by the surest key that each has.
        unmatchable: the others, by reason.
        columns, duplicates, ages, fills: as their classes say.
        credits: what enriching it costs at most.
        advice: sentences for a person, the weightiest first.
    """

    file: str
    format: str
    details: dict[str, str]
    notes: list[str]
    entity: Entity
    rows_are: Entity
    system: str
    record_id: str
    preset: str
    rows: int = 0
    broken: int = 0
    matchable: dict[str, int] = field(default_factory=dict[str, int])
    unmatchable: dict[str, int] = field(default_factory=dict[str, int])
    columns: list[ColumnProfile] = field(default_factory=list[ColumnProfile])
    duplicates: list[Duplicates] = field(default_factory=list[Duplicates])
    ages: list[Age] = field(default_factory=list[Age])
    fills: list[Fill] = field(default_factory=list[Fill])
    credits: int = 0
    advice: list[str] = field(default_factory=list[str])

    def told(self) -> dict[str, Any]:
        """The profile as JSON, with ZoomInfo's way of writing names."""
        return _camel(asdict(self))


_KEEP = frozenset(["details", "matchable", "unmatchable", "counts"])


def _camel(node: Any, *, keys: bool = True) -> Any:
    if isinstance(node, dict):
        # Of counts by name the names stay what they are.
        items = cast("dict[str, Any]", node).items()
        return {_renamed(name) if keys else name: _camel(item, keys=name not in _KEEP) for name, item in items}
    if isinstance(node, list):
        return [_camel(item) for item in cast("list[Any]", node)]
    return node


def _renamed(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


# --- counting --------------------------------------------------------------------------------------------------


class _Twins:
    """Keys that come more than once: counted exactly, or by a part of them when they are many."""

    def __init__(self, by: str) -> None:
        self._by = by
        self._mask = 0
        self._seen: dict[int, list[int]] = {}

    def add(self, key: str | bytes, row: int) -> None:
        data = key if isinstance(key, bytes) else key.encode("utf-8", "replace")
        digest = int.from_bytes(blake2b(data, digest_size=8).digest())
        if digest & self._mask:
            return
        rows = self._seen.get(digest)
        if rows is None:
            self._seen[digest] = [1, row]
            if len(self._seen) > _KEYS:
                self._mask = self._mask * 2 + 1
                self._seen = {kept: told for kept, told in self._seen.items() if not kept & self._mask}
            return
        rows[0] += 1
        if len(rows) < 4:
            rows.append(row)

    def found(self) -> Duplicates | None:
        groups = [rows for rows in self._seen.values() if rows[0] > 1]
        if not groups:
            return None
        scale = self._mask + 1
        examples = sorted(rows[1:] for rows in groups)[:_EXAMPLES]
        extra = sum(rows[0] - 1 for rows in groups)
        return Duplicates(self._by, extra * scale, len(groups) * scale, scale > 1, examples)


_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_PARTS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_EPOCH = re.compile(r"1\d{9}(\d{3})?")


class _Dates:
    """One date column."""

    def __init__(self, name: str, place: int, field: str, sample: Sequence[str], today: date) -> None:
        self.name, self.place, self.field = name, place, field
        self._order, self._sure = _order(sample)
        self._limits = [(label, (today - timedelta(days=days)).isoformat()) for label, days in AGES]
        self._counts: Counter[str] = Counter()
        self._newest, self._oldest = "", "9999"

    def add(self, text: str) -> None:
        day = _day(text, self._order)
        if day is None:
            self._counts["unknown"] += 1
            return
        self._newest, self._oldest = max(self._newest, day), min(self._oldest, day)
        for label, limit in self._limits:
            if day >= limit:
                self._counts[f"up to {label}"] += 1
                return
        self._counts[f"over {AGES[-1][0]}"] += 1

    def found(self) -> Age | None:
        if not self._newest:
            return None
        names = [*(f"up to {label}" for label, _ in AGES), f"over {AGES[-1][0]}", "unknown"]
        counts = {name: self._counts[name] for name in names}
        stale = sum(counts[name] for name in names[1:-1])
        order = self._order if self._sure else f"{self._order} (guessed)"
        return Age(self.name, self.field, self._newest, self._oldest, counts, stale, order)


def _order(sample: Sequence[str]) -> tuple[str, bool]:
    """How dates such as 03/04/2026 are to be read, and whether a value decides it."""
    parts = [found for text in sample if not _ISO.search(text) and (found := _PARTS.search(text))]
    if not parts:
        return "year first", True
    if any(int(found[1]) > 12 for found in parts):
        return "day first", True
    if any(int(found[3]) > 12 for found in parts):
        return "month first", True
    # Dots stand between day and month nearly everywhere; slashes are the United States' more than anybody's.
    return ("month first" if parts[0][2] == "/" else "day first"), parts[0][2] == "."


def _day(text: str, order: str) -> str | None:
    """A date as YYYY-MM-DD; None when there is none in the text."""
    found = _ISO.search(text)
    if found:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _PARTS.search(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        day, month = (second, first) if order == "month first" else (first, second)
    elif found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC).date().isoformat()
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


# --- the profile -----------------------------------------------------------------------------------------------


def inspect(
    source: Source,
    entity: Entity | None = None,
    overrides: dict[str, str] | None = None,
    *,
    today: date | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> Profile:
    """Profile a file, reading it once; blocking.

    Args:
        source: the file.
        entity: whose records one thinks of enriching; what its rows are when None.
        overrides: fields by heading, over what is recognised.
        today: the day that ages count from.
        progress: told now and then the share that is read, 0 to 1, and the number of rows.

    Returns:
        The profile.

    Raises:
        InvalidArgument: the file cannot be read, or an override is wrong.
    """
    sample: list[list[Any]] = []
    rows = source.rows()
    try:
        sample = [list(row) for row in islice(rows, SAMPLE)]
    finally:
        getattr(rows, "close", lambda: None)()
    recognition = recognise_columns(source.columns, sample, entity, overrides)
    wanted: Entity = entity or recognition.entity
    counting = _Counting(recognition, wanted, sample, today or datetime.now(UTC).date())
    for number, row in enumerate(source.rows(), 1):
        counting.add(row, number)
        if progress is not None and not number % 2000:
            progress(source.progress, number)
    system = recognition.system or ""
    profile = Profile(
        file=source.path.name,
        format=source.format,
        details=dict(source.details),
        notes=list(source.notes),
        entity=wanted,
        rows_are=recognition.entity,
        system=system,
        record_id=recognition.record_id or "",
        preset=system if system not in ("", "zoominfo") and recognition.entity == wanted else "",
    )
    counting.tell(profile)
    return profile


class _Counting:
    """Everything that is counted in the one pass."""

    def __init__(self, recognition: Recognition, entity: Entity, sample: list[list[Any]], today: date) -> None:
        self._entity: Entity = entity
        self._matching = Matching(recognition, entity, search_first=True)
        self._columns = [
            ColumnProfile(item.name, item.field, round(item.confidence, 2), item.why, item.used)
            for item in recognition.columns
        ]
        self._readers = [_READERS.get(item.field) if item.used else None for item in recognition.columns]
        self._rows = self._broken = 0
        self._by: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._exact = _Twins("the same match input")
        places = recognition.places
        self._names = (places("firstName"), places("lastName"), places("fullName"))
        self._company, self._site = places("companyName"), places("companyWebsite")
        self._emails = places("emailAddress", "supplementalEmail")
        self._phones = places("mobilePhone", "phone")
        likely = ("email", "phone", "name and company") if recognition.entity == "contact" else ("domain", "name")
        self._people = recognition.entity == "contact"
        self._likely = {by: _Twins(by) for by in likely}
        self._reach = {name: (places(name)[0] if places(name) else None, [0, 0]) for name in FILLS[entity]}
        self._dates: list[_Dates] = []
        for name in ("modifiedAt", "activityAt", "createdAt"):
            for place in places(name)[:1]:
                texts = [clean(row[place]) for row in sample if place < len(row)]
                self._dates.append(_Dates(self._columns[place].name, place, name, texts, today))

    def add(self, row: Sequence[Any], number: int) -> None:
        """Count a row."""
        self._rows += 1
        if isinstance(row, BrokenRow):
            self._broken += 1
            self._reasons["broken"] += 1
            return
        read: dict[int, str] = {}
        empty: set[int] = set()
        for place, column in enumerate(self._columns):
            text = clean(row[place])
            if not text:
                empty.add(place)
                continue
            reader = self._readers[place]
            found = reader(text) if reader is not None else text
            if isinstance(found, Useless):
                if found is Useless.JUNK:
                    column.fillers += 1
                    empty.add(place)
                    continue
                column.unusable += 1
            else:
                read[place] = found
            if reader is None and values.is_junk(text):
                column.fillers += 1
                empty.add(place)
                continue
            column.filled += 1
        matched = self._matching.read(row)
        usable = isinstance(matched, Wanted)
        if isinstance(matched, Wanted):
            self._by[matched.by] += 1
            self._exact.add(matched.digest, number)
        else:
            self._reasons[matched.reason] += 1
        self._twins(read, number)
        for place, counts in self._reach.values():
            if place is None or place in empty:
                counts[0] += 1
                counts[1] += usable
        for dates in self._dates:
            dates.add(clean(row[dates.place]))

    def _twins(self, read: dict[int, str], number: int) -> None:
        if not self._people:
            if domain := self._first(read, self._site):
                self._likely["domain"].add(domain, number)
            if (name := self._first(read, self._company)) and (bare := bare_company(name)):
                self._likely["name"].add(bare, number)
            return
        if email := self._first(read, self._emails):
            self._likely["email"].add(email, number)
        if phone := self._first(read, self._phones):
            # The last digits, since a country code is written by some and left out by others.
            self._likely["phone"].add(phone[-9:], number)
        first, last, full = (self._first(read, some) for some in self._names)
        name = f"{first} {last}" if first and last else full
        company = self._first(read, self._company)
        if name and company:
            self._likely["name and company"].add(f"{name.casefold()}\n{bare_company(company)}", number)

    @staticmethod
    def _first(read: dict[int, str], places: tuple[int, ...]) -> str | None:
        return next((read[place] for place in places if place in read), None)

    def tell(self, profile: Profile) -> None:
        """Put what was counted into the profile."""
        profile.rows, profile.broken = self._rows, self._broken
        profile.matchable = dict(self._by.most_common())
        profile.unmatchable = dict(self._reasons.most_common())
        profile.columns = self._columns
        exact = self._exact.found()
        found = [exact, *(twins.found() for twins in self._likely.values())]
        profile.duplicates = [item for item in found if item is not None]
        profile.ages = [age for dates in self._dates if (age := dates.found()) is not None]
        profile.fills = [
            Fill(FILLS[self._entity][name], "" if place is None else self._columns[place].name, *counts)
            for name, (place, counts) in self._reach.items()
            if counts[0]
        ]
        profile.fills.sort(key=lambda fill: (fill.column == "", -fill.reachable))
        profile.credits = sum(self._by.values()) - (exact.rows if exact is not None else 0)
        profile.advice = _advice(profile)


def _rows(count: int, one: str, more: str) -> str:
    """A count with its verb: "1 row asks", "2 rows ask"."""
    return f"1 row {one}" if count == 1 else f"{count:,} rows {more}"


def _advice(profile: Profile) -> list[str]:
    told: list[str] = []
    if not profile.rows:
        return ["The file has no rows."]
    usable = sum(profile.matchable.values())
    if not usable:
        told.append('No row can be matched by these columns; name one, such as --column "HEADING=emailAddress".')
    if searched := profile.matchable.get("name and website", 0):
        told.append(
            f"{_rows(searched, 'has', 'have')} a name and a website alone: only a search before the purchase finds "
            "them, at a request a row and no credit."
        )
    for column in profile.columns:
        if column.field and not column.used:
            told.append(f"Column '{column.name}' is not used: {column.why}.")
    for column in profile.columns:
        if column.unusable > max(10, column.filled // 20):
            told.append(f"{column.unusable:,} values of '{column.name}' cannot be used as they are.")
    if (exact := next((item for item in profile.duplicates if item.by == "the same match input"), None)) is not None:
        told.append(f"{_rows(exact.rows, 'asks', 'ask')} for a record that another row asks for; it is bought once.")
    if profile.ages and profile.ages[0].stale > profile.rows // 4:
        age = profile.ages[0]
        told.append(f"{_rows(age.stale, 'was', 'were')} last touched over {STALE_DAYS} days ago, by '{age.column}'.")
    if usable and not profile.record_id:
        told.append("No column holds the CRM's record id, which an upsert file needs; export it with the rows.")
    return told
