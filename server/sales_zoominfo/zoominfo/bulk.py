"""Bulk jobs on ZoomInfo's side (the Enterprise API's Scaling bundle): submitted, polled, read page by page.

This server's own jobs do the same with a ledger and per-record guarantees, so no tool offers these. Source: the
Enterprise documentation and its examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from ..errors import InvalidArgument, NotFound, SalesZoomInfoError, WindowExceeded, fail
from .arguments import read_filters, read_inputs, read_outputs, read_text
from .asking import Answer, Ask, Asker, Builder
from .codec import MATCH_ARGUMENT, as_int, as_object, read_objects, read_total, read_word, request, unreadable
from .codec import wire_filters as to_body
from .fields import FILTERS, OUTPUTS
from .messages import Request, Response
from .operations import OPERATIONS, Entity, Operation
from .reading import Read, choice, missing, read_arguments, whole
from .records import Row, clean, flatten_company
from .signals import resolve_values

MOST_INPUTS = 10_000
_BATCH = 100
JOB_TYPES = ("preview", "redeem")
STATUSES = ("QUEUED", "IN_PROGRESS", "COMPLETED", "FAILED")
# ZoomInfo offers these in single calls only.
UNSUPPORTED = ("descriptionList", "companyDescriptionList")
_JOB_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_PLURAL: dict[Entity, str] = {"contact": "contacts", "company": "companies"}


def read_job_id(name: str, value: object) -> str:
    """A job's id; ZoomInfo's are 40 hexadecimal digits.

    Raises:
        InvalidArgument: it is anything else.
    """
    text = read_text(name, value)
    if not _JOB_ID.fullmatch(text):
        raise fail("wrong_type", name=name, expected="a job's id", got="another text", details={"field": name})
    return text


def read_bulk_inputs(entity: Entity, raw: object, where: str) -> list[dict[str, object]]:
    """1 to 10,000 match inputs in canonical form, as ``read_inputs`` makes them.

    Raises:
        InvalidArgument: too few or too many, or one that can match nothing.
    """
    if not isinstance(raw, list):
        return read_inputs(entity, raw, where=where)
    items = cast("list[object]", raw)
    if not 1 <= len(items) <= MOST_INPUTS:
        raise fail(
            "out_of_range",
            name=f"the number of {where}",
            value=len(items),
            low=1,
            high=MOST_INPUTS,
            details={"field": where},
        )
    # By one reader with the single calls; an error names the place within all of them.
    found: list[dict[str, object]] = []
    for start in range(0, len(items), _BATCH):
        try:
            found += read_inputs(entity, items[start : start + _BATCH], where=where)
        except InvalidArgument:
            for index, item in enumerate(items[start : start + _BATCH], start):
                read_inputs(entity, [item], where=f"{where} {index + 1}")
            raise
    return found


def read_bulk_outputs(entity: Entity, raw: object) -> list[str]:
    """Output fields of a bulk job, the concise ones for None; the id comes along in any case, to join by."""
    names = read_outputs(entity, "enterprise", raw, detail="concise")
    if raw is None:
        names = [name for name in names if name not in UNSUPPORTED]
    wrong = [name for name in names if name in UNSUPPORTED]
    if wrong:
        raise fail(
            "unknown_argument",
            where="A bulk job",
            thing="output field",
            name=wrong[0],
            hint="",
            legal="all but " + " and ".join(UNSUPPORTED),
            details={"field": "outputFields"},
        )
    return names if "id" in names else ["id", *names]


def submitted(operation: Operation) -> Callable[[Response], Answer]:
    """Reads the answer of a submission."""

    def read(response: Response) -> Answer:
        job = as_object(response.data).get("jobId")
        if not isinstance(job, str) or not _JOB_ID.fullmatch(job):
            raise unreadable(operation, "it lacks jobId")
        return Answer([{"jobId": job}], 1, more={"jobId": job})

    return read


def _search(name: str, entity: Entity) -> Builder:
    operation = OPERATIONS[name]

    async def build(asker: Asker, arguments: Mapping[str, object]) -> Ask:
        readers: dict[str, Read] = {
            "filters": lambda _, value: value,
            "jobType": choice(*JOB_TYPES),
            "outputFields": lambda _, value: read_bulk_outputs(entity, value),
            "credits": whole(1, None),
        }
        given = read_arguments(operation, arguments, readers)
        filters = given.get("filters")
        if not isinstance(filters, dict):
            raise missing(operation, "filters", f"Give an object of filters of `search_{_PLURAL[entity]}`.")
        redeem = given.get("jobType") == "redeem"
        if redeem and "credits" not in given:
            raise missing(operation, "credits", "Say how many credits it may cost; a preview tells totalRecords.")
        generation = asker.choose(operation)
        values = read_filters(entity, generation, cast("dict[str, object]", filters))
        resolved = await resolve_values(asker, FILTERS[entity], generation, values)
        body: dict[str, object] = {
            "jobType": "redeem" if redeem else "preview",
            "query": to_body(entity, generation, values),
        }
        if redeem:
            body["outputFields"] = given.get("outputFields") or read_bulk_outputs(entity, None)
        sent = request(generation, operation, body=body, credits=int(given["credits"]) if redeem else 0)
        return Ask(sent, submitted(operation), resolved=resolved)

    return build


def _enrich(name: str, entity: Entity) -> Builder:
    operation = OPERATIONS[name]

    async def build(asker: Asker, arguments: Mapping[str, object]) -> Ask:
        inputs, outputs, required = read_enrich(operation, entity, arguments)
        body: dict[str, object] = {MATCH_ARGUMENT[entity]: inputs, "outputFields": outputs}
        if required:
            body["requiredFields"] = required
        sent = request(asker.choose(operation), operation, body=body, credits=len(inputs))
        return Ask(sent, submitted(operation))

    return build


def read_enrich(
    operation: Operation, entity: Entity, arguments: Mapping[str, object]
) -> tuple[list[dict[str, object]], list[str], list[str]]:
    """The inputs, output fields and required fields of a bulk enrich."""
    plural = _PLURAL[entity]
    readers: dict[str, Read] = {
        plural: lambda where, value: read_bulk_inputs(entity, value, where),
        "outputFields": lambda _, value: read_bulk_outputs(entity, value),
        "requiredFields": lambda where, value: read_outputs(entity, "enterprise", value, detail="concise", name=where),
    }
    given = read_arguments(operation, arguments, readers)
    if plural not in given:
        raise missing(operation, plural, f"Give 1 to {MOST_INPUTS:,} objects of match keys.")
    outputs = given.get("outputFields") or read_bulk_outputs(entity, None)
    return given[plural], outputs, given.get("requiredFields", [])


async def bulk_search_contacts(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Submit a search of people whose results are read page by page; free as a preview.

    Args:
        asker: the client.
        arguments: ``filters``, an object of contact filters; ``jobType``, ``preview`` (default) or ``redeem``, which
            hands over whole records and costs a credit for each new one; ``outputFields``, for redeem; ``credits``,
            for redeem: how many it can cost at most, which a preview tells.

    Returns:
        One row of jobId.

    Raises:
        InvalidArgument, UnknownValue: a filter or an argument is wrong. NotAvailable: the Enterprise API is not
            configured.
    """
    return await _search("bulk_search_contacts", "contact")(asker, arguments)


async def bulk_search_companies(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Submit a search of companies; see :func:`bulk_search_contacts`.

    Args:
        asker: the client.
        arguments: as there, with company filters.

    Returns:
        One row of jobId.

    Raises:
        As there.
    """
    return await _search("bulk_search_companies", "company")(asker, arguments)


async def bulk_enrich_contacts(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Submit up to 10,000 people; each one not bought in the last 12 months costs a credit.

    Args:
        asker: the client.
        arguments: ``contacts``, 1 to 10,000 objects of match keys; ``outputFields``; ``requiredFields``.

    Returns:
        One row of jobId. The request's ``credits`` are the number of inputs.

    Raises:
        InvalidArgument: an input or a field is wrong. NotAvailable: the Enterprise API is not configured.
        OutcomeUnknown: it was sent and no answer came.
    """
    return await _enrich("bulk_enrich_contacts", "contact")(asker, arguments)


async def bulk_enrich_companies(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Submit up to 10,000 companies; see :func:`bulk_enrich_contacts`.

    Args:
        asker: the client.
        arguments: ``companies``, 1 to 10,000 objects of match keys; ``outputFields``; ``requiredFields``.

    Returns:
        One row of jobId. The request's ``credits`` are the number of inputs.

    Raises:
        As there.
    """
    return await _enrich("bulk_enrich_companies", "company")(asker, arguments)


def _job(operation: Operation, given: Mapping[str, Any]) -> str:
    if "jobId" not in given:
        raise missing(operation, "jobId", "Give the id that the submission answered.")
    return str(given["jobId"])


def _vanished(job: str, page: int = 0) -> Callable[[SalesZoomInfoError], Answer]:
    def refused(error: SalesZoomInfoError) -> Answer:
        if isinstance(error, WindowExceeded) and page:
            raise fail("bulk_page_missing", page=page, details={"page": page}) from None
        # How a job that is gone is answered is not documented. Of a body that holds a job's id and a page, nothing
        # else can be wrong.
        if not (isinstance(error, NotFound) or (isinstance(error, InvalidArgument) and error.kind == _REJECTED)):
            raise error
        how = "ZoomInfo keeps results for a time that it does not tell; submit the job again."
        raise fail("not_found", thing="bulk job", name=job, hint="", how=how) from None

    return refused


_REJECTED = "upstream_rejected"


async def bulk_job_status(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """How far a bulk job is. Free.

    Args:
        asker: the client.
        arguments: ``jobId``.

    Returns:
        One row of jobId, status (one of :data:`STATUSES`), jobType, entityType (``contact`` or ``company``),
        totalRecords, totalPages and successfulPages, the pages that can be read.

    Raises:
        InvalidArgument: no jobId. NotAvailable: the Enterprise API is not configured. NotFound: no such job, or it is
            gone.
    """
    operation = OPERATIONS["bulk_job_status"]
    job = _job(operation, read_arguments(operation, arguments, {"jobId": read_job_id}))
    sent: Request = request(asker.choose(operation), operation, body={"jobId": job})

    def read(response: Response) -> Answer:
        told = as_object(response.data)
        # In_Progress in the prose, IN_PROGRESS in the example.
        status = read_word(str(told.get("status", "")).strip().replace(" ", "_").upper())
        if status is None:
            raise unreadable(operation, "it lacks status")
        pages: object = told.get("successfulPages")
        row: Row = {
            "jobId": job,
            "status": status,
            "jobType": str(told.get("jobType", "")),
            "entityType": str(told.get("entityType", "")).lower(),
            "totalRecords": as_int(told.get("totalRecords")),
            "totalPages": as_int(told.get("totalPages")),
            "successfulPages": [as_int(page) for page in cast("list[object]", pages)]
            if isinstance(pages, list)
            else [],
        }
        return Answer([row], 1)

    return Ask(sent, read, refused=_vanished(job))


async def bulk_job_results(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """A page of a bulk job's results. Free; what they cost was spent by the job.

    Args:
        asker: the client.
        arguments: ``jobId``; ``page``, from 1, one of the status's successfulPages.

    Returns:
        One row a record, with ``input`` as it was sent, ``matchStatus`` where ZoomInfo tells it, and the output
        fields. ``size`` is how many came: ZoomInfo's pages hold 500 or 1,000 (its texts disagree).

    Raises:
        InvalidArgument: no jobId. NotAvailable: the Enterprise API is not configured. NotFound: no such job, or it is
            gone. WindowExceeded: the page is not there, or not yet.
    """
    operation = OPERATIONS["bulk_job_results"]
    given = read_arguments(operation, arguments, {"jobId": read_job_id, "page": whole(1, None)})
    job, page = _job(operation, given), int(given.get("page", 1))
    sent = request(asker.choose(operation), operation, body={"jobId": job, "page": page})

    def read(response: Response) -> Answer:
        told = as_object(response.data)
        results = read_objects(told.get("result"), operation, "a result list")
        entity: Entity = "company" if str(told.get("entityType", "")).lower() == "company" else "contact"
        rows = [result_row(entity, result) for result in results]
        total = read_total(told.get("totalRecords"), operation, "totalRecords")
        pages = as_int(told.get("totalPages"))
        more = {"jobType": told.get("jobType"), "entityType": entity, "totalPages": pages}
        return Answer(rows, total, page, len(rows), page + 1 if page < pages else None, more=more)

    return Ask(sent, read, refused=_vanished(job, page))


def result_row(entity: Entity, result: Mapping[str, Any]) -> Row:
    """One result, joined with its input."""
    data: object = result.get("data")
    # One object in the documentation, a list in the other enrich answers.
    listed = cast("list[object]", data) if isinstance(data, list) else [data]
    record = as_object(listed[0] if listed else None)
    row = clean(OUTPUTS[entity], flatten_company(record) if entity == "contact" else record)
    status = read_word(result.get("matchStatus"))
    return {"input": as_object(result.get("input")), **({"matchStatus": status} if status else {}), **row}
