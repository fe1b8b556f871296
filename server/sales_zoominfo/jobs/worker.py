"""The process that runs jobs: reads files, runs batches, writes outputs, starts what is scheduled.

Any number of workers may share a database. Each shows that it is alive; what a dead one leaves, another takes up. One
that was taken for dead, and is not, finishes the calls that it has under way and begins anew under another name.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio.to_thread

from ..errors import SalesZoomInfoError
from . import assembly
from .fleet import tag
from .loading import Superseded, load
from .running import Patience, Runner

if TYPE_CHECKING:
    from .engine import Engine
    from .service import Jobs

logger = logging.getLogger("sales_zoominfo.jobs")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a worker does what. Seconds.

    Attributes:
        feed: between two looks for parts of jobs to queue.
        chores: between two looks for files to read and outputs to write.
        orphans: for which a part may be queued without a workflow before it is given back.
        purge: between two deletions of old rows.
        schedules: between two looks for scheduled jobs that are due.
        idle: after which a worker without work ends.
        finish: for which calls under way may go on once the worker is to stop.
    """

    feed: float = 0.5
    chores: float = 1.0
    orphans: float = 10.0
    purge: float = 900.0
    schedules: float = 30.0
    idle: float = 300.0
    finish: float = 120.0


class Worker:
    """Runs the jobs of one account until it is idle or told to stop.

    Args:
        jobs: what to run.
        address: of the state, None for SQLite in its folder.
        stay: do not end when there is nothing to do.
        pace, patience: how often, and how long.
    """

    def __init__(
        self,
        jobs: Jobs,
        address: str | None,
        *,
        stay: bool = False,
        pace: Pace | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._jobs = jobs
        self._address = address
        self._stay = stay
        self._pace = pace or Pace()
        self._patience = patience
        self._stop = asyncio.Event()
        self._busy = 0

    def stop(self) -> None:
        """End, once the calls under way have been answered."""
        self._stop.set()

    async def run(self) -> None:
        """Run until there is nothing to do for a while, or :meth:`stop` is called, or SIGTERM or SIGINT comes.

        Raises:
            SalesZoomInfoError: the state cannot be used.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Not on every system, and not on every thread.
            with suppress(NotImplementedError, ValueError, RuntimeError):
                loop.add_signal_handler(number, self._stop.set)
        while not self._stop.is_set() and await self._life():
            logger.warning("this worker was taken for dead; it begins anew")

    async def _life(self) -> bool:
        """Work under one name; whether to begin again under another."""
        from .engine import Engine, Parts

        jobs = self._jobs
        worker = jobs.fleet.new_worker()
        await jobs.fleet.enlist(worker)
        runner = Runner(jobs.account, jobs.spool, jobs.board, worker, self._patience, jobs.fleet)
        parts = Parts(runner, jobs.spool, jobs.fleet)
        engine = Engine(self._address, jobs.home.directory, worker, parts, await self._schema())
        dead = asyncio.Event()
        try:
            await engine.start()
            # What the libraries have made by now stays: to go through it again and again takes a twentieth of the work.
            gc.collect()
            gc.freeze()
            gc.set_threshold(10_000, 20, 20)
            async with asyncio.TaskGroup() as group:
                feeding = group.create_task(self._every(self._pace.feed, lambda: self._feed(engine)))
                tasks = [
                    feeding,
                    group.create_task(self._beat(worker, dead)),
                    group.create_task(self._every(self._pace.chores, lambda: self._chores(engine, worker, runner))),
                    group.create_task(self._every(max(1.0, jobs.fleet.lease / 4), lambda: self._watch(engine))),
                    group.create_task(self._every(self._pace.purge, jobs.purge)),
                    group.create_task(self._every(self._pace.schedules, jobs.schedules.start_due)),
                    group.create_task(self._until_idle(runner)),
                ]
                ends = [group.create_task(event.wait()) for event in (self._stop, dead)]
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                runner.stop()
                feeding.cancel()
                # Calls under way are paid for; the beat goes on, so that nobody takes them over.
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.finish):
                        while runner.busy or parts.running or self._busy:  # noqa: ASYNC110 - for the time of a call
                            await asyncio.sleep(0.05)
                for task in (*tasks, *ends):
                    task.cancel()
        finally:
            runner.stop()
            await engine.stop()
            with suppress(SalesZoomInfoError):
                await jobs.fleet.leave(worker)
        return dead.is_set() and not self._stop.is_set()

    async def _schema(self) -> str:
        """What the engine's tables are called: a schema of PostgreSQL beside ours, or a file beside ours."""
        jobs = self._jobs
        if self._address is None or self._address.casefold().startswith("sqlite:"):
            return jobs.fleet.name
        row = await jobs.home.store.read(lambda tx: tx.execute("SELECT current_schema()").fetchone())
        return f"{row[0][:40]}_engine_{jobs.fleet.name}"

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await work()
            except SalesZoomInfoError as error:
                logger.warning("the worker waits: %s", error.kind)
            except Exception:
                # The engine's database may be away as well, and it has errors of its own.
                logger.exception("the worker goes on after a failure")
                await asyncio.sleep(1.0)
            await asyncio.sleep(seconds)

    # --- being alive -----------------------------------------------------------------------------------------------

    async def _beat(self, worker: str, dead: asyncio.Event) -> None:
        """Be seen, and bury those that are not, once this one has been seen for a whole lease."""
        fleet, loop = self._jobs.fleet, asyncio.get_running_loop()
        every = fleet.lease / 8
        since = last = loop.time()
        while True:
            try:
                if not await fleet.beat(worker):
                    dead.set()
                    return
                now = loop.time()
                if now - last > fleet.lease / 2:
                    # The state or this process was away: others could look dead for the same reason.
                    since = now
                last = now
                if now - since > fleet.lease:
                    await fleet.bury()
            except SalesZoomInfoError as error:
                logger.warning("the worker cannot show that it is alive: %s", error.kind)
            await asyncio.sleep(every)

    async def _watch(self, engine: Engine) -> None:
        """Take up what the dead have left, and parts that lost their workflow."""
        fleet = self._jobs.fleet
        for worker in await fleet.graves():
            # First the books: what the dead had set aside would hold up those who take its work over.
            await self._jobs.account.bury(tag(worker))
            count = await engine.resume(worker)
            await fleet.close_grave(worker)
            if count:
                logger.warning("%d workflows of the dead worker %s are resumed", count, worker)
        queued = await fleet.queued(self._pace.orphans)
        for part in set(queued) - await engine.live(queued):
            await fleet.give_back(part)

    async def _until_idle(self, runner: Runner) -> None:
        loop = asyncio.get_running_loop()
        since = loop.time()
        every = min(1.0, self._pace.idle / 4)
        while True:
            await asyncio.sleep(every)
            try:
                running, loading = await self._jobs.fleet.open_jobs()
                waiting = running or loading or await self._jobs.fleet.undelivered()
            except SalesZoomInfoError:
                waiting = True
            if waiting or runner.busy or self._busy or self._stay:
                since = loop.time()
            elif loop.time() - since >= self._pace.idle:
                self._stop.set()
                return

    # --- working ---------------------------------------------------------------------------------------------------

    async def _feed(self, engine: Engine) -> None:
        """Keep a few parts queued ahead, for whichever worker is free."""
        if self._stop.is_set() or not (await self._jobs.fleet.open_jobs())[0]:
            return
        room = engine.room - await engine.waiting()
        if room > 0:
            for part in await self._jobs.fleet.take(room):
                await engine.enqueue(part)

    async def _chores(self, engine: Engine, worker: str, runner: Runner) -> None:
        """Read files and write outputs of this machine, one at a time."""
        _, loading = await self._jobs.fleet.open_jobs()
        for job in loading:
            if not runner.stopping:
                await self._guarded(self._load(job, worker, runner))
                # Not at the next look, so that looks may be rare.
                await self._feed(engine)
        for job in await self._jobs.fleet.undelivered():
            if not runner.stopping:
                await self._guarded(self._deliver(job, worker))

    async def _guarded(self, work: Awaitable[None]) -> None:
        self._busy += 1
        try:
            await work
        finally:
            self._busy -= 1

    async def _load(self, job: str, worker: str, runner: Runner) -> None:
        jobs = self._jobs
        turn = await jobs.board.turn(job, worker)
        if turn is None:
            return
        try:
            order = (await jobs.board.head(job)).order

            def read() -> tuple[int, int]:
                source = assembly.open_file(order.request, order.fingerprint)
                recognition = assembly.recognise_columns(order.request, source)
                told = assembly.reader(order.request, recognition, jobs.home.vault)
                return load(jobs.spool, job, turn, source.rows(), told, stopped=lambda: runner.stopping)

            # Not on the loop's own threads, which are the engine's: its steps would wait for the file.
            batches, units = await anyio.to_thread.run_sync(read, abandon_on_cancel=True)
        except Superseded:
            return
        except SalesZoomInfoError as error:
            if error.kind in ("state_unusable", "state_uncertain"):
                raise
            await jobs.board.fail(job, turn, str(error))
        except Exception as error:
            logger.exception("the file of job %s cannot be read", job)
            await jobs.board.fail(job, turn, f"The file cannot be read ({type(error).__name__}).")
        else:
            await jobs.board.loaded(job, turn, batches, units)

    async def _deliver(self, job: str, worker: str) -> None:
        try:
            await self._jobs.deliver(job, by=worker)
        except SalesZoomInfoError as error:
            logger.warning("the output of job %s is not written: %s", job, error.kind)
        except Exception:
            logger.exception("the output of job %s is not written", job)
