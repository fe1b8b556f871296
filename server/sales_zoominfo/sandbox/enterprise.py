"""Codec of the Enterprise API: JWT sign-in, flat JSON, its messages, its headers and its pagination."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Set
from dataclasses import replace
from math import ceil
from typing import Any, Final

from . import company_master, compliance, fields, keys, plans, quick_reference, taxonomies, visitors
from .bulk import Bulk
from .company_master import CompanyMaster
from .contact_rows import ContactRow
from .criteria import parse
from .faults import Fault
from .flatjson import answered as _json
from .flatjson import body_of as _body
from .flatjson import lowered as _lowered
from .flatjson import paged
from .http import Request, Response
from .matching import read_inputs
from .model import Entity, SandboxAccount, SandboxUser
from .query import Rules
from .quick_reference import QuickReference, Unknown
from .rates import Count, RateExceeded, Window
from .records import Doc, us_stamp
from .refusal import Reason, Refusal
from .service import EnrichRequest, EnrichRow, Service
from .signal_enterprise import EnterpriseSignals
from .structure import Structure
from .structure_enterprise import EnterpriseStructure
from .tables import (
    COMPANY_FILTERS,
    COMPANY_MATCH_INPUTS,
    COMPANY_SEARCH_OUTPUTS,
    CONTACT_FILTERS,
    CONTACT_MATCH_INPUTS,
    CONTACT_OUTPUTS,
    CONTACT_SEARCH_OUTPUTS,
    ENTERPRISE_LOOKUPS,
    ENTERPRISE_PAGING,
)
from .visitors import Visitors
from .webhooks import PATH as WEBHOOKS
from .webhooks import Gone, Webhooks

AUDIENCE: Final = "enterprise_api"
_FAILED: Final = "Authentication failed"
_BAD_ASSERTION: Final = "Error getting jwt info"
_NO_API: Final = "You do not have permission to access the ZoomInfo API"
_USED_UP: Final = "You have used up all of your allowed {} limit"
_LIMITED: Final = "You have exceeded your API query rate limit. Please decrease the frequency of your API requests"
_FILTERS: Final = {"contact": CONTACT_FILTERS, "company": COMPANY_FILTERS}
_SEARCH_OUTPUTS: Final = {"contact": CONTACT_SEARCH_OUTPUTS, "company": COMPANY_SEARCH_OUTPUTS}
_MATCH: Final = {
    "contact": ("matchPersonInput", CONTACT_MATCH_INPUTS),
    "company": ("matchCompanyInput", COMPANY_MATCH_INPUTS),
}
_DEFAULT_SORT: Final = {"contact": "relevance", "company": "revenue"}
_ASCENDING: Final = {"asc": True, "ascending": True, "desc": False, "descending": False}

_TEXTS: Final[dict[Reason, tuple[int, str]]] = {
    "malformed": (400, "Request body has malformed JSON"),
    "missing": (400, "There is insufficient information for this request"),
    "insufficient": (400, "There is insufficient information for this request"),
    "one_of": (400, "There is insufficient information for this request"),
    "no_outputs": (400, "Missing outputFields parameter"),
    "unknown_filter": (400, "There are invalid fields in your request."),
    "wrong_type": (400, "There are invalid fields in your request."),
    "bad_value": (400, "There are invalid fields in your request."),
    "swapped": (400, "There are invalid fields in your request."),
    "unknown_output": (400, "OutputFields invalid or disallowed."),
    "plan_output": (403, "There are fields that are not allowed under your subscription"),
    "plan_filter": (403, "There are fields that are not allowed under your subscription"),
    "bad_sort": (400, "The parameter passed for sortBy is invalid"),
    "page_not_number": (400, "Page number (page) is not a number"),
    "page_too_low": (400, "Page number (page) is not a number"),
    "size_not_number": (400, "Results per page (rpp) is not a number"),
    "size_too_high": (400, "Results per page (rpp) is over max allowed value (100)"),
    "page_too_high": (400, "Total record pagination is over max allowed value (1000)"),
    "window": (400, "Total record pagination is over max allowed value (1000)"),
    "past_end": (400, "Page number (page) requested is greater than the available results"),
    "credits": (400, "Exceeded the max limit to enrich new Contacts or Companies"),
}
_OUTPUT_REASONS: Final = frozenset({"unknown_output", "plan_output"})
_INPUT_REASONS: Final = frozenset({"unknown_filter", "wrong_type", "bad_value", "swapped", "plan_filter"})
_USAGE_HEADERS: Final = {
    "requestLimit": "Request-Limit",
    "recordLimit": "Record-Limit",
    "uniqueIdLimit": "Unique-Id-Limit",
    "webSightsApiRequestLimit": "Websights-Api-Request-Limit",
    "webSightsApiRecordLimit": "Websights-Api-Record-Limit",
}
_Handler = Callable[[Request, str], Response]


class EnterpriseApi:
    """Answers requests of the Enterprise API.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        unit = 1000 if service.switches.enterprise_revenue_unit == "thousands" else 1
        self._rules = Rules(board_default="include", either_region=True, revenue_unit=unit, dotted_tags=True)
        self._bulk = Bulk(service, self._rules, self._listed)
        self._webhooks = Webhooks(service)
        self._quick_reference = QuickReference(service, self._bulk)
        self._routes: dict[tuple[str, str], _Handler] = {
            ("POST", "/search/contact"): lambda request, account: self._search(request, account, "contact"),
            ("POST", "/search/company"): lambda request, account: self._search(request, account, "company"),
            ("POST", "/enrich/contact"): lambda request, account: self._enrich(request, account, "contact"),
            ("POST", "/enrich/company"): lambda request, account: self._enrich(request, account, "company"),
            ("POST", "/bulk/search/contact"): self._bulk_submit,
            ("POST", "/bulk/search/company"): self._bulk_submit,
            ("POST", "/bulk/enrich/contact"): self._bulk_submit,
            ("POST", "/bulk/enrich/company"): self._bulk_submit,
            ("POST", "/bulk/job/status"): self._bulk_job,
            ("POST", "/bulk/job/results"): self._bulk_job,
            **EnterpriseStructure(service, Structure(service)).routes(),
            **EnterpriseSignals(service, self._rules).routes(),
            ("POST", company_master.PATH): CompanyMaster(service).answer,
            ("POST", visitors.PATH): Visitors(service).answer,
            ("POST", compliance.PATH): self._compliance,
            ("GET", "/lookup/inputfields/compliance/enrich"): self._compliance_fields,
            ("GET", "/lookup/outputfields/compliance/enrich"): self._compliance_fields,
            ("GET", "/lookup/usage"): self._usage,
            **{("GET", f"/lookup/{name}"): self._lookup for name in ENTERPRISE_LOOKUPS},
            **{
                ("GET", f"/lookup/{side}fields/{entity}/{operation}"): self._fields
                for side in ("input", "output")
                for entity in ("contact", "company")
                for operation in ("search", "enrich")
            },
            **{("GET", path): self._more_fields for path in fields.MORE_FIELDS},
        }

    def failed(self, status: int) -> Response:
        """Return the answer to a failure that is not the request's fault."""
        if status == 429:
            return self._error(429, _LIMITED)
        text = f"An unexpected error has occurred. Please contact support with error id {secrets.token_hex(6)}"
        return self._error(status, text)

    def faulted(self, fault: Fault, account: str) -> Response | None:
        """Return the refusal that a fault wants; None when it wants none.

        Args:
            fault: What goes wrong.
            account: Whose request it is; empty when nobody's.
        """
        match fault.exhausted:
            case "credits":
                return self._refused(Refusal("credits"))
            case "requests" | "records":
                return self._error(403, _USED_UP.format(fault.exhausted.removesuffix("s")))
            case _:
                pass
        if fault.status != 429 or fault.bucket not in {"second", "minute"}:
            return None
        reset = self._service.clock() + (fault.wait or (1 if fault.bucket == "second" else 60))
        counts = self._service.windows(account, "enterprise") if account else []
        shown = [replace(count, remaining=0, reset=reset) for count in counts]
        return self._error(429, _LIMITED, headers=_rate_headers(shown))

    def answer(self, request: Request) -> Response:
        """Answer a request; errors are answers too."""
        if (request.method, request.path) == ("POST", "/authenticate"):
            return self._authenticate(request)
        asked = (request.method, request.path)
        handle = self._routes.get(asked) or self._webhooks.route(*asked) or self._quick_reference.route(*asked)
        if handle is None:
            self._refuse("route")
            return self._error(404, "Not Found")
        _, token = self._service.state.check_token(request.bearer() or "", "enterprise", self._service.clock())
        if token is None or token.account not in self._service.accounts:
            self._refuse("token")
            return self._error(401, _FAILED)
        self._service.trace.account = token.account
        try:
            counts = self._service.admit(token.account, "enterprise", request.path)
        except RateExceeded as limit:
            self._refuse(f"rate: {limit.window.name}")
            return self._error(429, _LIMITED, headers=_rate_headers(limit.counts, limit.window))
        response = self._barred(request, token.account) or self._handled(request, token.account, handle)
        response.headers.update(_rate_headers(counts))
        response.headers.update(self._usage_headers(token.account) if _metered(request) else {})
        response.headers["X-Request-Id"] = secrets.token_hex(16)
        return response

    def _refuse(self, check: str) -> None:
        self._service.trace.refused = check

    def _barred(self, request: Request, account: str) -> Response | None:
        path = request.path
        if not self._service.covers(account, "enterprise"):
            self._refuse("contract")
            return self._error(403, _NO_API)
        plan = self._service.plan(account)
        if plans.bars(plan, path) or (plans.is_scaling(path) and not plans.may_scale(plan)):
            self._refuse("endpoint")
            part = path.split("/")[1]
            name = f"the {part} endpoint" if part in {"search", "enrich"} else "this endpoint"
            return self._error(403, f"You do not have access to {name}")
        limits = self._service.limits(account)
        kinds = [("requestLimit", "request"), ("recordLimit", "record")]
        websights = path in {visitors.PATH, quick_reference.WEBSIGHTS}
        if websights:
            kinds = [("webSightsApiRequestLimit", "request"), ("webSightsApiRecordLimit", "record")]
        for kind, text in kinds:
            limit, used = limits[kind]
            # The usage answer stays reachable: it is how a caller learns that a budget is used up.
            counts = path != "/lookup/usage" and (text == "request" or request.method == "POST")
            if limit and used >= limit and counts:
                self._refuse(f"budget: {text}")
                bundle = " for WebSights API" if websights else ""
                return self._error(403, f"{_USED_UP.format(text)}{bundle}")
        return None

    def _handled(self, request: Request, account: str, handle: _Handler) -> Response:
        self._service.count_request(account)
        try:
            return handle(request, account)
        except Refusal as refusal:
            self._refuse(refusal.reason)
            return self._refused(refusal)
        except Unknown:
            self._refuse("record")
            return self._error(404, "Not Found")
        except Gone:
            # How the service answers to an id that it does not know is not documented.
            self._refuse("webhook")
            return self._error(404, "Not Found")

    def _refused(self, refusal: Refusal) -> Response:
        status, text = _TEXTS[refusal.reason]
        if refusal.reason in _OUTPUT_REASONS:
            return self._error(status, text, {"invalidOutputFields": list(refusal.fields)})
        if refusal.reason in _INPUT_REASONS:
            return self._error(status, text, {"invalidInputFields": list(refusal.fields)})
        return self._error(status, text)

    def _error(
        self, status: int, text: str, extra: Doc | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        if self._service.switches.enterprise_error_shape == "responseCode":
            return _json(status, {"responseCode": status, "message": text, **(extra or {})}, headers)
        return _json(status, {"success": False, "statusCode": status, "error": text, **(extra or {})}, headers)

    # --- Sign-in -----------------------------------------------------------------------------------------

    def _authenticate(self, request: Request) -> Response:
        claimed = self._service.directory.claimed(request)
        # Of whom nobody knows, the sandbox's own limit holds for all together.
        rate = (self._service.plan(claimed) if claimed else self._service.switches).rate_authenticate
        try:
            windows = [Window("authenticate", 1.0, rate, "none")] if rate else []
            self._service.rates.admit(f"sign-in:{claimed}", windows, self._service.clock())
        except RateExceeded:
            self._refuse("rate: second")
            return self._error(429, _LIMITED)
        assertion = request.bearer()
        found = self._by_assertion(assertion) if assertion else self._by_password(request)
        self._refuse("sign-in")
        if found is None:
            return self._error(401, _BAD_ASSERTION if assertion else _FAILED)
        account, user = found
        if plans.bars(self._service.plan(account.name), request.path):
            return self._error(403, _NO_API)
        if not self._service.covers(account.name, "enterprise"):
            return self._error(403, _NO_API)
        self._refuse("")
        self._service.trace.account = account.name
        return _json(200, {"jwt": self._issue(account, user)})

    def _by_password(self, request: Request) -> tuple[SandboxAccount, SandboxUser] | None:
        given: Any = request.form()
        if "json" in request.headers.get("content-type", "") or request.body[:1] == b"{":
            try:
                given = request.json()
            except ValueError:
                return None
        if not isinstance(given, dict):
            return None
        username, password = given.get("username"), given.get("password")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if not isinstance(username, str) or not isinstance(password, str):
            return None
        return self._service.directory.by_password(username, password)

    def _by_assertion(self, assertion: str) -> tuple[SandboxAccount, SandboxUser] | None:
        import jwt

        try:
            unverified = jwt.decode(assertion, options={"verify_signature": False})
            found = self._service.directory.by_key(str(unverified.get("username")), str(unverified.get("client_id")))
            public = (found and found[1].public_key) or keys.public_key(self._service.state_dir)
            if found is None or not public:
                return None
            claims = jwt.decode(
                assertion,
                public,
                algorithms=["RS256"],
                audience=AUDIENCE,
                # Time is checked below, by the sandbox's own clock.
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except (jwt.PyJWTError, ValueError):
            return None
        expires = claims.get("exp")
        if not isinstance(expires, int | float) or expires <= self._service.clock():
            return None
        return found

    def _issue(self, account: SandboxAccount, user: SandboxUser) -> str:
        """Return a token that looks like a JWT, since some clients read its `exp`; only its record counts."""
        now = self._service.clock()
        expires = now + self._service.plan(account.name).token_ttl
        claims = {"sub": user.username, "iat": int(now), "exp": int(expires), "jti": secrets.token_hex(8)}
        parts = ({"alg": "HS256", "typ": "JWT"}, claims)
        head = ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
        token = f"{head}.{secrets.token_urlsafe(32)}"
        self._service.state.issue_token(account.name, "enterprise", token, expires, ())
        return token

    # --- Search ------------------------------------------------------------------------------------------

    def _search(self, request: Request, account: str, entity: Entity) -> Response:
        body = _body(request)
        shown = self._search_outputs(account, entity, body.pop("outputFields", None))
        paging = {key: body.pop(key, None) for key in ENTERPRISE_PAGING}
        forbidden = self._service.plan(account).disallowed_filters
        criteria = parse(_FILTERS[entity], body, "enterprise", forbidden=forbidden)
        if not criteria:
            raise Refusal("insufficient")
        page, size = self._page(paging)
        found = self._service.search(entity, criteria, self._rules, _sorting(paging, entity), page, size)
        rows = self._listed(entity, found.ids, shown)
        self._service.count_records(account, len(rows))
        # The names are the wire's: maxResults is the number of hits, totalResults that of the rows here.
        return _json(200, {"maxResults": found.total, "totalResults": len(rows), "currentPage": page, "data": rows})

    def _search_outputs(self, account: str, entity: Entity, names: Any) -> frozenset[str] | None:
        """Return the row fields asked for, or None for the usual ones."""
        if names is None:
            return None
        if not isinstance(names, list):
            raise Refusal("unknown_output", "outputFields")
        wanted = [str(name) for name in names]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        denied = self._service.plan(account).disallowed_fields
        wrong = [name for name in wanted if name not in _SEARCH_OUTPUTS[entity] or name in denied]
        if wrong:
            raise Refusal("unknown_output", *wrong)
        return frozenset(wanted)

    def _page(self, paging: dict[str, Any]) -> tuple[int, int]:
        return paged(paging, self._service.switches.enterprise_window)

    def _listed(self, entity: Entity, ids: list[int], shown: frozenset[str] | None = None) -> list[Doc]:
        if entity == "company":
            companies = [{"id": key, "name": doc["name"]} for key, doc in self._service.company_rows(ids)]
            names = {"companyId": "id", "companyName": "name"}
            return [_picked(row, {names[name] for name in shown}) if shown else row for row in companies]
        rows: list[Doc] = []
        for row in self._service.contact_rows(ids):
            full = _contact_row(row)
            if shown is None:
                rows.append({name: value for name, value in full.items() if name not in _ON_REQUEST})
                continue
            picked = _picked(full, shown)
            company = {"id": full["company"].get("id"), "name": full["company"].get("name")}
            nested = {key: company[key] for key in ("id", "name") if f"company{key.capitalize()}" in shown}
            rows.append(picked | ({"company": nested} if nested else {}))
        return rows

    # --- Enrich ------------------------------------------------------------------------------------------

    def _enrich(self, request: Request, account: str, entity: Entity) -> Response:
        body = _body(request)
        name, table = _MATCH[entity]
        unknown = [key for key in body if key not in {"outputFields", "requiredFields", name}]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        asked = self._service.check_outputs(account, entity, "enterprise", body.get("outputFields"))
        required = self._service.check_required(entity, body.get("requiredFields"))
        inputs = read_inputs(body.get(name), table, name, "enterprise")
        implied = _implied(entity, asked)
        rows = self._service.enrich(account, EnrichRequest(entity, "enterprise", inputs, [*asked, *implied], required))
        data: Doc = {
            "outputFields": [[*(field.lower() for field in asked), *implied]],
            "result": [self._result(row) for row in rows],
        }
        if body.get("requiredFields"):
            data["requiredFields"] = body["requiredFields"]
        return _json(200, {"success": True, "data": data})

    def _result(self, row: EnrichRow) -> Doc:
        record = row.attributes
        as_object = self._service.switches.enterprise_result_data == "object"
        data: Any = (record or {}) if as_object else [] if record is None else [record]
        result: Doc = {"input": _lowered(row.given), "data": data}
        if self._service.switches.enterprise_match_status:
            result["matchStatus"] = row.match.status
        return result

    # --- Bulk --------------------------------------------------------------------------------------------

    def _bulk_submit(self, request: Request, account: str) -> Response:
        _, _, operation, name = request.path.split("/")
        entity: Entity = "contact" if name == "contact" else "company"
        submit = self._bulk.search if operation == "search" else self._bulk.enrich
        return _json(200, submit(account, entity, _body(request)))

    def _bulk_job(self, request: Request, account: str) -> Response:
        read = self._bulk.status if request.path.endswith("/status") else self._bulk.results
        return _json(200, read(account, _body(request)))

    # --- Compliance --------------------------------------------------------------------------------------

    def _compliance(self, request: Request, _account: str) -> Response:
        return _json(200, self._service.compliance.query(_body(request)))

    def _compliance_fields(self, request: Request, _account: str) -> Response:
        side = "input" if "/inputfields/" in request.path else "output"
        return _json(200, fields.compliance_fields(side))

    # --- Lookup and usage --------------------------------------------------------------------------------

    def _lookup(self, request: Request, account: str) -> Response:
        name = ENTERPRISE_LOOKUPS[request.path.removeprefix("/lookup/")]
        rows = fields.lookup_rows(name, self._service.accounts[account], request.query)
        if name == "news-categories":
            # The real lookup misspells this one.
            wrong = taxonomies.MISSPELT_MERGER
            return _json(200, [wrong if key.startswith("MERGER") else key for key, _ in rows])
        if name == "intent-topics":
            names = ("name", "category", "department", "jobFunction", "description")
            return _json(200, [{key[0].upper() + key[1:]: row[key] for key in names} for _, row in rows])
        return _json(200, [{"Id": key, **_capital(attributes)} for key, attributes in rows])

    def _fields(self, request: Request, account: str) -> Response:
        _, _, side, entity, operation = request.path.split("/")
        rows = fields.enterprise_fields(
            "contact" if entity == "contact" else "company",
            operation,
            side.removesuffix("fields"),
            self._service,
            account,
        )
        return _json(200, rows)

    def _more_fields(self, request: Request, account: str) -> Response:
        return _json(200, fields.more_fields(request.path, self._service.plan(account).disallowed_fields))

    def _usage(self, _request: Request, account: str) -> Response:
        key = self._service.switches.enterprise_usage_limit_key
        usage = [
            {
                "limitType": kind,
                "description": fields.LIMITS[kind],
                key: limit,
                "currentUsage": used,
                "usageRemaining": max(0, limit - used),
            }
            for kind, (limit, used) in self._service.limits(account).items()
        ]
        return _json(200, {"usage": usage})

    def _usage_headers(self, account: str) -> dict[str, str]:
        headers: dict[str, str] = {}
        for kind, (limit, used) in self._service.limits(account).items():
            headers[f"X-Usage-{_USAGE_HEADERS[kind]}-Limit"] = str(limit)
            headers[f"X-Usage-{_USAGE_HEADERS[kind]}-Remaining"] = str(max(0, limit - used))
        return headers


def _metered(request: Request) -> bool:
    """Say whether the answer carries usage headers: not those of lookups and of a job's status."""
    if request.path.startswith(WEBHOOKS):
        return True
    return request.method == "POST" and request.path != "/bulk/job/status"


def _sorting(paging: dict[str, Any], entity: Entity) -> str:
    field = paging["sortBy"] or _DEFAULT_SORT[entity]
    way = str(paging["sortOrder"] or "descending").lower()
    if not isinstance(field, str) or way not in _ASCENDING:
        raise Refusal("bad_sort", "sortOrder")
    return field if _ASCENDING[way] else f"-{field}"


# In the list of search outputs, but not in a row unless asked for.
_ON_REQUEST: Final = ("managementLevel", "school")


def _picked(row: Doc, names: Set[str]) -> Doc:
    return {name: value for name, value in row.items() if name in names}


def _contact_row(row: ContactRow) -> Doc:
    return {
        "id": row.id,
        "firstName": row.first,
        "middleName": row.middle,
        "lastName": row.last,
        "validDate": us_stamp(row.valid),
        "lastUpdatedDate": us_stamp(row.updated),
        "jobTitle": row.title,
        "contactAccuracyScore": row.accuracy,
        "managementLevel": row.levels,
        "school": row.school,
        **row.flags,
        "company": {"id": row.company_id, "name": row.company_name} if row.company_id is not None else {},
    }


def _implied(entity: Entity, asked: list[str]) -> list[str]:
    """Return what the service adds by itself: the company id as soon as any company field is asked for."""
    if entity == "company" or "companyId" in asked:
        return []
    return ["companyId"] if any(CONTACT_OUTPUTS[name].path.startswith("company.") for name in asked) else []


def _capital(attributes: dict[str, Any]) -> Doc:
    return {key[0].upper() + key[1:]: value for key, value in attributes.items()}


def _rate_headers(counts: list[Count], rejected: Window | None = None) -> dict[str, str]:
    minute = next((count for count in counts if count.window.name == "minute"), None)
    if minute is None:
        return {}
    second = next((count for count in counts if count.window.name == "second"), minute)
    # Only the minute has headers; a refusal by the second window tells when that second is over.
    reset = second.reset if rejected is not None and rejected.name == "second" else minute.reset
    return {
        "X-RateLimit-Limit": str(minute.window.limit),
        "X-RateLimit-Remaining": str(minute.remaining),
        "X-RateLimit-Reset": str(ceil(reset)),
    }
