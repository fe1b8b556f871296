"""The skill's files as resources: titles, descriptions, folders, and what happens to a broken file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import INVALID_PARAMS, Request
from mcp_clients import Connect, run

from sales_zoominfo.knowledge import find_skill_root, skill_extension
from sales_zoominfo.knowledge.skill_extension import DirectoryReadParams, DirectoryReadResult

BASE = "skill://sales-zoominfo"


@pytest.fixture
def skill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A skill of the test's own in place of ours."""
    root = tmp_path / "skill"
    (root / "references" / "zh").mkdir(parents=True)
    (root / "SKILL.md").write_text("---\nname: sales-zoominfo\ndescription: What it does.\n---\n\n# Skill\n")
    good = "---\ntitle: {}\nlast_verified: 2026-11-22\n---\n\n# {}\n\n## {}\n\nText.\n\n## {}\n\nText.\n"
    (root / "references" / "good.md").write_text(good.format("Good facts", "Good", "Token life", "Limits"))
    (root / "references" / "zh" / "good.md").write_text(
        good.format("好的事实", "好", "令牌寿命", "限制"), encoding="utf-8"
    )
    monkeypatch.setattr(skill_extension, "find_skill_root", lambda: root)
    return root


async def listed(client: Client) -> dict[str, Any]:
    found = (await client.list_resources()).resources
    assert len({str(one.uri) for one in found}) == len(found)
    return {str(one.uri).removeprefix(f"{BASE}/"): one for one in found}


def test_every_file_of_the_skill_has_a_title_and_a_description(connect: Connect, era: str) -> None:
    root = find_skill_root()
    files = {path.relative_to(root).as_posix() for path in (root / "references").rglob("*.md")} | {"SKILL.md"}

    async def visit() -> None:
        async with connect(era) as client:
            found = await listed(client)
            assert set(found) == files
            for name, resource in found.items():
                assert resource.mime_type == "text/markdown"
                assert resource.title
                assert resource.title != name
                assert resource.description
                assert len(resource.description) <= 1_024
                if name != "SKILL.md":
                    assert "2026-" in resource.description, name
            assert len({resource.title for resource in found.values()}) == len(found)

    run(visit)


def test_titles_come_from_the_files(skill: Path, connect: Connect, era: str) -> None:
    async def visit() -> None:
        async with connect(era) as client:
            found = await listed(client)
            assert found["SKILL.md"].name == "sales-zoominfo"
            assert found["SKILL.md"].description == "What it does."
            good = found["references/good.md"]
            assert (good.title, good.description) == ("Good facts", "Token life; Limits. Last verified 2026-11-22.")
            chinese = found["references/zh/good.md"]
            assert (chinese.title, chinese.description) == ("好的事实", "令牌寿命；限制。最近核对 2026-11-22。")

    run(visit)


BROKEN = {
    "front.md": b"---\ntitle: [\n---\n\n# A heading\n\n## One\n\nText.\n",
    "none.md": b"Just text.\n",
    "empty.md": b"",
    "binary.md": b"\xff\xfe\x00",
    "open.md": b"---\ntitle: never closed\n",
    "list.md": b"---\n- a\n- b\n---\n# Listed\n",
    "windows.md": b"---\r\ntitle: With returns\r\n---\r\n# With returns\r\n",
}


def test_a_broken_file_stops_nothing(skill: Path, connect: Connect, era: str) -> None:
    for name, data in BROKEN.items():
        (skill / "references" / name).write_bytes(data)

    async def visit() -> None:
        async with connect(era) as client:
            found = await listed(client)
            assert all(found[f"references/{name}"].title for name in BROKEN)
            assert found["references/front.md"].title == "A heading"
            assert found["references/binary.md"].title == "references/binary.md"
            for name, data in BROKEN.items():
                if name == "binary.md":
                    with pytest.raises(MCPError):
                        await client.read_resource(f"{BASE}/references/{name}")
                    continue
                [content] = (await client.read_resource(f"{BASE}/references/{name}")).contents
                assert content.text.encode() == data, "as its digest says"  # type: ignore[union-attr]
            (skill / "references" / "good.md").unlink()
            with pytest.raises(MCPError) as caught:
                await client.read_resource(f"{BASE}/references/good.md")
            assert str(skill) not in caught.value.error.message

    run(visit)


@pytest.mark.parametrize(
    "uri",
    [f"{BASE}/references/nothing.md", "result://lookup/0123456789abcdef", "file:///etc/passwd", "x:" + "y" * 9_000],
)
def test_an_unknown_address_is_named(connect: Connect, era: str, uri: str) -> None:
    async def visit() -> None:
        async with connect(era) as client:
            with pytest.raises(MCPError) as caught:
                await client.read_resource(uri)
            error = caught.value.error
            assert error.code == INVALID_PARAMS
            assert error.message.startswith(f"NOT_FOUND: There is no resource '{uri[:100]}")
            assert "resources/list" in error.message
            assert len(error.message) < 500

    run(visit)


def test_folders_of_the_skill_are_listed(skill: Path, connect: Connect) -> None:
    async def children(client: Client, uri: str) -> list[tuple[str, str | None]]:
        params = DirectoryReadParams(uri=uri)
        ask = Request[Any, str](method="resources/directory/read", params=params)
        answer = await client.session.send_request(ask, DirectoryReadResult)
        return [(str(one.uri).removeprefix(f"{BASE}/"), one.mime_type) for one in answer.resources]

    markdown, folder = "text/markdown", "inode/directory"

    async def visit() -> None:
        async with connect("2026-07-28") as client:
            assert await children(client, BASE) == [("SKILL.md", markdown), ("references", folder)]
            assert await children(client, f"{BASE}/") == await children(client, BASE)
            below = [("references/good.md", markdown), ("references/zh", folder)]
            assert await children(client, f"{BASE}/references") == below
            assert await children(client, f"{BASE}/references/zh") == [("references/zh/good.md", markdown)]
            for uri in (f"{BASE}/SKILL.md", f"{BASE}/nothing", "skill://", "skill:", "", f"{BASE}/..", f"{BASE}/refer"):
                with pytest.raises(MCPError) as caught:
                    await children(client, uri)
                assert caught.value.error.code == INVALID_PARAMS, uri

    run(visit)
