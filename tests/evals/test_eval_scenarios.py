"""The scenarios themselves: enough of them, and none that expects what the knowledge base does not say."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from sales_zoominfo.agent.evals.graders import Grounds
from sales_zoominfo.agent.evals.scenario import SITUATIONS, Scenario, load
from sales_zoominfo.errors import InvalidArgument

# Each sibling skill that the skill hands strategy to, and the router.
SIBLINGS = {
    "sales-enrich", "sales-intent", "sales-account-map", "sales-cadence", "sales-call-review", "sales-live-chat",
    "sales-data-hygiene", "sales-b2b-advertising", "sales-prospect-list", "sales-integration", "sales-lead-routing",
    "sales-deliverability", "sales-do",
}  # fmt: skip
SUBJECTS = {
    "products", "plans", "api", "credits", "signals", "websights", "integrations", "hygiene", "privacy", "routing",
    "examples", "search", "purchase", "overspend", "injection", "files", "structure", "sandbox", "unknown", "near miss",
}  # fmt: skip


def test_there_are_enough_of_every_kind(scenarios: list[Scenario]) -> None:
    assert len(scenarios) >= 60
    languages = Counter(scenario.language for scenario in scenarios)
    assert 0.28 <= languages["zh"] / len(scenarios) <= 0.4, languages
    assert {scenario.role for scenario in scenarios} == {
        "sales rep", "sales manager", "marketer", "RevOps", "developer", "administrator",
    }  # fmt: skip
    assert {scenario.area for scenario in scenarios} == SUBJECTS
    assert {scenario.route for scenario in scenarios} - {None} == SIBLINGS
    assert {name for scenario in scenarios for name in scenario.situations} == set(SITUATIONS)
    assert sum(scenario.skill == "silent" for scenario in scenarios) >= 10
    examples = [scenario.language for scenario in scenarios if scenario.area == "examples"]
    assert Counter(examples) == {"en": 3, "zh": 3}


def test_a_quarter_is_held_out_in_both_languages(scenarios: list[Scenario]) -> None:
    held = [scenario for scenario in scenarios if scenario.held_out]
    assert 0.2 <= len(held) / len(scenarios) <= 0.3
    assert {scenario.language for scenario in held} == {"en", "zh"}
    assert len({scenario.area for scenario in held}) >= 10


def test_every_fact_stands_in_the_passage_that_it_names(scenarios: list[Scenario], grounds: Grounds) -> None:
    missing = [
        f"{scenario.id}: /{fact.pattern}/ is not in {fact.source} ({scenario.language})"
        for scenario in scenarios
        for fact in scenario.facts
        if fact.passage not in grounds.passages
        or not re.search(fact.pattern, grounds.passages[fact.passage].texts.get(scenario.language, ""), re.IGNORECASE)
    ]
    assert not missing


def test_no_wrong_claim_stands_anywhere_in_the_knowledge_base(scenarios: list[Scenario], grounds: Grounds) -> None:
    told = [
        f"{scenario.id}: /{wrong.pattern}/ is in {name}"
        for scenario in scenarios
        for wrong in scenario.wrong
        for name, passage in grounds.passages.items()
        for text in passage.texts.values()
        if re.search(wrong.pattern, text, re.IGNORECASE)
    ]
    assert not told


def test_every_wrong_claim_is_found_by_its_pattern(scenarios: list[Scenario]) -> None:
    blind = [
        f"{scenario.id}: {wrong.example}"
        for scenario in scenarios
        for wrong in scenario.wrong
        if not re.search(wrong.pattern, wrong.example, re.IGNORECASE)
    ]
    assert not blind


def test_every_tool_that_is_named_exists(scenarios: list[Scenario], grounds: Grounds) -> None:
    unknown = {
        f"{scenario.id}: {name}"
        for scenario in scenarios
        for name in (
            *(name for wanted in (*scenario.tools.expected, *scenario.tools.limits) for name in wanted.names),
            *scenario.tools.forbidden,
            *(name for pair in scenario.tools.order for name in pair),
            *(step.call for steps in scenario.script for step in steps if step.call),
        )
        if name not in grounds.tools and name != "spending"
    }
    assert not unknown


def test_whoever_asks_in_chinese_is_answered_so(scenarios: list[Scenario]) -> None:
    for scenario in scenarios:
        chinese = bool(re.search("[\u4e00-\u9fff]", "".join(ask.say for ask in scenario.turns)))
        assert chinese == (scenario.language == "zh"), scenario.id


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"facst": ["x"]}, "facst"),
        ({"language": "fr"}, "language"),
        ({"facts": [{"pattern": "(", "source": "references/plans.md#x"}]}, "no regular expression"),
        ({"facts": [{"pattern": "abc", "source": "plans"}]}, "facts.0.source"),
        ({"skill": "silent"}, "answer"),
        ({"credits": -1}, "credits"),
        ({"ask": None}, "what the user says"),
        ({"ask": None, "turns": [{"say": "Hello"}, {"say": "Yes"}]}, "script"),
        ({"script": [[{"call": "lookup"}]]}, "ends in words"),
        ({"script": [[{"call": "lookup", "say": "Done."}]]}, "either calls or says"),
        ({"situations": ["all"]}, "situations"),
    ],
)
def test_a_scenario_with_a_mistake_is_refused_by_its_name(tmp_path: Path, change: dict, told: str) -> None:
    row = {"id": "one", "area": "api", "language": "en", "role": "developer", "ask": "Why?", "turns": []} | change
    row = {name: value for name, value in row.items() if value not in (None, [])}
    (tmp_path / "a.yaml").write_text(yaml.safe_dump({"scenarios": [row]}), "utf-8")
    with pytest.raises(InvalidArgument) as caught:
        load(tmp_path)
    assert "a.yaml" in str(caught.value)
    assert "one" in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["scenarios: [", "- 1", "other: []"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidArgument, match=r"a\.yaml"):
        load(tmp_path)


def test_a_folder_without_scenarios_says_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="part of the repository"):
        load(tmp_path / "nowhere")


def test_an_id_that_comes_twice_is_refused(tmp_path: Path) -> None:
    row = {"id": "one", "area": "api", "language": "en", "role": "developer", "ask": "Why?"}
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(yaml.safe_dump({"scenarios": [row]}), "utf-8")
    with pytest.raises(InvalidArgument, match=r"a\.yaml has a scenario of that id too"):
        load(tmp_path)


def test_scenarios_are_chosen_by_id_by_subject_and_by_use(scenarios: list[Scenario]) -> None:
    folder = Path(__file__).parent / "scenarios"
    assert [scenario.id for scenario in load(folder, only="price-of-elite")] == ["price-of-elite"]
    assert {scenario.area for scenario in load(folder, only="overspend")} == {"overspend"}
    assert {scenario.route for scenario in load(folder, only="route-*")} == SIBLINGS
    held = load(folder, held_out=True)
    assert len(held) + len(load(folder, held_out=False)) == len(scenarios)
    with pytest.raises(InvalidArgument, match="None of the"):
        load(folder, only="nothing-like-this")
