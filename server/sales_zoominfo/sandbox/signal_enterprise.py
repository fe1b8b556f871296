"""Intent, scoops and news as the Enterprise API spells them."""

from collections.abc import Callable, Set
from dataclasses import replace
from typing import Any, Final, TypeAlias

from . import fields, flatjson, taxonomies
from .derived import uuid_of
from .http import Request, Response
from .query import Rules
from .records import Doc, iso, us_stamp
from .refusal import Refusal
from .service import Service
from .signal_gtm import without
from .signal_rows import IntentRow, NewsRow, Person, ScoopRow
from .signal_service import Row, SignalService
from .signal_tables import ENTERPRISE_ROUTES, FIELD_LOOKUPS, OUTPUTS, PAGING, Kind, Operation

Handler: TypeAlias = Callable[[Request, str], Response]
_ASCENDING: Final = {"asc": True, "ascending": True, "desc": False, "descending": False}
_USUAL_ARTICLES: Final = 10


class EnterpriseSignals:
    """The six endpoints and their field lookups.

    Args:
        service: The simulated ZoomInfo.
        rules: Search rules of the generation.
    """

    def __init__(self, service: Service, rules: Rules) -> None:
        self._service = service
        self._signals = SignalService(service)
        self._rules = rules

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return handlers by method and path."""
        posts = {("POST", path): self._handler(kind, operation)
                 for path, (kind, operation) in ENTERPRISE_ROUTES.items()}  # fmt: skip
        return posts | {("GET", path): self._fields for path in FIELD_LOOKUPS}

    def _handler(self, kind: Kind, operation: Operation) -> Handler:
        return lambda request, account: self._answer(request, account, kind, operation)

    def _fields(self, request: Request, account: str) -> Response:
        kind, operation, side = FIELD_LOOKUPS[request.path]
        return flatjson.answered(200, fields.signal_fields(kind, operation, side, "enterprise", self._service, account))

    def _answer(self, request: Request, account: str, kind: Kind, operation: Operation) -> Response:
        body = flatjson.body_of(request)
        denied = self._service.plan(account).disallowed_fields
        shown = _shown(kind, body.pop("outputFields", None), denied) if operation == "search" else None
        paging = {key: body.pop(key, None) for key in PAGING[kind, operation]}
        ask = self._signals.read(account, kind, operation, "enterprise", body, self._rules)
        if (kind, operation) == ("news", "enrich") and paging["limit"] in (None, ""):
            paging["limit"] = _USUAL_ARTICLES
        window = self._service.switches.enterprise_window
        page = flatjson.paged(paging, window, "limit" if "limit" in paging else "rpp")
        order = self._signals.order(kind, operation, "enterprise", _sorting(paging))
        ask = replace(ask, query=replace(ask.query, order=order))
        if operation == "search":
            answer = self._signals.search(account, ask, *page)
        else:
            answer = self._signals.enrich(account, "enterprise", ask, *page)
        rows = [without(_row(row, operation), denied) for row in answer.rows]
        rows = [_picked(row, shown) for row in rows] if shown is not None else rows
        return flatjson.listed(rows, answer.total, page[0])


def _shown(kind: Kind, names: Any, denied: Set[str]) -> frozenset[str] | None:
    """Return the row fields that a search asks for, or None for the usual ones."""
    if names is None:
        return None
    if not isinstance(names, list):
        raise Refusal("unknown_output", "outputFields")
    wanted = [str(name) for name in names]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    wrong = [name for name in wanted if name not in OUTPUTS[kind, "search", "enterprise"] or name in denied]
    if wrong:
        raise Refusal("unknown_output", *wrong)
    return frozenset(wanted)


def _picked(row: Doc, names: frozenset[str]) -> Doc:
    kept = {name: value for name, value in row.items() if name in names}
    inside = {name for name in names if name.startswith("company")}
    if not inside:
        return kept
    company: Doc | list[Doc] = row["company"]
    if isinstance(company, list):
        return kept | {"company": [_members(one, inside) for one in company]}
    return kept | {"company": _members(company, inside)}


def _members(company: Doc, names: Set[str]) -> Doc:
    return {name: value for name, value in company.items() if f"company{name[0].upper()}{name[1:]}" in names}


def _sorting(paging: dict[str, Any]) -> str:
    field, way = paging.get("sortBy"), str(paging.get("sortOrder") or "descending").lower()
    if way not in _ASCENDING:
        raise Refusal("bad_sort", "sortOrder")
    if field in (None, ""):
        return ""
    if not isinstance(field, str) or field.startswith("-"):
        raise Refusal("bad_sort", "sortBy")
    return field if _ASCENDING[way] else f"-{field}"


def _row(row: Row, operation: Operation) -> Doc:
    if isinstance(row, IntentRow):
        return _intent(row, operation)
    return _scoop(row) if isinstance(row, ScoopRow) else _article(row, operation)


def _intent(row: IntentRow, operation: Operation) -> Doc:
    found: Doc = {
        "id": uuid_of("intent", row.key),
        "category": row.category,
        "topic": row.topic,
        "signalScore": row.score,
        "audienceStrength": row.strength,
        "newSignal": row.new,
        "signalDate": us_stamp(row.at),
        "trend": row.trend,
        "recommendedContacts": [_person(person) for person in row.people],
        "company": {
            "id": row.company.id,
            "name": row.company.name,
            "website": f"www.{row.company.domain}",
            "hasOtherTopicConsumption": row.other_topics,
        },
    }
    return found | {"topSignalLocations": row.locations} if operation == "enrich" else found


def _scoop(row: ScoopRow) -> Doc:
    return {
        "id": row.id,
        "publishedDate": us_stamp(row.published),
        "originalPublishedDate": us_stamp(row.original),
        "linkText": row.link_text,
        "link": row.link,
        "description": row.description,
        "topics": [{"id": int(key), "topic": name} for key, name in row.topics],
        "updateText": row.update,
        "types": [{"id": int(key), "type": name} for key, name in row.types],
        "contacts": [_person(person) for person in row.people],
        "company": {"id": row.company.id, "name": row.company.name},
    }


def _article(row: NewsRow, operation: Operation) -> Doc:
    wrong = taxonomies.MISSPELT_MERGER
    found: Doc = {"domain": row.domain, "title": row.title, "url": row.url}
    if row.image:
        found["imageUrl"] = row.image
    # Categories are spelt as the lookup of this generation spells them.
    found["pageDate"] = iso(row.at)
    found["categories"] = [wrong if name.startswith("MERGER") else name for name in row.categories]
    if operation == "enrich":
        found["description"] = row.description
    return found | {"company": [{"id": row.company.id, "name": row.company.name}]}


def _person(person: Person) -> Doc:
    return {
        "id": person.id,
        "firstName": person.first,
        "lastName": person.last,
        "jobTitle": person.title,
        "jobFunction": [person.function],
    }
