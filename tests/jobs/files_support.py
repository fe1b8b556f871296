"""What the tests of files share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.jobs.files import BrokenRow, Cell, Row, Source, open_sink, open_source

NEW = ["zi_status", "zi_jobTitle"]


def made(path: Path, data: bytes | str) -> Path:
    """A file of these bytes."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def cells(source: Source) -> list[list[Cell]]:
    """The rows as plain lists."""
    return [list(row) for row in source.rows()]


def broken(source: Source) -> dict[int, str]:
    """By line, why a row is broken."""
    return {row.line: row.reason for row in source.rows() if isinstance(row, BrokenRow)}


def copied(
    source: Source,
    target: Path,
    new: Sequence[str] = NEW,
    change: Callable[[int, Row], Sequence[Cell]] = lambda _, row: [*row, "enriched", "CFO"],
    **options: Any,
) -> bytes:
    """The bytes of an output made from every row of a source; its notes are printed for a failing test."""
    with open_sink(target, like=source, columns=[*source.columns, *new], **options) as sink:
        for number, row in enumerate(source.rows()):
            sink.write(change(number, row), origin=row)
        sink.finish()
    print(source.notes, sink.notes)
    return target.read_bytes()


def refused(call: Callable[[], object]) -> SalesZoomInfoError:
    """The error that a call ends with."""
    with pytest.raises(SalesZoomInfoError) as caught:
        call()
    return caught.value


def refused_rows(path: Path, **options: Any) -> SalesZoomInfoError:
    """The error that opening a file and reading it to its end comes to."""
    return refused(lambda: cells(open_source(path, **options)))
