"""Toolset ``bulk``: files of any size, enriched by a worker that outlives the conversation."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import anyio
import anyio.to_thread

from ..errors import fail
from ..scrub import scrub
from ..zoominfo.arguments import read_choice, read_flag, read_number, read_text
from .contract import Envelope, envelope, stamp
from .folders import confined
from .spec import Arguments, Call, Schema, Tool, choice, flag, text, texts, whole

if TYPE_CHECKING:
    from ..jobs.columns import Column
    from ..jobs.model import Job, JobRequest
    from ..jobs.planning import Plan
    from ..jobs.service import Jobs
    from ..zoominfo.operations import Entity

# A job that could cost more than this needs a number, and not only a call.
FREE_HAND = 100
LONGEST_WAIT = 300
MOST_PREVIEW = 5
# Seconds between two looks at a job that is waited for.
LOOK = 1.0
# A result is readable as a resource up to so many bytes; a larger one is read where it is.
MOST_RESOURCE = 2_000_000
_TEXT = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".jsonl": "application/jsonl", ".txt": "text/plain"}
_FILE_OPTIONS = ("sheet", "encoding", "delimiter")
# Outputs beside the enriched copy, by argument.
_FURTHER = {"changes": "changes", "beforeAfter": "before_after"}


# --- starting --------------------------------------------------------------------------------------------------


async def start_enrichment_job(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    folders = await _folders(call)
    source = confined("path", arguments["path"], folders)
    output = arguments.get("output")
    request = await request_of(
        source,
        caller=call.caller,
        entity=arguments.get("entity"),
        output=None if output is None else confined("output", output, folders),
        mapping=_mapping(arguments.get("map"), folders),
        columns=_overrides(arguments.get("columns")),
        fields=arguments.get("outputFields", arguments.get("fields")),
        max_credits=arguments.get("maxCredits"),
        max_age=arguments.get("maxAge"),
        options={
            **{name: read_text(name, arguments[name]) for name in (*_FILE_OPTIONS, "country") if name in arguments},
            **({"search_first": True} if read_flag("searchFirst", arguments.get("searchFirst", False)) else {}),
            **{
                option: str(confined(name, arguments[name], folders))
                for name, option in _FURTHER.items()
                if name in arguments
            },
        },
    )
    service = await call.runtime.jobs()
    dry = read_flag("dryRun", arguments.get("dryRun", False))
    known = None if dry else await service.earlier(request)
    if known is not None and known.state != "cancelled" and not _raises(request, known):
        return _again(await service.start(request), service)
    plan = await plan_of(service, request)
    if dry:
        shown = _preview_rows(arguments)
        columns = [column_row(column) for column in plan.columns]
        meta = plan_meta(plan, shown)
        warnings = cast("list[str]", meta.pop("warnings"))
        sandbox = service.account.sandbox
        return envelope(columns, sandbox=sandbox, warnings=warnings, credits={"spent": 0}, **meta)
    agreed = await consent_to(call, service, plan, request)
    job = await service.start(request, agreed=agreed)
    row = job_row(job)
    # Its worker is only just starting, and says nothing yet.
    row.pop("etaNote", None)
    return envelope(
        [row],
        fileRows=plan.rows,
        estimate=estimate_meta(plan),
        warnings=[*plan.notes, f"It runs on its own: get_job with jobId {job.id} tells how far it is."],
        credits={"spent": 0},
        sandbox=service.account.sandbox,
    )


def _raises(request: JobRequest, job: Job) -> bool:
    """Whether a repeated request wants to spend more than was agreed to."""
    return request.max_credits is not None and (job.max_credits is None or request.max_credits > job.max_credits)


def _again(job: Job, service: Jobs) -> Envelope:
    """A job that the same call has started before."""
    row = job_row(job)
    row.pop("etaNote", None)
    how = "is done" if job.over else "goes on"
    text = f"The same call has started job {job.id} before, and it {how}: get_job with jobId {job.id} tells more."
    return envelope([row], warnings=[text], credits={"spent": 0}, sandbox=service.account.sandbox)


async def plan_of(service: Jobs, request: JobRequest) -> Plan:
    """What a job would do; see :func:`~sales_zoominfo.jobs.planning.plan`."""
    from ..jobs.planning import plan

    return await plan(service, request)


async def request_of(
    source: Path,
    *,
    caller: str,
    entity: object,
    output: Path | None,
    mapping: str | None,
    columns: dict[str, str],
    fields: object,
    max_credits: object,
    max_age: object,
    options: dict[str, Any],
) -> JobRequest:
    """What a job is asked to do, with its file looked at where nobody said what its rows are.

    Raises:
        InvalidArgument: an argument is wrong, or the file cannot be used.
        NotFound: there is no such file.
    """
    from ..jobs.model import JobRequest

    kind = None if entity is None else read_choice("entity", entity, ("contact", "company"))
    if kind is None:
        kind = await anyio.to_thread.run_sync(_entity_in, source, columns, options)
    names = None if fields is None else _names(fields)
    cap = None if max_credits is None else read_number("maxCredits", max_credits, whole=True, low=0, high=None)
    days = None if max_age is None else read_number("maxAge", max_age, whole=False, low=0, high=None)
    return JobRequest(
        source=str(source),
        entity=cast("Entity", kind),
        caller=caller,
        output=None if output is None else str(output),
        columns=columns,
        mapping=mapping,
        fields=names,
        max_credits=None if cap is None else int(cap),
        max_age=None if days is None else float(days),
        options=options,
    )


def _entity_in(source: Path, columns: dict[str, str], options: dict[str, Any]) -> str:
    from ..jobs.columns import recognise
    from ..jobs.files import open_source

    chosen = {name: options.get(name) for name in _FILE_OPTIONS}
    return recognise(open_source(source, **chosen, header=options.get("header")), overrides=columns).entity


def _names(given: object) -> tuple[str, ...]:
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in cast("Sequence[object]", parts)):
        expected = "a list of names of fields"
        raise fail("wrong_type", name="outputFields", expected=expected, got="something else")
    return tuple(part.strip() for part in cast("Sequence[str]", parts) if part.strip())


def _overrides(given: object) -> dict[str, str]:
    """Column overrides as a list of {column, key}, or as an object by column."""
    expected = "a list of {column, key}"
    if given is None:
        return {}
    if isinstance(given, dict):
        pairs = [{"column": name, "key": key} for name, key in cast("dict[str, object]", given).items()]
    elif isinstance(given, list):
        pairs = cast("list[object]", given)
    else:
        raise fail("wrong_type", name="columns", expected=expected, got="something else")
    found: dict[str, str] = {}
    for pair in pairs:
        told = cast("dict[str, object]", pair) if isinstance(pair, dict) else {}
        if set(told) != {"column", "key"}:
            raise fail("wrong_type", name="columns", expected=expected, got="something else")
        found[read_text("columns.column", told["column"])] = read_text("columns.key", told["key"])
    return found


def _mapping(given: object, folders: Sequence[Path]) -> str | None:
    if given is None:
        return None
    name = read_text("map", given)
    # A preset is one word; whatever looks like a path is a file, and confined as any other.
    if Path(name).suffix.lower() in (".yaml", ".yml") or "/" in name or "\\" in name:
        return str(confined("map", name, folders))
    return name


async def consent_to(call: Call, service: Jobs, plan: Plan, request: JobRequest) -> bool:
    """Whether a person has agreed to what a job may cost.

    Returns:
        True when they did; False where nobody has to be asked.

    Raises:
        CreditApprovalRequired: it could cost more than passes without a person, and nobody agreed.
    """
    from ..account.consent import Request, digest

    most = plan.credits if request.max_credits is None else min(plan.credits, request.max_credits)
    if plan.credits > FREE_HAND and request.max_credits is None:
        raise fail("job_needs_cap", credits=plan.credits, limit=FREE_HAND, option="maxCredits")
    ceiling = service.settings.max_credits_per_call
    if most <= ceiling:
        return False
    if call.consent is None:
        raise fail("job_over_ceiling", credits=most, ceiling=ceiling)
    named = [{"job": json.dumps({**request.told(), "caller": ""}, sort_keys=True, default=str)}]
    fields = list(request.fields or ())
    question = Request(
        entity=request.entity,
        records=plan.units,
        credits=most,
        exact=plan.exact and most == plan.credits,
        scope="call",
        ceiling=ceiling,
        used=0,
        digest=digest(call.caller, request.entity, named, fields, [], most),
        sandbox=service.account.sandbox,
    )
    if await call.consent(question) is None:
        raise fail("approval_declined", credits=most)
    return True


def column_row(column: Column) -> dict[str, Any]:
    """What a column was taken for."""
    row: dict[str, Any] = {"column": column.name, "key": column.field if column.used else "", "why": column.why}
    return {name: value for name, value in row.items() if value}


def estimate_meta(plan: Plan) -> dict[str, Any]:
    """What a job costs at most."""
    return {"credits": plan.credits, "basis": "exact" if plan.exact else "upper bound", "why": plan.why}


def plan_meta(plan: Plan, shown: int) -> dict[str, Any]:
    """What a job would do, as an envelope's meta.

    Args:
        plan: of the job.
        shown: how many of the first rows to tell.
    """
    return {
        "fileRows": plan.rows,
        "records": plan.units,
        "duplicates": plan.duplicates,
        "invalid": plan.invalid,
        "matchedBy": plan.keys,
        "alreadyOwned": plan.owned,
        "suppressed": plan.suppressed or None,
        "secondsAtLeast": math.ceil(plan.seconds),
        "estimate": estimate_meta(plan),
        "writes": list(plan.targets),
        "firstRows": [row.told() for row in plan.shown[:shown]],
        "warnings": [scrub(note) for note in plan.notes],
    }


# --- looking ---------------------------------------------------------------------------------------------------


async def get_job(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    wait = int(read_number("wait", arguments.get("wait", 0), whole=True, low=0, high=LONGEST_WAIT))
    preview = _preview_rows(arguments)
    service = await call.runtime.jobs()
    job = await _waited(call, service, str(arguments["jobId"]), wait)
    folders = await _folders(call) if job.delivered_at is not None else ()
    row = job_row(job)
    meta: dict[str, Any] = {}
    resources: list[str] = []
    written = None if job.output is None or job.delivered_at is None else Path(job.output)
    warnings: list[str] = []
    if job.over:
        meta["report"] = await _report(service, job)
        resources += [f"job://{job.id}/report.json", f"job://{job.id}/report.html"]
    if written is not None and _within(written, folders):
        row["output"] = str(written)
        resources.append(f"job://{job.id}/output")
        if preview:
            meta["preview"] = await anyio.to_thread.run_sync(_first_rows, written, preview)
    elif written is not None and preview:
        warnings.append("The output is outside the folders that this server may read, so no row of it is shown.")
    return envelope(
        [row],
        sandbox=service.account.sandbox,
        warnings=warnings,
        report=meta.get("report"),
        preview=meta.get("preview"),
        resources=resources,
    )


async def _waited(call: Call, service: Jobs, job: str, wait: float) -> Job:
    end = time.monotonic() + wait
    while True:
        found = await service.get(job)
        if call.progress is not None and wait:
            await call.progress(found.finished, max(found.rows, 1))
        resting = found.state in ("paused", "cancelled", "failed")
        if resting or (found.state == "done" and (found.delivered_at is not None or found.why)):
            return found
        left = end - time.monotonic()
        if left <= 0:
            return found
        await anyio.sleep(min(LOOK, left))


async def _report(service: Jobs, job: Job) -> dict[str, Any]:
    """The part of the report that a conversation needs; the resource has all of it."""
    told = await whole_report(service, job)
    kept = {name: told[name] for name in ("match", "credits", "time", "next")}
    complete = {name: told["completeness"][name] for name in ("before", "after", "filled", "changed")}
    return {**kept, "completeness": complete, "accuracy": told["accuracy"].get("median")}


async def whole_report(service: Jobs, job: Job) -> dict[str, Any]:
    """The report of a job as it stands."""
    from ..jobs.report import report_of

    settings = service.settings
    kept = await service.report(job.id)
    return report_of(job, kept, price=settings.price_per_credit, currency=settings.currency)


def _first_rows(path: Path, count: int) -> list[dict[str, Any]]:
    from ..jobs.files import open_source

    source = open_source(path)
    return [
        {name: cell for name, cell in zip(source.columns, row, strict=False) if cell not in (None, "")}
        for row in islice(source.rows(), count)
    ]


def _preview_rows(arguments: Arguments) -> int:
    return int(read_number("previewRows", arguments.get("previewRows", 0), whole=True, low=0, high=MOST_PREVIEW))


def job_row(job: Job) -> dict[str, Any]:
    """A job as a row; members that say nothing are left out."""
    credits = {"spent": job.spent, "reserved": job.reserved, "max": job.max_credits}
    told: dict[str, Any] = {
        "id": job.id,
        "state": job.state,
        "why": None if job.why is None else scrub(job.why),
        "entity": job.entity,
        "file": Path(job.source).name,
        "rows": job.rows,
        "done": job.finished,
        "byStatus": {name: count for name, count in job.counts.items() if count} or None,
        "credits": {name: value for name, value in credits.items() if value is not None},
        "rowsPerSecond": None if job.rate is None else round(job.rate, 1),
        "etaSeconds": None if job.eta is None else math.ceil(job.eta),
        "etaNote": job.eta_note,
        "createdAt": stamp(job.made_at),
        "endedAt": None if job.ended_at is None else stamp(job.ended_at),
        "deliveredAt": None if job.delivered_at is None else stamp(job.delivered_at),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


async def list_jobs(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    from ..jobs.model import OPEN

    active = read_flag("active", arguments.get("active", False))
    limit = int(read_number("limit", arguments.get("limit", 20), whole=True, low=1, high=100))
    service = await call.runtime.jobs()
    found = await service.list(tuple(OPEN) if active else (), limit)
    return envelope([job_row(job) for job in found], totalResults=len(found), sandbox=service.account.sandbox)


async def cancel_job(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    service = await call.runtime.jobs()
    job = await service.cancel(str(arguments["jobId"]))
    left = "What was under way is finished and paid for; rows that are done keep their result. "
    how = f"A person can write the output so far with `sales-zoominfo jobs deliver {job.id}`."
    return envelope([job_row(job)], warnings=[left + how], sandbox=service.account.sandbox)


# --- resources -------------------------------------------------------------------------------------------------


async def read_resource(call: Call, job_id: str, what: str) -> tuple[str, str]:
    """A job's report or output, as an MCP resource.

    Args:
        call: the runtime and the folders.
        job_id: of the job.
        what: ``report.json``, ``report.html`` or ``output``.

    Returns:
        The text and its media type.

    Raises:
        NotFound: there is no such job, or no output of it.
        InvalidArgument: the output is too large, no text, or outside the allowed folders.
    """
    service = await call.runtime.jobs()
    job = await service.get(job_id)
    if what != "output":
        told = await whole_report(service, job)
        if what == "report.json":
            return json.dumps(told, ensure_ascii=False), "application/json"
        from ..jobs.report_page import page

        return page(told), "text/html"
    path = None if job.output is None or job.delivered_at is None else Path(job.output)
    if path is None:
        how = "get_job tells when the output is written."
        raise fail("not_found", thing="output of job", name=job.id, hint="", how=how)
    folders = await _folders(call)
    if not _within(path, folders):
        raise fail("outside_folders", name="the output", folders=", ".join(map(str, folders)) or "none")
    kind = _TEXT.get(path.suffix.lower())
    reason = "it is no text" if kind is None else None

    def read() -> str:
        with path.open("rb") as file:
            data = file.read(MOST_RESOURCE + 1)
        if len(data) > MOST_RESOURCE:
            raise fail("file_unusable", file=path.name, reason="it is too large to read here", how=f"Open {path}.")
        return data.decode("utf-8-sig", "replace")

    if reason is not None:
        raise fail("file_unusable", file=path.name, reason=reason, how=f"Open {path}.")
    try:
        return await anyio.to_thread.run_sync(read), kind or "text/plain"
    except OSError as error:
        how = f"It was written to {path}; it may have been moved."
        raise fail("file_unusable", file=path.name, reason=(error.strerror or "unreadable").lower(), how=how) from None


def _within(path: Path, folders: Sequence[Path]) -> bool:
    try:
        whole = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return any(whole.is_relative_to(folder) for folder in folders)


async def _folders(call: Call) -> tuple[Path, ...]:
    return () if call.folders is None else await call.folders()


# --- the table -------------------------------------------------------------------------------------------------

_JOB = text("As start_enrichment_job or list_jobs gives it.")
_PREVIEW = whole("So many first rows with values, only if the user asks to see them.", 0, MOST_PREVIEW)
_COLUMNS: Schema = {
    "type": "array",
    "description": "Corrects what a column holds.",
    "items": {
        "type": "object",
        "properties": {
            "column": {"type": "string", "description": "Heading."},
            "key": {"type": "string", "description": "Match key such as emailAddress, or ignore."},
        },
        "required": ["column", "key"],
        "additionalProperties": False,
    },
}

TOOLS = (
    Tool(
        "start_enrichment_job",
        "Start an enrichment job",
        "bulk",
        "Enrich a CRM export of any size (CSV, JSONL, Parquet, XLSX) in the background; duplicates and records bought "
        "in the last 12 months are free. SPENDS at most 1 credit a new record, never over maxCredits. Call with dryRun "
        "first, tell the user the match plan and cost, start once they agree, follow with get_job. The same call again "
        "resumes. Up to 100 records: enrich_contacts.",
        {
            "path": text("The file, in an allowed folder."),
            "entity": choice("What its rows are; found out if not given.", ("contact", "company")),
            "columns": _COLUMNS,
            "map": text("Preset (salesforce-contact, hubspot-company ...) or YAML file; else zi_* columns are added."),
            "outputFields": texts("Fields to buy, without map."),
            "maxCredits": {"type": "integer", "description": "The job's budget; needed above 100."},
            "maxAge": whole("Take copies kept here, if at most so many days old.", 0),
            "dryRun": flag("Match plan and cost only; free.", default=False),
            "previewRows": _PREVIEW,
        },
        start_enrichment_job,
        required=("path",),
        operations=("enrich_contacts", "enrich_companies"),
        changes=True,
        also=("output", *_FURTHER, "fields", "country", "searchFirst", *_FILE_OPTIONS),
    ),
    Tool(
        "get_job",
        "Get a job",
        "bulk",
        "How far a bulk job is: rows by status, credits, rate, ETA; at its end the report, the output's path and "
        "resources. Free.",
        {
            "jobId": _JOB,
            "wait": whole("Stay until it ends, at most so many seconds.", 0, LONGEST_WAIT),
            "previewRows": _PREVIEW,
        },
        get_job,
        required=("jobId",),
    ),
    Tool(
        "list_jobs",
        "List jobs",
        "bulk",
        "List bulk jobs with their state, the newest first. Free.",
        {
            "active": flag("Only those that have not ended.", default=False),
            "limit": whole("Rows at most.", 1, 100, 20),
        },
        list_jobs,
    ),
    Tool(
        "cancel_job",
        "Cancel a job",
        "bulk",
        "End a bulk job. What is under way finishes, since it is paid for; results so far stay. Ask the user first.",
        {"jobId": _JOB},
        cancel_job,
        required=("jobId",),
        changes=True,
        destructive=True,
    ),
)
