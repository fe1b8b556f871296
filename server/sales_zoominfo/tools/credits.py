"""Toolset ``credits``: what a call would cost, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..errors import fail
from ..zoominfo.operations import Entity
from .contract import Envelope, balance_meta, envelope, stamp
from .spec import Arguments, Call, Schema, Tool, flag, texts, whole

if TYPE_CHECKING:
    from ..account.estimating import Estimated
    from ..account.gate import Account
    from ..account.ledger import Budget, Limits
    from ..settings import Settings
    from ..zoominfo.records import Row

_LISTS: dict[str, Entity] = {"contacts": "contact", "companies": "company"}
_SEARCHES: dict[str, Entity] = {"contactSearch": "contact", "companySearch": "company"}
# As many as an enrich call may buy without a person's consent, by default.
_RESULTS = 25


async def estimate_credits(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    given = [name for name in (*_LISTS, *_SEARCHES) if arguments.get(name) is not None]
    if not given:
        raise fail(
            "missing_argument",
            where="estimate_credits",
            name="contacts or companies",
            how="Give the list that you would give to enrich_contacts or enrich_companies, or a search's filters as "
            "contactSearch or companySearch.",
        )
    check = arguments.get("check", True)
    if not isinstance(check, bool):
        raise fail("wrong_type", name="check", expected="true or false", got="something else")
    account = await call.runtime.account()
    told: dict[str, Estimated] = {}
    spared = {"required": arguments.get("requiredFields"), "max_age": arguments.get("maxAge")}
    for name in given:
        if name in _LISTS:
            told[name] = await account.estimate(
                _LISTS[name], arguments[name], check=check, caller=call.caller, **spared
            )
        else:
            filters = _filters(name, arguments[name])
            most = arguments.get("maxResults", _RESULTS)
            told[name] = await account.estimate_search(_SEARCHES[name], filters, most, caller=call.caller, **spared)
    credits = sum(found.credits for found in told.values())
    exact = all(found.exact for found in told.values())
    standing = await account.standing()
    if check:
        await account.refresh_balance()
    balance = account.balance
    figures = await account.figures(None if balance is None else balance.credits)
    settings = account.settings
    money = _money(settings, credits)
    return envelope(
        [row for name, found in told.items() for row in _rows(name, found)],
        totalResults=sum(len(found.estimate.items) for found in told.values()),
        estimate={
            "credits": credits,
            "basis": "exact" if exact else "upper bound",
            # The basis stands beside it, of all lists together.
            "why": "; ".join(f"{name}: {found.estimate.reason.split(': ', 1)[-1]}" for name, found in told.items()),
            **({} if money is None else {"money": money}),
            **{f"{name}Found": found.found for name, found in told.items() if found.found is not None},
        },
        budget=_room(account, await account.budget(call.caller), account.limits(), told, standing.stop is not None),
        account=_left(account, figures.forecast.runs_out_at, figures.forecast.why),
        credits={"spent": 0, **balance_meta(balance)},
        warnings=[
            *(warning for found in told.values() for warning in found.warnings),
            *([] if standing.stop is None else [str(standing.stop.error())]),
        ],
        sandbox=account.sandbox,
    )


def _filters(name: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict) or not value:
        raise fail("wrong_type", name=name, expected="an object of filters, such as {jobTitle: ...}", got="none")
    return dict(cast("dict[str, object]", value))


def _rows(name: str, found: Estimated) -> list[Row]:
    return [
        {
            "list": name,
            "index": index,
            **({"id": found.ids[index]} if found.ids else {}),
            "credits": item.credits,
            "why": item.why,
        }
        for index, item in enumerate(found.estimate.items)
    ]


def _money(settings: Settings, credits: int) -> dict[str, Any] | None:
    """What credits cost, where the price of one is known."""
    if settings.price_per_credit is None:
        return None
    return {"amount": round(credits * settings.price_per_credit, 2), "currency": settings.currency}


def _left(account: Account, runs_out: float | None, why: str) -> dict[str, Any]:
    """What is left of the contract, and for how long."""
    balance = account.balance
    told: dict[str, Any] = {"left": None if balance is None else balance.credits}
    if runs_out is not None:
        told["runsOut"] = stamp(runs_out)[:10]
    return {**told, "forecast": why}


def _room(
    account: Account, budget: Budget, limits: Limits, told: dict[str, Estimated], stopped: bool
) -> dict[str, Any]:
    """What the ceilings and budgets allow. Each list is a call of its own; the others have to bear them all."""
    highest = max(found.credits for found in told.values())
    total = sum(found.credits for found in told.values())
    balance = account.balance
    rooms = {
        "call": (highest, limits.per_call),
        "hour": (total, budget.hour_left),
        "day": (total, budget.day_left),
        "caller": (total, budget.caller_left),
        "total": (total, budget.total_left),
        "account": (total, None if balance is None else balance.credits),
    }
    limited = [name for name, (wanted, room) in rooms.items() if room is not None and wanted > room]
    if stopped:
        limited.append("stopped")
    return {
        "dayLeft": budget.day_left,
        "hourLeft": budget.hour_left,
        "callCeiling": limits.per_call,
        **_further(budget, limits),
        "fits": not limited,
        **({"limitedBy": limited} if limited else {}),
    }


def _further(budget: Budget, limits: Limits) -> dict[str, Any]:
    told = {"callerLeft": budget.caller_left, "totalLeft": budget.total_left, "jobBudget": limits.per_job}
    return {name: value for name, value in told.items() if value is not None}


async def get_usage(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    from ..account.report import compact

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
    budget, view = report.budget, report.view
    stop = view.stop
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
            **_further(budget, account.limits()),
        },
        figures=compact(report.figures),
        stopped={} if stop is None else {"since": stamp(stop.at), "balanceFell": stop.fell, "counted": stop.counted},
        exhausted=view.exhausted,
        credits={"spent": 0, "budgetLeft": budget.day_left, **balance_meta(account.balance)},
        warnings=[] if stop is None else [str(stop.error())],
        sandbox=account.sandbox,
    )


def _as(what: str) -> Schema:
    return {"type": "array", "items": {}, "description": f"What you would give to {what}, 1 to 100."}


def _found(what: str, example: str) -> Schema:
    return {"description": f"Or what a search finds: an object of {what} filters, such as {example}."}


TOOLS = (
    Tool(
        "estimate_credits",
        "Estimate credits",
        "credits",
        "Say what enriching these lists, or the first results of a search, would cost before paying: exact or an upper "
        "bound, and why. Records bought in the last 12 months and duplicates count 0. Also tells what the budgets and "
        "the account have left, and until when. Free; asks ZoomInfo only what is free.",
        {
            "contacts": _as("enrich_contacts"),
            "companies": _as("enrich_companies"),
            "contactSearch": _found("search_contacts", '{"jobTitle": "CFO"}'),
            "companySearch": _found("search_companies", '{"state": "Ohio"}'),
            "maxResults": whole("How many results of each search you would enrich.", 1, 100, default=_RESULTS),
            "requiredFields": texts("As you would give it."),
            "maxAge": whole("As you would give it.", 0),
            "check": flag("Ask ZoomInfo, free, which records named by id are owned already.", default=True),
        },
        estimate_credits,
        operations=("search_contacts", "search_companies", "usage"),
    ),
    Tool(
        "get_usage",
        "Get usage",
        "credits",
        "Show the account's limits and what is left, this server's own budgets, spend by day, caller and job, records "
        "under management and when they lapse. Free. The credit balance is the row uniqueIdLimit; recordLimit and "
        "requestLimit are contract volumes, not credits.",
        {},
        get_usage,
        operations=("usage",),
    ),
)
