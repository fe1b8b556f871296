"""The credit ledger: what every call may cost, what is reserved, what was bought.

A charge is one input of one call. Its states:

    reserved ──► sent ──► spent | free | released        settled by ZoomInfo's answer
        │         └─────► in_doubt                       sent, and no answer came: counts as spent
        └─────► released                                 surely not billed
    in_doubt ──► superseded                              its caller asks again: the new charge counts instead
    superseded ► in_doubt                                … and counts again when the new one was not billed

Reserved and sent charges count in full wherever they were made; spent and in-doubt ones count in the UTC day
(and for one caller in the hour) of their sending. No transition raises that sum except :meth:`Ledger.reserve`,
which checks the budgets, and an answer by which ZoomInfo charged more than was reserved, which is the truth.

The file holds ids, dates, caller names and HMACs of match inputs; no personal value.
"""

from __future__ import annotations

import asyncio
import hmac
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple, cast
from uuid import uuid4

from ..errors import SalesZoomInfoError, fail
from ..store import Store, Transaction, create_once
from ..zoominfo.operations import Entity
from . import standing
from .match_key import CONSTRAINTS, Input, canonical_id, key_of_id, match_key, own_id
from .standing import LATE, Seen, Stop, Turn, View

DAY = 86_400.0
HOUR = 3_600.0
# A record is under management for 12 months from its purchase.
TERM = 365 * DAY
# A purchase date told by ZoomInfo may be a bare date in another time zone: only a date older than this
# shows that the call at hand did not buy the record.
SLACK = 2 * DAY

# Two of our calls that get the same record within so many seconds are a race for one purchase.
RACE = 900.0

KEY_FILE = "ledger.key"
KEY_SIZE = 32

SETTING_CALL = "ZOOMINFO_MAX_CREDITS_PER_CALL"
SETTING_HOUR = "ZOOMINFO_MAX_CREDITS_PER_HOUR"
SETTING_DAY = "ZOOMINFO_MAX_CREDITS_PER_DAY"
SETTING_CALLER = "ZOOMINFO_MAX_CREDITS_PER_CALLER"
SETTING_JOB = "ZOOMINFO_MAX_CREDITS_PER_JOB"
SETTING_TOTAL = "ZOOMINFO_MAX_CREDITS_TOTAL"

NEW = "new"
OWNED = "under management"
ASSUMED = "bought before, not confirmed"


@dataclass(frozen=True)
class Limits:
    """What a call may cost, all in credits.

    Attributes:
        max_credits: the caller's own cap of this call; None leaves it to the ceiling.
        per_call: ceiling of one call.
        per_hour: ceiling of one caller in any 3,600 seconds.
        per_day: budget of the account in a UTC day.
        per_caller: budget of one caller in a UTC day, None for none of its own.
        per_job: budget of one job, None for none.
        total: budget of the account for good, None for none.
        approved: what a person has agreed to for this call; lifts the two ceilings and no budget.
        approval: id of that consent, which pays for one call only.
    """

    max_credits: int | None
    per_call: int
    per_hour: int
    per_day: int
    per_caller: int | None = None
    per_job: int | None = None
    total: int | None = None
    approved: int = 0
    approval: str | None = None


@dataclass(frozen=True)
class Caller:
    """Who spends, and for what.

    Attributes:
        name: id of the caller, whom the hour's ceiling belongs to.
        call_id: id of the call or job.
        operation: name in :data:`~sales_zoominfo.zoominfo.operations.OPERATIONS`.
        job: id of the job that the call belongs to.
    """

    name: str
    call_id: str
    operation: str
    job: str | None = None


@dataclass(frozen=True)
class Item:
    """One input of an estimate.

    Attributes:
        credits: 0 or 1.
        why: ``new``, ``under management``, ``bought before, not confirmed``, or ``duplicate of input n`` (from 0).
        zi_id: the record to ask for by its id: the one that the input names, or that it has matched and is ours.
        exact: whether ``credits`` is certain.
        twin: the earlier input that it repeats.
    """

    credits: int
    why: str
    zi_id: str | None = None
    exact: bool = False
    twin: int | None = None


@dataclass(frozen=True)
class Estimate:
    """What a call costs at most.

    Attributes:
        credits: sum over the items.
        exact: whether it costs just that.
        reason: a sentence that says why it is exact, or only an upper bound.
        items: one for each input, in order.
    """

    credits: int
    exact: bool
    reason: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Reservation:
    """Credits set aside for a call.

    Attributes:
        id: random id.
        entity: what the inputs are.
        caller: for whom.
        estimate: what was reserved, and why.
        view: where the account stood then.
    """

    id: str
    entity: Entity
    caller: Caller
    estimate: Estimate
    view: View = field(compare=False)

    @property
    def credits(self) -> int:
        """Credits reserved."""
        return self.estimate.credits


@dataclass(frozen=True)
class Outcome:
    """What ZoomInfo answered to one input.

    Attributes:
        index: position of the input in the call, from 0.
        matched: whether a record came back.
        zi_id: the record's id, as text.
        charged: whether this call was billed for it; None when ZoomInfo did not tell.
        confirmed_at: when ZoomInfo says it was bought, epoch seconds.
    """

    index: int
    matched: bool
    zi_id: str | None = None
    charged: bool | None = None
    confirmed_at: float | None = None


@dataclass(frozen=True)
class Purchase:
    """A record under management.

    Attributes:
        entity, zi_id: which record.
        bought_at: epoch seconds; for an assumed purchase the sending of the call that got it.
        confirmed: whether ZoomInfo told the date or the charge; otherwise assumed.
        caller, call_id: who bought it for which call; None when it was not one of our calls.
    """

    entity: Entity
    zi_id: str
    bought_at: float
    confirmed: bool
    caller: str | None = None
    call_id: str | None = None

    @property
    def expires_at(self) -> float:
        """When the record costs a credit again, epoch seconds."""
        return self.bought_at + TERM


@dataclass(frozen=True)
class Budget:
    """Where the account stands, in credits.

    Attributes:
        spent_today: settled in this UTC day.
        reserved: set aside by calls that are under way, whenever they began.
        in_doubt: sent in this UTC day without an answer; counted as spent.
        day_budget: the limit.
        day_left: what may still be reserved today.
        hour_left: what this caller may still reserve within the hour.
        resets_at: next midnight UTC, epoch seconds.
        caller_left: what this caller may still reserve today, None without a budget of its own.
        total_left: what may still be reserved at all, None without a budget for good.
    """

    spent_today: int
    reserved: int
    in_doubt: int
    day_budget: int
    day_left: int
    hour_left: int
    resets_at: float
    caller_left: int | None = None
    total_left: int | None = None


@dataclass(frozen=True)
class Closed:
    """What an answered turn came to.

    Attributes:
        spent: credits that count as spent by it.
        seen: what the account's own figure showed.
        day_left: what may still be reserved today.
        view: whether the account may spend now.
    """

    spent: int
    seen: Seen
    day_left: int
    view: View


@dataclass(frozen=True)
class KnownAccount:
    """A real account that this machine has used: its name, API generation and first use (epoch seconds)."""

    name: str
    generation: str
    first_seen: float


@dataclass(frozen=True)
class Recovered:
    """How many charges :meth:`Ledger.recover` released and put in doubt."""

    released: int
    in_doubt: int


class _Asked(NamedTuple):
    """An input as the database knows it: the HMAC of what it identifies, the id that it names, its constraints."""

    key: bytes | None
    own: str
    constraints: tuple[tuple[str, str], ...]


class _Line(NamedTuple):
    """An item with what the database needs of it."""

    item: Item
    key: bytes | None


class _Charge(NamedTuple):
    """A row of table charge."""

    id: int
    reservation: str
    idx: int
    caller: str
    call_id: str
    entity: Entity
    key: bytes | None
    zi_id: str | None
    credits: int
    state: str
    at: float
    superseded_by: int | None
    job: str | None


_CHARGE = "id, reservation, idx, caller, call_id, entity, key, zi_id, credits, state, at, superseded_by, job"


_NOTE_MATCH = (
    "INSERT INTO match_key (account, entity, key, zi_id, seen_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (account, entity, key) DO UPDATE SET zi_id = excluded.zi_id, seen_at = excluded.seen_at"
)
_PUT_PURCHASE = (
    "INSERT INTO purchase (account, entity, zi_id, bought_at, confirmed, caller, call_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, entity, zi_id) DO UPDATE SET"
    " bought_at = excluded.bought_at, confirmed = excluded.confirmed,"
    " caller = excluded.caller, call_id = excluded.call_id"
)


class _Budget(NamedTuple):
    """A budget with what has been used of it."""

    scope: str
    limit: int
    used: int
    setting: str


class Ledger:
    """The ledger of one account. Several instances, in several processes, may share a file."""

    def __init__(
        self,
        store: Store,
        account: str,
        *,
        clock: Callable[[], float] | None = None,
        digest: Callable[[str], bytes] | None = None,
    ) -> None:
        """Bind a ledger to its database.

        A clock that jumps breaks no budget: what a later day has spent counts in the earlier one as well.

        Args:
            store: an open store.
            account: name of the ZoomInfo account (``ZOOMINFO_ACCOUNT``).
            clock: epoch seconds; None for the database's own, :meth:`Transaction.now`.
            digest: the HMAC of a match input; None for one under the key in the store's folder.
        """
        self.store = self._store = store
        self.account = self._account = account
        self.clock = self._clock = clock
        self._secret: bytes | None = None
        self._hmac = digest

    # -- before the call

    async def estimate(self, entity: Entity, inputs: Sequence[Input]) -> Estimate:
        """What a call would cost at most; changes nothing.

        Args:
            entity: what the inputs are.
            inputs: match inputs with ZoomInfo's field names.

        Returns:
            The estimate, with one item for each input.

        Raises:
            InvalidArgument: the state file cannot be used.
        """
        return await self._store.read(
            lambda c: _sum_up(entity, self._lines(c, entity, self._asked(entity, inputs), self._now(c)))
        )

    async def reserve(self, caller: Caller, entity: Entity, inputs: Sequence[Input], limits: Limits) -> Reservation:
        """Set aside what a call costs at most, in one short transaction.

        Args:
            caller: who spends, and for what.
            entity: what the inputs are.
            inputs: match inputs with ZoomInfo's field names, in the order of the call.
            limits: cap, ceilings and budgets; checked in that order, and not at all for a free call.

        Returns:
            The reservation; settle, release or mark in doubt each of its inputs.

        Raises:
            CreditApprovalRequired: over the cap or a ceiling; nothing is reserved.
            BudgetExceeded: over a budget; nothing is reserved.
            SpendingStopped, CreditsExhausted, UsageLimitReached: the account may not spend now.
            InvalidArgument: the state file cannot be used.
        """
        reservation = uuid4().hex

        def job(c: Transaction) -> Reservation:
            now = self._now(c)
            lines = self._lines(c, entity, self._asked(entity, inputs), now)
            estimate = _sum_up(entity, lines)
            standing.refuse(c, self._account, estimate.credits)
            superseded: list[_Charge | None] = [None] * len(lines)
            if not self._calm(c):
                superseded = [self._doubt_to_supersede(c, caller, entity, line) for line in lines]
            self._check(c, caller, estimate, limits, now, [row for row in superseded if row is not None])
            c.executemany(
                "INSERT INTO charge (account, reservation, idx, caller, call_id, operation, entity, key, zi_id,"
                " credits, state, live, reserved_at, at, job) VALUES (?,?,?,?,?,?,?,?,?,?,'reserved',1,?,?,?)",
                [
                    (
                        *(self._account, reservation, index, caller.name, caller.call_id, caller.operation),
                        *(entity, line.key, line.item.zi_id, line.item.credits, now, now, caller.job),
                    )
                    for index, line in enumerate(lines)
                ],
            )
            for index, doubt in enumerate(superseded):
                if doubt is not None:
                    c.execute(
                        "UPDATE charge SET state = 'superseded', superseded_by ="
                        " (SELECT heir.id FROM charge AS heir WHERE heir.reservation = ? AND heir.idx = ?)"
                        " WHERE id = ?",
                        (reservation, index, doubt.id),
                    )
            return Reservation(reservation, entity, caller, estimate, standing.view(c, self._account, now))

        def undo(c: Transaction) -> None:
            for row in _rows(c, "reservation = ?", reservation):
                _release(c, row)

        try:
            return await self._store.write(job)
        except asyncio.CancelledError:
            # The caller will never learn the reservation's id; queued behind the job, which cannot be stopped.
            self._store.submit(undo)
            raise
        except SalesZoomInfoError as error:
            if error.kind == "state_uncertain":
                self._store.submit(undo)
            raise

    async def mark_sent(self, reservation: Reservation, indexes: Sequence[int], via: str = "") -> Turn | None:
        """Write down, durably, that inputs are about to be sent. Call it after any waiting, right before the send.

        When the awaiting task is cancelled the mark may have been made: nothing was sent, so release the inputs.

        Args:
            reservation: the call.
            indexes: which of its inputs.
            via: the API generation.

        Returns:
            The turn, for :meth:`conclude`; None when these inputs are being sent once more.

        Raises:
            UpstreamUnavailable: the reservation has lapsed (:meth:`recover`), or the account's first spend is still
                being compared; do not send.
            SpendingStopped, CreditsExhausted, UsageLimitReached: the account may no longer spend; do not send.
            InvalidArgument: the file cannot be used; do not send.
        """

        def job(c: Transaction) -> Turn | None:
            now = self._now(c)
            rows = self._all_own(c, reservation, indexes)
            if any(row.state not in ("reserved", "sent") for row in rows):
                raise fail("reservation_lapsed")
            fresh = [row for row in rows if row.state == "reserved"]
            if not fresh:
                # Sent once more after a refusal: still the same turn.
                standing.refuse(c, self._account, sum(row.credits for row in rows))
                self._mark(c, reservation, rows, "at = ?", max(now, *(row.at for row in rows)))
                return None
            turn = standing.begin(c, self._account, via, sum(row.credits for row in fresh), now)
            at = max(now, *(row.at for row in rows))
            self._mark(c, reservation, rows, "state = 'sent', at = ?, via = ?, turn = ?", at, via, turn.number)
            return turn

        return await self._store.write(job)

    # -- after the call

    async def settle(self, reservation: Reservation, outcomes: Sequence[Outcome]) -> int:
        """Record what ZoomInfo answered. A late answer is taken too; settling an input twice changes nothing.

        Where ZoomInfo does not tell whether it charged, a match counts as bought by this call unless the record
        was under management before, or another call of ours has bought it meanwhile. A record that ZoomInfo gave
        free of charge without telling its purchase date is not recorded as owned: it may lapse any day.

        Args:
            reservation: the call.
            outcomes: of some or all of its inputs.

        Returns:
            Credits that count as spent by these inputs; more than reserved if ZoomInfo charged more.

        Raises:
            InvalidArgument: the file cannot be used; the inputs then stay as they were.
        """

        def job(c: Transaction) -> int:
            return self._settle_all(c, reservation, outcomes, self._now(c))

        return await self._store.write(job)

    async def conclude(
        self,
        reservation: Reservation,
        turn: Turn,
        tell: Callable[[int | None], Sequence[Outcome]],
        limits: Limits,
        *,
        balance: int | None = None,
        header: int | None = None,
    ) -> Closed:
        """Settle an answered turn by what the account's own figure shows, in one transaction.

        Args:
            reservation: the call.
            turn: from :meth:`mark_sent`.
            tell: the outcomes, given by how much the turn alone has lowered the figure (None when that is not known).
                It may be called twice and must only compute.
            limits: for what is left of the day's budget.
            balance: credits left, read after the answer; None when it was not read.
            header: the figure that the answer itself carried, when the balance was read by another call.

        Returns:
            What it came to.

        Raises:
            InvalidArgument: the file cannot be used; the inputs then stay as they were.
        """

        def job(c: Transaction) -> Closed:
            now = self._now(c)
            seen = Seen()
            if balance is not None:
                seen = standing.compare(c, self._account, turn, balance, header, now)
            spent = self._settle_all(c, reservation, tell(seen.drop), now)
            if balance is not None:
                standing.settle_down(c, self._account, turn)
            left = max(0, limits.per_day - sum(self._counts(c, now).values()))
            return Closed(spent, seen, left, standing.view(c, self._account, now))

        # Lost by a crash of the machine, the charges are still marked as sent: they count, and are read later.
        return await self._store.write(job, durable=False)

    async def release(self, reservation: Reservation, indexes: Sequence[int]) -> None:
        """Free the credits of inputs that were surely not billed: never sent, or refused with 400, 401, 403 or 429.

        Args:
            reservation: the call.
            indexes: which of its inputs; settled ones are left alone.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        def job(c: Transaction) -> None:
            for row in self._own(c, reservation, indexes):
                _release(c, row)

        await self._store.write(job)

    async def mark_in_doubt(self, reservation: Reservation, indexes: Sequence[int]) -> None:
        """Note that inputs were sent and the answer is unknown (timeout, reset, 5xx): they count as spent.

        Args:
            reservation: the call.
            indexes: which of its inputs; settled and released ones are left alone.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        def job(c: Transaction) -> None:
            for row in self._own(c, reservation, indexes):
                if row.state in ("reserved", "sent"):
                    c.execute("UPDATE charge SET state = 'in_doubt' WHERE id = ?", (row.id,))

        await self._store.write(job)

    async def recover(self, older_than: float) -> Recovered:
        """Clear up after processes that died: unsent charges are released, sent ones are put in doubt.

        A process that is alive after all cannot send a released charge (:meth:`mark_sent` refuses), and its
        late answer to one in doubt is still taken.

        Args:
            older_than: seconds since the reservation or the sending; longer than any call may take.

        Returns:
            How many of each.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        def job(c: Transaction) -> Recovered:
            now = self._now(c)
            # Also those that a clock which has been set back since dated into the future.
            limit, future = now - older_than, now + older_than
            where = "account = ? AND state IN ('reserved', 'sent') AND (at <= ? OR at > ?)"
            stale = _rows(c, where, self._account, limit, future)
            unsent = [row for row in stale if row.state == "reserved"]
            for row in unsent:
                _release(c, row)
            for row in stale:
                if row.state == "sent":
                    c.execute("UPDATE charge SET state = 'in_doubt' WHERE id = ?", (row.id,))
            return Recovered(len(unsent), len(stale) - len(unsent))

        return await self._store.write(job)

    # -- what is known

    async def budget(self, limits: Limits, caller: Caller) -> Budget:
        """Where the account and a caller stand.

        Args:
            limits: ceilings and budget.
            caller: whose hour.

        Returns:
            The figures of this moment.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        return await self._store.read(lambda c: self._budget(c, limits, caller, self._now(c)))

    async def owned(self, entity: Entity, ids: Iterable[str]) -> dict[str, Purchase]:
        """Which records are under management.

        Args:
            entity: what the ids are of.
            ids: ZoomInfo ids.

        Returns:
            The purchases of the last 12 months, by id as it was given.

        Raises:
            InvalidArgument: the file cannot be used.
        """
        wanted = list(ids)

        def job(c: Transaction) -> dict[str, Purchase]:
            now = self._now(c)
            found = {given: self._purchase(c, entity, canonical_id(given), now) for given in wanted}
            return {given: purchase for given, purchase in found.items() if purchase is not None}

        return await self._store.read(job)

    async def note_confirmed(self, entity: Entity, zi_id: str, purchased_at: float) -> None:
        """Take note of a purchase date that ZoomInfo told outside a spending call (GTM ``managementStatus``).

        Args:
            entity: what the id is of.
            zi_id: ZoomInfo id.
            purchased_at: epoch seconds; a date that has lapsed or is older than the known one changes nothing.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        await self._store.write(lambda c: self._confirm(c, entity, canonical_id(zi_id), purchased_at))

    async def note_management(
        self, entity: Entity, bought: Sequence[tuple[str, float]], unowned: Sequence[str], asked_at: float
    ) -> None:
        """Take note of what ZoomInfo told about many records at once (GTM ``managementStatus``).

        Of a record that is not under management, charges in doubt were not billed, unless they are so young that they
        may still be carried out; a purchase that was only assumed, or is older than :data:`SLACK`, was not made.

        Args:
            entity: what the ids are of.
            bought: ids with their purchase dates, epoch seconds.
            unowned: ids of records that are not under management.
            asked_at: when ZoomInfo was asked, epoch seconds.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        def job(c: Transaction) -> None:
            for zi_id, at in bought:
                self._confirm(c, entity, canonical_id(zi_id), at)
            before = asked_at - LATE
            for zi_id in unowned:
                record = canonical_id(zi_id)
                for row in self._doubts(c, entity, record, None):
                    if row.state == "in_doubt" and row.at <= before:
                        _release(c, row)
                c.execute(
                    "DELETE FROM purchase WHERE account = ? AND entity = ? AND zi_id = ?"
                    " AND ((confirmed = 0 AND bought_at <= ?) OR bought_at <= ?)",
                    (self._account, entity, record, before, asked_at - SLACK),
                )

        if bought or unowned:
            await self._store.write(job, durable=False)

    def _confirm(self, c: Transaction, entity: Entity, record: str, purchased_at: float) -> None:
        now = self._now(c)
        if purchased_at <= now - TERM:
            return
        known = self._purchase(c, entity, record, now)
        told = min(purchased_at, now)
        self._put_purchase(c, _with_date(entity, record, known, told))
        if known is None or known.call_id is None:
            payer = self._resolve_doubts(c, entity, record, None, paid_before=told)
            if payer is not None:
                self._put_purchase(c, Purchase(entity, record, told, True, payer.caller, payer.call_id))
        else:
            self._resolve_doubts(c, entity, record, None, paid_before=None)

    async def doubts(self, limit: int) -> list[tuple[Entity, str]]:
        """Records with a charge in doubt that is old enough to be settled by reading, the latest first.

        Args:
            limit: how many at most.
        """

        def job(c: Transaction) -> list[tuple[Entity, str]]:
            rows = c.execute(
                "SELECT entity, zi_id, MAX(at) FROM charge WHERE account = ? AND state = 'in_doubt' AND credits > 0"
                " AND zi_id IS NOT NULL AND at <= ? GROUP BY entity, zi_id ORDER BY MAX(at) DESC LIMIT ?",
                (self._account, self._now(c) - LATE, limit),
            )
            return [(row[0], row[1]) for row in rows.fetchall()]

        return await self._store.read(job)

    async def weigh(self, generation: str, balance: int, view: View) -> int | None:
        """Settle all charges in doubt by the account's own figure, where it can tell; and keep the figure.

        Args:
            generation: the API that it was read through.
            balance: credits left.
            view: from before it was read.

        Returns:
            How many of the charges in doubt count as spent; None when they stay in doubt.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        def job(c: Transaction) -> int | None:
            fall = standing.weigh(c, self._account, generation, balance, view)
            billed = None if fall is None else 0
            if fall is not None and billed is not None:
                # Releasing one puts what it had superseded in doubt again.
                while rows := _rows(
                    c, "account = ? AND state = 'in_doubt' AND live = 1 AND credits > 0", self._account
                ):
                    # Which of them it was is not known, so none is recorded as owned: asking again is free at worst.
                    # The latest count, so that no day's budget is given back what that day has cost.
                    for row in sorted(rows, key=lambda row: (row.at, row.id), reverse=True):
                        if billed < fall.unexplained(_midnight(row.at)):
                            billed += row.credits
                            _close(c, row.id, "spent", row.credits)
                        else:
                            _release(c, row)
                # What a counted one had superseded stood for the same purchase.
                while c.execute(
                    "UPDATE charge SET state = 'released', credits = 0, live = 0 WHERE account = ?"
                    " AND state = 'superseded' AND superseded_by IN"
                    " (SELECT heir.id FROM charge AS heir WHERE heir.account = ? AND heir.live = 0)",
                    (self._account, self._account),
                ).rowcount:
                    pass
            standing.note(c, self._account, generation, balance, view, self._now(c))
            return billed

        return await self._store.write(job)

    # -- whether the account may spend

    async def view(self) -> View:
        """Where the account stands beside its budgets."""
        return await self._store.read(lambda c: standing.view(c, self._account, self._now(c)))

    async def note_balance(self, generation: str, balance: int, view: View) -> View:
        """Keep a figure that was read outside a turn.

        Args:
            generation: the API that it was read through.
            balance: credits left.
            view: from before it was read.

        Returns:
            The view that it leads to.
        """

        def job(c: Transaction) -> View:
            now = self._now(c)
            standing.note(c, self._account, generation, balance, view, now)
            return standing.view(c, self._account, now)

        return await self._store.write(job, durable=False)

    async def note_incomparable(self) -> None:
        """ZoomInfo tells no figure for this account, so its first spend is not compared."""
        await self._store.write(lambda c: standing.prove(c, self._account, self._now(c)))

    async def note_exhausted(self, what: str | None) -> None:
        """Note that ``credits``, ``request`` or ``record`` are used up, or with None that there is room again."""
        await self._store.write(lambda c: standing.exhaust(c, self._account, what, self._now(c)))

    async def resume(self, who: str) -> Stop | None:
        """Let a stopped account spend again.

        Args:
            who: the person who decided it.

        Returns:
            Why it had stopped; None when it had not.
        """
        return await self._store.write(lambda c: standing.resume(c, self._account, who, self._now(c)))

    async def accounts(self) -> tuple[KnownAccount, ...]:
        """The real accounts that this machine has used, of any name, oldest first.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        def job(c: Transaction) -> tuple[KnownAccount, ...]:
            rows = c.execute("SELECT name, generation, first_seen FROM account ORDER BY first_seen, name, generation")
            return tuple(KnownAccount(*row) for row in rows)

        return await self._store.read(job)

    async def remember_account(self, generation: str) -> None:
        """Remember that this machine has used this ledger's account for real.

        Args:
            generation: ``gtm`` or ``enterprise``; anything else, such as ``sandbox``, is not written.

        Raises:
            InvalidArgument: the file cannot be used.
        """
        if generation not in ("gtm", "enterprise"):
            return
        await self._store.write(
            lambda c: (
                c.execute(
                    "INSERT INTO account VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    (self._account, generation, self._now(c)),
                ).rowcount
            )
        )

    # -- inside a transaction, on the store's thread

    def _now(self, c: Transaction) -> float:
        return c.now() if self._clock is None else self._clock()

    def _digest(self, entity: Entity, key: str) -> bytes:
        if self._hmac is not None:
            return self._hmac(f"{entity}\n{key}")
        if self._secret is None:
            self._secret = create_once(self._store.directory / KEY_FILE, KEY_SIZE)
        return hmac.digest(self._secret, f"{entity}\n{key}".encode(), "sha256")

    def _asked(self, entity: Entity, inputs: Sequence[Input]) -> list[_Asked]:
        asked: list[_Asked] = []
        for values in inputs:
            own = own_id(entity, values)
            text = key_of_id(own) if own else match_key(entity, values)
            # A constraint can turn the same person's namesake into the match, so it tells inputs apart.
            limits = tuple(sorted((name, str(value)) for name, value in values.items() if name in CONSTRAINTS))
            asked.append(_Asked(self._digest(entity, text) if text else None, own, limits))
        return asked

    def _lines(self, c: Transaction, entity: Entity, asked: Sequence[_Asked], now: float) -> list[_Line]:
        # An input is asked for by the record under management that it has matched before, or by the id that it names:
        # an address can come to mean somebody else.
        matched = self._matched(c, entity, {each.key for each in asked if each.key is not None})
        owned = self._purchases(c, entity, {*matched.values(), *(each.own for each in asked if each.own)}, now)
        first: dict[object, int] = {}  # where an input or a record first appears in the call
        lines: list[_Line] = []
        for index, (key, own, limits) in enumerate(asked):
            earlier = None if key is None else matched.get(key)
            record = next((each for each in (earlier, own) if each and each in owned), own or None)
            purchase = owned.get(record or "")
            same: object = record or (key, limits)
            twin = first.setdefault(same, index) if key else index
            if twin != index:
                item = Item(0, f"duplicate of input {twin}", record, True, twin)
            elif purchase is None:
                item = Item(1, NEW, record)
            elif purchase.confirmed:
                item = Item(0, OWNED, record, True)
            else:
                # It may have been a colleague's, of unknown date, and have lapsed since.
                item = Item(1, ASSUMED, record)
            lines.append(_Line(item, key))
        return lines

    def _matched(self, c: Transaction, entity: Entity, keys: Collection[bytes]) -> dict[bytes, str]:
        """The record that each input has matched, where it has."""
        if not keys:
            return {}
        rows = c.execute(
            "SELECT key, zi_id FROM match_key WHERE account = ? AND entity = ?"  # noqa: S608 - only marks are put in
            f" AND key IN ({_marks(keys)})",
            (self._account, entity, *keys),
        )
        return {bytes(key): record for key, record in rows}

    def _purchases(self, c: Transaction, entity: Entity, records: Collection[str], now: float) -> dict[str, Purchase]:
        """Which of some records are under management."""
        if not records:
            return {}
        # No condition on the date: SQLite would walk through all that is under management by it.
        rows = c.execute(
            "SELECT zi_id, bought_at, confirmed, caller, call_id FROM purchase"  # noqa: S608 - only marks are put in
            f" WHERE account = ? AND entity = ? AND zi_id IN ({_marks(records)})",
            (self._account, entity, *records),
        )
        lapsed = now - TERM
        return {
            row[0]: Purchase(entity, row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows if row[1] > lapsed
        }

    def _calm(self, c: Transaction) -> bool:
        """Whether the account has no credit in doubt, nor one that another charge has taken the place of."""
        return not c.execute(
            "SELECT 1 FROM charge WHERE account = ? AND state IN ('in_doubt', 'superseded') AND credits > 0 LIMIT 1",
            (self._account,),
        ).fetchone()

    def _check(
        self,
        c: Transaction,
        caller: Caller,
        estimate: Estimate,
        limits: Limits,
        now: float,
        superseded: Sequence[_Charge],
    ) -> None:
        """Raise when the call does not fit; credits of superseded charges no longer count."""
        needed = estimate.credits
        if not needed:
            return
        facts: dict[str, object] = {"estimate": needed, "exact": estimate.exact, "reason": estimate.reason}
        if limits.max_credits is not None and needed > limits.max_credits:
            raise fail(
                "over_cap",
                estimate=needed,
                cap=limits.max_credits,
                details={**facts, "cap": limits.max_credits},
            )
        refused = self._over_budget(c, caller, limits, now, superseded, facts)
        if needed > limits.approved or refused is not None or not self._take_approval(c, caller, limits, now):
            since = now - HOUR
            hour = self._used(c, since, caller.name) - sum(row.credits for row in superseded if row.at > since)
            for scope, ceiling, used, setting in (
                ("call", limits.per_call, 0, SETTING_CALL),
                ("hour", limits.per_hour, hour, SETTING_HOUR),
            ):
                if used + needed > ceiling and (needed > limits.approved or refused is None):
                    facts |= {"scope": scope, "ceiling": ceiling, "used": used, "setting": setting}
                    raise fail(
                        "over_ceiling",
                        estimate=needed,
                        scope=scope,
                        ceiling=ceiling,
                        used=used,
                        setting=setting,
                        # Nobody is asked to agree to what a budget would refuse all the same.
                        details={**facts, "askable": refused is None},
                    )
        if refused is not None:
            raise refused

    def _over_budget(
        self,
        c: Transaction,
        caller: Caller,
        limits: Limits,
        now: float,
        superseded: Sequence[_Charge],
        facts: Mapping[str, object],
    ) -> SalesZoomInfoError | None:
        needed = cast("int", facts["estimate"])
        for budget in self._budgets(c, caller, limits, now, superseded):
            if budget.used + needed > budget.limit:
                left = max(0, budget.limit - budget.used)
                told = {**facts, "scope": budget.scope, "budget": budget.limit, "left": left, "setting": budget.setting}
                daily = budget.scope in ("day", "caller")
                return fail(
                    "over_budget",
                    estimate=needed,
                    left=left,
                    scope=budget.scope,
                    budget=budget.limit,
                    today=" today" if daily else "",
                    setting=budget.setting,
                    details=told | ({"resetsAt": _stamp(_midnight(now) + DAY)} if daily else {}),
                )
        return None

    def _budgets(
        self, c: Transaction, caller: Caller, limits: Limits, now: float, superseded: Sequence[_Charge]
    ) -> Iterator[_Budget]:
        """The budgets that bind a call, without what the charges in doubt that it replaces have used."""
        today = _today(now)
        freed = sum(row.credits for row in superseded if row.at > today)
        yield _Budget("day", limits.per_day, sum(self._counts(c, now).values()) - freed, SETTING_DAY)
        if limits.per_caller is not None:
            yield _Budget("caller", limits.per_caller, self._used(c, today, caller.name) - freed, SETTING_CALLER)
        if limits.per_job is not None and caller.job is not None:
            own = sum(row.credits for row in superseded if row.job == caller.job)
            yield _Budget("job", limits.per_job, self._used_by_job(c, caller.job) - own, SETTING_JOB)
        if limits.total is not None:
            ever = self._used_ever(c) - sum(row.credits for row in superseded)
            yield _Budget("total", limits.total, ever, SETTING_TOTAL)

    def _take_approval(self, c: Transaction, caller: Caller, limits: Limits, now: float) -> bool:
        """Use a consent up; False when it has paid for another call."""
        values = (self._account, limits.approval or uuid4().hex, caller.name, limits.approved, now)
        taken = c.execute(
            "INSERT INTO approval (account, id, caller, credits, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            values,
        )
        return taken.rowcount == 1

    def _budget(self, c: Transaction, limits: Limits, caller: Caller, now: float) -> Budget:
        counts = self._counts(c, now)
        total, per_caller = limits.total, limits.per_caller
        return Budget(
            spent_today=counts.get("spent", 0),
            reserved=counts.get("reserved", 0) + counts.get("sent", 0),
            in_doubt=counts.get("in_doubt", 0),
            day_budget=limits.per_day,
            day_left=max(0, limits.per_day - sum(counts.values())),
            hour_left=max(0, limits.per_hour - self._used(c, now - HOUR, caller.name)),
            resets_at=_midnight(now) + DAY,
            caller_left=None if per_caller is None else max(0, per_caller - self._used(c, _today(now), caller.name)),
            total_left=None if total is None else max(0, total - self._used_ever(c)),
        )

    def _counts(self, c: Transaction, now: float) -> dict[str, int]:
        """Credits that count against this UTC day, by state."""
        rows = c.execute(
            "SELECT state, SUM(credits) FROM charge WHERE account = ? AND state IN ('reserved', 'sent') GROUP BY state"
            " UNION ALL SELECT state, SUM(credits) FROM charge"
            " WHERE account = ? AND state IN ('in_doubt', 'spent') AND at >= ? GROUP BY state",
            (self._account, self._account, _midnight(now)),
        )
        return dict(rows.fetchall())

    def _used(self, c: Transaction, since: float, caller: str) -> int:
        """Credits of a caller that are under way, or were sent after a moment."""
        (used,) = c.execute(
            "SELECT (SELECT COALESCE(SUM(credits), 0) FROM charge"
            " WHERE account = ? AND state IN ('reserved', 'sent') AND caller = ?)"
            " + (SELECT COALESCE(SUM(credits), 0) FROM charge"
            " WHERE account = ? AND state IN ('in_doubt', 'spent') AND at > ? AND caller = ?)",
            (self._account, caller, self._account, since, caller),
        ).fetchone()
        return used

    def _used_by_job(self, c: Transaction, job: str) -> int:
        (used,) = c.execute(
            "SELECT COALESCE(SUM(credits), 0) FROM charge WHERE account = ? AND job = ?"
            " AND state IN ('reserved', 'sent', 'in_doubt', 'spent')",
            (self._account, job),
        ).fetchone()
        return used

    def _used_ever(self, c: Transaction) -> int:
        (used,) = c.execute(
            "SELECT COALESCE(SUM(credits), 0) FROM charge WHERE account = ?"
            " AND state IN ('reserved', 'sent', 'in_doubt', 'spent')",
            (self._account,),
        ).fetchone()
        return used

    def _doubt_to_supersede(self, c: Transaction, caller: Caller, entity: Entity, line: _Line) -> _Charge | None:
        """The caller's own charge in doubt that asking again resolves: of the two at most one is billed."""
        if not line.item.credits:
            return None
        doubts = [
            row
            for row in self._unsettled(c, entity, line.item.zi_id, line.key)
            if row.state == "in_doubt" and row.credits and row.caller == caller.name
        ]
        return max(doubts, key=lambda row: (row.at, row.id), default=None)

    def _own(self, c: Transaction, reservation: Reservation, indexes: Sequence[int]) -> Iterator[_Charge]:
        """The charges of a call, each read when it is its turn: settling one may change the next."""
        for index in indexes:
            rows = _rows(c, "reservation = ? AND idx = ? AND account = ?", reservation.id, index, self._account)
            if not rows:
                raise ValueError(f"reservation {reservation.id} of this account has no input {index}")
            yield rows[0]

    def _unsettled(self, c: Transaction, entity: Entity, zi_id: str | None, key: bytes | None) -> list[_Charge]:
        """Live charges of one record, by its id, by one input, and by the inputs that have matched it."""
        scope = "account = ? AND entity = ? AND live = 1 AND "
        found: dict[int, _Charge] = {}
        if key is not None:
            found |= {row.id: row for row in _rows(c, scope + "key = ?", self._account, entity, key)}
        if zi_id is not None:
            found |= {row.id: row for row in _rows(c, scope + "zi_id = ?", self._account, entity, zi_id)}
            for (other,) in c.execute(
                "SELECT key FROM match_key WHERE account = ? AND entity = ? AND zi_id = ?",
                (self._account, entity, zi_id),
            ).fetchall():
                found |= {row.id: row for row in _rows(c, scope + "key = ?", self._account, entity, other)}
        return list(found.values())

    def _all_own(self, c: Transaction, reservation: Reservation, indexes: Sequence[int]) -> list[_Charge]:
        """The charges of a call as they are now, in the order of the indexes."""
        found = {row.idx: row for row in _rows(c, "reservation = ? AND account = ?", reservation.id, self._account)}
        for index in indexes:
            if index not in found:
                raise ValueError(f"reservation {reservation.id} of this account has no input {index}")
        return [found[index] for index in indexes]

    def _mark(
        self, c: Transaction, reservation: Reservation, rows: Sequence[_Charge], change: str, *values: object
    ) -> None:
        # ``change`` is a constant of this module; every value is bound.
        c.execute(
            f"UPDATE charge SET {change} WHERE reservation = ? AND idx IN ({_marks(rows)})",  # noqa: S608
            (*values, reservation.id, *(row.idx for row in rows)),
        )

    def _settle_all(self, c: Transaction, reservation: Reservation, outcomes: Sequence[Outcome], now: float) -> int:
        told = {outcome.index: outcome for outcome in outcomes}
        order = sorted(told)
        if self._calm(c):
            rows = self._all_own(c, reservation, order)
            same_day = all(row.at >= _midnight(now) for row in rows)
            if same_day and (spent := self._settle_plainly(c, rows, told, now)) is not None:
                return spent
        return sum(self._settle(c, row, told[row.idx], now) for row in self._own(c, reservation, order))

    def _settle_plainly(
        self, c: Transaction, rows: Sequence[_Charge], told: Mapping[int, Outcome], now: float
    ) -> int | None:
        """:meth:`_settle` for many charges at once, where none of them bears on another; None where one may."""
        entity = rows[0].entity if rows else "contact"
        records: dict[int, str] = {}
        for row in rows:
            outcome = told[row.idx]
            if row.state not in ("reserved", "sent") or outcome.confirmed_at is not None:
                return None
            if outcome.matched and outcome.zi_id is not None:
                records[row.id] = canonical_id(outcome.zi_id)
        if len(set(records.values())) < len(records):
            return None
        # Of one call, so all were sent at about the same time.
        known = self._purchases(c, entity, set(records.values()), max((row.at for row in rows), default=now))
        closed: dict[tuple[str, int], list[int]] = {}
        named: list[tuple[str, int]] = []
        matches: list[tuple[object, ...]] = []
        bought: list[Purchase] = []
        for row in rows:
            outcome, record = told[row.idx], records.get(row.id)
            if not outcome.matched:
                closed.setdefault(("released", 0), []).append(row.id)
                continue
            earlier = known.get(record or "")
            pays = _pays(row, outcome.charged, None, earlier)
            if pays and not row.credits:
                return None
            closed.setdefault(("spent" if pays else "free", int(pays)), []).append(row.id)
            if record is None:
                continue
            if record != row.zi_id:
                named.append((record, row.id))
            if row.key is not None:
                matches.append((self._account, entity, row.key, record, now))
            if pays:
                date, confirmed = row.at, outcome.charged is True
                if outcome.charged is None and earlier is not None:
                    date, confirmed = earlier.bought_at, earlier.confirmed
                bought.append(Purchase(entity, record, date, confirmed, row.caller, row.call_id))
        for (state, credits), ids in closed.items():
            c.execute(
                f"UPDATE charge SET state = ?, credits = ?, live = 0 WHERE id IN ({_marks(ids)})",  # noqa: S608
                (state, credits, *ids),
            )
        if named:
            c.executemany("UPDATE charge SET zi_id = ? WHERE id = ?", named)
        if matches:
            c.executemany(_NOTE_MATCH, matches)
        if bought:
            c.executemany(_PUT_PURCHASE, [self._purchase_row(purchase) for purchase in bought])
        return len(closed.get(("spent", 1), ()))

    def _settle(self, c: Transaction, row: _Charge, outcome: Outcome, now: float) -> int:
        if row.state in ("spent", "free"):
            return 0
        if not outcome.matched:
            _release(c, row)
            return 0
        record = None if outcome.zi_id is None else canonical_id(outcome.zi_id)
        told = outcome.confirmed_at
        if told is not None:
            told = min(told, now) if told > row.at - TERM else None
        known = None if record is None else self._purchase(c, row.entity, record, row.at)
        pays = _pays(row, outcome.charged, told, known)
        if pays and record is not None and outcome.charged is None and self._later(c, row, record, told):
            return self._leave(c, row, record, now)
        self._count(c, row, record, pays)
        if record is None:
            if pays:
                c.execute("UPDATE charge SET credits = 0 WHERE superseded_by = ? AND state = 'superseded'", (row.id,))
        else:
            self._note_match(c, row, record, now)
            if pays:
                self._note_bought(c, row, record, outcome.charged, told, known)
            else:
                self._note_owned(c, row, record, told, known)
        _restore(c, row)  # what it superseded and this answer does not explain
        return int(pays)

    def _later(self, c: Transaction, row: _Charge, record: str, told: float | None) -> bool:
        """Whether a charge that was sent on a later day, and is still open, may have bought the record instead."""
        if row.state == "released":
            return False
        tomorrow = _midnight(row.at) + DAY
        return any(
            other.state in ("sent", "in_doubt", "superseded") and other.credits and other.at >= tomorrow
            for other in self._unsettled(c, row.entity, record, row.key)
            if told is None or told >= other.at - SLACK
        )

    def _leave(self, c: Transaction, row: _Charge, record: str, now: float) -> int:
        """Keep a matched charge open, so that neither day is given back a credit that it may have cost."""
        self._note_match(c, row, record, now)
        c.execute(
            "UPDATE charge SET zi_id = ?, state = CASE WHEN state = 'superseded' THEN state ELSE 'in_doubt' END"
            " WHERE id = ?",
            (record, row.id),
        )
        return 0 if row.state == "superseded" else row.credits

    def _note_match(self, c: Transaction, row: _Charge, record: str, now: float) -> None:
        if row.key is not None:
            c.execute(_NOTE_MATCH, (self._account, row.entity, row.key, record, now))

    def _note_bought(
        self,
        c: Transaction,
        row: _Charge,
        record: str,
        charged: bool | None,
        told: float | None,
        known: Purchase | None,
    ) -> None:
        """Record the purchase of a charge that counts as the buyer."""
        doubts = self._doubts(c, row.entity, record, row.key)
        for doubt in doubts:
            _close(c, doubt.id, "released", 0)
        date, confirmed = row.at, charged is True
        if told is not None and told >= row.at - SLACK:
            date, confirmed = told, True
        elif charged is None and known is not None:
            date, confirmed = known.bought_at, known.confirmed
        elif charged is None:
            # A charge in doubt may have been the buyer, and the earlier date lapses first.
            date = min([row.at, *(doubt.at for doubt in doubts)])
        self._put_purchase(c, Purchase(row.entity, record, date, confirmed, row.caller, row.call_id))

    def _note_owned(
        self, c: Transaction, row: _Charge, record: str, told: float | None, known: Purchase | None
    ) -> None:
        """Record what a free match tells about who had bought it."""
        if known is not None and known.call_id is not None:
            paid_before = None
        elif told is not None:
            paid_before = told
        else:
            paid_before = row.at if known is None else known.bought_at
        doubts = self._doubts(c, row.entity, record, row.key)
        payer = self._resolve_doubts(c, row.entity, record, row.key, paid_before=paid_before)
        if told is not None:
            known = _with_date(row.entity, record, known, told)
        elif known is None and payer is not None:
            known = Purchase(row.entity, record, min(doubt.at for doubt in doubts), False)
        if known is None:
            return
        if payer is not None:
            known = replace(known, caller=payer.caller, call_id=payer.call_id)
        self._put_purchase(c, known)

    def _count(self, c: Transaction, row: _Charge, record: str | None, pays: bool) -> None:
        """Close a matched charge, and take its credit from the charges that stood for the same purchase."""
        _unlink(c, row)
        c.execute(
            "UPDATE charge SET state = ?, credits = ?, live = 0, zi_id = COALESCE(?, zi_id) WHERE id = ?",
            ("spent" if pays else "free", int(pays), record, row.id),
        )
        if not pays:
            return
        heir = row.superseded_by if row.state == "superseded" else None
        while heir is not None:  # its late answer came: whatever replaced it is a repeat, hence free
            (newer,) = _rows(c, "id = ?", heir)
            if newer.state in ("reserved", "sent"):
                c.execute("UPDATE charge SET credits = 0 WHERE id = ?", (newer.id,))
            heir = newer.superseded_by if newer.state == "superseded" else None
        if not row.credits:
            for twin in self._unsettled(c, row.entity, record, row.key):
                if twin.reservation == row.reservation and twin.state in ("reserved", "sent"):
                    c.execute("UPDATE charge SET credits = 0 WHERE id = ?", (twin.id,))

    def _doubts(self, c: Transaction, entity: Entity, zi_id: str, key: bytes | None) -> list[_Charge]:
        live = self._unsettled(c, entity, zi_id, key)
        return [row for row in live if row.state in ("in_doubt", "superseded") and row.credits]

    def _resolve_doubts(
        self, c: Transaction, entity: Entity, zi_id: str, key: bytes | None, *, paid_before: float | None
    ) -> _Charge | None:
        """Close the charges in doubt of a record that is known to be owned.

        ``paid_before`` is its purchase date, None when another charge of ours has been counted for it. If a
        charge in doubt may have been the buyer, the latest one is counted and returned.
        """
        doubts = self._doubts(c, entity, zi_id, key)
        suspects = [] if paid_before is None else [row for row in doubts if paid_before >= row.at - SLACK]
        payer = max(suspects, key=lambda row: (row.at, row.id), default=None)
        for row in doubts:
            paid = payer is not None and row.id == payer.id
            _close(c, row.id, "spent" if paid else "released", int(paid))
        return payer

    def _purchase(self, c: Transaction, entity: Entity, zi_id: str, now: float) -> Purchase | None:
        return self._purchases(c, entity, [zi_id], now).get(zi_id)

    def _put_purchase(self, c: Transaction, purchase: Purchase) -> None:
        c.execute(_PUT_PURCHASE, self._purchase_row(purchase))

    def _purchase_row(self, purchase: Purchase) -> tuple[object, ...]:
        return (
            *(self._account, purchase.entity, purchase.zi_id, purchase.bought_at),
            *(int(purchase.confirmed), purchase.caller, purchase.call_id),
        )


def _marks(values: Collection[object]) -> str:
    return ",".join("?" * len(values))


def _pays(row: _Charge, charged: bool | None, told: float | None, known: Purchase | None) -> bool:
    """Whether a matched charge counts as the buyer of its record."""
    if charged is not None:
        return charged
    if told is not None and told < row.at - SLACK:
        return False
    if known is None:
        return True
    if not known.confirmed:
        # Made while this call was on its way it is this purchase; else it may have lapsed.
        return row.credits > 0 and known.bought_at < row.at - RACE
    # A purchase that nobody of ours made, dated about now and learnt during the call, is this call's.
    ours = known.call_id is not None
    return not (ours or known.bought_at < row.at - SLACK or row.credits == 0)


def _with_date(entity: Entity, zi_id: str, known: Purchase | None, told: float) -> Purchase:
    """A known purchase with the date that ZoomInfo tells; the later one if both are ZoomInfo's."""
    if known is None:
        return Purchase(entity, zi_id, told, True)
    date = max(told, known.bought_at) if known.confirmed else told
    return Purchase(entity, zi_id, date, True, known.caller, known.call_id)


def _rows(c: Transaction, where: str, *values: object) -> list[_Charge]:
    # ``where`` is a constant of this module; every value is bound.
    query = f"SELECT {_CHARGE} FROM charge WHERE {where}"  # noqa: S608
    return [_Charge(*row) for row in c.execute(query, values)]


def _close(c: Transaction, charge: int, state: str, credits: int) -> None:
    c.execute("UPDATE charge SET state = ?, credits = ?, live = 0 WHERE id = ?", (state, credits, charge))


def _unlink(c: Transaction, row: _Charge) -> None:
    """Let the charge that ``row`` supersedes be superseded by ``row``'s own successor, if it has one."""
    if row.state == "superseded":
        c.execute(
            "UPDATE charge SET superseded_by = ? WHERE superseded_by = ? AND state = 'superseded'",
            (row.superseded_by, row.id),
        )


def _release(c: Transaction, row: _Charge) -> None:
    """Free a charge that was not billed; what it superseded is in doubt again."""
    if row.state not in ("reserved", "sent", "in_doubt", "superseded"):
        return
    _unlink(c, row)
    _restore(c, row)
    _close(c, row.id, "released", 0)


def _restore(c: Transaction, row: _Charge) -> None:
    c.execute(
        "UPDATE charge SET state = 'in_doubt', superseded_by = NULL WHERE superseded_by = ? AND state = 'superseded'",
        (row.id,),
    )


def _midnight(now: float) -> float:
    return now // DAY * DAY


def _today(now: float) -> float:
    """The last moment of yesterday."""
    return math.nextafter(_midnight(now), 0.0)


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count)


def _sum_up(entity: Entity, lines: Sequence[_Line]) -> Estimate:
    items = tuple(line.item for line in lines)
    credits = sum(item.credits for item in items)
    new = sum(item.why == NEW for item in items)
    assumed = sum(item.why == ASSUMED for item in items)
    if not new and not assumed:
        return Estimate(credits, True, "exact: ZoomInfo has confirmed the purchases", items)
    parts: list[str] = []
    if new:
        noun = "person" if entity == "contact" else "company"
        parts.append(
            f"{_plural(new, 'one input is', '{} inputs are')} new here; free where a colleague has bought the {noun}"
            " or nothing matches"
        )
    if assumed:
        parts.append(
            f"{_plural(assumed, 'one record', '{} records')} came with an earlier call, but ZoomInfo has not"
            " confirmed the purchase"
        )
    return Estimate(credits, False, "upper bound: " + "; ".join(parts), items)
