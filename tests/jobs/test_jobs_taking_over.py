"""What a dead worker leaves is closed at once, what is not sent is taken back, an agreed job reserves once."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import pytest
from in_process import QUICK, Shop, read, run, whole

from sales_zoominfo.account.charges import charges_where
from sales_zoominfo.jobs.fleet import tag
from sales_zoominfo.jobs.model import Job
from sales_zoominfo.jobs.running import Runner
from sales_zoominfo.jobs.service import Jobs

pytestmark = pytest.mark.anyio


async def states(jobs: Jobs) -> dict[str, int]:
    """Credits of all charges by state."""
    ledger = jobs.account._ledger  # type: ignore[attr-defined]
    rows = await ledger.store.read(lambda tx: charges_where(tx, "account = ?", ledger.account))
    found: dict[str, int] = {}
    for row in rows:
        found[row.state] = found.get(row.state, 0) + row.credits
    return found


class Died(BaseException):
    """Stands for kill -9: nothing behind it is carried out."""


async def dies(jobs: Jobs, job: str, batch: int, worker: str, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker takes a batch and dies, before or after it has sent it; nothing of its own cleans up behind it."""
    if not any(each.id == worker for each in await jobs.fleet.workers()):
        await jobs.fleet.enlist(worker)
    runner = Runner(jobs.account, jobs.spool, jobs.board, worker, QUICK, jobs.fleet)
    buyer = jobs.account._buyer  # type: ignore[attr-defined]

    async def die(*_: Any, **__: Any) -> None:
        raise Died

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    with monkeypatch.context() as patch:
        patch.setattr(buyer, "_close", nothing)
        patch.setattr(runner, "_put_back", die)
        target = {"reserved": (buyer, "_send"), "sent": (buyer, "_look_after")}[at]
        patch.setattr(*target, die)
        with pytest.raises(Died):
            await runner.batch(job, batch)


async def bury(jobs: Jobs, worker: str) -> None:
    """Others find out that it is dead."""
    await jobs.home.store.write(lambda tx: tx.execute("UPDATE job_worker SET seen_at = 0 WHERE id = ?", (worker,)))
    await jobs.fleet.bury()


async def started(shop: Shop, jobs: Jobs, count: int, **choices: Any) -> str:
    # An account that has spent before: the first spend of all is compared alone.
    people = await shop.people(jobs, count + 1)
    await whole(jobs, shop.request(shop.file(people[-1:], "first.csv")))
    job = (await jobs.start(shop.request(shop.file(people[:count]), **choices), agreed=True)).id
    await read(jobs, job)
    return job


@pytest.mark.parametrize("at", ["reserved", "sent"])
async def test_what_a_dead_worker_has_set_aside_is_closed_when_it_is_buried(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    jobs = await shop.open()
    job = await started(shop, jobs, 25)
    dead = jobs.fleet.new_worker()
    await dies(jobs, job, 0, dead, at, monkeypatch)
    assert (await states(jobs))[at] == 25
    await bury(jobs, dead)
    assert await jobs.fleet.graves() == [dead]
    # The first batch that is taken over settles the books; nobody waits until the charges are old.
    heir = Runner(jobs.account, jobs.spool, jobs.board, "heir", QUICK, jobs.fleet)
    await jobs.fleet.enlist("heir")
    assert await heir.batch(job, 0) == "done"
    found = await states(jobs)
    assert found.get("reserved", 0) == found.get("sent", 0) == found.get("in_doubt", 0) == 0
    assert found["spent"] == len(shop.sandbox.charges) == 26
    assert (await jobs.get(job)).counts == {"enriched": 25}


async def test_a_death_in_the_first_spend_of_an_account_holds_nobody_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing may follow the first spend before it has been compared: also when nobody is left to compare it."""
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 75))), agreed=True)).id
    await read(jobs, job)
    dead = jobs.fleet.new_worker()
    await dies(jobs, job, 0, dead, "sent", monkeypatch)
    await bury(jobs, dead)
    await jobs.fleet.enlist("heir")
    heir = Runner(jobs.account, jobs.spool, jobs.board, "heir", QUICK, jobs.fleet)
    with anyio.fail_after(20):
        told = await asyncio.gather(*(heir.batch(job, batch) for batch in (2, 1, 0)))
    assert told == ["done"] * 3
    assert (await jobs.get(job)).counts == {"enriched": 75}
    assert (await states(jobs))["spent"] == len(shop.sandbox.charges) == 75


async def test_one_that_thaws_sends_nothing_of_what_was_released(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = await shop.open()
    job = await started(shop, jobs, 25)
    frozen = jobs.fleet.new_worker()
    await jobs.fleet.enlist(frozen)
    runner = Runner(jobs.account, jobs.spool, jobs.board, frozen, QUICK, jobs.fleet)
    buyer = jobs.account._buyer  # type: ignore[attr-defined]
    send, thaw, asleep = buyer._send, asyncio.Event(), asyncio.Event()

    async def freeze(*given: Any) -> Any:
        asleep.set()
        await thaw.wait()
        return await send(*given)

    monkeypatch.setattr(buyer, "_send", freeze)
    task = asyncio.create_task(runner.batch(job, 0))
    await asleep.wait()
    await bury(jobs, frozen)
    await jobs.account.bury(tag(frozen))
    thaw.set()
    assert await task == "halted"
    assert len(shop.sandbox.charges) == 1
    assert (await states(jobs)).get("sent", 0) == 0


async def test_hold_keeps_back_only_what_was_sent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = await shop.open()
    job = await started(shop, jobs, 50, options={"in_doubt": "hold"})
    dead = jobs.fleet.new_worker()
    await dies(jobs, job, 0, dead, "reserved", monkeypatch)
    await dies(jobs, job, 1, dead, "sent", monkeypatch)
    await bury(jobs, dead)
    await jobs.fleet.enlist("heir")
    heir = Runner(jobs.account, jobs.spool, jobs.board, "heir", QUICK, jobs.fleet)
    assert await heir.batch(job, 0) == "done"
    assert (await jobs.get(job)).counts == {"enriched": 25}
    assert await heir.batch(job, 1) == "done"
    found = await jobs.get(job)
    assert (found.state, found.counts) == ("done", {"enriched": 25, "held": 25})
    # Tried again, they are free: the dead worker has bought them.
    before = len(shop.sandbox.charges)
    await jobs.retry(job)
    await run(jobs, job, worker="heir")
    assert (await jobs.get(job)).counts == {"enriched": 50}
    assert len(shop.sandbox.charges) == before == 51


@pytest.mark.parametrize("act", ["pause", "cancel", "stop"])
async def test_a_batch_that_waits_for_a_slot_is_taken_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """The hour may be used up: a job that is stopped now must not spend when it frees."""
    jobs = await shop.open()
    job = await started(shop, jobs, 50)
    await jobs.fleet.enlist("waiter")
    runner = Runner(jobs.account, jobs.spool, jobs.board, "waiter", QUICK, jobs.fleet)
    monkeypatch.setattr("sales_zoominfo.jobs.running.LOOK", 0.01)
    client = jobs.account._client  # type: ignore[attr-defined]
    waiting = asyncio.Event()

    async def wait(*_: Any, **__: Any) -> None:
        waiting.set()
        await anyio.sleep_forever()

    monkeypatch.setattr(client, "enrich", wait)
    task = asyncio.create_task(runner.batch(job, 0))
    await waiting.wait()
    found: Job = await jobs.get(job)
    assert found.reserved == 25
    assert (await states(jobs))["reserved"] == 25
    if act == "stop":
        runner.stop()
    else:
        await getattr(jobs, act)(job)
    with anyio.fail_after(5):
        assert await task == "halted"
    found = await jobs.get(job)
    assert found.reserved == 0
    assert (await states(jobs)).get("reserved", 0) == 0
    assert len(shop.sandbox.charges) == 1


async def test_a_pause_takes_all_batches_of_its_job_back_and_none_of_another(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = await shop.open()
    first, second = await started(shop, jobs, 75), await started(shop, jobs, 50, options={"search_first": True})
    before = len(shop.sandbox.charges)
    await jobs.fleet.enlist("waiter")
    runner = Runner(jobs.account, jobs.spool, jobs.board, "waiter", QUICK, jobs.fleet)
    monkeypatch.setattr("sales_zoominfo.jobs.running.LOOK", 0.01)
    client = jobs.account._client  # type: ignore[attr-defined]
    waiting = 0

    async def wait(*_: Any, **__: Any) -> None:
        nonlocal waiting
        waiting += 1
        await anyio.sleep_forever()

    monkeypatch.setattr(client, "enrich", wait)
    mine = [asyncio.create_task(runner.batch(first, number)) for number in (0, 1)]
    other = asyncio.create_task(runner.batch(second, 0))
    with anyio.fail_after(5):
        while waiting < 3:  # noqa: ASYNC110 - until all of them wait
            await asyncio.sleep(0.01)
    await jobs.pause(first)
    with anyio.fail_after(5):
        assert await asyncio.gather(*mine) == ["halted", "halted"]
    await asyncio.sleep(0.05)
    assert not other.done()
    runner.stop()
    with anyio.fail_after(5):
        assert await other == "halted"
    assert ((await jobs.get(first)).reserved, (await jobs.get(second)).reserved) == (0, 0)
    assert len(shop.sandbox.charges) == before


async def test_what_has_its_slot_is_finished_though_the_job_is_paused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = await shop.open()
    job = await started(shop, jobs, 50)
    monkeypatch.setattr("sales_zoominfo.jobs.running.LOOK", 0.01)
    monkeypatch.setattr(shop.sandbox, "plan", None)
    client = jobs.account._client  # type: ignore[attr-defined]
    enrich = client.enrich

    async def slow(*given: Any, before_send: Any, **more: Any) -> Any:
        async def sent() -> None:
            await before_send()
            await jobs.pause(job)
            await asyncio.sleep(0.2)

        return await enrich(*given, before_send=sent, **more)

    monkeypatch.setattr(client, "enrich", slow)
    await run(jobs, job)
    found = await jobs.get(job)
    assert (found.state, found.counts, found.reserved) == ("paused", {"enriched": 25}, 0)
    assert len(shop.sandbox.charges) == 26


async def test_an_agreed_job_over_the_ceiling_reserves_once_a_batch(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.settings["max_credits_per_hour"] = 30
    jobs = await shop.open()
    job = await started(shop, jobs, 75)
    ledger = jobs.account._ledger  # type: ignore[attr-defined]
    reserve, times = ledger.reserve, 0

    async def counted(*given: Any) -> Any:
        nonlocal times
        times += 1
        return await reserve(*given)

    monkeypatch.setattr(ledger, "reserve", counted)
    await run(jobs, job)
    assert (await jobs.get(job)).counts == {"enriched": 75}
    assert times == 3


async def test_the_dead_of_another_account_are_left_to_its_own_workers(shop: Shop) -> None:
    """They know nothing of each other's parts: whoever closed the grave would have resumed none."""
    jobs = await shop.open()
    own = jobs.fleet.new_worker()
    for worker in (own, f"0{own}"):
        await jobs.home.store.write(
            lambda tx, worker=worker: tx.execute("INSERT INTO job_grave (worker, at) VALUES (?, 0)", (worker,))
        )
    assert await jobs.fleet.graves() == [own]
