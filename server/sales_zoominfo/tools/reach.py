"""Toolset ``reach``: tools that are not in the list, found by their words and called by their name.

A tool that is listed is paid for in every conversation, so the rarely used toolsets are off by default. What of them
only reads is reached through this pair, or called by its own name; what spends or writes is a tool of its own, and runs
only where its toolset is served.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from ..errors import fail, near
from ..zoominfo.arguments import read_text
from .contract import Envelope, envelope
from .spec import Arguments, Call, Tool, text

if TYPE_CHECKING:
    from collections.abc import Mapping

TOOLSET = "reach"
_STEM = 5
# Tools that one query tells of.
_MOST = 5
_WORD = re.compile(r"[a-z0-9]+")
# Words that say nothing about what a tool is for.
_EMPTY = frozenset(
    [
        "a",
        "about",
        "all",
        "an",
        "and",
        "any",
        "are",
        "at",
        "by",
        "can",
        "do",
        "does",
        "find",
        "for",
        "from",
        "get",
        "give",
        "has",
        "have",
        "how",
        "i",
        "in",
        "is",
        "it",
        "list",
        "me",
        "my",
        "of",
        "on",
        "one",
        "or",
        "our",
        "s",
        "show",
        "tell",
        "that",
        "the",
        "their",
        "them",
        "these",
        "they",
        "this",
        "to",
        "us",
        "want",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "will",
        "with",
        "you",
        "your",
    ]
)
# What people say, and the word that the tools say.
_SAID = {
    "account": "company", "address": "location", "alert": "saved", "approach": "recommended", "brief": "research",
    "callback": "webhook", "changed": "saved", "colleague": "chart", "family": "hierarchy", "headquarters": "location",
    "icp": "gtm", "lookalike": "similar", "meeting": "research", "notification": "webhook", "notify": "webhook",
    "office": "location", "owner": "hierarchy", "owns": "hierarchy", "parent": "hierarchy", "prepare": "research",
    "report": "chart", "sell": "gtm", "stack": "technologies", "subsidiary": "hierarchy",
    "subsidiaries": "hierarchy", "talk": "recommended",
}  # fmt: skip


def _every() -> Mapping[str, Tool]:
    from .registry import TOOLS

    return TOOLS


async def find_tools(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    query = read_text("query", arguments.get("query") or "")
    words = _words(query)
    words |= _words(" ".join(meant for said, meant in _SAID.items() if _words(said) & words))
    hidden = [tool for tool in _every().values() if tool.name not in call.served]
    scored = [(_score(tool, words), tool) for tool in hidden]
    # Of equals, what can be called from here comes first.
    scored.sort(key=lambda pair: (-pair[0], not pair[1].read_only))
    found = [tool for score, tool in scored if score or not query]
    told = found[:_MOST] if query else found
    rows = [
        {
            "name": tool.name,
            "description": tool.text,
            # What cannot be called from here needs no schema.
            **({"inputSchema": tool.schema} if tool.read_only else {"needs": f"--toolsets {tool.toolset}"}),
        }
        for tool in told
    ]
    names = ", ".join(tool.name for tool in hidden)
    nothing = f"No further tool fits the English words of the query; there are {names}."
    warnings = [] if rows else [nothing if names else "Every tool is in your list; there are no further ones."]
    return envelope(rows, totalResults=len(found), warnings=warnings)


def _words(query: str) -> set[str]:
    # The beginning of a word stands for its forms: visit, visited, visitors.
    return {word.removesuffix("s")[:_STEM] for word in _WORD.findall(query.casefold()) if word not in _EMPTY}


def _score(tool: Tool, words: set[str]) -> int:
    named, told = _words(f"{tool.name} {tool.title} {tool.toolset}".replace("_", " ")), _words(tool.text)
    return sum(3 * (word in named) + (word in told) for word in words)


async def call_read_tool(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    tool = readable(read_text("name", arguments["name"]))
    given: Any = arguments.get("arguments") or {}
    if isinstance(given, str):
        # Some clients write an object without properties as text.
        with suppress(ValueError):
            given = json.loads(given)
    if not isinstance(given, dict):
        got = "a list" if isinstance(given, list) else "another text" if isinstance(given, str) else "a number"
        raise fail("wrong_type", name="arguments", expected="an object", got=got, details={"field": "arguments"})
    # Models write null for "not given".
    asked = {name: value for name, value in cast("dict[str, object]", given).items() if value is not None}
    tool.check(asked)
    return await tool.run(call, asked)


def readable(name: str) -> Tool:
    """A tool that only reads, served or not.

    Raises:
        NotFound: there is no such tool. InvalidArgument: it spends or writes.
    """
    every = _every()
    tool = every.get(name)
    if tool is None:
        names = [other.name for other in every.values() if other.read_only]
        how = "find_tools lists those that there are."
        raise fail("not_found", thing="tool", name=name[:60], hint=near(name[:60], names), how=how)
    if not tool.read_only or tool.toolset == TOOLSET:
        why = "can cost credits" if tool.spends else "changes something" if tool.writes else "is listed"
        how = f"Call {name} itself; it needs the toolset '{tool.toolset}' on the server."
        raise fail("call_as_itself", tool=name, why=why, how=how, details={"field": "name"})
    return tool


TOOLS = (
    Tool(
        "find_tools",
        "Find tools",
        TOOLSET,
        "Find tools of this server that are not in the list: similar companies and people, recommended contacts, "
        "webhooks, and more. Free.",
        {"query": text("What you want to do; leave out for all.")},
        find_tools,
    ),
    Tool(
        "call_read_tool",
        "Call a tool that reads",
        TOOLSET,
        "Call a tool that find_tools found, with the arguments of its schema. Free: it never spends nor writes.",
        {
            "name": text("As find_tools gives it."),
            "arguments": {"description": "An object of its arguments."},
        },
        call_read_tool,
        required=("name",),
    ),
)
