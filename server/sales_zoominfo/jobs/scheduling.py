"""Jobs that start again and again: what an export holds is kept fresh. A worker of the file's machine starts them."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import fail
from .model import OVER, JobRequest

if TYPE_CHECKING:
    from ..store import Transaction
    from .service import Jobs

LANE = "jobs"
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that is started again and again.

    Attributes:
        id: a short random name.
        every_days: days from one start to the next.
        next_at: when it is due, epoch seconds.
        last_job: the id of the job that it has started last.
        why: what went wrong when it was due last.
        request: what is started; its output's name gets the date.
        here: whether its file is on this machine.
    """

    id: str
    every_days: float
    next_at: float
    last_job: str | None
    why: str | None
    request: JobRequest
    here: bool


class Schedules:
    """The schedules of one account.

    Args:
        jobs: starts what is due.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._home = jobs.home

    async def add(self, request: JobRequest, every_days: float, *, first_in: float = 0.0) -> Schedule:
        """Start a job now and then, on this machine. It needs a worker that stays: ``sales-zoominfo worker --stay``.

        Args:
            request: what to start. With ``max_age`` only records that are older than that many days are bought anew.
                It must name ``max_credits``, since nobody is asked when it starts.
            every_days: days from one start to the next, at least 1.
            first_in: seconds until the first one.

        Raises:
            InvalidArgument, NotFound: the request could not be started now, names no budget, or the days are too few.
        """
        if every_days < 1:
            raise fail("too_low", name="every", low=1, value=every_days)
        if request.max_credits is None:
            reason = "nobody is asked when a scheduled job starts"
            raise fail("option_missing", name="--max-credits", reason=reason)
        order = await self._jobs.order(request)
        id = secrets.token_hex(4)
        told = self._home.vault.encrypt(f"job schedule {id}", json.dumps(order.request.told()).encode())

        def write(tx: Transaction) -> float:
            now = tx.now()
            tx.execute(
                "INSERT INTO job_schedule (id, scope, machine, caller, every, next_at, sealed, made_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(id, self._home.scope, self._home.machine, request.caller, every_days * DAY),
                    *(now + first_in, told, now),
                ),
            )
            return now + first_in

        due = await self._home.store.write(write, lane=LANE)
        return Schedule(id, every_days, due, None, None, order.request, True)

    async def list(self) -> list[Schedule]:
        """All of this account, the next one first."""
        rows = await self._home.store.read(
            lambda tx: tx.execute(
                "SELECT id, every, next_at, last_job, why, sealed, machine FROM job_schedule WHERE scope = ?"
                " ORDER BY next_at, id",
                (self._home.scope,),
            ).fetchall()
        )
        return [
            Schedule(
                *(row[0], row[1] / DAY, row[2], row[3], row[4]),
                JobRequest.read(json.loads(self._home.vault.decrypt(f"job schedule {row[0]}", row[5]))),
                row[6] == self._home.machine,
            )
            for row in rows
        ]

    async def remove(self, id: str) -> None:
        """Start it no more.

        Raises:
            NotFound: there is no such schedule.
        """
        gone = await self._home.store.write(
            lambda tx: (
                tx.execute("DELETE FROM job_schedule WHERE id = ? AND scope = ?", (id, self._home.scope)).rowcount
            ),
            lane=LANE,
        )
        if not gone:
            raise fail("not_found", thing="schedule", name=id[:40], hint="", how="`schedule list` names them.")

    async def start_due(self) -> list[str]:
        """Start what is due on this machine; of a worker.

        Returns:
            The ids of the jobs.
        """
        from ..errors import SalesZoomInfoError

        started: list[str] = []
        while (due := await self._claim()) is not None:
            schedule, moment = due
            last = schedule.last_job
            try:
                # A run that is still under way is not doubled.
                if last is not None and await self._runs(last):
                    await self._note(schedule.id, last, "the last run is still under way")
                    continue
                job = await self._jobs.start(_dated(schedule.request, moment), agreed=True)
            except SalesZoomInfoError as error:
                await self._note(schedule.id, last, str(error))
                continue
            await self._note(schedule.id, job.id, None)
            started.append(job.id)
        return started

    async def _runs(self, job: str) -> bool:
        from ..errors import NotFound

        try:
            return (await self._jobs.board.head(job)).job.state not in OVER
        except NotFound:
            return False

    async def _claim(self) -> tuple[Schedule, float] | None:
        """One that is due, moved on to its next date by the one worker that gets it."""

        def write(tx: Transaction) -> tuple[str, float] | None:
            now = tx.now()
            row = tx.execute(
                "SELECT id, every, next_at FROM job_schedule WHERE scope = ? AND machine = ? AND next_at <= ?"
                " ORDER BY next_at LIMIT 1",
                (self._home.scope, self._home.machine, now),
            ).fetchone()
            if row is None:
                return None
            # After a long sleep it runs once, not once for each date that was missed.
            ahead = row[2] + row[1] * (1 + (now - row[2]) // row[1])
            tx.execute("UPDATE job_schedule SET next_at = ? WHERE id = ?", (ahead, row[0]))
            return row[0], now

        found = await self._home.store.write(write, lane=LANE)
        if found is None:
            return None
        schedule = next((each for each in await self.list() if each.id == found[0]), None)
        return None if schedule is None else (schedule, found[1])

    async def _note(self, id: str, job: str | None, why: str | None) -> None:
        await self._home.store.write(
            lambda tx: tx.execute("UPDATE job_schedule SET last_job = ?, why = ? WHERE id = ?", (job, why, id)),
            lane=LANE,
        )


def _dated(request: JobRequest, moment: float) -> JobRequest:
    """A request whose outputs bear its date, so that each run has its own and is a job of its own."""
    from datetime import UTC, datetime

    from .files import marked

    day = datetime.fromtimestamp(moment, UTC).date().isoformat()

    def dated(name: str | None) -> str | None:
        return None if name is None else str(marked(Path(name), day))

    options = dict(request.options)
    for name in ("changes", "before_after", "report"):
        if options.get(name):
            options[name] = dated(options[name])
    return replace(request, output=dated(request.output), options=options | {"day": day})
