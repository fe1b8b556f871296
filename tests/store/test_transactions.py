"""One transaction at a time, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from sales_zoominfo.errors import InvalidArgument, SalesZoomInfoError
from sales_zoominfo.store import Transaction, open_store


def add(name: str):
    return lambda c: c.execute("INSERT INTO account VALUES (?, 'gtm', 1.0)", (name,)).rowcount


def names(c: Transaction) -> list[str]:
    return [name for (name,) in c.execute("SELECT name FROM account ORDER BY name")]


@pytest.mark.anyio
async def test_an_exception_rolls_back(either_state_url: str) -> None:
    store = await open_store(either_state_url)

    def job(c: Transaction) -> None:
        add("half")(c)
        raise KeyError("stop")

    with pytest.raises(KeyError):
        await store.write(job)
    await store.write(add("whole"))
    assert await store.read(names) == ["whole"]
    await store.close()


@pytest.mark.anyio
async def test_a_bug_in_sql_is_not_dressed_up(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    with pytest.raises(Exception, match="nowhere") as caught:
        await store.write(lambda c: c.execute("SELECT * FROM nowhere"))
    assert not isinstance(caught.value, SalesZoomInfoError)
    await store.write(add("a"))
    with pytest.raises(Exception, match=r"(?i)unique") as caught:
        await store.write(add("a"))
    assert not isinstance(caught.value, SalesZoomInfoError)
    assert await store.read(names) == ["a"]
    await store.close()


@pytest.mark.anyio
async def test_reading_cannot_write(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    with pytest.raises(InvalidArgument):
        await store.read(add("sneaked in"))
    await store.write(add("a"))
    assert await store.read(names) == ["a"]
    await store.close()


@pytest.mark.anyio
async def test_everything_runs_on_one_thread_that_is_not_the_loops(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    threads = await asyncio.gather(
        *(store.write(lambda c: threading.get_ident()) for _ in range(5)),
        *(store.read(lambda c: threading.get_ident()) for _ in range(5)),
    )
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()
    await store.close()


@pytest.mark.anyio
async def test_cancelling_the_caller_does_not_stop_a_write(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    started, go_on = threading.Event(), threading.Event()

    def slow(c: Transaction) -> None:
        add("first half")(c)
        started.set()
        go_on.wait(5)
        add("second half")(c)

    running = asyncio.create_task(store.write(slow))
    queued = asyncio.create_task(store.write(add("queued")))
    await asyncio.to_thread(started.wait, 5)
    running.cancel()
    queued.cancel()
    results = await asyncio.gather(running, queued, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    go_on.set()
    assert await store.read(names) == ["first half", "queued", "second half"]
    await store.close()


@pytest.mark.anyio
async def test_closing_finishes_what_is_queued(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    for n in range(20):
        store.submit(add(f"{n:02}"))
    await store.close()
    with pytest.raises(RuntimeError):
        await store.read(names)
    store = await open_store(either_state_url)
    assert len(await store.read(names)) == 20
    await store.close()


def test_several_event_loops_may_use_one_store(either_state_url: str) -> None:
    store = asyncio.run(open_store(either_state_url))
    asyncio.run(store.write(add("first loop")))

    async def leave_early() -> None:
        task = asyncio.create_task(store.write(add("second loop")))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(leave_early())
    assert asyncio.run(store.read(names)) == ["first loop", "second loop"]
    asyncio.run(store.close())


# -- the SQL that both understand


@pytest.mark.anyio
async def test_values_come_back_as_they_went_in(either_state_url: str) -> None:
    texts = ["", "a'?%s%%", "Ä 日本 \U0001f600", "back\\slash\n", "?"]
    store = await open_store(either_state_url)
    insert = (
        "INSERT INTO charge (account, reservation, idx, caller, call_id, operation, entity, key, credits, state, live,"
        " reserved_at, at) VALUES (?, '?%', ?, 'a', '', '', 'contact', ?, ?, 'sent', ?, ?, ?)"
    )
    rows = [
        (text, n, bytes(range(256)), 2**62 + n, True, 0.1 + n, 1_800_000_000.123456) for n, text in enumerate(texts)
    ]
    await store.write(lambda c: c.executemany(insert, rows))
    back = await store.read(
        lambda c: c.execute(
            "SELECT account, reservation, idx, key, credits, live, reserved_at, at, zi_id FROM charge ORDER BY idx"
        ).fetchall()
    )
    assert back == [(text, "?%", n, key, big, 1, half, at, None) for text, n, key, big, _, half, at in rows]
    assert {type(value) for value in back[0]} == {str, int, bytes, float, type(None)}
    await store.close()


@pytest.mark.anyio
async def test_identities_sums_and_order_are_alike(either_state_url: str) -> None:
    store = await open_store(either_state_url)

    def job(c: Transaction) -> list[int]:
        return [
            c.execute(
                "INSERT INTO charge (account, reservation, idx, caller, call_id, operation, entity, credits, state,"
                " live, reserved_at, at) VALUES ('acme', 'r', ?, 'a', '', '', 'contact', 3, 'sent', 1, 0, 0)"
                " RETURNING id",
                (n,),
            ).fetchone()[0]
            for n in range(3)
        ]

    ids = await store.write(job)
    assert ids == sorted(set(ids))
    (total,) = await store.read(lambda c: c.execute("SELECT SUM(credits) FROM charge").fetchone())
    assert (total, type(total)) == (9, int)
    assert await store.read(lambda c: c.execute("SELECT SUM(credits) FROM charge WHERE id < 0").fetchone()) == (None,)
    changed = await store.write(lambda c: c.execute("UPDATE charge SET credits = 1 WHERE idx > ?", (0,)).rowcount)
    assert changed == 2
    for name in ("b", "A", "a", "B", "ä", "_"):
        await store.write(add(name))
    assert await store.read(names) == sorted(["b", "A", "a", "B", "ä", "_"])
    await store.close()


@pytest.mark.anyio
async def test_a_name_with_a_zero_character_is_kept_somehow(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    await store.write(add("a\0b"))
    (found,) = await store.read(lambda c: c.execute("SELECT name FROM account WHERE name = ?", ("a\0b",)).fetchone())
    assert found in ("a\0b", "a\ufffdb")
    await store.close()


@pytest.mark.anyio
async def test_the_clock_is_about_now_and_goes_on(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    before = time.time()
    first, second = await store.write(lambda c: (c.now(), c.now()))
    third = await store.read(lambda c: c.now())
    assert before - 1 < first <= second <= third < time.time() + 1
    await store.close()


@pytest.mark.anyio
async def test_what_need_not_be_durable_is_written_all_the_same(either_state_url: str) -> None:
    store = await open_store(either_state_url)
    await store.write(add("lazy"), durable=False)
    await store.write(add("safe"))
    assert await store.read(names) == ["lazy", "safe"]
    await store.close()


@pytest.mark.anyio
async def test_writes_of_one_lane_wait_for_each_other_across_stores(either_state_url: str) -> None:
    """Read, think, write: without a lane two of these would count the same twice."""
    stores = [await open_store(either_state_url) for _ in range(3)]
    await stores[0].write(add("0"))

    def step(c: Transaction) -> None:
        (count,) = c.execute("SELECT MAX(CAST(name AS INTEGER)) FROM account").fetchone()
        add(str(count + 1))(c)

    await asyncio.gather(*(stores[n % 3].write(step) for n in range(60)))
    assert len(await stores[0].read(names)) == 61
    for store in stores:
        await store.close()


@pytest.mark.anyio
async def test_a_snapshot_stays_as_it_was(either_state_url: str) -> None:
    reader, writer = await open_store(either_state_url), await open_store(either_state_url)
    seen, written = threading.Event(), threading.Event()

    def look_twice(c: Transaction) -> tuple[list[str], list[str]]:
        first = names(c)
        seen.set()
        written.wait(5)
        return first, names(c)

    reading = asyncio.create_task(reader.read(look_twice))
    await asyncio.to_thread(seen.wait, 5)
    await writer.write(add("later"))
    written.set()
    assert await reading == ([], [])
    assert await reader.read(names) == ["later"]
    await reader.close()
    await writer.close()
