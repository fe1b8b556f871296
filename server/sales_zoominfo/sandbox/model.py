"""What a caller of the sandbox gives to it and gets from it."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

Entity: TypeAlias = Literal["contact", "company"]
Generation: TypeAlias = Literal["gtm", "enterprise"]

SCOPES = (
    "api:data:company",
    "api:data:contact",
    "api:data:intent",
    "api:data:lookup",
    "api:data:news",
    "api:data:scoops",
)


@dataclass(frozen=True, slots=True)
class SandboxAccount:
    """An account of the simulated service.

    Args:
        name: Key of all state on disk.
        username, password: Enterprise password sign-in.
        enterprise_client_id: Client id inside the Enterprise PKI assertion.
        client_id, client_secret: The GTM application.
        refresh_token: First refresh token of a signed-in GTM session; single use while rotation is on.
        scopes: Scopes that the GTM application holds.
        intent_topics: Intent topics that the account subscribes to.
    """

    name: str = "sandbox-demo"
    username: str = "demo@sandbox.example"
    password: str = "sandbox-password-not-a-secret"  # noqa: S105
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-client-secret-not-a-secret"  # noqa: S105
    enterprise_client_id: str = "sandbox-enterprise-client"
    refresh_token: str = "sandbox-refresh-token-1"  # noqa: S105
    scopes: tuple[str, ...] = SCOPES
    intent_topics: tuple[str, ...] = (
        "Cloud Applications",
        "Cloud Computing",
        "Cloud Infrastructure",
        "Incentive Compensation",
        "Java",
        "Mobile Security",
        "Node.js",
        "Video Conferencing",
    )


@dataclass(frozen=True, slots=True)
class Charge:
    """A credit about to be charged.

    Args:
        account: Name of the account.
        entity: Kind of the record.
        zi_id: ZoomInfo id of the record; person ids may be negative and exceed 32 bits.
        match_input: The match input that found the record, as sent.
        at: Seconds since the Unix epoch.
    """

    account: str
    entity: Entity
    zi_id: int
    match_input: Mapping[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with one request.

    Args:
        hang: Seconds that pass before the answer.
        status: Answer with this HTTP status (500, 503, 504, 429, ...) instead of the real answer.
        truncate: Cut the JSON body in half; the work has been done by then, credits are charged.
        reset: Break the connection after part of the answer.
        after: Apply `status` and `reset` after the work has been done and charged, not before it.
    """

    hang: float = 0.0
    status: int | None = None
    truncate: bool = False
    reset: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Switches:
    """How the simulated service behaves where reports differ or the documents are silent.

    Args:
        gtm_page_total: What `meta.page.total` counts.
        gtm_links_style: How pagination links are spelt.
        gtm_refresh_rotation: Refresh tokens are single use and their reuse ends the session.
        gtm_client_credentials: Whether the grant has been enabled for the application.
        gtm_strict_accept: Answer 406 unless the JSON:API media type is asked for and sent.
        gtm_error_shape_429: Body of 429 answers.
        gtm_numeric_string_ids: Whether "123" passes for an id typed as integer in match inputs.
        gtm_output_enum: `extended` also accepts descriptionList, alexaRank and hashtags.
        enterprise_match_status: Enrich results carry `matchStatus`.
        enterprise_result_data: Enrich results hold `data` as an array or as one object.
        enterprise_usage_limit_key: Name of the limit in the usage answer.
        enterprise_error_shape: Body of Enterprise errors.
        enterprise_revenue_unit: Unit of revenueMin and revenueMax.
        enterprise_window: Records reachable by paging one search.
        credit_exhausted: `auto` refuses a call of one input whole and a batch record by record.
        credits: Unique ids that may be bought in the contract.
        request_budget, record_budget: Contract budgets; Enterprise refuses when they are used up, GTM only
            reports them.
        disallowed_fields: Output fields that the plan lacks.
        disallowed_filters: Search filters that the plan lacks.
        disallowed_endpoints: Paths that the plan lacks, e.g. "/enrich/contact".
        token_ttl: Life of an access token in seconds.
        package: Preset of the rate windows; `unlimited` switches them off.
        rate_second, rate_minute, rate_hour, rate_day: Requests per window, in place of the preset. Minute is an
            Enterprise window, hour and day are GTM windows.
        rate_authenticate: Sign-ins per second on the Enterprise API; 0 for no limit.
        rate_previous_second_counts: The second before counts fully against this one.
        fault: Called with method and path of each request.
    """

    gtm_page_total: Literal["rows_on_page", "page_count"] = "rows_on_page"
    gtm_links_style: Literal["plain", "uri=", "absent"] = "plain"
    gtm_refresh_rotation: bool = True
    gtm_client_credentials: Literal["enabled", "unauthorized_client"] = "enabled"
    gtm_strict_accept: bool = True
    gtm_error_shape_429: Literal["gateway", "errors"] = "gateway"
    gtm_numeric_string_ids: Literal["accept", "reject"] = "accept"
    gtm_output_enum: Literal["extended", "strict"] = "extended"
    enterprise_match_status: bool = True
    enterprise_result_data: Literal["array", "object"] = "array"
    enterprise_usage_limit_key: Literal["limit", "totalLimit"] = "limit"
    enterprise_error_shape: Literal["statusCode", "responseCode"] = "statusCode"
    enterprise_revenue_unit: Literal["thousands", "dollars"] = "thousands"
    enterprise_window: int = 1000
    credit_exhausted: Literal["auto", "whole_call", "per_record"] = "auto"
    credits: int = 10_000
    request_budget: int = 1_000_000
    record_budget: int = 1_000_000
    disallowed_fields: frozenset[str] = frozenset()
    disallowed_filters: frozenset[str] = frozenset()
    disallowed_endpoints: frozenset[str] = frozenset()
    token_ttl: float = 3600.0
    package: Literal["builder", "standard", "scaling", "unlimited"] = "standard"
    rate_second: int | None = None
    rate_minute: int | None = None
    rate_hour: int | None = None
    rate_day: int | None = None
    rate_authenticate: int = 1
    rate_previous_second_counts: bool = False
    fault: Callable[[str, str], Fault | None] | None = field(default=None, compare=False)
