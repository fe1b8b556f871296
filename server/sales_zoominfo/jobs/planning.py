"""What a job would do and cost, before there is one: read from the file and the ledger, free and without a trace."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, cast

from ..account.ledger_types import ASSUMED
from ..errors import SalesZoomInfoError
from . import assembly
from .eta import HEADROOM, package_of, windows
from .loading import Seen
from .matching import REASONS, Invalid, Wanted
from .model import BATCH, JobRequest

if TYPE_CHECKING:
    from ..account.gate import Account
    from ..crm import Mapping as FieldMapping
    from .columns import Column, System
    from .service import Jobs

# Rows that a plan shows, and rows that are looked up in the ledger at once.
SHOWN = 5
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the first rows.

    Attributes:
        row: its number, from 1.
        status: ``new`` (would be bought), ``owned`` (free), ``duplicate``, ``suppressed`` or ``invalid``.
        by: what it is matched by; of an invalid row why not.
        fills: target columns that would be written; their values only where the record is owned already, else None.
    """

    row: int
    status: Literal["new", "owned", "duplicate", "suppressed", "invalid"]
    by: str
    fills: dict[str, Any] = field(default_factory=dict[str, Any])

    def told(self) -> dict[str, Any]:
        """The row as JSON."""
        return {"row": self.row, "status": self.status, "by": self.by, "fills": self.fills}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a job would do.

    Attributes:
        columns: what each column was taken for.
        system: whose export it seems to be.
        details: how the file is written.
        rows: of the file.
        units: records to ask for, each once.
        duplicates: rows that repeat another.
        invalid: rows that cannot be matched, by reason in words.
        keys: rows by what they are matched by.
        owned: records that cost nothing, since they were bought in the last 12 months.
        suppressed: records on the opt-out list, which are never sent.
        credits: what it costs at most.
        exact: whether it costs just that.
        why: what the figure rests on.
        fields: ZoomInfo's fields that would be asked for.
        targets: columns that would be written.
        calls: requests that it takes.
        seconds: how long those take at least.
        pace: what that rests on.
        shown: the first rows.
        notes: what a person should know of the file.
    """

    columns: tuple[Column, ...]
    system: System | None
    details: dict[str, str]
    rows: int
    units: int
    duplicates: int
    invalid: dict[str, int]
    keys: dict[str, int]
    owned: int
    suppressed: int
    credits: int
    exact: bool
    why: str
    fields: tuple[str, ...]
    targets: tuple[str, ...]
    calls: int
    seconds: float
    pace: str
    shown: tuple[Shown, ...]
    notes: list[str]


@dataclass(slots=True)
class _First:
    """A first row, and what was found out about it."""

    cells: list[Any]
    wanted: Wanted | Invalid
    duplicate: bool = False
    status: str = ""


@dataclass(slots=True)
class _Count:
    """What a pass over the file has counted."""

    rows: int = 0
    units: int = 0
    duplicates: int = 0
    owned: int = 0
    assumed: int = 0
    suppressed: int = 0
    credits: int = 0
    unsure: int = 0
    invalid: Counter[str] = field(default_factory=lambda: Counter[str]())
    keys: Counter[str] = field(default_factory=lambda: Counter[str]())
    first: list[_First] = field(default_factory=list[_First])
    status: dict[bytes, str] = field(default_factory=dict[bytes, str])


async def plan(jobs: Jobs, request: JobRequest) -> Plan:
    """Work out what a job would do; the whole file is read once.

    Args:
        jobs: the account and its vault.
        request: what is asked for.

    Returns:
        The plan. The cost is exact where the ledger is sure of every record.

    Raises:
        SalesZoomInfoError: what :meth:`.service.Jobs.start` would refuse.
    """
    order = await jobs.order(request)
    request = order.request
    source = await asyncio.to_thread(assembly.open_file, request)
    recognition = await asyncio.to_thread(assembly.recognise_columns, request, source)
    mapping = await asyncio.to_thread(
        assembly.mapping_of, request, source, recognition, order.fields, resolved=order.mapping
    )
    read = assembly.reader(request, recognition, jobs.home.vault)
    count, seen = _Count(), Seen()

    def pieces() -> Iterator[list[Wanted]]:
        rows = source.rows()
        while chunk := list(islice(rows, _CHUNK)):
            yield _piece(chunk, [read(row) for row in chunk], count, seen)

    stream = pieces()
    try:
        while (fresh := await asyncio.to_thread(next, stream, None)) is not None:
            await _price(jobs.account, request, fresh, count)
    finally:
        seen.close()
    calls = -(-count.units // BATCH)
    seconds, pace = _time(jobs.account, calls)
    return Plan(
        columns=recognition.columns,
        system=recognition.system,
        details=dict(source.details),
        rows=count.rows,
        units=count.units,
        duplicates=count.duplicates,
        invalid=dict(count.invalid.most_common()),
        keys=dict(count.keys.most_common()),
        owned=count.owned,
        suppressed=count.suppressed,
        credits=count.credits,
        exact=not count.unsure,
        why=_why(count),
        fields=order.fields,
        targets=tuple(mapping.targets),
        calls=calls,
        seconds=seconds,
        pace=pace,
        shown=tuple(await _show(jobs.account, request, order.fields, source.columns, mapping, count)),
        notes=list(source.notes),
    )


def _piece(chunk: Sequence[Any], told: Sequence[Wanted | Invalid], count: _Count, seen: Seen) -> list[Wanted]:
    """Count some rows; the records among them that are new in the file."""
    known = set(seen.find(list({each.digest[:16] for each in told if isinstance(each, Wanted)})))
    fresh: list[Wanted] = []
    added: dict[bytes, int] = {}
    for row, each in zip(chunk, told, strict=True):
        count.rows += 1
        duplicate = False
        if isinstance(each, Invalid):
            count.invalid[REASONS[each.reason]] += 1
        else:
            count.keys[each.by] += 1
            digest = each.digest[:16]
            duplicate = digest in known
            if duplicate:
                count.duplicates += 1
            else:
                known.add(digest)
                added[digest] = count.units
                count.units += 1
                fresh.append(each)
        if len(count.first) < SHOWN:
            count.first.append(_First(list(row), each, duplicate))
    seen.add(added)
    return fresh


async def _price(account: Account, request: JobRequest, fresh: Sequence[Wanted], count: _Count) -> None:
    """Add what some records cost."""
    # One that can only be searched for has no input yet, and may be new.
    askable = [each for each in fresh if each.input]
    hidden = len(fresh) - len(askable)
    count.credits += hidden
    count.unsure += hidden
    if not askable:
        return
    estimate = await account.expect(request.entity, [each.input for each in askable])
    watched = {first.wanted.digest for first in count.first if isinstance(first.wanted, Wanted)}
    for each, item in zip(askable, estimate.items, strict=True):
        count.credits += item.credits
        count.unsure += not item.exact
        status = "new" if item.credits else "suppressed" if "opt-out" in item.why else "owned"
        count.owned += status == "owned"
        count.assumed += item.why == ASSUMED
        count.suppressed += status == "suppressed"
        if each.digest in watched:
            count.status[each.digest] = status


async def _show(
    account: Account,
    request: JobRequest,
    fields: Sequence[str],
    columns: Sequence[str],
    mapping: FieldMapping,
    count: _Count,
) -> list[Shown]:
    shown: list[Shown] = []
    for number, first in enumerate(count.first, 1):
        if isinstance(first.wanted, Invalid):
            shown.append(Shown(number, "invalid", REASONS[first.wanted.reason]))
            continue
        status = "duplicate" if first.duplicate else count.status.get(first.wanted.digest, "new")
        cells = dict(zip(columns, first.cells, strict=False))
        fills: dict[str, Any] = {}
        if status == "owned":
            fills = await _owned(account, request, fields, first.wanted, mapping, cells)
        elif status == "new":
            # Which of them ZoomInfo has is not known before it is bought: a search never shows contact details.
            fills = {name: None for name in mapping.targets if cells.get(name) in (None, "")}
        shown.append(Shown(number, cast("Any", status), first.wanted.by, fills))
    return shown


async def _owned(
    account: Account,
    request: JobRequest,
    fields: Sequence[str],
    wanted: Wanted,
    mapping: FieldMapping,
    cells: dict[str, Any],
) -> dict[str, Any]:
    """What an owned record would write; a request that may cost nothing."""
    try:
        found = await account.enrich(
            request.entity,
            [wanted.input],
            caller=request.caller,
            outputs=list(fields),
            max_credits=0,
            max_age=request.max_age,
        )
    except SalesZoomInfoError:
        return {}
    [match] = found.matches
    if not match.matched:
        return {}
    changes = cast("Mapping[str, tuple[Any, Any]]", mapping.apply(cells, match.row).changes)
    return {name: new for name, (_, new) in changes.items()}


def _why(count: _Count) -> str:
    if not count.units:
        return "No row can be matched, so nothing is asked for."
    if not count.credits:
        return "Every record was bought in the last 12 months."
    owned = f" {count.owned:,} {'is' if count.owned == 1 else 'are'} owned already and free." if count.owned else ""
    if count.assumed:
        were, are = ("was", "it is") if count.assumed == 1 else ("were", "they are")
        owned += f" {count.assumed:,} of them {were} bought here before, so that {are} most likely free."
    if count.unsure:
        return f"A bound: each record that matches and is not owned yet costs 1; one without a match is free.{owned}"
    return f"Exact: the ledger is sure of every record.{owned}"


def _time(account: Account, calls: int) -> tuple[float, str]:
    limit = account.settings.rate_limit
    seconds, pace = calls / (limit * HEADROOM), f"At {limit:g} requests a second."
    package = package_of(account)
    if package is not None:
        longest, why = windows(calls, *package)
        if longest > seconds:
            return longest, why
    return seconds, pace
