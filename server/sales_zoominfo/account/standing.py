"""Whether an account may spend: what ZoomInfo's own figure says beside the ledger's, seen across all processes.

Every sending of inputs to an enrich endpoint is a *turn*. A turn notes the credits at stake in it before it leaves, so
that at any moment it is known by how much the account's figure may have fallen since it was last read. From that:

- a turn that had the account to itself learns from the fall which of its records were charged;
- the first spend of an account stays within :data:`FIRST_SPEND` until the figure has been compared;
- a fall that is larger than what was at stake, in two of our turns one after the other, stops the account.

All functions run inside a transaction of the ledger; nothing here holds state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..errors import SalesZoomInfoError, fail
from .under_way import LATE, Open, open_now

if TYPE_CHECKING:
    from ..store import Rows, Transaction

# Before the figure has been compared once, no more than this may be at stake.
FIRST_SPEND = 25
# A figure older than this may have been lowered by a colleague since, so it proves nothing about a turn. Seconds.
FRESH = 5.0
# So many turns one after the other whose fall is larger than what was at stake stop the account.
EXCESSES = 2

EXHAUSTED = {"credits": "credits_exhausted", "request": "usage_limit", "record": "usage_limit"}


@dataclass(frozen=True, slots=True)
class Figure:
    """The account's own figure through one API generation.

    Attributes:
        balance: credits left when it was read.
        at: when, epoch seconds.
        exact: nothing that was sent since, or was still under way then, can have lowered it.
        suspect: it has fallen by more than was at stake; the next turn has to be watched closely.
        header: whether the figure in the headers of an answer has proven to include that answer's own charges.
    """

    balance: int
    at: float
    exact: bool
    suspect: bool
    header: bool | None

    def fresh(self, now: float) -> bool:
        """Whether it can serve as the figure before a turn that leaves now."""
        return self.exact and not self.suspect and 0 <= now - self.at <= FRESH


@dataclass(frozen=True, slots=True)
class Stop:
    """Why spending has stopped, in credits.

    Attributes:
        at: since when, epoch seconds.
        fell: by how much the account's own figure fell in the turns that showed it.
        counted: how much could have been charged in them at most.
    """

    at: float
    fell: int
    counted: int

    def error(self) -> SalesZoomInfoError:
        """The refusal of everything that could spend."""
        facts: dict[str, object] = {"fell": self.fell, "counted": self.counted}
        return fail("spending_stopped", fell=self.fell, counted=self.counted, details=facts)


@dataclass(frozen=True, slots=True)
class View:
    """Where an account stands at one moment.

    Attributes:
        now: the ledger's clock, epoch seconds.
        proven: its figure has been compared with the ledger.
        room: how many credits may be at stake before that; meaningless once it is proven.
        turns: how many there have been.
        staked: credits at stake in all of them.
        under_way: credits at stake in those that may still be carried out.
        doubts: charges whose outcome could be read by now.
        stop: why spending has stopped, if it has.
        exhausted: ``credits``, ``request`` or ``record``: what ZoomInfo said was used up.
        figures: its own figure, by API generation.
    """

    now: float
    proven: bool
    room: int
    turns: int
    staked: int
    under_way: int
    doubts: int
    stop: Stop | None = None
    exhausted: str | None = None
    figures: dict[str, Figure] = field(default_factory=dict[str, Figure])


@dataclass(frozen=True, slots=True)
class Turn:
    """One sending of inputs.

    Attributes:
        number: from 1, over all of the account's turns.
        via: the API generation.
        stake: credits that it may cost at most.
        staked: credits at stake in all turns up to and with this one.
        others: of these, how many belonged to turns that were still under way.
    """

    number: int
    via: str
    stake: int
    staked: int
    others: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a figure that was read after a turn shows.

    Attributes:
        drop: by how much that turn alone lowered the figure; None when that cannot be told.
        excess: credits beyond what was at stake; 0 when there are none.
        stop: set when the account has therefore been stopped.
    """

    drop: int | None = None
    excess: int = 0
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Fall:
    """What the account's figure has lost since nothing was in doubt.

    Attributes:
        credits: by how much it fell; what colleagues have spent meanwhile counts as ours.
        spent: when the charges that were settled as bought since then were sent, and their credits.
    """

    credits: int
    spent: tuple[tuple[float, int], ...]

    def unexplained(self, since: float) -> int:
        """How many credits of it may have been charged from a moment on, beside those that are counted there.

        A charge that was counted before that moment explains nothing: it may have been free, for a record that a
        colleague owned, and the credit may be one of the later ones.
        """
        return self.credits - sum(credits for at, credits in self.spent if at >= since)


class Mark(NamedTuple):
    """A row of table reading, without whose and through which API."""

    balance: int
    at: float
    staked: int
    exact: int
    carry: int
    excesses: int
    fell: int
    counted: int
    suspect: int
    header: int | None


class Standing(NamedTuple):
    """The rows of an account: what was sent in all, whether it may spend, and its own figures."""

    turns: int
    staked: int
    proven_at: float | None
    stop: Stop | None
    exhausted: str | None
    marks: dict[str, Mark]

    def refuse(self, stake: int) -> None:
        """Raise when the account may not spend now, whatever its budgets.

        Args:
            stake: credits that the call may cost; one that costs none is refused only when nothing may be sent at all.

        Raises:
            SpendingStopped: ledger and balance disagree.
            CreditsExhausted, UsageLimitReached: ZoomInfo said so, and no reading has shown room since.
        """
        if self.stop is not None:
            raise self.stop.error()
        if self.exhausted is not None and (stake or self.exhausted != "credits"):
            raise used_up(self.exhausted)

    def view(self, pending: Open, now: float) -> View:
        """Where the account stands, with what is open on it."""
        under_way = pending.at_stake
        figures: dict[str, Figure] = {}
        for generation, mark in self.marks.items():
            exact = bool(mark.exact) and mark.staked == self.staked and not under_way
            header = None if mark.header is None else bool(mark.header)
            figures[generation] = Figure(mark.balance, mark.at, exact, bool(mark.suspect), header)
        compared = max((mark.staked for mark in self.marks.values()), default=0)
        return View(
            now,
            self.proven_at is not None,
            max(0, FIRST_SPEND - (self.staked - compared)),
            self.turns,
            self.staked,
            under_way,
            pending.doubts,
            self.stop,
            self.exhausted,
            figures,
        )


def load(c: Transaction, account: str) -> Standing:
    """The rows of an account, in one statement."""
    return read(ask(c, account))


def ask(c: Transaction, account: str) -> Rows:
    """The rows of a :class:`Standing`, for :func:`read`."""
    return c.execute(
        "SELECT s.turns, s.staked, s.proven_at, s.stopped_at, s.stopped_fell, s.stopped_counted, s.exhausted_what,"
        " r.generation, r.balance, r.at, r.staked, r.exact, r.carry, r.excesses, r.fell, r.counted, r.suspect, r.header"
        " FROM (SELECT CAST(? AS TEXT) AS account) AS a LEFT JOIN standing AS s ON s.account = a.account"
        " LEFT JOIN reading AS r ON r.account = a.account",
        (account,),
    )


def read(asked: Rows) -> Standing:
    """What :func:`ask` has asked for."""
    rows = asked.fetchall()
    turns, staked, proven, stopped_at, fell, counted, exhausted = rows[0][:7]
    stop = None if stopped_at is None else Stop(stopped_at, fell, counted)
    marks = {row[7]: Mark(*row[8:]) for row in rows if row[7] is not None}
    return Standing(turns or 0, staked or 0, proven, stop, exhausted, marks)


def view(c: Transaction, account: str, now: float) -> View:
    """Where the account stands."""
    return load(c, account).view(open_now(c, account, now), now)


def used_up(what: str) -> SalesZoomInfoError:
    """The error of an account that has used up its credits, requests or records."""
    values = {} if what == "credits" else {"budget": what}
    return fail(EXHAUSTED[what], details={"exhausted": what}, **values)


def begin(c: Transaction, account: str, via: str, stake: int, known: Standing, pending: Open, now: float) -> Turn:
    """Note a turn that is about to leave. Its charges must not be marked as sent yet.

    Without ``via`` no figure can be compared, so the limit of the first spend does not hold.

    Args:
        c, account, via: where, whose, and through which API.
        stake: credits that the turn may cost.
        known, pending: as they are in this transaction.
        now: epoch seconds.

    Raises:
        SpendingStopped, CreditsExhausted, UsageLimitReached: see :meth:`Standing.refuse`.
        UpstreamUnavailable: the account's first spend is being compared; nothing may be added to it.
    """
    known.refuse(stake)
    seen = known.view(pending, now)
    if via and stake and not seen.proven and stake > seen.room:
        raise fail("first_spend_waits", room=seen.room)
    c.execute(
        "INSERT INTO standing (account, turns, staked) VALUES (?, 1, ?) ON CONFLICT (account) DO UPDATE SET"
        " turns = standing.turns + 1, staked = standing.staked + excluded.staked",
        (account, stake),
    )
    # Nobody else writes meanwhile, so what the row holds now need not be read.
    return Turn(known.turns + 1, via, stake, known.staked + stake, seen.under_way)


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing a figure has come to; :func:`settle_down` keeps it once the turn is settled."""

    seen: Seen
    standing: Standing
    mark: Mark


def compare(
    c: Transaction, account: str, turn: Turn, balance: int, header: int | None, known: Standing, now: float
) -> Compared:
    """Compare a figure that was read after a turn was answered.

    Args:
        c, account: where and whose.
        turn: which was answered, and whose own charges the figure therefore includes.
        balance: credits left, read after the answer.
        header: the figure that the answer itself carried, when the balance was read by another call.
        known: as it is in this transaction.
        now: epoch seconds.
    """
    last = known.marks.get(turn.via)
    alone = not turn.others and known.turns == turn.number
    if last is None:
        return Compared(Seen(), known, Mark(balance, now, turn.staked - turn.others, int(alone), 0, 0, 0, 0, 0, None))
    fell, allowed = last.balance - balance, known.staked - last.staked
    # A figure that was read beside others may have held this turn's charges already.
    clean = alone and bool(last.exact) and fell >= 0 and last.staked == turn.staked - turn.stake
    # What an earlier turn could have cost and did not may be posted late.
    over = max(0, fell - allowed - last.carry)
    excesses, fallen, counted, trusted = last.excesses, last.fell, last.counted, last.header
    stop: Stop | None = None
    if not over:
        excesses = fallen = counted = 0
    elif 0 <= now - last.at <= FRESH + LATE:
        excesses, fallen, counted = excesses + 1, fallen + fell, counted + allowed
        if excesses >= EXCESSES or known.proven_at is None:
            stop = Stop(now, fallen, counted)
            c.execute(
                "UPDATE standing SET stopped_at = ?, stopped_fell = ?, stopped_counted = ? WHERE account = ?",
                (now, fallen, counted, account),
            )
            known = known._replace(stop=stop)
            excesses = fallen = counted = 0
    if known.proven_at is None and fell > 0 and not over:
        prove(c, account, now)
        known = known._replace(proven_at=now)
    if header is not None and clean and fell:
        trusted = int(header == balance)
    carry = max(0, allowed - max(0, fell)) if alone else 0
    staked = turn.staked - turn.others
    mark = Mark(balance, now, staked, int(alone), carry, excesses, fallen, counted, int(over > 0), trusted)
    return Compared(Seen(fell if clean else None, over, stop), known, mark)


def settle_down(c: Transaction, account: str, turn: Turn, compared: Compared, pending: Open) -> Standing:
    """After a turn's charges are settled: keep its figure, to count from later when nothing else is open.

    Args:
        c, account: where and whose.
        turn: which was answered.
        compared: from :func:`compare`, in this transaction.
        pending: what is open now.

    Returns:
        The account's rows as they are then.
    """
    known, mark = compared.standing, compared.mark
    quiet = bool(mark.exact) and known.turns == turn.number and not pending.unanswered
    _keep(c, account, turn.via, mark, turn.number if quiet else None)
    return known._replace(marks={**known.marks, turn.via: mark})


def note(c: Transaction, account: str, generation: str, balance: int, seen: View, now: float) -> View:
    """Keep a figure that was read outside a turn.

    Args:
        c, account, generation: where, whose, and through which API.
        balance: credits left.
        seen: the view from before it was read; what was sent since may have lowered it or not.
        now: epoch seconds.
    """
    known = load(c, account)
    last = known.marks.get(generation)
    if (
        last is not None
        and last.balance > balance
        and last.balance - balance <= known.staked - last.staked + last.carry
    ):
        # Whatever was bought since the first figure cost no more than it could.
        prove(c, account, now)
        known = known._replace(proven_at=now if known.proven_at is None else known.proven_at)
    exact = not seen.under_way and known.turns == seen.turns
    mark = Mark(balance, now, seen.staked - seen.under_way, int(exact), 0, 0, 0, 0, 0, None)
    if last is not None:
        mark = mark._replace(excesses=last.excesses, fell=last.fell, counted=last.counted, header=last.header)
    pending = open_now(c, account, now)
    _keep(c, account, generation, mark, known.turns if exact and not pending.unanswered else None)
    return known._replace(marks={**known.marks, generation: mark}).view(pending, now)


def weigh(c: Transaction, account: str, generation: str, balance: int, seen: View) -> Fall | None:
    """By how much the figure has fallen since nothing was in doubt, and what has been counted since.

    Args:
        c, account, generation: where, whose, and through which API.
        balance: credits left.
        seen: the view from before it was read.

    Returns:
        The fall, or None when the figure cannot tell: something was sent meanwhile or through another API, there is
        nothing to count from, or credits were added.
    """
    row = c.execute(
        "SELECT r.quiet_balance, r.quiet_turns, s.turns FROM reading AS r JOIN standing AS s ON s.account = r.account"
        " WHERE r.account = ? AND r.generation = ?",
        (account, generation),
    ).fetchone()
    if row is None or row[0] is None or seen.under_way or row[2] != seen.turns or balance > row[0]:
        return None
    quiet, since, _ = row
    (elsewhere,) = c.execute(
        "SELECT COUNT(*) FROM charge WHERE account = ? AND turn > ? AND via <> ?", (account, since, generation)
    ).fetchone()
    if elsewhere:
        return None
    spent = c.execute(
        "SELECT at, credits FROM charge WHERE account = ? AND turn > ? AND state = 'spent' AND credits > 0",
        (account, since),
    ).fetchall()
    return Fall(quiet - balance, tuple((at, credits) for at, credits in spent))


def prove(c: Transaction, account: str, now: float) -> None:
    """The figure has been compared, or there is none to compare: the limit of the first spend is lifted."""
    c.execute(
        "INSERT INTO standing (account, turns, staked, proven_at) VALUES (?, 0, 0, ?) ON CONFLICT (account) DO UPDATE"
        " SET proven_at = COALESCE(standing.proven_at, excluded.proven_at)",
        (account, now),
    )


def exhaust(c: Transaction, account: str, what: str | None, now: float) -> None:
    """Note what is used up, or with None that there is room again."""
    c.execute(
        "INSERT INTO standing (account, turns, staked, exhausted_at, exhausted_what) VALUES (?, 0, 0, ?, ?)"
        " ON CONFLICT (account) DO UPDATE SET exhausted_at = excluded.exhausted_at,"
        " exhausted_what = excluded.exhausted_what",
        (account, None if what is None else now, what),
    )


def resume(c: Transaction, account: str, who: str, now: float) -> Stop | None:
    """Let a stopped account spend again, and count from a new figure; returns why it had stopped."""
    row = c.execute(
        "SELECT stopped_at, stopped_fell, stopped_counted FROM standing WHERE account = ?", (account,)
    ).fetchone()
    if row is None or row[0] is None:
        return None
    c.execute(
        "UPDATE standing SET stopped_at = NULL, stopped_fell = NULL, stopped_counted = NULL, proven_at = ?,"
        " resumed_at = ?, resumed_by = ? WHERE account = ?",
        (now, now, who, account),
    )
    c.execute("DELETE FROM reading WHERE account = ?", (account,))
    return Stop(*row)


def _keep(c: Transaction, account: str, generation: str, mark: Mark, quiet: int | None) -> None:
    """Write a figure; with ``quiet``, the number of turns until now, as one that nothing was open beside."""
    columns = ", ".join(f"{name} = excluded.{name}" for name in Mark._fields)
    if quiet is not None:
        columns += ", quiet_balance = excluded.quiet_balance, quiet_turns = excluded.quiet_turns"
    c.execute(
        f"INSERT INTO reading (account, generation, {', '.join(Mark._fields)}, quiet_balance, quiet_turns)"  # noqa: S608
        f" VALUES ({', '.join('?' * (len(mark) + 4))}) ON CONFLICT (account, generation) DO UPDATE SET {columns}",
        (account, generation, *mark, None if quiet is None else mark.balance, quiet),
    )
