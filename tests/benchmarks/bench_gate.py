"""What the gate adds to an enrich of 25 new records: ``python tests/benchmarks/bench_gate.py [--check] [--rounds N]``.

Pairs of calls in one run against the sandbox in this process: through the client alone, and through the gate, in
alternating order. What the gate adds is the difference; a reading of the balance is a call to ZoomInfo and told apart.
Processor time stands beside it, since on a busy machine the clock tells of the others.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "server"))

import httpx2  # noqa: E402

from sales_zoominfo.app import App  # noqa: E402
from sales_zoominfo.sandbox import Switches, create_app, default_account  # noqa: E402
from sales_zoominfo.settings import load_settings  # noqa: E402

# Milliseconds that the gate may add at the median.
TARGET = 5.0


class Network(httpx2.AsyncBaseTransport):
    """Adds up the time spent upstream."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.inner = inner
        self.usage = 0.0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        began = time.perf_counter()
        try:
            return await self.inner.handle_async_request(request)
        finally:
            if "usage" in request.url.path:
                self.usage += time.perf_counter() - began


class Took(NamedTuple):
    """Milliseconds on the clock, and of the processor."""

    wall: float
    worked: float


async def timed(work: Awaitable[object]) -> Took:
    began, working = time.perf_counter(), time.process_time()
    await work
    return Took((time.perf_counter() - began) * 1e3, (time.process_time() - working) * 1e3)


async def measure(folder: Path, generation: str, rounds: int) -> tuple[list[Took], list[Took], list[float]]:
    """Milliseconds of the client alone, through the gate, and of the readings of the balance within the latter."""
    demo = default_account()
    sign_in = (
        {"client_id": demo.client_id, "client_secret": demo.client_secret}
        if generation == "gtm"
        else {"username": demo.username, "password": demo.password}
    )
    switches = Switches(package="unlimited", rate_authenticate=0, credits=10_000_000)
    network = Network(httpx2.ASGITransport(app=create_app(folder / "sandbox", switches=switches)))
    settings = load_settings(
        state_url=f"sqlite:///{folder / generation / 'state.sqlite'}",
        base_url="http://zoominfo.test",
        rate_limit=1000,
        **{f"max_credits_per_{span}": 10_000_000 for span in ("call", "hour", "day")},
        **sign_in,
    )
    app = App(settings, http_transport=network)
    try:
        account = await app.account()
        client = account._client
        people: list[dict[str, object]] = []
        state = iter(("California", "Texas", "New York", "Florida", "Illinois", "Ohio", "Georgia", "Washington"))
        while len(people) < (rounds + 2) * 50:
            filters, page = {"state": next(state)}, 0
            while True:
                page += 1
                found = await account.search("contact", filters, page=page, size=100)
                people += [{"personId": row["id"]} for row in found.rows]
                if found.next_page is None:
                    break
        chosen, fields = client.enrich_fields("contact", None, "concise")
        # The same request on the wire: the flags that the screen asks for are ZoomInfo's work, not the gate's.
        fields = [*fields, *account._screen.extra_outputs("contact", chosen, fields)]
        alone: list[Took] = []
        gated: list[Took] = []
        reading: list[float] = []
        for turn in range(rounds + 2):
            first, second = people[turn * 50 : turn * 50 + 25], people[turn * 50 + 25 : turn * 50 + 50]

            async def bare(some: list[dict[str, object]] = first) -> None:
                alone.append(await timed(client.enrich("contact", chosen, some, fields)))

            async def through(some: list[dict[str, object]] = second) -> None:
                before = network.usage
                gated.append(await timed(account.enrich("contact", some, caller="bench")))
                reading.append((network.usage - before) * 1e3)

            # Each pair in the other order, so that neither always runs on the warmer machine. What the client buys
            # past the gate would look like a colleague, so spending is resumed where that has stopped it.
            for work in (bare, through) if turn % 2 else (through, bare):
                await work()
            await account.resume_spending("bench")
            figure = await account._buyer.read(chosen)
            if figure.balance is not None:
                await account._ledger.note_balance(chosen, figure.balance, await account.standing())
        return alone[2:], gated[2:], reading[2:]
    finally:
        await app.aclose()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the gate adds more than its target")
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    over = False
    with tempfile.TemporaryDirectory() as name:
        for generation in ("gtm", "enterprise"):
            alone, gated, reading = asyncio.run(measure(Path(name), generation, options.rounds))
            added = statistics.median(b.wall - a.wall for a, b in zip(alone, gated, strict=True))
            worked = statistics.median(b.worked - a.worked for a, b in zip(alone, gated, strict=True))
            over = over or added > TARGET
            print(
                f"{generation:<10}  client alone {statistics.median(took.wall for took in alone):6.2f} ms,"
                f" through the gate {statistics.median(took.wall for took in gated):6.2f} ms:"
                f" {added:5.2f} ms added (<= {TARGET:g}), {statistics.median(reading):5.2f} of it to read the balance;"
                f" {worked:5.2f} ms of processor time; p50 of {len(alone)} pairs"
            )
    return 1 if options.check and over else 0


if __name__ == "__main__":
    raise SystemExit(main())
