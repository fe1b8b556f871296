"""The work on the list over the sandbox: records are looked up, failures are told, and a model cannot empty it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from privacy_parts import entry, opened

from sales_zoominfo.account.compliance import Privacy
from sales_zoominfo.account.modes import Modes
from sales_zoominfo.account.privacy import Screen
from sales_zoominfo.errors import ModeForbids, NotFound
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.zoominfo.client import Client
from sales_zoominfo.zoominfo.operations import Generation
from support import Served, client

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def working(
    state_url: str, served: Served, generation: Generation = "gtm", *, modes: Modes | None = None, clock: Any = None
) -> AsyncGenerator[tuple[Privacy, Screen, Client]]:
    upstream = client(served, generation)
    try:
        async with opened(state_url, place="sandbox", clock=clock) as screen:
            more = {} if clock is None else {"clock": clock}
            yield Privacy(upstream, screen, modes or Modes(), **more), screen, upstream
    finally:
        await upstream.aclose()


async def person(upstream: Client) -> dict[str, Any]:
    """Somebody with an e-mail address and a number, and what an enrich tells of them."""
    page = await upstream.search("contact", {"jobTitle": "Director"}, size=25)
    wanted = [row["id"] for row in page.rows if row["hasEmail"] and row["hasDirectPhone"]]
    generation = upstream.generations[0]
    fields = ["id", "firstName", "lastName", "email", "phone", "directPhoneDoNotCall", "companyId", "companyWebsite"]
    matches = await upstream.enrich("contact", generation, [{"personId": number} for number in wanted], fields)
    return next(match.row for match in matches if match.row.get("email") and match.row.get("phone"))


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
async def test_an_address_is_resolved_to_the_person_that_searches_show(
    state_url: str, served_sandbox: Served, generation: Generation
) -> None:
    async with working(state_url, served_sandbox, generation) as (privacy, screen, upstream):
        ada = await person(upstream)
        added, resolved = await privacy.add([entry("email", ada["email"])], "test", resolve=5)
        assert (added.added, resolved.tried, resolved.records, resolved.without) == (1, 1, 1, [])
        assert await screen.listed(entry("person", ada["id"]))
        page = await upstream.search("contact", {"personId": ada["id"]})
        assert len(page.rows) == 1
        kept, _ = await screen.page("contact", page)
        assert not kept.rows
        names = {"firstName": ada["firstName"], "lastName": ada["lastName"], "companyId": ada["companyId"]}
        assert await screen.refuse("contact", [names])
        [listed] = await privacy.list.page()
        assert listed.found == 1


async def test_a_number_and_a_domain_are_resolved(state_url: str, served_sandbox: Served) -> None:
    async with working(state_url, served_sandbox) as (privacy, screen, upstream):
        ada = await person(upstream)
        site = ada["companyWebsite"]
        _, resolved = await privacy.add([entry("domain", site), entry("phone", ada["phone"])], "test", resolve=5)
        assert (resolved.tried, resolved.without) == (2, [])
        assert await screen.listed(entry("company", ada["companyId"]))
        assert await screen.listed(entry("person", ada["id"]))


async def test_what_has_no_record_is_told_and_tried_again_a_day_later(state_url: str, served_sandbox: Served) -> None:
    now = [1_800_000_000.0]
    async with working(state_url, served_sandbox, clock=lambda: now[0]) as (privacy, _, _):
        added, resolved = await privacy.add([entry("email", "nobody@nowhere.example")], "test", resolve=5)
        assert resolved.without == added.ids
        assert (await privacy.retry()).tried == 0, "not within the day"
        now[0] += 86_401
        assert (await privacy.retry()).tried == 1
        assert (await privacy.retry()).tried == 0


async def test_a_failure_leaves_the_entry_waiting_and_says_so(state_url: str, served_sandbox: Served) -> None:
    async with working(state_url, served_sandbox) as (privacy, screen, _):
        served_sandbox.sandbox.plan = lambda method, path: Fault(status=403) if "search" in path else None
        try:
            _, resolved = await privacy.add([entry("email", "ada@acme.example")], "test", resolve=5)
        finally:
            served_sandbox.sandbox.plan = None
        assert resolved.stopped
        assert "ada@" not in resolved.stopped
        assert await screen.listed(entry("email", "ada@acme.example")), "the entry holds all the same"
        assert await privacy.list.pending()
        assert (await privacy.resolve(limit=5)).tried == 1


async def test_a_model_takes_back_its_own_slip_and_nothing_else(state_url: str, served_sandbox: Served) -> None:
    now = [1_800_000_000.0]
    async with working(state_url, served_sandbox, clock=lambda: now[0]) as (privacy, _, _):
        add = privacy.add
        (mine, *_), _ = await add([entry("person", 1)], "user/model", resolve=0)
        ids = {"others": (await add([entry("person", 2)], "user/cli", resolve=0))[0].ids[0]}
        ids["permanent"] = (await add([entry("person", 3, permanent=True)], "user/model", resolve=0))[0].ids[0]
        ids["zoominfo"] = (await add([entry("person", 4, source="zoominfo")], "user/model", resolve=0))[0].ids[0]
        slip = (await add([entry("person", 5)], "user/model", resolve=0))[0].ids
        for number in ids.values():
            with pytest.raises(ModeForbids, match=f"opt-outs remove {number}"):
                await privacy.remove([*slip, number], "user/model", person=False)
        assert (await privacy.list.counts()).total == 5, "nothing goes when one of them must stay"
        assert await privacy.remove(slip, "user/model", person=False) == 1
        now[0] += 86_401
        own = await privacy.list.page(size=1)
        with pytest.raises(ModeForbids):
            await privacy.remove([own[0].id], "user/model", person=False)
        assert await privacy.remove([own[0].id, *ids.values()], "user/cli", person=True) == 4
        with pytest.raises(NotFound):
            await privacy.remove([999], "user/cli", person=True)
        assert mine


async def test_read_only_mode_changes_nothing(state_url: str, served_sandbox: Served) -> None:
    async with working(state_url, served_sandbox, modes=Modes(read_only=True)) as (privacy, _, _):
        with pytest.raises(ModeForbids, match="--read-only"):
            await privacy.add([entry("person", 1)], "test", resolve=0)
        with pytest.raises(ModeForbids, match="--read-only"):
            await privacy.remove([1], "test", person=True)


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
async def test_a_check_tells_of_list_and_records(
    state_url: str, served_sandbox: Served, generation: Generation
) -> None:
    async with working(state_url, served_sandbox, generation) as (privacy, _, upstream):
        page = await upstream.search("contact", {"jobTitle": "Manager"}, size=2)
        ada, ben = (row["id"] for row in page.rows)
        await privacy.add([entry("person", ada)], "test", resolve=0)
        people = [{"personId": ada}, {"personId": ben}, {"emailAddress": "nobody@nowhere.example"}]
        charged = len(served_sandbox.sandbox.charges)
        listed, held, none = await privacy.check(people, "test")
        assert len(served_sandbox.sandbox.charges) == charged, "a check is free"
        assert (listed.listed, listed.records, listed.given) == (True, None, {"personId": "[withheld]"})
        assert (held.listed, none.listed) == (False, False)
        if generation == "enterprise":
            assert held.records is not None
            assert [row["id"] for row in held.records] == [ben]
            assert (none.records, none.found) == ([], None)
        else:
            assert (held.records, held.found, none.found) == (None, True, False)
