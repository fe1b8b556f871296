"""The opt-out list as CSV: import in bounded memory with every broken row told, and export."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Generator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import SalesZoomInfoError, fail
from .entries import MAX_REASON, Entry, read_entry, read_kind
from .identifiers import Kind

if TYPE_CHECKING:
    from .optouts import Listed

# Headings that people use, without spaces and in small letters.
_KINDS: dict[str, Kind] = {
    "email": "email",
    "e-mail": "email",
    "emailaddress": "email",
    "e-mailaddress": "email",
    "domain": "domain",
    "website": "domain",
    "phone": "phone",
    "phonenumber": "phone",
    "mobile": "phone",
    "mobilephone": "phone",
    "directphone": "phone",
    "personid": "person",
    "contactid": "person",
    "zoominfocontactid": "person",
    "companyid": "company",
    "zoominfocompanyid": "company",
}
_KIND = frozenset(["kind", "type"])
_VALUE = frozenset(["value", "identifier", "entry"])
_REASON = frozenset(["reason", "note", "notes", "comment", "source"])
_FROM = frozenset(["from", "date", "since", "effectivefrom", "effectivedate", "optedoutat", "optoutdate"])
_UNTIL = frozenset(["until", "to", "expires", "expiresat"])
_PERMANENT = frozenset(["permanent"])
_YES, _NO = frozenset(["true", "yes", "y", "1", "x"]), frozenset(["false", "no", "n", "0", ""])
HEADINGS = ("kind", "value", "reason", "from", "until", "permanent", "source", "added")
# A longer line is no line of such a file.
_LONGEST = 20_000


class Broken(NamedTuple):
    """A row that was left out: its line in the file, and why, without its value."""

    line: int
    reason: str


class _Columns(NamedTuple):
    kinds: dict[int, Kind]
    kind: int | None
    value: int | None
    reason: int | None
    start: int | None
    end: int | None
    permanent: int | None


def read_rows(path: Path, now: float | None = None) -> Generator[Entry | Broken]:
    """The entries of a file, one at a time, with the rows that hold none.

    Columns are known by their headings: ``value`` with or without ``kind``, or one column a kind (``email``,
    ``domain``, ``phone``, ``personId``, ``companyId``), with ``reason``, ``from``, ``until`` and ``permanent`` beside
    them. A row may fill several columns. What no kind is told of, such as a file of one column without a heading, is
    read as e-mail addresses, domains and phone numbers by its form.

    Args:
        path: CSV with commas, semicolons or tabs, in UTF-8.
        now: Unix seconds; an entry that has ended by then is left out. None for this moment.

    Raises:
        InvalidArgument: the file cannot be read, is not text, or has no column that names anybody.
    """
    now = time.time() if now is None else now
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline(_LONGEST)
            if not head.strip():
                raise _unusable("its first line is empty")
            file.seek(0)
            rows = csv.reader(_lines(file), delimiter=_delimiter(head))
            first = next(rows)
            columns = _columns(first)
            if columns is None:
                if len(first) > 1:
                    raise _unusable("its headings name no kind of entry")
                columns = _Columns({}, None, 0, None, None, None, None)
                yield from _entries(first, 1, columns, now)
            while True:
                line = rows.line_num + 1
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except csv.Error:
                    yield Broken(line, "it is not CSV")
                    continue
                if any(cell.strip() for cell in row):
                    yield from _entries(row, line, columns, now)
    except UnicodeDecodeError:
        raise _unusable("it is not UTF-8 text") from None
    except OSError as error:
        how = "Check the path, and that you may read the file."
        raise fail("option_invalid", name="FILE", reason=_plain(error), how=how) from None


def _plain(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _unusable(reason: str) -> SalesZoomInfoError:
    how = f"Give a CSV file in UTF-8 with the columns kind,value or one of {', '.join(sorted(set(_KINDS)))}."
    return fail("option_invalid", name="FILE", reason=reason, how=how)


def _lines(file: Iterable[str]) -> Generator[str]:
    for line in file:
        # NUL ends the csv module's patience with the whole file.
        yield line.replace("\x00", "") if len(line) <= _LONGEST else line[:_LONGEST]


def _delimiter(head: str) -> str:
    return max(",;\t", key=head.count)


def _plain_heading(text: str) -> str:
    return re.sub(r"[\s_]+", "", text).casefold()


def _columns(headings: list[str]) -> _Columns | None:
    names = [_plain_heading(heading) for heading in headings]

    def place(known: frozenset[str]) -> int | None:
        return next((index for index, name in enumerate(names) if name in known), None)

    kinds: dict[int, Kind] = {index: _KINDS[name] for index, name in enumerate(names) if name in _KINDS}
    kind, value = place(_KIND), place(_VALUE)
    if not kinds and value is None:
        return None
    return _Columns(kinds, kind, value, place(_REASON), place(_FROM), place(_UNTIL), place(_PERMANENT))


def _entries(row: list[str], line: int, columns: _Columns, now: float) -> Generator[Entry | Broken]:
    def cell(index: int | None) -> str:
        return row[index].strip() if index is not None and index < len(row) else ""

    try:
        permanent = cell(columns.permanent).casefold()
        if permanent not in _YES | _NO:
            raise _Unusable("permanent is neither yes nor no")
        start = read_day(cell(columns.start))
        end = read_day(cell(columns.end))
        if end is not None and start is not None and end <= start:
            raise _Unusable("until is not after from")
        if end is not None and end <= now:
            raise _Unusable("its until has passed")
        more = {
            "reason": cell(columns.reason)[:MAX_REASON],
            "from_at": start,
            "until_at": end,
            "permanent": permanent in _YES,
        }
        named: list[tuple[Kind, str]] = []
        if columns.value is not None and cell(columns.value):
            kind = cell(columns.kind)
            named.append((read_kind(kind) if kind else _guess(cell(columns.value)), cell(columns.value)))
        for index, own in columns.kinds.items():
            if cell(index):
                named.append((own, cell(index)))
        if not named:
            raise _Unusable("it names nobody")
    except _Unusable as error:
        yield Broken(line, str(error))
        return
    except SalesZoomInfoError:
        # The message would repeat the cell.
        yield Broken(line, "its kind is none of email, domain, phone, person, company")
        return
    for kind, value in named:
        try:
            yield read_entry(kind, value, **more)
        except SalesZoomInfoError as error:
            yield Broken(line, f"{error.message} {error.next_step}")


class _Unusable(Exception):
    pass


def _guess(value: str) -> Kind:
    if "@" in value or "*" in value:
        return "email"
    return "phone" if re.fullmatch(r"[\d\s()+./-]{7,}", value) else "domain"


def read_day(text: str) -> float | None:
    """A day or an instant as Unix seconds; None for an empty text.

    Raises:
        Exception: it is neither; the caller tells the line.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _Unusable("a date is not of the form 2026-11-30") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def export_rows(entries: Iterable[Listed]) -> Generator[str]:
    """The list as CSV, a line at a time, in the form that :func:`read_rows` takes back."""
    yield _line(HEADINGS)
    for entry in entries:
        # An address as it was given, in each of its spellings: they all lead back to this entry.
        for value in entry.spelled or (entry.value,):
            yield _line(
                (
                    entry.kind,
                    value,
                    _safe(entry.reason),
                    _stamp(entry.from_at),
                    _stamp(entry.until_at),
                    "yes" if entry.permanent else "no",
                    entry.source,
                    _stamp(entry.added_at),
                )
            )


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def _stamp(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
