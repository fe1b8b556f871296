"""Excel workbooks (.xlsx): one sheet, row by row, each cell as the text that a person sees."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import fail, near
from .content import Content
from .dialect import looks_like_data
from .model import MOST_COLUMNS, BrokenRow, Cell, Row, Source, distinct, unusable

_CHUNK = 64
# What a workbook may unpack to, in all and by its parts; XML of tables shrinks to a tenth, at most to a fiftieth.
_MOST_UNPACKED = 4 * 1024**3
_MOST_STRINGS = 1024**3
_MOST_INFLATED = 150
_SMALL = 32 * 1024 * 1024
_MOST_PARTS = 10_000
_DAMAGED = "It may be cut off or damaged: open it in Excel and save it again, or save it as CSV."
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ZEROS = re.compile(r"0{2,}")
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,  # what the XML parser raises
    NotImplementedError,
    RuntimeError,
    OverflowError,
)


class Valued(NamedTuple):
    """A cell that is no text.

    Attributes:
        value: a number, date or the like.
        form: its number format.
    """

    value: Any
    form: str


class XlsxSource(Source):
    """A sheet of a workbook. The origin of a row is its cells as stored: text, None or :class:`Valued`.

    Args:
        content: its bytes.
        sheet: the sheet's name; the first that is not empty when None.
        header: whether the first row names the columns, told from what is in it when None.

    Attributes:
        sheet: the sheet's name.
        unpacked: bytes of its largest part.
        headed: whether the first row names the columns.
    """

    format = "xlsx"

    def __init__(self, content: Content, sheet: str | None, header: bool | None) -> None:
        try:
            from .xlsx_texts import Reader
        except ImportError:
            raise fail("package_missing", what="An Excel file", package="openpyxl", extra="xlsx") from None
        self._reader = Reader
        self.path: Path = content.path
        self.content = content
        self._read, self._rows_told = 0, 0
        self.unpacked = _check_parts(self.path, content.size)
        with self._book() as book:
            names = [found.title for found in book.worksheets]
            if not names:
                raise unusable(self.path, "it has no sheet with cells", "Give a workbook with a table.")
            if sheet is not None and sheet not in names:
                how, legal = near(sheet, names), ", ".join(f"'{name}'" for name in names[:20])
                raise fail("not_a_choice", name="sheet", value=sheet[:40], hint=how, legal=legal)
            for name in [sheet] if sheet is not None else names:
                self.sheet, first = name, next(self._stored(book[name]), None)
                if first is not None:
                    break
            else:
                raise unusable(self.path, "it holds no rows", "Export the list again, with its header.")
            with suppress(*_ERRORS):
                self._rows_told = book[self.sheet].max_row or 0
        cells = [_text(cell) for cell in first[1]]
        if len(cells) > MOST_COLUMNS:
            raise unusable(self.path, f"its first row has {len(cells):,} cells", "Split the sheet.")
        self.headed = header if header is not None else not looks_like_data(cells)
        self.columns, self.notes = distinct([name.strip() for name in cells] if self.headed else [""] * len(cells))
        if not self.headed:
            self.notes.append("The first row holds data, so the columns are called by their numbers.")
        self.details = {"sheet": self.sheet, "header": "first row" if self.headed else "none"}
        if len(names) > 1:
            self.details["other sheets"] = ", ".join(name for name in names if name != self.sheet)[:200]

    @property
    def fingerprint(self) -> str:
        return self.content.fingerprint

    @property
    def size(self) -> int:
        return self.content.size

    @property
    def progress(self) -> float:
        return min(1.0, self._read / self._rows_told) if self._rows_told else 0.0

    @contextmanager
    def _book(self) -> Generator[Any]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reader: Any = self._reader(str(self.path), read_only=True, data_only=True, keep_links=False)
                reader.read()
                book = reader.wb
        except _ERRORS:
            raise unusable(self.path, "it is no Excel workbook that can be read", _DAMAGED) from None
        try:
            yield book
        finally:
            book.close()

    def _stored(self, sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
        """The rows that hold anything, with their numbers."""
        # What a sheet says of its size may be wrong, and every row would be filled up to it.
        sheet.reset_dimensions()
        rows = sheet.iter_rows()
        number = 0
        while True:
            try:
                # The library warns of what it leaves out, in the middle of reading.
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    chunk = [[_stored(cell) for cell in cells] for cells in islice(rows, _CHUNK)]
            except _ERRORS:
                raise unusable(self.path, f"its sheet cannot be read past row {number:,}", _DAMAGED) from None
            if not chunk:
                return
            for cells in chunk:
                number += 1
                while cells and cells[-1] is None:
                    cells.pop()
                if cells:
                    yield number, cells

    def rows(self, start: int = 0) -> Iterator[Row]:
        self.content.unchanged()
        width = len(self.columns)
        with self._book() as book:
            stored = self._stored(book[self.sheet])
            if self.headed:
                next(stored, None)
            for number, cells in stored:
                self._read = number
                if start:
                    start -= 1
                    continue
                texts = [_text(cell) for cell in cells]
                texts += [""] * (width - len(texts))
                if len(cells) > width:
                    reason = f"it has cells in {len(cells)} columns and the header in {width}"
                    yield BrokenRow(texts[:width], cells, number, reason)
                elif any("\x00" in text for text in texts):
                    yield BrokenRow(texts, cells, number, "it holds a NUL character")
                else:
                    row = Row(texts)
                    row.origin = cells
                    yield row
        self.content.compare()


def _check_parts(path: Path, size: int) -> int:
    """Refuse what unpacks to more than a workbook; nothing is unpacked for that.

    Returns:
        Bytes of the largest part.
    """
    try:
        with zipfile.ZipFile(path) as file:
            parts = file.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise unusable(path, "it is no Excel workbook that can be read", _DAMAGED) from None
    how = "Save the sheet as CSV."
    if not any(part.filename.startswith("xl/") for part in parts):
        raise unusable(path, "it is a ZIP file and no workbook", "Unpack it first.")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise unusable(path, "it unpacks to far more than a workbook", how)
    # Parts that overlap are counted once on the disk and many times unpacked.
    if sum(part.compress_size for part in parts) > size:
        raise unusable(path, "its parts overlap", how)
    for part in parts:
        if part.file_size > _SMALL and part.file_size > _MOST_INFLATED * part.compress_size:
            raise unusable(path, "it inflates to far more than a workbook does", how)
        if part.filename.endswith("sharedStrings.xml") and part.file_size > _MOST_STRINGS:
            raise unusable(path, "its texts are larger than memory should hold", how)
    return max(part.file_size for part in parts)


def _stored(cell: Any) -> Cell:
    value = cell.value
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if "_x" in value:
            value = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        return value
    return Valued(value, cell.number_format)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    value, form = cell
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        day = value.time() == time() and not re.search(r"[hH]", form)
        return value.date().isoformat() if day else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = str(value)
    # A postal code stored as a number, with a format that shows its leading zeros.
    if isinstance(value, int) and _ZEROS.fullmatch(form):
        return text.zfill(len(form))
    return text
