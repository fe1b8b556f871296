"""What a saved search has seen, and what of it is new, gone or changed.

Of a row its ids are kept encrypted, and a keyed digest of each field: enough to say which fields are different now, and
no way back to what they held.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ..zoominfo.fields import SEARCH_ROW
from ..zoominfo.operations import Generation, Subject
from ..zoominfo.records import Row
from .identifiers import entry_keys
from .walking import row_key

if TYPE_CHECKING:
    from ..store.vault import Vault

_ROWS, _FIELDS, _SEALED = "saved row", "saved field", "saved rows"
# As the opt-out list digests its keys, so that one statement finds whose rows have to go.
_OPT_OUT = "opt-out"
# What names a row to whom it is told that it is gone.
_REFERENCE = ("id", "companyId", "topic", "url")
# Facts about the account or the answer and not about the record.
_IGNORED = frozenset(("underManagement", "purchaseDate", "recommendedContacts", "imageUrl"))
_DIGITS = 16


class Seen(NamedTuple):
    """A row that earlier runs have seen.

    Attributes:
        since: the run since which it is there.
        gone: the run that missed it; None while it is there.
        reference: its ids.
        fields: by name, the digest of the value and the run that first saw it.
    """

    since: int
    gone: int | None
    reference: dict[str, Any]
    fields: dict[str, tuple[str, int]]


class Kept(NamedTuple):
    """A row of the table ``saved_row``, without its search."""

    digest: bytes
    since: int
    gone: int | None
    person: bytes | None
    company: bytes | None
    sealed: bytes


@dataclass(slots=True)
class Difference:
    """What a run found against an earlier one.

    Attributes:
        new: rows that were not there.
        changed: rows that were, and the fields that are different.
        gone: the ids of rows that are no longer there.
        writes: the rows of the table that have to change.
        forget: the digests of those that have to go.
    """

    new: list[Row] = field(default_factory=list[Row])
    changed: list[tuple[Row, list[str]]] = field(default_factory=list[tuple[Row, list[str]]])
    gone: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    writes: list[Kept] = field(default_factory=list[Kept])
    forget: list[bytes] = field(default_factory=list[bytes])


class Marker:
    """Digests and seals the rows of one search.

    Args:
        vault: its keys.
        search: the search's id, so that equal rows of two searches have nothing in common.
        subject: what is searched.
        place: whose ids, as the opt-out list tells them apart.
    """

    def __init__(self, vault: Vault, search: str, subject: Subject, place: str) -> None:
        self._vault = vault
        self._search = search
        self._subject: Subject = subject
        self._place = place
        self._row = vault.digester(_ROWS)
        self._field = vault.digester(_FIELDS)
        self._listed = vault.digester(_OPT_OUT)

    def digest(self, row: Row) -> bytes:
        """What a row is found by."""
        return self.digest_of(row_key(self._subject, row))

    def digest_of(self, key: str) -> bytes:
        """What the row of a key is found by."""
        return self._row(f"{self._search}\n{key}")

    def fields(self, row: Row, digest: bytes, generation: Generation) -> dict[str, str]:
        """The digest of each field that the generation tells; an empty one has a digest too."""
        found: dict[str, str] = {}
        salt = f"{self._search}\n{digest.hex()}"
        for name, spec in SEARCH_ROW[self._subject].items():
            if name not in _IGNORED and spec.known(generation):
                value = json.dumps(row.get(name), sort_keys=True, ensure_ascii=False)
                found[name] = self._field(f"{salt}\n{name}\n{value}").hex()[:_DIGITS]
        return found

    def seal(self, digest: bytes, seen: Seen) -> Kept:
        """A row of the table."""
        told = {"reference": seen.reference, "fields": seen.fields}
        sealed = self._vault.encrypt(_SEALED, json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
        person = seen.reference.get("id") if self._subject == "contact" else None
        company = seen.reference.get("id" if self._subject == "company" else "companyId")
        return Kept(
            digest,
            seen.since,
            seen.gone,
            None if person is None else self._listed(entry_keys("person", str(person), self._place)[0]),
            None if company is None else self._listed(entry_keys("company", str(company), self._place)[0]),
            sealed,
        )

    def unseal(self, since: int, gone: int | None, sealed: bytes) -> Seen:
        """What :meth:`seal` kept.

        Raises:
            InvalidArgument: it cannot be decrypted.
        """
        told = json.loads(self._vault.decrypt(_SEALED, sealed))
        fields = {name: (str(item[0]), int(item[1])) for name, item in told["fields"].items()}
        return Seen(since, gone, told["reference"], fields)


def reference(row: Row) -> dict[str, Any]:
    """The ids of a row."""
    return {name: row[name] for name in _REFERENCE if name in row}


def compare(
    marker: Marker,
    rows: Sequence[Row],
    known: Mapping[bytes, tuple[int, int | None, bytes]],
    *,
    base: int,
    run: int,
    generation: Generation,
    complete: bool,
    hidden: Sequence[str] = (),
) -> Difference:
    """What is different from the state after an earlier run.

    Args:
        marker: of the search.
        rows: as they are now, each once.
        known: what was seen: since which run, gone since which, and the sealed rest, by digest.
        base: the run to compare with; 0 when there is none, and then everything is only noted.
        run: the number that this run will have.
        generation: the API that answered.
        complete: all that matches was read; else a row that is missing may only have moved out of sight.
        hidden: keys of rows that are withheld; they are forgotten and not told as gone.
    """
    found = Difference()
    found.forget = [digest for key in hidden if (digest := marker.digest_of(key)) in known]
    here: set[bytes] = set(found.forget)
    for row in rows:
        digest = marker.digest(row)
        here.add(digest)
        now = marker.fields(row, digest, generation)
        stored = known.get(digest)
        if stored is None:
            found.writes.append(marker.seal(digest, _fresh(row, now, run)))
            found.new.append(row)
            continue
        seen = marker.unseal(*stored)
        # What the other generation told stays as it was, to be compared when that answers again.
        fields = {**seen.fields, **{name: (text, run) for name, text in now.items() if _differs(seen, name, text)}}
        if seen.since > base or (seen.gone is not None and seen.gone <= base):
            found.new.append(row)
        else:
            # A field that no run has seen yet is no change.
            changed = [name for name in now if name in seen.fields and fields[name][1] > base]
            if changed:
                found.changed.append((row, changed))
        if seen.gone is not None or fields != seen.fields:
            since = run if seen.gone is not None else seen.since
            found.writes.append(marker.seal(digest, Seen(since, None, reference(row), fields)))
    if complete:
        for digest, stored in known.items():
            if digest in here:
                continue
            seen = marker.unseal(*stored)
            if seen.since <= base and (seen.gone is None or seen.gone > base):
                found.gone.append(seen.reference)
            if seen.gone is None:
                found.writes.append(marker.seal(digest, seen._replace(gone=run)))
    return found


def _fresh(row: Row, now: Mapping[str, str], run: int) -> Seen:
    return Seen(run, None, reference(row), {name: (text, run) for name, text in now.items()})


def _differs(seen: Seen, name: str, text: str) -> bool:
    return name not in seen.fields or seen.fields[name][0] != text
