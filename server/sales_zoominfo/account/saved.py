"""Saved searches: filters under a name, and what is new, gone or changed since they were last run.

They belong to an account and live in the state. A run reads the search behind the gate and compares it with what
earlier runs have seen; only when that has worked does it move the mark, in one transaction. Whoever runs a search
while another run of it ends is told the same news and moves nothing, so that nothing is lost.
"""

# Only our own constants are put into the SQL.

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import anyio.to_thread

from ..errors import SalesZoomInfoError, fail, near
from ..zoominfo.arguments import read_choice, read_number, read_text, suggest
from ..zoominfo.fields import FILTERS, SORTS
from ..zoominfo.operations import WINDOW, Subject
from ..zoominfo.paging import read_sort
from ..zoominfo.records import Row
from .audit import filters_note
from .core import Core
from .saved_optouts import LANE, drop_listed
from .saved_rows import Difference, Marker, compare
from .saved_types import Found, Run, Saved, Stored
from .walking import MAX_ROWS, Progress, read_most, walk

if TYPE_CHECKING:
    from ..store.base import Store, Transaction

SUBJECTS: tuple[Subject, ...] = ("contact", "company", "intent", "scoop", "news")
# Searches of an account, and how many runs back one can compare.
MOST = 200
KEPT_RUNS = 50
MAX_NAME, MAX_NOTE, MAX_FILTERS = 80, 500, 50_000
_NAMES, _SEALED = "saved name", "saved search"


class SavedSearches:
    """The saved searches of an account.

    Args:
        core: the account's parts.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._store: Store = core.ledger.store
        self._account = core.ledger.account
        self._vault = core.screen.list.vault

    # --- keeping -----------------------------------------------------------------------------------------------

    async def save(
        self,
        name: object,
        subject: object = None,
        filters: Mapping[str, object] | None = None,
        *,
        sort: object = None,
        limit: object = None,
        note: object = None,
        new_name: object = None,
        caller: str = "local",
    ) -> Stored:
        """Save a search, or change one of that name. Its filters are tried by one free search of one row.

        Another subject, other filters, another sort or limit define it anew: what it has seen is forgotten, and its
        next run is a first one. A new name or note leaves that as it is.

        Args:
            name: 1 to 80 characters; letter case does not matter.
            subject: what to search; needed for a new one.
            filters: as the search takes them; needed for a new one.
            sort: a sort field.
            limit: rows that a run compares at most, 1,000 by default.
            note: what it is for.
            new_name: renames it.
            caller: who asks.

        Raises:
            ModeForbids: read-only mode.
            Suppressed: the filters name somebody on the opt-out list.
            SalesZoomInfoError: what is wrong with the search; nothing was saved.
        """
        self._allow("save_search")
        name = read_name(name)
        async with self._core.audit.watch(caller, "save_search") as entry:
            old = await self._find(name)
            chosen = old.subject if old is not None and subject is None else None
            chosen = chosen or cast("Subject", read_choice("subject", self._needed("subject", subject), SUBJECTS))
            entry.entity = chosen
            if filters is None and (old is None or old.subject != chosen):
                self._needed("filters", None)
            given = dict(filters) if filters is not None else (old.filters if old else {})
            if len(json.dumps(given, default=str)) > MAX_FILTERS:
                expected = f"at most {MAX_FILTERS:,} characters of filters"
                raise fail("wrong_type", name="filters", expected=expected, got="more")
            same = old if old is not None and old.subject == chosen else None
            order = read_sort(chosen, sort) if sort is not None else (same.sort if same else None)
            most = (same.limit if same else MAX_ROWS) if limit is None else read_most(self._core, limit, "limit")
            text = read_text("note", note) if note is not None else (old.note if old else "")
            if len(text) > MAX_NOTE:
                raise fail("wrong_type", name="note", expected=f"at most {MAX_NOTE} characters", got=f"{len(text)}")
            wanted = read_name(new_name, "newName") if new_name is not None else (old.name if old else name)
            made = Saved(secrets.token_hex(8), wanted, chosen, given, order, most, text, 0, 0.0)
            anew = old is None or (old.subject, old.filters, old.sort, old.limit) != (chosen, given, order, most)
            total = None
            if anew:
                entry.note = filters_note(list(given))
                await self._core.refuse(given)
                page = await self._core.client.search(chosen, given, page=1, size=1, sort=order)
                await self._core.note_account()
                entry.generation, total = page.generation, page.total
            elif old is not None:
                made = replace(old, name=wanted, note=text)
                if made == old:
                    return Stored(old, "unchanged")
            at = await self._store.write(lambda transaction: self._write(transaction, made, old), lane=LANE)
        outcome = "saved" if old is None else "redefined" if anew else "updated"
        return Stored(replace(made, made_at=at), outcome, total)

    @staticmethod
    def _needed(name: str, value: object) -> object:
        if value is None:
            how = f"Legal values: {', '.join(SUBJECTS)}." if name == "subject" else "Give filters as the search takes."
            raise fail("missing_argument", where="a new saved search", name=name, how=how, details={"field": name})
        return value

    def _write(self, transaction: Transaction, made: Saved, old: Saved | None) -> float:
        digest = self._name(made.name)
        taken = transaction.execute(
            "SELECT id FROM saved_search WHERE account = ? AND name_digest = ?", (self._account, digest)
        ).fetchone()
        if taken is not None and (old is None or taken[0] != old.id):
            raise fail("saved_taken", name=made.name)
        count = transaction.execute("SELECT COUNT(*) FROM saved_search WHERE account = ?", (self._account,)).fetchone()
        if old is None and count[0] >= MOST:
            raise fail("saved_full", count=MOST)
        at = made.made_at or self._now(transaction)
        if old is not None and old.id != made.id:
            _forget(transaction, old.id)
        told = {
            "name": made.name,
            "filters": made.filters,
            "sort": made.sort,
            "limit": made.limit,
            "note": made.note,
        }
        sealed = self._vault.encrypt(_SEALED, json.dumps(told, ensure_ascii=False).encode())
        transaction.execute(
            "INSERT INTO saved_search (id, account, name_digest, subject, sealed, run, made_at) "
            "VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO UPDATE SET name_digest = excluded.name_digest, "
            "sealed = excluded.sealed",
            (made.id, self._account, digest, made.subject, sealed, at),
        )
        return at

    async def every(self) -> tuple[list[Saved], int, int]:
        """The account's searches by name, how many cannot be decrypted, and how many belong to other accounts."""

        def job(transaction: Transaction) -> tuple[list[Any], int]:
            rows = transaction.execute(f"{_SELECT} WHERE s.account = ?", (self._account,)).fetchall()
            others = "SELECT COUNT(*) FROM saved_search WHERE account <> ?"
            return rows, transaction.execute(others, (self._account,)).fetchone()[0]

        rows, others = await self._store.read(job)
        found: list[Saved] = []
        for row in rows:
            # One that is damaged must not hide the others.
            try:
                found.append(self._open(row))
            except SalesZoomInfoError:
                continue
        return sorted(found, key=lambda item: item.name.casefold()), len(rows) - len(found), others

    async def get(self, name: object) -> Saved:
        """A search by its name.

        Raises:
            NotFound: there is none, with the nearest name; or it belongs to another account, which is named.
        """
        wanted = read_name(name)
        found = await self._find(wanted)
        if found is not None:
            return found
        digest = self._name(wanted)
        sql = "SELECT account FROM saved_search WHERE name_digest = ? ORDER BY account"
        rows = await self._store.read(lambda transaction: transaction.execute(sql, (digest,)).fetchall())
        elsewhere = f" in the account '{self._account}'; the account '{rows[0][0]}' has one" if rows else ""
        known = [item.name for item in (await self.every())[0]]
        raise fail("saved_missing", name=wanted, hint="" if rows else near(wanted, known), elsewhere=elsewhere)

    async def delete(self, name: object, caller: str = "local") -> Saved | None:
        """Delete a search and what it has seen.

        Returns:
            What it was; None when it could not be decrypted.

        Raises:
            ModeForbids: read-only mode. NotFound: there is none.
        """
        self._allow("delete_saved_search")
        wanted = read_name(name)
        async with self._core.audit.watch(caller, "delete_saved_search"):
            try:
                found: Saved | None = await self.get(wanted)
            except SalesZoomInfoError as error:
                if error.kind != "state_undecryptable":
                    raise
                found = None
            digest = self._name(wanted)

            def job(transaction: Transaction) -> None:
                sql = "SELECT id FROM saved_search WHERE account = ? AND name_digest = ?"
                for row in transaction.execute(sql, (self._account, digest)).fetchall():
                    _forget(transaction, row[0])

            await self._store.write(job, lane=LANE)
        return found

    # --- running -----------------------------------------------------------------------------------------------

    async def run(
        self,
        name: object,
        *,
        since_run: object = None,
        peek: bool = False,
        caller: str = "local",
        progress: Progress | None = None,
    ) -> Found:
        """Compare a search with an earlier run, and move the mark.

        Args:
            name: of the search.
            since_run: the run to compare with; the last one by default.
            peek: leave the mark where it is.
            caller: who asks.
            progress: awaited with (rows read, rows to read).

        Raises:
            ModeForbids: read-only mode, unless it only peeks.
            SalesZoomInfoError: what went wrong; the mark stays where it was.
        """
        if not peek:
            self._allow("run_saved_search")
        found = await self.compare(name, since_run=since_run, caller=caller, progress=progress)
        return found if peek else await self.keep(found)

    async def compare(
        self, name: object, *, since_run: object = None, caller: str = "local", progress: Progress | None = None
    ) -> Found:
        """As :meth:`run`, without moving the mark: :meth:`keep` does that once the news has arrived."""
        search = await self.get(name)
        self._check(search)
        base, base_at = await self._base(search, since_run)
        await self._core.refuse(search.filters)
        walked = await walk(
            self._core,
            search.subject,
            search.filters,
            caller=caller,
            max_rows=min(search.limit, max(WINDOW[generation] for generation in self._core.client.generations)),
            sort=search.sort,
            progress=progress,
            note="saved search",
            refuse=False,
        )
        known = await self._rows(search)
        marker = Marker(self._vault, search.id, search.subject, self._core.screen.place)
        run = search.run + 1

        def work() -> Difference:
            return compare(
                marker,
                walked.rows,
                known,
                base=base,
                run=run,
                generation=walked.generation,
                complete=walked.complete,
                hidden=walked.hidden,
            )

        # Ten thousand rows take a second, which nobody else should wait for.
        difference = await anyio.to_thread.run_sync(work)
        if base == 0:
            difference.new.clear()
        difference.gone = await self._shown(search.subject, difference.gone)
        warnings = list(walked.warnings)
        if not walked.complete:
            warnings.append(
                f"Only {len(walked.rows):,} of {walked.total:,} matches were compared: a row past them is neither new "
                "nor gone, and one that moves among them looks new. Narrow the search or raise its limit."
            )
        return Found(
            search,
            base,
            base_at,
            run,
            walked.generation,
            difference,
            walked.total,
            len(walked.rows),
            walked.complete,
            walked.records,
            walked.calls,
            walked.resolved,
            warnings,
        )

    async def keep(self, found: Found) -> Found:
        """Move the mark to a run.

        Returns:
            The same with ``moved``; unmoved and with a warning when another run has ended meanwhile, or the search was
            changed or deleted.

        Raises:
            ModeForbids: read-only mode. InvalidArgument: the state cannot be written.
        """
        self._allow("run_saved_search")
        if await self._store.write(lambda transaction: self._move(transaction, found), lane=LANE):
            return replace(found, moved=True)
        line = "Another run of this search ended meanwhile, or it was changed: this one has not moved its mark."
        return replace(found, warnings=[*found.warnings, line])

    def _move(self, transaction: Transaction, found: Found) -> bool:
        search, run, difference = found.search.id, found.run, found.difference
        # Who sets the number first is the one whose rows are noted.
        sql = "UPDATE saved_search SET run = ? WHERE id = ? AND run = ?"
        if transaction.execute(sql, (run, search, run - 1)).rowcount != 1:
            return False
        transaction.execute(
            "INSERT INTO saved_run (search, run, at, generation, total, compared, complete, fresh, changed, gone) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                search, run, self._now(transaction), found.generation, found.total, found.compared,
                int(found.complete), len(difference.new), len(difference.changed), len(difference.gone),
            ),
        )  # fmt: skip
        transaction.executemany(
            "INSERT INTO saved_row (search, digest, since_run, gone_run, person, company, sealed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (search, digest) DO UPDATE SET since_run = excluded.since_run, "
            "gone_run = excluded.gone_run, person = excluded.person, company = excluded.company, "
            "sealed = excluded.sealed",
            [(search, *row) for row in difference.writes],
        )
        transaction.executemany(
            "DELETE FROM saved_row WHERE search = ? AND digest = ?", [(search, digest) for digest in difference.forget]
        )
        oldest = run - KEPT_RUNS
        transaction.execute("DELETE FROM saved_run WHERE search = ? AND run <= ?", (search, oldest))
        transaction.execute("DELETE FROM saved_row WHERE search = ? AND gone_run <= ?", (search, oldest))
        # A row of somebody who was listed while the search was read.
        drop_listed(transaction, self._now(transaction), search)
        return True

    def _check(self, search: Saved) -> None:
        specs = FILTERS[search.subject]
        generations = self._core.client.generations
        for name in search.filters:
            spec = specs.get(name)
            if spec is not None and any(spec.wire(generation) for generation in generations):
                continue
            legal = {key: item for key, item in specs.items() if any(item.wire(one) for one in generations)}
            reason = f"the {search.subject} search no longer has"
            if spec is not None:
                names = {"gtm": "GTM", "enterprise": "Enterprise"}
                reason = f"the {names[generations[0]]} API of this account does not have"
            raise fail(
                "saved_filter",
                name=search.name,
                what=f"the filter '{name[:60]}'",
                reason=reason,
                hint=_nearest(name, legal),
                details={"field": name[:60]},
            )
        if search.sort is not None and search.sort.removeprefix("-") not in SORTS[search.subject]:
            raise fail(
                "saved_filter",
                name=search.name,
                what=f"the sort '{search.sort}'",
                reason=f"the {search.subject} search no longer has",
                hint=near(search.sort.removeprefix("-"), SORTS[search.subject]),
                details={"field": "sort"},
            )

    async def _base(self, search: Saved, since_run: object) -> tuple[int, float | None]:
        if since_run is None and search.run == 0:
            return 0, None

        def job(transaction: Transaction) -> dict[int, float]:
            sql = "SELECT run, at FROM saved_run WHERE search = ?"
            return {int(run): float(at) for run, at in transaction.execute(sql, (search.id,))}

        runs = await self._store.read(job)
        if since_run is not None and not runs:
            how = "Leave sinceRun out: the first run notes what is there."
            raise fail("not_found", thing="run", name=str(since_run)[:20], hint="", how=how)
        low, high = min(runs, default=0), max(runs, default=0)
        base = high if since_run is None else int(read_number("sinceRun", since_run, whole=True, low=low, high=high))
        return base, runs.get(base)

    async def _rows(self, search: Saved) -> dict[bytes, tuple[int, int | None, bytes]]:
        def clean(transaction: Transaction) -> None:
            drop_listed(transaction, self._now(transaction), search.id)

        def job(transaction: Transaction) -> dict[bytes, tuple[int, int | None, bytes]]:
            sql = "SELECT digest, since_run, gone_run, sealed FROM saved_row WHERE search = ?"
            rows = transaction.execute(sql, (search.id,))
            return {bytes(digest): (since, gone, bytes(sealed)) for digest, since, gone, sealed in rows}

        if search.run and not await self._core.screen.list.empty():
            await self._store.write(clean, lane=LANE)
        return await self._store.read(job)

    async def _shown(self, subject: Subject, gone: list[dict[str, Any]]) -> list[dict[str, Any]]:
        # An id alone does not say whose it is.
        own = {"contact": "personId", "company": "companyId"}.get(subject, "id")
        named: list[Row] = [{own if name == "id" else name: value for name, value in row.items()} for row in gone]
        hidden = await self._core.workplaces.hidden(named)
        kept, _ = await self._core.screen.rows(named, also=hidden.keys)
        return [{"id" if name == own else name: value for name, value in row.items()} for row in kept]

    # --- reading -----------------------------------------------------------------------------------------------

    async def _find(self, name: str) -> Saved | None:
        digest = self._name(name)
        sql = f"{_SELECT} WHERE s.account = ? AND s.name_digest = ?"
        row = await self._store.read(lambda transaction: transaction.execute(sql, (self._account, digest)).fetchone())
        return None if row is None else self._open(row)

    def _open(self, row: tuple[Any, ...]) -> Saved:
        told = json.loads(self._vault.decrypt(_SEALED, bytes(row[2])))
        last = None
        if row[5] is not None:
            last = Run(int(row[3]), float(row[5]), row[6], row[7], row[8], bool(row[9]), row[10], row[11], row[12])
        return Saved(
            row[0],
            told["name"],
            row[1],
            told["filters"],
            told["sort"],
            told["limit"],
            told["note"],
            int(row[3]),
            float(row[4]),
            last,
        )

    def _name(self, name: str) -> bytes:
        return self._vault.digest(_NAMES, name.casefold())

    def _now(self, transaction: Transaction) -> float:
        clock = self._core.ledger.clock
        return transaction.now() if clock is None else clock()

    def _allow(self, tool: str) -> None:
        forbidden = self._core.modes.forbids(spends=False, writes=True)
        if forbidden:
            mode, flag = forbidden
            raise fail("mode_forbids", mode=mode, tool=tool, instead="`list_saved_searches`", flag=flag)


_SELECT = (
    "SELECT s.id, s.subject, s.sealed, s.run, s.made_at, r.at, r.generation, r.total, r.compared, r.complete, "
    "r.fresh, r.changed, r.gone FROM saved_search s LEFT JOIN saved_run r ON r.search = s.id AND r.run = s.run"
)


def read_name(value: object, argument: str = "name") -> str:
    """The name of a saved search: white space as single blanks.

    Raises:
        InvalidArgument: it is no text, empty, over 80 characters, or holds what cannot be printed.
    """
    name = " ".join(read_text(argument, value).split())
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        expected = f"1 to {MAX_NAME} printable characters"
        got = "empty" if not name else f"{len(name)} characters"
        raise fail("wrong_type", name=argument, expected=expected, got=got, details={"field": argument})
    return name


def _forget(transaction: Transaction, search: str) -> None:
    transaction.execute("DELETE FROM saved_search WHERE id = ?", (search,))
    transaction.execute("DELETE FROM saved_run WHERE search = ?", (search,))
    transaction.execute("DELETE FROM saved_row WHERE search = ?", (search,))


def _nearest(name: str, legal: Mapping[str, Any]) -> str:
    hint = suggest(name, legal)
    if hint or not legal:
        return hint
    # Whatever is nearest, however far, since one has to go on from somewhere.
    import difflib

    close = difflib.get_close_matches(name, list(legal), 1, cutoff=0.0)
    return f", nearest '{close[0]}'" if close else ""
