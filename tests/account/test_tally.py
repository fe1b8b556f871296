"""The kept sums of what was spent, beside the charges: after answers of all kinds, and in a state of an older release.

Random interleavings with crashes compare them after every step, see :mod:`test_chaos`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from chaos.sums import check_tally

from sales_zoominfo.account import tally
from sales_zoominfo.account.ledger import DAY, HOUR, Caller, Ledger, Limits, Outcome
from sales_zoominfo.errors import BudgetExceeded, CreditApprovalRequired
from sales_zoominfo.store import Store, Transaction, migrations, open_store, postgres_server, sqlite

NOON = 20_800 * DAY + DAY / 2
WIDE = Limits(None, 10_000, 10_000, 10_000)
# The last schema without sums.
BEFORE = 6


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


async def buy(ledger: Ledger, ids: range, who: Caller, limits: Limits = WIDE, charged: bool | None = None) -> int:
    reservation = await ledger.reserve(who, "contact", [{"personId": n} for n in ids], limits)
    await ledger.mark_sent(reservation, range(len(ids)))
    return await ledger.settle(reservation, [Outcome(n, True, str(who_), charged) for n, who_ in enumerate(ids)])


async def agree(store: Store, clock: Clock, account: str = "acme") -> None:
    await store.read(lambda c: check_tally(c, account, clock.now))


@pytest.mark.anyio
async def test_sums_equal_the_charges_at_every_moment(either_state_url: str) -> None:
    """Some weeks of calls by several callers and jobs, with a clock that jumps both ways."""
    clock, random = Clock(), Random("sums")
    store = await open_store(either_state_url)
    ledger = Ledger(store, "acme", clock=clock)
    other = Ledger(store, "other", clock=clock)
    for number in range(60):
        who = Caller(
            random.choice(["ann", "bob"]), f"call-{number}", "enrich_contacts", random.choice([None, "j", "k"])
        )
        first = random.randrange(400)
        charged = random.choice([True, None])
        await buy(
            random.choice([ledger, ledger, other]), range(first, first + random.randrange(1, 8)), who, WIDE, charged
        )
        clock.now += random.choice([0.0, 0.3, 3.0, 10.0, 600.0, HOUR, DAY / 3, DAY, -DAY / 2, -2 * HOUR])
        await agree(store, clock)
        await agree(store, clock, "other")
    assert (await store.read(lambda c: tally.ask(c, ["ever"], "acme", clock.now).fetchone()))[0] > 100
    await store.close()


@pytest.mark.anyio
async def test_an_hour_ends_at_its_second(either_state_url: str) -> None:
    """A caller's hour slides; no slice of it is counted too long or too short."""
    clock = Clock()
    store = await open_store(either_state_url)
    ledger = Ledger(store, "acme", clock=clock)
    ann = Caller("ann", "call", "enrich_contacts")
    tight = Limits(None, 100, 3, 1000)
    for number in range(3):
        clock.now = NOON + 4.0 * number  # in one slice, and in the next
        await buy(ledger, range(number, number + 1), ann, tight)
    for number in range(3):
        clock.now = NOON + 4.0 * number + HOUR - 0.001
        with pytest.raises(CreditApprovalRequired):
            await ledger.reserve(ann, "contact", [{"personId": 100 + number}], tight)
        clock.now = NOON + 4.0 * number + HOUR
        await buy(ledger, range(100 + number, 101 + number), ann, tight)
        clock.now += HOUR / 2  # the new one counts from here on, and is left behind by the next of the old ones
        await agree(store, clock)
        clock.now = NOON
    await store.close()


@pytest.mark.anyio
async def test_a_state_of_an_older_release_keeps_its_budgets(
    either_state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was spent before there were sums counts in the day, the caller's hour and day, the job and for good."""
    clock = Clock()
    old = migrations.MIGRATIONS[:BEFORE]
    with monkeypatch.context() as patch:
        for module in (sqlite, postgres_server):
            patch.setattr(module, "MIGRATIONS", old)
        store = await open_store(either_state_url)
        for number in range(9):
            state, at = ("spent", "spent", "free")[number % 3], NOON - 0.4 * HOUR * number

            def write(c: Transaction, number: int = number, state: str = state, at: float = at) -> None:
                c.execute(
                    "INSERT INTO charge (account, reservation, idx, caller, call_id, operation, entity, zi_id, credits,"
                    " state, live, reserved_at, at, job) VALUES ('acme', ?, 0, ?, 'c', 'enrich_contacts', 'contact', ?,"
                    " ?, ?, 0, ?, ?, ?)",
                    (
                        f"r{number}",
                        "ab"[number % 2],
                        str(number),
                        int(state == "spent"),
                        state,
                        at,
                        at,
                        "j" if number > 4 else None,
                    ),
                )

            await store.write(write)
        await store.close()
    store = await open_store(either_state_url)
    ledger = Ledger(store, "acme", clock=clock)
    await agree(store, clock)
    a = Caller("a", "new", "enrich_contacts", "j")
    since = NOON - HOUR
    asked = ["ever", "mine_since"]
    ever, hour = await store.read(lambda c: tally.ask(c, asked, "acme", NOON, caller="a", since=since).fetchone())
    assert ever == 6
    assert (await ledger.budget(WIDE, a)).hour_left == WIDE.per_hour - hour
    for limits in (
        Limits(None, 100, 1000, 6),
        Limits(None, 100, 1000, 1000, per_caller=3),
        Limits(None, 100, 1000, 1000, per_job=2),
        Limits(None, 100, 1000, 1000, total=6),
    ):
        with pytest.raises(BudgetExceeded):
            await ledger.reserve(a, "contact", [{"personId": 77}], limits)
    # New charges are added to the old, in the same spans and in new ones.
    await buy(ledger, range(50, 55), a)
    clock.now += DAY
    await buy(ledger, range(60, 65), a)
    await agree(store, clock)
    await store.close()


@pytest.mark.anyio
async def test_no_budget_adds_the_charges_up_anew(tmp_path: Path) -> None:
    """A day of many calls: what the database does for one more does not grow with those before it."""
    store = await open_store(f"sqlite://{tmp_path}/state.sqlite")
    clock = Clock()
    ledger = Ledger(store, "acme", clock=clock)
    limits = Limits(None, 10_000, 100_000, 100_000, 100_000, 100_000, 100_000)
    ann = Caller("ann", "call", "enrich_contacts", "job")

    async def work(ids: range) -> int:
        """Instructions of SQLite's machine, in thousands."""
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        await store.read(lambda _: store._connection.set_progress_handler(count, 100))  # type: ignore[attr-defined]
        await buy(ledger, ids, ann, limits)
        await store.read(lambda _: store._connection.set_progress_handler(None, 0))  # type: ignore[attr-defined]
        return steps

    await buy(ledger, range(25), ann, limits)
    few = await work(range(100, 125))
    for number in range(80):
        clock.now += 11.0
        await buy(ledger, range(1000 + 25 * number, 1025 + 25 * number), ann, limits)
    many = await work(range(200, 225))
    assert many < few * 2
    await store.close()
