"""What a file of any size takes before it is enriched: ``python tests/benchmarks/bench_plan.py [--check] [--rows N]``.

    --rows N        rows of the file, 200,000 by default; the proof takes 10,000,000
    --folder DIR    where the file and the state go, some 600 MB for each 1,000,000 rows; a temporary folder by default
    --only A,B      of plan, load
    --check         end with 1 when a target is missed

*plan* is the whole of ``enrich --dry-run``: the rows are read, matched, compared with each other and priced by the
ledger. *load* is what a worker does first: the rows are read, matched and stored, sealed, as batches of 25. Each is a
process of its own, so that its peak memory is its own. Every tenth row repeats an earlier one. The file is larger than
what is remembered in memory, so that the comparison uses its file on the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "server"), str(ROOT / "tests"), str(ROOT / "tests" / "jobs")]

from bench_jobs import open_upstream  # noqa: E402
from bench_matching import PEOPLE, people  # noqa: E402
from bulk_world import FIELDS, Place  # noqa: E402

from sales_zoominfo.jobs.model import JobRequest  # noqa: E402

MEMORY = 250
# Rows before one that is repeated later.
BACK = 9_000


def make(path: Path, count: int) -> None:
    """A file in which every tenth row repeats one from up to so many rows before."""
    rows, earlier = people(10_000), list[list[str]]()
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(PEOPLE)
        for number in range(0, count, 10):
            fresh = list(islice(rows, min(9, count - number)))
            earlier = (earlier + fresh)[-BACK:]
            out.writerows([*fresh, earlier[number * 7919 % len(earlier)]][: count - number])


async def plan(place: Place, request: JobRequest) -> dict[str, Any]:
    told = await place.call(lambda jobs: jobs.plan(request))
    return {
        "rows": told.rows,
        "units": told.units,
        "duplicates": told.duplicates,
        "invalid": sum(told.invalid.values()),
    }


async def load(place: Place, request: JobRequest) -> dict[str, Any]:
    from sales_zoominfo.jobs import assembly
    from sales_zoominfo.jobs.loading import load

    async def work(jobs: Any) -> dict[str, Any]:
        job = await jobs.start(request, agreed=True)
        turn = await jobs.board.turn(job.id, "bench")

        def read() -> tuple[int, int]:
            source = assembly.open_file(request)
            recognition = assembly.recognise_columns(request, source)
            told = assembly.reader(request, recognition, jobs.home.vault)
            return load(jobs.spool, job.id, turn, source.rows(), told, stopped=lambda: False)

        batches, units = await asyncio.to_thread(read)
        await jobs.board.loaded(job.id, turn, batches, units)
        job = await jobs.get(job.id)
        invalid = job.counts.get("invalid", 0)
        return {"rows": job.rows, "units": units, "duplicates": job.rows - units - invalid, "invalid": invalid}

    return await place.call(work)


WORK: dict[str, Callable[[Place, JobRequest], Any]] = {"plan": plan, "load": load}


def one(what: str, folder: Path, url: str) -> None:
    place = Place(folder, f"sqlite://{folder}/state.sqlite", url)
    request = JobRequest(source=str(folder / "people.csv"), entity="contact", fields=FIELDS, caller="bench")
    began = time.perf_counter()
    told = asyncio.run(WORK[what](place, request))
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({**told, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default="plan,load")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in list(os.environ):
        if name.startswith("ZOOMINFO_"):
            del os.environ[name]
    if options.one:
        what, folder, url = options.one
        one(what, Path(folder), url)
        return 0
    missed = False
    counts: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        make(folder / "people.csv", options.rows)
        print(f"{options.rows:,} rows, {(folder / 'people.csv').stat().st_size / 1e6:,.0f} MB", flush=True)
        process, pipe, url = open_upstream(folder / "upstream", 2_000, 0)
        try:
            for what in options.only.split(","):
                done = subprocess.run(
                    [sys.executable, __file__, "--one", what, str(folder), url], check=True, stdout=subprocess.PIPE
                )
                got = json.loads(done.stdout)
                figures = {key: got.pop(key) for key in ("wall", "cpu", "peak")}
                counts.append(got)
                each = figures["cpu"] / options.rows * 1e6
                ok = figures["peak"] <= MEMORY and got["rows"] == options.rows
                missed |= not ok
                print(
                    f"{what:<6}{figures['wall']:9.1f} s{figures['cpu']:9.1f} s CPU{each:8.1f} us a row"
                    f"{figures['peak']:8.0f} MB (<= {MEMORY})  {'ok' if ok else 'OVER'}  {got}",
                    flush=True,
                )
        finally:
            pipe.send("end")
            process.join(10)
    if any(each != counts[0] for each in counts):
        print("the plan and the job do not count alike")
        missed = True
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
