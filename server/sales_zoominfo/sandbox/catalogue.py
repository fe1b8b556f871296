"""What of a company and of a person is indexed, and how it is read off their rows."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Any, Final

from .encoding import DAY
from .indexing import (
    Coded,
    Column,
    Index,
    Ints,
    Split,
    common_from,
    phrases,
    prefixes,
    ranked,
    split_words,
    tags,
    whole,
)

# Days are counted from this many before the anchor; a power of two, so that spans halve evenly.
DAYS: Final = 512
_FLAGS: Final = ("opted_out", "board", "direct", "mobile", "reachable", "notified", "email", "email2", "employed")


def area(postcode: str) -> Iterable[str]:
    """The first three characters of a postcode, by which whole neighbourhoods are found at once."""
    return (postcode[:3],)


_PERSON_TEXTS: Final[dict[str, dict[str, Split]]] = {
    "department": {"department": whole},
    "levels": {"levels": tags},
    "title": {"title": split_words, "exact_title": lambda text: (text.strip(),)},
    "experience": {"experience": whole},
    "function": {"function": whole},
    "skills": {"skills": tags},
    "refs": {"refs": tags},
    "first": {"first": whole},
    "initial": {"initial": whole},
    "school": {"school": split_words},
    "degree": {"degree": split_words},
    "country": {"country": whole},
    "continent": {"continent": whole},
    "state_id": {"state_id": whole},
    "state": {"state": whole},
    "metro": {"metro": whole},
    "zip": {"zip": whole, "area": area},
}
_PERSON_NUMBERS: Final = ("accuracy", "updated", "valid", "started")
_COMPANY_TEXTS: Final[dict[str, dict[str, Split]]] = {
    "name_words": {"name": split_words},
    "name_key": {"key": split_words},
    "type": {"type": whole},
    "description": {"description": split_words},
    "address": {"address": split_words},
    "street": {"street": split_words},
    "country": {"country": whole},
    "continent": {"continent": whole},
    "state_id": {"state_id": whole},
    "state": {"state": whole},
    "metro": {"metro": whole},
    "zip": {"zip": whole, "area": area},
    "models": {"models": tags},
    "industries": {"industries": tags},
    "primary_industries": {"primary_industries": tags},
    "sic": {"sic": prefixes},
    "naics": {"naics": prefixes},
    "rankings": {"rankings": tags},
    "hashtags": {"hashtags": tags},
    "products": {"products": tags},
    "sub_unit": {"sub_unit": whole},
    "recent_round": {"recent_round": whole},
    "rounds": {"rounds": tags},
    "certified": {"certified": str},
    "defunct": {"defunct": str},
}
_COMPANY_NUMBERS: Final = {
    "employees": 1,
    "revenue": 1,
    "growth1": 10,
    "growth2": 10,
    "marketing_budget": 1,
    "finance_budget": 1,
    "it_budget": 1,
    "hr_budget": 1,
    "contacts": 1,
}
_NAMES: Final = (
    *(*_PERSON_TEXTS, "last", "street", "rest", "flags"),
    *(*_PERSON_NUMBERS, "hierarchy", "sources", "mentioned"),
    *("id", "employer", "score"),
)
_COMPUTED: Final = ("street", "rest", "flags", "employer", "score")
_told_of: Final = itemgetter(*(name for name in _NAMES if name not in _COMPUTED))
_NOTED: Final = (*(name for name in _NAMES if name not in _COMPUTED), *_COMPUTED)
_BATCH: Final = 4096
# No company of the data set has more funding rounds.
ROUNDS: Final = 3


def _flags(text: str) -> Iterable[str]:
    return (name for name, held in zip(_FLAGS, text, strict=True) if held == "1")


def _spans(kind: str, day: int) -> Iterable[str]:
    """Return every span of 1, 2, 4, ... days that holds a day, as postings name it."""
    return (f"{kind}:{level}:{day >> level}" for level in range(DAYS.bit_length()))


def spans_of(first: int, end: int) -> list[tuple[int, int]]:
    """Return the fewest (level, block) spans that make up the days from `first` to before `end`."""
    found: list[tuple[int, int]] = []
    while first < end:
        level = (first & -first).bit_length() - 1 if first else DAYS.bit_length() - 1
        while first + (1 << level) > end:
            level -= 1
        found.append((level, first >> level))
        first += 1 << level
    return found


class Engagements:
    """Collects when records were engaged with."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], Ints] = {}

    def add(self, record: int, at: int, kind: str) -> None:
        """Note an engagement of a record, `at` seconds from the anchor (whole days, before it)."""
        self._found.setdefault((kind, at // DAY + DAYS), array("I")).append(record)

    def write(self, index: Index, number_of: Sequence[int] | None = None) -> None:
        """Write postings of all spans of days; `number_of` turns what was noted into record numbers."""
        found: dict[str, set[int]] = {}
        for (kind, day), records in self._found.items():
            numbers = records if number_of is None else [number_of[record] for record in records]
            for span in _spans(kind, day):
                found.setdefault(span, set()).update(numbers)
        index.postings("engaged", ((span, array("I", numbers)) for span, numbers in found.items()))


class PeopleCatalogue:
    """Collects what is indexed of people while they are written, and writes their index."""

    def __init__(self) -> None:
        self._texts = {name: Coded() for name in (*_PERSON_TEXTS, "last", "street", "rest", "flags")}
        self._numbers = {name: Column("i") for name in (*_PERSON_NUMBERS, "hierarchy", "sources", "mentioned")}
        self._ids, self._employers, self._scores = Column("q"), Column("i"), Column("q")
        self._former, self._leavers, self._held = Column("I"), Column("I"), Coded()
        self._engagements = Engagements()
        self._count = 0
        self._waiting: list[tuple[Any, ...]] = []
        self._past: list[tuple[int, int, str]] = []

    def add(self, row: Mapping[str, Any], employer: int, score: float) -> int:
        """Note a person.

        Args:
            row: Columns of the table.
            employer: Place of the company among all, -1 for none.
            score: The lower, the earlier by relevance.

        Returns:
            Its place in the order of creation.
        """
        street: str | None = row["street"]
        rest = None if street is None else row["address"][len(street) - 1 :]
        # The score is kept to 15 places after the point, so that it sorts as a whole number.
        self._waiting.append((*_told_of(row), street, rest, _mask(row), employer, round(score * 1e15)))
        self._count += 1
        if len(self._waiting) == _BATCH:
            self._put_aside()
        return self._count - 1

    def _put_aside(self) -> None:
        columns = (
            *self._texts.values(),
            *self._numbers.values(),
            self._ids,
            self._employers,
            self._scores,
        )
        if self._waiting:
            values = dict(zip(_NOTED, zip(*self._waiting, strict=True), strict=True))
            for name, column in zip(_NAMES, columns, strict=True):
                column.extend(values[name])
            self._waiting.clear()
        if self._past:
            for column, found in zip(
                (self._leavers, self._former, self._held), zip(*self._past, strict=True), strict=True
            ):
                column.extend(found)
            self._past.clear()

    def add_past(self, record: int, company: int, title: str) -> None:
        """Note a former employment: the person's place of creation, the company's, the title's words."""
        self._past.append((record, company, title))

    def engaged(self, record: int, at: int, kind: str) -> None:
        """Note an engagement; see `Engagements.add`."""
        self._engagements.add(record, at, kind)

    def write(self, connection: sqlite3.Connection, names: Sequence[str], told: Callable[[float], None]) -> None:
        """Write the index.

        Args:
            connection: The data set, inside a transaction.
            names: What a search sorts each company by, in the order of the companies.
            told: Called with the share that is done.
        """
        self._put_aside()
        employers = self._employers.take()
        companies = len(names)
        grouped = array("I", (companies if place < 0 else place for place in employers))
        del employers
        order = array("I", sorted(range(self._count), key=grouped.__getitem__))
        index = Index(connection, "person", self._count, order)
        index.size()
        _write_runs(index, grouped, companies)
        number_of = array("I", bytes(4 * self._count))
        for number, record in enumerate(order):
            number_of[record] = number
        self._engagements.write(index, number_of)
        by_id = index.ids(index.arranged(self._ids.take()))
        told(0.05)
        self._write_sortings(index, by_id, grouped, names)
        del by_id, grouped
        told(0.35)
        for name, fields in _PERSON_TEXTS.items():
            index.values(self._texts[name].take(), **fields)
        told(0.6)
        index.values(self._texts["flags"].take(), flag=_flags)
        index.values(self._texts["street"].take(), street=split_words)
        index.values(self._texts["rest"].take(), rest=split_words)
        for name in _PERSON_NUMBERS:
            index.number(name, self._numbers[name].take())
        told(0.85)
        self._write_past(connection, companies, number_of)
        told(1.0)

    def _write_sortings(self, index: Index, by_id: Ints, grouped: Ints, names: Sequence[str]) -> None:
        texts, codes = self._texts["last"].take()
        index.values((texts, codes), last=whole)
        self._sorting(index, "last", codes, ranked([text or "" for text in texts]), by_id)
        self._sorting(index, "company", grouped, ranked([*names, ""]), by_id)
        for name in ("hierarchy", "sources", "mentioned"):
            column = self._numbers[name].take()
            low = min(column)
            self._sorting(index, name, column, None, by_id, low)
        column = self._numbers["accuracy"].take()
        self._sorting(index, "accuracy", column, None, by_id)
        self._numbers["accuracy"] = _refilled(column)
        scores = self._scores.take()
        ranks = array("I", bytes(4 * self._count))
        for rank, record in enumerate(sorted(range(self._count), key=scores.__getitem__)):
            ranks[record] = rank
        self._sorting(index, "relevance", ranks, None, by_id)

    def _sorting(
        self, index: Index, name: str, column: Ints, ranks: Sequence[int] | None, by_id: Ints, low: int = 0
    ) -> None:
        if ranks is not None:
            column = array("I", map(ranks.__getitem__, column))
        elif low:
            column = array("I", (value - low for value in column))
        index.sorting(name, index.arranged(column), by_id)

    def _write_past(self, connection: sqlite3.Connection, companies: int, number_of: Ints) -> None:
        former = self._former.take()
        order = array("I", sorted(range(len(former)), key=former.__getitem__))
        index = Index(connection, "past", len(former), order)
        index.size()
        _write_runs(index, former, companies)
        leavers = index.arranged(self._leavers.take())
        index.listing("person", array("I", map(number_of.__getitem__, leavers)))
        index.values(self._held.take(), title=split_words)


def _refilled(values: Ints) -> Column:
    column = Column(values.typecode)
    column.extend(values)
    return column


def _mask(row: Mapping[str, Any]) -> str:
    return (
        f"{row['opted_out']}{row['board']}{row['direct']}{row['mobile']}{row['reachable']}{row['notified']}"
        f"{int(row['email'] is not None)}{int(row['email2'] is not None)}{int(row['company'] is not None)}"
    )


def _write_runs(index: Index, groups: Iterable[int], companies: int) -> None:
    """Write where the records of each company begin, records being grouped by company."""
    counts = [0] * (companies + 1)
    for group in groups:
        counts[group] += 1
    index.runs(array("I", accumulate([0, *counts[:companies]])))


def write_companies(
    connection: sqlite3.Connection,
    count: int,
    rounds: Iterable[tuple[int, list[tuple[int, int]]]],
    engaged: Engagements,
) -> None:
    """Write the index of the companies from their table.

    Args:
        connection: The data set, inside a transaction.
        count: Number of companies.
        rounds: Place of a company and its funding rounds: day from the anchor, amount in thousands of dollars.
        engaged: Their engagements, by place.
    """
    index = Index(connection, "company", count)
    index.size()

    def column(name: str) -> Iterable[Any]:
        return (row[0] for row in connection.execute(f"SELECT {name} FROM company ORDER BY id"))  # noqa: S608

    for name, fields in _COMPANY_TEXTS.items():
        for field, split in fields.items():
            index.each(field, column(name), split)
    counts: dict[str, int] = {}
    for text in column("keywords"):
        for word in set(text.split()):
            counts[word] = counts.get(word, 0) + 1
    common = frozenset(word for word, number in counts.items() if number >= common_from(count))
    index.each("keywords", column("keywords"), lambda text: phrases(text, common))
    for name, scale in _COMPANY_NUMBERS.items():
        index.number(name, array("q", (round(value * scale) for value in column(name))), scale)
    _write_rounds(index, count, rounds)
    engaged.write(index)
    by_id = index.ids(array("q", column("id")))
    index.sorting("name", array("I", ranked(list(column("name_sort")))), by_id)
    index.sorting("employees", array("I", column("employees")), by_id)
    index.sorting("revenue", array("I", column("by_revenue")), by_id)


def _write_rounds(index: Index, count: int, rounds: Iterable[tuple[int, list[tuple[int, int]]]]) -> None:
    days = [array("q", bytes(8 * count)) for _ in range(ROUNDS)]
    amounts = [array("q", bytes(8 * count)) for _ in range(ROUNDS)]
    having: list[Ints] = [array("I") for _ in range(ROUNDS)]
    for place, found in rounds:
        for turn, (day, amount) in enumerate(found):
            days[turn][place] = day
            amounts[turn][place] = amount
            having[turn].append(place)
    for turn in range(ROUNDS):
        index.number(f"round{turn}_day", days[turn])
        index.number(f"round{turn}_amount", amounts[turn])
    index.postings("round", ((str(turn), records) for turn, records in enumerate(having)))
