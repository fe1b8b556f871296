"""`jobs`, `worker` and `schedule`: what runs, how far it is, and what became of it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import anyio
import typer

from ..app import App
from ..errors import fail
from ..settings import Settings
from .run import Spinner, command, err, interactive, run, settings
from .wording import many

if TYPE_CHECKING:
    from ..jobs.model import Job
    from ..jobs.service import Jobs
    from .job_views import Watch

T = TypeVar("T")

jobs = typer.Typer(
    name="jobs",
    help="Bulk jobs of `enrich FILE`: list, show, pause, resume, cancel and retry them, and read their reports.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

JobId = Annotated[str, typer.Argument(metavar="ID", help="The job, as `jobs list` names it.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]

INTERRUPTED = 130
# Seconds between two looks at a job that is followed.
LOOK = 0.5
# Seconds after which a worker is looked for, in case that all have died.
WAKE = 30.0
# What a script goes by: rows that were left out want more budget, rows that failed want another try.
_ROW_EXITS = (("over_budget", 4), ("failed", 5), ("held", 5))


def asked(using: Settings, work: Callable[[Jobs], Awaitable[T]]) -> T:
    """Ask the jobs of this account something.

    Args:
        using: the environment.
        work: what.

    Raises:
        SalesZoomInfoError: what it refused.
    """

    async def ask() -> T:
        app = App(using)
        try:
            return await work(await app.jobs())
        finally:
            with anyio.CancelScope(shield=True):
                await app.aclose()

    return run(ask)


def exit_of(job: Job) -> int:
    """The exit code of a job: 0 when every row is dealt with, whether it matched or not."""
    if job.state == "failed":
        return 2
    if job.state == "paused":
        return 4
    if job.state == "done" and job.delivered_at is None and job.why:
        return 1
    return max((code for status, code in _ROW_EXITS if job.counts.get(status)), default=0)


# --- commands --------------------------------------------------------------------------------------------------


@jobs.command("list")
@command
def list_command(
    active: Annotated[bool, typer.Option("--active", help="Only those that have not ended.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="The newest so many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the jobs of this account, the newest first. Free."""
    from ..jobs.model import OPEN
    from .job_views import console, job_told, jobs_table, write_json

    found = asked(settings(), lambda service: service.list(tuple(OPEN) if active else (), limit))
    if as_json:
        write_json({"data": [job_told(job) for job in found]})
    elif not found:
        err().print("No jobs. `sales-zoominfo enrich FILE --dry-run` shows what one would do.")
    else:
        console().print(jobs_table(found))


@jobs.command("show")
@command
def show_command(
    job: JobId,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until it ends, with a progress bar.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how far a job is. Free; Ctrl-C leaves the job running."""
    from .job_views import Watch, console, describe, job_told, write_json

    using = settings()
    if wait:
        seen: list[Job] = []

        async def stay(service: Jobs) -> Job:
            with Watch() as watch:
                return await follow(service, job, watch, seen)

        try:
            found = asked(using, stay)
        except KeyboardInterrupt:
            leave(job)
            raise typer.Exit(INTERRUPTED) from None
    else:
        found = asked(using, lambda service: service.get(job))
    if as_json:
        write_json(job_told(found))
    else:
        describe(console(), found)
    raise typer.Exit(exit_of(found) if found.over or wait else 0)


@jobs.command("pause")
@command
def pause_command(job: JobId) -> None:
    """Stop a job for now. What is under way is finished, since it is paid for."""
    found = asked(settings(), lambda service: service.pause(job))
    err().print(f"Job {found.id} is {found.state}. `sales-zoominfo jobs resume {found.id}` lets it go on.")


@jobs.command("resume")
@command
def resume_command(job: JobId) -> None:
    """Let a paused job go on."""
    found = asked(settings(), lambda service: service.resume(job))
    err().print(f"Job {found.id} is {found.state}. `sales-zoominfo jobs show {found.id} --wait` follows it.")


@jobs.command("cancel")
@command
def cancel_command(
    job: JobId, yes: Annotated[bool, typer.Option("--yes", "-y", help="Without asking.")] = False
) -> None:
    """End a job. What is under way is finished, since it is paid for; what is bought stays free for 12 months."""
    using = settings()
    found = asked(using, lambda service: service.get(job))
    if not yes and interactive() and not found.over:
        err().print(f"Cancel job {found.id} at {found.finished:,} of {many(found.rows, 'row')}? [y/N] ", end="")
        if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
            err().print("It goes on.")
            return
    found = asked(using, lambda service: service.cancel(job))
    err().print(f"Job {found.id} is {found.state}. `sales-zoominfo jobs deliver {found.id}` writes what is done.")


@jobs.command("retry")
@command
def retry_command(job: JobId) -> None:
    """Try the rows again that failed, are on hold, were over the budget or were cancelled, and no others."""
    found = asked(settings(), lambda service: service.retry(job))
    err().print(f"Job {found.id} is {found.state}, with {many(found.rows - found.finished, 'row')} to do.")


@jobs.command("deliver")
@command
def deliver_command(job: JobId, as_json: JsonOption = False) -> None:
    """Write a job's output, for one that was paused or cancelled too: its other rows keep what they hold."""
    from .job_views import show_delivered, write_json

    with Spinner("Writing…"):
        done = asked(settings(), lambda service: service.deliver(job))
    if done is None:
        raise fail("job_writing", job=job)
    if as_json:
        write_json({"output": done.path, "changes": done.changes, "rows": done.rows, "byStatus": done.counts})
    else:
        show_delivered(done)


@jobs.command("report")
@command
def report_command(
    job: JobId,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A .html page to forward, or .json.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what became of a job's rows, as text, JSON or one HTML page. Counts alone, no values. Free."""
    from .job_views import check_report, console, show_report, write_json, write_report

    if output is not None:
        check_report(output)

    told = asked(settings(), lambda service: report(service, job))
    if output is not None:
        write_report(told, output)
        err().print(f"The report is in {output}.")
    elif as_json:
        write_json(told)
    else:
        show_report(console(), told)


@command
def worker_command(ctx: typer.Context) -> None:
    """Run bulk jobs in this process until there are none [--stay] [--idle SECONDS]. `enrich FILE` starts one."""
    from ..app import worker

    raise typer.Exit(worker(ctx.args))


# --- following -------------------------------------------------------------------------------------------------


async def follow(service: Jobs, job: str, watch: Watch, seen: list[Job]) -> Job:
    """Stay until a job has ended and its output is written, or it is paused.

    Args:
        service: the jobs.
        job: which.
        watch: shows its progress.
        seen: takes the job as it was seen last.

    Returns:
        The job as it stands at the end.
    """
    woken = anyio.current_time()
    while True:
        found = await service.get(job)
        seen[:] = [found]
        watch.show(found)
        # A job that is done stays so with a reason when its output could not be written.
        written = found.delivered_at is not None or bool(found.why)
        if found.state in ("paused", "cancelled", "failed") or (found.state == "done" and written):
            return found
        # Not at once: one that has just been started is not seen yet.
        if anyio.current_time() - woken > WAKE:
            woken = anyio.current_time()
            await service.wake()
        await anyio.sleep(LOOK)


async def report(service: Jobs, job: str) -> dict[str, Any]:
    """The report of a job as it stands."""
    from ..tools.bulk import whole_report

    return await whole_report(service, await service.get(job))


def leave(job: str) -> None:
    """Say how to come back to a job that goes on."""
    console = err()
    console.print(f"Job {job} goes on without you.", style="yellow")
    console.print(f"→ `sales-zoominfo jobs show {job} --wait`, or the same command again, comes back to it.")
    console.print(f"→ `sales-zoominfo jobs pause {job}` or `jobs cancel {job}` stops it.")
