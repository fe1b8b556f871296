"""JSON:API as the GTM API speaks it: bodies, pages, its two error shapes."""

import secrets
from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from .http import Request, Response
from .model import Entity, Switches
from .records import Doc
from .refusal import Reason, Refusal
from .service import EnrichRow

MEDIA_TYPE: Final = "application/vnd.api+json"
PREFIX: Final = "/gtm"
PAGE_CAP: Final = 100
WINDOW: Final = 10_000

# Code, title and text of each refusal; {0} and {1} are the fields, {detail} what is wrong.
_REFUSALS: Final[dict[Reason, tuple[str, str, str]]] = {
    "malformed": ("PFAPI0003", "Invalid request body", "Invalid request body"),
    "missing": ("PFAPI0002", "Bad Request", "Required request parameters are missing: {0}"),
    "no_outputs": ("PFAPI0002", "Bad Request", "Required request parameters are missing: {0}"),
    "insufficient": (
        "PFAPI0004",
        "Insufficient input",
        "There is not sufficient info for your request. Please provide at least one input field.",
    ),
    "one_of": (
        "PFAPI0004",
        "Insufficient input",
        "Missing required inputs, please provide a value for at least one of [{detail}]",
    ),
    "unknown_filter": ("PFAPI0005", "Invalid field requested", "Invalid field requested: {0}"),
    "wrong_type": ("PFAPI0008", "Invalid field type", "Invalid field type: {0}"),
    "bad_value": ("PFAPI0006", "Invalid input parameter", "Input parameter '{0}' is invalid - {detail}"),
    "swapped": ("PFAPI0006", "Invalid input parameter", "'{0}' cannot be greater than '{1}'"),
    "plan_filter": ("PFAPI0001", "Disallowed field", "Disallowed field '{0}' requested in query"),
    "plan_output": ("PFAPI0001", "Disallowed field", "Disallowed field '{0}' requested in query"),
    "unknown_output": ("PFAPI0009", "Invalid field", "Invalid field '{0}' requested in query"),
    "bad_sort": ("PFAPI0006", "Invalid input parameter", "Input parameter 'sort' is invalid - unknown field '{0}'"),
    "page_not_number": ("PFAPI0002", "Bad Request", "Page number must be a number"),
    "page_too_low": ("PFAPI0002", "Bad Request", "Page number and page size cannot be less than min value 1"),
    "size_not_number": ("PFAPI0002", "Bad Request", "Page size must be a number"),
    "size_too_high": ("PFAPI0002", "Bad Request", "Page size cannot be greater than max value 100"),
    "page_too_high": ("PFAPI0002", "Bad Request", "Page number cannot be greater than max value 100"),
    "window": ("PFAPI0006", "Bad Request", "Total record pagination is over max allowed value (10000)"),
    "past_end": ("PFAPI0004", "Bad Request", "Page number (page) requested is greater than the available results"),
    "credits": ("PFAPI0011", "Credit Limit Reached", "Credit Limit Reached"),
}
_PARAMETERS: Final[dict[Reason, str]] = {
    "bad_sort": "sort",
    "page_not_number": "page[number]",
    "page_too_low": "page[number]",
    "page_too_high": "page[number]",
    "past_end": "page[number]",
    "window": "page[number]",
    "size_not_number": "page[size]",
    "size_too_high": "page[size]",
}
_SUMMARY: Final = "One or more fields have validation errors"


class Stop(Exception):
    """Ends a request with an answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def gateway(
    status: int, code: str, message: str, *, retryable: bool = False, headers: Mapping[str, str] | None = None
) -> Response:
    body = {
        "code": code,
        "message": message,
        "status": status,
        "requestId": f"req_{secrets.token_hex(8)}",
        "retryable": retryable,
    }
    return Response(status, {"error": body}, dict(headers or {}), MEDIA_TYPE)


def errors(
    status: int, code: str, title: str, details: list[tuple[str, dict[str, str] | None]], summary: str = _SUMMARY
) -> Response:
    found: list[Doc] = []
    for detail, source in details:
        error: Doc = {"id": secrets.token_hex(8), "code": code, "status": str(status), "title": title, "detail": detail}
        if source:
            error["source"] = source
        found.append(error)
    top = {400: "Bad Request", 429: "Too Many Requests", 500: "Internal Server Error"}.get(status, title)
    return Response(status, {"title": top, "detail": summary, "errors": found}, {}, MEDIA_TYPE)


def refused(refusal: Refusal) -> Response:
    """Return the 400 of a refusal, one error per field."""
    code, title, text = _REFUSALS[refusal.reason]
    parameter = _PARAMETERS.get(refusal.reason)
    if parameter:
        return errors(
            400, code, title, [(text.format(*refusal.fields, "", detail=refusal.detail), {"parameter": parameter})]
        )
    if not refusal.fields:
        said = text.format("", detail=refusal.detail)
        return errors(400, code, title, [(said, None)], said)
    if refusal.reason == "swapped":
        source = {"pointer": f"/data/attributes/{refusal.fields[0]}"}
        return errors(400, code, title, [(text.format(*refusal.fields), source)])
    details: list[tuple[str, dict[str, str] | None]] = [
        (text.format(field, detail=refusal.detail), {"pointer": _pointer(refusal.reason, field)})
        for field in refusal.fields
    ]
    return errors(400, code, title, details)


def _pointer(reason: Reason, field: str) -> str:
    if reason in {"unknown_output", "plan_output"}:
        return "/data/attributes/outputFields"
    return "/data" if field == "data" else f"/data/attributes/{field}"


def filled(attributes: Mapping[str, Any]) -> Doc:
    return {key: value for key, value in attributes.items() if value is not None and value != ""}


def attributes(request: Request, kind: str) -> dict[str, Any]:
    try:
        body: Any = request.json()
    except ValueError:
        raise Refusal("malformed") from None
    data = body.get("data") if isinstance(body, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(data, dict) or data.get("type") != kind:  # pyright: ignore[reportUnknownMemberType]
        raise Refusal("malformed")
    attributes: Any = data.get("attributes")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(attributes, dict):
        raise Refusal("malformed")
    return attributes  # pyright: ignore[reportUnknownVariableType]


def paging(request: Request) -> tuple[int, int]:
    number = whole(request.query.get("page[number]", "1"), "page_not_number")
    size = whole(request.query.get("page[size]", "25"), "size_not_number")
    if number < 1 or size < 1:
        raise Refusal("page_too_low")
    if size > 100:
        raise Refusal("size_too_high")
    # Both texts have been seen; the window comes first, so that each can be met.
    if number * size > WINDOW:
        raise Refusal("window")
    if number > PAGE_CAP:
        raise Refusal("page_too_high")
    return number, size


def whole(text: str, reason: Reason) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refusal(reason) from None


def listed(request: Request, rows: list[Doc], total: int, page: tuple[int, int], switches: Switches) -> Response:
    """Return a page of a list.

    Args:
        request: Whose path the links repeat.
        rows: The resources of the page.
        total: All hits.
        page: Its number and size.
        switches: How totals and links are spelt.
    """
    number, size = page
    last = max(1, ceil(total / size))
    by_rows = switches.gtm_page_total == "rows_on_page"
    meta = {"totalResults": total, "page": {"number": number, "total": len(rows) if by_rows else last}}
    body: Doc = {"data": rows, "meta": meta}
    style = switches.gtm_links_style
    if style != "absent":
        mark = "uri=" if style == "uri=" else ""
        base = mark + request.path.removeprefix(PREFIX)
        targets = {"first": 1, "last": last, "prev": number - 1, "next": number + 1}
        body["links"] = {
            name: f"{base}?page[number]={target}&page[size]={size}"
            for name, target in targets.items()
            if 1 <= target <= last
        }
    return Response(200, body, {}, MEDIA_TYPE)


def enriched(row: EnrichRow, entity: Entity, kind: str, found: Mapping[str, Any] | None) -> Doc:
    """Return the resource of an enrich call's outcome.

    Args:
        row: The outcome.
        entity: What was asked for; a match of something else has no id.
        kind: Type of the resource.
        found: Its attributes, `id` among them or not; None when nothing is handed out.
    """
    meta: Doc = {"matchStatus": row.match.status, "input": row.given}
    if row.match.warnings:
        meta["warnings"] = [
            {"code": "INVALID_INPUT", "message": warning.message, "fields": list(warning.fields)}
            for warning in row.match.warnings
        ]
    if found is None:
        return {"id": "0", "type": "NoMatch", "meta": meta}
    attributes = {key: value for key, value in found.items() if key != "id"}
    # A match of the company alone names no person.
    key = row.match.id if row.match.entity == entity else 0
    return {"id": str(key), "type": kind, "attributes": attributes, "meta": meta}


def unpaged(rows: list[Doc]) -> Response:
    """Return a list that knows no pages, with all its rows."""
    return Response(200, {"data": rows, "meta": {"totalResults": len(rows)}}, {}, MEDIA_TYPE)
