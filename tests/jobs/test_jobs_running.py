"""Jobs from submission to output, without the engine: statuses, budgets, steering, and what goes wrong upstream."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
from in_process import QUICK, Shop, read, rows, run, whole

from sales_zoominfo.account.consent import Request
from sales_zoominfo.account.entries import read_entry
from sales_zoominfo.errors import InvalidArgument, NotFound, SalesZoomInfoError
from sales_zoominfo.jobs.model import JobRequest
from sales_zoominfo.jobs.running import Runner, _Turn
from sales_zoominfo.jobs.service import Jobs
from sales_zoominfo.jobs.spool import Work
from sales_zoominfo.sandbox import Fault
from sales_zoominfo.tools.bulk import start_enrichment_job
from sales_zoominfo.tools.spec import Call

pytestmark = pytest.mark.anyio


def enrich_calls(shop: Shop) -> int:
    return shop.sandbox.count("contacts/enrich")


async def test_every_row_has_one_status_in_the_files_order(shop: Shop) -> None:
    jobs = await shop.open()
    ids = await shop.people(jobs, 60)
    source = shop.file([*ids[:30], "", ids[0], "999999999", *ids[30:], ids[59], "n/a"])
    done = await whole(jobs, shop.request(source))
    told = rows(done)
    assert [row["Note"] for row in told] == [f"row {n}" for n in range(65)]
    assert [row["zi_status"] for row in told[:33]] == ["enriched"] * 30 + ["invalid", "enriched", "no_match"]
    assert told[31]["zi_lastName"] == told[0]["zi_lastName"] != ""
    assert done.counts == {"enriched": 62, "invalid": 2, "no_match": 1}
    assert sum(done.counts.values()) == done.rows == 65
    assert {row["zi_sandbox"] for row in told} == {"true"}
    assert len(shop.sandbox.charges) == 60
    assert enrich_calls(shop) == 3


async def test_the_same_request_again_is_the_same_job(shop: Shop) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 30))
    first = await jobs.start(shop.request(source), agreed=True)
    again = await jobs.start(shop.request(source, caller="another", max_credits=5), agreed=True)
    assert again.id == first.id
    other = await jobs.start(shop.request(source, fields=("id", "jobTitle")), agreed=True)
    assert other.id != first.id
    assert {job.id for job in await jobs.list()} == {first.id, other.id}


async def test_the_same_request_again_is_known_before_it_is_planned(shop: Shop) -> None:
    jobs = await shop.open()
    ids = await shop.people(jobs, 30)
    source = shop.file(ids)
    request = shop.request(source)
    assert await jobs.earlier(request) is None
    job = (await jobs.start(request, agreed=True)).id
    for again in (request, shop.request(source, max_credits=5), shop.request(source, caller="another")):
        found = await jobs.earlier(again)
        assert found is not None
        assert found.id == job
    assert await jobs.earlier(shop.request(source, fields=("id",))) is None
    await read(jobs, job)
    await run(jobs, job)
    await jobs.deliver(job)
    found = await jobs.earlier(request)
    assert found is not None
    assert found.state == "done"
    # Its rows are deleted: without its output it is made anew, and so is one whose file has changed.
    Path(found.output or "").unlink()  # noqa: ASYNC240 - a small file
    assert await jobs.earlier(request) is None
    shop.file(ids[:20])
    assert await jobs.earlier(request) is None


async def test_a_tool_call_that_is_repeated_goes_on_without_a_question_unless_it_wants_more(shop: Shop) -> None:
    shop.settings["max_credits_per_call"] = 25
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 30))
    asked: list[Request] = []

    async def agree(request: Request) -> str:
        asked.append(request)
        return f"yes {len(asked)}"

    async def folders() -> tuple[Path, ...]:
        return (shop.folder,)

    # The runtime hands out the same jobs, so that no worker is started.
    runtime: Any = SimpleNamespace(jobs=AsyncMock(return_value=jobs))
    call = Call(runtime, "a model", None, agree, folders=folders)
    told = {"path": str(source), "entity": "contact", "maxCredits": 30}
    first = await start_enrichment_job(call, told)
    assert len(asked) == 1
    again = await start_enrichment_job(call, told)
    assert again["data"][0]["id"] == first["data"][0]["id"]
    assert "started job" in again["meta"]["warnings"][0]
    assert len(asked) == 1
    more = await start_enrichment_job(call, told | {"maxCredits": 31})
    assert more["data"][0]["id"] == first["data"][0]["id"]
    assert len(asked) == 2
    # What a person has cancelled is put to one again.
    await jobs.cancel(first["data"][0]["id"])
    await start_enrichment_job(call, told)
    assert len(asked) == 3


async def test_a_paused_job_goes_on_when_it_is_started_again(shop: Shop) -> None:
    jobs = await shop.open()
    request = shop.request(shop.file(await shop.people(jobs, 80)))
    job = (await jobs.start(request, agreed=True)).id
    await read(jobs, job)
    await run(jobs, job, most=1)
    assert (await jobs.pause(job)).state == "paused"
    assert await run(jobs, job) == []
    assert enrich_calls(shop) == 1
    assert (await jobs.start(request, agreed=True)).state == "queued"
    await run(jobs, job)
    found = await jobs.get(job)
    assert found.state == "done"
    assert found.counts == {"enriched": 80}
    assert enrich_calls(shop) == 4


async def test_a_cancelled_job_keeps_what_is_paid_and_can_be_taken_up_again(shop: Shop) -> None:
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 60))), agreed=True)).id
    await read(jobs, job)
    await run(jobs, job, most=1)
    found = await jobs.cancel(job)
    assert (found.state, found.counts) == ("cancelled", {"enriched": 25, "cancelled": 35})
    await jobs.deliver(job)
    assert [row["zi_status"] for row in rows(found)] == ["enriched"] * 25 + ["cancelled"] * 35
    with pytest.raises(InvalidArgument, match="cannot be paused"):
        await jobs.pause(job)
    await jobs.retry(job)
    await run(jobs, job)
    await jobs.deliver(job)
    assert {row["zi_status"] for row in rows(found)} == {"enriched"}
    assert len(shop.sandbox.charges) == 60


async def test_a_jobs_own_budget_ends_rows_over_it_and_a_second_run_finds_them_free(shop: Shop) -> None:
    jobs = await shop.open()
    ids = await shop.people(jobs, 70)
    done = await whole(jobs, shop.request(shop.file(ids), max_credits=40))
    assert done.counts == {"enriched": 40, "over_budget": 30}
    assert done.spent == len(shop.sandbox.charges) == 40
    assert [row["zi_status"] for row in rows(done)] == ["enriched"] * 40 + ["over_budget"] * 30
    # What is under management costs nothing, so the budget holds all the others.
    second = await whole(jobs, shop.request(shop.file(ids, "again.csv"), max_credits=30))
    assert second.counts["enriched"] >= 70 - 30
    assert len(shop.sandbox.charges) <= 70


async def test_the_day_budget_holds_and_rows_over_it_can_be_tried_again(shop: Shop) -> None:
    shop.settings["max_credits_per_day"] = 30
    jobs = await shop.open()
    job = await whole(jobs, shop.request(shop.file(await shop.people(jobs, 50))))
    assert job.counts == {"enriched": 30, "over_budget": 20}
    assert len(shop.sandbox.charges) == 30
    await shop.app.aclose()
    shop.settings["max_credits_per_day"] = 1000
    jobs = await shop.open()
    assert (await jobs.retry(job.id)).state == "queued"
    await run(jobs, job.id, worker="another")
    await jobs.deliver(job.id)
    assert (await jobs.get(job.id)).counts == {"enriched": 50}
    assert len(shop.sandbox.charges) == 50


async def test_without_consent_a_job_stays_under_the_ceilings(shop: Shop) -> None:
    shop.settings |= {"max_credits_per_hour": 40, "max_credits_per_call": 25}
    jobs = await shop.open()
    job = await whole(jobs, shop.request(shop.file(await shop.people(jobs, 60))), agreed=False)
    assert job.counts == {"enriched": 40, "over_budget": 20}
    assert len(shop.sandbox.charges) == 40


async def test_a_lost_answer_is_asked_for_again_and_paid_once(shop: Shop) -> None:
    lost = iter([True, False])
    shop.sandbox.plan = lambda _m, path: (
        Fault(lost=True, after=True) if "enrich" in path and next(lost, False) else None
    )
    jobs = await shop.open()
    job = await whole(jobs, shop.request(shop.file(await shop.people(jobs, 20))))
    assert job.counts == {"enriched": 20}
    assert len(shop.sandbox.charges) == 20
    assert enrich_calls(shop) == 2


async def test_an_answer_that_is_lost_again_and_again_ends_as_failed_and_can_be_tried_later(shop: Shop) -> None:
    lost = iter([True] * (QUICK.lost + 1))
    shop.sandbox.plan = lambda _m, path: (
        Fault(lost=True, after=True) if "enrich" in path and next(lost, False) else None
    )
    jobs = await shop.open()
    job = await whole(jobs, shop.request(shop.file(await shop.people(jobs, 20))))
    assert job.counts == {"failed": 20}
    assert {row["zi_reason"] for row in rows(job)} == {"no answer came"}
    assert enrich_calls(shop) == QUICK.lost + 1
    await jobs.retry(job.id)
    await run(jobs, job.id)
    assert (await jobs.get(job.id)).counts == {"enriched": 20}
    assert len(shop.sandbox.charges) == 20


async def test_a_batch_that_had_to_wait_for_long_is_not_given_up(shop: Shop) -> None:
    """A used-up day is waited out by trying again each minute: none of that speaks against the batch."""
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 20))), agreed=True)).id
    await read(jobs, job)
    await jobs.fleet.enlist("worker")
    for _ in range(200):
        work = await jobs.spool.claim(job, 0, "worker")
        assert isinstance(work, Work)
        assert not await jobs.spool.finish(work, work.results, 0)
    await run(jobs, job)
    assert (await jobs.get(job)).counts == {"enriched": 20}


async def test_workers_that_died_with_a_batch_do_not_count_as_lost_answers(shop: Shop) -> None:
    lost = iter([True])
    shop.sandbox.plan = lambda _m, path: (
        Fault(lost=True, after=True) if "enrich" in path and next(lost, False) else None
    )
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 20))), agreed=True)).id
    await read(jobs, job)
    for number in range(QUICK.lost + 5):
        await jobs.fleet.enlist(f"mortal {number}")
        assert isinstance(await jobs.spool.claim(job, 0, f"mortal {number}"), Work)
        await jobs.fleet.leave(f"mortal {number}")
    await run(jobs, job)
    assert (await jobs.get(job)).counts == {"enriched": 20}
    assert len(shop.sandbox.charges) == 20


async def test_a_batch_that_kills_every_worker_is_given_up(shop: Shop) -> None:
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 20))), agreed=True)).id
    await read(jobs, job)
    for number in range(QUICK.deaths):
        await jobs.fleet.enlist(f"mortal {number}")
        assert isinstance(await jobs.spool.claim(job, 0, f"mortal {number}"), Work)
        await jobs.fleet.leave(f"mortal {number}")
    await run(jobs, job)
    assert (await jobs.get(job)).counts == {"failed": 20}
    assert enrich_calls(shop) == 0


async def test_hold_leaves_what_is_in_doubt_alone_until_it_is_tried_again(shop: Shop) -> None:
    # Not the account's first spend, which nothing may follow before it has been compared.
    lost = iter([False, True])
    shop.sandbox.plan = lambda _m, path: (
        Fault(lost=True, after=True) if "enrich" in path and next(lost, False) else None
    )
    jobs = await shop.open()
    job = await whole(jobs, shop.request(shop.file(await shop.people(jobs, 40)), options={"in_doubt": "hold"}))
    assert job.counts == {"enriched": 25, "held": 15}
    assert enrich_calls(shop) == 2
    assert [row["zi_status"] for row in rows(job)] == ["enriched"] * 25 + ["held"] * 15
    await jobs.retry(job.id)
    await run(jobs, job.id)
    assert (await jobs.get(job.id)).counts == {"enriched": 40}
    assert len(shop.sandbox.charges) == 40


async def test_a_job_pauses_with_the_reason_when_the_credits_are_used_up(shop: Shop, sandbox_data: Path) -> None:
    shop.sandbox.app = shop.sandbox.open(credits=30)
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 60))), agreed=True)).id
    await read(jobs, job)
    await run(jobs, job)
    found = await jobs.get(job)
    assert found.state == "paused"
    assert found.why is not None
    assert "CREDITS_EXHAUSTED" in found.why
    assert found.counts.get("enriched", 0) == 25
    # The five that were sold with the batch in which the credits ended are kept with it.
    assert len(shop.sandbox.charges) == 30
    await jobs.cancel(job)
    await jobs.deliver(job)
    assert [row["zi_status"] for row in rows(found)].count("enriched") == 30


async def test_a_refused_sign_in_pauses_the_job(shop: Shop) -> None:
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 60))), agreed=True)).id
    await read(jobs, job)
    await run(jobs, job, most=1)
    shop.sandbox.plan = lambda _m, _p: Fault(status=401)
    await run(jobs, job)
    found = await jobs.get(job)
    assert (found.state, found.counts) == ("paused", {"enriched": 25})
    assert "AUTHENTICATION_FAILED" in (found.why or "")
    shop.sandbox.plan = None
    await jobs.resume(job)
    await run(jobs, job)
    assert (await jobs.get(job)).counts == {"enriched": 60}


async def test_a_service_that_does_not_answer_pauses_the_job_after_a_while(shop: Shop) -> None:
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 30))), agreed=True)).id
    await read(jobs, job)
    # Refused before anything was done, so nothing is in doubt.
    shop.sandbox.plan = lambda _m, path: Fault(status=403) if "enrich" in path else None
    await run(jobs, job)
    found = await jobs.get(job)
    assert found.state == "paused"
    assert not shop.sandbox.charges


async def test_two_claims_of_one_batch_count_once(shop: Shop) -> None:
    """A worker that was taken for dead answers late: its result is taken, and the other's is dropped."""
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 25))), agreed=True)).id
    await read(jobs, job)
    for worker in ("zombie", "heir"):
        await jobs.fleet.enlist(worker)
    zombies = await jobs.spool.claim(job, 0, "zombie")
    assert await jobs.spool.claim(job, 0, "heir") == "taken"
    await jobs.fleet.leave("zombie")
    heirs = await jobs.spool.claim(job, 0, "heir")
    assert not isinstance(zombies, str)
    assert not isinstance(heirs, str)
    first, second = (Runner(jobs.account, jobs.spool, jobs.board, name, QUICK) for name in ("zombie", "heir"))
    order = await first._order(job)
    late = await first._send(order, zombies, None, _Turn(lambda: None))  # type: ignore[arg-type]
    assert await first._put_back(zombies, late)  # type: ignore[arg-type]
    again = await second._send(order, heirs, None, _Turn(lambda: None))  # type: ignore[arg-type]
    assert await second._put_back(heirs, again)  # type: ignore[arg-type]
    found = await jobs.get(job)
    assert (found.state, found.counts, found.done_units, found.reserved) == ("done", {"enriched": 25}, 25, 0)
    assert len(shop.sandbox.charges) == 25


async def test_a_worker_that_is_not_registered_gets_nothing(shop: Shop) -> None:
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 25))), agreed=True)).id
    await read(jobs, job)
    assert await jobs.spool.claim(job, 0, "nobody") == "halted"


async def test_a_file_that_was_changed_is_refused(shop: Shop) -> None:
    jobs = await shop.open()
    ids = await shop.people(jobs, 30)
    source = shop.file(ids)
    job = (await jobs.start(shop.request(source), agreed=True)).id
    await read(jobs, job)
    await run(jobs, job)
    before = source.read_bytes()
    source.write_bytes(before.replace(b"row 7", b"row X"))
    with pytest.raises(InvalidArgument, match="not what it was"):
        await jobs.deliver(job)
    assert not Path((await jobs.get(job)).output or "").exists()  # noqa: ASYNC240 - a small file
    source.write_bytes(before)
    assert await jobs.deliver(job) is not None


async def test_bad_requests_are_refused_before_anything_is_written(shop: Shop, tmp_path: Path) -> None:
    jobs = await shop.open()
    source = shop.file(await shop.people(jobs, 3))
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "elsewhere.csv")
    bad: list[tuple[JobRequest, str]] = [
        (shop.request(source, output=str(source)), "it is the input"),
        (shop.request(source, output=str(link)), "symbolic link"),
        (shop.request(source, output=str(tmp_path / "none" / "x.csv")), "does not exist"),
        (shop.request(source, options={"in_doubt": "guess"}), "in_doubt"),
        (shop.request(source, max_credits=-1), "maxCredits"),
        (shop.request(source, fields=("id", "shoeSize")), "shoeSize"),
        (shop.request(source, options={"changes": str(tmp_path / "c.csv")}), "record id"),
        (shop.request(source, columns={"Nothing": "personId"}), "Nothing"),
    ]
    for request, complaint in bad:
        with pytest.raises(SalesZoomInfoError, match=complaint):
            await jobs.start(request, agreed=True)
    with pytest.raises(NotFound):
        await jobs.start(shop.request(tmp_path / "missing.csv"), agreed=True)
    assert await jobs.list() == []


async def test_an_unknown_job_and_one_of_another_version_are_named(shop: Shop) -> None:
    jobs = await shop.open()
    request = shop.request(shop.file(await shop.people(jobs, 3)))
    job = (await jobs.start(request, agreed=True)).id
    for act in (jobs.get, jobs.pause, jobs.resume, jobs.cancel, jobs.retry, jobs.deliver):
        with pytest.raises(NotFound, match="nosuch"):
            await act("nosuch")
    await jobs.home.store.write(lambda tx: tx.execute("UPDATE job SET version = 99"))
    for act in (jobs.get, jobs.cancel):
        with pytest.raises(InvalidArgument, match="another release"):
            await act(job)
    with pytest.raises(InvalidArgument, match="another release"):
        await jobs.start(request, agreed=True)


async def test_rows_are_deleted_after_delivery_and_nothing_of_them_stays(shop: Shop) -> None:
    jobs = await shop.open()
    ids = await shop.people(jobs, 30)
    job = await whole(jobs, shop.request(shop.file(ids)))

    def left(jobs: Jobs) -> object:
        return jobs.home.store.read(lambda tx: tx.execute("SELECT COUNT(*) FROM job_batch").fetchone()[0])

    assert await left(jobs) == 0
    assert (await jobs.get(job.id)).counts == {"enriched": 30}
    report = await jobs.report(job.id)
    assert report is not None
    assert report["rows"] == {"enriched": 30}
    with pytest.raises(InvalidArgument, match="deleted"):
        await jobs.deliver(job.id)
    # The same request again is done, for as long as its output is there; then it is made anew, and is free.
    assert (await jobs.start(shop.request(Path(job.source)), agreed=True)).state == "done"
    Path(job.output or "").unlink()  # noqa: ASYNC240 - a small file
    assert (await jobs.start(shop.request(Path(job.source)), agreed=True)).state == "loading"


async def test_what_is_kept_of_people_is_unreadable(shop: Shop) -> None:
    jobs = await shop.open()
    ids = await shop.people(jobs, 30)
    job = (await jobs.start(shop.request(shop.file(ids)), agreed=True)).id
    await read(jobs, job)
    await run(jobs, job)
    names = {str(charge.zi_id) for charge in shop.sandbox.charges}
    assert len(names) == 30
    await shop.app.aclose()
    kept = b"".join(path.read_bytes() for path in shop.folder.glob("jobs.sqlite*"))
    assert b"people.csv" not in kept
    assert not any(who.encode() in kept for who in names)
    await shop.open()


async def test_who_objects_before_delivery_is_in_no_output(shop: Shop) -> None:
    jobs = await shop.open()
    ids = await shop.people(jobs, 30)
    job = (await jobs.start(shop.request(shop.file(ids)), agreed=True)).id
    await read(jobs, job)
    await run(jobs, job, most=1)
    found = await jobs.cancel(job)
    privacy = await shop.app.privacy()
    await privacy.add([read_entry("person", ids[3])], "a test", resolve=1)
    await jobs.deliver(job)
    told = rows(found)
    assert [row["zi_status"] for row in told[:5]] == ["enriched"] * 3 + ["suppressed", "enriched"]
    assert told[2]["zi_lastName"]
    assert not any(
        value
        for name, value in told[3].items()
        if name.startswith("zi_") and name not in ("zi_status", "zi_reason", "zi_sandbox")
    )


async def test_who_objects_is_left_out_wherever_in_the_file_they_stand(shop: Shop) -> None:
    jobs = await shop.open()
    ids = await shop.people(jobs, 230)
    job = (await jobs.start(shop.request(shop.file(ids)), agreed=True)).id
    await read(jobs, job)
    await run(jobs, job, most=9)
    found = await jobs.cancel(job)
    objecting = [0, 24, 25, 99, 100, 101, 199, 200, 224]
    privacy = await shop.app.privacy()
    await privacy.add([read_entry("person", ids[place]) for place in objecting], "a test", resolve=1)
    await jobs.deliver(job)
    told = [row["zi_status"] for row in rows(found)]
    assert [place for place, status in enumerate(told) if status == "suppressed"] == objecting
    assert (told.count("enriched"), told.count("cancelled")) == (216, 5)


async def test_an_output_that_fails_for_an_unknown_reason_is_told_and_not_tried_for_ever(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = await shop.open()
    job = (await jobs.start(shop.request(shop.file(await shop.people(jobs, 5))), agreed=True)).id
    await read(jobs, job)
    await run(jobs, job)
    monkeypatch.setattr("sales_zoominfo.jobs.delivery.write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await jobs.deliver(job)
    assert "ZeroDivisionError" in str((await jobs.get(job)).why)
    assert job not in await jobs.fleet.undelivered()
    monkeypatch.undo()
    assert await jobs.deliver(job) is not None
