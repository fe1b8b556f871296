"""Codex, with a model of ours behind it: the server from its configuration file, the skill from `.agents/skills`."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import yaml
from models import CITATION, OpenAIModel, Step, Use, plain
from programs import TOOLS, environment_for, find_program, recorded

PROMPT = "Our API returns 401 after an hour. Why?"
# Codex writes server names with underscores and puts their tools into a namespace.
NAMESPACE = "mcp__sales_zoominfo"


class Codex:
    """Codex with a home folder of its own, and the server in its configuration.

    Args:
        home: the home folder.
        project: where it works; holds the skill.
        more: further environment variables.
    """

    def __init__(self, home: Path, project: Path, more: dict[str, str]) -> None:
        self.program = find_program("codex")
        self.home, self.project = home, project
        self.env = {**environment_for(home), **more, "STUB_KEY": "stub-not-a-key"}
        # Through our own command, so that what it writes is what Codex reads.
        self.run([sys.executable, "-m", "sales_zoominfo", "config", "codex", "--write"])
        # Codex begins without a server that is slow to start, as it may be on a busy machine, unless it must have it.
        self.set_server(required=True, startup_timeout_sec=100)

    def set_server(self, **more: Any) -> None:
        """Change our server in the configuration."""
        file = self.home / ".codex" / "config.toml"
        settings: Any = tomlkit.parse(file.read_text(encoding="utf-8"))
        settings["mcp_servers"]["sales-zoominfo"].update(more)
        file.write_text(tomlkit.dumps(settings), encoding="utf-8")

    def run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def ask(self, plan: Sequence[Step]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Run with a model that follows a plan; gives what Codex printed, and what the model was sent."""
        with OpenAIModel(plan) as model:
            provider = f'{{name="stub", base_url="{model.url}/v1", wire_api="responses", env_key="STUB_KEY"}}'
            # No sandbox: Codex's own does not work in every container, and nothing here is not ours.
            settings = [
                "model=stub",
                "model_provider=stub",
                f"model_providers.stub={provider}",
                "approval_policy=never",
            ]
            flags = [part for setting in settings for part in ("-c", setting)]
            command = ["exec", "--json", "--skip-git-repo-check", "-s", "danger-full-access", *flags, PROMPT]
            out = self.run([*self.program, *command])
            return [json.loads(line) for line in out.splitlines()], model.requests


@pytest.fixture
def codex(checkout: Path, sandbox_data: Path, home: Path, tmp_path: Path) -> Codex:
    shutil.copytree(sandbox_data, home / "state" / "sandbox")
    folder = tmp_path / "project" / ".agents" / "skills" / "sales-zoominfo"
    folder.mkdir(parents=True)
    shutil.copy(checkout / "SKILL.md", folder)
    shutil.copytree(checkout / "references", folder / "references")
    subprocess.run(["git", "init", "-q", str(tmp_path / "project")], check=True)
    state = f"sqlite:///{home / 'state' / 'state.sqlite'}"
    return Codex(home, tmp_path / "project", {"ZOOMINFO_STATE_URL": state, "ZOOMINFO_TOOLSETS": "default"})


def test_codex(codex: Codex, checkout: Path, sources: set[str]) -> None:
    _, head, body = (checkout / "SKILL.md").read_text(encoding="utf-8").split("---\n", 2)
    skill = codex.project / ".agents" / "skills" / "sales-zoominfo" / "SKILL.md"
    events, requests = codex.ask(
        [
            Use("exec_command", {"cmd": f"cat {shlex.quote(str(skill))}", "max_output_tokens": 20_000}),
            Use("search_companies", {"state": "California", "pageSize": 2}, NAMESPACE),
            Use("search_knowledge", {"query": "How long does an access token live?"}, NAMESPACE),
        ]
    )
    first = plain(requests[0]["input"])
    assert f"- sales-zoominfo: {yaml.safe_load(head)['description']}" in first
    assert any(name in first for name in ("sales-zoominfo/SKILL.md", str(skill)))

    (namespace,) = (tool for tool in requests[0]["tools"] if tool.get("name") == NAMESPACE)
    offered = {tool["name"]: tool for tool in namespace["tools"]}
    assert set(offered) == set(TOOLS)
    for name, tool in TOOLS.items():
        assert offered[name]["description"].startswith(tool.text)

    read, found, knowledge = (plain(result) for result in OpenAIModel([]).results(requests[-1]))
    assert body.strip() in read
    assert '"sandbox":true' in found.replace(" ", "").replace("\\", "")
    source = CITATION.search(knowledge)
    assert source, knowledge[:500]
    assert source[0] in sources
    answers = [event["item"]["text"] for event in events if event.get("item", {}).get("type") == "agent_message"]
    assert answers == [f"See {source[0]}."]


def test_codex_speaks_an_older_revision(codex: Codex, tmp_path: Path) -> None:
    sent = tmp_path / "sent.jsonl"
    command, *arguments = [*recorded(sent), sys.executable, "-m", "sales_zoominfo", "serve"]
    codex.set_server(command=command, args=arguments)
    _, requests = codex.ask([Use("read_knowledge", {"id": "gotchas"}, NAMESPACE)])
    (result,) = OpenAIModel([]).results(requests[-1])
    assert "lastVerified" in plain(result)
    hello = json.loads(sent.read_text(encoding="utf-8").splitlines()[0])
    assert hello["method"] == "initialize"
    assert hello["params"]["protocolVersion"] < "2026"


def test_codex_knows_the_server(codex: Codex) -> None:
    listed = json.loads(codex.run([*codex.program, "mcp", "list", "--json"]))
    (server,) = (entry for entry in listed if entry["name"] == "sales-zoominfo")
    assert server["enabled"]
    assert server["transport"]["args"][-1] == "serve"
    # Named, not copied: Codex hands on nothing else of its environment.
    assert "ZOOMINFO_STATE_URL" in server["transport"]["env_vars"]
    assert str(codex.home) not in json.dumps(server["transport"].get("env") or {})
