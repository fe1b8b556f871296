"""CSV, read row by row with the lines kept as they stand."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, TextIO

from ...errors import fail
from .content import Content
from .dialect import DELIMITERS, LINE_ENDS, Dialect, line_end_of, looks_like_data, sniff_dialect
from .encoding import Encoding, named_encoding, sniff_encoding, with_mark
from .model import LONGEST_ROW, MOST_COLUMNS, BrokenRow, Row, Source, distinct, unusable

_SAMPLE = 256 * 1024
# A row of more lines is a quote that was never closed.
_MOST_LINES = 50_000
_NO_QUOTE = "a quotation mark in it is not closed or not doubled"


class Uneven(NamedTuple):
    """A line with another number of cells than the header.

    Attributes:
        line: as it stands.
        cells: how many it has.
    """

    line: str
    cells: int


class CsvSource(Source):
    """A CSV file, plain or in gzip.

    Args:
        content: its bytes.
        encoding: its encoding, found when None.
        delimiter: found when None.
        header: whether the first row names the columns, told from what is in it when None.

    Attributes:
        encoding: how its text is encoded.
        dialect: how its rows are written.
        preamble: what stands before the header, as it stands.
        header: the header's line as it stands; None when there is none.
    """

    format = "csv"

    def __init__(
        self, content: Content, encoding: str | None = None, delimiter: str | None = None, header: bool | None = None
    ) -> None:
        self.path: Path = content.path
        self.content = content
        self.encoding = find_encoding(content, encoding)
        self.preamble = ""
        self.header: str | None = None
        self._before = 0
        # One cell may be as long as the longest row; the limit holds for the whole process and is never lowered.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW + 1))
        first = self._look(_delimiter(delimiter), header)
        if len(first) > MOST_COLUMNS:
            raise unusable(self.path, f"its first row has {len(first):,} cells", "Check the delimiter, or split it.")
        if self.header is None:
            first = [f"column {place}" for place in range(1, len(first) + 1)]
        self.columns, repeated = distinct([name.strip() for name in first])
        self.details = {
            "encoding": self.encoding.name + ("" if self.encoding.sure else " (guessed)"),
            "delimiter": DELIMITERS.get(self.dialect.delimiter, self.dialect.delimiter),
            "quoting": self.dialect.quoting,
            "line end": LINE_ENDS.get(self.dialect.line_end, "LF"),
            "header": "none" if self.header is None else "first row",
        }
        if content.compressed:
            self.details["compression"] = "gzip"
        self._notes = repeated
        if not self.encoding.sure:
            self._notes.append(f"The encoding {self.encoding.name} is a guess; name it if letters look wrong.")
        if self.header is None:
            self._notes.append("The first row holds data, so the columns have no names but their numbers.")
        self.notes = list(self._notes)

    @property
    def fingerprint(self) -> str:
        return self.content.fingerprint

    @property
    def size(self) -> int:
        return self.content.size

    @property
    def progress(self) -> float:
        return self.content.progress

    def expect(self, fingerprint: str) -> None:
        self.content.expect(fingerprint)

    # --- opening -----------------------------------------------------------------------------------------------

    def _look(self, delimiter: str | None, header: bool | None) -> list[str]:
        sample, whole = read_sample(self.content, self.encoding)
        table = self._skip_preamble(sample)
        if not table.strip("\r\n\x00 "):
            raise unusable(self.path, "it holds no rows", "Export the list again, with its header.")
        if self.preamble.startswith("sep=") and delimiter is None:
            delimiter = self.preamble[4]
        # The last line of a cut sample is not whole; where there is no other, it still tells the delimiter.
        cut = table if whole else table[: max(table.rfind("\n"), table.rfind("\r")) + 1] or table
        first_end = min((place for end in "\r\n" if (place := cut.find(end)) >= 0), default=-1)
        self.dialect = sniff_dialect(cut, delimiter, line_end_of(cut[: first_end + 2]) or "\n")
        if first_end >= 0:
            end = "\r\n" if cut.startswith("\r\n", first_end) else cut[first_end]
            self.dialect = Dialect(self.dialect.delimiter, end, self.dialect.quoting)
        with self._records() as records:
            first = next(records, None)
        if first is None:
            raise unusable(self.path, "it holds no rows", "Export the list again, with its header.")
        if isinstance(first, BrokenRow) and first.reason == _NO_QUOTE:
            how = "Correct its first row, or name the delimiter."
            raise unusable(self.path, f"its first row is no CSV: {_NO_QUOTE}", how)
        cells = [str(cell) for cell in first]
        if header if header is not None else not looks_like_data(cells):
            self.header = first.origin
            self._before += self.header.count("\n") or self.header.count("\r") or 1
        return cells

    def _skip_preamble(self, sample: str) -> str:
        """Leave out blank lines and Excel's ``sep=`` line, which stand before the table."""
        for line in io.StringIO(sample, newline=""):
            bare = line.strip("\r\n")
            if bare and not (not self.preamble.strip() and bare.startswith("sep=") and len(bare) == 5):
                break
            self.preamble += line
            self._before += 1
        return sample[len(self.preamble) :]
