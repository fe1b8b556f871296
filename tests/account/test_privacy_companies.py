"""Whole companies on the list: their people are left out of answers that do not tell where anybody works."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from privacy_parts import Desk

from sales_zoominfo.account.gate import Account
from sales_zoominfo.account.visitors import identify
from sales_zoominfo.errors import ModeForbids, NotFound, Suppressed
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.zoominfo.operations import Generation
from support import GENERATIONS

pytestmark = pytest.mark.anyio
# Refused at once, so that nothing is tried again.
BROKEN = Fault(status=400)


async def two(account: Account) -> tuple[dict[str, Any], dict[str, Any]]:
    """A manager of one company, and one of another."""
    rows = (await account.search("contact", {"jobTitle": "Manager"}, size=100)).rows
    first = rows[0]
    return first, next(row for row in rows if row["companyId"] != first["companyId"])


async def website(account: Account, company: str) -> str:
    found = await account.enrich("company", [{"companyId": company}], caller="t", outputs=["website"])
    return str(found.matches[0].row["website"])


@pytest.mark.parametrize("kind", ["company", "domain"])
@pytest.mark.parametrize("generation", GENERATIONS)
async def test_an_enrich_without_a_company_field_is_screened_by_it(
    desk: Desk, generation: Generation, kind: str
) -> None:
    account = await desk.open(generation)
    gone, stays = await two(account)
    inputs = [{"personId": gone["id"]}, {"personId": stays["id"]}]
    company = gone["companyId"]
    await desk.list(kind, company if kind == "company" else await website(account, company))
    before = desk.searches()
    found = await account.enrich("contact", inputs, caller="t", outputs=["firstName", "lastName"])
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH"]
    assert found.inputs[0] == {"personId": "[withheld]"}
    assert set(found.matches[1].row) <= {"id", "firstName", "lastName"}, "what was asked on the list's behalf is gone"
    assert found.matches[1].row["firstName"] == stays["firstName"]
    with pytest.raises(Suppressed):
        await account.get("contact", gone["id"], caller="t", outputs=["firstName"])
    assert desk.searches() == before, "the record itself told"
    kept = await account.enrich("contact", [inputs[1]], caller="t", outputs=["firstName", "companyId"])
    assert kept.matches[0].row["companyId"] == stays["companyId"], "what was asked for stays"


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_plan_without_the_company_is_no_way_round(desk: Desk, generation: Generation) -> None:
    lacking = frozenset({"companyId", "company", "companyWebsite"})
    account = await desk.open(generation, switches={"disallowed_fields": lacking})
    gone, stays = await two(account)
    await desk.list("company", gone["companyId"])
    inputs = [{"personId": gone["id"]}, {"personId": stays["id"]}]
    found = await account.enrich("contact", inputs, caller="t", outputs=["firstName"])
    assert [match.status for match in found.matches] == ["SUPPRESSED", "FULL_MATCH"]
    # Nobody can tell: nobody is shown.
    desk.sandbox.plan = lambda _, path: BROKEN if "search" in path else None
    found = await account.enrich("contact", [inputs[1]], caller="t", outputs=["firstName"])
    assert found.matches[0].status == "SUPPRESSED"
    assert any("did not tell where they work" in line for line in found.warnings)


async def test_people_alike_at_a_listed_company_are_left_out(desk: Desk) -> None:
    account = await desk.open()
    reference, _ = await two(account)
    asked = {"personId": reference["id"], "pageSize": 100}
    before = (await account.tell("similar_contacts", asked)).answer.rows
    by_company = {
        row["id"]: row.get("companyId")
        for row in (await account.search("contact", {"personId": [row["id"] for row in before]}, size=100)).rows
    }
    listed = next(at for row in before if (at := by_company[row["id"]]) not in (None, reference["companyId"]))
    await desk.list("company", listed)
    told = await account.tell("similar_contacts", asked)
    expected = [row for row in before if by_company[row["id"]] != listed]
    assert told.answer.rows == expected
    assert 0 < len(expected) < len(before)
    # The person compared with is at the company itself: neither asked about nor told of.
    sent = desk.sandbox.count("lookalikes") + desk.sandbox.count("similar")
    with pytest.raises(Suppressed):
        colleague = next(person for person, company in by_company.items() if company == listed)
        await account.tell("similar_contacts", {"personId": colleague})
    assert desk.sandbox.count("lookalikes") + desk.sandbox.count("similar") == sent


async def test_whom_the_search_does_not_tell_of_is_left_out_with_a_warning(desk: Desk) -> None:
    account = await desk.open()
    reference, other = await two(account)
    asked = {"companyId": reference["companyId"], "pageSize": 10}
    before = (await account.tell("recommended_contacts", asked)).answer.rows
    assert before
    await desk.list("company", other["companyId"])
    assert (await account.tell("recommended_contacts", asked)).answer.rows == before
    desk.sandbox.plan = lambda _, path: BROKEN if path.endswith("contacts/search") else None
    told = await account.tell("recommended_contacts", asked)
    assert told.answer.rows == []
    [line] = [line for line in told.warnings if "did not tell" in line]
    assert line.startswith(f"{len(before)} people are withheld" if len(before) > 1 else "1 person is withheld")
    with pytest.raises(Suppressed, match="where this person works"):
        await account.tell("similar_contacts", {"personId": reference["id"]})


async def test_without_companies_on_the_list_nothing_more_is_asked(desk: Desk) -> None:
    account = await desk.open()
    reference, other = await two(account)
    await desk.list("person", other["id"])
    before = desk.searches()
    await account.tell("similar_contacts", {"personId": reference["id"]})
    await account.enrich("contact", [{"personId": reference["id"]}], caller="t", outputs=["firstName"])
    assert desk.searches() == before


async def test_signals_leave_out_people_of_a_listed_company(desk: Desk) -> None:
    account = await desk.open()
    rows = (await account.search("scoop", {"country": "United States"}, size=100)).rows
    people = [str(one["id"]) for row in rows for one in row.get("contacts", []) if one.get("id")]
    assert people, "scoops name people"
    _, other = await two(account)
    await desk.list("company", other["companyId"])
    assert (await account.search("scoop", {"country": "United States"}, size=100)).rows == rows
    desk.sandbox.plan = lambda _, path: BROKEN if path.endswith("contacts/search") else None
    page = await account.search("scoop", {"country": "United States"}, size=100)
    assert not [one for row in page.rows for one in row.get("contacts", [])]
    assert any("did not tell" in line for line in page.warnings)


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_compliance_check_tells_nothing_of_somebody_at_a_listed_company(
    desk: Desk, generation: Generation
) -> None:
    account = await desk.open(generation)
    gone, stays = await two(account)
    await desk.list("company", gone["companyId"])
    assert desk.app is not None
    privacy = await desk.app.privacy()
    hidden, shown = await privacy.check([{"personId": gone["id"]}, {"personId": stays["id"]}], "t")
    assert (hidden.listed, hidden.records, hidden.found) == (True, None, None)
    assert hidden.given == {"personId": "[withheld]"}
    assert not shown.listed
    assert shown.given == {"personId": stays["id"]}
    if generation == "enterprise":
        assert shown.records
    else:
        assert shown.found


async def test_the_website_of_a_listed_company_names_its_addresses(desk: Desk) -> None:
    account = await desk.open()
    gone, stays = await two(account)
    site, other = await website(account, gone["companyId"]), await website(account, stays["companyId"])
    await desk.list("company", gone["companyId"])
    assert desk.app is not None
    screen = await desk.app.screen()
    host = site.removeprefix("http://").removeprefix("https://").removeprefix("www.")
    assert host not in await screen.text(f"Write to somebody@{host}.")
    text = f"Write to somebody@{other.rpartition('/')[2].removeprefix('www.')}."
    assert await screen.text(text) == text


@pytest.mark.parametrize("kind", ["email", "person"])
async def test_a_summary_names_no_listed_person_and_others_as_before(desk: Desk, kind: str) -> None:
    account = await desk.open()
    found: tuple[str, dict[str, Any], str] | None = None
    for row in (await account.search("company", {"country": "United States"}, sort="-employeeCount", size=100)).rows:
        try:
            rows = (await account.tell("account_summary", {"companyId": row["id"]})).answer.rows
        except NotFound:
            continue
        text = str(rows[0]["markdown"])
        people = (await account.search("contact", {"companyId": row["id"]}, size=100)).rows
        named = [one for one in people if f"{one['firstName']} {one['lastName']}" in text]
        if named:
            found = str(row["id"]), named[0], text
            break
    assert found is not None, "the data set has a summary that names somebody"
    company, person, text = found
    name = f"{person['firstName']} {person['lastName']}"
    details = await account.enrich("contact", [{"personId": person["id"]}], caller="t", outputs=["email", "lastName"])
    await desk.list(kind, details.matches[0].row["email"] if kind == "email" else person["id"])
    told = str((await account.tell("account_summary", {"companyId": company})).answer.rows[0]["markdown"])
    assert name not in told
    assert "[withheld]" in told
    assert len(told) > len(text) - 20 * text.count(person["lastName"]), "the rest stays"


async def test_visitors_on_the_gtm_api_are_told_as_such_and_still_spend(desk: Desk) -> None:
    account = await desk.open()
    await identify(account, ["192.0.2.7"], caller="t")
    assert desk.app is not None
    await desk.app.aclose()
    with closing(sqlite3.connect(desk.state_url.removeprefix("sqlite:///"))) as db:
        assert db.execute("SELECT DISTINCT operation FROM charge").fetchall() == [("identify_visitors",)]
        assert ("identify_visitors",) in db.execute("SELECT operation FROM audit").fetchall()
    free = await desk.open(free_only=True)
    with pytest.raises(ModeForbids):
        await identify(free, ["192.0.2.9"], caller="t")
