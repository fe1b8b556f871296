"""CSV, read row by row with the lines kept as they stand."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple, TextIO

from ...errors import fail
from .content import Content
from .dialect import DELIMITERS, Dialect, looks_like_data, sniff_dialect
from .model import LONGEST_ROW, MOST_COLUMNS, BrokenRow, Row, counted, distinct, unusable
from .text import LINE_ENDS, TextSource, first_line, line_end_of

# A row of more lines is a quote that was never closed.
_MOST_LINES = 50_000
_NO_QUOTE = "a quotation mark in it is not closed or not doubled"
_AGAIN = "Export the list again, with its header."


class Uneven(NamedTuple):
    """How a row stands that has another number of cells than the header.

    Attributes:
        line: its text.
        cells: how many it has.
    """

    line: str
    cells: int


class CsvSource(TextSource):
    """A CSV file, plain or in gzip. The origin of a row is its text, or :class:`Uneven`, or None.

    Args:
        content: its bytes.
        encoding: its encoding, found when None.
        delimiter: found when None.
        header: whether the first row names the columns, told from what is in it when None.

    Attributes:
        dialect: how its rows are written.
        preamble: what stands before the header.
        header: the header as it stands; None when there is none.
        headings: what its cells say, before they are made distinct; empty without one.
    """

    format = "csv"
    dialect: Dialect

    def __init__(
        self, content: Content, encoding: str | None = None, delimiter: str | None = None, header: bool | None = None
    ) -> None:
        super().__init__(content, encoding)
        # The limit holds for the whole process, so it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW + 1))
        self.preamble = ""
        self.header: str | None = None
        self.headings: list[str] = []
        self._before = 0
        self._sniff(_one_character(delimiter))
        names = self._first(header)
        self.columns, repeated = distinct([name.strip() for name in names])
        self.notes += repeated
        if self.header is None:
            self.notes.append("The first row holds data, so the columns are called by their numbers.")
        self._opened_with = len(self.notes)
        self.details |= {
            "delimiter": DELIMITERS.get(self.dialect.delimiter, self.dialect.delimiter),
            "quoting": self.dialect.quoting,
            "line end": LINE_ENDS[self.dialect.line_end],
            "header": "none" if self.header is None else "first row",
        }

    def _sniff(self, delimiter: str | None) -> None:
        sample = self.sample()
        for line in io.StringIO(sample, newline=""):
            bare = line.strip("\r\n")
            # Excel's own hint, which stands before the table.
            if len(bare) == 5 and bare.startswith("sep=") and "sep=" not in self.preamble:
                delimiter = delimiter or bare[4]
            elif bare:
                break
            self.preamble += line
            self._before += 1
        table = sample[len(self.preamble) :]
        if not table.strip("\r\n\x00 "):
            raise unusable(self.path, "it holds no rows", _AGAIN)
        self.dialect = sniff_dialect(table, delimiter, line_end_of(first_line(table)) or "\n")

    def _first(self, header: bool | None) -> list[str]:
        with self.content.text(self.encoding, part=True) as text:
            first = next(self._records(text, 0))
        if first.origin is None:
            how = "Correct it, or name the delimiter."
            raise unusable(self.path, f"its first row is no CSV: {_NO_QUOTE}", how)
        if len(first) > MOST_COLUMNS:
            raise unusable(self.path, f"its first row has {len(first):,} cells", "Check the delimiter, or split it.")
        names = [str(cell) for cell in first]
        if not (header if header is not None else not looks_like_data(names)):
            return [""] * len(names)
        line: str = first.origin if isinstance(first.origin, str) else first.origin.line
        self.header, self.headings = line, names
        self._before += sum(1 for _ in io.StringIO(line, newline=""))
        return names

    def rows(self, start: int = 0) -> Iterator[Row]:
        del self.notes[self._opened_with :]
        with self.content.text(self.encoding) as text:
            records = self._records(text, len(self.columns))
            for _ in range(start):
                if next(records, None) is None:
                    return
            yield from records

    def _records(self, text: TextIO, width: int) -> Iterator[Row]:
        """The rows of a table, told against its width; without one, the first as it is."""
        strange = self.encoding.strange
        readline = text.readline
        for _ in range(self._before):
            readline(LONGEST_ROW)
        number = self._before
        taken: list[str] = []
        again: deque[str] = deque()
        short = blank = 0
        recovering = False

        def feed() -> Iterator[str]:
            length = 0
            while True:
                line = again.popleft() if again else readline(LONGEST_ROW)
                if not line:
                    return
                if len(line) == LONGEST_ROW:
                    self.check_length(line)
                if taken:
                    length += len(line)
                    if length > LONGEST_ROW or len(taken) > _MOST_LINES:
                        again.appendleft(line)
                        raise _NeverClosed
                else:
                    length = len(line)
                taken.append(line)
                yield line

        while True:
            reader = csv.reader(feed(), delimiter=self.dialect.delimiter, strict=True)
            try:
                for cells in reader:
                    line = taken[0] if len(taken) == 1 else "".join(taken)
                    first = number + 1
                    number += len(taken)
                    taken.clear()
                    if not cells:
                        blank += 1
                        continue
                    count = len(cells)
                    reason = None
                    if count != width and width:
                        if count < width:
                            cells += [""] * (width - count)
                            short += 1
                            if recovering:
                                reason = "it is part of a row that is broken across lines"
                        elif any(cells[width:]):
                            reason = f"it has {count} cells and the header has {width}"
                        del cells[width:]
                    else:
                        recovering = False
                    if not line.isascii():
                        reason = reason or strange(line)
                    if "\x00" in line:
                        reason = reason or "it holds a NUL character"
                    origin = line if count == width or not width else Uneven(line, count)
                    if reason is None:
                        row = Row(cells)
                        row.origin = origin
                        yield row
                    else:
                        yield BrokenRow(cells, origin, first, reason)
                break
            except (csv.Error, _NeverClosed):
                # The first line alone is told; what follows may be whole rows again.
                again.extendleft(reversed(taken[1:]))
                line = taken[0]
                number += 1
                taken.clear()
                recovering = True
                yield BrokenRow([line.strip("\r\n"), *[""] * (width - 1)], None, number, _NO_QUOTE)
        if short:
            self.notes.append(f"{counted(short, 'row')} had fewer cells than the header; what is missing is empty.")
        if blank:
            self.notes.append(f"{counted(blank, 'blank line')} left out.")


class _NeverClosed(Exception):
    pass


def _one_character(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    named = {name: character for character, name in DELIMITERS.items()} | {"\\t": "\t"}
    found = named.get(delimiter.casefold(), delimiter)
    if len(found) != 1 or found in '"\r\n\x00' or found.isalnum():
        legal = ", ".join(
            f"{name} ({character})" if character.strip() else name for character, name in DELIMITERS.items()
        )
        raise fail("not_a_choice", name="delimiter", value=delimiter[:20], hint="", legal=legal)
    return found
