"""`all: true` on a search: every page in one answer, and how to read a set that is over ZoomInfo's window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import fail
from .spec import Arguments, Call, Schema, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..account.walking import Part, Split, Walked
    from ..zoominfo.operations import Subject

ARGUMENTS: dict[str, Schema] = {
    "all": {"type": "boolean", "description": "Read every page, up to maxRows."},
    "maxRows": whole("With all.", 1, 10_000, 1_000),
}


async def read_all(
    subject: Subject, call: Call, filters: Mapping[str, object], arguments: Arguments
) -> tuple[Walked, dict[str, Any], list[str]]:
    """Read a search whole.

    Args:
        subject: what is searched.
        call: who asks, and on what.
        filters: of the search.
        arguments: of the tool.

    Returns:
        What was read, what ``meta`` says of it, and warnings.

    Raises:
        InvalidArgument: a page is asked for as well.
        SalesZoomInfoError: what the gate refused, such as a set that is out of reach.
    """
    for name in ("page", "pageSize"):
        if arguments.get(name) is not None:
            reason = "all reads every page."
            raise fail("filters_together", first="all", second=name, reason=reason, details={"field": name})
    account = await call.runtime.account()
    walked = await account.walk(
        subject,
        filters,
        caller=call.caller,
        max_rows=arguments.get("maxRows"),
        sort=arguments.get("sort"),
        progress=call.progress,
    )
    meta: dict[str, Any] = {
        "totalResults": walked.total,
        "read": len(walked.rows),
        "complete": walked.complete,
        "calls": walked.calls,
        "records": walked.records or None,
        "resolved": walked.resolved,
        "split": _split(walked.split),
    }
    return walked, meta, [*walked.warnings, *_left_out(walked)]


def refuse_alone(arguments: Arguments) -> None:
    """Refuse ``maxRows`` without ``all``.

    Raises:
        InvalidArgument: it is given.
    """
    if arguments.get("maxRows") is not None:
        raise fail("filter_needs", name="maxRows", other="all: true", details={"field": "maxRows"})


def _split(split: Split | None) -> dict[str, Any] | None:
    if split is None:
        return None
    told: dict[str, Any] = {"parts": [_part(part) for part in split.parts], "fits": split.fits}
    if split.others:
        told["others"] = [_part(part) for part in split.others]
    return {**told, "calls": split.calls}


def _part(part: Part) -> dict[str, Any]:
    return {"filters": part.filters, "totalResults": part.total}


def _left_out(walked: Walked) -> list[str]:
    if walked.complete:
        return []
    have = f"{walked.total:,} records match and the first {len(walked.rows):,} are here."
    if walked.total <= walked.widest:
        return [f"{have} maxRows {walked.total} reads them all, in {-(-walked.total // 100):,} calls."]
    split = walked.split
    window = f"{have} ZoomInfo lets one read {walked.widest:,} of a search."
    if split is None or not (split.parts or split.others):
        return [f"{window} Narrow it by more filters and read each part."]
    if split.fits:
        known = sum(part.total for part in split.parts)
        rest = walked.total - known
        left = f" {rest:,} records have no such value and are in none of them." if rest > 0 else ""
        count = f"{len(split.parts)} parts that can each be read"
        return [f"{window} meta.split cuts it into {count}: add a part's filters.{left}"]
    return [f"{window} meta.split shows how far some filters cut it; combine them, or add others, and read each part."]
