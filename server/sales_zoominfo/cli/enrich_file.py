"""`enrich FILE`: what it would do, what that costs, the job, and its outcome."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from ..account.caller import caller_id
from ..app import App
from ..errors import fail, near
from ..scrub import scrub
from ..settings import Settings
from ..tools.bulk import FREE_HAND, plan_of, request_of, whole_report
from .inputs import read_pairs
from .job_views import Watch, check_report, job_told, show_plan, show_report, tell_plan, write_json, write_report
from .job_views import console as stdout
from .jobs import INTERRUPTED, exit_of, follow, leave
from .run import CALLER, Spinner, consent_needed, declined, err, interactive, run
from .wording import in_terminal, many

if TYPE_CHECKING:
    from ..jobs.model import Job, JobRequest
    from ..jobs.planning import Plan
    from ..jobs.service import Jobs

_WORDS = {"contact": "contact", "contacts": "contact", "company": "company", "companies": "company"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed.

    Attributes:
        file: with the rows.
        output: for the enriched copy, None for beside the file.
        entity: None to find out.
        mapping: preset or file.
        columns: ``HEADING=KEY`` words.
        fields: ZoomInfo's fields to ask for.
        max_credits, max_age: of the job; credits and days.
        dry_run, yes, wait, as_json: how it is done.
        report: where the report's page or JSON goes.
        options: of the file and the job, by name; None for those that were not given.
    """

    file: Path
    output: Path | None
    entity: str | None
    mapping: str | None
    columns: list[str]
    fields: list[str] | None
    max_credits: int | None
    max_age: float | None
    dry_run: bool
    yes: bool
    wait: bool
    as_json: bool
    report: Path | None
    options: dict[str, Any]


def entity_of(word: str) -> str | None:
    """The entity that the first argument of ``enrich`` names; None when it names a file.

    Raises:
        InvalidArgument: it is neither.
        NotFound: it looks like a file, and there is none.
    """
    known = _WORDS.get(word.casefold())
    if known:
        return known
    from ..jobs.files import FORMATS

    path = Path(word).expanduser()
    if path.is_file():
        return None
    if path.is_dir():
        how = "Give one of its files."
        raise fail("file_unusable", file=word[-80:], reason="it is a folder", how=how)
    if path.suffix.lower() in (*FORMATS, ".gz") or os.sep in word or path.exists():
        how = "Check the path; a relative one counts from the folder that the command runs in."
        raise fail("not_found", thing="file", name=word[-120:], hint="", how=how)
    legal = "contact, company, or the path of a CSV, JSONL, Parquet or XLSX file"
    raise fail("not_a_choice", name="what to enrich", value=word[:40], hint=near(word, list(_WORDS)), legal=legal)


def refuse(given: Mapping[str, object], goes_with: str, instead: str) -> None:
    """Refuse options that have no meaning in the form of the command that was chosen.

    Args:
        given: by name; None for those that were not given.
        goes_with: what they go with, to end a sentence.
        instead: what would have to be given with them.

    Raises:
        InvalidArgument: one of them was given; the first is named.
    """
    for name, value in given.items():
        if value is not None and value != []:
            reason, how = f"it goes with {goes_with}", f"Leave {name} out, or give {instead}."
            raise fail("option_invalid", name=name, reason=reason, how=how)


def enrich_file(wanted: Wanted, using: Settings) -> int:
    """Enrich a file, or show what that would do.

    Args:
        wanted: what was typed.
        using: the environment.

    Returns:
        The exit code: 0, or of what became of the rows.

    Raises:
        SalesZoomInfoError: what is refused before anything is spent.
    """
    started: list[Job] = []
    try:
        return run(lambda: _work(wanted, using, started))
    except KeyboardInterrupt:
        if not started:
            raise
        leave(started[-1].id)
        return INTERRUPTED


async def _work(wanted: Wanted, using: Settings, started: list[Job]) -> int:
    if wanted.report is not None:
        check_report(wanted.report)
    app = App(using)
    try:
        service = await app.jobs()
        request = await request_for(
            wanted.file,
            output=wanted.output,
            entity=wanted.entity,
            mapping=wanted.mapping,
            columns=wanted.columns,
            fields=wanted.fields,
            max_credits=wanted.max_credits,
            max_age=wanted.max_age,
            options=wanted.options,
        )
        with Spinner("Reading the file…"):
            known = None if wanted.dry_run else await service.earlier(request)
            plan = None if known is not None else await plan_of(service, request)
        if plan is None:
            # What it may cost was agreed to then; a larger number is agreed to by giving it.
            agreed = wanted.max_credits is not None
        elif wanted.dry_run:
            tell_plan(plan, as_json=wanted.as_json, sandbox=service.account.sandbox)
            return 0
        else:
            show_plan(err(), plan, short=True)
            agreed = await _agreed(plan, wanted, service)
        job = await service.start(request, agreed=agreed)
        started.append(job)
        if known is not None:
            err().print(_said_again(known, job))
        if not job.over:
            err().print(f"Job {job.id} runs on its own; Ctrl-C leaves it running.")
        if not wanted.wait:
            if wanted.as_json:
                write_json(job_told(job))
            else:
                err().print(f"`sales-zoominfo jobs show {job.id} --wait` follows it.")
            return 0
        with Watch(quiet=wanted.as_json and not sys.stderr.isatty()) as watch:
            job = await follow(service, job.id, watch, started)
        return await _finish(service, job, wanted)
    finally:
        with anyio.CancelScope(shield=True):
            await app.aclose()


async def request_for(
    file: Path,
    *,
    output: Path | None,
    entity: str | None,
    mapping: str | None,
    columns: list[str],
    fields: list[str] | None,
    max_credits: int | None,
    max_age: float | None,
    options: dict[str, Any],
) -> JobRequest:
    """What was typed as a request; see :class:`Wanted`.

    Raises:
        InvalidArgument, NotFound: something of it is wrong, or the file cannot be used.
    """
    pairs = read_pairs(columns, "--column")
    for heading, keys in pairs.items():
        if len(keys) > 1:
            raise fail("one_value_only", name=f"--column {heading}"[:60], count=len(keys))
    return await request_of(
        whole_path(file),
        caller=caller_id(CALLER),
        entity=entity,
        output=None if output is None else whole_path(output),
        mapping=_mapping(mapping),
        columns={heading: keys[0] for heading, keys in pairs.items()},
        fields=fields,
        max_credits=max_credits,
        max_age=max_age,
        options={name: value for name, value in options.items() if value is not None},
    )


def whole_path(path: Path) -> Path:
    """A path for the worker, whose current folder is another."""
    return path.expanduser().absolute()


def _mapping(given: str | None) -> str | None:
    """A preset by its name, a file by its whole path."""
    if given is None:
        return None
    path = Path(given).expanduser()
    return str(path.absolute()) if path.suffix.lower() in (".yaml", ".yml") or os.sep in given else given


async def _agreed(plan: Plan, wanted: Wanted, service: Jobs) -> bool:
    """What the person has agreed to: by a number, by a yes to a small one, or by answering.

    Raises:
        CreditApprovalRequired: nobody has, and nobody can be asked, or the answer was no.
    """
    if plan.credits == 0 or wanted.max_credits is not None:
        return wanted.max_credits is not None
    if plan.credits > FREE_HAND:
        raise fail("job_needs_cap", credits=plan.credits, limit=FREE_HAND, option="--max-credits")
    if wanted.yes:
        return True
    if not interactive():
        raise consent_needed(plan.credits)
    fictional = " (fictional: the sandbox)" if service.account.sandbox else ""
    most = "" if plan.exact else "up to "
    err().print(f"Spend {most}{plan.credits}{fictional}? [y/N] ", end="")
    answer = await anyio.to_thread.run_sync(sys.stdin.readline)
    if answer.strip().casefold() not in ("y", "yes"):
        raise declined()
    return True


def _said_again(known: Job, job: Job) -> str:
    """What becomes of a job that the same command has started before."""
    if job.over:
        return f"Job {job.id} of the same command is done. A changed file, mapping, option or output makes a new one."
    done = f"{known.finished:,} of {many(known.rows, 'row')}"
    return f"Job {job.id} of the same command was {known.state} at {done}, and goes on."


async def _finish(service: Jobs, job: Job, wanted: Wanted) -> int:
    """Say what became of it, and where everything is."""
    told = await whole_report(service, job)
    if wanted.report is not None:
        write_report(told, wanted.report)
    console = err()
    if wanted.as_json:
        write_json({"job": job_told(job), "output": job.output, "report": told})
    else:
        show_report(stdout(), told)
    if job.state == "paused":
        console.print(f"! The job is paused: {in_terminal(scrub(job.why or 'nobody said why'))}", style="yellow")
        console.print(f"→ When that is mended, run the same command again, or `sales-zoominfo jobs resume {job.id}`.")
    elif job.state == "failed":
        console.print(f"✗ {in_terminal(scrub(job.why or 'The file could not be read.'))}", style="red")
    elif job.state == "done" and job.delivered_at is None:
        console.print(f"✗ The output could not be written: {in_terminal(scrub(job.why or ''))}", style="red")
        console.print(f"→ When that is mended, run `sales-zoominfo jobs deliver {job.id}`.")
    elif job.delivered_at is not None:
        console.print(f"✓ {job.output}", style="green")
        page = wanted.report or f"`sales-zoominfo jobs report {job.id} -o report.html` makes the page"
        console.print(f"  Report: {page}")
    return exit_of(job)
