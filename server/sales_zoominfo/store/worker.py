"""The thread that a store's connection belongs to.

An executor of one thread would do, and takes as long to wake it as a statement takes: each job costs it a future with
its locks. A call of the gate has five such jobs, and their callers have a future of their loop's.
"""

from __future__ import annotations

import atexit
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

Job = Callable[[], object]

_workers: weakref.WeakSet[Worker] = weakref.WeakSet()
_threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()


class Worker:
    """One thread that runs jobs in the order in which they came.

    What is queued is still run when the interpreter ends, and when nobody holds the worker any more.
    """

    def __init__(self, name: str) -> None:
        """Args: the thread's name."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        # A daemon, since the interpreter waits for others before it tells anybody to end.
        thread = threading.Thread(target=_work, args=(self._jobs,), name=name, daemon=True)
        thread.start()
        # So that no job lands behind the end, where nobody would run it.
        self._lock = threading.Lock()
        self._left = False
        _threads.add(thread)
        _workers.add(self)
        self._forgotten = weakref.finalize(self, self._jobs.put, None)
        self._forgotten.atexit = False

    def put(self, job: Job) -> None:
        """Queue a job that raises nothing.

        Args:
            job: what to do.

        Raises:
            RuntimeError: the worker has been left.
        """
        with self._lock:
            if self._left:
                raise RuntimeError("the store is closed")
            self._jobs.put(job)

    def submit(self, fn: Callable[[], T]) -> Future[T]:
        """Queue a function whose outcome somebody wants to know.

        Args:
            fn: what to do.

        Returns:
            The outcome to be. One that is cancelled before its turn is left out.

        Raises:
            RuntimeError: the worker has been left.
        """
        future: Future[T] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.put(job)
        return future

    def leave(self) -> None:
        """End the thread once it has run what is queued, without waiting for it."""
        with self._lock:
            if not self._left:
                self._left = True
                self._forgotten.detach()
                self._jobs.put(None)


def _work(jobs: SimpleQueue[Job | None]) -> None:
    while (job := jobs.get()) is not None:
        job()
        del job  # it would keep alive what it has returned, until the next one comes


@atexit.register
def _finish() -> None:
    for worker in list(_workers):
        worker.leave()
    for thread in list(_threads):
        thread.join()
