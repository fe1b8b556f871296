"""The rules of pacing against servers that count strictly, in simulated time."""

from __future__ import annotations

import heapq
import json
import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sales_zoominfo.zoominfo.pacing import (
    LENGTHS,
    RULES,
    Hold,
    Lane,
    News,
    Rules,
    Told,
    Turn,
    Window,
    describe,
    dump,
    hear,
    late,
    load,
    take,
)

START = 1_800_000_000.0
LIMIT = 25


class Server:
    """Counts calls by one rule for the second and, with ``hour``, a sliding window of its own."""

    def __init__(self, rule: str, limit: int = LIMIT, hour: tuple[int, float] | None = None) -> None:
        self.rule, self.limit, self.hour = rule, limit, hour
        self.passed: list[float] = []
        self.refused: list[tuple[float, str]] = []

    def ask(self, now: float) -> News:
        windows: dict[Window, Told] = {}
        if self.hour:
            quota, length = self.hour
            used = self._since(now - length)
            if used >= quota:
                self.refused.append((now, "hour"))
                return News(self.limit, {"hour": Told(quota, 0)}, "hour", self.passed[-used] + length - now)
            windows["hour"] = Told(quota, quota - used - 1)
        since = {"sliding": now - 1, "fixed": int(now), "previous": int(now) - 1}
        if self._since(since[self.rule]) >= self.limit:
            self.refused.append((now, "second"))
            return News(refused="second")
        self.passed.append(now)
        return News(windows=windows)

    def _since(self, moment: float) -> int:
        return len(self.passed) - bisect_right(self.passed, moment)


class Fleet:
    """Processes that share one lane: each keeps one bulk reservation, and some a person who calls now and then."""

    def __init__(
        self,
        server: Server,
        *,
        bulk: int = 2,
        people: int = 0,
        think: float = 0.5,
        jitter: float = 0.001,
        latency: float = 0.08,
        rules: Rules = RULES,
        seed: int = 7,
    ) -> None:
        self.server, self.rules = server, rules
        self.lane = Lane()
        self.now = START
        self.waits: list[float] = []
        self.told_no = 0
        self._random = random.Random(seed)
        self._jitter, self._latency, self._think = jitter, latency, think
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        for _ in range(bulk):
            self._at(self._random.random() * 0.01, lambda: self._bulk(None))
        for _ in range(people):
            self._at(self._random.random(), self._person)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self._events and self._events[0][0] <= end:
            self.now, _, event = heapq.heappop(self._events)
            event()
        self.now = end

    def _at(self, delay: float, event: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (self.now + delay, self._number, event))

    def _lateness(self) -> float:
        return self._random.expovariate(1 / self._jitter) if self._jitter else 0.0

    def _bulk(self, used: tuple[int, float] | None) -> None:
        if used is not None and used[1] > 0.003:
            late(self.lane, *used)
        answer = take(self.lane, self.now, LIMIT, bulk=True, rules=self.rules)
        behind = self._lateness()
        if isinstance(answer, Hold):
            self._at(min(answer.wait, 15.0) + behind, lambda: self._bulk(None))
        else:
            self._at(answer.wait + behind, lambda: self._send(lambda: self._bulk((answer.number, behind))))

    def _person(self) -> None:
        answer = take(self.lane, self.now, LIMIT, rules=self.rules)
        if isinstance(answer, Hold):
            self.told_no += 1
            self._at(self._think, self._person)
        else:
            self.waits.append(answer.wait)
            self._at(answer.wait + self._lateness(), lambda: self._send(lambda: self._at(self._think, self._person)))

    def _send(self, then: Callable[[], None]) -> None:
        news = self.server.ask(self.now)
        self._at(self._latency, lambda: hear(self.lane, self.now, news, LIMIT, self.rules))
        self._at(0.001, then)


def rate(times: list[float], start: float, seconds: float) -> float:
    return sum(start <= at < start + seconds for at in times) / seconds


@pytest.mark.parametrize("processes", [1, 4])
@pytest.mark.parametrize("rule", ["sliding", "fixed"])
def test_bulk_uses_nearly_all_of_the_second_and_is_hardly_refused(rule: str, processes: int) -> None:
    fleet = Fleet(Server(rule), bulk=processes, jitter=0.003)
    fleet.run(110)
    assert rate(fleet.server.passed, START + 10, 100) >= 0.97 * LIMIT
    assert len(fleet.server.refused) <= 2


def test_what_is_sent_late_is_made_up_for_without_a_refusal() -> None:
    fleet = Fleet(Server("sliding"), bulk=4, jitter=0.012)
    fleet.run(110)
    assert rate(fleet.server.passed, START + 10, 100) >= 0.97 * LIMIT
    assert len(fleet.server.refused) <= 2


@pytest.mark.parametrize("processes", [1, 4])
def test_half_the_limit_is_learnt_where_the_previous_second_counts(processes: int) -> None:
    fleet = Fleet(Server("previous"), bulk=processes, jitter=0.002)
    fleet.run(90)
    learning = len(fleet.server.refused)
    fleet.run(400)
    assert rate(fleet.server.passed, START + 90, 400) >= 0.97 * LIMIT / 2
    assert learning <= 100
    assert len(fleet.server.refused) - learning <= 5


def test_what_was_learnt_is_tried_again_ever_more_rarely() -> None:
    # Minutes for the rules' ten minutes and hour.
    fleet = Fleet(Server("previous"), rules=replace(RULES, probe=60.0, probe_longest=360.0))
    fleet.run(120)
    before = len(fleet.server.refused)
    fleet.run(1440)
    assert rate(fleet.server.passed, START + 120, 1440) >= 0.97 * LIMIT / 2
    after = [at for at, _ in fleet.server.refused[before:]]
    assert 3 <= len(after) <= 40
    assert sum(at > fleet.now - 720 for at in after) <= 12


def test_a_limit_that_is_raised_again_is_found_within_twenty_minutes() -> None:
    fleet = Fleet(Server("sliding", limit=10))
    fleet.run(300)
    assert rate(fleet.server.passed, START + 200, 100) >= 9.0
    fleet.server.limit = LIMIT
    fleet.run(1200)
    assert rate(fleet.server.passed, fleet.now - 60, 60) >= 0.97 * LIMIT
    assert fleet.lane.ceiling is None


def test_quiet_hours_prove_nothing_about_a_ceiling() -> None:
    # A person's few calls pass under any limit; the next bulk must not have to learn it anew.
    fleet = Fleet(Server("previous"))
    fleet.run(120)
    lane = fleet.lane
    ceiling, now = lane.ceiling, fleet.now
    for step in range(20_000):
        take(lane, now + step, LIMIT)
    assert lane.ceiling == ceiling


def test_few_refusals_are_bad_luck_and_three_in_two_seconds_a_wrong_rate() -> None:
    lane = Lane()
    hear(lane, START, News(refused="second"), LIMIT)
    hear(lane, START + 0.5, News(refused="second"), LIMIT)
    assert lane.pace(LIMIT) == LIMIT
    hear(lane, START + 1.0, News(refused="second"), LIMIT)
    assert lane.pace(LIMIT) == pytest.approx(0.85 * LIMIT)
    assert lane.ceiling is None
    # What was still under way at the old rate says nothing about the new one.
    for step in range(9):
        hear(lane, START + 1.0 + step / 10, News(refused="second"), LIMIT)
    assert lane.pace(LIMIT) == pytest.approx(0.85 * LIMIT)
    for step in range(3):
        hear(lane, START + 3.0 + step / 10, News(refused="second"), LIMIT)
    assert lane.pace(LIMIT) == pytest.approx(0.75 * 0.85 * LIMIT)
    assert lane.ceiling == pytest.approx(0.97 * 0.85 * LIMIT)


def test_one_bad_moment_is_over_in_ten_seconds() -> None:
    fleet = Fleet(Server("sliding"))
    fleet.run(5)
    for _ in range(3):
        hear(fleet.lane, fleet.now, News(refused="second"), LIMIT)
    fleet.run(15)
    assert fleet.lane.rate is None
    assert rate(fleet.server.passed, fleet.now - 5, 5) >= 0.97 * LIMIT


def test_the_rate_never_falls_to_nothing() -> None:
    lane = Lane()
    for step in range(600):
        hear(lane, START + step / 2, News(refused="second"), LIMIT)
    assert lane.pace(LIMIT) >= 0.1 * LIMIT


def test_people_wait_for_no_more_than_two_slots_however_many_processes_do_bulk() -> None:
    fleet = Fleet(Server("sliding"), bulk=8, people=2, jitter=0.002)
    fleet.run(100)
    assert len(fleet.waits) > 300
    assert sorted(fleet.waits)[int(0.95 * len(fleet.waits))] <= 0.15
    assert rate(fleet.server.passed, START + 10, 90) >= 0.97 * LIMIT


# --- longer windows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [60, 180])
def test_bulk_uses_an_hour_and_keeps_a_tenth_for_people(scale: int) -> None:
    # 54,000 an hour, scaled down with its length: 15 calls a second on average.
    length, quota = 3600 / scale, 54_000 // scale
    rules = replace(RULES, lengths=LENGTHS | {"hour": length})
    server = Server("sliding", hour=(quota, length))
    fleet = Fleet(server, people=1, think=2.0, rules=rules)
    fleet.run(8 * length)
    assert not [bucket for _, bucket in server.refused if bucket == "hour"]
    assert fleet.told_no == 0
    assert len(server.passed) / 8 >= 0.85 * quota


def test_a_refused_hour_stops_bulk_and_lets_a_person_try_now_and_then() -> None:
    lane = Lane()
    hear(lane, START, News(refused="hour", wait=1800), LIMIT)
    assert take(lane, START + 1, LIMIT, bulk=True) == Hold(1799, "hour")
    assert take(lane, START + 1, LIMIT) == Hold(1799, "hour")
    assert isinstance(take(lane, START + 6, LIMIT), Turn)
    assert take(lane, START + 7, LIMIT) == Hold(1793, "hour")
    assert take(lane, START + 7, LIMIT, bulk=True) == Hold(1793, "hour")
    assert isinstance(take(lane, START + 1801, LIMIT, bulk=True), Turn)


def test_an_hour_that_frees_early_frees_bulk() -> None:
    lane = Lane()
    hear(lane, START, News(refused="hour", wait=1800, windows={"hour": Told(54_000, 0)}), LIMIT)
    hear(lane, START + 60, News(windows={"hour": Told(54_000, 100)}), LIMIT)
    assert isinstance(take(lane, START + 61, LIMIT, bulk=True), Hold)
    hear(lane, START + 90, News(windows={"hour": Told(54_000, 9_000)}), LIMIT)
    assert isinstance(take(lane, START + 91, LIMIT, bulk=True), Turn)


@pytest.mark.parametrize("left", [-1, None])
def test_an_unknown_quota_is_ignored(left: float | None) -> None:
    lane = Lane()
    hear(lane, START, News(25, {"hour": Told(54_000, left), "day": Told(-1, 5)}), LIMIT)
    assert lane.budgets == {}
    assert isinstance(take(lane, START, LIMIT, bulk=True), Turn)


def test_a_small_minute_is_spread_for_bulk_and_not_for_people() -> None:
    lane, times, now = Lane(), [], START
    hear(lane, now, News(windows={"minute": Told(600, 600)}), LIMIT)
    while now < START + 60:
        answer = take(lane, now, LIMIT, bulk=True)
        now += answer.wait
        if isinstance(answer, Turn):
            times.append(now)
    assert 570 <= len(times) <= 600
    assert all(isinstance(take(lane, now, LIMIT), Turn) for _ in range(20))


def test_the_documented_minute_costs_bulk_nothing() -> None:
    fleet = Fleet(Server("sliding"))
    hear(fleet.lane, START, News(windows={"minute": Told(1500, 1500)}), LIMIT)
    fleet.run(30)
    assert rate(fleet.server.passed, START + 5, 25) >= 0.98 * LIMIT


def test_an_empty_minute_holds_everybody_for_a_minute_at_most() -> None:
    lane = Lane()
    hear(lane, START, News(empty=True, wait=4000), LIMIT)
    assert take(lane, START, LIMIT) == Hold(60, "minute")
    assert take(lane, START, LIMIT, bulk=True) == Hold(60, "minute")
    assert isinstance(take(lane, START + 61, LIMIT), Turn)


def test_a_told_limit_lowers_and_a_larger_plan_forgets_what_the_smaller_taught() -> None:
    lane = Lane()
    hear(lane, START, News(second=5), LIMIT)
    assert lane.pace(LIMIT) == 5
    for step in range(8):
        hear(lane, START + step, News(refused="second"), LIMIT)
    assert lane.pace(LIMIT) < 5
    hear(lane, START + 9, News(second=35), LIMIT)
    assert lane.pace(LIMIT) == LIMIT
    assert lane.pace(100) == 35


# --- clocks and stored text -----------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-86_400.0 * 400, -3600.0, -2.0, 5.0, 3600.0, 86_400.0 * 400])
def test_a_clock_that_jumps_stops_nobody_and_lets_no_burst_through(jump: float) -> None:
    lane, now = Lane(), START
    for _ in range(100):
        now += take(lane, now, LIMIT, bulk=True).wait
    now += jump
    used: list[float] = []
    while len(used) < 60:
        answer = take(lane, now, LIMIT, bulk=True)
        now += answer.wait
        if isinstance(answer, Turn):
            used.append(now)
    assert used[0] - (used[-1] - 59 / (0.99 * LIMIT)) < 2
    assert used[-1] - used[0] < 60 / (0.97 * LIMIT) + 1
    assert all(used[i + LIMIT] - used[i] >= 1.0 for i in range(len(used) - LIMIT))


def test_a_clock_set_back_shortens_no_hour_that_is_refused() -> None:
    lane = Lane()
    hear(lane, START, News(refused="hour", wait=1800), LIMIT)
    answer = take(lane, START - 7200, LIMIT, bulk=True)
    assert answer == Hold(1800, "hour")


def test_clocks_that_differ_a_little_do_not_speed_the_fleet_up() -> None:
    lane, now, used = Lane(), START, []
    for step in range(200):
        # Two machines, one 20 ms behind the other.
        answer = take(lane, now - 0.02 * (step % 2), LIMIT)
        now += answer.wait if step % 2 else max(0.0, answer.wait)
        used.append(now)
    assert 199 / (used[-1] - used[0]) <= LIMIT


def test_the_stored_text_is_the_whole_lane() -> None:
    fleet = Fleet(Server("previous", hour=(3000, 600)))
    fleet.run(60)
    again = load(dump(fleet.lane))
    assert again == fleet.lane
    assert take(again, fleet.now, LIMIT) == take(fleet.lane, fleet.now, LIMIT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        '{"next": "soon"}',
        '{"recent": 4}',
        '{"recent": ["a"]}',
        '{"rate": NaN}',
        '{"budgets": {"hour": [1]}}',
        '{"blocks": {"hour": "x"}}',
        '{"seen": null}',
    ],
)
def test_a_text_that_cannot_be_read_is_a_new_lane(text: str) -> None:
    assert load(text) == Lane()


def test_a_newer_releases_text_is_used_as_far_as_it_is_known() -> None:
    values: dict[str, Any] = json.loads(dump(Lane(seen=START, rate=7.0))) | {"unheard": {"of": 1}}
    del values["guard"]
    assert load(json.dumps(values)) == Lane(seen=START, rate=7.0)


def test_a_person_is_told_figures_and_changes_nothing() -> None:
    lane = Lane()
    hear(lane, START, News(20, {"hour": Told(54_000, 9)}, "hour", 100), LIMIT)
    take(lane, START + 50, LIMIT)
    before = dump(lane)
    told = describe(lane, START + 50, LIMIT)
    assert dump(lane) == before
    assert told["limit"] == told["rate"] == 20
    assert told["blocked"] == {"hour": 50}
    assert told["wait"] == 50
    assert told["left"] == {"hour": 8}
    assert told["slots"] == 1
    json.dumps(told)
