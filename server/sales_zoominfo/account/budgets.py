"""Budgets: what counts against each, and whether a call fits.

All functions run inside a transaction of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, cast
from uuid import uuid4

from ..errors import SalesZoomInfoError, fail
from ..store import Transaction
from . import tally
from .charges import Charge, end_of_yesterday, midnight
from .ledger_types import DAY, HOUR, Budget, Caller, Estimate, Limits

SETTING_CALL = "ZOOMINFO_MAX_CREDITS_PER_CALL"
SETTING_HOUR = "ZOOMINFO_MAX_CREDITS_PER_HOUR"
SETTING_DAY = "ZOOMINFO_MAX_CREDITS_PER_DAY"
SETTING_CALLER = "ZOOMINFO_MAX_CREDITS_PER_CALLER"
SETTING_JOB = "ZOOMINFO_MAX_CREDITS_PER_JOB"
SETTING_TOTAL = "ZOOMINFO_MAX_CREDITS_TOTAL"


class _Budget(NamedTuple):
    """A budget with what has been used of it."""

    scope: str
    limit: int
    used: int
    setting: str


def check_budgets(
    c: Transaction,
    account: str,
    caller: Caller,
    estimate: Estimate,
    limits: Limits,
    now: float,
    superseded: Sequence[Charge],
) -> None:
    """Raise when the call does not fit; credits of superseded charges no longer count."""
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
    refused = _over_budget(c, account, caller, limits, now, superseded, facts)
    if needed > limits.approved or refused is not None or not _take_approval(c, account, caller, limits, now):
        since = now - HOUR
        hour = _used_since(c, account, since, caller.name) - sum(row.credits for row in superseded if row.at > since)
        for scope, ceiling, used, setting in (
            ("call", limits.per_call, 0, SETTING_CALL),
            ("hour", limits.per_hour, hour, SETTING_HOUR),
        ):
            if used + needed > ceiling and (needed > limits.approved or refused is None):
                facts |= {"scope": scope, "ceiling": ceiling, "used": used, "setting": setting}
                raise fail(
                    "over_ceiling",
                    estimate=needed,
                    scope=scope,
                    ceiling=ceiling,
                    used=used,
                    setting=setting,
                    # Nobody is asked to agree to what a budget would refuse all the same.
                    details={**facts, "askable": refused is None},
                )
    if refused is not None:
        raise refused


def _over_budget(
    c: Transaction,
    account: str,
    caller: Caller,
    limits: Limits,
    now: float,
    superseded: Sequence[Charge],
    facts: Mapping[str, object],
) -> SalesZoomInfoError | None:
    needed = cast("int", facts["estimate"])
    for budget in _budgets(c, account, caller, limits, now, superseded):
        if budget.used + needed > budget.limit:
            left = max(0, budget.limit - budget.used)
            told = {**facts, "scope": budget.scope, "budget": budget.limit, "left": left, "setting": budget.setting}
            daily = budget.scope in ("day", "caller")
            return fail(
                "over_budget",
                estimate=needed,
                left=left,
                scope=budget.scope,
                budget=budget.limit,
                today=" today" if daily else "",
                setting=budget.setting,
                details=told | ({"resetsAt": _stamp(midnight(now) + DAY)} if daily else {}),
            )
    return None


def _budgets(
    c: Transaction, account: str, caller: Caller, limits: Limits, now: float, superseded: Sequence[Charge]
) -> Iterator[_Budget]:
    """The budgets that bind a call, without what the charges in doubt that it replaces have used."""
    today = end_of_yesterday(now)
    freed = sum(row.credits for row in superseded if row.at > today)
    yield _Budget("day", limits.per_day, sum(counted_today(c, account, now).values()) - freed, SETTING_DAY)
    if limits.per_caller is not None:
        yield _Budget("caller", limits.per_caller, _used_today(c, account, now, caller.name) - freed, SETTING_CALLER)
    if limits.per_job is not None and caller.job is not None:
        own = sum(row.credits for row in superseded if row.job == caller.job)
        yield _Budget("job", limits.per_job, _used_by_job(c, account, caller.job) - own, SETTING_JOB)
    if limits.total is not None:
        ever = _used_ever(c, account) - sum(row.credits for row in superseded)
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
    counts = counted_today(c, account, now)
    total, per_caller = limits.total, limits.per_caller
    return Budget(
        spent_today=counts.get("spent", 0),
        reserved=counts.get("reserved", 0) + counts.get("sent", 0),
        in_doubt=counts.get("in_doubt", 0),
        day_budget=limits.per_day,
        day_left=max(0, limits.per_day - sum(counts.values())),
        hour_left=max(0, limits.per_hour - _used_since(c, account, now - HOUR, caller.name)),
        resets_at=midnight(now) + DAY,
        caller_left=None if per_caller is None else max(0, per_caller - _used_today(c, account, now, caller.name)),
        total_left=None if total is None else max(0, total - _used_ever(c, account)),
    )


def counted_today(c: Transaction, account: str, now: float) -> dict[str, int]:
    """Credits that count against this UTC day, by state."""
    rows = c.execute(
        "SELECT state, SUM(credits) FROM charge WHERE account = ? AND state IN ('reserved', 'sent') GROUP BY state"
        " UNION ALL SELECT state, SUM(credits) FROM charge"
        " WHERE account = ? AND state = 'in_doubt' AND at >= ? GROUP BY state",
        (account, account, midnight(now)),
    )
    return {**dict(rows.fetchall()), "spent": tally.today(c, account, now)}


def _used_today(c: Transaction, account: str, now: float, caller: str) -> int:
    """Credits of a caller that count against this UTC day."""
    return _open(c, account, end_of_yesterday(now), caller) + tally.today_of(c, account, caller, now)


def _used_since(c: Transaction, account: str, since: float, caller: str) -> int:
    """Credits of a caller that are under way, or were sent after a moment."""
    return _open(c, account, since, caller) + tally.since(c, account, caller, since)


def _open(c: Transaction, account: str, since: float, caller: str) -> int:
    """Credits of a caller that are under way, or in doubt and were sent after a moment."""
    (used,) = c.execute(
        "SELECT (SELECT COALESCE(SUM(credits), 0) FROM charge"
        " WHERE account = ? AND state IN ('reserved', 'sent') AND caller = ?)"
        " + (SELECT COALESCE(SUM(credits), 0) FROM charge"
        " WHERE account = ? AND state = 'in_doubt' AND at > ? AND caller = ?)",
        (account, caller, account, since, caller),
    ).fetchone()
    return used


def _used_by_job(c: Transaction, account: str, job: str) -> int:
    (used,) = c.execute(
        "SELECT COALESCE(SUM(credits), 0) FROM charge WHERE account = ? AND job = ?"
        " AND state IN ('reserved', 'sent', 'in_doubt')",
        (account, job),
    ).fetchone()
    return used + tally.of_job(c, account, job)


def _used_ever(c: Transaction, account: str) -> int:
    (used,) = c.execute(
        "SELECT COALESCE(SUM(credits), 0) FROM charge WHERE account = ? AND state IN ('reserved', 'sent', 'in_doubt')",
        (account,),
    ).fetchone()
    return used + tally.ever(c, account)


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
