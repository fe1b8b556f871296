"""Reading the audit, and checking that nothing was done to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .audit_chain import GENESIS, SELECT, SELECT_HEAD, Digester, Entry, Head, Note, day, read_notes, to_entry, to_head

if TYPE_CHECKING:
    from ..store.base import Store, Transaction

# Entries read at once.
PAGE = 2_000
# No more findings than this are listed; they are all counted.
LISTED = 200
# Written by the audit itself when it found its own head not as it had left it.
SIGNS = ("HEAD_CHANGED", "HEAD_MISSING", "NOTE_DIFFERS")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to read; None means all.

    Attributes:
        since, until: Unix seconds; from the first on, and before the second.
        caller, operation, result, account, call_id, job: the whole text.
    """

    since: float | None = None
    until: float | None = None
    caller: str | None = None
    operation: str | None = None
    result: str | None = None
    account: str | None = None
    call_id: str | None = None
    job: str | None = None

    def where(self) -> tuple[str, list[object]]:
        """The condition, in SQL, and its values."""
        parts: list[str] = []
        values: list[object] = []
        for condition, value in (
            ("at >= ?", self.since),
            ("at < ?", self.until),
            ("caller = ?", self.caller),
            ("operation = ?", self.operation),
            ("result = ?", self.result),
            ("account = ?", self.account),
            ("call_id = ?", self.call_id),
            ("job = ?", self.job),
        ):
            if value is not None:
                parts.append(condition)
                values.append(value)
        return "".join(f" AND {part}" for part in parts), values


async def operations(store: Store) -> list[str]:
    """The operations that have entries, by name."""

    def job(c: Transaction) -> list[str]:
        return [row[0] for row in c.execute("SELECT DISTINCT operation FROM audit ORDER BY operation").fetchall()]

    return await store.read(job)


async def read_page(store: Store, wanted: Wanted, after: int = 0, limit: int = PAGE) -> list[Entry]:
    """Entries in the order of the chain.

    Args:
        store: holds the audit.
        wanted: which.
        after: place of the entry before the first.
        limit: how many at most.

    Raises:
        InvalidArgument: the state cannot be read.
    """
    where, values = wanted.where()
    sql = f"{SELECT} WHERE seq > ?{where} ORDER BY seq LIMIT ?"
    return await store.read(lambda t: [to_entry(row) for row in t.execute(sql, (after, *values, limit)).fetchall()])


async def read_last(store: Store, wanted: Wanted, limit: int) -> list[Entry]:
    """The last entries, in the order of the chain. As :func:`read_page` otherwise."""
    where, values = wanted.where()
    sql = f"{SELECT} WHERE seq > 0{where} ORDER BY seq DESC LIMIT ?"
    found = await store.read(lambda t: [to_entry(row) for row in t.execute(sql, (*values, limit)).fetchall()])
    return found[::-1]


class Finding(NamedTuple):
    """Something that was done to the audit: to which entry (None: to the audit as a whole), and what."""

    seq: int | None
    what: str


@dataclass(slots=True)
class Verdict:
    """What a check found.

    Attributes:
        first, last: the places that the audit says it holds.
        entries: rows that were read.
        digest: of the last entry, hexadecimal; empty without entries.
        since: when the first entry was written, Unix seconds.
        findings: the first of them, in the order of the chain.
        found: how many there are.
        others: heads noted beside the state that are of other audits.
    """

    first: int = 1
    last: int = 0
    entries: int = 0
    digest: str = ""
    since: float | None = None
    findings: list[Finding] = field(default_factory=list[Finding])
    found: int = 0
    others: list[Note] = field(default_factory=list[Note])

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.found

    def add(self, seq: int | None, what: str) -> None:
        """Note a finding."""
        self.found += 1
        if len(self.findings) < LISTED:
            self.findings.append(Finding(seq, what))


async def verify(store: Store, vault: Digester, *, head: tuple[int, str] | None = None) -> Verdict:
    """Check every entry, the links between them, and the head.

    Args:
        store: holds the audit.
        vault: with the key that it was written under.
        head: an entry's place and digest (hexadecimal, or its beginning) that were kept elsewhere.

    Returns:
        What was found.

    Raises:
        InvalidArgument: the state cannot be read.
    """
    import anyio.to_thread

    notes = await anyio.to_thread.run_sync(read_notes, store.directory)
    # One snapshot: other processes go on writing, and old entries leave.
    return await store.read(lambda transaction: _Check(transaction, vault, notes, head).run())


async def lost_notes(store: Store) -> list[Note]:
    """The heads noted beside the state of entries that were written before its audit began and are not in it.

    A note that was written later is of another state that is in use. Once entries have left by age, nobody knows when
    the audit began, and nothing is said.

    Args:
        store: holds the audit.

    Returns:
        The notes; none for a state that holds what was noted.

    Raises:
        InvalidArgument: the state cannot be read.
    """
    import anyio.to_thread

    notes = await anyio.to_thread.run_sync(read_notes, store.directory)
    if not notes:
        return []

    def job(transaction: Transaction) -> list[Note]:
        found = transaction.execute(SELECT_HEAD).fetchall()
        (began,) = transaction.execute("SELECT MIN(at) FROM audit").fetchall()[0]
        if not found:
            # Entries without a head are for `verify` to tell.
            return list(notes.values()) if began is None else []
        head = to_head(found[0])
        if head.base_seq:
            return []
        others = [note for chain, note in notes.items() if chain != head.chain]
        return [note for note in others if began is None or note.at < began]

    return await store.read(job)


class _Check:
    def __init__(
        self, transaction: Transaction, vault: Digester, notes: dict[str, Note], kept: tuple[int, str] | None
    ) -> None:
        self._transaction = transaction
        self._vault = vault
        self._notes = notes
        self._kept = kept
        self._verdict = Verdict()
        # Rows whose own digest is wrong: they may be genuine ones at another place.
        self._wrong: list[Entry] = []

    def run(self) -> Verdict:
        found = self._transaction.execute(SELECT_HEAD).fetchall()
        head = to_head(found[0]) if found else None
        self._check_head(head)
        expected: dict[int, str] = {}
        if head is not None and head.chain in self._notes:
            note = self._notes[head.chain]
            expected[note.seq] = note.digest
        self._verdict.others = [note for chain, note in self._notes.items() if head is None or chain != head.chain]
        if self._kept is not None:
            expected[self._kept[0]] = self._kept[1]
        self._check_entries(head, expected)
        self._check_expected(head, expected)
        self._name_moved()
        self._verdict.findings.sort(key=lambda finding: (finding.seq is not None, finding.seq or 0))
        return self._verdict

    def _check_head(self, head: Head | None) -> None:
        verdict = self._verdict
        if head is None:
            if self._rows(0, 1):
                verdict.add(None, "the head, which says how many entries there are, is missing")
            elif self._notes:
                verdict.add(None, "there are no entries, and the state folder notes that there were")
            return
        verdict.first, verdict.last, verdict.digest = head.base_seq + 1, head.seq, head.digest.hex()
        if head.seal != head.sealed_by(self._vault):
            verdict.add(None, "the head, which says how many entries there are, was not written with this key")

    def _rows(self, after: int, limit: int = PAGE) -> list[Entry]:
        rows = self._transaction.execute(f"{SELECT} WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)).fetchall()
        return [to_entry(row) for row in rows]

    def _entries(self) -> Iterator[Entry]:
        after = -(2**62)
        while rows := self._rows(after):
            yield from rows
            after = rows[-1].seq

    def _check_entries(self, head: Head | None, expected: dict[int, str]) -> None:
        verdict = self._verdict
        base = (0, GENESIS) if head is None else (head.base_seq, head.base_digest)
        place, digest = base
        sound = True
        last = None if head is None else head.seq
        for entry in self._entries():
            verdict.entries += 1
            verdict.since = entry.at if verdict.since is None else verdict.since
            if entry.seq <= base[0]:
                verdict.add(entry.seq, f"entry {entry.seq} stands before the first: inserted, or put back")
                continue
            if last is not None and entry.seq > last:
                verdict.add(entry.seq, f"entry {entry.seq} stands behind the last one that the head knows: inserted")
                continue
            if entry.seq > place + 1:
                self._missing(place + 1, entry.seq - 1)
            if entry.digest != entry.sealed_by(self._vault):
                self._wrong.append(entry)
            elif entry.seq == place + 1 and entry.previous != digest and sound:
                verdict.add(entry.seq, f"entry {entry.seq} does not follow the one before it: one of them was replaced")
            if entry.result in SIGNS and entry.operation == "audit":
                verdict.add(entry.seq, f"entry {entry.seq} of {day(entry.at)} says: {entry.note}")
            # What is wrong in itself is named once, and not again by what follows it.
            sound = not (self._wrong and self._wrong[-1] is entry)
            told = expected.pop(entry.seq, None)
            if sound and told is not None and not entry.digest.hex().startswith(told):
                verdict.add(entry.seq, f"entry {entry.seq} is not the one that was noted: replaced up to it")
            place, digest = entry.seq, entry.digest
        if head is None:
            return
        if place < head.seq:
            self._missing(place + 1, head.seq)
        elif digest != head.digest and sound:
            verdict.add(head.seq, f"entry {head.seq} is not the last one that the head knows: replaced")

    def _missing(self, first: int, last: int) -> None:
        if first == last:
            self._verdict.add(first, f"entry {first} is missing")
        else:
            self._verdict.add(first, f"entries {first} to {last} are missing")

    def _check_expected(self, head: Head | None, expected: dict[int, str]) -> None:
        for seq in expected:
            if head is not None and seq <= head.base_seq:
                continue  # it has left by age
            if head is None or seq > head.seq:
                self._verdict.add(
                    seq, f"entry {seq} was noted once and is gone: the end was cut off, or an older state was put back"
                )

    def _name_moved(self) -> None:
        """Say of each row whose digest is wrong what became of it."""
        wrong = [entry.seq for entry in self._wrong]
        # An inserted row shifts those behind it by one, a removed one back; a swap stays among the wrong.
        for entry in self._wrong:
            near = (entry.seq - 1, entry.seq + 1, *(wrong if len(wrong) <= 50 else ()))
            others = (seq for seq in near if seq != entry.seq)
            home = next((seq for seq in others if entry.digest == entry.sealed_by(self._vault, seq)), None)
            if home is None:
                self._verdict.add(entry.seq, f"entry {entry.seq} was changed or inserted")
            else:
                self._verdict.add(entry.seq, f"entry {entry.seq} was moved: its place is {home}")


def as_row(entry: Entry) -> dict[str, object]:
    """An entry as data; its digest shortened to what tells entries apart."""
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    row: dict[str, object] = {"seq": entry.seq, "at": at}
    row |= {name: getattr(entry, name) for name in COLUMNS}
    row["digest"] = entry.digest.hex()
    return row


COLUMNS: Sequence[str] = Entry._fields[2:14]
