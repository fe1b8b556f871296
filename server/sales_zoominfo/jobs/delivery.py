"""Writing a job's output: the file's own rows again, in its own order and form, with what came back beside them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..errors import fail
from .report import Tally
from .spool import Result, Spool, Stored, Unit

if TYPE_CHECKING:
    from .files import Row, Sink, Source

STATUS, REASON, SANDBOX = "zi_status", "zi_reason", "zi_sandbox"
# Batches with records that later rows repeat, kept open at hand.
_OPEN = 400
_CANCELLED = Result("cancelled", "", "", {})


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


def outcomes(spool: Spool, job: str) -> Iterator[Outcome]:
    """What became of each row, in file order; blocking."""
    opened: OrderedDict[int, Stored] = OrderedDict()

    def earlier(number: int) -> Stored:
        found = opened.pop(number, None) or spool.batch(job, number)
        opened[number] = found
        if len(opened) > _OPEN:
            opened.popitem(last=False)
        return found

    for stored in spool.batches(job):
        for code in stored.codes:
            if isinstance(code, str):
                yield Outcome(Result("invalid", code, "", {}), None, False)
            elif isinstance(code, int):
                yield Outcome(stored.results[code] or _CANCELLED, stored.units[code], False)
            else:
                number, unit = code
                held = stored if number == stored.batch else earlier(number)
                yield Outcome(held.results[unit] or _CANCELLED, held.units[unit], True)


class Applied(Protocol):
    """What a mapping makes of a row and a record."""

    @property
    def values(self) -> dict[str, Any]:
        """By target column, what it holds now."""
        ...

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Of them the ones that are new, with what they held before."""
        ...


class Columns(Protocol):
    """A mapping, as far as delivery knows it."""

    @property
    def targets(self) -> Sequence[str]:
        """The columns that it may write."""
        ...

    def apply(self, row: dict[str, Any], record: dict[str, Any]) -> Applied:
        """What becomes of a row."""
        ...


class Layout:
    """Which columns an output has, and what stands in them.

    Args:
        source: the input.
        mapping: writes the record's values.
        sandbox: whether each row is to say that its record is fictional.
    """

    def __init__(self, columns: Sequence[str], mapping: Columns, *, sandbox: bool) -> None:
        self._mapping = mapping
        self._sandbox = sandbox
        self._given = list(columns)
        told = [STATUS, REASON, *([SANDBOX] if sandbox else [])]
        self.columns = [*columns, *(name for name in (*mapping.targets, *told) if name not in columns)]
        self._places = {name: place for place, name in enumerate(self.columns)}

    def row(self, cells: Sequence[Any], outcome: Outcome, tally: Tally) -> tuple[list[Any], str, dict[str, Any]]:
        """A row of the output.

        Args:
            cells: of the input.
            outcome: what became of it.
            tally: counts it.

        Returns:
            Its cells, its status, and the values that are new by column.
        """
        result = outcome.result
        out = [*cells, *[""] * (len(self.columns) - len(cells))]
        status, new = result.status, {}
        before = dict(zip(self._given, cells, strict=False))
        answered: set[str] = set()
        if status == "enriched":
            applied = self._mapping.apply(before, result.row)
            for name, value in applied.values.items():
                out[self._places[name]] = value
            answered = set(applied.values)
            new = {name: change[1] for name, change in applied.changes.items()}
            if not new:
                status = "unchanged"
        out[self._places[STATUS]] = status
        out[self._places[REASON]] = result.why
        if self._sandbox:
            out[self._places[SANDBOX]] = "true"
        by = [outcome.unit.by] if outcome.unit is not None and outcome.unit.by else []
        accuracy = result.row.get("contactAccuracyScore")
        tally.row(status, by=by, reason=result.why, accuracy=accuracy, duplicate=outcome.twin)
        for name in self._mapping.targets:
            tally.cell(name, before.get(name), out[self._places[name]], answered=name in answered)
        return out, status, new


def write(
    spool: Spool,
    job: str,
    source: Source,
    layout: Layout,
    sink: Sink,
    *,
    changed: Callable[[Row, dict[str, Any]], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tally:
    """Write a job's output; blocking, for a thread of its own. The sink is left for the caller to finish.

    Args:
        spool, job: the results.
        source: the input, at its start.
        layout: of the output.
        sink: takes its rows.
        changed: told of each row with new values.
        progress: told how many rows are written, now and then.

    Returns:
        Counts for the report.

    Raises:
        InvalidArgument: the input is not what it was, or the output cannot be written.
    """
    tally = Tally()
    results = outcomes(spool, job)
    number = 0
    for number, row in enumerate(source.rows(), 1):
        outcome = next(results, None)
        if outcome is None:
            raise fail("file_changed", file=source.path.name[-80:])
        cells, _, new = layout.row(row, outcome, tally)
        sink.write(cells, row)
        if new and changed is not None:
            changed(row, new)
        if progress is not None and not number % 1000:
            progress(number)
    if next(results, None) is not None:
        raise fail("file_changed", file=source.path.name[-80:])
    return tally
