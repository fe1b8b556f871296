"""A suppressed person is in no answer, file, cache or log, whichever way the list names them: searched byte by byte.

The ordinary run makes a tenth of the calls; ``PROOF_SCALE=1`` makes a thousand.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import re
import sqlite3
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError
from mcp_clients import ERAS, UNHURRIED, in_memory
from typer.testing import CliRunner

from proof import scaled
from sales_zoominfo.account.entries import read_entry
from sales_zoominfo.app import App
from sales_zoominfo.cli import app as cli
from sales_zoominfo.sandbox import ASGIApp, create_app
from sales_zoominfo.settings import load_settings
from support import DEMO, files_in, respell

pytestmark = pytest.mark.anyio
CALLS = scaled(1_000, 100)

# What names a person, as the list takes it, by the field that holds it.
KINDS = {"id": "person", "email": "email", "supplementalEmail": "email", "phone": "phone", "mobilePhone": "phone"}
# Listed by an address that ZoomInfo holds with the dots of Gmail and with a tag.
SPELLED = {"dotted": "{first}.{last}.q@gmail.com", "tagged": "{first}.{last}.q+news@mail.example"}
# Listed by an address and a number that nobody has looked up at ZoomInfo.
UNRESOLVED = {"unresolved": "supplementalEmail", "unresolved phone": "mobilePhone"}
WAITING = scaled(3_000, 500)
PLANTED = [*KINDS, *SPELLED, *UNRESOLVED, "domain", "company", "free"]
FIELDS = [*KINDS, "firstName", "lastName", "directPhoneDoNotCall", "mobilePhoneDoNotCall", "companyId", "companyName"]
FIELDS += ["companyWebsite", "externalUrls"]
# A name alone names nobody, since others bear it as well: it counts with its company within so many characters of it.
NEAR = 200
# People to choose from.
ENOUGH = 16
# The ledger keeps the ids of what was bought, so that nothing is bought twice; nothing else of a record.
LEDGER = {"charge", "purchase", "match_key"}
HASHES = ("md5", "sha1", "sha256", "sha512")


async def truth(network: ASGIApp) -> list[dict[str, Any]]:
    """What ZoomInfo knows of people with every kind of identifier, asked past the server."""
    transport = httpx2.ASGITransport(app=network)
    async with httpx2.AsyncClient(transport=transport, base_url="https://sandbox.example") as http:
        secret = {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret, "grant_type": "client_credentials"}
        token = (await http.post("/gtm/oauth/v1/token", data=secret)).json()["access_token"]
        kind = "application/vnd.api+json"
        headers = {"authorization": f"Bearer {token}", "content-type": kind, "accept": kind}

        async def ask(path: str, kind: str, attributes: dict[str, Any], **params: str) -> Any:
            body = json.dumps({"data": {"type": kind, "attributes": attributes}})
            answer = await http.post(f"/gtm/data/v1/contacts/{path}", content=body, headers=headers, params=params)
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]

        people: list[dict[str, Any]] = []
        for page in range(1, 7):
            found = await ask("search", "ContactSearch", {"jobTitle": "Manager"}, **{
                "page[number]": str(page), "page[size]": "100"})  # fmt: skip
            ids = [{"personId": int(one["id"])} for one in found if one["attributes"].get("hasSupplementalEmail")]
            for start in range(0, len(ids), 25):
                part = ids[start : start + 25]
                rows = await ask("enrich", "ContactEnrich", {"outputFields": FIELDS, "matchPersonInput": part})
                people += [{"id": str(row["id"]), **row["attributes"]} for row in rows]
        for row in people:
            company = row.pop("company", None) or {}
            row |= {f"company{name[0].upper()}{name[1:]}": value for name, value in company.items()}
        whole = [row for row in people if all(row.get(name) for name in (*KINDS, "companyId", "companyWebsite"))]
        # Each of another company, where nobody else has the name, and with an id that is no other number by chance.
        chosen: dict[Any, dict[str, Any]] = {}
        for row in whole:
            if len(row["id"].lstrip("-")) < 7 or row["companyId"] in chosen or len(chosen) == ENOUGH:
                continue
            name = {"firstName": row["firstName"], "lastName": row["lastName"], "companyId": str(row["companyId"])}
            if len(await ask("search", "ContactSearch", name)) == 1:
                chosen[row["companyId"]] = row
    return list(chosen.values())


def needles(person: dict[str, Any]) -> list[str]:
    """What would give a person away, wherever it stands."""
    values = [person["id"].lstrip("-"), *(person[name] for name in KINDS if name != "id")]
    return [*values, hashlib.md5(person["email"].encode(), usedforsecurity=False).hexdigest()]


def named(person: dict[str, Any], text: str) -> str | None:
    """Where a text names a person together with the company; the name alone belongs to others as well."""
    first, last = person["firstName"], person["lastName"]
    # In rows, the two parts of a name stand in two members.
    for name in (f"{first} {last}", f'"firstName":"{first}","lastName":"{last}"'):
        start = -1
        while (start := text.find(name, start + 1)) >= 0:
            around = text[max(0, start - NEAR) : start + len(name) + NEAR]
            if person["companyName"] in around:
                return around
    return None


def contact_calls(who: dict[str, Any], free: dict[str, Any], chance: random.Random) -> list[tuple[str, dict[str, Any]]]:
    """Calls that would show a person, some by way of somebody who did not object."""
    name = {"firstName": who["firstName"], "lastName": who["lastName"], "companyName": who["companyName"]}
    fullname = {"fullName": f"{who['firstName']} {who['lastName']}"}
    digest = hashlib.sha256(who["email"].encode()).hexdigest()
    inputs: list[dict[str, Any]] = [
        {"personId": who["id"]},
        {"emailAddress": who["email"]},
        {"emailAddress": who["supplementalEmail"].upper()},
        {"phone": who["phone"]},
        {"phone": who["mobilePhone"]},
        {"hashedEmail": digest},
        *({"hashedEmail": hashlib.new(method, who["supplementalEmail"].encode()).hexdigest()} for method in HASHES),
        name,
        {**fullname, "companyId": str(who["companyId"])},
        *({"externalURL": item["url"]} for item in who.get("externalUrls") or [] if item.get("url")),
    ]
    searches: list[dict[str, Any]] = [
        {"personId": who["id"]},
        {"lastName": who["lastName"], "pageSize": 100},
        {"companyId": str(who["companyId"]), "pageSize": 100, "detail": "full"},
        {"emailAddress": who["email"]},
        {"phone": who["phone"]},
        {"moreFilters": [{"name": "supplementalEmail", "value": who["supplementalEmail"]}]},
        {"moreFilters": [{"name": "supplementalEmail", "value": who["supplementalEmail"]}], "all": True},
        {"phone": who["mobilePhone"]},
        {"jobTitle": "Manager", "page": chance.randint(1, 6), "pageSize": 100},
    ]
    odd: list[tuple[str, dict[str, Any]]] = [
        ("get_contact", {"personId": who["id"]}),
        ("search_contacts", {"jobFunction": who["email"]}),
        ("search_contacts", {"managementLevel": who["phone"]}),
        ("lookup", {"field": "industries", "query": who["email"]}),
        ("lookup", {"field": who["email"]}),
        ("search_knowledge", {"query": f"what of {who['email']} and {who['mobilePhone']}"}),
        ("read_knowledge", {"id": who["email"]}),
        ("enrich_contacts", {"contacts": [{"emailAddress": who["email"], "nickname": who["phone"]}]}),
        ("enrich_contacts", {"contacts": [{"personId": who["email"]}]}),
        ("check_compliance", {"people": [{"emailAddress": who["email"]}, {"personId": who["id"]}]}),
        # A name alone belongs to many; with the company it is one person's.
        ("check_compliance", {"people": [{**fullname, "companyName": who["companyName"]}]}),
        ("list_opt_outs", {"pageSize": 100}),
        ("estimate_credits", {"contacts": chance.sample(inputs, 3)}),
        ("get_company", {"companyId": str(who["companyId"])}),
        ("enrich_companies", {"companies": [{"companyWebsite": who["companyWebsite"]}]}),
        ("search_companies", {"companyWebsite": who["companyWebsite"]}),
        ("get_usage", {}),
        ("get_org_chart", {"companyId": str(who["companyId"]), "pageSize": 100, "detail": "full"}),
        ("get_org_chart", {"companyName": who["companyName"], "department": who["email"]}),
        ("get_recommended_contacts", {"companyId": str(who["companyId"]), "pageSize": 100}),
        ("find_similar_contacts", {"personId": who["id"]}),
        ("search_intent", {"topics": "Cloud Applications", "detail": "full", "pageSize": 100}),
        ("enrich_intent", {"companyId": str(who["companyId"]), "findRecommendedContacts": True}),
        ("enrich_scoops", {"companyWebsite": who["companyWebsite"], "detail": "full", "pageSize": 100}),
        ("search_scoops", {"emailAddress": who["email"], "detail": "full"}),
        ("enrich_news", {"companyId": str(who["companyId"]), "detail": "full", "pageSize": 100}),
        ("contact_research", {"emailAddress": who["email"], "maxCredits": 2}),
        ("account_research", {"companyId": str(who["companyId"]), "maxCredits": 1}),
        ("account_research", {"companyWebsite": who["companyWebsite"], "maxCredits": 0}),
        # Few fields, of which none names the company to a list that knows it by its id.
        *(
            ("enrich_contacts", {"contacts": [{"personId": who["id"]}], "outputFields": fields, "maxAge": age})
            for fields in (["mobilePhone"], ["supplementalEmail"], ["firstName", "lastName", "companyName"])
            for age in (0, 30)
        ),
        ("get_contact", {"personId": who["id"], "outputFields": ["phone"]}),
        ("get_contact", {"personId": who["id"], "outputFields": ["email", "companyName"]}),
        ("find_similar_contacts", {"personId": free["id"], "companyId": str(who["companyId"]), "pageSize": 100}),
        ("call_read_tool", {"name": "check_compliance", "arguments": {"people": [{"personId": who["id"]}]}}),
        ("call_read_tool", {"name": "account_research", "arguments": {"companyId": str(who["companyId"])}}),
        ("identify_visitors", {"ipAddresses": [who["email"]]}),
        ("call_read_tool", {"name": "find_similar_contacts", "arguments": {"personId": who["id"]}}),
        ("call_read_tool", {"name": who["email"], "arguments": {"personId": who["phone"]}}),
        ("find_tools", {"query": f"who is {who['email']}"}),
        ("create_webhook", {"title": who["email"], "targetUrl": "https://hooks.example", "subscriptions": [{}]}),
        (f"search_{who['phone']}", {}),
        # At the end, since whoever is listed by a company only is listed by an e-mail address from here on.
        ("update_opt_outs", {"action": "add", "entries": [{"kind": "email", "value": who["email"]}]}),
        ("update_opt_outs", {"action": "remove", "entries": [{"kind": "email", "value": who["supplementalEmail"]}]}),
        ("update_opt_outs", {"action": "add", "entries": [{"kind": who["email"], "value": who["phone"]}]}),
    ]
    return [
        *(("enrich_contacts", {"contacts": [item], "detail": "full", "maxCredits": 5}) for item in inputs),
        ("enrich_contacts", {"contacts": inputs, "outputFields": FIELDS, "maxAge": 30}),
        *(("search_contacts", item) for item in searches),
        *odd,
    ]


class Heard(logging.Handler):
    """Everything that is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record) + "\n"


@pytest.mark.parametrize("era", ERAS)
async def test_suppressed_people_are_nowhere(
    sandbox_dir: Path, tmp_path: Path, era: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    network = create_app(sandbox_dir, switches=UNHURRIED)
    everybody = await truth(network)
    assert len(everybody) >= len(PLANTED)
    chance = random.Random(11)
    planted = dict(zip(PLANTED, chance.sample(everybody, len(PLANTED)), strict=True))
    free = planted.pop("free")
    for name, form in SPELLED.items():
        who = planted[name]
        parts = {part: re.sub("[^a-z]", "", who[f"{part}Name"].lower()) for part in ("first", "last")}
        who["supplementalEmail"] = form.format(**parts)
    respell(sandbox_dir, {planted[name]["id"]: planted[name]["supplementalEmail"] for name in SPELLED})
    network = create_app(sandbox_dir, switches=UNHURRIED)
    wide = {"max_credits_per_call": 100, "max_credits_per_hour": 100_000, "max_credits_per_day": 100_000}
    settings = {"log_level": "debug", "keep_records": 30, "toolsets": "all", **wide}
    heard = Heard()
    log = logging.getLogger()
    log.addHandler(heard)
    before = log.level, logging.getLogger("sales_zoominfo").level
    said: list[str] = []
    try:
        url = f"sqlite:///{tmp_path / 'state.sqlite'}"
        early = await _keep(url, network, planted)
        async with in_memory(era, tmp_path, network, **settings) as client:
            log.setLevel(logging.DEBUG)
            # Bought, and copied here, before they object.
            bought = [{"personId": who["id"]} for who in planted.values()]
            result = await client.call_tool("enrich_contacts", {"contacts": bought, "detail": "full"})
            assert planted["email"]["email"] in json.dumps(result.structured_content), "the planted are real"
            heard.text = ""
            whole = {name: planted[name] for name in ("domain", "company")}
            said += await _list(client, whole)
            with pytest.raises(MCPError):
                # It need not tell where its people work, so a listed company clears it.
                await client.read_resource(f"result://enrich_contacts/{early}")
            # Kept before the others were on the list, and read after.
            kept = await _keep(url, network, planted)
            await _leave_waiting(url, network, {name: planted[name] for name in UNRESOLVED})
            rest = [name for name in planted if name not in {*whole, *UNRESOLVED}]
            said += await _list(client, {name: planted[name] for name in rest})
            said += await _calls(client, planted, free, chance, kept)
            listed = await client.call_tool("list_opt_outs", {})
            assert "Not looked up at ZoomInfo yet" in listed.model_dump_json(), "the unresolved are so to the end"
        said += _commands(monkeypatch, url, planted, kept)
    finally:
        log.removeHandler(heard)
        log.setLevel(before[0])
        logging.getLogger("sales_zoominfo").setLevel(before[1])
    said += [heard.text, *capfd.readouterr()]
    assert any(free["email"] in text for text in said), "somebody who did not object is shown"
    for name, who in planted.items():
        for text in said:
            for needle in needles(who):
                assert needle not in text, f"{needle} of the one listed by {name} in {_around(text, needle)}"
            assert named(who, text) is None, f"the one listed by {name} in {named(who, text)}"
        _search_files(tmp_path, who, name)


async def _keep(url: str, network: ASGIApp, planted: dict[str, dict[str, Any]]) -> str:
    """A long answer that names everybody, as it waits to be read; its token."""
    app = App(load_settings(state_url=url), http_transport=httpx2.ASGITransport(app=network))
    long = json.dumps({"data": list(planted.values()), "meta": {"warnings": []}})
    token = await app.answers().put("enrich_contacts", long)
    await app.aclose()
    return token


async def _list(client: Client, planted: dict[str, dict[str, Any]]) -> list[str]:
    said: list[str] = []
    for name, who in planted.items():
        entry = {"kind": "email" if name in SPELLED else KINDS.get(name, name), "value": _listed(name, who)}
        result = await client.call_tool("update_opt_outs", {"action": "add", "entries": [entry]})
        assert not result.is_error, result.content
        said.append(result.model_dump_json())
    return said


async def _leave_waiting(url: str, network: ASGIApp, planted: dict[str, dict[str, Any]]) -> None:
    """List people without looking them up, behind more than the calls to come look up on the side."""
    app = App(load_settings(state_url=url), http_transport=httpx2.ASGITransport(app=network))
    values = [f"waits{number}@nowhere.example" for number in range(WAITING)]
    values += [who[UNRESOLVED[name]] for name, who in planted.items()]
    entries = [read_entry("email" if "@" in value else "phone", value) for value in values]
    await (await app.privacy()).add(entries, "test", resolve=0)
    await app.aclose()


def _listed(name: str, who: dict[str, Any]) -> str:
    if name in SPELLED:
        return who["supplementalEmail"]
    return who[name] if name in KINDS else str(who[{"domain": "companyWebsite", "company": "companyId"}[name]])


async def _calls(
    client: Client, planted: dict[str, dict[str, Any]], free: dict[str, Any], chance: random.Random, kept: str
) -> list[str]:
    everybody = [free, *planted.values()]
    said: list[str] = []
    made = rounds = 0
    while made < CALLS:
        # Each of the listed in turn, and at first somebody who did not object.
        who = everybody[rounds % len(everybody)]
        rounds += 1
        for name, arguments in contact_calls(who, free, chance):
            result = await client.call_tool(name, arguments)
            said.append(result.model_dump_json())
            made += 1
            for resource in _resources(result.structured_content):
                said.append((await client.read_resource(resource)).model_dump_json())
            if made >= CALLS:
                break
    said.append((await client.read_resource(f"result://enrich_contacts/{kept}")).model_dump_json())
    who = planted["id"]
    for prompt in (await client.list_prompts()).prompts:
        given = {argument.name: f"{who['email']} {who['phone']}" for argument in prompt.arguments or []}
        try:
            said.append((await client.get_prompt(prompt.name, given)).model_dump_json())
        except Exception as error:
            said.append(str(error))
    return said


def _resources(answer: dict[str, Any] | None) -> list[str]:
    whole = (answer or {}).get("meta", {}).get("whole")
    return [whole["resource"]] if whole else []


def _commands(monkeypatch: pytest.MonkeyPatch, url: str, planted: dict[str, dict[str, Any]], kept: str) -> list[str]:
    monkeypatch.setenv("ZOOMINFO_STATE_URL", url)
    monkeypatch.setenv("ZOOMINFO_LOG_LEVEL", "debug")
    said: list[str] = []
    runner = CliRunner()
    commands: list[list[str]] = [
        ["result", kept],
        ["result", kept, "--format", "csv"],
        ["opt-outs", "list", "--page-size", "100"],
        ["usage"],
        ["purge"],
    ]
    for name, who in planted.items():
        commands += [
            ["search", "contacts", "-f", f"lastName={who['lastName']}", "--format", "csv"],
            ["enrich", "contact", f"emailAddress={who['email']}", "--max-credits", "1", "--format", "table"],
            ["opt-outs", "check", who["email"]],
            ["opt-outs", "check", "--kind", "person", who["email"]],
        ]
        del name
    for command in commands:
        result = runner.invoke(cli, command)
        said += [result.stdout, result.stderr]
    return said


def _search_files(folder: Path, who: dict[str, Any], listed: str) -> None:
    """Every byte that the program wrote, but for the simulated ZoomInfo's own data."""
    seen = 0
    for file, data in files_in(folder).items():
        if file.is_relative_to(folder / "sandbox"):
            continue
        seen += 1
        for needle in needles(who)[1:]:
            for form in (needle, needle.upper(), needle.encode().hex()):
                assert form.encode() not in data, f"{needle} of the one listed by {listed} in {file.name}"
        if not file.name.startswith("state.sqlite"):
            assert who["id"].lstrip("-").encode() not in data, f"id of the one listed by {listed} in {file.name}"
    assert seen
    with sqlite3.connect(folder / "state.sqlite") as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in [] if table in LEDGER else db.execute(f'SELECT * FROM "{table}"'):
                text = " ".join(str(cell) for cell in row)
                assert who["id"].lstrip("-") not in text, f"id of the one listed by {listed} in {table}"


def _around(text: str, needle: str) -> str:
    place = text.index(needle)
    return f"…{text[max(0, place - 150) : place + 80]}…"
