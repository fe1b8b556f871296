"""What a source and a sink are, and the rows between them."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, cast

from ...errors import SalesZoomInfoError, fail

Format = Literal["csv", "jsonl", "parquet", "xlsx"]
# What names end with.
SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
# What may follow those of text.
PACKED = ".gz"
# CSV and Excel give text; JSON lines and Parquet their own values. None and "" are empty.
Cell = Any

# A longer line, row or cell is no part of a table; it also bounds the memory that one row can take.
LONGEST_ROW = 16 * 1024 * 1024
MOST_COLUMNS = 16_384


class Row(list[Cell]):
    """The cells of a row, in the order of the source's columns.

    Attributes:
        origin: how the row stands in its file, which only a sink of the same format reads.
    """

    __slots__ = ("origin",)

    origin: Any


class BrokenRow(Row):
    """A row that the file does not say clearly. It goes to the output as it stood, and is not matched.

    Attributes:
        line: where it starts in the file, from 1 (for Parquet, the row).
        reason: why, in words that repeat nothing of it.
    """

    __slots__ = ("line", "reason")

    def __init__(self, cells: Sequence[Cell], origin: Any, line: int, reason: str) -> None:
        super().__init__(cells)
        self.origin = origin
        self.line = line
        self.reason = reason


class Source(ABC):
    """A file of rows.

    Attributes:
        path: where it is.
        format: which form it has.
        columns: distinct names of its columns, in order.
        details: how it is written (encoding, delimiter, sheet), for people.
        notes: what a person should know of it; those of the rows are complete when they have been read to the end.
    """

    path: Path
    format: Format
    columns: list[str]
    details: dict[str, str]
    notes: list[str]

    @abstractmethod
    def rows(self, start: int = 0) -> Iterator[Row]:
        """The rows in file order, in bounded memory.

        Args:
            start: how many rows to leave out.

        Returns:
            One :class:`Row` for each row; one that cannot be read is a :class:`BrokenRow`, never left out.

        Raises:
            InvalidArgument: the file cannot be read on, or is not what it was when it was opened.
        """

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """SHA-256 of the file's bytes, in hexadecimal; reads them once if no whole pass has been made."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes of the file."""

    @property
    @abstractmethod
    def progress(self) -> float:
        """The share of the file that the running pass has read, 0 to 1."""

    def expect(self, fingerprint: str) -> None:
        """Compare the content with that of another time.

        Raises:
            InvalidArgument: it is another.
        """
        if self.fingerprint != fingerprint:
            raise fail("file_changed", file=self.path.name[-80:])


class Sink(ABC):
    """A file that appears whole by :meth:`finish`, or not at all. Use as a context manager, or abort it yourself."""

    @property
    @abstractmethod
    def notes(self) -> list[str]:
        """What a person should know of what was written."""

    @abstractmethod
    def write(self, row: Sequence[Cell], origin: Row | None = None) -> None:
        """Add a row.

        Args:
            row: cells in the order of the sink's columns.
            origin: the row of the source that it was made from; cells that are unchanged are then written as they
                stand in the source. A row that came from the source itself needs none.

        Raises:
            InvalidArgument: it cannot be written, for want of space or of a legal form.
        """

    @abstractmethod
    def finish(self) -> None:
        """Put the file in place of what stands there, durably.

        Raises:
            InvalidArgument: it could not be written; nothing has changed then.
        """

    @abstractmethod
    def abort(self) -> None:
        """Leave nothing behind. Does nothing after :meth:`finish`."""

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()


def unusable(path: Path, reason: str, how: str) -> SalesZoomInfoError:
    """The error of a file that holds no rows we can read.

    Args:
        path: its path, of which the name is told.
        reason: half a sentence.
        how: the next step, a sentence.
    """
    return fail("file_unusable", file=path.name[-80:], reason=reason, how=how)


def unreadable(path: Path, error: OSError) -> SalesZoomInfoError:
    """The error of a file that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        how = "Check the path; a relative one counts from the folder that the command runs in."
        return fail("not_found", thing="file", name=str(path)[-120:], hint="", how=how)
    return unusable(path, plain(error), "Check the path, and that you may read the file.")


def plain(error: OSError) -> str:
    """The reason of a system error in a few words."""
    return (error.strerror or type(error).__name__).lower()


def distinct(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of columns made distinct, and what was done.

    Args:
        names: as they stand in the file.

    Returns:
        As many names, none of them empty and none twice; sentences about those that were changed.
    """
    taken = {name for name in names if name}
    used: set[str] = set()
    found: list[str] = []
    notes: list[str] = []
    for place, name in enumerate(names, 1):
        own = name
        if not name or name in used:
            stem, count = (name, 2) if name else (f"column {place}", 1)
            own = f"{stem} ({count})" if name else stem
            while own in used or own in taken:
                count += 1
                own = f"{stem} ({count})"
            what = f"The heading '{name}' stands twice" if name else f"Column {place} has no heading"
            notes.append(f"{what}; column {place} is called '{own}' here.")
        used.add(own)
        found.append(own)
    return found, notes


def counted(count: int, thing: str) -> str:
    """A number with its noun: "1 row", "2,000 rows"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def as_text(cell: Cell) -> str:
    """A cell as the text that a person reads: lists joined with ``"; "``, objects as JSON."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, list):
        items = cast("list[object]", cell)
        if any(isinstance(item, dict | list) for item in items):
            return json.dumps(items, ensure_ascii=False, separators=(",", ":"), default=str)
        return "; ".join(as_text(item) for item in items)
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False, separators=(",", ":"), default=str)
    return str(cell)
