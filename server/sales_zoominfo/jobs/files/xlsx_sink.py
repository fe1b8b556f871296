"""An Excel workbook of one sheet, written as a stream into its ZIP file.

The libraries that write workbooks keep the rows in files of their own until the end, which stay behind, readable,
when the process is killed. Here everything goes straight into the draft. Texts are stored as texts, so that none is
run as a formula or turned into a link, number or date.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any, cast
from xml.sax.saxutils import escape, quoteattr

from ...errors import fail
from .draft import Draft, refused
from .model import Cell, Row, Sink, Source, as_text
from .xlsx_source import Valued, XlsxSource

_MOST_ROWS = 1_048_576
_MOST_COLUMNS = 16_384
_LONGEST_TEXT = 32_767
# Above this a ZIP file needs its larger form, which not every reader knows.
_LARGE = 500 * 1024 * 1024
_PIECE = 256 * 1024
_MOST_STYLES = 1000
# What XML cannot say, Excel spells out; and what reads like such a spelling.
_UNSAYABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class XlsxSink(Sink):
    """A workbook in the making.

    Args:
        target: the file.
        columns: their names, in order.
        like: the source whose sheet name it takes, and whose numbers and dates stay what they are.
        header: whether the first row names the columns; as in the source when None.
    """

    def __init__(
        self, target: Path, columns: Sequence[str], like: Source | None, *, header: bool | None = None
    ) -> None:
        source = like if isinstance(like, XlsxSource) else None
        self._target = target
        if len(columns) > _MOST_COLUMNS:
            raise self._too_large(f"a sheet has room for {_MOST_COLUMNS:,} columns and there are {len(columns):,}")
        self._width = 0
        if source is not None and list(columns[: len(source.columns)]) == source.columns:
            self._width = len(source.columns)
        self._letters = [_letters(place) for place in range(_MOST_COLUMNS if self._width else len(columns))]
        self._forms: dict[str, int] = {"General": 0}
        self._number = 0
        self._cut = 0
        self._pieces: list[str] = []
        self._length = 0
        self._carried = source is not None
        self._draft = Draft(target)
        try:
            self._zip = zipfile.ZipFile(self._draft.file, "w", zipfile.ZIP_DEFLATED)
            self._begin(source.sheet if source else "Sheet1", like)
        except OSError as error:
            self.abort()
            raise refused(target, error) from None
        if header if header is not None else source is None or source.headed:
            self._add([_inline(self._letters[place], 1, self._fit(name)) for place, name in enumerate(columns)])

    def _begin(self, sheet: str, like: Source | None) -> None:
        for name, text in (
            ("[Content_Types].xml", _content_types()),
            ("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])),
            (
                "xl/_rels/workbook.xml.rels",
                _relations([("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")]),
            ),
            ("xl/workbook.xml", _workbook(sheet)),
        ):
            self._zip.writestr(name, _HEAD + text)
        size = like.unpacked if isinstance(like, XlsxSource) else 4 * like.size if like else 0
        self._sheet: IO[bytes] = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=size > _LARGE)
        self._sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())

    @property
    def notes(self) -> list[str]:
        told: list[str] = []
        if self._carried:
            told.append("Colours, widths, formulas and other sheets of the workbook are not carried over.")
        if self._cut:
            told.append(
                f"Texts longer than {_LONGEST_TEXT:,} characters were cut, as Excel has no longer: {self._cut}."
            )
        return told

    def write(self, row: Sequence[Cell], origin: Row | None = None) -> None:
        if origin is None and isinstance(row, Row):
            origin = row
        number = self._number + 1
        if number > _MOST_ROWS:
            self.abort()
            raise self._too_large(f"a sheet has room for {_MOST_ROWS:,} rows")
        kept: list[Cell] = origin.origin if origin is not None and self._width and _stored(origin.origin) else []
        width = min(self._width, len(kept))
        cells: list[str] = []
        for place, cell in enumerate(row):
            if place < width and origin is not None and cell == origin[place]:
                cell = kept[place]
            if cell is not None and cell != "":
                cells.append(self._cell(self._letters[place], number, cell))
        # What stood right of the table stays right of it.
        for place, cell in enumerate(kept[self._width :], len(row)):
            if cell is not None and place < _MOST_COLUMNS:
                cells.append(self._cell(self._letters[place], number, cell))
        self._add(cells)

    def _add(self, cells: list[str]) -> None:
        self._number += 1
        text = f'<row r="{self._number}">{"".join(cells)}</row>'
        self._pieces.append(text)
        self._length += len(text)
        if self._length > _PIECE:
            self._flush()

    def _flush(self) -> None:
        data = "".join(self._pieces).encode()
        self._pieces.clear()
        self._length = 0
        try:
            self._sheet.write(data)
        except OSError as error:
            self.abort()
            raise refused(self._target, error) from None
        except RuntimeError:
            self.abort()
            raise self._too_large("the sheet is too large for a workbook") from None

    def _cell(self, column: str, row: int, cell: Cell) -> str:
        if isinstance(cell, str):
            return _inline(column, row, self._fit(cell))
        value, form = cell if isinstance(cell, Valued) else (cell, "General")
        if isinstance(value, bool):
            return f'<c r="{column}{row}" t="b"><v>{value:d}</v></c>'
        number = _number(value)
        if number is None:
            return _inline(column, row, self._fit(as_text(value)))
        style = self._style(form)
        return f'<c r="{column}{row}" s="{style}"><v>{number}</v></c>'

    def _style(self, form: str) -> int:
        if form not in self._forms and len(self._forms) < _MOST_STYLES:
            self._forms[form] = len(self._forms)
        return self._forms.get(form, 0)

    def _fit(self, text: str) -> str:
        if len(text) > _LONGEST_TEXT:
            self._cut += 1
            text = text[:_LONGEST_TEXT]
        return text

    def _too_large(self, reason: str) -> Exception:
        return fail("output_refused", file=self._target.name[-80:], reason=reason, how="Give a name ending in .csv.")

    def finish(self) -> None:
        self._pieces.append("</sheetData></worksheet>")
        self._flush()
        try:
            self._sheet.close()
            self._zip.writestr("xl/styles.xml", _HEAD + _styles(list(self._forms)))
            self._zip.close()
        except OSError as error:
            self.abort()
            raise refused(self._target, error) from None
        self._draft.finish()

    def abort(self) -> None:
        self._pieces.clear()
        with suppress(AttributeError, OSError, ValueError, RuntimeError):
            self._sheet.close()
        with suppress(AttributeError, OSError, ValueError, RuntimeError):
            self._zip.close()
        self._draft.abort()


def _stored(origin: Any) -> bool:
    return isinstance(origin, list)


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _inline(column: str, row: int, text: str) -> str:
    said = escape(_UNSAYABLE.sub(_spelt, text))
    return f'<c r="{column}{row}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _spelt(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"_x{code:04X}_"


def _number(value: object) -> str | None:
    """A number or a date as Excel stores it; None for what it has no number for."""
    if isinstance(value, int | float):
        # Excel keeps 15 digits, so a longer id is a text.
        return repr(value) if math.isfinite(value) and (isinstance(value, float) or abs(value) < 10**15) else None
    if isinstance(value, datetime | date | time | timedelta):
        from openpyxl.utils import datetime as dates

        return str(cast("Any", dates).to_excel(value))
    return None


def _content_types() -> str:
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        "</Types>"
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _workbook(sheet: str) -> str:
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name={quoteattr(sheet)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _styles(forms: Sequence[str]) -> str:
    """One cell style for each number format, in order."""
    formats = "".join(
        f'<numFmt numFmtId="{164 + number}" formatCode={quoteattr(form)}/>' for number, form in enumerate(forms)
    )
    styles = "".join(
        f'<xf numFmtId="{164 + number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number in range(len(forms))
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(forms)}">{formats}</numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill>'
        '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(forms)}">{styles}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
