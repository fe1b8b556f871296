"""How the limiter paces against strict servers: ``python tests/benchmarks/bench_limits.py [--only TEXT] [--calls N]``.

A small server in a process of its own counts as strictly as a rule says; 1 to 4 worker processes send through the
real transport and limiter, sharing SQLite, PostgreSQL or Redis. Prints one line for each measurement, beside its
target; ``--check`` ends with 1 when one is missed. The full run takes 2,500 calls each, that is 100 s and more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "server"), str(ROOT / "tests")]

LIMIT = 25
LATENCY = 0.06
COROUTINES = 8


# --- the strict server -----------------------------------------------------------------------------------------


class Quota:
    """What the server lets through: one rule for the second, and a sliding window for a scaled hour."""

    def __init__(self, rule: str, hour: int, hour_seconds: float) -> None:
        self.rule, self.hour, self.hour_seconds = rule, hour, hour_seconds
        self.log: deque[float] = deque()
        self.hours: deque[float] = deque()
        self.seconds: dict[int, int] = {}
        self.passed: list[float] = []
        self.refused: list[tuple[float, str]] = []

    def ask(self, now: float) -> tuple[str | None, float, int]:
        """The bucket that refuses, seconds until it frees, and what is left of the hour."""
        while self.hours and self.hours[0] <= now - self.hour_seconds:
            self.hours.popleft()
        left = self.hour - len(self.hours) if self.hour else -1
        if self.hour and left <= 0:
            self.refused.append((now, "hour"))
            return "hour", self.hours[0] + self.hour_seconds - now, 0
        if not self._second(now):
            self.refused.append((now, "second"))
            return "second", 1.0, left
        self.hours.append(now)
        self.passed.append(now)
        return None, 0.0, left - 1 if self.hour else -1

    def _second(self, now: float) -> bool:
        if self.rule == "sliding":
            while self.log and self.log[0] <= now - 1.0:
                self.log.popleft()
            if len(self.log) >= LIMIT:
                return False
            self.log.append(now)
            return True
        second = int(now)
        used = self.seconds.get(second, 0)
        before = self.seconds.get(second - 1, 0) if self.rule == "previous" else 0
        if used + before >= LIMIT:
            return False
        self.seconds[second] = used + 1
        return True


class Connection(asyncio.Protocol):
    """HTTP/1.1, just enough: keeps alive, reads bodies by their length, answers after a latency."""

    quota = Quota("sliding", 0, 1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, rest = self.buffer.split(b"\r\n\r\n", 1)
            lines = head.lower().split(b"\r\n")
            length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.answer(head.split(b" ")[1].decode())

    def answer(self, target: str) -> None:
        path, _, query = target.partition("?")
        if path == "/reset":
            rule, hour, seconds = query.split(",")
            Connection.quota = Quota(rule, int(hour), float(seconds))
            return self.write(200, {})
        if path == "/stats":
            return self.write(200, {"passed": self.quota.passed, "refused": self.quota.refused})
        if path == "/":
            return self.write(404, {})
        bucket, wait, left = self.quota.ask(time.monotonic())
        headers = f"X-RateLimit-Limit-Second: {LIMIT}\r\n"
        if self.quota.hour:
            headers += f"X-RateLimit-Limit-Hour: {self.quota.hour}\r\nX-RateLimit-Remaining-Hour: {left}\r\n"
        if bucket is not None:
            headers += f"X-RateLimit-Rejected-Bucket: {bucket}\r\nRetry-After: {max(1, round(wait))}\r\n"
        asyncio.get_running_loop().call_later(
            LATENCY, self.write, 200 if bucket is None else 429, {"data": []}, headers
        )
        return None

    def write(self, status: int, value: object, headers: str = "") -> None:
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)  # type: ignore[attr-defined]


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# --- a worker --------------------------------------------------------------------------------------------------


async def work(options: dict[str, Any]) -> None:
    """Send until told to stop; print the seconds that interactive calls waited for their slot."""
    import anyio
    from pydantic import SecretStr

    from sales_zoominfo.errors import RateLimited
    from sales_zoominfo.zoominfo.limit_state import open_state
    from sales_zoominfo.zoominfo.limiter import SharedLimiter, Slot, bulk, default_rates
    from sales_zoominfo.zoominfo.messages import Request
    from sales_zoominfo.zoominfo.operations import OPERATIONS
    from sales_zoominfo.zoominfo.pacing import LENGTHS, Rules
    from sales_zoominfo.zoominfo.transport import Transport

    rules = Rules(lengths=LENGTHS | {"hour": options["hour_seconds"]})
    redis = SecretStr(options["redis"]) if options["redis"] else None
    state = open_state(options["url"], Path(options["folder"]), redis)
    limiter = SharedLimiter(state, options["name"], default_rates(LIMIT), rules=rules)
    transport = Transport(base_url=options["base"], limiter=limiter, timeout=600)
    request = Request(OPERATIONS["search_contacts"], "gtm", "POST", "/search", json={})
    waits: list[float] = []
    refused = 0
    acquire = limiter.acquire

    async def timed(*arguments: Any, **named: Any) -> Slot:
        began = time.monotonic()
        slot = await acquire(*arguments, **named)
        if not named.get("bulk"):
            waits.append(time.monotonic() - began)
        return slot

    limiter.acquire = timed  # type: ignore[method-assign]
    await limiter.pace("standard")
    await transport.warm(COROUTINES)
    print("ready", flush=True)
    await anyio.to_thread.run_sync(sys.stdin.readline)
    end = time.monotonic() + options["seconds"]

    async def saturate() -> None:
        while time.monotonic() < end:
            await transport.send(request, None)

    async def person() -> None:
        nonlocal refused
        while time.monotonic() < end:
            await anyio.sleep(options["think"])
            try:
                await transport.send(request, None)
            except RateLimited:
                refused += 1

    async with anyio.create_task_group() as group:
        with bulk():
            for _ in range(COROUTINES):
                group.start_soon(saturate)
        for _ in range(options["people"]):
            group.start_soon(person)
        await anyio.sleep(options["seconds"])
        group.cancel_scope.cancel()
    usage = os.times()
    print(json.dumps({"waits": waits, "refused": refused, "cpu": usage.user + usage.system}), flush=True)
    await transport.aclose()
    await state.close()


# --- measuring -------------------------------------------------------------------------------------------------


class Bench:
    """Runs measurements against one server, and collects the lines of the table."""

    def __init__(self, port: int, folder: Path, places: dict[str, dict[str, str | None]]) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.folder = folder
        self.places = places
        self.missed = 0
        self.runs = 0

    def ask(self, path: str) -> Any:
        import httpx2

        return httpx2.get(self.base + path, timeout=30).json()

    def run(
        self,
        place: str,
        rule: str,
        processes: int,
        seconds: float,
        *,
        people: int = 0,
        hour: tuple[int, float] = (0, 1),
    ) -> tuple[list[float], list[tuple[float, str]], list[float], int]:
        """Passed and refused calls in seconds from the start, waits of interactive calls, and how many were told no."""
        self.runs += 1
        self.ask(f"/reset?{rule},{hour[0]},{hour[1]}")
        options = {
            "base": self.base,
            "name": f"run{self.runs}",
            "seconds": seconds,
            "people": people,
            "think": 1.0 if hour[0] else 0.35,
            "hour_seconds": hour[1] if hour[0] else 3600.0,
            "folder": str(self.folder),
            **self.places[place],
        }
        command = [sys.executable, __file__, "work", json.dumps(options)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        workers = [subprocess.Popen(command, **pipes) for _ in range(processes)]
        for worker in workers:
            assert worker.stdout.readline() == "ready\n"
        began = time.monotonic()
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        answers = [json.loads(worker.communicate()[0]) for worker in workers]
        stats = self.ask("/stats")
        return (
            [at - began for at in stats["passed"]],
            [(at - began, bucket) for at, bucket in stats["refused"]],
            [wait for answer in answers for wait in answer["waits"]],
            sum(answer["refused"] for answer in answers),
        )

    def line(self, what: str, value: str, target: str, passed: bool) -> None:
        self.missed += not passed
        load = os.getloadavg()[0]
        print(f"{what:<52}  {value:<58} {target:<40} {'ok' if passed else 'MISSED'}  load {load:.1f}", flush=True)

    def pace(self, place: str, rule: str, processes: int, calls: int) -> None:
        """The rate and the refusals after a warm-up of 10 s; of 90 s where the rule has to be learnt."""
        possible = LIMIT / 2 if rule == "previous" else LIMIT
        warm = 90.0 if rule == "previous" else 10.0
        seconds = warm + calls / possible
        passed, refused, _, _ = self.run(place, rule, processes, seconds)
        counted = sum(warm <= at < seconds for at in passed) / (seconds - warm)
        lost = sum(warm <= at < seconds for at, _ in refused)
        share = counted / possible
        most = calls // 1000 if rule != "previous" else calls
        target = ">= 97 %" + (f", <= {most} refused" if rule != "previous" else "")
        value = f"{counted:.2f}/s = {share:.1%}, {lost} refused, {len(refused) - lost} before"
        self.line(f"{place}, {rule}, {processes} processes", value, target, share >= 0.97 and lost <= most)

    def interactive(self, place: str, processes: int, seconds: float) -> None:
        """What a person waits while every process saturates the account with bulk."""
        passed, refused, waits, _ = self.run(place, "sliding", processes, seconds, people=1)
        most = 0.15 if processes <= 2 else 0.25
        p95 = statistics.quantiles(waits, n=20)[-1]
        value = (
            f"p50 {statistics.median(waits) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms of {len(waits)}, "
            f"{len(passed) / seconds:.1f}/s, {len(refused)} refused"
        )
        self.line(
            f"{place}, interactive wait, {processes} processes", value, f"p95 <= {most * 1000:.0f} ms", p95 <= most
        )

    def hours(self, place: str, processes: int) -> None:
        """A scaled hour: 300 calls in 20 s, so 15/s on average, three times over."""
        seconds = 60.0
        passed, refused, _, told = self.run(place, "sliding", processes, seconds, people=1, hour=(300, 20.0))
        most = max(sum(at <= one < at + 20.0 for one in passed) for at in passed)
        hours = sum(bucket == "hour" for _, bucket in refused)
        # Bulk leaves a tenth; what is reached of the rest is its share.
        share = len(passed) / (300 * seconds / 20.0)
        value = f"{most} of 300 at most, {hours} refused, {told} told so, {share:.0%} used"
        self.line(
            f"{place}, scaled hour, {processes} processes",
            value,
            "0 refused, >= 85 % used",
            not hours and share >= 0.85,
        )

    def cost(self, place: str) -> None:
        """What a free slot costs a single user, over the same limiter without shared state."""
        took = asyncio.run(cost(self.places[place], self.folder))
        value = f"{took[1] * 1000:.2f} ms p50, in memory {took[0] * 1000:.2f} ms"
        self.line(f"{place}, a free slot", value, "<= 2 ms more", took[1] - took[0] <= 0.002)


async def cost(place: dict[str, str | None], folder: Path) -> tuple[float, float]:
    import anyio
    from pydantic import SecretStr

    from sales_zoominfo.zoominfo.limit_state import open_state
    from sales_zoominfo.zoominfo.limiter import LocalLimiter, SharedLimiter, default_rates

    redis = SecretStr(place["redis"]) if place["redis"] else None
    state = open_state(place["url"], folder, redis)
    limiters = LocalLimiter(default_rates(LIMIT)), SharedLimiter(state, "cost", default_rates(LIMIT))
    took: tuple[list[float], list[float]] = [], []
    for _ in range(60):
        for limiter, times in zip(limiters, took, strict=True):
            began = time.perf_counter()
            await limiter.acquire("standard")
            times.append(time.perf_counter() - began)
        await anyio.sleep(0.06)
    await state.close()
    return statistics.median(took[0]), statistics.median(took[1])


@contextmanager
def places(folder: Path, wanted: list[str]) -> Iterator[dict[str, dict[str, str | None]]]:
    """Where the limits can be kept, by name; a server that this machine lacks is left out with a word."""
    found: dict[str, dict[str, str | None]] = {}
    with ExitStack() as stack:
        if "sqlite" in wanted:
            found["sqlite"] = {"url": f"sqlite://{folder}/state.sqlite", "redis": None}
        if "postgresql" in wanted:
            import postgres

            if reason := postgres.missing():
                print(f"postgresql is left out: {reason}")
            else:
                server = postgres.Server(postgres.programs() or Path(), durable=True)
                stack.callback(server.remove)
                found["postgresql"] = {"url": server.url, "redis": None}
        if "redis" in wanted:
            import redis_servers

            if (program := redis_servers.program()) is None:
                print("redis is left out: there is no redis-server")
            else:
                redis = redis_servers.RedisServer(program)
                stack.callback(redis.remove)
                found["redis"] = {"url": None, "redis": redis.url}
        yield found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="end with 1 when a target is missed")
    parser.add_argument("--calls", type=int, default=2500, help="calls counted in each measurement")
    parser.add_argument("--backends", default="sqlite,postgresql,redis")
    parser.add_argument("--processes", default="1,4")
    parser.add_argument("--only", default="cost,sliding,fixed,previous,interactive,hours", help="parts, with commas")
    options = parser.parse_args()
    parts = options.only.split(",")
    counts = [int(count) for count in options.processes.split(",")]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True)
        stack.callback(server.kill)
        assert server.stdout is not None
        bench = Bench(int(server.stdout.readline()), folder, {})
        bench.places = stack.enter_context(places(folder, options.backends.split(",")))
        for place in bench.places:
            if "cost" in parts:
                bench.cost(place)
            for rule in ("sliding", "fixed", "previous"):
                for count in counts if rule in parts else ():
                    bench.pace(place, rule, count, options.calls)
            for count in (2, 4) if "interactive" in parts else ():
                bench.interactive(place, count, options.calls / LIMIT)
            if "hours" in parts:
                bench.hours(place, 2)
    return 1 if options.check and bench.missed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve())
    elif sys.argv[1:2] == ["work"]:
        asyncio.run(work(json.loads(sys.argv[2])))
    else:
        raise SystemExit(main())
