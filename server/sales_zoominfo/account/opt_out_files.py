"""The opt-out list as CSV: import in bounded memory with every broken row told, and export."""

from __future__ import annotations

import csv
import io
import re
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

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
# A cell runs over so many lines after its first, or over more where the whole row is short.
_FEW = 10
_SHORT = 4 * MAX_REASON
# What spreadsheets put before a text that is to stay one.
_TEXT = "'"
_BREAK = re.compile(r"\r\n|\r|\n")
_OPEN = "it opens a quote that is not closed before the next entry: close it, or double it within a quoted text"
_TOO_LONG = f"it is longer than {_LONGEST:,} characters: shorten it"


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

    A quoted cell may run over a few lines where none of them looks like a row of its own. A line that opens a quote
    otherwise is left out, so that nobody on the lines after it is taken for a part of it.

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
            lines = _Lines(file, _delimiter(head))
            columns, width, first = _head(lines)
            if first is not None:
                yield from (first,) if isinstance(first, Broken) else _entries(first, 1, columns, now)
            while lines.move():
                line = lines.number
                row = lines.read(columns, width)
                if isinstance(row, Broken):
                    yield row
                elif any(cell.strip() for cell in row):
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


class _Lines:
    """The lines of a file, each a row by itself unless a cell surely runs over several.

    Args:
        file: its lines with their ends.
        delimiter: what stands between cells.

    Attributes:
        number: of the line last moved to, or of the last one that its row took in.
    """

    def __init__(self, file: Iterator[str], delimiter: str) -> None:
        self.number = 0
        self._file = file
        self._line = ""
        self._ahead: deque[str] = deque()
        # A dialect that is made once costs a row nothing.
        self._plain = csv.reader((), delimiter=delimiter).dialect
        self._strict = csv.reader((), delimiter=delimiter, strict=True).dialect

    def move(self) -> bool:
        """Go to the next line.

        Returns:
            Whether there was one.
        """
        line = self._ahead.popleft() if self._ahead else next(self._file, None)
        if line is None:
            return False
        self._line = line
        self.number += 1
        return True

    def read(self, columns: _Columns | None, width: int | None) -> list[str] | Broken:
        """The row that begins on this line, with the lines that its quoted cells run over.

        Args:
            columns: of the file; None for its headings.
            width: how many cells a row of several lines has at most; None where that is not known.

        Returns:
            Its cells, or why it was left out; the lines after it are then rows by themselves.
        """
        if len(self._line) > _LONGEST:
            return Broken(self.number, _TOO_LONG)
        try:
            row, closed = self.alone(self._line)
        except csv.Error:
            return Broken(self.number, "it is not CSV")
        if closed:
            return row
        return self._joined(columns, width) or Broken(self.number, _OPEN)

    def alone(self, line: str | None = None) -> tuple[list[str], bool]:
        """The cells of one line, and whether its quotes are closed.

        Args:
            line: None for the one moved to.

        Raises:
            csv.Error: it is not CSV.
        """
        line = self._line if line is None else line
        # NUL ends the csv module's patience with the whole file.
        feed = iter((line.replace("\x00", ""), ""))
        row = next(csv.reader(feed, self._plain))
        # Only within an open quote does the reader ask for more than one line.
        return row, '"' not in line or next(feed, None) is not None

    def _joined(self, columns: _Columns | None, width: int | None) -> list[str] | None:
        taken = 0

        def feed() -> Generator[str]:
            nonlocal taken
            size = len(self._line)
            yield self._line.replace("\x00", "")
            while (line := self._peek(taken)) is not None:
                size += len(line)
                # Every reason that an export holds is short, whatever its number of lines.
                if size > (_LONGEST if taken < _FEW else _SHORT) or self._names(line, columns):
                    return
                taken += 1
                yield line.replace("\x00", "")

        try:
            row = next(csv.reader(feed(), self._strict))
        except csv.Error:
            return None
        if (width is not None and len(row) > width) or (columns is not None and _broken_off(row, columns)):
            return None
        for _ in range(taken):
            self._ahead.popleft()
        self.number += taken
        return row

    def _peek(self, index: int) -> str | None:
        if index == len(self._ahead):
            line = next(self._file, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[index]

    def _names(self, line: str, columns: _Columns | None) -> bool:
        try:
            row, _ = self.alone(line)
        except csv.Error:
            return True
        return _names(row, columns)


def _names(row: list[str], columns: _Columns | None) -> bool:
    """Whether a line within a quoted cell looks like a row of its own, of somebody who must not be lost in there."""
    # The quote that ends the cell may stand behind the value.
    cells = [cell.strip().strip('"').strip() for cell in row]
    if columns is None:
        return any(cell and _is_one(_guess(cell), cell) for cell in cells)

    def cell(index: int | None) -> str:
        return cells[index] if index is not None and index < len(cells) else ""

    value, kind = cell(columns.value), cell(columns.kind)
    if value and not kind.startswith(_TEXT) and (_is_kind(kind) or _is_one(_guess(value), value)):
        return True
    return any(cell(index) and _is_one(own, cell(index)) for index, own in columns.kinds.items())


def _is_kind(text: str) -> bool:
    try:
        read_kind(text)
    except SalesZoomInfoError:
        return False
    return True


def _is_one(kind: Kind, text: str) -> bool:
    # One that is refused, such as a wildcard, is to be told as well.
    if len(text.split()) == 1 and ("@" in text or "*." in text):
        return True
    try:
        read_entry(kind, text)
    except SalesZoomInfoError:
        return False
    return True


def _broken_off(row: list[str], columns: _Columns) -> bool:
    """Whether a line break stands within a cell that has one line only."""
    text = {index for index in range(len(row)) if index == columns.reason or index not in _used(columns)}
    return any(_BREAK.search(cell.strip()) for index, cell in enumerate(row) if index not in text)


def _used(columns: _Columns) -> set[int | None]:
    return {*columns.kinds, columns.kind, columns.value, columns.start, columns.end, columns.permanent}


def _head(lines: _Lines) -> tuple[_Columns, int, list[str] | Broken | None]:
    """The columns of a file and their number, with its first row where it has no headings.

    Raises:
        InvalidArgument: no column names anybody, or a heading cannot be read.
    """
    lines.move()
    first = lines.read(None, None)
    columns = None if isinstance(first, Broken) else _columns(first)
    if columns is not None and not isinstance(first, Broken):
        return columns, len(first), None
    bare = _Columns({}, None, 0, None, None, None, None)
    if isinstance(first, Broken):
        if first.reason == _OPEN:
            row, _ = lines.alone()
            if len(row) == 1 and _columns(row) is None:
                return bare, 1, first
        raise _unusable(f"its first line cannot be read, as {first.reason}")
    if len(first) > 1:
        raise _unusable("its headings name no kind of entry")
    return bare, 1, first


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


_EXPORTED = cast("_Columns", _columns([*HEADINGS]))


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
            tail = (
                _stamp(entry.from_at),
                _stamp(entry.until_at),
                "yes" if entry.permanent else "no",
                entry.source,
                _stamp(entry.added_at),
            )
            line = _line((entry.kind, value, _safe(entry.reason), *tail))
            if _like_rows(line):
                line = _line((entry.kind, value, _BREAK.sub(rf"\g<0>{_TEXT}", _safe(entry.reason)), *tail))
            yield line


def _like_rows(record: str) -> bool:
    _, *more = io.StringIO(record, newline="")
    lines = _Lines(iter(()), ",")
    return any(_names(lines.alone(line)[0], _EXPORTED) for line in more)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    # Only the characters of its own line ends make the writer quote a cell.
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return f"{buffer.getvalue()[:-2]}\n"


def _stamp(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
