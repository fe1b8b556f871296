"""What the ledger takes and tells: limits, callers, estimates, reservations, outcomes, purchases, budgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..zoominfo.operations import Entity

if TYPE_CHECKING:
    from .optouts import Scope
    from .standing import Seen, View

DAY = 86_400.0
HOUR = 3_600.0
# A record is under management for 12 months from its purchase.
TERM = 365 * DAY
# A purchase date told by ZoomInfo may be a bare date in another time zone: only a date older than this
# shows that the call at hand did not buy the record.
SLACK = 2 * DAY
# A charge in doubt that was sent longer than this before may have bought the record for a term that is over since, so
# that the purchase at hand says nothing of it.
SAME_TERM = TERM - SLACK
# Two of our calls that get the same record within so many seconds are a race for one purchase.
RACE = 900.0

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


class Item(NamedTuple):
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
        mapped: inputs that lead to their item's record already, so that nothing is to be noted when they match it.
    """

    id: str
    entity: Entity
    caller: Caller
    estimate: Estimate
    view: View = field(compare=False)
    mapped: frozenset[int] = field(default=frozenset(), compare=False)

    @property
    def credits(self) -> int:
        """Credits reserved."""
        return self.estimate.credits


@dataclass(slots=True)
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
        listed: what the opt-out list held, where that was asked.
    """

    spent: int
    seen: Seen
    day_left: int
    view: View
    listed: Scope | None = None


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
