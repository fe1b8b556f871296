"""Turns, figures, stops and doubts in the ledger itself, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from sales_zoominfo.account.ledger import DAY, Caller, Ledger, Limits, Outcome, Reservation
from sales_zoominfo.account.standing import LATE, Turn
from sales_zoominfo.errors import CreditApprovalRequired, CreditsExhausted, SpendingStopped, UpstreamUnavailable
from sales_zoominfo.store import Store, open_store
from support import Clock

pytestmark = pytest.mark.anyio
WIDE = Limits(None, 1000, 1000, 1000)
ANN = Caller("ann", "call", "enrich_contacts")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(either_state_url: str, anyio_backend: str) -> AsyncIterator[Store]:
    opened = await open_store(either_state_url)
    yield opened
    await opened.close()


@pytest.fixture
def ledger(store: Store, clock: Clock) -> Ledger:
    return Ledger(store, "acme", clock=clock)


def people(*ids: int) -> list[dict[str, object]]:
    return [{"personId": number} for number in ids]


async def send(ledger: Ledger, *ids: int) -> tuple[Reservation, Turn]:
    reservation = await ledger.reserve(ANN, "contact", people(*ids), WIDE)
    turn = await ledger.mark_sent(reservation, range(len(ids)), "gtm")
    assert turn is not None
    return reservation, turn


def all_of(ids: Sequence[int], drop: int | None) -> list[Outcome]:
    charged = None if drop not in (0, len(ids)) else bool(drop)
    return [Outcome(index, True, str(number), charged) for index, number in enumerate(ids)]


async def buy(ledger: Ledger, balance: int, *ids: int) -> int | None:
    """Buy records, after which the account's figure is this; what the turn alone has lowered it by."""
    reservation, turn = await send(ledger, *ids)
    closed = await ledger.conclude(reservation, turn, lambda drop: all_of(ids, drop), WIDE, balance=balance)
    return closed.seen.drop


async def start(ledger: Ledger, balance: int = 1000) -> None:
    await ledger.note_balance("gtm", balance, await ledger.view())


async def test_a_turn_alone_learns_what_it_was_charged(ledger: Ledger) -> None:
    await start(ledger)
    assert await buy(ledger, 998, 1, 2) == 2
    assert (await ledger.estimate("contact", people(1, 2))).exact
    assert (await ledger.view()).proven
    assert await buy(ledger, 998, 3) == 0, "a colleague had it"
    assert (await ledger.estimate("contact", people(3))).credits == 1, "and may lose it any day"


async def test_beside_others_no_turn_takes_the_fall_for_its_own(ledger: Ledger) -> None:
    await start(ledger)
    await buy(ledger, 999, 1)
    first, turn = await send(ledger, 2, 3)
    second, other = await send(ledger, 4)
    # This figure is from before the first was charged.
    closed = await ledger.conclude(second, other, lambda drop: all_of([4], drop), WIDE, balance=998)
    assert (closed.seen.drop, closed.spent) == (None, 1)
    closed = await ledger.conclude(first, turn, lambda drop: all_of([2, 3], drop), WIDE, balance=996)
    assert (closed.seen.drop, closed.spent) == (None, 2)
    assert closed.seen.excess == 0


async def test_a_figure_read_while_a_turn_was_under_way_proves_nothing_about_it(ledger: Ledger) -> None:
    await start(ledger)
    await buy(ledger, 999, 1)
    view = await ledger.view()
    reservation, turn = await send(ledger, 2)
    # Another process reads the figure after the charge and before the answer.
    await ledger.note_balance("gtm", 998, view)
    await ledger.note_balance("gtm", 998, await ledger.view())
    closed = await ledger.conclude(reservation, turn, lambda drop: all_of([2], drop), WIDE, balance=998)
    assert closed.seen.drop is None
    assert closed.spent == 1, "a fall of nothing would have made it free"


async def test_before_the_comparison_only_25_may_be_at_stake(ledger: Ledger) -> None:
    await start(ledger)
    await send(ledger, *range(1, 21))
    waiting = await ledger.reserve(ANN, "contact", people(*range(30, 40)), WIDE)
    with pytest.raises(UpstreamUnavailable) as caught:
        await ledger.mark_sent(waiting, range(10), "gtm")
    assert caught.value.kind == "first_spend_waits"


async def test_two_excesses_stop_and_one_does_not(ledger: Ledger, clock: Clock) -> None:
    await start(ledger)
    await buy(ledger, 999, 1)
    await buy(ledger, 990, 2)
    await buy(ledger, 989, 3)
    assert (await ledger.view()).stop is None
    await buy(ledger, 980, 4)
    await buy(ledger, 970, 5)
    view = await ledger.view()
    assert view.stop is not None
    assert (view.stop.fell, view.stop.counted) == (19, 2)
    with pytest.raises(SpendingStopped):
        await ledger.reserve(ANN, "contact", people(9), WIDE)
    await ledger.resume("boss")
    assert (await ledger.view()).stop is None
    assert await ledger.resume("boss") is None


async def test_what_is_used_up_holds_for_what_costs_something(ledger: Ledger) -> None:
    await start(ledger)
    await buy(ledger, 999, 1)
    reservation = await ledger.reserve(ANN, "contact", people(2), WIDE)
    await ledger.note_exhausted("credits")
    with pytest.raises(CreditsExhausted):
        await ledger.mark_sent(reservation, [0], "gtm")
    with pytest.raises(CreditsExhausted):
        await ledger.reserve(ANN, "contact", people(3), WIDE)
    await ledger.reserve(ANN, "contact", people(1), WIDE)
    await ledger.note_exhausted(None)
    await ledger.mark_sent(reservation, [0], "gtm")


@pytest.mark.parametrize("billed", [0, 1, 3])
async def test_the_fall_of_the_figure_settles_doubts(ledger: Ledger, clock: Clock, billed: int) -> None:
    await start(ledger)
    await buy(ledger, 999, 1)
    reservation, _ = await send(ledger, 2, 3, 4)
    await ledger.mark_in_doubt(reservation, [0, 1, 2])
    assert await ledger.weigh("gtm", 999 - billed, await ledger.view()) is None, "it may still be carried out"
    clock.now += LATE + 1
    assert await ledger.weigh("gtm", 999 - billed, await ledger.view()) == billed
    budget = await ledger.budget(WIDE, ANN)
    assert (budget.spent_today, budget.in_doubt) == (1 + billed, 0)


async def test_what_yesterday_counts_explains_no_credit_of_today(ledger: Ledger, clock: Clock) -> None:
    """A call of yesterday is heard of after midnight; a colleague owned its record, and today's call was billed."""
    await start(ledger)
    yesterday, _ = await send(ledger, 1)
    clock.now += DAY
    today, _ = await send(ledger, 2)
    await ledger.settle(yesterday, all_of([1], None))
    await ledger.mark_in_doubt(today, [0])
    clock.now += LATE + 1
    assert await ledger.weigh("gtm", 999, await ledger.view()) == 1
    assert (await ledger.budget(WIDE, ANN)).spent_today == 1


@pytest.mark.parametrize("asked_by", [{"personId": 1}, {"emailAddress": "one@acme.example"}])
async def test_the_later_of_two_days_keeps_a_credit_until_it_is_read(
    ledger: Ledger, clock: Clock, asked_by: dict[str, object]
) -> None:
    """Two calls for one record, one before midnight and one after it, and the earlier one is heard of first."""
    await start(ledger)
    first = await ledger.reserve(ANN, "contact", [asked_by], WIDE)
    await ledger.mark_sent(first, [0], "gtm")
    clock.now += DAY
    second, _ = await send(ledger, 1)
    bought_at = clock.now
    assert await ledger.settle(first, all_of([1], None)) == 1, "it may have been billed, and counts for its caller"
    await ledger.mark_in_doubt(second, [0])
    clock.now += LATE + 1
    assert (await ledger.budget(WIDE, ANN)).in_doubt == 1, "of today"
    assert await ledger.doubts(10) == [("contact", "1")]
    await ledger.note_management("contact", [("1", bought_at)], [], clock.now)
    left = await ledger.budget(WIDE, ANN)
    assert (left.spent_today, left.in_doubt) == (1, 0)
    assert (await ledger.budget(Limits(None, 9, 9, 9, total=9), ANN)).total_left == 8, "once, and not on both days"


async def test_an_answer_before_midnight_needs_no_reading(ledger: Ledger, clock: Clock) -> None:
    await start(ledger)
    clock.now = clock.now // DAY * DAY + DAY - 30
    first, _ = await send(ledger, 1)
    second, _ = await send(ledger, 1)
    clock.now += 60
    await ledger.settle(first, all_of([1], None))
    await ledger.settle(second, all_of([1], None))
    assert (await ledger.view()).doubts == 0
    assert (await ledger.budget(Limits(None, 9, 9, 9, total=9), ANN)).total_left == 8


async def test_what_zoominfo_says_of_records_settles_doubts(ledger: Ledger, clock: Clock) -> None:
    await start(ledger)
    await buy(ledger, 999, 1)
    sent_at = clock.now
    reservation, _ = await send(ledger, 2, 3)
    await ledger.mark_in_doubt(reservation, [0, 1])
    assert await ledger.doubts(10) == []
    await ledger.note_management("contact", [], ["3"], clock.now)
    assert (await ledger.budget(WIDE, ANN)).in_doubt == 2, "too young to be sure"
    clock.now += LATE + 1
    assert sorted(await ledger.doubts(10)) == [("contact", "2"), ("contact", "3")]
    await ledger.note_management("contact", [("2", sent_at)], ["3"], clock.now)
    budget = await ledger.budget(WIDE, ANN)
    assert (budget.spent_today, budget.in_doubt) == (2, 0)
    assert [item.credits for item in (await ledger.estimate("contact", people(2, 3))).items] == [0, 1]


async def test_a_consent_pays_once(ledger: Ledger) -> None:
    agreed = Limits(None, 1, 1, 1000, approved=3, approval="yes-1")
    await ledger.reserve(ANN, "contact", people(1, 2, 3), agreed)
    with pytest.raises(CreditApprovalRequired):
        await ledger.reserve(ANN, "contact", people(4, 5, 6), agreed)
    with pytest.raises(CreditApprovalRequired):
        await ledger.reserve(ANN, "contact", people(4, 5, 6, 7), Limits(None, 1, 1, 1000, approved=3, approval="yes-2"))
