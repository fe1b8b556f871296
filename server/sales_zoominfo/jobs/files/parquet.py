"""Parquet, batch by batch, with untouched columns kept as they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

from ...errors import fail
from .content import Content
from .draft import Draft, refused
from .model import MOST_COLUMNS, BrokenRow, Cell, Row, Sink, Source, as_text, distinct, unusable

# What is held at once on the way in, and what makes a row group on the way out.
_BATCH_BYTES = 8 * 1024 * 1024
_BATCH_ROWS = 4096
_GROUP_BYTES = 16 * 1024 * 1024
_GROUP_ROWS = 100_000
_BUFFER = 256 * 1024
_HOW = "It may be cut off or damaged: export it again."


def _pyarrow() -> Any:
    # It has no types, so it is taken as it comes.
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        raise fail("package_missing", what="A Parquet file", package="pyarrow", extra="parquet") from None


class Stored(NamedTuple):
    """How a row stands.

    Attributes:
        batch: the rows it was read with.
        place: its place among them.
    """

    batch: Any
    place: int


class ParquetSource(Source):
    """A Parquet file. The origin of a row is :class:`Stored`.

    Args:
        content: its bytes.

    Attributes:
        schema: its columns with their types.
        compression: how it is compressed.
    """

    format = "parquet"

    def __init__(self, content: Content) -> None:
        self._arrow = _pyarrow()
        self.path: Path = content.path
        self.content = content
        self._read = 0
        with self._open() as file:
            self.schema = file.schema_arrow
            data = file.metadata
            if not len(self.schema.names) or len(self.schema.names) > MOST_COLUMNS:
                raise unusable(self.path, f"it has {len(self.schema.names):,} columns", "Export it with a few.")
            groups = [data.row_group(place) for place in range(data.num_row_groups)]
            self._count: int = data.num_rows
            size = sum(group.total_byte_size for group in groups)
            self.compression = groups[0].column(0).compression.lower() if groups else "snappy"
        self._batch = max(1, min(_BATCH_ROWS, _BATCH_BYTES * self._count // max(1, size)))
        self.columns, self.notes = distinct(self.schema.names)
        self._opened_with = len(self.notes)
        self.details = {"rows": f"{self._count:,}", "compression": self.compression}

    @property
    def fingerprint(self) -> str:
        return self.content.fingerprint

    @property
    def size(self) -> int:
        return self.content.size

    @property
    def progress(self) -> float:
        return self._read / self._count if self._count else 1.0

    def _open(self) -> Any:
        errors = (self._arrow.ArrowException, OSError, ValueError)
        try:
            return self._arrow.parquet.ParquetFile(self.path, pre_buffer=False, buffer_size=_BUFFER)
        except errors:
            raise unusable(self.path, "it is no Parquet file that can be read", _HOW) from None

    def rows(self, start: int = 0) -> Iterator[Row]:
        self.content.unchanged()
        self._read = 0
        with self._open() as file:
            batches = file.iter_batches(self._batch, use_threads=False)
            while True:
                try:
                    batch = next(batches, None)
                    if batch is None:
                        break
                    if self._read + batch.num_rows > start:
                        columns, broken = self._cells(batch)
                    else:
                        columns, broken = [], {}
                except (self._arrow.ArrowException, OSError, ValueError):
                    raise unusable(self.path, f"it cannot be read past row {self._read:,}", _HOW) from None
                if columns:
                    yield from self._of_batch(batch, columns, broken, max(0, start - self._read))
                self._read += batch.num_rows
        self.content.compare()

    def _of_batch(
        self, batch: Any, columns: Sequence[Sequence[Cell]], broken: dict[int, str], skip: int
    ) -> Iterator[Row]:
        for index, cells in enumerate(zip(*columns, strict=True)):
            if index < skip:
                continue
            if index in broken:
                yield BrokenRow(cells, Stored(batch, index), self._read + index + 1, broken[index])
                continue
            row = Row(cells)
            row.origin = Stored(batch, index)
            yield row

    def _cells(self, batch: Any) -> tuple[list[list[Cell]], dict[int, str]]:
        columns: list[list[Cell]] = []
        broken: dict[int, str] = {}
        for column in batch.columns:
            try:
                columns.append(self._plain(column).to_pylist())
            except ValueError:
                # Text that is not UTF-8, or an instant that Python has no value for.
                values: list[Cell] = []
                for index in range(len(column)):
                    try:
                        values.append(column[index].as_py())
                    except ValueError:
                        values.append(None)
                        broken[index] = "a value of it cannot be read"
                columns.append(values)
        return columns, broken

    def _plain(self, column: Any) -> Any:
        """Instants in the finest unit that Python has."""
        arrow, kind = self._arrow, column.type
        if arrow.types.is_timestamp(kind) and kind.unit == "ns":
            return column.cast(arrow.timestamp("us", kind.tz), safe=False)
        if arrow.types.is_time64(kind) and kind.unit == "ns":
            return column.cast(arrow.time64("us"), safe=False)
        if arrow.types.is_duration(kind) and kind.unit == "ns":
            return column.cast(arrow.duration("us"), safe=False)
        return column


class ParquetSink(Sink):
    """A Parquet file in the making. New columns are text; those of the input keep their types.

    Args:
        target: the file.
        columns: their names, in order.
        like: the source whose columns and types it takes.
    """

    def __init__(self, target: Path, columns: Sequence[str], like: Source | None) -> None:
        self._arrow = arrow = _pyarrow()
        source = like if isinstance(like, ParquetSource) else None
        known: dict[str, tuple[int, Any]] = {}
        if source is not None:
            known = {name: (place, source.schema.field(place)) for place, name in enumerate(source.columns)}
        self._target = target
        self._columns = list(columns)
        self._places = [known[name][0] if name in known else None for name in columns]
        fields = [known[name][1] if name in known else arrow.field(name, arrow.string()) for name in columns]
        # A field may be required in the input, and what is written there need not be there.
        fields = [field.with_name(name).with_nullable(True) for field, name in zip(fields, columns, strict=True)]
        self._schema = arrow.schema(fields, metadata=None)
        self._rows: list[Sequence[Cell]] = []
        self._origins: list[Row | None] = []
        self._batch: Any = None
        self._tables: list[Any] = []
        self._held = self._bytes = 0
        self._draft = Draft(target)
        compression = source.compression if source else "snappy"
        self._writer = self._guarded(
            lambda: arrow.parquet.ParquetWriter(
                arrow.PythonFile(self._draft.file, mode="w"),
                self._schema,
                compression="none" if compression == "uncompressed" else compression,
            )
        )

    @property
    def notes(self) -> list[str]:
        return []

    def _guarded(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except OSError as error:
            self.abort()
            raise refused(self._target, error) from None

    def write(self, row: Sequence[Cell], origin: Row | None = None) -> None:
        if origin is None and isinstance(row, Row):
            origin = row
        stored = origin.origin if origin is not None else None
        batch = stored.batch if isinstance(stored, Stored) else None
        if self._rows and (batch is not self._batch or len(self._rows) >= _BATCH_ROWS):
            self._pack()
        self._batch = batch
        self._rows.append(row)
        self._origins.append(origin)

    def _pack(self) -> None:
        """The rows of one batch as a table."""
        arrow = self._arrow
        batch = cast("object", self._batch)
        indices = None
        if batch is not None:
            at = [origin.origin.place for origin in self._origins if origin is not None]
            indices = arrow.array(at, arrow.int64())
        arrays: list[Any] = []
        for place, (field, source) in enumerate(zip(self._schema, self._places, strict=True)):
            cells = [row[place] for row in self._rows]
            if source is None:
                texts = [None if cell is None or cell == "" else as_text(cell) for cell in cells]
                arrays.append(arrow.array(texts, arrow.string()))
            elif indices is None:
                arrays.append(self._typed(cells, field))
            else:
                arrays.append(self._mended(cells, source, cast("Any", batch).column(source).take(indices), field))
        table = arrow.Table.from_arrays(arrays, schema=self._schema)
        self._rows.clear()
        self._origins.clear()
        self._tables.append(table)
        self._held += table.num_rows
        self._bytes += table.nbytes
        if self._held >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._write_group()

    def _mended(self, cells: list[Cell], source: int, stored: Any, field: Any) -> Any:
        arrow = self._arrow
        origins = self._origins
        changed = [
            cell is not (was := origin[source]) and cell != was if origin is not None else True
            for cell, origin in zip(cells, origins, strict=True)
        ]
        if not any(changed):
            return stored
        new = self._typed([cell for cell, other in zip(cells, changed, strict=True) if other], field)
        # The changed ones are appended and picked from there, which works for every type.
        places: list[int] = []
        more = len(cells)
        for index, other in enumerate(changed):
            places.append(more if other else index)
            more += other
        return arrow.concat_arrays([stored, new]).take(arrow.array(places, arrow.int64()))

    def _typed(self, cells: list[Cell], field: Any) -> Any:
        arrow = self._arrow
        cells = [None if cell == "" and not arrow.types.is_string(field.type) else cell for cell in cells]
        try:
            return arrow.array(cells, field.type)
        except (arrow.ArrowException, ValueError, TypeError, OverflowError):
            pass
        try:
            return arrow.array([None if cell is None else as_text(cell) for cell in cells], arrow.string()).cast(
                field.type
            )
        except (arrow.ArrowException, ValueError, TypeError):
            self.abort()
            reason = f"a value for the column '{field.name[:80]}' does not fit its type {field.type}"
            how = "Map it to a column of text or to a new column."
            raise fail("output_refused", file=self._target.name[-80:], reason=reason, how=how) from None

    def _write_group(self) -> None:
        table = self._arrow.concat_tables(self._tables)
        self._tables.clear()
        self._held = self._bytes = 0
        self._guarded(lambda: self._writer.write_table(table, row_group_size=max(1, table.num_rows)))

    def finish(self) -> None:
        if self._rows:
            self._pack()
        if self._tables:
            self._write_group()
        self._guarded(self._writer.close)
        self._draft.finish()

    def abort(self) -> None:
        self._rows.clear()
        self._origins.clear()
        self._tables.clear()
        self._draft.abort()
