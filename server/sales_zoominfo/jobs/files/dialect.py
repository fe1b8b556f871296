"""How a CSV file is written: delimiter, quoting and line ends, told from a sample of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Quoting = Literal["where needed", "all", "all but empty", "all but numbers"]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
LINE_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_SAMPLED = 200
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
# A first row with one of these is no header.
_DATA = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}|https?://\S+|[+(]?\d[\d\s()./-]{6,}|-?\d+[.,]\d+")


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
    _special: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_special", re.compile(f'["\r\n{re.escape(self.delimiter)}]'))

    def cell(self, text: str) -> str:
        """A cell as it stands in a line."""
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
    def _pieces(self) -> re.Pattern[str]:
        end = re.escape(self.delimiter)
        return re.compile(f'("[^"]*(?:""[^"]*)*"|[^{end}]*){end}')

    def split(self, line: str) -> list[str]:
        """The cells of a well-formed line as they stand, with their quotes."""
        return self._pieces.findall(line + self.delimiter)


def line_end_of(line: str) -> str:
    """What a line ends with; empty for a last line without an end."""
    if line.endswith("\r\n"):
        return "\r\n"
    return line[-1] if line.endswith(("\n", "\r")) else ""


def sniff_dialect(sample: str, delimiter: str | None, line_end: str) -> Dialect:
    """The dialect that a sample is written in.

    Args:
        sample: whole lines from the beginning of the table, its header among them.
        delimiter: one that is known already.
        line_end: what ends the first line.
    """
    if delimiter is None:
        delimiter = _delimiter(sample)
    known = Dialect(delimiter, line_end or "\n")
    lines = _lines(sample, delimiter)
    return Dialect(delimiter, known.line_end, _quoting(known, lines[1:] or lines))


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


def _lines(sample: str, delimiter: str) -> list[str]:
    """Whole rows as they stand, without their ends."""
    taken: list[str] = []
    rows: list[str] = []

    def lines() -> object:
        for line in io.StringIO(sample, newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)  # type: ignore[arg-type]
    while len(rows) < _SAMPLED:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            cells = []
        whole = "".join(taken)
        taken.clear()
        if cells:
            rows.append(whole.rstrip("\r\n"))
    return rows


def _quoting(dialect: Dialect, lines: Sequence[str]) -> Quoting:
    cells = [cell for line in lines for cell in dialect.split(line)]
    bare = [cell for cell in cells if not cell.startswith('"')]
    quoted = len(cells) - len(bare)
    if not quoted:
        return "where needed"
    if not bare:
        return "all"
    if all(cell == "" for cell in bare):
        return "all but empty"
    if all(cell == "" or _NUMBER.fullmatch(cell) for cell in bare) and quoted > len(lines):
        return "all but numbers"
    return "where needed"


def looks_like_data(cells: Sequence[str]) -> bool:
    """Whether a first row can be no header: it holds an address, a phone number or the like."""
    return any(_DATA.fullmatch(cell.strip()) for cell in cells)
