"""Which page of an answer, in which order."""

from __future__ import annotations

from ..errors import fail
from .arguments import read_choice, read_number, read_text
from .fields import SORTS
from .operations import LAST_PAGE, WINDOW, Generation, Subject

# Rows a page at most, in both generations.
MAX_PAGE_SIZE = 100


def read_sort(subject: Subject, raw: object) -> str | None:
    """A sort field of a search, with a leading minus for descending, or None.

    Raises:
        InvalidArgument: it is none, or the search has no order to choose.
    """
    return read_order(SORTS[subject], raw, where=f"{subject} search")


def read_order(fields: tuple[str, ...], raw: object, *, where: str) -> str | None:
    """One of some sort fields; see :func:`read_sort`."""
    if raw is None:
        return None
    text = read_text("sort", raw)
    if not fields:
        raise fail("no_order", where=where, details={"field": "sort"})
    field = read_choice("sort", text.removeprefix("-"), fields)
    return f"-{field}" if text.startswith("-") else field


def read_page(generation: Generation, page: object, size: object) -> tuple[int, int]:
    """A page's number and its size, within what a generation lets one read.

    Raises:
        InvalidArgument: either is no whole number of a page. WindowExceeded: the page lies past the window.
    """
    number = int(read_number("page", page, whole=True, low=1, high=None))
    rows = int(read_number("pageSize", size, whole=True, low=1, high=MAX_PAGE_SIZE))
    # Small pages end at the last page number, long before the window does, and larger pages read on.
    pages, window = LAST_PAGE[generation], WINDOW[generation]
    if number > pages and pages * rows < window:
        raise fail(
            "past_pages",
            page=number,
            pages=pages,
            size=rows,
            window=f"{pages * rows:,}",
            largest=MAX_PAGE_SIZE,
            widest=f"{window:,}",
            details={"window": pages * rows},
        )
    if number * rows > window:
        raise fail("past_window", window=window, page=number, size=rows, details={"window": window})
    return number, rows
