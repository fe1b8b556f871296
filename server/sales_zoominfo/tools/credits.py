"""Toolset ``credits``: what a call would cost, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import fail
from ..zoominfo.operations import Entity
from .contract import Envelope, balance_meta, envelope, stamp
from .enrich import match_schema
from .spec import Arguments, Call, Tool

if TYPE_CHECKING:
    from ..zoominfo.records import Row

_LISTS: dict[str, Entity] = {"contacts": "contact", "companies": "company"}


async def estimate_credits(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    given = [name for name in _LISTS if arguments.get(name) is not None]
    if not given:
        raise fail(
            "missing_argument",
            where="estimate_credits",
            name="contacts or companies",
            how="Give the same list that you would give to enrich_contacts or enrich_companies.",
        )
    account = await call.runtime.account()
    rows: list[Row] = []
    total, highest, exact = 0, 0, True
    reasons: list[str] = []
    for name in given:
        estimate = await account.estimate(_LISTS[name], arguments[name])
        total += estimate.credits
        highest = max(highest, estimate.credits)
        exact = exact and estimate.exact
        # The basis stands beside it, of all lists together.
        reasons.append(f"{name}: {estimate.reason.split(': ', 1)[-1]}")
        rows += [
            {"list": name, "index": index, "credits": item.credits, "why": item.why}
            for index, item in enumerate(estimate.items)
        ]
    budget = await account.budget(call.caller)
    limits = account.limits()
    # Each list is a call of its own, while day and hour have to bear both.
    rooms = {"call": (highest, limits.per_call), "hour": (total, budget.hour_left), "day": (total, budget.day_left)}
    limited = [name for name, (wanted, room) in rooms.items() if wanted > room]
    return envelope(
        rows,
        totalResults=len(rows),
        estimate={"credits": total, "basis": "exact" if exact else "upper bound", "why": "; ".join(reasons)},
        budget={
            "dayLeft": budget.day_left,
            "hourLeft": budget.hour_left,
            "callCeiling": limits.per_call,
            "fits": not limited,
            **({"limitedBy": limited} if limited else {}),
        },
        credits={"spent": 0, **balance_meta(account.balance)},
        sandbox=account.sandbox,
    )


async def get_usage(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    del arguments
    account = await call.runtime.account()
    report = await account.usage(call.caller)
    rows = [
        {
            "limitType": limit.type,
            "description": limit.description,
            "totalLimit": limit.total,
            "currentUsage": limit.used,
            **({"usageRemaining": limit.remaining} if limit.metered else {"metered": False}),
            **({"credits": True} if limit.type == "uniqueIdLimit" else {}),
        }
        for limit in report.limits
    ]
    budget = report.budget
    return envelope(
        rows,
        budget={
            "daySpent": budget.spent_today,
            "dayReserved": budget.reserved,
            "dayInDoubt": budget.in_doubt,
            "dayBudget": budget.day_budget,
            "dayLeft": budget.day_left,
            "hourLeft": budget.hour_left,
            "resetsAt": stamp(budget.resets_at),
        },
        credits={"spent": 0, "budgetLeft": budget.day_left, **balance_meta(account.balance)},
        sandbox=account.sandbox,
    )


TOOLS = (
    Tool(
        "estimate_credits",
        "Estimate credits",
        "credits",
        "Say what enriching these contacts or companies would cost at most, before paying. Free and without a call to "
        "ZoomInfo. Records bought in the last 12 months and duplicates count 0. Also tells what the budgets allow.",
        {"contacts": match_schema("contact"), "companies": match_schema("company")},
        estimate_credits,
    ),
    Tool(
        "get_usage",
        "Get usage",
        "credits",
        "Show the account's limits and what is left, and this server's own budgets. Free. The credit balance is the "
        "row uniqueIdLimit; recordLimit and requestLimit are contract volumes, not credits.",
        {},
        get_usage,
        operations=("usage",),
    ),
)
