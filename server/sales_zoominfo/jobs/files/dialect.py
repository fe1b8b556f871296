"""How a CSV file is written: delimiter, quoting and line ends, told from a sample of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from .formulas import STARTS, safe
from .model import Cell, as_text

Quoting = Literal["where needed", "all", "all but empty", "all but numbers"]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_SAMPLED = 200
# Of a contact, a lead or an account; three letters more where case shall not matter.
SALESFORCE_ID = re.compile(r"(?:003|00Q|001)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
# A first row with one of these is no header.
_DATA = re.compile(
    r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}|https?://\S+|[+(]?\d[\d\s()./-]{6,}|-?\d+[.,]\d+|" + SALESFORCE_ID.pattern
)


@dataclass(frozen=True)
class Dialect:
    """The way of writing rows.

    Attributes:
        delimiter: one character.
        line_end: what ends a row.
        quoting: which cells stand in double quotes.
    """

    delimiter: str = ","
    line_end: str = "\r\n"
    quoting: Quoting = "where needed"

    def cell(self, text: str) -> str:
        """A text of the input as it stands in a line."""
        match self.quoting:
            case "where needed":
                quoted = self._special.search(text) is not None
            case "all":
                quoted = True
            case "all but empty":
                quoted = text != ""
            case "all but numbers":
                quoted = text != "" and _NUMBER.fullmatch(text) is None
        # The csv module would leave a bare carriage return unquoted, which breaks the file for other readers.
        return '"' + text.replace('"', '""') + '"' if quoted else text

    @cached_property
    def new_cell(self) -> Callable[[Cell], str]:
        """Writes a value that did not come from the input, so that no spreadsheet runs it."""
        cell = self.cell
        if self.quoting != "where needed":
            return lambda value: cell(safe(as_text(value)))
        apart = re.escape(self.delimiter)
        common = f'[^{re.escape(STARTS)}"\r\n {apart}][^"\r\n{apart}]*'
        # Numbers and phone numbers among them; those with a comma go the longer way.
        plain = re.compile(f"(?:{common}|[+-]?\\d+(?:\\.\\d+)?|\\+\\d[\\d ()./-]*)?").fullmatch

        def written(value: Cell) -> str:
            # Most values need neither quotes nor an apostrophe.
            if value.__class__ is str and plain(value):
                return value
            return cell(safe(as_text(value)))

        return written

    @cached_property
    def _special(self) -> re.Pattern[str]:
        return re.compile(f'["\r\n{re.escape(self.delimiter)}]')


def split(text: str, delimiter: str) -> list[str]:
    """What the cells of a well-formed line say.

    Args:
        text: the line, or what is left of it behind a delimiter, without its end.
        delimiter: what stands between them.
    """
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [""])


def pieces(line: str, cells: Sequence[str], delimiter: str) -> list[str]:
    """The cells of a line as they stand, with their quotes, and behind them what the line has more.

    Args:
        line: well-formed, without its end.
        cells: what its first cells say.
        delimiter: what stands between them.
    """
    cut = line.split(delimiter)
    if len(cut) == len(cells):
        return cut
    found: list[str] = []
    place = 0
    for cell in cells:
        # A cell that holds the delimiter is quoted, and was cut there too.
        inner = cell.count(delimiter)
        found.append(delimiter.join(cut[place : place + inner + 1]) if inner else cut[place])
        place += inner + 1
    if place < len(cut):
        found.append(delimiter.join(cut[place:]))
    return found


def sniff_dialect(sample: str, delimiter: str | None, line_end: str) -> Dialect:
    """The dialect that a sample is written in.

    Args:
        sample: whole lines from the beginning of the table, its header among them.
        delimiter: one that is known already.
        line_end: what ends its lines.
    """
    delimiter = delimiter or _delimiter(sample)
    rows = list(_rows(sample, delimiter))
    return Dialect(delimiter, line_end, _quoting(rows[1:] or rows))


def _delimiter(sample: str) -> str:
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        widths = _widths(sample, delimiter)
        if not widths or widths[0] < 2:
            continue
        # The header is the measure: in a row that is cut wrongly, the cells are hardly ever as many.
        alike = sum(width == widths[0] for width in widths) / len(widths)
        if (score := (round(alike, 1), widths[0])) > best:
            best, found = score, delimiter
    return found


def _widths(sample: str, delimiter: str) -> list[int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
    widths: list[int] = []
    while len(widths) < _SAMPLED:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            widths.append(0)
            continue
        if cells:
            widths.append(len(cells))
    return widths


def _rows(sample: str, delimiter: str) -> Iterator[list[str]]:
    """The well-formed rows of a sample, each as its cells stand."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(sample, newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    for _ in range(_SAMPLED):
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = []
        whole = "".join(taken)
        taken.clear()
        if cells:
            yield pieces(whole.rstrip("\r\n"), cells, delimiter)


def _quoting(rows: Sequence[Sequence[str]]) -> Quoting:
    cells = [cell for row in rows for cell in row]
    bare = [cell for cell in cells if not cell.startswith('"')]
    quoted = len(cells) - len(bare)
    if not quoted:
        return "where needed"
    if not bare:
        return "all"
    if all(cell == "" for cell in bare):
        return "all but empty"
    if all(cell == "" or _NUMBER.fullmatch(cell) for cell in bare) and quoted > len(rows):
        return "all but numbers"
    return "where needed"


def looks_like_data(cells: Sequence[str]) -> bool:
    """Whether a first row can be no header: it holds an address, a phone number, an id or the like."""
    return any(_DATA.fullmatch(cell.strip()) for cell in cells)
