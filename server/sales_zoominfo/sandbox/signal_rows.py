"""What a row of intent, scoops and news holds, before its generation spells it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from . import bitmaps, taxonomies
from .query import Engine
from .records import Reader, country_name
from .signal_data import COMPANY, SOURCES, UPDATES
from .signal_stories import (
    address_of,
    article_of,
    categories_of,
    description,
    headline,
    news_id,
    scoop_id,
    story_of,
    topics_of,
)
from .signal_streams import WEEK, Signal, Streams, Week, of_range, signal_of, weeks_between

TOPICS: Final[dict[str, dict[str, str]]] = dict(taxonomies.table("intent-topics"))
_RECOMMENDED: Final = 3
_LOCATIONS: Final = 3
# Weeks to look back for the signal before, and without a signal to call one new.
_BEFORE: Final = 12
_QUIET: Final = 4
# Of so few companies each is looked up; of more, the week is read through.
_FEW: Final = 64

Hit: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Employer:
    """A company beside a signal."""

    id: int
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody beside a signal."""

    id: int
    first: str
    last: str
    title: str
    function: dict[str, str]


@dataclass(frozen=True, slots=True)
class IntentRow:
    """A signal; `key` is a hash that names it, `at` seconds since the Unix epoch."""

    key: str
    company: Employer
    category: str
    topic: str
    score: int
    strength: str
    at: int
    other_topics: bool
    people: list[Person]
    spikes: int
    new: bool
    trend: int
    locations: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ScoopRow:
    """A scoop; times are seconds since the Unix epoch, topics and types pairs of id and name."""

    id: int
    company: Employer
    published: int
    original: int
    link_text: str
    link: str
    description: str
    topics: list[tuple[str, str]]
    update: str
    types: list[tuple[str, str]]
    people: list[Person]


@dataclass(frozen=True, slots=True)
class NewsRow:
    """An article; `at` is seconds since the Unix epoch, `image` empty where it has none."""

    id: int
    company: Employer
    domain: str
    title: str
    url: str
    image: str
    at: int
    categories: list[str]
    description: str


class Members:
    """A set of records, quick to ask; None holds all."""

    def __init__(self, bits: int | None) -> None:
        self._all = bits is None
        self._data = b"" if bits is None else bits.to_bytes((bits.bit_length() + 7) >> 3, "little")
        self._reach = len(self._data) << 3
        self._few = bitmaps.members(bits) if bits is not None and bits.bit_count() <= _FEW else None

    def __contains__(self, number: int) -> bool:
        return self._all or (number < self._reach and bool(self._data[number >> 3] >> (number & 7) & 1))

    def places(self, week: Week) -> Sequence[int]:
        """Return where in a week these companies are."""
        if self._all:
            return range(len(week.numbers))
        if self._few is not None:
            return [place for place in map(week.place, self._few) if place >= 0]
        data, reach = self._data, self._reach
        return [
            place
            for place, number in enumerate(week.numbers)
            if number < reach and data[number >> 3] >> (number & 7) & 1
        ]


class Rows:
    """Makes rows of hits.

    Args:
        engine: Knows companies and people by their places.
        reader: Reads their records.
        streams: What happens at the companies.
    """

    def __init__(self, engine: Engine, reader: Reader, streams: Streams) -> None:
        self._engine = engine
        self._reader = reader
        self._streams = streams
        self._employers = list[Employer]()
        self._gone: Members | None = None

    def intent(self, hits: Sequence[Hit], first: float, last: float, *, people: bool, places: bool) -> list[IntentRow]:
        """Return the rows of some signals.

        Args:
            hits: The signals.
            first, last: The time asked for, in which spikes are counted; seconds since the Unix epoch.
            people: Name people to talk to.
            places: Say where the reading goes on.
        """
        employers = self._some(hit[6] for hit in hits)
        rows: list[IntentRow] = []
        for _, _, _, _, topic, week, number in hits:
            data = self._streams.signals(topic, week).of(number)
            if data is None:
                raise ValueError("a signal has gone")
            signal = signal_of(week, data)
            earlier = list(self._signals_of(topic, number, signal.at - _BEFORE * WEEK, signal.at - 1))
            company = employers[number]
            rows.append(
                IntentRow(
                    key=hashlib.blake2b(f"{topic}|{company.id}|{week}".encode(), digest_size=16).hexdigest(),
                    company=company,
                    category=TOPICS[topic]["category"],
                    topic=topic,
                    score=signal.score,
                    strength=signal.strength,
                    at=signal.at,
                    other_topics=self._reads_more(topic, week, number),
                    people=self._recommended(topic, number) if people else [],
                    spikes=sum(1 for _ in self._signals_of(topic, number, first, last)),
                    new=not any(one.at > signal.at - _QUIET * WEEK for one in earlier),
                    trend=signal.score - earlier[-1].score if earlier else 0,
                    locations=self._locations(number) if places else [],
                )
            )
        return rows

    def _signals_of(self, topic: str, number: int, first: float, last: float) -> Iterator[Signal]:
        for week in weeks_between(first, last):
            data = self._streams.signals(topic, week).of(number)
            if data is not None:
                signal = signal_of(week, data)
                if first <= signal.at <= last:
                    yield signal

    def _reads_more(self, topic: str, week: int, number: int) -> bool:
        others = (name for name in TOPICS if name != topic)
        return any(self._streams.interested(name, week).of(number) is not None for name in others)

    def scoops(self, hits: Sequence[Hit]) -> list[ScoopRow]:
        """Return the rows of some hits."""
        employers = self._some(hit[3] for hit in hits)
        rows: list[ScoopRow] = []
        for at, published, week, number, data in hits:
            key, story = story_of(data)
            company = employers[number]
            rows.append(
                ScoopRow(
                    id=scoop_id(week, number),
                    company=company,
                    published=published,
                    original=at,
                    link_text=headline(data, company.name),
                    link=f"https://scoops.sandbox.example/{scoop_id(week, number)}",
                    description=description(data, company.name),
                    topics=[(topic, taxonomies.SCOOP_TOPICS[topic]) for topic in topics_of(story, data)],
                    update=of_range(UPDATES, data[5]) if published > at else "",
                    types=[(key, taxonomies.SCOOP_TYPES[key])],
                    people=self._people(self.contacts(number, data)),
                )
            )
        return rows

    def news(self, hits: Sequence[Hit]) -> list[NewsRow]:
        """Return the rows of some hits."""
        employers = self._some(hit[2] for hit in hits)
        rows: list[NewsRow] = []
        for at, week, number, data in hits:
            article, company = article_of(data), employers[number]
            source, key = of_range(SOURCES, data[4]), news_id(week, number)
            rows.append(
                NewsRow(
                    id=key,
                    company=company,
                    domain=source,
                    title=article.title.replace(COMPANY, company.name),
                    url=address_of(week, number, data, company.domain),
                    image=f"https://{source}/images/{key}.jpg" if data[5] >= 60 else "",
                    at=at,
                    categories=categories_of(data),
                    description=article.text.replace(COMPANY, company.name),
                )
            )
        return rows

    # --- People and companies ----------------------------------------------------------------------------

    def _some(self, numbers: Iterable[int]) -> dict[int, Employer]:
        ids = self._engine.companies.listing("id")
        wanted = {ids[number]: number for number in numbers}
        marks = ",".join("?" * len(wanted))
        sql = f"SELECT id, name, domains FROM company WHERE id IN ({marks})"  # noqa: S608
        return {wanted[row[0]]: _employer(*row) for row in self._engine.db.execute(sql, list(wanted))}

    def everybody(self) -> list[Employer]:
        """Return all companies, by their places."""
        if not self._employers:
            rows = self._engine.db.execute("SELECT id, name, domains FROM company ORDER BY id")
            self._employers = [_employer(*row) for row in rows]
        return self._employers

    def _staff(self, number: int) -> range:
        starts = self._engine.people.listing("starts")
        return range(starts[number], starts[number + 1])

    def _opted_out(self) -> Members:
        if self._gone is None:
            self._gone = Members(self._engine.people.one("flag", "opted_out"))
        return self._gone

    def contacts(self, number: int, data: bytes) -> list[int]:
        """Return the people whom a scoop names; nobody who has opted out."""
        _, story = story_of(data)
        count = story.people if story.about_people else data[4] % (story.people + 1)
        staff, gone = self._staff(number), self._opted_out()
        if not count or not staff:
            return []
        begin, found = (data[6] << 8 | data[7]) % len(staff), list[int]()
        for step in range(len(staff)):
            person = staff[(begin + step) % len(staff)]
            if person not in gone:
                found.append(person)
                if len(found) == count:
                    break
        return found

    def _recommended(self, topic: str, number: int) -> list[Person]:
        """Return the highest-ranking people of a topic's department, else of the C-suite; nobody opted out."""
        people, staff = self._engine.people, self._staff(number)
        ranks, gone = people.listing("place:hierarchy"), self._opted_out()
        department = taxonomies.by_name("departments")[TOPICS[topic]["department"].lower()]
        for key in (department, "0"):
            inside = (people.one("department", key) >> staff.start) & bitmaps.full(len(staff))
            found = [staff.start + place for place in bitmaps.members(inside)]
            found = sorted((person for person in found if person not in gone), key=lambda person: -ranks[person])
            if found:
                return self._people(found[:_RECOMMENDED])
        return []

    def _people(self, numbers: Sequence[int]) -> list[Person]:
        ids = [self._engine.people.listing("id")[number] for number in numbers]
        docs = self._reader.people(ids) if ids else {}
        return [
            Person(key, docs[key]["first"], docs[key]["last"], docs[key]["title"], _function(docs[key])) for key in ids
        ]

    def _locations(self, number: int) -> list[dict[str, str]]:
        """Return where a company's reading goes on: at its seat and where some of its people live."""
        company = self._engine.companies.listing("id")[number]
        gone = self._opted_out()
        some = [person for person in self._staff(number)[: 4 * _LOCATIONS] if person not in gone]
        ids = [self._engine.people.listing("id")[person] for person in some]
        docs = [self._reader.companies([company])[company], *(self._reader.people(ids).values() if ids else ())]
        found: list[dict[str, str]] = []
        for doc in docs:
            place = {"city": doc["city"], "state": doc["state"], "country": country_name(doc["country"])}
            filled = {name: value for name, value in place.items() if value}
            if filled and filled not in found:
                found.append(filled)
        return found[:_LOCATIONS]


def _employer(key: int, name: str, domains: str) -> Employer:
    return Employer(key, name, domains.split("|")[1])


def _function(doc: dict[str, Any]) -> dict[str, str]:
    key: str = doc["function"]
    return {"name": taxonomies.JOB_FUNCTIONS[key], "department": taxonomies.DEPARTMENTS[key.split(".")[0]]}
