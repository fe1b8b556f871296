"""Reads the index that `indexing` wrote: sets of records by field and value, numbers, orders and ids."""

from __future__ import annotations

import math
import sqlite3
import zlib
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from . import bitmaps
from .bitmaps import Deposit, Runs
from .indexing import BITMAP, NUMBERS, PART, Ints
from .walking import Walker

# Bytes of bitmaps that a process keeps.
KEPT_BYTES: Final = 96 * 1024 * 1024
_TYPES: Final = {"id": "q", "sorted_id": "q"}
Loader: TypeAlias = Callable[[], int]


def _ints(name: str) -> Ints:
    return array(_TYPES.get(name, "I"))


def _unpacked(form: int, data: bytes) -> int:
    return int.from_bytes(data if form == BITMAP else zlib.decompress(data), "little")


class Cache:
    """Sets of records by what they were asked for, the least recently used dropped first.

    Args:
        limit: Bytes to keep.
    """

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self._kept: OrderedDict[Any, int] = OrderedDict()
        self._room = limit

    def get(self, key: Any, load: Loader) -> int:
        """Return the set kept under `key`, loading it first if need be."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = load()
            self._room -= found.__sizeof__()
            while self._room < 0 and len(self._kept) > 1:
                self._room += self._kept.popitem(last=False)[1].__sizeof__()
        else:
            self._kept.move_to_end(key)
        return found


class Postings:
    """The index of one kind of record.

    Args:
        connection: The data set, opened read-only.
        prefix: Which index.
        cache: Where sets are kept; may be shared.
    """

    def __init__(self, connection: sqlite3.Connection, prefix: str, cache: Cache) -> None:
        self._db = connection
        self._prefix = prefix
        self._cache = cache
        self._lists: dict[str, Ints] = {}
        self._numbers: dict[str, tuple[int, int, int, int]] = {
            row[0].removeprefix(f"{prefix}."): row[1:]
            for row in connection.execute("SELECT field, low, high, scale, width FROM number")
            if row[0].startswith(f"{prefix}.")
        }
        row = connection.execute("SELECT items FROM listing WHERE name=? AND part=-1", (f"{prefix}.size",)).fetchone()
        self.size = int.from_bytes(row[0], "little")
        self.all = bitmaps.full(self.size)
        self._walker = Walker(self.size)

    def one(self, field: str, value: str) -> int:
        """Return the records that have a value."""
        return self._cache.get((self._prefix, field, value), lambda: self._load(field, [value]))

    def either(self, field: str, values: Iterable[str]) -> int:
        """Return the records that have one of some values."""
        wanted = tuple(dict.fromkeys(values))
        if len(wanted) <= 4:
            found = 0
            for value in wanted:
                found |= self.one(field, value)
            return found
        return self._cache.get((self._prefix, field, wanted), lambda: self._load(field, wanted))

    def every(self, field: str, values: Iterable[str]) -> int:
        """Return the records that have all of some values; none for no values."""
        found, wanted = self.all, list(values)
        for value in wanted:
            found &= self.one(field, value)
        return found if wanted else 0

    def _load(self, field: str, values: Sequence[str]) -> int:
        found = 0
        few = bytearray((self.size >> 3) + 1)
        name = f"{self._prefix}.{field}"
        for start in range(0, len(values), 500):
            asked = values[start : start + 500]
            marks = ",".join("?" * len(asked))
            sql = f"SELECT form, members FROM posting WHERE field=? AND value IN ({marks})"  # noqa: S608
            for form, data in self._db.execute(sql, (name, *asked)):
                if form == NUMBERS:
                    for member in array("I", data):
                        few[member >> 3] |= 1 << (member & 7)
                else:
                    found |= _unpacked(form, data)
        return found | int.from_bytes(few, "little")

    def known(self, field: str) -> frozenset[str]:
        """Return the values that a field has."""
        rows = self._db.execute("SELECT value FROM posting WHERE field=?", (f"{self._prefix}.{field}",))
        return frozenset(row[0] for row in rows)

    def at_least(self, field: str, value: float) -> int:
        """Return the records whose number is `value` or more."""
        low, high, scale, _ = self._numbers[field]
        least = math.ceil(value * scale) - 1
        while least / scale < value:
            least += 1
        return self._from(field, least - low, high - low)

    def at_most(self, field: str, value: float) -> int:
        """Return the records whose number is `value` or less."""
        low, high, scale, _ = self._numbers[field]
        most = math.floor(value * scale) + 1
        while most / scale > value:
            most -= 1
        return self.all ^ self._from(field, most + 1 - low, high - low)

    def _from(self, field: str, least: int, high: int) -> int:
        if least <= 0:
            return self.all
        if least > high:
            return 0
        width = self._numbers[field][3]
        digits = [self.one(field, str(place)) for place in range(width)]
        return bitmaps.at_least(digits, least, self.all)

    def listing(self, name: str) -> Ints:
        """Return a list of numbers, read once."""
        found = self._lists.get(name)
        if found is None:
            found = _ints(name)
            rows = self._db.execute(
                "SELECT items FROM listing WHERE name=? AND part>=0 ORDER BY part", (f"{self._prefix}.{name}",)
            )
            for (items,) in rows:
                found.frombytes(items)
            self._lists[name] = found
        return found

    def runs(self) -> Runs:
        """Return the runs of records of each company."""
        return Runs(self.listing("starts"), lambda: (self._deposit("used"), self._deposit("firsts")))

    def _deposit(self, name: str) -> Deposit:
        rows = self._db.execute(
            "SELECT value, form, members FROM posting WHERE field=?", (f"{self._prefix}.{name}",)
        ).fetchall()
        sets = {int(value): _unpacked(form, data) for value, form, data in rows}
        mask = sets.pop(0)
        return Deposit(mask, sorted(sets.items()))

    def part(self, name: str, part: int) -> Ints:
        """Return one part of a list of numbers."""
        found = self._lists.get(name)
        if found is not None:
            return found[part * PART : (part + 1) * PART]
        row = self._db.execute(
            "SELECT items FROM listing WHERE name=? AND part=?", (f"{self._prefix}.{name}", part)
        ).fetchone()
        found = _ints(name)
        found.frombytes(row[0])
        return found

    def by_ids(self, ids: Iterable[int]) -> int:
        """Return the records with some ids; unknown ids have none."""
        known = self.listing("sorted_id")
        numbers = self.listing("by_id")
        places = ((key, bisect_left(known, key)) for key in ids)
        found = (numbers[place] for key, place in places if place < len(known) and known[place] == key)
        return bitmaps.of(found, self.size)

    def page(self, found: int, key: Hashable, total: int, order: str, skip: int, count: int) -> list[int]:
        """Return ids of a page of a set.

        Args:
            found: The set.
            key: Tells the set.
            total: How many it holds.
            order: Name of the order, `-` in front when backwards.
            skip: Records before the page.
            count: Records of the page at most.

        Returns:
            Ids in the order.
        """
        count = min(count, total - skip)
        if count <= 0:
            return []
        name, backwards = order.removeprefix("-"), order.startswith("-")
        # Few are read out and sorted; of many, the first ones in the order are met soon.
        if total * total * 8 < (skip + count) * self.size:
            places = self.listing(f"place:{name}")
            numbers = sorted(bitmaps.members(found), key=places.__getitem__, reverse=backwards)
        else:
            numbers = self._walker.first(found, key, order, self._parts(f"order:{name}", backwards), skip + count)
        ids = self.listing("id")
        return [ids[number] for number in numbers[skip : skip + count]]

    def _parts(self, name: str, backwards: bool) -> Callable[[int], Ints]:
        if not backwards:
            return lambda part: self.part(name, part)
        last = (self.size - 1) // PART
        return lambda part: self.part(name, last - part)[::-1]
