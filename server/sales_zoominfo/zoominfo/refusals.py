"""What failed answers say: every documented refusal as one of our errors, without a word of the body.

Sources: ZoomInfo's published error pages (gateway codes ``ZI*``, product codes ``PFAPI*``), the Enterprise
documentation's list of messages, and integrators' reports for the shapes that neither documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeGuard

from ..errors import SalesZoomInfoError, fail
from .messages import Request
from .operations import LAST_PAGE, WINDOW

_CODE = re.compile(r"^(?:ZI|PFAPI)\d{4}$")
_NAME = re.compile(r"^[A-Za-z0-9_.]{1,64}$")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_.:-]{1,64}$")
# Only the documented texts that quote a field's name; any other quotation could be a value that somebody sent.
_QUOTED_NAMES = (
    re.compile(r"(?i)^disallowed field '([^']+)' requested in query"),
    re.compile(r"(?i)^invalid field '([^']+)' requested in query"),
    re.compile(r"(?i)^required request parameters are missing: (\S+?)\.?$"),
    re.compile(r"(?i)^input parameter '([^']+)' is invalid"),
    re.compile(r"(?i)^'([^']+)' cannot be greater than '([^']+)'"),
    re.compile(r"(?i)^invalid field requested: (\S+)$"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a failed answer says, without its words.

    Attributes:
        code: ``ZI*`` or ``PFAPI*``, None when there is none.
        oauth: the ``error`` of an OAuth answer, one of the codes of RFC 6749; else None.
        fields: names it complains about, made of letters, digits, dots and underscores.
        request_id: its correlation id when that is a plain identifier.
        parsed: it was JSON.
        text: the words, lower case, for matching only; kept out of ``repr``.
    """

    code: str | None = None
    oauth: str | None = None
    fields: tuple[str, ...] = ()
    request_id: str | None = None
    parsed: bool = False
    text: str = field(default="", repr=False)


_OAUTH_CODES = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)


def parse_problem(body: object) -> Problem:
    """Read the body of a failed answer, in any of the shapes that ZoomInfo uses.

    Args:
        body: parsed JSON; None (no JSON) gives an empty problem.

    Returns:
        Its code, the fields it names and its correlation id.
    """
    if not is_object(body):
        return Problem(parsed=body is not None)
    codes: list[str] = []
    texts: list[str] = []
    names: list[str] = []
    ids: list[object] = []
    oauth: str | None = None
    error = body.get("error")
    if is_object(error):  # gateway
        _collect(error.get("code"), codes)
        _collect(error.get("message"), texts)
        ids.append(error.get("requestId"))
    elif isinstance(error, str):  # Enterprise, or OAuth
        texts.append(error)
        oauth = error if error in _OAUTH_CODES else None
    for item in _items(body.get("errors")):  # validation
        if not is_object(item):
            continue
        _collect(item.get("code"), codes)
        _collect(item.get("detail"), texts)
        _collect(item.get("title"), texts)
        ids.append(item.get("id"))
        source = item.get("source")
        if is_object(source):
            names += [_plain(source[key]) for key in ("pointer", "parameter") if isinstance(source.get(key), str)]
    for key in ("detail", "message", "title"):
        _collect(body.get(key), texts)
    for key in ("invalidOutputFields", "invalidInputFields"):  # Enterprise
        names += [name for name in _items(body.get(key)) if isinstance(name, str)]
    names += [name for text in texts for pattern in _QUOTED_NAMES if (m := pattern.match(text)) for name in m.groups()]
    ids += [body.get("requestId"), body.get("errorId")]
    return Problem(
        code=next((code for code in codes if _CODE.match(code)), None),
        oauth=oauth,
        fields=tuple(dict.fromkeys(name for name in names if _NAME.match(name))),
        request_id=next((i for i in ids if isinstance(i, str) and _REQUEST_ID.match(i)), None),
        parsed=True,
        text="\n".join(texts).lower(),
    )


def _collect(value: object, into: list[str]) -> None:
    if isinstance(value, str):
        into.append(value)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether parsed JSON is an object."""
    return isinstance(value, dict)


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def _plain(pointer: str) -> str:
    """A JSON pointer or bracketed parameter as a dotted name."""
    name = pointer.removeprefix("/data/attributes/").removeprefix("/")
    return name.replace("/", ".").replace("[", ".").replace("]", "")


class _Row(NamedTuple):
    """A documented failure: its code or a piece of its text, and what it is for us (kind, reason)."""

    kind: str
    reason: str = ""
    code: str | None = None
    text: str | None = None


# First match wins: precise texts before their codes. Texts are compared in lower case.
_ROWS = (
    _Row("past_end", text="is greater than the available results"),
    _Row("past_window", text="page number cannot be greater than max value"),
    _Row("past_window", text="total record pagination is over max allowed value"),
    _Row("credits_exhausted", code="PFAPI0011"),
    _Row("credits_exhausted", text="exceeded the max limit to enrich new contacts or companies"),
    _Row("credits_exhausted", text="credit limit reached"),
    _Row("usage_limit", "request", text="used up all of your allowed request limit"),
    _Row("usage_limit", "record", text="used up all of your allowed record limit"),
    _Row("token_refused", code="ZI0001"),
    _Row("plan_endpoint", "access to the ZoomInfo API", text="permission to access the zoominfo api"),
    _Row("plan_endpoint", "access to the API for this user", text="no roles found for login"),
    _Row("plan_endpoint", code="ZI0002"),
    _Row("plan_endpoint", code="ZI0003"),
    _Row("plan_endpoint", text="you do not have access to"),
    _Row("plan_field", code="PFAPI0001"),
    _Row("plan_field", text="not allowed under your subscription"),
    _Row("upstream_no_route", code="ZI9998"),
    _Row("upstream_failed", code="PFAPI0007"),
    _Row("upstream_failed", code="PFAPI0010"),
    _Row("upstream_rejected", "a required parameter is missing", text="required request parameters are missing"),
    _Row("upstream_rejected", "no outputFields were sent", text="missing outputfields parameter"),
    _Row("upstream_rejected", "the page is not a number", text="page number (page) is not a number"),
    _Row("upstream_rejected", "the page size is not a number", text="results per page (rpp) is not a number"),
    _Row("upstream_rejected", "the page size is over 100", text="results per page (rpp) is over max"),
    _Row("upstream_rejected", "the results cannot be sorted by that field", text="parameter passed for sortby"),
    _Row("upstream_rejected", "the body is not valid JSON", text="malformed json"),
    _Row("upstream_rejected", "too little was given to go on", text="insufficient information for this request"),
    _Row("upstream_rejected", "a field is unknown or not in the plan", text="outputfields invalid or disallowed"),
    _Row("upstream_rejected", "a field is unknown or not in the plan", text="there are invalid fields"),
    _Row("upstream_rejected", "the lower bound is above the upper one", text="cannot be greater than"),
    _Row("upstream_rejected", "a field failed validation", code="PFAPI0002"),
    _Row("upstream_rejected", "the body or a field in it has the wrong form", code="PFAPI0003"),
    _Row("upstream_rejected", "too little was given to go on", code="PFAPI0004"),
    _Row("upstream_rejected", "ZoomInfo does not know the field here", code="PFAPI0005"),
    _Row("upstream_rejected", "the value is not a legal one", code="PFAPI0006"),
    _Row("upstream_rejected", "the value has the wrong type", code="PFAPI0008"),
    _Row("upstream_rejected", "a field is unknown or not in the plan", code="PFAPI0009"),
)

_BY_STATUS = {
    400: _Row("upstream_rejected", "it gave no reason that we know"),
    401: _Row("token_refused"),
    402: _Row("credits_exhausted"),
    403: _Row("plan_endpoint"),
    404: _Row("upstream_no_route"),
    405: _Row("upstream_no_route"),
    406: _Row("upstream_rejected", "the media type was refused, which a proxy on the way can cause"),
    413: _Row("upstream_rejected", "the request is too large"),
    415: _Row("upstream_rejected", "the media type was refused, which a proxy on the way can cause"),
    422: _Row("upstream_rejected", "what was given does not go together or is not enough"),
}


def refusal(request: Request, status: int, problem: Problem, headers: Mapping[str, str]) -> SalesZoomInfoError:
    """The error for an answer that refuses a request.

    Args:
        request: what was sent.
        status: HTTP status, 300 to 499.
        problem: its parsed body.
        headers: its headers.

    Returns:
        The exception; ``details`` has status, code, fields and requestId where known.
    """
    known = next((row for row in _ROWS if _matches(row, problem)), None)
    # A 404 for a thing that may be missing says so, whatever code of a rejection it carries.
    if known is not None and not (known.kind == "upstream_rejected" and _may_lack(request, status, problem)):
        row = known
    else:
        row = _by_status(request, status, problem)
    details = details_of(status, problem, headers)
    title = request.operation.title
    match row.kind:
        case "token_refused":
            name = "GTM" if request.generation == "gtm" else "Enterprise"
            return fail(row.kind, generation=name, details=details)
        case "plan_endpoint":
            return fail(row.kind, operation=row.reason or title, details=details)
        case "plan_field":
            return fail(row.kind, fields=_quoted(problem.fields) or "one of the fields asked for", details=details)
        case "credits_exhausted":
            return fail(row.kind, details=details)
        case "usage_limit":
            details |= {"budget": row.reason, "websights": "websights" in problem.text}
            return fail(row.kind, budget=row.reason, details=details)
        case "past_end" | "past_window":
            page, size = _page(request)
            # A page number above 100 is the same limit as seen through a smaller page.
            narrow = "page number cannot" in problem.text and isinstance(size, int)
            window = (
                LAST_PAGE[request.generation] * size if narrow and isinstance(size, int) else WINDOW[request.generation]
            )
            details |= {"page": page, "pageSize": size, "window": window}
            return fail(row.kind, page=page, size=size, window=window, details=details)
        case "upstream_failed":
            return fail(row.kind, status=status, operation=title, attempts="", details=details)
        case "upstream_rejected":
            names = _quoted(problem.fields)
            return fail(row.kind, field=f" at {names}" if names else "", reason=row.reason, details=details)
        case _:
            return fail(row.kind, operation=title, status=status, details=details)


def _matches(row: _Row, problem: Problem) -> bool:
    if row.code is not None:
        return row.code == problem.code
    return row.text is not None and row.text in problem.text


def _may_lack(request: Request, status: int, problem: Problem) -> bool:
    """Whether an answer tells that a thing is missing, and not that the address is wrong."""
    route = request.operation.route(request.generation)
    template = route.path if route is not None else ""
    if route is None or route.method != request.method:
        template = request.operation.quick_reference or ""
    # An id is part of the address or of the body, so the address may be right and the thing missing.
    return status == 404 and problem.parsed and ("{" in template or request.operation.may_lack)


def _by_status(request: Request, status: int, problem: Problem) -> _Row:
    if _may_lack(request, status, problem):
        return _Row("upstream_missing")
    if status == 403 and not problem.parsed:
        return _Row("upstream_blocked")
    if 300 <= status < 400:
        return _Row("upstream_no_route")
    return _BY_STATUS.get(status, _BY_STATUS[400])


def _quoted(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown


def _page(request: Request) -> tuple[int | str, int | str]:
    """Page and page size as they were sent; '?' where the request has none."""
    body: dict[str, Any] = request.json if is_object(request.json) else {}
    params = request.params or {}

    def number(*values: object) -> int | str:
        return next((int(str(value)) for value in values if value is not None and str(value).isdecimal()), "?")

    return (
        number(params.get("page[number]"), params.get("page"), body.get("page")),
        number(params.get("page[size]"), params.get("rpp"), body.get("rpp")),
    )


def details_of(status: int, problem: Problem, headers: Mapping[str, str]) -> dict[str, object]:
    details: dict[str, object] = {"status": status}
    if problem.code is not None:
        details["code"] = problem.code
    if problem.fields:
        details["fields"] = list(problem.fields)
    header_id = headers.get("x-request-id", "")
    request_id = problem.request_id or (header_id if _REQUEST_ID.match(header_id) else None)
    if request_id is not None:
        details["requestId"] = request_id
    return details
