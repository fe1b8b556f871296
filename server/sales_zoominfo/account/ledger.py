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
Where it is not known which of several charges was billed, the one of the latest day counts, so that no day's budget is
given back what that day has cost: a charge of yesterday whose answer comes beside an open one of today for the same
record goes in doubt, and explains no fall of the balance today. Which caller's hour it was is then not known either.

The rows are in :mod:`.charges`, budgets in :mod:`.budgets`, estimates in :mod:`.reserving`, and what answers and
readings say in :mod:`.concluding`.

The file holds ids, dates, caller names and HMACs of match inputs; no personal value.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from ..errors import SalesZoomInfoError, fail
from ..store import Store, Transaction, create_once
from ..zoominfo.operations import Entity
from . import standing, tally
from .budgets import budget_of, check_budgets
from .charges import (
    PUT_CHARGE,
    Charge,
    ask_own,
    ask_sums,
    ask_uneasy,
    charges_where,
    insert,
    mark_charges,
    own_charges,
    purchase_of,
    release_charge,
    sums_of,
    unsettled,
)
from .concluding import Answered, close_by_fall, confirm, deny, settle_all
from .ledger_types import (
    ASSUMED,
    DAY,
    HOUR,
    NEW,
    OWNED,
    RACE,
    SLACK,
    TERM,
    Budget,
    Caller,
    Closed,
    Estimate,
    Item,
    KnownAccount,
    Limits,
    Outcome,
    Purchase,
    Recovered,
    Reservation,
)
from .match_key import CONSTRAINTS, Input, canonical_id, key_of_id, match_key, own_id
from .reserving import Asked, doubt_to_supersede, lines_of, matches_of, sum_up
from .standing import Seen, Stop, Turn, View
from .tally import Used
from .under_way import LATE, Open, ask_open, open_now

if TYPE_CHECKING:
    from .optouts import Scope

__all__ = [
    "ASSUMED",
    "DAY",
    "HOUR",
    "NEW",
    "OWNED",
    "RACE",
    "SLACK",
    "TERM",
    "Budget",
    "Caller",
    "Closed",
    "Estimate",
    "Item",
    "KnownAccount",
    "Ledger",
    "Limits",
    "Outcome",
    "Purchase",
    "Recovered",
    "Reservation",
]

KEY_FILE = "ledger.key"
KEY_SIZE = 32


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

        def job(c: Transaction) -> Estimate:
            asked = self._asked(entity, inputs)
            matches = matches_of(c, self._account, entity, asked)
            return sum_up(entity, lines_of(c, self._account, entity, asked, matches, self._now(c)))

        return await self._store.read(job)

    async def reserve(
        self,
        caller: Caller,
        entity: Entity,
        inputs: Sequence[Input],
        limits: Limits,
        check: Callable[[Transaction], None] | None = None,
    ) -> Reservation:
        """Set aside what a call costs at most, in one short transaction.

        Args:
            caller: who spends, and for what.
            entity: what the inputs are.
            inputs: match inputs with ZoomInfo's field names, in the order of the call.
            limits: cap, budgets and ceilings; not checked for a free call.
            check: called in the same transaction; nothing is reserved when it raises.

        Returns:
            The reservation; settle, release or mark in doubt each of its inputs.

        Raises:
            CreditApprovalRequired: over the cap or a ceiling; nothing is reserved.
            BudgetExceeded: over a budget, whether over a ceiling too or not; nothing is reserved.
            SpendingStopped, CreditsExhausted, UsageLimitReached: the account may not spend now.
            InvalidArgument: the state file cannot be used.
        """
        reservation = uuid4().hex

        def job(c: Transaction) -> Reservation:
            asked = self._asked(entity, inputs)
            matches = matches_of(c, self._account, entity, asked)
            asked_standing = standing.ask(c, self._account)
            now = self._now(c)
            asked_open = ask_open(c, self._account, now, caller.name)
            asked_used = tally.ask(
                c, Used._fields, self._account, now, caller=caller.name, job=caller.job, since=now - HOUR
            )
            if check is not None:
                check(c)
            lines = lines_of(c, self._account, entity, asked, matches, now)
            estimate = sum_up(entity, lines)
            known = standing.read(asked_standing)
            known.refuse(estimate.credits)
            pending, used = Open(*asked_open.fetchone()), Used(*asked_used.fetchone())
            superseded: list[Charge | None] = [None] * len(lines)
            if pending.uneasy:
                superseded = [doubt_to_supersede(c, self._account, caller, entity, line, now) for line in lines]
            replaced = [row for row in superseded if row is not None]
            check_budgets(c, self._account, caller, estimate, limits, now, pending, used, replaced)
            insert(
                c,
                PUT_CHARGE,
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
            # What is reserved is not under way; what was superseded is no longer in doubt.
            view = known.view(open_now(c, self._account, now) if replaced else pending, now)
            mapped = frozenset(index for index, line in enumerate(lines) if line.mapped)
            return Reservation(reservation, entity, caller, estimate, view, mapped)

        def undo(c: Transaction) -> None:
            for row in charges_where(c, "reservation = ?", reservation):
                release_charge(c, row)

        try:
            # The mark before the send makes this durable too; lost before that, nothing was sent.
            return await self._store.write(job, durable=False)
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
            asked_own = ask_sums(c, self._account, reservation, indexes)
            asked_standing = standing.ask(c, self._account)
            now = self._now(c)
            asked_open = ask_open(c, self._account, now)
            own = sums_of(asked_own, reservation, indexes)
            known, pending = standing.read(asked_standing), Open(*asked_open.fetchone())
            if own.reserved + own.sent < own.charges:
                raise fail("reservation_lapsed")
            at = max(now, own.at)
            if not own.reserved:
                # Sent once more after a refusal: still the same turn.
                known.refuse(own.credits)
                mark_charges(c, reservation, indexes, "at = ?", at)
                return None
            turn = standing.begin(c, self._account, via, own.stake, known, pending, now)
            mark_charges(c, reservation, indexes, "state = 'sent', at = ?, via = ?, turn = ?", at, via, turn.number)
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
            asked = Answered(ask_own(c, self._account, reservation), ask_uneasy(c, self._account))
            return settle_all(c, self._account, reservation, asked, outcomes, self._now(c))

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
        look: Callable[[Transaction], Scope] | None = None,
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
            look: reads what the opt-out list holds, in the same transaction.

        Returns:
            What it came to.

        Raises:
            InvalidArgument: the file cannot be used; the inputs then stay as they were.
        """

        def job(c: Transaction) -> Closed:
            asked = Answered(ask_own(c, self._account, reservation), ask_uneasy(c, self._account))
            asked_standing = standing.ask(c, self._account)
            now = self._now(c)
            listed = None if look is None else look(c)
            known, compared = standing.read(asked_standing), None
            if balance is not None:
                compared = standing.compare(c, self._account, turn, balance, header, known, now)
            seen = Seen() if compared is None else compared.seen
            spent = settle_all(c, self._account, reservation, asked, tell(seen.drop), now)
            asked_open, asked_today = ask_open(c, self._account, now), tally.ask(c, ["today"], self._account, now)
            pending = Open(*asked_open.fetchone())
            if compared is not None:
                known = standing.settle_down(c, self._account, turn, compared, pending)
            left = max(0, limits.per_day - pending.today - asked_today.fetchone()[0])
            return Closed(spent, seen, left, known.view(pending, now), listed)

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
            for row in own_charges(c, self._account, reservation, indexes):
                release_charge(c, row)

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
            for row in own_charges(c, self._account, reservation, indexes):
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
            where = "account = ? AND live = 1 AND state IN ('reserved', 'sent') AND (at <= ? OR at > ?)"
            return _abandon(c, charges_where(c, where, self._account, limit, future))

        return await self._store.write(job)

    async def bury(self, executor: str) -> Recovered:
        """:meth:`recover` at once, after a process that is known to be dead.

        Args:
            executor: what the ids of its calls begin with, before a dot.

        Returns:
            How many of each.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        def job(c: Transaction) -> Recovered:
            where = "account = ? AND live = 1 AND state IN ('reserved', 'sent') AND call_id LIKE ?"
            return _abandon(c, charges_where(c, where, self._account, f"{executor}.%"))

        return await self._store.write(job)

    async def in_doubt(self, entity: Entity, inputs: Sequence[Input], job: str) -> list[bool]:
        """Which inputs a job has sent without an answer.

        Args:
            entity: what the inputs are.
            inputs: match inputs with ZoomInfo's field names.
            job: whose calls.

        Raises:
            InvalidArgument: the file cannot be used.
        """

        def read(c: Transaction) -> list[bool]:
            return [
                any(
                    row.job == job and row.credits and row.state in ("sent", "in_doubt")
                    for row in unsettled(c, self._account, entity, each.own or None, each.key)
                )
                for each in self._asked(entity, inputs)
            ]

        return await self._store.read(read)

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

        return await self._store.read(lambda c: budget_of(c, self._account, limits, caller, self._now(c)))

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
            found = {given: purchase_of(c, self._account, entity, canonical_id(given), now) for given in wanted}
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

        await self._store.write(
            lambda c: confirm(c, self._account, entity, canonical_id(zi_id), purchased_at, self._now(c))
        )

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
                confirm(c, self._account, entity, canonical_id(zi_id), at, self._now(c))
            for zi_id in unowned:
                deny(c, self._account, entity, canonical_id(zi_id), asked_at)

        if bought or unowned:
            await self._store.write(job, durable=False)

    async def doubts(self, limit: int) -> list[tuple[Entity, str]]:
        """Records with a charge in doubt that is old enough to be settled by reading, the latest first.

        Args:
            limit: how many at most.
        """

        def job(c: Transaction) -> list[tuple[Entity, str]]:
            rows = c.execute(
                "SELECT entity, zi_id, MAX(at) FROM charge WHERE account = ? AND live = 1 AND state = 'in_doubt'"
                " AND credits > 0 AND zi_id IS NOT NULL AND at <= ? GROUP BY entity, zi_id"
                " ORDER BY MAX(at) DESC LIMIT ?",
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
            billed = None if fall is None else close_by_fall(c, self._account, fall)
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
            return standing.note(c, self._account, generation, balance, view, now)

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

    def _asked(self, entity: Entity, inputs: Sequence[Input]) -> list[Asked]:
        asked: list[Asked] = []
        for values in inputs:
            own = own_id(entity, values)
            text = key_of_id(own) if own else match_key(entity, values)
            limits: tuple[tuple[str, str], ...] = ()
            if not CONSTRAINTS.isdisjoint(values):
                # A constraint can turn the same person's namesake into the match, so it tells inputs apart.
                limits = tuple(sorted((name, str(value)) for name, value in values.items() if name in CONSTRAINTS))
            asked.append(Asked(self._digest(entity, text) if text else None, own, limits))
        return asked


def _abandon(c: Transaction, open_ones: Sequence[Charge]) -> Recovered:
    """Release what was never sent, and put in doubt what was."""
    unsent = [row for row in open_ones if row.state == "reserved"]
    for row in unsent:
        release_charge(c, row)
    for row in open_ones:
        if row.state == "sent":
            c.execute("UPDATE charge SET state = 'in_doubt' WHERE id = ?", (row.id,))
    return Recovered(len(unsent), len(open_ones) - len(unsent))
