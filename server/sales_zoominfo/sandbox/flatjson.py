"""Flat JSON as the Enterprise API speaks it: bodies, pages, echoes."""

from typing import Any

from .http import Request, Response
from .matching import Input
from .records import Doc
from .refusal import Reason, Refusal


def answered(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(status, body, dict(headers or {}), "application/json;charset=utf-8")


def body_of(request: Request) -> dict[str, Any]:
    try:
        body: Any = request.json()
    except ValueError:
        raise Refusal("malformed") from None
    if not isinstance(body, dict):
        raise Refusal("malformed")
    return dict(body)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def whole(value: Any, default: int, reason: Reason) -> int:
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        raise Refusal(reason)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Refusal(reason) from None


def lowered(given: Input) -> Doc:
    return {key.lower(): value.lower() if isinstance(value, str) else value for key, value in given.items()}


def paged(paging: dict[str, Any], window: int, size_name: str = "rpp") -> tuple[int, int]:
    """Return page and size of a list; raises Refusal.

    Args:
        paging: `page` and the size, as sent; absent ones have their defaults.
        window: Records reachable by paging.
        size_name: What the size is called.
    """
    page = whole(paging.get("page"), 1, "page_not_number")
    size = whole(paging.get(size_name), 25, "size_not_number")
    if size > 100:
        raise Refusal("size_too_high")
    if page < 1:
        raise Refusal("page_too_low")
    if size < 1:
        raise Refusal("size_not_number")
    if page * size > window:
        raise Refusal("window")
    return page, size


def listed(rows: list[Doc], total: int, page: int = 1) -> Response:
    """Return a list. The names are the wire's: maxResults is the number of hits, totalResults that of the rows here."""
    return answered(200, {"maxResults": total, "totalResults": len(rows), "currentPage": page, "data": rows})
