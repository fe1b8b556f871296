"""The counts in a job's own row, as its batches finish. Everything here runs inside a transaction of the spool."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .model import RETRYABLE

if TYPE_CHECKING:
    from ..store import Transaction

# A mark for the rate is kept every so many seconds, and so many of them.
MARK_EVERY = 5.0
MARKS = 25
# Longer than this between two results is a rest and not work. Seconds.
REST = 60.0


def gain(statuses: Sequence[str], twins: Mapping[int, int]) -> tuple[dict[str, int], int, int]:
    """Rows by status, those that may be tried again, and records, that a finished batch adds."""
    gained: dict[str, int] = {}
    for index, status in enumerate(statuses):
        gained[status] = gained.get(status, 0) + 1 + twins.get(index, 0)
    redo = sum(count for status, count in gained.items() if status in RETRYABLE)
    return gained, redo, len(statuses)


def tell(
    tx: Transaction,
    job: str,
    gained: Mapping[str, int],
    units: int,
    batches: int,
    spent: int,
    credits: int,
    sandbox: bool,
) -> None:
    """Bring the job's own row up to date with a batch; the last one ends the job."""
    state, why, ended, told, marks_told, left, changed = tx.execute(
        "SELECT state, why, ended_at, counts, marks, left_batches, changed_at FROM job WHERE id = ?", (job,)
    ).fetchone()
    counts: dict[str, int] = json.loads(told)
    for status, count in gained.items():
        counts[status] = counts.get(status, 0) + count
    now = tx.now()
    marks: list[list[float]] = json.loads(marks_told)
    if not marks or now - marks[-1][0] >= MARK_EVERY or now < marks[-1][0]:
        marks = [*marks, [round(now, 1), sum(counts.values())]][-MARKS:]
    left -= batches
    if left <= 0 and state in ("queued", "running", "paused"):
        state, why, ended = "done", None, now
    tx.execute(
        "UPDATE job SET counts = ?, marks = ?, left_batches = ?, done_units = done_units + ?, spent = spent + ?,"
        " reserved = reserved - ?, changed_at = ?, busy = busy + ?, state = ?, why = ?, ended_at = ?,"
        " sandbox = CASE WHEN ? = 1 THEN 1 ELSE sandbox END WHERE id = ?",
        (
            json.dumps({status: count for status, count in counts.items() if count}),
            *(json.dumps(marks), left, units, spent, credits, now),
            min(max(0.0, now - changed), REST) if batches > 0 else 0.0,
            *(state, why, ended, int(sandbox), job),
        ),
    )
