"""Random interleavings of calls, crashes and restarts, each beside a small model of ZoomInfo's own account.

An episode is a few processes that reserve, mark as sent, send, hear back and settle, in a random order. At any step a
process may die, with its request still on the wire; another starts in its place and recovers. After every step no
budget may be passed. At the end everything in doubt is settled by reading, and the ledger must equal the model.

Three kinds: ``gtm`` asks by id and settles record by record, ``enterprise`` also asks by e-mail and settles by the
account's balance, and ``upper`` adds what neither API tells (colleagues who buy the same records, long gaps), where the
ledger may count more than ZoomInfo and never less. An episode that starts just before midnight shows that no day is
given back what it has cost, whatever the order in which requests arrive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from chaos.sums import check_tally
from sales_zoominfo.account.ledger import DAY, HOUR, RACE, Caller, Ledger, Limits, Outcome, Reservation
from sales_zoominfo.account.standing import LATE, Turn
from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.store import Store, Transaction

Kind = Literal["gtm", "enterprise", "upper"]
KINDS: tuple[Kind, ...] = ("gtm", "enterprise", "upper")

NOON = 20_800 * DAY + DAY / 2
MIDNIGHT = NOON + DAY / 2
PEOPLE = 6
MISSING = 6  # this one is unknown to ZoomInfo
LIMITS = Limits(None, per_call=3, per_hour=5, per_day=8, per_caller=7, total=9)
CREDITS = 1000


@dataclass
class ZoomInfo:
    """What ZoomInfo knows: who was bought when, and how many credits are left."""

    bought: dict[int, float] = field(default_factory=dict[int, float])
    balance: int = CREDITS
    ours: list[float] = field(default_factory=list[float])  # when our calls that were billed were sent

    def carry_out(self, people: list[int], now: float, sent_at: float) -> None:
        """Sell what has not been bought yet; what was sent before midnight counts in the day before."""
        for who in people:
            if who != MISSING and who not in self.bought:
                self.bought[who] = now
                self.balance -= 1
                self.ours.append(sent_at)


@dataclass
class Wire:
    """A request on its way: not there yet, carried out, or never to arrive; and when it was marked as sent."""

    people: list[int]
    sent_at: float
    carried_out: bool = False
    refused: bool = False
    lost: bool = False


@dataclass(eq=False)
class Process:
    ledger: Ledger
    calls: list[Call] = field(default_factory=list)


@dataclass(eq=False)
class Call:
    """One call of one process; ``stage`` is what comes next."""

    process: Process
    caller: Caller
    people: list[int]
    stage: str = "reserve"
    reservation: Reservation | None = None
    turn: Turn | None = None
    sent_at: float = 0.0
    wire: Wire | None = None

    @property
    def over(self) -> bool:
        return self.stage == "over"


class Episode:
    """One random interleaving.

    Args:
        store_of: gives a process its store; several processes may share one.
        account: name that no other episode has.
        seed: of everything random.
        start: epoch seconds; it begins within a minute of that.
    """

    def __init__(
        self, store_of: Callable[[int], Store], account: str, seed: str, kind: Kind, start: float = NOON
    ) -> None:
        self.random = Random(seed)
        self.kind: Kind = kind
        self.account = account
        self.start = start
        self.now = start + self.random.uniform(0, 60)
        self.via = "enterprise" if kind == "enterprise" else "gtm"
        self.zoominfo = ZoomInfo()
        self.seen = Counter[str]()
        self._store_of = store_of
        self._started = 0
        self.processes = [self._start() for _ in range(self.random.randint(1, 3))]
        self.wires: list[Wire] = []
        self.calls_left = self.random.randint(2, 6)

    def _start(self) -> Process:
        self._started += 1
        return Process(Ledger(self._store_of(self._started), self.account, clock=lambda: self.now))

    async def run(self) -> None:
        """Play it to the end.

        Raises:
            AssertionError: a budget was passed, or the ledger and ZoomInfo disagree.
        """
        while self.calls_left or any(process.calls for process in self.processes):
            await self._step()
            await self._check_budgets()
        await self._settle_all()
        await self._check_end()

    # -- one step

    async def _step(self) -> None:
        draw = self.random.random()
        if draw < 0.05:
            await self._crash()
        elif draw < 0.09:
            # Too early for some, as when a process was stopped for a while and goes on.
            await self._any().ledger.recover(self.random.choice([0.0, 30.0, 300.0]))
            self.seen["recover"] += 1
        elif draw < 0.15:
            self._time_passes()
        elif draw < 0.30:
            self._wire_moves()
        elif draw < 0.33 and self.kind == "upper":
            self._colleague()
        else:
            await self._advance()

    def _any(self) -> Process:
        return self.random.choice(self.processes)

    async def _crash(self) -> None:
        """Everything that a process knew is gone; what it has sent is on its way all the same."""
        dead = self._any()
        self.processes.remove(dead)
        self.seen["crash"] += 1
        self.seen["crash with calls"] += bool(dead.calls)
        fresh = self._start()
        self.processes.append(fresh)
        if self.random.random() < 0.5:
            await fresh.ledger.recover(self.random.choice([0.0, 60.0]))

    def _time_passes(self) -> None:
        before = self.now // DAY
        if self.kind == "upper" and self.random.random() < 0.3:
            self._clear_wires()
            self.now += self.random.choice([RACE + 1, HOUR + 1, DAY / 2 + 120, DAY])
        elif self.now < self.start + RACE / 2:
            self.now += self.random.uniform(0, 30)
        self.seen["midnight with calls"] += self.now // DAY != before and any(each.calls for each in self.processes)

    def _wire_moves(self) -> None:
        waiting = [wire for wire in self.wires if not (wire.carried_out or wire.refused or wire.lost)]
        if waiting:
            self._arrive(self.random.choice(waiting))

    def _arrive(self, wire: Wire) -> None:
        fate = self.random.random()
        if fate < 0.08:
            wire.refused = True
            return
        if fate < 0.2:
            wire.lost = True
            return
        self.zoominfo.carry_out(wire.people, self.now, wire.sent_at)
        wire.carried_out = True
        wire.lost = fate < 0.35  # the answer gets lost on its way back
        self.seen["answer lost"] += wire.lost

    def _clear_wires(self) -> None:
        """No request is under way for longer than ``LATE``."""
        for wire in self.wires:
            if not (wire.carried_out or wire.refused or wire.lost):
                self._arrive(wire)

    def _colleague(self) -> None:
        who = self.random.randrange(PEOPLE)
        if who not in self.zoominfo.bought:
            self.zoominfo.bought[who] = self.now
            self.zoominfo.balance -= 1
            self.seen["colleague"] += 1

    async def _advance(self) -> None:
        process = self._any()
        begin = self.calls_left and (not process.calls or self.random.random() < 0.3)
        if begin:
            self.calls_left -= 1
            people = [self.random.randint(0, PEOPLE) for _ in range(self.random.randint(1, 3))]
            caller = Caller(self.random.choice(["ann", "bob"]), f"call-{self.calls_left}", "enrich_contacts")
            process.calls.append(Call(process, caller, people))
        if process.calls:
            call = self.random.choice(process.calls)
            await self._play(call)
            if call.over:
                process.calls.remove(call)

    async def _play(self, call: Call) -> None:
        ledger = call.process.ledger
        every = range(len(call.people))
        try:
            match call.stage:
                case "reserve":
                    inputs = [self._input(who) for who in call.people]
                    call.stage = "over"
                    call.reservation = await ledger.reserve(call.caller, "contact", inputs, LIMITS)
                    call.stage = "mark"
                case "mark":
                    assert call.reservation is not None
                    call.stage = "give back"
                    if self.via not in call.reservation.view.figures:
                        view = await ledger.view()
                        await ledger.note_balance(self.via, self.zoominfo.balance, view)
                    call.turn = await ledger.mark_sent(call.reservation, every, self.via)
                    call.sent_at = self.now
                    call.stage = "send"
                case "give back":
                    assert call.reservation is not None
                    await ledger.release(call.reservation, every)
                    call.stage = "over"
                case "send":
                    # Twins travel once.
                    call.wire = Wire(list(dict.fromkeys(call.people)), call.sent_at)
                    self.wires.append(call.wire)
                    call.stage = "hear"
                case "hear":
                    await self._hear(call)
                case _:
                    raise ValueError(call.stage)
        except SalesZoomInfoError as error:
            self.seen[error.kind] += 1

    def _input(self, who: int) -> dict[str, object]:
        if self.kind != "gtm" and self.random.random() < 0.3:
            return {"emailAddress": f"p{who}@firm.example"}
        return {"personId": who + 1}

    async def _hear(self, call: Call) -> None:
        wire, ledger = call.wire, call.process.ledger
        assert wire is not None
        assert call.reservation is not None
        every = range(len(call.people))
        if wire.refused:
            await ledger.release(call.reservation, every)
        elif wire.lost or (not wire.carried_out and self.random.random() < 0.1):
            # A timeout: what was sent may even be carried out later.
            await ledger.mark_in_doubt(call.reservation, every)
        elif not wire.carried_out:
            return
        else:
            outcomes = self._outcomes(call)
            if call.turn is not None and self.random.random() < 0.7:
                await ledger.conclude(
                    call.reservation,
                    call.turn,
                    lambda _: outcomes,
                    LIMITS,
                    balance=self.zoominfo.balance if self.random.random() < 0.7 else None,
                )
            else:
                await ledger.settle(call.reservation, outcomes)
        call.stage = "over"

    def _outcomes(self, call: Call) -> list[Outcome]:
        told: list[Outcome] = []
        for index, who in enumerate(call.people):
            told.append(Outcome(index, who != MISSING, None if who == MISSING else str(who + 1)))
        return told

    # -- what must hold

    async def _figures(self) -> tuple[int, int, int, dict[str, int]]:
        """Credits that count this day and ever, that are in doubt, and that count in each caller's hour."""
        midnight, hour = self.now // DAY * DAY, self.now - HOUR

        def job(c: Transaction) -> tuple[int, int, int, dict[str, int]]:
            day = ever = doubt = 0
            callers = Counter[str]()
            for caller, state, credits, at in c.execute(
                "SELECT caller, state, credits, at FROM charge WHERE account = ? AND credits > 0", (self.account,)
            ).fetchall():
                if state in ("released", "free", "superseded"):
                    continue
                pending = state in ("reserved", "sent")
                ever += credits
                day += credits if pending or at >= midnight else 0
                doubt += credits if state == "in_doubt" else 0
                callers[caller] += credits if pending or at > hour else 0
            return day, ever, doubt, dict(callers)

        return await self._store_of(0).read(job)

    async def _check_budgets(self) -> None:
        day, ever, _, callers = await self._figures()
        midnight = self.now // DAY * DAY
        await self._store_of(0).read(lambda c: check_tally(c, self.account, self.now))
        assert day <= LIMITS.per_day, "the day budget was passed"
        assert LIMITS.total is not None
        assert ever <= LIMITS.total, "the total budget was passed"
        assert all(used <= LIMITS.per_hour for used in callers.values()), "a caller's hour was passed"
        assert len(self.zoominfo.ours) <= ever, "ZoomInfo billed what the ledger does not count"
        assert sum(at >= midnight for at in self.zoominfo.ours) <= day, "ZoomInfo billed more today than is counted"

    async def _settle_all(self) -> None:
        self._clear_wires()
        self.now += LATE + 1
        ledger = self._start().ledger
        await ledger.recover(0)
        if self.via == "gtm":
            doubts = await ledger.doubts(100)
            bought = self.zoominfo.bought
            # As ZoomInfo tells it: the ones under management with their dates, and the ones that are not.
            people = [int(record) - 1 for _, record in doubts]
            owned = [(str(who + 1), bought[who]) for who in people if who in bought]
            await ledger.note_management("contact", owned, [str(w + 1) for w in people if w not in bought], self.now)
        view = await ledger.view()
        if view.doubts:
            await ledger.weigh(self.via, self.zoominfo.balance, view)

    async def _check_end(self) -> None:
        await self._check_budgets()
        _, ever, doubt, _ = await self._figures()
        if self.kind == "upper":
            return
        assert doubt == 0, "a charge stayed in doubt"
        billed = len(self.zoominfo.ours)
        if self.kind == "enterprise" and self.now // DAY > self.start // DAY:
            return  # which day a credit fell into is not told, so it may count in both
        assert ever == billed, f"the ledger counts {ever} credits and ZoomInfo billed {billed}"
        if self.kind == "gtm":
            owned = await self._start().ledger.owned("contact", [str(who + 1) for who in range(PEOPLE + 1)])
            assert set(owned) == {str(who + 1) for who in self.zoominfo.bought}, "other records than ZoomInfo's"
