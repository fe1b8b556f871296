"""How long a job still takes: by its own rate, and by the hours and days that the account's rate package allows.

The Enterprise API limits seconds and minutes alone, so that only GTM's hours and days can stretch a job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import BATCH, Job

if TYPE_CHECKING:
    from ..account.gate import Account

HOUR, DAY = 3_600.0, 86_400.0
# Share of an hour and a day that bulk leaves to interactive calls, as the limiter keeps it.
RESERVE = 0.1
HEADROOM = 0.99


async def eta(account: Account, job: Job, *, alive: bool) -> tuple[float | None, str]:
    """The seconds that a job still takes.

    Args:
        account: whose limits they are.
        job: as it stands.
        alive: whether any worker is there.

    Returns:
        The seconds, None when that cannot be told; and what they rest on.
    """
    if not alive:
        return None, "No worker is alive; `sales-zoominfo worker` starts one."
    if job.state == "loading":
        return None, "Its file is being read."
    calls = max(0, -(-(job.units - job.done_units) // BATCH))
    limit = account.settings.rate_limit
    package = package_of(account)
    share = 1.0
    if job.rate and job.finished and job.done_units:
        # Rows to records as they have been so far: duplicates come for nothing.
        share = job.done_units / max(1, job.finished)
    own = None if not job.rate else job.rate * share / BATCH
    rate = min(limit * HEADROOM, own) if own else limit * HEADROOM
    seconds, note = calls / rate, "At the present rate." if own else f"At {limit:g} requests a second."
    if package is not None:
        longest, why = windows(calls, *package)
        if longest > seconds:
            return longest, why
    return seconds, note


# Requests an hour and a day of ZoomInfo's rate packages, by their requests a second (rate-limit page, 2026-07-24).
PACKAGES: dict[float, tuple[int, int]] = {
    5.0: (10_800, 129_600),
    25.0: (54_000, 648_000),
    35.0: (75_600, 907_200),
}


def package_of(account: Account) -> tuple[int, int] | None:
    """Requests an hour and a day of the API that an account's bulk calls go to; None where it limits neither."""
    return PACKAGES.get(account.settings.rate_limit) if account.generations[0] == "gtm" else None


def windows(calls: int, hourly: int, daily: int) -> tuple[float, str]:
    """The seconds that so many requests take at least, where an hour and a day are limited.

    Args:
        calls: requests.
        hourly, daily: what the account may send.
    """
    by_hour = calls / ((1 - RESERVE) * hourly) * HOUR if calls > (1 - RESERVE) * hourly else 0.0
    by_day = calls / ((1 - RESERVE) * daily) * DAY if calls > (1 - RESERVE) * daily else 0.0
    if by_day >= by_hour and by_day:
        return by_day, f"The account may send {daily} requests a day, of which a tenth stays for other work."
    return by_hour, f"The account may send {hourly} requests an hour, of which a tenth stays for other work."
