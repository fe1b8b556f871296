"""Jobs that start again and again, by a worker of the machine that has the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from in_process import Shop, read, run

from sales_zoominfo.errors import InvalidArgument, NotFound

pytestmark = pytest.mark.anyio
DAY = 86_400.0


async def test_a_schedule_starts_a_job_when_it_is_due_and_not_again_before(shop: Shop) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 30))
    request = shop.request(source, max_credits=30, max_age=90)
    schedule = await jobs.schedules.add(request, 90)
    (job,) = await jobs.schedules.start_due()
    assert await jobs.schedules.start_due() == []
    (kept,) = await jobs.schedules.list()
    assert (kept.id, kept.last_job, kept.why, kept.every_days) == (schedule.id, job, None, 90)
    assert kept.next_at == pytest.approx(schedule.next_at + 90 * DAY, abs=1)
    await read(jobs, job)
    await run(jobs, job)
    done = await jobs.deliver(job)
    assert done is not None
    assert done.counts == {"enriched": 30}
    # Each run has an output of its own, with its date.
    assert Path(done.path).name.startswith("people.enriched.20")
    assert (await jobs.get(job)).max_credits == 30


async def test_dates_that_were_slept_through_are_made_good_once(shop: Shop) -> None:
    jobs = await shop.open()
    request = shop.request(shop.file(await shop.people(jobs, 3)), max_credits=3)
    schedule = await jobs.schedules.add(request, 7, first_in=-30 * DAY)
    assert len(await jobs.schedules.start_due()) == 1
    (kept,) = await jobs.schedules.list()
    assert kept.next_at == pytest.approx(schedule.next_at + 35 * DAY, abs=1)


async def test_what_cannot_start_says_why_and_the_next_date_stays(shop: Shop) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 3))
    await jobs.schedules.add(shop.request(source, max_credits=3), 7)
    source.unlink()
    assert await jobs.schedules.start_due() == []
    (kept,) = await jobs.schedules.list()
    assert "no file" in (kept.why or "").lower()
    assert await jobs.schedules.start_due() == []


async def test_a_run_that_is_under_way_is_not_doubled(shop: Shop) -> None:
    jobs = await shop.open()
    await jobs.schedules.add(shop.request(shop.file(await shop.people(jobs, 3)), max_credits=3), 1)
    assert len(await jobs.schedules.start_due()) == 1
    await jobs.home.store.write(lambda tx: tx.execute("UPDATE job_schedule SET next_at = 0"))
    assert await jobs.schedules.start_due() == []
    (kept,) = await jobs.schedules.list()
    assert "under way" in (kept.why or "")


async def test_a_schedule_needs_a_budget_and_can_be_removed(shop: Shop) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 3))
    with pytest.raises(InvalidArgument, match="--max-credits"):
        await jobs.schedules.add(shop.request(source), 7)
    with pytest.raises(InvalidArgument, match="every"):
        await jobs.schedules.add(shop.request(source, max_credits=1), 0.5)
    schedule = await jobs.schedules.add(shop.request(source, max_credits=1), 7)
    await jobs.schedules.remove(schedule.id)
    with pytest.raises(NotFound, match="schedule"):
        await jobs.schedules.remove(schedule.id)
    assert await jobs.schedules.start_due() == []
