"""How often ZoomInfo may be called: a fair queue per lane, in front of a state that all processes share.

The rules are in :mod:`.pacing`, where the state is kept in :mod:`.limit_state`. Here is the waiting, and what the
answers' headers mean: the Enterprise API counts minutes (``X-RateLimit-Reset`` in epoch seconds), the GTM API seconds,
hours and days (``X-RateLimit-Rejected-Bucket``, ``-1`` for "quota unknown").
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, Protocol, TypeVar

import anyio

from ..errors import SalesZoomInfoError, fail
from .limit_state import LocalState, State
from .operations import Lane
from .pacing import LONGEST_WAIT, RULES, Bucket, Hold, News, Rules, Told, Turn, Window, describe, dump, hear, load, take
from .pacing import Lane as Shared
from .pacing import late as note_late

T = TypeVar("T")

# While a window is used up it is asked again, since it may free earlier than was said. Seconds.
_LOOK_AGAIN = 15.0
# And not sooner than this, whatever the clocks say. Seconds.
_AT_LEAST = 0.001
# A request that leaves this much too late is noted, less is within the headroom. Seconds.
_LATE = 0.003
# A block is told as a moment of another clock; read twice, it differs by less than this. Seconds.
_CLOCKS = 0.05
# Float sums of a clock and a delay may fall short of the target by an ulp.
_EPSILON = 1e-6

_BULK: ContextVar[Callable[[], object] | None] = ContextVar("sales_zoominfo_bulk", default=None)


@contextmanager
def bulk(on_slot: Callable[[], object] = lambda: None) -> Generator[None]:
    """Mark what runs inside as bulk: its calls go behind interactive ones and leave them a reserve.

    Args:
        on_slot: called whenever a call from inside has waited and gets its slot.
    """
    token = _BULK.set(on_slot)
    try:
        yield
    finally:
        _BULK.reset(token)


def is_bulk() -> bool:
    """Whether the running task is inside :func:`bulk`."""
    return _BULK.get() is not None


def default_rates(rate_limit: float) -> dict[Lane, float]:
    """The requests a second of each lane.

    Args:
        rate_limit: the account's limit for ordinary calls, requests a second.

    Returns:
        Lane to requests a second: sign-in 1, scaling (bulk, webhooks) 33, as the Enterprise documentation says.
    """
    return {"auth": 1.0, "standard": rate_limit, "scaling": 33.0}


class Slot:
    """A moment at which one request may be sent."""

    __slots__ = ("_clock", "_late", "_moment", "_number", "_sleep_until")

    def __init__(
        self,
        number: int,
        moment: float,
        clock: Callable[[], float],
        late: list[tuple[int, float]],
        sleep_until: Callable[[float], Awaitable[object]],
    ) -> None:
        """Args:
        number, moment: of the slot.
        clock: of the moment, seconds.
        late: where to note how much later it was used.
        sleep_until: waits for a moment.
        """
        self._number, self._moment = number, moment
        self._clock = clock
        self._late = late
        self._sleep_until = sleep_until

    async def due(self) -> None:
        """Wait for the moment, where :meth:`Limiter.acquire` was told to come back before it."""
        await self._sleep_until(self._moment)

    def used(self) -> None:
        """Note that the request leaves now: what leaves late makes a later second fuller than planned."""
        now = self._clock()
        if now - self._moment > _LATE:
            self._late.append((self._number, now - self._moment))
            self._moment = now


class Limiter(Protocol):
    """Hands out the moments at which a request may be sent."""

    async def acquire(
        self, lane: Lane, *, max_wait: float | None = None, bulk: bool = False, lead: float = 0.0
    ) -> Slot:
        """Wait for the next free moment of a lane and take it, first come first served.

        Args:
            lane: the rate class of the route.
            max_wait: seconds the caller can wait; None waits for as long as it takes.
            bulk: goes behind interactive calls and leaves them a reserve of each hour and day.
            lead: seconds before the moment at which to come back, for what is to be done before the request leaves;
                half the space between two slots at most.

        Returns:
            The moment, to be waited for after a lead, and to be told when the request really leaves.

        Raises:
            RateLimited: the wait would be longer; no moment was taken.
            InvalidArgument, UpstreamUnavailable: the shared state cannot be used, so nothing may be sent.
        """
        ...

    async def feedback(self, lane: Lane, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer.

        Args:
            lane: the rate class it was sent in.
            status: HTTP status.
            headers: its headers, looked up case-insensitively (``httpx2.Headers``).
        """
        ...


class _Reserved(NamedTuple):
    """A slot, its moment by this process's clock, and until when the lane is blocked although it was given."""

    number: int
    moment: float
    blocked: float


@dataclass(slots=True)
class _Queue:
    """Those of one process that wait in one lane, interactive or bulk. Only the head holds a reservation."""

    waiting: int = 0
    # What follows waits anyway, so nobody has to be let by when the lock is free.
    lock: anyio.Lock = field(default_factory=lambda: anyio.Lock(fast_acquire=True))
    # The slot of a head that was cancelled, for the next one.
    left: _Reserved | None = None


@dataclass(slots=True)
class _View:
    """What this process last saw of a lane, and what it has to tell."""

    queues: tuple[_Queue, _Queue] = field(default_factory=lambda: (_Queue(), _Queue()))
    spacing: float = 0.0
    told: float | None = None
    blocked_until: float = -math.inf
    # The lane as it was last written here, beside its text: read anew only where another process has written since.
    written: tuple[str, Shared] | None = None
    news: list[News] = field(default_factory=list[News])
    late: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])


class _Seen(NamedTuple):
    """A result beside the moment, by this process's clock, at which it was true."""

    at: float
    result: Any
    spacing: float
    told: float | None
    blocked: float


class SharedLimiter:
    """The limiter of one account and API generation, on a state that its processes share."""

    def __init__(
        self,
        state: State,
        name: str,
        rates: Mapping[Lane, float],
        *,
        rules: Rules = RULES,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Args:
        state: where the lanes are kept.
        name: the account and generation; processes that give the same name share their limits.
        rates: requests a second of each lane; a lane that is missing gets 25.
        rules: the figures of the rules.
        clock: monotonic seconds.
        sleep: waits for a number of seconds.
        wall: epoch seconds, for headers that name a moment.
        """
        self._state = state
        self._name = name
        self._rates = dict(rates)
        self._rules = rules
        self._clock = clock
        self._sleep = sleep
        self._wall = wall
        self._views: dict[Lane, _View] = {}

    def _view(self, lane: Lane) -> _View:
        if (view := self._views.get(lane)) is None:
            view = self._views[lane] = _View(spacing=1 / (self._rules.headroom * self._rate(lane)))
        return view

    def _rate(self, lane: Lane) -> float:
        return float(self._rates.get(lane, 25.0))

    async def pace(self, lane: Lane) -> dict[str, Any]:
        """What is known about a lane, for a person: see :func:`~.pacing.describe`.

        Raises:
            As for :meth:`acquire`.
        """
        seen = await self._apply(lane, lambda shared, now: describe(shared, now, self._rate(lane)))
        view = self._view(lane)
        queued = sum(queue.waiting - (queue.left is not None) for queue in view.queues)
        return seen.result | {"wait": seen.result["wait"] + queued * view.spacing}

    async def acquire(
        self, lane: Lane, *, max_wait: float | None = None, bulk: bool = False, lead: float = 0.0
    ) -> Slot:
        """See :meth:`Limiter.acquire`."""
        view = self._view(lane)
        queue = view.queues[bulk]
        until = math.inf if max_wait is None else self._clock() + max_wait
        wait = queue.waiting * view.spacing
        if wait > 0 and self._clock() + wait > until:
            raise _refusal(wait, "second")
        queue.waiting += 1
        try:
            async with queue.lock:
                slot = await self._take(lane, view, queue, until, bulk, lead)
        finally:
            queue.waiting -= 1
        if bulk and (told := _BULK.get()) is not None:
            told()
        return slot

    async def _take(self, lane: Lane, view: _View, queue: _Queue, until: float, bulk: bool, lead: float) -> Slot:
        while True:
            number, slot, blocked = queue.left = await self._reserve(lane, queue, until, bulk)
            await self._sleep_until(slot - min(lead, view.spacing / 2))
            queue.left = None
            # A refusal that arrived meanwhile holds everybody; the slot is lost, but so it would have been. One that
            # stood before does not: the slot was given to try whether it still holds.
            if view.blocked_until <= max(self._clock(), blocked):
                break
        taken = Slot(number, slot, self._clock, view.late, self._sleep_until)
        taken.used()
        return taken

    async def _reserve(self, lane: Lane, queue: _Queue, until: float, bulk: bool) -> _Reserved:
        left, queue.left = queue.left, None
        if left is not None and self._clock() - _LATE <= left.moment <= until:
            return left
        while True:
            # A process that dies while it waits for long must hold nothing, so only slots nearby are reserved.
            most = until - self._clock()

            def ask(shared: Shared, now: float, most: float = most) -> Turn | Hold:
                return take(shared, now, self._rate(lane), bulk=bulk, max_wait=most, rules=self._rules)

            seen = await self._apply(lane, ask)
            answer: Turn | Hold = seen.result
            moment = seen.at + answer.wait
            if isinstance(answer, Turn):
                return _Reserved(answer.number, moment, seen.blocked + _CLOCKS)
            if moment > until:
                raise _refusal(answer.wait, answer.bucket)
            now = self._clock()
            await self._sleep_until(min(max(moment, now + _AT_LEAST), now + _LOOK_AGAIN))

    async def _sleep_until(self, moment: float) -> None:
        # A coarse system clock may wake a sleeper a little early.
        while (wait := moment - self._clock()) > _EPSILON:
            await self._sleep(wait)

    async def feedback(self, lane: Lane, status: int, headers: Mapping[str, str]) -> None:
        """See :meth:`Limiter.feedback`."""
        news = read_news(lane, status, headers, self._wall())
        view = self._view(lane)
        if status != 429 and view.blocked_until > self._clock():
            news = news._replace(passed=True)
        if news == _NOTHING:
            return
        view.news.append(news)
        # A limit that is new is told even if this process sends nothing more.
        if news.urgent or news.second not in (None, view.told):
            # An answer may have been paid for: it must not be lost because the state is away. The news stay.
            with suppress(SalesZoomInfoError):
                await self._apply(lane, lambda _shared, _now: None)

    async def _apply(self, lane: Lane, ask: Callable[[Shared, float], object]) -> _Seen:
        """Apply what is to be told and then ``ask`` to the shared lane, in one transaction."""
        view, rate = self._view(lane), self._rate(lane)
        news, view.news = view.news, []
        late, view.late[:] = tuple(view.late), []

        def step(text: str | None, now: float) -> tuple[str, _Seen]:
            at = self._clock()
            # Taken out first: a step that fails or runs again must not find what it has half changed.
            written, view.written = view.written, None
            shared = written[1] if written is not None and written[0] == text else load(text)
            for number, seconds in late:
                note_late(shared, number, seconds)
            for item in news:
                hear(shared, now, item, rate, self._rules)
            result = ask(shared, now)
            block = shared.blocked(now)
            spacing = 1 / (self._rules.headroom * shared.pace(rate))
            blocked = -math.inf if block is None else at + block[1] - now
            written = dump(shared), shared
            view.written = written
            return written[0], _Seen(at, result, spacing, shared.told, blocked)

        try:
            seen = await self._state.step(f"{self._name}:{lane}", step)
        except BaseException:
            # What was learnt is not lost with the connection.
            view.news = news + view.news
            raise
        view.spacing, view.told, view.blocked_until = seen.spacing, seen.told, seen.blocked
        return seen


class LocalLimiter(SharedLimiter):
    """The limiter of a process that shares no state: the same rules, kept in memory."""

    def __init__(
        self,
        rates: Mapping[Lane, float],
        *,
        rules: Rules = RULES,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Args: as for :class:`SharedLimiter`."""
        super().__init__(LocalState(clock), "", rates, rules=rules, clock=clock, sleep=sleep, wall=wall)


def _refusal(wait: float, bucket: Bucket) -> SalesZoomInfoError:
    seconds = math.ceil(wait)
    return fail("rate_limited", bucket=bucket, seconds=seconds, details={"bucket": bucket, "seconds": seconds})


# --- headers --------------------------------------------------------------------------------------------------

_NOTHING = News()
_BUCKETS: dict[str, Bucket] = {"second": "second", "minute": "minute", "hour": "hour", "day": "day"}
_WINDOWS: tuple[Window, ...] = ("hour", "day")


def read_news(lane: Lane, status: int, headers: Mapping[str, str], now: float) -> News:
    """What an answer says about the limits.

    Args:
        lane: the rate class it was sent in.
        status: HTTP status.
        headers: looked up case-insensitively.
        now: epoch seconds.
    """
    second = _number(headers.get("x-ratelimit-limit-second"))
    if lane == "auth" or (second is not None and second <= 0):
        second = None
    windows: dict[Window, Told] = {}
    for window in _WINDOWS:
        limit = _number(headers.get(f"x-ratelimit-limit-{window}"))
        if limit is not None and limit > 0:
            windows[window] = Told(limit, _number(headers.get(f"x-ratelimit-remaining-{window}")))
    # The GTM API repeats its second in the plain headers, only Enterprise counts minutes in them.
    minute = "x-ratelimit-limit-second" not in headers
    left = _number(headers.get("x-ratelimit-remaining"))
    if minute and (limit := _number(headers.get("x-ratelimit-limit"))) is not None and limit > 0:
        windows["minute"] = Told(limit, left)
    if status == 429:
        bucket, wait = _rejected(headers, left, now)
        return News(second, windows, bucket, wait)
    if minute and left == 0 and (wait := _until_reset(headers, now)) is not None:
        return News(second, windows, None, wait, empty=True)
    return News(second, windows) if second is not None or windows else _NOTHING


def _rejected(headers: Mapping[str, str], left: float | None, now: float) -> tuple[Bucket, float | None]:
    wait = retry_after(headers, now)
    if wait is None:
        wait = _until_reset(headers, now)
    bucket = _BUCKETS.get(headers.get("x-ratelimit-rejected-bucket", "").strip().lower())
    if bucket is not None and (bucket != "minute" or wait is not None):
        return bucket, wait
    # Enterprise reports the minute beside each refusal; with calls left in it, the second was refused.
    if wait is not None and (left is None or left <= 0 or "retry-after" in headers):
        return "minute", wait
    return "second", None


def _until_reset(headers: Mapping[str, str], now: float) -> float | None:
    moment = _number(headers.get("x-ratelimit-reset"))
    wait = None if moment is None else moment - now
    # Values that are no epoch seconds of about now (a delay, milliseconds) say nothing reliable.
    return wait if wait is not None and 0 < wait <= LONGEST_WAIT else None


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
