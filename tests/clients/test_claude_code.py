"""Claude Code, with a model of ours behind it: as a plugin, and as a plain server beside the installed skill.

Proves that the skill is offered whole, that its text and the tools reach the model, and that sources survive the way
from our files to the answer. Whether a real model chooses the skill is not something that these tests can tell.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from models import CITATION, Answer, AnthropicModel, Step, Use, plain
from programs import TOOLS, environment_for, find_program, recorded

from sales_zoominfo.tools.server import INSTRUCTIONS

PROMPT = "Our API returns 401 after an hour. Why?"
QUESTION = {"query": "How long does an access token live?"}


@dataclass
class Run:
    """What a headless run did.

    Attributes:
        events: what Claude Code printed.
        requests: what the model was sent, one a turn.
    """

    events: list[dict[str, Any]]
    requests: list[dict[str, Any]]

    @property
    def start(self) -> dict[str, Any]:
        return next(event for event in self.events if event.get("subtype") == "init")

    @property
    def result(self) -> dict[str, Any]:
        return next(event for event in self.events if event["type"] == "result")

    def tools(self, prefix: str) -> dict[str, dict[str, Any]]:
        """The tools of a server that the first request offers, by their own names."""
        offered = {tool["name"]: tool for tool in self.requests[0]["tools"]}
        return {name.removeprefix(prefix): tool for name, tool in offered.items() if name.startswith(prefix)}

    def results(self) -> list[str]:
        """The tool results that reached the model, as text."""
        return [plain(content) for content in AnthropicModel([]).results(self.requests[-1])]


class Claude:
    """Claude Code with a home folder of its own.

    Args:
        home: the home folder.
        more: further environment variables.
    """

    def __init__(self, home: Path, more: dict[str, str]) -> None:
        self.program = find_program("claude")
        self.env = {
            **environment_for(home),
            **more,
            "ANTHROPIC_API_KEY": "stub-not-a-key",
            # Commands that need no model wait for the service otherwise.
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            # Tools with their schemas in the first request, and no first request before the servers are ready.
            "ENABLE_TOOL_SEARCH": "false",
            "MCP_CONNECTION_NONBLOCKING": "0",
            "MCP_TIMEOUT": "120000",
            "MCP_CONNECT_TIMEOUT_MS": "120000",
        }

    def __call__(self, project: Path, *arguments: str, **more: str) -> str:
        done = subprocess.run(
            [*self.program, *arguments],
            cwd=project,
            env={**self.env, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def ask(self, project: Path, plan: Sequence[Step], *, allowed: str, **more: str) -> Run:
        """Run headless with a model that follows a plan."""
        with AnthropicModel(plan) as model:
            flags = ["--output-format", "stream-json", "--verbose", "--allowedTools", allowed]
            out = self(project, "-p", PROMPT, *flags, ANTHROPIC_BASE_URL=model.url, **more)
            return Run([json.loads(line) for line in out.splitlines()], model.requests)


@pytest.fixture(scope="module")
def claude(tmp_path_factory: pytest.TempPathFactory, sandbox_data: Path, uv_cache: str) -> Claude:
    """Claude Code on a state folder with a built sandbox."""
    home = tmp_path_factory.mktemp("claude")
    shutil.copytree(sandbox_data, home / "state" / "sandbox")
    # Passed on to the server, as whoever sets ZOOMINFO_* variables in a shell expects.
    return Claude(
        home, {"UV_CACHE_DIR": uv_cache, "ZOOMINFO_STATE_URL": f"sqlite:///{home / 'state' / 'state.sqlite'}"}
    )


@pytest.fixture(scope="module")
def skill(checkout: Path) -> tuple[str, str]:
    """The skill's description and body."""
    _, head, body = (checkout / "SKILL.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head)["description"], body.strip()


def listing(run: Run, name: str) -> str:
    """What the first request says of a skill."""
    lines = plain([message["content"] for message in run.requests[0]["messages"]]).splitlines()
    (line,) = (line for line in lines if line.startswith(f"- {name}: "))
    return line.removeprefix(f"- {name}: ")


def check_answer(run: Run, sources: set[str]) -> None:
    """The answer cites a section that exists, out of the tool's result."""
    found = CITATION.search(run.results()[-1])
    assert found, run.results()[-1][:500]
    assert found[0] in sources
    assert run.result["result"] == f"See {found[0]}."
    assert not run.result["permission_denials"]


def test_plugin(checkout: Path, claude: Claude, skill: tuple[str, str], sources: set[str], tmp_path: Path) -> None:
    name = "sales-zoominfo:sales-zoominfo"
    prefix = "mcp__plugin_sales-zoominfo_sales-zoominfo__"
    claude(tmp_path, "plugin", "marketplace", "add", str(checkout))
    claude(tmp_path, "plugin", "install", "sales-zoominfo@sales-zoominfo")
    plan = [Use("Skill", {"skill": name}), Use(f"{prefix}search_knowledge", QUESTION), Answer()]
    run = claude.ask(tmp_path, plan, allowed=f"Skill,{prefix.removesuffix('__')}")
    description, body = skill
    assert listing(run, name) == description
    (server,) = run.start["mcp_servers"]
    assert (server["name"], server["status"]) == ("plugin:sales-zoominfo:sales-zoominfo", "connected")
    assert set(run.tools(prefix)) == set(TOOLS)
    assert body in plain([message["content"] for message in run.requests[1]["messages"]])
    check_answer(run, sources)
    # A marketplace in a folder is used where it is, and must stay as it was.
    assert not subprocess.run(
        ["git", "status", "--porcelain"], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("negotiation", ["auto", "legacy"])
def test_plain_server_with_the_installed_skill(
    checkout: Path, claude: Claude, skill: tuple[str, str], sources: set[str], tmp_path: Path, negotiation: str
) -> None:
    prefix = "mcp__sales-zoominfo__"
    folder = tmp_path / ".claude" / "skills" / "sales-zoominfo"
    folder.mkdir(parents=True)
    shutil.copy(checkout / "SKILL.md", folder)
    shutil.copytree(checkout / "references", folder / "references")
    sent = tmp_path / "sent.jsonl"
    command = [*recorded(sent), sys.executable, "-m", "sales_zoominfo", "serve"]
    claude(tmp_path, "mcp", "add", "sales-zoominfo", "--", *command)
    assert "Connected" in claude(tmp_path, "mcp", "get", "sales-zoominfo")
    sent.unlink()
    plan = [
        Use("Skill", {"skill": "sales-zoominfo"}),
        Use(f"{prefix}search_companies", {"contry": "Norway"}),
        Use(f"{prefix}search_companies", {"state": "California", "pageSize": 2}),
        Use(f"{prefix}search_knowledge", QUESTION),
        Answer(),
    ]
    run = claude.ask(tmp_path, plan, allowed="Skill,mcp__sales-zoominfo", MCP_PROTOCOL_NEGOTIATION=negotiation)
    description, body = skill
    assert listing(run, "sales-zoominfo") == description
    assert body in plain([message["content"] for message in run.requests[1]["messages"]])

    assert INSTRUCTIONS.strip() in plain([run.requests[0]["system"], run.requests[0]["messages"]])
    offered = run.tools(prefix)
    assert set(offered) == set(TOOLS)
    for name, tool in TOOLS.items():
        assert offered[name]["description"] == tool.text
        assert set(offered[name]["input_schema"]["properties"]) == set(tool.properties)

    _, refusal, found, _ = run.results()
    assert "INVALID_ARGUMENT" in refusal
    assert "did you mean 'country'" in refusal
    answer = json.loads(found)
    assert len(answer["data"]) == 2
    assert answer["meta"]["sandbox"] is True
    check_answer(run, sources)
    # By itself it asks for the newer revision of the protocol, which has no handshake.
    first = json.loads(sent.read_text(encoding="utf-8").splitlines()[0])
    assert first["method"] == {"auto": "server/discover", "legacy": "initialize"}[negotiation]


@pytest.mark.parametrize("scope", ["project", "user"])
@pytest.mark.parametrize("flag", ["--read-only", "--free-only"])
def test_what_our_command_writes(claude: Claude, tmp_path: Path, scope: str, flag: str) -> None:
    """``config claude-code --write`` is understood, and a mode reaches the model."""
    prefix = "mcp__sales-zoominfo__"
    writer = Claude(tmp_path, {}) if scope == "user" else claude
    command = [sys.executable, "-m", "sales_zoominfo", "config", "claude-code", "--write", "--scope", scope, flag]
    subprocess.run(command, cwd=tmp_path, env=writer.env, check=True, capture_output=True)
    plan = [Use(f"{prefix}enrich_contacts", {"contacts": []})]
    run = writer.ask(tmp_path, plan, allowed=prefix.removesuffix("__"))
    offered = set(run.tools(prefix))
    assert offered == {name for name, tool in TOOLS.items() if (tool.read_only if "read" in flag else not tool.spends)}
    assert "No such tool" in run.results()[0]
