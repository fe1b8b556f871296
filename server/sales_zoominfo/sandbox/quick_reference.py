"""The paths of the published quick reference that the Enterprise API itself does not serve.

Published, not attested by the service: nothing here has been seen in an answer of ZoomInfo. The shapes are those that
the quick reference and its companion name; where they name none, the nearest one of the Enterprise API stands in. The
switch `quick_reference` turns the paths on; without it they are unknown, as at the real service.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

from .bulk import Bulk
from .criteria import day_of
from .derived import draw
from .encoding import DAY
from .flatjson import answered, body_of, listed, paged
from .http import Request, Response
from .model import Entity
from .records import Doc, iso
from .refusal import Refusal
from .service import OUTPUTS, EnrichRequest, Service
from .state import digest

Handler: TypeAlias = Callable[[Request, str], Response]

WEBSIGHTS: Final = "/websights/search"
PATHS: Final = frozenset(
    {
        ("GET", "/lookup/contact/{personId}"),
        ("GET", "/lookup/company/{companyId}"),
        ("POST", "/bulk/enrich"),
        ("GET", "/usage"),
        ("POST", WEBSIGHTS),
        ("POST", "/compliance/optout"),
    }
)
_RECORD: Final = re.compile(r"/lookup/(contact|company)/(-?\d{1,19})")
_KEYS: Final[dict[Entity, str]] = {"contact": "personId", "company": "companyId"}
_INPUTS: Final[dict[str, tuple[Entity, str]]] = {
    "contact": ("contact", "matchPersonInput"),
    "company": ("company", "matchCompanyInput"),
}
_ACTIONS: Final = ("add", "remove", "check")
_DEFAULT_DAYS: Final = 30
_MOST_DAYS: Final = 90
_BLOCK: Final = 28


class Unknown(Exception):
    """There is no record of this id."""


class QuickReference:
    """Answers the requests of the quick reference.

    Args:
        service: The simulated ZoomInfo.
        bulk: Takes bulk jobs.
    """

    def __init__(self, service: Service, bulk: Bulk) -> None:
        self._service = service
        self._bulk = bulk
        self._db = service.state.db
        self._routes: dict[tuple[str, str], Handler] = {
            ("POST", "/bulk/enrich"): self._submit,
            ("GET", "/usage"): self._usage,
            ("POST", WEBSIGHTS): self._visits,
            ("POST", "/compliance/optout"): self._opt_out,
        }

    def route(self, method: str, path: str) -> Handler | None:
        """Return what answers a request; None for one that is not served, as all are unless the switch is on."""
        if not self._service.switches.quick_reference:
            return None
        if method == "GET" and _RECORD.fullmatch(path):
            return self._record
        return self._routes.get((method, path))

    def _record(self, request: Request, account: str) -> Response:
        found = _RECORD.fullmatch(request.path)
        if found is None:
            raise Unknown
        entity: Entity = "contact" if found[1] == "contact" else "company"
        denied = self._service.plan(account).disallowed_fields
        names = [name for name in OUTPUTS[entity] if name not in denied
                 and self._service.has_output(account, entity, "enterprise", name)]  # fmt: skip
        call = EnrichRequest(entity, "enterprise", [{_KEYS[entity]: int(found[2])}], names, [])
        (row,) = self._service.enrich(account, call)
        if row.match.status == "LIMIT_EXCEEDED":
            raise Refusal("credits")
        if row.attributes is None:
            raise Unknown
        return answered(200, row.attributes)

    def _submit(self, request: Request, account: str) -> Response:
        body = body_of(request)
        # A callback is accepted and never called.
        _only(body, "inputType", "matchInput", "outputFields", "callbackUrl")
        kind = body.get("inputType")
        if kind in (None, ""):
            raise Refusal("missing", "inputType")
        if not isinstance(kind, str) or kind.lower() not in _INPUTS:
            raise Refusal("bad_value", "inputType", detail=f"accepted values are {', '.join(_INPUTS)}")
        entity, name = _INPUTS[kind.lower()]
        job = {name: body.get("matchInput"), "outputFields": body.get("outputFields")}
        return answered(200, self._bulk.enrich(account, entity, job))

    def _usage(self, _request: Request, account: str) -> Response:
        limit, used = self._service.limits(account)["uniqueIdLimit"]
        ends = self._service.plan(account).contract_ends
        year = datetime.fromtimestamp(self._service.clock(), UTC).year
        end = datetime(year, 12, 31, tzinfo=UTC) if ends is None else datetime.fromtimestamp(ends, UTC)
        return answered(
            200,
            {
                "creditsUsed": used,
                "creditsRemaining": max(0, limit - used),
                "creditLimit": limit,
                "billingPeriodEnd": end.strftime("%Y-%m-%d"),
            },
        )

    # --- Visits ------------------------------------------------------------------------------------------

    def _visits(self, request: Request, account: str) -> Response:
        body = body_of(request)
        _only(body, "startDate", "endDate", "page", "rpp")
        today = int(self._service.clock()) // DAY
        end = _day(body, "endDate", today)
        start = _day(body, "startDate", end - _DEFAULT_DAYS)
        if end < start:
            raise Refusal("bad_value", "startDate", "endDate", detail="the start lies after the end")
        if end - start > _MOST_DAYS:
            raise Refusal("bad_value", "startDate", detail=f"at most {_MOST_DAYS} days")
        page, size = paged(body, self._service.switches.enterprise_window)
        # Of today not everything has come in yet.
        found = self._visited(start, min(end, today - 1))
        shown = found[(page - 1) * size : page * size]
        if page > 1 and not shown:
            raise Refusal("past_end")
        docs = dict(self._service.company_rows([key for key, _ in shown]))
        rows = [{"company": _company(key, docs[key]), **_visit(key, days)} for key, days in shown]
        self._service.count_visitor(account, records=len(rows))
        return listed(rows, len(found), page)

    def _visited(self, start: int, end: int) -> list[tuple[int, list[int]]]:
        """Return the companies that visited between two days, the latest first, and on which days."""
        rows = self._service.connection.execute("SELECT DISTINCT company FROM network ORDER BY company").fetchall()
        found: list[tuple[int, list[int]]] = []
        for (key,) in rows:
            blocks = range(start // _BLOCK, end // _BLOCK + 1)
            days = [day for block in blocks for day in _days_of(key, block) if start <= day <= end]
            if days:
                found.append((key, days))
        return sorted(found, key=lambda item: (-item[1][-1], item[0]))

    # --- Opt-outs ----------------------------------------------------------------------------------------

    def _opt_out(self, request: Request, account: str) -> Response:
        body = body_of(request)
        _only(body, "emailAddress", "action")
        address, action = body.get("emailAddress"), body.get("action")
        missing = [name for name, value in (("emailAddress", address), ("action", action)) if value in (None, "")]
        if missing:
            raise Refusal("missing", *missing)
        if not isinstance(address, str) or not re.fullmatch(r"\s*[^@\s]+@[^@\s]+\s*", address):
            raise Refusal("bad_value", "emailAddress", detail="not an email address")
        if action not in _ACTIONS:
            raise Refusal("bad_value", "action", detail=f"accepted values are {', '.join(_ACTIONS)}")
        key = digest(address.strip().lower())
        if action == "add":
            sql = "INSERT OR IGNORE INTO opt_out VALUES (?,?,?)"
            self._db.execute(sql, (account, key, self._service.clock()))
        elif action == "remove":
            self._db.execute("DELETE FROM opt_out WHERE account=? AND email=?", (account, key))
        held = self._db.execute("SELECT 1 FROM opt_out WHERE account=? AND email=?", (account, key)).fetchone()
        known = self._service.matcher.contact({"emailAddress": address.strip()}).status == "OPT_OUT"
        return answered(200, {"emailAddress": address.strip(), "action": action, "optedOut": bool(held) or known})


@lru_cache(maxsize=8192)
def _days_of(company: int, block: int) -> tuple[int, ...]:
    """Return the days of a block on which a company visits, about one in seven."""
    first = block * _BLOCK
    return tuple(first + day for day in range(_BLOCK) if draw(7, "visit", company, first + day) == 0)


def _only(body: Doc, *known: str) -> None:
    unknown = [name for name in body if name not in known]
    if unknown:
        raise Refusal("unknown_filter", *unknown)


def _day(body: Doc, name: str, default: int) -> int:
    value: Any = body.get(name)
    if value in (None, ""):
        return default
    day = day_of(value) if isinstance(value, str) else None
    if day is None:
        raise Refusal("bad_value", name, detail="dates are YYYY-MM-DD")
    return day // DAY


def _company(key: int, doc: Doc) -> Doc:
    return {"id": key, "name": doc["name"], "website": f"www.{doc['domain']}"}


def _visit(key: int, days: list[int]) -> Doc:
    sessions = [1 + draw(3, "sessions", key, day) for day in days]
    pages = sum(number * (1 + draw(6, "pages", key, day)) for number, day in zip(sessions, days, strict=True))
    first, last = (day * DAY + draw(DAY, "time", key, day) for day in (days[0], days[-1]))
    return {
        "pagesViewed": pages,
        "sessions": sum(sessions),
        # Seconds.
        "timeOnSite": pages * (20 + draw(60, "pace", key)),
        "firstVisit": iso(first),
        "lastVisit": iso(last),
    }
