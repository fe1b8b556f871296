"""The figures: what was spent on what, what is under management and when it lapses, how long the balance lasts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sales_zoominfo.account.ledger import TERM, Caller, Ledger, Limits, Outcome
from sales_zoominfo.account.report import OTHERS, TOP, Spend, compact, figures, forecast, managed, spend_by
from sales_zoominfo.store import Store, open_store

pytestmark = pytest.mark.anyio

DAY = 86_400.0
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
WIDE = Limits(None, 10_000, 10_000, 100_000)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(either_state_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    made = await open_store(either_state_url, directory=tmp_path)
    yield made
    await made.close()


_numbers = iter(range(1, 1_000_000))


async def buy(
    store: Store, clock: Clock, count: int, *, caller: str = "ann", job: str | None = None, entity: str = "contact",
    account: str = "main", answered: bool = True,
) -> None:  # fmt: skip
    """Buy records as the gate does."""
    ledger = Ledger(store, account, clock=clock)
    key = "personId" if entity == "contact" else "companyId"
    ids = [str(next(_numbers)) for _ in range(count)]
    who = Caller(caller, "call", f"enrich_{entity}s", job)
    reservation = await ledger.reserve(who, entity, [{key: wanted} for wanted in ids], WIDE)  # type: ignore[arg-type]
    await ledger.mark_sent(reservation, range(count))
    if answered:
        await ledger.settle(reservation, [Outcome(index, True, wanted, True) for index, wanted in enumerate(ids)])
    else:
        await ledger.mark_in_doubt(reservation, range(count))


async def test_spend_by_day_caller_job_and_operation(store: Store, clock: Clock) -> None:
    clock.now = NOON - 31 * DAY
    await buy(store, clock, 50)
    clock.now = NOON - 2 * DAY
    await buy(store, clock, 3, caller="bob", job="spring")
    clock.now = NOON
    await buy(store, clock, 5, job="spring")
    await buy(store, clock, 2, entity="company")
    await buy(store, clock, 1, answered=False)
    await buy(store, clock, 9, account="other")
    told = await spend_by(store, "main", clock=clock)
    assert (told.days, told.total, told.in_doubt, told.at) == (30, 11, 1, NOON)
    assert len(told.by_day) == 30
    assert {day: credits for day, credits in told.by_day.items() if credits} == {"2026-11-20": 3, "2026-11-22": 8}
    assert told.by_caller == {"ann": 8, "bob": 3}
    assert told.by_job == {"spring": 8}
    assert told.by_operation == {"enrich_contacts": 9, "enrich_companys": 2}
    assert told.first_at == NOON - 31 * DAY
    assert (await spend_by(store, "main", 1, clock=clock)).total == 8
    assert (await spend_by(store, "nobody", clock=clock)).total == 0


async def test_days_are_those_of_utc(store: Store, clock: Clock) -> None:
    midnight = NOON - 12 * 3600
    for at in (midnight - 0.001, midnight, midnight + 1):
        clock.now = at
        await buy(store, clock, 1)
    clock.now = NOON
    told = await spend_by(store, "main", 2, clock=clock)
    assert told.by_day == {"2026-11-21": 1, "2026-11-22": 2}


async def test_the_many_are_summed_up(store: Store, clock: Clock) -> None:
    for number in range(TOP + 3):
        await buy(store, clock, 20 - number, caller=f"caller {number:02}")
    told = await spend_by(store, "main", clock=clock)
    assert next(iter(told.by_caller)) == "caller 00"
    assert len(told.by_caller) == TOP + 1
    assert told.by_caller[OTHERS] == 10 + 9 + 8
    assert sum(told.by_caller.values()) == told.total


async def test_what_is_under_management_and_when_it_lapses(store: Store, clock: Clock) -> None:
    clock.now = NOON - TERM - DAY
    await buy(store, clock, 7)
    for days, count in ((-TERM / DAY + 3, 2), (-TERM / DAY + 29.9, 4), (-100, 5), (0, 1)):
        clock.now = NOON + days * DAY
        await buy(store, clock, count)
    clock.now = NOON
    await buy(store, clock, 2, entity="company")
    told = await managed(store, "main", clock=clock)
    assert told["contact"].records == 12
    assert told["contact"].lapsing == 6
    # 2025-11-25 + 365 days, 2025-12-22, 100 days ago, and today.
    assert told["contact"].by_month == {"2026-11": 2, "2026-12": 4, "2027-08": 5, "2027-11": 1}
    assert told["company"].records == 2
    assert told["company"].by_month == {"2027-11": 2}
    for part in told.values():
        assert sum(part.by_month.values()) == part.records
    assert await managed(store, "other", clock=clock) == {}


async def test_every_hour_of_a_year_lapses_in_some_month(store: Store, clock: Clock) -> None:
    """No record falls between two months, whatever the day."""
    for weeks in range(53):
        clock.now = NOON - weeks * 7 * DAY + weeks * 997
        await buy(store, clock, 1)
    for moment in (0, 9, 40, 99):
        clock.now = NOON + moment * DAY
        part = (await managed(store, "main", clock=clock))["contact"]
        assert sum(part.by_month.values()) == part.records


# --- the forecast ----------------------------------------------------------------------------------------------


def spent(credits: list[int], known: float = 30.0) -> Spend:
    days = {f"day {number}": amount for number, amount in enumerate(credits)}
    return Spend(len(credits), sum(credits), 0, days, {}, {}, {}, NOON - known * DAY, NOON)


async def test_the_balance_lasts_as_long_as_the_pace_says() -> None:
    told = forecast(spent([10] * 30), 600)
    assert told.per_day == 10
    assert told.runs_out_at == NOON + 60 * DAY
    assert told.why == "From 300 credits in 30 days, 10.0 a day."


async def test_a_young_ledger_has_the_pace_of_its_own_days() -> None:
    told = forecast(spent([0] * 20 + [30] * 10, known=10), 300)
    assert told.per_day == 30
    assert told.runs_out_at == NOON + 10 * DAY


@pytest.mark.parametrize(
    ("spend", "balance", "why"),
    [
        (spent([10] * 30), None, "The balance is not known."),
        (spent([10] * 30, known=6), 100, "Too little to tell from"),
        (spent([0] * 28 + [10, 10]), 100, "Too little to tell from"),
        (spent([0] * 30), 100, "Too little to tell from"),
        (spent([1, 0] * 15), 1_000_000, "more than 3 years"),
    ],
)
async def test_nothing_is_foretold_from_too_little(spend: Spend, balance: int | None, why: str) -> None:
    told = forecast(spend, balance)
    assert told.runs_out_at is None
    assert why in told.why


async def test_an_empty_balance_has_run_out() -> None:
    assert forecast(spent([10] * 30), 0).runs_out_at == NOON


# --- all at once -----------------------------------------------------------------------------------------------


async def test_all_figures_are_of_one_moment_and_say_which(store: Store, clock: Clock) -> None:
    for days in range(20, -1, -1):
        clock.now = NOON - days * DAY
        await buy(store, clock, 2, job="spring", answered=days != 3)
    told = await figures(store, "main", 100, clock=clock)
    assert told.at == told.spend.at == NOON
    assert told.doubts == 2
    assert told.oldest_doubt == NOON - 3 * DAY
    assert told.forecast.runs_out_at is not None
    answer = compact(told)
    assert answer["asOf"] == "2026-11-22T12:00:00Z"
    assert answer["spend"]["total"] == 42
    assert answer["spend"]["inDoubt"] == 2
    assert len(answer["spend"]["byDay"]) == 21
    assert answer["spend"]["byJob"] == {"spring": 42}
    assert answer["underManagement"]["contact"]["records"] == 40
    assert answer["forecast"]["perDay"] == 2.1
    assert answer["inDoubt"] == {"credits": 2, "since": "2026-11-19T12:00:00Z"}
    assert len(json.dumps(answer)) < 2_000


async def test_a_new_account_has_nothing_to_tell(store: Store, clock: Clock) -> None:
    answer = compact(await figures(store, "main", None, clock=clock))
    assert answer["spend"]["byDay"] == {}
    assert answer["underManagement"] == {}
    assert answer["forecast"]["runsOut"] is None


async def test_without_a_clock_the_databases_own_counts(store: Store, clock: Clock) -> None:
    told = await figures(store, "main", None)
    assert told.at > NOON - 400 * DAY
