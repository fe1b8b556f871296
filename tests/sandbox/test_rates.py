"""How requests are counted: the three rules for the second, the longer windows, the headers, the lanes."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.sandbox import Switches, preset_accounts
from sales_zoominfo.sandbox.plans import PLANS, windows
from sales_zoominfo.sandbox.rates import RateExceeded, Rates, Window
from sales_zoominfo.sandbox.state import State

from .conftest import Clock, Driver

Rule = str


def accepted(make: Callable[..., Driver], rule: Rule, times: list[float], limit: int = 5) -> list[bool]:
    """Which of the requests at some times are let through."""
    box = make(switches={"rate_second": limit, "rate_rule": rule, "rate_hour": 10_000, "rate_day": 10_000})
    start = math.floor(box.clock.now)
    box.clock.now = float(start)
    box.gtm_headers()
    outcome: list[bool] = []
    for at in times:
        box.clock.now = start + at
        outcome.append(box.find("company", {}).status_code == 200)
    return outcome


BURSTS = [0.9, 0.91, 0.92, 0.93, 0.94, 1.0, 1.01, 1.02, 1.03, 1.04, 1.05]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("fixed", [True] * 10 + [False]),
        ("sliding_log", [True] * 5 + [False] * 6),
        ("previous_second", [True] * 5 + [False] * 6),
    ],
)
def test_two_bursts_around_a_full_second(make: Callable[..., Driver], rule: Rule, expected: list[bool]) -> None:
    assert accepted(make, rule, BURSTS) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("fixed", [True] * 3), ("sliding_log", [False, True, True]), ("previous_second", [False, False, True])],
)
def test_when_a_full_second_is_free_again(make: Callable[..., Driver], rule: Rule, expected: list[bool]) -> None:
    first = [0.5] * 5
    assert accepted(make, rule, [*first, 1.4, 1.6, 2.0])[5:] == expected


@pytest.mark.parametrize("rule", ["fixed", "sliding_log", "previous_second"])
def test_against_a_count_by_hand(make: Callable[..., Driver], rule: Rule) -> None:
    dice = random.Random(20261122)
    times = sorted(round(dice.uniform(0, 8), 3) for _ in range(120))
    taken: list[float] = []
    expected: list[bool] = []
    for at in times:
        counted = {
            "fixed": [then for then in taken if math.floor(then) == math.floor(at)],
            "sliding_log": [then for then in taken if at - 1 < then <= at],
            "previous_second": [then for then in taken if math.floor(then) >= math.floor(at) - 1],
        }[rule]
        expected.append(len(counted) < 5)
        taken += [at] if expected[-1] else []
    assert accepted(make, rule, times) == expected
    assert 0 < sum(expected) < len(times)


def test_the_old_name_of_the_third_rule() -> None:
    for switches in (Switches(rate_previous_second_counts=True), Switches(rate_rule="previous_second")):
        assert windows(switches, "gtm")[0].previous == "full"


@pytest.mark.parametrize(("bucket", "setting"), [("hour", "rate_hour"), ("day", "rate_day")])
def test_long_windows_slide_and_can_be_scaled(make: Callable[..., Driver], bucket: str, setting: str) -> None:
    box = make(switches={setting: 10, f"{setting}_seconds": 10.0})
    box.clock.now = math.floor(box.clock.now / 10) * 10 + 9.0
    assert [box.find("company", {}).status_code for _ in range(11)] == [200] * 10 + [429]
    refused = box.find("company", {})
    assert refused.headers["X-RateLimit-Rejected-Bucket"] == bucket
    assert refused.headers[f"X-RateLimit-Limit-{bucket.capitalize()}"] == "10"
    assert refused.headers[f"X-RateLimit-Remaining-{bucket.capitalize()}"] == "0"
    wait = int(refused.headers["Retry-After"])
    assert int(refused.headers["X-RateLimit-Reset"]) == math.ceil(box.clock.now + wait)
    box.clock.now += wait
    # A tenth of the window later a tenth of the requests has gone by.
    assert box.find("company", {}).status_code == 200
    assert box.find("company", {}).status_code == 429
    box.clock.now += 20
    assert [box.find("company", {}).status_code for _ in range(11)] == [200] * 10 + [429]


def test_the_minute_can_be_scaled(make: Callable[..., Driver]) -> None:
    box = make(switches={"rate_minute": 3, "rate_minute_seconds": 4.0})
    box.clock.now = math.floor(box.clock.now / 4) * 4.0
    assert [box.ent_get("/lookup/country").status_code for _ in range(4)] == [200] * 3 + [429]
    box.clock.now += 4
    assert box.ent_get("/lookup/country").status_code == 200


def test_windows_are_tested_together_and_a_refusal_uses_none(make: Callable[..., Driver]) -> None:
    for rule in ("fixed", "sliding_log"):
        box = make(
            switches={"rate_rule": rule, "rate_second": 2, "rate_hour": 5, "rate_day": 9, "rate_day_seconds": 1e6}
        )
        box.app._service.reset(box.account)
        box.bearer = ""
        box.clock.now = math.floor(box.clock.now / 3600 + 1) * 3600.0
        left: list[str] = []
        for _ in range(3):
            answers = [box.find("company", {}) for _ in range(4)]
            left.append(answers[-1].headers["X-RateLimit-Remaining-Day"])
            box.clock.now += 1
        # Two fit a second, five an hour: 2, 2 and 1 of the twelve.
        assert left == ["7", "5", "4"]


def test_headers(make: Callable[..., Driver]) -> None:
    box = make(switches={"package": "standard", "rate_rule": "sliding_log"})
    headers = box.find("company", {}).headers
    expected = {"Limit-Second": "25", "Remaining-Second": "24", "Limit-Hour": "54000", "Remaining-Hour": "53999",
                "Limit-Day": "648000", "Remaining-Day": "647999", "Limit": "25", "Remaining": "24"}  # fmt: skip
    assert {name: headers[f"X-RateLimit-{name}"] for name in expected} == expected
    assert not {"retry-after", "x-ratelimit-reset", "x-ratelimit-rejected-bucket"} & set(headers)
    old = box.ent_get("/lookup/country").headers
    assert (old["X-RateLimit-Limit"], old["X-RateLimit-Remaining"]) == ("1500", "1499")
    assert int(old["X-RateLimit-Reset"]) > box.clock.now


@pytest.mark.parametrize(("package", "rates"), [("builder", (5, 10_800, 129_600)), ("standard", (25, 54_000, 648_000)),
                                                ("scaling", (35, 75_600, 907_200)), ("unlimited", ())])  # fmt: skip
def test_packages_of_gtm(package: Any, rates: tuple[int, ...]) -> None:
    assert tuple(window.limit for window in windows(Switches(package=package), "gtm")) == rates


def test_lanes_of_enterprise() -> None:
    plan = Switches(package="scaling")
    standard, scaling = ("/search/contact", "/compliance"), ("/bulk/enrich/contact", "/webhooks")
    for path, rates in [(path, [25, 1500]) for path in standard] + [(path, [33, 2000]) for path in scaling]:
        assert [window.limit for window in windows(plan, "enterprise", path)] == rates
    assert windows(Switches(package="unlimited"), "enterprise", "/bulk/enrich/contact") == []
    own = Switches(package="scaling", rate_scaling_second=3, rate_scaling_minute=4)
    assert [window.limit for window in windows(own, "enterprise", "/webhooks")] == [3, 4]


def test_sign_in_is_counted_by_account(make: Callable[..., Driver]) -> None:
    accounts = preset_accounts()
    box = make(accounts=accounts, switches={"rate_authenticate": 1})

    def sign_in(name: str) -> int:
        body = {"username": f"{name}@sandbox.example", "password": f"{name}-password-not-a-secret"}
        return box.call("POST", "/authenticate", json=body).status_code

    assert [sign_in("standard"), sign_in("standard"), sign_in("scaling"), sign_in("nobody"), sign_in("nobody")] == [
        200, 429, 200, 401, 429]  # fmt: skip
    box.clock.now += 1
    assert sign_in("standard") == 200


def test_processes_share_the_windows(tmp_path: Path) -> None:
    clock = Clock()
    for kind in ("none", "log", "sliding", "full"):
        one, two = State(tmp_path), State(tmp_path)
        window = Window(f"second-{kind}", 1.0, 3, kind)  # type: ignore[arg-type]
        Rates(one).admit("a", [window], clock.now)
        Rates(two).admit("a", [window], clock.now)
        Rates(one).admit("a", [window], clock.now)
        with pytest.raises(RateExceeded):
            Rates(two).admit("a", [window], clock.now)
        assert Rates(two).peek("a", [window], clock.now)[0].remaining == 0
        one.close()
        two.close()


def test_a_clock_set_back_blocks_nobody(tmp_path: Path) -> None:
    clock = Clock()
    state = State(tmp_path)
    window = Window("second", 1.0, 1, "log")
    Rates(state).admit("a", [window], clock.now)
    Rates(state).admit("a", [window], clock.now - 3600)
    state.close()


def test_plans_name_their_package() -> None:
    assert {name: plan["package"] for name, plan in PLANS.items()} == {
        "builder": "builder", "standard": "standard", "scaling": "scaling", "enterprise": "standard"}  # fmt: skip
