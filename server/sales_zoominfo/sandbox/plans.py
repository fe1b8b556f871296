"""Plans: what an account may do, how much, and how fast."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

from .model import Generation, Purchase, SandboxAccount, Switches
from .rates import Carry, Window

# Switches that are a matter of the account; the others are how the service spells its answers.
ACCOUNT_SWITCHES: Final = frozenset(
    {
        "ai_credits",
        "apis",
        "contract_ends",
        "credit_exhausted",
        "credits",
        "disallowed_endpoints",
        "disallowed_fields",
        "disallowed_filters",
        "gtm_client_credentials",
        "gtm_config",
        "gtm_output_enum",
        "gtm_refresh_rotation",
        "package",
        "rate_authenticate",
        "rate_day",
        "rate_day_seconds",
        "rate_hour",
        "rate_hour_seconds",
        "rate_minute",
        "rate_minute_seconds",
        "rate_previous_second_counts",
        "rate_rule",
        "rate_scaling_minute",
        "rate_scaling_second",
        "rate_second",
        "record_budget",
        "request_budget",
        "scaling_bundle",
        "token_ttl",
        "websights_record_budget",
        "websights_request_budget",
    }
)

# Numbers of credits and budgets are invented; rates are the documented packages.
PLANS: Final[Mapping[str, Mapping[str, Any]]] = {
    "builder": {
        "apis": frozenset({"gtm"}),
        "package": "builder",
        "credits": 1_000,
        "record_budget": 25_000,
        "request_budget": 0,
        "disallowed_fields": frozenset(
            {"mobilePhone", "mobilePhoneAlt", "directPhoneAlt", "emailAlt", "techAttributes"}
        ),
        "disallowed_filters": frozenset({"techAttributeTagList", "excludeTechAttributeTagList", "techSkills"}),
    },
    "standard": {
        "apis": frozenset({"gtm", "enterprise"}),
        "package": "standard",
        "credits": 10_000,
        "record_budget": 250_000,
        "request_budget": 0,
    },
    "scaling": {
        "apis": frozenset({"gtm", "enterprise"}),
        "package": "scaling",
        "credits": 100_000,
        "record_budget": 5_000_000,
        "request_budget": 0,
    },
    "enterprise": {
        "apis": frozenset({"enterprise"}),
        "package": "standard",
        "credits": 10_000,
        "record_budget": 250_000,
        "request_budget": 500_000,
        "disallowed_endpoints": frozenset({"/compliance"}),
    },
}

# Second, minute, hour, day. The minute is an Enterprise window, hour and day are GTM windows.
_PACKAGES: Final[dict[str, dict[Generation, tuple[int, int, int, int]]]] = {
    "builder": {"gtm": (5, 300, 10_800, 129_600), "enterprise": (5, 300, 10_800, 129_600)},
    "standard": {"gtm": (25, 1_500, 54_000, 648_000), "enterprise": (25, 1_500, 54_000, 648_000)},
    "scaling": {"gtm": (35, 2_000, 75_600, 907_200), "enterprise": (25, 1_500, 54_000, 648_000)},
}
_SCALING_LANE: Final = (33, 2_000)
SCALING_PATHS: Final = ("/bulk/", "/webhooks")


def named_account(name: str, **members: Any) -> SandboxAccount:
    """Return an account whose credentials follow from its name.

    Args:
        name: The name.
        members: Members of `SandboxAccount` that differ.

    Returns:
        The account; nothing in it is a secret.
    """
    derived: dict[str, Any] = {
        "username": f"{name}@sandbox.example",
        "password": f"{name}-password-not-a-secret",
        "client_id": f"{name}-client",
        "client_secret": f"{name}-client-secret-not-a-secret",
        "enterprise_client_id": f"{name}-enterprise-client",
        "refresh_token": f"{name}-refresh-token-1",
        "app_name": f"Integration of {name}",
    }
    return SandboxAccount(name=name, **(derived | members))


def preset_accounts() -> tuple[SandboxAccount, ...]:
    """Return an account of each plan, named after it; colleagues on the standard plan own some records."""
    owned = (Purchase("contact", count=25, days_ago=200), Purchase("company", count=10, days_ago=364))
    return tuple(
        named_account(plan, plan=plan, purchases=owned if plan in {"standard", "enterprise"} else ()) for plan in PLANS
    )


def effective(switches: Switches, account: SandboxAccount) -> Switches:
    """Return the switches that hold for an account.

    Args:
        switches: Those of the sandbox.
        account: Its plan and its own switches win.

    Returns:
        The switches.

    Raises:
        ValueError: The plan is unknown, or a switch is unknown or no matter of the account.
    """
    if account.plan and account.plan not in PLANS:
        raise ValueError(f"account {account.name}: plan: one of {', '.join(PLANS)}")
    wrong = sorted(set(account.switches) - ACCOUNT_SWITCHES)
    if wrong:
        known = {item.name for item in fields(Switches)}
        reason = "a switch of the whole sandbox" if wrong[0] in known else "not a switch"
        raise ValueError(
            f"account {account.name}: {wrong[0]}: {reason}; an account may set {', '.join(sorted(ACCOUNT_SWITCHES))}"
        )
    return replace(switches, **{**PLANS.get(account.plan, {}), **account.switches})


def is_scaling(path: str) -> bool:
    """Say whether an Enterprise path belongs to the Scaling bundle, which has rate windows of its own."""
    return path.startswith(SCALING_PATHS)


def windows(plan: Switches, generation: Generation, path: str = "") -> list[Window]:
    """Return the rate windows that a request counts against.

    Args:
        plan: Switches of the account.
        generation: GTM has second, hour and day windows; Enterprise second and minute.
        path: The request's path; Enterprise bulk and webhook calls have windows of their own.

    Returns:
        The windows, tested together.
    """
    rule = "previous_second" if plan.rate_previous_second_counts else plan.rate_rule
    counting: dict[str, Carry] = {"fixed": "none", "sliding_log": "log", "previous_second": "full"}
    preset = _PACKAGES.get(plan.package, {}).get(generation)
    second, minute, hour, day = preset or (None, None, None, None)
    if generation == "enterprise" and is_scaling(path):
        second, minute = _SCALING_LANE if preset else (None, None)
        second = second if plan.rate_scaling_second is None else plan.rate_scaling_second
        minute = minute if plan.rate_scaling_minute is None else plan.rate_scaling_minute
    else:
        second = second if plan.rate_second is None else plan.rate_second
        minute = minute if plan.rate_minute is None else plan.rate_minute
    hour = hour if plan.rate_hour is None else plan.rate_hour
    day = day if plan.rate_day is None else plan.rate_day
    shapes: list[tuple[str, float, int | None, Carry]] = [("second", 1.0, second, counting[rule])]
    if generation == "gtm":
        shapes.append(("hour", plan.rate_hour_seconds, hour, "sliding"))
        shapes.append(("day", plan.rate_day_seconds, day, "sliding"))
    else:
        shapes.append(("minute", plan.rate_minute_seconds, minute, "none"))
    return [Window(name, seconds, limit, kept) for name, seconds, limit, kept in shapes if limit is not None]


def bars(plan: Switches, *paths: str) -> bool:
    """Say whether the plan lacks an endpoint; an entry that ends with an asterisk is a beginning."""
    return any(
        path.startswith(entry[:-1]) if entry.endswith("*") else path == entry
        for entry in plan.disallowed_endpoints
        for path in paths
    )


def may_scale(plan: Switches) -> bool:
    """Say whether the plan holds the Scaling bundle."""
    if plan.scaling_bundle is None:
        return plan.package in {"scaling", "unlimited"}
    return plan.scaling_bundle
