"""The skill over MCP, read by a real client in memory."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.server import MCPServer
from mcp.types import INVALID_PARAMS, PaginatedRequestParams, Request

from sales_zoominfo.knowledge.skill_extension import (
    SkillExtension,
    SkillGetParams,
    SkillGetResult,
    SkillListResult,
)

MODERN = "2026-07-28"


def serve(root: Path | None = None) -> MCPServer:
    return MCPServer("skill-test", version="0", extensions=[SkillExtension(root)], log_level="ERROR")


async def ask(client: Client, method: str, params: Any, result: Any) -> Any:
    return await client.session.send_request(Request[Any, str](method=method, params=params), result)


def test_a_client_lists_reads_and_verifies_the_skill(root: Path) -> None:
    async def run() -> None:
        async with Client(serve(), mode=MODERN) as client:
            listed = await ask(client, "skills/list", PaginatedRequestParams(), SkillListResult)
            [skill] = listed.skills
            assert skill["frontmatter"]["name"] == "sales-zoominfo"
            assert skill["uri"] == "skill://sales-zoominfo/SKILL.md"
            got = await ask(client, "skills/get", SkillGetParams(uri=skill["uri"]), SkillGetResult)
            assert got.skill == skill
            expected = {"SKILL.md", *(p.relative_to(root).as_posix() for p in (root / "references").rglob("*.md"))}
            assert {r["uri"].removeprefix("skill://sales-zoominfo/") for r in skill["resources"]} == expected
            for resource in skill["resources"]:
                [content] = (await client.read_resource(resource["uri"])).contents
                data = content.text.encode()  # type: ignore[union-attr]
                assert content.mime_type == "text/markdown"
                assert len(data) == resource["size"]
                assert f"sha256:{hashlib.sha256(data).hexdigest()}" == resource["digest"]

    anyio.run(run)


def test_the_capability_is_advertised_and_files_are_plain_resources_too(root: Path) -> None:
    async def run() -> None:
        async with Client(serve()) as client:
            assert "io.modelcontextprotocol/skills" in (client.server_capabilities.extensions or {})
        async with Client(serve(), mode="legacy") as client:
            uris = [str(r.uri) for r in (await client.list_resources()).resources]
            assert "skill://sales-zoominfo/SKILL.md" in uris
            assert "skill://sales-zoominfo/references/gotchas.md" in uris
            with pytest.raises(MCPError):
                await ask(client, "skills/list", PaginatedRequestParams(), SkillListResult)

    anyio.run(run)


@pytest.mark.parametrize(
    "uri",
    ["skill://other/SKILL.md", "skill://sales-zoominfo/../LICENSE", "", "skill://sales-zoominfo/references/gotchas.md"],
)
def test_an_unknown_skill_is_refused(uri: str) -> None:
    async def run() -> None:
        async with Client(serve(), mode=MODERN) as client:
            with pytest.raises(MCPError) as caught:
                await ask(client, "skills/get", SkillGetParams(uri=uri), SkillGetResult)
            assert caught.value.error.code == INVALID_PARAMS

    anyio.run(run)


@pytest.mark.parametrize(
    "uri",
    [
        "skill://sales-zoominfo/../LICENSE",
        "skill://sales-zoominfo/pyproject.toml",
        "skill://sales-zoominfo/references/%2e%2e/%2e%2e/LICENSE",
    ],
)
def test_no_resource_outside_the_skill(uri: str) -> None:
    async def run() -> None:
        async with Client(serve()) as client:
            with pytest.raises(MCPError):
                await client.read_resource(uri)

    anyio.run(run)


def test_files_are_read_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "SKILL.md").write_text('---\nname: sales-zoominfo\ndescription: "x"\n---\n', encoding="utf-8")
    (tmp_path / "references").mkdir()
    opened: list[str] = []
    for method in ("read_text", "read_bytes", "open"):
        real = getattr(Path, method)

        def spy(self: Path, *args: Any, _real: Any = real, **kwargs: Any) -> Any:
            opened.append(self.name)
            return _real(self, *args, **kwargs)

        monkeypatch.setattr(Path, method, spy)
    server = serve(tmp_path)
    assert opened == []

    async def run() -> None:
        async with Client(server, mode=MODERN) as client:
            assert len((await ask(client, "skills/list", PaginatedRequestParams(), SkillListResult)).skills) == 1

    anyio.run(run)
    assert "SKILL.md" in opened


@pytest.mark.parametrize("text", [None, "no front matter", "---\nname: [\n---\n"])
def test_a_missing_or_broken_skill_file_does_not_stop_the_server(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "SKILL.md").write_text(text, encoding="utf-8")

    async def run() -> None:
        async with Client(serve(tmp_path), mode=MODERN) as client:
            assert (await ask(client, "skills/list", PaginatedRequestParams(), SkillListResult)).skills == []

    anyio.run(run)
