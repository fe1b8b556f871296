"""The opt-out list changes at any moment, also in another process: what was read of it before is only a guess."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from privacy_parts import Desk, entry, opened

from sales_zoominfo.account.consent import Request
from sales_zoominfo.account.gate import Account
from sales_zoominfo.errors import InvalidArgument, fail
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.zoominfo.operations import Generation
from support import GENERATIONS

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(sandbox_dir: Path, either_state_url: str, anyio_backend: str) -> AsyncIterator[Desk]:
    made = Desk(sandbox_dir, either_state_url)
    yield made
    if made.app is not None:
        await made.app.aclose()


async def people(account: Account, count: int) -> list[dict[str, Any]]:
    found = await account.search("contact", {"state": "Texas"}, page=1, size=count)
    return [{"personId": row["id"]} for row in found.rows]


async def add_elsewhere(desk: Desk, value: object, kind: str = "person") -> None:
    """As another process does it."""
    assert desk.app is not None
    place = (await desk.app.account())._screen.place
    async with opened(desk.state_url, place=place) as screen:
        await screen.list.add([entry(kind, value)], "somebody else")


async def enrich(account: Account, inputs: list[dict[str, Any]], **more: Any) -> Any:
    return await account.enrich("contact", inputs, caller="t", outputs=["id", "firstName"], **more)


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_whoever_another_process_lists_is_not_bought_from_then_on(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    first, gone, stays = await people(account, 3)
    await enrich(account, [first])
    await add_elsewhere(desk, gone["personId"])
    desk.sandbox.charges.clear()
    found = await enrich(account, [gone, stays])
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH"]
    assert found.credits.spent == len(desk.sandbox.charges) == 1
    assert found.matches[0].row == {}
    assert gone["personId"] not in str(found)
    desk.sandbox.charges.clear()
    alone = await enrich(account, [gone])
    assert alone.matches[0].status == "SUPPRESSED"
    assert not desk.sandbox.charges


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_whoever_is_listed_while_zoominfo_answers_is_withheld(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    first, gone, stays = await people(account, 3)
    await enrich(account, [first])
    client = account._client
    ask: Callable[..., Any] = client.enrich

    async def slowly(*args: Any, **named: Any) -> Any:
        answer = await ask(*args, **named)
        await add_elsewhere(desk, gone["personId"])
        return answer

    client.enrich = slowly  # type: ignore[method-assign]
    found = await enrich(account, [gone, stays])
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH"]
    assert found.credits.spent == 2, "it was paid for before"


async def test_whoever_is_listed_while_a_person_is_asked_is_not_bought(desk: Desk) -> None:
    account = await desk.open("gtm", max_credits_per_call=1)
    first, gone, stays, other = await people(account, 4)
    await enrich(account, [first])
    asked: list[int] = []

    async def consent(request: Request) -> str:
        asked.append(request.credits)
        if len(asked) == 1:
            await add_elsewhere(desk, gone["personId"])
        return f"yes {len(asked)}"

    desk.sandbox.charges.clear()
    found = await enrich(account, [gone, stays, other], consent=consent)
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH", "FULL_MATCH"]
    assert len(desk.sandbox.charges) == 2
    assert asked == [3, 2], "they agreed to another purchase"


async def test_a_kept_copy_does_not_hide_who_was_listed_since(desk: Desk) -> None:
    account = await desk.open("gtm", keep_records=30)
    some = await people(account, 8)
    known = await account.enrich("contact", some, caller="t", outputs=["id", "email"])
    gone, email = next(
        (item, match.row["email"]) for item, match in zip(some, known.matches, strict=True) if match.row.get("email")
    )
    assert desk.app is not None
    assert desk.app._copies is not None
    await desk.app._copies.forget("contact", gone["personId"])
    await enrich(account, [gone])
    await add_elsewhere(desk, email, "email")
    found = await enrich(account, [gone], max_age=30)
    assert found.matches[0].status == "SUPPRESSED", "the copy does not hold the address"


async def test_whoever_is_listed_while_a_client_hears_of_the_progress_is_withheld(desk: Desk) -> None:
    account = await desk.open("gtm")
    first, gone, stays = await people(account, 3)
    await enrich(account, [first])

    async def progress(_done: int, _all: int) -> None:
        await add_elsewhere(desk, gone["personId"])

    found = await enrich(account, [gone, stays], progress=progress)
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH"]


async def test_whoever_is_listed_before_a_later_batch_fails_is_withheld(desk: Desk) -> None:
    account = await desk.open("gtm")
    first, gone, *others = await people(account, 32)
    await enrich(account, [first])
    before = account._buyer._look_before
    batches: list[int] = []

    async def fails(*args: Any) -> None:
        batches.append(1)
        if len(batches) == 2:
            await add_elsewhere(desk, gone["personId"])
            raise fail("first_spend_unread")
        await before(*args)

    account._buyer._look_before = fails  # type: ignore[method-assign]
    found = await enrich(account, [gone, *others])
    assert len(batches) == 2
    assert [match.status for match in found.matches[:2]] == ["SUPPRESSED", "FULL_MATCH"]


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_an_empty_list_is_read_in_the_ledgers_transactions_alone(
    desk: Desk, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.open(generation)
    first, second = await people(account, 2)
    await enrich(account, [first])
    reads: list[object] = []
    read = account._screen.list._store.read

    async def noted(fn: Any) -> Any:
        reads.append(fn)
        return await read(fn)

    monkeypatch.setattr(account._screen.list._store, "read", noted)
    found = await enrich(account, [second])
    assert found.matches[0].matched
    assert not reads


def hide_the_list(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE opt_out RENAME TO gone")


async def test_a_list_that_broke_since_stops_the_purchase(sandbox_dir: Path, state_url: str) -> None:
    desk = Desk(sandbox_dir, state_url)
    account = await desk.open("gtm")
    first, second = await people(account, 2)
    await enrich(account, [first])
    hide_the_list(Path(state_url.removeprefix("sqlite:///")))
    desk.sandbox.charges.clear()
    with pytest.raises(InvalidArgument) as caught:
        await enrich(account, [second])
    assert caught.value.kind == "opt_outs_unreadable"
    assert not desk.sandbox.charges
    assert (await account.budget("t")).reserved == 0
    assert desk.app is not None
    await desk.app.aclose()


def damage_the_list(path: Path) -> None:
    """Overwrite what the list's table and its indexes begin with."""
    with closing(sqlite3.connect(path)) as db:
        roots = [root for (root,) in db.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = 'opt_out'")]
        [(size,)] = db.execute("PRAGMA page_size")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    with path.open("r+b") as file:
        for root in roots:
            file.seek((root - 1) * size)
            file.write(b"\xff" * size)
    with closing(sqlite3.connect(path)) as db:
        # A write, so that other connections let go of the pages that they remember.
        db.execute("INSERT INTO account VALUES ('other', 'gtm', 1.0)")
        db.commit()


@pytest.mark.parametrize("break_it", [hide_the_list, damage_the_list])
async def test_a_list_that_breaks_while_zoominfo_answers_keeps_the_record_back_and_the_books_right(
    sandbox_dir: Path, state_url: str, break_it: Callable[[Path], None]
) -> None:
    desk = Desk(sandbox_dir, state_url)
    account = await desk.open("gtm")
    first, second = await people(account, 2)
    await enrich(account, [first])
    path = Path(state_url.removeprefix("sqlite:///"))

    def plan(_method: str, asked: str) -> Fault | None:
        if "enrich" in asked and "lookup" not in asked:
            break_it(path)
        return None

    desk.sandbox.plan = plan
    with pytest.raises(InvalidArgument) as caught:
        await enrich(account, [second])
    assert caught.value.kind in ("opt_outs_unreadable", "state_unusable")
    with closing(sqlite3.connect(path)) as db:
        charges = db.execute("SELECT state, credits FROM charge").fetchall()
        purchases = db.execute("SELECT COUNT(*) FROM purchase").fetchone()
    assert charges == [("spent", 1)] * 2, "it was paid for, and that is settled"
    assert purchases == (2,)
    assert desk.app is not None
    await desk.app.aclose()
