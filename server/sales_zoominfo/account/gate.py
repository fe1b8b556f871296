"""THE GATE: the only way to ZoomInfo.

Every call passes here: what must not be sent is refused, its cost is reserved in the ledger, it is sent, settled,
screened and written to the audit. The composition root makes the client and hands it over; nothing else touches it, so
nothing spends unreserved and nothing leaves unscreened. What spends is in :mod:`.spending`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..settings import Settings
from ..zoominfo.asking import Answer, Ask
from ..zoominfo.client import Balance, Client
from ..zoominfo.codec import Direction, Use
from ..zoominfo.operations import OPERATIONS, Entity, Generation, Subject
from ..zoominfo.records import FieldRight, Limit, Page, Row, Value
from .audit import Audit, filters_note
from .buying import LIMIT_OF, Buyer, told_by
from .copies import Copies
from .core import Core
from .estimating import Estimated, Estimator
from .ledger import Budget, Caller, Estimate, Ledger, Limits
from .match_key import ID_FIELD
from .modes import Modes
from .privacy import Screen
from .report import Figures, figures
from .settling import Settler
from .spending import About, Credits, Enriched, Spender
from .standing import Stop, View

if TYPE_CHECKING:
    from .saved import SavedSearches
    from .walking import Walked

__all__ = ["About", "Account", "Balance", "Credits", "Enriched", "Told", "UsageReport"]

# A balance that was told less than so many seconds ago is good enough to plan by.
_BALANCE_KEPT = 60.0


@dataclass(frozen=True, slots=True)
class UsageReport:
    """ZoomInfo's limits and our own budgets.

    Attributes:
        limits: of the contract.
        budget: what is left of ours.
        figures: spend by day, caller and job, records under management, forecast.
        view: whether the account may spend.
    """

    limits: list[Limit]
    budget: Budget
    figures: Figures
    view: View


@dataclass(frozen=True, slots=True)
class Told:
    """What a free operation answered, as it may be handed over.

    Attributes:
        answer: the rows and what belongs to them.
        ask: what was sent, with the names that were resolved.
        warnings: of the request and the screen.
    """

    answer: Answer
    ask: Ask
    warnings: list[str]


class Account:
    """One ZoomInfo account behind the gate.

    Args:
        client: the APIs.
        ledger: the record of what was bought and promised.
        settings: ceilings and budgets.
        modes: read-only and free-only.
        screen: what every input and every answer passes.
        audit: takes an entry for each call.
        copies: bought records kept here, None for none.
        clock: Unix seconds.
        look_up: looks for the records of a few opt-outs, free; None where nothing can.

    Attributes:
        enrich, get, about: the calls that spend, see :class:`.spending.Spender`.
        read_fields: which fields an enrich would ask for; free.
    """

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        settings: Settings,
        modes: Modes,
        *,
        screen: Screen,
        audit: Audit,
        copies: Copies | None = None,
        clock: Callable[[], float] = time.time,
        look_up: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._core = Core(client, ledger, settings, modes, screen, audit, clock, look_up)
        self._client = client
        self._ledger = ledger
        self._screen = screen
        self._audit = audit
        if screen.list.store is not ledger.store:
            raise ValueError("the opt-out list is read in the ledger's transactions, so both belong in one store")
        self._buyer = Buyer(client, ledger, settings.timeout, screen.list.look)
        self._settler = Settler(client, ledger, self._buyer)
        self._estimator = Estimator(client, ledger, self._settler, screen, copies)
        # What spends is told with its arguments there.
        spender = Spender(self._core, self._buyer, self._settler, copies)
        self.enrich = spender.enrich
        self.get = spender.get
        self.about = spender.about
        self.read_fields = spender.read_fields

    @property
    def sandbox(self) -> bool:
        """Whether the answers are fictional."""
        return self._client.sandbox

    @property
    def name(self) -> str:
        """The account as the ledger names it."""
        return self._ledger.account

    @property
    def generations(self) -> tuple[Generation, ...]:
        """The configured API generations."""
        return self._client.generations

    @property
    def settings(self) -> Settings:
        """Ceilings, budgets and the price of a credit."""
        return self._core.settings

    @property
    def balance(self) -> Balance | None:
        """Credits left, as last told by ZoomInfo."""
        return self._client.balance

    @property
    def clock(self) -> Callable[[], float]:
        """Unix seconds, as the gate counts them."""
        return self._core.clock

    async def aclose(self) -> None:
        """Close the connections; what the audit still has to write is written first."""
        await self._audit.flush()
        await self._client.aclose()

    def limits(self, max_credits: object = None) -> Limits:
        """The caps of a call; see :meth:`.core.Core.limits`."""
        return self._core.limits(max_credits)

    # --- free calls ---

    async def search(
        self, entity: Subject, filters: Mapping[str, object], *, caller: str = "local", **paging: object
    ) -> Page:
        """A screened page of a search; free. See :meth:`Client.search`."""
        async with self._audit.watch(caller, _SEARCHES[entity], entity) as entry:
            entry.note = filters_note(list(filters))
            sought = await self._screen.sought(filters)
            page = await self._client.search(entity, sought.filters, **paging)
            await self._core.note_account()
            page, warnings = await self._core.screened_page(entity, page, sought)
            warnings = [*sought.warnings, *warnings]
            entry.generation, entry.records = page.generation, len(page.rows)
        if entry.warning is not None:
            warnings = [*warnings, entry.warning]
        return replace(page, warnings=(*page.warnings, *warnings)) if warnings else page

    async def walk(
        self,
        subject: Subject,
        filters: Mapping[str, object],
        *,
        caller: str = "local",
        max_rows: object = None,
        sort: object = None,
        progress: Callable[[int, int], Awaitable[None]] | None = None,
    ) -> Walked:
        """All pages of a search up to a stated number of rows; free. See :func:`.walking.walk`."""
        from .walking import walk

        return await walk(self._core, subject, filters, caller=caller, max_rows=max_rows, sort=sort, progress=progress)

    def saved(self) -> SavedSearches:
        """The account's saved searches; free."""
        from .saved import SavedSearches

        return SavedSearches(self._core)

    async def still_shown(self, entity: Entity, rows: Sequence[Row]) -> list[Row | None]:
        """Records that were kept here for a while, without whom the opt-out list has come to hold since.

        Args:
            entity: what they are.
            rows: records with their id.

        Returns:
            Each record, or None in the place of one that must not be handed over.

        Raises:
            InvalidArgument: the list cannot be read; nothing may be handed over then.
        """
        if await self._screen.list.empty():
            return list(rows)
        key = ID_FIELD[entity]
        marked = [{**row, key: row.get("id"), _PLACE: place} for place, row in enumerate(rows)]
        answer, _ = await self._core.screened(Answer(marked, len(marked)), f"enrich_{_MANY[entity]}", {})
        shown: list[Row | None] = [None] * len(rows)
        for row in answer.rows:
            place = row[_PLACE]
            shown[place] = {name: value for name, value in row.items() if name in rows[place]}
        return shown

    async def tell(self, name: str, arguments: Mapping[str, object], *, caller: str = "local") -> Told:
        """An operation of :data:`~sales_zoominfo.zoominfo.asks.ASKS` that costs no credit.

        Args:
            name: the operation.
            arguments: as its builder documents them.
            caller: who asks.

        Returns:
            The screened answer.

        Raises:
            ModeForbids: it writes, and a mode forbids that.
            Suppressed: it is about somebody on the opt-out list; nothing was sent.
            SalesZoomInfoError: what its builder or ZoomInfo refused.
        """
        operation = OPERATIONS[name]
        self._core.allow(operation, name)
        async with self._audit.watch(caller, name) as entry:
            ask = await self._client.prepare(name, arguments)
            if ask.request.spends:
                raise RuntimeError(f"{name} can cost a credit and must go through about()")
            entry.generation = ask.generation
            await self._core.refuse(arguments)
            answer = await self._client.answer(ask)
            await self._core.note_account()
            answer, warnings = await self._core.screened(answer, name, arguments)
            entry.records = len(answer.rows)
        warned = [] if entry.warning is None else [entry.warning]
        return Told(answer, ask, [*ask.warnings, *warnings, *warned])

    async def lookup(self, name: str, narrow: Mapping[str, str] | None = None, *, caller: str = "local") -> list[Value]:
        """A taxonomy; free. See :meth:`Client.lookup`."""
        async with self._audit.watch(caller, "lookup") as entry:
            values = await self._client.lookup(name, narrow)
            await self._core.note_account()
            # Now it is known to be a name of ZoomInfo's.
            entry.note, entry.records = name, len(values)
        return values

    async def meaning(self, name: str, text: str) -> list[str]:
        """What a search would use for a text; free. See :meth:`Client.meaning`."""
        return await self._client.meaning(name, text)

    def told_at(self, name: str, narrow: Mapping[str, str] | None = None) -> float | None:
        """When ZoomInfo told a taxonomy. See :meth:`Client.told_at`."""
        return self._client.told_at(name, narrow)

    async def field_rights(
        self, entity: str, use: Use, direction: Direction, *, caller: str = "local"
    ) -> list[FieldRight]:
        """Which fields the account may use; free."""
        async with self._audit.watch(caller, f"{use}_fields") as entry:
            rights = await self._client.field_rights(entity, use, direction)
            await self._core.note_account()
            entry.note, entry.records = f"{entity}, {direction}", len(rights)
        return rights

    async def authenticate(self, *, caller: str = "local") -> tuple[Generation, ...]:
        """Sign in to each configured generation."""
        async with self._audit.watch(caller, "authenticate") as entry:
            generations = await self._client.authenticate()
            entry.note = ", ".join(generations)
        return generations

    async def token_life(self, generation: Generation, *, caller: str = "local") -> float:
        """Seconds that the access token of a generation still lives; free. See :meth:`Client.token_life`."""
        async with self._audit.watch(caller, "token_life", generation=generation):
            return await self._client.token_life(generation)

    async def usage(self, caller: str, days: int = 30) -> UsageReport:
        """ZoomInfo's limits, our budgets, and the ledger's figures of some days; free."""
        await self._core.tidy()
        async with self._audit.watch(caller, "usage"):
            await self._settler.settle(now=True)
            limits = await self._client.usage()
            await self._core.note_account()
            budget = await self._ledger.budget(self._core.limits(), _asking(caller))
            view = await self._ledger.view()
            if view.exhausted is not None and _room(limits, view.exhausted):
                await self._ledger.note_exhausted(None)
                view = replace(view, exhausted=None)
            return UsageReport(limits, budget, await self.figures(told_by(limits).balance, days), view)

    async def figures(self, balance: int | None, days: int = 30) -> Figures:
        """Spend, records under management and the forecast, from the ledger; free and without a call.

        Args:
            balance: credits left, None when that is not known.
            days: how far back.
        """
        ledger = self._ledger
        return await figures(ledger.store, ledger.account, balance, days=days, clock=ledger.clock)

    async def estimate(
        self,
        entity: Entity,
        inputs: object,
        *,
        check: bool = False,
        required: object = None,
        max_age: object = None,
        caller: str = "local",
    ) -> Estimated:
        """What enriching these inputs costs at most; free.

        Args:
            entity: what they are.
            inputs: as for :meth:`enrich`.
            check: settle what is in doubt, and ask ZoomInfo about records that are named by their id, where it is free.
            required, max_age: as for :meth:`enrich`.
            caller: who asks.

        Raises:
            InvalidArgument: see :func:`~sales_zoominfo.zoominfo.arguments.read_inputs`; or a required field is unknown.
            NotAvailable: the account's APIs lack a required field.
        """
        async with self._audit.watch(caller, "estimate_credits", entity) as entry:
            if check:
                await self._settler.settle()
            found = await self._estimator.inputs(entity, inputs, check=check, required=required, max_age=max_age)
            entry.records = len(found.estimate.items)
            return found

    async def expect(self, entity: Entity, inputs: Sequence[Mapping[str, object]]) -> Estimate:
        """What many canonical match inputs cost at most, as far as it is known here; no call and no audit entry.

        Args:
            entity: what they are.
            inputs: as :func:`~sales_zoominfo.zoominfo.arguments.read_inputs` gives them, any number.
        """
        return await self._estimator.known(entity, inputs)

    async def estimate_search(
        self,
        entity: Entity,
        filters: Mapping[str, object],
        limit: object,
        *,
        required: object = None,
        max_age: object = None,
        caller: str = "local",
    ) -> Estimated:
        """What enriching the first results of a search costs; free.

        Args:
            entity: what is searched.
            filters: as for :meth:`search`.
            limit: how many of its results, 1 to 100.
            required, max_age: as for :meth:`enrich`.
            caller: who asks.

        Raises:
            SalesZoomInfoError: as for :meth:`search`.
        """
        async with self._audit.watch(caller, "estimate_credits", entity) as entry:
            entry.note = filters_note(list(filters))
            await self._settler.settle()
            found = await self._estimator.search(entity, filters, limit, required=required, max_age=max_age)
            await self._core.note_account()
            entry.records = len(found.estimate.items)
            return found

    async def refresh_balance(self) -> None:
        """Read the account's credits again by a free call, unless they were told in the last minute."""
        known = self.balance
        if known is None or not 0 <= self._core.clock() - known.at <= _BALANCE_KEPT:
            await self._buyer.read(self.generations[0])

    async def bury(self, executor: str) -> None:
        """Close at once what a dead process has left open: what it had not sent is free, the rest is in doubt.

        Args:
            executor: as its calls of :meth:`enrich` were given it. One that is alive after all sends nothing of what
                it had reserved, and its late answers are taken.

        Raises:
            InvalidArgument: the state cannot be used.
        """
        await self._ledger.bury(executor)

    async def in_doubt(self, entity: Entity, inputs: Sequence[Mapping[str, object]], job: str) -> list[bool]:
        """Which inputs a job has sent without knowing what came of it.

        Args:
            entity: what they are.
            inputs: canonical match inputs.
            job: whose calls.

        Raises:
            InvalidArgument: the state cannot be used.
        """
        return await self._ledger.in_doubt(entity, inputs, job)

    async def budget(self, caller: str) -> Budget:
        """What is left of the budgets and the caller's hour."""
        await self._core.tidy()
        return await self._ledger.budget(self._core.limits(), _asking(caller))

    async def standing(self) -> View:
        """Whether the account may spend, from the ledger."""
        return await self._ledger.view()

    async def resume_spending(self, who: str) -> Stop | None:
        """Let an account spend again that was stopped, because a person has looked into it.

        Args:
            who: the person.

        Returns:
            Why it had stopped; None when it had not.
        """
        async with self._audit.watch(who, "resume_spending") as entry:
            stop = await self._ledger.resume(who)
            entry.note = "it had not been stopped" if stop is None else f"fell {stop.fell}, counted {stop.counted}"
            return stop


# Tells rows apart while they are screened together; no field of ZoomInfo's has this name.
_PLACE = "zi_place"
_MANY: dict[Entity, str] = {"contact": "contacts", "company": "companies"}
_SEARCHES: dict[Subject, str] = {
    "contact": "search_contacts",
    "company": "search_companies",
    "intent": "search_intent",
    "scoop": "search_scoops",
    "news": "search_news",
}


def _asking(caller: str) -> Caller:
    return Caller(caller, "", "usage")


def _room(limits: Sequence[Limit], what: str) -> bool:
    found = next((limit for limit in limits if limit.type == LIMIT_OF[what]), None)
    return found is None or not found.metered or found.remaining > 0
