"""What happens at companies, week by week, drawn from hashes: nothing is stored, and every process draws the same.

A week's happenings depend on the week and on a company's place among all companies, not on how many there are, so a
larger data set tells the same about its first companies. Weeks are counted from the Unix epoch, in UTC: as time goes
on, weeks come to an end and new ones begin, and what has been told stays told.
"""

import hashlib
import re
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from .encoding import DAY

WEEK: Final = 7 * DAY
HOUR: Final = 3600
# How far back each kind reaches, in weeks.
INTENT_WEEKS: Final = 26
STORY_WEEKS: Final = 52
# Weeks that share the companies interested in a topic.
_SEASON: Final = 13
# Shares of 256: companies interested in a topic, weeks of interest with a signal, weeks with a scoop, with an article.
_INTERESTED: Final = 31
_SIGNALLED: Final = 90
_SCOOPED: Final = 10
_REPORTED: Final = 10
# The companies with fixed names have more to tell.
_FAVOURED: Final = 4
_FAVOURED_TOPIC: Final = 140
_FAVOURED_SCOOP: Final = 160
_FAVOURED_STORY: Final = 100
SIGNAL_WIDTH: Final = 4
STORY_WIDTH: Final = 8
# Bytes of drawn weeks that are kept.
_KEPT: Final = 48 * 1024 * 1024

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in one week.

    Args:
        numbers: Places of the companies, ascending.
        data: `width` random bytes for each.
        width: How many.
    """

    numbers: "array[int]"
    data: bytes
    width: int

    def row(self, place: int) -> bytes:
        """Return the bytes at a place of `numbers`."""
        return self.data[place * self.width : (place + 1) * self.width]

    def column(self, at: int, meaning: bytes | None = None) -> bytes:
        """Return byte `at` of all rows, or what a table of 256 makes of each."""
        found = self.data[at :: self.width]
        return found if meaning is None else found.translate(meaning)

    def place(self, number: int) -> int:
        """Return where a company is in `numbers`, -1 when nothing happened there."""
        at = bisect_left(self.numbers, number)
        return at if at < len(self.numbers) and self.numbers[at] == number else -1

    def of(self, number: int) -> bytes | None:
        """Return the bytes of a company, None when nothing happened there."""
        place = self.place(number)
        return None if place < 0 else self.row(place)


class Streams:
    """The happenings of one data set.

    Args:
        size: Number of its companies.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: OrderedDict[tuple[object, ...], Week] = OrderedDict()
        self._room = _KEPT

    def interested(self, topic: str, week: int) -> Week:
        """Return the companies that read about a topic in the season of a week."""
        season = week // _SEASON
        key, label = ("interest", topic, season), f"interest|{topic}|{season}"
        return self._get(key, lambda: _week(label, range(self.size), 1, _INTERESTED, _FAVOURED_TOPIC))

    def signals(self, topic: str, week: int) -> Week:
        """Return the intent signals about a topic in a week."""
        key = ("signal", topic, week)
        return self._get(key, lambda: self._read(topic, week))

    def scoops(self, week: int) -> Week:
        """Return the scoops of a week."""
        return self._get(("scoop", week), lambda: self._stories(f"scoop|{week}", _SCOOPED, _FAVOURED_SCOOP))

    def articles(self, week: int) -> Week:
        """Return the articles of a week."""
        return self._get(("news", week), lambda: self._stories(f"news|{week}", _REPORTED, _FAVOURED_STORY))

    def _get(self, key: tuple[object, ...], make: Callable[[], Week]) -> Week:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        found = make()
        self._kept[key] = found
        self._room -= _weight(found)
        while self._room < 0 and len(self._kept) > 1:
            self._room += _weight(self._kept.popitem(last=False)[1])
        return found

    def _read(self, topic: str, week: int) -> Week:
        among = self.interested(topic, week).numbers
        return _week(f"signal|{topic}|{week}", among, SIGNAL_WIDTH, _SIGNALLED, _SIGNALLED)

    def _stories(self, label: str, below: int, favour: int) -> Week:
        return _week(label, range(self.size), STORY_WIDTH, below, favour)


def _weight(week: Week) -> int:
    return len(week.numbers) * week.numbers.itemsize + len(week.data) + 200


def _week(label: str, among: Sequence[int], width: int, below: int, favour: int) -> Week:
    data = hashlib.shake_128(label.encode()).digest(len(among) * width) if among else b""
    chances = data[::width]
    places = [hit.start() for hit in re.finditer(b"[\\x00-" + re.escape(bytes((below - 1,))) + b"]", chances)]
    if favour > below:
        first = [place for place in range(min(_FAVOURED, len(chances))) if below <= chances[place] < favour]
        places = sorted({*first, *places}) if first else places
    numbers = array("I", (among[place] for place in places))
    return Week(numbers, b"".join(data[place * width : (place + 1) * width] for place in places), width)


def of_range(items: Sequence[_Item], byte: int) -> _Item:
    """Return the item that a random byte stands for."""
    return items[byte % len(items)]


def weeks_between(first: float, last: float) -> range:
    """Return the weeks that hold the moments from `first` to `last`, seconds since the Unix epoch."""
    return range(int(first // WEEK), int(last // WEEK) + 1)


# What a byte means: the score of a signal; its audience, few companies having the largest; its day of the week; the
# hour of the week in which something was published; days until a scoop is updated, 0 for never.
SCORES: Final = bytes(60 + byte % 41 for byte in range(256))
GRADES: Final = bytes([5] * 26 + [4] * 51 + [3] * 77 + [2] * 64 + [1] * 38)
DAYS: Final = bytes(byte % 7 for byte in range(256))
HOURS: Final = bytes(byte % 7 * 24 + 6 + byte // 7 % 14 for byte in range(256))
DELAYS: Final = bytes(1 + byte % 21 if byte < 64 else 0 for byte in range(256))


@dataclass(frozen=True, slots=True)
class Signal:
    """One intent signal, read from its bytes.

    Args:
        at: Midnight of its day, seconds since the Unix epoch.
        score: 60 to 100.
        strength: A (largest) to E.
    """

    at: int
    score: int
    strength: str


def signal_of(week: int, data: bytes) -> Signal:
    """Read an intent signal."""
    return Signal(week * WEEK + DAYS[data[3]] * DAY, SCORES[data[1]], " EDCBA"[GRADES[data[2]]])


def published_at(week: int, data: bytes) -> int:
    """Return when a scoop or an article came out: a full hour of its week, seconds since the Unix epoch."""
    return week * WEEK + HOURS[data[3]] * HOUR
