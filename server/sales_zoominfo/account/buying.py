"""Sending what was reserved: the account's own figure before and after, and what ZoomInfo says is used up."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from ..errors import (
    CreditsExhausted,
    NotAvailable,
    OutcomeUnknown,
    PlanDoesNotInclude,
    SalesZoomInfoError,
    UpstreamUnavailable,
    UsageLimitReached,
    fail,
)
from ..zoominfo.client import Client
from ..zoominfo.limiter import is_bulk
from ..zoominfo.operations import Generation
from ..zoominfo.records import Limit, Match
from .ledger import Closed, Ledger
from .purchase import LIMIT_EXCEEDED, UNKNOWN, Purchase
from .standing import FRESH, Turn

if TYPE_CHECKING:
    from ..store import Transaction
    from .optouts import Scope

logger = logging.getLogger(__name__)

# What is paid for does not wait longer than this for the figure that is told beside it. Seconds.
BALANCE_TIMEOUT = 5.0
# Between two looks at whether an account's first spend has been compared. Seconds.
_PAUSE = 0.02
# What was read so long ago is still as it was, for anybody who could tell. Seconds.
_JUST_NOW = 0.1
# A database that fails sooner than this is there. Seconds.
_PROMPT = 1.0
LIMIT_OF = {"credits": "uniqueIdLimit", "request": "requestLimit", "record": "recordLimit"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Credits left; ``told`` is False when ZoomInfo tells no such figure for this account at all."""

    balance: int | None
    told: bool = True


class Buyer:
    """Sends purchases in batches, and settles each by what came back.

    Args:
        client: the APIs.
        ledger: where everything is written down before it leaves.
        timeout: deadline of one operation, seconds.
        look: reads what the opt-out list holds, beside what settles an answer.
    """

    def __init__(
        self, client: Client, ledger: Ledger, timeout: float, look: Callable[[Transaction], Scope] | None = None
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._timeout = timeout
        self._look = look
        # Requests begun and under way here, to know whose answer the last header belongs to.
        self._started = 0
        self._under_way = 0
        # When a figure was last looked at beside others.
        self._looked = float("-inf")
        # One at a time until the account's first spend has been compared, in the order of the calls.
        self._first = anyio.Lock()

    async def buy(
        self, purchase: Purchase, progress: Callable[[int, int], Awaitable[None]] | None
    ) -> SalesZoomInfoError | None:
        """Send all of a purchase. What is paid for is never thrown away.

        Returns:
            What ended it after its first batch, if anything did.

        Raises:
            SalesZoomInfoError: the first batch failed.
        """
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
                    # A client that is gone must not cost the records that it paid for, and one that is slow not hide
                    # who has been listed meanwhile.
                    purchase.listed = None
                    with suppress(Exception):
                        await progress(done, len(purchase.inputs))
        finally:
            await self._close(purchase, [index for batch in batches for index in purchase.spread(batch)], sent=False)
        return None

    async def give_back(self, purchase: Purchase) -> None:
        """Release a purchase of which nothing was sent, also for a caller that is being cancelled."""
        await self._close(purchase, range(len(purchase.inputs)), sent=False)

    async def _buy(self, purchase: Purchase, batch: Sequence[int]) -> None:
        purchase.listed = None
        try:
            first = await self._in_turn(purchase, batch)
        except BaseException:
            await self._close(purchase, purchase.spread(batch), sent=False)
            raise
        try:
            await self._buy_now(purchase, batch)
        finally:
            if first:
                self._first.release()

    async def _in_turn(self, purchase: Purchase, batch: Sequence[int]) -> bool:
        """Wait for the calls before this one while the account's first spend has not been compared.

        Each would take a slot of the account's requests only to be told to wait, and the first of them had to queue
        behind those.

        Returns:
            Whether the lock is held now, to be released when the batch is over.

        Raises:
            UpstreamUnavailable: the others take too long.
        """
        if purchase.view.proven or not purchase.at_stake(batch):
            return False
        with anyio.move_on_after(self._timeout):
            await self._first.acquire()
            try:
                purchase.view = await self._ledger.view()
            except BaseException:
                self._first.release()
                raise
            if not purchase.view.proven:
                return True
            self._first.release()
            return False
        raise fail("first_spend_waits", room=purchase.view.room)

    async def _buy_now(self, purchase: Purchase, batch: Sequence[int]) -> None:
        try:
            await self._look_before(purchase, batch)
        except BaseException:
            await self._close(purchase, purchase.spread(batch), sent=False)
            raise
        self._started += 1
        self._under_way += 1
        mine, alone = self._started, self._under_way == 1
        before = self._client.balance
        try:
            found, turn = await self._send(purchase, batch)
        finally:
            self._under_way -= 1
        after = self._client.balance
        # Only the Enterprise API tells a figure in its answers, and only an answer alone here is surely its own.
        own = purchase.generation == "enterprise" and alone and mine == self._started and after is not before
        header = after.credits if own and after is not None else None
        purchase.note(batch, found)
        balance, checked = await self._look_after(purchase, batch, turn, header)
        closed: Closed | None = None
        began = time.monotonic()
        with anyio.CancelScope(shield=True):
            try:
                closed = await self._conclude(purchase, batch, turn, balance, checked)
            except SalesZoomInfoError as error:
                # Unsettled it stays "sent" and counts as spent; the records themselves are here and paid for.
                purchase.spent += sum(match.matched for match in found)
                purchase.warnings.append(str(error))
            if any(match.status == LIMIT_EXCEEDED for match in found):
                await self._note_used_up(fail("credits_exhausted"))
        if closed is None:
            return
        purchase.spent += closed.spent
        purchase.day_left = closed.day_left
        purchase.view = closed.view
        # A server that was away may have kept the answer for seconds.
        purchase.listed = closed.listed if time.monotonic() - began <= _JUST_NOW else None
        if closed.seen.stop is not None:
            purchase.warnings.append(str(closed.seen.stop.error()))
        elif closed.seen.excess:
            purchase.warnings.append(
                f"The account's balance fell by {closed.seen.excess} more than this call could cost: "
                "a colleague is spending too, or ZoomInfo charged more than it says."
            )

    async def _conclude(
        self, purchase: Purchase, batch: Sequence[int], turn: Turn, balance: int | None, header: int | None
    ) -> Closed:
        async def conclude(look: Callable[[Transaction], Scope] | None) -> Closed:
            return await self._ledger.conclude(
                purchase.reservation,
                turn,
                lambda drop: purchase.outcomes(batch, drop),
                purchase.limits,
                balance=balance,
                header=header,
                look=look,
            )

        began = time.monotonic()
        try:
            return await conclude(self._look)
        except SalesZoomInfoError as error:
            # Not after a server that stays away: that would be waited for once more.
            if error.kind != "state_unusable" or time.monotonic() - began > _PROMPT:
                raise
        except Exception as error:
            logger.debug("settled without a look at the opt-out list: %s", type(error).__name__)
        # A list that cannot be read keeps the records back, which is no reason not to settle them.
        return await conclude(None)

    # --- the account's own figure ----------------------------------------------------------------------------------

    async def read(self, generation: Generation) -> Reading:
        """The account's credits by a free call, if it answers in time."""
        self._started += 1
        try:
            with anyio.move_on_after(BALANCE_TIMEOUT, shield=True):
                return told_by(await self._client.usage(generation))
        except (PlanDoesNotInclude, NotAvailable):
            return Reading(None, told=False)
        except SalesZoomInfoError:
            pass
        return Reading(None)

    async def _look_before(self, purchase: Purchase, batch: Sequence[int]) -> None:
        """Have a figure from just before, where the one after is to be compared with it."""
        view = purchase.view
        figure = view.figures.get(purchase.generation)
        if not purchase.at_stake(batch) or (view.proven and (view.under_way or is_bulk())):
            return
        if figure is not None and (figure.fresh(view.now) or (view.under_way and not view.proven)):
            return
        await self._note(purchase, await self.read(purchase.generation))

    async def _note(self, purchase: Purchase, reading: Reading) -> bool:
        if not reading.told:
            await self._ledger.note_incomparable()
        if reading.balance is None:
            return not reading.told
        purchase.view = await self._ledger.note_balance(purchase.generation, reading.balance, purchase.view)
        return True

    async def _look_after(
        self, purchase: Purchase, batch: Sequence[int], turn: Turn, header: int | None
    ) -> tuple[int | None, int | None]:
        """Credits left after an answer; beside a figure that was read, the one of the answer's own header."""
        view = purchase.view
        figure = view.figures.get(purchase.generation)
        if header is not None and figure is not None and figure.header:
            return header, None
        stake = purchase.at_stake(batch)
        old = figure is None or view.now - figure.at > FRESH
        if not stake and not any(purchase.matches[index].matched for index in batch):
            return None, None
        # Beside others no figure tells what this turn alone has cost, and bulk has no request to spare for it; now and
        # then it still bounds them all.
        if view.proven and (turn.others or is_bulk()) and not (old and await self._due(purchase.generation)):
            return None, None
        return (await self.read(purchase.generation)).balance, header

    async def _due(self, generation: Generation) -> bool:
        """Whether nobody has looked at the figure lately, here or in another process: one look bounds all others."""
        now = time.monotonic()
        if now - self._looked <= FRESH:
            return False
        self._looked = now
        view = await self._ledger.view()
        figure = view.figures.get(generation)
        return figure is None or view.now - figure.at > FRESH

    # --- sending ---------------------------------------------------------------------------------------------------

    async def _send(self, purchase: Purchase, batch: Sequence[int]) -> tuple[list[Match], Turn]:
        indexes = purchase.spread(batch)
        deadline = time.monotonic() + self._timeout
        sent = False
        turn: Turn | None = None

        async def mark() -> None:
            nonlocal sent, turn
            again = await self._ledger.mark_sent(purchase.reservation, indexes, purchase.generation)
            # A request that is repeated after a refusal is still the first turn's.
            turn = turn or again
            sent = True

        async def attempt() -> list[Match]:
            if purchase.ask is not None:
                stake = purchase.at_stake(batch)
                return purchase.answered(await self._client.answer(purchase.ask, at_stake=stake, before_send=mark))
            return await self._client.enrich(
                purchase.entity,
                purchase.generation,
                [purchase.asked(index) for index in batch],
                purchase.outputs,
                purchase.required,
                at_stake=purchase.at_stake(batch),
                before_send=mark,
                optional=sorted(purchase.optional),
            )

        try:
            found: list[Match] | None = None
            while found is None:
                try:
                    found = await attempt()
                except UpstreamUnavailable as error:
                    if error.kind != "first_spend_waits":
                        raise
                    await self._wait(purchase, purchase.at_stake(batch), deadline)
        except OutcomeUnknown:
            purchase.note(batch, [UNKNOWN] * len(batch))
            await self._close(purchase, indexes, sent=True)
            raise
        except SalesZoomInfoError as error:
            await self._close(purchase, indexes, sent=False)
            await self._note_used_up(error)
            raise
        except BaseException:
            # Cancelled or crashed: once the request is on its way it may have been paid for.
            await self._close(purchase, indexes, sent=sent)
            raise
        if turn is None:
            raise RuntimeError("an enrich request was answered that nobody marked as sent")
        return found, turn

    async def _wait(self, purchase: Purchase, stake: int, deadline: float) -> None:
        """Wait until the account's first spend has been compared.

        Raises:
            UpstreamUnavailable: that cannot be awaited, because the figure cannot be read or others take too long.
        """
        while True:
            await anyio.sleep(_PAUSE)
            purchase.view = view = await self._ledger.view()
            if view.proven or view.room >= stake:
                return
            if not view.under_way:
                if await self._note(purchase, await self.read(purchase.generation)):
                    return
                raise fail("first_spend_unread")
            if time.monotonic() >= deadline:
                raise fail("first_spend_waits", room=view.room)

    async def _note_used_up(self, error: SalesZoomInfoError) -> None:
        what = used_up(error)
        if what is None or "exhausted" in error.details:
            return
        # It ends the call by itself; the note only spares others from trying.
        with suppress(SalesZoomInfoError), anyio.CancelScope(shield=True):
            await self._ledger.note_exhausted(what)

    async def _close(self, purchase: Purchase, indexes: Sequence[int], *, sent: bool) -> None:
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

    async def room(self, generation: Generation, what: str) -> bool:
        """Whether a free reading shows room for what was used up; False when it cannot be read."""
        self._started += 1
        with suppress(SalesZoomInfoError), anyio.move_on_after(BALANCE_TIMEOUT):
            limits = await self._client.usage(generation)
            found = next((limit for limit in limits if limit.type == LIMIT_OF[what]), None)
            return found is None or not found.metered or found.remaining > 0
        return False


def told_by(limits: Sequence[Limit]) -> Reading:
    """The credits that a usage answer tells."""
    found = next((limit for limit in limits if limit.type == "uniqueIdLimit" and limit.metered), None)
    return Reading(None, told=False) if found is None else Reading(found.remaining)


def used_up(error: SalesZoomInfoError) -> str | None:
    """What an error of ZoomInfo says is used up: ``credits``, ``request`` or ``record``."""
    if isinstance(error, CreditsExhausted):
        return "credits"
    if isinstance(error, UsageLimitReached) and not error.details.get("websights"):
        return "request" if error.details.get("budget") == "request" else "record"
    return None
