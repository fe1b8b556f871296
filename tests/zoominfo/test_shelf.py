"""Taxonomies and rights are asked for once a day by all processes of an account, and serve when ZoomInfo does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from sales_zoominfo.errors import UnknownValue, fail
from sales_zoominfo.sandbox import Fault, Switches, create_app
from sales_zoominfo.store import Store, open_store
from sales_zoominfo.zoominfo.client import Client
from sales_zoominfo.zoominfo.operations import Generation
from sales_zoominfo.zoominfo.records import Value
from sales_zoominfo.zoominfo.shelf import FRESH, RETRY, VALUES, Shelf
from support import GENERATIONS, Clock, Sandbox, Served, client, link_sandbox

pytestmark = pytest.mark.anyio
LEVELS = [Value("Director", "Directors"), Value("Manager", "Managers", {"order": 5})]


class Asked:
    """Counts questions, and answers or fails."""

    def __init__(self, *answers: list[Value] | Exception) -> None:
        self.answers = list(answers)
        self.count = 0

    async def __call__(self) -> list[Value]:
        self.count += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def down() -> Exception:
    return fail("upstream_unreachable", operation="lookup", reason="no route")


@pytest.fixture
async def store(either_state_url: str) -> AsyncIterator[Store]:
    opened = await open_store(either_state_url)
    yield opened
    await opened.close()


async def test_two_processes_ask_once_a_day(store: Store) -> None:
    clock, asked = Clock(), Asked(LEVELS)
    for _ in range(3):
        kept = await Shelf(store, "acme", clock).get("gtm:levels", VALUES, asked)
        assert kept == (LEVELS, clock.now)
    assert asked.count == 1
    told = clock.now
    clock.now += FRESH - 1
    assert (await Shelf(store, "acme", clock).get("gtm:levels", VALUES, asked)).at == told
    clock.now += 1
    assert (await Shelf(store, "acme", clock).get("gtm:levels", VALUES, asked)).at == clock.now
    assert asked.count == 2


async def test_accounts_and_lists_are_apart(store: Store) -> None:
    clock, asked = Clock(), Asked(LEVELS)
    for account, name in (("acme", "gtm:levels"), ("other", "gtm:levels"), ("acme", "enterprise:levels")):
        await Shelf(store, account, clock).get(name, VALUES, asked)
    assert asked.count == 3


async def test_an_old_list_serves_when_zoominfo_cannot_be_reached(store: Store) -> None:
    clock = Clock()
    shelf = Shelf(store, "acme", clock)
    told = (await shelf.get("l", VALUES, Asked(LEVELS))).at
    clock.now += 3 * FRESH
    failing = Asked(down(), [Value("New", "New")])
    kept = await Shelf(store, "acme", clock).get("l", VALUES, Asked(down()))
    assert kept == (LEVELS, told)
    assert await shelf.get("l", VALUES, failing) == (LEVELS, told)
    assert await shelf.get("l", VALUES, failing) == (LEVELS, told), "it is not tried at every call"
    assert failing.count == 1
    clock.now += RETRY
    assert (await shelf.get("l", VALUES, failing)).items == [Value("New", "New")]


async def test_without_a_list_the_failure_is_told(store: Store) -> None:
    with pytest.raises(Exception, match="could not be reached"):
        await Shelf(store, "acme").get("l", VALUES, Asked(down()))


async def test_a_refusal_is_not_hidden_by_an_old_list() -> None:
    clock = Clock()
    shelf = Shelf(None, "acme", clock)
    await shelf.get("l", VALUES, Asked(LEVELS))
    clock.now += FRESH
    with pytest.raises(Exception, match="plan or scopes"):
        await shelf.get("l", VALUES, Asked(fail("plan_endpoint", operation="lookup")))


async def test_a_damaged_entry_is_asked_for_again(store: Store) -> None:
    clock, asked = Clock(), Asked(LEVELS)
    await Shelf(store, "acme", clock).get("l", VALUES, asked)
    await store.write(lambda tx: tx.execute("UPDATE kept_list SET body = ?", (b"nonsense",)) and None)
    assert (await Shelf(store, "acme", clock).get("l", VALUES, asked)).items == LEVELS
    assert asked.count == 2


async def test_a_store_that_is_closed_under_it_costs_nothing_but_the_question() -> None:
    shelf = Shelf(None, "acme")
    asked = Asked(LEVELS)
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(shelf.get, "l", VALUES, asked)
    assert asked.count == 1, "several searches at once ask once"


# --- through the client ------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox(sandbox_data: Path, tmp_path: Path) -> Sandbox:
    return Sandbox(link_sandbox(sandbox_data, tmp_path / "sandbox"))


def made(sandbox: Sandbox, generation: Generation) -> Client:
    return client(Served("http://sandbox.example", sandbox), generation, app=sandbox.app)


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_search_in_words_is_the_search_by_ids(sandbox: Sandbox, generation: Generation) -> None:
    asked = made(sandbox, generation)
    said = await asked.search(
        "company",
        {"country": "Vereinigte Staaten", "employeeRangeMin": "50–200 people", "revenueMin": "$10-50M"},
    )
    meant = await asked.search(
        "company",
        {"country": "usa", "employeeRangeMin": 50, "employeeRangeMax": 200, "revenueMin": 10_000, "revenueMax": 50_000},
    )
    assert said.total == meant.total > 0
    assert said.resolved == {
        "country": "usa",
        "employeeRangeMin": "50",
        "employeeRangeMax": "200",
        "revenueMin": "10000",
        "revenueMax": "50000",
    }
    assert sandbox.count("country") + sandbox.count("countries") == 1, "the taxonomy is asked for once"
    await asked.aclose()


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_vendor_with_several_products_names_them(sandbox: Sandbox, generation: Generation) -> None:
    asked = made(sandbox, generation)
    with pytest.raises(UnknownValue) as caught:
        await asked.search("company", {"techAttributeTagList": "Atlassian"})
    assert all(name in caught.value.next_step for name in ("Jira", "Trello", "Bitbucket", "products of Atlassian"))
    assert sandbox.count("search") == 0
    await asked.aclose()


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_rights_that_cannot_be_read_forbid_nothing(sandbox: Sandbox, generation: Generation) -> None:
    app = sandbox.open(disallowed_fields=frozenset({"email"}))
    asked = client(Served("http://sandbox.example", sandbox), generation, app=app)
    assert await asked.forbidden("contact", generation) == {"email"}
    faulty = Switches(package="unlimited", fault=lambda _, path: Fault(status=500) if "lookup" in path else None)
    broken = create_app(sandbox.folder, switches=faulty)
    other = client(Served("http://sandbox.example", sandbox), generation, app=broken)
    assert await other.forbidden("contact", generation) == frozenset()
    for each in (asked, other):
        await each.aclose()
