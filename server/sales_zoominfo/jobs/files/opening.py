"""Which format a file has, and the source or sink of that format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...errors import fail
from .content import GZIP, Content
from .encoding import sniff_encoding
from .model import PACKED, SUFFIXES, Format, Sink, Source, unusable

FORMATS = tuple(SUFFIXES)
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_PARQUET = b"PAR1"


def open_source(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    fingerprint: str | None = None,
) -> Source:
    """Open a file of rows. Its format shows in its content; the name decides only between kinds of text.

    Args:
        path: CSV, JSON lines (either also in gzip), Parquet or Excel (.xlsx).
        sheet: the name of the sheet of an Excel file; the first that is not empty when None.
        encoding: of CSV and JSON lines; found when None.
        delimiter: of CSV, a character or ``comma``, ``semicolon``, ``tab``, ``pipe``; found when None.
        header: whether the first row of a CSV or Excel file names the columns; told from what is in it when None.
        fingerprint: what the file must have; compared at the end of each complete pass over it, or by
            ``source.expect`` at once.

    Raises:
        InvalidArgument: the file is empty, damaged, of no known format, or an option is wrong.
        NotFound: there is no such file, or no such sheet in it.
    """
    content = Content(path)
    format = _format_of(content)
    if sheet is not None and format != "xlsx":
        raise fail("option_invalid", name="sheet", reason=f"a {format} file has no sheets", how="Leave sheet out.")
    source: Source
    if format == "xlsx":
        from .xlsx_source import XlsxSource

        source = XlsxSource(content, sheet, header)
    elif format == "parquet":
        from .parquet import ParquetSource

        source = ParquetSource(content)
    elif format == "jsonl":
        from .jsonl import JsonlSource

        source = JsonlSource(content, encoding)
    else:
        from .csv_source import CsvSource

        source = CsvSource(content, encoding, delimiter, header)
    if fingerprint is not None:
        source.expect(fingerprint)
    return source


def open_sink(
    path: Path,
    *,
    like: Source | None,
    columns: Sequence[str],
    keep_formulas: bool = False,
    header: bool | None = None,
) -> Sink:
    """Begin a file of rows, in the format that its name tells, and else in that of the source.

    Args:
        path: where it goes, as :func:`allowed_output` returned it.
        like: the source whose way of writing it takes: encoding, delimiter, quotes, line ends, column types, sheet.
        columns: the names of its columns, in order, none twice.
        keep_formulas: whether cells of the input that a spreadsheet would run are left as they are, without an
            apostrophe before them. Values that did not come from the input always get one.
        header: whether the first row of a CSV or Excel file names the columns; as in the source when None.

    Raises:
        InvalidArgument: the file cannot be made, or the columns do not fit its format.
    """
    if repeated := next((name for place, name in enumerate(columns) if name in columns[:place]), None):
        how = "Rename one of them in the mapping."
        raise fail(
            "output_refused", file=path.name[-80:], reason=f"the column '{repeated[:80]}' is in it twice", how=how
        )
    format = output_format(path, like)
    compressed = path.suffix.lower() == PACKED
    if format == "xlsx":
        from .xlsx_sink import XlsxSink

        return XlsxSink(path, columns, like, header=header)
    if format == "parquet":
        from .parquet import ParquetSink

        return ParquetSink(path, columns, like)
    if format == "jsonl":
        from .jsonl import JsonlSink

        return JsonlSink(path, columns, like, compressed=compressed)
    from .csv_sink import CsvSink

    return CsvSink(path, columns, like, keep_formulas=keep_formulas, compressed=compressed, header=header)


def output_format(path: Path, like: Source | None) -> Format:
    """The format that an output has by its name, and else by the input it is made from."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == PACKED:
        suffixes.pop()
    named = SUFFIXES.get(suffixes[-1]) if suffixes else None
    return named or (like.format if like else "csv")


def _format_of(content: Content) -> Format:
    head, path = content.head, content.path
    if content.compressed:
        with content.inflated(part=True) as file:
            head = file.read(4096)
        if head.startswith((GZIP, _ZIP, _PARQUET)):
            raise unusable(path, "it holds another packed file", "Unpack it first.")
    if head.startswith(_PARQUET):
        return "parquet"
    if head.startswith(_ZIP):
        return "xlsx"
    if head.startswith(_OLE):
        how = "Open it and save it as .xlsx without a password, or as CSV."
        raise unusable(path, "it is an old Excel workbook (.xls) or has a password", how)
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != PACKED]
    named = SUFFIXES.get(suffixes[-1]) if suffixes else None
    if named in ("parquet", "xlsx"):
        how = "It may be cut off or damaged: export it again."
        raise unusable(path, f"its name says {named} and its content does not", how)
    if named == "csv":
        return named
    if named == "jsonl":
        return named
    with content.inflated(part=True) as file:
        encoding = sniff_encoding(file, path)
    with content.text(encoding, part=True) as text:
        start = text.read(4096).lstrip()
    return "jsonl" if start.startswith("{") else "csv"
