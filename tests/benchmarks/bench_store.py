"""What the ledger's transactions cost for a call of 25 records, on SQLite and on PostgreSQL.

    python tests/benchmarks/bench_store.py [--rounds N]

The baseline of each database is its emptiest write in the same run, so that the ratios say what the ledger adds.
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
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from postgres import Server, new_database, programs
from sales_zoominfo.account.ledger import Caller, Ledger, Limits, Outcome
from sales_zoominfo.store import open_store

T = TypeVar("T")
BATCH = 25
LIMITS = Limits(None, 10**6, 10**6, 10**6)


async def measure(url: str, rounds: int) -> dict[str, float]:
    """Medians in milliseconds."""
    store = await open_store(url)
    ledger = Ledger(store, "bench")
    taken: dict[str, list[float]] = {}

    async def timed(name: str, call: Awaitable[T]) -> T:
        began = time.perf_counter()
        result = await call
        taken.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        return result

    for n in range(rounds):
        caller = Caller("bench", f"call-{n}", "enrich_contacts")
        inputs = [{"emailAddress": f"p{n}-{i}@firm.example"} for i in range(BATCH)]
        outcomes = [Outcome(i, True, str(n * BATCH + i), True) for i in range(BATCH)]
        await timed("empty write", store.write(lambda _: None))
        await timed("empty write, not durable", store.write(lambda _: None, durable=False))
        await timed("empty read", store.read(lambda _: None))
        await timed("estimate", ledger.estimate("contact", inputs))
        reservation = await timed("reserve", ledger.reserve(caller, "contact", inputs, LIMITS))
        await timed("mark_sent", ledger.mark_sent(reservation, range(BATCH)))
        await timed("settle", ledger.settle(reservation, outcomes))
        # Bought before, and asked for by the same input: what a free repeat costs.
        again = await timed("reserve owned", ledger.reserve(caller, "contact", inputs, LIMITS))
        await timed("release", ledger.release(again, range(BATCH)))
    await store.close()
    return {name: statistics.median(values[len(values) // 10 :]) for name, values in taken.items()}


def show(title: str, figures: dict[str, float]) -> None:
    print(f"\n{title}: median ms, and times the empty write")
    for name, value in figures.items():
        print(f"  {name:26}{value:8.2f}{value / figures['empty write']:8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        show("SQLite", asyncio.run(measure(f"sqlite://{folder}/state.sqlite", rounds)))
    where = programs()
    if where is None:
        print("no PostgreSQL here")
        return
    server = Server(where, durable=True)
    try:
        show("PostgreSQL", asyncio.run(measure(new_database(server.url), rounds)))
    finally:
        server.remove()


if __name__ == "__main__":
    main()
