"""The gate: nothing is spent unreserved, nothing paid is lost, and no budget is passed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from sales_zoominfo.account.gate import Account, Enriched
from sales_zoominfo.account.ledger import TERM
from sales_zoominfo.app import App
from sales_zoominfo.errors import (
    BudgetExceeded,
    CreditApprovalRequired,
    CreditsExhausted,
    InvalidArgument,
    ModeForbids,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
    PlanDoesNotInclude,
    SalesZoomInfoError,
    WindowExceeded,
    fail,
)
from sales_zoominfo.sandbox import Charge, Fault
from sales_zoominfo.settings import load_settings
from sales_zoominfo.zoominfo.limiter import SharedLimiter, Slot
from sales_zoominfo.zoominfo.operations import Generation, Lane
from support import DEMO, GENERATIONS, Clock, Sandbox

pytestmark = pytest.mark.anyio
SIGN_IN: dict[Generation, dict[str, Any]] = {
    "gtm": {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret},
    "enterprise": {"username": DEMO.username, "password": DEMO.password},
}
FIELDS = ["id", "firstName", "email"]


class Desk:
    """An account at a sandbox of its own; every open one shares the state file."""

    def __init__(self, folder: Path, state_url: str) -> None:
        self.clock = Clock()
        self.sandbox = Sandbox(folder, clock=self.clock)
        self.state_url = state_url
        self.state = Path(state_url.removeprefix("sqlite:///"))
        self._apps: list[App] = []

    async def open(self, generation: Generation = "gtm", app: Any = None, **settings: Any) -> Account:
        chosen = {"max_credits_per_call": 100, "max_credits_per_hour": 1000, **SIGN_IN[generation], **settings}
        transport = httpx2.ASGITransport(app=app or self.sandbox.app)
        made = App(
            load_settings(state_url=self.state_url, base_url="http://zoominfo.test", rate_limit=1000, **chosen),
            http_transport=transport,
            clock=self.clock,
        )
        self._apps.append(made)
        return await made.account()

    async def close(self) -> None:
        for app in self._apps:
            await app.aclose()
        self._apps.clear()

    def charges(self) -> Counter[str]:
        """Credits in the ledger by state, read from the file as another program would."""
        with closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)) as file:
            return Counter(dict(file.execute("SELECT state, SUM(credits) FROM charge GROUP BY state")))

    def fail_at(self, number: int, fault: Fault) -> None:
        """Let the enrich call of this number, from 1, go wrong."""
        seen = 0

        def plan(_method: str, path: str) -> Fault | None:
            nonlocal seen
            seen += "enrich" in path
            return fault if "enrich" in path and seen == number else None

        self.sandbox.plan = plan


@pytest.fixture
async def desk(sandbox_dir: Path, state_url: str, anyio_backend: str) -> AsyncIterator[Desk]:
    made = Desk(sandbox_dir, state_url)
    yield made
    await made.close()


async def people(account: Account, count: int, start: int = 0) -> list[dict[str, object]]:
    """Match inputs of so many people, by id."""
    found: list[dict[str, object]] = []
    page = 1 + start // 100
    while len(found) < count:
        rows = (await account.search("contact", {"state": "California"}, page=page, size=100)).rows
        found += [{"personId": row["id"]} for row in rows]
        page += 1
    return found[:count]


def statuses(found: Enriched) -> Counter[str]:
    return Counter(match.status for match in found.matches)


async def refused(awaitable: Any) -> SalesZoomInfoError:
    with pytest.raises(SalesZoomInfoError) as caught:
        await awaitable
    return caught.value


# --- nothing unreserved ----------------------------------------------------------------------------------------


def guard(desk: Desk) -> Callable[[Charge], None]:
    """A charge is allowed only while the ledger holds a credit for it that has been marked as sent."""

    def watch(charge: Charge) -> None:
        held = desk.charges()
        covered = held["sent"] + held["spent"] + held["in_doubt"]
        if not held["sent"] or covered < len(desk.sandbox.charges) + 1:
            raise AssertionError(f"{charge.entity} {charge.zi_id} was charged without a reservation: {held}")

    return watch


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_no_method_spends_without_a_reservation(desk: Desk, generation: Generation) -> None:
    desk.sandbox.watch = guard(desk)
    account = await desk.open(generation)
    inputs = await people(account, 30)
    for free in (
        account.authenticate(),
        account.lookup("countries"),
        account.field_rights("contact", "enrich", "output"),
        account.usage("ann"),
        account.estimate("contact", inputs),
        account.budget("ann"),
        account.search("company", {"companyName": "Acme, Inc."}),
    ):
        await free
    assert desk.sandbox.charges == []
    await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    await account.enrich("company", [{"companyName": "Acme, Inc."}, {"companyWebsite": "acme.example"}], caller="ann")
    await account.get("contact", inputs[3]["personId"], caller="ann")
    await account.get("company", 900001, caller="bob")
    company_only = {"firstName": "Nobody", "lastName": "Atall", "companyName": "Acme, Inc."}
    await account.enrich("contact", [company_only, dict(company_only)], caller="bob")
    held = desk.charges()
    assert len(desk.sandbox.charges) >= 31
    assert held["sent"] == held["reserved"] == held["in_doubt"] == 0
    assert held["spent"] >= len(desk.sandbox.charges), "what ZoomInfo charged is counted, if anything more"


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_no_crowd_spends_without_a_reservation(desk: Desk, generation: Generation) -> None:
    desk.sandbox.watch = guard(desk)
    first, second = await desk.open(generation), await desk.open(generation)
    inputs = await people(first, 60)
    async with anyio.create_task_group() as group:
        for number in range(10):
            account = (first, second)[number % 2]
            some = inputs[number * 4 : number * 4 + 20]
            group.start_soon(lambda account=account, some=some: account.enrich("contact", some, caller="ann"))
            group.start_soon(lambda account=account, one=some[0]: account.get("contact", one["personId"], caller="bob"))
    held = desk.charges()
    assert len(desk.sandbox.charges) == 56
    assert held["spent"] >= 56
    assert held["sent"] == held["reserved"] == held["in_doubt"] == 0


async def test_a_crowd_before_the_first_purchase_takes_no_slot_that_it_does_not_use(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches without a match prove nothing, so each goes alone; what waits must not use up the requests a second."""
    taken, order = Counter[str](), list[str]()
    acquire = SharedLimiter.acquire

    async def counted(self: SharedLimiter, lane: Lane, **how: Any) -> Slot:
        taken["auth" if lane == "auth" else "slots"] += 1
        return await acquire(self, lane, **how)

    monkeypatch.setattr(SharedLimiter, "acquire", counted)
    account = await desk.open()
    await account.enrich("contact", [{"emailAddress": "nobody@nowhere.example"}], caller="ann")
    taken.clear()
    desk.sandbox.plan = lambda _method, _path: taken.update(["sent"])

    async def enrich(name: str) -> None:
        nobody = [{"emailAddress": f"{name}{number}@nowhere.example"} for number in range(25)]
        found = await account.enrich("contact", nobody, caller=name)
        assert not any(match.matched for match in found.matches)
        order.append(name)

    names = [f"caller{number}" for number in range(12)]
    async with anyio.create_task_group() as group:
        for name in names:
            group.start_soon(enrich, name)
    assert taken["slots"] == taken["sent"]
    assert order == names, "who came first goes first"


async def test_the_guard_sees_a_charge_that_nobody_reserved(desk: Desk) -> None:
    desk.sandbox.watch = guard(desk)
    account = await desk.open()
    [one] = await people(account, 1)
    with pytest.raises(OutcomeUnknown):
        await account._client.enrich("contact", "gtm", [one], FIELDS)  # pyright: ignore[reportPrivateUsage]
    assert desk.sandbox.charges == []


# --- the estimate is an upper bound ------------------------------------------------------------------------------


async def overlapping(account: Account) -> list[tuple[str, list[dict[str, object]]]]:
    """Inputs of different records that share what looks like an identity."""
    companies = (await account.search("company", {"state": "California"}, size=20)).rows
    rows = (await account.search("contact", {"state": "California", "requiredFields": "email"}, size=20)).rows
    named = [
        {"firstName": row["firstName"], "lastName": row["lastName"], "companyName": row["companyName"]} for row in rows
    ]
    return [
        ("company", [{"companyId": "123456789012", "companyName": row["name"]} for row in companies]),
        ("contact", [{"externalURL": "https://social.example/one", **person} for person in named]),
        ("contact", [{"personId": "123456789012", **person} for person in named]),
        ("contact", [{"emailAddress": "nobody@nowhere.example", **person} for person in named]),
    ]


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_no_shared_key_lets_more_be_bought_than_the_cap_says(desk: Desk, generation: Generation) -> None:
    desk.sandbox.watch = guard(desk)
    account = await desk.open(generation)
    for entity, inputs in await overlapping(account):
        for _ in range(2):
            before = len(desk.sandbox.charges)
            estimate = await account.estimate(entity, inputs)  # pyright: ignore[reportArgumentType]
            if estimate.credits:
                short = estimate.credits - 1
                error = await refused(account.enrich(entity, inputs, caller="ann", max_credits=short))  # pyright: ignore[reportArgumentType]
                assert isinstance(error, CreditApprovalRequired)
            found = await account.enrich(entity, inputs, caller="ann", max_credits=estimate.credits)  # pyright: ignore[reportArgumentType]
            charged = len(desk.sandbox.charges) - before
            assert charged <= found.credits.spent <= estimate.credits
    assert len(desk.sandbox.charges) > 20, "the inputs did reach different records"


async def test_a_number_that_holds_only_an_extension_is_not_free(desk: Desk) -> None:
    account = await desk.open(max_credits_per_call=0)
    for phone in ("#3495550129", "x4155551234", "+"):
        assert (await account.estimate("contact", [{"phone": phone}])).credits == 1
        error = await refused(account.enrich("contact", [{"phone": phone}], caller="ann"))
        assert isinstance(error, CreditApprovalRequired)
    assert desk.sandbox.charges == []


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_purchase_is_confirmed_by_the_balance_and_then_costs_nothing(
    desk: Desk, generation: Generation
) -> None:
    account = await desk.open(generation)
    inputs = await people(account, 3)
    assert (await account.enrich("contact", inputs, caller="ann")).credits.spent == 3
    again = await account.estimate("contact", inputs)
    assert (again.credits, again.exact) == (0, True)
    assert (await account.enrich("contact", inputs, caller="ann", max_credits=0)).credits.spent == 0
    assert len(desk.sandbox.charges) == 3


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_what_a_colleague_bought_long_ago_is_not_promised_for_free(
    desk: Desk, tmp_path: Path, generation: Generation
) -> None:
    account = await desk.open(generation)
    inputs = await people(account, 5)
    ours, desk.state_url = desk.state_url, f"sqlite:///{tmp_path / 'colleague.sqlite'}"
    colleague = await desk.open(generation)
    desk.state_url = ours
    assert (await colleague.enrich("contact", inputs, caller="bob")).credits.spent == 5
    desk.clock.now += 330 * 86_400
    assert (await account.enrich("contact", inputs, caller="ann")).credits.spent == 0
    desk.clock.now += 70 * 86_400
    estimate = await account.estimate("contact", inputs)
    assert estimate.credits == 5
    assert isinstance(
        await refused(account.enrich("contact", inputs, caller="ann", max_credits=0)), CreditApprovalRequired
    )
    assert (await account.enrich("contact", inputs, caller="ann")).credits.spent == 5
    assert len(desk.sandbox.charges) == 10


async def test_a_call_cancelled_while_it_waits_to_sign_in_owes_nothing(desk: Desk) -> None:
    account = await desk.open()
    desk.sandbox.plan = lambda _method, path: Fault(hang=5) if "oauth" in path else None
    with anyio.move_on_after(0.2):
        await account.enrich("contact", [{"personId": 7000001}], caller="ann")
    assert desk.charges()["in_doubt"] == 0
    assert desk.charges()["sent"] == 0
    assert not any("enrich" in path for _, path in desk.sandbox.requests)


# --- batches ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_equal_inputs_travel_and_cost_once(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    [a, b] = await people(account, 2)
    before = {limit.type: limit.used for limit in (await account.usage("ann")).limits}
    number = int(str(a["personId"]))
    inputs: list[dict[str, object]] = [a, {"personId": f" {number} "}, b, {"personId": number}, dict(b)]
    assert (await account.estimate("contact", inputs)).credits == 2
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert [match.record_id for match in found.matches] == [
        a["personId"],
        a["personId"],
        b["personId"],
        a["personId"],
        b["personId"],
    ]
    after = {limit.type: limit.used for limit in (await account.usage("ann")).limits}
    assert after["recordLimit"] - before["recordLimit"] == 2
    assert found.credits.spent == len(desk.sandbox.charges) == desk.charges()["spent"] == 2


async def test_a_hundred_inputs_are_four_calls(desk: Desk) -> None:
    account = await desk.open()
    inputs = await people(account, 100)
    told: list[tuple[int, int]] = []

    async def progress(done: int, of: int) -> None:
        told.append((done, of))

    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS, progress=progress)
    assert desk.sandbox.count("enrich") == 4
    assert told == [(25, 100), (50, 100), (75, 100), (100, 100)]
    assert [match.row["id"] for match in found.matches] == [one["personId"] for one in inputs]
    assert found.credits.spent == 100
    assert found.credits.left == 900
    assert found.credits.balance is not None
    assert found.credits.balance.credits == 9_900
    assert found.warnings == []


@pytest.mark.parametrize(
    ("fault", "in_doubt"),
    [(Fault(status=403), 0), (Fault(status=500), 25), (Fault(truncate=True), 25), (Fault(reset=True, after=True), 25)],
)
@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_failure_half_way_keeps_what_is_paid_and_frees_the_rest(
    desk: Desk, generation: Generation, fault: Fault, in_doubt: int
) -> None:
    account = await desk.open(generation)
    inputs = await people(account, 100)
    desk.fail_at(3, fault)
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert desk.sandbox.count("enrich") == 3
    assert [match.row.get("id") for match in found.matches[:50]] == [one["personId"] for one in inputs[:50]]
    third = "OUTCOME_UNKNOWN" if in_doubt else "NOT_SENT"
    assert [match.status for match in found.matches[50:]] == [third] * 25 + ["NOT_SENT"] * 25
    assert found.credits.spent == 50
    assert any(warning.startswith("Not all inputs were answered") for warning in found.warnings)
    held = desk.charges()
    assert (held["spent"], held["in_doubt"], held["reserved"] + held["sent"]) == (50, in_doubt, 0)
    # The same call again: what was bought is free, what is in doubt is settled, the rest is new.
    desk.sandbox.plan = None
    again = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert statuses(again) == {"FULL_MATCH": 100}
    held = desk.charges()
    assert (held["spent"], held["in_doubt"]) == (100, 0)
    assert len(desk.sandbox.charges) == 100, "nobody was paid twice"


async def test_a_failure_at_once_is_raised_and_frees_everything(desk: Desk) -> None:
    account = await desk.open()
    inputs = await people(account, 60)
    desk.fail_at(1, Fault(status=403))
    await refused(account.enrich("contact", inputs, caller="ann", outputs=FIELDS))
    assert +desk.charges() == {}
    assert desk.sandbox.count("enrich") == 1


async def test_a_client_that_is_gone_does_not_cost_the_records(desk: Desk) -> None:
    account = await desk.open()

    async def progress(done: int, of: int) -> None:
        raise anyio.BrokenResourceError

    found = await account.enrich("contact", await people(account, 30), caller="ann", outputs=FIELDS, progress=progress)
    assert statuses(found) == {"FULL_MATCH": 30}


async def test_a_balance_that_cannot_be_read_does_not_cost_the_records(desk: Desk) -> None:
    account = await desk.open(timeout=0.5)
    inputs = await people(account, 2)
    desk.sandbox.plan = lambda _method, path: Fault(hang=5) if "usage" in path else None
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 2}
    assert found.credits.balance is None


@pytest.mark.parametrize("step", ["conclude", "release"])
async def test_a_state_file_that_breaks_does_not_cost_the_records(
    desk: Desk, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A call that cannot be concluded holds up the rest until the deadline.
    account = await desk.open(timeout=2)
    inputs = await people(account, 60)
    desk.fail_at(2, Fault(status=403))

    async def broken(*_: object, **__: object) -> None:
        raise fail("state_unusable", reason="the disk is full", how="Free some space.")

    monkeypatch.setattr(account._ledger, step, broken)  # pyright: ignore[reportPrivateUsage]
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 25, "NOT_SENT": 35}
    assert any("the disk is full" in warning for warning in found.warnings)
    assert found.credits.spent == 25
    assert desk.charges().total() >= 25, "unsettled charges stay counted"


async def test_a_reservation_that_lapsed_is_not_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.open()
    inputs = await people(account, 2)
    ledger = account._ledger  # pyright: ignore[reportPrivateUsage]
    real = ledger.mark_sent

    async def late(*asked: Any) -> Any:
        desk.clock.now += 7200
        await ledger.recover(900)
        return await real(*asked)

    monkeypatch.setattr(ledger, "mark_sent", late)
    error = await refused(account.enrich("contact", inputs, caller="ann", outputs=FIELDS))
    assert error.kind == "reservation_lapsed"
    assert desk.sandbox.count("enrich") == 0
    assert +desk.charges() == {}


# --- answers that never come -----------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize(
    "fault", [Fault(hang=5), Fault(hang=5, after=True), Fault(truncate=True), Fault(status=504, after=True)]
)
async def test_an_answer_that_never_comes_counts_until_a_repeat_settles_it(
    desk: Desk, generation: Generation, fault: Fault
) -> None:
    account = await desk.open(generation, timeout=0.5)
    inputs = await people(account, 3)
    owned = await account.enrich("contact", inputs[:1], caller="ann", outputs=FIELDS)
    assert owned.credits.spent == 1
    desk.fail_at(1, fault)
    error = await refused(account.enrich("contact", inputs, caller="ann", outputs=FIELDS))
    assert isinstance(error, OutcomeUnknown)
    assert "so 2 credits count as spent" in error.message, "the one that is owned is not at stake"
    assert error.details["credits"] == 2
    assert "not paid twice" in error.next_step
    budget = await account.budget("ann")
    assert (budget.spent_today, budget.in_doubt, budget.reserved) == (1, 2, 0)
    desk.fail_at(1, fault)
    free = await refused(account.enrich("contact", inputs[:1], caller="ann", outputs=FIELDS))
    assert isinstance(free, OutcomeUnknown)
    assert "no credit was at stake" in str(free) and "count as spent" not in str(free)
    assert (await account.budget("ann")).in_doubt == 2

    desk.sandbox.plan = None
    found = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 3}
    budget = await account.budget("ann")
    assert (budget.spent_today, budget.in_doubt, budget.reserved) == (3, 0, 0)
    assert len(desk.sandbox.charges) == 3


async def test_a_call_that_is_cancelled_half_way_is_in_doubt(desk: Desk) -> None:
    account = await desk.open()
    inputs = await people(account, 60)
    desk.fail_at(2, Fault(hang=30, after=True))
    with anyio.move_on_after(1.0) as scope:
        await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert scope.cancelled_caught
    held = desk.charges()
    assert (held["spent"], held["in_doubt"], held["reserved"] + held["sent"]) == (25, 25, 0)


async def test_a_task_that_is_cancelled_before_sending_owes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.open()
    inputs = await people(account, 3)
    ledger = account._ledger  # pyright: ignore[reportPrivateUsage]
    real = ledger.mark_sent

    async def slow(*asked: Any) -> None:
        await real(*asked)
        await asyncio.sleep(30)

    monkeypatch.setattr(ledger, "mark_sent", slow)
    task = asyncio.create_task(account.enrich("contact", inputs, caller="ann", outputs=FIELDS))
    for _ in range(200):
        await asyncio.sleep(0.01)
        if desk.charges()["sent"]:
            break
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert +desk.charges() == {}
    assert desk.sandbox.count("enrich") == 0


# --- caps and budgets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cap", "kind"),
    [
        (-1, "too_low"),
        (1.5, "wrong_type"),
        ("many", "wrong_type"),
        (True, "wrong_type"),
        ([], "wrong_type"),
        ("", "wrong_type"),
        (float("nan"), "wrong_type"),
    ],
)
async def test_a_cap_that_makes_no_sense_is_refused(desk: Desk, cap: object, kind: str) -> None:
    account = await desk.open()
    error = await refused(account.enrich("contact", [{"personId": 7}], caller="ann", max_credits=cap))
    assert isinstance(error, InvalidArgument)
    assert error.kind == kind
    assert "maxCredits" in error.message
    assert desk.sandbox.requests == []


async def test_a_cap_of_nothing_buys_nothing_and_gives_what_is_owned(desk: Desk) -> None:
    account = await desk.open()
    inputs = await people(account, 2)
    error = await refused(account.enrich("contact", inputs, caller="ann", max_credits=0))
    assert isinstance(error, CreditApprovalRequired)
    assert "could cost 2 credits, over maxCredits=0" in error.message
    assert "maxCredits=2" in error.next_step
    assert desk.sandbox.count("enrich") == 0
    await account.enrich("contact", inputs, caller="ann", max_credits="2")
    assert statuses(await account.enrich("contact", inputs, caller="ann", max_credits=0)) == {"FULL_MATCH": 2}


async def test_no_argument_raises_the_ceiling(desk: Desk) -> None:
    account = await desk.open(max_credits_per_call=25)
    inputs = await people(account, 26)
    for cap in (None, 26, 10**6):
        error = await refused(account.enrich("contact", inputs, caller="ann", max_credits=cap))
        assert isinstance(error, CreditApprovalRequired)
        assert "call ceiling of 25" in error.message
        assert "ZOOMINFO_MAX_CREDITS_PER_CALL" in error.next_step
    assert desk.sandbox.count("enrich") == 0
    assert (await account.enrich("contact", inputs[:25], caller="ann", outputs=FIELDS)).credits.spent == 25
    assert (await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)).credits.spent == 1


async def test_the_hour_s_ceiling_is_each_caller_s_own(desk: Desk) -> None:
    account = await desk.open(max_credits_per_hour=30)
    inputs = await people(account, 70)
    await account.enrich("contact", inputs[:25], caller="ann", outputs=FIELDS)
    error = await refused(account.enrich("contact", inputs[25:35], caller="ann", outputs=FIELDS))
    assert isinstance(error, CreditApprovalRequired)
    assert "hour ceiling of 30 (25 used)" in error.message
    await account.enrich("contact", inputs[25:35], caller="bob", outputs=FIELDS)
    desk.clock.now += 3601
    await account.enrich("contact", inputs[35:65], caller="ann", outputs=FIELDS)


async def test_the_day_s_budget_is_everybody_s_and_ends_at_midnight(desk: Desk) -> None:
    account = await desk.open(max_credits_per_day=30)
    inputs = await people(account, 60)
    await account.enrich("contact", inputs[:25], caller="ann", outputs=FIELDS)
    for caller in ("ann", "bob"):
        error = await refused(account.enrich("contact", inputs[25:35], caller=caller, outputs=FIELDS, max_credits=1000))
        assert isinstance(error, BudgetExceeded)
        assert "5 of the day budget of 30 are left" in error.message
    found = await account.enrich("contact", inputs[:30], caller="bob", outputs=FIELDS)
    assert found.credits.spent == 5, "what is owned does not count"
    assert found.credits.left == 0
    desk.clock.now = (desk.clock.now // 86_400 + 1) * 86_400
    assert (await account.enrich("contact", inputs[30:], caller="ann", outputs=FIELDS)).credits.spent == 30


async def test_what_is_in_doubt_uses_up_the_budget(desk: Desk) -> None:
    account = await desk.open(max_credits_per_day=30)
    inputs = await people(account, 40)
    desk.fail_at(1, Fault(truncate=True))
    await refused(account.enrich("contact", inputs[:25], caller="ann", outputs=FIELDS))
    error = await refused(account.enrich("contact", inputs[25:], caller="ann", outputs=FIELDS))
    assert isinstance(error, BudgetExceeded)


async def test_callers_together_never_pass_the_day_s_budget(desk: Desk) -> None:
    first = await desk.open(max_credits_per_day=40)
    second = await desk.open("enterprise", max_credits_per_day=40)
    inputs = await people(first, 100)
    outcomes: list[object] = []

    async def buy(account: Account, some: list[dict[str, object]], caller: str) -> None:
        try:
            outcomes.append((await account.enrich("contact", some, caller=caller, outputs=FIELDS)).credits.spent)
        except BudgetExceeded as error:
            outcomes.append(error.code)

    async with anyio.create_task_group() as group:
        for number in range(10):
            account = (first, second)[number % 2]
            group.start_soon(buy, account, inputs[number * 10 : number * 10 + 10], f"caller-{number}")
    assert Counter(outcomes) == {10: 4, "BUDGET_EXCEEDED": 6}
    assert len(desk.sandbox.charges) == desk.charges()["spent"] == 40


# --- modes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "flag"), [("read_only", "--read-only"), ("free_only", "--free-only")])
async def test_a_mode_stops_spending_at_the_gate(desk: Desk, mode: str, flag: str) -> None:
    account = await desk.open(**{mode: True})
    assert (await account.search("company", {"companyName": "Acme, Inc."})).rows
    sent = len(desk.sandbox.requests)
    for spending in (
        account.enrich("contact", [{"personId": 7}], caller="ann"),
        account.enrich("company", [{"companyId": 7}], caller="ann"),
        account.get("contact", 7, caller="ann"),
        account.get("company", 7, caller="ann"),
    ):
        error = await refused(spending)
        assert isinstance(error, ModeForbids)
        assert flag in error.next_step
    assert (await account.estimate("contact", [{"personId": 7}])).credits == 1
    assert len(desk.sandbox.requests) == sent


# --- what ZoomInfo refuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_field_that_the_plan_lacks_costs_nothing(desk: Desk, generation: Generation) -> None:
    app = desk.sandbox.open(disallowed_fields=frozenset({"email", "techSkills"}))
    account = await desk.open(generation, app=app)
    inputs = await people(account, 2)
    error = await refused(account.enrich("contact", inputs, caller="ann", outputs=["id", "email", "techSkills"]))
    assert isinstance(error, PlanDoesNotInclude)
    assert "email, techSkills" in error.message
    assert "Nothing was charged" in error.next_step
    assert desk.sandbox.charges == []
    assert +desk.charges() == {}
    granted = {right.name: right.granted for right in await account.field_rights("contact", "enrich", "output")}
    assert granted["email"] is False


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_an_endpoint_that_the_plan_lacks_costs_nothing(desk: Desk, generation: Generation) -> None:
    paths = frozenset({"/gtm/data/v1/contacts/enrich", "/enrich/contact"})
    account = await desk.open(generation, app=desk.sandbox.open(disallowed_endpoints=paths))
    error = await refused(account.enrich("contact", await people(account, 2), caller="ann", outputs=FIELDS))
    assert isinstance(error, PlanDoesNotInclude)
    assert +desk.charges() == {}


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_credits_that_run_out_end_a_call_or_single_records(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation, app=desk.sandbox.open(credits=3))
    inputs = await people(account, 30)
    found = await account.enrich("contact", inputs[:5], caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 3, "LIMIT_EXCEEDED": 2}
    assert any("no credits left" in warning for warning in found.warnings)
    assert found.credits.spent == len(desk.sandbox.charges) == desk.charges()["spent"] == 3
    for refusing in (
        account.enrich("contact", inputs[10:11], caller="ann", outputs=FIELDS),
        account.get("contact", inputs[11]["personId"], caller="ann"),
    ):
        error = await refused(refusing)
        assert isinstance(error, CreditsExhausted)
    assert statuses(await account.enrich("contact", inputs[:3], caller="ann", outputs=FIELDS)) == {"FULL_MATCH": 3}
    held = desk.charges()
    assert (held["spent"], held["in_doubt"], held["sent"], held["reserved"]) == (3, 0, 0, 0)


async def test_whole_calls_that_are_refused_for_credits_keep_the_batches_before(desk: Desk) -> None:
    account = await desk.open(app=desk.sandbox.open(credits=30, credit_exhausted="whole_call"))
    found = await account.enrich("contact", await people(account, 60), caller="ann", outputs=FIELDS)
    assert statuses(found) == {"FULL_MATCH": 25, "NOT_SENT": 35}
    assert any("CREDITS_EXHAUSTED" in warning for warning in found.warnings)
    assert desk.charges()["spent"] == 25


# --- who owns what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_record_is_bought_once_in_12_months_whatever_restarts(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    inputs = await people(account, 3)
    assert (await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)).credits.spent == 3
    await desk.close()
    account = await desk.open(generation)
    assert (await account.estimate("contact", inputs)).credits == 0
    assert (await account.enrich("contact", inputs, caller="bob", outputs=FIELDS)).credits.spent == 0
    assert (await account.get("contact", inputs[0]["personId"], caller="bob", max_credits=0)).credits.spent == 0
    await desk.close()
    desk.clock.now += TERM - 60
    account = await desk.open(generation)
    assert (await account.enrich("contact", inputs, caller="bob", outputs=FIELDS)).credits.spent == 0
    assert len(desk.sandbox.charges) == 3
    desk.clock.now += 120
    assert (await account.estimate("contact", inputs)).credits == 3
    assert (await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)).credits.spent == 3
    assert len(desk.sandbox.charges) == 6


async def test_a_person_known_by_mail_is_recognised_before_paying(desk: Desk) -> None:
    account = await desk.open()
    [one] = await people(account, 1)
    found = await account.get("contact", one["personId"], caller="ann")
    mail = found.matches[0].row.get("email")
    if mail is None:
        pytest.skip("this person has no e-mail address")
    await account.enrich("contact", [{"emailAddress": mail}], caller="ann", outputs=FIELDS)
    assert (await account.estimate("contact", [{"emailAddress": f" {mail.upper()} "}])).credits == 0
    assert len(desk.sandbox.charges) == 1


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_match_of_the_company_alone_is_counted_and_owns_nobody(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    company = (await account.search("company", {"companyName": "Acme, Inc."})).rows[0]["id"]
    nobody: dict[str, object] = {"firstName": "Nobody", "lastName": "Atall", "companyName": "Acme, Inc."}
    found = await account.enrich("contact", [nobody, dict(nobody)], caller="ann")
    assert statuses(found) == {"COMPANY_ONLY_MATCH": 2}
    assert found.credits.spent == desk.charges()["spent"] == len(desk.sandbox.charges) == 1
    assert (await account.estimate("contact", [{"personId": company}])).credits == 1


async def test_what_matches_nothing_is_free(desk: Desk) -> None:
    account = await desk.open()
    [one] = await people(account, 1)
    found = await account.enrich(
        "contact",
        [
            {"emailAddress": "nobody@nowhere.example"},
            {**one, "validDateAfter": "2099-01-01"},
            {"externalURL": "https://x.example/in/y"},
        ],
        caller="ann",
    )
    assert statuses(found) == {"NO_MATCH": 1, "NON_MATCH_BY_VALID_DATE": 1, "INVALID_INPUT": 1}
    lacking = await account.enrich("contact", [one], caller="ann", required=["suffix", "salutation"])
    if lacking.matches[0].status == "NON_MATCH_BY_REQUIRED_FIELDS":
        assert lacking.credits.spent == 0
    assert found.credits.spent == 0
    error = await refused(account.get("contact", "-123456789012", caller="ann"))
    assert isinstance(error, NotFound)
    assert "-123456789012" in error.message
    assert desk.charges()["spent"] == len(desk.sandbox.charges)


# --- arguments at the gate -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "kind"),
    [
        ([], "out_of_range"),
        ([{"personId": n} for n in range(101)], "out_of_range"),
        ([{"firstName": "Ada", "lastName": "Sample"}], "input_cannot_match"),
        ([{"fullName": "Ada Sample", "jobTitle": "Clerk"}], "input_cannot_match"),
        ([{"personId": "seven"}], "wrong_type"),
        ([{"personId": 7}, {"email": "a@b.example"}], "unknown_argument"),
        (None, "wrong_type"),
        ("7", "wrong_type"),
        ([7], "wrong_type"),
        ([{"personId": {}}], "wrong_type"),
    ],
)
async def test_inputs_that_are_wrong_cost_and_send_nothing(desk: Desk, inputs: object, kind: str) -> None:
    account = await desk.open()
    for refusing in (account.enrich("contact", inputs, caller="ann"), account.estimate("contact", inputs)):
        error = await refused(refusing)
        assert isinstance(error, InvalidArgument)
        assert error.kind == kind
    assert desk.sandbox.requests == []
    assert +desk.charges() == {}


async def test_other_arguments_that_are_wrong_send_nothing(desk: Desk) -> None:
    account = await desk.open("enterprise")
    one = [{"personId": 7}]
    bad: list[dict[str, Any]] = [
        {"outputs": ["mail"]}, {"outputs": []}, {"outputs": [{}]}, {"outputs": {"id": 1}}, {"outputs": 7},
        {"outputs": [["id"]]}, {"required": ["mail"]}, {"required": {}}, {"required": [None]}, {"detail": "all"},
        {"detail": []},
    ]  # fmt: skip
    for more in bad:
        assert isinstance(await refused(account.enrich("contact", one, caller="ann", **more)), InvalidArgument), more
    assert isinstance(
        await refused(account.enrich("contact", one, caller="ann", outputs=["mobilePhone"])), NotAvailable
    )
    error = await refused(account.get("contact", "x7", caller="ann"))
    assert error.message.startswith("personId must be"), "the argument as the caller knows it"
    assert desk.sandbox.requests == []


async def test_a_company_must_have_fields_only_where_that_is_documented(desk: Desk) -> None:
    gtm, enterprise = await desk.open("gtm"), await desk.open("enterprise")
    acme = [{"companyName": "Acme, Inc."}]
    error = await refused(gtm.enrich("company", acme, caller="ann", required=["website"]))
    assert isinstance(error, NotAvailable)
    assert "Enterprise" in error.message
    assert statuses(await enterprise.enrich("company", acme, caller="ann", required=["website"])) == {"FULL_MATCH": 1}
    both = await desk.open(username=DEMO.username, password=DEMO.password)
    assert statuses(await both.enrich("company", acme, caller="ann", required=["website"])) == {"FULL_MATCH": 1}


async def test_with_both_generations_each_call_goes_where_it_can(desk: Desk) -> None:
    both = await desk.open(username=DEMO.username, password=DEMO.password)
    assert both.generations == ("gtm", "enterprise")
    await both.search("contact", {"companyName": "Acme, Inc.", "filterByBuyingCommittee": True})
    assert desk.sandbox.count("/search/contact") == 1
    await both.search("contact", {"companyName": "Acme, Inc.", "underManagement": True})
    assert desk.sandbox.count("/contacts/search") == 1
    found = await both.enrich("contact", await people(both, 1), caller="ann", outputs=["id", "isCalifornia"])
    assert desk.sandbox.count("/enrich/contact") == 1
    assert found.matches[0].row["isCalifornia"] is True
    error = await refused(both.search("contact", {"filterByBuyingCommittee": True, "underManagement": True}))
    assert error.kind == "filters_together"
    for name in ("filterByBuyingCommittee", "underManagement"):
        assert name in error.message
    error = await refused(
        both.enrich("contact", [{"personId": 7}], caller="a", outputs=["isCalifornia", "mobilePhone"])
    )
    assert error.kind == "filters_together"


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_pages_past_the_end_and_past_the_window_are_told_apart(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    window = {"gtm": 10_000, "enterprise": 1_000}[generation]
    error = await refused(account.search("contact", {"state": "California"}, page=window // 100 + 1, size=100))
    assert (type(error), error.kind) == (WindowExceeded, "past_window")
    assert "Narrow the search" in error.next_step
    error = await refused(account.search("company", {"companyName": "Acme, Inc."}, page=9))
    assert (type(error), error.kind) == (WindowExceeded, "past_end")
    for paging in ({"page": 0}, {"page": 1.5}, {"page": "two"}, {"size": 0}, {"size": 101}, {"sort": "colour"}):
        assert isinstance(await refused(account.search("company", {"companyName": "A"}, **paging)), InvalidArgument)
    assert (await refused(account.search("contact", {}))).kind == "no_criteria"


# --- what errors say -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_no_error_carries_a_secret_a_person_or_upstream_s_words(desk: Desk, generation: Generation) -> None:
    planted = "ada.PLANTED@secret.example"
    leak = f"upstream said {planted} token=tok-PLANTED"
    shapes: list[Any] = [
        {"error": {"code": leak, "message": leak, "requestId": leak}},
        {
            "title": leak,
            "detail": leak,
            "errors": [{"id": leak, "code": leak, "detail": leak, "source": {"pointer": leak}}],
        },
        {"success": False, "statusCode": 400, "error": leak, "invalidOutputFields": [leak]},
        {"message": leak, "data": [{"id": leak, "type": leak, "meta": {"matchStatus": leak}}]},
        [leak],
        leak,
    ]
    bodies = [(status, shape) for status in (200, 400, 403) for shape in shapes]
    bodies += [(status, shapes[0]) for status in (302, 401, 402, 404, 409, 422, 429, 500)]
    answers = iter(bodies)

    async def leaking(scope: Any, receive: Any, send: Any) -> None:
        if "oauth" in scope["path"] or "authenticate" in scope["path"]:
            await desk.sandbox.app(scope, receive, send)
            return
        import json

        status, body = current
        headers = [(b"content-type", b"application/json"), (b"x-request-id", leak.encode()), (b"retry-after", b"9999")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    account = await desk.open(generation, app=leaking, timeout=0.6, max_credits_per_day=10_000)
    seen: set[str] = set()
    for current in answers:
        for call in (
            account.search("contact", {"emailAddress": planted}),
            account.enrich("contact", [{"emailAddress": planted}], caller="ann", outputs=FIELDS),
            account.usage("ann"),
        ):
            try:
                await call
            except SalesZoomInfoError as error:
                told = f"{error} {error.details} {error!r} {error.__cause__} {error.__context__}"
                assert "PLANTED" not in told, (current, told)
                assert "upstream said" not in told
                seen.add(error.code)
    assert {"OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE", "INVALID_ARGUMENT", "PLAN_DOES_NOT_INCLUDE"} <= seen
    stored = desk.state.read_bytes() + b"".join(file.read_bytes() for file in desk.state.parent.glob("state.sqlite-*"))
    assert b"PLANTED" not in stored, "the ledger keeps no personal value"


# --- the audit -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_every_call_leaves_an_entry_with_who_asked(desk: Desk, generation: Generation) -> None:
    account = await desk.open(generation)
    await account.authenticate(caller="ann")
    await account.token_life(generation, caller="ann")
    await account.lookup("countries", caller="ann")
    await account.field_rights("contact", "enrich", "output", caller="ann")
    await account.search("company", {"companyName": "Acme, Inc."}, caller="ann")
    await account.usage("ann")
    await account.enrich("company", [{"companyName": "Acme, Inc."}], caller="ann")
    await refused(account.lookup("no such list", caller="ann"))
    await desk.close()
    with closing(sqlite3.connect(f"file:{desk.state}?mode=ro", uri=True)) as file:
        found = file.execute("SELECT caller, operation, result, note FROM audit ORDER BY seq").fetchall()
    assert {caller for caller, *_ in found} == {"ann"}
    assert [operation for _, operation, _, _ in found] == [
        "authenticate",
        "token_life",
        "lookup",
        "enrich_fields",
        "search_companies",
        "usage",
        "enrich_companies",
        "lookup",
    ]
    assert [result for _, _, result, _ in found] == ["ok"] * 7 + ["NOT_FOUND"]
    assert [note for _, _, _, note in found][:4] == [generation, "", "countries", "contact, output"]
    assert "no such list" not in str(found), "what is no name of ZoomInfo's may be anything"


async def test_an_entry_that_cannot_be_written_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.open("gtm")

    async def broken(_event: object) -> str:
        return "This call is missing in the audit: the disk is full"

    monkeypatch.setattr(account._audit, "record", broken)
    page = await account.search("company", {"companyName": "Acme, Inc."})
    assert any("missing in the audit" in warning for warning in page.warnings)
    found = await account.enrich("company", [{"companyName": "Acme, Inc."}], caller="ann")
    assert any("missing in the audit" in warning for warning in found.warnings)
