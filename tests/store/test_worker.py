"""A store's thread: in order, to the end, and gone when nobody needs it."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from sales_zoominfo.store.worker import Worker


def test_jobs_run_in_the_order_in_which_they_came() -> None:
    worker = Worker("test")
    done: list[int] = []
    for number in range(100):
        worker.put(lambda number=number: done.append(number))
    assert worker.submit(lambda: list(done)).result(5) == list(range(100))
    worker.leave()


def test_a_failure_is_its_own_and_the_next_job_runs() -> None:
    worker = Worker("test")
    first, second = worker.submit(lambda: 1 // 0), worker.submit(lambda: 2)
    with pytest.raises(ZeroDivisionError):
        first.result(5)
    assert second.result(5) == 2
    worker.leave()


def test_what_is_cancelled_before_its_turn_is_left_out() -> None:
    worker = Worker("test")
    go = threading.Event()
    done: list[str] = []
    worker.put(go.wait)
    second = worker.submit(lambda: done.append("second"))
    third = worker.submit(lambda: done.append("third"))
    assert second.cancel()
    go.set()
    third.result(5)
    with pytest.raises(CancelledError):
        second.result(0)
    assert done == ["third"]
    worker.leave()


@pytest.mark.parametrize("how", ["left", "forgotten"])
def test_its_thread_ends_after_what_was_queued(how: str) -> None:
    worker = Worker(f"test {how}")
    done: list[int] = []
    worker.put(lambda: time.sleep(0.05))
    worker.put(lambda: done.append(1))
    [thread] = [each for each in threading.enumerate() if each.name == f"test {how}"]
    if how == "left":
        worker.leave()
        worker.leave()
    else:
        del worker
        gc.collect()
    thread.join(5)
    assert not thread.is_alive()
    assert done == [1]


def test_nothing_is_taken_that_nobody_would_run() -> None:
    worker = Worker("test")
    worker.leave()
    with pytest.raises(RuntimeError, match="closed"):
        worker.put(lambda: None)
    with pytest.raises(RuntimeError, match="closed"):
        worker.submit(lambda: None)


def test_what_is_queued_is_written_although_the_program_ends(tmp_path: Path) -> None:
    program = f"""
import asyncio, time
from sales_zoominfo.store import open_store

async def main():
    store = await open_store("sqlite://{tmp_path / "state.sqlite"}")
    for name in "ab":
        def job(c, name=name):
            time.sleep(0.2)
            c.execute("INSERT INTO account VALUES (?, 'gtm', 1.0)", (name,))
        store.submit(job)
    return store

kept = asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    import sqlite3

    with sqlite3.connect(tmp_path / "state.sqlite") as db:
        assert db.execute("SELECT name FROM account ORDER BY name").fetchall() == [("a",), ("b",)]
