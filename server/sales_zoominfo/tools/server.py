"""The MCP server: the tools of the registry, the prompts of the playbooks, and the skill as resources."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.caching import CacheHint
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.types import GetPromptResult, InputRequiredResult, ToolAnnotations
from mcp.types import Prompt as McpPrompt
from mcp.types import Resource as McpResource
from mcp.types import Tool as McpTool
from pydantic.networks import AnyUrl

from .. import __version__
from ..account.caller import caller_id
from ..account.modes import Modes
from ..errors import CreditApprovalRequired, SalesZoomInfoError
from ..knowledge.skill_extension import SkillExtension
from ..scrub import scrub
from . import prompts
from .consent import Asker
from .contract import Envelope
from .protocol import PlainServer, Results, http_scope
from .registry import call, served
from .roots import Folders, RootsNeeded
from .spec import Call, Runtime, Tool

INSTRUCTIONS = """\
Know and operate ZoomInfo. Ask for product, role, goal or plan only where the answer depends on it.
FACTS (products, plans, API, limits, integrations, Salesforce, errors): search_knowledge with the question in the \
user's language, then cite source and lastVerified; prices and limits go with their date. An empty answer means that \
the knowledge base does not have it: say so. A question that is the same with any vendor (cadences, lead routing, \
ads) is strategy: topic related-skills has short answers and the sales-* skills to name.
PEOPLE AND COMPANIES: search_contacts and search_companies are free and take English names of industries, levels and \
places; they never show e-mails or phone numbers. E-mails, phones and full profiles cost credits, 1 for each record \
not bought in the last 12 months: call estimate_credits (a list, or a search's filters), tell the user the cost, and \
only after they agree call enrich_contacts or enrich_companies with maxCredits set to it. get_usage shows what is \
left. One call takes up to 100 records, of which at most 25 new ones by default; over a ceiling the server asks the \
person itself.
SIGNALS: search_intent, search_scoops and search_news are free; enrich_intent, enrich_scoops and enrich_news cost the \
company's credit unless it was bought.
PRIVACY: call check_compliance before outreach, update_opt_outs when somebody objects. SUPPRESSED and OPT_OUT rows \
stay out of every list; respect directPhoneDoNotCall and mobilePhoneDoNotCall.
ANSWERS hold rows in `data` and paging, credits and warnings in `meta`; meta.sandbox true means fictional records, so \
say so. An error names the field, the legal values and the next step; follow it once before asking the user.
GOTCHAS: intent covers subscribed topics only; Copilot needs the Elite plan; WebSights names companies, not people; \
Enterprise tokens live 60 minutes.
MORE: find_tools finds unlisted tools. Those that spend (org chart, hierarchy, tech stack, visitors) need their \
toolset on the server.\
"""

OUTPUT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"data": {"type": "array", "items": {"type": "object"}}, "meta": {"type": "object"}},
    "required": ["data", "meta"],
}


_JOB_URI = re.compile(r"job://([0-9a-f]{4,32})/(report\.json|report\.html|output)")


class ZoomInfoServer(PlainServer):
    """Serves the tools of :mod:`.registry` and the prompts of :mod:`.prompts`.

    Args:
        runtime: what the tools run on.
        toolsets: which tools are served.
        modes: read-only and free-only; both win over the toolsets.
        results: keeps answers that are too long to show, None to keep them in memory only.
        files: folders whose files the tools may use, as ``ZOOMINFO_FILES`` gives them.
        on_close: awaited when the server stops.
        log_level: one of ``debug``, ``info``, ``warning``, ``error``.
    """

    def __init__(
        self,
        runtime: Runtime,
        toolsets: tuple[str, ...],
        modes: Modes,
        *,
        results: Results | None = None,
        files: str | None = None,
        on_close: Callable[[], Awaitable[None]] | None = None,
        log_level: str = "warning",
    ) -> None:
        self._runtime = runtime
        self._toolsets = toolsets
        self._modes = modes
        self._folders = Folders(files)
        self._skill = SkillExtension()

        @asynccontextmanager
        async def lifespan(_: MCPServer[None]) -> AsyncGenerator[None]:
            try:
                yield
            finally:
                if on_close is not None:
                    await on_close()

        listed = CacheHint(ttl_ms=60_000, scope="public")
        super().__init__(
            "sales-zoominfo",
            results=results,
            log_level=log_level,
            title="ZoomInfo",
            instructions=INSTRUCTIONS,
            version=__version__,
            lifespan=lifespan,
            cache_hints={"tools/list": listed, "prompts/list": listed, "resources/list": listed},
            extensions=[self._skill],
            # What is listed does not change while the server runs.
            subscriptions=False,
        )

    async def list_tools(self) -> list[McpTool]:
        """The served tools, built from the static table."""
        return [describe(tool) for tool in self._served().values()]

    async def run_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None
    ) -> Envelope | InputRequiredResult:
        """Run a tool of the registry; a cost over the ceilings is put to the person, where the client can."""
        asker = None if context is None else Asker(context)
        consent = asker if asker is not None and asker.able else None
        asked = Call(
            self._runtime, caller_name(context), _progress(context), consent, folders=self._folders_of(context)
        )
        try:
            return await call(name, arguments, context=asked, toolsets=self._toolsets, modes=self._modes)
        except RootsNeeded as needed:
            return needed.pending
        except CreditApprovalRequired:
            if asker is None or asker.pending is None:
                raise
            return asker.pending

    def _folders_of(self, context: Context[Any, Any] | None) -> Callable[[], Awaitable[tuple[Path, ...]]]:
        return lambda: self._folders.of(context, local=http_scope(context) is None)

    async def screened(self, text: str) -> str:
        """A kept answer without what has come on the opt-out list since."""
        return await (await self._runtime.screen()).text(text)

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[None, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """A job's report or output, or what every server of ours has.

        Raises:
            ResourceNotFoundError: there is no such resource, or it may not be read.
        """
        named = _JOB_URI.fullmatch(str(uri))
        if named is None or "bulk" not in self._toolsets:
            return await super().read_resource(uri, context)
        from .bulk import read_resource

        asked = Call(self._runtime, caller_name(context), folders=self._folders_of(context))
        try:
            text, kind = await read_resource(asked, named[1], named[2])
            return [ReadResourceContents(content=await self.screened(text), mime_type=kind)]
        except RootsNeeded as needed:
            return needed.pending
        except SalesZoomInfoError as error:
            raise ResourceNotFoundError(scrub(str(error))) from None

    async def list_prompts(self) -> list[McpPrompt]:
        """The prompts, built from the static table."""
        return prompts.listed()

    async def render_prompt(
        self, name: str, arguments: dict[str, str], context: Context[None, Any] | None
    ) -> GetPromptResult:
        """Write a prompt that names only tools which are served."""
        del context
        from ..account.privacy import suspicious

        if suspicious(str(arguments)):
            screen = await self._runtime.screen()
            arguments = {key: await screen.text(value) for key, value in arguments.items()}
        return prompts.render(name, arguments, self._served())

    async def suggest(self, prompt: str, argument: str, typed: str) -> Sequence[str]:
        """Values for an argument, from a table or from the account's taxonomies."""
        return await prompts.suggest(prompt, argument, typed, self._runtime, self._served())

    async def list_resources(self) -> list[McpResource]:
        """The files of the skill, with the titles that they carry."""
        await self._skill.describe()
        return await super().list_resources()

    def _served(self) -> dict[str, Tool]:
        return served(self._toolsets, self._modes)


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
            destructive_hint=tool.destructive,
            # Enriching again within 12 months costs nothing and answers the same.
            idempotent_hint=tool.repeatable,
            # A tool that calls others reaches what they reach.
            open_world_hint=bool(tool.operations) or tool.name == "call_read_tool",
        ),
    )


def caller_name(context: Context[Any, Any] | None) -> str:
    """Who asks, as the ledger and the budgets know it.

    Over stdio the system's user and the client's name; over HTTP the token's subject, so that a client gains no
    budget by calling itself something else.
    """
    if context is None:
        return caller_id("local")
    scope = http_scope(context)
    if scope is not None:
        user = scope.get("user")
        subject = user.access_token.subject if isinstance(user, AuthenticatedUser) else None
        return f"http:{subject or 'anonymous'}"
    params = getattr(context.session, "client_params", None)
    info = getattr(params, "client_info", None)
    return caller_id(str(getattr(info, "name", None) or "unknown"))


def _progress(context: Context[Any, Any] | None) -> Callable[[int, int], Awaitable[None]] | None:
    if context is None:
        return None

    async def report(done: int, of: int) -> None:
        await context.report_progress(done, of, f"{done} of {of} records")

    return report
