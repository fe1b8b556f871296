"""``serve --http``: who gets in, who asks, several clients at once, and how it starts and ends."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest
import uvicorn
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import Implementation
from mcp_clients import ERAS, call, in_memory, refusal, run

from http_servers import environment, serve_app, serve_http
from sales_zoominfo.app import App, build_server, serve
from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.sandbox import ASGIApp
from sales_zoominfo.serving import MAX_TOKEN, MIN_TOKEN, PATH, http_app, loopback, read_token, subject_of
from sales_zoominfo.settings import load_settings
from sales_zoominfo.tools.contract import MAX_CHARS, to_json

TOKEN = "token-of-these-tests-0123456789-abcdefghij"
Serving = Callable[..., AbstractContextManager[str]]


@asynccontextmanager
async def over_http(
    url: str, era: str, *, token: str | None = TOKEN, client: str = "contract-tests", **headers: str
) -> AsyncGenerator[Client]:
    """A real MCP client over a real socket."""
    sent = {**({"authorization": f"Bearer {token}"} if token else {}), **headers}
    async with httpx2.AsyncClient(headers=sent, timeout=30) as http:
        transport = streamable_http_client(url, http_client=http)
        info = Implementation(name=client, version="1")
        async with Client(transport, mode=ERAS[era], client_info=info, read_timeout_seconds=60) as connected:
            yield connected


@pytest.fixture
def serving(tmp_path: Path, sandbox: ASGIApp) -> Serving:
    """Serve on a thread: ``with serving(token, **settings) as url``."""

    @contextmanager
    def start(token: str | None = TOKEN, **settings: object) -> Iterator[str]:
        app = App(
            load_settings(**{"state_url": f"sqlite:///{tmp_path / 'state.sqlite'}", **settings}),
            http_transport=httpx2.ASGITransport(app=sandbox),
        )
        with serve_app(http_app(build_server(app), token)) as url:
            yield url

    return start


# --- requests as bytes, since a client library would refuse to send some of them -------------------------------

MODERN = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list"}
ACCEPT = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


def body(era: str) -> bytes:
    """A request that each era answers on its own: the handshake, or the list of tools."""
    if era == "2025-11-25":
        hello = {"protocolVersion": era, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
        return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}).encode()
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}).encode()


def ask(
    url: str,
    era: str,
    *headers: tuple[str, str | bytes],
    data: bytes | None = None,
    method: str = "POST",
    path: str = "",
) -> tuple[int, dict[str, str], bytes]:
    """Send one request with these headers and no others than it needs; status, headers and body of the answer."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    sent = body(era) if data is None and method == "POST" else data or b""
    connection.putrequest(method, path or place.path, skip_host=any(name == "host" for name, _ in headers))
    base = {**ACCEPT, **(MODERN if era == "2026-07-28" else {}), "content-length": str(len(sent))}
    for name, value in [*base.items(), *headers]:
        connection.putheader(name, value)
    # A server may answer and hang up before it has read a body that it will not take.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.endheaders(sent)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    # An answer may be a stream that stays open; its first bytes will do.
    text = answer.read1(65_536)
    connection.close()
    return answer.status, found, text


GOOD = ("authorization", f"Bearer {TOKEN}")

REFUSED_TOKENS: list[tuple[tuple[str, str | bytes], ...]] = [
    (),
    (("authorization", ""),),
    (("authorization", "Bearer"),),
    (("authorization", "Bearer "),),
    (("authorization", f"Bearer {TOKEN[:-1]}"),),
    (("authorization", f"Bearer {TOKEN}x"),),
    (("authorization", f"Bearer {TOKEN.upper()}"),),
    (("authorization", TOKEN),),
    (("authorization", f"Basic {TOKEN}"),),
    (("authorization", f"Bearer Bearer {TOKEN}"),),
    (("authorization", "Bearer tökén-öf-the-wröng-kind-0123456789".encode()),),
    (("authorization", b"Bearer \xff\xfe\xfd"),),
    (("authorization", "Bearer " + "x" * 10_000),),
    # Two of them: no guessing which one counts.
    (GOOD, ("authorization", "Bearer another")),
    (("x-authorization", f"Bearer {TOKEN}"),),
]


def test_without_the_token_nobody_learns_anything(serving: Serving, era: str) -> None:
    with serving() as url:
        for headers in REFUSED_TOKENS:
            status, found, text = ask(url, era, *headers)
            assert status == 401, headers
            assert found["www-authenticate"] == "Bearer"
            assert text == b""
        for method, path in (("GET", PATH), ("DELETE", PATH), ("POST", "/"), ("POST", "/other"), ("OPTIONS", PATH)):
            assert ask(url, era, method=method, path=path)[0] == 401
        # A body that is too long is not even read.
        assert ask(url, era, data=b"x" * 5_000_000)[0] == 401
        for scheme in ("Bearer", "bearer", "BEARER"):
            assert ask(url, era, ("authorization", f"{scheme} {TOKEN}"))[0] == 200


def test_a_client_without_the_token_does_not_get_in(serving: Serving, era: str) -> None:
    async def visit(url: str) -> None:
        for token in (None, "another-token-0123456789-0123456789-0123"):
            with pytest.raises((MCPError, ExceptionGroup)):
                async with over_http(url, era, token=token) as client:
                    await client.list_tools()
        async with over_http(url, era) as client:
            assert (await client.list_tools()).tools

    with serving() as url:
        run(lambda: visit(url))


def test_only_names_of_this_machine_get_in(serving: Serving, era: str) -> None:
    with serving() as url:
        port = urlsplit(url).port
        for host in (
            "evil.example",
            f"evil.example:{port}",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "",
            "localhost.evil:80",
        ):
            status, _, text = ask(url, era, GOOD, ("host", host))
            assert (status, text) == (421, b"Invalid Host header"), host
        for origin in ("http://evil.example", "https://evil.example:443", "null", f"http://evil.example:{port}", "x"):
            status, _, text = ask(url, era, GOOD, ("origin", origin))
            assert (status, text) == (403, b"Invalid Origin header"), origin
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", "localhost", "[::1]:9"):
            assert ask(url, era, GOOD, ("host", host), ("origin", f"http://localhost:{port}"))[0] == 200


def test_a_bad_request_harms_nobody(serving: Serving, era: str) -> None:
    with serving() as url:
        status, _, text = ask(url, era, GOOD, data=b'{"x":"' + b"x" * 5_000_000 + b'"}')
        assert (status, text) == (413, b"Request body too large")
        for data in (
            b"",
            b"{",
            b"[]",
            b"null",
            b'{"jsonrpc":"2.0"}',
            b"\xff\xfe",
            b'{"jsonrpc":"2.0","id":1,"method":7}',
        ):
            status, _, text = ask(url, era, GOOD, data=data)
            assert 400 <= status < 500, (data, status)
            assert b"Traceback" not in text
        assert ask(url, era, GOOD, method="GET", path="/nothing")[0] == 404
        assert ask(url, era, GOOD, method="PUT")[0] in (400, 405)
        assert ask(url, era, GOOD)[0] == 200


# --- several clients -------------------------------------------------------------------------------------------


def test_clients_of_both_eras_work_at_once(serving: Serving) -> None:
    answers: dict[str, list[Any]] = {}

    async def work(url: str, era: str, name: str) -> None:
        async with over_http(url, era, client=name) as client:
            assert client.protocol_version == era
            assert len((await client.list_tools()).tools) > 5
            told: list[Any] = []
            for page in (1, 2, 3):
                answer = await call(client, "search_contacts", {"jobTitle": "Manager", "pageSize": 5, "page": page})
                told.append([row["id"] for row in answer["data"]])
            text = await refusal(client, "search_contacts", {"jobTitel": "CEO"})
            assert text.startswith("INVALID_ARGUMENT: ")
            assert (await client.get_prompt("troubleshoot", {"symptom": "429"})).messages
            assert (await client.read_resource("skill://sales-zoominfo/SKILL.md")).contents
            with pytest.raises(MCPError):
                await client.get_prompt("nothing")
            answers[name] = told

    async def visit(url: str) -> None:
        async with anyio.create_task_group() as group:
            for number, era in enumerate([*ERAS, *ERAS]):
                group.start_soon(work, url, era, f"client {number}")

    with serving() as url:
        run(lambda: visit(url))
    assert len(answers) == 4
    first, *others = answers.values()
    assert all(told == first for told in others)
    assert first[0] != first[1]


def test_a_client_that_leaves_takes_nobody_along(serving: Serving, era: str) -> None:
    async def visit(url: str) -> None:
        async with over_http(url, era) as stays:
            async with over_http(url, era) as leaves_first:
                await call(leaves_first, "lookup", {"field": "continents"})
            assert (await call(stays, "lookup", {"field": "continents"}))["data"]

    with serving() as url:
        run(lambda: visit(url))


def test_progress_arrives_over_http(serving: Serving, era: str) -> None:
    heard: list[float] = []

    async def listen(done: float, total: float | None, message: str | None) -> None:
        heard.append(done)

    async def visit(url: str) -> None:
        async with over_http(url, era) as client:
            found = await call(client, "search_contacts", {"jobTitle": "Manager", "pageSize": 50})
            people = [{"personId": row["id"]} for row in found["data"]]
            assert not (
                await client.call_tool("enrich_contacts", {"contacts": people}, progress_callback=listen)
            ).is_error

    with serving(max_credits_per_call=100) as url:
        run(lambda: visit(url))
    assert heard == [25, 50]


# --- who asks --------------------------------------------------------------------------------------------------


async def hour_left(client: Client) -> int:
    return (await call(client, "get_usage"))["meta"]["budget"]["hourLeft"]


async def spend(client: Client, count: int, page: int = 1) -> None:
    found = await call(client, "search_contacts", {"jobTitle": "Manager", "pageSize": count, "page": page})
    await call(client, "enrich_contacts", {"contacts": [{"personId": row["id"]} for row in found["data"]]})


def test_the_caller_is_the_tokens_subject(serving: Serving, sandbox: ASGIApp, tmp_path: Path, era: str) -> None:
    async def visit(url: str) -> None:
        async with over_http(url, era, client="one") as client:
            await spend(client, 5)
            assert await hour_left(client) == 45
        async with over_http(url, era, client="two") as client:
            assert await hour_left(client) == 45, "another name is no other caller"

    with serving(max_credits_per_hour=50) as url:
        run(lambda: visit(url))

    async def elsewhere() -> None:
        async with in_memory(era, tmp_path, sandbox, client="one", max_credits_per_hour=50) as client:
            assert await hour_left(client) == 50, "and a client of this machine is another one"

    run(elsewhere)
    with sqlite3.connect(tmp_path / "state.sqlite") as db:
        callers = {row[0] for row in db.execute("SELECT caller FROM charge")}
    assert callers == {f"http:{subject_of(TOKEN)}"}
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("state.sqlite*"))
    assert TOKEN.encode() not in kept


def test_without_a_token_the_caller_is_nobody_of_this_machine(serving: Serving, tmp_path: Path, era: str) -> None:
    async def visit(url: str) -> None:
        async with over_http(url, era, token=None) as client:
            await spend(client, 2)
        # One that is sent all the same changes nothing.
        async with over_http(url, era, token="whatever-is-sent-0123456789") as client:
            await spend(client, 2, page=2)

    with serving(None) as url:
        run(lambda: visit(url))
    with sqlite3.connect(tmp_path / "state.sqlite") as db:
        assert {row[0] for row in db.execute("SELECT caller FROM charge")} == {"http:anonymous"}


def test_subjects_are_stable_apart_and_no_way_back() -> None:
    assert subject_of(TOKEN) == subject_of(TOKEN)
    assert subject_of(TOKEN) != subject_of(TOKEN + "x")
    assert len(subject_of(TOKEN)) == 12


def test_a_long_answer_names_no_file_of_this_machine(serving: Serving, tmp_path: Path, era: str) -> None:
    async def visit(url: str) -> None:
        async with over_http(url, era) as client:
            found = await call(client, "search_contacts", {"jobTitle": "Manager", "pageSize": 100})
            people = [{"personId": row["id"]} for row in found["data"]]
            answer = await call(client, "enrich_contacts", {"contacts": people, "detail": "full"})
            meta = answer["meta"]
            assert set(meta["whole"]) == {"resource"}
            assert str(tmp_path) not in to_json(answer)
            assert len(to_json(answer)) <= MAX_CHARS
            [kept] = (await client.read_resource(meta["whole"]["resource"])).contents
            assert len(json.loads(kept.text)["data"]) == 100  # type: ignore[union-attr]
        # It stays readable for another client, and after a restart.
        uris.append(meta["whole"]["resource"])
        async with over_http(url, era, client="later") as client:
            assert (await client.read_resource(uris[0])).contents

    async def later(url: str) -> None:
        async with over_http(url, era) as client:
            assert (await client.read_resource(uris[0])).contents

    uris: list[str] = []
    with serving(max_credits_per_call=100) as url:
        run(lambda: visit(url))
    with serving() as url:
        run(lambda: later(url))


# --- how it starts and ends ------------------------------------------------------------------------------------

ACCOUNT = {"ZOOMINFO_USERNAME": "ada", "ZOOMINFO_PASSWORD": "secret-of-the-account"}
STRONG = {"ZOOMINFO_HTTP_TOKEN": TOKEN}

REFUSED_STARTS: list[tuple[list[str], dict[str, str], tuple[str, ...]]] = [
    (["--host", "0.0.0.0"], {}, ("--host", "0.0.0.0", "127.0.0.1, ::1 or localhost", "reverse proxy")),
    (["--host", "::"], {}, ("--host", "127.0.0.1, ::1 or localhost")),
    (["--host", "192.168.1.2"], STRONG, ("--host", "192.168.1.2", "reverse proxy")),
    (["--host", "example.com"], {}, ("--host", "example.com")),
    (["--host", "localhost.evil.example"], {}, ("--host",)),
    (["--host", ""], {}, ("--host",)),
    (["--port", "70000"], {}, ("--port", "70000", "1024 to 65535")),
    (["--port", "-1"], {}, ("--port", "-1")),
    ([], ACCOUNT, ("ZOOMINFO_HTTP_TOKEN", "ZOOMINFO_HTTP_TOKEN_FILE", "secrets.token_urlsafe")),
    ([], {**ACCOUNT, "ZOOMINFO_HTTP_TOKEN": ""}, ("ZOOMINFO_HTTP_TOKEN", "not set")),
    ([], {"ZOOMINFO_USERNAME": "ada"}, ("AUTHENTICATION_FAILED", "ZOOMINFO_PASSWORD")),
    ([], {"ZOOMINFO_HTTP_TOKEN": "hunter2"}, ("ZOOMINFO_HTTP_TOKEN", "shorter than 32", "secrets.token_urlsafe")),
    ([], {"ZOOMINFO_HTTP_TOKEN": "x" * (MIN_TOKEN - 1)}, ("shorter than 32",)),
    ([], {"ZOOMINFO_HTTP_TOKEN": "x" * (MAX_TOKEN + 1)}, ("longer than 512",)),
    ([], {"ZOOMINFO_HTTP_TOKEN": "tökén-" * 10}, ("outside ASCII", "secrets.token_urlsafe")),
    ([], {"ZOOMINFO_HTTP_TOKEN": "with a space " * 5}, ("spaces",)),
    ([], {"ZOOMINFO_HTTP_TOKEN": "two\nlines" * 8}, ("header cannot carry",)),
    ([], {"ZOOMINFO_HTTP_TOKEN_FILE": "/no/such/file"}, ("ZOOMINFO_HTTP_TOKEN_FILE", "cannot be read")),
    (["--toolsets", "nothing"], {}, ("toolsets", "knowledge")),
]


@pytest.mark.parametrize(("flags", "variables", "named"), REFUSED_STARTS)
def test_a_wrong_start_is_refused_with_the_next_step(
    flags: list[str],
    variables: dict[str, str],
    named: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ZOOMINFO_STATE_URL", f"sqlite:///{tmp_path / 'state.sqlite'}")
    # So that a start that is not refused fails, and does not serve for ever.
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: pytest.fail("it serves"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert serve(["--http", *flags]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert not [part for part in named if part not in err], err
    for name in ("ZOOMINFO_HTTP_TOKEN", "ZOOMINFO_PASSWORD"):
        assert not variables.get(name) or variables[name].strip() not in err


def test_flags_of_http_need_it(capsys: pytest.CaptureFixture[str]) -> None:
    for flags in (["--port", "8000"], ["--host", "127.0.0.1"]):
        assert serve(flags) == 2
        err = capsys.readouterr().err
        assert flags[0] in err
        assert "--http" in err
    with pytest.raises(SystemExit):
        serve(["--http", "--port", "many"])
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("127.8.9.1", "127.8.9.1"),
        ("0:0:0:0:0:0:0:1", "::1"),
    ],
)
def test_addresses_of_this_machine(host: str, address: str) -> None:
    assert loopback(host) == address


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.1 alone is set up")
def test_an_address_that_is_served_lets_its_own_name_in(home: Callable[[str], Path]) -> None:
    with serve_http(home("other"), "--host", "127.8.9.1") as command:
        assert urlsplit(command.url).hostname == "127.8.9.1"
        answer = httpx2.post(command.url, content=body("2025-11-25"), headers=ACCEPT)
        assert answer.status_code == 200
        refused = httpx2.post(command.url, content=body("2025-11-25"), headers={**ACCEPT, "host": "evil.example"})
        assert refused.status_code == 421


def test_a_token_in_the_sandbox_is_optional_and_honoured(tmp_path: Path) -> None:
    assert read_token(load_settings()) is None
    assert read_token(load_settings(http_token=TOKEN)) == TOKEN
    assert read_token(load_settings(api="sandbox", username="ada", password="secret")) is None
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert read_token(load_settings(http_token_file=file)) == TOKEN
    with pytest.raises(SalesZoomInfoError):
        read_token(load_settings(username="ada", password="secret"))
    assert read_token(load_settings(username="ada", password="secret", http_token_file=file)) == TOKEN


def test_modes_hold_over_http(home: Callable[[str], Path]) -> None:
    async def visit(url: str) -> None:
        for era in ERAS:
            async with over_http(url, era, token=None) as client:
                assert "enrich_contacts" not in {tool.name for tool in (await client.list_tools()).tools}
                text = await refusal(client, "get_contact", {"personId": "1"})
                assert text.startswith("MODE_FORBIDS: ")
                prompt = await client.get_prompt("find_prospects", {})
                assert "enrich_contacts" not in str(prompt.messages)

    with serve_http(home("served"), "--read-only") as command:
        run(lambda: visit(command.url))


def test_a_port_in_use_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve(["--http", "--port", str(port)]) == 2
        err = capsys.readouterr().err
        assert f"port {port} on 127.0.0.1 is in use" in err
        assert "--port" in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_it_says_where_it_listens_keeps_the_token_to_itself_and_ends_on_ctrl_c(home: Callable[[str], Path]) -> None:
    folder = home("served")
    with serve_http(folder, http_token=TOKEN, log_level="debug") as command:

        async def visit() -> None:
            for era in ERAS:
                async with over_http(command.url, era) as client:
                    found = await call(client, "search_contacts", {"jobTitle": "Manager", "pageSize": 1})
                    names.append(found["data"][0]["lastName"])
                    await client.get_prompt("troubleshoot", {"symptom": "a-symptom-of-this-test"})

        names: list[str] = []
        run(visit)
        assert ask(command.url, "2026-07-28", ("authorization", "Bearer a-wrong-one"))[0] == 401
        # A session with a stream that stays open.
        status, found, _ = ask(command.url, "2025-11-25", GOOD)
        assert status == 200
        stream = http.client.HTTPConnection(urlsplit(command.url).netloc, timeout=20)
        session = {"mcp-session-id": found["mcp-session-id"], "mcp-protocol-version": "2025-11-25"}
        stream.request("GET", PATH, headers={**ACCEPT, **session, GOOD[0]: GOOD[1]})
        assert stream.getresponse().status == 200
        command.process.send_signal(signal.SIGINT)
        assert command.process.wait(15) == 0
        log = command.log()
    assert f"MCP over HTTP on {command.url}" in log
    assert "with the bearer token" in log
    for secret in (TOKEN, "a-wrong-one", "a-symptom-of-this-test", *names):
        assert secret not in log
    assert "Traceback" not in log
    assert "ASGI callable" not in log


def test_reading_over_stdio_loads_nothing_of_http(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from sales_zoominfo.app import App, build_server\n"
        "from sales_zoominfo.settings import load_settings\n"
        "build_server(App(load_settings()))\n"
        "ours = {'sales_zoominfo.serving', 'sales_zoominfo.zoominfo.credentials'}\n"
        "print(sorted(({'uvicorn'} | ours) & set(sys.modules)))\n"
    )
    bare = "import sys\nfrom mcp.server import MCPServer\nprint(sorted({'uvicorn'} & set(sys.modules)))\n"
    answers = [
        subprocess.run([sys.executable, "-c", text], env=environment(tmp_path), capture_output=True, check=True).stdout
        for text in (program, bare)
    ]
    assert answers[0] == answers[1]
