"""What a job's files are called and hold, beside the enriched rows."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from in_process import Shop, read, run, whole

from sales_zoominfo.errors import InvalidArgument

pytestmark = pytest.mark.anyio


def table(path: str | Path) -> list[list[str]]:
    data = Path(path).read_bytes()
    text = gzip.decompress(data) if str(path).endswith(".gz") else data
    return list(csv.reader(text.decode("utf-8-sig").splitlines()))


def bare(shop: Shop, ids: list[str], name: str = "sfz.csv") -> Path:
    """A file without a header: the CRM's ids and ZoomInfo's."""
    lines = [f"0035g0000{place:05d}IAAH,{who}\n" for place, who in enumerate(ids)]
    path = shop.folder / name
    data = "".join(lines).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


async def test_a_packed_file_keeps_its_whole_ending(shop: Shop) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 3))
    packed = source.with_name("sfz.csv.gz")
    packed.write_bytes(gzip.compress(source.read_bytes()))
    job = await whole(jobs, shop.request(packed))
    assert Path(job.output or "").name == "sfz.enriched.csv.gz"
    assert len(table(job.output or "")) == 4
    schedule = await jobs.schedules.add(shop.request(packed, max_credits=3), 7)
    (made,) = await jobs.schedules.start_due()
    day = Path((await jobs.get(made)).output or "").name
    assert day.startswith("sfz.enriched.20")
    assert day.endswith(".csv.gz")
    assert schedule.request.output == job.output


async def test_a_file_without_headings_gives_further_files_with_them(shop: Shop) -> None:
    jobs = await shop.open()
    source = bare(shop, await shop.people(jobs, 3))
    further = {"changes": str(shop.folder / "changes.csv"), "before_after": str(shop.folder / "cells.csv")}
    request = shop.request(source, columns={"column 2": "personId"}, options=further)
    job = await whole(jobs, request)
    assert job.counts == {"enriched": 3}
    # The copy stays as the file is.
    assert table(job.output or "")[0][0] == "0035g000000000IAAH"
    changes = table(further["changes"])
    assert changes[0][:2] == ["column 1", "zi_id"]
    assert [row[0] for row in changes[1:]] == [f"0035g0000{place:05d}IAAH" for place in range(3)]
    cells = table(further["before_after"])
    assert cells[0] == ["record", "column", "before", "after", "how"]
    assert {row[0] for row in cells[1:]} == {row[0] for row in changes[1:]}


async def test_a_file_of_changes_says_how_its_id_is_named(shop: Shop) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 3))
    changes = {"changes": str(shop.folder / "changes.csv")}
    with pytest.raises(InvalidArgument, match="record id") as caught:
        await jobs.start(shop.request(source, options=changes), agreed=True)
    assert "--column 'HEADING=recordId'" in caught.value.next_step
    job = await whole(jobs, shop.request(source, options=changes, columns={"Note": "recordId"}))
    assert job.counts == {"enriched": 3}
    assert [row[0] for row in table(changes["changes"])] == ["Note", "row 0", "row 1", "row 2"]


@pytest.mark.parametrize("name", ["report.json", "report.html"])
async def test_a_report_that_a_request_names_is_written_with_the_output(shop: Shop, name: str) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 3))
    report = shop.folder / name
    with pytest.raises(InvalidArgument, match="output already"):
        await jobs.start(shop.request(source, output=str(report), options={"report": str(report)}), agreed=True)
    job = await whole(jobs, shop.request(source, options={"report": str(report)}))
    text = report.read_text("utf-8")
    assert job.id in text
    if name.endswith("json"):
        assert json.loads(text)["rows"]["byStatus"] == {"enriched": 3}


async def test_a_report_that_cannot_be_written_leaves_the_output_alone(shop: Shop) -> None:
    jobs = await shop.open()
    report = shop.folder / "report.json"
    request = shop.request(shop.file(await shop.people(jobs, 3)), options={"report": str(report)})
    job = (await jobs.start(request, agreed=True)).id
    await read(jobs, job)
    await run(jobs, job)
    report.mkdir()
    assert await jobs.deliver(job) is not None
    found = await jobs.get(job)
    assert found.delivered_at is not None
    assert "The report could not be written" in (found.why or "")


async def test_a_retry_that_could_buy_nothing_is_refused_with_what_would_do(shop: Shop) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 30))
    job = await whole(jobs, shop.request(source, max_credits=25))
    assert job.counts == {"enriched": 25, "over_budget": 5}
    assert job.spent == 25
    with pytest.raises(InvalidArgument, match="cannot be tried again") as caught:
        await jobs.retry(job.id)
    assert "a higher --max-credits" in caught.value.next_step
    assert "25 credits" in caught.value.next_step
    assert (await jobs.get(job.id)).state == "done"
    # And that does.
    more = await jobs.start(shop.request(source, max_credits=30), agreed=True)
    assert (more.id, more.state) == (job.id, "queued")
    await run(jobs, job.id, worker="another")
    assert (await jobs.get(job.id)).counts == {"enriched": 30}
