"""The limiter, on a clock that moves only when somebody sleeps."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress

import anyio
import httpx2
import pytest

from sales_zoominfo.errors import RateLimited
from sales_zoominfo.zoominfo.limiter import LocalLimiter, SharedLimiter, default_rates, retry_after
from sales_zoominfo.zoominfo.operations import Lane

pytestmark = pytest.mark.anyio
EPOCH = 1_800_000_000.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Clock:
    """Simulated time: the sleeper with the earliest end goes on first."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wall(self) -> float:
        return EPOCH + self.now - 100.0

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        end = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, end)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make(clock: Clock, **rates: float) -> LocalLimiter:
    lanes = default_rates(25.0) | rates  # type: ignore[operator]
    return LocalLimiter(lanes, clock=clock, sleep=clock.sleep, wall=clock.wall)


async def delay(limiter: SharedLimiter, lane: Lane) -> float:
    return (await limiter.pace(lane))["wait"]


async def rate(limiter: SharedLimiter, lane: Lane = "standard") -> float:
    return (await limiter.pace(lane))["rate"]


def headers(**values: str) -> httpx2.Headers:
    return httpx2.Headers({name.replace("_", "-"): value for name, value in values.items()})


async def test_spacing_is_even_and_one_percent_under_the_limit(clock: Clock) -> None:
    limiter, times = make(clock), []
    for _ in range(51):
        await limiter.acquire("standard")
        times.append(clock.now)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert gaps == pytest.approx([1 / (0.99 * 25)] * 50)
    assert times[25] - times[0] > 1.0


@pytest.mark.parametrize(("lane", "rate"), [("auth", 1.0), ("standard", 25.0), ("scaling", 33.0)])
async def test_lanes_have_rates_and_queues_of_their_own(clock: Clock, lane: str, rate: float) -> None:
    limiter = make(clock)
    for other in ("auth", "standard", "scaling"):
        await limiter.acquire(other)  # type: ignore[arg-type]
    assert clock.now == 100.0
    assert await delay(limiter, lane) == pytest.approx(1 / (0.99 * rate))  # type: ignore[arg-type]


async def test_first_come_first_served_and_delay_counts_the_queue(clock: Clock) -> None:
    limiter, order = make(clock), []

    async def one(number: int) -> None:
        await limiter.acquire("standard")
        order.append(number)

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(one, number)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await delay(limiter, "standard") >= 18 / (0.99 * 25)
    assert order == list(range(20))
    assert clock.now - 100.0 == pytest.approx(19 / (0.99 * 25))


async def test_late_wake_ups_are_caught_up_only_within_the_headroom(clock: Clock) -> None:
    times = []

    async def oversleep(seconds: float) -> None:
        clock.now += seconds + 0.020

    limiter = LocalLimiter({"standard": 25.0}, clock=clock, sleep=oversleep, wall=clock.wall)
    for _ in range(60):
        await limiter.acquire("standard")
        times.append(clock.now)
    assert all(times[i + 25] - times[i] >= 1.0 for i in range(35))


@pytest.mark.parametrize(("lead", "early"), [(0.012, 0.012), (1.0, 0.5 / (0.99 * 25)), (0.0, 0.0)])
async def test_a_lead_comes_before_the_slot_which_is_then_waited_for(clock: Clock, lead: float, early: float) -> None:
    limiter, space = make(clock), 1 / (0.99 * 25)
    free = await limiter.acquire("standard", lead=lead)
    await free.due()
    assert clock.now == 100.0, "a slot that is free waits for nothing"
    for number in range(1, 4):
        slot = await limiter.acquire("standard", lead=lead)
        assert clock.now - 100.0 == pytest.approx(number * space - early)
        await slot.due()
        assert clock.now - 100.0 == pytest.approx(number * space)
        slot.used()
    assert await delay(limiter, "standard") == pytest.approx(space)


async def test_too_long_a_wait_is_refused_and_takes_nothing(clock: Clock) -> None:
    limiter = make(clock)
    await limiter.acquire("auth")
    before = await delay(limiter, "auth")
    with pytest.raises(RateLimited) as caught:
        await limiter.acquire("auth", max_wait=0.5)
    assert await delay(limiter, "auth") == before
    assert caught.value.details == {"kind": "rate_limited", "bucket": "second", "seconds": 2}
    await limiter.acquire("auth", max_wait=1.1)


async def test_cancelled_waiters_leave_no_gap() -> None:
    limiter = LocalLimiter({"standard": 50.0})
    await limiter.acquire("standard")
    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(limiter.acquire, "standard")
        await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    assert await delay(limiter, "standard") < 0.05


async def test_a_second_refusal_only_takes_a_new_slot(clock: Clock) -> None:
    limiter = make(clock)
    await limiter.acquire("standard")
    said = headers(X_RateLimit_Rejected_Bucket="second", Retry_After="1", X_RateLimit_Reset=str(int(EPOCH) + 1))
    await limiter.feedback("standard", 429, said)
    assert await delay(limiter, "standard") == pytest.approx(1 / (0.99 * 25))


@pytest.mark.parametrize("bucket", ["hour", "day"])
@pytest.mark.parametrize(
    "said", [{"Retry_After": "1800"}, {"X_RateLimit_Reset": str(int(EPOCH) + 1800)}, {"Retry_After": "junk"}]
)
async def test_hour_and_day_refusals_hold_the_lane_until_the_reset(
    clock: Clock, bucket: str, said: dict[str, str]
) -> None:
    limiter = make(clock)
    await limiter.feedback("standard", 429, headers(X_RateLimit_Rejected_Bucket=bucket, **said))
    wait = 60 if said == {"Retry_After": "junk"} else 1800
    assert await delay(limiter, "standard") == pytest.approx(wait)
    assert await delay(limiter, "scaling") == 0
    with pytest.raises(RateLimited) as caught:
        await limiter.acquire("standard", max_wait=30)
    assert caught.value.details["bucket"] == bucket
    assert caught.value.details["seconds"] == wait
    clock.now += wait
    await limiter.acquire("standard", max_wait=0)


@pytest.mark.parametrize("lane", ["standard", "auth"])
@pytest.mark.parametrize("bucket", ["hour", "day"])
async def test_a_refused_window_is_tried_now_and_then_and_free_once_a_call_passes(
    clock: Clock, bucket: str, lane: Lane
) -> None:
    limiter = make(clock)
    refused = headers(x_ratelimit_rejected_bucket=bucket, retry_after="1800")
    await limiter.acquire(lane)
    await limiter.feedback(lane, 429, refused)
    tried: list[float] = []
    for _ in range(6):
        clock.now += 3
        with suppress(RateLimited):
            await limiter.acquire(lane, max_wait=10)
            tried.append(clock.now)
            await limiter.feedback(lane, 429, refused)
    assert len(tried) == 3, "one in five seconds"
    with pytest.raises(RateLimited):
        await limiter.acquire(lane, max_wait=10, bulk=True)
    clock.now += 6
    await limiter.acquire(lane, max_wait=10)
    await limiter.feedback(lane, 200, headers())
    began = clock.now
    for _ in range(3):
        await limiter.acquire(lane, max_wait=10)
    assert clock.now - began < 4, "what passed shows that the window is free"


@pytest.mark.parametrize("bulk", [True, False])
async def test_a_refusal_reaches_those_who_already_wait(clock: Clock, bulk: bool) -> None:
    limiter, times = make(clock), []

    async def one() -> None:
        await limiter.acquire("standard", bulk=bulk)
        times.append(clock.now)

    await limiter.acquire("standard")
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(one)
        await asyncio.sleep(0)
        await limiter.feedback("standard", 429, headers(X_RateLimit_Rejected_Bucket="hour", Retry_After="100"))
    assert times == sorted(times)
    if bulk:
        assert times[0] == pytest.approx(200.0, abs=0.1)
    else:
        # A person's call tries whether it still holds, one in five seconds.
        assert times[0] >= 105.0
        assert all(later - earlier >= 5.0 for earlier, later in itertools.pairwise(times))


async def test_an_enterprise_refusal_waits_for_its_epoch_reset(clock: Clock) -> None:
    limiter = make(clock)
    said = headers(X_RateLimit_Limit="1500", X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(EPOCH) + 20))
    await limiter.feedback("standard", 429, said)
    assert await delay(limiter, "standard") == pytest.approx(20)


async def test_an_enterprise_refusal_with_minute_budget_left_was_for_the_second(clock: Clock) -> None:
    limiter = make(clock)
    said = headers(X_RateLimit_Limit="1500", X_RateLimit_Remaining="1400", X_RateLimit_Reset=str(int(EPOCH) + 20))
    await limiter.feedback("standard", 429, said)
    assert await delay(limiter, "standard") == 0


@pytest.mark.parametrize(
    ("remaining", "reset", "wait"),
    [("0", EPOCH + 12, 12), ("0", EPOCH + 4000, 60), ("-1", EPOCH + 12, 0), ("3", EPOCH + 12, 0), ("0", EPOCH - 9, 0)],
)
async def test_an_empty_minute_is_waited_out_before_it_is_refused(
    clock: Clock, remaining: str, reset: float, wait: float
) -> None:
    limiter = make(clock)
    said = headers(X_RateLimit_Limit="1500", X_RateLimit_Remaining=remaining, X_RateLimit_Reset=str(int(reset)))
    await limiter.feedback("standard", 200, said)
    assert await delay(limiter, "standard") == pytest.approx(wait)


async def test_small_reset_values_are_no_delay(clock: Clock) -> None:
    limiter = make(clock)
    await limiter.feedback("standard", 429, headers(X_RateLimit_Reset="30"))
    assert await delay(limiter, "standard") == 0


async def test_the_gtm_deprecated_remaining_is_about_the_second_and_ignored(clock: Clock) -> None:
    limiter = make(clock)
    said = headers(X_RateLimit_Limit_Second="25", X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(EPOCH) + 50))
    await limiter.feedback("standard", 200, said)
    assert await delay(limiter, "standard") == 0


async def test_a_lower_account_limit_lowers_the_rate_and_a_higher_one_does_not_raise_it(clock: Clock) -> None:
    limiter = make(clock)
    await limiter.feedback("standard", 200, headers(X_RateLimit_Limit_Second="5", X_RateLimit_Remaining_Second="-1"))
    await limiter.acquire("standard")
    assert await delay(limiter, "standard") == pytest.approx(1 / (0.99 * 5))
    for said, expected in (("35", 25), ("0", 25), ("-1", 25), ("x", 25), ("10", 10)):
        await limiter.feedback("standard", 200, headers(X_RateLimit_Limit_Second=said))
        assert await rate(limiter) == expected
    await limiter.feedback("auth", 200, headers(X_RateLimit_Limit_Second="0.5"))
    assert await rate(limiter, "auth") == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3),
        ("0", 0),
        ("-4", 0),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after(httpx2.Headers({"Retry-After": text}), EPOCH) == seconds
