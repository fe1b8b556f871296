"""The MCP server: static closed schemas, one envelope in both output channels, and only our own words in errors."""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
import traceback
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.caching import CacheHint
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from mcp.types import Tool as McpTool
from pydantic.networks import AnyUrl

from .. import __version__
from ..account.caller import caller_id
from ..account.modes import Modes
from ..errors import SalesZoomInfoError, fail
from ..knowledge.skill_extension import SkillExtension
from .contract import MAX_CHARS, Envelope, shorten, to_json
from .registry import call, served
from .spec import Call, Runtime, Tool

logger = logging.getLogger("sales_zoominfo")

INSTRUCTIONS = """\
Know and operate ZoomInfo. Facts about ZoomInfo itself: search_knowledge, then cite source and lastVerified. \
People and companies: search_contacts and search_companies are free and take names of industries, levels and places; \
they never show e-mails or phone numbers. E-mails, phones and full profiles cost credits (1 for each record that was \
not bought in the last 12 months): call estimate_credits, tell the user the cost, and only after they agree call \
enrich_contacts or enrich_companies with maxCredits set to it. get_usage shows what is left. \
An answer holds rows in `data` and paging, credits and warnings in `meta`; meta.sandbox true means that the records \
are fictional, so say so. An error names the field, the legal values and the next step; follow it once before asking \
the user. Respect directPhoneDoNotCall and mobilePhoneDoNotCall. One call takes up to 100 records, of which at \
most 25 new ones (25 credits) by default. Intent, scoops, news, org charts and a company's technologies are not \
served by these tools yet: say so, and explain them from the knowledge base.\
"""

OUTPUT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"data": {"type": "array", "items": {"type": "object"}}, "meta": {"type": "object"}},
    "required": ["data", "meta"],
}

KEPT_RESULTS = 20
_RESULT_URI = re.compile(r"result://([a-z_]+)/([0-9a-f]{16})")


class ZoomInfoServer(MCPServer[None]):
    """Serves the tools of :mod:`.registry`.

    Args:
        runtime: what the tools run on.
        toolsets: which tools are served.
        modes: read-only and free-only; both win over the toolsets.
        results: folder for answers that are too long to show, None to keep them in memory only.
        on_close: awaited when the server stops.
    """

    def __init__(
        self,
        runtime: Runtime,
        toolsets: tuple[str, ...],
        modes: Modes,
        *,
        results: Callable[[], Path | None] = lambda: None,
        on_close: Callable[[], Awaitable[None]] | None = None,
        log_level: str = "warning",
    ) -> None:
        self._runtime = runtime
        self._toolsets = toolsets
        self._modes = modes
        self._results = results
        self._whole: OrderedDict[str, str] = OrderedDict()

        @asynccontextmanager
        async def lifespan(_: MCPServer[None]) -> AsyncGenerator[None]:
            try:
                yield
            finally:
                if on_close is not None:
                    await on_close()

        with _without_rich():
            super().__init__(
                "sales-zoominfo",
                title="ZoomInfo",
                instructions=INSTRUCTIONS,
                version=__version__,
                lifespan=lifespan,
                log_level=_LEVELS[log_level],
                cache_hints={"tools/list": CacheHint(ttl_ms=60_000, scope="public")},
                extensions=[SkillExtension()],
            )

    async def list_tools(self) -> list[McpTool]:
        """The served tools, built from the static table."""
        return [describe(tool) for tool in served(self._toolsets, self._modes).values()]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Run a tool.

        Raises:
            ToolError: with the one text that the model reads.
        """
        try:
            answer = await call(
                name,
                arguments,
                context=Call(self._runtime, caller_name(context), _progress(context)),
                toolsets=self._toolsets,
                modes=self._modes,
            )
            text = to_json(answer)
            if len(text) > MAX_CHARS:
                answer = await self._keep(name, answer, text)
                text = to_json(answer)
        except SalesZoomInfoError as error:
            raise ToolError(str(error)) from None
        except Exception as error:
            request = secrets.token_hex(6)
            # Places only: an exception's text may hold a person's data.
            places = traceback.extract_tb(error.__traceback__)
            frames = "\n".join(f"  {place.filename}:{place.lineno} in {place.name}" for place in places)
            logger.error("bug %s in %s: %s\n%s", request, name, type(error).__name__, frames)
            raise ToolError(str(fail("bug", tool=name, request=request))) from None
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=answer)

    async def _keep(self, name: str, answer: Envelope, text: str) -> Envelope:
        # Never cut after payment: the whole stays readable as a resource, and as a file of the user's own.
        token = secrets.token_hex(8)
        uri = f"result://{name}/{token}"
        self._whole[uri] = text
        while len(self._whole) > KEPT_RESULTS:
            self._whole.popitem(last=False)
        folder = self._results()
        file = None
        if folder is not None:
            try:
                file = await anyio.to_thread.run_sync(write_private, folder, f"{name}-{token}.json", text)
            except OSError as error:
                # A full disk must not lose what was paid for: the resource still holds it.
                logger.warning("a long answer could not be kept as a file: %s", type(error).__name__)
        return shorten(answer, uri, file)

    async def _kept(self, uri: str) -> str | None:
        # Memory holds the latest answers, the folder those before them and of earlier servers.
        text = self._whole.get(uri)
        named = _RESULT_URI.fullmatch(uri)
        if text is not None or named is None:
            return text
        folder = self._results()
        if folder is None:
            return None
        try:
            return await anyio.Path(folder / f"{named[1]}-{named[2]}.json").read_text(encoding="utf-8")
        except OSError:
            return None

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[None, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """A long answer that was kept, or what the skill serves."""
        text = await self._kept(str(uri))
        if text is not None:
            return [ReadResourceContents(content=text, mime_type="application/json")]
        return await super().read_resource(uri, context)


@contextmanager
def _without_rich() -> Generator[None]:
    # The SDK logs through rich where that is installed, which costs each start; None makes the import fail.
    if "rich" in sys.modules:
        yield
        return
    sys.modules["rich"] = None  # pyright: ignore[reportArgumentType]
    try:
        yield
    finally:
        del sys.modules["rich"]


_LEVELS: dict[str, Any] = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR"}


def describe(tool: Tool) -> McpTool:
    """A tool as MCP lists it, with every annotation set explicitly."""
    return McpTool(
        name=tool.name,
        title=tool.title,
        description=tool.text,
        input_schema=tool.schema,
        output_schema=OUTPUT_SCHEMA,
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.read_only,
            destructive_hint=False,
            # Enriching again within 12 months costs nothing and answers the same.
            idempotent_hint=True,
            open_world_hint=bool(tool.operations),
        ),
    )


def caller_name(context: Context[Any, Any] | None) -> str:
    """Who asks, over stdio: the system's user and the client's name."""
    client = "local"
    if context is not None:
        params = getattr(context.session, "client_params", None)
        info = getattr(params, "client_info", None)
        client = str(getattr(info, "name", None) or "unknown")
    return caller_id(client)


def _progress(context: Context[Any, Any] | None) -> Callable[[int, int], Awaitable[None]] | None:
    if context is None:
        return None

    async def report(done: int, of: int) -> None:
        await context.report_progress(done, of, f"{done} of {of} records")

    return report


def write_private(folder: Path, name: str, text: str) -> str:
    """Write a file that only its owner can read.

    Returns:
        Its absolute path.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        # Half an answer must not be taken for the whole.
        path.unlink(missing_ok=True)
        raise
    return str(path)
