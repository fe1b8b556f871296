"""Intent, scoops and news as the GTM API spells them."""

from collections.abc import Callable, Set
from dataclasses import replace
from typing import Any, TypeAlias

from . import jsonapi
from .http import Request, Response
from .query import Rules
from .records import Doc, iso, iso_date
from .service import Service
from .signal_rows import IntentRow, Person, ScoopRow
from .signal_service import Row, SignalService
from .signal_tables import GTM_ROUTES, Kind, Operation
from .state import Token

Handler: TypeAlias = Callable[[Request, Token], Response]


class GtmSignals:
    """The six endpoints.

    Args:
        service: The simulated ZoomInfo.
        rules: Search rules of the generation.
    """

    def __init__(self, service: Service, rules: Rules) -> None:
        self._service = service
        self._signals = SignalService(service)
        self._rules = rules

    def routes(self) -> dict[str, tuple[str, Handler]]:
        """Return scope and handler by path."""
        return {path: (scope, self._handler(kind, operation)) for path, (kind, operation, scope) in GTM_ROUTES.items()}

    def _handler(self, kind: Kind, operation: Operation) -> Handler:
        return lambda request, token: self._answer(request, token, kind, operation)

    def _answer(self, request: Request, token: Token, kind: Kind, operation: Operation) -> Response:
        attributes = jsonapi.attributes(request, f"{kind.capitalize()}{operation.capitalize()}")
        ask = self._signals.read(token.account, kind, operation, "gtm", attributes, self._rules)
        page = jsonapi.paging(request)
        order = self._signals.order(kind, operation, "gtm", request.query.get("sort", ""))
        ask = replace(ask, query=replace(ask.query, order=order))
        if operation == "search":
            answer = self._signals.search(token.account, ask, *page)
        else:
            answer = self._signals.enrich(token.account, "gtm", ask, *page)
        denied = self._service.plan(token.account).disallowed_fields
        rows = [
            {**resource, "attributes": without(resource["attributes"], denied)}
            for resource in (_resource(row, operation) for row in answer.rows)
        ]
        return jsonapi.listed(request, rows, answer.total, page, self._service.switches)


def without(row: Doc, denied: Set[str]) -> Doc:
    """Return a row without the fields that a plan lacks; `companyName` stands for `name` of the company."""
    if not denied:
        return row
    kept = {name: value for name, value in row.items() if name not in denied}
    company = kept.get("company")
    if isinstance(company, dict):
        members: Doc = company  # pyright: ignore[reportUnknownVariableType]
        kept["company"] = {
            name: value for name, value in members.items() if f"company{name[0].upper()}{name[1:]}" not in denied
        }
    return kept


def _resource(row: Row, operation: Operation) -> Doc:
    if isinstance(row, IntentRow):
        # The examples name a signal by its hash in a search, and by its company in an enrich.
        company = str(row.company.id)
        key = company if operation == "enrich" else f"{row.key}#{company}#{iso_date(row.at).replace('-', '')}"
        return {"id": key, "type": "Intent", "attributes": _intent(row, operation)}
    if isinstance(row, ScoopRow):
        return {"id": str(row.id), "type": "Scoop", "attributes": _scoop(row)}
    attributes: Doc = {
        "domain": row.domain,
        "title": row.title,
        "url": row.url,
        "imageUrl": row.image,
        "pageDate": iso(row.at),
        "categories": row.categories,
        "description": row.description,
        "company": [{"id": row.company.id, "name": row.company.name}],
    }
    return {"id": str(row.id), "type": "News", "attributes": jsonapi.filled(attributes)}


def _intent(row: IntentRow, operation: Operation) -> Doc:
    attributes: Doc = {
        "category": row.category,
        "topic": row.topic,
        "signalScore": row.score,
        "audienceStrength": row.strength,
        "signalDate": iso(row.at),
        "company": {
            "id": str(row.company.id),
            "name": row.company.name,
            "website": f"www.{row.company.domain}",
            "hasOtherTopicConsumption": row.other_topics,
        },
        "recommendedContacts": [_recommended(person, row.company.name) for person in row.people],
        "spikesInDateRange": row.spikes,
    }
    if operation == "enrich":
        attributes["topSignalLocations"] = row.locations
    return _present(attributes)


def _recommended(person: Person, company: str) -> Doc:
    return {
        "id": str(person.id),
        "firstName": person.first,
        "lastName": person.last,
        "jobTitle": person.title,
        "companyName": company,
        "jobFunctions": [person.function],
    }


def _scoop(row: ScoopRow) -> Doc:
    return _present({
        "id": str(row.id),
        "publishedDate": iso(row.published),
        "originalPublishedDate": iso(row.original),
        "linkText": row.link_text,
        "link": row.link,
        "description": row.description,
        "topics": [{"id": key, "topic": name} for key, name in row.topics],
        "updateText": row.update,
        "types": [{"id": key, "type": name} for key, name in row.types],
        "company": {"id": str(row.company.id), "name": row.company.name},
        "contacts": [
            {
                "id": person.id,
                "firstName": person.first,
                "lastName": person.last,
                "jobTitle": person.title,
                "jobFunction": [person.function],
            }
            for person in row.people
        ],
    })  # fmt: skip


def _present(attributes: dict[str, Any]) -> Doc:
    """Leave out what is empty, as GTM does."""
    return {name: value for name, value in jsonapi.filled(attributes).items() if value != []}
