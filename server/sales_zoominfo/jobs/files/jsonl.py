"""JSON lines: one object a line, nested ones kept, keys that come late kept too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from json.encoder import encode_basestring, encode_basestring_ascii
from operator import is_
from pathlib import Path
from typing import Any, NamedTuple, TextIO, cast

from .content import Content
from .encoding import UTF8
from .model import MOST_COLUMNS, BrokenRow, Cell, Row, Sink, Source, unusable
from .text import LINE_ENDS, TextSource, first_line, line_end_of
from .text_draft import TextDraft

# Keys of the first lines are the columns; looking further would read the file twice.
_LOOKED_AT = 1000
_LATE_TOLD = 20
_READ = json.JSONDecoder().raw_decode
_ENDS = frozenset({*LINE_ENDS, ""})
_HOW = "Give one JSON object a line; `jq -c '.[]'` makes that of a list of objects."


class Object(NamedTuple):
    """How a row stands.

    Attributes:
        line: its text, with its end.
        record: what it says.
    """

    line: str
    record: dict[str, Any]


class JsonlSource(TextSource):
    """A file of JSON lines, plain or in gzip. The origin of a row is an :class:`Object`, of a broken one its text.

    Args:
        content: its bytes.
        encoding: its encoding, found when None.

    Attributes:
        line_end: what ends a line.
        spaced: whether it writes a space behind commas and colons.
        ascii: whether it writes letters beyond ASCII as escapes.
    """

    format = "jsonl"

    def __init__(self, content: Content, encoding: str | None = None) -> None:
        super().__init__(content, encoding)
        sample = self.sample()
        start = sample.lstrip()
        if not start:
            raise unusable(self.path, "it holds no rows", _HOW)
        if start.startswith("["):
            raise unusable(self.path, "it is one JSON list", _HOW)
        self.line_end = line_end_of(first_line(sample)) or "\n"
        self.spaced = '": ' in sample or '", ' in sample
        self.ascii = sample.isascii() and "\\u" in sample
        self.columns = self._keys()
        self.details |= {"line end": LINE_ENDS[self.line_end]}
        self._opened_with = len(self.notes)

    def _keys(self) -> list[str]:
        found: dict[str, None] = {}
        objects = 0
        with self.content.text(self.encoding, part=True) as text:
            for number, line in enumerate(self.lines(text)):
                record, _ = self._read(line)
                if record is not None:
                    found.update(dict.fromkeys(record))
                    objects += 1
                if number >= _LOOKED_AT or self.content.done > 64 * 1024 * 1024:
                    break
        if not objects:
            raise unusable(self.path, "none of its first lines is a JSON object", _HOW)
        if not found or len(found) > MOST_COLUMNS:
            raise unusable(self.path, f"its first objects have {len(found):,} keys", "Give objects of one kind.")
        return list(found)

    def _read(self, line: str) -> tuple[dict[str, Any] | None, str]:
        try:
            record: object = _parsed(line)
        except ValueError:
            return None, "it is no JSON"
        except RecursionError:
            return None, "it is nested too deeply"
        if not isinstance(record, dict):
            return None, "it is no JSON object"
        if "\\u" in line:
            for text in _texts(cast("object", record)):
                if "\x00" in text:
                    return None, "it holds a NUL character"
                if not _whole(text):
                    return None, "it holds half a character"
        return cast("dict[str, Any]", record), ""

    def rows(self, start: int = 0) -> Iterator[Row]:
        del self.notes[self._opened_with :]
        with self.content.text(self.encoding) as text:
            yield from self._rows(text, start)

    def _rows(self, text: TextIO, start: int) -> Iterator[Row]:
        columns, known = self.columns, set(self.columns)
        strange = self.encoding.strange
        late: dict[str, int] = {}
        for number, line in enumerate(self.lines(text), 1):
            if not line.strip():
                continue
            if start:
                start -= 1
                continue
            record, reason = self._read(line)
            if record is not None and not line.isascii():
                reason = strange(line) or ""
            if record is None or reason:
                yield BrokenRow([None] * len(columns), line, number, reason)
                continue
            if list(record) == columns:
                row = Row(record.values())
            else:
                if not record.keys() <= known and len(late) < _LATE_TOLD:
                    late.update((key, number) for key in record if key not in known and key not in late)
                row = Row(map(record.get, columns))
            row.origin = Object(line, record)
            yield row
        self.notes += [
            f"The key '{key[:80]}' comes first in line {number:,}; it is kept, and is no column that can be matched."
            for key, number in list(late.items())[:_LATE_TOLD]
        ]


def _parsed(line: str) -> object:
    """What a line says, as :func:`json.loads` reads it, sooner for the usual one: an object and a line end."""
    if line.startswith("{"):
        record, end = _READ(line)
        if line[end:] in _ENDS:
            return record
    return json.loads(line)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _texts(inner)


def _whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class JsonlSink(Sink):
    """A file of JSON lines in the making.

    Args:
        target: the file.
        columns: the keys, in order.
        like: the source whose way of writing it takes.
        compressed: whether it is written as gzip.
    """

    def __init__(self, target: Path, columns: Sequence[str], like: Source | None, *, compressed: bool) -> None:
        source = like if isinstance(like, JsonlSource) else None
        self._columns = list(columns)
        self._source_columns = list(source.columns) if source else []
        # A row keeps its text, and what it holds beside the columns, only where all columns come along.
        width = len(self._source_columns)
        self._width = width if self._columns[:width] == self._source_columns else 0
        self._line_end = source.line_end if source else "\n"
        self._end = ""
        comma, colon = (", ", ": ") if source is None or source.spaced else (",", ":")
        self._comma = comma
        ascii = source is not None and source.ascii
        self._encoder = json.JSONEncoder(ensure_ascii=ascii, separators=(comma, colon), default=str)
        self._quoted: Callable[[str], str] = encode_basestring_ascii if ascii else encode_basestring
        self._colon = colon
        self._names = {name: self._quoted(name) + colon for name in self._columns}
        self._draft = TextDraft(target, source.encoding if source else UTF8, compressed)

    @property
    def notes(self) -> list[str]:
        return list(self._draft.notes)

    def write(self, row: Sequence[Cell], origin: Row | None = None) -> None:
        if origin is None and isinstance(row, Row):
            origin = row
        kept = origin.origin if origin is not None and self._width else None
        if origin is not None and isinstance(kept, Object):
            self._object(kept, row, origin)
        elif isinstance(origin, BrokenRow) and isinstance(kept, str):
            # No object can be added to, so the line becomes a value.
            new = dict(zip(self._columns[self._width :], row[self._width :], strict=True))
            self._add(self._encoder.encode({"broken": kept.rstrip("\r\n"), **new}), self._line_end)
        else:
            self._add(self._encoded(dict(zip(self._columns, row, strict=True))), self._line_end)

    def _object(self, kept: Object, row: Sequence[Cell], origin: Row) -> None:
        line, record = kept
        width, columns = self._width, self._columns
        changed: dict[str, Cell] = {}
        # Most cells are the very objects that were read.
        if not all(map(is_, row, origin)):
            for place, (cell, old) in enumerate(zip(row, origin, strict=False)):
                if cell is not old and not _same(cell, old):
                    changed[columns[place]] = cell
        changed.update(zip(columns[width:], row[width:], strict=True))
        own = line_end_of(line)
        if not changed:
            self._add(line[: len(line) - len(own)] if own else line, own)
        elif record and changed.keys().isdisjoint(record):
            # Only new keys: they go behind the text as it stands.
            self._add(line.rstrip()[:-1].rstrip() + self._comma + self._encoded(changed)[1:], own)
        else:
            self._add(self._encoded({**record, **changed}), own)

    def _encoded(self, record: dict[str, Any]) -> str:
        """An object as the encoder writes it, sooner: most of its values are plain text."""
        names, quoted = self._names, self._quoted
        parts = [
            (names.get(key) or quoted(key) + self._colon)
            + (quoted(value) if value.__class__ is str else "null" if value is None else self._encoder.encode(value))
            for key, value in record.items()
        ]
        return "{" + self._comma.join(parts) + "}"

    def _add(self, body: str, end: str) -> None:
        self._draft.add(self._end + body)
        self._end = end or self._line_end

    def finish(self) -> None:
        self._draft.add(self._end)
        self._draft.finish()

    def abort(self) -> None:
        self._draft.abort()


def _same(first: object, second: object) -> bool:
    # 1, 1.0 and true are equal in Python, and not in JSON.
    return type(first) is type(second) and first == second
