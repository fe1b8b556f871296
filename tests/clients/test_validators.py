"""Linters that we did not write find nothing to complain about: skill, references, plugin, registry entry."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def skill(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The skill alone, in a folder of its name, as assistants keep it."""
    folder = tmp_path_factory.mktemp("skill") / "sales-zoominfo"
    folder.mkdir()
    shutil.copy(checkout / "SKILL.md", folder)
    shutil.copytree(checkout / "references", folder / "references")
    return folder


def run(command: list[str], env: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )


def test_agentskills_reference_validator(skill: Path, clean_env: dict[str, str]) -> None:
    done = run([str(BIN / "agentskills"), "validate", str(skill)], clean_env, skill.parent)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("target", ["generic", "claude-code", "codex", "cursor"])
def test_agnix(skill: Path, clean_env: dict[str, str], target: str) -> None:
    done = run([str(BIN / "agnix"), "--strict", "--target", target, str(skill)], clean_env, skill.parent)
    assert done.returncode == 0, done.stdout + done.stderr


def test_skillsaw_on_the_whole_repository(checkout: Path, clean_env: dict[str, str]) -> None:
    done = run([str(BIN / "skillsaw"), "lint", "--strict", str(checkout)], clean_env, checkout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("broken", "rule"),
    [("SKILL.md", "content-broken-internal-reference"), ("server.json", "mcp-registry-server-json-valid")],
)
def test_skillsaw_sees_a_mistake(
    checkout: Path, clean_env: dict[str, str], tmp_path: Path, broken: str, rule: str
) -> None:
    folder = tmp_path / "sales-zoominfo"
    shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns(".git", "tests", "server"))
    text = (folder / broken).read_text(encoding="utf-8")
    if broken == "SKILL.md":
        text = text.replace("](references/", "](no-such-folder/", 1)
    else:
        text = json.dumps({**json.loads(text), "version": "latest"})
    (folder / broken).write_text(text, encoding="utf-8")
    done = run([str(BIN / "skillsaw"), "lint", "--strict", str(folder)], clean_env, folder)
    assert done.returncode != 0
    assert re.search(rf"{rule}\).*\[{broken}", done.stdout), done.stdout


def test_skill_check_gives_every_point(
    skill: Path, clean_env: dict[str, str], program: Callable[[str], list[str]]
) -> None:
    command = [*program("skill-check"), "check", str(skill), "--no-security-scan", "--fail-on-warning"]
    done = run(command, clean_env, skill.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "100 / 100" in done.stdout


def test_claude_code_accepts_the_plugin(
    checkout: Path, clean_env: dict[str, str], program: Callable[[str], list[str]]
) -> None:
    done = run([*program("claude"), "plugin", "validate", "--strict", str(checkout)], clean_env, checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mcpServers: sales-zoominfo" in done.stdout
    assert "skills: sales-zoominfo:sales-zoominfo" in done.stdout
