"""The audit's chain: what an entry and the head are, how they are sealed, and the head noted beside the state."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from ..store.files import PRIVATE_FILE

PURPOSE = "audit"
GENESIS = bytes(32)
_NOTE_SIZE = 256


class Digester(Protocol):
    """The one thing that the chain needs of the vault."""

    def digest(self, purpose: str, text: str) -> bytes:
        """HMAC-SHA256 of a text under the key of a purpose; 32 bytes."""
        ...


class Entry(NamedTuple):
    """A row of table audit; the fields of an :class:`~sales_zoominfo.account.audit.Event` between place and chain.

    Attributes:
        seq: place in the chain, from 1.
        at: Unix seconds.
        account: as the ledger names it.
        previous: digest of the entry before.
        digest: of this one.
    """

    seq: int
    at: float
    account: str
    caller: str
    operation: str
    entity: str | None
    generation: str | None
    result: str
    credits: int
    records: int
    reserved: int
    call_id: str
    job: str | None
    note: str
    previous: bytes
    digest: bytes

    def sealed_by(self, vault: Digester, seq: int | None = None) -> bytes:
        """The digest that this entry should have, at its own place or at another."""
        fields = (self.seq if seq is None else seq, *self[1:14])
        return vault.digest(PURPOSE, f"{self.previous.hex()} {json.dumps(fields)}")


class Head(NamedTuple):
    """The row of table audit_head: where the chain begins and ends.

    Attributes:
        chain: random name of the chain.
        base_seq, base_digest: the last entry that left by age, 0 and zeros when none has.
        seq, digest: the last entry.
        seal: HMAC over the rest.
    """

    chain: str
    base_seq: int
    base_digest: bytes
    seq: int
    digest: bytes
    seal: bytes

    def sealed_by(self, vault: Digester) -> bytes:
        """The seal that this head should have."""
        return vault.digest(
            PURPOSE, f"head {self.chain} {self.base_seq} {self.base_digest.hex()} {self.seq} {self.digest.hex()}"
        )


# Spelt out once, in the tuples' order.
SELECT = (
    "SELECT seq, at, account, caller, operation, entity, generation, result, credits, records, reserved, call_id, job,"
    " note, previous, digest FROM audit"
)
INSERT = (
    "INSERT INTO audit (seq, at, account, caller, operation, entity, generation, result, credits, records, reserved,"
    " call_id, job, note, previous, digest) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
SELECT_HEAD = "SELECT chain, base_seq, base_digest, seq, digest, seal FROM audit_head WHERE id = 1"
# A write to the row is a lock on it in both databases, whatever lane the transaction runs in.
LOCK_HEAD = "UPDATE audit_head SET seq = seq WHERE id = 1 RETURNING chain, base_seq, base_digest, seq, digest, seal"
INSERT_HEAD = (
    "INSERT INTO audit_head (id, chain, base_seq, base_digest, seq, digest, seal) VALUES (1,?,?,?,?,?,?)"
    " ON CONFLICT (id) DO NOTHING"
)
UPDATE_HEAD = (
    "UPDATE audit_head SET chain = ?, base_seq = ?, base_digest = ?, seq = ?, digest = ?, seal = ? WHERE id = 1"
)


def to_entry(row: Sequence[Any]) -> Entry:
    """An entry of a row that :data:`SELECT` found."""
    return Entry(int(row[0]), float(row[1]), *row[2:14], previous=bytes(row[14]), digest=bytes(row[15]))


def to_head(row: Sequence[Any]) -> Head:
    """A head of a row that :data:`SELECT_HEAD` found."""
    return Head(str(row[0]), int(row[1]), bytes(row[2]), int(row[3]), bytes(row[4]), bytes(row[5]))


def day(at: float) -> str:
    """A time as a UTC date."""
    return time.strftime("%Y-%m-%d", time.gmtime(at))


# --- the head beside the state ---------------------------------------------------------------------------------


class Note(NamedTuple):
    """A head noted in a file: the chain had at least so many entries, and the last of them had this digest."""

    chain: str
    seq: int
    digest: str
    at: float


def write_note(folder: Path, note: Note) -> None:
    """Note a head, in place of the note before.

    Args:
        folder: the state folder.
        note: what to note.

    Raises:
        OSError: it cannot be written.
    """
    # Overwritten in one go and always as long: a rename would cost more than the entry itself.
    line = json.dumps(note._asdict()).ljust(_NOTE_SIZE)
    handle = os.open(_path(folder, note.chain), os.O_WRONLY | os.O_CREAT, PRIVATE_FILE)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def read_note(folder: Path, chain: str) -> Note | None:
    """The head noted of a chain; None when there is none, or it cannot be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        # Read beside every spend, so without what a file object costs.
        handle = os.open(_path(folder, chain), os.O_RDONLY)
        try:
            text = os.read(handle, 4 * _NOTE_SIZE)
        finally:
            os.close(handle)
        told = cast("Mapping[str, Any]", json.loads(text))
        return Note(str(told["chain"]), int(told["seq"]), str(told["digest"]), float(told["at"]))
    return None


def read_notes(folder: Path) -> dict[str, Note]:
    """The heads noted in a folder, by chain; what cannot be read is left out."""
    chains = [path.stem.removeprefix("audit-") for path in sorted(folder.glob("audit-*.head"))]
    return {chain: note for chain in chains if (note := read_note(folder, chain)) is not None}


def _path(folder: Path, chain: str) -> Path:
    return folder / f"audit-{chain}.head"
