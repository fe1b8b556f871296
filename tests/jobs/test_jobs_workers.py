"""Workers as processes: frozen, told to end, started by a submitter that dies, with their database away or full."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from bulk_world import FIELDS, Place, Worker, finish, read_csv, wait_for, workers
from bulk_world_books import check_books

from postgres import Server
from sales_zoominfo.sandbox import Fault
from support import Sandbox, Served, link_sandbox, serve


@pytest.fixture
def upstream(sandbox_data: Path, tmp_path: Path) -> Iterator[Served]:
    with serve(Sandbox(link_sandbox(sandbox_data, tmp_path / "upstream"))) as served:
        yield served


def place_of(folder: Path, served: Served, state_url: str | None = None, rate: float = 10) -> Place:
    return Place(folder, state_url or f"sqlite://{folder}/state.sqlite", served.url, {"rate_limit": rate}, lease=2.0)


def check_output(place: Place, job: str, served: Served, count: int) -> None:
    told = read_csv(Path(place.show(job).output or ""))
    assert [row["Row"] for row in told] == [str(number) for number in range(count)]
    assert {row["zi_status"] for row in told} == {"enriched"}
    assert max(Counter(str(charge.zi_id) for charge in served.sandbox.charges).values()) == 1


def test_a_frozen_worker_is_taken_over_and_does_no_harm_when_it_thaws(upstream: Served, tmp_path: Path) -> None:
    place = place_of(tmp_path, upstream)
    job = place.start(place.request(place.people(800)))
    with workers(place, 2) as (first, _):
        wait_for(lambda: place.show(job).done_units > 50, 60)
        first.send(signal.SIGSTOP)
        time.sleep(2 * place.lease + 1)
        first.send(signal.SIGCONT)
        finish(place, job)
        # It finds out that it was taken for dead, and serves on under another name.
        assert wait_for(lambda: "taken for dead" in first.log.read_text(), 20)
        assert first.running
    check_output(place, job, upstream, 800)
    check_books(place, upstream.sandbox, {str(charge.zi_id) for charge in upstream.sandbox.charges})


def test_a_worker_that_is_told_to_end_finishes_what_is_under_way(upstream: Served, tmp_path: Path) -> None:
    place = place_of(tmp_path, upstream)
    job = place.start(place.request(place.people(600)))
    first = Worker(place)
    wait_for(lambda: place.show(job).done_units > 50, 60)
    first.kill(signal.SIGTERM)
    assert first.process.returncode == 0, first.log.read_text()[-2000:]
    found = place.show(job)
    assert found.state == "running", "the batches that had not begun are left"
    assert found.finished == len(upstream.sandbox.charges) > 0, "what was paid is in the spool"
    assert found.reserved == 0
    with workers(place):
        finish(place, job)
    check_output(place, job, upstream, 600)


def test_a_job_outlives_the_program_that_submitted_it(upstream: Served, tmp_path: Path) -> None:
    place = place_of(tmp_path, upstream, rate=100)
    source = place.people(300)
    script = (
        "import asyncio, sys, time\n"
        "from sales_zoominfo.app import App\n"
        "from sales_zoominfo.jobs.model import JobRequest\n"
        "from sales_zoominfo.settings import load_settings\n"
        "async def main():\n"
        "    jobs = await App(load_settings()).jobs()\n"
        f"    request = JobRequest(source=sys.argv[1], entity='contact', caller='me', fields={FIELDS!r})\n"
        "    print((await jobs.start(request, agreed=True)).id, flush=True)\n"
        "    time.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    submitter = subprocess.Popen(
        [sys.executable, "-c", script, str(source)], env=place.env, stdout=subprocess.PIPE, start_new_session=True
    )
    assert submitter.stdout is not None
    job = submitter.stdout.readline().decode().strip()
    # With its whole session, as when a terminal is closed.
    os.killpg(submitter.pid, signal.SIGKILL)
    submitter.wait()
    submitter.stdout.close()
    try:
        finish(place, job, 60)
        check_output(place, job, upstream, 300)
    finally:
        end_workers(place)


def end_workers(place: Place) -> None:
    """End the workers that the product started by itself, by their own rows."""
    import asyncio

    async def pids(jobs: object) -> list[int]:
        return [worker.pid for worker in await jobs.fleet.workers()]  # type: ignore[attr-defined]

    for pid in asyncio.run(place.call(pids)):
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not asyncio.run(place.call(pids)), 20)


def test_an_idle_worker_ends_by_itself(upstream: Served, tmp_path: Path) -> None:
    place = place_of(tmp_path, upstream)
    process = subprocess.run(
        [sys.executable, "-m", "sales_zoominfo", "worker", "--idle", "1"], env=place.env, timeout=30, check=False
    )
    assert process.returncode == 0


def test_a_database_that_goes_away_for_a_while_costs_nothing(
    upstream: Served, tmp_path: Path, own_postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    place = place_of(tmp_path, upstream, own_postgres.url)
    job = place.start(place.request(place.people(800)))
    with workers(place, 2):
        wait_for(lambda: place.show(job).done_units > 50, 60)
        own_postgres.stop(crash=True)
        time.sleep(3)
        own_postgres.start()
        finish(place, job, 180)
    check_output(place, job, upstream, 800)
    check_books(place, upstream.sandbox, {str(charge.zi_id) for charge in upstream.sandbox.charges})


@pytest.mark.skipif(sys.platform == "win32", reason="files are limited by the system's own means")
def test_a_full_disk_makes_the_job_wait_and_not_lose(upstream: Served, tmp_path: Path) -> None:
    """No file of the worker may grow beyond what it has: as on a full disk, each write fails until there is room."""
    place = place_of(tmp_path, upstream)
    job = place.start(place.request(place.people(600)))
    worker = Worker(place)
    try:
        wait_for(lambda: place.show(job).done_units > 50, 60)
        _, hard = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (4096, hard))
        time.sleep(3)
        stuck = place.show(job)
        assert not stuck.over
        resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        finish(place, job, 120)
    finally:
        worker.kill()
    check_output(place, job, upstream, 600)
    check_books(place, upstream.sandbox, {str(charge.zi_id) for charge in upstream.sandbox.charges})


def test_a_worker_leaves_the_jobs_of_another_account_alone(upstream: Served, tmp_path: Path) -> None:
    """Two accounts share a state: the sandbox and then the real one, or two teams on one database."""
    mine = place_of(tmp_path, upstream, rate=100)
    theirs = place_of(tmp_path, upstream, rate=100)
    theirs.settings["account"] = "another"
    whole = mine.people(240).read_text(encoding="utf-8").splitlines(keepends=True)
    with workers(theirs, 2), workers(mine, 1):
        jobs: list[str] = []
        # Each is one part, which whoever looks first would take.
        for number in range(6):
            source = tmp_path / f"part{number}.csv"
            source.write_text(whole[0] + "".join(whole[1 + 40 * number : 41 + 40 * number]), encoding="utf-8")
            jobs.append(mine.start(mine.request(source)))
        for job in jobs:
            assert finish(mine, job, 60).counts == {"enriched": 40}
    assert len(upstream.sandbox.charges) == 240


def test_a_token_that_is_revoked_pauses_the_job_and_costs_nothing(upstream: Served, tmp_path: Path) -> None:
    place = place_of(tmp_path, upstream)
    job = place.start(place.request(place.people(400)))
    with workers(place):
        wait_for(lambda: place.show(job).done_units > 50, 60)
        upstream.sandbox.plan = lambda _method, _path: Fault(status=401)
        paused = wait_for(lambda: (found := place.show(job)).state == "paused" and found, 30)
        assert "AUTHENTICATION_FAILED" in (paused.why or "")
        wait_for(lambda: not place.show(job).reserved, 30)
        paid = len(upstream.sandbox.charges)
        assert place.show(job).finished == paid, "what was paid is in the spool"
        upstream.sandbox.plan = None
        assert place.start(place.request(tmp_path / "people.csv")) == job, "the same request again goes on"
        finish(place, job)
    check_output(place, job, upstream, 400)
    check_books(place, upstream.sandbox, {str(charge.zi_id) for charge in upstream.sandbox.charges})


def test_a_file_that_changes_before_it_is_read_is_refused_and_nothing_is_sent(upstream: Served, tmp_path: Path) -> None:
    place = place_of(tmp_path, upstream)
    source = place.people(100)
    job = place.start(place.request(source))
    source.write_bytes(source.read_bytes() + b"100,123456,late\n")
    with workers(place):
        failed = wait_for(lambda: (found := place.show(job)).state == "failed" and found, 60)
    assert "not what it was" in (failed.why or "")
    assert not upstream.sandbox.charges
