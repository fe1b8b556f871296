"""Bulk jobs, as the command line and the tools use them: planned, started, watched, steered, delivered.

Whoever submits a job writes its row and makes sure that a worker of this machine is alive; the worker reads the file,
runs the batches and writes the output. So a job outlives the program that started it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from ..errors import SalesZoomInfoError, fail
from . import assembly
from .board import Board, Head
from .eta import eta
from .filing import file_report
from .fleet import LEASE, Fleet
from .home import Home
from .model import ON_DOUBT, OPEN, RETRYABLE, Job, JobRequest, Order
from .outputs import FURTHER, mark, stands
from .scheduling import Schedules
from .spawning import require_engine, start_worker
from .spool import Result, Spool, Stored, with_record

if TYPE_CHECKING:
    from ..account.gate import Account
    from ..settings import Settings
    from ..zoominfo.operations import Entity
    from ..zoominfo.records import FieldRight
    from .delivery import Delivered
    from .planning import Plan

DAY = 86_400.0
_ANOTHER = "Give each output a name of its own."
_ONE = "Leave either out; add a column to the mapping for a further field."


class Jobs:
    """The bulk jobs of one account.

    Args:
        account: the gate, opened at its first use.
        home: where they live.
        settings: of this process.
        launch: starts a worker of this machine; for tests.
        lease: seconds after which a worker that is not seen is dead.
    """

    def __init__(
        self,
        account: Account,
        home: Home,
        settings: Settings,
        *,
        launch: Callable[[Path], object] = start_worker,
        lease: float = LEASE,
    ) -> None:
        self.account = account
        self.home = home
        self.settings = settings
        self.spool = Spool(home.store, home.vault)
        self.board = Board(home.store, home.vault, home.scope, home.machine)
        self.fleet = Fleet(home.store, home.scope, home.machine, lease)
        self._launch = launch
        self.schedules = Schedules(self)

    # --- starting --------------------------------------------------------------------------------------------------

    async def start(self, request: JobRequest, *, agreed: bool = False) -> Job:
        """Start a job; the same request again finds the same job and lets it go on.

        Args:
            request: what to do.
            agreed: a person has agreed to ``max_credits``, or to what the plan said it costs at most.

        Returns:
            The job. Its file is being read, unless it was read before.

        Raises:
            InvalidArgument: the file, the columns, the mapping, the output or an option cannot be used; or the engine's
                package is not installed.
            NotFound: there is no such file.
        """
        require_engine()
        order = await self.order(request, agreed=agreed)
        job, new = await self.board.make(order)
        if not new:
            job = await self._go_on(job, order)
        await self.wake()
        return await self.get(job)

    async def earlier(self, request: JobRequest) -> Job | None:
        """The job that the same request has made before, where :meth:`start` lets it go on or finds it done.

        Such a request needs no new plan, and no consent as long as it gives the job no larger budget.

        Raises:
            As :meth:`start`.
        """
        head = await self.board.earlier(await self.order(request))
        if head is None or head.job.state == "failed":
            return None
        return None if head.purged and not await stands(head) else head.job

    async def order(self, request: JobRequest, *, agreed: bool = False) -> Order:
        """A request, checked as far as that costs nothing, with what it comes to."""
        _check(request)
        request = replace(request, source=_absolute(request.source))
        rights: list[FieldRight] | None = None
        # Where it cannot be told now, the first call says what the plan lacks, and the job waits for a person.
        with suppress(SalesZoomInfoError):
            rights = await self.account.field_rights(request.entity, "enrich", "output", caller=request.caller)
        read = partial(self._order, request, agreed, rights)
        return await anyio.to_thread.run_sync(read, abandon_on_cancel=True)

    def _order(self, request: JobRequest, agreed: bool, rights: Sequence[FieldRight] | None) -> Order:
        from .files import allowed_output, marked

        source = assembly.open_file(request)
        recognition = assembly.recognise_columns(request, source)
        generation = self.account.generations[0]
        resolved = None
        if request.mapping is not None:
            from ..crm import resolve_mapping

            # It is kept with the job, so that a mapping which is edited later is another one.
            resolved = resolve_mapping(request.mapping, request.entity)
        mapping = assembly.mapping_of(
            request, source, recognition, rights=rights, generation=generation, resolved=resolved
        )
        path = Path(request.source)
        wanted = marked(path, "enriched") if request.output is None else Path(request.output)
        output = allowed_output(wanted, source=path, folders=self.home.folders)
        options = dict(request.options)
        outputs = (*FURTHER, "report")
        for name in outputs:
            if options.get(name):
                further = allowed_output(Path(options[name]), source=path, folders=self.home.folders)
                if further in (
                    output,
                    *(Path(options[other]) for other in outputs if other != name and options.get(other)),
                ):
                    raise fail(
                        "output_refused", file=further.name[-80:], reason="it is an output already", how=_ANOTHER
                    )
                options[name] = str(further)
        if options.get("changes") and mapping.own_id(source.columns, recognition.record_id) is None:
            raise fail("changes_need_id", file=path.name[-80:])
        request = replace(request, output=str(output), options=options)
        return Order(request, tuple(mapping.outputs), source.fingerprint, agreed, resolved)

    async def _go_on(self, job: str, order: Order) -> str:
        """The same request again: what had stopped by itself goes on, and what is lost is made anew."""
        head = await self.board.head(job)
        if head.purged or head.job.state == "failed":
            if await stands(head):
                return job
            await self.spool.purge(job)
            await self.board.forget(job)
            return (await self.board.make(order))[0]
        had, asked = head.job.max_credits, order.request.max_credits
        if order.agreed and had is not None and (asked is None or asked > had):
            await self.board.renew(job, order)
        if head.job.state == "done" and head.job.counts.get("over_budget"):
            # More credits, or another day: the rows that were left out are tried again.
            await self.spool.retry(job)
            await self.board.reopen(job)
        elif head.job.state == "done" and head.job.delivered_at and not await stands(head):
            await self.board.again(job)
        if head.job.state in ("paused", "cancelled"):
            await self.board.move(job, ("paused", "cancelled"), "queued" if head.left else "done")
        return job

    async def wake(self) -> None:
        """Make sure that a worker of this machine is alive, or on its way."""
        if not await self.fleet.here():
            await asyncio.to_thread(self._launch, self.home.directory)

    async def plan(self, request: JobRequest) -> Plan:
        """What a job would do and cost, free and without a trace; see :func:`.planning.plan`."""
        from .planning import plan

        return await plan(self, request)

    # --- looking ---------------------------------------------------------------------------------------------------

    async def get(self, job: str) -> Job:
        """A job as it stands.

        Raises:
            NotFound: there is no such job.
            InvalidArgument: it was made by another release.
        """
        return await self._told(await self.board.head(job))

    async def list(self, states: Sequence[str] = (), limit: int = 50) -> list[Job]:
        """Jobs, the newest first.

        Args:
            states: only of these states; none for all.
            limit: how many at most.
        """
        return [await self._told(head) for head in await self.board.heads(states, limit)]

    async def _told(self, head: Head) -> Job:
        job = head.job
        if job.state not in ("queued", "running", "loading"):
            return job
        workers = await self.fleet.workers()
        seconds, note = await eta(self.account, job, alive=any(worker.alive for worker in workers))
        return replace(job, eta=seconds, eta_note=note)

    async def report(self, job: str) -> dict[str, Any] | None:
        """What was counted when the job's output was written; None before."""
        await self.board.head(job)
        return await self.board.report(job)

    # --- steering --------------------------------------------------------------------------------------------------

    async def pause(self, job: str) -> Job:
        """Begin no further batch; those under way finish, since they are paid for.

        Raises:
            NotFound, InvalidArgument: there is no such job, or it does not run.
        """
        head = await self.board.head(job)
        if not await self.board.move(job, ("queued", "running"), "paused", "a person paused it"):
            raise _state(head, "paused", "Only a job that runs can be paused.")
        return await self.get(job)

    async def resume(self, job: str) -> Job:
        """Let a paused job go on.

        Raises:
            NotFound, InvalidArgument: there is no such job, or it is not paused.
        """
        head = await self.board.head(job)
        if not await self.board.move(job, ("paused",), "queued" if head.left else "done"):
            raise _state(head, "resumed", "Only a paused job can be; `jobs retry` tries failed rows again.")
        await self.wake()
        return await self.get(job)

    async def cancel(self, job: str) -> Job:
        """Begin no further batch, for good; the rows that are left get the status ``cancelled``.

        Raises:
            NotFound, InvalidArgument: there is no such job, or it has ended.
        """
        head = await self.board.head(job)
        if not await self.board.move(job, tuple(OPEN), "cancelled", "a person cancelled it"):
            raise _state(head, "cancelled", "It has ended; `jobs show` tells what became of it.")
        return await self.get(job)

    async def retry(self, job: str) -> Job:
        """Try the rows again that failed, were held or over budget, and those that a cancelled job left.

        Raises:
            NotFound, InvalidArgument: there is no such job, it still runs, its rows are deleted, there are none, or
                they are over the job's own budget, which is spent.
        """
        head = await self.board.head(job)
        if head.purged:
            raise fail("job_lost", job=job, days=self.settings.job_days)
        if head.job.state not in ("done", "cancelled", "paused"):
            raise _state(head, "tried again", "Wait until it has ended, or pause it first.")
        if not head.left and _spent_up(head.job):
            how = (
                f"Its own budget of {head.job.max_credits:,} credits is spent: run the same command again with a "
                "higher --max-credits."
            )
            raise _state(head, "tried again", how)
        rows = await self.spool.retry(job)
        if not rows and not head.left:
            raise _state(head, "tried again", "None of its rows failed, was held or was over budget.")
        await self.board.reopen(job)
        await self.wake()
        return await self.get(job)

    # --- delivering ------------------------------------------------------------------------------------------------

    async def deliver(
        self, job: str, *, by: str = "submitter", progress: Callable[[int], None] | None = None
    ) -> Delivered | None:
        """Write a job's output, on the machine that has its file. A cancelled job's rows are told as such.

        Args:
            job: which; it must have ended, or be paused.
            by: who writes.
            progress: told the rows written, now and then, on another thread.

        Returns:
            What was written; None when a worker is writing it already.

        Raises:
            NotFound: there is no such job, or its file is gone.
            InvalidArgument: it still runs, its file has changed, its rows are deleted, or the output cannot be written.
        """
        head = await self.board.head(job)
        if head.job.state in ("loading", "queued", "running", "failed"):
            raise _state(head, "delivered", "Wait until it has ended, or pause or cancel it.")
        if head.purged:
            raise fail("job_lost", job=job, days=self.settings.job_days)
        if head.machine != self.home.machine:
            raise fail("job_elsewhere", job=job, file=Path(head.job.source).name)
        if not await self.board.deliver(job, by):
            return None
        try:
            loop = asyncio.get_running_loop()

            def screened(some: Sequence[Stored]) -> list[Stored]:
                return asyncio.run_coroutine_threadsafe(self._screened(head.job.entity, some), loop).result()

            # Not on the loop's own threads, which in a worker are the engine's: its steps would wait for the file.
            write = partial(self._deliver, head, screened, progress)
            done = await anyio.to_thread.run_sync(write, abandon_on_cancel=True)
        except BaseException as error:
            why = str(error) if isinstance(error, SalesZoomInfoError) else None
            if why is None and isinstance(error, Exception):
                # Told and left for a person: a worker that met it again each second would help nobody.
                why = (
                    f"The output cannot be written ({type(error).__name__}); `sales-zoominfo jobs deliver` tries again."
                )
            await self.board.undelivered(job, why)
            raise
        whole = head.job.state == "done"
        written = await asyncio.to_thread(mark, head.order.request)
        report = done.tally.to_json() | {"notes": done.notes}
        await self.board.delivered(job, done.counts, report, written, whole=whole)
        if whole and not any(done.counts.get(status) for status in RETRYABLE):
            await self.clear(job)
        if whole and (page := head.order.request.options.get("report")):
            await file_report(self, job, page)
        return done

    async def _screened(self, entity: Entity, some: Sequence[Stored]) -> list[Stored]:
        """Batches without whom the opt-out list has come to hold since they were bought."""
        found = [(each.results, place, result) for each in some for place, result in with_record(each)]
        shown = await self.account.still_shown(entity, [result.row for *_, result in found]) if found else []
        for (results, place, result), row in zip(found, shown, strict=True):
            if row is None:
                results[place] = Result("suppressed", "", "SUPPRESSED", {})
            elif row is not result.row:
                results[place] = result._replace(row=row)
        return list(some)

    def _deliver(
        self,
        head: Head,
        screened: Callable[[Sequence[Stored]], list[Stored]],
        progress: Callable[[int], None] | None,
    ) -> Delivered:
        from .delivery import Delivered, Further, Layout, write
        from .files import allowed_output, open_sink

        request = head.order.request
        path = Path(request.source)
        source = assembly.open_file(request, head.order.fingerprint)
        recognition = assembly.recognise_columns(request, source)
        mapping = assembly.mapping_of(request, source, recognition, head.order.fields, resolved=head.order.mapping)
        layout = Layout(source.columns, mapping, sandbox=head.job.sandbox)
        further = Further(source.columns, mapping, recognition.record_id)

        def target(name: str) -> Path:
            return allowed_output(Path(name), source=path, folders=self.home.folders)

        with ExitStack() as stack:
            sink = stack.enter_context(open_sink(target(request.output or ""), like=source, columns=layout.columns))
            if changes := request.options.get("changes"):
                own = further.change_columns
                further.changes = stack.enter_context(open_sink(target(changes), like=source, columns=own, header=True))
            if report := request.options.get("before_after"):
                sink_of_report = open_sink(target(report), like=source, columns=further.REPORT, header=True)
                further.report = stack.enter_context(sink_of_report)
            tally = write(
                self.spool, head.job.id, source, layout, sink, screened=screened, further=further, progress=progress
            )
            # A file that was exchanged while it was read shows by now.
            source.expect(head.order.fingerprint)
            for each in (further.changes, further.report, sink):
                if each is not None:
                    each.finish()
            notes = [*source.notes, *sink.notes]
        counts = dict(tally.rows)
        return Delivered(request.output or "", sum(counts.values()), counts, changes, tally, notes)

    async def clear(self, job: str) -> None:
        """Delete a job's rows for good; what was counted stays."""
        await self.spool.purge(job)
        await self.board.note_purged(job)

    async def purge(self) -> None:
        """Delete the rows of jobs that ended long enough ago."""
        for job in await self.board.stale(self.settings.job_days * DAY):
            await self.clear(job)

    async def work(self, *, stay: bool = False, idle: float = 300.0) -> None:
        """Be a worker until there is nothing to do for a while, or SIGTERM comes.

        Args:
            stay: do not end when there is nothing to do.
            idle: seconds without work after which it ends.

        Raises:
            InvalidArgument: the engine's package is not installed, or the state cannot be used.
        """
        require_engine()
        from .worker import Pace, Worker

        await Worker(self, self.settings.state_address, stay=stay, pace=Pace(idle=idle)).run()

    async def aclose(self) -> None:
        """Close the jobs' database."""
        await self.home.store.close()


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _check(request: JobRequest) -> None:
    in_doubt = request.options.get("in_doubt", "resend")
    if in_doubt not in ON_DOUBT:
        raise fail("not_a_choice", name="in_doubt", value=str(in_doubt)[:40], hint="", legal=", ".join(ON_DOUBT))
    if request.mapping is not None and request.fields is not None:
        raise fail("option_invalid", name="fields", reason="the mapping says which fields are asked for", how=_ONE)
    if request.max_credits is not None and request.max_credits < 0:
        raise fail("too_low", name="maxCredits", low=0, value=request.max_credits)
    if request.max_age is not None and request.max_age < 0:
        raise fail("too_low", name="maxAge", low=0, value=request.max_age)


def _spent_up(job: Job) -> bool:
    """Whether all that could be tried again is over the job's own budget, and nothing of that is left."""
    left = {status for status in RETRYABLE if job.counts.get(status)}
    return left == {"over_budget"} and job.max_credits is not None and job.spent >= job.max_credits


def _state(head: Head, action: str, how: str) -> SalesZoomInfoError:
    return fail("job_state", job=head.job.id, state=head.job.state, action=action, how=how)


__all__ = ["Jobs"]
