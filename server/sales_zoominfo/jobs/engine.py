"""DBOS: which part of a job runs where, and again after a crash. Only the worker imports this module.

A workflow runs a part of a job, a step runs a batch; their arguments are ids. Everything that must not happen twice is
settled beneath, in the spool and the ledger, so that a step which runs twice does no harm. Without its paid control
plane DBOS recovers only its own executor's workflows: those of a dead worker are resumed here, by another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import sqlalchemy as sa
import sqlalchemy.event
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from ..store.files import PRIVATE_FILE
from .fleet import Fleet, Shard

if TYPE_CHECKING:
    from .running import Runner
    from .spool import Spool

logger = logging.getLogger("sales_zoominfo.jobs")

APPLICATION = "sales-zoominfo"
# Of the workflows below: one that was begun under another version is left to its own release.
WORKFLOWS = "1"
QUEUE = "enrich"
# Parts of jobs that one worker runs at a time, and how often it looks for more. Seconds. A look costs as much as what
# two batches need of the engine, and the other parts fill the slots until then.
PARTS = 4
POLL = 0.5
# Batches under way in one worker: as many as the connections that the client keeps.
BATCHES = 32
_LIVE = ["ENQUEUED", "PENDING", "DELAYED"]
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class Parts:
    """What the workflows of this process work on."""

    def __init__(self, runner: Runner, spool: Spool, fleet: Fleet) -> None:
        self.runner = runner
        self.spool = spool
        self.fleet = fleet
        # First come first served, so that a workflow begins its steps in the same order whenever it runs.
        self.slots = asyncio.Semaphore(BATCHES)
        # Workflows that have begun and have not given their part back.
        self.running = 0


_parts: Parts | None = None


def _mine() -> Parts:
    if _parts is None:
        raise RuntimeError("the engine is not running")
    return _parts


@DBOS.step(name="list_batches")
async def _list_batches(job: str, shard: int) -> list[int]:
    return await _mine().spool.unfinished(job, shard)


@DBOS.step(name="run_batch")
async def _run_batch(job: str, batch: int) -> str:
    return await _mine().runner.batch(job, batch)


@DBOS.step(name="give_back")
async def _give_back(job: str, shard: int, run: int) -> None:
    await _mine().fleet.give_back(Shard(job, shard, run))


@DBOS.workflow(name="run_part")
async def _run_part(job: str, shard: int, run: int) -> None:
    parts = _mine()

    async def one(batch: int) -> None:
        async with parts.slots:
            await _run_batch(job, batch)

    parts.running += 1
    try:
        await asyncio.gather(*(one(batch) for batch in await _list_batches(job, shard)))
        await _give_back(job, shard, run)
    finally:
        parts.running -= 1


class Engine:
    """DBOS in this process. There can be one at a time.

    Args:
        address: of the state, None for SQLite in ``directory``.
        directory: the state's folder.
        worker: this executor's id, which nobody has had.
        parts: what the workflows work on.
        name: of the schema in PostgreSQL, and within that of the file: one for each account, since a worker runs the
            jobs of its own alone.
    """

    def __init__(self, address: str | None, directory: Path, worker: str, parts: Parts, name: str) -> None:
        self._served = address if address is not None and not address.casefold().startswith("sqlite:") else None
        self._file = directory / f"engine-{name}.sqlite"
        self._worker = worker
        self._parts = parts
        self._schema = name

    async def start(self) -> None:
        """Connect, and take work from now on. It is called on the loop that the workflows are to run on."""
        global _parts
        _parts = self._parts
        config: DBOSConfig = {
            "name": APPLICATION,
            "application_version": WORKFLOWS,
            "executor_id": self._worker,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
            # SQLite has one writer: further threads would only wait for it, and for each other.
            "max_executor_threads": 1 if self._served is None else 4,
            "use_listen_notify": False,
            # Neither notifications nor its schedules are used.
            "notification_listener_polling_interval_sec": 5.0,
            "scheduler_polling_interval_sec": 3600.0,
        }
        if self._served is None:
            await asyncio.to_thread(_prepare, self._file)
            config["system_database_engine"] = _sqlite(self._file)
        else:
            config["system_database_url"] = self._served.replace("postgres://", "postgresql://", 1)
            config["dbos_system_schema"] = self._schema
        DBOS(config=config)
        # Here and not on a thread: DBOS runs the workflows on the loop that launches it.
        DBOS.launch()
        await DBOS.register_queue_async(
            QUEUE, worker_concurrency=PARTS, polling_interval_sec=POLL, on_conflict="always_update"
        )

    async def stop(self) -> None:
        """Take no more work and disconnect. What is still under way is resumed elsewhere."""
        global _parts
        # Not on a thread of the loop's own pool, which DBOS has put its own in place of and shuts down here.
        await anyio.to_thread.run_sync(DBOS.destroy)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="worker"))
        _parts = None

    @property
    def room(self) -> int:
        """How many parts this worker could begin by now, a few ahead."""
        return 2 * PARTS

    async def enqueue(self, part: Shard) -> None:
        """Let any worker run a part. A second time under the same run changes nothing."""
        with SetWorkflowID(part.workflow):
            await DBOS.enqueue_workflow_async(QUEUE, _run_part, part.job, part.shard, part.run)

    async def waiting(self) -> int:
        """Parts that are queued and that nobody runs."""
        found = await DBOS.list_workflows_async(
            status="ENQUEUED", queue_name=QUEUE, load_input=False, load_output=False, limit=1000
        )
        return len(found)

    async def live(self, parts: Iterable[Shard]) -> set[Shard]:
        """Those of some parts whose workflow is queued or running."""
        named = {part.workflow: part for part in parts}
        if not named:
            return set()
        found = await DBOS.list_workflows_async(
            workflow_ids=list(named), status=_LIVE, load_input=False, load_output=False
        )
        return {named[each.workflow_id] for each in found}

    async def resume(self, worker: str) -> int:
        """Queue the workflows again that a dead worker has left.

        Args:
            worker: its executor id.

        Returns:
            How many there were.
        """
        left = await DBOS.list_workflows_async(
            status="PENDING", executor_id=worker, load_input=False, load_output=False
        )
        for each in left:
            await DBOS.resume_workflow_async(each.workflow_id, queue_name=QUEUE)
        return len(left)

    async def sweep(self, job: str) -> None:
        """Delete what is kept of a job's workflows; its spool knows all that matters."""
        while True:
            found = await DBOS.list_workflows_async(
                workflow_id_prefix=f"{job}-", status=_OVER, limit=200, load_input=False, load_output=False
            )
            if not found:
                return
            await DBOS.delete_workflows_async([each.workflow_id for each in found])


def _prepare(file: Path) -> None:
    """Make the file private, and switch on the write-ahead log, without which readers block."""
    import os
    import sqlite3

    from filelock import FileLock

    # The switch fails in a race with another process's.
    with FileLock(f"{file}.lock", timeout=60, mode=PRIVATE_FILE):
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, PRIVATE_FILE))
        connection = sqlite3.connect(file, timeout=30)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


def _sqlite(file: Path) -> sa.Engine:
    """DBOS's own engine for SQLite, with commits that do not wait for the disk: the spool has the last word."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)), pool_size=8, max_overflow=0, pool_timeout=60)

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout = 30000", "foreign_keys = ON", "synchronous = NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    sqlalchemy.event.listen(engine, "connect", connected)
    return engine
