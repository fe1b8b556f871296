"""Real kill -9 of workers in the middle of one job, again and again: what a user would miss is a row or a credit.

The ordinary run kills a few. The full proof, 200 kills on each database:

    PROOF_SCALE=1 python -m pytest tests/jobs/test_jobs_kill.py -s

which takes some minutes each. ``PROOF_SEED`` chooses another course.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random

import pytest
from bulk_world import Place, Worker, finish, wait_for
from bulk_world_books import check_books, expected, faulty, sample

from postgres import Server
from proof import FULL, scaled
from support import Sandbox, link_sandbox, serve

SEED = os.environ.get("PROOF_SEED", "")
KILLS = scaled(200, 5)
WORKERS = scaled(4, 2)
ROWS = scaled(5_000, 1_500)
# Requests a second, so that the kills fall within the job.
RATE = 2 if FULL else 20


def disturb(place: Place, job: str, random: Random, server: Server | None = None) -> dict[str, int]:
    """Kill workers at random until there have been enough kills, and let others finish the job."""
    running = [Worker(place) for _ in range(WORKERS)]
    done = {"kills": 0, "all": 0, "database": 0}
    try:
        # An account's first spend is compared before anything follows it; a kill then can cost some two minutes.
        wait_for(lambda: place.show(job).done_units > 25, 60)
        while done["kills"] < KILLS and not place.show(job).over:
            time.sleep(random.uniform(0.2, 1.2))
            draw = random.random()
            if server is not None and draw < 0.05:
                server.stop(crash=True)
                time.sleep(random.uniform(0, 1))
                server.start()
                done["database"] += 1
            victims = list(running) if draw > 0.85 else [random.choice(running)]
            done["all"] += len(victims) > 1
            for victim in victims:
                victim.kill()
                done["kills"] += 1
                running[running.index(victim)] = Worker(place)
        finish(place, job, 300)
    finally:
        for worker in running:
            worker.kill()
    return done


def test_killed_workers_lose_no_row_and_pay_none_twice(
    either_state_url: str, sandbox_data: Path, tmp_path: Path
) -> None:
    random = Random(f"kills {SEED}")
    sandbox = Sandbox(link_sandbox(sandbox_data, tmp_path / "upstream"))
    sandbox.plan = faulty(f"faults {SEED}")
    with serve(sandbox) as served:
        place = Place(tmp_path, either_state_url, served.url, {"rate_limit": RATE, "timeout": 20}, lease=2.0)
        source, ids = sample(place, ROWS)
        job = place.start(place.request(source))
        done = disturb(place, job, random)
        assert done["kills"] >= KILLS, f"the job was over after {done}"
        output = Path(place.show(job).output or "").read_bytes()
        sandbox.plan = None
        check_books(place, sandbox, ids)
    assert output == expected(sandbox_data, tmp_path, source), "the output differs from an undisturbed run's"
    print(f"\n{done}, {len(sandbox.charges)} credits")


def test_killed_workers_and_a_crashing_database(
    sandbox_data: Path, tmp_path: Path, own_postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    random = Random(f"crashes {SEED}")
    sandbox = Sandbox(link_sandbox(sandbox_data, tmp_path / "upstream"))
    with serve(sandbox) as served:
        place = Place(tmp_path, own_postgres.url, served.url, {"rate_limit": RATE, "timeout": 20}, lease=2.0)
        source, ids = sample(place, ROWS)
        job = place.start(place.request(source))
        done = disturb(place, job, random, own_postgres)
        output = Path(place.show(job).output or "").read_bytes()
        check_books(place, sandbox, ids)
    assert output == expected(sandbox_data, tmp_path, source), "the output differs from an undisturbed run's"
    print(f"\n{done}, {len(sandbox.charges)} credits")


def test_two_machines_share_a_job_and_one_dies(
    sandbox_data: Path, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two homes and one database: the other machine runs the batches, the submitter's writes the output."""
    sandbox = Sandbox(link_sandbox(sandbox_data, tmp_path / "upstream"))
    key = {"state_key": "00" * 16 + "5a" * 16, "rate_limit": 10}
    with serve(sandbox) as served:
        here, there = tmp_path / "here", tmp_path / "there"
        here.mkdir()
        there.mkdir()
        place = Place(here, postgres_url, served.url, key, lease=2.0)
        other = Place(there, postgres_url, served.url, key, lease=2.0)
        monkeypatch.setenv("XDG_STATE_HOME", str(there))
        elsewhere = Worker(other)
        monkeypatch.setenv("XDG_STATE_HOME", str(here))
        mine = Worker(place)
        try:
            source, ids = sample(place, 900)
            job = place.start(place.request(source))
            wait_for(lambda: place.show(job).done_units > 100, 60)
            mine.kill()
            before = place.show(job).finished
            # The other machine goes on alone, and cannot write what it has no file for.
            wait_for(lambda: place.show(job).state == "done", 120)
            assert place.show(job).finished > before
            assert place.show(job).delivered_at is None
            elsewhere.kill()
            mine = Worker(place)
            done = finish(place, job)
        finally:
            mine.kill()
            elsewhere.kill()
        check_books(place, sandbox, ids)
    assert Path(done.output or "").read_bytes() == expected(sandbox_data, tmp_path, source)
