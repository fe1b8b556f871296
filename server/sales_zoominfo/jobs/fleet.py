"""The workers of all machines: who is alive, who runs which part of a job, and what the dead have left."""

from __future__ import annotations

import hashlib
import os
import random
import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .model import SHARD, VERSION

if TYPE_CHECKING:
    from ..store import Store, Transaction

LANE = "workers"
# A worker that has not been seen for so many seconds is dead.
LEASE = 20.0
# A part of a job that came back unfinished is taken up again after so many seconds.
AGAIN = 0.5


def tag(text: str) -> str:
    """A short name for a long one, in hexadecimal digits: of a worker in the ledger, of an account in the engine."""
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


class Shard(NamedTuple):
    """A part of a job that one workflow runs."""

    job: str
    shard: int
    run: int

    @property
    def workflow(self) -> str:
        """The id of its workflow."""
        return f"{self.job}-{self.shard}-{self.run}"


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker's row.

    Attributes:
        id: its executor id.
        machine, host, pid: where it runs.
        started_at, seen_at: epoch seconds by the database's clock.
        alive: it has been seen within the lease.
    """

    id: str
    machine: str
    host: str
    pid: int
    started_at: float
    seen_at: float
    alive: bool


class Fleet:
    """The workers that share a store.

    Args:
        store: holds their rows.
        scope: the account whose jobs they run.
        machine: this machine.
        lease: seconds after which one that is not seen is dead.
    """

    def __init__(self, store: Store, scope: str, machine: str, lease: float = LEASE) -> None:
        self._store = store
        self._scope = scope
        self._machine = machine
        self.lease = lease
        self.again = AGAIN
        # Begins the names of this account's workers and of the engine that they share: each account has its own.
        self.name = tag(scope)[:8]

    # --- who is alive ----------------------------------------------------------------------------------------------

    def new_worker(self) -> str:
        """An executor id for this process that nobody has had."""
        return f"{self.name}-{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"

    async def enlist(self, worker: str) -> None:
        """Begin to be seen.

        Args:
            worker: an executor id that nobody has had.
        """

        def write(tx: Transaction) -> None:
            now = tx.now()
            tx.execute(
                "INSERT INTO job_worker (id, machine, host, pid, scope, started_at, seen_at) VALUES (?,?,?,?,?,?,?)",
                (worker, self._machine, socket.gethostname(), os.getpid(), self._scope, now, now),
            )

        await self._store.write(write, lane=LANE)

    async def beat(self, worker: str) -> bool:
        """Be seen; False when others have taken this worker for dead and its work over."""

        def write(tx: Transaction) -> bool:
            return tx.execute("UPDATE job_worker SET seen_at = ? WHERE id = ?", (tx.now(), worker)).rowcount > 0

        return await self._store.write(write, lane=LANE, durable=False)

    async def leave(self, worker: str) -> None:
        """Be gone in good order. What the engine has kept under its name all the same, others resume."""

        def write(tx: Transaction) -> None:
            tx.execute("DELETE FROM job_worker WHERE id = ?", (worker,))
            tx.execute("INSERT INTO job_grave (worker, at) VALUES (?, ?) ON CONFLICT DO NOTHING", (worker, tx.now()))

        await self._store.write(write, lane=LANE, durable=False)

    async def workers(self) -> list[Worker]:
        """All of this account, the living and those not yet buried."""

        def read(tx: Transaction) -> list[Worker]:
            oldest = tx.now() - self.lease
            rows = tx.execute(
                "SELECT id, machine, host, pid, started_at, seen_at FROM job_worker WHERE scope = ?"
                " ORDER BY started_at",
                (self._scope,),
            )
            return [Worker(*row, alive=row[5] > oldest) for row in rows.fetchall()]

        return await self._store.read(read)

    async def here(self) -> bool:
        """Whether a worker of this machine is alive."""
        return any(worker.alive and worker.machine == self._machine for worker in await self.workers())

    async def bury(self) -> None:
        """Take those that have not been seen for the lease as dead: their batches are anybody's from now on.

        Only one that has itself been seen all that time may, or a database that was away would make all look dead.
        """

        def write(tx: Transaction) -> None:
            now = tx.now()
            gone = tx.execute(
                "DELETE FROM job_worker WHERE scope = ? AND seen_at <= ? RETURNING id", (self._scope, now - self.lease)
            ).fetchall()
            for (worker,) in gone:
                tx.execute("INSERT INTO job_grave (worker, at) VALUES (?, ?) ON CONFLICT DO NOTHING", (worker, now))

        await self._store.write(write, lane=LANE)

    async def graves(self) -> list[str]:
        """The dead of this account whose workflows have not been resumed."""
        rows = await self._store.read(
            lambda tx: tx.execute("SELECT worker FROM job_grave WHERE worker LIKE ?", (f"{self.name}-%",)).fetchall()
        )
        return [row[0] for row in rows]

    async def close_grave(self, worker: str) -> None:
        """What it has left is resumed."""
        await self._store.write(lambda tx: tx.execute("DELETE FROM job_grave WHERE worker = ?", (worker,)), lane=LANE)

    # --- parts of jobs ---------------------------------------------------------------------------------------------

    async def take(self, count: int) -> list[Shard]:
        """Parts of running jobs that nobody runs yet, as queued from now on; the jobs take turns.

        Args:
            count: how many at most.
        """

        def write(tx: Transaction) -> list[Shard]:
            now = tx.now()
            jobs = tx.execute(
                "SELECT id FROM job WHERE scope = ? AND version = ? AND state IN ('queued', 'running')"
                " ORDER BY made_at, id LIMIT 100",
                (self._scope, VERSION),
            ).fetchall()
            # Not always the oldest first, or a small share would never reach the others.
            random.shuffle(jobs)
            taken: list[Shard] = []
            for job, wanted in zip(jobs, _share(count, len(jobs)), strict=True):
                rows = tx.execute(
                    "SELECT shard, run FROM job_shard WHERE job = ? AND state = 'waiting' AND (at <= ? OR at > ?)"
                    " ORDER BY shard LIMIT ?",
                    (job[0], now - self.again, now, wanted),
                ).fetchall()
                for shard, run in rows:
                    tx.execute(
                        "UPDATE job_shard SET state = 'queued', run = ?, at = ? WHERE job = ? AND shard = ?",
                        (run + 1, now, job[0], shard),
                    )
                    taken.append(Shard(job[0], shard, run + 1))
            return taken

        return await self._store.write(write, lane=LANE, durable=False)

    async def give_back(self, part: Shard) -> None:
        """Its workflow is over: done when all its batches are, else waiting for another."""

        def write(tx: Transaction) -> None:
            left = tx.execute(
                "SELECT 1 FROM job_batch WHERE job = ? AND batch >= ? AND batch < ? AND state <> 'done' LIMIT 1",
                (part.job, part.shard * SHARD, (part.shard + 1) * SHARD),
            ).fetchone()
            tx.execute(
                "UPDATE job_shard SET state = ?, at = ? WHERE job = ? AND shard = ? AND run = ?",
                ("waiting" if left else "done", tx.now(), *part),
            )

        await self._store.write(write, lane=LANE, durable=False)

    async def queued(self, older: float = 0.0) -> list[Shard]:
        """Parts whose workflows are not over, or never began.

        Args:
            older: seconds for which that has been so.
        """

        def read(tx: Transaction) -> list[Shard]:
            rows = tx.execute(
                "SELECT job_shard.job, job_shard.shard, job_shard.run FROM job_shard JOIN job ON job.id = job_shard.job"
                " WHERE job_shard.state = 'queued' AND job_shard.at <= ? AND job.scope = ?",
                (tx.now() - older, self._scope),
            )
            return [Shard(*row) for row in rows.fetchall()]

        return await self._store.read(read)

    async def open_jobs(self) -> tuple[int, list[str]]:
        """How many jobs have work that any worker can do, and those whose file waits to be read here."""

        def read(tx: Transaction) -> tuple[int, list[str]]:
            (running,) = tx.execute(
                "SELECT COUNT(*) FROM job WHERE scope = ? AND version = ? AND state IN ('queued', 'running')",
                (self._scope, VERSION),
            ).fetchone()
            rows = tx.execute(
                "SELECT id FROM job WHERE scope = ? AND version = ? AND machine = ? AND state = 'loading'"
                " ORDER BY made_at",
                (self._scope, VERSION, self._machine),
            )
            return running, [row[0] for row in rows.fetchall()]

        return await self._store.read(read)

    async def undelivered(self) -> list[str]:
        """Jobs that have ended, whose output this machine has not written."""

        def read(tx: Transaction) -> list[str]:
            rows = tx.execute(
                "SELECT id FROM job WHERE scope = ? AND version = ? AND machine = ? AND state = 'done'"
                " AND delivered_at IS NULL AND purged_at IS NULL AND why IS NULL",
                (self._scope, VERSION, self._machine),
            )
            return [row[0] for row in rows.fetchall()]

        return await self._store.read(read)


def _share(count: int, among: int) -> list[int]:
    """A number in nearly equal parts, the first ones larger."""
    return [count // among + (index < count % among) for index in range(among)] if among else []
