"""What was spent, what is under management and when that lapses, and how long the balance will last.

All of it is read from the ledger's tables in one snapshot, free and without a call to ZoomInfo; each figure says as of
when. Credits in doubt count as spent, as they do in the budgets.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .ledger import TERM

if TYPE_CHECKING:
    from ..store.base import Store, Transaction

DAY = 86_400.0
SPENT_DAYS = 30
# How many names of callers and jobs are told; the rest is summed up.
TOP = 10
OTHERS = "others"
# Less than this tells nothing of the days to come.
LEAST_DAYS = 7
LEAST_SPENDING_DAYS = 3
# A forecast further ahead than this is none.
FURTHEST = 3 * 365 * DAY


@dataclass(frozen=True, slots=True)
class Spend:
    """Credits spent in a number of UTC days up to now, today among them.

    Attributes:
        days: the length of the period.
        total: credits, those in doubt included.
        in_doubt: of the total.
        by_day: ``YYYY-MM-DD`` of every day of the period, in order.
        by_caller, by_job, by_operation: the largest first; callers and jobs past the tenth are summed as ``others``.
            What belongs to no job is not in ``by_job``.
        first_at: the account's first charge of all, Unix seconds; None when there is none.
        at: as of when, Unix seconds.
    """

    days: int
    total: int
    in_doubt: int
    by_day: dict[str, int]
    by_caller: dict[str, int]
    by_job: dict[str, int]
    by_operation: dict[str, int]
    first_at: float | None
    at: float


@dataclass(frozen=True, slots=True)
class Managed:
    """Records of one entity that are under management: they cost nothing until they lapse.

    Attributes:
        records: how many.
        assumed: of these, how many ZoomInfo has not confirmed.
        lapsing: how many lapse in the next 30 days.
        by_month: how many lapse in each month, ``YYYY-MM``, in order; months without any are left out.
    """

    records: int
    assumed: int
    lapsing: int
    by_month: dict[str, int]


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the balance runs out, at the pace of the last days.

    Attributes:
        per_day: credits a day.
        runs_out_at: Unix seconds, None when nothing can be said.
        why: a sentence: from what it is told, or why not.
    """

    per_day: float
    runs_out_at: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything at once, of one moment.

    Attributes:
        spend: of the last days.
        managed: by entity.
        forecast: of the balance.
        oldest_doubt: when the oldest charge still in doubt was sent, Unix seconds; None without any.
        doubts: charges in doubt, of whatever day.
        at: as of when, Unix seconds.
    """

    spend: Spend
    managed: dict[str, Managed]
    forecast: Forecast
    doubts: int
    oldest_doubt: float | None
    at: float


async def spend_by(
    store: Store, account: str, days: int = SPENT_DAYS, *, clock: Callable[[], float] | None = None
) -> Spend:
    """What was spent, by day, caller, job and operation.

    Args:
        store: holds the ledger.
        account: as the ledger names it.
        days: UTC days up to and with today.
        clock: Unix seconds; None for the database's own.

    Raises:
        InvalidArgument: the state cannot be read.
    """
    return await store.read(lambda t: _spend(t, account, days, _now(t, clock)))


async def managed(store: Store, account: str, *, clock: Callable[[], float] | None = None) -> dict[str, Managed]:
    """Records under management and when they lapse, by entity.

    Args:
        store, account, clock: as for :func:`spend_by`.

    Raises:
        InvalidArgument: the state cannot be read.
    """
    return await store.read(lambda t: _managed(t, account, _now(t, clock)))


async def figures(
    store: Store,
    account: str,
    balance: int | None,
    *,
    days: int = SPENT_DAYS,
    clock: Callable[[], float] | None = None,
) -> Figures:
    """All figures, from one snapshot.

    Args:
        store, account, clock: as for :func:`spend_by`.
        balance: credits left on the account, None when that is not known.
        days: how far back.

    Raises:
        InvalidArgument: the state cannot be read.
    """

    def job(transaction: Transaction) -> Figures:
        now = _now(transaction, clock)
        spend = _spend(transaction, account, days, now)
        doubts, oldest = transaction.execute(
            "SELECT COALESCE(SUM(credits), 0), MIN(at) FROM charge WHERE account = ? AND live = 1"
            " AND state = 'in_doubt'",
            (account,),
        ).fetchall()[0]
        # A pace needs its own period: the report's may be a week.
        paced = spend if days == SPENT_DAYS else _spend(transaction, account, SPENT_DAYS, now)
        held = _managed(transaction, account, now)
        oldest = None if oldest is None else float(oldest)
        return Figures(spend, held, forecast(paced, balance), int(doubts), oldest, now)

    return await store.read(job)


def forecast(spend: Spend, balance: int | None) -> Forecast:
    """When the balance runs out at the pace of a period.

    Args:
        spend: of the period.
        balance: credits left, None when that is not known.

    Returns:
        The forecast; without a date when the balance is not known or there is too little to tell from.
    """
    if balance is None:
        return Forecast(0.0, None, "The balance is not known.")
    if balance <= 0:
        return Forecast(0.0, spend.at, "The balance is used up.")
    spending = [credits for credits in spend.by_day.values() if credits]
    # A ledger that began last week has a week's pace, not a month's.
    known = 0.0 if spend.first_at is None else min(spend.days * DAY, spend.at - spend.first_at) / DAY
    if known < LEAST_DAYS or len(spending) < LEAST_SPENDING_DAYS:
        return Forecast(
            0.0,
            None,
            f"Too little to tell from: it takes {LEAST_DAYS} days of use, with spending on {LEAST_SPENDING_DAYS}.",
        )
    pace = spend.total / known
    lasts = balance / pace * DAY
    told = f"From {spend.total} credits in {known:.0f} days"
    if lasts > FURTHEST:
        return Forecast(pace, None, f"{told}: more than {FURTHEST / DAY / 365:.0f} years.")
    return Forecast(pace, spend.at + lasts, f"{told}, {pace:.1f} a day.")


def compact(told: Figures) -> dict[str, Any]:
    """The figures as JSON for a model: no empty days, no empty parts, dates in place of seconds."""
    spend = told.spend
    answer: dict[str, Any] = {
        "asOf": _stamp(told.at),
        "spend": {
            "days": spend.days,
            "total": spend.total,
            **({"inDoubt": spend.in_doubt} if spend.in_doubt else {}),
            "byDay": {day: credits for day, credits in spend.by_day.items() if credits},
            "byCaller": spend.by_caller,
            **({"byJob": spend.by_job} if spend.by_job else {}),
            "byOperation": spend.by_operation,
        },
        "underManagement": {
            entity: {
                "records": held.records,
                **({"assumed": held.assumed} if held.assumed else {}),
                "lapsingIn30Days": held.lapsing,
                "lapsesByMonth": held.by_month,
            }
            for entity, held in told.managed.items()
        },
        "forecast": {
            **({"perDay": round(told.forecast.per_day, 1)} if told.forecast.per_day else {}),
            "runsOut": None if told.forecast.runs_out_at is None else _stamp(told.forecast.runs_out_at)[:10],
            "why": told.forecast.why,
        },
    }
    if told.doubts:
        since = {} if told.oldest_doubt is None else {"since": _stamp(told.oldest_doubt)}
        answer["inDoubt"] = {"credits": told.doubts, **since}
    return answer


# --- inside a transaction --------------------------------------------------------------------------------------

# What counts, one condition an index.
_DOUBTFUL = "live = 1 AND state = 'in_doubt'"
_COUNTS = ("state = 'spent'", _DOUBTFUL)


def _spend(transaction: Transaction, account: str, days: int, now: float) -> Spend:
    midnight = now - now % DAY
    starts = [midnight - DAY * back for back in reversed(range(days))]
    since = starts[0]
    # Future ones too, which a clock that was set back leaves behind: they belong to today.
    names = [_stamp(start)[:10] for start in starts]
    by_day = dict.fromkeys(names, 0)
    bounds = zip(range(days), starts, [*starts[1:], 9e18], strict=True)
    values = [value for bound in bounds for value in bound]
    sums = dict.fromkeys(_COUNTS, 0)
    for counts in _COUNTS:
        found = transaction.execute(
            f"WITH span (n, low, high) AS (VALUES {', '.join(['(?, ?, ?)'] * days)})"  # noqa: S608
            " SELECT n, SUM(credits) FROM span JOIN charge ON at >= low AND at < high"
            f" WHERE account = ? AND {counts} AND credits > 0 GROUP BY n",
            (*values, account),
        )
        for index, credits in found.fetchall():
            by_day[names[int(index)]] += int(credits)
            sums[counts] += int(credits)

    def by(column: str) -> list[tuple[str, int]]:
        each = [
            f"SELECT {column} AS name, credits FROM charge WHERE account = ? AND {counts} AND at >= ? AND credits > 0"  # noqa: S608
            for counts in _COUNTS
        ]
        rows = transaction.execute(
            f"SELECT name, SUM(credits) FROM ({' UNION ALL '.join(each)}) AS counted GROUP BY name",  # noqa: S608
            (account, since) * len(each),
        ).fetchall()
        return sorted(((str(name), int(credits)) for name, credits in rows if name), key=lambda row: (-row[1], row[0]))

    first = transaction.execute(
        "SELECT MIN(at) FROM charge WHERE account = ? AND state = 'spent'", (account,)
    ).fetchall()[0][0]
    return Spend(
        days,
        sum(by_day.values()),
        sums[_DOUBTFUL],
        by_day,
        _top(by("caller")),
        _top(by("job")),
        dict(by("operation")),
        None if first is None else float(first),
        now,
    )


def _top(rows: Sequence[tuple[str, int]]) -> dict[str, int]:
    top = dict(rows[:TOP])
    if len(rows) > TOP:
        top[OTHERS] = top.get(OTHERS, 0) + sum(credits for _, credits in rows[TOP:])
    return top


def _managed(transaction: Transaction, account: str, now: float) -> dict[str, Managed]:
    months = _months(now)
    counts = transaction.execute(
        "SELECT entity, COUNT(*), SUM(CASE WHEN confirmed = 0 THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN bought_at <= ? THEN 1 ELSE 0 END) FROM purchase WHERE account = ? AND bought_at > ?"
        " GROUP BY entity ORDER BY entity",
        (now - TERM + 30 * DAY, account, now - TERM),
    ).fetchall()
    answer: dict[str, Managed] = {}
    for entity, records, assumed, lapsing in counts:
        by_month: dict[str, int] = {}
        for name, low, high in months:
            # By the index; a month is a range of it.
            ((lapses,),) = transaction.execute(
                "SELECT COUNT(*) FROM purchase WHERE account = ? AND entity = ? AND bought_at > ? AND bought_at <= ?",
                (account, entity, low - TERM, high - TERM),
            ).fetchall()
            if lapses:
                by_month[name] = int(lapses)
        answer[str(entity)] = Managed(int(records), int(assumed), int(lapsing), by_month)
    return answer


def _months(now: float) -> list[tuple[str, float, float]]:
    """The months that something bought until now can lapse in: name, and the time it covers in Unix seconds."""
    start = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months: list[tuple[str, float, float]] = []
    for _ in range(13):
        end = start + timedelta(days=monthrange(start.year, start.month)[1])
        # The first begins now, since what lapsed before is under management no more.
        months.append((f"{start:%Y-%m}", max(now, start.timestamp()), end.timestamp()))
        start = end
    name, low, _ = months[-1]
    return [*months[:-1], (name, low, 9e18)]


def _now(transaction: Transaction, clock: Callable[[], float] | None) -> float:
    return transaction.now() if clock is None else clock()


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
