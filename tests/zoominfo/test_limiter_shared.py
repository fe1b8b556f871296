"""The limiter that processes share: on SQLite, PostgreSQL and Redis, across restarts, crashes and outages."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import anyio
import httpx2
import pytest
from pydantic import SecretStr

from postgres import Server
from redis_servers import RedisServer, own_redis  # noqa: F401
from sales_zoominfo.app import App
from sales_zoominfo.errors import InvalidArgument, RateLimited, SalesZoomInfoError, UpstreamUnavailable
from sales_zoominfo.settings import load_settings
from sales_zoominfo.zoominfo.limit_state import FILE_NAME, LocalState, State, StoreState, open_state
from sales_zoominfo.zoominfo.limiter import LocalLimiter, SharedLimiter, Slot, bulk, default_rates, is_bulk
from sales_zoominfo.zoominfo.messages import Request
from sales_zoominfo.zoominfo.operations import OPERATIONS
from sales_zoominfo.zoominfo.operations import Lane as Rate
from sales_zoominfo.zoominfo.pacing import Lane, dump, load
from sales_zoominfo.zoominfo.redis_state import RedisState
from sales_zoominfo.zoominfo.transport import Transport
from support import Served

pytestmark = pytest.mark.anyio
T = TypeVar("T")
SPACING = 1 / (0.99 * 25)
KINDS = ["sqlite", "postgresql", "redis"]


@pytest.fixture(params=KINDS)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], State]:
    """Opens the same lanes, each time as another process would."""
    if request.param == "redis":
        url = request.getfixturevalue("own_redis").url
        return lambda: RedisState(url)
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return lambda: StoreState(url, tmp_path)


@pytest.fixture
async def two(open_again: Callable[[], State]) -> AsyncIterator[tuple[State, State]]:
    states = open_again(), open_again()
    yield states
    for state in states:
        await state.close()


class At:
    """A state whose clock the test moves, on the real storage."""

    def __init__(self, inner: State, clock: Clock) -> None:
        self.inner, self.clock = inner, clock

    async def step(self, name: str, fn: Callable[[str | None, float], tuple[str, T]]) -> T:
        return await self.inner.step(name, lambda text, _now: fn(text, self.clock()))

    async def close(self) -> None:
        await self.inner.close()


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        end = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, end)


def limiter(state: State, clock: Clock, name: str = "acme:gtm", rate: float = 25.0) -> SharedLimiter:
    return SharedLimiter(
        At(state, clock), name, default_rates(rate), clock=clock, sleep=clock.sleep, wall=lambda: clock.now
    )


def headers(**values: str) -> httpx2.Headers:
    return httpx2.Headers({name.replace("_", "-"): value for name, value in values.items()})


HOUR = headers(X_RateLimit_Rejected_Bucket="hour", Retry_After="1800")
SECOND = headers(X_RateLimit_Rejected_Bucket="second", Retry_After="1")


# --- shared ---------------------------------------------------------------------------------------------------


async def test_processes_take_turns_in_one_queue(two: tuple[State, State]) -> None:
    clock, times = Clock(), []
    limiters = [limiter(state, clock) for state in two]
    for number in range(60):
        await limiters[number % 2].acquire("standard", bulk=number % 3 == 0)
        times.append(clock.now)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert min(gaps) >= SPACING - 1e-4
    assert times[-1] - times[0] == pytest.approx(59 * SPACING, rel=0.02)


async def test_what_one_process_learns_all_obey(two: tuple[State, State]) -> None:
    clock = Clock()
    mine, other = (limiter(state, clock) for state in two)
    await mine.feedback("standard", 200, headers(X_RateLimit_Limit_Second="5"))
    await mine.acquire("standard")
    assert (await other.pace("standard"))["rate"] == 5
    for _ in range(3):
        clock.now += 0.1
        await mine.feedback("standard", 429, SECOND)
    assert (await other.pace("standard"))["rate"] == pytest.approx(0.85 * 5)
    await other.feedback("standard", 429, HOUR)
    with pytest.raises(RateLimited) as caught:
        await mine.acquire("standard", max_wait=60)
    assert caught.value.details["bucket"] == "hour"
    assert caught.value.details["seconds"] == 1800


async def test_rate_and_refused_hours_outlive_every_process(open_again: Callable[[], State]) -> None:
    clock = Clock()
    state = open_again()
    first = limiter(state, clock)
    for step in range(3):
        await first.acquire("standard")
        await first.feedback("standard", 429, SECOND if step < 2 else HOUR)
    await first.feedback("standard", 429, SECOND)
    learnt = await first.pace("standard")
    assert learnt["rate"] == pytest.approx(0.85 * 25)
    await state.close()
    state = open_again()
    again = limiter(state, clock)
    assert await again.pace("standard") == learnt
    with pytest.raises(RateLimited) as caught:
        await again.acquire("standard", max_wait=60, bulk=True)
    assert caught.value.details == {"kind": "rate_limited", "bucket": "hour", "seconds": 1800}
    await state.close()


async def test_accounts_generations_and_lanes_do_not_wait_for_each_other(two: tuple[State, State]) -> None:
    clock = Clock()
    names = ["acme:gtm", "acme:enterprise", "other:gtm", "other@http://127.0.0.1:8080:gtm"]
    limiters = [limiter(two[number % 2], clock, name) for number, name in enumerate(names)]
    await limiters[0].feedback("standard", 429, HOUR)
    for one in limiters[1:]:
        await one.acquire("standard", max_wait=0)
    await limiters[0].acquire("scaling", max_wait=0)
    await limiters[0].acquire("auth", max_wait=0)


async def test_sign_ins_are_one_a_second_for_all_processes(two: tuple[State, State]) -> None:
    clock = Clock()
    mine, other = (limiter(state, clock) for state in two)
    times = []
    for number in range(6):
        await (mine, other)[number % 2].acquire("auth")
        times.append(clock.now)
    assert all(b - a >= 1.0 for a, b in itertools.pairwise(times))
    with pytest.raises(RateLimited) as caught:
        await mine.acquire("auth", max_wait=0.2)
    assert caught.value.details["seconds"] == 2


async def test_eight_processes_at_once_lose_no_slot_and_share_none(two: tuple[State, State]) -> None:
    clock = Clock()

    async def many(state: State) -> None:
        for _ in range(20):
            await At(state, clock).step("acme:gtm:standard", add)

    def add(text: str | None, now: float) -> tuple[str, None]:
        lane = load(text)
        lane.count += 1
        return dump(lane), None

    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(many, two[number % 2])
    assert (await limiter(two[0], clock).pace("standard"))["slots"] == 160


async def test_a_process_that_dies_holds_nothing(tmp_path: Path) -> None:
    # Real processes, killed while they hold reservations and in the middle of transactions.
    code = """
import anyio, sys
from pathlib import Path
from sales_zoominfo.zoominfo.limit_state import StoreState
from sales_zoominfo.zoominfo.limiter import SharedLimiter, default_rates
async def main():
    limiter = SharedLimiter(StoreState(None, Path(sys.argv[1])), "acme:gtm", default_rates(500))
    await limiter.acquire("standard")
    print("ready", flush=True)
    async def forever(bulk):
        while True:
            await limiter.acquire("standard", bulk=bulk)
    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(forever, number % 2 == 0)
anyio.run(main)
"""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "server")}
    command = [sys.executable, "-c", code, str(tmp_path)]
    pipes = {"stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, env=env, **pipes) for _ in range(3)]  # type: ignore[call-overload]  # noqa: ASYNC220
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    state = StoreState(None, tmp_path)
    began = time.monotonic()
    await SharedLimiter(state, "acme:gtm", default_rates(500)).acquire("standard", max_wait=5)
    # Six reservations of 2 ms at most were outstanding.
    assert time.monotonic() - began < 2
    await state.close()


async def test_cancelled_waiters_give_their_slot_to_the_next(two: tuple[State, State]) -> None:
    mine = SharedLimiter(two[0], "acme:gtm", {"standard": 2.0})
    await mine.acquire("standard")
    for _ in range(5):
        with anyio.move_on_after(0.05):
            await mine.acquire("standard")
    assert (await mine.pace("standard"))["slots"] == 2
    with anyio.fail_after(1.5):
        await mine.acquire("standard")
    assert (await mine.pace("standard"))["slots"] == 2


# --- interactive and bulk -------------------------------------------------------------------------------------


async def test_calls_are_bulk_only_where_they_are_marked_so() -> None:
    assert not is_bulk()
    with bulk():
        assert is_bulk()
        async with anyio.create_task_group() as group:

            async def child() -> None:
                assert is_bulk()

            group.start_soon(child)
    assert not is_bulk()


async def test_a_person_passes_by_everything_that_bulk_has_queued() -> None:
    clock, order = Clock(), []
    mine = SharedLimiter(LocalState(clock), "", default_rates(25), clock=clock, sleep=clock.sleep, wall=clock)

    async def one(name: str, in_bulk: bool) -> None:
        await mine.acquire("standard", bulk=in_bulk)
        order.append(name)

    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(one, f"bulk {number}", True)
        for _ in range(3):
            await asyncio.sleep(0)
        group.start_soon(one, "person", False)
    assert order.index("person") <= 4
    assert [name for name in order if name != "person"] == [f"bulk {number}" for number in range(30)]


async def test_back_pressure_names_the_seconds_and_takes_nothing(two: tuple[State, State]) -> None:
    clock = Clock()
    mine, other = (limiter(state, clock, rate=0.5) for state in two)
    await mine.acquire("standard")
    slots = (await mine.pace("standard"))["slots"]
    for one in (mine, other):
        with pytest.raises(RateLimited) as caught:
            await one.acquire("standard", max_wait=1.5)
        assert caught.value.details == {"kind": "rate_limited", "bucket": "second", "seconds": 3}
    assert (await mine.pace("standard"))["slots"] == slots
    assert clock.now == 1_800_000_000.0


async def test_a_request_that_leaves_late_is_counted_where_it_belongs(two: tuple[State, State]) -> None:
    clock, times = Clock(), []
    mine, other = (limiter(state, clock) for state in two)
    for number in range(60):
        slot = await (mine, other)[number % 2].acquire("standard")
        if number == 10:
            # The ledger's disk took its time; what follows is not held up by it.
            late = clock.now + 0.3
            before, clock.now = clock.now, late
            slot.used()
            clock.now = before
            times.append(late)
        else:
            slot.used()
            times.append(clock.now)
    times.sort()
    assert all(times[i + 25] - times[i] >= 1.0 for i in range(35))
    assert times[-1] - times[0] < 59 * SPACING + 0.1


async def test_the_transport_says_what_is_bulk_and_when_it_left(served_sandbox: Served) -> None:
    said: list[object] = []

    class Noted(Slot):
        def used(self) -> None:
            said.append("left")
            super().used()

    class Listening(LocalLimiter):
        async def acquire(
            self, lane: Rate, *, max_wait: float | None = None, bulk: bool = False, lead: float = 0.0
        ) -> Slot:
            said.append((lane, bulk))
            await super().acquire(lane, max_wait=max_wait, bulk=bulk, lead=lead)
            return Noted(1, time.monotonic(), time.monotonic, [], self._sleep_until)

    transport = Transport(base_url=served_sandbox.url, limiter=Listening(default_rates(1000)), timeout=10)
    request = Request(OPERATIONS["search_contacts"], "gtm", "POST", "/gtm/nothing", json={})
    with bulk(), pytest.raises(SalesZoomInfoError):
        await transport.send(request, None)
    with pytest.raises(SalesZoomInfoError):
        await transport.send(request, None)
    await transport.aclose()
    assert said == [("standard", True), "left", ("standard", False), "left"]


# --- what can go wrong ----------------------------------------------------------------------------------------


async def test_a_state_that_cannot_be_used_stops_the_call_and_no_answer(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    mine = SharedLimiter(StoreState(None, tmp_path), "acme:gtm", default_rates(25))
    # The answer may have been paid for.
    await mine.feedback("standard", 429, HOUR)
    with pytest.raises(InvalidArgument) as caught:
        await mine.acquire("standard")
    assert FILE_NAME in str(caught.value)
    (tmp_path / FILE_NAME).rmdir()
    # What was learnt meanwhile is not forgotten.
    with pytest.raises(RateLimited):
        await mine.acquire("standard", max_wait=60)


async def test_a_damaged_row_is_begun_anew(open_again: Callable[[], State]) -> None:
    state = open_again()
    await state.step("acme:gtm:standard", lambda _text, _now: ('{"next": "never"}', None))
    await SharedLimiter(state, "acme:gtm", default_rates(25)).acquire("standard", max_wait=1)
    await state.close()


async def test_the_file_of_limits_is_private_and_beside_the_state(tmp_path: Path) -> None:
    state = open_state(f"sqlite://{tmp_path}/elsewhere.sqlite", tmp_path, None)
    await SharedLimiter(state, "acme:gtm", default_rates(25)).acquire("standard")
    await state.close()
    await state.close()
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


async def test_two_programs_that_open_at_once_share_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "a folder, 50 % new"
    states = [StoreState(None, folder) for _ in range(6)]
    clock = Clock()
    async with anyio.create_task_group() as group:
        for state in states:
            group.start_soon(limiter(state, clock).acquire, "standard")
    assert (await limiter(states[0], clock).pace("standard"))["slots"] == 6
    for state in states:
        await state.close()


async def test_a_call_waits_for_postgresql_to_come_back(own_postgres: Server, tmp_path: Path) -> None:
    state = StoreState(own_postgres.url, tmp_path)
    mine = SharedLimiter(state, "acme:gtm", default_rates(25))
    await mine.acquire("standard")
    await anyio.to_thread.run_sync(lambda: own_postgres.stop(crash=True))
    async with anyio.create_task_group() as group:
        group.start_soon(mine.acquire, "standard")
        await anyio.sleep(0.1)
        await anyio.to_thread.run_sync(own_postgres.start)
    assert (await mine.pace("standard"))["slots"] in (1, 2)
    await state.close()


# --- Redis ----------------------------------------------------------------------------------------------------


async def test_a_call_waits_for_redis_to_come_back(own_redis: RedisServer) -> None:  # noqa: F811
    state = RedisState(own_redis.url)
    mine = SharedLimiter(state, "acme:gtm", default_rates(25))
    await mine.acquire("standard")
    own_redis.stop()
    async with anyio.create_task_group() as group:
        group.start_soon(mine.acquire, "standard")
        await anyio.sleep(0.1)
        await anyio.to_thread.run_sync(own_redis.start)
    # What the server has lost is learnt anew.
    assert (await mine.pace("standard"))["slots"] == 1
    await state.close()


async def test_without_redis_nothing_is_sent_and_the_setting_is_named(own_redis: RedisServer) -> None:  # noqa: F811
    state = RedisState(own_redis.url, patience=0.2)
    own_redis.stop()
    mine = SharedLimiter(state, "acme:gtm", default_rates(25))
    with pytest.raises(UpstreamUnavailable) as caught:
        await mine.acquire("standard")
    assert "ZOOMINFO_REDIS_URL" in str(caught.value)
    assert str(own_redis.port) not in str(caught.value)
    await state.close()


@pytest.mark.parametrize("url", ["http://cache:6379", "redis://cache:port/0", "nonsense", "redis://h:1/0?timeout=x"])
def test_an_address_that_is_none_of_redis_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument) as caught:
        open_state(None, tmp_path, SecretStr(url.replace("://", "://:s3cret@")))
    assert "ZOOMINFO_REDIS_URL" in str(caught.value)
    assert "s3cret" not in str(caught.value)


async def test_a_wrong_password_for_redis_is_named_and_not_retried(own_redis: RedisServer) -> None:  # noqa: F811
    async with anyio.create_task_group():
        import redis.asyncio

        admin = redis.asyncio.Redis.from_url(own_redis.url)
        await admin.config_set("requirepass", "right")
        await admin.aclose()
    began = time.monotonic()
    for url in (own_redis.url, own_redis.url.replace("redis://", "redis://:wrong@")):
        state = RedisState(url)
        with pytest.raises(InvalidArgument) as caught:
            await SharedLimiter(state, "acme:gtm", default_rates(25)).acquire("standard")
        assert "ZOOMINFO_REDIS_URL" in str(caught.value)
        assert "wrong" not in str(caught.value).replace("setting ZOOMINFO_REDIS_URL is wrong", "")
        await state.close()
    assert time.monotonic() - began < 5


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sales_zoominfo.zoominfo.redis_state", raising=False)
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(InvalidArgument) as caught:
        open_state(None, tmp_path, SecretStr("redis://localhost"))
    assert "ZOOMINFO_REDIS_URL" in str(caught.value)
    assert "sales-zoominfo[redis]" in str(caught.value)


async def test_a_busy_loop_does_not_make_the_clock_of_redis_look_slow() -> None:
    state = RedisState("redis://localhost")
    ahead = 1000.0
    now = time.monotonic()
    assert state._now(now - 0.001, now + ahead - 0.0005) == pytest.approx(now + ahead, abs=0.002)
    for _ in range(50):
        now = time.monotonic()
        # The answer was read 30 ms after the server gave it.
        assert state._now(now - 0.031, now + ahead - 0.030) == pytest.approx(now + ahead, abs=0.002)
    now = time.monotonic()
    assert state._now(now - 0.001, now - 500.0) == pytest.approx(now - 500.0, abs=0.002)
    await state.close()


# --- in the program -------------------------------------------------------------------------------------------


async def test_the_program_shares_its_limits_between_processes(sandbox_dir: Path, state_url: str) -> None:
    apps = [App(load_settings(api="sandbox", state_url=state_url)) for _ in range(2)]
    for app in apps:
        account = await app.account()
        await account.search("company", {"companyName": "a"})
        await app.aclose()
    state = StoreState(state_url, sandbox_dir.parent)
    rows = {}
    for lane in ("standard", "auth"):
        name = f"sandbox:gtm:{lane}"
        rows[lane] = await state.step(name, lambda text, _now: (text or "{}", json.loads(text or "{}")))
    await state.close()
    assert rows["standard"]["count"] >= 2
    assert rows["standard"]["told"] == 25


def test_nothing_of_redis_is_loaded_where_it_is_not_configured() -> None:
    code = (
        "import sys, sales_zoominfo.app, sales_zoominfo.zoominfo.transport, sales_zoominfo.zoominfo.limit_state;"
        "print([name for name in ('redis', 'sqlite3', 'psycopg') if name in sys.modules])"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "server")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.stdout == "[]\n", done.stderr


def test_a_new_lane_is_free_at_once() -> None:
    assert load(None) == Lane()
