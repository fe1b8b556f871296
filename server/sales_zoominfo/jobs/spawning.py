"""Starting the worker that outlives the program which submits a job."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from ..errors import fail
from ..store.files import PRIVATE_FILE

LOG = "worker.log"
# A log that is longer begins anew, bytes.
_LOG_MOST = 1_000_000
COMMAND = ("-m", "sales_zoominfo", "worker")


def require_engine() -> None:
    """Check that a worker could run here.

    Raises:
        InvalidArgument: the engine's package is not installed.
    """
    if importlib.util.find_spec("dbos") is None:
        raise fail("jobs_missing")


def start_worker(directory: Path) -> int:
    """Start a worker of this machine, detached from this process: it has no terminal and ends by itself.

    Args:
        directory: the state's folder; the worker's log is there.

    Returns:
        Its process id.
    """
    log = directory / LOG
    with suppress(OSError):
        if log.stat().st_size > _LOG_MOST:
            log.unlink()
    handle = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, PRIVATE_FILE)
    try:
        flags = {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x00000008 | 0x00000200}
        process = subprocess.Popen(
            [sys.executable, *COMMAND],
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            env=_environment(),
            **flags,  # type: ignore[arg-type]
        )
    finally:
        os.close(handle)
    _left.append(process)
    return process.pid


# Kept so that the end of a worker which this process outlives is read, and it does not stay a zombie.
_left: list[subprocess.Popen[bytes]] = []


def _environment() -> dict[str, str]:
    """The submitter's environment, with this package where the worker will find it."""
    root = str(Path(__file__).parents[2])
    paths = [root, *(path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != root)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
