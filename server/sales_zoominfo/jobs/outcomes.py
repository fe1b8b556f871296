"""What a batch came to: of each record its status, and a few words why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from ..account.match_key import ID_FIELD
from ..account.privacy import SUPPRESSED
from ..account.purchase import LIMIT_EXCEEDED, UNKNOWN, UNSENT
from ..errors import SalesZoomInfoError, fail
from ..zoominfo.records import SEVERAL
from .report_advice import ELSEWHERE, OTHER_PERSON
from .somebody import somebody_else
from .spool import Result

if TYPE_CHECKING:
    from ..account.spending import Enriched
    from ..zoominfo.operations import Entity
    from ..zoominfo.records import Match, Row
    from .model import Order
    from .spool import Unit

_MISSES = {
    "OPT_OUT": "opted_out",
    SUPPRESSED.status: "suppressed",
    "INVALID_INPUT": "invalid",
    "SERVICE_ERROR": "failed",
}

# What the output says of an answer, as the enrich tools say it.
MOVED = "the person is known, but not at this company"
OTHER = "the person found has another name than the row"


class Sent(NamedTuple):
    """What a sending came to.

    Attributes:
        results: of all records of the batch.
        spent: credits that count for it.
        error: what ended it.
    """

    results: list[Result | None]
    spent: int = 0
    error: SalesZoomInfoError | None = None


def searched_for(ids: Sequence[str], total: int) -> Result:
    """What a search came to that has not found one record alone."""
    if not ids:
        return Result("no_match", "NO_MATCH", "", {})
    more = f" of {total}" if total > len(ids) else ""
    return Result("ambiguous", f"candidates: {', '.join(ids)}{more}", "", {"candidates": list(ids)})


def all_held(results: list[Result | None], wanted: Sequence[int], why: str) -> Sent:
    """What it comes to when some records are left alone."""
    return Sent(_all(results, wanted, Result("held", why, "", {})))


def all_failed(results: list[Result | None], wanted: Sequence[int], why: str) -> Sent:
    """What it comes to when some records are given up."""
    return Sent(_all(results, wanted, Result("failed", why, "", {})))


def _all(results: list[Result | None], wanted: Sequence[int], result: Result) -> list[Result | None]:
    return [result if index in wanted else each for index, each in enumerate(results)]


def read_matches(
    results: list[Result | None],
    wanted: Sequence[int],
    found: Enriched,
    order: Order,
    units: Sequence[Unit] | None = None,
) -> Sent:
    """What ZoomInfo answered to some records of a batch.

    Args:
        results: of all records of the batch; those that ended get theirs.
        wanted: which were asked for.
        found: the answer, in that order.
        order: of the job.
        units: all records of the batch, for the names in their rows; None where what was asked for holds them.
    """
    hold, entity = order.request.hold, order.request.entity
    error: SalesZoomInfoError | None = None
    for index, asked, match in zip(wanted, found.inputs, found.matches, strict=True):
        if match.status == LIMIT_EXCEEDED:
            error = fail("credits_exhausted")
        elif match.status == UNKNOWN.status:
            results[index] = Result("held", "no answer came", "", {}) if hold else None
            error = error or fail("reservation_lapsed")
        elif match.status == UNSENT.status:
            error = error or fail("reservation_lapsed")
        else:
            results[index] = _result(match, entity, asked if units is None else units[index].input)
    return Sent(results, found.credits.spent, error)


def _result(match: Match, entity: Entity, asked: Mapping[str, object]) -> Result:
    if match.status == SEVERAL:
        candidates = cast("Sequence[Row]", match.row.get("candidates", ()))
        ids = [str(each[ID_FIELD[entity]]) for each in candidates if ID_FIELD[entity] in each]
        return Result("ambiguous", f"candidates: {', '.join(ids)}", match.status, {"candidates": ids})
    # Where only a person's company is known, the person was not found.
    if match.matched and (match.record_id is not None or entity == "company"):
        if match.record_id is not None and entity == "contact" and somebody_else(asked, match.row):
            # Somebody who shares the number or the address: paid for, and nothing of it belongs into the row.
            candidates = [match.record_id]
            return Result(
                "ambiguous", f"candidates: {match.record_id}; {OTHER}", OTHER_PERSON, {"candidates": candidates}
            )
        moved = [MOVED] if match.status == ELSEWHERE else []
        return Result("enriched", "; ".join([*moved, *match.warnings]), match.status, match.row)
    status = _MISSES.get(match.status, "no_match")
    return Result(status, match.status, match.status, {})
