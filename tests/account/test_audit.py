"""The audit: an entry for each call, in a chain that names what was edited, removed, inserted or moved."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from sales_zoominfo.account.audit import CANCELLED, NOTE_EVERY, ROTATE_EVERY, Audit, Event, filters_note
from sales_zoominfo.account.audit_chain import Entry, read_notes
from sales_zoominfo.account.audit_check import Wanted, lost_notes, read_last, read_page, verify
from sales_zoominfo.errors import InvalidArgument, fail
from sales_zoominfo.store import Store, Transaction, open_store
from sales_zoominfo.store.vault import Vault

pytestmark = pytest.mark.anyio

VAULT = Vault(b"k" * 32)
DAY = 86_400.0
START = 20_800 * DAY


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def store(either_state_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    made = await open_store(either_state_url, directory=tmp_path)
    yield made
    await made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def search(caller: str = "ann/editor", **more: object) -> Event:
    return Event(caller, "search_contacts", "contact", "gtm", "ok", records=25, **more)  # type: ignore[arg-type]


def bought(credits: int = 2, caller: str = "ann/editor") -> Event:
    return Event(caller, "enrich_contacts", "contact", "gtm", "ok", credits, credits, credits, "c0ffee", "spring")


async def fill(store: Store, clock: Callable[[], float], count: int = 10) -> list[Entry]:
    audit = Audit(store, VAULT, "main", clock=clock)
    for number in range(count):
        await audit.record(search() if number % 2 else bought())
    await audit.flush()
    return await read_page(store, Wanted())


async def change(store: Store, *statements: tuple[str, tuple[object, ...]]) -> None:
    def job(transaction: Transaction) -> None:
        for sql, values in statements:
            assert transaction.execute(sql, values).rowcount

    await store.write(job)


# --- what an entry says ----------------------------------------------------------------------------------------


async def test_an_entry_tells_who_what_when_and_for_how_much(store: Store, clock: Clock) -> None:
    entries = await fill(store, clock, 2)
    assert [entry.seq for entry in entries] == [1, 2]
    first = entries[0]
    assert (first.at, first.account, first.caller, first.operation) == (START, "main", "ann/editor", "enrich_contacts")
    assert (first.entity, first.generation, first.result, first.credits) == ("contact", "gtm", "ok", 2)
    assert (first.records, first.reserved, first.call_id, first.job) == (2, 2, "c0ffee", "spring")
    assert entries[1].previous == first.digest
    assert (await verify(store, VAULT)).intact


async def test_a_watched_call_is_recorded_however_it_ends(store: Store, clock: Clock) -> None:
    audit = Audit(store, VAULT, "main", clock=clock)
    async with audit.watch("ann", "search_companies", "company") as entry:
        entry.records = 7
        entry.note = filters_note(["state", "companyName"])
    with pytest.raises(InvalidArgument):
        async with audit.watch("ann", "enrich_companies", "company"):
            raise fail("no_criteria", where="x", example="y")
    with pytest.raises(ZeroDivisionError):
        async with audit.watch("ann", "usage"):
            raise ZeroDivisionError

    async def waiting() -> None:
        async with audit.watch("ann", "lookup"):
            await asyncio.sleep(60)

    task = asyncio.create_task(waiting())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await audit.flush()
    entries = await read_page(store, Wanted())
    assert [(entry.operation, entry.result, entry.records) for entry in entries] == [
        ("search_companies", "ok", 7),
        ("enrich_companies", "INVALID_ARGUMENT", 0),
        ("usage", "INTERNAL", 0),
        ("lookup", CANCELLED, 0),
    ]
    assert entries[0].note == "filters: companyName, state"


async def test_no_value_gets_in_where_a_name_belongs(store: Store, clock: Clock) -> None:
    audit = Audit(store, VAULT, "main", clock=clock)
    assert filters_note(["Ada Sample", "companyName", "state", "ada@acme.example"]) == (
        "filters: companyName, state, 2 unknown"
    )
    note = "email ada.sample@acme.example, +1 415 555 0100, password=hunter2secret"
    await audit.record(
        Event("ada.sample@acme.example/editor\x00\n", "x" * 500, None, None, "ok", note=f"{note} {'z' * 999}")
    )
    await audit.flush()
    (entry,) = await read_page(store, Wanted())
    assert entry.caller == "[e-mail]/editor  "
    assert not {"ada.sample", "415", "hunter2"} & {
        word for word in ("ada.sample", "415", "hunter2") if word in entry.note
    }
    assert len(entry.operation) == 60
    assert len(entry.note) == 300
    assert (await verify(store, VAULT)).intact


async def test_entries_are_found_by_what_they_say(store: Store, clock: Clock) -> None:
    audit = Audit(store, VAULT, "main", clock=clock)
    for number in range(6):
        clock.now = START + number
        await audit.record(search("bob" if number % 3 else "ann"))
    clock.now = START + 6
    await audit.record(Event("bob", "enrich_contacts", "contact", None, "BUDGET_EXCEEDED"))
    await audit.flush()

    async def numbers(wanted: Wanted) -> list[int]:
        return [entry.seq for entry in await read_page(store, wanted)]

    assert await numbers(Wanted(caller="ann")) == [1, 4]
    assert await numbers(Wanted(since=START + 2, until=START + 5)) == [3, 4, 5]
    assert await numbers(Wanted(result="BUDGET_EXCEEDED")) == [7]
    assert await numbers(Wanted(operation="enrich_contacts", caller="ann")) == []
    assert [entry.seq for entry in await read_last(store, Wanted(caller="bob"), 2)] == [6, 7]
    assert [entry.seq for entry in await read_page(store, Wanted(), after=5)] == [6, 7]


async def test_an_entry_can_stand_or_fall_with_another_transaction(store: Store, clock: Clock) -> None:
    audit = Audit(store, VAULT, "main", clock=clock)
    head = await store.write(lambda transaction: audit.append(transaction, bought()))
    assert head.seq == 1

    def fails(transaction: Transaction) -> None:
        audit.append(transaction, bought())
        raise KeyError("undone")

    with pytest.raises(KeyError):
        await store.write(fails)
    await audit.record(search())
    await audit.flush()
    assert [entry.operation for entry in await read_page(store, Wanted())] == ["enrich_contacts", "search_contacts"]
    assert (await verify(store, VAULT)).intact


# --- what was done to it ---------------------------------------------------------------------------------------


async def findings(store: Store, **more: object) -> list[tuple[int | None, str]]:
    return [(found.seq, found.what) for found in (await verify(store, VAULT, **more)).findings]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("credits", 0),
        ("caller", "eve"),
        ("at", START + 1),
        ("result", "ok "),
        ("note", "x"),
        ("job", None),
        ("records", 9),
    ],
)
async def test_an_edited_entry_is_named(store: Store, clock: Clock, column: str, value: object) -> None:
    await fill(store, clock)
    await change(store, (f"UPDATE audit SET {column} = ? WHERE seq = 5", (value,)))
    assert await findings(store) == [(5, "entry 5 was changed or inserted")]


async def test_removed_entries_are_named(store: Store, clock: Clock) -> None:
    await fill(store, clock)
    await change(store, ("DELETE FROM audit WHERE seq IN (4, 5, 8)", ()))
    assert await findings(store) == [(4, "entries 4 to 5 are missing"), (8, "entry 8 is missing")]


async def test_the_first_and_the_last_cannot_go_unseen(store: Store, clock: Clock) -> None:
    await fill(store, clock)
    await change(store, ("DELETE FROM audit WHERE seq IN (1, 10)", ()))
    assert await findings(store) == [(1, "entry 1 is missing"), (10, "entry 10 is missing")]


async def test_a_removed_entry_whose_gap_was_closed_is_seen(store: Store, clock: Clock) -> None:
    await fill(store, clock)
    moved = [(f"UPDATE audit SET seq = {seq - 1} WHERE seq = {seq}", ()) for seq in range(6, 11)]
    await change(store, ("DELETE FROM audit WHERE seq = 5", ()), *moved)
    found = await findings(store)
    assert found[:5] == [(seq, f"entry {seq} was moved: its place is {seq + 1}") for seq in range(5, 10)]
    assert found[5] == (10, "entry 10 is missing")


async def test_an_inserted_entry_is_named(store: Store, clock: Clock) -> None:
    entries = await fill(store, clock)
    moved = [(f"UPDATE audit SET seq = {seq + 1} WHERE seq = {seq}", ()) for seq in range(10, 4, -1)]
    forged = entries[3]._replace(seq=5, previous=entries[3].digest, credits=0)
    await change(store, *moved, (f"INSERT INTO audit VALUES ({','.join('?' * 16)})", tuple(forged)))
    found = await findings(store)
    assert found[0] == (5, "entry 5 was changed or inserted")
    assert found[1:6] == [(seq, f"entry {seq} was moved: its place is {seq - 1}") for seq in range(6, 11)]
    assert found[6] == (11, "entry 11 stands behind the last one that the head knows: inserted")


async def test_swapped_entries_are_named(store: Store, clock: Clock) -> None:
    await fill(store, clock)
    steps = [("UPDATE audit SET seq = ? WHERE seq = ?", pair) for pair in ((99, 3), (3, 7), (7, 99))]
    await change(store, *steps)
    assert await findings(store) == [(3, "entry 3 was moved: its place is 7"), (7, "entry 7 was moved: its place is 3")]


async def test_a_chain_written_with_another_key_is_not_taken_for_ours(store: Store, clock: Clock) -> None:
    entries = await fill(store, clock)
    other = Vault(b"o" * 32)
    forged = entries[-1]._replace(credits=0)
    forged = forged._replace(digest=forged.sealed_by(other))
    await change(
        store,
        ("UPDATE audit SET credits = 0, digest = ? WHERE seq = 10", (forged.digest,)),
        ("UPDATE audit_head SET digest = ?", (forged.digest,)),
    )
    found = dict(await findings(store))
    assert found[None] == "the head, which says how many entries there are, was not written with this key"
    assert found[10] == "entry 10 was changed or inserted"


async def test_a_cut_end_stays_visible_when_writing_goes_on(store: Store, clock: Clock) -> None:
    entries = await fill(store, clock)
    # Without the key the head can be set back, but not sealed.
    await change(
        store,
        ("DELETE FROM audit WHERE seq > 7", ()),
        ("UPDATE audit_head SET seq = 7, digest = ?", (entries[6].digest,)),
    )
    assert (None, "the head, which says how many entries there are, was not written with this key") in await findings(
        store
    )
    audit = Audit(store, VAULT, "main", clock=clock)
    await audit.record(bought())
    found = await findings(store)
    assert any("says: the head at entry 7 was not sealed by this key" in what for _, what in found)


async def test_an_older_copy_put_back_is_seen_by_the_head_noted_beside_the_state(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    entries = await fill(store, clock)
    old = await store.read(lambda t: tuple(t.execute("SELECT seq, digest, seal FROM audit_head").fetchone()))
    await fill(store, clock, 5)
    kept = (await verify(store, VAULT)).digest
    put_back = (("DELETE FROM audit WHERE seq > 10", ()), ("UPDATE audit_head SET seq = ?, digest = ?, seal = ?", old))
    await change(store, *put_back)
    (note,) = read_notes(tmp_path).values()
    assert note.seq == 15
    lost = "entry 15 was noted once and is gone: the end was cut off, or an older state was put back"
    assert await findings(store) == [(15, lost)]
    # The note is not replaced by what comes after, even when that is longer.
    await fill(store, clock, 20)
    assert read_notes(tmp_path)[note.chain] == note
    found = await findings(store)
    assert (15, "entry 15 is not the one that was noted: replaced up to it") in found
    assert any("the head noted beside the state" in what for _, what in found)
    # A head that was kept elsewhere shows the same without the file.
    (tmp_path / f"audit-{note.chain}.head").unlink()
    assert (15, "entry 15 is not the one that was noted: replaced up to it") in await findings(
        store, head=(15, kept[:16])
    )
    assert entries[9].digest == (await read_page(store, Wanted(), 9, 1))[0].digest


async def test_an_emptied_audit_is_seen(store: Store, clock: Clock) -> None:
    await fill(store, clock)
    await change(store, ("DELETE FROM audit", ()), ("DELETE FROM audit_head", ()))
    assert await findings(store) == [(None, "there are no entries, and the state folder notes that there were")]
    await fill(store, clock, 1)
    verdict = await verify(store, VAULT)
    assert [note.seq for note in verdict.others] == [9]


async def test_a_history_that_the_state_lost_is_told_once_and_found_until_its_note_is_gone(
    store: Store, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(store, clock)
    assert await lost_notes(store) == [] and not caplog.records
    (lost,) = read_notes(tmp_path).values()
    await change(store, ("DELETE FROM audit", ()), ("DELETE FROM audit_head", ()))
    assert await lost_notes(store) == [lost]
    clock.now += DAY
    await fill(store, clock, 3)
    await fill(store, clock, 3)
    (told,) = [record.getMessage() for record in caplog.records]
    assert "notes an audit of 9 entries" in told and "opt-outs are gone" in told and "import the opt-outs" in told
    # The first call begins another audit, and what is lost stays lost.
    assert await lost_notes(store) == [lost]
    (tmp_path / f"audit-{lost.chain}.head").unlink()
    assert await lost_notes(store) == []


async def test_a_second_state_in_use_in_the_same_folder_is_no_lost_history(clock: Clock, tmp_path: Path) -> None:
    first = await open_store(f"sqlite://{tmp_path / 'first.sqlite'}")
    await fill(first, clock)
    clock.now += DAY
    second = await open_store(f"sqlite://{tmp_path / 'second.sqlite'}")
    await fill(second, clock)
    assert await lost_notes(first) == []
    clock.now += DAY
    await fill(first, clock)
    assert await lost_notes(first) == await lost_notes(second) == []
    await first.close()
    await second.close()


async def test_a_head_that_was_removed_is_told(store: Store, clock: Clock) -> None:
    await fill(store, clock)
    await change(store, ("DELETE FROM audit_head", ()))
    assert (None, "the head, which says how many entries there are, is missing") in await findings(store)
    await fill(store, clock, 1)
    assert any("the head was gone" in what for _, what in await findings(store))


async def test_random_damage_never_goes_unseen(store: Store, clock: Clock) -> None:
    await fill(store, clock, 60)
    before = await store.read(
        lambda t: [tuple(row) for row in t.execute("SELECT * FROM audit ORDER BY seq").fetchall()]
    )
    dice = random.Random(4)
    insert = f"INSERT INTO audit VALUES ({','.join('?' * 16)})"
    for _ in range(60):
        seq = dice.randrange(1, 61)
        columns = ["at", "credits", "records", "reserved", "caller", "operation", "result", "call_id", "note"]
        numbers = columns[:4]
        column = dice.choice(columns)
        value: object = dice.randrange(10_000, 99_999) if column in numbers else f"x{dice.random()}"
        other = dice.choice([number for number in range(1, 61) if number != seq])
        way = dice.choice(["edit", "remove", "copy", "swap"])
        if way == "edit":
            await change(store, (f"UPDATE audit SET {column} = ? WHERE seq = ?", (value, seq)))
        elif way == "remove":
            await change(store, ("DELETE FROM audit WHERE seq = ?", (seq,)))
        elif way == "copy":
            await change(store, ("DELETE FROM audit WHERE seq = ?", (seq,)), (insert, (seq, *before[other - 1][1:])))
        else:
            await change(
                store,
                *(("UPDATE audit SET seq = ? WHERE seq = ?", pair) for pair in ((0, seq), (seq, other), (other, 0))),
            )
        named = {number for number, _ in await findings(store)}
        assert seq in named, (way, seq, other, column)
        await change(store, ("DELETE FROM audit", ()))
        await store.write(lambda t: t.executemany(insert, before))
    assert (await verify(store, VAULT)).intact


# --- age -------------------------------------------------------------------------------------------------------


async def test_old_entries_leave_and_the_rest_stays_provable(store: Store, clock: Clock) -> None:
    await fill(store, clock, 30)
    clock.now = START + 300 * DAY
    await fill(store, clock, 10)
    clock.now = START + 420 * DAY
    await fill(store, clock, 3)
    entries = await read_page(store, Wanted())
    # By the entry before: one jump of the clock alone takes nothing with it.
    assert entries[0].seq == 1
    await fill(store, clock, 1)
    entries = await read_page(store, Wanted())
    assert entries[0].seq == 31
    (checkpoint,) = [entry for entry in entries if entry.result == "ROTATED"]
    assert checkpoint.note.startswith("entries 1 to 30 left, the last of 2026-12-13, digest ")
    verdict = await verify(store, VAULT)
    assert verdict.intact
    assert (verdict.first, verdict.last) == (31, 45)
    await change(store, ("DELETE FROM audit WHERE seq = 31", ()))
    assert await findings(store) == [(31, "entry 31 is missing")]


async def test_too_many_entries_leave_oldest_first(store: Store, clock: Clock) -> None:
    audit = Audit(store, VAULT, "main", max_entries=50, clock=clock)
    for number in range(ROTATE_EVERY + 5):
        await audit.record(search())
        if number % 100 == 0:
            await audit.flush()
    await audit.flush()
    verdict = await verify(store, VAULT)
    assert verdict.intact
    assert verdict.entries < ROTATE_EVERY


async def test_a_clock_that_was_set_back_harms_nothing(store: Store, clock: Clock) -> None:
    await fill(store, clock, 5)
    clock.now = START - 500 * DAY
    await fill(store, clock, 5)
    clock.now = START + 1
    await fill(store, clock, 5)
    verdict = await verify(store, VAULT)
    assert verdict.intact
    assert (verdict.first, verdict.entries) == (1, 15)


# --- when it cannot be written ---------------------------------------------------------------------------------


async def test_before_a_spend_the_audit_must_be_writable(store: Store, clock: Clock) -> None:
    audit = Audit(store, VAULT, "main", clock=clock)
    await audit.ready()
    await store.write(lambda t: t.execute("DROP TABLE audit_head"))
    with pytest.raises(Exception, match=r"audit_head|audit"):
        await audit.ready()


async def test_after_payment_a_failing_audit_warns_and_raises_nothing(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.sqlite"
    store = await open_store(f"sqlite:///{path}", busy_timeout=0.05)
    audit = Audit(store, VAULT, "main", clock=clock)
    assert await audit.record(bought()) is None
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    warning = await audit.record(bought())
    assert warning is not None
    assert warning.startswith("This call is missing in the audit: ")
    assert "locked" in warning
    with pytest.raises(InvalidArgument, match="nothing is spent"):
        await audit.ready()
    assert await audit.record(search()) is None
    await audit.flush()
    assert "missing in the audit" in caplog.text
    async with audit.watch("ann", "enrich_contacts") as entry:
        entry.credits = 1
    assert entry.warning is not None
    blocker.execute("ROLLBACK")
    assert await audit.record(bought()) is None
    await store.close()
    store = await open_store(f"sqlite:///{path}")
    assert [entry.credits for entry in await read_page(store, Wanted())] == [2, 2]
    assert (await verify(store, VAULT)).intact
    await store.close()


async def test_a_closed_store_warns(tmp_path: Path, clock: Clock) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'state.sqlite'}")
    audit = Audit(store, VAULT, "main", clock=clock)
    await store.close()
    assert await audit.record(bought()) is not None


async def test_what_is_queued_is_written_before_the_store_closes(
    store: Store, clock: Clock, either_state_url: str
) -> None:
    audit = Audit(store, VAULT, "main", clock=clock)
    for _ in range(50):
        await audit.record(search())
    await store.close()
    again = await open_store(either_state_url, directory=store.directory)
    assert len(await read_page(again, Wanted())) == 50
    await again.close()


async def test_a_head_is_noted_at_once_when_credits_were_spent(store: Store, clock: Clock, tmp_path: Path) -> None:
    audit = Audit(store, VAULT, "main", clock=clock)

    def noted() -> int:
        return max((note.seq for note in read_notes(tmp_path).values()), default=0)

    await audit.record(search())
    await audit.flush()
    assert noted() == 1
    await audit.record(search())
    await audit.flush()
    assert noted() == 1
    await audit.record(bought())
    await audit.flush()
    assert noted() == 3
    clock.now += NOTE_EVERY
    await audit.record(search())
    await audit.flush()
    assert noted() == 4


# --- several processes -----------------------------------------------------------------------------------------


def append_many(url: str, folder: str, name: str, count: int) -> None:
    async def work() -> None:
        store = await open_store(url, directory=Path(folder))
        audit = Audit(store, VAULT, "main")
        for number in range(count):
            if number % 3:
                await audit.record(search(name))
            else:
                await audit.record(bought(1, name))
            if number % 10 == 0:
                # Within a transaction of another lane, as the ledger might.
                await store.write(lambda t: audit.append(t, search(name)), lane="state")
        await audit.flush()
        await store.close()

    asyncio.run(work())


async def test_many_processes_make_one_chain(store: Store, either_state_url: str, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    count = 40
    processes = [
        context.Process(target=append_many, args=(either_state_url, str(tmp_path), f"p{number}", count))
        for number in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 60)
        assert process.exitcode == 0
    entries = await read_page(store, Wanted())
    assert len(entries) == 4 * (count + 4)
    assert {entry.caller for entry in entries} == {"p0", "p1", "p2", "p3"}
    verdict = await verify(store, VAULT)
    assert verdict.intact, verdict.findings


def test_a_write_that_failed_at_once_does_not_stop_the_process(tmp_path: Path) -> None:
    class Broken:
        directory = tmp_path

        def submit(self, *_: object, **__: object) -> Future[object]:
            # As when the store's thread was faster than the one that asked.
            failed: Future[object] = Future()
            failed.set_exception(fail("state_undecryptable"))
            return failed

    said: list[str | None] = []
    audit = Audit(Broken(), VAULT, "main")  # pyright: ignore[reportArgumentType]
    thread = threading.Thread(target=lambda: said.append(asyncio.run(audit.record(bought()))), daemon=True)
    thread.start()
    thread.join(10)
    assert said and said[0] is not None, "the caller waits for ever"
