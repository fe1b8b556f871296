"""The opt-out list: one's own entries and those that ZoomInfo told of, as keyed digests beside encrypted originals."""

# Only our own constants and rows of question marks are put into the SQL.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..errors import SalesZoomInfoError, fail
from .entries import MAX_REASON, Entry, Source
from .identifiers import ALONE, Kind, entry_keys, hashes

if TYPE_CHECKING:
    from ..store.base import Store, Transaction
    from ..store.vault import Vault

T = TypeVar("T")

LANE = "opt-outs"
# Values of one statement; both databases take more.
CHUNK = 400
RESOLVABLE: tuple[Kind, ...] = ("email", "domain", "phone")
_PERSONAL: tuple[Kind, ...] = ("email", "phone")
_PURPOSE = "opt-out"
# Entries of which no record is known: past so many, which kinds there are is not read any further.
_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry on the list.

    Attributes:
        id: its number.
        found: how many records it was resolved to at this place; None when it has not been looked for.
        elsewhere: an id of another place, such as the sandbox, which says nothing here.
        added_by: the caller.
        spelled: the forms in which an e-mail address was given, other than the canonical one.
    """

    id: int
    kind: Kind
    value: str
    reason: str
    added_by: str
    source: Source
    permanent: bool
    from_at: float
    until_at: float | None
    added_at: float
    found: int | None = None
    elsewhere: bool = False
    spelled: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """What ZoomInfo may know the value as, the canonical form first."""
        return (self.value, *self.spelled)


class Added(NamedTuple):
    """What became of entries that were added.

    Attributes:
        added: how many are new.
        known: how many were on the list already; a longer time, being permanent, and another spelling of an e-mail
            address were taken over.
        ids: the numbers of those to look for: the new ones, and the known ones with another spelling.
    """

    added: int
    known: int
    ids: list[int]


class Counts(NamedTuple):
    """How long the list is: in all, by kind, from ZoomInfo, not yet looked for, and looked for without a record."""

    total: int
    kinds: dict[str, int]
    zoominfo: int
    pending: int
    unresolved: int


class Scope(NamedTuple):
    """What the list holds in general.

    Attributes:
        empty: nothing at all.
        companies: whole companies among the rest.
        pending: entries that have not been looked for at this place yet.
        by_value: kinds of entries that no record is known of, so that only the value itself tells the person:
            ``email``, ``phone``.
    """

    empty: bool
    companies: bool
    pending: bool = False
    by_value: frozenset[Kind] = frozenset()


NOTHING_LISTED = Scope(True, False)


class ListChanged(Exception):
    """Somebody is on the list, which was empty when it was last read here."""


class _Row(NamedTuple):
    """An entry on its way into the list: its digest, itself, its keys, and the spellings of its address."""

    main: bytes
    entry: Entry
    keys: list[str]
    spelled: list[str]


class OptOuts:
    """The list, in the store.

    Args:
        store: where it is.
        vault: its keys.
        place: whose ids; empty for ZoomInfo itself.
        clock: Unix seconds, None for the database's.
    """

    def __init__(
        self, store: Store, vault: Vault, *, place: str = "", clock: Callable[[], float] | None = None
    ) -> None:
        self.store = self._store = store
        self._vault = vault
        self.place = place
        self._clock = clock
        # What was last read here; the list may have changed since, so it is only a guess.
        self._was_empty = False

    def _now(self, transaction: Transaction) -> float:
        return transaction.now() if self._clock is None else self._clock()

    async def _read(self, fn: Callable[[Transaction], T]) -> T:
        # Closed on failure: whatever goes wrong here, nothing is handed out.
        try:
            return await self._store.read(fn)
        except SalesZoomInfoError:
            raise
        except Exception as error:
            raise fail("opt_outs_unreadable", reason=type(error).__name__) from error

    # --- looking up ---

    async def empty(self) -> bool:
        """Whether there is nothing to look for, so that answers need not be read through.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        return await self._read(
            lambda transaction: transaction.execute("SELECT id FROM opt_out LIMIT 1").fetchone() is None
        )

    async def companies(self) -> bool:
        """Whether whole companies are on the list, by their id or their domain, at the cost of one indexed read.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        return (await self.scope()).companies

    async def scope(self) -> Scope:
        """What the list holds in general, in one read.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        scope = await self._read(self.look)
        self._was_empty = scope.empty
        return scope

    def guess(self) -> Scope | None:
        """What the list holds, if it was empty when it was last read here.

        For whoever makes sure of it by :meth:`check` before anything is bought or handed over.
        """
        return NOTHING_LISTED if self._was_empty else None

    def check(self, transaction: Transaction) -> None:
        """Make sure of :meth:`guess` within somebody else's transaction.

        Raises:
            ListChanged: somebody is listed by now.
        """
        if not self.look(transaction).empty:
            raise ListChanged

    def look(self, transaction: Transaction) -> Scope:
        """:meth:`scope` within somebody else's transaction, with whatever the database raises."""
        if transaction.execute("SELECT id FROM opt_out LIMIT 1").fetchone() is None:
            return NOTHING_LISTED
        now = self._now(transaction)
        sql = (
            "SELECT id FROM opt_out WHERE kind IN ('company', 'domain') AND from_at <= ? "
            "AND (until_at IS NULL OR until_at > ?) LIMIT 1"
        )
        companies = transaction.execute(sql, (now, now)).fetchone() is not None
        return Scope(False, companies, *_by_value(transaction, self.place))

    async def hits(self, keys: Collection[str]) -> frozenset[str]:
        """Which keys are on the list and in force.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        if not keys:
            return frozenset()
        return await self._read(lambda transaction: self._hits(transaction, keys))

    def _hits(self, transaction: Transaction, keys: Collection[str]) -> frozenset[str]:
        # An empty list costs one statement, and no digests.
        if transaction.execute("SELECT id FROM opt_out LIMIT 1").fetchone() is None:
            return frozenset()
        return frozenset(key for key, _ in self._owners(transaction, keys))

    def _owners(self, transaction: Transaction, keys: Collection[str]) -> list[tuple[str, int]]:
        """The entries in force that keys belong to, with the key."""
        now = self._now(transaction)
        digest = self._vault.digester(_PURPOSE)
        digests = {digest(key): key for key in keys if not key.startswith(ALONE)}
        found: list[tuple[str, int]] = []
        for part in _chunks(list(digests)):
            where = f"IN ({_places(part)}) AND o.from_at <= ? AND (o.until_at IS NULL OR o.until_at > ?)"
            values = (*part, now, now)
            for sql in (
                f"SELECT o.digest, o.id FROM opt_out o WHERE o.digest {where}",
                f"SELECT a.digest, o.id FROM opt_out_alias a JOIN opt_out o ON o.id = a.opt_out WHERE a.digest {where}",
            ):
                found += [(digests[bytes(row[0])], row[1]) for row in transaction.execute(sql, values)]
        numbers = {_number(own): key for own, key in digests.items() if key.startswith("hash:")}
        for part in _chunks(list(numbers)):
            rows = transaction.execute(
                "SELECT h.id, o.id FROM opt_out_hash h JOIN opt_out o ON o.id = h.opt_out "
                f"WHERE h.id IN ({_places(part)}) AND o.from_at <= ? AND (o.until_at IS NULL OR o.until_at > ?)",
                (*part, now, now),
            )
            found += [(numbers[row[0]], row[1]) for row in rows]
        return found

    async def learn(self, keys: Collection[str], more: Collection[str]) -> None:
        """Note that what is listed under some keys goes by further ones.

        Args:
            keys: that were hit.
            more: ids and names that the same record carries.
        """
        digest = self._vault.digester(_PURPOSE)
        new = [digest(key) for key in more]

        def job(transaction: Transaction) -> None:
            owners = {owner for _, owner in self._owners(transaction, keys)}
            _add_aliases(transaction, [(alias, owner) for owner in owners for alias in new])

        await self._store.write(job, lane=LANE)

    # --- changing ---

    async def add(self, entries: Sequence[Entry], added_by: str) -> Added:
        """Add entries, in one transaction.

        Args:
            entries: canonical ones; those on the list already keep the longer time.
            added_by: the caller.

        Raises:
            InvalidArgument: the state cannot be written.
        """
        made: dict[str, tuple[Entry, list[str], list[str]]] = {}
        for entry in entries:
            keys = entry_keys(entry.kind, entry.value, self.place)
            spelled = made.setdefault(keys[0], (entry, keys, []))[2]
            if entry.spelled and entry.spelled not in spelled:
                spelled.append(entry.spelled)
        digest = self._vault.digester(_PURPOSE)
        rows = [_Row(digest(main), *row) for main, row in made.items()]
        sealed = [self._seal(row, added_by) for row in rows]

        def job(transaction: Transaction) -> Added:
            return self._insert(transaction, rows, sealed, len(entries))

        self._was_empty = False
        return await self._store.write(job, lane=LANE)

    def _insert(self, transaction: Transaction, rows: list[_Row], sealed: list[bytes], given: int) -> Added:
        now = self._now(transaction)
        digest = self._vault.digester(_PURPOSE)
        known = _ids(transaction, [row.main for row in rows])
        fresh = [(row, seal) for row, seal in zip(rows, sealed, strict=True) if row.main not in known]
        transaction.executemany(
            "INSERT INTO opt_out (kind, digest, place, sealed, source, permanent, from_at, until_at, added_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    entry.kind,
                    main,
                    self.place if entry.kind in ("person", "company") else "",
                    seal,
                    entry.source,
                    int(entry.permanent),
                    now if entry.from_at is None else entry.from_at,
                    entry.until_at,
                    now,
                )
                for (main, entry, _, _), seal in fresh
            ],
        )
        # By the entry's number: the forms of an e-mail address whose hashes are to be known.
        forms: dict[int, list[str]] = {}
        for main, entry, _, spelled in rows:
            if main in known:
                _widen(transaction, known[main], entry, now)
                if spelled and (more := self._spell(transaction, known[main], spelled)):
                    forms[known[main]] = more
        ids = _ids(transaction, [row.main for row, _ in fresh])
        forms |= {ids[row.main]: [row.entry.value, *row.spelled] for row, _ in fresh if row.entry.kind == "email"}
        to_look_for = sorted({*ids.values(), *forms})
        if to_look_for:
            # SQLite gives the number of a removed last entry again, and that one had been looked for.
            below = to_look_for[0] - 1
            transaction.execute("UPDATE opt_out_progress SET upto = ? WHERE upto > ?", (below, below))
        _add_aliases(transaction, [(digest(key), ids[row.main]) for row, _ in fresh for key in row.keys[1:]])
        numbers = [
            (_number(digest(f"hash:{found}")), number)
            for number, own in forms.items()
            for form in own
            for found in hashes(form)
        ]
        if numbers:
            transaction.executemany(
                "INSERT INTO opt_out_hash (id, opt_out) VALUES (?, ?) ON CONFLICT (id) DO NOTHING", numbers
            )
        _advance(transaction, self.place)
        return Added(len(fresh), given - len(fresh), to_look_for)

    def _spell(self, transaction: Transaction, number: int, spelled: list[str]) -> list[str]:
        """Add to an entry the spellings of its address that it has not, which are to be looked for; those."""
        row = transaction.execute("SELECT sealed FROM opt_out WHERE id = ?", (number,)).fetchone()
        clear = self._open(row[0])
        new = [form for form in spelled if form not in clear.get("g", [])]
        if new:
            clear["g"] = [*clear.get("g", []), *new]
            transaction.execute("UPDATE opt_out SET sealed = ? WHERE id = ?", (self._encrypt(clear), number))
            transaction.execute("DELETE FROM opt_out_lookup WHERE opt_out = ?", (number,))
        return new

    def _seal(self, row: _Row, added_by: str) -> bytes:
        told: dict[str, Any] = {"v": row.entry.value, "r": row.entry.reason[:MAX_REASON], "b": added_by}
        return self._encrypt({**told, "g": row.spelled} if row.spelled else told)

    def _encrypt(self, told: dict[str, Any]) -> bytes:
        return self._vault.encrypt(_PURPOSE, json.dumps(told, ensure_ascii=False).encode())

    async def remove(self, ids: Sequence[int]) -> int:
        """Take entries off the list.

        Args:
            ids: their numbers.

        Returns:
            How many there were.
        """

        def job(transaction: Transaction) -> int:
            gone = 0
            for number in ids:
                row = transaction.execute("SELECT kind, sealed FROM opt_out WHERE id = ?", (number,)).fetchone()
                if row is None:
                    continue
                if row[0] == "email":
                    clear = self._open(row[1])
                    digest = self._vault.digester(_PURPOSE)
                    every = [found for form in (clear["v"], *clear.get("g", [])) for found in hashes(form)]
                    transaction.executemany(
                        "DELETE FROM opt_out_hash WHERE id = ?",
                        [(_number(digest(f"hash:{found}")),) for found in every],
                    )
                for sql in (
                    "DELETE FROM opt_out_alias WHERE opt_out = ?",
                    "DELETE FROM opt_out_lookup WHERE opt_out = ?",
                    "DELETE FROM opt_out WHERE id = ?",
                ):
                    transaction.execute(sql, (number,))
                gone += 1
            return gone

        return await self._store.write(job, lane=LANE)

    def _open(self, sealed: bytes) -> dict[str, Any]:
        return json.loads(self._vault.decrypt(_PURPOSE, sealed))

    # --- listing ---

    async def page(self, *, after: int = 0, size: int = 100, kind: Kind | None = None) -> list[Listed]:
        """Entries in the order in which they were added.

        Args:
            after: the number of the entry before the first.
            size: at most so many.
            kind: of this kind alone.
        """
        return await self._read(
            lambda transaction: self._listed(
                transaction,
                f"o.id > ? {'AND o.kind = ? ' if kind else ''}ORDER BY o.id LIMIT {int(size)}",
                (after, *([kind] if kind else [])),
            )
        )

    async def offset(self, page: int, size: int, kind: Kind | None = None) -> list[Listed]:
        """A page by its number, from 1."""
        skip = (page - 1) * size
        return await self._read(
            lambda transaction: self._listed(
                transaction,
                f"{'o.kind = ?' if kind else '1 = 1'} ORDER BY o.id LIMIT {int(size)} OFFSET {int(skip)}",
                (kind,) if kind else (),
            )
        )

    async def get(self, ids: Sequence[int]) -> list[Listed]:
        """Entries by number; those that are not there are left out."""
        wanted = list(ids)
        return await self._read(
            lambda transaction: [
                entry
                for part in _chunks(wanted)
                for entry in self._listed(transaction, f"o.id IN ({_places(part)}) ORDER BY o.id", tuple(part))
            ]
        )

    def _listed(self, transaction: Transaction, where: str, values: tuple[object, ...]) -> list[Listed]:
        rows = transaction.execute(
            "SELECT o.id, o.kind, o.sealed, o.source, o.permanent, o.from_at, o.until_at, o.added_at, o.place, l.found "
            f"FROM opt_out o LEFT JOIN opt_out_lookup l ON l.opt_out = o.id AND l.place = ? WHERE {where}",
            (self.place, *values),
        ).fetchall()
        told: list[Listed] = []
        for number, kind, sealed, source, permanent, start, end, added, place, found in rows:
            clear = self._open(sealed)
            elsewhere = kind in ("person", "company") and place != self.place
            told.append(
                Listed(
                    number,
                    kind,
                    clear["v"],
                    clear["r"],
                    clear["b"],
                    source,
                    bool(permanent),
                    start,
                    end,
                    added,
                    found,
                    elsewhere,
                    tuple(clear.get("g", ())),
                )
            )
        return told

    async def find(self, entry: Entry) -> Listed | None:
        """The entry of exactly this value, in force or not."""
        main = self._vault.digest(_PURPOSE, entry_keys(entry.kind, entry.value, self.place)[0])

        def job(transaction: Transaction) -> Listed | None:
            ids = _ids(transaction, [main])
            return self._listed(transaction, "o.id = ?", (ids[main],))[0] if ids else None

        return await self._read(job)

    async def counts(self) -> Counts:
        """How long the list is."""

        def job(transaction: Transaction) -> Counts:
            kinds: dict[str, int] = {}
            zoominfo = 0
            for kind, source, number in transaction.execute(
                "SELECT kind, source, COUNT(*) FROM opt_out GROUP BY kind, source"
            ):
                kinds[kind] = kinds.get(kind, 0) + number
                zoominfo += number if source == "zoominfo" else 0
            looked = dict(
                transaction.execute(
                    "SELECT CASE WHEN found > 0 THEN 1 ELSE 0 END, COUNT(*) FROM opt_out_lookup WHERE place = ? "
                    "GROUP BY CASE WHEN found > 0 THEN 1 ELSE 0 END",
                    (self.place,),
                ).fetchall()
            )
            resolvable = sum(kinds.get(kind, 0) for kind in RESOLVABLE)
            pending = resolvable - sum(looked.values())
            return Counts(sum(kinds.values()), kinds, zoominfo, pending, looked.get(0, 0))

        return await self._read(job)

    # --- resolving ---

    async def pending(self) -> bool:
        """Whether entries have not been looked for yet, at the cost of one indexed read."""

        def job(transaction: Transaction) -> bool:
            return bool(_waiting(transaction, self.place, 1))

        return await self._read(job)

    async def to_resolve(self, limit: int, *, retry_before: float | None = None) -> list[Listed]:
        """Entries to look for: first those that never were, then those that had no record when last looked for.

        Args:
            limit: at most so many.
            retry_before: look again for those last tried before, Unix seconds; None for none of them.
        """

        def job(transaction: Transaction) -> list[Listed]:
            ids = _waiting(transaction, self.place, limit)
            if retry_before is not None and len(ids) < limit:
                rows = transaction.execute(
                    "SELECT opt_out FROM opt_out_lookup WHERE place = ? AND found = 0 AND tried_at < ? "
                    f"ORDER BY tried_at LIMIT {int(limit - len(ids))}",
                    (self.place, retry_before),
                )
                ids += [row[0] for row in rows]
            return [
                entry
                for part in _chunks(ids)
                for entry in self._listed(transaction, f"o.id IN ({_places(part)})", tuple(part))
            ]

        return await self._read(job)

    async def resolved(self, number: int, keys: Collection[str], records: int) -> None:
        """Note what an entry was resolved to.

        Args:
            number: the entry.
            keys: ids and names of the records.
            records: how many; 0 when none was found.
        """
        digest = self._vault.digester(_PURPOSE)
        aliases = [(digest(key), number) for key in keys]

        def job(transaction: Transaction) -> None:
            _add_aliases(transaction, aliases)
            transaction.execute(
                "INSERT INTO opt_out_lookup (place, opt_out, found, tried_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (place, opt_out) DO UPDATE SET found = excluded.found, tried_at = excluded.tried_at",
                (self.place, number, records, self._now(transaction)),
            )
            _advance(transaction, self.place)

        await self._store.write(job, lane=LANE)

    @property
    def vault(self) -> Vault:
        """The keys."""
        return self._vault


def _waiting(transaction: Transaction, place: str, limit: int) -> list[int]:
    # Up to a number that is kept, everything has been looked for, so that a long list is not read through.
    row = transaction.execute("SELECT upto FROM opt_out_progress WHERE place = ?", (place,)).fetchone()
    rows = transaction.execute(
        "SELECT o.id FROM opt_out o WHERE o.id > ? AND o.kind IN ('email', 'domain', 'phone') AND NOT EXISTS "
        "(SELECT 1 FROM opt_out_lookup l WHERE l.place = ? AND l.opt_out = o.id) "
        f"ORDER BY o.id LIMIT {int(limit)}",
        (0 if row is None else row[0], place),
    )
    return [found[0] for found in rows]


def _by_value(transaction: Transaction, place: str) -> tuple[bool, frozenset[Kind]]:
    """Whether entries wait for a look-up, and the kinds of those of which no record is known; in one read."""
    rows = transaction.execute(
        "SELECT 1, kind FROM (SELECT o.kind FROM opt_out o "
        "WHERE o.id > COALESCE((SELECT upto FROM opt_out_progress WHERE place = ?), 0) "
        "AND o.kind IN ('email', 'domain', 'phone') AND NOT EXISTS "
        "(SELECT 1 FROM opt_out_lookup l WHERE l.place = ? AND l.opt_out = o.id) "
        f"ORDER BY o.id LIMIT {_SAMPLE}) waiting UNION ALL "
        "SELECT 0, kind FROM (SELECT o.kind FROM opt_out_lookup l JOIN opt_out o ON o.id = l.opt_out "
        f"WHERE l.place = ? AND l.found = 0 ORDER BY l.tried_at LIMIT {_SAMPLE}) unfound",
        (place, place, place),
    ).fetchall()
    kinds: set[Kind] = {kind for _, kind in rows if kind in _PERSONAL}
    if len(rows) >= _SAMPLE:
        # There are more than were read, and they may be of either kind.
        kinds.update(_PERSONAL)
    return any(waiting for waiting, _ in rows), frozenset(kinds)


def _advance(transaction: Transaction, place: str) -> None:
    waiting = _waiting(transaction, place, 1)
    upto = waiting[0] - 1 if waiting else transaction.execute("SELECT MAX(id) FROM opt_out").fetchone()[0] or 0
    transaction.execute(
        "INSERT INTO opt_out_progress (place, upto) VALUES (?, ?) "
        "ON CONFLICT (place) DO UPDATE SET upto = excluded.upto",
        (place, upto),
    )


def _widen(transaction: Transaction, number: int, entry: Entry, now: float) -> None:
    """Keep the stricter of two entries: the earlier beginning, the later end, and what may not be removed."""
    start = now if entry.from_at is None else entry.from_at
    changes, values = ["from_at = CASE WHEN from_at > ? THEN ? ELSE from_at END"], [start, start]
    if entry.until_at is None:
        changes.append("until_at = NULL")
    else:
        changes.append("until_at = CASE WHEN until_at < ? THEN ? ELSE until_at END")
        values += [entry.until_at, entry.until_at]
    if entry.permanent:
        changes.append("permanent = 1")
    if entry.source == "zoominfo":
        changes.append("source = 'zoominfo'")
    transaction.execute(f"UPDATE opt_out SET {', '.join(changes)} WHERE id = ?", (*values, number))


def _ids(transaction: Transaction, digests: list[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for part in _chunks(digests):
        rows = transaction.execute(f"SELECT digest, id FROM opt_out WHERE digest IN ({_places(part)})", part)
        found.update((bytes(row[0]), row[1]) for row in rows)
    return found


def _add_aliases(transaction: Transaction, aliases: Sequence[tuple[bytes, int]]) -> None:
    if aliases:
        transaction.executemany(
            "INSERT INTO opt_out_alias (digest, opt_out) VALUES (?, ?) ON CONFLICT (digest, opt_out) DO NOTHING",
            aliases,
        )


def _number(digest: bytes) -> int:
    """64 bits of a digest as a positive key: hashes of addresses are four to an entry, and this keeps them small."""
    return int.from_bytes(digest[:8], "big") >> 1


def _places(part: Sequence[object]) -> str:
    return ", ".join("?" * len(part))


def _chunks(items: Iterable[T]) -> list[list[T]]:
    every = list(items)
    return [every[start : start + CHUNK] for start in range(0, len(every), CHUNK)]
