"""Rows as a CRM spells them find the records that they were made of, in a sandbox and at the account's own gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sales_zoominfo.account.gate import Account
from sales_zoominfo.app import App
from sales_zoominfo.jobs.columns import recognise_columns
from sales_zoominfo.jobs.matching import Ambiguous, Matching, Wanted, decide
from sales_zoominfo.settings import load_settings
from support import DEMO, Sandbox

pytestmark = pytest.mark.anyio
HEADINGS = ["Contact ID", "First Name", "Last Name", "Company", "Email", "Phone", "Website"]


@pytest.fixture
async def account(sandbox_dir: Path, state_url: str, anyio_backend: str) -> AsyncIterator[Account]:
    app = App(
        load_settings(
            state_url=state_url, base_url="http://zoominfo.test", rate_limit=1000, client_id=DEMO.client_id,
            client_secret=DEMO.client_secret, max_credits_per_call=200, max_credits_per_hour=1000,
        ),
        http_transport=httpx2.ASGITransport(app=Sandbox(sandbox_dir).app),
    )  # fmt: skip
    yield await app.account()
    await app.aclose()


async def people(account: Account, count: int) -> list[dict[str, Any]]:
    """Records with a name, an employer and an address."""
    page = await account.search(
        "contact", {"country": "United States"}, caller="test", page=1, size=count
    )  # fmt: skip
    found = await account.enrich(
        "contact", [{"personId": row["id"]} for row in page.rows], caller="test", detail="full"
    )
    return [match.row for match in found.matches if match.row.get("email") and match.row.get("companyWebsite")]


def misspelled(record: dict[str, Any], number: int) -> list[str]:
    """A row of a CRM, by another key in turn, in a spelling of its own."""
    email = str(record["email"])
    site = str(record["companyWebsite"])
    names = [str(record["firstName"]).upper(), f" {record['lastName']} "]
    company = str(record["companyName"]).replace(", Inc.", " INCORPORATED").replace(" LLC", ", L.L.C.")
    rest = {
        0: ["", email.upper().replace("@", "+crm@"), "n/a", ""],
        1: [company, "unknown", "-", ""],
        2: ["", f"Somebody <{email}>", "", site],
    }[number % 3]
    return [f"003{number:012d}", *names, *rest]


async def test_rows_find_the_people_that_they_were_made_of(account: Account) -> None:
    records = await people(account, 60)
    assert len(records) > 30
    rows = [misspelled(record, number) for number, record in enumerate(records)]
    matching = Matching(recognise_columns(HEADINGS, rows), "contact")
    wanted = [matching.read(row) for row in rows]
    assert all(isinstance(each, Wanted) for each in wanted)
    inputs = [each.input for each in wanted if isinstance(each, Wanted)]
    found = await account.enrich("contact", inputs, caller="test")
    right = [match.record_id == record["id"] for match, record in zip(found.matches, records, strict=True)]
    # Namesakes at one company aside, which a row by its name cannot tell.
    assert sum(right) / len(right) >= 0.97
    assert {each.by for each in wanted if isinstance(each, Wanted)} == {"emailAddress", "name and company"}


async def test_a_search_first_finds_people_by_name_and_website_and_never_picks(account: Account) -> None:
    records = (await people(account, 25))[:12]
    rows = [
        ["", record["firstName"], record["lastName"], "", "", "", f"https://{record['companyWebsite']}/"]
        for record in records
    ]
    matching = Matching(recognise_columns(HEADINGS, rows, "contact"), "contact", search_first=True)
    for row, record in zip(rows, records, strict=True):
        wanted = matching.read(row)
        assert isinstance(wanted, Wanted)
        assert wanted.search
        page = await account.search("contact", wanted.search, caller="test", page=1, size=25)
        found = decide("contact", wanted, page.rows, page.total)
        if isinstance(found, Ambiguous):
            assert record["id"] in {candidate["id"] for candidate in found.candidates} or found.total > 5
        else:
            assert found is not None
            assert found.input == {"personId": record["id"]}


async def test_companies_are_found_by_site_address_and_name(account: Account) -> None:
    page = await account.search("company", {"country": "United States"}, caller="test", page=1, size=25)
    rows = [
        ["", "", "", str(row["name"]).replace(", Inc.", " Incorporated"), "", "", ""]
        if number % 2
        else ["", "", "", "", f"ann@mail.{str(row['website']).removeprefix('www.')}", "", ""]
        for number, row in enumerate(page.rows)
    ]
    matching = Matching(recognise_columns(HEADINGS, rows, "contact"), "company")
    wanted = [matching.read(row) for row in rows]
    inputs = [each.input for each in wanted if isinstance(each, Wanted)]
    assert len(inputs) == len(rows)
    found = await account.enrich("company", inputs, caller="test")
    right = [match.record_id == row["id"] for match, row in zip(found.matches, page.rows, strict=True)]
    assert sum(right) / len(right) >= 0.9
