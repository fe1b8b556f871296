"""CSV, written as the input is: untouched cells as they stand, new ones in its dialect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .csv_source import CsvSource, Uneven
from .dialect import Dialect, pieces, split
from .encoding import Encoding
from .formulas import any_runs, runs
from .model import BrokenRow, Cell, Row, Sink, Source, counted
from .text import line_end_of
from .text_draft import TextDraft

# What Excel opens without asking: a mark, commas and CRLF.
_PLAIN = Encoding("utf-8", b"\xef\xbb\xbf")


class CsvSink(Sink):
    """A CSV file in the making.

    Args:
        target: the file.
        columns: their names, in order.
        like: the source whose way of writing it takes; one of another format gives what Excel opens.
        keep_formulas: whether cells of the input that a spreadsheet would run stay as they are.
        compressed: whether it is written as gzip.
        header: whether the first row names the columns; as in the source when None.
    """

    def __init__(
        self,
        target: Path,
        columns: Sequence[str],
        like: Source | None,
        *,
        keep_formulas: bool,
        compressed: bool,
        header: bool | None = None,
    ) -> None:
        source = like if isinstance(like, CsvSource) else None
        self._dialect = source.dialect if source else Dialect()
        self._draft = TextDraft(target, source.encoding if source else _PLAIN, compressed)
        self._columns = list(columns)
        # Rows keep their text only where the input's columns come first and as they were.
        width = len(source.columns) if source else 0
        self._width = width if source and self._columns[:width] == source.columns else 0
        self._keep_formulas = keep_formulas
        self._defused = self._headings = self._texts = 0
        # A file may end without a line end, so each row's waits for the next.
        self._gap = self._end = ""
        if header if header is not None else source is None or source.header is not None:
            self._begin(source)

    @property
    def notes(self) -> list[str]:
        told = list(self._draft.notes)
        if self._defused:
            among = f", {counted(self._headings, 'heading')} among them" if self._headings else ""
            told.append(
                f"{counted(self._defused, 'cell')} of the input would run as a formula in a spreadsheet{among}; "
                "there is an apostrophe before each now."
            )
        if self._texts:
            told.append(f"{counted(self._texts, 'row')} could not be cut into cells; the text of each is in one cell.")
        return told

    def _begin(self, source: CsvSource | None) -> None:
        header = source.header if source else None
        if source and header is not None and self._width:
            own = line_end_of(header)
            names = map(self._dialect.new_cell, self._columns[self._width :])
            body = self._safe(header[: len(header) - len(own)], source.headings)
            self._headings = self._defused
            self._add(source.preamble + self._dialect.delimiter.join([body, *names]), own)
        else:
            self._add(self._line(self._columns), self._dialect.line_end)

    def _add(self, body: str, end: str) -> None:
        self._draft.add(self._gap + body)
        self._gap = end or self._dialect.line_end
        self._end = end

    def _line(self, cells: Sequence[Cell]) -> str:
        line = self._dialect.delimiter.join(map(self._dialect.new_cell, cells))
        # An empty line would be no row.
        return line or '""'

    def write(self, row: Sequence[Cell], origin: Row | None = None) -> None:
        if origin is None and isinstance(row, Row):
            origin = row
        kept = origin.origin if origin is not None and self._width else None
        if origin is None or not kept:
            if self._width and isinstance(origin, BrokenRow):
                self._text(row)
            else:
                self._add(self._line(row), self._dialect.line_end)
            return
        cells = row if isinstance(row, list) else list(row)
        if kept.__class__ is str:
            self._as_it_stood(kept, cells, origin)
        else:
            self._uneven(kept, cells, origin)

    def _as_it_stood(self, line: str, cells: list[Cell], origin: Row) -> None:
        width, dialect = self._width, self._dialect
        end = "\r\n" if line.endswith("\r\n") else line_end_of(line)
        body = line[: -len(end)] if end else line
        same = cells[:width] == origin
        formula = not self._keep_formulas and any_runs(line, origin)
        if not same or formula:
            body = dialect.delimiter.join(self._mended(pieces(body, origin, dialect.delimiter), cells, origin, formula))
        if len(cells) > width:
            body = dialect.delimiter.join([body, *map(dialect.new_cell, cells[width:])])
        self._add(body, end)

    def _uneven(self, kept: Uneven, cells: list[Cell], origin: Row) -> None:
        """New cells go below their headings, and what was too many behind them."""
        width, dialect = self._width, self._dialect
        end = line_end_of(kept.line)
        cut = pieces(kept.line[: len(kept.line) - len(end)], origin[: kept.cells], dialect.delimiter)
        own = cut[:width]
        own += [dialect.cell("")] * (width - len(own))
        done = self._mended(own, cells, origin, not self._keep_formulas)
        # All of them are one piece here.
        more = [self._safe(text, split(text, dialect.delimiter)) for text in cut[width:]]
        self._add(dialect.delimiter.join([*done, *map(dialect.new_cell, cells[width:]), *more]), end)

    def _text(self, row: Sequence[Cell]) -> None:
        """A row of which no cell is known but the first, which is its text."""
        self._texts += 1
        text = str(row[0])
        first = self._dialect.cell(text) if self._keep_formulas else self._dialect.new_cell(text)
        self._defused += not self._keep_formulas and runs(text)
        self._add(self._dialect.delimiter.join([first, *map(self._dialect.new_cell, row[1:])]), self._dialect.line_end)

    def _safe(self, line: str, cells: list[str]) -> str:
        """A line as it stands, but for the cells that a spreadsheet would run."""
        if self._keep_formulas or not any_runs(line, cells):
            return line
        delimiter = self._dialect.delimiter
        return delimiter.join(self._mended(pieces(line, cells, delimiter), cells, cells, True))

    def _mended(self, cut: list[str], cells: Sequence[Cell], origin: Sequence[Cell], formula: bool) -> list[str]:
        """The cells as they stand, but for those that were changed or that a spreadsheet would run."""
        dialect = self._dialect
        for place, (cell, was) in enumerate(zip(cells, origin, strict=False)):
            if cell != was:
                cut[place] = dialect.new_cell(cell)
            elif formula and runs(was):
                self._defused += 1
                cut[place] = dialect.cell(f"'{was}")
        return cut

    def finish(self) -> None:
        self._draft.add(self._end)
        self._draft.finish()

    def abort(self) -> None:
        self._draft.abort()
