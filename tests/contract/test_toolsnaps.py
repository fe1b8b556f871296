"""What a model sees of each tool and of its answer, kept as files so that every change shows in a diff."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_clients import UNHURRIED, Connect, call, in_memory, run, without_worker
from snapshots import compare

from sales_zoominfo.knowledge import KnowledgeBase
from sales_zoominfo.sandbox import create_app
from sales_zoominfo.tools.registry import DEFAULT_TOOLSETS, TOOLS, TOOLSETS
from sales_zoominfo.zoominfo.operations import OPERATIONS

TESTS = Path(__file__).parents[1]
HINTS = {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}

# Characters divided by four, as a rough count of tokens.
TOKENS_BY_DEFAULT, TOKENS_IN_ALL, TOKENS_A_TOOL = 8_000, 14_000, 1_000
# The four tools of bulk jobs in all.
TOKENS_OF_BULK = 900


# The eras write a schema's members in different order.
ORDER = ("type", "properties", "required", "additionalProperties")


async def definitions(client: Client) -> list[dict[str, Any]]:
    """The tools as they travel."""
    listed = await client.list_tools()
    tools = [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in listed.tools]
    for tool in tools:
        for name in ("inputSchema", "outputSchema"):
            tool[name] = dict(sorted(tool[name].items(), key=lambda item: (*ORDER, item[0]).index(item[0])))
    return tools


@pytest.fixture
def listed(connect: Connect, era: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            found.extend(await definitions(client))

    run(visit)
    return found


def test_each_tool_is_as_its_snapshot_says(listed: list[dict[str, Any]]) -> None:
    members = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
    assert all(set(tool) == set(members) for tool in listed)
    wrong = compare(TESTS / "toolsnaps", {tool["name"]: {key: tool[key] for key in members} for tool in listed})
    assert not wrong, "\n".join(wrong)


def test_missing_orphaned_and_changed_snapshots_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPDATE_TOOLSNAPS", raising=False)
    (tmp_path / "gone.json").write_text("{}\n")
    (tmp_path / "changed.json").write_text('{\n  "a": 1\n}\n')
    wrong = compare(tmp_path, {"new": {}, "changed": {"a": 2}})
    assert [text.split(" ")[0].split("/")[1] for text in wrong] == ["changed.json", "gone.json", "new.json"]


# --- invariants ------------------------------------------------------------------------------------------------


def nodes(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within a schema, with where it is."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for name, part in schema.get("properties", {}).items():
        yield from nodes(part, f"{path}.{name}")
    yield from nodes(schema.get("items"), f"{path}[]")


def faults(tool: dict[str, Any]) -> list[str]:
    """Which rules a tool's definition breaks."""
    wrong: list[str] = []
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", tool["name"]):
        wrong.append("its name is no short snake_case name")
    if not tool.get("title") or tool["title"] != tool["annotations"].get("title"):
        wrong.append("it has no title, or two")
    if not 40 <= len(tool["description"]) <= 400:
        wrong.append(f"its description has {len(tool['description'])} characters")
    if not tool["annotations"].keys() >= HINTS:
        wrong.append(f"it does not set {HINTS - tool['annotations'].keys()}")
    top = tool["inputSchema"]
    if top.get("type") != "object" or {"anyOf", "oneOf", "allOf", "not", "$ref", "$defs"} & top.keys():
        wrong.append("its input schema is not one plain object")
    for path, schema in nodes(top):
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
            wrong.append(f"{path or 'it'} is open to any property")
        if {"anyOf", "oneOf", "allOf", "$ref", "title"} & schema.keys():
            wrong.append(f"{path} has a combinator, a reference or a title")
        for name, part in schema.get("properties", {}).items():
            if not re.fullmatch(r"[a-zA-Z0-9_.-]{1,64}", name):
                wrong.append(f"{path}.{name} is no legal property name")
            if len(part.get("description", "")) < 5:
                wrong.append(f"{path}.{name} is not described")
        if set(schema.get("required", ())) - schema.get("properties", {}).keys():
            wrong.append(f"{path} requires what it does not have")
    return [f"{tool['name']}: {text}" for text in wrong]


def test_every_tool_keeps_the_rules(listed: list[dict[str, Any]]) -> None:
    assert [tool["name"] for tool in listed] == list(TOOLS)
    assert not [text for tool in listed for text in faults(tool)]


def test_the_rules_notice_each_fault(listed: list[dict[str, Any]]) -> None:
    good = listed[0]
    schema = good["inputSchema"]
    bad: list[dict[str, Any]] = [
        {"name": "search.contacts"},
        {"name": "x" * 65},
        {"title": ""},
        {"description": "x" * 401},
        {"annotations": {**good["annotations"], "title": "Another"}},
        {"annotations": {key: value for key, value in good["annotations"].items() if key != "idempotentHint"}},
        {"inputSchema": {**schema, "additionalProperties": True}},
        {"inputSchema": {**schema, "anyOf": []}},
        {"inputSchema": {**schema, "required": ["nothing"]}},
        {"inputSchema": {**schema, "properties": {"page": {"type": "integer"}}}},
        {"inputSchema": {**schema, "properties": {"a page": {"type": "integer", "description": "Page number."}}}},
        {
            "inputSchema": {
                **schema,
                "properties": {"list": {"type": "array", "description": "Things.", "items": {"type": "object"}}},
            }
        },
    ]
    assert not faults(good)
    for change in bad:
        assert faults({**good, **change}), change


def test_annotations_follow_from_the_operations(listed: list[dict[str, Any]]) -> None:
    for tool in listed:
        spec = TOOLS[tool["name"]]
        uses = [OPERATIONS[name] for name in spec.operations]
        spends, writes = any(use.spends for use in uses), spec.changes or any(use.writes for use in uses)
        hints = tool["annotations"]
        assert hints["readOnlyHint"] is not (spends or writes), tool["name"]
        # What calls other tools reaches what they reach.
        assert hints["openWorldHint"] is (bool(uses) or spec.name == "call_read_tool"), tool["name"]
        assert hints["idempotentHint"] is spec.repeatable, tool["name"]
        assert hints["destructiveHint"] is spec.destructive, tool["name"]
        assert writes or not spec.destructive, tool["name"]
        # A person decides by the description whether a call may cost something.
        assert ("SPENDS" in tool["description"]) is spends, tool["name"]
        assert ("maxCredits" in tool["inputSchema"]["properties"]) is spends, tool["name"]
    assert set(DEFAULT_TOOLSETS) <= set(TOOLSETS)


def test_tool_definitions_stay_within_their_budget(
    listed: list[dict[str, Any]], era: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def tokens(value: Any) -> int:
        return round(len(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) / 4)

    seen = {tool["name"]: tokens({key: tool[key] for key in ("name", "description", "inputSchema")}) for tool in listed}
    default = sum(count for name, count in seen.items() if TOOLS[name].toolset in DEFAULT_TOOLSETS)
    whole = tokens({"tools": listed})
    with capsys.disabled():
        if era == "2026-07-28":
            shares = ", ".join(f"{name} {count}" for name, count in sorted(seen.items(), key=lambda item: -item[1]))
            print(f"\ntool definitions: {default} tokens seen by default, {sum(seen.values())} of all ({shares})")
    assert default <= TOKENS_BY_DEFAULT
    assert sum(seen.values()) <= TOKENS_IN_ALL
    assert sum(count for name, count in seen.items() if TOOLS[name].toolset == "bulk") <= TOKENS_OF_BULK
    assert max(seen.values()) <= TOKENS_A_TOOL
    assert whole <= 1.5 * sum(seen.values())


# --- answers ---------------------------------------------------------------------------------------------------

NOW = 1_795_262_400.0  # 2026-11-21 12:00 UTC

FACTS = """---
title: Facts
last_verified: 2026-11-01
---

# Facts

## Token life

A token of the imagined service lives for sixty minutes, and then it has to be renewed.
"""


def masked(node: Any, random: dict[str, str]) -> Any:
    """A JSON tree with what is random replaced."""
    if isinstance(node, dict):
        return {key: masked(value, random) for key, value in node.items()}
    if isinstance(node, list):
        return [masked(item, random) for item in node]
    return random.get(node, node) if isinstance(node, str) else node


def test_each_tools_answer_is_as_its_snapshot_says(
    sandbox_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = create_app(sandbox_dir, switches=UNHURRIED, clock=lambda: NOW)
    root = tmp_path / "skill"
    (root / "references").mkdir(parents=True)
    (root / "SKILL.md").write_text("---\nname: sales-zoominfo\ndescription: x\n---\n")
    (root / "references" / "facts.md").write_text(FACTS)
    # The knowledge base grows with each issue; the shape of its answers does not.
    base = KnowledgeBase.load(root)
    monkeypatch.setattr(KnowledgeBase, "load", lambda *_: base)
    without_worker(monkeypatch)
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "contacts.csv").write_text("Email,Title\ngrace.hopper@nowhere.example,\n,\n")
    answers: dict[str, Any] = {}
    # What the sandbox makes up anew each time, and what stands for it.
    random: dict[str, str] = {}

    async def visit() -> None:
        async with in_memory(
            "2026-07-28", tmp_path, network, clock=lambda: NOW, toolsets="all", files=str(exports)
        ) as client:

            async def note(name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
                answer = await call(client, name, arguments)
                shown = masked(json.loads(json.dumps(answer)), random)
                answers[name] = {"arguments": masked(json.loads(json.dumps(arguments)), random), "answer": shown}
                return answer["data"]

            companies = await note(
                "search_companies", {"industryCodes": "Software", "state": "California", "sort": "name", "pageSize": 2}
            )
            people = await note(
                "search_contacts",
                {"companyId": companies[0]["id"], "managementLevel": ["Manager", "Director"], "pageSize": 2},
            )
            await note("lookup", {"field": "management-levels"})
            person, company = {"personId": people[0]["id"]}, {"companyId": companies[0]["id"]}
            await note("estimate_credits", {"contacts": [person, person], "companies": [company]})
            nobody = {"emailAddress": "nobody@nowhere.example"}
            await note("enrich_contacts", {"contacts": [person, nobody], "maxCredits": 2})
            await note("enrich_companies", {"companies": [company], "outputFields": ["name", "website", "revenue"]})
            await note("get_contact", {"personId": people[1]["id"], "detail": "concise"})
            await note("get_company", {"companyId": companies[1]["id"]})
            await note("get_usage", {})
            objection = {"kind": "email", "value": "Nobody+news@nowhere.example"}
            await note("update_opt_outs", {"action": "add", "entries": [objection], "reason": "by letter"})
            await note("list_opt_outs", {})
            await note("check_compliance", {"people": [person, {"emailAddress": "nobody@nowhere.example"}]})
            await note("search_knowledge", {"query": "How long does a token live?"})
            await note("read_knowledge", {"id": "facts#token-life"})
            topic = {"topics": "Cloud Applications"}
            [signal] = await note("search_intent", {**topic, "pageSize": 1})
            researcher = {"companyId": signal["companyId"]}
            await note("enrich_intent", {**researcher, **topic, "findRecommendedContacts": True})
            [scoop] = await note("search_scoops", {"country": "United States", "pageSize": 1})
            await note("enrich_scoops", {"companyId": scoop["companyId"], "pageSize": 2})
            [article] = await note("search_news", {"categories": "FUNDING", "pageSize": 1})
            await note("enrich_news", {"companyName": article["companyName"], "pageSize": 1})
            await note("get_org_chart", {**company, "department": "Sales", "pageSize": 2})
            await note("get_corporate_hierarchy", company)
            for name in ("get_technologies", "get_hashtags", "get_locations"):
                await note(name, company)
            await note("find_similar_companies", {**company, "pageSize": 2})
            await note("find_similar_contacts", {**person, **researcher, "pageSize": 1})
            await note("get_recommended_contacts", {**company, "pageSize": 1})
            await note("account_research", {**researcher, "sections": ["profile", "intent"], "maxStatements": 3})
            await note("contact_research", {**person, "sections": ["profile"], "maxStatements": 3})
            await note("get_gtm_context", {"sections": ["company"]})
            await note("identify_visitors", {"ipAddresses": ["192.0.2.7", "203.0.113.250"]})
            told = {"title": "Changes", "targetUrl": "https://hooks.example/zoominfo"}
            kinds = [{"objectType": "Contact"}, {"objectType": "Company", "fullPayload": True}]
            [webhook] = await note("create_webhook", {**told, "subscriptions": kinds})
            random.update({webhook["id"]: "WEBHOOK", webhook["verificationToken"]: "TOKEN"})
            numbers = [item["subscriptionId"] for item in webhook["subscriptions"]]
            random.update(zip(numbers, ("FIRST", "SECOND"), strict=True))
            answers["create_webhook"] = masked(answers["create_webhook"], random)
            one = {"webhookId": webhook["id"]}
            await note("update_webhook", {**one, "enabled": False, "removeSubscriptions": numbers[1:]})
            await note("list_webhooks", {**one, "types": True})
            await note("delete_webhook", one)
            kept = [{"name": "state", "value": "California"}, {"name": "industryCodes", "value": "Software"}]
            await note("save_search", {"name": "Software in California", "subject": "company", "filters": kept})
            [job] = await note("start_enrichment_job", {"path": "contacts.csv", "maxCredits": 1})
            random.update({job["id"]: "JOB", job["createdAt"]: "THEN"})
            told = answers["start_enrichment_job"]["answer"]["meta"]["warnings"]
            told[:] = [text.replace(job["id"], "JOB") for text in told]
            answers["start_enrichment_job"] = masked(answers["start_enrichment_job"], random)
            await note("list_jobs", {"active": True})
            await note("get_job", {"jobId": job["id"]})
            [ended] = await note("cancel_job", {"jobId": job["id"]})
            random.update({ended["endedAt"]: "THEN"})
            told = answers["cancel_job"]["answer"]["meta"]["warnings"]
            told[:] = [text.replace(job["id"], "JOB") for text in told]
            answers["cancel_job"] = masked(answers["cancel_job"], random)
            for name in ("run_saved_search", "list_saved_searches", "delete_saved_search"):
                await note(name, {"name": "Software in California"})
            await note("call_read_tool", {"name": "find_similar_companies", "arguments": {**company, "pageSize": 1}})
        async with in_memory("2026-07-28", tmp_path, network, clock=lambda: NOW) as client:
            await note("find_tools", {"query": "saved searches"})

    run(visit)
    assert set(answers) == set(TOOLS), "each tool has a snapshot of its answer"
    for name, kept in answers.items():
        sandboxed = kept["answer"]["meta"].get("sandbox")
        # Passages and tools are real.
        assert sandboxed is (None if TOOLS[name].toolset == "knowledge" or name == "find_tools" else True), name
    wrong = compare(TESTS / "responsesnaps", answers)
    assert not wrong, "\n".join(wrong)
