"""Sums, intervals, comparisons and the page, on results made by hand."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.agent.evals.page import page
from sales_zoominfo.agent.evals.results import Found, Outcome, Prices, Results, Said, by_grader, compare, sum_up, wilson
from sales_zoominfo.errors import InvalidArgument


def made(scenario: str, right: bool, situation: str = "both", **more: Any) -> Outcome:
    verdicts = [
        Found(name="facts", passed=right, evidence="seen"),
        Found(name="credits", passed=True, evidence="0 spent"),
    ]
    given: dict[str, Any] = {
        "scenario": scenario, "area": "api", "language": "en", "role": "developer", "held_out": False,
        "situation": situation, "run": 1, "status": "right" if right else "wrong", "verdicts": verdicts,
        "turns": [Said(asked="Why?", said="Because.", tools=["search_knowledge"], reads=["SKILL.md"])],
        "stopped": ["end_turn"], "calls": 2, "credits": 0, "seconds": 3.0,
        "tokens": {"input": 1000, "output": 100, "cache_read": 5000, "cache_written": 0},
    }  # fmt: skip
    return Outcome(**(given | more))


def results(*outcomes: Outcome, **more: Any) -> Results:
    given: dict[str, Any] = {
        "offline": False, "model": "some-model", "skill": {"version": "0.1.0", "digest": "abc"}, "package": "0.1.0",
        "started": "2026-11-22T10:00:00Z", "planned": len(outcomes), "outcomes": list(outcomes),
    }  # fmt: skip
    return Results(**(given | more))


def test_an_interval_holds_the_rate_and_narrows_with_more() -> None:
    few, many = wilson(9, 10), wilson(90, 100)
    assert few.low < few.rate == 0.9 < few.high <= 1
    assert many.high - many.low < few.high - few.low
    # Wilson's figures for 9 of 10, as tables give them.
    assert (round(few.low, 3), round(few.high, 3)) == (0.596, 0.982)
    assert wilson(0, 0) == (0.0, 0.0, 1.0)
    assert wilson(10, 10).high == pytest.approx(1)


def test_what_was_not_answered_counts_for_nothing() -> None:
    total = sum_up([made("a", True), made("b", False), made("c", False, status="error", seconds=900.0)])
    assert (total.right, total.graded, total.errors) == (1, 2, 1)
    assert total.seconds == 3
    assert total.tokens == 6100
    assert by_grader([made("a", True), made("b", False), made("c", False, status="error")]) == {
        "facts": (1, 2),
        "credits": (2, 2),
    }


def test_costs_follow_the_prices() -> None:
    prices = Prices(input=3, output=15, cache_read=0.3, cache_written=3.75)
    tokens = {"input": 1000, "output": 100, "cache_read": 5000, "cache_written": 2000}
    assert prices.of(tokens) == pytest.approx(0.003 + 0.0015 + 0.0015 + 0.0075)


def test_a_comparison_tells_what_turned_and_by_which_grader() -> None:
    before = results(made("a", True), made("b", False), made("c", True), made("gone", True))
    after = results(made("a", False), made("b", True), made("c", True), made("new", True))
    found = compare(before, after)
    kinds = {change.scenario: change.kind for change in found.changes}
    assert kinds == {"a": "worse", "b": "better", "c": "same"}
    assert {change.graders for change in found.changes if change.kind != "same"} == {("facts",)}
    assert found.left_out == 2
    assert found.difference["all"].rate == 0
    assert found.worse[0].scenario == "a"


def test_a_fall_is_told_from_chance() -> None:
    many = [made(f"s{number}", True) for number in range(40)]
    some = [made(f"s{number}", number > 12) for number in range(40)]
    one = [made(f"s{number}", number > 0) for number in range(40)]
    fell = compare(results(*many), results(*some))
    assert fell.fell
    assert fell.difference["all"].high < 0
    chance = compare(results(*many), results(*one))
    assert not chance.fell
    assert chance.worse
    rose = compare(results(*some), results(*many))
    assert not rose.fell
    assert rose.difference["both"].low > 0


def test_runs_of_one_scenario_do_not_pass_for_many_scenarios() -> None:
    def runs(right: bool) -> list[Outcome]:
        return [made("one", right, run=number) for number in range(1, 31)] + [made("two", True)]

    difference = compare(results(*runs(True)), results(*runs(False))).difference["all"]
    assert difference.rate == -0.5
    assert difference.low == -1
    assert difference.high == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no JSON"),
        ("[]", "no results"),
        ('{"version": 9}', "form 9"),
        ('{"version": 1, "offline": true}', "no results"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "r.json").write_text(text, "utf-8")
    with pytest.raises(InvalidArgument, match=told):
        Results.load(tmp_path / "r.json")
    with pytest.raises(InvalidArgument, match="no such file"):
        Results.load(tmp_path / "other.json")


class Page(HTMLParser):
    """What a browser would load, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "rect", "br"):
            self.open.append(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "srcset")]
        if tag in ("script", "link", "img", "iframe"):
            self.loads.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "rect"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def mixed() -> Results:
    rows = [
        made("a", True),
        made("a", False, "neither"),
        made(
            "b",
            False,
            language="zh",
            held_out=True,
            turns=[Said(asked="<script>x</script>", said="<b>", tools=[], reads=[])],
        ),
        made("b", False, "neither", language="zh", held_out=True),
        made("tool", True, cost=0.0123, area="purchase", credits=2),
        made("dead", False, status="error", stopped=["error:RATE_LIMITED"]),
    ]
    return results(*rows, judge="some-judge")


def test_the_page_stands_alone_and_escapes_what_was_said(mixed: Results) -> None:
    text = page(mixed)
    found = Page(text)
    assert not found.open
    assert not found.loads
    assert "<script>" not in text
    assert "<script>x</script>" in found.text
    assert "default-src 'none'" in text


def test_the_page_compares_like_with_like(mixed: Results) -> None:
    text = " ".join(Page(page(mixed)).text.split())
    # Of the scenarios that were asked with and without: one of two against none of two.
    assert "With skill and server, 50% of the answers are right in every respect" in text
    assert "gets 0% of the same questions right" in text
    assert "for the 2 scenarios that were asked in each of these situations" in text
    assert "held out" in text
    assert "Not answered" in text


def test_an_offline_page_says_that_it_proves_wiring_alone(mixed: Results) -> None:
    mixed.offline = True
    text = Page(page(mixed)).text
    assert "nothing about what a model would choose" in text
    assert "right in every respect" not in text


def test_an_interrupted_run_says_so(mixed: Results) -> None:
    mixed.planned, mixed.note = 50, "the cap of 1,000 tokens was reached"
    assert "6 of 50 conversations were held: the cap of 1,000 tokens was reached" in Page(page(mixed)).text
    assert re.search("not finished", Page(page(mixed)).text)


def test_a_page_of_nothing_is_a_page() -> None:
    assert "No conversation with skill and server was held" in page(results())
