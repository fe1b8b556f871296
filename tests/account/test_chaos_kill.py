"""Real kill -9 of processes that spend through the real gate, and crashes in process, against the sandbox.

The ordinary run kills a few. The full proof, 200 kills across 8 processes for each API on each database:

    PROOF_SCALE=1 python -m pytest tests/account/test_chaos_kill.py -s

which takes some minutes each. ``PROOF_SEED`` chooses another course.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from chaos.reality import FIELDS, World, people, read_books, settle_and_compare

import sales_zoominfo
from proof import scaled
from sales_zoominfo.app import App
from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.zoominfo.operations import Generation
from support import GENERATIONS, serve

SEED = os.environ.get("PROOF_SEED", "")
KILLS, PROCESSES = scaled(200, 6), scaled(8, 2)
CRASHES = scaled(1000, 12)
SERVER = Path(sales_zoominfo.__file__).parent.parent
BASE_URL = "http://zoominfo.test"


class Worker:
    """A running worker, and what it has told."""

    def __init__(self, arguments: list[str]) -> None:
        paths = [str(SERVER), str(Path(__file__).parent), str(Path(__file__).parents[1])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chaos.worker", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.told = Counter[str]()

    def listen(self) -> None:
        assert self.process.stdout is not None
        with suppress(BlockingIOError):
            self.told.update((self.process.stdout.read() or b"").decode().split())
        if self.process.poll() not in (None, -9):
            assert self.process.stderr is not None
            raise AssertionError(self.process.stderr.read().decode()[-3000:])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.listen()


@pytest.mark.parametrize("generation", GENERATIONS)
def test_killed_processes_leave_the_books_right(
    either_state_url: str, sandbox_dir: Path, tmp_path: Path, generation: Generation
) -> None:
    # Charges of the killed hold budget until they are closed, so that it is used up towards the end.
    world = World(sandbox_dir, budget=60 + 6 * KILLS, seed=SEED)
    random = Random(f"kills {SEED}")
    told = Counter[str]()
    with serve(world.sandbox) as served:
        pool = asyncio.run(_pool(world, either_state_url, served.url, generation, 60 + 7 * KILLS))
        listed = tmp_path / "people.json"
        listed.write_text(json.dumps(pool))
        began = 0

        def start() -> Worker:
            nonlocal began
            began += 1
            arguments = [either_state_url, served.url, generation, str(world.budget), str(listed), f"{SEED}{began}"]
            return Worker(arguments)

        workers = [start() for _ in range(PROCESSES)]
        killed = 0
        deadline = time.monotonic() + 120 + 5 * KILLS
        try:
            while killed < KILLS:
                assert time.monotonic() < deadline, f"{killed} of {KILLS} kills"
                time.sleep(random.uniform(0.0, 0.12))
                for worker in workers:
                    worker.listen()
                # One that has got to work, at any moment of it.
                ready = [worker for worker in workers if worker.told]
                if ready:
                    victim = random.choice(ready)
                    victim.kill()
                    told += victim.told
                    killed += 1
                    workers.remove(victim)
                    workers.append(start())
                if killed % 10 == 0:
                    books = asyncio.run(read_books(either_state_url))
                    assert books.counted <= world.budget
        finally:
            for worker in workers:
                worker.kill()
                told += worker.told
        before = asyncio.run(read_books(either_state_url))
        books = asyncio.run(settle_and_compare(world, either_state_url, served.url, generation, None))
    print(f"\n{killed} kills, {began} processes, calls {dict(told)}, before {before.credits}, after {books.credits}")
    assert told["done"]


async def _pool(world: World, state_url: str, base_url: str, generation: Generation, count: int) -> list[str]:
    app = world.open(state_url, base_url, generation)
    found = await people(await app.account(), count)
    await app.aclose()
    return found


@pytest.mark.anyio
@pytest.mark.parametrize("generation", GENERATIONS)
async def test_crashes_in_process_leave_the_books_right(
    either_state_url: str, sandbox_dir: Path, generation: Generation
) -> None:
    """A crash as the store sees it: from one moment on it hears nothing more, while the request is on its way."""
    world = World(sandbox_dir, budget=40 + 4 * CRASHES, seed=SEED)
    random = Random(f"crashes {SEED}")
    transport = world.in_process()
    told = Counter[str]()

    def open_one() -> App:
        return world.open(either_state_url, BASE_URL, generation, transport)

    first = open_one()
    pool = await people(await first.account(), 40 + 3 * CRASHES)
    await first.aclose()

    async def call(app: App) -> None:
        try:
            account = await app.account()
            inputs = [{"personId": who} for who in random.sample(pool, random.randint(1, 4))]
            await account.enrich("contact", inputs, caller=f"caller-{random.randint(1, 3)}", outputs=FIELDS)
            told["done"] += 1
        except SalesZoomInfoError as error:
            told[error.kind] += 1

    for _ in range(CRASHES):
        doomed, other = open_one(), open_one()
        cut_off = [asyncio.create_task(call(doomed)) for _ in range(random.randint(1, 3))]
        finished = [asyncio.create_task(call(other)) for _ in range(random.randint(0, 2))]
        await asyncio.sleep(random.uniform(0, 0.15))
        await _crash(doomed, cut_off)
        await asyncio.gather(*finished)
        await other.aclose()
        told["crashes"] += 1
    before = await read_books(either_state_url)
    books = await settle_and_compare(world, either_state_url, BASE_URL, generation, transport)
    print(f"\n{dict(told)}, before {before.credits}, after {books.credits}")


async def _crash(app: App, tasks: list[asyncio.Task[None]]) -> None:
    store = app._store

    def dead(*_: object) -> None:
        raise RuntimeError("this process is dead")

    opened = None
    if store is not None:
        opened = store._opened  # type: ignore[attr-defined]
        store._opened = dead  # type: ignore[attr-defined]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if store is not None:
        store._opened = opened  # type: ignore[attr-defined]
        await store.close()
