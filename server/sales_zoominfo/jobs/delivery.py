"""Writing a job's output: the file's own rows again, in its own order and form, with what came back beside them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import fail
from .report import Tally
from .spool import Result, Spool, Stored, Unit

if TYPE_CHECKING:
    from ..crm import Applied, Mapping
    from .files import Sink, Source

STATUS, REASON, SANDBOX = "zi_status", "zi_reason", "zi_sandbox"
# Batches with records that later rows repeat, kept open at hand.
_OPEN = 400
# Batches that are screened together: as many records as a search can ask about.
_SCREENED = 4
_CANCELLED = Result("cancelled", "", "", {})

Screened = Callable[[Sequence[Stored]], list[Stored]]


class Outcome(NamedTuple):
    """What became of a row.

    Attributes:
        result: its record's, or that it is invalid.
        unit: what was asked for it, None for an invalid row.
        twin: another row of the file answered for it.
    """

    result: Result
    unit: Unit | None
    twin: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """An output that was written.

    Attributes:
        path: where it is.
        rows: how many it has.
        counts: rows by status.
        changes: where the file of changes is, None for none.
        tally: counts for the report.
        notes: what a person should know of what was written.
    """

    path: str
    rows: int
    counts: dict[str, int]
    changes: str | None
    tally: Tally
    notes: list[str]


def outcomes(spool: Spool, job: str, screened: Screened) -> Iterator[Outcome]:
    """What became of each row, in file order; blocking.

    Args:
        spool, job: the results.
        screened: batches without whom the opt-out list has come to hold since.
    """
    opened: OrderedDict[int, Stored] = OrderedDict()

    def earlier(number: int) -> Stored:
        found = opened.pop(number, None) or screened([spool.batch(job, number)])[0]
        opened[number] = found
        if len(opened) > _OPEN:
            opened.popitem(last=False)
        return found

    batches = spool.batches(job)
    for stored in (each for some in iter(lambda: list(islice(batches, _SCREENED)), []) for each in screened(some)):
        units, results = stored.units, stored.results
        for code in stored.codes:
            if isinstance(code, int):
                yield Outcome(results[code] or _CANCELLED, units[code], False)
            elif isinstance(code, str):
                yield Outcome(Result("invalid", code, "", {}), None, False)
            else:
                number, unit = code
                held = stored if number == stored.batch else earlier(number)
                yield Outcome(held.results[unit] or _CANCELLED, held.units[unit], True)


def _reason(result: Result) -> str:
    """What a row's reason is counted as: a word that many rows share, and no candidate's id."""
    return result.match or ("" if result.status in ("enriched", "ambiguous") else result.why)


class Layout:
    """Which columns an output has, and what stands in them.

    Args:
        columns: of the input.
        mapping: writes the record's values; bound to these columns.
        sandbox: whether each row is to say that its record is fictional.
    """

    def __init__(self, columns: Sequence[str], mapping: Mapping, *, sandbox: bool) -> None:
        self._mapping = mapping
        self._targets = mapping.targets
        self._sandbox = sandbox
        self._given = list(columns)
        told = [STATUS, REASON, *([SANDBOX] if sandbox else [])]
        self.columns = [*columns, *(name for name in (*self._targets, *told) if name not in columns)]
        self._places = {name: place for place, name in enumerate(self.columns)}
        self._told = [(name, self._places[name]) for name in self._targets]

    def row(self, cells: Sequence[Any], outcome: Outcome, tally: Tally) -> tuple[list[Any], Applied | None]:
        """A row of the output.

        Args:
            cells: of the input.
            outcome: what became of it.
            tally: counts it.

        Returns:
            Its cells, and what the mapping made of the record; None without one.
        """
        result = outcome.result
        out = [*cells, *[""] * (len(self.columns) - len(cells))]
        status, why = result.status, result.why
        before = dict(zip(self._given, cells, strict=False))
        applied: Applied | None = None
        if status == "enriched":
            applied = self._mapping.apply(before, result.row)
            for name, value in applied.values.items():
                out[self._places[name]] = value
            if not applied.changes:
                status = "unchanged"
            if applied.missing:
                why = "; ".join([*([why] if why else []), f"still empty: {', '.join(applied.missing)}"])
        out[self._places[STATUS]] = status
        out[self._places[REASON]] = why
        if self._sandbox:
            out[self._places[SANDBOX]] = "true"
        by = [outcome.unit.by] if outcome.unit is not None and outcome.unit.by else []
        accuracy = result.row.get("contactAccuracyScore")
        # A record that came and was not written is paid for all the same.
        unused = status == "ambiguous" and bool(result.match)
        reason = _reason(result)
        tally.row(status, by=by, reason=reason, accuracy=accuracy, duplicate=outcome.twin, unused=unused)
        told = frozenset[str]() if applied is None else applied.changes.keys() | applied.confirmed
        for name, place in self._told:
            tally.cell(name, before.get(name), out[place], answered=name in told)
        return out, applied


class Further:
    """Outputs beside the enriched copy.

    Attributes:
        changes: takes only what is new, with the CRM's own id, as imports want it; None for none.
        report: takes each changed cell with what it held before; None for none.
    """

    REPORT = ("record", "column", "before", "after", "how")

    def __init__(self, columns: Sequence[str], mapping: Mapping, record_id: str | None) -> None:
        """Args: the input's columns, the mapping bound to them, and what was recognised as the CRM's own id."""
        self._columns = list(columns)
        self._mapping = mapping
        self._own = mapping.own_id(columns, record_id)
        self.changes: Sink | None = None
        self.report: Sink | None = None

    @property
    def change_columns(self) -> list[str]:
        """The columns of the file of changes."""
        return self._mapping.change_columns(self._own or "")

    def row(self, number: int, cells: Sequence[Any], applied: Applied) -> None:
        """Write what is new in a row.

        Args:
            number: of the row, from 1.
            cells: of the input.
            applied: what became of it.
        """
        if self.changes is None and self.report is None:
            return
        row = dict(zip(self._columns, cells, strict=False))
        # A row that lacks what the CRM requires would be refused there.
        if self.changes is not None and self._own is not None and not applied.missing:
            new = self._mapping.change_row(row, applied, self._own)
            if new is not None:
                self.changes.write(new)
        if self.report is not None:
            own = row.get(self._own) if self._own is not None else None
            for told in applied.report(str(own or number)):
                self.report.write(["" if told[name] is None else told[name] for name in self.REPORT])


def write(
    spool: Spool,
    job: str,
    source: Source,
    layout: Layout,
    sink: Sink,
    *,
    screened: Screened,
    further: Further | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tally:
    """Write a job's output; blocking, for a thread of its own. The sinks are left for the caller to finish.

    Args:
        spool, job: the results.
        source: the input, at its start.
        layout: of the output.
        sink: takes its rows.
        screened: batches without whom the opt-out list has come to hold since.
        further: takes what has changed.
        progress: told how many rows are written, now and then.

    Returns:
        Counts for the report.

    Raises:
        InvalidArgument: the input is not what it was, or the output cannot be written.
    """
    tally = Tally()
    results = outcomes(spool, job, screened)
    for number, row in enumerate(source.rows(), 1):
        outcome = next(results, None)
        if outcome is None:
            raise fail("file_changed", file=source.path.name[-80:])
        cells, applied = layout.row(row, outcome, tally)
        sink.write(cells, row)
        if further is not None and applied is not None and applied.changes:
            further.row(number, row, applied)
        if progress is not None and not number % 1000:
            progress(number)
    if next(results, None) is not None:
        raise fail("file_changed", file=source.path.name[-80:])
    return tally
