"""Jobs without the engine: the real store, gate and sandbox in this process, and batches run one after the other."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from sales_zoominfo.app import App
from sales_zoominfo.jobs import assembly
from sales_zoominfo.jobs.loading import load
from sales_zoominfo.jobs.model import Job, JobRequest
from sales_zoominfo.jobs.running import Patience, Runner
from sales_zoominfo.jobs.service import Jobs
from sales_zoominfo.settings import load_settings
from support import DEMO, Sandbox

FIELDS = ("id", "firstName", "lastName", "jobTitle")
QUICK = Patience(first=0.001, longest=0.01, budget=0.001, service=3, lost=3, bugs=1)


@dataclass
class Shop:
    """One machine with jobs, and its upstream.

    Attributes:
        folder: of the files and the state.
        sandbox: the upstream.
        settings: further settings, by name.
    """

    folder: Path
    sandbox: Sandbox
    state_url: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    async def open(self) -> Jobs:
        """The jobs of this machine; no worker is started."""
        settings = load_settings(
            **{
                "state_url": self.state_url or f"sqlite://{self.folder}/state.sqlite",
                "base_url": "http://zoominfo.test",
                "client_id": DEMO.client_id,
                "client_secret": DEMO.client_secret,
                "rate_limit": 1000,
                "timeout": 5,
                "max_credits_per_hour": 100_000,
                "max_credits_per_day": 100_000,
                **self.settings,
            }
        )
        self.app = App(settings, http_transport=httpx2.ASGITransport(app=self.sandbox.app))
        jobs = await self.app.jobs()
        jobs._launch = lambda _folder: None
        jobs.fleet.again = 0
        self.jobs = jobs
        return jobs

    async def people(self, jobs: Jobs, count: int) -> list[str]:
        """Ids of so many people."""
        found: list[str] = []
        while len(found) < count:
            page = await jobs.account.search(
                "contact", {"state": "California"}, page=len(found) // 100 + 1, size=100, caller="searcher"
            )
            found += [str(row["id"]) for row in page.rows]
        return found[:count]

    def file(self, ids: Sequence[str], name: str = "people.csv") -> Path:
        """A CSV file of people."""
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                [["ZoomInfo Contact ID", "Note"], *([who, f"row {n}"] for n, who in enumerate(ids))]
            )
        return path

    def request(self, source: Path, **choices: Any) -> JobRequest:
        """A request about people."""
        given = {"fields": FIELDS, "caller": "tester", "entity": "contact", **choices}
        return JobRequest(source=str(source), **given)


async def read(jobs: Jobs, job: str, worker: str = "reader") -> None:
    """Read a job's file as a worker does."""
    turn = await jobs.board.turn(job, worker)
    assert turn is not None
    order = (await jobs.board.head(job)).order

    def work() -> tuple[int, int]:
        source = assembly.open_file(order.request, order.fingerprint)
        recognition = assembly.recognise_columns(order.request, source)
        told = assembly.reader(order.request, recognition, jobs.home.vault)
        return load(jobs.spool, job, turn, source.rows(), told, stopped=lambda: False)

    import anyio

    await jobs.board.loaded(job, turn, *await anyio.to_thread.run_sync(work))


async def run(
    jobs: Jobs, job: str, *, worker: str = "worker", patience: Patience = QUICK, most: int = 10_000
) -> list[str]:
    """Run a job's batches one after the other, as long as it runs; how each ended."""
    if not any(each.id == worker for each in await jobs.fleet.workers()):
        await jobs.fleet.enlist(worker)
    runner = Runner(jobs.account, jobs.spool, jobs.board, worker, patience)
    told: list[str] = []
    for part in await jobs.fleet.take(1000):
        for batch in await jobs.spool.unfinished(part.job, part.shard):
            if len(told) < most and part.job == job:
                told.append(await runner.batch(job, batch))
        await jobs.fleet.give_back(part)
    return told


async def whole(jobs: Jobs, request: JobRequest, *, agreed: bool = True, patience: Patience = QUICK) -> Job:
    """Start, read and run a job, and write its output if it has ended."""
    job = (await jobs.start(request, agreed=agreed)).id
    await read(jobs, job)
    await run(jobs, job, patience=patience)
    found = await jobs.get(job)
    if found.state == "done":
        await jobs.deliver(job)
        found = await jobs.get(job)
    return found


def rows(job: Job) -> list[dict[str, str]]:
    """The rows of a job's output."""
    with Path(job.output or "").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
