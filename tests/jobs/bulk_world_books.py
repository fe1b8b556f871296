"""What an undisturbed job comes to, and whether ledger and sandbox agree."""

from __future__ import annotations

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from bulk_world import Place, finish, workers

from sales_zoominfo.app import App
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.settings import load_settings
from sales_zoominfo.store import Transaction, open_store
from support import Sandbox, link_sandbox, serve

FAULTS = (
    Fault(lost=True),
    Fault(lost=True, after=True),
    Fault(reset=True, after=True),
    Fault(status=503, after=True),
    Fault(status=500),
    Fault(truncate=True),
    Fault(status=429, wait=0.05),
)
# Charges of dead processes are closed, and those in doubt settled, when so many seconds have passed.
LATER = 7_200.0


def faulty(seed: str, share: float = 0.04) -> Callable[[str, str], Fault | None]:
    """A plan by which some enrich calls go wrong."""
    random = Random(seed)

    def plan(_method: str, path: str) -> Fault | None:
        return random.choice(FAULTS) if "enrich" in path and random.random() < share else None

    return plan


def sample(place: Place, count: int) -> tuple[Path, set[str]]:
    """A file of people, with repeated, unknown and unusable rows in it; and whom it names."""
    people = place.people(count)
    with people.open(newline="", encoding="utf-8") as file:
        heading, *rows = list(csv.reader(file))
    random = Random("sample")
    ids = {row[1] for row in rows}
    for number in range(len(rows) // 20):
        rows.insert(random.randrange(len(rows)), [f"twin {number}", random.choice(rows)[1], "a twin"])
        rows.insert(random.randrange(len(rows)), [f"stranger {number}", str(900_000_000 + number), "unknown"])
        rows.insert(random.randrange(len(rows)), [f"empty {number}", "", "nothing to match"])
    path = place.folder / "sample.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([heading, *rows])
    return path, ids


def expected(data: Path, folder: Path, source: Path) -> bytes:
    """The output of the same file in a world of its own, where nothing goes wrong."""
    calm = folder / "calm"
    sandbox = Sandbox(link_sandbox(data, calm / "upstream"))
    with serve(sandbox) as served:
        place = Place(calm, f"sqlite://{calm}/state.sqlite", served.url, {"rate_limit": 1000})
        copy = calm / source.name
        copy.write_bytes(source.read_bytes())
        job = place.start(place.request(copy))
        with workers(place):
            done = finish(place, job)
    return Path(done.output or "").read_bytes()


def check_books(place: Place, sandbox: Sandbox, ids: set[str]) -> dict[str, int]:
    """Let time pass and settle what is in doubt; the ledger must say what the sandbox sold.

    Args:
        place: whose ledger.
        sandbox: the upstream.
        ids: who was to be bought, each once.

    Returns:
        The ledger's credits by state.
    """
    sold = Counter(str(charge.zi_id) for charge in sandbox.charges)
    twice = [who for who, count in sold.items() if count > 1]
    assert not twice, f"{len(twice)} were paid twice"
    assert set(sold) <= ids, "somebody was bought who is not in the file"
    offset = LATER

    async def settle() -> dict[str, int]:
        settings = load_settings(**place._all)
        app = App(settings, clock=lambda: time.time() + offset)
        try:
            account = await app.account()
            for _ in range(5):
                await account.usage("auditor")
                credits = await read(place)
                if not any(credits.get(state) for state in ("reserved", "sent", "in_doubt")):
                    break
            return credits
        finally:
            await app.aclose()

    credits = asyncio.run(settle())
    assert not any(credits.get(state) for state in ("reserved", "sent", "in_doubt")), credits
    assert credits.get("spent", 0) == len(sandbox.charges), f"{credits} counted, {len(sandbox.charges)} sold"
    return credits


async def read(place: Place) -> dict[str, int]:
    """The ledger's credits by state, read as another program would."""

    def job(c: Transaction) -> dict[str, int]:
        return dict(c.execute("SELECT state, SUM(credits) FROM charge GROUP BY state").fetchall())

    store = await open_store(place.state_url)
    try:
        return await store.read(job)
    finally:
        await store.close()
