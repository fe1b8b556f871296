"""Running one batch: claimed in the spool, sent through the gate, and put back with what became of it.

Nothing here knows the engine that decides which batch is next, and nothing here raises for what can be foreseen.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from ..account.match_key import ID_FIELD
from ..errors import (
    AuthenticationFailed,
    BudgetExceeded,
    CreditApprovalRequired,
    CreditsExhausted,
    ModeForbids,
    OutcomeUnknown,
    PlanDoesNotInclude,
    RateLimited,
    SalesZoomInfoError,
    SpendingStopped,
    UpstreamUnavailable,
    UsageLimitReached,
    fail,
)
from ..zoominfo.limiter import bulk
from .fleet import tag
from .outcomes import Sent, all_failed, all_held, read_matches, searched_for
from .spool import DONE, HALTED, TAKEN, Result, Tight, Work

if TYPE_CHECKING:
    from ..account.gate import Account
    from ..account.spending import Enriched
    from .board import Board
    from .fleet import Fleet
    from .model import Order
    from .spool import Spool

logger = logging.getLogger("sales_zoominfo.jobs")

# Batches that wait for a slot at a time, for each request a second.
QUEUED = 0.1
# Candidates of a search that are told.
CANDIDATES = 5
# Seconds between two looks whether the jobs of batches that wait for a slot go on.
LOOK = 0.5
# What ends the whole job until a person has looked into it.
_PAUSING = (
    AuthenticationFailed,
    CreditsExhausted,
    UsageLimitReached,
    SpendingStopped,
    PlanDoesNotInclude,
    ModeForbids,
)
# The state is away or full for a while.
_AWAY = frozenset({"state_unusable", "state_uncertain", "audit_unwritable", "opt_outs_unreadable"})
_UNREADABLE = frozenset({"state_key_wrong", "state_key_missing", "state_undecryptable"})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a batch waits for what, and how often it tries.

    Attributes:
        first, longest: seconds before it is tried again, at first and at most; doubled in between.
        budget: seconds between two looks at a budget that others hold a part of.
        service: tries at a service that does not answer before the job is paused.
        lost: sendings whose answer was lost before the records count as failed.
        deaths: workers that died with a batch in hand before that.
        bugs: failures of our own before that.
    """

    first: float = 0.5
    longest: float = 60.0
    budget: float = 0.5
    service: int = 40
    lost: int = 8
    deaths: int = 48
    bugs: int = 3

    def after(self, tries: int) -> float:
        """Seconds to wait after so many failures in a row."""
        return min(self.longest, self.first * 2 ** min(tries, 16))


class _Turn:
    """A place in the queue for slots, which is given up once."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release

    @property
    def waiting(self) -> bool:
        """Whether nothing has been sent in it."""
        return self._release is not None

    def over(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            release()


@dataclass(slots=True)
class _Errand:
    """A batch on its way: for which order, in whose turn, and what each record is asked for with."""

    order: Order
    work: Work
    turn: _Turn
    inputs: list[dict[str, object]]


class Runner:
    """Runs batches for one worker.

    Args:
        account: the gate.
        spool, board: the batches and their jobs.
        worker: the worker's executor id.
        patience: how long it waits.
        fleet: tells which workers have died; None where this is the only one.
    """

    def __init__(
        self,
        account: Account,
        spool: Spool,
        board: Board,
        worker: str,
        patience: Patience | None = None,
        fleet: Fleet | None = None,
    ) -> None:
        self._account = account
        self._spool = spool
        self._board = board
        self._fleet = fleet
        self.worker = worker
        self._tag = tag(worker)
        self._patience = patience or Patience()
        self._orders: dict[str, Order] = {}
        self._mine: set[tuple[str, int]] = set()
        # Requests that may wait for a slot, what cancels each, and who looks after them.
        self._waiting: dict[int, tuple[_Errand, anyio.CancelScope]] = {}
        self._watch: asyncio.Task[None] | None = None
        self._asked = itertools.count()
        self._stopping = asyncio.Event()
        # Whoever waits for a slot has claimed credits that a cancelled or dying job would not want: only a few do.
        self._queue = asyncio.Semaphore(max(3, min(32, math.ceil(account.settings.rate_limit * QUEUED))))

    @property
    def busy(self) -> int:
        """Batches under way."""
        return len(self._mine)

    @property
    def stopping(self) -> bool:
        """Whether no batch is begun any more."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Begin no further batch; those under way finish, since they are paid for."""
        self._stopping.set()

    async def batch(self, job: str, number: int) -> str:
        """Run a batch to its end.

        Args:
            job, number: which.

        Returns:
            ``done``, ``taken`` (another has it) or ``halted`` (its job, or this worker, does not run).
        """
        if (job, number) in self._mine:
            return TAKEN
        self._mine.add((job, number))
        tries = 0
        try:
            while not self.stopping:
                try:
                    return await self._run(job, number)
                except SalesZoomInfoError as error:
                    if error.kind not in _AWAY:
                        await self._pause(job, error)
                        return HALTED
                    logger.warning("job %s waits for the state: %s", job, error.kind)
                except Exception:
                    logger.exception("a bug of ours in batch %d of job %s", number, job)
                tries += 1
                await self._rest(self._patience.after(tries))
            return HALTED
        finally:
            self._mine.discard((job, number))

    async def _run(self, job: str, number: int) -> str:
        failures = 0
        while not self.stopping:
            async with self._turn() as turn:
                done = await self._once(job, number, turn)
            if isinstance(done, str):
                return done
            error = done
            if error is None:
                await self._rest(self._patience.budget)
                continue
            if isinstance(error, _PAUSING) or error.kind in _UNREADABLE or failures >= self._patience.service:
                await self._pause(job, error)
                return HALTED
            # A window that is used up frees in time, however long that takes.
            failures += not isinstance(error, RateLimited)
            await self._rest(self._wait_for(error, failures))
        return HALTED

    async def _once(self, job: str, number: int, turn: _Turn) -> str | SalesZoomInfoError | None:
        """Claim and send a batch once: how it ended, what is to be waited for, or None when credits may come back."""
        if self.stopping:
            return HALTED
        while True:
            work = await self._spool.claim(job, number, self.worker)
            if isinstance(work, str):
                return work
            order = await self._order(job)
            chosen: list[int] | None = None
            if isinstance(work, Tight):
                if work.busy:
                    return None
                inputs = [unit.input for unit in work.units]
                chosen, credits = await self._fit(order, inputs, work.results, work.left)
                work = await self._spool.claim(job, number, self.worker, credits)
                if isinstance(work, str):
                    return work
                if isinstance(work, Tight):
                    continue
            sent = await self._send(order, work, chosen, turn)
            if await self._put_back(work, sent):
                return DONE
            if sent.error is not None:
                return sent.error

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[_Turn]:
        """A place among the few that wait for a slot; given up once the slot is there."""
        await self._queue.acquire()
        turn = _Turn(self._queue.release)
        try:
            yield turn
        finally:
            turn.over()

    async def _order(self, job: str) -> Order:
        order = self._orders.get(job)
        if order is None:
            if len(self._orders) > 100:
                self._orders.clear()
            order = self._orders[job] = (await self._board.head(job)).order
        return order

    def _wait_for(self, error: SalesZoomInfoError, failures: int) -> float:
        wait = self._patience.after(failures)
        if isinstance(error, RateLimited):
            wait = max(wait, min(float(str(error.details.get("seconds", 1))), self._patience.longest))
        return wait

    async def _rest(self, seconds: float) -> None:
        """Wait, and wake when the worker is to stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass

    async def _pause(self, job: str, error: SalesZoomInfoError) -> None:
        logger.warning("job %s is paused: %s", job, error.kind)
        why = f"{error.code}: {error.message} {error.next_step}".strip()
        try:
            await self._board.move(job, ("queued", "running"), "paused", why)
        except SalesZoomInfoError as away:
            logger.warning("job %s cannot be paused: %s", job, away.kind)

    async def _put_back(self, work: Work, sent: Sent) -> bool:
        """Write down what came back: it is paid for, so the state is waited for as long as it takes."""
        tries = 0
        while True:
            try:
                lost = isinstance(sent.error, OutcomeUnknown)
                return await self._spool.finish(
                    work, sent.results, sent.spent, lost=lost, sandbox=self._account.sandbox
                )
            except SalesZoomInfoError as error:
                if error.kind not in _AWAY or (self.stopping and tries > 5):
                    raise
                logger.warning("the results of a batch wait for the state: %s", error.kind)
            tries += 1
            # Also while the worker is stopping: a lost result is asked for once more.
            await asyncio.sleep(min(self._patience.after(tries), 5.0))

    # --- sending ---------------------------------------------------------------------------------------------------

    async def _send(self, order: Order, work: Work, chosen: list[int] | None, turn: _Turn) -> Sent:
        results = list(work.results)
        if chosen is not None:
            for index in work.wanted:
                if index not in chosen:
                    results[index] = Result("over_budget", "the job's budget is used up", "", {})
        wanted = [index for index, result in enumerate(results) if result is None]
        if work.tries >= self._patience.deaths:
            return all_failed(results, wanted, "too many workers died with it in hand")
        errand = _Errand(order, work, turn, [unit.input for unit in work.units])
        try:
            if work.orphan:
                await self._bury()
            if any(work.units[index].search is not None for index in wanted):
                wanted = await self._look_up(errand, results, wanted)
            if work.orphan and order.request.hold:
                wanted = await self._hold_back(errand, results, wanted)
        except SalesZoomInfoError as error:
            return Sent(results, 0, error)
        return await self._ask(errand, results, wanted) if wanted else Sent(results)

    async def _bury(self) -> None:
        """Close what the dead have left in the ledger, so that what they had sent is known to be in doubt."""
        if self._fleet is not None:
            for worker in await self._fleet.graves():
                await self._account.bury(tag(worker))

    async def _hold_back(self, errand: _Errand, results: list[Result | None], wanted: Sequence[int]) -> list[int]:
        """Leave the records alone that a dead worker had sent without an answer; the others are asked for."""
        request, job = errand.order.request, errand.work.job
        told = await self._account.in_doubt(request.entity, [errand.inputs[index] for index in wanted], job)
        why = "its worker died while it may have been under way"
        for index, doubt in zip(wanted, told, strict=True):
            if doubt:
                results[index] = Result("held", why, "", {})
        return [index for index, doubt in zip(wanted, told, strict=True) if not doubt]

    async def _goes_on(self, job: str) -> bool:
        """Whether a batch that has not been sent still is to be."""
        return not self.stopping and await self._board.runs(job)

    async def _look_up(self, errand: _Errand, results: list[Result | None], wanted: Sequence[int]) -> list[int]:
        """Search for the records that are to be searched for first; those that are found, to be asked for by id."""
        request = errand.order.request
        found: list[int] = []
        for index in wanted:
            filters = errand.work.units[index].search
            if filters is not None:
                if not await self._goes_on(errand.work.job):
                    raise fail("reservation_lapsed")
                with bulk():
                    page = await self._account.search(
                        request.entity, filters, caller=request.caller, page=1, size=CANDIDATES
                    )
                ids = [str(row["id"]) for row in page.rows if row.get("id")]
                if len(ids) != 1 or page.total > 1:
                    results[index] = searched_for(ids, page.total)
                    continue
                errand.inputs[index] = {ID_FIELD[request.entity]: ids[0]}
            found.append(index)
        return found

    async def _ask(self, errand: _Errand, results: list[Result | None], wanted: Sequence[int]) -> Sent:
        """Ask for some records; those that ended have a result, the others can be asked for again."""
        order, work = errand.order, errand.work
        try:
            found = await self._enrich(errand, [errand.inputs[index] for index in wanted])
            if found is None:
                return Sent(results, 0, fail("reservation_lapsed"))
        except (BudgetExceeded, CreditApprovalRequired) as error:
            return await self._within(errand, results, wanted, error)
        except OutcomeUnknown as error:
            if order.request.hold:
                return all_held(results, wanted, "no answer came")
            if work.lost >= self._patience.lost:
                return all_failed(results, wanted, "no answer came")
            return Sent(results, 0, error)
        except (*_PAUSING, RateLimited, UpstreamUnavailable) as error:
            return Sent(results, 0, error)
        except SalesZoomInfoError as error:
            if error.kind in _AWAY or error.kind in _UNREADABLE:
                return Sent(results, 0, error)
            return await self._apart(errand, results, wanted, error)
        except Exception:
            logger.exception("a bug of ours in job %s", work.job)
            if work.tries >= self._patience.bugs:
                return all_failed(results, wanted, "it failed by a bug of ours")
            raise
        return read_matches(results, wanted, found, order, work.units)

    async def _enrich(self, errand: _Errand, inputs: list[dict[str, object]]) -> Enriched | None:
        """Send a request; None when it was taken back before it left."""
        order, job = errand.order, errand.work.job
        found: Enriched | None = None
        with anyio.CancelScope() as scope:
            if errand.turn.waiting:
                self._waiting[id(errand)] = errand, scope
                if self._watch is None or self._watch.done():
                    self._watch = asyncio.create_task(self._take_back())
            try:
                with bulk(errand.turn.over):
                    found = await self._account.enrich(
                        order.request.entity,
                        inputs,
                        caller=order.request.caller,
                        outputs=list(order.fields),
                        max_age=order.request.max_age,
                        # A person has agreed to the whole job; each of its calls is a part of that.
                        agreed=f"{job}.{errand.work.token:x}.{next(self._asked)}" if order.agreed else None,
                        job=job,
                        executor=self._tag,
                    )
            finally:
                self._waiting.pop(id(errand), None)
        return found

    async def _take_back(self) -> None:
        """Cancel requests that still wait for a slot once their job does not go on, or this worker is to stop."""
        while self._waiting:
            await self._rest(LOOK)
            last = self.stopping
            for job in {errand.work.job for errand, _ in self._waiting.values() if errand.turn.waiting}:
                with suppress(SalesZoomInfoError):
                    if await self._goes_on(job):
                        continue
                    for errand, scope in list(self._waiting.values()):
                        # One may have got its slot meanwhile: then it is under way, and is let finish.
                        if errand.work.job == job and errand.turn.waiting:
                            scope.cancel()
            if last:
                return

    async def _apart(
        self,
        errand: _Errand,
        results: list[Result | None],
        wanted: Sequence[int],
        error: SalesZoomInfoError,
    ) -> Sent:
        """One record spoils the request: find it by halves. What is refused so is not charged."""
        if len(wanted) == 1:
            results[wanted[0]] = Result("invalid", f"ZoomInfo refused it: {error.code}", "", {})
            return Sent(results)
        spent = 0
        middle = len(wanted) // 2
        for part in (wanted[:middle], wanted[middle:]):
            sent = await self._ask(errand, results, part)
            results, spent = sent.results, spent + sent.spent
            if sent.error is not None:
                return Sent(results, spent, sent.error)
        return Sent(results, spent)

    async def _within(
        self,
        errand: _Errand,
        results: list[Result | None],
        wanted: Sequence[int],
        error: SalesZoomInfoError,
    ) -> Sent:
        """Send what a budget still holds; the rest is over it, unless calls under way may give something back."""
        order = errand.order
        facts = error.details
        under_way = (await self._account.budget(order.request.caller)).reserved
        if isinstance(error, BudgetExceeded):
            left = int(str(facts.get("left", 0)))
            why = f"the {facts.get('scope', 'day')} budget is used up"
            if under_way:
                return Sent(results, 0, fail("reservation_lapsed"))
        else:
            left = max(0, int(str(facts.get("ceiling", 0))) - int(str(facts.get("used", 0))))
            why = "it needs a person's consent"
        waiting = [None if index in wanted else Result("", "", "", {}) for index in range(len(results))]
        chosen, _ = await self._fit(order, errand.inputs, waiting, left)
        if len(chosen) == len(wanted):
            # What was told a moment ago and what is left now differ: once more.
            return Sent(results, 0, fail("reservation_lapsed"))
        for index in wanted:
            if index not in chosen:
                results[index] = Result("over_budget", why, "", {})
        return await self._ask(errand, results, chosen) if chosen else Sent(results)

    async def _fit(
        self, order: Order, inputs: Sequence[dict[str, object]], results: Sequence[Result | None], left: int
    ) -> tuple[list[int], int]:
        """The records that so many credits pay for, in order, and what they cost at most."""
        wanted = [index for index, result in enumerate(results) if result is None]
        if not wanted:
            return [], 0
        named = [index for index in wanted if inputs[index]]
        prices = dict.fromkeys(wanted, 1)
        if named:
            found = await self._account.estimate(
                order.request.entity, [inputs[index] for index in named], caller=order.request.caller
            )
            prices |= {index: item.credits for index, item in zip(named, found.estimate.items, strict=True)}
        chosen: list[int] = []
        credits = 0
        for index, price in prices.items():
            if credits + price <= left:
                chosen.append(index)
                credits += price
        return chosen, credits


__all__ = ["Patience", "Runner"]
