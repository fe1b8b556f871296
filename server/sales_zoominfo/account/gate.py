"""THE GATE: the only way to ZoomInfo.

Every call passes here: what must not be sent is refused, its cost is reserved in the ledger, it is sent, settled,
screened and written to the audit. The composition root makes the client and hands it over; nothing else touches it, so
nothing spends unreserved and nothing leaves unscreened.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ..errors import (
    CreditApprovalRequired,
    CreditsExhausted,
    PlanDoesNotInclude,
    SalesZoomInfoError,
    UsageLimitReached,
    fail,
)
from ..settings import Settings
from ..zoominfo.arguments import read_choice, read_id, read_inputs, read_names, read_number
from ..zoominfo.client import Balance, Client
from ..zoominfo.codec import ENRICH, Direction, Use
from ..zoominfo.fields import INPUTS, OUTPUTS
from ..zoominfo.operations import OPERATIONS, Entity, Generation, Operation
from ..zoominfo.records import FieldRight, Limit, Match, Page, Value
from .audit import Audit, Watched, filters_note
from .buying import LIMIT_OF, Buyer, told_by
from .consent import Consent, Request, digest
from .copies import Copies
from .estimating import Estimated, Estimator
from .ledger import Budget, Caller, Ledger, Limits, Reservation
from .match_key import CONSTRAINTS
from .modes import Modes
from .privacy import SUPPRESSED, Screen, echo
from .purchase import LIMIT_EXCEEDED, UNSENT, Purchase
from .report import Figures, figures
from .settling import Settler
from .standing import Stop, View

__all__ = ["Account", "Balance", "Credits", "Enriched", "UsageReport"]

# A reservation that nobody has touched for so many seconds belongs to a process that died.
ABANDONED_AFTER = 900.0
GET: dict[Entity, Operation] = {"contact": OPERATIONS["get_contact"], "company": OPERATIONS["get_company"]}
KEPT = "kept here"
# A balance that was told less than so many seconds ago is good enough to plan by.
_BALANCE_KEPT = 60.0


@dataclass(frozen=True, slots=True)
class Credits:
    """Where the credits stand after a call.

    Attributes:
        spent: counted for this call; an upper bound, since a colleague may have owned a record already.
        left: of the day budget, None when the call did not touch it.
        balance: the account's own figure, when ZoomInfo told it.
    """

    spent: int
    left: int | None = None
    balance: Balance | None = None


@dataclass(frozen=True, slots=True)
class Enriched:
    """The outcome of an enrich call, in the inputs' order."""

    inputs: list[dict[str, object]]
    matches: list[Match]
    credits: Credits
    warnings: list[str] = field(default_factory=list[str])


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


@dataclass(slots=True)
class _Order:
    """What an enrich call asks for, as it was read.

    Attributes:
        items: all inputs.
        fields: output fields that were asked for.
        asked: those and the flags that the screen wants beside them.
        kept: indexes of the inputs that are sent; the others are answered in ``matches``.
    """

    entity: Entity
    generation: Generation
    items: list[dict[str, object]]
    fields: list[str]
    asked: list[str]
    required: list[str]
    kept: list[int] = field(default_factory=list[int])
    matches: dict[int, Match] = field(default_factory=dict[int, Match])


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
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._settings = settings
        self._modes = modes
        self._screen = screen
        self._audit = audit
        self._copies = copies
        self._clock = clock
        self._buyer = Buyer(client, ledger, settings.timeout)
        self._settler = Settler(client, ledger, self._buyer)
        self._estimator = Estimator(client, ledger, self._settler, screen)
        self._remembered = False
        self._abandoned_after = max(ABANDONED_AFTER, 4 * settings.timeout + 60)
        self._tidied = -self._abandoned_after

    @property
    def sandbox(self) -> bool:
        """Whether the answers are fictional."""
        return self._client.sandbox

    @property
    def generations(self) -> tuple[Generation, ...]:
        """The configured API generations."""
        return self._client.generations

    @property
    def settings(self) -> Settings:
        """Ceilings, budgets and the price of a credit."""
        return self._settings

    @property
    def balance(self) -> Balance | None:
        """Credits left, as last told by ZoomInfo."""
        return self._client.balance

    async def aclose(self) -> None:
        """Close the connections; what the audit still has to write is written first."""
        await self._audit.flush()
        await self._client.aclose()

    def limits(self, max_credits: object = None) -> Limits:
        """The caps of a call; an argument can lower them and never raise them.

        Raises:
            InvalidArgument: ``maxCredits`` is not a whole number of at least 0.
        """
        cap = None if max_credits is None else read_number("maxCredits", max_credits, whole=True, low=0, high=None)
        settings = self._settings
        return Limits(
            max_credits=None if cap is None else int(cap),
            per_call=settings.max_credits_per_call,
            per_hour=settings.max_credits_per_hour,
            per_day=settings.max_credits_per_day,
            per_caller=settings.max_credits_per_caller,
            per_job=settings.max_credits_per_job,
            total=settings.max_credits_total,
        )

    def _allow(self, operation: Operation, tool: str) -> None:
        forbidden = self._modes.forbids(spends=operation.spends, writes=operation.writes)
        if forbidden:
            mode, flag = forbidden
            raise fail("mode_forbids", mode=mode, tool=tool, instead="the search tools", flag=flag)

    async def _tidy(self) -> None:
        # A process that died holds budget until somebody closes its charges, also while this one runs on.
        if self._clock() - self._tidied >= self._abandoned_after:
            self._tidied = self._clock()
            await self._ledger.recover(self._abandoned_after)

    async def _note_account(self) -> None:
        # From here on, missing credentials on this machine are a mistake and not a wish for the sandbox.
        if not self._remembered and not self.sandbox:
            for generation in self.generations:
                await self._ledger.remember_account(generation)
            self._remembered = True

    # --- free calls ---

    async def search(
        self, entity: Entity, filters: Mapping[str, object], *, caller: str = "local", **paging: object
    ) -> Page:
        """A screened page of a search; free. See :meth:`Client.search`."""
        async with self._audit.watch(caller, f"search_{_MANY[entity]}", entity) as entry:
            entry.note = filters_note(list(filters))
            page = await self._client.search(entity, filters, **paging)
            await self._note_account()
            page, warnings = await self._screen.page(entity, page)
            entry.generation, entry.records = page.generation, len(page.rows)
        return replace(page, warnings=(*page.warnings, *warnings)) if warnings else page

    async def lookup(self, name: str, narrow: Mapping[str, str] | None = None) -> list[Value]:
        """A taxonomy; free. See :meth:`Client.lookup`."""
        values = await self._client.lookup(name, narrow)
        await self._note_account()
        return values

    async def field_rights(self, entity: Entity, use: Use, direction: Direction) -> list[FieldRight]:
        """Which fields the account may use; free."""
        rights = await self._client.field_rights(entity, use, direction)
        await self._note_account()
        return rights

    async def authenticate(self) -> tuple[Generation, ...]:
        """Sign in to each configured generation."""
        return await self._client.authenticate()

    async def token_life(self, generation: Generation) -> float:
        """Seconds that the access token of a generation still lives; free. See :meth:`Client.token_life`."""
        return await self._client.token_life(generation)

    async def usage(self, caller: str, days: int = 30) -> UsageReport:
        """ZoomInfo's limits, our budgets, and the ledger's figures of some days; free."""
        await self._tidy()
        async with self._audit.watch(caller, "usage"):
            await self._settler.settle(now=True)
            limits = await self._client.usage()
            await self._note_account()
            budget = await self._ledger.budget(self.limits(), _asking(caller))
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
        self, entity: Entity, inputs: object, *, check: bool = False, caller: str = "local"
    ) -> Estimated:
        """What enriching these inputs costs at most; free.

        Args:
            entity: what they are.
            inputs: as for :meth:`enrich`.
            check: settle what is in doubt, and ask ZoomInfo about records that are named by their id, where it is free.
            caller: who asks.

        Raises:
            InvalidArgument: see :func:`~sales_zoominfo.zoominfo.arguments.read_inputs`.
        """
        async with self._audit.watch(caller, "estimate_credits", entity) as entry:
            if check:
                await self._settler.settle()
            found = await self._estimator.inputs(entity, inputs, check=check)
            entry.records = len(found.estimate.items)
            return found

    async def estimate_search(
        self, entity: Entity, filters: Mapping[str, object], limit: object, *, caller: str = "local"
    ) -> Estimated:
        """What enriching the first results of a search costs; free.

        Args:
            entity: what is searched.
            filters: as for :meth:`search`.
            limit: how many of its results, 1 to 100.
            caller: who asks.

        Raises:
            SalesZoomInfoError: as for :meth:`search`.
        """
        async with self._audit.watch(caller, "estimate_credits", entity) as entry:
            entry.note = filters_note(list(filters))
            await self._settler.settle()
            found = await self._estimator.search(entity, filters, limit)
            await self._note_account()
            entry.records = len(found.estimate.items)
            return found

    async def refresh_balance(self) -> None:
        """Read the account's credits again by a free call, unless they were told in the last minute."""
        known = self.balance
        if known is None or not 0 <= self._clock() - known.at <= _BALANCE_KEPT:
            await self._buyer.read(self.generations[0])

    async def budget(self, caller: str) -> Budget:
        """What is left of the budgets and the caller's hour."""
        await self._tidy()
        return await self._ledger.budget(self.limits(), _asking(caller))

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

    # --- spending calls ---

    async def get(
        self,
        entity: Entity,
        record_id: object,
        *,
        caller: str,
        outputs: object = None,
        detail: object = "full",
        max_credits: object = None,
        max_age: object = None,
        consent: Consent | None = None,
    ) -> Enriched:
        """One record by id. Costs a credit unless it was bought in the last 12 months. As :meth:`enrich` otherwise.

        Raises:
            NotFound: ZoomInfo has no such record; nothing was charged.
            Suppressed: it is on the opt-out list; nothing was sent, or it is not handed over.
        """
        key = "personId" if entity == "contact" else "companyId"
        wanted = read_id(key, record_id)
        found = await self.enrich(
            entity,
            [{key: wanted}],
            caller=caller,
            outputs=outputs,
            detail=detail,
            max_credits=max_credits,
            max_age=max_age,
            consent=consent,
            operation=GET[entity],
        )
        match = found.matches[0]
        if not match.matched:
            if match.status == SUPPRESSED.status:
                if not found.credits.spent:
                    raise fail("suppressed", thing="person" if entity == "contact" else "company")
                raise fail("suppressed_record")
            raise fail(
                "record_not_found",
                entity="person" if entity == "contact" else "company",
                id=wanted,
                status=match.status,
                tool="search_contacts" if entity == "contact" else "search_companies",
            )
        return found

    async def enrich(
        self,
        entity: Entity,
        inputs: object,
        *,
        caller: str,
        outputs: object = None,
        required: object = None,
        detail: object = "concise",
        max_credits: object = None,
        max_age: object = None,
        consent: Consent | None = None,
        job: str | None = None,
        progress: Callable[[int, int], Awaitable[None]] | None = None,
        operation: Operation | None = None,
    ) -> Enriched:
        """Enrich 1 to 100 records, at most 1 credit each and none for what was bought in the last 12 months.

        Args:
            entity: whose records.
            inputs: objects of match keys.
            caller: who asks, for budgets and the ledger.
            outputs: output fields, or None for the default set of ``detail``.
            required: a record lacking one of these is no match, and free.
            detail: ``concise`` or ``full``.
            max_credits: the caller's own cap in credits.
            max_age: records that are kept here and not older than so many days are taken from there, free.
            consent: asks a person when a ceiling is passed; None when nobody can be asked.
            job: the job that the call belongs to.
            progress: awaited with (inputs done, inputs in all) after each batch.
            operation: as what it counts; the entity's enrich when None.

        Returns:
            What became of each input, in order.

        Raises:
            InvalidArgument, NotAvailable, ModeForbids: before anything is reserved.
            CreditApprovalRequired, BudgetExceeded, SpendingStopped: before anything is sent.
            CreditsExhausted, UsageLimitReached: before anything is sent, or as ZoomInfo answered.
            OutcomeUnknown: the only batch was sent and no answer came.
            SalesZoomInfoError: what ZoomInfo refused; nothing was charged then.
        """
        operation = operation or ENRICH[entity]
        self._allow(operation, operation.name)
        async with self._audit.watch(caller, operation.name, entity) as entry:
            order = self._read(entity, inputs, outputs, required, detail)
            limits = self.limits(max_credits)
            entry.generation = order.generation
            await self._tidy()
            await self._sort_out(order, max_age)
            who = Caller(caller, uuid.uuid4().hex, operation.name, job)
            entry.call_id, entry.job = who.call_id, job
            purchase: Purchase | None = None
            warnings: list[str] = []
            if order.kept:
                purchase = await self._buy(order, who, limits, consent, entry, progress)
                warnings = purchase.warnings
            matches, told = await self._hand_over(order, purchase, entry)
            warnings += told
            left = None if purchase is None else purchase.day_left
            if left is None:
                # The records are paid for: an unusable state file must not lose them.
                with suppress(SalesZoomInfoError):
                    left = (await self._ledger.budget(limits, who)).day_left
            inputs_told = [
                echo(item) if match.status == SUPPRESSED.status else item
                for item, match in zip(order.items, matches, strict=True)
            ]
            spent = 0 if purchase is None else purchase.spent
            found = Enriched(inputs_told, matches, Credits(spent, left, self.balance), warnings)
        if entry.warning:
            found.warnings.append(entry.warning)
        return found

    def _read(self, entity: Entity, inputs: object, outputs: object, required: object, detail: object) -> _Order:
        items = read_inputs(entity, inputs, where=INPUTS[entity])
        needed = (
            []
            if required is None
            else read_names(required, OUTPUTS[entity], where=f"{entity} enrich", name="requiredFields")
        )
        generation, fields = self._client.enrich_fields(
            entity, outputs, read_choice("detail", detail, ("concise", "full")), needed
        )
        asked = [*fields, *self._screen.extra_outputs(entity, generation, fields)]
        return _Order(entity, generation, items, fields, asked, needed)

    async def _sort_out(self, order: _Order, max_age: object) -> None:
        """Answer what must not be sent, and what is kept here and new enough."""
        days = 0.0 if max_age is None else float(read_number("maxAge", max_age, whole=False, low=0, high=None))
        refused = await self._screen.refuse(order.entity, order.items)
        order.matches = dict.fromkeys(refused, SUPPRESSED)
        order.kept = [index for index in range(len(order.items)) if index not in refused]
        if not days or self._copies is None or not self._copies.kept or not order.kept or order.required:
            return
        known = await self._ledger.estimate(order.entity, [order.items[index] for index in order.kept])
        for index, item in zip(list(order.kept), known.items, strict=True):
            if item.zi_id is None or CONSTRAINTS & order.items[index].keys():
                continue
            row = await self._copies.get(order.entity, item.zi_id, order.asked, days)
            if row is not None:
                order.matches[index] = Match("FULL_MATCH", row, item.zi_id, (KEPT,))
                order.kept.remove(index)

    async def _buy(
        self,
        order: _Order,
        who: Caller,
        limits: Limits,
        consent: Consent | None,
        entry: Watched,
        progress: Callable[[int, int], Awaitable[None]] | None,
    ) -> Purchase:
        items = [order.items[index] for index in order.kept]
        reservation, limits = await self._reserve(order, items, who, limits, consent)
        entry.reserved = reservation.credits
        purchase = Purchase(order.entity, order.generation, items, order.asked, order.required, reservation, limits)
        if reservation.credits:
            try:
                await self._audit.ready()
            except BaseException:
                await self._ledger.release(reservation, range(len(items)))
                raise
        if reservation.view.doubts:
            await self._settler.settle()
        try:
            failure = await self._buyer.buy(purchase, progress)
        except PlanDoesNotInclude as error:
            if order.asked == order.fields or error.kind != "plan_field":
                raise
            # The flags were our wish, and the plan may lack them: ask without, and let the screen be strict.
            order.asked = order.fields
            # What a person has agreed to is the same purchase.
            again = limits if limits.approval is None else replace(limits, approval=f"{limits.approval}.plain")
            return await self._buy(order, who, again, consent, entry, progress)
        finally:
            entry.credits = purchase.spent
        entry.records = sum(match.matched for match in purchase.matches)
        if failure is not None:
            entry.result = failure.code
            purchase.warnings.append(f"Not all inputs were answered. {failure}")
        exceeded = [match.status == LIMIT_EXCEEDED for match in purchase.matches]
        if all(exceeded):
            raise fail("credits_exhausted", details={"records": len(exceeded)})
        if any(exceeded):
            purchase.warnings.append(str(fail("credits_exhausted")))
        try:
            await self._note_account()
        except SalesZoomInfoError as error:
            purchase.warnings.append(str(error))
        if self.balance is None:
            await self._buyer.read(order.generation)
        return purchase

    async def _reserve(
        self,
        order: _Order,
        items: Sequence[dict[str, object]],
        who: Caller,
        limits: Limits,
        consent: Consent | None,
    ) -> tuple[Reservation, Limits]:
        """Reserve; after a free reading has shown room, and after a person has agreed, where that is what it takes."""
        looked = asked = False
        while True:
            try:
                return await self._ledger.reserve(who, order.entity, items, limits), limits
            except (CreditsExhausted, UsageLimitReached) as error:
                what = str(error.details.get("exhausted"))
                if looked or not await self._buyer.room(order.generation, what):
                    raise
                looked = True
                await self._ledger.note_exhausted(None)
            except CreditApprovalRequired as error:
                if consent is None or asked or error.kind != "over_ceiling" or not error.details.get("askable"):
                    raise
                asked = True
                request = self._request(order, items, who.name, error)
                granted = await consent(request)
                if granted is None:
                    raise fail("approval_declined", credits=request.credits) from None
                limits = replace(limits, approved=request.credits, approval=granted)

    def _request(
        self, order: _Order, items: Sequence[dict[str, object]], caller: str, error: CreditApprovalRequired
    ) -> Request:
        facts = error.details
        credits = int(str(facts["estimate"]))
        return Request(
            entity=order.entity,
            records=len(items),
            credits=credits,
            exact=bool(facts["exact"]),
            scope=str(facts["scope"]),
            ceiling=int(str(facts["ceiling"])),
            used=int(str(facts["used"])),
            digest=digest(caller, order.entity, items, order.fields, order.required, credits),
            sandbox=self.sandbox,
        )

    async def _hand_over(
        self, order: _Order, purchase: Purchase | None, entry: Watched
    ) -> tuple[list[Match], list[str]]:
        """What may be handed over, in the inputs' order, and warnings."""
        if purchase is not None:
            order.matches |= dict(zip(order.kept, purchase.matches, strict=True))
        whole = [order.matches.get(index, UNSENT) for index in range(len(order.items))]
        matches, warnings = await self._screen.matches(order.entity, order.items, whole, order.fields)
        if purchase is not None:
            await self._keep(order, [index for index in order.kept if matches[index].status != SUPPRESSED.status])
        withheld = sum(match.status == SUPPRESSED.status for match in matches)
        if withheld:
            entry.note = f"{withheld} withheld by the opt-out list"
        return matches, warnings

    async def _keep(self, order: _Order, indexes: Sequence[int]) -> None:
        """Copy what was bought, where copies are switched on; of nobody on the opt-out list."""
        copies = self._copies
        if copies is None or not copies.kept:
            return
        for match in (order.matches[index] for index in indexes):
            if match.status == "FULL_MATCH" and match.record_id:
                # What is paid for is handed over, whether it can be kept or not.
                with suppress(SalesZoomInfoError):
                    await copies.put(order.entity, match.record_id, order.asked, match.row)


_MANY: dict[Entity, str] = {"contact": "contacts", "company": "companies"}


def _asking(caller: str) -> Caller:
    return Caller(caller, "", "usage")


def _room(limits: Sequence[Limit], what: str) -> bool:
    found = next((limit for limit in limits if limit.type == LIMIT_OF[what]), None)
    return found is None or not found.metered or found.remaining > 0
