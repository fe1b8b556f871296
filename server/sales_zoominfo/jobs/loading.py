"""Reading a job's file into the spool: batches of 25 records, each record once, in bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, cast

from .model import BATCH, SPAN
from .spool import Code, Draft, Unit

if TYPE_CHECKING:
    import sqlite3

    from .files import Row
    from .matching import Invalid, Wanted
    from .spool import Spool

# Rows that are looked at together, and batches that are stored together.
_CHUNK = 500
_DRAFTS = 40
# Records that are remembered in memory before they move to a file, and its cache in KiB.
_IN_MEMORY = 200_000
_CACHE = 32_768


Read = Callable[["Row"], "Wanted | Invalid"]


class Superseded(Exception):
    """Another worker reads the file by now, or the job was cancelled."""


class Seen:
    """Which records of a file came before, by digest: in memory, and in a temporary file when they are many."""

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        """Args: how many are remembered in memory."""
        self._most = in_memory
        self._places: dict[bytes, int] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._file: sqlite3.Connection | None = None

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """The places of those that are known."""
        if self._file is None:
            return {digest: self._places[digest] for digest in digests if digest in self._places}
        marks = ", ".join("?" * len(digests))
        return dict(self._file.execute(f"SELECT digest, place FROM seen WHERE digest IN ({marks})", digests))  # noqa: S608

    def add(self, places: dict[bytes, int]) -> None:
        """Remember new ones."""
        if self._file is None and len(self._places) + len(places) > self._most:
            self._spill()
        if self._file is None:
            self._places.update(places)
        else:
            self._file.executemany("INSERT INTO seen VALUES (?, ?)", sorted(places.items()))

    def _spill(self) -> None:
        import sqlite3
        from pathlib import Path

        # Digests under the vault's key say nothing to others, and the folder is the user's alone.
        self._folder = tempfile.TemporaryDirectory(prefix="sales-zoominfo-")
        # A plan works on it from whichever thread is free, one at a time.
        self._file = file = sqlite3.connect(
            Path(self._folder.name) / "seen", isolation_level=None, check_same_thread=False
        )
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{_CACHE}",
            "locking_mode = EXCLUSIVE",
        ):
            file.execute(f"PRAGMA {pragma}")
        file.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID")
        file.execute("BEGIN")
        file.executemany("INSERT INTO seen VALUES (?, ?)", sorted(self._places.items()))
        self._places = {}

    def close(self) -> None:
        """Delete the temporary file."""
        if self._file is not None:
            self._file.close()
        if self._folder is not None:
            self._folder.cleanup()


def pack(rows: Iterable[Row], read: Read, seen: Seen) -> Iterator[tuple[Draft, dict[tuple[int, int], int]]]:
    """A file's rows as batches.

    Args:
        rows: in file order.
        read: what a row asks for.
        seen: of this file, empty at first.

    Yields:
        Each batch, with the records that its rows repeat (batch and number within it, and how often).
    """
    number = invalid = 0
    codes: list[Code] = []
    units: list[Unit] = []
    twins: dict[tuple[int, int], int] = {}
    stream = iter(rows)
    while chunk := [_told(read(row)) for row in islice(stream, _CHUNK)]:
        places = seen.find(list({digest for digest, _ in chunk if digest is not None}))
        fresh: dict[bytes, int] = {}
        for digest, told in chunk:
            if digest is None:
                codes.append(cast("str", told))
                invalid += 1
            elif (place := places.get(digest)) is not None:
                twin = divmod(place, BATCH)
                codes.append(twin)
                twins[twin] = twins.get(twin, 0) + 1
            else:
                places[digest] = fresh[digest] = number * BATCH + len(units)
                codes.append(len(units))
                units.append(cast("Unit", told))
            if len(units) == BATCH or len(codes) == SPAN:
                yield Draft(codes, units, invalid), twins
                number += 1
                codes, units, invalid, twins = [], [], 0, {}
        seen.add(fresh)
    if codes:
        yield Draft(codes, units, invalid), twins


def _told(each: Wanted | Invalid) -> tuple[bytes | None, Unit | str]:
    digest: bytes | None = getattr(each, "digest", None)
    if digest is None:
        return None, cast("Invalid", each).reason
    wanted = cast("Wanted", each)
    # Half of it tells records apart, and a file of ten million has to be remembered.
    return digest[:16], Unit(wanted.input, wanted.by, wanted.search)


def load(
    spool: Spool, job: str, turn: int, rows: Iterable[Row], read: Read, *, stopped: Callable[[], bool]
) -> tuple[int, int]:
    """Read a file into the spool; blocking, for a thread of its own.

    Args:
        spool: takes the batches.
        job, turn: for whom.
        rows, read: as for :func:`pack`.
        stopped: whether to give up.

    Returns:
        How many batches and records there are.

    Raises:
        Superseded: another worker reads it by now, the job was cancelled, or this worker is to stop.
        InvalidArgument: the file or the state cannot be used.
    """
    seen = Seen()
    number = units = 0
    drafts: list[Draft] = []
    twins: dict[tuple[int, int], int] = {}

    def store() -> None:
        if drafts and not spool.add(job, turn, number - len(drafts), drafts, twins):
            raise Superseded
        drafts.clear()
        twins.clear()

    try:
        for draft, repeated in pack(rows, read, seen):
            drafts.append(draft)
            number += 1
            units += len(draft.units)
            for twin, count in repeated.items():
                twins[twin] = twins.get(twin, 0) + count
            if len(drafts) == _DRAFTS:
                if stopped():
                    raise Superseded
                store()
        store()
    finally:
        seen.close()
    return number, units
