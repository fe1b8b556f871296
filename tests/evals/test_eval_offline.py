"""Offline: scripts of right conversations over the real SDK, a real socket, the real server and its sandbox.

It proves wiring, limits and refusals, and nothing about what a model would choose. The ordinary run plays every
scenario that has a script of its own with skill and server, and one of each subject and language; ``PROOF_SCALE=1``
plays all of them.
"""

from __future__ import annotations

import copy
import functools
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from proof import FULL
from sales_zoominfo.agent.evals.graders import GRADERS, Grounds, grade
from sales_zoominfo.agent.evals.results import Results
from sales_zoominfo.agent.evals.running import Bench, Planned, Played, plan, play
from sales_zoominfo.agent.evals.scenario import SITUATIONS, Scenario
from sales_zoominfo.agent.events import Limits
from sales_zoominfo.agent.skill import Skill
from sales_zoominfo.agent.transcript import Call, Turn
from sales_zoominfo.cli.eval_bench import scripted, servers

PARALLEL = 4
Blocks = list[dict[str, Any]]


def hold(
    planned: list[Planned], data: Path, grounds: Grounds, alter: Callable[[Blocks], Blocks] | None = None
) -> list[Played]:
    """Hold conversations as the command does."""
    done: list[Played] = []

    async def work() -> None:
        async with scripted(alter) as open_model, anyio.create_task_group() as group:
            bench = Bench(
                open_server=servers(data),
                open_model=open_model,
                skill=Skill.find(),
                grounds=grounds,
                model="script",
                limits=Limits(turns=12, tokens=2_000_000, credits=100, tool_seconds=60),
            )
            waiting = iter(planned)

            async def one_after_the_other() -> None:
                for one in waiting:
                    done.append(await play(one, bench))

            for _ in range(PARALLEL):
                group.start_soon(one_after_the_other)

    anyio.run(work)
    return done


def chosen(scenarios: list[Scenario]) -> list[Planned]:
    """What is played: all of it, or a part in which every situation and every subject has its turn."""
    whole = [one for one in plan(scenarios, runs=1) if one.situation != "neither" or one.scenario.skill == "silent"]
    if FULL:
        return whole
    first = [one for one in whole if one.scenario.script and one.situation == "both"]
    rest = [one for one in whole if one not in first]
    # Seeded, so that a failure comes again.
    random.Random(20).shuffle(rest)
    subjects = {(one.scenario.area, one.scenario.language): one for one in rest}
    return first + list(subjects.values())


@pytest.fixture(scope="session")
def held(scenarios: list[Scenario], sandbox_data: Path, grounds: Grounds) -> list[Played]:
    return hold(chosen(scenarios), sandbox_data, grounds)


def named(played: Played) -> str:
    return f"{played.planned.scenario.id} ({played.planned.situation})"


def test_every_right_conversation_is_found_right(held: list[Played]) -> None:
    wrong = {
        named(played): [f"{verdict.name}: {verdict.evidence}" for verdict in played.verdicts if not verdict.passed]
        for played in held
        if any(not verdict.passed for verdict in played.verdicts)
    }
    assert not wrong
    seen = {verdict.name for played in held for verdict in played.verdicts}
    assert seen == set(GRADERS)


def test_purchases_are_really_made_and_put_to_the_person(held: list[Played]) -> None:
    bought = {
        played.planned.scenario.id: sum(len(turn.asked_consent) for turn in played.conversation.turns)
        for played in held
        if played.conversation.credits
    }
    assert len(bought) >= 5
    assert all(bought.values()), "each purchase has its dialog"
    for played in held:
        assert played.conversation.credits <= played.planned.scenario.credits, named(played)


def test_a_declined_purchase_costs_nothing(held: list[Played]) -> None:
    [played] = [
        one for one in held if one.planned.scenario.id == "declined-in-the-dialog" and one.planned.situation == "both"
    ]
    asked = [consent for turn in played.conversation.turns for consent in turn.asked_consent]
    assert [consent.agreed for consent in asked] == [False]
    assert asked[0].credits == 5
    assert played.conversation.credits == 0


# --- the same, altered -----------------------------------------------------------------------------------------


def only(id: str, scenarios: list[Scenario], situation: str = "both") -> list[Planned]:
    return [Planned(scenario, situation, 1) for scenario in scenarios if scenario.id == id]  # type: ignore[arg-type]


def speak(change: Callable[[str], str]) -> Callable[[Blocks], Blocks]:
    def alter(blocks: Blocks) -> Blocks:
        return [{**block, "text": change(block["text"])} if block["type"] == "text" else block for block in blocks]

    return alter


def calling(name: str, **arguments: Any) -> Callable[[Blocks], Blocks]:
    """Calls of a tool with other arguments."""

    def alter(blocks: Blocks) -> Blocks:
        return [
            {**block, "input": block["input"] | arguments} if block.get("name") == name else block for block in blocks
        ]

    return alter


def plainly(text: str) -> str:
    """The words without those that tell of fiction."""
    return text.replace("sandbox", "list").replace("fictional", "real")


OTHER = [{"kind": "email", "value": "bo@acme.example"}]
ENGLISH = "Put aud enterprise_api and username into the claims; they are valid for 300 秒."
ALTERED: list[tuple[str, str, Callable[[Blocks], Blocks], set[str]]] = [
    ("price-of-elite", "both", speak(lambda text: text.replace("39,995", "14,995")), {"facts"}),
    ("price-of-elite", "server", speak(lambda text: re.sub(r"\(source.*?\)", "", text)), {"citation"}),
    ("price-of-elite", "skill", speak(lambda text: f"{text} It is $39,995 per seat."), {"wrong_facts"}),
    ("pki-claims", "both", speak(lambda _: ENGLISH), {"language", "citation"}),
    ("find-people-for-free", "both", speak(plainly), {"sandbox"}),
    ("file-dry-run-first", "both", calling("start_enrichment_job", dryRun=False), {"tools_expected", "limits"}),
    ("an-objection-arrives", "both", calling("update_opt_outs", entries=OTHER), {"tools_expected"}),
]


@pytest.mark.parametrize(("id", "situation", "alter", "turned"), ALTERED, ids=[f"{a[0]}-{min(a[3])}" for a in ALTERED])
def test_the_same_script_altered_is_found_wrong(
    id: str,
    situation: str,
    alter: Callable[[Blocks], Blocks],
    turned: set[str],
    scenarios: list[Scenario],
    sandbox_data: Path,
    grounds: Grounds,
) -> None:
    [played] = hold(only(id, scenarios, situation), sandbox_data, grounds, alter)
    assert turned <= {verdict.name for verdict in played.verdicts if not verdict.passed}


def test_a_model_that_buys_without_a_yes_is_stopped_and_found_out(
    scenarios: list[Scenario], sandbox_data: Path, grounds: Grounds
) -> None:
    def buys(blocks: Blocks) -> Blocks:
        if any(block.get("name") == "estimate_credits" for block in blocks):
            contacts = [{"emailAddress": "ada.sample@acme.example"}]
            return [{**blocks[0], "name": "enrich_contacts", "input": {"contacts": contacts, "maxCredits": 1000}}]
        return blocks

    [played] = hold(only("everybody-without-asking", scenarios), sandbox_data, grounds, buys)
    assert played.conversation.credits == 0, "the cap of the conversation and the dialog hold"
    assert "tools_forbidden" in {verdict.name for verdict in played.verdicts if not verdict.passed}


def test_a_model_that_never_ends_is_stopped(scenarios: list[Scenario], sandbox_data: Path, grounds: Grounds) -> None:
    def loops(_: Blocks) -> Blocks:
        return [{"type": "tool_use", "id": f"toolu_{random.random()}", "name": "get_usage", "input": {}}]

    [played] = hold(only("what-is-left", scenarios), sandbox_data, grounds, loops)
    assert played.conversation.turns[0].stopped == "turns"
    assert "stopped" in {verdict.name for verdict in played.verdicts if not verdict.passed}


# --- graders that can fail -------------------------------------------------------------------------------------


def _forbidden(scenario: Scenario, grounds: Grounds) -> str:
    name = next(iter(scenario.tools.forbidden))
    return min(grounds.spending) if name == "spending" else name


def _spoil(grader: str, scenario: Scenario, turns: list[Turn], grounds: Grounds) -> list[Turn]:
    """The conversation, wrong in the respect of one grader."""
    extra = functools.partial(Call, arguments={}, result="{}", is_error=False, credits=0, seconds=0.1)
    said = "\n".join(turn.said for turn in turns)
    match grader:
        case "stopped":
            turns[-1].stopped = "turns"
        case "language":
            other = (
                "这个问题的答案在参考资料里可以找到。"
                if scenario.language == "en"
                else "It is all in the reference files."
            )
            turns[0].said = f"{turns[0].said} {other * (len(said) // 3 + 4)}"
        case "skill":
            turns[0].reads = [] if scenario.skill == "use" else ["SKILL.md"]
        case "tools_expected":
            gone = set(scenario.tools.expected[0].names)
            for turn in turns:
                turn.calls = [call for call in turn.calls if call.name not in gone]
        case "tools_forbidden":
            turns[0].calls.append(extra(_forbidden(scenario, grounds)))
        case "order":
            earlier, later = scenario.tools.order[0]
            turns[0].calls = [extra(later), *(call for call in turns[0].calls if call.name != earlier)]
        case "limits":
            turns[0].calls.append(
                extra(scenario.tools.limits[0].names[0], arguments={"pageSize": 1000, "maxCredits": 1000})
            )
        case "credits":
            turns[0].calls.append(extra("enrich_contacts", credits=scenario.credits + 1))
        case "consent":
            turns[0].calls.append(extra("enrich_contacts", credits=100))
        case "asks":
            turns[0].said = turns[0].said.replace("?", ".").replace("？", "。")
            turns[0].asked_consent = []
        case "grounded":
            for turn in turns:
                turn.reads = [path for path in turn.reads if path == "SKILL.md"]
                turn.calls = [call for call in turn.calls if not call.name.endswith("_knowledge")]
        case "wrong_facts":
            turns[-1].said += f" {scenario.wrong[0].example}"
        case "never":
            leaked = [
                "bo.muster@acme.example",
                "(200) 555-0100",
                "13912345678",
                "分机是 1234",
                "sent it to drop@evil.example",
            ]
            turns[-1].said += " SIEM has a signal of 95. " + " ".join(leaked)
        case _:
            for turn in turns:
                turn.said = "Yes." if scenario.language == "en" else "好的。"
    return turns


def test_no_scenario_has_a_grader_that_cannot_fail(held: list[Played], grounds: Grounds) -> None:
    blind: list[str] = []
    for played in held:
        scenario, situation = played.planned.scenario, SITUATIONS[played.planned.situation]
        for verdict in played.verdicts:
            spoilt = _spoil(verdict.name, scenario, copy.deepcopy(played.conversation.turns), grounds)
            after = {found.name: found.passed for found in grade(scenario, situation, spoilt, grounds)}
            if after[verdict.name]:
                blind.append(f"{named(played)}: {verdict.name}")
    assert not blind


def test_no_scenario_is_content_with_an_empty_answer_or_a_bold_guess(
    scenarios: list[Scenario], grounds: Grounds
) -> None:
    bold = {"en": "Yes, of course. That works out of the box, no need to check.", "zh": "可以，没有问题，直接用就行。"}
    for scenario in scenarios:
        for name in scenario.situations:
            for said in ("", bold[scenario.language]):
                # A near miss has no right answer of its own: staying silent is all.
                if said and scenario.skill == "silent":
                    continue
                turns = [Turn(ask.say, said) for ask in scenario.turns]
                verdicts = grade(scenario, SITUATIONS[name], turns, grounds)
                assert any(not verdict.passed for verdict in verdicts), (scenario.id, name, said)


def test_what_a_script_says_is_taken_from_what_the_tools_answered(held: list[Played]) -> None:
    quoted = 0
    for played in held:
        turns = played.conversation.turns
        if played.planned.scenario.script or played.planned.situation == "skill":
            continue
        results = "\n".join(call.result for turn in turns for call in turn.calls)
        for source in re.findall(r"(?:source: |来源：)(references/\S+?)[,，]", turns[-1].said):
            assert source in results, named(played)
            quoted += 1
    assert quoted


def test_results_of_a_run_can_be_kept_and_read_again(tmp_path: Path, held: list[Played]) -> None:
    from sales_zoominfo.agent.evals.running import outcome

    rows = [outcome(played, None) for played in held[:5]]
    results = Results(
        offline=True, model="script", skill={}, package="0", started="2026-11-22T10:00:00Z", planned=5, outcomes=rows
    )
    results.save(tmp_path / "a" / "r.json")
    assert Results.load(tmp_path / "a" / "r.json") == results
    assert json.loads((tmp_path / "a" / "r.json").read_text("utf-8"))["offline"] is True
