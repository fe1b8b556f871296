"""The real gate at a sandbox that fails at random: what ZoomInfo sold, and whether the ledger says the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx2

from sales_zoominfo.account.gate import Account
from sales_zoominfo.app import App
from sales_zoominfo.sandbox import Charge, Fault
from sales_zoominfo.settings import load_settings
from sales_zoominfo.store import Transaction, open_store
from sales_zoominfo.zoominfo.operations import Generation
from support import DEMO, Sandbox

SIGN_IN: dict[Generation, dict[str, Any]] = {
    "gtm": {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret},
    "enterprise": {"username": DEMO.username, "password": DEMO.password},
}
FIELDS = ["id", "firstName"]
# In-doubt charges are settled, and abandoned ones closed, when so many seconds have passed.
LATER = 2 * 3600.0
# What goes wrong with enrich calls, each as often as it is listed.
FAULTS = (
    Fault(lost=True),
    Fault(lost=True, after=True),
    Fault(lost=True, after=True),
    Fault(reset=True, after=True),
    Fault(status=503, after=True),
    Fault(status=500),
    Fault(truncate=True),
    Fault(status=429, wait=0.05),
)


@dataclass
class World:
    """A sandbox with faults, its clock, and what it has sold.

    Attributes:
        budget: the day budget of all apps together, credits.
        overdrawn: how often a charge would have passed the budget.
    """

    folder: Path
    budget: int
    seed: str
    faulty: float = 0.08
    overdrawn: int = 0
    offset: float = 0.0
    sandbox: Sandbox = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(f"faults {self.seed}")
        self.sandbox = Sandbox(self.folder, clock=self.clock)
        self.sandbox.plan = self._plan
        self.sandbox.watch = self._watch

    def clock(self) -> float:
        return time.time() + self.offset

    def _plan(self, _method: str, path: str) -> Fault | None:
        if "enrich" in path and self._random.random() < self.faulty:
            return self._random.choice(FAULTS)
        return None

    def _watch(self, _charge: Charge) -> None:
        self.overdrawn += len(self.sandbox.charges) >= self.budget

    def open(self, state_url: str, base_url: str, generation: Generation, transport: Any = None) -> App:
        return open_app(state_url, base_url, generation, self.budget, transport, self.clock)

    def in_process(self) -> httpx2.ASGITransport:
        return httpx2.ASGITransport(app=self.sandbox.app)


def open_app(
    state_url: str,
    base_url: str,
    generation: Generation,
    budget: int,
    transport: Any = None,
    clock: Callable[[], float] = time.time,
) -> App:
    """An app with everything that an ordinary server has."""
    settings = load_settings(
        state_url=state_url,
        base_url=base_url,
        rate_limit=1000,
        timeout=5,
        max_credits_per_call=100,
        max_credits_per_hour=100_000,
        max_credits_per_day=budget,
        **SIGN_IN[generation],
    )
    return App(settings, http_transport=transport, clock=clock)


async def people(account: Account, count: int) -> list[str]:
    """Ids of so many people."""
    found: list[str] = []
    # The Enterprise API shows the first 1,000 results of a search.
    for state in ("California", "Texas", "New York", "Florida", "Illinois"):
        page, full = 1, True
        while full and page <= 10 and len(found) < count:
            rows = (await account.search("contact", {"state": state}, page=page, size=100)).rows
            found += [str(row["id"]) for row in rows]
            page, full = page + 1, len(rows) == 100
    assert len(found) >= count, f"the sandbox has {len(found)} people there"
    return found[:count]


@dataclass(frozen=True)
class Books:
    """What the ledger says: credits by state, and the people under management."""

    credits: dict[str, int]
    owned: set[str]

    @property
    def counted(self) -> int:
        return sum(self.credits.get(state, 0) for state in ("reserved", "sent", "in_doubt", "spent"))


async def read_books(state_url: str) -> Books:
    """The ledger's own figures, read as another program would."""

    def job(c: Transaction) -> Books:
        credits = dict(c.execute("SELECT state, SUM(credits) FROM charge GROUP BY state").fetchall())
        return Books(credits, {row[0] for row in c.execute("SELECT zi_id FROM purchase").fetchall()})

    store = await open_store(state_url)
    try:
        return await store.read(job)
    finally:
        await store.close()


async def settle_and_compare(
    world: World, state_url: str, base_url: str, generation: Generation, transport: Any
) -> Books:
    """Let time pass, settle what is in doubt by reading, and compare the ledger with the sandbox's own account.

    Raises:
        AssertionError: they differ, or a budget was passed on the way.
    """
    world.offset += LATER
    world.faulty = 0.0
    app = world.open(state_url, base_url, generation, transport)
    account = await app.account()
    for _ in range(5):
        await account.usage("auditor")
        books = await read_books(state_url)
        if not books.credits.get("in_doubt"):
            break
    await app.aclose()
    sold = world.sandbox.charges
    assert not world.overdrawn, f"the day budget was passed {world.overdrawn} times"
    assert books.counted <= world.budget
    assert not any(books.credits.get(state) for state in ("reserved", "sent", "in_doubt")), books.credits
    assert books.credits.get("spent", 0) == len(sold), f"{books.credits} counted and {len(sold)} sold"
    if generation == "gtm":
        assert books.owned == {str(charge.zi_id) for charge in sold}
    return books
