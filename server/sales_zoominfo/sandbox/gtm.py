"""Codec of the GTM API: OAuth 2.0, JSON:API, its two error shapes, its headers and its pagination."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Final

from . import fields, plans
from .contact_rows import ContactRow
from .copilot import Copilot
from .criteria import Criteria, parse
from .faults import Fault
from .http import Request, Response
from .jsonapi import MEDIA_TYPE, PREFIX
from .jsonapi import Stop as _Stop
from .jsonapi import attributes as _attributes
from .jsonapi import enriched as _enriched
from .jsonapi import errors as _errors
from .jsonapi import filled as _filled
from .jsonapi import gateway as _gateway
from .jsonapi import listed as _listed_page
from .jsonapi import paging as _paging
from .jsonapi import refused as refused
from .matching import read_inputs
from .model import Entity
from .oauth import OAuth
from .query import Found, Rules
from .rates import Count, RateExceeded
from .records import Doc, country_name, iso
from .refusal import Refusal
from .service import EnrichRequest, Service
from .signal_gtm import GtmSignals
from .state import Token
from .structure import Structure
from .structure_gtm import GtmStructure
from .tables import (
    COMPANY_FILTERS,
    COMPANY_MATCH_INPUTS,
    CONTACT_FILTERS,
    CONTACT_MATCH_INPUTS,
    CONTACT_OUTPUTS,
    GTM_LOOKUPS,
)

RULES: Final = Rules(board_default="exclude", either_region=False, revenue_unit=1000, dotted_tags=False)
_TOKEN_BLANK: Final = (
    "The Authorization token is required and cannot be left blank. Please provide a valid token and try again."  # noqa: S105
)
_TOKEN_INVALID: Final = "The token provided is invalid. Please provide a valid token and try again."  # noqa: S105
_TOKEN_EXPIRED: Final = "Your session has expired. Please provide a valid token and try again."  # noqa: S105
_NO_ENDPOINT: Final = (
    "You do not have access to this endpoint. Please contact your ZoomInfo Account Manager for purchasing options."
)
_NO_API: Final = "You do not have permission to access the ZoomInfo API."
_LIMITED: Final = "You have exceeded the rate limit for this resource. Please try again later."
_SEARCH_FILTERS: Final = {"contact": CONTACT_FILTERS, "company": COMPANY_FILTERS}
_MATCH: Final = {
    "contact": ("matchPersonInput", CONTACT_MATCH_INPUTS),
    "company": ("matchCompanyInput", COMPANY_MATCH_INPUTS),
}
# Texts of a contact row; empty ones are left out.
_TEXTS: Final = ("firstName", "middleName", "lastName", "jobTitle", "managementLevel", "school")
_DEFAULT_SORT: Final = {"contact": "-relevance", "company": "-revenue"}


class GtmApi:
    """Answers requests below `/gtm`.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._oauth = OAuth(service)
        structure = Structure(service)
        self._posts: dict[str, tuple[str, Callable[[Request, Token], Response]]] = {
            "/data/v1/contacts/search": ("api:data:contact", self._search_contacts),
            "/data/v1/companies/search": ("api:data:company", self._search_companies),
            "/data/v1/contacts/enrich": ("api:data:contact", self._enrich_contacts),
            "/data/v1/companies/enrich": ("api:data:company", self._enrich_companies),
            **GtmStructure(service, structure).posts(),
            **GtmSignals(service, RULES).routes(),
        }
        self._copilot = Copilot(service, structure)
        self._gets: dict[str, Callable[[Request, Token], Response]] = {
            "/data/v1/users/usage": self._usage,
            "/data/v1/lookup/search": self._field_lookup,
            "/data/v1/lookup/enrich": self._field_lookup,
        }

    def failed(self, status: int) -> Response:
        """Return the answer to a failure that is not the request's fault."""
        if status == 429:
            return self._limited({"Retry-After": "1"})
        if status == 504:
            return _errors(504, "PFAPI0010", "Gateway Timeout Exception", [("Gateway Timeout Exception", None)])
        return _errors(status, "PFAPI0007", "Internal Server Error", [("Internal Server Error", None)])

    def faulted(self, fault: Fault, account: str) -> Response | None:
        """Return the refusal that a fault wants; None when it wants none.

        Args:
            fault: What goes wrong.
            account: Whose request it is; empty when nobody's.
        """
        match fault.exhausted:
            case "credits":
                return refused(Refusal("credits"))
            case "payment":
                return _errors(402, "PFAPI0011", "Payment Required", [("Credit Limit Reached", None)])
            case _:
                pass
        if fault.status != 429 or not fault.bucket or fault.bucket == "minute":
            return None
        now = self._service.clock()
        counts = self._service.windows(account, "gtm") if account else []
        length = {"second": 1, "hour": 3600, "day": 86_400}[fault.bucket]
        reset = now + (fault.wait or length)
        shown = [replace(count, remaining=0) if count.window.name == fault.bucket else count for count in counts]
        return self._full(shown, fault.bucket, reset)

    def answer(self, request: Request) -> Response:
        """Answer a request; errors are answers too."""
        path = request.path.removeprefix(PREFIX)
        oauth = self._oauth.answer(request)
        if oauth is not None:
            self._refuse("sign-in" if oauth.status >= 400 else "")
            return oauth
        try:
            scope, handle = self._route(request.method, path)
            token = self._authenticate(request)
            self._check_media_type(request)
            counts = self._admit(token)
        except _Stop as stop:
            return stop.response
        response = self._handled(request, path, token, scope, handle)
        response.headers.update(_rate_headers(counts))
        return response

    def _handled(
        self,
        request: Request,
        path: str,
        token: Token,
        scope: str | None,
        handle: Callable[[Request, Token], Response],
    ) -> Response:
        # Lookups and usage want any of the data scopes.
        if not (scope in token.scopes if scope else any(held.startswith("api:data:") for held in token.scopes)):
            self._refuse("scope")
            text = f"This application does not have the required scope to access the requested resource '{path}'."
            return _gateway(403, "ZI0002", text)
        if not self._service.covers(token.account, "gtm"):
            self._refuse("contract")
            return _gateway(403, "ZI0003", _NO_API)
        if plans.bars(self._service.plan(token.account), request.path, path):
            self._refuse("endpoint")
            return _gateway(403, "ZI0003", _NO_ENDPOINT)
        self._service.count_request(token.account)
        try:
            return handle(request, token)
        except Refusal as refusal:
            self._refuse(refusal.reason)
            return refused(refusal)
        except _Stop as stop:
            self._refuse("request")
            return stop.response

    def _refuse(self, check: str) -> None:
        self._service.trace.refused = check

    def _route(self, method: str, path: str) -> tuple[str | None, Callable[[Request, Token], Response]]:
        if method == "POST" and path in self._posts:
            return self._posts[path]
        if method == "GET":
            if path in self._gets:
                return None, self._gets[path]
            head, _, name = path.rpartition("/")
            if head == "/data/v1/lookup" and name:
                return None, self._lookup
        copilot = self._copilot.route(method, path)
        if copilot is not None:
            return copilot
        self._refuse("route")
        raise _Stop(_gateway(404, "ZI9998", f"No static resource {path.lstrip('/')}."))

    def _authenticate(self, request: Request) -> Token:
        bearer = request.bearer()
        self._refuse("token")
        if not bearer:
            raise _Stop(_gateway(401, "ZI0001", _TOKEN_BLANK))
        state, token = self._service.state.check_token(bearer, "gtm", self._service.clock())
        if state == "expired":
            raise _Stop(_gateway(401, "ZI0001", _TOKEN_EXPIRED, retryable=True))
        if token is None or token.account not in self._service.accounts:
            raise _Stop(_gateway(401, "ZI0001", _TOKEN_INVALID))
        self._refuse("")
        self._service.trace.account = token.account
        return token

    def _check_media_type(self, request: Request) -> None:
        if not self._service.switches.gtm_strict_accept:
            return
        accepted = MEDIA_TYPE in request.headers.get("accept", "")
        sent = request.method != "POST" or MEDIA_TYPE in request.headers.get("content-type", "")
        if not accepted or not sent:
            self._refuse("media type")
            raise _Stop(Response(406))

    def _admit(self, token: Token) -> list[Count]:
        try:
            return self._service.admit(token.account, "gtm")
        except RateExceeded as limit:
            self._refuse(f"rate: {limit.window.name}")
            raise _Stop(self._full(limit.counts, limit.window.name, limit.reset)) from None

    def _full(self, counts: list[Count], bucket: str, reset: float) -> Response:
        wait = max(1, ceil(reset - self._service.clock()))
        headers = _rate_headers(counts) | {
            "Retry-After": str(wait),
            "X-RateLimit-Rejected-Bucket": bucket,
            "X-RateLimit-Reset": str(ceil(reset)),
        }
        return self._limited(headers)

    def _limited(self, headers: dict[str, str]) -> Response:
        if self._service.switches.gtm_error_shape_429 == "gateway":
            return _gateway(429, "ZI0004", _LIMITED, retryable=True, headers=headers)
        response = _errors(429, "ZI0004", "Too Many Requests", [(_LIMITED, None)], _LIMITED)
        response.headers.update(headers)
        return response

    # --- Search ------------------------------------------------------------------------------------------

    def _search_contacts(self, request: Request, token: Token) -> Response:
        criteria, found, page = self._search(request, token, "contact")
        status = self._management(token, "contact", criteria, found)
        rows = [
            {
                "id": str(row.id),
                "type": "Contact",
                "attributes": _contact_attributes(row, status.get(row.id)),
            }
            for row in self._service.contact_rows(found.ids)
        ]
        return self._listed(request, rows, found, page)

    def _search_companies(self, request: Request, token: Token) -> Response:
        criteria, found, page = self._search(request, token, "company")
        status = self._management(token, "company", criteria, found)
        rows = [
            {
                "id": str(key),
                "type": "Company",
                "attributes": _filled(
                    {
                        "name": doc["name"],
                        "city": doc["city"],
                        "state": doc["state"],
                        "country": country_name(doc["country"]),
                        "revenue": str(doc["revenue"]),
                        "employeeCount": str(doc["employees"]),
                        "website": f"www.{doc['domain']}",
                        "logo": f"https://logos.sandbox.example/{doc['domain']}.png",
                        "managementStatus": status.get(key),
                    }
                ),
            }
            for key, doc in self._service.company_rows(found.ids)
        ]
        return self._listed(request, rows, found, page)

    def _management(self, token: Token, entity: Entity, criteria: Criteria, found: Found) -> dict[int, Doc]:
        if not criteria.get("underManagement"):
            return {}
        return self._service.management(token.account, entity, found.ids)

    def _search(self, request: Request, token: Token, entity: Entity) -> tuple[Criteria, Found, tuple[int, int]]:
        attributes = _attributes(request, f"{entity.capitalize()}Search")
        forbidden = self._service.plan(token.account).disallowed_filters
        criteria = parse(_SEARCH_FILTERS[entity], attributes, "gtm", forbidden=forbidden)
        if entity == "contact" and not criteria:
            raise Refusal("insufficient")
        page = _paging(request)
        order = request.query.get("sort") or _DEFAULT_SORT[entity]
        return criteria, self._service.search(entity, criteria, RULES, order, *page), page

    def _listed(self, request: Request, rows: list[Doc], found: Found, page: tuple[int, int]) -> Response:
        return _listed_page(request, rows, found.total, page, self._service.switches)

    # --- Enrich ------------------------------------------------------------------------------------------

    def _enrich_contacts(self, request: Request, token: Token) -> Response:
        return self._enrich(request, token, "contact")

    def _enrich_companies(self, request: Request, token: Token) -> Response:
        return self._enrich(request, token, "company")

    def _enrich(self, request: Request, token: Token, entity: Entity) -> Response:
        attributes = _attributes(request, f"{entity.capitalize()}Enrich")
        name, table = _MATCH[entity]
        known = {"outputFields", name, *(["requiredFields"] if entity == "contact" else [])}
        unknown = [key for key in attributes if key not in known]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        outputs = self._service.check_outputs(token.account, entity, "gtm", attributes.get("outputFields"))
        required = self._service.check_required(entity, attributes.get("requiredFields"))
        numeric = self._service.switches.gtm_numeric_string_ids == "accept"
        inputs = read_inputs(attributes.get(name), table, name, "gtm", numeric_strings=numeric)
        if entity == "contact" and any(CONTACT_OUTPUTS[key].path.startswith("company.") for key in outputs):
            outputs = list(dict.fromkeys([*outputs, "companyId"]))
        rows = self._service.enrich(token.account, EnrichRequest(entity, "gtm", inputs, outputs, required))
        data = [_enriched(row, entity, entity.capitalize(), row.attributes) for row in rows]
        return Response(200, {"data": data}, {}, MEDIA_TYPE)

    # --- Lookup and usage --------------------------------------------------------------------------------

    def _lookup(self, request: Request, token: Token) -> Response:
        name = request.path.rpartition("/")[2]
        kind = GTM_LOOKUPS.get(name)
        if kind is None:
            return _gateway(404, "ZI9998", f"No static resource data/v1/lookup/{name}.")
        filters = {
            key: request.query.get(f"filter[{key}]", "")
            for key in ("category", "parentCategory", "subCategory", "vendor")
        }
        rows = fields.lookup_rows(name, self._service.accounts[token.account], filters)
        data = [{"id": key, "type": kind, "attributes": attributes} for key, attributes in rows]
        return Response(200, {"data": data}, {}, MEDIA_TYPE)

    def _field_lookup(self, request: Request, token: Token) -> Response:
        operation = request.path.rpartition("/")[2]
        entity, side = request.query.get("filter[entity]"), request.query.get("filter[fieldType]")
        missing = [f"filter[{key}]" for key, value in (("entity", entity), ("fieldType", side)) if not value]
        if missing or not entity or not side:
            raise _Stop(_errors(400, "PFAPI0002", "Bad Request", [
                (f"Required request parameters are missing: {key}", {"parameter": key}) for key in missing
            ]))  # fmt: skip
        rows = fields.gtm_fields(entity, operation, side, self._service, token.account)
        if rows is None:
            key = "filter[entity]" if side in {"input", "output"} else "filter[fieldType]"
            text = f"Input parameter '{key}' is invalid - unknown value"
            raise _Stop(_errors(400, "PFAPI0006", "Invalid input parameter", [(text, {"parameter": key})]))
        kind = f"{fields.pascal(entity)}{operation.capitalize()}{side.capitalize()}"
        data = [{"id": row["fieldName"], "type": kind, "attributes": row} for row in rows]
        return Response(200, {"data": data}, {}, MEDIA_TYPE)

    def _usage(self, _request: Request, token: Token) -> Response:
        usage = [
            {
                "limitType": kind,
                "description": fields.LIMITS[kind],
                "totalLimit": limit,
                "currentUsage": used,
                "usageRemaining": max(0, limit - used),
            }
            for kind, (limit, used) in self._service.limits(token.account).items()
        ]
        data = [{"id": "1", "type": "UserUsage", "attributes": {"usage": usage}}]
        return Response(200, {"data": data}, {}, MEDIA_TYPE)


def _contact_attributes(row: ContactRow, status: Doc | None) -> Doc:
    found: Doc = {
        "firstName": row.first,
        "middleName": row.middle,
        "lastName": row.last,
        "jobTitle": row.title,
        "validDate": iso(row.valid),
        "lastUpdatedDate": iso(row.updated),
        "contactAccuracyScore": row.accuracy,
        "managementLevel": row.levels,
        "school": row.school,
        **row.flags,
    }
    for name in _TEXTS:
        if not found[name]:
            del found[name]
    if status is not None:
        found["managementStatus"] = status
    if row.company_id is not None:
        found["company"] = {"id": row.company_id, "name": row.company_name}
    return found


def _rate_headers(counts: list[Count]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for count in counts:
        name = count.window.name.capitalize()
        headers[f"X-RateLimit-Limit-{name}"] = str(count.window.limit)
        headers[f"X-RateLimit-Remaining-{name}"] = str(count.remaining)
        if name == "Second":
            # The two without a suffix are deprecated and go away on 2027-01-01.
            headers["X-RateLimit-Limit"] = str(count.window.limit)
            headers["X-RateLimit-Remaining"] = str(count.remaining)
    return headers
