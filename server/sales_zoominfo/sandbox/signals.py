"""Searches intent, scoops and news."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from . import bitmaps
from .criteria import Criteria
from .encoding import DAY
from .query import Engine, Moment, Narrowed, Rules
from .records import Reader
from .signal_data import STORY_WORDS
from .signal_rows import TOPICS, Hit, Members, Rows
from .signal_stories import (
    address_of,
    categories_of,
    company_of,
    description,
    headline,
    scoop_id,
    story_of,
    topics_of,
)
from .signal_streams import (
    DAYS,
    DELAYS,
    GRADES,
    HOUR,
    HOURS,
    INTENT_WEEKS,
    SCORES,
    STORY_WEEKS,
    WEEK,
    Streams,
    of_range,
    weeks_between,
)
from .signal_tables import ENRICH_FILTERS, USUAL_SCOOP_DAYS, Kind
from .vocabulary import words

# An update comes at most so long after the scoop.
_LATEST_UPDATE: Final = 21 * DAY
# Hits of searches that are kept.
_KEPT: Final = 200_000
# Room for the companies of a data set in a rank.
_ROOM: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Query:
    """A checked request for signals.

    Args:
        kind: Of what.
        criteria: Checked filters.
        rules: Those of the generation.
        order: A sort field of `signal_tables`, `-` in front for descending.
        companies: Ids of the companies that it is about; None for a search.
        all_topics: A company has to show all topics, not one of them.
        usual_days: Days that an undated request covers; 0 for all that is held.
    """

    kind: Kind
    criteria: Criteria
    rules: Rules
    order: str
    companies: tuple[int, ...] | None = None
    all_topics: bool = False
    usual_days: int = 0


class Signals:
    """Intent, scoops and news of one data set.

    Args:
        engine: Finds companies and people.
        reader: Reads their records.

    Attributes:
        rows: Turns hits into rows.
    """

    def __init__(self, engine: Engine, reader: Reader) -> None:
        self._engine = engine
        self._streams = Streams(engine.companies.size)
        self.rows = Rows(engine, reader, self._streams)
        self._found: OrderedDict[Any, list[Hit]] = OrderedDict()
        self._room = _KEPT

    # --- Finding -----------------------------------------------------------------------------------------

    def find(self, query: Query, moment: Moment) -> list[Hit]:
        """Return all that a request finds, in its order; `rows` turns a page of it into rows.

        Args:
            query: The request.
            moment: When it runs. What is dated later is not known yet.
        """
        key = (query.kind, repr(query.criteria), query.rules, query.order, query.companies, query.all_topics,
               query.usual_days, int(moment.now) // HOUR)  # fmt: skip
        found = self._found.get(key)
        if found is not None:
            self._found.move_to_end(key)
            return found
        finders = {"intent": self._find_intent, "scoop": self._find_scoops, "news": self._find_news}
        found = self._sorted(query, finders[query.kind](query, moment))
        self._found[key] = found
        self._room -= len(found) + 1
        while self._room < 0 and len(self._found) > 1:
            self._room += len(self._found.popitem(last=False)[1]) + 1
        return found

    def _asked(self, query: Query, moment: Moment) -> tuple[Narrowed, int | None]:
        """Return what the filters about companies and people leave, and the companies a request is about."""
        others = {name: value for name, value in query.criteria.items() if name not in _OWN[query.kind]}
        about = None if query.companies is None else self._engine.companies.by_ids(query.companies)
        narrowed = self._engine.narrowed(others, query.rules, moment)
        if query.rules.dotted_tags and query.kind == "scoop" and "hashTagString" in others:
            # The Enterprise scoop search documents that all hashtags have to be there.
            both = self._engine.companies.every("hashtags", others["hashTagString"])
            rest = narrowed.companies
            narrowed = Narrowed(both if rest is None else rest & both, narrowed.people, narrowed.offices,
                                narrowed.homes)  # fmt: skip
        return narrowed, about

    def _find_intent(self, query: Query, moment: Moment) -> list[Hit]:
        narrowed, about = self._asked(query, moment)
        allowed = Members(_joined(narrowed.companies, narrowed.offices, about))
        criteria = query.criteria
        first, last = intent_span(criteria, moment.now, query.usual_days)
        low, high = criteria.get("signalScoreMin", 0), criteria.get("signalScoreMax", 100)
        weakest, strongest = criteria.get("audienceStrengthMin", 0), criteria.get("audienceStrengthMax", 5)
        found: list[Hit] = []
        for topic in criteria["topics"]:
            seen: set[int] = set()
            for week in reversed(weeks_between(first, last)):
                read, start = self._streams.signals(topic, week), week * WEEK
                numbers, days = read.numbers, read.column(3, DAYS)
                scores, grades = read.column(1, SCORES), read.column(2, GRADES)
                for place in allowed.places(read):
                    number = numbers[place]
                    if number in seen:
                        continue
                    score, grade, at = scores[place], grades[place], start + days[place] * DAY
                    if low <= score <= high and weakest <= grade <= strongest and first <= at <= last:
                        seen.add(number)
                        # The later, the stronger, the further in front.
                        rank = (-at // DAY * 128 - score) * _ROOM + number
                        found.append((rank, at, score, grade, topic, week, number))
        if query.all_topics:
            wanted = len(criteria["topics"])
            shown: dict[int, int] = {}
            for hit in found:
                shown[hit[6]] = shown.get(hit[6], 0) + 1
            found = [hit for hit in found if shown[hit[6]] == wanted]
        return found

    def _find_scoops(self, query: Query, moment: Moment) -> list[Hit]:
        narrowed, about = self._asked(query, moment)
        criteria, now = query.criteria, int(moment.now)
        first, last = scoop_span(criteria, now, query.usual_days)
        since = criteria.get("publishedStartDate", 0)
        tells = self._teller(criteria)
        meets = self._meeter(criteria, narrowed)
        tense = criteria.get("companyPastOrPresent", "present")
        inside = narrowed.companies if tense == "present" else None
        allowed = Members(_joined(inside, about, _named(criteria, self._engine.companies.size)))
        wanted = frozenset[int](criteria.get("scoopId", ()))
        updates = criteria.get("updatedSinceCreation")
        found: list[Hit] = []
        for week in reversed(weeks_between(max(first - _LATEST_UPDATE, now - STORY_WEEKS * WEEK), last)):
            told, start = self._streams.scoops(week), week * WEEK
            numbers, hours, delays = told.numbers, told.column(3, HOURS), told.column(5, DELAYS)
            for place in allowed.places(told):
                at, number = start + hours[place] * HOUR, numbers[place]
                if at > now or (wanted and scoop_id(week, number) not in wanted):
                    continue
                later = at + delays[place] * DAY
                published = later if later <= now else at
                if not first <= published <= last or (updates and not (at < published >= since)):
                    continue
                data = told.row(place)
                if (tells is None or tells(number, data)) and (meets is None or meets(number, data)):
                    found.append((at, published, week, number, data))
        return found

    def _teller(self, criteria: Criteria) -> Callable[[int, bytes], bool] | None:
        """Return what says whether a scoop tells of what is asked for; None where all do."""
        types = frozenset(criteria.get("scoopType", ()))
        topics = frozenset(criteria.get("scoopTopic", ()))
        departments = frozenset(criteria.get("department", ()))
        text = words(criteria.get("description", ""))
        by_name = {word: Members(self._engine.companies.one("name", word)) for word in text}

        def tells(number: int, data: bytes) -> bool:
            key, story = story_of(data)
            if types and key not in types:
                return False
            if topics and topics.isdisjoint(topics_of(story, data)):
                return False
            if departments and of_range(story.departments, data[6]) not in departments:
                return False
            if not text:
                return True
            known = STORY_WORDS[key, data[2] % len(story.texts), data[5] % len(story.headlines)]
            return all(word in known or number in by_name[word] for word in text)

        return tells if types or topics or departments or text else None

    def _meeter(self, criteria: Criteria, narrowed: Narrowed) -> Callable[[int, bytes], bool] | None:
        """Return what says whether place and contacts of a scoop are those asked for; None where all are."""
        tense = criteria.get("companyPastOrPresent", "present")
        mode = criteria.get("locationSearchType", "PersonOrHQ")
        placed = narrowed.offices is not None
        if narrowed.people is None and not placed and tense == "present":
            return None
        engine = self._engine
        people, homes, offices = (Members(bits) for bits in (narrowed.people, narrowed.homes, narrowed.offices))
        inside = Members(narrowed.companies)
        alone = narrowed.people is None and tense == "present"
        former = Members(None)
        if tense != "present":
            companies = engine.companies.all if narrowed.companies is None else narrowed.companies
            former = Members(engine.who_had(engine.past_jobs(companies)))

        def meets(number: int, data: bytes) -> bool:
            office = number in offices
            decided = mode == "HQ" or (mode == "PersonOrHQ" and office) or (mode == "PersonAndHQ" and not office)
            if placed and alone and decided:
                return office
            contacts = self.rows.contacts(number, data)
            if narrowed.people is not None and not any(person in people for person in contacts):
                return False
            past = any(person in former for person in contacts)
            if (tense == "past" and not past) or (tense == "pastAndPresent" and not past and number not in inside):
                return False
            if not placed or mode == "HQ":
                return not placed or office
            home = any(person in homes for person in contacts)
            if mode == "PersonThenHQ":
                return home if contacts else office
            return {"Person": home, "PersonAndHQ": home and office}.get(mode, home or office)

        return meets

    def _find_news(self, query: Query, moment: Moment) -> list[Hit]:
        _, about = self._asked(query, moment)
        criteria, now = query.criteria, int(moment.now)
        first = max(criteria.get("pageDateMin", 0), now - STORY_WEEKS * WEEK)
        last = min(criteria.get("pageDateMax", now) + DAY - 1, now)
        allowed = Members(about)
        picked = self._picker(criteria)
        found: list[Hit] = []
        for week in reversed(weeks_between(first, last)):
            told, start = self._streams.articles(week), week * WEEK
            numbers, hours = told.numbers, told.column(3, HOURS)
            for place in allowed.places(told):
                at, number = start + hours[place] * HOUR, numbers[place]
                if first <= at <= last:
                    data = told.row(place)
                    if picked is None or picked(week, number, data):
                        found.append((at, week, number, data))
        return found

    def _picker(self, criteria: Criteria) -> Callable[[int, int, bytes], bool] | None:
        """Return what says whether an article has a category and an address asked for; None where all have."""
        wanted = frozenset(criteria.get("categories", ()))
        parts = [part.lower() for part in criteria.get("url", ())]
        employers = self.rows.everybody() if parts else []

        def picked(week: int, number: int, data: bytes) -> bool:
            if wanted and wanted.isdisjoint(categories_of(data)):
                return False
            if not parts:
                return True
            url = address_of(week, number, data, employers[number].domain)
            return any(part in url for part in parts)

        return picked if wanted or parts else None

    # --- Ordering ----------------------------------------------------------------------------------------

    def _sorted(self, query: Query, found: list[Hit]) -> list[Hit]:
        name, backwards = query.order.removeprefix("-"), query.order.startswith("-")
        if query.kind == "intent":
            found.sort()
            found.sort(key=self._intent_order(name), reverse=backwards)
            return found
        # What is found comes week by week, the last one first, and in a week by company.
        found.sort(key=itemgetter(0), reverse=True)
        if query.kind == "scoop" and query.order != "-originalPublishedDate":
            found.sort(key=self._scoop_order(name), reverse=backwards)
        return found

    def _intent_order(self, name: str) -> Callable[[Hit], Any]:
        columns = {"signalDate": 1, "signalScore": 2, "audienceStrength": 3, "topic": 4}
        if name in columns:
            return itemgetter(columns[name])
        if name == "category":
            return lambda hit: TOPICS[hit[4]]["category"]
        names = self._engine.companies.listing("place:name")
        return lambda hit: names[int(hit[6])]

    def _scoop_order(self, name: str) -> Callable[[Hit], Any]:
        if name == "originalPublishedDate":
            return itemgetter(0)
        if name in {"scoopId", "link"}:
            # Ids go by week and company, and have the same number of digits, so that addresses sort like them.
            return itemgetter(2, 3)
        employers = self.rows.everybody()
        if name == "linkText":
            return lambda hit: headline(hit[4], employers[int(hit[3])].name)
        return lambda hit: description(hit[4], employers[int(hit[3])].name)


_OWN: Final[dict[Kind, frozenset[str]]] = {
    "intent": frozenset(ENRICH_FILTERS["intent"]),
    "scoop": frozenset(ENRICH_FILTERS["scoop"]),
    "news": frozenset(ENRICH_FILTERS["news"]),
}


def intent_span(criteria: Criteria, now: float, usual_days: int) -> tuple[int, int]:
    """Return the first and last moment of the signals that a request asks for, seconds since the Unix epoch.

    Args:
        criteria: With `signalStartDate` and `signalEndDate` or not.
        now: Later signals are not known yet.
        usual_days: Days before the end when the start is not given; 0 for all that is held.
    """
    last = min(int(criteria.get("signalEndDate", now)) + DAY - 1, int(now))
    usual = int(criteria.get("signalEndDate", now)) - usual_days * DAY if usual_days else 0
    return max(int(criteria.get("signalStartDate", usual)), int(now) - INTENT_WEEKS * WEEK), last


def scoop_span(criteria: Criteria, now: int, usual_days: int) -> tuple[int, int]:
    """The same for scoops; `usual_days` counts only where neither date is given."""
    dated = "publishedStartDate" in criteria or "publishedEndDate" in criteria
    usual = now - usual_days * DAY if usual_days and not dated and "scoopId" not in criteria else 0
    first = max(int(criteria.get("publishedStartDate", usual)), now - STORY_WEEKS * WEEK)
    return first, min(int(criteria.get("publishedEndDate", now)) + DAY - 1, now)


def usual_days(kind: Kind, *, enterprise: bool) -> int:
    """Return how many days an undated request covers; 0 for all that is held."""
    return USUAL_SCOOP_DAYS if enterprise and kind == "scoop" else 0


def _named(criteria: Criteria, size: int) -> int | None:
    """Return the companies of the scoops that are asked for by id."""
    if "scoopId" not in criteria:
        return None
    return bitmaps.of((number for number in map(company_of, criteria["scoopId"]) if 0 <= number < size), size)


def _joined(*sets: int | None) -> int | None:
    found: int | None = None
    for one in sets:
        if one is not None:
            found = one if found is None else found & one
    return found
