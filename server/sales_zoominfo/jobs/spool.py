"""The rows of running jobs, a batch of 25 records a row of the database: what to ask for, and what came back.

Everything about people is JSON, compressed, and encrypted by the vault. A batch belongs to the worker that has claimed
it for as long as that worker is seen alive; a token tells its latest claim from earlier ones. An answer that comes late
is taken while there is no other, since it has been paid for, and counted once.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .counting import gain, tell
from .model import RETRYABLE, SHARD, VERSION

if TYPE_CHECKING:
    from ..store import Store, Transaction
    from ..store.vault import Vault

# Rows of the spool that are read or deleted at once.
PAGE = 200
_CHUNK = 2_000
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)

# What stands for a row of the file: a record of this batch, one of an earlier batch, or why it is invalid.
Code = int | tuple[int, int] | str


class Unit(NamedTuple):
    """A record to ask for.

    Attributes:
        input: its match input; empty where only a search can find it.
        by: the name of its surest key, for the report.
        search: filters of the free search that comes first, None for none.
    """

    input: dict[str, object]
    by: str = ""
    search: dict[str, object] | None = None


class Result(NamedTuple):
    """What became of a record.

    Attributes:
        status: one of :data:`~.model.STATUSES`.
        why: a few words of ours; never a value.
        match: ZoomInfo's match status.
        row: the record, empty when there is none.
    """

    status: str
    why: str
    match: str
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A batch before it is stored.

    Attributes:
        codes: of the rows that it covers, in file order.
        units: the records to ask for.
        invalid: how many of the rows are invalid.
    """

    codes: list[Code]
    units: list[Unit]
    invalid: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed batch.

    Attributes:
        job, batch, token: which, and whose claim it is.
        units: all its records.
        results: of them, None for those that are to be asked for.
        tries: how often it was claimed before and never put back: its worker died, or met a bug of ours.
        lost: how often it was sent before without an answer.
        orphan: it was taken from a worker that died with it.
        credits: set aside for it in the job's budget.
    """

    job: str
    batch: int
    token: int
    units: list[Unit]
    results: list[Result | None]
    tries: int
    lost: int
    orphan: bool
    credits: int

    @property
    def wanted(self) -> list[int]:
        """The records that are to be asked for."""
        return [index for index, result in enumerate(self.results) if result is None]


@dataclass(frozen=True, slots=True)
class Tight:
    """The job's budget does not hold all of a batch now.

    Attributes:
        left: credits that may still be set aside.
        busy: credits set aside by others, which may come back.
        units, results: as of a claimed batch.
    """

    left: int
    busy: int
    units: list[Unit]
    results: list[Result | None]


# Why a batch is not to be worked on: it is finished, another has it, or the job does not run.
Idle = str
DONE, TAKEN, HALTED = "done", "taken", "halted"


@dataclass(slots=True)
class Stored:
    """A batch as delivery reads it."""

    batch: int
    codes: list[Code]
    units: list[Unit]
    results: list[Result | None]


def with_record(stored: Stored) -> list[tuple[int, Result]]:
    """The results of a batch that hold a record, and their places."""
    return [(place, each) for place, each in enumerate(stored.results) if each is not None and each.row]


class _Found(NamedTuple):
    """A row of table job_batch."""

    state: str
    owner: str | None
    tries: int
    lost: int
    credits: int
    units: int
    sealed: bytes
    result: bytes | None


class Spool:
    """The batches of all jobs of a store.

    Args:
        store: holds them.
        vault: its keys.
    """

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    # --- filling ---------------------------------------------------------------------------------------------------

    def add(
        self, job: str, turn: int, first: int, drafts: Sequence[Draft], twins: Mapping[tuple[int, int], int]
    ) -> int:
        """Store batches of a file that is being read; blocking, for the thread that reads.

        Args:
            job, turn: for whom; nothing is stored when another loader has begun since.
            first: number of the first batch.
            drafts: the batches.
            twins: by batch and record, how many rows of these drafts repeat it.

        Returns:
            Rows of the file read so far, 0 when this loader is no longer the job's.
        """
        rows = [(first + index, *self._draft(job, draft)) for index, draft in enumerate(drafts)]
        told = sum(len(draft.codes) for draft in drafts)
        invalid = sum(draft.invalid for draft in drafts)

        def write(tx: Transaction) -> int:
            found = tx.execute("SELECT turn, counts, total_rows, state FROM job WHERE id = ?", (job,)).fetchone()
            if found is None or found[0] != turn or found[3] != "loading":
                return 0
            counts: dict[str, int] = json.loads(found[1])
            if invalid:
                counts["invalid"] = counts.get("invalid", 0) + invalid
            tx.executemany(
                "INSERT INTO job_batch (job, batch, state, token, tries, units, credits, redo, counts, sealed)"
                " VALUES (?, ?, ?, 0, 0, ?, 0, 0, ?, ?)",
                [(job, batch, *values) for batch, *values in rows],
            )
            if twins:
                tx.executemany(
                    "INSERT INTO job_twin (job, batch, unit, twins) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (job, batch, unit) DO UPDATE SET twins = job_twin.twins + excluded.twins",
                    [(job, batch, unit, count) for (batch, unit), count in twins.items()],
                )
            tx.execute(
                "UPDATE job SET total_rows = total_rows + ?, counts = ?, changed_at = ? WHERE id = ?",
                (told, json.dumps(counts), tx.now(), job),
            )
            return found[2] + told

        return self._store.submit(write, lane=_lane(job), durable=False).result()

    def _draft(self, job: str, draft: Draft) -> tuple[str, int, str, bytes]:
        told = {"rows": draft.codes, "units": draft.units}
        counts = {"invalid": draft.invalid} if draft.invalid else {}
        state = "ready" if draft.units else "done"
        return state, len(draft.units), json.dumps(counts), self._seal(job, told)

    # --- working ---------------------------------------------------------------------------------------------------

    async def claim(self, job: str, batch: int, owner: str, credits: int | None = None) -> Work | Tight | Idle:
        """Take a batch to work on.

        Args:
            job, batch: which.
            owner: the worker that takes it; only one that is registered may.
            credits: to set aside in the job's budget; None for one for each record.

        Returns:
            The batch; what the budget has left when it does not hold it; or why there is nothing to do.
        """
        token = secrets.randbits(62)

        def write(tx: Transaction) -> tuple[_Found, Work | Tight] | Idle:
            head = tx.execute(
                "SELECT state, budget, reserved, spent, (SELECT 1 FROM job_worker WHERE id = ?) FROM job"
                " WHERE id = ? AND version = ?",
                (owner, job, VERSION),
            ).fetchone()
            if head is None or head[0] not in ("queued", "running"):
                return HALTED
            row = tx.execute(
                "SELECT state, owner, tries, lost, credits, units, sealed, result FROM job_batch"
                " WHERE job = ? AND batch = ?",
                (job, batch),
            ).fetchone()
            if row is None or row[0] == "done":
                return DONE
            found = _Found(*row)
            _, budget, reserved, spent, alive = head
            if not alive:
                return HALTED
            orphan = found.state == "leased" and found.owner != owner
            if orphan and tx.execute("SELECT 1 FROM job_worker WHERE id = ?", (found.owner,)).fetchone():
                return TAKEN
            need = credits
            if need is None:
                need = sum(result is None for result in self._results(job, found.result, found.units))
            others = reserved - found.credits
            if budget is not None and spent + others + need > budget:
                return found, Tight(max(0, budget - spent - others), others, [], [])
            # What was put back had only to wait, for a slot or a budget, and may do so for days.
            tries = found.tries + (found.state == "leased")
            tx.execute(
                "UPDATE job_batch SET state = 'leased', owner = ?, token = ?, tries = ?, credits = ?"
                " WHERE job = ? AND batch = ?",
                (owner, token, tries, need, job, batch),
            )
            tx.execute("UPDATE job SET reserved = ?, state = 'running', why = NULL WHERE id = ?", (others + need, job))
            return found, Work(job, batch, token, [], [], tries, found.lost, orphan, need)

        taken = await self._store.write(write, lane=_lane(job), durable=False)
        if isinstance(taken, str):
            return taken
        # Opened here and not within the transaction, which others wait for.
        found, told = taken
        units = [Unit(*each) for each in self._open(job, found.sealed)["units"]]
        return replace(told, units=units, results=self._results(job, found.result, found.units))

    async def finish(
        self,
        work: Work,
        results: Sequence[Result | None],
        spent: int,
        *,
        lost: bool = False,
        sandbox: bool = False,
    ) -> bool:
        """Put a batch back with what became of it; finished when no record is without a result.

        Args:
            work: as it was claimed.
            results: of all its records.
            spent: credits that count for it.
            lost: whether it was sent and no answer came.
            sandbox: whether the records are fictional.

        Returns:
            Whether it is finished, by this or by another.
        """
        whole = all(result is not None for result in results)
        sealed = self._seal(work.job, results)
        statuses = [None if result is None else result.status for result in results]

        def write(tx: Transaction) -> bool:
            row = tx.execute(
                "SELECT state, token, credits, counts, EXISTS (SELECT 1 FROM job_twin WHERE job_twin.job ="
                " job_batch.job AND job_twin.batch = job_batch.batch) FROM job_batch WHERE job = ? AND batch = ?",
                (work.job, work.batch),
            ).fetchone()
            if row is None:
                return True
            state, token, credits, told, repeated = row
            mine = state == "leased" and token == work.token
            if state == "done" or not (mine or whole):
                # Another has finished it or has it; what this one cost counts all the same.
                tx.execute("UPDATE job SET spent = spent + ? WHERE id = ?", (spent, work.job))
                return state == "done"
            counts: dict[str, int] = json.loads(told)
            gained: dict[str, int] = {}
            redo = done = 0
            if whole:
                twins = self._twins(tx, work) if repeated else {}
                gained, redo, done = gain(cast("list[str]", statuses), twins)
            for status, count in gained.items():
                counts[status] = counts.get(status, 0) + count
            tx.execute(
                "UPDATE job_batch SET state = ?, owner = NULL, credits = 0, lost = lost + ?, redo = ?, counts = ?,"
                " result = ? WHERE job = ? AND batch = ?",
                ("done" if whole else "ready", int(lost), redo, json.dumps(counts), sealed, work.job, work.batch),
            )
            tell(tx, work.job, gained, done, int(whole), spent, credits, sandbox)
            return whole

        return await self._store.write(write, lane=_lane(work.job))

    @staticmethod
    def _twins(tx: Transaction, work: Work) -> dict[int, int]:
        """How many later rows repeat which records of a batch."""
        rows = tx.execute("SELECT unit, twins FROM job_twin WHERE job = ? AND batch = ?", (work.job, work.batch))
        return dict(rows.fetchall())

    async def retry(self, job: str) -> int:
        """Make the batches with records that may come out otherwise ready again.

        Args:
            job: which; nothing of it may be under way.

        Returns:
            How many rows will be tried again.
        """
        rows = 0
        after = -1
        while True:
            start = after

            def write(tx: Transaction, start: int = start) -> tuple[int, int, int]:
                found = tx.execute(
                    "SELECT batch, units, counts, result FROM job_batch WHERE job = ? AND batch > ? AND redo > 0"
                    " ORDER BY batch LIMIT ?",
                    (job, start, PAGE),
                ).fetchall()
                lost: dict[str, int] = {}
                shards: set[int] = set()
                units = 0
                for batch, count, told, sealed in found:
                    results = self._results(job, sealed, count)
                    kept = [None if each is None or each.status in RETRYABLE else each for each in results]
                    counts: dict[str, int] = json.loads(told)
                    for status, number in counts.items():
                        if status != "invalid":
                            lost[status] = lost.get(status, 0) + number
                    units += count
                    invalid = {"invalid": counts["invalid"]} if "invalid" in counts else {}
                    tx.execute(
                        "UPDATE job_batch SET state = 'ready', redo = 0, tries = 0, lost = 0, counts = ?, result = ?"
                        " WHERE job = ? AND batch = ?",
                        (json.dumps(invalid), self._seal(job, kept), job, batch),
                    )
                    shards.add(batch // SHARD)
                if found:
                    less = {status: -count for status, count in lost.items()}
                    tell(tx, job, less, -units, -len(found), 0, 0, sandbox=False)
                    tx.executemany(
                        "UPDATE job_shard SET state = 'waiting' WHERE job = ? AND shard = ? AND state = 'done'",
                        [(job, shard) for shard in sorted(shards)],
                    )
                again = sum(count for status, count in lost.items() if status in RETRYABLE)
                return again, len(found), found[-1][0] if found else start

            again, read, after = await self._store.write(write, lane=_lane(job))
            rows += again
            if read < PAGE:
                return rows

    async def unfinished(self, job: str, shard: int) -> list[int]:
        """The batches of a shard that are not finished."""

        def read(tx: Transaction) -> list[int]:
            rows = tx.execute(
                "SELECT batch FROM job_batch WHERE job = ? AND batch >= ? AND batch < ? AND state <> 'done'"
                " ORDER BY batch",
                (job, shard * SHARD, (shard + 1) * SHARD),
            )
            return [row[0] for row in rows.fetchall()]

        return await self._store.read(read)

    # --- delivering ------------------------------------------------------------------------------------------------

    def batches(self, job: str, start: int = 0) -> Iterator[Stored]:
        """The batches in file order; blocking, for the thread that writes the output."""
        after = start - 1
        while True:
            rows = self._read_now(job, after)
            for batch, sealed, result, units in rows:
                yield self._stored(job, batch, sealed, result, units)
            if len(rows) < PAGE:
                return
            after = rows[-1][0]

    def batch(self, job: str, number: int) -> Stored:
        """One batch; blocking."""
        (row,) = self._read_now(job, number - 1, 1)
        return self._stored(job, *row)

    def _read_now(self, job: str, after: int, limit: int = PAGE) -> list[tuple[int, bytes, bytes | None, int]]:
        import asyncio

        def read(tx: Transaction) -> list[tuple[int, bytes, bytes | None, int]]:
            return tx.execute(
                "SELECT batch, sealed, result, units FROM job_batch WHERE job = ? AND batch > ? ORDER BY batch LIMIT ?",
                (job, after, limit),
            ).fetchall()

        # The store's reading is a coroutine that only waits for its thread, so any loop will do.
        return asyncio.run(self._store.read(read))

    def _stored(self, job: str, batch: int, sealed: bytes, result: bytes | None, units: int) -> Stored:
        told = self._open(job, sealed)
        codes = [_code(code) for code in told["rows"]]
        asked = [Unit(*each) for each in told["units"]]
        return Stored(batch, codes, asked, self._results(job, result, units))

    async def purge(self, job: str) -> None:
        """Delete the rows of a job: inputs and results are gone for good."""
        for table in ("job_batch", "job_twin", "job_shard"):
            while True:

                def write(tx: Transaction, table: str = table) -> int:
                    column = "shard" if table == "job_shard" else "batch"
                    return tx.execute(
                        f"DELETE FROM {table} WHERE job = ? AND {column} IN"  # noqa: S608 - names of our own
                        f" (SELECT {column} FROM {table} WHERE job = ? LIMIT ?)",
                        (job, job, _CHUNK),
                    ).rowcount

                if not await self._store.write(write, lane=_lane(job)):
                    break

    # --- sealing ---------------------------------------------------------------------------------------------------

    def _results(self, job: str, sealed: bytes | None, count: int) -> list[Result | None]:
        if sealed is None:
            return [None] * count
        return [None if told is None else Result(*told) for told in self._open(job, sealed)]

    def _seal(self, job: str, told: object) -> bytes:
        return self._vault.encrypt(f"job {job}", zlib.compress(_JSON.encode(told).encode(), 1))

    def _open(self, job: str, sealed: bytes) -> Any:
        return json.loads(zlib.decompress(self._vault.decrypt(f"job {job}", sealed)))


def _code(told: list[int] | int | str) -> Code:
    return (told[0], told[1]) if isinstance(told, list) else told


def _lane(job: str) -> str:
    return f"job:{job}"
