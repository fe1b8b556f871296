"""The trigger set is balanced and near enough to be hard; its command counts as skill-creator's loop does."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from scripted_model import KEY, Failure, ScriptedModel, say, use
from typer.testing import CliRunner

from sales_zoominfo.agent.evals.one_shot import Reply, Use
from sales_zoominfo.agent.evals.triggering import SIBLINGS, Outcome, Prompt, read_prompts, split
from sales_zoominfo.agent.skill import Skill
from sales_zoominfo.cli import app
from sales_zoominfo.errors import InvalidArgument

DATA = Path(__file__).with_name("trigger.json")
PROMPTS = read_prompts(DATA)
SHOULD = [prompt.query for prompt in PROMPTS if prompt.should_trigger]
SHOULD_NOT = [prompt.query for prompt in PROMPTS if not prompt.should_trigger]
NAME, _, DESCRIPTION = Skill.find().index.partition(": ")
CHINESE = re.compile(r"[一-鿿]")
PLAIN = {
    "with",
    "when",
    "does",
    "that",
    "from",
    "this",
    "what",
    "have",
    "into",
    "their",
    "they",
    "only",
    "than",
    "your",
}


def words(text: str) -> set[str]:
    """Latin words of four letters or more, cut so that endings do not matter, and pairs of Chinese characters."""
    found = {word[:6] for word in re.findall(r"[a-z]{4,}", text.casefold()) if word not in PLAIN}
    for run in re.findall(r"[一-鿿]+", text):
        found |= {run[index : index + 2] for index in range(len(run) - 1)}
    return found


# --- the set ----------------------------------------------------------------------------------------------------


def test_it_has_the_form_that_the_loop_reads() -> None:
    raw = json.loads(DATA.read_text("utf-8"))
    assert isinstance(raw, list)
    assert all(set(entry) == {"query", "should_trigger"} for entry in raw)
    assert all(type(entry["should_trigger"]) is bool for entry in raw)


def test_it_is_balanced_and_in_both_languages() -> None:
    assert (len(SHOULD), len(SHOULD_NOT)) == (20, 20)
    for group in (SHOULD, SHOULD_NOT):
        chinese = sum(bool(CHINESE.search(query)) for query in group)
        assert 6 <= chinese <= 10


def test_no_two_questions_are_alike() -> None:
    for one, other in combinations([*SHOULD, *SHOULD_NOT], 2):
        shared, both = words(one) & words(other), words(one) | words(other)
        assert len(shared) / len(both) < 0.5, (one, other)


def test_questions_are_what_people_write() -> None:
    """Concrete, some at length and some careless; and none names the skill."""
    for query in (*SHOULD, *SHOULD_NOT):
        assert len(query) >= (15 if CHINESE.search(query) else 40), query
        assert NAME not in query
    assert sum(query[0].islower() for query in (*SHOULD, *SHOULD_NOT)) >= 4
    assert sum(bool(re.search(r"\d", query)) for query in (*SHOULD, *SHOULD_NOT)) >= 10


def test_near_misses_never_need_zoominfo_and_are_near() -> None:
    of_ours = words(DESCRIPTION).union(*map(words, SHOULD))
    products = re.compile(r"zoominfo|salesos|marketingos|operationsos|websights|formcomplete", re.I)
    for query in SHOULD_NOT:
        assert not products.search(query), query
        assert len(words(query) & of_ours) >= 2, query
    by_description = [query for query in SHOULD_NOT if words(query) & words(DESCRIPTION)]
    assert len(by_description) >= 12


@pytest.mark.parametrize("near", ["Zoom meeting", "cadence", "route", "Apollo", "Lusha", "CSV", "enrichment providers"])
def test_what_the_description_excludes_has_a_near_miss(near: str) -> None:
    assert any(near.casefold() in query.casefold() for query in SHOULD_NOT)
    assert not any(near in query for query in SHOULD)


def test_the_split_is_the_loops_own() -> None:
    tuned, held = split(PROMPTS)
    assert (len(tuned), len(held)) == (24, 16)
    assert sum(prompt.should_trigger for prompt in held) == 8
    # The loop seeds the module's generator and shuffles one group after the other.
    random.seed(42)
    expected: list[str] = []
    for wanted in (True, False):
        group = [prompt.query for prompt in PROMPTS if prompt.should_trigger is wanted]
        random.shuffle(group)
        expected += group[:8]
    assert [prompt.query for prompt in held] == expected
    assert split(PROMPTS, holdout=0) == (split(PROMPTS, holdout=0)[0], [])
    assert {prompt.query for prompt in (*tuned, *held)} == {prompt.query for prompt in PROMPTS}


def test_a_broken_set_names_the_place(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    one = {"query": "q", "should_trigger": True}
    for raw, told in (
        ([{"query": "q"}], "0.should_trigger"),
        ([{**one, "note": "x"}], "0.note"),
        ([one, one], "twice"),
        ([], "at least 1"),
    ):
        path.write_text(json.dumps(raw), "utf-8")
        with pytest.raises(InvalidArgument) as caught:
            read_prompts(path)
        assert told in str(caught.value)
    with pytest.raises(InvalidArgument, match="cannot be read"):
        read_prompts(tmp_path / "none.json")


# --- counting ---------------------------------------------------------------------------------------------------


def outcome(should: bool, *opened: str | None) -> Outcome:
    found = Outcome(Prompt(query="q", should_trigger=should), False)
    for name in opened:
        found.take(Reply(failed="TimeoutError") if name is None else Reply((Use("Skill", {"skill": name}),)), NAME)
    return found


def test_the_threshold_decides_as_in_the_loop() -> None:
    assert outcome(True, NAME, "spreadsheets").passed(0.5)
    assert not outcome(True, NAME, "spreadsheets", "spreadsheets").passed(0.5)
    assert not outcome(False, NAME, "spreadsheets").passed(0.5)
    assert outcome(False, NAME, "spreadsheets", "spreadsheets").passed(0.5)
    assert outcome(False, NAME, "spreadsheets").instead == {"spreadsheets": 1}


def test_a_question_without_an_answer_proves_nothing() -> None:
    for should in (True, False):
        assert not outcome(should, None, None).passed(0.5)
    assert outcome(True, None, NAME).passed(0.5)


def test_another_tool_or_another_argument_does_not_open_the_skill() -> None:
    found = Outcome(Prompt(query="q", should_trigger=True), False)
    found.take(Reply((Use("Read", {"skill": NAME}), Use("Skill", {"name": NAME}), Use("Skill", {"skill": 1}))), NAME)
    assert (found.runs, found.triggers) == (1, 0)


# --- the command ------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def keyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    return


def right(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [use("Skill", skill=NAME)] if request["messages"][0]["content"] in SHOULD else [say("Gladly.")]


def test_the_command_shows_the_index_alone_and_counts_runs() -> None:
    with ScriptedModel(right, again=True, key=KEY) as model:
        answer = CliRunner().invoke(app, ["eval", "trigger", "--base-url", model.url, "--runs", "2", "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["summary"] == {"total": 40, "passed": 40, "failed": 0}
    assert told["test"]["total"] == 16
    assert {entry["runs"] for entry in told["results"]} == {2}
    assert len(model.requests) == 80
    system = model.last["system"][0]["text"]
    assert f"- {NAME}: {DESCRIPTION}" in system
    assert all(f"- {sibling}: " in system for sibling in SIBLINGS)
    # What the skill's body says must not help.
    assert "estimate_credits" not in system
    assert [tool["name"] for tool in model.last["tools"]] == ["Skill"]
    assert len(model.last["messages"]) == 1


def test_misfires_are_named_and_fail() -> None:
    wrong = {SHOULD[0], SHOULD_NOT[0], SHOULD_NOT[-1]}
    calls: dict[str, int] = {}

    def flaky(request: dict[str, Any]) -> Any:
        query = request["messages"][0]["content"]
        calls[query] = calls.get(query, 0) + 1
        if query in wrong:
            return [use("Skill", skill=NAME if query in SHOULD_NOT else "spreadsheets")]
        if query == SHOULD[1] and calls[query] == 1:
            return Failure(400, "invalid_request_error", "no")
        return right(request)

    with ScriptedModel(flaky, again=True) as model:
        answer = CliRunner().invoke(app, ["eval", "trigger", "--base-url", model.url, "--runs", "2"])
    assert answer.exit_code == 1
    missed = [line for line in answer.stdout.splitlines() if line.startswith("✗")]
    assert len(missed) == 3
    assert any("0/2, should open the skill" in line and "opened spreadsheets" in line for line in missed)
    assert sum("2/2, should not open the skill" in line for line in missed) == 2


def test_another_description_can_be_tried() -> None:
    with ScriptedModel(right, again=True) as model:
        answer = CliRunner().invoke(
            app, ["eval", "trigger", "--base-url", model.url, "--runs", "1", "--description", "Tells the weather."]
        )
    assert answer.exit_code == 0
    assert f"- {NAME}: Tells the weather." in model.last["system"][0]["text"]
    assert DESCRIPTION not in model.last["system"][0]["text"]
