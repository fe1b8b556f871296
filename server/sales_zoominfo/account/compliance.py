"""The work on the opt-out list: adding with a look-up of ids, removing, checking, and ZoomInfo's compliance check."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InvalidArgument, NotAvailable, SalesZoomInfoError, UnknownValue, fail
from ..zoominfo.compliance import CHECK, read_people
from .entries import Entry
from .identifiers import domain_keys, name_keys, read_domain, read_phone
from .match_key import EVERYBODY
from .modes import Modes
from .optouts import Added, Listed
from .privacy import REFUSED as LISTED
from .screening import echo
from .workplaces import Workplaces

if TYPE_CHECKING:
    from ..zoominfo.client import Client
    from ..zoominfo.operations import Entity
    from ..zoominfo.records import Page
    from .audit import Audit
    from .copies import Copies
    from .privacy import Screen

DAY = 86_400.0
# An entry without a record is looked for again after so many days, and so many of them at a time.
RETRY_AFTER = 1.0
RETRIED = 20
# Records that one entry may stand for, and the page size of looking for them.
PAGE, PAGES = 100, 5
# How many of one's own entries a model may take back, and how long after it added them, seconds.
TAKEN_BACK = 20
TAKEN_BACK_WITHIN = DAY
_COMPANIES = ("company", "domain")


@dataclass(frozen=True, slots=True)
class Resolved:
    """What looking for records gave.

    Attributes:
        tried: entries that were looked for.
        records: that they stand for.
        without: numbers of the entries that have no record; looked for again later.
        stopped: why it ended early, a sentence.
    """

    tried: int = 0
    records: int = 0
    without: list[int] = field(default_factory=list[int])
    stopped: str | None = None


class Checked(NamedTuple):
    """What a compliance check says of one person.

    Attributes:
        given: the input; without its values when the person is on the list.
        listed: whether the person is on the opt-out list.
        records: what ZoomInfo holds; None when it was not asked.
        found: whether a free search finds the person, where ZoomInfo has no check.
    """

    given: dict[str, object]
    listed: bool
    records: list[dict[str, Any]] | None
    found: bool | None


class Privacy:
    """The opt-out list with ZoomInfo beside it.

    Args:
        client: for free searches and the compliance check.
        screen: the list.
        modes: in read-only mode the list stays as it is.
        copies: of records; those of people who are added go.
        audit: told of each change and each check.
        clock: Unix seconds.
        on_growth: awaited when the list has grown or learnt which records its entries stand for.
        on_companies: awaited when what it has grown by or learnt concerns whole companies.
    """

    def __init__(
        self,
        client: Client,
        screen: Screen,
        modes: Modes,
        *,
        copies: Copies | None = None,
        audit: Audit | None = None,
        clock: Callable[[], float] = time.time,
        on_growth: Callable[[], Awaitable[object]] | None = None,
        on_companies: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._on_growth = on_growth
        self._on_companies = on_companies
        self._client = client
        self._screen = screen
        self._modes = modes
        self._copies = copies
        self._audit = audit
        self._clock = clock
        self.list = screen.list
        self._workplaces = Workplaces(client, screen)

    @property
    def sandbox(self) -> bool:
        """Whether the records are fictional."""
        return self._client.sandbox

    # --- changes ---

    async def add(self, entries: Sequence[Entry], caller: str, *, resolve: int) -> tuple[Added, Resolved]:
        """Put entries on the list and look for the records that they stand for.

        Args:
            entries: canonical ones.
            caller: who adds them.
            resolve: look for at most so many of them now.

        Raises:
            ModeForbids: read-only mode. InvalidArgument: the list cannot be written.
        """
        self._allow("update_opt_outs")
        added = await self.list.add(entries, caller)
        if added.ids and self._copies is not None and self._copies.kept:
            await self._copies.drop_opted_out()
        if added.ids and self._on_growth is not None:
            await self._on_growth()
        if any(entry.kind in _COMPANIES for entry in entries) and self._on_companies is not None:
            await self._on_companies()
        await self._note(caller, "update_opt_outs", added.added, f"{added.added} added, {added.known} already listed")
        found = await self.resolve(limit=resolve, ids=added.ids) if resolve and added.ids else Resolved()
        return added, found

    async def remove(self, ids: Sequence[int], caller: str, *, person: bool) -> int:
        """Take entries off the list.

        Args:
            ids: their numbers.
            caller: who asks.
            person: a person at the command line, who may remove any. Anyone else may only take back what they added
                themselves in the last 24 hours: a model must not be able to empty the list.

        Returns:
            How many went.

        Raises:
            ModeForbids: read-only mode, or an entry that only a person may remove; then none is removed.
            NotFound: an entry that does not exist.
        """
        self._allow("update_opt_outs")
        found = {entry.id: entry for entry in await self.list.get(ids)}
        for number in ids:
            entry = found.get(number)
            if entry is None:
                how = "`list_opt_outs` shows each entry's number."
                raise fail("not_found", thing="opt-out entry", name=str(number), hint="", how=how)
            reason = None if person else self._reason_to_keep(entry, caller)
            if reason:
                raise fail("opt_out_kept", number=number, reason=reason)
        if not person and len(ids) > TAKEN_BACK:
            raise fail("opt_out_kept", number=ids[TAKEN_BACK], reason=f"one call takes back {TAKEN_BACK} at most")
        gone = await self.list.remove(list(dict.fromkeys(ids)))
        await self._note(caller, "update_opt_outs", gone, f"{gone} removed")
        return gone

    def _reason_to_keep(self, entry: Listed, caller: str) -> str | None:
        if entry.source == "zoominfo":
            return "ZoomInfo itself says that this person has opted out"
        if entry.permanent:
            return "it is marked as permanent"
        if entry.added_by != caller or self._clock() - entry.added_at > TAKEN_BACK_WITHIN:
            return "a tool may only take back what it added itself in the last 24 hours"
        return None

    def _allow(self, tool: str) -> None:
        forbidden = self._modes.forbids(spends=False, writes=True)
        if forbidden:
            mode, flag = forbidden
            raise fail("mode_forbids", mode=mode, tool=tool, instead="`list_opt_outs`", flag=flag)

    # --- looking for records ---

    async def retry(self) -> Resolved:
        """Look again for a few entries that had no record a day ago."""
        return await self.resolve(limit=RETRIED, retry=True)

    async def look_up(self) -> Resolved:
        """Look for a few of the entries that were never looked for."""
        return await self.resolve(limit=RETRIED)

    async def resolve(self, *, limit: int, ids: Sequence[int] | None = None, retry: bool = False) -> Resolved:
        """Look for the records that entries stand for, by free searches; a failure ends it and is told.

        Args:
            limit: at most so many entries.
            ids: these; None for those that wait longest.
            retry: also those that had no record more than a day ago.
        """
        if ids is None:
            before = self._clock() - RETRY_AFTER * DAY if retry else None
            entries = await self.list.to_resolve(limit, retry_before=before)
        else:
            entries = await self.list.get(ids[:limit])
        tried = records = companies = 0
        without: list[int] = []
        for entry in entries:
            if entry.elsewhere:
                continue
            if entry.kind in ("person", "company"):
                try:
                    await (self._learn_name(entry) if entry.kind == "person" else self._learn_domain(entry))
                except SalesZoomInfoError as error:
                    return Resolved(tried, records, without, str(error))
                continue
            try:
                keys, count = await self._records(entry)
            except (InvalidArgument, UnknownValue) as error:
                if error.kind.startswith("state_"):
                    raise
                # ZoomInfo cannot search for this value, so there is nothing that it could stand for.
                keys, count = set[str](), 0
            except SalesZoomInfoError as error:
                return Resolved(tried, records, without, str(error))
            await self.list.resolved(entry.id, keys, count)
            tried += 1
            records += count
            companies += count if entry.kind == "domain" else 0
            if not count:
                without.append(entry.id)
        if records and self._on_growth is not None:
            await self._on_growth()
        if companies and self._on_companies is not None:
            await self._on_companies()
        return Resolved(tried, records, without)

    async def _learn_name(self, entry: Listed) -> None:
        """Note the name of a person who is listed by the id, with the company, for texts that name them."""
        place = self._screen.place
        for row in await self._search("contact", {"personId": entry.value}):
            if str(row["id"]) == entry.value:
                await self.list.learn([f"person:{place}:{entry.value}"], name_keys(row, place))

    async def _learn_domain(self, entry: Listed) -> None:
        """Note the domain of a company that is listed by its id, so that its e-mail addresses are known for its own."""
        rows = await self._search("company", {"companyId": entry.value})
        host = next((read_domain(str(row.get("website", ""))) for row in rows if str(row["id"]) == entry.value), None)
        if host is None:
            return
        # A page at a social network is the website of many, and its domain that of everybody.
        same = await self._search("company", {"companyWebsite": host})
        if {str(row["id"]) for row in same} == {entry.value}:
            place = self._screen.place
            await self.list.learn([f"company:{place}:{entry.value}"], [f"domain:{host}"])

    async def _records(self, entry: Listed) -> tuple[set[str], int]:
        place = self._screen.place
        if entry.kind == "domain":
            rows = await self._search("company", {"companyWebsite": entry.value})
            sites = [(row, read_domain(str(row.get("website", "")))) for row in rows]
            # A search may answer more than was asked for; a row that tells its website decides by it.
            fits = [row for row, site in sites if site is None or f"domain:{entry.value}" in domain_keys(site)]
            return {f"company:{place}:{row['id']}" for row in fits}, len(fits)
        if entry.kind == "email":
            # ZoomInfo finds an address by its letters, so the form in which it was given counts beside the canonical.
            tries: list[list[dict[str, object]]] = [
                [{"emailAddress": form}, {"supplementalEmail": form}] for form in entry.forms
            ]
        else:
            phone = read_phone(entry.value)
            national = entry.value if phone is None else phone.national
            tries = [[{"phone": entry.value}, {"phone": national}]]
        found: dict[str, dict[str, Any]] = {}
        for ways in tries:
            for filters in ways:
                try:
                    rows = await self._search("contact", filters)
                except (InvalidArgument, UnknownValue) as error:
                    if error.kind.startswith("state_"):
                        raise
                    # It cannot be searched for in this form; in another it may be.
                    continue
                found |= {str(row["id"]): row for row in rows}
                if rows:
                    break
        keys = {f"person:{place}:{person}" for person in found}
        return keys.union(*(name_keys(row, place) for row in found.values())), len(found)

    async def _search(self, entity: Entity, filters: Mapping[str, object]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        asked = {**filters, **EVERYBODY[entity]}
        for number in range(1, PAGES + 1):
            page: Page = await self._client.search(entity, asked, page=number, size=PAGE)
            rows += [row for row in page.rows if row.get("id")]
            if page.next_page is None:
                break
        return rows

    # --- checks ---

    async def check(self, raw: object, caller: str, *, where: str = "people") -> list[Checked]:
        """What is known about people: whether they are on the list, and what ZoomInfo holds. Free.

        With the Enterprise API, its compliance check is asked. The GTM API has none: whether a free search finds the
        person is told instead. A person whom ZoomInfo lets opt out is found by no search, and so is one whom it does
        not know; only an enrich tells the two apart, and that costs a credit when there is a match.

        Args:
            raw: 1 to 25 people.
            caller: who asks.
            where: the argument's name, for errors.

        Raises:
            InvalidArgument: an input is unusable, or the list cannot be read.
            SalesZoomInfoError: what ZoomInfo refused.
        """
        people = read_people(raw, where)
        refused = await self._screen.refuse("contact", people)
        asked = [index for index in range(len(people)) if index not in refused]
        inputs = [people[index] for index in asked]
        held: list[list[dict[str, Any]] | None] = [None] * len(inputs)
        found: list[bool | None] = [None] * len(inputs)
        if inputs:
            try:
                held = [*await self._client.compliance(inputs)]
            except NotAvailable:
                told_by_search = [await self._found(item) for item in inputs]
                found = [seen for seen, _ in told_by_search]
                refused |= {index: LISTED for index, (_, hidden) in zip(asked, told_by_search, strict=True) if hidden}
        told = {index: (records, seen) for index, records, seen in zip(asked, held, found, strict=True)}
        checked: list[Checked] = []
        for index, item in enumerate(people):
            records, seen = told.get(index, (None, None))
            hidden = index in refused
            if records:
                screened = await self._screen.envelope({"data": records})
                # One listed record among several: the person is on the list.
                hidden = hidden or len(screened["data"]) < len(records)
                # Where ZoomInfo does not tell where somebody works, nothing of theirs is handed over either.
                hidden = hidden or bool((await self._workplaces.hidden(records, people=True)).ids)
            told_now = (None, None) if hidden else (records, seen)
            checked.append(Checked(echo(item) if hidden else item, hidden, *told_now))
        await self._note(caller, CHECK.name, len(people), "")
        return checked

    async def _found(self, person: Mapping[str, object]) -> tuple[bool, bool]:
        """Whether a free search finds a person, and whether whom it finds is on the list, such as by the company."""
        names = ("personId", "emailAddress", "phone", "fullName", "firstName", "lastName", "companyId", "companyName")
        filters = {name: person[name] for name in names if name in person}
        page: Page = await self._client.search("contact", {**filters, **EVERYBODY["contact"]}, page=1, size=2)
        shown, _ = await self._screen.page("contact", page)
        # A name alone finds namesakes as well, of whom one may be listed.
        return page.total > 0, bool(page.rows) and not shown.rows

    async def _note(self, caller: str, operation: str, records: int, note: str) -> None:
        if self._audit is not None:
            from .audit import Event

            await self._audit.record(Event(caller, operation, "contact", None, "ok", records=records, note=note))
