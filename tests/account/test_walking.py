"""`all: true`: every page once, within its bounds, and nothing is begun that cannot end."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
import pytest

from editing import Edited
from sales_zoominfo.account.gate import Account
from sales_zoominfo.account.walking import MAX_COUNTS, row_key
from sales_zoominfo.app import App
from sales_zoominfo.errors import InvalidArgument, RateLimited, WindowExceeded, fail
from sales_zoominfo.settings import load_settings
from sales_zoominfo.zoominfo.operations import Generation
from support import DEMO, GENERATIONS, Sandbox

pytestmark = pytest.mark.anyio
SIGN_IN: dict[Generation, dict[str, Any]] = {
    "gtm": {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret},
    "enterprise": {"username": DEMO.username, "password": DEMO.password},
}


class Desk:
    """An account at a sandbox whose searches can be edited."""

    def __init__(self, folder: Path, state: Path) -> None:
        self.sandbox = Sandbox(folder)
        self.network = Edited(self.sandbox.app)
        self.state = state
        self.apps: list[App] = []

    async def open(self, generation: Generation = "gtm", **settings: Any) -> Account:
        fixed = {"state_url": f"sqlite:///{self.state}", "base_url": "http://zoominfo.test", "rate_limit": 1000}
        app = App(
            load_settings(**{**fixed, **SIGN_IN[generation], **settings}),
            http_transport=httpx2.ASGITransport(app=self.network),
        )
        self.apps.append(app)
        return await app.account()

    async def audit(self) -> list[tuple[str, str, int, str]]:
        for app in self.apps:
            await app.aclose()
        self.apps.clear()
        with closing(sqlite3.connect(self.state)) as file:
            return file.execute("SELECT operation, result, records, note FROM audit ORDER BY seq").fetchall()


@pytest.fixture
async def desk(sandbox_dir: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(sandbox_dir, tmp_path / "state.sqlite")
    yield made
    for app in made.apps:
        await app.aclose()


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_every_record_once_in_as_few_pages_as_can_be(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    filters = {"lastName": "Smith"}
    first = await account.search("contact", filters, size=1)
    desk.network.searches.clear()
    told: list[tuple[int, int]] = []

    async def progress(done: int, of: int) -> None:
        told.append((done, of))

    walked = await account.walk("contact", filters, caller="me", progress=progress)
    assert 100 < first.total <= 1_000, "the data has as many Smiths as the test needs"
    assert walked.total == first.total == len({row["id"] for row in walked.rows}) == len(walked.rows)
    assert walked.complete
    assert walked.calls == len(desk.network.searches) == -(-first.total // 100)
    assert told[-1] == (first.total, first.total)
    # What counts as a record is ZoomInfo's rule, and differs by API.
    assert walked.records == (first.total if generation == "enterprise" else 0)
    entries = [entry for entry in await desk.audit() if entry[3].startswith("all pages")]
    assert entries == [("search_contacts", "ok", first.total, "all pages; filters: lastName")]


async def test_a_stated_maximum_ends_the_walk_and_reads_hardly_more(desk: Desk) -> None:
    account = await desk.open("enterprise")
    walked = await account.walk("contact", {"jobTitle": "Manager"}, max_rows=250, caller="me")
    assert (len(walked.rows), walked.complete, walked.calls) == (250, False, 3)
    # Records are counted, so three pages of 84 and not of 100.
    assert walked.records == 252
    with pytest.raises(InvalidArgument, match=r"1\.\.1000"):
        await account.walk("contact", {"jobTitle": "Manager"}, max_rows=1_001, caller="me")
    with pytest.raises(InvalidArgument, match="maxRows"):
        await account.walk("contact", {"jobTitle": "Manager"}, max_rows=0, caller="me")


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_ten_million_hits_are_refused_after_the_first_page(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    desk.network.total = 10_000_000
    with pytest.raises(WindowExceeded, match="10,000,000 records match") as refused:
        await account.walk("contact", {"jobTitle": "Manager"}, caller="me")
    assert len(desk.network.searches) == 1
    assert "100,000 calls" in refused.value.message
    assert ("10,000,000 records of the contract" in refused.value.message) == (generation == "enterprise")
    assert "industryCodes" in refused.value.next_step
    assert "jobTitle" not in refused.value.next_step
    assert [entry[1] for entry in await desk.audit()][-1] == "WINDOW_EXCEEDED"


async def test_a_set_over_the_window_comes_in_part_with_parts_that_fit(desk: Desk) -> None:
    account = await desk.open("enterprise")
    filters = {"industryCodes": "Software"}
    whole = (await account.search("company", filters, size=1)).total
    filters = filters if whole > 1_000 else {"country": "United States"}
    whole = (await account.search("company", filters, size=1)).total
    assert 1_000 < whole <= 10_000
    desk.network.searches.clear()
    walked = await account.walk("company", filters, caller="me")
    assert len(walked.rows) == 1_000
    assert not walked.complete
    split = walked.split
    assert split is not None
    assert split.calls <= MAX_COUNTS
    assert len(desk.network.searches) == 10 + split.calls
    assert split.fits
    # Each part's count is true, none overlaps another, and together they are all that have a known size.
    seen: set[str] = set()
    for part in split.parts:
        assert part.total <= 1_000
        rows = (await account.walk("company", {**filters, **part.filters}, caller="me")).rows
        assert len(rows) == part.total
        assert not seen & {row["id"] for row in rows}
        seen |= {row["id"] for row in rows}
    known = await account.search("company", {**filters, "employeeRangeMin": 1}, size=1)
    assert len(seen) == known.total


async def test_parts_that_stay_too_large_are_told_beside_other_filters(desk: Desk) -> None:
    account = await desk.open("gtm")
    desk.network.total = 90_000
    walked = await account.walk("contact", {"jobTitle": "Manager"}, max_rows=100, caller="me")
    split = walked.split
    assert split is not None
    assert not split.fits
    assert split.calls == MAX_COUNTS
    assert {name for part in split.others for name in part.filters} <= {"managementLevel", "state", "industryCodes"}
    assert split.others


async def test_articles_are_cut_by_their_days(desk: Desk) -> None:
    account = await desk.open("gtm")
    filters: dict[str, object] = {"pageDateMax": "2030-01-01"}
    real = (await account.search("news", filters, size=1)).total
    desk.network.total = 20_000
    walked = await account.walk("news", filters, max_rows=10, caller="me")
    assert real > 10
    assert walked.split is not None
    assert walked.split.calls <= MAX_COUNTS
    days = [(part.filters.get("pageDateMin", ""), part.filters.get("pageDateMax", "")) for part in walked.split.parts]
    assert days
    assert days == sorted(days)
    assert all(re.fullmatch(r"|\d{4}-\d\d-\d\d", str(day)) for pair in days for day in pair)
    # What is older than the scale belongs to the first part.
    assert days[0][0] == ""


async def test_counting_that_fails_costs_the_advice_and_not_the_rows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.open("gtm")
    desk.network.total = 20_000
    search = account._client.search  # pyright: ignore[reportPrivateUsage]

    async def limited(subject: Any, filters: Any, **more: Any) -> Any:
        if more.get("size") == 1:
            raise fail("rate_limited", bucket="hour", seconds=60)
        return await search(subject, filters, **more)

    monkeypatch.setattr(account._client, "search", limited)  # pyright: ignore[reportPrivateUsage]
    walked = await account.walk("contact", {"jobTitle": "Manager"}, max_rows=100, caller="me")
    assert len(walked.rows) == 100
    assert walked.split is not None
    assert not walked.split.parts
    desk.network.total = None
    with pytest.raises(RateLimited):
        await limited("contact", {}, size=1)


async def test_a_cancelled_walk_leaves_an_entry_and_nothing_else(desk: Desk) -> None:
    account = await desk.open("gtm")
    pages = 0

    async def progress(done: int, of: int) -> None:
        nonlocal pages
        pages += 1
        if pages == 2:
            scope.cancel()
            await anyio.lowlevel.checkpoint()

    with anyio.CancelScope() as scope:
        await account.walk("contact", {"jobTitle": "Manager"}, caller="me", progress=progress)
    assert scope.cancelled_caught
    assert len(desk.network.searches) == 2
    assert (await account.search("contact", {"jobTitle": "Manager"}, size=1)).rows, "the account goes on"
    entries = [entry for entry in await desk.audit() if entry[3].startswith("all pages")]
    assert [entry[1] for entry in entries] == ["CANCELLED"]


async def test_a_set_that_shifts_is_read_without_doubles(desk: Desk) -> None:
    account = await desk.open("gtm")
    before: list[dict[str, Any]] = []

    def overlap(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        # The last row of a page moves to the next one, as when a record is added in front.
        shown = [*before, *rows][:100]
        before[:] = shown[-1:]
        return shown

    desk.network.rows = overlap
    walked = await account.walk("contact", {"jobTitle": "Manager"}, max_rows=300, caller="me")
    ids = [row["id"] for row in walked.rows]
    assert len(ids) == len(set(ids)) == 298


async def test_a_set_that_shrinks_ends_where_it_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.open("gtm")
    search = account._client.search  # pyright: ignore[reportPrivateUsage]

    async def shrunk(subject: Any, filters: Any, **more: Any) -> Any:
        if more["page"] == 3:
            raise fail("past_end", page=3)
        return await search(subject, filters, **more)

    monkeypatch.setattr(account._client, "search", shrunk)  # pyright: ignore[reportPrivateUsage]
    walked = await account.walk("contact", {"jobTitle": "Manager"}, max_rows=300, caller="me")
    assert (len(walked.rows), walked.calls, walked.complete) == (200, 2, False)


async def test_walks_at_once_wait_for_the_limit_and_all_end(desk: Desk) -> None:
    account = await desk.open("gtm")
    walks = [account.walk("contact", {"lastName": "Smith"}, caller=f"c{number}") for number in range(6)]
    found = await asyncio.gather(*walks)
    assert len({tuple(row["id"] for row in walked.rows) for walked in found}) == 1


def test_what_makes_a_row_the_same_on_another_day() -> None:
    signal = {"id": "a1", "companyId": "7", "topic": "Cloud", "signalScore": 70}
    assert row_key("intent", signal) == row_key("intent", {**signal, "id": "b2", "signalScore": 90})
    assert row_key("intent", signal) != row_key("intent", {**signal, "topic": "CRM"})
    assert row_key("news", {"url": "https://a.example/1"}) != row_key("news", {"url": "https://a.example/2"})
    assert row_key("contact", {"id": "-5"}) == "-5"
    assert row_key("news", {"title": "A"}) != row_key("news", {"title": "B"})
