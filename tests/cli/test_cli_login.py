"""Signing in by the command line against a served sandbox, and every way in which it ends otherwise."""

from __future__ import annotations

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from clicking_browser import click, form_of

from sales_zoominfo.cli import login
from sales_zoominfo.sandbox import Switches, create_app
from support import DEMO, Sandbox, Served, serve

PROGRAM = [sys.executable, "-m", "sales_zoominfo"]
BROWSER = Path(__file__).with_name("clicking_browser.py")
Cli = Callable[..., Any]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def uri(port: int) -> str:
    return f"http://127.0.0.1:{port}/callback"


@pytest.fixture
def zoominfo(state: Path, sandbox_dir: Path, uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A served sandbox whose app has our address, without client credentials, so that only a sign-in helps."""
    sandbox = Sandbox(sandbox_dir)
    account = replace(DEMO, redirect_uris=(uri, "https://gateway.example/callback"))
    switches = Switches(
        gtm_client_credentials="unauthorized_client", fault=lambda method, path: sandbox.requests.append((method, path))
    )
    sandbox.app = create_app(sandbox.folder, accounts=[account], switches=switches)
    with serve(sandbox) as served:
        monkeypatch.setenv("ZOOMINFO_BASE_URL", served.url)
        monkeypatch.setenv("ZOOMINFO_CLIENT_ID", DEMO.client_id)
        monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET", DEMO.client_secret)
        yield served


class Person:
    """Somebody at a browser, who acts as a test tells, on a thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.act: Callable[[str], Any] = lambda url: click(url, "approve")
        self.seen: Future[Any] = Future()
        self._threads = ThreadPoolExecutor(1)
        monkeypatch.setattr(webbrowser, "open", self._open)

    def _open(self, url: str) -> bool:
        self.seen = self._threads.submit(self.act, url)
        return True


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    return Person(monkeypatch)


def state_of(url: str) -> str:
    return re.findall(r"state=([^&]+)", url)[0]


def code_from(seen: list[Any]) -> str:
    return next(re.findall(r"code=([^&]+)", url)[0] for url, *_ in seen if "code=" in url)


def leaks(state: Path, *secrets: str) -> list[str]:
    files = [path for path in state.rglob("*") if path.is_file() and "sandbox" not in path.parts]
    return [f"{secret} in {file}" for file in files for secret in secrets if secret.encode() in file.read_bytes()]


# --- how it goes -------------------------------------------------------------------------------------------------


def test_a_person_signs_in_and_out(cli: Cli, zoominfo: Served, state: Path, port: int, person: Person) -> None:
    refused = cli("usage")
    assert refused.exit_code == 3
    assert "sales-zoominfo login" in refused.stderr
    assert cli("login", "--status").exit_code == 3

    done = cli("login", "--port", str(port))
    assert done.exit_code == 0, done.stderr
    assert "You are signed in" in done.stderr
    seen = person.seen.result(10)
    code = code_from(seen)

    # The code's own address answers with a way on, so that the browser shows none with a code in it.
    assert [status for _, status, *_ in seen][-2:] == [303, 200]
    last_url, _, text, headers = seen[-1]
    assert last_url == f"http://127.0.0.1:{port}/signed-in"
    assert "You can close this window." in text
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert code not in text + str(seen[-2][2:])

    assert cli("usage").exit_code == 0
    shown = cli("login", "--status")
    assert shown.exit_code == 0
    assert re.search(r"on 20\d\d-\d\d-\d\d \d\d:\d\d UTC", shown.stderr)
    report = cli("doctor")
    told = " ".join(report.stdout.split())
    assert "GTM: complete (signed in by `login` on 20" in told
    assert "renews itself" in told
    assert leaks(state, code, DEMO.client_secret) == []
    for output in (done, shown, report):
        for secret in (code, DEMO.client_secret):
            assert secret not in output.stdout + output.stderr

    out = cli("logout")
    assert out.exit_code == 0
    assert "Signed out" in out.stderr
    assert cli("usage").exit_code == 3
    assert "No sign-in was stored" in cli("logout").stderr
    assert cli("login", "--status").exit_code == 3
    entries = [line.split(",") for line in cli("audit", "--csv").stdout.splitlines()[1:]]
    assert [row[4] for row in entries if "login" in row] == ["login"]
    assert sum("logout" in row for row in entries) == 2


def test_programs_of_their_own_use_the_sign_in(
    process: Callable[..., subprocess.CompletedProcess[str]],
    zoominfo: Served,
    tmp_path: Path,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saw = tmp_path / "saw.json"
    monkeypatch.setenv("BROWSER", f"{sys.executable} {BROWSER} approve {saw} %s &")
    done = process("login", "--port", str(port))
    assert done.returncode == 0, done.stderr
    assert _eventually(lambda: saw.exists() and "/signed-in" in saw.read_text())
    asked = zoominfo.sandbox.count("/oauth/v1/token")
    assert process("usage", "--format", "json").returncode == 0
    assert process("search", "companies", "-f", "companyName=a", "--page-size", "1").returncode == 0
    assert zoominfo.sandbox.count("/oauth/v1/token") == asked


def _eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def test_several_machines_share_a_sign_in(
    cli: Cli,
    zoominfo: Served,
    postgres_url: str,
    tmp_path: Path,
    port: int,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZOOMINFO_STATE_URL", postgres_url)
    monkeypatch.setenv("ZOOMINFO_STATE_KEY", base64.b64encode(os.urandom(32)).decode())

    def on(machine: str) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / machine))

    on("one")
    done = cli("login", "--port", str(port))
    assert done.exit_code == 0, done.stderr
    on("two")
    assert cli("usage").exit_code == 0
    told = " ".join(cli("doctor").stdout.split())
    assert "state PostgreSQL on 127.0.0.1" in told
    assert "signed in by `login`" in told
    assert zoominfo.sandbox.count("/oauth/v1/token") == 1
    monkeypatch.setenv("ZOOMINFO_STATE_KEY", base64.b64encode(os.urandom(32)).decode())
    other_key = cli("usage")
    assert other_key.exit_code == 2
    assert "ZOOMINFO_STATE_KEY" in other_key.stderr


def test_a_sign_in_takes_the_place_of_a_dead_refresh_token(
    cli: Cli, zoominfo: Served, port: int, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOMINFO_REFRESH_TOKEN", "long-spent")
    assert cli("usage").exit_code == 3
    done = cli("login", "--port", str(port))
    assert done.exit_code == 0
    assert "takes the place of ZOOMINFO_REFRESH_TOKEN" in done.stderr
    assert cli("usage").exit_code == 0


# --- how else it ends --------------------------------------------------------------------------------------------


def test_cancelled_in_the_browser(cli: Cli, zoominfo: Served, port: int, person: Person) -> None:
    person.act = lambda url: click(url, "cancel")
    done = cli("login", "--port", str(port))
    assert done.exit_code == 3
    assert "cancelled" in done.stderr
    url, _, text, _ = person.seen.result(10)[-1]
    assert url.endswith("/not-signed-in")
    assert "You are not signed in" in text
    assert cli("login", "--status").exit_code == 3
    assert zoominfo.sandbox.count("/oauth/v1/token") == 0
    assert "AUTHENTICATION_FAILED" in cli("audit", "--operation", "login", "--csv").stdout


def test_a_wrong_state_is_turned_away_and_the_right_one_still_counts(
    cli: Cli, zoominfo: Served, uri: str, port: int, person: Person
) -> None:
    strays: list[httpx2.Response] = []

    def act(url: str) -> Any:
        for query in ("code=stolen&state=wrong", "code=stolen", "error=access_denied&state=wrong", ""):
            strays.append(httpx2.get(f"{uri}?{query}"))
        return click(url, "approve")

    person.act = act
    assert cli("login", "--port", str(port)).exit_code == 0
    assert [stray.status_code for stray in strays] == [400] * 4
    assert all("stolen" not in stray.text and "does not belong" in stray.text for stray in strays)
    assert zoominfo.sandbox.count("/oauth/v1/token") == 1


def test_an_answer_that_comes_twice_is_used_once(
    cli: Cli, zoominfo: Served, port: int, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed: list[httpx2.Response] = []
    finish = login.SignIns.finish

    async def slow(self: Any, attempt: Any, answer: Any) -> Any:
        import anyio.to_thread

        again = f"{attempt.redirect_uri}?code={answer.code}&state={state_of(attempt.url)}"
        replayed.append(await anyio.to_thread.run_sync(httpx2.get, again))
        return await finish(self, attempt, answer)

    monkeypatch.setattr(login.SignIns, "finish", slow)
    assert cli("login", "--port", str(port)).exit_code == 0
    assert replayed[0].status_code == 400
    assert "used already" in replayed[0].text
    assert zoominfo.sandbox.count("/oauth/v1/token") == 1


def test_answers_at_other_addresses(cli: Cli, zoominfo: Served, port: int, person: Person) -> None:
    base = f"http://127.0.0.1:{port}"
    got: list[int] = []

    def act(url: str) -> None:
        for path in ("/", "/favicon.ico", f"/other?code=x&state={state_of(url)}"):
            got.append(httpx2.get(base + path).status_code)
        got.append(httpx2.post(f"{base}/callback", data={"code": "x"}).status_code)
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
            raw.recv(1000)

    person.act = act
    done = cli("login", "--port", str(port), "--timeout", "2")
    person.seen.result(10)
    assert got == [404, 404, 400, 501]
    assert done.exit_code == 3
    assert f"{base}/callback" in done.stderr
    assert "what came did not fit (place)" in " ".join(done.stderr.split())


def test_an_answer_on_another_port_never_arrives(cli: Cli, zoominfo: Served, port: int, person: Person) -> None:
    # ZoomInfo sends to the registered address alone, so it refuses ours and nothing comes back.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    person.act = lambda url: httpx2.get(url)
    done = cli("login", "--port", str(other), "--timeout", "1")
    assert done.exit_code == 3
    assert f"http://127.0.0.1:{other}/callback" in done.stderr
    assert "DevPortal" in done.stderr
    assert person.seen.result(10).status_code >= 400


def test_a_port_in_use(cli: Cli, zoominfo: Served, port: int, person: Person) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        done = cli("login", "--port", str(port))
    assert done.exit_code == 2
    assert f"{port}" in done.stderr
    assert "in use" in done.stderr
    assert "DevPortal" in done.stderr
    assert not person.seen.done()
    assert cli("login", "--port", "99999").exit_code == 2


def test_a_refused_code(cli: Cli, zoominfo: Served, port: int, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET", "wrong-SECRET")
    done = cli("login", "--port", str(port))
    assert done.exit_code == 3
    assert "invalid_client" in done.stderr
    assert "ZOOMINFO_CLIENT_SECRET" in done.stderr
    url, _, text, _ = person.seen.result(10)[-1]
    assert url.endswith("/not-signed-in")
    assert "invalid_client" in text
    code = code_from(person.seen.result())
    assert code not in text + done.stderr
    assert "wrong-SECRET" not in text + done.stderr


@pytest.mark.parametrize(
    ("gone", "says"),
    [("ZOOMINFO_CLIENT_ID", "ZOOMINFO_CLIENT_ID"), ("ZOOMINFO_CLIENT_SECRET", "ZOOMINFO_CLIENT_SECRET")],
)
def test_without_an_app(
    cli: Cli, zoominfo: Served, port: int, person: Person, monkeypatch: pytest.MonkeyPatch, gone: str, says: str
) -> None:
    monkeypatch.delenv(gone)
    done = cli("login", "--port", str(port))
    assert done.exit_code == 3
    assert says in done.stderr
    assert f"http://127.0.0.1:{port}/callback" in done.stderr
    assert not person.seen.done()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--redirect-uri", "callback"), "--redirect-uri"),
        (("--redirect-uri", "http://127.0.0.1:99999/"), "--redirect-uri"),
        (("--redirect-uri", "http://localhost:1/cb?x=1"), "--redirect-uri"),
        (("--redirect-uri", "http://localhost:1/cb", "--port", "2"), "--port"),
    ],
)
def test_bad_options(cli: Cli, zoominfo: Served, options: tuple[str, ...], says: str) -> None:
    done = cli("login", *options)
    assert done.exit_code == 2
    assert says in done.stderr


# --- without a browser -------------------------------------------------------------------------------------------


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, "login", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def printed_address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("http") and "/authorize?" in line:
            return line.strip()
    raise AssertionError("no address was printed")


def approved(url: str) -> str:
    """Where the browser is sent after the approval; nobody is there to answer."""
    with httpx2.Client() as client:
        page = client.get(url)
        base = url.partition("/gtm/")[0]
        answer = client.post(
            f"{base}/gtm/oauth/v1/authorize", data={**form_of(page.text), "decision": "approve"}, follow_redirects=False
        )
    return answer.headers["location"]


@pytest.mark.parametrize("where", ["this machine", "another machine", "port in use"])
def test_the_address_can_be_pasted(
    process: Callable[..., subprocess.CompletedProcess[str]], zoominfo: Served, port: int, where: str
) -> None:
    options = ["--no-browser", "--port", str(port)]
    if where == "another machine":
        options = ["--no-browser", "--redirect-uri", "https://gateway.example/callback"]
    with socket.socket() as other:
        if where == "port in use":
            other.bind(("127.0.0.1", port))
            other.listen()
        running = start(*options)
        try:
            address = approved(printed_address(running))
            assert running.stdin is not None
            running.stdin.write("\ncode=only\n" + address.replace("state=", "state=x") + "\n")
            running.stdin.flush()
            _, err = running.communicate(address + "\n", timeout=30)
        finally:
            running.kill()
    assert running.returncode == 0, err
    assert err.count("does not belong") == 2
    assert re.findall(r"code=([^&]+)", address)[0] not in err
    assert process("usage").returncode == 0


def test_a_machine_without_a_browser_prints_the_address(
    cli: Cli, zoominfo: Served, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _url: False)
    done = cli("login", "--port", str(port), "--timeout", "1")
    assert done.exit_code == 3
    assert "No browser could be opened" in done.stderr
    assert "/gtm/oauth/v1/authorize?response_type=code" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals are a POSIX matter")
def test_ctrl_c_ends_it(process: Callable[..., subprocess.CompletedProcess[str]], zoominfo: Served, port: int) -> None:
    running = start("--no-browser", "--port", str(port))
    url = printed_address(running)
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert "Fatal" not in err
    assert process("login", "--status").returncode == 3
    # The port is free again at once.
    again = start("--no-browser", "--port", str(port))
    assert printed_address(again) != url
    again.kill()
    again.wait()


def test_help_tells_what_to_register(cli: Cli) -> None:
    text = " ".join(re.sub(r"[│╭╮╰╯─]", " ", cli("login", "--help").stdout).split())
    assert "http://127.0.0.1:8765/callback" in text
    assert login.PORT == 8765
