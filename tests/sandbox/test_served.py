"""The served sandbox as a program: accounts file, faults that only a real connection can show, and its commands."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .conftest import COMPANIES, PEOPLE
from .test_plans import FILE

SERVER = Path(__file__).parents[2] / "server"
SIZE = ("--companies", str(COMPANIES), "--people", str(PEOPLE))
FORM = {"grant_type": "client_credentials"}


@dataclass
class Program:
    """A sandbox that runs as a program, and commands about it."""

    folder: Path
    more: tuple[str, ...] = ()
    url: str = ""
    said: list[str] = field(default_factory=list)

    def run(self, *arguments: str) -> Any:
        """Run a command in this process, beside the program."""
        from typer.testing import CliRunner

        from sales_zoominfo.cli import app

        return CliRunner().invoke(app, ["sandbox", *arguments, "--state", str(self.folder)], env={"COLUMNS": "400"})

    def post(self, name: str, body: Any) -> Any:
        return httpx2.post(f"{self.url}/__sandbox/api/{name}", json=body, headers={"Origin": self.url})


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZOOMINFO_")}
    return kept | {
        "PYTHONPATH": str(SERVER),
        "ZOOMINFO_STATE_URL": f"sqlite:///{folder / 'client.sqlite'}",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def serve(state_dir: Path) -> Iterator[Callable[..., Program]]:
    """Start sandboxes as programs on free ports."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> Program:
        command = [sys.executable, "-m", "sales_zoominfo", "sandbox", "--port", "0", "--state", str(state_dir), *SIZE]
        process = subprocess.Popen(
            [*command, *arguments], stderr=subprocess.PIPE, text=True, env=environment(state_dir)
        )
        running.append(process)
        program = Program(state_dir, arguments)
        assert process.stderr
        for line in process.stderr:
            program.said.append(line)
            if line.startswith("Ctrl-C"):
                break
        else:
            raise AssertionError("".join(program.said))
        # Whatever else it says must not fill the pipe.
        threading.Thread(target=lambda: program.said.extend(process.stderr or ()), daemon=True).start()
        program.url = re.search(r"on (http://[\d.:]+)", "".join(program.said)).group(1)  # type: ignore[union-attr]
        return program

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


def until_up(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            httpx2.get(f"{url}/lookup/country")
        except httpx2.ConnectError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("it did not come back")


def test_connections_really_break(serve: Callable[..., Program]) -> None:
    program = serve()
    expected: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"kind": "request_lost"}, httpx2.ReadError),
        ({"kind": "answer_lost"}, httpx2.ReadError),
        ({"kind": "connection_reset"}, httpx2.NetworkError),
    ]
    for rule, error in expected:
        assert program.post("faults", {**rule, "route": "/lookup/*", "times": 1}).status_code == 200
        with pytest.raises(error):
            httpx2.get(f"{program.url}/lookup/country")
        assert httpx2.get(f"{program.url}/lookup/country").status_code == 401
    program.post("faults", {"kind": "slow_body", "seconds": 0.2, "route": "/lookup/*", "times": 1})
    with httpx2.stream("GET", f"{program.url}/lookup/country") as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 1, "the body drips"
    assert json.loads(b"".join(pieces))["error"] == "Authentication failed"
    time.sleep(0.1)
    assert "ASGI" not in "".join(program.said)


def test_nothing_listens_for_a_while(serve: Callable[..., Program]) -> None:
    program = serve()
    program.post("faults", {"kind": "connection_refused", "seconds": 1, "route": "/lookup/*", "times": 1})
    with pytest.raises(httpx2.NetworkError):
        httpx2.get(f"{program.url}/lookup/country")
    host, port = program.url.removeprefix("http://").split(":")
    refused = False
    deadline = time.monotonic() + 10
    while not refused and time.monotonic() < deadline:
        with socket.socket() as probe:
            refused = probe.connect_ex((host, int(port))) != 0
    assert refused
    until_up(program.url)
    calls = httpx2.get(f"{program.url}/__sandbox/api/calls").json()
    assert [call["fault"] for call in calls if call["fault"]] == ["connection_refused"], "state outlives the outage"


def test_accounts_of_a_file_and_commands_beside_it(serve: Callable[..., Program], tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(FILE, encoding="utf-8")
    program = serve("--accounts", str(file))
    said = "".join(program.said)
    assert "small-client" in said
    assert f"{program.url}/__sandbox" in said
    answer = httpx2.post(f"{program.url}/gtm/oauth/v1/token", data=FORM, auth=("crm", "crm-not-a-secret"))
    assert answer.json()["scope"] == "api:data:company"
    status = json.loads(program.run("status").stdout)
    assert [item["name"] for item in status["accounts"]] == ["small", "large"]
    assert status["accounts"][1]["underManagement"] == 6
    assert [(item["kind"], item["source"]) for item in status["faults"]] == [("server_error", "file")]
    assert status["calls"][0]["path"] == "/gtm/oauth/v1/token"

    listed = program.run("faults", "--clear", "--set", "rate_limited,bucket=hour,times=2,route=/gtm/oauth/*")
    assert [item["kind"] for item in json.loads(listed.stdout)] == ["rate_limited"]
    codes = [httpx2.post(f"{program.url}/gtm/oauth/v1/token", data=FORM, auth=("crm", "crm-not-a-secret")).status_code
             for _ in range(3)]  # fmt: skip
    assert codes == [429, 429, 200], "a running server heeds what a command sets"
    reset = program.run("reset", "--account", "large")
    assert (reset.exit_code, reset.stderr) == (0, "large is as on its first day.\n")


WRONG = [
    (("faults", "--set", "fire"), "--set", "kind: input should be"),
    (("faults", "--set", "html,colour=red"), "--set", "colour: unknown"),
    (("faults", "--set", "html,times"), "--set", "times: write name=value"),
    (("reset", "--account", "nobody"), "--account", "account: one of sandbox-demo"),
    (("status", "--accounts", "/no/such/file"), "--accounts", "no such file"),
]


def test_wrong_commands_say_what_is_right(serve: Callable[..., Program]) -> None:
    program = serve()
    for arguments, option, text in WRONG:
        result = program.run(*arguments)
        assert result.exit_code == 2, result.stderr
        told = " ".join(result.stderr.split())
        assert option in told
        assert text in told


def test_a_broken_file_and_a_folder_without_a_sandbox(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    program = Program(folder)
    assert "No sandbox has been served" in " ".join(program.run("status").stderr.split())
    file = tmp_path / "accounts.yaml"
    file.write_text("accounts: [{name: a, plan: huge}]", encoding="utf-8")
    result = program.run("--port", "0", "--accounts", str(file))
    assert result.exit_code == 2
    assert "plan: one of builder, standard, scaling, enterprise" in " ".join(result.stderr.split())
