"""A clock that jumps, two accounts in one ledger, a state that cannot be used, a server that goes away in a call."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from lossy import COMMIT, Cut, LossyLink
from postgres import Server, new_database
from sales_zoominfo.account.ledger import DAY, HOUR, TERM, Caller, Ledger, Limits, Outcome, Reservation
from sales_zoominfo.errors import InvalidArgument, SalesZoomInfoError
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.store import Store, open_store
from sales_zoominfo.store.migrations import MIGRATIONS
from support import DEMO, Clock, Sandbox

pytestmark = pytest.mark.anyio
NOON = 20_800 * DAY + DAY / 2
ANN = Caller("ann", "call-1", "enrich_contacts")
WIDE = Limits(None, 1000, 1000, 1000)


def people(*ids: int) -> list[dict[str, object]]:
    return [{"personId": n} for n in ids]


async def states(store: Store) -> dict[str, int]:
    return dict(await store.read(lambda c: c.execute("SELECT state, COUNT(*) FROM charge GROUP BY state").fetchall()))


# -- a clock that jumps


async def test_no_jump_of_the_clock_passes_a_budget(tmp_path: Path) -> None:
    """Forwards, backwards, over midnight, at any step of a call: no UTC day and no hour holds more than its budget."""
    store = await open_store(f"sqlite://{tmp_path}/state.sqlite")
    random = Random("jumps")
    jumps = (1, 60, HOUR - 1, HOUR, 5 * HOUR, DAY, 3 * DAY, 40 * DAY, TERM + DAY)
    limits = Limits(None, per_call=3, per_hour=6, per_day=8)
    told = Counter[str]()
    for number in range(25):
        clock = Clock(NOON + random.uniform(-DAY, DAY))
        account = f"account-{number}"
        ledger = Ledger(store, account, clock=clock)
        open_calls: list[tuple[Reservation, bool]] = []
        for step in range(30):
            if random.random() < 0.4:
                clock.now += random.choice(jumps) * random.choice([1, 1, -1])
            try:
                if not open_calls or random.random() < 0.5:
                    ids = [random.randint(1, 40) for _ in range(random.randint(1, 3))]
                    caller = Caller(random.choice("ab"), f"call-{step}", "enrich_contacts")
                    open_calls.append((await ledger.reserve(caller, "contact", people(*ids), limits), False))
                    told["reserved"] += 1
                    continue
                call, sent = open_calls.pop(random.randrange(len(open_calls)))
                every = range(len(call.estimate.items))
                if not sent:
                    await ledger.mark_sent(call, every)
                    open_calls.append((call, True))
                elif random.random() < 0.3:
                    await ledger.mark_in_doubt(call, every)
                else:
                    outcomes = [Outcome(n, True, item.zi_id) for n, item in enumerate(call.estimate.items)]
                    await ledger.settle(call, outcomes)
                if random.random() < 0.2:
                    await ledger.recover(900)
            except SalesZoomInfoError as error:
                told[error.kind] += 1
            rows = await store.read(
                lambda c, account=account: c.execute(
                    "SELECT at, caller, credits FROM charge WHERE account = ? AND credits > 0"
                    " AND state IN ('reserved', 'sent', 'in_doubt', 'spent')",
                    (account,),
                ).fetchall()
            )
            days = Counter[float]()
            for at, _, credits in rows:
                days[at // DAY] += credits
            assert max(days.values(), default=0) <= limits.per_day
            for at, caller, _ in rows:
                hour = sum(cost for moment, who, cost in rows if who == caller and at <= moment < at + HOUR)
                assert hour <= limits.per_hour
            budget = await ledger.budget(limits, ANN)
            assert budget.day_left >= 0
            assert budget.resets_at > clock.now
    assert told["over_ceiling"] + told["over_both"] > 20
    assert told["reservation_lapsed"]
    await store.close()


async def test_a_clock_set_back_over_midnight_gives_no_second_budget(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    clock = Clock(NOON + DAY / 2 + 60)
    ledger = Ledger(store, "acme", clock=clock)
    limits = Limits(None, 10, 100, 8)
    spent = await ledger.reserve(ANN, "contact", people(*range(7)), limits)
    await ledger.mark_sent(spent, range(7))
    await ledger.mark_in_doubt(spent, range(7))
    clock.now -= 120
    with pytest.raises(SalesZoomInfoError) as caught:
        await ledger.reserve(ANN, "contact", people(11, 12), limits)
    assert caught.value.kind.startswith("over_")
    # Reserved in the one day and sent in the other, it fits in both.
    last = await ledger.reserve(ANN, "contact", people(11), limits)
    clock.now += 120
    await ledger.mark_sent(last, [0])
    assert (await ledger.budget(limits, ANN)).day_left == 0
    await store.close()


async def test_what_a_clock_in_the_future_has_reserved_is_given_back(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    clock = Clock(NOON + 400 * DAY)
    ledger = Ledger(store, "acme", clock=clock)
    unsent = await ledger.reserve(ANN, "contact", people(1, 2), WIDE)
    sent = await ledger.reserve(ANN, "contact", people(3), WIDE)
    await ledger.mark_sent(sent, [0])
    clock.now = NOON
    assert (await ledger.budget(WIDE, ANN)).reserved == 3
    assert tuple(await _recovered(ledger)) == (2, 1)
    assert (await ledger.budget(WIDE, ANN)).reserved == 0
    assert (await ledger.budget(WIDE, ANN)).day_left == 1000 - 1, "what was sent counts, whenever it says it was"
    with pytest.raises(SalesZoomInfoError) as caught:
        await ledger.mark_sent(unsent, [0, 1])
    assert caught.value.kind == "reservation_lapsed"
    await store.close()


async def _recovered(ledger: Ledger) -> tuple[int, int]:
    found = await ledger.recover(900)
    return found.released, found.in_doubt


async def test_without_a_clock_of_its_own_the_ledger_goes_by_the_databases(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines whose clocks differ share one day."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("time.time", lambda: NOON + 3000 * DAY)
    store = await open_store(postgres_url)
    await Ledger(store, "acme").reserve(ANN, "contact", people(1), WIDE)
    ((at, now),) = await store.read(
        lambda c: c.execute(
            "SELECT at, CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION) FROM charge"
        ).fetchall()
    )
    assert abs(at - now) < 60
    await store.close()


# -- two accounts


async def test_two_accounts_in_one_ledger_share_nothing(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    limits = Limits(None, 10, 100, 3)
    acme, bolt = (Ledger(store, name, clock=Clock(NOON)) for name in ("acme", "bolt"))
    bought = await acme.reserve(ANN, "contact", people(1, 2, 3), limits)
    await acme.mark_sent(bought, range(3))
    await acme.settle(bought, [Outcome(n, True, str(n + 1), True) for n in range(3)])
    with pytest.raises(SalesZoomInfoError) as caught:
        await acme.reserve(ANN, "contact", people(4), limits)
    assert caught.value.kind.startswith("over_")
    assert (await bolt.estimate("contact", people(1, 2, 3))).credits == 3, "what one has bought the other has not"
    assert await bolt.owned("contact", ["1"]) == {}
    other = await bolt.reserve(ANN, "contact", people(1, 2, 3), limits)
    await bolt.mark_sent(other, range(3))
    await bolt.mark_in_doubt(other, range(3))
    assert (await acme.budget(limits, ANN)).in_doubt == 0
    assert set(await acme.owned("contact", ["1", "2", "3"])) == {"1", "2", "3"}
    with pytest.raises(ValueError, match="of this account"):
        await acme.release(other, [0])
    await store.close()


# -- a state that cannot be used


def _corrupt(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:6000])


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as c:
        c.execute("CREATE TABLE leads (id)")
    c.close()


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as c:
        c.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    c.close()


@pytest.mark.parametrize("spoil", [_corrupt, _foreign, _newer])
async def test_an_unusable_file_sends_nothing(sandbox_dir: Path, tmp_path: Path, spoil: Any) -> None:
    path = tmp_path / "state.sqlite"
    await (await open_store(f"sqlite://{path}")).close()
    spoil(path)
    before = path.read_bytes()
    sandbox = Sandbox(sandbox_dir)
    with pytest.raises(InvalidArgument) as caught:
        await _account(f"sqlite://{path}", sandbox)
    assert caught.value.kind == "state_unusable"
    assert not sandbox.requests
    assert path.read_bytes() == before


async def test_a_file_that_is_full_or_locked_reserves_nothing_and_recovers(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    store = await open_store(f"sqlite://{path}", busy_timeout=0.1)
    ledger = Ledger(store, "acme", clock=Clock(NOON))
    every = range(100)
    sent = await ledger.reserve(ANN, "contact", people(*every), WIDE)
    await ledger.mark_sent(sent, every)
    held = await states(store)
    pages = await store.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    await store.read(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    big = [{"emailAddress": f"{n}@firm.example"} for n in range(900)]
    with pytest.raises(InvalidArgument, match="full"):
        await ledger.reserve(ANN, "contact", big, WIDE)
    assert await states(store) == held, "all or nothing"
    await store.read(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(InvalidArgument, match="locked"):
        await ledger.settle(sent, [Outcome(n, True, str(n), True) for n in every])
    assert (await ledger.budget(WIDE, ANN)).reserved == 100, "unsettled it counts"
    other.execute("ROLLBACK")
    other.close()
    assert await ledger.settle(sent, [Outcome(n, True, str(n), True) for n in every]) == 100
    assert (await ledger.budget(WIDE, ANN)).spent_today == 100
    await store.close()


# -- a server that goes away during a call


@pytest.fixture
def link(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LossyLink]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = LossyLink(postgres_url)
    yield made
    made.close()


@pytest.mark.parametrize("when", ["before the server hears it", "after the server has done it"])
@pytest.mark.parametrize("step", ["reserve", "mark_sent", "settle", "release", "mark_in_doubt"])
async def test_a_commit_cut_off_counts_once(link: LossyLink, step: str, when: Cut) -> None:
    store = await open_store(link.url)
    ledger = Ledger(store, "acme", clock=Clock(NOON))

    def cut(name: str) -> None:
        if name == step:
            link.cut(COMMIT, when)

    cut("reserve")
    call = await ledger.reserve(ANN, "contact", people(1, 2, 3), WIDE)
    cut("mark_sent")
    await ledger.mark_sent(call, range(3))
    cut("settle")
    assert await ledger.settle(call, [Outcome(0, True, "1", True)]) == 1
    cut("release")
    await ledger.release(call, [1])
    cut("mark_in_doubt")
    await ledger.mark_in_doubt(call, [2])
    assert link.cuts == 1
    budget = await ledger.budget(WIDE, ANN)
    assert (budget.spent_today, budget.reserved, budget.in_doubt) == (1, 0, 1)
    assert await states(store) == {"spent": 1, "released": 1, "in_doubt": 1}
    await store.close()


@pytest.mark.parametrize("when", ["before the server hears it", "after the server has done it"])
async def test_a_reservation_that_nobody_can_confirm_undoes_itself(link: LossyLink, when: Cut) -> None:
    store = await open_store(link.url, patience=0.5)
    ledger = Ledger(store, "acme", clock=Clock(NOON))
    await ledger.reserve(ANN, "contact", people(9), WIDE)

    class Cutting(dict[str, object]):
        """Cuts the line while the reservation is being made."""

        def get(self, *args: Any) -> Any:
            link.cut(COMMIT, when)
            link.refuse(True)
            threading.Timer(0.8, link.refuse, [False]).start()
            return super().get(*args)

    with pytest.raises(InvalidArgument) as caught:
        await ledger.reserve(ANN, "contact", [Cutting(personId=1)], WIDE)
    assert caught.value.kind == "state_uncertain"
    # Behind the undoing, which waits for the server as well.
    assert (await ledger.budget(WIDE, ANN)).reserved == 1
    await store.close()


async def _restart_during_enrich(server: Server, sandbox: Sandbox, gone_for: float) -> tuple[Any, Any]:
    """Crash the server when ZoomInfo gets the first enrich call; the app, and what the call came to."""
    url = new_database(server.url)
    app, account = await _account(url, sandbox)
    rows = (await account.search("contact", {"state": "California"}, page=1, size=5)).rows
    inputs = [{"personId": row["id"]} for row in rows]
    starting: list[threading.Timer] = []

    def plan(_method: str, path: str) -> Fault | None:
        if "enrich" in path and not starting:
            server.stop(crash=True)
            starting.append(threading.Timer(gone_for, server.start))
            starting[0].start()
        return None

    sandbox.plan = plan
    try:
        found = await account.enrich("contact", inputs, caller="ann", outputs=["id", "firstName"])
    except SalesZoomInfoError as error:
        found = error
    await asyncio.to_thread(starting[0].join)
    assert len(sandbox.charges) == 5
    budget = await account.budget("ann")
    assert budget.spent_today + budget.reserved + budget.in_doubt == 5, "what was paid for counts, come what may"
    again = await account.enrich("contact", inputs, caller="ann", outputs=["id", "firstName"])
    assert [match.matched for match in again.matches] == [True] * 5
    assert len(sandbox.charges) == 5, "and is not paid for twice"
    return app, found


async def test_a_server_that_restarts_while_zoominfo_answers(
    own_postgres: Server, sandbox_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    app, found = await _restart_during_enrich(own_postgres, Sandbox(sandbox_dir), 0.3)
    assert [match.matched for match in found.matches] == [True] * 5
    assert found.credits.spent == 5
    assert not found.warnings
    await app.aclose()


async def test_a_server_that_stays_away_while_zoominfo_answers(
    own_postgres: Server, sandbox_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing leaves while the opt-out list cannot be read; once it can, the records are free."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sales_zoominfo.store.open_store", functools.partial(open_store, patience=0.2))
    app, found = await _restart_during_enrich(own_postgres, Sandbox(sandbox_dir), 4.0)
    assert isinstance(found, InvalidArgument)
    assert found.kind == "state_unusable"
    assert "did not answer" in found.message
    await app.aclose()


async def _account(url: str, sandbox: Sandbox, **settings: Any) -> Any:
    import httpx2

    from sales_zoominfo.app import App
    from sales_zoominfo.settings import load_settings

    app = App(
        load_settings(
            state_url=url,
            base_url="http://zoominfo.test",
            rate_limit=1000,
            client_id=DEMO.client_id,
            client_secret=DEMO.client_secret,
            **settings,
        ),
        http_transport=httpx2.ASGITransport(app=sandbox.app),
    )
    return app, await app.account()
