"""The MCP inspector: lists that keep its strict rules, and a skill whose digests are right, over stdio and HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import TOOLS

from http_servers import environment, serve_http
from sales_zoominfo.tools.prompts import PROMPTS

ERAS = ("legacy", "modern")
TOKEN = "a-token-that-only-this-test-knows-0123456789"

Inspect = Callable[..., Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_http(tmp_path_factory.mktemp("served"), http_token=TOKEN) as command:
        yield command.url


@pytest.fixture(params=["stdio", "http"])
def inspect(
    request: pytest.FixtureRequest,
    program: Callable[[str], list[str]],
    clean_env: dict[str, str],
    tmp_path: Path,
) -> Inspect:
    """Ask the server one thing: ``inspect("tools/list", era, flag, ...)`` is what came back."""
    command = [*program("mcp-inspector"), "--cli"]
    if request.param == "http":
        url: str = request.getfixturevalue("served")
        target = ["--server-url", url, "--transport", "http", "--header", f"Authorization: Bearer {TOKEN}"]
        server: list[str] = []
    else:
        settings = {key: value for key, value in environment(tmp_path).items() if key.startswith(("ZOOMINFO_", "PYTH"))}
        target = [part for key, value in settings.items() for part in ("-e", f"{key}={value}")]
        server = [sys.executable, "-m", "sales_zoominfo", "serve"]

    def ask(method: str, era: str, *flags: str) -> Any:
        options = ["--method", method, "--protocol-era", era, "--format", "json", "-q", *flags]
        done = subprocess.run(
            [*command, *options, *target, *server],
            env=clean_env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"exit {done.returncode}: {done.stdout[-1000:]}{done.stderr[-3000:]}"
        answer = json.loads(done.stdout)
        return answer.get("result", answer)

    return ask


@pytest.mark.parametrize("era", ERAS)
def test_the_tools_keep_the_strict_rules(inspect: Inspect, era: str) -> None:
    assert [tool["name"] for tool in inspect("tools/list", era, "--strict")["tools"]] == list(TOOLS)


@pytest.mark.parametrize("era", ERAS)
def test_the_prompts_are_listed(inspect: Inspect, era: str) -> None:
    prompts = inspect("prompts/list", era)["prompts"]
    assert {prompt["name"]: prompt["title"] for prompt in prompts} == {one.name: one.title for one in PROMPTS.values()}
    assert all(prompt["description"] and prompt["arguments"] for prompt in prompts)


@pytest.mark.parametrize("era", ERAS)
def test_the_resources_are_listed_with_titles(inspect: Inspect, era: str) -> None:
    resources = inspect("resources/list", era)["resources"]
    assert "skill://sales-zoominfo/references/gotchas.md" in {resource["uri"] for resource in resources}
    assert all(one["title"] and one["description"] and one["mimeType"] == "text/markdown" for one in resources)


def test_the_skill_is_verified(inspect: Inspect) -> None:
    report = inspect("skills/list", "modern", "--verify", "--require-digests")
    assert report["outcome"] == "verified", report
