"""The jobs themselves: what was asked for, and where each stands."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import SalesZoomInfoError, fail
from .counting import REST
from .model import OVER, SHARD, VERSION, Job, Order

if TYPE_CHECKING:
    from ..store import Store, Transaction
    from ..store.vault import Vault

LANE = "jobs"

_JOB = (
    "id, state, why, entity, caller, total_rows, counts, units, done_units, spent, reserved, budget, marks, made_at,"
    " changed_at, ended_at, delivered_at, busy, scope, sealed, version, machine, turn, sandbox, left_batches,"
    " purged_at, written"
)


@dataclass(frozen=True, slots=True)
class Head:
    """A job's row.

    Attributes:
        job: as it is shown.
        order: what it does.
        machine: where its files are.
        scope: the account that pays.
        turn: which reading of its file counts.
        marks: moments and finished rows, for the rate.
        left: batches that are not finished.
        purged: its rows are deleted.
        written: what tells the files that were written from others, None for none or by an earlier release.
    """

    job: Job
    order: Order
    machine: str
    scope: str
    turn: int
    marks: list[list[float]]
    left: int
    purged: bool
    written: str | None


class Board:
    """The job rows of one account.

    Args:
        store: holds them.
        vault: its keys.
        scope: the account that pays; jobs of another are not shown.
        machine: names this machine's files.
    """

    def __init__(self, store: Store, vault: Vault, scope: str, machine: str) -> None:
        self.store = store
        self._vault = vault
        self.scope = scope
        self.machine = machine

    # --- jobs ------------------------------------------------------------------------------------------------------

    async def make(self, order: Order) -> tuple[str, bool]:
        """Write a job down, or find the one that the same request has made before.

        Args:
            order: what it is to do.

        Returns:
            Its id, and whether it is new.

        Raises:
            InvalidArgument: the same request was made by another release and has not ended.
        """
        told, digest = order.told(), self._digest(order)
        job = secrets.token_hex(4)
        sealed = self._seal(job, told)

        def write(tx: Transaction) -> tuple[str, int, bool]:
            found = tx.execute("SELECT id, version FROM job WHERE request = ?", (digest,)).fetchone()
            if found is not None:
                return found[0], found[1], False
            now = tx.now()
            tx.execute(
                "INSERT INTO job (id, request, version, scope, machine, caller, entity, state, sealed, turn,"
                " total_rows, units, batches, left_batches, done_units, counts, budget, reserved, spent, marks,"
                " sandbox, made_at, changed_at, busy)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'loading', ?, 0, 0, 0, 0, 0, 0, '{}', ?, 0, 0, '[]', 0, ?, ?, 0)",
                (
                    *(job, digest, VERSION, self.scope, self.machine, order.request.caller, order.request.entity),
                    *(sealed, order.request.max_credits, now, now),
                ),
            )
            return job, VERSION, True

        found, version, new = await self.store.write(write, lane=LANE)
        if version != VERSION:
            raise _other_version(found, version)
        return found, new

    async def earlier(self, order: Order) -> Head | None:
        """The job that the same request has made before; None when there is none.

        Raises:
            InvalidArgument: it was made by another release.
        """
        digest = self._digest(order)
        row = await self.store.read(lambda tx: tx.execute("SELECT id FROM job WHERE request = ?", (digest,)).fetchone())
        return None if row is None else await self.head(row[0])

    def _digest(self, order: Order) -> bytes:
        same = json.dumps([self.scope, self.machine, _same(order.told())], sort_keys=True)
        return self._vault.digest("job request", same)

    async def head(self, job: str) -> Head:
        """A job's row.

        Raises:
            NotFound: there is no such job of this account.
            InvalidArgument: it was made by another release.
        """
        sql = f"SELECT {_JOB} FROM job WHERE id = ? AND scope = ?"  # noqa: S608 - columns of our own
        row = await self.store.read(lambda tx: tx.execute(sql, (job, self.scope)).fetchone())
        if row is None:
            raise fail("not_found", thing="job", name=job[:40], hint="", how="`list_jobs` names the jobs.")
        if row[20] != VERSION:
            raise _other_version(job, row[20])
        return self._head(row)

    async def heads(self, states: Sequence[str] = (), limit: int = 50) -> list[Head]:
        """Jobs of this account and release, the newest first.

        Args:
            states: only of these; none for all.
            limit: how many at most.
        """
        chosen = f" AND state IN ({', '.join('?' for _ in states)})" if states else ""
        sql = (
            f"SELECT {_JOB} FROM job WHERE scope = ? AND version = ?{chosen}"  # noqa: S608 - only marks are put in
            " ORDER BY made_at DESC, id LIMIT ?"
        )
        rows = await self.store.read(
            lambda tx: tx.execute(sql, (self.scope, VERSION, *states, limit)).fetchall(),
        )
        return [self._head(row) for row in rows]

    def _head(self, row: tuple[Any, ...]) -> Head:
        order = Order.read(json.loads(self._vault.decrypt(f"job {row[0]}", row[19])))
        request = order.request
        counts: dict[str, int] = json.loads(row[6])
        finished = sum(counts.values())
        if row[1] == "cancelled" and row[5] > finished:
            counts["cancelled"] = row[5] - finished
            finished = row[5]
        marks: list[list[float]] = json.loads(row[12])
        job = Job(
            id=row[0],
            state=row[1],
            why=row[2],
            entity=row[3],
            caller=row[4],
            source=request.source,
            output=request.output,
            rows=row[5],
            finished=finished,
            counts=counts,
            units=row[7],
            done_units=row[8],
            spent=row[9],
            reserved=row[10],
            max_credits=row[11],
            rate=rate_of(marks, row[14]) if row[1] == "running" else None,
            eta=None,
            eta_note="",
            made_at=row[13],
            changed_at=row[14],
            ended_at=row[15],
            delivered_at=row[16],
            seconds=row[17],
            sandbox=bool(row[23]),
            request=request,
        )
        return Head(job, order, row[21], row[18], row[22], marks, row[24], row[25] is not None, row[26])

    async def turn(self, job: str, worker: str) -> int | None:
        """Begin to read a job's file, from its start.

        Args:
            job: which.
            worker: who reads.

        Returns:
            The turn that its batches are stored under; None when a worker that is alive reads it already.
        """

        def write(tx: Transaction) -> int | None:
            row = tx.execute("SELECT state, loader, turn FROM job WHERE id = ?", (job,)).fetchone()
            if row is None or row[0] != "loading":
                return None
            if (
                row[1] not in (None, worker)
                and tx.execute("SELECT 1 FROM job_worker WHERE id = ?", (row[1],)).fetchone()
            ):
                return None
            for table in ("job_batch", "job_twin", "job_shard"):
                tx.execute(f"DELETE FROM {table} WHERE job = ?", (job,))  # noqa: S608 - names of our own
            tx.execute(
                "UPDATE job SET loader = ?, turn = turn + 1, total_rows = 0, counts = '{}' WHERE id = ?", (worker, job)
            )
            return row[2] + 1

        return await self.store.write(write, lane=f"job:{job}")

    async def loaded(self, job: str, turn: int, batches: int, units: int) -> None:
        """The file has been read: the job may run.

        Args:
            job, turn: which reading.
            batches, units: how many there are.
        """

        def write(tx: Transaction) -> None:
            row = tx.execute("SELECT state, turn FROM job WHERE id = ?", (job,)).fetchone()
            if row is None or row[0] != "loading" or row[1] != turn:
                return
            (left,) = tx.execute("SELECT COUNT(*) FROM job_batch WHERE job = ? AND state <> 'done'", (job,)).fetchone()
            now = tx.now()
            tx.executemany(
                "INSERT INTO job_shard (job, shard, state, run, at) VALUES (?, ?, 'waiting', 0, 0)",
                [(job, shard) for shard in range(-(-batches // SHARD))],
            )
            tx.execute(
                "UPDATE job SET state = ?, loader = NULL, batches = ?, left_batches = ?, units = ?, changed_at = ?,"
                " ended_at = ? WHERE id = ?",
                ("queued" if left else "done", batches, left, units, now, None if left else now, job),
            )

        await self.store.write(write, lane=f"job:{job}")

    async def fail(self, job: str, turn: int, why: str) -> None:
        """The file cannot be read; the same request may be made again.

        Args:
            job, turn: which reading.
            why: a sentence; no value of the file.
        """

        def write(tx: Transaction) -> None:
            tx.execute(
                "UPDATE job SET state = 'failed', why = ?, loader = NULL, changed_at = ?, ended_at = ?"
                " WHERE id = ? AND state = 'loading' AND turn = ?",
                (why, tx.now(), tx.now(), job, turn),
            )

        await self.store.write(write, lane=f"job:{job}")

    async def move(self, job: str, states: Sequence[str], to: str, why: str | None = None) -> bool:
        """Change a job's state.

        Args:
            job: which.
            states: it must be in one of these.
            to: the new one.
            why: a sentence about it.

        Returns:
            Whether it was in one of them.
        """

        def write(tx: Transaction) -> bool:
            now = tx.now()
            changed = tx.execute(
                "UPDATE job SET state = ?, why = ?, changed_at = ?, ended_at = ?, marks = '[]'"  # noqa: S608 - only marks
                f" WHERE id = ? AND state IN ({', '.join('?' for _ in states)})",
                (to, why, now, now if to in OVER else None, job, *states),
            )
            return changed.rowcount > 0

        return await self.store.write(write, lane=f"job:{job}")

    async def runs(self, job: str) -> bool:
        """Whether a job's batches are to be sent."""
        row = await self.store.read(lambda tx: tx.execute("SELECT state FROM job WHERE id = ?", (job,)).fetchone())
        return row is not None and row[0] in ("queued", "running")

    async def reopen(self, job: str) -> None:
        """Let a job run once more whose failed rows were made ready, or that was cancelled."""
        await self.move(job, ("done", "cancelled", "paused"), "queued")
        # What was written before lacks what comes now.
        await self.store.write(
            lambda tx: tx.execute("UPDATE job SET delivered_at = NULL WHERE id = ?", (job,)), lane=f"job:{job}"
        )

    async def renew(self, job: str, order: Order) -> None:
        """The same request again with another budget or consent, which hold from now on."""
        sealed = self._seal(job, order.told())
        await self.store.write(
            lambda tx: tx.execute(
                "UPDATE job SET sealed = ?, budget = ? WHERE id = ?", (sealed, order.request.max_credits, job)
            ),
            lane=f"job:{job}",
        )

    async def deliver(self, job: str, worker: str) -> bool:
        """Claim the writing of a job's output; False when a worker that is alive writes it already."""

        def write(tx: Transaction) -> bool:
            row = tx.execute("SELECT deliverer FROM job WHERE id = ?", (job,)).fetchone()
            if row is None:
                return False
            if row[0] not in (None, worker):
                alive = tx.execute("SELECT 1 FROM job_worker WHERE id = ?", (row[0],)).fetchone()
                if alive:
                    return False
            tx.execute("UPDATE job SET deliverer = ? WHERE id = ?", (worker, job))
            return True

        return await self.store.write(write, lane=f"job:{job}")

    async def delivered(
        self, job: str, counts: dict[str, int], report: dict[str, Any], written: str, *, whole: bool
    ) -> None:
        """The output is written.

        Args:
            job: which.
            counts: rows by status as they stand in it.
            report: what is told about it.
            written: what tells the files that were written from others.
            whole: it is the last one, and not that of a job that is paused.
        """
        sealed = self._seal(job, report)

        def write(tx: Transaction) -> None:
            tx.execute("UPDATE job SET deliverer = NULL, why = NULL, report = ? WHERE id = ?", (sealed, job))
            if whole:
                tx.execute(
                    "UPDATE job SET delivered_at = ?, counts = ?, written = ? WHERE id = ?",
                    (tx.now(), json.dumps(counts), written, job),
                )

        await self.store.write(write, lane=f"job:{job}")

    async def again(self, job: str) -> None:
        """Have the output of a job that is done written once more."""
        await self.store.write(
            lambda tx: tx.execute("UPDATE job SET delivered_at = NULL, why = NULL WHERE id = ?", (job,)),
            lane=f"job:{job}",
        )

    async def undelivered(self, job: str, why: str | None) -> None:
        """The output could not be written; with a reason it is left for a person to have it written.

        Args:
            job: which.
            why: a sentence.
        """
        await self.store.write(
            lambda tx: tx.execute("UPDATE job SET deliverer = NULL, why = ? WHERE id = ?", (why, job)),
            lane=f"job:{job}",
        )

    async def report(self, job: str) -> dict[str, Any] | None:
        """What :meth:`delivered` was told."""
        row = await self.store.read(lambda tx: tx.execute("SELECT report FROM job WHERE id = ?", (job,)).fetchone())
        return None if row is None or row[0] is None else json.loads(self._vault.decrypt(f"job {job}", row[0]))

    async def note_purged(self, job: str) -> None:
        """Its rows are deleted."""
        await self.store.write(
            lambda tx: tx.execute("UPDATE job SET purged_at = ? WHERE id = ?", (tx.now(), job)), lane=f"job:{job}"
        )

    async def stale(self, seconds: float) -> list[str]:
        """Jobs that have ended, or rest, for longer than so many seconds and still have their rows."""
        rows = await self.store.read(
            lambda tx: tx.execute(
                "SELECT id FROM job WHERE purged_at IS NULL AND state IN ('done', 'cancelled', 'failed', 'paused')"
                " AND changed_at <= ?",
                (tx.now() - seconds,),
            ).fetchall()
        )
        return [row[0] for row in rows]

    async def forget(self, job: str) -> None:
        """Delete a job's row, so that the same request makes a new one."""
        await self.store.write(lambda tx: tx.execute("DELETE FROM job WHERE id = ?", (job,)), lane=LANE)

    def _seal(self, job: str, told: object) -> bytes:
        return self._vault.encrypt(f"job {job}", json.dumps(told, ensure_ascii=False).encode())


def rate_of(marks: Sequence[Sequence[float]], now: float) -> float | None:
    """Rows a second, by the marks of the last minutes."""
    recent = [mark for mark in marks if now - mark[0] <= 120.0]
    if len(recent) < 2 or recent[-1][0] <= recent[0][0] or now - recent[-1][0] > REST:
        return None
    return max(0.0, (recent[-1][1] - recent[0][1]) / (recent[-1][0] - recent[0][0]))


def _same(told: dict[str, Any]) -> dict[str, Any]:
    """What makes two requests the same: neither who asks nor what it may cost."""
    request = {name: value for name, value in told["request"].items() if name not in ("caller", "maxCredits")}
    if told["mapping"] is not None:
        # What it says and not where it stands: a mapping that was edited is another one.
        request["mapping"] = told["mapping"]
    return {"request": request, "fields": told["fields"], "fingerprint": told["fingerprint"]}


def _other_version(job: str, version: int) -> SalesZoomInfoError:
    return fail("job_version", job=job, version=version, known=VERSION)
