"""Opt-outs of which no record is known yet: their people are withheld all the same, and it is said what is left."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from privacy_parts import Desk, entry, opened

from sales_zoominfo.account.gate import Account
from sales_zoominfo.account.identifiers import hashes
from sales_zoominfo.errors import Suppressed
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.zoominfo.operations import Generation
from support import GENERATIONS

pytestmark = pytest.mark.anyio

# So many that a purchase does not look them all up first.
MANY = [f"waits{number}@nowhere.example" for number in range(60)]


def people(desk: Desk) -> list[dict[str, Any]]:
    """People with each identifier, as the simulated ZoomInfo holds them; nothing is bought for it."""
    [data] = desk.sandbox.folder.glob("dataset-*.sqlite")
    paths = {"email": "email", "supplementalEmail": "email2", "phone": "phone", "mobilePhone": "mobile"}
    paths["firstName"] = "first"
    columns = ", ".join(f"json_extract(d.doc, '$.{path}')" for path in paths.values())
    whole = " AND ".join(f"json_extract(d.doc, '$.{path}') > ''" for path in paths.values())
    sql = f"SELECT d.id, {columns} FROM person_doc d JOIN person p ON p.id = d.id "
    with closing(sqlite3.connect(f"{data.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        rows = db.execute(f"{sql} WHERE {whole} AND NOT p.opted_out AND p.company IS NOT NULL LIMIT 5").fetchall()
    return [{"id": str(row[0]), **dict(zip(paths, row[1:], strict=True))} for row in rows]


async def waiting(desk: Desk, *values: tuple[str, str], before: list[str]) -> None:
    assert desk.app is not None
    entries = [entry("email", value) for value in before] + [entry(kind, value) for kind, value in values]
    await (await desk.app.privacy()).add(entries, "test", resolve=0)


BY = [("email", "email"), ("email", "supplementalEmail"), ("phone", "phone"), ("phone", "mobilePhone")]


@pytest.mark.parametrize(("kind", "field"), BY)
async def test_a_record_by_id_is_withheld_by_a_field_that_nobody_asked_for(desk: Desk, kind: str, field: str) -> None:
    gone, stays, *_ = people(desk)
    account = await desk.open("gtm")
    await waiting(desk, (kind, gone[field]), before=MANY)
    inputs = [{"personId": gone["id"]}, {"personId": stays["id"]}]
    found = await account.enrich("contact", inputs, caller="t", outputs=["firstName"])
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH"]
    assert found.matches[1].row == {"id": stays["id"], "firstName": stays["firstName"]}
    assert any("not been looked up" in line and "paid for" in line for line in found.warnings)
    # What it was withheld by is learnt, so that nobody pays for it again.
    desk.sandbox.charges.clear()
    again = await account.enrich("contact", inputs[:1], caller="t", outputs=["jobTitle"])
    assert again.matches[0].status == "SUPPRESSED"
    assert not desk.sandbox.charges


async def test_another_address_is_known_by_its_hash_where_no_field_shows_it(desk: Desk) -> None:
    gone, *_ = people(desk)
    account = await desk.open("enterprise")
    await waiting(desk, ("email", gone["supplementalEmail"]), before=MANY)
    found = await account.enrich("contact", [{"personId": gone["id"]}], caller="t", outputs=["jobTitle"])
    assert found.matches[0].status == "SUPPRESSED"


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_few_that_wait_are_looked_up_before_anything_is_paid(desk: Desk, generation: Generation) -> None:
    gone, stays, *_ = people(desk)
    account = await desk.open(generation)
    await waiting(desk, ("email", gone["email"]), before=MANY[:2])
    inputs = [{"personId": gone["id"]}, {"personId": stays["id"]}]
    found = await account.enrich("contact", inputs, caller="t", outputs=["firstName"])
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH"]
    assert len(desk.sandbox.charges) == 1
    assert not [line for line in found.warnings if "looked up" in line], "nothing waits any more"


async def test_they_are_looked_up_once_a_minute_at_most(desk: Desk) -> None:
    _, *stay = people(desk)
    account = await desk.open("gtm")
    await waiting(desk, before=MANY)
    await account.enrich("contact", [{"personId": stay[0]["id"]}], caller="t", outputs=["firstName"])
    searches = desk.searches()
    assert searches
    await account.enrich("contact", [{"personId": stay[1]["id"]}], caller="t", outputs=["firstName"])
    assert desk.searches() == searches


async def test_a_failed_look_up_stops_no_purchase(desk: Desk) -> None:
    gone, stays, *_ = people(desk)
    account = await desk.open("gtm")
    await waiting(desk, ("email", gone["email"]), before=[])
    desk.sandbox.plan = lambda method, path: Fault(status=403) if "search" in path else None
    inputs = [{"personId": gone["id"]}, {"personId": stays["id"]}]
    found = await account.enrich("contact", inputs, caller="t", outputs=["firstName"])
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH"]


async def test_an_estimate_says_that_opt_outs_wait(desk: Desk) -> None:
    _, stays, *_ = people(desk)
    account = await desk.open("gtm")
    inputs = [{"personId": stays["id"]}]
    assert not (await account.estimate("contact", inputs)).warnings
    await waiting(desk, before=MANY)
    assert any("not been looked up" in line for line in (await account.estimate("contact", inputs)).warnings)
    assert not (await account.estimate("company", [{"companyId": "7"}])).warnings


async def test_a_flag_of_a_number_that_nobody_asked_for_is_no_warning(desk: Desk) -> None:
    _, stays, *_ = people(desk)
    account = await desk.open("gtm", privacy_regions="eu=withhold,california=withhold,canada=withhold")
    await waiting(desk, ("phone", "+15550199999"), before=MANY)
    found = await account.enrich("contact", [{"personId": stays["id"]}], caller="t", outputs=["firstName"])
    assert not [line for line in found.warnings if "withheld: ZoomInfo" in line or "details" in line]
    assert found.matches[0].row.keys() == {"id", "firstName"}


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_only_what_waits_is_asked_for(either_state_url: str, generation: Generation) -> None:
    async with opened(either_state_url) as screen:

        async def beside(*fields: str) -> list[str]:
            return screen.beside("contact", generation, fields, await screen.list.scope())

        own = [name for name in ("email", "supplementalEmail", "hashedEmails") if generation == "gtm" or name[0] != "s"]
        numbers = ["phone", "mobilePhone"] if generation == "gtm" else ["phone"]
        assert await beside("id") == []
        ids = (await screen.list.add([entry("person", 7)], "")).ids
        assert await beside("id") == [], "an id needs no look-up"
        ids = (await screen.list.add([entry("email", "ada@acme.example")], "")).ids
        assert await beside("id") == own
        assert (await screen.list.scope()).pending
        await screen.list.resolved(ids[0], [], 0)
        assert await beside("id") == own, "without a record, the value alone tells whose it is"
        assert not (await screen.list.scope()).pending
        await screen.list.resolved(ids[0], ["person::55"], 1)
        assert await beside("id") == []
        await screen.list.add([entry("phone", "+15550101234")], "")
        assert await beside("id") == numbers
        await screen.list.add([entry("email", value) for value in MANY], "")
        await screen.list.add([entry("email", f"x{number}@nowhere.example") for number in range(300)], "")
        assert await beside("id") == [*own, *numbers]


# --- searching by what is listed -------------------------------------------------------------------------------


async def shown(account: Account, way: str, filters: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The ids that a way of searching shows, and its warnings."""
    if way == "search":
        page = await account.search("contact", filters)
        return [str(row["id"]) for row in page.rows], list(page.warnings)
    if way == "walk":
        walked = await account.walk("contact", filters)
        return [str(row["id"]) for row in walked.rows], walked.warnings
    estimated = await account.estimate_search("contact", filters, 10)
    return estimated.ids, list(estimated.warnings)


@pytest.mark.parametrize("way", ["search", "walk", "estimate"])
async def test_a_search_by_a_listed_value_shows_nobody(desk: Desk, way: str) -> None:
    gone, stays, *_ = people(desk)
    account = await desk.open("gtm")
    await waiting(desk, *((kind, gone[field]) for kind, field in BY), before=[])
    names: list[tuple[str, str]] = [("emailAddress", "email"), ("supplementalEmail", "supplementalEmail")]
    names += [("phone", "phone"), ("phone", "mobilePhone")]
    for name, field in names:
        filters = {name: gone[field], "boardMember": "include"}
        ids, warnings = await shown(account, way, filters)
        assert ids == [], name
        assert any("on the opt-out list" in line for line in warnings), name
        other, warnings = await shown(account, way, {**filters, name: stays[field]})
        assert stays["id"] in other
        assert not any("on the opt-out list" in line for line in warnings)


@pytest.mark.parametrize("way", ["search", "walk", "estimate"])
async def test_of_several_values_only_the_listed_are_left_out(desk: Desk, way: str) -> None:
    gone, stays, *_ = people(desk)
    account = await desk.open("gtm")
    await waiting(desk, ("email", gone["supplementalEmail"]), before=[])
    pair = [gone["supplementalEmail"], stays["supplementalEmail"]]
    for value in (pair, ",".join(pair)):
        ids, warnings = await shown(account, way, {"supplementalEmail": value, "boardMember": "include"})
        assert ids == [stays["id"]]
        assert any("1 value is left out" in line for line in warnings)


async def test_a_listed_domain_and_a_hash_show_nobody(desk: Desk) -> None:
    gone, *_ = people(desk)
    account = await desk.open("gtm")
    await waiting(desk, ("domain", gone["email"].partition("@")[2]), ("email", gone["supplementalEmail"]), before=[])
    for filters in (
        {"companyWebsite": gone["email"].partition("@")[2]},
        {"emailAddress": gone["email"]},
        {"hashedEmail": hashes(gone["supplementalEmail"])[0]},
    ):
        assert (await shown(account, "search", {**filters, "boardMember": "include"}))[0] == []


async def test_a_saved_search_by_a_listed_address_is_refused(desk: Desk) -> None:
    gone, *_ = people(desk)
    account = await desk.open("gtm")
    saved = account.saved()
    await saved.save("theirs", "contact", {"emailAddress": gone["email"], "boardMember": "include"}, caller="t")
    assert (await saved.run("theirs", caller="t", peek=True)).compared == 1
    # Listed since, and not looked up.
    await waiting(desk, ("email", gone["email"]), before=[])
    with pytest.raises(Suppressed):
        await saved.run("theirs", caller="t")
