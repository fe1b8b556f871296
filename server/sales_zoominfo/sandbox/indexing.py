"""Writes the index that searches run on: for each value of each field the set of records that have it.

Records are numbered from 0: companies in the order of their ids, people grouped by employer. Fields are written
one at a time from columns that were put aside on disk, so that memory holds one column, not the data set.
"""

from __future__ import annotations

import sqlite3
import tempfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from . import bitmaps

SCHEMA: Final = """
CREATE TABLE posting (field TEXT, value TEXT, form INTEGER, members BLOB);
CREATE TABLE number (field TEXT PRIMARY KEY, low INTEGER, high INTEGER, scale INTEGER, width INTEGER);
CREATE TABLE listing (name TEXT, part INTEGER, items BLOB);
"""
INDICES: Final = """
CREATE UNIQUE INDEX posting_value ON posting(field, value);
CREATE UNIQUE INDEX listing_part ON listing(name, part);
"""
# How the members of a posting are kept: record numbers, a bitmap, a compressed bitmap.
NUMBERS, BITMAP, PACKED = 0, 1, 2
PART: Final = 16_384
# Words of the longest phrases that are indexed.
LONGEST_RUN: Final = 4
_FLUSH: Final = 1 << 16
Ints: TypeAlias = "array[int]"
Split: TypeAlias = Callable[[str], Iterable[str]]


class Column:
    """One number per record, in the order of creation, put aside on disk.

    Args:
        typecode: As of `array`.
    """

    def __init__(self, typecode: str) -> None:
        self._buffer: Ints = array(typecode)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._count = 0

    def extend(self, values: Iterable[int]) -> None:
        self._buffer.extend(values)
        if len(self._buffer) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        self._count += len(self._buffer)
        self._buffer.tofile(self._file)
        del self._buffer[:]

    def take(self) -> Ints:
        """Return the whole column and give up the disk space."""
        self._flush()
        self._file.seek(0)
        whole: Ints = array(self._buffer.typecode)
        whole.fromfile(self._file, self._count)
        self._file.close()
        return whole


class _Codes(dict["str | None", int]):
    def __missing__(self, text: str | None) -> int:
        code = self[text] = len(self)
        return code


class Coded:
    """A column of texts that repeat, kept as a number for each different text."""

    def __init__(self) -> None:
        self._codes = _Codes()
        self._column = Column("I")

    def extend(self, texts: Iterable[str | None]) -> None:
        self._column.extend(map(self._codes.__getitem__, texts))

    def take(self) -> tuple[list[str | None], Ints]:
        return list(self._codes), self._column.take()


def whole(text: str) -> Iterable[str]:
    """The text is the value."""
    return (text,)


def tags(text: str) -> Iterable[str]:
    """The values of a set written by `encoding.tagged`."""
    return {value for value in text.split("|") if value}


def split_words(text: str) -> Iterable[str]:
    """The different words of a text."""
    return set(text.split())


class Index:
    """Writes postings, numbers and orders of one kind of record.

    Args:
        connection: The data set being built, inside a transaction.
        prefix: In front of every field's name.
        size: Number of records.
        order: For each record number, which record it is in the order of creation; None when the same.
    """

    def __init__(self, connection: sqlite3.Connection, prefix: str, size: int, order: Ints | None = None) -> None:
        self._db = connection
        self._prefix = prefix
        self._size = size
        self._order = order

    def size(self) -> None:
        """Write how many records there are."""
        name = f"{self._prefix}.size"
        self._db.execute("INSERT INTO listing VALUES (?,-1,?)", (name, self._size.to_bytes(8, "little")))

    def arranged(self, column: Ints) -> Ints:
        """Return a column in the order of the record numbers."""
        return column if self._order is None else array(column.typecode, map(column.__getitem__, self._order))

    def values(self, column: tuple[list[str | None], Ints], **fields: Split) -> None:
        """Write the postings of fields that a column of texts gives.

        Args:
            column: From `Coded.take`.
            fields: Name of a field to how its values follow from the text; None has no value.
        """
        texts, codes = column
        codes = self.arranged(codes)
        groups: list[Ints] = [array("I") for _ in texts]
        for number, code in enumerate(codes):
            groups[code].append(number)
        for field, split in fields.items():
            found: dict[str, list[Ints]] = {}
            for text, group in zip(texts, groups, strict=True):
                if text is not None and group:
                    for value in split(text):
                        found.setdefault(value, []).append(group)
            self.postings(field, ((value, _joined(lists)) for value, lists in found.items()))

    def each(self, field: str, texts: Iterable[str | None], split: Split = whole) -> None:
        """Write the postings of a field from its texts, in the order of the record numbers; None has no value."""
        found: dict[str, Ints] = {}
        for number, text in enumerate(texts):
            if text is not None:
                for value in split(text):
                    found.setdefault(value, array("I")).append(number)
        self.postings(field, found.items())

    def postings(self, field: str, found: Iterable[tuple[str, Ints]]) -> None:
        """Write postings: values and the record numbers that have them."""
        name = f"{self._prefix}.{field}"
        self._db.executemany(
            "INSERT INTO posting VALUES (?,?,?,?)",
            ((name, value, *_packed(group, self._size)) for value, group in found),
        )

    def number(self, field: str, column: Ints, scale: int = 1) -> None:
        """Write a field of whole numbers, `scale` times the value that filters compare with."""
        arranged = self.arranged(column)
        low, high = min(arranged), max(arranged)
        shifted = array("I", [value - low for value in arranged])
        width = (high - low).bit_length()
        name = f"{self._prefix}.{field}"
        self._db.execute("INSERT INTO number VALUES (?,?,?,?,?)", (name, low, high, scale, width))
        digits = enumerate(bitmaps.slices(shifted, width))
        rows = ((name, f"{place}", *_bitmap(bits, self._size)) for place, bits in digits)
        self._db.executemany("INSERT INTO posting VALUES (?,?,?,?)", rows)

    def listing(self, name: str, items: Ints) -> None:
        """Write a list of numbers in parts."""
        parts = ((f"{self._prefix}.{name}", at // PART, items[at : at + PART].tobytes()) for at in _steps(len(items)))
        self._db.executemany("INSERT INTO listing VALUES (?,?,?)", parts)

    def runs(self, starts: Ints) -> None:
        """Write where the records of each group begin, and where the last end; see `bitmaps.Runs`."""
        self.listing("starts", starts)
        groups = len(starts) - 1
        used = [group for group in range(groups) if starts[group] < starts[group + 1]]
        firsts = [starts[group] for group in used]
        for name, places, size in (("used", used, groups), ("firsts", firsts, self._size)):
            mask = bitmaps.of(places, size)
            rows = [(0, mask), *bitmaps.moves(mask, size)]
            self._db.executemany(
                "INSERT INTO posting VALUES (?,?,?,?)",
                ((f"{self._prefix}.{name}", str(shift), *_bitmap(bits, size)) for shift, bits in rows),
            )

    def ids(self, ids: Ints) -> Ints:
        """Write the ids of the records; returns the record numbers in the order of their ids.

        Args:
            ids: In the order of the record numbers.
        """
        by_id = array("I", sorted(range(self._size), key=ids.__getitem__))
        self.listing("id", ids)
        self.listing("sorted_id", array("q", map(ids.__getitem__, by_id)))
        self.listing("by_id", by_id)
        return by_id

    def sorting(self, name: str, ranks: Ints, by_id: Ints) -> None:
        """Write an order of the records, ties broken by id.

        Args:
            name: Of the sort field.
            ranks: In the order of the record numbers: what is sorted by, from 0.
            by_id: As `ids` returned it.
        """
        size = self._size
        keys = [rank * size + place for place, rank in enumerate(map(ranks.__getitem__, by_id))]
        keys.sort()
        order = array("I", [by_id[key % size] for key in keys])
        del keys
        places = array("I", bytes(4 * size))
        for place, number in enumerate(order):
            places[number] = place
        self.listing(f"order:{name}", order)
        self.listing(f"place:{name}", places)


def _steps(count: int) -> Iterator[int]:
    return iter(range(0, count, PART))


def _joined(lists: Sequence[Ints]) -> Ints:
    if len(lists) == 1:
        return lists[0]
    joined: Ints = array("I")
    for group in lists:
        joined.extend(group)
    return joined


def _packed(group: Ints, size: int) -> tuple[int, bytes]:
    if len(group) < max(8, size // 256):
        return NUMBERS, array("I", sorted(group)).tobytes()
    make = bitmaps.of if len(group) < size // 16 else bitmaps.of_many
    return _bitmap(make(group, size), size)


def _bitmap(bits: int, size: int) -> tuple[int, bytes]:
    data = bits.to_bytes((size + 7) >> 3, "little")
    packed = zlib.compress(data, 1)
    return (PACKED, packed) if len(packed) < 0.6 * len(data) else (BITMAP, data)


def ranked(texts: Sequence[str]) -> list[int]:
    """Return the place of each text among the different ones."""
    place = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    return [place[text] for text in texts]


def prefixes(text: str) -> Iterable[str]:
    """Every beginning of every value of a set written by `encoding.tagged`."""
    return {value[:end] for value in tags(text) for end in range(1, len(value) + 1)}


def phrases(text: str, common: frozenset[str]) -> set[str]:
    """Return the words of a text, and its runs of two to `LONGEST_RUN` common words."""
    found = text.split()
    kept = set(found)
    for length in range(2, LONGEST_RUN + 1):
        for at in range(len(found) - length + 1):
            run = found[at : at + length]
            if common.issuperset(run):
                kept.add(" ".join(run))
    return kept


def common_from(size: int) -> int:
    """Return how many of `size` records have to hold a word for its phrases to be indexed."""
    return max(1000, size // 100)
