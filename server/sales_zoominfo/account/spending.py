"""The calls that spend: what must not be sent is refused, its cost is reserved, it is sent, settled and screened."""

from __future__ import annotations

import json
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
from ..zoominfo.arguments import read_choice, read_id, read_inputs, read_number, read_required
from ..zoominfo.asking import NOTHING, Answer, Ask
from ..zoominfo.client import Balance
from ..zoominfo.codec import ENRICH
from ..zoominfo.fields import INPUTS
from ..zoominfo.operations import OPERATIONS, Entity, Generation, Operation
from ..zoominfo.records import Match
from .audit import Watched
from .buying import Buyer
from .consent import Consent, Request, digest
from .copies import Copies
from .core import Core
from .ledger import Caller, Limits, Reservation
from .match_key import CONSTRAINTS
from .optouts import ListChanged, Scope
from .privacy import PENDING_PAID, SUPPRESSED, echo
from .purchase import LIMIT_EXCEEDED, UNSENT, Purchase
from .regions import for_the_list
from .settling import Settler
from .workplaces import NOBODY, Hidden

GET: dict[Entity, Operation] = {"contact": OPERATIONS["get_contact"], "company": OPERATIONS["get_company"]}
KEPT = "kept here"


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
class About:
    """What ZoomInfo told about one company, as it may be handed over.

    Attributes:
        answer: the rows and what belongs to them.
        ask: what was sent, with the names that were resolved.
    """

    answer: Answer
    ask: Ask
    credits: Credits
    warnings: list[str]


@dataclass(slots=True)
class _Order:
    """What an enrich call asks for, as it was read.

    Attributes:
        items: all inputs.
        fields: output fields that were asked for.
        asked: those and the flags that the screen wants beside them.
        kept: indexes of the inputs that are sent; the others are answered in ``matches``.
        ask: what is asked about the one company among the inputs, None for an enrich of records.
    """

    entity: Entity
    generation: Generation
    items: list[dict[str, object]]
    fields: list[str]
    asked: list[str]
    required: list[str]
    kept: list[int] = field(default_factory=list[int])
    matches: dict[int, Match] = field(default_factory=dict[int, Match])
    ask: Ask | None = None
    lacking: list[str] = field(default_factory=list[str])

    @property
    def beside(self) -> frozenset[str]:
        """What is asked for on behalf of the opt-out list alone."""
        return for_the_list(self.fields, self.asked) if self.entity == "contact" else frozenset()


class Spender:
    """Everything that can cost a credit.

    Args:
        core: the account.
        buyer: sends what was reserved.
        settler: settles what is in doubt.
        copies: bought records kept here, None for none.
    """

    def __init__(self, core: Core, buyer: Buyer, settler: Settler, copies: Copies | None = None) -> None:
        self._core = core
        self._buyer = buyer
        self._settler = settler
        self._copies = copies

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
        agreed: str | None = None,
        job: str | None = None,
        executor: str | None = None,
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
            agreed: names the agreement of a person to all that this call may cost, so that nobody is asked; it pays
                for one call.
            job: the job that the call belongs to.
            executor: names the process that calls, for :meth:`.gate.Account.bury`; 8 to 16 hexadecimal digits.
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
        # Whatever it counts as, it spends like an enrich.
        self._core.allow(ENRICH[entity], operation.name)
        async with self._core.audit.watch(caller, operation.name, entity) as entry:
            order = self._read(entity, inputs, outputs, required, detail)
            limits = self._core.limits(max_credits)
            entry.generation = order.generation
            await self._core.tidy()
            # What is kept here is handed over without a reservation, in which the guess would be made sure of.
            guess = self._core.screen.list.guess() if max_age is None else None
            scope = guess or await self._core.scope(entity)
            await self._sort_out(order, max_age, scope)
            call_id = uuid.uuid4().hex if executor is None else f"{executor}.{uuid.uuid4().hex}"
            who = Caller(caller, call_id, operation.name, job)
            entry.call_id, entry.job = who.call_id, job
            if agreed is not None:
                limits = replace(limits, approved=len(order.kept), approval=agreed)
            purchase: Purchase | None = None
            warnings: list[str] = []
            if order.kept:
                try:
                    purchase = await self._buy(order, who, limits, consent, entry, progress, guess is not None)
                except ListChanged:
                    scope = await self._core.scope(entity)
                    await self._sort_out(order, max_age, scope)
                    if agreed is not None:
                        limits = replace(limits, approved=len(order.kept))
                    if order.kept:
                        purchase = await self._buy(order, who, limits, consent, entry, progress)
            if purchase is not None:
                warnings = purchase.warnings
            matches, told = await self._hand_over(order, purchase, entry)
            warnings += told
            if purchase is not None and scope.pending and entity == "contact":
                warnings.append(PENDING_PAID)
            if order.lacking:
                warnings.append(f"Not asked for, since the account's plan lacks it: {', '.join(order.lacking)}.")
            left = None if purchase is None else purchase.day_left
            if left is None:
                # The records are paid for: an unusable state file must not lose them.
                with suppress(SalesZoomInfoError):
                    left = (await self._core.ledger.budget(limits, who)).day_left
            inputs_told = [
                echo(item) if match.status == SUPPRESSED.status else item
                for item, match in zip(order.items, matches, strict=True)
            ]
            spent = 0 if purchase is None else purchase.spent
            found = Enriched(inputs_told, matches, Credits(spent, left, self._core.client.balance), warnings)
        if entry.warning:
            found.warnings.append(entry.warning)
        return found

    async def about(
        self,
        name: str,
        arguments: Mapping[str, object],
        *,
        caller: str,
        max_credits: object = None,
        consent: Consent | None = None,
        job: str | None = None,
    ) -> About:
        """What ZoomInfo knows about one company, at most 1 credit and none when it was bought in the last 12 months.

        Args:
            name: an operation of :data:`~sales_zoominfo.zoominfo.asks.ASKS`.
            arguments: as its builder documents them.
            caller: who asks, for budgets and the ledger.
            max_credits: the caller's own cap in credits.
            consent: asks a person when a ceiling is passed; None when nobody can be asked.
            job: the job that the call belongs to.

        Returns:
            The screened answer.

        Raises:
            NotFound: ZoomInfo knows no such company; nothing was charged.
            Suppressed: the arguments name somebody on the opt-out list; nothing was sent.
            SalesZoomInfoError: as :meth:`enrich`.
        """
        core, operation = self._core, OPERATIONS[name]
        core.allow(operation, name)
        async with core.audit.watch(caller, name, "company") as entry:
            limits = core.limits(max_credits)
            ask = await core.client.prepare(name, arguments)
            entry.generation = ask.generation
            await core.refuse(arguments)
            who = Caller(caller, uuid.uuid4().hex, name, job)
            entry.call_id, entry.job = who.call_id, job
            purchase: Purchase | None = None
            if ask.company is None:
                # Another generation's way to ask the same: it costs records and no credit.
                answer = await core.client.answer(ask)
                await core.note_account()
            else:
                await core.tidy()
                asked = [name, json.dumps([ask.request.params, ask.request.json], sort_keys=True, default=str)]
                order = _Order("company", ask.generation, [ask.company], asked, asked, [], [0], ask=ask)
                purchase = await self._buy(order, who, limits, consent, entry, None)
                answer = purchase.answer
                if answer is None:
                    raise RuntimeError("a purchase ended without an answer and without an error")
            found, warnings = await core.screened(answer, name, arguments)
            entry.records = len(found.rows)
            if found.status == NOTHING:
                raise fail("company_not_found", operation=operation.title)
        left = None if purchase is None else purchase.day_left
        if left is None:
            with suppress(SalesZoomInfoError):
                left = (await core.ledger.budget(limits, who)).day_left
        spent = 0 if purchase is None else purchase.spent
        told = [*ask.warnings, *([] if purchase is None else purchase.warnings), *warnings]
        if entry.warning:
            told.append(entry.warning)
        return About(found, ask, Credits(spent, left, core.client.balance), told)

    def _read(self, entity: Entity, inputs: object, outputs: object, required: object, detail: object) -> _Order:
        items = read_inputs(entity, inputs, where=INPUTS[entity])
        generation, fields, needed = self.read_fields(entity, outputs, required, detail)
        return _Order(entity, generation, items, fields, fields, needed)

    def read_fields(
        self, entity: Entity, outputs: object, required: object, detail: object
    ) -> tuple[Generation, list[str], list[str]]:
        """Which API an enrich would ask, and for what; no call.

        Args:
            entity, outputs, required, detail: as for :meth:`enrich`.

        Returns:
            The generation, the output fields and the required ones.

        Raises:
            InvalidArgument, NotAvailable: a field is unknown, or the account's APIs lack it.
        """
        needed = read_required(entity, required)
        level = read_choice("detail", detail, ("concise", "full"))
        return *self._core.client.enrich_fields(entity, outputs, level, needed), needed

    async def _leave_out(self, order: _Order) -> None:
        """Ask for no field that the account's plan lacks, where ZoomInfo tells."""
        lacking = await self._core.client.forbidden(order.entity, order.generation)
        gone = [name for name in order.fields if name in lacking and name != "id"]
        left = [name for name in order.fields if name not in gone]
        if gone and left == ["id"]:
            raise fail("plan_field", fields=", ".join(gone), details={"fields": gone})
        order.fields, order.lacking = left, [*order.lacking, *gone]
        order.asked = [name for name in order.asked if name not in lacking or name == "id"]

    async def _sort_out(self, order: _Order, max_age: object, scope: Scope) -> None:
        """Answer what must not be sent, and what is kept here and new enough."""
        days = 0.0 if max_age is None else float(read_number("maxAge", max_age, whole=False, low=0, high=None))
        beside = self._core.screen.beside(order.entity, order.generation, order.fields, scope)
        order.asked = [*order.fields, *beside]
        refused = await self._core.screen.refuse(order.entity, order.items, scope)
        order.matches = dict.fromkeys(refused, SUPPRESSED)
        order.kept = [index for index in range(len(order.items)) if index not in refused]
        if order.kept:
            await self._leave_out(order)
        if not days or self._copies is None or not self._copies.kept or not order.kept or order.required:
            return
        known = await self._core.ledger.estimate(order.entity, [order.items[index] for index in order.kept])
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
        guessed: bool = False,
    ) -> Purchase:
        items = [order.items[index] for index in order.kept]
        reservation, limits = await self._reserve(order, items, who, limits, consent, guessed)
        entry.reserved = reservation.credits
        purchase = Purchase(
            order.entity, order.generation, items, order.asked, order.required, reservation, limits, order.ask
        )
        purchase.optional = order.beside
        try:
            if reservation.credits:
                await self._core.audit.ready()
            if reservation.view.doubts:
                await self._settler.settle()
        except BaseException:
            await self._buyer.give_back(purchase)
            raise
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
            if await self._core.note_account():
                purchase.listed = None
        except SalesZoomInfoError as error:
            purchase.warnings.append(str(error))
        if self._core.client.balance is None:
            purchase.listed = None
            await self._buyer.read(order.generation)
        return purchase

    async def _reserve(
        self,
        order: _Order,
        items: Sequence[dict[str, object]],
        who: Caller,
        limits: Limits,
        consent: Consent | None,
        guessed: bool,
    ) -> tuple[Reservation, Limits]:
        """Reserve; after a free reading has shown room, and after a person has agreed, where that is what it takes.

        Raises:
            ListChanged: the opt-out list is not as it was guessed; nothing is reserved.
        """
        looked = asked = False
        check = self._core.screen.list.check if guessed else None
        while True:
            try:
                return await self._core.ledger.reserve(who, order.entity, items, limits, check), limits
            except (CreditsExhausted, UsageLimitReached) as error:
                what = str(error.details.get("exhausted"))
                if looked or not await self._buyer.room(order.generation, what):
                    raise
                looked = True
                await self._core.ledger.note_exhausted(None)
            except CreditApprovalRequired as error:
                if consent is None or asked or error.kind != "over_ceiling":
                    raise
                asked = True
                request = self._request(order, items, who.name, error)
                granted = await consent(request)
                if granted is None:
                    raise fail("approval_declined", credits=request.credits) from None
                limits = replace(limits, approved=request.credits, approval=granted)
            except (SalesZoomInfoError, ListChanged):
                raise
            except Exception as error:
                if not guessed:
                    raise
                # It may be the list that cannot be read, which is told by what reads it alone.
                raise ListChanged from error

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
            sandbox=self._core.client.sandbox,
        )

    async def _hand_over(
        self, order: _Order, purchase: Purchase | None, entry: Watched
    ) -> tuple[list[Match], list[str]]:
        """What may be handed over, in the inputs' order, and warnings."""
        if purchase is not None:
            order.matches |= dict(zip(order.kept, purchase.matches, strict=True))
        whole = [order.matches.get(index, UNSENT) for index in range(len(order.items))]
        listed = None if purchase is None else purchase.listed
        hidden = await self._hidden(order, whole, listed)
        matches, warnings = await self._core.screen.matches(
            order.entity, order.items, whole, order.fields, hidden.keys, order.beside, listed
        )
        warnings += hidden.warnings()
        if purchase is not None:
            await self._keep(order, [index for index in order.kept if matches[index].status != SUPPRESSED.status])
        withheld = sum(match.status == SUPPRESSED.status for match in matches)
        if withheld:
            entry.note = f"{withheld} withheld by the opt-out list"
        return matches, warnings

    async def _hidden(self, order: _Order, matches: Sequence[Match], listed: Scope | None) -> Hidden:
        """Who must not be shown because of where they work, where the record itself does not tell."""
        if order.entity == "company" or (listed is not None and not listed.companies):
            return NOBODY
        untold = [match.record_id for match in matches if match.record_id and not match.row.get("companyId")]
        return await self._core.workplaces.hidden([{"personId": person} for person in untold])

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
