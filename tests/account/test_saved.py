"""Saved searches: the news and only the news, whoever runs them, and nothing about people in clear."""

from __future__ import annotations

import asyncio
import copy
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from test_walking import Desk

from sales_zoominfo.account.entries import read_entry, read_kind
from sales_zoominfo.account.gate import Account
from sales_zoominfo.account.saved import KEPT_RUNS, MOST, SavedSearches
from sales_zoominfo.account.saved_types import Found
from sales_zoominfo.errors import (
    InvalidArgument,
    ModeForbids,
    NotFound,
    SalesZoomInfoError,
    Suppressed,
    UnknownValue,
    UpstreamUnavailable,
)
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.zoominfo.fields import FILTERS
from support import files_in

pytestmark = pytest.mark.anyio
SMITHS: dict[str, object] = {"lastName": "Smith", "managementLevel": ["Manager"]}


@pytest.fixture
async def desk(sandbox_dir: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(sandbox_dir, tmp_path / "state.sqlite")
    yield made
    for app in made.apps:
        await app.aclose()


async def saved_smiths(account: Account) -> SavedSearches:
    saved = account.saved()
    await saved.save("Smiths", "contact", SMITHS, note="for the demo")
    return saved


def counts(found: Found) -> tuple[int, int, int]:
    return len(found.difference.new), len(found.difference.changed), len(found.difference.gone)


def without(*gone: str) -> Any:
    return lambda rows: [row for row in rows if str(row["id"]) not in gone]


async def test_a_first_run_notes_and_each_later_one_tells_the_news(desk: Desk) -> None:
    account = await desk.open()
    saved = await saved_smiths(account)
    everybody = (await account.search("contact", SMITHS, size=100)).rows
    assert 5 < len(everybody) < 100
    away, promoted, leaver = (row["id"] for row in everybody[:3])

    desk.network.rows = without(away)
    first = await saved.run("smiths")
    assert (first.first, first.moved, first.run, counts(first)) == (True, True, 1, (0, 0, 0))
    assert first.compared == len(everybody) - 1

    def later(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = without(leaver)(copy.deepcopy(rows))
        for row in kept:
            if str(row["id"]) == promoted:
                row["attributes"]["jobTitle"] = "Chief Sample Officer"
        return kept

    desk.network.rows = later
    second = await saved.run("Smiths")
    assert counts(second) == (1, 1, 1)
    assert second.difference.new[0]["id"] == away
    row, fields = second.difference.changed[0]
    assert (row["id"], row["jobTitle"], fields) == (promoted, "Chief Sample Officer", ["jobTitle"])
    assert second.difference.gone[0]["id"] == leaver
    # The same again is no news; and who comes back is new.
    assert counts(await saved.run("Smiths")) == (0, 0, 0)
    desk.network.rows = None
    back = await saved.run("Smiths")
    assert counts(back) == (1, 1, 0)
    assert back.difference.new[0]["id"] == leaver


async def test_peek_moves_nothing_and_since_run_looks_further_back(desk: Desk) -> None:
    account = await desk.open()
    saved = await saved_smiths(account)
    ids = [row["id"] for row in (await account.search("contact", SMITHS, size=100)).rows]
    assert counts(await saved.run("Smiths", peek=True)) == (0, 0, 0)
    assert (await saved.get("Smiths")).run == 0
    for number, gone in enumerate((ids[:3], ids[:2], ids[:1]), 1):
        desk.network.rows = without(*gone)
        assert (await saved.run("Smiths")).run == number
    desk.network.rows = None
    assert [row["id"] for row in (await saved.run("Smiths", peek=True)).difference.new] == ids[:1]
    assert sorted(row["id"] for row in (await saved.run("Smiths", since_run=1, peek=True)).difference.new) == sorted(
        ids[:3]
    )
    assert sorted(row["id"] for row in (await saved.run("Smiths", since_run=2)).difference.new) == sorted(ids[:2])
    # Looking further back has moved the mark all the same.
    assert counts(await saved.run("Smiths")) == (0, 0, 0)
    for wrong in (0, 9, "x"):
        with pytest.raises(InvalidArgument, match="sinceRun"):
            await saved.run("Smiths", since_run=wrong)


async def test_since_run_before_the_first_run(desk: Desk) -> None:
    saved = await saved_smiths(await desk.open())
    with pytest.raises(NotFound, match="no run '1'"):
        await saved.run("Smiths", since_run=1)


@pytest.mark.parametrize(
    ("subject", "filters"),
    [
        ("company", {"companyName": "Acme"}),
        ("intent", {"topics": ["Cloud Applications"]}),
        ("scoop", {"scoopType": ["New Hire"]}),
        ("news", {"pageDateMin": "2020-01-01"}),
    ],
)
async def test_every_subject_runs_and_tells_a_row_that_is_new(
    desk: Desk, subject: Any, filters: dict[str, object]
) -> None:
    account = await desk.open()
    saved = account.saved()
    try:
        stored = await saved.save("one", subject, filters, limit=100)
    except UnknownValue as error:
        value = re.search(r"Legal values?: ([^,.;]+)", f"{error.message} {error.next_step}")
        assert value, error
        stored = await saved.save("one", subject, {next(iter(filters)): value[1]}, limit=100)
    assert stored.outcome == "saved"
    assert stored.total, "the data has some"
    desk.network.rows = lambda rows: rows[1:]
    assert (await saved.run("one")).compared
    desk.network.rows = None
    found = await saved.run("one")
    assert len(found.difference.new) >= 1
    assert counts(await saved.run("one")) == (0, 0, 0)


async def test_callers_at_once_are_all_told_and_one_moves_the_mark(desk: Desk) -> None:
    account = await desk.open()
    saved = await saved_smiths(account)
    ids = [row["id"] for row in (await account.search("contact", SMITHS, size=100)).rows]
    desk.network.rows = without(*ids[:2])
    await saved.run("Smiths")
    desk.network.rows = None
    others = [(await desk.open()).saved() for _ in range(3)]
    found = await asyncio.gather(*(one.run("Smiths") for one in (saved, saved, *others)))
    assert [counts(one) for one in found] == [(2, 0, 0)] * 5
    assert sum(one.moved for one in found) == 1
    assert all("Another run" in one.warnings[-1] for one in found if not one.moved)
    assert (await saved.get("Smiths")).run == 2
    assert counts(await saved.run("Smiths")) == (0, 0, 0)


async def test_a_run_that_fails_or_is_cancelled_moves_nothing(desk: Desk) -> None:
    account = await desk.open(timeout=2)
    saved = await saved_smiths(account)
    ids = [row["id"] for row in (await account.search("contact", SMITHS, size=100)).rows]
    desk.network.rows = without(ids[0])
    await saved.run("Smiths")
    desk.network.rows = None
    desk.sandbox.plan = lambda method, path: Fault(500) if "search" in path else None
    with pytest.raises(UpstreamUnavailable):
        await saved.run("Smiths")
    desk.sandbox.plan = None

    async def stop(done: int, of: int) -> None:
        scope.cancel()
        await anyio.lowlevel.checkpoint()

    with anyio.CancelScope() as scope:
        await saved.run("Smiths", progress=stop)
    assert scope.cancelled_caught
    assert counts(await saved.run("Smiths")) == (1, 0, 0)


async def test_only_a_part_is_compared_where_more_match_and_nothing_is_called_gone(desk: Desk) -> None:
    account = await desk.open()
    saved = account.saved()
    await saved.save("many", "contact", {"jobTitle": "Manager"}, limit=50)
    assert (await saved.run("many")).compared == 50
    # What stood first is now past the first fifty.
    desk.network.rows = lambda rows: rows[10:]
    found = await saved.run("many")
    assert not found.complete
    assert counts(found) == (0, 0, 0)
    assert "were compared" in found.warnings[-1]
    with pytest.raises(InvalidArgument, match=r"limit=10001 is outside 1\.\.10000"):
        await saved.save("many", limit=10_001)


async def test_saving_again_renames_notes_or_begins_anew(desk: Desk) -> None:
    account = await desk.open()
    saved = await saved_smiths(account)
    await saved.run("Smiths")
    assert (await saved.save("SMITHS", note="other")).outcome == "updated"
    assert (await saved.save("smiths", "contact", SMITHS)).outcome == "unchanged"
    renamed = await saved.save("Smiths", new_name="All  Smiths")
    assert (renamed.search.name, renamed.search.run) == ("All Smiths", 1)
    assert not (await saved.run("all smiths")).first
    with pytest.raises(NotFound, match="did you mean 'All Smiths'"):
        await saved.run("All Smith")
    with pytest.raises(NotFound, match="no saved search 'Smiths'"):
        await saved.delete("Smiths")
    # Other filters are another question, so their first answer is no news.
    again = await saved.save("All Smiths", filters={"lastName": "Jones"})
    assert (again.outcome, again.search.subject) == ("redefined", "contact")
    assert (await saved.run("All Smiths")).first
    await saved.save("Second", "company", {"companyName": "Acme"})
    with pytest.raises(InvalidArgument, match="already"):
        await saved.save("Second", new_name="ALL SMITHS")
    deleted = await saved.delete("second")
    assert deleted is not None
    assert [item.name for item in (await saved.every())[0]] == ["All Smiths"]
    for table in ("saved_run", "saved_row"):
        with closing(sqlite3.connect(desk.state)) as file:
            assert file.execute(f"SELECT COUNT(DISTINCT search) FROM {table}").fetchone() == (1,)


async def test_a_search_that_is_defined_anew_during_a_run_keeps_its_new_self(desk: Desk) -> None:
    account = await desk.open()
    saved = await saved_smiths(account)
    await saved.run("Smiths")
    found = await saved.compare("Smiths")
    await saved.save("Smiths", filters={"lastName": "Jones"})
    assert not (await saved.keep(found)).moved
    assert (await saved.get("Smiths")).run == 0
    found = await saved.compare("Smiths")
    await saved.delete("Smiths")
    assert not (await saved.keep(found)).moved


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"name": ""}, "name must be 1 to 80"),
        ({"name": "x" * 81}, "name must be 1 to 80"),
        ({"name": "a\x07b"}, "name must be 1 to 80"),
        ({"name": ["a"]}, "name must be text"),
        ({"name": "a", "subject": None}, "needs subject"),
        ({"name": "a", "subject": "people"}, "subject cannot be 'people'"),
        ({"name": "a", "filters": None}, "needs filters"),
        ({"name": "a", "filters": {}}, "at least one filter"),
        ({"name": "a", "filters": {"jobtitel": "CEO"}}, "no filter 'jobtitel', did you mean 'jobTitle'"),
        ({"name": "a", "filters": {"jobTitle": "CEO"}, "sort": "height"}, "sort cannot be 'height'"),
        ({"name": "a", "filters": {"jobTitle": "CEO"}, "limit": 0}, "limit=0"),
        ({"name": "a", "filters": {"jobTitle": "CEO"}, "note": "x" * 501}, "note must be at most 500"),
        ({"name": "a", "filters": {"jobTitle": ["x" * 9_000] * 6}}, "filters must be at most 50,000"),
        ({"name": "a", "filters": {"managementLevel": "Wizard"}}, "managementLevel"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_saved(desk: Desk, arguments: dict[str, Any], problem: str) -> None:
    saved = (await desk.open()).saved()
    chosen = {"subject": "contact", "filters": {"jobTitle": "CEO"}, **arguments}
    with pytest.raises(SalesZoomInfoError, match=re.escape(problem)):
        await saved.save(**chosen)
    assert await saved.every() == ([], 0, 0)


async def test_a_filter_that_is_gone_is_named_with_the_nearest_and_nothing_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.open()
    saved = await saved_smiths(account)
    await saved.run("Smiths")
    specs = dict(FILTERS["contact"])
    with monkeypatch.context() as upgrade:
        # An upgrade that renames a filter.
        specs["familyName"] = specs["lastName"]._replace(name="familyName", aliases=("lastName",))
        del specs["lastName"]
        upgrade.setitem(FILTERS, "contact", specs)
        with pytest.raises(InvalidArgument, match="filter 'lastName', which the contact search no longer has") as gone:
            await saved.run("Smiths")
        assert "did you mean 'familyName'" in gone.value.message
        assert [item.name for item in (await saved.every())[0]] == ["Smiths"]
    assert counts(await saved.run("Smiths")) == (0, 0, 0)


async def test_a_filter_of_the_other_generation_and_what_that_one_does_not_tell(desk: Desk) -> None:
    gtm = "underManagement"
    assert FILTERS["company"][gtm].enterprise is None
    account = await desk.open("gtm")
    saved = account.saved()
    await saved.save("both", "company", {"companyName": "Acme"})
    baseline = await saved.run("both")
    assert baseline.compared
    other = (await desk.open("enterprise")).saved()
    # Its rows hold an id and a name alone: what it does not tell has not changed.
    assert counts(await other.run("both")) == (0, 0, 0)
    desk.network.rows = lambda rows: [
        {**row, "attributes": {**row["attributes"], "employeeCount": 1_234_567}} for row in rows
    ]
    back = await saved.run("both")
    assert {tuple(fields) for _, fields in back.difference.changed} == {("employeeCount",)}
    desk.network.rows = None

    await saved.save("gtm only", "company", {"companyName": "Acme", gtm: False})
    with pytest.raises(
        InvalidArgument, match=f"'{gtm}', which the Enterprise API of this account does not have, "
    ) as no:
        await other.run("gtm only")
    assert "nearest" in no.value.message or "did you mean" in no.value.message


async def test_another_account_has_its_own_and_is_told_of_the_others(desk: Desk) -> None:
    saved = await saved_smiths(await desk.open(account="north"))
    south = (await desk.open(account="south")).saved()
    assert await south.every() == ([], 0, 1)
    with pytest.raises(NotFound, match="the account 'north@zoominfo"):
        await south.run("Smiths")
    await south.save("Smiths", "contact", {"lastName": "Jones"})
    assert (await saved.get("Smiths")).filters == SMITHS
    await south.delete("Smiths")
    assert [item.name for item in (await saved.every())[0]] == ["Smiths"]


async def test_who_opts_out_is_neither_told_as_new_nor_as_gone_and_is_forgotten(desk: Desk) -> None:
    account = await desk.open()
    privacy = await desk.apps[0].privacy()
    saved = await saved_smiths(account)
    ids = [row["id"] for row in (await account.search("contact", SMITHS, size=100)).rows]
    await saved.run("Smiths")

    def rows() -> int:
        with closing(sqlite3.connect(desk.state)) as file:
            return file.execute("SELECT COUNT(*) FROM saved_row").fetchone()[0]

    before = rows()
    await privacy.add([read_entry(read_kind("person"), ids[0])], "me", resolve=0)
    assert rows() == before - 1, "forgotten at once and not at the next run"
    found = await saved.run("Smiths")
    assert counts(found) == (0, 0, 0)
    assert found.compared == before - 1
    # Somebody who is gone on the day of the objection.
    desk.network.rows = without(ids[1])
    await (await desk.apps[0].screen()).list.add([read_entry(read_kind("person"), ids[1])], "zoominfo")
    assert counts(await saved.run("Smiths")) == (0, 0, 0)
    assert rows() == before - 2
    with pytest.raises(Suppressed):
        await saved.save("one", "contact", {"personId": ids[0]})
    assert len((await saved.every())[0]) == 1


async def test_whom_a_domain_covers_is_not_told_as_gone(desk: Desk) -> None:
    account = await desk.open()
    saved = account.saved()
    await saved.save("acme", "company", {"companyName": "Acme"})
    company = next(row for row in (await account.search("company", {"companyName": "Acme"})).rows if row.get("website"))
    before = (await saved.run("acme")).compared
    # Listed and not looked up, so that no id is known to be covered.
    domain = read_entry(read_kind("domain"), company["website"])
    await (await desk.apps[0].screen()).list.add([domain], "me")
    found = await saved.run("acme")
    assert counts(found) == (0, 0, 0)
    assert found.compared < before
    with closing(sqlite3.connect(desk.state)) as file:
        assert file.execute("SELECT COUNT(*) FROM saved_row").fetchone() == (found.compared,)


async def test_who_opts_out_while_the_search_is_read_is_not_kept(desk: Desk) -> None:
    account = await desk.open()
    saved = await saved_smiths(account)
    found = await saved.compare("Smiths")
    person = (await account.search("contact", SMITHS, size=1)).rows[0]["id"]
    await (await desk.apps[0].screen()).list.add([read_entry(read_kind("person"), person)], "me")
    await saved.keep(found)
    with closing(sqlite3.connect(desk.state)) as file:
        assert file.execute("SELECT COUNT(*) FROM saved_row").fetchone() == (found.compared - 1,)


async def test_no_value_of_a_filter_or_a_row_stands_in_the_state_in_clear(desk: Desk, tmp_path: Path) -> None:
    account = await desk.open()
    saved = account.saved()
    person = (await account.search("contact", {"lastName": "Smith"}, size=1)).rows[0]
    filters = {"lastName": "Smith", "companyId": person["companyId"]}
    await saved.save("Ada Sample's own", "contact", {**filters, "emailAddress": "ada.sample@acme.example"}, note="Ada")
    await saved.save("Smith of one", "contact", filters)
    assert (await saved.run("Smith of one")).compared
    desk.network.rows = lambda rows: rows[1:]
    await saved.run("Smith of one")
    await desk.audit()
    state = {path: data for path, data in files_in(tmp_path).items() if "sandbox" not in path.parts}
    assert state
    needles = ["ada.sample", "Ada Sample", "Smith of one", person["id"], person["firstName"] + " ", person["jobTitle"]]
    for path, data in state.items():
        assert not [needle for needle in needles if needle.encode() in data], path


async def test_bounds_of_searches_and_of_kept_runs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sales_zoominfo.account.saved.MOST", 2)
    monkeypatch.setattr("sales_zoominfo.account.saved.KEPT_RUNS", 3)
    assert (MOST, KEPT_RUNS) == (200, 50)
    account = await desk.open()
    saved = await saved_smiths(account)
    await saved.save("two", "company", {"companyName": "Acme"})
    with pytest.raises(InvalidArgument, match="There are 2 saved searches"):
        await saved.save("three", "company", {"companyName": "Acme"})
    ids = [row["id"] for row in (await account.search("contact", SMITHS, size=100)).rows]
    await saved.run("Smiths")
    desk.network.rows = without(ids[0])
    for _ in range(6):
        await saved.run("Smiths")
    with closing(sqlite3.connect(desk.state)) as file:
        assert [row[0] for row in file.execute("SELECT run FROM saved_run ORDER BY run")] == [5, 6, 7]
        # Who has been gone for longer than one can look back is forgotten.
        assert file.execute("SELECT COUNT(*) FROM saved_row").fetchone() == (len(ids) - 1,)
    with pytest.raises(InvalidArgument, match=r"sinceRun=1 is outside 5\.\.7"):
        await saved.run("Smiths", since_run=1)


async def test_read_only_mode_lists_and_peeks(desk: Desk) -> None:
    saved = await saved_smiths(await desk.open())
    await saved.run("Smiths")
    reader = (await desk.open(read_only=True)).saved()
    assert (await reader.run("Smiths", peek=True)).compared
    assert len((await reader.every())[0]) == 1
    for task in (reader.run("Smiths"), reader.delete("Smiths"), reader.save("Smiths", note="x")):
        with pytest.raises(ModeForbids, match="read-only"):
            await task


async def test_one_that_is_damaged_hides_no_other_and_can_be_deleted(desk: Desk) -> None:
    saved = await saved_smiths(await desk.open())
    await saved.save("two", "company", {"companyName": "Acme"})
    with closing(sqlite3.connect(desk.state)) as file:
        file.execute("UPDATE saved_search SET sealed = ? WHERE subject = 'company'", (b"\x01" + bytes(60),))
        file.commit()
    found, damaged, _ = await saved.every()
    assert ([item.name for item in found], damaged) == (["Smiths"], 1)
    with pytest.raises(InvalidArgument, match="cannot be decrypted"):
        await saved.run("two")
    assert await saved.delete("two") is None
    assert (await saved.every())[1] == 0


async def test_on_postgresql_as_well(desk: Desk, postgres_url: str) -> None:
    account = await desk.open(state_url=postgres_url)
    saved = await saved_smiths(account)
    ids = [row["id"] for row in (await account.search("contact", SMITHS, size=100)).rows]
    desk.network.rows = without(ids[0])
    await saved.run("Smiths")
    desk.network.rows = without(ids[1])
    found = await asyncio.gather(saved.run("Smiths"), saved.run("Smiths"))
    assert [counts(one) for one in found] == [(1, 0, 1)] * 2
    assert sum(one.moved for one in found) == 1
    await (await desk.apps[0].privacy()).add([read_entry(read_kind("person"), ids[2])], "me", resolve=0)
    assert counts(await saved.run("Smiths")) == (0, 0, 0)
    await saved.delete("Smiths")
