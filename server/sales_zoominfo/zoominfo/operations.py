"""The table of operations: per API generation its method, path, rate class and cost.

What a call costs is stated here and nowhere else: tool annotations, free-only mode, estimates and the ledger
derive from it. Sources: ZoomInfo's published GTM specification (paths, what costs a credit, what counts as a
record) and the Enterprise documentation (paths, rate classes, usage rules); the quick-reference rows come from a
published skill page and are not attested by the service.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Generation = Literal["gtm", "enterprise"]
# What a credit buys, and all that can be searched.
Entity = Literal["contact", "company"]
Signal = Literal["intent", "scoop", "news"]
Subject = Literal["contact", "company", "intent", "scoop", "news"]
Lane = Literal["auth", "standard", "scaling"]


# How many records of one search a generation lets one read, and its highest page number.
WINDOW: dict[Generation, int] = {"gtm": 10_000, "enterprise": 1_000}
LAST_PAGE: dict[Generation, int] = {"gtm": 100, "enterprise": 1_000}


class Cost(NamedTuple):
    """What one call of an operation costs.

    Attributes:
        credits: ``none``; ``per_new_record``: 1 bulk credit for each matched record that has not been bought in
            the last 12 months; ``per_new_company``: the same for the one company it is about; ``ai``: AI action
            credits, another wallet.
        entity: whose record the credit buys.
        records: how much counts against the contract's record limit.
    """

    credits: Literal["none", "per_new_record", "per_new_company", "ai"] = "none"
    entity: Entity | None = None
    records: Literal["none", "per_row", "per_call"] = "none"


FREE = Cost()
ROWS = Cost(records="per_row")
CONTACT_CREDIT = Cost("per_new_record", "contact", "per_row")
COMPANY_CREDIT = Cost("per_new_record", "company", "per_row")
ABOUT_COMPANY = Cost("per_new_company", "company", "per_row")
ABOUT_COMPANY_ONCE = Cost("per_new_company", "company", "per_call")
AI = Cost("ai")


class Route(NamedTuple):
    """Where one generation serves an operation."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    cost: Cost = FREE
    lane: Lane = "standard"


class Operation(NamedTuple):
    """One thing that ZoomInfo can do.

    Attributes:
        name: our name, the client's method name where the client has it.
        title: for people and for error texts.
        gtm, enterprise: the route of each generation, None when it lacks the operation.
        quick_reference: ``METHOD path`` of the published quick reference where it differs or is named there.
        writes: changes something at ZoomInfo other than credits.
        may_lack: a 404 tells that there is nothing, and not that the address is wrong.
    """

    name: str
    title: str
    gtm: Route | None = None
    enterprise: Route | None = None
    quick_reference: str | None = None
    writes: bool = False
    may_lack: bool = False

    def route(self, generation: Generation) -> Route | None:
        """The route in a generation, or None."""
        return self.gtm if generation == "gtm" else self.enterprise

    @property
    def spends(self) -> bool:
        """Whether the operation can cost a credit in any generation."""
        return any(route is not None and route.cost.credits != "none" for route in (self.gtm, self.enterprise))


_DATA = "/gtm/data/v1"
_COPILOT = "/gtm/copilot/v1"


def _post(path: str, cost: Cost = FREE, lane: Lane = "standard") -> Route:
    return Route("POST", path, cost, lane)


def _get(path: str, cost: Cost = FREE) -> Route:
    return Route("GET", path, cost)


_TABLE: tuple[Operation, ...] = (
    Operation(
        "authenticate",
        "sign-in",
        Route("POST", "/gtm/oauth/v1/token", lane="auth"),
        Route("POST", "/authenticate", lane="auth"),
        "POST /authenticate",
    ),
    # search
    Operation(
        "search_contacts",
        "contact search",
        _post(f"{_DATA}/contacts/search"),
        _post("/search/contact", ROWS),
        "POST /search/contact",
    ),
    Operation(
        "search_companies",
        "company search",
        _post(f"{_DATA}/companies/search"),
        _post("/search/company", ROWS),
        "POST /search/company",
    ),
    Operation("search_intent", "intent search", _post(f"{_DATA}/intent/search", ROWS), _post("/search/intent", ROWS)),
    Operation("search_scoops", "scoop search", _post(f"{_DATA}/scoops/search", ROWS), _post("/search/scoop", ROWS)),
    Operation("search_news", "news search", _post(f"{_DATA}/news/search", ROWS), _post("/search/news", ROWS)),
    # enrich
    Operation(
        "enrich_contacts",
        "contact enrich",
        _post(f"{_DATA}/contacts/enrich", CONTACT_CREDIT),
        _post("/enrich/contact", CONTACT_CREDIT),
        "POST /enrich/contact",
    ),
    Operation(
        "enrich_companies",
        "company enrich",
        _post(f"{_DATA}/companies/enrich", COMPANY_CREDIT),
        _post("/enrich/company", COMPANY_CREDIT),
        "POST /enrich/company",
    ),
    Operation(
        "get_contact",
        "contact by id",
        _post(f"{_DATA}/contacts/enrich", CONTACT_CREDIT),
        _post("/enrich/contact", CONTACT_CREDIT),
        "GET /lookup/contact/{personId}",
    ),
    Operation(
        "get_company",
        "company by id",
        _post(f"{_DATA}/companies/enrich", COMPANY_CREDIT),
        _post("/enrich/company", COMPANY_CREDIT),
        "GET /lookup/company/{companyId}",
    ),
    Operation(
        "enrich_intent",
        "intent enrich",
        _post(f"{_DATA}/intent/enrich", ABOUT_COMPANY),
        _post("/enrich/intent", ABOUT_COMPANY),
        "POST /enrich/intent",
    ),
    Operation(
        "enrich_scoops",
        "scoop enrich",
        _post(f"{_DATA}/scoops/enrich", ABOUT_COMPANY),
        _post("/enrich/scoop", ABOUT_COMPANY),
    ),
    Operation(
        "enrich_news",
        "news enrich",
        _post(f"{_DATA}/news/enrich", ABOUT_COMPANY),
        _post("/enrich/news", ABOUT_COMPANY),
    ),
    # structure of one company
    Operation(
        "org_chart",
        "org chart",
        _post(f"{_DATA}/companies/org-chart/enrich", ABOUT_COMPANY_ONCE),
        _post("/enrich/orgchart", ABOUT_COMPANY),
    ),
    Operation(
        "corporate_hierarchy",
        "corporate hierarchy",
        _post(f"{_DATA}/companies/corporate-hierarchy/enrich", COMPANY_CREDIT),
        _post("/enrich/corporatehierarchy", COMPANY_CREDIT),
    ),
    Operation(
        "technologies",
        "technologies of a company",
        _post(f"{_DATA}/companies/technologies/enrich", ABOUT_COMPANY_ONCE),
        _post("/enrich/tech", ABOUT_COMPANY),
    ),
    Operation(
        "hashtags",
        "hashtags of a company",
        _post(f"{_DATA}/companies/hashtags/enrich", ABOUT_COMPANY_ONCE),
        _post("/enrich/hashtag", ABOUT_COMPANY),
    ),
    Operation("locations", "locations of a company", None, _post("/enrich/location", ABOUT_COMPANY)),
    Operation("company_master", "company master", None, _post("/enrich/company-master", COMPANY_CREDIT)),
    # visitors and compliance
    Operation(
        "identify_visitors",
        "WebSights visitor identification",
        _post(f"{_DATA}/companies/enrich", COMPANY_CREDIT),
        _post("/enrich/ip", ROWS),
        "POST /websights/search",
    ),
    Operation("check_compliance", "compliance check", None, _post("/compliance"), "POST /compliance/optout"),
    # Published only; ZoomInfo's own API records no opt-out.
    Operation("change_opt_out", "opt-out change", quick_reference="POST /compliance/optout", writes=True),
    # bulk on ZoomInfo's side
    Operation("bulk_search_contacts", "bulk contact search", None, _post("/bulk/search/contact", ROWS, "scaling")),
    Operation("bulk_search_companies", "bulk company search", None, _post("/bulk/search/company", ROWS, "scaling")),
    Operation(
        "bulk_enrich_contacts",
        "bulk contact enrich",
        None,
        _post("/bulk/enrich/contact", CONTACT_CREDIT, "scaling"),
        "POST /bulk/enrich",
    ),
    Operation(
        "bulk_enrich_companies",
        "bulk company enrich",
        None,
        _post("/bulk/enrich/company", COMPANY_CREDIT, "scaling"),
        "POST /bulk/enrich",
    ),
    Operation("bulk_job_status", "bulk job status", None, _post("/bulk/job/status", lane="scaling"), may_lack=True),
    Operation("bulk_job_results", "bulk job results", None, _post("/bulk/job/results", ROWS, "scaling"), may_lack=True),
    # account
    Operation("usage", "usage", _get(f"{_DATA}/users/usage"), _get("/lookup/usage"), "GET /usage"),
    Operation("lookup", "lookup", _get(f"{_DATA}/lookup/{{fieldName}}"), _get("/lookup/{fieldName}")),
    Operation(
        "search_fields",
        "search field rights",
        _get(f"{_DATA}/lookup/search"),
        _get("/lookup/{fieldType}fields/{entity}/search"),
    ),
    Operation(
        "enrich_fields",
        "enrich field rights",
        _get(f"{_DATA}/lookup/enrich"),
        _get("/lookup/{fieldType}fields/{entity}/enrich"),
    ),
    # Copilot reads
    Operation("similar_companies", "company lookalikes", _get(f"{_COPILOT}/companies/lookalikes")),
    Operation("similar_contacts", "contact lookalikes", _get(f"{_COPILOT}/contacts/lookalikes")),
    Operation("recommended_contacts", "contact recommendations", _get(f"{_COPILOT}/contacts/recommendations")),
    Operation("company_insights", "company insights", _post(f"{_COPILOT}/companies/insights")),
    Operation("account_summary", "account summary", _get(f"{_COPILOT}/companies/{{companyId}}/account-summary")),
    Operation(
        "ask_account_summary",
        "question on an account",
        _post(f"{_COPILOT}/companies/{{companyId}}/account-summary/actions/ask", AI),
    ),
    Operation("buyer_personas", "buyer personas", _get(f"{_COPILOT}/customer-buyer-personas")),
    Operation("buyer_persona", "buyer persona", _get(f"{_COPILOT}/customer-buyer-personas/{{id}}")),
    Operation("competitors", "competitors", _get(f"{_COPILOT}/customer-competitors")),
    Operation("competitor", "competitor", _get(f"{_COPILOT}/customer-competitors/{{id}}")),
    Operation("ideal_company_profile", "ideal company profile", _get(f"{_COPILOT}/ideal-company-profile")),
    Operation(
        "ideal_company_segment",
        "segment of the ideal company profile",
        _get(f"{_COPILOT}/ideal-company-profile/{{id}}"),
    ),
    Operation("customer_settings", "customer settings", _get(f"{_COPILOT}/customer-settings"), may_lack=True),
    Operation("products", "products", _get(f"{_COPILOT}/products")),
    Operation("product", "product", _get(f"{_COPILOT}/products/{{id}}")),
    # webhooks
    Operation("list_webhooks", "webhook list", None, Route("GET", "/webhooks", lane="scaling")),
    Operation("get_webhook", "webhook", None, Route("GET", "/webhooks/{id}", lane="scaling")),
    Operation("create_webhook", "webhook creation", None, _post("/webhooks", lane="scaling"), writes=True),
    Operation("update_webhook", "webhook update", None, Route("PUT", "/webhooks/{id}", lane="scaling"), writes=True),
    Operation(
        "delete_webhook", "webhook deletion", None, Route("DELETE", "/webhooks/{id}", lane="scaling"), writes=True
    ),
    Operation("validate_webhook", "webhook validation", None, _post("/webhooks/validate", lane="scaling")),
    Operation(
        "renew_webhook_token", "webhook token renewal", None, _post("/webhooks/{id}/token", lane="scaling"), writes=True
    ),
    Operation(
        "webhook_subscription_types",
        "webhook subscription types",
        None,
        Route("GET", "/webhooks/subscriptiontypes", lane="scaling"),
    ),
)

OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _TABLE}


class Excluded(NamedTuple):
    """Calls of ZoomInfo that are deliberately not offered.

    Attributes:
        title: what they are for, for error texts.
        reason: why not, a clause.
        calls: ``METHOD path``; a star stands for any rest.
    """

    title: str
    reason: str
    calls: tuple[str, ...]


_ARCHIVE = ("POST {0}", "DELETE {0}/{{id}}", "POST {0}/{{id}}/actions/archive", "POST {0}/{{id}}/actions/unarchive")


def _upserts(name: str) -> tuple[str, ...]:
    return tuple(call.format(f"{_COPILOT}/{name}") for call in _ARCHIVE)


_CONFIGURES = "it changes what the whole team's Copilot works with, which belongs to an admin in ZoomInfo's application"

OUT_OF_SCOPE: dict[str, Excluded] = {
    "studio": Excluded(
        "GTM Studio", "it builds audiences inside ZoomInfo's application and hands no data out", ("* /gtm/studio/v1/*",)
    ),
    "marketing": Excluded(
        "the Marketing API",
        "it uploads people to advertising audiences and hands no data out",
        ("* /gtm/marketing/v1/*",),
    ),
    "platform": Excluded(
        "the Platform API", "it writes to the account's own records and workflows", ("* /gtm/platform/v1/*",)
    ),
    "agent": Excluded(
        "the Agent API", "it runs ZoomInfo's own agents, which spend credits of theirs", ("* /gtm/agent/v1/*",)
    ),
    "configure_buyer_personas": Excluded("writing buyer personas", _CONFIGURES, _upserts("customer-buyer-personas")),
    "configure_competitors": Excluded("writing competitors", _CONFIGURES, _upserts("customer-competitors")),
    "configure_ideal_company_profile": Excluded(
        "writing the ideal company profile", _CONFIGURES, _upserts("ideal-company-profile")
    ),
    "configure_products": Excluded("writing products", _CONFIGURES, _upserts("products")),
    "configure_customer_settings": Excluded(
        "writing customer settings",
        _CONFIGURES,
        (f"POST {_COPILOT}/customer-settings", f"DELETE {_COPILOT}/customer-settings"),
    ),
    "bands": Excluded(
        "the lists of category bands and hierarchy codes",
        "no filter takes their values",
        ("GET /lookup/employee-category-band", "GET /lookup/revenue-category-band", "GET /lookup/hierarchy-code"),
    ),
    "change_opt_out": Excluded(
        "recording an opt-out at ZoomInfo",
        "ZoomInfo has no call for it, only the published one that ZOOMINFO_PATHS=quick-reference uses",
        (),
    ),
}
