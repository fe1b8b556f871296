"""Real programs: the demo, the served sandbox, and what ``serve`` loads before it answers."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def _story(text: str) -> str:
    return re.sub(r"in \d+\.\d s", "in N s", text)


def test_demo_tells_the_same_story_each_time(process: Run, state: Path) -> None:
    poisoned = {
        **os.environ,
        "ZOOMINFO_API": "gtm",
        "ZOOMINFO_CLIENT_ID": "somebody",
        "ZOOMINFO_BASE_URL": "http://127.0.0.1:9",
        "ZOOMINFO_MAX_CREDITS_PER_DAY": "0",
        "ZOOMINFO_READ_ONLY": "true",
    }
    first, second = process("demo"), process("demo", env=poisoned)
    for run in (first, second):
        assert run.returncode == 0, run.stdout + run.stderr
    assert _story(first.stdout) == _story(second.stdout)
    told = first.stdout
    for step in range(1, 8):
        assert f"{step}/7" in told
    for tool in ("search_knowledge", "search_companies", "search_contacts", "estimate_credits", "get_usage"):
        assert tool in told
    assert told.count("enrich_contacts") == 2
    assert "Source: references/" in told
    assert "Acme, Inc." in told
    bought = re.search(r"matched\. Spent ([1-3]); balance (9,99\d)\.", told)
    assert bought
    assert f"At most {bought[1]} credit" in told
    assert f"Spent 0; balance {bought[2]}." in told
    assert "SANDBOX" in told
    assert "What to do next" in told
    assert re.search(r"claude mcp add sales-zoominfo -- '?(/[^\n]*)?sales-zoominfo'? serve", told)
    assert "\x1b" not in told
    # What one copies stays on one line: commands, however long the path of the checkout is, and citations.
    prose = [line for line in told.splitlines() if "sales-zoominfo" not in line and not line.startswith("Source:")]
    assert max(len(line) for line in prose) <= 80


def test_demo_leaves_nothing_behind(process: Run, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    assert process("demo").returncode == 0
    assert list(scratch.iterdir()) == []
    usage = json.loads(process("usage").stdout)
    assert usage["meta"]["budget"]["daySpent"] == 0


def test_demo_works_without_a_usable_state_folder(process: Run) -> None:
    environment = {**os.environ, "ZOOMINFO_STATE_URL": "mysql://nowhere", "ZOOMINFO_TIMEOUT": "soon"}
    result = process("demo", env=environment)
    assert result.returncode == 0, result.stdout + result.stderr


def test_served_sandbox_takes_all_its_variables_at_once(process: Run, served: dict[str, str], state: Path) -> None:
    result = process("search", "companies", "-f", "companyName=Acme", env={**os.environ, **served})
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["meta"]["sandbox"] is True
    assert (state / "sandbox-server" / "demo-private-key.pem").stat().st_mode & 0o077 == 0


def test_port_in_use_is_named(cli: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = cli("sandbox", "--port", str(port))
    assert result.exit_code == 2
    assert f"port {port} on 127.0.0.1 is in use" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "named", "taker"),
    [
        (("--set", "html"), "--set", "sandbox faults"),
        (("status", "--clear"), "--clear", "sandbox faults"),
        (("faults", "--account", "builder"), "--account", "sandbox reset"),
        (("reset", "--set", "html"), "--set", "sandbox faults"),
        (("status", "--port", "8080"), "--port", "sandbox serve"),
        (("faults", "--host", "127.0.0.1"), "--host", "sandbox serve"),
        (("reset", "--people", "5000"), "--people", "sandbox serve"),
        (("status", "--companies", "200"), "--companies", "sandbox serve"),
    ],
)
def test_an_option_of_another_sandbox_action_is_not_ignored(
    cli: Run, arguments: tuple[str, ...], named: str, taker: str
) -> None:
    result = cli("sandbox", *arguments)
    assert result.exit_code == 2
    assert f"The option {named} is wrong: it goes with `{taker}`." in result.stderr
    if taker == "sandbox serve":
        assert "give the --state FOLDER that it was started with" in result.stderr


@pytest.mark.parametrize("action", ["status", "faults", "reset"])
def test_a_sandbox_that_was_never_served_blames_no_option(cli: Run, action: str, tmp_path: Path) -> None:
    result = cli("sandbox", action)
    assert result.exit_code == 2
    assert "No sandbox has been served from the folder" in result.stderr
    assert "The option" not in result.stderr
    elsewhere = cli("sandbox", action, "--state", str(tmp_path / "other"))
    assert str(tmp_path / "other") in elsewhere.stderr.replace("\n", "")


def test_sandbox_folder_and_host_that_cannot_be_used(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    folder = cli("sandbox", "--port", "0", "--state", str(tmp_path / "file"))
    assert folder.exit_code == 2
    assert "The option --state is wrong" in folder.stderr
    (tmp_path / "state" / "sandbox-server").write_text("x")
    kept = cli("sandbox", "--port", "0")
    assert kept.exit_code == 2
    assert "The option" not in kept.stderr
    assert "the folder of the sandbox cannot be used" in kept.stderr
    host = cli("sandbox", "--port", "0", "--host", "no.such.host.invalid")
    assert host.exit_code == 2
    assert "--host" in host.stderr


_HELLO = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
]


def _imported(*command: str, talk: bool = False) -> set[str]:
    """The modules that a Python program imports, up to its answer to tools/list."""
    program = subprocess.Popen(
        [sys.executable, "-X", "importtime", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert program.stdin is not None
    assert program.stdout is not None
    if talk:
        for message in _HELLO:
            program.stdin.write(json.dumps(message) + "\n")
        program.stdin.flush()
        answers = [json.loads(program.stdout.readline()) for _ in range(2)]
        assert len(answers[1]["result"]["tools"]) > 5
    _, err = program.communicate(timeout=30)
    assert program.returncode == 0, err[-2000:]
    return {line.rpartition("|")[2].strip() for line in err.splitlines() if line.startswith("import time:")}


def test_serve_loads_nothing_heavy(state: Path) -> None:
    loaded = _imported("-m", "sales_zoominfo", "serve", talk=True)
    assert "sales_zoominfo.tools.server" in loaded
    # The package itself, since a refused `import rich.console` is listed as well.
    assert loaded.isdisjoint({"typer", "rich", "anthropic", "dbos"})
    assert sorted(name for name in loaded if name.startswith(("sales_zoominfo.sandbox", "sales_zoominfo.cli"))) == []
    bare = "from mcp.server import MCPServer; MCPServer('bare', log_level='WARNING').run('stdio')"
    floor = _imported("-c", bare)
    extra = {name for name in loaded - floor if name.startswith("cryptography")}
    assert extra == set()


def test_a_reader_that_leaves_early_is_no_failure(state: Path) -> None:
    program = [sys.executable, "-m", "sales_zoominfo", "demo"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None and demo.stderr is not None
        demo.stdout.readline()
        demo.stdout.close()
        told = demo.stderr.read()
        assert demo.wait(60) == 0, told
    assert "Traceback" not in told and "bug" not in told
