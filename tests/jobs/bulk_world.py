"""A bulk job in a test: a served sandbox, a file of its people, workers that are real processes, and what must hold."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sales_zoominfo
from sales_zoominfo.app import App
from sales_zoominfo.jobs.model import Job, JobRequest
from sales_zoominfo.jobs.service import Jobs
from sales_zoominfo.settings import load_settings
from support import DEMO, Sandbox, Served, serve

HERE = Path(__file__).parent
SERVER = Path(sales_zoominfo.__file__).parent.parent
FIELDS = ("id", "firstName", "lastName", "jobTitle", "companyName")
STATES = ("California", "Texas", "New York", "Florida", "Illinois", "Pennsylvania", "Ohio", "Georgia", "Michigan")


@dataclass
class Place:
    """Where a job runs: a state, an upstream, and files.

    Attributes:
        folder: of the files.
        state_url: of the state.
        base_url: of the served sandbox.
        settings: further settings, by name.
        lease: seconds after which a worker that is not seen is dead.
    """

    folder: Path
    state_url: str
    base_url: str
    settings: dict[str, Any] = field(default_factory=dict)
    lease: float = 4.0

    @property
    def env(self) -> dict[str, str]:
        """The environment of a worker."""
        named = {f"ZOOMINFO_{name.upper()}": str(value) for name, value in self._all.items()}
        paths = [str(SERVER), str(HERE), str(HERE.parent)]
        return {**os.environ, **named, "PYTHONPATH": os.pathsep.join(paths), "BULK_LEASE": str(self.lease)}

    @property
    def _all(self) -> dict[str, Any]:
        return {
            "state_url": self.state_url,
            "base_url": self.base_url,
            "client_id": DEMO.client_id,
            "client_secret": DEMO.client_secret,
            "rate_limit": 200,
            "timeout": 20,
            "max_credits_per_call": 100,
            "max_credits_per_hour": 1_000_000,
            "max_credits_per_day": 1_000_000,
            **self.settings,
        }

    def app(self) -> App:
        """The submitter's program."""
        return App(load_settings(**self._all))

    def people(self, count: int, *, name: str = "people.csv", extra: Callable[[int], list[str]] | None = None) -> Path:
        """A CSV file with so many people of the sandbox, and lines of the test's own between them."""
        return asyncio.run(self._people(count, name))

    async def _people(self, count: int, name: str) -> Path:
        app = self.app()
        try:
            account = await app.account()
            found: list[dict[str, Any]] = []
            for state in STATES:
                page = 1
                while len(found) < count and page <= 10:
                    rows = (await account.search("contact", {"state": state}, page=page, size=100)).rows
                    found += rows
                    page += 1
                    if len(rows) < 100:
                        break
        finally:
            await app.aclose()
        assert len(found) >= count, f"the sandbox has {len(found)} people"
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["Row", "ZoomInfo Contact ID", "Note"])
            for number, row in enumerate(found[:count]):
                writer.writerow([number, row["id"], f"note, {number}"])
        return path

    def request(self, source: Path, **choices: Any) -> JobRequest:
        """A request about people."""
        given = {"fields": FIELDS, "caller": "tester", "entity": "contact", **choices}
        return JobRequest(source=str(source), columns={"ZoomInfo Contact ID": "personId"}, **given)

    def start(self, request: JobRequest, *, agreed: bool = True) -> str:
        """Submit a job; no worker is started."""
        return asyncio.run(self.call(lambda jobs: jobs.start(request, agreed=agreed))).id

    def show(self, job: str) -> Job:
        """A job as it stands."""
        return asyncio.run(self.call(lambda jobs: jobs.get(job)))

    async def call(self, work: Callable[[Jobs], Any]) -> Any:
        """Do something as the submitter does."""
        app = self.app()
        try:
            jobs = await app.jobs()
            jobs._launch = lambda _folder: None
            jobs.fleet.lease = self.lease
            return await work(jobs)
        finally:
            await app.aclose()


class Worker:
    """A worker process."""

    def __init__(self, place: Place, *flags: str, log: Path | None = None) -> None:
        self.log = log or place.folder / f"worker-{time.monotonic_ns()}.log"
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "short_lease", "--stay", *flags], env=place.env, stdout=out, stderr=out
            )

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it, at once or as told."""
        if self.running:
            self.process.send_signal(number)
        self.process.wait(60)

    def send(self, number: int) -> None:
        self.process.send_signal(number)


@contextmanager
def workers(place: Place, count: int = 1) -> Iterator[list[Worker]]:
    """Workers for as long as the block runs."""
    running = [Worker(place) for _ in range(count)]
    try:
        yield running
    finally:
        for worker in running:
            with suppress(ProcessLookupError):
                worker.kill()


def wait_for(check: Callable[[], Any], seconds: float, every: float = 0.1) -> Any:
    """Wait until a check gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(every)
    raise AssertionError("it did not come to that in time")


def finish(place: Place, job: str, seconds: float = 120) -> Job:
    """Wait until a job's output is written."""

    def check() -> Job | None:
        found = place.show(job)
        if found.state == "failed" or (found.state == "done" and found.why):
            raise AssertionError(found.why)
        return found if found.delivered_at else None

    return wait_for(check, seconds, 0.25)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


__all__ = ["FIELDS", "Place", "Sandbox", "Served", "Worker", "finish", "read_csv", "serve", "wait_for", "workers"]
