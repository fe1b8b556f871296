"""The same command once more: what was agreed to holds, and the file at the output is the one that it describes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from in_process import Shop, read, run

from sales_zoominfo.jobs.model import Job, JobRequest
from sales_zoominfo.jobs.service import Jobs
from sales_zoominfo.sandbox import Fault

pytestmark = pytest.mark.anyio

MAP = "columns:\n  Title: {from: jobTitle, update: UPDATE}\n"
HEADINGS = ("ZoomInfo Contact ID", "Title")


async def people(shop: Shop, jobs: Jobs, name: str = "people.csv") -> Path:
    path = shop.folder / name
    rows = [(who, "Old Title") for who in await shop.people(jobs, 3)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    return path


def mapped(shop: Shop, source: Path, **choices: object) -> JobRequest:
    return shop.request(source, **{"fields": None, "mapping": str(shop.folder / "map.yaml"), **choices})


def write_map(shop: Shop, update: str) -> None:
    (shop.folder / "map.yaml").write_text(MAP.replace("UPDATE", update))


async def through(jobs: Jobs, request: JobRequest) -> Job:
    """Start a request and run what it comes to, as a worker does."""
    job = await jobs.start(request, agreed=True)
    if job.state == "loading":
        await read(jobs, job.id)
        await run(jobs, job.id)
    if (await jobs.get(job.id)).delivered_at is None:
        await jobs.deliver(job.id)
    return await jobs.get(job.id)


def text(job: Job) -> str:
    return Path(job.output or "").read_text("utf-8")


def remove(job: Job) -> None:
    Path(job.output or "").unlink()


def titles(job: Job) -> list[str]:
    assert job.output is not None
    with Path(job.output).open(newline="", encoding="utf-8") as file:
        return [row["Title"] for row in csv.DictReader(file)]


async def test_a_mapping_that_was_edited_makes_a_new_job_and_costs_nothing_again(shop: Shop) -> None:
    jobs = await shop.open()
    source = await people(shop, jobs)
    write_map(shop, "fill")
    first = await through(jobs, mapped(shop, source))
    assert titles(first) == ["Old Title"] * 3
    assert await jobs.earlier(mapped(shop, source)) is not None
    write_map(shop, "overwrite")
    assert await jobs.earlier(mapped(shop, source)) is None
    second = await through(jobs, mapped(shop, source))
    assert second.id != first.id
    assert "Old Title" not in titles(second)
    assert second.spent == 0, "the records are owned by now"


async def test_a_job_is_delivered_by_the_mapping_that_was_agreed_to(shop: Shop) -> None:
    jobs = await shop.open()
    source = await people(shop, jobs)
    write_map(shop, "fill")
    job = await jobs.start(mapped(shop, source), agreed=True)
    await read(jobs, job.id)
    await run(jobs, job.id)
    write_map(shop, "overwrite")
    await jobs.deliver(job.id)
    assert titles(job) == ["Old Title"] * 3


async def test_what_is_bought_is_delivered_although_the_mapping_is_gone(shop: Shop) -> None:
    jobs = await shop.open()
    source = await people(shop, jobs)
    (shop.folder / "base.yaml").write_text(MAP.replace("UPDATE", "overwrite"))
    (shop.folder / "map.yaml").write_text("extends: base.yaml\n")
    job = await jobs.start(mapped(shop, source), agreed=True)
    await read(jobs, job.id)
    await run(jobs, job.id)
    for name in ("map.yaml", "base.yaml"):
        (shop.folder / name).unlink()
    await jobs.deliver(job.id)
    assert "Old Title" not in titles(job)


async def test_an_output_that_another_job_has_replaced_is_made_again(shop: Shop) -> None:
    jobs = await shop.open()
    source = await people(shop, jobs)
    one, other = shop.request(source, fields=("jobTitle",)), shop.request(source, fields=("companyName",))
    first = await through(jobs, one)
    assert "zi_jobTitle" in text(first)
    second = await through(jobs, other)
    assert second.output == first.output
    assert "zi_jobTitle" not in text(second)
    again = await through(jobs, one)
    assert "zi_jobTitle" in text(again)
    assert again.spent == 0
    assert (await through(jobs, one)).id == again.id, "what stands there is its own now"


async def test_an_output_that_was_deleted_is_written_again_while_its_rows_are_held(shop: Shop) -> None:
    # Not the account's first spend, which nothing may follow before it has been compared.
    lost = iter([False, True])
    shop.sandbox.plan = lambda _m, path: (
        Fault(lost=True, after=True) if "enrich" in path and next(lost, False) else None
    )
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 40))
    request = shop.request(source, options={"in_doubt": "hold"})
    first = await through(jobs, request)
    assert first.counts == {"enriched": 25, "held": 15}
    before = text(first)
    remove(first)
    again = await through(jobs, request)
    assert again.id == first.id
    assert text(again) == before
    assert again.counts == first.counts, "what is in doubt is not asked for again"
