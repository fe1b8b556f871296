"""Walking over the pages of a search, and counting how a set that is too large to read could be split.

No credit is spent. Where ZoomInfo counts the rows of a search as records (Enterprise, and signals in both
generations), each row that is read counts, so a walk has a stated maximum and refuses a set that is out of reach.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import cast

from ..errors import InvalidArgument, SalesZoomInfoError, UnknownValue, WindowExceeded, fail
from ..zoominfo.arguments import read_number
from ..zoominfo.codec import SEARCH
from ..zoominfo.fields import FILTERS
from ..zoominfo.limiter import bulk
from ..zoominfo.operations import WINDOW, Generation, Subject
from ..zoominfo.records import Page, Row
from .audit import filters_note
from .core import Core
from .privacy import Sought

Progress = Callable[[int, int], Awaitable[None]]

# Rows of one page, the most that ZoomInfo hands over; and how many rows are read when nothing else is said.
PAGE = 100
MAX_ROWS = 1_000
# Past so many windows the part that can be read says nothing about the set, so nothing is read.
OUT_OF_REACH = 10
# Free searches that advice on splitting may cost, and how many of them other filters than the ranges get.
MAX_COUNTS = 8
_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a set: the filters to add, and how many records match with them."""

    filters: dict[str, object]
    total: int


@dataclass(frozen=True, slots=True)
class Split:
    """How a set could be read in parts.

    Attributes:
        parts: do not overlap, and hold every record whose value is known.
        fits: each part can be read whole.
        others: what one value of another filter leaves, where the parts are still too large.
        calls: searches that counting took.
    """

    parts: list[Part]
    fits: bool
    others: list[Part]
    calls: int


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk has read.

    Attributes:
        rows: each record once, screened.
        total: how many match.
        most: how many were to be read at most.
        widest: how many ZoomInfo lets one read.
        complete: every page was read.
        calls: requests it took.
        records: how many rows count against the contract's record limit.
        split: how the whole could be read, when it is over the window and that was asked for.
        hidden: keys of rows that were withheld; to forget them by, and for nobody to see.
    """

    rows: list[Row]
    total: int
    most: int
    widest: int
    complete: bool
    calls: int
    records: int
    generation: Generation
    resolved: dict[str, str] = field(default_factory=dict[str, str])
    warnings: list[str] = field(default_factory=list[str])
    split: Split | None = None
    hidden: list[str] = field(default_factory=list[str], repr=False)


def row_key(subject: Subject, row: Row) -> str:
    """What makes a row the same one on another day.

    An intent signal is its company and topic, since its id belongs to one answer; an article is its address.
    """
    match subject:
        case "intent":
            parts = [row.get("companyId") or row.get("companyName"), row.get("topic")]
        case "news":
            parts = [row.get("url")]
        case _:
            parts = [row.get("id")]
    if all(parts):
        return "\n".join(map(str, parts))
    return str(row.get("id") or sorted((name, str(value)) for name, value in row.items()))


def read_most(core: Core, value: object, name: str = "maxRows") -> int:
    """How many rows to read at most; :data:`MAX_ROWS` when nothing is given.

    Raises:
        InvalidArgument: it is no whole number, or over the widest window of the account's APIs.
    """
    high = max(WINDOW[generation] for generation in core.client.generations)
    return int(read_number(name, MAX_ROWS if value is None else value, whole=True, low=1, high=high))


async def pages(
    core: Core, subject: Subject, sought: Sought, most: int, *, sort: object = None
) -> AsyncGenerator[tuple[Page, list[str]]]:
    """The screened pages of a search, one after the other, and the keys of the rows that were withheld from each.

    Those behind the first page let interactive calls go first.

    Args:
        core: the account's parts.
        subject: what is searched.
        sought: what may be searched for.
        most: rows at most; the last page may hold some more.
        sort: a sort field.

    Raises:
        SalesZoomInfoError: what ZoomInfo refused.
    """
    # As few pages as can be, and no larger than it takes: rows that are read may count as records.
    size = math.ceil(most / math.ceil(most / PAGE))
    number = 1
    while True:
        if number == 1:
            page = await core.client.search(subject, sought.filters, page=1, size=size, sort=sort)
        else:
            try:
                with bulk():
                    page = await core.client.search(subject, sought.filters, page=number, size=size, sort=sort)
            except WindowExceeded:
                # The set has become smaller meanwhile.
                return
        await core.note_account()
        whole = page.rows
        page, lines = await core.screened_page(subject, page, sought)
        shown = {row_key(subject, row) for row in page.rows} if page.withheld else set[str]()
        hidden = [key for row in whole if (key := row_key(subject, row)) not in shown] if page.withheld else []
        yield (replace(page, warnings=(*page.warnings, *lines)) if lines else page), hidden
        if page.next_page is None or number * size >= most:
            return
        number += 1


async def walk(
    core: Core,
    subject: Subject,
    filters: Mapping[str, object],
    *,
    caller: str,
    max_rows: object = None,
    sort: object = None,
    progress: Progress | None = None,
    note: str = "all pages",
    refuse: bool = True,
) -> Walked:
    """Read a search to its end, or up to a stated number of rows. Costs no credit; cancelled, it leaves nothing.

    Args:
        core: the account's parts.
        subject: what is searched.
        filters: as for the client.
        caller: who asks.
        max_rows: rows at most, :data:`MAX_ROWS` by default, up to the window.
        sort: a sort field.
        progress: awaited with (rows read, rows to read).
        note: what the audit says of it.
        refuse: refuse a set that is out of reach, and count how one over the window could be split, by
            :data:`MAX_COUNTS` searches at most. Else what can be read is read.

    Raises:
        WindowExceeded: the set is out of reach; its first page was read and no other.
        SalesZoomInfoError: what ZoomInfo refused.
    """
    most = read_most(core, max_rows)
    operation = SEARCH[subject]
    async with core.audit.watch(caller, operation.name, subject) as entry:
        entry.note = "; ".join(filter(None, (note, filters_note(list(filters)))))
        sought = await core.screen.sought(filters)
        rows: dict[str, Row] = {}
        warnings: dict[str, None] = dict.fromkeys(sought.warnings)
        hidden: list[str] = []
        withheld = calls = read = 0
        page: Page | None = None
        async with aclosing(pages(core, subject, sought, most, sort=sort)) as found:
            async for page, keys in found:
                hidden += keys
                calls += 1
                read += len(page.rows) + page.withheld
                withheld += page.withheld
                entry.generation, entry.records = page.generation, read
                if refuse and calls == 1 and page.total > OUT_OF_REACH * page.widest:
                    raise _out_of_reach(subject, filters, page)
                for row in page.rows:
                    rows.setdefault(row_key(subject, row), row)
                told = (line for line in page.warnings if not page.withheld or "withheld" not in line)
                warnings.update(dict.fromkeys(told))
                if progress is not None:
                    await progress(min(read, most), min(page.total, most, page.widest))
        if page is None:
            raise RuntimeError("a search has at least one page")
        if withheld:
            what = "record is" if withheld == 1 else "records are"
            warnings[f"{withheld:,} {what} withheld: on the opt-out list."] = None
        split = await count_parts(core, subject, sought.filters, page) if refuse and page.total > page.widest else None
        if split is not None:
            entry.note += f"; {split.calls} counts"
    kept = list(rows.values())[:most]
    route = operation.route(page.generation)
    counted = read if route is not None and route.cost.records == "per_row" else 0
    return Walked(
        kept,
        page.total,
        most,
        page.widest,
        # Pages and not rows: some may have been withheld or have moved.
        calls * page.size >= page.total,
        calls,
        counted,
        page.generation,
        page.resolved,
        list(warnings),
        split,
        hidden,
    )


def _out_of_reach(subject: Subject, filters: Mapping[str, object], page: Page) -> SalesZoomInfoError:
    route = SEARCH[subject].route(page.generation)
    calls = math.ceil(page.total / PAGE)
    counted = f" and {page.total:,} records of the contract" if route and route.cost.records == "per_row" else ""
    specs = FILTERS[subject]
    narrow = [name for name in _NARROWING[subject] if name not in filters and specs[name].wire(page.generation)]
    return fail(
        "set_too_large",
        total=f"{page.total:,}",
        window=f"{page.widest:,}",
        calls=f"{calls:,}",
        records=counted,
        narrow=", ".join(narrow[:4]) or "a narrower value",
        most=f"{OUT_OF_REACH * page.widest:,}",
        details={"total": page.total, "window": page.widest, "calls": calls},
    )


_NARROWING: dict[Subject, tuple[str, ...]] = {
    "contact": ("industryCodes", "employeeRangeMin", "managementLevel", "department", "state", "country", "jobTitle"),
    "company": ("industryCodes", "employeeRangeMin", "revenueMin", "state", "country", "techAttributeTagList"),
    "intent": ("signalScoreMin", "industryCodes", "employeeRangeMin", "state", "country"),
    "scoop": ("scoopTopic", "publishedStartDate", "industryCodes", "employeeRangeMin", "country"),
    "news": ("categories", "pageDateMin", "url"),
}

# --- splitting -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scale:
    """A pair of filters that cuts a set in two anywhere.

    Attributes:
        low, high: the filters' names.
        first, last: where the values lie, as far as is worth cutting; open at the end.
        dates: whether they are days, as ordinals here.
    """

    low: str
    high: str
    first: int
    last: int
    dates: bool = False

    def write(self, value: int) -> object:
        return date.fromordinal(value).isoformat() if self.dates else value

    def middle(self, low: int, high: int | None) -> int:
        """The last value of the lower half; sizes are spread over orders of magnitude, days are not."""
        top = max(self.last, low + 1 if self.dates else low * 4) if high is None else high
        cut = (low + top) // 2 if self.dates else math.isqrt(max(low, 1) * top)
        return min(max(cut, low), top - 1)


def _scales(subject: Subject) -> list[_Scale]:
    if subject == "news":
        today = datetime.now(UTC).date().toordinal()
        return [_Scale("pageDateMin", "pageDateMax", today - 730, today, dates=True)]
    return [
        _Scale("employeeRangeMin", "employeeRangeMax", 1, 100_000),
        _Scale("revenueMin", "revenueMax", 1, 10_000_000),
    ]


# One value each that holds much of any set; what it leaves tells how finely the filter cuts.
_LARGE: dict[Subject, tuple[tuple[str, str], ...]] = {
    "contact": (("managementLevel", "Non-Manager"), ("state", "California"), ("industryCodes", "Business Services")),
    "company": (("industryCodes", "Business Services"), ("state", "California"), ("companyType", "Private")),
    "intent": (("industryCodes", "Business Services"), ("state", "California")),
    "scoop": (("industryCodes", "Business Services"), ("state", "California")),
    "news": (),
}


async def count_parts(core: Core, subject: Subject, filters: Mapping[str, object], page: Page) -> Split:
    """Cut a set into parts that can be read, by as few free searches as it takes.

    A range filter is halved where the largest part is, until every part fits or the counts are used up; then one value
    each of some other filters is counted.

    Args:
        core: the account's parts.
        subject: what is searched.
        filters: of the set.
        page: its first page.

    Returns:
        The parts. What ZoomInfo refuses to count is left out.
    """
    counter = _Counter(core, subject, filters)
    specs = FILTERS[subject]

    def usable(*names: str) -> bool:
        return all(name in specs and specs[name].wire(page.generation) for name in names)

    scale = next((item for item in _scales(subject) if usable(item.low, item.high)), None)
    others = [item for item in _LARGE[subject] if item[0] not in filters and usable(item[0])][:_OTHERS]
    # Few parts are needed where few windows hold the set: then every count goes into them.
    near = math.ceil(page.total / page.widest) <= MAX_COUNTS - 2
    parts: list[Part] = []
    fits = False
    if scale is not None:
        parts, fits = await _halve(
            counter, scale, page.total, page.widest, MAX_COUNTS if near else MAX_COUNTS - len(others)
        )
    seen: list[Part] = []
    for name, value in () if fits else others:
        total = await counter.count({name: value})
        if total:
            seen.append(Part({name: value}, total))
    return Split(parts, fits, sorted(seen, key=lambda part: part.total), counter.calls)


class _Counter:
    """Counts what matches with further filters, :data:`MAX_COUNTS` times."""

    def __init__(self, core: Core, subject: Subject, filters: Mapping[str, object]) -> None:
        self._core = core
        self._subject: Subject = subject
        self._filters = filters
        self.calls = 0

    async def count(self, more: Mapping[str, object]) -> int | None:
        """How many match; None when the counts are used up or ZoomInfo refuses this one."""
        if self.calls >= MAX_COUNTS:
            return None
        try:
            with bulk():
                page = await self._core.client.search(self._subject, {**self._filters, **more}, page=1, size=1)
        except (InvalidArgument, UnknownValue):
            # The filters do not go together, or this account has no such value.
            return None
        except SalesZoomInfoError:
            # Advice is worth no failure: what was read is handed over.
            self.calls = MAX_COUNTS
            return None
        self.calls += 1
        return page.total

    def given(self, name: str) -> object:
        """A filter of the set itself."""
        value = self._filters.get(name)
        items = cast("list[object]", value) if isinstance(value, list) else [value]
        return items[0] if len(items) == 1 else None


async def _halve(counter: _Counter, scale: _Scale, whole: int, widest: int, budget: int) -> tuple[list[Part], bool]:
    def bound(name: str, instead: int | None) -> int | None:
        given = counter.given(name)
        try:
            if given is None:
                return instead
            return date.fromisoformat(str(given)[:10]).toordinal() if scale.dates else int(str(given).replace(",", ""))
        except ValueError:
            return instead

    # Every article has a day, and the first part takes the older ones too; of sizes some are unknown.
    open_below = scale.dates and bound(scale.low, None) is None

    def part(low: int, high: int | None, total: int) -> Part:
        lower = {} if open_below and low == scale.first else {scale.low: scale.write(low)}
        upper = {} if high is None else {scale.high: scale.write(high)}
        return Part({**lower, **upper}, total)

    low, high = bound(scale.low, scale.first) or scale.first, bound(scale.high, None)
    known = whole if open_below else await counter.count(part(low, high, 0).filters)
    if not known:
        return [], False
    # The largest part first; a part of one value stays as it is.
    heap: list[tuple[int, int, int | None]] = [(-known, low, high)]
    done: list[tuple[int, int | None, int]] = []
    while heap and -heap[0][0] > widest and counter.calls < budget:
        total, low, high = -heap[0][0], heap[0][1], heap[0][2]
        heapq.heappop(heap)
        if high is not None and high <= low:
            done.append((low, high, total))
            continue
        cut = scale.middle(low, high)
        lower = await counter.count(part(low, cut, 0).filters)
        if lower is None:
            heapq.heappush(heap, (-total, low, high))
            break
        for piece in ((lower, low, cut), (max(total - lower, 0), cut + 1, high)):
            if piece[0]:
                heapq.heappush(heap, (-piece[0], piece[1], piece[2]))
    found = sorted([*done, *((low, high, -count) for count, low, high in heap)], key=lambda item: item[0])
    return [part(*item) for item in found], all(total <= widest for _, _, total in found)
