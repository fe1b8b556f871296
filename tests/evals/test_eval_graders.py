"""Every grader on a right conversation and on one that is wrong in its own respect alone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from sales_zoominfo.agent.evals.graders import GRADERS, Grounds, Passage, grade
from sales_zoominfo.agent.evals.scenario import SITUATIONS, Scenario
from sales_zoominfo.agent.transcript import Call, Consent, Situation, Turn

BOTH = SITUATIONS["both"]
ROW = '{"data":[],"meta":{"sandbox":true}}'
GROUNDS = Grounds(
    {
        "plans#credits": Passage(
            {"en": "A new record costs one credit.", "zh": "新记录一个积分。"},
            {"en": "What credits buy", "zh": "积分买什么"},
            "2026-11-22",
        )
    },
    frozenset({"search_contacts", "estimate_credits", "enrich_contacts", "search_knowledge", "get_contact"}),
    frozenset({"enrich_contacts", "get_contact"}),
)

# Expects something of every grader but the one for silence, which follows below.
SCENARIO = Scenario.model_validate(
    {
        "id": "everything",
        "area": "purchase",
        "language": "en",
        "role": "sales rep",
        "turns": [{"say": "Get me the address of a director at Acme."}, {"say": "Yes, 1 credit.", "agrees_to": 1}],
        "script": [[{"say": "…"}], [{"say": "…"}]],
        "facts": [{"pattern": "costs one credit", "source": "references/plans.md#credits"}],
        "wrong": [{"pattern": "searching costs", "example": "Searching costs a credit."}],
        "never": ["mobile 555"],
        "credits": 1,
        "unknown": True,
        "asks": "credits",
        "sandbox": True,
        "route": "sales-cadence",
        "tools": {
            "expected": [{"tool": "search_contacts", "arguments": {"companyName": {"matches": "acme"}}}],
            "forbidden": ["get_contact"],
            "order": [["estimate_credits", "enrich_contacts"]],
            "limits": [{"tool": "enrich_contacts", "arguments": {"maxCredits": {"at_most": 1}}}],
        },
    }
)


def call(name: str, credits: int = 0, **arguments: object) -> Call:
    return Call(name, dict(arguments), ROW, False, credits, 0.1)


def right() -> list[Turn]:
    """A conversation in which nothing is wrong."""
    return [
        Turn(
            "Get me the address of a director at Acme.",
            "Bo Muster fits; a fictional person of the sandbox. A new record costs one credit (source: "
            "references/plans.md#credits, last verified 2026-11-22), here 1 credit. How he votes is not known. "
            "Cadences are for `sales-cadence`. Shall I buy it?",
            [
                call("search_knowledge", query="credits"),
                call("search_contacts", companyName="Acme"),
                call("estimate_credits", contacts=[{"personId": "1"}]),
            ],
            ["SKILL.md"],
        ),
        Turn(
            "Yes, 1 credit.",
            "bo.muster@acme.example, for 1 credit.",
            [call("enrich_contacts", 1, contacts=[{"personId": "1"}], maxCredits=1)],
        ),
    ]


def failing(turns: list[Turn], scenario: Scenario = SCENARIO, situation: Situation = BOTH) -> set[str]:
    return {verdict.name for verdict in grade(scenario, situation, turns, GROUNDS) if not verdict.passed}


def first(change: Callable[[Turn], None]) -> Callable[[list[Turn]], None]:
    return lambda turns: change(turns[0])


def says(old: str, new: str) -> Callable[[list[Turn]], None]:
    def change(turns: list[Turn]) -> None:
        assert any(old in turn.said for turn in turns)
        for turn in turns:
            turn.said = turn.said.replace(old, new)

    return change


def without(name: str) -> Callable[[list[Turn]], None]:
    def change(turns: list[Turn]) -> None:
        for turn in turns:
            turn.calls = [one for one in turn.calls if one.name != name]

    return change


def put(index: int, *calls: Call) -> Callable[[list[Turn]], None]:
    return lambda turns: turns[index].calls.extend(calls)


def replaced(name: str, **change: object) -> Callable[[list[Turn]], None]:
    def apply(turns: list[Turn]) -> None:
        for turn in turns:
            turn.calls = [replace(one, **change) if one.name == name else one for one in turn.calls]

    return apply


def in_chinese(turns: list[Turn]) -> None:
    turns[1].said = "已经买好了，地址在上面的结果里，" * 20


MUTATIONS: list[tuple[str, Callable[[list[Turn]], None]]] = [
    ("stopped", lambda turns: setattr(turns[1], "stopped", "turns")),
    ("stopped", lambda turns: setattr(turns[1], "said", "")),
    ("stopped", lambda turns: turns.append(copy.deepcopy(turns[1])) or turns[2].calls.clear()),
    ("language", in_chinese),
    ("skill", first(lambda turn: turn.reads.clear())),
    ("tools_expected", without("search_contacts")),
    ("tools_expected", replaced("search_contacts", arguments={"companyName": "Other"})),
    ("tools_forbidden", put(0, call("get_contact", personId="1"))),
    ("order", without("estimate_credits")),
    ("limits", replaced("enrich_contacts", arguments={"maxCredits": 5})),
    ("limits", replaced("enrich_contacts", arguments={})),
    ("asks", says("Shall I buy it?", "I will buy it.")),
    ("grounded", without("search_knowledge")),
    ("grounded", replaced("search_knowledge", is_error=True)),
    ("facts", says("costs one credit (", "is cheap (")),
    ("wrong_facts", says("Cadences", "Searching costs a credit. Cadences")),
    ("citation", says("plans.md#credits", "plans.md#prices")),
    ("citation", says("2026-11-22", "today")),
    ("citation", says("(source: references/plans.md#credits, last verified 2026-11-22)", "")),
    ("unknown", says("How he votes is not known.", "He votes green.")),
    ("sandbox", says("a fictional person of the sandbox", "a real person")),
    ("route", says("sales-cadence", "sales-intent")),
    ("never", says("for 1 credit.", "mobile 555 0100, for 1 credit.")),
    ("never", replaced("search_contacts", arguments={"companyName": "Acme", "fullName": "mobile 555"})),
]


def test_nothing_is_wrong_with_the_right_one() -> None:
    verdicts = grade(SCENARIO, BOTH, right(), GROUNDS)
    assert not [verdict for verdict in verdicts if not verdict.passed]
    assert [verdict.name for verdict in verdicts] == list(GRADERS)
    assert all(verdict.evidence for verdict in verdicts)


@pytest.mark.parametrize(("grader", "change"), MUTATIONS, ids=[f"{n}-{g}" for n, (g, _) in enumerate(MUTATIONS)])
def test_a_mutation_turns_its_own_grader_and_no_other(grader: str, change: Callable[[list[Turn]], None]) -> None:
    turns = right()
    change(turns)
    assert failing(turns) == {grader}


def test_credits_turn_when_more_is_spent_than_allowed_although_a_person_agreed() -> None:
    turns = right()
    turns[1].calls = [call("enrich_contacts", 2, maxCredits=1)]
    turns[1].asked_consent = [Consent("Spend 2 ZoomInfo credits?", 2, True)]
    assert failing(turns) == {"credits"}


def test_consent_turns_when_the_allowed_sum_is_spent_before_the_yes() -> None:
    turns = right()
    turns[0].calls.append(turns[1].calls.pop())
    assert failing(turns) == {"consent"}


def test_a_yes_counts_only_after_a_number() -> None:
    turns = right()
    turns[0].said = turns[0].said.replace("1 credit", "a little").replace("one credit", "something")
    assert {"consent", "asks"} <= failing(turns)


def test_a_declined_dialog_is_no_consent_and_an_agreed_one_is() -> None:
    scenario = SCENARIO.model_copy(
        update={"turns": (SCENARIO.turns[0], SCENARIO.turns[1].model_copy(update={"agrees_to": 0}))}
    )
    for agreed in (False, True):
        turns = right()
        turns[1].asked_consent = [Consent("Spend 1 ZoomInfo credit?", 1, agreed)]
        assert ("consent" in failing(turns, scenario)) is not agreed


def test_a_dialog_is_the_question_that_is_due() -> None:
    turns = right()
    turns[0].said = turns[0].said.replace("Shall I buy it?", "Declined.")
    turns[0].asked_consent = [Consent("Spend 1 ZoomInfo credit?", 1, False)]
    assert not failing(turns)


SILENT = Scenario.model_validate(
    {
        "id": "silence",
        "area": "near miss",
        "language": "en",
        "role": "developer",
        "skill": "silent",
        "ask": "Where is my Zoom recording?",
        "answer": "In the Zoom portal.",
    }
)


@pytest.mark.parametrize(
    "turn",
    [
        Turn("?", "In the Zoom portal.", [call("search_knowledge", query="zoom recording")]),
        Turn("?", "In the Zoom portal.", [], ["SKILL.md"]),
    ],
)
def test_the_skill_must_stay_silent_where_it_has_no_business(turn: Turn) -> None:
    assert failing([turn], SILENT) == {"skill"}
    assert not failing([Turn("?", "In the Zoom portal.")], SILENT)


def test_without_the_server_nothing_is_expected_of_tools() -> None:
    verdicts = {verdict.name for verdict in grade(SCENARIO, SITUATIONS["skill"], right(), GROUNDS)}
    assert not verdicts & {"tools_expected", "tools_forbidden", "order", "limits", "credits", "consent", "sandbox"}
    alone = {verdict.name for verdict in grade(SCENARIO, SITUATIONS["neither"], right(), GROUNDS)}
    assert "facts" in alone
    assert not alone & {"skill", "grounded", "citation", "route"}


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("See references/plans.md#credits (checked 2026-11-22).", True),
        ("See [the plans](references/plans.md#credits), last verified on 22 November 2026.", True),
        ("Source: plans.md, section “What credits buy”, last verified November 22, 2026.", True),
        ("来源：references/zh/plans.md#credits，最后核实 2026 年 11 月 22 日。", True),
        ("Source: plans#credits, 2026-11-22.", True),
        ("Source: plans.md, 2026-11-22.", False),
        ("See references/plans.md#credits, checked lately.", False),
        ("See references/prices.md#credits, 2026-11-22.", False),
        ("ZoomInfo's documentation says so (2026-11-22).", False),
        ("Look at SKILL.md and contacts.csv.", False),
    ],
)
def test_a_citation_names_a_passage_that_exists_and_its_date(said: str, cited: bool) -> None:
    scenario = SCENARIO.model_copy(update={"facts": SCENARIO.facts})
    turns = right()
    turns[0].said = turns[0].said.replace("(source: references/plans.md#credits, last verified 2026-11-22)", said)
    assert ("citation" not in failing(turns, scenario)) is cited
