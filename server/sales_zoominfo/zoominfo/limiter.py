"""How often ZoomInfo may be called: one queue per lane, evenly spaced, corrected by what the service answers.

Sources: the Enterprise documentation (25, 33 and 1 requests a second by endpoint class, minute budgets with
``X-RateLimit-Reset`` in epoch seconds) and ZoomInfo's GTM rate-limit page (second, hour and day windows,
``X-RateLimit-Rejected-Bucket``, ``-1`` for "quota unknown", refused requests use no quota).
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal, Protocol, get_args

import anyio

from ..errors import SalesZoomInfoError, fail
from .operations import Lane

Bucket = Literal["second", "minute", "hour", "day"]

# A share of the limit, so that 25 gaps take a little more than a second and late packets do not collide.
HEADROOM = 0.99
_LONGEST_WAIT = 86_400.0
_MINUTE = 60.0
# An hour or day refusal that names no time: look again after a minute, refusals use no quota.
_UNTOLD_WAIT = 60.0
# Float sums of a clock and a delay may fall short of the target by an ulp.
_EPSILON = 1e-6


def default_rates(rate_limit: float) -> dict[Lane, float]:
    """The requests a second of each lane.

    Args:
        rate_limit: the account's limit for ordinary calls, requests a second.

    Returns:
        Lane to requests a second: sign-in 1, scaling (bulk, webhooks) 33, as the Enterprise documentation says.
    """
    return {"auth": 1.0, "standard": rate_limit, "scaling": 33.0}


class Limiter(Protocol):
    """Hands out the moments at which a request may be sent."""

    def delay(self, lane: Lane) -> float:
        """Seconds that :meth:`acquire` would take now; nothing is taken."""
        ...

    async def acquire(self, lane: Lane, *, max_wait: float | None = None) -> None:
        """Wait for the next free moment of a lane and take it.

        Args:
            lane: the rate class of the route.
            max_wait: seconds the caller can wait; None waits for as long as it takes.

        Raises:
            RateLimited: the wait would be longer; no moment was taken.
        """
        ...

    def feedback(self, lane: Lane, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer.

        Args:
            lane: the rate class it was sent in.
            status: HTTP status.
            headers: its headers, looked up case-insensitively (``httpx2.Headers``).
        """
        ...


@dataclass(slots=True)
class _Lane:
    ceiling: float
    rate: float
    next: float = 0.0
    blocked_until: float = 0.0
    bucket: Bucket = "second"
    waiting: int = 0
    queue: anyio.Lock = field(default_factory=anyio.Lock)


class LocalLimiter:
    """The limiter of one process: GCRA with burst 1 behind a fair queue.

    Only the head of the queue holds a reservation, so a cancelled waiter leaves no gap, and a refusal or a new
    rate reaches everybody behind it at once.
    """

    def __init__(
        self,
        rates: Mapping[Lane, float],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
        wall: Callable[[], float] = time.time,
        headroom: float = HEADROOM,
    ) -> None:
        """Args:
        rates: requests a second of each lane; a lane that is missing gets 25.
        clock: monotonic seconds.
        sleep: waits for a number of seconds.
        wall: epoch seconds, for headers that name a moment.
        headroom: share of the rate that is used, 0 to 1.
        """
        self._clock = clock
        self._sleep = sleep
        self._wall = wall
        self._headroom = headroom
        # A late wake-up is caught up by at most half of what the headroom saves in a second.
        self._slack = (1 / headroom - 1) / 2
        self._lanes: dict[Lane, _Lane] = {}
        for lane in get_args(Lane):
            rate = float(rates.get(lane, 25.0))
            self._lanes[lane] = _Lane(ceiling=rate, rate=rate)

    def rate(self, lane: Lane) -> float:
        """The requests a second that a lane sends at most now, before headroom."""
        return self._lanes[lane].rate

    def _spacing(self, state: _Lane) -> float:
        return 1 / (self._headroom * state.rate)

    def delay(self, lane: Lane) -> float:
        """Seconds that :meth:`acquire` would take now; nothing is taken."""
        state = self._lanes[lane]
        head = max(state.next, state.blocked_until) - self._clock()
        return max(0.0, head) + state.waiting * self._spacing(state)

    async def acquire(self, lane: Lane, *, max_wait: float | None = None) -> None:
        """Wait for the next free moment of a lane and take it, first come first served.

        Args:
            lane: the rate class of the route.
            max_wait: seconds the caller can wait; None waits for as long as it takes.

        Raises:
            RateLimited: the wait would be longer; no moment was taken.
        """
        state = self._lanes[lane]
        until = math.inf if max_wait is None else self._clock() + max_wait
        if (wait := self.delay(lane)) > 0 and self._clock() + wait > until:
            raise self._refusal(state, wait)
        state.waiting += 1
        try:
            async with state.queue:
                await self._take(state, until)
        finally:
            state.waiting -= 1

    async def _take(self, state: _Lane, until: float) -> None:
        slack = 0.0
        while True:
            now = self._clock()
            # Recomputed after each sleep: a refusal may have moved it meanwhile.
            slot = max(state.next, state.blocked_until)
            if slot - now <= _EPSILON:
                state.next = max(slot, now - slack) + self._spacing(state)
                return
            slack = self._slack
            if slot > until:
                raise self._refusal(state, slot - now)
            await self._sleep(slot - now)

    def _refusal(self, state: _Lane, wait: float) -> SalesZoomInfoError:
        bucket: Bucket = state.bucket if state.blocked_until > self._clock() else "second"
        seconds = math.ceil(wait)
        return fail("rate_limited", bucket=bucket, seconds=seconds, details={"bucket": bucket, "seconds": seconds})

    def feedback(self, lane: Lane, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer: a lower limit of the account, an empty minute, a refused hour or day.

        Args:
            lane: the rate class it was sent in.
            status: HTTP status.
            headers: its headers, looked up case-insensitively (``httpx2.Headers``).
        """
        state = self._lanes[lane]
        limit = _number(headers.get("x-ratelimit-limit-second"))
        if limit is not None and limit > 0 and lane != "auth":
            state.rate = min(state.ceiling, limit)
        if status == 429:
            self._refused(state, headers)
        elif limit is None and _number(headers.get("x-ratelimit-remaining")) == 0:
            # Only Enterprise counts minutes; its clock may differ from ours, so never wait longer than one.
            wait = self._until_reset(headers)
            if wait is not None:
                self._block(state, min(wait, _MINUTE), "minute")

    def _refused(self, state: _Lane, headers: Mapping[str, str]) -> None:
        bucket = headers.get("x-ratelimit-rejected-bucket", "").strip().lower()
        wait = retry_after(headers, self._wall())
        if wait is None:
            wait = self._until_reset(headers)
        if bucket in ("hour", "day"):
            self._block(state, _UNTOLD_WAIT if wait is None else wait, bucket)
        elif bucket == "second" or wait is None:
            # The next slot is already far enough away: holding everybody back would only cost throughput.
            return
        else:
            remaining = _number(headers.get("x-ratelimit-remaining"))
            # Enterprise reports the minute beside each refusal; with calls left in it, the second was refused.
            if remaining is None or remaining <= 0 or "retry-after" in headers:
                self._block(state, wait, "minute")

    def _block(self, state: _Lane, wait: float, bucket: Bucket) -> None:
        until = self._clock() + min(wait, _LONGEST_WAIT)
        if until > state.blocked_until:
            state.blocked_until = until
            state.bucket = bucket

    def _until_reset(self, headers: Mapping[str, str]) -> float | None:
        moment = _number(headers.get("x-ratelimit-reset"))
        wait = None if moment is None else moment - self._wall()
        # Values that are no epoch seconds of about now (a delay, milliseconds) say nothing reliable.
        return wait if wait is not None and 0 < wait <= _LONGEST_WAIT else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The ``Retry-After`` of an answer.

    Args:
        headers: the answer's headers.
        now: epoch seconds.

    Returns:
        Seconds to wait, at least 0, or None when it is absent or unreadable. RFC 9110 allows a date as well.
    """
    text = headers.get("retry-after")
    if not text:
        return None
    seconds = _number(text)
    if seconds is not None:
        return max(0.0, seconds)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError, TypeError):
        return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None
