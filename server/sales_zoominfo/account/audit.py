"""The audit: one entry for each call that reached the gate, in a chain that shows what was done to it.

An entry holds who called, what, when, what it cost and how it ended. It has no place for an argument or an answer:
names of operations and fields, counts, error codes and our own words are all that fits.

Each entry's digest is an HMAC over the entry and the digest before it, under a key derived from the state key; the head
row seals how many there are and which is the last. So an entry that was edited, removed, inserted or moved by somebody
who can write the state but does not have the state key is found and named (:mod:`sales_zoominfo.account.audit_check`).
What it cannot prove: somebody with the state key can write another history, and a state put back whole to an
earlier copy looks like that earlier one. Against both, the head (count and digest) is also noted in a file of the
state folder and printed by ``sales-zoominfo audit --verify``: a head kept elsewhere shows either.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from ..errors import SalesZoomInfoError, fail
from ..scrub import scrub, scrub_name
from ..zoominfo.fields import FILTERS
from .audit_chain import (
    GENESIS,
    INSERT,
    INSERT_HEAD,
    LOCK_HEAD,
    SELECT,
    UPDATE_HEAD,
    Digester,
    Entry,
    Head,
    Note,
    day,
    read_note,
    read_notes,
    to_entry,
    to_head,
    write_note,
)

if TYPE_CHECKING:
    from ..store.base import Store, Transaction

logger = logging.getLogger("sales_zoominfo.audit")

LANE = "audit"
DAY = 86_400.0
# Entries that stay whatever their age, at most; about 300 bytes each.
MAX_ENTRIES = 1_000_000
# How many leave in one transaction, and after how many appends it is looked at again.
ROTATE_AT_ONCE = 5_000
ROTATE_EVERY = 1_000
# Before a spend the audit is known to be writable when it was written less than so many seconds ago.
READY_FOR = 30.0
# The head is noted beside the state at least every so many seconds, and whenever credits were spent.
NOTE_EVERY = 10.0
# The result of a call whose caller went away.
CANCELLED = "CANCELLED"
OK = "ok"

_LIMITS = {"caller": 120, "operation": 60, "result": 40, "note": 300, "call_id": 64, "job": 64}


@dataclass(frozen=True, slots=True)
class Event:
    """What an entry is made of.

    Attributes:
        caller: who called.
        operation: name in the operations table, or one of ours (``resume_spending``, ``update_opt_outs`` …).
        entity: ``contact``, ``company`` or None.
        generation: ``gtm``, ``enterprise`` or None.
        result: ``ok`` or an error code.
        credits: counted for the call.
        records: that came back, or that were changed.
        reserved: credits set aside before the call.
        call_id: as in the ledger.
        job: the job that the call belongs to.
        note: our own words and names of fields or filters; never a value.
    """

    caller: str
    operation: str
    entity: str | None
    generation: str | None
    result: str
    credits: int = 0
    records: int = 0
    reserved: int = 0
    call_id: str = ""
    job: str | None = None
    note: str = ""


@dataclass(slots=True)
class Watched:
    """A call that is being watched; the gate fills in what it learns.

    Attributes:
        warning: a sentence for the answer, when the entry could not be written.
    """

    caller: str
    operation: str
    entity: str | None = None
    generation: str | None = None
    result: str = OK
    credits: int = 0
    records: int = 0
    reserved: int = 0
    call_id: str = ""
    job: str | None = None
    note: str = ""
    warning: str | None = None

    def event(self) -> Event:
        """What is known so far."""
        return Event(
            self.caller,
            self.operation,
            self.entity,
            self.generation,
            self.result,
            self.credits,
            self.records,
            self.reserved,
            self.call_id,
            self.job,
            self.note,
        )


def filters_note(names: Sequence[str]) -> str:
    """The note of a search: which filters it used, never their values.

    Args:
        names: as they were given. One that is no filter of ours may be anything, so it is only counted.
    """
    known = sorted({name for name in names for table in FILTERS.values() if name in table})
    unknown = sum(name not in known for name in names)
    told = [*known, *([f"{unknown} unknown"] if unknown else [])]
    return f"filters: {', '.join(told)}" if told else ""


class Audit:
    """The audit of one store. Several processes may append at once.

    Args:
        store: both kinds.
        vault: its digests.
        account: whose calls these are, as the ledger names it.
        days: entries older than this leave.
        max_entries: more than these leave, the oldest first.
        clock: Unix seconds.
    """

    def __init__(
        self,
        store: Store,
        vault: Digester,
        account: str,
        *,
        days: int = 400,
        max_entries: int = MAX_ENTRIES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._vault = vault
        self._account = account
        self._days = days
        self._max_entries = max_entries
        self._clock = clock
        # Entered twice by a future that has failed before its callback was added.
        self._lock = RLock()
        self._pending: list[_Waiting] = []
        self._queued: Future[_Appended] | None = None
        # Whether the queued job will still look at what is pending.
        self._open = self._durable = False
        self._appended = ROTATE_EVERY
        self._differs = self._told_lost = False
        self._noted_at = float("-inf")
        self._wrote_at = float("-inf")

    # --- writing -----------------------------------------------------------------------------------------------

    async def record(self, event: Event) -> str | None:
        """Write an entry. Never raises for a state that cannot be written, since the call may have been paid for.

        What cost or reserved nothing and ended well is written behind the call; the rest before this returns.

        Args:
            event: what happened; already over.

        Returns:
            None, or a sentence to warn with.
        """
        try:
            future = self._enqueue(event)
            if not _matters(event):
                return None
            await _done(future)
        except Exception as error:  # whatever it is, the answer comes first
            return _unwritten(error)
        return None

    @asynccontextmanager
    async def watch(
        self, caller: str, operation: str, entity: str | None = None, generation: str | None = None
    ) -> AsyncGenerator[Watched]:
        """Record a call however it ends: ``async with audit.watch(caller, name, entity) as entry: entry.records = 3``.

        An error's code becomes the result, and a cancelled call is recorded as that.
        """
        entry = Watched(caller, operation, entity, generation)
        try:
            yield entry
        except SalesZoomInfoError as error:
            entry.result = error.code
            raise
        except asyncio.CancelledError:
            entry.result = CANCELLED
            # Nobody may be awaited here; the entry is written behind.
            with suppress(Exception):
                self._enqueue(entry.event())
            raise
        except BaseException:
            entry.result = "INTERNAL"
            raise
        finally:
            if entry.result != CANCELLED:
                entry.warning = await self.record(entry.event())

    async def ready(self) -> None:
        """Before a spend: the audit can be written, or just was.

        Raises:
            InvalidArgument: it cannot; nothing may be spent.
        """
        if time.monotonic() - self._wrote_at <= READY_FOR:
            return
        try:
            await self._store.write(self._probe, lane=LANE)
        except SalesZoomInfoError as error:
            raise fail("audit_unwritable", reason=error.message.rstrip("."), how=error.next_step) from None

    async def flush(self) -> None:
        """Wait until what was recorded is written, or has failed to be."""
        while (future := self._queued) is not None:
            with suppress(Exception):
                await _done(future)
            with self._lock:
                if self._queued is future:
                    self._queued = None

    def append(self, transaction: Transaction, event: Event) -> Head:
        """Write an entry within somebody else's transaction, of whatever lane; it stands or falls with that.

        Args:
            transaction: a write.
            event: what happened.

        Returns:
            The head after it.
        """
        return self._append(transaction, [_Waiting(self._clock(), event)], note=False).head

    def _enqueue(self, event: Event) -> Future[_Appended]:
        # One transaction takes all that wait, so a burst of calls costs one visit to the disk.
        with self._lock:
            self._pending.append(_Waiting(self._clock(), event))
            durable = _matters(event) or abs(self._clock() - self._noted_at) >= NOTE_EVERY
            if self._queued is None or not self._open or (durable and not self._durable):
                taken: list[_Waiting] = []

                def job(transaction: Transaction) -> _Appended:
                    if not taken:  # a store may run a transaction again
                        with self._lock:
                            taken.extend(self._pending)
                            self._pending.clear()
                            self._open = False
                    return self._append(transaction, taken, note=durable)

                self._open, self._durable = True, durable
                self._queued = self._store.submit(job, lane=LANE, durable=durable)
                self._queued.add_done_callback(self._written)
            return self._queued

    def _written(self, future: Future[_Appended]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self._wrote_at = float("-inf")
            with self._lock:
                # The job did not even come to take them; their callers are told that they failed.
                if self._queued is future and self._open:
                    self._pending.clear()
                    self._open = False
            logger.warning("%s", _unwritten(error))
            return
        self._wrote_at = time.monotonic()
        head, note = future.result()
        if note:
            try:
                write_note(self._store.directory, Note(head.chain, head.seq, head.digest.hex(), self._clock()))
            except OSError as problem:
                logger.warning("the audit's head could not be noted beside the state: %s", type(problem).__name__)
            self._noted_at = self._clock()

    def _probe(self, transaction: Transaction) -> None:
        self._locked_head(transaction)

    def _append(self, transaction: Transaction, batch: Sequence[_Waiting], *, note: bool) -> _Appended:
        head, events = self._locked_head(transaction)
        events += batch
        # What a crash of the machine may undo is not noted: its absence would look like a deletion.
        if note and not self._noted_head_is_known(transaction, head):
            note = False
            if not self._differs:
                self._differs = True
                events.append(self._own("NOTE_DIFFERS", "the head noted beside the state is of entries not in it"))
        self._appended += len(batch)
        if self._appended >= ROTATE_EVERY and batch:
            self._appended = 0
            head, left = self._rotate(transaction, head, batch[-1].at)
            events += left
        rows: list[Entry] = []
        seq, digest = head.seq, head.digest
        for at, event in events:
            seq += 1
            rows.append(self._entry(seq, at, event, digest))
            digest = rows[-1].digest
        transaction.executemany(INSERT, rows)
        head = head._replace(seq=seq, digest=digest)
        head = head._replace(seal=head.sealed_by(self._vault))
        transaction.execute(UPDATE_HEAD, head)
        return _Appended(head, note)

    def _noted_head_is_known(self, transaction: Transaction, head: Head) -> bool:
        """Whether the note beside the state, when there is one, is of an entry that is or was in the chain."""
        noted = read_note(self._store.directory, head.chain)
        if noted is None or noted.seq <= head.base_seq:
            return True
        found = transaction.execute("SELECT digest FROM audit WHERE seq = ?", (noted.seq,)).fetchall()
        return bool(found) and bytes(found[0][0]).hex() == noted.digest

    def _entry(self, seq: int, at: float, event: Event, previous: bytes) -> Entry:
        entry = Entry(
            seq,
            float(at),
            self._account,
            _clean("caller", event.caller),
            _clean("operation", event.operation),
            event.entity,
            event.generation,
            _clean("result", event.result),
            event.credits,
            event.records,
            event.reserved,
            event.call_id[: _LIMITS["call_id"]],
            None if event.job is None else _clean("job", event.job),
            _clean("note", event.note),
            previous,
            b"",
        )
        return entry._replace(digest=entry.sealed_by(self._vault))

    def _locked_head(self, transaction: Transaction) -> tuple[Head, list[_Waiting]]:
        """The head, locked until the transaction ends, and what has to be told of it."""
        found = transaction.execute(LOCK_HEAD).fetchall()
        if found:
            head = to_head(found[0])
            if head.seal == head.sealed_by(self._vault):
                return head, []
            return head, [self._own("HEAD_CHANGED", f"the head at entry {head.seq} was not sealed by this key")]
        last = [to_entry(row) for row in transaction.execute(f"{SELECT} ORDER BY seq DESC LIMIT 1").fetchall()]
        seq, digest = (last[0].seq, last[0].digest) if last else (0, GENESIS)
        chain = os.urandom(8).hex()
        head = Head(chain, seq, digest, seq, digest, b"")
        transaction.execute(INSERT_HEAD, head._replace(seal=head.sealed_by(self._vault)))
        # Another process may have been first.
        head = to_head(transaction.execute(LOCK_HEAD).fetchall()[0])
        if not last:
            if head.chain == chain:
                self._tell_of_lost_history(chain)
            return head, []
        return head, [self._own("HEAD_MISSING", f"the head was gone; entries up to {seq} stand outside the chain")]

    def _tell_of_lost_history(self, chain: str) -> None:
        """Warn once when an audit begins where the state folder notes an earlier one."""
        # Of others that began at the same moment nothing is lost, and a store may run a transaction again.
        others = [note for note in read_notes(self._store.directory).values() if note.chain != chain]
        if not others or self._told_lost:
            return
        self._told_lost = True
        logger.warning(
            "the state is new, but its folder notes an audit of %s entries until %s: unless they are of another state, "
            "purchases and opt-outs are gone. Restore a backup, or import the opt-outs again; see `sales-zoominfo "
            "doctor`.",
            f"{sum(note.seq for note in others):,}",
            day(max(note.at for note in others)),
        )

    def _own(self, result: str, note: str) -> _Waiting:
        return _Waiting(self._clock(), Event("sales-zoominfo", "audit", None, None, result, note=note))

    def _rotate(self, transaction: Transaction, head: Head, now: float) -> tuple[Head, list[_Waiting]]:
        """Let the oldest entries go. The head keeps the last one's digest, so that the rest still hangs on it."""
        last = head.base_seq + ROTATE_AT_ONCE
        # A clock that jumped forward must not empty the audit at once: the entry before counts too.
        before = transaction.execute("SELECT at FROM audit WHERE seq = ?", (head.seq,)).fetchall()
        limit = min(now, before[0][0] if before else now) - self._days * DAY
        young = transaction.execute(
            "SELECT MIN(seq) FROM audit WHERE seq > ? AND seq <= ? AND at >= ?", (head.base_seq, last, limit)
        ).fetchall()[0][0]
        cut = min(last, head.seq) if young is None else int(young) - 1
        cut = max(cut, min(last, head.seq - self._max_entries))
        if cut <= head.base_seq:
            return head, []
        leaving = transaction.execute("SELECT at, digest FROM audit WHERE seq = ?", (cut,)).fetchall()
        if not leaving:
            return head, []  # a gap: it has to stay visible
        transaction.execute("DELETE FROM audit WHERE seq <= ?", (cut,))
        at, digest = float(leaving[0][0]), bytes(leaving[0][1])
        note = f"entries {head.base_seq + 1} to {cut} left, the last of {day(at)}, digest {digest.hex()}"
        return head._replace(base_seq=cut, base_digest=digest), [self._own("ROTATED", note)]


class _Appended(NamedTuple):
    head: Head
    # Whether it is to be noted beside the state.
    note: bool


class _Waiting(NamedTuple):
    at: float
    event: Event


def _matters(event: Event) -> bool:
    """Whether the call waits until its entry is on the disk."""
    return event.result != OK or event.credits > 0 or event.reserved > 0


async def _done(future: Future[_Appended]) -> None:
    """Wait for a write that goes on whether anybody waits for it or not; raises what it raised."""
    # What asyncio makes of a thread's future, and a shield around it, cost as much as the entry itself.
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not over.done():
            over.set_result(None)

    def tell(_future: Future[_Appended]) -> None:
        # A loop that has ended has nobody who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(wake)

    future.add_done_callback(tell)
    await over
    future.result()


def _clean(field: str, text: str) -> str:
    if not text:
        return text
    # No database takes NUL or half a surrogate pair, and a caller's name is whatever a client says.
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text.encode("utf-8", "replace").decode("utf-8"))
    return scrub_name(text)[: _LIMITS[field]]


def _unwritten(error: BaseException) -> str:
    reason = error.message if isinstance(error, SalesZoomInfoError) else type(error).__name__
    return f"This call is missing in the audit: {scrub(reason)}"
