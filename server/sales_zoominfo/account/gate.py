"""THE GATE: the only way to ZoomInfo.

Every call passes here: its cost is resolved from the operations table, reserved in the ledger, sent, settled and told.
The composition root makes the client and hands it over; nothing else touches it, so nothing spends unreserved.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import anyio

from ..errors import OutcomeUnknown, SalesZoomInfoError, fail
from ..settings import Settings
from ..zoominfo.arguments import read_choice, read_id, read_inputs, read_names, read_number
from ..zoominfo.client import Balance, Client
from ..zoominfo.codec import BATCH, ENRICH, Direction, Use
from ..zoominfo.fields import INPUTS, OUTPUTS
from ..zoominfo.operations import OPERATIONS, Entity, Generation, Operation
from ..zoominfo.records import FieldRight, Limit, Match, Page, Value
from .ledger import Budget, Caller, Estimate, Ledger, Limits, Outcome, Reservation
from .match_key import CONSTRAINTS, ID_FIELD
from .modes import Modes

__all__ = ["Account", "Balance", "Credits", "Enriched", "UsageReport"]

# A reservation that nobody has touched for so many seconds belongs to a process that died.
ABANDONED_AFTER = 900.0
GET: dict[Entity, Operation] = {"contact": OPERATIONS["get_contact"], "company": OPERATIONS["get_company"]}
_UNSENT = Match("NOT_SENT", {}, None)
_UNKNOWN = Match("OUTCOME_UNKNOWN", {}, None)
# What is paid for does not wait longer than this for the balance that is told beside it.
_BALANCE_TIMEOUT = 5.0


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
    """ZoomInfo's limits and our own budgets."""

    limits: list[Limit]
    budget: Budget


class Account:
    """One ZoomInfo account behind the gate.

    Args:
        client: the APIs.
        ledger: the record of what was bought and promised.
        settings: ceilings and budgets.
        modes: read-only and free-only.
        clock: Unix seconds.
    """

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        settings: Settings,
        modes: Modes,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._settings = settings
        self._modes = modes
        self._clock = clock
        self._remembered = False
        # Purchases begun and under way, to know whether a fall of the balance is of one call alone.
        self._started = 0
        self._under_way = 0
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
    def balance(self) -> Balance | None:
        """Credits left, as last told by ZoomInfo."""
        return self._client.balance

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def limits(self, max_credits: object = None) -> Limits:
        """The caps of a call; an argument can lower them and never raise them.

        Raises:
            InvalidArgument: ``maxCredits`` is not a whole number of at least 0.
        """
        cap = None if max_credits is None else read_number("maxCredits", max_credits, whole=True, low=0, high=None)
        return Limits(
            max_credits=None if cap is None else int(cap),
            per_call=self._settings.max_credits_per_call,
            per_hour=self._settings.max_credits_per_hour,
            per_day=self._settings.max_credits_per_day,
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

    async def search(self, entity: Entity, filters: Mapping[str, object], **paging: object) -> Page:
        """A page of a search; free. See :meth:`Client.search`."""
        page = await self._client.search(entity, filters, **paging)
        await self._note_account()
        return page

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
        """Seconds that the access token still lives; free. See :meth:`Client.token_life`."""
        return await self._client.token_life(generation)

    async def usage(self, caller: str) -> UsageReport:
        """ZoomInfo's limits and our budgets; free."""
        await self._tidy()
        limits = await self._client.usage()
        await self._note_account()
        return UsageReport(limits, await self._ledger.budget(self.limits(), _asking(caller)))

    async def estimate(self, entity: Entity, inputs: object) -> Estimate:
        """What enriching these inputs would cost at most; free and without a call.

        Raises:
            InvalidArgument: see :func:`~sales_zoominfo.zoominfo.arguments.read_inputs`.
        """
        return await self._ledger.estimate(entity, read_inputs(entity, inputs, where=INPUTS[entity]))

    async def budget(self, caller: str) -> Budget:
        """What is left of the day budget and the caller's hour."""
        await self._tidy()
        return await self._ledger.budget(self.limits(), _asking(caller))

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
    ) -> Enriched:
        """One record by id. Costs a credit unless it was bought in the last 12 months.

        Raises:
            NotFound: ZoomInfo has no such record; nothing was charged.
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
            operation=GET[entity],
        )
        match = found.matches[0]
        if not match.matched:
            if match.status == "LIMIT_EXCEEDED":
                raise fail("credits_exhausted")
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
            progress: awaited with (inputs done, inputs in all) after each batch.
            operation: as what it counts; the entity's enrich when None.

        Returns:
            What became of each input, in order.

        Raises:
            InvalidArgument, NotAvailable, ModeForbids: before anything is reserved.
            CreditApprovalRequired, BudgetExceeded: before anything is sent.
            OutcomeUnknown: the only batch was sent and no answer came.
            SalesZoomInfoError: what ZoomInfo refused; nothing was charged then.
        """
        operation = operation or ENRICH[entity]
        self._allow(operation, operation.name)
        items = read_inputs(entity, inputs, where=INPUTS[entity])
        needed = (
            []
            if required is None
            else read_names(required, OUTPUTS[entity], where=f"{entity} enrich", name="requiredFields")
        )
        generation, fields = self._client.enrich_fields(
            entity, outputs, read_choice("detail", detail, ("concise", "full")), needed
        )
        limits = self.limits(max_credits)
        await self._tidy()
        who = Caller(caller, uuid.uuid4().hex, operation.name)
        reservation = await self._ledger.reserve(who, entity, items, limits)
        purchase = _Purchase(entity, generation, items, fields, needed, reservation)
        failure = await self._buy_all(purchase, progress)
        warnings = purchase.warnings
        if failure is not None:
            warnings.append(f"Not all inputs were answered. {failure}")
        if any(match.status == "LIMIT_EXCEEDED" for match in purchase.matches):
            warnings.append(str(fail("credits_exhausted")))
        left = None
        try:
            await self._note_account()
            left = (await self._ledger.budget(limits, who)).day_left
        except SalesZoomInfoError as error:
            # The records are paid for: an unusable state file must not lose them.
            warnings.append(str(error))
        if self.balance is None:
            await self._credits_left(generation)
        return Enriched(items, purchase.matches, Credits(purchase.spent, left, self.balance), warnings)

    async def _buy_all(
        self, purchase: _Purchase, progress: Callable[[int, int], Awaitable[None]] | None
    ) -> SalesZoomInfoError | None:
        # What is paid for is never thrown away: a failure after the first batch ends the call with what there is.
        batches = purchase.batches()
        done = 0
        try:
            while batches:
                batch = batches.pop(0)
                try:
                    await self._buy(purchase, batch)
                except SalesZoomInfoError as error:
                    if not done:
                        raise
                    return error
                done += len(purchase.spread(batch))
                if progress is not None:
                    # A client that is gone must not cost the records that it paid for.
                    with suppress(Exception):
                        await progress(done, len(purchase.inputs))
        finally:
            await self._close(purchase, [index for batch in batches for index in purchase.spread(batch)], sent=False)
        return None

    async def _buy(self, purchase: _Purchase, batch: Sequence[int]) -> None:
        self._started += 1
        self._under_way += 1
        mine, alone = self._started, self._under_way == 1
        try:
            if purchase.at_stake(batch) and purchase.left is None:
                purchase.left = await self._credits_left(purchase.generation)
            before = purchase.left
            found = await self._send(purchase, batch)
            purchase.note(batch, found)
            purchase.left = await self._credits_left(purchase.generation) if purchase.at_stake(batch) else before
            alone = alone and mine == self._started
        finally:
            self._under_way -= 1
        drop = before - purchase.left if alone and before is not None and purchase.left is not None else None
        try:
            with anyio.CancelScope(shield=True):
                purchase.spent += await self._ledger.settle(purchase.reservation, purchase.outcomes(batch, drop))
        except SalesZoomInfoError as error:
            # Unsettled it stays "sent" and counts as spent; the records themselves are here and paid for.
            purchase.spent += sum(match.matched for match in found)
            purchase.warnings.append(str(error))

    async def _send(self, purchase: _Purchase, batch: Sequence[int]) -> list[Match]:
        indexes = purchase.spread(batch)
        sent = False

        async def mark() -> None:
            nonlocal sent
            await self._ledger.mark_sent(purchase.reservation, indexes)
            sent = True

        try:
            return await self._client.enrich(
                purchase.entity,
                purchase.generation,
                [purchase.asked(index) for index in batch],
                purchase.outputs,
                purchase.required,
                at_stake=purchase.at_stake(batch),
                before_send=mark,
            )
        except OutcomeUnknown:
            purchase.note(batch, [_UNKNOWN] * len(batch))
            await self._close(purchase, indexes, sent=True)
            raise
        except SalesZoomInfoError:
            await self._close(purchase, indexes, sent=False)
            raise
        except BaseException:
            # Cancelled or crashed: once the request is on its way it may have been paid for.
            await self._close(purchase, indexes, sent=sent)
            raise

    async def _close(self, purchase: _Purchase, indexes: Sequence[int], *, sent: bool) -> None:
        """Release what was surely not billed, or note what may have been; never hides what ended the call."""
        if not indexes:
            return
        with anyio.CancelScope(shield=True):
            try:
                if sent:
                    await self._ledger.mark_in_doubt(purchase.reservation, indexes)
                else:
                    await self._ledger.release(purchase.reservation, indexes)
            except SalesZoomInfoError as error:
                # The charges stay counted, and recovery closes them once the state file can be used again.
                purchase.warnings.append(str(error))

    async def _credits_left(self, generation: Generation) -> int | None:
        """The account's credits by a free call; None when it cannot be read in time."""
        with suppress(SalesZoomInfoError), anyio.move_on_after(_BALANCE_TIMEOUT, shield=True):
            limits = await self._client.usage(generation)
            return next((limit.remaining for limit in limits if limit.type == "uniqueIdLimit" and limit.metered), None)
        return None


def _asking(caller: str) -> Caller:
    return Caller(caller, "", "usage")


@dataclass(slots=True)
class _Purchase:
    """One enrich call on its way: inputs, what to ask for, and what came back."""

    entity: Entity
    generation: Generation
    inputs: list[dict[str, object]]
    outputs: list[str]
    required: list[str]
    reservation: Reservation
    spent: int = 0
    left: int | None = None
    warnings: list[str] = field(default_factory=list[str])
    matches: list[Match] = field(init=False)
    twins: dict[int, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.matches = [_UNSENT] * len(self.inputs)
        first: dict[object, int] = {}
        self.twins = {}
        for index, item in enumerate(self.reservation.estimate.items):
            # What the ledger knows as one record travels once, unless a constraint asks for another answer.
            same = (index if item.twin is None else item.twin, repr(sorted(self.constraints(index).items())))
            lead = first.setdefault(same, index)
            self.twins.setdefault(lead, []).append(index)

    def constraints(self, index: int) -> dict[str, object]:
        """What narrows an input's match without naming anybody."""
        return {name: value for name, value in self.inputs[index].items() if name in CONSTRAINTS}

    def asked(self, index: int) -> dict[str, object]:
        """An input as it travels: by the record's id where the estimate rests on that record."""
        record = self.reservation.estimate.items[index].zi_id
        if record is None:
            return self.inputs[index]
        return {ID_FIELD[self.entity]: record, **self.constraints(index)}

    def batches(self) -> list[list[int]]:
        leads = list(self.twins)
        return [leads[start : start + BATCH] for start in range(0, len(leads), BATCH)]

    def spread(self, batch: Sequence[int]) -> list[int]:
        return [index for lead in batch for index in self.twins[lead]]

    def at_stake(self, batch: Sequence[int]) -> int:
        """Credits that these inputs and their twins were reserved for."""
        return sum(self.reservation.estimate.items[index].credits for index in self.spread(batch))

    def outcomes(self, batch: Sequence[int], drop: int | None) -> list[Outcome]:
        """What the ledger is told of a batch.

        Args:
            batch: the inputs that travelled.
            drop: by how much the balance fell meanwhile, None when that is not known or not ours alone.
        """
        items = self.reservation.estimate.items
        bought: set[object] = set()
        told: list[Outcome] = []
        for lead in batch:
            for index in self.twins[lead]:
                match = self.matches[index]
                # A twin never travelled; where its record has an id, the ledger sees that by itself.
                charged = None if index == lead or match.record_id else False
                record = match.record_id or index
                if match.matched and items[index].credits and index == lead:
                    charged = None if record not in bought else False
                    bought.add(record)
                told.append(Outcome(index, match.matched, match.record_id, charged))
        if drop is not None and drop > len(bought):
            self.warnings.append(
                f"The account's balance fell by {drop} while this call counts {len(bought)}: "
                "a colleague is spending too, or ZoomInfo charged more than it says."
            )
        if drop not in (0, len(bought)):
            return told
        # ZoomInfo's own figure says which it was, so the purchases are confirmed or were free.
        return [
            replace(outcome, charged=bool(drop))
            if outcome.charged is None and outcome.matched and items[outcome.index].credits
            else outcome
            for outcome in told
        ]

    def note(self, batch: Sequence[int], found: Sequence[Match]) -> None:
        for lead, match in zip(batch, found, strict=True):
            for index in self.twins[lead]:
                self.matches[index] = match
