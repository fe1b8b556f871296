"""A conversation with a scripted model over a real socket, and the real server on a sandbox of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio.lowlevel
import pytest
from anthropic import AsyncAnthropic
from mcp import Client
from mcp.types import Implementation
from scripted_model import KEY, ScriptedModel

from sales_zoominfo.agent.conversation import Conversing, Elicited
from sales_zoominfo.agent.events import Limits
from sales_zoominfo.agent.skill import Skill
from sales_zoominfo.agent.transcript import Call, Conversation, Situation, Turn
from sales_zoominfo.app import App, build_server
from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.settings import load_settings


@dataclass
class Seen:
    """Keeps all that a conversation tells, and answers the server's questions as it was told to."""

    agrees: Callable[[str], bool] = lambda _: False
    texts: list[str] = field(default_factory=list)
    started: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    finished: list[Call] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[SalesZoomInfoError] = field(default_factory=list)

    def text(self, delta: str) -> None:
        self.texts.append(delta)

    def tool_started(self, name: str, arguments: dict[str, Any]) -> None:
        self.started.append((name, arguments))

    def tool_finished(self, call: Call) -> None:
        self.finished.append(call)

    async def consent(self, message: str, credits: int | None) -> bool:
        self.questions.append(message)
        await anyio.lowlevel.checkpoint()
        return self.agrees(message)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def failed(self, error: SalesZoomInfoError) -> None:
        self.failures.append(error)


@dataclass
class Talk:
    """A conversation under test."""

    model: ScriptedModel
    conversing: Conversing
    conversation: Conversation
    seen: Seen
    client: Client | None

    async def ask(self, question: str) -> Turn:
        return await self.conversing.ask(question)


Open = Callable[..., Any]


@pytest.fixture
def talk(state_url: str, sandbox_dir: Path) -> Iterator[Open]:
    """Open a conversation: ``async with talk(*script, skill=…, server=…, limits=…, agrees=…) as it``."""

    @asynccontextmanager
    async def opened(
        *script: Any,
        skill: bool = True,
        server: bool = True,
        limits: Limits | None = None,
        agrees: Callable[[str], bool] = lambda _: False,
        conversation: Conversation | None = None,
        model: ScriptedModel | None = None,
        retries: int = 2,
        proxy: Callable[[Client], Any] = lambda client: client,
        **settings: Any,
    ) -> AsyncIterator[Talk]:
        with model or ScriptedModel(*script, key=KEY) as answering:
            chosen = load_settings(state_url=state_url, **{"max_credits_per_call": 0, **settings})
            elicited, seen = Elicited(), Seen(agrees)
            talked = conversation or Conversation("claude-test", Situation(skill, server))
            llm = AsyncAnthropic(api_key=KEY, base_url=answering.url, max_retries=retries)

            def conversing(client: Client | None) -> Conversing:
                return Conversing(
                    llm=llm,
                    client=client,
                    skill=Skill.find() if skill else None,
                    conversation=talked,
                    limits=limits or Limits(),
                    events=seen,
                    elicited=elicited,
                )

            async with llm:
                if not server:
                    yield Talk(answering, conversing(None), talked, seen, None)
                    return
                named = Implementation(name="ask", version="1")
                async with Client(
                    build_server(App(chosen)), elicitation_callback=elicited, client_info=named
                ) as client:
                    yield Talk(answering, conversing(proxy(client)), talked, seen, client)

    return opened
