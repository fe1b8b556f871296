"""Walks along an order of the records and meets the members of a set one by one."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from . import bitmaps

Part: TypeAlias = Callable[[int], "array[int]"]
# Records that are looked at together.
_STRETCH: Final = 4096
# What is kept: barren stretches, each as large as the set of all records, and walks, of at most so many members.
_BARREN: Final = 12
# Of so many barren stretches a walk makes sets, which costs as much as passing them once more.
_LEARNT: Final = 2
_WALKS: Final = 32
_LONGEST: Final = 12_000


@dataclass(slots=True)
class _Walk:
    """How far an order has been walked for a set.

    Args:
        met: Members met so far, in the order.
        part: The part of the order that comes next.
        at: Where in it.
    """

    met: array[int] = field(default_factory=lambda: array("I"))
    part: int = 0
    at: int = 0


class Walker:
    """Walks the orders of one kind of record, and remembers where it has been.

    Args:
        size: How many records there are.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._walks: OrderedDict[Hashable, _Walk] = OrderedDict()
        self._barren: OrderedDict[Hashable, int] = OrderedDict()

    def first(self, found: int, key: Hashable, order: str, parts: Part, count: int) -> array[int]:
        """Return the first members of a set in an order.

        Args:
            found: The set; it must hold at least `count` members.
            key: Tells the set, so that a later page of it goes on where this one ends.
            order: Tells the order.
            parts: Gives part 0, 1, ... of all record numbers in the order.
            count: How many members to find.

        Returns:
            At least `count` members.
        """
        walk = self._walks.pop((key, order), None) or _Walk()
        if len(walk.met) < count:
            self._walk(found, order, parts, count, walk)
        if len(walk.met) <= _LONGEST:
            self._walks[key, order] = walk
            if len(self._walks) > _WALKS:
                self._walks.popitem(last=False)
        return walk.met

    def _walk(self, found: int, order: str, parts: Part, count: int, walk: _Walk) -> None:
        data = found.to_bytes((self._size >> 3) + 1, "little")
        number, items, learnt = -1, array("I"), 0
        while len(walk.met) < count:
            if self._skipped(found, (order, walk.part, walk.at)):
                walk.at += _STRETCH
                continue
            if walk.part != number:
                number, items = walk.part, parts(walk.part)
            begin, before = walk.at, len(walk.met)
            end = min((begin // _STRETCH + 1) * _STRETCH, len(items))
            _look(data, items, end, count, walk)
            if learnt < _LEARNT and len(walk.met) == before and walk.at - begin == _STRETCH:
                learnt += 1
                self._learn((order, walk.part, begin), items[begin:end])
            if walk.at >= len(items):
                walk.part, walk.at = walk.part + 1, 0

    def _learn(self, stretch: Hashable, items: array[int]) -> None:
        self._barren[stretch] = bitmaps.of(items, self._size)
        if len(self._barren) > _BARREN:
            self._barren.popitem(last=False)

    def _skipped(self, found: int, stretch: Hashable) -> bool:
        """Say whether a stretch is known to be without members."""
        known = self._barren.get(stretch)
        if known is None or known & found:
            return False
        self._barren.move_to_end(stretch)
        return True


def _look(data: bytes, items: array[int], end: int, count: int, walk: _Walk) -> None:
    """Walk on until enough members have been met, or to an end; `data` is the set as bytes."""
    step = max(256, 2 * (count - len(walk.met)))
    while walk.at < end and len(walk.met) < count:
        some = items[walk.at : min(walk.at + step, end)]
        walk.met.extend([item for item in some if data[item >> 3] >> (item & 7) & 1])
        walk.at += len(some)
