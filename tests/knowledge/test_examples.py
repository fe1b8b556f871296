"""The worked examples do what they say: the programs run against a served sandbox, the conversations over MCP."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client

from sales_zoominfo.app import App, build_server
from sales_zoominfo.knowledge import KnowledgeBase
from sales_zoominfo.sandbox import Fault, Switches, create_app, ensure_private_key, revoke_tokens
from sales_zoominfo.settings import load_settings
from support import DEMO, Sandbox, Served, serve

PARTS = ["sign-in", "wait-and-renew", "enrich-one-lead", "pay-once"]
GTM = "lead-enrichment-on-the-gtm-api"
ADA = "ada.sample@acme.example"
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ERAS = ["legacy", "2026-07-28"]

Serve = Callable[..., AbstractContextManager[Served]]


def code(kb: KnowledgeBase, slug: str, language: str = "en") -> str:
    """The one program text of a section."""
    prefix = "zh/" if language == "zh" else ""
    [block] = CODE.findall(kb.read(f"{prefix}examples#{slug}").text)
    return block


def assembled(parts: list[str]) -> str:
    return "\n\n".join(parts)


@pytest.fixture(scope="session")
def program(kb: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program") / "enrich_leads.py"
    path.write_text(assembled([code(kb, f"lead-enrichment-program-{part}") for part in PARTS]), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def addresses(sandbox_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """E-mail addresses of people in the data set, bought in a sandbox of their own."""
    folder = tmp_path_factory.mktemp("learned")
    for file in sandbox_data.glob("dataset-*.sqlite"):
        (folder / file.name).hardlink_to(file)
    app = create_app(folder, switches=Switches(package="unlimited", rate_authenticate=0))

    async def learn() -> list[str]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://sandbox") as http:
            login = {"username": DEMO.username, "password": DEMO.password}
            token = (await http.post("/authenticate", json=login)).json()["jwt"]
            http.headers["Authorization"] = f"Bearer {token}"
            asked = {"managementLevel": "Director", "requiredFields": "email", "rpp": 12}
            found = (await http.post("/search/contact", json=asked)).json()["data"]
            wanted = [{"personId": row["id"]} for row in found]
            body = {"matchPersonInput": wanted, "outputFields": ["email"]}
            results = (await http.post("/enrich/contact", json=body)).json()["data"]["result"]
            return [result["data"][0]["email"] for result in results]

    return anyio.run(learn)


@pytest.fixture
def served(sandbox_dir: Path) -> Serve:
    """Serve a sandbox of the test's own, with switches as given."""

    @contextmanager
    def start(**switches: Any) -> Generator[Served]:
        ensure_private_key(sandbox_dir)
        with serve(Sandbox(sandbox_dir, switches=switches)) as running:
            yield running

    return start


def environment(served: Served, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ZOOMINFO_", "LEAD_"))}
    return {**clean, "ZOOMINFO_BASE_URL": served.url, **more}


@dataclass
class Run:
    """The program while it runs: an address in, its line out."""

    process: subprocess.Popen[str]

    def ask(self, *emails: str) -> list[dict[str, Any]]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("".join(f"{email}\n" for email in emails))
        self.process.stdin.flush()
        lines = [self.process.stdout.readline() for _ in emails]
        assert all(lines), "the program ended early"
        return [json.loads(line) for line in lines]


@contextmanager
def running(program: Path, served: Served, folder: Path, **more: str) -> Generator[Run]:
    key = served.sandbox.folder / "demo-private-key.pem"
    given = environment(
        served,
        ZOOMINFO_USERNAME=DEMO.username,
        ZOOMINFO_CLIENT_ID=DEMO.enterprise_client_id,
        ZOOMINFO_PRIVATE_KEY_FILE=str(key),
        **more,
    )
    folder.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, env=given
    ) as process:
        try:
            yield Run(process)
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                assert process.wait(20) == 0
            finally:
                process.kill()


# --- the programs ------------------------------------------------------------------------------------------------


def test_both_languages_carry_the_same_code(kb: KnowledgeBase) -> None:
    slugs = [f"lead-enrichment-program-{part}" for part in PARTS] + [GTM]
    english = [code(kb, slug) for slug in slugs]
    assert english == [code(kb, slug, "zh") for slug in slugs]
    assert english == CODE.findall(kb.read("examples").text), "each block of the file belongs to a program"
    fenced = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    assert fenced.findall(kb.read("examples").text) == fenced.findall(kb.read("zh/examples").text)


def test_the_programs_need_only_two_packages_and_are_tidy(kb: KnowledgeBase, program: Path) -> None:
    for text in (program.read_text(encoding="utf-8"), code(kb, GTM)):
        compile(text, "example", "exec")
        imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
        assert imported - set(sys.stdlib_module_names) <= {"httpx2", "jwt"}
        assert max(map(len, text.splitlines())) <= 120
    named = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', program.read_text(encoding="utf-8") + code(kb, GTM)))
    told = kb.read("examples#lead-enrichment-program-run-it").text + kb.read(f"examples#{GTM}").text
    assert {name for name in named if f"`{name}`" not in told} == set()


def test_a_lead_is_paid_once(program: Path, served: Serve, tmp_path: Path, addresses: list[str]) -> None:
    with served() as zoominfo:
        charges = zoominfo.sandbox.charges
        with running(program, zoominfo, tmp_path) as run:
            [first] = run.ask(ADA.upper())
            assert (first["email"], first["status"]) == (ADA, "FULL_MATCH")
            assert first["record"]["company"]["name"] == "Acme, Inc."
            assert first["record"]["jobTitle"] == "Manager, Purchasing"
            again, unknown, other = run.ask(ADA, "nobody@example.com", addresses[0])
            assert again == first, "the balance too is the same"
            assert (unknown["status"], unknown["record"]) == ("NO_MATCH", {})
            assert unknown["creditsLeft"] == first["creditsLeft"]
            assert other["creditsLeft"] == first["creditsLeft"] - 1
        with running(program, zoominfo, tmp_path) as run:
            assert run.ask(ADA) == [{**first, "creditsLeft": other["creditsLeft"]}]
        with running(program, zoominfo, tmp_path / "no-store-yet") as run:
            assert run.ask(ADA) == [{**first, "creditsLeft": other["creditsLeft"]}]
        assert len(charges) == 2
        keys = [sorted(charge.match_input) for charge in charges]
        assert keys == [["emailAddress"], ["emailAddress"]]


def test_the_cap_stops_new_people_only(program: Path, served: Serve, tmp_path: Path, addresses: list[str]) -> None:
    with served() as zoominfo, running(program, zoominfo, tmp_path, LEAD_MAX_CREDITS="2") as run:
        answers = run.ask(*addresses[:3], addresses[0], "nobody@example.com")
        assert [answer["status"] for answer in answers] == [
            "FULL_MATCH",
            "FULL_MATCH",
            "OVER_BUDGET",
            "FULL_MATCH",
            "OVER_BUDGET",
        ]
        assert len(zoominfo.sandbox.charges) == 2
        assert zoominfo.sandbox.count("/enrich/contact") == 3


def test_one_token_serves_many_leads_and_a_revoked_one_is_renewed(
    program: Path, served: Serve, tmp_path: Path, addresses: list[str]
) -> None:
    with served() as zoominfo, running(program, zoominfo, tmp_path) as run:
        run.ask(*addresses[:4])
        assert zoominfo.sandbox.count("/authenticate") == 1
        assert revoke_tokens(zoominfo.sandbox.folder) == 1
        [answer] = run.ask(addresses[4])
        assert answer["status"] == "FULL_MATCH"
        assert zoominfo.sandbox.count("/authenticate") == 2
        assert zoominfo.sandbox.count("/enrich/contact") == 4 + 2


def test_a_token_is_renewed_before_it_ends(program: Path, served: Serve, tmp_path: Path, addresses: list[str]) -> None:
    # It lives three seconds longer than the margin, and sign-ins are limited as at ZoomInfo.
    with served(token_ttl=303.0, rate_authenticate=1) as zoominfo, running(program, zoominfo, tmp_path) as run:
        run.ask(addresses[0])
        assert zoominfo.sandbox.count("/authenticate") == 1
        time.sleep(3.2)
        assert run.ask(addresses[1])[0]["status"] == "FULL_MATCH"
        assert zoominfo.sandbox.count("/authenticate") == 2
        assert zoominfo.sandbox.count("/enrich/contact") == 2, "no call was made with a token about to end"


def test_sign_ins_in_a_row_wait_for_each_other(
    program: Path, served: Serve, tmp_path: Path, addresses: list[str]
) -> None:
    with served(token_ttl=1.0, rate_authenticate=1) as zoominfo, running(program, zoominfo, tmp_path) as run:
        answers = run.ask(*addresses[:3])
        assert [answer["status"] for answer in answers] == ["FULL_MATCH"] * 3
        assert zoominfo.sandbox.count("/authenticate") > 3, "at least one sign-in was refused"


def test_a_429_is_waited_out(program: Path, served: Serve, tmp_path: Path, addresses: list[str]) -> None:
    with (
        served(package="standard", rate_second=1) as zoominfo,
        running(program, zoominfo, tmp_path) as run,
    ):
        started = time.monotonic()
        answers = run.ask(*addresses[:3])
        assert time.monotonic() - started < 30
        assert [answer["status"] for answer in answers] == ["FULL_MATCH"] * 3
        assert zoominfo.sandbox.count("/enrich/contact") > 3, "at least one call was refused"
        assert len(zoominfo.sandbox.charges) == 3


def test_a_failure_after_payment_is_not_paid_twice(program: Path, served: Serve, tmp_path: Path) -> None:
    with served() as zoominfo, running(program, zoominfo, tmp_path) as run:
        faults = [Fault(status=500, after=True)]
        zoominfo.sandbox.plan = lambda _method, path: faults.pop() if "enrich" in path and faults else None
        [answer] = run.ask(ADA)
        assert answer["status"] == "FULL_MATCH"
        assert not faults
        assert len(zoominfo.sandbox.charges) == 1


def test_both_forms_of_an_answer_are_read(program: Path, served: Serve, tmp_path: Path) -> None:
    switches = {"enterprise_result_data": "object", "enterprise_match_status": False}
    with served(**switches) as zoominfo, running(program, zoominfo, tmp_path) as run:
        matched, unknown, opted_out = run.ask(ADA, "nobody@example.com", "orla.optout@acme.example")
        assert (matched["status"], matched["record"]["jobTitle"]) == ("FULL_MATCH", "Manager, Purchasing")
        assert (unknown["status"], unknown["record"]) == ("NO_MATCH", {})
        assert opted_out["record"] == {}
        assert len(zoominfo.sandbox.charges) == 1


@pytest.mark.parametrize(
    ("status", "headers", "low", "high"),
    [
        (429, {"Retry-After": "7"}, 7, 7),
        (429, {"X-RateLimit-Reset": "now+20"}, 18, 20),
        (429, {"X-RateLimit-Reset": "now-20"}, 1, 1),
        (429, {}, 4, 4),
        (500, {"X-RateLimit-Reset": "now+20"}, 4, 4),
    ],
)
def test_how_long_the_program_waits(
    program: Path, status: int, headers: dict[str, str], low: float, high: float
) -> None:
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(program.read_text(encoding="utf-8"), "example", "exec"), names)
    now = time.time()
    moved = {key: re.sub(r"now([+-]\d+)", lambda found: str(now + int(found[1])), headers[key]) for key in headers}
    assert low <= names["pause"](httpx2.Response(status, headers=moved), 2) <= high


def test_the_program_gives_up_where_waiting_takes_hours(program: Path) -> None:
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(program.read_text(encoding="utf-8"), "example", "exec"), names)
    for headers in ({"Retry-After": "3000"}, {"X-RateLimit-Reset": str(time.time() + 3600)}):
        with pytest.raises(SystemExit, match="hour or day budget"):
            names["pause"](httpx2.Response(429, headers=headers), 0)


def test_the_gtm_program_runs(kb: KnowledgeBase, served: Serve, tmp_path: Path, addresses: list[str]) -> None:
    path = tmp_path / "gtm.py"
    path.write_text(code(kb, GTM), encoding="utf-8")
    people = [ADA, "nobody@example.com", "orla.optout@acme.example", addresses[0]]
    with served() as zoominfo:
        faults = [Fault(status=429)]
        zoominfo.sandbox.plan = lambda _method, path: faults.pop() if "enrich" in path and faults else None
        told = subprocess.run(
            [sys.executable, str(path), *people],
            env=environment(zoominfo, ZOOMINFO_GTM_CLIENT_ID=DEMO.client_id, ZOOMINFO_CLIENT_SECRET=DEMO.client_secret),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        rows = [json.loads(line) for line in told.splitlines()]
        assert [row["email"] for row in rows] == people
        assert [row["status"] for row in rows] == ["FULL_MATCH", "NO_MATCH", "OPT_OUT", "FULL_MATCH"]
        assert (rows[0]["jobTitle"], rows[0]["company"]["name"]) == ("Manager, Purchasing", "Acme, Inc.")
        assert "jobTitle" not in rows[1] and "jobTitle" not in rows[2]
        assert not faults
        assert len(zoominfo.sandbox.charges) == 2


# --- the conversations -------------------------------------------------------------------------------------------


@dataclass
class Assistant:
    """What an assistant does with the tools."""

    client: Client
    sandbox: Sandbox

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        assert result.structured_content is not None
        return result.structured_content

    async def refused(self, tool: str, **arguments: Any) -> str:
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, result.structured_content
        return result.content[0].text  # type: ignore[union-attr]

    async def cite(self, question: str, expected: str) -> str:
        """Ask, check that an expected passage is among the first three and can be cited, and read it."""
        hits = (await self.call("search_knowledge", query=question))["data"]
        assert all(hit["source"].startswith("references/") and hit["lastVerified"] for hit in hits)
        assert expected in [hit["id"] for hit in hits[:3]]
        [passage] = (await self.call("read_knowledge", id=expected))["data"]
        assert passage["id"] == expected
        return passage["text"]


@pytest.fixture
def converse(tmp_path: Path, sandbox_dir: Path) -> Callable[..., None]:
    """Run a conversation on a sandbox of its own, in both protocol eras."""

    @asynccontextmanager
    async def assistant(era: str, **settings: object) -> AsyncGenerator[Assistant]:
        sandbox = Sandbox(sandbox_dir)
        url = f"sqlite:///{tmp_path / f'state-{era}.sqlite'}"
        app = App(load_settings(**{"state_url": url, **settings}), http_transport=httpx2.ASGITransport(app=sandbox.app))
        async with Client(build_server(app), mode=era) as client:
            yield Assistant(client, sandbox)

    def run(conversation: Callable[[Assistant], Any], era: str, **settings: object) -> None:
        async def main() -> None:
            async with assistant(era, **settings) as one:
                await conversation(one)

        anyio.run(main)

    return run


@pytest.mark.parametrize("era", ERAS)
def test_example_of_intent_based_prospecting(converse: Callable[..., None], era: str) -> None:
    async def conversation(user: Assistant) -> None:
        told = await user.cite(
            "find companies showing buying intent for cybersecurity and the right contacts there",
            "examples#example-intent-based-prospecting-for-cybersecurity",
        )
        for step in ("intent topics", "saved search", "recommended contacts", "Slack"):
            assert step in told
        gotcha = await user.cite(
            "are intent topics outside our subscription returned?", "gotchas#intent-topics-follow-the-subscription"
        )
        assert "administrator" in gotcha

        topics = {row["name"] for row in (await user.call("lookup", field="intent-topics"))["data"]}
        assert topics == set(DEMO.intent_topics)
        assert not topics & {"SIEM", "zero trust"}, "so the administrator has to subscribe to these"

        found = await user.call(
            "search_contacts",
            jobTitle="Security",
            managementLevel=["C Level Exec", "VP Level Exec", "Director"],
            employeeRangeMin=200,
        )
        people = found["data"]
        assert len(people) >= 3
        assert all("Security" in row["jobTitle"] for row in people)
        assert not any({"email", "phone", "mobilePhone"} & set(row) for row in people)

        chosen = [{"personId": row["id"]} for row in people[:3]]
        priced = (await user.call("estimate_credits", contacts=chosen))["meta"]
        assert priced["estimate"]["credits"] == 3
        assert priced["budget"]["fits"] is True
        assert user.sandbox.charges == []
        bought = await user.call("enrich_contacts", contacts=chosen, outputFields=["email", "jobTitle"], maxCredits=3)
        assert bought["meta"]["credits"]["spent"] == 3 == len(user.sandbox.charges)
        assert any("@" in row.get("email", "") for row in bought["data"])

    converse(conversation, era)


@pytest.mark.parametrize("era", ERAS)
def test_example_of_fifteen_thousand_contacts(converse: Callable[..., None], era: str) -> None:
    async def conversation(user: Assistant) -> None:
        told = await user.cite(
            "We have 15,000 contacts in Salesforce without phone numbers and with stale titles, how to clean this up?",
            "examples#example-refreshing-15000-salesforce-contacts",
        )
        for step in ("15,000 credits", "Export", "600 calls of 25", "Map the fields", "automatic rules"):
            assert step in told

        found = (await user.call("search_contacts", jobTitle="Manager", pageSize=100))["data"]
        batch = [{"personId": row["id"]} for row in found]
        assert len(batch) == 100
        priced = (await user.call("estimate_credits", contacts=batch))["meta"]
        assert priced["estimate"]["credits"] == 100
        assert (priced["budget"]["fits"], priced["budget"]["limitedBy"]) == (False, ["call", "day"])

        over_cap = await user.refused("enrich_contacts", contacts=batch[:20], maxCredits=10)
        assert over_cap.startswith("CREDIT_APPROVAL_REQUIRED: ") and "20 credits" in over_cap
        over_ceiling = await user.refused("enrich_contacts", contacts=batch[:26])
        assert over_ceiling.startswith("CREDIT_APPROVAL_REQUIRED: ") and "ZOOMINFO_MAX_CREDITS_PER_CALL" in over_ceiling
        over_both = await user.refused("enrich_contacts", contacts=batch)
        assert over_both.startswith("BUDGET_EXCEEDED: ") and "ZOOMINFO_MAX_CREDITS_PER_CALL" in over_both
        assert "ZOOMINFO_MAX_CREDITS_PER_DAY" in over_both
        assert user.sandbox.charges == []

        outputs = ["phone", "directPhoneDoNotCall", "jobTitle"]
        bought = await user.call("enrich_contacts", contacts=batch[:20], maxCredits=20, outputFields=outputs)
        assert bought["meta"]["credits"]["spent"] == 20 == len(user.sandbox.charges)
        over_day = await user.refused("enrich_contacts", contacts=batch[20:40], maxCredits=20)
        assert over_day.startswith("BUDGET_EXCEEDED: ") and "ZOOMINFO_MAX_CREDITS_PER_DAY" in over_day
        free = await user.call("enrich_contacts", contacts=batch[:20], maxCredits=0, outputFields=outputs)
        assert free["meta"]["credits"]["spent"] == 0
        assert len(user.sandbox.charges) == 20

    converse(conversation, era, max_credits_per_day=30)


@pytest.mark.parametrize("era", ERAS)
def test_example_of_lead_scoring(converse: Callable[..., None], served: Serve, tmp_path: Path, era: str) -> None:
    path = tmp_path / "from_the_answer.py"

    async def conversation(user: Assistant) -> None:
        signing = await user.cite(
            "set up PKI sign-in for the Enterprise API", "zoominfo-api-reference#enterprise-sign-in-with-pki"
        )
        assert "RS256" in signing and "enterprise_api" in signing
        told = await user.cite(
            "I'm building a lead scoring system and pull ZoomInfo data by API whenever a new lead comes in",
            "examples#example-lead-scoring-that-enriches-by-api",
        )
        for part in ("POST https://api.zoominfo.com/enrich/contact", '"matchStatus"', "429", "renew", "one credit"):
            assert part in told
        [whole] = (await user.call("read_knowledge", id="examples"))["data"]
        path.write_text(assembled(CODE.findall(whole["text"])[: len(PARTS)]), encoding="utf-8")

    converse(conversation, era)
    with served() as zoominfo, running(path, zoominfo, tmp_path / "leads") as run:
        first, again = run.ask(ADA, ADA)
        assert first == again
        assert first["record"]["managementLevel"] == ["Manager"]
        assert len(zoominfo.sandbox.charges) == 1
