"""`sales-zoominfo eval`: with a key, without one, interrupted, capped, compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_model import KEY, Failure, ScriptedModel, say, unauthorized
from typer.testing import CliRunner

from sales_zoominfo.agent.evals.results import Results
from sales_zoominfo.agent.evals.scenario import SITUATIONS, load
from sales_zoominfo.agent.evals.script import Player
from sales_zoominfo.cli import app

Run = Callable[..., Any]
SCENARIOS = Path(__file__).parent / "scenarios"


@pytest.fixture
def evaluate(tmp_path: Path, sandbox_dir: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in a folder of its own, where the fictional data is built already."""
    monkeypatch.setenv("ZOOMINFO_STATE_URL", state_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Any:
        return CliRunner().invoke(app, ["eval", *arguments])

    return invoke


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch, evaluate: Run) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


def results() -> tuple[Results, Path]:
    [path] = Path("eval-results").glob("*.json")
    return Results.load(path), path


def claude(id: str) -> Callable[[dict[str, Any]], Any]:
    """A model that is right with the skill or the server at hand, knows nothing without, and judges kindly."""
    [scenario] = load(SCENARIOS, only=id)
    # The script knows how often it was called by the request alone, so that one serves all conversations.
    both, alone = Player(scenario, SITUATIONS["both"]), Player(scenario, SITUATIONS["neither"])

    def answer(request: dict[str, Any]) -> Any:
        if "You check the wording" in json.dumps(request.get("system")):
            holds = [
                {"number": 1, "holds": True, "why": "cause first"},
                {"number": 2, "holds": False, "why": "too much"},
            ]
            return [say(json.dumps({"statements": holds}))]
        return both(request) if request.get("tools") else alone(request)

    return answer


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel(claude("token-dies-after-an-hour"), again=True, key=KEY) as served:
        yield served


def test_a_run_with_a_key_tells_what_the_skill_is_worth(evaluate: Run, key: None, model: ScriptedModel) -> None:
    answer = evaluate(
        *("--base-url", model.url, "--model", "some-model", "--only", "token-dies-after-an-hour"),
        *("--situation", "both,neither", "--runs", "2", "--judge", "judge-model", "--prices", "3,15", "--transcripts"),
    )
    assert answer.exit_code == 0, answer.stderr
    found, path = results()
    assert not found.offline
    assert found.model == "some-model"
    assert found.complete
    rates = {(row.situation, row.run): row.status for row in found.outcomes}
    assert rates == {("both", 1): "right", ("both", 2): "right", ("neither", 1): "wrong", ("neither", 2): "wrong"}
    with_skill = next(row for row in found.outcomes if row.situation == "both")
    assert with_skill.all_tokens > 1000
    assert with_skill.calls >= 2
    assert with_skill.cost
    assert [verdict.passed for verdict in with_skill.judged] == [True, False]
    assert with_skill.right, "wording does not count"
    assert "Skill and server" in answer.stdout
    assert "4 conversations with a model" in answer.stderr
    text = path.with_suffix(".html").read_text("utf-8")
    assert "With skill and server, 100% of the answers are right in every respect" in text
    assert len(list(path.with_suffix("").glob("*.json"))) == 4
    assert KEY not in path.read_text("utf-8") + text + answer.output


def test_too_few_right_ones_fail_the_run(evaluate: Run, key: None) -> None:
    with ScriptedModel([say("I do not know.")], again=True) as served:
        chosen = ("--base-url", served.url, "--only", "token-dies-after-an-hour", "--situation", "both")
        answer = evaluate(*chosen)
        assert answer.exit_code == 1
        assert "facts: missing" in answer.stdout
        assert evaluate(*chosen, "--at-least", "0", "-o", "other").exit_code == 0


def test_without_a_key_it_says_what_works_without_one(evaluate: Run) -> None:
    answer = evaluate("--only", "price-of-elite")
    assert answer.exit_code == 3
    assert "ANTHROPIC_API_KEY" in answer.stderr
    assert "eval --offline" in answer.stderr
    assert not Path("eval-results").exists()


def test_a_wrong_key_ends_the_run_at_once(evaluate: Run, key: None) -> None:
    with ScriptedModel(unauthorized(KEY), again=True) as served:
        answer = evaluate("--base-url", served.url, "--only", "plans", "--parallel", "1")
        assert len(served.requests) == 1
    assert answer.exit_code == 3
    assert "refused the key" in answer.stderr
    assert KEY not in answer.output
    assert "--resume" in answer.stderr


def test_what_the_service_does_not_answer_is_not_held_against_the_skill(evaluate: Run, key: None) -> None:
    with ScriptedModel(Failure(400, "invalid_request_error", "Something else."), again=True) as served:
        answer = evaluate("--base-url", served.url, "--only", "price-of-elite", "--situation", "both")
    assert answer.exit_code == 5
    [row] = results()[0].outcomes
    assert row.status == "error"
    assert "? price-of-elite" in answer.stdout


def test_the_cap_on_tokens_ends_a_run_that_can_go_on(evaluate: Run, key: None, model: ScriptedModel) -> None:
    chosen = ("--base-url", model.url, "--only", "token-dies-after-an-hour", "--situation", "both", "--runs", "3")
    answer = evaluate(*chosen, "--max-tokens", "1000", "--parallel", "1")
    assert answer.exit_code == 5
    assert "1 of 3 conversations were held: the cap of 1,000 tokens was reached" in answer.stdout
    found, path = results()
    assert len(found.outcomes) == 1
    answer = evaluate(*chosen, "--resume", str(path))
    assert answer.exit_code == 0, answer.stderr
    found, again = results()
    assert again == path
    assert sorted(row.run for row in found.outcomes) == [1, 2, 3]


def test_an_interrupted_run_keeps_what_was_done(
    evaluate: Run, key: None, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sales_zoominfo.agent.evals import running

    play, held = running.play, 0

    async def interrupted(*arguments: Any) -> Any:
        nonlocal held
        held += 1
        if held == 3:
            raise KeyboardInterrupt
        return await play(*arguments)

    monkeypatch.setattr(running, "play", interrupted)
    chosen = ("--base-url", model.url, "--only", "token-dies-after-an-hour", "--situation", "both", "--runs", "4")
    answer = evaluate(*chosen, "--parallel", "1")
    assert answer.exit_code in (1, 130)
    assert "--resume" in answer.stderr
    found, path = results()
    assert [row.run for row in found.outcomes] == [1, 2]
    assert found.finished is None
    assert "not finished" in path.with_suffix(".html").read_text("utf-8")


def test_another_skill_or_model_cannot_go_on_with_a_run(evaluate: Run, key: None, model: ScriptedModel) -> None:
    chosen = ("--base-url", model.url, "--only", "token-dies-after-an-hour", "--situation", "neither")
    evaluate(*chosen)
    answer = evaluate(*chosen, "--model", "another", "--resume", str(results()[1]))
    assert answer.exit_code == 2
    assert "Start a new run" in answer.stderr


def test_offline_needs_no_key_and_says_what_it_proves(evaluate: Run) -> None:
    answer = evaluate("--offline", "--only", "price-of-*")
    assert answer.exit_code == 0, answer.output
    assert "does not prove what a model would choose" in answer.stderr
    found, path = results()
    assert found.offline
    assert found.model == "script"
    assert {row.status for row in found.outcomes} == {"right"}
    assert "neither" not in {row.situation for row in found.outcomes}
    assert "Offline run" in path.with_suffix(".html").read_text("utf-8")


def test_the_list_costs_nothing_and_shows_all(evaluate: Run) -> None:
    answer = evaluate("--list")
    assert answer.exit_code == 0
    assert f"{len(load(SCENARIOS))} scenarios" in answer.stdout
    assert "held out" in answer.stdout
    assert not Path("eval-results").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--only", "nothing-of-the-kind"), "eval --list"),
        (("--scenarios", "nowhere"), "part of the repository"),
        (("--situation", "both,all"), "'all' is none"),
        (("--prices", "cheap"), "--prices"),
        (("--prices", "1,2,3"), "3,15"),
        (("--resume", "nothing.json"), "no such file"),
    ],
)
def test_wrong_usage_is_named(evaluate: Run, key: None, arguments: tuple[str, ...], told: str) -> None:
    answer = evaluate(*arguments)
    assert answer.exit_code == 2
    assert told in answer.stderr


def compared(tmp_path: Path, *rates: tuple[str, bool]) -> str:
    from test_eval_results import made
    from test_eval_results import results as made_of

    path = tmp_path / f"r{len(list(tmp_path.glob('r*.json')))}.json"
    made_of(*(made(name, right) for name, right in rates)).save(path)
    return str(path)


def test_a_comparison_has_exit_codes_for_ci(evaluate: Run, tmp_path: Path) -> None:
    good = compared(tmp_path, *((f"s{number}", True) for number in range(30)))
    one = compared(tmp_path, *((f"s{number}", number > 0) for number in range(30)))
    bad = compared(tmp_path, *((f"s{number}", number > 15) for number in range(30)))
    assert evaluate("compare", good, good).exit_code == 0
    assert evaluate("compare", bad, good).exit_code == 0
    assert evaluate("compare", good, one).exit_code == 0
    assert evaluate("compare", "--strict", good, one).exit_code == 1
    answer = evaluate("compare", good, bad)
    assert answer.exit_code == 1
    assert "Turned wrong" in answer.stdout
    assert "s0 (both), 100% → 0%: facts" in answer.stdout
    assert "The pass rate fell." in answer.stdout
    told = json.loads(evaluate("compare", "--json", good, bad).stdout)
    assert told["fell"] is True
    assert told["difference"]["all"]["high"] < 0
    assert len(told["changes"]) == 16


def test_runs_that_share_nothing_cannot_be_compared(evaluate: Run, tmp_path: Path) -> None:
    answer = evaluate("compare", compared(tmp_path, ("a", True)), compared(tmp_path, ("b", True)))
    assert answer.exit_code == 2
    assert "shares no scenario" in answer.stderr
