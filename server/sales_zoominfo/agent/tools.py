"""The tools of one question, as the SDK's runner takes them: each call capped, timed, recorded and shown."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import anyio
import anyio.lowlevel
from anthropic import beta_async_tool
from anthropic.lib.tools import ToolError
from anthropic.lib.tools.mcp import async_mcp_tool
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextContent, TextResourceContents, Tool

from ..errors import SalesZoomInfoError, fail
from .events import Events, Limits
from .skill import Skill
from .transcript import Call, Consent, Turn

if TYPE_CHECKING:
    from anthropic.lib.tools import BetaAsyncFunctionTool
    from anthropic.types.beta import BetaToolUseBlock
    from mcp.client.session import ClientSession

READ_SKILL = "read_skill_file"
READ_LONG = "read_long_answer"
CAP = "maxCredits"
# Goes on spending after its answer, up to the cap that the answer tells.
_BACKGROUND = "start_enrichment_job"
# Characters of a call's arguments; 100 records with every match key take a fifth of it.
MOST_ARGUMENTS = 200_000
# Characters of one part of a long answer, as many as the server shows of one.
_PART = 40_000

_READ_SKILL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"path": {"type": "string", "description": "Such as SKILL.md or references/plans.md."}},
    "required": ["path"],
    "additionalProperties": False,
}
_READ_LONG_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "resource": {"type": "string", "description": "meta.whole.resource of the answer."},
        "fromRow": {"type": "integer", "minimum": 1, "default": 1, "description": "First row, from 1."},
    },
    "required": ["resource"],
    "additionalProperties": False,
}


@dataclass(slots=True)
class _Asked:
    """A call of the model's reply, and what came of it."""

    id: str
    name: str
    result: str | None = None
    failed: bool = False


class Bench:
    """Where the tools of one question are run.

    Args:
        client: of the server; None where there is none.
        listed: the server's tools.
        skill: None where there is none.
        turn: takes the calls, the reads and the consents.
        limits: of the conversation.
        committed: credits that the conversation has spent or promised so far.
        events: is told of each call.
        halt: ends the question, once a purchase that was waited for has been settled.

    Attributes:
        refused: calls that would have passed the cap on credits.
        oversized: whether a call of this reply was too long to be kept as it is.
        stopping: set when the user has interrupted; nothing new is sent then.
    """

    def __init__(
        self,
        client: Client | None,
        listed: Sequence[Tool],
        skill: Skill | None,
        turn: Turn,
        limits: Limits,
        committed: int,
        events: Events,
        halt: Callable[[], None],
    ) -> None:
        self._client, self._listed, self._skill = client, listed, skill
        self._halt = halt
        self._turn, self._limits, self._events = turn, limits, events
        self._committed = committed
        self._spending = {tool.name for tool in listed if CAP in tool.input_schema.get("properties", {})}
        self._round: list[_Asked] = []
        self._scope: anyio.CancelScope | None = None
        self._at_stake: int | None = None
        self._asking = False
        self.refused = 0
        self.oversized = False
        self.stopping = False

    @property
    def paying(self) -> bool:
        """Whether a call that may be spending right now is better waited for."""
        return self._at_stake is not None and not self._asking

    def runnable(self) -> list[BetaAsyncFunctionTool[Any]]:
        """The tools, in an order that does not change, so that the prompt cache holds."""
        tools: list[BetaAsyncFunctionTool[Any]] = []
        if self._skill is not None:
            what = "Read a file of the skill: SKILL.md first, then the references that it links to."
            tools.append(self._local(READ_SKILL, what, _READ_SKILL_SCHEMA, self._read_skill))
        if self._client is not None:
            what = (
                "Read the rows of an answer that was too long to show, by its meta.whole.resource. Free. "
                "meta.nextRow is where to go on."
            )
            tools.append(self._local(READ_LONG, what, _READ_LONG_SCHEMA, self._read_long))
            # The helper needs call_tool alone, and here it is ours.
            tools += [async_mcp_tool(tool, cast("ClientSession", self)) for tool in self._listed]
        return tools

    # --- the calls of one reply ----------------------------------------------------------------------------------

    def begin(self, uses: Sequence[BetaToolUseBlock]) -> None:
        """Take the calls of a reply, in their order."""
        self._round = [_Asked(use.id, use.name) for use in uses]
        self.oversized = False

    def answered(self, id: str) -> bool:
        """Whether a call of the reply has been run."""
        return any(asked.id == id and asked.result is not None for asked in self._round)

    def results(self, reason: str) -> list[dict[str, Any]]:
        """An answer to each call of the reply, as the model's service demands it.

        Args:
            reason: why some were not run.
        """
        told: list[dict[str, Any]] = []
        for asked in self._round:
            skipped = asked.result is None
            text = str(fail("ask_tool_skipped", tool=asked.name, reason=reason)) if skipped else asked.result
            block: dict[str, Any] = {"type": "tool_result", "tool_use_id": asked.id, "content": text}
            told.append({**block, "is_error": True} if skipped or asked.failed else block)
        return told

    async def unknown(self, name: str, arguments: dict[str, Any]) -> str:
        """The answer to a call of a tool that is not there; the server knows best what it has instead."""
        return _text(await self.call_tool(name, arguments))

    async def call_tool(self, name: str, arguments: dict[str, Any]) -> CallToolResult:
        """Call a tool of the server."""
        text = await self._run(name, arguments, lambda: self._of_server(name, arguments))
        failed = self._turn.calls[-1].is_error
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=failed)

    async def consent(self, message: str) -> bool:
        """Put a purchase to the person; the tool's time stands still meanwhile."""
        if self.stopping:
            return False
        credits = _credits_named(message)
        if self._scope is not None:
            self._scope.deadline = math.inf
        self._asking = True
        try:
            agreed = await self._events.consent(message, credits)
        except anyio.get_cancelled_exc_class():
            # Broken off before anything was sent.
            self._at_stake = None
            raise
        finally:
            self._asking = False
        agreed = agreed and not self.stopping
        self._turn.asked_consent.append(Consent(message, credits, agreed))
        if self._scope is not None:
            self._scope.deadline = anyio.current_time() + self._limits.tool_seconds
        return agreed

    # --- one call --------------------------------------------------------------------------------------------------

    async def _run(self, name: str, arguments: dict[str, Any], work: Callable[[], Awaitable[tuple[str, bool]]]) -> str:
        """Run a call to its end, whatever that is, and record it."""
        asked = next((asked for asked in self._round if asked.name == name and asked.result is None), None)
        kept = kept_arguments(arguments)
        if kept is not arguments:
            self.oversized = True
            work = _too_long(name, _length(arguments))
        self._events.tool_started(name, kept)
        started = time.monotonic()
        text, failed, lost = "", True, False
        try:
            with anyio.move_on_after(self._limits.tool_seconds) as self._scope:
                text, failed = await work()
            if self._scope.cancelled_caught:
                lost = self._at_stake is not None
                seconds = round(self._limits.tool_seconds)
                text = str(
                    fail("ask_tool_lost", tool=name, credits=self._at_stake)
                    if lost
                    else fail("ask_tool_late", tool=name, seconds=seconds)
                )
        except anyio.get_cancelled_exc_class():
            lost = self.paying
            text = str(
                fail("ask_tool_lost", tool=name, credits=self._at_stake)
                if lost
                else fail("ask_tool_stopped", tool=name)
            )
            raise
        except SalesZoomInfoError as error:
            text = str(error)
        finally:
            spent = self._spent(text, failed=failed, lost=lost)
            call = Call(name, kept, text, failed, spent, round(time.monotonic() - started, 3))
            self._at_stake, self._scope = None, None
            if name != READ_SKILL or failed:
                self._turn.calls.append(call)
            self._committed += committed(call)
            if asked is not None:
                asked.result, asked.failed = text, failed
            self._events.tool_finished(call)
        if self.stopping:
            self._halt()
            await anyio.lowlevel.checkpoint()
        return text

    def _spent(self, text: str, *, failed: bool, lost: bool) -> int:
        """Credits of a call as its answer tells them; of one whose outcome nobody knows, what it may have cost."""
        if lost or (failed and "OUTCOME_UNKNOWN" in text[:60]):
            return self._at_stake or 0
        return 0 if failed else _meta(text).get("credits", {}).get("spent", 0)

    async def _of_server(self, name: str, arguments: dict[str, Any]) -> tuple[str, bool]:
        if self._client is None:
            known = ", ".join(tool.name for tool in self.runnable()) or "none"
            raise fail("not_found", thing="tool", name=name[:60], hint="", how=f"The tools here: {known}.")
        plan = name == _BACKGROUND and arguments.get("dryRun") is True
        if name in self._spending and not plan:
            arguments = self._capped(arguments)
            self._at_stake = int(arguments[CAP])
        try:
            result = await self._client.call_tool(name, arguments)
        except MCPError as error:
            # A server of ours says nothing else in it than what it lacks of the client.
            return f"INTERNAL: {error.message}", True
        return _text(result), bool(result.is_error)

    def _capped(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments with a cap that the conversation's own holds; whatever the model says about it.

        Raises:
            CreditApprovalRequired: the model asks for more than is left.
        """
        left = max(self._limits.credits - self._committed, 0)
        asked: object = arguments.get(CAP)
        if asked is None:
            return {**arguments, CAP: left}
        if isinstance(asked, bool) or not isinstance(asked, int | float) or asked != asked // 1:
            # Whatever a server would read into it must not pass by.
            raise fail("wrong_type", name=CAP, expected="a whole number", got="something else")
        if asked > left:
            self.refused += 1
            raise fail("ask_over_cap", asked=f"{asked:,.0f}", left=left, cap=self._limits.credits)
        return {**arguments, CAP: int(asked)}

    # --- tools of our own --------------------------------------------------------------------------------------------

    async def _read_skill(self, arguments: dict[str, Any]) -> tuple[str, bool]:
        skill, path = self._skill, arguments.get("path")
        if skill is None or not isinstance(path, str):
            raise fail("wrong_type", name="path", expected="a path such as SKILL.md", got="something else")
        text = skill.read(path)
        self._turn.reads.append(skill.name_of(path))
        return text, False

    async def _read_long(self, arguments: dict[str, Any]) -> tuple[str, bool]:
        uri, first = arguments.get("resource"), arguments.get("fromRow", 1)
        if self._client is None or not isinstance(uri, str):
            raise fail("wrong_type", name="resource", expected="meta.whole.resource of an answer", got="something else")
        if not isinstance(first, int) or first < 1:
            raise fail("too_low", name="fromRow", low=1, value=str(first)[:20])
        try:
            read = await self._client.read_resource(uri)
        except MCPError:
            how = "Give meta.whole.resource of an answer of this conversation."
            raise fail("not_found", thing="long answer", name=uri[:120], hint="", how=how) from None
        text = "".join(part.text for part in read.contents if isinstance(part, TextResourceContents))
        return _part(text, first), False

    def _local(
        self,
        name: str,
        what: str,
        schema: dict[str, Any],
        work: Callable[[dict[str, Any]], Awaitable[tuple[str, bool]]],
    ) -> BetaAsyncFunctionTool[Any]:
        async def call(**arguments: Any) -> str:
            text = await self._run(name, arguments, lambda: work(arguments))
            asked = next((asked for asked in self._round if asked.result is text), None)
            if asked is not None and asked.failed:
                raise ToolError(text)
            return text

        return beta_async_tool(call, name=name, description=what, input_schema=schema)


def kept_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments as they are kept and sent on: of those that are too long, how long they were."""
    length = _length(arguments)
    return {"cut": f"{length} characters"} if length > MOST_ARGUMENTS else arguments


def _length(arguments: dict[str, Any]) -> int:
    return len(json.dumps(arguments, ensure_ascii=False))


def committed(call: Call) -> int:
    """Credits that a call has spent, or promised to what goes on in the background."""
    if call.name != _BACKGROUND or call.is_error:
        return call.credits
    rows = cast("list[dict[str, Any]]", _answer(call.result).get("data") or [{}])
    # A dry run tells no budget.
    budget: int = rows[0].get("credits", {}).get("max", 0)
    return max(call.credits, budget)


def _too_long(name: str, length: int) -> Callable[[], Awaitable[tuple[str, bool]]]:
    async def refuse() -> tuple[str, bool]:
        raise fail("ask_arguments_long", tool=name[:60], length=f"{length:,}", most=f"{MOST_ARGUMENTS:,}")

    return refuse


def _text(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


def _answer(text: str) -> dict[str, Any]:
    try:
        answer: object = json.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}


def _meta(text: str) -> dict[str, Any]:
    meta: object = _answer(text).get("meta")
    return cast("dict[str, Any]", meta) if isinstance(meta, dict) else {}


def _credits_named(message: str) -> int | None:
    found = re.search(r"([\d,]+) ZoomInfo credit", message)
    return int(found[1].replace(",", "")) if found else None


def _part(text: str, first: int) -> str:
    """Rows of a long answer from a row on, as many as fit; a text that has no rows is counted in lines."""
    answer = _answer(text)
    rows: list[Any] = answer["data"] if isinstance(answer.get("data"), list) else text.splitlines()
    meta: dict[str, Any] = {"totalRows": len(rows), "fromRow": first}
    shown: list[Any] = []
    room = _PART
    for row in rows[first - 1 :]:
        room -= len(json.dumps(row, ensure_ascii=False)) + 2
        if room < 0 and shown:
            meta["nextRow"] = first + len(shown)
            break
        shown.append(row)
    return json.dumps({"data": shown, "meta": meta}, ensure_ascii=False, separators=(",", ":"))
