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
from typing import TYPE_CHECKING

from ..errors import SalesZoomInfoError, fail

if TYPE_CHECKING:
    from ..store import Transaction

# Before the figure has been compared once, no more than this may be at stake.
FIRST_SPEND = 25
# A figure older than this may have been lowered by a colleague since, so it proves nothing about a turn. Seconds.
FRESH = 5.0
# A sending without an answer may still be carried out for so long. Seconds.
LATE = 120.0
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


def view(c: Transaction, account: str, now: float) -> View:
    """Where the account stands."""
    row = c.execute(
        "SELECT turns, staked, proven_at, stopped_at, stopped_fell, stopped_counted, exhausted_what FROM standing"
        " WHERE account = ?",
        (account,),
    ).fetchone()
    turns, staked, proven, stopped_at, fell, counted, exhausted = row or (0, 0, None, None, 0, 0, None)
    under_way, doubts = _open_sendings(c, account, now)
    figures: dict[str, Figure] = {}
    compared = 0
    for generation, balance, at, before, sure, suspect, header in c.execute(
        "SELECT generation, balance, at, staked, exact, suspect, header FROM reading WHERE account = ?", (account,)
    ).fetchall():
        exact = bool(sure) and before == staked and not under_way
        figures[generation] = Figure(balance, at, exact, bool(suspect), None if header is None else bool(header))
        compared = max(compared, before)
    return View(
        now,
        proven is not None,
        max(0, FIRST_SPEND - (staked - compared)),
        turns,
        staked,
        under_way,
        doubts,
        None if stopped_at is None else Stop(stopped_at, fell, counted),
        exhausted,
        figures,
    )


def refuse(c: Transaction, account: str, stake: int) -> None:
    """Raise when the account may not spend now, whatever its budgets.

    Args:
        c, account: where and whose.
        stake: credits that the call may cost; one that costs none is refused only when nothing may be sent at all.

    Raises:
        SpendingStopped: ledger and balance disagree.
        CreditsExhausted, UsageLimitReached: ZoomInfo said so, and no reading has shown room since.
    """
    row = c.execute(
        "SELECT stopped_at, stopped_fell, stopped_counted, exhausted_what FROM standing WHERE account = ?", (account,)
    ).fetchone()
    if row is None:
        return
    stopped_at, fell, counted, exhausted = row
    if stopped_at is not None:
        raise Stop(stopped_at, fell, counted).error()
    if exhausted is not None and (stake or exhausted != "credits"):
        raise used_up(exhausted)


def used_up(what: str) -> SalesZoomInfoError:
    """The error of an account that has used up its credits, requests or records."""
    values = {} if what == "credits" else {"budget": what}
    return fail(EXHAUSTED[what], details={"exhausted": what}, **values)


def begin(c: Transaction, account: str, via: str, stake: int, now: float) -> Turn:
    """Note a turn that is about to leave. Its charges must not be marked as sent yet.

    Without ``via`` no figure can be compared, so the limit of the first spend does not hold.

    Raises:
        SpendingStopped, CreditsExhausted, UsageLimitReached: see :func:`refuse`.
        UpstreamUnavailable: the account's first spend is being compared; nothing may be added to it.
    """
    seen = view(c, account, now)
    if seen.stop is not None:
        raise seen.stop.error()
    if seen.exhausted is not None and (stake or seen.exhausted != "credits"):
        raise used_up(seen.exhausted)
    if via and stake and not seen.proven and stake > seen.room:
        raise fail("first_spend_waits", room=seen.room)
    number, staked = c.execute(
        "INSERT INTO standing (account, turns, staked) VALUES (?, 1, ?) ON CONFLICT (account) DO UPDATE SET"
        " turns = standing.turns + 1, staked = standing.staked + excluded.staked RETURNING turns, staked",
        (account, stake),
    ).fetchone()
    return Turn(number, via, stake, staked, seen.under_way)


def compare(c: Transaction, account: str, turn: Turn, balance: int, header: int | None, now: float) -> Seen:
    """Compare a figure that was read after a turn was answered, and keep it.

    Args:
        c, account: where and whose.
        turn: which was answered, and whose own charges the figure therefore includes.
        balance: credits left, read after the answer.
        header: the figure that the answer itself carried, when the balance was read by another call.
        now: epoch seconds.
    """
    turns, staked, proven = c.execute(
        "SELECT turns, staked, proven_at FROM standing WHERE account = ?", (account,)
    ).fetchone()
    last = c.execute(
        "SELECT balance, at, staked, exact, carry, excesses, fell, counted, header FROM reading"
        " WHERE account = ? AND generation = ?",
        (account, turn.via),
    ).fetchone()
    alone = not turn.others and turns == turn.number
    if last is None:
        _keep(c, account, turn.via, (balance, now, turn.staked - turn.others, int(alone), 0, 0, 0, 0, 0, None))
        return Seen()
    before, at, staked_before, sure, carry, excesses, fallen, counted, trusted = last
    fell, allowed = before - balance, staked - staked_before
    # A figure that was read beside others may have held this turn's charges already.
    clean = alone and bool(sure) and fell >= 0 and staked_before == turn.staked - turn.stake
    # What an earlier turn could have cost and did not may be posted late.
    over = max(0, fell - allowed - carry)
    suspect = int(over > 0)
    stop: Stop | None = None
    if not over:
        excesses = fallen = counted = 0
    elif 0 <= now - at <= FRESH + LATE:
        excesses, fallen, counted = excesses + 1, fallen + fell, counted + allowed
        if excesses >= EXCESSES or proven is None:
            stop = Stop(now, fallen, counted)
            c.execute(
                "UPDATE standing SET stopped_at = ?, stopped_fell = ?, stopped_counted = ? WHERE account = ?",
                (now, fallen, counted, account),
            )
            excesses = fallen = counted = 0
    if proven is None and fell > 0 and not over:
        prove(c, account, now)
    if header is not None and clean and fell:
        trusted = int(header == balance)
    carry = max(0, allowed - max(0, fell)) if alone else 0
    values = (balance, now, turn.staked - turn.others, int(alone), carry, excesses, fallen, counted, suspect, trusted)
    _keep(c, account, turn.via, values)
    return Seen(fell if clean else None, over, stop)


def settle_down(c: Transaction, account: str, turn: Turn) -> None:
    """After a turn's charges are settled: keep its figure to count from later, when nothing else is open."""
    c.execute(
        "UPDATE reading SET quiet_balance = balance, quiet_turns = ? WHERE account = ? AND generation = ?"
        " AND reading.exact = 1 AND ? = (SELECT turns FROM standing WHERE standing.account = reading.account)"
        " AND NOT EXISTS (SELECT 1 FROM charge WHERE charge.account = reading.account AND charge.live = 1"
        " AND charge.credits > 0 AND charge.state IN ('sent', 'in_doubt', 'superseded'))",
        (turn.number, account, turn.via, turn.number),
    )


def note(c: Transaction, account: str, generation: str, balance: int, seen: View, now: float) -> None:
    """Keep a figure that was read outside a turn.

    Args:
        c, account, generation: where, whose, and through which API.
        balance: credits left.
        seen: the view from before it was read; what was sent since may have lowered it or not.
        now: epoch seconds.
    """
    turns, staked = c.execute("SELECT turns, staked FROM standing WHERE account = ?", (account,)).fetchone() or (0, 0)
    last = c.execute(
        "SELECT balance, staked, carry, excesses, fell, counted, header FROM reading"
        " WHERE account = ? AND generation = ?",
        (account, generation),
    ).fetchone()
    _, staked_before, carry, excesses, fallen, counted, trusted = last or (balance, 0, 0, 0, 0, 0, None)
    if last is not None and last[0] > balance and last[0] - balance <= staked - staked_before + carry:
        # Whatever was bought since the first figure cost no more than it could.
        prove(c, account, now)
    exact = not seen.under_way and turns == seen.turns
    _keep(
        c,
        account,
        generation,
        (balance, now, seen.staked - seen.under_way, int(exact), 0, excesses, fallen, counted, 0, trusted),
    )
    if exact and not _open(c, account):
        c.execute(
            "UPDATE reading SET quiet_balance = balance, quiet_turns = ? WHERE account = ? AND generation = ?",
            (turns, account, generation),
        )


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


def _keep(c: Transaction, account: str, generation: str, values: tuple[object, ...]) -> None:
    c.execute(
        "INSERT INTO reading (account, generation, balance, at, staked, exact, carry, excesses, fell, counted, suspect,"
        " header) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, generation) DO UPDATE SET"
        " balance = excluded.balance, at = excluded.at, staked = excluded.staked, exact = excluded.exact,"
        " carry = excluded.carry, excesses = excluded.excesses, fell = excluded.fell, counted = excluded.counted,"
        " suspect = excluded.suspect, header = excluded.header",
        (account, generation, *values),
    )


def _open_sendings(c: Transaction, account: str, now: float) -> tuple[int, int]:
    """Credits at stake in sendings that may still be carried out, and how many charges in doubt are past that.

    What is asked for again is billed once at most.
    """
    late = now - LATE
    return c.execute(
        "SELECT (SELECT COALESCE(SUM(credits), 0) FROM charge WHERE account = ? AND state = 'sent')"
        " + (SELECT COALESCE(SUM(credits), 0) FROM charge WHERE account = ? AND state = 'in_doubt' AND at > ?),"
        " (SELECT COUNT(*) FROM charge WHERE account = ? AND state = 'in_doubt' AND credits > 0 AND at <= ?)",
        (account, account, late, account, late),
    ).fetchone()


def _open(c: Transaction, account: str) -> bool:
    return bool(
        c.execute(
            "SELECT 1 FROM charge WHERE account = ? AND live = 1 AND credits > 0"
            " AND state IN ('sent', 'in_doubt', 'superseded') LIMIT 1",
            (account,),
        ).fetchone()
    )
