"""The MCP surface, through a real client and in both protocol eras."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import Client, MCPError
from mcp.types import PaginatedRequestParams, Request
from mcp_clients import ERAS, SERVER, Connect, call, over_stdio, refusal, run

from sales_zoominfo.errors import TEXTS
from sales_zoominfo.knowledge.skill_extension import SkillListResult
from sales_zoominfo.tools import protocol, registry, server
from sales_zoominfo.tools.contract import MAX_CHARS, envelope, shorten, to_json
from sales_zoominfo.tools.spec import MAX_TEXT

Home = Callable[[str], Path]

CODES = {text.error.code for text in TEXTS.values()}
# What must never reach a model: the SDK's words, another library's, or a file of ours.
FOREIGN = re.compile(
    r"Error executing|pydantic|Traceback|input_value|errors\.|\.py\b|File \"|0x[0-9a-f]{6}", re.IGNORECASE
)
# What differs from one run to the next, and may.
VOLATILE = re.compile(
    r'"(balanceAsOf|asOf|resetsAt|purchaseDate)":"[^"]*"|result://[^"]*|"command":"[^"]*"|logged as [0-9a-f]+'
)

MEGABYTE = "x" * 1_000_000

# Calls that are refused: tool, arguments, code, and what the text must name.
REFUSED: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
    ("no_such_tool", {}, "NOT_FOUND", ("no_such_tool", "search_contacts")),
    ("search_contact", {}, "NOT_FOUND", ("did you mean 'search_contacts'",)),
    (MEGABYTE, {}, "NOT_FOUND", ()),
    ("search_contacts", {"jobTitel": "CEO"}, "INVALID_ARGUMENT", ("did you mean 'jobTitle'", "Legal names")),
    ("search_contacts", {"title": "CEO"}, "INVALID_ARGUMENT", ("did you mean 'jobTitle'",)),
    ("enrich_contacts", {"contact": []}, "INVALID_ARGUMENT", ("did you mean 'contacts'",)),
    ("get_usage", {"a": 1}, "INVALID_ARGUMENT", ("get_usage", "'a'")),
    ("search_contacts", {}, "INVALID_ARGUMENT", ("at least one filter",)),
    ("search_contacts", {"jobTitle": None}, "INVALID_ARGUMENT", ("at least one filter",)),
    ("search_contacts", {"jobTitle": ""}, "INVALID_ARGUMENT", ("jobTitle",)),
    ("search_contacts", {"jobTitle": []}, "INVALID_ARGUMENT", ("jobTitle",)),
    ("search_contacts", {"jobTitle": [None]}, "INVALID_ARGUMENT", ("jobTitle",)),
    ("search_contacts", {"jobTitle": {"a": 1}}, "INVALID_ARGUMENT", ("jobTitle", "an object")),
    ("search_contacts", {"jobTitle": True}, "INVALID_ARGUMENT", ("jobTitle", "true or false")),
    ("search_contacts", {"jobTitle": MEGABYTE}, "INVALID_ARGUMENT", ("jobTitle", "1,000,000")),
    ("search_contacts", {"managementLevel": [MEGABYTE]}, "INVALID_ARGUMENT", ("managementLevel[0]", "1,000,000")),
    ("search_contacts", {MEGABYTE: "x"}, "INVALID_ARGUMENT", ("1,000,000",)),
    (
        "search_contacts",
        {"moreFilters": [{"name": MEGABYTE, "value": 1}]},
        "INVALID_ARGUMENT",
        ("moreFilters[0].name",),
    ),
    ("search_contacts", {"moreFilters": "school"}, "INVALID_ARGUMENT", ("moreFilters",)),
    ("search_contacts", {"moreFilters": [{"name": "shool", "value": "x"}]}, "INVALID_ARGUMENT", ("'school'",)),
    ("search_contacts", {"jobTitle": "CEO", "pageSize": "many"}, "INVALID_ARGUMENT", ("pageSize", "a whole number")),
    ("search_contacts", {"jobTitle": "CEO", "pageSize": 101}, "INVALID_ARGUMENT", ("pageSize=101", "1..100")),
    ("search_contacts", {"jobTitle": "CEO", "page": 0}, "INVALID_ARGUMENT", ("page must be at least 1",)),
    ("search_contacts", {"jobTitle": "CEO", "detail": "all"}, "INVALID_ARGUMENT", ("concise, full",)),
    ("search_contacts", {"jobTitle": "CEO", "sort": "age"}, "INVALID_ARGUMENT", ("lastName",)),
    ("search_contacts", {"industryCodes": "Softwear"}, "UNKNOWN_VALUE", ("Softwear", "software")),
    ("search_companies", {"revenueMin": 9, "revenueMax": 1}, "INVALID_ARGUMENT", ("revenueMin=9", "Swap")),
    ("lookup", {}, "INVALID_ARGUMENT", ("field",)),
    ("lookup", {"field": "industry"}, "NOT_FOUND", ("did you mean 'industries'",)),
    ("lookup", {"field": 5}, "NOT_FOUND", ("'5'",)),
    ("lookup", {"field": "industries", "query": MEGABYTE}, "INVALID_ARGUMENT", ("query", "1,000,000")),
    ("enrich_contacts", {}, "INVALID_ARGUMENT", ("needs contacts",)),
    ("enrich_contacts", {"contacts": None}, "INVALID_ARGUMENT", ("needs contacts",)),
    ("enrich_contacts", {"contacts": []}, "INVALID_ARGUMENT", ("contacts", "1..100")),
    ("enrich_contacts", {"contacts": [{"personId": "1"}] * 101}, "INVALID_ARGUMENT", ("101", "1..100")),
    ("enrich_contacts", {"contacts": [{}]}, "INVALID_ARGUMENT", ("contacts[0]", "personId")),
    ("enrich_contacts", {"contacts": [7]}, "INVALID_ARGUMENT", ("contacts[0]", "a number")),
    ("enrich_contacts", {"contacts": 7}, "INVALID_ARGUMENT", ("contacts", "a number")),
    ("enrich_contacts", {"contacts": [{"email": "a@b.example"}]}, "INVALID_ARGUMENT", ("'emailAddress'",)),
    ("enrich_contacts", {"contacts": [{"emailAddress": MEGABYTE}]}, "INVALID_ARGUMENT", ("contacts[0].emailAddress",)),
    ("enrich_contacts", {"contacts": [{"personId": "1"}], "maxCredits": -1}, "INVALID_ARGUMENT", ("maxCredits",)),
    (
        "enrich_contacts",
        {"contacts": [{"personId": "1"}], "maxCredits": 0},
        "CREDIT_APPROVAL_REQUIRED",
        ("maxCredits",),
    ),
    ("enrich_contacts", {"contacts": [{"personId": "1"}], "outputFields": ["mail"]}, "INVALID_ARGUMENT", ("'email'",)),
    ("get_contact", {"personId": "7x"}, "INVALID_ARGUMENT", (": personId must be",)),
    ("get_contact", {"personId": {"id": 1}}, "INVALID_ARGUMENT", (": personId must be", "an object")),
    ("get_contact", {"personId": "1"}, "NOT_FOUND", ("search_contacts",)),
    ("get_company", {"companyId": True}, "INVALID_ARGUMENT", (": companyId must be",)),
    ("estimate_credits", {}, "INVALID_ARGUMENT", ("contacts or companies",)),
    ("search_knowledge", {"query": ""}, "INVALID_ARGUMENT", ("query",)),
    ("search_knowledge", {"query": "credits", "limit": 99}, "INVALID_ARGUMENT", ("limit=99",)),
    ("search_knowledge", {"query": ["credits"]}, "INVALID_ARGUMENT", ("query", "a list")),
    ("read_knowledge", {"id": "gotcha"}, "NOT_FOUND", ("'gotcha'", "search_knowledge")),
]


async def tour(client: Client) -> list[str]:
    """One call after another, as an assistant makes them; what each answered."""
    told: list[str] = []

    async def note(name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        result = await client.call_tool(name, arguments)
        [block] = result.content
        text = block.text  # type: ignore[union-attr]
        told.append(f"{name} {result.is_error} {VOLATILE.sub('', text)}")
        if result.is_error:
            return []
        assert json.loads(text) == result.structured_content, "both channels must say the same"
        assert text == to_json(result.structured_content)
        assert name.endswith("_knowledge") or result.structured_content["meta"]["sandbox"] is True, name
        return result.structured_content["data"]

    # First, so that nothing has been answered yet that could have told that this is the sandbox.
    await note("estimate_credits", {"companies": [{"companyWebsite": "nothing.example"}]})
    await note("search_knowledge", {"query": "What happens when credits run out?"})
    await note("read_knowledge", {"id": "gotchas"})
    await note("lookup", {"field": "management-levels"})
    await note("lookup", {"field": "contact-filters", "query": "title"})
    companies = await note("search_companies", {"industryCodes": "Software", "country": "USA", "pageSize": 5})
    ids = [row["id"] for row in companies]
    people = await note("search_contacts", {"companyId": ids, "managementLevel": "Manager", "sort": "-lastName"})
    wanted = [{"personId": row["id"]} for row in people[:3]]
    await note("estimate_credits", {"contacts": wanted})
    await note("enrich_contacts", {"contacts": wanted, "maxCredits": 3})
    await note("enrich_contacts", {"contacts": wanted, "maxCredits": 0})
    await note("enrich_companies", {"companies": [{"companyId": ids[0]}, {"companyWebsite": "nothing.example"}]})
    await note("get_contact", {"personId": int(people[0]["id"])})
    await note("get_company", {"companyId": ids[1], "outputFields": ["name", "revenue"]})
    await note("enrich_contacts", {"contacts": [{"personId": "1"}] * 101})
    await note("search_contacts", {"jobTitel": "CEO"})
    await note("get_usage", {})
    return told


def test_both_eras_over_stdio_give_the_same_answers(home: Home) -> None:
    told: dict[str, list[str]] = {}

    async def visit() -> None:
        for era in ERAS:
            async with over_stdio(era, home(era)) as client:
                assert client.protocol_version == era
                told[era] = await tour(client)

    run(visit)
    # A look-up tells when it was read.
    first, second = ([re.sub(r'"readAt":"[^"]*"', "", line) for line in lines] for lines in told.values())
    assert first == second
    assert sum(" True " in line for line in first) == 2, first


def test_what_a_client_reads_first(home: Home, era: str) -> None:
    async def visit() -> None:
        # A pinned revision asks nothing; probing as most clients do gets the instructions.
        async with over_stdio(era, home(era), mode="legacy" if era == "2025-11-25" else "auto") as client:
            assert client.protocol_version == era
            assert client.server_info is not None
            assert (client.server_info.name, client.server_info.title) == ("sales-zoominfo", "ZoomInfo")
            assert client.instructions == server.INSTRUCTIONS
            assert len(client.instructions) <= 2048
            listed = (await client.list_tools()).tools
            default = [name for name, tool in registry.TOOLS.items() if tool.toolset in registry.DEFAULT_TOOLSETS]
            assert [tool.name for tool in listed] == default
            assert all(tool.description and len(tool.description) <= 400 for tool in listed)
            skill = await client.read_resource("skill://sales-zoominfo/SKILL.md")
            assert "name: sales-zoominfo" in skill.contents[0].text  # type: ignore[union-attr]
            uris = {str(resource.uri) for resource in (await client.list_resources()).resources}
            assert "skill://sales-zoominfo/references/gotchas.md" in uris
            ask = Request[Any, str](method="skills/list", params=PaginatedRequestParams())
            if era == "2026-07-28":
                answered = await client.session.send_request(ask, SkillListResult)
                assert {resource["uri"] for resource in answered.skills[0]["resources"]} == uris
            else:
                with pytest.raises(MCPError):
                    await client.session.send_request(ask, SkillListResult)

    run(visit)


def test_refusals_carry_our_text_alone(home: Home, era: str) -> None:
    wrong: list[str] = []

    async def visit() -> None:
        async with over_stdio(era, home(era)) as client:
            for name, arguments, code, named in REFUSED:
                text = await refusal(client, name, arguments)
                shown = f"{name[:30]} {str(arguments)[:60]} -> {text[:300]}"
                sentences = text.split(": ", 1)[-1]
                if not text.startswith(f"{code}: "):
                    wrong.append(f"not {code}: {shown}")
                elif sentences.count(".") < 2 or len(text) > 2_000:
                    wrong.append(f"no sentence and next step, or too long: {shown}")
                elif FOREIGN.search(text):
                    wrong.append(f"not our words: {shown}")
                elif missing := [part for part in named if part not in text]:
                    wrong.append(f"does not name {missing}: {shown}")
            # The session has survived all of it.
            assert (await call(client, "lookup", {"field": "continents"}))["data"]

    run(visit)
    assert not wrong, "\n".join(wrong)


def test_arguments_that_mean_not_given(connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era) as client:
            plain = await call(client, "search_contacts", {"jobTitle": "Manager"})
            nulls = dict.fromkeys(("page", "pageSize", "detail", "sort", "outputFields", "moreFilters", "country"))
            assert await call(client, "search_contacts", {"jobTitle": "Manager", **nulls}) == plain
            asked = {"jobTitle": "Manager", "pageSize": "25", "page": "1"}
            assert await call(client, "search_contacts", asked) == plain
            listed = await call(client, "lookup", {"field": "continents"})
            bare = {"field": "continents", "limit": None, "query": None, "vendor": ""}
            assert await call(client, "lookup", bare) == listed

    run(visit)


BROKEN = """
import sys
from sales_zoominfo.tools import registry

async def broken(call, arguments):
    who = arguments["query"]
    raise RuntimeError(f"no such person: {who}")

async def noisy(call, arguments):
    print("a stray line on stdout", flush=True)
    sys.stdout.write('{"jsonrpc":"2.0","id":1,"result":{}}\\n')
    return await real(call, arguments)

real = registry.TOOLS["lookup"].run
registry.TOOLS["lookup"] = registry.TOOLS["lookup"]._replace(run=noisy)
registry.TOOLS["search_knowledge"] = registry.TOOLS["search_knowledge"]._replace(run=broken)
from sales_zoominfo.app import serve
sys.exit(serve([]))
"""


def test_a_bug_is_told_by_its_id_and_logged_without_values(home: Home, era: str) -> None:
    folder = home(era)

    async def visit() -> None:
        async with over_stdio(era, folder, program=BROKEN) as client:
            text = await refusal(client, "search_knowledge", {"query": "jane.doe@secret.example"})
            told = re.fullmatch(
                r"INTERNAL: search_knowledge failed .* logged as ([0-9a-f]{12})\. Report that id; .*", text
            )
            assert told, text
            assert (await call(client, "lookup", {"field": "continents"}))["data"], "print must not break the stream"
            log = (folder / "stderr.txt").read_text()
            assert f"bug {told[1]} in search_knowledge: RuntimeError" in log
            assert "in broken" in log
            assert "jane.doe" not in log
            assert "no such person" not in log
            assert "a stray line on stdout" in log

    run(visit)


def test_progress_arrives_for_a_long_call(connect: Connect, era: str) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def listen(done: float, total: float | None, message: str | None) -> None:
        heard.append((done, total, message))

    async def visit() -> None:
        async with connect(era, max_credits_per_call=100) as client:
            people = await hundred(client)
            result = await client.call_tool("enrich_contacts", {"contacts": people}, progress_callback=listen)
            assert not result.is_error

    run(visit)
    assert [(done, total) for done, total, _ in heard] == [(25, 100), (50, 100), (75, 100), (100, 100)]
    assert heard[0][2] == "25 of 100 records"


async def hundred(client: Client) -> list[dict[str, str]]:
    found = await call(client, "search_contacts", {"jobTitle": "Manager", "pageSize": 100})
    assert len(found["data"]) == 100
    return [{"personId": row["id"]} for row in found["data"]]


def printed(folder: Path, command: str) -> str:
    """What the command that an answer names prints, in a process of its own."""
    program, *arguments = command.split()
    assert program == "sales-zoominfo"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZOOMINFO_")}
    environment |= {"ZOOMINFO_STATE_URL": f"sqlite:///{folder / 'state.sqlite'}", "PYTHONPATH": str(SERVER)}
    line = [sys.executable, "-m", "sales_zoominfo", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_long_answer_is_shown_in_part_and_kept_whole(home: Home, era: str) -> None:
    folder = home(era)

    async def visit() -> None:
        async with over_stdio(era, folder, max_credits_per_call=100) as client:
            people = await hundred(client)
            answer = await call(client, "enrich_contacts", {"contacts": people, "detail": "full"})
            meta = answer["meta"]
            assert 1 <= meta["shown"] == len(answer["data"]) < meta["totalResults"] == 100
            assert len(to_json(answer)) <= MAX_CHARS
            assert meta["credits"]["spent"] == 100
            assert any("meta.whole" in warning for warning in meta["warnings"])
            [file] = (folder / "results").iterdir()
            assert [stat.S_IMODE(place.stat().st_mode) for place in (file, file.parent)] == [0o600, 0o700]
            # On disk it can be read by nobody else, not even as bytes.
            assert people[0]["personId"].encode() not in file.read_bytes()
            assert b"personId" not in file.read_bytes()
            [kept] = (await client.read_resource(meta["whole"]["resource"])).contents
            assert kept.mime_type == "application/json"
            whole = json.loads(kept.text)  # type: ignore[union-attr]
            command = meta["whole"]["command"]
            assert json.loads(await anyio.to_thread.run_sync(printed, folder, command)) == whole
            assert [row["input"]["personId"] for row in whole["data"]] == [one["personId"] for one in people]
            assert whole["data"][: meta["shown"]] == answer["data"]
            assert all(row["matchStatus"] == "FULL_MATCH" for row in whole["data"])
            with pytest.raises(MCPError):
                await client.read_resource("result://enrich_contacts/0123456789abcdef")
            with pytest.raises(MCPError):
                await client.read_resource("result://../state.sqlite")

    run(visit)


def test_an_older_long_answer_stays_readable(connect: Connect, era: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "KEPT_RESULTS", 1)
    monkeypatch.setattr(protocol, "MAX_CHARS", 500)

    async def visit() -> None:
        async with connect(era) as client:
            answers = [await call(client, "lookup", {"field": name}) for name in ("countries", "states", "industries")]
            for answer in answers:
                uri = answer["meta"]["whole"]["resource"]
                [kept] = (await client.read_resource(uri)).contents
                assert len(json.loads(kept.text)["data"]) > 0  # type: ignore[union-attr]

    run(visit)


def test_a_full_disk_loses_no_paid_answer(connect: Connect, era: str, tmp_path: Path) -> None:
    # A file stands where the folder of results should be.
    (tmp_path / "results").write_text("")

    async def visit() -> None:
        async with connect(era, max_credits_per_call=100) as client:
            people = await hundred(client)
            answer = await call(client, "enrich_contacts", {"contacts": people, "detail": "full"})
            assert set(answer["meta"]["whole"]) == {"resource"}
            [kept] = (await client.read_resource(answer["meta"]["whole"]["resource"])).contents
            assert len(json.loads(kept.text)["data"]) == 100  # type: ignore[union-attr]

    run(visit)


@given(
    rows=st.lists(st.text(max_size=60), max_size=30),
    long=st.integers(0, 50_000),
    place=st.integers(0, 30),
    note=st.integers(0, 5_000),
)
@settings(max_examples=60, deadline=None)
def test_what_is_shown_of_a_long_answer_fits(rows: list[str], long: int, place: int, note: int) -> None:
    data: list[dict[str, Any]] = [{"id": str(index), "name": name * 60} for index, name in enumerate(rows)]
    data.insert(place, {"id": "long", "name": "y" * long})
    answer = envelope(data, warnings=["z" * note], sandbox=True, totalResults=len(data))
    shown = shorten(answer, "result://lookup/0123456789abcdef", "sales-zoominfo result 0123456789abcdef")
    assert len(to_json(shown)) <= MAX_CHARS
    assert shown["data"] == data[: shown["meta"]["shown"]], "rows are shown whole and in order"
    rest = data[shown["meta"]["shown"] :]
    assert not rest or len(to_json(shown)) + len(to_json(rest[0])) + 20 > MAX_CHARS, "as many as fit"


def test_the_caller_is_the_user_and_the_clients_name(connect: Connect, era: str) -> None:
    async def hour_left(client: Client) -> int:
        return (await call(client, "get_usage"))["meta"]["budget"]["hourLeft"]

    async def visit() -> None:
        async with connect(era, client="alice-app", max_credits_per_hour=50) as alice:
            people = await call(alice, "search_contacts", {"jobTitle": "Manager", "pageSize": 5})
            wanted = [{"personId": row["id"]} for row in people["data"]]
            await call(alice, "enrich_contacts", {"contacts": wanted})
            assert await hour_left(alice) == 45
        async with connect(era, client="bob-app", max_credits_per_hour=50) as bob:
            assert await hour_left(bob) == 50, "another client has an hour of its own"
        async with connect(era, client="alice-app", max_credits_per_hour=50) as alice:
            assert await hour_left(alice) == 45

    run(visit)


def test_the_servers_log_holds_no_arguments(connect: Connect, era: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def visit() -> None:
        async with connect(era) as client:
            for name, arguments, _, _ in REFUSED:
                await client.call_tool(name, arguments)

    run(visit)
    assert not caplog.records, [record.getMessage()[:200] for record in caplog.records]


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_ends_the_server_while_the_client_stays(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(SERVER), "ZOOMINFO_STATE_URL": f"sqlite:///{tmp_path / 's.sqlite'}"}
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    with subprocess.Popen(
        [sys.executable, "-m", "sales_zoominfo", "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        assert b"sales-zoominfo" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        finally:
            process.kill()
        assert process.stderr.read() == b""


def test_the_limit_on_texts_is_far_above_what_is_legal() -> None:
    # 100 ids of 20 digits, or 100 websites, in one text.
    assert MAX_TEXT >= 100 * 80
