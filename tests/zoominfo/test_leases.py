"""Leases: one holder at a time on either database, and a dead one is succeeded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import pytest

from sales_zoominfo.store import Store, open_store
from sales_zoominfo.zoominfo.leases import Lease, held_by_another, release, take

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(either_state_url: str) -> AsyncIterator[Store]:
    store = await open_store(either_state_url)
    yield store
    await store.close()


async def taken(store: Store, holder: str, life: float = 40.0, name: str = "thing") -> Lease | None:
    return await store.write(lambda transaction: take(transaction, name, holder, life), lane="token")


async def busy(store: Store, holder: str, life: float = 40.0) -> bool:
    return await store.read(lambda transaction: held_by_another(transaction, "thing", holder, life))


async def test_one_holds_it_and_others_do_not(store: Store) -> None:
    lease = await taken(store, "a")
    assert lease is not None
    assert await taken(store, "b") is None
    assert await busy(store, "b")
    assert await taken(store, "b", name="another thing") is not None
    assert await store.write(lambda transaction: release(transaction, lease), lane="token")
    assert not await busy(store, "b")
    assert await taken(store, "b") is not None


async def test_the_holder_takes_it_again(store: Store) -> None:
    first = await taken(store, "a")
    second = await taken(store, "a")
    assert first is not None
    assert second is not None
    assert second.generation > first.generation
    assert not await busy(store, "a")


async def test_a_dead_holder_is_succeeded_and_releases_nothing(store: Store) -> None:
    dead = await taken(store, "a", life=0.05)
    assert dead is not None
    await anyio.sleep(0.06)
    assert not await busy(store, "b", life=0.05)
    heir = await taken(store, "b")
    assert heir is not None
    assert heir.generation > dead.generation
    assert not await store.write(lambda transaction: release(transaction, dead), lane="token")
    assert await busy(store, "c")


async def test_a_clock_that_was_put_back_blocks_nobody(store: Store) -> None:
    await taken(store, "a")
    # As if it had been taken an hour later than now.
    await store.write(lambda transaction: transaction.execute("UPDATE lease SET expires = expires + 3600"))
    assert not await busy(store, "b")
    assert await taken(store, "b") is not None


async def test_of_many_at_once_one_gets_it(store: Store, either_state_url: str) -> None:
    others = [await open_store(either_state_url) for _ in range(4)]
    got: list[str] = []

    async def one(mine: Store, holder: str) -> None:
        if await taken(mine, holder) is not None:
            got.append(holder)

    async with anyio.create_task_group() as group:
        for number, mine in enumerate([store, *others]):
            for copy in range(4):
                group.start_soon(one, mine, f"{number}-{copy}")
    for mine in others:
        await mine.close()
    assert len(got) == 1
