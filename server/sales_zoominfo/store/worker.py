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

_at_work: weakref.WeakKeyDictionary[threading.Thread, SimpleQueue[Job | None]] = weakref.WeakKeyDictionary()


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
        _at_work[thread] = self._jobs
        self._forgotten = weakref.finalize(self, self._jobs.put, None)
        self._forgotten.atexit = False

    def put(self, job: Job) -> None:
        """Queue a job that raises nothing.

        Args:
            job: what to do.
        """
        self._jobs.put(job)

    def submit(self, fn: Callable[[], T]) -> Future[T]:
        """Queue a function whose outcome somebody wants to know.

        Args:
            fn: what to do.

        Returns:
            The outcome to be. One that is cancelled before its turn is left out.
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

        self._jobs.put(job)
        return future

    def leave(self) -> None:
        """End the thread once it has run what is queued, without waiting for it."""
        if self._forgotten.detach() is not None:
            self._jobs.put(None)


def _work(jobs: SimpleQueue[Job | None]) -> None:
    while (job := jobs.get()) is not None:
        job()
        del job  # it would keep alive what it has returned, until the next one comes


@atexit.register
def _finish() -> None:
    for thread, jobs in list(_at_work.items()):
        jobs.put(None)
        thread.join()
