"""Whether an account may spend: the first spend, the stop, what is used up, and what a free reading settles."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest
from test_gate import FIELDS, Desk, people, refused, statuses

from sales_zoominfo.account.standing import FIRST_SPEND, LATE
from sales_zoominfo.errors import (
    BudgetExceeded,
    CreditsExhausted,
    OutcomeUnknown,
    SpendingStopped,
    UpstreamUnavailable,
    UsageLimitReached,
)
from sales_zoominfo.sandbox import Charge, Fault
from sales_zoominfo.zoominfo.operations import Generation
from support import DEMO, GENERATIONS

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(sandbox_dir: Path, state_url: str, anyio_backend: str) -> AsyncIterator[Desk]:
    made = Desk(sandbox_dir, state_url)
    yield made
    await made.close()


def overcharge(monkeypatch: pytest.MonkeyPatch, desk: Desk, *, a_record: int = 0, a_call: int = 0) -> None:
    """Let ZoomInfo take so many credits more for each record that it charges, and for each call that hands one out."""
    from sales_zoominfo.sandbox.state import State

    sell = State.sell

    def dearer(self: State, account: str, *args: Any, **kwargs: Any) -> Any:
        before = len(desk.sandbox.charges)
        sold = sell(self, account, *args, **kwargs)
        self.add_usage(account, "uniqueIdLimit", a_record * (len(desk.sandbox.charges) - before) + a_call)
        return sold

    monkeypatch.setattr(State, "sell", dearer)


async def take(desk: Desk, credits: int) -> None:
    """A colleague spends."""
    from sales_zoominfo.sandbox.state import State

    with State.opened(desk.sandbox.folder) as state:
        state.add_usage(DEMO.name, "uniqueIdLimit", credits)


async def prove(account: Any, inputs: list[dict[str, object]]) -> None:
    """The first spend, which is compared."""
    await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert (await account.standing()).proven


# --- the first spend ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_before_the_first_comparison_no_more_than_25_are_under_way(desk: Desk, generation: Generation) -> None:
    unproven: list[int] = []

    def watch(_: Charge) -> None:
        with closing(sqlite3.connect(f"file:{desk.state}?mode=ro", uri=True)) as file:
            [(proven,)] = file.execute("SELECT proven_at FROM standing").fetchall()
        if proven is None:
            unproven.append(desk.charges()["sent"] + desk.charges()["spent"])

    desk.sandbox.watch = watch
    first, second = await desk.open(generation), await desk.open(generation)
    inputs = await people(first, 100)
    async with anyio.create_task_group() as group:
        for number in range(5):
            some = inputs[number * 20 : number * 20 + 20]
            account = (first, second)[number % 2]
            group.start_soon(lambda account=account, some=some: account.enrich("contact", some, caller="ann"))
    assert len(unproven) >= 20
    assert max(unproven) <= FIRST_SPEND
    assert len(desk.sandbox.charges) == desk.charges()["spent"] == 100
    assert (await first.standing()).proven


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_first_spend_that_costs_more_than_it_may_stops_at_once(
    desk: Desk, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    overcharge(monkeypatch, desk, a_record=1)
    account = await desk.open(generation)
    inputs = await people(account, 60)
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 25, "NOT_SENT": 35}
    assert len(desk.sandbox.charges) == 25
    assert any("SPENDING_STOPPED" in warning for warning in found.warnings)
    for other in (account, await desk.open(generation)):
        error = await refused(other.enrich("contact", inputs[30:31], caller="bob", outputs=FIELDS))
        assert isinstance(error, SpendingStopped)
        assert "fell by 50 credits" in error.message
        assert "25 at most" in error.message
        assert "credits --resume" in error.next_step
        # Not even what is owned, since it may be what is charged.
        assert isinstance(
            await refused(other.enrich("contact", inputs[:1], caller="bob", outputs=FIELDS)), SpendingStopped
        )
    assert desk.sandbox.count("enrich") == 1
    assert (await account.search("company", {"companyName": "Acme"})).rows, "searches stay free"


async def test_a_balance_that_is_never_told_ends_after_25(desk: Desk) -> None:
    account = await desk.open(timeout=0.5)
    inputs = await people(account, 60)
    desk.sandbox.plan = lambda _method, path: Fault(status=500) if "usage" in path else None
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert statuses(found)["FULL_MATCH"] == FIRST_SPEND == len(desk.sandbox.charges)
    error = await refused(account.enrich("contact", inputs[40:], caller="ann", outputs=FIELDS))
    assert isinstance(error, UpstreamUnavailable)
    assert "balance cannot be read" in error.message
    assert +desk.charges() == {"spent": FIRST_SPEND}
    desk.sandbox.plan = None
    assert (await account.enrich("contact", inputs[25:], caller="ann", outputs=FIELDS)).credits.spent == 35


async def test_an_account_without_a_metered_balance_is_not_held_up(desk: Desk) -> None:
    account = await desk.open(app=desk.sandbox.open(disallowed_endpoints=frozenset({"/gtm/data/v1/users/usage"})))
    found = await account.enrich("contact", await people(account, 60), caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 60}


# --- the stop ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_two_calls_that_cost_too_much_stop_every_process_until_a_person_resumes(
    desk: Desk, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await desk.open(generation)
    inputs = await people(first, 20)
    await prove(first, inputs[:5])
    await desk.close()
    overcharge(monkeypatch, desk, a_record=2)
    account, other = await desk.open(generation), await desk.open(generation)
    once = await account.enrich("contact", inputs[5:8], caller="ann", outputs=FIELDS)
    assert statuses(once) == {"FULL_MATCH": 3}
    assert any("more than this call could cost" in warning for warning in once.warnings)
    twice = await account.enrich("contact", inputs[8:10], caller="ann", outputs=FIELDS)
    assert statuses(twice) == {"FULL_MATCH": 2}
    for each in (account, other):
        error = await refused(each.enrich("contact", inputs[10:11], caller="bob", outputs=FIELDS))
        assert isinstance(error, SpendingStopped)
        assert error.details["fell"] == 15
        assert error.details["counted"] == 5
    await desk.close()
    again = await desk.open(generation)
    assert isinstance(await refused(again.get("contact", inputs[10]["personId"], caller="ann")), SpendingStopped)
    stop = await again.resume_spending("boss")
    assert stop is not None
    assert (stop.fell, stop.counted) == (15, 5)
    assert await again.resume_spending("boss") is None
    assert (await again.enrich("contact", inputs[10:12], caller="ann", outputs=FIELDS)).credits.spent == 2
    # It is still charged too much, so it stops again.
    await again.enrich("contact", inputs[12:13], caller="ann", outputs=FIELDS)
    assert isinstance(
        await refused(again.enrich("contact", inputs[14:15], caller="ann", outputs=FIELDS)), SpendingStopped
    )


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_records_that_should_be_free_and_are_charged_stop_it_too(
    desk: Desk, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.open(generation)
    inputs = await people(account, 4)
    await prove(account, inputs)
    overcharge(monkeypatch, desk, a_call=4)
    for _ in range(2):
        assert (await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)).credits.spent == 0
    assert isinstance(await refused(account.enrich("contact", inputs, caller="ann", outputs=FIELDS)), SpendingStopped)


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_colleague_who_spends_now_and_then_stops_nothing(
    desk: Desk, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.open(generation)
    inputs = await people(account, 40)
    await prove(account, inputs[:2])
    for number in range(1, 10):
        await take(desk, 50)
        desk.clock.now += 60
        found = await account.enrich("contact", inputs[number * 3 : number * 3 + 3], caller="ann", outputs=FIELDS)
        assert found.credits.spent == 3
    # One that falls within a call is told, and one is not two.
    for start in (30, 34):
        with monkeypatch.context() as patch:
            overcharge(patch, desk, a_call=7)
            found = await account.enrich("contact", inputs[start : start + 2], caller="ann", outputs=FIELDS)
        assert any("a colleague is spending too" in warning for warning in found.warnings)
        found = await account.enrich("contact", inputs[start + 2 : start + 4], caller="ann", outputs=FIELDS)
        assert found.warnings == []
    assert (await account.standing()).stop is None


async def test_being_charged_less_is_fine(desk: Desk, tmp_path: Path) -> None:
    account = await desk.open()
    inputs = await people(account, 30)
    await prove(account, inputs[:2])
    ours, desk.state_url = desk.state_url, f"sqlite:///{tmp_path / 'colleague.sqlite'}"
    colleague = await desk.open()
    desk.state_url = ours
    await colleague.enrich("contact", inputs, caller="bob", outputs=FIELDS)
    desk.clock.now += 60
    for start in range(2, 30, 7):
        assert (await account.enrich("contact", inputs[start : start + 7], caller="ann")).credits.spent == 0
    assert (await account.standing()).stop is None


# --- used up -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_used_up_credits_end_paid_calls_everywhere_until_a_reading_shows_room(
    desk: Desk, generation: Generation
) -> None:
    short = desk.sandbox.open(credits=3)
    account, other = await desk.open(generation, app=short), await desk.open(generation, app=short)
    inputs = await people(account, 30)
    found = await account.enrich("contact", inputs[:5], caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 3, "LIMIT_EXCEEDED": 2}
    sent = desk.sandbox.count("enrich")
    for each in (account, other):
        error = await refused(each.enrich("contact", inputs[5:9], caller="bob", outputs=FIELDS))
        assert isinstance(error, CreditsExhausted)
        assert isinstance(await refused(each.get("contact", inputs[9]["personId"], caller="bob")), CreditsExhausted)
    assert desk.sandbox.count("enrich") == sent, "no further paid call is sent"
    # What is owned stays free.
    assert statuses(await other.enrich("contact", inputs[:3], caller="bob", outputs=FIELDS)) == {"FULL_MATCH": 3}
    await desk.close()
    account = await desk.open(generation)
    assert (await account.enrich("contact", inputs[5:9], caller="ann", outputs=FIELDS)).credits.spent == 4


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (402, {"error": "Payment required"}, CreditsExhausted),
        (
            400,
            {"success": False, "error": "Exceeded the max limit to enrich new Contacts or Companies"},
            CreditsExhausted,
        ),
        (400, {"errors": [{"code": "PFAPI0011", "title": "Credit Limit Reached"}]}, CreditsExhausted),
        (403, {"error": "You have used up all of your allowed request limit"}, UsageLimitReached),
        (403, {"error": "You have used up all of your allowed record limit"}, UsageLimitReached),
    ],
)
@pytest.mark.parametrize("generation", GENERATIONS)
async def test_every_form_of_exhaustion_stops_the_spending(
    desk: Desk, generation: Generation, status: int, body: dict[str, Any], error: type[Exception]
) -> None:
    import json

    used = {"CreditsExhausted": "uniqueId", "UsageLimitReached": "record" if "record" in str(body) else "request"}
    refusing, empty, paid = True, True, 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal paid
        if "enrich" in scope["path"] and scope["method"] == "POST" and refusing:
            paid += 1
            await send(
                {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
            )
            await send({"type": "http.response.body", "body": json.dumps(body).encode()})
            return
        if "usage" in scope["path"] and empty:
            from sales_zoominfo.sandbox.state import State

            kind: Any = f"{used[error.__name__]}Limit"
            with State.opened(desk.sandbox.folder) as state:
                state.add_usage(DEMO.name, kind, 10_000_000)
            await desk.sandbox.app(scope, receive, send)
            with State.opened(desk.sandbox.folder) as state:
                state.add_usage(DEMO.name, kind, -10_000_000)
            return
        await desk.sandbox.app(scope, receive, send)

    account, other = await desk.open(generation, app=app), await desk.open(generation, app=app)
    inputs = await people(account, 4)
    assert isinstance(await refused(account.enrich("contact", inputs[:2], caller="ann", outputs=FIELDS)), error)
    assert paid == 1
    for each in (account, other, account):
        assert isinstance(await refused(each.enrich("contact", inputs[2:], caller="bob", outputs=FIELDS)), error)
    assert paid == 1, "no further paid call is sent, in any process"
    assert +desk.charges() == {}
    refusing = empty = False
    assert (await other.enrich("contact", inputs, caller="ann", outputs=FIELDS)).credits.spent == 4


# --- budgets -----------------------------------------------------------------------------------------------------


async def test_budgets_of_caller_job_and_for_good(desk: Desk) -> None:
    account = await desk.open(max_credits_per_caller=6, max_credits_per_job=4, max_credits_total=12)
    inputs = await people(account, 40)
    await account.enrich("contact", inputs[:4], caller="ann", outputs=FIELDS, job="j1")
    error = await refused(account.enrich("contact", inputs[4:5], caller="bob", outputs=FIELDS, job="j1"))
    assert isinstance(error, BudgetExceeded)
    assert "0 of the job budget of 4 are left" in error.message
    assert "ZOOMINFO_MAX_CREDITS_PER_JOB" in error.next_step
    error = await refused(account.enrich("contact", inputs[4:7], caller="ann", outputs=FIELDS))
    assert "2 of the caller budget of 6 are left" in error.message
    await account.enrich("contact", inputs[4:6], caller="ann", outputs=FIELDS, job="j2")
    await account.enrich("contact", inputs[6:10], caller="bob", outputs=FIELDS)
    desk.clock.now += 86_400
    error = await refused(account.enrich("contact", inputs[10:13], caller="ann", outputs=FIELDS))
    assert "2 of the total budget of 12 are left" in error.message, "another day gives no new one"
    budget = await account.budget("ann")
    assert (budget.caller_left, budget.total_left) == (6, 2)
    assert len(desk.sandbox.charges) == 10


async def test_a_budget_lowered_under_way_lets_those_finish_and_refuses_the_next(desk: Desk) -> None:
    before = await desk.open(max_credits_per_day=100)
    inputs = await people(before, 60)
    await prove(before, inputs[:2])
    lowered = await desk.open(max_credits_per_day=10, max_credits_total=10)
    seen: list[tuple[int, int | None]] = []

    async def look(_done: int, _of: int) -> None:
        budget = await lowered.budget("ann")
        seen.append((budget.day_left, budget.total_left))
        assert isinstance(
            await refused(lowered.enrich("contact", inputs[55:56], caller="bob", outputs=FIELDS)), BudgetExceeded
        )

    found = await before.enrich("contact", inputs[2:52], caller="ann", outputs=FIELDS, progress=look)
    assert statuses(found) == {"FULL_MATCH": 50}
    assert seen == [(0, 0), (0, 0)]
    usage = await lowered.usage("ann")
    assert (usage.budget.day_left, usage.budget.spent_today) == (0, 52)


# --- doubts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("billed", [True, False])
@pytest.mark.parametrize("occasion", ["spend", "estimate", "usage"])
async def test_what_is_in_doubt_is_settled_by_a_free_reading(
    desk: Desk, generation: Generation, billed: bool, occasion: str
) -> None:
    account = await desk.open(generation, timeout=5)
    inputs = await people(account, 30)
    await prove(account, inputs[:2])
    desk.fail_at(1, Fault(status=504, after=billed))
    assert isinstance(
        await refused(account.enrich("contact", inputs[2:9], caller="ann", outputs=FIELDS)), OutcomeUnknown
    )
    desk.sandbox.plan = None
    assert desk.charges()["in_doubt"] == 7
    usage = await account.usage("ann")
    assert usage.budget.in_doubt == 7, "it may still be carried out"
    desk.clock.now += LATE + 1
    sent = desk.sandbox.count("enrich")
    await desk.close()
    account = await desk.open(generation)
    match occasion:
        case "spend":
            await account.enrich("contact", inputs[20:21], caller="bob", outputs=FIELDS)
            sent += 1
        case "estimate":
            await account.estimate("contact", inputs[20:21], check=True)
        case _:
            await account.usage("ann")
    assert desk.sandbox.count("enrich") == sent, "nothing is sent again to find out"
    held = desk.charges()
    assert held["in_doubt"] == 0
    assert held["spent"] == len(desk.sandbox.charges) == (9 if billed else 2) + (occasion == "spend")
    if generation == "gtm":
        estimate = await account.estimate("contact", inputs[2:9])
        assert (estimate.credits, estimate.exact) == ((0, True) if billed else (7, False))


@pytest.mark.parametrize("where", ["settle", "audit"])
async def test_a_call_cancelled_before_it_sends_sets_nothing_aside(
    desk: Desk, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.open()
    inputs = await people(account, 10)
    await prove(account, inputs[:2])
    desk.fail_at(1, Fault(status=504, after=True))
    await refused(account.enrich("contact", inputs[2:5], caller="ann", outputs=FIELDS))
    desk.clock.now += LATE + 1
    await desk.close()
    account = await desk.open()
    waiting = anyio.Event()

    async def wait(*_: object, **__: object) -> None:
        waiting.set()
        await anyio.sleep_forever()

    if where == "settle":
        monkeypatch.setattr("sales_zoominfo.zoominfo.client.Client.search", wait)
    else:
        monkeypatch.setattr("sales_zoominfo.account.audit.Audit.ready", wait)
    sent = desk.sandbox.count("enrich")
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: account.enrich("contact", inputs[5:9], caller="ann", outputs=FIELDS))
        with anyio.fail_after(20):
            await waiting.wait()
        assert desk.charges()["reserved"] == 4
        group.cancel_scope.cancel()
    monkeypatch.undo()
    assert (await account.budget("ann")).reserved == 0
    assert desk.charges()["reserved"] == 0
    assert desk.sandbox.count("enrich") == sent
    tight = await desk.open(max_credits_per_day=2 + 3 + 4)
    assert (await tight.enrich("contact", inputs[5:9], caller="ann", outputs=FIELDS)).credits.spent == 4


async def test_doubts_never_hold_up_what_is_paid(desk: Desk) -> None:
    account = await desk.open(timeout=1)
    inputs = await people(account, 30)
    await prove(account, inputs[:2])
    desk.fail_at(1, Fault(status=504, after=True))
    await refused(account.enrich("contact", inputs[2:9], caller="ann", outputs=FIELDS))
    desk.clock.now += LATE + 1
    desk.sandbox.plan = lambda _method, path: Fault(status=500) if "search" in path or "usage" in path else None
    found = await account.enrich("contact", inputs[20:25], caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 5}


# --- estimates ---------------------------------------------------------------------------------------------------


async def test_a_colleague_s_records_are_free_by_a_check(desk: Desk, tmp_path: Path) -> None:
    account = await desk.open()
    inputs = await people(account, 10)
    ours, desk.state_url = desk.state_url, f"sqlite:///{tmp_path / 'colleague.sqlite'}"
    colleague = await desk.open()
    desk.state_url = ours
    await colleague.enrich("contact", inputs[:4], caller="bob", outputs=FIELDS)
    blind = await account.estimate("contact", inputs)
    assert (blind.credits, blind.exact) == (10, False)
    sent = len(desk.sandbox.requests)
    seeing = await account.estimate("contact", [*inputs, *inputs[:3]], check=True)
    assert (seeing.credits, seeing.exact, seeing.checked) == (6, True, 10)
    assert len(desk.sandbox.requests) == sent + 1
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS, max_credits=6)
    assert found.credits.spent == 6
    assert len(desk.sandbox.charges) == 10


async def test_a_required_field_makes_an_estimate_an_upper_bound(desk: Desk) -> None:
    """A record that lacks it is free, so what is known to be unowned may still cost nothing."""
    account = await desk.open()
    inputs = await people(account, 30)
    await account.enrich("contact", inputs[:5], caller="ann", outputs=FIELDS)
    assert (await account.estimate("contact", inputs, check=True)).exact
    estimate = await account.estimate("contact", inputs, check=True, required=["mobilePhone"])
    assert (estimate.credits, estimate.exact) == (25, False)
    assert "lacks a required field" in estimate.estimate.reason
    owned = await account.estimate("contact", inputs[:5], check=True, required=["mobilePhone"])
    assert (owned.credits, owned.exact) == (0, True), "what is owned is free either way"
    found = await account.estimate_search("contact", {"state": "California"}, 30, required="mobilePhone")
    assert found.credits and not found.exact
    assert "lacks a required field" in found.estimate.reason
    before = len(desk.sandbox.charges)
    await account.enrich("contact", inputs, caller="ann", outputs=FIELDS, required=["mobilePhone"], max_credits=25)
    assert len(desk.sandbox.charges) - before < 25


async def test_an_estimate_refuses_the_required_fields_that_enrich_refuses(desk: Desk) -> None:
    account = await desk.open()
    inputs = await people(account, 1)
    for entity, items, required in (
        ("contact", inputs, ["nope"]),
        ("company", [{"companyId": "7"}], ["ticker"]),
        ("contact", inputs, 7),
    ):
        told = await refused(account.enrich(entity, items, caller="ann", required=required))  # pyright: ignore[reportArgumentType]
        for estimate in (
            account.estimate(entity, items, required=required),  # pyright: ignore[reportArgumentType]
            account.estimate_search(entity, {"state": "California"}, 5, required=required),  # pyright: ignore[reportArgumentType]
        ):
            again = await refused(estimate)
            assert (again.kind, str(again)) == (told.kind, str(told))


async def test_a_copy_that_may_do_makes_an_estimate_an_upper_bound(desk: Desk, tmp_path: Path) -> None:
    account = await desk.open(keep_records=200)
    inputs = await people(account, 2)
    ours, desk.state_url = desk.state_url, f"sqlite:///{tmp_path / 'colleague.sqlite'}"
    await (await desk.open()).enrich("contact", inputs, caller="bob", outputs=FIELDS)
    desk.state_url = ours
    desk.clock.now += 330 * 86_400
    await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    desk.clock.now += 70 * 86_400
    assert (await account.estimate("contact", inputs, check=True)).exact
    estimate = await account.estimate("contact", inputs, check=True, max_age=100)
    assert (estimate.credits, estimate.exact) == (2, False)
    assert "a copy kept here" in estimate.estimate.reason
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS, max_age=100)
    assert found.credits.spent == 0
    assert (await account.estimate("contact", inputs, check=True, max_age=0)).exact


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_search_is_estimated_by_what_it_finds(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    filters = {"state": "California", "jobTitle": "Manager"}
    rows = (await account.search("contact", filters, size=8)).rows
    await account.enrich("contact", [{"personId": row["id"]} for row in rows[:3]], caller="ann", outputs=FIELDS)
    found = await account.estimate_search("contact", filters, 8)
    assert found.ids == [row["id"] for row in rows]
    assert found.credits == 5
    assert found.exact is (generation == "gtm")
    assert found.found is not None
    assert found.found >= 8
    nothing = await account.estimate_search("contact", {"lastName": "Nosuchnamehere"}, 5)
    assert (nothing.credits, nothing.exact, nothing.found) == (0, True, 0)
