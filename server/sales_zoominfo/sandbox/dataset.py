"""The data set on disk: built once, opened for reading."""

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .encoding import DAY

VERSION: Final = 7
# The first of a company's domains, as the table of companies is indexed by.
DOMAIN: Final = "substr(domains, 2, instr(substr(domains, 2), '|') - 1)"
ANCHOR: Final = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
_SHIFT: Final = 28 * DAY
# Beyond these the invented names and addresses would run out.
MOST_COMPANIES: Final = 200_000
MOST_PEOPLE: Final = 2_000_000


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


def ensure(state_dir: Path, companies: int, people: int, told: Callable[[float], None] = lambda _share: None) -> Path:
    """Build the data set unless it is there.

    An interrupted build leaves no data set behind, and the next one clears away what is left of it.

    Args:
        state_dir: Directory to keep it in.
        companies: Number of companies, at least 100 and at most 200,000.
        people: Number of people, at least 1,000 and at most 2,000,000.
        told: Called now and then with the share that is done, 0 to 1; not called when nothing is to be done.

    Returns:
        The file.

    Raises:
        ValueError: A number is too small or too large.
        OSError: The directory cannot be written.
        sqlite3.Error: The file cannot be written.
    """
    if companies < 100 or people < 1000:
        raise ValueError("the sandbox needs at least 100 companies and 1,000 people")
    if companies > MOST_COMPANIES or people > MOST_PEOPLE:
        raise ValueError(f"the sandbox has at most {MOST_COMPANIES:,} companies and {MOST_PEOPLE:,} people")
    path = path_of(state_dir, companies, people)
    if path.exists():
        return path
    from filelock import FileLock

    from . import generate

    with FileLock(f"{path}.lock"):
        if not path.exists():
            for left in state_dir.glob(f"{path.stem}.*.tmp"):
                left.unlink()
            draft = path.with_suffix(f".{os.getpid()}.tmp")
            try:
                generate.build(draft, companies, people, told)
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
    return path


def open_readonly(path: Path) -> sqlite3.Connection:
    """Open a built data set for reading; raises sqlite3.Error when it is not one."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False, isolation_level=None
    )
    connection.executescript("PRAGMA mmap_size=4294967296; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY")
    return connection
