"""Modes, toolsets and the ledger hold for a real client, whatever it calls and in whichever era."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp_clients import UNHURRIED, Connect, call, in_memory, over_stdio, refusal, run, without_worker

from sales_zoominfo.sandbox import Charge, create_app, default_account
from sales_zoominfo.tools.registry import DEFAULT_TOOLSETS, TOOLS, TOOLSETS

SPENDING = {name for name, tool in TOOLS.items() if tool.spends}
WRITING = {name for name, tool in TOOLS.items() if tool.writes}

# Arguments with which each tool does its work.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "search_contacts": {"jobTitle": "Manager", "pageSize": 5},
    "search_companies": {"industryCodes": "Software", "pageSize": 5},
    "lookup": {"field": "company-fields"},
    "enrich_contacts": {"contacts": [{"personId": "PERSON"}, {"emailAddress": "nobody@nowhere.example"}]},
    "enrich_companies": {"companies": [{"companyId": "COMPANY"}, {"companyWebsite": "nowhere.example"}]},
    "get_contact": {"personId": "OTHER PERSON"},
    "get_company": {"companyId": "OTHER COMPANY"},
    "estimate_credits": {"contacts": [{"personId": "PERSON"}], "companies": [{"companyId": "COMPANY"}]},
    "get_usage": {},
    "search_knowledge": {"query": "credits"},
    "read_knowledge": {"id": "gotchas"},
    "check_compliance": {"people": [{"personId": "PERSON"}]},
    "list_opt_outs": {},
    "update_opt_outs": {"action": "add", "entries": [{"kind": "email", "value": "nobody@nowhere.example"}]},
    "search_intent": {"topics": "Cloud Applications", "pageSize": 5},
    "enrich_intent": {"companyId": "COMPANY 2", "topics": ["Cloud Applications"]},
    "start_enrichment_job": {"path": "contacts.csv", "maxCredits": 1},
    "get_job": {"jobId": "JOB"},
    "list_jobs": {},
    "cancel_job": {"jobId": "JOB"},
    "search_scoops": {"country": "United States", "pageSize": 5},
    "enrich_scoops": {"companyId": "COMPANY 3"},
    "search_news": {"categories": "FUNDING", "pageSize": 5},
    "enrich_news": {"companyId": "COMPANY 4"},
    "get_org_chart": {"companyId": "COMPANY 5"},
    "get_corporate_hierarchy": {"companyId": "COMPANY 6"},
    "get_technologies": {"companyId": "COMPANY 7"},
    "get_hashtags": {"companyId": "COMPANY 8"},
    "get_locations": {"companyId": "COMPANY 9"},
    "find_similar_companies": {"companyId": "COMPANY"},
    "find_similar_contacts": {"personId": "PERSON"},
    "get_recommended_contacts": {"companyId": "COMPANY"},
    "account_research": {"companyId": "COMPANY 10", "maxCredits": 1},
    "contact_research": {"personId": "PERSON 2", "maxCredits": 2},
    "get_gtm_context": {},
    "identify_visitors": {"ipAddresses": ["192.0.2.7"]},
    "list_webhooks": {},
    "create_webhook": {
        "title": "Changes",
        "targetUrl": "https://hooks.example/zoominfo",
        "subscriptions": [{"objectType": "Contact"}],
    },
    "update_webhook": {"webhookId": "WEBHOOK", "enabled": False},
    "delete_webhook": {"webhookId": "WEBHOOK"},
    "save_search": {"name": "Managers", "subject": "contact", "filters": [{"name": "jobTitle", "value": "Manager"}]},
    "list_saved_searches": {},
    "run_saved_search": {"name": "Managers"},
    "delete_saved_search": {"name": "Managers"},
    "find_tools": {"query": "webhooks"},
    "call_read_tool": {"name": "find_similar_companies", "arguments": {"companyId": "COMPANY"}},
}

# What each spending tool costs with them: each record is a new one. With WebSights, visitors cost no credit.
CREDITS = {
    "enrich_contacts": 1, "enrich_companies": 1, "get_contact": 1, "get_company": 1, "enrich_intent": 1,
    "enrich_scoops": 1, "enrich_news": 1, "get_org_chart": 1, "get_corporate_hierarchy": 1, "get_technologies": 1,
    "get_hashtags": 1, "get_locations": 1, "account_research": 1, "contact_research": 2, "identify_visitors": 0,
    "start_enrichment_job": 0,
}  # fmt: skip


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    return ids.get(value, value) if isinstance(value, str) else value


async def found_ids(client: Client) -> dict[str, str]:
    people = (await call(client, "search_contacts", {"jobTitle": "Manager", "pageSize": 5}))["data"]
    companies = (await call(client, "search_companies", {"industryCodes": "Software", "pageSize": 20}))["data"]
    return {
        "PERSON": people[0]["id"],
        "OTHER PERSON": people[1]["id"],
        "COMPANY": companies[0]["id"],
        "OTHER COMPANY": companies[1]["id"],
        "PERSON 2": people[2]["id"],
        **{f"COMPANY {index}": company["id"] for index, company in enumerate(companies)},
    }


async def names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


def test_every_tool_has_arguments_here() -> None:
    assert set(ARGUMENTS) == set(TOOLS)
    assert set(CREDITS) == SPENDING


@pytest.mark.parametrize("toolsets", ["default", "all", "enrich", "enrich,credits"])
@pytest.mark.parametrize("mode", ["read_only", "free_only"])
def test_modes_win_over_every_toolset(connect: Connect, era: str, mode: str, toolsets: str) -> None:
    left_out = SPENDING | WRITING if mode == "read_only" else SPENDING

    async def visit() -> None:
        async with connect(era, toolsets=toolsets, **{mode: True}) as client:
            listed = (await client.list_tools()).tools
            served = {tool.name for tool in listed}
            assert not served & left_out
            assert served == {name for name in served_by(toolsets) if name not in left_out}
            if mode == "read_only":
                assert all(tool.annotations and tool.annotations.read_only_hint for tool in listed)
            for name in left_out:
                text = await refusal(client, name, ARGUMENTS[name])
                assert text.startswith("MODE_FORBIDS: "), text
                assert f"--{mode.replace('_', '-')}" in text
                assert name in text
                # Neither do wrong arguments tell more than that.
                assert (await refusal(client, name, {"bogus": 1})).startswith("MODE_FORBIDS: ")

    run(visit)


def served_by(toolsets: str) -> set[str]:
    chosen = {"default": set(DEFAULT_TOOLSETS), "all": set(TOOLSETS)}
    wanted = set().union(*(chosen.get(part, {part}) for part in toolsets.split(",")))
    return {name for name, tool in TOOLS.items() if tool.toolset in wanted}


@pytest.mark.parametrize("toolsets", ["default", "all", "knowledge", "search,credits", " search , knowledge "])
def test_only_the_chosen_toolsets_are_served(connect: Connect, era: str, toolsets: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets=toolsets) as client:
            wanted = served_by(toolsets.replace(" ", ""))
            assert await names(client) == wanted
            ids = await found_ids(client) if "call_read_tool" in wanted else {}
            for name in set(TOOLS) - wanted:
                if "call_read_tool" in wanted and TOOLS[name].read_only:
                    # Not listed, and within reach all the same.
                    await call(client, name, filled(ARGUMENTS[name], ids))
                    continue
                text = await refusal(client, name, ARGUMENTS[name])
                assert text.startswith("NOT_FOUND: ")
                assert f"'{TOOLS[name].toolset}'" in text

    run(visit)


@pytest.mark.parametrize("flag", ["--read-only", "--free-only"])
def test_a_flag_of_the_command_does_the_same(home: Callable[[str], Path], era: str, flag: str) -> None:
    async def visit() -> None:
        async with over_stdio(era, home(era), flag, "--toolsets", "all") as client:
            assert await names(client) == set(TOOLS) - SPENDING - (WRITING if flag == "--read-only" else set())
            assert flag in await refusal(client, "get_contact", {"personId": "7000001"})

    run(visit)


# --- credits ---------------------------------------------------------------------------------------------------


class Auditor:
    """Stands in the sandbox's till: a charge that no ledger has reserved and marked as sent is refused."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.charged: list[Charge] = []
        self.refused: list[Charge] = []

    def __call__(self, charge: Charge) -> None:
        key = "personId" if charge.entity == "contact" else "companyId"
        named = charge.match_input.get(key)
        if self._sent(charge, str(named) if named is not None else None):
            self.charged.append(charge)
            return
        self.refused.append(charge)
        raise PermissionError("a charge that nobody reserved")

    def _sent(self, charge: Charge, named: str | None) -> bool:
        if not self.state.exists():
            return False
        with sqlite3.connect(self.state) as db:
            [(counted,)] = db.execute(
                "SELECT TOTAL(credits) FROM charge WHERE state IN ('sent', 'spent', 'in_doubt') AND account = 'sandbox'"
            )
            if counted < len(self.charged) + 1:
                return False
            waiting = db.execute(
                "SELECT zi_id, credits FROM charge WHERE state = 'sent' AND entity = ? AND account = 'sandbox'",
                (charge.entity,),
            ).fetchall()
        rows = [row for row in waiting if named is None or row[0] == named]
        return sum(credits for _, credits in rows) > 0


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path / "state.sqlite")


def test_no_tool_spends_without_a_reservation(
    sandbox_dir: Path, tmp_path: Path, era: str, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A job spends in its worker: tests/cli/test_cli_jobs.py and tests/jobs watch that one.
    without_worker(monkeypatch)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "contacts.csv").write_text("Email\ngrace.hopper@nowhere.example\n")
    network = create_app(sandbox_dir, switches=UNHURRIED, on_charge=auditor)

    async def balance(client: Client) -> int:
        usage = await call(client, "get_usage")
        return next(row["usageRemaining"] for row in usage["data"] if row.get("credits"))

    async def visit() -> None:
        files = str(tmp_path / "exports")
        async with in_memory(era, tmp_path, network, toolsets="all", files=files) as client:
            ids = await found_ids(client)
            for name in ARGUMENTS:
                before, charges = await balance(client), len(auditor.charged)
                answer = await call(client, name, filled(ARGUMENTS[name], ids))
                if name == "start_enrichment_job":
                    ids["JOB"] = answer["data"][0]["id"]
                if name == "create_webhook":
                    ids["WEBHOOK"] = answer["data"][0]["id"]
                charged = len(auditor.charged) - charges
                assert charged == CREDITS.get(name, 0), name
                assert before - await balance(client) == charged, name
                told = answer["meta"].get("credits", {}).get("spent", 0)
                assert told == charged, f"{name} says {told}, and {charged} were charged"

    run(visit)
    assert not auditor.refused
    # Each record matched, and no input that matched nothing.
    assert len(auditor.charged) == sum(CREDITS.values())


def test_the_auditor_refuses_a_charge_past_the_ledger(
    sandbox_dir: Path, tmp_path: Path, connect: Connect, auditor: Auditor
) -> None:
    network = create_app(sandbox_dir, switches=UNHURRIED, on_charge=auditor)
    account = default_account()

    async def visit() -> None:
        async with in_memory("2026-07-28", tmp_path, network) as client:
            ids = await found_ids(client)
            await call(client, "enrich_contacts", {"contacts": [{"personId": ids["PERSON"]}]})
        # The ledger is there and holds a settled call; a request of our own past it is still refused.
        transport = httpx2.ASGITransport(app=network)
        async with httpx2.AsyncClient(transport=transport, base_url="https://sandbox.example") as http:
            login = {"username": account.username, "password": account.password}
            token = (await http.post("/authenticate", json=login)).json()["jwt"]
            body = {"matchPersonInput": [{"personId": int(ids["OTHER PERSON"])}], "outputFields": ["id"]}
            answer = await http.post("/enrich/contact", json=body, headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == 500

    run(visit)
    assert [len(auditor.charged), len(auditor.refused)] == [1, 1]


def test_an_estimate_never_spends_nor_calls(connect: Connect, sandbox_dir: Path, era: str, auditor: Auditor) -> None:
    asked: list[str] = []
    inner = create_app(sandbox_dir, switches=UNHURRIED, on_charge=auditor)

    async def network(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await inner(scope, receive, send)

    async def visit() -> None:
        async with connect(era, network=network) as client:
            ids = await found_ids(client)
            before, calls = await call(client, "get_usage"), len(asked)
            one = {"contacts": [{"personId": ids["PERSON"]}], "companies": [{"companyId": ids["COMPANY"]}]}
            answer = await call(client, "estimate_credits", {**one, "check": False})
            assert answer["meta"]["estimate"] | {"why": ""} == {"credits": 2, "basis": "upper bound", "why": ""}
            assert answer["meta"]["credits"]["spent"] == 0
            assert len(asked) == calls, "unless it is to check, an estimate asks nobody"
            answer = await call(client, "estimate_credits", one)
            assert answer["meta"]["estimate"] | {"why": ""} == {"credits": 2, "basis": "exact", "why": ""}
            assert all(path.endswith("/search") for path in asked[calls:]), "and a check asks only what is free"
            assert 0 < len(asked) - calls <= 2
            after = await call(client, "get_usage")
            assert after["meta"]["budget"] == before["meta"]["budget"]
            # What it says holds: the same lists, enriched, cost as much and then nothing.
            await call(client, "enrich_contacts", {"contacts": one["contacts"], "maxCredits": 1})
            await call(client, "enrich_companies", {"companies": one["companies"], "maxCredits": 1})
            again = await call(client, "estimate_credits", one)
            assert again["meta"]["estimate"]["credits"] == 0
            assert (await call(client, "enrich_contacts", {"contacts": one["contacts"], "maxCredits": 0}))["data"]

    run(visit)
    assert len(auditor.charged) == 2


def test_ceilings_hold_for_a_client(connect: Connect, era: str, sandbox_dir: Path, auditor: Auditor) -> None:
    network = create_app(sandbox_dir, switches=UNHURRIED, on_charge=auditor)

    async def visit() -> None:
        async with connect(era, network=network, max_credits_per_call=2, max_credits_per_day=3) as client:
            found = (await call(client, "search_contacts", {"jobTitle": "Manager", "pageSize": 8}))["data"]
            people = [{"personId": row["id"]} for row in found]
            text = await refusal(client, "enrich_contacts", {"contacts": people[:3]})
            assert text.startswith("CREDIT_APPROVAL_REQUIRED: ")
            # No argument raises a ceiling.
            text = await refusal(client, "enrich_contacts", {"contacts": people[:3], "maxCredits": 1_000})
            assert text.startswith("CREDIT_APPROVAL_REQUIRED: ")
            text = await refusal(client, "enrich_contacts", {"contacts": people[:2], "maxCredits": 1})
            assert "maxCredits=1" in text
            assert not auditor.charged
            await call(client, "enrich_contacts", {"contacts": people[:2]})
            text = await refusal(client, "enrich_contacts", {"contacts": people[2:4]})
            assert text.startswith("BUDGET_EXCEEDED: ")
            await call(client, "get_contact", {"personId": people[2]["personId"]})
            text = await refusal(client, "get_contact", {"personId": people[3]["personId"]})
            assert text.startswith("BUDGET_EXCEEDED: ")

    run(visit)
    assert len(auditor.charged) == 3


# --- opted-out people -------------------------------------------------------------------------------------------


async def seen_in(client: Client, company: str, reference: str) -> dict[str, list[dict[str, Any]]]:
    """The people whom each list about a company names, by where they are named."""
    topics = [row["name"] for row in (await call(client, "lookup", {"field": "intent-topics"}))["data"]]
    everything = {"companyId": company, "pageSize": 100, "detail": "full"}
    asked: dict[str, tuple[str, dict[str, Any], str]] = {
        "search": ("search_contacts", {"companyId": company, "pageSize": 100}, ""),
        "org chart": ("get_org_chart", everything, ""),
        "recommended": ("get_recommended_contacts", {"companyId": company, "pageSize": 100}, ""),
        "alike": ("find_similar_contacts", {"personId": reference, "companyId": company, "pageSize": 100}, ""),
        "alike, reached": (
            "call_read_tool",
            {
                "name": "find_similar_contacts",
                "arguments": {"personId": reference, "companyId": company, "pageSize": 100},
            },
            "",
        ),
        "intent": ("enrich_intent", {**everything, "topics": topics}, "recommendedContacts"),
        "scoops": ("enrich_scoops", {**everything, "publishedStartDate": "2024-01-01"}, "contacts"),
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for place, (name, arguments, within) in asked.items():
        rows = (await call(client, name, arguments))["data"]
        found[place] = [person for row in rows for person in row.get(within, [])] if within else rows
    return found


def test_an_opted_out_person_is_in_no_list_about_a_company(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era, toolsets="all") as client:
            signal = {"topics": "Cloud Applications", "detail": "full", "pageSize": 50}
            rows = (await call(client, "search_intent", signal))["data"]
            company = next(row["companyId"] for row in rows if row.get("recommendedContacts"))
            elsewhere = (await call(client, "search_contacts", {"jobTitle": "Director", "pageSize": 1}))["data"][0][
                "id"
            ]
            before = await seen_in(client, company, elsewhere)
            # Whoever each list names most readily objects.
            listed = {place: people[0]["id"] for place, people in before.items() if people}
            assert set(listed) >= {"search", "org chart", "recommended", "alike", "intent"}, (
                "there is something to hide"
            )
            gone = set(listed.values())
            names = {
                f"{row['firstName']} {row['lastName']}"
                for row in before["search"] + before["org chart"]
                if row["id"] in gone
            }
            entries = [{"kind": "person", "value": person} for person in gone]
            await call(client, "update_opt_outs", {"action": "add", "entries": entries})
            after = await seen_in(client, company, elsewhere)
            for place, people in after.items():
                assert not {person["id"] for person in people} & gone, place
                # Nor in a text that somebody's AI wrote about them.
                if place in ("recommended", "alike", "alike, reached"):
                    assert not [name for name in names if name in str(people)], place
                if place in listed:
                    assert len(people) < len(before[place]), place
            for person in gone:
                for name in ("find_similar_contacts", "contact_research"):
                    text = await refusal(client, name, {"personId": person})
                    assert text.startswith("SUPPRESSED: "), (name, text)

    run(visit)


def test_a_board_member_who_objects_is_found_and_kept_out(connect: Connect) -> None:
    # A GTM search leaves board members out unless it is told otherwise.
    gtm = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret-not-a-secret"}

    async def visit() -> None:
        async with connect("2026-07-28", **gtm) as client:
            board = (
                await call(client, "search_contacts", {"moreFilters": [{"name": "boardMember", "value": "only"}]})
            )["data"]
            person = next(row for row in board if row.get("hasEmail"))
            given = {"contacts": [{"personId": person["id"]}], "outputFields": ["email"], "maxCredits": 1}
            address = (await call(client, "enrich_contacts", given))["data"][0]["email"]
            listed = await call(
                client, "update_opt_outs", {"action": "add", "entries": [{"kind": "email", "value": address}]}
            )
            assert listed["meta"]["update"]["recordsFound"] >= 1
            again = await call(client, "search_contacts", {"moreFilters": [{"name": "boardMember", "value": "only"}]})
            assert person["id"] not in {row["id"] for row in again["data"]}

    run(visit)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"kind": "email", "value": "ada@secret.example", "x": 1}, "entries[0] has no member 'x'."),
        ({"knd": "email", "value": "ada@secret.example"}, "has no member 'knd', did you mean 'kind'."),
        ({"email": "ada@secret.example"}, "has no member 'email'."),
        ({"kind": "email", "value": "b@c.example", "ada@secret.example": 1}, "{kind, value}"),
        ({"kind": "email"}, "not an object without value."),
        ("ada@secret.example", "not something else."),
    ],
)
def test_an_entry_of_another_form_is_told_by_its_member(connect: Connect, entry: object, problem: str) -> None:
    async def visit() -> None:
        async with connect("2026-07-28") as client:
            text = await refusal(client, "update_opt_outs", {"action": "add", "entries": [entry]})
            assert problem in text
            assert "Legal names: kind, value." in text or "a kind of email, domain, phone, person, company" in text
            assert "secret" not in text
            assert (await call(client, "list_opt_outs"))["data"] == []

    run(visit)
