"""What the audit costs a call, beside a bare durable write to the same file.

python tests/benchmarks/audit.py [CALLS]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable

from sales_zoominfo.account.audit import Audit, Event
from sales_zoominfo.account.audit_check import verify
from sales_zoominfo.store import open_store
from sales_zoominfo.store.vault import Vault


async def main(calls: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:///{folder}/state.sqlite")
        vault = Vault(bytes(32))
        audit = Audit(store, vault, "main")

        def event(credits: int) -> Event:
            return Event("ann/editor", "enrich_contacts", "contact", "gtm", "ok", credits, 25, credits, "c0ffee")

        async def measure(name: str, call: Callable[[int], Awaitable[object]]) -> float:
            times: list[float] = []
            for number in range(calls):
                before = time.perf_counter()
                await call(number)
                times.append(time.perf_counter() - before)
            middle = statistics.median(times) * 1e3
            print(f"{name:40} p50 {middle:7.3f} ms   p95 {statistics.quantiles(times, n=20)[-1] * 1e3:7.3f} ms")
            return middle

        def insert(number: int) -> Awaitable[object]:
            return store.write(lambda c: c.execute("INSERT INTO account VALUES (?, 'gtm', 1.0)", (str(number),)))

        bare = await measure("a bare durable write", insert)
        spend = await measure("an entry of a call that spent", lambda _: audit.record(event(25)))
        free = await measure("an entry of a free call", lambda _: audit.record(event(0)))
        before = time.perf_counter()
        await audit.flush()
        behind = (time.perf_counter() - before) / calls * 1e3
        ready = await measure("ready, before a spend", lambda _: audit.ready())
        print(f"written behind a free call: {behind:.3f} ms each")
        print(
            f"a spending call pays {spend + ready:.3f} ms, {(spend + ready) / bare:.1f} bare writes; "
            f"a free one {free:.3f} ms"
        )
        before = time.perf_counter()
        verdict = await verify(store, vault)
        took = time.perf_counter() - before
        print(f"verify: {verdict.entries:,} entries in {took:.2f} s, {verdict.entries / took:,.0f} a second")
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
