"""The data set on disk: built once, opened for reading."""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .encoding import DAY

VERSION: Final = 3
ANCHOR: Final = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
_SHIFT: Final = 28 * DAY


def epoch(now: float) -> int:
    """Return the moment that the times of the data set count from.

    The data set is built once and would age; it is moved forward by whole 28 days instead, so that at any
    time its newest records are at most four weeks old.

    Args:
        now: Seconds since the Unix epoch.

    Returns:
        Seconds since the Unix epoch, not before `ANCHOR`.
    """
    return ANCHOR + max(0, int(now - ANCHOR) // _SHIFT) * _SHIFT


def path_of(state_dir: Path, companies: int, people: int) -> Path:
    """Return where the data set of a size lies below `state_dir`."""
    return state_dir / f"dataset-v{VERSION}-{companies}-{people}.sqlite"


def ensure(state_dir: Path, companies: int, people: int) -> Path:
    """Build the data set unless it is there.

    Args:
        state_dir: Directory to keep it in.
        companies: Number of companies, at least 100.
        people: Number of people, at least 1,000.

    Returns:
        The file.

    Raises:
        ValueError: A number is too small.
        OSError: The directory cannot be written.
        sqlite3.Error: The file cannot be written.
    """
    if companies < 100 or people < 1000:
        raise ValueError("the sandbox needs at least 100 companies and 1,000 people")
    path = path_of(state_dir, companies, people)
    if path.exists():
        return path
    from filelock import FileLock

    from . import generate

    with FileLock(f"{path}.lock"):
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}.tmp")
            draft.unlink(missing_ok=True)
            generate.build(draft, companies, people)
            draft.replace(path)
    return path


def open_readonly(path: Path) -> sqlite3.Connection:
    """Open a built data set for reading; raises sqlite3.Error when it is not one."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False, isolation_level=None
    )
    connection.executescript("PRAGMA mmap_size=268435456; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY")
    return connection
