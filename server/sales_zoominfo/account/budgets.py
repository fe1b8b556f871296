"""Budgets: what counts against each, and whether a call fits.

All functions run inside a transaction of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from ..errors import SalesZoomInfoError, fail
from ..store import Transaction
from . import tally
from .charges import Charge, end_of_yesterday, midnight
from .ledger_types import DAY, HOUR, Budget, Caller, Estimate, Limits
from .tally import Used
from .under_way import Open, ask_open

SETTING_CALL = "ZOOMINFO_MAX_CREDITS_PER_CALL"
SETTING_HOUR = "ZOOMINFO_MAX_CREDITS_PER_HOUR"
SETTING_DAY = "ZOOMINFO_MAX_CREDITS_PER_DAY"
SETTING_CALLER = "ZOOMINFO_MAX_CREDITS_PER_CALLER"
SETTING_JOB = "ZOOMINFO_MAX_CREDITS_PER_JOB"
SETTING_TOTAL = "ZOOMINFO_MAX_CREDITS_TOTAL"


class _Budget(NamedTuple):
    """A budget or a ceiling, with what has been used of it."""

    scope: str
    limit: int
    used: int
    setting: str

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def check_budgets(
    c: Transaction,
    account: str,
    caller: Caller,
    estimate: Estimate,
    limits: Limits,
    now: float,
    pending: Open,
    used: Used,
    superseded: Sequence[Charge],
) -> None:
    """Raise when the call does not fit; of what is pending, credits of superseded charges no longer count."""
    needed = estimate.credits
    if not needed:
        return
    facts: dict[str, object] = {"estimate": needed, "exact": estimate.exact, "reason": estimate.reason}
    if limits.max_credits is not None and needed > limits.max_credits:
        raise fail(
            "over_cap",
            estimate=needed,
            cap=limits.max_credits,
            details={**facts, "cap": limits.max_credits},
        )
    budgets = _budgets(c, account, caller, limits, now, pending, used, superseded)
    refused = next((each for each in budgets if each.used + needed > each.limit), None)
    # Nobody is asked to agree to what a budget would refuse all the same, and no consent is used up by it.
    if refused is None and needed <= limits.approved and _take_approval(c, account, caller, limits, now):
        return
    since = now - HOUR
    freed = sum(row.credits for row in superseded if row.at > since)
    ceilings = (
        _Budget("call", limits.per_call, 0, SETTING_CALL),
        _Budget("hour", limits.per_hour, pending.mine_this_hour + used.mine_since - freed, SETTING_HOUR),
    )
    # What a person has agreed to passes the ceilings, and what is then in the way is the budget alone.
    agreed = refused is not None and needed <= limits.approved
    passed = None if agreed else next((each for each in ceilings if each.used + needed > each.limit), None)
    room = min(each.left for each in ceilings)
    if refused is not None:
        raise _refusal(refused, passed, room, now, facts)
    if passed is not None:
        raise fail(
            "over_ceiling",
            estimate=needed,
            scope=passed.scope,
            ceiling=passed.limit,
            used=passed.used,
            setting=passed.setting,
            fewer=_fewer(room),
            details=facts
            | {"scope": passed.scope, "ceiling": passed.limit, "used": passed.used, "setting": passed.setting},
        )


def _refusal(
    budget: _Budget, passed: _Budget | None, room: int, now: float, facts: Mapping[str, object]
) -> SalesZoomInfoError:
    """The error of a budget that refuses a call; it names the ceiling too that would refuse it next."""
    daily = budget.scope in ("day", "caller")
    told = {**facts, "scope": budget.scope, "budget": budget.limit, "left": budget.left, "setting": budget.setting}
    if daily:
        told["resetsAt"] = _stamp(midnight(now) + DAY)
    values = {"estimate": facts["estimate"], "left": budget.left, "scope": budget.scope, "budget": budget.limit}
    today = " today" if daily else ""
    if passed is None:
        return fail("over_budget", **values, fewer=_fewer(budget.left, today), setting=budget.setting, details=told)
    return fail(
        "over_both",
        **values,
        passed=passed.scope,
        ceiling=passed.limit,
        used=passed.used,
        fewer=_fewer(min(budget.left, room), today),
        setting=budget.setting,
        ceiling_setting=passed.setting,
        details=told | {"ceiling": passed.limit, "ceilingSetting": passed.setting},
    )


def _fewer(room: int, today: str = "") -> str:
    """The advice to send what still fits; nothing where nothing does."""
    return f"Send at most {room} new record{'' if room == 1 else 's'}{today}. " if room else ""


def _budgets(
    c: Transaction,
    account: str,
    caller: Caller,
    limits: Limits,
    now: float,
    pending: Open,
    used: Used,
    superseded: Sequence[Charge],
) -> Iterator[_Budget]:
    """The budgets that bind a call, without what the charges in doubt that it replaces have used."""
    today = end_of_yesterday(now)
    freed = sum(row.credits for row in superseded if row.at > today)
    yield _Budget("day", limits.per_day, pending.today + used.today - freed, SETTING_DAY)
    if limits.per_caller is not None:
        yield _Budget("caller", limits.per_caller, pending.mine_today + used.mine_today - freed, SETTING_CALLER)
    if limits.per_job is not None and caller.job is not None:
        own = sum(row.credits for row in superseded if row.job == caller.job)
        spent = _open_of_job(c, account, caller.job) + used.job
        yield _Budget("job", limits.per_job, spent - own, SETTING_JOB)
    if limits.total is not None:
        ever = pending.ever + used.ever - sum(row.credits for row in superseded)
        yield _Budget("total", limits.total, ever, SETTING_TOTAL)


def _take_approval(c: Transaction, account: str, caller: Caller, limits: Limits, now: float) -> bool:
    """Use a consent up; False when it has paid for another call."""
    values = (account, limits.approval or uuid4().hex, caller.name, limits.approved, now)
    taken = c.execute(
        "INSERT INTO approval (account, id, caller, credits, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        values,
    )
    return taken.rowcount == 1


def budget_of(c: Transaction, account: str, limits: Limits, caller: Caller, now: float) -> Budget:
    """Where the account and a caller stand."""
    asked_open = ask_open(c, account, now, caller.name)
    asked_used = tally.ask(c, Used._fields, account, now, caller=caller.name, job=caller.job, since=now - HOUR)
    pending, used = Open(*asked_open.fetchone()), Used(*asked_used.fetchone())
    total, per_caller = limits.total, limits.per_caller
    return Budget(
        spent_today=used.today,
        reserved=pending.reserved + pending.sent,
        in_doubt=pending.doubt_today,
        day_budget=limits.per_day,
        day_left=max(0, limits.per_day - pending.today - used.today),
        hour_left=max(0, limits.per_hour - pending.mine_this_hour - used.mine_since),
        resets_at=midnight(now) + DAY,
        caller_left=None if per_caller is None else max(0, per_caller - pending.mine_today - used.mine_today),
        total_left=None if total is None else max(0, total - pending.ever - used.ever),
    )


def _open_of_job(c: Transaction, account: str, job: str) -> int:
    (used,) = c.execute(
        "SELECT COALESCE(SUM(credits), 0) FROM charge WHERE account = ? AND live = 1 AND job = ?"
        " AND state IN ('reserved', 'sent', 'in_doubt')",
        (account, job),
    ).fetchone()
    return used


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
