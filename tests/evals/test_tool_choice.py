"""The tool-choice data can be fulfilled, its scorer notices wrong choices, and its command executes nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from scripted_model import KEY, Failure, ScriptedModel, say, use
from typer.testing import CliRunner

from sales_zoominfo.agent.evals.one_shot import Reply, Use
from sales_zoominfo.agent.evals.tool_choice import (
    NO_TOOL,
    Check,
    Expected,
    Rule,
    judge,
    read_expectations,
    report,
    score,
    values_of,
)
from sales_zoominfo.agent.transcript import Tokens
from sales_zoominfo.cli import app
from sales_zoominfo.cli.eval_replay import open_client
from sales_zoominfo.cli.run import run
from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.tools.registry import DEFAULT_TOOLSETS, TOOLSETS

DATA = Path(__file__).with_name("tool_choice.yaml")
ENTRIES = read_expectations(DATA)
FREE = {NO_TOOL}

Tools = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, ...]], Tools]:
    """Schemas of the tools that a server with some toolsets lists, through a real client."""
    kept: dict[tuple[str, ...], Tools] = {}

    def listed(toolsets: tuple[str, ...]) -> Tools:
        if toolsets not in kept:

            async def visit() -> None:
                async with open_client(tmp_path_factory.mktemp("state"), toolsets) as (client, _):
                    kept[toolsets] = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}

            run(visit)
        return kept[toolsets]

    return listed


# --- the data ---------------------------------------------------------------------------------------------------


def test_there_are_a_hundred_requests_in_both_languages() -> None:
    assert len(ENTRIES) == 100
    assert len({" ".join(entry.request.casefold().split()) for entry in ENTRIES}) == 100
    languages = Counter(entry.language for entry in ENTRIES)
    assert min(languages["en"], languages["zh"]) >= 35
    for entry in ENTRIES:
        assert bool(re.search(r"[一-鿿]", entry.request)) is (entry.language == "zh"), entry.id


def test_every_tool_of_the_server_is_expected_and_no_other(served: Callable[[tuple[str, ...]], Tools]) -> None:
    every = set(served(tuple(TOOLSETS)))
    assert {entry.accept[0] for entry in ENTRIES} - FREE == every
    named = {name for entry in ENTRIES for name in (*entry.accept, *entry.forbid, *entry.arguments)}
    assert named - FREE <= every
    for entry in ENTRIES:
        there = set(served(entry.toolsets))
        assert set(entry.accept) - FREE <= there, f"{entry.id} expects a tool that its toolsets do not serve"
        assert not set(entry.toolsets) & set(DEFAULT_TOOLSETS), f"{entry.id} asks for a toolset that is on anyway"
        assert not set(entry.accept) & set(entry.forbid), entry.id
        assert set(entry.arguments) <= set(entry.accept), entry.id


def test_no_request_gives_its_tool_away() -> None:
    """A request that names the tool tests reading, not choosing."""
    tells = [entry.id for entry in ENTRIES for name in entry.accept if name != NO_TOOL and name in entry.request]
    assert tells in ([], ["reach-call"])
    [told] = [entry for entry in ENTRIES if entry.id == "reach-call"]
    assert told.accept == ("call_read_tool",)
    assert "call_read_tool" not in told.request


def test_what_spends_is_never_right_without_a_price_that_was_agreed() -> None:
    agreed = re.compile(r"agree|agreed|credit|fine|同意|点|花", re.I)
    spending = {"enrich_contacts", "enrich_companies", "get_contact", "get_company"}
    for entry in ENTRIES:
        if spending & set(entry.accept):
            assert agreed.search(entry.request), entry.id


def fulfilled(entry: Expected, tool: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Arguments that keep the rules of an entry, and the tool's schema as far as they go."""
    found: dict[str, Any] = {}
    for name, rule in entry.arguments.get(tool, {}).items():
        value = wanted(rule)
        if value is None:
            continue
        first, *rest = name.split(".")
        if first not in schema["properties"]:
            found.setdefault("moreFilters", []).append({"name": first, "value": value})
            continue
        shape = schema["properties"][first]
        for part in reversed(rest):
            value = {part: value}
        if shape.get("type") == "array":
            found.setdefault(first, []).append(value)
        else:
            found[first] = value
    return found


def wanted(rule: Rule) -> Any:
    if not isinstance(rule, Check):
        return rule
    if rule.one_of:
        return rule.one_of[0]
    if rule.contains is not None:
        return rule.contains
    bound = rule.min if rule.min is not None else rule.max
    return None if bound is None else int(bound)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_right_choice_exists_and_is_legal(entry: Expected, served: Callable[[tuple[str, ...]], Tools]) -> None:
    tools = served(entry.toolsets)
    for tool in entry.accept:
        uses = () if tool == NO_TOOL else (Use(tool, fulfilled(entry, tool, tools[tool])),)
        choice = judge(entry, Reply(uses))
        assert choice.right, choice.wrong
        for use_ in uses:
            open_schema = {**tools[tool], "required": []}
            values = {key: value for key, value in use_.arguments.items() if key in entry.arguments.get(tool, {})}
            jsonschema.validate(values, open_schema)


def test_broken_data_names_the_place(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    good = "- {id: a, language: en, request: Find people, accept: [search_contacts]}\n"
    for text, told in (
        ("- {id: [", "no YAML"),
        ("- {id: a, language: fr, request: Find people, accept: [x]}", "0.language"),
        ("- {id: a, language: en, request: Find people, accept: []}", "0.accept"),
        ("- {id: a, language: en, request: Find people, accept: [x], forbids: [y]}", "0.forbids"),
        (good + good, "the id a is there twice"),
        ("[]", "at least 1"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(InvalidArgument, match=r"broken\.yaml") as caught:
            read_expectations(path)
        assert told in str(caught.value)
    with pytest.raises(InvalidArgument, match="cannot be read"):
        read_expectations(tmp_path / "missing.yaml")


# --- the scorer -------------------------------------------------------------------------------------------------

ASKED = Expected(
    id="example",
    language="en",
    request="CFOs in Texas, please",
    accept=("search_contacts", "lookup"),
    forbid=("enrich_contacts",),
    arguments={
        "search_contacts": {
            "state": Check(contains="tex"),
            "employeeRangeMin": Check(min=100, max=200),
            "page": Check(is_not=2),
            "detail": Check(absent=True),
            "people.id": "7",
        }
    },
)
GOOD: dict[str, Any] = {"state": ["Ohio", "Texas"], "employeeRangeMin": 150, "people": [{"id": 7}]}


def test_the_right_choice_is_right() -> None:
    assert judge(ASKED, Reply((Use("search_contacts", GOOD),))).right
    assert judge(ASKED, Reply((Use("lookup", {}),))).right
    # A second right-looking call beside the first is none of the scorer's business.
    assert judge(ASKED, Reply((Use("search_contacts", GOOD), Use("get_usage", {})))).right


@pytest.mark.parametrize(
    "uses",
    [
        (),
        (Use("search_companies", GOOD),),
        (Use("get_usage", {}), Use("search_contacts", GOOD)),
        (Use("search_contacts", GOOD), Use("enrich_contacts", {})),
        (Use("enrich_contacts", {}),),
    ],
    ids=["none", "another", "second", "forbidden beside", "forbidden"],
)
def test_a_wrong_tool_is_wrong(uses: tuple[Use, ...]) -> None:
    choice = judge(ASKED, Reply(uses))
    assert not choice.tool_right
    assert not choice.right
    assert choice.wrong


@pytest.mark.parametrize(
    "change",
    [
        {"state": "Ohio"},
        {"state": None},
        {"employeeRangeMin": 99},
        {"employeeRangeMin": "many"},
        {"employeeRangeMin": 201},
        {"employeeRangeMin": True},
        {"page": 2},
        {"detail": "full"},
        {"people": [{"id": 8}]},
        {"people": []},
    ],
    ids=str,
)
def test_wrong_arguments_are_wrong(change: dict[str, Any]) -> None:
    choice = judge(ASKED, Reply((Use("search_contacts", {**GOOD, **change}),)))
    assert choice.tool_right
    assert not choice.arguments_right
    assert next(iter(change)) in " ".join(choice.wrong)


def test_no_answer_is_wrong() -> None:
    choice = judge(ASKED, Reply(failed="OverloadedError"))
    assert not choice.right
    assert "OverloadedError" in choice.wrong[0]


def test_a_value_is_found_where_models_write_it() -> None:
    assert values_of({"moreFilters": [{"name": "zipCode", "value": ["1", "2"]}]}, "zipCode") == ["1", "2"]
    assert values_of({"contacts": [{"personId": "1"}, {"personId": "2"}]}, "contacts.personId") == ["1", "2"]
    assert values_of({"contacts": ["1"]}, "contacts.personId") == ["1"]
    assert values_of({"moreFilters": "nonsense"}, "zipCode") == []


def test_the_report_counts_and_confuses() -> None:
    other = ASKED.model_copy(update={"id": "other", "language": "zh"})
    tokens = Tokens(10, 2, 100, 50)
    choices = [
        judge(ASKED, Reply((Use("search_contacts", GOOD),), tokens=tokens)),
        judge(other, Reply((Use("enrich_contacts", {}),), tokens=tokens)),
        judge(other, Reply((Use("search_contacts", {}),))),
        judge(ASKED, Reply((Use("lookup", {}),))),
        judge(ASKED, Reply()),
    ]
    told = report(choices, model="m", date="2026-11-22T00:00:00Z", version="1")
    assert (told["asked"], told["toolRight"], told["argumentsRight"], told["top1"]) == (5, 3, 2, 0.6)
    assert told["byLanguage"]["zh"]["toolRight"] == 1
    assert told["confusion"] == {
        "search_contacts": {"search_contacts": 2, "enrich_contacts": 1, "none": 1},
        "lookup": {"lookup": 1},
    }
    assert told["forbidden"] == 1
    assert told["tokens"] == {"input": 20, "output": 4, "cacheRead": 200, "cacheWritten": 100}
    assert [entry["id"] for entry in told["wrong"]] == ["other", "other", "example"]
    assert score([]).shown()["top1"] is None
    json.dumps(told)


# --- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


def asked(request: dict[str, Any]) -> Expected:
    """Which entry a request to the model is about."""
    [message] = request["messages"]
    text = message["content"]
    [found] = [entry for entry in ENTRIES if entry.request == text]
    return found


def perfect(request: dict[str, Any]) -> list[dict[str, Any]]:
    entry = asked(request)
    tool = entry.accept[0]
    schemas = {tool["name"]: tool["input_schema"] for tool in request["tools"]}
    return [use(tool, **fulfilled(entry, tool, schemas[tool]))]


def test_the_command_asks_once_a_request_and_executes_nothing(keyed: None, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    with ScriptedModel(perfect, again=True, key=KEY) as model:
        answer = CliRunner().invoke(
            app, ["eval", "tools", "--base-url", model.url, "--model", "some-model", "--output", str(out)]
        )
    assert answer.exit_code == 0, answer.output
    told = json.loads(out.read_text("utf-8"))
    assert (told["asked"], told["toolRight"], told["argumentsRight"]) == (100, 100, 100)
    assert told["model"] == "some-model"
    assert told["wrong"] == []
    assert len(model.requests) == 100
    assert Counter(asked(request).id for request in model.requests) == Counter(entry.id for entry in ENTRIES)
    for request in model.requests:
        assert request["model"] == "some-model"
        assert len(request["tools"]) >= 20
        assert "estimate_credits" in request["system"][0]["text"]
    # Tools and instructions come from the prompt cache, in all but the first request of each set of tools.
    assert told["tokens"]["cacheRead"] > 20 * told["tokens"]["input"]


def test_a_model_that_chooses_badly_is_told_apart(keyed: None) -> None:
    def always(request: dict[str, Any]) -> list[dict[str, Any]]:
        return [use("enrich_contacts", contacts=[], maxCredits=100)]

    with ScriptedModel(always, again=True) as model:
        answer = CliRunner().invoke(app, ["eval", "tools", "--base-url", model.url, "--only", "estimate", "--json"])
    assert answer.exit_code == 1
    told = json.loads(answer.stdout)
    assert told["toolRight"] == 0
    assert told["confusion"]["estimate_credits"]["enrich_contacts"] > 3
    assert told["forbidden"] > 3
    assert "Fewer than 90%" in answer.stderr


def test_an_answer_without_a_tool_and_one_that_never_comes_are_wrong(keyed: None) -> None:
    steps = [[say("I would rather talk.")], Failure(400, "invalid_request_error", "no"), [say("Hm.")]]
    with ScriptedModel(*steps, again=True) as model:
        answer = CliRunner().invoke(
            app, ["eval", "tools", "--base-url", model.url, "--only", "job-plan", "--json", "--parallel", "1"]
        )
    assert answer.exit_code == 1
    told = json.loads(answer.stdout)
    assert told["failed"] == 1
    assert told["confusion"] == {"start_enrichment_job": {NO_TOOL: told["asked"]}}
    assert "BadRequestError" in json.dumps(told["wrong"])


def test_without_a_key_it_says_what_works_without_one(keyed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    for check in ("tools", "trigger"):
        answer = CliRunner().invoke(app, ["eval", check])
        assert answer.exit_code == 3, answer.output
        assert "ANTHROPIC_API_KEY" in answer.stderr
        assert "eval replay" in answer.stderr


def test_a_wrong_key_ends_it_at_once(keyed: None) -> None:
    with ScriptedModel(perfect, again=True, key="another") as model:
        answer = CliRunner().invoke(app, ["eval", "tools", "--base-url", model.url])
    assert answer.exit_code == 3
    assert "refused the key" in answer.stderr
    assert KEY not in answer.output
    assert model.requests == []
