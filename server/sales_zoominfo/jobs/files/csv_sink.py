"""CSV, written as the input is: untouched cells as they stand, new ones in its dialect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .csv_source import CsvSource, Uneven
from .dialect import Dialect, pieces
from .encoding import Encoding
from .formulas import any_runs, runs
from .model import Cell, Row, Sink, Source, counted
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
    """

    def __init__(
        self, target: Path, columns: Sequence[str], like: Source | None, *, keep_formulas: bool, compressed: bool
    ) -> None:
        source = like if isinstance(like, CsvSource) else None
        self._dialect = source.dialect if source else Dialect()
        self._draft = TextDraft(target, source.encoding if source else _PLAIN, compressed)
        self._columns = list(columns)
        # Rows keep their text only where the input's columns come first and as they were.
        width = len(source.columns) if source else 0
        self._width = width if source and self._columns[:width] == source.columns else 0
        self._keep_formulas = keep_formulas
        self._defused = 0
        # A file may end without a line end, so each row's waits for the next.
        self._gap = self._end = ""
        if source is None or source.header is not None:
            self._begin(source)

    @property
    def notes(self) -> list[str]:
        told = list(self._draft.notes)
        if self._defused:
            told.append(
                f"{counted(self._defused, 'cell')} of the input would run as a formula in a spreadsheet; "
                "there is an apostrophe before each now."
            )
        return told

    def _begin(self, source: CsvSource | None) -> None:
        header = source.header if source else None
        if source and header is not None and self._width:
            own = line_end_of(header)
            names = map(self._dialect.new_cell, self._columns[self._width :])
            body = self._dialect.delimiter.join([header[: len(header) - len(own)], *names])
            self._add(source.preamble + body, own)
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
        own, more = cut[:width], cut[width:]
        own += [dialect.cell("")] * (width - len(own))
        done = self._mended(own, cells, origin, not self._keep_formulas)
        self._add(dialect.delimiter.join([*done, *map(dialect.new_cell, cells[width:]), *more]), end)

    def _mended(self, cut: list[str], cells: list[Cell], origin: Row, formula: bool) -> list[str]:
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
