"""The server through a real MCP client: in memory or over stdio, in both protocol eras."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import Implementation

import sales_zoominfo
from sales_zoominfo.app import App, build_server
from sales_zoominfo.sandbox import ASGIApp, Switches
from sales_zoominfo.settings import load_settings

# What a client asks for, by the revision that it then speaks.
ERAS = {"2025-11-25": "legacy", "2026-07-28": "2026-07-28"}
SERVER = Path(sales_zoominfo.__file__).parents[1]

# No rate window and no sign-in limit, so that a fixed clock and a fast test meet neither.
UNHURRIED = Switches(package="unlimited", rate_authenticate=0)

Connect = Callable[..., AbstractAsyncContextManager[Client]]


@asynccontextmanager
async def in_memory(
    era: str, folder: Path, network: ASGIApp, *, client: str = "contract-tests", clock: Any = None, **settings: object
) -> AsyncGenerator[Client]:
    """A client of a server in this process, on a sandbox of its own."""
    more = {} if clock is None else {"clock": clock}
    app = App(
        load_settings(**{"state_url": f"sqlite:///{folder / 'state.sqlite'}", **settings}),
        http_transport=httpx2.ASGITransport(app=network),
        **more,
    )
    info = Implementation(name=client, version="1")
    async with Client(build_server(app), mode=ERAS[era], client_info=info) as connected:
        yield connected


@asynccontextmanager
async def over_stdio(
    era: str,
    folder: Path,
    *flags: str,
    program: str | None = None,
    client: str = "contract-tests",
    mode: str | None = None,
    callbacks: dict[str, Any] | None = None,
    **settings: object,
) -> AsyncGenerator[Client]:
    """A client of a server in a process of its own; its stderr goes to ``stderr.txt`` in the folder.

    Args:
        era: the protocol revision.
        folder: where its state lives.
        flags: of ``serve``.
        program: Python code to run in place of ``-m sales_zoominfo serve``.
        client: the client's name.
        mode: how to connect, where the era's own way is not meant.
        callbacks: what the client answers to the server, by the client's arguments.
        settings: by name.
    """
    values = {"state_url": f"sqlite:///{folder / 'state.sqlite'}", **settings}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZOOMINFO_")}
    environment |= {f"ZOOMINFO_{name.upper()}": str(value) for name, value in values.items()}
    environment["PYTHONPATH"] = os.pathsep.join([str(SERVER), *filter(None, [os.environ.get("PYTHONPATH")])])
    arguments = ["-c", program] if program else ["-m", "sales_zoominfo", "serve", *flags]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=environment, cwd=str(folder))
    with (folder / "stderr.txt").open("a", encoding="utf-8") as log:
        transport = stdio_client(parameters, errlog=log)
        info = Implementation(name=client, version="1")
        more = {"read_timeout_seconds": 60, **(callbacks or {})}
        async with Client(transport, mode=mode or ERAS[era], client_info=info, **more) as connected:
            yield connected


def without_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs wait for a worker: one is a program of its own, which does not see the network of a test."""
    from sales_zoominfo.jobs.service import Jobs

    async def nobody(_jobs: Jobs) -> None:
        return None

    monkeypatch.setattr(Jobs, "wake", nobody)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run an async test body."""
    anyio.run(test)


async def call(client: Client, name: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
    """The envelope of a call that succeeds."""
    result = await client.call_tool(name, arguments or {})
    text = result.content[0].text  # type: ignore[union-attr]
    assert not result.is_error, text
    assert result.structured_content is not None
    return result.structured_content


async def refusal(client: Client, name: str, arguments: dict[str, Any] | None = None) -> str:
    """The text of a call that is refused."""
    result = await client.call_tool(name, arguments or {})
    assert result.is_error, result.structured_content
    assert result.structured_content is None
    assert len(result.content) == 1
    return result.content[0].text  # type: ignore[union-attr]
