"""Answers that are no person: the company alone, several records; and what columns and mappings are taken for."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from in_process import Shop, read, rows, run, whole

from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.jobs.eta import eta
from sales_zoominfo.sandbox import ASGIApp
from sales_zoominfo.zoominfo.codec import read_matches
from sales_zoominfo.zoominfo.records import SEVERAL
from support import DEMO

pytestmark = pytest.mark.anyio

ENTERPRISE = {"client_id": None, "client_secret": None, "username": DEMO.username, "password": DEMO.password}


def written(path: Path, *lines: Sequence[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    return path


async def known(shop: Shop, count: int = 3) -> list[dict[str, Any]]:
    jobs = await shop.open()
    page = await jobs.account.search("contact", {"state": "California"}, page=1, size=100, caller="searcher")
    return [row for row in page.rows if row.get("companyName") and row.get("lastName")][:count]


@pytest.mark.parametrize("settings", [{}, ENTERPRISE], ids=["gtm", "enterprise"])
async def test_a_person_of_whom_only_the_company_is_known_is_no_match(shop: Shop, settings: dict[str, Any]) -> None:
    shop.settings |= settings
    [person, *_] = await known(shop, 1)
    jobs = shop.jobs
    source = written(
        shop.folder / "names.csv",
        ("First Name", "Last Name", "Company"),
        (person["firstName"], person["lastName"], person["companyName"]),
        ("Nobody", "Atallxyz", person["companyName"]),
    )
    done = await whole(jobs, shop.request(source, fields=("id", "firstName", "companyName")))
    assert done.counts == {"enriched": 1, "no_match": 1}
    found, missed = rows(done)
    assert (found["zi_status"], found["zi_firstName"]) == ("enriched", person["firstName"])
    assert (missed["zi_status"], missed["zi_reason"]) == ("no_match", "COMPANY_ONLY_MATCH")
    assert missed["zi_companyName"] == ""


def twice(app: ASGIApp, other: dict[str, Any]) -> ASGIApp:
    """A service that adds a second record to each match; the documentation shows a list and never says of how many."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") != "/enrich/contact":
            await app(scope, receive, send)
            return
        parts: list[dict[str, Any]] = []

        async def keep(message: dict[str, Any]) -> None:
            parts.append(message)

        await app(scope, receive, keep)
        told = json.loads(b"".join(part.get("body", b"") for part in parts))
        for result in told.get("data", {}).get("result", []):
            if result.get("data"):
                result["data"] = [*result["data"], {**result["data"][0], **other}]
        body = json.dumps(told).encode()
        start = parts[0]
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return answer


async def test_an_answer_with_several_records_is_ambiguous_and_names_them(shop: Shop) -> None:
    shop.settings |= ENTERPRISE
    second: dict[str, Any] = {"id": 77_007, "firstName": "Another"}
    shop.sandbox.app = twice(shop.sandbox.app, second)
    [person] = await known(shop, 1)
    source = written(shop.folder / "people.csv", ("ZoomInfo Contact ID", "Note"), (person["id"], "a"), ("1", "b"))
    done = await whole(shop.jobs, shop.request(source))
    assert done.counts == {"ambiguous": 1, "no_match": 1}
    [row, _] = rows(done)
    assert row["zi_status"] == "ambiguous"
    assert row["zi_reason"] == f"candidates: {person['id']}, 77007"
    assert row["zi_firstName"] == "", "none of them is taken"
    # The same record twice is one.
    second.clear()
    other = await shop.jobs.account.enrich("contact", [{"personId": person["id"]}], caller="me")
    assert other.matches[0].status == "FULL_MATCH"


def test_candidates_are_told_with_what_tells_them_apart() -> None:
    records = [{"id": number, "firstName": name, "email": "a@b.example"} for number, name in ((5, "Ann"), (6, "Bo"))]
    found = read_matches("contact", "FULL_MATCH", records)
    assert (found.status, found.record_id) == (SEVERAL, None)
    assert found.matched, "it counts as charged: nothing says that it is not"
    assert found.row == {"candidates": [{"personId": "5", "firstName": "Ann"}, {"personId": "6", "firstName": "Bo"}]}
    assert read_matches("contact", "NO_MATCH", []).row == {}
    assert read_matches("contact", "FULL_MATCH", [records[0], {}]).record_id == "5"


async def test_columns_are_read_for_what_is_wanted_of_them(shop: Shop) -> None:
    """A heading that says nothing is known by its content; a plain name is a company's where companies are asked."""
    people = await known(shop, 3)
    lines = [(row["companyName"], f"n{place}") for place, row in enumerate(people)]
    source = written(shop.folder / "plain.csv", ("Name", "Note"), *lines)
    done = await whole(shop.jobs, shop.request(source, entity="company", fields=("id", "name")))
    assert done.counts.get("enriched") == 3
    ids = written(shop.folder / "c.csv", ("Spalte 1", "Note"), *((f"https://x{n}.example", "n") for n in range(9)))
    with pytest.raises(InvalidArgument, match="No column"):
        await shop.jobs.start(shop.request(ids, columns={"Spalte 1": "ignore"}, entity="company"), agreed=True)
    job = await shop.jobs.start(shop.request(ids, entity="company", fields=("id", "name")), agreed=True)
    assert job.state == "loading"


async def test_a_mapping_that_does_not_fit_is_refused_before_there_is_a_job(shop: Shop) -> None:
    [person] = await known(shop, 1)
    source = written(shop.folder / "p.csv", ("ZoomInfo Contact ID", "Phon"), (person["id"], ""))
    mapping = shop.folder / "m.yaml"
    mapping.write_text("entity: contact\ncolumns:\n  Phone: {from: shoeSize}\n", encoding="utf-8")
    with pytest.raises(InvalidArgument, match="shoeSize"):
        await shop.jobs.start(shop.request(source, fields=None, mapping=str(mapping)), agreed=True)
    assert await shop.jobs.list() == []
    assert not shop.sandbox.charges


@pytest.mark.parametrize(("settings", "limited"), [({}, True), (ENTERPRISE, False)], ids=["gtm", "enterprise"])
async def test_only_gtms_hours_and_days_stretch_a_job(shop: Shop, settings: dict[str, Any], limited: bool) -> None:
    shop.settings |= settings | {"rate_limit": 25}
    people = await known(shop, 2)
    source = written(shop.folder / "p.csv", ("ZoomInfo Contact ID",), *((row["id"],) for row in people))
    job = (await shop.jobs.start(shop.request(source), agreed=True)).id
    await read(shop.jobs, job)
    await run(shop.jobs, job, most=0)
    # Ten million records, of which none has been asked for.
    await shop.jobs.home.store.write(lambda tx: tx.execute("UPDATE job SET units = 10000000"))
    seconds, note = await eta(shop.jobs.account, await shop.jobs.get(job), alive=True)
    assert seconds is not None
    assert ("an hour" in note) is limited
    assert (seconds > 400_000 / 24) is limited
