"""README's tool table is the registry's, and its commands are the ones that CI runs."""

from __future__ import annotations

import re
from pathlib import Path

from sales_zoominfo.tools.prompts import PROMPTS
from sales_zoominfo.tools.registry import TOOLS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_lists_every_tool_with_its_toolset_and_whether_it_is_free() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([a-z]+) \| (.+?) \|$", README, re.MULTILINE)
    assert [(name, toolset, cost == "free") for name, toolset, cost in rows] == [
        (tool.name, tool.toolset, not tool.spends) for tool in TOOLS.values()
    ]


def test_ci_runs_the_readmes_test_command() -> None:
    commands = [line for line in README.splitlines() if "-m pytest" in line and line.startswith("python3")]
    assert len(commands) == 1
    assert 'grep -m1 -- "-m pytest" README.md' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_readme_names_folders_that_exist() -> None:
    table = README[README.index("## How the code is laid out") :]
    for path in re.findall(r"`((?:server/|tests/|references/|SKILL)[^`]*)`", table):
        assert (ROOT / path).exists(), path


def test_readme_lists_every_prompt() -> None:
    table = README[README.index("## Prompts") : README.index("## Knowledge base")]
    assert re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE) == [prompt.name for prompt in PROMPTS.values()]


def test_the_chinese_readme_says_the_same() -> None:
    chinese = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    for pattern in (
        r"(?s)```.*?```",  # commands
        r"^\| (`[^`|]+`)",  # settings, tools, prompts, commands, folders
        r"^(#+) ",  # the outline
        r"<!-- mcp-name: .* -->",
    ):
        ours, theirs = (re.findall(pattern, text, re.MULTILINE) for text in (README, chinese))
        assert theirs == ours, pattern
    assert set(re.findall(r"ZOOMINFO_[A-Z_]+", chinese)) == set(re.findall(r"ZOOMINFO_[A-Z_]+", README))
    assert not re.search(r"\b(FILES|MEASURED)\b", README + chinese)
