"""What our MCP server does whatever it serves: one result in both channels, long answers kept whole, completions that
never fail, and only our own words in errors."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections import OrderedDict
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError, UnexpectedToolError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolResult,
    Completion,
    CompletionArgument,
    CompletionContext,
    GetPromptResult,
    InputRequiredResult,
    PromptReference,
    ResourceTemplateReference,
    TextContent,
)
from pydantic.networks import AnyUrl

from ..errors import SalesZoomInfoError, fail
from ..scrub import install, places, scrub
from .contract import MAX_CHARS, Envelope, shorten, to_json

logger = logging.getLogger("sales_zoominfo")

ToolResult = CallToolResult | InputRequiredResult
PromptResult = GetPromptResult | InputRequiredResult

KEPT_RESULTS = 20
# What MCP allows in one answer.
MAX_COMPLETIONS = 100
_RESULT_URI = re.compile(r"result://([a-z_]+)/([0-9a-f]{16})")
_LEVELS: dict[str, Any] = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR"}


class Results(Protocol):
    """Where answers that are too long to show are kept."""

    async def put(self, tool: str, text: str) -> str:
        """Keep an answer and give its token, 16 hexadecimal digits."""
        ...

    async def get(self, token: str, tool: str | None = None) -> str | None:
        """An answer that was kept; None when there is none."""
        ...


class PlainServer(MCPServer[None]):
    """An MCP server that keeps the rules above. A subclass says what its tools, prompts and completions are.

    Args:
        name: as clients see it.
        results: keeps answers that are too long to show, None to keep them in memory only.
        log_level: one of ``debug``, ``info``, ``warning``, ``error``.
        options: of :class:`MCPServer`.
    """

    def __init__(
        self,
        name: str,
        *,
        results: Results | None = None,
        log_level: str = "warning",
        **options: Any,
    ) -> None:
        self._results = results
        self._whole: OrderedDict[str, str] = OrderedDict()
        with _without_rich():
            # Libraries stay at warnings: below them they write messages whole, and with them the people in them.
            super().__init__(name, log_level="ERROR" if log_level == "error" else "WARNING", **options)
        install()
        logger.setLevel(_LEVELS[log_level])
        self.completion()(self._complete)  # pyright: ignore[reportUnknownMemberType]

    # --- what a subclass says ----------------------------------------------------------------------------------

    async def run_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None
    ) -> Envelope | ToolResult:
        """Run a tool: an envelope, or a whole result of MCP.

        Raises:
            SalesZoomInfoError: what the model reads.
        """
        return await super().call_tool(name, arguments, context)

    async def render_prompt(
        self, name: str, arguments: dict[str, str], context: Context[None, Any] | None
    ) -> PromptResult:
        """Write a prompt.

        Raises:
            SalesZoomInfoError: there is no such prompt, or an argument is wrong.
        """
        return await super().get_prompt(name, arguments, context)

    async def suggest(self, prompt: str, argument: str, typed: str) -> Sequence[str]:
        """Values that an argument of a prompt may be completed to, best first; none where nothing is known."""
        del prompt, argument, typed
        return ()

    # --- tools -------------------------------------------------------------------------------------------------

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> ToolResult:
        """Run a tool.

        Raises:
            ToolError: with the one text that the model reads.
            MCPError: the client lacks what the tool needs.
        """
        try:
            answer = await self.run_tool(name, arguments, context)
            if not isinstance(answer, dict):
                return answer
            text = to_json(answer)
            if len(text) > MAX_CHARS:
                answer = await self._keep(name, answer, text, local=http_scope(context) is None)
                text = to_json(answer)
        except SalesZoomInfoError as error:
            raise ToolError(scrub(str(error))) from None
        except UnexpectedToolError as error:
            raise ToolError(_bug(name, error.__cause__ or error)) from None
        except (ToolError, MCPError):
            raise
        except Exception as error:
            raise ToolError(_bug(name, error)) from None
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=answer)

    async def _keep(self, name: str, answer: Envelope, text: str, *, local: bool) -> Envelope:
        # Never cut after payment: the whole stays readable as a resource, and by a command on this machine.
        token, kept = secrets.token_hex(8), False
        if self._results is not None:
            try:
                token, kept = await self._results.put(name, text), True
            except (OSError, SalesZoomInfoError) as error:
                # A full disk must not lose what was paid for: the resource still holds it.
                logger.warning("a long answer could not be kept as a file: %s", type(error).__name__)
        uri = f"result://{name}/{token}"
        self._whole[uri] = text
        while len(self._whole) > KEPT_RESULTS:
            self._whole.popitem(last=False)
        # A command on this machine means nothing to a client on another.
        return shorten(answer, uri, f"sales-zoominfo result {token}" if kept and local else None)

    # --- resources ---------------------------------------------------------------------------------------------

    async def _kept(self, uri: str) -> str | None:
        # Memory holds the latest answers, the folder those before them and of earlier servers.
        text = self._whole.get(uri)
        named = _RESULT_URI.fullmatch(uri)
        if text is None and named is not None and self._results is not None:
            text = await self._results.get(named[2], named[1])
        return None if text is None else await self.screened(text)

    async def screened(self, text: str) -> str:
        """A kept answer as it may be handed out now, since what may be said can have changed."""
        return text

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[None, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """A long answer that was kept, or a resource that is listed.

        Raises:
            ResourceNotFoundError: there is no such resource.
        """
        try:
            text = await self._kept(str(uri))
        except SalesZoomInfoError as error:
            raise ResourceNotFoundError(str(error)) from None
        if text is not None:
            return [ReadResourceContents(content=text, mime_type="application/json")]
        try:
            return await super().read_resource(uri, context)
        except ResourceNotFoundError:
            how = "resources/list names those that this server has; a long answer stays readable for 7 days."
            error = fail("not_found", thing="resource", name=str(uri)[:120], hint="", how=how)
            raise ResourceNotFoundError(scrub(str(error))) from None

    # --- prompts -----------------------------------------------------------------------------------------------

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[None, Any] | None = None
    ) -> PromptResult:
        """Write a prompt.

        Raises:
            MCPError: there is no such prompt, or an argument is wrong; the text says which.
        """
        try:
            return await self.render_prompt(name, arguments or {}, context)
        except SalesZoomInfoError as error:
            raise MCPError(INVALID_PARAMS, scrub(str(error))) from None
        except MCPError:
            raise
        except Exception as error:
            raise MCPError(INTERNAL_ERROR, _bug(name, error)) from None

    async def _complete(
        self,
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        del context
        values: Sequence[str] = ()
        if isinstance(ref, PromptReference):
            try:
                values = await self.suggest(ref.name, argument.name, argument.value)
            except SalesZoomInfoError as error:
                # Whoever types does not ask for an error.
                logger.info("no completions for %r: %s", argument.name[:60], error.code)
            except Exception as error:
                _bug("completion", error)
        shown = list(values[:MAX_COMPLETIONS])
        return Completion(values=shown, total=len(values), has_more=len(values) > len(shown))


def http_scope(context: Context[Any, Any] | None) -> dict[str, Any] | None:
    """The ASGI scope of a call that came over HTTP; None for one over stdio or from this process."""
    request = None if context is None else context.request_context.request
    return None if request is None else request.scope


def _bug(name: str, error: BaseException) -> str:
    """Log a bug by its places alone, and the text that names the log's entry."""
    request = secrets.token_hex(6)
    # Places only: an exception's text may hold a person's data.
    logger.error("bug %s in %s: %s", request, name[:60], places(error))
    return str(fail("bug", tool=name[:60], request=request))


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
