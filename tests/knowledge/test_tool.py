"""The two tools through an MCP client: what they answer, and what they make of bad input and of a broken checkout."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from mcp import Client
from typer.testing import CliRunner

from sales_zoominfo.app import App, build_server
from sales_zoominfo.cli import app
from sales_zoominfo.knowledge import KnowledgeBase, base, skill_extension
from sales_zoominfo.settings import load_settings

from .conftest import GOOD

pytestmark = pytest.mark.anyio
BROKEN = "---\ntitle: 'never closed\n---\n\n## Red widgets\n\nRed widgets burn.\n"
Make = Callable[[dict[str, str]], KnowledgeBase]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path], Any]:
    """A client of a server whose SKILL.md and references/ are in a folder."""

    @asynccontextmanager
    async def connect(root: Path) -> AsyncGenerator[Client]:
        for module in (base, skill_extension):
            monkeypatch.setattr(module, "find_skill_root", lambda: root)
        runtime = App(load_settings(state_url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
        async with Client(build_server(runtime)) as client:
            yield client

    return connect


async def answer(client: Client, name: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    told = result.structured_content
    assert told is not None and json.loads(result.content[0].text) == told  # type: ignore[union-attr]
    return told


async def refusal(client: Client, name: str, **arguments: object) -> str:
    result = await client.call_tool(name, arguments)
    assert result.is_error
    return result.content[0].text  # type: ignore[union-attr, no-any-return]


async def test_a_hit_has_what_a_citation_needs(serve: Callable[[Path], Any], root: Path) -> None:
    async with serve(root) as client:
        for query, language, folder in (
            ("how long does a token live", "en", "references/"),
            ("令牌多久过期", "zh", "references/zh/"),
        ):
            told = await answer(client, "search_knowledge", query=query, limit=2)
            assert len(told["data"]) == 2 and told["meta"]["warnings"] == []
            for hit in told["data"]:
                assert list(hit) == ["id", "title", "snippet", "source", "lastVerified", "score", "language"]
                assert hit["language"] == language and hit["source"].startswith(folder)
                passage = (await answer(client, "read_knowledge", id=hit["source"]))["data"][0]
                assert passage["language"] == language and passage["title"] == hit["title"]
                assert hit["snippet"].strip("… ").splitlines()[0][:30] in passage["text"]


async def test_topic_and_language(serve: Callable[[Path], Any], root: Path) -> None:
    async with serve(root) as client:
        told = await answer(client, "search_knowledge", query="credits", topic="Gotchas", language="ZH")
        assert told["data"]
        assert all(hit["id"].startswith("gotchas#") and hit["language"] == "zh" for hit in told["data"])
        told = await answer(client, "search_knowledge", query="积分怎么扣", language="en")
        assert told["data"] and {hit["language"] for hit in told["data"]} == {"en"}
        passage = (await answer(client, "read_knowledge", id="gotchas#credits", language="zh"))["data"][0]
        assert passage["language"] == "zh" and "积分" in passage["text"]
        text = await refusal(client, "search_knowledge", query="credits", topic="gotcha")
        assert "INVALID_ARGUMENT" in text and "topic" in text and "'gotchas'" in text and "salesforce" in text
        for name, arguments in (("search_knowledge", {"query": "credits"}), ("read_knowledge", {"id": "gotchas"})):
            text = await refusal(client, name, **arguments, language="fr")
            assert "INVALID_ARGUMENT" in text and "language" in text and "en, zh" in text


@pytest.mark.parametrize("query", ["", "   ", "\n\t", "\u3000"])
async def test_an_empty_question_names_the_argument(serve: Callable[[Path], Any], root: Path, query: str) -> None:
    async with serve(root) as client:
        text = await refusal(client, "search_knowledge", query=query)
        assert "INVALID_ARGUMENT" in text and "query" in text


@pytest.mark.parametrize("query", ["a", "的", "🙂🎉", "?!…", "——", "\u202e"])
async def test_a_question_that_says_nothing_gets_the_nearest_headings(
    serve: Callable[[Path], Any], root: Path, query: str
) -> None:
    async with serve(root) as client:
        told = await answer(client, "search_knowledge", query=query)
        assert told["data"] == [] and told["meta"]["nearest"]
        assert "Say so instead of guessing" in told["meta"]["warnings"][0]


async def test_the_longest_question_and_a_longer_one(serve: Callable[[Path], Any], root: Path) -> None:
    async with serve(root) as client:
        for query in ("what do credits cost? ".ljust(10_000, "x"), ("credits " * 1_250).strip(), "积分" * 5_000):
            await answer(client, "search_knowledge", query=query)
        assert "10,000 characters" in await refusal(client, "search_knowledge", query="x" * 10_001)


@pytest.mark.parametrize("name", ["gotchas#no-such", "../SKILL", "zh/../../LICENSE", "/etc/passwd", "nothing"])
async def test_an_id_that_is_none(serve: Callable[[Path], Any], root: Path, name: str) -> None:
    async with serve(root) as client:
        for language in ({}, {"language": "zh"}):
            text = await refusal(client, "read_knowledge", id=name, **language)
            assert "NOT_FOUND" in text and "search_knowledge" in text


async def test_a_broken_file_is_named_and_the_rest_is_served(serve: Callable[[Path], Any], make: Make) -> None:
    made = make({"good.md": GOOD, "zh/good.md": BROKEN})
    async with serve(made.root) as client:
        told = await answer(client, "search_knowledge", query="blue widget price in shells")
        assert [hit["id"] for hit in told["data"]] == ["good#blue-widgets"]
        assert sum("references/zh/good.md" in warning for warning in told["meta"]["warnings"]) == 1
        # A topic that this copy does not have is refused with those that it has.
        assert "Legal values: good" in await refusal(client, "search_knowledge", query="widget", topic="gotchas")


@pytest.mark.parametrize("skill", [False, True])
async def test_a_checkout_without_references(serve: Callable[[Path], Any], tmp_path: Path, skill: bool) -> None:
    if skill:
        (tmp_path / "SKILL.md").write_text("---\nname: sales-zoominfo\ndescription: x\n---\n", encoding="utf-8")
    async with serve(tmp_path) as client:
        assert {"search_knowledge", "read_knowledge"} <= {tool.name for tool in (await client.list_tools()).tools}
        for more in ({}, {"topic": "gotchas"}, {"language": "zh"}):
            told = await answer(client, "search_knowledge", query="credits", **more)
            assert told["data"] == [] and "No references/ directory" in " ".join(told["meta"]["warnings"])
        assert "NOT_FOUND" in await refusal(client, "read_knowledge", id="gotchas")


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Run a command in this process, with state of its own."""
    monkeypatch.setenv("ZOOMINFO_STATE_URL", f"sqlite:///{tmp_path / 'state.sqlite'}")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


async def test_the_command_hands_its_options_on(cli: Callable[..., Any]) -> None:
    asked = ("knowledge", "credits", "--format", "json")
    found = await to_thread.run_sync(lambda: cli(*asked, "--topic", "gotchas", "--language", "zh", "--limit", "2"))
    hits = json.loads(found.stdout)["data"]
    assert len(hits) == 2
    assert all(hit["id"].startswith("gotchas#") and hit["language"] == "zh" for hit in hits)
    read = await to_thread.run_sync(
        lambda: cli("knowledge", "--read", hits[0]["id"], "--language", "zh", "--format", "json")
    )
    assert json.loads(read.stdout)["data"][0]["language"] == "zh"
    for more in (("--topic", "gotcha"), ("--language", "fr")):
        refused = await to_thread.run_sync(lambda more=more: cli(*asked, *more))
        assert refused.exit_code == 2 and more[0].strip("-") in refused.stderr
