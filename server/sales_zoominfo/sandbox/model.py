"""What a caller of the sandbox gives to it and gets from it."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from .faults import Fault, FaultRule

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

Entity: TypeAlias = Literal["contact", "company"]
Generation: TypeAlias = Literal["gtm", "enterprise"]

LOOPBACK_REDIRECTS = ("http://127.0.0.1:8765/callback", "http://localhost:8765/callback")
SCOPES = (
    "api:account-summary:read",
    "api:data:company",
    "api:data:contact",
    "api:data:intent",
    "api:data:lookup",
    "api:data:news",
    "api:data:scoops",
    "api:gtm-config:read",
    "api:insights:read",
    "api:recommendations:read",
)


@dataclass(frozen=True, slots=True)
class SandboxApp:
    """A GTM application.

    Args:
        client_id, client_secret: Its client authentication.
        name: What the approval page calls it.
        scopes: Scopes that it holds.
        redirect_uris: Where a person may be sent back to; compared exactly.
        kind: Only people of its own account may approve a `standard` app, people of any account a `partner` app.
    """

    client_id: str
    client_secret: str
    name: str = "Sandbox integration"
    scopes: tuple[str, ...] = SCOPES
    redirect_uris: tuple[str, ...] = LOOPBACK_REDIRECTS
    kind: Literal["standard", "partner"] = "partner"


@dataclass(frozen=True, slots=True)
class SandboxUser:
    """A login of the Enterprise API.

    Args:
        username, password: Password sign-in; an empty password allows none.
        client_id: Client id inside the PKI assertion; an empty one allows none.
        public_key: PEM that verifies the assertion; the demo key of the state directory when empty.
    """

    username: str
    password: str = ""
    client_id: str = ""
    public_key: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """Records that a colleague bought before.

    Args:
        entity: Kind of the records.
        ids: ZoomInfo ids.
        count: Take this many records of the data set beside `ids`.
        days_ago: When they were bought, days before the account is first opened.
    """

    entity: Entity
    ids: tuple[int, ...] = ()
    count: int = 0
    days_ago: float = 30.0


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
        app_name, redirect_uris, app_kind: More about the GTM application, see `SandboxApp`.
        apps: Further GTM applications.
        users: Further Enterprise logins.
        plan: Preset of the plan, a key of `PLANS`; without one the switches of the sandbox hold.
        switches: Switches of `ACCOUNT_SWITCHES` that differ for this account; they win over the plan.
        purchases: Records that colleagues own already.
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
    app_name: str = "Sandbox integration"
    redirect_uris: tuple[str, ...] = LOOPBACK_REDIRECTS
    app_kind: Literal["standard", "partner"] = "partner"
    apps: tuple[SandboxApp, ...] = ()
    users: tuple[SandboxUser, ...] = ()
    plan: str = ""
    switches: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    purchases: tuple[Purchase, ...] = ()

    def all_apps(self) -> tuple[SandboxApp, ...]:
        """Return the account's own application and the further ones."""
        own = SandboxApp(
            self.client_id, self.client_secret, self.app_name, self.scopes, self.redirect_uris, self.app_kind
        )
        return (own, *self.apps)

    def all_users(self) -> tuple[SandboxUser, ...]:
        """Return the account's own login and the further ones."""
        return (SandboxUser(self.username, self.password, self.enterprise_client_id), *self.users)


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
        gtm_org_chart_department: Whether the org chart wants a department beside the company; the text says so, the
            published example has none.
        gtm_output_enum: `extended` also accepts descriptionList, alexaRank and hashtags.
        enterprise_match_status: Enrich results carry `matchStatus`.
        enterprise_result_data: Enrich results hold `data` as an array or as one object.
        enterprise_usage_limit_key: Name of the limit in the usage answer.
        enterprise_error_shape: Body of Enterprise errors.
        enterprise_revenue_unit: Unit of revenueMin and revenueMax.
        enterprise_window: Records reachable by paging one search.
        credit_exhausted: `auto` refuses a call of one input whole and a batch record by record.
        enterprise_bulk_page_size: Records of a page of bulk results.
        enterprise_bulk_page_seconds: How long a bulk job works on a page.
        apis: The API generations that the contract covers.
        contract_ends: When the contract ends, seconds since the Unix epoch; calls are refused from then on.
        credits: Unique ids that may be bought in the contract.
        ai_credits: Questions about account summaries that the AI credits pay for, which are no unique ids.
        gtm_config: Whether the customer has configured personas, competitors, products and the like.
        websights_request_budget, websights_record_budget: Contract budgets of visitor identification; 0 means not
            metered.
        request_budget, record_budget: Contract budgets; Enterprise refuses when they are used up, GTM only
            reports them. 0 means not metered.
        disallowed_fields: Output fields that the plan lacks.
        disallowed_filters: Search filters that the plan lacks.
        disallowed_endpoints: Paths that the plan lacks, e.g. "/enrich/contact" or "/gtm/copilot/v1/*".
        token_ttl: Life of an access token in seconds.
        package: Preset of the rate windows; `unlimited` switches them off.
        scaling_bundle: Whether Enterprise bulk jobs and webhooks are in the plan; None leaves it to the package.
        rate_second, rate_minute, rate_hour, rate_day: Requests per window, in place of the preset. Minute is an
            Enterprise window, hour and day are GTM windows.
        rate_minute_seconds, rate_hour_seconds, rate_day_seconds: Lengths of the windows; shorter ones make tests
            of the long windows quick.
        rate_scaling_second, rate_scaling_minute: Enterprise bulk and webhook calls have windows of their own, when
            the plan holds the Scaling bundle; in place of the preset.
        rate_authenticate: Sign-ins per second on the Enterprise API; 0 for no limit.
        rate_rule: How requests per second are counted: in seconds of the clock (`fixed`), in the second that ends
            with the request (`sliding_log`), or in seconds of the clock with the second before counted fully
            against this one (`previous_second`).
        rate_previous_second_counts: The same as `rate_rule="previous_second"`.
        quick_reference: Serve the paths of the published quick reference that the Enterprise API does not have;
            published, not attested by the service.
        webhook_http_on_loopback: Whether a webhook target on this machine may be http; the service wants https.
        fault: Called with method and path of each request.
        faults: Faults by schedule; those set by file or at run time come on top.
    """

    gtm_page_total: Literal["rows_on_page", "page_count"] = "rows_on_page"
    gtm_links_style: Literal["plain", "uri=", "absent"] = "plain"
    gtm_refresh_rotation: bool = True
    gtm_client_credentials: Literal["enabled", "unauthorized_client"] = "enabled"
    gtm_strict_accept: bool = True
    gtm_error_shape_429: Literal["gateway", "errors"] = "gateway"
    gtm_numeric_string_ids: Literal["accept", "reject"] = "accept"
    gtm_output_enum: Literal["extended", "strict"] = "extended"
    gtm_org_chart_department: Literal["required", "optional"] = "required"
    enterprise_match_status: bool = True
    enterprise_result_data: Literal["array", "object"] = "array"
    enterprise_usage_limit_key: Literal["limit", "totalLimit"] = "limit"
    enterprise_error_shape: Literal["statusCode", "responseCode"] = "statusCode"
    enterprise_revenue_unit: Literal["thousands", "dollars"] = "thousands"
    enterprise_window: int = 1000
    enterprise_bulk_page_size: Literal[500, 1000] = 1000
    enterprise_bulk_page_seconds: float = 1.0
    credit_exhausted: Literal["auto", "whole_call", "per_record"] = "auto"
    apis: frozenset[Generation] = frozenset({"gtm", "enterprise"})
    contract_ends: float | None = None
    credits: int = 10_000
    ai_credits: int = 1_000
    gtm_config: Literal["filled", "empty"] = "filled"
    websights_request_budget: int = 100_000
    websights_record_budget: int = 100_000
    request_budget: int = 1_000_000
    record_budget: int = 1_000_000
    disallowed_fields: frozenset[str] = frozenset()
    disallowed_filters: frozenset[str] = frozenset()
    disallowed_endpoints: frozenset[str] = frozenset()
    token_ttl: float = 3600.0
    package: Literal["builder", "standard", "scaling", "unlimited"] = "standard"
    scaling_bundle: bool | None = None
    rate_second: int | None = None
    rate_minute: int | None = None
    rate_hour: int | None = None
    rate_day: int | None = None
    rate_minute_seconds: float = 60.0
    rate_hour_seconds: float = 3600.0
    rate_day_seconds: float = 86_400.0
    rate_scaling_second: int | None = None
    rate_scaling_minute: int | None = None
    rate_authenticate: int = 1
    rate_rule: Literal["fixed", "sliding_log", "previous_second"] = "fixed"
    rate_previous_second_counts: bool = False
    quick_reference: bool = False
    webhook_http_on_loopback: bool = False
    fault: Callable[[str, str], Fault | None] | None = field(default=None, compare=False)
    faults: tuple[FaultRule, ...] = ()
